"""The whole path and the run directory: books closed, resume that explains itself, the same bytes after a kill."""

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from kill_loop import run_loop
from support import SEED, document_of

from pipeline.config import RunConfig
from pipeline.engines.base import Tokens
from pipeline.engines.cue.engine import CueEngine
from pipeline.errors import RunForeign, RunLocked, TimeLimitReached
from pipeline.planning import plan_inputs
from pipeline.records import (
    Article,
    Document,
    Draft,
    Extraction,
    Mention,
    Provenance,
    Record,
    Span,
    SummaryDraft,
    overlaps_any,
    record_json_schema,
)
from pipeline.run import process, run_inputs
from pipeline.rundir import RunDirectory, read_ledger, read_manifest
from pipeline.settling import _place
from pipeline.storing import read_parquet, read_records
from pipeline.verifying import verify, violations_of

CONFIG = RunConfig()
STORY = "Ada Marsh, leader of Elm council, said the council would build {n} homes by March 2031. Nobody objected."


class ScriptedEngine:
    """Gives what it was told to, and raises for a text that holds a word; no model, so that faults can be placed."""

    provenance = Provenance(engine="scripted", model="toy")
    group_size = 1
    tokens = Tokens()

    def __init__(self, *drafts: Draft, summary: Sequence[SummaryDraft] = (), fails_on: str = "\0") -> None:
        self._drafts, self._summary, self._fails_on = drafts, tuple(summary), fails_on
        self.seen: list[str] = []

    def extract(self, documents: Sequence[Document]) -> list[Extraction]:
        for document in documents:
            self.seen.append(document.article.id)
            if self._fails_on in document.article.text:
                raise RuntimeError("the model fell over")
        return [
            Extraction(drafts=self._drafts, summary=self._summary, chars_read=len(d.article.text)) for d in documents
        ]


def _run(folder: Path, output: Path, engine: Any = None, config: RunConfig = CONFIG, **options: Any) -> Any:
    inputs = [str(folder)]
    with RunDirectory.open(output, inputs, **options) as directory:
        return run_inputs(inputs, engine or CueEngine(summary_words=90), config, directory, on_entry=lambda *_: None)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "in"
    made.mkdir()
    for n in range(5):
        (made / f"s{n}.txt").write_text(STORY.format(n=n + 10))
    (made / "empty.txt").write_text("")
    (made / "gone.txt").symlink_to("nowhere")
    return made


def _statuses(output: Path) -> dict[str, str]:
    return {e.source.split("/")[-1]: f"{e.status}: {e.reason}" for e in read_ledger(output)}


# --- one article


def test_the_seed_gives_its_commitments_with_the_right_actors() -> None:
    article = Article(id="seed", source="seed", text=SEED.read_text("utf-8"), published=date(2025, 1, 16))
    record = process(article, CueEngine(summary_words=90), CONFIG)
    found = {(c.actor.name, c.polarity, c.action) for c in record.commitments}

    def one(actor: str, *words: str) -> Any:
        return next(c for c in record.commitments if c.actor.name == actor and all(w in c.action for w in words))

    audit = one("Yvette Cooper", "three-month audit")
    assert audit.deadline is not None
    assert audit.deadline.latest == date(2025, 4, 16)
    assert one("Yvette Cooper", "backing for local inquiries")
    assert one("Yvette Cooper", "new framework").implementer == "Tom Crowther KC"
    assert one("Tom Crowther KC", "Oldham council and four other pilot areas")
    assert one("Yvette Cooper", "examine ethnicity data")
    assert one("Yvette Cooper", "make recommendations")
    assert one("Yvette Cooper", "write to the National Police Chiefs' Council")
    assert not [a for _, p, a in found if p == "do" and "national inquiry" in a]
    assert not [n for n, _, _ in found if "Badenoch" in n]
    assert violations_of(record, article.text) == []
    assert record.summary is not None


@pytest.mark.parametrize(
    ("text", "polarity"),
    [
        ("Ada Marsh ruled out closing the pool this year.", ["not_do"]),
        ("Ada Marsh refused to close the pool this year.", ["not_do"]),
        ("Ada Marsh refused to rule out closing the pool.", []),
        ("Ada Marsh has not ruled out closing the pool.", []),
        ("Ada Marsh declined to commit to closing the pool.", []),
    ],
)
def test_the_grammar_takes_what_is_not_ruled_out_for_left_open(text: str, polarity: list[str]) -> None:
    record = process(Article(id="a", source="a", text=text), CueEngine(summary_words=90), CONFIG)

    assert [c.polarity for c in record.commitments] == polarity


