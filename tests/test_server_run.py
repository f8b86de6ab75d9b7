"""`onrecord run` against a server: no article lost, each failure named, killed and continued, and no key told."""

import json
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from fake_servers import FakeServer, closed_port, serving

pytestmark = pytest.mark.enable_socket

KEY = "sk-Tr0ub4dor-and-3"
FILES = ("records.jsonl", "ledger.jsonl", "manifest.json")
# Every fourth article meets one of these when it is first asked about.
PASSING = ("429 Retry-After: 1", "503", "half", "drop", "html", "empty", "500", "504")
# What a few articles meet at every try, and the stage and code that their failure must carry.
LASTING = {
    "429 Retry-After: 1": ("model", "http_429"),
    "503": ("model", "http_503"),
    "half": ("model", "half_a_body"),
    "drop": ("model", "connection"),
    "html": ("model", "not_json"),
    "empty": ("model", "no_choice"),
    "truncated_json": ("parsing", "reply_cut_off"),
    "wrong_model": ("model", "wrong_model"),
    "400 no $KEY": ("model", "http_400"),
}
ARTICLES = 400


def article(number: int) -> dict[str, Any]:
    text = (
        f"The council of Ward {number} met on Monday. Mayor Ada Marsh will build {number + 2} homes by March 2031. "
        "Nobody spoke against it."
    )
    return {"id": f"ward-{number:03}", "title": f"Homes in Ward {number}", "published": "2030-05-06", "text": text}


@pytest.fixture
def news(tmp_path: Path) -> Callable[[int], str]:
    """Writes so many articles into `news.jsonl` of the folder that the command runs in."""
    return lambda count: _written(tmp_path, count)


def _written(folder: Path, count: int) -> str:
    (folder / "news.jsonl").write_text("".join(json.dumps(article(n)) + "\n" for n in range(count)))
    return "news.jsonl"


