"""A stored run -> its books, hashes and every span recomputed from the files on disk, and what does not hold."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from pydantic import ValidationError

from pipeline.records import Record, Span
from pipeline.rundir import LEDGER, RECORDS, Books, Entry, RunDirectory, read_ledger, read_manifest
from pipeline.storing import sha256_file


class Verification(NamedTuple):
    """`violations` is empty when everything holds; `spans` counts those recomputed against the stored texts."""

    books: Books
    records: int
    spans: int
    violations: tuple[str, ...]


def verify(path: Path) -> Verification:
    """Recompute a completed run; raises RunForeign when there is none to verify."""
    manifest = read_manifest(path)
    violations = list(_changed_files(path, manifest["files"]))
    entries = list_ids(read_ledger(path))
    books = Books.of(status for status, _ in entries)
    if not books.are_closed:
        violations.append(f"the books do not close: {books}")
    if books._asdict() != manifest["books"]:
        violations.append(f"the manifest's books differ from the ledger's: {manifest['books']}")
    expected = [article_id for _, article_id in entries if article_id is not None]
    found: list[str] = []
    spans = 0
    with RunDirectory.read(path) as directory:
        for number, line in enumerate((path / RECORDS).open("rb"), 1):
            try:
                record = Record.from_json(line)
            except ValidationError as exc:
                violations.append(f"{RECORDS} line {number} is not a record: {exc.errors()[0]['msg']}")
                continue
            found.append(record.id)
            stored = directory.find(record.id)
            violations += violations_of(record, stored.text if stored else None)
            spans += sum(1 for _ in spans_of(record))
    if found != expected:
        violations.append(f"{RECORDS} holds {len(found)} records, {LEDGER} names {len(expected)}, or in another order")
    return Verification(books, len(found), spans, tuple(violations))


def list_ids(entries: Iterator[Entry]) -> list[tuple[str, str | None]]:
    return [(entry.status, entry.id) for entry in entries]


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
    import hashlib

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
