"""A model's name (folder, GGUF file, LoRA, hub name) -> its weights and tokenizer on a device of this machine."""

import gc
import hashlib
import importlib.metadata
import importlib.util
import io
import json
import logging
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import torch
from transformers import (
    AutoConfig,
    AutoModelForCausalLM,
    AutoModelForSeq2SeqLM,
    AutoModelForSequenceClassification,
    AutoTokenizer,
    GenerationConfig,
    PreTrainedConfig,
)
from transformers.models.auto.modeling_auto import MODEL_FOR_MASKED_LM_MAPPING_NAMES
from transformers.utils import logging as transformers_logging

from pipeline.errors import ConfigError, EnvironmentFault, MissingDependency, OnrecordError
from pipeline.models.base import ModelCard
from pipeline.models.devices import Device, device_of

DType = Literal["auto", "float32", "bfloat16", "float16"]
Quantize = Literal["none", "int8", "int4"]

# For a model whose configuration does not say how far it reads (state space models): what they were trained on.
UNKNOWN_CONTEXT = 2_048
# How chat models end a turn; each counts as an end where the vocabulary has it as a token of its own.
END_OF_TURN = (
    "<|im_end|>",
    "<|eot_id|>",
    "<|eom_id|>",
    "<end_of_turn>",
    "<|end|>",
    "<|endoftext|>",
    "<|return|>",
    "</s>",
)


_NAMES = "name a folder, a .gguf file, OWNER/NAME on the hub, or a URL"


@dataclass(frozen=True)
class LocalOptions:
    """How a model is loaded and asked. `seconds` bounds one call of the model; None is no bound."""

    device: Device = "auto"
    dtype: DType = "auto"
    quantize: Quantize = "none"
    batch_size: int | None = None
    context_tokens: int | None = None
    constrained: bool = True
    reasoning_tokens: int = 0
    seconds: float | None = None
    seed: int = 0


@dataclass(frozen=True)
class Source:
    """Where a model comes from: what `from_pretrained` is given, a file in it, and a revision of the hub."""

    name: str
    path: str
    gguf_file: str | None = None
    revision: str | None = None

    @classmethod
    def of(cls, name: str) -> "Source":
        """`folder`, `file.gguf`, `owner/name`, `owner/name@revision`, `owner/name/file.gguf`.

        Raises ConfigError for a path that is there and holds no model.
        """
        if not name.strip():
            raise ConfigError("there is no model at ''", hint=_NAMES)
        path = Path(name).expanduser()
        if path.is_file():
            if path.suffix.casefold() != ".gguf":
                raise ConfigError(
                    f"{name} is a file, and no GGUF one", hint="name a folder with config.json, or a .gguf file"
                )
            return cls(path.name, str(path.parent), gguf_file=path.name)
        if path.is_dir():
            if not any((path / known).is_file() for known in ("config.json", "adapter_config.json")):
                raise ConfigError(
                    f"{name} holds no model", hint="it needs a config.json, or an adapter_config.json for a LoRA"
                )
            return cls(path.resolve().name, str(path))
        hub, _, revision = name.partition("@")
        parts = hub.split("/")
        if len(parts) == 3 and parts[2].casefold().endswith(".gguf"):
            return cls(hub, "/".join(parts[:2]), parts[2], revision or None)
        is_file = len(parts) < 3 and hub.casefold().endswith(".gguf")
        is_path = is_file or name.startswith((".", "/", "~")) or len(parts) > 2 or "\\" in name
        if is_path or not re.fullmatch(r"[\w.-]+(?:/[\w.-]+)?", hub):
            raise ConfigError(f"there is no model at {name}", hint=_NAMES)
        return cls(hub, hub, None, revision or None)

    @property
    def is_local(self) -> bool:
        return Path(self.path).is_dir()

    @property
    def arguments(self) -> dict[str, Any]:
        given = {"gguf_file": self.gguf_file, "revision": None if self.is_local else self.revision}
        return {name: value for name, value in given.items() if value is not None}


# --- from_pretrained and its errors


