"""A language model's answers under every fault: evidence stays exact; what is lost is named and costs nothing else."""

import itertools
import json
import math
import re
from collections.abc import Callable, Sequence
from datetime import date
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import document_of

from pipeline.config import RunConfig
from pipeline.engines.base import Engine
from pipeline.engines.cue.engine import CueEngine
from pipeline.engines.llm import (
    ANSWER_SHARE,
    LEAST_TEXT_TOKENS,
    MOST_LOOKS,
    SECOND_LOOK_CONFIDENCE,
    TOO_LARGE,
    LlmEngine,
    LlmOptions,
    mention_of,
)
from pipeline.engines.summarising import LEAST_WORDS, SummarisedEngine
from pipeline.errors import ConfigError
from pipeline.models.base import Message, ModelCard, Prompt, Reply
from pipeline.models.scripted import ScriptedModel
from pipeline.prompting import EXTRACT, SUMMARISE, example_texts
from pipeline.records import Article, Document, Extraction, Provenance, Record, Span, Status
from pipeline.run import process, process_group
from pipeline.sentences import split_sentences
from pipeline.verifying import violations_of

CONFIG = RunConfig()
NOTHING = '{"commitments": []}'
# Tokens of instructions and examples, the least context that can be used, and one that holds some eight sentences.
FIXED = LlmEngine(ScriptedModel(lambda _: ""))._fixed_tokens
LEAST, SMALL = math.ceil((FIXED + LEAST_TEXT_TOKENS) / (1 - ANSWER_SHARE)), int((FIXED + 150) / (1 - ANSWER_SHARE))
TEXT = "Ada Marsh will build ten homes by March 2031. Ben Oak will sell the park. Nobody objected to the plans at all."
PEOPLE = [f"{a}ha {b}ton" for a in ("As", "Be", "Co", "Du", "El") for b in "Wil Har Nor Sut Bar Pem As Bux".split()]
LONG = " ".join(f"{name} will open bridge number {n} in the valley." for n, name in enumerate(PEOPLE))

Answer = Callable[[Prompt], Reply | str]


class CountingModel(ScriptedModel):
    """A scripted model that knows how often it has counted, and refuses prompts that it could not read."""

    def __init__(self, answer: Answer, **settings: Any) -> None:
        super().__init__(answer, **settings)
        self.counted: list[int] = []

    def count(self, messages: Sequence[Message]) -> int:
        tokens = super().count(messages)
        self.counted.append(tokens)
        return tokens

    def reply(self, prompts: Sequence[Prompt]) -> list[Reply]:
        for prompt in prompts:
            assert super().count(prompt.messages) + prompt.max_tokens <= self.card.context_tokens
        return super().reply(prompts)


def _item(evidence: Sequence[int], actor: str = "Ada Marsh", action: str = "build ten homes", **more: Any) -> Any:
    fields = {"polarity": "do", "strength": "firm", "deadline": None, **more}
    return {"evidence": list(evidence), "actor": actor, "action": action, **fields}


def _list(*items: Any) -> str:
    return json.dumps({"commitments": list(items)})


def _told(*sentences: tuple[Sequence[int], str]) -> str:
    return json.dumps({"summary": [{"support": list(numbers), "text": text} for numbers, text in sentences]})


def _is_summary(prompt: Prompt) -> bool:
    return prompt.form is not None and prompt.form.name == "summary"


def _is_look(prompt: Prompt) -> bool:
    return "Look at this one sentence only" in prompt.messages[-1].content


def _is_repair(prompt: Prompt) -> bool:
    return "cannot be read" in prompt.messages[-1].content


def _question(prompt: Prompt) -> str:
    return prompt.messages[-3 if _is_repair(prompt) else -1].content


def _shown(prompt: Prompt) -> dict[int, str]:
    """The numbered sentences of a prompt."""
    return {int(n): text for n, text in re.findall(r"^\[(\d+)\] (.*)$", _question(prompt), re.MULTILINE)}


def _context(prompt: Prompt) -> list[str]:
    return re.findall(r"^- (.*)$", _question(prompt), re.MULTILINE)


def first_sentence(prompt: Prompt) -> str:
    """A summary: the first sentence of what is shown."""
    number, text = next(iter(_shown(prompt).items()))
    return _told(([number], text))


def says(commitments: str | Reply, summary: str | Reply | None = None) -> Answer:
    """The same answer to every window."""
    return lambda p: (first_sentence(p) if summary is None else summary) if _is_summary(p) else commitments


def reads_will(prompt: Prompt) -> str:
    """An honest reader of sentences like "Ada Marsh will build ten homes." """
    if _is_summary(prompt):
        return first_sentence(prompt)
    found = ((n, re.match(r"(.+?) will (.+)\.$", text)) for n, text in _shown(prompt).items())
    return _list(*(_item([n], m[1], m[2]) for n, m in found if m))


def _engine(answer: Answer, *, context: int = 100_000, **options: Any) -> tuple[CountingModel, LlmEngine]:
    model = CountingModel(answer, context_tokens=context)
    return model, LlmEngine(model, LlmOptions(**{"second_look": False, **options}))


def _extracted(answer: Answer, text: str = TEXT, **options: Any) -> tuple[CountingModel, Extraction]:
    model, engine = _engine(answer, **options)
    return model, engine.extract([document_of(text)])[0]


def _processed(answer: Answer, text: str = TEXT, **options: Any) -> Record:
    article = Article(id="a", source="a", text=text, published=date(2025, 1, 16))
    record = process(article, _engine(answer, **options)[1], CONFIG)
    assert violations_of(record, text) == []
    return record


def _codes(of: Extraction | Record) -> list[str]:
    return [p.code for p in of.problems]


# --- evidence


def test_a_number_names_a_sentence_and_the_quote_is_the_articles_own() -> None:
    text = TEXT.replace("ten homes", "ten \u00a0 homes")
    record = _processed(says(_list(_item([1], deadline="by March 2031", quote="Ada Marsh will sell"))), text)
    (one,) = record.commitments
    assert [e.quote for e in one.evidence] == [text[:47]]
    assert one.deadline is not None
    assert one.deadline.latest == date(2031, 3, 31)
    assert (record.status, record.problems) == ("ok", ())


