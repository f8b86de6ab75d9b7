"""A model's reply -> the items of its answer and what is wrong with it, or a ReplyError that keeps the raw text.

Lenient about form, strict about content: prose, fences, reasoning, trailing commas, single quotes and missing brackets
are read through; an item that was cut off is left out, never completed; nothing is guessed into a field.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Generic, NamedTuple, TypeVar

from pipeline.models.base import Reply
from pipeline.records import Polarity, Problem, Strength

# Of an unreadable reply this much is kept on the record, of a bad item that: enough to see what the model did.
KEPT_RAW_CHARS, KEPT_ITEM_CHARS = 4_000, 300
# JSON nested deeper than this is no answer.
MAX_DEPTH = 40
# Bounds for replies that are nothing but brackets, which are read from one after another until one begins an answer:
# so many that begin none, in all so many times the reply's length, and so many broken objects in one list. The worst
# found by fuzzing takes 2.8 s for a megabyte; a reply of 2,080 tokens has 10 kB.
MAX_STARTS, MAX_READINGS, MAX_BROKEN = 500, 2, 50
# "3-12" as evidence is a range; a longer one points at nothing.
MAX_RANGE = 10

T = TypeVar("T")
C = TypeVar("C", Polarity, Strength)


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
    """The commitments of a reply, and what is wrong with it (`reply_cut_off`, `several_answers`, `bad_item`)."""

    items: tuple[Item, ...]
    problems: tuple[Problem, ...] = ()


class Sayings(NamedTuple):
    """The summary sentences of a reply, and what is wrong with it."""

    items: tuple[Said, ...]
    problems: tuple[Problem, ...] = ()


def parse_commitments(reply: Reply) -> Items:
    """The items of a reply to `extract`; raises ReplyError when it holds no list that can be read."""
    return Items(*_read(reply, _Form("commitments", frozenset({"action", "actor", "evidence"}), _item)))


def parse_summary(reply: Reply) -> Sayings:
    """The sentences of a reply to `summarise`; raises ReplyError when it holds none."""
    found = Sayings(*_read(reply, _Form("summary", frozenset({"text", "support"}), _said)))
    if not found.items:
        raise ReplyError("no_summary", "the summary has no sentence", reply.text)
    return found


# --- the answer in a reply


class _Form(NamedTuple, Generic[T]):
    """The key over the items, the fields of which an item has two, and what reads one (ValueError: a bad item)."""

    wrapper: str
    marks: frozenset[str]
    read: Callable[[Any], T]


class _Answer(NamedTuple, Generic[T]):
    """A list of items in a reply, or items that stand alone (`is_loose`). `is_last`: no word stands behind it."""

    items: tuple[T, ...]
    bad: tuple[Problem, ...]
    is_whole: bool
    is_loose: bool
    is_last: bool

    def is_said_by(self, other: "_Answer[T]") -> bool:
        """True when the other has the same items; for one that was cut off, when the other begins with them."""
        return self.items == (other.items if self.is_whole else other.items[: len(self.items)])


def _read(reply: Reply, form: _Form[T]) -> tuple[tuple[T, ...], tuple[Problem, ...]]:
    """The items of the reply's answer, and what is wrong with it; raises ReplyError when it has none."""
    text, is_reasoning = _without_reasoning(reply.text)
    if _FENCE.sub("", text).strip() == "[]":
        return (), ()
    answers = _answers(text, form) or _answers(_unescaped(text), form)
    if is_reasoning:
        # What a model ends with is its answer; what it goes on from is a draft.
        answers = [a for a in answers if a.is_last and reply.finish != "length"]
    if not answers:
        raise _unanswered(reply, text, is_reasoning=is_reasoning)
    readable = [a for a in answers if a.items or not a.bad] or answers
    # The last one; but items stand before none, a list before items alone, and what is whole before what was cut off.
    chosen = max(reversed(readable), key=lambda a: (bool(a.items), not a.is_loose, a.is_whole))
    if not chosen.items and not all(a.is_whole for a in answers):
        raise ReplyError("reply_cut_off", "it was cut off before its first item was whole", reply.text)
    if not chosen.items and chosen.bad:
        raise ReplyError("no_readable_item", chosen.bad[0].detail, reply.text)
    # Items that stand alone may be what is left of a list that broke.
    problems = [p for a in (answers if chosen.is_loose else [chosen]) for p in a.bad]
    if not all(a.is_said_by(chosen) for a in readable):
        problems.append(_problem("several_answers", f"one of {len(readable)} is taken"))
    if not chosen.is_whole or (chosen.is_loose and reply.finish == "length"):
        problems.append(_problem("reply_cut_off", "its whole items are kept"))
    return tuple(dict.fromkeys(chosen.items)), tuple(problems)


