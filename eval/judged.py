"""Summaries that people judged -> how far each measure agrees with them, with intervals.

Correlations are taken of the measures as they are, turned round where lower is better, over the items for which a
measure has a value. Intervals resample articles: the summaries of one article stand or fall together.
"""

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from eval.summaries import MEASURES, score_summary
from pipeline.errors import InputError
from pipeline.faithful import Checker
from pipeline.sentences import split_sentences

Numbers = NDArray[np.float64]

# A percentile of 2,000 resamples is off by less than a tenth of the interval's width.
RESAMPLES, SEED = 2_000, 20_260
# With fewer items than this a measure says nothing about a set: it could not run on the rest.
LEAST_ITEMS, LEAST_SHARE = 30, 0.25
GUARD = "guard"
ASPECTS = ("consistency", "relevance", "coherence", "fluency")
# SummEval's readers gave five points to what has no error at all.
FAULTLESS = 5.0
# What each set can and cannot measure.
SCOPE: dict[str, str] = {
    "summeval": "16 systems of 2016 to 2019 on 100 CNN/DM articles, graded by three experts: good for ordering systems"
    " by what was graded, but four summaries in five have no error of fact, and consistency rests on the fifth.",
    "qags": "Summaries of one system each on CNN/DM and XSum, sentence by sentence right or wrong for three readers:"
    " real errors of copying and of rewording, but of two old systems, in texts without the capitals of names.",
    "fib": "Pairs of a right and a wrong version: tells which errors a measure sees, but most wrong ones were made by"
    " machine, and a measure may only have to see which of two was tampered with.",
    "summedits": "Summaries by a large model and careful edits of them: errors in fluent text of today, but of four"
    " news articles, too few to tell measures apart.",
}
# What others report on the same sets; the correlations are times 100 in their tables.
PUBLISHED: tuple[tuple[str, str, float, str], ...] = (
    ("summeval", "spearman consistency", 0.466, "AlignScore-large (Zha et al. 2023)"),
    ("summeval", "spearman consistency", 0.434, "AlignScore-base (Zha et al. 2023)"),
    ("summeval", "spearman consistency", 0.427, "ChatGPT, as reported by Zha et al. 2023"),
    ("summeval", "spearman consistency", 0.386, "G-Eval-3.5, as reported by Zha et al. 2023"),
    ("qags xsum", "spearman", 0.572, "AlignScore-large (Zha et al. 2023)"),
)


class Judged(NamedTuple):
    """A summary that people judged: `scores` by aspect, `is_right` where it was called right or wrong.

    `kind` is the part of a set that is reported on its own, `pair` joins the two versions of one summary.
    """

    kind: str
    article: str
    summary: str
    references: tuple[str, ...] = ()
    scores: Mapping[str, float] = {}
    is_right: bool | None = None
    pair: str = ""
    system: str = ""

    @property
    def is_for_choosing(self) -> bool:
        """True for the half of the articles on which thresholds are chosen."""
        return hashlib.sha256(self.article.encode()).digest()[0] % 2 == 0


class Row(NamedTuple):
    """A statistic of a measure on one kind of items, with its 95 % interval; `value` is None where `why` says so."""

    kind: str
    measure: str
    statistic: str
    value: float | None
    low: float | None = None
    high: float | None = None
    items: int = 0
    articles: int = 0
    why: str = ""


# --- the sets


def read_judged(name: str, folder: Path) -> list[Judged]:
    """The items of `summeval`, `qags`, `fib` or `summedits`. Raises InputError for another name, or files not there."""
    if name not in _READERS:
        raise InputError(f"there is no set of judged summaries {name}", hint=f"there are {', '.join(_READERS)}")
    try:
        return list(_READERS[name](folder))
    except FileNotFoundError as exc:
        raise InputError(f"{name} needs {exc.filename}", hint=f"give the folder of {name} as it is released") from exc
    except (ValueError, KeyError, TypeError) as exc:
        raise InputError(
            f"a file of {folder} is not as {name} is released: {exc!r}", hint="get the files anew"
        ) from exc


def _lines(path: Path) -> Iterator[Any]:
    with path.open(encoding="utf-8") as stream:
        yield from map(json.loads, stream)


def _summeval(folder: Path) -> Iterator[Judged]:
    for row in _lines(folder / "summeval.jsonl"):
        for system, told in row["systems"].items():
            scores = {aspect: float(told["scores"][aspect]) for aspect in ASPECTS}
            is_right = scores["consistency"] >= FAULTLESS
            references = tuple(row["references"])
            yield Judged("summeval", row["article"], told["summary"], references, scores, is_right, system=system)


