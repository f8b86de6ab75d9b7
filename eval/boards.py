"""Models and gold -> runs over its articles, each in a process of its own, what they cost, and a leaderboard.

A run that is there already is resumed: what it has of the same articles, model and settings is not computed again. A
model that cannot run is named with its error, and the others go on.
"""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from eval.comparing import Ranking
from eval.metrics import Sheet
from eval.predictions import named
from eval.scoring import rounded
from eval.selecting import Selection
from eval.tables import aligned, cell, counted, notes
from pipeline.display import safe
from pipeline.errors import InputError
from pipeline.rundir import LOG
from pipeline.storing import write_lines

ARTICLES, COSTS = "articles.jsonl", "costs.json"
ENGINES = ("cue",)
# Scores of the board, and what its columns call them.
SHOWN = {
    "core_f1": "Core F1",
    "detection_f1": "Detection F1",
    "abstention": "empty left empty",
    "false_on_empty": "false an empty article",
    "chars_f1": "evidence F1",
    "summary_rouge1_f": "ROUGE-1 F",
}
NOT_STATED = "not stated"


@dataclass(frozen=True)
class Entrant:
    """A model that takes part: how it was named, what to call it, and where its run is."""

    spec: str
    name: str
    folder: Path


@dataclass(frozen=True)
class Cost:
    """What a run took here; the rates are of articles that were computed, model loading left out.

    None: not measured (a run that was computed elsewhere, an engine without a model).
    """

    articles_per_minute: float | None = None
    tokens_read: float | None = None
    tokens_written: float | None = None
    peak_bytes: int | None = None
    licence: str = NOT_STATED


def entrants(models: str, folder: Path) -> list[Entrant]:
    """Models by commas, each an engine or what `onrecord run --model` takes. InputError: none, or one twice."""
    specs = [m.strip() for m in models.split(",") if m.strip()]
    if not specs:
        raise InputError("--models names no model", hint="--models cue,OWNER/NAME,./folder")
    if double := sorted({s for s in specs if specs.count(s) > 1}):
        raise InputError(f"--models names {double[0]} twice", hint="name each model once")
    names = [_name(s) for s in specs]
    taken = [n if names.count(n) == 1 else f"{n}-{k}" for k, n in enumerate(names, 1)]
    return [Entrant(_absolute(s), n, folder / "runs" / n) for s, n in zip(specs, taken, strict=True)]


def _name(spec: str) -> str:
    last = spec.rstrip("/").split("/")[-1].split("#")[-1]
    return re.sub(r"[^\w.-]+", "-", last.removesuffix(".gguf")).strip("-.") or "model"


def _absolute(spec: str) -> str:
    """A model on this disk by its whole path: runs are made in another folder."""
    return str(Path(spec).resolve()) if spec not in ENGINES and Path(spec).exists() else spec


def write_articles(selection: Selection, folder: Path) -> Path:
    """The gold's articles as an input for `onrecord run`. Raises InputError when texts are not here."""
    if lacking := selection.without_text:
        hint = "--texts names files or folders where they are; or choose another --part"
        raise InputError(f"{len(lacking)} of {len(selection.articles)} texts are not here: {named(lacking)}", hint=hint)
    folder.mkdir(parents=True, exist_ok=True)
    rows = (
        {"id": a.id, "text": selection.texts[a.id], "title": a.title, "published": a.published}
        for a in selection.articles
    )
    write_lines(folder / ARTICLES, (json.dumps(row, ensure_ascii=False) for row in rows))
    return folder / ARTICLES


def run_model(entrant: Entrant, articles: Path, options: Sequence[str], tell: Callable[[str], None]) -> str:
    """Runs or resumes it in a process of its own; '' when it ended, else what it said went wrong."""
    chosen = ["--engine", entrant.spec] if entrant.spec in ENGINES else ["--model", entrant.spec, *options]
    command = [sys.executable, "-m", "pipeline", "run", articles.name, "-o", str(entrant.folder.resolve()), *chosen]
    entrant.folder.parent.mkdir(parents=True, exist_ok=True)
    started = time.monotonic()
    with subprocess.Popen(  # noqa: S603 our own command line, no shell
        command, cwd=articles.parent, stderr=subprocess.PIPE, text=True, errors="replace"
    ) as process:
        assert process.stderr is not None
        said = [_passed_on(line, entrant.name, tell) for line in process.stderr]
        code, peak = _ended(process)
    if code not in (0, 3):
        return next(
            (line.removeprefix("error: ").strip() for line in said if line.startswith("error: ")), f"exit {code}"
        )
    _note_cost(entrant.folder, peak, time.monotonic() - started)
    return ""


def _passed_on(line: str, name: str, tell: Callable[[str], None]) -> str:
    tell(f"{name}: {line}")
    return line


def _ended(process: subprocess.Popen[str]) -> tuple[int, int | None]:
    """The exit code, and the most memory that it held at once; None where the system does not say."""
    if not hasattr(os, "wait4"):
        return process.wait(), None
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def _note_cost(folder: Path, peak: int | None, seconds: float) -> None:
    """Beside the run, one entry for each time that it was begun; a run that only reused says nothing of memory."""
    before = _costs(folder)
    computed = len(_logged(folder))
    if not before or computed > before[-1]["computed"]:
        entry = {"computed": computed, "peak_bytes": peak, "seconds": round(seconds, 3)}
        write_lines(folder / COSTS, [json.dumps([*before, entry])])