def load_decoder(source: Source, options: LocalOptions) -> tuple[Any, Any]:
    """A text generator and its tokenizer.

    Raises ConfigError for what is no text generator, EnvironmentFault for what is not here or does not fit,
    MissingDependency for a format whose library is not installed.
    """
    with _loading(source):
        config = None if _is_adapter(source) else AutoConfig.from_pretrained(source.path, **source.arguments)
        if config is not None and config.is_encoder_decoder:
            raise ConfigError(
                f"{source.name} is an encoder-decoder: it can summarise, it cannot list commitments",
                hint=f"onrecord run … --summariser {source.name}",
            )
        if config is not None and _is_encoder(config):
            raise ConfigError(
                f"{source.name} is an encoder: it reads text and writes none",
                hint="name a language model that writes: `onrecord models` lists some for this machine",
            )
        tokenizer = _tokenizer(source)
        return _load(AutoModelForCausalLM, source, options), tokenizer


def _is_encoder(config: PreTrainedConfig) -> bool:
    """True for BERT and its like. transformers has a causal head for them too, which nobody has trained."""
    return config.model_type in MODEL_FOR_MASKED_LM_MAPPING_NAMES and getattr(config, "is_decoder", None) is False


def load_encoder_decoder(source: Source, options: LocalOptions) -> tuple[Any, Any]:
    """An encoder-decoder and its tokenizer; raises as `load_decoder`."""
    with _loading(source):
        config = AutoConfig.from_pretrained(source.path, **source.arguments)
        if not config.is_encoder_decoder:
            raise ConfigError(
                f"{source.name} is no encoder-decoder; --summariser takes BART, PEGASUS, T5 and their like",
                hint=f"onrecord run … --model {source.name} writes summaries too",
            )
        tokenizer = _tokenizer(source)
        return _load(AutoModelForSeq2SeqLM, source, options), tokenizer


def load_entailer(source: Source, options: LocalOptions) -> tuple[Any, Any, int]:
    """A cross-encoder, its tokenizer, and which of its labels is entailment; raises as `load_decoder`."""
    with _loading(source):
        config = AutoConfig.from_pretrained(source.path, **source.arguments)
        labels = {int(number): str(label) for number, label in config.id2label.items()}
        entails = [n for n, label in labels.items() if "entail" in label.casefold() and "not" not in label.casefold()]
        if len(entails) != 1:
            raise ConfigError(
                f"{source.name} is no entailment model: its labels are {', '.join(labels.values())}",
                hint="take a cross-encoder trained on natural language inference; its config.json names its labels",
            )
        return _load(AutoModelForSequenceClassification, source, options), _tokenizer(source), entails[0]


def _is_adapter(source: Source) -> bool:
    return source.is_local and (Path(source.path) / "adapter_config.json").is_file()


def _tokenizer(source: Source) -> Any:
    path = source.path
    if _is_adapter(source) and not (Path(path) / "tokenizer_config.json").is_file():
        path = json.loads((Path(path) / "adapter_config.json").read_text("utf-8"))["base_model_name_or_path"]
    return AutoTokenizer.from_pretrained(path, **source.arguments)


def _load(kind: Any, source: Source, options: LocalOptions) -> Any:
    device = device_of(options.device)
    dtype = _dtype(options.dtype, device)
    quantization = _quantization(options.quantize, device)
    model = kind.from_pretrained(source.path, dtype=dtype, **quantization, **source.arguments)
    if "quantization_config" not in quantization:
        model = model.to(device)
    model.eval()
    # `generate_batch` swallows a logits processor and never calls it: its answers would not be constrained.
    model.generate_batch = _refuse_continuous_batching
    return model


def _refuse_continuous_batching(*_: Any, **__: Any) -> None:
    raise ConfigError(
        "generate_batch never calls a logits processor, so its answers would not be constrained",
        hint="use generate; batches are made by onrecord",
    )


def _dtype(wanted: DType, device: str) -> torch.dtype:
    """float32 on a CPU, where a row's answer then does not depend on its batch; half precision elsewhere."""
    if wanted != "auto":
        return {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}[wanted]
    if device == "cuda" and torch.cuda.is_bf16_supported():
        return torch.bfloat16
    return torch.float32 if device == "cpu" else torch.float16


def _quantization(wanted: Quantize, device: str) -> dict[str, Any]:
    """Arguments for `from_pretrained`: torchao's int8 weights on a CPU, bitsandbytes on a GPU.

    Not torch's own dynamic int8: its one scale for all activations of a layer doubles the perplexity of small language
    models and more (docs/log.md).
    """
    if wanted == "none":
        return {}
    if device == "cpu":
        return {"quantization_config": _int8_on_cpu(wanted)}
    _need("bitsandbytes", wanted, device)
    from transformers import BitsAndBytesConfig

    config = BitsAndBytesConfig(load_in_8bit=wanted == "int8", load_in_4bit=wanted == "int4")
    return {"quantization_config": config, "device_map": device}


