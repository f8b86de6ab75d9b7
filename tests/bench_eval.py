"""1,000 articles, five runs -> seconds and peak memory of `eval score`, `compare` and `page`, and that no torch loads.

    python tests/bench_eval.py [--articles 1000] [--runs 5]

The articles are the gold's written ones, repeated with another last line; the runs are `cue`'s, worsened at random.
Beside each stands the baseline: reading the same records and gold files as JSON, in a process of its own.
"""

import argparse
import hashlib
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parent.parent
GOLD = ROOT / "eval" / "gold" / "written"
# Shares of commitments that a run loses, and whose actor it changes, by its number.
LOST, CHANGED = (0.0, 0.1, 0.2, 0.3, 0.4), (0.0, 0.05, 0.1, 0.2, 0.3)
READ = """
import json, pathlib, sys
for folder in map(pathlib.Path, sys.argv[1:]):
    for file in folder.glob("*.json"):
        json.loads(file.read_text())
    for file in folder.glob("records.jsonl"):
        [json.loads(line) for line in file.read_text().split("\\n") if line]
"""
PROBE = """
import sys
from pipeline.cli import _guarded
sys.argv = ["onrecord", *sys.argv[1:]]
code = _guarded()
assert "torch" not in sys.modules
sys.exit(code)
"""


class Measured(NamedTuple):
    seconds: float
    peak_bytes: int


def measure(*command: str) -> Measured:
    """Wall clock and the most memory of a process; it must end well."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environment, cwd=ROOT)
    assert process.stderr is not None
    said = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    assert os.waitstatus_to_exitcode(status) == 0, said.decode()
    return Measured(time.perf_counter() - began, usage.ru_maxrss * 1024)


def make_gold(folder: Path, count: int) -> None:
    """Gold files and their texts, under ids of their own."""
    folder.mkdir()
    sources = sorted(GOLD.glob("*.json"))
    for number in range(count):
        source = sources[number % len(sources)]
        gold, text = json.loads(source.read_bytes()), source.with_suffix(".txt").read_bytes().decode()
        name, text = f"a{number:04}", f"{text}\nCopy {number} of this text.\n"
        gold |= {"id": name, "source": {"file": f"{name}.txt", "sha256": hashlib.sha256(text.encode()).hexdigest()}}
        (folder / f"{name}.json").write_text(json.dumps(gold))
        (folder / f"{name}.txt").write_bytes(text.encode())


def make_runs(gold: Path, folder: Path, count: int) -> list[Path]:
    """`cue` over the texts, and worse copies of it."""
    whole = folder / "run0"
    command = [sys.executable, "-m", "pipeline", "run", str(gold / "*.txt"), "-o", str(whole), "--progress", "none"]
    subprocess.run(command, cwd=ROOT, check=True)
    records = [json.loads(line) for line in (whole / "records.jsonl").read_text("utf-8").split("\n") if line]
    runs = [whole]
    for number in range(1, count):
        own = random.Random(number)
        run = folder / f"run{number}"
        run.mkdir()
        lines = [json.dumps(_worse(r, own, LOST[number % 5], CHANGED[number % 5]), ensure_ascii=False) for r in records]
        (run / "records.jsonl").write_text("\n".join(lines) + "\n", "utf-8")
        runs.append(run)
    return runs


def _worse(record: dict[str, Any], own: random.Random, lost: float, changed: float) -> dict[str, Any]:
    kept = [c for c in record["commitments"] if own.random() >= lost]
    for c in kept:
        if own.random() < changed:
            c["actor"] = {**c["actor"], "name": "Somebody Else"}
    return {**record, "commitments": kept}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--articles", type=int, default=1_000)
    options.add_argument("--runs", type=int, default=5)
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_gold(folder / "gold", given.articles)
        runs = list(map(str, make_runs(folder / "gold", folder, given.runs)))
        gold = ["--gold", str(folder / "gold")]
        read = measure(sys.executable, "-c", READ, str(folder / "gold"), *runs)
        read_one = measure(sys.executable, "-c", READ, str(folder / "gold"), runs[0])
        print(f"{given.articles:,} articles, {given.runs} runs; baseline: the same files read as JSON")
        for title, baseline, arguments in (
            ("score, one run and two baselines", read_one, ["score", runs[0], *gold]),
            (f"compare, {given.runs} runs", read, ["compare", *runs, *gold]),
            (f"page, {given.runs} runs", read, ["page", *runs, *gold, "-o", str(folder / "page.html")]),
        ):
            found = measure(sys.executable, "-c", PROBE, "eval", *arguments)
            print(
                f"{title}: {found.seconds:.1f} s, {found.peak_bytes / 2**20:.0f} MiB; no torch;"
                f" {found.seconds / baseline.seconds:.0f} times the baseline ({baseline.seconds:.2f} s)"
            )
        print(f"the page: {(folder / 'page.html').stat().st_size / 2**20:.1f} MiB")


if __name__ == "__main__":
    main()
