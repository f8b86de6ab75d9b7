"""split_sentences: where sentences end, and that spans cover the text whatever the text is."""

import textwrap
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.records import Span
from pipeline.sentences import MAX_CHARS, split_sentences

CASES: list[dict[str, Any]] = tomllib.loads(
    Path(__file__).with_name("cases").joinpath("sentences.toml").read_text("utf-8")
)["case"]
SEED = Path(__file__).parents[1] / "seeds" / "000_ef44fa292b8c4792.txt"

# Pieces that rules look at, so that random text meets the rules.
WORDS = "Mr. U.S. p.m. . … ... ? !” “ '' `` • 1. ( ) The minister said no 3.5m £ é \ufeff 😀 \u0301 a.b@c.uk I x".split(
    " "
)
PIECES = st.sampled_from([*WORDS, " ", "  ", "\n", "\r\n", "\n\n", "\u2028", "\x0b"])
TEXTS = st.one_of(st.text(max_size=200), st.lists(PIECES, max_size=60).map("".join))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["why"])
def test_sentences_end_where_a_reader_ends_them(case: dict[str, Any]) -> None:
    assert [s.text for s in split_sentences(case["text"])] == case["sentences"]


@given(TEXTS)
def test_every_character_that_is_not_white_space_lies_in_exactly_one_sentence(text: str) -> None:
    times_covered = [0] * len(text)
    for sentence in split_sentences(text):
        for place in range(sentence.start, sentence.end):
            times_covered[place] += 1
    assert all(n == 1 for n, char in zip(times_covered, text, strict=True) if not char.isspace())
    assert max(times_covered, default=0) <= 1


@given(TEXTS)
def test_sentences_are_ordered_trimmed_slices(text: str) -> None:
    sentences = split_sentences(text)
    for sentence in sentences:
        assert sentence.text == text[sentence.start : sentence.end] == sentence.text.strip() != ""
    assert [s.index for s in sentences] == list(range(len(sentences)))
    assert sorted(sentences, key=lambda s: s.start) == list(sentences)
    assert sorted(s.paragraph for s in sentences) == [s.paragraph for s in sentences]


@given(TEXTS, st.lists(st.integers(0, 200), max_size=6))
def test_no_sentence_crosses_the_edge_of_boilerplate(text: str, edges: list[int]) -> None:
    ordered = sorted({min(edge, len(text)) for edge in edges})
    spans = [Span(start=a, end=b) for a, b in zip(ordered[::2], ordered[1::2], strict=False)]
    for sentence in split_sentences(text, spans):
        assert sentence.is_boilerplate == any(span.covers(sentence.span) for span in spans)
        assert sentence.is_boilerplate == any(span.overlaps(sentence.span) for span in spans)


def test_an_empty_text_has_no_sentences() -> None:
    assert split_sentences("") == split_sentences(" \n\t\r\n ") == ()


def test_each_line_of_the_seed_is_a_paragraph() -> None:
    text = SEED.read_text("utf-8")
    sentences = split_sentences(text)
    assert {s.paragraph for s in sentences} == set(range(len(text.splitlines())))
    assert len(sentences) == len(text.splitlines()) + 2  # two lines of two sentences


def test_windows_line_ends_give_the_same_sentences() -> None:
    text = SEED.read_text("utf-8")
    windows = split_sentences(text.replace("\n", "\r\n"))
    assert [s.text for s in windows] == [s.text for s in split_sentences(text)]


def test_wrapping_the_seed_changes_no_sentence() -> None:
    text = SEED.read_text("utf-8")
    unwrapped = [s.text for s in split_sentences(text)]
    assert [" ".join(s.text.split()) for s in split_sentences(_wrapped(text, 72))] == unwrapped


def _wrapped(text: str, width: int) -> str:
    return "\n\n".join(textwrap.fill(line, width, break_on_hyphens=False) for line in text.splitlines())


def test_a_page_without_stops_is_cut_at_white_space() -> None:
    sentences = split_sentences("ward " * 3 * MAX_CHARS)
    assert len(sentences) > 1
    assert all(s.end - s.start <= MAX_CHARS and s.text.endswith("ward") for s in sentences)


def test_a_word_that_is_too_long_is_cut_anyway() -> None:
    assert [s.end - s.start for s in split_sentences("x" * (2 * MAX_CHARS + 1))] == [MAX_CHARS, MAX_CHARS, 1]


@pytest.mark.parametrize(
    "piece",
    [".", "?!", "…", '."', ". ", "( ", "U.S. ", "a.b.", "ended.The", ".\n", "• ", "'' ", " ", "\n", "A.", "“Aa. "],
)
def test_a_hostile_piece_repeated_to_200_000_characters_comes_to_an_end(piece: str) -> None:
    """A quadratic rule takes minutes on these 200,000 characters; a linear one some tenths of a second."""
    text = piece * (200_000 // len(piece)) + "x"
    assert split_sentences(text)[-1].end == len(text)
