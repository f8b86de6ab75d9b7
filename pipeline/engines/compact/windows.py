"""A document -> windows of consecutive sentences as token ids, with what a lower-cased vocabulary does not see."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from tokenizers import Tokenizer

from pipeline.engines.cue.clauses import straight
from pipeline.engines.cue.grammar import CUES, LEFT_OUT_BEFORE, PAST, Cue
from pipeline.records import Document, Sentence
from pipeline.timewords import find_time_expressions

# What the encoder has positions for.
WINDOW_TOKENS = 512
TITLE_TOKENS = 40
# A window begins this many tokens before the first sentence that it answers for, and ends as many after the last: who
# "she" is stands in the sentences before, that the plan was dropped in those after.
LEFT_TOKENS, RIGHT_TOKENS = 112, 48
# A sentence longer than this is read up to here.
SENTENCE_TOKENS = 320
# Neither cues nor times are looked for in what is longer: it is a table, or a page without full stops.
SEARCHED_CHARS = 2_000

CASES, QUOTES, CUE_KINDS, TIMES = 4, 2, 8, 2
FEATURES = (CASES, QUOTES, CUE_KINDS, TIMES)
_CUE_KIND = {
    ("do", "firm"): 1, ("do", "intention"): 2, ("not_do", "firm"): 3, ("not_do", "intention"): 4,
}  # fmt: skip
_REPORTED, _HANDED_ON, _LEFT_OUT = 5, 6, 7


class Features(NamedTuple):
    """Of one token: how it is written, whether inside quotation marks, in which kind of cue, in a time expression."""

    case: int = 0
    quote: int = 0
    cue: int = 0
    time: int = 0


class Place(NamedTuple):
    """A sentence in a window: tokens `first` to `last` (half-open), the first of them the sentence's marker."""

    sentence: int
    first: int
    last: int
    is_owned: bool


@dataclass(frozen=True)
class Window:
    """Token ids and features of one reading; `offsets` are code points of the article, (-1, -1) where there are none.

    `places` name sentences by their position in the document's body; `title_offsets` are code points of the title.
    """

    ids: tuple[int, ...]
    features: tuple[Features, ...]
    offsets: tuple[tuple[int, int], ...]
    places: tuple[Place, ...]
    title_offsets: tuple[tuple[int, int], ...]


class _Tokens(NamedTuple):
    ids: list[int]
    features: list[Features]
    offsets: list[tuple[int, int]]
    is_cut: bool


class Windower:
    """Cuts documents into windows, each sentence answered for by exactly one."""

    def __init__(self, tokenizer: Tokenizer, *, size: int = WINDOW_TOKENS, reads_cues: bool = True) -> None:
        self._tokenizer, self._size, self._reads_cues = tokenizer, size, reads_cues
        self._first, self._next = (_id(tokenizer, mark) for mark in ("[CLS]", "[SEP]"))

    def windows(self, document: Document, *, first: int | None = None) -> tuple[list[Window], int]:
        """The windows in order, and how many code points of the body they leave unread.

        `first` shortens the first window to so many tokens: in training, borders fall elsewhere in every epoch.
        """
        body = document.body
        tokens = self._tokens(body)
        unread = sum(s.end - t.offsets[-1][1] for s, t in zip(body, tokens, strict=True) if t.is_cut and t.offsets)
        title = self._title(document.article.title)
        sizes = [len(t.ids) + 1 for t in tokens]
        budget = self._size - len(title.ids) - 2
        cuts = _cuts(sizes, budget, first)
        return [self._window(body, tokens, title, *cut) for cut in cuts], unread

    def alone(self, document: Document) -> list[Window]:
        """A window for each sentence, with the title and nothing else beside it."""
        tokens, title = self._tokens(document.body), self._title(document.article.title)
        return [self._window(document.body, tokens, title, i, i + 1, (i, i + 1)) for i in range(len(document.body))]

    def _tokens(self, body: Sequence[Sentence]) -> list[_Tokens]:
        texts = [straight(s.text) for s in body]
        encodings = self._tokenizer.encode_batch(texts, add_special_tokens=False)
        found, quoting, paragraph = [], _Quoting(), -1
        for sentence, text, encoding in zip(body, texts, encodings, strict=True):
            if sentence.paragraph != paragraph:
                quoting, paragraph = _Quoting(), sentence.paragraph
            marks = self._marks(sentence.text, text, quoting)
            ids, offsets = encoding.ids[:SENTENCE_TOKENS], encoding.offsets[:SENTENCE_TOKENS]
            features = [Features(_case(text[a:b]), *marks[min(a, len(marks) - 1)]) for a, b in offsets]
            spans = [(sentence.start + a, sentence.start + _with_marks(text, b)) for a, b in offsets]
            found.append(_Tokens(ids, features, spans, len(encoding.ids) > SENTENCE_TOKENS))
        return found

    def _marks(self, text: str, plain: str, quoting: "_Quoting") -> list[tuple[int, int, int]]:
        """For each character: inside a quotation, in which cue, in a time expression."""
        quotes = quoting.of(text)
        cues, times = [0] * len(text), [0] * len(text)
        if self._reads_cues and len(text) <= SEARCHED_CHARS:
            for start, end, kind in _cue_places(plain):
                cues[start:end] = [kind] * (end - start)
            for span in find_time_expressions(plain):
                times[span.start : span.end] = [1] * (span.end - span.start)
        return list(zip(quotes, cues, times, strict=True)) or [(0, 0, 0)]

    def _title(self, title: str | None) -> _Tokens:
        if not title:
            return _Tokens([], [], [], False)
        plain = straight(title)
        encoding = self._tokenizer.encode(plain, add_special_tokens=False)
        ids, offsets = encoding.ids[:TITLE_TOKENS], encoding.offsets[:TITLE_TOKENS]
        return _Tokens(ids, [Features(_case(plain[a:b])) for a, b in offsets], list(offsets), False)

    def _window(
        self, body: Sequence[Sentence], tokens: Sequence[_Tokens], title: _Tokens, start: int, end: int,
        owned: tuple[int, int],
    ) -> Window:  # fmt: skip
        ids, features = [self._first, *title.ids, self._next], [Features(), *title.features, Features()]
        offsets = [(-1, -1)] * len(ids)
        places = []
        for i in range(start, end):
            is_new = i == 0 or body[i].paragraph != body[i - 1].paragraph
            first = len(ids)
            ids += [self._next if is_new else self._first, *tokens[i].ids]
            features += [Features(), *tokens[i].features]
            offsets += [(-1, -1), *tokens[i].offsets]
            places.append(Place(i, first, len(ids), owned[0] <= i < owned[1]))
        return Window(tuple(ids), tuple(features), tuple(offsets), tuple(places), tuple(title.offsets))


