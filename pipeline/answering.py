"""The sentences that an answer may cite -> its form: a JSON Schema for servers, a grammar for local decoding.

Fields that quote are substrings of the article at word boundaries, by a suffix automaton that llguidance builds in
milliseconds; sentence numbers, and nothing else, are evidence. White space is what models write by themselves (one
space after a comma and a colon, or a line for each item): fully compact JSON makes small models close lists early, and
free white space runs on to the token limit.
"""

import json
import re
from collections.abc import Sequence
from typing import Any

from pipeline.models.base import AnswerForm

# More than the densest window of the written articles holds (22); a list without an end is a loop.
MAX_ITEMS = 32
# Sentences that one commitment or summary sentence may cite: the longest gold evidence has six.
MAX_CITED = 6
# An actor or a condition longer than this is a sentence.
MAX_QUOTED_CHARS = 160
# The guide's 25 words, and room for long ones.
MAX_ACTION_CHARS = 200
MAX_SUMMARY_SENTENCES, MAX_SUMMARY_CHARS = 6, 400

POLARITIES, STRENGTHS = ("do", "not_do"), ("firm", "intention", "conditional")

_WORD = re.compile(r"[^\W_]+(?:[.,'’‑–-]?[^\W_]+)*|\s+|.", re.DOTALL)
_ITEM_SEPARATOR = r'separator: " " | line' + "\n" + r"line: /\n {0,4}/" + "\n"


def extraction_form(numbers: Sequence[int], quotable: Sequence[str]) -> AnswerForm:
    """The form of a list of commitments that cite `numbers` and quote from `quotable` (sentences)."""
    return AnswerForm(
        name="commitments",
        json_schema=_extraction_schema(numbers),
        grammar=_list_of("commitments", MAX_ITEMS)
        + _item_rule(
            '"{\\"evidence\\": " cited',
            '", \\"actor\\": " QUOTED',
            '", \\"action\\": " ACTION',
            '", \\"polarity\\": " POLARITY',
            '", \\"strength\\": " STRENGTH',
            '", \\"deadline\\": " (QUOTED | "null")',
            *(rf'(", \"{name}\": " QUOTED)?' for name in ("condition", "recipient", "implementer")),
        )
        + _cited(numbers)
        + _text_token("ACTION", MAX_ACTION_CHARS)
        + _enum_token("POLARITY", POLARITIES)
        + _enum_token("STRENGTH", STRENGTHS)
        + _quoted_token(quotable),
    )


def summary_form(numbers: Sequence[int]) -> AnswerForm:
    """The form of a summary: sentences, each with the numbers of the sentences that support it."""
    return AnswerForm(
        name="summary",
        json_schema=_summary_schema(numbers),
        grammar=_list_of("summary", MAX_SUMMARY_SENTENCES, at_least_one=True)
        + _item_rule('"{\\"support\\": " cited', '", \\"text\\": " TEXT')
        + _cited(numbers)
        + _text_token("TEXT", MAX_SUMMARY_CHARS),
    )


def _list_of(key: str, most: int, *, at_least_one: bool = False) -> str:
    items = f'line? item ("," separator item){{0,{most - 1}}} line?'
    items = items if at_least_one else f"({items})?"
    return f'start: "{{\\"{key}\\": [" {items} "]}}"\n' + _ITEM_SEPARATOR


def _item_rule(*parts: str) -> str:
    return f'item: {" ".join(parts)} "}}"\n'


def _cited(numbers: Sequence[int]) -> str:
    choices = " | ".join(f'"{n}"' for n in numbers) or '"0"'
    return f'cited: "[" NUMBER (", " NUMBER){{0,{MAX_CITED - 1}}} "]"\nNUMBER: {choices}\n'


def _text_token(name: str, most: int) -> str:
    r"""Free words: no control, private or unassigned characters, no escapes but `\"`, a letter or figure first."""
    return rf'{name}: /"[^\W_]([^"\\\p{{C}}\p{{Zl}}\p{{Zp}}\ufffd]|\\"){{1,{most - 1}}}"/' + "\n"


def _enum_token(name: str, values: Sequence[str]) -> str:
    return f"{name}: " + " | ".join(json.dumps(json.dumps(v)) for v in values) + "\n"


def _quoted_token(sentences: Sequence[str]) -> str:
    """A JSON string that is a run of words inside one of the sentences; a line break among the chunks parts these.

    It begins with a letter or a figure, behind one opening mark at most: marks alone name nobody.
    """
    chunks = [piece for sentence in sentences for piece in (*_chunks(sentence), "\n")]
    article = json.dumps({"substring_chunks": chunks})
    word, mark = r"[\p{L}\p{N}]", r"(\\\"|[“‘'(£$€])"
    rest = [rf"([^\n]{{0,{MAX_QUOTED_CHARS - taken}}}[^ \n,;:])?" for taken in (2, 3)]
    within = f"/({word}{rest[0]}|{mark}{word}{rest[1]})/"
    return f'QUOTED: "\\"" (SUBSTRING & {within}) "\\""\nSUBSTRING: %regex {article}\n'


def _chunks(sentence: str) -> list[str]:
    """Words, spaces and marks, as they stand inside a JSON string."""
    pieces = (m[0] for m in _WORD.finditer(sentence))
    return [" " if p.isspace() else json.dumps(p, ensure_ascii=False)[1:-1] for p in pieces]


# --- for servers


def _extraction_schema(numbers: Sequence[int]) -> dict[str, Any]:
    quoted = {"type": ["string", "null"], "maxLength": MAX_QUOTED_CHARS}
    item = _closed(
        evidence=_numbers(numbers),
        actor={"type": "string", "minLength": 1, "maxLength": MAX_QUOTED_CHARS},
        action={"type": "string", "minLength": 1, "maxLength": MAX_ACTION_CHARS},
        polarity={"type": "string", "enum": list(POLARITIES)},
        strength={"type": "string", "enum": list(STRENGTHS)},
        deadline=quoted,
        condition=quoted,
        recipient=quoted,
        implementer=quoted,
    )
    return _closed(commitments={"type": "array", "maxItems": MAX_ITEMS, "items": item})


def _summary_schema(numbers: Sequence[int]) -> dict[str, Any]:
    item = _closed(support=_numbers(numbers), text={"type": "string", "minLength": 1, "maxLength": MAX_SUMMARY_CHARS})
    return _closed(summary={"type": "array", "minItems": 1, "maxItems": MAX_SUMMARY_SENTENCES, "items": item})


def _numbers(numbers: Sequence[int]) -> dict[str, Any]:
    return {
        "type": "array", "minItems": 1, "maxItems": MAX_CITED, "items": {"type": "integer", "enum": list(numbers)},
    }  # fmt: skip


def _closed(**properties: Any) -> dict[str, Any]:
    return {
        "type": "object", "properties": properties, "required": list(properties), "additionalProperties": False,
    }  # fmt: skip
