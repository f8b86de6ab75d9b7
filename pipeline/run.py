"""Inputs and a configuration -> a record for each article, and the books of the run."""

import hashlib
import importlib.metadata
import re
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import BinaryIO, NamedTuple

from pipeline.cleaning import clean
from pipeline.config import RunConfig
from pipeline.engines.base import Engine, extracted
from pipeline.errors import OnrecordError, TimeLimitReached
from pipeline.injections import mark_injections
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
    Extraction,
    Problem,
    Record,
    Status,
    Summary,
)
from pipeline.rundir import Books, Entry, Outcome, RunDirectory, Stored
from pipeline.sentences import split_sentences
from pipeline.settling import Settler

# --- one article


def process(article: Article, engine: Engine, config: RunConfig) -> Record:
    """One article, the whole path in order: clean, split, extract, ground, resolve, merge, check, record."""
    return process_group([article], engine, config)[0]


def process_group(articles: Sequence[Article], engine: Engine, config: RunConfig) -> list[Record]:
    """As `process`, for several articles that the engine reads together; same order."""
    records: list[Record | None] = []
    places: deque[tuple[int, Document]] = deque()

    def readable() -> Iterator[Document]:
        for article in articles:
            document = _document(article, config)
            if document.body:
                places.append((len(records), document))
                records.append(None)
                yield document
            else:
                records.append(_record(document.article, engine, config, status="empty"))

    for extraction in extracted(engine, readable()):
        place, document = places.popleft()
        records[place] = _settled(document, extraction, engine, config)
    assert not places, "an engine gives each document its extraction"
    return [record for record in records if record is not None]


def _document(article: Article, config: RunConfig) -> Document:
    if config.injections == "drop":
        article = mark_injections(article, split_sentences)
    article = clean(article, locale=config.locale)
    return Document(article=article, sentences=split_sentences(article.text, article.boilerplate))


def _settled(document: Document, extraction: Extraction, engine: Engine, config: RunConfig) -> Record:
    article = document.article
    settle = Settler(document, config.locale, config.guard)
    commitments = [c for draft in extraction.drafts if (c := settle.commitment(draft)) is not None]
    summary = settle.summary(extraction.summary)
    return _record(
        article,
        engine,
        config,
        status=_status(extraction, article),
        summary=summary,
        commitments=tuple(c for c in merge(commitments) if c.confidence >= (config.min_confidence or 0.0)),
        problems=(*article.problems, *extraction.problems, *settle.problems),
        chars_read=extraction.chars_read,
    )


def _status(extraction: Extraction, article: Article) -> Status:
    """`partial` where something may be missing: text that was not read, an answer that failed or does not hold."""
    if extraction.chars_read == 0 and extraction.problems:
        return "failed"
    is_incomplete = any(p.stage in ("model", "parsing", "grounding") for p in extraction.problems)
    return "partial" if is_incomplete or extraction.chars_read < len(article.text) else "ok"


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
NO_TEXT, NOTHING_LEFT = "no_text", "nothing but boilerplate or words to a machine"

# Who asks, in the address of a server: it is written nowhere.
_PASSWORD = re.compile(r"(?<=://)[^/#]*@")

OnEntry = Callable[[Entry, str | None], None]


def run_inputs(
    inputs: Sequence[str], engine: Engine, config: RunConfig, directory: RunDirectory, *, on_entry: OnEntry,
    stdin: BinaryIO | None = None,
) -> Books:  # fmt: skip
    """Read, settle and commit every input in order, then write the run's files.

    `on_entry` hears of each entry with its record's JSON line (None where there is none) once it is on disk. Raises
    TimeLimitReached between two groups; what is finished is kept, and the next run continues.
    """
    keeper = _Keeper(engine, config, directory)
    started = time.monotonic()
    directory.log("started", inputs=list(inputs), generation=directory.generation)
    for position, item in enumerate(read_items(inputs, config, stdin)):
        done = keeper.hear(position, item)
        for outcome in done:
            on_entry(outcome.entry, outcome.line)
        if done and config.time_limit_seconds and time.monotonic() - started > config.time_limit_seconds:
            reached = done[-1].entry.position + 1
            raise TimeLimitReached(f"the time limit of {config.time_limit_seconds:g} s came after {reached:,} articles")
    for outcome in keeper.flush():
        on_entry(outcome.entry, outcome.line)
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
    settings = config.model_dump(mode="json", exclude={"time_limit_seconds"})
    if config.model is not None:
        settings["model"] = _PASSWORD.sub("", config.model)
    return {
        "onrecord": importlib.metadata.version("onrecord"),
        "schema": SCHEMA_VERSION,
        "inputs": list(inputs),
        "config": settings,
        "provenance": full_provenance(engine.provenance, config).model_dump(mode="json"),
        "code_sha256": code_sha256(),
    }


class _Waiting(NamedTuple):
    """An article that is to be computed, what it depends on, and what there is of it from before."""

    position: int
    article: Article
    parts: Parts
    stored: Stored | None


