"""Paths, globs, standard input, URLs, JSONL, CSV, Parquet, a `datasets` split -> Articles, one at a time, none lost.

Every input item yields one `Article` or one `Unread` with its reason. What the user named wrongly (a path, a glob, a
column) raises InputError instead. Memory holds one item, or one batch of a Parquet file, however many there are.
"""

import csv
import difflib
import glob as globbing
import gzip
import hashlib
import io
import itertools
import json
import os
import re
import stat
import unicodedata
import zlib
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import date, datetime
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING, Any, BinaryIO, Literal, NamedTuple, cast

from pipeline.encodings import SAMPLE_BYTES, NotTextError, decode, sniff, without_surrogates
from pipeline.errors import EnvironmentFault, InputError, MissingDependency
from pipeline.records import Article, Problem

if TYPE_CHECKING:
    import httpx

TEXT_SUFFIXES, PAGE_SUFFIXES = (".txt", ".md", ".text", ".markdown"), (".html", ".htm", ".xhtml")
ROW_SUFFIXES = (".jsonl", ".ndjson", ".csv", ".tsv", ".parquet", ".json")
SUFFIXES = (*TEXT_SUFFIXES, *PAGE_SUFFIXES, *ROW_SUFFIXES)
PACKED_SUFFIXES = (".gz", ".zst")
SIDECAR = ".meta.json"

# The names that columns and keys usually have, tried in this order when the user names none.
USUAL: Mapping[str, tuple[str, ...]] = {
    "text": ("text", "article", "body", "content", "story", "maintext", "speech"),
    "id": ("id", "uid", "guid", "article_id"),
    "title": ("title", "headline"),
    "published": ("published", "date", "published_at", "pub_date", "publication_date", "created"),
}
# What a folder says about itself is no article; named as an input of its own, such a file is read.
ABOUT_THE_FOLDER = frozenset("readme license licence sources changelog contributing notice copying".split())
# A folder that holds this is a run's own: its records are no articles.
RUN_STORE = "store.sqlite"
# In the folder of labels that `onrecord label` keeps beside the articles.
LABELS_MARK = ".onrecord-labels"
# A field that is in none of so many rows is not there: the user is told, before hours are spent on failures.
ROWS_BEFORE_GIVING_UP = 100
# A JSON document is parsed whole; JSONL, CSV and Parquet stream and have no such bound.
MAX_JSON_BYTES = 256 * 2**20
# Counting lines for a progress bar reads the file once more: a second a gigabyte.
MAX_COUNTED_BYTES = 2**30
MAX_PAGE_BYTES = 20 * 2**20
# A text of more characters is refused, unless the configuration says otherwise.
MAX_CHARS = 5_000_000
URL_TIMEOUT_SECONDS = 20.0
MAX_ID_BYTES = 120
UTF8_BYTES_PER_CHAR = 4

_UNSAFE = re.compile(r"[^\w.-]+")
_RESERVED = frozenset({"con", "prn", "aux", "nul", *(f"com{i}" for i in range(10)), *(f"lpt{i}" for i in range(10))})


class Fields(NamedTuple):
    """Column or key names that the user chose; None looks for the usual ones."""

    text: str | None = None
    id: str | None = None
    title: str | None = None
    published: str | None = None


class Unread(NamedTuple):
    """An input item that gave no article: `skipped` is nothing to worry about, `failed` is."""

    source: str
    status: Literal["failed", "skipped"]
    reason: str
    detail: str = ""
    id: str | None = None


Item = Article | Unread


class _Settings(NamedTuple):
    fields: Fields
    published: date | None
    locale: str
    max_chars: int


def read_articles(
    inputs: Sequence[str], *, fields: Fields | None = None, published: date | None = None, locale: str = "en-GB",
    stdin: BinaryIO | None = None, max_chars: int = MAX_CHARS, transport: "httpx.BaseTransport | None" = None,
) -> Iterator[Item]:  # fmt: skip
    """Articles and unread items in the order of the inputs; folders by path, rows as they stand.

    Raises InputError at once for a path or a glob that names nothing, and at the file for a column that is not there.
    """
    settings = _Settings(fields or Fields(), published, locale, max_chars)
    readers = [_reader_of(name, settings, stdin, transport) for name in inputs]
    return itertools.chain.from_iterable(read() for read in readers)


def count_hint(inputs: Sequence[str]) -> int | None:
    """How many items there are, where that is cheap to say: text files, folders of them, JSONL by its lines."""
    total = 0
    for name in inputs:
        if not os.path.exists(name) or _is_dataset(Path(name)):
            return None
        for file in _files(name):
            count = _count_in(file)
            if count is None:
                return None
            total += count
    return total


