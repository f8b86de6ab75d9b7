"""What the layers of the compact network look at."""

import json
from pathlib import Path

import pytest
import tiny_compact
import torch
from transformers import BertModel

from pipeline.engines.compact.bert import BertConfig, BertEncoder, _dropped
from pipeline.engines.compact.looking import (
    STEP,
    Far,
    FarInBfloat16,
    FarInTraining,
    has_bfloat16,
    has_tiles,
    has_vnni,
)
from pipeline.engines.compact.network import Network, Reading, batch_of, collate
from pipeline.engines.compact.train import from_base, new_network
from pipeline.engines.compact.weights import Settings, save
from pipeline.engines.compact.windows import Window, Windower
from pipeline.errors import InputError
from pipeline.records import Article, Document
from pipeline.sentences import split_sentences


def _document(numbers: range, title: str | None = "Brock Rail will repair the depot") -> Document:
    text = "\n\n".join(tiny_compact.article(n)[0] for n in numbers)
    return Document(article=Article(id="a", source="a", text=text, title=title), sentences=tuple(split_sentences(text)))


def _networks(folder: Path, near_layers: int) -> tuple[Network, Windower]:
    network, tokenizer = new_network(tiny_compact.write_base(folder / "base"), near_layers=near_layers)
    if network.order is not None:
        torch.nn.init.normal_(network.order.weight)
    return network.eval(), Windower(tokenizer)


def _owned(reading: Reading, windows: list[Window]) -> dict[int, torch.Tensor]:
    """The vectors of each sentence's tokens, from the window that answers for it."""
    return {
        place.sentence: reading.tokens[row, place.first : place.last]
        for row, window in enumerate(windows)
        for place in window.places
        if place.is_owned
    }


@pytest.mark.parametrize("title", [None, "Brock Rail will repair the depot"])
def test_near_layers_read_a_sentence_as_if_it_stood_alone(tmp_path: Path, title: str | None) -> None:
    document = _document(range(6), title)
    network, windower = _networks(tmp_path, near_layers=2)
    assert network.order is not None
    torch.nn.init.zeros_(network.order.weight)  # the only thing that tells sentences apart when no layer looks further
    together, _ = windower.windows(document)
    alone = windower.alone(document)
    with torch.inference_mode():
        in_window = _owned(network(batch_of(together, len(document.body))), together)
        by_itself = _owned(network(batch_of(alone, len(document.body))), alone)
    assert len(in_window) == len(document.body) > 20
    for sentence, vectors in in_window.items():
        assert torch.allclose(vectors, by_itself[sentence], atol=1e-5)


@pytest.mark.parametrize("near_layers", [0, 1])
def test_the_other_layers_look_at_the_whole_window(tmp_path: Path, near_layers: int) -> None:
    document = _document(range(2))
    network, windower = _networks(tmp_path, near_layers=near_layers)
    together, _ = windower.windows(document)
    alone = windower.alone(document)
    with torch.inference_mode():
        in_window = _owned(network(batch_of(together, len(document.body))), together)
        by_itself = _owned(network(batch_of(alone, len(document.body))), alone)
    assert all(not torch.allclose(in_window[i], by_itself[i], atol=1e-3) for i in range(1, len(document.body)))


@pytest.mark.parametrize("near_layers", [0, 1])
def test_padding_changes_nothing(tmp_path: Path, near_layers: int) -> None:
    network, windower = _networks(tmp_path, near_layers=near_layers)
    documents = [_document(range(n, n + 1 + n % 3), title) for n in range(4) for title in (None, "A school")]
    windows = [(w, len(d.body)) for d in documents for w in windower.windows(d)[0]]
    with torch.inference_mode():
        batch = collate(windows)
        together = network(batch)
        for row, (window, count) in enumerate(windows):
            one = network(batch_of([window], count))
            size = len(window.ids)
            assert torch.allclose(together.tokens[row, :size], one.tokens[0], atol=1e-5)
            assert torch.allclose(together.labels[row, : len(window.places)], one.labels[0], atol=1e-5)
    assert len({int(n) for n in batch.mask.sum(1)}) > 2


