"""Runs and gold -> how far confidences are the share of hits, and what each least confidence gives: errors, a curve.

Expected calibration error (Naeini, Cooper and Hauskrecht 2015; Guo et al. 2017): found commitments in bins of like
confidence, the mean distance of a bin's mean confidence to its share of hits. Bins of equal width are Guo's; bins of
equal count (Nguyen and O'Connor 2015) leave none nearly empty. The Brier score (1950) is the mean squared distance of
a confidence to 1 for a hit and to 0 for none. A commitment that adjudication left open counts neither way.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from eval.gold import GoldArticle
from eval.metrics import Score, columns, scores_of
from eval.predictions import Prediction, Run
from eval.scoring import Row, rounded, score_article
from eval.selecting import Selection
from eval.tables import aligned, cell, counted
from eval.uncertainty import LEVEL, SEED, TINY, Difference, Interval, Numbers, differences, interval, intervals
from pipeline.display import safe

# Raised when any number that is given here could differ from what the scorer's signature says.
VERSION = "1"
COUNT_BINS, WIDTH_BINS = 15, 10
RESAMPLES = 2_000
# Resamples whose bins are made at once: 500 by 1,000 confidences are 4 MB.
ROWS = 500
# Least confidences that are tried.
LEVELS = tuple(round(0.05 * k, 2) for k in range(20))
# Of these the table tells every second, and the best.
TOLD = LEVELS[::2]
TIERS = ("detection", "core")
SCORES = (
    "detection_precision", "detection_recall", "detection_f1", "core_precision", "core_recall", "core_f1", "abstention",
    "false_on_empty",
)  # fmt: skip
COLUMNS = {
    "detection_precision": "precision", "detection_recall": "recall", "detection_f1": "Detection F1",
    "core_f1": "Core F1", "abstention": "left empty", "false_on_empty": "false on empty",
}  # fmt: skip

Places = NDArray[np.int64]
# Confidences (values,), ascending, and how many there are of each (rows, values) -> the bin of each (rows, values).
Binning = Callable[[Numbers, Numbers], Places]


class Judged(NamedTuple):
    """A found commitment: the place of its article, how sure its system was, whether it is a hit of each tier."""

    article: int
    confidence: float
    detection: bool
    core: bool


class Bin(NamedTuple):
    """Found commitments with confidences from `low` to `high`, both among them; `confidence` is their mean."""

    low: float
    high: float
    found: int
    confidence: float
    hits: Interval


class CalibrationError(NamedTuple):
    """Expected calibration error with its interval.

    Of few commitments it is never 0: `chance` is the mean of a calibrated system with the same confidences, and
    `chance_high` what 95 of 100 such systems stay below.
    """

    value: float
    low: float | None
    high: float | None
    chance: float
    chance_high: float

    @property
    def interval(self) -> Interval:
        return Interval(self.value, self.low, self.high)


class Reliability(NamedTuple):
    """How far confidences are the share of hits of one tier."""

    hits: Interval
    equal_count: CalibrationError
    equal_width: CalibrationError
    brier: Interval
    count_bins: tuple[Bin, ...]
    width_bins: tuple[Bin, ...]


class Level(NamedTuple):
    """What a run would be with all left out that is less sure than `least`; `found`: what is left."""

    least: float
    found: int
    scores: dict[str, Score]


class Confidence(NamedTuple):
    """A run's confidences; `why` says why they are not scored, and then there is nothing else.

    `best` is the level with the highest Core F1, the lowest of those alike, `gain` its Core F1 less that of the run as
    it is. `least`: what the run itself was told to leave out.
    """

    name: str
    found: int
    why: str = ""
    mean: float | None = None
    reliability: Mapping[str, Reliability] = MappingProxyType({})
    levels: tuple[Level, ...] = ()
    best: float | None = None
    gain: Difference | None = None
    least: float = 0.0

    @property
    def told(self) -> list[Level]:
        """The levels that a table shows."""
        return [level for level in self.levels if level.least in TOLD or level.least == self.best]


def confidence_of(selection: Selection, run: Run) -> Confidence:
    """How good a run's confidences are; never a number for a run that tells none, or one for all."""
    predictions = [run.predictions[a.id] for a in selection.articles]
    why, found = why_not(predictions), sum(len(p.found) for p in predictions)
    if why:
        return Confidence(run.name, found, why)
    by_level = list(zip(*map(_rows_by_level, selection.articles, predictions), strict=True))
    judged = judge(by_level[0], predictions)
    if not judged:
        return Confidence(run.name, found, "adjudication left open all that was found")
    levels = tuple(_levels(by_level))
    best = max(range(len(levels)), key=lambda k: (levels[k].scores["core_f1"].value or 0.0, -k))
    core = [columns(by_level[k], ("core_f1",)) for k in (best, 0)]
    return Confidence(
        name=run.name,
        found=len(judged),
        mean=float(np.mean([j.confidence for j in judged])),
        reliability={tier: reliability(judged, tier, len(predictions)) for tier in TIERS},
        levels=levels,
        best=levels[best].least,
        gain=differences(core[0], core[1])[0],
        least=float((run.made_by.get("options") or {}).get("min_confidence") or 0.0),
    )


