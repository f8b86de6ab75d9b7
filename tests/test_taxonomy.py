"""What is wrong with a found or a missed commitment: one kind each, the first that fits."""

from collections.abc import Sequence
from typing import Any

import pytest

from eval.aligning import Item
from eval.predictions import Found, Prediction
from eval.selftest import article_of, cases, score
from eval.taxonomy import KINDS, MEANINGS, Kind
from pipeline.records import Span

GOLD = Item(("Ruth Penn",), ("plant 300 lime trees",), "do", "firm", (Span(start=0, end=40),))


def _gold(**changed: Any) -> Item:
    return GOLD._replace(**changed)


def _kinds(gold: Sequence[Item], found: Sequence[Item], *, is_grounded: bool = True, status: Any = "ok") -> list[Kind]:
    told = Prediction("a", None, status, found=tuple(Found(f, ("x",), is_grounded) for f in found))
    return [m.kind for m in score(article_of(gold), told).mistakes]


def test_every_kind_is_reached_by_a_golden_case_and_has_a_meaning() -> None:
    assert {m[0] for case in cases() for m in case.expected.get("mistakes", ())} == set(KINDS) == set(MEANINGS)


def test_what_is_right_has_no_kind() -> None:
    assert _kinds([GOLD], [GOLD]) == []


# Each changes the commitment in the way that its kind names; most in one that comes after it as well.
PAIRS: list[tuple[Kind, dict[str, Any]]] = [
    ("wrong actor", {"actors": ("Ruth Marsh",), "polarity": "not_do"}),
    ("polarity", {"polarity": "not_do", "actions": ("plant 500 lime trees",)}),
    ("wrong number", {"actions": ("sell 500 old buses",)}),
    ("other action", {"actions": ("sell the port",)}),
]


@pytest.mark.parametrize(("kind", "changed"), PAIRS, ids=[k for k, _ in PAIRS])
def test_of_several_mistakes_in_a_pair_the_first_that_fits_is_told(kind: Kind, changed: dict[str, Any]) -> None:
    assert _kinds([GOLD], [_gold(**changed)]) == [kind]
    assert _kinds([GOLD], [_gold(**changed)], is_grounded=False) == ["fabricated"]


def test_a_wording_that_the_gold_accepts_has_the_right_figures() -> None:
    both = _gold(actions=("plant 300 lime trees", "plant 25 dozen lime trees"))
    assert _kinds([both], [_gold(actions=("plant 25 dozen lime trees",))]) == []
    assert _kinds([both], [_gold(actions=("plant 26 dozen lime trees",))]) == ["wrong number"]


def test_found_figures_against_a_gold_without_any_are_no_wrong_number() -> None:
    assert _kinds([_gold(actions=("plant lime trees",))], [GOLD]) == []


def test_a_duplicate_is_one_before_it_is_a_piece() -> None:
    whole = _gold(actions=("plant lime trees and open the pools",), evidence=(Span(start=0, end=80),))
    pieces = [
        _gold(actions=("plant lime trees",)),
        _gold(actions=("open the pools",), evidence=(Span(start=40, end=80),)),
    ]
    assert _kinds([whole], pieces) == ["duplicate"]


def test_one_commitment_with_more_about_it_is_not_several_in_one() -> None:
    more = Item(("Omar Bell",), ("plant lime trees and open the pools",), "do", "firm", (Span(start=0, end=80),))
    assert _kinds([_gold(actions=("plant lime trees",))], [more]) == ["near miss", "near miss"]


def test_fabricated_comes_before_duplicate() -> None:
    copy = Found(_gold(actors=("Penn",)), ("x",), is_grounded=False)
    told = Prediction("a", None, "ok", found=(Found(GOLD, ("x",)), copy))
    assert [m.kind for m in score(article_of([GOLD]), told).mistakes] == ["fabricated"]


def test_of_a_failed_article_every_commitment_is_unread() -> None:
    other = _gold(actions=("sell the port",))
    assert _kinds([GOLD, other], [], status="failed") == ["unreadable reply"] * 2
    assert _kinds([], [], status="failed") == []


@pytest.mark.parametrize(
    ("similarity", "kinds"),
    [(5 / 16, ["near miss"] * 2), (5 / 18, ["missed", "not a commitment"])],
    ids=["5/16", "5/18"],
)
def test_near_begins_at_three_tenths(similarity: float, kinds: list[Kind]) -> None:
    other = _gold(actions=("sell the port",), evidence=(Span(start=100, end=140),))
    gold = GOLD if similarity == 5 / 16 else _gold(recipient="tenants")
    row = score(article_of([gold]), Prediction("a", None, "ok", found=(Found(other, ("x",)),)))
    assert [m.kind for m in row.mistakes] == kinds
    assert [m.similarity for m in row.mistakes] == pytest.approx([similarity] * 2)


def test_a_mistake_says_where_it_stands_on_both_sides() -> None:
    found = (
        Found(_gold(actors=("Omar Bell",)), ("x",)),
        Found(_gold(actions=("sell the port",), actors=("X",)), ("x",)),
    )
    row = score(article_of([GOLD]), Prediction("a", None, "ok", found=found))
    assert [(m.kind, m.gold, m.found) for m in row.mistakes] == [("wrong actor", 0, 0), ("not a commitment", None, 1)]