def test_a_record_survives_the_round_trip_and_fits_the_published_schema() -> None:
    article = Article(id="seed", source="seed", text=SEED.read_text("utf-8"), published=date(2025, 1, 16))
    record = process(article, CueEngine(summary_words=90), CONFIG)
    assert Record.from_json(record.to_json()) == record
    jsonschema.validate(json.loads(record.to_json()), record_json_schema())
    published = json.loads((SEED.parent.parent / "docs" / "record.schema.json").read_text())
    assert published == record_json_schema()


QUOTED = "Ada Marsh will build ten homes. Ben Oak will not sell the park in 2029."


def _processed(*drafts: Draft, text: str = QUOTED, summary: Sequence[SummaryDraft] = ()) -> Record:
    article = Article(id="a", source="a", text=text, published=date(2025, 1, 16))
    return process(article, ScriptedEngine(*drafts, summary=summary), CONFIG)


def test_a_quote_that_is_not_in_the_article_is_a_problem_and_never_a_commitment() -> None:
    good = Draft(actor=Mention(text="Ada Marsh"), action="build ten homes", quotes=("ada marsh will build ten homes",))
    bad = Draft(actor=Mention(text="Ben Oak"), action="sell the park", quotes=("Ben Oak will sell the park in 2029",))
    record = _processed(good, bad)
    assert [(c.evidence[0].quote, c.evidence[0].match) for c in record.commitments] == [
        ("Ada Marsh will build ten homes", "normalised")
    ]
    assert [(p.stage, p.code) for p in record.problems] == [("grounding", "negation_differs")]


def test_a_deadline_is_placed_in_the_articles_own_text_or_nowhere() -> None:
    text = "Newsletter by 3 May. The council met. It reports by 3 May. It reports by 4 May."
    hidden = (Span(start=0, end=20), Span(start=text.index("It reports by 4"), end=len(text)))
    span = _place("by 3 May", text, (), hidden)
    assert span is not None
    assert (span.start, span.of(text)) == (text.rindex("by 3 May"), "by 3 May")
    assert _place("by 4 May", text, (), hidden) is None
    assert _place("by 5 May", text, (), hidden) is None


def test_a_deadline_or_condition_that_the_article_does_not_say_is_left_out_and_told() -> None:
    draft = Draft(
        actor=Mention(text="Ada Marsh"),
        action="build ten homes",
        sentences=(0,),
        deadline="by 2040",
        condition="if paid",
    )
    record = _processed(draft)
    (commitment,) = record.commitments
    assert (commitment.deadline, commitment.condition) == (None, None)
    assert {p.code for p in record.problems} == {"not_in_article", "condition_not_in_article"}


TURNS = "ADA MARSH: Nothing to add.\n\nCOLE HART: So be it.\n\nADA MARSH: I will sell the park."
REPORT = "Ben Oak spoke to Ada Marsh.\n\nI will sell the park."


@pytest.mark.parametrize(("text", "actor"), [(TURNS, "ADA MARSH"), (REPORT, "Ben Oak")])
def test_an_act_of_the_speaker_is_theirs_where_it_is_certain_who_speaks(text: str, actor: str) -> None:
    start = text.index("I will")
    said = Mention(text="I", span=Span(start=start, end=start + 1))
    last = len(document_of(text).sentences) - 1
    draft = Draft(actor=Mention(text="Ben Oak"), action="sell the park", sentences=(last,), speaker=said)
    (commitment,) = _processed(draft, text=text).commitments
    assert commitment.actor.name == actor


def test_a_summary_sentence_that_its_support_does_not_carry_stays_out() -> None:
    good = SummaryDraft(text="Ada Marsh will build ten homes.", sentences=(0,))
    bad = SummaryDraft(text="Ada Marsh will build twenty homes.", sentences=(0,))
    record = _processed(summary=[good, bad])
    assert record.summary is not None
    assert record.summary.text == good.text
    assert [p.code for p in record.problems] == ["number_not_in_support"]


@given(
    st.lists(st.integers(0, 40), unique=True, max_size=12).map(sorted),
    st.integers(0, 40),
    st.integers(1, 10),
)
def test_a_span_is_looked_for_among_many_as_one_by_one(edges: list[int], start: int, length: int) -> None:
    ordered = [Span(start=a, end=b) for a, b in zip(edges[::2], edges[1::2], strict=False)]
    span = Span(start=start, end=start + length)
    assert overlaps_any(span, ordered) == any(span.overlaps(s) for s in ordered)


def test_evidence_in_boilerplate_is_refused() -> None:
    text = "4 min read\n\nAda Marsh will build ten homes."
    record = _processed(
        Draft(actor=Mention(text="Ada Marsh"), action="read for four minutes", sentences=(0,)), text=text
    )
    assert record.commitments == ()
    assert [p.code for p in record.problems] == ["in_boilerplate"]


# --- books and resume


