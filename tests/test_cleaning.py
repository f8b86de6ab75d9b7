"""clean: what is marked as boilerplate, what never is, and the titles and dates that a head states."""

import tomllib
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.cleaning import RULES, clean
from pipeline.records import Article

CASES: dict[str, Any] = tomllib.loads(Path(__file__).with_name("cases").joinpath("boilerplate.toml").read_text("utf-8"))
SEED = Path(__file__).parents[1] / "seeds" / "000_ef44fa292b8c4792.txt"
PROSE = ["The council met on Tuesday and agreed to close the pool on Saturday after years of debate."] * 5
PLACES = {
    "head": lambda line: [line, *PROSE],
    "tail": lambda line: [*PROSE, line],
    "between": lambda line: [*PROSE, line, *PROSE],
}


def _article(text: str, **fields: Any) -> Article:
    return Article(id="a", source="a.txt", text=text, **fields)


def _marked(lines: list[str]) -> list[str]:
    text = "\n\n".join(lines)
    return [span.of(text) for span in clean(_article(text)).boilerplate]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("line", CASES["taken"]["anywhere"])
def test_a_line_of_the_page_is_boilerplate_wherever_it_stands(line: str, place: str) -> None:
    assert _marked(PLACES[place](line)) == [line]


@pytest.mark.parametrize("line", CASES["taken"]["head"])
def test_a_line_of_the_head_is_boilerplate_there_and_nowhere_else(line: str) -> None:
    assert _marked(PLACES["head"](line)) == [line]
    assert _marked(PLACES["between"](line)) == []


@pytest.mark.parametrize("line", CASES["taken"]["tail"])
def test_a_line_of_the_tail_is_boilerplate_there_and_nowhere_else(line: str) -> None:
    assert _marked(PLACES["tail"](line)) == [line]
    assert _marked(PLACES["between"](line)) == []


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("line", CASES["kept"]["lines"])
def test_a_sentence_that_looks_like_boilerplate_is_kept(line: str, place: str) -> None:
    assert _marked(PLACES[place](line)) == []


def test_the_seed_loses_its_reading_time_and_its_newsletter_box_and_nothing_else() -> None:
    text = SEED.read_text("utf-8")
    article = clean(_article(text))
    box = text[text.index("PoliticsHome Newsletters") :].rstrip()
    assert [span.of(text) for span in article.boilerplate] == ["3 min read", box]
    assert (article.title, article.published) == (None, None)


def test_what_follows_ends_is_boilerplate_but_a_note_to_editors_is_kept() -> None:
    notes = ["Notes to editors", "1. The fire authority serves 318,000 people.", "Press office: 01555 010 222"]
    assert _marked([*PROSE, "Ends", "Ada Marsh is at her desk until six.", *notes]) == [
        "Ends\n\nAda Marsh is at her desk until six.\n\nNotes to editors",
        "Press office: 01555 010 222",
    ]


def test_an_undertaking_after_ends_is_kept() -> None:
    assert _marked([*PROSE, "Ends", "The authority will publish the plan in May."]) == ["Ends"]


def test_ends_in_the_first_half_of_the_text_closes_nothing() -> None:
    assert _marked([PROSE[0], "Ends", *PROSE]) == []


def test_ends_on_the_last_line_of_the_text_is_marked_alone() -> None:
    assert _marked([*PROSE, "I commend this statement to the House. ENDS"]) == ["ENDS"]


def test_a_byline_does_not_swallow_the_paragraph_after_it() -> None:
    assert _marked(["By Jenny Tolland, local government reporter", *PROSE]) == [
        "By Jenny Tolland, local government reporter"
    ]


def test_the_person_of_the_byline_is_described_by_boilerplate_and_others_are_not() -> None:
    bio = "Ms. Trammell is the mayor of Corliss."
    assert bio in _marked(["By Odessa Trammell", *PROSE, bio])
    assert bio not in _marked(["By Ada Marsh", *PROSE, bio])


def test_a_line_that_undertakes_something_is_kept_even_among_contact_lines() -> None:
    line = "Contact: the fund will pay £500 to each tenant."
    assert _marked([*PROSE, line, "Press office: 01555 010 222"]) == ["Press office: 01555 010 222"]


@pytest.mark.parametrize("case", CASES["head"], ids=lambda case: case["why"])
def test_the_head_states_a_title_and_a_date_or_none(case: dict[str, Any]) -> None:
    article = clean(_article(case["text"]), locale=case.get("locale", "en-GB"))
    assert article.title == case.get("title")
    assert article.published == case.get("published")


def test_a_title_and_a_date_that_are_known_stay() -> None:
    known = _article("# Another\n\nPublished 3 March 2021\n\n" + PROSE[0], title="Known", published=date(2020, 1, 1))
    assert (clean(known).title, clean(known).published) == ("Known", date(2020, 1, 1))


LINES = st.lists(
    st.one_of(st.text(max_size=40), st.sampled_from([*CASES["taken"]["tail"], *CASES["kept"]["lines"]])), max_size=20
)


@given(LINES, st.sampled_from(["\n", "\r\n", "\n\n", "\u2028"]))
def test_the_text_stays_and_the_spans_are_ordered_disjoint_and_trimmed(lines: list[str], between: str) -> None:
    text = between.join(lines)
    article = clean(_article(text))
    assert article.text == text
    spans = article.boilerplate
    assert all(span.of(text).strip() == span.of(text) != "" for span in spans)
    assert all(a.end < b.start for a, b in pairwise(spans))


@given(LINES)
def test_cleaning_twice_changes_nothing(lines: list[str]) -> None:
    once = clean(_article("\n".join(lines)))
    assert clean(once) == once


def test_an_empty_text_is_left_alone() -> None:
    assert clean(_article("")) == _article("")


@pytest.mark.parametrize(
    "line", ["x", "Ends", "By Ada Marsh", "Share", "About us: x. ", "a " * 150, "A" * 310, "By " + "A " * 150]
)
def test_a_hostile_line_repeated_to_200_000_characters_comes_to_an_end(line: str) -> None:
    """A quadratic rule takes minutes here, a linear one some tenths of a second."""
    text = (line + "\n") * (200_000 // (len(line) + 1))
    assert clean(_article(text)).text == text


def test_every_rule_is_shown_by_a_case() -> None:
    """A rule that no case needs is untested: every kind takes some line of the table."""
    lines = [line for zone in CASES["taken"].values() for line in zone]
    assert {rule.kind for rule in RULES} == {r.kind for r in RULES if any(r.pattern.fullmatch(line) for line in lines)}