def _count_in(file: "_File | Unread") -> int | None:
    if isinstance(file, Unread) or file.kind not in ROW_SUFFIXES:
        return 1
    if file.kind not in {".jsonl", ".ndjson"} or file.packing or file.path.stat().st_size > MAX_COUNTED_BYTES:
        return None
    with file.path.open("rb") as stream:
        return sum(chunk.count(b"\n") for chunk in iter(lambda: stream.read(2**20), b""))


# --- which reader


def _reader_of(
    name: str, settings: _Settings, stdin: BinaryIO | None, transport: "httpx.BaseTransport | None"
) -> Callable[[], Iterator[Item]]:
    if name == "-":
        if stdin is None:
            raise InputError("there is no standard input to read")
        return lambda: _read_stdin(stdin, settings)
    if re.match(r"https?://", name):
        return lambda: iter([_read_url(name, settings, transport)])
    if name.startswith("hf:"):
        _hub_parts(name)  # raises at once
        return lambda: _read_hub(name, settings)
    if not name.strip():
        raise InputError("an input is an empty word", hint="write . for the current directory")
    path = Path(name)
    if os.path.lexists(path):
        return (
            (lambda: _read_dataset(path, name, settings)) if _is_dataset(path) else lambda: _read_files(name, settings)
        )
    if globbing.has_magic(name):
        return _glob_reader(name, settings)
    if "://" in name:
        raise InputError(f"only http and https addresses can be read, not {name}")
    raise InputError(f"there is no {name}", hint=_near_hint(path))


def _near_hint(path: Path) -> str | None:
    try:
        names = sorted(os.listdir(path.parent))
    except OSError:
        return None
    near = difflib.get_close_matches(path.name, names, n=1)
    return f"did you mean {path.parent / near[0]}?" if near else None


def _glob_reader(pattern: str, settings: _Settings) -> Callable[[], Iterator[Item]]:
    if next(globbing.iglob(pattern, recursive=True), None) is None:
        raise InputError(f"nothing matches {pattern}")
    return lambda: itertools.chain.from_iterable(
        _read_files(name, settings, is_named=False) for name in sorted(globbing.iglob(pattern, recursive=True))
    )


# --- files and folders


class _File(NamedTuple):
    """A regular file to read: where it is, its source, what its id is made from, and how to read it."""

    path: Path
    source: str
    base: str
    kind: str
    packing: str
    is_named: bool


def _read_files(name: str, settings: _Settings, *, is_named: bool = True) -> Iterator[Item]:
    for file in _files(name, is_named=is_named):
        yield from _read_file(file, settings) if isinstance(file, _File) else (file,)


def _files(name: str, *, is_named: bool = True) -> Iterator[_File | Unread]:
    path = Path(name)
    if os.path.isdir(path):
        yield from _walk(path, name, PurePosixPath(), frozenset())
    else:
        yield _classified(path, printable(name), PurePosixPath(path.name), is_named=is_named)


def _walk(folder: Path, root: str, under: PurePosixPath, above: frozenset[tuple[int, int]]) -> Iterator[_File | Unread]:
    """The files below `folder` in the order of their paths, without hidden ones and hidden folders."""
    source = printable(str(PurePosixPath(root) / under))
    try:
        status = folder.stat()
        here = (status.st_dev, status.st_ino)
        names = sorted(n for n in os.listdir(folder) if not n.startswith("."))
    except OSError as exc:
        yield Unread(source, "failed", _os_code(exc), _os_words(exc), safe_id(source))
        return
    if here in above:
        yield Unread(source, "skipped", "directory_loop", "a link leads back into a folder that contains it")
        return
    for name in names:
        path, inside = folder / name, under / name
        if os.path.isdir(path):
            if os.path.isfile(path / RUN_STORE):
                yield Unread(
                    printable(str(PurePosixPath(root) / inside)), "skipped", "run_directory", "what a run has written"
                )
                continue
            if os.path.isfile(path / LABELS_MARK):
                yield Unread(
                    printable(str(PurePosixPath(root) / inside)),
                    "skipped",
                    "labels",
                    "what `onrecord label` has written",
                )
                continue
            if _is_dataset(path):
                yield Unread(
                    printable(str(PurePosixPath(root) / inside)),
                    "skipped",
                    "dataset_folder",
                    "name it as an input of its own",
                )
                continue
            yield from _walk(path, root, inside, above | {here})
        elif not name.endswith(SIDECAR):
            yield _classified(path, printable(str(PurePosixPath(root) / inside)), inside, is_named=False)