def _unanswered(reply: Reply, text: str, *, is_reasoning: bool) -> ReplyError:
    is_blank = _BLANK.fullmatch(text) is not None
    if is_reasoning or (is_blank and _REASONING_END.search(reply.text)):
        return ReplyError("reasoning_only", "it reasons and does not answer", reply.text)
    if is_blank:
        return ReplyError("empty_reply", "it is empty", reply.text)
    if reply.finish == "length":
        return ReplyError("reply_cut_off", "it was cut off before its first item", reply.text)
    return ReplyError("no_json", "it holds no JSON of the form asked for", reply.text)


def _answers(text: str, form: _Form[T]) -> list[_Answer[T]]:
    """The lists in the text, in order, and behind them the items that stand alone, as in JSON Lines, as one answer."""
    found = list(_found(text, form))
    loose = [a for a in found if a.is_loose]
    if not loose:
        return found
    together = loose[-1]._replace(
        items=tuple(item for a in loose for item in a.items),
        bad=tuple(problem for a in loose for problem in a.bad),
        is_whole=all(a.is_whole for a in loose),
    )
    return [*(a for a in found if not a.is_loose), together]


def _found(text: str, form: _Form[T]) -> Iterator[_Answer[T]]:
    """The values of the text that hold items, in order, and the objects that it ends inside of."""
    place, starts, budget = 0, MAX_STARTS, MAX_READINGS * len(text)
    while starts and budget > 0 and (begin := _BEGIN.search(text, place)):
        value, end, is_whole = _value_from(text, begin.start())
        values = _items_in(value, form)
        if values is not None or (isinstance(value, dict) and not is_whole):
            is_loose = values is None or (isinstance(value, dict) and _is_item(value, form))
            items, bad = _sorted_out(values or [], form, is_whole=is_whole)
            yield _Answer(items, bad, is_whole, is_loose, is_last=_LETTER.search(text, end) is None)
        if values:
            place = end
            continue
        place, starts, budget = begin.start() + 1, starts - 1, budget - (end - begin.start())


def _sorted_out(values: list[Any], form: _Form[T], *, is_whole: bool) -> tuple[tuple[T, ...], tuple[Problem, ...]]:
    """The items that can be read, and a problem for each that cannot; one that was cut off is neither."""
    if not is_whole and values and isinstance(values[-1], _Part):
        values = values[:-1]
    items: list[T] = []
    bad: list[Problem] = []
    for value in values:
        try:
            items.append(form.read(value))
        except ValueError as exc:
            detail = f"{exc}: {json.dumps(value, ensure_ascii=False)}"
            bad.append(_problem("bad_item", detail[:KEPT_ITEM_CHARS]))
    return tuple(items), tuple(bad)


def _problem(code: str, detail: str) -> Problem:
    return Problem(stage="parsing", code=code, detail=detail)


def _items_in(value: Any, form: _Form[T], *, is_named: bool = False) -> list[Any] | None:
    """The items that a value holds, under whatever key, in whatever list, or alone; None when it holds none.

    What stands beside items in their list, or in a list that the wrapper names, counts as an item, if a bad one.
    """
    if isinstance(value, list):
        held = [_items_in(v, form) for v in value]
        if not is_named and all(items is None for items in held):
            return None
        return [i for v, items in zip(value, held, strict=True) for i in ([v] if items is None else items)]
    if not isinstance(value, dict):
        return None
    if _is_item(value, form):
        return [value]
    is_named = form.wrapper in value
    inner = [value[form.wrapper]] if is_named else value.values()
    found = [items for v in inner if (items := _items_in(v, form, is_named=is_named)) is not None]
    return [item for items in found for item in items] if found else None


def _is_item(value: dict[str, Any], form: _Form[T]) -> bool:
    """True for two of the fields; of one that is broken, the second may be what broke."""
    return len(form.marks.intersection(value)) >= (1 if isinstance(value, _Part) else 2)


