"""Gold articles -> lessons for the compact engine: the document as a run reads it, and what was marked in it."""

from collections.abc import Iterable, Sequence
from datetime import date

from eval.gold import Gold, GoldArticle, GoldCommitment
from pipeline.cleaning import clean
from pipeline.engines.compact.lessons import Lesson, Stated
from pipeline.records import Article, Document, Span
from pipeline.sentences import split_sentences


def lessons_of(gold: Gold, ids: Iterable[str], *, locale: str = "en-GB") -> list[Lesson]:
    """One lesson for each of the articles whose text is here."""
    return [lesson_of(gold.articles[i], gold.texts[i], locale=locale) for i in ids if i in gold.texts]


def lesson_of(labels: GoldArticle, text: str, *, locale: str = "en-GB") -> Lesson:
    published = date.fromisoformat(labels.published) if labels.published else None
    article = Article(id=labels.id, source=labels.id, text=text, title=labels.title, published=published)
    article = clean(article, locale=locale)
    document = Document(article=article, sentences=split_sentences(text, article.boilerplate))
    key = labels.summary.key_sentences if labels.summary else ()
    return Lesson(
        document=document,
        stated=tuple(s for c in labels.commitments if (s := _stated(document, c)).sentences),
        salient=_positions(document, key),
        boilerplate=_positions(document, labels.boilerplate),
        tempting=_positions(document, [lookalike.span for lookalike in labels.lookalikes]),
    )


def _stated(document: Document, commitment: GoldCommitment) -> Stated:
    return Stated(
        sentences=_positions(document, commitment.evidence),
        actors=commitment.actors,
        actions=commitment.actions,
        polarity=commitment.polarity,
        strength=commitment.strength,
        implementer=commitment.implementer,
        recipient=commitment.recipient,
        condition=commitment.condition,
        deadline=commitment.deadline.text if commitment.deadline else None,
    )


def _positions(document: Document, spans: Sequence[Span]) -> frozenset[int]:
    return frozenset(i for i, s in enumerate(document.body) if any(s.span.overlaps(span) for span in spans))
