"""The protocol of a language model: prompts in, one reply each out, in the same order, and what both are made of."""

from collections.abc import Sequence
from typing import Any, Literal, Protocol

from pydantic import Field

from pipeline.records import Frozen

Role = Literal["system", "user", "assistant"]


class Message(Frozen):
    """One turn of a conversation."""

    role: Role
    content: str


class AnswerForm(Frozen):
    """What an answer may look like, said twice: for servers and for local decoding.

    `json_schema` is plain JSON Schema (objects closed, every field required); its name for a server is `name`.
    `grammar` is an llguidance Lark grammar of the same form that also knows the article's words.
    """

    name: str
    json_schema: dict[str, Any]
    grammar: str


class Prompt(Frozen):
    """What a model is asked: the conversation, the form of the answer (None: free text), and its budget in tokens."""

    messages: tuple[Message, ...]
    form: AnswerForm | None = None
    max_tokens: int = Field(ge=1)


class Reply(Frozen):
    """What a model answered.

    `finish` is `stop` when it ended by itself, `length` when the budget cut it off (`text` is what there was), and
    `failed` when there is no answer: then `code` (stable, like `out_of_memory` or `http_503`) and `detail` say why.
    `prompt_tokens` counts what the model says it read, None where it does not say.
    """

    text: str = ""
    finish: Literal["stop", "length", "failed"] = "stop"
    prompt_tokens: int | None = None
    tokens: int | None = None
    code: str = ""
    detail: str = ""


class ModelCard(Frozen):
    """What a record's provenance says of a model, and what an engine must know to use it.

    `context_tokens` bounds prompt and answer together. `decoding` holds the settings that shape an answer.
    """

    name: str
    revision: str | None = None
    weights_sha256: str | None = None
    context_tokens: int = Field(ge=1)
    device: str = "cpu"
    dtype: str | None = None
    decoding: dict[str, Any] = Field(default_factory=dict)
    libraries: dict[str, str] = Field(default_factory=dict)


class LanguageModel(Protocol):
    """Answers prompts. What it cannot answer is a reply with `finish="failed"`, never an exception for one prompt."""

    @property
    def card(self) -> ModelCard: ...

    @property
    def group_size(self) -> int:
        """How many prompts it likes to be given at once."""
        ...

    def count(self, messages: Sequence[Message]) -> int:
        """Tokens of the conversation as the model will read it, its template included; never fewer than it reads."""
        ...

    def reply(self, prompts: Sequence[Prompt]) -> list[Reply]:
        """One reply per prompt, same order."""
        ...
