"""Two runs or more over the same articles -> the articles on which they disagree most: those to label next.

Query by committee (Seung, Opper and Sompolinsky 1992): what the members of a committee see differently teaches most.
"""

from collections.abc import Collection, Sequence
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

from eval.aligning import Deadline, Item, align
from pipeline.errors import InputError
from pipeline.records import Commitment, Record, Span


class Choice(NamedTuple):
    """`disagreement` is the mean over pairs of runs of the commitments that only one of the two has, per article."""

    article: str
    disagreement: float
    commitments: int
    shared: int


def item_of_record(commitment: Commitment) -> Item:
    """A run's commitment as it is compared."""
    d = commitment.deadline
    days = [x.isoformat() if x else None for x in (d.earliest, d.latest)] if d else [None, None]
    return Item(
        actors=(commitment.actor.name,),
        actions=(commitment.action,),
        polarity=commitment.polarity,
        strength=commitment.strength,
        evidence=tuple(Span(start=e.start, end=e.end) for e in commitment.evidence),
        deadline=Deadline(d.text, days[0], days[1]) if d else None,
        recipient=commitment.recipient,
        condition=commitment.condition,
        implementer=commitment.implementer,
    )


def read_run(directory: Path) -> dict[str, Record]:
    """The records of a run directory by id; raises InputError for what is none."""
    file = directory / "records.jsonl"
    if not file.is_file():
        raise InputError(
            f"{directory} holds no records.jsonl", hint="name a directory that `onrecord run -o` has written"
        )
    try:
        records = [Record.from_json(line) for line in file.read_text("utf-8").splitlines() if line.strip()]
    except ValueError as exc:
        hint = f"`onrecord verify {directory}` says what is wrong with it"
        raise InputError(f"{file} has a line that is no record", hint=hint) from exc
    return {record.id: record for record in records}


def most_disputed(runs: Sequence[Path], count: int, known: Collection[str] = ()) -> list[Choice]:
    """Articles that all runs have and that are not `known`, the most disputed first; ties by id.

    Raises InputError when the runs share no article.
    """
    read = [read_run(run) for run in runs]
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
