"""Intervals, differences and p-values: the values of other libraries, every resample and every exchange counted."""

import itertools
import math
from collections.abc import Sequence
from fractions import Fraction
from math import comb
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import cases

from eval.uncertainty import (
    DETECTABLE,
    LEAST_BCA,
    MOST_EXACT,
    RESAMPLES,
    Difference,
    Interval,
    Numbers,
    differences,
    draw,
    holm,
    interval,
    intervals,
    mcnemar,
    randomisations,
)

STATISTICS = cases("statistics")
# An end of an interval of 10,000 resamples has a standard error of √(.025 · .975 / 10,000) ÷ φ(1.96) = 0.027 standard
# errors of the score: four of them.
END = 0.107


def _of(test: str) -> list[dict[str, Any]]:
    return [c for c in STATISTICS if c["test"] == test]


def _column(values: Sequence[float]) -> Numbers:
    return np.array(values, float)[:, None]


def _side(counts: Sequence[Sequence[float]], gold: Sequence[float]) -> tuple[Numbers, Numbers]:
    """Micro F1: twice the hits over found and gold."""
    return _column([2 * hits for hits, _ in counts]), _column([f + g for (_, f), g in zip(counts, gold, strict=True)])


def _difference(a: tuple[Numbers, Numbers], b: tuple[Numbers, Numbers]) -> Difference:
    return differences(a, b)[0]


# --- the values of other libraries


@pytest.mark.parametrize("case", _of("mcnemar"), ids=lambda c: c["source"])
def test_mcnemars_p_is_that_of_statsmodels(case: dict[str, Any]) -> None:
    assert [mcnemar(b, c) for b, c in case["given"]] == pytest.approx(case["expect"])


@pytest.mark.parametrize("case", _of("holm"), ids=lambda c: str(c["given"]))
def test_holms_adjustment_is_that_of_statsmodels(case: dict[str, Any]) -> None:
    assert holm(case["given"]) == pytest.approx(case["expect"])


@pytest.mark.parametrize("case", _of("randomisation"), ids=lambda c: c["source"])
def test_the_p_of_two_runs_is_that_of_scipy(case: dict[str, Any]) -> None:
    found = _difference(*(_side(case[run], case["gold"]) for run in "ab"))
    assert (found.value, found.p) == pytest.approx((case["difference"], case["p"]))


@pytest.mark.parametrize("case", _of("bootstrap"), ids=lambda c: c["source"])
def test_an_interval_is_that_of_scipy_but_for_chance(case: dict[str, Any]) -> None:
    found = interval(case["above"], case["below"])
    assert found.value == pytest.approx(case["value"])
    assert (found.low, found.high) == pytest.approx(case["bca"], abs=END * case["standard_error"])


@pytest.mark.parametrize("case", _of("bootstrap"), ids=lambda c: c["source"])
def test_of_the_same_resamples_scipy_makes_the_same_bca_interval(case: dict[str, Any]) -> None:
    """No chance here: scipy gets our resamples. They are rounded, because to scipy only equal numbers tie."""
    from scipy.stats import bootstrap

    above, below = np.array(case["above"], float), np.array(case["below"], float)
    drawn = draw(above[:, None], below[:, None])
    ours = SimpleNamespace(bootstrap_distribution=np.round(drawn.resampled[:, 0], 9))
    theirs = bootstrap(
        (above, below),
        lambda a, b, axis=-1: np.round(a.sum(axis) / b.sum(axis), 9),
        paired=True,
        vectorized=True,
        n_resamples=0,
        method="BCa",
        bootstrap_result=ours,
    ).confidence_interval
    found = interval(above, below)
    assert (found.low, found.high) == pytest.approx((theirs.low, theirs.high), abs=1e-6)


def test_few_documents_have_a_percentile_interval() -> None:
    above, below = [2.0, 0.0, 4.0, 1.0, 3.0] * 3, [4.0, 2.0, 4.0, 3.0, 5.0] * 3
    assert len(above) < LEAST_BCA
    found = interval(above, below)
    drawn = draw(_column(above), _column(below)).resampled[:, 0]
    assert (found.low, found.high) == pytest.approx(tuple(np.percentile(drawn, [2.5, 97.5])))


