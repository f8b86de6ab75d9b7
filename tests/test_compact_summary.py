"""What a summary chooses, what it takes along, and what it trims away."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import SEED, cases, document_of

from pipeline.engines.compact.summary import is_usable, reference, summarise, torn_quotations, trimmed, unquoted
from pipeline.faithful import Checker
from pipeline.records import Document
from pipeline.sentences import split_sentences

LEAD = "Thornby Council will build 300 homes beside the old harbour by 2030."
FERRY = "The ferry company has ordered two electric ships from a yard in Norway."
MARSH = "Ada Marsh, who leads the council, presented the budget to residents on Monday."
PRAISE = "She called the harbour the last cheap land between Thornby and the sea."
SCHOOL = "A primary school with room for 200 children opens in September."
FILLER = "Trees along the quay have been watered since the dry spell in June."
NAMES = frozenset("Thornby Ada Marsh Norway Monday September June Ruth Vane".split())


def summary_of(sentences: Sequence[str], salient: Mapping[int, float], *, words: int = 90) -> list[str]:
    """The texts chosen; sentences without a salience have next to none."""
    document = document_of("\n".join(sentences))
    salience = {s.index: salient.get(s.index, 0.02) for s in document.body}
    return [d.text for d in summarise(document, salience, max_words=words)]


# --- choosing


def test_the_salient_sentences_are_chosen_in_the_order_of_the_article() -> None:
    found = summary_of([FILLER, LEAD, FILLER, SCHOOL, FERRY], {1: 0.95, 3: 0.9}, words=28)
    assert found == [LEAD, SCHOOL]


def test_an_early_place_outweighs_a_little_salience_and_not_much_of_it() -> None:
    told = [
        f"The {n} of Thornby will be sold in May." for n in "mill quay pier barn inn dam lock weir lane pond".split()
    ]
    assert summary_of(told, {9: 0.05}, words=10) == [told[0]]
    assert summary_of(told, {9: 0.9}, words=10) == [told[9]]


def test_each_sentence_names_its_own_place_as_support() -> None:
    document = document_of("\n".join([LEAD, FERRY, f"But {SCHOOL[0].lower()}{SCHOOL[1:]}"]))
    found = summarise(document, {s.index: 0.8 for s in document.body}, max_words=90)
    assert [d.sentences for d in found] == [(0,), (1,), (2,)]
    assert found[2].text == SCHOOL


def test_what_was_told_is_not_told_again() -> None:
    again = "By 2030 the Thornby Council will build 300 homes beside the old harbour."
    found = summary_of([LEAD, again, SCHOOL], {0: 0.9, 1: 0.9, 2: 0.5}, words=30)
    assert found == [LEAD, SCHOOL]


def test_a_shorter_summary_is_preferred_to_a_filler() -> None:
    filler = "We remember that rain fell for most of the night."
    assert summary_of([LEAD, filler], {0: 0.98}) == [LEAD]
    assert summary_of([LEAD, filler], {0: 0.98, 1: 0.9}) == [LEAD, filler]


def test_there_are_three_sentences_and_one_more_for_each_thirty_words_beyond_ninety() -> None:
    told = [
        f"The {n} of Thornby will be sold in May by its owner." for n in ("mill", "quay", "pier", "barn", "inn", "dam")
    ]
    salience = dict.fromkeys(range(6), 0.9)
    assert [len(summary_of(told, salience, words=words)) for words in (90, 120)] == [3, 4]


def test_a_budget_that_nothing_fits_gives_the_best_sentence_that_stands_alone() -> None:
    assert summary_of([LEAD, MARSH, PRAISE], {2: 0.99, 1: 0.9}, words=3) == [MARSH]


def test_a_page_without_full_stops_is_no_summary() -> None:
    assert summary_of([" ".join(["The list goes on and on"] * 40) + "."], {}, words=20) == []


def test_an_article_without_a_whole_sentence_gives_what_there_is() -> None:
    assert summary_of(["Thornby in pictures"], {}) == ["Thornby in pictures"]


def test_boilerplate_and_nothing_give_nothing() -> None:
    assert summarise(document_of(""), {}, max_words=90) == ()


def test_a_question_and_a_caption_are_passed_over() -> None:
    question = "What will become of the old harbour and of the ferry company?"
    caption = "Pictured: the old harbour of Thornby on a morning in June."
    assert summary_of([question, caption, LEAD], {0: 0.5, 1: 0.99}, words=14) == [LEAD]


# --- what a sentence needs


def test_a_speaker_who_is_not_named_in_full_is_passed_over() -> None:
    asked = "OP: We have frozen every ticket on the ferry until 2030."
    told = "MS. VANE: The ferry company has been clear on this for years."
    named = "Ada Marsh: The council will build 300 homes beside the harbour."
    assert summary_of([asked, told, named, told, SCHOOL], {0: 0.9, 1: 0.9, 2: 0.9, 4: 0.5}) == [named, SCHOOL]
    assert summary_of([asked, named, SCHOOL], {0: 0.9, 1: 0.9}) == [asked, named, SCHOOL]


def test_the_row_of_a_table_is_passed_over() -> None:
    row = "| Thornby Council will build homes | beside the old harbour | by 2030. |"
    assert summary_of([row, FERRY], {0: 0.9, 1: 0.5}) == [FERRY]


def test_a_pronoun_brings_the_sentence_that_names_who_is_meant() -> None:
    assert summary_of([FILLER, LEAD, MARSH, PRAISE], {3: 0.999, 2: 0.6}, words=27) == [MARSH, PRAISE]


def test_a_pronoun_whose_sentence_does_not_fit_is_left_out() -> None:
    assert PRAISE not in summary_of([LEAD, MARSH, PRAISE], {2: 0.99, 1: 0.1}, words=20)


def test_a_second_sentence_on_her_needs_only_the_one_that_names_her() -> None:
    second = "She has led the council since 2019 and will stand again."
    found = summary_of([MARSH, PRAISE, second, FILLER], {0: 0.9, 2: 0.99, 1: 0.01}, words=25)
    assert found == [MARSH, second]


def test_nobody_is_passed_whom_a_torn_quotation_may_name() -> None:
    quoted = "“We had Ruth Vane in the committee for a year."
    found = summary_of([MARSH, quoted, PRAISE, FILLER], {0: 0.9, 2: 0.99}, words=40)
    assert PRAISE not in found


def test_this_needs_the_sentence_just_before() -> None:
    this = "This will cost the owners of the port more than they have."
    assert this not in summary_of([LEAD, FERRY, this], {0: 0.9, 2: 0.99}, words=26)
    assert summary_of([FILLER, FERRY, this], {1: 0.9, 2: 0.99}, words=26) == [FERRY, this]


REFERENCES = [
    ("He will resign in May.", "he"),
    ("When he resigned, the council met.", "he"),
    ("Her plan is to build homes.", "she"),
    ("“We will build,” she said.", "she"),
    ("Seven of Thornby's crews answered his call.", "he"),
    ("Ada Marsh said she would resign.", ""),
    ("A driver said he was hurt.", ""),
    ("The mayor said he was hurt.", ""),
    ("With her first budget, Ada Marsh has won the vote.", ""),
    ("It will be sold.", "thing"),
    ("They will be sold.", "thing"),
    ("This is what they want.", "thing"),
    ("This week the council will meet.", ""),
    ("Those who own a home will pay.", ""),
    ("It is understood that the council will meet.", ""),
    ("It took two days to put out the fire.", ""),
    ("So far 300 homes have been sold.", ""),
    ("Instead, the council will meet.", "thing"),
    ("The pair will meet in May.", "thing"),
    ("The former will be sold.", "thing"),
    ("The former mayor will be heard.", ""),
    ("A study contradicts this theory of the sea.", "thing"),
    ("Others will follow.", "thing"),
    ("But for millions it comes too late.", "thing"),
    ("Thornby will build 300 homes.", ""),
]


@pytest.mark.parametrize(("text", "kind"), REFERENCES, ids=[text for text, _ in REFERENCES])
def test_what_a_sentence_takes_up(text: str, kind: str) -> None:
    assert reference(text, NAMES) == kind


def test_where_names_are_small_only_the_opening_words_are_looked_at() -> None:
    assert reference("the mayor of thornby said he was hurt .", frozenset()) == ""
    assert reference("this week , she got threatened .", frozenset()) == "she"
    assert reference("`` we will build , '' he said .", frozenset()) == "he"


# --- quotations


@pytest.mark.parametrize(
    ("text", "torn"),
    [
        ("“It was dry. We waited.” Then it rained.", {0, 1}),
        ("“It was dry,” he said. Then it rained.", set()),
        ('"It was dry. We waited. It rained," he said. All slept.', {0, 1, 2}),
        ("`` it was dry . we waited , '' he said . all of them slept .", {0, 1}),
        ("“It was dry.\nThen it rained.", {0}),
    ],
)
def test_sentences_that_a_quotation_runs_through(text: str, torn: set[int]) -> None:
    assert torn_quotations(split_sentences(text)) == torn


@pytest.mark.parametrize(
    "text",
    [
        "The mayor said 'it was dry.",
        "it was dry , ' he said .",
        "' I 'm happy to be here .",
        "“It was dry.”",
        "'It was dry all week.'",
        "The council met (in the old hall.",
        "The council met in the hall …",
        "The council met in the hall...",
        "The mayor then said this:",
        "The council of Thornby",
        "Scroll down for the pictures of the day.",
    ],
)
def test_a_sentence_that_is_not_whole_is_not_usable(text: str) -> None:
    assert not is_usable(text)


@pytest.mark.parametrize(
    "text",
    [
        "The mayor said 'it was dry'.",
        "The mayor said: “It was dry.”",
        "the workers ' union 's secretary said it was dry .",
        "The '90s were dry, and the Vanes' boat wasn't used.",
        "` it was dry , ' the mayor said .",
        "The council met (in the old hall).",
    ],
)
def test_a_whole_sentence_is_usable(text: str) -> None:
    assert is_usable(text)


def test_apostrophes_begin_no_quotation() -> None:
    text = "the workers ' union 's secretary can't say it ."
    assert unquoted(text) == text


def test_a_sentence_inside_of_a_quotation_is_not_told_as_the_articles_own() -> None:
    quoted = "“The harbour is dead. Rats have taken the quay and the inn. It stinks,” said Ruth Vane."
    assert summary_of([LEAD, quoted], {0: 0.5, 2: 0.99}, words=14) == [LEAD]


def test_a_few_capitals_do_not_mean_that_names_have_theirs() -> None:
    told = [
        "A teacher of the BBC school in thornby is facing a jail term .",
        *["The pupils of thornby wrote a letter ."] * 4,
    ]
    wanted = "Paul vane had a house in thornby , which he wants to sell ."
    assert summary_of([*told, wanted], {5: 0.99}, words=14) == [wanted]


# --- trimming


@pytest.mark.parametrize("case", cases("trimming"), ids=lambda case: case["why"])
def test_trimming(case: dict[str, Any]) -> None:
    assert trimmed(case["text"]) == case.get("trimmed", case["text"])


@pytest.mark.parametrize("case", cases("trimming"), ids=lambda case: case["why"])
def test_what_is_trimmed_is_carried_by_the_sentence_and_is_not_trimmed_again(case: dict[str, Any]) -> None:
    text = trimmed(case["text"])
    assert Checker([case["text"]]).check(text, [0]).verdict == "supported"
    assert trimmed(text) == text


def test_what_the_guard_does_not_carry_is_not_trimmed() -> None:
    text = "Thornby Council did not (in its first budget) sell the old ferry to Norway."
    assert trimmed(text) == "Thornby Council did not sell the old ferry to Norway."
    assert summary_of([text], {}) == [text]


# --- on any text

PIECES = st.sampled_from(
    [LEAD, FERRY, MARSH, PRAISE, SCHOOL, FILLER]
    + [case["text"] for case in cases("trimming")]
    + ["“We waited. It rained,” she said.", "'It was", "He left. ", "(CNN)", "But", "\n", "\n\n", "…", '"', "``", "''"]
)


@settings(deadline=None)
@given(st.lists(PIECES, max_size=14), st.lists(st.floats(0, 1), max_size=14), st.integers(1, 120))
def test_any_summary_is_supported_in_order_and_within_its_budget(
    pieces: list[str], salience: list[float], max_words: int
) -> None:
    document = document_of(" ".join(pieces))
    found = summarise(document, dict(enumerate(salience)), max_words=max_words)
    places = [d.sentences[0] for d in found]
    assert places == sorted(set(places))
    assert len(found) <= 1 or sum(len(d.text.split()) for d in found) <= max_words
    assert bool(found) == any(s.text.strip() for s in document.body)
    checker = Checker([s.text for s in document.sentences])
    assert all(checker.check(d.text, d.sentences).verdict == "supported" for d in found if re.search(r"\w", d.text))


def test_the_seed_has_a_readable_summary() -> None:
    document = _seed()
    found = summarise(document, {}, max_words=90)
    assert 1 < len(found) <= 3
    assert all(is_usable(d.text) for d in found)


def _seed() -> Document:
    return document_of(SEED.read_text("utf-8"))
