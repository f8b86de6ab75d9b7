"""A folder of gold files, and texts beside them or elsewhere -> gold articles, checked against their texts' hashes.

A gold file has one article's labels (docs/labelling.md says by which rules); its text is a file of the same name with
`.txt`, or, where the licence does not allow that, stands in a set that the file names (`source.set`, `source.key`).
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from pipeline.errors import InputError
from pipeline.records import Polarity, Span, Strength

GUIDE_VERSION = 2
# Files of a gold folder that hold no labels: the split, and the labelling page's work in progress.
SPLITS_FILE, WORK = "splits.json", ".work"

Split = Literal["train", "dev", "test"]


class _Gold(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class GoldSource(_Gold):
    """Where the text is: `file` beside the gold file, or `key` in a `set` kept elsewhere, there from `start` to `end`.

    `sha256` is of the UTF-8 bytes of the text that was labelled, `of_sha256` of the whole text that it was cut from.
    """

    sha256: str
    file: str | None = None
    set: str | None = None
    key: str | None = None
    start: int | None = None
    end: int | None = None
    of_sha256: str | None = None
    url: str | None = None
    licence: str | None = None


class GoldDeadline(_Gold):
    """Days are ISO dates, both inclusive; null where the words give none."""

    text: str
    earliest: str | None = None
    latest: str | None = None

    @field_validator("earliest", "latest")
    @classmethod
    def _is_a_day(cls, value: str | None) -> str | None:
        if value is not None and date.fromisoformat(value).isoformat() != value:
            raise ValueError("is no day as YYYY-MM-DD")
        return value


class GoldCommitment(_Gold):
    """One undertaking; `actor_aliases` and `action_also` are as right as `actor` and `action`."""

    id: str
    actor: str
    actor_aliases: tuple[str, ...] = ()
    implementer: str | None = None
    action: str
    action_also: tuple[str, ...] = ()
    polarity: Polarity = "do"
    strength: Strength = "firm"
    condition: str | None = None
    recipient: str | None = None
    deadline: GoldDeadline | None = None
    evidence: tuple[Span, ...] = Field(min_length=1)

    @property
    def actors(self) -> tuple[str, ...]:
        return (self.actor, *self.actor_aliases)

    @property
    def actions(self) -> tuple[str, ...]:
        return (self.action, *self.action_also)


class GoldSummary(_Gold):
    """`key_sentences` carry the news; each of `references` tells it."""

    references: tuple[str, ...] = ()
    key_sentences: tuple[Span, ...] = ()


class Lookalike(_Gold):
    """A tempting sentence that is no commitment, and why it is none."""

    start: int
    end: int
    kind: str

    @model_validator(mode="after")
    def _is_a_span(self) -> "Lookalike":
        self.span  # noqa: B018 raises for what is none
        return self

    @property
    def span(self) -> Span:
        return Span(start=self.start, end=self.end)


class Disputed(_Gold):
    """What one annotator marked and adjudication neither kept nor ruled out: scored as neither right nor wrong."""

    by: str
    action: str
    evidence: tuple[Span, ...]


class Answer(_Gold):
    """A suspicion of `eval lint` and why the label stands; `about` is the suspicion's words."""

    about: str
    why: str


class GoldArticle(_Gold):
    """The labels of one article."""

    guide: int = GUIDE_VERSION
    id: str
    source: GoldSource
    title: str | None = None
    published: str | None = None
    form: str | None = None
    beat: str | None = None
    boilerplate: tuple[Span, ...] = ()
    summary: GoldSummary | None = None
    commitments: tuple[GoldCommitment, ...] = ()
    lookalikes: tuple[Lookalike, ...] = ()
    disputed: tuple[Disputed, ...] = ()
    annotators: tuple[str, ...] = ()
    seconds: float | None = None
    answers: tuple[Answer, ...] = ()
    notes: str = ""

    def to_json(self) -> str:
        """With one space of indentation and a newline at the end, so that a change reads well in a diff."""
        written = self.model_dump(mode="json", exclude_defaults=True)
        first = {"guide": self.guide, "id": self.id, "source": written["source"], "title": self.title}
        return (
            json.dumps({**first, **written, "commitments": _commitments(written)}, ensure_ascii=False, indent=1) + "\n"
        )


