"""Summaries of CNN/DM articles against the editors' own, beside the first three sentences and centrality.

    python tests/bench_cnndm.py CNNDM/dev.jsonl [--model DIR | --without-model] [--half tune|report] [--show 10]

The articles are split in two halves by the hash of their ids: weights are chosen on `tune`, and `report` is looked at
through scores only. An article that the gold keeps for its test is in `report`, whatever its hash. Every system has two
lengths: that of the article's own first three sentences, and the default of a run. Intervals: 95 %, over articles.
"""

import argparse
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from support import REPOSITORY

from eval.gold import read_gold
from eval.splitting import read_splits
from eval.summaries import LEAD_SENTENCES, ROUGES, score_summary
from eval.uncertainty import differences, interval
from pipeline.cleaning import clean
from pipeline.engines.centrality import centralities, one_line, summarise, vectors_of
from pipeline.engines.compact import summary
from pipeline.engines.compact.engine import CompactEngine, _owned
from pipeline.faithful import Checker
from pipeline.records import Article, Document, SummaryDraft
from pipeline.sentences import split_sentences

DEFAULT_WORDS = 90
HALVES = ("tune", "report")
CLEAN_SOURCE = "benchmark_llm"
MEASURES = [f"{kind}_f" for kind in ROUGES]

Summariser = Callable[["Row", int], tuple[SummaryDraft, ...]]


class Row(NamedTuple):
    """An article with its reference; `salience` by the index of the sentence."""

    is_clean: bool
    document: Document
    reference: str
    salience: Mapping[int, float]

    @property
    def lead(self) -> tuple[SummaryDraft, ...]:
        return tuple(SummaryDraft(text=s.text, sentences=(s.index,)) for s in self.document.body[:LEAD_SENTENCES])

    @property
    def lead_words(self) -> int:
        return _words(self.lead)


class Result(NamedTuple):
    """One system's scores, (articles, measures) in percent; sentences that the guard calls unsupported; lengths."""

    scores: np.ndarray
    unsupported: int
    words: np.ndarray
    sentences: int


def rows_of(path: Path, half: str | None, engine: CompactEngine | None) -> Iterator[Row]:
    kept_back = _kept_back()
    for row in map(json.loads, path.read_text("utf-8").splitlines()):
        if half in {None, half_of(row["id"], kept_back)}:
            article = clean(Article(id=row["id"], source=path.name, text=row["article"]), locale="en-US")
            document = Document(article=article, sentences=split_sentences(article.text, article.boilerplate))
            salience = _salience(document, engine) if engine else _central(document)
            yield Row(row["source"] == CLEAN_SOURCE, document, row["reference"], salience)


def half_of(key: str, kept_back: frozenset[str]) -> str:
    return HALVES[key in kept_back or hashlib.sha256(key.encode()).digest()[0] % 2]


def _kept_back() -> frozenset[str]:
    """Keys of the articles that the gold keeps for its test."""
    folder = REPOSITORY / "eval" / "gold"
    gold = read_gold(folder)
    splits = read_splits(folder, gold)
    return frozenset(a.source.key for a in gold if a.source.key and splits[a.id] == "test")


def _salience(document: Document, engine: CompactEngine) -> dict[int, float]:
    windows, _ = engine._windower.windows(document)
    return {
        document.body[place].index: float(1 / (1 + np.exp(-logits[1])))
        for reading, own in engine.readings(document, windows)
        for place, logits in _owned(reading, own)
    }


def _central(document: Document) -> dict[int, float]:
    """In place of a model: how central each sentence is, in [0, 1]."""
    found = centralities(vectors_of([s.text for s in document.body]))
    return {s.index: worth for s, worth in zip(document.body, found, strict=True)}


SYSTEMS: dict[str, Summariser] = {
    "lead-3": lambda row, _: row.lead,
    "centrality": lambda row, words: summarise(row.document, max_words=words),
    "ours": lambda row, words: summary.summarise(row.document, row.salience, max_words=words),
}