# --- around the answer

# White space, and what models write between tokens that cannot be seen.
_GAP = r"[\s\ufeff\u200b-\u200d\u2060]*"
_BLANK = re.compile(_GAP)
_LETTER = re.compile(r"[^\W_]")
_FENCE = re.compile(r"```(?:json)?")
_BEGINS_AS_ANSWER = re.compile(rf"{_GAP}(?:```\w*\s*)?(?:\{{|\[\s*\{{)")
_NAMES = "think|thinking|reasoning|thought"
_REASONING_START = re.compile(rf"<(?:{_NAMES})>|\[THINK\]|<\|channel\|>analysis", re.IGNORECASE)
_REASONING_END = re.compile(rf"</(?:{_NAMES})>|\[/THINK\]|<\|channel\|>final<\|message\|>", re.IGNORECASE)
_END_OF_TURN = re.compile(r"<\|(?:im_end|eot_id|eom_id|end|return|endoftext)\|>|<end_of_turn>")


def _without_reasoning(raw: str) -> tuple[str, bool]:
    """The reply behind its reasoning and up to the end of its turn, and whether it is reasoning that never closed.

    The opening mark may stand in the prompt; then only the closing one is here. A reply that begins with its answer
    has not reasoned: such marks in it are words.
    """
    ends = [] if _BEGINS_AS_ANSWER.match(raw) else [m.end() for m in _REASONING_END.finditer(raw)]
    text = _END_OF_TURN.split(raw[ends[-1] :] if ends else raw, maxsplit=1)[0]
    return text, _REASONING_START.search(text.partition("{")[0]) is not None


def _unescaped(text: str) -> str:
    r"""An answer inside a string, `{\"commitments\": []}`, as JSON."""
    return re.sub(r'\\(["\\nrt])', lambda m: _ESCAPES.get(m[1], m[1]), text)


# --- values


class _Part(dict[str, Any]):
    """An object that is not whole: cut off, or broken. It may hold items and is never one."""


class _Cut(Exception):
    """The text ends inside a value; `value` is what there is of it, None when that is no object and no list."""

    def __init__(self, value: dict[str, Any] | list[Any] | None = None) -> None:
        self.value = value


class _NotJson(Exception):
    """What stands at `place` is not what JSON has there."""

    def __init__(self, place: int) -> None:
        self.place = place


# A brace with a key behind it, or a list of objects; others stand in prose.
_BEGIN = re.compile(rf"\{{(?={_GAP}(?:[\"'“`]|\w+{_GAP}[:=：]))|\[(?={_GAP}[\[{{])")
_COMMAS, _COLONS, _CLOSERS = ",;，、", ":=：", "}]"
_KEY_EDGES = " \t\n*_\"'“”`"
_QUOTES = {'"': '"', "'": "'", "“": "”", "`": "`"}
_SPACE = re.compile(
    rf"(?:\s|[\ufeff\u200b-\u200d\u2060]|//[^\n]*|#[^\n]*|/\*(?:.*?\*/|.*)|{_FENCE.pattern})*", re.DOTALL
)
_NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")
_WORD = re.compile(r"-?[A-Za-z_][\w-]*")
_WORDS = {"true": True, "false": False, **dict.fromkeys(("null", "none", "nil", "undefined", "nan", "infinity"))}
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}
_HEX = re.compile(r"[0-9a-fA-F]{4}")
_LOW_SURROGATE = re.compile(r"\\u([dD][c-fC-F][0-9a-fA-F]{2})")
_WITHIN = {closing: re.compile(rf"[^{closing}\\]+") for closing in _QUOTES.values()}
_KEY = rf"""["'“`]{{1,2}}\w[\w ]{{0,40}}["'”`]{_GAP}[{_COLONS}]"""
_LOST_BRACE = re.compile(_KEY)
_QUOTED = r""" "[^"\\]*(?:\\.[^"\\]*)*" | '[^'\\]*(?:\\.[^'\\]*)*' | “[^“”]*” | `[^`]*` """
# What can follow the mark that ends a string; a mark inside one has words behind it.
_AFTER_STRING = re.compile(
    rf"""{_GAP}(?:
        $ | [{_COLONS}}}\]] | // | /\* | \# | ```
        | [{_COMMAS}]? {_GAP} {_KEY}
        | [{_COMMAS}] {_GAP} (?: $ | [{{}}\[\]{_COMMAS}] | // | /\* | \#
            | (?: {_QUOTED} | -?\w[\w.+-]* ) {_GAP} [{_COLONS}{_COMMAS}}}\]] )
    )""",
    re.VERBOSE | re.DOTALL,
)
_STRAY_BRACE = re.compile(rf"\}}{_GAP}[{_COMMAS}]{_GAP}\{{")
# The next object of a list, or the bracket that ends the list: one inside words has words behind it.
_NEXT_OBJECT = re.compile(rf"\{{|\](?={_GAP}(?:[\]}}`]|$)|[ \t]*\n)")


