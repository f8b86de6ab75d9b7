"""A summary sentence is supported, or what its support lacks is named."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import cases

from pipeline.faithful import OFFSET, WEIGHTS, Checker

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
