"""A document -> drafts of its commitments by cue words, and an extractive summary; no weights, nothing downloaded."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from pipeline.actors import Cast, is_pronoun
from pipeline.engines.base import Tokens
from pipeline.engines.centrality import summarise
from pipeline.engines.cue.clauses import (
    Passive,
    Phrase,
    action_after,
    as_active,
    as_infinitive,
    condition_in,
    named_act,
    negated_object,
    parts_of,
    plan_in,
    reporter_after,
    reporter_before,
    straight,
    subject_before,
    things_in,
    without,
)
from pipeline.engines.cue.grammar import (
    AGENTS,
    CUES,
    GENERIC_SUBJECTS,
    LEFT_OUT_BEFORE,
    PAST,
    PLAN_STATIVE,
    RHETORIC,
    SAYING,
    STATIVE,
    VERBS,
    YEAR,
    Cue,
)
from pipeline.names import is_role
from pipeline.records import Document, Draft, Extraction, Mention, Polarity, Provenance, Sentence, Span
from pipeline.timewords import find_time_expressions

# A sentence longer than this is a table or a page without full stops: the grammar has nothing to say about it.
MAX_SENTENCE_CHARS = 1_500
# A "subject" with a verb in it is a clause: "she is hardly the kind of star".
_FINITE = re.compile(r"\b(?:is|are|was|were|been|has|have|had|does|did|do|will|would)\b")
_OPENING_SUBJECT = re.compile(
    r"\W*(?P<who>(?:[Tt]he |[Aa]n? )?[A-Z][^,;:\"]{1,60}?|[Tt]he [^,;:\"]{2,40}?|He|She|It|They|We|I)"
    r"(?=,? (?:\w+ed|\w+s|has|have|had|was|is|are|were)\b)"
)
# "Has not ruled out", "refused to rule out": nothing is undertaken.
_NEGATED_BEFORE = re.compile(
    r"(?:\bnot|n't|\bnever|\byet to|\b(?:refus|declin|fail|hesitat)\w* to)(?: \w+ly)? ?$", re.IGNORECASE
)
_RULES_OUT = re.compile(r"(?:\w+ly )?rule out\b", re.IGNORECASE)
# What a report costs in confidence when the doer had to be looked for outside the clause.
INFERRED_ACTOR, PASSIVE_CERTAINTY = 0.85, 0.85
MIN_ACTION_WORDS = 2
# Sentences back in which "it" and an asker are looked for.
REACH = 4


@dataclass(frozen=True)
class Hit:
    """A cue at a place of a sentence: the action's words begin at `end`."""

    cue: Cue
    start: int
    end: int


class Doer(NamedTuple):
    """Who is bound, to do what, by whose hands, and how sure that is."""

    actor: Mention
    action: str
    implementer: Mention | None = None
    certainty: float = 1.0
    is_negated: bool = False
    plan: str | None = None


