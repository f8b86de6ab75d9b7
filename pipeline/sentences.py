"""Text -> sentences with exact spans: every character that is not white space lies in exactly one.

Own rules in one pass: they beat the well-kept splitters (docs/log.md has the table), and give offsets where most give
strings. A line is a paragraph unless the text is wrapped, and a sentence never leaves its paragraph.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from pipeline.records import Sentence, Span

# A longer sentence is a table or a page without full stops; it is cut at white space so that nothing downstream chokes.
# The longest sentence of 1,196 real articles and speeches, a transcript without full stops, has 4,232 characters.
MAX_CHARS = 5_000
# Mail and manuscripts wrap at 60 to 100 columns; a paragraph on one line is longer.
MIN_WIDTH, MAX_WIDTH = 40, 140
# The share of lines that must break off inside a sentence: .54 and more in 320 articles wrapped at 60 to 100 columns,
# .39 and less in real articles that are not wrapped.
WRAPPED_SHARE = 0.45
# Of these lines, the share that is nearly full; a list without bullets has short lines too.
FILLED_SHARE = 0.9
# One line in twenty may be longer than the rest: a web address.
WIDTH_QUANTILE = 0.95
# A line that leaves more than this share of the width free was ended on purpose.
FREE_SHARE = 0.3
# Characters before a stop in which its word is looked for: longer than any abbreviation.
LOOK_BACK = 24
# Characters after one in which "Ms Hale asked" is looked for.
LOOK_AHEAD = 60

# A stop after these never ends a sentence: a name follows.
_TITLES = frozenset(
    "mr mrs ms messrs mme mmes dr drs prof profs rev revd hon fr sen sens rep reps gov govs gen col lt capt cmdr cdr"
    " sgt cpl pte pvt maj brig adm insp supt det cllr amb atty asst assoc pres ald smt shri engr".split()
)
# A stop after these ends a sentence only before a word that plainly opens one.
_ABBREVIATIONS = frozenset(
    "st mt ft ave blvd rd jr sr inc ltd corp co cos bros plc llc dept univ assn est etc vs v viz approx al cf eg ie ca"
    " ph.d ed eds jan feb mar apr jun jul aug sep sept oct nov dec mon tue tues wed thu thurs fri vol vols fig figs"
    " sec secs barr ariz ark calif colo conn fla kan mich minn mont neb nev okla penn tenn tex vt wis wyo".split()
)
_DOTTED = re.compile(r"(?:[a-z]\.&?)+[a-z]s?")
# These are words too; with a capital they abbreviate a day or a state ("Springfield, Ill.").
_CAPITALISED = frozenset("sat sun ala del ga ill ind ky la mass md me miss mo ore pa va wash".split())
# These abbreviate only before a number: "No. 10", "p. 12", "Sept. 6".
_BEFORE_NUMBER = frozenset(
    "no nos art arts ch p pp para paras pt c ext tel nr op rs jan feb mar apr jun jul aug sep sept oct nov dec".split()
)
# After these a capital opens a sentence unless it names a day, a month or a time zone: "at 5 p.m. Police said".
_CLOCK = frozenset({"a.m", "p.m"})
_CLOCK_GOES_ON = re.compile(
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:jan|feb|mar|apr|jul|aug|sep|oct|nov|dec)"
    r"|(?:may|june|[ecmp][sd]?t|gmt|bst|utc|eastern|central|mountain|pacific|local)$"
)
_OPENERS = frozenset(
    "the a an this that these those it its he his she her they their we our i you your my there here in on at by for"
    " from with as if when while after before since but and or so yet however meanwhile what who why how where which"
    " not some many most all each every another such one two both neither either although though because under over"
    " during among despite until once also then now still instead mr mrs ms".split()
)
# In lower-case text only these: "the u.s. and", "at 5 p.m. on" go on.
_LOWER_OPENERS = frozenset("the this these he she it they we i his their there but however meanwhile".split())
_ATTRIBUTION = re.compile(
    r"(?:(?:the|a|an|one|mr|mrs|ms|dr|sir|dame|lord|lady)\b\.? ?)?(?:[\w’'-]+ ){0,3}"
    r"(?:said|says|say|asked|asks|added|told|tweeted|wrote|replied|shouted|cried|joked|continued|wondered|declared)\b",
    re.IGNORECASE,
)
# Endings of host names, which no sentence starts with: "Booking.Com".
_DOMAINS = frozenset("com org net co uk gov edu eu io ai js tv info".split())

_LINE = re.compile(r"[^\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]+")
_BULLET = re.compile(r"\s*(?:[•●▪◦*–—-]|\d{1,2}[.)]|[a-z][.)]|\([a-z0-9]{1,3}\))\s")
_INLINE_BULLET = re.compile(r"(?<=[\s.;:])[•●▪◦]\s")
_JOINERS = str.maketrans("", "", "'’-")
_ITEM_NUMBER = re.compile(r"(?:^|[:;]\s)[^\w£$€]*(?:\d{1,2}(?:\.\d{1,2}){0,3}|[A-Za-z]|[ivx]{1,5})?$")
# All but the mark may be empty: a match never fails and never goes back, so the scan is linear. Possessive groups would
# say so, and match less before Python 3.11.5 (its issue 106052).
_STOP = re.compile(
    r"(?P<mark>[.!?…]+(?:[ \xa0][.!?](?!\w))*)"
    r"(?P<close>(?:[”’\"'»)\]]|\[\d{1,3}\]|\s(?:''|[”’)\]])(?=\s|$))*)"
    r"(?P<gap>\s*)(?P<open>(?:``|[“‘\"'(\[«])*)[ ]?"
    r"(?P<word>[£$€#@]?[^\W_][\w’'-]{0,40})?"
)
_SMALL_START, _CAPITAL_START = re.compile(r"\w ?[.!?] +[a-z]"), re.compile(r"\w ?[.!?] +[A-Z]")
# Sentences that open with a small letter, for one with a capital, that show text without capitals: real articles in
# mixed case with four or more of them have at most two for three.
SMALL_STARTS, SMALL_STARTS_PER_CAPITAL = 4, 4
_GOES_ON = frozenset("-–—,;:/%&+=<>|~_*)]}")
_QUOTES = frozenset("”’\"'»")


class _Stop(NamedTuple):
    """What the rules look at: the word before the stop, the marks around it, and what follows."""

    before: str
    is_spaced: bool  # "he was 88 ." in tokenised text
    is_item_number: bool  # "1." or nothing at all before the stop
    mark: str
    close: str
    has_gap: bool
    opening: str
    word: str
    after: str  # the character after the word
    ahead: str  # the next words

    @property
    def closes_quotation(self) -> bool:
        return not _QUOTES.isdisjoint(self.close)

    @property
    def next(self) -> str:
        """The following word's comparable form, without "'s" and the like."""
        return self.word.casefold().replace("’", "'").split("'")[0]


