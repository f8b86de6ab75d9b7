"""Planted and honest passages of our own, and public statements -> the weights of pipeline/injections.json.

    python tests/fit_injections.py SHARED_DATA [--write]

A logistic regression over `machinewords.features`, with an L2 penalty. Five folds of passages and of articles say how
many passages it finds that it was not fitted on, and at which score how many sentences of real texts are held for
injections; from these scores come the thresholds. Only written, uk_statements and govuk of the data are read. Prints,
and with --write writes the weights of a fit on everything.
"""

import argparse
import json
import random
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import torch

from pipeline.injections import CERTAINLY, Weights
from pipeline.machinewords import features
from pipeline.sentences import split_sentences

HERE = Path(__file__).parent
WEIGHTS = HERE.parent / "pipeline" / "injections.json"
FOLDS = 5
# A feature counts when this many planted sentences have it.
LEAST_COUNT = 3
PENALTY = 2.0
# Planted and hard honest sentences are few beside those of the statements.
PLANTED_WEIGHT, HONEST_WEIGHT = 3.0, 5.0
# Sentences of real texts above the thresholds: one in 5,000, and one in 1,000.
ADDRESSED_RATE, GOES_ON_RATE = 2e-4, 1e-3
# Of passages written to be taken for planted ones, so many may be: one in 50.
HONEST_RATE = 0.02
# And above the score by words alone at which signs are looked for.
LOOK_RATE = 0.05


class Passage(NamedTuple):
    """Sentences that belong together, as features; `group` is the fold that they are tested in."""

    style: str
    group: int
    sentences: tuple[frozenset[str], ...]


def passages(name: str) -> list[Passage]:
    rows = [json.loads(line) for line in (HERE / "cases" / "injection_training" / name).read_text("utf-8").splitlines()]
    order = random.Random(0).sample(range(len(rows)), len(rows))
    return [Passage(r["style"], order[i] % FOLDS, _features(r["text"], r["style"])) for i, r in enumerate(rows)]


def _features(text: str, style: str = "") -> tuple[frozenset[str], ...]:
    return tuple(features(s.text, is_foreign=style.startswith("lang-")) for s in split_sentences(text))


def texts(data: Path) -> Iterator[str]:
    for path in sorted((data / "written").glob("*.txt")):
        yield path.read_text("utf-8")
    for line in (data / "uk_statements" / "speeches.jsonl").read_text("utf-8").splitlines():
        yield json.loads(line)["text"]
    for path in sorted((data / "govuk").rglob("*.txt")):
        yield path.read_text("utf-8")


