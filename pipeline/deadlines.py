"""A time expression and the article's date -> earliest and latest day and the grain, or the reason why there are none.

The rules are the annotation guide's. `dateparser` was measured and not used: it gives one day where the guide wants two
ends, ignores "by", "until" and "from", and knows no quarters, seasons or financial years (docs/log.md has its score on
the same cases).

Reasons: `no_article_date` the words count from a date that the article lacks · `undated_event` they hang on an event
whose day the words do not give · `vague` no day could be said to be too late · `no_start` a duration without its
beginning · `unreadable` none of these.
"""

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import NamedTuple

from pipeline.dates import (
    CLOCK,
    MONTH,
    NUMBER,
    OF_YEAR,
    PART_OF_DAY,
    SEASON,
    UNIT,
    WEEKDAY,
    YEAR,
    Context,
    Interval,
    days_of,
    later,
    quantity,
)
from pipeline.records import Deadline, Grain, Polarity

BY = (
    r"(?:by|no later than|not later than|at the latest by|on or before|by no later than|come|"
    r"in or before|up to and including)"
)
BEFORE = r"(?:before|ahead of|prior to|in time for|well before|just before|in advance of)"
UNTIL = r"(?:at least )?(?:until|till|'til|up until|up to|through to|right through to|through|to)(?: at least)?"
FROM = (
    r"(?:(?:effective |starting |beginning |as )?from|starting(?: with| in| on| from| this)?|"
    r"beginning(?: in| on| with| this)?|as of|as from|effective(?: on| this)?|commencing(?: on| in)?|"
    r"with effect from|start(?:ing)? on)"
)
AFTER = r"(?:on or after|after|not before|no earlier than|not until|no sooner than|any time after|only after)"
# Not for the search: "the past summer" is over.
_BEYOND = rf"(?:{AFTER}|beyond|past)"
_WITHIN = (
    r"(?:within|inside|in under|in less than|in no more than|in|over|during|for|throughout|across|"
    r"for at least|within at most|in the space of|no later than|not later than|at most)"
)
_IN = (
    r"(?:at some point(?: in)?|at some stage(?: in)?|some ?time(?: in)?|in|on|at|during|over|for|throughout|"
    r"across|this|within|inside|towards?|around|about)"
)

_VAGUE = re.compile(
    r".*\b(?:in (?:the )?(?:near |not too distant |foreseeable )?future|due course|soon|shortly|"
    r"at (?:a|some) (?:later|future) (?:date|point|time)|later(?: on)?$|"
    r"coming (?:days|weeks|months|years)|next few (?:days|weeks|months|years)|(?:few|several|many|"
    r"some) (?:\w+ )?(?:days|weeks|months|years)|(?:within|in) (?:days|weeks|months|years|hours|"
    r"minutes|moments)\b|(?:each|every|per) (?:\w+ )?(?:day|week|month|year|quarter|morning|night|"
    r"evening|summer|winter|spring|autumn|\w+day|budget)|annually|monthly|"
    r"over time|eventually|in (?:the )?(?:long|longer|medium|short) (?:term|run)|one day|as soon as|"
    r"ever|at all times|always|forever|indefinitely|years to come|(?:days|weeks|months|years) ahead|"
    r"for the foreseeable|for now|for good|in time$|any (?:day|time)|immediately|at once|"
    r"straight away|in a generation|sooner or later)\b.*"
)
_NO_START = re.compile(
    rf"(?:for |over |lasting |spanning )?(?:up to |at least |about |around |nearly |more than |the |"
    rf"a )*(?:{NUMBER}[ -]{UNIT}(?: (?:or )?\w+)?|{NUMBER} or {NUMBER} {UNIT})"
)
_EVENT = re.compile(
    rf"(?:{BY}|{BEFORE}|{UNTIL}|{AFTER}|{FROM}|{_IN}|within|once|when|while|as long as|so long as|"
    rf"for as long as|as soon as|the (?:day|moment|week|minute|morning)|on|at|in|during)\b.*|"
    rf".*\b(?:term|session|parliament|recess|election|polling day|intake|semester|days in office|"
    rf"day in office)\b.*"
)
_PREFIX = re.compile(
    r"^(?:at the (?:very )?latest,? |hopefully |perhaps |probably |possibly |if possible,? )|"
    r",? at the (?:very )?(?:latest|earliest)$|,? if not (?:sooner|before|earlier)$|,? onwards?$|"
    r",? (?:at|around) (?:noon|midnight)$"
)


