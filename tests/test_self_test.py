"""The self-test passes here, and fails for every wrong scorer that is put in our scorer's place."""

import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import eval.aligning as aligning
import eval.scoring as scoring
import eval.selftest as selftest
import eval.uncertainty as uncertainty
from eval.aligning import ROUNDING, TAU, WEIGHTS, Comparison, Item, Pair, token_f1
from eval.gold import GoldArticle
from eval.predictions import Found, Prediction
from eval.scoring import Row
from eval.selftest import Check, case_fault, cases, random_lists, self_test
from eval.uncertainty import Drawn, Numbers
from pipeline.records import Span


@pytest.fixture(scope="module")
def checks() -> list[Check]:
    return self_test()


def test_the_scorer_passes_its_own_test(checks: list[Check]) -> None:
    assert [c for c in checks if not c.passed] == []


def test_no_two_checks_have_one_name_and_none_is_of_no_kind(checks: list[Check]) -> None:
    names = [c.name for c in checks]
    assert len(set(names)) == len(names)
    kinds = {n.partition(":")[0] for n in names}
    assert kinds >= {"library", "case", "statistics", "property", "wrong scorer"}
    assert sum(n.startswith("case:") for n in names) >= 25


def test_versions_of_libraries_are_told(checks: list[Check]) -> None:
    told = {c.name: c.detail for c in checks if c.name.startswith("library")}
    assert told["library: numpy"] == np.__version__
    assert set(told) == {"library: numpy", "library: scipy", "library: rouge_score"}


def test_another_version_of_what_a_signature_names_is_a_failed_check(monkeypatch: pytest.MonkeyPatch) -> None:
    def version(name: str) -> str:
        if name == "scipy":
            raise metadata.PackageNotFoundError(name)
        return "0.0.9"

    monkeypatch.setattr(selftest.metadata, "version", version)
    found = {c.name: (c.passed, c.detail) for c in selftest._libraries()}
    assert found["library: numpy"] == (True, "0.0.9")
    assert found["library: rouge_score"] == (False, "0.0.9, and it should be 0.1.2")
    assert found["library: scipy"][0] is False


# --- wrong scorers in our scorer's place


def _gate_last(weights: Any, *, tau: float = TAU) -> list[tuple[int, int]]:
    if not weights or not weights[0]:
        return []
    from scipy.optimize import linear_sum_assignment

    chosen = zip(*linear_sum_assignment(np.array(weights), maximize=True), strict=True)
    return [(int(i), int(j)) for i, j in chosen if weights[i][j] >= tau]


def _greedy(weights: Any, *, tau: float = TAU) -> list[tuple[int, int]]:
    found: dict[int, int] = {}
    cells = [(s, -i, -j) for i, row in enumerate(weights) for j, s in enumerate(row) if s >= tau - ROUNDING]
    for _, i, j in sorted(cells, reverse=True):
        if -i not in found and -j not in found.values():
            found[-i] = -j
    return list(found.items())


def _never(weights: Any, *, tau: float = TAU) -> list[tuple[int, int]]:
    return []


def _first_come(compared: Comparison, *, tau: float = TAU) -> list[Pair]:
    """Each found commitment, as they come, takes the gold that is most like it and still free."""
    found: dict[int, Pair] = {}
    for column in zip(*compared.pairs, strict=True):
        free = [p for p in column if p.left not in found and p.similarity >= tau - ROUNDING]
        if free:
            best = max(free, key=lambda p: p.similarity)
            found[best.left] = best
    return [found[i] for i in sorted(found)]


_SCORE = scoring.score_article


def _null_as_right(fields: dict[str, float]) -> float:
    return sum(w * fields.get(f, 1.0) for f, w in WEIGHTS.items()) / sum(WEIGHTS.values())


def _by_gold_length(left: Any, right: Any) -> float:
    both = sum(max(0, min(a.end, b.end) - max(a.start, b.start)) for a in left for b in right)
    return both / (sum(a.end - a.start for a in left) or 1)


def _as_sets(left: str, right: str) -> float:
    a, b = set(aligning.tokens(left)), set(aligning.tokens(right))
    return 2 * len(a & b) / (len(a) + len(b)) if a or b else 1.0


def _without_penalty(left: str, left_polarity: str, right: str, right_polarity: str) -> aligning._Likeness:
    return aligning._Likeness(token_f1(left, right), True, True)


def _once(article: GoldArticle, prediction: Prediction, *rest: Any, **more: Any) -> Row:
    """What is found more than once is found once."""
    once = tuple({f.item: f for f in prediction.found}.values())
    return _SCORE(article, prediction._replace(found=once), *rest, **more)


def _forgiving(article: GoldArticle, prediction: Prediction, *rest: Any, **more: Any) -> Row:
    """A failed article has nothing that could be missed."""
    if prediction.status == "failed":
        article = article.model_copy(update={"commitments": ()})
    return _SCORE(article, prediction, *rest, **more)


def _forgets_empty(article: GoldArticle, prediction: Prediction, *rest: Any, **more: Any) -> Row:
    """An article without commitments costs nothing."""
    if not article.commitments:
        prediction = prediction._replace(found=())
    return _SCORE(article, prediction, *rest, **more)


def _no_labels(*_: Any) -> Iterator[Any]:
    return iter(())


def _smaller_errors(above: Numbers, below: Numbers) -> Drawn:
    """As if the spread of the resamples were a sample's, to be divided by the root of their number."""
    drawn = _DRAW(above, below)
    mean = np.nanmean(drawn.resampled, axis=0)
    return drawn._replace(resampled=mean + (drawn.resampled - mean) / np.sqrt(len(drawn.resampled)))