def _classified(path: Path, source: str, inside: PurePosixPath, *, is_named: bool) -> _File | Unread:
    """What the file is, by its status and suffixes; only one that was named itself is tried without a known suffix."""
    try:
        mode = path.stat().st_mode
    except OSError as exc:
        reason = "dangling_symlink" if path.is_symlink() and isinstance(exc, FileNotFoundError) else _os_code(exc)
        return Unread(source, "failed", reason, _os_words(exc), safe_id(_stem_of(str(inside))))
    if not stat.S_ISREG(mode):
        return Unread(
            source, "failed" if is_named else "skipped", "not_a_file", "a pipe, socket or device", safe_id(source)
        )
    stem, packing = _split_suffix(inside.name, PACKED_SUFFIXES)
    stem, kind = _split_suffix(stem, SUFFIXES)
    if not kind and not is_named:
        return Unread(source, "skipped", "unsupported_type", f"none of {' '.join(SUFFIXES)}")
    if not is_named and stem.casefold() in ABOUT_THE_FOLDER:
        return Unread(source, "skipped", "about_the_folder", "name it as an input of its own to read it")
    return _File(path, source, str(inside.parent / stem), kind or ".txt", packing, is_named)


def _split_suffix(name: str, suffixes: Sequence[str]) -> tuple[str, str]:
    found = next((s for s in suffixes if name.casefold().endswith(s) and len(name) > len(s)), "")
    return (name[: -len(found)], found) if found else (name, "")


def _stem_of(name: str) -> str:
    return _split_suffix(_split_suffix(name, PACKED_SUFFIXES)[0], SUFFIXES)[0]


def _os_code(exc: OSError) -> str:
    known = {PermissionError: "permission_denied", FileNotFoundError: "not_found", NotADirectoryError: "not_found"}
    return next((code for kind, code in known.items() if isinstance(exc, kind)), "unreadable")


def _os_words(exc: OSError) -> str:
    return exc.strerror or type(exc).__name__


def _read_file(file: _File, settings: _Settings) -> Iterator[Item]:
    try:
        if file.kind in ROW_SUFFIXES:
            yield from _read_rows_of(file, settings)
        else:
            yield _read_text_file(file, settings)
    except OSError as exc:
        yield Unread(file.source, "failed", _os_code(exc), _os_words(exc), safe_id(file.base))


def _read_text_file(file: _File, settings: _Settings) -> Item:
    try:
        with _opened(file) as stream:
            data = stream.read(settings.max_chars * UTF8_BYTES_PER_CHAR + 1)
    except (EOFError, zlib.error, gzip.BadGzipFile) as exc:
        return Unread(file.source, "failed", "truncated_archive", str(exc), safe_id(file.base))
    meta, problems = _sidecar(file.path)
    return _from_bytes(data, file.source, file.base, file.kind in PAGE_SUFFIXES, settings, meta, problems)


@contextmanager
def _opened(file: _File) -> Iterator[BinaryIO]:
    with file.path.open("rb") as raw:
        match file.packing:
            case ".gz":
                with gzip.open(raw) as stream:
                    yield cast(BinaryIO, stream)
            case ".zst":
                yield cast(BinaryIO, io.BufferedReader(_ZstdStream(raw)))
            case _:
                yield raw


class _ZstdStream(io.RawIOBase):
    """A Zstandard stream that, unlike the library's own reader, raises EOFError when the file ends too early."""

    def __init__(self, raw: BinaryIO) -> None:
        import zstandard

        self._raw = raw
        self._new: Callable[[], Any] = lambda: zstandard.ZstdDecompressor().decompressobj()
        self._frame: Any = None
        self._ready = b""
        self._error = zstandard.ZstdError

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._ready:
            chunk = self._raw.read(SAMPLE_BYTES)
            if not chunk:
                if self._frame is not None:
                    raise EOFError("the Zstandard file ends before its end marker")
                return 0
            self._ready = self._decompressed(chunk)
        count = min(len(buffer), len(self._ready))
        buffer[:count], self._ready = self._ready[:count], self._ready[count:]
        return count

    def _decompressed(self, chunk: bytes) -> bytes:
        out = b""
        while chunk:
            self._frame = self._frame or self._new()
            try:
                out += self._frame.decompress(chunk)
            except self._error as exc:
                raise EOFError(f"not a whole Zstandard file: {exc}") from exc
            if not self._frame.eof:
                break
            chunk, self._frame = self._frame.unused_data, None
        return out


