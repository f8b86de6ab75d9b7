"""The embedded engine with the weights that ship: what it finds, that it is the same everywhere, what it refuses."""

import json
import math
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import tiny_compact
from support import SEED, document_of

from pipeline.config import RunConfig, load_config
from pipeline.engines.compact.acts import (
    asking,
    is_asked_too,
    is_demanded,
    is_forbidden,
    is_foretold,
    is_given_up,
    is_left_open,
    is_manner,
    is_not_only,
    is_only_a_name,
    is_plainly_done,
    own_subject,
    spoken_for,
    undertaking,
)
from pipeline.engines.compact.engine import CompactEngine, _deadline, lowered, whom, within_one_name
from pipeline.engines.compact.weights import Settings
from pipeline.errors import ConfigError, EnvironmentFault
from pipeline.opening import open_engine
from pipeline.records import Article, Document, Mention, Record, Span
from pipeline.run import process, process_group

Run = Callable[..., Any]
CONFIG = RunConfig(engine="compact")
STATED = (
    "Brightsea council met on Monday. Its leader, Ada Marsh, told residents that nobody wanted another flood.\n\n"
    "She promised that the council would publish a new survey of the harbour wall by 31 July. “We will not sell the "
    "pier unless residents agree,” Ms Marsh said.\n\n"
    "Opposition councillors called on her to resign. Experts expect costs to rise by a tenth, and the tide will be "
    "high again on Friday."
)
SLOW = ("transformers", "torch._dynamo", "torch.distributed.tensor", "scipy", "sympy", "datasets", "pandas")
NOTHING = (
    "Rain will spread from the west on Sunday, they said. Temperatures will fall by six degrees.\n\nThe festival "
    "drew 4,000 people last week. Traders said that prices would rise. The town promised a bridge in 1998 and built it."
)


@pytest.fixture(scope="module")
def engine() -> CompactEngine:
    return CompactEngine.open(device="cpu")


def _read(engine: CompactEngine, text: str, **fields: Any) -> Record:
    return process(Article(id="a", source="a.txt", text=text, **fields), engine, CONFIG)


def test_it_finds_who_will_do_what_by_when_and_on_what_condition(engine: CompactEngine) -> None:
    survey, pier = _read(engine, STATED).commitments

    assert survey.actor.name in {"Ada Marsh", "Brightsea council"}
    assert survey.action.startswith("publish a new survey of the harbour wall")
    assert survey.deadline is not None
    assert survey.deadline.text == "by 31 July"
    assert (pier.polarity, pier.strength, pier.condition) == ("not_do", "conditional", "unless residents agree")
    assert pier.action == "sell the pier"


@pytest.mark.parametrize(
    ("asked", "asker", "who"),
    [("I have asked General Teresa Wolcott to ", "I", "Teresa Wolcott"),
     ("The mayor has now asked the harbour board to ", "The mayor", "harbour board"),
     ("The council directed Tom Hale to ", "The council", "Tom Hale")],
)  # fmt: skip
def test_who_asks_somebody_to_act_is_bound(asked: str, asker: str, who: str) -> None:
    sentence = document_of(f"{asked}draw up a new plan.").sentences[0]
    place = asked.rindex(who)
    pointed = Mention(text=who, span=Span(start=place, end=place + len(who)))

    found = asking(sentence, Span(start=len(asked), end=sentence.end - 1), pointed)

    assert found is not None
    assert found.text == asker
    assert found.span is not None
    assert found.span.of(asked) == asker


@pytest.mark.parametrize(
    ("told", "who"),
    [("He said she will ", "she"), ("He said he will ", None), ("The mayor said she will ", None),
     ("His spokeswoman, Ada Marsh, said on Monday that the senator would ", "the senator"),
     ("A spokesman for the club said Mr Hale plans to ", "Mr Hale"),
     ("The director, Ada Marsh, said that the senator would ", None),
     ("His spokeswoman, Ada Marsh, said that the work would ", None)],
)  # fmt: skip
def test_who_speaks_for_another_is_not_bound(told: str, who: str | None) -> None:
    sentence = document_of(f"{told}visit the harbour.").sentences[0]

    found = spoken_for(sentence, Span(start=len(told), end=sentence.end - 1))

    assert (found.text if found else None) == who


