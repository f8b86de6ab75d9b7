"""Runs and gold as they are handed over: what cannot be scored honestly is refused in one line."""

import hashlib
import json
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from eval.gold import GoldArticle, parse_gold
from eval.predictions import (
    MISSING,
    Prediction,
    item_of,
    item_of_record,
    matched,
    prediction_of,
    read_records,
    runs_named,
)
from eval.selecting import Selection, baselines, load_runs, missing_texts, rows_of, select, sheet_of
from pipeline.config import RunConfig
from pipeline.engines.cue.engine import CueEngine
from pipeline.errors import InputError
from pipeline.records import SCHEMA_VERSION, Record
from pipeline.run import run_inputs
from pipeline.rundir import LEDGER, LOG, MANIFEST, RECORDS, STORE, RunDirectory

TEXTS = {
    "a": "Ruth Penn will plant 300 lime trees by the end of 2031. Residents have asked for benches.\n",
    "b": "Omar Bell promised to open the pool. He will not sell the port.\n",
}
CONFIG = RunConfig(published=date(2030, 5, 6))


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _article(name: str, text: str | None = None, **changed: Any) -> GoldArticle:
    text = TEXTS[name] if text is None else text
    commitment = {
        "id": "c1",
        "actor": "Ruth Penn",
        "action": "plant 300 lime trees",
        "evidence": [{"start": 0, "end": 55}],
    }
    read = {"id": name, "source": {"file": f"{name}.txt", "sha256": _sha256(text)}, "commitments": [commitment]}
    return parse_gold({**read, **changed})


@pytest.fixture
def gold(tmp_path: Path) -> Path:
    folder = tmp_path / "gold"
    folder.mkdir()
    for name, text in TEXTS.items():
        (folder / f"{name}.json").write_text(_article(name).to_json(), "utf-8")
        (folder / f"{name}.txt").write_bytes(text.encode())
    return folder


@pytest.fixture(scope="module")
def whole_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("run")
    inputs = folder / "in"
    inputs.mkdir()
    for name, text in TEXTS.items():
        (inputs / f"{name}.txt").write_bytes(text.encode())
    with RunDirectory.open(folder / "out", [str(inputs)]) as directory:
        run_inputs([str(inputs)], CueEngine(summary_words=90), CONFIG, directory, on_entry=lambda *_: None)
    return folder / "out"


@pytest.fixture
def run(whole_run: Path, tmp_path: Path) -> Path:
    """A copy that a test may spoil; without its manifest, which would tell every change alike."""
    shutil.copytree(whole_run, tmp_path / "run")
    (tmp_path / "run" / MANIFEST).unlink()
    return tmp_path / "run"


def _records(run: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (run / RECORDS).read_text("utf-8").splitlines()]


def _write(run: Path, *records: dict[str, Any]) -> None:
    (run / RECORDS).write_text("".join(f"{json.dumps(r)}\n" for r in records), "utf-8")


def _is_one_line(error: InputError) -> bool:
    return "\n" not in error.message and "\n" not in error.hint and len(error.message) < 300


# --- records

Spoil = Callable[[Path], None]


def _change(**changed: Any) -> Spoil:
    """The second record with other fields."""

    def spoil(run: Path) -> None:
        first, second = _records(run)
        _write(run, first, {**second, **changed})

    return spoil


def _replace(old: bytes, new: bytes) -> Spoil:
    def spoil(run: Path) -> None:
        (run / RECORDS).write_bytes((run / RECORDS).read_bytes().replace(old, new))

    return spoil


def _cut(run: Path) -> None:
    (run / RECORDS).write_bytes((run / RECORDS).read_bytes()[:-40])


def _cut_inside_a_letter(run: Path) -> None:
    _replace(b"Omar Bell", "Omár Bell".encode())(run)
    content = (run / RECORDS).read_bytes()
    (run / RECORDS).write_bytes(content[: content.rindex("á".encode()) + 1])


def _other_maker(run: Path) -> None:
    first, second = _records(run)
    _write(run, first, {**second, "provenance": {**second["provenance"], "model": "another"}})


def _twice(run: Path) -> None:
    first, second = _records(run)
    _write(run, first, second, first)


