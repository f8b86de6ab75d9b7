"""The command as a user meets it: streams, exit codes, one error line and one hint line, never a traceback."""

import json
import os
import pty
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from support import SEED

from pipeline import cli

TEXT = "Ada Marsh, leader of Elm council, said the council would build ten homes by March 2031."


@pytest.fixture
def story(tmp_path: Path) -> Path:
    path = tmp_path / "story.txt"
    path.write_text(TEXT)
    return path


def _is_one_error(result: Any, code: int, words: str) -> None:
    lines = result.stderr.strip().splitlines()
    assert result.returncode == code, result.stderr
    assert len(lines) == 2, result.stderr
    assert lines[0].startswith("error: ")
    assert words in lines[0]
    assert lines[1].startswith("hint: ")
    assert result.stdout == ""


def test_a_run_prints_data_to_stdout_and_the_books_to_stderr(onrecord: Any, story: Path) -> None:
    result = onrecord("run", "story.txt")
    assert result.returncode == 0
    assert json.loads(result.stdout)["commitments"][0]["deadline"]["latest"] == "2031-03-31"
    assert result.stderr.startswith("1 in = 1 ok + 0 cached + 0 skipped + 0 failed")
    assert onrecord("run", "story.txt", "-o", "out").stdout == ""
    assert json.loads(onrecord("run", "story.txt", "-o", "out", "--json").stdout)["books"]["cached"] == 1
    assert "Elm council will build ten homes" in onrecord("run", "story.txt", "--print", "text").stdout


BAD = [
    (["run", "nowhere.txt"], 2, "there is no nowhere.txt"),
    (["run", "*.pdf"], 2, "nothing matches"),
    (["run"], 2, "Missing argument"),
    (["frobnicate"], 2, "No such command"),
    (["run", "story.txt", "--frob"], 2, "No such option"),
    (["run", "story.txt", "--engine", "gpt"], 2, "engine"),
    (["run", "story.txt", "--locale", "fr"], 2, "unknown locale 'fr'"),
    (["run", "story.txt", "--published", "yesterday"], 2, "published"),
    (["run", "story.txt", "--format", "xml", "-o", "x"], 2, "formats"),
    (["run", "story.txt", "--format", "csv"], 2, "there is no directory"),
    (["run", "story.txt", "--time-limit", "soon"], 2, "is no duration"),
    (["run", "story.txt", "--min-confidence", "7"], 2, "min_confidence"),
    (["run", ""], 2, "an input is an empty word"),
    (["run", "ftp://host/x"], 2, "only http and https"),
    (["run", "hf:name"], 2, "is no data set"),
    (["run", "table.csv", "--text-field", "stroy"], 2, "there is no field 'stroy'"),
    (["run", "story.txt", "-o", "story.txt"], 5, "a file stands where a directory is needed"),
    (["run", "story.txt", "-o", "story.txt/sub"], 5, "cannot write"),
    (["run", "story.txt", "-o", "/proc/none/out"], 5, "cannot write"),
    (["run", "story.txt", "-o", "full"], 6, "is not empty"),
    (["verify", "full"], 6, "holds no completed run"),
    (["explain", "full", "x"], 6, "holds no run"),
    (["plan", "nowhere"], 2, "there is no nowhere"),
]


@pytest.mark.parametrize(("arguments", "code", "words"), BAD, ids=[" ".join(a) for a, _, _ in BAD])
def test_what_a_user_can_get_wrong_ends_with_one_error_and_one_hint(
    onrecord: Any, story: Path, arguments: list[str], code: int, words: str
) -> None:
    (story.parent / "full").mkdir()
    (story.parent / "full" / "thesis.doc").touch()
    (story.parent / "table.csv").write_text("story,headline\nx,y\n")
    _is_one_error(onrecord(*arguments), code, words)


@pytest.mark.parametrize("mistyped", ["stories/", "*.pdf", "hf:"])
def test_a_mistyped_input_does_not_take_the_directory(onrecord: Any, story: Path, mistyped: str) -> None:
    assert onrecord("run", mistyped, "-o", "out").returncode == 2
    assert not (story.parent / "out").exists()
    assert onrecord("run", "story.txt", "-o", "out").returncode == 0
    before = (story.parent / "out" / "ledger.jsonl").read_bytes()
    assert onrecord("run", "story.txt", mistyped, "-o", "out").returncode == 2
    assert onrecord("verify", "out").returncode == 0
    assert (story.parent / "out" / "ledger.jsonl").read_bytes() == before
    assert onrecord("run", "story.txt", "-o", "out").returncode == 0


def test_a_folder_of_nothing_is_told_and_does_not_take_the_directory(onrecord: Any, story: Path) -> None:
    (story.parent / "empty").mkdir()
    result = onrecord("run", "empty", "-o", "out")
    assert result.returncode == 0
    assert result.stderr.startswith("0 in = 0 ok")
    assert "warning: there is nothing to read in empty\nhint: " in result.stderr
    assert onrecord("run", "story.txt", "-o", "out").returncode == 0


