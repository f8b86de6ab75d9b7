"""Gold, silver and a base -> what each part of the compact engine's training is worth on the development articles.

    python tests/ablate_compact.py BASE ablation.jsonl --texts POLNEAR --texts CNNDM [--epochs 3] [--only NAME]
    python tests/ablate_compact.py BASE curve.jsonl --curve

Every variant begins from the same base with the same seed, learns from the train split and the silver folders and is
measured on the dev split: average precision and best F1 over sentences (a commitment is stated here or not), and for
known actions the share of actors, deadlines, polarities and strengths that are right. The best F1 is the best over
thresholds for every variant alike. One JSON line a variant; a line that is there is not made again.
"""

import argparse
import json
import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from eval.gold import read_gold
from eval.lessons import lessons_of
from eval.splitting import read_splits
from eval.texts import known_texts
from pipeline.engines.compact.choosing import average_precision, best_threshold, engine_of, judged
from pipeline.engines.compact.decoding import argument, log_softmax
from pipeline.engines.compact.lessons import Lesson, marks_of
from pipeline.engines.compact.network import POLARITIES, ROLES, STRENGTHS
from pipeline.engines.compact.train import Options, from_base, train
from pipeline.engines.compact.weights import Loaded
from pipeline.records import Document

Lessons = Sequence[Lesson]

VARIANTS: dict[str, tuple[Callable[[Options], Options], Callable[[Lessons], Lessons]]] = {
    "all": (lambda o: o, lambda x: x),
    "each sentence alone": (lambda o: o, lambda x: [one for lesson in x for one in alone(lesson)]),
    "half of the lessons sentence by sentence": (lambda o: replace(o, alone=0.5), lambda x: x),
    "without look-alikes": (lambda o: replace(o, weight_of_tempting=1.0), lambda x: x),
    "without hidden words and titles": (lambda o: replace(o, dropped_words=0.0, dropped_titles=0.0), lambda x: x),
    "without cues and times": (lambda o: replace(o, reads_cues=False), lambda x: x),
    "without salience": (lambda o: replace(o, weight_of_salience=0.0), lambda x: x),
    "sentences only": (
        lambda o: replace(
            o, weight_of_tags=0.0, weight_of_roles=0.0, weight_of_manner=0.0,
            weight_of_salience=0.0, weight_of_boilerplate=0.0,
        ),
        lambda x: x,
    ),
    "last weights, not their mean": (lambda o: replace(o, averaged=1.0), lambda x: x),
    "the whole window in every layer": (lambda o: o, lambda x: x),
    "half of the layers near": (lambda o: o, lambda x: x),
}  # fmt: skip
NEAR_LAYERS = {"the whole window in every layer": 0, "half of the layers near": 3}
CURVE = (0.125, 0.25, 0.5, 1.0)


def alone(lesson: Lesson) -> Iterator[Lesson]:
    """The lesson as one document for each of its sentences."""
    for i, sentence in enumerate(lesson.document.body):
        stated = tuple(s._replace(sentences=frozenset({0})) for s in lesson.stated if i in s.sentences)
        own = Document(article=lesson.document.article, sentences=(sentence,))
        sets = [frozenset({0}) if i in part else frozenset[int]() for part in lesson[2:5]]
        yield Lesson(own, stated, *sets)


def measured(loaded: Loaded, lessons: Lessons) -> dict[str, float]:
    """Scores over sentences, and over the known actions of the lessons."""
    engine = engine_of(loaded.network, loaded)
    found = judged(engine, lessons)
    right: dict[str, list[bool]] = {name: [] for name in ("actor", "deadline", "polarity", "strength")}
    for lesson in lessons:
        for name, is_right in _of_actions(engine, lesson):
            right[name].append(is_right)
    shares = {name: sum(each) / max(1, len(each)) for name, each in right.items()}
    return {"average_precision": average_precision(found), "best_f1": best_threshold(found)[1], **shares}


