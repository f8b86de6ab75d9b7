"""A leaderboard's entrants, their licences, and what a run cost."""

import json
import re
from pathlib import Path

import pytest

from eval.boards import Cost, _note_cost, check_options, cost, entrants, licence_of
from pipeline.errors import InputError, UsageError


def test_models_are_named_by_the_last_part_and_told_apart(tmp_path: Path) -> None:
    found = entrants(
        ["cue, HuggingFaceTB/SmolLM2-135M-Instruct,a/m.gguf", "b/m.gguf,http://h:8000#big,o/empty"], tmp_path
    )
    names = [e.name for e in found]
    hub = ["HuggingFaceTB-SmolLM2-135M-Instruct", "a-m.gguf", "b-m.gguf"]
    assert names == ["cue", *hub, "h-8000-big", "o-empty"]
    assert found[0].folder == tmp_path / "runs" / "cue"


def test_a_models_folder_is_the_same_in_any_order(tmp_path: Path) -> None:
    one, other = entrants(["x/a,y/a,a-2"], tmp_path), entrants(["y/a,a-2,x/a"], tmp_path)
    assert {e.spec: e.folder for e in one} == {e.spec: e.folder for e in other}
    assert len({e.folder for e in one}) == 3


def test_a_path_with_a_comma_is_one_model(tmp_path: Path) -> None:
    folder = tmp_path / "a, b"
    folder.mkdir()
    assert [e.spec for e in entrants([str(folder)], tmp_path)] == [str(folder)]


def test_options_that_the_board_sets_itself_are_refused() -> None:
    with pytest.raises(UsageError, match="-o is set by the board itself"):
        check_options(["--dtype", "bfloat16", "-o", "elsewhere"])


def test_a_model_on_this_disk_is_named_by_its_whole_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "tuned").mkdir()
    monkeypatch.chdir(tmp_path)
    found = entrants(["./tuned"], tmp_path)[0]
    assert found.spec == str(tmp_path / "tuned")
    assert re.fullmatch("tuned-[0-9a-f]{6}", found.name)


@pytest.mark.parametrize(("models", "words"), [("", "names no model"), ("cue,cue", "names cue twice")])
def test_no_model_and_one_model_twice_are_refused(models: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=words):
        entrants([models], tmp_path)


def test_a_licence_is_the_tables_the_folders_own_or_not_stated(tmp_path: Path) -> None:
    assert licence_of("cue") == "Apache-2.0"
    assert licence_of("HuggingFaceTB/SmolLM2-135M-Instruct") == "Apache-2.0"
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "README.md").write_text("---\nlicense: mit\n---\n")
    assert licence_of(str(tmp_path / "own")) == "mit"
    (tmp_path / "lora").mkdir()
    base = {"base_model_name_or_path": "HuggingFaceTB/SmolLM2-135M-Instruct"}
    (tmp_path / "lora" / "adapter_config.json").write_text(json.dumps(base))
    assert licence_of(str(tmp_path / "lora")) == "not stated on Apache-2.0"
    assert licence_of("nobody/knows") == "not stated"
    assert licence_of("somebody/SmolLM2-135M-Instruct") == "not stated"
    assert licence_of("SmolLM2-135M-Instruct.Q4_1.gguf") == "Apache-2.0 by its name"


def test_a_cost_is_of_the_last_time_that_each_article_was_computed(tmp_path: Path) -> None:
    events = [("a", 5.0, 100), ("b", 1.0, 200), ("a", 1.0, 300), ("other", 9.0, 900)]
    lines = [
        {"event": "article", "id": i, "seconds": s, "tokens_read": t, "tokens_written": t / 10} for i, s, t in events
    ]
    (tmp_path / "log.jsonl").write_text("".join(json.dumps(line) + "\n" for line in [{"event": "started"}, *lines]))
    (tmp_path / "manifest.json").write_text(json.dumps({"provenance": {"engine": "cue"}}))
    _note_cost(tmp_path, 7)
    noted = json.loads((tmp_path / "costs.json").read_text())
    others = [{"computed": 1, "peak_bytes": 9, "maker": "another model"}, 1]
    (tmp_path / "costs.json").write_text(json.dumps([*others, *noted]))
    assert cost(tmp_path, ["a", "b", "c"], "mit") == Cost(60.0, 250.0, 25.0, 7, "mit")


def test_a_run_that_left_no_log_has_no_cost(tmp_path: Path) -> None:
    assert cost(tmp_path, ["a"], "mit") == Cost(licence="mit")
