"""Two annotators' gold of the same articles -> how far they agree, and where they do not.

Commitments are aligned as a run's are with gold (aligning.py), and neither counts as right: F1 is the same in both
directions. Labels of sentences (states a commitment or not), polarity and strength of aligned commitments get Cohen's
κ (Cohen 1960) and Krippendorff's α for nominal data (Krippendorff 2011).
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple

import numpy as np

from eval.aligning import CORE_ACTION, CORE_ACTOR, NORMALISER, TAU, Pair, align, span_overlap
from eval.gold import Gold, GoldArticle, GoldCommitment
from eval.predictions import item_of
from pipeline.records import Span

# Resamples of articles for an interval, and the seed of the generator.
RESAMPLES, SEED = 2_000, 20_260
# Fields that are either given or not, and the least similarity that counts as the same.
SAME = 0.95


class Rate(NamedTuple):
    """How many of how many, with a 95 % interval over articles; the interval is None where it cannot be said."""

    value: float | None
    low: float | None
    high: float | None
    n: int


@dataclass(frozen=True)
class Disagreement:
    """What one of the two marked alone, or both in different ways; `left` or `right` is None where it is missing."""

    article: str
    kind: str
    left: GoldCommitment | None
    right: GoldCommitment | None
    fields: tuple[str, ...] = ()


@dataclass
class Agreement:
    """Agreement over articles that both have; `only_left` and `only_right` are the others."""

    articles: int
    left: int
    right: int
    both_empty: int
    one_empty: int
    detection: Rate
    core: Rate
    fields: dict[str, Rate]
    sentence_kappa: float | None
    sentence_alpha: float | None
    polarity_kappa: float | None
    polarity_alpha: float | None
    strength_kappa: float | None
    strength_alpha: float | None
    evidence_overlap: Rate
    disagreements: list[Disagreement] = field(default_factory=list)
    only_left: tuple[str, ...] = ()
    only_right: tuple[str, ...] = ()
    signature: str = ""

    def to_json(self) -> dict[str, Any]:
        """Plain values, rates and commitments as objects."""
        found = asdict(self)
        for name in ("detection", "core", "evidence_overlap"):
            found[name] = getattr(self, name)._asdict()
        found["fields"] = {name: rate._asdict() for name, rate in self.fields.items()}
        for written, d in zip(found["disagreements"], self.disagreements, strict=True):
            written |= {side: c and c.model_dump(mode="json") for side, c in (("left", d.left), ("right", d.right))}
        return found


class _Compared(NamedTuple):
    """One article's commitments of both, aligned."""

    left: GoldArticle
    right: GoldArticle
    pairs: list[Pair]


def agreement(left: Gold, right: Gold, sentences: Callable[[str], Sequence[Span]] | None = None) -> Agreement:
    """Raises ValueError when they share no article. `sentences` gives those of an article, for labels by sentence."""
    shared = sorted(set(left.articles) & set(right.articles))
    if not shared:
        raise ValueError("the two share no article")
    compared = [_compared(left.articles[i], right.articles[i]) for i in shared]
    pairs = [(c, p) for c in compared for p in c.pairs]
    polarity = [(c.left.commitments[p.left].polarity, c.right.commitments[p.right].polarity) for c, p in pairs]
    strength = [(c.left.commitments[p.left].strength, c.right.commitments[p.right].strength) for c, p in pairs]
    units = [u for c in compared for u in _sentence_labels(c, sentences)] if sentences else []
    return Agreement(
        articles=len(shared),
        left=sum(len(c.left.commitments) for c in compared),
        right=sum(len(c.right.commitments) for c in compared),
        both_empty=sum(not c.left.commitments and not c.right.commitments for c in compared),
        one_empty=sum((not c.left.commitments) != (not c.right.commitments) for c in compared),
        detection=_f1(compared, lambda _: True),
        core=_f1(compared, lambda p: p.is_core),
        fields={name: _field(compared, name) for name in FIELDS},
        sentence_kappa=kappa(units),
        sentence_alpha=alpha(units),
        polarity_kappa=kappa(polarity),
        polarity_alpha=alpha(polarity),
        strength_kappa=kappa(strength),
        strength_alpha=alpha(strength),
        evidence_overlap=_overlap(compared),
        disagreements=[d for c in compared for d in _disagreements(c)],
        only_left=tuple(sorted(set(left.articles) - set(right.articles))),
        only_right=tuple(sorted(set(right.articles) - set(left.articles))),
        signature=f"normaliser {NORMALISER}, tau {TAU}, {RESAMPLES} resamples, seed {SEED},"
        f" gold {left.sha256[:12]} and {right.sha256[:12]}",
    )


def _compared(left: GoldArticle, right: GoldArticle) -> _Compared:
    return _Compared(
        left, right, align([item_of(c) for c in left.commitments], [item_of(c) for c in right.commitments])
    )


# --- rates over articles