@pytest.mark.parametrize(
    ("text", "act", "expected"),
    [("The union has urged its members to refuse to fly the old jets.", "the old jets", True),
     ("She called on ministers to publish the file.", "publish the file", True),
     ("She called on ministers to publish the file and will march in May.", "march in May", False),
     ("The council is pressing ahead with plans to build 300 homes.", "build 300 homes", False),
     ("The group urging a ban says it plans to march in May.", "march in May", False),
     ("The lobbying firm agreed to open its books.", "open its books", False),
     ("The union will urge members to strike.", "strike", False)],
)  # fmt: skip
def test_what_somebody_else_is_called_on_to_do_is_no_act(text: str, act: str, *, expected: bool) -> None:
    sentence = document_of(text).sentences[0]
    start = sentence.start + text.index(act)

    assert is_demanded(sentence, Span(start=start, end=start + len(act)), Mention(text="Ada Marsh")) == expected


@pytest.mark.parametrize(
    ("action", "expected"), [("Ms Marsh", True), ("Mr Tom Hale", True), ("meet Ms Marsh", False), ("Old Tom", False)]
)
def test_a_name_alone_is_no_act(action: str, *, expected: bool) -> None:
    assert is_only_a_name(action) == expected


@pytest.mark.parametrize(
    ("before", "act", "is_own"),
    [
        ("I will ", "mend the roof", True),
        ("Today I'm pleased to announce that I shall ", "mend the roof", True),
        ("I have therefore decided not to ", "mend the roof", True),
        ("", "I mend the roof in May", True),
        ("I have asked Dame Ada Marsh to ", "mend the roof", True),
        ("I asked for the roof, which others are to ", "mend in May", False),
        ("I hope that the council will ", "mend the roof", False),
        ("I told him he would ", "mend the roof", False),
        ("I know Ray Cobb, and while I currently have no plans to ", "mend the roof", True),
        ("We will ", "mend the roof", False),
        ("II will ", "mend the roof", False),
    ],
)
def test_an_act_is_the_speakers_where_only_words_of_undertaking_stand_between(
    before: str, act: str, is_own: bool
) -> None:
    sentence = document_of(before + act + ".").sentences[0]
    found = own_subject(sentence, Span(start=len(before), end=len(before + act)))
    assert (found is not None) == is_own
    if found is not None and found.span is not None:
        assert found.span.of(sentence.text) == found.text == "I"


@pytest.mark.parametrize(
    ("before", "who"),
    [
        ("Oldham has decided not to ", "Oldham"),
        ("Oldham has decided not to hold one and ", "Oldham"),
        ("Senator Ray Cobb has now refused to ", "Senator Ray Cobb"),
        ("He has decided to ", None),
        ("A third Republican has agreed to ", None),
        ("Oldham has decided, she said, to ", None),
        ("Oldham wants to ", None),
        ("Polls back Mr. Cobb's old plan to ", "Mr. Cobb"),
        ("Polls back Mr. Cobb's plan to bar guests from the hall and to ", "Mr. Cobb"),
        ("Voters saw the senators' refusal to ", "the senators"),
        ("Voters saw O'Neill's decision not to ", "O'Neill"),
        ("Voters saw Ray Cobb's call to ", None),
        ("Voters saw his plan to ", None),
        ("She gave way to the tycoon Ray Cobb, who has threatened not to ", "Ray Cobb"),
        ("Aides say that Ray Cobb has no plans to either ", "Ray Cobb"),
    ],
)
def test_who_is_named_as_having_undertaken_an_act_is_bound(before: str, who: str | None) -> None:
    text = f"{before}mend the roof, the Tory leader said."
    sentence = document_of(text).sentences[0]
    leader = text.index("the Tory leader")
    teller = Mention(text="the Tory leader", span=Span(start=leader, end=leader + 15))

    found = undertaking(sentence, Span(start=len(before), end=len(before) + 13), teller)

    assert (found and found.text) == who
    if found is not None and found.span is not None:
        assert found.span.of(text) == who
        assert undertaking(sentence, Span(start=len(before), end=len(before) + 13), found) is None