def _of_actions(engine: Any, lesson: Lesson) -> Iterator[tuple[str, bool]]:
    windows, _ = engine._windower.windows(lesson.document)
    for read, own in engine.readings(lesson.document, windows):
        argued = [(row, a) for row, w in enumerate(own) for a in marks_of(lesson, w).actions]
        if not argued:
            continue
        actions = torch.tensor([(row, a.place, a.first, a.last) for row, a in argued])
        with torch.inference_mode():
            said = engine._network.arguments(read.reading, read.batch, actions)
        for n, (row, a) in enumerate(argued):
            yield "polarity", POLARITIES[int(said.polarity[n].argmax())] == a.polarity
            yield "strength", STRENGTHS[int(said.strength[n].argmax())] == a.strength
            for role in ("actor", "deadline"):
                r = ROLES.index(role)
                targets = a.roles[r]
                if targets is None:
                    continue
                starts, ends = (log_softmax(part[n, r].numpy()) for part in (said.starts, said.ends))
                best = argument(starts, ends, own[row], may_be_none=role != "actor")
                yield (
                    role,
                    (best is None and not targets)
                    or any(best is not None and best.first <= b and a_ <= best.last for a_, b in targets),
                )


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("base", type=Path)
    options.add_argument("output", type=Path)
    options.add_argument("--gold", type=Path, default=Path("eval/gold"))
    options.add_argument("--silver", type=Path, default=Path("eval/silver"))
    options.add_argument("--texts", type=Path, action="append", default=[])
    options.add_argument("--epochs", type=int, default=3)
    options.add_argument("--share", type=float, default=1.0, help="of the articles to learn from, drawn by a seed")
    options.add_argument("--only", action="append")
    options.add_argument("--curve", action="store_true", help="the whole recipe on growing shares of the articles")
    given = options.parse_args()
    gold = read_gold(given.gold, known_texts(given.texts))
    splits = read_splits(given.gold, gold)
    lessons = lessons_of(gold, [i for i in splits if splits[i] == "train"])
    for folder in sorted(p for p in given.silver.iterdir() if p.is_dir()):
        silver = read_gold(folder)
        lessons += lessons_of(silver, sorted(silver.articles))
    dev = {
        part: lessons_of(gold, [i for i in splits if splits[i] == "dev" and gold.parts[i] == part])
        for part in ("written", "official", "standoff")
    }
    random.Random(0).shuffle(lessons)
    done = {json.loads(line)["variant"] for line in _lines(given.output)}
    plan = (
        [(f"{s:.1%} of the articles", "all", s) for s in CURVE]
        if given.curve
        else [(n, n, given.share) for n in VARIANTS]
    )
    for name, variant, share in plan:
        if name in done or (given.only and name not in given.only):
            continue
        change, learned = VARIANTS[variant]
        chosen = lessons[: round(share * len(lessons))]
        began = time.monotonic()
        start = from_base(given.base, near_layers=NEAR_LAYERS.get(variant))
        settings = change(Options(epochs=given.epochs))
        start = start._replace(settings=start.settings._replace(reads_cues=settings.reads_cues))
        train(start.network, start.tokenizer, learned(chosen), settings, tell=lambda line: print(line, flush=True))
        row = {"variant": name, "articles": len(chosen), "minutes": round((time.monotonic() - began) / 60, 1)}
        is_alone = variant == "each sentence alone"
        row |= {p: measured(start, [o for x in own for o in alone(x)] if is_alone else own) for p, own in dev.items()}
        everything = [x for own in dev.values() for x in own]
        row["dev"] = measured(start, [o for x in everything for o in alone(x)] if is_alone else everything)
        with given.output.open("a", encoding="utf-8") as out:
            out.write(json.dumps(row) + "\n")
        print(json.dumps(row), flush=True)


def _lines(path: Path) -> list[str]:
    return path.read_text("utf-8").splitlines() if path.exists() else []


if __name__ == "__main__":
    main()
