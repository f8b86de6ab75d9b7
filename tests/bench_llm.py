"""A model and a folder of articles -> what constraining an answer costs, and what the form of evidence brings.

    python tests/bench_llm.py MODEL FOLDER [--articles 24] [--batch 8] [--tokens 400] [--dtype float32]

Three ways to ask the same model for the same commitments, with the same text and examples: the product's form (sentence
numbers, constrained), the same form unconstrained (the baseline), and constrained quotations in place of the numbers.
Then the time of a step with and without the constraint, over the same number of steps.
"""

import argparse
import re
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import torch
from transformers import LogitsProcessorList

from pipeline.answering import _quoted_token, extraction_form
from pipeline.chunking import Window
from pipeline.engines.llm import LlmEngine
from pipeline.models.base import AnswerForm, Message, Prompt, Reply
from pipeline.models.loading import LocalOptions, quietly
from pipeline.models.local import LocalModel
from pipeline.parsing import ReplyError, parse_commitments
from pipeline.records import Article, Document
from pipeline.sentences import split_sentences

STEPS = 64
_NUMBERED = re.compile(r"^\[(\d+)\] (.*)$", re.MULTILINE)
_EVIDENCE = re.compile(r'"evidence": \[([\d, ]+)\]')


class Way(NamedTuple):
    """How the model was asked, and what came back."""

    name: str
    replies: list[Reply]
    seconds: float
    readable: int
    items: int
    exact: int


