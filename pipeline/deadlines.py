"""A time expression -> days."""

import re
from datetime import date

from pipeline.records import Deadline, Span

_T = re.compile(
    r"\b(?:by|before|until|from|within|on|in) (?:the end of )?(?:next |this )?(?:\d+ )?(?:(?:January|February|March|April|May|June|July|August|September|October|November|December)(?: \d+)?|(?:19|20)\d\d|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|week|month|year|spring|summer|autumn|winter|days|weeks|months)(?: 20\d\d)?\b|\bnext (?:week|month|year)\b|\btomorrow\b"
)


def resolve(text: str, published: date | None, *, locale: str = "en-GB") -> Deadline:
    return Deadline(text=text, reason="unreadable")


def is_past(deadline: Deadline, published: date | None) -> bool:
    return False


def find_time_expressions(sentence: str, *, weak: bool = False) -> list[Span]:
    return [Span(start=m.start(), end=m.end()) for m in _T.finditer(sentence)]
