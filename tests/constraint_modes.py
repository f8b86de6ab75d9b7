"""Every way of generating that transformers has, under a grammar: is each answer valid, and is greedy always greedy?

Run as a command it prints a line for each mode and exits 1 when one is wrong; it uses no assert, so that `python -O`
checks as much as `python`. With a folder or a .gguf file as its argument it asks that model instead of a random one.
"""

import json
import sys
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

import jsonschema
import llguidance
import tiny_models
import torch
from transformers import LogitsProcessorList

from pipeline.answering import extraction_form, summary_form
from pipeline.models.base import AnswerForm, Message
from pipeline.models.chat import Chat
from pipeline.models.decoding import GrammarProcessor, constraint_tokenizer
from pipeline.models.loading import (
    LocalOptions,
    Source,
    load_decoder,
    quietly,
    settle_generation,
    stop_tokens,
    vocabulary_size,
)

SENTENCES = (
    "Thornby council will plant 400 trees along the river by the end of April, its leader said on Monday.",
    "Residents asked for a crossing near the school.",
    "If the county agrees, the council plans to close Mill Lane to lorries.",
    "Mira Holt ruled out higher parking charges, whatever the budget brings.",
)
PROMPTS = 8
# An answer of random weights goes on for as long as it may: small ones end within this.
NEW_TOKENS = 320


