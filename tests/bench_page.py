"""Made-up articles and runs -> how long the scores page takes to write and to open, its size, its memory.

    OMP_NUM_THREADS=1 python tests/bench_page.py [ARTICLES [RUNS]]

1,000 articles of 4 kB and 5 runs beside the two baselines, unless told otherwise; opened in chromium.
"""

import hashlib
import random
import resource
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

from eval.aligning import Item
from eval.comparing import rank
from eval.gold import Gold, GoldArticle, parse_gold
from eval.page import scores_page
from eval.predictions import Found, Prediction, Run
from eval.selecting import Selection, baselines, load_predictions, sheet_of
from pipeline.records import Span

CHARACTERS, COMMITMENTS, OPENINGS = 4_000, 3, 5
# Milliseconds of a change of filters, with the page laid out anew.
TOOK = "(to) => { const t = performance.now(); go(to); document.body.offsetHeight; return performance.now() - t }"
NAMES = "Ruth Penn;Ian Root;the county of Stell;the mayor of Alder;Mersey Rail;the ministry".split(";")
ACTIONS = "plant {} lime trees;mend {} roofs;open {} libraries;hire {} nurses;cut fares by {} per cent".split(";")
FILLER = (
    "The council met in the old hall. It rained. Nobody objected to the minutes. A reporter asked about the bridge. "
)


def article(i: int, chance: random.Random) -> tuple[GoldArticle, str]:
    """A text of CHARACTERS with so many commitments spread over it."""
    said = [(chance.choice(NAMES), chance.choice(ACTIONS).format(chance.randint(2, 900))) for _ in range(COMMITMENTS)]
    text, commitments = f"Item {i}. ", []
    for k, (actor, action) in enumerate(said):
        text += FILLER * (CHARACTERS // len(FILLER) // COMMITMENTS)
        words = f"{actor} promised to {action}."
        evidence = [{"start": len(text), "end": len(text) + len(words)}]
        commitments.append({"id": f"c{k}", "actor": actor, "action": action, "evidence": evidence})
        text += words + " "
    source = {"sha256": hashlib.sha256(text.encode()).hexdigest()}
    return parse_gold({"id": f"item-{i:05}", "title": f"Item {i}", "source": source, "commitments": commitments}), text


def run_of(selection: Selection, name: str, chance: random.Random) -> Run:
    said = []
    for a in selection.articles:
        kept = [c for c in a.commitments if chance.random() < 0.8]
        found = [_found(c.actor, c.action, c.evidence[0], selection.texts[a.id], chance) for c in kept]
        summary = FILLER * 2 + (f"{chance.randint(1, 9999)} people came." if chance.random() < 0.3 else "")
        said.append(Prediction(a.id, None, "ok", found=tuple(found), summary=summary))
    return load_predictions(selection, name, said)


def _found(actor: str, action: str, span: Span, text: str, chance: random.Random) -> Found:
    who = actor if chance.random() < 0.8 else chance.choice(NAMES)
    return Found(Item((who,), (action,), "do", "firm", (span,)), (span.of(text),), True, 0.5)


def opened(path: Path) -> tuple[float, float, float]:
    """Seconds until the article view answers, of a filter by kind, and of the first search, in the browser."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as p:
        browser = p.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto(path.as_uri() + "#view=articles", wait_until="load")
        ready = page.evaluate("performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd")
        filtered, searched = (page.evaluate(TOOK, change) for change in ({"kind": "missed"}, {"q": "lime trees"}))
        browser.close()
    return ready / 1000, filtered / 1000, searched / 1000


def main(articles: int = 1_000, runs: int = 5) -> None:
    chance = random.Random(0)
    made = [article(i, chance) for i in range(articles)]
    gold = Gold(
        [a for a, _ in made], {a.id: t for a, t in made}, {a.id: f"part {i % 3}" for i, (a, _) in enumerate(made)}
    )
    selection = Selection(gold, "all")
    predictions = [*(run_of(selection, f"run {k}", chance) for k in range(runs)), *baselines(selection)]
    start = time.perf_counter()
    sheets = [sheet_of(selection, r) for r in predictions]
    ranking = rank(sheets)
    print(f"scored and compared in {time.perf_counter() - start:.1f} s, {_peak():.0f} MiB at most")
    start = time.perf_counter()
    page = scores_page(selection, predictions, sheets, ranking)
    print(f"page written in {time.perf_counter() - start:.1f} s, {_peak():.0f} MiB at most")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "scores.html"
        path.write_text(page, "utf-8")
        print(f"{path.stat().st_size / 2**20:.1f} MiB, of which texts {sum(len(t) for _, t in made) / 2**20:.1f} MiB")
        measured = [opened(path) for _ in range(OPENINGS)]
    for name, values in zip(("open", "filter by kind", "first search"), zip(*measured, strict=True), strict=True):
        print(
            f"{name}: {statistics.median(values):.2f} s, median of {OPENINGS} ({min(values):.2f} to {max(values):.2f})"
        )


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
