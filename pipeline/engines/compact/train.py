"""Lessons and a base encoder -> a network that has learned them, stopped where a development set says so."""

import json
import random
import time
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

import torch
from tokenizers import Tokenizer
from torch import Tensor, nn

from pipeline.engines.compact.bert import BertConfig
from pipeline.engines.compact.lessons import Argued, Lesson, Marks, marks_of
from pipeline.engines.compact.looking import STEP, Far, FarInTraining, has_bfloat16, padded
from pipeline.engines.compact.network import (
    POLARITIES,
    ROLES,
    STRENGTHS,
    Batch,
    Network,
    Reading,
    collate,
)
from pipeline.engines.compact.weights import Loaded, Settings
from pipeline.engines.compact.windows import Window, Windower
from pipeline.errors import InputError

# The share of a new network's layers that see each sentence by itself: as measured on six (docs/log.md).
NEAR_SHARE = 2 / 3
WORDS = "embeddings.word_embeddings.weight"
# Of this target nothing is learned.
_UNKNOWN = -100
MASK_TOKEN = "[MASK]"  # noqa: S105 a token of the vocabulary


@dataclass(frozen=True)
class Options:
    """How to learn. Rates are of AdamW; `batch_tokens` counts padding; weights multiply the losses of the heads;
    `alone` is the share of lessons that an epoch reads sentence by sentence, `dropped_hidden` that of the encoder's
    values that a step drops (Srivastava et al. 2014). Where a lesson has a teacher, what the teacher says has the share
    `taught` of the loss over sentences, the labels the rest, at this `temperature` (Hinton et al. 2015).
    """

    epochs: int = 8
    rate: float = 1e-4
    head_rate: float = 6e-4
    warm_up: float = 0.06
    weight_decay: float = 0.01
    batch_tokens: int = 3_072
    window_tokens: int = 512
    seed: int = 0
    dropped_words: float = 0.05
    dropped_titles: float = 0.25
    dropped_hidden: float = 0.0
    alone: float = 0.0
    weight_of_tempting: float = 1.5
    weight_of_salience: float = 0.4
    weight_of_boilerplate: float = 0.2
    weight_of_tags: float = 1.0
    weight_of_roles: float = 0.5
    weight_of_manner: float = 0.5
    weight_of_referent: float = 1.0
    taught: float = 0.7
    temperature: float = 2.0
    averaged: float = 0.5
    reads_cues: bool = True
    bfloat16: bool = True


class Example(NamedTuple):
    """A window, its lesson and what is true of it."""

    window: Window
    lesson: Lesson
    marks: Marks


Tell = Callable[[str], None]


def new_network(base: Path, seed: int = 0, *, near_layers: int | None = None) -> tuple[Network, Tokenizer]:
    """A network whose encoder has the base's weights and whose heads are new, and its tokenizer.

    The words that the base keeps free ("[unused0]") are left out, as no text has them, and letters of other scripts
    than Latin and Greek: one word in twenty, whose room goes to a head. `near_layers` is how many layers see a sentence
    by itself, by default two thirds.
    """
    torch.manual_seed(seed)
    written = json.loads((base / "tokenizer.json").read_text("utf-8"))
    kept = {word: i for word, i in written["model"]["vocab"].items() if _is_kept(word)}
    config = BertConfig.of(json.loads((base / "config.json").read_text("utf-8")))
    near = round(config.num_hidden_layers * NEAR_SHARE) if near_layers is None else near_layers
    network = Network(replace(config, vocab_size=len(kept), near_layers=near))
    weights = _encoder_of(base)
    weights[WORDS] = weights[WORDS][sorted(kept.values())]
    network.encoder.load_state_dict(weights)
    return network, _renumbered(written, sorted(kept, key=kept.__getitem__))


def _is_kept(word: str) -> bool:
    if word.startswith("[unused"):
        return False
    return all(unicodedata.name(c, "").startswith(("LATIN", "GREEK")) for c in word if c.isalpha())


def _encoder_of(base: Path) -> dict[str, Tensor]:
    """The weights of a folder as a hub has it, by whichever names it has them, read by transformers.

    Raises ValueError where some are not there: transformers would fill in random ones.
    """
    from transformers import BertModel

    from pipeline.models.loading import quietly

    with quietly():
        # With `output_loading_info` it returns a pair, of which its types say nothing.
        found: Any = BertModel.from_pretrained(base, add_pooling_layer=False, output_loading_info=True)
    model, read = found
    if missing := sorted(read["missing_keys"]):
        raise ValueError(
            f"its model.safetensors lacks {len(missing)} of the encoder's parameters, such as {missing[0]}"
        )
    return dict(model.state_dict())


