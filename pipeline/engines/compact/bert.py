"""A BERT encoder for reading: transformers' names and numbers, without its import, which takes longer than an article.

The parameters have the names of transformers' `BertModel` without a pooler, so each loads the other's weights; the
layers take what attends to what from their caller (Devlin et al. 2019; post-norm, exact gelu, absolute positions).
"""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, asdict, dataclass, fields
from typing import Any

import torch
from torch import Tensor, nn

from pipeline.engines.compact.windows import WINDOW_TOKENS

# Queries, keys and values, ... x H each or as one ... x 3 H -> what is found, ... x H.
Look = Callable[..., Tensor]
# What these say of another kind of encoder is not what is built here.
FIXED = {"model_type": "bert", "hidden_act": "gelu", "position_embedding_type": "absolute", "is_decoder": False}

# Values of a byte, and the least number of eight of them.
_BYTES, _LEAST = 256, -(2**63)


@dataclass(frozen=True)
class BertConfig:
    """The sizes of an encoder, by the names of a BERT's config.json. `near_layers`: see network.py."""

    vocab_size: int
    hidden_size: int
    num_hidden_layers: int
    num_attention_heads: int
    intermediate_size: int
    max_position_embeddings: int = WINDOW_TOKENS
    type_vocab_size: int = 2
    layer_norm_eps: float = 1e-12
    near_layers: int = 0

    @classmethod
    def of(cls, written: Mapping[str, Any]) -> "BertConfig":
        """From what a config.json says. Raises ValueError, or TypeError for no object, for what is not built here."""
        if not isinstance(written, Mapping):
            raise TypeError("its config.json is no object")
        for name, value in FIXED.items():
            if written.get(name, value) != value:
                raise ValueError(f"its config.json has {name} {written[name]!r} where {value!r} is needed")
        missing = [f.name for f in fields(cls) if f.default is MISSING and not isinstance(written.get(f.name), int)]
        if "model_type" not in written or missing:
            raise ValueError(f"its config.json has no {', '.join(missing) or 'model_type'}")
        if (positions := written.get("max_position_embeddings", WINDOW_TOKENS)) < WINDOW_TOKENS:
            raise ValueError(f"it reads {positions} tokens at once, and a window has {WINDOW_TOKENS}")
        return cls(**{f.name: written[f.name] for f in fields(cls) if f.name in written})

    def written(self) -> dict[str, Any]:
        return {"architectures": ["BertModel"], **FIXED, **asdict(self)}


class BertEncoder(nn.Module):
    """Embeddings and layers."""

    def __init__(self, config: BertConfig) -> None:
        super().__init__()
        self.config = config
        self.embeddings = _Embeddings(config)
        self.encoder = nn.ModuleDict({"layer": nn.ModuleList(Layer(config) for _ in range(config.num_hidden_layers))})

    @property
    def layers(self) -> "list[Layer]":
        return [layer for layer in self.encoder["layer"].children() if isinstance(layer, Layer)]

    def drop(self, share: float) -> None:
        """Drops this share of what the embeddings and each half of a layer give, in training. The attention's weights
        are left whole: their dropout takes the fused kernel away, and twice the time.
        """
        for module in self.modules():
            if isinstance(module, _Embeddings | _Added):
                module.dropped = share

    @property
    def dtype(self) -> torch.dtype:
        return self.embeddings.word_embeddings.weight.dtype


class _Embeddings(nn.Module):
    def __init__(self, config: BertConfig) -> None:
        super().__init__()
        self.word_embeddings = nn.Embedding(config.vocab_size, config.hidden_size, padding_idx=0)
        self.position_embeddings = nn.Embedding(config.max_position_embeddings, config.hidden_size)
        self.token_type_embeddings = nn.Embedding(config.type_vocab_size, config.hidden_size)
        self.LayerNorm = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)
        self.dropped = 0.0

    def forward(self, words: Tensor, positions: Tensor) -> Tensor:
        """words B x T x H, positions B x T -> B x T x H."""
        found: Tensor = self.LayerNorm(
            words + self.token_type_embeddings.weight[0] + self.position_embeddings(positions)
        )
        return _dropped(found, self.dropped) if self.training and self.dropped else found


class Layer(nn.Module):
    """Attention and the feed-forward network, each added to what it was given and normed."""

    def __init__(self, config: BertConfig) -> None:
        super().__init__()
        size, inner = config.hidden_size, config.intermediate_size
        self.attention = _Attention(size, config.layer_norm_eps)
        self.intermediate = _Dense(size, inner)
        self.output = _Added(inner, size, config.layer_norm_eps)

    def forward(self, hidden: Tensor, look: Look) -> Tensor:
        attended = self.attention(hidden, look)
        found: Tensor = self.output(nn.functional.gelu(self.intermediate.dense(attended)), attended)
        return found


class _Attention(nn.Module):
    def __init__(self, size: int, eps: float) -> None:
        super().__init__()
        self.self: nn.Module = Projections(size)
        self.output = _Added(size, size, eps)

    def forward(self, hidden: Tensor, look: Look) -> Tensor:
        found: Tensor = self.output(look(*self.self(hidden)), hidden)
        return found


class Projections(nn.Module):
    """... x T x H -> queries, keys and values, as wide each."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.query, self.key, self.value = (nn.Linear(size, size) for _ in range(3))

    def forward(self, hidden: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        return self.query(hidden), self.key(hidden), self.value(hidden)


class _Dense(nn.Module):
    def __init__(self, given: int, size: int) -> None:
        super().__init__()
        self.dense = nn.Linear(given, size)


class _Added(_Dense):
    def __init__(self, given: int, size: int, eps: float) -> None:
        super().__init__(given, size)
        self.LayerNorm = nn.LayerNorm(size, eps=eps)
        self.dropped = 0.0

    def forward(self, given: Tensor, before: Tensor) -> Tensor:
        added = self.dense(given)[:, : before.shape[1]]  # a product may be padded
        if self.training and self.dropped:
            added = _dropped(added, self.dropped)
        found: Tensor = self.LayerNorm(added + before)
        return found


def _dropped(values: Tensor, share: float) -> Tensor:
    """The values, of which this share, rounded to a 256th, is 0 and the others are larger by as much (Srivastava et al.
    2014). A random byte decides for each: a random number each takes ten times as long.
    """
    count = round(share * _BYTES)
    numbers = torch.empty(-(-values.numel() // 8), dtype=torch.int64, device=values.device).random_(_LEAST, None)
    is_kept = numbers.view(torch.uint8)[: values.numel()].view(values.shape) >= count
    return values * is_kept.to(values.dtype).mul_(_BYTES / (_BYTES - count))


def split_heads(part: Tensor, heads: int) -> Tensor:
    """... x T x H -> ... x heads x T x H / heads."""
    split: Tensor = part.unflatten(-1, (heads, -1)).transpose(-3, -2)
    return split


def joined_heads(part: Tensor) -> Tensor:
    """The other way round."""
    joined: Tensor = part.transpose(-3, -2).flatten(-2)
    return joined
