"""An engine's drafts -> commitments and summary sentences that stand: grounded, dated, named, checked."""

from collections.abc import Sequence

from pipeline.actors import Cast
from pipeline.deadlines import is_past, resolve
from pipeline.faithful import check
from pipeline.grounding import Grounder, Rejection
from pipeline.records import (
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
)


class Settler:
    """Turns one document's drafts into commitments; what cannot stand becomes a problem with its reason."""

    def __init__(self, document: Document, locale: str) -> None:
        self._article = document.article
        self._grounder = Grounder(document.article.text, document.sentences)
        self._cast = Cast(document)
        self._locale = locale
        self.problems: list[Problem] = []

    def commitment(self, draft: Draft) -> Commitment | None:
        evidence = self._evidence(draft)
        if not evidence:
            return None
        actor = self._cast.resolve(draft.actor) if draft.actor else None
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

    def _note(self, stage: Stage, code: str, detail: str) -> None:
        self.problems.append(Problem(stage=stage, code=code, detail=detail))

    def _evidence(self, draft: Draft) -> tuple[Evidence, ...]:
        found = [self._grounder.by_sentences(draft.sentences)] if draft.sentences else []
        found += [r if isinstance(r, Rejection) else (r,) for r in map(self._grounder.ground, draft.quotes)]
        for rejection in (r for r in found if isinstance(r, Rejection)):
            self._note("grounding", rejection.code, rejection.detail)
        spans = [span for r in found if not isinstance(r, Rejection) for span in r]
        kept = tuple(s for s in spans if not any(s.overlaps(b) for b in self._article.boilerplate))
        if len(kept) < len(spans):
            self._note("grounding", "in_boilerplate", draft.action)
        return kept

    def _deadline(self, words: str | None, polarity: Polarity, evidence: Sequence[Evidence]) -> Deadline | None:
        if words is None:
            return None
        span = _place(words, self._article.text, evidence)
        if span is None:
            self._note("deadlines", "not_in_article", words)
            return None
        found = resolve(words, self._article.published, locale=self._locale, polarity=polarity)
        return found.model_copy(update={"span": span})

    def _verbatim(self, field: str, words: str | None) -> str | None:
        if words is None or words in self._article.text:
            return words
        self._note("grounding", f"{field}_not_in_article", words)
        return None

    def summary(self, drafts: Sequence[SummaryDraft]) -> Summary | None:
        """The sentences with their support; one that its support does not carry stays out, and is a problem."""
        sentences = [self._summary_sentence(draft) for draft in drafts]
        kept = tuple(s for s in sentences if s is not None)
        return Summary(text=" ".join(s.text for s in kept), sentences=kept) if kept else None

    def _summary_sentence(self, draft: SummaryDraft) -> SummarySentence | None:
        support = self._grounder.by_sentences(draft.sentences)
        if isinstance(support, Rejection):
            self._note("faithful", support.code, f"{support.detail}: {draft.text}")
            return None
        if any(s.overlaps(b) for s in support for b in self._article.boilerplate):
            self._note("faithful", "in_boilerplate", draft.text)
            return None
        verdict, reason = check(draft.text, " ".join(s.quote for s in support))
        if verdict == "unsupported":
            self._note("faithful", (reason or "").split(":")[0], f"{reason}: {draft.text}")
            return None
        spans = tuple(Span(start=s.start, end=s.end) for s in support)
        return SummarySentence(text=draft.text, support=spans, verdict=verdict, reason=reason)


def _place(words: str, text: str, evidence: Sequence[Evidence]) -> Span | None:
    """Where the words stand: inside the evidence if they can, else at their first place in the article."""
    inside = (text.find(words, e.start, e.end) for e in evidence)
    start = next((i for i in inside if i >= 0), text.find(words))
    return Span(start=start, end=start + len(words)) if start >= 0 else None