def _qags(folder: Path) -> Iterator[Judged]:
    """The score of a summary is the share of its sentences that most of three readers called right."""
    for name in ("cnndm", "xsum"):
        for row in _lines(folder / f"mturk_{name}.jsonl"):
            said = row["summary_sentences"]
            right = [2 * sum(r["response"] == "yes" for r in s["responses"]) > len(s["responses"]) for s in said]
            text = " ".join(s["sentence"] for s in said)
            scores = {"correctness": sum(right) / len(right)}
            yield Judged(f"qags {name}", row["article"], text, scores=scores, is_right=all(right))


def _fib(folder: Path) -> Iterator[Judged]:
    """Pairs of which one is wrong.

    Left out: pairs of two right summaries, and CNN/DM's copied sentences, which are wrong by what they leave out
    between them.
    """
    articles = {row["key"]: row["article"] for row in _lines(folder / "articles.jsonl")}
    for number, row in enumerate(_lines(folder / "pairs.jsonl")):
        article = articles.get(f"{row['dataset']}:{row['id']}")
        is_copied = (row["dataset"], row["benchmark"]) == ("cnn_dm", "fib")
        if article is None or is_copied or row["benchmark"].startswith("factually_consistent"):
            continue
        kind = f"fib {row['dataset'].replace('_', '')}"
        for place, choice in enumerate(row["choices"]):
            summary = " ".join(re.sub(r"</?t>", " ", choice).split())
            yield Judged(kind, article, summary, is_right=place == row["label"], pair=str(number))


def _summedits(folder: Path) -> Iterator[Judged]:
    path = folder / "news_dev.json"
    for row in json.loads(path.read_text("utf-8")):
        yield Judged("summedits", row["doc"], row["summary"], is_right=bool(int(row["label"])))


_READERS: dict[str, Callable[[Path], Iterator[Judged]]] = {
    "summeval": _summeval,
    "qags": _qags,
    "fib": _fib,
    "summedits": _summedits,
}

# --- agreement


def agreement_with_people(
    items: Sequence[Judged], measures: Sequence[str] = (), *, resamples: int = RESAMPLES
) -> list[Row]:
    """Every statistic that the items allow, for each measure (all of them, and the guard's score, by default)."""
    by_kind: dict[str, list[Judged]] = defaultdict(list)
    for item in items:
        by_kind[item.kind].append(item)
    return [
        row for kind, some in by_kind.items() for row in _of_kind(kind, some, measures or measure_names(), resamples)
    ]


def measure_names() -> list[str]:
    """Those of a summary by itself, and the guard."""
    return [n for n, m in MEASURES.items() if m.group != "commitments" and not n.startswith("entailment")] + [GUARD]


def _of_kind(kind: str, items: Sequence[Judged], measures: Sequence[str], resamples: int) -> Iterator[Row]:
    values = _values(items)
    for measure in measures:
        scored = np.array([v.get(measure, np.nan) for v in values])
        if len(set(scored[~np.isnan(scored)])) < 2:
            yield Row(kind, measure, "", None, why=_why(measure, items, scored))
            continue
        known = np.flatnonzero(~np.isnan(scored))
        if len(known) < max(LEAST_ITEMS, LEAST_SHARE * len(items)):
            yield Row(kind, measure, "", None, why=_why(measure, items, scored))
            continue
        yield from _of_measure(kind, measure, [items[int(i)] for i in known], scored[known], resamples)


def _why(measure: str, items: Sequence[Judged], scored: Numbers) -> str:
    if not np.isnan(scored).all():
        count = int((~np.isnan(scored)).sum())
        return f"a value for {count} of {len(items)}" if np.isnan(scored).any() else "the same value for all"
    first = items[0]
    return score_summary(first.summary, first.article, first.references).not_scored.get(measure, "")


def _values(items: Sequence[Judged]) -> list[dict[str, float]]:
    """Of each item its measures, higher being better, and the guard's score."""
    found = []
    for item in items:
        values = score_summary(item.summary, item.article, item.references).values
        turned = {n: -v if MEASURES[n].higher_is_better is False else v for n, v in values.items()}
        found.append({**turned, GUARD: guard_score(item.summary, item.article)})
    return found


def guard_score(summary: str, article: str) -> float:
    """The mean of the guard's scores of the sentences, each against what the article has for it."""
    checker = _checker(article)
    said = [s.text for s in split_sentences(summary)] or [summary]
    return sum(checker.check(s, checker.best_support(s)).score for s in said) / len(said)