def _int8_on_cpu(wanted: Quantize) -> Any:
    if wanted == "int4":
        raise ConfigError("--quantize int4 needs a GPU", hint="on a CPU: --quantize int8, or a GGUF file of 4 bits")
    _need("torchao", wanted, "a CPU")
    from transformers import TorchAoConfig

    with quietly():
        from torchao.quantization import Int8WeightOnlyConfig

        return TorchAoConfig(Int8WeightOnlyConfig())


def _need(library: str, wanted: Quantize, device: str) -> None:
    if importlib.util.find_spec(library) is None:
        raise MissingDependency(
            f"--quantize {wanted} on {device} needs {library}", hint=f"pip install {library}, or leave --quantize out"
        )


@contextmanager
def _loading(source: Source) -> Iterator[None]:
    """Maps what goes wrong to our errors; standard error is left alone."""
    try:
        # The GGUF reader draws a progress bar that nothing turns off.
        with quietly(), redirect_stderr(io.StringIO()):
            yield
    except OnrecordError:
        raise
    except (RuntimeError, MemoryError) as exc:
        if not is_out_of_memory(exc):
            raise _unloadable(source, exc) from exc
        raise EnvironmentFault(
            f"{source.name} does not fit into memory",
            hint="choose a smaller model (`onrecord models`), or add --quantize int8",
        ) from exc
    except ImportError as exc:
        raise MissingDependency(f"{source.name}: {_first_line(exc)}", hint=_library_hint(str(exc))) from exc
    except Exception as exc:
        raise _unloadable(source, exc) from exc


@contextmanager
def quietly() -> Iterator[None]:
    """torch and transformers without progress bars and without advice to the authors of models."""
    level, switched_off = transformers_logging.get_verbosity(), logging.root.manager.disable
    logging.disable(logging.WARNING)
    transformers_logging.set_verbosity_error()
    transformers_logging.disable_progress_bar()
    try:
        yield
    finally:
        transformers_logging.set_verbosity(level)
        logging.disable(switched_off)


def _unloadable(source: Source, exc: Exception) -> OnrecordError:
    if not source.is_local and _is_absent(exc):
        name = source.path
        return EnvironmentFault(
            f"{source.name} is not on this machine and the model hub does not give it: {_first_line(exc)}",
            hint=f"where there is a network: `hf download {name}`; for a folder, say where it is; without --model and"
            " --summariser the engine that comes with onrecord reads",
        )
    if "trust_remote_code" in str(exc):
        return ConfigError(
            f"{source.name} brings code of its own, which is not run",
            hint="choose a model that transformers knows by itself",
        )
    return ConfigError(
        f"{source.name} cannot be loaded: {_first_line(exc)}", hint="`onrecord models` lists models that work"
    )


def _is_absent(exc: Exception) -> bool:
    """True when the hub has not, or may not give, or cannot be reached for what was asked."""
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError, OfflineModeIsEnabled

    chain: list[BaseException] = []
    cause: BaseException | None = exc
    while cause is not None and cause not in chain:
        chain.append(cause)
        cause = cause.__cause__ or cause.__context__
    return any(
        isinstance(e, HfHubHTTPError | LocalEntryNotFoundError | OfflineModeIsEnabled | ConnectionError) for e in chain
    ) or (isinstance(exc, OSError) and ("couldn't connect" in str(exc) or "is not a local folder" in str(exc)))


def _library_hint(message: str) -> str:
    for library in ("gguf", "peft", "sentencepiece", "protobuf", "accelerate", "mistral-common", "tiktoken"):
        if library in message.casefold():
            return f"pip install {library}"
    return "install the library that it names"


def _first_line(exc: BaseException) -> str:
    return next((line.strip() for line in str(exc).splitlines() if line.strip()), type(exc).__name__)[:300]


# --- what a model is


def vocabulary_size(model: Any) -> int:
    """Rows of the embedding: tokens that the model can read and write."""
    return int(model.get_input_embeddings().weight.shape[0])


