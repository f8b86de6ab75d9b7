"""Typer commands under `onrecord eval` that score runs: options -> functions of this package; it only prints."""

import json
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipeline.errors import ExitCode, InputError, OutputError, UsageError
from pipeline.streams import print_err, print_out

if TYPE_CHECKING:
    from eval.metrics import Sheet
    from eval.predictions import Run
    from eval.selecting import Selection

app = typer.Typer()

WHAT, OUT = "What is scored", "Output"


class Form(StrEnum):
    """Files of other systems that can be read."""

    langextract = "langextract"
    jsonl = "jsonl"


class Missing(StrEnum):
    """What becomes of gold articles that a run lacks."""

    error = "error"
    empty = "empty"


Gold = Annotated[
    Path,
    typer.Option("--gold", help="A folder of gold files.", metavar="DIR", show_default=False, rich_help_panel=WHAT),
]
Split = Annotated[
    str | None,
    typer.Option(
        help="train, dev, test or all (default: dev where GOLD has splits.json, else all).", rich_help_panel=WHAT,
        metavar="NAME",
    ),
]  # fmt: skip
Parts = Annotated[
    list[str] | None,
    typer.Option("--part", help="Only this folder of the gold; may be repeated.", metavar="NAME", rich_help_panel=WHAT),
]
Texts = Annotated[
    list[Path] | None,
    typer.Option(
        "--texts", help="Files or folders (.txt, .jsonl) with texts that gold files name by their sha256.",
        metavar="PATH", show_default=False, rich_help_panel=WHAT,
    ),
]  # fmt: skip
Predictions = Annotated[
    list[Path] | None,
    typer.Option(
        "--predictions", help="Another system's output, read --as langextract or jsonl; may be repeated.",
        metavar="FILE", show_default=False, rich_help_panel=WHAT,
    ),
]  # fmt: skip
As = Annotated[
    Form | None, typer.Option("--as", help="The form of --predictions.", show_default=False, rich_help_panel=WHAT)
]
WhenMissing = Annotated[
    Missing,
    typer.Option("--missing", help="Gold articles that a run lacks: an error, or empty.", rich_help_panel=WHAT),
]
AsJson = Annotated[
    bool, typer.Option("--json", help="One JSON object on standard output, for programs.", rich_help_panel=OUT)
]
AsMarkdown = Annotated[
    bool, typer.Option("--markdown", help="A Markdown table on standard output.", rich_help_panel=OUT)
]
FloorsFile = Annotated[Path, typer.Option("--floors", help="A file of floors.", metavar="FILE", show_default=False)]
Runs = Annotated[
    list[Path] | None,
    typer.Argument(help="Run directories over the same gold.", metavar="RUN", show_default=False),
]


@app.command()
def score(
    run: Annotated[
        Path | None, typer.Argument(help="A directory that `onrecord run -o` has written.", metavar="RUN")
    ] = None,
    gold: Gold = ...,  # type: ignore[assignment]
    split: Split = None,
    part: Parts = None,
    texts: Texts = None,
    predictions: Predictions = None,
    form: As = None,
    missing: WhenMissing = Missing.error,
    everything: Annotated[bool, typer.Option("--all", help="Every measure there is.", rich_help_panel=OUT)] = False,
    as_json: AsJson = False,
    as_markdown: AsMarkdown = False,
    junit: Annotated[
        Path | None, typer.Option(help="Write a JUnit file, a case an article.", metavar="FILE", rich_help_panel=OUT)
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            help="Where rows.jsonl and scores.json go (default: RUN/scores/SPLIT).",
            metavar="DIR",
            rich_help_panel=OUT,
        ),
    ] = None,
) -> None:
    """How good a run is: every score with its interval, beside two baselines, and one row an article on disk.

    onrecord eval score out --gold eval/gold

    onrecord eval score --predictions theirs.jsonl --as langextract --gold labels/agreed --split all
    """
    from eval.selecting import baselines, sheet_of
    from eval.tables import junit as junit_of
    from eval.tables import score_json, score_markdown, score_table

    given = [run] if run else []
    if len(given) + len(predictions or ()) != 1:
        raise UsageError("score takes one run, or one file of --predictions", hint="compare takes several")
    selection, loaded = _load(given, gold, split, part, texts, predictions, form, missing)
    sheets = [sheet_of(selection, r) for r in (*loaded, *baselines(selection))]
    content = score_json(selection, sheets)
    _store(output, run, selection, sheets[0], content)
    if junit is not None:
        _write(junit, junit_of(selection, sheets[0]))
    if as_json:
        print_out(json.dumps(content, ensure_ascii=False) + "\n")
    else:
        table = score_markdown if as_markdown else score_table
        print_out(table(selection, sheets, everything=everything))