def test_a_bad_setting_in_a_file_or_the_environment_is_named(onrecord: Any, story: Path) -> None:
    _is_one_error(onrecord("run", "story.txt", env={"ONRECORD_SUMMARY_WORDS": "many"}), 2, "summary_words")
    (story.parent / "onrecord.toml").write_text('locle = "en-US"\n')
    result = onrecord("run", "story.txt")
    _is_one_error(result, 2, "unknown setting 'locle'")
    assert "did you mean 'locale'" in result.stderr
    (story.parent / "onrecord.toml").write_text("locale = [")
    _is_one_error(onrecord("run", "story.txt"), 2, "a configuration file cannot be read")


def test_the_command_line_wins_over_the_environment_and_that_over_the_file(onrecord: Any, story: Path) -> None:
    def locale(*arguments: str, env: dict[str, str] | None = None) -> str:
        return str(
            json.loads(onrecord("run", "story.txt", *arguments, env=env).stdout)["provenance"]["options"]["locale"]
        )

    (story.parent / "onrecord.toml").write_text('locale = "en-AU"\n')
    assert locale() == "en-AU"
    assert locale(env={"ONRECORD_LOCALE": "en-CA"}) == "en-CA"
    assert locale("--locale", "en-US", env={"ONRECORD_LOCALE": "en-CA"}) == "en-US"


def test_failed_articles_are_named_and_the_exit_code_says_so(onrecord: Any, story: Path) -> None:
    (story.parent / "gone.txt").symlink_to("nowhere")
    result = onrecord("run", "*.txt", "-o", "out")
    assert result.returncode == 3
    assert "failed: gone.txt: dangling_symlink" in result.stderr
    assert "2 in = 1 ok + 0 cached + 0 skipped + 1 failed" in result.stderr
    assert onrecord("run", "*.txt", "-o", "out", "--exit-zero").returncode == 0


def test_verify_explain_and_plan_tell_their_story_to_people_and_programs(onrecord: Any, story: Path) -> None:
    onrecord("run", "story.txt", "-o", "out")
    assert onrecord("verify", "out").returncode == 0
    assert json.loads(onrecord("verify", "out", "--json").stdout)["violations"] == []
    told = onrecord("explain", "out", "story").stdout
    assert "outcome   ok: new" in told
    assert "Elm council will build ten homes" in told
    assert json.loads(onrecord("explain", "out", "story", "--json").stdout)["entry"]["status"] == "ok"
    assert "reuse" in onrecord("plan", "story.txt", "-o", "out").stdout
    assert json.loads(onrecord("plan", "story.txt", "-o", "out", "--json").stdout)["reused"] == 1
    _is_one_error(onrecord("explain", "out", "other"), 2, "no article 'other'")
    (story.parent / "out" / "records.jsonl").write_text("{}\n")
    damaged = onrecord("verify", "out")
    assert damaged.returncode == 3
    assert "violation:" in damaged.stdout


def test_the_doctor_reads_its_own_sentence_and_fails_where_nothing_can_be_written(onrecord: Any) -> None:
    result = onrecord("doctor", "--json")
    assert result.returncode == 0, result.stdout
    assert {f["state"] for f in json.loads(result.stdout)} <= {"ok", "warn"}
    assert onrecord("doctor", "-o", "/proc/none").returncode == 5


def test_a_closed_pipe_ends_quietly_and_keeps_what_was_done(onrecord: Any, tmp_path: Path) -> None:
    for n in range(30):
        (tmp_path / f"s{n}.txt").write_text(TEXT * 20)
    command = f"{sys.executable} -m pipeline run '*.txt' -o out --print jsonl | head -1"
    result = subprocess.run(
        ["bash", "-c", f"{command}; echo ${{PIPESTATUS[0]}}"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    line, code = result.stdout.strip().splitlines()
    assert (json.loads(line)["id"], code, result.stderr) == ("s0", "141", "")
    assert "0 failed" in onrecord("run", "*.txt", "-o", "out").stderr


@pytest.mark.parametrize(
    ("number", "code", "engine"),
    [(signal.SIGINT, 130, "cue"), (signal.SIGTERM, 143, "cue"), (signal.SIGINT, 130, "compact")],
)
def test_a_signal_stops_in_order_and_says_how_to_go_on(tmp_path: Path, number: int, code: int, engine: str) -> None:
    with (tmp_path / "rows.jsonl").open("w") as stream:
        stream.writelines(json.dumps({"text": TEXT * 50}) + "\n" for _ in range(5000))
    command = [sys.executable, "-m", "pipeline", "run", "rows.jsonl", "-o", "out", "--engine", engine]
    process = subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True)
    while not (tmp_path / "out" / "log.jsonl").is_file():
        time.sleep(0.05)
    process.send_signal(number)
    _, told = process.communicate(timeout=60)
    assert process.returncode == code
    assert told.splitlines()[-2].startswith("error: ")
    assert "Traceback" not in told
    assert "continues where it stopped" in told


def test_training_that_is_stopped_does_not_say_that_it_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["onrecord", "train", "gold", "-o", "weights"])
    assert "begins anew" in cli._again()
    monkeypatch.setattr(sys, "argv", ["onrecord", "run", "train"])
    assert "continues where it stopped" in cli._again()