def resolve(text: str, published: date | None, *, locale: str = "en-GB", polarity: Polarity = "do") -> Deadline:
    """What `text` means in an article of `published`; `reason` says why when it means no days.

    `earliest` is None where the words give only an end, `latest` where they give only a beginning: a refusal "from
    today" has no end.
    """
    words = _normalised(text)
    context = Context(published or _NO_DATE, locale)
    try:
        found = _resolved(words, context)
    except (ValueError, OverflowError, KeyError, IndexError):
        found = None
    if found is None:
        return Deadline(text=text, reason=_why_not(words))
    if published is None and _counts_from_today(words, found, locale):
        return Deadline(text=text, reason="no_article_date")
    is_open = polarity == "not_do" and re.fullmatch(rf"{FROM} .+", words) and not _BETWEEN.fullmatch(words)
    return Deadline(text=text, earliest=found.earliest, latest=None if is_open else found.latest, grain=found.grain)


def is_past(deadline: Deadline, published: date | None) -> bool:
    """True when the last day named lies before the article's date."""
    last = deadline.latest or deadline.earliest
    return published is not None and last is not None and deadline.latest is not None and last < published


class _Ends(NamedTuple):
    earliest: date | None
    latest: date | None
    grain: Grain


# Stands in for a missing article date; what comes out different for the second one counts from it.
_NO_DATE, _OTHER_DATE = date(2000, 1, 15), date(2013, 8, 21)


def _counts_from_today(words: str, found: _Ends, locale: str) -> bool:
    return _resolved(words, Context(_OTHER_DATE, locale)) != found


_PLAIN = str.maketrans('’‘–—\u00a0“”"', "''--    ")


def _normalised(text: str) -> str:
    words = " ".join(text.casefold().translate(_PLAIN).split()).strip(" ,;:!?")
    return words if re.search(r"\b[ap]\.m\.$", words) else words.removesuffix(".")


# "In six weeks or so", "in a day or two".
_OR_SO = re.compile(r" or (?:so|thereabouts)$")
_OR_TWO = re.compile(r"\b(an?|one) (hour|day|week|month|year) or (two|three)$")
# Nobody says on which day of a year its season begins and ends.
_SEASON_S_END = re.compile(rf"(?:{BY}|{BEFORE}|{UNTIL}) .*\d (?:season|campaign)")


# "At the earliest by July", "by July at the earliest": not before it.
_AT_THE_EARLIEST = re.compile(
    r"at the (?:very )?earliest,? (?:by |in |on |from )?(?P<first>.+)|by (?P<by>.+?),? at the (?:very )?earliest"
)
# "From Monday 5": the next Monday that is a fifth.
_OF_NO_MONTH = re.compile(rf"\b(?P<weekday>{WEEKDAY}),? (?P<day>\d{{1,2}})(?:st|nd|rd|th)?$")


def _resolved(words: str, context: Context) -> _Ends | None:
    is_open = bool(re.search(r",? onwards?$|^(?:in|on|from) .+ at the (?:very )?earliest$", words))
    if (earliest := _AT_THE_EARLIEST.fullmatch(words)) is not None:
        is_open, words = True, earliest["first"] or earliest["by"]
    words = _OF_NO_MONTH.sub(r"\g<weekday> the \g<day>th", words)
    words = _OR_SO.sub("", _PREFIX.sub("", _PREFIX.sub("", words))).strip(" ,")
    words = _OR_TWO.sub(r"\1 or \3 \2", words).replace(" the course of ", " ", 1)
    if _SEASON_S_END.fullmatch(words):
        return None
    for rule in (
        _between,
        _from_until_an_event,
        _several,
        _alternatives,
        _counted,
        _today,
        _new_year,
        _early_months,
        _governed,
        _in_passing,
    ):
        found = rule(words, context)
        if found is not None:
            return found._replace(latest=None) if is_open else found
    return None