def test_every_field_of_an_item_arrives() -> None:
    text = "If it rains, Ada Marsh will not sell the park to Ben Oak before 3 May, and Elm council will see to that."
    item = _item(
        [1], action="sell the park to  Ben Oak.", polarity="not_do", strength="conditional", condition="If it rains",
        deadline="before 3 May", recipient="Ben Oak", implementer="Elm council",
    )  # fmt: skip
    (one,) = _processed(says(_list(item)), text).commitments
    assert (one.action, one.polarity, one.strength) == ("sell the park to Ben Oak", "not_do", "conditional")
    assert (one.condition, one.recipient, one.implementer) == ("If it rains", "Ben Oak", "Elm council")
    assert one.deadline is not None
    assert one.deadline.text == "before 3 May"
    assert _processed(says(_list(_item([1], strength="intention")))).commitments[0].strength == "intention"


def test_a_number_that_no_sentence_has_is_a_problem_and_the_item_keeps_its_others() -> None:
    record = _processed(says(_list(_item([1, 9]), _item([4, 77], "Ben Oak", "sell the park"))))
    assert [c.action for c in record.commitments] == ["build ten homes"]
    assert [(p.stage, p.code) for p in record.problems] == [("grounding", "unknown_sentence")] * 2
    assert [p.detail for p in record.problems] == ["cites 9: build ten homes", "cites 4, 77: sell the park"]
    assert record.status == "partial"


def test_a_sentence_of_the_window_before_is_shown_and_cannot_be_cited() -> None:
    def cites_before(prompt: Prompt) -> str:
        if _is_summary(prompt):
            return first_sentence(prompt)
        first = min(_shown(prompt))
        return _list(
            _item([*range(max(1, first - 2), first + 1)], PEOPLE[first - 1], f"open bridge number {first - 1}")
        )

    record = _processed(cites_before, LONG, context=SMALL)
    assert len(record.commitments) > 3
    assert [len(c.evidence) for c in record.commitments] == [1] * len(record.commitments)
    assert [p.code for p in record.problems] == ["cites_context"] * (len(record.commitments) - 1)