def _commitments(written: Mapping[str, Any]) -> list[dict[str, Any]]:
    """With the fields that a reader looks for, also where they are null."""
    always = {"implementer": None, "polarity": "do", "strength": "firm", "condition": None, "recipient": None}
    order = (*GoldCommitment.model_fields,)
    found = [{**always, "deadline": None, **c} for c in written.get("commitments", ())]
    return [{name: c[name] for name in order if name in c} for c in found]


class Gold:
    """Gold articles by id, in order of their ids, with the texts that there are."""

    def __init__(self, articles: Iterable[GoldArticle], texts: Mapping[str, str], parts: Mapping[str, str]) -> None:
        self.articles = {a.id: a for a in sorted(articles, key=lambda a: a.id)}
        self.texts = dict(texts)
        self.parts = dict(parts)

    def __iter__(self) -> Iterator[GoldArticle]:
        return iter(self.articles.values())

    def __len__(self) -> int:
        return len(self.articles)

    @property
    def sha256(self) -> str:
        """Of all labels: what a score names."""
        lines = "".join(f"{a.id} {hashlib.sha256(a.to_json().encode()).hexdigest()}\n" for a in self)
        return hashlib.sha256(lines.encode()).hexdigest()


def read_gold(folder: Path, texts: Mapping[str, str] | None = None) -> Gold:
    """All gold files under a folder; `texts` has those of sets kept elsewhere, by the sha256 of what was labelled.

    Raises InputError for no folder, a file that is no gold file, two of one id, or a text that is not the one labelled.
    """
    if not folder.is_dir():
        raise InputError(f"there is no folder {folder}", hint="name a folder of gold files (see docs/labelling.md)")
    articles: dict[str, GoldArticle] = {}
    found: dict[str, str] = {}
    parts: dict[str, str] = {}
    for path in sorted(folder.rglob("*.json")):
        if path.name.startswith(".") or WORK in path.relative_to(folder).parts or not path.is_file():
            continue
        if path == folder / SPLITS_FILE:
            continue
        article = read_gold_file(path)
        if article.id in articles:
            raise InputError(f"two gold files have the id {article.id}", hint=f"one of them is {path}")
        articles[article.id] = article
        part = path.parent.relative_to(folder).as_posix()
        parts[article.id] = "" if part == "." else part
        text = _text_of(article, path, texts or {})
        if text is not None:
            found[article.id] = text
    if not articles:
        raise InputError(f"{folder} holds no gold file", hint="gold files end in .json (see docs/labelling.md)")
    return Gold(articles.values(), found, parts)


def read_gold_file(path: Path) -> GoldArticle:
    """Raises InputError for a file that is no gold file, with the first thing that is wrong and where."""
    try:
        return parse_gold(json.loads(path.read_text("utf-8")))
    except ValidationError as exc:
        first = exc.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the whole"
        raise InputError(f"{path}: {where}: {first['msg']}", hint="docs/labelling.md shows a gold file") from exc
    except OSError as exc:
        raise InputError(f"{path} cannot be read: {exc.strerror}", hint="check who may read it") from exc
    except (ValueError, RecursionError) as exc:  # no JSON, no UTF-8, numbers or nesting without end
        raise InputError(f"{path} is no JSON: {exc}", hint="a gold file is one JSON object") from exc


def parse_gold(read: Any) -> GoldArticle:
    """Raises ValidationError. One `reference` is read as `references` of one, and sentence offsets are left out."""
    if isinstance(read, dict):
        summary = read.get("summary")
        if isinstance(summary, dict) and "reference" in summary:
            rest = {k: v for k, v in summary.items() if k != "reference"}
            read = {**read, "summary": {**rest, "references": [summary["reference"]]}}
        read = {k: v for k, v in read.items() if k != "sentences"}
    return GoldArticle.model_validate(read)


def _text_of(article: GoldArticle, path: Path, texts: Mapping[str, str]) -> str | None:
    beside = path.with_suffix(".txt")
    if not beside.is_file():
        source = article.source
        whole = texts.get(source.of_sha256 or "")
        return texts.get(source.sha256) or (whole[source.start : source.end] if whole is not None else None)
    # Line ends count as characters: they are read as they are stored.
    try:
        text = beside.read_bytes().decode("utf-8", "replace")
    except OSError as exc:
        raise InputError(f"{beside} cannot be read: {exc.strerror}", hint="check who may read it") from exc
    if hashlib.sha256(text.encode()).hexdigest() != article.source.sha256:
        raise InputError(
            f"{beside} is not the text that {path.name} labels",
            hint="its sha256 differs; restore the text, or label it anew",
        )
    return text