def _value_from(text: str, start: int) -> tuple[Any, int, bool]:
    """The value at a bracket, the place after it, and whether the text goes on; None where none stands."""
    try:
        return *_value(text, start, 0), True
    except _NotJson as exc:
        return None, exc.place, True
    except _Cut as exc:
        return exc.value, len(text), False


def _value(text: str, place: int, depth: int) -> tuple[Any, int]:
    """The value at `place` and the place after it; raises _Cut where the text ends, _NotJson where it is no value."""
    char = text[place]
    if depth > MAX_DEPTH:
        raise _NotJson(place)
    if char == "{":
        return _object(text, place + 1, depth)
    if char == "[":
        return _list(text, place + 1, depth)
    if char in _QUOTES:
        return _string(text, place)
    if number := _NUMBER.match(text, place):
        return _as_number(number[0]), _inside(text, number.end())
    return _bare_word(text, place)


def _as_number(digits: str) -> int | float:
    return int(digits) if re.fullmatch(r"[-+]?\d{1,18}", digits) else float(digits)


def _bare_word(text: str, place: int) -> tuple[bool | str | None, int]:
    """`null` and its like; or a string of one word without its quotation marks."""
    word = _WORD.match(text, place)
    if word is None:
        raise _NotJson(place)
    end, name = _inside(text, word.end()), word[0].casefold().lstrip("-")
    if name in _WORDS:
        return _WORDS[name], end
    if text[_skip(text, end)] not in _COMMAS + _CLOSERS:
        raise _NotJson(place)
    return word[0], end


def _inside(text: str, place: int) -> int:
    """The place; raises _Cut at the end of the text."""
    if place >= len(text):
        raise _Cut
    return place


def _skip(text: str, place: int) -> int:
    """The next place that is not white space, a comment or a fence."""
    match = _SPACE.match(text, place)
    return _inside(text, match.end() if match else place)


def _object(text: str, place: int, depth: int) -> tuple[dict[str, Any], int]:
    """An object and the place after it; for one that breaks behind a key, a _Part and the place where it breaks."""
    found: dict[str, Any] = {}
    has_key = False
    try:
        while True:
            place = _skip(text, place)
            if text[place] == "}":
                return found, place + 1
            if text[place] in _COMMAS:
                place += 1
                continue
            key, place = _key(text, place)
            has_key = True
            try:
                value, place = _value(text, place, depth + 1)
            except _Cut as cut:
                _put(found, key, cut.value)
                raise
            _put(found, key, value)
    except _Cut:
        raise _Cut(_Part(found)) from None
    except _NotJson as exc:
        if not has_key:
            raise
        return _Part(found), exc.place


def _key(text: str, place: int) -> tuple[str, int]:
    """A key in small letters, without the marks that models put around it, and the place of its value."""
    word = _WORD.match(text, place)
    if text[place] not in _QUOTES and word is None:
        raise _NotJson(place)
    key, end = (word[0], word.end()) if word else _string(text, place)
    colon = _skip(text, end)
    if text[colon] not in _COLONS:
        raise _NotJson(colon)
    return key.casefold().strip(_KEY_EDGES), _skip(text, colon + 1)


def _put(found: dict[str, Any], key: str, value: Any) -> None:
    """One more field. A list of objects goes on under its key; two values that differ are a pair, which is no value."""
    if key not in found:
        found[key] = value
        return
    old = found[key]
    if isinstance(old, list) and isinstance(value, list) and _is_of_objects(old or value):
        old.extend(value)
    elif old != value and not isinstance(old, tuple):
        found[key] = (old, value)


