"""What a server says of itself -> its dialect: how it is asked, read and counted with, and which models it serves.

Four servers say "OpenAI-compatible" and differ where it hurts: in how a schema is sent, in whether a prompt that is too
long is refused or cut, and in what their token counts leave out. Each difference is one field of `Dialect`.
"""

import difflib
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PureWindowsPath
from typing import Any, NamedTuple
from urllib.parse import quote

from pipeline.models.base import AnswerForm, Message

Json = dict[str, Any]
# A path below the server's root -> the object it answers with; None when it has no such thing.
Get = Callable[[str], Json | None]
Post = Callable[[str, Json], Json]
SchemaWay = Callable[[AnswerForm], Json]

# Ollama reserves memory for the whole of num_ctx, and models claim 131,072 and more: 8,192 holds an article of 4,000
# words with its answer, and costs an 8B model about 1 GB.
OLLAMA_CONTEXT_TOKENS = 8192
# English prose has 4 to 4.5 characters per token in vocabularies of 32,000 and more; 2.5 leaves room for names and
# foreign words. Digits and signs may be a token each (Llama 2, Gemma, Qwen), other alphabets up to two per character.
LETTERS_PER_TOKEN = 2.5
TOKENS_PER_OTHER_CHARACTER = 2
TOKENS_PER_MESSAGE = 8
# What a chat template may add of its own: a date, a default system prompt (gpt-oss: some 60 tokens).
TOKENS_OF_TEMPLATE = 64
# No vocabulary packs prose tighter than this on average: English words have 4.7 letters and 1.2 to 1.4 tokens.
LETTERS_PER_TOKEN_AT_MOST = 6


class Asked(NamedTuple):
    """One request, before it is put into a dialect's words.

    `schema` are the fields that a schema way gave, `extra` those of the dialect's `thinking_off`.
    """

    model: str
    messages: Sequence[Message]
    max_tokens: int
    seed: int
    context_tokens: int
    schema: Json
    extra: Json


class Answer(NamedTuple):
    """What a reply says. `prompt_tokens` None: the server does not say; `cached_tokens`: those it had read before."""

    text: str
    finish: str
    prompt_tokens: int | None
    cached_tokens: int
    tokens: int | None
    model: str | None


class NoAnswer(ValueError):
    """A well-formed reply in which there is no choice, no message, or only an error."""


def _openai_schema(form: AnswerForm) -> Json:
    described = {"name": form.name, "schema": form.json_schema, "strict": True}
    return {"response_format": {"type": "json_schema", "json_schema": described}}


def _llamacpp_schema(form: AnswerForm) -> Json:
    """llama.cpp's own form, which builds before 2025 know when they refuse `json_schema`."""
    return {"response_format": {"type": "json_object", "schema": form.json_schema}}


def _tgi_schema(form: AnswerForm) -> Json:
    return {"response_format": {"type": "json_object", "value": form.json_schema}}


def _tgi_named_schema(form: AnswerForm) -> Json:
    return {"response_format": {"type": "json_schema", "value": {"name": form.name, "schema": form.json_schema}}}


def _ollama_schema(form: AnswerForm) -> Json:
    return {"format": form.json_schema}


def _openai_body(asked: Asked) -> Json:
    return {
        "model": asked.model,
        "messages": as_json(asked.messages),
        "max_tokens": asked.max_tokens,
        "temperature": 0,
        "seed": asked.seed,
        "stream": False,
        **asked.schema,
        **asked.extra,
    }


def _ollama_body(asked: Asked) -> Json:
    """Ollama's own endpoint: /v1 has no num_ctx and cuts what does not fit.

    `truncate` and `shift` off turn the cut into an error; versions that do not know them read past them.
    """
    options = {
        "temperature": 0,
        "seed": asked.seed,
        "num_ctx": asked.context_tokens,
        "num_predict": asked.max_tokens,
    }
    return {
        "model": asked.model,
        "messages": as_json(asked.messages),
        "stream": False,
        "truncate": False,
        "shift": False,
        "options": options,
        **asked.schema,
        **asked.extra,
    }


