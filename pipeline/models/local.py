"""Prompts and a model in memory -> replies: batches of like length, the answer's form enforced, memory bounded."""

import re
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any, TypeVar

import torch
from transformers import LogitsProcessorList, MaxTimeCriteria, StoppingCriteria, StoppingCriteriaList

from pipeline.errors import ConfigError
from pipeline.models.base import Message, Prompt, Reply
from pipeline.models.chat import Chat
from pipeline.models.decoding import GrammarProcessor, after_reasoning, constraint_tokenizer
from pipeline.models.loading import (
    LocalOptions,
    Source,
    card_of,
    free_memory,
    is_out_of_memory,
    load_decoder,
    load_encoder_decoder,
    load_entailer,
    quietly,
    settle_generation,
    stop_tokens,
    vocabulary_size,
)

# Prompts answered together. On two cores a batch of 8 writes 3 to 4 times the tokens of one at a time (docs/log.md).
BATCH = {"cpu": 8, "cuda": 32, "mps": 8}
# T5 was trained with the task's name before the text; the models made for summaries were not.
TASK_PREFIX = dict.fromkeys(("t5", "mt5", "longt5", "umt5"), "summarize: ")
# English takes some 1.4 tokens a word.
TOKENS_PER_WORD = 1.6
# Pairs of sentences that are judged together, and what such models were trained on at most.
ENTAILMENT_BATCH, MOST_PAIR_TOKENS = 32, 512


Row = TypeVar("Row")


class LocalModel:
    """A decoder on this machine. Greedy; the answer's form is enforced token by token."""

    def __init__(self, model: Any, tokenizer: Any, source: Source, options: LocalOptions) -> None:
        self._model, self._tokenizer, self._options = model, tokenizer, options
        self._vocabulary_size = vocabulary_size(model)
        self._stops = stop_tokens(model, tokenizer)
        settle_generation(model, tokenizer, self._stops)
        self._chat = Chat(tokenizer, is_reasoning_off=options.reasoning_tokens == 0)
        self._check_tokenizer(source)
        self.group_size = options.batch_size or BATCH[model.device.type]
        self.card = card_of(model, tokenizer, source, options, self._decoding())

    @classmethod
    def open(cls, name: str, options: LocalOptions) -> "LocalModel":
        """The model with its weights on the device; raises as `load_decoder`."""
        source = Source.of(name)
        return cls(*load_decoder(source, options), source, options)

    def _check_tokenizer(self, source: Source) -> None:
        """Raises ConfigError for a tokenizer whose marks the model has no place for."""
        turns = [Message(role=role, content="a") for role in ("system", "user")]
        if max(self._chat.tokens(turns), default=0) >= self._vocabulary_size:
            raise ConfigError(
                f"the tokenizer of {source.name} writes tokens that the model does not know",
                hint="the folder's tokenizer belongs to another model; copy the right tokenizer files into it",
            )

    def _decoding(self) -> dict[str, Any]:
        return {
            "method": "greedy",
            "constrained": self._constraint is not None,
            "template": self._chat.kind,
            "reasoning_tokens": self._options.reasoning_tokens,
        }

    @cached_property
    def _constraint(self) -> Any:
        """llguidance's view of the tokenizer; None when answers are not constrained."""
        return constraint_tokenizer(self._tokenizer, self._vocabulary_size) if self._options.constrained else None

    def count(self, messages: Sequence[Message]) -> int:
        return len(self._chat.tokens(messages))

    def reply(self, prompts: Sequence[Prompt]) -> list[Reply]:
        tokens = [self._chat.tokens(p.messages) for p in prompts]
        order = sorted(range(len(prompts)), key=lambda i: (prompts[i].max_tokens, len(tokens[i])), reverse=True)
        replies: dict[int, Reply] = {}
        for start in range(0, len(order), self.group_size):
            batch = order[start : start + self.group_size]
            answers = self._fitting([prompts[i] for i in batch], [tokens[i] for i in batch])
            replies.update(zip(batch, answers, strict=True))
        return [replies[i] for i in range(len(prompts))]

    def _fitting(self, prompts: Sequence[Prompt], tokens: Sequence[list[int]]) -> list[Reply]:
        """The replies of the prompts that leave room for an answer; the others fail by name."""
        limit = self.card.context_tokens
        rows = [(p, t) for p, t in zip(prompts, tokens, strict=True) if len(t) < limit]
        answers = iter(within_memory(rows, self._generate, lambda row: len(row[1])))
        return [next(answers) if len(t) < limit else _too_long(len(t), limit) for t in tokens]

    @torch.inference_mode()
    @quietly()
    def _generate(self, rows: Sequence[tuple[Prompt, list[int]]]) -> list[Reply]:
        prompts, tokens = zip(*rows, strict=True)
        width = max(map(len, tokens))
        pad, device = self._model.generation_config.pad_token_id, self._model.device
        ids = torch.tensor([[pad] * (width - len(t)) + t for t in tokens], device=device)
        mask = torch.tensor([[0] * (width - len(t)) + [1] * len(t) for t in tokens], device=device)
        wanted = max(p.max_tokens for p in prompts) + self._options.reasoning_tokens
        torch.manual_seed(self._options.seed)
        repetition = RepetitionStop(self._text, width)
        constraint = self._processor(prompts, width)
        # Each call starts with an empty cache of the architecture's own kind, or with none.
        output = self._model.generate(
            input_ids=ids, attention_mask=mask, do_sample=False, num_beams=1,
            max_new_tokens=min(wanted, self.card.context_tokens - width),
            logits_processor=LogitsProcessorList([constraint] if constraint else []),
            stopping_criteria=StoppingCriteriaList([repetition, *self._time_limit()]),
        )  # fmt: skip
        generated = output[:, width:].tolist()
        faults = constraint.faults if constraint else {}
        return [
            Reply(finish="failed", code="constraint_failed", detail=faults[i])
            if i in faults
            else self._as_reply(row, len(t), p, is_repeating=i in repetition.stopped)
            for i, (row, t, p) in enumerate(zip(generated, tokens, prompts, strict=True))
        ]

    def _processor(self, prompts: Sequence[Prompt], width: int) -> GrammarProcessor | None:
        if self._constraint is None or all(p.form is None for p in prompts):
            return None
        reasoning = self._options.reasoning_tokens
        return GrammarProcessor(
            self._constraint, [p.form.grammar if p.form else None for p in prompts], prompt_tokens=width,
            stop_tokens=self._stops, reasoning_end=self._chat.reasoning_end if reasoning else (),
            reasoning_tokens=reasoning,
        )  # fmt: skip

    def _time_limit(self) -> list[MaxTimeCriteria]:
        return [MaxTimeCriteria(self._options.seconds)] if self._options.seconds else []

    def _text(self, tokens: Sequence[int]) -> str:
        return str(self._tokenizer.decode(tokens, skip_special_tokens=True, clean_up_tokenization_spaces=False))

    def _as_reply(self, generated: list[int], prompt_tokens: int, prompt: Prompt, *, is_repeating: bool) -> Reply:
        stops = set(self._stops)
        end = next((i for i, token in enumerate(generated) if token in stops), None)
        kept = generated[:end]
        answer = kept[after_reasoning(kept, self._chat.reasoning_end) :]
        said = {"text": self._text(answer), "prompt_tokens": prompt_tokens, "tokens": len(kept)}
        if is_repeating:
            return Reply(**said, finish="length", code="repetition", detail="it began to repeat itself and was stopped")
        if end is None and self._options.seconds and len(kept) < prompt.max_tokens:
            return Reply(**said, finish="length", code="time_limit", detail=f"{self._options.seconds:g} s a batch")
        return Reply(**said, finish="length" if end is None else "stop")


