"""Two lists of commitments of one article -> which belong together, and how alike they are.

Field similarities are combined into one for a pair; pairs below τ count for nothing; the rest are assigned one to one
with the greatest sum (Kuhn 1955, by `scipy.optimize.linear_sum_assignment`). Gating comes before assigning: the other
way round, a valid pair is lost when the best sum runs through an invalid one.
"""

import json
import re
import unicodedata
from calendar import isleap, monthrange
from collections import Counter
from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from pipeline.language import negations, numbers
from pipeline.records import Span

# The normaliser's version, in the signature of every score: it may not change with the pipeline's own (language.py).
NORMALISER = "1"
# A pair less alike than this is none; sums of products miss a tie by the last bit.
TAU, ROUNDING = 0.5, 1e-9
WEIGHTS = {"action": 0.40, "actor": 0.25, "evidence": 0.15, "deadline": 0.10, "recipient": 0.10}
# Core, the headline: the right actor, and the right action after its penalties.
CORE_ACTOR, CORE_ACTION = 0.8, 0.5
# A field is right from here on.
RIGHT = 0.95
# Another polarity, or other figures, halve the similarity of two actions.
PENALTY = 0.5

_QUOTES = str.maketrans(
    {"‘": "'", "’": "'", "‚": "'", "‛": "'", "`": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"'}
)
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−", "-"))
_TOKEN = re.compile(r"\w+")
_ARTICLE = re.compile(r"(?:the|an?)\s+(?=\S)")


class Deadline(NamedTuple):
    """Words, and the first and last day, ISO dates; None where the words give none."""

    text: str
    earliest: str | None
    latest: str | None


class Item(NamedTuple):
    """A commitment as it is compared. A gold one may have several acceptable names, actions and runs of evidence."""

    actors: tuple[str, ...]
    actions: tuple[str, ...]
    polarity: str
    strength: str
    evidence: tuple[Span, ...]
    deadline: Deadline | None = None
    recipient: str | None = None
    condition: str | None = None
    implementer: str | None = None

    @property
    def order(self) -> str:
        """Sorts a list in one way, whatever order it came in."""
        spans = [[s.start, s.end] for s in self.evidence]
        return json.dumps([self.actions, self.actors, spans, self[2:4], self[5:]])


class Pair(NamedTuple):
    """Places in the two lists, the pair's similarity and those of its fields (absent where neither side has one).

    `is_reversed`: one undertakes what the other refuses. `has_other_figures`: both have figures, and they differ.
    """

    left: int
    right: int
    similarity: float
    fields: dict[str, float]
    is_reversed: bool = False
    has_other_figures: bool = False

    @property
    def is_core(self) -> bool:
        is_right = self.fields["actor"] >= CORE_ACTOR and self.fields["action"] >= CORE_ACTION
        return is_right and not self.is_reversed and not self.has_other_figures

    @property
    def is_exact(self) -> bool:
        return self.similarity >= 1.0 - ROUNDING


@lru_cache(maxsize=65_536)
def normalised(text: str) -> str:
    """One kind of letters, quotes, dashes, spaces; "n't" as " not"; no leading article, if something remains."""
    text = unicodedata.normalize("NFKC", text).casefold().translate(_QUOTES).translate(_DASHES).replace("\u00ad", "")
    text = " ".join(text.replace("can't", "can not").replace("won't", "will not").replace("n't", " not").split())
    return _ARTICLE.sub("", text, count=1) if _ARTICLE.match(text) else text


@lru_cache(maxsize=65_536)
def tokens(text: str) -> tuple[str, ...]:
    return tuple(_TOKEN.findall(normalised(text)))


def token_f1(left: str, right: str) -> float:
    """Twice the shared tokens over all tokens, counted with repetitions; 1 for two texts without any."""
    a, b = Counter(tokens(left)), Counter(tokens(right))
    if not a and not b:
        return 1.0
    return 2 * sum((a & b).values()) / (sum(a.values()) + sum(b.values()))


def action_similarity(left: Item, right: Item) -> float:
    return _likest_action(left.actions, left.polarity, right.actions, right.polarity).similarity


class _Likeness(NamedTuple):
    """Of two actions, after the penalties; of wordings that are equally alike the one that says the same is first."""

    similarity: float
    is_same_way: bool
    has_same_figures: bool


def _likest_action(left: tuple[str, ...], left_polarity: str, right: tuple[str, ...], right_polarity: str) -> _Likeness:
    """Of the wordings that fit best."""
    return max(_action(a, left_polarity, b, right_polarity) for a in left for b in right)


def _action(left: str, left_polarity: str, right: str, right_polarity: str) -> _Likeness:
    is_negated = [
        (polarity == "not_do") ^ bool(negations(text) % 2)
        for text, polarity in ((left, left_polarity), (right, right_polarity))
    ]
    figures = [_figures(text) for text in (left, right)]
    is_same_way = is_negated[0] == is_negated[1]
    has_same_figures = not all(figures) or figures[0] == figures[1]
    similarity = token_f1(left, right) * PENALTY ** ((not is_same_way) + (not has_same_figures))
    return _Likeness(similarity, is_same_way, has_same_figures)


@lru_cache(maxsize=65_536)
def _figures(text: str) -> Counter[str]:
    """Looked at only, never changed."""
    return numbers(text)


def deadline_similarity(left: Deadline | None, right: Deadline | None) -> float | None:
    """Days in both intervals over days in either; by the words where neither gives days. None: neither has one.

    `left` is the gold: an open side of either is closed at its grain ("by 2030" is a year, "by 2 May" a day).
    """
    if left is None and right is None:
        return None
    if left is None or right is None:
        return 0.0
    spans = [_days(d) for d in (left, right)]
    if spans[0] is None or spans[1] is None:
        return token_f1(left.text, right.text) if spans[0] is None and spans[1] is None else 0.0
    days = _grain(*spans[0])
    (a, b), (c, d) = (_closed(*span, days) for span in (spans[0], spans[1]))
    both = max(0, min(b, d) - max(a, c) + 1)
    return both / (b - a + 1 + d - c + 1 - both)


def _days(deadline: Deadline) -> tuple[int | None, int | None] | None:
    """None where there are none: nothing lies between a day and one before it."""
    first, last = (date.fromisoformat(d).toordinal() if d else None for d in (deadline.earliest, deadline.latest))
    if first is None or last is None:
        return None if first is last else (first, last)
    return (first, last) if first <= last else None


def _grain(first: int | None, last: int | None) -> int:
    """Days of the period that the gold's words name: between its two days, or by where its one day stands."""
    if first is not None and last is not None:
        return last - first + 1
    day = date.fromordinal(first or last or 1)
    days_of_month = monthrange(day.year, day.month)[1]
    if day.day != (days_of_month if first is None else 1):
        return 1
    if day.month != (12 if first is None else 1):
        return days_of_month
    return 366 if isleap(day.year) else 365


def _closed(first: int | None, last: int | None, days: int) -> tuple[int, int]:
    """An interval with its open side closed so that it has so many days."""
    if first is None:
        assert last is not None
        return last - days + 1, last
    return first, first + days - 1 if last is None else last


def span_overlap(left: Sequence[Span], right: Sequence[Span]) -> float:
    """Characters in both over characters in either."""
    left, right = merged(left), merged(right)
    both = sum(max(0, min(a.end, b.end) - max(a.start, b.start)) for a in left for b in right)
    either = sum(s.end - s.start for s in (*left, *right)) - both
    return both / either if either else 1.0


def merged(spans: Sequence[Span]) -> list[Span]:
    """The same characters, each once: in order, disjoint."""
    found: list[Span] = []
    for span in sorted(spans, key=lambda s: (s.start, s.end)):
        if found and span.start < found[-1].end:
            found[-1] = Span(start=found[-1].start, end=max(found[-1].end, span.end))
        else:
            found.append(span)
    return found


def evidence_similarity(left: Item, right: Item) -> float:
    """The overlap with all evidence of the gold (`left`), or with one run of it: any one place states it."""
    options = [left.evidence, *([run] for run in left.evidence)]
    return max(span_overlap(spans, right.evidence) for spans in options)


def fields_of(left: Item, right: Item) -> dict[str, float]:
    """`left` is the gold: each of its names, wordings and runs of evidence is as good as the others."""
    found: dict[str, float | None] = {
        "actor": max(token_f1(a, b) for a in left.actors for b in right.actors),
        "action": action_similarity(left, right),
        "evidence": evidence_similarity(left, right),
        "deadline": deadline_similarity(left.deadline, right.deadline),
        "recipient": _optional(left.recipient, right.recipient),
    }
    return {name: value for name, value in found.items() if value is not None}


def _optional(left: str | None, right: str | None) -> float | None:
    if left is None and right is None:
        return None
    return token_f1(left, right) if left is not None and right is not None else 0.0


def similarity(fields: dict[str, float]) -> float:
    """The weighted mean over the fields that one side at least has."""
    return sum(WEIGHTS[f] * s for f, s in fields.items()) / sum(WEIGHTS[f] for f in fields)


def align(gold: Sequence[Item], found: Sequence[Item], *, tau: float = TAU) -> list[Pair]:
    """The pairs of the assignment with the greatest sum of similarities, each at least `tau`."""
    return assign(compare(gold, found), tau=tau)


class Comparison(NamedTuple):
    """Every gold commitment against every found one: `pairs[i][j]`, and how each list stands in canonical order."""

    pairs: tuple[tuple[Pair, ...], ...]
    rows: tuple[int, ...]
    columns: tuple[int, ...]

    @property
    def similarities(self) -> list[list[float]]:
        return [[pair.similarity for pair in row] for row in self.pairs]


def compare(gold: Sequence[Item], found: Sequence[Item]) -> Comparison:
    pairs = tuple(tuple(_pair(i, g, j, f) for j, f in enumerate(found)) for i, g in enumerate(gold))
    rows = sorted(range(len(gold)), key=lambda i: gold[i].order)
    columns = sorted(range(len(found)), key=lambda j: found[j].order)
    return Comparison(pairs, tuple(rows), tuple(columns))


def _pair(i: int, gold: Item, j: int, found: Item) -> Pair:
    fields = fields_of(gold, found)
    action = _likest_action(gold.actions, gold.polarity, found.actions, found.polarity)
    return Pair(i, j, similarity(fields), fields, not action.is_same_way, not action.has_same_figures)


def assign(compared: Comparison, *, tau: float = TAU) -> list[Pair]:
    """One to one, with the greatest sum of the similarities that are at least `tau`; in the order of the gold.

    Of assignments with the same sum the one with more hits in the three tiers: else the order of words would decide.
    """
    pairs = [[compared.pairs[i][j] for j in compared.columns] for i in compared.rows]
    weights = [[pair.similarity + ROUNDING * _tiers(pair) for pair in row] for row in pairs]
    return sorted((pairs[i][j] for i, j in matching(weights, tau=tau)), key=lambda p: p.left)


def _tiers(pair: Pair) -> int:
    return 1 + pair.is_core + pair.is_exact


def matching(weights: Sequence[Sequence[float]], *, tau: float = TAU) -> list[tuple[int, int]]:
    """Places of the pairs, one to one, with the greatest sum of weights that are at least `tau`."""
    if not weights or not weights[0]:
        return []
    from scipy.optimize import linear_sum_assignment

    matrix = np.array(weights)
    gated = np.where(matrix >= tau - ROUNDING, matrix, 0.0)
    return [
        (int(i), int(j)) for i, j in zip(*linear_sum_assignment(gated, maximize=True), strict=True) if gated[i, j] > 0
    ]
