"""The scorer on this machine -> whether it gives the golden values, keeps its properties and is unlike wrong scorers.

Golden values are in selftest.json: cases worked out by hand from the scoring rules, statistics of other libraries. A
wrong scorer is one that was seen elsewhere or is easily written; each must miss a golden value that ours gives.
"""

import hashlib
import json
import os
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import cache, partial
from importlib import metadata, resources
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from eval.aligning import (
    ROUNDING,
    TAU,
    Comparison,
    Deadline,
    Item,
    Pair,
    assign,
    compare,
    fields_of,
    similarity,
    span_overlap,
)
from eval.gold import GoldArticle, GoldCommitment, GoldDeadline, GoldSource, parse_gold
from eval.metrics import METRICS, columns, scores_of
from eval.predictions import Found, Prediction, item_of
from eval.scoring import FIELDS, OUTCOMES, Row, rounded, score_article
from eval.uncertainty import DETECTABLE, RESAMPLES, differences, holm, interval, mcnemar
from pipeline.records import Span

GOLDEN = "selftest.json"
# Random cases for each property: all of them together take three seconds on one core.
ROUNDS = 150
TIERS = ("detection", "core", "exact")
# An end of a bootstrap interval of 10,000 resamples is itself uncertain: its standard error is
# √(.025 · .975 / 10,000) ÷ φ(1.96) = 0.027 standard errors of the score. Four of them.
END = 0.107
# The standard error of 10,000 resamples is uncertain by 1 ÷ √(2 · 10,000) = 0.7 % of itself. Four times that.
SPREAD = 0.03
# Seconds after which another process is given up; it takes about three.
PATIENCE = 120


class Check(NamedTuple):
    """`detail` says what was seen: of a check that failed, what should have been."""

    name: str
    passed: bool
    detail: str = ""


class Case(NamedTuple):
    """An article's gold, what a system said of it, and what the rules make of that."""

    name: str
    article: GoldArticle
    prediction: Prediction
    expected: Mapping[str, Any]


def self_test(seed: int = 0) -> list[Check]:
    """All checks, in the order: libraries, cases, statistics, properties on random cases, wrong scorers, hash seeds."""
    return [
        *_libraries(),
        *(_checked(f"case: {c.name}", partial(case_fault, c)) for c in cases()),
        *(_checked(f"statistics: {name}", fault) for name, fault in STATISTICS.items()),
        *_properties(seed),
        *_wrong_scorers(),
        _hash_seeds(),
    ]


def _checked(name: str, fault: Callable[[], str], passed: str = "") -> Check:
    """A check that breaks is one that failed, by the name of what broke it."""
    try:
        found = fault()
    except Exception as exc:  # noqa: BLE001 whatever a broken scorer raises
        found = f"{type(exc).__name__}: {exc}"
    return Check(name, not found, found or passed)


@cache
def golden() -> dict[str, Any]:
    read = json.loads((resources.files("eval") / GOLDEN).read_text("utf-8"))
    assert isinstance(read, dict)
    return read


def _libraries() -> Iterator[Check]:
    """What the figures hang on; rouge_score must be the version that signatures name."""
    for name in ("numpy", "scipy", "rouge_score"):
        try:
            found = metadata.version(name)
        except metadata.PackageNotFoundError:
            found = "missing"
        wanted = golden()["libraries"].get(name, found)
        passed = found == wanted != "missing"
        yield Check(f"library: {name}", passed, found if passed else f"{found}, and it should be {wanted}")


# --- cases


@cache
def cases() -> tuple[Case, ...]:
    return tuple(_case(written) for written in golden()["cases"])


