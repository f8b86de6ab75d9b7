"""Public benchmarks on toys of our own: what is read, what a run scores on them, and what is refused."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support import REPOSITORY

from eval import benchmarks
from eval.aligning import Item
from eval.benchmarks import (
    BENCHMARKS,
    Example,
    LabelledSentence,
    Measures,
    Promise,
    answers,
    articles,
    benchmark_named,
    benchmark_table,
    intervals_of,
    read_examples,
    score_answers,
    score_benchmark,
)
from eval.predictions import Found, Prediction, empty_prediction
from pipeline.config import RunConfig
from pipeline.engines.cue.engine import CueEngine
from pipeline.errors import EnvironmentFault, InputError
from pipeline.reading import read_articles, read_rows
from pipeline.records import Article, Record, Span
from pipeline.run import process

RELEASE = "We will build two schools.\nThe weather was fine.\nWe are committed to excellence.\nLabour will cut the fee."
ACTS = ("Commissive-A", "Assertive", "Assertive-V", "Commissive-A")
SPEECH_ACTS = [
    {
        "doc_id": "release 1",
        "text": RELEASE,
        "sentences": [{"text": text, "act": act} for text, act in zip(RELEASE.split("\n"), ACTS, strict=True)],
    },
    {"doc_id": "two", "text": "It rained.", "sentences": [{"id": "0", "text": "It rained.", "act": "Assertive"}]},
]
PLEDGES = [
    {"text_id": "7", "text": "The Party will open a bank in each district.", "label": "pledge"},
    {"text_id": "7", "text": "The Party stands for dignity.", "label": "no pledge"},
]
_MANIFESTO = {"metadata__party": "Unity", "metadata__year": "2009"}
MANIFESTOS = [
    {"text_id": "12", "text": "The hills need water.", "label": "no pledge", **_MANIFESTO},
    {"text_id": "3", "text": "The Party will open a bank in each district.", "label": "pledge", **_MANIFESTO},
    {"text_id": "3", "text": "Ours is an old land.", "label": "no pledge", **_MANIFESTO, "metadata__year": "2014"},
    {"text_id": "4", "text": "It will close none.", "label": "pledge", **_MANIFESTO},
    {"text_id": "5", "text": " ", "label": "pledge", **_MANIFESTO},
]
NEWS = "Ms. Anna Hale promised on Friday to close the old plant. He vowed to fight on. Nobody else spoke."
WORDS, HIS_WORDS = "to close the old plant", "to fight on"


def _said(words: str) -> list[dict[str, Any]]:
    start = NEWS.index(words)
    return [{"spans": [[start, start + len(words)]], "text": words}]


POLNEAR = {
    "articles.jsonl": [
        {"id": "news-1", "date": "2016-05-06", "title": "The plant", "text": NEWS},
        {"id": "news-2", "date": "2016-05-07", "title": None, "text": "Nobody promised anything."},
    ],
    "promises.jsonl": [
        {"article_id": "news-1", "who": _said("Ms. Anna Hale"), "what": _said(WORDS)},
        {"article_id": "news-1", "who": _said("He"), "what": _said(HIS_WORDS)},
    ],
}
CNNDM = [
    {
        "id": "a/1",
        "article": "The dam will hold. It was built in 2020. Nobody doubts it.",
        "reference": " The dam holds. ",
    },
    {"id": "b", "article": "  ", "reference": "Nothing."},
    {"id": "c", "article": "The mayor resigned today. She gave no reason.", "reference": "Mayor resigns."},
]
TOYS: dict[str, dict[str, list[Any]]] = {
    "speech_acts": {"dev.jsonl": SPEECH_ACTS},
    "pledges": {"dev.tsv": PLEDGES},
    "manifestos": {"dev.tsv": MANIFESTOS},
    "polnear": POLNEAR,
    "cnndm-dev": {"dev.jsonl": CNNDM},
    "cnn_dailymail": {"test.jsonl": [{"id": r["id"], "article": r["article"], "highlights": "x"} for r in CNNDM]},
    "xsum": {"test.jsonl": [{"id": r["id"], "document": r["article"], "summary": "x"} for r in CNNDM]},
}


def _copy(folder: Path, name: str, files: Mapping[str, list[Any]] | None = None) -> Path:
    for file, rows in (files or TOYS[name]).items():
        if file.endswith(".tsv"):
            lines = ["\t".join(rows[0]), *("\t".join(row.values()) for row in rows)]
        else:
            lines = [json.dumps(row) for row in rows]
        (folder / file).write_text("\n".join(lines) + "\n", "utf-8")
    return folder


def _examples(folder: Path, name: str) -> list[Example]:
    return read_examples(BENCHMARKS[name], _copy(folder, name))


def _run(folder: Path, name: str) -> dict[str, Record]:
    """The cue engine on the articles as they are written for `onrecord run`."""
    rows = folder / "to-run.jsonl.txt"
    rows.write_text("".join(json.dumps(row) + "\n" for row in articles(BENCHMARKS[name], folder)), "utf-8")
    rows = rows.rename(rows.with_suffix(""))
    engine = CueEngine(summary_words=90)
    read = [item for item in read_articles([str(rows)]) if isinstance(item, Article)]
    return {a.id: process(a, engine, RunConfig()) for a in read}


def _found(text: str, *quotes: str, actor: str = "x") -> Found:
    spans = tuple(Span(start=text.index(q), end=text.index(q) + len(q)) for q in quotes)
    return Found(Item((actor,), ("y",), "do", "firm", spans), quotes)


def _score(folder: Path, name: str, *found: Found) -> dict[str, tuple[float, float]]:
    """Of predictions for the first document; the others are empty."""
    examples = _examples(folder, name)
    said = {e.id: Prediction(e.id, None, "ok") for e in examples}
    said[examples[0].id] = Prediction(examples[0].id, None, "ok", found=found)
    return _sums(score_answers(BENCHMARKS[name], examples, said).scores)


def _sums(measures: Measures) -> dict[str, tuple[float, float]]:
    return {name: (sum(m.above), sum(m.below)) for name, m in measures.items()}


# --- reading


@pytest.mark.parametrize("name", TOYS)
def test_the_articles_of_a_benchmark_are_read_by_a_run_as_they_are_written(name: str, tmp_path: Path) -> None:
    examples = _examples(tmp_path, name)
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in articles(BENCHMARKS[name], tmp_path)), "utf-8")
    read = [item for item in read_articles([str(path)]) if isinstance(item, Article)]
    assert [(a.id, a.sha256) for a in read] == [(e.id, e.sha256) for e in examples]
    assert [str(a.published) if a.published else None for a in read] == [e.published for e in examples]


def test_promised_actions_are_the_promises_and_sentences_stand_at_their_places(tmp_path: Path) -> None:
    first = _examples(tmp_path, "speech_acts")[0]
    assert [s.span.of(RELEASE) for s in first.sentences] == RELEASE.split("\n")
    assert [s.is_promise for s in first.sentences] == [True, False, False, True]


def test_a_sentence_that_stands_twice_is_found_at_both_places_in_order(tmp_path: Path) -> None:
    twice = [{"id": "0", "text": "No.", "act": "Assertive"}, {"id": "1", "text": "No.", "act": "Commissive-A"}]
    _copy(tmp_path, "", {"dev.jsonl": [{"doc_id": "d", "text": "No. No.", "sentences": twice}]})
    (example,) = read_examples(BENCHMARKS["speech_acts"], tmp_path)
    assert [s.span.start for s in example.sentences] == [0, 4]


def test_only_articles_with_a_promise_are_run_and_they_have_their_date(tmp_path: Path) -> None:
    (row,) = articles(BENCHMARKS["polnear"], _copy(tmp_path, "polnear"))
    assert row == {"id": "news-1", "text": NEWS, "title": "The plant", "published": "2016-05-06"}


def test_documents_without_text_are_left_out_and_a_limit_counts_the_others(tmp_path: Path) -> None:
    assert len(_examples(tmp_path, "cnndm-dev")) == 2
    assert [r["id"] for r in articles(BENCHMARKS["cnndm-dev"], tmp_path, limit=1)] == [
        _examples(tmp_path, "xsum")[0].id
    ]


def test_a_copy_may_be_named_by_its_file_and_a_large_table_may_be_in_parts(tmp_path: Path) -> None:
    _copy(tmp_path, "polnear")
    assert len(read_examples(BENCHMARKS["polnear"], tmp_path / "articles.jsonl")) == 1
    rows = TOYS["xsum"]["test.jsonl"]
    _copy(tmp_path, "", {"test-00000-of-00002.jsonl": rows[:1], "test-00001-of-00002.jsonl": rows[1:]})
    assert len(read_examples(BENCHMARKS["xsum"], tmp_path)) == 2


def test_a_folder_that_datasets_has_saved_is_a_copy(tmp_path: Path) -> None:
    from datasets import Dataset, DatasetDict

    test = Dataset.from_list(TOYS["cnn_dailymail"]["test.jsonl"])
    DatasetDict({"train": test.select([1]), "test": test}).save_to_disk(str(tmp_path / "set"))
    assert len(read_examples(BENCHMARKS["cnn_dailymail"], tmp_path / "set")) == 2
    test.save_to_disk(str(tmp_path / "alone"))
    assert len(list(read_rows(str(tmp_path / "alone")))) == 3
    with pytest.raises(InputError, match="has no split dev"):
        list(read_rows(str(tmp_path / "set"), split="dev"))


@pytest.mark.parametrize(
    ("name", "file", "row", "error"),
    [
        ("speech_acts", "dev.jsonl", {"id": "x", "text": "y"}, "row 1 has no list in 'sentences'"),
        ("speech_acts", "dev.jsonl", {**SPEECH_ACTS[0], "doc_id": 3}, "row 1 has no text in 'doc_id'"),
        ("speech_acts", "dev.jsonl", {**SPEECH_ACTS[0], "text": "We will."}, "has a sentence that is not in its text"),
        ("speech_acts", "dev.jsonl", {**SPEECH_ACTS[0], "sentences": [{"text": "We"}]}, r"has it \(KeyError: 'act'\)"),
        ("pledges", "dev.tsv", {"text": "x", "label": "1"}, "row 1 has an unknown label '1'"),
        ("manifestos", "dev.tsv", {**MANIFESTOS[0], "text_id": "4a"}, "row 1 has no number in 'text_id', but '4a'"),
        ("manifestos", "dev.tsv", PLEDGES[0], "row 1 has no text in 'metadata__party'"),
        ("cnndm-dev", "dev.jsonl", {"id": "x", "text": "y"}, "row 1 has no text in 'article'"),
        ("cnndm-dev", "dev.jsonl", [1], "cannot be read: a JSON list"),
        ("polnear", "articles.jsonl", {**POLNEAR["articles.jsonl"][0], "text": "x"}, "promises that lie outside"),
        ("polnear", "promises.jsonl", {"article_id": "a", "who": [], "what": [{"spans": [[3]]}]}, "ValueError"),
    ],
)
def test_a_copy_that_is_not_of_this_benchmark_says_what_it_lacks(
    name: str, file: str, row: Any, error: str, tmp_path: Path
) -> None:
    _copy(tmp_path, name)
    _copy(tmp_path, "", {file: [row]})
    with pytest.raises(InputError, match=error):
        read_examples(BENCHMARKS[name], tmp_path)


def test_a_copy_that_is_not_there_says_where_the_benchmark_is(tmp_path: Path) -> None:
    for source, error in ((tmp_path / "no", "there is no"), (tmp_path, r"holds no dev\.jsonl or \*\.jsonl")):
        with pytest.raises(InputError, match=error) as caught:
            read_examples(BENCHMARKS["speech_acts"], source)
        assert "(arXiv 1905.07856); name your copy with --from" in (caught.value.hint or "")
    with pytest.raises(InputError, match="speech_acts is on no hub"):
        read_examples(BENCHMARKS["speech_acts"])
    (tmp_path / "dev.jsonl").write_text("")
    with pytest.raises(InputError, match="holds no document of speech_acts"):
        read_examples(BENCHMARKS["speech_acts"], tmp_path)
    (tmp_path / "notes.txt").write_text("x")
    with pytest.raises(InputError, match="is no table"):
        read_examples(BENCHMARKS["speech_acts"], tmp_path / "notes.txt")


def test_an_id_that_stands_twice_is_refused(tmp_path: Path) -> None:
    _copy(tmp_path, "", {"dev.jsonl": [CNNDM[0], CNNDM[0]]})
    with pytest.raises(InputError, match=r"cnndm-dev has the id a-1-[0-9a-f]{8} twice"):
        read_examples(BENCHMARKS["cnndm-dev"], tmp_path)


def test_without_a_network_one_error_says_how_to_name_a_copy() -> None:
    with pytest.raises(EnvironmentFault, match="hf:EdinburghNLP/xsum:test cannot be loaded") as caught:
        read_examples(BENCHMARKS["xsum"])
    assert "name your copy with --from" in (caught.value.hint or "")


def test_a_benchmark_of_judgements_has_no_articles_to_run_on(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="qags has summaries that people judged") as caught:
        list(articles(BENCHMARKS["qags"], tmp_path))
    assert "onrecord eval benchmark qags --from FOLDER" in (caught.value.hint or "")


def test_an_unknown_name_is_answered_with_those_there_are() -> None:
    with pytest.raises(InputError, match="there is no benchmark 'squad'") as caught:
        benchmark_named("squad")
    assert all(name in (caught.value.hint or "") for name in BENCHMARKS)


# --- answers


def test_a_run_that_lacks_articles_or_read_others_is_refused_with_their_number(tmp_path: Path) -> None:
    examples = _examples(tmp_path, "speech_acts")
    records = _run(tmp_path, "speech_acts")
    with pytest.raises(InputError, match="the run lacks 1 of 2 articles: two"):
        answers(examples, {i: r for i, r in records.items() if i != "two"})
    changed = [e._replace(text=e.text + "!") for e in examples]
    with pytest.raises(InputError, match="the run read another text of 2 articles"):
        answers(changed, records)


def test_failed_articles_are_empty_predictions_that_count(tmp_path: Path) -> None:
    examples = _examples(tmp_path, "speech_acts")
    given = {e.id: empty_prediction(e.id, "timeout") for e in examples}
    score = score_answers(BENCHMARKS["speech_acts"], examples, given)
    assert score.failed == dict.fromkeys(score.documents, "timeout")
    assert _sums(score.scores)["recall"] == (0, 2)


# --- sentences


def test_a_sentence_is_found_when_any_evidence_overlaps_it(tmp_path: Path) -> None:
    sums = _score(tmp_path, "speech_acts", _found(RELEASE, "build two schools", "weather"), _found(RELEASE, "two sch"))
    assert sums == {"precision": (1, 2), "recall": (1, 2), "f1": (2, 4), "other_f1": (2 * 2, 3 + 3)}


def test_evidence_over_several_sentences_finds_them_all_and_touching_one_finds_none(tmp_path: Path) -> None:
    wide = _score(tmp_path, "speech_acts", _found(RELEASE, RELEASE[: RELEASE.index("We are")]))
    assert wide["precision"] == (1, 2)
    between = _score(tmp_path, "speech_acts", _found(RELEASE, "\n"))
    assert between["precision"] == (0, 0)


def test_pledges_are_documents_of_one_sentence(tmp_path: Path) -> None:
    sums = _score(tmp_path, "pledges", _found(PLEDGES[0]["text"], "open a bank"))
    assert sums == {"precision": (1, 1), "recall": (1, 1), "f1": (2, 2), "other_f1": (2, 2)}


def test_manifestos_are_read_in_order_with_a_gap_where_the_copy_has_one(tmp_path: Path) -> None:
    first, second = _examples(tmp_path, "manifestos")
    assert first.text == "The Party will open a bank in each district. It will close none.\n\nThe hills need water."
    assert [first.text[s.span.start : s.span.end] for s in first.sentences] == [
        MANIFESTOS[i]["text"] for i in (1, 3, 0)
    ]
    assert [s.is_promise for s in first.sentences] == [True, True, False]
    assert (first.id, first.title, second.title) == ("Unity-2009", "Unity manifesto 2009", "Unity manifesto 2014")
    sums = _score(tmp_path, "manifestos", _found(first.text, "close none"))
    assert sums == {"precision": (1, 1), "recall": (1, 2), "f1": (2, 3), "other_f1": (4, 5)}


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=12))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_sentence_scores_are_those_of_the_confusion_table(labels: list[tuple[bool, bool]]) -> None:
    sentences = tuple(LabelledSentence(Span(start=3 * i, end=3 * i + 2), p) for i, (p, _) in enumerate(labels))
    example = Example("d", "ab " * len(labels), sentences=sentences)
    said = tuple(s.span for s, (_, f) in zip(sentences, labels, strict=True) if f)
    found = (Found(Item(("x",), ("y",), "do", "firm", said), ()),) if said else ()
    sums = _sums(
        score_answers(BENCHMARKS["pledges"], [example], {"d": Prediction("d", None, "ok", found=found)}).scores
    )
    both, wrong = labels.count((True, True)), sum(p != f for p, f in labels)
    assert sums["f1"] == (2 * both, 2 * both + wrong)
    assert sums["other_f1"] == (2 * labels.count((False, False)), 2 * labels.count((False, False)) + wrong)


# --- promises


def test_the_words_of_a_promise_are_recalled_by_their_characters(tmp_path: Path) -> None:
    sums = _score(tmp_path, "polnear", _found(NEWS, "to close", "close the"), _found(NEWS, "promised"))
    assert sums["words"] == (len("to close the"), len(WORDS) + len(HIS_WORDS))
    assert sums["promises"] == (1, 2)


@pytest.mark.parametrize(("quote", "is_found"), [("to close th", True), ("to close t", False), (NEWS, True)])
def test_a_promise_is_found_when_half_of_its_words_are_evidence(quote: str, is_found: bool, tmp_path: Path) -> None:
    found = _score(tmp_path, "polnear", _found(NEWS, quote))["promises"][0]
    assert found == (is_found + (quote == NEWS))


@pytest.mark.parametrize(
    ("actor", "quote", "is_right"),
    [
        ("Anna Hale", WORDS, True),
        ("Mrs Hale, the owner", WORDS, True),
        ("hale", WORDS, True),
        ("Ms. Anderson", WORDS, False),
        ("Anna Hale", HIS_WORDS, False),
        ("", WORDS, False),
    ],
)
def test_a_promiser_is_right_when_a_commitment_in_the_promise_shares_a_name(
    actor: str, quote: str, is_right: bool, tmp_path: Path
) -> None:
    assert _score(tmp_path, "polnear", _found(NEWS, quote, actor=actor))["promisers"] == (is_right, 1)


@pytest.mark.parametrize(
    ("promiser", "is_named"),
    [("who", False), ("She and her aides", False), ("the senator", False), ("Republican senators", False),
     ("Hale's", True), ("the minister, who beat Penn", False), ("Gov. Scott Hale, one of Penn's rivals", True)],
)  # fmt: skip
def test_promisers_that_the_article_does_not_name_there_are_not_scored(
    promiser: str, is_named: bool, tmp_path: Path
) -> None:
    rows = [{**POLNEAR["promises.jsonl"][0], "who": [{"spans": [], "text": promiser}]}]
    _copy(tmp_path, "polnear")
    _copy(tmp_path, "", {"promises.jsonl": rows})
    examples = read_examples(BENCHMARKS["polnear"], tmp_path)
    score = score_answers(BENCHMARKS["polnear"], examples, {"news-1": Prediction("news-1", None, "ok")})
    assert _sums(score.scores)["promisers"] == (0, is_named)
    assert ("the promisers of 1 of 1 promises" in " ".join(score.unscored)) == (not is_named)


# --- summaries


def test_summaries_are_scored_against_their_reference_beside_lead_3(tmp_path: Path) -> None:
    _copy(tmp_path, "cnndm-dev")
    score = score_benchmark("cnndm-dev", tmp_path, _run(tmp_path, "cnndm-dev"))
    found = intervals_of(score.scores)
    assert [i[:3] for i in score.documents] == ["a-1", "c"]
    assert 0 < (found["rouge1_f"].value or 0) < 1
    assert set(score.baselines) == {"lead-3"}
    assert "rouge2_f" in score.baselines["lead-3"]
    assert any(u.startswith("commitments") and "of 2 of 2 summaries: " in u for u in score.unscored)


def test_an_article_without_a_summary_counts_as_0_in_rouge(tmp_path: Path) -> None:
    examples = _examples(tmp_path, "cnndm-dev")
    given = {e.id: empty_prediction(e.id, "timeout") for e in examples}
    given[examples[1].id] = Prediction(examples[1].id, None, "ok", summary="Mayor resigns.")
    measure = score_answers(BENCHMARKS["cnndm-dev"], examples, given).scores["rouge1_f"]
    assert (sum(measure.above), sum(measure.below)) == (pytest.approx(1.0), 2)


def test_a_measure_that_cannot_be_taken_of_a_document_counts_nothing_there() -> None:
    texts = {"lower": "the dam will hold . it is new .", "cased": "On Monday Anna Hale resigned. In May Hale left."}
    examples = [Example(i, text, references=("x",)) for i, text in texts.items()]
    given = {e.id: Prediction(e.id, None, "ok", summary=e.text) for e in examples}
    score = score_answers(BENCHMARKS["xsum"], examples, given)
    assert score.scores["new_names"].below == (0, 1)
    assert any("new_names of 1 of 2 summaries: " in why for why in score.unscored)


# --- whole


@pytest.mark.parametrize("name", ["speech_acts", "pledges", "manifestos", "polnear", "cnndm-dev"])
def test_a_run_is_scored_with_its_baselines_and_told_in_a_table(name: str, tmp_path: Path) -> None:
    _copy(tmp_path, name)
    score = score_benchmark(name, tmp_path, _run(tmp_path, name))
    shown = list(score.scores)[:3]
    table = benchmark_table(score, "cue", shown).splitlines()
    assert len(table) == 3 + len(score.baselines)
    assert table[0].startswith(f"| {name}, {len(score.documents)} documents | {shown[0]} |")
    assert all(line.count("|") == 5 for line in table)


def test_what_cannot_be_divided_is_not_scored_and_never_0(tmp_path: Path) -> None:
    examples = _examples(tmp_path, "speech_acts")
    score = score_answers(BENCHMARKS["speech_acts"], examples, {e.id: Prediction(e.id, None, "ok") for e in examples})
    assert "| not scored |" in benchmark_table(score, "nothing", ["precision", "recall"])
    assert "precision: nothing to divide by in any document" in score.unscored
    assert intervals_of(score.scores)["recall"].value == 0


def test_a_run_on_the_first_documents_is_scored_on_them(tmp_path: Path) -> None:
    _copy(tmp_path, "speech_acts")
    records = {i: r for i, r in _run(tmp_path, "speech_acts").items() if i != "two"}
    assert len(score_benchmark("speech_acts", tmp_path, records, limit=1).documents) == 1


def test_every_benchmark_says_what_it_is_and_stands_on_the_page() -> None:
    page = (REPOSITORY / "docs" / "benchmarks.md").read_text("utf-8")
    for name, benchmark in BENCHMARKS.items():
        assert all((benchmark.title, benchmark.source, benchmark.licence, benchmark.measures, benchmark.cannot))
        assert (benchmark.examples is None) == (benchmark.kind == "judged") == (not benchmark.files)
        assert f"| `{name}` |" in page
        assert benchmark.licence in page


@pytest.mark.parametrize(
    ("label", "expected"), [(True, ((1, 1), (0, 0))), (False, ((0, 0), (1, 1))), (None, ((0, 0), (0, 0)))]
)
def test_promises_that_are_commitments_by_the_guide_are_counted_apart(
    label: bool | None, expected: tuple[tuple[int, int], ...]
) -> None:
    words = Span(start=0, end=len(WORDS))
    example = Example("n", WORDS, promises=(Promise((words,), "Hale", label),))
    found = Found(Item(("Hale",), ("close it",), "do", "firm", (words,)), ())
    score = score_answers(BENCHMARKS["polnear"], [example], {"n": Prediction("n", None, "ok", found=(found,))})
    sums = _sums(score.scores)

    assert (sums["commitments"], sums["others"]) == expected
    assert ("have no label by the guide" in " ".join(score.unscored)) == (label is None)


def test_half_of_the_promises_of_polnear_are_commitments_by_the_guide() -> None:
    labels = benchmarks._by_the_guide()
    assert (len(labels), sum(labels.values())) == (88, 47)
