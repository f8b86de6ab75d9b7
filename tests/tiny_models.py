"""Small models with random weights, saved as checkpoints of their architectures, and a tokenizer made on the spot."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch
import transformers
from support import SEED
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from transformers import PreTrainedTokenizerFast

VOCABULARY = 512
CONTEXT = 4096
CHATML = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
THINKING = CHATML.replace("assistant\n{% endif %}", "assistant\n<think>\n{% endif %}")
WITHOUT_SYSTEM = "{% if messages[0].role == 'system' %}{{ raise_exception('no system role') }}{% endif %}" + CHATML
_MARKS = ("<pad>", "</s>", "<unk>", "<|im_start|>", "<|im_end|>", "<think>", "</think>")
_SIZE = {"vocab_size": VOCABULARY, "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4}
_WIDE = {**_SIZE, "intermediate_size": 64, "max_position_embeddings": CONTEXT}
_GROUPED = {**_WIDE, "num_key_value_heads": 2}
_IDS = {"pad_token_id": 0, "eos_token_id": 1, "bos_token_id": 1}
_SEQ2SEQ = {**_IDS, "decoder_start_token_id": 0, "vocab_size": VOCABULARY}
_BART = {
    **_SEQ2SEQ, "d_model": 32, "encoder_layers": 2, "decoder_layers": 2, "encoder_attention_heads": 4,
    "decoder_attention_heads": 4, "encoder_ffn_dim": 64, "decoder_ffn_dim": 64, "max_position_embeddings": 1024,
}  # fmt: skip
_T5 = {**_SEQ2SEQ, "d_model": 32, "d_kv": 8, "d_ff": 64, "num_layers": 2, "num_heads": 4}

# Name in transformers -> its configuration's own words for small.
DECODERS: Mapping[str, Mapping[str, Any]] = {
    "Llama": _GROUPED,
    "Qwen2": _GROUPED,
    "Qwen3": {**_GROUPED, "head_dim": 8},
    "Gemma": {**_GROUPED, "head_dim": 8},
    "Gemma2": {**_GROUPED, "head_dim": 8, "sliding_window": 64},
    "Gemma3Text": {**_GROUPED, "head_dim": 8, "sliding_window": 64},
    "Mistral": {**_GROUPED, "sliding_window": None},
    "Mixtral": {**_GROUPED, "num_local_experts": 2, "num_experts_per_tok": 1},
    "Phi": _WIDE,
    "Phi3": {**_GROUPED, "original_max_position_embeddings": CONTEXT},
    "GPTNeoX": _WIDE,
    "GPT2": {"vocab_size": VOCABULARY, "n_embd": 32, "n_layer": 2, "n_head": 4, "n_positions": CONTEXT},
    "OPT": {**_SIZE, "ffn_dim": 64, "max_position_embeddings": CONTEXT, "word_embed_proj_dim": 32},
    "Bloom": {"vocab_size": VOCABULARY, "hidden_size": 32, "n_layer": 2, "n_head": 4},
    "Falcon": {**_SIZE, "max_position_embeddings": CONTEXT},
    "StableLm": _GROUPED,
    "Olmo2": _GROUPED,
    "Granite": _GROUPED,
    "SmolLM3": _GROUPED,
    "Mamba": {"vocab_size": VOCABULARY, "hidden_size": 32, "num_hidden_layers": 2, "state_size": 8},
    "RecurrentGemma": {**_GROUPED, "head_dim": 8, "lru_width": 32, "attention_window_size": 64, "num_hidden_layers": 3},
}
ENCODER_DECODERS: Mapping[str, Mapping[str, Any]] = {
    "T5": _T5,
    "MT5": _T5,
    "LongT5": {**_T5, "local_radius": 16},
    "Bart": _BART,
    "Pegasus": _BART,
    "MBart": _BART,
    "LED": {k: v for k, v in _BART.items() if k != "max_position_embeddings"}
    | {"max_encoder_position_embeddings": 1024, "max_decoder_position_embeddings": 256, "attention_window": 16},
}


def tokenizer(template: str | None = CHATML, *, corpus: Path = SEED) -> PreTrainedTokenizerFast:
    """Byte-level BPE of 512 tokens, trained on the seed article."""
    core = Tokenizer(models.BPE(unk_token=None))
    core.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    core.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    core.train(
        [str(corpus)],
        trainers.BpeTrainer(
            vocab_size=VOCABULARY, special_tokens=list(_MARKS), initial_alphabet=alphabet, show_progress=False
        ),
    )
    core.post_processor = processors.ByteLevel(trim_offsets=False)
    made = PreTrainedTokenizerFast(tokenizer_object=core, pad_token="<pad>", eos_token="</s>", model_max_length=10**9)
    made.chat_template = template
    return made


def make(architecture: str, *, seed: int = 0, **settings: Any) -> Any:
    """The model, in evaluation mode, with weights large enough that its choices are not ties."""
    torch.manual_seed(seed)
    known = {**DECODERS, **ENCODER_DECODERS}[architecture]
    config_class = getattr(transformers, f"{architecture}Config")
    head = _head(architecture)
    model = head(config_class(**{**_IDS, **known, **settings}))
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.dim() > 1:
                parameter.mul_(4)
    return model.eval()


def _head(architecture: str) -> Callable[..., Any]:
    names = [
        f"{architecture.removesuffix('Text')}{end}"
        for end in ("ForCausalLM", "LMHeadModel", "ForConditionalGeneration")
    ]
    if architecture in ENCODER_DECODERS:
        names = names[2:]
    return next(getattr(transformers, name) for name in names if hasattr(transformers, name))


def save(folder: Path, architecture: str, *, template: str | None = CHATML, **settings: Any) -> str:
    """A checkpoint as from the hub; returns its path."""
    make(architecture, **settings).save_pretrained(folder)
    tokenizer(template).save_pretrained(folder)
    return str(folder)
