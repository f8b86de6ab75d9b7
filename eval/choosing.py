"""Two runs or more over the same articles -> the articles on which they disagree most: those to label next.

Query by committee (Seung, Opper and Sompolinsky 1992): what the members of a committee see differently teaches most.
"""

from collections.abc import Collection, Sequence
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

from eval.aligning import align
from eval.predictions import item_of_record, read_records
from pipeline.errors import InputError
from pipeline.records import Record


class Choice(NamedTuple):
    """`disagreement` is the mean over pairs of runs of the commitments that only one of the two has, per article."""

    article: str
    disagreement: float
    commitments: int
    shared: int


def most_disputed(runs: Sequence[Path], count: int, known: Collection[str] = ()) -> list[Choice]:
    """Articles that all runs have and that are not `known`, the most disputed first; ties by id.

    Raises InputError when the runs share no article.
    """
    read = [{r.id: r for r in read_records(run)} for run in runs]
    shared = set.intersection(*(set(r) for r in read)) - set(known)
    if not shared:
        raise InputError("the runs share no article that is not labelled", hint="run two engines over the same inputs")
    choices = [_choice(article, [r[article] for r in read]) for article in sorted(shared)]
    return sorted(choices, key=lambda c: (-c.disagreement, c.article))[:count]


def _choice(article: str, records: Sequence[Record]) -> Choice:
    items = [[item_of_record(c) for c in r.commitments] for r in records]
    pairs = [(len(a), len(b), len(align(a, b))) for a, b in combinations(items, 2)]
    alone = sum(a + b - 2 * both for a, b, both in pairs) / len(pairs)
    return Choice(article, alone, sum(map(len, items)), sum(both for _, _, both in pairs))
