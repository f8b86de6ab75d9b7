"""Weights on disk: small, whole, and nothing else than what was written."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import tiny_compact
import torch
from support import document_of

from pipeline.engines.compact.engine import CompactEngine
from pipeline.engines.compact.files import SHIPPED, sha256_of
from pipeline.engines.compact.looking import Far, FarInBfloat16
from pipeline.engines.compact.train import from_base
from pipeline.engines.compact.weights import Settings, has_int8, load, save
from pipeline.errors import ConfigError, EnvironmentFault


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    start = from_base(tiny_compact.write_base(tmp_path / "base"))
    settings = Settings(threshold=0.25, calibration=(1.0, 0.5, 0.0, -1))
    save(tmp_path / "weights", start.network, start.tokenizer, settings)
    return tmp_path / "weights"


def test_what_is_written_comes_back_within_half_a_step_of_int8(tmp_path: Path) -> None:
    start = from_base(tiny_compact.write_base(tmp_path / "base"))
    before = {k: v.clone() for k, v in start.network.state_dict().items()}
    save(tmp_path / "w", start.network, start.tokenizer, Settings())

    after = load(tmp_path / "w", arithmetic="float32").network.state_dict()

    assert set(before) == set(after)
    for name, value in before.items():
        step = value.abs().amax(-1, keepdim=True) / 127 if value.dim() > 1 else torch.zeros(1)
        assert (after[name] - value).abs().le(step / 2 + 1e-7).all(), name


def test_settings_and_hash_come_back(folder: Path) -> None:
    loaded = load(folder)

    assert loaded.settings == Settings(threshold=0.25, calibration=(1.0, 0.5, 0.0, -1))
    assert loaded.sha256 == sha256_of(folder / "model.safetensors")


def test_words_that_the_base_keeps_free_are_left_out(folder: Path) -> None:
    tokenizer = load(folder).tokenizer

    assert tokenizer.token_to_id("[unused0]") is None
    assert tokenizer.encode("bridge", add_special_tokens=False).tokens == ["bridge"]


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        (tiny_compact.damaged, "has sha256"),
        (lambda f: (f / "model.safetensors").unlink(), "cannot be used"),
        (lambda f: (f / "model.sha256").unlink(), "cannot be used"),
        (lambda f: (f / "config.json").unlink(), "there are no weights"),
        (lambda f: (f / "config.json").write_text("{"), "config.json"),
        (lambda f: (f / "config.json").write_text("{}"), "config.json"),
        (lambda f: (f / "tokenizer.json").write_text("{}"), "cannot be used"),
    ],
)
def test_weights_that_are_not_whole_are_refused_with_a_hint(
    folder: Path, harm: Callable[[Path], object], words: str
) -> None:
    harm(folder)

    with pytest.raises(EnvironmentFault, match=words) as caught:
        load(folder)
    assert caught.value.hint


@pytest.mark.parametrize("version", [2, 4])
def test_weights_of_another_version_are_refused(folder: Path, version: int) -> None:
    tiny_compact.of_version(folder, version)

    with pytest.raises(ConfigError, match="another version"):
        load(folder)


def test_the_shipped_weights_are_small_whole_and_described() -> None:
    described = (SHIPPED.parent / "MODEL.md").read_text("utf-8")
    digest = sha256_of(SHIPPED / "model.safetensors")

    assert (SHIPPED / "model.safetensors").stat().st_size <= 24_000_000
    assert (SHIPPED / "model.sha256").read_text().split()[0] == digest
    assert digest in described
    assert {p.suffix for p in SHIPPED.iterdir()} == {".safetensors", ".json", ".sha256"}
    assert "auto_map" not in json.loads((SHIPPED / "config.json").read_text())


@pytest.mark.parametrize("is_there", [True, False])
def test_int8_looks_in_bfloat16_where_the_cpu_multiplies_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch, is_there: bool
) -> None:
    monkeypatch.setattr("pipeline.engines.compact.weights.has_bfloat16", lambda: is_there)
    monkeypatch.setattr("pipeline.engines.compact.weights.has_tiles", lambda: False)
    assert load(folder, arithmetic="float32").network.far is Far
    if has_int8():
        assert load(folder).network.far is (FarInBfloat16 if is_there else Far)
        told = CompactEngine.open(folder, device="cpu").provenance.dtype
        assert told == ("int8+bfloat16" if is_there else "int8")


def test_a_cpu_with_tiles_multiplies_the_same_weights_in_bfloat16(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.engines.compact.weights.has_tiles", lambda: True)
    text = "The council will build a hall by 2030. It rained.\n\nNobody came, and the mayor will not pay."
    tiled = CompactEngine.open(folder, device="cpu")
    exact = CompactEngine.open(folder, device="cpu", dtype="float32")

    assert tiled.provenance.dtype == "bfloat16+float32"
    ours, theirs = (np.array([logit for _, logit in e.sentence_logits(document_of(text))]) for e in (tiled, exact))
    assert not np.array_equal(ours, theirs)
    np.testing.assert_allclose(ours, theirs, atol=0.05 * np.abs(theirs).max())
