"""What the layers of the compact network look at."""

import json
from pathlib import Path

import pytest
import tiny_compact
import torch
from transformers import BertModel

from pipeline.engines.compact.bert import BertConfig, BertEncoder
from pipeline.engines.compact.looking import Far
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