def from_base(base: Path, seed: int = 0, *, near_layers: int | None = None) -> Loaded:
    """What learning begins from when it begins anew. Raises InputError for a folder that holds no such encoder."""
    try:
        network, tokenizer = new_network(base, seed, near_layers=near_layers)
    except (OSError, ValueError, KeyError, RuntimeError, AttributeError, TypeError) as exc:
        raise InputError(
            f"{base} holds no BERT encoder: {str(exc).splitlines()[0]}",
            hint="name a folder with config.json, model.safetensors and tokenizer.json as a model hub has it;"
            " weights that onrecord wrote: --from",
        ) from exc
    return Loaded(network, tokenizer, Settings(), "", {})


def _renumbered(written: dict[str, Any], words: Sequence[str]) -> Tokenizer:
    """The tokenizer with these words alone, numbered in their order."""
    numbers = {word: i for i, word in enumerate(words)}
    written["model"]["vocab"] = numbers
    added = [t for t in written["added_tokens"] if t["content"] in numbers]
    written["added_tokens"] = [{**t, "id": numbers[t["content"]]} for t in added]
    written |= {"padding": None, "truncation": None, "post_processor": None}
    return Tokenizer.from_str(json.dumps(written))


def train(
    network: Network, tokenizer: Tokenizer, lessons: Sequence[Lesson], options: Options, *, tell: Tell,
    after_epoch: Callable[[int, Network], bool] = lambda *_: False,
) -> Network:  # fmt: skip
    """The network after learning, its weights averaged over the last part of the steps (Izmailov et al. 2018).

    `after_epoch` hears of each epoch and may end the learning.
    """
    torch.manual_seed(options.seed)
    learner = _Learner(network, tokenizer, lessons, options)
    began = time.monotonic()
    for epoch in range(1, options.epochs + 1):
        losses = learner.epoch()
        told = " ".join(f"{name} {value:.3f}" for name, value in losses.items())
        tell(f"epoch {epoch} of {options.epochs}: {told}, {time.monotonic() - began:.0f} s")
        if after_epoch(epoch, network):
            break
    return learner.averaged()


class _Learner:
    """A network on its way through the lessons."""

    def __init__(self, network: Network, tokenizer: Tokenizer, lessons: Sequence[Lesson], options: Options) -> None:
        self._network, self._tokenizer, self._lessons, self._options = network, tokenizer, lessons, options
        if options.bfloat16 and has_bfloat16():
            network.far = FarInTraining
        self._chance = random.Random(options.seed)  # noqa: S311 no secret
        self._windower = Windower(tokenizer, size=options.window_tokens, reads_cues=options.reads_cues)
        examples = _examples(lessons, self._windower, options, None)
        self._steps = options.epochs * len(list(_batches(examples, options, random.Random(0))))  # noqa: S311
        self._optimiser = torch.optim.AdamW(_groups(network, options), weight_decay=options.weight_decay, fused=True)
        self._schedule = torch.optim.lr_scheduler.LambdaLR(
            self._optimiser, lambda step: _rate(step, self._steps, options.warm_up)
        )
        self._step = self._summed = 0
        self._mean: dict[str, Tensor] = {}

    def epoch(self) -> dict[str, float]:
        """Reads every lesson once; the mean of each head's loss."""
        self._network.train()
        self._network.encoder.drop(self._options.dropped_hidden)
        sums: Counter[str] = Counter()
        examples = _examples(self._lessons, self._windower, self._options, self._chance)
        batches = list(_batches(examples, self._options, self._chance))
        for batch in batches:
            sums.update(self._learn(batch))
        return {name: value / max(1, len(batches)) for name, value in sums.items()}

    def _learn(self, examples: Sequence[Example]) -> dict[str, float]:
        losses = losses_of(self._network, examples, self._options, self._tokenizer, self._chance)
        torch.stack(list(losses.values())).sum().backward()
        nn.utils.clip_grad_norm_(self._network.parameters(), 1.0)
        self._optimiser.step()
        self._schedule.step()
        self._optimiser.zero_grad()
        self._step += 1
        if self._step > self._options.averaged * self._steps:
            self._sum_up()
        return {name: loss.item() for name, loss in losses.items()}

    def _sum_up(self) -> None:
        self._summed += 1
        for name, value in self._network.state_dict().items():
            if name not in self._mean:
                self._mean[name] = value.detach().clone()
            elif value.is_floating_point():
                self._mean[name].lerp_(value.detach(), 1 / self._summed)

    def averaged(self) -> Network:
        if self._mean:
            self._network.load_state_dict(self._mean)
        self._network.far = Far
        return self._network.eval()


