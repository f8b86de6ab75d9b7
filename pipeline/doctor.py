"""This machine and a directory -> what works here, what does not, and what to do about it."""

import importlib.metadata
import os
import platform
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Literal, NamedTuple

from filelock import FileLock

from pipeline.config import RunConfig
from pipeline.engines.compact.files import SHIPPED, checked
from pipeline.models.catalogue import cache_folder, candidates
from pipeline.models.memory import this_machine
from pipeline.opening import open_engine
from pipeline.records import Article
from pipeline.run import process

# Below this a run of any size may fill the disk: a thousand articles with their texts take some 20 MB.
LOW_DISK_BYTES = 200 * 2**20
LIBRARIES = (
    "torch",
    "transformers",
    "datasets",
    "trafilatura",
    "pyarrow",
    "charset-normalizer",
    "zstandard",
    "holidays",
    "llguidance",
)
# What only some models need: the library, the extra that installs it, and what needs it.
OPTIONAL = (
    ("gguf", "gguf", "--model FILE.gguf"),
    ("peft", "lora", "--model of a LoRA"),
    ("sentencepiece", "sentencepiece", "the tokenizers of PEGASUS and of some T5 and Llama models"),
    ("bitsandbytes", "quantize", "--quantize on a GPU"),
    ("torchao", "quantize", "--quantize int8 on a CPU"),
)


class Finding(NamedTuple):
    """One line of the examination."""

    what: str
    state: Literal["ok", "warn", "fail"]
    detail: str
    hint: str = ""


def examine(directory: Path) -> Iterator[Finding]:
    """What a run into `directory` needs, checked by doing it; torch and the like are looked up, not imported."""
    yield _python()
    yield from map(_library, LIBRARIES)
    yield from (_optional(*part) for part in OPTIONAL)
    yield _models()
    yield _hub_cache()
    yield _offline()
    yield _encoding()
    yield _disk(directory)
    yield _tried("output", lambda: _write_probe(directory), "choose a directory on a local disk that you may write to")
    yield _tried("engine compact", _check_weights, "reinstall onrecord; its weights are not whole")
    yield _tried("engine cue", _read_one_sentence, "reinstall onrecord; its own sentence is not read")


def _python() -> Finding:
    version = platform.python_version()
    is_supported = sys.version_info >= (3, 11)
    return Finding(
        "python", "ok" if is_supported else "fail", version, "" if is_supported else "install Python 3.11 or newer"
    )


def _library(name: str) -> Finding:
    try:
        return Finding(name, "ok", importlib.metadata.version(name))
    except importlib.metadata.PackageNotFoundError:
        return Finding(name, "fail", "not installed", f"pip install {name}")


def _optional(name: str, extra: str, needed_by: str) -> Finding:
    found = _library(name)
    if found.state == "ok":
        return found._replace(detail=f"{found.detail} (for {needed_by})")
    return Finding(name, "ok", f"not installed; only for {needed_by}", f"pip install 'onrecord[{extra}]'")


def _models() -> Finding:
    machine = this_machine()
    listed = list(candidates(machine))
    fitting, cached = sum(c.width is not None for c in listed), sum(c.is_cached for c in listed)
    detail = (
        f"{machine.device}, {machine.memory_bytes / 2**30:.1f} GiB; of {len(listed)} listed {fitting} fit,"
        f" {cached} are here"
    )
    if not fitting:
        return Finding(
            "models", "warn", detail, "the engine that ships needs none; for larger ones a server: --model URL"
        )
    return Finding("models", "ok", detail, "" if cached else "`onrecord models` says which, and how to get them")


def _hub_cache() -> Finding:
    """Where the hub's files are, or will be."""
    folder = cache_folder()
    try:
        count = sum(name.startswith("models--") for name in os.listdir(folder))
    except FileNotFoundError:
        return Finding("model cache", "ok", f"{folder} (the first download makes it)")
    except OSError as exc:
        hint = "set HF_HOME to a folder that you may read and write"
        return Finding("model cache", "warn", f"{folder}: {exc.strerror}", hint)
    return Finding("model cache", "ok", f"{folder}, {count:,} models")


def _offline() -> Finding:
    from huggingface_hub import constants

    if constants.HF_HUB_OFFLINE:
        return Finding("offline", "ok", "yes (HF_HUB_OFFLINE or TRANSFORMERS_OFFLINE): no model is downloaded")
    return Finding(
        "offline", "ok", "no: a model of the hub that is not here is downloaded; HF_HUB_OFFLINE=1 stops that"
    )


def _encoding() -> Finding:
    encoding = sys.getfilesystemencoding()
    if encoding.casefold().replace("-", "") == "utf8":
        return Finding("file names", "ok", encoding)
    return Finding("file names", "warn", encoding, "set LANG to a UTF-8 locale so that every file name can be read")


def _disk(directory: Path) -> Finding:
    free = shutil.disk_usage(_existing(directory)).free
    words = f"{free / 2**30:.1f} GiB free"
    return Finding("disk", "ok", words) if free > LOW_DISK_BYTES else Finding("disk", "warn", words, "free some space")


def _existing(path: Path) -> Path:
    return next(p for p in (path.absolute(), *path.absolute().parents) if p.exists())


def _tried(what: str, probe: Callable[[], str], hint: str) -> Finding:
    try:
        return Finding(what, "ok", probe())
    except Exception as exc:  # noqa: BLE001 whatever fails here is the finding
        return Finding(what, "fail", f"{type(exc).__name__}: {exc}", hint)


def _write_probe(directory: Path) -> str:
    """Write, fsync, rename, lock and a SQLite transaction: what a run does to its directory."""
    with tempfile.TemporaryDirectory(prefix=".onrecord-", dir=_existing(directory)) as name:
        probe = Path(name)
        with (probe / "a").open("wb") as stream:
            stream.write(b"x")
            os.fsync(stream.fileno())
        (probe / "a").replace(probe / "b")
        with FileLock(probe / "lock").acquire(timeout=0), closing(sqlite3.connect(probe / "store")) as db:
            mode = db.execute("PRAGMA journal_mode = WAL").fetchone()[0]
            db.execute("CREATE TABLE t (x)")
            db.commit()
    return f"writes, syncs, renames and locks; SQLite journal {mode}"


def _check_weights() -> str:
    digest = checked(SHIPPED)
    return f"{SHIPPED}, sha256 {digest[:12]}"


def _read_one_sentence() -> str:
    text = "Elmbridge council will publish the survey by 31 March, its leader Ada Marsh said on Monday."
    config = RunConfig(engine="cue", model=None)
    article = Article(id="doctor", source="doctor", text=text, published=date(2025, 1, 16))
    record = process(article, open_engine(config), config)
    found = record.commitments[0]
    return (
        f"reads one sentence: {found.actor.name} / {found.action} / {found.deadline.latest if found.deadline else None}"
    )