def stop_tokens(model: Any, tokenizer: Any) -> tuple[int, ...]:
    """Tokens that end an answer; a tokenizer may know more than the model has room for, and those are never written."""
    known = model.generation_config.eos_token_id
    stops = {*(known if isinstance(known, list) else [known]), tokenizer.eos_token_id}
    vocabulary = tokenizer.get_vocab()
    stops |= {vocabulary[mark] for mark in END_OF_TURN if mark in vocabulary}
    found = tuple(sorted(t for t in stops if t is not None and t < vocabulary_size(model)))
    if not found:
        raise ConfigError(
            "this model has no token that ends an answer", hint="set eos_token_id in its generation_config.json"
        )
    return found


def settle_generation(model: Any, tokenizer: Any, stops: Sequence[int]) -> None:
    """Only what ends and pads: a repository's sampling settings and penalties would bend the JSON."""
    is_known = tokenizer.pad_token_id is not None and tokenizer.pad_token_id < vocabulary_size(model)
    pad = tokenizer.pad_token_id if is_known else stops[0]
    model.generation_config = GenerationConfig(
        eos_token_id=list(stops), pad_token_id=pad, bos_token_id=tokenizer.bos_token_id
    )


def card_of(model: Any, tokenizer: Any, source: Source, options: LocalOptions, decoding: dict[str, Any]) -> ModelCard:
    """What the records will say of this model; `decoding` is said without what is empty."""
    quantize = {"quantize": options.quantize} if options.quantize != "none" else {}
    return ModelCard(
        name=source.name,
        revision=getattr(model.config, "_commit_hash", None),
        weights_sha256=_weights_sha256(source, model),
        context_tokens=_context_tokens(model.config.get_text_config(), tokenizer, options),
        device=model.device.type,
        dtype=str(model.dtype).removeprefix("torch."),
        decoding={name: value for name, value in {**decoding, **quantize}.items() if value not in (0, "", None)},
        libraries=_versions("torch", "transformers", "tokenizers", "llguidance"),
    )


def _context_tokens(config: PreTrainedConfig, tokenizer: Any, options: LocalOptions) -> int:
    names = (
        "max_position_embeddings",
        "max_encoder_position_embeddings",
        "n_positions",
        "n_ctx",
        "max_sequence_length",
        "seq_length",
    )
    known = next((value for name in names if isinstance(value := getattr(config, name, None), int) and value > 0), None)
    # Relative positions (T5) have no end of their own; the tokenizer then says what training used.
    told = tokenizer.model_max_length if tokenizer.model_max_length < 10_000_000 else None
    if known is None and told is None:  # a recurrent model has no end; how far it reads well is the user's to say
        return options.context_tokens or UNKNOWN_CONTEXT
    return min(n for n in (known or told, options.context_tokens) if n)


def _weights_sha256(source: Source, model: Any) -> str | None:
    """Of the weight file, or of the list of their hashes. The hub's cache names a blob by its hash; others are read."""
    files = _weight_files(source, model)
    if not files:
        return None
    hashes = [_blob_hash(f) for f in files]
    if len(files) == 1:
        return hashes[0]
    lines = "".join(f"{f.name} {h}\n" for f, h in zip(files, hashes, strict=True))
    return hashlib.sha256(lines.encode()).hexdigest()


def _weight_files(source: Source, model: Any) -> list[Path]:
    folder = Path(source.path)
    if not source.is_local:
        from huggingface_hub import try_to_load_from_cache

        config = try_to_load_from_cache(
            source.path, "config.json", revision=getattr(model.config, "_commit_hash", None)
        )
        if not isinstance(config, str):
            return []
        folder = Path(config).parent
    if source.gguf_file:
        return [folder / source.gguf_file]
    return sorted(folder.glob("*.safetensors")) or sorted(folder.glob("pytorch_model*.bin"))


def _blob_hash(path: Path) -> str:
    name = path.resolve().name
    if path.is_symlink() and re.fullmatch(r"[0-9a-f]{64}", name):
        return name
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _versions(*names: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for name in names:
        with suppress(importlib.metadata.PackageNotFoundError):
            found[name] = importlib.metadata.version(name)
    return found


# --- memory


def is_out_of_memory(exc: BaseException) -> bool:
    """True for what torch raises, on a GPU and on a CPU, when an allocation fails."""
    if isinstance(exc, MemoryError | torch.OutOfMemoryError):
        return True
    return bool(re.search(r"out of memory|can't allocate memory|not enough memory|Cannot allocate memory", str(exc)))


def free_memory() -> None:
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
