"""Confidence: errors by hand and by brute force, intervals by every resample, the curve by scoring what is left."""

import itertools
import json
import math
import random
import re
from collections import defaultdict
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
import test_score_page as pages
import test_scores_cli as commands
from hypothesis import given, settings
from hypothesis import strategies as st

from eval.aligning import Item
from eval.confidence import (
    COUNT_BINS,
    LEVELS,
    RESAMPLES,
    SCORES,
    TIERS,
    WIDTH_BINS,
    Confidence,
    Judged,
    _resampled_errors,
    calibration_error,
    confidence_json,
    confidence_of,
    confidence_table,
    equal_count,
    equal_width,
    errors,
    reliability,
    tally,
    why_not,
)
from eval.gold import Gold, parse_gold
from eval.metrics import scores_of
from eval.predictions import Found, Prediction, Run
from eval.selecting import Selection, rows_of
from pipeline.records import Span

told, gold, runs = commands.told, commands.gold, commands.runs
Onrecord = commands.Onrecord

# Confidences as engines give them; few, so that many are the same.
CONFIDENCES = st.integers(0, 20).map(lambda k: k / 20)
FOUND = st.lists(st.tuples(st.integers(0, 4), CONFIDENCES, st.booleans()), min_size=1, max_size=40)


def _judged(found: Sequence[tuple[int, float, bool]]) -> list[Judged]:
    return [Judged(article, sure, is_hit, False) for article, sure, is_hit in found]


def _of(found: Sequence[tuple[float, bool]]) -> list[Judged]:
    """Each in an article of its own."""
    return _judged([(k, sure, is_hit) for k, (sure, is_hit) in enumerate(found)])


def _ece(judged: Sequence[Judged], binning: Any) -> float:
    own = tally(judged, "detection", 1 + max(j.article for j in judged))
    return float(errors(own.values, *(x.sum(0, keepdims=True) for x in own[1:]), binning)[0])


# --- errors


@pytest.mark.parametrize(
    ("found", "by_width", "by_count", "brier"),
    [
        # |1 - 1.8|, |0 - .3|, |1 - .1|, all over 4; no two of one bin but those at .9.
        ([(0.9, True), (0.9, False), (0.3, False), (0.1, True)], 0.5, 0.5, 0.43),
        # One bin of width, |1 - .9| over 2; two of count, .59 and .49 over 2.
        ([(0.41, True), (0.49, False)], 0.05, 0.54, (0.59**2 + 0.49**2) / 2),
        # Four of five right at .8.
        ([(0.8, True)] * 4 + [(0.8, False)], 0.0, 0.0, (4 * 0.04 + 0.64) / 5),
        ([(1.0, True), (0.0, False)], 0.0, 0.0, 0.0),
        ([(1.0, False), (0.0, True)], 1.0, 1.0, 1.0),
    ],
)
def test_errors_are_what_they_are_by_hand(
    found: list[tuple[float, bool]], by_width: float, by_count: float, brier: float
) -> None:
    own = reliability(_of(found), "detection", len(found))
    assert own.equal_width.value == pytest.approx(by_width)
    assert own.equal_count.value == pytest.approx(by_count)
    assert own.brier.value == pytest.approx(brier)


@pytest.mark.parametrize(
    ("confidence", "place"),
    [(0.0, 0), (0.001, 0), (0.1, 0), (0.101, 1), (0.3, 2), (0.1 + 0.2, 2), (0.7, 6), (0.701, 7), (1.0, 9)],
)
def test_a_bin_of_width_holds_its_upper_end(confidence: float, place: int) -> None:
    assert equal_width(np.array([confidence]), np.ones((1, 1)))[0, 0] == place


def test_bins_of_equal_count_are_equal_where_no_confidence_is_shared() -> None:
    places = equal_count(np.arange(150) / 150, np.ones((1, 150)))[0]
    assert np.bincount(places).tolist() == [10] * COUNT_BINS


