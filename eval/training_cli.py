"""The Typer command `onrecord train`: options -> `eval.training`; it only prints."""

import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipeline.errors import InputError, UsageError
from pipeline.streams import print_err, print_out

if TYPE_CHECKING:
    from pipeline.engines.compact.weights import Loaded

MATERIAL, LEARNING = "Material", "Learning"


def train(
    gold: Annotated[
        list[Path],
        typer.Argument(help="Folders of gold files with their texts.", show_default=False, metavar="GOLD"),
    ],
    output: Annotated[
        Path, typer.Option("--output", "-o", help="The folder for the weights.", show_default=False, metavar="DIR")
    ],
    also: Annotated[
        list[Path] | None,
        typer.Option(
            help="Gold to learn from alone, none of it held out.",
            rich_help_panel=MATERIAL, metavar="GOLD", show_default=False,
        ),
    ] = None,
    texts: Annotated[
        list[Path] | None,
        typer.Option(
            help="Files or folders with texts that gold files name by their sha256.",
            rich_help_panel=MATERIAL, metavar="PATH", show_default=False,
        ),
    ] = None,
    start: Annotated[
        Path | None,
        typer.Option(
            "--from",
            help="Weights to go on from: a folder that `train` wrote. Without it, the weights that ship with onrecord.",
            rich_help_panel=LEARNING, metavar="DIR", show_default=False,
        ),
    ] = None,
    base: Annotated[
        Path | None,
        typer.Option(
            help="Begin anew from a BERT-like encoder: a folder with config.json, model.safetensors, tokenizer.json.",
            rich_help_panel=LEARNING, metavar="DIR", show_default=False,
        ),
    ] = None,
    epochs: Annotated[
        int | None,
        typer.Option(
            min=1, max=200, help="At most so many (default 8 anew, 12 from weights).",
            rich_help_panel=LEARNING, show_default=False,
        ),
    ] = None,
    rate: Annotated[
        float | None,
        typer.Option(
            min=1e-7, max=1e-2, help="AdamW's rate for the encoder (default 1e-4 anew, 5e-5 from weights).",
            rich_help_panel=LEARNING, show_default=False,
        ),
    ] = None,
    seed: Annotated[int, typer.Option(help="Of all that is drawn.", rich_help_panel=LEARNING)] = 0,
    report: Annotated[
        bool, typer.Option("--report/--no-report", help="Compare before and after on held-out articles.")
    ] = True,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")] = False,
) -> None:  # fmt: skip
    """Fine-tune the compact engine on your own gold, and see whether it got better on articles that it did not see.

    onrecord train my-gold -o my-weights

    onrecord run news/ --model my-weights -o out

    A folder with splits.json keeps to it: train to learn from, dev to stop early, test for the comparison. Without
    one, three articles in ten are held out for the comparison.
    """
    from eval.texts import known_texts
    from eval.training import REPORT, gather, train_weights, trained_json, trained_table

    if start is not None and base is not None:
        raise UsageError("--from and --base exclude each other", hint="go on from weights, or begin anew from a base")
    if output.exists() and not output.is_dir():
        raise InputError(f"{output} is a file", hint="-o names a folder")
    material = gather(gold, also or (), texts=known_texts(texts or ()), report=report)
    lessons = material.lessons
    held = len(material.held_out.articles) if material.held_out else 0
    print_err(
        f"{len(lessons['train']):,} articles to learn from, {len(lessons['dev']):,} to stop by, {held:,} held out\n"
    )
    loaded, options, before = _started(start, base, epochs, rate, seed)
    _check_writable(output)
    trained = train_weights(
        material, loaded, options, output, tell=lambda line: print_err(f"{line}\n"), before=before if report else None
    )
    told = trained_json(material, trained)
    (output / REPORT).write_text(json.dumps(told, indent=1) + "\n", "utf-8")
    print_out(json.dumps(told) + "\n" if as_json else trained_table(material, trained))
    print_err(f"weights: {output} (sha256 {trained.sha256[:12]}…); use them: onrecord run … --model {output}\n")


def _check_writable(output: Path) -> None:
    """Tried before anything is learned."""
    try:
        output.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=output):
            pass
    except OSError as exc:
        raise InputError(
            f"{output} cannot be written: {exc.strerror}", hint="-o names a folder that you may write to"
        ) from exc


def _started(start: Path | None, base: Path | None, epochs: int | None, rate: float | None, seed: int) -> Any:
    """What learning begins from, how, and the engine before it."""
    from pipeline.engines.compact.engine import CompactEngine
    from pipeline.engines.compact.files import SHIPPED
    from pipeline.engines.compact.train import Options, from_base
    from pipeline.engines.compact.weights import load

    if base is not None:
        loaded: Loaded = from_base(base, seed)
        return loaded, Options(epochs=epochs or 8, rate=rate or 1e-4, seed=seed), None
    folder = start or SHIPPED
    loaded = load(folder, arithmetic="float32")
    options = Options(epochs=epochs or 12, rate=rate or 5e-5, head_rate=2e-4, seed=seed)
    return loaded, options, CompactEngine.open(folder, device="cpu")
