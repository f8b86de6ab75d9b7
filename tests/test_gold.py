"""Gold files: reading them, aligning two lists, agreement, what the lint finds, and what to label next."""

import hashlib
import itertools
import json
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.agreement import agreement, alpha, kappa
from eval.agreement_page import agreement_page
from eval.aligning import (
    Deadline,
    Item,
    action_similarity,
    align,
    deadline_similarity,
    fields_of,
    normalised,
    similarity,
    span_overlap,
    token_f1,
)
from eval.choosing import most_disputed
from eval.gold import GoldArticle, parse_gold, read_gold, read_gold_file
from eval.linting import Finding, lint
from eval.predictions import item_of
from pipeline.config import RunConfig
from pipeline.engines.cue.engine import CueEngine
from pipeline.errors import InputError
from pipeline.records import Article, Span
from pipeline.run import process
from pipeline.sentences import split_sentences

TEXT = (
    "The mayor of Alder, Ruth Penn, promised on Monday to plant 300 lime trees by the end of 2031. "
    "She will not cut down a single oak. Residents have asked for benches.\n"
)
FIRST, SECOND, THIRD = (s.span for s in split_sentences(TEXT))


def _span(span: Span) -> dict[str, int]:
    return {"start": span.start, "end": span.end}


def _commitment(**changed: Any) -> dict[str, Any]:
    return {
        "id": "c1",
        "actor": "Ruth Penn",
        "actor_aliases": ["The mayor"],
        "action": "plant 300 lime trees",
        "deadline": {"text": "by the end of 2031", "latest": "2031-12-31"},
        "evidence": [_span(FIRST)],
        **changed,
    }


REFUSAL = _commitment(
    id="c2", actor_aliases=[], action="cut down oaks", polarity="not_do", deadline=None, evidence=[_span(SECOND)]
)


def _gold(*commitments: dict[str, Any], **changed: Any) -> GoldArticle:
    source = {"file": "a.txt", "sha256": hashlib.sha256(TEXT.encode()).hexdigest()}
    read = {"id": "a", "source": source, "published": "2030-05-06", "commitments": commitments or [_commitment()]}
    return parse_gold({**read, **changed})


def _write(folder: Path, *articles: GoldArticle, text: str = TEXT) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for article in articles:
        (folder / f"{article.id}.json").write_text(article.to_json(), "utf-8")
        (folder / f"{article.id}.txt").write_bytes(text.encode())
    return folder


# --- gold files


def test_a_gold_file_is_read_as_it_was_written(tmp_path: Path) -> None:
    article = _gold(_commitment(), REFUSAL, notes="a hard call", form="wire")
    gold = read_gold(_write(tmp_path / "part", article).parent)
    assert gold.articles == {"a": article}
    assert (gold.texts, gold.parts) == ({"a": TEXT}, {"a": "part"})
    assert json.loads(article.to_json())["commitments"][1]["deadline"] is None


def test_the_hash_of_gold_changes_with_every_label_and_with_nothing_else(tmp_path: Path) -> None:
    one = read_gold(_write(tmp_path / "one", _gold()))
    same = read_gold(_write(tmp_path / "two", _gold()))
    other = read_gold(_write(tmp_path / "three", _gold(_commitment(strength="intention"))))
    assert one.sha256 == same.sha256 != other.sha256