@pytest.mark.parametrize(
    ("before", "is_too"),
    [
        ("I have asked Louise Hale to hold an audit and to ", True),
        ("She would write to the council to ask all chief constables to “look again and to ", True),
        ("I have asked Louise Hale to ", False),
        ("The council will hold an audit and to that end it will also ", False),
        ("She asked for help. He agreed to pay and to ", False),
    ],
)
def test_the_second_thing_that_is_asked_of_somebody_is_no_act_of_its_own(before: str, is_too: bool) -> None:
    sentence = document_of(f"{before}mend the roof.").sentences[-1]
    end = sentence.end - 1

    assert is_asked_too(sentence, Span(start=end - len("mend the roof"), end=end)) == is_too


@pytest.mark.parametrize(
    ("text", "who", "expected"),
    [
        ("Cobb urged the club to sell the bar, keep the choir and mend the roof.", "Cobb", True),
        ("“I won,” Cobb said as he called on the board to mend the roof.", "he", True),
        ("Cobb will be under heavy pressure from fans to pledge that he would mend the roof.", "Cobb", True),
        ("The club, urged by Cobb for years, will mend the roof.", "club", False),
        ("Cobb urged the club to sell the bar, and it will mend the roof.", "it", False),
        ("Cobb urged the club to mend the roof.", "the club", False),
    ],
)
def test_what_others_are_urged_to_do_is_no_undertaking(text: str, who: str, expected: bool) -> None:
    sentence = document_of(f"It rained. {text}").sentences[-1]
    start, at = sentence.start + text.index("mend the roof"), sentence.start + text.index(who)
    pointed = Mention(text=who, span=Span(start=at, end=at + len(who)))
    assert is_demanded(sentence, Span(start=start, end=start + len("mend the roof")), pointed) == expected


@pytest.mark.parametrize(
    ("text", "act", "expected"),
    [
        ("More will be said in May, including how she will pay for it.", "pay for it", True),
        ("More will be said in May, including how she will pay for it.", "how she will pay for it", True),
        ("She will say how the club is run.", "say how the club is run", False),
        ("Ask how it went: she will pay for it.", "pay for it", False),
    ],
)
def test_how_something_will_be_done_is_no_undertaking(text: str, act: str, expected: bool) -> None:
    sentence = document_of(f"It rained. {text}").sentences[-1]
    start = sentence.start + text.index(act)
    assert is_manner(sentence, Span(start=start, end=start + len(act))) == expected


@pytest.mark.parametrize(
    ("text", "act", "expected"),
    [
        ("She refused to rule out a tax rise.", "a tax rise", True),
        ("She would not rule out raising fuel duty.", "raising fuel duty", True),
        ("She hasn’t yet ruled out closing the pool or the hall.", "the hall", True),
        ("She refused to rule out a tax rise.", "refused to rule out a tax rise", True),
        (
            "She would not rule out raising fuel duty, but promised to keep the pension lock.",
            "keep the pension lock",
            False,
        ),
        ("She ruled out closing the pool.", "closing the pool", False),
        ("She would not say whether he had ruled out closing the pool.", "closing the pool", True),
        ("She declined to say whether the fee would be waived, but promised a ballot.", "fee would be waived", True),
        ("She declined to say whether the fee would be waived, but promised a ballot.", "a ballot", False),
        ("Asked if she would say whether it shut, she said she would keep it.", "keep it", False),
        ("She would not say if fees rose, she said, but it would open.", "open", False),
        ("She would not say when the barge would sail.", "sail", False),
        ("She will keep the pool and has not ruled out a new one.", "keep the pool", False),
        ("He was unwilling to rule out a strike.", "a strike", True),
        ("Nobody is ruling out a strike.", "a strike", True),
        ("The firm has yet to decide whether to appeal.", "appeal", True),
        ("The firm is reportedly considering selling its dairy arm.", "selling its dairy arm", True),
        ("The firm is not considering selling its dairy arm.", "selling its dairy arm", False),
        ("She left open the possibility of running for mayor.", "running for mayor", True),
        ("She left the door open to a merger.", "a merger", True),
        ("She will hold the door to a merger.", "hold the door", False),
        ("She will decide whether to appeal and publish the file.", "publish the file", False),
    ],
)
def test_what_is_not_ruled_out_is_left_open(text: str, act: str, expected: bool) -> None:
    sentence = document_of(f"It rained. {text}").sentences[-1]
    start = sentence.start + text.index(act)
    assert is_left_open(sentence, Span(start=start, end=start + len(act))) == expected


