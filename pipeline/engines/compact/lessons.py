"""A document and what somebody marked in it -> what each head of the network should say of each window."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from pipeline.engines.compact.network import JOINTS, ROLES
from pipeline.engines.compact.windows import Place, Window
from pipeline.language import STOP_WORDS, stems
from pipeline.records import Document, Polarity, Sentence, Strength

# Words of a sentence stand for an action where they share this much of it (F1 over stems).
LEAST_ALIKE = 0.4
# A word like "the" tells little about where an action stands.
WEIGHT_OF_STOP_WORDS = 0.25
_WORD = re.compile(r"\w+(?:[.,]\d+)*")


class Stated(NamedTuple):
    """One commitment as it was marked: `sentences` are positions in the document's body, the rest are words."""

    sentences: frozenset[int]
    actors: tuple[str, ...]
    actions: tuple[str, ...]
    polarity: Polarity
    strength: Strength
    implementer: str | None = None
    recipient: str | None = None
    condition: str | None = None
    deadline: str | None = None


class Lesson(NamedTuple):
    """A document to learn from. The sets hold positions in its body; `tempting` are the look-alikes.

    `taught` has a teacher's logit for each sentence of the body, that it states a commitment; () without a teacher.
    What only a teacher has read has no labels.
    """

    document: Document
    stated: tuple[Stated, ...] = ()
    salient: frozenset[int] = frozenset()
    boilerplate: frozenset[int] = frozenset()
    tempting: frozenset[int] = frozenset()
    taught: tuple[float, ...] = ()
    is_labelled: bool = True


class Argued(NamedTuple):
    """An action in a window: its sentence's place, its tokens (inclusive), and for each role the tokens that may be
    pointed at; an empty tuple means "none", None that nothing is known. `joint` is what joins the referent to it."""

    place: int
    first: int
    last: int
    roles: tuple[tuple[tuple[int, int], ...] | None, ...]
    polarity: Polarity
    strength: Strength
    joint: int | None = None


class Marks(NamedTuple):
    """Of one window: sentences with a commitment (each with the numbers of the commitments stated there), actions, and
    the positive sentences whose action could not be found in their words."""

    commitments: dict[int, frozenset[int]]
    actions: tuple[Argued, ...]
    unaligned: frozenset[int]


def marks_of(lesson: Lesson, window: Window) -> Marks:
    """What is true of the window."""
    text = lesson.document.article.text
    commitments: dict[int, frozenset[int]] = {}
    actions: list[Argued] = []
    unaligned = set()
    for index, place in enumerate(window.places):
        own = [(n, s) for n, s in enumerate(lesson.stated) if place.sentence in s.sentences]
        if not own:
            continue
        commitments[index] = frozenset(n for n, _ in own)
        found = list(_actions(lesson, window, index, place, [s for _, s in own], text))
        actions += found
        if not found:
            unaligned.add(index)
    return Marks(commitments, tuple(actions), frozenset(unaligned))


def _actions(
    lesson: Lesson, window: Window, index: int, place: Place, own: Sequence[Stated], text: str
) -> Iterator[Argued]:
    sentence = lesson.document.body[place.sentence]
    for stated in own:
        span = aligned(sentence, stated.actions)
        tokens = span and _tokens_at(window, place, *span)
        if span and tokens:
            roles = tuple(_targets(role, stated, lesson, window, text) for role in ROLES[:-1])
            referents, joint = _referents(lesson, window, stated, place, span)
            yield Argued(index, *tokens, (*roles, referents), stated.polarity, stated.strength, joint)


# --- where an action stands


def aligned(sentence: Sentence, actions: Sequence[str]) -> tuple[int, int] | None:
    """Code points of the article whose words are most like one of the actions; None where nothing is like it."""
    words = [(m.start(), m.end()) for m in _WORD.finditer(sentence.text)]
    keys = [_key(sentence.text[a:b]) for a, b in words]
    best = max((_best_run(keys, tuple(_key(w[0]) for w in _WORD.finditer(a))) for a in actions), default=None)
    if best is None or best[0] < LEAST_ALIKE:
        return None
    _, _, first, last = best
    return sentence.start + words[first][0], sentence.start + words[last][1]


