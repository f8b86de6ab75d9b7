"""Two runs or more over the same gold -> which differences the data shows, which runs it cannot tell apart.

Every pair of runs is compared article by article; p-values are adjusted over all that are shown (Holm 1979). Runs that
share a letter cannot be told apart on the headline score (compact letter display, Piepho 2004).
"""

from collections.abc import Sequence
from itertools import combinations
from typing import NamedTuple

from eval.metrics import HEADLINE, HEADLINES, METRICS, Sheet, columns
from eval.scoring import SWEEP, Row
from eval.uncertainty import Difference, differences, draw, holm, mcnemar

LEVEL = 0.05
SHOWN_ARTICLES = 10


class Found(NamedTuple):
    """Gold commitments that one run found and the other did not, both, neither; McNemar's exact p."""

    only_a: int
    only_b: int
    both: int
    neither: int
    p: float


class Step(NamedTuple):
    """Core F1 of both at one τ."""

    tau: float
    a: float | None
    b: float | None


class Apart(NamedTuple):
    """An article and the mistakes that each run makes in Core: what it missed and what it found wrongly."""

    article: str
    mistakes_a: int
    mistakes_b: int


class Pairing(NamedTuple):
    """Run `a` against run `b`; `adjusted` are the p-values after Holm's adjustment over all that is shown."""

    a: str
    b: str
    differences: dict[str, Difference]
    adjusted: dict[str, float]
    core: Found
    detection: Found
    sweep: tuple[Step, ...]
    apart: tuple[Apart, ...]

    @property
    def is_robust(self) -> bool:
        """Whether one of them is never behind whatever τ is."""
        leads = [s.a - s.b for s in self.sweep if s.a is not None and s.b is not None]
        return not (any(x > 0 for x in leads) and any(x < 0 for x in leads))

    def is_shown(self, key: str) -> bool:
        """Whether the data shows that the two differ."""
        return self.adjusted.get(key, 1.0) < LEVEL


class Standing(NamedTuple):
    """A run's place: one more than the runs that are shown to be better; runs that share a letter may be as good."""

    name: str
    rank: int
    letters: str


class Ranking(NamedTuple):
    standings: tuple[Standing, ...]
    pairings: tuple[Pairing, ...]
    keys: tuple[str, ...]


def rank(sheets: Sequence[Sheet], keys: Sequence[str] = HEADLINES) -> Ranking:
    """All pairs of runs, and the runs in the order of the headline score. Sheets must be of the same articles."""
    shown = [k for k in keys if any(s.scores[k].value is not None for s in sheets)]
    sides = [columns(s.rows, shown) for s in sheets]
    drawn = [draw(*side) for side in sides]
    pairs = list(combinations(range(len(sheets)), 2))
    found = [differences(sides[i], sides[j], (drawn[i], drawn[j])) for i, j in pairs]
    tests = [(n, k, d.p) for n, row in enumerate(found) for k, d in zip(shown, row, strict=True) if d.p is not None]
    adjusted: list[dict[str, float]] = [{} for _ in pairs]
    for (n, key, _), p in zip(tests, holm([p for _, _, p in tests]), strict=True):
        adjusted[n][key] = p
    pairings = [
        _pairing(sheets[i], sheets[j], dict(zip(shown, row, strict=True)), p)
        for (i, j), row, p in zip(pairs, found, adjusted, strict=True)
    ]
    return Ranking(tuple(_standings(sheets, pairings)), tuple(pairings), tuple(shown))


def _pairing(a: Sheet, b: Sheet, found: dict[str, Difference], adjusted: dict[str, float]) -> Pairing:
    return Pairing(
        a.name,
        b.name,
        found,
        adjusted,
        core=_found([set(r.core) for r in a.rows], [set(r.core) for r in b.rows], a.rows),
        detection=_found(_detected(a.rows), _detected(b.rows), a.rows),
        sweep=tuple(_step(a, b, tau) for tau in SWEEP),
        apart=_apart(a.rows, b.rows),
    )


def _detected(rows: Sequence[Row]) -> list[set[str]]:
    return [{str(p.left) for p in row.pairs} for row in rows]


def _found(a: Sequence[set[str]], b: Sequence[set[str]], rows: Sequence[Row]) -> Found:
    only_a = sum(len(x - y) for x, y in zip(a, b, strict=True))
    only_b = sum(len(y - x) for x, y in zip(a, b, strict=True))
    both = sum(len(x & y) for x, y in zip(a, b, strict=True))
    return Found(only_a, only_b, both, sum(r.gold for r in rows) - only_a - only_b - both, mcnemar(only_a, only_b))


def _step(a: Sheet, b: Sheet, tau: float) -> Step:
    key = f"core_f1@{tau:.2f}"
    return Step(tau, a.scores[key].value, b.scores[key].value)


def _apart(a: Sequence[Row], b: Sequence[Row]) -> tuple[Apart, ...]:
    found = [Apart(x.id, core_mistakes(x), core_mistakes(y)) for x, y in zip(a, b, strict=True)]
    differing = [f for f in found if f.mistakes_a != f.mistakes_b]
    return tuple(sorted(differing, key=lambda f: (-abs(f.mistakes_a - f.mistakes_b), f.article)))


def core_mistakes(row: Row) -> int:
    """Gold commitments without a Core hit, and found ones that are none."""
    return row.gold + row.found - 2 * len(row.core)


# --- ranks


def _standings(sheets: Sequence[Sheet], pairings: Sequence[Pairing]) -> list[Standing]:
    better = {frozenset((p.a, p.b)): _winner(p) for p in pairings}
    names = sorted((s.name for s in sheets), key=lambda n: (-_headline(sheets, n), n))
    apart = {pair for pair, winner in better.items() if winner is not None}
    letters = _letters(names, apart)
    return [
        Standing(n, 1 + sum(w is not None and w != n and n in pair for pair, w in better.items()), letters[n])
        for n in names
    ]


def _headline(sheets: Sequence[Sheet], name: str) -> float:
    value = next(s for s in sheets if s.name == name).scores[HEADLINE].value
    return -1.0 if value is None else value


def _winner(pairing: Pairing) -> str | None:
    """The run that is shown to be better on the headline score."""
    if not pairing.is_shown(HEADLINE):
        return None
    gap = pairing.differences[HEADLINE].value or 0.0
    return pairing.a if (gap > 0) == (METRICS[HEADLINE].better is not False) else pairing.b


def _letters(names: Sequence[str], apart: set[frozenset[str]]) -> dict[str, str]:
    """The fewest groups by insertion and absorption: two names share a letter when they are not apart."""
    groups: list[frozenset[str]] = [frozenset(names)]
    for pair in sorted(apart, key=sorted):
        split = [g - {one} for g in groups if pair <= g for one in sorted(pair)]
        groups = [g for g in groups if not pair <= g] + split
        groups = [g for i, g in enumerate(groups) if not any(g < o or (g == o and i > j) for j, o in enumerate(groups))]
    ordered = sorted(groups, key=lambda g: [n in g for n in names], reverse=True)
    alphabet = "abcdefghijklmnopqrstuvwxyz"
    named = [alphabet[i] if i < len(alphabet) else f"({i})" for i in range(len(ordered))]
    return {n: "".join(letter for letter, g in zip(named, ordered, strict=True) if n in g) for n in names}