@lru_cache(maxsize=64)
def _checker(article: str) -> Checker:
    return Checker([s.text for s in split_sentences(article)])


Statistic = Callable[[NDArray[np.int64]], float | None]


def _of_measure(kind: str, measure: str, items: Sequence[Judged], scored: Numbers, resamples: int) -> Iterator[Row]:
    numbers = {article: i for i, article in enumerate(dict.fromkeys(item.article for item in items))}
    article = np.array([numbers[item.article] for item in items])
    for name, statistic in _statistics(items, scored, article):
        value = statistic(np.arange(len(items)))
        low, high = _interval(statistic, article, resamples) if value is not None else (None, None)
        yield Row(kind, measure, name, value, low, high, len(items), len(numbers), "" if value is not None else "alike")


def _statistics(
    items: Sequence[Judged], scored: Numbers, article: NDArray[np.int64]
) -> Iterator[tuple[str, Statistic]]:
    """Each takes the places of the items that it is of."""
    for aspect in items[0].scores:
        people = np.array([item.scores[aspect] for item in items])
        name = f" {aspect}" if aspect in ASPECTS else ""
        if aspect in ASPECTS:
            systems = np.unique([item.system for item in items], return_inverse=True)[1]
            yield f"kendall{name}", _within(scored, people, article)
            yield f"systems{name}", _between(scored, people, systems)
        yield f"spearman{name}", _pooled(scored, people)
    if items[0].is_right is not None:
        right = np.array([bool(item.is_right) for item in items])
        yield "auc", lambda drawn: area(right[drawn], scored[drawn])
        yield "balanced accuracy", _balanced(items, right, scored)
    if items[0].pair:
        yield "pairs won", _pairs(items, scored)


def _interval(statistic: Statistic, article: NDArray[np.int64], resamples: int) -> tuple[float | None, float | None]:
    """Percentiles over resamples of articles; those in which there is nothing to compare are left out."""
    random = np.random.Generator(np.random.PCG64(SEED))
    order = np.argsort(article, kind="stable")
    groups = np.split(order, np.flatnonzero(np.diff(article[order])) + 1)
    found: list[float] = []
    for _ in range(resamples):
        drawn = np.concatenate([groups[i] for i in random.integers(len(groups), size=len(groups))])
        value = statistic(drawn)
        if value is not None:
            found.append(value)
    if len(found) < resamples / 2:
        return None, None
    low, high = np.percentile(found, [2.5, 97.5])
    return float(low), float(high)


# --- statistics


def spearman(left: Numbers, right: Numbers) -> float | None:
    """The correlation of ranks; None where one side does not vary."""
    from scipy.stats import rankdata

    ranks = [rankdata(side) for side in (left, right)]
    if any(np.ptp(r) == 0 for r in ranks):
        return None
    return float(np.corrcoef(*ranks)[0, 1])


def kendall(left: Numbers, right: Numbers) -> float | None:
    """Kendall's τ-b; None where one side does not vary."""
    signs = [np.sign(side[:, None] - side[None, :]) for side in (left, right)]
    spread = float(np.sum(signs[0] ** 2)) * float(np.sum(signs[1] ** 2))
    return float(np.sum(signs[0] * signs[1]) / np.sqrt(spread)) if spread > 0 else None


def _pooled(scored: Numbers, people: Numbers) -> Statistic:
    return lambda drawn: spearman(scored[drawn], people[drawn])


def _within(scored: Numbers, people: Numbers, article: NDArray[np.int64]) -> Statistic:
    """The mean over articles of τ among their summaries; articles whose summaries are all alike have none."""
    each = {int(a): kendall(scored[article == a], people[article == a]) for a in np.unique(article)}
    taus = np.array([np.nan if (tau := each[int(a)]) is None else tau for a in article])
    share = 1 / np.bincount(article)[article]

    def mean(drawn: NDArray[np.int64]) -> float | None:
        some, weight = taus[drawn], share[drawn]
        known = ~np.isnan(some)
        return float(np.average(some[known], weights=weight[known])) if known.any() else None

    return mean


def _between(scored: Numbers, people: Numbers, system: NDArray[np.int64]) -> Statistic:
    """τ of the systems' means."""

    def statistic(drawn: NDArray[np.int64]) -> float | None:
        counts = np.bincount(system[drawn])
        means = [np.bincount(system[drawn], weights=side[drawn]) / counts for side in (scored, people)]
        return kendall(means[0].round(9), means[1].round(9))

    return statistic


