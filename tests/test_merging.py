"""Repetitions become one commitment with all evidence; what differs in actor, sense, figure or day stays apart."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.merging import _are_one, _Said, merge
from pipeline.records import Actor, Commitment, Deadline, Evidence


def _commitment(
    action: str = "hold a rapid audit of the gangs", actor: str = "Yvette Cole", start: int = 0, **more: Any
) -> Commitment:
    evidence = (Evidence(start=start, end=start + 10, quote="x" * 10),)
    fields = {"id": "", "actor": Actor(name=actor), "action": action, "evidence": evidence, "confidence": 0.5, **more}
    return Commitment.model_validate(fields)


def test_the_same_act_told_twice_is_one_commitment_with_both_places_and_the_fuller_words() -> None:
    (one,) = merge([_commitment(start=50), _commitment("hold an audit of the gangs", start=10, confidence=0.9)])
    assert one.action == "hold a rapid audit of the gangs"
    assert [e.start for e in one.evidence] == [10, 50]
    assert one.id == "c1"


def test_the_order_of_the_drafts_does_not_matter() -> None:
    drafts = [
        _commitment(start=50),
        _commitment("open two courts", start=0),
        _commitment("hold an audit of gangs", start=10),
    ]
    assert merge(drafts) == merge(drafts[::-1])


DIFFERENT: list[dict[str, Any]] = [
    {"actor": "Kim Baden"},
    {"polarity": "not_do"},
    {"action": "build twenty schools"},
    {"action": "hold 3 rapid audits of 5 gangs"},
    {"deadline": Deadline(text="by May", latest=date(2025, 5, 31))},
]


@pytest.mark.parametrize("other", DIFFERENT, ids=[next(iter(d)) for d in DIFFERENT])
def test_another_actor_sense_act_figure_or_day_stays_apart(other: dict[str, Any]) -> None:
    base = {"action": "hold 2 rapid audits of 5 gangs", "deadline": Deadline(text="by June", latest=date(2025, 6, 30))}
    assert len(merge([_commitment(**base), _commitment(**{**base, **other}, start=30)])) == 2


TWO_ACTS = [
    ("hire 20 doctors", "hire 20 nurses"),
    ("open a clinic in Leeds", "open a clinic in York"),
    ("build 300 homes in Elm", "build 300 homes in Ash"),
    ("build 300 homes in Elm by 2030", "build 300 council homes in Ash"),
    ("plant 500 trees in parks", "plant 500 trees along roads"),
    ("freeze rail fares", "freeze bus fares"),
    ("increase funding for schools", "reduce funding for schools"),
    ("support the bill in the Commons", "oppose the bill in the Commons"),
]
ONE_ACT = [
    ("build 300 homes by 2030", "build the 300 homes"),
    ("build the 300 homes at Elm", "build 300 new homes at Elm by 2030"),
    ("spend £5m on schools", "invest £5m in schools"),
    ("hire 20 doctors", "hiring 20 doctors in May"),
    ("continue to support the bill", "support the bill in full"),
    ("let opticians share results with anybody", "share results with anybody but a doctor"),
]


@pytest.mark.parametrize("start", [5, 30], ids=["in one sentence", "in two"])
@pytest.mark.parametrize(("count", "a", "b"), [(2, *t) for t in TWO_ACTS] + [(1, *t) for t in ONE_ACT])
def test_another_verb_name_or_object_is_another_act(count: int, a: str, b: str, start: int) -> None:
    assert len(merge([_commitment(a), _commitment(b, start=start)])) == count


def test_in_one_sentence_nothing_is_told_in_other_words() -> None:
    acts = ("hold an audit of the gangs", "audit the gangs of the northern valleys")
    assert [len(merge([_commitment(acts[0]), _commitment(acts[1], start=start)])) for start in (5, 30)] == [1, 1]
    acts = ("hold an audit of the gangs", "hold an audit of schools in northern valleys")
    assert [len(merge([_commitment(acts[0]), _commitment(acts[1], start=start)])) for start in (5, 30)] == [2, 1]


def test_an_act_whose_words_are_taken_from_another_sentence_says_enough_of_its_own() -> None:
    base = _commitment("steer its failing satellite Qilaut into the ocean")
    borrowed = "[its failing satellite Qilaut]"
    assert len(merge([base, _commitment(f"launch {borrowed}", start=30)])) == 1
    assert len(merge([base, _commitment(f"fly a replacement of {borrowed}", start=30)])) == 2


def test_what_one_leaves_open_the_other_fills() -> None:
    day = Deadline(text="by May", latest=date(2025, 5, 31))
    (one,) = merge([_commitment(confidence=0.9), _commitment(deadline=day, condition="if paid", start=30)])
    assert (one.deadline, one.condition, one.strength) == (day, "if paid", "conditional")


def test_evidence_inside_other_evidence_is_not_kept_twice() -> None:
    wide = (Evidence(start=0, end=40, quote="y" * 40),)
    (one,) = merge([_commitment(start=5), _commitment(evidence=wide)])
    assert [(e.start, e.end) for e in one.evidence] == [(0, 40)]


def test_ten_thousand_repetitions_and_ten_thousand_acts_come_to_an_end() -> None:
    """Comparing each with each takes minutes here."""
    same = [_commitment(start=20 * n) for n in range(10_000)]
    (one,) = merge(same)
    assert len(one.evidence) == 10_000
    apart = [_commitment(f"open school number {n}", actor=f"Ada Marsh{n}", start=20 * n) for n in range(10_000)]
    assert len(merge(apart)) == 10_000


def test_ten_thousand_acts_of_one_actor_come_to_an_end() -> None:
    """All of them share a word."""
    towns = ["".join("bdfghklmnp"[int(digit)] + "a" for digit in f"{n:05}") for n in range(20_000)]
    acts = [f"build a bridge from {towns[n]} to {towns[n + 10_000]}" for n in range(10_000)]
    assert len(merge([_commitment(act, start=20 * n) for n, act in enumerate(acts)])) == 10_000


WORDS = st.sampled_from("open close the library school bridge new five 12 by harbour road".split())
ACTIONS = st.lists(WORDS, min_size=1, max_size=7).map(" ".join)


@given(st.lists(st.tuples(ACTIONS, st.sampled_from(["Ada Cole", "Ben Marsh", "the Cole"])), max_size=14))
def test_the_same_are_found_as_by_comparing_each_with_each(acts: list[tuple[str, str]]) -> None:
    commitments = [_commitment(action, actor=actor, start=20 * n) for n, (action, actor) in enumerate(acts)]
    groups: list[list[_Said]] = []
    for said in map(_Said.of, commitments):
        home = next((g for g in groups if any(_are_one(said, other) for other in g)), None)
        groups.append([said]) if home is None else home.append(said)

    found = {frozenset(e.start for e in one.evidence) for one in merge(commitments)}
    assert found == {frozenset(s.commitment.evidence[0].start for s in group) for group in groups}
