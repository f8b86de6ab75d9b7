"""Documents -> extractions, in a second process: Python's lock lets one process use little more than one core."""

import os
import pickle
import signal
import subprocess
import sys
import threading
import weakref
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue
from typing import Any, BinaryIO, NamedTuple

from pipeline.engines.compact.weights import DType
from pipeline.records import Document, Extraction, Provenance

# The child finds modules where its parent does, wherever that was started, and is as isolated.
_FLAGS = {"-I": "isolated", "-E": "ignore_environment", "-s": "no_user_site", "-S": "no_site"}
_START = "import sys; sys.path[:] = {path!r}; from pipeline.engines.compact.beside import main; main()"


class Opening(NamedTuple):
    """What an engine was opened with, so that another can be opened alike."""

    folder: Path
    name: str
    summary_words: int
    dtype: DType
    least_confidence: float | None


class Told(NamedTuple):
    """What was found in one document, and how many tokens were read for it."""

    extraction: Extraction
    read: int


class Beside:
    """A child process with the same engine, in one thread. Nobody waits for it to start: until it `is_ready`, and where
    it fails or ends, its answer is None, and whoever asked reads the document.
    """

    def __init__(self, opening: Opening, made_by: Provenance) -> None:
        self._made_by, self._lock, self._sending = made_by, threading.Lock(), threading.Lock()
        self._waiting: dict[int, Future[Told | None]] = {}
        self._count = 0
        self.is_ready = False
        self._process: subprocess.Popen[bytes] | None = None
        flags = [flag for flag, is_set in _FLAGS.items() if getattr(sys.flags, is_set)]
        try:
            self._process = subprocess.Popen(  # noqa: S603 this Python, with words of ours
                [sys.executable, *flags, "-c", _START.format(path=[str(p) for p in sys.path])],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            )  # fmt: skip
            weakref.finalize(self, _ended, self._process)
            self._send(opening)
            threading.Thread(target=_listening, args=(weakref.ref(self), self._process), daemon=True).start()
        except (OSError, RuntimeError):  # no process, or no thread, may be started
            self.close()

    def submit(self, document: Document) -> "Future[Told | None]":
        """Of one document at a time: what is interrupted while it is sent leaves nothing that could be understood."""
        future: Future[Told | None] = Future()
        with self._sending:
            with self._lock:
                if not self.is_ready:
                    future.set_result(None)
                    return future
                self._count += 1
                self._waiting[self._count] = future
            try:
                self._send((self._count, document))
            except OSError:  # it has ended: its listener answers for it
                pass
            except BaseException:
                self._lost()
                self.close()
                raise
        return future

    def close(self) -> None:
        if self._process is not None:
            _ended(self._process)

    def _send(self, item: object) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.write(pickle.dumps(item, pickle.HIGHEST_PROTOCOL))
        self._process.stdin.flush()

    def _hears(self, item: Any) -> None:
        """Its provenance when it is ready: weights that were changed meanwhile would find something else."""
        with self._lock:
            if isinstance(item, Provenance):
                self.is_ready = item == self._made_by
                return
            number, told = item
            future = self._waiting.pop(number, None)
        if future is not None:
            future.set_result(told)

    def _lost(self) -> None:
        with self._lock:
            self.is_ready = False
            left = list(self._waiting.values())
            self._waiting.clear()
        for future in left:
            future.set_result(None)


def _listening(of: "weakref.ref[Beside]", process: "subprocess.Popen[bytes]") -> None:
    assert process.stdout is not None
    while True:
        try:
            item = pickle.load(process.stdout)  # noqa: S301 a child of ours wrote it
        except Exception:  # noqa: BLE001 whatever came, nothing more will
            break
        if (beside := of()) is None:
            break
        beside._hears(item)
        del beside
    if (beside := of()) is not None:
        beside._lost()
    process.stdout.close()


def _ended(process: "subprocess.Popen[bytes]") -> None:
    """It ends by itself when nothing more can come; one that does not is killed."""
    if process.stdin is not None:
        with suppress(OSError):
            process.stdin.close()
    if process.poll() is None:
        process.kill()
    process.wait()


# --- the child


def main() -> None:
    """Reads an `Opening`, then documents, and answers each; ends when its parent does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    given, told = sys.stdin.buffer, os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # no library's word may stand among the answers
    import torch

    from pipeline.engines.compact.engine import CompactEngine

    torch.set_num_threads(1)
    opening = pickle.load(given)  # noqa: S301 our parent wrote it
    engine = CompactEngine.open(
        opening.folder, name=opening.name, summary_words=opening.summary_words, device="cpu", dtype=opening.dtype,
        least_confidence=opening.least_confidence,
    )  # fmt: skip
    _answer(told, engine.provenance)
    documents: SimpleQueue[tuple[int, Document] | None] = SimpleQueue()
    threading.Thread(target=_taking, args=(given, documents), daemon=True).start()
    while (item := documents.get()) is not None:
        number, document = item
        try:
            answer: Told | None = engine.whole(document)
        except Exception:  # noqa: BLE001 the parent reads it itself, and has it raised there
            answer = None
        _answer(told, (number, answer))


def _taking(given: BinaryIO, documents: "SimpleQueue[tuple[int, Document] | None]") -> None:
    """At once, so that the parent never waits for a full pipe."""
    try:
        while True:
            documents.put(pickle.load(given))  # noqa: S301 our parent wrote it
    except Exception:  # noqa: BLE001 the end, however it came
        documents.put(None)


def _answer(told: BinaryIO, item: object) -> None:
    pickle.dump(item, told, pickle.HIGHEST_PROTOCOL)
    told.flush()
