"""Sums of each document -> what a score could as well have been: intervals, differences of two runs, their p-values.

A score is Σ numerator / Σ denominator over documents (2·hits over found + gold is an F1, a value over 1 a mean). The
document is the unit that is drawn again: commitments of one article stand or fall together.

Intervals: percentile bootstrap, and BCa (Efron 1987) from LEAST_BCA documents on. Two runs: the same resamples for
both; p by paired approximate randomisation (Noreen 1989), every exchange counted up to MOST_EXACT documents; McNemar's
exact test on what only one of them found; Holm (1979) over the p-values that are shown together.
"""

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

RESAMPLES, SEED = 10_000, 20_260
LEVEL = 0.95
LEAST_BCA = 20
MOST_EXACT = 14
# Rows of resamples that are weighed at once: 500 by 1,000 documents are 4 MB.
ROWS = 500
# Sums in another order differ by less than this.
TINY = 1e-9
# A difference this many standard errors wide is found in four of five samples at the 5 % level: 1.960 + 0.842.
DETECTABLE = 2.802


class Interval(NamedTuple):
    """A score and its 95 % interval; None where it cannot be said: nothing to divide by, one document, all alike."""

    value: float | None
    low: float | None
    high: float | None


class Difference(NamedTuple):
    """A score of one run less that of another, over the same documents.

    `p` is two-sided, of paired randomisation; `detectable` is the smallest difference that so many documents would show
    with a power of .8 at the 5 % level, before any adjustment. None: one of the two has no score, or all are alike.
    """

    value: float | None
    low: float | None
    high: float | None
    p: float | None
    detectable: float | None


def interval(above: Sequence[float] | Numbers, below: Sequence[float] | Numbers) -> Interval:
    """One number of each kind for each document."""
    return intervals(*(np.asarray(x, float)[:, None] for x in (above, below)))[0]


def intervals(above: Numbers, below: Numbers) -> list[Interval]:
    """Scores of the same documents, each a column: (documents, scores)."""
    drawn = draw(above, below)
    return [interval_of(drawn, k) for k in range(above.shape[1])]


class Drawn(NamedTuple):
    """Scores of a run: as they are, of each resample (RESAMPLES, scores), without each document (documents, scores).

    NaN where there is nothing to divide by.
    """

    seen: Numbers
    resampled: Numbers
    left_out: Numbers


def draw(above: Numbers, below: Numbers) -> Drawn:
    """Numerators and denominators: (documents, scores)."""
    documents, scores = above.shape
    if documents == 0:
        return Drawn(np.full(scores, np.nan), np.empty((0, scores)), np.empty((0, scores)))
    columns = np.hstack([above, below])
    sums = np.concatenate([weights @ columns for weights in _weights(documents)])
    total = np.array([math.fsum(column) for column in columns.T])
    rest = total - columns
    # What is left of a sum of fractions when all are taken away may miss 0 by the last bit.
    rest[np.abs(rest) < TINY] = 0.0
    return Drawn(*(_divided(x[..., :scores], x[..., scores:]) for x in (total, sums, rest)))


def interval_of(drawn: Drawn, k: int) -> Interval:
    value = float(drawn.seen[k])
    if math.isnan(value):
        return Interval(None, None, None)
    return Interval(value, *_bounds(value, drawn.resampled[:, k], drawn.left_out[:, k]))


def differences(
    a: tuple[Numbers, Numbers], b: tuple[Numbers, Numbers], drawn: tuple[Drawn, Drawn] | None = None
) -> list[Difference]:
    """Each score of run `a` less that of run `b`: numerators and denominators (documents, scores), same order.

    `drawn` saves drawing them again.
    """
    first, second = drawn or (draw(*a), draw(*b))
    p = randomisations(a, b)
    return [_difference(first, second, k, p[k]) for k in range(a[0].shape[1])]


def _difference(a: Drawn, b: Drawn, k: int, p: float) -> Difference:
    value = float(a.seen[k] - b.seen[k])
    if math.isnan(value):
        return Difference(None, None, None, None, None)
    drawn = a.resampled[:, k] - b.resampled[:, k]
    low, high = _bounds(value, drawn, a.left_out[:, k] - b.left_out[:, k])
    if len(drawn) == 0 or low is None:
        return Difference(value, None, None, p if len(a.left_out) > 1 else None, None)
    return Difference(value, low, high, p, DETECTABLE * float(np.nanstd(drawn)))


# --- resampling


def _weights(documents: int) -> Iterator[Numbers]:
    """How often each document is drawn, ROWS resamples at a time: the same ones for every score and every run."""
    random = np.random.Generator(np.random.PCG64(SEED))
    for _ in range(0, RESAMPLES, ROWS):
        drawn = random.integers(0, documents, (ROWS, documents))
        cells = (drawn + np.arange(ROWS)[:, None] * documents).ravel()
        yield np.bincount(cells, minlength=ROWS * documents).reshape(ROWS, documents).astype(float)


