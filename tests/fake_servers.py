"""Servers of language models on the loopback: each dialect's questions and answers, and faults on demand."""

import json
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

Json = dict[str, Any]
KINDS = ("vllm", "tgi", "llama.cpp", "ollama", "transformers", "openai")
CHAT_PATHS = ("/v1/chat/completions", "/api/chat")


class Request(NamedTuple):
    method: str
    path: str
    headers: dict[str, str]
    body: Json


def no_fault(prompt: str, attempt: int) -> str | None:
    return None


# What a run asks for, in the order in which its schema names the fields.
_PLEDGE = re.compile(r"(?P<actor>.+?) will (?P<action>.+?)(?: (?P<deadline>by [\w ]+))?\.")
_UNSAID = dict.fromkeys(("condition", "recipient", "implementer"))


@dataclass
class FakeServer:
    """What it serves and how it misbehaves.

    `fault(prompt, attempt)` names what goes wrong with a chat request; `prompt` is all of the conversation.
    """

    kind: str = "vllm"
    models: tuple[str, ...] = ("tiny",)
    context: int = 8192
    enforces: bool = True
    cut_to: int | None = None
    # Ollama 0.30.0 and others: tokens that came from the cache are not in the numbers.
    hides_cached: bool = False
    counts: bool = True
    key: str | None = None
    # LoRAs on the first model, as vLLM lists them: without a context of their own.
    adapters: tuple[str, ...] = ()
    # Refuses what it does not know, as vLLM does with Mistral's tokenizer.
    refuses_thinking_off: bool = False
    # llama.cpp with several models: the context is said for a named model only.
    is_router: bool = False
    # Paths at which every question, or only the first, ends in a closed connection.
    hangs_up: set[str] = field(default_factory=set)
    hangs_up_once: set[str] = field(default_factory=set)
    fault: Callable[[str, int], str | None] = no_fault
    requests: list[Request] = field(default_factory=list)
    url: str = ""
    released: threading.Event = field(default_factory=threading.Event)
    # With the fault `gather` nobody is answered until so many have come.
    gathering: threading.Barrier = field(default_factory=lambda: threading.Barrier(1))
    _seen: dict[str, int] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def chats(self, containing: str = "") -> list[Request]:
        return [r for r in self.requests if r.path in CHAT_PATHS and containing in json.dumps(r.body)]

    def paths(self) -> set[str]:
        return {r.path for r in self.requests}

    def attempt(self, prompt: str) -> int:
        """The how-manieth request for a prompt this is, from 1."""
        with self._lock:
            self._seen[prompt] = self._seen.get(prompt, 0) + 1
            return self._seen[prompt]

    def answer(self, path: str, body: Json) -> Json | None:
        """What is at a path, chat aside; None is a 404."""
        path, _, query = path.partition("?")
        if self.is_router and path == "/props" and not query:
            return {"role": "router", "default_generation_settings": {"params": None, "n_ctx": 0}}
        routes = {**_common(self), **_ROUTES[self.kind](self)}
        found = routes.get(path)
        return found(body) if callable(found) else found

    def chat(self, body: Json, fault: str | None) -> Json:
        text = conversation(body)
        tokens = tokens_of(body["messages"])
        read = tokens if self.cut_to is None else min(tokens, self.cut_to)
        kept = text if read == tokens else text[-4 * read :]
        answer = _answer_text(_schema_in(body) if self.enforces else None, kept)
        if fault == "truncated_json":
            answer = '{"commitments": [{"act'
        cached = read - 3 if self.hides_cached and self.attempt("cache " + text) > 1 else 0
        model = "another" if fault == "wrong_model" else body["model"]
        finish = "length" if fault == "length" else "stop"
        if self.kind == "ollama":
            message = {"role": "assistant", "content": answer}
            reply = {"model": model, "message": message, "done": True, "done_reason": finish, "eval_count": 5}
            return reply if self.cut_to == 0 else {**reply, "prompt_eval_count": read - cached}
        content = None if fault == "only_thought" else answer
        message = {"role": "assistant", "content": content, "reasoning_content": "hm"}
        finish = "length" if fault == "only_thought" else finish
        usage = {"prompt_tokens": read - cached, "completion_tokens": 5}
        return {"model": model, "choices": [{"index": 0, "message": message, "finish_reason": finish}], "usage": usage}


