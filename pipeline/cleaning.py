"""An article -> the same article with what is not its own text marked, and the title and date that its lines state.

The text never changes. A rule claims whole lines; a missed line costs little and a hidden sentence much, so a rule asks
for words that prose does not have, and most rules look only at the first or the last lines.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Literal, NamedTuple

from pipeline.records import Article, Span

Zone = Literal["head", "tail", "anywhere"]

# Head and tail end after this many lines that no rule claims: a title, a standfirst, a first paragraph.
HEAD_GAP, TAIL_GAP = 2, 2
# No boilerplate line of 173 labelled articles is longer; a longer line is a paragraph.
MAX_LINE = 320
# "Ends" closes the article when no more than this share of the text comes after it; before that it is a word.
CLOSING_SHARE = 0.4
# A headline has at least three words, a date line at most this many.
MIN_TITLE_WORDS, MAX_TITLE_WORDS, MAX_DATE_WORDS = 3, 20, 14
# A first line that no blank line sets apart is a title when the paragraph after it is this many times as long.
TITLE_CONTRAST = 2

_MONTH = (
    r"(?:Jan(?:uary|\.)?|Feb(?:ruary|\.)?|Mar(?:ch|\.)?|Apr(?:il|\.)?|May|June?|July?|Aug(?:ust|\.)?"
    r"|Sept?(?:ember|\.)?|Oct(?:ober|\.)?|Nov(?:ember|\.)?|Dec(?:ember|\.)?)"
)
_WEEKDAY = r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
_DAY = (
    rf"(?:(?:{_WEEKDAY},? )?\d{{1,2}}(?:st|nd|rd|th)? {_MONTH},? \d{{4}}"
    rf"|(?:{_WEEKDAY},? )?{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?,? \d{{4}}|\d{{4}}-\d\d-\d\d)"
)
_TIME = r"(?:\d{1,2}[:.]\d\d ?(?:[ap]\.?m\.?)?|\d{1,2} ?[ap]\.?m\.?)(?: \(?[A-Z]{2,4}\)?)?"
_NAME = (
    rf"(?!{_WEEKDAY}|{_MONTH}\b|(?:The|This|Then|Next|Last|Now|Law|Contrast|Comparison)\b)"
    r"[A-Z][\w.'’-]*(?: (?:de |van |von |der |al-)?[A-Z][\w.'’-]*){1,3}"
)
_NAMES = rf"{_NAME}(?:(?:,| and|, and) {_NAME}){{0,3}}"
_DESK = (
    r"(?:[Cc]orrespondents?|[Rr]eporters?|[Ee]ditors?|[Ww]riters?|[Bb]ureau|[Nn]ewsdesk|[Dd]esk|[Cc]olumnist|[Ss]taff)"
)
_ROLE = rf"(?:[\w&-]+ ){{0,4}}{_DESK}"
_OUTLET = r"(?:The )?[A-Z][\w&'’.-]*(?: (?:of |and |& |the )?[A-Z][\w&'’.-]*){0,4}"
_PERSONS_OF_THE_PAPER = r"(?:us|our|the) ?(?:newsdesk|editor|newsroom|reporters?|letters page)?"


class Rule(NamedTuple):
    """A line that is no part of the article: what it is, where it may stand, and how the whole line reads."""

    kind: str
    zone: Zone
    pattern: re.Pattern[str]


def _rule(kind: str, zone: Zone, *alternatives: str, ignore_case: bool = True) -> Rule:
    flags = re.IGNORECASE if ignore_case else re.RegexFlag(0)
    return Rule(kind, zone, re.compile(rf"\W*(?:{'|'.join(alternatives)})\W*", flags))


RULES: tuple[Rule, ...] = (
    _rule(
        "reading time",
        "anywhere",
        r"(?:(?:estimated )?reading time:? )?\d{1,3}[ -]?min(?:ute)?s?(?: read)?",
        r"\d{1,3} minutes? to read",
    ),
    _rule(
        "comments",
        "anywhere",
        r"(?:there (?:are|is) )?(?:\d[\d,]*|no) comments?(?: yet)?(?: ?[|·] ?(?:share|print|e-?mail))*",
        r"(?:share(?: on \w+)?|print|e-?mail)(?: ?[|·] ?(?:share|print|e-?mail|\d[\d,]* comments?))+",
        r"comments? ?\(\d[\d,]*\)(?: print this story)?",
        r"add yours|(?:add|leave|post|write) (?:a|your) comments?|(?:view|show|see|read) (?:all )?(?:the )?comments?",
        r"be the first to comment|join the (?:conversation|discussion)|have your say",
    ),
    _rule(
        "share links",
        "anywhere",
        r"(?:share|print|e-?mail|save|tweet|bookmark|copy)(?: (?:full|this|the)){0,2} (?:article|story|page|link|post)",
        r"share(?: (?:this|on|via|with|to|by|e-?mail|facebook|twitter|x|whatsapp|linkedin|social|media|friends)){0,8}",
        r"(?:facebook|twitter|whatsapp|linkedin|reddit|pinterest|e-?mail|print|copy link)"
        r"(?:[ |·•,]+(?:facebook|twitter|x|whatsapp|linkedin|reddit|pinterest|e-?mail|print|copy link))*",
        r"show more updates|back to top|skip to (?:main )?content|order reprints.{0,40}|obituaries \|.{0,60}",
    ),
    _rule(
        "advertisement",
        "anywhere",
        r"advertisements?|sponsored(?: content)?|(?:story|article) continues (?:below|after)(?: (?:this )?advert\w*)?",
    ),
    _rule(
        "cookies",
        "anywhere",
        r"(?:we|this (?:web)?site) uses? cookies\b.{0,250}",
        r"(?:accept|reject|manage) (?:all )?cookies|(?:cookie|privacy) (?:policy|settings|notice|preferences)",
        r"by (?:using|continuing to use) this (?:web)?site\b.{0,200}",
    ),
    _rule(
        "newsletter",
        "anywhere",
        r"(?:sign up|subscribe)(?: now| today| here)? (?:to|for) (?:our|the|my)\b.{0,60}"
        r"(?:newsletters?|e-?mails?|inbox|alerts|updates|briefings?)\b.{0,60}",
        r"sign up to get\b.{0,60}inbox\b.{0,40}|get .{0,90}(?:in|to) your inbox\b.{0,60}",
        r"(?:get|receive) .{0,60}\bdownload (?:the|our) app",
    ),
    _rule(
        "newsletter",
        "tail",
        r"(?:[\w'’&-]+ ){1,4}newsletters?",
        r".{0,240}[:.!?,] ?(?:subscribe|sign up)(?: (?:here|now|below|today|to .{0,30}))?",
        r"(?:sign up|subscribe)(?: now| today| here)? (?:to|for|from)\b.{0,120}",
        r"(?:want more stories like this\? )?support (?:local|our|independent) journalism\b.{0,80}",
        r"someone forwarded you this\b.{0,60}|follow .{2,60} with our\b.{0,40}newsletter",
    ),
    _rule(
        "more",
        "anywhere",
        r"(?:read|see|watch|hear|listen) (?:more|also|next)(?: (?:on|about) .{0,40})?:.{0,140}",
        r"(?:more|latest) from (?:our|the) .{0,40}:.{0,120}|(?:related|recommended|more on this story|most read)(?::.{0,120})?",
        r"related (?:articles|stories|content|topics|links)(?::.{0,120})?|you (?:may|might) also like(?::.{0,120})?",
    ),
    _rule(
        "more",
        "tail",
        r"(?:read|see|watch|hear|listen to) (?:more|also|next|the full|our)\b.{0,120}",
        r"more (?:election results|from|on)\b.{0,80}(?:map|page|live|here|website)|(?:topics?|tags):.{0,80}",
        r"(?:[\w ]{3,30}, pages? \d{1,3}(?:; )?)+",
    ),
    _rule(
        "follow",
        "tail",
        r"follow (?:us|@\w+|the writer|our|more)\b.{0,100}|(?:like|find|join) us on .{0,60}",
        r"(?:[^.]{0,60}:? )?download (?:the|our) .{0,40}app\b.{0,40}|get .{0,40}alerts\b.{0,80}",
    ),
    _rule("follow", "head", r"follow @\w+.{0,40}"),
    _rule(
        "letters",
        "tail",
        r"(?:got|have you got|do you have) (?:a|an|any) (?:story|tip|gripe|question|view|news|memories)\b.{0,120}",
        r"(?:what do you think|were you there|have you been affected|are you [^?]{0,60}|seen [^?]{0,40})\? "
        r".{0,40}(?:e-?mail|send|tell|write|contact)\b.{0,120}",
        rf"(?:send|e-?mail|write to|tell|contact) {_PERSONS_OF_THE_PAPER}\b.{{0,120}}|e-?mail \S+@\S+.{{0,60}}",
        r"send notices to\b.{0,80}|we welcome letters\b.{0,100}|reach the reporter\b.{0,60}",
    ),
    _rule(
        "standing note",
        "tail",
        r"(?:this|an earlier version of this) (?:article|story|page|post|piece) (?:was|has been|originally|updates)\b.{0,200}",
        r"(?:correction|clarification|editor['’]s note)s?:.{0,300}|a version of this (?:article|story) appear.{0,120}",
        r"this (?:interview|conversation|transcript|extract) has been (?:edited|condensed)\b.{0,60}",
        r"interview has been edited\b.{0,60}|these are edited extracts",
        r"forward-looking statements:.{0,280}",
        r"this announcement contains (?:inside information|forward-looking statements)\b.{0,160}",
        r"this information is (?:published|disclosed|provided) (?:in accordance with|pursuant to)\b.{0,160}",
        r"published under the open government\b.{0,40}|by order of the \w+|interpretation was provided by\b.{0,60}",
        r"for (?:confidential )?(?:support|help|advice)\b.{0,60}\b(?:call|contact|visit)\b.{0,100}",
        r"the (?:views|opinions) expressed\b.{0,120}|monthly tables and\b.{0,100}website",
    ),
    _rule(
        "standing note",
        "head",
        r"this (?:interview|conversation|transcript) has been (?:edited|condensed)\b.{0,60}|these are edited extracts",
        r"(?:.{0,120}\b)?(?:as prepared for delivery|check against delivery)\b.{0,50}|.{0,60}\btranscript by\b.{0,60}",
        r"this is an? (?:edited )?(?:extract|transcript)\b.{0,200}|the following is an? (?:edited )?(?:extract|transcript)\b.{0,160}",
    ),
    _rule("copyright", "tail", r"(?:©|\(c\) |copyright\b).{0,140}|all rights reserved\b.{0,80}|.{0,40}©.{0,60}"),
    _rule(
        "credit",
        "anywhere",
        rf"(?:[Pp]hotograph|[Pp]hoto|PHOTO|[Pp]icture|PICTURE|[Ii]mage|[Gg]raphic|[Vv]ideo)s?"
        rf"(?: (?:by|[Cc]redit|[Cc]ourtesy(?: of)?))?:? ?(?:{_NAME}|{_OUTLET})(?:(?:[/,]| for| via) ?{_OUTLET}){{0,2}}",
        r"\(?(?:AP|PA|Reuters|AFP|Getty) (?:[Pp]hoto|[Mm]edia|[Ii]mages?)\)?|Getty",
        ignore_case=False,
    ),
    _rule("caption", "tail", r"(?:file )?(?:photo|picture|image)s?: .{0,120}"),
    _rule(
        "agency",
        "tail",
        r"\(?(?:(?:additional )?(?:live )?reporting|editing|writing|compiled|edited|words|pictures?|interview|graphics) ?(?:by|:) "
        r".{0,160}",
        rf"(?:staff writers? )?(?-i:{_NAMES}) contributed (?:to this (?:report|story|article)|reporting)",
        r"reporting was contributed by .{0,120}|our standards: .{0,100}|court reporter: .{0,40}",
    ),
    _rule(
        "agency",
        "head",
        r"(?:additional |live )?(?:reporting|interview|compiled|analysis|words|edited)(?: by|:)(?: edited by)? .{0,100}",
    ),
    _rule(
        "byline",
        "head",
        rf"(?:By|BY|by) {_NAMES}(?:(?:,| \|| [–—-]) ?(?:{_ROLE}|{_OUTLET})(?:,? (?:at |for |in )?(?:{_OUTLET}))?| {_ROLE})?",
        rf"(?:By|BY|by) {_NAMES},? in {_OUTLET}",
        rf"(?:By|BY|by) (?:(?:[Oo]ur|[Tt]he|[Aa]) )?{_ROLE}(?: {_NAME})?",
        rf"{_NAME}, {_ROLE}|[Oo]ur {_ROLE}",
        r"By [A-Z][a-z]+(?:, [A-Z][\w ]{2,30})?(?<!day)(?<!ber)(?<!ary)",
        ignore_case=False,
    ),
    _rule("byline", "head", rf"(?:[\w-]+ )?{_DESK}"),
    _rule(
        "letterhead",
        "head",
        r"(?:news|press|media) (?:release|statement|notice)\b.{0,60}",
        r"(?:for (?:immediate )?(?:release|use)|embargoed (?:until|to)|under embargo|not for publication)\b.{0,60}",
        rf"(?:stock exchange release|statement to parliament|official report|guest essay)(?:\W+(?:{_DAY}|{_TIME}))*",
        r"analysis|opinion|comment|exclusive|live|live feed|breaking(?: news)?|leader|editorial|obituary|the long read",
        r"docket no\..{0,40}|decided \w{3,9} \d{1,2}, \d{4}",
        rf"(?:statement|remarks|speech|address) (?:by|of|from|to)\b.{{2,120}}{_DAY}",
    ),
    _rule(
        "letterhead",
        "head",
        rf"(?:[A-Z][\w'’.-]*(?:,? [A-Z][\w'’.-]*){{0,3}}, )?{_DAY}(?:,? (?:at )?{_TIME})?",
        rf"(?:(?:[Ll]ast )?(?:[Pp]ublished|[Pp]osted|[Uu]pdated|[Ii]ssued|[Dd]ate|[Dd]elivered)(?: on| at)?:? ?)"
        rf"(?:{_DAY}|{_TIME}|\d{{1,2}}[/.]\d{{1,2}}[/.]\d{{4}})(?:,? (?:at )?{_TIME})?.{{0,40}}",
        r"[A-Z][A-Z .,'’-]{2,40} \([A-Z][\w ]{1,30}\)",
        ignore_case=False,
    ),
    _rule("clock", "anywhere", rf"(?:updated )?{_TIME}|[*·•–—_=-]{{1,3}}(?: ?[*·•–—_=-]){{2,40}}"),
    _rule(
        "contact",
        "tail",
        r"(?:(?:media|press|investor|statistical|further|general)(?: (?:and|or) (?:media|press|investor|public))? )?"
        r"(?:contacts?|enquir(?:y|ies)|inquir(?:y|ies)|press office|relations|information)(?: (?:details|only))?:.{0,300}",
        r"for (?:further|more|media|press|interviews|photographs)\b[^.?!]{0,80}(?::| contact| call| e-?mail| please).{0,200}",
        r"(?:media|press) (?:contact|enquir(?:y|ies)|inquir(?:y|ies)) .{0,120}|out[ -]of[ -]hours:? .{0,80}",
        r"enquiries (?:about|concerning) .{0,60} should be (?:sent|addressed|made) to .{0,160}",
        r"notes? (?:to|for) (?:the )?editors?|tel(?:ephone)?:? [\d +()-]{6,30}|e-?mail:? \S+@\S+|\S+@\S+\.\w+",
    ),
    _rule(
        "trailer",
        "tail",
        r"(?:more )?(?:pictures|photos|photographs|results|market report|full story|letters)\b.{0,60}"
        r"\b(?:in (?:this|next) week['’]s|pages? \d+|on sale)\b.{0,60}",
        r"pictures?: more photographs\b.{0,80}|(?:in )?next week['’]s .{0,40} (?:is out|on sale)\b.{0,60}",
        r"(?:tomorrow|next week) in (?:the|this) (?:magazine|paper|week).{0,120}|coming (?:\w+day|tomorrow|soon): .{0,120}",
        r".{2,80} is published by .{2,60}[£$€]\d+(?:\.\d\d)?",
    ),
    _rule(
        "closing words",
        "anywhere",
        r"(?:thanks|thank you) for (?:reading|following|joining)(?: us| along)?(?:,? and good ?night)?",
        r"(?:.{0,12}[:–—-] )?(?:we(?:['’]re| are) closing|we have closed) (?:the|this) "
        r"(?:live )?(?:blog|page|feed)\b.{0,160}",
    ),
)

# These close the article: they and the lines after them are boilerplate, but for the notes to editors. A note may say
# what will be done; half of those in the labelled articles belong to the text, so only contact lines among them go.
_CLOSING = re.compile(r"\W*(?:ends?|-30-|30)\W*|#{3,}|[-–—]{1,3} ?30 ?[-–—]{1,3}", re.IGNORECASE)
_CLOSING_START = re.compile(r"[-–— ]*(?:ENDS?|Ends)[-–—.: ]+(?:Media|Press|Notes|Contact|For)\b.{0,250}")
_NOTES = re.compile(r"\W*notes? (?:to|for) (?:the )?editors?\W*", re.IGNORECASE)
_AUTHOR_NOTE = re.compile(
    r"(?:Mr|Ms|Mrs|Dr|Professor|Sir|Dame)?\.? ?(?P<name>[A-Z].{1,60}?) (?:is|was) (?:an?|the)\b.{2,160}"
)

_HEADLINE = re.compile(r"#{1,3} +(?P<title>\S.*?) *#*|(?:title|headline): *(?P<named>\S.*)", re.IGNORECASE)
_STATED_DAY = re.compile(rf"(?P<day>{_DAY})")
_DATELINE = re.compile(rf"[A-Z][A-Z .,'’-]{{2,40}},? (?:\([A-Za-z/ ]+\) )?(?P<day>{_DAY}) ?(?:\([A-Za-z/ ]+\) ?)?[-–—]")
_NUMERIC_DAY = re.compile(r"(?P<a>\d{1,2})[/.](?P<b>\d{1,2})[/.](?P<year>\d{4})(?!\d)")
_LINE = re.compile(r"[^\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]+")
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()


def clean(article: Article, *, locale: str = "en-GB") -> Article:
    """The article with `boilerplate`, and with `title` and `published` where it had none and its head states them.

    `locale` decides what 03/04/2021 means: 4 March in `en-US`, 3 April elsewhere.
    """
    lines = [_Line.of(m) for m in _LINE.finditer(article.text) if not m[0].isspace()]
    kinds = kinds_of(lines, len(article.text))
    spans = tuple(_merged(article.text, [line for line, kind in zip(lines, kinds, strict=True) if kind]))
    return article.model_copy(
        update={
            "boilerplate": spans,
            "title": article.title or _title(lines, kinds, article.text),
            "published": article.published or _day(lines, kinds, locale),
        }
    )


class _Line(NamedTuple):
    """A line without its outer white space, and where it stands."""

    start: int
    end: int
    words: str

    @classmethod
    def of(cls, match: re.Match[str]) -> "_Line":
        words = match[0].strip()
        start = match.start() + len(match[0]) - len(match[0].lstrip())
        return cls(start, start + len(words), words)


def kinds_of(lines: Sequence[_Line], chars: int) -> list[str]:
    """For each line the kind of boilerplate that it is, or ''."""
    kinds = [_kind(line.words, "anywhere") for line in lines]
    _mark_edge(lines, kinds, range(len(lines)), "head", HEAD_GAP)
    _mark_closing(lines, kinds, chars)
    _mark_edge(lines, kinds, range(len(lines) - 1, 0, -1), "tail", TAIL_GAP)
    _mark_author_note(lines, kinds)
    return kinds


def _kind(words: str, zone: Zone) -> str:
    if len(words) > MAX_LINE:
        return ""
    return next((rule.kind for rule in RULES if rule.zone == zone and rule.pattern.fullmatch(words)), "")


def _mark_edge(lines: Sequence[_Line], kinds: list[str], order: range, zone: Zone, gap: int) -> None:
    """Mark lines from one end of the text inwards, until more than `gap` of them are the article's."""
    for place in order:
        kinds[place] = kinds[place] or _kind(lines[place].words, zone)
        gap -= not kinds[place]
        if gap < 0:
            return


