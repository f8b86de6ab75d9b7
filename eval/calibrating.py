"""Pairs of commitments that people marked as the same or as different -> where τ and Core's thresholds should lie.

A pair is called the same when its similarity reaches τ; Core when actor and action reach theirs and nothing is
reversed. Each threshold is put where the calls agree best with people by Cohen's κ, and drawn again with the articles:
the interval says how sure that is, and people's own κ how well it could be.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import combinations, islice, zip_longest
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from eval.aligning import CORE_ACTION, CORE_ACTOR, TAU, Deadline, Item, Pair, compare
from eval.predictions import Run, item_of
from eval.scoring import rounded
from eval.selecting import Selection
from eval.uncertainty import SEED
from pipeline.display import safe
from pipeline.errors import InputError
from pipeline.records import Span

# Thresholds that are tried.
STEPS = tuple(round(0.05 * k, 2) for k in range(1, 20))
RESAMPLES = 2_000
# Pairs are drawn evenly from similarities in these bands: most pairs of two lists have nothing to do with each other.
BANDS = (0.0, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.01)
LEAST_PAIRS = 20


class Side(BaseModel):
    """A commitment as people see it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    actors: tuple[str, ...] = Field(min_length=1)
    actions: tuple[str, ...] = Field(min_length=1)
    polarity: str
    strength: str
    evidence: tuple[Span, ...]
    deadline: tuple[str, date | None, date | None] | None = None
    recipient: str | None = None
    quote: str = ""

    @property
    def item(self) -> Item:
        text, *days = self.deadline or ("", None, None)
        deadline = Deadline(text, *(d.isoformat() if d else None for d in days)) if self.deadline else None
        return Item(self.actors, self.actions, self.polarity, self.strength, self.evidence, deadline, self.recipient)


