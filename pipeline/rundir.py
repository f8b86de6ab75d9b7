"""Entries and records, one atomic commit a group of articles <-> a run directory: store, ledger, records, manifest.

    records.jsonl   the records, in input order      ledger.jsonl   one line an input: ok, cached, skipped, failed
    manifest.json   inputs, configuration, versions, hashes, books      log.jsonl   timings; not reproducible
    store.sqlite    every article's text, record and content key: what resume, `explain` and `verify` read

The first three are written when the run is complete, each in one atomic step; until then the store holds everything
that is finished. An interrupted run is *open*: the next one continues it and ends with the bytes of an undisturbed run.
"""

import json
import os
import sqlite3
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal, NamedTuple

from filelock import FileLock, Timeout
from pydantic import BaseModel, ConfigDict, ValidationError

from pipeline.errors import OutputError, RunForeign, RunLocked
from pipeline.keys import Parts
from pipeline.records import Record
from pipeline.storing import as_output_error, atomic_write, export, sha256_file, write_lines

RECORDS, LEDGER, MANIFEST, LOG, STORE, LOCK = (
    "records.jsonl", "ledger.jsonl", "manifest.json", "log.jsonl", "store.sqlite", ".lock",
)  # fmt: skip
# Raised when the store's tables change; an older store is refused, not guessed at.
STORE_VERSION = 1

EntryStatus = Literal["ok", "cached", "skipped", "failed"]


_TABLES = """
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS work (
    id TEXT PRIMARY KEY COLLATE NOCASE, key TEXT NOT NULL, parts TEXT NOT NULL, why TEXT NOT NULL,
    generation INTEGER NOT NULL, failed INTEGER NOT NULL, text TEXT NOT NULL, record TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS entries (
    position INTEGER PRIMARY KEY, id TEXT UNIQUE COLLATE NOCASE, sha256 TEXT, line TEXT NOT NULL);
"""


class Entry(BaseModel):
    """One line of the ledger: what became of one input, and why.

    `reason` is a code for what was skipped or failed, and for what was computed the cause: `new`, or what changed.
    `id` is None where no record is written (a duplicate, a file that is no article).
    """

    model_config = ConfigDict(frozen=True)

    position: int
    id: str | None
    source: str
    status: EntryStatus
    stage: str | None = None
    reason: str
    detail: str = ""


class Books(NamedTuple):
    """`articles == ok + cached + skipped + failed`, always counted from the entries."""

    articles: int
    ok: int
    cached: int
    skipped: int
    failed: int

    @classmethod
    def of(cls, statuses: Iterable[str]) -> "Books":
        counts = Counter(statuses)
        return cls(counts.total(), counts["ok"], counts["cached"], counts["skipped"], counts["failed"])

    @property
    def are_closed(self) -> bool:
        return self.articles == self.ok + self.cached + self.skipped + self.failed

    def __str__(self) -> str:
        parts = f"{self.ok:,} ok + {self.cached:,} cached + {self.skipped:,} skipped + {self.failed:,} failed"
        return f"{self.articles:,} in = {parts}"


class Stored(NamedTuple):
    """A finished article as the store has it."""

    key: str
    parts: Parts
    why: str
    generation: int
    failed: bool
    text: str
    record: str

    def is_current(self, key: str) -> bool:
        """True when it can be reused for an article with this content key."""
        return self.key == key and not self.failed


class Outcome(NamedTuple):
    """What became of one input: its line of the ledger, its text's hash, what was made of it, its record's line."""

    entry: Entry
    sha256: str | None = None
    work: Stored | None = None
    line: str | None = None


