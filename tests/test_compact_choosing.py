"""What development articles choose: thresholds, confidences and levels, against brute force and another library."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize
from support import REPOSITORY

from eval.gold import read_gold
from eval.lessons import lessons_of
from pipeline.engines.compact import choosing
from pipeline.engines.compact.acts import LEAST_BEGIN, begun, joined, parted
from pipeline.engines.compact.choosing import RIDGE, Judged, average_precision, best_level, best_threshold, logistic
from pipeline.engines.compact.decoding import Tagged
from pipeline.engines.compact.weights import load
from pipeline.engines.compact.windows import Features, Place, Window


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


def test_few_commitments_choose_no_level(monkeypatch: pytest.MonkeyPatch) -> None:
    gold = read_gold(REPOSITORY / "eval" / "beats" / "communiques")
    lessons = lessons_of(gold, sorted(gold.articles)[:6])
    shipped = load(arithmetic="float32")
    start = shipped._replace(settings=shipped.settings._replace(least_confidence=0.77))
    stated = sum(len(lesson.stated) for lesson in lessons)
    monkeypatch.setattr(choosing, "LEAST_STATED", stated)
    monkeypatch.setattr(choosing, "LEAST_STATED_FOR_LEVEL", stated + 1)
    kept = choosing.settled(start.network, start, lessons).settings
    monkeypatch.setattr(choosing, "LEAST_STATED_FOR_LEVEL", stated)
    chosen = choosing.settled(start.network, start, lessons).settings

    assert kept.least_confidence == 0.77
    assert chosen.least_confidence in choosing.LEVELS
    assert kept.calibration == chosen.calibration != start.settings.calibration
    assert kept.threshold == chosen.threshold != start.settings.threshold


# --- from where a finding counts


@pytest.mark.parametrize(
    ("findings", "stated", "level"),
    [([(0.9, True), (0.4, False)], 1, 0.42), ([(0.9, True), (0.4, True), (0.1, False)], 2, 0.12), ([], 3, 0.0),
     ([(0.05, True)], 1, 0.0)],
)  # fmt: skip
def test_the_level_keeps_what_is_right_and_is_no_higher_than_it_must(
    findings: list[tuple[float, bool]], stated: int, level: float
) -> None:
    assert best_level(findings, stated) == level


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


@pytest.mark.parametrize(
    ("text", "acts"),
    [
        ("abolish fees at colleges and not to raise tax", ["abolish fees at colleges", "not to raise tax"]),
        ("go ashore , and suspects will be handed over", ["go ashore", "suspects will be handed over"]),
        (
            "the register would be kept and that a bill would follow",
            ["the register would be kept", "a bill would follow"],
        ),
        (
            "keep it open , and staff will stay on , and nobody will be moved",
            ["keep it open", "staff will stay on", "nobody will be moved"],
        ),
        ("close the old pier and we will build another", ["close the old pier", "we will build another"]),
        ("build the hall and the yard", ["build the hall and the yard"]),
        ("the hall would be run by Tom Hale and would reopen", ["the hall would be run by Tom Hale", "would reopen"]),
        (
            "we will run a bus all day and season tickets will be refunded",
            ["we will run a bus all day", "season tickets will be refunded"],
        ),
        ("the crew would wear it but would not be filmed", ["the crew would wear it", "would not be filmed"]),
        ("fares of pupils and nurses will be refunded", ["fares of pupils and nurses will be refunded"]),
        ("stay until noon and see it out", ["stay until noon and see it out"]),
        ("if the bill falls, and nobody will vote", ["if the bill falls, and nobody will vote"]),
    ],
)
def test_what_somebody_else_will_do_is_another_act(text: str, acts: list[str]) -> None:
    words = text.split()
    window = _window(text, words)
    found = parted(Tagged(2, 1 + len(words), -0.1), window, text)

    assert [text[window.offsets[t.first][0] : window.offsets[t.last][1]] for t in found] == acts


@pytest.mark.parametrize(
    ("text", "begins", "acts"),
    [
        ("sell the ferry , lease a boat and to run it daily", {"lease": 0.4, "run": 0.31}, 3),
        ("sell the ferry , lease a boat and to run it daily", {"lease": 0.4, "run": 0.29}, 2),
        ("sell the old ferry", {"old": 0.9}, 1),
        ("sell and lease", {"lease": 0.2}, 1),
        ("sell , then not lease", {"lease": 0.5}, 2),
    ],
)
def test_an_act_ends_where_another_may_well_begin_after_a_joint(text: str, begins: dict[str, float], acts: int) -> None:
    words = text.split()
    window = _window(text, words)
    tags = np.full((2 + len(words), 3), -5.0, dtype=np.float32)
    for word, probability in begins.items():
        tags[2 + words.index(word), 1] = np.log(probability)
    found = begun(Tagged(2, 1 + len(words), -0.1), tags, window, text)

    assert len(found) == acts
    assert (found[0].first, found[-1].last) == (2, 1 + len(words))
    assert all(a.last < b.first for a, b in pairwise(found))
    assert np.exp(LEAST_BEGIN) == pytest.approx(0.3)