def _rate(step: int, steps: int, warm_up: float) -> float:
    return min((step + 1) / max(1, warm_up * steps), max(0.02, 1 - step / max(1, steps)))


def _groups(network: Network, options: Options) -> list[dict[str, object]]:
    inner = [p for n, p in network.named_parameters() if n.startswith("encoder.")]
    outer = [p for n, p in network.named_parameters() if not n.startswith("encoder.")]
    return [{"params": inner, "lr": options.rate}, {"params": outer, "lr": options.head_rate}]


# --- what is read together


def _examples(
    lessons: Sequence[Lesson], windower: Windower, options: Options, chance: random.Random | None
) -> list[Example]:
    examples = []
    drawn = random.Random(options.seed)  # noqa: S311
    for lesson in lessons:
        if options.alone and (chance or drawn).random() < options.alone:
            windows = windower.alone(lesson.document)
        else:
            windows, _ = windower.windows(lesson.document, first=chance.randrange(128, 512) if chance else None)
        examples += [Example(w, lesson, marks_of(lesson, w)) for w in windows]
    return examples


def _batches(examples: Sequence[Example], options: Options, chance: random.Random) -> Iterator[list[Example]]:
    """Of like length, in any order: little padding."""
    order = sorted(examples, key=lambda e: len(e.window.ids) + chance.randrange(STEP))
    batches: list[list[Example]] = [[]]
    length = 0
    for example in order:
        length = max(length, padded(len(example.window.ids)))
        if batches[-1] and (len(batches[-1]) + 1) * length > options.batch_tokens:
            batches.append([])
            length = padded(len(example.window.ids))
        batches[-1].append(example)
    chance.shuffle(batches)
    yield from batches


def _dropped(
    batch: Batch, examples: Sequence[Example], options: Options, tokenizer: Tokenizer, chance: random.Random
) -> Batch:
    """Some words and titles hidden, so that no single one of them decides."""
    ids = batch.ids.clone()
    hidden = torch.rand(ids.shape) < options.dropped_words
    special = [tokenizer.token_to_id(t) for t in ("[PAD]", "[CLS]", "[SEP]")]
    hidden &= ~torch.isin(ids, torch.tensor(special))
    for row, example in enumerate(examples):
        if chance.random() < options.dropped_titles:
            hidden[row, 1 : 1 + len(example.window.title_offsets)] = True
    ids.masked_fill_(hidden, tokenizer.token_to_id(MASK_TOKEN) or 0)
    return batch._replace(ids=ids)


# --- losses


def losses_of(
    network: Network, examples: Sequence[Example], options: Options, tokenizer: Tokenizer, chance: random.Random
) -> dict[str, Tensor]:
    """One number for each head, already weighted."""
    batch = collate([(e.window, len(e.lesson.document.body)) for e in examples], is_even=True)
    if network.training:
        batch = _dropped(batch, examples, options, tokenizer, chance)
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=options.bfloat16):
        reading = network(batch)
    reading = Reading(*(part.float() for part in reading))
    return {
        **_sentence_losses(reading, examples, options),
        "tags": options.weight_of_tags * _tag_loss(reading, examples),
        **_argument_losses(network, reading, batch, examples, options),
    }


def _sentence_losses(reading: Reading, examples: Sequence[Example], options: Options) -> dict[str, Tensor]:
    wanted, weights = torch.zeros(reading.labels.shape), torch.zeros(reading.labels.shape)
    said, listened = torch.zeros(reading.labels.shape[:2]), torch.zeros(reading.labels.shape[:2])
    for row, (window, lesson, marks) in enumerate(examples):
        share = 0.0 if not lesson.taught else options.taught if lesson.is_labelled else 1.0
        for i, place in enumerate(window.places):
            if not place.is_owned:
                continue
            is_tempting = place.sentence in lesson.tempting and i not in marks.commitments
            worth = options.weight_of_tempting if is_tempting else 1.0
            if lesson.taught:
                said[row, i], listened[row, i] = lesson.taught[place.sentence], worth * share
            if not lesson.is_labelled:
                continue
            wanted[row, i] = torch.tensor(
                [i in marks.commitments, place.sentence in lesson.salient, place.sentence in lesson.boilerplate]
            )
            weights[row, i] = torch.tensor([worth * (1 - share), float(bool(lesson.salient)), 1.0])
    raw = nn.functional.binary_cross_entropy_with_logits(reading.labels, wanted, reduction="none") * weights
    sums, counts = raw.sum((0, 1)), weights.sum((0, 1))
    sums[0] += _taught_loss(reading.labels[..., 0], said, listened, options.temperature)
    counts[0] += listened.sum()
    means = sums / counts.clamp(min=1)
    scale = 4.0  # a sentence in ten is a commitment: the mean over sentences is small beside the losses over actions
    return {
        "commitment": scale * means[0],
        "salient": options.weight_of_salience * means[1],
        "boilerplate": options.weight_of_boilerplate * means[2],
    }