def _unfinished(run: Path) -> None:
    (run / RECORDS).unlink()


def _gone(run: Path) -> None:
    shutil.rmtree(run)


def _emptied(run: Path) -> None:
    for path in list(run.iterdir()):
        path.unlink()


def _unknown_without_end(run: Path) -> None:
    """A last line that is whole JSON and no record: not cut off."""
    _change(mood="good")(run)
    (run / RECORDS).write_bytes((run / RECORDS).read_bytes().rstrip(b"\n"))


SPOILT: list[tuple[str, Spoil, str]] = [
    ("no record at all", lambda run: _write(run), "holds no record"),
    ("blank lines alone", lambda run: (run / RECORDS).write_text("\n\n") and None, "holds no record"),
    ("a half-written last line", _cut, "line 2: the last line is cut off"),
    ("a last line cut inside a letter", _cut_inside_a_letter, "line 2: the last line is cut off"),
    ("a line that is no JSON", _replace(b'{"schema": 1, "id": "a"', b'{"schema": 1, "id" "a"'), "line 1: is no JSON"),
    ("bytes that are no UTF-8", _replace(b"Omar", b"Om\xe1r"), "line 2: is no JSON"),
    (
        "a line that is no object",
        lambda run: (run / RECORDS).write_text("[]\n") and None,
        "line 1: the whole: Input should be",
    ),
    ("an unknown field", _change(mood="good"), "line 2: unknown field mood"),
    ("an unknown field in a whole last line", _unknown_without_end, "line 2: unknown field mood"),
    ("a field of another kind", _change(status="great"), "line 2: status: Input should be"),
    ("another schema", _change(schema=SCHEMA_VERSION + 1), "line 2 has schema 2, this version reads 1"),
    ("another schema with its fields", _change(schema=SCHEMA_VERSION + 1, mood="good"), "line 2 has schema 2"),
    ("one id twice", _twice, "has a more than once"),
    ("two models", _other_maker, "mixes records of another (b) and cue (a)"),
    ("a run that is not finished", _unfinished, "is not finished"),
    ("a folder of something else", _emptied, "holds no records.jsonl"),
    ("no folder", _gone, "is not there"),
]


@pytest.mark.parametrize(("name", "spoil", "message"), SPOILT, ids=[n for n, _, _ in SPOILT])
def test_records_that_cannot_be_scored_are_one_line(name: str, spoil: Spoil, message: str, run: Path) -> None:
    assert len(read_records(run)) == 2
    spoil(run)
    with pytest.raises(InputError) as caught:
        read_records(run)
    assert message in caught.value.message
    assert _is_one_line(caught.value)


def test_records_that_were_changed_after_their_run_are_refused(whole_run: Path, tmp_path: Path) -> None:
    shutil.copytree(whole_run, tmp_path / "run")
    assert len(read_records(tmp_path / "run")) == 2
    _replace(b"lime", b"pine")(tmp_path / "run")
    with pytest.raises(InputError, match="is not what its run wrote"):
        read_records(tmp_path / "run")


def test_records_cut_off_between_two_lines_are_told_by_their_manifest(whole_run: Path, tmp_path: Path) -> None:
    shutil.copytree(whole_run, tmp_path / "run")
    _write(tmp_path / "run", _records(tmp_path / "run")[0])
    with pytest.raises(InputError, match="changed or cut off"):
        read_records(tmp_path / "run")


def test_records_are_read_from_their_file_alone_and_without_the_last_line_end(run: Path) -> None:
    for name in (STORE, LEDGER, LOG):
        (run / name).unlink(missing_ok=True)
    (run / RECORDS).write_bytes((run / RECORDS).read_bytes().rstrip(b"\n"))
    assert [r.id for r in read_records(run / RECORDS)] == ["a", "b"]


def test_a_record_is_compared_as_it_was_written(run: Path) -> None:
    record = read_records(run)[0]
    item = item_of_record(record.commitments[0])
    assert (item.actors, item.actions) == (("Ruth Penn",), (record.commitments[0].action,))
    assert item.deadline is not None
    assert (item.deadline.earliest, item.deadline.latest) == (None, "2031-12-31")
    assert [s.of(TEXTS["a"]) for s in item.evidence] == [e.quote for e in record.commitments[0].evidence]


