"""Rows of sums -> scores: each a sum over articles divided by another, with its 95 % interval, or why there is none.

Primary are micro scores (sums over documents); an article without commitments is never a score of 1 of its own, it
stands in the lines on empty articles.
"""

import difflib
import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib import resources
from itertools import product
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from eval.aligning import NORMALISER, TAU
from eval.scoring import FIELDS, OUTCOMES, SCORER, SWEEP, Row
from eval.summaries import MEASURES, SUMMARIES_VERSION
from eval.uncertainty import RESAMPLES, SEED, Interval, Numbers, draw, interval_of
from pipeline.errors import InputError

# Files that decide what a score is; their hash is in the signature, so that no change goes unseen.
_OF_EVAL = (
    "gold aligning predictions imports scoring taxonomy summaries telling baselines metrics uncertainty selecting"
    " benchmarks"
)
DECIDING = (
    *(f"eval/{name}.py" for name in _OF_EVAL.split()),
    "pipeline/language.py",
)
POLARITIES, STRENGTHS = ("do", "not_do"), ("firm", "intention", "conditional")


class Metric(NamedTuple):
    """Σ `above` / Σ `below`, both by the names of sums and how often each counts.

    `better`: whether more of it is better; None: neither. `lacking` says what is missing when nothing is below.
    """

    key: str
    title: str
    group: str
    above: Mapping[str, float]
    below: Mapping[str, float]
    better: bool | None = True
    lacking: str = "there is nothing to divide by"


class Score(NamedTuple):
    """`documents` are those that the score is of; without a value, `why` says why it was not scored."""

    value: float | None
    low: float | None
    high: float | None
    documents: int
    why: str = ""


def _metrics() -> Iterator[Metric]:
    for tier in ("detection", "core", "exact"):
        hits, title = f"{tier}_hits", tier.capitalize()
        yield Metric(
            f"{tier}_precision", f"{title} precision", tier, {hits: 1}, {"found": 1}, True, "nothing was found"
        )
        yield Metric(f"{tier}_recall", f"{title} recall", tier, {hits: 1}, {"gold": 1}, True, "no gold commitment")
        yield Metric(
            f"{tier}_f1", f"{title} F1", tier, {hits: 2}, {"gold": 1, "found": 1}, True, "nothing on either side"
        )
    yield Metric("soft_f1", "Soft F1", "soft", {"soft": 2}, {"gold": 1, "found": 1}, True, "nothing on either side")
    yield Metric(
        "soft_of_documents", "Soft F1, mean over articles with anything in them", "soft", {"soft_of_document": 1},
        {"documents_with_any": 1}, True, "no article has anything in it",
    )  # fmt: skip
    yield from _of_empty()
    yield from _of_labels()
    yield from _of_evidence()
    for name in FIELDS:
        yield from _of_field(name)
    for tau in SWEEP:
        yield Metric(f"core_f1@{tau:.2f}", f"Core F1, τ = {tau:.2f}", "sweep", {f"core_hits@{tau:.2f}": 2},
                     {"gold": 1, "found": 1})  # fmt: skip
    yield from _of_summaries()


def _of_empty() -> Iterator[Metric]:
    why = "every article has a commitment"
    yield Metric(
        "abstention", "Articles with none, left empty", "empty", {"left_empty": 1}, {"empty_gold": 1}, True, why
    )
    yield Metric(
        "false_on_empty", "False commitments an article with none", "empty", {"false_on_empty": 1}, {"empty_gold": 1},
        False, why,
    )  # fmt: skip
    yield Metric("failed", "Articles that failed", "empty", {"failed": 1}, {"documents": 1}, False)


def _of_labels() -> Iterator[Metric]:
    why = "nothing is assigned"
    for label, values in (("polarity", POLARITIES), ("strength", STRENGTHS)):
        right = {f"{label}.{v}.{v}": 1.0 for v in values}
        every = {f"{label}.{g}.{f}": 1.0 for g, f in product(values, values)}
        yield Metric(f"{label}_accuracy", f"{label.capitalize()} right, of assigned", "labels", right, every, True, why)
    yield Metric(
        "deadline_days", "Deadline days right, of assigned with days", "labels", {"dated_right": 1}, {"dated": 1}, True,
        "no assigned commitment has days",
    )  # fmt: skip


