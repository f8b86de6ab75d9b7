"""Messages -> tokens, by a model's own chat template where it has one, and as plain text where it has none."""

import re
from collections.abc import Sequence
from functools import cached_property
from typing import Any

from pipeline.models.base import Message

_SPECIAL = re.compile(r"<[^<>\s]{1,40}>|\[/?[A-Z_]{2,20}\]")


class Chat:
    """Messages -> tokens, by the model's own template where it has one, and as plain text where it has none.

    What the article says can never become a mark of the template: special tokens in a message's text are broken up.
    """

    def __init__(self, tokenizer: Any, *, is_reasoning_off: bool) -> None:
        self._tokenizer = tokenizer
        self._is_reasoning_off = is_reasoning_off
        self._marks = _marks(tokenizer)
        template = tokenizer.chat_template or ""
        self.kind = "chat" if template else "plain"
        if template and not self._renders([Message(role="system", content="s"), Message(role="user", content="u")]):
            self.kind = "chat, no system role"
            if not self._renders([Message(role="user", content="u")]):
                self.kind = "plain"

    @cached_property
    def reasoning_end(self) -> tuple[int, ...]:
        """The tokens that end reasoning; () for a model that does not know them."""
        is_known = "</think>" in (self._tokenizer.chat_template or "") or "</think>" in self._marks
        return tuple(self._tokenizer.encode("</think>", add_special_tokens=False)) if is_known else ()

    def tokens(self, messages: Sequence[Message]) -> list[int]:
        clean = [m.model_copy(update={"content": self._broken_up(m.content)}) for m in messages]
        if self.kind == "plain":
            return list(self._tokenizer.encode(_as_plain(clean), add_special_tokens=True))
        if self.kind == "chat, no system role":
            clean = _system_into_user(clean)
        text = self._render(clean)
        if self._is_reasoning_off and text.rstrip().endswith("<think>"):
            text = f"{text.rstrip()}\n\n</think>\n\n"
        return list(self._tokenizer.encode(text, add_special_tokens=False))

    def _renders(self, messages: Sequence[Message]) -> bool:
        try:
            text = self._render(messages)
        except Exception:  # noqa: BLE001 a template is the model's own program, and may raise what it likes
            return False
        return all(m.content in text for m in messages)

    def _render(self, messages: Sequence[Message]) -> str:
        turns = [m.model_dump() for m in messages]
        return str(
            self._tokenizer.apply_chat_template(
                turns, tokenize=False, add_generation_prompt=True, enable_thinking=not self._is_reasoning_off
            )
        )

    def _broken_up(self, text: str) -> str:
        for mark in self._marks:
            if mark in text:
                text = text.replace(mark, f"{mark[0]} {mark[1:]}")
        return text


def _marks(tokenizer: Any) -> tuple[str, ...]:
    """Special tokens, and added ones that look like marks, the longest first."""
    added = {t.content for t in tokenizer.added_tokens_decoder.values() if t.special or _SPECIAL.fullmatch(t.content)}
    return tuple(sorted((t for t in {*tokenizer.all_special_tokens, *added} if len(t) > 2), key=len, reverse=True))


def _as_plain(messages: Sequence[Message]) -> str:
    """For models without a template: the turns under headings, as they stand in the texts that such models read."""
    names = {"system": "Task", "user": "Text", "assistant": "Answer"}
    return "\n\n".join(f"{names[m.role]}:\n{m.content}" for m in messages) + "\n\nAnswer:\n"


def _system_into_user(messages: Sequence[Message]) -> list[Message]:
    if not messages or messages[0].role != "system":
        return list(messages)
    first = messages[1].model_copy(update={"content": f"{messages[0].content}\n\n{messages[1].content}"})
    return [first, *messages[2:]]
