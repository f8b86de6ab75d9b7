"""A summary sentence is supported, or what its support lacks is named."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import cases, document_of

from pipeline.config import Guard
from pipeline.faithful import OFFSET, WEIGHTS, Checker
from pipeline.records import Summary, SummaryDraft
from pipeline.settling import Settler

SENTENCES = [
    "Thornby council met on Monday in the Guildhall.",
    "Its leader, Ada Marsh of the Greens, said she had read all 212 letters.",
    "She said the council will not close 3 of its 12 libraries in 2029.",
    "“We listened,” she told the Courier.",
    "The council could sell the old mill for £14,250.",
    "The National Library Service, based in Scotland, gave its advice.",
    "Ben Oak, who runs the market, said traders were angry about parking.",
    "The market will move in May 2030, the council said.",
]


@pytest.mark.parametrize("case", cases("faithful"), ids=lambda c: c["sentence"])
def test_a_sentence_is_supported_or_says_what_its_support_lacks(case: dict[str, object]) -> None:
    verdict, reason, score = Checker(SENTENCES).check(str(case["sentence"]), case["cites"])  # type: ignore[arg-type]
    assert (reason or "").split(":")[0] == case.get("reason", "")
    assert (verdict == "supported") == (score >= 0.5) == ("reason" not in case)


@pytest.mark.parametrize("code", list(WEIGHTS)[:5])
def test_a_new_number_name_quotation_negation_or_modality_alone_is_enough(code: str) -> None:
    assert WEIGHTS[code] > OFFSET


def test_a_sentence_without_support_is_unsupported() -> None:
    assert Checker([" ", "A"]).check("Anything.", [0])[:2] == ("unsupported", "no_support")
    assert Checker(["A"]).check("Anything.", [])[:2] == ("unsupported", "no_support")


@given(st.lists(st.text(min_size=1).filter(lambda t: t.strip()), min_size=1, max_size=5), st.text(), st.data())
def test_any_sentence_gets_a_verdict_that_fits_its_score_and_what_is_copied_is_supported(
    sentences: list[str], said: str, data: st.DataObject
) -> None:
    cited = data.draw(st.lists(st.integers(0, len(sentences) - 1), min_size=1, max_size=3))
    checker = Checker(sentences)
    verdict, reason, score = checker.check(said, cited)
    assert 0 <= score <= 1
    assert (verdict == "supported") == (reason is None) == (score >= 0.5)
    assert checker.check(sentences[cited[0]], cited) == ("supported", None, 1.0)
    assert all(0 <= i < len(sentences) for i in checker.best_support(said))


def test_support_is_found_in_the_sentences_that_together_have_most_of_the_words() -> None:
    checker = Checker(SENTENCES)
    assert checker.best_support("Ada Marsh read 212 letters, and the mill could be sold for £14,250.") == (1, 4)
    assert checker.best_support("Quantum chromodynamics.") == ()


def _settled(guard: Guard, text: str, *cited: int) -> tuple[Summary | None, list[str]]:
    settler = Settler(document_of(" ".join(SENTENCES)), "en-GB", guard)
    return settler.summary([SummaryDraft(text=text, sentences=cited)]), [p.code for p in settler.problems]


UNTRUE = "Ada Marsh said the council will not close 9 libraries."


def test_the_guard_marks_drops_or_replaces_what_is_not_supported() -> None:
    marked, codes = _settled("mark", UNTRUE, 2)
    assert marked is not None
    assert (marked.sentences[0].verdict, codes) == ("unsupported", ["number_not_in_support"])
    assert marked.sentences[0].text == UNTRUE
    assert _settled("drop", UNTRUE, 2) == (None, ["number_not_in_support"])
    replaced, codes = _settled("replace", UNTRUE, 2)
    assert replaced is not None
    assert replaced.text == SENTENCES[2]
    assert (replaced.sentences[0].reason or "").startswith("replaced, number_not_in_support: 9")
    assert codes == ["number_not_in_support"]


def test_what_other_sentences_carry_than_those_named_gets_these_as_its_support() -> None:
    told, codes = _settled("mark", "Traders were angry about parking, said Ben Oak.", 0)
    assert told is not None
    assert (told.sentences[0].verdict, codes) == ("supported", ["support_elsewhere"])
    text = " ".join(SENTENCES)
    assert [s.of(text) for s in told.sentences[0].support] == [SENTENCES[6]]


def test_a_sentence_that_is_supported_keeps_the_support_it_names() -> None:
    told, codes = _settled("drop", "The council met in Thornby on Monday.", 0, 1)
    assert told is not None
    assert (len(told.sentences[0].support), codes) == (1, [])
    assert told.sentences[0].support[0].of(" ".join(SENTENCES)) == " ".join(SENTENCES[:2])
