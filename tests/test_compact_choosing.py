"""What development articles choose: thresholds, confidences and levels, against brute force and another library."""

from collections.abc import Sequence
from typing import cast

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize
from support import document_of

from pipeline.engines.base import Engine
from pipeline.engines.compact.choosing import RIDGE, Judged, average_precision, best_threshold, core_f1, logistic
from pipeline.engines.compact.decoding import Tagged
from pipeline.engines.compact.engine import joined
from pipeline.engines.compact.lessons import Lesson, Stated
from pipeline.engines.compact.windows import Features, Place, Window
from pipeline.records import Document, Draft, Extraction, Mention


def _judged(seed: int, count: int = 12) -> Judged:
    chance = np.random.default_rng(seed)
    # Inside the bounds that a threshold is kept to, .02 and .98.
    return Judged(chance.normal(size=count).clip(-3, 3), chance.random(count) < 0.4)


def _f1(found: Judged, threshold: float) -> float:
    kept = 1 / (1 + np.exp(-found.logits)) >= threshold
    return 2 * float((kept & found.is_stated).sum()) / max(1, int(kept.sum()) + int(found.is_stated.sum()))


@settings(deadline=None)
@given(st.integers(0, 2_000))
def test_no_threshold_is_better_than_the_best(seed: int) -> None:
    found = _judged(seed)
    threshold, f1 = best_threshold(found)

    assert f1 == pytest.approx(max(_f1(found, 1 / (1 + np.exp(-x))) for x in found.logits), abs=1e-9)
    assert _f1(found, threshold) == pytest.approx(f1)


def test_average_precision_is_the_mean_precision_at_the_hits() -> None:
    found = Judged(np.array([3.0, 2.0, 1.0, 0.0]), np.array([True, False, True, False]))

    assert average_precision(found) == pytest.approx((1 + 2 / 3) / 2)
    assert np.isnan(average_precision(Judged(np.array([1.0]), np.array([False]))))


@pytest.mark.parametrize("seed", range(5))
def test_the_logistic_regression_is_where_another_optimiser_ends(seed: int) -> None:
    chance = np.random.default_rng(seed)
    rows = np.column_stack([chance.normal(size=(200, 3)), np.ones(200)])
    wanted = (chance.random(200) < 1 / (1 + np.exp(-rows @ [1.0, -2.0, 0.5, 0.3]))).astype(float)

    def loss(w: np.ndarray) -> float:
        z = rows @ w
        return float((np.logaddexp(0, z) - wanted * z).sum() + RIDGE / 2 * w @ w)

    assert logistic(rows, wanted) == pytest.approx(minimize(loss, np.zeros(4), tol=1e-10).x, abs=1e-3)


# --- which commitments are right in their core

TEXT = "Ada Marsh will publish a new survey of the wall. She will not sell the pier."


class _Said:
    """An engine that says one thing."""

    def extract(self, documents: Sequence[Document]) -> list[Extraction]:
        drafts = [("Ada Marsh", "publish a new survey", "do", 0), ("She", "sell the pier", "not_do", 1)]
        found = tuple(
            Draft(actor=Mention(text=who), action=action, polarity=polarity, sentences=(sentence,))
            for who, action, polarity, sentence in drafts
        )
        return [Extraction(drafts=found, chars_read=len(TEXT)) for _ in documents]


SURVEY = Stated(frozenset({1}), ("Ada Marsh", "Brightsea council"), ("publish a new survey of the wall",), "do", "firm")
PIER = Stated(frozenset({2}), ("Ada Marsh", "The town", "town"), ("sell the pier",), "not_do", "firm")


@pytest.mark.parametrize(
    ("stated", "expected"),
    [([SURVEY, PIER], 1.0), ([SURVEY, SURVEY, PIER], 0.8), ([SURVEY], 2 / 3), ([], 0.0),
     ([SURVEY._replace(actors=("Tom Bray",)), PIER], 0.5), ([SURVEY, PIER._replace(polarity="do")], 0.5),
     ([SURVEY._replace(actions=("repair the old pier",)), PIER], 0.5)],
)  # fmt: skip
def test_core_needs_the_actor_the_act_and_the_polarity_each_once(stated: list[Stated], expected: float) -> None:
    lesson = Lesson(document_of(TEXT), tuple(stated))
    assert core_f1(cast(Engine, _Said()), [lesson]) == pytest.approx(expected)


# --- which words are one action


def _window(text: str, words: list[str]) -> Window:
    offsets, place = [(-1, -1), (-1, -1)], 0
    for word in words:
        start = text.index(word, place)
        offsets.append((start, start + len(word)))
        place = start + len(word)
    size = len(offsets)
    return Window((0,) * size, (Features(),) * size, tuple(offsets), (Place(0, 1, size, True),), ())


@pytest.mark.parametrize(
    ("text", "spans", "count"),
    [("the survey will be published", [("the", "survey"), ("be", "published")], 1),
     ("build the hall and sell the yard", [("build", "hall"), ("sell", "yard")], 2)],
)  # fmt: skip
def test_words_that_only_a_modal_verb_parts_are_one_action(text: str, spans: list[tuple[str, str]], count: int) -> None:
    words = text.split()
    window = _window(text, words)
    tagged = [Tagged(2 + words.index(a), 2 + words.index(b), -0.1) for a, b in spans]

    assert len(joined(tagged, window, text)) == count
