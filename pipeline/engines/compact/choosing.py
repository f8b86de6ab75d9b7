"""A network and development lessons -> how good it is there, from where a sentence counts, and how sure it is."""

import copy
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from pipeline.engines.base import Engine
from pipeline.engines.compact.engine import CompactEngine, Found, evidence_of
from pipeline.engines.compact.lessons import Lesson, Stated
from pipeline.engines.compact.network import Network
from pipeline.engines.compact.weights import Arithmetic, Loaded, Settings, has_int8, quantise
from pipeline.language import words
from pipeline.merging import merge
from pipeline.records import Commitment, Document
from pipeline.settling import Settler

# A finding is right where it stands in a marked sentence and shares this much with an action there (word F1): with
# the actor and the sentence right, that is what a score calls a detection.
LEAST_ALIKE = 0.2
# What a score asks of actor and action before it calls a commitment right in its core.
LEAST_ACTOR, LEAST_ACTION = 0.8, 0.5
# Calibration looks at what a run would never show, too: a curve needs both ends.
LEAST_PROBABILITY = 0.05
# A sentence is looked at from this share of the threshold at which F1 over sentences is best; what is weak in it falls
# by its confidence. Dev: Detection F1 .648 and Core F1 .448 against .623 and .425 by the best threshold alone.
SHARE_OF_BEST = 0.7
LEVELS = tuple(round(0.02 * i, 2) for i in range(26))
# Of a logistic regression's weights, against wild ones from few articles.
RIDGE = 1e-2

Values = npt.NDArray[np.float64]


class Judged(NamedTuple):
    """Sentences of development articles: logits, and whether they state a commitment."""

    logits: Values
    is_stated: npt.NDArray[np.bool_]


def judged(engine: CompactEngine, lessons: Sequence[Lesson]) -> Judged:
    """Every sentence of the lessons, each from the window that answers for it."""
    logits: list[float] = []
    stated: list[bool] = []
    for lesson in lessons:
        positive = frozenset[int]().union(*(s.sentences for s in lesson.stated))
        for position, logit in engine.sentence_logits(lesson.document):
            logits.append(logit)
            stated.append(position in positive)
    return Judged(np.array(logits), np.array(stated, dtype=bool))


def average_precision(found: Judged) -> float:
    """The area under precision and recall (the sum over hits of the precision there); nan without a positive."""
    hits = found.is_stated[np.argsort(-found.logits, kind="stable")]
    ranks = np.arange(1, len(hits) + 1)
    return float((hits.cumsum() / ranks)[hits].mean()) if hits.any() else float("nan")


def best_threshold(found: Judged) -> tuple[float, float]:
    """The probability from which a sentence counts so that F1 over sentences is greatest, and that F1."""
    order = np.argsort(-found.logits, kind="stable")
    hits = found.is_stated[order].cumsum()
    f1 = 2 * hits / (np.arange(1, len(order) + 1) + max(1, found.is_stated.sum()))
    best = int(f1.argmax())
    following = found.logits[order[best + 1]] if best + 1 < len(order) else found.logits[order[best]] - 1
    middle = (found.logits[order[best]] + following) / 2
    return float(np.clip(1 / (1 + np.exp(-middle)), 0.02, 0.98)), float(f1[best])


def calibrated(engine: CompactEngine, lessons: Sequence[Lesson]) -> tuple[float, ...]:
    """Weights that turn what the heads say into the share of such findings that are right (Platt 1999); () when all
    findings are right or all wrong, so that nothing can be learned.
    """
    rows, right = [], []
    for lesson in lessons:
        for found in engine.findings(lesson.document, least=LEAST_PROBABILITY):
            rows.append((*evidence_of(found), 1.0))
            right.append(is_right(found, lesson))
    if len(set(right)) < 2:
        return ()
    return tuple(round(float(w), 4) for w in logistic(np.array(rows), np.array(right, dtype=float)))