class RunDirectory:
    """The only writer of a run directory; holds its lock. Use as a context manager."""

    def __init__(self, path: Path, db: sqlite3.Connection, lock: FileLock | None) -> None:
        self.path = path
        self._db = db
        self._lock = lock
        self._inputs: Sequence[str] = ()

    # --- opening and closing

    @classmethod
    def open(cls, path: Path, inputs: Sequence[str], *, replace: bool = False) -> "RunDirectory":
        """Make or reopen `path` for a run over `inputs`.

        Raises OutputError when it cannot be written, RunLocked when another run holds it, and RunForeign when it holds
        other files, or the run of other inputs and `replace` is not set. Inputs may be added to those of before.
        """
        _make(path)
        lock = _locked(path)
        try:
            directory = cls(path, _connect(path), lock)
            directory._claim(inputs, replace)
        except BaseException:
            lock.release()
            raise
        return directory

    @classmethod
    def read(cls, path: Path) -> "RunDirectory":
        """The directory for reading only; raises RunForeign when it holds no run."""
        store = path / STORE
        if not store.is_file():
            raise RunForeign(f"{path} holds no run", hint="name a directory that `onrecord run … -o DIR` has written")
        # A store that was left open has a write-ahead log, which an immutable reader would not see.
        mode = "ro" if (path / f"{STORE}-wal").exists() else "ro&immutable=1"
        try:
            db = sqlite3.connect(f"file:{_quoted(store)}?mode={mode}", uri=True)
            db.execute("SELECT value FROM meta LIMIT 1").fetchall()
        except sqlite3.Error as exc:
            raise RunForeign(
                f"{store} cannot be read: {exc}", hint="restore it from a copy, or run again into a new directory"
            ) from exc
        return cls(path, db, None)

    def __enter__(self) -> "RunDirectory":
        return self

    def __exit__(self, *_: object) -> None:
        self._db.close()
        if self._lock is not None:
            self._lock.release()

    def _claim(self, inputs: Sequence[str], replace: bool) -> None:
        before = self._meta("inputs")
        if before is not None and not replace and not set(json.loads(before)) <= set(inputs):
            shown = ", ".join(json.loads(before)[:3])
            raise RunForeign(
                f"{self.path} belongs to another run (of {shown})",
                hint="choose another directory with -o, or add --replace to give this one to the new inputs",
            )
        if self._meta("state") != "open":
            self._set_meta("generation", str(self.generation + 1))
        self._set_meta("state", "open")
        self._inputs = inputs
        self._db.execute("DELETE FROM entries")
        self._db.commit()

    def _meta(self, name: str) -> str | None:
        row = self._db.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return row[0] if row else None

    def _set_meta(self, name: str, value: str) -> None:
        self._db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))

    @property
    def generation(self) -> int:
        """Counts the runs completed or begun here; work of the current one is `ok`, of an earlier one `cached`."""
        return int(self._meta("generation") or 0)

    @property
    def is_complete(self) -> bool:
        return self._meta("state") == "complete"

    # --- what is there

    def find(self, article_id: str) -> Stored | None:
        columns = "key, parts, why, generation, failed, text, record"
        row = self._db.execute(f"SELECT {columns} FROM work WHERE id = ?", (article_id,)).fetchone()  # noqa: S608
        return Stored(row[0], json.loads(row[1]), row[2], row[3], bool(row[4]), row[5], row[6]) if row else None

    def taken(self, article_id: str) -> str | None:
        """The hash of the text that this run already gave the id to ('' for an unread one), or None."""
        row = self._db.execute("SELECT sha256 FROM entries WHERE id = ?", (article_id,)).fetchone()
        return (row[0] or "") if row else None

    def entries(self) -> Iterator[Entry]:
        for (line,) in self._db.execute("SELECT line FROM entries ORDER BY position"):
            yield Entry.model_validate_json(line)

    def entry(self, article_id: str) -> Entry | None:
        row = self._db.execute("SELECT line FROM entries WHERE id = ?", (article_id,)).fetchone()
        return Entry.model_validate_json(row[0]) if row else None

    def ids_like(self, part: str, limit: int = 5) -> list[str]:
        """Ids that contain `part`, for a message that helps."""
        query = "SELECT id FROM entries WHERE id LIKE ? ORDER BY position LIMIT ?"
        return [row[0] for row in self._db.execute(query, (f"%{part}%", limit))]

    def record_lines(self) -> Iterator[str]:
        query = "SELECT w.record FROM entries e JOIN work w ON w.id = e.id ORDER BY e.position"
        for (line,) in self._db.execute(query):
            yield line

    def records(self) -> Iterator[Record]:
        return map(Record.from_json, self.record_lines())

    def books(self) -> Books:
        return Books.of(entry.status for entry in self.entries())

    # --- writing

    def commit(self, outcomes: Sequence["Outcome"]) -> None:
        """What became of a group of inputs, in one transaction: it is there whole after a kill, or not at all.

        With the first the directory belongs to the run's inputs; one that has read nothing may go to others.
        """
        try:
            if outcomes:
                self._set_meta("inputs", json.dumps(list(self._inputs)))
            for outcome in outcomes:
                self._insert(outcome)
            self._db.commit()
        except sqlite3.OperationalError as exc:
            raise OutputError(f"cannot write {self.path / STORE}: {exc}") from exc

    def _insert(self, outcome: "Outcome") -> None:
        entry, work = outcome.entry, outcome.work
        row = (entry.position, entry.id, outcome.sha256, entry.model_dump_json())
        self._db.execute("INSERT INTO entries VALUES (?, ?, ?, ?)", row)
        if work is not None:
            values = (
                entry.id,
                work.key,
                json.dumps(work.parts),
                work.why,
                work.generation,
                work.failed,
                work.text,
                work.record,
            )
            self._db.execute("INSERT OR REPLACE INTO work VALUES (?, ?, ?, ?, ?, ?, ?, ?)", values)

    def log(self, event: str, **facts: Any) -> None:
        """A line in the run's own log: times and what else may differ between two runs of the same."""
        line = json.dumps({"time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "event": event, **facts})
        try:
            with (self.path / LOG).open("a", encoding="utf-8") as stream:
                stream.write(line + "\n")
        except OSError as exc:
            raise as_output_error(exc, self.path / LOG) from exc

    def finish(self, manifest: dict[str, Any], formats: Sequence[str]) -> Books:
        """Write records, ledger, the other formats and, last, the manifest with their hashes; close the run."""
        books = self.books()
        write_lines(self.path / RECORDS, self.record_lines())
        write_lines(self.path / LEDGER, (entry.model_dump_json() for entry in self.entries()))
        files = [RECORDS, LEDGER, *export(self.records, self.path, formats)]
        hashes = {name: sha256_file(self.path / name) for name in files}
        with atomic_write(self.path / MANIFEST) as stream:
            content = {**manifest, "books": books._asdict(), "files": hashes}
            stream.write(json.dumps(content, indent=1, ensure_ascii=False).encode() + b"\n")
        self._set_meta("state", "complete")
        self._db.commit()
        # Folds the write-ahead log into one file, so that the directory can be copied and read anywhere.
        self._db.execute("PRAGMA journal_mode = DELETE")
        return books


def read_manifest(path: Path) -> dict[str, Any]:
    """The manifest of a completed run; raises RunForeign when there is none that can be read."""
    try:
        content = json.loads((path / MANIFEST).read_bytes())
    except FileNotFoundError as exc:
        raise RunForeign(
            f"{path} holds no completed run", hint="run `onrecord run … -o` on it again to complete it"
        ) from exc
    except (OSError, ValueError) as exc:
        raise RunForeign(
            f"{path / MANIFEST} cannot be read: {exc}", hint="run the same `onrecord run` again; it rewrites it"
        ) from exc
    return dict(content)


def read_ledger(path: Path) -> Iterator[Entry]:
    """The entries of a ledger.jsonl, in order; raises RunForeign naming the first line that is not one."""
    try:
        with (path / LEDGER).open("rb") as stream:
            for number, line in enumerate(stream, 1):
                try:
                    yield Entry.model_validate_json(line)
                except ValidationError as exc:
                    raise RunForeign(f"{path / LEDGER}: line {number} is not an entry") from exc
    except OSError as exc:
        raise RunForeign(f"{path / LEDGER} cannot be read: {exc.strerror}") from exc


def _make(path: Path) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True)
        names = os.listdir(path)
    except OSError as exc:
        raise as_output_error(exc, path) from exc
    ours = {STORE, LOCK, f"{STORE}-wal", f"{STORE}-shm", f"{STORE}-journal"}
    if names and not ours & set(names):
        raise RunForeign(f"{path} is not empty and holds no run of onrecord")


def _locked(path: Path) -> FileLock:
    lock = FileLock(path / LOCK)
    try:
        lock.acquire(timeout=0)
    except Timeout as exc:
        raise RunLocked(f"another run is writing to {path}") from exc
    except OSError as exc:
        raise as_output_error(exc, path) from exc
    return lock


def _connect(path: Path) -> sqlite3.Connection:
    try:
        db = sqlite3.connect(path / STORE)
        # Write-ahead logging survives a kill at any moment and needs no fsync an article; where the file system
        # cannot do it, SQLite says so and keeps the rollback journal, which is as safe and slower.
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = NORMAL")
        db.executescript(_TABLES)
    except sqlite3.DatabaseError as exc:
        if "readonly" in str(exc) or "full" in str(exc) or "unable to open" in str(exc):
            raise OutputError(f"cannot write {path / STORE}: {exc}") from exc
        raise RunForeign(f"{path / STORE} is not a store of onrecord: {exc}") from exc
    version = db.execute("SELECT value FROM meta WHERE name = 'store_version'").fetchone()
    if version and int(version[0]) != STORE_VERSION:
        raise RunForeign(f"{path} was written by another version of onrecord (store version {version[0]})")
    with suppress(sqlite3.IntegrityError):
        db.execute("INSERT INTO meta VALUES ('store_version', ?)", (str(STORE_VERSION),))
    db.commit()
    return db


def _quoted(path: Path) -> str:
    from urllib.parse import quote

    return quote(str(path.absolute()))
