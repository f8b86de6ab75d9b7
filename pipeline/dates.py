"""A name for days ("the third quarter", "Easter", "early May") and today -> the first and the last day it stands for.

Calendar arithmetic is python-dateutil's, public holidays are `holidays`'. Each pattern must read the whole name; the
first that does decides. Names without a year mean the next such days, those of today included.
"""

import calendar
import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

from dateutil.easter import easter
from dateutil.relativedelta import relativedelta

from pipeline.language import number_word
from pipeline.records import Grain

SOUTHERN = frozenset({"en-AU", "en-NZ", "en-ZA"})
# First month of the financial year that a country's news means; the day is the 1st. Ireland's is the calendar year.
FINANCIAL_YEAR_START = {
    "en-GB": 4, "en-IN": 4, "en-CA": 4, "en-ZA": 4, "en-US": 10, "en-AU": 7, "en-NZ": 7, "en-IE": 1,
}  # fmt: skip
# First day of the year of personal income tax, where it is not that of the financial year.
TAX_YEAR_START = {"en-GB": (4, 6), "en-US": (1, 1), "en-CA": (1, 1), "en-NZ": (4, 1), "en-ZA": (3, 1)}
# American federal years are named for the year in which they end: fiscal 2027 begins in October 2026.
NAMED_FOR_END = frozenset({"en-US"})

_MONTHS = "january february march april may june july august september october november december".split()
_WEEKDAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
_ORDINALS = {
    w: i + 1
    for i, w in enumerate(
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth "
        "fourteenth fifteenth"
        " sixteenth seventeenth eighteenth nineteenth twentieth twenty-first twenty-second twenty-third twenty-fourth"
        " twenty-fifth twenty-sixth twenty-seventh twenty-eighth twenty-ninth thirtieth thirty-first".split()
    )
}
_SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}

MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\b\.?"
)
WEEKDAY = r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:mon|tues?|weds?|thurs?|thu|fri|sat|sun)\b\.)"
SEASON = r"(?:spring|summer|autumn|fall|winter)(?:time)?"
YEAR = r"(?:19|20)\d\d"
ORDINAL = rf"(?:{'|'.join(sorted(_ORDINALS, key=len, reverse=True))})"
NUMBER = (
    r"(?:\d{1,3}|an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen"
    r"|seventeen|eighteen|nineteen|(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)(?:-\w+)?|a hundred|the|"
    r"half an?|(?:a |the )?couple of|a further|another)"
)
UNIT = (
    r"(?:(?:working |business |calendar |clear )?(?:hour|day|week|fortnight|month|quarter|year|decade)s?"
    r"(?:['’](?:s(?= time))?)?)"
)
OF_YEAR = (
    rf"(?:,? (?:of |in )?(?:(?P<year>{YEAR})|(?:the )?(?P<relative>next year|this year|the year|"
    rf"the following year|the year after next|next)))"
)
# "10 a.m. ET Thursday", "17:00 GMT on Friday", "9 p.m. Eastern time on Monday".
_ZONE = (
    r"(?: \(?(?:(?:[ecmp][sd]?t|gmt|bst|utc|cest|cet|ist|ak[sd]?t|a[ew]st|aedt|nz[sd]t)\b|"
    r"(?:eastern|central|mountain|pacific|local)(?: (?:standard |daylight )?time)?\b)\)?)?"
)
CLOCK = (
    r"(?:(?:midnight|noon|midday|dawn|dusk|nightfall|sunset|sunrise|close of business|close of play|"
    r"lunchtime|teatime|the close"
    rf"|\d{{1,2}}(?:[:.]\d\d)? ?[ap]\.?m\.?{_ZONE}|\d{{1,2}}[:.]\d\d{_ZONE}|(?:one|two|three|four|five|six|seven|"
    r"eight|nine|ten|eleven|twelve) o['’]clock"
    r"|the (?:morning|afternoon|evening|night)|late|early)(?: (?:on|of|tonight))?,? )"
)
PART_OF_DAY = (
    rf"(?: (?:morning|afternoon|evening|night|lunchtime|at noon|at midnight|at \d{{1,2}}(?:[:.]\d\d)? ?[ap]\.?m\.?"
    rf"{_ZONE}))"
)


@dataclass(frozen=True)
class Interval:
    """Days that a name stands for, both included; `is_point` for the name of a single day."""

    first: date
    last: date
    grain: Grain
    is_point: bool = False


class Context(NamedTuple):
    """The article's date (for words that count from it) and the country."""

    today: date
    locale: str


_Reader = Callable[[re.Match[str], Context], Interval | None]
_CORES: list[tuple[str, re.Pattern[str], _Reader]] = []


def _core(pattern: str) -> Callable[[_Reader], _Reader]:
    def register(reader: _Reader) -> _Reader:
        _CORES.append((pattern, re.compile(pattern), reader))
        return reader

    return register


def _day(day: date) -> Interval:
    return Interval(day, day, "day", is_point=True)


def _month(year: int, month: int) -> Interval:
    return Interval(date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1]), "month")


def _year(year: int) -> Interval:
    return Interval(date(year, 1, 1), date(year, 12, 31), "year")


def _months(first: date, count: int, grain: Grain) -> Interval:
    return Interval(first, first + relativedelta(months=count) - timedelta(days=1), grain)


def _week(day: date) -> Interval:
    monday = day - timedelta(days=day.weekday())
    return Interval(monday, monday + timedelta(days=6), "week")


def _month_number(words: str) -> int:
    return next(i for i, name in enumerate(_MONTHS, 1) if name.startswith(words.rstrip(".")[:3]))


def _weekday_number(words: str) -> int:
    return next(i for i, name in enumerate(_WEEKDAYS) if name.startswith(words.rstrip(".")[:3]))