# --- every resample counted

_COUNTS = st.tuples(st.integers(0, 4), st.integers(1, 5))


@settings(max_examples=25, deadline=None)
@given(st.lists(_COUNTS, min_size=2, max_size=5))
def test_resampled_scores_are_spread_as_all_the_resamples_that_there_are(documents: list[tuple[int, int]]) -> None:
    """No share of the resamples up to a score is further from the exact one than 10,000 draws allow (KS, p < 1e-5)."""
    exact = _all_resamples(documents)
    drawn = np.sort(draw(_column([a for a, _ in documents]), _column([b for _, b in documents])).resampled[:, 0])
    for value in set(exact):
        share = sum(e <= value for e in exact) / len(exact)
        assert abs(np.searchsorted(drawn, float(value) + 1e-9, "right") / RESAMPLES - share) < 0.025


def _all_resamples(documents: Sequence[tuple[int, int]]) -> list[Fraction]:
    """The score of each of the nⁿ."""
    chosen = itertools.product(documents, repeat=len(documents))
    return [Fraction(sum(a for a, _ in some), sum(b for _, b in some)) for some in chosen]


@settings(max_examples=25, deadline=None)
@given(st.lists(_COUNTS, min_size=2, max_size=5))
def test_an_interval_lies_between_the_exact_percentiles_about_it(documents: list[tuple[int, int]]) -> None:
    exact = np.array(sorted(map(float, _all_resamples(documents))))
    found = interval(*zip(*documents, strict=True))
    if len(set(exact)) == 1:
        assert found == Interval(exact[0], None, None)
        return
    for end, level in ((found.low, 2.5), (found.high, 97.5)):
        assert end is not None
        around = np.percentile(exact, [level - 1, level + 1], method="closest_observation")
        assert around[0] - 1e-9 <= end <= around[1] + 1e-9


@pytest.mark.parametrize("n", [2, 3, 4, 5])
def test_the_standard_error_of_a_mean_is_that_of_all_resamples(n: int) -> None:
    """σ ÷ √n, not that divided once more by the root of the number of resamples."""
    values = [float(k * k) for k in range(n)]
    found = _difference((_column(values), _column([1.0] * n)), (_column([0.0] * n), _column([1.0] * n)))
    assert found.detectable == pytest.approx(DETECTABLE * float(np.std(values)) / math.sqrt(n), rel=0.03)


# --- every exchange counted


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4), st.integers(1, 5)), min_size=1, max_size=7))
def test_the_p_of_two_runs_over_the_same_denominators_is_the_share_of_all_exchanges(
    documents: list[tuple[int, int, int]],
) -> None:
    a, b = [(x, n) for x, _, n in documents], [(y, n) for _, y, n in documents]
    sides = [(_column([x for x, _ in side]), _column([y for _, y in side])) for side in (a, b)]
    assert randomisations(sides[0], sides[1])[0] == pytest.approx(_share_of_exchanges(a, b))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(_COUNTS, _COUNTS), min_size=1, max_size=7))
def test_the_p_of_two_runs_is_the_share_of_all_signs_of_what_documents_add_to_the_difference(
    documents: list[tuple[tuple[int, int], tuple[int, int]]],
) -> None:
    a, b = ([d[k] for d in documents] for k in (0, 1))
    sides = [(_column([x for x, _ in side]), _column([y for _, y in side])) for side in (a, b)]
    total = [(sum(x for x, _ in side), sum(y for _, y in side)) for side in (a, b)]
    pooled = Fraction(total[0][0] + total[1][0], total[0][1] + total[1][1])
    shares = [
        (x - pooled * m) / total[0][1] - (y - pooled * n) / total[1][1] for (x, m), (y, n) in zip(a, b, strict=True)
    ]
    assert sum(shares) == Fraction(*total[0]) - Fraction(*total[1])
    signs = itertools.product((-1, 1), repeat=len(shares))
    reached = sum(abs(sum(s * d for s, d in zip(own, shares, strict=True))) >= abs(sum(shares)) for own in signs)
    assert randomisations(sides[0], sides[1])[0] == pytest.approx(reached / 2 ** len(shares))