def _case(written: Mapping[str, Any]) -> Case:
    name = written["name"]
    commitments = [_commitment(i, c) for i, c in enumerate(written["gold"])]
    disputed = [{"by": "b", "action": d["action"], "evidence": _spans(d)} for d in written.get("disputed", ())]
    read = {"id": name, "source": {"sha256": ""}, "commitments": commitments, "disputed": disputed}
    found = [
        parse_gold({**read, "commitments": [_commitment(0, {**c, "evidence": [[0, 1]]})]}) for c in written["found"]
    ]
    items = [
        Found(
            item_of(one.commitments[0])._replace(evidence=tuple(Span(**s) for s in _spans(c))),
            tuple("x" for _ in _spans(c)) or ("x",),
            c.get("is_grounded", True),
        )
        for one, c in zip(found, written["found"], strict=True)
    ]
    status = written.get("status", "ok")
    return Case(name, parse_gold(read), Prediction(name, None, status, found=tuple(items)), written)


def _commitment(place: int, written: Mapping[str, Any]) -> dict[str, Any]:
    actors, actions = (_several(written.get(k, "Ruth Penn")) for k in ("actor", "action"))
    deadline = written.get("deadline")
    plain = {k: written[k] for k in ("polarity", "strength", "recipient", "condition", "implementer") if k in written}
    return {
        "id": f"c{place}",
        "actor": actors[0],
        "actor_aliases": actors[1:],
        "action": actions[0],
        "action_also": actions[1:],
        "deadline": deadline and dict(zip(("text", "earliest", "latest"), deadline, strict=True)),
        "evidence": _spans(written),
        **plain,
    }


def _several(written: str | list[str]) -> list[str]:
    return [written] if isinstance(written, str) else written


def _spans(written: Mapping[str, Any]) -> list[dict[str, int]]:
    return [{"start": start, "end": end} for start, end in written.get("evidence", [[0, 40]])]


Scorer = Callable[[GoldArticle, Prediction], Row]


def score(article: GoldArticle, prediction: Prediction) -> Row:
    return score_article(article, prediction, None)


def case_fault(case: Case, scorer: Scorer = score) -> str:
    """What is not as the case says; empty when all is."""
    told, due = _told(case, scorer(case.article, case.prediction)), _due(case.expected)
    # A field that the case does not name has correct outcomes only.
    told["fields"] = {f: o for f, o in told["fields"].items() if f in due["fields"] or set(o) != {"correct"}}
    return "; ".join(f"{name} is {told[name]}, not {due[name]}" for name in told if told[name] != due[name])


def _told(case: Case, row: Row) -> dict[str, Any]:
    compared = compare([item_of(c) for c in case.article.commitments], [f.item for f in case.prediction.found])
    return {
        "S": [[round(s, 9) for s in similarities] for similarities in compared.similarities],
        "pairs": [[p.left, p.right] for p in row.pairs],
        "core": [p.left for p in row.pairs if p.is_core],
        "exact": [p.left for p in row.pairs if p.is_exact],
        "ignored": list(row.ignored),
        "mistakes": [list(m[:3]) for m in row.mistakes],
        "fields": _outcomes(row),
        "sums": {name: round(row.sums.get(name, 0), 9) for name in _sums(case.expected)},
    }


def _due(wanted: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "S": [[round(float(Fraction(s)), 9) for s in similarities] for similarities in wanted["S"]],
        **{name: wanted[name] for name in ("pairs", "core", "exact")},
        **{name: wanted.get(name, []) for name in ("ignored", "mistakes")},
        "fields": wanted.get("fields", {}),
        "sums": _sums(wanted),
    }


def _sums(wanted: Mapping[str, Any]) -> dict[str, float]:
    hits = {"detection": len(wanted["pairs"]), "core": len(wanted["core"]), "exact": len(wanted["exact"])}
    return {**{f"{tier}_hits": n for tier, n in hits.items()}, **wanted.get("sums", {})}


def _outcomes(row: Row) -> dict[str, dict[str, int]]:
    counted = {f: {o: int(row.sums.get(f"field.{f}.{o}", 0)) for o in OUTCOMES} for f in FIELDS}
    return {f: kept for f, outcomes in counted.items() if (kept := {o: n for o, n in outcomes.items() if n})}


# --- statistics


def _statistic(name: str) -> dict[str, Any]:
    found = golden()["statistics"][name]
    assert isinstance(found, dict)
    return found


