"""Which commitments a summary tells, and which it tells wrongly."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import cases

from eval.aligning import Deadline, Item
from eval.telling import tellings
from pipeline.records import Span

ARTICLE = (
    "Thornby Council will close three libraries by the end of 2029, its leader, Ada Marsh, said on Thursday."
    " Marsh said she would resign in May 2030. Councillor Ben Oak, who leads the opposition, was not in the hall."
    " Fellside Water said it would invest £1.45bn in new pipes next year. It will not merge with Northgate, its chief"
    " executive, Nora Pell, told reporters, and it will pay no bonuses to managers in 2030. The Highway Agency said it"
    " would publish the inspection report within ten days."
)
COMMITMENTS = {
    "libraries": Item(
        ("Thornby Council", "the council"),
        ("close three libraries",),
        "do",
        "firm",
        (Span(start=0, end=62),),
        Deadline("by the end of 2029", None, "2029-12-31"),
    ),
    "resign": Item(
        ("Ada Marsh", "the council leader"),
        ("resign",),
        "do",
        "firm",
        (Span(start=104, end=145),),
        Deadline("in May 2030", "2030-05-01", "2030-05-31"),
    ),
    "pipes": Item(
        ("Fellside Water", "the company"),
        ("invest £1.45bn in new pipes",),
        "do",
        "firm",
        (Span(start=214, end=280),),
        Deadline("next year", "2030-01-01", "2030-12-31"),
    ),
    "merger": Item(
        ("Fellside Water", "the company"), ("merge with Northgate",), "not_do", "firm", (Span(start=280, end=310),)
    ),
    "bonuses": Item(
        ("Fellside Water", "the company"),
        ("pay bonuses to managers",),
        "not_do",
        "firm",
        (Span(start=350, end=400),),
        Deadline("in 2030", "2030-01-01", "2030-12-31"),
    ),
    "dams": Item(
        ("Fellside Water", "the company"), ("repair six of its 40 dams",), "do", "firm", (Span(start=390, end=420),)
    ),
    "report": Item(
        ("the Highway Agency",),
        ("publish the inspection report",),
        "do",
        "firm",
        (Span(start=400, end=480),),
        Deadline("within ten days", None, None),
    ),
}


@pytest.mark.parametrize("case", cases("summary_commitments"), ids=lambda c: c["why"])
def test_a_summary_tells_a_commitment_rightly_wrongly_or_not_at_all(case: dict[str, Any]) -> None:
    found = dict(zip(COMMITMENTS, tellings(case["summary"], list(COMMITMENTS.values()), ARTICLE), strict=True))
    assert [i for i, t in found.items() if t.verdict == "covered"] == case.get("told", [])
    assert {i: list(t.contradicts) for i, t in found.items() if t.verdict == "distorted"} == case.get("wrong", {})


def test_no_article_and_no_summary_leave_nothing_to_tell() -> None:
    assert {t.verdict for t in tellings("", list(COMMITMENTS.values()))} == {"untold"}
    assert tellings("Thornby Council will close three libraries.", []) == []
    told = tellings("Thornby Council will close three libraries.", list(COMMITMENTS.values()))
    assert told[0].verdict == "covered"
    assert told[0].sentence == "Thornby Council will close three libraries."


@given(st.permutations(list(COMMITMENTS)))
def test_the_order_of_the_commitments_does_not_matter(order: list[str]) -> None:
    summary = "Thornby Council will not close three libraries. Fellside Water will merge and invest £2bn in new pipes."
    found = dict(zip(order, tellings(summary, [COMMITMENTS[i] for i in order], ARTICLE), strict=True))
    assert {i: t.contradicts for i, t in found.items() if t.contradicts} == {
        "libraries": ("polarity",),
        "pipes": ("number",),
    }


PIECES = "Thornby Council|the council|It|she|will|not|close|three libraries|by|2031|3 May|£|and|,|.|“|ruled out|".split(
    "|"
)


@given(st.lists(st.sampled_from(PIECES), max_size=14), st.lists(st.sampled_from(PIECES), max_size=6))
def test_any_text_and_any_action_give_a_verdict_that_says_what_it_contradicts(
    said: list[str], action: list[str]
) -> None:
    item = COMMITMENTS["libraries"]._replace(actions=(" ".join(action),))
    for found in tellings(" ".join(said), [item, COMMITMENTS["resign"]], ARTICLE):
        assert (found.verdict == "distorted") == bool(found.contradicts)
        assert (found.verdict == "untold") == (found.sentence is None)


def test_a_sentence_that_tells_another_commitment_rightly_does_not_contradict_this_one() -> None:
    others = [
        COMMITMENTS["libraries"]._replace(actions=("build 300 homes in Thornby",), deadline=None),
        COMMITMENTS["libraries"]._replace(actions=("build 200 homes in Marl",), deadline=None),
    ]
    verdicts = [t.verdict for t in tellings("Thornby Council will build 200 homes in Marl.", others, ARTICLE)]
    assert verdicts == ["untold", "covered"]