@pytest.mark.parametrize(
    ("text", "act", "expected"),
    [
        ("Marlow was due to close the plant in May but has agreed to keep it open.", "close the plant", True),
        ("Marlow was due to close the plant in May but has agreed to keep it open.", "keep it open", False),
        ("He had originally been due to go, and was meant to close it, but now will not.", "close it", True),
        ("Marlow was due to close the plant in May.", "close the plant", False),
        ("She said she was going to close the plant but would build a hall.", "close the plant", False),
        ("The pool was to be sold, but the council is due to vote on it.", "vote on it", False),
    ],
)
def test_what_was_meant_before_the_sentence_turns_is_given_up(text: str, act: str, expected: bool) -> None:
    sentence = document_of(f"It rained. {text}").sentences[-1]
    start = sentence.start + text.index(act)
    assert is_given_up(sentence, Span(start=start, end=start + len(act))) == expected


@pytest.mark.parametrize(
    ("text", "act", "expected"),
    [
        ("Rothwell will endorse her before June, predicted Ada Marsh, a rival.", "endorse her", True),
        ("“Rothwell will endorse her,” predicted Ada Marsh.", "endorse her", True),
        ("She predicted that the council would sell the hall.", "sell the hall", True),
        ("She predicted a cold winter and said she would sell the hall.", "sell the hall", False),
        ("He will sell the hall, he said, as she predicted.", "sell the hall", False),
        ("He will sell the hall. She predicted it.", "sell the hall", False),
    ],
)
def test_what_somebody_predicts_is_no_undertaking(text: str, act: str, expected: bool) -> None:
    sentence = document_of(f"It rained. {text}").sentences[1]
    start = sentence.start + sentence.text.index(act)
    assert is_foretold(sentence, Span(start=start, end=start + len(act))) == expected


@pytest.mark.parametrize(
    ("text", "act", "expected"),
    [
        ("It is now illegal to feed the gulls, and we will tell everybody.", "feed the gulls", True),
        ("It is an offence for anglers to leave lines here.", "leave lines", True),
        ("We will make it illegal to feed the gulls.", "feed the gulls", False),
        ("It is our plan to feed the gulls.", "feed the gulls", False),
    ],
)
def test_what_the_law_forbids_already_is_no_undertaking(text: str, act: str, expected: bool) -> None:
    sentence = document_of(f"It rained. {text}").sentences[1]
    start = sentence.start + sentence.text.index(act)
    assert is_forbidden(sentence, Span(start=start, end=start + len(act))) == expected


@pytest.mark.parametrize(
    ("text", "act", "expected"),
    [
        ("Hale will lend its yard two pumps, he said, but there will be no money.", "lend its yard two pumps", True),
        ("Hale agreed a deal to buy the mill, and his refusal to go annoys rivals.", "buy the mill", True),
        ("The museum will lend but not return.", "lend", False),
        ("The firm will cut no more from Easter.", "cut", False),
        ("Hale will sign for nobody this summer.", "sign", False),
        ("We are asked whether we will sell the yard.", "sell the yard", False),
        ("Hale will stop selling coal.", "selling coal", False),
        ("Nobody said that Hale will sell the yard.", "sell the yard", False),
    ],
)
def test_what_is_plainly_undertaken_is_no_refusal(text: str, act: str, expected: bool) -> None:
    sentence = document_of(f"It rained. {text}").sentences[-1]
    start = sentence.start + text.index(act)
    assert is_plainly_done(sentence, Span(start=start, end=start + len(act))) == expected


