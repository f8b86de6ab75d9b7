"""The sets are read as they are released, and each statistic is what its definition and scipy say."""

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval.judged import (
    ASPECTS,
    GUARD,
    SCOPE,
    Judged,
    agreement_with_people,
    area,
    balanced,
    kendall,
    markdown,
    measure_names,
    read_judged,
    spearman,
    threshold,
)
from pipeline.errors import InputError

SHORT = st.lists(st.integers(0, 4), min_size=2, max_size=12)


def _written(folder: Path, name: str, *rows: Any) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text("".join(f"{json.dumps(row)}\n" for row in rows), "utf-8")
    return folder


# --- reading


def test_summeval_gives_each_system_its_scores_and_all_references(tmp_path: Path) -> None:
    scores = dict.fromkeys(ASPECTS, 5.0)
    systems = {
        "M1": {"summary": "s", "scores": scores},
        "M2": {"summary": "t", "scores": scores | {"consistency": 4.6}},
    }
    row = {"article": "a", "references": ["r", "q"], "systems": systems}
    first, other = read_judged("summeval", _written(tmp_path, "summeval.jsonl", row))
    assert (first.summary, first.system, first.references, first.is_right) == ("s", "M1", ("r", "q"), True)
    assert (other.scores["consistency"], other.is_right) == (4.6, False)


def test_qags_joins_the_sentences_of_a_summary_and_counts_those_that_most_call_right(tmp_path: Path) -> None:
    def said(text: str, *answers: str) -> dict[str, Any]:
        return {"sentence": text, "responses": [{"response": a} for a in answers]}

    row = {"article": "a", "summary_sentences": [said("One.", "yes", "yes", "no"), said("Two.", "no", "yes", "no")]}
    _written(tmp_path, "mturk_cnndm.jsonl", row)
    items = read_judged("qags", _written(tmp_path, "mturk_xsum.jsonl", row))
    assert [i.kind for i in items] == ["qags cnndm", "qags xsum"]
    assert (items[0].summary, items[0].scores, items[0].is_right) == ("One. Two.", {"correctness": 0.5}, False)


def test_fib_pairs_the_right_with_the_wrong_one_and_leaves_copied_and_right_pairs_out(tmp_path: Path) -> None:
    def pair(dataset: str, benchmark: str, article: str = "1") -> dict[str, Any]:
        return {
            "dataset": dataset,
            "benchmark": benchmark,
            "id": article,
            "choices": ["<t> a </t>", "<t> b </t>"],
            "label": 1,
        }

    _written(tmp_path, "articles.jsonl", {"key": "xsum:1", "article": "A"}, {"key": "cnn_dm:1", "article": "C"})
    rows = [
        pair("xsum", "fib"),
        pair("cnn_dm", "fib"),
        pair("xsum", "factually_consistent_x"),
        pair("xsum", "fib", "2"),
    ]
    items = read_judged("fib", _written(tmp_path, "pairs.jsonl", *rows))
    assert [(i.kind, i.article, i.summary, i.is_right, i.pair) for i in items] == [
        ("fib xsum", "A", "a", False, "0"),
        ("fib xsum", "A", "b", True, "0"),
    ]


def test_summedits_labels_are_read_as_numbers(tmp_path: Path) -> None:
    rows = [{"doc": "d", "summary": "s", "label": "1"}, {"doc": "d", "summary": "t", "label": "0"}]
    (tmp_path / "news_dev.json").write_text(json.dumps(rows), "utf-8")
    assert [i.is_right for i in read_judged("summedits", tmp_path)] == [True, False]


