"""A folder of weights <-> a network: int8 by row in a safetensors file whose sha256 is checked; no code, no pickle."""

import json
import os
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, NamedTuple

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from safetensors.torch import save as to_bytes
from tokenizers import Tokenizer
from torch import Tensor, nn

from pipeline.engines.compact.bert import BertConfig, Projections
from pipeline.engines.compact.files import (
    CONFIG,
    SHIPPED,
    SUM,
    SUMMED,
    TOKENIZER,
    WEIGHTS,
    checked,
    sha256_of,
    unusable,
)
from pipeline.engines.compact.looking import FarInBfloat16, has_bfloat16, has_tiles, has_vnni, padded
from pipeline.engines.compact.network import Network
from pipeline.errors import ConfigError, EnvironmentFault

FORMAT = 3
_SCALE = ".scale"
# What is this small stays as it is: biases, norms, the tables of features.
LEAST_QUANTISED = 8_192

Arithmetic = Literal["int8", "float32", "bfloat16", "float16"]
DType = Literal["auto", "float32", "bfloat16", "float16"]


class Settings(NamedTuple):
    """What a decision needs beside the weights: chosen on development articles, stored with the weights.

    `threshold` of a sentence's probability, `least_confidence` of a commitment's; `calibration` are the weights of a
    logistic regression over what `engine.evidence_of` gives, the constant last.
    """

    threshold: float = 0.5
    least_confidence: float = 0.0
    calibration: tuple[float, ...] = ()
    reads_cues: bool = True


class Loaded(NamedTuple):
    network: Network
    tokenizer: Tokenizer
    settings: Settings
    sha256: str
    described: dict[str, Any]


def save(folder: Path, network: Network, tokenizer: Tokenizer, settings: Settings, **described: Any) -> str:
    """Writes the folder, the hash last; returns the sha256 of the weights."""
    folder.mkdir(parents=True, exist_ok=True)
    packed = dict(_packed(network.state_dict()))
    _whole(folder / WEIGHTS, lambda path: path.write_bytes(to_bytes(packed, metadata={"format": "pt"})))
    config = {
        **network.encoder.config.written(),
        "onrecord": {"format": FORMAT, "settings": settings._asdict(), **described},
    }
    _whole(folder / CONFIG, lambda path: path.write_text(json.dumps(config, indent=1) + "\n", "utf-8"))
    _whole(folder / TOKENIZER, lambda path: tokenizer.save(str(path), pretty=False))
    sums = "".join(f"{sha256_of(folder / name)}  {name}\n" for name in SUMMED)
    _whole(folder / SUM, lambda path: path.write_text(sums, "utf-8"))
    return sha256_of(folder / WEIGHTS)


def _whole(path: Path, write: Any) -> None:
    temporary = path.with_name(f".{path.name}.part")
    write(temporary)
    os.replace(temporary, path)  # noqa: PTH105 atomic on both systems


def load(folder: Path = SHIPPED, *, device: str = "cpu", arithmetic: Arithmetic = "int8") -> Loaded:
    """Raises EnvironmentFault for weights that are missing, damaged or not those that were written."""
    config = _config(folder)
    digest = checked(folder)
    try:
        tensors = load_file(folder / WEIGHTS)
        network = Network(BertConfig.of(config))
        network.load_state_dict(dict(_unpacked(tensors)))
    except (OSError, SafetensorError, RuntimeError, KeyError, ValueError) as exc:
        raise unusable(folder, str(exc).splitlines()[0]) from exc
    tokenizer = _tokenizer(folder)
    described = config["onrecord"]
    known = {k: v for k, v in described["settings"].items() if k in Settings._fields}
    known["calibration"] = tuple(known.get("calibration", ()))
    network = network.eval()
    if arithmetic == "int8":
        quantise(network)
    elif arithmetic != "float32":
        network.encoder.to(getattr(torch, arithmetic))
    network = network.to(device)
    return Loaded(network, tokenizer, Settings(**known), digest, described)


