"""A model's reply -> the items of its answer and what is wrong with it, or a ReplyError that keeps the raw text.

Lenient about form, strict about content: prose, fences, reasoning, trailing commas, single quotes and missing brackets
are read through; an item that was cut off is left out, never completed; nothing is guessed into a field.
"""

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from pipeline.models.base import Reply
from pipeline.records import Polarity, Problem, Strength

# Of an unreadable reply this much is kept on the record: enough to see what the model did.
KEPT_RAW_CHARS = 4_000
# JSON nested deeper than this is no answer.
MAX_DEPTH = 40
# Values begun in one reply that are looked at: a bound for replies that are nothing but brackets.
MAX_VALUES = 200


class ReplyError(Exception):
    """A reply that holds no answer: `code` (stable), `reason` in words, and `raw`, the whole of it."""

    def __init__(self, code: str, reason: str, raw: str) -> None:
        super().__init__(f"{code}: {reason}")
        self.code, self.reason, self.raw = code, reason, raw

    @property
    def problem(self) -> Problem:
        raw = self.raw if len(self.raw) <= KEPT_RAW_CHARS else f"{self.raw[:KEPT_RAW_CHARS]} …"
        return Problem(stage="parsing", code=self.code, detail=f"{self.reason}; reply: {raw}")


class Item(NamedTuple):
    """A commitment as a reply words it. `cited` are the article's sentence numbers, from 1."""

    cited: tuple[int, ...]
    actor: str
    action: str
    polarity: Polarity = "do"
    strength: Strength = "firm"
    deadline: str | None = None
    condition: str | None = None
    recipient: str | None = None
    implementer: str | None = None


class Said(NamedTuple):
    """A sentence of a summary as a reply words it."""

    cited: tuple[int, ...]
    text: str


class Items(NamedTuple):
    """The commitments of a reply, and what is wrong with it (`reply_cut_off`, `bad_item`, …)."""

    items: tuple[Item, ...]
    problems: tuple[Problem, ...] = ()


class Sayings(NamedTuple):
    """The summary sentences of a reply, and what is wrong with it."""

    items: tuple[Said, ...]
    problems: tuple[Problem, ...] = ()


def parse_commitments(reply: Reply) -> Items:
    """The items of a reply to `extract`; raises ReplyError when it holds no list that can be read."""
    found = _answer(reply, wrapper="commitments", marks=("action", "actor", "evidence"))
    items, problems = _read_items(found, reply.text, _item)
    return Items(tuple(dict.fromkeys(items)), (*found.problems, *problems))


def parse_summary(reply: Reply) -> Sayings:
    """The sentences of a reply to `summarise`; raises ReplyError when it holds none."""
    found = _answer(reply, wrapper="summary", marks=("text", "support"))
    items, problems = _read_items(found, reply.text, _said)
    if not items:
        raise ReplyError("no_summary", "the summary has no sentence", reply.text)
    return Sayings(tuple(dict.fromkeys(items)), (*found.problems, *problems))


def _read_items(found: "_Found", raw: str, read: Any) -> tuple[list[Any], list[Problem]]:
    """The good ones, and a problem for each bad one; raises ReplyError when all of several are bad."""
    items, problems = [], []
    for value in found.items:
        try:
            items.append(read(value))
        except ValueError as exc:
            shown = json.dumps(value, ensure_ascii=False, default=str)[:300]
            problems.append(Problem(stage="parsing", code="bad_item", detail=f"{exc}: {shown}"))
    if problems and not items:
        raise ReplyError("no_readable_item", problems[0].detail, raw)
    return items, problems


# --- the answer in a reply


class _Found(NamedTuple):
    items: list[Any]
    problems: tuple[Problem, ...]


def _answer(reply: Reply, *, wrapper: str, marks: Sequence[str]) -> _Found:
    """The list of raw items; raises ReplyError when the reply holds none."""
    text, is_open = _without_reasoning(reply.text)
    if not text.strip():
        code, why = (
            ("reasoning_only", "it reasons and does not answer")
            if reply.text.strip()
            else ("empty_reply", "it is empty")
        )
        raise ReplyError(code, why, reply.text)
    values = [v for v in _values(text) if _items_in(v.value, wrapper, marks) is not None]
    if not values:
        looks_cut = reply.finish == "length"
        code = "reply_cut_off" if looks_cut and "{" in text else "reasoning_only" if is_open else "no_json"
        why = (
            "it was cut off before its first item"
            if code == "reply_cut_off"
            else "it holds no JSON of the form asked for"
        )
        raise ReplyError(code, why, reply.text)
    chosen = _chosen(values, wrapper, marks)
    problems = []
    if len(values) > len(chosen):
        problems.append(Problem(stage="parsing", code="several_answers", detail=f"the last of {len(values)} is taken"))
    if not all(v.is_complete for v in chosen):
        problems.append(Problem(stage="parsing", code="reply_cut_off", detail="its complete items are kept"))
    items = [item for v in chosen for item in _items_in(v.value, wrapper, marks) or ()]
    return _Found(items, tuple(problems))


