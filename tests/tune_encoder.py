"""Gold articles and an encoder -> sentences that state a commitment; with the words of `cue`, a file of predictions.

    python tests/tune_encoder.py BASE ARTICLES.jsonl PREDICTIONS.jsonl [--gold eval/gold] [--epochs 2]
    onrecord eval score --predictions PREDICTIONS.jsonl --as jsonl --gold eval/gold

A model tuned on the spot, for a leaderboard: BASE (a folder with a BERT-like encoder) learns from the train split alone
whether a sentence, read with the one before and the one after it, states a commitment. The threshold is chosen on a
seventh of the train articles that it did not learn from. What a found sentence promises is worded by the grammar of
`cue`, and where that finds nothing by the cue rule of the baselines; both alone are in the same table.
"""

import argparse
import hashlib
import json
import random
import time
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from eval.aligning import Item
from eval.baselines import _commitment
from eval.gold import read_gold
from eval.predictions import item_of_record
from eval.splitting import read_splits
from pipeline.config import RunConfig
from pipeline.engines.cue.engine import CueEngine
from pipeline.records import Article, Sentence, Span
from pipeline.run import process
from pipeline.sentences import split_sentences

BATCH, RATE, WARM_UP, MOST_TOKENS = 32, 1e-4, 0.1, 128
HELD_OUT = 7
REPORTED_EVERY = 50


class Case(NamedTuple):
    """A sentence, what stands around it, and whether it states a commitment."""

    article: str
    sentence: Sentence
    around: str
    is_stated: bool


def cases_of(article: str, text: str, evidence: Sequence[Span], boilerplate: Sequence[Span]) -> Iterator[Case]:
    body = [s for s in split_sentences(text, boilerplate) if not s.is_boilerplate]
    for i, s in enumerate(body):
        around = " ".join(n.text for n in (*body[max(0, i - 1) : i], *body[i + 1 : i + 2]))
        yield Case(article, s, around, any(s.span.overlaps(e) for e in evidence))


def train_cases(folder: Path) -> list[Case]:
    gold = read_gold(folder)
    splits = read_splits(folder, gold)
    return [
        case
        for a in gold
        if splits[a.id] == "train" and a.id in gold.texts
        for case in cases_of(a.id, gold.texts[a.id], [e for c in a.commitments for e in c.evidence], a.boilerplate)
    ]


def is_held_out(article: str) -> bool:
    return hashlib.sha256(article.encode()).digest()[0] % HELD_OUT == 0


class Reader:
    """An encoder with one number on top: how likely a sentence states a commitment."""

    def __init__(self, base: str) -> None:
        torch.manual_seed(0)
        self.tokenizer = AutoTokenizer.from_pretrained(base)
        self.model = AutoModelForSequenceClassification.from_pretrained(base, num_labels=1)

    def logits(self, cases: Sequence[Case]) -> torch.Tensor:
        batch = self.tokenizer(
            [c.sentence.text for c in cases], [c.around for c in cases], truncation=True, max_length=MOST_TOKENS,
            padding=True, return_tensors="pt",
        )  # fmt: skip
        found: torch.Tensor = self.model(**batch).logits[:, 0]
        return found

    @torch.inference_mode()
    def probabilities(self, cases: Sequence[Case]) -> list[float]:
        self.model.eval()
        order = sorted(range(len(cases)), key=lambda i: len(cases[i].sentence.text))
        found: dict[int, float] = {}
        for start in range(0, len(order), BATCH):
            own = order[start : start + BATCH]
            found |= zip(own, self.logits([cases[i] for i in own]).sigmoid().tolist(), strict=True)
        return [found[i] for i in range(len(cases))]

    def tune(self, cases: Sequence[Case], *, epochs: int) -> None:
        """AdamW with a linear warm-up and decay, cross-entropy."""
        self.model.train()
        batches = [b for _ in range(epochs) for b in _batches(cases, random.Random(len(cases)))]
        optimiser = torch.optim.AdamW(self.model.parameters(), lr=RATE, weight_decay=0.01)
        schedule = torch.optim.lr_scheduler.LambdaLR(
            optimiser, lambda step: min((step + 1) / (WARM_UP * len(batches)), 1 - step / len(batches))
        )
        total, began = 0.0, time.perf_counter()
        for number, batch in enumerate(batches, 1):
            wanted = torch.tensor([float(c.is_stated) for c in batch])
            loss = torch.nn.functional.binary_cross_entropy_with_logits(self.logits(batch), wanted)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            optimiser.zero_grad()
            total += loss.item()
            if number % REPORTED_EVERY == 0:
                seconds = time.perf_counter() - began
                print(f"{number} of {len(batches)}: loss {total / REPORTED_EVERY:.3f}, {seconds:.0f} s", flush=True)
                total = 0.0


