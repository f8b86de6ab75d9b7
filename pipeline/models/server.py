"""Prompts -> replies over HTTP, from a server of language models that is recognised, tested before use, and retried.

A prompt that cannot be answered is a failed reply with a stable code. What makes the rest of a run pointless is an
`EnvironmentFault`: no server, a refused key, an input that is cut, a server that stopped answering.
"""

import functools
import hashlib
import itertools
import json
import math
import os
import random
import re
import socket
import threading
import time
import weakref
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Literal, NamedTuple, Self, TypeVar
from urllib.parse import quote

import httpx

from pipeline.errors import ConfigError, EnvironmentFault
from pipeline.models.base import AnswerForm, Message, ModelCard, Prompt, Reply
from pipeline.models.dialects import (
    DIALECTS,
    Answer,
    Asked,
    Dialect,
    Json,
    NoAnswer,
    SchemaWay,
    as_json,
    as_text,
    estimated_tokens,
    fewest_tokens,
    is_same_model,
    name_for_card,
    nearest_first,
    recognise,
    resolve,
    server_message,
)

T = TypeVar("T")

KEY_VARIABLE = "ONRECORD_API_KEY"
_MODELS_PATH = "/v1/models"
# A model that is being loaded or moved is back within a minute: five tries wait up to 1 + 2 + 4 + 8 s, on average half.
TRIES = 5
FIRST_WAIT_SECONDS = 1.0
LONGEST_WAIT_SECONDS = 30.0
LONGEST_RETRY_AFTER_SECONDS = 60.0
# A server on the same network accepts a connection at once or not at all.
CONNECT_SECONDS = 10.0
# Some 100 times the longest answer; more is not an answer.
MOST_BODY_BYTES = 16 * 2**20
# With four prompts at a time: two rounds in which nothing came back, each prompt after all its tries.
FAILURES_THAT_MEAN_DOWN = 8
PAUSE_BEFORE_PROBE_SECONDS = 30.0
# One failure in three, the worst that a living server was tried with, passes for death once in 27.
PROBE_TRIES = 3
# Where neither the server nor the user names a context: the smallest that current instruct models are served with.
ASSUMED_CONTEXT_TOKENS = 4096
# Longer than the windows that are silently cut to (2,048 and 4,096), and read in seconds.
CANARY_TOKENS = 6000
CANARY_ANSWER_TOKENS = 64
# One sentence is 20 tokens; a model that thinks first needs a few hundred.
SCHEMA_ANSWER_TOKENS = 512
# Templates differ by a date or a blank between counting and answering; a cut takes hundreds.
EXACT_COUNT_SHARE, EXACT_COUNT_SLACK = 0.95, 16
# 100,000 counted conversations are some 10 MB.
MOST_COUNTS_KEPT = 100_000
DETAIL_CHARACTERS = 200

RETRIED = frozenset(
    [f"http_{status}" for status in (408, 409, 425, 429, 500, 502, 503, 504)]
    + ["timeout", "connection", "half_a_body", "not_json", "no_choice", "aborted"]
)
# While a server is being recognised, an answer that is no JSON object is an answer: it is another server.
RETRIED_WHEN_ASKING_WHO = frozenset(f"http_{status}" for status in (429, 502, 503, 504))
# These speak of one prompt; the others, one after another, of the server.
_FAILURES_OF_A_PROMPT = frozenset(
    ["context_exceeded", "input_truncated", "content_filter", "body_too_large", "http_400", "http_413", "http_422"]
)
# What a server answers that does not know a question or an option, or whose grammar fails on a schema.
_NO_SUCH_THING = frozenset(["http_500", "not_json"])
_TOO_LONG = re.compile(
    r"context (length|window|size)|maximum (context|model length)|exceed_context|(prompt|input) is too long"
    r"|too many tokens|must have less than \d+ tokens|max_new_tokens` must be <=|reduce the length",
    re.IGNORECASE,
)
# llama-cpp-python says with status 500 that it does not know an option: asking again is of no use.
_INVALID = re.compile(r"\d+ validation errors?:")
_FINISHES: dict[str, Literal["stop", "length"]] = {"length": "length", "max_tokens": "length", "model_length": "length"}
# Whether a server's prompt tokens include those that it had in its cache.
_Counting = Literal["whole", "without_cached", "unknown"]