def _chosen(values: "list[_Value]", wrapper: str, marks: Sequence[str]) -> "list[_Value]":
    """The last whole answer; loose items (one object each, JSON Lines) are one answer together."""
    if all(_is_item(v.value, marks) for v in values):
        return values
    lists = [v for v in values if not _is_item(v.value, marks)]
    named = [v for v in lists if isinstance(v.value, dict) and wrapper in v.value] or lists
    return [next((v for v in reversed(named) if v.is_complete), named[-1])]


def _items_in(value: Any, wrapper: str, marks: Sequence[str]) -> list[Any] | None:
    """The items of a value that is an answer: under the wrapper, under a wrong one, a bare list, or one item alone."""
    if isinstance(value, list):
        return (
            value if all(_is_item(v, marks) for v in value if v is not None) and (value == [] or any(value)) else None
        )
    if not isinstance(value, dict):
        return None
    if wrapper in value:
        inner = value[wrapper]
        if isinstance(inner, dict):
            return [inner] if _is_item(inner, marks) else [v for v in inner.values() if _is_item(v, marks)] or None
        return inner if isinstance(inner, list) else [] if inner is None else None
    if _is_item(value, marks):
        return [value]
    lists = [v for v in value.values() if isinstance(v, list)]
    if len(lists) == 1 and (all(_is_item(v, marks) for v in lists[0]) and lists[0]):
        return lists[0]
    nested = [
        found for v in value.values() if isinstance(v, dict) and (found := _items_in(v, wrapper, marks)) is not None
    ]
    return nested[0] if len(nested) == 1 else None


def _is_item(value: Any, marks: Sequence[str]) -> bool:
    return isinstance(value, dict) and sum(mark in value for mark in marks) >= min(2, len(marks))


_REASONING = re.compile(r"<(think|thinking|reasoning|thought)>.*?</\1>", re.DOTALL | re.IGNORECASE)
_REASONING_END = re.compile(r"^.*</(?:think|thinking|reasoning|thought)>", re.DOTALL | re.IGNORECASE)
_REASONING_START = re.compile(r"<(?:think|thinking|reasoning|thought)>", re.IGNORECASE)


def _without_reasoning(text: str) -> tuple[str, bool]:
    """The reply without what stands in <think> marks, and whether a mark was never closed.

    The opening mark may stand in the prompt, then only the closing one is here. What follows a mark that is never
    closed may hold the answer all the same: it is kept, without the mark.
    """
    text = _REASONING_END.sub("", _REASONING.sub("", text))
    return _REASONING_START.sub("", text), _REASONING_START.search(text) is not None


# --- values


class _Value(NamedTuple):
    value: Any
    is_complete: bool


class _Cut(Exception):
    """The text ends inside a value; `value` is what is complete of it, `_NOTHING` when nothing is."""

    def __init__(self, value: Any) -> None:
        self.value = value


class _NotJson(Exception):
    pass


_NOTHING = object()
_SPACE = re.compile(r"(?:\s|//[^\n]*(?=\n)|/\*.*?\*/|\ufeff)*", re.DOTALL)
_NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")
_WORD = re.compile(r"[A-Za-z_][\w-]*")
_WORDS = {"true": True, "false": False, "null": None, "none": None, "nil": None, "undefined": None, "nan": None}
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "/": "/", "\\": "\\", '"': '"', "'": "'"}
_CLOSING = {'"': '"', "'": "'", "“": "”", "`": "`"}


def _values(text: str) -> Iterator[_Value]:
    """The objects and lists that stand in the text, outermost ones, in order."""
    place = begun = 0
    while begun < MAX_VALUES:
        starts = [i for i in (text.find("{", place), text.find("[", place)) if i >= 0]
        if not starts:
            return
        begun += 1
        start = min(starts)
        try:
            value, place = _value(text, start, 0)
            yield _Value(value, is_complete=True)
        except _NotJson:
            place = start + 1
        except _Cut as cut:
            # Prose may hold a lone bracket before the answer: look behind it too.
            if cut.value is not _NOTHING:
                yield _Value(cut.value, is_complete=False)
                if cut.value:
                    return
            place = start + 1


