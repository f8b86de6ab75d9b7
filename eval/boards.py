"""Models and gold -> runs over its articles, each in a process of its own, what they cost, and a leaderboard.

A run that is there already is resumed: what it has of the same articles, model and settings is not computed again. A
model that cannot run is named with its error, and the others go on.
"""

import hashlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple

from eval.comparing import Ranking, rank
from eval.metrics import Sheet
from eval.predictions import named
from eval.scoring import rounded
from eval.selecting import Selection, baselines, load_runs, sheet_of
from eval.tables import EXPLAINED, aligned, cell, counted, in_lines, markdown, notes, rank_of, reasons, told_pairings
from pipeline.display import safe
from pipeline.errors import InputError, UsageError
from pipeline.rundir import LOG, MANIFEST, read_manifest
from pipeline.storing import write_lines

ARTICLES, COSTS = "articles.jsonl", "costs.json"
ENGINES = ("compact", "cue")
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
# A run that is asked to stop ends after the articles in hand; it is not waited for longer.
PATIENCE_SECONDS = 20


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


def entrants(models: Sequence[str], folder: Path) -> list[Entrant]:
    """Each an engine or what `onrecord run --model` takes; several in one by commas, but for paths that have some.

    Raises InputError: none, or one twice.
    """
    specs = [_absolute(s) for given in models for s in _by_commas(given)]
    if not specs:
        raise InputError("--models names no model", hint="--models cue,OWNER/NAME,./folder")
    if double := sorted({s for s in specs if specs.count(s) > 1}):
        raise InputError(f"--models names {double[0]} twice", hint="name each model once")
    return [Entrant(s, _name(s), folder / "runs" / _name(s)) for s in specs]


def _by_commas(given: str) -> list[str]:
    return [given] if given.strip() and Path(given).exists() else [s.strip() for s in given.split(",") if s.strip()]


def _name(spec: str) -> str:
    """A folder's name that hangs on nothing else: of a path its last part and a hash of the whole."""
    if spec in ENGINES:
        return spec
    path = Path(spec)
    whole = f"{path.stem if path.suffix == '.gguf' else path.name}-{_short_sha(spec)}" if path.is_absolute() else spec
    return re.sub(r"[^\w.-]+", "-", whole.removeprefix("http://").removeprefix("https://")).strip("-.") or "model"


def _short_sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:6]


def _absolute(spec: str) -> str:
    """A model on this disk by its whole path: runs are made in another folder."""
    return str(Path(spec).resolve()) if spec not in ENGINES and Path(spec).exists() else spec


def check_options(options: Sequence[str]) -> None:
    """Raises UsageError for options of `onrecord run` that the board sets itself."""
    own = ("-o", "--output", "--model", "--engine", "--replace", "--progress", "--json", "--print", "--help", "-h")
    if options and not options[0].startswith("-"):
        raise UsageError(f"{options[0]} is no option", hint="what follows -- are options of `onrecord run`")
    if taken := [o for o in options if o.split("=")[0] in own or o.startswith("-o")]:
        raise UsageError(
            f"{taken[0]} is set by the board itself", hint="what follows -- shapes how models run, not where"
        )


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
    chosen = ["--engine", entrant.spec] if entrant.spec in ENGINES else ["--model", entrant.spec]
    command = [sys.executable, "-m", "pipeline", "run", articles.name, "-o", str(entrant.folder.resolve())]
    entrant.folder.parent.mkdir(parents=True, exist_ok=True)
    with subprocess.Popen(  # noqa: S603 our own command line, no shell
        [*command, *chosen, *options], cwd=articles.parent, stderr=subprocess.PIPE, text=True, errors="replace"
    ) as process:
        code, peak, said = _attended(process, entrant.name, tell)
    if code in (0, 3) and not (entrant.folder / MANIFEST).is_file():
        return "it wrote no run"
    if code not in (0, 3):
        return next(
            (line.removeprefix("error: ").strip() for line in said if line.startswith("error: ")), f"exit {code}"
        )
    _note_cost(entrant.folder, peak)
    return ""


def _attended(
    process: subprocess.Popen[str], name: str, tell: Callable[[str], None]
) -> tuple[int, int | None, list[str]]:
    """Its exit code, peak of memory and what it said; it is stopped when we are."""
    assert process.stderr is not None
    try:
        said = [_passed_on(line, name, tell) for line in process.stderr]
        return (*_ended(process), said)
    except BaseException:
        process.terminate()
        try:
            process.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
        raise


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


def _note_cost(folder: Path, peak: int | None) -> None:
    """Beside the run, one entry for each time that it was begun; a run that only reused says nothing of memory."""
    before = _costs(folder)
    computed = len(_logged(folder))
    if not before or computed > before[-1]["computed"]:
        entry = {"computed": computed, "peak_bytes": peak, "maker": _maker(folder)}
        write_lines(folder / COSTS, [json.dumps([*before, entry])])


def _maker(folder: Path) -> str:
    """Of the run's weights and engine: what another model held says nothing of this one."""
    made = read_manifest(folder).get("provenance", {})
    return _short_sha(json.dumps([made.get(k) for k in ("engine", "model", "weights_sha256", "dtype")]))


def _costs(folder: Path) -> list[dict[str, Any]]:
    try:
        read = json.loads((folder / COSTS).read_bytes())
    except (OSError, ValueError):
        return []
    return (
        [e for e in read if isinstance(e, dict) and {"computed", "peak_bytes"} <= e.keys()]
        if isinstance(read, list)
        else []
    )


