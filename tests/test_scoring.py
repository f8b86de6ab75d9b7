"""The scorer: cases worked out by hand, properties, every assignment tried, wrong scorers, the same bytes twice."""

import hashlib
import itertools
import json
import random
import subprocess
import sys
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import cases

from eval.aligning import (
    TAU,
    Deadline,
    Item,
    action_similarity,
    deadline_similarity,
    fields_of,
    matching,
    similarity,
    span_overlap,
    token_f1,
)
from eval.gold import GoldArticle, parse_gold
from eval.metrics import METRICS, by_part, scores_of, signature
from eval.predictions import Found, Prediction
from eval.scoring import Row, score_article
from eval.selftest import (
    PROPERTIES,
    WRONG,
    Case,
    Lists,
    Wrong,
    article_of,
    assigned,
    case_fault,
    prediction_of,
    score,
)
from eval.selftest import cases as golden_cases
from pipeline.config import RunConfig
from pipeline.engines.cue.engine import CueEngine
from pipeline.records import Span
from pipeline.run import run_inputs
from pipeline.rundir import RunDirectory

FIELDS = cases("scoring_fields")


# --- golden cases


@pytest.mark.parametrize("case", golden_cases(), ids=[c.name for c in golden_cases()])
def test_a_case_worked_out_by_hand_is_scored_so(case: Case) -> None:
    assert case_fault(case) == ""


@pytest.mark.parametrize("part", ["S", "pairs", "core", "exact", "mistakes", "fields", "sums"])
def test_a_case_that_says_otherwise_is_told(part: str) -> None:
    case = golden_cases()[2]
    other: dict[str, Any] = {"S": [["1/2"]], "pairs": [], "core": [0], "exact": [0], "mistakes": [], "fields": {}}
    changed = case._replace(expected={**case.expected, part: other.get(part, {"found": 2})})
    assert part in case_fault(changed)


@pytest.mark.parametrize("case", FIELDS, ids=[f"{c['rule']}: {c['left']} | {c['right']}" for c in FIELDS])
def test_a_field_is_as_alike_as_the_rules_say(case: dict[str, Any]) -> None:
    assert _alike(case["rule"], case["left"], case["right"]) == pytest.approx(float(Fraction(case["expect"])))


def _alike(rule: str, left: Any, right: Any) -> float | None:
    if rule == "words":
        return token_f1(left, right)
    if rule == "overlap":
        return span_overlap(*([Span(start=a, end=b) for a, b in side] for side in (left, right)))
    if rule == "deadline":
        return deadline_similarity(*(Deadline(text, a or None, b or None) for text, a, b in (left, right)))
    return action_similarity(*(_item(action, polarity=polarity) for action, polarity in (left, right)))


def _item(action: str = "plant trees", actor: str = "Penn", start: int = 0, **more: Any) -> Item:
    polarity = more.pop("polarity", "do")
    return Item(
        (actor,), (action,), polarity, "firm", more.pop("evidence", (Span(start=start, end=start + 10),)), **more
    )


def test_a_commitment_without_evidence_is_compared_too() -> None:
    assert fields_of(_item(evidence=()), _item())["evidence"] == 0.0


# --- properties

_SPANS = st.builds(lambda start, length: Span(start=start, end=start + length), st.integers(0, 50), st.integers(1, 25))
_DEADLINES = st.builds(
    Deadline,
    st.sampled_from(["by then", "before the recess"]),
    st.sampled_from([None, "2031-01-01", "2031-06-01", "2031-08-01"]),
    st.sampled_from([None, "2031-06-30", "2031-12-31"]),
)
_ACTIONS = st.lists(st.sampled_from("plant cut trees taxes not 300 500 homes".split()), min_size=1, max_size=4)
_ITEMS = st.builds(
    Item,
    actors=st.lists(st.sampled_from(["Ruth Penn", "Penn", "the council"]), min_size=1, max_size=2).map(tuple),
    actions=st.lists(_ACTIONS.map(" ".join), min_size=1, max_size=2).map(tuple),
    polarity=st.sampled_from(["do", "not_do"]),
    strength=st.just("firm"),
    evidence=st.lists(_SPANS, min_size=1, max_size=2).map(tuple),
    deadline=st.none() | _DEADLINES,
    recipient=st.none() | st.sampled_from(["tenants", "all tenants"]),
    condition=st.none() | st.just("if paid"),
    implementer=st.none() | st.just("the council"),
)