def _costs(folder: Path) -> list[dict[str, Any]]:
    try:
        return list(json.loads((folder / COSTS).read_bytes()))
    except (OSError, ValueError):
        return []


def _logged(folder: Path) -> list[dict[str, Any]]:
    """What the run's log says of articles that were computed."""
    try:
        lines = (folder / LOG).read_text("utf-8").split("\n")
        events = [json.loads(line) for line in lines if line.strip()]
    except (OSError, ValueError):
        return []
    return [e for e in events if e.get("event") == "article"]


def cost(folder: Path, ids: Sequence[str], licence: str) -> Cost:
    """From the run's own log, the last time that each article was computed."""
    last = {e["id"]: e for e in _logged(folder)}
    known = [last[i] for i in ids if i in last]
    seconds = sum(e["seconds"] for e in known)
    peaks = [e["peak_bytes"] for e in _costs(folder) if e["peak_bytes"]]
    has_tokens = any("tokens_read" in e for e in known)

    def mean(name: str) -> float | None:
        return sum(e.get(name, 0) for e in known) / len(known) if has_tokens else None

    return Cost(
        articles_per_minute=60 * len(known) / seconds if seconds else None,
        tokens_read=mean("tokens_read"),
        tokens_written=mean("tokens_written"),
        peak_bytes=max(peaks, default=None),
        licence=licence,
    )


# --- licences


def licence_of(spec: str) -> str:
    """By the reviewed table, or what the model's folder says; of an adapter, its own and its base's."""
    if spec in ENGINES:
        return "Apache-2.0"
    path = Path(spec)
    base = _base_of(path)
    told = _front_matter(path / "README.md") or _known(path.name if path.exists() else spec)
    if base:
        return f"{told or NOT_STATED} on {licence_of(base)}"
    return told or NOT_STATED


def _base_of(path: Path) -> str | None:
    try:
        return str(json.loads((path / "adapter_config.json").read_bytes())["base_model_name_or_path"])
    except (OSError, ValueError, KeyError):
        return None


def _front_matter(readme: Path) -> str | None:
    try:
        match = re.search(r"^license:\s*(\S+)", readme.read_text("utf-8")[:4_000], re.MULTILINE)
    except (OSError, ValueError):
        return None
    return match[1] if match else None


def _known(name: str) -> str | None:
    from pipeline.models.catalogue import catalogue

    short = name.split("/")[-1].split("#")[-1].casefold()
    for known in catalogue():
        own = known.name.split("/")[-1].casefold()
        if name == known.name or short == own or short.startswith(f"{own}."):
            return known.licence
    return None


# --- the board


def board_json(
    selection: Selection,
    sheets: Sequence[Sheet],
    ranking: Ranking,
    costs: Mapping[str, Cost],
    failed: Mapping[str, str],
) -> dict[str, Any]:
    by_name = {s.name: s for s in sheets}
    places = [
        {
            **place._asdict(),
            "made_by": dict(by_name[place.name].made_by),
            "scores": {k: by_name[place.name].scores[k]._asdict() for k in SHOWN},
            "cost": asdict(costs[place.name]) if place.name in costs else None,
        }
        for place in ranking.standings
    ]
    told = {"signature": selection.signature, "places": places, "failed": dict(failed)}
    return dict(rounded(told))


def board_rows(sheets: Sequence[Sheet], ranking: Ranking, costs: Mapping[str, Cost]) -> list[list[str]]:
    titles = ["articles a minute", "tokens in / out", "memory", "licence"]
    rows = [["rank", "", "model", *SHOWN.values(), *titles]]
    by_name = {s.name: s for s in sheets}
    for place in ranking.standings:
        scores = [cell(by_name[place.name].scores[k]) for k in SHOWN]
        rows.append([str(place.rank), place.letters, safe(place.name), *scores, *_cost_cells(costs.get(place.name))])
    return rows


def _cost_cells(cost: Cost | None) -> list[str]:
    if cost is None:
        return ["baseline", "", "", ""]
    rate = "not measured" if cost.articles_per_minute is None else f"{cost.articles_per_minute:,.1f}"
    tokens = "none" if cost.tokens_read is None else f"{cost.tokens_read:,.0f} / {cost.tokens_written:,.0f}"
    memory = "not measured" if cost.peak_bytes is None else f"{cost.peak_bytes / 2**20:,.0f} MiB"
    return [rate, tokens, memory, safe(cost.licence)]


def board_table(
    selection: Selection, sheets: Sequence[Sheet], rows: Sequence[Sequence[str]], failed: Mapping[str, str]
) -> str:
    lines = [counted(selection), "", *aligned(rows), "", *_explained(selection, sheets, failed)]
    return "".join(f"{line}\n" for line in lines)


def board_markdown(
    selection: Selection, sheets: Sequence[Sheet], rows: Sequence[Sequence[str]], failed: Mapping[str, str]
) -> str:
    table = ["| " + " | ".join(row) + " |" for row in rows]
    table.insert(1, "|---" * len(rows[0]) + "|")
    lines = [counted(selection), "", *table, "", *_explained(selection, sheets, failed)]
    return "".join(f"{line}\n" for line in lines)


def _explained(selection: Selection, sheets: Sequence[Sheet], failed: Mapping[str, str]) -> list[str]:
    return [
        "Models that share a letter cannot be told apart on Core F1 by these articles (95 %, Holm).",
        *(f"{safe(name)} did not run: {safe(why)}" for name, why in failed.items()),
        *notes(selection, sheets),
        f"signature: {selection.signature}",
    ]