def test_another_set_a_missing_file_and_a_file_of_another_kind_are_refused_with_a_hint(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no set of judged summaries frank") as refused:
        read_judged("frank", tmp_path)
    assert "summeval, qags, fib, summedits" in str(refused.value.hint)
    with pytest.raises(InputError, match=r"summedits needs .*news_dev\.json"):
        read_judged("summedits", tmp_path)
    with pytest.raises(InputError, match="is not as summeval is released"):
        read_judged("summeval", _written(tmp_path, "summeval.jsonl", {"article": "a"}))
    assert set(SCOPE) == {"summeval", "qags", "fib", "summedits"}


# --- statistics


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@settings(deadline=None)  # the first call imports scipy
@given(SHORT, st.randoms(use_true_random=False))
def test_rank_correlations_are_those_of_scipy(left: list[int], random: Any) -> None:
    from scipy.stats import kendalltau, spearmanr

    right = random.choices(range(5), k=len(left))
    a, b = np.array(left, float), np.array(right, float)
    if np.ptp(a) == 0 or np.ptp(b) == 0:
        assert spearman(a, b) is kendall(a, b) is None
        return
    assert spearman(a, b) == pytest.approx(float(spearmanr(a, b)[0]))
    assert kendall(a, b) == pytest.approx(float(kendalltau(a, b)[0]))


@given(SHORT, st.randoms(use_true_random=False))
def test_the_area_is_the_share_of_pairs_in_order(scores: list[int], random: Any) -> None:
    right = np.array(random.choices([True, False], k=len(scores)))
    score = np.array(scores, float)
    pairs = [(g > b) + 0.5 * (g == b) for g in score[right] for b in score[~right]]
    assert area(right, score) == (pytest.approx(np.mean(pairs)) if pairs else None)


def test_the_threshold_is_the_one_that_balances_best() -> None:
    right, score = np.array([True, True, False, False]), np.array([0.9, 0.6, 0.7, 0.1])
    at = threshold(right, score)
    assert at == 0.6
    assert balanced(right, score >= at) == 0.75
    assert balanced(np.array([True]), np.array([True])) is None


# --- agreement

agreement = partial(agreement_with_people, resamples=100)
WORDS = "alpha beta gamma delta epsilon zeta eta theta".split()


def _items(is_right: Callable[[int], bool] = lambda kept: kept > 4) -> list[Judged]:
    """Summaries of forty articles that keep zero to seven words of the article and invent the rest; fewer is worse."""
    found = []
    for number in range(40):
        article = " ".join(f"{w}{number}" for w in WORDS) + "."
        for kept in range(1, 8):
            said = [f"{w}{number}" for w in WORDS[:kept]] + ["new"] * (8 - kept)
            scores = dict.fromkeys(ASPECTS, float(kept))
            found.append(
                Judged("toy", article, " ".join(said) + ".", scores=scores, is_right=is_right(kept), system=f"M{kept}")
            )
    return found


def test_a_measure_that_orders_as_people_do_agrees_fully_within_and_between() -> None:
    rows = {r.statistic: r for r in agreement(_items(), ["support_1"])}
    for name in ("kendall consistency", "systems fluency", "spearman relevance", "auc", "balanced accuracy"):
        row = rows[name]
        assert (row.value, row.low, row.high) == (pytest.approx(1), pytest.approx(1), pytest.approx(1)), name
    assert (rows["auc"].items, rows["auc"].articles) == (280, 40)
    assert "pairs won" not in rows


def test_lower_is_better_is_turned_round() -> None:
    turned = {r.statistic: r.value for r in agreement(_items(), ["repeated_3grams"])}
    assert turned["auc"] is not None
    assert turned["auc"] > 0.5


def test_a_measure_without_values_says_why() -> None:
    rows = agreement(_items(), ["rouge1_f", "new_numbers"])
    assert [(r.measure, r.value, r.why) for r in rows] == [
        ("rouge1_f", None, "no reference"),
        ("new_numbers", None, "the same value for all"),
    ]
    told = markdown([*rows, *agreement(_items(), ["support_1"])])
    assert told.endswith("Not scored: `rouge1_f` (no reference); `new_numbers` (the same value for all).")


def test_pairs_are_won_by_the_right_version_and_ties_count_half() -> None:
    items = [
        Judged("toy", f"a b {n}.", said, is_right=right, pair=str(n))
        for n in range(20)
        for said, right in ((f"a b {n}.", True), ("a x y." if n % 2 else f"a b {n}.", False))
    ]
    rows = {r.statistic: r for r in agreement(items, ["support_1", GUARD])}
    assert rows["pairs won"].value is not None
    won = [r for r in agreement(items, ["support_1"]) if r.statistic == "pairs won"]
    assert won[0].value == 0.75
    assert won[0].low is not None
    assert won[0].high is not None
    assert 0.5 < won[0].low < 0.75 < won[0].high < 1


def test_the_same_items_give_the_same_rows_in_any_order() -> None:
    items = _items()
    rows = agreement(items, ["density"])
    assert rows == agreement(items, ["density"])
    values = [r.value for r in agreement(items[::-1], ["density"])]
    assert values == pytest.approx([r.value for r in rows])


def test_all_measures_of_a_summary_by_itself_and_the_guard_are_compared() -> None:
    names = measure_names()
    assert {"rouge2_f", "density", "support_3", "new_names", GUARD} <= set(names)
    assert not {"commitments", "entailment_mean"} & set(names)


def test_a_table_has_each_measure_with_its_interval_and_marks_the_best() -> None:
    text = markdown(agreement(_items(), ["support_1", "words"]))
    assert text.startswith("toy: 280 summaries of 40 articles")
    assert "| `support_1` | **1.000** [1.000, 1.000]" in text
    assert "`words` (the same value for all)" in text


def test_what_others_report_stands_below_the_table_of_the_same_set() -> None:
    items = [item._replace(kind="summeval") for item in _items()]
    assert "AlignScore-large (Zha et al. 2023) 0.466 (spearman consistency)" in markdown(
        agreement(items, ["support_1"])
    )
