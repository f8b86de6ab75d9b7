"""Commitments that say the same -> one commitment, all evidence kept."""

from collections.abc import Iterable, Sequence

from pipeline.language import numbers, stems
from pipeline.records import Actor, Commitment, Evidence

# Two actions are one when the shorter's stems lie in the longer's to this share. From .5 to .8 Detection on the
# development half of the written articles moves by .001 only; at .6 a quote joins the report of it.
SAME_ACTION = 0.6


def merge(commitments: Iterable[Commitment]) -> tuple[Commitment, ...]:
    """The commitments without repetitions, in the order of their first evidence, ids `c1`, `c2`, …

    Two are one when actor, polarity and action agree and neither states a figure or a day that the other contradicts.
    The fullest statement gives the action, the most confident one the rest; what it leaves open comes from the others.
    """
    groups: list[list[Commitment]] = []
    for commitment in commitments:
        home = next((g for g in groups if any(_are_one(commitment, other) for other in g)), None)
        if home is None:
            groups.append([commitment])
        else:
            home.append(commitment)
    merged = sorted((_joined(group) for group in groups), key=lambda c: (min(e.start for e in c.evidence), c.action))
    return tuple(c.model_copy(update={"id": f"c{number}"}) for number, c in enumerate(merged, 1))


def _are_one(a: Commitment, b: Commitment) -> bool:
    if a.polarity != b.polarity or not _same_actor(a.actor, b.actor):
        return False
    if _contradict(numbers(a.action), numbers(b.action)) or _days_differ(a, b):
        return False
    return _same_action(stems(a.action), stems(b.action))


def _same_actor(a: Actor, b: Actor) -> bool:
    return bool({_folded(n) for n in (a.name, *a.aliases)} & {_folded(n) for n in (b.name, *b.aliases)})


def _folded(name: str) -> str:
    return name.casefold().removeprefix("the ")


def _same_action(a: Sequence[str], b: Sequence[str]) -> bool:
    short, long = sorted((set(a), set(b)), key=len)
    return bool(short) and len(short & long) >= SAME_ACTION * len(short) and (len(short) > 1 or short == long)


def _contradict(a: Iterable[str], b: Iterable[str]) -> bool:
    """Both give numbers, and each gives one that the other lacks."""
    left, right = set(a), set(b)
    return bool(left - right) and bool(right - left)


def _days_differ(a: Commitment, b: Commitment) -> bool:
    if a.deadline is None or b.deadline is None:
        return False
    return bool(a.deadline.latest and b.deadline.latest and a.deadline.latest != b.deadline.latest)


def _joined(group: Sequence[Commitment]) -> Commitment:
    best, *others = sorted(group, key=lambda c: (-c.confidence, c.evidence[0].start))
    fullest = max(group, key=lambda c: (len(set(stems(c.action))), -c.evidence[0].start))
    filled = {
        name: next((getattr(c, name) for c in (best, *others) if getattr(c, name) is not None), None)
        for name in ("implementer", "condition", "recipient", "deadline")
    }
    aliases = dict.fromkeys(
        n for c in (best, *others) for n in (c.actor.name, *c.actor.aliases) if n != best.actor.name
    )
    actor = best.actor.model_copy(update={"aliases": tuple(aliases)})
    strength = "conditional" if filled["condition"] else best.strength
    evidence = _union([e for c in (best, *others) for e in c.evidence])
    return best.model_copy(
        update={**filled, "action": fullest.action, "strength": strength, "actor": actor, "evidence": evidence}
    )


def _union(evidence: Sequence[Evidence]) -> tuple[Evidence, ...]:
    """The spans in their order without those that lie inside another."""
    kept: list[Evidence] = []
    for span in evidence:
        if not any(other.covers(span) for other in kept):
            kept = [other for other in kept if not span.covers(other)] + [span]
    return tuple(kept)