class CueEngine:
    """Finds commitments by a grammar of commissive language."""

    group_size = 1
    tokens = Tokens()

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
        self._last: Doer | None = None

    def drafts_in(self, sentence: Sentence) -> Iterator[Draft]:
        text = straight(sentence.text)
        if len(text) > MAX_SENTENCE_CHARS or text.rstrip("\"' ").endswith("?") or self._is_history(text):
            return
        self._last = None
        for hit in _hits(text):
            yield from self._drafts_at(sentence, text, hit)

    def _is_history(self, text: str) -> bool:
        years = [int(m["year"]) for m in YEAR.finditer(text)]
        return bool(PAST.search(text)) or (self._year is not None and any(y < self._year for y in years))

    def _drafts_at(self, sentence: Sentence, text: str, hit: Hit) -> Iterator[Draft]:
        words = text[hit.end :]
        if _NEGATED_BEFORE.search(text[: hit.start]):
            return
        if hit.cue.name == "refused" and _RULES_OUT.match(words):
            return
        if RHETORIC.match(words) or LEFT_OUT_BEFORE.search(text[: hit.start]):
            return
        if hit.cue.name in {"would", "would_not"} and not self._is_reported(sentence, text, hit):
            return
        doer = self._doer(sentence, text, hit)
        if doer is None or (PLAN_STATIVE if doer.plan else STATIVE).match(words):
            return
        self._last = doer
        # "has decided not to do A and do B": how far the "not" reaches is a guess, so only A is taken.
        parts = things_in(doer.action) if hit.cue.form == "noun" else parts_of(doer.action)
        for part in parts[:1] if hit.cue.polarity == "not_do" else parts:
            draft = self._draft(sentence, text, hit.cue, doer, part)
            if draft is not None:
                yield draft

    def _draft(self, sentence: Sentence, text: str, cue: Cue, doer: Doer, part: str) -> Draft | None:
        condition = condition_in(text)
        times = find_time_expressions(part)
        bare = without(part, times)
        if condition is not None:
            bare = bare.replace(condition.text, "").strip(" ,")
        action = as_infinitive(bare)
        polarity: Polarity = "not_do" if doer.is_negated else cue.polarity
        if polarity == "do" and (flipped := negated_object(action)) is not None:
            action, polarity = flipped, "not_do"
        if cue.form == "noun" and action:
            action, polarity = _announced(action, polarity)
        if doer.plan:
            action = f"have {doer.plan} {action}"
        size = sum(word[0].isalnum() for word in action.split())
        if not action[:1].isalpha() or (size < MIN_ACTION_WORDS and action.casefold() not in VERBS):
            return None
        return Draft(
            actor=doer.actor,
            implementer=doer.implementer,
            action=action,
            sentences=(sentence.index,),
            polarity=polarity,
            strength="conditional" if condition else cue.strength,
            condition=sentence.text[condition.span.start : condition.span.end] if condition else None,
            deadline=_deadline(sentence, text, part, times),
            confidence=round(cue.confidence * doer.certainty, 3),
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

    def _doer(self, sentence: Sentence, text: str, hit: Hit) -> Doer | None:
        """Who is bound to what; None when nobody is."""
        action = action_after(text, hit.end)
        subject = subject_before(text, hit.start)
        if subject is None and self._last is not None and hit.cue.form == "verb":
            return self._last._replace(action=action, is_negated=False)  # "… and will also …": the same doer goes on
        if hit.cue.form == "delegated":
            return self._delegated(sentence, text, hit, subject)
        if hit.cue.name in {"named_promise", "named_plan"}:
            return Doer(_owner(sentence, text, hit), action)
        if hit.cue.name == "been_asked":
            asker = self._reporter(sentence, text, hit) or self._recent_teller(sentence)
            return Doer(asker, action, _mention(sentence, subject)) if asker and subject else None
        if subject is not None and (plan := self._plan(sentence, subject)) is not None and hit.cue.form == "verb":
            owner = self._reporter(sentence, text, hit) or self._recent_teller(sentence)
            return Doer(owner, action, certainty=INFERRED_ACTOR, plan=plan) if owner else None
        if subject is not None and (passive := as_active(subject.text, action)) is not None:
            return self._passive(sentence, text, hit, passive)
        if subject is not None and self._is_hearsay(sentence, text, hit, subject):
            return None
        if subject is not None and self._is_agent(sentence, subject):
            return Doer(self._antecedent(sentence, text, hit, subject), action)
        if subject is not None and not hit.cue.is_report:
            return None
        reporter = self._first_subject(sentence, text, hit)
        return Doer(reporter, action, certainty=INFERRED_ACTOR) if reporter else None

    def _plan(self, sentence: Sentence, subject: Phrase) -> str | None:
        """The plan that is the subject, by name or as the "it" of a sentence soon after one that names it."""
        if subject.text.casefold() != "it":
            return plan_in(subject.text)
        for before in reversed(self._before(sentence)):
            match = re.match(
                r"\W*(?:So |And |But )?(?P<subject>(?:this|the|our) [\w -]{2,40}?)(?= (?:will|would|is|was)\b)",
                straight(before.text),
                re.IGNORECASE,
            )
            named = re.search(
                r" that (?P<subject>(?:this|the|our) [\w-]{2,20}) (?:will|would)\b", straight(before.text)
            )
            found = next((plan_in(m["subject"]) for m in (match, named) if m and plan_in(m["subject"])), None)
            if found is not None:
                return found
        return None

    def _before(self, sentence: Sentence) -> Sequence[Sentence]:
        return self._document.sentences[max(0, sentence.index - REACH) : sentence.index]

    def _recent_teller(self, sentence: Sentence) -> Mention | None:
        """Who was last reported to say something, a few sentences back."""
        for before in reversed(self._before(sentence)):
            text = straight(before.text)
            phrase = reporter_before(text, len(text))
            if phrase is not None and self._is_agent(before, phrase):
                return _mention(before, phrase)
        return None

    def _antecedent(self, sentence: Sentence, text: str, hit: Hit, subject: Phrase) -> Mention:
        """The reporter for a pronoun in what is reported: in "the ministry said it would" it is the ministry."""
        if subject.text.casefold() in {"he", "she", "it", "they"}:
            reporter = reporter_before(text, hit.start)
            if reporter is not None and not is_pronoun(reporter.text) and self._is_agent(sentence, reporter):
                return _mention(sentence, reporter)
        return _mention(sentence, subject)

    def _is_hearsay(self, sentence: Sentence, text: str, hit: Hit, subject: Phrase) -> bool:
        """One person telling what another will do: "Pell says Brannock will bankrupt the country"."""
        reporter = reporter_before(text, hit.start)
        if reporter is None or is_pronoun(subject.text):
            return False
        teller, doer = (self._cast.person_in(_mention(sentence, p)) for p in (reporter, subject))
        return teller is not None and doer is not None and teller != doer

    def _delegated(self, sentence: Sentence, text: str, hit: Hit, subject: Phrase | None) -> Doer | None:
        match = re.match(r"(?P<who>[^,;:\"]{2,120}?),? to (?=\w)", text[hit.end :])
        if match is None or subject is None or not self._is_agent(sentence, subject):
            return None
        who = Phrase(match["who"], Span(start=hit.end, end=hit.end + len(match["who"])))
        if not self._is_agent(sentence, who):
            return None
        action = action_after(text, hit.end + match.end())
        return Doer(_mention(sentence, subject), action, _mention(sentence, who))

    def _passive(self, sentence: Sentence, text: str, hit: Hit, passive: Passive) -> Doer | None:
        """ "The survey would be released by the council": whoever reports it, else the agent that is named."""
        reporter = self._reporter(sentence, text, hit)
        action, agent, is_negated = passive
        if agent is None:
            return Doer(reporter, action, None, PASSIVE_CERTAINTY, is_negated) if reporter else None
        place = sentence.start + text.find(agent, hit.end)
        doer = Mention(text=agent, span=Span(start=place, end=place + len(agent)))
        return Doer(reporter or doer, action, doer if reporter else None, PASSIVE_CERTAINTY, is_negated)

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
        opening = _OPENING_SUBJECT.match(text)
        if opening is None:
            return None
        phrase = Phrase(opening["who"], Span(start=opening.start("who"), end=opening.end("who")))
        return _mention(sentence, phrase) if self._is_agent(sentence, phrase) else None

    def _is_agent(self, sentence: Sentence, phrase: Phrase) -> bool:
        """True for words that name somebody who can be held to it."""
        low = phrase.text.casefold().strip()
        tokens = low.split()
        if not tokens or tokens[0] in GENERIC_SUBJECTS or len(tokens) > 14 or _FINITE.search(low):
            return False
        if is_pronoun(low):
            return self._cast.resolve(_mention(sentence, phrase)) is not None
        here = Span(start=sentence.start + phrase.span.start, end=sentence.start + phrase.span.end)
        return self._cast.is_named(here) or is_role(low) or any(t in AGENTS for t in tokens)


def _owner(sentence: Sentence, text: str, hit: Hit) -> Mention:
    """Whose promise it is: "its" in "its plan to build", "Ada Marsh" in "Ada Marsh's pledge to build"."""
    words = re.match(r"(?:his|her|its|their)\b|[^']+", text[hit.start : hit.end])
    assert words is not None
    return _mention(sentence, Phrase(words[0], Span(start=hit.start, end=hit.start + words.end())))


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
    # Before the cue a time belongs to the report ("said on Tuesday"), unless it opens the sentence ("From 1 July, …").
    near = [s for s in find_time_expressions(text, weak=True) if s.start >= place >= 0 or s.start <= 1]
    return sentence.text[near[0].start : near[0].end] if near else None


def _announced(action: str, polarity: Polarity) -> tuple[str, Polarity]:
    """ "no live firing after nine" -> not to hold it; "an audit" -> to hold one."""
    if action.casefold().startswith("no "):
        return named_act(action[3:]), "not_do"
    return named_act(action), polarity
