"""A run directory -> its predictions by gold article: lists of commitments, or the reason why there is none.

What cannot be scored honestly is refused with one line: a run that is not finished or was changed afterwards, records
of two schemas or two models, a text that is not the one labelled. A failed article is an empty prediction with a reason
and stays in every denominator.
"""

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from pydantic import ValidationError

from eval.aligning import Deadline, Item
from eval.gold import GoldArticle, GoldCommitment
from pipeline.errors import InputError
from pipeline.records import SCHEMA_VERSION, Commitment, Record, Span
from pipeline.rundir import MANIFEST, RECORDS, STORE

Status = Literal["ok", "partial", "empty", "failed"]
# Ids that a message names before it counts the rest.
SHOWN = 3
MISSING = "missing"
# How the details of problems begin that lost no commitment: of summaries, and of second looks at sentences read before.
OF_SUMMARIES = ("summary of ", "summariser: ", "second look at ")


class Found(NamedTuple):
    """A commitment that a system found; `is_grounded`: all its `quotes` are in the article, None: nobody looked."""

    item: Item
    quotes: tuple[str, ...]
    is_grounded: bool | None = True
    confidence: float | None = None


class Prediction(NamedTuple):
    """What a system said of one article; `reason` says why it said nothing, or why something of it was lost.

    `id` is the system's own; `sha256` is the text's, where the system tells. `entailment`: how far an entailment model
    takes the summary for the article's, mean and least over its sentences, and the sentence with the least.
    `finds` is false for a system that writes summaries and looks for no commitments.
    """

    id: str
    sha256: str | None
    status: Status
    reason: str = ""
    found: tuple[Found, ...] = ()
    summary: str | None = None
    entailment: tuple[float, float, str] | None = None
    finds: bool = True


class Run(NamedTuple):
    """A system's predictions: by the ids of the gold articles, and the ids of those that gold does not have."""

    name: str
    predictions: dict[str, Prediction]
    outside: tuple[str, ...] = ()
    made_by: Mapping[str, Any] = MappingProxyType({})


def empty_prediction(article_id: str, reason: str) -> Prediction:
    return Prediction(article_id, None, "failed", reason)


# --- records


def read_records(path: Path) -> list[Record]:
    """The records of a run directory or of its records.jsonl.

    Raises InputError, naming the line, for a file without records, a line that is cut off or is no record, fields or a
    schema that this version does not know, two schemas, two records of one id, and a file that its run did not write.
    """
    file = _records_file(path)
    content = _read_bytes(file)
    _check_is_the_runs(file, content)
    lines = content.split(b"\n")
    if lines[-1].strip():
        _check_last(file, len(lines), lines[-1])
    records = [_record(file, number, line) for number, line in enumerate(lines, 1) if line.strip()]
    if not records:
        raise InputError(f"{file} holds no record", hint="the run read no article; look at its ledger.jsonl")
    _check_ids(file, records)
    _check_one_maker(file, records)
    return records


def _records_file(path: Path) -> Path:
    if path.is_file():
        return path
    if (path / RECORDS).is_file():
        return path / RECORDS
    if (path / STORE).is_file():
        raise InputError(f"the run in {path} is not finished", hint="run the same `onrecord run` again to complete it")
    what = "holds no records.jsonl" if path.is_dir() else "is not there"
    raise InputError(f"{path} {what}", hint="name a directory that `onrecord run -o` has written")


def _read_bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as exc:
        raise InputError(f"{file} cannot be read: {exc.strerror}", hint="check who may read it") from exc


def _check_is_the_runs(file: Path, content: bytes) -> None:
    """The manifest beside the file has the hash of what the run wrote."""
    try:
        manifest = json.loads((file.parent / MANIFEST).read_bytes())
        wanted = manifest["files"][file.name]
    except (OSError, ValueError, KeyError, TypeError):
        return  # records without their run
    if hashlib.sha256(content).hexdigest() != wanted:
        hint = f"`onrecord verify {file.parent}` says more; run the same `onrecord run` again to write it anew"
        raise InputError(f"{file} is not what its run wrote: it was changed or cut off", hint=hint)


