"""Inputs and a configuration -> a record for each article, and the books of the run."""

import hashlib
import importlib.metadata
import time
from collections.abc import Callable, Iterator, Sequence
from typing import BinaryIO

from pipeline.cleaning import clean
from pipeline.config import RunConfig
from pipeline.engines.base import Engine
from pipeline.engines.cue.engine import CueEngine
from pipeline.errors import OnrecordError, TimeLimitReached
from pipeline.keys import Parts, code_sha256, content_key, content_parts, full_provenance, what_changed
from pipeline.merging import merge
from pipeline.reading import Fields, Unread, read_articles
from pipeline.records import (
    SCHEMA_VERSION,
    Article,
    ArticleInfo,
    Commitment,
    Coverage,
    Document,
    Problem,
    Record,
    Status,
    Summary,
)
from pipeline.rundir import Books, Entry, RunDirectory, Stored
from pipeline.sentences import split_sentences
from pipeline.settling import Settler


def open_engine(config: RunConfig) -> Engine:
    """The engine that the configuration names, with its weights loaded."""
    match config.engine:
        case "cue":
            return CueEngine(summary_words=config.summary_words)


# --- one article


def process(article: Article, engine: Engine, config: RunConfig) -> Record:
    """One article, the whole path in order: clean, split, extract, ground, resolve, merge, check, record."""
    article = clean(article, locale=config.locale)
    document = Document(article=article, sentences=split_sentences(article.text, article.boilerplate))
    if not document.body:
        return _record(article, engine, config, status="empty")

    extraction = engine.extract([document])[0]
    settle = Settler(document, config.locale)
    commitments = [c for draft in extraction.drafts if (c := settle.commitment(draft)) is not None]
    summary = settle.summary(extraction.summary)
    return _record(
        article,
        engine,
        config,
        status="partial" if extraction.problems or extraction.chars_read < len(article.text) else "ok",
        summary=summary,
        commitments=tuple(c for c in merge(commitments) if c.confidence >= config.min_confidence),
        problems=(*article.problems, *extraction.problems, *settle.problems),
        chars_read=extraction.chars_read,
    )


def _record(
    article: Article, engine: Engine, config: RunConfig, *, status: Status, summary: Summary | None = None,
    commitments: tuple[Commitment, ...] = (), problems: tuple[Problem, ...] | None = None, chars_read: int = 0,
) -> Record:  # fmt: skip
    return Record(
        id=article.id,
        status=status,
        article=ArticleInfo(
            source=article.source,
            title=article.title,
            published=article.published,
            sha256=article.sha256,
            chars=len(article.text),
            boilerplate=article.boilerplate,
        ),
        summary=summary,
        commitments=commitments,
        problems=article.problems if problems is None else problems,
        coverage=Coverage(chars_read=chars_read, chars=len(article.text)),
        provenance=full_provenance(engine.provenance, config),
    )


# --- a run

# The reason in the ledger for an article that has nothing to read, so that a later run says it again.
NO_TEXT, ONLY_BOILERPLATE = "no_text", "nothing but boilerplate"

OnEntry = Callable[[Entry, str | None], None]


def run_inputs(
    inputs: Sequence[str], engine: Engine, config: RunConfig, directory: RunDirectory, *, on_entry: OnEntry,
    stdin: BinaryIO | None = None,
) -> Books:  # fmt: skip
    """Read, settle and commit every input in order, then write the run's files.

    `on_entry` hears of each entry with its record's JSON line (None where there is none) once it is on disk. Raises
    TimeLimitReached between two articles; what is finished is kept, and the next run continues.
    """
    keeper = _Keeper(engine, config, directory)
    started = time.monotonic()
    directory.log("started", inputs=list(inputs), generation=directory.generation)
    for position, item in enumerate(read_items(inputs, config, stdin)):
        entry, line = keeper.settle(position, item)
        on_entry(entry, line)
        if config.time_limit_seconds and time.monotonic() - started > config.time_limit_seconds:
            raise TimeLimitReached(
                f"the time limit of {config.time_limit_seconds:g} s came after {position + 1:,} articles"
            )
    books = directory.finish(_manifest(inputs, engine, config), config.formats)
    directory.log("finished", seconds=round(time.monotonic() - started, 3), **books._asdict())
    return books


def read_items(inputs: Sequence[str], config: RunConfig, stdin: BinaryIO | None) -> Iterator[Article | Unread]:
    fields = Fields(
        text=config.text_field, id=config.id_field, title=config.title_field, published=config.published_field
    )
    return read_articles(
        inputs, fields=fields, published=config.published, locale=config.locale, stdin=stdin, max_chars=config.max_chars
    )


def _manifest(inputs: Sequence[str], engine: Engine, config: RunConfig) -> dict[str, object]:
    return {
        "onrecord": importlib.metadata.version("onrecord"),
        "schema": SCHEMA_VERSION,
        "inputs": list(inputs),
        "config": config.model_dump(mode="json", exclude={"time_limit_seconds"}),
        "provenance": full_provenance(engine.provenance, config).model_dump(mode="json"),
        "code_sha256": code_sha256(),
    }


