"""Replies to items: the table of bad replies, and what no cut, no wrapping and no text at all can do to an answer."""

import json
import re
import time
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from support import cases

from pipeline.models.base import Reply
from pipeline.parsing import (
    KEPT_RAW_CHARS,
    Item,
    Items,
    ReplyError,
    Said,
    Sayings,
    parse_commitments,
    parse_summary,
)

TABLE = tomllib.loads((Path(__file__).parent / "cases" / "replies.toml").read_text("utf-8"))
PARTS: dict[str, str] = TABLE["parts"]
CASES, VALUES = cases("replies"), TABLE["value"]
UNREADABLE = [c for c in CASES if "error" in c]
CHARS = 1_000_000
# Ten times what the slowest of them takes here (2.4 s, one core of two).
LONGEST_SECONDS = 24


def reply_of(case: dict[str, Any]) -> Reply:
    return Reply(text=filled(case["reply"]), finish=case.get("finish", "stop"))


def filled(text: str) -> str:
    return re.sub("«([A-Z])»", lambda m: PARTS[m[1]], text)


def outcome(reply: Reply, task: str = "commitments") -> Items | Sayings | ReplyError:
    try:
        return parse_summary(reply) if task == "summary" else parse_commitments(reply)
    except ReplyError as error:
        return error


def expected(item: str | dict[str, Any]) -> Item | Said:
    """A part by its name, or `like` a part with changes, as it should be read."""
    changes = {"like": item} if isinstance(item, str) else dict(item)
    fields: dict[str, Any] = json.loads(PARTS[changes.pop("like")])
    cited = tuple(fields.pop("support", None) or fields.pop("evidence"))
    fields = {k: v if v != "" else None for k, v in {**fields, "cited": cited, **changes}.items()}
    return Said(**fields) if "text" in fields else Item(**fields)


@pytest.mark.parametrize("case", CASES, ids=lambda c: c["name"])
def test_a_bad_reply_has_the_outcome_that_the_table_says(case: dict[str, Any]) -> None:
    found = outcome(reply_of(case), case.get("task", "commitments"))
    if isinstance(found, ReplyError):
        assert found.code == case.get("error")
        return
    assert list(found.items) == [expected(item) for item in case["items"]]
    assert [p.code for p in found.problems] == case.get("problems", [])


@pytest.mark.parametrize("case", VALUES, ids=lambda c: f"{c['field']}: {c['written']}")
def test_a_field_written_in_another_way_is_read_or_its_item_is_bad(case: dict[str, Any]) -> None:
    field, good = case["field"], expected("C")
    item = re.sub(rf'"{field}": (\[.*?\]|".*?")', lambda _: f'"{field}": {case["written"]}', PARTS["A"])
    found = parse_commitments(Reply(text=f'{{"commitments": [{item}, {PARTS["C"]}]}}'))
    if "read" not in case:
        assert (list(found.items), [p.code for p in found.problems]) == ([good], ["bad_item"])
        return
    read = {"cited": tuple(case["read"])} if field == "evidence" else {field: case["read"]}
    assert found == Items((expected({"like": "A", **read}), good))  # type: ignore[arg-type]


def test_the_table_holds_180_replies_and_every_code() -> None:
    assert len(CASES) >= 180
    assert len({c["name"] for c in CASES}) == len(CASES)
    assert {c["error"] for c in UNREADABLE} == {
        "empty_reply", "reasoning_only", "no_json", "reply_cut_off", "no_readable_item", "no_summary",
    }  # fmt: skip
    assert {code for c in CASES for code in c.get("problems", ())} == {"reply_cut_off", "bad_item", "several_answers"}


@pytest.mark.parametrize("case", UNREADABLE, ids=lambda c: c["name"])
def test_an_unreadable_reply_is_a_problem_that_keeps_the_raw_text(case: dict[str, Any]) -> None:
    reply = reply_of(case)
    error = outcome(reply, case.get("task", "commitments"))
    assert isinstance(error, ReplyError)
    assert error.raw == reply.text
    assert (error.problem.stage, error.problem.code) == ("parsing", case["error"])
    assert error.problem.detail == f"{error.reason}; reply: {reply.text}"


def test_of_a_long_unreadable_reply_the_problem_keeps_the_beginning_and_the_error_all() -> None:
    text = "word " * KEPT_RAW_CHARS
    error = outcome(Reply(text=text))
    assert isinstance(error, ReplyError)
    assert error.raw == text
    assert error.problem.detail.endswith(f"reply: {text[:KEPT_RAW_CHARS]} …")


def test_a_bad_item_says_what_is_wrong_with_it_and_how_it_was_written() -> None:
    bad = '{"evidence": [2], "actor": "Ada Marsh", "action": "resign", "polarity": "do", "strength": "strong"}'
    found = parse_commitments(Reply(text=f'{{"commitments": [{bad}, {PARTS["A"]}]}}'))
    assert [p.detail for p in found.problems] == [f"strength is 'strong': {bad}"]


def test_an_item_with_a_condition_is_conditional() -> None:
    item = PARTS["B"].replace('"conditional"', '"firm"')
    assert parse_commitments(Reply(text=item)).items == (expected("B"),)


# --- properties

