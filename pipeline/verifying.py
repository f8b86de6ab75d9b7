"""A stored run -> its books, hashes and every span recomputed from the files on disk, and what does not hold."""

import hashlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from pydantic import ValidationError

from pipeline.records import Record, Span
from pipeline.rundir import RECORDS, Books, Entry, RunDirectory, read_ledger, read_manifest
from pipeline.storing import sha256_file


class Verification(NamedTuple):
    """`violations` is empty when everything holds; `spans` counts those recomputed against the stored texts."""

    books: Books
    records: int
    spans: int
    violations: tuple[str, ...]


def verify(path: Path) -> Verification:
    """Recompute a completed run, record by record; raises RunForeign when there is none to verify."""
    manifest = read_manifest(path)
    violations = list(_changed_files(path, manifest["files"]))
    statuses: Counter[str] = Counter()
    records = spans = 0
    with RunDirectory.read(path) as directory, _lines(path / RECORDS) as lines:
        for entry in read_ledger(path):
            statuses[entry.status] += 1
            if entry.id is None:
                continue
            record = _record_of(entry, next(lines, b""), violations)
            if record is not None:
                records += 1
                spans += sum(1 for _ in spans_of(record))
                stored = directory.find(record.id)
                violations += violations_of(record, stored.text if stored else None)
        violations += [f"{RECORDS} holds a record that the ledger does not name" for _ in lines]
    books = Books.of(statuses.elements())
    if not books.are_closed:
        violations.append(f"the books do not close: {books}")
    if books._asdict() != manifest["books"]:
        violations.append(f"the manifest's books differ from the ledger's: {manifest['books']}")
    return Verification(books, records, spans, tuple(violations))


@contextmanager
def _lines(path: Path) -> Iterator[Iterator[bytes]]:
    """The lines of a file; none when it is missing, which is a violation already."""
    if not path.is_file():
        yield iter(())
        return
    with path.open("rb") as stream:
        yield iter(stream)


def _record_of(entry: Entry, line: bytes, violations: list[str]) -> Record | None:
    """The record that the ledger's entry names, or None with a violation when the line is another or none."""
    try:
        record = Record.from_json(line)
    except ValidationError as exc:
        violations.append(f"{entry.id}: its line is not a record: {exc.errors()[0]['msg']}")
        return None
    if record.id != entry.id:
        violations.append(f"{entry.id}: in its place stands the record of {record.id}")
    return record


def _changed_files(path: Path, hashes: dict[str, str]) -> Iterator[str]:
    for name, sha256 in hashes.items():
        if not (path / name).is_file():
            yield f"{name} is missing"
        elif sha256_file(path / name) != sha256:
            yield f"{name} is not what the run wrote: its sha256 differs from the manifest's"


def spans_of(record: Record) -> Iterator[tuple[str, Span, str | None]]:
    """Every span of a record with what it is called and, where the record repeats them, the words it must be."""
    for span in record.article.boilerplate:
        yield "boilerplate", span, None
    for sentence in record.summary.sentences if record.summary else ():
        for span in sentence.support:
            yield "summary support", span, None
    for commitment in record.commitments:
        for evidence in commitment.evidence:
            yield f"{commitment.id} evidence", evidence, evidence.quote
        if commitment.actor.span:
            yield f"{commitment.id} actor", commitment.actor.span, None
        if commitment.deadline and commitment.deadline.span:
            yield f"{commitment.id} deadline", commitment.deadline.span, commitment.deadline.text


def violations_of(record: Record, text: str | None) -> list[str]:
    """What does not hold between a record and its stored text."""
    return [f"{record.id}: {words}" for words in _violations(record, text)]


def _violations(record: Record, text: str | None) -> Iterator[str]:
    if text is None:
        yield "its text is not in the store"
        return
    if record.article.sha256 is None:
        return
    if hashlib.sha256(text.encode()).hexdigest() != record.article.sha256:
        yield "the stored text has another sha256"
    if len(text) != record.article.chars:
        yield f"the stored text has {len(text)} characters, not {record.article.chars}"
    for name, span, words in spans_of(record):
        if span.end > len(text) or span.start >= span.end:
            yield f"{name} [{span.start}:{span.end}] lies outside the text"
        elif words is not None and span.of(text) != words:
            yield f"{name} [{span.start}:{span.end}] reads {span.of(text)[:60]!r}, not {words[:60]!r}"
        elif (
            name != "boilerplate" and "actor" not in name and any(span.overlaps(b) for b in record.article.boilerplate)
        ):
            yield f"{name} [{span.start}:{span.end}] lies in boilerplate"
    for commitment in record.commitments:
        if commitment.condition is not None and commitment.condition not in text:
            yield f"{commitment.id} condition is not in the text"