def is_right(found: Found, lesson: Lesson) -> bool:
    """Whether a commitment that is marked in its sentence has an action like it."""
    text = found.action_span.of(lesson.document.article.text)
    return any(
        _alike(text, action) >= LEAST_ALIKE
        for stated in lesson.stated
        if any(lesson.document.body[i].index == found.sentence.index for i in stated.sentences)
        for action in stated.actions
    )


def _alike(left: str, right: str) -> float:
    a, b = Counter(words(left)), Counter(words(right))
    return 2 * (a & b).total() / max(1, a.total() + b.total())


def logistic(rows: Values, wanted: Values, steps: int = 50) -> Values:
    """N x K and N -> K weights with a small ridge, by Newton's method."""
    weights = np.zeros(rows.shape[1])
    for _ in range(steps):
        p = 1 / (1 + np.exp(-rows @ weights))
        slope = rows.T @ (p - wanted) + RIDGE * weights
        curve = (rows * (p * (1 - p))[:, None]).T @ rows + RIDGE * np.eye(len(weights))
        change = np.linalg.solve(curve, slope)
        weights -= change
        if np.abs(change).max() < 1e-8:
            break
    return weights


def settled(network: Network, loaded: Loaded, lessons: Sequence[Lesson]) -> tuple[Settings, float]:
    """The settings that the development lessons choose for a network, and F1 over sentences there.

    Without a commitment in them nothing can be chosen: the settings stay, and F1 is nan.
    """
    engine = engine_of(network, loaded)
    found = judged(engine, lessons)
    if not found.is_stated.any():
        return loaded.settings, float("nan")
    best, f1 = best_threshold(found)
    settings = loaded.settings._replace(
        threshold=round(SHARE_OF_BEST * best, 4), calibration=calibrated(engine, lessons)
    )
    engine = engine_of(network, loaded._replace(settings=settings))
    return settings._replace(least_confidence=best_level(engine, lessons)), f1


def best_level(engine: CompactEngine, lessons: Sequence[Lesson]) -> float:
    """The confidence below which a finding is better left out: F1 of findings that are right is greatest there."""
    found = [(engine.confidence(f), is_right(f, x)) for x in lessons for f in engine.findings(x.document)]
    stated = sum(len(x.stated) for x in lessons)

    def f1(level: float) -> float:
        kept = [right for confidence, right in found if confidence >= level]
        return 2 * sum(kept) / max(1, len(kept) + stated)

    return max(LEVELS, key=lambda level: (f1(level), -level))


def core_f1(engine: Engine, lessons: Sequence[Lesson]) -> float:
    """F1 of commitments whose actor, act and polarity are right, through all stages of a run but the summary's check;
    close to what `onrecord eval score` calls Core, without its choice of the best pairs.
    """
    right = found = stated = 0
    for lesson in lessons:
        commitments = list(_settled(engine, lesson.document))
        found, stated = found + len(commitments), stated + len(lesson.stated)
        for wanted in lesson.stated:
            hit = next((c for c in commitments if _is_core(c, wanted)), None)
            if hit is not None:
                commitments.remove(hit)
                right += 1
    return 2 * right / max(1, found + stated)


def _settled(engine: Engine, document: Document) -> Sequence[Commitment]:
    settle = Settler(document, "en-GB")
    drafts = engine.extract([document])[0].drafts
    return merge(c for draft in drafts if (c := settle.commitment(draft)) is not None)


def _is_core(found: Commitment, wanted: Stated) -> bool:
    return (
        found.polarity == wanted.polarity
        and max((_alike(found.actor.name, name) for name in wanted.actors), default=0) >= LEAST_ACTOR
        and max((_alike(found.action, action) for action in wanted.actions), default=0) >= LEAST_ACTION
    )


def engine_of(network: Network, loaded: Loaded) -> CompactEngine:
    """An engine around a copy of a network that is being trained, in the arithmetic that a run has on a CPU."""
    current = copy.deepcopy(network).eval()
    arithmetic: Arithmetic = "int8" if has_int8() else "float32"
    if arithmetic == "int8":
        quantise(current)
    loaded = loaded._replace(network=current)
    return CompactEngine(loaded, summary_words=90, arithmetic=arithmetic, device="cpu", name="in training")