def _mark_closing(lines: Sequence[_Line], kinds: list[str], chars: int) -> None:
    """Mark "Ends" and what comes after it; under "Notes to editors" only the lines that the rules know."""
    for place in range(1, len(lines)):
        is_late = chars - lines[place].end <= CLOSING_SHARE * chars
        if is_late and _closes(lines[place].words):
            break
    else:
        return
    is_note = False
    for place in range(place, len(lines)):
        is_note = is_note or _NOTES.fullmatch(lines[place].words) is not None
        kinds[place] = kinds[place] or (_kind(lines[place].words, "tail") if is_note else "closing")


def _closes(words: str) -> bool:
    return bool(len(words) < 20 and _CLOSING.fullmatch(words) or _CLOSING_START.fullmatch(words))


def _mark_author_note(lines: Sequence[_Line], kinds: list[str]) -> None:
    """Mark a line at the end that says who the person of the byline is: "Ms. Trammell is the mayor of Corliss."."""
    bylines = " ".join(line.words for line, kind in zip(lines, kinds, strict=True) if kind == "byline").casefold()
    for place in range(max(1, len(lines) - 1 - TAIL_GAP), len(lines)):
        match = _AUTHOR_NOTE.fullmatch(lines[place].words)
        if match is not None and match["name"].casefold() in bylines:
            kinds[place] = kinds[place] or "author"