def test_a_stand_off_text_is_found_by_its_hash(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(_gold().to_json(), "utf-8")
    assert read_gold(tmp_path).texts == {}
    assert read_gold(tmp_path, {_gold().source.sha256: TEXT}).texts == {"a": TEXT}


@pytest.mark.parametrize(
    ("name", "content", "error"),
    [
        ("a.json", "{", "is no JSON"),
        ("a.json", "[]", "the whole: Input should be"),
        ("a.json", '{"id": "a"}', "source: Field required"),
        ("a.json", _gold().to_json().replace('"firm"', '"sure"'), "commitments.0.strength: Input should be"),
        ("a.json", _gold().to_json().replace('"notes"', '"note"').replace('"guide"', '"gide"'), "gide: Extra inputs"),
        (
            "a.json",
            _gold().to_json().replace("2031-12-31", "2031-13-01"),
            "commitments.0.deadline.latest: Value error, month",
        ),
        (
            "a.json",
            _gold().to_json().replace("2031-12-31", "end of 2031"),
            "commitments.0.deadline.latest: Value error",
        ),
        ("a.json", "[" * 100_000, "is no JSON"),
        ("a.txt", "another text", "is not the text that a.json labels"),
    ],
)
def test_a_file_that_is_no_gold_says_what_and_where(name: str, content: str, error: str, tmp_path: Path) -> None:
    folder = _write(tmp_path / "gold", _gold())
    (folder / name).write_text(content, "utf-8")
    with pytest.raises(InputError, match=error.replace(".", r"\.")):
        read_gold(folder)


def test_two_files_of_one_id_and_a_folder_without_gold_are_refused(tmp_path: Path) -> None:
    _write(tmp_path / "one", _gold())
    _write(tmp_path / "two", _gold())
    with pytest.raises(InputError, match="two gold files have the id a"):
        read_gold(tmp_path)
    with pytest.raises(InputError, match="holds no gold file"):
        read_gold(_empty(tmp_path / "none"))
    with pytest.raises(InputError, match="there is no folder"):
        read_gold(tmp_path / "nowhere")


def _empty(folder: Path) -> Path:
    folder.mkdir()
    return folder


# --- alignment


def _item(action: str = "plant trees", actor: str = "Penn", start: int = 0, **more: Any) -> Item:
    return Item((actor,), (action,), more.pop("polarity", "do"), "firm", (Span(start=start, end=start + 10),), **more)


@pytest.mark.parametrize(
    ("text", "same"),
    {
        "The  Government’s plan": "government's plan",
        "a": "a",
        "The": "the",
        "Plan A": "plan a",
        "won’t cut—can't": "will not cut-can not",
        "ﬁrm\u00ad": "firm",
    }.items(),
)
def test_texts_are_normalised(text: str, same: str) -> None:
    assert normalised(text) == same


def test_an_action_with_another_polarity_or_other_figures_is_worth_half() -> None:
    plain = action_similarity(_item("raise taxes by 5%"), _item("raise taxes by 5%"))
    refused = action_similarity(_item("raise taxes by 5%"), _item("raise taxes by 5%", polarity="not_do"))
    negated = action_similarity(_item("not raise taxes"), _item("raise taxes", polarity="not_do"))
    other = action_similarity(_item("raise taxes by 5%"), _item("raise taxes by 6%"))
    assert (plain, refused) == (1.0, 0.5)
    assert negated == pytest.approx(0.8)
    assert other == pytest.approx(0.5 * token_f1("raise taxes by 5%", "raise taxes by 6%"))


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        (None, None, None),
        (Deadline("by 2030", None, "2030-12-31"), None, 0.0),
        (Deadline("x", "2030-01-01", "2030-01-10"), Deadline("y", "2030-01-06", "2030-01-15"), 5 / 15),
        (Deadline("by 2030", None, "2030-12-31"), Deadline("before 2031", None, "2030-12-31"), 1.0),
        (Deadline("by 2030", None, "2030-12-31"), Deadline("in 2030", "2030-01-01", "2030-12-31"), 1.0),
        (Deadline("by 2030", None, "2030-12-31"), Deadline("by 2031", None, "2031-12-31"), 0.0),
        (Deadline("from 2 May", "2030-05-02", None), Deadline("from 2 May", "2030-05-02", None), 1.0),
        (Deadline("from July", "2031-07-01", None), Deadline("by 2020", None, "2020-01-01"), 0.0),
        (Deadline("from July", "2031-07-01", None), Deadline("by 2031", None, "2031-12-31"), 0.0),
        (Deadline("by 2030", None, "2030-12-31"), Deadline("in January", "2031-01-05", "2031-02-01"), 0.0),
        (Deadline("by 2030", None, "2030-12-31"), Deadline("x", None, "2030-12-30"), 364 / 366),
        (Deadline("before the recess", None, None), Deadline("before the summer recess", None, None), 6 / 7),
        (Deadline("before the recess", None, None), Deadline("by 2030", None, "2030-12-31"), 0.0),
    ],
)
def test_deadlines_are_compared_by_their_days(left: Any, right: Any, expected: float | None) -> None:
    found = deadline_similarity(left, right)
    assert found is None if expected is None else found == pytest.approx(expected)