def _sidecar(path: Path) -> tuple[dict[str, Any], tuple[Problem, ...]]:
    """The metadata beside a file: `a.meta.json` or `a.txt.meta.json` for `a.txt`."""
    for name in (f"{path.name}{SIDECAR}", f"{_stem_of(path.name)}{SIDECAR}"):
        sidecar = path.with_name(name)
        if os.path.isfile(sidecar):
            try:
                content = json.loads(sidecar.read_bytes())
                if isinstance(content, dict):
                    return content, ()
            except (OSError, ValueError):
                pass
            return {}, (Problem(stage="reading", code="bad_sidecar", detail=f"{name} is not a JSON object"),)
    return {}, ()


# --- one text


def _from_bytes(
    data: bytes, source: str, base: str, is_page: bool, settings: _Settings, meta: Mapping[str, Any],
    problems: tuple[Problem, ...] = (),
) -> Item:  # fmt: skip
    article_id = _named(meta.get("id"), base)
    if not data:
        return Unread(source, "skipped", "empty_file", "", article_id)
    if len(data) > settings.max_chars * UTF8_BYTES_PER_CHAR:
        return _too_long(source, article_id, settings)
    try:
        text, more = decode(data)
    except NotTextError as exc:
        return Unread(source, "failed", "not_text", str(exc), article_id)
    if is_page:
        page = _page(text, source)
        if page is None:
            return Unread(source, "failed", "no_article_in_page", "no article text was found in the page", article_id)
        text, found = page
        meta = {**found, **meta}
    return _article(text, source, article_id, settings, meta, (*problems, *more))


def _too_long(source: str, article_id: str, settings: _Settings) -> Unread:
    return Unread(source, "failed", "too_long", f"more than {settings.max_chars:,} characters", article_id)


def _article(
    text: str, source: str, article_id: str, settings: _Settings, meta: Mapping[str, Any], problems: tuple[Problem, ...]
) -> Item:
    text, more = without_surrogates(text)
    if len(text) > settings.max_chars:
        return _too_long(source, article_id, settings)
    if not text.strip():
        return Unread(source, "skipped", "no_text", "white space only", article_id)
    published, bad_date = parse_date(meta.get("published"), settings.locale)
    title = meta.get("title")
    return Article(
        id=article_id,
        source=source,
        text=text,
        title=without_surrogates(str(title).strip())[0] or None if title is not None else None,
        published=published or settings.published,
        problems=(*problems, *more, *bad_date),
    )


def _page(html: str, source: str) -> tuple[str, dict[str, Any]] | None:
    """The article in an HTML page, with its title and date; None when there is none. By trafilatura."""
    try:
        from trafilatura import bare_extraction
        from trafilatura.settings import Document
    except ImportError as exc:
        raise MissingDependency(f"HTML cannot be read: {exc}", hint="pip install trafilatura lxml-html-clean") from exc
    url = source if source.startswith("http") else None
    # The date must stand in the page's metadata or address: an extensive search takes any date in the prose.
    document = bare_extraction(
        html, url=url, with_metadata=True, include_comments=False, date_extraction_params={"extensive_search": False}
    )
    if not isinstance(document, Document) or not document.text or not document.text.strip():
        return None
    return document.text, {"title": document.title, "published": document.date}


def parse_date(value: Any, locale: str) -> tuple[date | None, tuple[Problem, ...]]:
    """A day from what metadata give for it; None, with a problem, when it is no whole date."""
    if value is None or value == "" or value != value:
        return None, ()
    if isinstance(value, datetime):
        return value.date(), ()
    if isinstance(value, date):
        return value, ()
    try:
        return _parsed_day(str(value).strip(), is_day_first=locale != "en-US"), ()
    except (ValueError, OverflowError):
        return None, (Problem(stage="reading", code="bad_date", detail=f"{str(value)[:60]!r} is no whole date"),)


# Two days that differ in every part: a part that the words lack comes out different for the second.
_DEFAULTS = (datetime(2000, 1, 1), datetime(2001, 2, 2))  # noqa: DTZ001 only the day is used


def _parsed_day(words: str, *, is_day_first: bool) -> date:
    if re.match(r"\d{4}-\d\d-\d\d(?!\d)", words):
        return date.fromisoformat(words[:10])
    from dateutil import parser

    first, second = (parser.parse(words, dayfirst=is_day_first, default=d) for d in _DEFAULTS)
    if first.date() != second.date():
        raise ValueError("a part of the date is missing")
    return first.date()