@lru_cache(maxsize=100_000)
def _key(word: str) -> str:
    found = stems(word)
    return found[0] if found else word.casefold()


def _weight(key: str) -> float:
    return WEIGHT_OF_STOP_WORDS if key in STOP_WORDS else 1.0


def _best_run(words: Sequence[str], wanted: Sequence[str]) -> tuple[float, int, int, int]:
    """F1, minus the length, and the run of words (inclusive) that is most like the wanted ones."""
    whole = sum(map(_weight, wanted))
    best = (0.0, 0, 0, 0)
    for first in range(len(words)):
        left, shared, size = Counter(wanted), 0.0, 0.0
        if not left[words[first]]:
            continue
        for last in range(first, min(len(words), first + 60)):
            weight = _weight(words[last])
            size += weight
            if left[words[last]] > 0:
                left[words[last]] -= 1
                shared += weight
                best = max(best, (2 * shared / (size + whole), first - last, first, last))
    return best


# --- who and when


def _targets(
    role: str, stated: Stated, lesson: Lesson, window: Window, text: str
) -> tuple[tuple[int, int], ...] | None:
    if role == "actor":
        return tuple(_mentions(stated.actors, window, text, lesson.document.article.title or "")) or None
    words = getattr(stated, role)
    if words is None:
        return ()
    own = [p for p in window.places if p.sentence in stated.sentences]
    near = tuple(_occurrences(words, window, own, text))
    return near or tuple(_occurrences(words, window, window.places, text)) or None


def _mentions(names: Sequence[str], window: Window, text: str, title: str) -> Iterator[tuple[int, int]]:
    for name in names:
        yield from _occurrences(name, window, window.places, text)
        for start, end in _found(name, title):
            inside = [i for i, (a, b) in enumerate(window.title_offsets, 1) if a < end and start < b]
            if inside:
                yield inside[0], inside[-1]


def _occurrences(words: str, window: Window, places: Sequence[Place], text: str) -> Iterator[tuple[int, int]]:
    for place in places:
        start, end = window.offsets[place.first + 1][0], window.offsets[place.last - 1][1]
        for a, b in _found(words, text[start:end]):
            tokens = _tokens_at(window, place, start + a, start + b)
            if tokens:
                yield tokens


def _found(words: str, text: str) -> Iterator[tuple[int, int]]:
    bare = re.sub(r"^(?:the|a|an) ", "", " ".join(words.split()), flags=re.IGNORECASE)
    if not bare:
        return
    pattern = r"\s+".join(map(re.escape, bare.split()))
    for match in re.finditer(rf"(?<!\w){pattern}(?!\w)", text, re.IGNORECASE):
        yield match.start(), match.end()


def _tokens_at(window: Window, place: Place, start: int, end: int) -> tuple[int, int] | None:
    inside = [
        i for i in range(place.first + 1, place.last) if window.offsets[i][0] < end and start < window.offsets[i][1]
    ]
    return (inside[0], inside[-1]) if inside else None


# --- what an action needs from elsewhere


class _Run(NamedTuple):
    """Words of a sentence or the title that an action has and its sentence's words have not."""

    worth: float
    place: int
    start: int
    end: int


# In place of a sentence's position: the title.
_TITLE = -1
# A run of words goes on over one other, and is worth a little less for it.
MOST_WORDS, MOST_BETWEEN, COST_BETWEEN, SLACK = 14, 1.5, 0.1, 0.3
# No noun goes on across these marks and words, and none is a word after these.
_PARTS = re.compile(r"[,;:.!?—()]")
_VERBAL = frozenset(
    "is are was were be been will would shall has have had said says can could may must do does did".split()
)
_BEFORE_VERB = re.compile(
    r"\b(?:to|will|would|shall|can|could|not|never|I|we|he|she|they)\s+$|n['’]t\s+$", re.IGNORECASE
)
_NO_NOUN = frozenset("again back instead away together through once".split())
_DETERMINERS = frozenset("the a an its their his her our your my any all every each this that these those".split())