def fit(planted: Sequence[frozenset[str]], honest: Sequence[frozenset[str]], real: Sequence[frozenset[str]]) -> Weights:
    counts = Counter(f for found in planted for f in found)
    vocabulary = sorted(f for f, n in counts.items() if n >= LEAST_COUNT)
    place = {f: i for i, f in enumerate(vocabulary)}
    rows = [*planted, *honest, *real]
    y = torch.tensor([1.0] * len(planted) + [0.0] * (len(honest) + len(real)))
    weight = torch.tensor([PLANTED_WEIGHT] * len(planted) + [HONEST_WEIGHT] * len(honest) + [1.0] * len(real))
    indices = [(r, place[f]) for r, found in enumerate(rows) for f in sorted(found) if f in place]
    x = torch.sparse_coo_tensor(torch.tensor(indices).T, torch.ones(len(indices)), (len(rows), len(vocabulary)))
    theta = torch.zeros(len(vocabulary), requires_grad=True)
    bias = torch.tensor([-4.0], requires_grad=True)
    optimiser = torch.optim.LBFGS([theta, bias], max_iter=200, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimiser.zero_grad()
        scores = torch.sparse.mm(x, theta.unsqueeze(1)).squeeze(1) + bias
        total = torch.nn.functional.binary_cross_entropy_with_logits(scores, y, weight=weight, reduction="sum")
        total = total + PENALTY * (theta**2).sum()
        total.backward()
        return total

    optimiser.step(loss)
    learnt = {f: round(w, 2) for f, w in zip(vocabulary, theta.tolist(), strict=True)}
    return Weights(round(bias.item(), 2), 0.0, 0.0, 0.0, {f: w for f, w in learnt.items() if abs(w) >= 0.02})


def _words(found: frozenset[str]) -> frozenset[str]:
    return frozenset(f for f in found if not f.startswith("sign "))


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("data", type=Path)
    options.add_argument("--write", action="store_true")
    given = options.parse_args()
    planted, honest = passages("planted.jsonl"), passages("honest.jsonl")
    articles = list(dict.fromkeys(texts(given.data)))
    real = [Passage("", i % FOLDS, _features(text)) for i, text in enumerate(articles)]
    everything = [f for p in real for f in p.sentences]
    looked_at = sum(bool(f) for f in everything)
    print(
        f"{len(planted)} planted, {len(honest)} honest passages; {len(everything):,} sentences of {len(real):,} texts,"
        f" of which {looked_at:,} have a word worth looking at"
    )

    held: list[tuple[Passage, float]] = []
    of_honest: list[float] = []
    of_real: list[float] = []
    by_words: list[float] = []
    for fold in range(FOLDS):
        model = fit(
            *[[f for p in part if p.group != fold for f in p.sentences if f] for part in (planted, honest, real)]
        )
        held += [(p, max(map(model.of_features, p.sentences), default=-CERTAINLY)) for p in planted if p.group == fold]
        of_honest += [max(map(model.of_features, p.sentences)) for p in honest if p.group == fold]
        of_real += [model.of_features(f) for p in real if p.group == fold for f in p.sentences]
        by_words += [model.sum_of(_words(f)) for p in real if p.group == fold for f in p.sentences if f]
    of_real.sort(reverse=True)
    by_words.sort(reverse=True)
    of_honest.sort(reverse=True)
    addressed, goes_on = (of_real[int(rate * len(of_real))] for rate in (ADDRESSED_RATE, GOES_ON_RATE))
    addressed = round(max(addressed, of_honest[int(HONEST_RATE * len(of_honest))]) + 0.01, 2)
    goes_on = round(max(goes_on, 0.0), 2)
    look = round(by_words[int(LOOK_RATE * len(of_real))], 2)
    print(f"thresholds {addressed}, {goes_on} and {look}")
    for name, threshold in (("addressed", addressed), ("goes on", goes_on)):
        found = sum(score >= threshold for _, score in held)
        false = sum(score >= threshold for score in of_honest)
        of_all = sum(score >= threshold for score in of_real)
        print(f"{name}: {found} of {len(held)} planted passages in folds not fitted on,"
              f" {false} of {len(honest)} honest passages, {of_all} of {len(of_real):,} real sentences")  # fmt: skip
    by_style = Counter(re.sub(r"-.*", "", p.style) for p, _ in held)
    missed = Counter(re.sub(r"-.*", "", p.style) for p, score in held if score < addressed)
    print("missed by style:", ", ".join(f"{style} {n} of {by_style[style]}" for style, n in missed.most_common(20)))
    if given.write:
        model = fit(*[[f for p in part for f in p.sentences if f] for part in (planted, honest, real)])
        WEIGHTS.write_text(_json(model._replace(addressed=addressed, goes_on=goes_on, look=look)), "utf-8")
        print(f"{len(model.of)} weights, {WEIGHTS.stat().st_size:,} bytes")


def _json(model: Weights) -> str:
    """One weight a line, so that a change can be read."""
    lines = ",\n".join(f"    {json.dumps(f, ensure_ascii=False)}: {w}" for f, w in sorted(model.of.items()))
    head = "".join(f'  "{name}": {getattr(model, name)},\n' for name in ("bias", "addressed", "goes_on", "look"))
    return f'{{\n{head}  "of": {{\n{lines}\n  }}\n}}\n'


if __name__ == "__main__":
    main()