def test_the_opposite_of_a_commitment_is_no_core_hit() -> None:
    gold, found = _item("raise income tax", polarity="not_do"), _item("raise income tax")
    pairs = align([gold], [found])
    assert [(p.fields["action"], p.is_core) for p in pairs] == [(0.5, False)]
    assert align([gold], [gold])[0].is_core


def test_alternatives_are_the_golds_and_more_evidence_is_no_gain() -> None:
    gold = Item(("Penn", "the mayor"), ("plant trees",), "do", "firm", (Span(start=0, end=10), Span(start=50, end=60)))
    assert fields_of(gold, _item("plant trees", "the mayor"))["actor"] == 1.0
    assert fields_of(gold, _item())["evidence"] == 1.0
    many = gold._replace(evidence=(Span(start=0, end=10), Span(start=20, end=45), Span(start=60, end=90)))
    assert fields_of(gold, many)["evidence"] < 0.2
    twice = gold._replace(evidence=(Span(start=0, end=10), Span(start=0, end=10)))
    assert fields_of(_item(), twice)["evidence"] == 1.0


def test_a_tie_at_the_threshold_is_a_pair_and_a_figure_without_end_is_no_crash() -> None:
    action = action_similarity(_item("b c d e f g h i"), _item("b c d e f x y z"))
    assert action == 5 / 8
    assert align([_item("plant " + "9" * 400)], [_item("plant 3")]) is not None


def test_fields_that_neither_side_has_do_not_count() -> None:
    fields = fields_of(_item(), _item())
    assert set(fields) == {"actor", "action", "evidence"}
    assert similarity(fields) == 1.0
    assert similarity(fields_of(_item(), _item(recipient="all"))) == pytest.approx(0.8 / 0.9)


def test_the_gate_comes_before_the_assignment(monkeypatch: pytest.MonkeyPatch) -> None:
    values = {("a", "x"): 0.60, ("a", "y"): 0.45, ("b", "x"): 0.45, ("b", "y"): 0.0}
    monkeypatch.setattr(
        "eval.aligning.fields_of", lambda g, p: dict.fromkeys(("actor", "action"), values[g.actions[0], p.actions[0]])
    )
    pairs = align([_item("a"), _item("b")], [_item("x"), _item("y")])
    assert [(p.left, p.right) for p in pairs] == [(0, 0)]


WORDS = st.sampled_from(["plant", "trees", "cut", "taxes", "300", "not", "homes"])
ITEMS = st.lists(
    st.builds(
        _item,
        st.lists(WORDS, min_size=1, max_size=4).map(" ".join),
        st.sampled_from(["Penn", "the council", "Ruth Penn"]),
        st.integers(0, 30),
    ),
    max_size=5,
)


@given(ITEMS, ITEMS, st.randoms())
def test_the_order_of_the_lists_does_not_matter_and_the_sum_is_the_greatest(
    left: list[Item], right: list[Item], rng: random.Random
) -> None:
    pairs = align(left, right)
    assert all(0.5 - 1e-9 <= p.similarity <= 1.0 + 1e-9 for p in pairs)
    shuffled = rng.sample(right, len(right))
    again = align(left, shuffled)
    total = sum(p.similarity for p in pairs)
    assert total == pytest.approx(sum(p.similarity for p in again))
    gated = [[s if (s := similarity(fields_of(a, b))) >= 0.5 - 1e-9 else 0.0 for b in right] for a in left]
    assert total == pytest.approx(_greatest(gated))
    assert sum(p.similarity for p in align(right, left)) == pytest.approx(total)


