"""Paths -> Articles."""

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import BinaryIO, Literal, NamedTuple

from pipeline.records import Article


class Fields(NamedTuple):
    text: str | None = None
    id: str | None = None
    title: str | None = None
    published: str | None = None


class Unread(NamedTuple):
    source: str
    status: Literal["failed", "skipped"]
    reason: str
    detail: str = ""
    id: str | None = None


def read_articles(inputs: Sequence[str], *, fields: Fields, published: date | None, locale: str, stdin: BinaryIO | None, max_chars: int) -> Iterator[Article | Unread]:
    for name in inputs:
        path = Path(name)
        for file in sorted(path.rglob("*.txt")) if path.is_dir() else [path]:
            text = file.read_bytes().decode()
            yield Article(id=file.stem, source=str(file), text=text, published=published)


def count_hint(inputs: Sequence[str]) -> int | None:
    return None
