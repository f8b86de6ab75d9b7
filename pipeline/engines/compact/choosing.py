"""A network and development lessons -> how good it is there, from where a sentence counts, and how sure it is."""

import copy
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from pipeline.engines.compact.engine import CompactEngine, Found, arithmetic_of, confidence_of, evidence_of
from pipeline.engines.compact.lessons import Lesson
from pipeline.engines.compact.network import Network
from pipeline.engines.compact.weights import Loaded, Settings, quantise
from pipeline.language import words

# A finding is right where it stands in a marked sentence and shares this much with an action there (word F1): with
# the actor and the sentence right, that is what a score calls a detection.
LEAST_ALIKE = 0.2
# What is told must share this much, which is what a score's core asks of it. By the looser measure the level of the
# shipped weights would be .28 and not .36: dev Core F1 .512 and not .526, empty articles left empty .774 and not .887.
LEAST_ALIKE_TOLD = 0.5
# Calibration looks at what a run would never show, too: a curve needs both ends.
LEAST_PROBABILITY = 0.05
# A sentence is looked at from this share of the threshold at which F1 over sentences is best; what is weak in it falls
# by its confidence. Dev: Detection F1 .648 and Core F1 .448 against .623 and .425 by the best threshold alone. Half of
# it and the level below: Core F1 .611 on dev where seven tenths and the best level gave .607 and missed more.
SHARE_OF_BEST = 0.5
# Fewer marked commitments than this choose no threshold and no calibration that is better than what the weights had.
LEAST_STATED = 100
# Fewer than this choose no level: confidences are probabilities after their calibration, so the level that the weights
# had means what it meant, where the best of 26 on some forty articles is luck (docs/log.md).
LEAST_STATED_FOR_LEVEL = 300
# Of levels that are as good to within this the lowest: a promise that is left out is never found again, and one that is
# told carries its confidence.
LEVEL_SLACK = 0.005
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


class Weighed(NamedTuple):
    """A finding in development articles, and how much its words share with an action that is marked there (word F1)."""

    found: Found
    likeness: float


def weighed(engine: CompactEngine, lessons: Sequence[Lesson], *, least: float) -> list[Weighed]:
    """Everything found in sentences from the probability `least` on."""
    return [Weighed(f, likeness(f, x)) for x in lessons for f in engine.findings(x.document, least=least)]


def calibrated(findings: Sequence[Weighed]) -> tuple[float, ...]:
    """Weights that turn what the heads say into the share of such findings that are right (Platt 1999); () when all
    findings are right or all wrong, so that nothing can be learned.
    """
    right = [each.likeness >= LEAST_ALIKE for each in findings]
    if len(set(right)) < 2:
        return ()
    rows = [(*evidence_of(each.found), 1.0) for each in findings]
    return tuple(round(float(w), 4) for w in logistic(np.array(rows), np.array(right, dtype=float)))


def likeness(found: Found, lesson: Lesson) -> float:
    """The most that a finding shares with an action marked in its sentence; 0 where none is marked."""
    text = found.action_span.of(lesson.document.article.text)
    return max(
        (
            _alike(text, action)
            for stated in lesson.stated
            if any(lesson.document.body[i].index == found.sentence.index for i in stated.sentences)
            for action in stated.actions
        ),
        default=0.0,
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


class Chosen(NamedTuple):
    """The settings that development lessons choose, F1 over their sentences at the best threshold, and the average
    precision of the order in which the network puts them.
    """

    settings: Settings
    f1: float
    precision: float


def settled(network: Network, loaded: Loaded, lessons: Sequence[Lesson]) -> Chosen:
    """The settings stay where there is too little to choose by, and the level where there is too little for that;
    without a commitment the figures are nan.
    """
    engine = engine_of(network, loaded)
    found = judged(engine, lessons)
    if not found.is_stated.any():
        return Chosen(loaded.settings, float("nan"), float("nan"))
    best, f1 = best_threshold(found)
    stated = sum(len(lesson.stated) for lesson in lessons)
    if loaded.settings.calibration and stated < LEAST_STATED:
        return Chosen(loaded.settings, f1, average_precision(found))
    threshold = round(SHARE_OF_BEST * best, 4)
    findings = weighed(engine, lessons, least=min(threshold, LEAST_PROBABILITY))
    settings = loaded.settings._replace(
        threshold=threshold,
        calibration=calibrated([f for f in findings if f.found.probability >= LEAST_PROBABILITY]),
    )
    if loaded.settings.calibration and stated < LEAST_STATED_FOR_LEVEL:
        return Chosen(settings, f1, average_precision(found))
    kept = [f for f in findings if f.found.probability >= threshold]
    level = best_level([(confidence_of(f.found, settings), f.likeness >= LEAST_ALIKE_TOLD) for f in kept], stated)
    return Chosen(settings._replace(least_confidence=level), f1, average_precision(found))


def best_level(findings: Sequence[tuple[float, bool]], stated: int) -> float:
    """The confidence below which a finding is better left out: the lowest at which F1 of findings that are right is
    within `LEVEL_SLACK` of the greatest.

    `findings`: confidences, and whether they are right, of articles in which `stated` commitments are marked.
    """

    def f1(level: float) -> float:
        kept = [right for confidence, right in findings if confidence >= level]
        return 2 * sum(kept) / max(1, len(kept) + stated)

    values = {level: f1(level) for level in LEVELS}
    return min(level for level, value in values.items() if value >= max(values.values()) - LEVEL_SLACK)


def engine_of(network: Network, loaded: Loaded) -> CompactEngine:
    """An engine around a copy of a network that is being trained, in the arithmetic that a run has on a CPU."""
    current = copy.deepcopy(network).eval()
    arithmetic = arithmetic_of("cpu", "auto")
    if arithmetic == "int8":
        quantise(current)
    loaded = loaded._replace(network=current)
    return CompactEngine(loaded, summary_words=90, arithmetic=arithmetic, device="cpu", name="in training")