def split_sentences(text: str, boilerplate: Sequence[Span] = ()) -> tuple[Sentence, ...]:
    """Sentences in order, disjoint, trimmed; those that lie in `boilerplate` (ordered, disjoint) are marked so.

    A sentence keeps its quotation marks, the sentences of a quotation are sentences of their own, and none crosses the
    edge of a boilerplate span. Linear time.
    """
    starts = [span.start for span in boilerplate]
    is_lower = _lacks_capitals(text)
    found: list[Sentence] = []
    for paragraph, (start, end) in enumerate(_cut(_paragraphs(text), boilerplate)):
        place = bisect_right(starts, start) - 1
        inside = place >= 0 and start < boilerplate[place].end
        for first, last in _in_paragraph(text, start, end, is_lower=is_lower):
            found.append(
                Sentence(
                    index=len(found),
                    start=first,
                    end=last,
                    paragraph=paragraph,
                    text=text[first:last],
                    is_boilerplate=inside,
                )
            )
    return tuple(found)


def _cut(paragraphs: Iterable[tuple[int, int]], boilerplate: Sequence[Span]) -> Iterator[tuple[int, int]]:
    """The paragraphs, cut where a span of boilerplate begins or ends."""
    edges = [edge for span in boilerplate for edge in (span.start, span.end)]
    at = 0
    for start, end in paragraphs:
        while at < len(edges) and edges[at] < end:
            if edges[at] > start:
                yield start, edges[at]
                start = edges[at]
            at += 1
        yield start, end


