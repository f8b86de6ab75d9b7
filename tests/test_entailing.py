"""An entailment model over summaries: a real (tiny) cross-encoder, scores beside the run, and their use in `score`."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
import tiny_models
import torch
from transformers import BertConfig, BertForSequenceClassification

from eval.entailing import entail, with_entailment, write_entailed
from eval.predictions import Prediction
from pipeline.errors import ConfigError, InputError
from pipeline.models.loading import LocalOptions
from pipeline.models.local import LocalEntailer

LABELS = {0: "contradiction", 1: "entailment", 2: "neutral"}
TEXT = "The council promised 300 trees. It rained on Monday."


def cross_encoder(folder: Path, labels: dict[int, str] = LABELS) -> str:
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=tiny_models.VOCABULARY, hidden_size=32, num_hidden_layers=2, num_attention_heads=4,
        intermediate_size=64, max_position_embeddings=128, id2label=labels, label2id={v: k for k, v in labels.items()},
    )  # fmt: skip
    BertForSequenceClassification(config).save_pretrained(folder)
    tiny_models.tokenizer(None).save_pretrained(folder)
    return str(folder)


def shared_words(pairs: Sequence[tuple[str, str]]) -> list[float]:
    """A model that can be worked out by hand: the share of the hypothesis's words that the premise has."""
    return [len(set(h.split()) & set(p.split())) / len(set(h.split())) for p, h in pairs]


def test_a_cross_encoder_gives_each_pair_the_probability_of_its_entailment_label_in_any_batch(tmp_path: Path) -> None:
    name = cross_encoder(tmp_path / "model")
    pairs = [
        ("It rained on Monday.", "It rained."),
        ("a " * 400, "It rained."),
        ("Trees.", "The council promised trees."),
    ]
    together = LocalEntailer.open(name, LocalOptions(device="cpu"))(pairs)
    alone = [LocalEntailer.open(name, LocalOptions(device="cpu", batch_size=1))([p])[0] for p in pairs]
    assert together == pytest.approx(alone, abs=1e-5)
    assert all(0 < p < 1 for p in together)


def test_a_model_without_an_entailment_label_is_refused_by_its_labels(tmp_path: Path) -> None:
    name = cross_encoder(tmp_path / "model", {0: "negative", 1: "positive", 2: "mixed"})
    with pytest.raises(ConfigError, match="its labels are negative, positive, mixed"):
        LocalEntailer.open(name, LocalOptions(device="cpu"))


def test_the_best_sentence_of_the_article_counts_and_the_worst_of_the_summary_is_named() -> None:
    found = next(entail([("a", "It rained on Monday. Nobody planted anything.", TEXT)], "m", shared_words))
    assert (found.mean, found.minimum) == (pytest.approx(0.5), 0.0)
    assert found.worst == "Nobody planted anything."


def test_scores_are_read_back_for_the_same_words_only(tmp_path: Path) -> None:
    write_entailed(tmp_path, entail([("a", "It rained on Monday.", TEXT)], "m", shared_words))
    same, other = (Prediction("a", None, "ok", summary=s) for s in ("It rained on Monday.", "It rained."))
    assert with_entailment(tmp_path, [same])[0][0].entailment == (1.0, 1.0, "It rained on Monday.")
    assert with_entailment(tmp_path, [other])[0][0].entailment is None


def test_a_file_of_scores_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "scores").mkdir()
    (tmp_path / "scores" / "entailment.jsonl").write_text(json.dumps({"id": "a"}) + "\n")
    with pytest.raises(InputError, match="line 1: is no score of a summary"):
        with_entailment(tmp_path, [])