@pytest.mark.parametrize("length", [1, 7, 130, 512])
def test_looking_in_bfloat16_finds_the_same_but_for_its_rounding(length: int) -> None:
    heads, size = 6, 192  # two rounds of heads, the second not full
    asked, keys, values = torch.randn(1, length, 3 * size, generator=torch.Generator().manual_seed(length)).split(
        size, dim=-1
    )
    with torch.inference_mode():
        exact = Far(None, heads)(asked, keys, values)
        found = FarInBfloat16(None, heads)(asked, keys, values)
        again = FarInBfloat16(None, heads)(asked, keys, values)
    assert found.shape == exact.shape
    assert not torch.equal(found, exact) or length == 1
    assert (found - exact).abs().max() < 0.03  # of values with a standard deviation of 1
    assert torch.equal(found, again)


@pytest.mark.parametrize("lengths", [[60, 60], [60, 41], [1, 60]])
def test_learning_from_what_is_looked_at_in_bfloat16_moves_the_same_way(lengths: list[int]) -> None:
    heads, most = 6, 60
    mask = (torch.arange(most) < torch.tensor(lengths)[:, None]).long()
    given = torch.randn(2, most, 576, generator=torch.Generator().manual_seed(3)).bfloat16()
    wanted = torch.randn(2, most, 192, generator=torch.Generator().manual_seed(4)).bfloat16() * mask[..., None]
    told, moved = [], []
    for kind, dtype in ((Far, torch.float32), (FarInTraining, torch.bfloat16)):
        part = given.to(dtype).requires_grad_()
        found = kind(mask, heads)(*part.split(192, dim=-1))
        found.backward(wanted.to(dtype))
        assert part.grad is not None
        told.append(found.detach().float() * mask[..., None])
        moved.append(part.grad.float())
    assert (told[0] - told[1]).abs().max() < 0.03
    assert (moved[0] - moved[1]).abs().max() < 0.05
    assert moved[0].abs().mean() > 0.05
    assert not moved[1][mask == 0].any()


def test_learning_without_bfloat16_looks_exactly() -> None:
    part = torch.randn(1, 20, 64, requires_grad=True)
    assert torch.equal(FarInTraining(None, 2)(part, part, part), Far(None, 2)(part, part, part))


@pytest.mark.parametrize("near_layers", [0, 1])
def test_where_exponentials_have_no_room_the_exact_kernel_is_asked(tmp_path: Path, near_layers: int) -> None:
    network, windower = _networks(tmp_path, near_layers)
    document = _document(range(2))
    batch = batch_of(windower.windows(document)[0][:1], len(document.body))
    with torch.inference_mode():
        exact = network(batch).tokens
        network.far = FarInBfloat16
        found = network(batch).tokens
        assert not torch.equal(found, exact)
        assert (found - exact).abs().max() < 0.1
        query = network.encoder.layers[-1].attention.self.query
        query.weight.mul_(3_000)
        without_room = network(batch).tokens
        network.far = Far
        assert torch.equal(without_room, network(batch).tokens)
        assert without_room.isfinite().all()


def test_what_is_looked_at_may_come_in_one(tmp_path: Path) -> None:
    whole = torch.randn(1, 40, 192)
    with torch.inference_mode():
        for kind in (Far, FarInBfloat16):
            assert torch.equal(kind(None, 4)(whole), kind(None, 4)(*whole.chunk(3, dim=-1)))


def test_windows_with_padding_are_looked_at_exactly() -> None:
    part, mask = torch.randn(2, 20, 64), torch.ones(2, 20)
    with torch.inference_mode():
        exact, found = (kind(mask, 2)(part, part, part) for kind in (Far, FarInBfloat16))
    assert torch.equal(found, exact)


def test_bfloat16_is_used_where_the_cpu_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    for told, expected in (({}, False), ({"avx512_bf16": True}, True), ({"amx_bf16": False}, False)):
        monkeypatch.setattr(torch.cpu, "get_capabilities", lambda told=told: told, raising=False)
        assert has_bfloat16() is expected
        assert has_vnni() is False
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"avx512_vnni": True}, raising=False)
    assert has_vnni() is True
    assert has_tiles() is False
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"amx_tile": True, "amx_bf16": True}, raising=False)
    assert has_tiles() is True
    monkeypatch.delattr(torch.cpu, "get_capabilities", raising=False)
    assert has_bfloat16() is has_vnni() is has_tiles() is False