class _Failure(Exception):
    """One exchange that gave no answer; `code` is what the reply will carry."""

    def __init__(
        self,
        code: str,
        detail: str = "",
        retry_after: float | None = None,
        *,
        has_hung_up: bool = False,
        is_final: bool = False,
    ) -> None:
        super().__init__(code)
        self.code, self.detail, self.retry_after = code, detail, retry_after
        self.has_hung_up, self.is_final = has_hung_up, is_final


class _Address(NamedTuple):
    """Where a server is, free of secrets, and the secrets that came with it."""

    root: str
    is_loopback: bool
    authorization: str | None
    secrets: tuple[str, ...]


class _Wire:
    """Requests to one server: bounded in time and size, retried with back-off, silent about keys, and cut on demand."""

    def __init__(
        self,
        address: _Address,
        *,
        timeout_seconds: float,
        prompt_seconds: float,
        clock: Callable[[], float],
        sleep: Callable[[float], object] | None,
        rng: random.Random,
    ) -> None:
        self.root = address.root
        self.prompt_seconds = prompt_seconds
        self._secrets = address.secrets
        self._timeout = timeout_seconds
        self._clock, self.rng = clock, rng
        self._stopped = threading.Event()
        self.sleep = sleep or self._stopped.wait
        self._sockets: weakref.WeakSet[socket.socket] = weakref.WeakSet()
        self._lock = threading.Lock()
        headers = {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "onrecord"}
        if address.authorization:
            headers["Authorization"] = address.authorization
        # A proxy from the environment has no business between this process and its own machine.
        # No limit but the number of threads: beyond httpx's hundred connections a prompt would wait, and time out.
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)
        self._client = httpx.Client(
            headers=headers, follow_redirects=False, trust_env=not address.is_loopback, limits=limits
        )

    def ask(
        self,
        method: str,
        path: str,
        body: Json | None = None,
        *,
        read: Callable[[Json], T],
        retried: frozenset[str] = RETRIED,
        tries: int = TRIES,
    ) -> T:
        """What `read` makes of the answer. Raises _Failure after the last try, EnvironmentFault for a refused key."""
        deadline = self._clock() + self.prompt_seconds
        for attempt in itertools.count(1):
            try:
                return self._read_once(method, path, body, deadline, read)
            except _Failure as failure:
                delay = self._delay(attempt, failure.retry_after)
                # A kept connection may be closed just as it is used again: uvicorn does so after an error of its own.
                is_stale = failure.has_hung_up and method == "GET" and attempt == 1
                is_passing = (failure.code in retried and not failure.is_final) or is_stale
                if not is_passing or attempt >= tries or self._clock() + delay >= deadline:
                    raise
                self.sleep(delay)
                if self._stopped.is_set():
                    raise
        raise AssertionError("counting never ends")

    def _read_once(self, method: str, path: str, body: Json | None, deadline: float, read: Callable[[Json], T]) -> T:
        reply = self._exchange(method, path, body, deadline)
        try:
            return read(reply)
        except NoAnswer as exc:
            raise _Failure("no_choice", self.clean(str(exc))) from exc

    def _exchange(self, method: str, path: str, body: Json | None, deadline: float) -> Json:
        seconds = max(min(self._timeout, deadline - self._clock()), 0.001)
        limits = httpx.Timeout(seconds, connect=min(CONNECT_SECONDS, seconds))
        try:
            with self._client.stream(
                method, self.root + path, json=body, timeout=limits, extensions={"trace": self._note_socket}
            ) as response:
                data = self._whole_body(response, deadline)
        except httpx.TimeoutException as exc:
            raise _Failure("timeout", f"no answer within {seconds:.0f} s") from exc
        except httpx.HTTPError as exc:
            has_hung_up = isinstance(exc, httpx.ReadError | httpx.WriteError | httpx.RemoteProtocolError)
            raise _Failure("connection", self.clean(str(exc) or type(exc).__name__), has_hung_up=has_hung_up) from exc
        return self._object(response, data)

    def _whole_body(self, response: httpx.Response, deadline: float) -> bytes:
        data = bytearray()
        try:
            for chunk in response.iter_bytes():
                data += chunk
                if len(data) > MOST_BODY_BYTES:
                    raise _Failure("body_too_large", f"more than {MOST_BODY_BYTES // 2**20} MiB")
                if self._clock() > deadline:
                    raise _Failure("timeout", "the answer came too slowly")
        except httpx.TimeoutException:
            raise
        except httpx.HTTPError as exc:
            raise _Failure("half_a_body", f"the answer ended after {len(data)} bytes") from exc
        return bytes(data)

    def _object(self, response: httpx.Response, data: bytes) -> Json:
        try:
            reply = json.loads(data)
        except (ValueError, RecursionError):
            reply = None
        if response.status_code != httpx.codes.OK:
            raise self._refusal(response, reply)
        if not isinstance(reply, dict):
            raise _Failure("not_json", f"the answer is {len(data)} bytes that are no JSON object")
        return reply

    def _refusal(self, response: httpx.Response, reply: Any) -> Exception:
        status = response.status_code
        detail = self.clean(server_message(reply))
        if status in (401, 403):
            return self._refused_key(status)
        # Old builds of llama.cpp and Ollama say so with status 500.
        if _TOO_LONG.search(server_message(reply)):
            return _Failure("context_exceeded", detail)
        retry_after = _retry_after(response.headers.get("retry-after"))
        return _Failure(f"http_{status}", detail, retry_after, is_final=bool(_INVALID.match(server_message(reply))))

    def _refused_key(self, status: int) -> EnvironmentFault:
        sent = self._client.headers.get("Authorization", "").partition(" ")[0]
        hint = {
            "Bearer": f"the server does not accept the key in {KEY_VARIABLE}",
            "Basic": f"the server does not accept the password in its address; a key is set as {KEY_VARIABLE}",
        }.get(sent, f"set the environment variable {KEY_VARIABLE} to the server's key")
        return EnvironmentFault(f"the server at {self.root} refuses access (unauthorised, http_{status})", hint=hint)

    def _delay(self, attempt: int, retry_after: float | None) -> float:
        """Full jitter (so that four waiting prompts do not return together), and never before the server asks."""
        backoff = self.rng.uniform(0, min(LONGEST_WAIT_SECONDS, FIRST_WAIT_SECONDS * 2 ** (attempt - 1)))
        return max(backoff, min(retry_after or 0.0, LONGEST_RETRY_AFTER_SECONDS))

    def clean(self, text: str) -> str:
        """One short line without the secrets, whatever the server repeats."""
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return " ".join(as_text(text).split())[:DETAIL_CHARACTERS]

    def _note_socket(self, event: str, info: dict[str, Any]) -> None:
        """httpcore's trace: remember each connection, so that `cut` can end a wait of minutes at once."""
        if event not in ("connection.connect_tcp.complete", "connection.start_tls.complete"):
            return
        connection = info["return_value"].get_extra_info("socket")
        with self._lock:
            self._sockets.add(connection)
        if self._stopped.is_set():
            _shut(connection)

    def cut(self) -> None:
        """End every wait and every exchange in flight; nothing can be asked afterwards."""
        self._stopped.set()
        with self._lock:
            for connection in self._sockets:
                _shut(connection)

    def close(self) -> None:
        self._client.close()


