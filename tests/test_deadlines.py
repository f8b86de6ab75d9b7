"""Time expressions to days: the tables of two readers, and properties that hold for any words."""

import itertools
import time
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import cases

from pipeline.config import LOCALES
from pipeline.deadlines import is_past, resolve
from pipeline.records import Deadline, Span
from pipeline.timewords import find_time_expressions, time_of

OURS, SECOND_READER, THIRD_READER = (
    cases("deadlines"),
    cases("deadlines_second_reader"),
    cases("deadlines_third_reader"),
)


def _named(case: dict[str, Any]) -> str:
    return f"{case['text']} | {case.get('published')} | {case.get('locale', 'en-GB')}"


@pytest.mark.parametrize("case", OURS, ids=_named)
def test_the_words_mean_the_days_that_the_guide_says(case: dict[str, Any]) -> None:
    found = resolve(case["text"], case.get("published"), locale=case.get("locale", "en-GB"))
    assert (found.earliest, found.latest) == (case.get("earliest"), case.get("latest"))
    assert found.reason == case.get("reason")
    assert found.grain == case.get("grain", found.grain)


@pytest.mark.parametrize("case", SECOND_READER, ids=_named)
def test_the_words_mean_the_days_that_a_second_reader_wrote_down(case: dict[str, Any]) -> None:
    found = resolve(case["text"], case.get("published"), locale=case.get("locale", "en-GB"))
    assert (found.earliest, found.latest) == (case.get("earliest"), case.get("latest"))
    assert (found.reason is not None) == case.get("reason", False)


@pytest.mark.parametrize("case", THIRD_READER, ids=_named)
def test_the_words_mean_the_days_that_a_third_reader_wrote_down(case: dict[str, Any]) -> None:
    found = resolve(case["text"], case.get("published"), locale=case.get("locale", "en-GB"))
    assert (found.earliest, found.latest) == (case.get("earliest"), case.get("latest"))


def test_the_tables_of_ours_and_of_the_second_reader_hold_at_least_150_cases() -> None:
    assert len(OURS) >= 75
    assert len(SECOND_READER) >= 75


def test_a_refusal_from_a_day_on_has_no_end() -> None:
    published = date(2025, 1, 16)
    assert resolve("from today", published).latest == published
    assert resolve("from today", published, polarity="not_do").latest is None
    assert resolve("from 1 May until 3 May", published, polarity="not_do").latest == date(2025, 5, 3)


@given(st.text(max_size=60), st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.sampled_from(LOCALES))
def test_any_words_resolve_or_say_why_not(words: str, published: date, locale: str) -> None:
    found = resolve(words, published, locale=locale)
    assert (found.reason is None) == (found.earliest is not None or found.latest is not None)


@given(st.sampled_from(OURS), st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.sampled_from(LOCALES))
def test_the_first_day_is_never_after_the_last(case: dict[str, Any], published: date, locale: str) -> None:
    found = resolve(case["text"], published, locale=locale)
    assert found.earliest is None or found.latest is None or found.earliest <= found.latest


def test_a_day_before_the_article_is_past_and_the_article_s_own_day_is_not() -> None:
    day = Deadline(text="on Monday", latest=date(2025, 1, 13))
    assert is_past(day, date(2025, 1, 14))
    assert not is_past(day, date(2025, 1, 13))
    assert not is_past(day, None)


FOUND = [
    ("It will publish the survey by 31 March, the leader said.", ["by 31 March"]),
    ("From 1 July all fares will fall.", ["From 1 July"]),
    ("The site will open in the third quarter of 2032.", ["in the third quarter of 2032"]),
    (
        "She will report within three months and over the next two years.",
        ["within three months", "over the next two years"],
    ),
    ("It will close before the summer recess.", ["before the summer recess"]),
    ("Cooper will write to them on Thursday.", ["on Thursday"]),
    ("It will run from November until the end of April.", ["from November until the end of April"]),
    ("Ministers may march in the fall of the house.", []),
    ("The five-year funding was agreed last year.", []),
    ("It happened three weeks ago, in March last year.", []),
    ("They meet every Tuesday and each year.", []),
]


