"""Token windows -> what each sentence states, which tokens say what, and who is bound: an encoder with small heads.

One pass of a BERT encoder serves all heads. Its first layers may be near ones, which look at each sentence and the
title by themselves (as Cao et al. 2020, DeFormer, part a question from a passage), the tokens numbered as if nothing
came before: so the base has learned to read, and what a sentence says takes fewer texts to learn (docs/log.md). The
others look at the whole window. Sentences are marked in it as Liu and Lapata mark them for summaries (2019,
BertSumExt); arguments are found by a pointer from an action to the tokens of the window, as a biaffine parser finds
heads (Dozat and Manning 2017), with the window's first token for "none". One of them, the referent, is what an action
needs from elsewhere to be understood alone: "name its chair" is of "the inquiry", three sentences before.
"""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn

from pipeline.engines.compact.bert import BertConfig, BertEncoder, Layer
from pipeline.engines.compact.looking import Far, FarInBfloat16, Near, padded
from pipeline.engines.compact.windows import FEATURES, Window
from pipeline.records import Polarity, Strength

SENTENCE_LABELS = ("commitment", "salient", "boilerplate")
TAGS = ("O", "B", "I")
ROLES = ("actor", "implementer", "recipient", "condition", "deadline", "referent")
# What joins a referent to the words of an action: "name the chair" | "of" | "the inquiry"; "" where nothing does.
JOINTS = ("", "of", "for", "to", "on", "in", "at", "with", "from", "as", "against", "over", "about", "into", "by")
POLARITIES: tuple[Polarity, ...] = ("do", "not_do")
STRENGTHS: tuple[Strength, ...] = ("firm", "intention", "conditional")
# Of a sentence: its place from the start and in the whole, whether it opens a paragraph, how long it is.
NUMBERS = 5
HIDDEN, POINTER = 256, 96
# Where a token stands seen from an action: the token for "none", the title, four or more, three, two, one sentence
# before, far before it in its sentence, near before it, inside it, after it, in the next sentence, further on.
RELATIONS = 12
FURTHEST_BEFORE, NEAR_TOKENS = 4, 12
# A word's weight among an action's is between e to the minus and to the plus of this.
MOST_LEANING = 8.0
# Sentences of a window are told apart up to here.
ORDERS = 64


class Batch(NamedTuple):
    """Windows padded to one length. Shapes: ids, mask B x T; features B x T x 4; numbers B x S x NUMBERS;
    places B x S x 2 (first token, last token; 0, 0 where there is no sentence)."""

    ids: Tensor
    mask: Tensor
    features: Tensor
    places: Tensor
    numbers: Tensor


class Reading(NamedTuple):
    """tokens B x T x H; sentences B x S x HIDDEN; labels B x S x 3 (logits); tags B x T x 3 (logits)."""

    tokens: Tensor
    sentences: Tensor
    labels: Tensor
    tags: Tensor


class Arguments(NamedTuple):
    """For A actions: starts, ends A x ROLES x T (logits, -inf on padding); polarity A x 2; strength A x 3; joint
    A x JOINTS (logits)."""

    starts: Tensor
    ends: Tensor
    polarity: Tensor
    strength: Tensor
    joint: Tensor


