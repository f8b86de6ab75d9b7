"""`onrecord eval` as users type it: score, compare, gate, calibrate, run, and what they are told when it fails."""

import hashlib
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree import ElementTree

import pytest

from pipeline.cli import _guarded
from pipeline.config import RunConfig
from pipeline.engines.cue.engine import CueEngine
from pipeline.records import Article
from pipeline.run import process

TOWNS = ("Alder", "Birch", "Cedar", "Dogwood", "Elm", "Fir")
STORY = (
    "The council of {town} promised on Monday to plant {n} lime trees by the end of 2031. Residents have asked for"
    " benches. Mayor Ruth Penn said the council would not cut down a single oak.\n"
)
NOTHING = "It rained in {town} on Monday. Nobody minded, and the market went on as it always does.\n"


class Told(NamedTuple):
    code: int
    out: str
    err: str


Onrecord = Callable[..., Told]


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Onrecord:
    """The command in this process, in a folder with gold and two runs."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> Told:
        monkeypatch.setattr(sys, "argv", ["onrecord", *arguments])
        code = _guarded()
        said = capsys.readouterr()
        return Told(code, said.out, said.err)

    return run


def texts() -> dict[str, str]:
    found = {f"s{i}": STORY.format(town=town, n=100 + i) for i, town in enumerate(TOWNS)}
    return found | {f"n{i}": NOTHING.format(town=town) for i, town in enumerate(TOWNS[:3])}


@pytest.fixture
def gold(tmp_path: Path) -> Path:
    folder = tmp_path / "gold" / "part"
    folder.mkdir(parents=True)
    for i, text in texts().items():
        source = {"file": f"{i}.txt", "sha256": hashlib.sha256(text.encode()).hexdigest()}
        labels = {"id": i, "source": source, "published": "2030-05-06", "commitments": _labels(i, text)}
        labels["summary"] = {"references": [text.split(". ")[0] + "."]}
        (folder / f"{i}.json").write_text(json.dumps(labels))
        (folder / f"{i}.txt").write_text(text)
    return folder.parent


def _labels(i: str, text: str) -> list[dict[str, Any]]:
    if i.startswith("n"):
        return []
    first, last = (_span(text, "The council of"), _span(text, "Mayor Ruth"))
    council = text.split(" promised")[0].removeprefix("The ")
    trees = {"id": "c1", "actor": council, "action": f"plant {100 + int(i[1:])} lime trees", "evidence": [first]}
    trees["deadline"] = {"text": "by the end of 2031", "latest": "2031-12-31"}
    oaks = {"id": "c2", "actor": council, "actor_aliases": ["the council"], "action": "cut down a single oak"}
    return [trees, {**oaks, "polarity": "not_do", "evidence": [last]}]


def _span(text: str, words: str) -> dict[str, int]:
    start = text.index(words)
    return {"start": start, "end": text.index(".", start) + 1}


@pytest.fixture
def runs(tmp_path: Path) -> tuple[str, str]:
    """`cue`, and the same without what it found in half of the articles."""
    engine, config = CueEngine(summary_words=90), RunConfig()
    records = [
        process(Article(id=i, source=f"{i}.txt", text=text), engine, config) for i, text in sorted(texts().items())
    ]
    worse = [r if k % 2 else r.model_copy(update={"commitments": ()}) for k, r in enumerate(records)]
    for name, own in (("a", records), ("b", worse)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "records.jsonl").write_text("".join(f"{r.to_json()}\n" for r in own))
    return "a", "b"


# --- score


def test_a_score_stands_beside_its_baselines_with_intervals_and_a_signature(
    told: Onrecord, gold: Path, runs: tuple[str, str]
) -> None:
    table = told("eval", "score", "a", "--gold", "gold")
    assert table.code == 0
    assert "all: 9 articles, 12 commitments, 3 articles with none" in table.out
    assert "empty" in table.out
    assert "cue rule, lead-3" in table.out
    read = json.loads(told("eval", "score", "a", "--gold", "gold", "--json").out)
    scores = read["runs"][0]["scores"]
    assert scores["detection_f1"]["value"] == 1.0
    assert scores["abstention"] == {"value": 1.0, "low": None, "high": None, "documents": 3, "why": ""}
    assert read["runs"][1]["scores"]["core_precision"]["why"] == "nothing was found"
    assert read["signature"] in table.out


def test_rows_and_scores_lie_beside_the_run_and_add_up_to_what_is_shown(
    told: Onrecord, gold: Path, runs: tuple[str, str], tmp_path: Path
) -> None:
    shown = json.loads(told("eval", "score", "b", "--gold", "gold", "--json").out)
    folder = tmp_path / "b" / "scores" / "all"
    rows = [json.loads(line) for line in (folder / "rows.jsonl").read_text().splitlines()]
    assert json.loads((folder / "scores.json").read_text()) == shown
    hits, both = (sum(row["sums"][name] for row in rows) for name in ("detection_hits", "gold"))
    found = sum(row["found"] for row in rows)
    assert shown["runs"][0]["scores"]["detection_f1"]["value"] == pytest.approx(2 * hits / (both + found))


def test_junit_has_a_case_for_each_article(told: Onrecord, gold: Path, runs: tuple[str, str], tmp_path: Path) -> None:
    told("eval", "score", "b", "--gold", "gold", "--junit", "junit.xml")
    suite = ElementTree.parse(tmp_path / "junit.xml").getroot()
    failed = [case.get("name") for case in suite.iter("testcase") if case.find("failure") is not None]
    assert suite.get("tests") == "9"
    assert suite.get("failures") == str(len(failed))
    assert 0 < len(failed) < 9


def test_markdown_has_every_shown_score(told: Onrecord, gold: Path, runs: tuple[str, str]) -> None:
    lines = told("eval", "score", "a", "--gold", "gold", "--markdown").out.splitlines()
    assert "|  | a | empty | cue rule, lead-3 |" in lines
    assert any(line.startswith("| Core F1 | ") for line in lines)


def test_another_systems_output_stands_in_the_same_table(
    told: Onrecord, gold: Path, runs: tuple[str, str], tmp_path: Path
) -> None:
    rows = [
        {"id": i, "commitments": [{"actor": "Ruth Penn", "action": "cut down a single oak", "polarity": "not_do",
                                   "evidence": "Mayor Ruth Penn said the council would not cut down a single oak."}]}
        for i in texts() if i.startswith("s")
    ]  # fmt: skip
    rows += [{"id": i, "error": "timeout"} for i in texts() if i.startswith("n")]
    (tmp_path / "theirs.jsonl").write_text("".join(json.dumps(r) + "\n" for r in rows))
    alone = told("eval", "score", "--predictions", "theirs.jsonl", "--as", "jsonl", "--gold", "gold", "--json")
    scores = json.loads(alone.out)["runs"][0]["scores"]
    assert scores["detection_recall"]["value"] == 0.5
    assert scores["core_f1"]["value"] == 0.0
    assert scores["failed"]["value"] == pytest.approx(1 / 3)
    assert scores["abstention"]["value"] == 0.0
    assert scores["summary_rouge1_f"]["why"]
    both = told("eval", "compare", "a", "--predictions", "theirs.jsonl", "--as", "jsonl", "--gold", "gold")
    assert "a against theirs.jsonl" in both.out


# --- compare


def test_the_better_run_is_ranked_first_and_the_difference_is_said_to_be_shown_or_not(
    told: Onrecord, gold: Path, runs: tuple[str, str]
) -> None:
    read = json.loads(told("eval", "compare", "b", "a", "--gold", "gold", "--json").out)
    assert [s["name"] for s in read["standings"]] == ["a", "b", "cue rule, lead-3", "empty"]
    pairing = read["pairings"][0]
    assert pairing["differences"]["detection_f1"]["value"] < 0
    assert pairing["detection"]["only_a"] == 0
    assert pairing["detection"]["only_b"] > 0
    assert {x["article"][0] for x in pairing["apart"]} == {"s"}
    table = told("eval", "compare", "b", "a", "--gold", "gold").out
    assert "b against a" in table
    assert "whoever leads in Core leads at each" in table


def test_runs_are_compared_on_the_scores_that_are_named(told: Onrecord, gold: Path, runs: tuple[str, str]) -> None:
    names = ["--score", "summary_rouge1_f", "--score", "detection_recall"]
    read = json.loads(told("eval", "compare", "a", "b", "--gold", "gold", "--json", *names).out)
    pairing = next(p for p in read["pairings"] if (p["a"], p["b"]) == ("a", "b"))
    assert list(pairing["differences"]) == ["core_f1", "summary_rouge1_f", "detection_recall"]
    assert pairing["differences"]["summary_rouge1_f"]["value"] == 0.0
    assert pairing["differences"]["detection_recall"]["value"] > 0
    wrong = told("eval", "compare", "a", "b", "--gold", "gold", "--score", "core_f2")
    assert (wrong.code, wrong.err) == (2, "error: there is no score 'core_f2'\nhint: did you mean 'core_f1'?\n")


def test_one_run_is_no_comparison(told: Onrecord, gold: Path, runs: tuple[str, str]) -> None:
    assert told("eval", "compare", "a", "--gold", "gold") == (
        2, "", "error: one run can be compared with nothing\nhint: name two runs or more\n",
    )  # fmt: skip


# --- gate


def test_a_gate_holds_what_was_pinned_and_fails_for_a_worse_run(
    told: Onrecord, gold: Path, runs: tuple[str, str]
) -> None:
    assert told("eval", "repin", "a", "--floors", "f.json", "--gold", "gold").code == 0
    assert told("eval", "gate", "a", "--floors", "f.json", "--gold", "gold").code == 0
    fell = told("eval", "gate", "b", "--floors", "f.json", "--gold", "gold")
    assert fell.code == 4
    assert "FELL  detection_f1" in fell.out
    assert "below its floor" in fell.out


def test_a_small_drop_on_every_article_fails_though_it_is_above_the_floor(
    told: Onrecord, gold: Path, runs: tuple[str, str]
) -> None:
    wide = ["--slack", "1", "--largest-drop", "1", "--hold", "detection_recall"]
    told("eval", "repin", "a", "--floors", "f.json", "--gold", "gold", *wide)
    read = json.loads(told("eval", "gate", "b", "--floors", "f.json", "--gold", "gold", "--json").out)["verdicts"]
    assert read[0]["floor"] == 0.0
    assert (read[0]["passed"], read[0]["p"]) == (True, 0.25)  # three articles cannot show more


def test_repin_lowers_no_floor_unless_told(told: Onrecord, gold: Path, runs: tuple[str, str], tmp_path: Path) -> None:
    told("eval", "repin", "a", "--floors", "f.json", "--gold", "gold")
    before = (tmp_path / "f.json").read_bytes()
    refused = told("eval", "repin", "b", "--floors", "f.json", "--gold", "gold")
    assert refused.code == 2
    assert "would let through more: core_f1 from" in refused.err
    assert "add --lower" in refused.err
    assert (tmp_path / "f.json").read_bytes() == before
    assert told("eval", "repin", "b", "--floors", "f.json", "--gold", "gold", "--lower").code == 0
    assert told("eval", "repin", "a", "--floors", "f.json", "--gold", "gold").code == 0


def test_floors_are_not_held_against_other_gold(told: Onrecord, gold: Path, runs: tuple[str, str]) -> None:
    told("eval", "repin", "a", "--floors", "f.json", "--gold", "gold")
    file = gold / "part" / "s0.json"
    file.write_text(file.read_text().replace("lime trees", "lime tree"))
    changed = told("eval", "gate", "a", "--floors", "f.json", "--gold", "gold")
    assert changed.code == 2
    assert "was pinned on another gold" in changed.err


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda f: f["floors"]["core_f1"].update(floor=float("nan")), "is no file of floors: floors.core_f1.floor"),
        (lambda f: f["floors"]["core_f1"].update(pinned=0.1), "`pinned` is not what its articles add up to"),
        (lambda f: f["floors"]["core_f1"]["articles"].update(s0=[-1, 2]), "is no file of floors"),
        (lambda f: f["floors"]["core_f1"]["articles"].pop("n0"), "does not have the articles of this gold"),
        (lambda f: f["floors"]["core_f1"]["articles"].update(x=[0, 0]), "does not have the articles of this gold"),
        (lambda f: f["floors"].update(mood=f["floors"]["core_f1"]), "'mood', which is no score"),
        (lambda f: f.update(split="dev"), "has no splits.json"),
        (lambda f: f.update(scorer="0"), "was pinned on another scorer"),
    ],
)
def test_floors_that_hold_nothing_are_refused(
    told: Onrecord, gold: Path, runs: tuple[str, str], tmp_path: Path, spoil: Callable[[Any], Any], words: str
) -> None:
    told("eval", "repin", "a", "--floors", "f.json", "--gold", "gold", "--hold", "core_f1")
    floors = json.loads((tmp_path / "f.json").read_text())
    spoil(floors)
    (tmp_path / "f.json").write_text(json.dumps(floors))
    said = told("eval", "gate", "a", "--floors", "f.json", "--gold", "gold")
    assert (said.code, words in said.err) == (2, True), said.err


def test_a_wider_drop_is_a_lower_floor(told: Onrecord, gold: Path, runs: tuple[str, str]) -> None:
    told("eval", "repin", "a", "--floors", "f.json", "--gold", "gold")
    wider = told("eval", "repin", "a", "--floors", "f.json", "--gold", "gold", "--largest-drop", "0.9")
    assert (wider.code, "may drop by 0.9, not 0.05" in wider.err) == (2, True)


# --- names


def test_a_run_that_is_called_as_a_baseline_keeps_its_own_numbers(
    told: Onrecord, gold: Path, runs: tuple[str, str], tmp_path: Path
) -> None:
    (tmp_path / "a").rename(tmp_path / "empty")
    read = json.loads(told("eval", "compare", "empty", "b", "--gold", "gold", "--json").out)
    by_name = {r["name"]: r["scores"]["detection_f1"]["value"] for r in read["runs"]}
    assert (by_name["empty (run)"], by_name["empty"]) == (1.0, 0.0)
    assert read["standings"][0]["name"] == "empty (run)"
    assert told("eval", "page", "empty", "--gold", "gold", "-o", "p.html").code == 0


def test_one_run_twice_is_refused(told: Onrecord, gold: Path, runs: tuple[str, str]) -> None:
    assert "a is named twice" in told("eval", "compare", "a", "./a", "--gold", "gold").err


def test_a_name_cannot_break_a_markdown_table(
    told: Onrecord, gold: Path, runs: tuple[str, str], tmp_path: Path
) -> None:
    (tmp_path / "a").rename(tmp_path / "a|b")
    lines = told("eval", "score", "a|b", "--gold", "gold", "--markdown").out.splitlines()
    assert "|  | a\\|b | empty | cue rule, lead-3 |" in lines


# --- what was lost


def test_an_article_of_which_an_answer_was_lost_is_not_rightly_left_empty(
    told: Onrecord, gold: Path, runs: tuple[str, str], tmp_path: Path
) -> None:
    file = tmp_path / "a" / "records.jsonl"
    lost = {
        "status": "partial",
        "problems": [{"stage": "parsing", "code": "not_json", "detail": ""}],
        "commitments": [],
    }
    _written(file, [{**r, **lost} for r in _lines(file)])
    said = told("eval", "score", "a", "--gold", "gold")
    assert "a: 9 articles were read in part: not_json" in said.out
    read = json.loads(told("eval", "score", "a", "--gold", "gold", "--json").out)["runs"][0]
    assert read["scores"]["abstention"]["value"] == 0.0
    assert read["partial"] == {"not_json": 9}


def test_a_system_without_commitments_is_scored_for_its_summaries_alone(
    told: Onrecord, gold: Path, runs: tuple[str, str], tmp_path: Path
) -> None:
    _written(tmp_path / "s.jsonl", [{"id": i, "summary": text} for i, text in texts().items()])
    said = told("eval", "score", "--predictions", "s.jsonl", "--as", "jsonl", "--gold", "gold", "--json")
    scores = json.loads(said.out)["runs"][0]["scores"]
    assert scores["core_f1"]["value"] is None
    assert scores["abstention"]["value"] is None
    assert scores["summary_rouge1_f"]["value"] > 0


# --- calibrate


def test_pairs_are_drawn_marked_and_say_where_tau_should_lie(
    told: Onrecord, gold: Path, runs: tuple[str, str], tmp_path: Path
) -> None:
    drawn = told("eval", "pairs", "a", "--gold", "gold", "-o", "pairs.jsonl", "--as", "anna,ben", "-n", "24")
    assert drawn.code == 0
    pairs = [json.loads(line) for line in (tmp_path / "pairs.jsonl").read_text().splitlines()]
    unmarked = told("eval", "calibrate", "pairs.jsonl")
    assert (unmarked.code, unmarked.err.split("\n")[0]) == (
        2,
        f"error: 0 of {len(pairs)} pairs in pairs.jsonl are marked",
    )
    for p in pairs:
        same = p["gold"]["polarity"] == p["found"]["polarity"]
        p["same"] = {"anna": same, "ben": same}
    (tmp_path / "pairs.jsonl").write_text("".join(json.dumps(p) + "\n" for p in pairs))
    read = json.loads(told("eval", "calibrate", "pairs.jsonl", "--json").out)
    tau = read["thresholds"][0]
    assert read["people"] == 1.0
    assert tau["kappa_best"] == 1.0
    assert tau["low"] <= tau["best"] <= tau["high"]
    again = told("eval", "pairs", "a", "--gold", "gold", "-o", "pairs.jsonl")
    assert "is there already" in again.err


# --- run


def test_a_board_runs_what_is_missing_and_names_what_cannot_run(told: Onrecord, gold: Path, tmp_path: Path) -> None:
    made = told("eval", "run", "--models", "cue,./nowhere", "--gold", "gold", "-o", "board", "--json")
    read = json.loads(made.out)
    assert made.code == 3
    assert read["places"][0]["name"] == "cue"
    assert read["places"][0]["cost"]["articles_per_minute"] > 0
    assert read["places"][0]["cost"]["peak_bytes"] > 10 * 2**20
    assert list(read["failed"]) == ["nowhere"]
    log = tmp_path / "board" / "all" / "runs" / "cue" / "log.jsonl"
    computed = log.read_text().count('"article"')
    told("eval", "run", "--models", "cue", "--gold", "gold", "-o", "board")
    assert log.read_text().count('"article"') == computed == 9
    assert "| 1 | a | cue |" in (tmp_path / "board" / "all" / "board.md").read_text()


# --- what cannot be scored


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def _written(path: Path, rows: list[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(r) + "\n" for r in rows))


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda rows: rows[1:], "lacks 1 of 9 gold articles: n0"),
        (lambda rows: [{**r, "id": f"x-{r['id']}", "article": {**r["article"], "sha256": "0" * 64}} for r in rows],
         "has none of the 9 gold articles"),
        (lambda rows: [{**rows[0], "article": {**rows[0]["article"], "sha256": "0" * 64}}, *rows[1:]],
         "the text of n0 is not the one that was labelled"),
        (lambda rows: [*rows, rows[0]], "has n0 more than once"),
        (lambda rows: [{**rows[0], "schema": 2}, *rows[1:]], "has schema 2, this version reads 1"),
        (lambda rows: [{**rows[0], "mood": "good"}, *rows[1:]], "line 1: unknown field mood"),
        (lambda rows: [{**rows[0], "provenance": {**rows[0]["provenance"], "engine": "llm", "model": "m"}}, *rows[1:]],
         "mixes records of"),
        (lambda rows: [], "holds no record"),
    ],
)  # fmt: skip
def test_a_run_that_cannot_be_scored_honestly_is_refused_with_one_line(
    told: Onrecord, gold: Path, runs: tuple[str, str], tmp_path: Path, spoil: Callable[[Any], Any], words: str
) -> None:
    file = tmp_path / "a" / "records.jsonl"
    _written(file, spoil(_lines(file)))
    for command in (["score", "a"], ["compare", "a", "b"], ["page", "a"]):
        said = told("eval", *command, "--gold", "gold")
        assert (said.code, said.out) == (2, "")
        assert words in said.err
        assert [line.split(":")[0] for line in said.err.splitlines()] == ["error", "hint"]


def test_a_last_line_that_is_cut_off_is_refused(
    told: Onrecord, gold: Path, runs: tuple[str, str], tmp_path: Path
) -> None:
    file = tmp_path / "a" / "records.jsonl"
    file.write_bytes(file.read_bytes()[:-40])
    assert "line 9: the last line is cut off" in told("eval", "score", "a", "--gold", "gold").err


def test_articles_that_a_run_lacks_can_be_counted_as_empty(
    told: Onrecord, gold: Path, runs: tuple[str, str], tmp_path: Path
) -> None:
    file = tmp_path / "a" / "records.jsonl"
    _written(file, [r for r in _lines(file) if r["id"] != "s0"])
    read = json.loads(told("eval", "score", "a", "--gold", "gold", "--missing", "empty", "--json").out)
    assert read["runs"][0]["failed"] == {"missing": 1}
    assert read["runs"][0]["scores"]["detection_recall"]["value"] == pytest.approx(10 / 12)


def test_a_changed_text_beside_its_labels_is_refused(told: Onrecord, gold: Path, runs: tuple[str, str]) -> None:
    (gold / "part" / "s0.txt").write_text("Another text.\n")
    assert "is not the text that s0.json labels" in told("eval", "score", "a", "--gold", "gold").err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["score", "a", "--gold", "nowhere"], "there is no folder nowhere"),
        (["score", "nowhere", "--gold", "gold"], "nowhere is not there"),
        (["score", "a", "--gold", "gold", "--split", "dev"], "has no splits.json"),
        (["score", "a", "--gold", "gold", "--split", "deb"], "there is no split 'deb'"),
        (["score", "a", "--gold", "gold", "--part", "p"], "has no part 'p'"),
        (["score", "--gold", "gold"], "score takes one run"),
        (["score", "--predictions", "x", "--gold", "gold"], "--predictions needs --as"),
        (["gate", "a", "--floors", "x", "--gold", "gold"], "there is no file of floors x"),
        (["calibrate", "x"], "there is no file x"),
        (["page", "a", "--gold", "gold", "-o", "gold"], "cannot write gold: it is a folder"),
        (["score", "a", "--gold", "gold", "--texts", "a/records.json"], "there is no a/records.json"),
        (["run", "--models", "cue,cue", "--gold", "gold", "-o", "o"], "--models names cue twice"),
        (["benchmark", "x"], "there is no benchmark 'x'"),
    ],
)  # fmt: skip
def test_every_mistake_of_a_user_gets_one_line_and_a_hint(
    told: Onrecord, gold: Path, runs: tuple[str, str], arguments: list[str], words: str
) -> None:
    said = told("eval", *arguments)
    assert said.code in (2, 5)
    assert words in said.err
    assert [line.split(":")[0] for line in said.err.splitlines()] == ["error", "hint"]
