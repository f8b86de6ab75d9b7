"""A reviewed table of language models and this machine -> which of them fit, in which type, and which are cached."""

import json
import tomllib
from collections.abc import Callable, Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from pipeline.models.memory import Device, Machine, Width, fits, needed_bytes
from pipeline.records import Frozen

Kind = Literal["instruct", "thinking", "summariser"]
_TABLE = Path(__file__).with_name("catalogue.toml")
WIDTHS: tuple[Width, ...] = ("float32", "bfloat16", "int8", "int4")
_BILLION = 10**9
# Upper ends in parameters, with what such models are read as.
SIZE_CLASSES = (
    (_BILLION, "below 1 billion parameters"),
    (4 * _BILLION, "1 to 4 billion"),
    (9 * _BILLION, "4 to 9 billion"),
    (100 * _BILLION, "more than 9 billion"),
)
ON_A_SERVER = "GGUF on a server"
# How each type is had on a device, the first that fits wins. On a CPU eight and four bits are a server's affair: torch
# would load the whole model before it quantises it.
WAYS: dict[Device, dict[Width, str]] = {
    "cpu": {"float32": "", "bfloat16": "--dtype bfloat16", "int8": ON_A_SERVER, "int4": ON_A_SERVER},
    "mps": {"bfloat16": "", "int8": ON_A_SERVER, "int4": ON_A_SERVER},
    "cuda": {"bfloat16": "", "int8": "--quantize int8", "int4": "--quantize int4"},
}


class Known(Frozen):
    """A model of the table. `cache_values_per_token`: keys and values of all layers; `licence`: SPDX id or its name."""

    name: str
    kind: Kind
    parameters: int = Field(gt=0)
    cache_values_per_token: int = Field(gt=0)
    context_tokens: int = Field(gt=0)
    licence: str = Field(min_length=1)
    needs_acceptance: bool = False
    languages: tuple[str, ...] = ()
    origin: str = Field(min_length=1)

    @property
    def size_class(self) -> str:
        if self.kind == "summariser":
            return "summarisers (--summariser NAME)"
        return next(words for upper, words in SIZE_CLASSES if self.parameters < upper)

    def memory_bytes(self) -> dict[Width, int]:
        return {w: needed_bytes(self.parameters, self.cache_values_per_token, self.context_tokens, w) for w in WIDTHS}


class Candidate(Frozen):
    """A known model on a machine: the type in which it fits (None: in none), the option for that, and where it is."""

    model: Known
    width: Width | None
    option: str
    is_cached: bool

    def as_json(self) -> dict[str, Any]:
        """Stable field names, for programs."""
        known = self.model.model_dump(exclude={"cache_values_per_token"})
        return {
            **known,
            "languages": list(self.model.languages),
            "memory_bytes": self.model.memory_bytes(),
            "fits": self.width is not None,
            "dtype": self.width,
            "option": self.option,
            "cached": self.is_cached,
            "command": f"hf download {self.model.name}",
        }


@cache
def catalogue() -> tuple[Known, ...]:
    """The table, smallest first, summarisers last."""
    return tuple(Known(**entry) for entry in _content()["model"])


def reviewed() -> date:
    day: date = _content()["reviewed"]
    return day


@cache
def _content() -> dict[str, Any]:
    return tomllib.loads(_TABLE.read_text("utf-8"))


def candidates(machine: Machine, *, is_cached: Callable[[str], bool] | None = None) -> Iterator[Candidate]:
    """Every model of the table, whether it fits or not."""
    found = is_cached or is_in_cache
    for known in catalogue():
        width, option = _best_way(known, machine)
        yield Candidate(model=known, width=width, option=option, is_cached=found(known.name))


def _best_way(known: Known, machine: Machine) -> tuple[Width | None, str]:
    needed = known.memory_bytes()
    for width, option in WAYS[machine.device].items():
        # No server that reads GGUF serves encoder-decoders for summaries.
        is_possible = known.kind != "summariser" or option != ON_A_SERVER
        if is_possible and fits(needed[width], machine):
            return width, option
    return None, ""


def cache_folder() -> Path:
    """Where the hub's files are kept: HF_HUB_CACHE, else HF_HOME, else ~/.cache/huggingface."""
    from huggingface_hub.constants import HF_HUB_CACHE

    return Path(HF_HUB_CACHE)


def is_in_cache(name: str, folder: Path | None = None) -> bool:
    """Whether the configuration and every weight file of a hub model are in the cache; asks no network."""
    from huggingface_hub import try_to_load_from_cache

    try:
        config = try_to_load_from_cache(name, "config.json", cache_dir=folder or cache_folder())
        return isinstance(config, str) and _has_weights(Path(config).parent)
    except (OSError, ValueError):  # a cache that may not be read, or an index that is cut off
        return False


def _has_weights(snapshot: Path) -> bool:
    for single, index in (("model.safetensors", "model.safetensors.index.json"),
                          ("pytorch_model.bin", "pytorch_model.bin.index.json")):  # fmt: skip
        if (snapshot / single).is_file():
            return True
        if (snapshot / index).is_file():
            parts = set(json.loads((snapshot / index).read_text("utf-8")).get("weight_map", {}).values())
            return bool(parts) and all((snapshot / part).is_file() for part in parts)
    return False