class _Health:
    """Counts failures in a row that speak of the server; once it is down it stays so until `reset`. For threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._in_a_row = 0
        self._last_code = ""
        self.last_answered: Prompt | None = None

    def note(self, prompt: Prompt, reply: Reply) -> None:
        with self._lock:
            if reply.finish != "failed":
                self.last_answered = prompt
            if is_of_the_server(reply):
                self._in_a_row += 1
                self._last_code = reply.code
            elif not self.is_down:
                self._in_a_row = 0

    def reset(self) -> None:
        with self._lock:
            self._in_a_row = 0

    @property
    def is_down(self) -> bool:
        return self._in_a_row >= FAILURES_THAT_MEAN_DOWN

    @property
    def reason(self) -> str:
        return f"{self._last_code}, {FAILURES_THAT_MEAN_DOWN} prompts in a row"


class ServerModel:
    """A model behind HTTP. `ServerModel.open` finds out what it talks to and proves that it works."""

    def __init__(
        self, wire: _Wire, choice: "_Choice", card: ModelCard, *, concurrency: int, seed: int, reasoning_tokens: int
    ) -> None:
        self._wire, self._choice, self._dialect, self._model = wire, choice, choice.dialect, choice.name
        self._served_context = card.context_tokens
        self._card = card.model_copy(update={"context_tokens": max(card.context_tokens - reasoning_tokens, 1)})
        self._seed, self._concurrency, self._reasoning_tokens = seed, concurrency, reasoning_tokens
        self._extra: Json = {} if reasoning_tokens else self._dialect.thinking_off
        self._schema_way: SchemaWay | None = self._dialect.schema_ways[0]
        self._counting: _Counting = "whole" if self._dialect.counts_are_whole else "unknown"
        self._counts_exactly = False
        self._counts: dict[bytes, int] = {}
        self._health = _Health()
        self._pool = ThreadPoolExecutor(self._concurrency, thread_name_prefix="onrecord-server")
        # A run leaves its model open to the end; its connections are closed then, without a warning each.
        weakref.finalize(self, wire.close)

    @classmethod
    def open(
        cls,
        url: str,
        *,
        model: str | None = None,
        context_tokens: int | None = None,
        concurrency: int = 4,
        timeout_seconds: float = 300,
        prompt_seconds: float = 900,
        seed: int = 0,
        reasoning_tokens: int = 0,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] | None = None,
        rng: random.Random | None = None,
    ) -> Self:
        """The server at `url` (with or without /v1) and one of its models, after the checks of `check`.

        `timeout_seconds` bounds one try, `prompt_seconds` all tries of one prompt; `sleep` None waits until cut.
        `reasoning_tokens` are granted on top of every answer; 0 asks the server to switch thinking off.
        Raises ConfigError for an address or a model that does not exist, EnvironmentFault for all else.
        """
        wire = _Wire(
            _address(url),
            timeout_seconds=timeout_seconds,
            prompt_seconds=prompt_seconds,
            clock=clock,
            sleep=sleep,
            rng=rng or random.Random(),  # noqa: S311 spreads retries and invents code words
        )
        try:
            choice = _choose(wire, model)
            card = _card(wire, choice, context_tokens)
        except BaseException:
            wire.close()
            raise
        served = cls(
            wire, choice, card, concurrency=concurrency, seed=seed, reasoning_tokens=reasoning_tokens
        )  # fmt: skip
        try:
            served.check()
        except BaseException:
            served.close()
            raise
        return served

    @property
    def card(self) -> ModelCard:
        return self._card

    @property
    def group_size(self) -> int:
        """Enough that no thread waits while the slowest of a group is answered."""
        return 4 * self._concurrency

    def check(self) -> None:
        """Prove before the first article that a schema is enforced and that no input is cut; the card says what held.

        Raises EnvironmentFault when the server cuts its input or cannot answer.
        """
        try:
            self._settle_thinking()
            self._counts_exactly = self._can_count()
            is_enforced = self._find_schema_way()
            self._prove_input_is_whole()
        except _Failure as failure:
            raise self._unusable(failure) from failure
        counted = "server" if self._counts_exactly else "estimate"
        decoding = {**self._card.decoding, "schema_enforced": is_enforced, "token_count": counted}
        if self._extra:
            decoding["thinking"] = False
        if self._reasoning_tokens:
            decoding["reasoning_tokens"] = self._reasoning_tokens
        self._card = self._card.model_copy(update={"decoding": decoding})

    def count(self, messages: Sequence[Message]) -> int:
        """Tokens as the server counts them where it does, else an estimate that is too high for English."""
        if not self._counts_exactly:
            return estimated_tokens(messages)
        key = _digest(messages)
        known = self._counts.get(key)
        if known is not None:
            return known
        counted = self._server_count(messages)
        if counted is None:
            # Not kept: a reply that has read less than a count is taken for cut.
            return estimated_tokens(messages)
        if len(self._counts) >= MOST_COUNTS_KEPT:
            self._counts.clear()
        self._counts[key] = counted
        return counted

    def reply(self, prompts: Sequence[Prompt]) -> list[Reply]:
        """One reply per prompt, same order. Raises EnvironmentFault when the server is down or refuses the key."""
        replies = self._filled([None] * len(prompts), prompts)
        if self._health.is_down:
            self._wait_for_the_server(prompts[0], self._health.reason)
            replies = self._filled([None if r is None or is_of_the_server(r) else r for r in replies], prompts)
        # What failed twice around a server that answers others has failed; what nobody asked yet is asked.
        while self._health.is_down:
            self._wait_for_the_server(prompts[0], self._health.reason)
            replies = self._filled(replies, prompts)
        return [reply for reply in replies if reply is not None]

    def close(self) -> None:
        """End what is in flight, and every thread and connection; may be called twice."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._wire.cut()
        self._pool.shutdown(wait=True)
        self._wire.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _filled(self, replies: Sequence[Reply | None], prompts: Sequence[Prompt]) -> list[Reply | None]:
        """The replies, with an answer for each that is missing, or None still where the server is down.

        An interrupt or a refused key ends all that is in flight at once.
        """
        filled = list(replies)
        try:
            places: dict[Future[Reply | None], int] = {
                self._pool.submit(self._answer_unless_down, prompts[i]): i for i, r in enumerate(filled) if r is None
            }
            for future in wait(places, return_when=FIRST_EXCEPTION).done:
                filled[places[future]] = future.result()
        except BaseException:
            self.close()
            raise
        return filled

    def _answer_unless_down(self, prompt: Prompt) -> Reply | None:
        if self._health.is_down:
            return None
        reply = self._answer(prompt)
        self._health.note(prompt, reply)
        return reply

    def _answer(self, prompt: Prompt, *, tries: int = TRIES) -> Reply:
        try:
            answer = self._ask(prompt, self._schema_way, tries=tries)
        except _Failure as failure:
            return Reply(finish="failed", code=failure.code, detail=failure.detail)
        return self._judged(prompt, answer)

    def _ask(self, prompt: Prompt, schema_way: SchemaWay | None, *, tries: int = TRIES) -> Answer:
        asked = Asked(
            model=self._model,
            messages=prompt.messages,
            max_tokens=prompt.max_tokens + self._reasoning_tokens,
            seed=self._seed,
            context_tokens=self._served_context,
            schema=schema_way(prompt.form) if schema_way and prompt.form else {},
            extra=self._extra,
        )
        return self._wire.ask("POST", self._dialect.chat_path, self._dialect.body(asked), read=self._read, tries=tries)

    def _read(self, reply: Json) -> Answer:
        answer = self._dialect.read(reply)
        if answer.finish in ("abort", "error"):
            raise _Failure("aborted", "the server gave the answer up")
        return answer

    def _judged(self, prompt: Prompt, answer: Answer) -> Reply:
        """The reply, unless another model gave it or half of the prompt was read."""
        read = self._tokens_read(answer)
        if answer.model is not None and self._is_another(answer.model):
            detail = self._wire.clean(f"asked {self._model}, answered by {answer.model}")
            return Reply(finish="failed", code="wrong_model", detail=detail)
        fewest = self._fewest_tokens(prompt.messages)
        if read is not None and read < fewest:
            detail = f"the server read {read} tokens of at least {fewest}"
            return Reply(finish="failed", code="input_truncated", detail=detail, prompt_tokens=read)
        if answer.finish == "content_filter":
            return Reply(finish="failed", code="content_filter", detail="the server withheld the answer")
        finish = _FINISHES.get(answer.finish, "stop")
        return Reply(text=answer.text, finish=finish, prompt_tokens=answer.prompt_tokens, tokens=answer.tokens)

    def _is_another(self, name: str) -> bool:
        """Whether the name in a reply is another model's: where names are echoes, only another served one counts."""
        if not name or any(is_same_model(name, known) for known in self._choice.aliases):
            return False
        # A dated or an undated form of the name, like gpt-oss-20b-2025-08.
        is_form = name.startswith(self._model) or self._model.startswith(name)
        is_served = any(is_same_model(name, other) for other in self._choice.names)
        return self._dialect.names_its_model or (is_served and not is_form)

    def _tokens_read(self, answer: Answer) -> int | None:
        """Tokens that count against a cut; None where this server's numbers leave out what it had in its cache."""
        if answer.prompt_tokens is None or self._counting == "unknown":
            return None
        return answer.prompt_tokens + (answer.cached_tokens if self._counting == "without_cached" else 0)

    def _fewest_tokens(self, messages: Sequence[Message]) -> int:
        exact = self._counts.get(_digest(messages)) if self._counts_exactly else None
        return fewest_tokens(messages) if exact is None else int(EXACT_COUNT_SHARE * exact) - EXACT_COUNT_SLACK

    def _settle_thinking(self) -> None:
        """Ask once with thinking switched off; not again where that is refused (vLLM with Mistral's own tokenizer)."""
        if not self._extra:
            return
        try:
            self._ask(Prompt(messages=(Message(role="user", content="Hello."),), max_tokens=1), None)
        except _Failure as failure:
            if failure.code not in ("http_400", "http_422"):
                raise
            self._extra = {}

    def _can_count(self) -> bool:
        try:
            return self._count_once([Message(role="user", content="one two three")]) is not None
        except EnvironmentFault:
            return False  # a gateway that lets nothing through but /v1
        except _Failure as failure:
            if failure.code in RETRIED - _NO_SUCH_THING:
                raise
            return False

    def _server_count(self, messages: Sequence[Message]) -> int | None:
        """None for what it cannot count: too long for that, say, or it was away for a while."""
        try:
            return self._count_once(messages)
        except _Failure as failure:
            if failure.code in RETRIED:
                self._wait_for_the_server(Prompt(messages=tuple(messages), max_tokens=1), f"{failure.code}, counting")
            return None

    def _count_once(self, messages: Sequence[Message]) -> int | None:
        count = self._dialect.count
        return count(functools.partial(_post, self._wire), self._model, messages, self._extra) if count else None

    def _find_schema_way(self) -> bool | None:
        """Ask for prose under a schema that allows one object with a word nobody was told.

        True and the way that worked; False and no way when none did; None where the model only thought.
        """
        word = _code_word(self._wire.rng)
        undecided = None
        for way in self._dialect.schema_ways:
            is_enforced = self._enforces(way, word)
            if is_enforced:
                self._schema_way = way
                return True
            undecided = undecided or (way if is_enforced is None else None)
        self._schema_way = undecided
        return None if undecided else False

    def _enforces(self, way: SchemaWay, word: str) -> bool | None:
        tokens = min(SCHEMA_ANSWER_TOKENS, self._card.context_tokens // 4)
        try:
            answer = self._ask(_schema_canary(word, tokens), way)
        except _Failure as failure:
            if failure.code in RETRIED - _NO_SUCH_THING:
                raise
            return False
        text = answer.text.rpartition("</think>")[2].strip()
        if not text and answer.finish in _FINISHES:
            return None
        return bool(_parsed(text) == {"word": word})

    def _prove_input_is_whole(self) -> None:
        """Fill the context, and see that as many tokens were read; without numbers, that both ends were."""
        first, last = _code_word(self._wire.rng), _code_word(self._wire.rng)
        prompt = self._long_prompt(first, last)
        answer = self._ask(prompt, self._schema_way)
        if answer.prompt_tokens is None:
            # A weak model may miss both words; one that has the last and not the first was not shown the first.
            is_cut = last in answer.text and first not in answer.text
        else:
            is_cut = answer.prompt_tokens < self._fewest_canary_tokens(prompt.messages)
            self._learn_counting(prompt, answer.prompt_tokens)
        if is_cut:
            raise EnvironmentFault(
                f"the server at {self._wire.root} cuts its input: of a prompt that fits into"
                f" {self._card.context_tokens} tokens it read {answer.prompt_tokens or 'the end only'}",
                hint=self._dialect.more_context_with,
            )

    def _learn_counting(self, prompt: Prompt, read_at_first: int) -> None:
        """Whether tokens from the cache are in this server's numbers: ask the same again and compare."""
        if self._dialect.counts_are_whole:
            return
        again = self._ask(prompt, self._schema_way)
        if (again.prompt_tokens or 0) >= EXACT_COUNT_SHARE * read_at_first:
            self._counting = "whole"
        elif (again.prompt_tokens or 0) + again.cached_tokens >= EXACT_COUNT_SHARE * read_at_first:
            self._counting = "without_cached"

    def _fewest_canary_tokens(self, messages: Sequence[Message]) -> int:
        """The canary is made of common words, of which each is a token or more."""
        if self._counts_exactly:
            return self._fewest_tokens(messages)
        return int(EXACT_COUNT_SHARE * sum(len(m.content.split()) for m in messages)) - EXACT_COUNT_SLACK

    def _long_prompt(self, first: str, last: str) -> Prompt:
        """As many lines as fit, by this model's own count."""
        room = min(self._card.context_tokens, CANARY_TOKENS) - 2 * CANARY_ANSWER_TOKENS
        lines = max(room // 10, 1)
        prompt = _input_canary(first, last, lines)
        while lines > 1 and (counted := self.count(prompt.messages)) > room:
            lines = max(min(lines - 1, math.floor(lines * room / counted)), 1)
            prompt = _input_canary(first, last, lines)
        return prompt

    def _wait_for_the_server(self, prompt: Prompt, why: str) -> None:
        """One pause and one look before giving up: a server that restarts is back, one that died is not.

        Asked is what it answered before (`prompt` where that is nothing): a few prompts on which it always fails gather
        at the end of a group, and are no dead server.
        """
        self._wire.sleep(PAUSE_BEFORE_PROBE_SECONDS)
        if is_of_the_server(self._answer(self._health.last_answered or prompt, tries=PROBE_TRIES)):
            raise EnvironmentFault(
                f"the server at {self._wire.root} stopped answering ({why})",
                hint="see to the server, then run the same command again: it continues where it stopped",
            )
        self._health.reset()

    def _unusable(self, failure: _Failure) -> EnvironmentFault:
        detail = f": {failure.detail}" if failure.detail else ""
        is_too_long = failure.code == "context_exceeded"
        hint = self._dialect.more_context_with if is_too_long else "see what the server's own log says"
        return EnvironmentFault(
            f"the server at {self._wire.root} cannot answer as {self._model} ({failure.code}{detail})", hint=hint
        )


def is_of_the_server(reply: Reply) -> bool:
    """A failure that the next prompt will probably share."""
    return reply.finish == "failed" and reply.code not in _FAILURES_OF_A_PROMPT


def _address(url: str) -> _Address:
    """The root of the server, and what proves who asks: the key from the environment, else the address's password."""
    hint = "write it as http://localhost:8000/v1"
    try:
        parsed = httpx.URL(url.strip())
    except (httpx.InvalidURL, ValueError):
        # Not chained: the message of the cause repeats the address, and with it a password.
        raise ConfigError("the server's address is not a URL", hint=hint) from None
    if parsed.scheme not in ("http", "https") or not parsed.host:
        raise ConfigError("the server's address is not an http or https URL", hint=hint)
    path = re.sub(r"(/v1)?(/chat/completions)?/*$", "", parsed.path.rstrip("/"))
    root = f"{parsed.scheme}://{parsed.netloc.decode()}{path}"
    authorization, secrets = _authorization(parsed.username, parsed.password)
    is_loopback = parsed.host in ("localhost", "::1") or parsed.host.startswith("127.")
    return _Address(root, is_loopback, authorization, secrets)


def _authorization(username: str, password: str) -> tuple[str | None, tuple[str, ...]]:
    key = os.environ.get(KEY_VARIABLE, "").strip()
    if not key.isascii() or not (key or "x").isprintable() or " " in key:
        raise ConfigError(f"{KEY_VARIABLE} holds characters that no key has", hint="set it again, without line breaks")
    basic = b64encode(f"{username}:{password}".encode()).decode()
    secrets = [key, quote(key, safe=""), password, quote(password, safe=""), basic if password else ""]
    known = tuple(sorted({s for s in secrets if s}, key=len, reverse=True))
    if key:
        return f"Bearer {key}", known
    return (f"Basic {basic}" if username or password else None), known


def _get(wire: _Wire, path: str) -> Json | None:
    """What is at a path. Raises EnvironmentFault when nothing answers there at all."""
    try:
        return wire.ask("GET", path, read=_itself, retried=RETRIED_WHEN_ASKING_WHO)
    except EnvironmentFault:
        if path == _MODELS_PATH:
            raise
        return None  # a gateway that lets nothing through but /v1
    except _Failure as failure:
        if failure.code in ("connection", "timeout"):
            raise EnvironmentFault(
                f"no server answers at {wire.root} ({failure.code}: {failure.detail})", hint=_how_to_start()
            ) from failure
        if failure.code in RETRIED_WHEN_ASKING_WHO:
            raise EnvironmentFault(
                f"the server at {wire.root} is not ready ({failure.code})", hint="wait until it has loaded its model"
            ) from failure
        if re.fullmatch("http_3..", failure.code):
            raise EnvironmentFault(
                f"the server at {wire.root} redirects elsewhere ({failure.code})", hint="give the final address"
            ) from failure
        return None


def _why_no_models(wire: _Wire) -> str:
    """What it says instead of a list: LiteLLM says `No connected db` (http_400) to a wrong key."""
    try:
        wire.ask("GET", _MODELS_PATH, read=_itself, tries=1)
    except _Failure as failure:
        return f" ({failure.code}: {failure.detail})" if failure.detail else f" ({failure.code})"
    return ""


def _post(wire: _Wire, path: str, body: Json) -> Json:
    return wire.ask("POST", path, body, read=_itself)


def _itself(reply: Json) -> Json:
    return reply


class _Choice(NamedTuple):
    """One model of one server. `aliases` are its names; `names` are those of all models that the server lists."""

    dialect: Dialect
    version: str | None
    name: str
    entry: Json
    aliases: tuple[str, ...]
    names: tuple[str, ...]


def _choose(wire: _Wire, wanted: str | None) -> _Choice:
    found = recognise(functools.partial(_get, wire))
    if found is None:
        raise EnvironmentFault(
            f"what answers at {wire.root} is no server of language models{_why_no_models(wire)}", hint=_how_to_start()
        )
    names = tuple(str(entry["id"]) for entry in found.models)
    name = _chosen_name(wanted, names, found.dialect)
    entry = _with_parents_context(next((e for e in found.models if e["id"] == name), {"id": name}), found.models)
    # vLLM serves one model under several names, and older versions answer with the first.
    same_root = [str(e["id"]) for e in found.models if e.get("root") and e.get("root") == entry.get("root")]
    return _Choice(found.dialect, found.version, name, entry, (name, *same_root), names)


def _with_parents_context(entry: Json, models: Sequence[Json]) -> Json:
    """vLLM says of a LoRA whose it is, and how far only its base model reads."""
    parent = next((e for e in models if e["id"] == entry.get("parent")), None)
    if parent is None or entry.get("max_model_len") is not None:
        return entry
    return {**entry, "max_model_len": parent.get("max_model_len")}


def _chosen_name(wanted: str | None, names: tuple[str, ...], dialect: Dialect) -> str:
    """The served name that is meant; a server that lists nothing, or other things, is believed."""
    if wanted is None and len(names) == 1:
        return names[0]
    if wanted is None:
        having = f"it has {_list(names)}" if names else "the server does not list its models"
        raise ConfigError("the server's model is not named", hint=f"name one: {having}")
    if not names and dialect.name != "ollama":
        return wanted
    known = resolve(wanted, names)
    if known is None and not dialect.lists_what_it_serves:
        return wanted
    if known is None:
        raise ConfigError(f"the server has no model {wanted!r}", hint=f"it has {_list(nearest_first(wanted, names))}")
    return known


def _card(wire: _Wire, choice: _Choice, asked_context: int | None) -> ModelCard:
    dialect = choice.dialect
    try:
        told = dialect.context(functools.partial(_get, wire), functools.partial(_post, wire), choice.entry)
    except _Failure:
        told = None
    usual = asked_context or dialect.usual_context_tokens
    decoding: Json = {"temperature": 0, "server": dialect.name, "max_model_len": told}
    if told is None and usual is None:
        decoding["context_assumed"] = True
    return ModelCard(
        name=name_for_card(dialect, choice.name),
        context_tokens=min(told or usual or ASSUMED_CONTEXT_TOKENS, usual or told or ASSUMED_CONTEXT_TOKENS),
        device="server",
        decoding=decoding,
        libraries={dialect.name: choice.version} if choice.version else {},
    )


def _list(names: Sequence[str]) -> str:
    shown = ", ".join(names[:8])
    return f"{shown} and {len(names) - 8} more" if len(names) > 8 else shown or "none"


def _how_to_start() -> str:
    start = f"start one, e.g. `{DIALECTS[0].start_with}` or `ollama serve`"
    return f"{start}; check the address, and the key in {KEY_VARIABLE}"


def _retry_after(header: str | None) -> float | None:
    """Seconds from now, of either form of the header."""
    if header is None:
        return None
    if re.fullmatch(r"\d{1,9}(\.\d+)?", header.strip()):
        return float(header)
    try:
        when = parsedate_to_datetime(header)
    except ValueError:
        return None
    return max((when.replace(tzinfo=when.tzinfo or UTC) - datetime.now(UTC)).total_seconds(), 0.0)


def _shut(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # closed already


def _digest(messages: Iterable[Message]) -> bytes:
    return hashlib.sha256(json.dumps(as_json(list(messages))).encode()).digest()


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _code_word(rng: random.Random) -> str:
    """Six letters that can be spoken and that no prompt holds by chance, like `rovade`."""
    return "".join(rng.choice("bdfgklmnprstvz") + rng.choice("aeiou") for _ in range(3))


def _schema_canary(word: str, max_tokens: int) -> Prompt:
    form = AnswerForm(name="canary", json_schema=_closed(word={"type": "string", "enum": [word]}), grammar="")
    question = "Write one plain English sentence about the weather. Do not write JSON."
    return Prompt(messages=(Message(role="user", content=question),), form=form, max_tokens=max_tokens)


def _input_canary(first: str, last: str, lines: int) -> Prompt:
    form = AnswerForm(name="words", json_schema=_closed(first={"type": "string"}, last={"type": "string"}), grammar="")
    return Prompt(
        messages=(Message(role="user", content="\n".join(_canary_lines(first, last, lines))),),
        form=form,
        max_tokens=CANARY_ANSWER_TOKENS,
    )


def _canary_lines(first: str, last: str, lines: int) -> Iterator[str]:
    yield f"The first code word is {first}."
    yield from ["The boat left the town in the morning and came back at night."] * lines
    yield f"The last code word is {last}."
    yield 'Answer with a JSON object that has the two code words as "first" and "last".'


def _closed(**properties: Json) -> Json:
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}