class LocalSummariser:
    """An encoder-decoder that was trained to summarise: texts in, summaries out; it is given no instruction."""

    def __init__(self, model: Any, tokenizer: Any, source: Source, options: LocalOptions) -> None:
        self._model, self._tokenizer, self._options = model, tokenizer, options
        self._prefix = TASK_PREFIX.get(model.config.model_type, "")
        self.group_size = options.batch_size or BATCH[model.device.type]
        beams = model.generation_config.num_beams or 1
        decoding = {"method": "beams" if beams > 1 else "greedy", "beams": beams, "prefix": self._prefix}
        self.card = card_of(model, tokenizer, source, options, decoding)

    @classmethod
    def open(cls, name: str, options: LocalOptions) -> "LocalSummariser":
        """The model with its weights on the device; raises as `load_encoder_decoder`."""
        source = Source.of(name)
        return cls(*load_encoder_decoder(source, options), source, options)

    def count(self, text: str) -> int:
        """Tokens that the encoder would read."""
        return len(self._tokenizer(self._prefix + text, verbose=False)["input_ids"])

    def summarise(self, texts: Sequence[str], *, max_words: int) -> list[Reply]:
        """One summary a text, same order. Nothing is truncated: a text beyond the context is a failed reply."""
        limit = self.card.context_tokens
        counts = [self.count(t) for t in texts]
        fitting = [t for t, n in zip(texts, counts, strict=True) if n <= limit]
        answers: list[Reply] = []
        for start in range(0, len(fitting), self.group_size):
            batch = fitting[start : start + self.group_size]
            answers += within_memory(batch, lambda rows: self._generate(rows, max_words), self.count)
        given = iter(answers)
        return [next(given) if n <= limit else _too_long(n, limit) for n in counts]

    @torch.inference_mode()
    @quietly()
    def _generate(self, texts: Sequence[str], max_words: int) -> list[Reply]:
        batch = self._tokenizer([self._prefix + t for t in texts], padding=True, return_tensors="pt")
        batch = {name: batch[name].to(self._model.device) for name in ("input_ids", "attention_mask")}
        torch.manual_seed(self._options.seed)
        # The models' own lengths were set for their corpora.
        output = self._model.generate(
            **batch,
            do_sample=False,
            max_new_tokens=int(max_words * TOKENS_PER_WORD) + 16,
            max_length=None,
            min_length=0,
        )
        said = self._tokenizer.batch_decode(output, skip_special_tokens=True, clean_up_tokenization_spaces=False)
        read = batch["attention_mask"].sum(1).tolist()
        pad = self._tokenizer.pad_token_id
        written = [sum(t != pad for t in row) for row in output.tolist()]
        return [
            Reply(text=_printable(text.replace("<n>", " ")), prompt_tokens=r, tokens=w)
            for text, r, w in zip(said, read, written, strict=True)
        ]


