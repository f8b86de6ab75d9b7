"""Two runs or more over the same gold: which differences are shown, who ranks where, who shares a letter."""

import itertools
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval.aligning import Item
from eval.comparing import _letters, core_mistakes, rank
from eval.metrics import HEADLINE, Score, Sheet, sheet
from eval.scoring import Row
from eval.selftest import article_of, prediction_of, score
from eval.uncertainty import holm, mcnemar
from pipeline.records import Span

GOLD = tuple(
    Item(("Ruth Penn",), (f"plant {w} trees",), "do", "firm", (Span(start=50 * i, end=50 * i + 40),))
    for i, w in enumerate(("lime", "oak"))
)
WRONG = Item(("Omar Bell",), ("sell the port",), "do", "firm", (Span(start=900, end=940),))


def _row(name: str, found: Sequence[Item]) -> Row:
    return score(article_of(GOLD, name), prediction_of(found, name))


def _run(name: str, rights: Sequence[int], wrongs: int = 0) -> Sheet:
    """A run that finds so many of the two commitments in each article."""
    return sheet(name, [_row(f"a{k:02}", (*GOLD[:n], *[WRONG] * wrongs)) for k, n in enumerate(rights)])


@pytest.fixture(scope="module")
def good() -> Sheet:
    return _run("good", [2] * 12)


@pytest.fixture(scope="module")
def bad() -> Sheet:
    return _run("bad", [0] * 10 + [2] * 2, wrongs=1)


@pytest.fixture(scope="module")
def near() -> Sheet:
    """As good but for one article."""
    return _run("near", [2] * 11 + [1])


def test_a_run_that_is_shown_to_be_better_ranks_before_and_shares_no_letter(good: Sheet, bad: Sheet) -> None:
    found = rank([bad, good])
    assert [(s.name, s.rank, s.letters) for s in found.standings] == [("good", 1, "a"), ("bad", 2, "b")]
    assert found.pairings[0].is_shown(HEADLINE)


def test_runs_that_the_data_cannot_tell_apart_share_a_rank_and_a_letter(good: Sheet, near: Sheet, bad: Sheet) -> None:
    found = rank([near, bad, good])
    assert [(s.name, s.rank, s.letters) for s in found.standings] == [
        ("good", 1, "a"),
        ("near", 1, "a"),
        ("bad", 3, "b"),
    ]


def test_a_difference_is_that_of_the_scores_and_turns_its_sign_with_the_runs(good: Sheet, bad: Sheet) -> None:
    one, two = (rank(s).pairings[0].differences[HEADLINE] for s in ([good, bad], [bad, good]))
    scores = [s.scores[HEADLINE].value or 0.0 for s in (good, bad)]
    assert one.value == pytest.approx(scores[0] - scores[1])
    assert two.value == pytest.approx(-(one.value or 0.0))
    assert two.p == one.p


def test_the_order_in_which_runs_are_named_changes_no_place(good: Sheet, near: Sheet, bad: Sheet) -> None:
    found = {rank(order, (HEADLINE,)).standings for order in itertools.permutations([good, near, bad])}
    assert len(found) == 1


def test_p_values_are_adjusted_over_the_scores_of_a_pair_and_the_headline_over_the_pairs(
    good: Sheet, near: Sheet, bad: Sheet
) -> None:
    keys = (HEADLINE, "detection_f1")
    found = rank([good, near, bad], keys)
    headline = [p.differences[HEADLINE].p or 0.0 for p in found.pairings]
    assert [p.adjusted[HEADLINE] for p in found.pairings] == pytest.approx(holm(headline))
    others = ("detection_f1", "soft_f1")
    for p in rank([good, near, bad], (HEADLINE, *others)).pairings:
        assert [p.adjusted[k] for k in others] == pytest.approx(holm([p.differences[k].p or 0.0 for k in others]))


def test_a_run_without_the_headline_score_is_compared_with_nobody_and_stands_last(good: Sheet, bad: Sheet) -> None:
    silent = good._replace(name="silent", scores={**good.scores, HEADLINE: Score(None, None, None, 0, "why")})
    found = rank([silent, bad, good])
    assert [(s.name, s.rank) for s in found.standings] == [("good", 1), ("bad", 2), ("silent", None)]
    assert {(p.a, p.b) for p in found.pairings} == {("bad", "good")}