class Marked(BaseModel):
    """One line of a file of pairs: `same` by annotator, null where it is still to be marked.

    `weight`: how many pairs of the runs it stands for; of those that have little in common few are drawn.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    article: str
    gold: Side
    found: Side
    same: dict[str, bool | None]
    weight: float = Field(default=1.0, gt=0, allow_inf_nan=False)


class Threshold(NamedTuple):
    """Where it is, where people would have it with a 95 % interval, and κ with people at both."""

    name: str
    now: float
    best: float
    low: float
    high: float
    kappa_now: float | None
    kappa_best: float | None


class Calibration(NamedTuple):
    """`people` is the mean κ of pairs of annotators, None with one; `curve` is κ by τ."""

    pairs: int
    articles: int
    same: int
    annotators: tuple[str, ...]
    people: float | None
    thresholds: tuple[Threshold, ...]
    curve: tuple[tuple[float, float | None], ...]

    def to_json(self) -> dict[str, Any]:
        return dict(rounded({**self._asdict(), "thresholds": [t._asdict() for t in self.thresholds]}))


# --- drawing pairs to mark


def draw_pairs(selection: Selection, runs: Sequence[Run], count: int, annotators: Sequence[str]) -> list[Marked]:
    """Gold and found commitments of one article, evenly over similarities; the same input draws the same."""
    bands: defaultdict[int, list[tuple[str, Side, Side]]] = defaultdict(list)
    for article in selection.articles:
        gold = [item_of(c) for c in article.commitments]
        text = selection.texts.get(article.id)
        for run in runs:
            found = [f.item for f in run.predictions[article.id].found]
            for row in compare(gold, found).pairs:
                for pair in row:
                    sides = _side(gold[pair.left], text), _side(found[pair.right], text)
                    bands[_band(pair.similarity)].append((article.id, *sides))
    random = np.random.Generator(np.random.PCG64(SEED))
    options = [list(dict.fromkeys(bands[band])) for band in sorted(bands)]
    queues = [[own[i] for i in random.permutation(len(own))] for own in options]
    turns = ((band, pair) for turn in zip_longest(*queues) for band, pair in enumerate(turn) if pair is not None)
    chosen = list(islice(turns, count))
    drawn = Counter(band for band, _ in chosen)
    weights = {band: len(options[band]) / number for band, number in drawn.items()}
    mixed = [chosen[i] for i in random.permutation(len(chosen))]
    return [
        Marked(article=a, gold=g, found=f, same=dict.fromkeys(annotators), weight=round(weights[band], 6))
        for band, (a, g, f) in mixed
    ]


def _band(similarity: float) -> int:
    return next(i for i, upper in enumerate(BANDS[1:]) if similarity < upper)


def _side(item: Item, text: str | None) -> Side:
    quote = " … ".join(" ".join(s.of(text).split()) for s in item.evidence) if text is not None else ""
    return Side(
        actors=item.actors,
        actions=item.actions,
        polarity=item.polarity,
        strength=item.strength,
        evidence=item.evidence,
        deadline=_days_of(item.deadline) if item.deadline else None,
        recipient=item.recipient,
        quote=quote,
    )


def _days_of(deadline: Deadline) -> tuple[str, date | None, date | None]:
    first, last = (date.fromisoformat(d) if d else None for d in (deadline.earliest, deadline.latest))
    return deadline.text, first, last


def read_pairs(path: Path) -> list[Marked]:
    """The pairs that somebody has marked. Raises InputError naming the line that is none, or when there are too few."""
    if not path.is_file():
        raise InputError(
            f"there is no file {path}", hint="`onrecord eval pairs RUN --gold DIR -o FILE` draws pairs to mark"
        )
    found: list[Marked] = []
    for number, line in enumerate(path.read_text("utf-8-sig", "replace").split("\n"), 1):
        if line.strip():
            found.append(_pair(path, number, line))
    if len({(m.article, m.gold, m.found) for m in found}) < len(found):
        raise InputError(f"{path} has a pair twice", hint="two annotators' marks of a pair go into one line")
    marked = [m for m in found if any(v is not None for v in m.same.values())]
    if len(marked) < LEAST_PAIRS:
        hint = f"{LEAST_PAIRS} at least: write true or false where `same` has null"
        raise InputError(f"{len(marked)} of {len(found)} pairs in {path} are marked", hint=hint)
    return marked


def _pair(path: Path, number: int, line: str) -> Marked:
    try:
        return Marked.model_validate_json(line)
    except ValidationError as exc:
        first = exc.errors()[0]
        place = ".".join(map(str, first["loc"])) or "the whole"
        raise InputError(f"{path}, line {number}: {place}: {first['msg']}", hint="one pair is one JSON object") from exc


# --- where thresholds should lie


class _Judged(NamedTuple):
    """A pair, and what most annotators say of it (those who are split say nothing)."""

    article: str
    pair: Pair
    same: bool
    weight: float


def calibrate(marked: Sequence[Marked]) -> Calibration:
    """Raises InputError when all that is marked is the same, or all different."""
    judged = list(_judged(marked))
    same = np.array([j.same for j in judged], bool)
    if len(judged) < LEAST_PAIRS:
        hint = f"{LEAST_PAIRS} at least, on which the annotators are not split"
        raise InputError(f"{len(judged)} pairs were decided", hint=hint)
    if same.all() or not same.any():
        raise InputError(
            "every pair is marked alike", hint="a threshold needs pairs that are the same and pairs that are not"
        )
    if len({j.article for j in judged}) < 2:
        raise InputError("all pairs are of one article", hint="one article says nothing of others; draw from more")
    own = np.array([j.weight for j in judged])
    weights = np.vstack([own, own * _drawn([j.article for j in judged])])
    tau = _calls(judged, lambda p, t: p.similarity >= t)
    actor = _calls(
        judged, lambda p, t: p.fields["actor"] >= t and p.fields["action"] >= CORE_ACTION and not _is_opposed(p)
    )
    action = _calls(
        judged, lambda p, t: p.fields["actor"] >= CORE_ACTOR and p.fields["action"] >= t and not _is_opposed(p)
    )
    names = sorted({name for m in marked for name in m.same})
    curve = _kappas(tau, same, weights[:1])[0]
    return Calibration(
        pairs=len(judged),
        articles=len({j.article for j in judged}),
        same=int(same.sum()),
        annotators=tuple(names),
        people=_kappa_of_people(marked, names),
        thresholds=(
            _threshold("tau", TAU, tau, same, weights),
            _threshold("core actor", CORE_ACTOR, actor, same, weights),
            _threshold("core action", CORE_ACTION, action, same, weights),
        ),
        curve=tuple((t, _at(curve, k)) for k, t in enumerate(STEPS)),
    )


def _is_opposed(pair: Pair) -> bool:
    return pair.is_reversed or pair.has_other_figures


def _judged(marked: Sequence[Marked]) -> Iterator[_Judged]:
    for m in marked:
        said = [v for v in m.same.values() if v is not None]
        if 2 * sum(said) != len(said):
            pair = compare([m.gold.item], [m.found.item]).pairs[0][0]
            yield _Judged(m.article, pair, 2 * sum(said) > len(said), m.weight)


def _calls(judged: Sequence[_Judged], is_same: Any) -> NDArray[np.bool_]:
    """What each threshold calls the same: (STEPS, pairs)."""
    return np.array([[bool(is_same(j.pair, t - 1e-9)) for j in judged] for t in STEPS])


def _drawn(articles: Sequence[str]) -> NDArray[np.float64]:
    """How often each pair stands in each resample of the articles: (RESAMPLES, pairs)."""
    names = sorted(set(articles))
    place = np.array([names.index(a) for a in articles])
    draws = np.random.Generator(np.random.PCG64(SEED)).integers(0, len(names), (RESAMPLES, len(names)))
    counts = np.array([np.bincount(row, minlength=len(names)) for row in draws])
    return counts[:, place].astype(float)


def _threshold(
    name: str, now: float, calls: NDArray[np.bool_], same: NDArray[np.bool_], weights: NDArray[np.float64]
) -> Threshold:
    everything = _kappas(calls, same, weights[:1])[0]
    drawn = np.nan_to_num(_kappas(calls, same, weights[1:]), nan=-1.0)
    places = [_middle_of_best(row) for row in drawn]
    low, high = np.percentile(np.array(STEPS)[places], [2.5, 97.5], method="nearest")
    best = _middle_of_best(everything)
    return Threshold(
        name, now, STEPS[best], float(low), float(high), _at(everything, STEPS.index(now)), _at(everything, best)
    )


def _middle_of_best(kappas: NDArray[np.float64]) -> int:
    """Thresholds between which no pair lies are as good as each other: the middle of those at the top."""
    top = np.flatnonzero(kappas >= np.nanmax(kappas) - 1e-12)
    return int(top[len(top) // 2])


def _kappas(calls: NDArray[np.bool_], same: NDArray[np.bool_], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Cohen's κ of each threshold's calls with people: (rows of weights, STEPS)."""
    total = weights.sum(1, keepdims=True)
    agreeing = weights @ (calls == same).T.astype(float) / total
    called, is_same = weights @ calls.T.astype(float) / total, weights @ same.astype(float)[:, None] / total
    chance = called * is_same + (1 - called) * (1 - is_same)
    found: NDArray[np.float64] = np.divide(
        agreeing - chance, 1 - chance, out=np.full(chance.shape, np.nan), where=chance < 1
    )
    return found