def _mcnemar_fault() -> str:
    seen = [(b, c, mcnemar(b, c), p) for b, c, p in _statistic("mcnemar")["values"]]
    return "; ".join(
        f"{b} against {c} gives {p}, not {wanted}" for b, c, p, wanted in seen if abs(p - wanted) > ROUNDING
    )


def _holm_fault() -> str:
    seen = [(holm(p), adjusted) for p, adjusted in _statistic("holm")["values"]]
    return "; ".join(f"{p}, not {wanted}" for p, wanted in seen if not np.allclose(p, wanted, atol=ROUNDING))


def _randomisation_fault() -> str:
    given = _statistic("randomisation")
    p = paired(given["a"], given["b"])
    return "" if abs(p - given["p"]) < ROUNDING else f"p is {p}, not {given['p']}"


def _interval_fault() -> str:
    given = _statistic("bca")
    below = [f + g for f, g in zip(given["found"], given["gold"], strict=True)]
    found = interval([2 * h for h in given["hits"]], below)
    wanted, room = (given["f1"], given["low"], given["high"]), END * given["standard_error"]
    is_right = np.allclose(np.array(found, float), wanted, rtol=0.0, atol=(ROUNDING, room, room))
    return "" if is_right else f"{tuple(found)}, not {wanted} within {room:.4f}"


def _spread_fault() -> str:
    """The standard error of a mean has a closed form: σ ÷ √n."""
    seen, wanted = standard_error(VALUES), closed_form(VALUES)
    return "" if is_near(seen, wanted) else f"a standard error of {seen}, not {wanted}"


STATISTICS: dict[str, Callable[[], str]] = {
    "McNemar's exact p": _mcnemar_fault,
    "Holm's adjustment": _holm_fault,
    "paired randomisation, every exchange": _randomisation_fault,
    "BCa interval of a micro F1": _interval_fault,
    "standard error of a mean": _spread_fault,
}
VALUES = (0.3, 0.8, 0.55, 0.9, 0.1, 0.45, 0.7, 0.65, 0.2, 0.95, 0.5, 0.35, 0.6, 0.75, 0.05, 0.85, 0.4, 0.25, 1.0, 0.15)


def _mean_of(values: Sequence[float]) -> tuple[Any, Any]:
    return np.array(values)[:, None], np.ones((len(values), 1))


def standard_error(values: Sequence[float]) -> float:
    """Of their mean, as comparisons have it."""
    detectable = differences(_mean_of(values), _mean_of([0.0] * len(values)))[0].detectable
    assert detectable is not None
    return detectable / DETECTABLE


def closed_form(values: Sequence[float]) -> float:
    return float(np.std(values) / np.sqrt(len(values)))


def is_near(value: float, wanted: float) -> bool:
    return abs(value - wanted) <= SPREAD * wanted


def paired(a: Sequence[float], b: Sequence[float]) -> float:
    p = differences(_mean_of(a), _mean_of(b))[0].p
    assert p is not None
    return p


# --- properties


class Lists(NamedTuple):
    """A random article's gold and what a system found in it."""

    gold: tuple[Item, ...]
    found: tuple[Item, ...]


def article_of(gold: Sequence[Item], name: str = "a") -> GoldArticle:
    return GoldArticle(
        id=name, source=GoldSource(sha256=""), commitments=tuple(_gold_of(i, g) for i, g in enumerate(gold))
    )


def _gold_of(place: int, item: Item) -> GoldCommitment:
    return GoldCommitment(
        id=f"c{place}",
        actor=item.actors[0],
        actor_aliases=item.actors[1:],
        action=item.actions[0],
        action_also=item.actions[1:],
        polarity="not_do" if item.polarity == "not_do" else "do",
        deadline=item.deadline and GoldDeadline(**item.deadline._asdict()),
        recipient=item.recipient,
        condition=item.condition,
        implementer=item.implementer,
        evidence=item.evidence,
    )