# --- rows


def _read_rows_of(file: _File, settings: _Settings) -> Iterator[Item]:
    meta, problems = _sidecar(file.path)
    with _opened(file) as stream:
        rows = _rows_in(stream, file, settings)
        yield from _read_rows(rows, file.source, file.base, settings, meta, problems, is_named=file.is_named)


def _rows_in(stream: BinaryIO, file: _File, settings: _Settings) -> Iterator["Row"]:
    match file.kind:
        case ".jsonl" | ".ndjson":
            return _json_lines(stream, file.source, settings)
        case ".csv" | ".tsv":
            return _csv_rows(stream, file.source, settings)
        case ".parquet":
            return _parquet_rows(stream, file.source, is_packed=bool(file.packing))
        case _:
            return _json_document(stream, file.source)


# A row with its number (lines and rows count from 1), or what stands in its place.
Row = tuple[int, Mapping[str, Any] | Unread]


def _read_rows(
    rows: Iterator[Row], source: str, base: str, settings: _Settings, meta: Mapping[str, Any] = {},
    problems: tuple[Problem, ...] = (), *, is_named: bool = True,
) -> Iterator[Item]:  # fmt: skip
    """The rows as items. A table without the text field stops the run if it or the field was named by the user."""
    count = 0
    with closing(_torn_at_end(rows, source, base)) as safe_rows:
        try:
            for number, row in _with_text_field(safe_rows, source, settings.fields):
                count += 1
                if isinstance(row, Unread):
                    yield row._replace(id=row.id or _row_id(base, number))
                else:
                    yield _row_article(row, f"{source}#{number}", base, number, settings, meta, problems)
        except _NoFieldError as exc:
            if is_named or settings.fields.text:
                raise
            count += 1
            yield Unread(source, "failed", "no_text_field", exc.message, safe_id(base))
    if not count:
        yield Unread(source, "skipped", "empty_file", "no rows", safe_id(base))


def read_rows(name: str, *, split: str = "test") -> Iterator[Mapping[str, Any]]:
    """The rows of a table, a saved dataset folder or `hf:NAME:SPLIT` as they stand, for who knows their fields.

    `split` is the one of a saved folder that has several. Raises InputError for what is no table, and at a row that
    cannot be read: rows that somebody scores must all be there.
    """
    with closing(_torn_at_end(_raw_rows(name, split), name, name)) as rows:
        for _, row in rows:
            if isinstance(row, Unread):
                raise InputError(f"{row.source} cannot be read: {row.detail or row.reason}", hint="fetch the file anew")
            yield row


def _raw_rows(name: str, split: str) -> Iterator["Row"]:
    path = Path(name)
    if name.startswith("hf:"):
        yield from _hub_rows(name)
    elif _is_dataset(path):
        splits = dict(_saved_splits(path, name))
        if len(splits) > 1 and split not in splits:
            raise InputError(f"{name} has no split {split}", hint=f"it has {', '.join(sorted(splits))}")
        yield from enumerate(splits[split] if split in splits else next(iter(splits.values())), 1)
    elif not path.is_file():
        raise InputError(f"there is no file {name}", hint=_near_hint(path))
    else:
        file = _classified(path, printable(name), PurePosixPath(path.name), is_named=True)
        if isinstance(file, Unread) or file.kind not in ROW_SUFFIXES:
            raise InputError(f"{name} is no table", hint=f"a table ends in {' '.join(ROW_SUFFIXES)}")
        with _opened(file) as stream:
            yield from _rows_in(stream, file, _Settings(Fields(), None, "en-GB", MAX_CHARS))


def _torn_at_end(rows: Iterator[Row], source: str, base: str) -> Generator[Row, None, None]:
    """The rows, and one failure where a packed file breaks off: what came before it is kept."""
    number = 0
    try:
        for number, row in rows:
            yield number, row
    except (EOFError, zlib.error, gzip.BadGzipFile) as exc:
        yield (
            number + 1,
            Unread(f"{source}#{number + 1}", "failed", "truncated_archive", str(exc), safe_id(f"{base}-torn")),
        )