def test_a_failed_record_is_an_empty_prediction_with_the_models_reason(run: Path) -> None:
    read = _records(run)[0]
    problems = [{"stage": "model", "code": "time_limit"}, {"stage": "faithful", "code": "no_support"}]
    failed = {**read, "status": "failed", "commitments": [], "summary": None, "problems": problems}
    told = prediction_of(Record.model_validate(failed))
    assert (told.status, told.reason, told.found) == ("failed", "time_limit", ())
    assert prediction_of(Record.model_validate(read)).reason == ""


def test_a_gold_commitment_is_compared_with_all_its_names_and_wordings() -> None:
    read = {"id": "c1", "actor": "Ruth Penn", "actor_aliases": ["the mayor"], "action": "plant limes",
            "action_also": ["put limes in"], "evidence": [{"start": 0, "end": 9}]}  # fmt: skip
    item = item_of(_article("a", commitments=[read]).commitments[0])
    assert (item.actors, item.actions) == (("Ruth Penn", "the mayor"), ("plant limes", "put limes in"))


# --- predictions and gold


def _predicted(name: str, sha256: str | None = None, status: Any = "ok") -> Prediction:
    return Prediction(name, sha256, status)


def test_a_text_that_is_not_the_one_labelled_is_refused() -> None:
    with pytest.raises(InputError, match="run: the text of a is not the one that was labelled"):
        matched("run", [_predicted("a", _sha256("other"))], [_article("a")])


def test_an_article_is_found_by_its_text_under_another_id_too() -> None:
    run = matched("run", [_predicted("x", _sha256(TEXTS["a"])), _predicted("a", _sha256("other"))], [_article("a")])
    assert run.predictions["a"].id == "x"
    assert run.outside == ("a",)


def test_a_run_with_other_articles_alone_is_refused_whatever_may_be_missing() -> None:
    for counts_missing in (False, True):
        with pytest.raises(InputError, match="run has none of the 1 gold articles"):
            matched("run", [_predicted("x", _sha256("x"))], [_article("a")], counts_missing=counts_missing)


def test_a_run_that_lacks_some_articles_is_refused_or_counts_them_as_empty() -> None:
    articles, predictions = [_article("a"), _article("b")], [_predicted("a", _sha256(TEXTS["a"]))]
    with pytest.raises(InputError, match="run lacks 1 of 2 gold articles: b"):
        matched("run", predictions, articles)
    found = matched("run", predictions, articles, counts_missing=True).predictions["b"]
    assert (found.status, found.reason) == ("failed", MISSING)


def test_many_articles_that_are_lacking_are_named_in_part() -> None:
    articles = [_article("a", id=f"n{k}", source={"sha256": f"{k}"}) for k in range(9)]
    with pytest.raises(InputError) as caught:
        matched("run", [_predicted("n0", "0")], articles)
    assert caught.value.message.endswith("n1, n2, n3 and 5 more")


def test_runs_have_short_names_that_differ() -> None:
    paths = [Path("/x/one/run"), Path("/x/two/run"), Path("/x/three")]
    assert [n for n, _ in runs_named(paths)] == ["one/run", "two/run", "three"]


# --- gold folders and runs


def test_a_run_over_the_gold_is_scored_with_its_texts(gold: Path, run: Path) -> None:
    selection = select(gold)
    loaded = load_runs(selection, [("run", run)])[0]
    sheet = sheet_of(selection, loaded)
    assert [r.id for r in sheet.rows] == ["a", "b"]
    assert sheet.scores["detection_recall"].value == 0.5
    assert loaded.made_by["engine"] == "cue"
    assert missing_texts(selection) == ""


def test_gold_whose_text_was_changed_is_refused(gold: Path) -> None:
    (gold / "a.txt").write_text("Ruth Penn will plant 500 lime trees.\n")
    with pytest.raises(InputError, match=r"a\.txt is not the text that a\.json labels"):
        select(gold)


def test_gold_that_labels_another_text_than_the_run_read_is_refused(gold: Path, run: Path) -> None:
    text = TEXTS["a"].replace("300", "500")
    (gold / "a.txt").write_bytes(text.encode())
    (gold / "a.json").write_text(_article("a", text).to_json(), "utf-8")
    with pytest.raises(InputError, match="run: the text of a is not the one that was labelled"):
        load_runs(select(gold), [("run", run)])