_BETWEEN = re.compile(
    rf"(?:between (?P<a>.+?) and (?P<b>.+)|(?:{FROM}) (?P<c>.+?),? "
    r"(?:and )?(?P<link>until|till|to|through|up to|ending(?: on| in)?) (?P<d>.+))"
)


_MONTH_FIRST = re.compile(rf"{MONTH} (?=\d{{1,2}}\b)")
_DAY_ALONE = re.compile(r"\d{1,2}(?:st|nd|rd|th)?(?:,? \d{4})?")


def _between(words: str, context: Context) -> _Ends | None:
    match = _BETWEEN.fullmatch(words)
    if match is None:
        return None
    opening, closing = match["a"] or match["c"], match["b"] or match["d"]
    if opening.isdecimal():  # "between 1 and 14 September" lends its month
        opening = re.sub(r"^\d+", opening, closing)
    if (month := _MONTH_FIRST.match(opening)) and _DAY_ALONE.fullmatch(closing):  # "between June 7 and 14" does, too
        closing = f"{month[0]}{closing}"
    end = _governed(f"{_closes_with(match)} {closing}", context)
    if end is None or end.latest is None:
        return None
    anchor = context._replace(today=min(context.today, end.latest))
    start = _lent_a_year(_bare(opening), closing, end.latest, context) or days_of(_bare(opening), anchor)
    if start is None:
        return None
    first, last = start.first, end.latest
    if last < first:
        shifted = _governed(f"{_closes_with(match)} {closing}", context._replace(today=first))
        last = shifted.latest if shifted and shifted.latest else last
    return _Ends(first, last, end.grain) if first <= last else None


_FROM_UNTIL = re.compile(rf"{FROM} (?P<opening>(?:(?!until|till).)+?),? (?:until|till) (?P<event>.+)")


def _from_until_an_event(words: str, context: Context) -> _Ends | None:
    """ "From Monday until the lift works" has a beginning and no end; an event with a time of its own is for others."""
    match = _FROM_UNTIL.fullmatch(words)
    if match is None or _HAS_TIME.search(match["event"]):
        return None
    opening = days_of(_bare(match["opening"]), context)
    return _Ends(opening.first, None, opening.grain) if opening else None


def unnamed(pattern: str) -> str:
    return re.sub(r"\(\?P<\w+>", "(?:", pattern)


_YEARED = unnamed(OF_YEAR)
_OPENING = (
    rf"(?:next |this |this coming )?(?:{WEEKDAY}|{MONTH}|{SEASON})(?: (?:morning|afternoon|evening|night))?|"
    rf"{MONTH} \d{{1,2}}{_YEARED}?|\d{{1,2}}(?:st|nd|rd|th)?(?: of)? {MONTH}{_YEARED}?|the \d{{1,2}}(?:st|nd|rd|th)|"
    rf"today|tonight|tomorrow|this (?:week|month|year)|next (?:week|month|year)|{YEAR}|{WEEKDAY},? {MONTH} \d{{1,2}}"
)
_SEVERAL = re.compile(
    rf"(?:(?:on|in|for|over|at) )?(?P<first>{_OPENING}),? (?P<link>and|through|to|and again) "
    rf"(?:(?:on|in|for|at) )?(?P<last>{_OPENING}|(?:the )?next|the (?:week|month|year) after|"
    r"the \d{1,2}(?:st|nd|rd|th)?)"
)


