"""Quotes to spans: the table of what grounds and what never does, and properties of every span."""

import random
import tomllib
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from support import cases

from pipeline.grounding import MIN_WORDS, Grounder, Rejection
from pipeline.records import Evidence
from pipeline.sentences import split_sentences

TABLE = Path(__file__).parent / "cases" / "grounding.toml"
TEXTS: dict[str, str] = tomllib.loads(TABLE.read_text("utf-8"))["texts"]
CASES = cases("grounding")
NEVER = [c for c in CASES if "slice" not in c]
# Reasons that the issue names: a quote with one of these faults must never become evidence.
FAULTS = {
    "number_differs",
    "year_differs",
    "negation_differs",
    "modal_differs",
    "actor_differs",
    "words_only",
    "inside_word",
    "too_short",
}


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c['text']}: {c['quote'][:50]!r}")
def test_a_quote_grounds_or_is_rejected_as_the_table_says(case: dict[str, Any]) -> None:
    text = TEXTS[case["text"]]
    found = Grounder(text).ground(case["quote"])
    if isinstance(found, Rejection):
        assert found.code == case["expect"]
        return
    assert (found.match, found.quote) == (case["expect"], case.get("slice"))
    assert text[found.start : found.end] == found.quote


def test_the_table_holds_80_cases_and_every_fault_that_never_grounds() -> None:
    assert len(CASES) >= 80
    assert {c["expect"] for c in NEVER} >= FAULTS


def test_the_same_quote_takes_successive_places_and_then_stays_at_the_last() -> None:
    grounder = Grounder(TEXTS["twice"])
    starts = [g.start for _ in range(4) if isinstance(g := grounder.ground("We will act now"), Evidence)]
    assert starts == [0, 35, 52, 52]


def test_overlapping_and_nested_quotes_keep_their_own_spans() -> None:
    grounder = Grounder(TEXTS["council"])
    quotes = ["The council will build 1,500 homes by March 2031", "will build 1,500 homes", "homes by March 2031."]
    found = [grounder.ground(q) for q in quotes]
    assert [f.quote for f in found if isinstance(f, Evidence)] == quotes


def test_sentences_are_evidence_by_construction_and_neighbours_are_one_span() -> None:
    text = "One is here. Two is here. Three is here. Four is here."
    found = Grounder(text, split_sentences(text)).by_sentences([3, 0, 1])
    assert not isinstance(found, Rejection)
    assert [e.quote for e in found] == ["One is here. Two is here.", "Four is here."]


@pytest.mark.parametrize("indexes", [[], [9], [-1], [0, 7]])
def test_a_sentence_that_is_not_there_is_rejected(indexes: list[int]) -> None:
    text = "One is here. Two is here."
    found = Grounder(text, split_sentences(text)).by_sentences(indexes)
    assert isinstance(found, Rejection)
    assert found.code == "unknown_sentence"


WORDS = st.lists(
    st.sampled_from("the council will not build 1,500 homes “yes” in Leeds by May 2031, she said. café".split()),
    min_size=12,
    max_size=60,
)


@given(WORDS, st.data())
def test_any_run_of_three_whole_words_grounds_exactly(words: list[str], data: st.DataObject) -> None:
    text = " ".join(words)
    start = data.draw(st.integers(0, len(words) - MIN_WORDS))
    end = data.draw(st.integers(start + MIN_WORDS, len(words)))
    quote = " ".join(words[start:end])
    found = Grounder(text).ground(quote)
    assume(not isinstance(found, Rejection) or found.code != "too_short")  # "May 2031," has fewer words than pieces
    assert isinstance(found, Evidence)
    assert text[found.start : found.end] == found.quote
    assert found.match == "exact"


PERTURBATIONS = (
    str.upper,
    lambda q: unicodedata.normalize("NFD", q),
    lambda q: q.replace(" ", "\u00a0"),
    lambda q: q.replace(" ", " \n "),
    lambda q: q.replace("“", '"').replace("”", '"'),
    lambda q: q.replace("e", "e\u00ad"),
    lambda q: q.replace("fi", "ﬁ"),
)


@given(WORDS, st.sampled_from(PERTURBATIONS), st.data())
def test_type_and_white_space_do_not_matter_and_the_text_s_slice_is_kept(
    words: list[str], change: Any, data: st.DataObject
) -> None:
    text = " ".join(words)
    start = data.draw(st.integers(0, len(words) - 5))
    found = Grounder(text).ground(change(" ".join(words[start : start + 5])))
    assume(not isinstance(found, Rejection) or found.code != "too_short")
    assert isinstance(found, Evidence)
    assert found.quote == text[found.start : found.end]
    assert (
        found.quote.strip("“”.,") == " ".join(words[start : start + 5]).strip("“”.,")
        or found.quote.casefold() in text.casefold()
    )


@given(st.integers(100, 99_999), st.integers(0, 4), st.integers(1, 9))
def test_a_changed_digit_never_grounds(figure: int, place: int, step: int) -> None:
    digits = str(figure)
    place %= len(digits)
    changed = digits[:place] + str((int(digits[place]) + step) % 10) + digits[place + 1 :]
    found = Grounder(f"The mayor will plant {figure} trees along the river.").ground(
        f"will plant {changed} trees along the river"
    )
    assert isinstance(found, Rejection)
    assert found.code in {"number_differs", "year_differs"}


@given(st.text(max_size=300), st.text(max_size=80))
def test_no_strings_make_it_fail_and_what_grounds_is_the_text_s_own(text: str, quote: str) -> None:
    found = Grounder(text).ground(quote)
    if isinstance(found, Evidence):
        assert text[found.start : found.end] == found.quote


HOSTILE = [
    ("aba " * 200_000, "ba " + "aba " * 12_000 + "ab"),
    ("a" * 1_000_000, "a" * 50_000 + " b c"),
    ("a b " * 200_000, "a b " * 12_000 + "c d e"),
    ("ab cd " * 100_000, "b cd ab c"),
    ("\u0301" * 500_000 + " one two three", "one two three"),
]


@pytest.mark.parametrize(("text", "quote"), HOSTILE, ids=["inside words", "one word", "pairs", "short inside", "marks"])
def test_a_hostile_text_comes_to_an_end(text: str, quote: str) -> None:
    """Quadratic rules take minutes here."""
    found = Grounder(text).ground(quote)
    assert isinstance(found, Rejection) or text[found.start : found.end] == found.quote


def test_planted_spans_are_found_where_they_were_planted() -> None:
    chance = random.Random(7)
    vocabulary = [f"w{i}" for i in range(4000)]
    text = " ".join(chance.choices(vocabulary, k=20_000))
    starts = [i + 1 for i, c in enumerate(text) if c == " "]
    grounder = Grounder(text)
    for start in chance.sample(starts[:-50], 200):
        quote = text[start : text.index(" ", start + 60)]
        found = grounder.ground(quote)
        assert isinstance(found, Evidence)
        assert text[found.start : found.end] == quote
