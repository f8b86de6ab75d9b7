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
from pipeline.run import NO_TEXT, process_group, read_items, why_computed, with_free_id
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
    planner = _Planner(engine, config, directory)
    for item in read_items(inputs, config, stdin):
        planner.hear(item)
    return planner.plan()


class _Planner:
    """Counts what would become of each input, as a run decides it."""

    def __init__(self, engine: Engine, config: RunConfig, directory: RunDirectory | None) -> None:
        self._engine, self._config, self._directory = engine, config, directory
        self._made_by = full_provenance(engine.provenance, config)
        self._taken: dict[str, str] = {}
        self._counts: dict[str, Counter[str]] = {
            "do": Counter(),
            "stale": Counter(),
            "skipped": Counter(),
            "failed": Counter(),
        }
        self._sample: list[Article] = []
        self._sampled, self._seconds = 0, 0.0

    def hear(self, item: Article | Unread) -> None:
        if isinstance(item, Unread):
            self._counts[item.status][item.reason] += 1
            return
        article = with_free_id(item, lambda article_id: self._taken.get(article_id.casefold()))
        if article is None:
            self._counts["skipped"]["duplicate"] += 1
            return
        self._taken[article.id.casefold()] = article.sha256
        self._count(article)

    def _count(self, article: Article) -> None:
        parts = content_parts(article, self._made_by)
        stored = self._directory.find(article.id) if self._directory else None
        if stored is not None and stored.is_current(content_key(parts)):
            if stored.why == NO_TEXT:
                self._counts["skipped"][NO_TEXT] += 1
            else:
                self._counts["do"]["reused"] += 1
            return
        why = why_computed(stored, parts)
        kind, _, change = why.partition(": ")
        self._counts["stale" if kind == "changed" else "do"][change or why] += 1
        if self._sampled + len(self._sample) < PLAN_SAMPLE and self._seconds < PLAN_SAMPLE_SECONDS:
            self._sample.append(article)
            if len(self._sample) >= self._engine.group_size:
                self._measure()

    def _measure(self) -> None:
        """Reads what is kept for it, together as a run would."""
        began = time.perf_counter()
        with suppress(Exception):  # the run itself will say what fails; a plan only takes the time
            process_group(self._sample, self._engine, self._config)
        self._seconds += time.perf_counter() - began
        self._sampled += len(self._sample)
        self._sample.clear()

    def plan(self) -> Plan:
        do, stale, skipped, failed = self._counts.values()
        todo = do["new"] + do["retried"] + stale.total()
        if self._sample:
            self._measure()
        rate = self._seconds / self._sampled if self._sampled else None
        return Plan(
            articles=do.total() + stale.total() + skipped.total() + failed.total(),
            new=do["new"],
            reused=do["reused"],
            retried=do["retried"],
            stale=dict(stale.most_common()),
            skipped=dict(skipped.most_common()),
            failed=dict(failed.most_common()),
            sampled=self._sampled,
            seconds_per_article=rate,
            seconds=rate * todo if rate is not None else None,
        )