def _greatest(matrix: list[list[float]]) -> float:
    """The best assignment, by trying them all."""
    if not matrix or not matrix[0]:
        return 0.0
    rows, columns = len(matrix), len(matrix[0])
    if rows > columns:
        matrix = [list(column) for column in zip(*matrix, strict=True)]
        rows, columns = columns, rows
    return max(sum(matrix[i][j] for i, j in enumerate(p)) for p in itertools.permutations(range(columns), rows))


def test_gold_against_itself_is_one() -> None:
    items = [item_of(c) for c in _gold(_commitment(), REFUSAL).commitments]
    assert [(p.left, p.right, p.is_exact, p.is_core) for p in align(items, items)] == [
        (0, 0, True, True),
        (1, 1, True, True),
    ]


def test_spans_overlap_by_characters() -> None:
    assert span_overlap([Span(start=0, end=10)], [Span(start=5, end=15)]) == pytest.approx(1 / 3)
    assert span_overlap([Span(start=0, end=10)], [Span(start=10, end=15)]) == 0.0


# --- agreement


def test_coefficients_are_those_of_their_authors_examples() -> None:
    # Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011), examples A and B.
    binary = list(zip("0100000010", "1110010000", strict=True))
    nominal = list(zip("aabbdcccedda", "babbbccceddd", strict=True))
    assert alpha(binary) == pytest.approx(0.095, abs=5e-4)
    assert alpha(nominal) == pytest.approx(0.692, abs=5e-4)
    grants = [(1, 1)] * 20 + [(1, 0)] * 5 + [(0, 1)] * 10 + [(0, 0)] * 15
    assert kappa(grants) == pytest.approx(0.4)
    assert kappa([(1, 1)] * 5) is alpha([(1, 1)] * 5) is kappa([]) is alpha([]) is None


def test_two_annotators_agree_in_part(tmp_path: Path) -> None:
    left = read_gold(_write(tmp_path / "l", _gold(_commitment(), REFUSAL)))
    right = read_gold(_write(tmp_path / "r", _gold(_commitment(strength="intention", actor="The mayor"))))
    found = agreement(left, right, lambda _: [FIRST, SECOND, THIRD])
    assert (found.articles, found.left, found.right) == (1, 2, 1)
    assert found.detection.value == pytest.approx(2 / 3)
    assert found.core.value == pytest.approx(2 / 3)
    assert found.fields["strength"].value == 0.0
    assert found.fields["deadline"].value == 1.0
    assert found.fields["recipient"].value is None
    assert found.sentence_kappa == pytest.approx(kappa([(True, True), (True, False), (False, False)]))
    assert [(d.kind, d.fields) for d in found.disagreements] == [("fields", ("strength",)), ("only the first", ())]
    assert found.detection == agreement(right, left).detection


def test_annotators_without_a_common_article_cannot_agree(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="share no article"):
        agreement(read_gold(_write(tmp_path / "l", _gold())), read_gold(_write(tmp_path / "r", _gold(id="b"))))


def test_the_page_escapes_what_it_shows_and_asks_for_nothing(tmp_path: Path) -> None:
    left = read_gold(_write(tmp_path / "l", _gold(_commitment(action="<script>alert(1)</script>"))))
    right = read_gold(_write(tmp_path / "r", _gold(REFUSAL)))
    page = agreement_page(agreement(left, right), "<b>l</b>", "r", left)
    assert "&lt;script&gt;" in page
    assert "<script" not in page
    assert "<b>l" not in page
    assert "default-src 'none'" in page
    assert "http" not in page.replace("http-equiv", "")


