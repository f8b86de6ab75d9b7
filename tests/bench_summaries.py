"""The summary measures against the real library, against published figures, against people, and on our own gold.

    python tests/bench_summaries.py FOLDER [--only rouge|people|gold|speed]

FOLDER holds `cnndm`, `summeval`, `qags`, `fib` and `summedits`. Prints the tables of docs/summary-measures.md.
"""

import argparse
import json
import re
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from support import REPOSITORY

from eval.aligning import Item
from eval.gold import GoldArticle, read_gold
from eval.judged import SCOPE, Row, agreement_with_people, markdown, read_judged
from eval.predictions import item_of
from eval.summaries import ROUGE_SIGNATURE, ROUGES, lead, lines, rouge, score_summary
from eval.telling import tellings
from eval.uncertainty import Interval, interval

# ROUGE-1/2/L of CNN/DM's 11,490 test articles: See et al. 2017 as usually quoted, and Liu and Liu 2021.
PUBLISHED = {"lead-3": "40.34 / 17.70 / 36.57", "SimCLS": "46.67 / 22.15 / 43.54"}
# Of SummEval's twelve correlations these are left out: they order the measures as the others of their aspect do.
UNSHOWN = r"(systems|spearman) (relevance|coherence|fluency)"
# What became of the texts: each set that an article was taken from has its own way.
KINDS = {
    "benchmark_llm": "clean, cased",
    "summeval": "tokenised, cased",
    "qags_cnndm": "put together from tokens, small letters in names",
    "fib": "tokenised, lower-cased",
}


class Text(NamedTuple):
    """A CNN/DM article with the two summaries that are compared, in the same kind of text."""

    kind: str
    article: str
    reference: str
    simcls: str


# --- ROUGE on CNN/DM


def texts(path: Path) -> Iterator[Text]:
    """The reference is tokenised and lower-cased as SimCLS' output is."""
    for row in map(json.loads, path.read_text("utf-8").splitlines()):
        yield Text(KINDS[row["source"]], row["article"], row["reference_lower"], row["simcls"])


def rouge_table(folder: Path) -> None:
    from rouge_score.rouge_scorer import RougeScorer

    theirs, worst = RougeScorer(list(ROUGES), use_stemmer=True), 0.0
    rows = list(texts(folder / "cnndm" / "dev.jsonl"))
    print(
        f"{ROUGE_SIGNATURE}\n\n| texts | n | system | ROUGE-1 F | ROUGE-2 F | ROUGE-Lsum F |\n|---|---|---|---|---|---|"
    )
    for kind in (None, *dict.fromkeys(r.kind for r in rows)):
        some = [r for r in rows if kind in {None, r.kind}]
        for system in ("lead-3", "SimCLS"):
            found = []
            for row in some:
                summary = lead(row.article) if system == "lead-3" else row.simcls
                ours = rouge(summary, [row.reference])
                real = theirs.score(lines(row.reference), lines(summary))
                worst = max(worst, *(abs(ours[k].f - real[k].fmeasure) for k in ROUGES))
                found.append([100 * ours[k].f for k in ROUGES])
            cells = [_told(interval([f[k] for f in found], [1] * len(found)), 2) for k in range(len(ROUGES))]
            print(f"| {kind or 'all'} | {len(some)} | {system} | {' | '.join(cells)} |")
    print(f"\nlargest difference from rouge_score on the same lines: {worst:.1e}")
    print("published, all 11,490 test articles:", "; ".join(f"{k} {v}" for k, v in PUBLISHED.items()))
    _splitting(rows)


def _splitting(rows: Sequence[Text]) -> None:
    """What ROUGE-Lsum owes to our split: tokenised text has its stops standing free, one for each sentence."""
    given: Counter[str] = Counter()
    for row in rows:
        by_stops = re.split(r"(?<= [.!?])\s+(?=\S\S)", row.simcls.strip())
        given["alike"] += lines(row.simcls).splitlines() == [" ".join(s.split()) for s in by_stops]
        given["ours"] += len(lines(row.simcls).splitlines())
        given["stops"] += len(by_stops)
    print(f"SimCLS: {given['ours']} sentences by our split, {given['stops']} by free-standing stops;", end=" ")
    print(f"{given['alike']} of {len(rows)} summaries split alike")


def _told(found: Interval, digits: int) -> str:
    if found.value is None or found.low is None or found.high is None:
        return "not scored"
    return f"{found.value:.{digits}f} [{found.low:.{digits}f}, {found.high:.{digits}f}]"


# --- people


def people_tables(folder: Path) -> None:
    for name, scope in SCOPE.items():
        print(f"\n### {name}\n\n{scope}\n")
        print(markdown(_shown(agreement_with_people(read_judged(name, folder / name)))), flush=True)
    one = [i._replace(references=i.references[:1]) for i in read_judged("summeval", folder / "summeval")]
    print("\n### summeval, one reference\n")
    print(markdown(_shown(agreement_with_people(one, [f"{kind}_f" for kind in ROUGES]))))