def prediction_of(found: Sequence[Item], name: str = "a") -> Prediction:
    return Prediction(name, None, "ok", found=tuple(Found(f, ("x",)) for f in found))


def _row(lists: Lists, scorer: Scorer) -> Row:
    return scorer(article_of(lists.gold), prediction_of(lists.found))


def micro(rows: Sequence[Row], keys: Sequence[str]) -> dict[str, float]:
    """Scores without their intervals, which take time; what has nothing to divide by is left out."""
    above, below = columns(rows, keys)
    return {k: float(a / b) for k, a, b in zip(keys, above.sum(0), below.sum(0), strict=True) if b}


def _keys(*ends: str) -> list[str]:
    return [f"{tier}_{end}" for tier in TIERS for end in ends]


def _order_fault(lists: Lists, other: random.Random, scorer: Scorer) -> str:
    shuffled = Lists(*(tuple(other.sample(side, len(side))) for side in lists))
    one, two = _row(lists, scorer), _row(shuffled, scorer)
    kinds = [Counter(m.kind for m in row.mistakes) for row in (one, two)]
    return "" if rounded(one.sums) == rounded(two.sums) and kinds[0] == kinds[1] else "another order, another score"


def _addition_fault(lists: Lists, other: random.Random, scorer: Scorer) -> str:
    extra = random_item(other)
    if any(similarity(fields_of(g, extra)) >= TAU - ROUNDING for g in lists.gold):
        extra = extra._replace(
            actors=("nobody",), actions=("nothing of the kind",), evidence=(Span(start=900, end=910),)
        )
    keys = [*_keys("precision", "f1"), "soft_f1"]
    before, after = (
        micro([_row(lists, scorer)], keys),
        micro([_row(lists._replace(found=(*lists.found, extra)), scorer)], keys),
    )
    risen = [k for k in before if after.get(k, 0.0) > before[k] + ROUNDING]
    return f"a wrong addition raises {risen[0]}" if risen else ""


def _removal_fault(lists: Lists, other: random.Random, scorer: Scorer) -> str:
    """Of Core and Exact it need not hold: what is assigned anew may be worth less and be a hit."""
    row = _row(lists, scorer)
    if not row.pairs:
        return ""
    gone = other.choice(row.pairs).right
    rest = _row(lists._replace(found=tuple(f for j, f in enumerate(lists.found) if j != gone)), scorer)
    fallen = [name for name in ("detection_hits", "soft") if rest.sums[name] > row.sums[name] + ROUNDING]
    return f"a right one is removed and {fallen[0]} rises" if fallen else ""


def _swap_fault(lists: Lists, _: random.Random, scorer: Scorer) -> str:
    """Of commitments without alternatives, whose deadlines are closed: the gold's grain closes those of both."""
    plain = Lists(*(tuple(map(_plain, side)) for side in lists))
    one, two = _row(plain, scorer), _row(Lists(plain.found, plain.gold), scorer)
    keys = [(f"{tier}_precision", f"{tier}_recall") for tier in TIERS]
    a, b = (micro([row], _keys("precision", "recall")) for row in (one, two))
    differing = [p for p, r in keys if abs(a.get(p, -1) - b.get(r, -1)) > ROUNDING]
    return f"{differing[0]} is not the recall of the other way round" if differing else ""


def _plain(item: Item) -> Item:
    deadline = item.deadline
    if deadline is not None and None in deadline:
        deadline = None
    return item._replace(
        actors=item.actors[:1], actions=item.actions[:1], evidence=item.evidence[:1], deadline=deadline
    )


def _itself_fault(lists: Lists, _: random.Random, scorer: Scorer) -> str:
    values = micro([_row(Lists(lists.gold, lists.gold), scorer)], [*_keys("f1"), "soft_f1"])
    wrong = [k for k, v in values.items() if abs(v - 1) > ROUNDING]
    return f"{wrong[0]} of the gold against itself is {values[wrong[0]]}" if wrong else ""


