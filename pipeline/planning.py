"""Inputs and a run directory -> what a run would read, reuse, retry and recompute, why, and how long it would take."""

import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from typing import BinaryIO, NamedTuple

from pipeline.config import RunConfig
from pipeline.engines.base import Engine
from pipeline.keys import content_key, content_parts, full_provenance
from pipeline.reading import Unread
from pipeline.records import Article
from pipeline.run import process, read_items, why_computed
from pipeline.rundir import RunDirectory


class Plan(NamedTuple):
    """What a run would do: counts, causes, and seconds from a sample processed here and now."""

    articles: int
    new: int
    reused: int
    retried: int
    stale: dict[str, int]
    skipped: dict[str, int]
    failed: dict[str, int]
    sampled: int
    seconds_per_article: float | None
    seconds: float | None


# A plan measures this many articles or this long, whichever comes first: some per cent of accuracy is all it needs.
PLAN_SAMPLE, PLAN_SAMPLE_SECONDS = 25, 5.0


def plan_inputs(
    inputs: Sequence[str], engine: Engine, config: RunConfig, directory: RunDirectory | None, *,
    stdin: BinaryIO | None = None,
) -> Plan:  # fmt: skip
    """Read everything, compute nothing but a small sample, write nothing."""
    made_by = full_provenance(engine.provenance, config)
    kinds: Counter[str] = Counter()
    stale: Counter[str] = Counter()
    unread: dict[str, Counter[str]] = {"skipped": Counter(), "failed": Counter()}
    seconds: list[float] = []
    for item in read_items(inputs, config, stdin):
        if isinstance(item, Unread):
            unread[item.status][item.reason] += 1
            continue
        parts = content_parts(item, made_by)
        stored = directory.find(item.id) if directory else None
        if stored is not None and stored.key == content_key(parts) and not stored.failed:
            kinds["reused"] += 1
            continue
        why = why_computed(stored, parts)
        if why.startswith("changed"):
            stale[why.removeprefix("changed: ")] += 1
        else:
            kinds[why] += 1
        if len(seconds) < PLAN_SAMPLE and sum(seconds) < PLAN_SAMPLE_SECONDS:
            seconds.append(_seconds_of(item, engine, config))
    todo = kinds["new"] + kinds["retried"] + stale.total()
    rate = sum(seconds) / len(seconds) if seconds else None
    return Plan(
        articles=todo + kinds["reused"] + sum(c.total() for c in unread.values()),
        new=kinds["new"],
        reused=kinds["reused"],
        retried=kinds["retried"],
        stale=dict(stale.most_common()),
        skipped=dict(unread["skipped"].most_common()),
        failed=dict(unread["failed"].most_common()),
        sampled=len(seconds),
        seconds_per_article=rate,
        seconds=rate * todo if rate is not None else 0.0 if todo == 0 else None,
    )


def _seconds_of(article: Article, engine: Engine, config: RunConfig) -> float:
    began = time.perf_counter()
    with suppress(Exception):  # the run itself will say what fails; a plan only takes the time
        process(article, engine, config)
    return time.perf_counter() - began