def _check_last(file: Path, number: int, line: bytes) -> None:
    """A last line without its end may be whole; one that is no JSON either was cut off."""
    try:
        json.loads(line)
    except (ValueError, RecursionError) as exc:
        hint = "the file was cut off while it was written or copied; write or copy it anew"
        raise InputError(f"{file}, line {number}: the last line is cut off", hint=hint) from exc


def _record(file: Path, number: int, line: bytes) -> Record:
    """Another schema is told before the fields that it adds or lacks."""
    where = f"{file}, line {number}"
    schema = _schema(line)
    if schema != SCHEMA_VERSION:
        hint = "score records of one version: run again with this version of onrecord, or score with that one"
        raise InputError(f"{where} has schema {schema}, this version reads {SCHEMA_VERSION}", hint=hint)
    try:
        return Record.from_json(line)
    except ValidationError as exc:
        raise InputError(f"{where}: {_fault(exc)}", hint="docs/records.md shows a record") from exc


def _schema(line: bytes) -> object:
    """The version that a line names; our own where it names none or is no JSON, which is then told otherwise."""
    try:
        read = json.loads(line)
    except (ValueError, RecursionError):
        return SCHEMA_VERSION
    return read.get("schema", SCHEMA_VERSION) if isinstance(read, dict) else SCHEMA_VERSION


def _fault(exc: ValidationError) -> str:
    first = exc.errors()[0]
    if first["type"] == "json_invalid":
        return "is no JSON"
    place = ".".join(map(str, first["loc"])) or "the whole"
    return f"unknown field {place}" if first["type"] == "extra_forbidden" else f"{place}: {first['msg']}"


def _check_ids(file: Path, records: Sequence[Record]) -> None:
    double = [i for i, count in Counter(r.id for r in records).items() if count > 1]
    if double:
        hint = "two runs in one file? score each of them alone"
        raise InputError(f"{file} has {named(double)} more than once", hint=hint)


def _check_one_maker(file: Path, records: Sequence[Record]) -> None:
    """Failed articles say who failed, too: one run has one maker."""
    makers = {
        (p.engine, p.model, p.weights_sha256, json.dumps(p.prompts)): r.id for r in records for p in [r.provenance]
    }
    if len(makers) > 1:
        told = " and ".join(sorted(f"{model or engine} ({article})" for (engine, model, *_), article in makers.items()))
        hint = "a score is of one system: run all articles with one of them"
        raise InputError(f"{file} mixes records of {told}", hint=hint)


def prediction_of(record: Record) -> Prediction:
    """A record as it is compared."""
    lost = [
        p.code for p in record.problems if p.stage in ("model", "parsing") and not p.detail.startswith(OF_SUMMARIES)
    ]
    reasons = lost or ([p.code for p in record.problems] or ["failed"] if record.status == "failed" else [])
    return Prediction(
        id=record.id,
        sha256=record.article.sha256,
        status=record.status,
        reason=reasons[-1] if reasons else "",
        found=tuple(
            Found(item_of_record(c), tuple(e.quote for e in c.evidence), None, c.confidence) for c in record.commitments
        ),
        summary=record.summary.text if record.summary else None,
    )


def item_of_record(commitment: Commitment) -> Item:
    """A run's commitment as it is compared."""
    d = commitment.deadline
    days = [x.isoformat() if x else None for x in (d.earliest, d.latest)] if d else [None, None]
    return Item(
        actors=(commitment.actor.name,),
        actions=(commitment.action,),
        polarity=commitment.polarity,
        strength=commitment.strength,
        evidence=tuple(Span(start=e.start, end=e.end) for e in commitment.evidence),
        deadline=Deadline(d.text, days[0], days[1]) if d else None,
        recipient=commitment.recipient,
        condition=commitment.condition,
        implementer=commitment.implementer,
    )


