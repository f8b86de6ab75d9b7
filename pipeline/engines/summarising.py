"""Another engine's extractions -> the same with summaries by an encoder-decoder, the support of each sentence found."""

from collections.abc import Sequence
from typing import Any, Protocol

from pipeline.chunking import Chunks, Window, chunk
from pipeline.engines.base import Engine, Tokens
from pipeline.engines.centrality import summarise as summarise_by_centrality
from pipeline.faithful import Checker
from pipeline.models.base import ModelCard, Reply
from pipeline.records import Document, Extraction, Problem, Provenance, SummaryDraft
from pipeline.sentences import split_sentences

# A window is asked for this many words at least, however many share the budget: less is cut off inside a sentence.
LEAST_WORDS = 20


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
    and the guard then says whether they do. Where the summariser fails, the first engine's summary stays, or whole
    sentences are taken.
    """

    def __init__(self, engine: Engine, summariser: Summariser, *, summary_words: int) -> None:
        self._engine, self._summariser, self._words = engine, summariser, summary_words
        self.group_size = max(engine.group_size, summariser.group_size)
        self._own = Tokens()

    @property
    def tokens(self) -> Tokens:
        read, written = self._engine.tokens
        return Tokens(read + self._own.read, written + self._own.written)

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
        read = [chunk(document.body, self._fits) for document in documents]
        replies = self._summaries([chunks.windows for chunks in read])
        return [self._with_summary(*each) for each in zip(documents, extractions, read, replies, strict=True)]

    def _fits(self, window: Window) -> bool:
        return self._summariser.count(_text(window)) <= self._summariser.card.context_tokens

    def _summaries(self, windows: Sequence[tuple[Window, ...]]) -> list[list[Reply]]:
        """The replies for each document's windows; the words asked for are divided among a document's own windows."""
        replies: list[list[Reply]] = [[] for _ in windows]
        for count in sorted({len(own) for own in windows} - {0}):
            places = [i for i, own in enumerate(windows) if len(own) == count for _ in own]
            texts = [_text(w) for own in windows if len(own) == count for w in own]
            said = self._summariser.summarise(texts, max_words=max(LEAST_WORDS, self._words // count))
            self._own = self._own.plus(said)
            for i, reply in zip(places, said, strict=True):
                replies[i].append(reply)
        return replies

    def _with_summary(
        self, document: Document, extraction: Extraction, chunks: Chunks, replies: Sequence[Reply]
    ) -> Extraction:
        drafts = _drafts(document, [r.text for r in replies if r.finish != "failed"], self._words)
        summary = tuple(d for d in drafts if d.sentences) or extraction.summary
        problems = [*extraction.problems, *_problems(chunks, replies, drafts)]
        if not summary and extraction.chars_read:
            summary = summarise_by_centrality(document, max_words=self._words)
            detail = "the summariser gave none; whole sentences are taken"
            problems.append(Problem(stage="engine", code="summary_extracted", detail=detail))
        return extraction.model_copy(update={"summary": summary, "problems": tuple(problems)})


def _problems(chunks: Chunks, replies: Sequence[Reply], drafts: Sequence[SummaryDraft]) -> list[Problem]:
    """What the summariser could not read, did not answer, and said that no sentence of the article carries."""
    found = [
        ("sentence_too_long", f"sentence {s.index + 1} of {len(s.text):,} characters fits into no window")
        for s in chunks.too_long
    ]
    found += [(r.code, r.detail) for r in replies if r.code]
    found += [("empty_reply", "it is empty") for r in replies if not r.code and not r.text.strip()]
    told = [Problem(stage="model", code=code, detail=f"summariser: {detail}") for code, detail in found]
    return told + [Problem(stage="faithful", code="no_support", detail=d.text) for d in drafts if not d.sentences]


def _text(window: Window) -> str:
    return " ".join(" ".join(s.text.split()) for s in window.sentences)


def _drafts(document: Document, summaries: Sequence[str], max_words: int) -> tuple[SummaryDraft, ...]:
    """The summaries' whole sentences within the budget, each with the article's sentences that support it best.

    One that shares no word with the article has no support.
    """
    checker = Checker([s.text for s in document.body])
    # An empty line parts two summaries, whether or not the first ends with a stop.
    sentences = split_sentences("\n\n".join(" ".join(s.split()) for s in summaries))
    drafts: list[SummaryDraft] = []
    words = 0
    for sentence in sentences:
        words += len(sentence.text.split())
        if drafts and words > max_words:
            break
        support = tuple(document.body[i].index for i in checker.best_support(sentence.text))
        drafts.append(SummaryDraft(text=sentence.text, sentences=support))
    return tuple(drafts)