def why_not(predictions: Sequence[Prediction]) -> str:
    """Why confidences cannot be scored; empty where they can."""
    told = [f.confidence for p in predictions for f in p.found]
    known = [c for c in told if c is not None]
    if not any(p.finds for p in predictions):
        return "the system looks for no commitments"
    if not told:
        return "nothing was found"
    if len(known) < len(told):
        some = f"{len(told) - len(known)} of {len(told)} found commitments have no confidence"
        return some if known else "the system tells no confidence"
    if not all(0 <= c <= 1 for c in known):
        return "a confidence is no number from 0 to 1"
    return f"every confidence is {known[0]:g}" if len(set(known)) == 1 else ""


def _rows_by_level(article: GoldArticle, prediction: Prediction) -> Iterator[Row]:
    """The article's row at each level; where no more is left out, the one before again."""
    row, kept = None, prediction.found
    for least in LEVELS:
        left = tuple(f for f in kept if (f.confidence or 0.0) >= least)
        if row is None or len(left) < len(kept):
            row = score_article(article, prediction._replace(found=left), None, has_summary=False)
        kept = left
        yield row


def judge(rows: Sequence[Row], predictions: Sequence[Prediction]) -> list[Judged]:
    """What was found, as it was scored; `rows` are of `predictions`, in the same order."""
    judged = []
    for k, (row, prediction) in enumerate(zip(rows, predictions, strict=True)):
        assigned = {p.right: p.is_core for p in row.pairs}
        judged += [
            Judged(k, f.confidence, j in assigned, assigned.get(j, False))
            for j, f in enumerate(prediction.found)
            if f.confidence is not None and j not in row.ignored
        ]
    return judged


# --- reliability


class Tally(NamedTuple):
    """Confidences (values,), ascending, and of each article how many it has of each, and hits: (articles, values)."""

    values: Numbers
    found: Numbers
    hits: Numbers


def tally(judged: Sequence[Judged], tier: str, articles: int) -> Tally:
    values, places = np.unique([j.confidence for j in judged], return_inverse=True)
    cells = places + np.array([j.article for j in judged]) * len(values)

    def summed(weights: Sequence[float]) -> Numbers:
        sums: Numbers = np.bincount(cells, weights, minlength=articles * len(values)).astype(float)
        return sums.reshape(articles, len(values))

    return Tally(values, summed([1.0] * len(judged)), summed([float(getattr(j, tier)) for j in judged]))


def reliability(judged: Sequence[Judged], tier: str, articles: int) -> Reliability:
    """Of one commitment at least; `articles` are all, also those in which nothing was found."""
    own = tally(judged, tier, articles)
    squares = own.found * own.values**2 + own.hits * (1 - 2 * own.values)
    found = own.found.sum(1)
    return Reliability(
        hits=interval(own.hits.sum(1), found),
        equal_count=calibration_error(own, equal_count),
        equal_width=calibration_error(own, equal_width),
        brier=interval(squares.sum(1), found),
        count_bins=tuple(_bins(own, equal_count)),
        width_bins=tuple(_bins(own, equal_width)),
    )


def equal_width(values: Numbers, counts: Numbers) -> Places:
    """(0, .1], (.1, .2] …, and 0 in the first."""
    # .1 + .2 is above .3 by the last bit.
    places = np.maximum(np.ceil(values * WIDTH_BINS - TINY) - 1, 0).astype(np.int64)
    return np.broadcast_to(places, counts.shape)


def equal_count(values: Numbers, counts: Numbers) -> Places:  # noqa: ARG001 a binning has both
    """By the middle of their ranks: all of one confidence stay together, so that no order of them can matter."""
    upper = counts.cumsum(1)
    places = (2 * upper - counts) * COUNT_BINS // (2 * upper[:, -1:])
    # A confidence that a resample lacks may stand behind the last.
    return np.asarray(np.minimum(places, COUNT_BINS - 1), np.int64)


