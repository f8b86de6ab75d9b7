"""Text -> sentences with exact spans: every character that is not white space lies in exactly one.

Own rules in one pass: they beat the well-kept splitters on real articles (docs/log.md has the table), and give offsets
where most give strings. A line is a paragraph unless its lines are wrapped.
"""

import itertools
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence

from pipeline.records import Sentence, Span

# After these a full stop ends a word, whatever follows.
_TITLES = frozenset(
    "mr mrs ms dr prof rev hon sen rep gov gen col lt capt cmdr sgt maj brig adm cpl pte insp supt "
    "det cllr st messrs mmes fr sr pres"
    " supt amb atty asst assoc dep pvt".split()
)
# After these it ends a word unless a word follows that clearly opens a sentence.
_ABBREVIATIONS = frozenset(
    "u.s u.k u.n e.u a.m p.m d.c b.c a.d ph.d m.d b.a m.a inc ltd corp co cos plc bros jr sr dept "
    "univ assn est etc vs v viz approx"
    " no nos art arts sec secs para paras fig figs vol vols pp p ch ed eds et al cf eg e.g ie i.e "
    "jan feb mar apr jun jul aug sep sept oct"
    " nov dec mon tue tues wed thu thurs fri sat sun ave blvd rd mt ft calif conn mass fla ga ill "
    "ind kan ky la md mich minn miss"
    " mo mont neb nev okla ore pa tenn tex va vt wash wis wyo ariz ark colo del n.h n.j n.m n.y n.c "
    "n.d s.c s.d r.i w.va p.s"
    " ext tel nr op cit min max sq hr hrs lb lbs oz".split()
)
# Such a word after an abbreviation opens a sentence: a name or a number there would go on with the old one.
_OPENERS = frozenset(
    "the a an this that these those it its he she his her they their we our i you your my in on at "
    "by for from with as if when while"
    " after before since but and or so yet however meanwhile there here what who why how where which "
    "not no some many most all each"
    " every another other such one two both neither either although though because under over during "
    "among despite until once".split()
)
# Months and "No." go on with a number: "Sept. 6", "No. 10".
_BEFORE_NUMBER = frozenset(
    "no nos jan feb mar apr jun jul aug sep sept oct nov dec art arts sec p pp vol fig ch para approx est".split()
)
# A longer sentence is a table or a page without full stops; it is cut at white space so that nothing downstream chokes.
MAX_CHARS = 20_000
# The share of lines that end inside a sentence, and their least mean length, that show wrapped lines.
WRAPPED_SHARE, WRAPPED_LENGTH = 0.5, 45

_CLOSERS = "”’\"')\\]»"
_OPENING = "“‘\"'(\\[«"
_STOP = re.compile(
    (
        rf"(?P<mark>\.\.\.+|…|[.!?]+)(?P<close>[{_CLOSERS}]*(?:\s''(?=\s|$))?)(?=(?P<gap>\s+|$|"
        rf"(?=[{_OPENING}]?[A-Z][a-z])))"
    ),
)
_WORD_BEFORE = re.compile(r"[\w.&'’-]*$")
_NEXT = re.compile(rf"\s*(?P<open>(?:[{_OPENING}]|``)*)\s?(?P<word>[\w£$€#@&+–—-][\w'’.-]*)?")
_INLINE_BULLET = re.compile(r"\s(?=[•●▪◦] )")
_DASH = re.compile(r"\s*[–—-]")
_ITEM_NUMBER = re.compile(r"\s*(?:\d{1,3}|[A-Za-z]|[ivx]{1,5})$")
_BULLET = re.compile(r"\s*(?:[•●▪◦*–—-]|\d{1,2}[.)]|[a-z][.)]|\([a-z0-9]{1,3}\))\s")
_LINE = re.compile(r"[^\n\r\u2028\u2029\x0b\x0c\x85]+")


def split_sentences(text: str, boilerplate: Sequence[Span] = ()) -> tuple[Sentence, ...]:
    """Sentences in order, disjoint, trimmed; one that lies for the most part in `boilerplate` is marked so.

    A sentence keeps its quotation marks, and the sentences of a quotation are sentences of their own. Linear time.
    """
    starts = [span.start for span in boilerplate]
    found: list[Sentence] = []
    for paragraph, (start, end) in enumerate(_paragraphs(text)):
        for first, last in _in_paragraph(text, start, end):
            inside = _covered(Span(start=first, end=last), boilerplate, starts)
            found.append(
                Sentence(
                    index=len(found),
                    start=first,
                    end=last,
                    paragraph=paragraph,
                    text=text[first:last],
                    is_boilerplate=2 * inside > last - first,
                )
            )
    return tuple(found)