def documents(folder: Path, count: int) -> list[Document]:
    files = sorted(folder.glob("*.txt"))
    chosen = files[:: max(1, len(files) // count)][:count]
    texts = [(f.stem, f.read_text("utf-8")) for f in chosen]
    return [Document(article=Article(id=n, source=n, text=t), sentences=split_sentences(t)) for n, t in texts]


def prompts(engine: LlmEngine, document: Document, tokens: int) -> Prompt:
    window = Window(tuple(document.body))
    messages = engine._extraction_messages(document, window)
    form = extraction_form([s.index + 1 for s in window.sentences], [s.text for s in window.sentences])
    return Prompt(messages=messages, form=form, max_tokens=tokens)


def with_quotations(prompt: Prompt, document: Document) -> Prompt:
    """The same question, its examples and its grammar with the sentences' words where the numbers stood."""
    messages: list[Message] = []
    for message in prompt.messages:
        content = message.content.replace(
            "evidence: the numbers of the sentences that state it", "evidence: the exact words that state it"
        )
        if message.role == "assistant":
            said = dict(_NUMBERED.findall(messages[-1].content))
            content = _EVIDENCE.sub(lambda m, said=said: f'"evidence": "{said[m[1]]}"', content)
        messages.append(message.model_copy(update={"content": content}))
    assert prompt.form is not None
    quoted = _quoted_token([s.text for s in document.body]).replace("QUOTED", "EVIDENCE").replace("SUBSTRING", "WORDS")
    grammar = prompt.form.grammar.replace('\\"evidence\\": " cited', '\\"evidence\\": " EVIDENCE')
    grammar += re.sub(r"\{0,\d+\}", "{0,600}", quoted)
    form = AnswerForm(name="commitments", json_schema={}, grammar=grammar)
    return prompt.model_copy(update={"messages": tuple(messages), "form": form})


def ask(
    name: str, model: LocalModel, asked: Sequence[Prompt], exact: Callable[[int, Reply], tuple[int, int, int]]
) -> Way:
    began = time.perf_counter()
    replies = model.reply(asked)
    seconds = time.perf_counter() - began
    counts = [exact(i, reply) for i, reply in enumerate(replies)]
    return Way(name, replies, seconds, *(sum(column) for column in zip(*counts, strict=True)))


def by_number(documents: Sequence[Document]) -> Callable[[int, Reply], tuple[int, int, int]]:
    """Whether it can be read, its items, and those of them whose every number is a sentence's."""

    def count(index: int, reply: Reply) -> tuple[int, int, int]:
        try:
            items = parse_commitments(reply).items
        except ReplyError:
            return 0, 0, 0
        held = {s.index + 1 for s in documents[index].body}
        return 1, len(items), sum(set(item.cited) <= held for item in items)

    return count


def by_quotation(documents: Sequence[Document]) -> Callable[[int, Reply], tuple[int, int, int]]:
    def count(index: int, reply: Reply) -> tuple[int, int, int]:
        quotes = re.findall(
            r'\{"evidence": "((?:[^"\\]|\\.)*)", "actor": "(?:[^"\\]|\\.)*", "action": "[^}]*\}', reply.text
        )
        text = documents[index].article.text
        return int(bool(reply.text)), len(set(quotes)), sum(q.replace('\\"', '"') in text for q in set(quotes))

    return count


def step_seconds(model: LocalModel, asked: Sequence[Prompt], *, is_constrained: bool) -> float:
    """Seconds for one step of the batch, prompts read before; both ways take the same number of steps."""
    tokens = [model._chat.tokens(p.messages) for p in asked]
    width = max(map(len, tokens))
    pad = model._model.generation_config.pad_token_id
    inputs = {
        "input_ids": torch.tensor([[pad] * (width - len(t)) + t for t in tokens]),
        "attention_mask": torch.tensor([[0] * (width - len(t)) + [1] * len(t) for t in tokens]),
    }
    constraint = model._processor(asked, width) if is_constrained else None
    processors = LogitsProcessorList([constraint] if constraint else [])
    times: list[float] = []
    for steps in (1, 1 + STEPS):
        settings: dict[str, Any] = {"max_new_tokens": steps, "do_sample": False}
        # Not min_new_tokens, which forbids the end that a grammar may demand: a long string keeps all rows busy.
        began = time.perf_counter()
        with torch.inference_mode(), quietly():
            output = model._model.generate(**inputs, logits_processor=processors, eos_token_id=-1, **settings)
        assert output.shape[1] == width + steps
        times.append(time.perf_counter() - began)
    return (times[1] - times[0]) / STEPS


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("model")
    options.add_argument("folder", type=Path)
    options.add_argument("--articles", type=int, default=24)
    options.add_argument("--batch", type=int, default=8)
    options.add_argument("--tokens", type=int, default=400, help="budget of each answer")
    options.add_argument("--dtype", choices=("float32", "bfloat16"), default="float32")
    given = options.parse_args()
    found = documents(given.folder, given.articles)
    model = LocalModel.open(given.model, LocalOptions(batch_size=given.batch, dtype=given.dtype))
    free = LocalModel(
        model._model,
        model._tokenizer,
        _source(given.model),
        LocalOptions(batch_size=given.batch, dtype=given.dtype, constrained=False),
    )
    engine = LlmEngine(model)
    asked = [prompts(engine, d, given.tokens) for d in found]
    quoted = [with_quotations(p, d) for p, d in zip(asked, found, strict=True)]
    how = f"batches of {given.batch}, {given.tokens} tokens an answer, {given.dtype}"
    print(f"{len(found)} articles, {how}, {torch.get_num_threads()} threads")
    print(f"{'':34}{'readable':>9}{'items':>7}{'exact':>7}{'tokens':>8}{'seconds':>9}")
    for name, way, questions, count in (
        ("numbers, constrained", model, asked, by_number(found)),
        ("numbers, unconstrained (baseline)", free, asked, by_number(found)),
        ("quotations, constrained", model, quoted, by_quotation(found)),
    ):
        said = ask(name, way, questions, count)
        tokens = sum(r.tokens or 0 for r in said.replies)
        print(f"{name:34}{said.readable:9}{said.items:7}{said.exact:7}{tokens:8}{said.seconds:9.1f}", flush=True)
    first = asked[: given.batch]
    plain, constrained = (step_seconds(model, first, is_constrained=c) for c in (False, True))
    ratio = constrained / plain
    print(
        f"a step of {len(first)} rows: {plain * 1e3:.1f} ms, constrained {constrained * 1e3:.1f} ms: {ratio:.3f} times"
    )
    alone = step_seconds(model, first[:1], is_constrained=True)
    print(f"tokens a second, {len(first)} rows against one: {len(first) * alone / constrained:.2f} times")


def _source(name: str) -> Any:
    from pipeline.models.loading import Source

    return Source.of(name)


if __name__ == "__main__":
    main()