def _tokenizer(folder: Path) -> Tokenizer:
    try:
        return Tokenizer.from_file(str(folder / TOKENIZER))
    except Exception as exc:
        raise unusable(folder, f"{TOKENIZER}: {exc}") from exc


def _config(folder: Path) -> dict[str, Any]:
    try:
        config = json.loads((folder / CONFIG).read_text("utf-8"))
        described = config["onrecord"]
        is_ours = isinstance(described["settings"], dict) and isinstance(described["format"], int)
    except FileNotFoundError as exc:
        raise EnvironmentFault(
            f"there are no weights in {folder}", hint="name a folder that `onrecord train` wrote"
        ) from exc
    except (OSError, ValueError, KeyError, TypeError) as exc:
        raise unusable(folder, f"{CONFIG}: {exc}") from exc
    if not is_ours or described["format"] != FORMAT:
        raise ConfigError(f"{folder}: weights of another version", hint="train again with this onrecord, or upgrade it")
    return dict(config)


# --- int8


def _packed(state: dict[str, Tensor]) -> Iterator[tuple[str, Tensor]]:
    """Matrices as int8 with a scale for each row (an output channel, or a word of the vocabulary)."""
    for name, value in state.items():
        if not value.is_floating_point() or value.dim() < 2 or value.numel() < LEAST_QUANTISED:
            yield name, value.contiguous()
            continue
        scale = _scales(value)
        yield name, (value / scale[:, None]).round().clamp(-127, 127).to(torch.int8)
        yield name + _SCALE, scale.float()


def _scales(matrix: Tensor) -> Tensor:
    """One for each row, so that its largest weight is 127."""
    return (matrix.abs().amax(1) / 127).clamp(min=1e-12)


def _unpacked(tensors: dict[str, Tensor]) -> Iterator[tuple[str, Tensor]]:
    for name, value in tensors.items():
        if name.endswith(_SCALE):
            continue
        yield name, value.float() * tensors[name + _SCALE][:, None] if value.dtype == torch.int8 else value


class _Int8Linear(nn.Module):
    """A linear layer with int8 weights and activations, these scaled as they come (torch's dynamic quantisation).

    Where the CPU adds up four products at once (VNNI) activations have eight bits, elsewhere seven: sums of two
    products of eight would not fit.
    """

    def __init__(self, layer: nn.Linear, *, bias: bool = True) -> None:
        super().__init__()
        weight = layer.weight.detach()
        scales = _scales(weight).double()
        zeros = torch.zeros(len(scales), dtype=torch.long)
        with warnings.catch_warnings():
            # torch will move these tensors elsewhere; no other int8 of it is as fast on a CPU (docs/log.md).
            warnings.filterwarnings("ignore", message=".*quantize_per_channel.*")
            quantised = torch.quantize_per_channel(weight, scales, zeros, 0, torch.qint8)
        self._packed = torch.ops.quantized.linear_prepack(quantised, layer.bias if bias else None)
        self._has_seven_bits = not has_vnni()

    def forward(self, given: Tensor) -> Tensor:
        found: Tensor = torch.ops.quantized.linear_dynamic(given, self._packed, reduce_range=self._has_seven_bits)
        return found


class _Int8LinearByRow(_Int8Linear):
    """The same, each token's activations scaled by themselves: a sentence's mark has one ten times any word's, and a
    scale that covers it leaves the words a few steps."""

    def __init__(self, layer: nn.Linear) -> None:
        super().__init__(layer, bias=False)
        self._bias = layer.bias

    def forward(self, given: Tensor) -> Tensor:
        sizes = given.abs().amax(-1, keepdim=True).clamp(min=1e-6)
        return super().forward(given / sizes).mul_(sizes).add_(self._bias)


class _Int8Projections(nn.Module):
    """Queries, keys and values by one product: what they are made from is brought to int8 once, not three times."""

    def __init__(self, apart: Projections) -> None:
        super().__init__()
        parts = (apart.query, apart.key, apart.value)
        whole = nn.Linear(apart.query.in_features, sum(part.out_features for part in parts))
        whole.weight.data = torch.cat([part.weight.detach() for part in parts])
        whole.bias.data = torch.cat([part.bias.detach() for part in parts])
        self._product = _Int8Linear(whole)

    def forward(self, hidden: Tensor) -> tuple[Tensor]:
        return (self._product(hidden),)


