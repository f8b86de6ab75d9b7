"""Each measure of a summary by examples, against the real library, and where a wrong variant would pass."""

import math
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import cases
from test_telling import ARTICLE as NEWS
from test_telling import COMMITMENTS

from eval.summaries import (
    MEASURES,
    ROUGES,
    SummaryScore,
    entailment_scores,
    fragment_lengths,
    is_latin,
    lead,
    lines,
    quotations,
    rouge,
    score_summary,
)
from pipeline.records import Span
from pipeline.sentences import split_sentences

ARTICLE = (
    "Thornby Council met on Monday, 3 March. Its leader, Ada Marsh, read out 212 letters from readers."
    " She said the council would not close 3 of its 12 libraries in 2029. “We have listened,” she told the Courier."
    " The old mill could be sold for £14,250. Ben Oak, who leads the opposition, called it a climbdown."
    " Traders were angry about parking. “It will kill the high street,” said Ruth Vane of the traders' guild."
)
SENTENCES = [s.text for s in split_sentences(ARTICLE)]
WORDS = st.lists(st.sampled_from("a b c the council will not close 3 12 libraries Thornby . , “ ” ' \n é".split(" ")))
TEXTS = WORDS.map(" ".join)


def value(name: str, summary: str, article: str | None = ARTICLE, references: Sequence[str] = ()) -> float:
    return score_summary(summary, article, references).values[name]


def found(name: str, summary: str, article: str = ARTICLE) -> tuple[str, ...]:
    return score_summary(summary, article).found.get(name, ())


# --- a score as a whole


@pytest.mark.parametrize("summary", [None, "", "Traders were angry.", "Ёлка стоит.", "12", "“"])
@pytest.mark.parametrize("article", [None, "", ARTICLE])
@pytest.mark.parametrize("references", [(), ("Traders are angry.",)])
def test_every_measure_has_a_value_or_a_reason_and_never_both(
    summary: str | None, article: str | None, references: tuple[str, ...]
) -> None:
    score = score_summary(summary, article, references)
    assert {*score.values, *score.not_scored} == set(MEASURES)
    assert not score.values.keys() & score.not_scored.keys()
    assert all(score.not_scored.values())
    assert all(math.isfinite(v) for v in score.values.values())


@given(TEXTS, TEXTS, st.lists(TEXTS, max_size=2))
def test_every_share_lies_between_0_and_1(summary: str, article: str, references: list[str]) -> None:
    score = score_summary(summary, article, references)
    for name, number in score.values.items():
        assert number >= 0
        assert MEASURES[name].unit != "share" or number <= 1


def test_an_empty_summary_scores_0_against_a_reference_and_is_not_scored_against_the_article() -> None:
    for summary in (None, "", " \n"):
        score = score_summary(summary, ARTICLE, ["Traders were angry."], list(COMMITMENTS.values()))
        assert {score.values[f"{kind}_f"] for kind in ROUGES} == {0.0}
        assert (score.values["words"], score.values["commitments_covered"]) == (0, 0)
        assert score.not_scored["support_2"] == "the summary is empty"
        assert score.not_scored["new_numbers"] == "the summary is empty"


def test_what_is_missing_is_named() -> None:
    score = score_summary("Traders were angry.", None)
    assert score.not_scored["rouge1_f"] == "no reference"
    assert score.not_scored["density"] == "no article"
    assert score.not_scored["commitments"] == "the gold has no commitment"
    assert score.not_scored["entailment_mean"] == "no entailment model"
    assert score_summary("Angry.", ARTICLE).not_scored["support_2"] == "no sentence of 2 words"


# --- ROUGE

PAIRS = (
    (
        "The council will keep its libraries. Traders are angry.",
        "Libraries stay open. The traders were angry about it.",
    ),
    ("She said no.\nHe said yes", "He said yes. She said no."),
    ("Costs rose 3.5% to £14,250.", "It costs £14,250, a rise of 3.5 per cent."),
    ("", "Nothing."),
    ("a", "b"),
)


@pytest.mark.parametrize(("summary", "reference"), PAIRS)
def test_rouge_is_what_the_library_gives_on_the_same_lines(summary: str, reference: str) -> None:
    from rouge_score.rouge_scorer import RougeScorer

    theirs = RougeScorer(list(ROUGES), use_stemmer=True).score(lines(reference), lines(summary))
    ours = rouge(summary, [reference])
    for kind in ROUGES:
        wanted = (theirs[kind].fmeasure, theirs[kind].precision, theirs[kind].recall)
        assert tuple(ours[kind]) == pytest.approx(wanted, abs=1e-12)


@given(TEXTS, TEXTS)
def test_rouge_is_what_the_library_gives_on_any_text(summary: str, reference: str) -> None:
    test_rouge_is_what_the_library_gives_on_the_same_lines(summary, reference)