def _covered(span: Span, boilerplate: Sequence[Span], starts: Sequence[int]) -> int:
    """Code points of `span` that lie in the ordered, disjoint spans of `boilerplate`."""
    total = 0
    for other in boilerplate[max(0, bisect_right(starts, span.start) - 1) :]:
        if other.start >= span.end:
            break
        total += max(0, min(span.end, other.end) - max(span.start, other.start))
    return total


def _paragraphs(text: str) -> Iterator[tuple[int, int]]:
    """Lines that hold something; wrapped lines are joined up to the blank line that ends their paragraph."""
    lines = [(m.start(), m.end()) for m in _LINE.finditer(text) if not m[0].isspace()]
    if not _is_wrapped(text, lines):
        yield from lines
        return
    start, end = lines[0]
    for first, last in lines[1:]:
        if text.count("\n", end, first) > 1 or _BULLET.match(text, first, last):
            yield start, end
            start = first
        end = last
    yield start, end


def _is_wrapped(text: str, lines: Sequence[tuple[int, int]]) -> bool:
    """True when most lines break off inside a sentence and the next goes on with a small letter."""
    pairs = [(a, b) for a, b in itertools.pairwise(lines) if text.count("\n", a[1], b[0]) == 1]
    if len(pairs) < 3:
        return False
    broken = [
        a
        for a, b in pairs
        if text[b[0] : b[1]].lstrip()[:1].islower() and text[a[0] : a[1]].rstrip()[-1:] not in ".!?:"
    ]
    length = sum(end - start for start, end in broken) / max(len(broken), 1)
    return len(broken) >= WRAPPED_SHARE * len(pairs) and length >= WRAPPED_LENGTH


def _in_paragraph(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    for bullet in _INLINE_BULLET.finditer(text, start, end):
        yield from _between(text, start, bullet.start())
        start = bullet.end()
    yield from _between(text, start, end)


def _between(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    is_lower = text[start:end].islower()
    head = start
    for stop in _STOP.finditer(text, start, end):
        is_number = stop.start() - head < 8 and _ITEM_NUMBER.match(text, head, stop.start())
        if stop.end() < end and not is_number and _ends(text, stop, end, is_lower=is_lower):
            yield from _trimmed(text, start, stop.end())
            start = stop.end()
    yield from _trimmed(text, start, end)


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    while end - start > MAX_CHARS:
        cut = text.rfind(" ", start + 1, start + MAX_CHARS)
        cut = cut if cut > start else start + MAX_CHARS
        yield from _trimmed(text, start, cut)
        start = cut
        while start < end and text[start].isspace():
            start += 1
    if end > start:
        yield start, end


def _ends(text: str, stop: re.Match[str], end: int, *, is_lower: bool) -> bool:
    """True when the stop ends a sentence; the rules stand in order, the first that speaks decides."""
    after = _NEXT.match(text, stop.end(), end)
    opening, word = (after["open"], after["word"] or "") if after else ("", "")
    before = _WORD_BEFORE.search(text, max(0, stop.start() - 30), stop.start())
    last = (before[0] if before else "").casefold().lstrip(".'’")
    if _DASH.match(text, stop.end(), end):
        return False
    if not stop["gap"]:
        return _ends_without_gap(last, stop, word)
    is_plain = stop["mark"] == "."
    if is_plain and not stop["close"] and last in _TITLES:
        return False
    if is_plain and not stop["close"] and _is_initial(last, text, stop.start()):
        return word.casefold() in _OPENERS and len(last) > 1
    if is_plain and not stop["close"] and (last in _ABBREVIATIONS or re.fullmatch(r"(?:[a-z]\.)+[a-z]", last)):
        if last in _BEFORE_NUMBER and word[:1].isdigit():
            return False
        return bool(opening) or (word.casefold() in _OPENERS and word[:1].isupper())
    if word[:1].islower() and not is_lower:
        return _ends_before_small_letter(stop, opening, word)
    return bool(word or opening)


def _ends_without_gap(last: str, stop: re.Match[str], word: str) -> bool:
    """A missing space: "ended.The minister" ends, "example.Com", "U.S.Steel" and "said…The" do not."""
    return stop["mark"] == "." and len(last) > 2 and "." not in last and last.isalpha() and len(word) > 1


def _is_initial(last: str, text: str, place: int) -> bool:
    """One capital letter before the stop: "J. K. Rowling"; "plan B." at a sentence's end is taken for one too."""
    return len(last) == 1 and text[place - 1].isupper()


def _ends_before_small_letter(stop: re.Match[str], opening: str, word: str) -> bool:
    """ "Really?" she said. goes on; a small letter opens a sentence only after a plain stop outside quotation marks."""
    if stop["close"] or stop["mark"] != ".":
        return False
    return bool(opening) or bool(re.match(r"[a-z]+[A-Z]", word))
