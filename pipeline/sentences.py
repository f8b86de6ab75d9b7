"""Text -> sentences with exact spans."""

import re
from collections.abc import Sequence

from pipeline.records import Sentence, Span

_END = re.compile(r"(?<![A-Z])(?<!\b(?:Mr|Dr|St|No))(?<!\bMrs)[.!?][”\"’)]*(?=\s+[“\"‘(A-Z£$\d])|\n+")


def split_sentences(text: str, boilerplate: Sequence[Span] = ()) -> tuple[Sentence, ...]:
    """Disjoint, ordered sentences that cover all but white space."""
    found: list[Sentence] = []
    start = paragraph = 0
    for end, is_break in [*((m.end(), m[0][0] == "\n") for m in _END.finditer(text)), (len(text), True)]:
        piece = text[start:end]
        first, last = start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip())
        if last > first:
            span = Span(start=first, end=last)
            is_boilerplate = any(b.covers(span) for b in boilerplate)
            found.append(Sentence(index=len(found), start=first, end=last, paragraph=paragraph, text=text[first:last], is_boilerplate=is_boilerplate))
        start = end
        paragraph += is_break
    return tuple(found)