def errors(values: Numbers, found: Numbers, hits: Numbers, binning: Binning) -> Numbers:
    """Expected calibration errors, one a row of `found` and `hits` (rows, values)."""
    places = binning(values, found)
    bins = int(places.max()) + 1
    cells = places + np.arange(len(places))[:, None] * bins
    gaps = np.bincount(cells.ravel(), (hits - found * values).ravel(), minlength=len(places) * bins)
    means: Numbers = np.abs(gaps.reshape(len(places), bins)).sum(1) / found.sum(1)
    return means


def calibration_error(own: Tally, binning: Binning) -> CalibrationError:
    """Articles are drawn again, bins made anew; the interval is the basic one (Davison and Hinkley 1997, section 5.2).

    It begins at 0 where a calibrated system would show as much (Bröcker and Smith 2007). An error of absolute values is
    too high in every resample: of 100 samples of 150 articles, 340 found, percentiles held the true error of a
    calibrated system in none, of one that is .05 too sure in none (equal count) to 45; this in 95, and in 87 to 91.
    """
    counts = own.found.sum(0, keepdims=True)
    value = float(errors(own.values, counts, own.hits.sum(0, keepdims=True), binning)[0])
    chance = _calibrated_errors(own.values, counts[0], binning)
    chance_high = float(np.quantile(chance, LEVEL))
    low, high = _basic(value, _resampled_errors(own, binning))
    if low is not None and value <= chance_high:
        low = 0.0
    return CalibrationError(value, low, high, float(chance.mean()), chance_high)


def _resampled_errors(own: Tally, binning: Binning) -> Numbers:
    articles = len(own.found)
    drawn = _random().multinomial(articles, np.full(articles, 1 / articles), RESAMPLES).astype(float)
    found, hits = drawn @ own.found, drawn @ own.hits
    has_any = found.sum(1) > 0
    return _in_parts(own.values, found[has_any], hits[has_any], binning)


def _calibrated_errors(values: Numbers, counts: Numbers, binning: Binning) -> Numbers:
    """Of systems with these confidences, each of which is the chance of a hit, whatever the article."""
    hits = _random().binomial(counts.astype(np.int64), values, (RESAMPLES, len(values))).astype(float)
    return _in_parts(values, np.broadcast_to(counts, hits.shape), hits, binning)


def _in_parts(values: Numbers, found: Numbers, hits: Numbers, binning: Binning) -> Numbers:
    starts = range(0, len(found), ROWS)
    return np.concatenate([errors(values, found[k : k + ROWS], hits[k : k + ROWS], binning) for k in starts])


def _random() -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(SEED))