def _shown(rows: Sequence[Row]) -> list[Row]:
    """Without columns that say the same as their neighbours, and without measures that are another turned round."""
    dull = {"novel_2grams", "compression", *(f"{kind}_precision" for kind in ROUGES)}
    return [row for row in rows if row.measure not in dull and not re.match(UNSHOWN, row.statistic)]


# --- commitments of our own gold


def gold_table() -> None:
    """References tell the article, another article's reference tells none of it: what is told there is chance."""
    gold = read_gold(REPOSITORY / "eval" / "gold")
    told = [a for a in gold if a.summary and a.summary.references and a.commitments and a.id in gold.texts]
    others = {a.id: b for a, b in zip(told, [*told[1:], told[0]], strict=True)}
    kinds: dict[str, Any] = {
        "the reference": lambda a: a.summary.references[0],
        "the first three sentences": lambda a: lead(gold.texts[a.id], boilerplate=a.boilerplate),
        "the article itself": lambda a: gold.texts[a.id],
        "another article's reference": lambda a: others[a.id].summary.references[0],
    }
    count = sum(len(a.commitments) for a in told)
    print(f"{len(told)} articles with {count} commitments\n\n| summary | told | told wrongly |\n|---|---|---|")
    for kind, summary_of in kinds.items():
        counts = [_verdicts(a, summary_of(a), gold.texts[a.id]) for a in told]
        below = [sum(c.values()) for c in counts]
        cells = [_told(interval([c[v] for c in counts], below), 3) for v in ("covered", "distorted")]
        print(f"| {kind} | {' | '.join(cells)} |", flush=True)

    _changes_table(told, gold.texts)


def _changes_table(articles: Sequence[GoldArticle], texts: Mapping[str, str]) -> None:
    """What is seen of changes made by machine to sentences of references that tell a commitment rightly."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for article in articles:
        items, text = [item_of(c) for c in article.commitments], texts[article.id]
        reference = article.summary.references[0] if article.summary else ""
        for place, found in enumerate(tellings(reference, items, text)):
            for kind, changed in _changed(found.sentence or "", items[place]) if found.verdict == "covered" else ():
                again = tellings(reference.replace(found.sentence or "", changed), items, text)[place]
                counts[kind]["seen" if kind in again.contradicts else again.verdict] += 1
    print("\n| change | n | told wrongly | no longer told | still told |\n|---|---|---|---|---|")
    for kind, some in counts.items():
        cells = [str(some.total()), *(str(some[v]) for v in ("seen", "untold", "covered"))]
        print(f"| {kind} | {' | '.join(cells)} |")


def _changed(sentence: str, item: Item) -> Iterator[tuple[str, str]]:
    """A "not" behind the sentence's only "will", half as much again of a figure, three years later."""
    modals = list(re.finditer(r"\b(?:will|would) (?!not)", sentence))
    if len(modals) == 1:
        yield "polarity", f"{sentence[: modals[0].end()]}not {sentence[modals[0].end() :]}"
    figures = [f for f in re.findall(r"\d+(?:,\d{3})*", item.actions[0]) if not re.fullmatch(r"(?:19|20)\d\d", f)]
    place = re.search(rf"(?<![\d,.]){figures[0]}(?![\d,.]*\d)", sentence) if figures else None
    if place:
        changed = str(3 * int(place[0].replace(",", "")) // 2 + 1)
        yield "number", sentence[: place.start()] + changed + sentence[place.end() :]
    years = re.findall(r"\b20\d\d\b", sentence)
    if len(years) == 1 and item.deadline and (item.deadline.latest or "").startswith(years[0]):
        yield "date", sentence.replace(years[0], str(int(years[0]) + 3))


def _verdicts(article: GoldArticle, summary: str, text: str) -> Counter[str]:
    return Counter(t.verdict for t in tellings(summary, [item_of(c) for c in article.commitments], text))


# --- speed


def speed(folder: Path) -> None:
    rows = list(texts(folder / "cnndm" / "dev.jsonl"))
    started, count = time.process_time(), 0
    for row in rows:
        for summary in (row.simcls, lead(row.article)):
            score_summary(summary, row.article, [row.reference])
            count += 1
    seconds = time.process_time() - started
    print(f"{count} summaries in {seconds:.1f} s of one core: {5000 * seconds / count:.0f} s for 5,000")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("folder", type=Path)
    options.add_argument("--only", choices=("rouge", "people", "gold", "speed"))
    given = options.parse_args()
    parts = {"rouge": rouge_table, "people": people_tables, "gold": lambda _: gold_table(), "speed": speed}
    for name, part in parts.items():
        if given.only in {None, name}:
            print(f"\n## {name}\n")
            part(given.folder)


if __name__ == "__main__":
    main()
