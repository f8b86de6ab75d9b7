"""A model behind HTTP: each dialect in its own words, no prompt lost, no key told, nothing cut in silence."""

import json
import logging
import random
import signal
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from fake_servers import KINDS, FakeServer, closed_port, serving, tokens_of

from pipeline.errors import ConfigError, EnvironmentFault
from pipeline.models.base import AnswerForm, LanguageModel, Message, Prompt, Reply
from pipeline.models.dialects import estimated_tokens, fewest_tokens
from pipeline.models.server import (
    FAILURES_THAT_MEAN_DOWN,
    PAUSE_BEFORE_PROBE_SECONDS,
    PROBE_TRIES,
    TRIES,
    ServerModel,
)

pytestmark = pytest.mark.enable_socket

FORM = AnswerForm(name="thing", json_schema={"type": "object", "properties": {"a": {"type": "string"}}}, grammar="")
KEY = "sk-Tr0ub4dor-and-3"
USER = "ada:p%40ss-word@"
SECRETS = (KEY, "p@ss-word", "p%40ss-word")
Open = Callable[..., ServerModel]
SEEDS = Path(__file__).parent.parent / "seeds"


class Time:
    """A clock that only moves when somebody sleeps."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    def now(self) -> float:
        return sum(self.slept)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


@pytest.fixture
def watch() -> Time:
    return Time()


@pytest.fixture
def opened(watch: Time) -> Iterator[Open]:
    """Starts a fake server and opens a model on it; both end with the test."""
    with ExitStack() as stack:

        def start(fake: FakeServer | None = None, *, path: str = "/v1", **options: Any) -> ServerModel:
            running = stack.enter_context(serving(fake or FakeServer()))
            how = {"clock": watch.now, "sleep": watch.sleep, "rng": random.Random(7), **options}
            return stack.enter_context(ServerModel.open(running.url + path, **how))

        yield start


def prompt(text: str = "Say it.", *, form: AnswerForm | None = None, max_tokens: int = 16) -> Prompt:
    return Prompt(messages=(Message(role="user", content=text),), form=form, max_tokens=max_tokens)


def always(fault: str, *, on: str = "Say it") -> Callable[[str, int], str | None]:
    return lambda text, attempt: fault if on in text else None


def first(times: int, fault: str, *, on: str = "Say it") -> Callable[[str, int], str | None]:
    return lambda text, attempt: fault if on in text and attempt <= times else None


# Dialects

TEMPLATE_OFF = {"chat_template_kwargs": {"enable_thinking": False}}
THINKING_OFF = {
    "vllm": TEMPLATE_OFF,
    "llama.cpp": TEMPLATE_OFF,
    "transformers": TEMPLATE_OFF,
    "ollama": {"think": False},
}


@pytest.mark.parametrize("kind", KINDS)
def test_each_server_is_recognised_and_its_card_says_what_held(kind: str, opened: Open) -> None:
    fake = FakeServer(kind, models=("org/tiny",), context=6500)
    model: LanguageModel = opened(fake)
    card = model.card
    has_context = kind not in ("transformers", "openai")
    assert (card.name, card.revision, card.device) == ("org/tiny", None, "server")
    assert card.context_tokens == (6500 if has_context else 4096)
    counts = "server" if kind in ("vllm", "tgi", "llama.cpp") else "estimate"
    assert card.decoding == {
        "temperature": 0,
        "server": kind,
        "max_model_len": 6500 if has_context else None,
        **({} if has_context else {"context_assumed": True}),
        "schema_enforced": True,
        "token_count": counts,
        **({"thinking": False} if kind in THINKING_OFF else {}),
    }
    assert "127.0.0.1" not in card.model_dump_json()


OPENAI_SCHEMA = {"type": "json_schema", "json_schema": {"name": "thing", "schema": FORM.json_schema, "strict": True}}
TGI_SCHEMA = {"type": "json_object", "value": FORM.json_schema}


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "ollama"])
def test_a_request_is_deterministic_and_carries_the_schema_in_the_servers_form(kind: str, opened: Open) -> None:
    fake = FakeServer(kind)
    [reply] = opened(fake, seed=5).reply([prompt(form=FORM)])
    assert reply.finish == "stop"
    [request] = fake.chats("Say it")
    assert request.body.pop("response_format") == (TGI_SCHEMA if kind == "tgi" else OPENAI_SCHEMA)
    assert request.body == {
        "model": "tiny",
        "messages": [{"role": "user", "content": "Say it."}],
        "max_tokens": 16,
        "temperature": 0,
        "seed": 5,
        "stream": False,
        **THINKING_OFF.get(kind, {}),
    }


def test_ollama_is_asked_through_its_own_endpoint_with_its_context_and_may_not_cut(opened: Open) -> None:
    fake = FakeServer("ollama", models=("llama3:latest",), context=131072)
    model = opened(fake, model="llama3", context_tokens=16384, seed=5)
    [reply] = model.reply([prompt(form=FORM)])
    assert (reply.finish, model.card.context_tokens, model.card.name) == ("stop", 16384, "llama3:latest")
    [request] = fake.chats("Say it")
    assert request.path == "/api/chat"
    assert request.body == {
        "model": "llama3:latest",
        "messages": [{"role": "user", "content": "Say it."}],
        "stream": False,
        "truncate": False,
        "shift": False,
        "think": False,
        "format": FORM.json_schema,
        "options": {"temperature": 0, "seed": 5, "num_ctx": 16384, "num_predict": 16},
    }


def test_ollama_is_not_made_to_reserve_all_the_context_that_a_model_claims(opened: Open) -> None:
    assert opened(FakeServer("ollama", context=131072)).card.context_tokens == 8192


def test_a_context_that_is_asked_for_is_never_more_than_the_server_has(opened: Open) -> None:
    assert opened(FakeServer(context=3000), context_tokens=2000).card.context_tokens == 2000
    assert opened(FakeServer(context=3000), context_tokens=9000).card.context_tokens == 3000


def test_old_llamacpp_that_refuses_the_common_form_gets_its_own(opened: Open) -> None:
    fake = FakeServer("llama.cpp")
    fake.fault = lambda text, attempt: "400 'type' must be json_object" if "weather" in text and attempt == 1 else None
    model = opened(fake)
    model.reply([prompt(form=FORM)])
    assert fake.chats("Say it")[0].body["response_format"] == {"type": "json_object", "schema": FORM.json_schema}
    assert model.card.decoding["schema_enforced"] is True


def test_llama_cpp_python_that_does_not_know_the_common_form_is_asked_once_for_it(opened: Open, watch: Time) -> None:
    """Version 0.3.36 answers with status 500: what of itself would be tried again."""
    refusal = "500 1 validation error: {'loc': ('body', 'response_format', 'type')}"
    fake = FakeServer("openai", fault=first(1, refusal, on="weather"))
    model = opened(fake)
    model.reply([prompt(form=FORM)])
    assert (len(fake.chats("weather")), watch.slept) == (2, [])
    assert fake.chats("Say it")[0].body["response_format"] == {"type": "json_object", "schema": FORM.json_schema}
    assert model.card.decoding["schema_enforced"] is True


def test_llamacpp_is_named_without_the_path_of_its_file(opened: Open) -> None:
    fake = FakeServer("llama.cpp", models=("/home/ada/models/qwen-4b.gguf",))
    model = opened(fake)
    model.reply([prompt()])
    assert model.card.name == "qwen-4b.gguf"
    assert fake.chats("Say it")[0].body["model"] == "/home/ada/models/qwen-4b.gguf"


@pytest.mark.parametrize("name", ["/home/ada/models/qwen-4b", "C:\\models\\qwen-4b", "/home/ada/models/qwen-4b/"])
def test_a_folder_that_a_server_was_given_is_named_without_its_path(name: str, opened: Open) -> None:
    fake = FakeServer("vllm", models=(name,))
    model = opened(fake)
    model.reply([prompt()])
    assert (model.card.name, fake.chats("Say it")[0].body["model"]) == ("qwen-4b", name)


@pytest.mark.parametrize("kind", THINKING_OFF)
def test_a_server_that_refuses_to_switch_thinking_off_is_asked_without(kind: str, opened: Open) -> None:
    fake = FakeServer(kind, refuses_thinking_off=True)
    model = opened(fake)
    assert model.reply([prompt()])[0].finish == "stop"
    assert not set(THINKING_OFF[kind]) & set(fake.chats("Say it")[0].body)
    assert "thinking" not in model.card.decoding


@pytest.mark.parametrize("kind", THINKING_OFF)
def test_a_model_that_may_think_gets_tokens_for_it_on_top_of_its_answer(kind: str, opened: Open) -> None:
    fake = FakeServer(kind, context=6500)
    model = opened(fake, reasoning_tokens=1000, context_tokens=6000)
    model.reply([prompt(max_tokens=16)])
    body = fake.chats("Say it")[0].body
    assert not set(THINKING_OFF[kind]) & set(body)
    assert body.get("options", body).get("num_predict", body.get("max_tokens")) == 1016
    assert (model.card.context_tokens, model.card.decoding["reasoning_tokens"]) == (5000, 1000)
    assert kind != "ollama" or body["options"]["num_ctx"] == 6000


@pytest.mark.parametrize("kind", ["vllm", "llama.cpp"])
def test_tokens_are_counted_as_they_will_be_asked(kind: str, opened: Open) -> None:
    fake = FakeServer(kind)
    opened(fake)
    counted = [r for r in fake.requests if r.path in ("/tokenize", "/apply-template") and "messages" in r.body]
    assert counted
    assert all(r.body["chat_template_kwargs"] == {"enable_thinking": False} for r in counted)


def test_the_context_of_a_llamacpp_router_is_that_of_the_named_model(opened: Open) -> None:
    fake = FakeServer("llama.cpp", models=("a/one:Q4_K_M", "b/two"), context=6500, is_router=True)
    model = opened(fake, model="a/one:Q4_K_M")
    assert (model.card.context_tokens, model.card.decoding["max_model_len"]) == (6500, 6500)
    assert "/props?model=a%2Fone%3AQ4_K_M" in fake.paths()


def test_a_lora_reads_as_far_as_the_model_it_is_made_for(opened: Open) -> None:
    card = opened(FakeServer("vllm", models=("base",), adapters=("pledges",), context=6500), model="pledges").card
    assert (card.name, card.context_tokens, "context_assumed" in card.decoding) == ("pledges", 6500, False)


def test_transformers_is_believed_to_serve_what_it_does_not_list(opened: Open) -> None:
    fake = FakeServer("transformers", models=("org/other", "org/third"))
    model = opened(fake, model="/models/mine")
    model.reply([prompt()])
    assert fake.chats("Say it")[0].body["model"] == "/models/mine"


@pytest.mark.parametrize("path", ["/props", "/openapi.json", "/info"])
def test_a_kept_connection_that_is_closed_when_it_is_used_again_is_not_a_missing_server(
    path: str, opened: Open
) -> None:
    fake = FakeServer("transformers", hangs_up_once={path})
    assert opened(fake).card.decoding["server"] == "transformers"
    assert not fake.hangs_up_once


@pytest.mark.parametrize("path", ["", "/", "/v1", "/v1/", "/v1/chat/completions"])
def test_the_address_may_be_written_in_many_ways(path: str, opened: Open) -> None:
    assert opened(path=path).reply([prompt()])[0].finish == "stop"


# Choosing the model


def test_a_wrong_name_is_told_the_servers_names_nearest_first(opened: Open) -> None:
    fake = FakeServer(models=("meta/llama-3-8b", "qwen/qwen3-4b-instruct", "google/gemma-3"))
    with pytest.raises(ConfigError, match="no model 'qwen3-4b'") as caught:
        opened(fake, model="qwen3-4b")
    assert caught.value.hint.startswith("it has qwen/qwen3-4b-instruct, ")
    assert "google/gemma-3" in caught.value.hint


def test_of_several_models_one_must_be_named(opened: Open) -> None:
    fake = FakeServer(models=("one", "two"))
    with pytest.raises(ConfigError, match="not named") as caught:
        opened(fake)
    assert "one, two" in caught.value.hint
    assert fake.chats() == []


# Counting


@pytest.mark.parametrize("kind", ["vllm", "tgi", "llama.cpp"])
def test_a_server_that_counts_is_asked_once_per_conversation(kind: str, opened: Open) -> None:
    fake = FakeServer(kind)
    model = opened(fake)
    messages = [Message(role="system", content="Be brief."), Message(role="user", content="What was promised?")]
    as_sent = [{"role": m.role, "content": m.content} for m in messages]
    assert model.count(messages) == tokens_of(as_sent)
    before = len(fake.requests)
    assert model.count(messages) == tokens_of(as_sent)
    assert len(fake.requests) == before


def test_a_server_that_dies_between_two_articles_is_given_the_same_pause(opened: Open, watch: Time) -> None:
    fake = FakeServer()
    model = opened(fake)
    fake.hangs_up = {"/tokenize"}
    messages = [Message(role="user", content="What was promised?")]
    assert model.count(messages) == estimated_tokens(messages)
    assert watch.slept[-1] == PAUSE_BEFORE_PROBE_SECONDS
    assert model.reply([Prompt(messages=tuple(messages), max_tokens=16)])[0].finish == "stop"
    fake.fault = always("drop", on="")
    with pytest.raises(EnvironmentFault, match=r"stopped answering \(connection, counting\)") as caught:
        model.count([Message(role="user", content="What was said?")])
    assert "continues where it stopped" in caught.value.hint


def test_without_the_servers_count_the_estimate_is_used(opened: Open) -> None:
    model = opened(FakeServer(counts=False))
    messages = [Message(role="user", content="What was promised?")]
    assert model.card.decoding["token_count"] == "estimate"
    assert model.count(messages) == estimated_tokens(messages)


def test_the_estimate_is_above_and_the_bound_below_any_count_of_english() -> None:
    text = "".join(p.read_text("utf-8") for p in SEEDS.glob("*.txt"))
    messages = [Message(role="user", content=text)]
    # Vocabularies of 32,000 to 262,000 tokens read 3.6 to 4.8 characters of English per token.
    assert estimated_tokens(messages) > 1.5 * len(text) / 3.6
    assert fewest_tokens(messages) < len(text) / 4.8 / 1.2


def test_signs_and_other_alphabets_are_estimated_as_a_token_or_two_each() -> None:
    digits = [Message(role="user", content="1234567890" * 100)]
    chinese = [Message(role="user", content="议会将在三月前公布调查结果" * 100)]
    blanks = [Message(role="user", content="-" * 4000 + " " * 4000)]
    assert estimated_tokens(digits) > 1000
    assert estimated_tokens(chinese) > 2 * 1200
    assert fewest_tokens(blanks) == 0


# Checks at the start


@pytest.mark.parametrize("kind", KINDS)
def test_a_schema_that_is_not_enforced_is_found_out_and_no_longer_sent(kind: str, opened: Open) -> None:
    fake = FakeServer(kind, enforces=False)
    model = opened(fake)
    [reply] = model.reply([prompt(form=FORM)])
    assert model.card.decoding["schema_enforced"] is False
    assert reply.finish == "stop"
    assert not {"format", "response_format"} & set(fake.chats("Say it")[0].body)


def test_a_model_that_only_thinks_leaves_the_schema_undecided_and_sent(opened: Open) -> None:
    fake = FakeServer(fault=always("only_thought", on="weather"))
    model = opened(fake)
    model.reply([prompt(form=FORM)])
    assert model.card.decoding["schema_enforced"] is None
    assert "response_format" in fake.chats("Say it")[0].body


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("cut_to", [500, 2048])
def test_a_server_that_cuts_its_input_is_refused_with_what_helps(kind: str, cut_to: int, opened: Open) -> None:
    with pytest.raises(EnvironmentFault, match=f"cuts its input.* it read {cut_to}") as caught:
        opened(FakeServer(kind, cut_to=cut_to, context=6500), context_tokens=6500)
    helps = {
        "vllm": "max-model-len",
        "tgi": "max-total-tokens",
        "llama.cpp": "larger -c",
        "ollama": "num_ctx",
        "transformers": "smaller context",
        "openai": "larger context",
    }
    assert helps[kind] in caught.value.hint


def test_without_token_numbers_a_cut_is_seen_by_the_word_that_is_gone(opened: Open) -> None:
    """cut_to=0 is an Ollama that reports no count and keeps only the end."""
    fake = FakeServer("ollama", cut_to=0)
    fake.chat = lambda body, fault: _with_last_word_only(body)  # type: ignore[method-assign]
    with pytest.raises(EnvironmentFault, match="read the end only"):
        opened(fake)


def _with_last_word_only(body: dict[str, Any]) -> dict[str, Any]:
    text = body["messages"][-1]["content"]
    rule = body.get("format", {}).get("properties", {}).get("word")
    answer = {"word": rule["enum"][0]} if rule else {"first": "?", "last": text.rpartition("code word is ")[2][:6]}
    message = {"role": "assistant", "content": json.dumps(answer)}
    return {"model": body["model"], "message": message, "done": True, "done_reason": "stop"}


def test_a_context_smaller_than_the_server_says_is_found_at_the_start(opened: Open) -> None:
    fault = always("400 This model's maximum context length is 2048 tokens", on="code word")
    with pytest.raises(EnvironmentFault, match="context_exceeded") as caught:
        opened(FakeServer(fault=fault))
    assert "--max-model-len" in caught.value.hint


def test_no_server_is_an_environment_fault_that_says_how_to_start_one() -> None:
    with pytest.raises(EnvironmentFault, match="no server answers at http://127") as caught:
        ServerModel.open(f"http://127.0.0.1:{closed_port()}/v1")
    assert "vllm serve" in caught.value.hint
    assert caught.value.exit_code == 5


def test_another_kind_of_server_is_an_environment_fault(opened: Open) -> None:
    fake = FakeServer()
    fake.answer = lambda path, body: None  # type: ignore[method-assign]
    with pytest.raises(EnvironmentFault, match=r"is no server of language models \(http_404: Not Found\)") as caught:
        opened(fake)
    assert "the key in ONRECORD_API_KEY" in caught.value.hint


@pytest.mark.parametrize("url", ["localhost:8000", "ftp://localhost/v1", "http://", "http://[::1", "", "http://a:b/"])
def test_an_address_that_is_none_is_a_configuration_error(url: str) -> None:
    with pytest.raises(ConfigError, match="address is not"):
        ServerModel.open(url)


# Replies


def test_what_a_reply_carries(opened: Open) -> None:
    fake = FakeServer(fault=always("length", on="cut me"))
    stopped, cut = opened(fake).reply([prompt(), prompt("cut me")])
    assert (stopped.finish, stopped.text, stopped.tokens) == ("stop", "It rains. (Say it.)", 5)
    assert stopped.prompt_tokens == tokens_of([{"content": "Say it."}])
    assert cut.finish == "length"


def test_a_reply_of_thoughts_alone_that_ran_out_is_cut_off_and_not_failed(opened: Open) -> None:
    [reply] = opened(FakeServer(fault=always("only_thought"))).reply([prompt()])
    assert (reply.finish, reply.text, reply.code) == ("length", "", "")


def test_half_a_surrogate_pair_passes_both_ways_as_a_replacement_character(opened: Open) -> None:
    [reply] = opened().reply([prompt("Say it \ud800.")])
    assert reply.text == "It rains. (Say it \ufffd.)"


def test_no_prompts_make_no_replies(opened: Open) -> None:
    model = opened(concurrency=3)
    assert model.reply([]) == []
    assert model.group_size == 12


FAULTS = {
    "429 Retry-After: 2": "http_429",
    "503": "http_503",
    "half": "half_a_body",
    "drop": "connection",
    "html": "not_json",
    "empty": "no_choice",
    "truncated_json": "",
    "wrong_model": "wrong_model",
    "400 bad request": "http_400",
}
PASSING = ("429 Retry-After: 2", "503", "half", "drop", "html", "empty")


def _random_fault(text: str, attempt: int) -> str | None:
    """Decided by prompt and attempt, so that threads change nothing: a third of the tries fail, some always."""
    number = int(text.removeprefix("article ")) if text.startswith("article ") else None
    if number is None:
        return None
    chance = random.Random(f"{number}")
    if chance.random() < 0.05:
        return chance.choice(list(FAULTS))
    chance = random.Random(f"{number}/{attempt}")
    return chance.choice(PASSING) if chance.random() < 0.33 else None


def _expected(number: int) -> tuple[str, int]:
    """The code a prompt must end with, and after how many tries."""
    for attempt in range(1, TRIES + 1):
        fault = _random_fault(f"article {number}", attempt)
        if fault not in PASSING:
            return FAULTS[fault] if fault else "", attempt
    return FAULTS[fault], TRIES


def test_of_400_prompts_on_a_bad_server_none_is_lost_and_each_failure_has_its_name(opened: Open, watch: Time) -> None:
    fake = FakeServer(fault=_random_fault)
    model = opened(fake, concurrency=8, prompt_seconds=1e9)
    prompts = [prompt(f"article {n}") for n in range(400)]
    replies = [r for i in range(0, 400, model.group_size) for r in model.reply(prompts[i : i + model.group_size])]
    expected = [_expected(n) for n in range(400)]
    assert [r.code for r in replies] == [code for code, _ in expected]
    assert all(r.finish == ("failed" if r.code else "stop") for r in replies)
    cut = {n for n in range(400) if _random_fault(f"article {n}", expected[n][1]) == "truncated_json"}
    for n, reply in enumerate(replies):
        text = '{"commitments": [{"act' if n in cut else f"It rains. (article {n})"
        assert reply.code or reply.text == text
    assert len(fake.chats("article ")) == sum(tries for _, tries in expected)
    codes = {code: [c for c, _ in expected].count(code) for code in sorted({c for c, _ in expected})}
    recovered = sum(1 for code, tries in expected if not code and tries > 1)
    print(f"{codes} recovered={recovered} cut={len(cut)} requests={sum(t for _, t in expected)}")
    assert recovered > 80
    assert len(codes) >= 7


@pytest.mark.parametrize("fault", [f for f in FAULTS if f in PASSING] + ["408", "409", "425", "500", "502", "504"])
def test_what_passes_is_tried_again_and_recovers(fault: str, opened: Open) -> None:
    fake = FakeServer(fault=first(TRIES - 1, fault))
    [reply] = opened(fake).reply([prompt()])
    assert (reply.finish, reply.code) == ("stop", "")
    assert len(fake.chats("Say it")) == TRIES


@pytest.mark.parametrize("fault", ["400 no", "404", "405", "413", "422 no", "501", "307 Location: http://127.0.0.2/"])
def test_what_does_not_pass_is_asked_once(fault: str, opened: Open, watch: Time) -> None:
    fake = FakeServer(fault=always(fault))
    [reply] = opened(fake).reply([prompt()])
    assert (reply.finish, reply.code) == ("failed", f"http_{fault[:3]}")
    assert len(fake.chats("Say it")) == 1
    assert watch.slept == []


@pytest.mark.parametrize(
    "words",
    [
        "400 This model's maximum context length is 4096 tokens. However, you requested 5000 tokens",
        "400 request (8889 tokens) exceeds the available context size (4096 tokens), try increasing it",
        "422 Input validation error: `inputs` must have less than 1024 tokens. Given: 1100",
        "422 Input validation error: `inputs` tokens + `max_new_tokens` must be <= 2048. Given: 2000 and 100",
        "500 the request exceeds the available context size",
        "400 The decoder prompt (length 9000) is longer than the maximum model length of 4096",
        "400 the prompt is longer than the context length currently available to the model",
    ],
)
def test_a_prompt_that_does_not_fit_is_named_and_asked_once(words: str, opened: Open) -> None:
    fake = FakeServer(fault=always(words))
    [reply] = opened(fake).reply([prompt()])
    assert reply.code == "context_exceeded"
    assert reply.detail == words[4:]
    assert len(fake.chats("Say it")) == 1


def test_waits_grow_are_random_and_never_shorter_than_the_server_asks(opened: Open, watch: Time) -> None:
    opened(FakeServer(fault=always("503"))).reply([prompt()])
    assert len(watch.slept) == TRIES - 1
    assert all(0 <= slept <= 2**i for i, slept in enumerate(watch.slept))
    assert len(set(watch.slept)) == TRIES - 1


@pytest.mark.parametrize(("header", "low", "high"), [("7", 7, 7), ("9999", 60, 60), ("nonsense", 0, 1), ("-5", 0, 1)])
def test_retry_after_in_seconds_is_kept_up_to_a_minute(
    header: str, low: float, high: float, opened: Open, watch: Time
) -> None:
    opened(FakeServer(fault=first(1, f"429 Retry-After: {header}"))).reply([prompt()])
    assert low <= watch.slept[0] <= high


def test_retry_after_as_a_date_is_kept(opened: Open, watch: Time) -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)
    opened(FakeServer(fault=first(1, f"503 Retry-After: {date}"))).reply([prompt()])
    assert 20 <= watch.slept[0] <= 30


def test_a_prompt_has_a_time_limit_over_all_its_tries(opened: Open, watch: Time) -> None:
    fake = FakeServer(fault=always("503 Retry-After: 60"))
    [reply] = opened(fake, prompt_seconds=100).reply([prompt()])
    assert reply.code == "http_503"
    assert watch.slept == [60]


def test_a_server_that_says_nothing_is_a_timeout(opened: Open) -> None:
    fake = FakeServer(fault=always("hold"))
    [reply] = opened(fake, timeout_seconds=0.1).reply([prompt()])
    assert reply.code == "timeout"
    assert len(fake.chats("Say it")) == TRIES


def test_an_answer_that_drips_ends_at_the_time_limit(opened: Open) -> None:
    fake = FakeServer(fault=always("drip"))
    model = opened(fake, prompt_seconds=0.5, clock=time.monotonic)
    started = time.monotonic()
    assert model.reply([prompt()])[0].code == "timeout"
    assert time.monotonic() - started < 3


def test_an_endless_body_is_not_read_to_its_end(opened: Open) -> None:
    [reply] = opened(FakeServer(fault=always("huge"))).reply([prompt()])
    assert (reply.code, reply.detail) == ("body_too_large", "more than 16 MiB")


# Cut inputs and other models


def test_a_prompt_of_which_less_was_read_than_sent_is_failed(opened: Open) -> None:
    fake = FakeServer("ollama")
    model = opened(fake)
    fake.cut_to = 100
    [reply] = model.reply([prompt("The council will publish the survey by March. " * 100)])
    assert (reply.finish, reply.code, reply.prompt_tokens) == ("failed", "input_truncated", 100)
    assert "read 100 tokens of at least" in reply.detail


def test_with_an_exact_count_a_small_cut_is_seen(opened: Open) -> None:
    fake = FakeServer("vllm")
    model = opened(fake)
    long = prompt("The council will publish the survey by March. " * 100)
    whole = model.count(long.messages)
    fake.cut_to = int(0.9 * whole)
    assert model.reply([long])[0].code == "input_truncated"


def test_numbers_without_the_cached_tokens_are_no_cut(opened: Open) -> None:
    """Ollama 0.30.0 counts only new tokens: the same long prompt twice is whole both times."""
    fake = FakeServer("ollama", hides_cached=True)
    model = opened(fake)
    long = prompt("The council will publish the survey by March. " * 100)
    assert [r.code for r in model.reply([long]) + model.reply([long])] == ["", ""]
    assert fake.chats("survey")[1].body == fake.chats("survey")[0].body


def test_the_name_of_another_model_is_a_failure_only_where_names_are_no_echo(opened: Open) -> None:
    assert opened(FakeServer("vllm", fault=always("wrong_model"))).reply([prompt()])[0].code == "wrong_model"
    assert opened(FakeServer("llama.cpp", fault=always("wrong_model"))).reply([prompt()])[0].code == ""
    listed = FakeServer("openai", models=("tiny", "another"), fault=always("wrong_model"))
    assert opened(listed, model="tiny").reply([prompt()])[0].code == "wrong_model"


def test_the_second_name_of_the_same_model_is_not_another_model(opened: Open) -> None:
    fake = FakeServer("vllm", models=("tiny", "another"), fault=always("wrong_model"))
    answer = fake.answer

    def with_one_root(path: str, body: dict[str, Any]) -> Any:
        found = answer(path, body)
        for entry in (found or {}).get("data", []):
            entry["root"] = "org/tiny"
        return found

    fake.answer = with_one_root  # type: ignore[method-assign]
    assert opened(fake, model="tiny").reply([prompt()])[0].finish == "stop"


# A server that dies


def test_a_server_that_stopped_answering_ends_the_run_after_one_more_look(opened: Open, watch: Time) -> None:
    fake = FakeServer(fault=always("503", on="article"))
    model = opened(fake, concurrency=1)
    assert {r.code for r in model.reply([prompt(f"article {n}") for n in range(4)])} == {"http_503"}
    with pytest.raises(EnvironmentFault, match=r"stopped answering \(http_503, 8 prompts in a row\)") as caught:
        model.reply([prompt(f"article {n}") for n in range(4, 10_000)])
    assert "continues where it stopped" in caught.value.hint
    assert len(fake.chats("article")) == FAILURES_THAT_MEAN_DOWN * TRIES + PROBE_TRIES
    assert watch.slept.count(PAUSE_BEFORE_PROBE_SECONDS) == 1


def test_a_server_that_comes_back_during_the_pause_answers_all_of_the_group(opened: Open, watch: Time) -> None:
    fake = FakeServer()
    model = opened(fake, concurrency=4, prompt_seconds=1e9)
    fake.fault = lambda text, attempt: None if PAUSE_BEFORE_PROBE_SECONDS in watch.slept else "drop"
    replies = model.reply([prompt(f"article {n}") for n in range(16)])
    assert [r.text for r in replies] == [f"It rains. (article {n})" for n in range(16)]


def test_prompts_that_always_fail_are_no_dead_server_where_others_are_answered(opened: Open, watch: Time) -> None:
    """They need the most tries, and so they end a group: here 24 in a row."""
    bad = [f"article {n}" for n in range(24, 48)]
    fake = FakeServer(fault=lambda text, attempt: "504" if text in bad else None)
    model = opened(fake, concurrency=16, prompt_seconds=1e9)
    replies = model.reply([prompt(f"article {n}") for n in range(48)])
    assert [r.code for r in replies] == [""] * 24 + ["http_504"] * 24
    assert 1 <= watch.slept.count(PAUSE_BEFORE_PROBE_SECONDS) <= 1 + 24 // FAILURES_THAT_MEAN_DOWN


def test_every_thread_has_a_connection_of_its_own(opened: Open) -> None:
    fake = FakeServer(fault=always("gather"), gathering=threading.Barrier(120))
    assert {r.finish for r in opened(fake, concurrency=120).reply([prompt()] * 120)} == {"stop"}
    assert len(fake.chats("Say it")) == 120


def test_failures_of_single_prompts_do_not_count_as_a_dead_server(opened: Open, watch: Time) -> None:
    replies = opened(FakeServer(fault=always("400 no"))).reply([prompt()] * 50)
    assert {r.code for r in replies} == {"http_400"}
    assert watch.slept == []


@pytest.fixture
def interruptible() -> Iterator[None]:
    """A shell starts what it puts into the background with SIGINT ignored, and Python then leaves it so."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
