"""A document -> drafts of its commitments by cue words, and an extractive summary; no weights, nothing downloaded."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipeline.actors import Cast, is_pronoun, is_role
from pipeline.deadlines import find_time_expressions
from pipeline.engines.centrality import summarise
from pipeline.engines.cue.clauses import (
    Phrase,
    action_after,
    as_active,
    as_infinitive,
    condition_in,
    named_act,
    parts_of,
    reporter_after,
    reporter_before,
    straight,
    subject_before,
    without,
)
from pipeline.engines.cue.grammar import (
    AGENTS,
    CUES,
    GENERIC_SUBJECTS,
    LEFT_OUT_BEFORE,
    PAST,
    RHETORIC,
    SAYING,
    STATIVE,
    YEAR,
    Cue,
)
from pipeline.records import Document, Draft, Extraction, Mention, Provenance, Sentence, Span

# A sentence longer than this is a table or a page without full stops: the grammar has nothing to say about it.
MAX_SENTENCE_CHARS = 1_500
# What a report costs in confidence when the doer had to be looked for outside the clause.
INFERRED_ACTOR, PASSIVE = 0.85, 0.85
MIN_ACTION_WORDS = 2


@dataclass(frozen=True)
class Hit:
    """A cue at a place of a sentence: the action's words begin at `end`."""

    cue: Cue
    start: int
    end: int


class CueEngine:
    """Finds commitments by a grammar of commissive language."""

    def __init__(self, *, summary_words: int) -> None:
        self._summary_words = summary_words
        self.provenance = Provenance(engine="cue")

    def extract(self, documents: Sequence[Document]) -> list[Extraction]:
        return [self._read(document) for document in documents]

    def _read(self, document: Document) -> Extraction:
        reader = _Reader(document)
        drafts = [draft for sentence in document.body for draft in reader.drafts_in(sentence)]
        return Extraction(
            drafts=tuple(drafts),
            summary=summarise(document, max_words=self._summary_words),
            chars_read=len(document.article.text),
        )