@app.command()
def compare(
    runs: Runs = None,
    gold: Gold = ...,  # type: ignore[assignment]
    split: Split = None,
    part: Parts = None,
    texts: Texts = None,
    predictions: Predictions = None,
    form: As = None,
    missing: WhenMissing = Missing.error,
    scores: Annotated[
        list[str] | None,
        typer.Option(
            "--score",
            help="A score to compare (default: ten of commitments); may be repeated.",
            metavar="NAME",
            show_default=False,
            rich_help_panel=WHAT,
        ),
    ] = None,
    as_json: AsJson = False,
    as_markdown: AsMarkdown = False,
) -> None:
    """Whether one run is truly better than another: paired by article, adjusted for all that is looked at.

    onrecord eval compare out-cue out-smollm2 --gold eval/gold

    onrecord eval compare out-a out-b --gold eval/gold --score summary_rouge2_f --score summary_support_2
    """
    from eval.comparing import rank
    from eval.metrics import HEADLINES, known_scores
    from eval.selecting import baselines, sheet_of
    from eval.tables import compare_json, compare_markdown, compare_table

    selection, loaded = _load(runs or [], gold, split, part, texts, predictions, form, missing)
    if len(loaded) < 2:
        raise UsageError("one run can be compared with nothing", hint="name two runs or more")
    sheets = [sheet_of(selection, r) for r in (*loaded, *baselines(selection))]
    ranking = rank(sheets, known_scores(scores or HEADLINES))
    if as_json:
        print_out(json.dumps(compare_json(selection, sheets, ranking), ensure_ascii=False) + "\n")
    else:
        print_out((compare_markdown if as_markdown else compare_table)(selection, sheets, ranking))


@app.command()
def gate(
    run: Annotated[Path, typer.Argument(help="A run directory.", metavar="RUN", show_default=False)],
    floors: FloorsFile,
    gold: Gold,
    split: Split = None,
    part: Parts = None,
    texts: Texts = None,
    as_json: AsJson = False,
) -> None:
    """Exit code 4 when a score is below its floor, significantly worse than when it was pinned, or much worse.

    onrecord eval gate out --floors floors.json --gold eval/gold
    """
    from eval.gate import check_gold, judge, read_floors, verdict_lines
    from eval.selecting import sheet_of

    pinned = read_floors(floors)
    own_split, own_parts = pinned.split, list(pinned.parts)
    selection, loaded = _load([run], gold, split or own_split, part or own_parts, texts, None, None, Missing.error)
    check_gold(pinned, selection, floors)
    verdicts = judge(pinned, sheet_of(selection, loaded[0]))
    if as_json:
        told = [{**v._asdict(), "passed": v.passed} for v in verdicts]
        print_out(json.dumps({"signature": selection.signature, "verdicts": told}) + "\n")
    else:
        print_out("".join(f"{line}\n" for line in (*verdict_lines(verdicts), f"signature: {selection.signature}")))
    if not all(v.passed for v in verdicts):
        raise typer.Exit(ExitCode.GATE_FAILED)