def _of_evidence() -> Iterator[Metric]:
    nothing, none = "nothing was found", "nothing is assigned"
    yield Metric(
        "grounded",
        "Evidence in the article",
        "evidence",
        {"grounded": 1},
        {"quoted": 1},
        True,
        f"{nothing}, or the texts are not here",
    )
    yield Metric(
        "spans_exact", "Spans as in the gold, of assigned", "evidence", {"spans_exact": 1}, {"spans": 1}, True, none
    )
    yield Metric(
        "spans_partial", "Spans half as in the gold, of assigned", "evidence", {"spans_partial": 1}, {"spans": 1}, None,
        none,
    )  # fmt: skip
    for prefix, title in (("", ""), ("aligned_", ", of assigned")):
        both, found, gold = (f"{prefix}chars_{side}" for side in ("both", "found", "gold"))
        yield Metric(
            f"{prefix}chars_precision", f"Evidence characters, precision{title}", "evidence", {both: 1}, {found: 1}
        )
        yield Metric(f"{prefix}chars_recall", f"Evidence characters, recall{title}", "evidence", {both: 1}, {gold: 1})
        yield Metric(f"{prefix}chars_f1", f"Evidence characters, F1{title}", "evidence", {both: 2}, {found: 1, gold: 1})
    yield Metric(
        "length_ratio", "Evidence length, found to gold, of assigned", "evidence", {"length_ratio": 1}, {"spans": 1},
        None, none,
    )  # fmt: skip
    both, found, gold, why = "sentences_both", "sentences_found", "sentences_gold", "the texts are not here"
    yield Metric("sentences_precision", "Evidence sentences, precision", "evidence", {both: 1}, {found: 1}, True, why)
    yield Metric("sentences_recall", "Evidence sentences, recall", "evidence", {both: 1}, {gold: 1}, True, why)
    yield Metric("sentences_f1", "Evidence sentences, F1", "evidence", {both: 2}, {found: 1, gold: 1}, True, why)


def _of_field(name: str) -> Iterator[Metric]:
    """Half credit for what is half right (MUC; SemEval-2013): end to end, and over assigned pairs alone."""
    why = "neither side has one"
    for prefix, group, title in (("field", "fields", ""), ("aligned", "fields of assigned", ", of assigned")):
        correct, partial, incorrect, missing, spurious = (f"{prefix}.{name}.{outcome}" for outcome in OUTCOMES)
        credit = {correct: 1.0, partial: 0.5}
        given = {correct: 1.0, partial: 1.0, incorrect: 1.0, spurious: 1.0}
        wanted = {correct: 1.0, partial: 1.0, incorrect: 1.0, missing: 1.0}
        both = {key: given.get(key, 0.0) + wanted.get(key, 0.0) for key in {**given, **wanted}}
        key, words = f"{prefix}_{name}", f"{name.capitalize()}{title}"
        yield Metric(f"{key}_precision", f"{words}, precision", group, credit, given, True, why)
        yield Metric(f"{key}_recall", f"{words}, recall", group, credit, wanted, True, why)
        yield Metric(f"{key}_f1", f"{words}, F1", group, {k: 2 * v for k, v in credit.items()}, both, True, why)


def _of_summaries() -> Iterator[Metric]:
    """Plain means over the summaries that the measure could be taken of; shares of commitments over commitments."""
    counts = ("commitments", "commitments_covered", "commitments_distorted")
    for name, measure in MEASURES.items():
        if name not in counts:
            title, lacking = measure.title[0].upper() + measure.title[1:], "no summary that it could be taken of"
            above, below = {f"summary.{name}": 1.0}, {f"summaries.{name}": 1.0}
            yield Metric(f"summary_{name}", title, "summaries", above, below, measure.higher_is_better, lacking)
    for key, title, better in (
        ("commitments_covered", "Commitments that the summary tells", True),
        ("commitments_distorted", "Commitments that the summary distorts", False),
    ):
        yield Metric(
            f"summary_{key}", title, "summaries", {f"summary.{key}": 1}, {"summary.commitments": 1}, better,
            "no summary of an article with commitments",
        )  # fmt: skip


METRICS: dict[str, Metric] = {m.key: m for m in _metrics()}
# What tables and comparisons show first, and what Holm's adjustment goes over.
HEADLINES = (
    "core_f1", "detection_f1", "exact_f1", "soft_f1", "abstention", "false_on_empty", "polarity_accuracy",
    "strength_accuracy", "deadline_days", "chars_f1",
)  # fmt: skip
HEADLINE = HEADLINES[0]