@pytest.mark.parametrize(("sentence", "expected"), FOUND, ids=[s for s, _ in FOUND])
def test_time_words_are_found_where_they_say_when(sentence: str, expected: list[str]) -> None:
    assert [span.of(sentence) for span in find_time_expressions(sentence)] == expected


def test_a_length_as_an_adjective_is_found_only_when_asked_for() -> None:
    sentence = "She announced a rapid three-month audit."
    assert find_time_expressions(sentence) == []
    assert [s.of(sentence) for s in find_time_expressions(sentence, weak=True)] == ["three-month"]


@pytest.mark.parametrize("case", cases("timewords"), ids=lambda c: c["text"])
def test_the_table_of_sentences_gives_the_words_that_say_when(case: dict[str, Any]) -> None:
    spans = find_time_expressions(case["text"], weak=case.get("weak", False))
    assert [span.of(case["text"]) for span in spans] == case["found"]


@given(st.text(max_size=200))
def test_found_spans_are_disjoint_in_order_and_resolve_or_say_why_not(sentence: str) -> None:
    spans = find_time_expressions(sentence, weak=True)
    assert all(a.end <= b.start for a, b in itertools.pairwise(spans))
    for span in spans:
        assert resolve(span.of(sentence), date(2025, 1, 16)).text == span.of(sentence)


@pytest.mark.parametrize(
    ("sentence", "pointed", "expected"),
    [
        ("It will be out by 1 May.", "by 1 May", "by 1 May"),
        ("It will be out by 1 May.", "1 May", "by 1 May"),
        ("It will be out.", "be out", None),
        ("He will answer before MPs come back on the 15th.", "before MPs come back on the 15th", None),
        ("He will answer before MPs come back on the 15th.", "on the 15th", "before MPs come back on the 15th"),
        ("She decided before lunch to resign in May.", "in May", "in May"),
        ("They will freeze it within 100 days of taking office.", "within 100 days of taking office", None),
        ("It reports within a year of 1 May, he said.", "within a year of 1 May, he said", "within a year of 1 May"),
        ("They reopen before Thanksgiving is over.", "before Thanksgiving is over", None),
        ("By Friday each of them will have the sum that was voted in October 2011.", "", "By Friday"),
        ("They will come back on 4 May, or on 11 May 2031.", "", "on 11 May 2031"),
        ("We will play over three days in March.", "over three days in March", "in March"),
        ("They enter a team for the first time next August.", "for the first time next August", "next August"),
        ("He will appear before the committee on Tuesday.", "on Tuesday", "on Tuesday"),
        ("She will bring it before the Dáil by Easter.", "before the Dáil by Easter", "by Easter"),
        ("He will pay before the strike on Tuesday.", "on Tuesday", "before the strike on Tuesday"),
        ("The vote was put off until 5 February.", "5 February", "5 February"),
        ("The offer is open until 5 February.", "5 February", "until 5 February"),
        ("They moved the rally to 6 September.", "6 September", "6 September"),
        ("They play Monday through Thursday there.", "Monday through Thursday", None),
        ("It will be shut for ten days from 12 April, they say.", "for ten days from 12 April", None),
        ("It is shut from Monday until the boiler is in.", "from Monday until the boiler is in", None),
        ("She will go before next year's election.", "before next year's election", None),
        ("She will go before the year's out.", "before the year's out", "before the year"),
        ("It opens before the season begins on 1 May.", "before the season begins on 1 May", None),
        ("Whoever asks before July 15 gets an answer by Halloween.", "by Halloween", "by Halloween"),
        ("Whoever asks before July 15 will hear by Halloween.", "by Halloween", "by Halloween"),
    ],
)
def test_a_time_is_told_with_the_event_that_it_hangs_on(sentence: str, pointed: str, expected: str | None) -> None:
    pointed = pointed or sentence
    start = sentence.index(pointed)
    whole = pointed if expected is None and find_time_expressions(sentence) else expected
    assert time_of(sentence, Span(start=start, end=start + len(pointed))) == whole


def test_a_long_list_of_numbers_costs_no_square_of_its_length() -> None:
    sentence = f"They meet on June {', '.join(['12'] * 8_000)} and so on."
    began = time.perf_counter()
    found = find_time_expressions(sentence)

    assert found[0].start == len("They meet ")
    assert time.perf_counter() - began < 2  # .06 s; 9 s where each number was looked at from every other