def _brute(judged: Sequence[Judged], bin_of: dict[float, int]) -> float:
    bins: defaultdict[int, list[Judged]] = defaultdict(list)
    for j in judged:
        bins[bin_of[j.confidence]].append(j)
    gaps = [
        Fraction(len(own), len(judged)) * abs(Fraction(sum(j.detection for j in own), len(own)) - _mean(own))
        for own in bins.values()
    ]
    return float(sum(gaps))


def _mean(own: Sequence[Judged]) -> Fraction:
    return sum((Fraction(str(j.confidence)) for j in own), Fraction()) / len(own)


@given(FOUND)
@settings(deadline=None)
def test_errors_are_those_of_brute_force_with_fractions(found: list[tuple[int, float, bool]]) -> None:
    judged = _judged(found)
    sure = [j.confidence for j in judged]
    width = {c: max(0, math.ceil(Fraction(str(c)) * WIDTH_BINS) - 1) for c in sure}
    middle = {c: Fraction(sum(x < c for x in sure) + sum(x <= c for x in sure), 2 * len(sure)) for c in sure}
    count = {c: math.floor(rank * COUNT_BINS) for c, rank in middle.items()}
    assert _ece(judged, equal_width) == pytest.approx(_brute(judged, width))
    assert _ece(judged, equal_count) == pytest.approx(_brute(judged, count))


@given(FOUND, st.randoms(use_true_random=False))
@settings(deadline=None, max_examples=50)
def test_no_order_of_articles_or_of_what_was_found_matters(
    found: list[tuple[int, float, bool]], chance: random.Random
) -> None:
    order = chance.sample(range(5), 5)
    mixed = chance.sample([(order[article], *rest) for article, *rest in found], len(found))
    for binning in (equal_width, equal_count):
        assert _ece(_judged(mixed), binning) == pytest.approx(_ece(_judged(found), binning))


def _drawn(articles: int, shift: float, seed: int) -> list[Judged]:
    """Two found an article, each a hit with a chance of its confidence less `shift`."""
    chance = random.Random(seed)
    sure = [(k, chance.randint(25, 95) / 100) for k in range(articles) for _ in range(2)]
    return _judged([(k, c, chance.random() < c - shift) for k, c in sure])