def test_the_books_close_and_every_input_has_its_line(folder: Path, tmp_path: Path) -> None:
    books = _run(folder, tmp_path / "out")
    assert books.are_closed
    assert (books.articles, books.ok, books.skipped, books.failed) == (7, 5, 1, 1)
    assert [r.id for r in read_records(tmp_path / "out" / "records.jsonl")] == [
        "empty",
        "gone",
        "s0",
        "s1",
        "s2",
        "s3",
        "s4",
    ]
    result = verify(tmp_path / "out")
    assert result.violations == ()
    assert result.books == books


def test_a_second_run_reuses_everything_and_writes_the_same_records(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    _run(folder, out)
    before = (out / "records.jsonl").read_bytes()
    engine = ScriptedEngine()
    books = _run(folder, out)
    assert books.cached == 5
    assert (out / "records.jsonl").read_bytes() == before
    assert engine.seen == []


def test_what_changed_is_computed_again_and_the_ledger_says_why(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    _run(folder, out)
    (folder / "s1.txt").write_text(STORY.format(n=99))
    (folder / "s9.txt").write_text(STORY.format(n=9))
    _run(folder, out)
    assert _statuses(out) | {
        "s1.txt": "ok: changed: text",
        "s9.txt": "ok: new",
        "s0.txt": "cached: unchanged",
    } == _statuses(out)
    _run(folder, out, config=RunConfig(locale="en-US"))
    assert _statuses(out)["s0.txt"] == "ok: changed: option locale: en-GB -> en-US"
    _run(folder, out, ScriptedEngine())
    assert "engine: cue -> scripted" in _statuses(out)["s0.txt"]


def test_an_article_that_crashes_the_engine_fails_alone_and_is_tried_again(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    books = _run(folder, out, ScriptedEngine(fails_on="build 12 homes"))
    assert (books.ok, books.failed) == (4, 2)
    record = next(r for r in read_records(out / "records.jsonl") if r.id == "s2")
    assert record.status == "failed"
    assert record.problems[-1].detail == "RuntimeError: the model fell over"
    assert _run(folder, out, ScriptedEngine()).ok == 1
    assert _statuses(out)["s2.txt"] == "ok: retried"


def test_two_inputs_of_one_id_are_both_kept_and_the_same_one_twice_is_skipped(tmp_path: Path) -> None:
    rows = [
        {"id": "a", "text": "One."},
        {"id": "a", "text": "One."},
        {"id": "A", "text": "Two."},
        {"id": "a", "text": "Three."},
    ]
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps(r) + "\n" for r in rows))
    books = _run(tmp_path / "rows.jsonl", tmp_path / "out")
    ids = [r.id for r in read_records(tmp_path / "out" / "records.jsonl")]
    assert (books.ok, books.skipped, len(set(ids))) == (3, 1, 3)
    assert ids[0] == "a"
    assert verify(tmp_path / "out").violations == ()


def test_an_article_of_nothing_but_furniture_is_skipped_again_and_never_cached(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("4 min read\n")
    for _ in range(2):
        books = _run(tmp_path / "a.txt", tmp_path / "out")
        assert (books.skipped, books.cached) == (1, 0)
        assert [r.status for r in read_records(tmp_path / "out" / "records.jsonl")] == ["empty"]
        assert verify(tmp_path / "out").violations == ()


def test_a_plan_counts_the_books_that_the_run_will_close(tmp_path: Path) -> None:
    rows = [
        {"id": "a", "text": "One."},
        {"id": "a", "text": "One."},
        {"id": "A", "text": "Two."},
        {"id": "b", "text": ""},
    ]
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps(r) + "\n" for r in rows))
    inputs = [str(tmp_path / "rows.jsonl")]
    plan = plan_inputs(inputs, CueEngine(summary_words=90), CONFIG, None)
    assert (plan.articles, plan.new, plan.skipped) == (4, 2, {"duplicate": 1, "no_text": 1})
    _run(tmp_path / "rows.jsonl", tmp_path / "out")
    with RunDirectory.read(tmp_path / "out") as directory:
        assert plan_inputs(inputs, CueEngine(summary_words=90), CONFIG, directory).reused == 2


def test_the_time_limit_stops_in_order_and_the_next_run_ends_with_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    golden, out = tmp_path / "golden", tmp_path / "out"
    _run(folder, golden)
    for _ in range(7):
        with pytest.raises(TimeLimitReached):
            _run(folder, out, config=RunConfig(time_limit_seconds=1e-9))
    _run(folder, out)
    for name in ("records.jsonl", "ledger.jsonl"):
        assert (golden / name).read_bytes() == (out / name).read_bytes()