@st.composite
def _lists(draw: st.DrawFn) -> Lists:
    """What is found is in part the gold's, so that much is alike."""
    gold = draw(st.lists(_ITEMS, max_size=4))
    copied = draw(st.lists(st.sampled_from(gold), max_size=3)) if gold else []
    return Lists(tuple(gold), (*copied, *draw(st.lists(_ITEMS, max_size=3))))


@pytest.mark.parametrize("name", PROPERTIES)
@settings(max_examples=40, deadline=None)
@given(lists=_lists(), chance=st.randoms(use_true_random=False))
def test_a_property_holds_for_any_two_lists(name: str, lists: Lists, chance: random.Random) -> None:
    assert PROPERTIES[name](lists, chance, score) == ""


def _broken(row: Row, **sums: float) -> Row:
    return Row(**{**vars(row), "sums": {**row.sums, **sums}})


class _Leaking:
    """Keeps what it found in one document for the next."""

    def __init__(self) -> None:
        self.hits = 0.0

    def __call__(self, article: GoldArticle, prediction: Prediction) -> Row:
        row = score(article, prediction)
        self.hits += row.sums["detection_hits"]
        return _broken(row, detection_hits=self.hits)


# For each property a scorer that does not have it.
BREAKERS: dict[str, Any] = {
    "the order of the lists does not matter": lambda a, p: _broken(
        score(a, p), soft=float(bool(p.found) and p.found[0].item == min(p.found, key=lambda f: f.item.order).item)
    ),
    "a wrong addition raises no precision and no F1": lambda a, p: _broken(
        score(a, p), detection_hits=len(p.found), found=len(p.found) + 1
    ),
    "the removal of a right one raises no recall": lambda a, p: _broken(score(a, p), soft=9 - len(p.found)),
    "P(a, b) is R(b, a)": lambda a, p: _broken(score(a, p), core_hits=min(1, len(a.commitments))),
    "gold against itself is 1": lambda a, p: _broken(score(a, p), exact_hits=0),
    "every document twice changes no micro score": _Leaking(),
    "shares are between 0 and 1": lambda a, p: _broken(score(a, p), soft=1 + len(p.found) + len(a.commitments)),
    "a tier has no more hits than the one before it": lambda a, p: _broken(score(a, p), core_hits=99),
    "what is left over has one label": lambda a, p: Row(**{**vars(score(a, p)), "mistakes": ()}),
    "the outcomes of a field add up": lambda a, p: _broken(score(a, p), **{"field.actor.spurious": 7.0}),
}


@pytest.mark.parametrize("name", BREAKERS)
def test_a_property_is_broken_by_a_scorer_without_it(name: str) -> None:
    from eval.selftest import random_lists

    chance = random.Random(1)
    assert any(PROPERTIES[name](random_lists(chance), chance, BREAKERS[name]) for _ in range(200))


def test_every_property_has_a_scorer_that_breaks_it() -> None:
    assert set(BREAKERS) == set(PROPERTIES)


def test_a_score_says_of_how_many_articles_it_is() -> None:
    rows = [score(article_of([_item()]), prediction_of([_item()])), score(article_of([_item()]), prediction_of([]))]
    once, twice = scores_of(rows, ["core_f1"])["core_f1"], scores_of(rows * 2, ["core_f1"])["core_f1"]
    assert once.value == twice.value == pytest.approx(2 / 3)
    assert (once.documents, twice.documents) == (2, 4)


# --- every assignment tried


@st.composite
def _matrices(draw: st.DrawFn) -> list[list[float]]:
    rows, columns = draw(st.integers(1, 6)), draw(st.integers(1, 6))
    cell = st.sampled_from([0.0, 0.2, 0.45, 0.5, 0.55, 0.6, 0.75, 0.9, 1.0]) | st.floats(0, 1)
    return [[draw(cell) for _ in range(columns)] for _ in range(rows)]