def area(right: NDArray[np.bool_], score: Numbers) -> float | None:
    """The area under the ROC curve: how often a right one scores above a wrong one, ties counted half."""
    good, bad = np.sort(score[right]), score[~right]
    if not len(good) or not len(bad):
        return None
    below, upto = np.searchsorted(good, bad, "left"), np.searchsorted(good, bad, "right")
    return float((len(good) - upto + (upto - below) / 2).sum() / (len(good) * len(bad)))


def balanced(right: NDArray[np.bool_], said: NDArray[np.bool_]) -> float | None:
    """The mean of the shares called right among right ones and wrong among wrong ones."""
    if right.all() or not right.any():
        return None
    return float((said[right].mean() + 1 - said[~right].mean()) / 2)


def threshold(right: NDArray[np.bool_], score: Numbers) -> float:
    """The one with the best balanced accuracy; the lowest of several."""
    steps: list[float] = sorted(set(score.tolist()))
    return max(steps, key=lambda t: balanced(right, score >= t) or 0.0)


def _balanced(items: Sequence[Judged], right: NDArray[np.bool_], scored: Numbers) -> Statistic:
    """On one half of the articles, with the threshold that is best on the other."""
    choosing = np.array([item.is_for_choosing for item in items])
    if not choosing.any() or choosing.all():
        return lambda drawn: None  # noqa: ARG005
    said = scored >= threshold(right[choosing], scored[choosing])

    def statistic(drawn: NDArray[np.int64]) -> float | None:
        kept = drawn[~choosing[drawn]]
        return balanced(right[kept], said[kept]) if len(kept) else None

    return statistic


def _pairs(items: Sequence[Judged], scored: Numbers) -> Statistic:
    """The share of pairs whose right version scores higher, ties counted half."""
    versions: dict[str, dict[bool, int]] = defaultdict(dict)
    for place, item in enumerate(items):
        versions[item.pair][bool(item.is_right)] = place
    won = np.full(len(items), np.nan)
    for pair in versions.values():
        if len(pair) == 2:
            won[pair[True]] = np.sign(scored[pair[True]] - scored[pair[False]]) / 2 + 0.5

    def statistic(drawn: NDArray[np.int64]) -> float | None:
        known = won[drawn][~np.isnan(won[drawn])]
        return float(known.mean()) if len(known) else None

    return statistic


# --- tables


def markdown(rows: Sequence[Row]) -> str:
    """One table for each kind: a line for each measure, the best of each column marked, what others report below."""
    kinds = dict.fromkeys(row.kind for row in rows)
    return "\n\n".join(_table(kind, [row for row in rows if row.kind == kind]) for kind in kinds)


def _table(kind: str, rows: Sequence[Row]) -> str:
    known = [row for row in rows if row.statistic]
    columns = list(dict.fromkeys(row.statistic for row in known))
    best = {c: max((r.value for r in known if r.statistic == c and r.value is not None), default=None) for c in columns}
    items, articles = max((r.items for r in known), default=0), max((r.articles for r in known), default=0)
    lines = [f"{kind}: {items:,} summaries of {articles:,} articles", ""]
    lines += [f"| measure | {' | '.join(columns)} |", "|---" * (len(columns) + 1) + "|"]
    for measure in dict.fromkeys(row.measure for row in known):
        own = {row.statistic: row for row in known if row.measure == measure}
        lines.append(f"| `{measure}` | {' | '.join(_cell(own[c], best[c]) for c in columns)} |")
    return "\n".join([*lines, *_notes(kind, rows)])


def _cell(row: Row, best: float | None) -> str:
    if row.value is None:
        return f"not scored: {row.why}"
    told = f"**{row.value:.3f}**" if row.value == best else f"{row.value:.3f}"
    return told if row.low is None or row.high is None else f"{told} [{row.low:.3f}, {row.high:.3f}]"


def _notes(kind: str, rows: Sequence[Row]) -> Iterator[str]:
    """Which measures could not run and why, and what others report on the same set."""
    reasons: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        if not row.statistic:
            reasons[row.why].append(f"`{row.measure}`")
    if reasons:
        yield "\nNot scored: " + "; ".join(f"{', '.join(names)} ({why})" for why, names in reasons.items()) + "."
    others = [f"{who} {value:.3f} ({statistic})" for k, statistic, value, who in PUBLISHED if k == kind]
    if others:
        yield "\nPublished: " + "; ".join(others) + "."