class Bench:
    """A model, and eight prompts of different lengths, each with a form of its own."""

    def __init__(self, model: Any, tokenizer: Any, assistant: Any = None) -> None:
        self.model, self.tokenizer, self.assistant = model, tokenizer, assistant
        self.stops = stop_tokens(model, tokenizer)
        settle_generation(model, tokenizer, self.stops)
        if assistant is not None:
            settle_generation(assistant, tokenizer, self.stops)
        self.constraint = constraint_tokenizer(tokenizer, vocabulary_size(model))
        chat = Chat(tokenizer, is_reasoning_off=True)
        texts = [" ".join(SENTENCES[i % 4 :][: 1 + i // 3]) for i in range(PROMPTS)]
        self.prompts = [
            chat.tokens([Message(role="user", content=f"List what they will do, as JSON.\n{t}")]) for t in texts
        ]
        self.forms = [_form(i) for i in range(PROMPTS)]

    def generate(self, rows: Sequence[int], **settings: Any) -> list[list[int]]:
        """The answers to these prompts in one left-padded batch, each as often as there are return sequences."""
        width = max(len(self.prompts[i]) for i in rows)
        pad = self.model.generation_config.pad_token_id
        ids = torch.tensor([[pad] * (width - len(self.prompts[i])) + self.prompts[i] for i in rows])
        mask = torch.tensor([[0] * (width - len(self.prompts[i])) + [1] * len(self.prompts[i]) for i in rows])
        processor = GrammarProcessor(
            self.constraint, [self.forms[i].grammar for i in rows], prompt_tokens=width, stop_tokens=self.stops
        )
        torch.manual_seed(0)
        with quietly():
            output = self.model.generate(
                input_ids=ids, attention_mask=mask, max_new_tokens=NEW_TOKENS,
                logits_processor=LogitsProcessorList([processor]), **settings,
            )  # fmt: skip
        return [self.answer(tokens) for tokens in output[:, width:].tolist()]

    def answer(self, tokens: list[int]) -> list[int]:
        return tokens[: next((i for i, t in enumerate(tokens) if t in self.stops), len(tokens))]

    def fault(self, row: int, answer: list[int]) -> str | None:
        """What is wrong with an answer; one that the token limit cut must be the beginning of a valid one."""
        matcher = llguidance.LLMatcher(self.constraint, self.forms[row].grammar)
        valid = matcher.validate_tokens(answer)
        if valid < len(answer):
            return f"token {valid} of {len(answer)} is not allowed"
        if len(answer) == NEW_TOKENS:
            return None
        try:
            said = json.loads(self.tokenizer.decode(answer))
            for item in said.get("commitments", ()):
                item |= {name: item.get(name) for name in ("condition", "recipient", "implementer")}
            jsonschema.validate(said, self.forms[row].json_schema)
        except (ValueError, jsonschema.ValidationError) as exc:
            return str(exc).splitlines()[0]
        return None

    @cached_property
    def greedy(self) -> list[list[int]]:
        return [self.generate([i])[0] for i in range(PROMPTS)]


def _form(index: int) -> AnswerForm:
    if index % 3 == 2:
        return summary_form([1, 2, 3])
    return extraction_form([1, 2, 3, 4], SENTENCES)


def modes(bench: Bench) -> Iterator[tuple[str, str | None]]:
    """Each mode with what is wrong with it, or None."""
    everyone = list(range(PROMPTS))
    yield "greedy, one at a time", _first(bench, everyone, bench.greedy)
    ways: list[tuple[str, dict[str, Any], int]] = [
        ("batch of 8, left padding", {}, 1),
        ("batch of 8, no cache", {"use_cache": False}, 1),
        ("batch of 8, static cache", {"cache_implementation": "static", "disable_compile": True}, 1),
    ]
    for name, settings, _ in ways:
        batch = bench.generate(everyone, do_sample=False, **settings)
        yield name, _first(bench, everyone, batch) or _same(bench.greedy, batch)
    drafted: list[tuple[str, dict[str, Any]]] = [("prompt lookup", {"prompt_lookup_num_tokens": 6})]
    if bench.assistant is not None:
        drafted.append(("assistant model", {"assistant_model": bench.assistant}))
    for name, settings in drafted:
        alone = [bench.generate([i], do_sample=False, **settings)[0] for i in everyone]
        yield name, _first(bench, everyone, alone) or _same(bench.greedy, alone)
    several: list[tuple[str, dict[str, Any], int]] = [
        ("beams", {"num_beams": 3, "do_sample": False}, 1),
        ("beams, all returned", {"num_beams": 3, "num_return_sequences": 3, "do_sample": False}, 3),
        ("sampling", {"do_sample": True, "temperature": 1.3}, 1),
        ("sampling, three each", {"do_sample": True, "num_return_sequences": 3}, 3),
        ("sampled beams", {"do_sample": True, "num_beams": 2}, 1),
    ]
    for name, settings, copies in several:
        answers = bench.generate(everyone[:4], **settings)
        yield name, _first(bench, [i for i in everyone[:4] for _ in range(copies)], answers)
    yield "greedy again, same model", _same(bench.greedy, [bench.generate([i])[0] for i in everyone])


def _first(bench: Bench, rows: Sequence[int], answers: Sequence[list[int]]) -> str | None:
    if len(rows) != len(answers):
        return f"{len(answers)} answers to {len(rows)} rows"
    return next((f"row {i}: {f}" for i, a in zip(rows, answers, strict=True) if (f := bench.fault(i, a))), None)


def _same(expected: Sequence[list[int]], found: Sequence[list[int]]) -> str | None:
    differ = [i for i, (a, b) in enumerate(zip(expected, found, strict=True)) if a != b]
    return f"rows {differ} are not the greedy ones" if differ else None


def random_bench() -> Bench:
    """A random Llama, and another as the assistant that drafts for it."""
    tokenizer = tiny_models.tokenizer()
    return Bench(tiny_models.make("Llama"), tokenizer, tiny_models.make("Llama", seed=1))


def main() -> int:
    if len(sys.argv) > 1:
        bench = Bench(*load_decoder(Source.of(sys.argv[1]), LocalOptions(dtype="float32")))
    else:
        bench = random_bench()
    found = list(modes(bench))
    ended = sum(len(a) < NEW_TOKENS for a in bench.greedy)
    print(f"{ended} of {PROMPTS} greedy answers end by themselves within {NEW_TOKENS} tokens")
    for mode, fault in found:
        print(f"{'ok' if fault is None else 'WRONG':6}{mode}{': ' + fault if fault else ''}")
    return int(any(fault is not None for _, fault in found))


if __name__ == "__main__":
    raise SystemExit(main())