def _taught_loss(logits: Tensor, said: Tensor, weights: Tensor, temperature: float) -> Tensor:
    """How far the logits are from a teacher's, all B x S: the sum of the weighted divergences between what both say at
    a temperature, times its square, so that its gradient keeps its size (Hinton, Vinyals and Dean 2015). 0 where they
    are the same.
    """
    wanted = torch.sigmoid(said / temperature)
    entropy = nn.functional.binary_cross_entropy(wanted, wanted, reduction="none")
    told = nn.functional.binary_cross_entropy_with_logits(logits / temperature, wanted, reduction="none")
    return ((told - entropy) * weights).sum() * temperature**2


def _tag_loss(reading: Reading, examples: Sequence[Example]) -> Tensor:
    wanted = torch.full(reading.tags.shape[:2], _UNKNOWN)
    for row, (window, _, marks) in enumerate(examples):
        for i in marks.commitments:
            if i not in marks.unaligned:
                place = window.places[i]
                wanted[row, place.first + 1 : place.last] = 0
        for action in sorted(marks.actions, key=lambda a: a.first - a.last):
            wanted[row, action.first : action.last + 1] = 2
            wanted[row, action.first] = 1
    if not (wanted >= 0).any():
        return reading.tags.sum() * 0
    return nn.functional.cross_entropy(reading.tags.reshape(-1, 3), wanted.reshape(-1), ignore_index=_UNKNOWN)


def _argument_losses(
    network: Network, reading: Reading, batch: Batch, examples: Sequence[Example], options: Options
) -> dict[str, Tensor]:
    argued = [(row, a) for row, e in enumerate(examples) for a in e.marks.actions]
    if not argued:
        zero = reading.tags.sum() * 0
        return dict.fromkeys((*ROLES, "polarity", "strength", "joint"), zero)
    actions = torch.tensor([(row, a.place, a.first, a.last) for row, a in argued])
    found = network.arguments(reading, batch, actions)
    losses = {}
    for r, role in enumerate(ROLES):
        starts = _pointed(found.starts[:, r], [a for _, a in argued], r, side=0)
        ends = _pointed(found.ends[:, r], [a for _, a in argued], r, side=1)
        share = {"actor": 2.0, "referent": options.weight_of_referent}.get(role, 1.0)
        losses[role] = options.weight_of_roles * (starts + ends) / 2 * share
    polarity = torch.tensor([POLARITIES.index(a.polarity) for _, a in argued])
    strength = torch.tensor([STRENGTHS.index(a.strength) for _, a in argued])
    losses["polarity"] = options.weight_of_manner * nn.functional.cross_entropy(found.polarity, polarity)
    losses["strength"] = options.weight_of_manner * nn.functional.cross_entropy(found.strength, strength)
    joints = torch.tensor([_UNKNOWN if a.joint is None else a.joint for _, a in argued])
    is_known = bool((joints != _UNKNOWN).any())
    losses["joint"] = options.weight_of_manner * (
        nn.functional.cross_entropy(found.joint, joints, ignore_index=_UNKNOWN) if is_known else found.joint.sum() * 0
    )
    return losses


def _pointed(scores: Tensor, argued: Sequence[Argued], role: int, *, side: int) -> Tensor:
    """Minus the log of the probability of all tokens that may be pointed at; token 0 where there is nobody."""
    allowed = torch.zeros(scores.shape, dtype=torch.bool)
    known = torch.zeros(len(scores), dtype=torch.bool)
    for i, action in enumerate(argued):
        targets = action.roles[role]
        if targets is not None:
            known[i] = True
            allowed[i, [t[side] for t in targets] or [0]] = True
    if not known.any():
        return scores[:, 0].sum() * 0
    logs = scores.log_softmax(-1).masked_fill(~allowed, float("-inf"))
    return -logs[known].logsumexp(-1).mean()