@app.command()
def repin(
    run: Annotated[Path, typer.Argument(help="A run directory.", metavar="RUN", show_default=False)],
    floors: FloorsFile,
    gold: Gold,
    split: Split = None,
    part: Parts = None,
    texts: Texts = None,
    hold: Annotated[
        list[str] | None, typer.Option("--hold", help="A score to hold (default: six).", metavar="SCORE")
    ] = None,
    lower: Annotated[bool, typer.Option("--lower", help="Also lower floors, drop them, or pin on other gold.")] = False,
    slack: Annotated[float, typer.Option(min=0.0, max=1e6, help="How far below the score its floor lies.")] = 0.01,
    largest_drop: Annotated[float, typer.Option(min=0.0, max=1e6, help="A drop by more than this fails.")] = 0.05,
) -> None:
    """Pin floors at a run's scores; refuses to lower one unless told.

    onrecord eval repin out --floors floors.json --gold eval/gold
    """
    from eval.gate import KEYS, floors_json, lowered, pin, read_floors
    from eval.selecting import sheet_of

    before = read_floors(floors) if floors.exists() else None
    selection, loaded = _load([run], gold, split, part, texts, None, None, Missing.error)
    sheet = sheet_of(selection, loaded[0])
    keys = hold or (list(before.floors) if before else [k for k in KEYS if sheet.scores[k].value is not None])
    after = pin(selection, sheet, keys, slack=slack, largest_drop=largest_drop)
    fallen = lowered(before, after) if before else []
    if fallen and not lower:
        raise InputError(f"{floors} would let through more: {'; '.join(fallen)}", hint="if that is meant, add --lower")
    _write(floors, floors_json(after))
    for key, floor in after.floors.items():
        print_out(f"{key:24} pinned {floor.pinned:.4f}  floor {floor.floor:.4f}\n")
    print_out(f"signature: {selection.signature}\n")


@app.command()
def pairs(
    runs: Runs,
    gold: Gold,
    output: Annotated[Path, typer.Option("--output", "-o", help="Where the pairs go.", metavar="FILE")],
    count: Annotated[int, typer.Option("--count", "-n", min=20, help="How many pairs.")] = 100,
    annotators: Annotated[str, typer.Option("--as", help="Who will mark, by commas.", metavar="NAMES")] = "me",
    split: Split = None,
    part: Parts = None,
    texts: Texts = None,
) -> None:
    """Draw pairs of a gold and a found commitment for people to mark: the same, or not (`same`: true or false).

    onrecord eval pairs out --gold eval/gold --split train -o pairs.jsonl --as anna,ben
    """
    from eval.calibrating import draw_pairs, pair_line
    from pipeline.storing import write_lines

    if output.exists():
        raise InputError(f"{output} is there already", hint="marks in it would be lost; choose another file")
    selection, loaded = _load(runs or [], gold, split, part, texts, None, None, Missing.error)
    names = [n.strip() for n in annotators.split(",") if n.strip()]
    if not names or len(set(names)) < len(names):
        raise UsageError("--as names nobody, or somebody twice", hint="--as anna,ben")
    drawn = draw_pairs(selection, loaded, count, names)
    if not drawn:
        raise InputError("no article has both a gold and a found commitment", hint="draw from other runs, or more gold")
    write_lines(output, map(pair_line, drawn))
    print_err(f"{len(drawn)} pairs: {output}\n")


@app.command()
def calibrate(
    marked: Annotated[Path, typer.Argument(help="Pairs that people have marked.", metavar="FILE", show_default=False)],
    as_json: AsJson = False,
) -> None:
    """Where τ and Core's thresholds should lie by what people call the same commitment, and how sure that is.

    onrecord eval calibrate pairs.jsonl
    """
    from eval.calibrating import calibrate as calibrated
    from eval.calibrating import calibration_table, read_pairs

    found = calibrated(read_pairs(marked))
    print_out(json.dumps(found.to_json(), ensure_ascii=False) + "\n" if as_json else calibration_table(found))


