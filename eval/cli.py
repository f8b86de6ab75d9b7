"""Typer commands under `onrecord eval`, and `onrecord label`: options -> functions of this package; it only prints."""

import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from eval.scores_cli import app as scores_app
from eval.training_cli import train as train
from pipeline.errors import ExitCode, InputError, UsageError
from pipeline.streams import print_err, print_out

if TYPE_CHECKING:
    from eval.gold import Gold

app = typer.Typer(
    name="eval",
    help="How good a run is, how sure that is, whether another is better; and gold files: agreement, lint, splits.",
    no_args_is_help=True,
)
app.add_typer(scores_app)

GoldFolder = Annotated[Path, typer.Argument(help="A folder of gold files.", show_default=False, metavar="GOLD")]
Texts = Annotated[
    list[Path] | None,
    typer.Option(
        "--texts",
        help="Files or folders (.txt, .jsonl) with texts that gold files name by their sha256.",
        metavar="PATH",
        show_default=False,
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object on standard output, for programs.")]


@app.command()
def agreement(
    left: Annotated[Path, typer.Argument(help="One annotator's folder.", show_default=False, metavar="A")],
    right: Annotated[Path, typer.Argument(help="The other's.", show_default=False, metavar="B")],
    page: Annotated[
        Path | None, typer.Option("--page", help="Write the disagreements as one HTML page.", metavar="FILE")
    ] = None,
    texts: Texts = None,
    as_json: AsJson = False,
) -> None:
    """How far two annotators agree on the articles that both have labelled.

    onrecord eval agreement labels/anna labels/ben --page disagreements.html
    """
    from eval.agreement import agreement as agree
    from eval.agreement_page import agreement_page, agreement_table
    from eval.gold import read_gold
    from eval.texts import known_texts
    from pipeline.sentences import split_sentences

    known = known_texts(texts or ())
    a, b = read_gold(left, known), read_gold(right, known)
    _check_same_texts(a, b, left, right)
    a.texts.update(b.texts)
    has_texts = set(a.articles) & set(b.articles) <= set(a.texts)
    result = agree(a, b, (lambda i: [s.span for s in split_sentences(a.texts[i])]) if has_texts else None)
    if page is not None:
        page.write_text(agreement_page(result, left.name, right.name, a), "utf-8")
        print_err(f"page: {page}\n")
    print_out(json.dumps(result.to_json(), ensure_ascii=False) + "\n" if as_json else agreement_table(result))
    for missing, where in ((result.only_left, left), (result.only_right, right)):
        if missing:
            print_err(f"only in {where}: {len(missing)} articles\n")


def _check_same_texts(a: "Gold", b: "Gold", left: Path, right: Path) -> None:
    """Raises InputError for two folders that share no article, and for one id with two texts."""
    shared = sorted(set(a.articles) & set(b.articles))
    if not shared:
        raise InputError(f"{left} and {right} have no article in common", hint="articles are matched by id")
    for i in shared:
        if a.articles[i].source.sha256 != b.articles[i].source.sha256:
            hint = "their offsets mean different words; label one text"
            raise InputError(f"{left} and {right} have different texts under the id {i}", hint=hint)


@app.command()
def lint(gold: GoldFolder, texts: Texts = None, as_json: AsJson = False) -> None:
    """What is wrong in gold files (exit 4), and what looks wrong and is not answered in the file.

    onrecord eval lint eval/gold
    """
    from eval.gold import read_gold
    from eval.linting import lint as findings_of
    from eval.texts import known_texts
    from pipeline.display import safe

    read = read_gold(gold, known_texts(texts or ()))
    findings = [f for article in read for f in findings_of(article, read.texts.get(article.id))]
    errors = [f for f in findings if f.level == "error"]
    doubts = [f for f in findings if f.level == "suspicion"]
    unchecked = sum(article.id not in read.texts for article in read)
    if as_json:
        counts = {"articles": len(read), "without_text": unchecked, "errors": len(errors)}
        print_out(json.dumps({**counts, "findings": [f._asdict() for f in findings]}, ensure_ascii=False) + "\n")
    else:
        for f in (*errors, *(d for d in doubts if not d.is_answered)):
            print_out(f"{f.level:9}  {safe(f.article)}  {f.code}: {safe(f.about)}\n")
        answered = sum(d.is_answered for d in doubts)
        print_out(
            f"{len(read)} articles ({unchecked} without their text): {len(errors)} errors, {len(doubts)} suspicions,"
            f" {answered} of them answered\n"
        )
    if errors:
        raise typer.Exit(ExitCode.GATE_FAILED)


@app.command("next")
def what_next(
    runs: Annotated[
        list[Path],
        typer.Argument(help="Two run directories or more, of the same articles.", metavar="RUN", show_default=False),
    ],
    count: Annotated[int, typer.Option("--count", "-n", min=1, help="How many articles to name.")] = 10,
    labelled: Annotated[
        Path | None, typer.Option(help="A folder of gold files that are there already.", metavar="GOLD")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Which articles to label next: those on which two runs disagree most.

    onrecord eval next out-cue out-smollm2 --labelled labels/anna
    """
    from eval.choosing import most_disputed
    from eval.gold import read_gold

    if len(runs) < 2:
        raise UsageError("one run disagrees with nobody", hint="name two run directories or more")
    # Nothing need be finished yet.
    is_begun = labelled is not None and any(labelled.glob("**/*.json"))
    known = set(read_gold(labelled).articles) if labelled is not None and is_begun else set()
    chosen = most_disputed(runs, count, known)
    if as_json:
        print_out(json.dumps([c._asdict() for c in chosen], ensure_ascii=False) + "\n")
        return
    for c in chosen:
        print_out(f"{c.disagreement:.3f}  {c.article}  {c.commitments} commitments in all, {c.shared} shared\n")


@app.command()
def split(gold: GoldFolder, texts: Texts = None) -> None:
    """Write GOLD/splits.json: train, dev and test, balanced by part and beat, near-duplicates never across.

    onrecord eval split eval/gold --texts seeds
    """
    from eval.gold import SPLITS_FILE, read_gold
    from eval.splitting import split_of
    from eval.texts import known_texts

    read = read_gold(gold, known_texts(texts or ()))
    if missing := [a.id for a in read if a.id not in read.texts]:
        raise InputError(f"{len(missing)} articles have no text here, {missing[0]} is the first",
                         hint="near-duplicates are found by the texts: --texts names where they are")  # fmt: skip
    found = split_of(read)
    (gold / SPLITS_FILE).write_text(json.dumps(found, indent=0) + "\n", "utf-8")
    for part in sorted({read.parts[i] for i in found}):
        counts = Counter(found[i] for i in found if read.parts[i] == part)
        print_out(f"{part:10} {', '.join(f'{name} {counts[name]}' for name in ('train', 'dev', 'test'))}\n")


def label(
    folder: Annotated[
        Path, typer.Argument(help="A folder with the articles to label.", show_default=False, metavar="DIR")
    ],
    annotator: Annotated[
        str, typer.Option("--as", help="Who labels; each has labels of their own.", metavar="NAME")
    ] = "me",
    runs: Annotated[
        list[Path] | None,
        typer.Option(
            "--from", help="A run directory whose commitments are suggested.", metavar="RUN", show_default=False
        ),
    ] = None,
    adjudicate: Annotated[
        str | None,
        typer.Option(help="Two annotators to decide between, side by side.", metavar="A,B", show_default=False),
    ] = None,
    port: Annotated[int, typer.Option(min=1024, max=65535, help="On this machine only.")] = 8765,
    locale: Annotated[str, typer.Option(help="What 03/04/2021 means.", metavar="en-GB|en-US")] = "en-GB",
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open the page in the browser.")] = True,
) -> None:
    """Label articles on a local page: sentences to click, keys for everything, saved after every change.

    onrecord label news/ --as anna

    onrecord label news/ --as anna --from out

    onrecord label news/ --as agreed --adjudicate anna,ben
    """
    from eval.labelling.serving import serve
    from eval.labelling.store import Store
    from pipeline.config import load_config

    load_config(locale=locale)  # raises for one that is not known
    sides = [name.strip() for name in adjudicate.split(",")] if adjudicate else []
    if adjudicate is not None and len(sides) != 2:
        raise UsageError(
            "--adjudicate takes two annotators", hint="onrecord label DIR --as agreed --adjudicate anna,ben"
        )
    store = Store(folder, annotator, runs=runs or (), sides=sides, locale=locale)
    serve(store, port, opens_browser=browser, tell=print_err)