@pytest.mark.parametrize("language", [{"LANG": "C", "LC_ALL": "C"}, {"LC_ALL": "POSIX"}, {"PYTHONIOENCODING": "ascii"}])
def test_any_locale_gives_utf8(onrecord: Any, tmp_path: Path, language: dict[str, str]) -> None:
    (tmp_path / "a.txt").write_text("“Café Élan will close by 1 May,” its owner Ana Ruiz said.")
    result = onrecord("run", "a.txt", "--print", "text", env=language)
    assert result.returncode == 0
    assert "“Café Élan" in result.stdout


@pytest.mark.parametrize(("redirection", "code"), [(">&-", 0), ("2>&-", 0), ("- <&-", 2)])
def test_a_stream_that_is_closed_from_the_start_is_no_bug(story: Path, redirection: str, code: int) -> None:
    command = f"{sys.executable} -m pipeline run story.txt {redirection}"
    result = subprocess.run(["bash", "-c", command], cwd=story.parent, capture_output=True, text=True, check=False)
    assert result.returncode == code, result.stderr
    assert "bug" not in result.stderr


def test_a_current_directory_that_is_gone_is_one_error(tmp_path: Path, story: Path) -> None:
    (tmp_path / "gone").mkdir()
    command = f"rmdir ../gone; {sys.executable} -P -m pipeline run {story}"
    result = subprocess.run(["bash", "-c", command], cwd=tmp_path / "gone", capture_output=True, text=True, check=False)
    assert result.returncode == 5
    assert result.stderr.startswith("error: No such file or directory")


def test_an_article_cannot_drive_the_terminal(onrecord: Any, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("The mayor \x1b[2Jwill \x07resign by May, her \x9boffice said on Monday.")
    shown = onrecord("run", "a.txt", "--print", "text").stdout
    assert not set("\x1b\x07\x9b") & set(shown)


def test_on_a_terminal_a_bar_shows_the_rate_and_no_terminal_gives_plain_lines(tmp_path: Path, story: Path) -> None:
    leader, follower = pty.openpty()
    command = [sys.executable, "-m", "pipeline", "run", "story.txt", "-o", "out"]
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "100"}
    process = subprocess.Popen(command, cwd=tmp_path, stderr=follower, env=environment)
    os.close(follower)
    shown = b""
    with suppress(OSError):  # Linux ends a closed terminal with an error
        while piece := os.read(leader, 65536):
            shown += piece
    os.close(leader)
    assert process.wait(timeout=60) == 0
    assert b"reading" in shown
    assert b"1 in = 1 ok" in shown
    assert b"\x1b" not in subprocess.run(command, cwd=tmp_path, capture_output=True, check=True).stderr


def test_help_lists_the_exit_codes_and_every_command_has_help(onrecord: Any) -> None:
    overview = onrecord("--help").stdout
    assert "Exit codes" in overview
    for command in ("run", "plan", "verify", "explain", "doctor"):
        assert command in overview
        assert "Usage" in onrecord(command, "-h").stdout


HEAVY = ("torch", "transformers", "datasets", "pyarrow", "trafilatura", "pandas", "numpy")


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["run", "--help"],
        ["run", "story.txt", "--engine", "cue"],
        ["plan", "story.txt", "--engine", "cue"],
        ["verify", "out"],
        ["explain", "out", "story"],
    ],
)
def test_no_command_loads_what_it_does_not_need(onrecord: Any, story: Path, arguments: list[str]) -> None:
    onrecord("run", "story.txt", "-o", "out")
    probe = (
        f"import sys; sys.argv = ['onrecord', *{arguments!r}]\n"
        "from pipeline.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        f"finally: print('LOADED', [m for m in {HEAVY!r} if m in sys.modules])"
    )
    result = subprocess.run(
        [sys.executable, "-c", probe],
        cwd=story.parent,
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "COLUMNS": "200"},
    )
    assert result.stdout.strip().splitlines()[-1] == "LOADED []"


def test_the_seed_folder_runs_as_the_readme_says(onrecord: Any) -> None:
    result = onrecord("run", str(SEED.parent), "-o", "out", "--print", "text")
    assert result.returncode == 0
    assert "Yvette Cooper will" in result.stdout
    assert "1 skipped" in result.stderr