_DRAW = uncertainty.draw


def _unpaired(a: Any, b: Any) -> list[float]:
    return [selftest.unpaired(list(a[0][:, 0]), list(b[0][:, 0]))]


def _fails(kind: str, name: str) -> bool:
    """One check alone: all of them take seconds for each of these."""
    if kind == "case":
        return bool(case_fault(next(c for c in cases() if c.name == name), selftest.score))
    if kind == "statistics":
        return bool(selftest.STATISTICS[name]())
    if kind == "wrong scorer":
        return not next(w.holds(w.ours) for w in selftest.WRONG if w.name == name)
    chance = random.Random(0)
    return any(selftest.PROPERTIES[name](random_lists(chance), chance, selftest.score) for _ in range(selftest.ROUNDS))


# Where the wrong one is put, what it is, and a check that must fail.
MUTANTS: list[tuple[str, list[tuple[Any, str]], Callable[..., Any], tuple[str, str]]] = [
    ("assign, then gate", [(aligning, "matching")], _gate_last, ("case", "the gate comes before the assignment")),
    ("greedy", [(aligning, "matching")], _greedy, ("case", "the greatest sum is taken, not the greatest pair first")),
    ("no pairs", [(aligning, "matching")], _never, ("property", "gold against itself is 1")),
    ("as they come", [(scoring, "assign")], _first_come, ("property", "the order of the lists does not matter")),
    ("null is right", [(aligning, "similarity")], _null_as_right,
     ("case", "fields that neither side has are left out, not right")),
    ("by the gold's length", [(aligning, "span_overlap"), (scoring, "span_overlap")], _by_gold_length,
     ("case", "the whole article is no evidence")),
    ("sets of words", [(aligning, "token_f1"), (scoring, "token_f1")], _as_sets,
     ("case", "figures are counted as often as they stand")),
    ("no penalties", [(aligning, "_action")], _without_penalty, ("case", "a dropped not is no Core hit")),
    ("sets of commitments", [(selftest, "score_article")], _once, ("wrong scorer", "sets in place of lists")),
    ("failures dropped", [(selftest, "score_article")], _forgiving, ("wrong scorer", "failures dropped")),
    ("empty gold dropped", [(selftest, "score_article")], _forgets_empty,
     ("case", "what is found where the gold has nothing is false")),
    ("no labels", [(scoring, "mistakes")], _no_labels, ("property", "what is left over has one label")),
    ("error ÷ √B", [(uncertainty, "draw")], _smaller_errors, ("statistics", "standard error of a mean")),
    ("unpaired", [(uncertainty, "randomisations")], _unpaired, ("statistics", "paired randomisation, every exchange")),
]  # fmt: skip


@pytest.mark.parametrize(("name", "places", "wrong", "check"), MUTANTS, ids=[m[0] for m in MUTANTS])
def test_a_wrong_scorer_in_the_place_of_ours_is_caught(
    monkeypatch: pytest.MonkeyPatch, name: str, places: list[tuple[Any, str]], wrong: Any, check: tuple[str, str]
) -> None:
    assert not _fails(*check)
    for module, attribute in places:
        monkeypatch.setattr(module, attribute, wrong)
    assert _fails(*check)


def test_another_seed_draws_other_cases_and_the_same_seed_the_same() -> None:
    first, same, other = (random_lists(random.Random(seed)) for seed in (1, 1, 2))
    assert first == same != other


def test_a_failed_check_says_what_was_seen_and_what_should_have_been() -> None:
    case = cases()[0]
    assert case_fault(case._replace(expected={**case.expected, "core": []})).startswith("core is [0], not []")


def test_a_scorer_that_breaks_fails_its_checks_and_does_not_end_them(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> Row:
        raise ZeroDivisionError("by nothing")

    monkeypatch.setattr(selftest, "score_article", broken)
    monkeypatch.setattr(selftest, "_hash_seeds", lambda: Check("two processes", True))
    failed = {c.name: c.detail for c in self_test() if not c.passed}
    assert failed[f"case: {cases()[0].name}"] == "ZeroDivisionError: by nothing"
    assert failed["wrong scorer: failures dropped"] == "ZeroDivisionError: by nothing"
    assert not any(name.startswith("statistics") for name in failed)


def test_the_other_processes_are_not_misled_by_a_folder_of_our_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "eval").mkdir()
    (tmp_path / "eval" / "__init__.py").touch()
    monkeypatch.chdir(tmp_path)
    assert len(selftest._fingerprint_of("0")) == 64


def test_two_processes_that_differ_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selftest, "_fingerprint_of", lambda seed: f"print {seed}")
    assert selftest._hash_seeds()[1:] == (False, "print 0 and print 1")


def test_a_process_that_breaks_is_a_failed_check(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = subprocess.CompletedProcess([sys.executable], 1, "", "no numpy")
    monkeypatch.setattr(selftest.subprocess, "run", lambda *_, **__: broken)
    assert selftest._hash_seeds().passed is False


def test_a_golden_case_is_read_with_its_evidence_as_it_stands() -> None:
    found = [f for c in cases() for f in c.prediction.found if not f.is_grounded]
    assert [f.item.evidence for f in found] == [(), ()]
    assert (
        Found(Item(("Ruth Penn",), ("plant 300 lime trees",), "do", "firm", (Span(start=0, end=40),)), ("x",))
        == (cases()[0].prediction.found[0])
    )