@settings(max_examples=150, deadline=None)
@given(_matrices())
def test_no_assignment_has_a_greater_sum(matrix: list[list[float]]) -> None:
    pairs = matching(matrix)
    assert all(matrix[i][j] >= TAU - 1e-9 for i, j in pairs)
    assert len({i for i, _ in pairs}) == len({j for _, j in pairs}) == len(pairs)
    assert sum(matrix[i][j] for i, j in pairs) == pytest.approx(_greatest(matrix))


def _greatest(matrix: list[list[float]]) -> float:
    gated = [[s if s >= TAU - 1e-9 else 0.0 for s in row] for row in matrix]
    if len(gated) > len(gated[0]):
        gated = [list(column) for column in zip(*gated, strict=True)]
    places = range(len(gated[0]))
    return max(sum(gated[i][j] for i, j in enumerate(p)) for p in itertools.permutations(places, len(gated)))


@settings(max_examples=60, deadline=None)
@given(_lists())
def test_the_pairs_of_an_article_have_the_greatest_sum(lists: Lists) -> None:
    row = score(article_of(lists.gold), prediction_of(lists.found))
    matrix = [[similarity(fields_of(g, f)) for f in lists.found] for g in lists.gold]
    assert row.sums["soft"] == pytest.approx(_greatest(matrix) if matrix and matrix[0] else 0.0)


# --- wrong scorers


@pytest.mark.parametrize("each", WRONG, ids=[w.name for w in WRONG])
def test_a_wrong_scorer_misses_a_golden_value_that_ours_gives(each: Wrong) -> None:
    assert each.holds(each.ours)
    assert not each.holds(each.wrong)


# --- rows and scores


def test_a_score_without_anything_to_divide_by_says_why() -> None:
    scores = scores_of([score(article_of([]), prediction_of([]))])
    assert (scores["core_f1"].value, scores["core_f1"].why) == (None, "nothing on either side")
    assert (scores["core_precision"].why, scores["core_recall"].why) == ("nothing was found", "no gold commitment")
    assert scores["abstention"].value == 1.0
    assert all((s.value is None) == bool(s.why) for s in scores.values())


def test_a_failed_article_counts_in_recall_and_its_reason_is_kept() -> None:
    right = score(article_of([_item()]), prediction_of([_item()]))
    failed = score(article_of([_item()]), Prediction("a", None, "failed", "timeout"))
    scores = scores_of([right, failed], ["core_recall", "core_precision", "failed"])
    assert [s.value for s in scores.values()] == [0.5, 1.0, 0.5]
    assert (failed.status, failed.reason) == ("failed", "timeout")


def test_the_core_of_a_row_names_the_gold_commitments() -> None:
    article = article_of([_item("open a pool", start=50), _item()])
    assert score(article, prediction_of([_item()])).core == ("c1",)


def test_which_of_two_that_read_the_same_is_in_the_article_does_not_hang_on_their_order() -> None:
    there, not_there = Found(_item(), ("y",)), Found(_item(), ("x",), is_grounded=False)
    kinds = [
        [(m.kind, m.gold) for m in score(article_of([_item()]), Prediction("a", None, "ok", found=found)).mistakes]
        for found in ((there, not_there), (not_there, there))
    ]
    assert kinds == [[("fabricated", None)]] * 2


def test_which_of_two_as_alike_is_assigned_does_not_hang_on_their_order() -> None:
    both = _item("plant trees and open pools", evidence=(Span(start=0, end=20),))
    gold = [_item("plant trees"), _item("open pools", start=10)]
    taken = {g[score(article_of(g), prediction_of([both])).pairs[0].left].actions for g in (gold, gold[::-1])}
    assert len(taken) == 1