def test_two_runs_that_are_equally_often_right_of_what_each_has_are_not_told_apart() -> None:
    """Right of assigned: the one has twice as many assigned. Exchanging their sums rejects 18 of 100, not 5."""
    random, rejected = np.random.Generator(np.random.PCG64(5)), 0
    for _ in range(200):
        many, few = random.poisson(2.0, (40, 1)).astype(float), random.poisson(1.0, (40, 1)).astype(float)
        a, b = (random.binomial(n.astype(int), 0.95).astype(float) for n in (many, few))
        rejected += randomisations((a, many), (b, few))[0] < 0.05
    assert rejected <= 20  # more come once in 1,000 times when the test rejects one in 20


def _share_of_exchanges(a: Sequence[tuple[int, int]], b: Sequence[tuple[int, int]]) -> float:
    def gap(x: Sequence[tuple[int, int]], y: Sequence[tuple[int, int]]) -> Fraction:
        one, two = (Fraction(sum(above for above, _ in s), sum(below for _, below in s)) for s in (x, y))
        return abs(one - two)

    reached = 0
    for flips in itertools.product((False, True), repeat=len(a)):
        moved = [(y, x) if f else (x, y) for f, x, y in zip(flips, a, b, strict=True)]
        reached += gap([x for x, _ in moved], [y for _, y in moved]) >= gap(a, b)
    return reached / 2 ** len(a)


def test_drawn_exchanges_give_the_p_of_all_exchanges_but_for_chance() -> None:
    """One document more than are counted out: 32,768 exchanges, of which 10,000 are drawn (standard error .005)."""
    n = MOST_EXACT + 1
    a, b = [(1 + k % 3, 4) for k in range(n)], [(1 + (k * k) % 2, 4) for k in range(n)]
    a = [(x if x != y else x + 1, 4) for (x, _), (y, _) in zip(a, b, strict=True)]
    sides = [(_column([x for x, _ in s]), _column([4.0] * n)) for s in (a, b)]
    assert randomisations(sides[0], sides[1])[0] == pytest.approx(_share_of_exchanges(a, b), abs=0.02)


def test_a_p_is_never_0_and_two_runs_that_are_the_same_have_1() -> None:
    n = 40
    better, worse = (_column([1.0] * n), _column([1.0] * n)), (_column([0.0] * n), _column([1.0] * n))
    assert randomisations(better, worse)[0] == pytest.approx(1 / (RESAMPLES + 1))
    assert randomisations(better, better) == [1.0]
    assert _difference(better, better) == Difference(0.0, None, None, 1.0, None)


def test_the_same_small_gain_on_every_document_is_seen_by_pairs() -> None:
    a, b = [0.9, 0.4, 0.7, 0.2, 0.55, 0.8, 0.35, 0.6], [0.8, 0.3, 0.6, 0.1, 0.45, 0.7, 0.25, 0.5]
    found = _difference((_column(a), _column([1.0] * 8)), (_column(b), _column([1.0] * 8)))
    assert (found.value, found.p) == pytest.approx((0.1, 2 / 2**8))
    assert (found.low, found.high, found.detectable) == (None, None, None)  # all alike


@given(st.integers(0, 12), st.integers(0, 12))
def test_mcnemars_p_is_the_share_of_coin_throws_as_one_sided(b: int, c: int) -> None:
    throws = b + c
    p = min(1.0, 2 * sum(comb(throws, k) for k in range(min(b, c) + 1)) / 2**throws)
    assert mcnemar(b, c) == pytest.approx(p)
    assert mcnemar(b, c) == pytest.approx(mcnemar(c, b))


@given(st.lists(st.floats(0, 1), max_size=8))
def test_holms_adjustment_rejects_what_the_steps_reject(p_values: list[float]) -> None:
    """At each level: from the smallest p on, as long as p is at most the level over the tests that are left."""
    adjusted = holm(p_values)
    for level in (0.01, 0.05, 0.2):
        rejected = set()
        for place, i in enumerate(sorted(range(len(p_values)), key=lambda i: p_values[i])):
            if p_values[i] * (len(p_values) - place) > level:
                break
            rejected.add(i)
        assert {i for i, p in enumerate(adjusted) if p <= level} == rejected
    assert all(a >= p for a, p in zip(adjusted, p_values, strict=True))