def _value(text: str, place: int, depth: int) -> tuple[Any, int]:
    """The value at `place` and the place after it; raises _Cut where the text ends, _NotJson where it is no value."""
    if depth > MAX_DEPTH:
        raise _NotJson
    place = _skip(text, place)
    char = text[place]
    if char == "{":
        return _object(text, place + 1, depth)
    if char == "[":
        return _list(text, place + 1, depth)
    if char in _CLOSING:
        return _string(text, place)
    if number := _NUMBER.match(text, place):
        if number.end() == len(text):
            raise _Cut(_NOTHING)
        return _as_number(number[0]), number.end()
    word = _WORD.match(text, place)
    if word is None or word[0].casefold() not in _WORDS:
        raise _NotJson
    return _WORDS[word[0].casefold()], word.end()


def _as_number(digits: str) -> int | float:
    return int(digits) if re.fullmatch(r"[-+]?\d{1,18}", digits) else float(digits)


def _skip(text: str, place: int) -> int:
    """The next place that is not white space or a comment; raises _Cut at the end of the text."""
    match = _SPACE.match(text, place)
    place = match.end() if match else place
    if place >= len(text):
        raise _Cut(_NOTHING)
    return place


def _object(text: str, place: int, depth: int) -> tuple[dict[str, Any], int]:
    found: dict[str, Any] = {}
    try:
        while True:
            place = _skip(text, place)
            if text[place] == "}":
                return found, place + 1
            if text[place] in ",;":
                place += 1
                continue
            key, place = _key(text, place)
            place = _skip(text, place)
            if text[place] not in ":=":
                raise _NotJson
            try:
                value, place = _value(text, place + 1, depth + 1)
            except _Cut as cut:
                # A list inside is kept with its complete items; an object that is cut is no item.
                if isinstance(cut.value, list):
                    found[key] = cut.value
                raise
            found[key] = value
    except _Cut:
        has_list = any(isinstance(v, list) and (not v or isinstance(v[0], dict)) for v in found.values())
        raise _Cut(found if has_list else _NOTHING) from None


def _key(text: str, place: int) -> tuple[str, int]:
    if text[place] in _CLOSING:
        return _string(text, place)
    word = _WORD.match(text, place)
    if word is None:
        raise _NotJson
    return word[0], word.end()


def _list(text: str, place: int, depth: int) -> tuple[list[Any], int]:
    found: list[Any] = []
    try:
        while True:
            place = _skip(text, place)
            if text[place] == "]":
                return found, place + 1
            if text[place] in ",;":
                place += 1
                continue
            if text[place] == "}" and found and all(isinstance(v, dict) for v in found):
                return found, place  # the list's own bracket is missing
            value, place = _value(text, place, depth + 1)
            found.append(value)
    except _Cut as cut:
        inner = cut.value if isinstance(cut.value, dict) else None
        raise _Cut([*found, inner] if inner is not None else found) from None


def _string(text: str, place: int) -> tuple[str, int]:
    """A string in any of four kinds of quotation marks; where single ones open it, an apostrophe is a letter."""
    closing = _CLOSING[text[place]]
    parts: list[str] = []
    place += 1
    while place < len(text):
        char = text[place]
        if char == "\\":
            piece, place = _escape(text, place)
            parts.append(piece)
        elif char == closing and _ends_string(text, place, closing):
            return "".join(parts), place + 1
        else:
            parts.append(char)
            place += 1
    raise _Cut(_NOTHING)


def _escape(text: str, place: int) -> tuple[str, int]:
    if place + 1 >= len(text):
        raise _Cut(_NOTHING)
    char = text[place + 1]
    if char != "u":
        return _ESCAPES.get(char, char), place + 2
    digits = text[place + 2 : place + 6]
    if not re.fullmatch(r"[0-9a-fA-F]{4}", digits):
        return "u", place + 2
    code = int(digits, 16)
    low = re.match(r"\\u(d[c-f][0-9a-f]{2})", text[place + 6 : place + 12], re.IGNORECASE)
    if 0xD800 <= code < 0xDC00 and low:
        return chr(0x10000 + ((code - 0xD800) << 10) + int(low[1], 16) - 0xDC00), place + 12
    return ("\ufffd" if 0xD800 <= code < 0xE000 else chr(code)), place + 6


_AFTER_STRING = re.compile(r"\s*(?:[,:}\];=]|//|/\*|$)")


def _ends_string(text: str, place: int, closing: str) -> bool:
    """True for a mark that a comma, a colon or a bracket follows; one inside a string has a word after it."""
    return closing == "”" or _AFTER_STRING.match(text, place + 1) is not None