def _list(text: str, place: int, depth: int) -> tuple[list[Any], int]:
    """A list and the place after it. One of objects may lack its bracket, and may hold braces that close nothing."""
    found: list[Any] = []
    broken = 0
    try:
        while True:
            place = _skip(text, place)
            if text[place] == "]":
                return found, place + 1
            is_of_objects = _is_of_objects(found)
            is_brace = text[place] == "}" and is_of_objects
            if is_brace and not _STRAY_BRACE.match(text, place):
                return found, place
            if is_brace or text[place] in _COMMAS:
                place += 1
                continue
            # A list that begins with a key has lost a brace, and its first object is read from there.
            read = _object if not found and _LOST_BRACE.match(text, place) else _value
            value, place = _element(read, text, place, depth, is_object=is_of_objects or text[place] == "{")
            found.append(value)
            broken += isinstance(value, _Part)
            if broken > MAX_BROKEN:
                raise _NotJson(place)
    except _Cut as cut:
        raise _Cut(found if cut.value is None else [*found, cut.value]) from None


def _element(
    read: Callable[[str, int, int], tuple[Any, int]], text: str, place: int, depth: int, *, is_object: bool
) -> tuple[Any, int]:
    """A value of a list and the place after it; where an object was meant and is broken, the place of the next one."""
    try:
        value, end = read(text, place, depth + 1)
    except _NotJson as exc:
        if not is_object:
            raise
        value, end = _Part(unreadable=text[place : place + KEPT_ITEM_CHARS]), max(exc.place, place + 1)
    if not isinstance(value, _Part):
        return value, end
    following = _NEXT_OBJECT.search(text, end)
    if following is None:
        raise _Cut
    return value, following.start()


def _is_of_objects(values: list[Any]) -> bool:
    return bool(values) and isinstance(values[0], dict)


def _string(text: str, place: int) -> tuple[str, int]:
    """A string in any of four kinds of quotation marks, which may stand in it without a backslash too."""
    closing = _QUOTES[text[place]]
    parts: list[str] = []
    place += 1
    while place < len(text):
        if run := _WITHIN[closing].match(text, place):
            piece, place = run[0], run.end()
        elif text[place] == "\\":
            piece, place = _escape(text, place)
        elif _AFTER_STRING.match(text, place + 1):
            return "".join(parts), place + 1
        else:
            piece, place = closing, place + 1
        parts.append(piece)
    raise _Cut


def _escape(text: str, place: int) -> tuple[str, int]:
    """The character that an escape means; U+FFFD for half of a surrogate pair and for digits that are none."""
    char = text[_inside(text, place + 1)]
    if char != "u":
        return _ESCAPES.get(char, char), place + 2
    digits = _HEX.match(text, place + 2)
    if digits is None:
        return "\ufffd", place + 2
    code, low = int(digits[0], 16), _LOW_SURROGATE.match(text, place + 6)
    if 0xD800 <= code < 0xDC00 and low:
        return chr(0x10000 + ((code - 0xD800) << 10) + int(low[1], 16) - 0xDC00), place + 12
    return ("\ufffd" if 0xD800 <= code < 0xE000 else chr(code)), place + 6


# --- fields

_NULLS = frozenset({"null", "none", "n/a", "na", "nil", "not specified", "unspecified", "not stated"})
_CITED_KEYS = ("evidence", "support", "sentences", "sentence", "evidence_sentences", "sentence_numbers", "source")
_POLARITIES: dict[str, Polarity] = {
    **dict.fromkeys(("do", "will do", "positive"), "do"),
    **dict.fromkeys(("not do", "notdo", "do not", "don't", "don’t", "negative", "refuse", "refusal"), "not_do"),
}
_STRENGTHS: dict[str, Strength] = {"firm": "firm", "intention": "intention", "conditional": "conditional"}
_CITATION = re.compile(
    r"(?:sentences?|nos?\.?|s|#)? ?(?<!\d)(\d{1,6})(?!\d)(?: ?(?:[-–—]|to|through) ?s?(\d{1,6})(?!\d))?"
)
_BETWEEN_CITATIONS = re.compile(r"(?:[ \[\](),;&]|and)*")
# The number that stands before a sentence in the prompt, in a sentence copied from there.
_LABEL = re.compile(r"^[ \t]*\[(\d{1,6})\]", re.MULTILINE)


