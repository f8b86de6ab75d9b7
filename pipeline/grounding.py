"""A quote or sentence numbers, and the article's text -> evidence spans and how they matched, or the reason why not.

A quote grounds when it is the text's own words, exactly or but for case, white space, kinds of quotation marks and
dashes, soft hyphens, ligatures and Unicode composition; the *text's* slice is stored. Nothing is ever repaired: a quote
that differs in a figure, a "not", a modal verb or a name is rejected, and the reason says so.
"""

import re
import unicodedata
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from functools import cached_property, lru_cache
from typing import NamedTuple

from pipeline.language import MODALS, NEGATIONS, number_word
from pipeline.records import Evidence, Sentence

# Two words stand in any text; three in a row are somebody's.
MIN_WORDS = 3
# The nearest passage shares at least this part of the quote's words, or there is none to compare with.
NEAR_SHARE = 0.6
# Words looked up to find the nearest passage, the rarest first, and places looked at for each: a bound on the time.
MAX_ANCHORS, MAX_PLACES = 48, 64
# Places inside words that are passed over for one quote: without a bound, a long quote that recurs inside words takes
# time quadratic in its length.
MAX_HITS = 2_000
# Words compared one by one to name the difference; a longer quote is judged by its beginning.
MAX_COMPARED = 120

# Words that a capital turns into another word; a quote may not change them, unless it changes every word's case.
CASE_TRAPS = frozenset(
    "us may march will it who aids polish turkey china bill mark august job lent nice reading bath".split()
)

# Of these, the ones that are initials in capitals: for them capitals are no emphasis.
INITIALS = frozenset("us it who aids".split())

_QUOTES = dict.fromkeys("‘’‚‛ʼ´`′", "'") | dict.fromkeys("“”„‟«»″", '"')
_DASHES = dict.fromkeys("‐‑‒–—―−﹘﹣－", "-")
_LIGATURES = {
    "ﬀ": "ff",
    "ﬁ": "fi",
    "ﬂ": "fl",
    "ﬃ": "ffi",
    "ﬄ": "ffl",
    "ﬅ": "st",
    "ﬆ": "st",
    "Ĳ": "ij",
    "ĳ": "ij",
    "…": "...",
}
_DROPPED = dict.fromkeys("\u00ad\u200b\u200c\u200d\u2060\ufeff", "")
_FOLDS: dict[str, str] = {**_QUOTES, **_DASHES, **_LIGATURES, **_DROPPED}
_PLAIN_FOLDS = str.maketrans({c: f for c, f in _FOLDS.items() if len(f) == 1})

_EDGES = " \t\r\n\u00a0\"'“”‘’«»"
_TRAILING = ".,;:"
_TOKEN = re.compile(r"(?:[^\W_]|[\u0300-\u036f])+(?:[.,]\d+)*(?:['’][^\W\d_]+)?")
_SCALES = frozenset("k m mn bn tn hundred thousand million billion trillion".split())
_ELLIPSIS = re.compile(r"\s*(?:\.\s?\.\s?\.+|…|\[\s?(?:\.\.\.|…)\s?\])\s*")


class Rejection(NamedTuple):
    """Why a quote is no evidence: a stable code, and words for a person.

    `empty` · `too_short` · `unknown_sentence` · `inside_word` · `elided` · `year_differs` · `number_differs` ·
    `negation_differs` · `modal_differs` · `actor_differs` · `case_differs` · `words_only` · `not_found`
    """

    code: str
    detail: str