NAMES = st.sampled_from(["Ada Marsh", "Ben Oak", "Elm council", "the council", "She", "it", "We"])
PARTS = st.sampled_from(
    "Ada Marsh|will|not|build|ten homes|by 3 May|He|it|we|“We|act.”|[2]|\n|  |said.|The council|pledged|to pay £5m"
    "|</text>|e\u0301|😀|\u00a0|if it rains|next year.|\x0c".split("|")
)
SENTENCES = st.sampled_from(
    "Ada Marsh, leader of Elm council, will build ten homes by 3 May.|If it rains, Ben Oak will not sell the park.|"
    "“We will act,” Ada Marsh said.|Elm  council has\u00a0pledged to pay £5m.|Nobody objected.|She may.\n\n".split("|")
)
TEXTS = st.lists(SENTENCES | SENTENCES | SENTENCES | PARTS, min_size=1, max_size=25).map(" ".join)
WORDS = PARTS | st.text(max_size=12)
COPIES = st.sampled_from([*example_texts(EXTRACT), *example_texts(SUMMARISE)])
ITEMS = st.fixed_dictionaries(
    {
        "evidence": st.lists(st.integers(1, 4), min_size=1, max_size=3),
        "actor": NAMES,
        "action": COPIES | SENTENCES | SENTENCES | WORDS,
        "polarity": st.sampled_from(["do", "not_do"]),
        "strength": st.sampled_from(["firm", "intention", "conditional"]),
    },
    optional={
        "deadline": st.sampled_from(["by 3 May", "next year", "by 3  May", "on Mars"]),
        "condition": st.sampled_from(["If it rains", "if it snows"]),
        "recipient": NAMES,
        "implementer": NAMES,
    },
)
BAD_ITEMS = st.fixed_dictionaries({"evidence": st.lists(st.integers(-1, 9)), "actor": WORDS, "action": WORDS})
SAYINGS = st.fixed_dictionaries(
    {"support": st.lists(st.integers(1, 4), min_size=1, max_size=3), "text": SENTENCES | WORDS | COPIES}
)
LISTS = st.lists(ITEMS | ITEMS | ITEMS | BAD_ITEMS, min_size=1, max_size=4).map(
    lambda items: json.dumps({"commitments": items})
)
TOLD = st.lists(SAYINGS, min_size=1, max_size=3).map(lambda said: json.dumps({"summary": said}))
CODES = st.sampled_from(["http_503", "out_of_memory", "context_exceeded", "input_truncated", "empty"])
FAILED = st.builds(Reply, finish=st.just("failed"), code=CODES, detail=st.text(max_size=5))
CUT = st.builds(Reply, text=(LISTS | TOLD).map(lambda t: t[: len(t) // 2]), finish=st.just("length"))
FAULTY = st.lists(FAILED | CUT | LISTS | TOLD | st.text(max_size=20), max_size=1)
READERS = st.tuples(st.lists(LISTS, min_size=1, max_size=3), FAULTY).map(lambda pair: pair[0] + pair[1])
TELLERS = st.tuples(st.lists(TOLD, min_size=1, max_size=3), FAULTY).map(lambda pair: pair[0] + pair[1])


@settings(max_examples=300, deadline=None)
@given(TEXTS, READERS, TELLERS, st.integers(LEAST, SMALL), st.booleans())
def test_whatever_a_model_says_the_record_holds(
    text: str, lists: list[Any], told: list[Any], context: int, looks: bool
) -> None:
    turns = {False: itertools.cycle(lists), True: itertools.cycle(told)}
    _, engine = _engine(lambda p: next(turns[_is_summary(p)]), context=context, second_look=looks)
    record = process(Article(id="a", source="a", text=text, published=date(2025, 1, 16)), engine, CONFIG)
    assert violations_of(record, text) == []
    assert Record.from_json(record.to_json()) == record
    assert all(text[e.start : e.end] == e.quote for c in record.commitments for e in c.evidence)
    assert record.status != "ok" or not {p.stage for p in record.problems} & {"model", "parsing"}
    assert 0 <= record.coverage.chars_read <= record.coverage.chars == len(text)
    assert (record.status in {"failed", "empty"}) == (record.coverage.chars_read == 0)
    assert record.status != "failed" or record.commitments == ()


# --- windows


def _windows(model: CountingModel, *, summary: bool = False) -> list[Prompt]:
    return [p for p in model.asked if _is_summary(p) == summary]


@pytest.mark.parametrize("context", [SMALL, 2 * SMALL, 100_000])
def test_a_long_article_is_read_once_in_windows_that_leave_room_for_the_answer(context: int) -> None:
    model, extraction = _extracted(reads_will, LONG, context=context, summary_words=1_000)
    sentences = [s.text for s in document_of(LONG).body]
    for is_summary in (False, True):
        windows = _windows(model, summary=is_summary)
        assert [pair for p in windows for pair in _shown(p).items()] == list(enumerate(sentences, 1))
        assert (len(windows) > 1) == (context == SMALL)
    assert [d.sentences for d in extraction.drafts] == [(i,) for i in range(len(sentences))]
    assert (extraction.chars_read, extraction.problems) == (len(LONG), ())


def test_a_window_shows_the_end_of_the_one_before_without_numbers() -> None:
    model, _ = _extracted(reads_will, LONG, context=SMALL)
    windows = _windows(model)
    assert _context(windows[0]) == []
    for before, window in pairwise(windows):
        assert _context(window) == list(_shown(before).values())[-2:]


def test_a_name_of_the_window_before_can_be_quoted() -> None:
    model, _ = _extracted(reads_will, LONG, context=SMALL)
    second = _windows(model)[1]
    assert second.form is not None
    (bridge,) = re.findall(r"number (\d+)", _context(second)[-1])
    assert f'" ", "{bridge}", " "' in second.form.grammar
    numbers = " | ".join(f'"{n}"' for n in _shown(second))
    assert f"NUMBER: {numbers}\n" in second.form.grammar


def test_windows_are_no_longer_than_they_should_be_however_much_a_model_reads() -> None:
    model, extraction = _extracted(reads_will, LONG, window_tokens=100)
    assert all(len(" ".join(_shown(p).values())) < 4 * 100 for p in _windows(model))
    assert (len(extraction.drafts), extraction.problems) == (len(PEOPLE), ())


def test_one_sentence_longer_than_a_window_should_be_is_read_all_the_same() -> None:
    text = f"Ada Marsh will build {'big ' * 200}homes. {TEXT}"
    model, extraction = _extracted(reads_will, text, window_tokens=64)
    assert len(_shown(_windows(model)[0])) == 1
    assert (len(extraction.drafts), extraction.chars_read, extraction.problems) == (3, len(text), ())


def test_a_sentence_that_no_window_holds_is_named_and_the_others_are_read() -> None:
    text = f"{TEXT} Ada Marsh will build {'big ' * 400}homes. {LONG}"
    _, extraction = _extracted(reads_will, text, context=SMALL)
    assert _codes(extraction) == ["sentence_too_long"]
    assert "sentence 4 of 1,6" in extraction.problems[0].detail
    assert extraction.chars_read == len(text) - len(document_of(text).sentences[3].text)
    assert len(extraction.drafts) == 2 + len(PEOPLE)
    assert _processed(reads_will, text, context=SMALL).status == "partial"


def test_an_article_of_one_huge_sentence_is_read_or_fails_by_name() -> None:
    text = "Ada Marsh will build " + "homes and " * 400 + "roads."
    assert [c.actor.name for c in _processed(reads_will, text).commitments] == ["Ada Marsh"]
    record = _processed(reads_will, text, context=SMALL)
    assert (record.status, _codes(record), record.coverage.chars_read) == ("failed", ["sentence_too_long"], 0)
    assert record.summary is None


def test_an_article_without_text_asks_nothing() -> None:
    model, engine = _engine(reads_will)
    article = Article(id="a", source="a", text=" \n ")
    assert process(article, engine, CONFIG).status == "empty"
    assert model.asked == []
    assert engine.extract([]) == []


def test_a_context_too_small_for_the_instructions_is_refused_with_what_it_takes() -> None:
    with pytest.raises(ConfigError, match=rf"reads {LEAST - 1:,} tokens; .* take {LEAST:,}"):
        _engine(reads_will, context=LEAST - 1)
    _, extraction = _extracted(reads_will, context=LEAST)
    assert (len(extraction.drafts), extraction.problems) == (2, ())


def test_the_same_commitment_in_two_windows_is_one_with_both_places() -> None:
    again = "Asha Wilton will open bridge number 0 in the valley."
    record = _processed(reads_will, f"{LONG} {again}", context=SMALL)
    (one,) = [c for c in record.commitments if c.actor.name == "Asha Wilton"]
    assert [e.quote for e in one.evidence] == [again, again]
    assert len(record.commitments) == len(PEOPLE)


def test_a_quotation_stays_in_one_window() -> None:
    said = [f"{name} will open a bridge." for name in PEOPLE]
    text = " ".join(f"{a} “{b} {c}” {d}" for a, b, c, d in zip(*(said[n::4] for n in range(4)), strict=True))
    model, _ = _extracted(reads_will, text, context=SMALL)
    shown = [" ".join(_shown(p).values()) for p in _windows(model)]
    assert len(shown) > 3
    assert all(part.count("“") == part.count("”") for part in shown)


def test_an_article_of_a_hundred_thousand_words_is_counted_some_twenty_times_over() -> None:
    """Twenty questions to a window, ten for either task; each is about a window or two, never about the whole rest."""
    text = " ".join(f"Sentence {n} says that a mayor opened a bridge on a river." for n in range(9_000))
    model, extraction = _extracted(says(NOTHING), text)
    assert extraction.chars_read == len(text) > 450_000
    assert extraction.problems == ()
    windows = len(_windows(model))
    assert windows < 40
    assert len(model.counted) < 25 * windows
    assert sum(model.counted) < 30 * len(text) / 4


# --- replies


@pytest.mark.parametrize("reply", ["I will not.", "", "[1, 2", '{"commitments": [{"actor": "Ada Marsh"}]}'])
def test_an_unreadable_reply_is_shown_with_its_reason_and_asked_for_once_more(reply: str) -> None:
    model, extraction = _extracted(lambda p: reads_will(p) if _is_summary(p) or _is_repair(p) else reply)
    (repair,) = [p for p in model.asked if _is_repair(p)]
    assert repair.messages[:-2] == model.asked[0].messages
    assert repair.messages[-2] == Message(role="assistant", content=reply or "(nothing)")
    assert repair.form == model.asked[0].form
    assert (len(extraction.drafts), extraction.problems) == (2, ())


def test_a_reply_that_stays_unreadable_is_a_problem_with_its_words_and_never_an_empty_list() -> None:
    record = _processed(says("I will not.", "Nor this."))
    assert (record.status, record.coverage.chars_read) == ("failed", 0)
    assert [(p.stage, p.code) for p in record.problems] == [("parsing", "no_json")] * 2
    assert "reply: I will not." in record.problems[0].detail
    assert "commitments of sentences 1 to 3" in record.problems[0].detail


def test_a_repair_that_has_no_room_is_not_asked_for() -> None:
    model, extraction = _extracted(says("No. " * 2 * SMALL, "No."), context=SMALL)
    assert [_is_summary(p) for p in model.asked if _is_repair(p)] == [True]
    assert _codes(extraction) == ["no_json", "no_json"]


def test_a_repair_with_little_room_asks_for_a_shorter_answer() -> None:
    for length in range(0, 2_400, 40):
        model, _ = _extracted(says("x" * length), context=SMALL)
        first, *repairs = [p for p in model.asked if not _is_summary(p)]
        assert all(first.max_tokens // 2 <= p.max_tokens <= first.max_tokens for p in repairs)


def test_a_reply_that_was_cut_off_keeps_its_whole_items() -> None:
    whole = _list(_item([1]), _item([2], "Ben Oak", "sell the park"))
    record = _processed(says(Reply(text=whole[:-60], finish="length")))
    assert [c.action for c in record.commitments] == ["build ten homes"]
    assert (record.status, _codes(record)) == ("partial", ["reply_cut_off"])
    assert record.problems[0].detail.startswith("commitments of sentences 1 to 3: ")


@pytest.mark.parametrize("text", ['{"commitments": [{"evidence": [1], "actor": "Ada', '{"commitments": [', '{"comm'])
def test_a_reply_that_was_cut_off_before_its_first_item_is_no_empty_list(text: str) -> None:
    record = _processed(says(Reply(text=text, finish="length")))
    assert (record.status, _codes(record)) == ("failed", ["reply_cut_off"])


def test_what_a_model_says_of_its_own_answer_is_kept() -> None:
    record = _processed(says(Reply(text=_list(_item([1])), finish="length", code="repetition", detail="stopped")))
    assert [(p.stage, p.code) for p in record.problems] == [("model", "repetition")]
    assert (len(record.commitments), record.status) == (1, "partial")
    model, extraction = _extracted(says(Reply(text="Hm", finish="length", code="time_limit", detail="9 s")))
    assert (_codes(extraction)[0], extraction.chars_read) == ("time_limit", 0)
    assert not any(_is_repair(p) for p in model.asked)


def _fails(when: Callable[[Prompt], bool], code: str = "http_503") -> Answer:
    failed = Reply(finish="failed", code=code, detail="out of order")
    return lambda p: failed if when(p) else reads_will(p)


FAULTS: dict[str, tuple[Callable[[Prompt], bool], Status, int, list[str]]] = {
    "every prompt": (lambda p: True, "failed", 0, ["http_503"] * 2),
    "all commitments": (lambda p: not _is_summary(p), "failed", 0, ["http_503"]),
    "the summary": (_is_summary, "partial", 2, ["http_503", "summary_extracted"]),
    "nothing": (lambda p: False, "ok", 2, []),
}


@pytest.mark.parametrize(("when", "status", "found", "codes"), FAULTS.values(), ids=FAULTS)
def test_a_failure_costs_what_was_asked_for_and_nothing_else(
    when: Callable[[Prompt], bool], status: Status, found: int, codes: list[str]
) -> None:
    record = _processed(_fails(when))
    assert (record.status, len(record.commitments), _codes(record)) == (status, found, codes)
    assert (record.summary is None) == (codes == ["http_503"] * 2)
    assert record.coverage.chars_read == (0 if status == "failed" else len(TEXT))


def test_a_failure_of_one_window_costs_its_sentences() -> None:
    model, extraction = _extracted(_fails(lambda p: not _is_summary(p) and 1 not in _shown(p)), LONG, context=SMALL)
    first, *others = _windows(model)
    assert [d.sentences for d in extraction.drafts] == [(n - 1,) for n in _shown(first)]
    assert extraction.chars_read == len(LONG) - sum(len(t) for p in others for t in _shown(p).values())
    assert _codes(extraction) == ["http_503"] * len(others)
    record = _processed(_fails(lambda p: not _is_summary(p) and 1 not in _shown(p)), LONG, context=SMALL)
    assert record.status == "partial"


def test_an_article_whose_last_window_is_lost_too_is_failed_with_the_models_code() -> None:
    record = _processed(_fails(lambda p: not _is_summary(p)), LONG, context=SMALL)
    assert (record.status, record.coverage.chars_read, set(_codes(record))) == ("failed", 0, {"http_503"})
    assert record.commitments == ()


def test_a_failed_article_costs_its_neighbours_nothing() -> None:
    texts = [TEXT, "Ada Marsh will sell the mill.", TEXT.replace("Marsh", "Fenn")]
    articles = [Article(id=str(n), source="s", text=text) for n, text in enumerate(texts)]
    answer = _fails(lambda p: "mill" in _question(p))
    records = process_group(articles, _engine(answer)[1], CONFIG)
    assert [r.status for r in records] == ["ok", "failed", "ok"]
    assert [len(r.commitments) for r in records] == [2, 0, 2]


# --- windows that turn out too large


@pytest.mark.parametrize("code", sorted(TOO_LARGE))
@pytest.mark.parametrize("most", [1, 2, 5])
def test_a_window_that_is_too_large_is_read_in_halves(code: str, most: int) -> None:
    model, extraction = _extracted(_fails(lambda p: len(_shown(p)) > most, code), LONG, summary_words=1_000)
    assert sorted(d.sentences for d in extraction.drafts) == [(i,) for i in range(len(PEOPLE))]
    assert (extraction.problems, extraction.chars_read) == ((), len(LONG))
    assert len(model.asked) < 4 * len(PEOPLE)


def test_a_sentence_that_is_too_large_alone_fails_by_name() -> None:
    when = _fails(lambda p: not _is_summary(p) and 3 in _shown(p), "out_of_memory")
    model, extraction = _extracted(when, LONG)
    assert len(extraction.drafts) == len(PEOPLE) - 1
    assert [(p.code, p.detail) for p in extraction.problems] == [
        ("out_of_memory", "commitments of sentence 3: out of order")
    ]
    assert extraction.chars_read == len(LONG) - len(document_of(LONG).sentences[2].text)
    last = [p for p in model.asked if set(_shown(p)) == {3} and not _is_summary(p)][-1]
    assert _context(last) == []


def test_a_half_fits_even_where_what_is_shown_before_it_does_not() -> None:
    """The second half shows the end of the first as its context: with a heading, that may be longer than it was."""
    sizes = set()
    for text in (f"Nobody minds. Ada Marsh will pay{' x' * n}." for n in range(60, 102)):
        model, extraction = _extracted(_fails(lambda p: len(_shown(p)) > 1, "out_of_memory"), text, context=LEAST)
        assert extraction.chars_read == len(text)
        sizes |= {len(_shown(p)) for p in _windows(model)}
    assert sizes == {1, 2}


def test_another_failure_is_not_halved() -> None:
    model, _ = _extracted(_fails(lambda p: not _is_summary(p), "content_filter"), LONG)
    assert len(_windows(model)) == 1


# --- worked examples in an answer


COPIED = example_texts(EXTRACT)


@pytest.mark.parametrize("action", COPIED)
def test_an_action_of_a_worked_example_is_a_leak(action: str) -> None:
    record = _processed(says(_list(_item([1], action=action), _item([2], "Ben Oak", "sell the park"))))
    assert [c.action for c in record.commitments] == ["sell the park"]
    assert [(p.stage, p.code, p.detail) for p in record.problems] == [("engine", "example_leak", action)]


@pytest.mark.parametrize("action", COPIED)
def test_an_article_that_says_what_a_worked_example_says_keeps_it(action: str) -> None:
    record = _processed(says(_list(_item([1], action=action))), f"Ada Marsh said she might not {action} in 2031.")
    assert ([c.action for c in record.commitments], record.problems) == ([action], ())


def test_words_of_an_example_from_far_away_in_a_long_article_are_a_leak_all_the_same() -> None:
    far = "The council planted 400 roses along the river, and it will plant trees."
    text = f"{TEXT} {LONG} {far}"
    assert _codes(_processed(says(_list(_item([1], action=COPIED[0]))), text)) == ["example_leak"]
    assert _codes(_processed(says(_list(_item([44], action=COPIED[0]))), text)) == []


@pytest.mark.parametrize("said", example_texts(SUMMARISE))
def test_a_summary_sentence_of_a_worked_example_is_a_leak(said: str) -> None:
    record = _processed(says(NOTHING, _told(([1], said), ([2], "Ben Oak will sell the park."))))
    assert [(p.stage, p.code, p.detail) for p in record.problems] == [("engine", "example_leak", said)]
    assert record.summary is not None
    assert record.summary.text == "Ben Oak will sell the park."
    record = _processed(says(NOTHING, _told(([1], said))), said)
    assert (record.problems, record.summary and record.summary.text) == ((), said)


def test_words_of_a_worked_example_are_a_leak_only_when_they_are_most_and_not_the_articles() -> None:
    text = "Ada Marsh spoke of parking. Ben Oak will put up charges for parking and plant roses."
    items = (_item([2], action=action) for action in ("raise parking charges", "plant 400 roses in the park"))
    record = _processed(says(_list(*items)), text)
    assert (len(record.commitments), record.problems) == (2, ())
    text = "Ada Marsh spoke of parking. Nobody minded."
    assert _codes(_processed(says(_list(_item([1], action="raise parking charges"))), text)) == ["example_leak"]


def test_an_action_of_small_words_alone_is_no_leak() -> None:
    assert _codes(_processed(says(_list(_item([1], action="do so"))))) == []


# --- second looks


PLEDGES = [f"{name} has pledged to open bridge number {n}." for n, name in enumerate(PEOPLE)]


def test_a_sentence_that_the_grammar_holds_for_a_pledge_and_the_model_passed_over_is_looked_at_alone() -> None:
    text = " ".join(["The town is old.", PLEDGES[0], "It has ten bridges.", PLEDGES[1], "Nobody objected."])
    pledge = _item([2], "Asha Wilton", "open bridge number 0")

    def answer(prompt: Prompt) -> str:
        if _is_look(prompt):
            number = min(_shown(prompt))
            return _list(_item([number], "Asha Harton", "open bridge number 1"), _item([number - 1], "x", "y"))
        return first_sentence(prompt) if _is_summary(prompt) else _list(pledge)

    model, extraction = _extracted(answer, text, second_look=True)
    (look,) = [p for p in model.asked if _is_look(p)]
    assert list(_shown(look)) == [4]
    assert _context(look) == ["The town is old.", PLEDGES[0], "It has ten bridges.", "Nobody objected."]
    assert [d.sentences for d in extraction.drafts] == [(1,), (3,)]
    assert _codes(extraction) == ["cites_context"]


def test_no_sentence_is_looked_at_that_was_cited_or_is_weak_or_where_looks_are_off() -> None:
    cited = _list(_item([1], "Asha Wilton", "open bridge number 0"))
    weak = "Ada Marsh will build ten homes by March 2031."
    assert CueEngine(summary_words=90).extract([document_of(weak)])[0].drafts
    for text, answer, looks in ((PLEDGES[0], cited, True), (PLEDGES[0], NOTHING, False), (weak, NOTHING, True)):
        model, _ = _extracted(says(answer), text, second_look=looks)
        assert not any(_is_look(p) for p in model.asked)


def test_the_strongest_few_are_looked_at_in_the_order_of_the_text() -> None:
    strongest = [f"{name} has ruled out a bridge at {n} Mill Lane." for n, name in enumerate(PEOPLE[-MOST_LOOKS:])]
    text = " ".join([*PLEDGES[:MOST_LOOKS], *strongest])
    drafts = CueEngine(summary_words=90).extract([document_of(text)])[0].drafts
    strength = {d.sentences[0]: d.confidence for d in drafts}
    assert SECOND_LOOK_CONFIDENCE <= strength[0] < strength[MOST_LOOKS]
    model, _ = _extracted(says(NOTHING), text, second_look=True)
    looked = [next(iter(_shown(p))) for p in model.asked if _is_look(p)]
    assert looked == list(range(MOST_LOOKS + 1, 2 * MOST_LOOKS + 1))


def test_a_look_shows_no_boilerplate() -> None:
    text = f"The town is old. Sign up for our newsletter. {PLEDGES[0]}"
    start = text.index("Sign")
    article = Article(id="a", source="a", text=text, boilerplate=(Span(start=start, end=start + 28),))
    model, engine = _engine(says(NOTHING), second_look=True)
    engine.extract([Document(article=article, sentences=split_sentences(text, article.boilerplate))])
    assert [_context(p) for p in model.asked if _is_look(p)] == [["The town is old."]]
    assert not any("newsletter" in _question(p) for p in model.asked)


@pytest.mark.parametrize(
    "reply", [Reply(finish="failed", code="out_of_memory"), "Hm.", Reply(text="{", finish="length")]
)
def test_a_look_that_fails_costs_nothing_but_itself(reply: Reply | str) -> None:
    text = f"{PLEDGES[0]} {TEXT}"
    model, extraction = _extracted(lambda p: reply if _is_look(p) else reads_will(p), text, second_look=True)
    assert len([p for p in model.asked if _is_look(p) or _is_repair(p)]) == 1
    assert (len(extraction.drafts), extraction.chars_read) == (2, len(text))
    assert len(extraction.problems) == 1
    assert extraction.problems[0].detail.startswith("second look at sentence 1: ")


def test_sentences_that_were_not_read_are_not_looked_at_and_take_no_ones_place() -> None:
    text = " ".join(PLEDGES)

    def answer(prompt: Prompt) -> str | Reply:
        if _is_summary(prompt):
            return first_sentence(prompt)
        is_lost = not _is_look(prompt) and 1 in _shown(prompt)
        return Reply(finish="failed", code="http_503") if is_lost else NOTHING

    model, _ = _extracted(answer, text, second_look=True, context=SMALL)
    lost = _shown(_windows(model)[0])
    looked = [next(iter(_shown(p))) for p in model.asked if _is_look(p)]
    assert len(looked) == MOST_LOOKS
    assert not set(looked) & set(lost)


def test_a_look_goes_without_its_surroundings_where_there_is_no_room_for_them() -> None:
    long = "It was " + "a very " * 70 + "long day in the valley."
    text = f"{long} {PLEDGES[0]} {long}"
    for context in range(LEAST, LEAST + 400, 20):
        model, _ = _extracted(says(NOTHING), text, second_look=True, context=context)
        assert [list(_shown(p)) for p in model.asked if _is_look(p)] == [[2]]
    model, _ = _extracted(says(NOTHING), text, second_look=True, context=LEAST)
    assert [_context(p) for p in model.asked if _is_look(p)] == [[]]


# --- summaries


def _is_condensing(prompt: Prompt) -> bool:
    return _is_summary(prompt) and all(text.startswith(("We hear", "From")) for text in _shown(prompt).values())


def condenses(prompt: Prompt) -> str:
    """Windows are told at length; what has been told is told in one sentence that names the first and the last."""
    shown = _shown(prompt)
    if not _is_summary(prompt):
        return NOTHING
    if _is_condensing(prompt):
        who = " ".join(shown[min(shown)].split()[-3:]).rstrip(".")
        return _told(([min(shown), max(shown)], f"From {who} many bridges are to open in the valley."))
    return _told(*(([n], f"We hear that {text}") for n, text in list(shown.items())[:3]))


def test_the_summaries_of_several_windows_are_condensed_and_keep_their_support() -> None:
    model, extraction = _extracted(condenses, LONG, context=SMALL, summary_words=20)
    windows = [p for p in _windows(model, summary=True) if not _is_condensing(p)]
    (condensing,) = [p for p in model.asked if _is_condensing(p)]
    assert len(windows) > 1
    assert len(_shown(condensing)) == 3 * len(windows)
    (one,) = extraction.summary
    assert one.sentences == (0, min(_shown(windows[-1])) + 1)
    assert extraction.problems == ()


def test_more_summaries_than_a_window_holds_are_condensed_in_rounds() -> None:
    text = " ".join(f"{name} will open bridge {n} in {'lovely ' * 5}valley {n}." for n in range(5) for name in PEOPLE)
    model, extraction = _extracted(condenses, text, context=SMALL, summary_words=20)
    rounds = [p for p in model.asked if _is_summary(p) and "many bridges" in _question(p)]
    assert rounds
    assert len(extraction.summary) == 1
    assert len(extraction.summary[0].sentences) >= 2
    assert max(extraction.summary[0].sentences) > 150
    assert extraction.problems == ()


def test_what_fits_the_budget_is_not_condensed() -> None:
    model, extraction = _extracted(condenses, LONG, context=SMALL, summary_words=1_000)
    assert not any(_is_condensing(p) for p in model.asked)
    assert len(extraction.summary) == 3 * len(_windows(model, summary=True))


@pytest.mark.parametrize("reply", ["Hm.", Reply(finish="failed", code="out_of_memory"), _told(([99], "Bridges open."))])
def test_a_summary_that_cannot_be_condensed_is_that_of_the_first_windows(reply: Reply | str) -> None:
    _, extraction = _extracted(
        lambda p: reply if _is_condensing(p) else condenses(p), LONG, context=SMALL, summary_words=40
    )
    assert all(s.text.startswith("We hear that") and len(s.sentences) == 1 for s in extraction.summary)
    assert 20 < sum(len(s.text.split()) for s in extraction.summary) <= 40


def test_a_summary_sentence_that_no_window_holds_stays_and_is_not_condensed() -> None:
    model, extraction = _extracted(says(NOTHING, _told(([1, 30], "word " * 2 * SMALL))), LONG, context=SMALL)
    assert len(_windows(model, summary=True)) == 2
    assert len(extraction.summary) == 1


def test_a_summary_keeps_to_its_words_and_says_nothing_twice() -> None:
    one, other, last = (f"{name} opened a bridge in the valley." for name in PEOPLE[:3])
    answer = _told(([1], one), ([2], one.replace("opened", "Opened")), ([2], other), ([3], last))
    model, extraction = _extracted(says(NOTHING, answer), summary_words=20)
    assert [s.text for s in extraction.summary] == [one, other]
    assert "at most 20 words" in _windows(model, summary=True)[0].messages[0].content
    _, extraction = _extracted(says(NOTHING, answer), summary_words=20, summaries=False)
    assert extraction.summary == ()


def test_a_summary_sentence_that_cites_nothing_there_is_a_problem() -> None:
    record = _processed(says(NOTHING, _told(([9], "Ada Marsh will build."), ([2, 8], "Ben Oak will sell the park."))))
    assert _codes(record) == ["unknown_sentence", "unknown_sentence"]
    assert record.summary is not None
    assert [s.support for s in record.summary.sentences] == [(Span(start=46, end=73),)]
    record = _processed(says(NOTHING, _told(([9], "Ada Marsh will build."))))
    assert _codes(record) == ["unknown_sentence", "summary_extracted"]


# --- mentions


@pytest.mark.parametrize(
    ("words", "text", "place"),
    [
        ("he", "The mayor said he would pay.", 15),
        ("it", "With luck it will pay.", 10),
        ("Elm", "Elmton and Elm will pay.", 11),
        ("Elm council", "The Elm \u00a0council will pay.", 4),
        ("“Elm”", "The “Elm” will pay.", 4),
        ("Oak", "The Elm will pay.", None),
        ("pa", "The Elm will pay.", None),
    ],
)
def test_a_mention_is_where_its_words_stand_as_words(words: str, text: str, place: int | None) -> None:
    span = mention_of(words, text, document_of(text).sentences).span
    assert (span and span.start) == place
    assert span is None or text[span.start : span.end].split() == words.split()


def test_a_mention_is_looked_for_in_what_is_cited_then_just_before_then_after() -> None:
    text = "Elm pays. Elm waits. Nobody minds. Oak waits. Elm sings. Oak sings."
    sentences = document_of(text).sentences
    assert mention_of("Elm", text, [sentences[2]]).span == Span(start=10, end=13)
    assert mention_of("Oak", text, [sentences[2]]).span == Span(start=35, end=38)
    assert mention_of("Elm", text, [sentences[4], sentences[0]]).span == Span(start=46, end=49)


# --- the same again


@settings(max_examples=60, deadline=None)
@given(st.lists(TEXTS, min_size=1, max_size=4), st.integers(LEAST, SMALL), st.booleans(), st.booleans())
def test_an_article_gives_the_same_alone_in_any_group_and_again(
    texts: list[str], context: int, fails: bool, looks: bool
) -> None:
    def answer(prompt: Prompt) -> str | Reply:
        if fails and len(_shown(prompt)) % 3 == 2:
            return Reply(finish="failed", code="out_of_memory", detail=str(len(_question(prompt))))
        return "Hm." if len(_question(prompt)) % 5 == 0 and not _is_repair(prompt) else reads_will(prompt)

    engine = _engine(answer, context=context, second_look=looks)[1]
    documents = [document_of(text) for text in texts]
    together = engine.extract(documents)
    assert together == [engine.extract([d])[0] for d in documents]
    assert together[::-1] == engine.extract(documents[::-1])


def test_what_made_an_answer_is_named() -> None:
    _, engine = _engine(reads_will, window_tokens=200)
    assert set(engine.provenance.prompts) == {"extract.v1", "summarise.v1", "repair.v1", "look.v1"}
    assert engine.provenance.decoding == {"window_tokens": 200, "second_look": False}
    assert engine.group_size == 4


# --- a summariser beside an engine


class ScriptedSummariser:
    """Gives each text what `answer` says; counts words, and keeps what it was asked."""

    group_size = 2

    def __init__(self, answer: Callable[[str], Reply | str], *, context_tokens: int = 10_000) -> None:
        self.card = ModelCard(name="toy", context_tokens=context_tokens, libraries={"toy": "1"})
        self._answer = answer
        self.asked: list[tuple[str, int]] = []

    def count(self, text: str) -> int:
        return len(text.split())

    def summarise(self, texts: Sequence[str], *, max_words: int) -> list[Reply]:
        self.asked += [(text, max_words) for text in texts]
        assert all(self.count(text) <= self.card.context_tokens for text in texts)
        return [Reply(text=a) if isinstance(a, str) else a for a in map(self._answer, texts)]


def leads(text: str) -> str:
    return text.partition(". ")[0].rstrip(".") + "."


def _summarised(
    answer: Callable[[str], Reply | str],
    *texts: str,
    context: int = 10_000,
    words: int = 90,
    first: Engine | None = None,
) -> tuple[ScriptedSummariser, list[Extraction]]:
    summariser = ScriptedSummariser(answer, context_tokens=context)
    engine = SummarisedEngine(first or CueEngine(summary_words=words), summariser, summary_words=words)
    return summariser, engine.extract([document_of(text) for text in texts])


def test_a_summariser_writes_the_summary_and_its_support_is_found() -> None:
    cue = CueEngine(summary_words=90).extract([document_of(TEXT)])[0]
    summariser, (extraction,) = _summarised(lambda _: "Ben Oak will sell the park. Nobody objected.", TEXT)
    assert summariser.asked == [(TEXT, 90)]
    assert extraction.drafts == cue.drafts
    assert [(s.text, s.sentences[0] if len(s.sentences) == 1 else s.sentences) for s in extraction.summary] == [
        ("Ben Oak will sell the park.", 1),
        ("Nobody objected.", 2),
    ]
    assert extraction.problems == ()


def test_the_words_are_shared_among_an_articles_own_windows() -> None:
    summariser, _ = _summarised(leads, LONG, TEXT, TEXT, context=200)
    windows = [(text, words) for text, words in summariser.asked if text != TEXT]
    assert len(windows) == 2
    assert " ".join(text for text, _ in windows) == LONG
    assert {words for _, words in windows} == {45}
    assert {words for text, words in summariser.asked if text == TEXT} == {90}


def test_a_summary_does_not_depend_on_the_articles_beside_it() -> None:
    def to_the_word(text: str) -> str:
        return leads(text)

    summariser, together = _summarised(to_the_word, LONG, TEXT, f"{TEXT} {LONG}", context=60)
    asked = []
    for text, extraction in zip((LONG, TEXT, f"{TEXT} {LONG}"), together, strict=True):
        alone, (same,) = _summarised(to_the_word, text, context=60)
        assert extraction == same
        asked += alone.asked
    assert sorted(summariser.asked) == sorted(asked)
    assert min(words for _, words in asked) == LEAST_WORDS


FAILURES: dict[str, tuple[Reply | str, str]] = {
    "no memory": (Reply(finish="failed", code="out_of_memory", detail="9 tokens"), "out_of_memory"),
    "nothing": (" ", "empty_reply"),
    "another subject": ("Zebras graze.", "no_support"),
}


@pytest.mark.parametrize(("reply", "code"), FAILURES.values(), ids=FAILURES)
def test_where_a_summariser_fails_the_first_engines_summary_stays(reply: Reply | str, code: str) -> None:
    cue = CueEngine(summary_words=90).extract([document_of(TEXT)])[0]
    _, (extraction,) = _summarised(lambda _: reply, TEXT)
    assert extraction == cue.model_copy(update={"problems": extraction.problems})
    assert _codes(extraction) == [code]


@pytest.mark.parametrize(("reply", "code"), FAILURES.values(), ids=FAILURES)
def test_where_a_summariser_fails_beside_a_model_whole_sentences_are_taken(reply: Reply | str, code: str) -> None:
    llm = _engine(reads_will, summaries=False)[1]
    _, (extraction,) = _summarised(lambda _: reply, TEXT, first=llm)
    assert _codes(extraction) == [code, "summary_extracted"]
    assert extraction.summary
    assert all(s.text in TEXT for s in extraction.summary)
    assert len(extraction.drafts) == 2


def test_an_article_that_no_model_could_read_gets_no_summary_by_itself() -> None:
    llm = _engine(_fails(lambda p: True), summaries=False)[1]
    _, (extraction,) = _summarised(lambda _: "", TEXT, first=llm)
    assert (extraction.summary, extraction.chars_read) == ((), 0)
    assert _codes(extraction) == ["http_503", "empty_reply"]


def test_a_failure_of_one_window_leaves_the_summary_of_the_others() -> None:
    def answer(text: str) -> Reply | str:
        return Reply(finish="failed", code="out_of_memory") if text.startswith("Asha") else leads(text)

    summariser, (extraction,) = _summarised(answer, LONG, context=100)
    assert _codes(extraction) == ["out_of_memory"]
    assert [s.text for s in extraction.summary] == [leads(text) for text, _ in summariser.asked[1:]]


def test_a_sentence_that_no_summariser_could_read_is_named() -> None:
    text = f"{TEXT} Ada Marsh will build {'big ' * 400}homes."
    summariser, (extraction,) = _summarised(leads, text, context=100)
    assert [t for t, _ in summariser.asked] == [TEXT]
    assert [(p.code, "sentence 4" in p.detail) for p in extraction.problems] == [("sentence_too_long", True)]
    summariser, (extraction,) = _summarised(leads, text.rpartition("all. ")[2], context=100)
    assert summariser.asked == []
    assert _codes(extraction) == ["sentence_too_long"]
    assert extraction.summary


def test_a_summariser_is_held_to_the_words() -> None:
    _, (extraction,) = _summarised(lambda _: " ".join(PLEDGES), LONG, words=20)
    assert [s.text for s in extraction.summary] == PLEDGES[:2]


def test_two_summaries_without_a_stop_are_two_sentences() -> None:
    _, (extraction,) = _summarised(lambda t: leads(t)[:-1].upper(), LONG, context=200)
    assert len(extraction.summary) == 2


def test_a_summariser_is_named_beside_the_engine() -> None:
    summariser = ScriptedSummariser(leads)
    both = SummarisedEngine(CueEngine(summary_words=90), summariser, summary_words=90)
    assert both.provenance == Provenance(
        engine="cue", decoding={"summariser": {"model": "toy"}}, libraries={"toy": "1"}
    )
    assert both.group_size == 2


def test_after_its_time_nothing_more_is_asked_and_what_was_not_read_says_so() -> None:
    now = [0.0]

    def answer(prompt: Prompt) -> Reply | str:
        now[0] += 4.0
        if _is_summary(prompt):
            return first_sentence(prompt)
        return _list(_item([1])) if "Ada" in prompt.messages[-1].content else Reply(text="no")

    model = CountingModel(answer)
    engine = LlmEngine(model, LlmOptions(article_seconds=8.0, second_look=False), clock=lambda: now[0])
    good, bad = engine.extract([document_of(TEXT), document_of("Nobody objected to the plans at all.")])
    assert (len(good.drafts), good.problems) == (1, ())
    assert [p.code for p in bad.problems] == ["no_json"]
    engine = LlmEngine(model, LlmOptions(article_seconds=3.0, second_look=False), clock=lambda: now[0])
    good, bad = engine.extract([document_of(TEXT), document_of("Nobody objected to the plans at all.")])
    assert (len(good.drafts), good.problems) == (1, ())
    assert [(p.code, bad.chars_read) for p in bad.problems] == [("time_limit", 0)]


def test_an_actor_who_is_not_in_the_article_is_no_actor_and_case_does_not_matter() -> None:
    record = _processed(says(_list(_item([1], "Mira Holt"), _item([2], "BEN OAK", "sell the park"))))
    assert [c.actor.name for c in record.commitments] == ["Ben Oak"]
    assert [(p.stage, p.code) for p in record.problems] == [("grounding", "actor_not_in_article")]