def started(folder: Path, *arguments: str) -> "subprocess.Popen[str]":
    """The command in the background, in an environment like that of the `onrecord` fixture."""
    env = {"PATH": "/usr/bin:/bin", "HOME": str(folder), "PYTHONWARNINGS": "error", "ONRECORD_API_KEY": KEY}
    command = [sys.executable, "-m", "pipeline", *arguments]
    return subprocess.Popen(
        command, cwd=folder, env=env, text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def orphan(tmp_path_factory: pytest.TempPathFactory) -> Iterator["Orphan"]:
    """A run whose server dies in its second group. It needs 45 s to give up, so it does that beside the other tests."""
    folder = tmp_path_factory.mktemp("orphan")
    with serving(FakeServer(fault=lambda prompt, _: "hold" if "council of Ward 40 " in prompt else None)) as fake:
        command = ["run", _written(folder, 96), "-o", "out", "--model", fake.url, "--concurrency", "8", "--json"]
        process = started(folder, *command)
        wait_until(lambda: len(fake.chats("council of Ward 40 ")) > 0)
    yield Orphan(folder, command, process, int(fake.url.rpartition(":")[2]))
    process.kill()
    process.communicate()


class Orphan(NamedTuple):
    folder: Path
    command: list[str]
    process: "subprocess.Popen[str]"
    port: int


def wait_until(holds: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.02)


def bad_day(prompt: str, attempt: int) -> str | None:
    """Faults by article: the first nine never get their commitments, every fourth fails once."""
    found = re.search(r"council of Ward (\d+)", prompt)
    if found is None:
        return None
    number = int(found[1])
    if number < len(LASTING):
        return list(LASTING)[number] if "list its commitments" in prompt else None
    return PASSING[number // 4 % len(PASSING)] if number % 4 == 0 and attempt == 1 else None


def entries(directory: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (directory / "ledger.jsonl").read_text().splitlines()]


def records(directory: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (directory / "records.jsonl").read_text().splitlines()]


def books(result: Any) -> dict[str, int]:
    return dict(json.loads(result.stdout)["books"])


def in_all(*, ok: int, cached: int = 0, failed: int = 0) -> dict[str, int]:
    return {"articles": ok + cached + failed, "ok": ok, "cached": cached, "skipped": 0, "failed": failed}


def is_one_error(stderr: str, words: str) -> bool:
    lines = stderr.strip().splitlines()[-2:]
    return lines[0].startswith("error: ") and words in lines[0] and lines[1].startswith("hint: ")


def tells(directory: Path, *results: Any) -> list[str]:
    """Every file of a run directory, and every output, that holds the key."""
    files = [p.name for p in directory.iterdir() if KEY.encode() in p.read_bytes()]
    return files + [f"output of {r.args[3]}" for r in results if KEY in r.stdout + r.stderr]


def test_on_a_bad_day_no_article_is_lost_and_the_next_run_mends_what_failed(
    onrecord: Any, tmp_path: Path, news: Callable[[int], str]
) -> None:
    with serving(FakeServer(models=("org/tiny",), key=KEY, fault=bad_day)) as fake:
        command = [
            "run",
            news(ARTICLES),
            "-o",
            "out",
            "--model",
            f"{fake.url}#org/tiny",
            "--concurrency",
            "16",
            "--json",
        ]
        first = onrecord(*command, env={"ONRECORD_API_KEY": KEY})
        assert first.returncode == 3, first.stderr
        assert books(first) == in_all(ok=ARTICLES - 9, failed=9)
        found = records(tmp_path / "out")
        assert [r["id"] for r in found] == [article(n)["id"] for n in range(ARTICLES)]
        assert [(e["stage"], e["reason"]) for e in entries(tmp_path / "out")[:9]] == list(LASTING.values())
        for record, (stage, code) in zip(found[:9], LASTING.values(), strict=True):
            assert record["status"] == "failed"
            assert (stage, code) in {(p["stage"], p["code"]) for p in record["problems"]}
        for number, record in enumerate(found[9:], 9):
            assert (record["status"], record["problems"]) == ("ok", [])
            [commitment] = record["commitments"]
            assert commitment["action"] == f"build {number + 2} homes"
        assert Counter(line.partition(": ")[0] for line in first.stderr.splitlines())["failed"] == 9
        verified = onrecord("verify", "out")
        assert verified.returncode == 0, verified.stdout

        fake.fault, asked = lambda prompt, attempt: None, len(fake.chats("Ward"))
        second = onrecord(*command, env={"ONRECORD_API_KEY": KEY})
        assert second.returncode == 0, second.stderr
        assert books(second) == in_all(ok=9, cached=ARTICLES - 9)
        assert {r["status"] for r in records(tmp_path / "out")} == {"ok"}
        assert len(fake.chats("Ward")) - asked == 2 * 9
        assert onrecord("verify", "out").returncode == 0
        assert tells(tmp_path / "out", first, verified, second) == []
        assert not re.search("Traceback|Warning", first.stderr + second.stderr)


def test_a_password_in_the_address_is_in_no_file_of_the_run(
    onrecord: Any, tmp_path: Path, news: Callable[[int], str]
) -> None:
    with serving(FakeServer()) as fake:
        address = fake.url.replace("//", f"//ada:{KEY}@")
        result = onrecord("run", news(3), "-o", "out", "--model", address)
    assert result.returncode == 0, result.stderr
    assert tells(tmp_path / "out", result) == []


def test_a_run_that_is_killed_and_run_again_ends_with_the_bytes_of_an_undisturbed_one(
    onrecord: Any, tmp_path: Path, news: Callable[[int], str]
) -> None:
    with serving(FakeServer(fault=bad_once)) as fake:
        command = ["run", news(40), "--model", fake.url, "--concurrency", "2", "--json"]
        whole = onrecord(*command, "-o", "whole")
        assert whole.returncode == 0, whole.stderr
        fake.fault = lambda prompt, attempt: "hold" if "council of Ward 30 " in prompt else None
        asked = len(fake.chats("council of Ward 30 "))
        with started(tmp_path, *command, "-o", "killed") as process:
            wait_until(lambda: len(fake.chats("council of Ward 30 ")) > asked)
            process.send_signal(signal.SIGKILL)
        fake.fault, asked = bad_once, len(fake.chats("Ward"))
        again = onrecord(*command, "-o", "killed")
    assert again.returncode == 0, again.stderr
    assert books(again) == books(whole)
    assert [(tmp_path / "killed" / f).read_bytes() for f in FILES] == [
        (tmp_path / "whole" / f).read_bytes() for f in FILES
    ]
    assert 0 < len(fake.chats("Ward")) - asked < 2 * 40


def bad_once(prompt: str, attempt: int) -> str | None:
    found = re.search(r"council of Ward (\d+)", prompt)
    return "drop" if found and int(found[1]) % 8 == 0 and attempt == 1 else None


@pytest.mark.parametrize(
    ("url", "code", "words"),
    [
        (lambda fake: f"http://127.0.0.1:{closed_port()}", 5, "no server answers at"),
        (lambda fake: f"{fake.url}#no-such-model", 2, "the server has no model 'no-such-model'"),
        (lambda fake: f"{fake.url}/elsewhere", 5, "is no server of language models"),
    ],
    ids=["no server", "wrong model", "wrong path"],
)
def test_a_server_that_cannot_be_used_is_one_error_and_one_hint(
    onrecord: Any, news: Callable[[int], str], url: Callable[[FakeServer], str], code: int, words: str
) -> None:
    with serving(FakeServer(models=("tiny",))) as fake:
        result = onrecord("run", news(3), "-o", "out", "--model", url(fake))
    assert result.returncode == code, result.stderr
    assert len(result.stderr.splitlines()) == 2
    assert is_one_error(result.stderr, words)
    assert result.stdout == ""


def test_a_server_that_dies_ends_the_run_and_the_same_command_continues_it(orphan: Orphan) -> None:
    stdout, stderr = orphan.process.communicate(timeout=90)
    assert orphan.process.returncode == 5, stderr
    assert len(stderr.splitlines()) == 2
    assert is_one_error(stderr, "stopped answering (connection, 8 prompts in a row)")
    assert stdout == ""
    assert not (orphan.folder / "out" / "ledger.jsonl").exists()
    with serving(FakeServer(), orphan.port) as fake:
        again = started(orphan.folder, *orphan.command)
        stdout, stderr = again.communicate(timeout=60)
        assert again.returncode == 0, stderr
        assert json.loads(stdout)["books"] == in_all(ok=96)
        # The first group was kept.
        assert len(fake.chats("Ward")) == 2 * (96 - 32)
    assert {r["status"] for r in records(orphan.folder / "out")} == {"ok"}
