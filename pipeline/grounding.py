"""A quote or sentence numbers -> spans."""

from collections.abc import Sequence
from typing import NamedTuple

from pipeline.records import Evidence, Sentence


class Rejection(NamedTuple):
    code: str
    detail: str


class Grounder:
    def __init__(self, text: str, sentences: Sequence[Sentence] = ()) -> None:
        self._text, self._sentences = text, sentences

    def ground(self, quote: str) -> Evidence | Rejection:
        start = self._text.find(quote)
        if start < 0:
            return Rejection("not_found", quote)
        return Evidence(start=start, end=start + len(quote), quote=quote)

    def by_sentences(self, indexes: Sequence[int]) -> tuple[Evidence, ...] | Rejection:
        return tuple(
            Evidence(start=self._sentences[i].start, end=self._sentences[i].end, quote=self._sentences[i].text)
            for i in indexes
        )