def _named_year(match: re.Match[str], context: Context) -> int | None:
    """The year that "2031", "next year" or "of this year" names; None when no year is given, as in "1 May next"."""
    if match["year"]:
        return int(match["year"])
    if match["relative"] in (None, "next"):
        return None
    ahead = {"next year": 1, "the following year": 1, "the year after next": 2}
    return context.today.year + ahead.get(match["relative"], 0)


# --- days


@_core(r"(?P<y>\d{4})-(?P<m>\d\d)-(?P<d>\d\d)")
def _iso(match: re.Match[str], _: Context) -> Interval | None:
    return _day(date(int(match["y"]), int(match["m"]), int(match["d"])))


@_core(r"(?P<a>\d{1,2})[/.](?P<b>\d{1,2})[/.](?P<y>\d{4}|\d\d)")
def _numeric(match: re.Match[str], context: Context) -> Interval | None:
    day, month = (match["b"], match["a"]) if context.locale == "en-US" else (match["a"], match["b"])
    year = int(match["y"]) + (2000 if len(match["y"]) == 2 else 0)
    return _day(date(year, int(month), int(day)))


_DAY_OF_MONTH = rf"(?:the )?(?:(?P<day>\d{{1,2}})(?:st|nd|rd|th)?|(?P<word>{ORDINAL}))"


@_core(
    rf"(?:(?:next |this |this coming )?{WEEKDAY}(?: week|"
    rf" next)?,? )?{_DAY_OF_MONTH}(?: day)?(?: of)? (?:next )?(?P<month>{MONTH}){OF_YEAR}?"
)
@_core(
    rf"(?:the )?(?:{WEEKDAY}(?: week)?,? )?(?P<month>{MONTH}) (?:the )?(?:(?P<day>\d{{1,2}})(?:st|nd|rd|th)?|"
    rf"(?P<word>{ORDINAL}))(?!\d){OF_YEAR}?"
)
def _calendar_day(match: re.Match[str], context: Context) -> Interval | None:
    day = int(match["day"]) if match["day"] else _ORDINALS[match["word"]]
    month, year = _month_number(match["month"]), _named_year(match, context)
    if year is not None:
        return _day(date(year, month, day))
    return _day(_coming(lambda y: date(y, month, day), context.today))


def _coming(of_year: Callable[[int], date], today: date) -> date:
    """The first such day on or after `today`; 29 February waits for its year."""
    for year in range(today.year, today.year + 9):
        try:
            day = of_year(year)
        except ValueError:
            continue
        if day >= today:
            return day
    raise ValueError("no such day")


_TH = "(?:st|nd|rd|th)?"
_MORE_DAYS = rf"(?:, (?:the )?\d{{1,2}}{_TH}){{0,8}},?"
_TO_LAST = r"(?:and|to|or|-|–) ?(?:the )?"


@_core(rf"(?P<month>{MONTH}) (?P<first>\d{{1,2}}){_TH}{_MORE_DAYS} ?{_TO_LAST}(?P<last>\d{{1,2}}){_TH}(?!\d){OF_YEAR}?")
@_core(
    rf"(?:the )?(?P<first>\d{{1,2}}){_TH}{_MORE_DAYS} ?{_TO_LAST}(?P<last>\d{{1,2}}){_TH}"
    rf"(?: of)? (?P<month>{MONTH}){OF_YEAR}?"
)
def _several_days(match: re.Match[str], context: Context) -> Interval | None:
    month, year = _month_number(match["month"]), _named_year(match, context)
    last = int(match["last"])
    end = date(year, month, last) if year else _coming(lambda y: date(y, month, last), context.today)
    return Interval(end.replace(day=int(match["first"])), end, "day")


@_core(
    rf"(?:the )?(?:{WEEKDAY},? )?the (?:(?P<day>\d{{1,2}})(?:st|nd|rd|th|d(?= inst| prox))|"
    rf"(?P<word>{ORDINAL}))(?: of (?P<which>this|next|the) month| (?P<latin>inst|prox)(?:ant|imo)?\b\.?)?"
    rf"(?! \w+day| week| month| half| quarter| time| year| part| of| sitting| session| ult)"
)
def _dayquantity(match: re.Match[str], context: Context) -> Interval | None:
    day = int(match["day"]) if match["day"] else _ORDINALS[match["word"]]
    is_next = match["which"] == "next" or match["latin"] == "prox"
    first = (context.today + relativedelta(months=int(is_next))).replace(day=1)
    if match["latin"]:  # "the 14th inst.", of this month and no other; "the 1st prox.", of the one to come
        return _day(first.replace(day=day))
    for _ in range(3):
        if day <= calendar.monthrange(first.year, first.month)[1] and first.replace(day=day) >= context.today:
            return _day(first.replace(day=day))
        first += relativedelta(months=1)
    return None


_WEEKS_ON = {"week": 1, "a week": 1, "a fortnight": 2, "two weeks": 2, "three weeks": 3}


@_core(
    rf"(?:(?P<which>this coming|this|next|coming) )?(?P<weekday>{WEEKDAY})"
    r"(?P<week> week|,? (?:of )?next week| (?:of )?this week)?"
)
@_core(rf"(?P<week>a week|a fortnight|two weeks|three weeks) (?P<which>on|from|next|this) (?P<weekday>{WEEKDAY})")
@_core(rf"(?P<weekday>{WEEKDAY}) (?P<week>)(?P<which>next)(?! week)")
def _weekday(match: re.Match[str], context: Context) -> Interval | None:
    """ "Thursday" is the coming one, today included; "next Thursday" is next week's; "Thursday week" a week later."""
    number, weeks = _weekday_number(match["weekday"]), _WEEKS_ON.get((match["week"] or "").strip(), 0)
    is_next = match["which"] == "next" and match["week"] is None
    if (match["week"] or "").endswith("this week"):
        return _day(context.today - timedelta(days=context.today.weekday()) + timedelta(days=number))
    if is_next or (match["week"] or "").endswith("next week"):
        monday = context.today - timedelta(days=context.today.weekday()) + timedelta(days=7)
        return _day(monday + timedelta(days=number))
    day = context.today + timedelta(days=(number - context.today.weekday()) % 7)
    if day == context.today and match["which"] == "next":
        weeks += 1  # "on Saturday next", said on a Saturday
    return _day(day + timedelta(days=7 * weeks))