class LocalEntailer:
    """A cross-encoder trained on natural language inference: (premise, hypothesis) -> how likely it is entailed."""

    def __init__(self, model: Any, tokenizer: Any, entailment: int, source: Source, options: LocalOptions) -> None:
        self._model, self._tokenizer, self._entailment, self._options = model, tokenizer, entailment, options
        self.name = source.name

    @classmethod
    def open(cls, name: str, options: LocalOptions) -> "LocalEntailer":
        """The model with its weights on the device; raises as `load_entailer`."""
        source = Source.of(name)
        return cls(*load_entailer(source, options), source, options)

    @torch.inference_mode()
    @quietly()
    def __call__(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        """In [0, 1], same order. Of a pair beyond the model's context the premise is cut at its end."""
        order = sorted(range(len(pairs)), key=lambda i: sum(map(len, pairs[i])))
        size = self._options.batch_size or ENTAILMENT_BATCH
        found: dict[int, float] = {}
        for start in range(0, len(order), size):
            batch = order[start : start + size]
            found |= zip(batch, self._of([pairs[i] for i in batch]), strict=True)
        return [found[i] for i in range(len(pairs))]

    def _of(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        premises, hypotheses = map(list, zip(*pairs, strict=True))
        limit = min(getattr(self._model.config, "max_position_embeddings", MOST_PAIR_TOKENS), MOST_PAIR_TOKENS)
        batch = self._tokenizer(
            premises, hypotheses, truncation="only_first", max_length=limit, padding=True, return_tensors="pt"
        )
        logits = self._model(**{name: values.to(self._model.device) for name, values in batch.items()}).logits
        return [float(p) for p in logits.float().softmax(-1)[:, self._entailment]]


class RepetitionStop(StoppingCriteria):
    """Ends a row whose answer says the same item again: same words, whatever numbers it cites.

    Small models that have nothing more to say repeat their last item up to the token limit.
    """

    _ITEM = re.compile(r'\{"(?:evidence|support)"\s*:\s*\[[^\]]*\](?P<words>[^{}]*)\}')

    def __init__(self, text_of: Callable[[Sequence[int]], str], prompt_tokens: int) -> None:
        self._text_of, self._start = text_of, prompt_tokens
        self.stopped: set[int] = set()
        self._closers: dict[int, bool] = {}

    def __call__(
        self, input_ids: torch.LongTensor, scores: torch.FloatTensor, **_: Any  # noqa: ARG002 the base class's signature
    ) -> torch.BoolTensor:  # fmt: skip
        """`input_ids` (rows, length) -> (rows,) booleans, True for a row to end."""
        last = input_ids[:, -1].tolist()
        for row, token in enumerate(last):
            if (
                row not in self.stopped
                and self._closes(token)
                and self._repeats(input_ids[row, self._start :].tolist())
            ):
                self.stopped.add(row)
        stopped = [row in self.stopped for row in range(len(last))]
        return torch.tensor(stopped, device=input_ids.device)  # type: ignore[return-value]

    def _closes(self, token: int) -> bool:
        if token not in self._closers:
            self._closers[token] = "}" in self._text_of([token])
        return self._closers[token]

    def _repeats(self, generated: list[int]) -> bool:
        items = [m["words"] for m in self._ITEM.finditer(self._text_of(generated))]
        return len(items) != len(set(items))


def within_memory(
    rows: Sequence[Row], answer: Callable[[Sequence[Row]], list[Reply]], size: Callable[[Row], int]
) -> list[Reply]:
    """The replies of a batch; one that runs out of memory is halved, down to a single row, which then fails by name."""
    if not rows:
        return []
    try:
        return answer(rows)
    except (RuntimeError, MemoryError) as exc:
        if not is_out_of_memory(exc):
            raise
    # Outside the handler, so that the failed call's tensors are gone.
    free_memory()
    if len(rows) == 1:
        return [Reply(finish="failed", code="out_of_memory", detail=f"a prompt of {size(rows[0]):,} tokens")]
    middle = len(rows) // 2
    return within_memory(rows[:middle], answer, size) + within_memory(rows[middle:], answer, size)


def _printable(text: str) -> str:
    return "".join(c for c in " ".join(text.split()) if c.isprintable())


def _too_long(tokens: int, limit: int) -> Reply:
    detail = f"{tokens:,} tokens, the model reads {limit:,}"
    return Reply(finish="failed", code="context_exceeded", detail=detail)