def _with_text_field(rows: Iterator[Row], source: str, fields: Fields) -> Iterator[Row]:
    """The rows, once one of the first hundred has shown that the text field is there; InputError when none has it."""
    head: list[Row] = []
    seen: dict[str, None] = {}
    for number, row in rows:
        head.append((number, row))
        if isinstance(row, Mapping):
            seen.update(dict.fromkeys(map(str, row)))
            if _field(row, "text", fields) is not None:
                break
        if len(head) == ROWS_BEFORE_GIVING_UP:
            break
    else:
        rows = iter(())
    if seen and not any(isinstance(row, Mapping) and _field(row, "text", fields) is not None for _, row in head):
        raise _no_field(source, fields.text, list(seen))
    yield from head
    yield from rows


def _field(row: Mapping[str, Any], what: str, fields: Fields) -> str | None:
    """The name of the row's field for `what`: the user's own, or the first usual one that is there."""
    chosen = getattr(fields, what)
    if chosen is not None:
        return chosen if chosen in row else None
    return next((name for name in USUAL[what] if name in row), None)


class _NoFieldError(InputError):
    """No row of a table has the text field."""


def _no_field(source: str, chosen: str | None, seen: list[str]) -> _NoFieldError:
    there = f"there are {', '.join(seen[:20])}"
    if chosen is None:
        return _NoFieldError(f"{source}: no field looks like the text; {there}", hint="name it with --text-field")
    near = difflib.get_close_matches(chosen, seen, n=1, cutoff=0.5)
    return _NoFieldError(
        f"{source}: there is no field {chosen!r}; {there}", hint=f"try --text-field {near[0] if near else seen[0]}"
    )


def _row_article(
    row: Mapping[str, Any], source: str, base: str, number: int, settings: _Settings, meta: Mapping[str, Any],
    problems: tuple[Problem, ...],
) -> Item:  # fmt: skip
    names = {what: _field(row, what, settings.fields) for what in USUAL}
    own_id = row.get(names["id"]) if names["id"] else None
    article_id = safe_id(str(own_id)) if own_id not in (None, "") else _row_id(base, number)
    if names["text"] is None:
        return Unread(source, "failed", "no_text_field", f"it has {', '.join(map(str, row))}"[:200], article_id)
    text = row[names["text"]]
    if text is None:
        return Unread(source, "skipped", "no_text", "the text is null", article_id)
    if not isinstance(text, str):
        return Unread(source, "failed", "text_not_string", f"the text is {type(text).__name__}", article_id)
    own = {what: row[name] for what in ("title", "published") if (name := names[what]) and row[name]}
    return _article(text, source, article_id, settings, {**meta, **own}, problems)


def _json_lines(stream: BinaryIO, source: str, settings: _Settings) -> Iterator[Row]:
    # A line may hold its text escaped as \uXXXX, six bytes a character, and other fields beside it.
    limit = settings.max_chars * 6 + 2**20
    for number in itertools.count(1):
        line = stream.readline(limit)
        if not line:
            return
        if len(line) == limit and not line.endswith(b"\n"):
            _skip_line(stream)
            yield number, Unread(f"{source}#{number}", "failed", "too_long", f"a line of over {limit:,} bytes")
        elif line.strip():
            yield (
                number,
                _json_object(line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line, f"{source}#{number}"),
            )


def _skip_line(stream: BinaryIO) -> None:
    while (piece := stream.readline(2**20)) and not piece.endswith(b"\n"):
        pass


def _json_object(line: bytes, source: str) -> Mapping[str, Any] | Unread:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError) as exc:
        return Unread(source, "failed", "broken_json", str(exc))
    return (
        value
        if isinstance(value, dict)
        else Unread(source, "failed", "not_an_object", f"a JSON {type(value).__name__}")
    )


def _json_document(stream: BinaryIO, source: str) -> Iterator[Row]:
    """One object, a list of objects, or an object with one list of objects in it ("articles", "data")."""
    data = stream.read(MAX_JSON_BYTES + 1)
    if len(data) > MAX_JSON_BYTES:
        yield (
            1,
            Unread(source, "failed", "too_long", f"a JSON file of over {MAX_JSON_BYTES:,} bytes; write it as JSONL"),
        )
        return
    if not data.strip():
        return
    try:
        value = json.loads(decode(data)[0])
    except (ValueError, RecursionError) as exc:
        yield 1, Unread(source, "failed", "broken_json", str(exc))
        return
    for number, row in enumerate(_objects_in(value), 1):
        yield (
            number,
            row
            if isinstance(row, dict)
            else Unread(f"{source}#{number}", "failed", "not_an_object", f"a JSON {type(row).__name__}"),
        )