@_core(r"(?P<week>a week|a fortnight|two weeks|three weeks) (?:from )?(?P<day>today|tomorrow)")
def _weeks_from_today(match: re.Match[str], context: Context) -> Interval | None:
    return _day(context.today + timedelta(days=7 * _WEEKS_ON[match["week"]] + (match["day"] == "tomorrow")))


@_core(
    rf"(?P<which>next |this |this coming )?(?P<first>{WEEKDAY})(?:, {WEEKDAY})*,? (?:and|to|through) "
    rf"(?P<last>{WEEKDAY})"
)
def _two_weekdays(match: re.Match[str], context: Context) -> Interval | None:
    first = days_of(f"{match['which'] or ''}{match['first']}", context)
    if first is None:
        return None
    ahead = (_weekday_number(match["last"]) - first.first.weekday()) % 7
    return Interval(first.first, first.first + timedelta(days=ahead), "day")


@_core(
    r"(?P<clock>nightfall|dusk|sunset|midday|noon|lunchtime|close of (?:business|play)|"
    r"(?:the )?end of (?:the day|day|play|business))"
)
def _hour_today(_: re.Match[str], context: Context) -> Interval | None:
    return _day(context.today)


@_core(r"(?P<number>a|one|two|three|four|a few)? ?(?P<unit>days?|weeks?|fortnight) before (?P<day>.+)")
def _some_time_before(match: re.Match[str], context: Context) -> Interval | None:
    inner = days_of(match["day"], context)
    if inner is None or match["number"] in {None, "a few"}:
        return None
    return _day(inner.first - (later(inner.first, quantity(match["number"]), match["unit"]) - inner.first))


@_core(rf"the (?P<weekday>{WEEKDAY}) (?P<side>before|after) (?P<day>.+)")
def _weekday_beside(match: re.Match[str], context: Context) -> Interval | None:
    inner, number = days_of(match["day"], context), _weekday_number(match["weekday"])
    if inner is None:
        return None
    if match["side"] == "before":
        return _day(inner.first - timedelta(days=(inner.first.weekday() - number - 1) % 7 + 1))
    return _day(inner.last + timedelta(days=(number - inner.last.weekday() - 1) % 7 + 1))


@_core(r"the (?P<unit>day|weekend) (?P<side>before|after) (?P<day>(?!that|next).+)")
def _day_beside(match: re.Match[str], context: Context) -> Interval | None:
    """ "The day after Labor Day", "the weekend before Christmas"."""
    inner = days_of(match["day"], context)
    if inner is None or not (inner.is_point or match["day"] == "easter"):
        return None
    if match["unit"] == "day":
        return _day(inner.first - timedelta(days=1) if match["side"] == "before" else inner.last + timedelta(days=1))
    if match["side"] == "before":
        saturday = inner.first - timedelta(days=(inner.first.weekday() - 7) % 7 + 2)
        return Interval(saturday, saturday + timedelta(days=1), "day")
    saturday = inner.last + timedelta(days=(4 - inner.last.weekday()) % 7 + 1)
    return Interval(saturday, saturday + timedelta(days=1), "day")


@_core(r"(?:the )?(?P<part>whole|rest|remainder|course|duration) of (?P<whole>.+)")
def _rest_of(match: re.Match[str], context: Context) -> Interval | None:
    whole = days_of(match["whole"], context)
    if whole is None or match["part"] not in {"rest", "remainder"}:
        return whole
    return replace(whole, first=max(whole.first, context.today))


@_core(rf"(?P<first>{MONTH}) and (?P<last>{MONTH}){OF_YEAR}?")
def _two_months(match: re.Match[str], context: Context) -> Interval | None:
    year = _named_year(match, context)
    tail = f" {year}" if year else ""
    first, last = days_of(match["first"] + tail, context), days_of(match["last"] + tail, context)
    return Interval(first.first, last.last, "month") if first and last and first.first <= last.last else None


@_core(
    r"(?P<day>today|tonight|midnight tonight|now|tomorrow|the day after tomorrow|(?:early |"
    r"later )?this (?:morning|afternoon|evening)|later today|this very day|immediate effect|overnight|tomorrow week)"
)
def _near_day(match: re.Match[str], context: Context) -> Interval | None:
    ahead = {"tomorrow": 1, "midnight tonight": 1, "the day after tomorrow": 2, "overnight": 1, "tomorrow week": 8}.get(
        match["day"], 0
    )
    return _day(context.today + timedelta(days=ahead))


@_core(
    rf"(?:the )?(?P<which>{ORDINAL}|last) (?P<weekday>{WEEKDAY}) (?:of|in) (?P<month>{MONTH}|"
    rf"next month|this month|the month){OF_YEAR}?"
)
def _nth_weekday(match: re.Match[str], context: Context) -> Interval | None:
    number = _weekday_number(match["weekday"])

    def of_month(year: int, month: int) -> date:
        days = [
            d for d in range(1, calendar.monthrange(year, month)[1] + 1) if date(year, month, d).weekday() == number
        ]
        return date(year, month, days[-1] if match["which"] == "last" else days[_ORDINALS[match["which"]] - 1])

    if match["month"].endswith("month"):
        first = context.today + relativedelta(months=match["month"] == "next month")
        return _day(of_month(first.year, first.month))
    month, year = _month_number(match["month"]), _named_year(match, context)
    return _day(of_month(year, month) if year else _coming(lambda y: of_month(y, month), context.today))


