"""A sentence -> where it says when: the spans of its time expressions, with their prepositions."""

import re
from datetime import date
from functools import lru_cache

from pipeline.dates import (
    CLOCK,
    HOLIDAY_NAMES,
    MONTH,
    NUMBER,
    OF_YEAR,
    ORDINAL,
    PART_OF_DAY,
    SEASON,
    UNIT,
    WEEKDAY,
    YEAR,
)
from pipeline.deadlines import AFTER, BEFORE, BY, FROM, TIMED_TASK, UNTIL, resolve, unnamed
from pipeline.records import Span

_YEARED = unnamed(OF_YEAR)
_PERIOD = (
    r"(?:the (?:week|weekend|month|year) after next|"
    r"(?:this|next|the|the next|the current|the coming|the following|later this|this coming) (?:weekend|week|"
    r"month|quarter|year|(?:financial|fiscal|tax) year|decade))"
)
# "7 and 14 June", "the 3rd, 10th and 17th of May", "June 7 and 14". A longer list is cut: each number could begin
# another, and the cost would be the square of its length.
_DAY_NUMBER = r"\d{1,2}(?:st|nd|rd|th)?"
_DAYS_BEFORE = rf"(?:{_DAY_NUMBER}(?:, (?:the )?{_DAY_NUMBER}){{0,8}},? ?(?:and|to|or|-|–) ?(?:the )?)?"
_DAYS_AFTER = rf"(?:(?:, {_DAY_NUMBER}){{0,8}},? (?:and|to|or) {_DAY_NUMBER}|[-–]\d{{1,2}})?"
_DAYS_AT_ONCE = rf"(?:the )?{_DAY_NUMBER} and|{MONTH} {_DAY_NUMBER} and"
_DAY_NAME = (
    rf"(?:(?:(?:next |this |this coming )?{WEEKDAY},? )?(?:the )?{_DAYS_BEFORE}(?:\d{{1,2}}(?:st|nd|rd|th)?|"
    rf"{ORDINAL})(?: of)? {MONTH}{_YEARED}?|(?:{WEEKDAY},? )?{MONTH} \d{{1,2}}(?:st|nd|rd|"
    rf"th)?(?![\d,]*\d){_DAYS_AFTER}(?!\d){_YEARED}?)"
)
# "Monday the 5th", "from Monday 5."
_DAY_OF_NO_MONTH = rf"{WEEKDAY},? (?:(?:the )?\d{{1,2}}(?:st|nd|rd|th)\b|\d{{1,2}}(?=[.;]?\s*$))"
_MONTH_NAME = rf"(?:(?:next |this )?{MONTH}{_YEARED}?)"
_SEASON_NAME = rf"(?:(?:the |next |this )?{SEASON}(?: {YEAR}|{_YEARED})?)"
_BANK = rf"(?:(?:the )?(?:{HOLIDAY_NAMES})(?: weekend)?{_YEARED}?)"
_FINANCIAL = (
    rf"(?:the )?(?:{YEAR}[-/–](?:20)?\d\d(?!-?\d)(?: (?:(?:financial|fiscal|tax|school|academic) year|season|campaign|"
    rf"(?:legislative )?session))?|(?:federal )?fiscal (?:year )?{YEAR}|fy ?'?(?:20)?\d\d)"
)
_ITS_YEAR = rf",? (?:of )?(?:{YEAR}|next year|this year)"
_QUARTER_OR_HALF = rf"(?:q[1-4](?:{_ITS_YEAR})?|h[12]{_ITS_YEAR})"
# "£50 a week from Monday" and "five days a week from Monday" are rates.
_WEEKS_ON = (
    rf"(?:(?<![\d%] )(?<!days )(?<!hours )(?<!nights )(?<!once )(?<!twice )(?<!times )"
    rf"(?:a week|a fortnight|two weeks|three weeks) (?:(?:from )?(?:today|tomorrow)|(?:on|from) {WEEKDAY}))"
)
# "The week beginning 24 March", "the Thursday before Christmas".
_BESIDE = (
    rf"(?:(?:the )?week (?:of|beginning|commencing|starting) (?:on )?{_DAY_NAME}|"
    rf"the (?:{WEEKDAY}|day|week|weekend) (?:before|after) (?:{_BANK}|{_DAY_NAME}))"
)
_ORDINAL_PART = (
    rf"(?:the )?(?:first|second|third|fourth|last|final|latter) (?:quarter|half|week|fortnight|day|"
    rf"weekend|{WEEKDAY})(?: (?:of|in) (?:{_MONTH_NAME}|{YEAR}|(?:next|this|the) (?:month|year)))?"
)
_NAMED = (
    rf"(?:{_DAY_NAME}|{_DAY_OF_NO_MONTH}|{_FINANCIAL}|{_SEASON_NAME}|{_BANK}|{_ORDINAL_PART}|(?:next |this |"
    rf"this coming )?{WEEKDAY}(?: week|(?:,? of)? next week)?{PART_OF_DAY}?|(?:the year )?{YEAR}(?![-/–]\d)|"
    rf"{_WEEKS_ON}|{_QUARTER_OR_HALF}|(?:the )?(?:year|month|week)'s end|{_PERIOD}|{_MONTH_NAME}|"
    rf"\d{{1,2}}/\d{{1,2}}/\d{{4}}|\d{{4}}-\d\d-\d\d|"
    rf"the (?:\d{{1,2}}(?:st|nd|rd|th)|{ORDINAL}) of (?:next|this|the) month|"
    rf"the \d{{1,2}}(?:st|nd|rd|th|d(?= inst| prox))\b(?! ult)(?: (?:inst|prox)(?:ant|imo)?\b)?|"
    rf"(?:today|tomorrow) week|the day after tomorrow|"
    rf"today|tonight|tomorrow(?:{PART_OF_DAY})?|the decade|"
    rf"the 20\d0s|year[ -]end|the new year|this time next year)"
)
_PARTED = (
    rf"(?:(?:the )?(?:very )?(?:end|start|beginning|middle|close|turn|early months) of |early |mid-|mid |late |"
    rf"(?:early|mid)-? ?to-? ?(?:mid|late)[ -]|early in |late in |later in )?{_NAMED}"
)
_ABOUT = r"(?: (?:about|around|roughly|approximately|just|only))?"
_AMOUNT = (
    rf"(?:(?:an?|one) (?:hour|day|week|month|year) or (?:two|three)|(?:{NUMBER} (?:to|or) |"
    rf"\d{{1,3}}[-–](?=\d))?{NUMBER}(?: and a half)? {UNIT}(?: and a half)?(?: or so\b)?)"
)
_COUNT = (
    rf"(?:within at most|within|inside|in less than|in under|in|over|during|for|for at least|in no more than|"
    rf"no later than){_ABOUT}(?: the)?(?: next| coming)?{_ABOUT} {_AMOUNT}(?: (?:time|from now|of (?:today|"
    rf"this report)))?"
)
_NEXT_COUNT = (
    rf"(?:(?:over (?:the course of )?|during |in |within |for )?the next {_AMOUNT}|"
    r"(?:over(?: the course of)?|during|in|within|for) the (?:next|coming) (?:decade|year)|"
    rf"(?<!once )(?<!twice ){NUMBER} {UNIT} from (?:now|today))"
)
_WITH_PREPOSITION = (
    rf"(?:at the earliest,? )?(?:{BY}|{BEFORE}|{UNTIL}|{FROM}|{AFTER}|in|on|at|during|over(?: the course of)?|for|"
    rf"throughout|around(?! {YEAR})|towards?(?= the (?:end|middle))) (?:around |about )?{CLOCK}?(?:on )?{_PARTED}"
    rf"(?:(?:,? (?:and|or) |,? (?:to|until|till|through) {CLOCK}?(?:on )?)(?:next|"
    rf"(?!the (?:year|month|week)\b){_PARTED}))?(?: at the (?:latest|earliest)|,? onwards?)?"
)
# "By the end of today"; "at the end of the day" says nothing of a day.
_DAY_S_END = rf"(?:{BY}|{BEFORE}|{UNTIL}) (?:the )?end of (?:the day|day|play|business|{WEEKDAY}|today|tomorrow)"
_UNDATED = (
    r"(?:before|by|until|till|ahead of|in time for) (?:the end of )?(?:the|this|"
    r"next) (?:\w+ )?(?:recess|parliament|elections?|general election|session|sitting|term|summer recess|"
    r"(?:summer|winter|spring|autumn|easter|christmas) break|school year|academic year|season|polling day)"
)
_FINDER = re.compile(
    (
        rf"\b(?:(?:(?:{BY}|{BEFORE}|{UNTIL}|{FROM}|in|on|during|over|within|for) )?{_BESIDE}|"
        rf"between {_PARTED} and {_PARTED}|between (?={_DAYS_AT_ONCE}){_DAY_NAME}|{_COUNT}|{_NEXT_COUNT}|"
        rf"{_UNDATED}|{_DAY_S_END}|{_WITH_PREPOSITION}|by the end of the century|"
        rf"(?:early|late) in {_NAMED}|later in the (?:week|month|year)|(?:later |early |late )?{_NAMED})(?!\w)"
    ),
    re.IGNORECASE,
)
# After a month written out, a stop ends the sentence; after "Sept" it belongs to the month.
_FULL_STOP = re.compile(r"(?<=[A-Za-z]{4})(?<!Sept)\.$|(?<=\b[Mm]ay)\.$")
_WEAK = re.compile(rf"\b{NUMBER}-(?:day|week|month|year)\b(?= (?:[\w'-]+ )?(?:{TIMED_TASK}))", re.IGNORECASE)
# A bare month, season, holiday or year without a preposition is a name more often than a time.
_BARE_ALLOWED = re.compile(
    (
        rf"(?:early|late|later) in |(?:later |early |late )?(?:next |this |today|tonight|tomorrow|{_DAY_NAME}|(?:next |"
        rf"this )?{WEEKDAY}|the first|the last|the second|the \d|the day |the week |the weekend |"
        rf"the \w+ after next|{_WEEKS_ON}|(?:the )?week |"
        rf"the {WEEKDAY} |the next (?:week|month|quarter|year|\w+ year)|{NUMBER} {UNIT} from )"
    ),
    re.IGNORECASE,
)
_REJECTED = re.compile(
    (
        rf"(?:for|in|on|over|during|around|the|at|to|a) (?:the )?(?:year|month|week|quarter|decade|weekend|first|"
        rf"second|third|fourth|last|final|first day|last day)|"
        r"(?:in|over|during|within) the (?:days|weeks|months|years)|"
        r"(?:for|on|over|during|the|at|to|a) (?:the )?fall|in fall|"
        rf"may|march|the|fall|(?:to|on|at) (?:may|march)|for may|(?:to|in|on|at|for) the|"
        rf".*\blast (?:week|month|year|{SEASON})|to (?:{SEASON}|{YEAR})|(?:on|in|at|to|for) (?:today|tonight)"
    ),
    re.IGNORECASE,
)


