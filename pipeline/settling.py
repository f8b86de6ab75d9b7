"""An engine's drafts -> commitments and summary sentences that stand: grounded, dated, named, checked."""

import re
from collections.abc import Sequence

from pipeline.actors import Cast
from pipeline.config import Guard
from pipeline.deadlines import is_past, resolve
from pipeline.faithful import Checker
from pipeline.grounding import Grounder, Rejection
from pipeline.language import stems
from pipeline.records import (
    Actor,
    Commitment,
    Deadline,
    Document,
    Draft,
    Evidence,
    Polarity,
    Problem,
    Span,
    Stage,
    Summary,
    SummaryDraft,
    SummarySentence,
    overlaps_any,
)

# Words of a condition or a time; what is longer is no such thing, and is not searched for.
MAX_SEARCHED_WORDS = 60


class Settler:
    """Turns one document's drafts into commitments; what cannot stand becomes a problem with its reason."""

    def __init__(self, document: Document, locale: str, guard: Guard = "drop") -> None:
        self._article, self._sentences, self._guard = document.article, document.sentences, guard
        self._grounder = Grounder(document.article.text, document.sentences)
        self._cast = Cast(document)
        self._checker = Checker([s.text for s in document.sentences])
        self._locale = locale
        self.problems: list[Problem] = []

    def commitment(self, draft: Draft) -> Commitment | None:
        evidence = self._evidence(draft)
        if not evidence:
            return None
        actor = self._actor(draft)
        if actor is None:
            self._note("actors", "no_actor", draft.action)
            return None
        deadline = self._deadline(draft.deadline, draft.polarity, evidence)
        if deadline is not None and is_past(deadline, self._article.published):
            self._note("deadlines", "already_past", f"{draft.action} ({deadline.text})")
            return None
        implementer = self._cast.resolve(draft.implementer) if draft.implementer else None
        return Commitment(
            id="",
            actor=actor,
            implementer=implementer.name if implementer and implementer.name != actor.name else None,
            action=draft.action,
            polarity=draft.polarity,
            strength=draft.strength,
            condition=self._verbatim("condition", draft.condition),
            recipient=self._verbatim("recipient", draft.recipient),
            deadline=deadline,
            evidence=evidence,
            confidence=draft.confidence,
        )

    def _actor(self, draft: Draft) -> Actor | None:
        if draft.speaker is not None and draft.speaker.span is not None:
            voice = self._cast.voice(draft.speaker.span.start)
            if voice is not None and voice.is_certain:
                return voice.actor
        return self._cast.resolve(draft.actor) if draft.actor else None

    def _note(self, stage: Stage, code: str, detail: str) -> None:
        self.problems.append(Problem(stage=stage, code=code, detail=detail))

    def _evidence(self, draft: Draft) -> tuple[Evidence, ...]:
        found = [self._grounder.by_sentences(draft.sentences)] if draft.sentences else []
        found += [r if isinstance(r, Rejection) else (r,) for r in map(self._grounder.ground, draft.quotes)]
        for rejection in (r for r in found if isinstance(r, Rejection)):
            self._note("grounding", rejection.code, rejection.detail)
        spans = [span for r in found if not isinstance(r, Rejection) for span in r]
        kept = tuple(s for s in spans if not overlaps_any(s, self._article.boilerplate))
        if len(kept) < len(spans):
            self._note("grounding", "in_boilerplate", draft.action)
        return kept

    def _deadline(self, words: str | None, polarity: Polarity, evidence: Sequence[Evidence]) -> Deadline | None:
        if words is None:
            return None
        span = _place(words, self._article.text, evidence, self._article.boilerplate)
        if span is None:
            self._note("deadlines", "not_in_article", words)
            return None
        words = span.of(self._article.text)
        found = resolve(words, self._article.published, locale=self._locale, polarity=polarity)
        return found.model_copy(update={"span": span})

    def _verbatim(self, field: str, words: str | None) -> str | None:
        if words is None or words in self._article.text:
            return words
        span = _found(words, self._article.text)
        if span is None:
            self._note("grounding", f"{field}_not_in_article", words)
        return span.of(self._article.text) if span else None

    def summary(self, drafts: Sequence[SummaryDraft]) -> Summary | None:
        """The sentences with their support. One that its support does not carry is a problem, and the guard decides."""
        sentences = [self._summary_sentence(draft) for draft in drafts]
        kept = tuple({s.text: s for s in sentences if s is not None}.values())
        return Summary(text=" ".join(s.text for s in kept), sentences=kept) if kept else None

    def _summary_sentence(self, draft: SummaryDraft) -> SummarySentence | None:
        support = self._grounder.by_sentences(draft.sentences)
        if isinstance(support, Rejection):
            self._note("faithful", support.code, f"{support.detail}: {draft.text}")
            return None
        if any(overlaps_any(s, self._article.boilerplate) for s in support):
            self._note("faithful", "in_boilerplate", draft.text)
            return None
        verdict, reason, _ = self._checker.check(draft.text, draft.sentences)
        if verdict == "supported":
            return SummarySentence(text=draft.text, support=_spans(support), verdict=verdict)
        carrying = self._checker.carried_by(draft.text)
        elsewhere = self._grounder.by_sentences(carrying)
        if not isinstance(elsewhere, Rejection) and not any(self._sentences[i].is_boilerplate for i in carrying):
            self._note("faithful", "support_elsewhere", f"{reason}: {draft.text}")
            return SummarySentence(text=draft.text, support=_spans(elsewhere), verdict="supported")
        self._note("faithful", (reason or "").split(":")[0], f"{reason}: {draft.text}")
        if self._guard == "mark":
            return SummarySentence(text=draft.text, support=_spans(support), verdict=verdict, reason=reason)
        return self._source_sentence(draft, reason) if self._guard == "replace" else None

    def _source_sentence(self, draft: SummaryDraft, reason: str | None) -> SummarySentence:
        """The supporting sentence that shares most with the draft, in the article's own words."""
        wanted = set(stems(draft.text))
        best = max((self._sentences[i] for i in draft.sentences), key=lambda s: len(wanted.intersection(stems(s.text))))
        text = " ".join(best.text.split())
        return SummarySentence(text=text, support=(best.span,), verdict="supported", reason=f"replaced, {reason}")


def _spans(evidence: Sequence[Evidence]) -> tuple[Span, ...]:
    return tuple(Span(start=e.start, end=e.end) for e in evidence)


def _place(words: str, text: str, evidence: Sequence[Evidence], boilerplate: Sequence[Span]) -> Span | None:
    """Where the words stand: inside the evidence if they can, else at their first place in the article's own text."""
    inside = (_found(words, text, e.start, e.end) for e in evidence)
    span = next((span for span in inside if span), None) or _found(words, text)
    while span is not None and overlaps_any(span, boilerplate):
        span = _found(words, text, span.end)
    return span


def _found(words: str, text: str, start: int = 0, end: int | None = None) -> Span | None:
    """The first place of the words as they stand, or else with any white space between them."""
    end = len(text) if end is None else end
    place = text.find(words, start, end)
    if place >= 0:
        return Span(start=place, end=place + len(words))
    pieces = words.split()
    if not pieces or len(pieces) > MAX_SEARCHED_WORDS:
        return None
    match = re.compile(r"\s+".join(map(re.escape, pieces))).search(text, start, end)
    return Span(start=match.start(), end=match.end()) if match else None