def _doubled_fault(lists: Lists, _: random.Random, scorer: Scorer) -> str:
    documents = (lists, Lists(lists.found, lists.gold))
    one, two = (micro([_row(d, scorer) for d in documents * times], tuple(METRICS)) for times in (1, 2))
    moved = [k for k in one if abs(one[k] - two[k]) > ROUNDING]
    return f"every document twice, and {moved[0]} moves" if moved else ""


# Lengths and counts, which may be above 1; measures of summaries have their own tests.
UNBOUNDED = ("false_on_empty", "length_ratio")


def _bounds_fault(lists: Lists, _: random.Random, scorer: Scorer) -> str:
    keys = [k for k in METRICS if k not in UNBOUNDED and not k.startswith("summary_")]
    values = micro([_row(lists, scorer)], keys)
    out = [k for k, v in values.items() if not -ROUNDING <= v <= 1 + ROUNDING]
    return f"{out[0]} is {values[out[0]]}" if out else ""


def _tiers_fault(lists: Lists, _: random.Random, scorer: Scorer) -> str:
    sums = _row(lists, scorer).sums
    steps = [sums[name] for name in ("detection_hits", "core_hits", "exact_hits")]
    if steps != sorted(steps, reverse=True):
        return f"detection, Core and exact hits are {steps}"
    return "" if sums["detection_hits"] >= sums["soft"] - ROUNDING and sums["soft"] >= steps[2] - ROUNDING else "soft"


def _labels_fault(lists: Lists, _: random.Random, scorer: Scorer) -> str:
    """One mistake for each that is left over on either side, at most one for a pair."""
    row = _row(lists, scorer)
    pairs = {(p.left, p.right) for p in row.pairs}
    told = Counter((m.gold, m.found) for m in row.mistakes)
    over: set[tuple[int | None, int | None]] = {
        (i, None) for i in range(len(lists.gold)) if i not in {p.left for p in row.pairs}
    }
    over |= {(None, j) for j in range(len(lists.found)) if j not in {p.right for p in row.pairs} | set(row.ignored)}
    is_whole = over <= told.keys() <= over | pairs and max(told.values(), default=1) == 1
    return "" if is_whole else f"labels of {sorted(told, key=str)}, left over are {sorted(over, key=str)}"


def _outcomes_fault(lists: Lists, _: random.Random, scorer: Scorer) -> str:
    """What the gold has is correct, partial, incorrect or missing; what was found has `spurious` for the last."""
    outcomes = _outcomes(_row(lists, scorer))
    for field in FIELDS:
        counted = Counter(outcomes.get(field, {}))
        shared = counted["correct"] + counted["partial"] + counted["incorrect"]
        due = [sum(_has(item, field) for item in side) for side in lists]
        if [shared + counted["missing"], shared + counted["spurious"]] != due:
            return f"{field}: {dict(counted)} of {due}"
    return ""


def _has(item: Item, field: str) -> bool:
    return field in ("actor", "action", "evidence") or getattr(item, field) is not None


Property = Callable[[Lists, random.Random, Scorer], str]
# Each gives what is wrong with a scorer on one random case; empty when nothing is.
PROPERTIES: dict[str, Property] = {
    "the order of the lists does not matter": _order_fault,
    "a wrong addition raises no precision and no F1": _addition_fault,
    "the removal of a right one raises no recall": _removal_fault,
    "P(a, b) is R(b, a)": _swap_fault,
    "gold against itself is 1": _itself_fault,
    "every document twice changes no micro score": _doubled_fault,
    "shares are between 0 and 1": _bounds_fault,
    "a tier has no more hits than the one before it": _tiers_fault,
    "what is left over has one label": _labels_fault,
    "the outcomes of a field add up": _outcomes_fault,
}


def _properties(seed: int) -> Iterator[Check]:
    for name, fault in PROPERTIES.items():
        chance = random.Random(f"{seed} {name}")  # noqa: S311 cases, no secrets
        yield _checked(f"property: {name}", partial(_first_fault, fault, chance), f"{ROUNDS} random cases")


def _first_fault(fault: Property, chance: random.Random) -> str:
    return next((f for _ in range(ROUNDS) if (f := fault(random_lists(chance), chance, score))), "")