# One of these is in every time; to look for them costs a tenth of looking for times.
_SIGNS = (
    r"\d|day|week|month|year|quarter|half|decade|fortnight|hour|night|morrow|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|"
    r"nov|dec|century|spring|summer|autumn|fall|winter|recess|parliament|election|session|term|season|"
    r"\b(?:mon|tues?|weds?|thurs?|thu|fri|sat|sun)\."
)
_HOLIDAYS = "|".join(name for name in HOLIDAY_NAMES.split("|") if not re.search(_SIGNS, name))
_MAY_BE_TIME = re.compile(rf"{_SIGNS}|{_HOLIDAYS}", re.IGNORECASE)
_PLAIN = str.maketrans("’‘\u00a0", "'' ")


def find_time_expressions(sentence: str, *, weak: bool = False) -> list[Span]:
    """Where `sentence` says when, with the prepositions, longest first, disjoint and in order; offsets into `sentence`.

    Durations without a start, vague times and past times ("last year") are not found. `weak` adds lengths that stand
    as adjectives ("a three-month audit"), which `resolve` reads as counted from the article's date.
    """
    return list(_times_in(sentence, weak))


# A sentence is asked about by several stages, one soon after the other.
@lru_cache(maxsize=1_024)
def _times_in(sentence: str, weak: bool) -> tuple[Span, ...]:
    plain = sentence.translate(_PLAIN)
    if not _MAY_BE_TIME.search(plain):
        return ()
    found = [m for m in _FINDER.finditer(plain) if _is_time(m[0], plain, m)]
    spans = [Span(start=_start(m, plain), end=m.start() + len(_FULL_STOP.sub("", m[0].rstrip(" ,")))) for m in found]
    if weak:
        extra = (Span(start=m.start(), end=m.end()) for m in _WEAK.finditer(plain))
        spans = sorted([*spans, *(e for e in extra if not any(e.overlaps(s) for s in spans))], key=lambda s: s.start)
    return tuple(spans)