def _several(words: str, context: Context) -> _Ends | None:
    """ "Thursday and Friday", "in January and in June", "April 1 through June 30", "this year and next"."""
    match = _SEVERAL.fullmatch(words)
    if match is None:
        return None
    opening, closing = match["first"], match["last"]
    unit = re.search(r"(?:week|month|year)$", opening)
    first = days_of(opening, context)
    is_lent = opening.startswith("the ") and re.search(MONTH, closing)  # "the 18th and 19th of April"
    if first is None or is_lent:
        return None
    if closing in {"next", "the next"} or closing.endswith(" after"):
        if unit is None or (closing.endswith(" after") and not closing.endswith(f"{unit[0]} after")):
            return None
        last = days_of(f"next {unit[0]}", context._replace(today=first.first))
    else:
        last = days_of(closing, context._replace(today=max(first.last, context.today)))
    lent = _lent_a_year(opening, closing, last.last, context) if last else None
    first = lent or first
    if last is None or first.first > last.last:
        return None
    return _Ends(first.first, last.last, "years" if last.grain == "year" else last.grain)


_YEARLESS = (
    rf"(?:(?:the )?{WEEKDAY},? )?(?:the )?(?:(?:\d{{1,2}}(?:st|nd|rd|th)?(?: of)? )?{MONTH}|{MONTH} \d{{1,2}}|"
    rf"{SEASON})"
)
_YEARLESS_NAME = re.compile(_YEARLESS)
_WITH_ITS_YEAR = re.compile(rf"{_YEARLESS},? (?:of )?(?:{YEAR}|next year|the following year)")


def _lent_a_year(opening: str, closing: str, last: date, context: Context) -> Interval | None:
    """ "From March to May 2031" begins in that year, "from November to May 2031" in the year before."""
    if not _YEARLESS_NAME.fullmatch(opening) or not _WITH_ITS_YEAR.fullmatch(closing):
        return None
    starts = (days_of(f"{opening} {year}", context) for year in (last.year, last.year - 1))
    return next((start for start in starts if start and start.first <= last), None)


def _closes_with(match: re.Match[str]) -> str:
    """ "to March" and "through March" run to its end, "until March" does not."""
    if match["c"] is None:
        return "by"
    return "through" if match["link"] in {"to", "through"} else "until"


def _bare(words: str) -> str:
    return re.sub(r"^(?:in|on|at|early on|late on) ", "", words)


def _alternatives(words: str, context: Context) -> _Ends | None:
    """ "this year or next": by the end of the later one."""
    match = re.fullmatch(r"(?:not )?(?P<a>.+?),? (?:or|not|nor) (?P<b>.+)", words)
    if match is None:
        return None
    first = _governed(match["a"], context)
    unit = re.search(r"(week|month|year|\w+day)$", match["a"])
    second_words = (
        f"{match['b']} {unit[1]}"
        if unit and match["b"] in {"next", "this", "the next", "the following"}
        else match["b"]
    )
    second = _governed(second_words, context)
    if first is None or second is None or not first.latest or not second.latest:
        return None
    return _Ends(None, max(first.latest, second.latest), second.grain)


