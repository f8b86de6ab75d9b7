"""The faithfulness guard against sets of summaries that people judged, beside plain 2-gram support.

    python tests/bench_faithful.py FOLDER [--fit]

FOLDER holds `summedits`, `qags` and `fib`. Each set is split in two halves by the hash of the article's text. One half
is for choosing: `--fit` finds the weights of `pipeline/faithful.py` there, and the threshold on a score is taken from
there, one for each set. The table is of the other half. Intervals: 95 %, 2,000 bootstrap resamples of articles.

A sentence's support is what the product finds for a summary without citations (`Checker.best_support`). The score of
several sentences is the mean of theirs; they are supported when each of them is.
"""

import argparse
import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from functools import cache, lru_cache, partial
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from eval.judged import area, balanced, threshold
from pipeline.faithful import WEIGHTS, Checker, Judgement
from pipeline.language import words
from pipeline.sentences import split_sentences

Numbers = NDArray[np.float64]
RESAMPLES = 2_000
HALVES = ("choosing", "reporting")
# The ways in which a right sentence was changed by machine (FactCC), and a model's own wrong words.
CHANGES = {
    "negation": "a negation put in or taken out",
    "entswp": "a name swapped with another of the article",
    "numswp": "a figure swapped with another of the article",
    "dateswp": "a date swapped with another of the article",
    "pronoun": "a pronoun swapped",
    "non_factual_gold": "a person's summary with invented facts",
}


class Item(NamedTuple):
    """A summary or one sentence of it.

    `pair` joins a right and a wrong version of the same, and `change` says how the wrong one was made.
    """

    kind: str
    article: str
    summary: str
    is_right: bool
    pair: str = ""
    change: str = ""

    @property
    def half(self) -> str:
        return HALVES[hashlib.sha256(self.article.encode()).digest()[0] % 2]


class Scored(NamedTuple):
    item: Item
    guard: float
    two_grams: float
    is_supported: bool


# --- the sets


def items(folder: Path) -> Iterator[Item]:
    yield from _summedits(folder / "summedits" / "news_dev.json")
    for name in ("cnndm", "xsum"):
        yield from _qags(folder / "qags" / f"mturk_{name}.jsonl", f"QAGS {name}")
    yield from _fib(folder / "fib")


def _summedits(path: Path) -> Iterator[Item]:
    for row in json.loads(path.read_text("utf-8")):
        yield Item("SummEdits news", row["doc"], row["summary"], bool(row["label"]))


def _qags(path: Path, kind: str) -> Iterator[Item]:
    """Sentences; right is what most of the three readers said."""
    for row in _lines(path):
        for said in row["summary_sentences"]:
            votes = [r["response"] == "yes" for r in said["responses"]]
            yield Item(kind, row["article"], said["sentence"], sum(votes) * 2 > len(votes))


def _fib(folder: Path) -> Iterator[Item]:
    """Pairs of which one is wrong.

    Left out: pairs of two right summaries, and CNN/DM's copied sentences, which are wrong by what they leave out
    between them; no check of a sentence against the article can see that.
    """
    articles = {row["key"]: row["article"] for row in _lines(folder / "articles.jsonl")}
    for number, row in enumerate(_lines(folder / "pairs.jsonl")):
        text = articles.get(f"{row['dataset']}:{row['id']}")
        is_copied = (row["dataset"], row["benchmark"]) == ("cnn_dm", "fib")
        if text is None or is_copied or row["benchmark"].startswith("factually_consistent"):
            continue
        for place, choice in enumerate(row["choices"]):
            summary = " ".join(re.sub(r"</?t>", " ", choice).split())
            kind = f"FIB {row['dataset'].replace('_', '')} {row['benchmark']}"
            yield Item(kind, text, summary, place == row["label"], str(number), row["distractor"])


def _lines(path: Path) -> Iterator[Any]:
    with path.open(encoding="utf-8") as stream:
        yield from map(json.loads, stream)