class Network(nn.Module):
    """The encoder and its heads."""

    def __init__(self, config: BertConfig) -> None:
        super().__init__()
        size = config.hidden_size
        self.encoder = BertEncoder(config)
        tables = [nn.Embedding(count, size) for count in FEATURES]
        for table in tables:
            nn.init.zeros_(table.weight)
        self.written = nn.ModuleList(tables)
        self.order = nn.Embedding(ORDERS, size) if config.near_layers else None
        if self.order is not None:
            nn.init.zeros_(self.order.weight)
        self.sentence = nn.Linear(2 * size + NUMBERS, HIDDEN)
        self.labels = nn.Linear(HIDDEN, len(SENTENCE_LABELS))
        self.token = nn.Linear(size + HIDDEN, HIDDEN)
        self.tags = nn.Linear(HIDDEN, len(TAGS))
        self.action = nn.Linear(3 * size + HIDDEN, HIDDEN)
        self.queries = nn.Linear(HIDDEN, 2 * len(ROLES) * POINTER)
        self.keys = nn.Linear(size, 2 * len(ROLES) * POINTER)
        self.relations = nn.Embedding(RELATIONS, 2 * len(ROLES) * POINTER)
        self.manner = nn.Linear(HIDDEN, len(POLARITIES) + len(STRENGTHS))
        self.leaning = nn.Linear(size, 1)
        self.need = nn.Linear(2 * size + HIDDEN, HIDDEN)
        self.joint = nn.Linear(HIDDEN, len(JOINTS))
        self.dropout = nn.Dropout(0.1)
        self.far: type[Far] = Far

    def forward(self, batch: Batch) -> Reading:
        words = self.encoder.embeddings.word_embeddings(batch.ids)
        for column, table in enumerate(self.written):
            words = words + table(batch.features[..., column])
        tokens = self._encoded(words.to(self.encoder.dtype), batch).float()
        first, last = batch.places[..., 0], batch.places[..., 1]
        marker = _rows(tokens, first)
        sums = _sums(tokens)
        mean = (_rows(sums, last) - _rows(sums, first)) / (last - first).clamp(min=1).unsqueeze(-1)
        sentences = nn.functional.gelu(self.sentence(torch.cat([marker, mean, batch.numbers], dim=-1)))
        labels = self.labels(self.dropout(sentences))
        own = _rows(sentences, _sentence_of_token(batch))
        inner = nn.functional.gelu(self.token(torch.cat([tokens, own], dim=-1)))
        return Reading(tokens, sentences, labels, self.tags(self.dropout(inner)))

    def _encoded(self, words: Tensor, batch: Batch) -> Tensor:
        """B x T x H: the near layers look at the title and the own sentence, the others at the whole window."""
        length, heads = words.shape[1], self.encoder.config.num_attention_heads
        count, layers = self.encoder.config.near_layers, self.encoder.layers
        # One window is never padded, and faster without a mask.
        far = self.far(batch.mask if len(words) > 1 else None, heads)
        if self.order is None:
            hidden: Tensor = self.encoder.embeddings(words, torch.arange(length, device=words.device)[None])
        else:
            own, near = _part_of_token(batch), Near(batch.places, length, heads)
            hidden = self.encoder.embeddings(words, _positions(own, batch))
            for layer in layers[:count]:
                hidden = layer(hidden, near)
            hidden = hidden + self.order(own.clamp(max=ORDERS - 1)).to(hidden.dtype)
        seen = self._through(layers[count:], hidden, far)
        if isinstance(far, FarInBfloat16) and not seen.isfinite().all():
            return self._through(layers[count:], hidden, Far(None, heads))
        return seen

    @staticmethod
    def _through(layers: Sequence[Layer], hidden: Tensor, look: Far) -> Tensor:
        for layer in layers:
            hidden = layer(hidden, look)
        return hidden

    def arguments(self, reading: Reading, batch: Batch, actions: Tensor) -> Arguments:
        """`actions` A x 4: window, sentence's place in it, first token, last token (inclusive)."""
        row, sentence, start, end = actions.unbind(1)
        tokens = reading.tokens
        own = reading.sentences[row, sentence]
        sums = _sums(tokens)
        mean = (sums[row, end + 1] - sums[row, start]) / (end + 1 - start).unsqueeze(-1)
        said = torch.cat([tokens[row, start], tokens[row, end], mean, own], dim=-1)
        action = self.dropout(nn.functional.gelu(self.action(said)))
        # Of the action's words those that lean on others count: "it", "its", "those powers".
        leaning = self.leaning(tokens).clamp(-MOST_LEANING, MOST_LEANING).double().exp()
        parts = _sums(torch.cat([leaning * tokens, leaning], dim=-1))
        leant, share = (parts[row, end + 1] - parts[row, start]).float().split((tokens.shape[-1], 1), dim=-1)
        need = self.dropout(
            nn.functional.gelu(self.need(torch.cat([leant / share.clamp(min=1e-6), mean, own], dim=-1)))
        )
        queries = self.queries(action).view(len(actions), 2, len(ROLES), POINTER)
        needed = self.queries(need).view(len(actions), 2, len(ROLES), POINTER)
        queries = torch.cat([queries[:, :, :-1], needed[:, :, -1:]], dim=2)
        relations = self.relations.weight.view(RELATIONS, 2, len(ROLES), POINTER)
        related = torch.einsum("aerp,kerp->aerk", queries, relations)
        where = relations_of(batch, actions)[:, None, None, :].expand(-1, 2, len(ROLES), -1)
        # A query times all keys, the keys' matrix first: there are a few actions in a window, and hundreds of tokens.
        keys = self.keys.weight.view(2, len(ROLES), POINTER, -1)
        asked = torch.einsum("aerp,erps->aers", queries, keys)
        shift = torch.einsum("aerp,erp->aer", queries, self.keys.bias.view(2, len(ROLES), POINTER))
        pointed = queries.new_empty(len(actions), 2, len(ROLES), tokens.shape[1])
        for window in row.unique().tolist():
            own = row == window
            pointed[own] = torch.einsum("aers,ts->aert", asked[own], tokens[window]) + shift[own].unsqueeze(-1)
        scores = (pointed + related.gather(3, where)) / POINTER**0.5
        scores = scores.masked_fill(batch.mask[row][:, None, None, :] == 0, float("-inf"))
        polarity, strength = self.manner(action).split((len(POLARITIES), len(STRENGTHS)), dim=1)
        return Arguments(scores[:, 0], scores[:, 1], polarity, strength, self.joint(need))