# A three-month audit ends three months on; five-year funding has no beginning.
TIMED_TASK = "audit|review|inquiry|enquiry|investigation|study|probe"
_ABOUT = r"(?:(?:about|around|roughly|approximately|some|nearly|almost|just|only) )?"
_AMOUNT = (
    rf"{_ABOUT}(?:the |a )?(?P<ahead>next |coming |following |first |remaining )?{_ABOUT}"
    rf"(?:{NUMBER} (?:to|or) |\d{{1,3}}-(?=\d))?(?P<number>{NUMBER}(?: and a half)?) "
    rf"(?P<unit>{UNIT}(?: and a half)?)"
)
_ANCHOR = r"(?: (?P<link>of|from|after|beginning|starting)(?: in| on)? (?P<anchor>.+))?(?:,? (?:allowed|time))?"
_COUNTED = (
    re.compile(
        r"(?P<how>within|inside) (?P<ahead>the )(?P<number>)(?P<unit>week|fortnight|month|year)(?P<link>)(?P<anchor>)"
    ),
    re.compile(rf"(?P<how>{_WITHIN}|{BY}|another) {_AMOUNT}{_ANCHOR}"),
    re.compile(rf"(?P<how>)(?P<ahead>the next )(?P<number>{NUMBER}) (?P<unit>{UNIT})(?P<link>)(?P<anchor>)"),
    re.compile(
        r"(?P<how>within|in|over|during|inside|for) (?P<ahead>the next |the coming (?=year|decade))(?P<number>)"
        r"(?P<unit>week|fortnight|month|year|decade)(?P<link>)(?P<anchor>)"
    ),
    re.compile(
        rf"(?:an? )?(?:\w+ )?(?P<how>)(?P<ahead>)(?P<number>{NUMBER})-(?P<unit>day|week|month|year)"
        rf"(?: (?:\w+ )?(?:{TIMED_TASK}))?(?P<link>)(?P<anchor>)"
    ),
)
# "In the two days before it", "over the four years of our mandate": what days they are is said elsewhere.
_THE_COUNT = re.compile(rf"(?:{_WITHIN}) the {NUMBER} ")
_NOW = frozenset({"now", "today", "this report"})


def _counted(words: str, context: Context) -> _Ends | None:
    """ "within three months", "over the next two years", "for two years from 1 September"."""
    match = next((m for pattern in _COUNTED if (m := pattern.fullmatch(words))), None)
    if match is None or match["ahead"] == "first " or (match["number"] == "the" and not match["ahead"]):
        return None
    if match["how"] and not match["ahead"] and not match["anchor"] and _THE_COUNT.match(words):
        return None
    number, is_span = (
        quantity(match["number"] or "one"),
        match["how"] in {"for", "for at least", "throughout", "during"},
    )
    if match["anchor"] and match["anchor"] not in _NOW:
        point = days_of(match["anchor"], context)
        if point is None:
            return None
        if is_span:
            return _Ends(point.first, later(point.first, number, match["unit"]) - timedelta(days=1), "day")
        return _Ends(None, later(point.last, number, match["unit"]), "day")
    if is_span and not match["ahead"] and not match["anchor"]:
        return None
    return _Ends(context.today if is_span else None, later(context.today, number, match["unit"]), "day")


_FROM_TODAY = re.compile(r"from (?:now on|this day(?: on)?)")
_BY_TONIGHT = re.compile(rf"(?:{BY}|{BEFORE}|{UNTIL}) (?:midnight(?: tonight)?|tonight)")


def _today(words: str, context: Context) -> _Ends | None:
    """ "from now on", "by midnight"."""
    if _FROM_TODAY.fullmatch(words):
        return _Ends(context.today, None, "day")
    return _Ends(None, context.today, "day") if _BY_TONIGHT.fullmatch(words) else None


def _new_year(words: str, context: Context) -> _Ends | None:
    match = re.fullmatch(
        rf"(?P<how>{BY}|{BEFORE}|{UNTIL}|{_IN}|{FROM}|early in)(?: early in)? (?:the )?new year", words
    )
    if match is None:
        return None
    first = date(context.today.year + 1, 1, 1)
    if re.fullmatch(BY, match["how"]):
        return _Ends(None, first, "day")
    if re.fullmatch(rf"{BEFORE}|{UNTIL}", match["how"]):
        return _Ends(None, first - timedelta(days=1), "day")
    return _Ends(first, None, "day")


def _early_months(words: str, context: Context) -> _Ends | None:
    match = re.fullmatch(r"(?:in|during|over) the (?:early|first few|opening) months of (?P<rest>.+)", words)
    inner = days_of(match["rest"], context) if match else None
    return _Ends(inner.first, None, "month") if inner else None


# "Over the Christmas holidays": weeks whose days a school knows; "the Labor Day holiday" is the day.
_WEEKS_OFF = re.compile(r"(?:\w+ ){0,4}(?:christmas|easter|whitsun|new year's) (?:holidays?|period)")