def _paragraphs(text: str) -> Iterator[tuple[int, int]]:
    """Lines that hold something; wrapped lines are joined up to the line that ends their paragraph."""
    lines = [m.span() for m in _LINE.finditer(text) if not m[0].isspace()]
    width = _wrap_width(text, lines)
    if not width:
        yield from lines
        return
    start = lines[0][0]
    for line, following in pairwise(lines):
        if _ends_paragraph(text, line, following, width):
            yield start, line[1]
            start = following[0]
    yield start, lines[-1][1]


def _wrap_width(text: str, lines: Sequence[tuple[int, int]]) -> int:
    """The columns that the text is wrapped at, or 0: most lines break off inside a sentence and none is long."""
    lengths = sorted(len(text[a:b].rstrip()) for a, b in lines)
    width = lengths[int(WIDTH_QUANTILE * (len(lengths) - 1))] if lengths else 0
    if not MIN_WIDTH <= width <= MAX_WIDTH:
        return 0
    pairs = [(a, b) for a, b in pairwise(lines) if _are_adjacent(text, a, b)]
    broken = [(a, b) for a, b in pairs if _goes_on(text, a, b)]
    filled = sum(not _has_room(text, a, b, width) for a, b in broken)
    is_wrapped = broken and len(broken) >= WRAPPED_SHARE * len(pairs) and filled >= FILLED_SHARE * len(broken)
    return width if is_wrapped else 0


def _are_adjacent(text: str, line: tuple[int, int], following: tuple[int, int]) -> bool:
    """True when no empty line stands between the two."""
    return len(text[line[1] : following[0]].splitlines()) <= 1


def _goes_on(text: str, line: tuple[int, int], following: tuple[int, int]) -> bool:
    """True when a line breaks off inside a sentence: no stop, and a small letter next."""
    return text[slice(*line)].rstrip()[-1:] not in ".!?:" and text[slice(*following)].lstrip()[:1].islower()


def _has_room(text: str, line: tuple[int, int], following: tuple[int, int], width: int) -> bool:
    """True when the next line's first word would have fitted, and then some: the line was ended on purpose."""
    word = text[slice(*following)].split(maxsplit=1)[0]
    return len(text[slice(*line)].rstrip()) + 1 + len(word) <= (1 - FREE_SHARE) * width


def _ends_paragraph(text: str, line: tuple[int, int], following: tuple[int, int], width: int) -> bool:
    if not _are_adjacent(text, line, following):
        return True
    has_room = _has_room(text, line, following, width)
    if _BULLET.match(text, *following):
        return has_room or text[slice(*line)].rstrip()[-1:] in ".!?:;" or _BULLET.match(text, *line) is not None
    return has_room and not _goes_on(text, line, following)


def _lacks_capitals(text: str) -> bool:
    """True when sentences open with small letters: transcripts, chats, lower-cased collections."""
    small = sum(1 for _ in _SMALL_START.finditer(text))
    return small >= SMALL_STARTS and small > SMALL_STARTS_PER_CAPITAL * sum(1 for _ in _CAPITAL_START.finditer(text))


def _in_paragraph(text: str, start: int, end: int, *, is_lower: bool) -> Iterator[tuple[int, int]]:
    for bullet in _INLINE_BULLET.finditer(text, start, end):
        yield from _between(text, start, bullet.start(), is_lower=is_lower)
        start = bullet.start()
    yield from _between(text, start, end, is_lower=is_lower)


def _between(text: str, start: int, end: int, *, is_lower: bool) -> Iterator[tuple[int, int]]:
    is_lower = is_lower or text[start:end].islower()
    for match in _STOP.finditer(text, start, end):
        if _ends(_stop(text, match, start, end), is_lower=is_lower):
            yield from _trimmed(text, start, match.end("close"))
            start = match.end("close")
    yield from _trimmed(text, start, end)


def _stop(text: str, match: re.Match[str], start: int, end: int) -> _Stop:
    before = text[max(start, match.start() - LOOK_BACK) : match.start()]
    words = before.split()
    return _Stop(
        before=words[-1].lstrip("“‘\"'([«`") if words else "",
        is_spaced=before[-1:].isspace(),
        is_item_number=_ITEM_NUMBER.search(before) is not None,
        mark=match["mark"],
        close=match["close"],
        has_gap=bool(match["gap"]),
        opening=match["open"],
        word=match["word"] or "",
        after=text[match.end() : min(end, match.end() + 1)],
        ahead=text[match.end("open") : min(end, match.end("open") + LOOK_AHEAD)],
    )