# "They will come on Monday", "she will be sworn in Jan. 20": the verb's.
_VERB_S_OWN = re.compile(rf"come |in (?={MONTH} \d{{1,2}}(?!\d))", re.IGNORECASE)
_MODAL = re.compile(
    r"\b(?:will|would|shall|should|must|may|might|can|could|to|not|[\w’']+['’](?:ll|d)|they|we|i|you|also|"
    r"[wc]on['’]t)(?: (?:also|then|probably|back))? $",
    re.IGNORECASE,
)


# "phase 3 - 10 July": the day is the tenth.
_NUMBERED = re.compile(r"\b(?:phase|stage|step|level|tier|part|group|grade|round|lot) $", re.IGNORECASE)
_OF_A_NUMBER = re.compile(r"\d{1,2} ?[-–] ?(?=\d)")


def _start(match: re.Match[str], sentence: str) -> int:
    """Where the time begins: without a verb's last word that reads as a preposition."""
    number = _OF_A_NUMBER.match(match[0])
    if number is not None and _NUMBERED.search(sentence[: match.start()][-12:]):
        return match.start() + len(number[0])
    own = _VERB_S_OWN.match(match[0])
    if own is None:
        return match.start()
    is_come = own[0].casefold().startswith("come")
    is_verb = (
        not is_come
        or match[0][5:8].casefold() in {"on ", "in ", "at "}
        or _MODAL.search(sentence[max(0, match.start() - 40) : match.start()])
    )
    return match.start() + len(own[0]) if is_verb else match.start()


