"""A second process that reads beside the first: the same answers, and none lost, whatever becomes of it."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from support import document_of

from pipeline.engines.compact import engine as module
from pipeline.engines.compact.beside import Beside, Opening
from pipeline.engines.compact.engine import CompactEngine
from pipeline.engines.compact.files import SHIPPED
from pipeline.records import Document, Extraction

GIVEN_UP_AFTER = 120.0


def documents(count: int) -> list[Document]:
    """Some with a commitment, some without, some with nothing to read."""
    given = []
    for n in range(count):
        words = f"Ada Marsh said on Monday that Brightsea council will build {n + 3} homes by 2031. She left at noon."
        given.append(document_of("" if n % 5 == 4 else words if n % 2 else f"Rain fell on {n} days. Nobody minded."))
    return given


def waited_for(is_there: Any) -> None:
    ends = time.monotonic() + GIVEN_UP_AFTER
    while not is_there():
        assert time.monotonic() < ends, "nothing came"
        time.sleep(0.05)


def pid_of(beside: Beside) -> int:
    assert beside._process is not None
    return beside._process.pid


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Iterator[CompactEngine]:
    """With one other process, from the first document on."""
    monkeypatch.setattr(module, "COMPANY_FROM", 0)
    opened = CompactEngine.open(device="cpu")
    opened._threads = 2
    yield opened
    for beside in opened._company:
        beside.close()


@pytest.fixture
def beside(engine: CompactEngine) -> Beside:
    engine._company_now()
    (found,) = engine._company
    waited_for(lambda: found.is_ready)
    return found


def alone(given: list[Document]) -> tuple[list[Extraction], int]:
    engine = CompactEngine.open(device="cpu")
    return engine.extract(given), engine.tokens.read


def test_what_two_processes_find_is_what_one_finds_in_the_same_order(engine: CompactEngine, beside: Beside) -> None:
    given = documents(25)
    taken: list[object] = []
    submit, beside.submit = beside.submit, lambda d: (taken.append(d), submit(d))[1]  # type: ignore[method-assign]

    found = engine.extract(given)

    assert (found, engine.tokens.read) == alone(given)
    assert sum(len(e.drafts) for e in found) >= 8
    assert 5 <= len(taken) <= 20


def test_a_long_document_is_read_by_all_threads_of_the_first_process(
    engine: CompactEngine, beside: Beside, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = documents(8)
    given[3] = document_of("\n\n".join(f"Ada Marsh will build {n + 2} homes by 2031." for n in range(40)))
    monkeypatch.setattr(module, "LONG_CHARS", 1_000)
    by_window: list[Document] = []
    read = engine._window_by_window
    monkeypatch.setattr(engine, "_window_by_window", lambda own: (by_window.extend(own), read(own))[1])

    assert engine.extract(given) == alone(given)[0]
    assert by_window == [given[3]]


def test_a_process_that_ends_in_the_middle_loses_nothing(engine: CompactEngine, beside: Beside) -> None:
    given = documents(30)

    def killing() -> Iterator[Document]:
        for n, document in enumerate(given):
            if n == 6:
                os.kill(pid_of(beside), signal.SIGKILL)
            yield document

    found = list(engine.stream(killing()))

    assert (found, engine.tokens.read) == alone(given)
    waited_for(lambda: not beside.is_ready)
    assert engine.extract(given) == found


def test_a_process_that_has_ended_is_given_nothing_more(
    engine: CompactEngine, beside: Beside, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = documents(12)
    engine.extract(given)
    os.kill(pid_of(beside), signal.SIGKILL)
    waited_for(lambda: not beside.is_ready)
    asked: list[object] = []
    monkeypatch.setattr(beside, "submit", asked.append)

    found = list(engine._shared(iter(given), [beside]))

    assert found == alone(given)[0]
    assert asked == []


def test_one_that_was_stopped_from_outside_is_not_waited_for(
    engine: CompactEngine, beside: Beside, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PATIENCE_SECONDS", 0.5)
    given = documents(20)
    os.kill(pid_of(beside), signal.SIGSTOP)

    assert engine.extract(given) == alone(given)[0]
    waited_for(lambda: not beside.is_ready)


@pytest.mark.parametrize("error", [KeyboardInterrupt, MemoryError])
def test_an_interrupt_while_a_document_is_sent_mixes_up_no_answers(
    engine: CompactEngine, beside: Beside, monkeypatch: pytest.MonkeyPatch, error: type[BaseException]
) -> None:
    given = documents(20)
    send = beside._send

    def once(item: object) -> None:
        monkeypatch.setattr(beside, "_send", send)
        raise error

    monkeypatch.setattr(beside, "_send", once)
    with pytest.raises(error):
        engine.extract(given)

    assert engine.extract(given) == alone(given)[0]
    assert not beside.is_ready


def test_threads_that_send_at_once_get_their_own_answers(beside: Beside) -> None:
    texts = [f"Ada Marsh will build {n + 2} homes by 2031." for n in range(24)]
    told: dict[int, object] = {}

    def ask(n: int) -> None:
        answer = beside.submit(document_of(texts[n])).result(GIVEN_UP_AFTER)
        told[n] = answer and [d.action for d in answer.extraction.drafts]

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert told == {n: [f"build {n + 2} homes"] for n in range(24)}


def test_what_the_process_cannot_read_is_none_and_it_goes_on(beside: Beside) -> None:
    assert beside.submit(cast(Document, "no document")).result(GIVEN_UP_AFTER) is None

    told = beside.submit(document_of("Ada Marsh will build forty homes by 2031.")).result(GIVEN_UP_AFTER)

    assert told is not None
    assert len(told.extraction.drafts) == 1


def test_an_error_is_raised_where_the_document_was_asked_for(
    engine: CompactEngine, beside: Beside, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(document: Document) -> None:
        raise ZeroDivisionError("here")

    monkeypatch.setattr(engine, "whole", failing)
    given = [*documents(6), cast(Document, document_of("x").model_copy(update={"sentences": (None,)}))]

    with pytest.raises(ZeroDivisionError):
        engine.extract(given)


def test_one_with_other_weights_is_not_asked(engine: CompactEngine) -> None:
    other = engine.provenance.model_copy(update={"weights_sha256": "0" * 64})
    beside = Beside(Opening(SHIPPED, "onrecord-compact", 90, "auto", None), other)
    heard: list[object] = []
    hears, beside._hears = beside._hears, lambda item: (hears(item), heard.append(item))[0]  # type: ignore[method-assign]
    waited_for(lambda: heard)

    assert not beside.is_ready
    assert beside.submit(document_of("A will build B.")).result(0) is None
    beside.close()


def test_one_that_cannot_start_is_not_asked(engine: CompactEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/no/such/python")
    given = documents(6)

    assert engine.extract(given) == alone(given)[0]
    (beside,) = engine._company
    assert not beside.is_ready


def test_nobody_is_started_for_a_few_documents_or_for_one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    few = CompactEngine.open(device="cpu")
    few.extract(documents(6))
    monkeypatch.setattr(module, "COMPANY_FROM", 0)
    single = CompactEngine.open(device="cpu")
    single._threads = 1
    single.extract(documents(6))

    assert few._company == single._company == ()


def test_groups_are_small_until_there_is_company(engine: CompactEngine, beside: Beside) -> None:
    assert CompactEngine.open(device="cpu").group_size < engine.group_size


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
@pytest.mark.parametrize("how", ["killed", "ended"])
def test_it_ends_with_its_parent(how: str) -> None:
    code = (
        "import sys, time\n"
        "from pipeline.engines.compact import engine as module\n"
        "module.COMPANY_FROM = 0\n"
        "engine = module.CompactEngine.open(device='cpu')\n"
        "engine._threads = 2\n"
        "engine._company_now()\n"
        "print(engine._company[0]._process.pid, flush=True)\n"
        "sys.stdin.readline()\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert is_running(child)
        if how == "killed":
            parent.kill()
        else:
            parent.communicate(b"\n")
    waited_for(lambda: not is_running(child))