def _objects_in(value: Any) -> list[Any]:
    if isinstance(value, list):
        return value
    if isinstance(value, dict) and not any(isinstance(value.get(name), str) for name in USUAL["text"]):
        lists = [v for v in value.values() if isinstance(v, list) and v and all(isinstance(x, dict) for x in v)]
        if len(lists) == 1:
            return lists[0]
    return [value]


def _csv_rows(stream: BinaryIO, source: str, settings: _Settings) -> Iterator[Row]:
    head = stream.read(SAMPLE_BYTES)
    if not head.strip():
        return
    try:
        encoding, skip = sniff(head)
    except NotTextError as exc:
        yield 1, Unread(source, "failed", "not_text", str(exc))
        return
    # A quoted field may span lines and hold a whole article, doubled quotes included.
    csv.field_size_limit(settings.max_chars * 2 + 2**20)
    whole = io.BufferedReader(_Joined(head[skip:], stream))
    text = io.TextIOWrapper(whole, encoding or "cp1252", "replace", newline="")
    rows = csv.DictReader(text, delimiter=_delimiter(head[skip:].decode(encoding or "cp1252", "replace")))
    number = 0
    try:
        for number, row in enumerate(rows, 1):
            yield number, {k: v for k, v in row.items() if k is not None}
    except csv.Error as exc:
        yield number + 1, Unread(f"{source}#{number + 1}", "failed", "broken_csv", str(exc))


class _Joined(io.RawIOBase):
    """Bytes already read, then the rest of their stream."""

    def __init__(self, head: bytes, rest: BinaryIO) -> None:
        self._head, self._rest = head, rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        piece, self._head = (
            (self._head[: len(buffer)], self._head[len(buffer) :])
            if self._head
            else (self._rest.read(len(buffer)), b"")
        )
        buffer[: len(piece)] = piece
        return len(piece)


def _delimiter(head: str) -> str:
    """The separator that the header line has most of; a comma when it has none."""
    header = head.splitlines()[0] if head.strip() else ""
    return max(",;\t|", key=lambda d: (header.count(d), -",;\t|".index(d)))


def _parquet_rows(stream: BinaryIO, source: str, *, is_packed: bool) -> Iterator[Row]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    seekable: IO[bytes] = io.BytesIO(stream.read()) if is_packed else stream
    try:
        with pq.ParquetFile(seekable) as file:
            number = 0
            for batch in file.iter_batches(batch_size=64):
                for row in batch.to_pylist():
                    number += 1
                    yield number, row
    except (pa.ArrowException, OSError) as exc:
        yield 1, Unread(source, "failed", "broken_parquet", str(exc).splitlines()[0][:200])


# --- standard input, the web, datasets


def _read_stdin(stdin: BinaryIO, settings: _Settings) -> Iterator[Item]:
    """JSON objects one a line when the first line is one, else one text."""
    limit = settings.max_chars * UTF8_BYTES_PER_CHAR + 1
    first = stdin.readline(limit)
    if first.lstrip(b"\xef\xbb\xbf \t").startswith(b"{") and isinstance(_json_object(first, "-"), dict):
        lines = io.BufferedReader(_Joined(first, stdin))
        yield from _read_rows(_json_lines(cast(BinaryIO, lines), "-", settings), "-", "stdin", settings)
        return
    data = first + stdin.read(max(limit - len(first), 0))
    yield _from_bytes(
        data, "-", "stdin", data[:1000].lstrip().lower().startswith((b"<!doctype html", b"<html")), settings, {}
    )


def _read_url(url: str, settings: _Settings, transport: "httpx.BaseTransport | None") -> Item:
    import httpx

    base = re.sub(r"^https?://", "", url)
    try:
        with (
            httpx.Client(follow_redirects=True, timeout=URL_TIMEOUT_SECONDS, transport=transport) as client,
            client.stream("GET", url, headers={"User-Agent": "onrecord"}) as response,
        ):
            if response.status_code >= 400:
                return Unread(url, "failed", f"http_{response.status_code}", response.reason_phrase, safe_id(base))
            data = _bounded(response.iter_bytes())
            is_page = "html" in response.headers.get("content-type", "html")
    except (httpx.HTTPError, httpx.InvalidURL) as exc:
        return Unread(url, "failed", "unreachable", f"{type(exc).__name__}: {exc}", safe_id(base))
    if data is None:
        return Unread(url, "failed", "too_long", f"a page of over {MAX_PAGE_BYTES:,} bytes", safe_id(base))
    return _from_bytes(data, url, base, is_page, settings, {})


def _bounded(chunks: Iterable[bytes]) -> bytes | None:
    data = b""
    for chunk in chunks:
        data += chunk
        if len(data) > MAX_PAGE_BYTES:
            return None
    return data