# Characters beside a time that say what it is; more would cost the square of a long list of times.
AROUND = 160
# Before a time, these make it another thing's: last week's, every week's, the day of the report, a record's age.
_NOT_AFTER = re.compile(
    r"\blast $|\b(?:every|each|per) (?:\w+ )?$|\b(?:said|says|saying|announced|confirmed|added|warned|insisted) $"
    r"|\btold (?:[\w'-]+ ){1,4}$",
    re.IGNORECASE,
)
# "A vote is set for May"; without such a word, for May is often for a person.
_SET_FOR_MAY = re.compile(r"\b(?:set|due|planned|scheduled|slated|expected|booked|billed|pencilled in) for may$")
# These begin or end what is told of: "the works last until", "every Friday from".
_OPENS_OR_ENDS = re.compile(rf"(?:{BY}|{UNTIL}|{FROM}|between|within) ", re.IGNORECASE)
_BEST = re.compile(
    r"\b(?:worst|best|highest|lowest|biggest|largest|fastest|longest) (?!time $)((?:[\w'-]+ ){1,3})$",
    re.IGNORECASE,
)
# "The first goal in ten years", but "its first store in March".
_FIRST = re.compile(r"\b(?:first|only) (?!time $)((?:[\w'-]+ ){1,3})$", re.IGNORECASE)
_SOME_TIME = re.compile(rf"(?:in|for|over|during)(?: the)? {NUMBER} {UNIT}", re.IGNORECASE)
_VERB = re.compile(
    r"\b(?:will|would|shall|should|must|may|might|can|could|to|is|are|be|was|were|has|have|had|opens?|arrives?|starts?|"
    r"begins?|closes?|ends?)\b",
    re.IGNORECASE,
)
# "The fall of the house" and "the fall in prices" are no season, the fall sitting has days of its own.
_FALL_OF = re.compile(r"\s(?:of|in|from|sitting|session)\b")
# "The summer holidays" and "the autumn timetable" are no seasons: they have days of their own.
_OF_SEASON = re.compile(
    r"\s(?:(?:half|general|parliamentary|school|bank) )?(?:holidays?|vacation|break|recess|terms?|semester|sessions?|"
    r"sitting|timetable|schedule|conference|meeting|convention|statement|budget|elections?|fair|festival|games|"
    r"olympics|rains?|harvest|exams|examinations|programme|transfer|window|tour|show|ball|solstice|equinox|camp|"
    r"schools?|concert|collection|forecast)\b"
)
# "Before the winter gales"; "in the winter ministers will" has a subject there.
_ANY_NOUN = re.compile(
    r"\s(?!(?:of|in|and|or|to|for|at|on|by|when|with|without|but|as|is|are|was|were|will|would|the|an?|after|before|until|"
    r"that|which|who|if|because|it|he|she|they|we|i|you|comes?|begins?|starts?|ends?|arrives?|unless|under|from|next|this|"
    r"said|says|while|so|not|nor|per|has|have|had|he'd|it's|now|rather|instead|here|there|despite)\b)[a-z]{3}"
)
_NOT_BEFORE = re.compile(r"\s*(?:ago|earlier|before that|last (?:year|month|week)|olds?)\b")
# A bare weekday is a time at the end of its clause: "will vote Monday on", but not "the Thursday market".
_BARE_DAY = re.compile(rf"{WEEKDAY}(?:{PART_OF_DAY})?", re.IGNORECASE)
_AFTER_BARE_DAY = re.compile(r"\s*(?:$|[^\w\s'’]|(?:on|in|at|to|for|after|before|that|and|as|with|by|from|whether)\b)")
_LENGTH = re.compile(rf"(?:over|during) (?:the )?{NUMBER} {UNIT}", re.IGNORECASE)
_FOR_A_WHILE = re.compile(rf"for(?: at least)?{_ABOUT} {_AMOUNT}", re.IGNORECASE)
_OF_A_TIME = re.compile(rf" (?:in|from|beginning|starting)(?: in| on)? {_NAMED}\b", re.IGNORECASE)
_PREPOSITION = re.compile(
    rf"(?:{BY}|{BEFORE}|{UNTIL}|{FROM}|{AFTER}|between|within|inside|in|on|at|during|over|for|throughout|around|towards?)\b"
)
_SEASON_AT_END = re.compile(rf"\b{SEASON}$")
# "Super Tuesday" is no Tuesday of the week.
_NAMED_DAY = re.compile(r"\b(?:Super|Giving|Fat|Spy|Bloody|Sheffield|Small Business|Red) $")
# Programmes are called so, too.
NAMED_LIKE_A_TIME = frozenset({"Today", "Tonight"})
_THE_BEFORE = re.compile(r"(?:\b(?:[Tt]he|[Aa]n?)|['’]s) (?:''|[\"“‘'])?$")
_MONTH_AT_END = re.compile(rf"(?:^|\W){MONTH}$", re.IGNORECASE)


