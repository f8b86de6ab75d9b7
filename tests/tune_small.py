"""Gold articles and a small chat model -> a LoRA that answers our prompts, to show the whole path with sensible output.

    python tests/tune_small.py BASE GOLD_FOLDER OUTPUT [--articles 120] [--epochs 1] [--only dense]

BASE is a folder with weights and a tokenizer. GOLD_FOLDER holds NAME.txt and NAME.json as docs/labelling.md has them;
articles are taken from one half, by the hash of their names; the other half is for looking at the result:

    onrecord run HELD_OUT -o out --model OUTPUT

The model sees each prompt as `onrecord run` words it, and learns the tokens of the answer alone.
"""

import argparse
import hashlib
import json
import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, AutoTokenizer

from pipeline.cleaning import clean
from pipeline.faithful import Checker
from pipeline.models.chat import Chat
from pipeline.prompting import EXTRACT, SUMMARISE, reading_values, template
from pipeline.records import Article, Sentence
from pipeline.sentences import split_sentences

# Longer prompts take more memory than they teach.
MOST_TOKENS = 2_400
RANK, RATE, STEP_ROWS, WARM_UP = 16, 5e-4, 4, 10
SUMMARY = {"most_sentences": 3, "words": 90}


class Lesson(NamedTuple):
    """A prompt's tokens with the answer's behind them, and where these begin."""

    tokens: list[int]
    answer: int


def is_for_training(name: str) -> bool:
    return hashlib.sha256(name.encode()).digest()[0] % 2 == 0


def lessons(folder: Path, chat: Chat, tokenizer: Any, count: int) -> Iterator[Lesson]:
    names = sorted(f.stem for f in folder.glob("*.json") if is_for_training(f.stem))
    random.Random(0).shuffle(names)
    for name in names[:count]:
        gold = json.loads((folder / f"{name}.json").read_text("utf-8"))
        text = (folder / f"{name}.txt").read_text("utf-8")
        article = clean(Article(id=name, source=name, text=text))
        sentences = tuple(s for s in split_sentences(text, article.boilerplate) if not s.is_boilerplate)
        values = reading_values(sentences, published=gold["published"], title=gold["title"])
        for task, more, answer in (
            (EXTRACT, {}, _commitments(gold, sentences, text)),
            (SUMMARISE, SUMMARY, _summary(gold, sentences)),
        ):
            prompt = chat.tokens(template(task).messages({**values, **more}))
            said = [*tokenizer.encode(answer, add_special_tokens=False), tokenizer.eos_token_id]
            if len(prompt) + len(said) <= MOST_TOKENS:
                yield Lesson(prompt + said, len(prompt))


def _commitments(gold: dict[str, Any], sentences: tuple[Sentence, ...], text: str) -> str:
    """The gold commitments as an answer: actor and the like in the words of the text, evidence as numbers."""
    items = []
    for c in sorted(gold["commitments"], key=lambda c: c["evidence"][0]["start"]):
        numbers = [
            s.index + 1 for s in sentences if any(s.start < e["end"] and e["start"] < s.end for e in c["evidence"])
        ]
        actor = next((n for n in (c["actor"], *c["actor_aliases"]) if n in text), None)
        if actor is None or not numbers:
            continue
        deadline = c["deadline"] and c["deadline"]["text"]
        item = {
            "evidence": numbers[:6], "actor": actor, "action": c["action"], "polarity": c["polarity"],
            "strength": c["strength"], "deadline": deadline if deadline and deadline in text else None,
        }  # fmt: skip
        more = {k: c[k] for k in ("condition", "recipient", "implementer") if c[k] and c[k] in text}
        items.append(json.dumps({**item, **more}, ensure_ascii=False))
    return '{"commitments": [' + ",\n ".join(items) + "]}"


def _summary(gold: dict[str, Any], sentences: tuple[Sentence, ...]) -> str:
    checker = Checker([s.text for s in sentences])
    items = []
    for said in split_sentences(gold["summary"]["reference"]):
        numbers = [sentences[i].index + 1 for i in checker.best_support(said.text)]
        if numbers:
            items.append(json.dumps({"support": numbers, "text": said.text}, ensure_ascii=False))
    return '{"summary": [' + ",\n ".join(items) + "]}"


def tune(model: Any, rows: list[Lesson], *, epochs: int) -> None:
    """AdamW with a linear warm-up and decay; the loss is the mean over the answers' tokens."""
    steps = max(1, epochs * len(rows) // STEP_ROWS)
    optimiser = torch.optim.AdamW((p for p in model.parameters() if p.requires_grad), lr=RATE, weight_decay=0.0)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: min((step + 1) / WARM_UP, max(0.05, 1 - step / steps))
    )
    order = [row for _ in range(epochs) for row in random.Random(1).sample(rows, len(rows))]
    base = model.get_base_model()
    began, total, seen = time.perf_counter(), 0.0, 0
    for number, row in enumerate(order, 1):
        ids = torch.tensor([row.tokens])
        hidden = base.model(input_ids=ids).last_hidden_state[0, row.answer - 1 : -1]
        loss = torch.nn.functional.cross_entropy(base.lm_head(hidden).float(), ids[0, row.answer :])
        (loss / STEP_ROWS).backward()
        total, seen = total + loss.item(), seen + len(row.tokens)
        if number % STEP_ROWS == 0:
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            optimiser.zero_grad()
        if number % 20 == 0:
            rate = seen / (time.perf_counter() - began)
            print(f"{number} of {len(order)}: loss {total / 20:.3f}, {rate:.0f} tokens a second", flush=True)
            total = 0.0


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("base")
    options.add_argument("gold", type=Path)
    options.add_argument("output", type=Path)
    options.add_argument("--articles", type=int, default=120)
    options.add_argument("--epochs", type=int, default=1)
    given = options.parse_args()
    torch.manual_seed(0)
    tokenizer = AutoTokenizer.from_pretrained(given.base)
    model = AutoModelForCausalLM.from_pretrained(given.base, dtype=torch.bfloat16)
    rows = list(lessons(given.gold, Chat(tokenizer, is_reasoning_off=True), tokenizer, given.articles))
    tokens, answers = sum(len(r.tokens) for r in rows), sum(len(r.tokens) - r.answer for r in rows)
    print(f"{len(rows)} lessons, {tokens:,} tokens, {answers:,} of answers", flush=True)
    adapted = get_peft_model(
        model, LoraConfig(r=RANK, lora_alpha=2 * RANK, target_modules="all-linear", task_type="CAUSAL_LM")
    )
    tune(adapted, rows, epochs=given.epochs)
    adapted.save_pretrained(given.output)
    tokenizer.save_pretrained(given.output)


if __name__ == "__main__":
    main()