class _Keeper:
    """Decides for each input what becomes of it, computes groups of the engine's size, and commits each as a whole.

    A group holds the next articles that are to be computed, whatever stands between them, so that a run that was killed
    goes on with the groups that it would have had.
    """

    # Inputs held back while a group fills: a bound on memory when one new article stands among a million known ones.
    MOST_HELD = 256
    # Code points of a group: long articles are committed sooner, or a kill and a time limit would lose minutes.
    MOST_CHARS = 200_000

    def __init__(self, engine: Engine, config: RunConfig, directory: RunDirectory) -> None:
        self._engine, self._config, self._directory = engine, config, directory
        self._made_by = full_provenance(engine.provenance, config)
        self._held: list[_Waiting | Outcome] = []
        self._held_ids: dict[str, str] = {}

    def hear(self, position: int, item: Article | Unread) -> list[Outcome]:
        """What has been committed now: nothing while a group fills."""
        outcome = self._unread(position, item) if isinstance(item, Unread) else self._article(position, item)
        self._held.append(outcome)
        article_id = outcome.article.id if isinstance(outcome, _Waiting) else outcome.entry.id
        if article_id is not None:
            sha256 = outcome.article.sha256 if isinstance(outcome, _Waiting) else outcome.sha256
            self._held_ids[article_id.casefold()] = sha256 or ""
        waiting = [len(o.article.text) for o in self._held if isinstance(o, _Waiting)]
        is_full = len(waiting) >= self._engine.group_size or sum(waiting) >= self.MOST_CHARS
        return self.flush() if is_full or not waiting or len(self._held) >= self.MOST_HELD else []

    def flush(self) -> list[Outcome]:
        """Compute and commit what is held."""
        waiting = [o for o in self._held if isinstance(o, _Waiting)]
        records = iter(self._timed([w.article for w in waiting]))
        done = [self._computed(o, next(records)) if isinstance(o, _Waiting) else o for o in self._held]
        self._directory.commit(done)
        self._held.clear()
        self._held_ids.clear()
        return done

    def _taken(self, article_id: str) -> str | None:
        held = self._held_ids.get(article_id.casefold())
        return self._directory.taken(article_id) if held is None else held

    def _article(self, position: int, item: Article) -> _Waiting | Outcome:
        article = with_free_id(item, self._taken)
        if article is None:
            detail = f"same id and text as an earlier {item.id!r}"
            return Outcome(_entry(position, item, None, "skipped", "duplicate", detail))
        parts = content_parts(article, self._made_by)
        stored = self._directory.find(article.id)
        if stored is not None and stored.is_current(content_key(parts)):
            return Outcome(self._reused(position, article, stored), article.sha256, line=stored.record)
        return _Waiting(position, article, parts, stored)

    def _computed(self, waiting: _Waiting, record: Record) -> Outcome:
        position, article, parts, stored = waiting
        why = NO_TEXT if record.status == "empty" else why_computed(stored, parts)
        line, failed = record.to_json(), record.status == "failed"
        key, generation = content_key(parts), self._directory.generation
        work = Stored(key, parts, why, generation, failed, article.text, line)
        return Outcome(self._entry_of(position, article, record, why), article.sha256, work, line)

    def _reused(self, position: int, article: Article, stored: Stored) -> Entry:
        """What was done in this run before an interruption counts as done by it; what an earlier run did is cached."""
        if stored.why == NO_TEXT:
            return _entry(position, article, article.id, "skipped", NO_TEXT, NOTHING_LEFT)
        if stored.generation == self._directory.generation:
            return _entry(position, article, article.id, "ok", stored.why)
        return _entry(position, article, article.id, "cached", "unchanged")

    @staticmethod
    def _entry_of(position: int, article: Article, record: Record, why: str) -> Entry:
        if record.status == "failed":
            # What was lost is the reason, not what was noted about the rest.
            lost = [p for p in record.problems if p.stage in ("model", "parsing")] or record.problems
            problem = lost[-1]
            return _entry(position, article, article.id, "failed", problem.code, problem.detail, problem.stage)
        if why == NO_TEXT:
            return _entry(position, article, article.id, "skipped", NO_TEXT, NOTHING_LEFT)
        return _entry(position, article, article.id, "ok", why)

    def _timed(self, articles: Sequence[Article]) -> list[Record]:
        if not articles:
            return []
        began, tokens = time.perf_counter(), self._engine.tokens
        records = self._processed(articles)
        seconds = round((time.perf_counter() - began) / len(articles), 6)
        read, written = (
            round((now - before) / len(articles), 1) for now, before in zip(self._engine.tokens, tokens, strict=True)
        )
        used = {"tokens_read": read, "tokens_written": written} if read or written else {}
        for article in articles:
            # Of a group there is only the mean.
            group = {"group": len(articles)} if len(articles) > 1 else {}
            self._directory.log("article", id=article.id, seconds=seconds, chars=len(article.text), **group, **used)
        return records

    def _processed(self, articles: Sequence[Article]) -> list[Record]:
        """The records; where one article raises, a failed record that names the error, and the others on their own."""
        try:
            return process_group(articles, self._engine, self._config)
        except OnrecordError:
            raise
        except Exception as exc:  # noqa: BLE001 whatever it is, it belongs on this article's record
            if len(articles) > 1:
                return [record for article in articles for record in self._processed([article])]
            problem = Problem(stage="run", code="crashed", detail=f"{type(exc).__name__}: {exc}"[:500])
            problems = (*articles[0].problems, problem)
            return [_record(articles[0], self._engine, self._config, status="failed", problems=problems)]

    def _unread(self, position: int, item: Unread) -> Outcome:
        has_record = item.status == "failed" or item.reason in {"empty_file", "no_text"}
        if not has_record:
            return Outcome(_entry(position, item, None, item.status, item.reason, item.detail, "reading"))
        article_id = item.id or _second_id("unread", item.source)
        if self._taken(article_id) is not None:
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
        line = record.to_json()
        work = Stored("", {}, item.reason, self._directory.generation, True, "", line)
        return Outcome(entry, work=work, line=line)


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