def _is_time(words: str, sentence: str, match: re.Match[str]) -> bool:
    low = words.casefold().strip(" ,")
    before = sentence[max(0, match.start() - AROUND) : match.start()]
    after = sentence[match.end() : match.end() + AROUND]
    if (_REJECTED.fullmatch(low) and not _SET_FOR_MAY.search(before + low)) or _NOT_BEFORE.match(after):
        return False
    if _NOT_AFTER.search(before) and not _OPENS_OR_ENDS.match(words):
        return False
    best = _BEST.search(before) or (_SOME_TIME.fullmatch(low) and _FIRST.search(before))
    if best and not _VERB.search(best[1]):
        return False
    if low.endswith("the fall") and _FALL_OF.match(after):
        return False
    if _SEASON_AT_END.search(low) and (_OF_SEASON.match(after) or (_LIMITS.match(low) and _ANY_NOUN.match(after))):
        return False
    if _NAMED_DAY.search(before) and _BARE_DAY.fullmatch(low):
        return False
    if words in NAMED_LIKE_A_TIME and _THE_BEFORE.search(before):
        return False  # "the Today programme"
    if re.search(r"\b(?:may|march|spring|fall|sat|sun|august)\b", low) and not _is_capital_or_season(words):
        return False
    if _MONTH_AT_END.search(low) and re.match(r" [A-Z][a-z]", after):
        return False  # "by June Brown" is by a person
    if _LENGTH.fullmatch(low) and _OF_A_TIME.match(after):
        return False  # "over three days in March": the days are those of the month
    if _BARE_DAY.fullmatch(low):
        return _AFTER_BARE_DAY.match(after) is not None
    if _FOR_A_WHILE.fullmatch(low):
        return False
    return bool(_PREPOSITION.match(low) or _BARE_ALLOWED.match(low))