def _basic(value: float, drawn: Numbers) -> tuple[float | None, float | None]:
    if float(np.ptp(drawn)) <= TINY:
        return None, None
    low, high = np.quantile(drawn, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return max(0.0, 2 * value - float(high)), max(0.0, 2 * value - float(low))


def _bins(own: Tally, binning: Binning) -> Iterator[Bin]:
    """Those that hold any, in order."""
    counts = own.found.sum(0)
    places = binning(own.values, counts[None])[0]
    members = [np.flatnonzero(places == place) for place in np.unique(places)]
    sums = [np.stack([x[:, m].sum(1) for m in members], 1) for x in (own.hits, own.found)]
    for m, hits in zip(members, intervals(sums[0], sums[1]), strict=True):
        found = counts[m]
        mean = float(found @ own.values[m] / found.sum())
        yield Bin(float(own.values[m[0]]), float(own.values[m[-1]]), int(found.sum()), mean, hits)


# --- the curve


def _levels(by_level: Sequence[Sequence[Row]]) -> Iterator[Level]:
    """Scores are taken anew only where a level leaves out more than the one before."""
    scores = scores_of(by_level[0], SCORES)
    for least, before, rows in zip(LEVELS, (by_level[0], *by_level), by_level, strict=False):
        if any(a is not b for a, b in zip(before, rows, strict=True)):
            scores = scores_of(rows, SCORES)
        yield Level(least, sum(row.found for row in rows), scores)


# --- in words


def confidence_table(selection: Selection, told: Sequence[Confidence]) -> str:
    return "".join(f"{line}\n" for line in _lines(selection, told))


def _lines(selection: Selection, told: Sequence[Confidence]) -> Iterator[str]:
    yield counted(selection)
    for one in told:
        yield ""
        yield from _run_lines(one, selection.split)
    yield ""
    yield f"signature: {signature_of(selection)}"


def _run_lines(one: Confidence, split: str) -> Iterator[str]:
    if one.why:
        yield f"{safe(one.name)}: not scored: {safe(one.why)}"
        return
    yield f"{safe(one.name)}: {one.found} found, mean confidence {one.mean:.3f}"
    yield from aligned(list(_reliability_rows(one)))
    yield ""
    yield from aligned(list(_bin_rows(one)))
    yield ""
    yield from aligned(list(_level_rows(one)))
    yield from best_in_words(one, split)


def _reliability_rows(one: Confidence) -> Iterator[list[str]]:
    own = [one.reliability[tier] for tier in TIERS]
    yield ["CALIBRATION", "of Detection hits", "of Core hits"]
    yield ["share of hits", *(_told(r.hits) for r in own)]
    yield ["mean confidence less that", *(f"{(one.mean or 0.0) - (r.hits.value or 0.0):+.3f}" for r in own)]
    for title, key in (
        (f"{COUNT_BINS} bins of equal count", "equal_count"),
        (f"{WIDTH_BINS} of equal width", "equal_width"),
    ):
        found = [getattr(r, key) for r in own]
        yield [f"ECE, {title}", *(_told(e.interval) for e in found)]
        yield ["  were it calibrated", *(f"{e.chance:.3f}, 95 % below {e.chance_high:.3f}" for e in found)]
    yield ["Brier score", *(_told(r.brier) for r in own)]


def _bin_rows(one: Confidence) -> Iterator[list[str]]:
    yield ["CONFIDENCE", "found", "mean", "Detection hits", "Core hits"]
    for pair in zip(*(one.reliability[tier].width_bins for tier in TIERS), strict=True):
        between = f"{pair[0].low:.3f} to {pair[0].high:.3f}"
        yield [between, str(pair[0].found), f"{pair[0].confidence:.3f}", *(_told(b.hits) for b in pair)]


def _level_rows(one: Confidence) -> Iterator[list[str]]:
    yield ["--min-confidence", "found", *COLUMNS.values()]
    for level in one.told:
        scores = [cell(level.scores[key]) for key in COLUMNS] if level.found else ["nothing is left"]
        yield [f"{level.least:.2f}", str(level.found), *scores]


def best_in_words(one: Confidence, split: str) -> Iterator[str]:
    """Which level is the best here, and what that is worth elsewhere."""
    if one.least > 0:
        yield f"the run itself left out what is below {one.least:g}: lower levels change nothing"
    if not one.best or one.gain is None:
        yield f"no level has a higher Core F1 on {split} than leaving nothing out"
        return
    ends = f" [{one.gain.low:+.3f}, {one.gain.high:+.3f}]" if one.gain.low is not None else ""
    yield f"best Core F1 on {split}: --min-confidence {one.best:.2f}, {one.gain.value:+.3f}{ends} against none left out"
    yield f"a level chosen on {split} flatters itself there: report it on another split"


def _told(found: Interval) -> str:
    return cell(Score(*found, 0))


def signature_of(selection: Selection) -> str:
    return f"{selection.signature} | confidence {VERSION}"


# --- for programs


def confidence_json(selection: Selection, told: Sequence[Confidence]) -> dict[str, Any]:
    return dict(rounded({"signature": signature_of(selection), "split": selection.split,
                         "runs": [_run_json(one) for one in told]}))  # fmt: skip


def _run_json(one: Confidence) -> dict[str, Any]:
    if one.why:
        return {"name": one.name, "found": one.found, "why": one.why}
    return {
        "name": one.name,
        "found": one.found,
        "why": "",
        "mean": one.mean,
        "reliability": {tier: _reliability_json(own) for tier, own in one.reliability.items()},
        "levels": [_level_json(level) for level in one.levels],
        "best": {"least": one.best, "core_f1_gain": one.gain._asdict() if one.gain else None},
        "min_confidence_of_run": one.least,
    }


def _reliability_json(own: Reliability) -> dict[str, Any]:
    values = {name: getattr(own, name)._asdict() for name in ("hits", "equal_count", "equal_width", "brier")}
    bins = {
        n: [{**b._asdict(), "hits": b.hits._asdict()} for b in getattr(own, n)] for n in ("count_bins", "width_bins")
    }
    return {**values, **bins}


def _level_json(level: Level) -> dict[str, Any]:
    scores = {key: score._asdict() for key, score in level.scores.items()}
    return {"least": level.least, "found": level.found, "scores": scores}