@pytest.mark.parametrize("binning", [equal_count, equal_width])
@pytest.mark.parametrize("shift", [0, 5, 15])
def test_confidences_that_are_too_high_by_so_much_have_just_that_error(binning: Any, shift: int) -> None:
    """Twenty found at each confidence, of which just so many are hits."""
    sure = [(c / 20, i < c - shift * 20 // 100) for c in range(4, 20) for i in range(20)]
    assert _ece(_of(sure), binning) == pytest.approx(shift / 100)


@pytest.mark.parametrize("binning", [equal_count, equal_width])
@pytest.mark.parametrize("shift", [0.0, 0.1, 0.2])
def test_an_interval_holds_the_true_error_of_most_samples(binning: Any, shift: float) -> None:
    found = [calibration_error(tally(_drawn(80, shift, seed), "detection", 80), binning) for seed in range(20)]
    holds = [f.low is not None and f.high is not None and f.low <= shift <= f.high for f in found]
    assert sum(holds) >= 15
    assert sum(f.low == 0.0 for f in found) >= 15 if shift == 0 else sum(f.low == 0.0 for f in found) < 15


def test_articles_are_drawn_again_whole_and_bins_made_anew() -> None:
    """Against all 27 resamples of three articles."""
    found = [(0, 0.9, True), (0, 0.85, False), (1, 0.4, False), (1, 0.9, True), (1, 0.35, True), (2, 0.6, False)]
    own = tally(_judged(found), "detection", 3)
    for binning in (equal_count, equal_width):
        exact = [
            _ece(_judged([(k, *f[1:]) for k, article in enumerate(drawn) for f in found if f[0] == article]), binning)
            for drawn in itertools.product(range(3), repeat=3)
        ]
        seen = _resampled_errors(own, binning)
        assert len(seen) == RESAMPLES
        assert {round(x, 9) for x in seen} == {round(x, 9) for x in exact}
        assert seen.mean() == pytest.approx(np.mean(exact), abs=4 * np.std(exact) / math.sqrt(RESAMPLES))


def test_what_chance_gives_a_calibrated_system_is_the_mean_over_every_outcome() -> None:
    sure = (0.2, 0.5, 0.9)
    own = tally(_of([(c, False) for c in sure]), "detection", 3)
    outcomes = list(itertools.product((False, True), repeat=3))
    weights = [math.prod(c if hit else 1 - c for c, hit in zip(sure, hits, strict=True)) for hits in outcomes]
    exact = [_ece(_of(list(zip(sure, hits, strict=True))), equal_width) for hits in outcomes]
    mean = np.average(exact, weights=weights)
    error = 4 * math.sqrt(np.average((np.array(exact) - mean) ** 2, weights=weights) / RESAMPLES)
    assert calibration_error(own, equal_width).chance == pytest.approx(mean, abs=error)


def test_one_article_has_errors_and_no_interval() -> None:
    own = reliability(_judged([(0, 0.9, True), (0, 0.3, False)]), "detection", 1)
    assert own.equal_count.value == pytest.approx(0.2)
    assert own.equal_count[1:3] == (None, None)
    assert own.brier[1:] == (None, None)


# --- a run over gold

WHO = ("Ruth Penn", "Ian Root", "the council")
WHAT = ("plant 300 lime trees", "plant lime trees in March", "mend the roof", "open two libraries")


def _item(chance: random.Random) -> Item:
    start = chance.choice((0, 40, 80))
    evidence = (Span(start=start, end=start + chance.choice((20, 40))),)
    return Item((chance.choice(WHO),), (chance.choice(WHAT),), chance.choice(("do", "not_do")), "firm", evidence)


def _selection(chance: random.Random, articles: int) -> Selection:
    """Some articles with none, some with a reading that adjudication left open."""
    made = []
    for k in range(articles):
        items = [_item(chance) for _ in range(chance.choice((0, 1, 2, 4)))]
        commitments = [
            {
                "id": f"c{i}",
                "actor": x.actors[0],
                "action": x.actions[0],
                "polarity": x.polarity,
                "evidence": x.evidence,
            }
            for i, x in enumerate(items)
        ]
        disputed = [{"action": WHAT[3], "evidence": [Span(start=80, end=100)], "by": "x"}] if k % 3 == 0 else []
        source = {"file": f"{k}.txt", "sha256": f"{k:064}"}
        made.append(parse_gold({"id": f"a{k:02}", "source": source, "commitments": commitments, "disputed": disputed}))
    return Selection(Gold(made, {}, {}), "all")


def _run(selection: Selection, chance: random.Random) -> Run:
    def found() -> tuple[Found, ...]:
        count = chance.choice((0, 1, 3, 5))
        return tuple(Found(_item(chance), (), None, round(chance.random(), 2)) for _ in range(count))

    return Run("r", {a.id: Prediction(a.id, None, "ok", found=found()) for a in selection.articles})


def _left(run: Run, least: float) -> Run:
    kept = {
        i: p._replace(found=tuple(f for f in p.found if f.confidence is not None and f.confidence >= least))
        for i, p in run.predictions.items()
    }
    return run._replace(predictions=kept)


@pytest.fixture(scope="module")
def scored() -> tuple[Selection, Run, Confidence]:
    chance = random.Random(5)
    selection = _selection(chance, 24)
    run = _run(selection, chance)
    return selection, run, confidence_of(selection, run)


@pytest.mark.parametrize("k", [0, 1, 7, 12, 19])
def test_a_level_has_the_scores_of_a_run_that_never_found_the_rest(
    scored: tuple[Selection, Run, Confidence], k: int
) -> None:
    selection, run, found = scored
    rows = rows_of(selection, _left(run, LEVELS[k]))
    assert found.levels[k].scores == scores_of(rows, SCORES)
    assert found.levels[k].found == sum(row.found for row in rows)


@given(st.integers(0, 10**6))
@settings(deadline=None, max_examples=15)
def test_neither_recall_nor_what_is_found_rises_with_the_level(seed: int) -> None:
    chance = random.Random(seed)
    selection = _selection(chance, 6)
    levels = confidence_of(selection, _run(selection, chance)).levels
    for lower, higher in itertools.pairwise(levels):
        assert lower.found >= higher.found
        recalls = [level.scores["detection_recall"].value or 0.0 for level in (lower, higher)]
        assert recalls[0] >= recalls[1]


def test_what_is_left_open_counts_neither_way(scored: tuple[Selection, Run, Confidence]) -> None:
    selection, run, found = scored
    rows = rows_of(selection, run)
    assert sum(len(row.ignored) for row in rows) > 0
    assert found.found == sum(row.found for row in rows)
    assert found.found == sum(b.found for b in found.reliability["core"].count_bins)
    for tier in TIERS:
        hits = found.reliability[tier].hits
        assert hits.value == pytest.approx(scores_of(rows, (f"{tier}_precision",))[f"{tier}_precision"].value)


def test_the_best_level_is_the_lowest_of_those_with_the_highest_core_f1(
    scored: tuple[Selection, Run, Confidence],
) -> None:
    _, _, found = scored
    values = [level.scores["core_f1"].value or 0.0 for level in found.levels]
    assert found.best == LEVELS[values.index(max(values))]
    assert found.best > 0
    assert found.gain is not None
    assert found.gain.value == pytest.approx(max(values) - values[0])
    words = confidence_table(scored[0], [found])
    assert f"best Core F1 on all: --min-confidence {found.best:.2f}, +{found.gain.value:.3f} [" in words
    assert "report it on another split" in words


def test_of_levels_that_are_as_good_the_lowest_is_named() -> None:
    selection = pages._small()
    sure = {"trees": (pages.RIGHT._replace(confidence=0.8),), "roof": (pages.MADE_UP._replace(confidence=0.2),)}
    found = confidence_of(selection, pages._run(selection, "two", sure))
    alike = [level.least for level in found.levels if level.scores["core_f1"].value == pytest.approx(2 / 3)]
    assert (found.best, alike[0], alike[-1]) == (0.25, 0.25, 0.8)


def test_the_table_tells_the_bins_and_levels_that_programs_get(scored: tuple[Selection, Run, Confidence]) -> None:
    selection, _, found = scored
    read = json.loads(json.dumps(confidence_json(selection, [found])))["runs"][0]
    words = confidence_table(selection, [found])
    assert [level["least"] for level in read["levels"]] == list(LEVELS)
    for own in read["reliability"]["core"]["width_bins"]:
        assert f"{own['low']:.3f} to {own['high']:.3f}" in words
    for level in read["levels"][::2]:
        value = level["scores"]["detection_f1"]["value"]
        assert re.search(rf"^{level['least']:.2f} +{level['found']} .*{value:.3f}", words, re.MULTILINE)
    assert f"{read['reliability']['detection']['equal_count']['value']:.3f} [" in words


def _of_confidences(*confidences: float | None, finds: bool = True) -> list[Prediction]:
    found = tuple(Found(Item(("a",), ("b",), "do", "firm", ()), (), None, c) for c in confidences)
    return [Prediction("a", None, "ok", found=found, finds=finds)]


@pytest.mark.parametrize(
    ("predictions", "why"),
    [
        (_of_confidences(None, None), "the system tells no confidence"),
        (_of_confidences(0.5, None), "1 of 2 found commitments have no confidence"),
        (_of_confidences(0.5, 0.5, 0.5), "every confidence is 0.5"),
        (_of_confidences(), "nothing was found"),
        (_of_confidences(finds=False), "the system looks for no commitments"),
        (_of_confidences(0.5, math.nan), "a confidence is no number from 0 to 1"),
        (_of_confidences(0.5, 1.5), "a confidence is no number from 0 to 1"),
        (_of_confidences(0.5, 0.6), ""),
    ],
)
def test_confidences_that_say_nothing_are_not_scored_and_the_reason_is_told(
    predictions: list[Prediction], why: str
) -> None:
    assert why_not(predictions) == why


# --- the command


def test_the_command_tells_calibration_and_the_curve_of_each_run(
    told: Onrecord, gold: Path, runs: tuple[str, str]
) -> None:
    said = told("eval", "confidence", "a", "b", "--gold", "gold")
    assert (said.code, said.err) == (0, "")
    assert [said.out.count(words) for words in ("ECE, 15 bins", "Brier", "--min-confidence  found")] == [2, 2, 2]
    read = json.loads(told("eval", "confidence", "a", "b", "--gold", "gold", "--json").out)
    plain = json.loads(told("eval", "score", "a", "--gold", "gold", "--json").out)
    assert [run["name"] for run in read["runs"]] == ["a", "b"]
    assert read["signature"].startswith(plain["signature"])
    for key, score in read["runs"][0]["levels"][0]["scores"].items():
        assert score == plain["runs"][0]["scores"][key]


def test_a_run_of_one_confidence_is_named_with_the_reason(told: Onrecord, gold: Path, tmp_path: Path) -> None:
    lines = [json.dumps({"id": i, "commitments": _same(i)}) for i in commands.texts()]
    (tmp_path / "theirs.jsonl").write_text("\n".join(lines))
    arguments = ("eval", "confidence", "--predictions", "theirs.jsonl", "--as", "jsonl", "--gold", "gold")
    said = told(*arguments)
    assert said.code == 0
    assert "theirs.jsonl: not scored: every confidence is 0.7" in said.out
    assert json.loads(told(*arguments, "--json").out)["runs"][0]["why"] == "every confidence is 0.7"


def _same(article: str) -> list[dict[str, Any]]:
    return (
        [{"actor": "the council", "action": "plant trees", "evidence": [], "confidence": 0.7}] if article < "s" else []
    )


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--gold", "gold"], "there is no run to look at"),
        (["a", "--gold", "nowhere"], "there is no folder nowhere"),
        (["nowhere", "--gold", "gold"], "nowhere is not there"),
        (["a", "--gold", "gold", "--split", "dev"], "has no splits.json"),
        (["a", "--gold", "gold", "--part", "p"], "has no part 'p'"),
        (["a", "a", "--gold", "gold"], "a is named twice"),
    ],
)
def test_a_mistake_of_a_user_gets_one_line_and_a_hint(
    told: Onrecord, gold: Path, runs: tuple[str, str], arguments: list[str], words: str
) -> None:
    said = told("eval", "confidence", *arguments)
    assert said.code == 2
    assert words in said.err
    assert [line.split(":")[0] for line in said.err.splitlines()] == ["error", "hint"]