def _cuts(sizes: Sequence[int], budget: int, first: int | None) -> Iterator[tuple[int, int, tuple[int, int]]]:
    """First and last sentence of each window (half-open), and which of them it answers for."""
    start = owned = 0
    room = budget if first is None else min(first, budget)
    while owned < len(sizes):
        end, used = start, 0
        while end < len(sizes) and (used + sizes[end] <= room or end <= owned):
            used += sizes[end]
            end += 1
        stop = end
        if end < len(sizes):
            after = 0
            while stop - 1 > owned and after + sizes[stop - 1] <= RIGHT_TOKENS:
                stop -= 1
                after += sizes[stop]
        yield start, end, (owned, stop)
        owned, start, before = stop, stop, 0
        if owned < len(sizes):
            most = min(LEFT_TOKENS, budget - sizes[owned])
            while start > 0 and before + sizes[start - 1] <= most:
                start -= 1
                before += sizes[start]
        room = budget


class _Quoting:
    """Which characters of a paragraph's sentences stand inside quotation marks; told from one sentence to the next."""

    def __init__(self) -> None:
        self._is_open = False

    def of(self, text: str) -> list[int]:
        inside = []
        for char in text:
            if char == "“":
                self._is_open = True
            elif char == '"':
                self._is_open = not self._is_open
            inside.append(int(self._is_open))
            if char == "”":
                self._is_open = False
        return inside


def _with_marks(text: str, end: int) -> int:
    """Past the combining marks after `end`, which a tokenizer that strips accents leaves out: "e" and its accent."""
    while end < len(text) and unicodedata.combining(text[end]):
        end += 1
    return end


def _id(tokenizer: Tokenizer, mark: str) -> int:
    found = tokenizer.token_to_id(mark)
    if found is None:
        raise ValueError(f"the tokenizer has no {mark}: it is no BERT's")
    return int(found)


def _case(word: str) -> int:
    if word.isdigit():
        return 3
    if not word[:1].isupper():
        return 0
    return 2 if len(word) > 1 and word.isupper() else 1


def _cue_places(text: str) -> Iterator[tuple[int, int, int]]:
    for cue in CUES:
        for match in cue.pattern.finditer(text):
            yield match.start(), match.end(), _kind(cue)
    for pattern in (LEFT_OUT_BEFORE, PAST):
        for match in pattern.finditer(text):
            yield match.start(), match.end(), _LEFT_OUT


def _kind(cue: Cue) -> int:
    if re.match("would", cue.name):
        return _REPORTED
    if cue.form in ("delegated", "noun"):
        return _HANDED_ON
    return _CUE_KIND[cue.polarity, "firm" if cue.strength == "conditional" else cue.strength]