# --- what cannot be said


@pytest.mark.parametrize(
    ("above", "below", "expected"),
    [
        ([], [], Interval(None, None, None)),
        ([0.0, 0.0], [0.0, 0.0], Interval(None, None, None)),
        ([1.0], [2.0], Interval(0.5, None, None)),
        ([1.0, 1.0], [1.0, 1.0], Interval(1.0, None, None)),
        ([0.0] * 30, [1.0] * 30, Interval(0.0, None, None)),
    ],
    ids=["no document", "nothing to divide by", "one document", "all right", "all wrong"],
)
def test_what_cannot_be_said_is_none_and_what_never_varies_has_no_interval(
    above: Any, below: Any, expected: Interval
) -> None:
    assert interval(np.array(above, float), np.array(below, float)) == expected


def test_resamples_without_anything_to_divide_by_are_left_out() -> None:
    found = interval([1.0, 0.0, 0.0, 0.0], [1.0, 1.0, 0.0, 0.0])
    assert found[:2] == (0.5, 0.0)
    assert found.high == 1.0


def test_a_score_of_one_document_among_many_has_no_interval() -> None:
    assert interval([1.0, 0.0, 0.0], [1.0, 0.0, 0.0]) == Interval(1.0, None, None)


@pytest.mark.parametrize("n", [2, 30])
def test_a_difference_to_a_run_without_a_score_is_none(n: int) -> None:
    some, none = (_column([1.0] * n), _column([2.0] * n)), (_column([0.0] * n), _column([0.0] * n))
    assert _difference(some, none) == Difference(None, None, None, None, None)


def test_one_document_has_a_difference_and_no_more() -> None:
    one, two = (_column([1.0]), _column([2.0])), (_column([2.0]), _column([2.0]))
    assert _difference(one, two) == Difference(-0.5, None, None, None, None)


# --- laws


@settings(max_examples=20, deadline=None)
@given(st.lists(_COUNTS, min_size=2, max_size=30))
def test_an_interval_lies_among_scores_that_there_can_be(documents: list[tuple[int, int]]) -> None:
    found = interval(*zip(*documents, strict=True))
    shares = [a / b for a, b in documents]
    if found.low is None or found.high is None:
        assert len({round(s, 9) for s in shares}) == 1
        return
    assert min(shares) - 1e-9 <= found.low <= found.high <= max(shares) + 1e-9


def test_a_score_has_the_same_interval_alone_and_beside_others() -> None:
    random = np.random.Generator(np.random.PCG64(1))
    above, below = random.integers(0, 4, (25, 3)).astype(float), random.integers(4, 8, (25, 3)).astype(float)
    alone = [interval(above[:, k], below[:, k]) for k in range(3)]
    for one, other in zip(intervals(above, below), alone, strict=True):
        assert one == pytest.approx(other)


def test_two_runs_are_drawn_together_so_that_equal_parts_cancel() -> None:
    """Far narrower than the scores' own intervals would have it: the runs differ on one document of thirty."""
    values = [float(k % 2) for k in range(30)]
    other = [*values[:-1], 1 - values[-1]]
    a, b = ((_column(v), _column([1.0] * 30)) for v in (values, other))
    found, own = _difference(a, b), interval(values, [1.0] * 30)
    assert found.low is not None
    assert found.high is not None
    assert own.low is not None
    assert own.high is not None
    assert found.high - found.low < 0.6 * (own.high - own.low)


def test_the_other_way_round_a_difference_has_the_other_sign() -> None:
    random = np.random.Generator(np.random.PCG64(2))
    a, b = ((random.integers(0, 4, (12, 1)).astype(float), np.full((12, 1), 4.0)) for _ in range(2))
    one, two = _difference(a, b), _difference(b, a)
    assert one.value is not None
    assert two.value == pytest.approx(-one.value)
    assert (two.p, two.detectable) == pytest.approx((one.p, one.detectable))
    assert two.low == pytest.approx(-(one.high or 0.0))