def _merged(text: str, lines: Sequence[_Line]) -> Iterator[Span]:
    """The lines' spans; those with nothing but white space between them are one."""
    start = end = -1
    for line in lines:
        if start >= 0 and not text[end : line.start].isspace():
            yield Span(start=start, end=end)
            start = -1
        start = line.start if start < 0 else start
        end = line.end
    if start >= 0:
        yield Span(start=start, end=end)


def _title(lines: Sequence[_Line], kinds: Sequence[str], text: str) -> str | None:
    """A marked heading among the first lines, else a short unpunctuated first line before a longer paragraph."""
    for line in lines[:3]:
        if (match := _HEADLINE.fullmatch(line.words)) is not None:
            return match["title"] or match["named"]
    body = [line for line, kind in zip(lines[:6], kinds[:6], strict=True) if not kind]
    if len(body) < 2 or not _reads_as_title(body[0].words):
        return None
    is_apart = text.count("\n", body[0].end, body[1].start) > 1
    contrast = 1 if is_apart else TITLE_CONTRAST
    return body[0].words if len(body[1].words) > contrast * len(body[0].words) else None


def _reads_as_title(words: str) -> bool:
    """Short, no stop at its end, and words between its names: a letterhead has names only."""
    parts = words.split()
    is_short = MIN_TITLE_WORDS <= len(parts) <= MAX_TITLE_WORDS and words[-1] not in '.!:;,”"…'
    opens = words.lstrip("‘“'\"")[:1]
    has_words = sum(part.islower() and len(part) > 3 for part in parts) >= 2
    return is_short and has_words and (opens.isupper() or opens.isdecimal())