def _openai_answer(reply: Json) -> Answer:
    choices = reply.get("choices")
    if not isinstance(choices, list) or not choices or not isinstance(choices[0], dict):
        raise NoAnswer(server_message(reply) or "the reply has no choices")
    message = _object(choices[0].get("message"))
    if not message:
        raise NoAnswer("the reply's choice has no message")
    usage = _object(reply.get("usage"))
    return Answer(
        text=_text(message.get("content")),
        finish=str(choices[0].get("finish_reason") or "stop"),
        prompt_tokens=_read_tokens(usage, _object(reply.get("timings"))),
        cached_tokens=_number(_object(usage.get("prompt_tokens_details")).get("cached_tokens")) or 0,
        tokens=_number(usage.get("completion_tokens")),
        model=reply["model"] if isinstance(reply.get("model"), str) else None,
    )


def _ollama_answer(reply: Json) -> Answer:
    message = _object(reply.get("message"))
    if not message or reply.get("done") is not True or reply.get("done_reason") == "load":
        raise NoAnswer(server_message(reply) or "the reply is not a finished message")
    return Answer(
        text=_text(message.get("content")),
        finish=str(reply.get("done_reason") or "stop"),
        prompt_tokens=_number(reply.get("prompt_eval_count")) or None,
        cached_tokens=_number(reply.get("prompt_eval_cached_count")) or 0,
        tokens=_number(reply.get("eval_count")),
        model=reply["model"] if isinstance(reply.get("model"), str) else None,
    )


def _read_tokens(usage: Json, timings: Json) -> int | None:
    """Tokens read, whichever of llama.cpp's two books has more; 0 is what servers write that do not count."""
    processed = (_number(timings.get("prompt_n")) or 0) + (_number(timings.get("cache_n")) or 0)
    return max(_number(usage.get("prompt_tokens")) or 0, processed) or None


def _text(content: Any) -> str:
    """The answer's text: a string, or a list of parts of which those that think are not the answer."""
    if isinstance(content, list):
        content = "".join(str(part.get("text", "")) for part in content if _object(part).get("type") == "text")
    return as_text(content) if isinstance(content, str) else ""


def as_text(content: str) -> str:
    """Half a surrogate pair, which JSON can carry and UTF-8 cannot, becomes a replacement character."""
    return content.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _vllm_count(post: Post, model: str, messages: Sequence[Message], extra: Json) -> int | None:
    return _number(post("/tokenize", {"model": model, "messages": as_json(messages), **extra}).get("count"))


def _llamacpp_count(post: Post, model: str, messages: Sequence[Message], extra: Json) -> int | None:
    templated = post("/apply-template", {"model": model, "messages": as_json(messages), **extra}).get("prompt")
    if not isinstance(templated, str):
        return None
    return _length(post("/tokenize", {"model": model, "content": templated, "add_special": True}).get("tokens"))


def _tgi_count(post: Post, model: str, messages: Sequence[Message], extra: Json) -> int | None:
    body = {"model": model, "messages": as_json(messages), **extra}
    return _length(post("/chat_tokenize", body).get("tokenize_response"))


def _listed_context(get: Get, post: Post, entry: Json) -> int | None:  # noqa: ARG001 one signature for all dialects
    return _number(entry.get("max_model_len"))


def _llamacpp_context(get: Get, post: Post, entry: Json) -> int | None:  # noqa: ARG001
    """The context of one slot: what is left of `-c` when it is divided among the parallel requests.

    The name is for a router of several models, which without it says 0; a server of one model reads past it.
    """
    props = get(f"/props?model={quote(str(entry.get('id', '')), safe='')}") or {}
    return _number(_object(props.get("default_generation_settings")).get("n_ctx")) or None


def _tgi_context(get: Get, post: Post, entry: Json) -> int | None:  # noqa: ARG001
    info = get("/info") or {}
    return _number(info.get("max_total_tokens")) or _number(info.get("max_input_tokens"))


def _ollama_context(get: Get, post: Post, entry: Json) -> int | None:  # noqa: ARG001
    """What the model can; how much of it is used is said with every request."""
    info = _object(post("/api/show", {"model": entry.get("id")}).get("model_info"))
    return next((_number(value) for name, value in info.items() if name.endswith(".context_length")), None)


# A model that thinks by default spends its answer's tokens on thoughts. Templates without the word read past it.
_THINKING_OFF: Json = {"chat_template_kwargs": {"enable_thinking": False}}