@pytest.mark.parametrize("sha256", ["kept", None], ids=["with the text's hash", "without it"])
def test_evidence_that_reads_otherwise_in_the_article_is_refused(gold: Path, run: Path, sha256: str | None) -> None:
    record, other = _records(run)
    if sha256 is None:
        record["article"]["sha256"] = None
    for evidence in record["commitments"][0]["evidence"]:
        evidence["start"] += 2
        evidence["end"] += 2
    _write(run, record, other)
    with pytest.raises(InputError, match="run: evidence of a is not what stands there in the article"):
        load_runs(select(gold), [("run", run)])


def test_texts_that_only_the_run_has_are_read_from_its_store(gold: Path, run: Path) -> None:
    for name in TEXTS:
        (gold / f"{name}.txt").unlink()
    selection = select(gold)
    assert missing_texts(selection) == "2 texts are not here (a, b): --texts names where they are"
    rows = rows_of(selection, load_runs(selection, [("run", run)])[0])
    assert selection.texts == TEXTS
    assert all("sentences_gold" in r.sums for r in rows)


def test_evidence_is_looked_up_when_the_texts_of_all_runs_are_here(gold: Path, run: Path, tmp_path: Path) -> None:
    """In either order of the runs, of which only one has the texts."""
    for name in TEXTS:
        (gold / f"{name}.txt").unlink()
    bare = tmp_path / "bare"
    bare.mkdir()
    (bare / RECORDS).write_bytes((run / RECORDS).read_bytes())
    for named in ([("run", run), ("bare", bare)], [("bare", bare), ("run", run)]):
        loaded = load_runs(select(gold), named)
        looked_up = [f.is_grounded for own in loaded for p in own.predictions.values() for f in p.found]
        assert set(looked_up) == {True}


def test_without_texts_what_needs_them_is_not_scored(gold: Path, run: Path) -> None:
    for name in TEXTS:
        (gold / f"{name}.txt").unlink()
    selection = select(gold)
    scores = sheet_of(selection, load_runs(selection, [("run", run / RECORDS)])[0]).scores
    assert (scores["sentences_f1"].value, scores["sentences_f1"].why) == (None, "the texts are not here")
    assert scores["detection_recall"].value == 0.5
    assert scores["grounded"].why == "nothing was found, or the texts are not here"
    assert [b.name for b in baselines(selection)] == ["empty"]  # without texts the rule would be a weaker opponent


def test_the_baselines_say_nothing_and_what_a_rule_says(gold: Path) -> None:
    selection = select(gold)
    empty, rule = (sheet_of(selection, r) for r in baselines(selection))
    assert (empty.scores["core_f1"].value, empty.scores["core_precision"].value) == (0.0, None)
    assert [len(r.pairs) for r in rule.rows] == [1, 0]


@pytest.mark.parametrize(
    ("split", "parts", "message"),
    [
        ("best", [], "there is no split 'best'"),
        ("dev", [], "has no splits.json"),
        (None, ["wire"], "has no part 'wire'"),
    ],
)
def test_a_selection_that_is_not_there_is_one_line(
    gold: Path, split: str | None, parts: list[str], message: str
) -> None:
    with pytest.raises(InputError, match=message) as caught:
        select(gold, split, parts=parts)
    assert _is_one_line(caught.value)


def test_the_split_is_dev_where_there_are_splits(gold: Path) -> None:
    (gold / "splits.json").write_text('{"a": "dev", "b": "test"}')
    assert [a.id for a in select(gold).articles] == ["a"]
    assert [a.id for a in select(gold, "all").articles] == ["a", "b"]
    with pytest.raises(InputError, match=r"has no article in train$"):
        select(gold, "train")


def test_a_selection_names_its_gold_in_its_signature(gold: Path) -> None:
    (gold / "splits.json").write_text('{"a": "dev", "b": "test"}')
    told = {select(gold, split).signature for split in ("dev", "test", "all")}
    assert len(told) == 3
    assert isinstance(select(gold), Selection)