def _at(kappas: NDArray[np.float64], place: int) -> float | None:
    return None if np.isnan(kappas[place]) else float(kappas[place])


def _kappa_of_people(marked: Sequence[Marked], names: Sequence[str]) -> float | None:
    """The mean over pairs of annotators of κ on what both have marked, weighted as the thresholds' is."""
    found: list[float] = []
    for a, b in combinations(names, 2):
        both = [m for m in marked if m.same.get(a) is not None and m.same.get(b) is not None]
        calls, same = (np.array([bool(m.same[name]) for m in both]) for name in (a, b))
        value = _at(_kappas(calls[None], same, np.array([[m.weight for m in both]]))[0], 0) if both else None
        found += [] if value is None else [value]
    return sum(found) / len(found) if found else None


def pair_line(marked: Marked) -> str:
    return json.dumps(marked.model_dump(mode="json"), ensure_ascii=False)


def calibration_table(found: Calibration) -> str:
    people = "not scored: one annotator, or all alike" if found.people is None else f"{found.people:.3f}"
    lines = [
        f"{found.pairs} pairs of {found.articles} articles, {found.same} the same",
        f"marked by {safe(', '.join(found.annotators))}",
        f"people among themselves: κ {people} (each pair weighs as many as it stands for, here and below)",
        f"{'threshold':12} {'now':>5} {'κ':>7}   {'best':>5} {'95 %':>14} {'κ':>7}",
    ]
    for t in found.thresholds:
        kappas = [f"{k:.3f}" if k is not None else "none" for k in (t.kappa_now, t.kappa_best)]
        lines.append(
            f"{t.name:12} {t.now:>5.2f} {kappas[0]:>7}   {t.best:>5.2f} [{t.low:>5.2f}, {t.high:>5.2f}] {kappas[1]:>7}"
        )
    lines += ["κ by τ: " + ", ".join(f"{t:.2f} {'none' if k is None else f'{k:.2f}'}" for t, k in found.curve)]
    return "".join(f"{line}\n" for line in lines)
