"""An article -> the same article with the passages marked that speak to the machine which reads it (prompt injection).

A linear model over words and signs (machinewords.py) scores each sentence; its weights (injections.json) were fitted on
texts of our own and on public statements, by tests/fit_injections.py. What belongs to such a sentence goes with it: the
rest of its line, the next order, what stands between two of them.
"""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from importlib import resources
from typing import NamedTuple

from pipeline.machinewords import as_read, is_certain, is_plain, sign_features, speaks_to_somebody, word_features
from pipeline.records import Article, Problem, Sentence, Span

# Sentences between two that are addressed to a machine, in one block of lines, go with them up to this many.
MOST_BETWEEN = 3
# A block of lines that begins with one, or is one for the most part, goes with it up to this many characters.
MAX_BLOCK = 600
# Of a problem's detail: enough to find the place.
MAX_DETAIL = 120
# Sentences of an article that are looked at to say whether it is in English, and the least words that can say so.
LANGUAGE_SAMPLE, LEAST_WORDS = 60, 4
# Of ten words of English two are among the commonest; fewer than one is another language.
ENGLISH_SHARE = 0.1
# The score of a sentence with a mark that no prose has.
CERTAINLY = 99.0

# Passages with a beginning and an end of their own: how each begins, and the words that end it.
_DELIMITED: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(opening, re.IGNORECASE), closing)
    for opening, closing in (
        (r"<!--", "-->"),
        (r"\[INST\]", "[/inst]"),
        (r"<\|im_start\|>", "<|im_end|>"),
        (r"<start_of_turn>", "<end_of_turn>"),
        *((rf"<{tag}>", f"</{tag}>") for tag in ("tool_call", "tool_result", "tool_response", "think", "system")),
        *((rf"<{tag}>", f"</{tag}>") for tag in ("instruction", "instructions", "prompt")),
    )
)
_UNSHOWN = re.compile(
    r"<(?P<tag>\w+)\b[^<>]{0,200}?(?:display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0|\shidden\b)[^<>]{0,200}>",
    re.IGNORECASE,
)
_LOWER = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}
_TURN = re.compile(r"\W*(?:assistant|ai|bot|human|user|system|model|q|a|question|answer)\s*[:>]", re.IGNORECASE)
_ENGLISH = frozenset(
    "the of and to in a is that for it was on with as he she they by at from this be has have not are an will".split()
)
_STOPS = frozenset(".!?…\"'”’)")
_OTHER_SCRIPT = re.compile(r"[^\W\d_a-zA-Z\u00aa-\u024f](?:\W*[^\W\d_a-zA-Z\u00aa-\u024f]){7}")
_WORD = re.compile(r"[^\W\d_]+")


class Weights(NamedTuple):
    """A linear model over `features`: `addressed` is the least score of a sentence that speaks to a machine.

    `goes_on` is enough for one beside such a sentence, and for two side by side. `look`: with less than this by its
    words alone a sentence in plain English is none, and signs are not looked for (they take most of the time).
    """

    bias: float
    addressed: float
    goes_on: float
    look: float
    of: dict[str, float]

    def score(self, text: str, *, is_foreign: bool = False) -> float:
        words = word_features(text, is_foreign=is_foreign)
        if not words or (self.sum_of(words) < self.look and is_plain(text) and not is_foreign):
            return -CERTAINLY
        return self.of_features(words | sign_features(text, is_foreign=is_foreign))

    def of_features(self, found: frozenset[str]) -> float:
        if is_certain(found):
            return CERTAINLY
        if not speaks_to_somebody(found):
            return -CERTAINLY
        return self.sum_of(found)

    def sum_of(self, found: frozenset[str]) -> float:
        return self.bias + sum(self.of.get(f, 0.0) for f in found)


@lru_cache
def weights() -> Weights:
    return Weights(**json.loads((resources.files("pipeline") / "injections.json").read_text("utf-8")))


def mark_injections(article: Article, split: Callable[[str, Sequence[Span]], tuple[Sentence, ...]]) -> Article:
    """The article with such passages among its `boilerplate`, and a problem `prompt_injection` for each of them.

    A title that is one is taken away. `split` makes sentences of a text, none across the edge of a span.
    """
    text = article.text
    spans = _joined(text, _delimited(text))
    spans = _joined(text, [*spans, *_addressed(text, [s for s in split(text, spans) if not s.is_boilerplate])])
    found = [s.of(text) for s in spans]
    title = article.title
    if title and weights().score(title) >= weights().addressed:
        found, title = [title, *found], None
    if not found:
        return article
    problems = [
        Problem(stage="cleaning", code="prompt_injection", detail=" ".join(words.split())[:MAX_DETAIL])
        for words in found
    ]
    update = {"title": title, "boilerplate": spans, "problems": (*article.problems, *problems)}
    return article.model_copy(update=update)