@dataclass(frozen=True)
class Dialect:
    """How one kind of server is asked and read.

    `thinking_off`: what a request says so that a model answers without thinking first; left out where it is refused.
    `lists_what_it_serves`: a name that it does not list is wrong.
    `names_its_model`: the reply's `model` is the one that answered, not an echo of the question.
    `usual_context_tokens`: what is used of the context when the user names no other number.
    `counts_are_whole`: its prompt tokens are known to include those that came from its cache.
    """

    name: str
    start_with: str
    more_context_with: str
    schema_ways: tuple[SchemaWay, ...]
    chat_path: str = "/v1/chat/completions"
    body: Callable[[Asked], Json] = _openai_body
    read: Callable[[Json], Answer] = _openai_answer
    count: Callable[[Post, str, Sequence[Message], Json], int | None] | None = None
    context: Callable[[Get, Post, Json], int | None] = _listed_context
    usual_context_tokens: int | None = None
    thinking_off: Json = field(default_factory=dict, hash=False)
    lists_what_it_serves: bool = True
    names_its_model: bool = False
    counts_are_whole: bool = True


VLLM = Dialect(
    name="vllm",
    start_with="vllm serve MODEL --port 8000",
    more_context_with="start vLLM with a larger --max-model-len",
    schema_ways=(_openai_schema,),
    count=_vllm_count,
    thinking_off=_THINKING_OFF,
    names_its_model=True,
)
TGI = Dialect(
    name="tgi",
    start_with="text-generation-launcher --model-id MODEL --port 8080",
    more_context_with="start TGI with a larger --max-total-tokens and --max-input-tokens",
    schema_ways=(_tgi_schema, _tgi_named_schema),
    count=_tgi_count,
    context=_tgi_context,
)
LLAMACPP = Dialect(
    name="llama.cpp",
    start_with="llama-server -m MODEL.gguf -c 16384 --port 8080",
    more_context_with="start llama-server with a larger -c; it is divided among the parallel requests (-np)",
    schema_ways=(_openai_schema, _llamacpp_schema),
    count=_llamacpp_count,
    context=_llamacpp_context,
    thinking_off=_THINKING_OFF,
)
OLLAMA = Dialect(
    name="ollama",
    start_with="ollama serve",
    more_context_with="the server ignores num_ctx: update Ollama, or raise OLLAMA_CONTEXT_LENGTH where it is started",
    schema_ways=(_ollama_schema,),
    chat_path="/api/chat",
    body=_ollama_body,
    read=_ollama_answer,
    context=_ollama_context,
    usual_context_tokens=OLLAMA_CONTEXT_TOKENS,
    thinking_off={"think": False},
    names_its_model=True,
    counts_are_whole=False,
)
TRANSFORMERS = Dialect(
    name="transformers",
    start_with="transformers serve MODEL --port 8000",
    more_context_with="name a smaller context for this model: --context-tokens N",
    schema_ways=(_openai_schema,),
    thinking_off=_THINKING_OFF,
    lists_what_it_serves=False,  # it lists the hub's cache, whatever model it was started with
)
OPENAI = Dialect(
    name="openai",
    start_with="vllm serve MODEL --port 8000",
    more_context_with="start the server with a larger context, or name the one it has: --context-tokens N",
    schema_ways=(_openai_schema, _llamacpp_schema),
    counts_are_whole=False,
)
DIALECTS = (VLLM, TGI, LLAMACPP, OLLAMA, TRANSFORMERS, OPENAI)
# What /v1/models writes as a model's owner.
_OWNERS: Mapping[str, Dialect] = {"vllm": VLLM, "llamacpp": LLAMACPP, "library": OLLAMA}


class Found(NamedTuple):
    """A server's dialect, the models it lists (each with an `id`), and its version where it tells."""

    dialect: Dialect
    models: tuple[Json, ...]
    version: str | None


def recognise(get: Get) -> Found | None:
    """Which dialect a server speaks, asked with at most seven cheap requests; None: it is no language-model server."""
    listed = _entries(get("/v1/models"), "data", "id")
    owner = _OWNERS.get(str(listed[0].get("owned_by"))) if listed else None
    for dialect, asks in _QUESTIONS.items():
        if owner is not None and owner is not dialect:
            continue
        found = asks(get, listed)
        if found is not None:
            return found
    return Found(owner or OPENAI, listed, None) if listed else None


def _as_vllm(get: Get, listed: tuple[Json, ...]) -> Found | None:
    """It is the owner of what it serves; others answer /version too."""
    if not listed or listed[0].get("owned_by") != "vllm":
        return None
    return Found(VLLM, listed, _optional_text((get("/version") or {}).get("version")))


def _as_ollama(get: Get, listed: tuple[Json, ...]) -> Found | None:  # noqa: ARG001 one signature for all questions
    version = (get("/api/version") or {}).get("version")
    tags = get("/api/tags") if version else None
    return Found(OLLAMA, _entries(tags, "models", "name"), str(version)) if tags is not None else None