def test_rouge_has_the_values_worked_out_by_hand() -> None:
    best = rouge("the cats sat", ["the cat sat down"])
    assert best["rouge1"] == pytest.approx((6 / 7, 1, 3 / 4))
    assert best["rouge2"] == pytest.approx((4 / 5, 1, 2 / 3))


def test_lsum_on_one_line_is_another_number() -> None:
    from rouge_score.rouge_scorer import RougeScorer

    summary, reference = "She said no. He said yes.", "He said yes. She said no."
    one_line = RougeScorer(["rougeLsum"], use_stemmer=True).score(reference, summary)["rougeLsum"].fmeasure
    assert rouge(summary, [reference])["rougeLsum"].f == 1
    assert one_line == pytest.approx(0.5)


def test_a_line_break_inside_a_sentence_makes_no_two_of_it() -> None:
    wrapped = "The council said on Monday that it would\nkeep all twelve libraries open until the\nend of the year."
    assert lines(wrapped).count("\n") == 0


@given(st.lists(TEXTS, min_size=2, max_size=4), TEXTS)
def test_the_order_of_references_does_not_matter(references: list[str], summary: str) -> None:
    assert rouge(summary, references) == rouge(summary, references[::-1])


def test_each_kind_of_rouge_takes_its_own_best_reference_with_that_ones_precision_and_recall() -> None:
    references = ["a b c d", "d c b a x y"]
    best = rouge("d c b", references)
    assert best["rouge1"] == rouge("d c b", references[:1])["rouge1"]
    assert best["rouge2"] == rouge("d c b", references[1:])["rouge2"]


@given(TEXTS.filter(lambda t: any(c.isascii() and c.isalnum() for c in t)))
def test_a_text_against_itself_is_1(text: str) -> None:
    best = rouge(text, [text])
    assert best["rouge1"].f == pytest.approx(1)
    assert best["rougeLsum"].f == pytest.approx(1)


@pytest.mark.parametrize(
    "text", ["Правительство построит дома.", "政府は家を建てる。", "Η κυβέρνηση θα χτίσει σπίτια."]
)
def test_rouge_of_letters_that_it_cannot_read_is_not_scored(text: str) -> None:
    why = "rouge_score reads Latin letters only"
    assert score_summary(text, None, [text]).not_scored["rouge1_f"] == why
    assert score_summary("The government will build homes.", None, [text]).not_scored["rougeLsum_recall"] == why
    assert value("support_1", text, text) == 1


def test_a_name_in_other_letters_does_not_stop_rouge() -> None:
    assert is_latin("The café owner, Дмитрий, said so.")
    assert "rouge1_f" in score_summary("It was Дмитрий who said so.", None, ["Дмитрий said nothing at all."]).values


# --- copying


def test_the_length_of_fragments_is_that_of_the_longest_run_anywhere() -> None:
    said, known = "a b a b c".split(), "a b a b a b c".split()
    places = {w: [i for i, k in enumerate(known) if k == w] for w in known}
    assert fragment_lengths(said, known, places) == [5]
    assert value("density", "a b a b c", "a b a b a b c") == 5.0


def test_going_on_behind_a_match_would_lose_the_longer_one() -> None:
    known = "a b a b a b c".split()
    only_behind_matches = {"a": [0, 4], "b": [5], "c": [6]}
    assert fragment_lengths("a b a b c".split(), known, only_behind_matches) == [4, 1]


@given(st.lists(st.sampled_from("abc"), max_size=12), st.lists(st.sampled_from("abc"), max_size=12))
def test_fragments_are_those_of_the_definition(said: list[str], known: list[str]) -> None:
    places = {w: [i for i, k in enumerate(known) if k == w] for w in known}
    wanted, at = [], 0
    while at < len(said):
        runs = [
            n for n in range(1, len(said) - at + 1) for j in range(len(known)) if said[at : at + n] == known[j : j + n]
        ]
        wanted += [max(runs)] if runs else []
        at += max(runs, default=1)
    assert fragment_lengths(said, known, places) == wanted


@pytest.mark.parametrize("sentence", SENTENCES)
def test_a_sentence_of_the_article_is_supported_throughout(sentence: str) -> None:
    score = score_summary(sentence, ARTICLE)
    for name in ("support_1", "support_2", "support_3", "coverage"):
        assert score.values.get(name, 1) == 1
    assert score.values["novel_2grams"] == 0
    assert score.values["density"] == score.values["words"]
    assert not score.found.keys() - {"quotes"}


def test_n_grams_do_not_run_from_one_sentence_into_the_next() -> None:
    assert value("support_2", f"{SENTENCES[6]} {SENTENCES[0]}") == 1
    assert value("support_3", "Traders were angry. Ben Oak was not.") == 1 / 3


def test_length_compression_and_repetition() -> None:
    assert value("words", "Traders won't pay.") == 4
    assert value("compression", "a b", "a b c d e") == 2.5
    assert value("repeated_3grams", "a b c a b c") == 1 / 4
    assert value("novel_2grams", "Traders were not angry.") == 2 / 3


