"""An article -> the same text with what is not the article marked, and the title and date that its lines state.

The text never changes. A rule claims whole lines; a missed line costs little, a hidden sentence much, so each rule asks
for words that prose does not have, and most only look at the head or the tail of the text.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Literal, NamedTuple

from pipeline.records import Article, Span

Zone = Literal["head", "tail", "edge", "anywhere"]

# Lines that hold something, from the start and from the end, in which head and tail rules look.
HEAD_LINES, TAIL_LINES = 6, 10
# "Ends" closes the article when it stands in its last part; before that it is a word of it.
CLOSING_PART = 0.5
# A letterhead is short; a longer line is a sentence.
MAX_HEADING_WORDS, MAX_TITLE_WORDS = 14, 20

_MONTH = (
    r"(?:Jan(?:uary|\.)?|Feb(?:ruary|\.)?|Mar(?:ch|\.)?|Apr(?:il|\.)?|May|June?|July?|Aug(?:ust|\.)?|"
    r"Sept?(?:ember|\.)?|Oct(?:ober|\.)?|Nov(?:ember|\.)?|Dec(?:ember|\.)?)"
)
_WEEKDAY = r"(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day,? )?"
_DAY = (
    rf"(?:{_WEEKDAY}\d{{1,2}}(?:st|nd|rd|th)? {_MONTH},? \d{{4}}|{_WEEKDAY}{_MONTH} \d{{1,2}}(?:st|nd|"
    rf"rd|th)?,? \d{{4}}|\d{{4}}-\d\d-\d\d)"
)
_NAME = r"[A-Z][\w.'’-]*(?: (?:and |de |van |von |der |O['’])?[A-Z][\w.'’-]*){0,4}"
_REPORTER = (
    r"(?:[\w&-]+ ){0,4}(?:correspondent|reporter|editor|writer|bureau|staff|newsdesk|agency|desk|team|columnist)"
)


class Rule(NamedTuple):
    """A whole line that is no part of the article, what it is, and where it may stand."""

    kind: str
    zone: Zone
    pattern: re.Pattern[str]


def _rule(kind: str, zone: Zone, pattern: str, flags: re.RegexFlag = re.IGNORECASE) -> Rule:
    return Rule(kind, zone, re.compile(rf"\W*(?:{pattern})\W*", flags))


_EXACT = re.RegexFlag(0)

RULES: tuple[Rule, ...] = (
    _rule(
        "reading time",
        "anywhere",
        (
            r"(?:estimated )?(?:reading time:? )?\d+[ -]?min(?:ute)?s?(?: read)?(?: time)?|"
            r"\d+ minutes? to read"
        ),
    ),
    _rule(
        "comments",
        "anywhere",
        (
            r"(?:there (?:are|is) )?(?:\d[\d,]*|no) comments?(?: yet)?(?: \| .{0,40})?|"
            r"comments? ?\(\d[\d,]*\)(?: print this story)?|add yours|(?:add|leave|post) (?:a|your) comments?|"
            r"view comments|show comments|be the first to comment|join the (?:conversation|discussion)|"
            r"have your say"
        ),
    ),
    _rule(
        "share links",
        "anywhere",
        (
            r"(?:share|print|e-?mail|save|tweet|copy|bookmark)(?: (?:full|this|the|on|via|by|to|"
            r"link))*(?: (?:article|story|page|link|post|facebook|twitter|x|whatsapp|linkedin|email|"
            r"e-mail))?(?:[ |·•,]+(?:share|print|e-?mail|facebook|twitter|x|whatsapp|linkedin|reddit|"
            r"pinterest|copy link|save))*|show more updates|back to top|skip to (?:main )?content"
        ),
    ),
    _rule(
        "advertisement",
        "anywhere",
        (
            r"advertisement|sponsored(?: content)?|story continues below(?: advertisement)?|"
            r"article continues (?:below|after).{0,30}"
        ),
    ),
    _rule(
        "newsletter",
        "edge",
        (
            r"(?:sign up|subscribe)\b.{0,160}|.{0,90}(?::|,|\?|\.) ?sign up (?:here|now|below|"
            r"at the foot).{0,60}|get (?:the|our|your|all)\b.{0,90}(?:inbox|newsletter|email)\b.{0,60}|"
            r".{0,40}newsletters?|to get this (?:briefing|email|newsletter).{0,120}|support (?:local|our|"
            r"independent) journalism.{0,80}|someone forwarded you this.{0,60}"
        ),
    ),
    _rule(
        "newsletter",
        "anywhere",
        (
            r"sign up (?:to|for|here)\b.{0,60}(?:newsletter|e-?mails?|inbox|alerts|updates|briefing)\b.{0,60}|"
            r"follow our live coverage"
        ),
    ),
    _rule(
        "more",
        "edge",
        (
            r"(?:read|see|watch|listen|hear) (?:more|also|next|on)\b.{0,140}|(?:more on this story|"
            r"related(?: (?:articles|stories|content|topics|links))?|recommended|most (?:read|popular)|"
            r"you (?:may|might) also like|more stories|topics?|tags)\b:?.{0,80}|more from .{0,60}|"
            r"more (?:election|on) .{0,60}(?:map|page|live|here)"
        ),
    ),
    _rule(
        "follow",
        "edge",
        (
            r"follow (?:us|@\w+)\b.{0,100}|follow (?:him|her|them|our|the|more)\b.{0,60}(?:social media|"
            r"twitter|facebook|newsletter|coverage|@\w+|alerts|blog|newsletter).{0,40}|(?:like|find|"
            r"join) us on .{0,60}|"
            r"download (?:the|our) .{0,40}app\b.{0,60}"
        ),
    ),
    _rule(
        "letters",
        "tail",
        (
            r"(?:got|have you got|do you have) (?:a|an|any) (?:story|tip|gripe|question|view|news)\b.{0,120}|"
            r"(?:what do you think|were you there|seen a claim you want checked)\?.{0,140}|(?:send|email|"
            r"e-mail|write to|tell) us\b.{0,140}|(?:e-?mail|write to|call|contact|text) (?:the )?(?:editor|"
            r"newsdesk|newsroom|us|letters@|\S+@\S+)\b.{0,140}|do you have memories of .{0,60}|"
            r"reach the reporter .{0,80}"
        ),
    ),
    _rule(
        "correction",
        "tail",
        (
            r"(?:this|an earlier version of this) (?:article|story|page|post|piece) (?:was|has been|is|"
            r"updates|originally)\b.{0,200}|(?:correction|clarification|editor['’]s note)s?:.{0,300}|"
            r"this (?:interview|conversation|transcript|extract) has been (?:edited|condensed).{0,60}|"
            r"a version of this (?:article|story) (?:appears|appeared|ran)\b.{0,120}"
        ),
    ),
    _rule(
        "correction",
        "head",
        (
            r"this (?:interview|conversation|transcript) has been (?:edited|condensed).{0,60}|"
            r"these are edited extracts|check against delivery|transcript(?: by)?\b.{0,60}"
        ),
    ),
    _rule(
        "copyright",
        "edge",
        (
            r"(?:©|\(c\)|copyright ?(?:©|\(c\)|\d{4})|copyright [A-Z][\w ]+$).{0,120}|"
            r"all rights reserved.{0,80}|.{0,40}©.{0,60}"
        ),
    ),
    _rule(
        "cookies",
        "anywhere",
        (
            r"(?:we|this (?:web)?site) uses? cookies.{0,300}|(?:accept|reject|manage) (?:all )?cookies|"
            r"(?:cookie|privacy) (?:policy|settings|notice|preferences)|by (?:using|"
            r"continuing to use) this (?:web)?site.{0,200}"
        ),
    ),
    _rule(
        "credit",
        "edge",
        (
            rf"(?:photographs?|photos?|pictures?|images?|graphics?|video|illustrations?)(?: (?:by|credit|"
            rf"courtesy(?: of)?))?:? {_NAME}(?:[/,] ?.{{0,60}})?|(?:file )?(?:photo|picture|image|"
            rf"photograph):? .{{0,120}}|photograph by .{{0,90}}|words(?: by)?:? {_NAME}.{{0,60}}|getty images|"
            rf"\(?(?:ap|pa|reuters|afp|getty) (?:photo|media|images?)\)?"
        ),
    ),
    _rule(
        "agency",
        "edge",
        (
            r"\(?(?:additional )?reporting (?:was )?(?:by|contributed by) .{0,160}|\(?(?:editing|writing|"
            r"compiled|edited) by .{0,120}|.{2,60} contributed (?:to this (?:report|story|article)|reporting)|"
            r"our standards:.{0,120}|live reporting\b.{0,100}|compiled by .{0,60}|interview by .{0,60}|"
            r"court reporter: .{0,40}"
        ),
    ),
    _rule(
        "byline",
        "head",
        (
            rf"by (?:our )?{_NAME}(?:(?:,| in| at| and| \|| for|,? ?-) ?[\w&'’. ,|-]{{0,80}})?|by (?:our|the|"
            rf"a) {_REPORTER}"
        ),
        _EXACT,
    ),
    _rule(
        "byline",
        "head",
        (
            rf"By (?:our )?{_NAME}(?:(?:,| in| at| and| \|| for|,? ?-) ?[\w&'’. ,|-]{{0,80}})?|"
            rf"(?:By )?(?:[Oo]ur |{_NAME},? )?{_REPORTER}|By {_REPORTER}(?: {_NAME})?"
        ),
        _EXACT,
    ),
    _rule(
        "letterhead",
        "head",
        (
            r"(?:(?:news|press|media) (?:release|statement|notice)|for (?:immediate )?(?:release|use)|under embargo|"
            r"embargoed (?:until|to)|stock exchange release|statement to parliament)\b[ \w,.:/–—-]{0,60}|"
            r"(?:analysis|opinion|comment|exclusive|live|breaking(?: news)?|leader|editorial|obituary|the long read)"
            r"(?:[:,–— -]{1,3}"
        )
        + _DAY
        + r")?",
    ),
    _rule(
        "letterhead",
        "head",
        (
            rf"(?:[A-Z][\w'’.-]*(?:,? [A-Z][\w'’.-]*){{0,3}}, |(?:[Pp]ublished|[Pp]osted|[Uu]pdated|"
            rf"[Ll]ast updated|[Ii]ssued|[Dd]ate|[Dd]elivered on):? (?:on |"
            rf"at )?)?{_DAY}(?:,? (?:at )?\d{{1,2}}[:.]\d\d ?(?:[ap]\.?m\.?)?)?(?: \(?(?:BST|GMT|UTC|E[SD]?T|"
            rf"P[SD]?T)\)?)?"
        ),
        _EXACT,
    ),
    _rule(
        "letterhead",
        "head",
        (
            r"(?:[Ll]ast |[Pp]osted:? |[Uu]pdated:? |"
            r"[Pp]ublished:? ){1,2}(?:at )?(?:\d{1,2}[:.]\d\d ?(?:[ap]\.?m\.?)?(?: [A-Z]{2,4})?.{0,30}|"
            r"[A-Z][a-z]{2,8}\.? \d{1,2}, \d{4}.{0,30}|\d+ (?:minutes?|hours?|days?) ago)"
        ),
        _EXACT,
    ),
    _rule("clock", "anywhere", r"\d{1,2}[:.]\d\d ?(?:[ap]\.?m\.?)?(?: [A-Z]{2,4})?"),
    _rule(
        "about",
        "tail",
        (
            r".{2,80} is (?:a|an|the) (?:former |contributing |senior |guest )?(?:columnist|editor|"
            r"staff writer|correspondent|reporter|author|commentator)\b.{0,120}|the (?:views|"
            r"opinions) expressed .{0,120}|(?:order reprints|today['’]s paper).{0,60}|obituaries \|.{0,80}"
        ),
    ),
    _rule(
        "contact",
        "tail",
        (
            r"(?:(?:media|press|investor|statistical|further|general|all)(?: and (?:media|press|"
            r"investor))? (?:contacts?|enquir(?:y|ies)|inquir(?:y|ies)|office|relations|information|queries)|"
            r"contacts?|enquir(?:y|ies)|inquir(?:y|ies)|interviews|press office|newsdesk|for (?:further|more|"
            r"media) (?:information|details|enquiries)|investor and media inquiries|"
            r"out[ -]of[ -]hours)\b[^.?!]{0,30}:.{0,300}"
        ),
    ),
    _rule(
        "notes",
        "tail",
        (
            r"notes? (?:to|for) editors?:?|about (?:us|the \w+):?|(?:\d\.? )?.{2,80} (?:was founded|"
            r"was established|is registered|is the (?:public|national|independent|professional|regulator|"
            r"trade|world)|employs|serves|represents)\b.{0,120}|by order of .{0,40}"
        ),
    ),
    _rule(
        "trailer",
        "tail",
        (
            r"(?:more )?(?:pictures|photos|full results|results|market report|full story|"
            r"letters)\b.{0,60}\b(?:in (?:this|next) week['’]s|pages? \d+|on sale)\b.{0,60}|(?:in )?(?:next|"
            r"this) week['’]s .{0,40} (?:will appear|is out|on sale)\b.{0,60}|tomorrow in (?:the|"
            r"this) .{0,120}|thanks for (?:following|reading|joining).{0,80}|we(?:['’]re| are) closing (?:the|"
            r"this) (?:live )?(?:blog|page).{0,100}|(?:a recording|the full (?:report|judgment|text|"
            r"results?)\b).{0,60} (?:is|will be|may be|can be) (?:available|downloaded|found|published) (?:on|"
            r"from|at) .{0,60}(?:website|site|page).{0,40}|next release: .{0,60}"
        ),
    ),
    _rule(
        "heading",
        "head",
        (
            r"docket no\..{0,40}|(?:hearing before|testimony of|remarks by|speech by|address by)\b.{0,110}|"
            r"decided [a-z]{3,9} \d{1,2}, \d{4}"
        ),
    ),
)

# These close the article: they and all that follows are boilerplate. "Notes to editors" does not: a note may say what
# will be done, so only its heading, its standing phrases and its contact lines are taken.
_CLOSING = re.compile(r"\W*(?:-+ ?)?(?:ends?|-?30-?|###+)\W*", re.IGNORECASE)
_CLOSING_START = re.compile(r"[-–— ]*(?:ENDS?|Ends)[-–— ]*(?:Media|Press|Notes|Contact|For)\b.{0,200}")
_BOX_OPENS = re.compile(r"[\w'’. -]{0,40}newsletters?|sign up (?:to|for) .{0,60}newsletter.{0,30}", re.IGNORECASE)

_HEADLINE = re.compile(r"#{1,3} +(?P<title>\S.*?) *#*$|(?:title|headline): *(?P<named>\S.*)$", re.IGNORECASE)
_STATED_DAY = re.compile(rf"(?P<day>{_DAY})")
_DATELINE = re.compile(rf"[A-Z][A-Z .,'’-]{{2,40}},? (?:\([A-Za-z/ ]+\) )?(?P<day>{_DAY}) ?(?:\([A-Za-z/ ]+\) ?)?[-–—]")
_NUMERIC_DAY = re.compile(
    r"(?:published|posted|updated|date|issued)\W{1,3}(?P<a>\d{1,2})[/.](?P<b>\d{1,2})[/.](?P<year>\d{4})", re.IGNORECASE
)
_LINE = re.compile(r"[^\n\r\u2028\u2029\x0b\x0c\x85]+")
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()


def clean(article: Article, *, locale: str = "en-GB") -> Article:
    """The article with `boilerplate`, and with `title` and `published` where it had none and its head states them."""
    lines = [m for m in _LINE.finditer(article.text) if not m[0].isspace()]
    spans = tuple(_merged(article.text, [m for m, kind in kinds_of(lines, len(article.text)) if kind]))
    return article.model_copy(
        update={
            "boilerplate": spans,
            "title": article.title or _title(lines, article.text, spans),
            "published": article.published or _day(lines, locale),
        }
    )


def kinds_of(lines: Sequence[re.Match[str]], chars: int) -> Iterator[tuple[re.Match[str], str]]:
    """Each line with the kind of boilerplate that it is, or ''."""
    is_over = False
    for number, line in enumerate(lines):
        words = line[0].strip()
        is_late = line.start() >= CLOSING_PART * chars
        if is_late and number > 0 and _closes(words, lines[number:]):
            is_over = True
        if is_over:
            yield line, "closing"
            continue
        yield line, _kind(words, number, len(lines))


def _closes(words: str, rest: Sequence[re.Match[str]]) -> bool:
    """True for "Ends" and the like, and for a newsletter box with nothing but short lines after it."""
    if (len(words) < 60 and _CLOSING.fullmatch(words)) or _CLOSING_START.fullmatch(words):
        return True
    return len(rest) <= TAIL_LINES and _BOX_OPENS.fullmatch(words) is not None


def _kind(words: str, number: int, count: int) -> str:
    if len(words) > 320:
        return ""
    zones = {"anywhere"}
    if number < HEAD_LINES:
        zones |= {"head", "edge"}
    if number >= count - TAIL_LINES and number > 0:
        zones |= {"tail", "edge"}
    return next((rule.kind for rule in RULES if rule.zone in zones and rule.pattern.fullmatch(words)), "")


def _merged(text: str, lines: Sequence[re.Match[str]]) -> Iterator[Span]:
    """Spans of the lines without outer white space; lines with nothing but white space between them are one span."""
    start = end = -1
    for line in lines:
        first = line.start() + len(line[0]) - len(line[0].lstrip())
        last = line.start() + len(line[0].rstrip())
        if start >= 0 and text[end:first].isspace():
            end = last
            continue
        if start >= 0:
            yield Span(start=start, end=end)
        start, end = first, last
    if start >= 0:
        yield Span(start=start, end=end)


def _title(lines: Sequence[re.Match[str]], text: str, boilerplate: Sequence[Span]) -> str | None:
    """A marked heading among the first lines, else a short unpunctuated first line that a blank line sets apart."""
    for line in lines[:3]:
        if (match := _HEADLINE.match(line[0].strip())) is not None:
            return match["title"] or match["named"]
    body = [m for m in lines[:4] if not any(b.start <= m.start() < b.end for b in boilerplate)]
    if len(body) < 2:
        return None
    words = body[0][0].strip()
    if sum(w.islower() and len(w) > 3 for w in words.split()) < 2:
        return None  # a letterhead, a name and a place: a headline has words between its names
    is_apart = text.count("\n", body[0].end(), body[1].start()) > 1
    is_short = (
        2 < len(words.split()) <= MAX_TITLE_WORDS and words[-1] not in '.!?:;,”"' and len(body[1][0]) > len(words)
    )
    return words if is_apart and is_short and (words[0].isupper() or words[0] in "‘“'\"") else None


def _day(lines: Sequence[re.Match[str]], locale: str) -> date | None:
    """A whole date that a line of the head states as its own: a letterhead or a dateline, never running prose."""
    for number, line in enumerate(lines[:HEAD_LINES]):
        words = line[0].strip()
        if (match := _NUMERIC_DAY.search(words)) is not None:
            day, month = (match["b"], match["a"]) if locale == "en-US" else (match["a"], match["b"])
            return _date(int(match["year"]), int(month), int(day))
        found = _DATELINE.match(words)
        if (
            found is None
            and len(words.split()) <= MAX_HEADING_WORDS
            and _kind(words, number, len(lines)) == "letterhead"
        ):
            found = _STATED_DAY.search(words)
        if found is not None:
            return _written_day(found["day"])
    return None


def _written_day(words: str) -> date | None:
    if re.fullmatch(r"\d{4}-\d\d-\d\d", words):
        year, month, day = map(int, words.split("-"))
        return _date(year, month, day)
    numbers = [int(n) for n in re.findall(r"\d+", words)]
    name = next(m for m in _MONTHS if re.search(rf"\b{m}", words.casefold()))
    return _date(numbers[1], _MONTHS.index(name) + 1, numbers[0])


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