class _Keeper:
    """Decides for each input what becomes of it, and commits that."""

    def __init__(self, engine: Engine, config: RunConfig, directory: RunDirectory) -> None:
        self._engine, self._config, self._directory = engine, config, directory
        self._made_by = full_provenance(engine.provenance, config)

    def settle(self, position: int, item: Article | Unread) -> tuple[Entry, str | None]:
        if isinstance(item, Unread):
            return self._unread(position, item)
        article = with_free_id(item, self._directory.taken)
        if article is None:
            entry = _entry(position, item, None, "skipped", "duplicate", f"same id and text as an earlier {item.id!r}")
            self._directory.commit(entry)
            return entry, None
        return self._article(position, article)

    def _article(self, position: int, article: Article) -> tuple[Entry, str | None]:
        parts = content_parts(article, self._made_by)
        key, stored = content_key(parts), self._directory.find(article.id)
        if stored is not None and stored.is_current(key):
            entry = self._reused(position, article, stored)
            self._directory.commit(entry, sha256=article.sha256)
            return entry, stored.record
        record = self._timed(article)
        why = NO_TEXT if record.status == "empty" else why_computed(stored, parts)
        failed = record.status == "failed"
        work = Stored(key, parts, why, self._directory.generation, failed, article.text, record.to_json())
        entry = self._computed(position, article, record, why)
        self._directory.commit(entry, sha256=article.sha256, work=work)
        return entry, work.record

    def _reused(self, position: int, article: Article, stored: Stored) -> Entry:
        """What was done in this run before an interruption counts as done by it; what an earlier run did is cached."""
        if stored.why == NO_TEXT:
            return _entry(position, article, article.id, "skipped", NO_TEXT, ONLY_BOILERPLATE)
        if stored.generation == self._directory.generation:
            return _entry(position, article, article.id, "ok", stored.why)
        return _entry(position, article, article.id, "cached", "unchanged")

    @staticmethod
    def _computed(position: int, article: Article, record: Record, why: str) -> Entry:
        if record.status == "failed":
            problem = record.problems[-1]
            return _entry(position, article, article.id, "failed", problem.code, problem.detail, problem.stage)
        if why == NO_TEXT:
            return _entry(position, article, article.id, "skipped", NO_TEXT, ONLY_BOILERPLATE)
        return _entry(position, article, article.id, "ok", why)

    def _timed(self, article: Article) -> Record:
        began = time.perf_counter()
        record = self._processed(article)
        seconds = round(time.perf_counter() - began, 6)
        self._directory.log("article", id=article.id, seconds=seconds, chars=len(article.text))
        return record

    def _processed(self, article: Article) -> Record:
        """The record, or a failed one that names the error: one article never costs another."""
        try:
            return process(article, self._engine, self._config)
        except OnrecordError:
            raise
        except Exception as exc:  # noqa: BLE001 whatever it is, it belongs on this article's record
            problem = Problem(stage="run", code="crashed", detail=f"{type(exc).__name__}: {exc}"[:500])
            return _record(article, self._engine, self._config, status="failed", problems=(*article.problems, problem))

    def _unread(self, position: int, item: Unread) -> tuple[Entry, str | None]:
        has_record = item.status == "failed" or item.reason in {"empty_file", "no_text"}
        if not has_record:
            entry = _entry(position, item, None, item.status, item.reason, item.detail, "reading")
            self._directory.commit(entry)
            return entry, None
        article_id = item.id or _second_id("unread", item.source)
        if self._directory.taken(article_id) is not None:
            article_id = _second_id(article_id, item.source)
        problem = Problem(stage="reading", code=item.reason, detail=item.detail)
        record = Record(
            id=article_id,
            status="failed" if item.status == "failed" else "empty",
            article=ArticleInfo(source=item.source),
            problems=(problem,),
            coverage=Coverage(chars_read=0, chars=0),
            provenance=self._made_by,
        )
        entry = _entry(position, item, article_id, item.status, item.reason, item.detail, "reading")
        work = Stored("", {}, item.reason, self._directory.generation, True, "", record.to_json())
        self._directory.commit(entry, work=work)
        return entry, work.record


def with_free_id(article: Article, taken: Callable[[str], str | None]) -> Article | None:
    """The article under an id that nobody has in this run; None when the same text stands under it already.

    `taken` gives the hash of the text that has an id, or None.
    """
    sha256 = taken(article.id)
    if sha256 is None:
        return article
    if sha256 == article.sha256:
        return None
    return with_free_id(article.model_copy(update={"id": _second_id(article.id, article.source)}), taken)


def why_computed(stored: Stored | None, parts: Parts) -> str:
    """Why an article is computed and not reused: `new`, `retried`, or what changed."""
    if stored is None:
        return "new"
    return "retried" if stored.failed else f"changed: {what_changed(stored.parts, parts)}"


def _second_id(article_id: str, source: str) -> str:
    """An id for a second article of the same name, from its source alone, so that it stays the same from run to run."""
    return f"{article_id}-{hashlib.sha256(source.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"


def _entry(
    position: int, item: Article | Unread, article_id: str | None, status: str, reason: str, detail: str = "",
    stage: str | None = None,
) -> Entry:  # fmt: skip
    fields = {"status": status, "reason": reason, "detail": detail, "stage": stage}
    return Entry.model_validate({"position": position, "id": article_id, "source": item.source, **fields})
