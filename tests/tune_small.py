"""Gold articles and a small chat model -> a LoRA that answers our prompts: a model tuned on the spot, for leaderboards.

    python tests/tune_small.py BASE OUTPUT [--gold eval/gold] [--articles 200] [--summaries 40] [--epochs 1]

BASE is a folder with weights and a tokenizer. Articles are of the train split alone; those of dev and test are for
looking at the result:

    onrecord eval run --models OUTPUT --gold eval/gold --part written -o board

The model sees each prompt as `onrecord run` words it, and learns the tokens of the answer alone.
"""

import argparse
import json
import random
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, AutoTokenizer

from eval.gold import GoldArticle, read_gold
from eval.splitting import read_splits
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
REPORTED_EVERY = 20


class Lesson(NamedTuple):
    """A prompt's tokens with the answer's behind them, and where these begin."""

    tokens: list[int]
    answer: int


def lessons(folder: Path, chat: Chat, tokenizer: Any, articles: int, summaries: int) -> Iterator[Lesson]:
    gold = read_gold(folder)
    splits = read_splits(folder, gold)
    chosen = [a for a in gold if splits[a.id] == "train" and a.id in gold.texts]
    random.Random(0).shuffle(chosen)
    for number, article in enumerate(chosen[:articles]):
        text = gold.texts[article.id]
        for task, more, answer in _tasks(article, text, has_summary=number < summaries):
            values = reading_values(_sentences(text), published=article.published, title=article.title)
            prompt = chat.tokens(template(task).messages({**values, **more}))
            said = [*tokenizer.encode(answer, add_special_tokens=False), tokenizer.eos_token_id]
            if len(prompt) + len(said) <= MOST_TOKENS:
                yield Lesson(prompt + said, len(prompt))


def _sentences(text: str) -> tuple[Sentence, ...]:
    article = clean(Article(id="a", source="a", text=text))
    return tuple(s for s in split_sentences(text, article.boilerplate) if not s.is_boilerplate)


def _tasks(article: GoldArticle, text: str, *, has_summary: bool) -> Iterator[tuple[str, dict[str, int], str]]:
    yield EXTRACT, {}, _commitments(article, _sentences(text), text)
    if has_summary and article.summary and article.summary.references:
        yield SUMMARISE, SUMMARY, _summary(article.summary.references[0], _sentences(text))


def _commitments(article: GoldArticle, sentences: Sequence[Sentence], text: str) -> str:
    """The gold commitments as an answer: actor and the like in the words of the text, evidence as numbers."""
    items = []
    for c in sorted(article.commitments, key=lambda c: c.evidence[0].start):
        numbers = [s.index + 1 for s in sentences if any(s.span.overlaps(e) for e in c.evidence)]
        actor = next((n for n in c.actors if n in text), None)
        if actor is None or not numbers:
            continue
        deadline = c.deadline.text if c.deadline and c.deadline.text in text else None
        item = {
            "evidence": numbers[:6], "actor": actor, "action": c.action, "polarity": c.polarity,
            "strength": c.strength, "deadline": deadline,
        }  # fmt: skip
        optional = {"condition": c.condition, "recipient": c.recipient, "implementer": c.implementer}
        items.append(json.dumps({**item, **{k: v for k, v in optional.items() if v and v in text}}, ensure_ascii=False))
    return '{"commitments": [' + ",\n ".join(items) + "]}"


def _summary(reference: str, sentences: Sequence[Sentence]) -> str:
    checker = Checker([s.text for s in sentences])
    items = []
    for said in split_sentences(reference):
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
        if number % REPORTED_EVERY == 0:
            rate = seen / (time.perf_counter() - began)
            print(
                f"{number} of {len(order)}: loss {total / REPORTED_EVERY:.3f}, {rate:.0f} tokens a second", flush=True
            )
            total = 0.0


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("base")
    options.add_argument("output", type=Path)
    options.add_argument("--gold", type=Path, default=Path("eval/gold"))
    options.add_argument("--articles", type=int, default=200)
    options.add_argument("--summaries", type=int, default=40)
    options.add_argument("--epochs", type=int, default=1)
    given = options.parse_args()
    torch.manual_seed(0)
    tokenizer = AutoTokenizer.from_pretrained(given.base)
    model = AutoModelForCausalLM.from_pretrained(given.base, dtype=torch.bfloat16)
    chat = Chat(tokenizer, is_reasoning_off=True)
    rows = list(lessons(given.gold, chat, tokenizer, given.articles, given.summaries))
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