# --- holidays


def _nth(year: int, month: int, weekday: int, number: int) -> date:
    """The `number`-th `weekday` (0 is Monday) of a month."""
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (number - 1))


def _polling_day(year: int) -> date:
    """America's, and that of its states: the Tuesday after the first Monday of November."""
    return _nth(year, 11, 0, 1) + timedelta(days=1)


def _fourth_before_christmas(year: int) -> date:
    """The Sunday on which Advent begins."""
    last = date(year, 12, 24)
    return last - timedelta(days=(last.weekday() + 1) % 7 + 21)


_HOLIDAYS: dict[str, Callable[[int], Interval]] = {
    "easter": lambda y: Interval(easter(y) - timedelta(days=2), easter(y) + timedelta(days=1), "day"),
    "easter sunday": lambda y: _day(easter(y)),
    "easter day": lambda y: _day(easter(y)),
    "good friday": lambda y: _day(easter(y) - timedelta(days=2)),
    "maundy thursday": lambda y: _day(easter(y) - timedelta(days=3)),
    "holy saturday": lambda y: _day(easter(y) - timedelta(days=1)),
    "whit monday": lambda y: _day(easter(y) + timedelta(days=50)),
    "easter saturday": lambda y: _day(easter(y) - timedelta(days=1)),
    "trinity sunday": lambda y: _day(easter(y) + timedelta(days=56)),
    "easter monday": lambda y: _day(easter(y) + timedelta(days=1)),
    "ash wednesday": lambda y: _day(easter(y) - timedelta(days=46)),
    "shrove tuesday": lambda y: _day(easter(y) - timedelta(days=47)),
    "palm sunday": lambda y: _day(easter(y) - timedelta(days=7)),
    "whitsun": lambda y: _day(easter(y) + timedelta(days=49)),
    "pentecost": lambda y: _day(easter(y) + timedelta(days=49)),
    "christmas": lambda y: _day(date(y, 12, 25)),
    "christmas day": lambda y: _day(date(y, 12, 25)),
    "christmas eve": lambda y: _day(date(y, 12, 24)),
    "boxing day": lambda y: _day(date(y, 12, 26)),
    "new year's": lambda y: _day(date(y, 1, 1)),
    "new year's day": lambda y: _day(date(y, 1, 1)),
    "new year's eve": lambda y: _day(date(y, 12, 31)),
    "hogmanay": lambda y: _day(date(y, 12, 31)),
    "halloween": lambda y: _day(date(y, 10, 31)),
    "bonfire night": lambda y: _day(date(y, 11, 5)),
    "valentine's day": lambda y: _day(date(y, 2, 14)),
    "st patrick's day": lambda y: _day(date(y, 3, 17)),
    "st andrew's day": lambda y: _day(date(y, 11, 30)),
    "armistice day": lambda y: _day(date(y, 11, 11)),
    "juneteenth": lambda y: _day(date(y, 6, 19)),
    "the fourth of july": lambda y: _day(date(y, 7, 4)),
    "anzac day": lambda y: _day(date(y, 4, 25)),
    "remembrance sunday": lambda y: _day(_nth(y, 11, 6, 2)),
    "father's day": lambda y: _day(_nth(y, 6, 6, 3)),
    "midsummer": lambda y: _day(date(y, 6, 24)),
    "michaelmas": lambda y: _day(date(y, 9, 29)),
    "burns night": lambda y: _day(date(y, 1, 25)),
    "guy fawkes night": lambda y: _day(date(y, 11, 5)),
    "st stephen's day": lambda y: _day(date(y, 12, 26)),
    "groundhog day": lambda y: _day(date(y, 2, 2)),
    "cinco de mayo": lambda y: _day(date(y, 5, 5)),
    "earth day": lambda y: _day(date(y, 4, 22)),
    "ve day": lambda y: _day(date(y, 5, 8)),
    "black friday": lambda y: _day(_nth(y, 11, 3, 4) + timedelta(days=1)),
    "cyber monday": lambda y: _day(_nth(y, 11, 3, 4) + timedelta(days=4)),
    "election day": lambda y: _day(_polling_day(y)),
    "epiphany": lambda y: _day(date(y, 1, 6)),
    "twelfth night": lambda y: _day(date(y, 1, 5)),
    "candlemas": lambda y: _day(date(y, 2, 2)),
    "st david's day": lambda y: _day(date(y, 3, 1)),
    "lady day": lambda y: _day(date(y, 3, 25)),
    "st george's day": lambda y: _day(date(y, 4, 23)),
    "lammas": lambda y: _day(date(y, 8, 1)),
    "all saints' day": lambda y: _day(date(y, 11, 1)),
    "all souls' day": lambda y: _day(date(y, 11, 2)),
    "martinmas": lambda y: _day(date(y, 11, 11)),
    "ascension day": lambda y: _day(easter(y) + timedelta(days=39)),
    "corpus christi": lambda y: _day(easter(y) + timedelta(days=60)),
    "advent sunday": lambda y: _day(_fourth_before_christmas(y)),
    "advent": lambda y: Interval(_fourth_before_christmas(y), date(y, 12, 24), "day"),
    "lent": lambda y: Interval(easter(y) - timedelta(days=46), easter(y) - timedelta(days=1), "day"),
}
# Names that `holidays` has, by country; its observed days are left out, because news names the day itself.
_PUBLIC = {
    "thanksgiving": "Thanksgiving", "labor day": "Labor Day", "labour day": "Labour Day",
    "memorial day": "Memorial Day",
    "columbus day": "Columbus Day", "veterans day": "Veterans Day", "presidents' day": "Washington's Birthday",
    "presidents day": "Washington's Birthday", "martin luther king day": "Martin Luther King Jr. Day",
    "independence day": "Independence Day", "victoria day": "Victoria Day", "canada day": "Canada Day",
    "remembrance day": "Remembrance Day", "australia day": "Australia Day", "waitangi day": "Waitangi Day",
    "king's birthday": "King's Birthday", "republic day": "Republic Day", "diwali": "Diwali",
    "family day": "Family Day",
    "may day": "May Day", "the may day bank holiday": "May Day", "the early may bank holiday": "May Day",
    "the spring bank holiday": "Spring Bank Holiday", "the august bank holiday": "Late Summer Bank Holiday",
    "the late may bank holiday": "Spring Bank Holiday", "the summer bank holiday": "Late Summer Bank Holiday",
}  # fmt: skip
# Where a paper that says "Election Day" is American: the others vote on days that no calendar knows.
_VOTES_IN_NOVEMBER = frozenset({"en-US", "en-GB"})
_COUNTRIES = {"US": None, "CA": "ON", "GB": "ENG", "AU": "NSW", "NZ": None, "IE": None, "IN": None, "ZA": None}
HOLIDAY_NAMES = "|".join(sorted(map(re.escape, {*_HOLIDAYS, *_PUBLIC, "mother's day"}), key=len, reverse=True))