def _ends(stop: _Stop, *, is_lower: bool) -> bool:
    """True when the stop ends a sentence; the rules stand in order, the first that speaks decides."""
    if stop.is_item_number:
        return False
    if not stop.has_gap:
        return _ends_without_gap(stop)
    if not stop.word:
        return bool(stop.opening) or stop.after not in _GOES_ON
    if stop.mark == "." and (verdict := _ends_after_abbreviation(stop, is_lower=is_lower)) is not None:
        return verdict
    if stop.word[0].islower() and not is_lower:
        return _ends_before_small_letter(stop)
    if stop.mark != "." and stop.closes_quotation and not stop.opening and _ATTRIBUTION.match(stop.ahead):
        return False
    is_ellipsis = stop.mark[0] == "…" or stop.mark.startswith("..")
    return not is_ellipsis or (stop.word != "I" and not is_lower)


def _ends_without_gap(stop: _Stop) -> bool:
    """A missing space: "ended.The minister" ends, "Booking.Com", "U.S.Steel" and "said…The" do not."""
    word = stop.before.translate(_JOINERS)
    if stop.mark not in ".!?" or len(word) < 3 or not word.isalnum() or stop.is_spaced:
        return False
    is_abbreviation = word.casefold() in _TITLES or word.casefold() in _ABBREVIATIONS
    is_name = stop.next in _DOMAINS or stop.after in {"/", "@", "=", "_", "."}
    return len(stop.word) > 1 and stop.word.istitle() and not is_abbreviation and not is_name


def _ends_after_abbreviation(stop: _Stop, *, is_lower: bool) -> bool | None:
    """What an abbreviation, an initial or a number before the stop decides; None when there is none."""
    word = stop.before.rpartition("-")[2]
    key = word.casefold()
    if key.isdecimal():
        return False if stop.is_spaced and len(key) <= 3 and stop.word[0].isdecimal() else None
    if key in _TITLES:
        return False
    if stop.closes_quotation or (stop.is_spaced and len(key) > 1):
        return None
    if stop.word[0].isdecimal() and key in _BEFORE_NUMBER:
        return False
    if key in _CLOCK and not is_lower:
        return stop.word[0].isupper() and not _CLOCK_GOES_ON.match(stop.next)
    is_initial = len(key) == 1 and (word.isupper() or (is_lower and key != "i"))
    if is_initial or key in _ABBREVIATIONS or _DOTTED.fullmatch(key) or (word.istitle() and key in _CAPITALISED):
        return _opens(stop, is_lower=is_lower)
    return None


def _opens(stop: _Stop, *, is_lower: bool) -> bool:
    """True when the next word plainly begins a sentence; a name or a number would go on with the abbreviation."""
    if stop.opening[:1] in {"(", "["} and len(stop.opening) > 1:  # 'RxMart, Inc. ("RxMart") will pay'
        return False
    opens_quotation = stop.opening not in {"", "(", "["}
    if is_lower:
        return opens_quotation or stop.next in _LOWER_OPENERS
    return stop.word[0].isupper() and (opens_quotation or stop.next in _OPENERS)


def _ends_before_small_letter(stop: _Stop) -> bool:
    """A small letter opens a sentence in a quotation or as a name ("iPhone"); “Really?” she said goes on."""
    if stop.mark != "." or stop.closes_quotation:
        return False
    return bool(stop.opening) or not stop.word.islower()


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The piece without outer white space, in parts of at most `MAX_CHARS`."""
    while start < end:
        last = end if end - start <= MAX_CHARS else _last_space(text, start)
        piece = text[start:last]
        first = start + len(piece) - len(piece.lstrip())
        if piece.strip():
            yield first, start + len(piece.rstrip())
        start = last


def _last_space(text: str, start: int) -> int:
    """Where to cut a piece that is too long: after its last white space, else at the limit."""
    space = text.rfind(" ", start + 1, start + MAX_CHARS)
    return space if space > start else start + MAX_CHARS