@pytest.mark.parametrize(
    ("text", "act", "expected"),
    [
        ("It will not only reopen the hall but build a library.", "reopen the hall", True),
        ("It won’t just reopen the hall, but also build a library.", "reopen the hall", True),
        ("It will not reopen the hall but build a library.", "reopen the hall", False),
        ("It will not only reopen the hall.", "reopen the hall", False),
    ],
)
def test_not_only_refuses_nothing(text: str, act: str, expected: bool) -> None:
    sentence = document_of(f"It rained. {text}").sentences[-1]
    start = sentence.start + text.index(act)
    assert is_not_only(sentence, Span(start=start, end=start + len(act))) == expected


@pytest.mark.parametrize(
    ("text", "action"),
    [
        ("Brightsea council will build 400 homes by 2031.", "build 400 homes"),
        ("The mayor, Ada Hale, promised to build 300 homes by 2030.", "build 300 homes"),
        ("If elected, she would sign the bill, Ms Carr said.", "sign the bill"),
        ("The school will not raise fees this year, the head teacher said.", "raise fees"),
        ("We will plant 1,000 trees.", "plant 1,000 trees"),
    ],
)
def test_a_plain_short_promise_alone_is_found(engine: CompactEngine, text: str, action: str) -> None:
    assert [c.action for c in _read(engine, text).commitments] == [action]


def test_what_an_action_leans_on_is_named_in_brackets(engine: CompactEngine) -> None:
    text = (
        "The portrait of the mayor hangs in the hall. "
        "The council will take it down by Friday, Ada Marsh, its leader, said."
    )
    actions = [c.action for c in _read(engine, text).commitments]

    assert actions == ["take down [the portrait of the mayor]"]


def test_every_quotation_is_a_slice_of_the_article(engine: CompactEngine) -> None:
    text = SEED.read_text("utf-8")
    record = _read(engine, text)

    assert record.status == "ok"
    assert len(record.commitments) >= 4
    assert all(text[e.start : e.end] == e.quote for c in record.commitments for e in c.evidence)
    assert all(0 < c.confidence <= 1 for c in record.commitments)


def test_predictions_scheduled_events_and_past_promises_are_left_out(engine: CompactEngine) -> None:
    assert _read(engine, NOTHING).commitments == ()


@pytest.mark.parametrize("text", ["Hm.", "?!", "…", "12 34 56", "will " * 400, "А что?" * 50, "<script>will</script>"])
def test_odd_texts_are_read_to_their_end(engine: CompactEngine, text: str) -> None:
    record = _read(engine, text)

    assert record.status in {"ok", "partial", "empty"}
    assert record.coverage.chars_read <= record.coverage.chars


def test_the_same_article_gives_the_same_bytes_whatever_was_read_before(engine: CompactEngine) -> None:
    first = _read(engine, STATED).to_json()
    _read(engine, SEED.read_text("utf-8"))

    assert _read(engine, STATED).to_json() == first
    assert _read(CompactEngine.open(device="cpu"), STATED).to_json() == first


def test_articles_read_together_are_each_as_if_read_alone(engine: CompactEngine) -> None:
    """Short ones, one without a word, one of many windows, and the same text twice."""
    texts = [STATED, "?!", f"{NOTHING}\n\n{STATED}\n\n" * 12, NOTHING, STATED]
    articles = [Article(id=f"a{i}", source="a.txt", text=text) for i, text in enumerate(texts)]

    together = process_group(articles, engine, CONFIG)

    assert [r.id for r in together] == ["a0", "a1", "a2", "a3", "a4"]
    assert [r.to_json() for r in together] == [process(a, engine, CONFIG).to_json() for a in articles]
    assert len(together[2].commitments) >= 2