class _TiledLinear(nn.Module):
    """A linear layer in bfloat16, for a CPU that has tiles for such products (AMX) and none for torch's int8: 1 x T x H
    in float32 or bfloat16 -> 1 x T x N in bfloat16, T a multiple of 32, the rows beyond those given 0 before the bias.

    Each length is a product of its own, whose code is compiled and kept: of 73 lengths it takes 180 MB.
    """

    def __init__(self, *layers: nn.Linear) -> None:
        super().__init__()
        self._weight = torch.cat([layer.weight.detach() for layer in layers]).bfloat16()
        self._bias = torch.cat([layer.bias.detach() for layer in layers]).bfloat16()

    def forward(self, given: Tensor) -> Tensor:
        return nn.functional.linear(_padded(given), self._weight, self._bias)


def _padded(given: Tensor) -> Tensor:
    """In bfloat16, with rows of 0 up to the next multiple of STEP."""
    length = given.shape[1]
    if (room := padded(length)) == length:
        return given.bfloat16()
    whole = given.new_empty(given.shape[0], room, given.shape[2], dtype=torch.bfloat16)
    whole[:, :length] = given
    whole[:, length:] = 0
    return whole


class _TiledProjections(_TiledLinear):
    """Queries, keys and values by one product."""

    def __init__(self, apart: Projections) -> None:
        super().__init__(apart.query, apart.key, apart.value)

    def forward(self, hidden: Tensor) -> tuple[Tensor]:  # type: ignore[override]
        return (super().forward(hidden)[:, : hidden.shape[1]],)


def has_int8() -> bool:
    """Whether this torch can multiply in int8 on this CPU: some builds come without."""
    return torch.backends.quantized.engine != "none" and hasattr(torch, "quantize_per_channel")


def computed_in(network: Network, arithmetic: Arithmetic) -> str:
    """What is really computed in: of what int8 asks for, what this CPU does fastest."""
    if isinstance(network.encoder.layers[0].output.dense, _TiledLinear):
        return "bfloat16+float32"
    return f"{arithmetic}+bfloat16" if network.far is FarInBfloat16 else arithmetic


def quantise(network: Network) -> None:
    """The encoder's layers, where nearly all of the time goes; the heads stay in float32. The whole window is looked at
    in bfloat16 where the CPU multiplies it.

    Where the CPU multiplies tiles of bfloat16 the layers' products are made of these instead, of the same weights: on
    one that has them in two fifths of the time, and logits are .011 off.

    Logits are .22 off (root mean square, dev) with seven bits and .11 with eight, in bfloat16 or not. Near the
    threshold and with seven bits they are .97 off with one scale for each matrix of activations, .25 with one for each
    token in the feed-forward products of the first half of the layers, .20 and a tenth slower in all.
    """
    layers = network.encoder.layers
    if has_tiles():  # torch's own attention uses them, too
        for layer in layers:
            if isinstance(apart := layer.attention.self, Projections):
                layer.attention.self = _TiledProjections(apart)
            for half in (layer.attention.output, layer.intermediate, layer.output):
                setattr(half, "dense", _TiledLinear(half.dense))  # noqa: B010 of another type
        return
    if has_bfloat16():
        network.far = FarInBfloat16
    for depth, layer in enumerate(layers):
        is_early = depth < len(layers) / 2
        if isinstance(apart := layer.attention.self, Projections):
            layer.attention.self = _Int8Projections(apart)
        for module in list(layer.modules()):
            is_forward = module in (layer.intermediate, layer.output)
            for name, child in list(module.named_children()):
                if isinstance(child, nn.Linear):
                    kind = _Int8LinearByRow if is_early and is_forward else _Int8Linear
                    setattr(module, name, kind(child))