@pytest.mark.parametrize("rows", [(0, 1), (1, 0)])
@pytest.mark.parametrize("columns", [(0, 1), (1, 0)])
def test_of_equal_sums_the_one_with_more_hits_is_taken_in_any_order(rows: Any, columns: Any) -> None:
    matrix = [[1.0, 0.5], [0.5, 0.0]]
    assert len(assigned([[matrix[i][j] for j in columns] for i in rows])) == 2


def test_half_credit_is_given_for_what_is_half_right() -> None:
    """The counts of nervaluate 1.2.1 on three right spans, a half right one, a missed and a spurious one: .7."""
    gold = [_item(f"do {w}", start=20 * i) for i, w in enumerate("ab cd ef gh ij".split())]
    found = [*gold[:3], _item("do gh", evidence=(Span(start=62, end=70),)), _item("sell", "Bell", 500)]
    scores = scores_of(
        [score(article_of(gold), prediction_of(found))], [f"field_evidence_{x}" for x in ("precision", "recall", "f1")]
    )
    assert [s.value for s in scores.values()] == pytest.approx([0.7, 0.7, 0.7])


def test_characters_of_evidence_are_counted_over_all_and_over_assigned_alone() -> None:
    gold, found = (
        [_item(), _item("sell", "Bell", 100)],
        [_item(evidence=(Span(start=0, end=20),)), _item("x", "Y", 300)],
    )
    scores = scores_of([score(article_of(gold), prediction_of(found))])
    named = ("chars_precision", "chars_recall", "aligned_chars_precision", "aligned_chars_recall", "length_ratio")
    assert [scores[n].value for n in named] == pytest.approx([10 / 30, 10 / 20, 10 / 20, 1.0, 2.0])


def test_of_gold_that_was_not_found_the_first_run_of_evidence_is_counted() -> None:
    gold = _item(evidence=(Span(start=0, end=10), Span(start=50, end=80)))
    assert score(article_of([gold]), prediction_of([])).sums["chars_gold"] == 10


def test_a_span_is_exact_when_every_character_is_the_same() -> None:
    gold, found = (_item(evidence=(Span(start=0, end=end),)) for end in (40, 38))
    sums = score(article_of([gold]), prediction_of([found])).sums
    assert (sums["spans_exact"], sums["spans_partial"], sums["field.evidence.correct"]) == (0, 1, 1)


def test_articles_left_empty_are_a_share_of_those_without_commitments() -> None:
    rows = [
        score(article_of(gold), prediction_of(found)) for gold, found in (([_item()], []), ([], []), ([], [_item()]))
    ]
    scores = scores_of(rows, ["abstention", "false_on_empty"])
    assert [(s.value, s.documents) for s in scores.values()] == [(0.5, 2), (0.5, 2)]


def test_sentences_that_evidence_touches_are_counted_where_the_text_is_here() -> None:
    sentences = [Span(start=0, end=10), Span(start=10, end=20), Span(start=20, end=30)]
    found = prediction_of([_item(evidence=(Span(start=5, end=15),))])
    row = score_article(article_of([_item()]), found, None, sentences=sentences)
    assert [row.sums[f"sentences_{side}"] for side in ("both", "gold", "found")] == [1, 1, 2]
    assert scores_of([score(article_of([_item()]), found)])["sentences_f1"].why == "the texts are not here"


def test_a_lower_threshold_is_swept_over_the_same_lists() -> None:
    near = _item("open a pool of 2 lanes", evidence=(Span(start=0, end=40),))
    row = score(article_of([_item("open a pool", "the council")]), prediction_of([near]))
    assert row.pairs == ()
    assert row.sums["core_hits@0.30"] == 0.0
    whole = score(article_of([_item()]), prediction_of([_item()]))
    scores = scores_of([whole, row])
    assert {s.value for k, s in scores.items() if k.startswith("core_f1")} == {0.5}


def test_parts_of_the_gold_are_scored_alone_when_there_are_several() -> None:
    rows = [
        score_article(article_of([_item()]), prediction_of([_item()] * n), None, part=part)
        for part, n in (("wire", 1), ("speech", 2))
    ]
    found = by_part(rows)
    assert [found[p]["detection_f1"].value for p in ("speech", "wire")] == [pytest.approx(2 / 3), 1.0]
    assert by_part(rows[:1]) == {}