def _as_tgi(get: Get, listed: tuple[Json, ...]) -> Found | None:
    info = get("/info") or {}
    if not info.get("model_id") or "max_total_tokens" not in info:
        return None
    return Found(TGI, listed or ({"id": info["model_id"]},), _optional_text(info.get("version")))


def _as_llamacpp(get: Get, listed: tuple[Json, ...]) -> Found | None:
    props = get("/props") or {}
    if "default_generation_settings" not in props:
        return None
    return Found(LLAMACPP, listed, _optional_text(props.get("build_info")))


def _as_transformers(get: Get, listed: tuple[Json, ...]) -> Found | None:
    """It gives no sign of itself but its routes."""
    paths = _object((get("/openapi.json") or {}).get("paths"))
    return Found(TRANSFORMERS, listed, None) if {"/load_model", "/v1/chat/completions"} <= set(paths) else None


# In this order: llama.cpp answers some of Ollama's questions, and several answer vLLM's.
_QUESTIONS: Mapping[Dialect, Callable[[Get, tuple[Json, ...]], Found | None]] = {
    LLAMACPP: _as_llamacpp,
    OLLAMA: _as_ollama,
    TGI: _as_tgi,
    VLLM: _as_vllm,
    TRANSFORMERS: _as_transformers,
}


def _entries(answer: Json | None, field: str, name: str) -> tuple[Json, ...]:
    entries = (answer or {}).get(field)
    if not isinstance(entries, list):
        return ()
    return tuple({**entry, "id": entry[name]} for entry in map(_object, entries) if isinstance(entry.get(name), str))


def resolve(name: str, names: Sequence[str]) -> str | None:
    """The served name that is meant: itself, or with the tag or revision that a server adds."""
    return next((n for n in names if is_same_model(n, name)), None)


def is_same_model(one: str, other: str) -> bool:
    """`llama3` is `llama3:latest` to Ollama, and `org/model` is `org/model@main` to transformers."""
    return _bare(one) == _bare(other)


def _bare(name: str) -> str:
    return name.removesuffix(":latest").removesuffix("@main")


def nearest_first(name: str, names: Sequence[str]) -> list[str]:
    near = difflib.get_close_matches(name, names, n=3, cutoff=0.3)
    return [*near, *(n for n in names if n not in near)]


def name_for_card(dialect: Dialect, name: str) -> str:
    """Without the path of a file or folder, by which most servers name what they were given: it is one machine's."""
    is_path = PureWindowsPath(name).root != "" or (dialect is LLAMACPP and name.endswith(".gguf"))
    return PureWindowsPath(name).name if is_path else name


def as_json(messages: Sequence[Message]) -> list[Json]:
    return [{"role": message.role, "content": as_text(message.content)} for message in messages]


def estimated_tokens(messages: Sequence[Message]) -> int:
    """Tokens of a conversation where the server does not count: in English prose more than any model reads."""
    return TOKENS_OF_TEMPLATE + sum(TOKENS_PER_MESSAGE + _tokens_at_most(m.content) for m in messages)


def _tokens_at_most(text: str) -> int:
    letters = len(re.findall(r"[A-Za-z\s]", text))
    other = sum(not character.isascii() for character in text)
    signs = len(text) - letters - other
    return math.ceil(letters / LETTERS_PER_TOKEN) + signs + TOKENS_PER_OTHER_CHARACTER * other


def fewest_tokens(messages: Sequence[Message]) -> int:
    """Tokens that any model reads at least: runs of signs and blanks, which may be one token, do not count."""
    return sum(len(re.findall(r"\w", m.content)) for m in messages) // LETTERS_PER_TOKEN_AT_MOST


def server_message(reply: Any) -> str:
    """What an error's body says, in the shapes that servers use; never the input that FastAPI repeats in it."""
    body = _object(reply)
    for found in (body.get("error"), body.get("message"), body.get("detail")):
        if isinstance(found, str) and found:
            return found
        if isinstance(found, dict) and isinstance(found.get("message"), str):
            return str(found["message"])
        if isinstance(found, list):
            return "; ".join(str(_object(item).get("msg", "")) for item in found)
    return ""


def _object(value: Any) -> Json:
    return value if isinstance(value, dict) else {}


def _number(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _length(value: Any) -> int | None:
    return len(value) if isinstance(value, list) else None


def _optional_text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None