@app.command()
def confidence(
    runs: Runs = None,
    gold: Gold = ...,  # type: ignore[assignment]
    split: Split = None,
    part: Parts = None,
    texts: Texts = None,
    predictions: Predictions = None,
    form: As = None,
    missing: WhenMissing = Missing.error,
    as_json: AsJson = False,
) -> None:
    """Whether a run is as often right as it is sure, and what every --min-confidence would give.

    onrecord eval confidence out --gold eval/gold
    """
    from eval.confidence import confidence_json, confidence_of, confidence_table

    selection, loaded = _load(runs or [], gold, split, part, texts, predictions, form, missing)
    if not loaded:
        raise UsageError("there is no run to look at", hint="onrecord eval confidence RUN --gold DIR")
    found = [confidence_of(selection, r) for r in loaded]
    if as_json:
        print_out(json.dumps(confidence_json(selection, found), ensure_ascii=False) + "\n")
    else:
        print_out(confidence_table(selection, found))


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": False})
def run(
    context: typer.Context,
    models: Annotated[
        list[str],
        typer.Option(
            help="By commas, or again: cue, or what `onrecord run --model` takes.", metavar="A,B,C", show_default=False
        ),
    ],
    gold: Gold,
    output: Annotated[Path, typer.Option("--output", "-o", help="Where runs and board go.", metavar="DIR")],
    split: Split = None,
    part: Parts = None,
    texts: Texts = None,
    as_json: AsJson = False,
    as_markdown: AsMarkdown = False,
) -> None:
    """Run models over the gold's articles (what is there is resumed), score all, and write the leaderboard.

    What follows -- goes to `onrecord run` for every model.

    onrecord eval run --models cue,./tuned --gold eval/gold --part written -o board -- --dtype bfloat16
    """
    from eval.boards import board_markdown, board_table, check_options, entrants, make_board
    from eval.selecting import select

    check_options(context.args)
    selection = select(gold, split, parts=part or (), texts=texts or ())
    folder = output / selection.folder
    board = make_board(selection, entrants(models, folder), folder, context.args, print_err)
    _write(folder / "board.json", json.dumps(board.to_json(), ensure_ascii=False, indent=1) + "\n")
    _write(folder / "board.md", board_markdown(board))
    print_err(f"board: {folder / 'board.md'}, {folder / 'board.json'}\n")
    if as_json:
        print_out(json.dumps(board.to_json(), ensure_ascii=False) + "\n")
    else:
        print_out((board_markdown if as_markdown else board_table)(board))
    if board.failed:
        raise typer.Exit(ExitCode.SOME_FAILED)


@app.command()
def page(
    runs: Runs = None,
    gold: Gold = ...,  # type: ignore[assignment]
    output: Annotated[Path, typer.Option("--output", "-o", help="The page.", metavar="FILE")] = Path("scores.html"),
    split: Split = None,
    part: Parts = None,
    texts: Texts = None,
    predictions: Predictions = None,
    form: As = None,
    missing: WhenMissing = Missing.error,
) -> None:
    """Everything in one HTML file: scores, plots, mistakes, and each article with gold and found words side by side.

    onrecord eval page out-a out-b --gold eval/gold -o scores.html
    """
    from eval.comparing import rank
    from eval.page import scores_page
    from eval.selecting import baselines, sheet_of

    selection, loaded = _load(runs or [], gold, split, part, texts, predictions, form, missing)
    if not loaded:
        raise UsageError("there is no run to show", hint="onrecord eval page RUN --gold DIR -o scores.html")
    shown = [*loaded, *baselines(selection)]
    sheets = [sheet_of(selection, r) for r in shown]
    _write(output, scores_page(selection, shown, sheets, rank(sheets)))
    print_err(f"page: {output}\n")


@app.command()
def entail(
    run: Annotated[Path, typer.Argument(help="A run directory.", metavar="RUN", show_default=False)],
    model: Annotated[
        str,
        typer.Option(
            help="A cross-encoder trained on natural language inference: a folder, or OWNER/NAME on the hub.",
            metavar="NAME", show_default=False,
        ),
    ],
    gold: Gold,
    split: Split = None,
    part: Parts = None,
    texts: Texts = None,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda or mps.")] = "auto",
) -> None:  # fmt: skip
    """Ask an entailment model whether articles carry their summaries, and store what it says for `score`.

    onrecord eval entail out --model cross-encoder/nli-deberta-v3-base --gold eval/gold
    """
    from eval.entailing import entail as entailed
    from eval.entailing import write_entailed
    from pipeline.config import load_config
    from pipeline.models.loading import LocalOptions
    from pipeline.models.local import LocalEntailer

    selection, loaded = _load([run], gold, split, part, texts, None, None, Missing.error)
    read = [
        (p.id, p.summary, selection.texts[i])
        for i, p in loaded[0].predictions.items()
        if p.summary and i in selection.texts
    ]
    chosen = load_config(device=device).device
    entailer = LocalEntailer.open(model, LocalOptions(device=chosen))
    path = write_entailed(run, entailed(read, entailer.name, entailer))
    print_err(f"{len(read)} summaries: {path}\n")


