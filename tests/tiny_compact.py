"""A compact engine in miniature: a random BERT of a few thousand weights, the words of a toy language, and its gold."""

import json
from pathlib import Path

import torch
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers
from transformers import BertConfig, BertModel

from eval.gold import GoldArticle, GoldCommitment, GoldSource
from pipeline.records import Span
from pipeline.sentences import split_sentences

MARKS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
ACTORS = ("Alder council", "Brock Rail", "Cedar Water", "Drake Bank", "Ember Union")
OBJECTS = ("the bridge", "the depot", "a school", "the pier", "two parks", "the archive", "a clinic")
SAID = "Critics doubted the plan. Rain is expected on Sunday. The mayor opened a fair last week."


def article(number: int) -> tuple[str, list[tuple[str, str, str]]]:
    """A text of the toy language, and its commitments as (actor, action, sentence)."""
    actor, thing = ACTORS[number % 5], OBJECTS[number % 7]
    if number % 4 == 3:
        return f"{actor} talked about {thing}. {SAID}", []
    if number % 2:
        sentence, action = f"{actor} will repair {thing} by June.", f"repair {thing}"
    else:
        sentence, action = f"{actor} promised to paint {thing} before May.", f"paint {thing}"
    return f"{SAID} {sentence} Nobody spoke about {OBJECTS[(number + 3) % 7]}.", [(actor, action, sentence)]


def write_gold(folder: Path, count: int = 24) -> Path:
    """`count` gold files with their texts."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        text, commitments = article(number)
        name = f"toy-{number:02}"
        labels = GoldArticle(
            id=name,
            source=GoldSource(sha256=_sha256(text), file=f"{name}.txt"),
            title=None,
            published="2031-03-04",
            commitments=tuple(
                GoldCommitment(id=f"c{i}", actor=actor, action=action, evidence=(_span(text, sentence),))
                for i, (actor, action, sentence) in enumerate(commitments, 1)
            ),
        )
        (folder / f"{name}.json").write_text(labels.to_json(), "utf-8")
        (folder / f"{name}.txt").write_text(text, "utf-8")
    return folder


def _span(text: str, sentence: str) -> Span:
    start = text.index(sentence)
    return Span(start=start, end=start + len(sentence))


def _sha256(text: str) -> str:
    import hashlib

    return hashlib.sha256(text.encode()).hexdigest()


def write_base(folder: Path) -> Path:
    """A BERT-like encoder with random weights, as a hub's folder has it."""
    words = sorted({w for n in range(35) for s in split_sentences(article(n)[0]) for w in _pieces(s.text)})
    vocabulary = {word: i for i, word in enumerate((*MARKS, "[unused0]", *words))}
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))  # type: ignore[call-arg]
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.add_special_tokens(list(MARKS))
    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(vocabulary), hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64,
        max_position_embeddings=512,
    )  # fmt: skip
    BertModel(config).save_pretrained(folder)
    tokenizer.save(str(folder / "tokenizer.json"))
    return folder


def _pieces(text: str) -> list[str]:
    normal = normalizers.BertNormalizer(lowercase=True).normalize_str(text)
    return [word for word, _ in pre_tokenizers.BertPreTokenizer().pre_tokenize_str(normal)]


def damaged(folder: Path) -> None:
    """One byte of the weights changed."""
    path = folder / "model.safetensors"
    raw = bytearray(path.read_bytes())
    raw[-1] ^= 1
    path.write_bytes(bytes(raw))


def of_version(folder: Path, version: int) -> None:
    config = json.loads((folder / "config.json").read_text())
    config["onrecord"]["format"] = version
    (folder / "config.json").write_text(json.dumps(config))
