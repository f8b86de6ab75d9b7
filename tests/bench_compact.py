"""The compact engine -> articles a second beside named baselines, start, memory, and cost against length.

    OMP_NUM_THREADS=2 python tests/bench_compact.py [--articles 60] [--llm FOLDER]

All stages of a run are timed (clean, split, read, ground, resolve, merge, check), on articles of 650 words made of
texts of the gold set. Baselines in the same process: the grammar (`cue`); the same network asked about one sentence at
a time, as a zero-shot classifier is used; and, with --llm, a language model by `--model` on the first three.
"""

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from pipeline.config import RunConfig
from pipeline.engines.base import Engine
from pipeline.engines.compact.engine import CompactEngine
from pipeline.opening import open_engine
from pipeline.records import Article, Document
from pipeline.run import process, process_group
from pipeline.sentences import split_sentences

WORDS = 650
LENGTHS = (1_000, 10_000, 100_000)
GOLD = Path(__file__).parent.parent / "eval" / "gold" / "written"


def texts(words: int, count: int) -> Iterator[str]:
    """Texts of about so many words, paragraph by paragraph from the gold set's."""
    paragraphs = [p for path in sorted(GOLD.glob("*.txt")) for p in path.read_text("utf-8").split("\n\n") if p.strip()]
    place = 0
    for _ in range(count):
        taken: list[str] = []
        size = 0
        while size < words:
            taken.append(paragraphs[place % len(paragraphs)])
            size += len(taken[-1].split())
            place += 1
        yield "\n\n".join(taken)


def articles(words: int, count: int) -> list[Article]:
    return [Article(id=f"a{i}", source="bench", text=text) for i, text in enumerate(texts(words, count))]


def seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def rate(engine: Engine, given: Sequence[Article], passes: int = 1) -> float:
    """Articles a second in the steady state, after some passes over them: a product of a new shape is compiled first,
    and a second process, where there is one, has started.
    """
    config = RunConfig(engine="compact")

    def once() -> None:
        size = engine.group_size
        for start in range(0, len(given), size):
            process_group(given[start : start + size], engine, config)

    for _ in range(passes):
        once()
    return len(given) / seconds(once)


def sentence_by_sentence(engine: CompactEngine, given: Sequence[Article]) -> float:
    """Articles a second when each sentence is a reading of its own; its forward pass alone, no other stage."""

    def read(article: Article) -> None:
        for sentence in split_sentences(article.text):
            document = Document(article=article, sentences=(sentence,))
            windows, _ = engine._windower.windows(document)
            engine._batched(document, windows)  # in this thread, with all the threads that torch takes

    read(given[0])
    return len(given) / seconds(lambda: [read(a) for a in given])


def by_itself() -> CompactEngine:
    """One that no other process helps."""
    engine = CompactEngine.open(device="cpu")
    engine._opening = None
    return engine


def memory(engine: CompactEngine) -> str:
    """What all processes hold now, what they share counted once."""
    pids = ["self", *(str(b._process.pid) for b in engine._company if b._process is not None)]
    try:
        lines = [line for pid in pids for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()]
    except OSError:
        return "not measured: no /proc"
    held = sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return f"{held / 1024:.0f} MiB in {len(pids)} processes"


def start(engine: str) -> tuple[float, float]:
    """Seconds from the command to its record and the peak of memory in MiB, for one article in its own process."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.txt"
        path.write_text(next(texts(WORDS, 1)), "utf-8")
        command = [sys.executable, "-m", "pipeline", "run", str(path), "--engine", engine]
        took = seconds(lambda: subprocess.run(command, check=True, capture_output=True))
    return took, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--articles", type=int, default=60)
    options.add_argument("--llm", help="a language model's folder, for one more baseline")
    given = options.parse_args()
    for engine in ("cue", "compact"):
        took, peak = start(engine)
        print(f"start to first record, {engine}: {took:.1f} s, peak {peak:.0f} MiB", flush=True)
    compact, some = CompactEngine.open(device="cpu"), articles(WORDS, given.articles)
    fast = rate(compact, some, passes=3)
    print(
        f"compact, {compact.provenance.dtype}: {fast:.1f} articles/s of {WORDS} words, all stages; {memory(compact)}",
        flush=True,
    )
    baselines = {
        "compact, float32": lambda: rate(CompactEngine.open(device="cpu", dtype="float32"), some, passes=2),
        "compact, in one process": lambda: rate(by_itself(), some),
        "the same network, sentence by sentence": lambda: sentence_by_sentence(compact, some[:20]),
        "cue, the grammar": lambda: rate(open_engine(RunConfig(engine="cue")), some),
    }
    if given.llm:
        baselines[given.llm] = lambda: rate(open_engine(RunConfig(model=given.llm)), some[:3])
    for name, measure in baselines.items():
        slow = measure()
        print(f"{name}: {slow:.2f} articles/s; compact is {fast / slow:.2f} times as fast", flush=True)
    for words in LENGTHS:
        (article,) = articles(words, 1)
        took = seconds(lambda article=article: process(article, compact, RunConfig(engine="compact")))  # type: ignore[misc]
        print(f"{words:,} words: {took:.2f} s, {1_000_000 * took / words:.0f} ms per 1,000 words", flush=True)
    print(f"peak of this process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")


if __name__ == "__main__":
    main()