# --- lint


def _found(*commitments: dict[str, Any], **changed: Any) -> list[tuple[str, str]]:
    return [(f.level, f.code) for f in lint(_gold(*commitments, **changed), TEXT)]


def test_labels_that_are_right_have_nothing_to_answer() -> None:
    assert _found(_commitment(), REFUSAL) == []


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"evidence": [{"start": FIRST.start, "end": FIRST.end - 1}]}, "not_whole_sentences"),
        ({"evidence": [{"start": 0, "end": 9_999}]}, "span_outside"),
        ({"evidence": [_span(FIRST), _span(FIRST)]}, "evidence_twice"),
        ({"actor": "Rose Penn", "actor_aliases": []}, "actor_not_in_text"),
        ({"condition": "if it rains", "strength": "conditional"}, "condition_not_in_text"),
        ({"condition": "Residents"}, "condition_without_strength"),
        ({"strength": "conditional"}, "condition_without_strength"),
        ({"deadline": {"text": "by 2044"}}, "deadline_not_in_text"),
        ({"deadline": {"text": "2031", "earliest": "2032-01-01", "latest": "2031-01-01"}}, "dates_reversed"),
        ({"action": "plant " * 26}, "long_action"),
        ({"action": " "}, "empty_field"),
    ],
)
def test_what_contradicts_the_text_or_the_guide_is_an_error(changed: dict[str, Any], code: str) -> None:
    assert ("error", code) in _found(_commitment(**changed), REFUSAL)


def test_two_labels_of_one_commitment_and_evidence_in_boilerplate_are_errors() -> None:
    assert ("error", "duplicate") in _found(_commitment(), _commitment(id="c2", evidence=[_span(THIRD)]))
    assert ("error", "repeated_id") in _found(_commitment(), {**REFUSAL, "id": "c1"})
    assert ("error", "in_boilerplate") in _found(_commitment(), REFUSAL, boilerplate=[_span(SECOND)])


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"deadline": {"text": "by the end of 2031", "latest": "2032-01-31"}}, "other_days"),
        ({"recipient": "schoolchildren"}, "recipient_not_in_text"),
        ({"implementer": "gardeners"}, "implementer_not_in_text"),
        ({"actor_aliases": ["Madam Mayor"]}, "alias_not_in_text"),
    ],
)
def test_what_looks_wrong_is_a_suspicion_until_it_is_answered(changed: dict[str, Any], code: str) -> None:
    found = lint(_gold(_commitment(**changed), REFUSAL), TEXT)
    assert [(f.level, f.code, f.is_answered) for f in found] == [("suspicion", code, False)]
    answers = [{"about": found[0].about, "why": "the text says so elsewhere"}]
    again = lint(_gold(_commitment(**changed), REFUSAL, answers=answers), TEXT)
    assert [(f.level, f.is_answered) for f in again] == [("suspicion", True)]


def test_an_answer_to_no_suspicion_is_an_error() -> None:
    found = lint(_gold(_commitment(), REFUSAL, answers=[{"about": "c9 x", "why": "y"}]), TEXT)
    assert found == [Finding("a", "error", "answer_without_suspicion", "c9 x")]


def test_a_strong_commissive_sentence_without_a_label_is_suspicious_and_a_look_alike_is_not() -> None:
    assert ("suspicion", "unlabelled") in _found(REFUSAL)
    seen = [{**_span(FIRST), "kind": "possible"}]
    assert ("suspicion", "unlabelled") not in _found(REFUSAL, lookalikes=seen)


def test_without_its_text_only_the_labels_are_checked() -> None:
    found = lint(_gold(_commitment(actor="Nobody", strength="conditional")), None)
    assert [f.code for f in found] == ["condition_without_strength"]


# --- what to label next