def conversation(body: Json) -> str:
    return "\n".join(m["content"] for m in body["messages"])


def tokens_of(messages: list[Json]) -> int:
    """A toy tokenizer: a token per word and sign, and a template of four per message."""
    return 3 + sum(4 + len(re.findall(r"\w+|[^\w\s]", m["content"])) for m in messages)


def _schema_in(body: Json) -> Json | None:
    given = body.get("format") or body.get("response_format") or {}
    found = given.get("json_schema", given.get("schema", given.get("value", given)))
    return found.get("schema", found) or None


def _answer_text(schema: Json | None, text: str) -> str:
    if schema is None or "properties" not in schema:
        return f"It rains. ({text[-40:]})"
    if {"commitments", "summary"} & set(schema["properties"]):
        return json.dumps(_reading(*schema["properties"], text.rpartition("<text>")[2]))
    words = dict(re.findall(r"The (first|last) code word is (\w+)", text))
    return json.dumps(
        {name: (rule.get("enum") or [words.get(name, "unknown")])[0] for name, rule in schema["properties"].items()}
    )


def _reading(task: str, question: str) -> Json:
    """Every sentence of the form "somebody will do something by then" as a commitment; the first as the summary."""
    lines = [(int(number), line) for number, line in re.findall(r"^\[(\d+)\] (.+)$", question, re.MULTILINE)]
    if task == "summary":
        return {task: [{"support": [number], "text": line} for number, line in lines[:1]]}
    pledges = [(number, match) for number, line in lines if (match := _PLEDGE.fullmatch(line))]
    said = {"polarity": "do", "strength": "firm", **_UNSAID}
    return {task: [{"evidence": [number], **match.groupdict(), **said} for number, match in pledges]}


def _common(server: FakeServer) -> Json:
    owners = {"vllm": "vllm", "llama.cpp": "llamacpp", "ollama": "library"}
    entry: Json = {"object": "model", "owned_by": owners.get(server.kind, "acme")}
    if server.kind == "vllm":
        entry |= {"max_model_len": server.context}
    entries = [{**entry, "id": m, "root": m, "parent": None} for m in server.models]
    adapters = [{"id": a, "root": f"/loras/{a}", "parent": server.models[0]} for a in server.adapters]
    return {"/v1/models": {"object": "list", "data": entries + adapters}}


def _vllm(server: FakeServer) -> Json:
    counted = {"/tokenize": lambda body: {"count": tokens_of(body["messages"]), "max_model_len": server.context}}
    return {"/version": {"version": "0.12.0"}, **(counted if server.counts else {})}


def _tgi(server: FakeServer) -> Json:
    info = {"model_id": server.models[0], "max_total_tokens": server.context, "version": "3.3.0"}
    return {
        "/info": info,
        "/chat_tokenize": lambda body: {"tokenize_response": [{}] * tokens_of(body["messages"]), "templated_text": ""},
    }


def _llamacpp(server: FakeServer) -> Json:
    def template(body: Json) -> Json:
        return {"prompt": " ".join(["x"] * tokens_of(body["messages"]))}

    return {
        "/props": {"default_generation_settings": {"n_ctx": server.context}, "build_info": "b8681-abc"},
        "/apply-template": template,
        "/tokenize": lambda body: {"tokens": list(range(len(body["content"].split())))},
        "/api/tags": {"models": [{"name": m} for m in server.models]},
    }


def _ollama(server: FakeServer) -> Json:
    return {
        "/api/version": {"version": "0.33.2"},
        "/api/tags": {"models": [{"name": m, "size": 1} for m in server.models]},
        "/api/show": {"model_info": {"llama.context_length": server.context}, "parameters": ""},
    }


def _transformers(server: FakeServer) -> Json:
    return {"/openapi.json": {"paths": {"/v1/chat/completions": {}, "/load_model": {}, "/reset": {}}}}


def _openai(server: FakeServer) -> Json:
    return {}