class Grounder:
    """The places of quotes in one text; built in time linear in the text, each quote found in time linear in both."""

    def __init__(self, text: str, sentences: Sequence[Sentence] = ()) -> None:
        self._text = text
        self._sentences = sentences
        self._next: dict[str, int] = {}

    @cached_property
    def _folded(self) -> "Folded":
        return Folded(self._text)

    @cached_property
    def _passages(self) -> "Passages":
        return Passages(self._text)

    def by_sentences(self, indexes: Sequence[int]) -> tuple[Evidence, ...] | Rejection:
        """The named sentences, neighbours as one run: exact by construction."""
        wanted = sorted(set(indexes))
        unknown = [i for i in wanted if not 0 <= i < len(self._sentences)]
        if unknown or not wanted:
            return Rejection("unknown_sentence", f"there is no sentence {unknown[0] if unknown else 'named'}")
        return tuple(self._run(run) for run in _runs(wanted))

    def _run(self, indexes: Sequence[int]) -> Evidence:
        start, end = self._sentences[indexes[0]].start, self._sentences[indexes[-1]].end
        return Evidence(start=start, end=end, quote=self._text[start:end])

    def ground(self, quote: str) -> Evidence | Rejection:
        """The quote's place. The same quote again takes the next place that has it; after the last, the last again."""
        if not quote.strip(_EDGES):
            return Rejection("empty", "the quote has no words")
        if len(_TOKEN.findall(quote)) < MIN_WORDS:
            return Rejection("too_short", f"fewer than {MIN_WORDS} words: {quote.strip()!r}")
        for candidate in _forms(quote):
            found = self._place(candidate)
            if isinstance(found, Rejection):
                return found
            if found is not None:
                return self._evidence(quote, *found)
        return self._why_not(quote)

    def _place(self, quote: str) -> tuple[int, int] | Rejection | None:
        """The next place of a form of the quote; a rejection when it stands only inside words; None when nowhere."""
        needle = Folded(quote).text.strip(" ")
        if not needle:
            return None
        haystack = self._folded.text
        place = _next_whole(haystack, needle, self._next.get(needle, 0))
        if place < 0:
            place = _last_whole(haystack, needle, self._next.get(needle, 0))
        if place < 0:
            return (
                Rejection("inside_word", "it stands only inside longer words or figures")
                if needle in haystack
                else None
            )
        self._next[needle] = place + 1
        return self._folded.span(place, place + len(needle))

    def _evidence(self, quote: str, start: int, end: int) -> Evidence | Rejection:
        source = self._text[start:end]
        if source == quote:
            return Evidence(start=start, end=end, quote=source)
        trap = _changed_case(quote, source)
        if trap is not None:
            return Rejection("case_differs", f"{trap!r} is another word in the text")
        is_exact = source in (quote.strip(), quote.strip(_EDGES))
        return Evidence(start=start, end=end, quote=source, match="exact" if is_exact else "normalised")

    def _why_not(self, quote: str) -> Rejection:
        pieces = [p for p in _ELLIPSIS.split(quote.strip(_EDGES)) if p]
        if len(pieces) > 1 and all(Folded(p).text.strip(" .") in self._folded.text for p in pieces):
            return Rejection("elided", "it joins passages with an ellipsis; quote each on its own")
        return self._passages.difference(quote)


def _runs(indexes: Sequence[int]) -> Iterator[list[int]]:
    run = [indexes[0]]
    for index in indexes[1:]:
        if index != run[-1] + 1:
            yield run
            run = []
        run.append(index)
    yield run


def _forms(quote: str) -> Iterator[str]:
    """The quote as it is; without white space and quotation marks around it; without punctuation at its end."""
    seen: set[str] = set()
    bare = quote.strip(_EDGES)
    for form in (quote.strip(), bare, bare.rstrip(_TRAILING)):
        if form and form not in seen:
            seen.add(form)
            yield form


# --- folding with offsets