def test_killed_runs_end_with_the_bytes_of_an_undisturbed_one(tmp_path: Path) -> None:
    rows = tmp_path / "rows.jsonl"
    with rows.open("w") as stream:
        for n in range(400):
            stream.write(json.dumps({"id": f"n{n}", "text": STORY.format(n=n) * 4, "date": "2025-01-16"}) + "\n")
    assert run_loop(str(rows), kills=4, seed=1) >= 4


# --- the directory


def test_a_run_directory_inside_the_folder_it_reads_is_not_read(folder: Path) -> None:
    for _ in range(2):
        books = _run(folder, folder / "out")
        assert (books.articles, books.failed) == (8, 1)
        assert _statuses(folder / "out")["out"] == "skipped: run_directory"


def test_a_directory_of_something_else_or_of_other_inputs_is_refused(folder: Path, tmp_path: Path) -> None:
    foreign = tmp_path / "foreign"
    foreign.mkdir()
    (foreign / "thesis.doc").touch()
    with pytest.raises(RunForeign, match="is not empty"):
        _run(folder, foreign)
    _run(folder, tmp_path / "out")
    with pytest.raises(RunForeign, match="belongs to another run"):
        RunDirectory.open(tmp_path / "out", ["elsewhere"])
    with RunDirectory.open(tmp_path / "out", [str(folder), "and more"]) as extended:
        assert not extended.is_complete
    with RunDirectory.open(tmp_path / "out", ["elsewhere"], replace=True) as taken:
        assert not taken.is_complete


def test_two_runs_on_one_directory_exclude_each_other(folder: Path, tmp_path: Path) -> None:
    with RunDirectory.open(tmp_path / "out", [str(folder)]), pytest.raises(RunLocked):
        RunDirectory.open(tmp_path / "out", [str(folder)])


def test_a_damaged_store_is_refused_with_a_hint(folder: Path, tmp_path: Path) -> None:
    _run(folder, tmp_path / "out")
    (tmp_path / "out" / "store.sqlite").write_bytes(b"not a database at all" * 100)
    with pytest.raises(RunForeign):
        _run(folder, tmp_path / "out")


def test_verify_sees_a_changed_word_a_missing_record_and_a_moved_span(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    _run(folder, out)
    whole = (out / "records.jsonl").read_text()
    for damage in (
        whole.replace("would build", "would bulid", 1),
        whole.split("\n", 1)[1],
        whole.replace('"start": 0', '"start": 1', 1),
    ):
        (out / "records.jsonl").write_text(damage)
        assert verify(out).violations


def test_the_other_formats_hold_the_same_records(folder: Path, tmp_path: Path) -> None:
    import csv
    import sqlite3

    out = tmp_path / "out"
    _run(folder, out, config=RunConfig(formats=("parquet", "csv", "sqlite")))
    records = list(read_records(out / "records.jsonl"))
    assert list(read_parquet(out / "records.parquet")) == records
    total = sum(len(r.commitments) for r in records)
    with (out / "commitments.csv").open(encoding="utf-8-sig") as stream:
        rows = list(csv.DictReader(stream))
    assert (len(rows), rows[0]["actor"], rows[0]["latest"]) == (total, "Elm council", "2031-03-31")
    with sqlite3.connect(out / "records.sqlite") as db:
        assert db.execute("SELECT count(*) FROM commitments").fetchone() == (total,)
        assert db.execute("SELECT count(*) FROM articles").fetchone() == (len(records),)
    assert set(read_manifest(out)["files"]) == {
        "records.jsonl",
        "ledger.jsonl",
        "records.parquet",
        "articles.csv",
        "commitments.csv",
        "records.sqlite",
    }


def test_a_formula_in_an_article_stays_text_in_a_spreadsheet(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("=HYPERLINK(1) and the council will build ten homes by May.")
    _run(tmp_path / "a.txt", tmp_path / "out", config=RunConfig(formats=("csv",)))
    assert "'=HYPERLINK" in (tmp_path / "out" / "articles.csv").read_text()


def test_a_plan_says_what_a_run_would_do_and_writes_nothing(folder: Path, tmp_path: Path) -> None:
    engine = CueEngine(summary_words=90)
    _run(folder, tmp_path / "out")
    (folder / "s1.txt").write_text(STORY.format(n=99))
    (folder / "s9.txt").write_text(STORY.format(n=9))
    before = {p.name: p.read_bytes() for p in (tmp_path / "out").iterdir()}
    with RunDirectory.read(tmp_path / "out") as directory:
        plan = plan_inputs([str(folder)], engine, CONFIG, directory)
    assert (plan.articles, plan.new, plan.reused, plan.stale) == (8, 1, 4, {"text": 1})
    assert (plan.skipped, plan.failed) == ({"empty_file": 1}, {"dangling_symlink": 1})
    assert plan.seconds is not None
    assert {p.name: p.read_bytes() for p in (tmp_path / "out").iterdir()} == before