_ROUTES: dict[str, Callable[[FakeServer], Json]] = {
    "vllm": _vllm,
    "tgi": _tgi,
    "llama.cpp": _llamacpp,
    "ollama": _ollama,
    "transformers": _transformers,
    "openai": _openai,
}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Without it each answer waits 40 ms for the acknowledgement of its headers.
    disable_nagle_algorithm = True
    fake: FakeServer

    def log_message(self, *_: object) -> None:
        return

    def do_GET(self) -> None:
        self._serve("GET", {})

    def do_POST(self) -> None:
        self._serve("POST", json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

    def _serve(self, method: str, body: Json) -> None:
        self.fake.requests.append(Request(method, self.path, dict(self.headers), body))
        if self.fake.released.is_set():
            self._hang_up()
            return
        if self.fake.key is not None and self.headers.get("Authorization") != f"Bearer {self.fake.key}":
            sent = self.headers.get("Authorization")
            self._send(401, {"error": {"message": f"no access with {sent}, {body}"}})
            return
        path = self.path.partition("?")[0]
        if path in self.fake.hangs_up | self.fake.hangs_up_once:
            self.fake.hangs_up_once.discard(path)
            self._hang_up()
            return
        if self.fake.refuses_thinking_off and {"chat_template_kwargs", "think"} & set(body):
            self._send(400, {"error": {"message": "chat_template is not supported for Mistral tokenizers."}})
            return
        if self.path not in CHAT_PATHS:
            answer = self.fake.answer(self.path, body)
            self._send(200 if answer is not None else 404, answer or {"detail": "Not Found"})
            return
        prompt = conversation(body)
        self._chat(body, self.fake.fault(prompt, self.fake.attempt(prompt)))

    def _chat(self, body: Json, fault: str | None) -> None:
        good = self.fake.chat(body, fault)
        if fault == "hold":
            self.fake.released.wait(30)
            self._hang_up()
        elif fault == "gather":
            self.fake.gathering.wait(10)
            self._send(200, good)
        elif fault == "drip":
            self._drip(json.dumps(good).encode())
        elif fault == "drop":
            self._hang_up()
        elif fault == "half":
            self._send(200, good, missing=100)
            self._hang_up()
        elif fault == "html":
            self._send_bytes(200, b"<html><body>Bad gateway</body></html>", kind="text/html")
        elif fault == "huge":
            self._send_bytes(200, b" " * (17 * 2**20))
        elif fault == "empty":
            self._send(200, {"model": body["model"], "choices": []})
        elif fault and fault[0].isdigit():
            self._refuse(fault)
        else:
            self._send(200, good)

    def _refuse(self, fault: str) -> None:
        """`429`, `429 Retry-After: 7`, or `400 what the server says`; `$KEY` is what came as authorisation."""
        status, _, rest = fault.partition(" ")
        name, _, value = rest.partition(": ")
        headers = {name: value} if name in ("Retry-After", "Location") else {}
        message = rest.replace("$KEY", self.headers.get("Authorization", ""))
        self._send(int(status), {"error": {"message": message}}, headers=headers)

    def _send(self, status: int, reply: Any, *, missing: int = 0, headers: dict[str, str] | None = None) -> None:
        self._send_bytes(status, json.dumps(reply).encode(), missing=missing, headers=headers)

    def _send_bytes(
        self,
        status: int,
        data: bytes,
        *,
        kind: str = "application/json",
        missing: int = 0,
        headers: dict[str, str] | None = None,
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data) + missing))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def _drip(self, data: bytes) -> None:
        """A byte every 50 ms: never late enough for a read to time out."""
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        for i in range(len(data)):
            self.wfile.write(data[i : i + 1])
            time.sleep(0.05)

    def _hang_up(self) -> None:
        self.close_connection = True
        self.wfile.flush()
        self.connection.shutdown(socket.SHUT_RDWR)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    # With five, a hundred connections at once wait a second and more.
    request_queue_size = 256

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hung up is part of the play."""


@contextmanager
def serving(fake: FakeServer, port: int = 0) -> Iterator[FakeServer]:
    """The server at `fake.url` until the block ends; connections that were kept are then of no use."""
    server = _Server(("127.0.0.1", port), type("Handler", (_Handler,), {"fake": fake}))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    fake.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield fake
    finally:
        fake.released.set()
        server.shutdown()
        server.server_close()
        thread.join()


def closed_port() -> int:
    """A port of this machine on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