def known_scores(keys: Sequence[str]) -> tuple[str, ...]:
    """The keys, each once, the headline first. Raises InputError for what is no score, with the nearest that is one."""
    for key in keys:
        if key not in METRICS:
            near = difflib.get_close_matches(key, METRICS, n=1)
            hint = f"did you mean {near[0]!r}?" if near else "the keys of `onrecord eval score --json` are the scores"
            raise InputError(f"there is no score {key!r}", hint=hint)
    return tuple(dict.fromkeys((HEADLINE, *keys)))


class Sheet(NamedTuple):
    """A run's rows, in the order of the gold, and its scores by the metric's key."""

    name: str
    rows: tuple[Row, ...]
    scores: dict[str, Score]
    made_by: Mapping[str, object] = MappingProxyType({})

    def total(self, name: str) -> float:
        return sum(row.sums.get(name, 0.0) for row in self.rows)


def columns(rows: Sequence[Row], keys: Sequence[str]) -> tuple[Numbers, Numbers]:
    """Numerators and denominators: (rows, keys) each."""
    names = sorted({name for key in keys for name in (*METRICS[key].above, *METRICS[key].below)})
    sums = np.array([[row.sums.get(name, 0.0) for name in names] for row in rows]).reshape(len(rows), len(names))
    place = {name: i for i, name in enumerate(names)}

    def weighted(parts: Sequence[Mapping[str, float]]) -> Numbers:
        weights = np.zeros((len(names), len(parts)))
        for k, part in enumerate(parts):
            for name, weight in part.items():
                weights[place[name], k] = weight
        return np.asarray(sums @ weights)

    return weighted([METRICS[k].above for k in keys]), weighted([METRICS[k].below for k in keys])


def scores_of(rows: Sequence[Row], keys: Sequence[str] = tuple(METRICS)) -> dict[str, Score]:
    above, below = columns(rows, keys)
    drawn = draw(above, below)
    return {key: _score(METRICS[key], interval_of(drawn, k), below[:, k], rows) for k, key in enumerate(keys)}


def _score(metric: Metric, found: Interval, below: Numbers, rows: Sequence[Row]) -> Score:
    why = _why_not(metric, rows) if found.value is None else ""
    return Score(*found, int(np.count_nonzero(below)), why)


def _why_not(metric: Metric, rows: Sequence[Row]) -> str:
    """Of a summary's measure what most articles say; else what the metric says when nothing is below."""
    if metric.group != "summaries":
        finds = any(row.finds for row in rows) or not rows
        return metric.lacking if finds else "the system looks for no commitments"
    name = metric.key.removeprefix("summary_")
    told = Counter(why for row in rows if (why := row.summary.not_scored.get(name)))
    return told.most_common(1)[0][0] if told else metric.lacking


def sheet(name: str, rows: Sequence[Row], made_by: Mapping[str, object] | None = None) -> Sheet:
    return Sheet(name, tuple(rows), scores_of(rows), made_by or {})


def by_part(rows: Sequence[Row], keys: Sequence[str] = ("detection_f1", "core_f1")) -> dict[str, dict[str, Score]]:
    """The scores of each part of the gold folder; one part alone says nothing new."""
    parts = sorted({row.part for row in rows})
    return {part: scores_of([r for r in rows if r.part == part], keys) for part in parts} if len(parts) > 1 else {}


def signature(gold_sha256: str, split: str, texts: str) -> str:
    """What two scores must share to be comparable."""
    own = {**_signed(), "tau": TAU, "gold": gold_sha256[:12], "split": split, "texts": texts}
    return " | ".join(f"{name} {value}" for name, value in own.items())


def benchmark_signature() -> str:
    """As `signature`, of scores that are of no gold of ours."""
    return " | ".join(f"{name} {value}" for name, value in _signed().items())


def _signed() -> dict[str, object]:
    return {
        "scorer": SCORER,
        "code": code_sha256()[:8],
        "normaliser": NORMALISER,
        "summaries": SUMMARIES_VERSION,
        "splitter": _sha("pipeline/sentences.py")[:8],
        "resamples": RESAMPLES,
        "seed": SEED,
    }


@cache
def code_sha256() -> str:
    return hashlib.sha256("".join(_sha(name) for name in DECIDING).encode()).hexdigest()


def _sha(name: str) -> str:
    package, _, file = name.partition("/")
    return hashlib.sha256((resources.files(package) / file).read_bytes()).hexdigest()