def test_the_lead_is_the_first_three_sentences_that_are_no_boilerplate() -> None:
    assert lead(ARTICLE) == " ".join(SENTENCES[:3])
    first = split_sentences(ARTICLE)[0]
    assert lead(ARTICLE, 2, [Span(start=first.start, end=first.end)]) == " ".join(SENTENCES[1:3])
    assert lead("") == ""


def test_the_lead_overlaps_with_itself_and_not_with_the_end() -> None:
    assert value("lead3_overlap", lead(ARTICLE)) == 1
    assert value("lead3_overlap", SENTENCES[-1]) == 0
    score = score_summary(SENTENCES[0], ARTICLE, boilerplate=[Span(start=0, end=len(SENTENCES[0]))])
    assert score.values["lead3_overlap"] == 0


# --- what the article does not have


@pytest.mark.parametrize("case", cases("summary_support"), ids=lambda c: c["why"])
def test_what_the_article_does_not_have_is_listed(case: dict[str, Any]) -> None:
    score = score_summary(case["summary"], ARTICLE)
    names = ("new_numbers", "new_dates", "new_names", "quotes_not_verbatim", "quotes_misattributed")
    assert {n: list(score.found[n]) for n in names if n in score.found} == case.get("flags", {})
    assert all(score.values[n] == len(score.found.get(n, ())) for n in names if n in score.values)


def test_names_are_not_looked_for_where_no_capitals_tell_them() -> None:
    reason = score_summary("Traders in Thornby, said Ruth Vane.", ARTICLE.casefold()).not_scored["new_names"]
    assert reason == "the article has no capitals inside of sentences"
    reason = score_summary("the guild's ruth vane met ada marsh", ARTICLE).not_scored["new_names"]
    assert reason == "the summary writes names with small letters"
    assert (
        score_summary("Ёлка стоит.", "Ёлка Иван стоит.").not_scored["new_names"] == "names are known by Latin capitals"
    )


@pytest.mark.parametrize(
    ("text", "quotes"),
    [
        ("The minister's plan doesn't work, and the workers' pay isn't enough.", []),
        ("The workers' plan and the ministers' reply", []),
        ("She said “no” and \"yes\" and ‘perhaps’ and 'never'.", ["no", "yes", "perhaps", "never"]),
        ("He called it ‘the council’s worst day’.", ["the council’s worst day"]),
        ("He called it 'the council's worst day'.", ["the council's worst day"]),
        ("In the '90s, rock 'n' roll and the workers' club.", []),
        ("it was `` a climbdown '' , he said", [" a climbdown "]),
        ("„Ja“, «oui»", ["Ja", "oui"]),
        ('An unclosed "quotation', []),
        ("“”", []),
    ],
)
def test_what_stands_in_quotation_marks_is_a_quotation_and_an_apostrophe_is_no_mark(
    text: str, quotes: list[str]
) -> None:
    assert [q.text for q in quotations(text)] == quotes
    assert all(text[q.start :].startswith(q.text) for q in quotations(text))


# --- entailment


def _overlap(pairs: Sequence[tuple[str, str]]) -> list[float]:
    return [len(set(a.split()) & set(b.split())) / len(set(b.split())) for a, b in pairs]


def test_entailment_is_the_best_sentence_for_each_their_mean_and_the_least() -> None:
    scores = entailment_scores(["a b", "a x"], ["a b", "x", "c"], _overlap)
    assert scores is not None
    assert scores == (0.75, 0.5, (1.0, 0.5))
    assert entailment_scores([], ["a"], _overlap) is None
    with pytest.raises(ValueError, match="1 scores for 2 pairs"):
        entailment_scores(["a"], ["a", "b"], lambda pairs: [0.5])


def test_a_model_that_is_given_scores_and_names_the_worst_sentence() -> None:
    score = score_summary(f"{SENTENCES[6]} Nobody knows.", ARTICLE, entails=_overlap)
    assert score.values["entailment_minimum"] < score.values["entailment_mean"] < 1
    assert score.found["entailment_minimum"] == ("Nobody knows.",)
    assert score_summary("", ARTICLE, entails=_overlap).not_scored["entailment_mean"] == "the summary is empty"


# --- commitments


def test_commitments_are_counted_with_their_denominator_and_named() -> None:
    summary = "Thornby Council will close four libraries. Marsh will resign in May 2030."
    score: SummaryScore = score_summary(summary, NEWS, (), list(COMMITMENTS.values()))
    names = ("commitments", "commitments_covered", "commitments_distorted")
    assert [score.values[n] for n in names] == [7, 1, 1]
    assert score.found["commitments_covered"] == ("resign",)
    assert score.found["commitments_distorted"] == ("number: Thornby Council will close four libraries.",)