def _day(lines: Sequence[_Line], kinds: Sequence[str], locale: str) -> date | None:
    """A whole date that the head states as the article's own, in a date line or a dateline; "Updated" comes last."""
    found: list[tuple[bool, date]] = []
    for line, kind in zip(lines[:8], kinds[:8], strict=True):
        if kind == "letterhead" and len(line.words.split()) <= MAX_DATE_WORDS:
            day = _day_in(line.words, _STATED_DAY.search(line.words), locale)
        else:
            day = _day_in("", _DATELINE.match(line.words), locale)
        if day is not None:
            found.append(("updated" in line.words.casefold(), day))
    return min(found, key=lambda item: item[0])[1] if found else None


def _day_in(words: str, written: re.Match[str] | None, locale: str) -> date | None:
    if written is not None:
        return _written_day(written["day"])
    numeric = _NUMERIC_DAY.search(words)
    if numeric is None:
        return None
    day, month = (numeric["b"], numeric["a"]) if locale == "en-US" else (numeric["a"], numeric["b"])
    return _date(int(numeric["year"]), int(month), int(day))


def _written_day(words: str) -> date | None:
    if re.fullmatch(r"\d{4}-\d\d-\d\d", words):
        year, month, day = map(int, words.split("-"))
        return _date(year, month, day)
    numbers = [int(n) for n in re.findall(r"\d+", words)]
    name = re.search(_MONTH, words)
    return _date(numbers[1], _MONTHS.index(name[0][:3].casefold()) + 1, numbers[0]) if name else None


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
