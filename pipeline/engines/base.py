"""The protocol of an engine: documents in, one extraction each out, in the same order."""

from collections.abc import Sequence
from typing import Protocol

from pipeline.records import Document, Extraction, Provenance


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

    def extract(self, documents: Sequence[Document]) -> list[Extraction]:
        """One extraction per document, same order."""
        ...