# --- the page


def _sure_page(name: str) -> str:
    selection = pages._small()
    sure = {
        "trees": (pages.RIGHT._replace(confidence=0.9),),
        "roof": (pages.OTHER_ACTOR._replace(confidence=0.4), pages.MADE_UP._replace(confidence=0.2)),
    }
    return pages._page(selection, [pages._run(selection, name, sure)])[0]


def test_the_page_draws_reliability_and_the_curve_with_their_numbers_in_words() -> None:
    page = _sure_page('<b>"&')
    section = re.search(r'<section id="sure".*?</section>', page, re.DOTALL)
    assert section
    assert "<b>&" not in section[0]
    drawn = [ElementTree.fromstring(x) for x in re.findall(r'<svg class="plot".*?</svg>', section[0], re.DOTALL)]
    descriptions = [svg.findtext("desc") or "" for svg in drawn]
    assert len(drawn) == 3
    assert "1 found with confidence 0.900 to 0.900, mean 0.900: share of hits 1.000" in descriptions[0]
    assert "mean 0.400: share of hits 0.000" in descriptions[1]
    assert descriptions[2].startswith("precision: 0.667 at 0.00")
    assert [svg.findall("rect") != [] for svg in drawn] == [True, True, False]
    assert not re.search(r"\bnan\b|None", section[0])


def test_the_page_says_why_confidences_are_not_scored() -> None:
    selection = pages._small()
    page = pages._page(selection, pages._two(selection))[0]
    assert page.count("not scored: the system tells no confidence") == 2
