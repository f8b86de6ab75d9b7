"""Text to sentences: the table, and what holds for any text."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import SEED, cases

from pipeline.records import Span
from pipeline.sentences import MAX_CHARS, split_sentences

CASES = cases("sentences")


@pytest.mark.parametrize("case", CASES, ids=lambda c: json.dumps(c["text"][:50]))
def test_a_text_falls_into_the_sentences_that_a_reader_sees(case: dict[str, Any]) -> None:
    assert [s.text for s in split_sentences(case["text"])] == case["sentences"]


@given(st.text(st.sampled_from("aB. !?…\"”“’'()\n\r\u2028 1,;–•é"), max_size=200))
def test_every_character_that_is_not_white_space_lies_in_exactly_one_sentence(text: str) -> None:
    sentences = split_sentences(text)
    covered = [i for s in sentences for i in range(s.start, s.end)]
    assert len(covered) == len(set(covered))
    assert {i for i, c in enumerate(text) if not c.isspace()} <= set(covered)
    assert all(s.text == text[s.start : s.end] == s.text.strip() for s in sentences)
    assert [s.index for s in sentences] == list(range(len(sentences)))


def test_a_megabyte_without_a_full_stop_is_cut_at_white_space() -> None:
    sentences = split_sentences("word " * 200_000)
    assert max(s.end - s.start for s in sentences) <= MAX_CHARS
    assert all(s.text.startswith("word") and s.text.endswith("word") for s in sentences)


@pytest.mark.parametrize("text", ["." * 300_000, '"' * 300_000, "a. " * 50_000, "." + " " * 300_000, "!?" * 150_000])
def test_hostile_punctuation_ends(text: str) -> None:
    assert sum(s.end - s.start for s in split_sentences(text)) <= len(text)


def test_a_sentence_in_boilerplate_is_marked_and_its_neighbour_is_not() -> None:
    text = SEED.read_text("utf-8")
    sentences = split_sentences(text, [Span(start=0, end=10)])
    assert [s.is_boilerplate for s in sentences[:2]] == [True, False]
