"""Typer commands: options -> configuration -> run -> store; it parses and prints, and decides nothing."""

import json
import os
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from types import FrameType
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console
from rich.table import Table

from eval.cli import app as eval_app
from eval.cli import label, train
from pipeline.config import RunConfig
from pipeline.errors import ExitCode, InputError, OnrecordError, VerificationFailed
from pipeline.options import OUTPUT, RELIABILITY, RUN_SETTINGS, SETTINGS, configured
from pipeline.streams import PipeClosed, print_err, print_out

app = typer.Typer(
    name="onrecord",
    help="Reads articles, press releases and speeches; writes for each a faithful summary and the commitments in it, "
    "with the exact words of the source.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit codes: 0 done · 1 a bug · 2 usage · 3 some articles failed · 4 an eval gate failed · "
    "5 the environment · 6 run directory locked or foreign · 75 time limit, run again · "
    "130, 143, 141 signals and closed pipe.",
)


app.command()(label)
app.command()(train)
app.add_typer(eval_app, name="eval")


class Show(StrEnum):
    """What `run` prints to standard output."""

    none = "none"
    text = "text"
    jsonl = "jsonl"


class Kind(StrEnum):
    """What `models` lists."""

    instruct = "instruct"
    thinking = "thinking"
    summariser = "summariser"


class Progress(StrEnum):
    auto = "auto"
    bar = "bar"
    lines = "lines"
    none = "none"