def _item(value: Any) -> Item:
    """Raises ValueError, with what is missing or wrong, for a value that is no commitment."""
    fields = _fields(value)
    actor, action = _words(fields, "actor", "promiser", "who"), _words(fields, "action", "commitment", "what")
    if action is None or actor is None:
        raise ValueError(f"no {'action' if action is None else 'actor'}")
    condition, strength = _words(fields, "condition"), _choice(fields, "strength", _STRENGTHS)
    return Item(
        cited=_cited(fields),
        actor=actor,
        action=action,
        polarity=_choice(fields, "polarity", _POLARITIES),
        strength="conditional" if condition else strength,
        deadline=_words(fields, "deadline", "deadline_text", "when"),
        condition=condition,
        recipient=_words(fields, "recipient"),
        implementer=_words(fields, "implementer"),
    )


def _said(value: Any) -> Said:
    """Raises ValueError for a value that is no sentence with its support."""
    fields = _fields(value)
    text = _words(fields, "text", "sentence_text", "summary")
    if text is None:
        raise ValueError("no text")
    return Said(_cited(fields), " ".join(text.split()))


def _fields(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict) or isinstance(value, _Part):
        raise ValueError("not a whole object")  # noqa: TRY004 a bad reply is a bad value
    return value


def _words(fields: dict[str, Any], *names: str) -> str | None:
    """The first of the fields that is there, as words: an object's own `text`, a list's only string.

    None for what says that there are none; raises ValueError for what is no words, or the words of several.
    """
    name = next((n for n in names if fields.get(n) is not None), names[0])
    value = fields.get(name)
    if isinstance(value, dict):
        value = value.get("text", value.get("name", value))
    if isinstance(value, list) and len(value) < 2:
        value = value[0] if value else None
    if value is None or value is False:
        return None
    if isinstance(value, int | float) and value is not True:
        value = str(value)
    if not isinstance(value, str):
        raise ValueError(f"{name} is no string")  # noqa: TRY004 a bad reply is a bad value
    words = value.strip()
    return None if words.casefold() in _NULLS or not _LETTER.search(words) else words


def _choice(fields: dict[str, Any], name: str, known: Mapping[str, C]) -> C:
    """What the field's words stand for; raises ValueError for others."""
    words = re.sub(r"[\s_-]+", " ", (_words(fields, name) or "").casefold())
    if words not in known:
        raise ValueError(f"{name} is {words!r}" if words else f"no {name}")
    return known[words]


def _cited(fields: dict[str, Any]) -> tuple[int, ...]:
    """Sentence numbers in any of the ways models write them; raises ValueError where one cannot be read."""
    value: Any = next((fields[key] for key in _CITED_KEYS if fields.get(key) is not None), [])
    numbers = tuple(dict.fromkeys(_numbers(value)))
    if not numbers or min(numbers) < 1:
        raise ValueError(f"sentence {min(numbers)} is cited" if numbers else "no sentence number")
    return numbers


def _numbers(value: Any) -> Iterator[int]:
    if isinstance(value, dict):
        value = next((value[k] for k in ("number", "sentence", "n", "s", "id") if k in value), None)
    if isinstance(value, list):
        for inner in value:
            yield from _numbers(inner)
    elif isinstance(value, str):
        yield from _numbers_in_words(value)
    elif isinstance(value, float) and value.is_integer():
        yield int(value)
    elif isinstance(value, int) and not isinstance(value, bool):
        yield value
    else:
        raise ValueError("evidence is not a sentence number")


def _numbers_in_words(words: str) -> Iterator[int]:
    """ "3, 5" and "sentences 3 and 5" are two, "3-5" and "3 to 5" a range, "[3] The council will…" is 3."""
    line = " ".join(words.casefold().split())
    if not _BETWEEN_CITATIONS.fullmatch(_CITATION.sub("", line)):
        labels = _LABEL.findall(words)
        if not labels:
            raise ValueError("evidence is words")
        yield from map(int, labels)
        return
    for match in _CITATION.finditer(line):
        first, last = int(match[1]), int(match[2] or match[1])
        if not 0 <= last - first <= MAX_RANGE:
            raise ValueError(f"{first} to {last} is no range of sentences")
        yield from range(first, last + 1)