def test_an_interrupt_ends_at_once_what_is_in_flight(opened: Open) -> None:
    fake = FakeServer(fault=always("hold"))
    model = opened(fake, clock=time.monotonic)
    main = threading.main_thread().ident
    assert main is not None
    threading.Timer(0.3, signal.pthread_kill, (main, signal.SIGINT)).start()
    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        model.reply([prompt()] * 20)
    assert time.monotonic() - started < 3
    assert not [t for t in threading.enumerate() if t.name.startswith("onrecord-server")]
    model.close()


@pytest.mark.usefixtures("interruptible")
def test_an_interrupt_ends_a_wait_between_tries(opened: Open) -> None:
    model = opened(FakeServer(fault=always("429 Retry-After: 60")), clock=time.monotonic, sleep=None)
    threading.Timer(0.3, signal.pthread_kill, (threading.main_thread().ident, signal.SIGINT)).start()
    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        model.reply([prompt()] * 20)
    assert time.monotonic() - started < 3


# Keys


def test_the_key_comes_from_the_environment_and_goes_as_a_bearer(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONRECORD_API_KEY", KEY)
    fake = FakeServer(key=KEY)
    assert opened(fake).reply([prompt()])[0].finish == "stop"
    assert {r.headers["Authorization"] for r in fake.requests} == {f"Bearer {KEY}"}


def test_a_refused_key_ends_the_run_with_the_name_of_the_variable(
    opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ONRECORD_API_KEY", raising=False)
    with pytest.raises(EnvironmentFault, match="unauthorised, http_401") as caught:
        opened(FakeServer(key=KEY))
    assert "set the environment variable ONRECORD_API_KEY" in caught.value.hint


def test_a_key_that_was_given_as_a_password_is_told_where_it_belongs() -> None:
    """llama.cpp takes a key as Bearer only."""
    with serving(FakeServer(key=KEY)) as fake, pytest.raises(EnvironmentFault, match="unauthorised") as caught:
        ServerModel.open(fake.url.replace("//", f"//me:{KEY}@"))
    assert "password in its address; a key is set as ONRECORD_API_KEY" in caught.value.hint
    assert KEY not in str(caught.value) + caught.value.hint


def test_a_key_that_is_refused_in_the_middle_ends_the_run(opened: Open) -> None:
    fake = FakeServer()
    model = opened(fake)
    fake.key = KEY
    with pytest.raises(EnvironmentFault, match="unauthorised"):
        model.reply([prompt()] * 30)
    assert len(fake.chats("Say it")) < 20


def test_neither_key_nor_password_is_told_even_when_the_server_repeats_them(
    opened: Open, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("ONRECORD_API_KEY", KEY)
    caplog.set_level(logging.DEBUG)
    told: list[str] = []
    repeats = always(f"400 you sent $KEY and {' and '.join(SECRETS)}")
    with serving(FakeServer(fault=repeats)) as fake:
        with ServerModel.open(fake.url.replace("//", f"//{USER}"), rng=random.Random(1)) as model:
            replies = model.reply([prompt()])
            told += [replies[0].model_dump_json(), model.card.model_dump_json(), repr(model), str(vars(model))]
        assert replies[0].detail == "you sent Bearer *** and *** and *** and ***"
    for fault in (FakeServer(key="another"), FakeServer(fault=always(f"404 no $KEY {KEY}", on="code"))):
        with pytest.raises(EnvironmentFault) as caught:
            opened(fault)
        told += ["".join(traceback.format_exception(caught.value)), caught.value.hint, repr(caught.value)]
    for url in (f"http://{USER}[::1", f"ftp://{USER}host/", f"http://{USER}127.0.0.1:1/"):
        with pytest.raises((ConfigError, EnvironmentFault)) as refused:
            ServerModel.open(url)
        told += ["".join(traceback.format_exception(refused.value)), str(refused.value), refused.value.hint]
    assert [text for text in [*told, caplog.text] for secret in SECRETS if secret in text] == []


def test_a_key_with_a_line_break_is_refused_without_being_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONRECORD_API_KEY", f"{KEY}\nX-Other: 1")
    with pytest.raises(ConfigError, match="ONRECORD_API_KEY holds characters") as caught:
        ServerModel.open("http://127.0.0.1:1/v1")
    assert KEY not in str(caught.value) + caught.value.hint


def test_a_redirect_is_not_followed_and_the_key_stays(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONRECORD_API_KEY", KEY)
    with serving(FakeServer()) as other:
        fake = FakeServer()
        model = opened(fake)
        fake.fault = always(f"307 Location: {other.url}/v1/chat/completions")
        assert model.reply([prompt()])[0].code == "http_307"
        assert other.requests == []


def test_the_articles_text_that_a_server_repeats_does_not_reach_the_detail(opened: Open) -> None:
    fake = FakeServer(fault=always("422"))
    model = opened(fake)
    [reply] = model.reply([prompt("Say it: a secret article")])
    assert "secret" not in reply.detail


def test_a_proxy_of_the_environment_does_not_come_between_this_machine_and_itself(
    opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{closed_port()}")
    assert opened().reply([prompt()])[0].finish == "stop"


def test_a_closed_model_may_be_closed_again_and_leaves_no_thread(opened: Open) -> None:
    model = opened()
    model.reply([prompt()] * 8)
    model.close()
    model.close()
    assert not [t for t in threading.enumerate() if t.name.startswith("onrecord-server")]


def test_the_same_prompts_give_the_same_replies_at_any_concurrency(opened: Open) -> None:
    prompts = [prompt(f"article {n}") for n in range(40)]
    replies: list[list[Reply]] = [opened(FakeServer(), concurrency=n).reply(prompts) for n in (1, 8)]
    assert replies[0] == replies[1]