def _is_dataset(path: Path) -> bool:
    return os.path.isdir(path) and any(os.path.isfile(path / name) for name in ("state.json", "dataset_dict.json"))


def _read_dataset(path: Path, name: str, settings: _Settings) -> Iterator[Item]:
    """A folder that `datasets` has saved to disk, each of its splits in order of name."""
    for split, rows in _saved_splits(path, name):
        source = f"{printable(name)}:{split}" if split else printable(name)
        base = f"{path.name}-{split}" if split else path.name
        yield from _read_rows(enumerate(rows, 1), source, base, settings)


def _saved_splits(path: Path, name: str) -> list[tuple[str, Iterable[Mapping[str, Any]]]]:
    """Without a name, where the folder holds no splits."""
    try:
        from datasets import DatasetDict, load_from_disk

        loaded = load_from_disk(str(path))
    except Exception as exc:
        raise InputError(f"{name} is no readable dataset folder: {_first_line(exc)}") from exc
    return sorted(loaded.items()) if isinstance(loaded, DatasetDict) else [("", loaded)]


def _read_hub(name: str, settings: _Settings) -> Iterator[Item]:
    path, _, split = _hub_parts(name)
    yield from _read_rows(_hub_rows(name), name, f"{path}-{split}", settings)


def _hub_parts(name: str) -> tuple[str, str | None, str]:
    """The data set, its configuration if one is named, and the split."""
    parts = name.split(":")[1:]
    if len(parts) not in (2, 3) or not all(parts):
        raise InputError(f"{name} is no data set", hint="write hf:NAME:SPLIT or hf:NAME:CONFIG:SPLIT")
    return parts[0], parts[1] if len(parts) == 3 else None, parts[-1]


def _hub_rows(name: str) -> Iterator["Row"]:
    """`hf:NAME:SPLIT` or `hf:NAME:CONFIG:SPLIT`, streamed."""
    path, config, split = _hub_parts(name)
    try:
        import logging

        from datasets import load_dataset

        # Its retries are told on standard error one by one; the last word is ours.
        logging.getLogger("huggingface_hub").setLevel(logging.CRITICAL)
        rows = load_dataset(path, config, split=split, streaming=True)
        numbered = _numbered(rows, name)
        first = next(numbered, None)
    except EnvironmentFault:
        raise
    except Exception as exc:
        hint = "check the name and the network, or save it once with datasets' save_to_disk and name that folder"
        raise EnvironmentFault(f"{name} cannot be loaded: {_first_line(exc)}", hint=hint) from exc
    yield from itertools.chain([first] if first is not None else [], numbered)


def _numbered(rows: Iterable[Mapping[str, Any]], name: str) -> Iterator[Row]:
    """The rows with their numbers; a connection that breaks stops the run and keeps what is finished."""
    number = 0
    try:
        for number, row in enumerate(rows, 1):
            yield number, row
    except Exception as exc:
        raise EnvironmentFault(
            f"{name} broke off after row {number}: {_first_line(exc)}", hint="run the same command again; it continues"
        ) from exc


def _first_line(exc: Exception) -> str:
    return f"{type(exc).__name__}: {str(exc).strip().splitlines()[0] if str(exc).strip() else ''}"[:200]


# --- names


def printable(name: str) -> str:
    """A path as text: the bytes of a file name that are no UTF-8 become U+FFFD."""
    return os.fsencode(name).decode("utf-8", "replace")


def safe_id(name: str) -> str:
    """`name` as a file name that is safe on every system; what had to be changed adds a hash of the original.

    Letters of every script, digits, `.`, `_` and `-` stay. The same name gives the same id whatever else is read.
    """
    original = printable(name)
    safe = _UNSAFE.sub("-", unicodedata.normalize("NFC", original)).strip("-.")
    encoded = safe.encode()
    if len(encoded) > MAX_ID_BYTES - 9:
        safe = encoded[: MAX_ID_BYTES - 9].decode("utf-8", "ignore").strip("-.")
    if safe.split(".")[0].casefold() in _RESERVED:
        safe = f"file-{safe}"
    if safe and safe == original:
        return safe
    return f"{safe or 'article'}-{hashlib.sha256(os.fsencode(name)).hexdigest()[:8]}"


def _named(own: Any, base: str) -> str:
    return safe_id(str(own)) if own not in (None, "") else safe_id(base)


def _row_id(base: str, number: int) -> str:
    return f"{safe_id(base)}-{number:06d}"