@_core(rf"(?P<which>next |this )?(?P<name>{HOLIDAY_NAMES})(?P<span> weekend)?{OF_YEAR}?")
@_core(rf"(?P<which>the )(?P<name>{HOLIDAY_NAMES})(?P<span> weekend| holiday| holidays| period){OF_YEAR}?")
def _holiday(match: re.Match[str], context: Context) -> Interval | None:
    name, year = match["name"], _named_year(match, context)
    years = [year] if year else range(context.today.year, context.today.year + 2)
    for candidate in years:
        found = _holiday_in(name, candidate, context.locale)
        if found is not None and (year or found.last >= context.today):
            return _long_weekend(found) if match["span"] == " weekend" else found
    return None


def _holiday_in(name: str, year: int, locale: str) -> Interval | None:
    if name == "mother's day":  # the fourth Sunday in Lent in Britain and Ireland, the second of May elsewhere
        is_lent = locale in {"en-GB", "en-IE"}
        return _day(easter(year) - timedelta(days=21) if is_lent else _nth(year, 5, 6, 2))
    if name == "election day" and locale not in _VOTES_IN_NOVEMBER:
        return None
    return _HOLIDAYS[name](year) if name in _HOLIDAYS else _public_holiday(name, year, locale)


def _long_weekend(holiday: Interval) -> Interval:
    """Saturday to Monday for a holiday on a Monday, Friday to Sunday for one on a Friday."""
    if not holiday.is_point:
        return holiday
    before = {0: 2}.get(holiday.first.weekday(), 0)
    after = {4: 2}.get(holiday.first.weekday(), 0)
    return Interval(holiday.first - timedelta(days=before), holiday.last + timedelta(days=after), "day")


@_core(rf"(?:the )?(?:next |coming )?bank holiday(?P<span> weekend)?(?: (?P<weekday>{WEEKDAY}))?")
def _bank_holiday(match: re.Match[str], context: Context) -> Interval | None:
    """The next public holiday of the country."""
    import holidays

    country = context.locale.split("-")[1]
    years = (context.today.year, context.today.year + 1)
    with warnings.catch_warnings(action="ignore"):  # it warns about years that its lunar calendars do not reach
        days = holidays.country_holidays(country, subdiv=_COUNTRIES[country], years=years, observed=False)
    number = _weekday_number(match["weekday"]) if match["weekday"] else None
    day = min((d for d in days if d >= context.today and number in {None, d.weekday()}), default=None)
    if day is None:
        return None
    return _long_weekend(_day(day)) if match["span"] else _day(day)


@lru_cache(maxsize=256)
def _public_holiday(name: str, year: int, locale: str) -> Interval | None:
    import holidays

    own = locale.split("-")[1]
    for country in (own, *(c for c in _COUNTRIES if c != own)):
        with warnings.catch_warnings(action="ignore"):
            days = holidays.country_holidays(
                country, subdiv=_COUNTRIES[country], years=year, observed=False, language="en_US"
            )
        found = sorted(
            day for day, names in days.items() if any(n.startswith(_PUBLIC[name]) for n in names.split("; "))
        )
        if found:
            return _day(found[0])
    return None


# --- weeks, months, quarters, seasons, years


@_core(
    r"(?P<which>this|next|the|the next|the following|the coming|this coming|the week after next|"
    r"later this|later in the) ?(?P<unit>week|weekend|month|quarter|year)?"
)
def _relative_period(match: re.Match[str], context: Context) -> Interval | None:
    which, unit, today = match["which"], match["unit"], context.today
    if which == "the week after next":
        return _week(today + timedelta(days=14))
    if unit is None:
        return None
    ahead = 1 if which in {"next", "the next", "the following", "the coming"} else 0
    found = _period(unit, ahead, today)
    return replace(found, first=today) if which.startswith("later") else found


