"""A document and what somebody marked in it -> what each head of the network should say of each window."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from pipeline.engines.compact.network import ROLES
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
    """A document to learn from. The sets hold positions in its body; `tempting` are the look-alikes."""

    document: Document
    stated: tuple[Stated, ...] = ()
    salient: frozenset[int] = frozenset()
    boilerplate: frozenset[int] = frozenset()
    tempting: frozenset[int] = frozenset()


class Argued(NamedTuple):
    """An action in a window: its sentence's place, its tokens (inclusive), and for each role the tokens that may be
    pointed at; an empty tuple means "none", None that nothing is known."""

    place: int
    first: int
    last: int
    roles: tuple[tuple[tuple[int, int], ...] | None, ...]
    polarity: Polarity
    strength: Strength


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
        if tokens:
            roles = tuple(_targets(role, stated, lesson, window, text) for role in ROLES)
            yield Argued(index, *tokens, roles, stated.polarity, stated.strength)


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
