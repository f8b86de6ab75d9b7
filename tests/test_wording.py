"""Tagged words to the action as a clause: a table of what words come to, and properties that hold for any words."""

import re
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import cases

from pipeline.engines.compact.wording import Worded, worded
from pipeline.engines.cue.clauses import MAX_ACTION_WORDS
from pipeline.records import Polarity

CASES = cases("wording")
# Words of the kinds that the rules look at, so that what hypothesis draws often means something to them.
WORDS = (
    "the a its no any council report bridges 500 £2m it them we she will would not to be being been is are has have "
    "published sell selling sold closes reopen stay rise given by from of on in May Friday 2030 and that which said "
    "Marlowe's told asked nobody there ; ( – up off receive able Holm only if , . \""
).split()  # fmt: skip
SENTENCES = st.lists(st.sampled_from(WORDS), min_size=1, max_size=24).map(" ".join)
POLARITIES: st.SearchStrategy[Polarity] = st.sampled_from(["do", "not_do"])


def _read(case: dict[str, Any]) -> Worded:
    left, _, rest = case["text"].partition("[")
    words, _, right = rest.partition("]")
    sentence = f"{left}{words}{right}" if left or right else ""
    return worded(
        words,
        case.get("polarity", "do"),
        case.get("drop", ()),
        sentence=sentence,
        start=len(left),
        before=case.get("before", ""),
        actor=case.get("actor", ""),
    )


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c['kind']}: {c['text']}")
def test_the_tagged_words_become_the_action_that_the_guide_asks_for(case: dict[str, Any]) -> None:
    assert _read(case) == (case["action"], case.get("becomes", case.get("polarity", "do")))


@st.composite
def tagged(draw: st.DrawFn) -> tuple[str, int, int]:
    """A sentence and half-open code points in it, wherever they fall: a tagger errs."""
    sentence = draw(SENTENCES)
    first = draw(st.integers(0, len(sentence) - 1))
    return sentence, first, draw(st.integers(first + 1, len(sentence)))


@given(tagged(), POLARITIES)
def test_words_come_out_wherever_a_word_went_in(place: tuple[str, int, int], polarity: Polarity) -> None:
    sentence, first, last = place
    action = worded(sentence[first:last], polarity, sentence=sentence, start=first).action
    assert re.search(r"\w", action) or not re.search(r"\w", sentence[first:last])


@given(tagged(), POLARITIES)
def test_an_action_is_no_longer_than_the_guide_says_and_ends_with_no_mark(
    place: tuple[str, int, int], polarity: Polarity
) -> None:
    sentence, first, last = place
    action = worded(sentence[first:last], polarity, sentence=sentence, start=first).action
    assert len(action.split()) <= MAX_ACTION_WORDS
    assert action == " ".join(action.split())
    assert not action.endswith((",", ";", ":", " -", " –"))


@given(tagged(), POLARITIES)
def test_what_came_out_is_left_as_it_is(place: tuple[str, int, int], polarity: Polarity) -> None:
    sentence, first, last = place
    once = worded(sentence[first:last], polarity, sentence=sentence, start=first)
    assert worded(once.action, once.polarity) == once


@given(SENTENCES, POLARITIES)
def test_a_refusal_stays_one_but_for_what_stays_as_it_is(words: str, polarity: Polarity) -> None:
    """ "Fuel tax stays at six cents" is something to be done, whatever a tagger says."""
    assert polarity == "do" or "stay" in words or worded(words, polarity).polarity == "not_do"


@pytest.mark.parametrize("case", [c for c in CASES if not c.get("drop")], ids=lambda c: c["text"])
def test_the_same_comes_out_of_a_second_reading(case: dict[str, Any]) -> None:
    once = _read(case)
    assert worded(*once) == once


@pytest.mark.parametrize("case", CASES, ids=lambda c: c["text"])
def test_an_action_ends_with_nothing_that_wants_more_words(case: dict[str, Any]) -> None:
    assert _read(case).action.rpartition(" ")[2] not in {
        "and",
        "or",
        "to",
        "of",
        "the",
        "a",
        "an",
        "with",
        "its",
        "which",
    }


def test_the_condition_is_left_out_wherever_it_stands_in_the_words() -> None:
    found = worded("fit, if the insurers consent, the sensors", "do", ["if the insurers consent"])
    assert found.action == "fit the sensors"


def test_a_condition_that_is_all_that_was_tagged_stays() -> None:
    assert worded("if the insurers consent", "do", ["if the insurers consent"]).action == "if the insurers consent"


def test_marks_without_a_word_are_no_action() -> None:
    assert worded(" , ", "do").action == ""


@pytest.mark.parametrize("words", ["publish the report and, by 3 May, ", "which the council said ", "no the of "])
def test_two_thousand_words_take_no_longer_than_a_sentence_should(words: str) -> None:
    many = words * (2000 // len(words.split()))
    began = time.perf_counter()
    worded(many, "do", sentence=f"We will {many}", start=8, before=many)
    assert time.perf_counter() - began < 0.1
