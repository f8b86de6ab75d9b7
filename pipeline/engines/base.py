"""The protocol of an engine: documents in, one extraction each out, in the same order."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, Protocol, runtime_checkable

from pipeline.models.base import Reply
from pipeline.records import Document, Extraction, Provenance


class Tokens(NamedTuple):
    """Counts by the models' own tokenizers."""

    read: int = 0
    written: int = 0

    def plus(self, replies: Iterable[Reply]) -> "Tokens":
        counts = [(r.prompt_tokens or 0, r.tokens or 0) for r in replies]
        return Tokens(self.read + sum(r for r, _ in counts), self.written + sum(w for _, w in counts))


class Engine(Protocol):
    """Reads documents. What it cannot read is a `Problem` on that document's extraction, never an empty list."""

    @property
    def provenance(self) -> Provenance:
        """What produced the drafts: the engine's share of the record's provenance and of its content key."""
        ...

    @property
    def group_size(self) -> int:
        """How many documents it likes to be given at once; a run commits that many together."""
        ...

    @property
    def tokens(self) -> Tokens:
        """What its models have read and written since it was opened; zeros without a model, or where none says."""
        ...

    def extract(self, documents: Sequence[Document]) -> list[Extraction]:
        """One extraction per document, same order."""
        ...


@runtime_checkable
class Streaming(Protocol):
    """An engine that takes documents as it needs them and gives each extraction as soon as it is there."""

    def stream(self, documents: Iterable[Document]) -> Iterator[Extraction]:
        """One extraction per document, same order."""
        ...


def extracted(engine: Engine, documents: Iterable[Document]) -> Iterator[Extraction]:
    """What the engine gives for the documents, in their order; nothing is asked of it where there are none."""
    if isinstance(engine, Streaming):
        yield from engine.stream(documents)
        return
    given = list(documents)
    if given:
        yield from engine.extract(given)