def referents(
    document: Document, actions: Sequence[str], place: int, span: tuple[int, int]
) -> tuple[list[tuple[int, int, int]], int | None] | None:
    """Where the words stand that an action was completed with, beside those at `span` of the body's sentence `place`:
    position (-1 for the title), start and end; and the joint between. None where its words need none.

    Of an action's alternatives the one counts that needs least. The longest run of its missing words is taken, in each
    place where it stands, so that "the inquiry into the murders" is preferred to "the inquiry".
    """
    text, body = document.article.text, document.body
    needed = [(_missing(action, text[slice(*span)]), action) for action in actions]
    wanted, action = min(needed, key=lambda pair: len(pair[0]))
    if not wanted:
        return None
    fields = [(i, s.start, s.end) for i, s in enumerate(body) if i != place]
    fields += [(place, body[place].start, span[0]), (place, span[1], body[place].end)]
    found = [run for i, a, b in fields for run in _runs(text[a:b], wanted, i, a)]
    found += _runs(document.article.title or "", wanted, _TITLE, 0)
    if not found:
        return [], None
    best = max(found)
    among = sorted(run for run in found if run.worth >= best.worth - SLACK and round(run.worth) == round(best.worth))
    words = (document.article.title or "" if best.place == _TITLE else text)[best.start : best.end]
    return [(run.place, run.start, run.end) for run in among], _joint(action, words)


def _missing(action: str, words: str) -> frozenset[str]:
    own = {key for _, _, key in _keys(words)}
    return frozenset(
        key
        for _, _, key in _keys(action)[1:]
        if key not in STOP_WORDS and key not in own and key not in _NO_NOUN and len(key) > 1
    )


@lru_cache(maxsize=20_000)
def _keys(text: str) -> tuple[tuple[int, int, str], ...]:
    return tuple((m.start(), m.end(), _key(m[0])) for m in _WORD.finditer(text))


def _runs(text: str, wanted: frozenset[str], place: int, offset: int) -> Iterator[_Run]:
    words = _keys(text)
    for i, (start, _, first) in enumerate(words):
        if first not in wanted or _BEFORE_VERB.search(text, max(0, start - 12), start):
            continue
        seen, between, best = set(), 0.0, None
        for j in range(i, min(len(words), i + MOST_WORDS)):
            begin, end, key = words[j]
            if j > i and (_PARTS.search(text, words[j - 1][1], begin) or text[begin:end].casefold() in _VERBAL):
                break
            if key in wanted:
                seen.add(key)
                between = 0.0
                worth = len(seen) - COST_BETWEEN * (j - i + 1 - len(seen))
                best = _Run(worth, place, offset + start, offset + end)
            else:
                between += 0.5 if key in STOP_WORDS else 1.0
            if between > MOST_BETWEEN:
                break
        if best is not None:
            yield best


def _joint(action: str, words: str) -> int | None:
    first = _keys(words)[0][2]
    keys = _keys(action)
    at = next((i for i, (_, _, key) in enumerate(keys) if i and key == first), None)
    if at is None:
        return None
    before = [action[a:b].casefold() for a, b, _ in keys[:at]]
    # "into a joint vaccine order": what stands before the article.
    article = next((i for i in range(len(before) - 1, max(0, len(before) - 4), -1) if before[i] in _DETERMINERS), None)
    if article is not None and before[article - 1] in JOINTS:
        return JOINTS.index(before[article - 1])
    while len(before) > 1 and (before[-1] in _DETERMINERS or before[-1][0].isdigit()):
        before.pop()
    return JOINTS.index(before[-1]) if before[-1] in JOINTS else 0


def _referents(
    lesson: Lesson, window: Window, stated: Stated, place: Place, span: tuple[int, int]
) -> tuple[tuple[tuple[int, int], ...] | None, int | None]:
    found = referents(lesson.document, stated.actions, place.sentence, span)
    if found is None:
        return (), None
    places = {p.sentence: p for p in window.places}
    targets = []
    for position, start, end in found[0]:
        if position == _TITLE:
            inside = [i for i, (a, b) in enumerate(window.title_offsets, 1) if a < end and start < b]
            targets += [(inside[0], inside[-1])] if inside else []
        elif position in places and (tokens := _tokens_at(window, places[position], start, end)):
            targets.append(tokens)
    return (tuple(targets), found[1]) if targets else (None, None)