def test_hidden_values_are_dropped_in_training_alone(tmp_path: Path) -> None:
    network, windower = _networks(tmp_path, 0)
    document = _document(range(2))
    windows, _ = windower.windows(document)
    batch = batch_of(windows, len(document.body))
    network.dropout.p = 0.0
    whole = network(batch).tokens
    network.encoder.drop(0.3)

    assert torch.equal(network(batch).tokens, whole)
    assert not torch.allclose(network.train()(batch).tokens, network(batch).tokens)
    network.encoder.drop(0.0)
    assert torch.allclose(network(batch).tokens, whole, atol=1e-5)


def test_values_are_dropped_by_bytes() -> None:
    torch.manual_seed(0)
    values = torch.ones(1_000, 333, requires_grad=True)
    found = _dropped(values, 0.1)
    found.sum().backward()

    kept = found > 0
    assert (~kept).float().mean().item() == pytest.approx(26 / 256, abs=0.002)
    assert found[kept].unique().tolist() == pytest.approx([256 / 230])
    assert values.grad is not None
    assert torch.equal(values.grad, found.detach())
    assert (~kept).float().mean(0).max() < 0.2  # no place of a row is dropped more than others
    assert _dropped(torch.ones(3, 5, dtype=torch.bfloat16), 0.5).dtype == torch.bfloat16


def test_batches_that_are_learned_from_share_lengths(tmp_path: Path) -> None:
    network, windower = _networks(tmp_path, 0)
    windows = [(w, 9) for n in range(3) for w in windower.windows(_document(range(n, n + 1)))[0]]
    even, plain = collate(windows, is_even=True), collate(windows)

    assert even.ids.shape[1] % STEP == 0
    assert collate(windows[:1], is_even=True).ids.shape[1] == len(windows[0][0].ids)  # one alone is never padded
    with torch.inference_mode():
        assert torch.allclose(network(even).labels, network(plain).labels, atol=1e-5)


def test_the_encoder_is_the_bert_of_transformers(tmp_path: Path) -> None:
    folder = tiny_compact.write_base(tmp_path / "base")
    network, _ = new_network(folder)
    model = BertModel.from_pretrained(folder, add_pooling_layer=False).eval()
    encoder = BertEncoder(BertConfig.of(model.config.to_dict()))
    encoder.load_state_dict(model.state_dict())
    ids, mask = torch.randint(1, 20, (3, 17)), torch.ones(3, 17, dtype=torch.long)
    mask[1, 9:] = 0
    with torch.inference_mode():
        wanted = model(input_ids=ids, attention_mask=mask).last_hidden_state
        found = encoder.embeddings(encoder.embeddings.word_embeddings(ids), torch.arange(17).expand_as(ids))
        for layer in encoder.layers:
            found = layer(found, Far(mask, model.config.num_attention_heads))
    assert torch.allclose(found[mask > 0], wanted[mask > 0], atol=1e-5)
    assert network.encoder.state_dict().keys() == model.state_dict().keys()


@pytest.mark.parametrize(
    ("written", "named"),
    [
        ({"model_type": "roberta"}, "model_type"),
        ({"hidden_act": "relu"}, "hidden_act"),
        ({"hidden_size": None}, "has no hidden_size"),
        ({"hidden_size": "32"}, "has no hidden_size"),
        ({"max_position_embeddings": 128}, "reads 128 tokens"),
    ],
)
def test_another_kind_of_encoder_is_named(tmp_path: Path, written: dict[str, str | int | None], named: str) -> None:
    folder = tiny_compact.write_base(tmp_path / "base")
    config = {**json.loads((folder / "config.json").read_text()), **written}
    (folder / "config.json").write_text(json.dumps({k: v for k, v in config.items() if v is not None}))
    with pytest.raises(InputError, match=named):
        from_base(folder)


def test_weights_that_are_not_an_encoder_s_are_no_base(tmp_path: Path) -> None:
    start = from_base(tiny_compact.write_base(tmp_path / "base"))
    save(tmp_path / "mine", start.network, start.tokenizer, Settings())
    with pytest.raises(InputError, match=r"lacks .* parameters"):
        from_base(tmp_path / "mine")
