"""The command line's settings -> a RunConfig, the same for every command that reads articles."""

import inspect
import re
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

import typer

from pipeline.config import load_config
from pipeline.errors import UsageError

INPUT, OUTPUT, ENGINE, MODEL, FIELDS, RELIABILITY = "Input", "Output", "Engine", "Model", "Tables", "Reliability"


def _option(words: str, *names: str, panel: str, **more: Any) -> Any:
    return typer.Option(*names, help=words, rich_help_panel=panel, show_default=False, **more)


# Each setting of RunConfig that has an option, with what Typer needs to know of it; None is "not given".
SETTINGS: dict[str, Any] = {
    "engine": Annotated[
        str | None,
        _option(
            "compact (the model that comes with onrecord, default), cue (a grammar) or llm (a language model).",
            panel=ENGINE,
        ),
    ],
    "model": Annotated[
        str | None,
        _option(
            "A folder, a .gguf file, OWNER/NAME on the model hub, a LoRA, or a server's URL (URL#NAME), for --engine "
            "llm; or a folder that `onrecord train` wrote.",
            panel=ENGINE,
        ),
    ],
    "summariser": Annotated[
        str | None, _option("An encoder-decoder (BART, PEGASUS, T5) that writes the summaries.", panel=ENGINE)
    ],
    "summary_words": Annotated[int | None, _option("The summary's length budget in words (default 90).", panel=ENGINE)],
    "guard": Annotated[
        str | None,
        _option(
            "A summary sentence that its support does not carry: replace it by the article's own (default), mark or "
            "drop it.",
            panel=ENGINE,
            metavar="replace|mark|drop",
        ),
    ],
    "injections": Annotated[
        str | None,
        _option(
            "Words of an article that speak to the machine which reads it (prompt injection): drop them (default), or "
            "keep them like any others.",
            panel=ENGINE,
            metavar="drop|keep",
        ),
    ],
    "min_confidence": Annotated[
        float | None,
        _option(
            "Tell commitments from this confidence on: higher for precision, with compact lower for recall "
            "(default: the engine's own; 0 tells all).",
            panel=ENGINE,
        ),
    ],
    "second_look": Annotated[
        bool | None,
        _option(
            "Ask a model once more about sentences that read like commitments and that it passed over (default).",
            "--second-look/--no-second-look",
            panel=ENGINE,
        ),
    ],
    "device": Annotated[str | None, _option("auto, cpu, cuda or mps (default auto).", panel=MODEL)],
    "dtype": Annotated[str | None, _option("auto, float32, bfloat16 or float16 (default auto).", panel=MODEL)],
    "quantize": Annotated[str | None, _option("none, int8 or int4 (default none).", panel=MODEL)],
    "batch_size": Annotated[int | None, _option("Prompts answered together (default by device).", panel=MODEL)],
    "context_tokens": Annotated[
        int | None,
        _option("Use less context than the model has; for a server that does not say, what it has.", panel=MODEL),
    ],
    "window_tokens": Annotated[int | None, _option("Tokens of an article read at once (default 4,096).", panel=MODEL)],
    "constrained": Annotated[
        bool | None,
        _option("Let a local model write valid answers only (default).", "--constrained/--unconstrained", panel=MODEL),
    ],
    "reasoning_tokens": Annotated[
        int | None, _option("Let a model think this long before it answers (default 0: switched off).", panel=MODEL)
    ],
    "model_seconds": Annotated[float | None, _option("The longest that an answer may take.", panel=MODEL)],
    "article_seconds": Annotated[
        float | None,
        _option("After this time an article, for each of those read together, nothing more is asked.", panel=MODEL),
    ],
    "concurrency": Annotated[int | None, _option("Requests to a server at once (default 4).", panel=MODEL)],
    "locale": Annotated[
        str | None,
        _option("Day and month order, seasons, holidays, financial years: en-GB, en-US, en-AU, …", panel=INPUT),
    ],
    "published": Annotated[
        datetime | None,
        _option("The date of articles that carry none: YYYY-MM-DD.", panel=INPUT, formats=["%Y-%m-%d"]),
    ],
    "max_chars": Annotated[int | None, _option("Longer inputs fail as too_long (default 5,000,000).", panel=INPUT)],
    "text_field": Annotated[str | None, _option("The column or key that holds the text.", panel=FIELDS)],
    "id_field": Annotated[str | None, _option("The column or key that holds the id.", panel=FIELDS)],
    "title_field": Annotated[str | None, _option("The column or key that holds the title.", panel=FIELDS)],
    "published_field": Annotated[str | None, _option("The column or key that holds the date.", panel=FIELDS)],
}


# What only a command that writes has.
RUN_SETTINGS: dict[str, Any] = {
    "formats": Annotated[
        list[str] | None, _option("Also write parquet, csv or sqlite; may be repeated.", "--format", panel=OUTPUT)
    ],
    "time_limit_seconds": Annotated[
        str | None,
        _option("Stop in order after 90s, 45m or 3h50m; exit code 75.", "--time-limit", panel=RELIABILITY),
    ],
}


def configured(*tables: dict[str, Any]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Gives a command every setting of the tables as an option, and hands it the RunConfig they make as `config`."""
    table = {name: annotation for settings in tables for name, annotation in settings.items()}

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        def with_config(**given: Any) -> None:
            settings = {name: _as_setting(name, given.pop(name)) for name in table}
            if set(settings.get("formats") or ()) - {"jsonl"} and given["output"] is None:
                raise UsageError("--format writes files, and there is no directory for them", hint="add -o DIR")
            command(config=load_config(**settings), **given)

        own = [p for name, p in inspect.signature(command).parameters.items() if name != "config"]
        added = [
            inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation)
            for name, annotation in table.items()
        ]
        parameters = [p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in own] + added
        # Typer reads a command's signature and annotations.
        vars(with_config).update(__signature__=inspect.Signature(parameters))
        with_config.__annotations__ = {p.name: p.annotation for p in parameters}
        with_config.__name__, with_config.__doc__ = command.__name__, command.__doc__
        return with_config

    return decorate


def _as_setting(name: str, value: Any) -> Any:
    if isinstance(value, datetime):
        return value.date()
    if name == "time_limit_seconds" and value is not None:
        return seconds_of(value)
    return (tuple(value) or None) if isinstance(value, list) else value


def seconds_of(duration: str) -> float:
    """ "90s", "45m", "3h50m" or a plain number of seconds."""
    match = re.fullmatch(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+(?:\.\d+)?)s?)?", duration.strip())
    if match is None or not any(match.groups()):
        raise UsageError(f"--time-limit {duration!r} is no duration", hint="write 90s, 45m or 3h50m")
    hours, minutes, seconds = (float(part or 0) for part in match.groups())
    return hours * 3600 + minutes * 60 + seconds
