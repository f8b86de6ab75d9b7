"""A gold article and a prediction -> its row: the pairs, what is wrong with the rest, and the sums all scores are of.

Every score is a sum over articles divided by another (metrics.py), so that a row is all that a score, an interval or a
comparison needs.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from eval.aligning import (
    RIGHT,
    Comparison,
    Item,
    Pair,
    assign,
    compare,
    matching,
    merged,
    similarity,
    span_overlap,
    token_f1,
)
from eval.gold import GoldArticle
from eval.predictions import Found, Prediction, item_of
from eval.summaries import MEASURES, SummaryScore, score_summary
from eval.taxonomy import Mistake, mistakes
from pipeline.records import Span, overlaps_any

# Raised when any number that this scorer gives could differ; in the signature of every score.
SCORER = "1"
# A field is half right from here on, and right from RIGHT on.
HALF = 0.5
OPTIONAL = ("deadline", "recipient", "condition", "implementer")
FIELDS = ("actor", "action", "evidence", *OPTIONAL)
OUTCOMES = ("correct", "partial", "incorrect", "missing", "spurious")
# τ at which Core is looked at, to see whether it hangs on the one that was chosen.
SWEEP = tuple(round(0.3 + 0.05 * k, 2) for k in range(11))

NO_SUMMARIES = dict.fromkeys(MEASURES, "the system writes no summaries")

Sums = dict[str, float]


@dataclass(frozen=True)
class Row:
    """One article's result. `sums` are what scores are made of; `ignored` are places of found commitments that count
    neither as right nor as wrong, because adjudication left them open."""

    id: str
    part: str
    status: str
    reason: str
    gold: int
    found: int
    sums: Sums
    pairs: tuple[Pair, ...]
    mistakes: tuple[Mistake, ...]
    ignored: tuple[int, ...]
    summary: SummaryScore
    core: tuple[str, ...] = ()
    finds: bool = True

    def to_json(self) -> dict[str, Any]:
        """Plain values; numbers to nine places, so that they read the same everywhere."""
        told = asdict(self)
        told["pairs"] = [{**p._asdict(), "is_core": p.is_core} for p in self.pairs]
        told["mistakes"] = [m._asdict() for m in self.mistakes]
        told["summary"] = self.summary._asdict()
        return rounded(told)  # type: ignore[no-any-return]


def rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 9)
    if isinstance(value, Mapping):
        return {k: rounded(v) for k, v in value.items()}
    return [rounded(v) for v in value] if isinstance(value, list | tuple) else value


def score_article(
    article: GoldArticle, prediction: Prediction, text: str | None, *, part: str = "", sentences: Sequence[Span] = (),
    has_summary: bool = True,
) -> Row:  # fmt: skip
    """The row of one article; `sentences` are those of `text`, both may be missing: what needs them is not scored.

    `has_summary`: the system writes summaries, and one that is missing counts as empty.
    """
    gold = [item_of(c) for c in article.commitments]
    compared = _compared(gold, prediction.found)
    pairs = assign(compared)
    ignored = _left_open(article, prediction.found, pairs)
    sums = _commitment_sums(article, prediction, compared, pairs, ignored, sentences) if prediction.finds else {}
    summary = _of_summary(article, prediction, text, gold) if has_summary else SummaryScore({}, {}, dict(NO_SUMMARIES))
    return Row(
        id=article.id,
        part=part,
        status=prediction.status,
        reason=prediction.reason,
        gold=len(gold),
        found=len(prediction.found) - len(ignored),
        sums={"documents": 1, "failed": float(prediction.status == "failed"), **sums, **_summary_sums(summary)},
        pairs=tuple(pairs),
        mistakes=tuple(mistakes(gold, prediction, compared, pairs, ignored)) if prediction.finds else (),
        ignored=tuple(sorted(ignored)),
        summary=summary,
        core=tuple(article.commitments[p.left].id for p in pairs if p.is_core),
        finds=prediction.finds,
    )


def _commitment_sums(
    article: GoldArticle, prediction: Prediction, compared: Comparison, pairs: Sequence[Pair], ignored: set[int],
    sentences: Sequence[Span],
) -> Sums:  # fmt: skip
    """What all scores of commitments are made of."""
    gold = [item_of(c) for c in article.commitments]
    kept = [f for j, f in enumerate(prediction.found) if j not in ignored]
    sums = Counter[str]()
    for own in (
        _tiers(gold, kept, pairs),
        _sweep(_without(compared, ignored)),
        _field_sums(gold, prediction.found, pairs, ignored),
        _labels(article, prediction.found, pairs),
        _evidence(gold, prediction.found, pairs, ignored),
        _grounded(prediction.found),
        _of_empty(article, prediction, len(kept)),
        _sentence_sums(gold, kept, sentences),
    ):
        sums.update(own)
    return dict(sums)


def _of_summary(article: GoldArticle, prediction: Prediction, text: str | None, gold: Sequence[Item]) -> SummaryScore:
    references = article.summary.references if article.summary else ()
    scored = score_summary(prediction.summary, text, references, gold, boilerplate=article.boilerplate)
    if prediction.entailment is None:
        return scored
    mean, minimum, worst = prediction.entailment
    values = {**scored.values, "entailment_mean": mean, "entailment_minimum": minimum}
    lacking = {name: why for name, why in scored.not_scored.items() if name not in values}
    return SummaryScore(values, {**scored.found, "entailment_minimum": (worst,)}, lacking)


def _compared(gold: Sequence[Item], found: Sequence[Found]) -> Comparison:
    """Of found commitments that read the same those whose quotes are in the article come first, in any order."""
    compared = compare(gold, [f.item for f in found])
    order = sorted(
        compared.columns, key=lambda j: (found[j].item.order, found[j].is_grounded is False, found[j].quotes)
    )
    return compared._replace(columns=tuple(order))


def _left_open(article: GoldArticle, found: Sequence[Found], pairs: Sequence[Pair]) -> set[int]:
    """Places of unassigned commitments that match what adjudication left open, one to one, by action and evidence."""
    taken = {p.right for p in pairs}
    free = sorted((j for j in range(len(found)) if j not in taken), key=lambda j: found[j].item.order)
    disputed = sorted(
        (Item(("",), (d.action,), "do", "firm", d.evidence) for d in article.disputed), key=lambda i: i.order
    )
    likeness = [[_likeness(one, found[j].item) for j in free] for one in disputed]
    return {free[j] for _, j in matching(likeness)}


def _likeness(left: Item, right: Item) -> float:
    """By the fields that a disputed reading has, weighted as in a pair."""
    action = max(token_f1(left.actions[0], a) for a in right.actions)
    return similarity({"action": action, "evidence": span_overlap(left.evidence, right.evidence)})


def _tiers(gold: Sequence[Item], kept: Sequence[Found], pairs: Sequence[Pair]) -> Sums:
    soft = sum(p.similarity for p in pairs)
    has_any = bool(gold or kept)
    return {
        "gold": len(gold),
        "found": len(kept),
        "detection_hits": len(pairs),
        "core_hits": sum(p.is_core for p in pairs),
        "exact_hits": sum(p.is_exact for p in pairs),
        "soft": soft,
        "documents_with_any": float(has_any),
        "soft_of_document": 2 * soft / (len(gold) + len(kept)) if has_any else 0.0,
    }


def _without(compared: Comparison, ignored: set[int]) -> Comparison:
    return compared._replace(columns=tuple(j for j in compared.columns if j not in ignored))


def _sweep(compared: Comparison) -> Sums:
    """Core hits with another τ."""
    return {f"core_hits@{tau:.2f}": sum(p.is_core for p in assign(compared, tau=tau)) for tau in SWEEP}


# --- fields


def _field_sums(gold: Sequence[Item], found: Sequence[Found], pairs: Sequence[Pair], ignored: set[int]) -> Counter[str]:
    """Outcomes by field, end to end (`field.`) and over assigned pairs alone (`aligned.`)."""
    sums = Counter[str]()
    for pair in pairs:
        for name, outcome in _outcomes(gold[pair.left], found[pair.right].item, pair):
            sums[f"field.{name}.{outcome}"] += 1
            sums[f"aligned.{name}.{outcome}"] += 1
    lefts, rights = {p.left for p in pairs}, {p.right for p in pairs} | ignored
    for i, item in enumerate(gold):
        sums.update(f"field.{name}.missing" for name in _given(item) if i not in lefts)
    for j, each in enumerate(found):
        sums.update(f"field.{name}.spurious" for name in _given(each.item) if j not in rights)
    return sums


def _given(item: Item) -> Iterator[str]:
    yield from ("actor", "action", "evidence")
    yield from (
        name for name in ("deadline", "recipient", "condition", "implementer") if getattr(item, name) is not None
    )


def _outcomes(gold: Item, found: Item, pair: Pair) -> Iterator[tuple[str, str]]:
    wanted, given = set(_given(gold)), set(_given(found))
    for name in FIELDS:
        if name in wanted or name in given:
            yield name, _outcome(name in wanted, name in given, _similarity(name, gold, found, pair))


def _similarity(name: str, gold: Item, found: Item, pair: Pair) -> float:
    if name in pair.fields:
        return pair.fields[name]
    return token_f1(getattr(gold, name) or "", getattr(found, name) or "")


def _outcome(is_wanted: bool, is_given: bool, similarity: float) -> str:
    if not is_given:
        return "missing"
    if not is_wanted:
        return "spurious"
    return "correct" if similarity >= RIGHT else "partial" if similarity >= HALF else "incorrect"


def _labels(article: GoldArticle, found: Sequence[Found], pairs: Sequence[Pair]) -> Counter[str]:
    """Polarity and strength of assigned pairs, gold and found; and whether the days of a deadline are right."""
    sums = Counter[str]()
    for pair in pairs:
        gold, item = article.commitments[pair.left], found[pair.right].item
        sums[f"polarity.{gold.polarity}.{item.polarity}"] += 1
        sums[f"strength.{gold.strength}.{item.strength}"] += 1
        if gold.deadline and (gold.deadline.earliest or gold.deadline.latest):
            sums["dated"] += 1
            sums["dated_right"] += pair.fields["deadline"] >= RIGHT
    return sums


# --- evidence


def _evidence(gold: Sequence[Item], found: Sequence[Found], pairs: Sequence[Pair], ignored: set[int]) -> Counter[str]:
    """Spans as in the gold, and characters (of gold that was not found: its first run's)."""
    sums = Counter[str]()
    for pair in pairs:
        both, mine, theirs = _characters(gold[pair.left], found[pair.right].item)
        sums.update(chars_both=both, chars_gold=theirs, chars_found=mine)
        sums.update(aligned_chars_both=both, aligned_chars_gold=theirs, aligned_chars_found=mine)
        overlap = pair.fields["evidence"]
        sums.update(spans=1, spans_exact=overlap >= 1.0, spans_partial=HALF <= overlap < 1.0)
        sums["length_ratio"] += mine / theirs if theirs else 0.0  # type: ignore[assignment]
    lefts, rights = {p.left for p in pairs}, {p.right for p in pairs} | ignored
    sums["chars_gold"] += sum(_length(g.evidence[:1]) for i, g in enumerate(gold) if i not in lefts)
    sums["chars_found"] += sum(_length(f.item.evidence) for j, f in enumerate(found) if j not in rights)
    return sums


def _grounded(found: Sequence[Found]) -> Sums:
    """Commitments whose quotes are in the article, of those that were looked for."""
    looked_for = [f for f in found if f.is_grounded is not None]
    return {
        "quoted": len(looked_for),
        "grounded": sum(f.is_grounded is True and bool(f.item.evidence) for f in looked_for),
    }


def _characters(gold: Item, found: Item) -> tuple[int, int, int]:
    """In both, in the found evidence, in the gold's: of all its runs, or of the one that fits best."""
    options = [gold.evidence, *([run] for run in gold.evidence)]
    best = max(options, key=lambda spans: span_overlap(spans, found.evidence))
    mine, theirs = _length(found.evidence), _length(best)
    return mine + theirs - _length([*found.evidence, *best]), mine, theirs


def _length(spans: Sequence[Span]) -> int:
    """Characters, each once."""
    return sum(s.end - s.start for s in merged(spans))


def _sentence_sums(gold: Sequence[Item], kept: Sequence[Found], sentences: Sequence[Span]) -> Sums:
    """Sentences that evidence touches: in both, in the gold, found; nothing without the article's sentences."""
    if not sentences:
        return {}
    marked = [_touched(sentences, [s for i in items for s in i.evidence]) for items in (gold, [f.item for f in kept])]
    return {
        "sentences_both": len(marked[0] & marked[1]),
        "sentences_gold": len(marked[0]),
        "sentences_found": len(marked[1]),
    }


def _touched(sentences: Sequence[Span], evidence: Sequence[Span]) -> set[int]:
    ordered = merged(evidence)
    return {i for i, sentence in enumerate(sentences) if overlaps_any(sentence, ordered)}


# --- articles without commitments, and summaries


def _of_empty(article: GoldArticle, prediction: Prediction, kept: int) -> Sums:
    """An article that failed, or of which an answer was lost, is not one that was rightly left empty."""
    if article.commitments:
        return {}
    was_read = prediction.status != "failed" and not prediction.reason
    return {"empty_gold": 1, "left_empty": float(was_read and not kept), "false_on_empty": kept}


def _summary_sums(summary: SummaryScore) -> Sums:
    values = {f"summary.{name}": value for name, value in summary.values.items()}
    return {**values, **{f"summaries.{name}": 1.0 for name in summary.values}}