PHRASES = st.builds(
    "x{}y".format,
    st.text() | st.text(st.sampled_from("ab1 ,:;\"'{}[]\\/#`“”‘’<>…\n")) | st.sampled_from(list(PARTS.values())),
)
OPTIONAL = st.none() | PHRASES
WRITTEN = st.fixed_dictionaries(
    {
        "evidence": st.lists(st.integers(1, 400), min_size=1, max_size=4, unique=True),
        "actor": PHRASES,
        "action": PHRASES,
        "polarity": st.sampled_from(("do", "not_do")),
        "strength": st.sampled_from(("firm", "intention", "conditional")),
    },
    optional={"deadline": OPTIONAL, "condition": OPTIONAL, "recipient": OPTIONAL, "implementer": OPTIONAL},
)
ANSWERS = st.lists(WRITTEN, max_size=4)
SHAPES = st.sampled_from(("wrapped", "list", "lines"))
AROUND = (
    ("Sure! Here is the list [1] of commitments:\n\n", "\n\nSentences [2] and [3] hold none. Anything else?"),
    ("```json\n", "\n```"),
    ("```\nJSON:\n", "\n```\n*Note:* none."),
    ("<think>\nMaybe {\"commitments\": []}? {\"commitments\": [ no.\n</think>\n\n", ""),
    ("Okay, \"the\" user wants {JSON.\n</think>\n", "<|im_end|>\n<|im_start|>user\n{\"commitments\": []}"),
    ("<tool_call>\n{\"name\": \"answer\", \"arguments\": ", "}\n</tool_call>"),
    ("<answer>", "</answer>"),
    ("\ufeff\n", "\n\n\n"),
)  # fmt: skip


def written(items: list[dict[str, Any]], shape: str = "wrapped", **style: Any) -> str:
    if shape == "lines":
        return "\n".join(json.dumps(item, ensure_ascii=False) for item in items)
    return json.dumps({"commitments": items} if shape == "wrapped" else items, **style)


def as_read(items: list[dict[str, Any]]) -> tuple[Item, ...]:
    """What a well-formed answer says; a condition makes its item conditional."""
    read = [
        Item(**{
            **{k: v for k, v in item.items() if k != "evidence"},
            "cited": tuple(item["evidence"]),
            "strength": "conditional" if item.get("condition") else item["strength"],
        })
        for item in items
    ]  # fmt: skip
    return tuple(dict.fromkeys(read))


@given(ANSWERS, st.booleans(), st.sampled_from((None, 0, 2)))
def test_a_well_formed_answer_is_read_as_it_is_written(
    items: list[dict[str, Any]], is_ascii: bool, indent: int | None
) -> None:
    text = written(items, ensure_ascii=is_ascii, indent=indent)
    assert parse_commitments(Reply(text=text)) == Items(as_read(items))


@given(ANSWERS, SHAPES, st.booleans(), st.data())
def test_an_answer_cut_anywhere_gives_its_first_items_and_says_so_or_is_unreadable(
    items: list[dict[str, Any]], shape: str, is_ended: bool, data: st.DataObject
) -> None:
    text = written(items, shape)
    assume(len(text) > 2)
    cut = text[: data.draw(st.integers(0, len(text) - 1))]
    found = outcome(Reply(text=cut, finish="stop" if is_ended and shape != "lines" else "length"))
    if isinstance(found, ReplyError):
        assert found.raw == cut
        return
    assert found.items == as_read(items)[: len(found.items)] != ()
    assert [p.code for p in found.problems] == ["reply_cut_off"]


@given(ANSWERS, st.sampled_from(AROUND))
def test_what_stands_around_an_answer_does_not_change_it(items: list[dict[str, Any]], around: tuple[str, str]) -> None:
    assert parse_commitments(Reply(text=written(items).join(around))) == Items(as_read(items))


LIST = f'{{"commitments": [{PARTS["A"]}, {PARTS["B"]}, {PARTS["C"]}]}}'


@pytest.mark.parametrize("place", [i for i, char in enumerate(LIST) if char in '{}[],:"'])
def test_an_answer_without_one_of_its_marks_keeps_its_items_or_says_that_one_is_bad(place: int) -> None:
    found = outcome(Reply(text=LIST[:place] + LIST[place + 1 :]))
    assert not isinstance(found, ReplyError)
    assert set(found.items) <= {expected(name) for name in "ABC"}
    assert len(found.items) == 3 or found.problems


PIECES = [
    *PARTS.values(),
    '{"commitments": [',
    '{"evidence": [1], "actor": "x"',
    '"action": "y"',
    '"polarity": do,',
    "]}",
    "1e999",
]
MARKS = [*"{}[]:,\"'“”`\\/#*1-\n ", "```", "<think>", "</think>", "<|end|>", "null", "\\ud83d", "\\u", "//", "/*"]


@given(
    st.text() | st.lists(st.sampled_from([*PIECES, *MARKS])).map("".join),
    st.sampled_from(("stop", "length")),
    st.sampled_from(("commitments", "summary")),
)
def test_any_text_is_items_or_a_reply_error(text: str, finish: Any, task: str) -> None:
    found = outcome(Reply(text=text, finish=finish), task)
    if isinstance(found, ReplyError):
        assert (found.raw, found.problem.code) == (text, found.code)
        return
    assert found.items or ("[" in text and not found.problems)
    assert all(n >= 1 for item in found.items for n in item.cited)


# --- size


@pytest.mark.parametrize(
    "unit", ["[", '{"a":', '"', "\\", "[{", "{a:[", '{"', '","', "/*", "[1]", '{"evidence": [1], "actor" ', "{}"]
)
@pytest.mark.parametrize("before", ["", '{"commitments": ["'])
def test_a_megabyte_of_nothing_is_refused_in_seconds(before: str, unit: str) -> None:
    begun = time.process_time()
    found = outcome(Reply(text=before + unit * (CHARS // len(unit))))
    assert isinstance(found, ReplyError)
    assert time.process_time() - begun < LONGEST_SECONDS


def test_an_answer_behind_a_megabyte_of_prose_and_sentence_numbers_is_found() -> None:
    prose = '[1] The council {or the firm} said "no" to [2, 3] of them.\n' * (CHARS // 60)
    assert parse_commitments(Reply(text=f"{prose}{PARTS['A']}")).items == (expected("A"),)