def test_what_fails_in_a_thread_fails_where_it_was_asked_for(engine: CompactEngine) -> None:
    def halve(number: int) -> int:
        if number == 5:
            raise ValueError("five")
        return number // 2

    results = engine._in_order(halve, range(50))

    assert [next(results) for _ in range(5)] == [0, 0, 1, 1, 2]
    with pytest.raises(ValueError, match="five"):
        next(results)
    assert list(engine._in_order(halve, range(6, 9))) == [3, 3, 4]


def test_threads_hand_over_as_before_when_it_has_read(engine: CompactEngine) -> None:
    before = sys.getswitchinterval()
    _read(engine, STATED)
    assert sys.getswitchinterval() == before


def test_int8_decides_as_float32_does(engine: CompactEngine) -> None:
    exact = CompactEngine.open(device="cpu", dtype="float32")
    text = SEED.read_text("utf-8")

    assert exact.provenance.dtype == "float32"
    found, wanted = ({c.evidence[0].start for c in _read(e, text).commitments} for e in (engine, exact))
    assert len(found & wanted) >= 0.8 * len(found | wanted)


def test_windows_and_not_words_squared_are_what_a_long_article_costs(engine: CompactEngine) -> None:
    once = engine.tokens.read
    _read(engine, STATED * 20)
    twenty = engine.tokens.read - once
    _read(engine, STATED * 80)
    eighty = engine.tokens.read - once - twenty

    assert eighty < 4.3 * twenty


def test_a_higher_level_of_confidence_only_takes_away(engine: CompactEngine) -> None:
    text = SEED.read_text("utf-8")
    found = [
        {c.action for c in process(Article(id="a", source="a", text=text), engine, config).commitments}
        for config in (RunConfig(engine="compact", min_confidence=level) for level in (None, 0.5, 0.9))
    ]

    assert found[0] >= found[1] >= found[2]


def test_a_lower_level_of_confidence_tells_more_and_takes_nothing_away() -> None:
    article = Article(id="a", source="a", text=SEED.read_text("utf-8"))
    told = []
    for level in (None, 0.3, 0.05, 0.01, 0.0):
        config = RunConfig(engine="compact", min_confidence=level)
        engine = open_engine(config)
        record = process(article, engine, config)
        assert all(c.confidence >= (level or 0.0) for c in record.commitments)
        told.append({evidence.start for c in record.commitments for evidence in c.evidence})
    assert all(few <= more for few, more in pairwise(told))
    assert len(told[0]) < len(told[3]) < len(told[4])


def test_what_cannot_reach_a_level_is_not_looked_at() -> None:
    own = Settings(threshold=0.4, least_confidence=0.45, calibration=(0.5, 2.0, 0.25, -0.1))
    assert lowered(own, None) is lowered(own, 0.45) is lowered(own, 0.6) is own
    at = lowered(own, 0.1)
    assert at.least_confidence == 0.1
    best = 1 / (1 + math.exp(-(0.5 * math.log(at.threshold / (1 - at.threshold)) - 0.1)))  # tags and actor are sure
    assert best == pytest.approx(0.1)
    assert lowered(own, 0.0).threshold == 0.0
    assert lowered(own._replace(calibration=()), 0.1).threshold == 0.1
    assert lowered(own._replace(calibration=(0.5, -1.0, 0.2, 0.0)), 0.1).threshold == 0.0


def test_it_is_the_engine_when_nothing_is_said() -> None:
    assert RunConfig().engine_name == "compact"
    assert open_engine(RunConfig()).provenance.model == "onrecord-compact"


def test_a_folder_that_train_wrote_is_recognised_as_a_model(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(json.dumps({"onrecord": {}}))

    assert RunConfig(model=str(tmp_path)).engine_name == "compact"
    assert RunConfig(model="OWNER/NAME").engine_name == "llm"


def test_a_folder_without_weights_of_its_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="holds no weights of the compact engine"):
        load_config(engine="compact", model=str(tmp_path))


