"""Two runs or more over the same gold -> which differences the data shows, which runs it cannot tell apart.

Every pair of runs is compared article by article. The p-values of the headline score are adjusted over all pairs of
runs, and by these runs are ranked; those of the other scores over the scores of a pair (Holm 1979). Runs that share a
letter cannot be told apart on the headline score (compact letter display, Piepho 2004).
"""

from collections.abc import Sequence
from itertools import combinations
from typing import NamedTuple, TypeVar

from eval.metrics import HEADLINE, HEADLINES, Sheet, columns
from eval.scoring import SWEEP, Row
from eval.uncertainty import Difference, differences, draw, holm, mcnemar

Name = TypeVar("Name", str, int)
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
    """Run `a` against run `b`; `adjusted` are the p-values after Holm's adjustment: that of the headline score over all
    pairs of runs, those of the others over the scores of this pair.
    """

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
    """A run's place: one more than the runs that are shown to be better; runs that share a letter may be as good.

    `rank` is None where the headline score was not taken.
    """

    name: str
    rank: int | None
    letters: str


class Ranking(NamedTuple):
    standings: tuple[Standing, ...]
    pairings: tuple[Pairing, ...]
    keys: tuple[str, ...]


def rank(sheets: Sequence[Sheet], keys: Sequence[str] = HEADLINES) -> Ranking:
    """All pairs of runs, and the runs in the order of the headline score. Sheets must be of the same articles.

    Runs without it are compared with nobody, and stand last.
    """
    unranked = [s for s in sheets if s.scores[HEADLINE].value is None]
    sheets = [s for s in sheets if s.scores[HEADLINE].value is not None]
    shown = [k for k in keys if any(s.scores[k].value is not None for s in sheets)]
    sides = [columns(s.rows, shown) for s in sheets]
    drawn = [draw(*side) for side in sides]
    pairs = list(combinations(range(len(sheets)), 2))
    found = [dict(zip(shown, differences(sides[i], sides[j], (drawn[i], drawn[j])), strict=True)) for i, j in pairs]
    headline = holm([_p(row.get(HEADLINE)) for row in found])
    pairings = [_pairing(sheets[i], sheets[j], row, p) for (i, j), row, p in zip(pairs, found, headline, strict=True)]
    standings = [*_standings(sheets, pairs, pairings), *(Standing(s.name, None, "") for s in unranked)]
    return Ranking(tuple(standings), tuple(pairings), tuple(shown))


def _p(difference: Difference | None) -> float:
    return 1.0 if difference is None or difference.p is None else difference.p


def _pairing(a: Sheet, b: Sheet, found: dict[str, Difference], headline_p: float) -> Pairing:
    tested = [key for key, d in found.items() if d.p is not None and key != HEADLINE]
    adjusted = dict(zip(tested, holm([_p(found[key]) for key in tested]), strict=True))
    return Pairing(
        a.name,
        b.name,
        found,
        {HEADLINE: headline_p, **adjusted} if HEADLINE in found else adjusted,
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


def _standings(
    sheets: Sequence[Sheet], pairs: Sequence[tuple[int, int]], pairings: Sequence[Pairing]
) -> list[Standing]:
    """By place, not by name: two runs may be called the same."""
    order = sorted(range(len(sheets)), key=lambda i: (-_headline(sheets[i]), sheets[i].name, i))
    winners = {pair: pair[won] for pair, p in zip(pairs, pairings, strict=True) if (won := _winner(p)) is not None}
    letters = _letters(order, {frozenset(pair) for pair in winners})
    return [
        Standing(sheets[i].name, 1 + sum(w != i and i in pair for pair, w in winners.items()), letters[i])
        for i in order
    ]


def _headline(sheet: Sheet) -> float:
    value = sheet.scores[HEADLINE].value
    return -1.0 if value is None else value


def _winner(pairing: Pairing) -> int | None:
    """0 or 1: which of the two is shown to be better on the headline score."""
    if not pairing.is_shown(HEADLINE):
        return None
    return 0 if (pairing.differences[HEADLINE].value or 0.0) > 0 else 1


def _letters(names: Sequence[Name], apart: set[frozenset[Name]]) -> dict[Name, str]:
    """The fewest groups by insertion and absorption: two names share a letter when they are not apart."""
    groups: list[frozenset[Name]] = [frozenset(names)]
    for pair in sorted(apart, key=sorted):
        split = [g - {one} for g in groups if pair <= g for one in sorted(pair)]
        groups = [g for g in groups if not pair <= g] + split
        groups = [g for i, g in enumerate(groups) if not any(g < o or (g == o and i > j) for j, o in enumerate(groups))]
    ordered = sorted(groups, key=lambda g: [n in g for n in names], reverse=True)
    alphabet = "abcdefghijklmnopqrstuvwxyz"
    named = [alphabet[i] if i < len(alphabet) else f"({i})" for i in range(len(ordered))]
    return {n: "".join(letter for letter, g in zip(named, ordered, strict=True) if n in g) for n in names}
