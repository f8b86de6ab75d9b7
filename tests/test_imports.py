"""Other systems' files: what is read from them, where their quotes are located, and what is refused."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support import REPOSITORY, cases

from eval.aligning import Deadline
from eval.imports import read_predictions
from eval.predictions import Found, Prediction
from pipeline.errors import InputError
from pipeline.records import Span

ALDER = (
    "The mayor of Alder, Ruth Penn, promised on Monday to plant 300 lime trees within two years. "
    "She will not cut down a single oak tree here.\n"
)
LIMES = (
    "The mayor, Ruth Penn, will plant limes. Cllr Ben Oak said: “We will plant limes.” Ben Oak WON’T sell the park, he "
    "said. The mayor will plant limes. The price is £3.5m and rising.\n"
)
TEXTS = {"alder": ALDER, "birch": "The council of Birch met. Nothing was decided.\n"}
# Gold knows of the cedar article, and its text is not here.
PUBLISHED = {"alder": "2030-05-06", "birch": None, "cedar": None}
SHA = hashlib.sha256(ALDER.encode()).hexdigest()


def _read(folder: Path, *rows: Any, form: Any = "jsonl", texts: dict[str, str] = TEXTS) -> list[Prediction]:
    path = folder / "out.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return read_predictions(path, form, texts, PUBLISHED)


def _commitment(folder: Path, **fields: Any) -> Found:
    row = {"id": "alder", "commitments": [{"actor": "Ruth Penn", "action": "plant 300 lime trees", **fields}]}
    return _read(folder, row)[0].found[0]


def _extraction(text: str, interval: Any = None, **attributes: Any) -> dict[str, Any]:
    return {
        "extraction_class": "commitment",
        "extraction_text": text,
        "char_interval": interval,
        "alignment_status": "match_exact" if interval else None,
        "extraction_index": 1,
        "group_index": 0,
        "description": None,
        "attributes": attributes,
    }


def _extracted(folder: Path, *extractions: dict[str, Any], text: str | None = ALDER) -> tuple[Found, ...]:
    return _read(folder, {"extractions": extractions, "text": text, "document_id": "alder"}, form="langextract")[
        0
    ].found


# --- refusals


@pytest.mark.parametrize("case", cases("imports_refused"), ids=lambda case: case["name"])
def test_a_file_that_cannot_be_meant_is_refused_with_its_line_and_a_hint(case: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    content = case["file"].replace("ALDER", json.dumps(ALDER)).replace("SHA", json.dumps(SHA))
    path.write_text(content.replace("NESTED", "[" * 100_000), "utf-8")
    with pytest.raises(InputError) as caught:
        read_predictions(path, case["form"], TEXTS, PUBLISHED)
    assert case["error"] in caught.value.message
    assert case["hint"] in (caught.value.hint or "")
    assert "\n" not in caught.value.message + (caught.value.hint or "")


def test_a_file_that_is_not_there_or_no_utf_8_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nothing\.jsonl cannot be read: No such file"):
        read_predictions(tmp_path / "nothing.jsonl", "jsonl", TEXTS, PUBLISHED)
    with pytest.raises(InputError, match="cannot be read: Is a directory"):
        read_predictions(tmp_path, "jsonl", TEXTS, PUBLISHED)
    (tmp_path / "latin.jsonl").write_bytes('{"id": "é"}\n'.encode("latin-1"))
    with pytest.raises(InputError, match="line 1 is no UTF-8"):
        read_predictions(tmp_path / "latin.jsonl", "jsonl", TEXTS, PUBLISHED)


NAMES = (
    "id text commitments actor action evidence deadline extractions attributes document_id extraction_class "
    "extraction_text char_interval start_pos end_pos start confidence error summary"
).split()
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(["commitment", "will plant"]),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(NAMES), inner),
)


@given(ANYTHING)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_stands_in_a_line_it_is_read_or_refused_and_never_crashes(tmp_path: Path, value: Any) -> None:
    for form in ("jsonl", "langextract"):
        for row in (value, {"id": "alder", "commitments": value}, {"document_id": "alder", "extractions": value}):
            try:
                found = _read(tmp_path, row, form=form)
            except InputError:
                continue
            assert len(found) == 1


# --- our own form


def test_every_field_of_the_plain_form_is_read(tmp_path: Path) -> None:
    found = _commitment(
        tmp_path,
        polarity="Not do",
        strength="Conditional",
        deadline={"text": "by 2031", "earliest": None, "latest": "2031-12-31"},
        condition=" if it rains ",
        recipient="residents",
        implementer="the parks team",
        evidence="to plant 300 lime trees",
        confidence=1,
    )
    item = found.item
    assert (item.actors, item.actions) == (("Ruth Penn",), ("plant 300 lime trees",))
    assert (item.polarity, item.strength, item.condition) == ("not_do", "conditional", "if it rains")
    assert (item.recipient, item.implementer) == ("residents", "the parks team")
    assert item.deadline == Deadline("by 2031", None, "2031-12-31")
    assert [s.of(ALDER) for s in item.evidence] == ["to plant 300 lime trees"]
    assert (found.quotes, found.is_grounded, found.confidence) == (("to plant 300 lime trees",), True, 1.0)


def test_what_is_not_given_is_do_firm_and_nothing(tmp_path: Path) -> None:
    found = _commitment(tmp_path, recipient="", deadline=" ", condition=None)
    assert (found.item.polarity, found.item.strength) == ("do", "firm")
    assert found.item[5:] == (None, None, None, None)
    assert found.confidence is None


def test_an_actor_or_action_that_the_system_did_not_give_is_empty(tmp_path: Path) -> None:
    found = _commitment(tmp_path, actor=None, action=None)
    assert (found.item.actors, found.item.actions) == (("",), ("",))


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("within two years", Deadline("within two years", None, "2032-05-06")),
        ("soon", Deadline("soon", None, None)),
        ({"text": "within two years"}, Deadline("within two years", None, "2032-05-06")),
        ({"text": "within two years", "latest": None}, Deadline("within two years", None, None)),
        ({"earliest": "2031-01-01"}, Deadline("", "2031-01-01", None)),
        ({"text": None}, None),
    ],
)
def test_a_deadline_in_words_means_the_days_that_our_records_give_it(given: Any, read: Any, tmp_path: Path) -> None:
    assert _commitment(tmp_path, deadline=given).item.deadline == read


def test_words_that_count_from_a_date_mean_no_days_in_an_article_without_one(tmp_path: Path) -> None:
    row = {"id": "birch", "commitments": [{"actor": "x", "action": "y", "deadline": "within two years"}]}
    assert _read(tmp_path, row)[0].found[0].item.deadline == Deadline("within two years", None, None)


def test_an_open_refusal_has_no_last_day_as_in_our_records(tmp_path: Path) -> None:
    deadlines = [_commitment(tmp_path, deadline="from 2031", polarity=p).item.deadline for p in ("do", "not_do")]
    assert [d.latest for d in deadlines if d] == ["2031-12-31", None]


@pytest.mark.parametrize("case", cases("imports_quotes"), ids=lambda case: case["name"])
def test_a_quote_is_located_at_the_article_s_own_words_or_not_at_all(case: dict[str, Any], tmp_path: Path) -> None:
    commitment = {"actor": case["actor"], "action": "x", "evidence": case["evidence"]}
    (prediction,) = _read(tmp_path, {"id": "limes", "commitments": [commitment]}, texts={"limes": LIMES})
    found = prediction.found[0]
    assert [[s.start, s.of(LIMES)] for s in found.item.evidence] == case["places"]
    assert found.is_grounded == bool(case["places"])
    assert found.quotes == tuple(case["evidence"])


def test_one_quote_of_two_that_is_not_there_leaves_the_commitment_ungrounded(tmp_path: Path) -> None:
    found = _commitment(tmp_path, evidence=["plant 300 lime trees", "plant 400 lime trees"])
    assert [s.of(ALDER) for s in found.item.evidence] == ["plant 300 lime trees"]
    assert not found.is_grounded


@pytest.mark.parametrize("evidence", [None, []])
def test_a_commitment_without_evidence_is_not_grounded(evidence: Any, tmp_path: Path) -> None:
    found = _commitment(tmp_path, evidence=evidence)
    assert (found.is_grounded, found.quotes, found.item.evidence) == (False, (), ())


def test_offsets_are_evidence_with_or_without_their_words(tmp_path: Path) -> None:
    span = {"start": 53, "end": 73}
    found = _commitment(tmp_path, evidence=[span, {**span, "quote": "Plant 300 lime trees"}, "a single oak tree"])
    assert [s.of(ALDER) for s in found.item.evidence] == ["plant 300 lime trees", "a single oak tree"]
    assert found.quotes == ("plant 300 lime trees", "plant 300 lime trees", "a single oak tree")
    assert found.is_grounded


@given(st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_slice_of_whole_words_is_located_at_those_words(tmp_path: Path, data: st.DataObject) -> None:
    words = ALDER.split()
    first = data.draw(st.integers(0, len(words) - 1))
    quote = " ".join(words[first : data.draw(st.integers(first + 1, len(words)))])
    found = _commitment(tmp_path, evidence=quote)
    assert found.is_grounded
    assert found.item.evidence[0].of(ALDER).strip(".,") == quote.strip(".,")


def test_an_article_that_failed_is_an_empty_prediction_with_its_reason(tmp_path: Path) -> None:
    (failed,) = _read(tmp_path, {"id": "alder", "error": "timed out\nafter 60 s"})
    assert failed == Prediction("alder", None, "failed", "timed out after 60 s", (), None)


def test_a_summary_may_stand_alone(tmp_path: Path) -> None:
    (read,) = _read(tmp_path, {"id": "alder", "summary": "Limes will be planted."})
    assert (read.status, read.summary, read.found) == ("ok", "Limes will be planted.", ())


@pytest.mark.parametrize("names", [{"text_sha256": SHA.upper()}, {"text": ALDER}, {"text": ALDER, "text_sha256": SHA}])
def test_an_article_is_found_by_its_text_when_no_id_is_known(names: dict[str, str], tmp_path: Path) -> None:
    (bare,) = _read(tmp_path, {**names, "commitments": []})
    assert (bare.id, bare.sha256) == ("alder", SHA)
    quoted = {"actor": "x", "action": "y", "evidence": "plant 300 lime trees", "deadline": "within two years"}
    (named,) = _read(tmp_path, {"id": "their-7", **names, "commitments": [quoted]})
    assert (named.id, named.sha256, named.found[0].is_grounded) == ("their-7", SHA, True)
    assert named.found[0].item.deadline == Deadline("within two years", None, "2032-05-06")


def test_an_article_outside_the_gold_is_returned_and_located_only_in_its_own_text(tmp_path: Path) -> None:
    quoted = {"actor": "x", "action": "y", "evidence": ["plant 300 lime trees", {"start": 0, "end": 5}]}
    (unknown,) = _read(tmp_path, {"id": "elm", "commitments": [quoted]})
    assert (unknown.id, unknown.found[0].item.evidence, unknown.found[0].is_grounded) == ("elm", (), False)
    (carried,) = _read(tmp_path, {"id": "elm", "text": "We plant 300 lime trees.", "commitments": [quoted]})
    assert [(s.start, s.end) for s in carried.found[0].item.evidence] == [(3, 23), (0, 5)]


def test_a_text_kept_elsewhere_may_come_with_the_line(tmp_path: Path) -> None:
    quoted = {"actor": "x", "action": "y", "evidence": "The cedar will be felled"}
    (read,) = _read(tmp_path, {"id": "cedar", "text": "The cedar will be felled.", "commitments": [quoted]})
    assert (read.id, read.found[0].is_grounded) == ("cedar", True)
    assert read.sha256 == hashlib.sha256(b"The cedar will be felled.").hexdigest()


def test_a_byte_order_mark_line_ends_of_windows_and_half_an_emoji_do_not_matter(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    row = '{"id": "alder", "commitments": [{"actor": "\\ud83d", "action": "y"}]}'
    path.write_bytes(b"\xef\xbb\xbf" + row.encode() + b"\r\n\r\n")
    (read,) = read_predictions(path, "jsonl", TEXTS, PUBLISHED)
    assert read.found[0].item.actors == ("\ufffd",)


# --- LangExtract


def test_an_extraction_at_its_interval_is_a_commitment(tmp_path: Path) -> None:
    attributes = {"actor": "Ruth Penn", "action": "plant trees", "Deadline": "within two years", "topic": "parks"}
    told = {"recipient": "none", "condition": None, "confidence": "0.5", "implementer": ["parks", "roads"]}
    (found,) = _extracted(
        tmp_path, _extraction("to plant 300 lime trees", {"start_pos": 50, "end_pos": 73}, **attributes, **told)
    )
    assert found.item.evidence == (Span(start=50, end=73),)
    assert (found.item.actors, found.item.actions) == (("Ruth Penn",), ("plant trees",))
    assert found.item.deadline == Deadline("within two years", None, "2032-05-06")
    assert (found.item.recipient, found.item.condition, found.item.implementer) == (None, None, "parks, roads")
    assert (found.quotes, found.is_grounded, found.confidence) == (("to plant 300 lime trees",), True, 0.5)


def test_an_interval_of_other_capitals_and_white_space_is_kept(tmp_path: Path) -> None:
    (found,) = _extracted(
        tmp_path, _extraction("she WILL not cut  down a single oak", {"start_pos": 92, "end_pos": 126})
    )
    assert [s.of(ALDER) for s in found.item.evidence] == ["She will not cut down a single oak"]


@pytest.mark.parametrize(
    ("quote", "interval", "place"),
    [
        ("to plant 300 lime trees", None, "to plant 300 lime trees"),
        ("to plant 300 lime trees", {"start_pos": None, "end_pos": None}, "to plant 300 lime trees"),
        ("to plant 300 lime trees", {"start_pos": 0, "end_pos": 9}, "to plant 300 lime trees"),
        ("to plant 400 lime trees", {"start_pos": 50, "end_pos": 73}, None),
        ("will plant no tree", None, None),
        ("", None, None),
    ],
)
def test_where_the_interval_does_not_hold_the_words_they_are_looked_for(
    quote: str, interval: Any, place: str | None, tmp_path: Path
) -> None:
    (found,) = _extracted(tmp_path, _extraction(quote, interval, actor="Ruth Penn"))
    assert [s.of(ALDER) for s in found.item.evidence] == ([place] if place else [])
    assert found.is_grounded == (place is not None)


def test_of_two_places_the_one_nearest_to_the_interval_counts(tmp_path: Path) -> None:
    far = {"start_pos": 120, "end_pos": 125}
    row = {"extractions": [_extraction("will plant limes", far)], "text": LIMES, "document_id": "limes"}
    (read,) = _read(tmp_path, row, form="langextract", texts={"limes": LIMES})
    assert [s.start for s in read.found[0].item.evidence] == [130]


def test_classes_differ_in_capitals_and_others_are_passed_over(tmp_path: Path) -> None:
    classes = ("Commitment", "PROMISE", "pledge", "topic")
    extractions = [{**_extraction("to plant 300 lime trees"), "extraction_class": c} for c in classes]
    assert len(_extracted(tmp_path, *extractions)) == 3


@pytest.mark.parametrize("attributes", [None, {}, {"actor": None}])
def test_an_extraction_without_attributes_has_no_actor_and_no_action(attributes: Any, tmp_path: Path) -> None:
    (found,) = _extracted(tmp_path, {**_extraction("plant 300 lime trees"), "attributes": attributes})
    assert (found.item.actors, found.item.actions, found.is_grounded) == (("",), ("",), True)


def test_a_document_without_extractions_found_nothing_or_failed(tmp_path: Path) -> None:
    rows = [{"extractions": e, "text": None, "document_id": i} for i, e in (("alder", []), ("birch", None))]
    read = _read(tmp_path, *rows, form="langextract")
    assert [(p.status, p.reason, p.found) for p in read] == [("ok", "", ()), ("failed", "no_extractions", ())]


def test_a_document_with_a_made_up_id_is_matched_by_its_text(tmp_path: Path) -> None:
    row = {"extractions": [_extraction("plant 300 lime trees")], "text": ALDER, "document_id": "doc_1a2b3c4d"}
    (read,) = _read(tmp_path, row, form="langextract")
    assert (read.id, read.sha256, read.found[0].is_grounded) == ("doc_1a2b3c4d", SHA, True)


# --- the page


def _example(heading: str) -> str:
    page = (REPOSITORY / "docs" / "benchmarks.md").read_text("utf-8")
    return page.partition(heading)[2].split("```json\n")[1].split("```")[0]


@pytest.mark.parametrize(("heading", "form"), [("### The plain form", "jsonl"), ("### LangExtract", "langextract")])
def test_the_examples_of_the_page_are_read_and_their_quotes_located(heading: str, form: Any, tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    path.write_text("".join(json.dumps(json.loads(x)) + "\n" for x in _example(heading).split("\n\n")), "utf-8")
    read = read_predictions(path, form, TEXTS, PUBLISHED)
    assert [p.id for p in read] == ["alder", "birch"]
    assert len(read[0].found) == 2
    assert all(f.is_grounded and f.item.actors[0] for f in read[0].found)


def test_a_line_without_commitments_beside_others_that_have_some_is_refused(tmp_path: Path) -> None:
    """Else a system could leave out the articles on which it does badly."""
    file = tmp_path / "theirs.jsonl"
    file.write_text('{"id": "alder", "commitments": []}\n{"id": "birch", "summary": "It rained."}\n')
    with pytest.raises(InputError, match="line 2: has no 'commitments', as other lines have"):
        read_predictions(file, "jsonl", {}, {})


def test_a_system_that_writes_summaries_only_looks_for_no_commitments_on_failed_articles_either(tmp_path: Path) -> None:
    file = tmp_path / "theirs.jsonl"
    file.write_text('{"id": "alder", "summary": "It rained."}\n{"id": "birch", "error": "timeout"}\n')
    assert [p.finds for p in read_predictions(file, "jsonl", {}, {})] == [False, False]