def _governed(words: str, context: Context) -> _Ends | None:
    """One preposition and one name of days."""
    if _WEEKS_OFF.fullmatch(words) and " end of " not in words:
        return None
    for pattern, apply in _GOVERNORS:
        match = pattern.fullmatch(words)
        if match is not None:
            inner = days_of(match["rest"], context) or _day_of_event(match["rest"], context)
            if inner is None:
                continue
            found = apply(inner, match["rest"], words)
            is_over = found.latest is not None and found.latest < context.today
            if not is_over or apply is not _before or re.search(YEAR, words):
                return found
            # "before April", said in April, is before the next one.
            ahead = days_of(match["rest"], context._replace(today=inner.last + timedelta(days=1)))
            return apply(ahead, match["rest"], words) if ahead else found
    inner = days_of(words, context)
    return _Ends(inner.first, inner.last, inner.grain) if inner else None


_HAS_TIME = re.compile(rf"\d|\b(?:{MONTH}|{WEEKDAY}|{SEASON}|today|tomorrow|week|month|year|then|that)\b")
# "At their May meeting", "from the March issue": in that month. What is due "before the May meeting" has no day.
_EVENT_OF_MONTH = re.compile(
    rf"(?:{_IN}|{FROM}|(?:right )?through) (?:the|its|his|her|their|our|an?|this|next|[a-z]+['’]s) "
    rf"(?:next |coming |upcoming )?(?P<month>{MONTH}) "
    rf"(?P<event>(?:[a-z][a-z'’-]+ ){{0,2}}[a-z][a-z'’-]+)"
)
# "Until his contract ends in May", "by the championship in 2012": no later than the month or the year of the event.
# "Before the schools return in September" may be in August, "before he leaves in May" may not.
_EVENT_IN = re.compile(
    rf"(?:(?:{BY}|{UNTIL}|in time for) (?P<event>[^,;:]+)|{BEFORE} (?P<parting>[^,;:]+ (?:ends?|expires?|runs? out|"
    rf"rises|retires?|leaves?|leave office|leaves office|steps? down|is up|are up))) in "
    rf"(?P<when>(?:(?:early|mid|late)[ -])?{MONTH}"
    rf"(?:,? {YEAR}| next year)?|{YEAR})"
)


def _in_passing(words: str, context: Context) -> _Ends | None:
    """An event with the month or the year that it falls in: by its end, as no day is told."""
    match = _EVENT_OF_MONTH.fullmatch(words)
    if match is not None and not _HAS_TIME.search(match["event"]):
        inner = days_of(match["month"], context)
        is_through = words.startswith(("through", "right through"))
        return _Ends(None if is_through else inner.first, inner.last, "month") if inner else None
    match = _EVENT_IN.fullmatch(words)
    if match is None or _HAS_TIME.search(match["event"] or match["parting"]):
        return None
    inner = days_of(match["when"], context)
    return _Ends(None, inner.last, inner.grain) if inner else None


def _day_of_event(words: str, context: Context) -> Interval | None:
    """An event that is dated in the same breath: "ballots are mailed on Oct. 4", "the vote on 14 May"."""
    match = re.fullmatch(r".*\w(?:,? on|,) (?P<day>[^,]+(?:, \d{4})?)", words)
    found = days_of(match["day"], context) if match else None
    if found is not None and found.is_point:
        return found
    match = re.fullmatch(
        r"(?:its|his|her|their|the|an?) (?:\w+ ){0,2}(?:meeting|conference|congress|session) in (?P<month>.+)", words
    )
    return days_of(match["month"], context) if match else None


# The four days of Easter end on the Monday; "by Easter" and "until Easter" mean the Sunday.
_EASTER = re.compile(r"(?:next |this )?easter(?: (?:of )?\d{4})?")


_MIDDLE = re.compile(r"(?:the )?(?:mid|middle|midpoint)\b")