# Few words, so that commitments are alike often.
_NAMES = ("Ruth Penn", "Penn", "the council", "Omar Bell")
_WORDS = ("plant", "cut", "trees", "taxes", "not", "300", "500", "homes")
_DAYS = (
    (None, "2031-12-31"),
    ("2031-01-01", "2031-12-31"),
    ("2031-06-01", "2031-06-30"),
    ("2031-07-01", None),
    (None, None),
)


def random_lists(chance: random.Random) -> Lists:
    gold = tuple(random_item(chance) for _ in range(chance.randrange(5)))
    copied = [g for g in gold if chance.random() < 0.5]
    return Lists(gold, (*copied, *(random_item(chance) for _ in range(chance.randrange(4)))))


def random_item(chance: random.Random) -> Item:
    start = chance.randrange(0, 60, 10)
    spans = [Span(start=start, end=start + chance.choice((10, 20)))]
    spans += [Span(start=100, end=120)] if chance.random() < 0.2 else []
    days = chance.choice(_DAYS) if chance.random() < 0.4 else None
    return Item(
        actors=tuple(chance.sample(_NAMES, chance.choice((1, 1, 2)))),
        actions=tuple(
            " ".join(chance.choices(_WORDS, k=chance.randint(1, 4))) for _ in range(chance.choice((1, 1, 2)))
        ),
        polarity=chance.choice(("do", "do", "not_do")),
        strength="firm",
        evidence=tuple(spans),
        deadline=Deadline("by then", *days) if days else None,
        recipient=chance.choice(("tenants", "all tenants")) if chance.random() < 0.3 else None,
        condition="if paid" if chance.random() < 0.2 else None,
        implementer="the council" if chance.random() < 0.2 else None,
    )


# --- wrong scorers


class Wrong(NamedTuple):
    """A wrong way, and what gives it away: `holds` is true of `ours` and must not be of `wrong`."""

    name: str
    golden: str
    holds: Callable[[Any], bool]
    ours: Callable[..., Any]
    wrong: Callable[..., Any]


Matrix = Sequence[Sequence[float]]
Documents = Sequence[tuple[GoldArticle, Prediction]]


def _wrong_scorers() -> Iterator[Check]:
    for each in WRONG:
        yield _checked(f"wrong scorer: {each.name}", partial(_uncaught, each), f"caught by: {each.golden}")


def _uncaught(each: Wrong) -> str:
    if not each.holds(each.ours):
        return f"ours is no better: {each.golden}"
    return f"not caught: {each.golden}" if each.holds(each.wrong) else ""


def assigned(matrix: Matrix) -> set[tuple[int, int]]:
    """Our pairs of two lists that are as alike as the matrix says, all in the right words."""
    right = {"actor": 1.0, "action": 1.0}
    pairs = tuple(tuple(Pair(i, j, s, right) for j, s in enumerate(row)) for i, row in enumerate(matrix))
    return {
        (p.left, p.right) for p in assign(Comparison(pairs, tuple(range(len(matrix))), tuple(range(len(matrix[0])))))
    }


def assigned_then_gated(matrix: Matrix) -> set[tuple[int, int]]:
    from scipy.optimize import linear_sum_assignment

    chosen = zip(*linear_sum_assignment(np.array(matrix), maximize=True), strict=True)
    return {(int(i), int(j)) for i, j in chosen if matrix[i][j] >= TAU}


def assigned_greedily(matrix: Matrix) -> set[tuple[int, int]]:
    cells = sorted(((s, i, j) for i, row in enumerate(matrix) for j, s in enumerate(row) if s >= TAU), reverse=True)
    found: dict[int, int] = {}
    for _, i, j in cells:
        if i not in found and j not in found.values():
            found[i] = j
    return set(found.items())


