"""Records <-> JSONL, Parquet, CSV and SQLite files, each written whole or not at all."""

import csv
import errno
import hashlib
import json
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from pipeline.errors import InputError, OutputError
from pipeline.records import Commitment, Record

# Rows per Parquet row group: some 5 MB of records, so that writing stays small in memory.
ROW_GROUP = 1_000


@contextmanager
def atomic_write(path: Path) -> Iterator[IO[bytes]]:
    """A binary file that appears under `path` only when the block ends well: temporary file, fsync, rename."""
    if path.is_dir():
        raise OutputError(f"cannot write {path}: it is a folder", hint="name a file")
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)
    except OSError as exc:
        raise as_output_error(exc, path) from exc
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def as_output_error(exc: OSError, path: Path) -> OutputError:
    """The one place where a failed write gets its words."""
    reasons = {
        errno.ENOSPC: "the disk is full",
        errno.EDQUOT: "the disk quota is used up",
        errno.EROFS: "the file system is read-only",
        errno.EACCES: "permission denied",
        errno.EPERM: "permission denied",
        errno.ENOTDIR: "a file stands where a directory is needed",
        errno.EEXIST: "a file stands where a directory is needed",
        errno.ENAMETOOLONG: "the name is too long",
    }
    return OutputError(f"cannot write {path}: {reasons.get(exc.errno or 0, exc.strerror or str(exc))}")