# --- scores


@lru_cache
def _checker(article: str) -> Checker:
    return Checker([s.text for s in split_sentences(article)])


def _sentences(summary: str) -> list[str]:
    return [s.text for s in split_sentences(summary)] or [summary]


@cache
def _judged(article: str, summary: str) -> tuple[Judgement, ...]:
    checker = _checker(article)
    return tuple(checker.check(s, checker.best_support(s)) for s in _sentences(summary))


def scored(item: Item) -> Scored:
    found = _judged(item.article, item.summary)
    supported = all(j.verdict == "supported" for j in found)
    mean = sum(j.score for j in found) / len(found)
    return Scored(item, mean, two_gram_support(item.summary, item.article), supported)


def two_gram_support(summary: str, article: str) -> float:
    """The share of the summary's pairs of neighbouring words that the article has: the baseline."""
    said = _pairs(words(summary))
    known = _article_pairs(article)
    return sum(p in known for p in said) / len(said) if said else 1.0


@lru_cache
def _article_pairs(article: str) -> frozenset[tuple[str, str]]:
    return frozenset(_pairs(words(article)))


def _pairs(said: Sequence[str]) -> list[tuple[str, str]]:
    return list(pairwise(said))


# --- measures


def best_threshold(rows: Sequence[Scored], score: Callable[[Scored], float]) -> float:
    """The one with the best balanced accuracy on these rows."""
    return threshold(_right(rows), np.array([score(r) for r in rows]))


def pairs_won(rows: Sequence[Scored], score: Callable[[Scored], float]) -> float | None:
    """The share of pairs whose right version scores higher, ties counted half; None where there are no pairs."""
    found: dict[str, dict[bool, float]] = defaultdict(dict)
    for row in rows:
        if row.item.pair:
            found[row.item.pair][row.item.is_right] = score(row)
    won = [(p[True] > p[False]) + 0.5 * (p[True] == p[False]) for p in found.values() if len(p) == 2]
    return float(np.mean(won)) if won else None


def _right(rows: Sequence[Scored]) -> NDArray[np.bool_]:
    return np.array([r.item.is_right for r in rows])


def interval(rows: Sequence[Scored], measure: Callable[[Sequence[Scored]], float]) -> tuple[float, float]:
    """Resamples of articles; those in which one kind is missing are drawn again."""
    random, by_article = np.random.Generator(np.random.PCG64(0)), defaultdict(list)
    for row in rows:
        by_article[row.item.article].append(row)
    groups = list(by_article.values())
    found: list[float] = []
    while len(found) < RESAMPLES:
        drawn = [row for i in random.integers(len(groups), size=len(groups)) for row in groups[i]]
        if 0 < sum(r.item.is_right for r in drawn) < len(drawn):
            found.append(measure(drawn))
    low, high = np.percentile(found, [2.5, 97.5])
    return float(low), float(high)


def _guard(row: Scored) -> float:
    return row.guard


def _two_grams(row: Scored) -> float:
    return row.two_grams


SCORES = (_guard, _two_grams)

# --- the weights


def fit(rows: Sequence[Item], *, rounds: int = 4_000, ridge: float = 1e-3) -> None:
    """Prints OFFSET and WEIGHTS: logistic regression by projected gradient, no weight below zero.

    Each kind of set and each answer weighs the same, however many items it has.
    """
    codes = list(WEIGHTS)
    inputs = np.array([[-_worst(item, code) for code in codes] for item in rows])
    right = np.array([float(item.is_right) for item in rows])
    kinds = [(item.kind.split()[0], item.is_right) for item in rows]
    share = np.array([1 / kinds.count(k) for k in sorted(set(kinds))])
    weight = np.array([dict(zip(sorted(set(kinds)), share, strict=True))[k] for k in kinds])
    weight /= weight.sum()
    mean, spread = inputs.mean(0), inputs.std(0) + 1e-9
    scaled = np.c_[(inputs - mean) / spread, np.ones(len(inputs))]
    found = np.zeros(scaled.shape[1])
    for _ in range(rounds):
        likely = 1 / (1 + np.exp(-scaled @ found))
        found -= scaled.T @ ((likely - right) * weight) + ridge * np.r_[found[:-1], 0]
        found[:-1] = np.maximum(found[:-1], 0)
    raw = found[:-1] / spread
    print(f"OFFSET {found[-1] - (raw * mean).sum():.2f}")
    for code, value, inputs_of in zip(codes, raw, inputs.T, strict=True):
        said = [f"{-inputs_of[right == r].mean():.3f}" for r in (1, 0)]
        print(f"{code:26}{value:6.2f}   mean loss of right ones {said[0]}, of wrong ones {said[1]}")


