"""Commitments that say the same -> one commitment, all evidence kept."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from pipeline.language import WORD, numbers, stem, stems
from pipeline.records import Commitment, Evidence

# Two actions are one when the shorter's stems lie in the longer's to this share. From .5 to .8 Detection on the
# development half of the written articles moves by .001 only; at .6 a quote joins the report of it.
SAME_ACTION = 0.6
# Words in brackets are taken from another sentence; beside them each must say so much of its own to be an act apart:
# with 1 there are 10 more commitments over 714 labelled articles and 3 more right ones, with 2 there are 5 and 1.
LEAST_OWN = 2
# A share of stems misses a whole number by the last bit.
ROUNDING = 1e-9

# Words that may tell one act. Other verbs, and all names, tell two: "increase funding" and "reduce funding".
_ONE_ACT = (
    "give provide offer supply grant deliver bring",
    "spend invest put pay fund allocate inject",
    "build construct erect create develop establish set found",
    "hire recruit employ appoint take",
    "begin start launch open introduce unveil",
    "scrap abolish axe end stop halt repeal cancel drop ditch",
    "cut reduce lower slash bring",
    "raise increase lift boost expand",
    "hold conduct carry run stage host",
    "publish release issue set",
    "buy purchase acquire",
    "shut close",
    "mend repair fix restore rebuild",
    "leave quit resign step",
    "keep retain maintain continue stay remain",
    "back support",
    "let allow permit enable",
    "hand return give",
    "plan seek try work aim look move go begin start continue keep help get",
)
_ACTS = tuple(frozenset(stem(word) for word in line.split()) for line in _ONE_ACT)
# What says no more of the act: times, which are compared as days, and prepositions.
_ASIDE = frozenset(
    map(
        stem,
        "along across against among around behind beside near onto per through throughout towards via within"
        " today tomorrow tonight day week weekend month quarter year decade spring summer autumn winter"
        " next last soon later earlier now again immediately monday tuesday wednesday thursday friday saturday sunday"
        " january february march april june july august september october november december".split(),
    )
)

# Statements of one act that a further one is compared with; the tenth repetition says what the first said.
MOST_COMPARED = 10


def merge(commitments: Iterable[Commitment]) -> tuple[Commitment, ...]:
    """The commitments without repetitions, in the order of their first evidence, ids `c1`, `c2`, …

    Two are one when actor, polarity and action agree and neither has a figure, a day, a verb, a name or an object where
    the other has another. The fullest statement gives the action, the most confident one the rest; what it leaves open
    comes from the others.
    """
    said = [_Said.of(commitment) for commitment in commitments]
    places = _Places(said)
    groups: list[list[_Said]] = []
    for one in said:
        likely = (n for n in places.of(one) if any(_are_one(one, other) for other in groups[n][:MOST_COMPARED]))
        home = next(likely, len(groups))
        if home == len(groups):
            groups.append([])
        groups[home].append(one)
        if len(groups[home]) <= MOST_COMPARED:
            places.add(home, one)
    merged = sorted(
        (_joined([said.commitment for said in group]) for group in groups),
        key=lambda c: (min(e.start for e in c.evidence), c.action),
    )
    return tuple(c.model_copy(update={"id": f"c{number}"}) for number, c in enumerate(merged, 1))


class _Said(NamedTuple):
    """A commitment with what is compared of it, worked out once."""

    commitment: Commitment
    names: frozenset[str]
    figures: frozenset[str]
    stems: frozenset[str]
    verb: str
    proper: frozenset[str]

    @classmethod
    def of(cls, commitment: Commitment) -> "_Said":
        actor, action = commitment.actor, commitment.action
        names = frozenset(_folded(name) for name in (actor.name, *actor.aliases))
        said = stems(action)
        proper = {s for word in WORD.findall(action)[1:] if word[0].isupper() for s in stems(word)}
        return cls(
            commitment, names, frozenset(numbers(action)), frozenset(said), next(iter(said), ""), frozenset(proper)
        )


class _Places:
    """In which groups a commitment may belong, without a look at all of an actor's.

    Two actions that are one share `SAME_ACTION` of the shorter's stems, so at least one of its rarest, were it to have
    one more than it may do without: prefix filtering (Chaudhuri, Ganti and Kaushik 2006).
    """

    def __init__(self, said: Sequence[_Said]) -> None:
        self._counts = Counter(stem for one in said for stem in one.stems)
        self._by_stem: defaultdict[tuple[str, str], set[int]] = defaultdict(set)
        self._by_rare: defaultdict[tuple[str, str], set[int]] = defaultdict(set)

    def of(self, one: _Said) -> list[int]:
        """Numbers of groups, in the order in which they were begun."""
        found: set[int] = set()
        for name in one.names:
            found.update(*(self._by_stem.get((name, stem), ()) for stem in self._rarest(one)))
            found.update(*(self._by_rare.get((name, stem), ()) for stem in one.stems))
        return sorted(found)

    def add(self, group: int, one: _Said) -> None:
        for name in one.names:
            for word in one.stems:
                self._by_stem[name, word].add(group)
            for word in self._rarest(one):
                self._by_rare[name, word].add(group)

    def _rarest(self, one: _Said) -> list[str]:
        order = sorted(one.stems, key=lambda stem: (self._counts[stem], stem))
        return order[: len(order) - math.ceil(SAME_ACTION * len(order) - ROUNDING) + 1]


def _are_one(a: _Said, b: _Said) -> bool:
    if a.commitment.polarity != b.commitment.polarity or not a.names & b.names:
        return False
    if (a.figures - b.figures and b.figures - a.figures) or _days_differ(a.commitment, b.commitment):
        return False
    return _same_action(a.stems, b.stems) and not _are_two(a, b)


def _are_two(a: _Said, b: _Said) -> bool:
    """True when each says what the other lacks, and that is a verb, a name, or one word in place of another.

    A fuller statement in another sentence may tell the same in its own words; in one sentence nothing is told twice.
    """
    only_a, only_b = _lacking(a, b), _lacking(b, a)
    is_near = _share_evidence(a.commitment, b.commitment)
    is_borrowed = "[" in a.commitment.action or "[" in b.commitment.action
    if min(len(only_a), len(only_b)) < (LEAST_OWN if is_borrowed and not is_near else 1):
        return False
    if (a.verb in only_a and b.verb in only_b) or (only_a & a.proper and only_b & b.proper):
        return True
    if a.verb != b.verb and (a.verb in b.stems or b.verb in a.stems):  # "let them build homes" and "build homes"
        return False
    return is_near or len(only_a) == len(only_b)


def _lacking(a: _Said, b: _Said) -> frozenset[str]:
    """What `a` says and `b` does not, without figures and times, which are compared as such."""
    lacking = (s for s in a.stems - b.stems if not s[0].isdigit() and s not in _ASIDE)
    return frozenset(s for s in lacking if not any(_are_akin(s, other) for other in b.stems))


def _are_akin(a: str, b: str) -> bool:
    """True for forms of one word, which the stems may leave apart, and for verbs that tell one act."""
    short = min(len(a), len(b))
    return a[: max(3, short - 1)] == b[: max(3, short - 1)] or any(a in act and b in act for act in _ACTS)


def _share_evidence(a: Commitment, b: Commitment) -> bool:
    return any(e.start < f.end and f.start < e.end for e in a.evidence for f in b.evidence)


def _folded(name: str) -> str:
    return name.casefold().removeprefix("the ")


def _same_action(a: frozenset[str], b: frozenset[str]) -> bool:
    short, long = sorted((a, b), key=len)
    return bool(short) and len(short & long) >= SAME_ACTION * len(short) and (len(short) > 1 or short == long)


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
    outer: set[tuple[int, int]] = set()
    end = -1
    for span in sorted(evidence, key=lambda e: (e.start, -e.end)):
        if span.end > end:
            outer.add((span.start, span.end))
            end = span.end
    return tuple({(e.start, e.end): e for e in evidence if (e.start, e.end) in outer}.values())