class Folded:
    """A text in its comparable form, and the way back: every folded character knows the slice it came from."""

    def __init__(self, text: str) -> None:
        pieces: list[str] = []
        self._folded_starts: list[int] = []
        self._origins: list[tuple[int, int, bool]] = []
        self._length = 0
        place = 0
        for match in _special().finditer(text):
            self._add(pieces, _plain_fold(text[place : match.start()]), place, match.start(), is_plain=True)
            self._add(pieces, _fold_cluster(match[0]), match.start(), match.end(), is_plain=False)
            place = match.end()
        self._add(pieces, _plain_fold(text[place:]), place, len(text), is_plain=True)
        self.text = "".join(pieces)

    def _add(self, pieces: list[str], piece: str, start: int, end: int, *, is_plain: bool) -> None:
        if piece:
            pieces.append(piece)
            self._folded_starts.append(self._length)
            self._origins.append((start, end, is_plain))
            self._length += len(piece)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The slice of the text that folded characters `start` to `end` came from."""
        return self._origin(start)[0], self._origin(end - 1)[1]

    def _origin(self, place: int) -> tuple[int, int]:
        index = bisect_right(self._folded_starts, place) - 1
        start, end, is_plain = self._origins[index]
        if not is_plain:
            return start, end
        offset = start + place - self._folded_starts[index]
        return offset, offset + 1


def _plain_fold(text: str) -> str:
    """One folded character for each: `lower` is enough where `casefold` would give as many."""
    return text.translate(_PLAIN_FOLDS).lower()


@lru_cache(maxsize=1)
def _special() -> re.Pattern[str]:
    """What does not fold one to one: white space, letters with combining marks, ligatures, ß, İ, soft hyphens."""
    odd = [chr(c) for c in range(0x80, 0x10000) if not 0xD800 <= c <= 0xDFFF and len(_fold_char(chr(c))) != 1]
    same = [chr(c) for c in range(0x80, 0x10000) if not 0xD800 <= c <= 0xDFFF and _needs_casefold(chr(c))]
    # The blocks of combining marks of the scripts that news is written in.
    marks = (
        "\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u064b-\u065f\u1ab0-\u1aff"
        "\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f\u3099\u309a"
    )
    classes = "".join(map(re.escape, sorted({*odd, *same} - {c for c in odd if unicodedata.combining(c)})))
    invisible = re.escape("".join(_DROPPED))
    return re.compile(rf"[\s{invisible}]*\s[\s{invisible}]+|[^\S ]|.[{marks}]+|[{classes}]", re.DOTALL)


def _needs_casefold(char: str) -> bool:
    return len(_fold_char(char)) == 1 and _fold_char(char) != _plain_fold(char)


def _fold_char(char: str) -> str:
    return _FOLDS.get(char, unicodedata.normalize("NFC", char)).casefold()


@lru_cache(maxsize=4096)
def _fold_cluster(cluster: str) -> str:
    if any(c.isspace() for c in cluster) and not cluster.strip("".join(_DROPPED) + " \t\r\n\u00a0").strip():
        return " "
    return "".join(map(_fold_char, unicodedata.normalize("NFC", cluster)))


# --- places at word boundaries


def _next_whole(text: str, needle: str, start: int) -> int:
    """The first place of `needle` from `start` on that is not inside a word or a figure, or -1."""
    place = text.find(needle, start)
    for _ in range(MAX_HITS):
        if place < 0 or not _cuts_word(text, place, place + len(needle)):
            return place
        place = text.find(needle, place + 1)
    return -1


def _last_whole(text: str, needle: str, before: int) -> int:
    """The last place before `before`, for a quote asked for more often than it stands there, or -1."""
    place = text.rfind(needle, 0, before + len(needle)) if before else -1
    for _ in range(MAX_HITS):
        if place < 0 or not _cuts_word(text, place, place + len(needle)):
            return place
        place = text.rfind(needle, 0, place + len(needle) - 1)
    return -1


def _cuts_word(text: str, start: int, end: int) -> bool:
    """True when a word, a hyphenated word, a contraction or a figure goes on across either end."""
    return _joins(text, start) or _joins(text, end)


def _joins(text: str, place: int) -> bool:
    """True when the characters on both sides of `place` belong to one word: "ca|n't", "co-|operate", "3|.5", "5|00"."""
    before, after = text[max(0, place - 2) : place], text[place : place + 2]
    if not before or not after:
        return False
    if _is_word(before[-1]) and _is_word(after[0]):
        return True
    if _is_word(before[-1]) and len(after) == 2 and _is_word(after[1]):
        return after[0] in "'-" or (after[0] in ".," and before[-1].isdigit() and after[1].isdigit())
    if len(before) == 2 and _is_word(before[0]) and _is_word(after[0]):
        return before[1] in "'-" or (before[1] in ".," and before[0].isdigit() and after[0].isdigit())
    return False


def _is_word(char: str) -> bool:
    return char.isalnum() or char == "_" or unicodedata.combining(char) != 0


def _changed_case(quote: str, source: str) -> str | None:
    """A trap word whose case the quote changed, unless the quote or the text is all in one case."""
    if any(t.isupper() or t.islower() for t in (quote, source)):
        return None
    pairs = zip(_TOKEN.findall(quote), _TOKEN.findall(source), strict=False)
    return next(
        (s for i, (q, s) in enumerate(pairs) if i > 0 and q.casefold() == s.casefold() and _is_trap(q, s)), None
    )


def _is_trap(quoted: str, source: str) -> bool:
    """ "US" for "us" and "may" for "May" are other words; "WILL" for "will" is emphasis."""
    if quoted == source or source.casefold() not in CASE_TRAPS:
        return False
    return source.casefold() in INITIALS or not quoted.isupper()


# --- the reason


class Passages:
    """A text's words and where each stands, to find the passage that a rejected quote comes nearest to."""

    def __init__(self, text: str) -> None:
        self._words = _TOKEN.findall(text)
        self._folded = [_fold_word(w) for w in self._words]
        self._places: defaultdict[str, list[int]] = defaultdict(list)
        for place, word in enumerate(self._folded):
            self._places[word].append(place)

    def difference(self, quote: str) -> Rejection:
        """What the quote changes in the passage nearest to it; `words_only` or `not_found` when none is near."""
        words = _TOKEN.findall(quote)
        folded = [_fold_word(w) for w in words]
        known = sum(w in self._places for w in folded)
        start = self._nearest(folded)
        if start is None or known < NEAR_SHARE * len(folded):
            return Rejection("not_found", "no passage is near it")
        length = min(len(words), MAX_COMPARED)
        low, high = max(0, start - 3), start + length + 3
        passage = self._folded[low:high]
        matcher = SequenceMatcher(None, folded[:length], passage, autojunk=False)
        shared = sum(block.size for block in matcher.get_matching_blocks())
        if shared < NEAR_SHARE * length:
            return Rejection("words_only", "it shares words with the text, but no passage has them in this order")
        nearest = " ".join(self._words[low:high])
        return self._named(words, matcher, self._words[low:high], nearest)

    def _nearest(self, folded: Sequence[str]) -> int | None:
        """Where the quote would begin, by the votes of its rarest words."""
        known = [(len(self._places[w]), i) for i, w in enumerate(folded[:MAX_COMPARED]) if w in self._places]
        votes: Counter[int] = Counter()
        for _count, i in sorted(known)[:MAX_ANCHORS]:
            for place in self._places[folded[i]][:MAX_PLACES]:
                # A word put in or left out shifts what follows; neighbours share half of a vote.
                votes.update({place - i: 2, place - i - 1: 1, place - i + 1: 1})
        return max(0, min((-n, s) for s, n in votes.items())[1]) if votes else None

    @staticmethod
    def _named(
        words: Sequence[str], matcher: "SequenceMatcher[str]", passage: Sequence[str], nearest: str
    ) -> Rejection:
        ours, theirs = _differences(words, matcher, passage)
        both = [_fold_word(w) for w in (*ours, *theirs)]
        detail = f"the nearest passage reads {nearest!r}"
        if any(re.fullmatch(r"(?:1[89]|20)\d\d", w) for w in both):
            return Rejection("year_differs", detail)
        if any(_is_number(w) for w in both):
            return Rejection("number_differs", detail)
        if any(w in NEGATIONS or w.endswith("n't") for w in both):
            return Rejection("negation_differs", detail)
        if any(w in MODALS for w in both):
            return Rejection("modal_differs", detail)
        if any(w[0].isupper() for w in ours if w != words[0]) or (ours[:1] == words[:1] and words[0] not in nearest):
            return Rejection("actor_differs" if ours[0][0].isupper() else "words_only", detail)
        return Rejection("words_only", detail)


def _differences(
    words: Sequence[str], matcher: "SequenceMatcher[str]", passage: Sequence[str]
) -> tuple[list[str], list[str]]:
    """The words that only the quote has, and those that the passage has in their place or between its matching ends."""
    codes = matcher.get_opcodes()
    ours = [w for tag, a, b, _, _ in codes if tag in ("replace", "delete") for w in words[a:b]]
    theirs: list[str] = []
    for number, (tag, a, b, c, d) in enumerate(codes):
        if number == 0:
            c = max(c, d - (b - a))  # the passage was cut wider than the quote: its first words are not in question
        if number == len(codes) - 1:
            d = min(d, c + (b - a))
        if tag in ("replace", "insert"):
            theirs += passage[c:d]
    return ours, theirs


def _fold_word(word: str) -> str:
    return Folded(word).text


def _is_number(word: str) -> bool:
    return any(c.isdigit() for c in word) or word in _SCALES or (number_word(word) is not None and word != "one")
