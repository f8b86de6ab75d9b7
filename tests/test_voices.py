"""Who speaks where: the table of tests/cases/voices.toml, and what holds for any text."""

import re
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import cases, document_of

from pipeline.actors import Cast
from pipeline.records import Mention, Span
from pipeline.voices import Voices

SPOKEN = [(c, words, speaker) for c in cases("voices") for words, speaker in c["who"]]
# Turns, marks, names, stops and colons, in any order.
SCRAPS = st.lists(
    st.sampled_from(
        "CHAIR: |Q. |A. |“|”|\"|'|‘|’|I will go| we |\n|\n\n|Ada Marsh|, |. |: |said |she |Mr |the minister |(|)"
        "|Yours,\n|– |?|Sen. |By |My name is |the |Smith's |told |I |board of |A ".split("|")
    ),
    max_size=40,
)


@pytest.mark.parametrize(("case", "words", "speaker"), SPOKEN, ids=[f"{c['kind']}: {w}" for c, w, _ in SPOKEN])
def test_the_one_who_says_it_is_found(case: dict[str, Any], words: str, speaker: str) -> None:
    text = case["text"].strip()
    assert text.count(words) == 1
    start = text.index(words)
    word = words.replace("'", " ").split()[0]
    mention = Mention(text=word, span=Span(start=start, end=start + len(word)))
    actor = Cast(document_of(text, title=case.get("title"))).resolve(mention)

    assert actor is not None
    assert actor.name.casefold() == speaker.casefold()


@pytest.mark.parametrize(
    ("text", "words", "certain"),
    [
        ("“I will pay,” said Ada Marsh.", "I will pay", True),
        ("ADA MARSH: I will pay.\nBEN ASH: I doubt it.\nADA MARSH: I know.", "I will pay", True),
        ("Ada Marsh was asked about it.\n“I will pay.”", "I will pay", False),
        ("Ben Ash, 61, met them.\nMinister Ada Marsh was there.\n“I will pay,” she said.", "I will pay", False),
    ],
)
def test_what_the_structure_says_is_certain(text: str, words: str, certain: bool) -> None:
    voiced = Cast(document_of(text)).voice(text.index(words))

    assert voiced is not None
    assert voiced.actor.name.casefold() == "ada marsh"
    assert voiced.is_certain == certain


def test_nobody_speaks_where_the_text_does_not_say() -> None:
    assert Cast(document_of("We will meet on Friday.")).voice(0) is None
    assert Cast(document_of("")).speaker(0) is None
    assert Voices(document_of("")).at(0) is None


@given(SCRAPS)
@settings(deadline=None)
def test_any_text_has_voices_and_the_same_ones_again(scraps: list[str]) -> None:
    text = "".join(scraps)
    places = [m.start() for m in re.finditer(r"\b(?:I|we)\b", text)]
    heard = [[Cast(document_of(text, title=text[:60])).voice(place) for place in places] for _ in range(2)]

    assert heard[0] == heard[1]


@pytest.mark.parametrize(
    "line",
    [
        "“I will pay,” he said. ",
        "“I will pay and ",
        "CHAIR: I will pay.\n",
        "Ada Marsh, who, of the, said I will pay, ",
        "A, " * 8,
        "Name Name Name Name Name ",
        "'I will 'pay' ",
    ],
)
def test_a_hundred_thousand_words_take_linear_time(line: str) -> None:
    took = []
    for words in (25_000, 100_000):
        text = line * (words // len(line.split()))
        document = document_of(text)
        start = time.process_time()
        voices = Voices(document)
        for sentence in document.sentences:
            voices.at(sentence.start)
        took.append(time.process_time() - start)

    assert took[1] < max(1.0, 12 * took[0])