Inputs = Annotated[
    list[str],
    typer.Argument(
        help="Files, folders, quoted globs, URLs, hf:NAME:SPLIT, or - for standard input.",
        show_default=False,
        metavar="INPUT",
    ),
]
Output = Annotated[
    Path | None,
    typer.Option(
        "--output",
        "-o",
        help="The run directory; made if missing, resumed if not.",
        rich_help_panel=OUTPUT,
        metavar="DIR",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object on standard output, for programs.")]
Directory = Annotated[
    Path, typer.Argument(help="A directory that `onrecord run -o` has written.", show_default=False, metavar="DIR")
]


@app.callback(invoke_without_command=True)
def version(
    show: Annotated[bool, typer.Option("--version", help="Print the version and leave.", is_eager=True)] = False,
) -> None:
    if show:
        import importlib.metadata

        print_out(f"onrecord {importlib.metadata.version('onrecord')}\n")
        raise typer.Exit


@app.command()
@configured(SETTINGS, RUN_SETTINGS)
def run(
    config: RunConfig,
    inputs: Inputs,
    output: Output = None,
    show: Annotated[
        Show | None,
        typer.Option(
            "--print",
            help="What goes to standard output (default: jsonl without -o, none with it).",
            rich_help_panel=OUTPUT,
        ),
    ] = None,
    as_json: AsJson = False,
    replace: Annotated[
        bool,
        typer.Option("--replace", help="Give the directory to these inputs, whatever it held.", rich_help_panel=OUTPUT),
    ] = False,
    exit_zero: Annotated[
        bool, typer.Option("--exit-zero", help="Exit 0 even when some articles failed.", rich_help_panel=RELIABILITY)
    ] = False,
    progress: Annotated[
        Progress, typer.Option(help="How progress shows on standard error.", rich_help_panel=RELIABILITY)
    ] = Progress.auto,
) -> None:
    """Read articles and write a summary and the commitments of each. Run again to resume.

    onrecord run news/ -o out

    onrecord run article.txt --print text

    cat article.txt | onrecord run - | jq .commitments
    """
    from pipeline.opening import open_engine
    from pipeline.run import read_items, run_inputs
    from pipeline.rundir import RunDirectory

    read_items(inputs, config, _standard_input())  # what is mistyped is told before a directory is made for it
    shown = show or (Show.none if output or as_json else Show.jsonl)
    with _directory(output) as path, RunDirectory.open(path, inputs, replace=replace) as directory:
        reporter = Reporter(inputs, shown, progress)
        with reporter:
            books = run_inputs(
                inputs, open_engine(config), config, directory, on_entry=reporter.hear, stdin=_standard_input()
            )
    if as_json:
        print_out(json.dumps({"books": books._asdict(), "output": str(output) if output else None}) + "\n")
    reporter.close(books, output)
    if books.failed and not exit_zero:
        raise typer.Exit(ExitCode.SOME_FAILED)


@app.command()
@configured(SETTINGS)
def plan(
    config: RunConfig,
    inputs: Inputs,
    output: Output = None,
    as_json: AsJson = False,
) -> None:
    """Say what a run would read, reuse, retry and recompute, why, and how long it would take. Writes nothing."""
    from pipeline.opening import open_engine
    from pipeline.planning import plan_inputs
    from pipeline.rundir import STORE, RunDirectory

    before = RunDirectory.read(output) if output and (output / STORE).is_file() else None
    planned = plan_inputs(inputs, open_engine(config), config, before, stdin=_standard_input())
    if as_json:
        print_out(json.dumps(planned._asdict()) + "\n")
        return
    table = Table("what", "articles", "why", box=None, header_style="bold", pad_edge=False)
    for what, why, count in (row for row in _plan_rows(planned) if row[2]):
        table.add_row(what, f"{count:,}", why)
    Console(file=sys.stdout, highlight=False).print(table)
    print_out(f"{planned.articles:,} articles in; {_estimate(planned)}\n")


def _plan_rows(planned: Any) -> Iterator[tuple[str, str, int]]:
    yield "reuse", "unchanged", planned.reused
    yield "read", "new", planned.new
    yield "read", "failed before", planned.retried
    for why, count in planned.stale.items():
        yield "recompute", why, count
    for what in ("skipped", "failed"):
        for why, count in getattr(planned, what).items():
            yield {"skipped": "skip", "failed": "fail"}[what], why, count


def _estimate(planned: Any) -> str:
    if not planned.sampled:
        return "nothing to compute"
    each = planned.seconds_per_article * 1000
    return f"about {planned.seconds:,.1f} s ({each:.1f} ms an article, from {planned.sampled} tried here)"


@app.command()
def verify(directory: Directory, as_json: AsJson = False) -> None:
    """Recompute a run's books, hashes and every span from disk. Exit code 3 when something does not hold."""
    from pipeline.verifying import verify as recompute

    result = recompute(directory)
    if as_json:
        content = {
            "books": result.books._asdict(),
            "records": result.records,
            "spans": result.spans,
            "violations": result.violations,
        }
        print_out(json.dumps(content, ensure_ascii=False) + "\n")
    else:
        print_out(f"{result.books}\n{result.records:,} records, {result.spans:,} spans recomputed\n")
        for violation in result.violations:
            print_out(f"violation: {violation}\n")
    if result.violations:
        raise VerificationFailed(f"{len(result.violations)} things do not hold in {directory}")
    print_err("everything holds\n")


@app.command()
def explain(
    directory: Directory,
    article_id: Annotated[
        str, typer.Argument(metavar="ID", help="An article's id, or enough of it.", show_default=False)
    ],
    as_json: AsJson = False,
) -> None:
    """Tell one article's whole story: input, what was left out, what was found, what went wrong, what made it."""
    from pipeline.display import story
    from pipeline.records import Record
    from pipeline.rundir import RunDirectory

    with RunDirectory.read(directory) as store:
        entry = store.entry(article_id)
        if entry is None:
            near = store.ids_like(article_id)
            if len(near) != 1:
                raise InputError(
                    f"no article {article_id!r} in {directory}",
                    hint=f"there are {', '.join(near)}" if near else "its ledger.jsonl lists every id",
                )
            entry = store.entry(near[0])
        assert entry is not None
        work = store.find(entry.id) if entry.id else None
    record = Record.from_json(work.record) if work else None
    if as_json:
        content = {
            "entry": entry.model_dump(),
            "record": json.loads(work.record) if work else None,
            "key": work.key if work else None,
        }
        print_out(json.dumps(content, ensure_ascii=False) + "\n")
        return
    print_out(story(entry, record, work.text if work else "", work.why if work else ""))


@app.command()
def doctor(
    directory: Annotated[
        Path, typer.Option("--output", "-o", help="The directory that runs will write to.", metavar="DIR")
    ] = Path(),
    as_json: AsJson = False,
) -> None:
    """Check that this machine can do what a run needs. Exit code 5 when something is missing."""
    from pipeline.doctor import examine

    findings = list(examine(directory))
    if as_json:
        print_out(json.dumps([f._asdict() for f in findings]) + "\n")
    else:
        for finding in findings:
            print_out(f"{finding.state:<5} {finding.what:<20} {finding.detail}\n")
            if finding.hint:
                print_out(f"      {'':<20} hint: {finding.hint}\n")
    if any(f.state == "fail" for f in findings):
        raise typer.Exit(ExitCode.ENVIRONMENT)


@app.command()
def models(
    every: Annotated[bool, typer.Option("--all", help="List those too that do not fit on this machine.")] = False,
    kind: Annotated[Kind | None, typer.Option(help="List one kind only.", show_default=False)] = None,
    as_json: AsJson = False,
) -> None:
    """List language models that fit on this machine: memory, context, licence, and how to get them. Asks no network."""
    from pipeline.display import models_table
    from pipeline.models.catalogue import candidates, reviewed
    from pipeline.models.memory import this_machine

    machine = this_machine()
    listed = [c for c in candidates(machine) if (every or c.width) and (kind is None or c.model.kind == kind)]
    if as_json:
        content = {
            "reviewed": reviewed().isoformat(),
            "machine": machine._asdict(),
            "models": [c.as_json() for c in listed],
        }
        print_out(json.dumps(content, ensure_ascii=False) + "\n")
        return
    print_out(models_table(listed, machine))


# --- progress


class Reporter:
    """Prints records to standard output and progress to standard error as a run goes."""

    # Without a terminal: a line this often keeps a log readable.
    LINE_SECONDS = 30.0
    SHOWN_FAILURES = 10

    def __init__(self, inputs: list[str], show: Show, progress: Progress) -> None:
        from pipeline.reading import count_hint

        self._inputs, self._show = inputs, show
        is_terminal = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
        self._kind = progress if progress is not Progress.auto else Progress.bar if is_terminal else Progress.lines
        self._counts: Counter[str] = Counter()
        self._failures: list[str] = []
        self._started = self._last_line = time.monotonic()
        self._bar: Any = None
        if self._kind is Progress.bar:
            self._bar, self._task = _bar(count_hint(inputs))

    def __enter__(self) -> "Reporter":
        if self._bar is not None:
            self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def hear(self, entry: Any, line: str | None) -> None:
        """One entry is on disk."""
        self._counts[entry.status] += 1
        if entry.status == "failed" and len(self._failures) < self.SHOWN_FAILURES:
            self._failures.append(f"{entry.source}: {entry.reason}" + (f" ({entry.detail})" if entry.detail else ""))
        if line is not None:
            self._print(line)
        if self._bar is not None:
            self._bar.update(self._task, advance=1, rate=f"{self._rate():.1f}/s", failed=self._told_failures())
        elif self._kind is Progress.lines and time.monotonic() - self._last_line > self.LINE_SECONDS:
            self._last_line = time.monotonic()
            print_err(f"{self._counts.total():,} read, {self._rate():.1f} a second\n")

    def _print(self, line: str) -> None:
        if self._show is Show.jsonl:
            print_out(line + "\n")
        elif self._show is Show.text:
            from pipeline.display import card
            from pipeline.records import Record

            print_out(card(Record.from_json(line)) + "\n")

    def _told_failures(self) -> str:
        return f"{self._counts['failed']:,} failed" if self._counts["failed"] else ""

    def _rate(self) -> float:
        return self._counts.total() / max(time.monotonic() - self._started, 1e-9)

    def close(self, books: Any, output: Path | None) -> None:
        if self._kind is Progress.none:
            return
        from pipeline.display import safe

        for failure in self._failures:
            print_err(f"failed: {safe(failure)}\n")
        if books.failed > len(self._failures):
            print_err(f"failed: and {books.failed - len(self._failures):,} more, in {output or 'the ledger'}\n")
        where = f" -> {output}" if output else ""
        print_err(f"{books} ({time.monotonic() - self._started:.1f} s, {self._rate():.1f} a second){where}\n")
        if not books.articles:
            print_err(f"warning: there is nothing to read in {safe(' '.join(self._inputs))}\n")
            print_err("hint: check the path; hidden files and folders are passed over\n")


def _bar(total: int | None) -> tuple[Any, Any]:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("reading"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[failed]}"),
    )
    bar = Progress(*columns, console=Console(stderr=True), transient=True)
    return bar, bar.add_task("reading", total=total, rate="", failed="")


@contextmanager
def _directory(output: Path | None) -> Iterator[Path]:
    """The run directory; without -o one that is gone afterwards."""
    if output is not None:
        yield output
        return
    with tempfile.TemporaryDirectory(prefix="onrecord-") as name:
        yield Path(name)


# --- from exceptions to one line, one hint and an exit code


class Stopped(BaseException):
    """SIGINT or SIGTERM came; our own, because Typer would swallow a KeyboardInterrupt without a word."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.code = ExitCode.INTERRUPTED if number == signal.SIGINT else ExitCode.TERMINATED


def main() -> NoReturn:
    """The console script."""
    # A stream that was closed before the start is None; what would go there goes nowhere.
    sys.stdout, sys.stderr = sys.stdout or _nowhere(), sys.stderr or _nowhere()
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _stop)
    sys.exit(_guarded())


def _nowhere() -> Any:
    return Path(os.devnull).open("w", encoding="utf-8")


def _standard_input() -> Any:
    return sys.stdin.buffer if sys.stdin else None


def _stop(number: int, _frame: FrameType | None) -> NoReturn:
    raise Stopped(number)


def _guarded() -> int:
    try:
        return int(app(prog_name="onrecord", standalone_mode=False) or ExitCode.DONE)
    except OnrecordError as exc:
        return _said(exc.message, exc.hint, exc.exit_code)
    except typer.TyperException as exc:
        words = exc.format_message() if hasattr(exc, "format_message") else str(exc)
        return _said(words.rstrip("."), "see `onrecord --help`, or `onrecord COMMAND --help`", ExitCode.USAGE)
    except Stopped as exc:
        return _said(exc.code.name.lower(), _again(), exc.code)
    except PipeClosed:
        # The reader is gone; without this the interpreter would complain once more when it flushes at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.BROKEN_PIPE
    except OSError as exc:
        what = f"{exc.strerror or exc}" + (f": {exc.filename}" if exc.filename else "")
        return _said(what, "check that the current directory and the disk are there", ExitCode.ENVIRONMENT)
    except MemoryError:
        return _said("out of memory", "lower --max-chars, or split the input", ExitCode.ENVIRONMENT)
    except Exception as exc:
        if os.environ.get("ONRECORD_TRACEBACK"):
            raise
        return _said(
            f"a bug: {type(exc).__name__}: {exc}",
            "set ONRECORD_TRACEBACK=1, run again and report what it prints",
            ExitCode.BUG,
        )


def _again() -> str:
    if sys.argv[1:2] == ["train"]:
        return "run the same command again; it begins anew, and the same seed gives the same weights"
    return "run the same command again; it continues where it stopped"


def _said(message: str, hint: str, code: ExitCode) -> int:
    one_line = " ".join(message.split())
    print_err(f"error: {one_line}\nhint: {' '.join(hint.split())}\n")
    return int(code)