def test_a_device_that_is_not_there_is_refused() -> None:
    with pytest.raises(EnvironmentFault, match="no mps device"):
        CompactEngine.open(device="mps")


def test_damaged_weights_are_one_error_and_one_hint(onrecord: Run, tmp_path: Path) -> None:
    from pipeline.engines.compact.train import from_base
    from pipeline.engines.compact.weights import Settings, save

    start = from_base(tiny_compact.write_base(tmp_path / "base"))
    save(tmp_path / "mine", start.network, start.tokenizer, Settings())
    tiny_compact.damaged(tmp_path / "mine")
    (tmp_path / "a.txt").write_text(STATED)

    done = onrecord("run", "a.txt", "--model", "mine")

    assert done.returncode == 5
    assert [line.split(":")[0] for line in done.stderr.strip().splitlines()] == ["error", "hint"]
    assert "has sha256" in done.stderr


def test_the_default_reads_the_same_in_two_processes(onrecord: Run, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(STATED)

    outputs = [onrecord("run", "a.txt", "--engine", "compact", env={"PYTHONHASHSEED": s}).stdout for s in "01"]

    assert outputs[0] == outputs[1]
    assert json.loads(outputs[0])["provenance"]["engine"] == "compact"


def test_reading_loads_nothing_that_takes_longer_than_reading(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(STATED)
    probe = (
        "import sys; sys.argv = ['onrecord', 'run', 'a.txt', '--engine', 'compact']\n"
        "from pipeline.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        f"finally: print('LOADED', [m for m in {SLOW!r} if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", probe], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert '"engine": "compact"' in done.stdout
    assert "LOADED []" in done.stdout


def test_an_extraction_is_there_before_the_last_document_is_asked_for(engine: CompactEngine) -> None:
    asked: list[int] = []

    def documents() -> Iterator[Document]:
        for n in range(40):
            asked.append(n)
            yield document_of(STATED)

    stream = engine.stream(documents())
    first = next(stream)
    assert len(asked) < 40
    rest = list(stream)
    assert len(rest) == 39
    assert [first, *rest] == engine.extract([document_of(STATED)] * 40)


def test_a_document_without_a_window_has_its_extraction_in_its_place(engine: CompactEngine) -> None:
    bare = document_of("").model_copy(update={"sentences": ()})
    found = list(engine.stream([bare, document_of(STATED), bare, bare, document_of(STATED), bare]))
    assert [bool(e.drafts) for e in found] == [False, True, False, False, True, False]
    assert [e.chars_read for e in found[:2]] == [0, len(STATED)]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("foreign ministry said that the three", "the three"),
        ("union told its members on Monday that their committee", "their committee"),
        ("the ministry that said so", "the ministry that said so"),
        ("Said Barre", "Said Barre"),
    ],
)
def test_a_name_does_not_begin_in_another(text: str, name: str) -> None:
    found = within_one_name(f"The {text} left.", Span(start=4, end=4 + len(text)))
    assert found.of(f"The {text} left.") == name


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("pupils in years 1 to 3 as well, so it will be open to all", "pupils in years 1 to 3 as well"),
        ("parents and schools to develop a plan", "parents and schools"),
        ("those on low pay as a way of helping them", "those on low pay"),
        ("people who have to leave the valley", "people who have to leave the valley"),
        ("families trying to find a home", "families trying to find a home"),
    ],
)
def test_a_recipient_ends_before_what_comes_of_the_act(words: str, expected: str) -> None:
    assert whom(words) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("Marsh will join the Today programme.", None), ("Today Marsh will join the choir.", "Today")],
)
def test_a_programme_called_today_is_no_deadline(text: str, expected: str | None) -> None:
    at = text.index("Today")
    assert _deadline(document_of(text), Mention(text="Today", span=Span(start=at, end=at + 5))) == expected