def test_a_score_that_one_run_lacks_is_not_tested(good: Sheet) -> None:
    silent = _run("silent", [0] * 12)
    found = rank([good, silent], (HEADLINE, "polarity_accuracy"))
    assert found.pairings[0].differences["polarity_accuracy"].value is None
    assert set(found.pairings[0].adjusted) == {HEADLINE}
    assert not found.pairings[0].is_shown("polarity_accuracy")


def test_what_only_one_of_two_runs_found_is_counted_by_commitment(good: Sheet, near: Sheet) -> None:
    found = rank([good, near], (HEADLINE,)).pairings[0]
    assert found.core == (1, 0, 23, 0, mcnemar(1, 0))
    assert found.detection == found.core


def test_commitments_are_told_apart_by_article_and_not_by_their_place_alone() -> None:
    a, b = _run("a", [1, 0]), _run("b", [0, 1])
    assert rank([a, b], (HEADLINE,)).pairings[0].core[:4] == (1, 1, 0, 2)


def test_the_articles_that_part_two_runs_come_first_by_how_much(good: Sheet, bad: Sheet) -> None:
    apart = rank([good, bad], (HEADLINE,)).pairings[0].apart
    assert [a.article for a in apart] == [f"a{k:02}" for k in range(12)]
    assert (apart[0].mistakes_a, apart[0].mistakes_b) == (0, 3)
    assert (apart[-1].mistakes_a, apart[-1].mistakes_b) == (0, 1)
    assert [core_mistakes(r) for r in bad.rows[-2:]] == [1, 1]


def _swept(name: str, hits: Sequence[int]) -> Sheet:
    """Core hits of one article's ten by τ, from .30 to .80."""
    row = _row("a00", ())
    sums = {f"core_hits@{0.3 + 0.05 * k:.2f}": float(n) for k, n in enumerate(hits)}
    return sheet(name, [Row(**{**vars(row), "sums": {**row.sums, **sums, "gold": 10.0, "found": 10.0}})] * 2)


@pytest.mark.parametrize(
    ("other", "is_robust"),
    [([5] * 11, True), ([4] * 11, True), ([5] * 10 + [6], True), ([4] * 10 + [6], False)],
    ids=["the same throughout", "behind throughout", "level, then ahead", "behind, then ahead"],
)
def test_two_runs_that_change_places_with_the_threshold_are_not_robust(other: list[int], is_robust: bool) -> None:
    found = rank([_swept("one", [5] * 11), _swept("other", other)], (HEADLINE,)).pairings[0]
    assert found.is_robust is is_robust
    assert [s.tau for s in found.sweep] == pytest.approx([0.3 + 0.05 * k for k in range(11)])


NAMES = "abcdef"
PAIRS = [frozenset(p) for p in itertools.combinations(NAMES, 2)]


@settings(deadline=None)
@given(st.permutations(NAMES), st.sets(st.sampled_from(PAIRS)))
def test_two_runs_share_a_letter_when_and_only_when_they_are_not_apart(
    order: list[str], apart: set[frozenset[str]]
) -> None:
    letters = _letters(order, apart)
    for pair in PAIRS:
        one, two = pair
        assert bool(set(letters[one]) & set(letters[two])) == (pair not in apart)


@settings(deadline=None)
@given(st.permutations(NAMES), st.sets(st.sampled_from(PAIRS)))
def test_no_letter_says_what_another_says_already(order: list[str], apart: set[frozenset[str]]) -> None:
    letters = _letters(order, apart)
    groups = [
        {n for n in order if letter in letters[n]} for letter in sorted({x for ls in letters.values() for x in ls})
    ]
    assert not [1 for a, b in itertools.permutations(groups, 2) if a <= b]
    assert letters[order[0]].startswith("a")


def test_a_single_run_has_the_first_place_and_nothing_to_be_compared_with(good: Sheet) -> None:
    found = rank([good])
    assert (found.standings, found.pairings) == ((("good", 1, "a"),), ())