def _delimited(text: str) -> list[Span]:
    if "<" not in text and "[" not in text:
        return []
    # Lower-cased in ASCII alone, so that places stay what they are.
    low = text.translate(_LOWER)
    found = [s for opening, closing in _DELIMITED for s in _between(low, opening, closing)]
    return [*found, *_between(low, _UNSHOWN, "</{tag}>")]


def _between(text: str, opening: re.Pattern[str], closing: str) -> Iterator[Span]:
    """From each opening to its closing. One that is missing is looked for once: linear, whatever stands there."""
    at = 0
    missing: set[str] = set()
    for match in opening.finditer(text):
        words = closing.format(**match.groupdict())
        if match.start() < at or words in missing:
            continue
        end = text.find(words, match.end())
        if end < 0:
            missing.add(words)
            continue
        at = end + len(words)
        yield Span(start=match.start(), end=at)


def _addressed(text: str, body: Sequence[Sentence]) -> list[Span]:
    """Sentences that are addressed to a machine, and those that belong to them."""
    scores = scores_of([s.text for s in body])
    if max(scores, default=-CERTAINLY) < weights().goes_on:
        return []
    chosen: set[int] = set()
    for block in _blocks(text, body):
        chosen |= _of_block(text, body, scores, block, is_headed=block.start - 1 in chosen)
    return [body[i].span for i in sorted(chosen)]


def scores_of(sentences: Sequence[str]) -> list[float]:
    """The score of each sentence of one article."""
    is_english = _is_english(" ".join(sentences[:LANGUAGE_SAMPLE]))
    return [weights().score(s, is_foreign=is_english and _is_foreign(s)) for s in sentences]


def _of_block(
    text: str, body: Sequence[Sentence], scores: Sequence[float], block: range, *, is_headed: bool
) -> set[int]:  # fmt: skip
    """Places in `body` of the sentences of one block of lines that are to be left out.

    `is_headed`: the block before it ends with such a sentence; when that is a heading, the next one may go on.
    """
    least = weights().goes_on
    chosen = {i for i in block if scores[i] >= weights().addressed}
    chosen |= {j for i in block[:-1] if min(scores[i], scores[i + 1]) >= least for j in (i, i + 1)}
    if is_headed and scores[block.start] >= least and body[block.start - 1].text[-1] not in _STOPS:
        chosen.add(block.start)
    if not chosen:
        return set()
    for order in (block, reversed(block)):
        for i in order:
            is_beside = not chosen.isdisjoint((i - 1, i + 1))
            if is_beside and (scores[i] >= least or _TURN.match(body[i].text)):
                chosen.add(i)
    chosen |= {i for i in block if i - 1 in chosen and _is_announced(text, body[i - 1], body[i])}
    if max(chosen) - min(chosen) + 1 - len(chosen) <= MOST_BETWEEN:
        chosen |= set(range(min(chosen), max(chosen) + 1))
    start, end = body[block.start].start, body[block[-1]].end
    has_lines = "\n" in text[start:end]
    is_most = 2 * sum(len(body[i].text) for i in chosen) >= end - start
    if end - start <= MAX_BLOCK and (block.start in chosen or (has_lines and is_most)):
        chosen |= set(block)
    return chosen


def _is_announced(text: str, before: Sentence, sentence: Sentence) -> bool:
    """True after a colon, and for what a turn of a conversation goes on to say on its line."""
    is_same_line = "\n" not in text[before.end : sentence.start]
    return before.text.rstrip().endswith(":") or (is_same_line and _TURN.match(before.text) is not None)


def _blocks(text: str, body: Sequence[Sentence]) -> Iterator[range]:
    """Runs of sentences with no blank line between them."""
    start = 0
    for i in range(1, len(body) + 1):
        if i == len(body) or text.count("\n", body[i - 1].end, body[i].start) > 1:
            yield range(start, i)
            start = i


def _is_english(text: str) -> bool:
    words = [w.casefold() for w in _WORD.findall(text)]
    if len(words) < LEAST_WORDS:
        return text.isascii()
    return sum(w in _ENGLISH for w in words) >= ENGLISH_SHARE * len(words)


def _is_foreign(text: str) -> bool:
    """True for a sentence that is not in English, or has a part in another script."""
    return not _is_english(text) or _OTHER_SCRIPT.search(as_read(text)) is not None


def _joined(text: str, spans: Sequence[Span]) -> tuple[Span, ...]:
    """The spans in order; those that overlap or have only white space between them are one."""
    joined: list[Span] = []
    for span in sorted(spans, key=lambda s: (s.start, s.end)):
        if joined and not text[joined[-1].end : span.start].strip():
            joined[-1] = Span(start=joined[-1].start, end=max(joined[-1].end, span.end))
        else:
            joined.append(span)
    return tuple(joined)