def _period(unit: str, ahead: int, today: date) -> Interval:
    match unit:
        case "week":
            return _week(today + timedelta(days=7 * ahead))
        case "weekend":
            week = _week(today + timedelta(days=7 * ahead))
            return Interval(week.first + timedelta(days=5), week.last, "day")
        case "month":
            first = today + relativedelta(months=ahead)
            return _month(first.year, first.month)
        case "quarter":
            first = date(today.year, 3 * ((today.month - 1) // 3) + 1, 1) + relativedelta(months=3 * ahead)
            return _months(first, 3, "quarter")
    return _year(today.year + ahead)


@_core(r"the (?P<unit>week|month|year) after next")
def _after_next(match: re.Match[str], context: Context) -> Interval | None:
    return _period(match["unit"], 2, context.today)


@_core(rf"(?P<which>next |this |this coming |the following )?(?P<month>{MONTH}){OF_YEAR}?")
def _named_month(match: re.Match[str], context: Context) -> Interval | None:
    month, year = _month_number(match["month"]), _named_year(match, context)
    if year is not None:
        return _month(year, month)
    today = context.today
    is_next = match["relative"] == "next" or (match["which"] or "").startswith("next")
    is_over = month < today.month or (month == today.month and is_next)
    return _month(today.year + is_over, month)


@_core(
    rf"(?P<which>next |this |this coming |later this |the )?(?P<season>{SEASON}){OF_YEAR}?(?: (?:term|"
    rf"season|months|holidays?))?"
)
@_core(rf"(?P<which>the )?(?P<season>winter|summer)(?: of)? (?P<year>{YEAR})[-/](?:\d\d|{YEAR})(?P<relative>)?")
@_core(
    rf"(?P<which>next |this |the )?(?P<season>{SEASON}) (?P<year>{YEAR})(?P<relative>)?(?: (?:term|"
    rf"season|semester|session))?"
)
def _season(match: re.Match[str], context: Context) -> Interval | None:
    """Northern meteorological seasons, southern ones for southern countries: the current one, or the next to begin."""
    month = _SEASONS[match["season"].removesuffix("time")]
    month = (month + 5) % 12 + 1 if context.locale in SOUTHERN else month
    year, today = _named_year(match, context), context.today
    if year is not None:
        return _months(date(year, month, 1), 3, "season")
    seasons = (_months(date(y, month, 1), 3, "season") for y in range(today.year - 1, today.year + 3))
    if (match["which"] or "") == "next ":
        return next(s for s in seasons if s.first > today)
    found = next(s for s in seasons if s.last >= today)
    return replace(found, first=max(found.first, today)) if match["which"] == "later this " else found


@_core(
    rf"(?:the )?(?P<which>{ORDINAL}|final|last|q[1-4])(?: quarter)?{OF_YEAR}?(?<! (?:first|third))(?<!second|fourth)"
)
@_core(rf"(?:the )?(?P<which>first|second|third|fourth|final|last) quarter{OF_YEAR}?")
@_core(rf"(?P<which>q[1-4])[ ,]*(?:of )?(?P<year>{YEAR})?(?P<relative>next year|this year)?")
def _quarter(match: re.Match[str], context: Context) -> Interval | None:
    which = match["which"]
    if "quarter" not in match[0] and which[0] != "q":
        return None
    number = int(which[1]) if which[0] == "q" else 4 if which in {"final", "last"} else _ORDINALS[which]
    return _part_of_year(match, context, 3 * (number - 1) + 1, 3, "quarter")


@_core(rf"(?:the )?(?P<which>first|second|latter|last) half{OF_YEAR}")
@_core(rf"(?P<which>h[12])[ ,]*(?:of )?(?P<year>{YEAR})?(?P<relative>next year|this year)?")
def _half_year(match: re.Match[str], context: Context) -> Interval | None:
    return _part_of_year(match, context, 1 if match["which"] in {"first", "h1"} else 7, 6, "half")


@_core(rf"(?:the )?(?P<which>first|last|final) (?P<count>{NUMBER}) months{OF_YEAR}")
def _months_of_year(match: re.Match[str], context: Context) -> Interval | None:
    count = int(quantity(match["count"]))
    return _part_of_year(match, context, 1 if match["which"] == "first" else 13 - count, count, "quarter")


def _part_of_year(match: re.Match[str], context: Context, month: int, count: int, grain: Grain) -> Interval:
    year = _named_year(match, context)
    if year is not None:
        return _months(date(year, month, 1), count, grain)
    here = _months(date(context.today.year, month, 1), count, grain)
    return here if here.last >= context.today else _months(date(context.today.year + 1, month, 1), count, grain)


@_core(
    rf"(?:the )?(?P<which>first|second|third|fourth|last|final) (?P<unit>week|fortnight|half|day|"
    rf"weekend) (?:of|in) (?P<month>{MONTH}|next month|this month|the month){OF_YEAR}?"
)
def _part_of_month(match: re.Match[str], context: Context) -> Interval | None:
    if match["month"].endswith("month"):
        whole = _period("month", int(match["month"] == "next month"), context.today)
    else:
        month, year = _month_number(match["month"]), _named_year(match, context)
        whole = _month(year or context.today.year + (month < context.today.month), month)
    is_last = match["which"] in {"last", "final"}
    number = _ORDINALS.get(match["which"], 1)
    if match["unit"] == "half":
        middle = whole.first.replace(day=15)
        return (
            replace(whole, last=middle)
            if number == 1 and not is_last
            else replace(whole, first=middle + timedelta(days=1))
        )
    if match["unit"] == "day":
        return _day(whole.last if is_last else whole.first + timedelta(days=number - 1))
    if match["unit"] == "weekend":
        saturday = whole.first + timedelta(days=(5 - whole.first.weekday()) % 7)
        saturday = (
            whole.last - timedelta(days=(whole.last.weekday() - 5) % 7)
            if is_last
            else saturday + timedelta(days=7 * (number - 1))
        )
        return Interval(saturday, saturday + timedelta(days=1), "day")
    length = 14 if match["unit"] == "fortnight" else 7
    first = whole.last - timedelta(days=length - 1) if is_last else whole.first + timedelta(days=length * (number - 1))
    return Interval(first, first + timedelta(days=length - 1), "week")


@_core(r"(?:the )?week (?:of|beginning|commencing|starting) (?P<day>.{4,30})")
@_core(r"(?:the )?week (?P<after>after) (?P<day>.{4,30})")
def _week_of(match: re.Match[str], context: Context) -> Interval | None:
    inner = days_of(match["day"], context)
    if inner is None:
        return None
    if "after" in match.groupdict():
        if inner.last.weekday() == 0 and inner.grain == "day":
            week = _week(inner.last)  # what is left of it after a Monday
            return week if match["day"] == "easter" else replace(week, first=inner.last + timedelta(days=1))
        return _week(inner.last + timedelta(days=7))
    return Interval(inner.first, inner.first + timedelta(days=6), "week")


@_core(rf"(?:the )?(?:calendar )?(?:year )?(?P<year>{YEAR})(?: season| calendar year)?(?![-/–]\d)(?!s)")
def _calendar_year(match: re.Match[str], _: Context) -> Interval | None:
    return _year(int(match["year"]))


@_core(rf"(?P<a>{YEAR}),? (?:and|or|to|-) (?P<b>{YEAR})")
def _several_years(match: re.Match[str], _: Context) -> Interval | None:
    return Interval(_year(int(match["a"])).first, _year(int(match["b"])).last, "years")


@_core(
    rf"(?:the )?(?:financial year |fiscal year |fiscal |tax year )?(?P<a>{YEAR})[-/–](?P<b>\d\d|"
    rf"{YEAR})(?: (?:financial|fiscal|tax|school|academic) year)?"
)
def _named_financial_year(match: re.Match[str], context: Context) -> Interval | None:
    start, end = int(match["a"]), int(match["b"])
    if end % 100 != (start + 1) % 100:
        return Interval(_year(start).first, _year(start - start % 100 + end if end < 100 else end).last, "years")
    if "school" in match[0] or "academic" in match[0]:
        return _months(date(start, 9, 1), 12, "year")
    month = FINANCIAL_YEAR_START[context.locale]
    return _months(date(start, max(1, month), 1), 12, "year")


@_core(rf"(?:the )?(?:federal )?(?:fiscal|financial) (?:years? )?(?P<year>{YEAR})(?: (?:and|to) (?P<last>{YEAR}))?")
def _fiscal(match: re.Match[str], context: Context) -> Interval | None:
    month = FINANCIAL_YEAR_START[context.locale]
    is_named_for_end = "fiscal" in match[0] or context.locale in NAMED_FOR_END
    start = int(match["year"]) - (is_named_for_end and month > 1)
    count = int(match["last"] or match["year"]) - int(match["year"]) + 1
    return _months(date(start, month, 1), 12 * count, "year" if count == 1 else "years")


@_core(r"(?:in )?fy ?'?(?P<year>\d\d|20\d\d)")
def _fy(match: re.Match[str], context: Context) -> Interval | None:
    """ "FY27" is everywhere the year that ends in 2027, as fiscal 2027 is."""
    end = int(match["year"]) % 100 + 2000
    month = FINANCIAL_YEAR_START[context.locale]
    return _months(date(end - (month > 1), month, 1), 12, "year")


@_core(
    r"(?P<which>this|the current|the present|next|the next|the coming|the following|the new|the) "
    r"(?P<kind>financial|fiscal|tax|budget) year"
)
@_core(r"(?P<which>the next|the coming) (?P<count>two|three|four|five) (?P<kind>financial|fiscal|tax|budget) years")
def _relative_financial_year(match: re.Match[str], context: Context) -> Interval | None:
    month, day = (
        TAX_YEAR_START.get(context.locale, (FINANCIAL_YEAR_START[context.locale], 1))
        if match["kind"] == "tax"
        else (FINANCIAL_YEAR_START[context.locale], 1)
    )
    today = context.today
    start = today.year - (today < date(today.year, month, day))
    ahead = match["which"] in {"next", "the next", "the coming", "the following", "the new"}
    count = int(quantity(match["count"])) if "count" in match.groupdict() else 1
    return _months(date(start + ahead, month, day), 12 * count, "year" if count == 1 else "years")


@_core(r"the (?P<which>decade|(?P<tens>(?:19|20)\d0)s)")
def _decade(match: re.Match[str], context: Context) -> Interval | None:
    start = int(match["tens"]) if match["tens"] else context.today.year // 10 * 10
    return Interval(_year(start).first, _year(start + 9).last, "years")


@_core(r"the century")
def _century(_: re.Match[str], context: Context) -> Interval | None:
    """As it is counted in talk of its end: the present one ends with 2100."""
    last = (context.today.year + 99) // 100 * 100
    return Interval(_year(last - 99).first, _year(last).last, "years")


@_core(r"(?P<words>(?:the )?year[ -]end|year's end|the year's end|(?:the )?turn of the year)")
def _year_end(_: re.Match[str], context: Context) -> Interval | None:
    return _day(date(context.today.year, 12, 31))


@_core(r"(?:the )?(?P<which>first|last|final) day of (?P<whole>the (?:year|decade)|next year|this year|20\d\d)")
def _edge_of_year(match: re.Match[str], context: Context) -> Interval | None:
    whole = days_of("this year" if match["whole"] == "the year" else match["whole"], context)
    return _day(whole.first if match["which"] == "first" else whole.last) if whole else None


# --- parts: the end, the start, early, mid, late


@_core(r"later in (?P<whole>(?!the (?:week|month|year)$).+)")
def _later_in(match: re.Match[str], context: Context) -> Interval | None:
    whole = days_of(match["whole"], context)
    return replace(whole, first=max(whole.first, context.today)) if whole and whole.last >= context.today else None


@_core(r"(?:the )?(?:very )?(?P<part>end|close|start|beginning|middle|midpoint|turn|top) of (?P<whole>.+)")
@_core(r"(?P<from>early|mid)-? ?(?:to|or|/)-? ?(?P<part>mid|late)(?:-| )(?P<whole>.+)")
@_core(r"(?P<part>early|mid|middle|late)(?:-| in | )(?:the )?(?P<whole>.+)")
@_core(r"(?P<whole>[\w ]+)['’]s? (?P<part>end)")
def _part(match: re.Match[str], context: Context) -> Interval | None:
    words, part = match["whole"], match["part"]
    whole = days_of(words, context) or days_of(f"the {words}", context)
    if whole is None or re.search(r"\d season$", words):  # a season ends on its own day, not with the year
        return None
    if whole.is_point:
        is_day = re.search(rf"\d|{WEEKDAY}|today|tomorrow", words)  # but "by the end of the second" is of another thing
        return whole if is_day and part in {"end", "close"} else None
    match part:
        case "end" | "close":
            return replace(_day(whole.last), grain=whole.grain)
        case "start" | "beginning" | "turn" | "top":
            return replace(_day(whole.first), grain=whole.grain)
    thirds = {"early": 0, "mid": 1, "middle": 1, "midpoint": 1, "late": 2}
    found = _third(whole, thirds[part])
    opens = match.groupdict().get("from")
    return replace(found, first=_third(whole, thirds[opens]).first) if opens else found


def _third(whole: Interval, number: int) -> Interval:
    """Early, mid, late: days 1-10, 11-20 and the rest of a month; four months of a year; one month of a season."""
    if whole.grain == "month":
        first = whole.first + timedelta(days=10 * number)
        return Interval(first, whole.last if number == 2 else first + timedelta(days=9), "day")
    if whole.grain == "week":
        days = ((0, 1), (2, 2), (3, 6))[number]
        return Interval(whole.first + timedelta(days=days[0]), whole.first + timedelta(days=days[1]), "day")
    months = (whole.last.year - whole.first.year) * 12 + whole.last.month - whole.first.month + 1
    length = months // 3
    return _months(whole.first + relativedelta(months=length * number), length, "month")


# --- spans of time that count from the article's date


@_core(r"this time next (?P<unit>week|month|year)")
def _this_time_next(match: re.Match[str], context: Context) -> Interval | None:
    return _day(later(context.today, 1, match["unit"]))


@_core(
    rf"(?P<number>{NUMBER}) (?P<unit>{UNIT})(?: and a half)?(?: (?:time|from (?:now|today)|hence|"
    rf"of (?:today|this report|now)|after this report))"
)
def _from_now(match: re.Match[str], context: Context) -> Interval | None:
    return _day(later(context.today, quantity(match["number"]), match["unit"]))


def quantity(words: str) -> float:
    special = {
        "a": 1,
        "an": 1,
        "the": 1,
        "another": 1,
        "a further": 1,
        "a hundred": 100,
        "half a": 0.5,
        "half an": 0.5,
        "a couple of": 2,
        "the couple of": 2,
        "couple of": 2,
    }
    if words in special:
        return special[words]
    if words.endswith(" and a half"):
        return quantity(words.removesuffix(" and a half")) + 0.5
    tens, _, unit = words.partition("-")
    return (number_word(tens) or 0) + (number_word(unit) or 0 if unit else 0)


def later(day: date, number: float, unit: str) -> date:
    """`number` units after `day`; working days skip weekends, a month's end stays inside its month."""
    if unit.endswith(" and a half"):
        number, unit = number + 0.5, unit.removesuffix(" and a half")
    unit = unit.rstrip("'’s")
    if unit.startswith(("working", "business", "clear")):
        return _working_days(day, int(number))
    match unit.split()[-1]:
        case "hour":
            return day + timedelta(days=int(number) // 24)
        case "day":
            return day + timedelta(days=int(number))
        case "week":
            return day + timedelta(days=int(7 * number))
        case "fortnight":
            return day + timedelta(days=int(14 * number))
        case "month":
            whole = int(number)
            return day + relativedelta(months=whole) + timedelta(days=15 if number > whole else 0)
        case "quarter":
            return day + relativedelta(months=int(3 * number))
        case "decade":
            return day + relativedelta(years=int(10 * number))
    return day + relativedelta(months=int(12 * number))


def _working_days(day: date, number: int) -> date:
    while number > 0:
        day += timedelta(days=1)
        number -= day.weekday() < 5
    return day


# --- a whole name

# No name of days is longer, and names inside names ("the end of the start of") are read one inside the other.
MAX_NAME = 200


def days_of(words: str, context: Context) -> Interval | None:
    """The days that `words` name, without a preposition; None when they name none."""
    """The days that a name without its preposition stands for: the first pattern that reads all of it."""
    if len(words) > MAX_NAME:
        return None
    words = words.strip(" ,")
    for form in dict.fromkeys(
        (words, _LOOSE_ENDS.sub("", words), re.sub(rf"^{CLOCK}(?=\S)", "", _LOOSE_ENDS.sub("", words)))
    ):
        found = _read(form, context)
        if found is not None:
            return found
    return None


_LOOSE_ENDS = re.compile(
    rf"^(?:on|in|at) (?=\w)|{PART_OF_DAY}$| (?:is|are|was|were) (?:out|over|up)$|['’]s (?:deadline|"
    rf"meeting|vote|session)$|(?<=day|row)['’]s(?: [a-z-]+){{1,3}}$"
    r"|,? (?:at|around) [\d:.]+ ?[ap]\.?m\.?$"
    # the day of "the May 7 election"; "the 2031 election" has none
    r"|(?<=\d)(?<!^20\d\d)(?<!^the 20\d\d) (?:primary|primaries|election|vote|ballot|deadline|meeting|conference|"
    r"summit|hearing|debate|poll|referendum)$"
)


def _read(words: str, context: Context) -> Interval | None:
    for _, pattern, reader in _CORES:
        match = pattern.fullmatch(words)
        if match is None:
            continue
        try:
            found = reader(match, context)
        except (ValueError, KeyError, IndexError, OverflowError):
            continue
        if found is not None:
            return found
    return None