def sha256_file(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def write_lines(path: Path, lines: Iterable[str]) -> int:
    """One UTF-8 line each; returns how many."""
    count = 0
    with atomic_write(path) as stream:
        for line in lines:
            stream.write(line.encode("utf-8") + b"\n")
            count += 1
    return count


def read_records(path: Path) -> Iterator[Record]:
    """The records of a `records.jsonl`, in order; raises InputError naming the first line that is not a record."""
    try:
        stream = path.open("rb")
    except OSError as exc:
        raise InputError(f"cannot read {path}: {exc.strerror}") from exc
    with stream:
        for number, line in enumerate(stream, 1):
            try:
                yield Record.from_json(line)
            except ValueError as exc:
                raise InputError(
                    f"{path}: line {number} is not a record", hint="run `onrecord verify` on its directory"
                ) from exc


def export(records: Callable[[], Iterable[Record]], directory: Path, formats: Iterable[str]) -> list[str]:
    """Write the other formats of a run beside its records.jsonl; `records` is called once per file."""
    written: list[str] = []
    for name in formats:
        match name:
            case "parquet":
                write_parquet(directory / "records.parquet", records())
                written.append("records.parquet")
            case "csv":
                _write_csv(directory / "articles.csv", ARTICLE_COLUMNS, map(article_row, records()))
                rows = (commitment_row(r, c) for r in records() for c in r.commitments)
                _write_csv(directory / "commitments.csv", COMMITMENT_COLUMNS, rows)
                written += ["articles.csv", "commitments.csv"]
            case "sqlite":
                write_sqlite(directory / "records.sqlite", records())
                written.append("records.sqlite")
    return written


# --- flat rows: one per article and one per commitment, for CSV and SQLite

ARTICLE_COLUMNS = (
    "id",
    "status",
    "source",
    "title",
    "published",
    "sha256",
    "chars",
    "summary",
    "commitments",
    "problems",
)
COMMITMENT_COLUMNS = (
    "article_id", "id", "actor", "actor_aliases", "implementer", "action", "polarity", "strength", "condition",
    "recipient", "deadline", "earliest", "latest", "grain", "deadline_reason", "quote", "start", "end", "match",
    "more_evidence", "confidence", "source", "published",
)  # fmt: skip


def article_row(record: Record) -> dict[str, Any]:
    article = record.article
    return {
        "id": record.id,
        "status": record.status,
        "source": article.source,
        "title": article.title,
        "published": article.published,
        "sha256": article.sha256,
        "chars": article.chars,
        "summary": record.summary.text if record.summary else None,
        "commitments": len(record.commitments),
        "problems": "; ".join(f"{p.stage}/{p.code}" for p in record.problems) or None,
    }


def commitment_row(record: Record, commitment: Commitment) -> dict[str, Any]:
    """One commitment flat: the clearest evidence in columns, the other spans as `start-end` pairs."""
    first, *rest = commitment.evidence
    deadline = commitment.deadline
    return {
        "article_id": record.id,
        "id": commitment.id,
        "actor": commitment.actor.name,
        "actor_aliases": "; ".join(commitment.actor.aliases) or None,
        "implementer": commitment.implementer,
        "action": commitment.action,
        "polarity": commitment.polarity,
        "strength": commitment.strength,
        "condition": commitment.condition,
        "recipient": commitment.recipient,
        "deadline": deadline.text if deadline else None,
        "earliest": deadline.earliest if deadline else None,
        "latest": deadline.latest if deadline else None,
        "grain": deadline.grain if deadline else None,
        "deadline_reason": deadline.reason if deadline else None,
        "quote": first.quote,
        "start": first.start,
        "end": first.end,
        "match": first.match,
        "more_evidence": " ".join(f"{e.start}-{e.end}" for e in rest) or None,
        "confidence": commitment.confidence,
        "source": record.article.source,
        "published": record.article.published,
    }


def _write_csv(path: Path, columns: tuple[str, ...], rows: Iterable[dict[str, Any]]) -> None:
    with atomic_write(path) as binary:
        # The BOM lets Excel read UTF-8; every other reader knows to drop it.
        binary.write(b"\xef\xbb\xbf")
        writer = csv.DictWriter(_Encoder(binary), columns, lineterminator="\n")
        writer.writeheader()
        for row in rows:
            writer.writerow({name: _defused(value) for name, value in row.items()})


class _Encoder:
    """What `csv.writer` needs of a stream: text in, UTF-8 out, without a wrapper that would close the file."""

    def __init__(self, binary: IO[bytes]) -> None:
        self._binary = binary

    def write(self, text: str) -> int:
        return self._binary.write(text.encode("utf-8"))


def _defused(value: Any) -> Any:
    """Article text that a spreadsheet would run as a formula gets a leading apostrophe (OWASP: CSV injection)."""
    return f"'{value}" if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")) else value


def write_sqlite(path: Path, records: Iterable[Record]) -> None:
    """Tables `articles`, `commitments` and `records` (the whole record as JSON), in the order of the run."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    temporary.unlink(missing_ok=True)
    try:
        with closing(sqlite3.connect(temporary)) as db, db:
            _create(db, "articles", ARTICLE_COLUMNS)
            _create(db, "commitments", COMMITMENT_COLUMNS)
            _create(db, "records", ("id", "record"))
            for record in records:
                _insert(db, "articles", article_row(record))
                _insert(db, "records", {"id": record.id, "record": record.to_json()})
                for commitment in record.commitments:
                    _insert(db, "commitments", commitment_row(record, commitment))
            db.execute("CREATE INDEX commitments_by_article ON commitments (article_id)")
            db.execute("CREATE INDEX commitments_by_latest ON commitments (latest)")
        temporary.replace(path)
    except (OSError, sqlite3.OperationalError) as exc:
        raise OutputError(f"cannot write {path}: {exc}") from exc
    finally:
        temporary.unlink(missing_ok=True)


def _create(db: sqlite3.Connection, table: str, columns: tuple[str, ...]) -> None:
    quoted = ", ".join(f'"{column}"' for column in columns)
    db.execute(f"CREATE TABLE {table} ({quoted})")


def _insert(db: sqlite3.Connection, table: str, row: dict[str, Any]) -> None:
    values = [v.isoformat() if hasattr(v, "isoformat") else v for v in row.values()]
    db.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", values)  # noqa: S608 our own names


# --- Parquet: the whole record, nested, one row per article


def write_parquet(path: Path, records: Iterable[Record]) -> None:
    """One row per record with a schema that does not depend on the rows, so that shards concatenate."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = _arrow_schema(pa)
    with atomic_write(path) as stream, pq.ParquetWriter(stream, schema) as writer:
        batch: list[dict[str, Any]] = []
        for record in records:
            batch.append(_parquet_row(record))
            if len(batch) == ROW_GROUP:
                writer.write_table(pa.Table.from_pylist(batch, schema=schema))
                batch = []
        writer.write_table(pa.Table.from_pylist(batch, schema=schema))


def _parquet_row(record: Record) -> dict[str, Any]:
    row = record.model_dump(by_alias=True)
    row["provenance"] = json.dumps(record.provenance.model_dump(mode="json"))
    return row


def _arrow_schema(pa: Any) -> Any:
    text, integer, day = pa.string(), pa.int64(), pa.date32()
    span = pa.struct([("start", integer), ("end", integer)])
    evidence = pa.struct([("start", integer), ("end", integer), ("quote", text), ("match", text)])
    actor = pa.struct([("name", text), ("aliases", pa.list_(text)), ("span", span)])
    deadline = pa.struct(
        [("text", text), ("span", span), ("earliest", day), ("latest", day), ("grain", text), ("reason", text)]
    )
    commitment = pa.struct([
        ("id", text), ("actor", actor), ("implementer", text), ("action", text), ("polarity", text),
        ("strength", text), ("condition", text), ("recipient", text), ("deadline", deadline),
        ("evidence", pa.list_(evidence)), ("confidence", pa.float64()),
    ])  # fmt: skip
    sentence = pa.struct([("text", text), ("support", pa.list_(span)), ("verdict", text), ("reason", text)])
    article = pa.struct([
        ("source", text), ("title", text), ("published", day), ("sha256", text), ("chars", integer),
        ("boilerplate", pa.list_(span)),
    ])  # fmt: skip
    return pa.schema([
        ("schema", integer), ("id", text), ("status", text), ("article", article),
        ("summary", pa.struct([("text", text), ("sentences", pa.list_(sentence))])),
        ("commitments", pa.list_(commitment)),
        ("problems", pa.list_(pa.struct([("stage", text), ("code", text), ("detail", text)]))),
        ("coverage", pa.struct([("chars_read", integer), ("chars", integer)])),
        ("provenance", text),
    ])  # fmt: skip


def read_parquet(path: Path) -> Iterator[Record]:
    """The records of a `records.parquet`, in order."""
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(batch_size=ROW_GROUP):
            for row in batch.to_pylist():
                yield Record.model_validate({**row, "provenance": json.loads(row["provenance"])})