def _is_capital_or_season(words: str) -> bool:
    """ "May" and "March" are months with a capital; "spring" is a season after a preposition or "next"."""
    if re.search(r"\b(?:May|March|August|Sat|Sun)\b", words):
        return True
    return (
        re.search(
            r"\b(?:the|this|next|in|by|until|from|early|late|mid)[ -](?:early |late |mid-)?(?:spring|fall)\b",
            words.casefold(),
        )
        is not None
    )


# "The minister will appear before the committee on Tuesday": in front of it.
_IN_FRONT_OF = re.compile(
    r"before (?:[\w’'-]+ ){0,4}(?:committees?|subcommittees?|courts?|judges?|justices|jury|magistrates|tribunal|panel|"
    r"board|commission|council|cabinet|inquiry|(?:both )?houses?|senate|congress|parliament|assembly|d[áa]il|"
    r"seanad|oireachtas|senedd|holyrood|stormont|knesset|bundestag|"
    r"lawmakers|senators|mps|peers|members|voters|shareholders|ministers|regulators?) (?:(?:at|for|in) \w+ )?$",
    re.IGNORECASE,
)
# What hangs on an event, which may have a time of its own: "before the House returns on the 15th".
_HANGS = re.compile(
    r"(?:before|until|till|ahead of|prior to|by the time|as soon as|once|when|after|not until|in time for|within"
    r"|inside)\b[^,;:.]*$",
    re.IGNORECASE,
)
_HANGS_BEFORE = re.compile(
    r"\b(?:before|until|till|by the time) (?!\d)"
    r"(?:(?!(?:to|and|or|that|will|would|which|who|it|then)\b)[\w’'-]+ ){2,6}$",
    re.IGNORECASE,
)
# "Within 100 days | of taking office", "before Thanksgiving | is over".
_OF_AN_EVENT = re.compile(r" of \w", re.IGNORECASE)
_IS_OVER = re.compile(r" (?:is|are) (?:over|out|done)\b", re.IGNORECASE)
# "Before next year's election" is not before next year; "before the year's out" and "by Friday's deadline" are.
_OWNS = re.compile(r"['’]s (?!(?:out|over|done|through|up|end|close)\b)\w")
_RUNS = re.compile(r"\b(?:extend\w*|from|open|closed|prolong\w*|remain\w*|stay\w*)\b[^.;]{0,80}$", re.IGNORECASE)
_UNTIL = re.compile(r"(?:un)?till? ", re.IGNORECASE)
_MOVED = re.compile(
    r"\b(?:mov(?:e|es|ed|ing)|postpon\w+|delay\w*|put (?:it |this |them )?(?:off|back)|push\w* (?:it |them )?back|"
    r"adjourn\w*|reschedul\w+|defer\w*|(?:bring|brought|bringing) forward|held over|wait\w*) [^.;]{0,80}$",
    re.IGNORECASE,
)
_LIMITS = re.compile(rf"(?:{BY}|{BEFORE}|{UNTIL}) ", re.IGNORECASE)
_NEAR = re.compile(rf"(?:{WEEKDAY}|today|tonight|tomorrow)$", re.IGNORECASE)
# Words between two times from which on they are of two clauses.
APART = 4


