"""The records that travel: an article and its sentences, an engine's drafts, and the record that is stored.

Offsets everywhere are half-open and count Unicode code points of `Article.text`: `text[start:end]` is the quote.
All records are frozen; a stage builds a new one.
"""

import hashlib
import json
from bisect import bisect_left
from collections.abc import Sequence
from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

# Raised whenever a field of `Record` changes its meaning or goes away; readers refuse a higher one.
SCHEMA_VERSION = 1

Polarity = Literal["do", "not_do"]
Strength = Literal["firm", "intention", "conditional"]
Match = Literal["exact", "normalised"]
Grain = Literal["day", "week", "month", "quarter", "season", "half", "year", "years"]
Status = Literal["ok", "partial", "empty", "failed"]
Verdict = Literal["supported", "unsupported"]
Stage = Literal[
    "reading",
    "cleaning",
    "engine",
    "model",
    "parsing",
    "grounding",
    "deadlines",
    "actors",
    "merging",
    "faithful",
    "run",
]


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Span(Frozen):
    """Half-open code-point offsets into the article's text."""

    start: int = Field(ge=0)
    end: int = Field(ge=0)

    @model_validator(mode="after")
    def _is_ordered(self) -> "Span":
        if self.end < self.start:
            raise ValueError(f"span ends at {self.end}, before it starts at {self.start}")
        return self

    def of(self, text: str) -> str:
        """The slice of `text` that this span names."""
        return text[self.start : self.end]

    def overlaps(self, other: "Span") -> bool:
        """True when at least one code point lies in both."""
        return self.start < other.end and other.start < self.end

    def covers(self, other: "Span") -> bool:
        return self.start <= other.start and other.end <= self.end


def overlaps_any(span: Span, ordered: Sequence[Span]) -> bool:
    """True when the span shares a character with one of `ordered`, disjoint and in order. Logarithmic time."""
    place = bisect_left(ordered, span.end, key=lambda s: s.start) - 1
    return place >= 0 and ordered[place].end > span.start


class Problem(Frozen):
    """Something that went wrong or was left undone for one article: which stage, a stable code, and words."""

    stage: Stage
    code: str
    detail: str = ""