def _batches(cases: Sequence[Case], chance: random.Random) -> list[list[Case]]:
    """Of like length, in any order: little padding."""
    order = sorted(cases, key=lambda c: len(c.sentence.text) + len(c.around) + chance.randrange(60))
    batches = [list(order[i : i + BATCH]) for i in range(0, len(order), BATCH)]
    chance.shuffle(batches)
    return batches


def best_threshold(cases: Sequence[Case], scores: Sequence[float]) -> tuple[float, float]:
    """The one with the greatest F1 over sentences, and that F1."""

    def f1(at: float) -> float:
        hits = sum(c.is_stated and s >= at for c, s in zip(cases, scores, strict=True))
        return 2 * hits / max(1, sum(c.is_stated for c in cases) + sum(s >= at for s in scores))

    at = max(sorted(set(scores)), key=f1)
    return at, f1(at)


def prediction(row: dict[str, Any], reader: Reader, threshold: float, engine: CueEngine) -> dict[str, Any]:
    """A line of `--as jsonl`: what `cue` finds in the sentences that the reader holds for commitments, and the rest."""
    published = date.fromisoformat(row["published"]) if row["published"] else None
    article = Article(id=row["id"], source=row["id"], text=row["text"], title=row["title"], published=published)
    record = process(article, engine, RunConfig())
    cases = list(cases_of(row["id"], row["text"], (), record.article.boilerplate))
    chosen = [c.sentence for c, p in zip(cases, reader.probabilities(cases), strict=True) if p >= threshold]
    items = [item_of_record(c) for c in record.commitments]
    kept = [i for i in items if any(s.span.overlaps(e) for s in chosen for e in i.evidence)]
    bare = [s for s in chosen if not any(s.span.overlaps(e) for i in kept for e in i.evidence)]
    ruled = [found.item for s in bare if (found := _commitment(s)) is not None]
    told = record.summary.text if record.summary else None
    return {"id": row["id"], "commitments": [_as_json(i) for i in (*kept, *ruled)], "summary": told}


def _as_json(item: Item) -> dict[str, Any]:
    deadline = item.deadline and {
        "text": item.deadline.text,
        **{k: getattr(item.deadline, k) for k in ("earliest", "latest")},
    }
    evidence = [{"start": s.start, "end": s.end} for s in item.evidence]
    return {
        "actor": item.actors[0], "action": item.actions[0], "polarity": item.polarity, "strength": item.strength,
        "deadline": deadline, "condition": item.condition, "recipient": item.recipient, "evidence": evidence,
    }  # fmt: skip


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("base")
    options.add_argument("articles", type=Path)
    options.add_argument("predictions", type=Path)
    options.add_argument("--gold", type=Path, default=Path("eval/gold"))
    options.add_argument("--epochs", type=int, default=2)
    given = options.parse_args()
    reader, cases = Reader(given.base), train_cases(given.gold)
    learned = [c for c in cases if not is_held_out(c.article)]
    kept_back = [c for c in cases if is_held_out(c.article)]
    print(f"{len(learned)} sentences to learn from, {len(kept_back)} kept back for the threshold", flush=True)
    reader.tune(learned, epochs=given.epochs)
    threshold, f1 = best_threshold(kept_back, reader.probabilities(kept_back))
    print(f"threshold {threshold:.3f}, F1 of sentences {f1:.3f} there", flush=True)
    engine, began = CueEngine(summary_words=90), time.perf_counter()
    rows = [json.loads(line) for line in given.articles.read_text("utf-8").split("\n") if line]
    lines = [json.dumps(prediction(row, reader, threshold, engine), ensure_ascii=False) for row in rows]
    given.predictions.write_text("\n".join(lines) + "\n", "utf-8")
    print(f"{len(rows)} articles in {time.perf_counter() - began:.1f} s", flush=True)


if __name__ == "__main__":
    main()
