"""The tables of tests/cases, the seed, and one document from a text."""

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

from pipeline.records import Article, Document
from pipeline.sentences import split_sentences

REPOSITORY = Path(__file__).parent.parent
SEED = REPOSITORY / "seeds" / "000_ef44fa292b8c4792.txt"


def cases(name: str) -> list[dict[str, Any]]:
    """The cases of a table in tests/cases."""
    path = Path(__file__).parent / "cases" / f"{name}.toml"
    return list(tomllib.loads(path.read_text("utf-8"))["case"])


def document_of(text: str, *, published: date | None = date(2025, 1, 16), title: str | None = None) -> Document:
    article = Article(id="a", source="a.txt", text=text, published=published, title=title)
    return Document(article=article, sentences=split_sentences(text))