def _sums(tokens: Tensor) -> Tensor:
    """B x T x N -> B x (T + 1) x N: of all before each token, so that a difference of two is what lies between."""
    return torch.cat([tokens.new_zeros(len(tokens), 1, tokens.shape[-1]), tokens.cumsum(1)], dim=1)


def _rows(table: Tensor, index: Tensor) -> Tensor:
    """B x N x H and B x M indexes -> B x M x H."""
    return table.gather(1, index.unsqueeze(-1).expand(-1, -1, table.shape[-1]))


def _part_of_token(batch: Batch) -> Tensor:
    """B x T: 0 for what stands before the first sentence, then the number of the sentence from 1 on."""
    begins = torch.zeros_like(batch.ids)
    begins.scatter_add_(1, batch.places[..., 0], (batch.places[..., 1] > 0).to(begins.dtype))
    return begins.cumsum(1)


def _sentence_of_token(batch: Batch) -> Tensor:
    """B x T: which sentence each token lies in; title and padding fall to the first."""
    return (_part_of_token(batch) - 1).clamp(min=0)


def _positions(own: Tensor, batch: Batch) -> Tensor:
    """B x T: each sentence's tokens counted as if it followed the title, as the base has read them."""
    place = torch.arange(own.shape[1], device=own.device).expand_as(own)
    first = batch.places[..., 0].gather(1, (own - 1).clamp(min=0))
    return torch.where(own > 0, place - first + batch.places[:, :1, 0], place)


def relations_of(batch: Batch, actions: Tensor) -> Tensor:
    """A x T: the relation of each token of an action's window to it."""
    row, sentence, start, end = (part.unsqueeze(1) for part in actions.unbind(1))
    own = _sentence_of_token(batch)[row.squeeze(1)]
    place = torch.arange(batch.ids.shape[1], device=batch.ids.device).unsqueeze(0)
    steps = own - sentence
    found = torch.where(steps < 0, (steps + FURTHEST_BEFORE).clamp(min=0) + 2, 10 + (steps > 1).long())
    inside = torch.where(place > end, 9, torch.where(place >= start, 8, 6 + (start - place <= NEAR_TOKENS).long()))
    found = torch.where(steps == 0, inside, found)
    is_title = place < batch.places[row.squeeze(1), 0, 0].unsqueeze(1)
    return torch.where(place == 0, 0, torch.where(is_title, 1, found))


def batch_of(windows: Sequence[Window], sentence_count: int, *, device: torch.device | str = "cpu") -> Batch:
    """The windows of one document of `sentence_count` sentences, padded."""
    return collate([(w, sentence_count) for w in windows], device=device)


def collate(
    windows: Sequence[tuple[Window, int]], *, device: torch.device | str = "cpu", is_even: bool = False
) -> Batch:
    """Windows, each with how many sentences its document has, padded to one length. Where `is_even` says so, and there
    is more than one window, that is a length that many batches share (looking.padded)."""
    length = max(len(w.ids) for w, _ in windows)
    if is_even and len(windows) > 1:
        length = padded(length)
    most = max(len(w.places) for w, _ in windows)
    ids = torch.zeros(len(windows), length, dtype=torch.long)
    mask = torch.zeros(len(windows), length, dtype=torch.long)
    features = torch.zeros(len(windows), length, len(FEATURES), dtype=torch.long)
    places = torch.zeros(len(windows), most, 2, dtype=torch.long)
    numbers = torch.zeros(len(windows), most, NUMBERS)
    for row, (window, count) in enumerate(windows):
        size = len(window.ids)
        ids[row, :size] = torch.tensor(window.ids)
        mask[row, :size] = 1
        features[row, :size] = torch.tensor(window.features)
        places[row, : len(window.places)] = torch.tensor([(p.first, p.last) for p in window.places])
        numbers[row, : len(window.places)] = torch.tensor(_numbers(window, count))
    return Batch(*(part.to(device) for part in (ids, mask, features, places, numbers)))


def _numbers(window: Window, count: int) -> list[list[float]]:
    opens = window.ids[len(window.title_offsets) + 1]
    return [
        [
            1 / (1 + p.sentence),
            p.sentence / count,
            min(count, 100) / 100,
            float(window.ids[p.first] == opens),
            min(p.last - p.first, 100) / 100,
        ]
        for p in window.places
    ]