def _logged(folder: Path) -> list[dict[str, Any]]:
    """What the run's log says of articles that were computed; lines that are none are passed over."""
    try:
        lines = (folder / LOG).read_text("utf-8", "replace").split("\n")
    except OSError:
        return []
    events = [event for line in lines if (event := _event(line)) is not None]
    return [e for e in events if e.get("event") == "article" and "id" in e and "seconds" in e]


def _event(line: str) -> dict[str, Any] | None:
    try:
        read = json.loads(line)
    except ValueError:
        return None
    return read if isinstance(read, dict) else None


def cost(folder: Path, ids: Sequence[str], licence: str) -> Cost:
    """From the run's own log, the last time that each article was computed."""
    last = {e["id"]: e for e in _logged(folder)}
    known = [last[i] for i in ids if i in last]
    seconds = sum(e["seconds"] for e in known)
    peaks = [e["peak_bytes"] for e in _costs(folder) if e["peak_bytes"] and e.get("maker") == _maker(folder)]
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
    if base and base != spec:
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
    """By the whole name on the hub; of a GGUF file by how its own begins, which is said."""
    from pipeline.models.catalogue import catalogue

    for known in catalogue():
        if name == known.name:
            return known.licence
        if name.endswith(".gguf") and name.casefold().startswith(f"{known.name.split('/')[-1].casefold()}."):
            return f"{known.licence} by its name"
    return None


# --- the board


class Board(NamedTuple):
    """Runs and baselines, ranked; `failed` says of models why they did not run or cannot be scored."""

    selection: Selection
    sheets: list[Sheet]
    ranking: Ranking
    costs: dict[str, Cost]
    failed: dict[str, str]
    options: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        told = {
            "signature": self.selection.signature,
            "options": list(self.options),
            "places": self._places(),
            "failed": self.failed,
        }
        return dict(rounded(told))

    def _places(self) -> list[dict[str, Any]]:
        by_name = {s.name: s for s in self.sheets}
        return [
            {
                **place._asdict(),
                "made_by": dict(by_name[place.name].made_by),
                "scores": {k: by_name[place.name].scores[k]._asdict() for k in SHOWN},
                "cost": asdict(self.costs[place.name]) if place.name in self.costs else None,
            }
            for place in self.ranking.standings
        ]


def make_board(
    selection: Selection, taking_part: Sequence[Entrant], folder: Path, options: Sequence[str],
    tell: Callable[[str], None],
) -> Board:  # fmt: skip
    """Runs what is missing, scores all, and ranks. Raises InputError when texts are not here."""
    articles = write_articles(selection, folder)
    failed = {e.name: why for e in taking_part if (why := run_model(e, articles, options, tell))}
    sheets: list[Sheet] = []
    costs: dict[str, Cost] = {}
    for entrant in (e for e in taking_part if e.name not in failed):
        try:
            [run] = load_runs(selection, [(entrant.name, entrant.folder)])
            sheets.append(sheet_of(selection, run))
        except InputError as exc:
            failed[entrant.name] = exc.message
        else:
            costs[entrant.name] = cost(entrant.folder, [a.id for a in selection.articles], licence_of(entrant.spec))
    sheets += [sheet_of(selection, r) for r in baselines(selection)]
    return Board(selection, sheets, rank(sheets), costs, failed, tuple(options))


def board_table(board: Board) -> str:
    lines = [counted(board.selection), "", *aligned(_rows(board)), "", *_explained(board)]
    return "".join(f"{line}\n" for line in lines)


def board_markdown(board: Board) -> str:
    lines = [counted(board.selection), "", *markdown(_rows(board)), "", *in_lines(_explained(board))]
    return "".join(f"{line}\n" for line in lines)


def _rows(board: Board) -> list[list[str]]:
    titles = ["articles a minute", "tokens in / out", "memory", "licence"]
    rows = [["rank", "", "model", *SHOWN.values(), *titles]]
    by_name = {s.name: s for s in board.sheets}
    for place in board.ranking.standings:
        scores = [cell(by_name[place.name].scores[k]) for k in SHOWN]
        own = _cost_cells(board.costs.get(place.name))
        rows.append([rank_of(place), place.letters, safe(place.name), *scores, *own])
    return rows


def _cost_cells(cost: Cost | None) -> list[str]:
    if cost is None:
        return ["baseline", "", "", ""]
    rate = "not measured" if cost.articles_per_minute is None else f"{cost.articles_per_minute:,.1f}"
    tokens = "none" if cost.tokens_read is None else f"{cost.tokens_read:,.0f} / {cost.tokens_written:,.0f}"
    memory = "not measured" if cost.peak_bytes is None else f"{cost.peak_bytes / 2**20:,.0f} MiB"
    return [rate, tokens, memory, safe(cost.licence)]


def _explained(board: Board) -> list[str]:
    torn = (p for p in told_pairings(board.ranking) if not p.is_robust)
    return [
        EXPLAINED,
        *(f"not robust to τ: {safe(p.a)} and {safe(p.b)} change places" for p in torn),
        *reasons(board.sheets, list(SHOWN)),
        *(f"{safe(name)} did not run: {safe(why)}" for name, why in board.failed.items()),
        *notes(board.selection, board.sheets),
        *([f"run with {safe(' '.join(board.options))}"] if board.options else []),
        f"signature: {board.selection.signature}",
    ]