@app.command("self-test")
def self_test(
    seed: Annotated[int, typer.Option(help="Of the random cases.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Whether the scorer on this machine gives its golden values, keeps its properties and catches wrong variants.

    Exit code 4 when a check fails.
    """
    from eval.selftest import self_test as checks_of

    checks = checks_of(seed)
    if as_json:
        print_out(json.dumps([c._asdict() for c in checks], ensure_ascii=False) + "\n")
    else:
        for c in checks:
            print_out(f"{'ok' if c.passed else 'FAIL':4}  {c.name}{f': {c.detail}' if c.detail else ''}\n")
        print_out(f"{sum(c.passed for c in checks)} of {len(checks)} checks hold\n")
    if not all(c.passed for c in checks):
        raise typer.Exit(ExitCode.GATE_FAILED)


@app.command()
def datasets(as_json: AsJson = False) -> None:
    """List the public benchmarks there are: what each can and cannot measure, its licence, where it comes from."""
    from eval.benchmarks import BENCHMARKS

    if as_json:
        told = [{k: v for k, v in b._asdict().items() if k != "examples"} for b in BENCHMARKS.values()]
        print_out(json.dumps(told, ensure_ascii=False) + "\n")
        return
    for b in BENCHMARKS.values():
        print_out(f"{b.name}: {b.title}\n  measures  {b.measures}\n  cannot    {b.cannot}\n"
               f"  licence   {b.licence}\n  source    {b.source}\n")  # fmt: skip


Name = Annotated[str, typer.Argument(help="`onrecord eval datasets` lists them.", metavar="NAME", show_default=False)]
Copy = Annotated[
    Path | None,
    typer.Option(
        "--from", help="A local copy: its file or folder (default: the hub's).", metavar="PATH", show_default=False
    ),
]
Limit = Annotated[int | None, typer.Option(min=1, help="Only the first documents.", show_default=False)]


@app.command()
def articles(
    name: Name,
    output: Annotated[Path, typer.Option("--output", "-o", help="Where they go.", metavar="FILE.jsonl")],
    copy: Copy = None,
    limit: Limit = None,
) -> None:
    """Write a benchmark's articles as an input for `onrecord run`.

    onrecord eval articles xsum --limit 200 -o xsum.jsonl
    """
    from eval.benchmarks import articles as articles_of
    from eval.benchmarks import benchmark_named
    from pipeline.storing import write_lines

    rows = articles_of(benchmark_named(name), copy, limit)
    count = write_lines(output, (json.dumps(row, ensure_ascii=False) for row in rows))
    print_err(f"{count} articles: {output}\n")


@app.command()
def benchmark(
    name: Name,
    run: Annotated[
        Path | None, typer.Argument(help="A run over its articles; none for sets that people judged.", metavar="[RUN]")
    ] = None,
    copy: Copy = None,
    limit: Limit = None,
    as_json: AsJson = False,
) -> None:
    """Score a run on a public benchmark, or the summary measures on a set of summaries that people judged.

    onrecord eval benchmark speech_acts out --from speech_acts/dev.jsonl

    onrecord eval benchmark summeval --from summeval/
    """
    from eval.benchmarks import benchmark_named

    chosen = benchmark_named(name)
    if chosen.kind == "judged":
        _measures_on(name, run, copy, limit, as_json)
    elif run is None:
        raise UsageError(f"{name} needs a run over its articles", hint=f"onrecord eval articles {name} -o {name}.jsonl")
    else:
        _run_on(name, run, copy, limit, as_json)


def _measures_on(name: str, run: Path | None, copy: Path | None, limit: int | None, as_json: bool) -> None:
    from eval.judged import agreement_with_people, markdown, read_judged

    if limit is not None:
        raise UsageError(f"{name} is judged as a whole", hint="leave --limit out")
    if run is not None:
        raise UsageError(f"{name} judges measures, not runs", hint=f"onrecord eval benchmark {name} --from FOLDER")
    if copy is None:
        raise UsageError(f"{name} is read from a local copy", hint="--from names its folder")
    rows = agreement_with_people(read_judged(name, copy))
    print_out(
        json.dumps([r._asdict() for r in rows], ensure_ascii=False) + "\n"
        if as_json
        else markdown(rows).rstrip("\n") + "\n"
    )


def _run_on(name: str, run: Path, copy: Path | None, limit: int | None, as_json: bool) -> None:
    from eval.benchmarks import benchmark_table, intervals_of, score_benchmark
    from eval.metrics import benchmark_signature
    from eval.predictions import read_records

    found = score_benchmark(name, copy, {r.id: r for r in read_records(run)}, limit=limit)
    title = run.resolve().name if run.resolve().name not in found.baselines else f"{run.resolve().name} (run)"
    if not as_json:
        print_out(benchmark_table(found, title))
        signed = f"signature: {benchmark_signature()}"
        for line in (*found.unscored, signed, *(f"{i} counts as empty: {why}" for i, why in found.failed.items())):
            print_out(f"{line}\n")
        return
    systems = {title: found.scores, **found.baselines}
    scores = {system: {k: i._asdict() for k, i in intervals_of(m).items()} for system, m in systems.items()}
    told = {"benchmark": name, "signature": benchmark_signature(), "documents": len(found.documents), "scores": scores}
    told["failed"] = found.failed
    print_out(json.dumps({**told, "unscored": list(found.unscored)}, ensure_ascii=False) + "\n")


# --- what the commands share


def _load(
    runs: Sequence[Path], gold: Path, split: str | None, parts: Sequence[str] | None, texts: Sequence[Path] | None,
    predictions: Sequence[Path] | None, form: Form | None, missing: Missing,
) -> tuple["Selection", list["Run"]]:  # fmt: skip
    """The gold that was asked for, and every run's and file's predictions of it."""
    from eval.baselines import BASELINES
    from eval.predictions import runs_named
    from eval.selecting import load_predictions, load_runs, select

    files = list(predictions or ())
    if files and form is None:
        raise UsageError("--predictions needs --as", hint="--as langextract, or --as jsonl (docs/benchmarks.md)")
    selection = select(gold, split, parts=parts or (), texts=texts or ())
    counts_missing = missing is Missing.empty
    named_paths = [(f"{n} (run)" if n in BASELINES else n, p) for n, p in runs_named([*runs, *files])]
    loaded = load_runs(selection, (x for x in named_paths if x[1] not in files), counts_missing=counts_missing)
    for name, path in (x for x in named_paths if x[1] in files):
        assert form is not None
        found = _read_predictions(selection, path, form)
        loaded.append(load_predictions(selection, name, found, counts_missing=counts_missing))
    for run in loaded:
        if run.outside:
            print_err(f"{run.name}: {len(run.outside)} articles are not in this gold and are not scored\n")
    return selection, loaded


def _read_predictions(selection: "Selection", path: Path, form: Form) -> Any:
    from eval.imports import read_predictions

    published = {a.id: a.published for a in selection.articles}
    return read_predictions(path, form.value, selection.texts, published)


def _store(
    output: Path | None, run: Path | None, selection: "Selection", sheet: "Sheet", content: dict[str, Any]
) -> None:
    """Rows and scores on disk: where they were asked for, or beside the run where that can be written to."""
    from eval.tables import row_lines
    from pipeline.storing import write_lines

    if output is None and (run is None or not run.is_dir()):
        print_err("rows are not written: -o names a folder for them\n")
        return
    assert run is not None or output is not None
    folder = output or run / "scores" / selection.folder  # type: ignore[operator]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_lines(folder / "rows.jsonl", row_lines(sheet.rows))
        write_lines(folder / "scores.json", [json.dumps(content, ensure_ascii=False, indent=1)])
    except (OSError, OutputError) as exc:
        if output is not None:
            raise (
                exc if isinstance(exc, OutputError) else OutputError(f"cannot write {folder}: {exc.strerror}")
            ) from exc
        reason = exc.message if isinstance(exc, OutputError) else f"{exc.strerror}: {folder}"
        print_err(f"rows are not written: {reason}\n")
        return
    print_err(f"rows: {folder / 'rows.jsonl'}\n")


def _write(path: Path, text: str) -> None:
    from pipeline.storing import as_output_error, atomic_write

    try:
        with atomic_write(path) as stream:
            stream.write(text.encode())
    except OSError as exc:
        raise as_output_error(exc, path) from exc
