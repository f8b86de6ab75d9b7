"""A gold article and its text -> what is wrong with its labels, and what looks wrong: errors and suspicions, apart.

An error contradicts the text or the guide and is mended. A suspicion may be right; the annotator answers it in the file
(`answers`: the suspicion's words, and why the label stands), and then it is quiet.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from functools import lru_cache
from typing import Literal, NamedTuple

from eval.aligning import token_f1, tokens
from eval.gold import GoldArticle, GoldCommitment
from pipeline.deadlines import resolve
from pipeline.engines.cue.engine import CueEngine
from pipeline.language import negations
from pipeline.records import Article, Document, Span
from pipeline.sentences import split_sentences

# Two commitments of one actor whose actions share this much are one.
DUPLICATE = 0.9
MOST_ACTION_WORDS = 25
# A run of evidence with more sentences than this is seldom the shortest that states the commitment.
MOST_RUN = 3
# A sentence that the grammar of `cue` holds for a commitment with this confidence should be labelled, or a look-alike.
STRONG_CUE = 0.6
# Of a sentence that a finding quotes.
SHOWN = 60


class Finding(NamedTuple):
    """`about` names the finding for an answer: the commitment's id or the sentence's beginning, and words."""

    article: str
    level: Literal["error", "suspicion"]
    code: str
    about: str
    is_answered: bool = False


def lint(article: GoldArticle, text: str | None, *, locale: str = "en-GB") -> list[Finding]:
    """Findings, errors first. Without the text only what the labels say of themselves is checked."""
    answered = {a.about for a in article.answers}
    found = [
        Finding(article.id, level, code, about, level == "suspicion" and about in answered)
        for level, code, about in _all(article, text, locale)
    ]
    stale = answered - {f.about for f in found}
    found += (
        [Finding(article.id, "error", "answer_without_suspicion", about) for about in sorted(stale)] if text else []
    )
    return sorted(dict.fromkeys(found), key=lambda f: (f.level, f.code, f.about))


_Found = tuple[Literal["error", "suspicion"], str, str]


def _all(article: GoldArticle, text: str | None, locale: str) -> Iterator[_Found]:
    yield from _of_labels(article)
    if text is not None:
        yield from _against_text(article, text)
        yield from _suspicions(article, text, locale)


# --- errors


def _of_labels(article: GoldArticle) -> Iterator[_Found]:
    if _day(article.published) is False:
        yield "error", "bad_date", f"published {article.published}"
    ids = [c.id for c in article.commitments]
    for repeated in sorted({i for i in ids if ids.count(i) > 1}):
        yield "error", "repeated_id", repeated
    for c in article.commitments:
        yield from _of_commitment(c)
    for place, a in enumerate(article.commitments):
        for b in article.commitments[place + 1 :]:
            if _is_same(a, b):
                yield "error", "duplicate", f"{a.id} and {b.id}"


def _of_commitment(c: GoldCommitment) -> Iterator[_Found]:
    if not c.actor.strip() or not c.action.strip():
        yield "error", "empty_field", c.id
    if len(c.action.split()) > MOST_ACTION_WORDS:
        yield "error", "long_action", f"{c.id} {len(c.action.split())} words"
    if (c.strength == "conditional") != (c.condition is not None):
        yield "error", "condition_without_strength", c.id
    if len(set(c.evidence)) < len(c.evidence) or any(
        a.overlaps(b) for n, a in enumerate(c.evidence) for b in c.evidence[n + 1 :]
    ):
        yield "error", "evidence_twice", c.id
    d = c.deadline
    if d is not None and d.earliest and d.latest and d.earliest > d.latest:
        yield "error", "dates_reversed", f"{c.id} {d.earliest} {d.latest}"


def _day(written: str | None) -> bool | None:
    """None for none, False for what is no ISO day."""
    if written is None:
        return None
    try:
        return date.fromisoformat(written).isoformat() == written
    except ValueError:
        return False


def _is_same(a: GoldCommitment, b: GoldCommitment) -> bool:
    is_one_actor = any(token_f1(x, y) >= DUPLICATE for x in a.actors for y in b.actors)
    is_one_time = (a.deadline and a.deadline.text) == (b.deadline and b.deadline.text)
    return is_one_actor and is_one_time and a.polarity == b.polarity and token_f1(a.action, b.action) >= DUPLICATE


def _against_text(article: GoldArticle, text: str) -> Iterator[_Found]:
    starts, ends = _edges(text, article.boilerplate)
    spans = [("boilerplate", s) for s in article.boilerplate]
    spans += [("key sentence", s) for s in (article.summary.key_sentences if article.summary else ())]
    spans += [("look-alike", x.span) for x in article.lookalikes]
    spans += [(f"{c.id} evidence", s) for c in article.commitments for s in c.evidence]
    for what, span in spans:
        if not 0 <= span.start < span.end <= len(text):
            yield "error", "span_outside", f"{what} [{span.start}:{span.end}]"
            continue
        if what != "boilerplate" and (span.start not in starts or span.end not in ends):
            yield "error", "not_whole_sentences", f"{what} {_shown(text, span)}"
        if what.endswith(("evidence", "key sentence")) and any(span.overlaps(b) for b in article.boilerplate):
            yield "error", "in_boilerplate", f"{what} {_shown(text, span)}"
    for c in article.commitments:
        quoted: dict[str, str | None] = {
            "actor": c.actor,
            "condition": c.condition,
            "deadline": c.deadline.text if c.deadline else None,
        }
        for name, words in quoted.items():
            # The title names the speaker of a statement that never does.
            where = f"{article.title or ''}\n{text}" if name == "actor" else text
            if words is not None and not _stands_in(words, where):
                yield "error", f"{name}_not_in_text", f"{c.id} {words}"


def _edges(text: str, boilerplate: Sequence[Span]) -> tuple[set[int], set[int]]:
    sentences = [*split_sentences(text), *split_sentences(text, boilerplate)]
    return {s.start for s in sentences}, {s.end for s in sentences}


def _shown(text: str, span: Span) -> str:
    return " ".join(span.of(text).split())[:SHOWN]


def _stands_in(words: str, text: str) -> bool:
    return _in_tokens(words) in _in_tokens(text)


@lru_cache(maxsize=4_096)
def _in_tokens(text: str) -> str:
    return f" {' '.join(tokens(text))} "


# --- suspicions


def _suspicions(article: GoldArticle, text: str, locale: str) -> Iterator[_Found]:
    published = date.fromisoformat(article.published) if article.published and _day(article.published) else None
    named, sentences = f"{article.title or ''}\n{text}", [s.span for s in split_sentences(text)]
    for c in article.commitments:
        yield from _doubts(c, text, named, sentences, published, locale)
    yield from _gaps(article, text, published)


def _doubts(
    c: GoldCommitment, text: str, named: str, sentences: Sequence[Span], published: date | None, locale: str
) -> Iterator[_Found]:
    """`named`: the text with its title, where names may stand."""
    for name in c.actor_aliases:
        if not _stands_in(name, named):
            yield "suspicion", "alias_not_in_text", f"{c.id} {name}"
    for field in ("recipient", "implementer"):
        words = getattr(c, field)
        if words is not None and not _stands_in(words, named):
            yield "suspicion", f"{field}_not_in_text", f"{c.id} {words}"
    if c.polarity == "not_do" and negations(c.action) % 2:
        yield "suspicion", "negated_twice", f"{c.id} {c.action}"
    for span in c.evidence:
        if sum(span.covers(s) for s in sentences) > MOST_RUN:
            yield "suspicion", "long_evidence", f"{c.id} {_shown(text, span)}"
    if c.deadline is not None:
        yield from _other_days(c, published, locale)


def _other_days(c: GoldCommitment, published: date | None, locale: str) -> Iterator[_Found]:
    """The resolver reads the words in another way; what it cannot read is no doubt."""
    assert c.deadline is not None
    found = resolve(c.deadline.text, published, locale=locale, polarity=c.polarity)
    days = tuple(d.isoformat() if d else None for d in (found.earliest, found.latest))
    if found.reason is None and days != (c.deadline.earliest, c.deadline.latest):
        told = f"{c.deadline.earliest or '…'} to {c.deadline.latest or '…'}"
        read = f"{days[0] or '…'} to {days[1] or '…'}"
        yield "suspicion", "other_days", f"{c.id} {c.deadline.text}: {told}, read as {read}"


def _gaps(article: GoldArticle, text: str, published: date | None) -> Iterator[_Found]:
    whole = Article(id=article.id, source=article.id, text=text, published=published, boilerplate=article.boilerplate)
    document = Document(article=whole, sentences=split_sentences(text, article.boilerplate))
    known = [s for c in article.commitments for s in c.evidence]
    known += [x.span for x in article.lookalikes] + [s for d in article.disputed for s in d.evidence]
    for draft in CueEngine(summary_words=20).extract([document])[0].drafts:
        span = document.sentences[draft.sentences[0]].span
        if draft.confidence >= STRONG_CUE and not any(span.overlaps(k) for k in known):
            yield "suspicion", "unlabelled", _shown(text, span)