class Article(Frozen):
    """One input text, as stored; `text` never changes after reading (lone surrogates were replaced by U+FFFD there).

    `id` is safe as a file name and stable from run to run; `source` says where it came from (a path relative to what
    was asked for, a URL, `file.jsonl#12` for line 12).
    """

    id: str
    source: str
    text: str
    title: str | None = None
    published: date | None = None
    boilerplate: tuple[Span, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def sha256(self) -> str:
        """Of the UTF-8 bytes of `text`."""
        return hashlib.sha256(self.text.encode("utf-8")).hexdigest()


class Sentence(Frozen):
    """One sentence: `index` counts from 0 in the article, `paragraph` counts the paragraphs."""

    index: int
    start: int
    end: int
    paragraph: int = 0
    text: str
    is_boilerplate: bool = False

    @property
    def span(self) -> Span:
        return Span(start=self.start, end=self.end)


class Document(Frozen):
    """What an engine reads: an article and its sentences, in order."""

    article: Article
    sentences: tuple[Sentence, ...]

    @property
    def body(self) -> tuple[Sentence, ...]:
        """The sentences that are the article's own."""
        return tuple(s for s in self.sentences if not s.is_boilerplate)


class Mention(Frozen):
    """Words for somebody; `span` when they stand in the article at a known place."""

    text: str
    span: Span | None = None


class Draft(Frozen):
    """A commitment as an engine hands it over, before it is grounded, dated, named and merged.

    Evidence is given as `sentences` (indexes into the document: exact by construction) or, by engines that can only
    quote, as `quotes`. `deadline` and `condition` are words of the article. `speaker` is the "I" whose act it is by the
    sentence's own words: it goes before `actor` where the article says for certain who speaks.
    """

    actor: Mention | None
    action: str
    sentences: tuple[int, ...] = ()
    quotes: tuple[str, ...] = ()
    speaker: Mention | None = None
    implementer: Mention | None = None
    polarity: Polarity = "do"
    strength: Strength = "firm"
    condition: str | None = None
    recipient: str | None = None
    deadline: str | None = None
    confidence: float = Field(default=1.0, ge=0.0, le=1.0)


class SummaryDraft(Frozen):
    """A summary sentence as an engine hands it over, with the indexes of the sentences that support it."""

    text: str
    sentences: tuple[int, ...]


class Extraction(Frozen):
    """What an engine found in one document; `problems` says what it could not read."""

    drafts: tuple[Draft, ...] = ()
    summary: tuple[SummaryDraft, ...] = ()
    problems: tuple[Problem, ...] = ()
    chars_read: int = 0


class Evidence(Span):
    """A span of whole sentences with its own words, and how they were found."""

    quote: str
    match: Match = "exact"


class Actor(Frozen):
    """Who can be held to it: the fullest name in the article, and other names that are equally right."""

    name: str
    aliases: tuple[str, ...] = ()
    span: Span | None = None


class Deadline(Frozen):
    """When: the article's words, and the days they mean (both inclusive), or the reason why they mean none."""

    text: str
    span: Span | None = None
    earliest: date | None = None
    latest: date | None = None
    grain: Grain | None = None
    reason: str | None = None


class Commitment(Frozen):
    """Who undertook to do, or not to do, what; `evidence[0]` is the clearest statement."""

    id: str
    actor: Actor
    implementer: str | None = None
    action: str
    polarity: Polarity = "do"
    strength: Strength = "firm"
    condition: str | None = None
    recipient: str | None = None
    deadline: Deadline | None = None
    evidence: tuple[Evidence, ...] = Field(min_length=1)
    confidence: float = Field(ge=0.0, le=1.0)


class SummarySentence(Frozen):
    text: str
    support: tuple[Span, ...]
    verdict: Verdict
    reason: str | None = None


class Summary(Frozen):
    text: str
    sentences: tuple[SummarySentence, ...]


class ArticleInfo(Frozen):
    """What a record says of its article; the text itself is stored beside the records."""

    source: str
    title: str | None = None
    published: date | None = None
    sha256: str | None = None
    chars: int = 0
    boilerplate: tuple[Span, ...] = ()


class Coverage(Frozen):
    """Code points that the engine read, of those that the article has."""

    chars_read: int
    chars: int


class Provenance(Frozen):
    """What made the record: enough to make it again, and to say why another run differs."""

    onrecord: str = ""
    engine: str
    model: str | None = None
    revision: str | None = None
    weights_sha256: str | None = None
    prompts: dict[str, str] = {}
    decoding: dict[str, Any] = {}
    options: dict[str, Any] = {}
    seed: int = 0
    device: str = "cpu"
    dtype: str | None = None
    libraries: dict[str, str] = {}


class Record(Frozen):
    """One article's result. The same article, engine and options give the same bytes.

    `status`: `ok` all of it was read; `partial` some of it could not be; `empty` there was no text to read;
    `failed` nothing could be made of it, and `problems` says at which stage and why.
    """

    schema_version: int = Field(default=SCHEMA_VERSION, alias="schema")
    id: str
    status: Status
    article: ArticleInfo
    summary: Summary | None = None
    commitments: tuple[Commitment, ...] = ()
    problems: tuple[Problem, ...] = ()
    coverage: Coverage
    provenance: Provenance

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    def to_json(self) -> str:
        """One line of JSON with a fixed key order and no trailing newline."""
        return json.dumps(self.model_dump(mode="json", by_alias=True), ensure_ascii=False)

    @classmethod
    def from_json(cls, line: str | bytes) -> "Record":
        return cls.model_validate_json(line)


def record_json_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of one line of `records.jsonl`; published as docs/record.schema.json."""
    schema = Record.model_json_schema(by_alias=True, mode="serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