# Of the four articles one is right, one failed, one was left empty, and one has nothing that could be found.
_THING = Item(("Ruth Penn",), ("plant trees",), "do", "firm", (Span(start=0, end=40),))
FOUR: Documents = (
    (article_of([_THING]), prediction_of([_THING])),
    (article_of([_THING]), Prediction("a", None, "failed", "timeout")),
    (article_of([_THING]), prediction_of([])),
    (article_of([]), prediction_of([_THING])),
)
THREE_COPIES: Documents = ((article_of([_THING]), prediction_of([_THING] * 3)),)
TWO_EMPTY: Documents = ((article_of([_THING]), prediction_of([])), (article_of([]), prediction_of([])))
# The same actor as _THING's, another action, a third of its evidence.
_OTHER = _THING._replace(actions=("sell the port",), evidence=(Span(start=20, end=60),))
_SHOWN = ("core_precision", "core_recall", "core_f1", "soft_of_documents")


def scored(documents: Documents) -> dict[str, float]:
    found = scores_of([score(article, prediction) for article, prediction in documents], _SHOWN)
    return {key: s.value for key, s in found.items() if s.value is not None}


def scored_as_mean(documents: Documents) -> dict[str, float]:
    """The mean of the articles' scores, for the score of their sums."""
    each = [scored([document])["core_f1"] for document in documents]
    return {**scored(documents), "core_f1": sum(each) / len(each)}


def scored_as_sets(documents: Documents) -> dict[str, float]:
    return scored([(a, p._replace(found=tuple({f.item: f for f in p.found}.values()))) for a, p in documents])


def scored_without_empty_predictions(documents: Documents) -> dict[str, float]:
    return scored([(a, p) for a, p in documents if p.found])


def scored_without_failures(documents: Documents) -> dict[str, float]:
    return scored([(a, p) for a, p in documents if p.status != "failed"])


def scored_without_empty_gold(documents: Documents) -> dict[str, float]:
    return scored([(a, p) for a, p in documents if a.commitments])


def scored_with_empty_as_one(documents: Documents) -> dict[str, float]:
    """Two empty lists are equal, and so 1."""
    means = [1.0 if not a.commitments and not p.found else scored([(a, p)])["soft_of_documents"] for a, p in documents]
    return {**scored(documents), "soft_of_documents": sum(means) / len(means)}


def overlap_by_gold_length(left: Sequence[Span], right: Sequence[Span]) -> float:
    both = sum(max(0, min(a.end, b.end) - max(a.start, b.start)) for a in left for b in right)
    return both / sum(a.end - a.start for a in left)


def similarity_of(left: Item, right: Item) -> float:
    return similarity(fields_of(left, right))


def similarity_with_null_as_right(left: Item, right: Item) -> float:
    return similarity({"deadline": 1.0, "recipient": 1.0, **fields_of(left, right)})


def error_over_resamples(values: Sequence[float]) -> float:
    """The spread of the resamples taken for a sample of means."""
    return standard_error(values) / float(np.sqrt(RESAMPLES))


def error_of_documents(clusters: Sequence[Sequence[float]]) -> float:
    return standard_error([float(np.mean(c)) for c in clusters])


def error_of_commitments(clusters: Sequence[Sequence[float]]) -> float:
    return standard_error([value for c in clusters for value in c])


def unpaired(a: Sequence[float], b: Sequence[float]) -> float:
    """The p of two samples that have nothing to do with each other: all ways to part them in two."""
    values = np.array([*a, *b])
    sums = np.array([values[list(chosen)].sum() for chosen in combinations(range(len(values)), len(a))])
    gaps = np.abs(2 * sums - values.sum())
    return float(np.mean(gaps >= abs(sum(a) - sum(b)) - ROUNDING))


# Twelve articles of three commitments, all right or all wrong.
CLUSTERS = tuple((float(k % 2),) * 3 for k in range(12))


def _is_third(found: dict[str, float], key: str) -> bool:
    return abs(found[key] - 1 / 3) < ROUNDING


def _has_paired_p(test: Callable[..., float]) -> bool:
    given = _statistic("randomisation")
    return bool(abs(test(given["a"], given["b"]) - given["p"]) < ROUNDING)