def _means_days(words: str) -> bool:
    return resolve(words, date(2020, 1, 15)).reason is None  # whether it does hangs on no article's day


def time_of(sentence: str, pointed: Span) -> str | None:
    """Of the time expressions in a sentence the one that `pointed` holds most of, with the event that it hangs on; None
    where it holds none. Both spans are offsets into `sentence`.
    """
    times = find_time_expressions(sentence)
    shared = [(min(time.end, pointed.end) - max(time.start, pointed.start), time) for time in times]
    held = [(shares, time) for shares, time in shared if shares > 0]
    if not held:
        return None
    _, time = max(held, key=lambda pair: pair[0])
    first = held[0][1]
    if first.start <= pointed.start and len(sentence[first.end : time.start].split()) >= APART:
        time = first  # "By Friday each household will have what Parliament voted in October"
    is_in_front = _IN_FRONT_OF.search(sentence[: time.start]) is not None
    if pointed.start < time.start and not is_in_front and _HANGS.match(sentence[pointed.start : time.start]):
        return sentence[pointed.start : time.end]
    told = sentence[: time.start]
    if (hangs := _HANGS_BEFORE.search(told)) is not None and not (
        (is_in_front and pointed.start >= hangs.start())
        or any(hangs.start() <= t.start < time.start and _means_days(t.of(sentence)) for t in times)
    ):
        return sentence[hangs.start() : time.end]
    whole = pointed.of(sentence)
    words = time.of(sentence)
    if words[:3].casefold() == "to " and pointed.start > time.start and not _RUNS.search(sentence[: time.start]):
        return sentence[max(pointed.start, time.start + 3) : time.end]  # "moved to 6 September"
    if (until := _UNTIL.match(words)) and pointed.start > time.start and _MOVED.search(sentence[: time.start]):
        return sentence[max(pointed.start, time.start + until.end()) : time.end]  # "put off until 5 February"
    if pointed.covers(time) and pointed != time and not whole.startswith("to ") and _means_days(whole):
        return whole  # "for ten days from 12 April", "before the season begins on 1 May"
    if pointed.end > time.end and _OWNS.match(sentence, time.end) and _LIMITS.match(words) and not _NEAR.search(words):
        return sentence[time.start : pointed.end]  # "before next year's election"
    behind = sentence[time.end : pointed.end]
    is_within = re.match(r"(?:within|inside)\b", time.of(sentence), re.IGNORECASE)
    if (is_within and _OF_AN_EVENT.match(behind)) or _IS_OVER.match(behind):
        return re.split(r"[,;:.]| and ", sentence[time.start : pointed.end])[0].rstrip()
    return time.of(sentence)