def test_every_metric_is_of_sums_that_rows_have() -> None:
    """A misspelt sum would be 0 throughout and look like a score."""
    names = {n for m in METRICS.values() for n in (*m.above, *m.below) if not n.startswith(("summar",))}
    outcomes = ("correct", "partial", "incorrect", "missing", "spurious")
    counted = {n for n in names if n.split(".")[0] in ("field", "aligned", "polarity", "strength")}
    sums = score_article(article_of([_item()]), prediction_of([]), None, sentences=[Span(start=0, end=99)]).sums
    lacking = names - counted - set(sums)
    assert lacking <= {"dated", "dated_right", "spans", "spans_exact", "spans_partial", "length_ratio", "empty_gold",
                       "left_empty", "false_on_empty", "chars_both", "aligned_chars_both", "aligned_chars_gold",
                       "aligned_chars_found"}  # fmt: skip
    assert all(n.rsplit(".", 1)[1] in (*outcomes, "do", "not_do", "firm", "intention", "conditional") for n in counted)


def test_the_signature_names_what_two_scores_must_share() -> None:
    told = signature("f" * 64, "dev", "9/9")
    assert told.startswith("scorer ")
    assert "gold ffffffffffff | split dev" in told
    assert told != signature("e" * 64, "dev", "9/9")


# --- the same bytes

TEXT = (
    "The mayor of Alder, Ruth Penn, promised to plant 300 lime trees by the end of 2031. She will not cut down oaks.\n"
)
SCRIPT = """
import json, sys
from pathlib import Path
from eval.selecting import baselines, load_runs, select, sheet_of
from eval.comparing import rank
selection = select(Path(sys.argv[1]))
[run] = load_runs(selection, [("run", Path(sys.argv[2]))])
sheets = [sheet_of(selection, r) for r in (run, *baselines(selection))]
rows = [[r.to_json() for r in s.rows] for s in sheets]
told = [selection.signature, rows, [{k: v for k, v in s.scores.items()} for s in sheets], rank(sheets)]
sys.stdout.write(json.dumps(told, default=str))
"""


def _gold(name: str, text: str) -> GoldArticle:
    start, end = text.index("The mayor"), text.index("She will")
    commitment = {
        "id": "c1",
        "actor": "Ruth Penn",
        "action": "plant 300 lime trees",
        "deadline": {"text": "by the end of 2031", "latest": "2031-12-31"},
        "evidence": [{"start": start, "end": end - 1}],
    }
    source = {"file": f"{name}.txt", "sha256": hashlib.sha256(text.encode()).hexdigest()}
    return parse_gold({"id": name, "source": source, "published": "2030-05-06", "commitments": [commitment]})


def test_two_processes_with_other_hash_seeds_give_the_same_bytes(tmp_path: Path) -> None:
    gold, run = tmp_path / "gold", tmp_path / "run"
    gold.mkdir()
    for n in range(3):
        text = f"Report {n}.\n{TEXT}"
        (gold / f"a{n}.txt").write_bytes(text.encode())
        (gold / f"a{n}.json").write_text(_gold(f"a{n}", text).to_json(), "utf-8")
    texts = tmp_path / "texts"
    texts.mkdir()
    for path in gold.glob("*.txt"):
        (texts / path.name).write_bytes(path.read_bytes())
    with RunDirectory.open(run, [str(texts)]) as directory:
        run_inputs([str(texts)], CueEngine(summary_words=90), CONFIG, directory, on_entry=lambda *_: None)
    told = [_told_by_process(seed, gold, run) for seed in ("0", "1")]
    assert told[0] == told[1]
    assert json.loads(told[0])[2][0]["detection_f1"][0] > 0


CONFIG = RunConfig(published=date(2030, 5, 6))


def _told_by_process(seed: str, *arguments: Path) -> str:
    command = [sys.executable, "-c", SCRIPT, *map(str, arguments)]
    environment = {"PATH": "/usr/bin:/bin", "PYTHONHASHSEED": seed}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True, timeout=120).stdout
