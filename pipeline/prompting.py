"""A task and what it is about -> the messages of a prompt, from the versioned templates in prompts/."""

import hashlib
import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cached_property, lru_cache
from importlib import resources
from typing import Any, NamedTuple

from pipeline.models.base import Message
from pipeline.records import Sentence

# The version of each task's template that is in use; a published version is never edited.
EXTRACT, SUMMARISE, REPAIR, LOOK = "extract.v1", "summarise.v1", "repair.v1", "look.v1"
# A longer title is the text of an article in the wrong field.
MAX_TITLE_CHARS = 300

# What would pass for a mark of the prompt (`<text>`, `[3]`) or of a chat template (`<|im_start|>`, `[INST]`): local
# models know their own marks and break them up, servers take whatever stands in a message for one.
_TAG, _NUMBER, _NAMED = re.compile(r"<(?=\S)"), re.compile(r"\[(\s*\d+\s*)\]"), re.compile(r"\[(?=/?[A-Z_]{2,20}\])")


class Example(NamedTuple):
    """A worked example of a task: numbered sentences and the answer that they should get, as JSON."""

    published: date | None
    title: str | None
    sentences: tuple[str, ...]
    answer: str


class Template:
    """A template of prompts/ with the blocks `system` and `user`, and its worked examples."""

    def __init__(self, name: str) -> None:
        self.name = name
        folder = resources.files("prompts")
        self._source = (folder / f"{name}.jinja").read_text("utf-8")
        examples = folder / f"{name}.examples.toml"
        self._examples = examples.read_text("utf-8") if examples.is_file() else ""

    @property
    def sha256(self) -> str:
        """Of the template and its examples: what a record's provenance names."""
        return hashlib.sha256((self._source + "\0" + self._examples).encode()).hexdigest()

    @cached_property
    def examples(self) -> tuple[Example, ...]:
        return tuple(
            Example(e.get("published"), e.get("title"), tuple(e["sentences"]), _one_line(e["answer"]))
            for e in tomllib.loads(self._examples).get("example", ())
        )

    @cached_property
    def _template(self) -> Any:
        import jinja2

        environment = jinja2.Environment(
            undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True, autoescape=False  # noqa: S701 plain text
        )  # fmt: skip
        return environment.from_string(self._source)

    def block(self, name: str, values: Mapping[str, Any]) -> str:
        """One block's text; raises jinja2.UndefinedError for a value that the template wants and did not get."""
        template = self._template
        return "".join(template.blocks[name](template.new_context(dict(values)))).strip()

    def messages(self, values: Mapping[str, Any]) -> tuple[Message, ...]:
        """System, each example as a turn of its own, and the question."""
        turns = [Message(role="system", content=self.block("system", values))]
        for example in self.examples:
            shown = {**values, **_example_values(example)}
            turns += [
                Message(role="user", content=self.block("user", shown)),
                Message(role="assistant", content=example.answer),
            ]
        return (*turns, Message(role="user", content=self.block("user", values)))


@lru_cache
def template(name: str) -> Template:
    return Template(name)


def reading_values(
    sentences: Sequence[Sentence], *, published: date | None, title: str | None, context: Sequence[Sentence] = (),
) -> dict[str, Any]:  # fmt: skip
    """What every reading task's template needs; sentences are numbered from 1 by their place in the article."""
    return {
        "published": published,
        "title": as_data(title[:MAX_TITLE_CHARS]) if title else None,
        "context": [as_data(s.text) for s in context],
        "lines": [(s.index + 1, as_data(s.text)) for s in sentences],
    }


def as_data(text: str) -> str:
    """The text on one line, so that it begins no line of the prompt, and with every mark in it broken up."""
    text = _NUMBER.sub(r"(\1)", _TAG.sub("< ", _one_line(text)))
    return _NAMED.sub("[ ", text)


def _example_values(example: Example) -> dict[str, Any]:
    return {
        "published": example.published,
        "title": example.title,
        "context": [],
        "lines": [(number, as_data(sentence)) for number, sentence in enumerate(example.sentences, 1)],
    }


def repair_messages(asked: Sequence[Message], reply: str, reason: str) -> tuple[Message, ...]:
    """The conversation with the unreadable reply and the reason why it is one."""
    user = template(REPAIR).block("user", {"reason": reason})
    # Some templates and servers refuse a turn without words.
    said = reply if reply.strip() else "(nothing)"
    return (*asked, Message(role="assistant", content=said), Message(role="user", content=user))


@lru_cache
def example_texts(name: str) -> tuple[str, ...]:
    """What the worked examples of a task say in their own words: a reply that has one of them has copied it."""
    answers = (json.loads(e.answer) for e in template(name).examples)
    items = (item for answer in answers for items in answer.values() for item in items)
    return tuple(item.get("action") or item["text"] for item in items)


def _one_line(text: str) -> str:
    return " ".join(text.split())
