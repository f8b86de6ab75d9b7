"""Runs of the command killed at random moments and resumed -> whether their output is that of an undisturbed run.

    python tests/kill_loop.py INPUT [--kills 25] [--seed 0]

Each round starts the command in a fresh directory and kills it with SIGKILL after a random part of an undisturbed run's
time, again and again, until it ends; then the three files of the run are compared byte for byte. Exit code 1 when one
differs.
"""

import argparse
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from pipeline.rundir import MANIFEST, RunDirectory

FILES = ("records.jsonl", "ledger.jsonl", "manifest.json")


def command(source: str, output: Path) -> list[str]:
    return [sys.executable, "-m", "pipeline", "run", source, "-o", str(output), "--progress", "none", "--exit-zero"]


def undisturbed(source: str, output: Path) -> float:
    """Seconds that a whole run takes here."""
    began = time.perf_counter()
    subprocess.run(command(source, output), check=True)
    return time.perf_counter() - began


def has_ended(output: Path) -> bool:
    """True when the kill came after the run's last write: the next run would be another one, with everything cached."""
    if not (output / MANIFEST).is_file():
        return False
    with RunDirectory.read(output) as directory:
        return directory.is_complete


def killed_until_done(source: str, output: Path, seconds: float, chance: random.Random) -> int:
    """How often the run had to be killed before it ended by itself; each try may live a little longer."""
    kills = 0
    while True:
        process = subprocess.Popen(command(source, output))
        try:
            process.wait(timeout=chance.uniform(0.0, seconds * (0.6 + 0.1 * kills)))
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
            kills += 1
            if has_ended(output):
                return kills
            continue
        if process.returncode != 0:
            raise SystemExit(f"the resumed run ended with exit code {process.returncode}")
        return kills


def same_bytes(one: Path, other: Path) -> list[str]:
    """The files that differ."""
    return [name for name in FILES if (one / name).read_bytes() != (other / name).read_bytes()]


def run_loop(source: str, kills: int, seed: int) -> int:
    """Kill at least `kills` times over as many rounds as that takes; returns how many kills there were."""
    chance, total, rounds = random.Random(seed), 0, 0
    with tempfile.TemporaryDirectory() as name:
        golden = Path(name) / "golden"
        seconds = undisturbed(source, golden)
        while total < kills:
            rounds += 1
            output = Path(name) / f"round{rounds}"
            total += killed_until_done(source, output, seconds, chance)
            if different := same_bytes(golden, output):
                raise SystemExit(f"round {rounds}: {', '.join(different)} differ after {total} kills")
    print(f"{total} kills in {rounds} rounds of {seconds:.1f} s: byte-identical to an undisturbed run")
    return total


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("source")
    parser.add_argument("--kills", type=int, default=25)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    run_loop(arguments.source, arguments.kills, arguments.seed)