# --- fields

_NULLS = frozenset({"", "null", "none", "n/a", "na", "nil", "not specified", "unspecified", "not stated", "-", "–"})
_CITED_KEYS = ("evidence", "support", "sentences", "sentence", "evidence_sentences", "sentence_numbers", "source")
_NEGATIVE = frozenset(
    {"not_do", "not do", "notdo", "not-do", "do_not", "do not", "don't", "negative", "refuse", "refusal"}
)
_DECORATION = re.compile(r"sentences?|and|to|no\.|[\s\[\](),;#s–-]|\d+")
_STRENGTHS: dict[str, Strength] = {"firm": "firm", "intention": "intention", "conditional": "conditional"}


def _item(value: Any) -> Item:
    """Raises ValueError, with what is missing or wrong, for a value that is no commitment."""
    if not isinstance(value, dict):
        raise ValueError("not an object")  # noqa: TRY004 a bad reply is a bad value
    fields = {str(k).casefold().strip(): v for k, v in value.items()}
    actor, action = _words(fields, "actor", "promiser", "who"), _words(fields, "action", "commitment", "what")
    if action is None or actor is None:
        raise ValueError(f"no {'action' if action is None else 'actor'}")
    condition = _words(fields, "condition")
    strength = _STRENGTHS.get(str(fields.get("strength", "firm")).casefold().strip())
    if strength is None:
        raise ValueError(f"strength is {fields['strength']!r}")
    return Item(
        cited=_cited(fields),
        actor=actor,
        action=action,
        polarity=_polarity(fields.get("polarity", "do")),
        strength="conditional" if condition else strength,
        deadline=_words(fields, "deadline", "deadline_text", "when"),
        condition=condition,
        recipient=_words(fields, "recipient"),
        implementer=_words(fields, "implementer"),
    )


def _said(value: Any) -> Said:
    if not isinstance(value, dict):
        raise ValueError("not an object")  # noqa: TRY004 a bad reply is a bad value
    fields = {str(k).casefold().strip(): v for k, v in value.items()}
    text = _words(fields, "text", "sentence_text", "summary")
    if text is None:
        raise ValueError("no text")
    return Said(_cited(fields), " ".join(text.split()))


def _words(fields: dict[str, Any], *names: str) -> str | None:
    """The first of the fields that is there, as words; an object's own `text`, a list's only string."""
    value = next((fields[name] for name in names if fields.get(name) is not None), None)
    if isinstance(value, dict):
        value = value.get("text") or value.get("name")
    if isinstance(value, list):
        value = value[0] if len(value) == 1 else ", ".join(map(str, value)) if value else None
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or value.strip().casefold() in _NULLS:
        return None
    return value.strip()


def _polarity(value: Any) -> Polarity:
    if isinstance(value, bool):
        return "do" if value else "not_do"
    word = str(value).casefold().strip()
    if word in _NEGATIVE:
        return "not_do"
    if word in {"do", "positive", "will do", "yes"}:
        return "do"
    raise ValueError(f"polarity is {value!r}")


def _cited(fields: dict[str, Any]) -> tuple[int, ...]:
    """Sentence numbers in any of the ways models write them; raises ValueError where there is none."""
    value = next((fields[key] for key in _CITED_KEYS if fields.get(key) is not None), None)
    numbers = tuple(dict.fromkeys(_numbers(value)))
    if not numbers:
        raise ValueError("no sentence number")
    return numbers


def _numbers(value: Any) -> Iterator[int]:
    if isinstance(value, bool) or value is None:
        return
    if isinstance(value, int):
        yield value
    elif isinstance(value, float) and value == int(value):
        yield int(value)
    elif isinstance(value, str):
        # Numbers alone, however they are decorated; a sentence copied here names nothing.
        if not _DECORATION.sub("", value.casefold()):
            yield from _in_words(value)
    elif isinstance(value, list):
        for inner in value:
            yield from _numbers(inner)
    elif isinstance(value, dict):
        yield from _numbers(next((value[k] for k in ("number", "sentence", "n", "s", "id") if k in value), None))


def _in_words(value: str) -> Iterator[int]:
    """ "3-5" and "3–5" are a range when it is a short one; "3, 5" and "3 and 5" are two."""
    for match in re.finditer(r"(\d{1,6})(?:\s*[–-]\s*(\d{1,6}))?", value):
        first, last = int(match[1]), int(match[2] or match[1])
        yield from range(first, last + 1) if 0 <= last - first <= 10 else (first, last)