def _divided(above: Numbers, below: Numbers) -> Numbers:
    quotients: Numbers = np.divide(above, below, out=np.full(above.shape, np.nan), where=below > 0)
    return quotients


def _bounds(value: float, drawn: Numbers, left_out: Numbers) -> tuple[float | None, float | None]:
    drawn, left_out = drawn[~np.isnan(drawn)], left_out[~np.isnan(left_out)]
    # What no resample changes has no interval: one article, or all alike, say nothing of others.
    if len(left_out) < 2 or not len(drawn) or float(np.ptp(drawn)) <= TINY:
        return None, None
    levels = ((1 - LEVEL) / 2, (1 + LEVEL) / 2)
    if len(left_out) >= LEAST_BCA:
        levels = _bca_levels(drawn, value, left_out)
    low, high = np.percentile(drawn, [100 * level for level in levels])
    return float(low), float(high)


def _bca_levels(drawn: Numbers, value: float, left_out: Numbers) -> tuple[float, float]:
    """The percentiles of a bias-corrected and accelerated interval (Efron 1987, section 6)."""
    from scipy.special import ndtr, ndtri

    plain = (1 - LEVEL) / 2, (1 + LEVEL) / 2
    # Resamples that tie with the score count half: scores of few documents take few values.
    ties = np.abs(drawn - value) <= TINY
    below = float(np.mean((drawn < value) & ~ties) + np.mean(ties) / 2)
    if not 0 < below < 1:
        return plain
    away = left_out.mean() - left_out
    spread = float(np.sum(away**2)) ** 1.5
    acceleration = float(np.sum(away**3)) / (6 * spread) if spread > 0 else 0.0
    bias = float(ndtri(below))
    shifted = [bias + float(ndtri(level)) for level in plain]
    low, high = (float(ndtr(bias + z / (1 - acceleration * z))) for z in shifted)
    return low, high


# --- two runs


def randomisations(a: tuple[Numbers, Numbers], b: tuple[Numbers, Numbers]) -> list[float]:
    """For each score, how often two runs differ by as much when each document's results are exchanged at random.

    A document's share in the difference, as if both runs were as good as their mean, changes its sign when its results
    are exchanged. (Exchanging the sums themselves asks of "right of assigned" whether both have as many assigned: with
    no true difference it found one in 18 of 100 samples; this finds one in 5, and for means the two are the same.)
    Two-sided. Every exchange is counted up to MOST_EXACT documents on which they differ; beyond, RESAMPLES of them are
    drawn and the one that was seen is counted in, so that p is never 0.
    """
    shares = _shares(a, b)
    differing = np.abs(shares) > TINY
    counts = differing.sum(0)
    p = _drawn_randomisations(shares) if (counts > MOST_EXACT).any() else [1.0] * shares.shape[1]
    for k in np.flatnonzero(counts <= MOST_EXACT):
        p[k] = _exact_randomisation(shares[differing[:, k], k])
    return p


def _shares(a: tuple[Numbers, Numbers], b: tuple[Numbers, Numbers]) -> Numbers:
    """What each document adds to the difference of the scores: (documents, scores), in sum the difference itself."""
    pooled = np.nan_to_num(_divided(a[0].sum(0) + b[0].sum(0), a[1].sum(0) + b[1].sum(0)))
    first, second = (
        np.nan_to_num(_divided(above - pooled * below, np.broadcast_to(below.sum(0), below.shape)))
        for above, below in (a, b)
    )
    return first - second


def _drawn_randomisations(shares: Numbers) -> list[float]:
    random = np.random.Generator(np.random.PCG64(SEED))
    seen = np.abs(shares.sum(0)) - TINY
    reached = np.zeros(shares.shape[1])
    for _ in range(0, RESAMPLES, ROWS):
        signs = 2.0 * random.integers(0, 2, (ROWS, len(shares))) - 1
        reached += np.sum(np.abs(signs @ shares) >= seen, axis=0)
    return [float(p) for p in (reached + 1) / (RESAMPLES + 1)]


def _exact_randomisation(shares: Numbers) -> float:
    signs = 2.0 * ((np.arange(2 ** len(shares))[:, None] >> np.arange(len(shares))) & 1) - 1
    return float(np.mean(np.abs(signs @ shares) >= abs(float(shares.sum())) - TINY))


def mcnemar(only_a: int, only_b: int) -> float:
    """The exact two-sided p of McNemar's test; 1 where the two never differ."""
    if only_a + only_b == 0:
        return 1.0
    from scipy.stats import binomtest

    return float(binomtest(only_a, only_a + only_b, 0.5).pvalue)


def holm(p_values: Sequence[float]) -> list[float]:
    """Adjusted p-values in the order given (Holm 1979): step-down Bonferroni, never decreasing."""
    order = sorted(range(len(p_values)), key=lambda i: p_values[i])
    adjusted, highest = [0.0] * len(p_values), 0.0
    for place, i in enumerate(order):
        highest = max(highest, min(1.0, (len(p_values) - place) * p_values[i]))
        adjusted[i] = highest
    return adjusted