def _worst(item: Item, code: str) -> float:
    return max(losses[code] for losses in _losses(item.article, item.summary))


@cache
def _losses(article: str, summary: str) -> tuple[dict[str, float], ...]:
    checker = _checker(article)
    found = [checker.losses(s, checker.best_support(s)) for s in _sentences(summary)]
    return tuple({code: loss.amount for code, loss in losses.items()} for losses in found)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("folder", type=Path)
    options.add_argument("--fit", action="store_true", help="find the weights on the half for choosing")
    options.add_argument("--half", choices=HALVES, default="reporting")
    options.add_argument("--no-intervals", action="store_true")
    given = options.parse_args()
    chosen = list(items(given.folder))
    if given.fit:
        fit([item for item in chosen if item.half == "choosing"])
        return
    halves: dict[str, dict[str, list[Scored]]] = {half: defaultdict(list) for half in HALVES}
    for item in chosen:
        halves[item.half][item.kind].append(scored(item))
    columns = ("n", "wrong", "AUC: guard", "2-grams", "BA: guard", "2-grams", "as shipped", "pairs: guard", "2-grams")
    print("| set | " + " | ".join(columns) + " |\n" + "|---" * (len(columns) + 1) + "|")
    for kind, rows in halves[given.half].items():
        cells = _cells(rows, halves["choosing"][kind], has_intervals=not given.no_intervals)
        print(f"| {kind} | " + " | ".join(cells) + " |", flush=True)

    print("\n| change | n | wrong ones found | right ones held for wrong |\n|---|---|---|---|")
    by_change: dict[str, list[Scored]] = defaultdict(list)
    for row in (row for rows in halves[given.half].values() for row in rows):
        if row.item.change in CHANGES:
            by_change[row.item.change].append(row)
    for change, words_for in CHANGES.items():
        wrong, right = ([not r.is_supported for r in by_change[change] if r.item.is_right == k] for k in (False, True))
        print(f"| {words_for} | {len(wrong)} | {np.mean(wrong):.2f} | {np.mean(right):.2f} |")


def _cells(rows: list[Scored], choosing: list[Scored], *, has_intervals: bool) -> Iterator[str]:
    right = _right(rows)
    yield f"{len(rows)}"
    yield f"{1 - right.mean():.2f}"
    for score in SCORES:
        found = f"{_area(rows, score):.3f}"
        if has_intervals:
            low, high = interval(rows, partial(_area, score=score))
            found += f" [{low:.3f}, {high:.3f}]"
        yield found
    for score in SCORES:
        at = best_threshold(choosing, score)
        yield f"{balanced(right, np.array([score(r) >= at for r in rows])):.3f}"
    yield f"{balanced(right, np.array([r.is_supported for r in rows])):.3f}"
    for score in SCORES:
        won = pairs_won(rows, score)
        yield "" if won is None else f"{won:.3f}"


def _area(rows: Sequence[Scored], score: Callable[[Scored], float]) -> float:
    found = area(_right(rows), np.array([score(r) for r in rows]))
    assert found is not None
    return found


if __name__ == "__main__":
    main()