def _rate(counts: Sequence[tuple[float, float]]) -> Rate:
    """Sums of numerators over sums of denominators, one pair an article; the interval from resampled articles."""
    above, below = (np.array([c[k] for c in counts]) for k in (0, 1))
    total = float(below.sum())
    if not total:
        return Rate(None, None, None, 0)
    draws = np.random.Generator(np.random.PCG64(SEED)).integers(0, len(counts), (RESAMPLES, len(counts)))
    sums = below[draws].sum(axis=1)
    values = above[draws].sum(axis=1)[sums > 0] / sums[sums > 0]
    low, high = np.percentile(values, [2.5, 97.5]) if len(counts) > 1 else (None, None)
    return Rate(float(above.sum()) / total, _float(low), _float(high), int(total))


def _float(value: float | None) -> float | None:
    return None if value is None else float(value)


def _f1(compared: Sequence[_Compared], counts: Callable[[Pair], bool]) -> Rate:
    rows = [
        (2.0 * sum(map(counts, c.pairs)), float(len(c.left.commitments) + len(c.right.commitments))) for c in compared
    ]
    rate = _rate(rows)
    return rate._replace(n=sum(len(c.left.commitments) + len(c.right.commitments) for c in compared))


def _field(compared: Sequence[_Compared], name: str) -> Rate:
    same = FIELDS[name]
    rows: list[tuple[float, float]] = []
    for c in compared:
        judged = [same(c.left.commitments[p.left], c.right.commitments[p.right], p) for p in c.pairs]
        known = [j for j in judged if j is not None]
        rows.append((float(sum(known)), float(len(known))))
    return _rate(rows)


def _overlap(compared: Sequence[_Compared]) -> Rate:
    rows: list[tuple[float, float]] = []
    for c in compared:
        overlaps = [
            span_overlap(c.left.commitments[p.left].evidence, c.right.commitments[p.right].evidence) for p in c.pairs
        ]
        rows.append((sum(overlaps), float(len(overlaps))))
    return _rate(rows)


_Judge = Callable[[GoldCommitment, GoldCommitment, Pair], bool | None]


def _similar(name: str, least: float = SAME) -> _Judge:
    return lambda _left, _right, pair: None if name not in pair.fields else pair.fields[name] >= least


def _given(name: str) -> _Judge:
    """Both give it or neither does; None where neither does."""

    def judge(left: GoldCommitment, right: GoldCommitment, _: Pair) -> bool | None:
        values = getattr(left, name), getattr(right, name)
        return None if values == (None, None) else None not in values

    return judge


FIELDS: dict[str, _Judge] = {
    "actor": _similar("actor", CORE_ACTOR),
    "action": _similar("action", CORE_ACTION),
    "polarity": lambda left, right, _: left.polarity == right.polarity,
    "strength": lambda left, right, _: left.strength == right.strength,
    "deadline": _similar("deadline"),
    "recipient": _similar("recipient"),
    "condition given": _given("condition"),
    "implementer given": _given("implementer"),
    "evidence": _similar("evidence"),
}


# --- coefficients


def kappa(pairs: Sequence[tuple[Hashable, Hashable]]) -> float | None:
    """Cohen's κ; None without units, or when both use one label for all: chance then explains everything."""
    if not pairs:
        return None
    observed = sum(a == b for a, b in pairs) / len(pairs)
    left, right = Counter(a for a, _ in pairs), Counter(b for _, b in pairs)
    expected = sum(left[v] * right[v] for v in left) / len(pairs) ** 2
    return None if expected == 1.0 else (observed - expected) / (1 - expected)


def alpha(pairs: Sequence[tuple[Hashable, Hashable]]) -> float | None:
    """Krippendorff's α for nominal data and two annotators who labelled every unit; None as for `kappa`."""
    if not pairs:
        return None
    values = Counter(v for pair in pairs for v in pair)
    n = sum(values.values())
    expected = 1 - sum(c * (c - 1) for c in values.values()) / (n * (n - 1))
    observed = sum(a != b for a, b in pairs) / len(pairs)
    return None if expected == 0.0 else 1 - observed / expected


def _sentence_labels(c: _Compared, sentences: Callable[[str], Sequence[Span]]) -> Iterator[tuple[bool, bool]]:
    marked = [[e for item in side.commitments for e in item.evidence] for side in (c.left, c.right)]
    for span in sentences(c.left.id):
        yield any(span.overlaps(e) for e in marked[0]), any(span.overlaps(e) for e in marked[1])


# --- where they differ


def _disagreements(c: _Compared) -> Iterator[Disagreement]:
    left = {p.left: p for p in c.pairs}
    right = {p.right for p in c.pairs}
    for place, commitment in enumerate(c.left.commitments):
        pair = left.get(place)
        if pair is None:
            yield Disagreement(c.left.id, "only the first", commitment, None)
            continue
        other = c.right.commitments[pair.right]
        fields = tuple(n for n, same in FIELDS.items() if same(commitment, other, pair) is False)
        if fields:
            yield Disagreement(c.left.id, "fields", commitment, other, fields)
    for place, commitment in enumerate(c.right.commitments):
        if place not in right:
            yield Disagreement(c.right.id, "only the second", None, commitment)


def by_part(gold: Gold) -> dict[str, list[str]]:
    """The ids of each part of a gold folder."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for article_id, part in gold.parts.items():
        found[part].append(article_id)
    return dict(found)