def result_of(rows: Sequence[Row], system: Summariser, words: int | None) -> Result:
    drafts = [system(row, words or row.lead_words) for row in rows]
    scores = [_rouge(some, row.reference) for some, row in zip(drafts, rows, strict=True)]
    unsupported = sum(_unsupported(row.document, some) for some, row in zip(drafts, rows, strict=True))
    return Result(
        100 * np.array(scores), unsupported, np.array([_words(some) for some in drafts]), sum(map(len, drafts))
    )


def _rouge(drafts: Sequence[SummaryDraft], reference: str) -> list[float]:
    values = score_summary(" ".join(d.text for d in drafts), None, [reference]).values
    return [values[name] for name in MEASURES]


def _words(drafts: Sequence[SummaryDraft]) -> int:
    return sum(len(d.text.split()) for d in drafts)


def _unsupported(document: Document, drafts: Sequence[SummaryDraft]) -> int:
    checker = Checker([s.text for s in document.sentences])
    return sum(checker.check(d.text, d.sentences).verdict == "unsupported" for d in drafts)


# --- telling


def table(rows: Sequence[Row], words: int | None) -> None:
    results = {name: result_of(rows, system, words) for name, system in SYSTEMS.items()}
    columns = ("system", "ROUGE-1 F", "ROUGE-2 F", "ROUGE-Lsum F", "words", "sentences", "unsupported")
    print(f"| {' | '.join(columns)} |\n{'|---' * len(columns)}|")
    for name, found in results.items():
        cells = [_interval(column) for column in found.scores.T]
        told = f"{found.words.mean():.1f} | {found.sentences / len(rows):.2f} | {found.unsupported}"
        print(f"| {name} | {' | '.join(cells)} | {told} |")
    for name in ("centrality", "ours"):
        cells = _differences(results[name].scores, results["lead-3"].scores)
        print(f"| {name} less lead-3 | {' | '.join(cells)} | | | |", flush=True)


def _interval(column: np.ndarray) -> str:
    found = interval(column, np.ones(len(column)))
    return f"{found.value:.2f} [{found.low:.2f}, {found.high:.2f}]"


def _differences(ours: np.ndarray, theirs: np.ndarray) -> Iterator[str]:
    below = np.ones_like(ours)
    for found in differences((ours, below), (theirs, below)):
        yield f"{found.value:+.2f} [{found.low:+.2f}, {found.high:+.2f}] p {found.p:.3f}"


def show(rows: Sequence[Row]) -> None:
    for row in rows:
        print(f"\n=== {row.document.article.id}\nreference: {one_line(row.reference)}")
        for draft in summary.summarise(row.document, row.salience, max_words=DEFAULT_WORDS):
            print(f"  {draft.sentences}: {draft.text}")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("file", type=Path)
    options.add_argument("--model", type=Path, help="a folder with weights; without one, those that ship")
    options.add_argument("--without-model", action="store_true", help="centrality in place of the model's salience")
    options.add_argument("--half", choices=HALVES)
    options.add_argument("--show", type=int, default=0, help="print so many summaries of the tuning half")
    given = options.parse_args()
    engine = None if given.without_model else CompactEngine.open(given.model)
    if given.show:
        show(list(rows_of(given.file, "tune", engine))[: given.show])
        return
    rows = list(rows_of(given.file, given.half, engine))
    parts = {"all": rows, "clean, cased": [r for r in rows if r.is_clean], "other": [r for r in rows if not r.is_clean]}
    for name, some in parts.items():
        for length, words in (("lead-3's own length", None), (f"{DEFAULT_WORDS} words", DEFAULT_WORDS)):
            print(f"\n### {given.half or 'both halves'}, {name}: {len(some)} articles, {length}\n")
            table(some, words)


if __name__ == "__main__":
    main()
