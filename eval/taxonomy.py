"""An article's pairs and what was left over -> one mistake each: what kind, the first that fits.

Of what was found and belongs to nothing: fabricated, duplicate, split, merged, near miss, not a commitment. Of pairs:
fabricated, wrong actor, polarity, wrong number, other action, wrong deadline. Of gold that nothing belongs to:
unreadable reply, merged, near miss, missed.
"""

from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from eval.aligning import CORE_ACTION, CORE_ACTOR, RIGHT, ROUNDING, TAU, Comparison, Item, Pair, tokens
from eval.predictions import Prediction
from pipeline.records import Span

Kind = Literal[
    "unreadable reply",
    "fabricated",
    "duplicate",
    "split",
    "merged",
    "near miss",
    "not a commitment",
    "wrong actor",
    "polarity",
    "wrong number",
    "wrong deadline",
    "other action",
    "missed",
]
KINDS: tuple[Kind, ...] = Kind.__args__  # type: ignore[attr-defined]
# What each means, for pages and tables.
MEANINGS: dict[Kind, str] = {
    "unreadable reply": "the system failed on the article, and its commitments are missed",
    "fabricated": "the evidence is not in the article",
    "duplicate": "found once more: it belongs to a commitment that another one was assigned to",
    "split": "a piece of a commitment that another one was assigned to",
    "merged": "several commitments in one",
    "near miss": "alike, and not enough to be assigned",
    "not a commitment": "nothing in the gold is like it",
    "wrong actor": "the right commitment, another actor",
    "polarity": "the right commitment, the opposite said",
    "wrong number": "the right commitment, other figures",
    "wrong deadline": "right but for its deadline",
    "other action": "the right evidence and actor, another action",
    "missed": "nothing found is like it, or only what belongs to another",
}
NEAR = 0.3
# A piece has most of its words from the whole.
PIECE = 0.5


class Mistake(NamedTuple):
    """`gold` and `found` are places in the two lists, both for a pair; `similarity` is the best that there is.

    `words` tell who and what, of the gold and of what was found.
    """

    kind: Kind
    gold: int | None
    found: int | None
    similarity: float
    words: str = ""


def mistakes(
    gold: Sequence[Item], prediction: Prediction, compared: Comparison, pairs: Sequence[Pair], ignored: set[int]
) -> Iterator[Mistake]:
    """Every mistake of one article, in the order of the gold and then of what was found."""
    found = [f.item for f in prediction.found]
    by_gold, by_found = {p.left: p for p in pairs}, {p.right: p for p in pairs}
    for i, item in enumerate(gold):
        if i in by_gold:
            pair = by_gold[i]
            kind = _of_pair(pair) if prediction.found[pair.right].is_grounded is not False else "fabricated"
            if kind is not None:
                yield Mistake(kind, i, pair.right, pair.similarity, _words(item, found[pair.right]))
        else:
            best = max((p.similarity for p in compared.pairs[i]), default=0.0)
            yield Mistake(_of_gold(item, found, prediction, pairs, best), i, None, best, _words(item, None))
    for j, each in enumerate(prediction.found):
        if j not in by_found and j not in ignored:
            column = [row[j] for row in compared.pairs]
            best = max((p.similarity for p in column), default=0.0)
            kind = "fabricated" if each.is_grounded is False else _of_found(j, gold, found, column, by_gold)
            yield Mistake(kind, None, j, best, _words(None, found[j]))


def _words(gold: Item | None, found: Item | None) -> str:
    told = (("gold", gold), ("found", found))
    return " / ".join(f"{side}: {item.actors[0]}: {_act(item)}" for side, item in told if item is not None)


def _act(item: Item) -> str:
    return f"{'not to ' if item.polarity == 'not_do' else ''}{item.actions[0]}"


def _of_pair(pair: Pair) -> Kind | None:
    if pair.fields["actor"] < CORE_ACTOR:
        return "wrong actor"
    if pair.is_reversed:
        return "polarity"
    if pair.has_other_figures:
        return "wrong number"
    if pair.fields["action"] < CORE_ACTION:
        return "other action"
    return "wrong deadline" if pair.fields.get("deadline", 1.0) < RIGHT else None


def _of_gold(item: Item, found: Sequence[Item], prediction: Prediction, pairs: Sequence[Pair], best: float) -> Kind:
    if prediction.status == "failed":
        return "unreadable reply"
    if any(_touches(item, found[p.right]) and _is_piece(item, found[p.right]) for p in pairs):
        return "merged"
    return "near miss" if NEAR <= best < TAU - ROUNDING else "missed"


def _of_found(
    place: int, gold: Sequence[Item], found: Sequence[Item], column: Sequence[Pair], by_gold: dict[int, Pair]
) -> Kind:
    """`column` compares it with every gold commitment; what it is alike enough to is assigned to another."""
    item = found[place]
    best = max((p.similarity for p in column), default=0.0)
    if best >= TAU - ROUNDING:
        return "duplicate"
    inside = [i for i, g in enumerate(gold) if i in by_gold and _lies_in(item, g) and _is_piece(item, g)]
    if inside:
        return "split"
    if sum(_touches(g, item) and _is_piece(g, item) for g in gold) > 1:
        return "merged"
    return "near miss" if best >= NEAR else "not a commitment"


def _is_piece(piece: Item, whole: Item) -> bool:
    """Most words of one of its actions stand in the other's."""
    words = [set(tokens(a)) for a in piece.actions]
    known = {w for a in whole.actions for w in tokens(a)}
    return any(len(w & known) > PIECE * len(w) for w in words)


def _touches(left: Item, right: Item) -> bool:
    return any(a.overlaps(b) for a in left.evidence for b in right.evidence)


def _lies_in(inner: Item, outer: Item) -> bool:
    return bool(inner.evidence) and all(_is_covered(span, outer.evidence) for span in inner.evidence)


def _is_covered(span: Span, spans: Sequence[Span]) -> bool:
    return any(other.covers(span) for other in spans)
