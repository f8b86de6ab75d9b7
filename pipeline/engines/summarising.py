"""Another engine's extractions -> the same with summaries by an encoder-decoder, the support of each sentence found."""

from collections.abc import Iterator, Sequence
from typing import Any, Protocol

from pipeline.chunking import Window, chunk
from pipeline.engines.base import Engine
from pipeline.faithful import best_support
from pipeline.models.base import ModelCard, Reply
from pipeline.records import Document, Extraction, Problem, Provenance, SummaryDraft
from pipeline.sentences import split_sentences


class Summariser(Protocol):
    """Texts in, summaries out, same order."""

    @property
    def card(self) -> ModelCard: ...
    @property
    def group_size(self) -> int: ...
    def count(self, text: str) -> int: ...
    def summarise(self, texts: Sequence[str], *, max_words: int) -> list[Reply]: ...


class SummarisedEngine:
    """Takes commitments from one engine and summaries from a summariser.

    A summariser names no sentences: each sentence of its summary is given those of the article that carry most of it,
    and the guard then says whether they do. Where the summariser fails, the first engine's summary stays.
    """

    def __init__(self, engine: Engine, summariser: Summariser, *, summary_words: int) -> None:
        self._engine, self._summariser, self._words = engine, summariser, summary_words
        self.group_size = max(engine.group_size, summariser.group_size)

    @property
    def provenance(self) -> Provenance:
        card = self._summariser.card
        summariser: dict[str, Any] = {
            "model": card.name, "revision": card.revision, "weights_sha256": card.weights_sha256, **card.decoding,
        }  # fmt: skip
        inner = self._engine.provenance
        return inner.model_copy(
            update={
                "decoding": {**inner.decoding, "summariser": {k: v for k, v in summariser.items() if v is not None}},
                "libraries": {**inner.libraries, **card.libraries},
            }
        )

    def extract(self, documents: Sequence[Document]) -> list[Extraction]:
        extractions = self._engine.extract(documents)
        windows = [(i, w) for i, d in enumerate(documents) for w in self._windows(d)]
        texts = [_text(w) for _, w in windows]
        shares = [sum(1 for j, _ in windows if j == i) for i, _ in windows]
        budget = max((self._words // n for n in shares), default=self._words)
        replies = self._summariser.summarise(texts, max_words=budget)
        said: dict[int, list[Reply]] = {i: [] for i in range(len(documents))}
        for (i, _), reply in zip(windows, replies, strict=True):
            said[i].append(reply)
        return [self._with_summary(d, e, said[i]) for i, (d, e) in enumerate(zip(documents, extractions, strict=True))]

    def _windows(self, document: Document) -> tuple[Window, ...]:
        limit = self._summariser.card.context_tokens
        return chunk(document.body, lambda w: self._summariser.count(_text(w)) <= limit).windows

    def _with_summary(self, document: Document, extraction: Extraction, replies: Sequence[Reply]) -> Extraction:
        problems = tuple(
            Problem(stage="model", code=r.code, detail=f"summariser: {r.detail}")
            for r in replies
            if r.finish == "failed"
        )
        drafts = tuple(_drafts(document, " ".join(r.text for r in replies if r.finish != "failed"), self._words))
        return extraction.model_copy(
            update={"summary": drafts or extraction.summary, "problems": (*extraction.problems, *problems)}
        )


def _text(window: Window) -> str:
    return " ".join(" ".join(s.text.split()) for s in window.sentences)


def _drafts(document: Document, summary: str, max_words: int) -> Iterator[SummaryDraft]:
    """The summary's whole sentences within the budget, each with the article's sentences that support it best."""
    texts = [s.text for s in document.body]
    words = 0
    for number, sentence in enumerate(split_sentences(summary)):
        words += len(sentence.text.split())
        if number and words > max_words:
            return
        support = tuple(document.body[i].index for i in best_support(sentence.text, texts))
        if support:
            yield SummaryDraft(text=sentence.text, sentences=support)