class _Reader:
    """One document's sentences, read one at a time with the article's names at hand."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._cast = Cast(document)
        published = document.article.published
        self._year = published.year if published else None

    def drafts_in(self, sentence: Sentence) -> Iterator[Draft]:
        text = straight(sentence.text)
        if len(text) > MAX_SENTENCE_CHARS or text.rstrip("\"' ").endswith("?") or self._is_history(text):
            return
        for hit in _hits(text):
            yield from self._drafts_at(sentence, text, hit)

    def _is_history(self, text: str) -> bool:
        years = [int(m["year"]) for m in YEAR.finditer(text)]
        return bool(PAST.search(text)) or (self._year is not None and any(y < self._year for y in years))

    def _drafts_at(self, sentence: Sentence, text: str, hit: Hit) -> Iterator[Draft]:
        words = text[hit.end :]
        if STATIVE.match(words) or RHETORIC.match(words) or LEFT_OUT_BEFORE.search(text[: hit.start]):
            return
        if hit.cue.name in {"would", "would_not"} and not self._is_reported(sentence, text, hit):
            return
        doer = self._doer(sentence, text, hit)
        if doer is None:
            return
        actor, implementer, action, confidence = doer
        condition = condition_in(text)
        for part in parts_of(action):
            draft = self._draft(sentence, text, hit, actor, implementer, part, condition, confidence)
            if draft is not None:
                yield draft

    def _draft(
        self, sentence: Sentence, text: str, hit: Hit, actor: Mention, implementer: Mention | None, part: str,
        condition: Phrase | None, confidence: float,
    ) -> Draft | None:  # fmt: skip
        times = find_time_expressions(part)
        bare = without(part, times)
        if condition is not None:
            bare = bare.replace(condition.text, "").strip(" ,")
        action = as_infinitive(bare)
        if hit.cue.form == "noun":
            action = named_act(action)
        if len(action.split()) < MIN_ACTION_WORDS:
            return None
        return Draft(
            actor=actor,
            implementer=implementer,
            action=action,
            sentences=(sentence.index,),
            polarity=hit.cue.polarity,
            strength="conditional" if condition else hit.cue.strength,
            condition=sentence.text[condition.span.start : condition.span.end] if condition else None,
            deadline=_deadline(sentence, text, part, times),
            confidence=round(hit.cue.confidence * confidence, 3),
        )

    def _is_reported(self, sentence: Sentence, text: str, hit: Hit) -> bool:
        """ "would" binds only as the report of a "will": after a verb of saying here or in the sentence before."""
        if SAYING.search(text, 0, hit.start) or reporter_after(text, hit.end):
            return True
        if sentence.index == 0:
            return False
        previous = self._document.sentences[sentence.index - 1]
        return previous.paragraph == sentence.paragraph and SAYING.search(straight(previous.text)) is not None

    # --- who

    def _doer(self, sentence: Sentence, text: str, hit: Hit) -> tuple[Mention, Mention | None, str, float] | None:
        """Actor, implementer, the action's words and a factor on the confidence; None when nobody is bound."""
        action = action_after(text, hit.end)
        subject = subject_before(text, hit.start)
        if hit.cue.form == "delegated":
            return self._delegated(sentence, text, hit, subject)
        if hit.cue.name == "been_asked":
            asker = self._reporter(sentence, text, hit)
            return (asker, _mention(sentence, subject), action, 1.0) if asker and subject else None
        passive = as_active(subject.text, action) if subject else None
        if passive is not None:
            return self._passive(sentence, text, hit, passive)
        if subject is not None and self._is_agent(sentence, subject):
            return _mention(sentence, subject), None, action, 1.0
        if (
            subject is not None
            and hit.cue.form in {"verb", "noun"}
            and hit.cue.name not in {"pledged_to", "announced", "refused", "agreed_to", "ruled_out"}
        ):
            return None
        reporter = self._first_subject(sentence, text, hit)
        return (reporter, None, action, INFERRED_ACTOR) if reporter else None

    def _delegated(
        self, sentence: Sentence, text: str, hit: Hit, subject: Phrase | None
    ) -> tuple[Mention, Mention | None, str, float] | None:
        match = re.match(r"(?P<who>[^,;:\"]{2,120}?),? to (?=\w)", text[hit.end :])
        if match is None or subject is None or not self._is_agent(sentence, subject):
            return None
        who = Phrase(match["who"], Span(start=hit.end, end=hit.end + len(match["who"])))
        if not self._is_agent(sentence, who):
            return None
        return _mention(sentence, subject), _mention(sentence, who), action_after(text, hit.end + match.end()), 1.0

    def _passive(
        self, sentence: Sentence, text: str, hit: Hit, passive: tuple[str, Phrase | None]
    ) -> tuple[Mention, Mention | None, str, float] | None:
        action, agent = passive
        reporter = self._reporter(sentence, text, hit)
        if agent is not None:
            place = text.find(agent.text, hit.end)
            doer = Mention(
                text=agent.text, span=Span(start=sentence.start + place, end=sentence.start + place + len(agent.text))
            )
            return (reporter, doer, action, PASSIVE) if reporter else (doer, None, action, PASSIVE)
        return (reporter, None, action, PASSIVE) if reporter else None

    def _reporter(self, sentence: Sentence, text: str, hit: Hit) -> Mention | None:
        """Who is reported to say it: in the sentence, or the speaker of the quotation or of the sentence before."""
        phrase = reporter_before(text, hit.start) or reporter_after(text, hit.end)
        if phrase is not None and self._is_agent(sentence, phrase):
            return _mention(sentence, phrase)
        speaker = self._cast.speaker(sentence.start)
        return Mention(text=speaker.name) if speaker else None

    def _first_subject(self, sentence: Sentence, text: str, hit: Hit) -> Mention | None:
        """The sentence's own subject, when the cue's clause has none ("He apologised and promised to …")."""
        phrase = reporter_before(text, hit.start)
        if phrase is not None and self._is_agent(sentence, phrase):
            return _mention(sentence, phrase)
        opening = re.match(
            r"\W*(?P<who>(?:[Tt]he |[Aa]n? )?[A-Z][^,;:\"]{1,60}?|[Tt]he [^,;:\"]{2,40}?|He|She|It|They|We|I)(?=,? (?:\w+ed|\w+s|has|have|had|was|is|are|were)\b)",
            text,
        )
        if opening is None:
            return None
        phrase = Phrase(opening["who"], Span(start=opening.start("who"), end=opening.end("who")))
        return _mention(sentence, phrase) if self._is_agent(sentence, phrase) else None

    def _is_agent(self, sentence: Sentence, phrase: Phrase) -> bool:
        """True for words that name somebody who can be held to it."""
        low = phrase.text.casefold().strip()
        tokens = low.split()
        if not tokens or tokens[0] in GENERIC_SUBJECTS or len(tokens) > 14:
            return False
        if is_pronoun(low):
            return self._cast.resolve(_mention(sentence, phrase)) is not None
        here = Span(start=sentence.start + phrase.span.start, end=sentence.start + phrase.span.end)
        return self._cast.is_named(here) or is_role(low) or any(t in AGENTS for t in tokens)


def _hits(text: str) -> list[Hit]:
    """Cues in the order of the sentence; a place belongs to the first cue of the table that claims it."""
    taken: list[Hit] = []
    for cue in CUES:
        for match in cue.pattern.finditer(text):
            hit = Hit(cue, match.start(), match.end())
            if not any(hit.start < other.end and other.start < hit.end for other in taken):
                taken.append(hit)
    return sorted(taken, key=lambda h: h.start)


def _mention(sentence: Sentence, phrase: Phrase) -> Mention:
    start, end = phrase.span.start, phrase.span.end
    return Mention(text=sentence.text[start:end], span=Span(start=sentence.start + start, end=sentence.start + end))


def _deadline(sentence: Sentence, text: str, part: str, times: Sequence[Span]) -> str | None:
    """The words of time nearest the action: in its own part, else anywhere in the sentence."""
    place = text.find(part)
    if times and place >= 0:
        first = times[0]
        return sentence.text[place + first.start : place + first.end]
    elsewhere = find_time_expressions(text)
    weak = elsewhere or find_time_expressions(text, weak=True)
    return sentence.text[weak[0].start : weak[0].end] if weak else None