def item_of(commitment: GoldCommitment) -> Item:
    """A gold commitment as it is compared."""
    d = commitment.deadline
    return Item(
        actors=commitment.actors,
        actions=commitment.actions,
        polarity=commitment.polarity,
        strength=commitment.strength,
        evidence=commitment.evidence,
        deadline=Deadline(d.text, d.earliest, d.latest) if d else None,
        recipient=commitment.recipient,
        condition=commitment.condition,
        implementer=commitment.implementer,
    )


def made_by(records: Sequence[Record]) -> dict[str, Any]:
    """What a score says of its run: who made the records, from which weights and prompts."""
    made = records[0].provenance.model_dump(mode="json")
    names = ("onrecord", "engine", "model", "revision", "weights_sha256", "prompts", "dtype", "device")
    return {k: made[k] for k in (*names, "options", "decoding")}


# --- predictions and gold articles


def matched(
    name: str, predictions: Sequence[Prediction], articles: Iterable[GoldArticle], *, counts_missing: bool = False
) -> Run:
    """The predictions of the gold articles: the same text under the same id, else the same text.

    Raises InputError for a text that is not the one labelled, and for articles that the run lacks; with
    `counts_missing` these are empty predictions with the reason `missing`, if there are any others.
    """
    by_id = {p.id: p for p in predictions}
    by_text: defaultdict[str, list[Prediction]] = defaultdict(list)
    for p in sorted(predictions, key=lambda p: p.id):
        by_text[p.sha256 or "unknown"].append(p)
    found: dict[str, Prediction] = {}
    missing: list[str] = []
    for article in articles:
        own = _matching(name, article, by_id, by_text)
        found[article.id] = empty_prediction(article.id, MISSING) if own is None else own
        missing += [article.id] if own is None else []
    if missing and (len(missing) == len(found) or not counts_missing):
        raise _lacking(name, missing, len(found))
    used = {p.id for p in found.values()}
    return Run(name, found, tuple(sorted(p.id for p in predictions if p.id not in used)))


def _matching(
    name: str, article: GoldArticle, by_id: Mapping[str, Prediction], by_text: Mapping[str, Sequence[Prediction]]
) -> Prediction | None:
    same = by_id.get(article.id)
    if same is not None and same.sha256 in (None, article.source.sha256):
        return same
    others = by_text.get(article.source.sha256, ())
    if others:
        return others[0]
    if same is not None:
        raise InputError(
            f"{name}: the text of {article.id} is not the one that was labelled (their sha256 differ)",
            hint="offsets would mean other words; run on the text that the gold file names, or label the new text",
        )
    return None


def _lacking(name: str, missing: Sequence[str], wanted: int) -> InputError:
    if len(missing) == wanted:
        hint = "`onrecord eval run --gold DIR` runs a model over the gold's texts; articles are matched by id and text"
        return InputError(f"{name} has none of the {wanted} gold articles", hint=hint)
    hint = "run it on them, or choose another --split or --part (score, compare and page: --missing empty)"
    return InputError(f"{name} lacks {len(missing)} of {wanted} gold articles: {named(missing)}", hint=hint)


def named(ids: Sequence[str]) -> str:
    """The first few, and how many more there are."""
    more = len(ids) - SHOWN
    return ", ".join(ids[:SHOWN]) + (f" and {more} more" if more > 0 else "")


def runs_named(paths: Sequence[Path]) -> Iterator[tuple[str, Path]]:
    """Short names that differ: the folder's own, with as much of its path before it as it takes.

    Raises InputError for one path given twice.
    """
    parts = [p.resolve().parts for p in paths]
    if double := [p for own, p in zip(parts, paths, strict=True) if parts.count(own) > 1]:
        raise InputError(f"{double[0]} is named twice", hint="a run is compared with others")
    for own, path in zip(parts, paths, strict=True):
        depth = next((d for d in range(1, len(own)) if sum(o[-d:] == own[-d:] for o in parts) == 1), len(own))
        yield "/".join(own[-depth:]), path