WRONG: tuple[Wrong, ...] = (
    Wrong("assign, then gate", "[[.60, .45], [.45, 0]] has one pair",
          lambda f: f([[0.60, 0.45], [0.45, 0.0]]) == {(0, 0)}, assigned, assigned_then_gated),
    Wrong("the greatest pair first", "[[.90, .80], [.80, .10]] has two pairs",
          lambda f: f([[0.90, 0.80], [0.80, 0.10]]) == {(0, 1), (1, 0)}, assigned, assigned_greedily),
    Wrong("sets in place of lists", "of three copies one is right: precision 1/3",
          lambda f: _is_third(f(THREE_COPIES), "core_precision"), scored, scored_as_sets),
    Wrong("empty predictions dropped", "one of three found: recall 1/3",
          lambda f: _is_third(f(FOUR), "core_recall"), scored, scored_without_empty_predictions),
    Wrong("failures dropped", "one of three found: recall 1/3",
          lambda f: _is_third(f(FOUR), "core_recall"), scored, scored_without_failures),
    Wrong("the mean of articles' scores", "one right, two found, three wanted: F1 2/5",
          lambda f: abs(f(FOUR)["core_f1"] - 2 / 5) < ROUNDING, scored, scored_as_mean),
    Wrong("articles without commitments dropped", "one of two found is right: precision 1/2",
          lambda f: f(FOUR)["core_precision"] == 0.5, scored, scored_without_empty_gold),
    Wrong("nothing and nothing is 1", "nothing found of one commitment, and an article with none: mean 0",
          lambda f: f(TWO_EMPTY)["soft_of_documents"] == 0.0, scored, scored_with_empty_as_one),
    Wrong("overlap by the gold's length alone", "the whole article as evidence is below .05",
          lambda f: f([Span(start=0, end=40)], [Span(start=0, end=4000)]) < 0.05, span_overlap, overlap_by_gold_length),
    Wrong("null and null is right", "the same actor, another action, a third of the evidence: S = 3/8",
          lambda f: abs(f(_THING, _OTHER) - 3 / 8) < ROUNDING, similarity_of, similarity_with_null_as_right),
    Wrong("standard error ÷ √B", "the standard error of a mean is σ ÷ √n",
          lambda f: is_near(f(VALUES), closed_form(VALUES)), standard_error, error_over_resamples),
    Wrong("commitments drawn, not documents", "twelve articles all right or all wrong: .5 ÷ √12",
          lambda f: is_near(f(CLUSTERS), 0.5 / 12**0.5), error_of_documents, error_of_commitments),
    Wrong("an unpaired test", "eight articles, .1 better on each: p = 2 ÷ 2⁸", _has_paired_p, paired, unpaired),
)  # fmt: skip


# --- hash seeds


def fingerprint() -> str:
    """The hash of all rows and scores of the golden cases, as JSON."""
    rows = [score(case.article, case.prediction) for case in cases()]
    told = {"rows": [r.to_json() for r in rows], "scores": {k: s._asdict() for k, s in scores_of(rows).items()}}
    return hashlib.sha256(json.dumps(rounded(told), ensure_ascii=False).encode()).hexdigest()


def _hash_seeds() -> Check:
    prints = {_fingerprint_of(seed) for seed in ("0", "1")}
    name = "two processes with different hash seeds give the same bytes"
    return Check(
        name, len(prints) == 1, f"sha256 {min(prints)[:12]}" if len(prints) == 1 else " and ".join(sorted(prints))
    )


def _fingerprint_of(seed: str) -> str:
    code = "import sys; from eval.selftest import fingerprint; sys.stdout.write(fingerprint())"
    ran = subprocess.run(  # noqa: S603 our own code in our own interpreter
        # -P: a folder named eval, where the user happens to stand, is not ours.
        [sys.executable, "-P", "-c", code],
        env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(Path(__file__).parents[1])},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    return ran.stdout if ran.returncode == 0 else f"no result with seed {seed}: {ran.stderr.strip()[-200:]}"