def test_the_articles_on_which_runs_disagree_most_come_first(tmp_path: Path) -> None:
    engine, config = CueEngine(summary_words=90), RunConfig()
    texts = {"a": TEXT, "b": "Ann Fell will open a school by May. Ann Fell will close a road.", "c": "It rained."}
    records = [process(Article(id=i, source=i, text=t), engine, config) for i, t in texts.items()]
    for name, kept in (
        ("one", records),
        ("two", [r.model_copy(update={"commitments": r.commitments[:1]}) for r in records]),
    ):
        (tmp_path / name).mkdir()
        (tmp_path / name / "records.jsonl").write_text("".join(r.to_json() + "\n" for r in kept), "utf-8")
    runs = [tmp_path / "one", tmp_path / "two"]
    chosen = most_disputed(runs, 2)
    assert [(c.article, c.disagreement, c.shared) for c in chosen] == [("a", 1.0, 1), ("b", 1.0, 1)]
    assert [c.article for c in most_disputed(runs, 5, {"a"})] == ["b", "c"]
    with pytest.raises(InputError, match="share no article"):
        most_disputed(runs, 5, {"a", "b", "c"})


# --- the commands


def _run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pipeline", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


def test_the_commands_say_what_they_found(tmp_path: Path) -> None:
    left = _write(tmp_path / "l", _gold(_commitment(), REFUSAL))
    right = _write(tmp_path / "r", _gold())
    page = tmp_path / "page.html"
    shown = _run("eval", "agreement", left, right, "--page", page)
    assert (shown.returncode, shown.stdout.splitlines()[0]) == (0, "1 articles, 2 and 1 commitments")
    assert "only the first 1" in shown.stdout
    assert shown.stdout.splitlines()[-1].startswith(
        "signature: normaliser 1, tau 0.5, 2000 resamples, seed 20260, gold "
    )
    assert "“" not in page.read_text("utf-8") or page.stat().st_size > 1_000
    assert json.loads(_run("eval", "agreement", left, right, "--json").stdout)["detection"]["n"] == 3
    good = _run("eval", "lint", left)
    assert (good.returncode, good.stdout) == (
        0,
        "1 articles (0 without their text): 0 errors, 0 suspicions, 0 of them answered\n",
    )
    bad = _run("eval", "lint", _write(tmp_path / "b", _gold(_commitment(action="x " * 30))))
    assert (bad.returncode, bad.stdout.splitlines()[0]) == (4, "error      a  long_action: c1 30 words")


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["agreement", "{}", "nowhere"], "there is no folder nowhere"),
        (["lint", "nowhere"], "there is no folder nowhere"),
        (["lint", "{}", "--texts", "nowhere"], "there is no nowhere"),
        (["next", "{}"], "one run disagrees with nobody"),
        (["next", "{}", "{}"], "{} holds no records.jsonl"),
    ],
)
def test_a_command_that_cannot_be_carried_out_says_why(arguments: list[str], error: str, tmp_path: Path) -> None:
    folder = _write(tmp_path / "g", _gold())
    found = _run("eval", *(a.format(folder) for a in arguments))
    assert found.returncode == 2
    assert found.stderr.splitlines()[0] == f"error: {error.format(folder)}"
    assert found.stderr.splitlines()[1].startswith("hint: ")
    assert read_gold_file(folder / "a.json").id == "a"


def test_an_interval_holds_its_value(tmp_path: Path) -> None:
    many = [_gold(_commitment(), REFUSAL, id=f"a{n}") for n in range(12)]
    fewer = [_gold(*([_commitment()] if n % 3 else [_commitment(), REFUSAL]), id=f"a{n}") for n in range(12)]
    found = agreement(read_gold(_write(tmp_path / "l", *many)), read_gold(_write(tmp_path / "r", *fewer)))
    rate = found.detection
    assert rate.low is not None
    assert rate.high is not None
    assert rate.low < (rate.value or 0) < rate.high
    assert np.isclose(rate.value or 0, 2 * 16 / (24 + 16))