def _midyear(inner: Interval, rest: str) -> date | None:
    """The last day of the first half, of a year or longer: what its middle is by, before and until."""
    months = (inner.last.year - inner.first.year) * 12 + inner.last.month - inner.first.month + 1
    if not _MIDDLE.match(rest) or months == 1:
        return None
    return later(inner.first, months // 2, "month") - timedelta(days=1)


def _by(inner: Interval, rest: str, _: str) -> _Ends:
    if (midyear := _midyear(inner, rest)) is not None:
        return _Ends(None, midyear, inner.grain)
    last = inner.last - timedelta(days=1) if _EASTER.fullmatch(rest) else inner.last
    return _Ends(None, last, inner.grain)


def _before(inner: Interval, rest: str, words: str) -> _Ends:
    """The day before it begins; "before the end of June" is by it, "before Easter" before the Sunday."""
    if (midyear := _midyear(inner, rest)) is not None:
        return _Ends(None, midyear, inner.grain)
    if re.match(r"(?:the )?(?:end|close) of|.*(?:is|was|are) (?:out|over)|year[ -]end|.*'s end", rest):
        return _Ends(None, inner.last, inner.grain)
    is_within = re.match(rf"(?!early|late|the ){CLOCK}", rest) or re.search(rf"{PART_OF_DAY}$", rest)
    is_within = is_within or re.search(r"['’]s (?:deadline|cut-?off)$", rest)
    if inner.is_point and (
        words.startswith("in time for") or is_within
    ):  # "before 5 p.m. Friday", "before Friday night"
        return _Ends(None, inner.last, inner.grain)
    first = inner.last - timedelta(days=1) if _EASTER.fullmatch(rest) else inner.first
    return _Ends(None, first - timedelta(days=1), "day")


def _until(inner: Interval, rest: str, words: str) -> _Ends:
    """Until a day or a year includes it; until a month or a season ends before it; "through" includes it always."""
    if (midyear := _midyear(inner, rest)) is not None:
        return _Ends(None, midyear, inner.grain)
    if _EASTER.fullmatch(rest):
        return _Ends(None, inner.last - timedelta(days=1), "day")
    if re.match(r"(?:the )?middle of", rest):
        return _Ends(None, inner.first - timedelta(days=1), "day")
    includes = (
        inner.is_point
        or inner.grain in {"day", "year", "years", "week"}
        or "through" in words.split()[:2]
        or words.startswith("to ")
    )
    return _Ends(None, inner.last, inner.grain) if includes else _Ends(None, inner.first - timedelta(days=1), "day")


def _after(inner: Interval, rest: str, words: str) -> _Ends:
    if (midyear := _midyear(inner, rest)) is not None:
        return _Ends(midyear + timedelta(days=1), None, inner.grain)
    if words.startswith(("not before", "no earlier", "no sooner", "not until", "on or after")):
        return _Ends(inner.first, None, inner.grain)
    if inner.is_point and re.match(CLOCK, rest):  # "after 6 p.m. on Friday" is that day
        return _Ends(inner.first, None, inner.grain)
    return _Ends(inner.last + timedelta(days=1), None, "day")


def _whole(inner: Interval, _: str, __: str) -> _Ends:
    return _Ends(inner.first, inner.last, inner.grain)


_Apply = Callable[[Interval, str, str], _Ends]
_GOVERNORS: tuple[tuple[re.Pattern[str], _Apply], ...] = tuple(
    (re.compile(rf"(?:{preposition}),? (?:around |about )?(?:(?:early|late) on |on )?(?P<rest>.+)"), apply)
    for preposition, apply in (
        (BY, _by),
        (BEFORE, _before),
        (_BEYOND, _after),
        (UNTIL, _until),
        (FROM, _whole),
        (_IN, _whole),
        ("when", _whole),
    )
)


def _why_not(words: str) -> str:
    if _VAGUE.fullmatch(words):
        return "vague"
    if _NO_START.fullmatch(words):
        return "no_start"
    return "undated_event" if _EVENT.fullmatch(words) else "unreadable"
