"""The names of a text: who and what is named in it, with roles and kinds.

No model: capitalised runs are names, title and role words divide persons from bodies, and what is told beside a name
(an office, a title, letters in brackets) goes with it.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Literal

from pipeline.givennames import gender_of
from pipeline.records import Sentence, Span
from pipeline.voices import BODY_WORDS, DAYS_MONTHS, ORDINARY_STARTS, ROLES, SAYING, THING_WORDS, TITLES

Kind = Literal["person", "body", "other"]

# An accent may be a character of its own after its letter (U+0300 to U+036F), which is no \w.
CAP = r"(?:[A-Z]\.(?:[A-Z]\.)*|St\.(?= [A-Z])|(?:Mc|Mac|O['’]|D['’])?[A-ZÀ-Þ][\w\u0300-\u036f'’&-]*)"
LINK = (
    r"(?:of|for|the|de|del|della|da|das|dos|du|van|von|der|den|zu|ter|av|af|al|bin|ibn|la|le|y|í|ap|ab|na|"
    r"(?<=Mac )an|ten(?= Hag\b)|di|on|&)"
)
_OFFICE = (
    r"(?:Minister|Ministry|Secretary|Department|Office|Committee|Commission|Commissioner|Board|Bureau|Institute"
    r"|Centre|Center)"
)
_KIND_OF_BODY = (
    r"(?:Union|Commission|Authority|Agency|Board|Association|Federation|Trust|Department|Ministry|Service"
    r"|Administration|Party|Alliance|Movement|Society|Guild|Organi[sz]ation|Workers Local)"
)
# "and" joins two names, but for offices ("Minister for Housing and Regeneration") and bodies ("Food and Bakery Union").
_RUN = re.compile(
    rf"\b(?:(?:The )?{_OFFICE} (?:of|for) (?:the )?{CAP}(?: {CAP}){{0,3}},? and {CAP}(?: {CAP}){{0,2}}"
    rf"|(?:The )?(?:{CAP} (?=[\w'’]+s['’]? |Staff ))?{CAP} and {CAP}(?: {CAP}){{0,2}} {_KIND_OF_BODY}\b"
    rf"|{CAP}(?: [“\"‘']{CAP}(?: {CAP})?[”\"’'](?= [A-Z])|[ \u00a0](?:{LINK}[ \u00a0]){{0,2}}{CAP})*)"
)
_INNER_CAPITAL = re.compile(r"[a-z,;] ([A-Z][\w-]+)")
_BODY_TAIL = re.compile(
    r"[ \u00a0](?:(?:city|borough|county|district|town|parish|shire|regional|provincial) )?"
    r"(?:council|government|police|university|hospital|group|party|union|parliament|administration)\b"
)

# "the President" is somebody else than whose office begins so.
LESSER = frozenset("vice deputy shadow acting assistant former under-secretary ex-president".split())
# Who is acting holds the office.
LESS = LESSER - {"acting"}
# A bare "the company" is a firm whatever its name says; the others must stand in the name.
FIRM_WORDS = frozenset(
    "company firm group business retailer airline carmaker operator developer supplier manufacturer chain".split()
)
_ASKING = frozenset("will would can could should does did do is are was were has have may must".split())
# "Local government", "National parliament": kinds of bodies, not names of them.
_NOT_A_PLACE = frozenset("local national regional central federal municipal rival new former elected whole".split())
_PLURAL_STARTS = frozenset("mps ministers officials councillors residents campaigners critics police".split())
_APPOSITION = re.compile(
    r"^(?: [A-Z]{2,4})?, (?:the |a |an |its |his |her |their )?(?P<role>[a-z][^,.;:“”\"]{2,80})(?=[,.;])"
)
_LEADING_ROLE = re.compile(r"(?:(?:[Tt]he|[Aa]n?|[Ii]ts|[Tt]heir) )?(?P<role>(?:[\w'’-]+ ){0,5}[\w'’-]+),? $")


@dataclass
class Name:
    """One mention of somebody by name."""

    span: Span
    text: str
    kind: Kind
    role: str = ""


FIRMS = frozenset(
    "ltd limited inc plc llc corp holdings motors airways airlines energy foods group stores media pharmaceuticals "
    "industries technologies systems homes mining petroleum steel brewery hotels shipping railways".split()
)


def is_role(words: str) -> bool:
    """True when a word of `words` is a role or a kind of body: somebody who can be held to something."""
    tokens = [w.casefold().removesuffix("'s").removesuffix("’s") for w in words.split()]
    return any(w in known or w.removesuffix("s") in known for w in tokens for known in (ROLES, BODY_WORDS, FIRM_WORDS))


# After these a name in "'s" has it as its own: "Tolley's said it would close the bakery".
_OWN_S = re.compile(r" (?:said|says|will|would|has|had|is|was|told|announced|confirmed)\b")


def names_in(text: str, sentences: Iterable[Sentence], title: str) -> Iterator[Name]:
    # A lone capital at the head of a sentence is a name only if it stands capitalised inside some sentence too.
    inner, alone = set(_INNER_CAPITAL.findall(text)), _alone(text)
    has_clauses = _SECOND_CLAUSE.search(text) is not None
    sentences = list(sentences)
    told = [s for s in sentences if not _is_headline(s.text, title)]
    for sentence in told or sentences:
        for match in _RUN.finditer(sentence.text):
            name = _as_name(text, sentence, match, inner, alone, has_clauses=has_clauses)
            if name is not None:
                yield name


def _is_headline(text: str, title: str) -> bool:
    """True where nearly every longer word has a capital: "Sanders Suffers A Big Blow". No stop ends a headline, but for
    the title once more, or as much of it as ends in "U.S.", and for a line in capitals.
    """
    is_ended = ":" in text or text.rstrip("”\"'’) ").endswith((".", "!", "?"))
    if is_ended and not text.isupper() and not _plain(title).startswith(_plain(text)):
        return False
    longer = [w for w in re.findall(r"[^\W\d_]+", text) if len(w) > 3]
    if len(text.split()) < LEAST_HEADLINE_WORDS or len(longer) < LEAST_HEADLINE_NAMES:
        return False
    return bool(sum(w[0].isupper() for w in longer) >= HEADLINE_SHARE * len(longer))


def _plain(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())


# "I'm Ada Marsh": no part of her name.
_CONTRACTED = re.compile(
    r"(?:I|[Ww]e|[Yy]ou|[Tt]hey|[Hh]e|[Ss]he|[Ii]t|[Tt]hat|[Tt]here|[Ww]ho)['’](?:m|re|s|ll|d|ve)$"
)


_AFTER_I = re.compile(
    r" (?:am|was|will|have|had|do|did|shall|can|could|would|want|know|think|met|said|saw|went|took|told|asked)\b|['’]"
)
# "On behalf of the Committee I ask", "Elizabeth I asked".
_I_ACT = re.compile(r" (?:[a-z]+ly )?(?!died|ruled|reigned)[a-z]{2,}(?<!ed)(?<!es) ")
# "Members of the Lyness Education Guild": the guild is the name in it.
_THEIR_PEOPLE = frozenset(
    "Members Leader Leaders Chairman Chairwoman Chair Head Heads Passengers Readers Lenders Residents Fans Supporters "
    "Employees Staff Owners Customers Parents Officials Delegates Councillors Directors Trustees Workers Players "
    "Teachers Pupils Students Voters Tenants Neighbours Patients Shareholders Creditors Lawyers Spokesman".split()
)
_DAY_OWNS = re.compile(r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day['’]s$|Today['’]s$|Yesterday['’]s$|Tomorrow['’]s$")
# "On Wednesday Ada Marsh said".
_WEEKDAY = re.compile(r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day")
_QUESTION = re.compile(r"Q\d*")
_CALLS = frozenset({"Vote", "VOTE", "Elect", "ELECT", "Re-elect", "RE-ELECT"})
# Lines over a text that say what it is.
_NOTICE = re.compile(
    r"\b(?:RELEASE|TRANSCRIPT|HANSARD|EMBARGO\w*|E&OE|HELLO|PRESS NOTICE|MEDIA STATEMENT)\b|^(?:Proof|PROOF) "
)
_OPENING = re.compile(r"AN? [A-Z][A-Z-]+ (?!AND\b)[a-z]")
_SHORT_TITLE = re.compile(r"\b(?:Sen|Rep|Gov|Mr|Mrs|Ms|Dr|Prof|Rev|Hon|Cllr|Coun)$")


_BEFORE_A_DAY = frozenset({"on", "for", "the", "Good", "Ash", "Easter", "Whit"})
# Clauses have Roman numbers where one is the second; "V. Patel" alone has an initial.
_CLAUSE_NUMBER = re.compile(r"[IVX]{1,5}\.")
_SECOND_CLAUSE = re.compile(r"^[^\w\n]{0,4}II\. ", re.MULTILINE)
_REST_OF_NUMBER = re.compile(r"\.? ?(?P<number>\d+)\b")
_REST_OF_FIRM = re.compile(r"/[A-Z]\b")


def _numbered(tokens: list[str], text: str, end: int) -> list[str]:
    """With what a name goes on with: "Union No" | ". 214", "Polar Petroleum A" | "/S"."""
    is_numbered = tokens[-1] == "Local" or (tokens[-1] == "No" and len(tokens) > 1)
    rest = _REST_OF_NUMBER if is_numbered else _REST_OF_FIRM if tokens[-1] == "A" else None
    more = rest.match(text, end) if rest is not None else None
    return [*tokens[:-1], f"{tokens[-1]}{more[0]}"] if more is not None else tokens


# "Toyoda" | " said it would": the name of one; "Officials said" and "Police said" are no names.
_SAYS_IT = re.compile(r" (?:said|says|announced|confirmed|reported) (?:on \w+ |\w+day )?(?:that )?its?\b")
PLURAL = re.compile(r"(?:ers|ors|ists|als|ants|ents|ives|ians|men|tics|ies|ees|ates|Police|People|Nobody|Everyone)$")


# "Superintendent Dr. Ada Marsh", "Vice Adm. Tom Hale": what stands before the name.
_LAST_TITLE = re.compile(
    r"(?:Sens?|Reps?|Govs?|Mr|Mrs|Ms|Messrs|Dr|Drs|Prof|Rev|Hon|Cllrs?|Coun|Gen|Adm|Col|Capt|Cmdr|Maj|Lt|Sgt|Cpl|Supt"
    r"|Insp|Det|Atty|Amb)$"
)
_RANKS = frozenset({"Vice", "Rear", "Major", "Brigadier", "Staff", "Master", "First", "Second", "Chief", "Lt", "Rt"})


# What is left of "(D-N.Y.)".
_LETTER = re.compile(r"[A-Z]\.")


def _is_titles(tokens: Sequence[str]) -> bool:
    """True for a run of capitals that ends in an abbreviated title and has no name before it."""
    if len(tokens) == 1:
        return _SHORT_TITLE.fullmatch(tokens[0]) is not None or _LAST_TITLE.fullmatch(tokens[0]) is not None
    return _LAST_TITLE.fullmatch(tokens[-1]) is not None and all(
        token in _RANKS or token.casefold() in ROLES for token in tokens[:-1]
    )


def _is_shouted(token: str) -> bool:
    return len(token) > 2 and token.isalpha() and token.isupper()


# How minutes write what was done with an item: "ACTION Hone", "IT WAS RESOLVED THAT the Company", "Senate NOTED".
_MINUTED = frozenset(
    "ACTION ACTIONS AGREED APPROVED CARRIED DECIDED DECISION DEFERRED IT LEAD NOTED ORDERED OWNER RECEIVED RECOMMENDED "
    "REPORTED RESOLVED THAT UNANIMOUSLY WAS".split()
)


# Behind a name: "the Corporation K412 million". Before it: "HON", "Labour-run", "24 August".
_NO_PART = re.compile(r"[A-Z]{1,3}[$£€]?\d[\d.,]*")
_HONORIFICS = frozenset("HON Hon'ble Hon’ble Honourable Honorable Rt".split())
# "my Right Honourable Friend the Home Secretary"
_OF_A_FRIEND = frozenset("Right Rt Rt. Hon Hon. Honourable RH Noble Learned Gallant".split())
_RUN_BY = re.compile(r"[A-Z][\w-]*-(?:run|led|controlled|based|owned|backed|born|held|dominated)")


# What stands in brackets behind a firm or a place and is nobody: "(VLKG.DE)", "(NYSE: BA)", "(AP)".
_TICKER = re.compile(
    r"\([A-Z0-9]{1,6}\.[A-Z]{1,3}\)|\((?:NYSE|NASDAQ|Nasdaq|LSE|LON|TSX|ASX)\b[^)\n]{0,12}\)|"
    r"\((?:AP|Reuters|AFP|UPI|PA|CNN|Bloomberg|TASS)\)(?= *[-–—])"
)


def _is_ticker(text: str, start: int) -> bool:
    opened = text.rfind("(", max(0, start - 10), start)
    found = _TICKER.match(text, opened) if opened >= 0 else None
    return found is not None and found.end() > start


def _words_of(text: str, sentence: Sentence, match: re.Match[str], *, has_clauses: bool) -> tuple[list[str], int]:
    """The words of a run of capitals that may be a name, and where they begin: of "V. Plaintiffs" not the clause's
    number, of "Company CONSENTS AND AGREES" not the verbs."""
    tokens = _numbered(match[0].replace("\u00a0", " ").split(" "), text, sentence.start + match.end())
    start = sentence.start + match.start()
    if has_clauses and match.start() <= 1 and tokens[1:] and _CLAUSE_NUMBER.fullmatch(tokens[0]):
        start += len(tokens.pop(0)) + 1
    if len(tokens) > 2 and not tokens[0].isupper() and all(map(_is_shouted, tokens[-2:])):
        tokens = list(takewhile(lambda token: not _is_shouted(token), tokens))
    while tokens[1:] and (tokens[-1] in _MINUTED or _NO_PART.fullmatch(tokens[-1])):
        del tokens[-1]
    if tokens[0] in _MINUTED:
        while tokens[1:] and (tokens[0] in _MINUTED or tokens[0] == "the"):
            start += len(tokens.pop(0)) + 1
    return tokens, start


def _as_name(
    text: str, sentence: Sentence, match: re.Match[str], inner: set[str], alone: set[str], *, has_clauses: bool
) -> Name | None:
    tokens, start = _words_of(text, sentence, match, has_clauses=has_clauses)
    if tokens[0] == "Dear" or _is_ticker(text, start):
        return None
    is_first = match.start() <= 1 or sentence.text.endswith(": ", 0, match.start())
    tokens, start = _without_openings(tokens, start, text, sentence, may_ask=is_first)
    is_dated = sentence.text.endswith(("- ", "– ", "— "), 0, match.start())  # "BERLIN (Reuters) - Carmaker Volkmar"
    leads = (is_first and start - sentence.start <= 1) or is_dated
    tokens, start = _without_honorifics(tokens, start, is_first=leads)
    if not tokens or _is_no_name(tokens, sentence):
        return None
    if len(tokens) == 1 and _LETTER.fullmatch(tokens[0]):
        return None
    if _is_titles(tokens) and text.startswith(". ", start + len(" ".join(tokens))):
        return None
    if _SHORT_TITLE.search(text, max(0, start - 6), start - 2 if start > 1 else 0) and "of" in tokens[2:]:
        del tokens[tokens.index("of") :]
    end = start + len(" ".join(tokens))
    is_first = start - sentence.start <= 1
    is_known = re.sub(r"['’]s?$", "", tokens[0]) in inner or text.startswith((", who ", ", which "), end)
    is_known = is_known or (_SAYS_IT.match(text, end) is not None and PLURAL.search(tokens[0]) is None)
    tail = _BODY_TAIL.match(text, end) if text[start - 1 : start] != "-" else None  # "a pro-Leeds group"
    if (
        is_first
        and len(tokens) == 1
        and not is_known
        and not _IS_BODY.match(tokens[0])
        and (tail is None or tokens[0].casefold() in _NOT_A_PLACE)
    ):
        return None
    return _told_name(tokens, start, text, alone, tail)


# What a newspaper puts before a name at the head of a sentence: "Contractor Tarmac & Sons".
KINDS = frozenset(
    "Contractor Retailer Carmaker Housebuilder Broadcaster Singer Songwriter Actor Actress Rapper Comedian Presenter "
    "Striker Defender Midfielder Goalkeeper Winger Campaigner Vendor Novelist Author Economist Analyst Pensioner "
    "Supermarket Airline Supplier Drugmaker Billionaire Businessman Businesswoman Historian Paediatrician Presumptive "
    "Longtime Embattled Outgoing Incoming Disgraced Rival Fellow Likely Onetime Frontrunner".split()
)
# These before a person only: "Student Loans Company" is a name.
_TRADES_BEFORE = frozenset(
    "Quarterback Linebacker Receiver Pitcher Shortstop Outfielder Slugger Cornerback Kicker Forward Centre-back Keeper "
    "Skipper Batsman Bowler Sprinter Golfer Jockey Boxer Wrestler Cyclist Swimmer Snooker Rookie Teammate Fullback "
    "Tycoon Mogul Entrepreneur Investor Financier Banker Developer Prosecutor Attorney Barrister Defendant Detective "
    "Patrolman Firefighter Paramedic Surgeon Neurosurgeon Physicist Scientist Researcher Biologist Astronaut Engineer "
    "Architect Chef Restaurateur Designer Model Supermodel Drummer Guitarist Frontman Bassist Filmmaker Screenwriter "
    "Playwright Poet Journalist Columnist Broadcaster Anchor Blogger YouTuber Influencer Activist Lobbyist Strategist "
    "Pollster Backbencher Peer Lawmaker Congresswoman Challenger Incumbent Hopeful Nominee Farmer Teacher Nurse "
    "Councilman Councilwoman Alderman Organiser Organizer Promoter "
    "Student Motorist Shopper Resident Passenger Widow Millionaire Heiress Whistleblower Cleric Recorder".split()
)
# "Mum-of-two Ada Marsh"
_PARENT = re.compile(
    r"(?:Mum|Mom|Dad|Mother|Father|Grandmother|Grandfather|Gran|Granddad|Neighbour|Neighbor|Wife|Husband|Sister|Brother)"
    r"(?:-of-[a-z]+)?$|Ex-[a-z]+$"
)


def _is_trade(tokens: Sequence[str]) -> bool:
    """True where what somebody does or is stands before the name: "Prosecutor Ada Marsh"."""
    name = " ".join(tokens[1:])
    is_trade = tokens[0] in _TRADES_BEFORE or _PARENT.match(tokens[0]) is not None
    is_person = gender_of(name) is not None or (_reads_as_person(name) and not _is_body(name))
    return is_trade and len(tokens) > 2 and is_person


def _without_honorifics(tokens: list[str], start: int, *, is_first: bool) -> tuple[list[str], int]:
    """Of "HON ADA MARSH" and "Labour-run Fenwick Council" the name."""
    friend = next((i for i, t in enumerate(tokens) if t not in _OF_A_FRIEND), 0)
    if tokens[friend : friend + 2] == ["Friend", "the"] and tokens[friend + 2 :]:
        start += len(" ".join(tokens[: friend + 2])) + 1
        del tokens[: friend + 2]
    if tokens[:1] == ["Right"] and tokens[1:2] and tokens[1] in _HONORIFICS:
        start += len(tokens.pop(0)) + 1
    while tokens[1:] and (
        tokens[0] in _HONORIFICS
        or _RUN_BY.fullmatch(tokens[0])
        or _is_member(tokens)
        or (is_first and (tokens[0] in KINDS or _is_trade(tokens)))
    ):
        start += len(tokens.pop(0)) + 1
    return tokens, start


# "Democrat Ada Marsh"; these stand before other things, too, and only before a given name are of no name.
_MEMBERS = frozenset({"Democrat", "Tory"})
_ALSO_MEMBERS = frozenset({"Republican", "Conservative", "Labour", "Libertarian", "Independent"})


def _is_member(tokens: Sequence[str]) -> bool:
    """Whether a run of capitals says of which party a person is before the name."""
    name = " ".join(tokens[1:])
    if len(tokens) < 3 or not _reads_as_person(name) or BODY_WORDS.intersection(name.casefold().split()):
        return False
    return tokens[0] in _MEMBERS or (tokens[0] in _ALSO_MEMBERS and gender_of(name) is not None)


def _without_openings(
    tokens: list[str], start: int, text: str, sentence: Sentence, *, may_ask: bool
) -> tuple[list[str], int]:
    """A run of capitals and where it begins, without what opens a sentence or stands beside a name."""
    ordinary = ORDINARY_STARTS if len(tokens) > 1 else ORDINARY_STARTS | _PLURAL_STARTS
    if may_ask and sentence.text.rstrip("”\"'’ ").endswith("?"):
        ordinary |= _ASKING
    # "TO & LK" are two people by their initials.
    while tokens and tokens[1:2] != ["&"] and (tokens[0].casefold() in ordinary or _CONTRACTED.match(tokens[0])):
        start += len(tokens.pop(0)) + 1
    if tokens[:3] == ["Board", "of", "Directors"]:
        start += len("Board of ")
        del tokens[:2]
    if len(tokens) > 2 and tokens[0] in _THEIR_PEOPLE and tokens[1] in {"of", "at", "to", "from", "for"}:
        dropped = 3 if tokens[2] == "the" and len(tokens) > 3 else 2
        start += len(" ".join(tokens[:dropped])) + 1
        del tokens[:dropped]
    # "Perhaps I am", "On Thursday I met", "Tuesday's Democratic primary", "Vote Marsh".
    end = start + len(" ".join(tokens))
    if tokens[1:] and tokens[-1] == "I" and (_AFTER_I.match(text, end) or _I_ACT.match(text, end)):
        del tokens[-1]
    while tokens[1:] and _CONTRACTED.match(tokens[-1]):
        del tokens[-1]
    while tokens[1:] and (_DAY_OWNS.match(tokens[0]) or _QUESTION.fullmatch(tokens[0]) or tokens[0] in _CALLS):
        start += len(tokens.pop(0)) + 1
    is_dated = len(tokens) > 1 and _WEEKDAY.fullmatch(tokens[0]) is not None
    is_on = is_dated and text[max(0, start - 3) : start].casefold() == "on "
    if is_dated and (is_on or _reads_as_person(" ".join(tokens[1:]))):
        start += len(tokens.pop(0)) + 1
    if len(tokens) > 2 and tokens[0].casefold() in DAYS_MONTHS and tokens[1] == "the":
        start += len(" ".join(tokens[:2])) + 1
        del tokens[:2]
    if (
        len(tokens) > 1
        and tokens[0].casefold() in DAYS_MONTHS
        and text[max(0, start - 3) : start - 1].strip().isdigit()
    ):
        start += len(tokens.pop(0)) + 1
    while len(tokens) > 1 and tokens[-1].casefold() in DAYS_MONTHS and tokens[-2] in _BEFORE_A_DAY:
        del tokens[-2:]
    while len(tokens) > 1 and tokens[-1] in {"on", "for", "the"}:
        del tokens[-1]
    return tokens, start


def _is_no_name(tokens: Sequence[str], sentence: Sentence) -> bool:
    """True for a notice, titles or days alone, "A MOBILE phone company" as a newspaper opens, the label "D-Mass."."""
    if _NOTICE.search(" ".join(tokens)) or (tokens[0].isupper() and _OPENING.match(sentence.text)):
        return True
    return (
        all(t in TITLES for t in tokens)
        or (len(tokens) > 1 and tokens[-1] in {"Democrat", "Republican"})  # "the West Virginia Democrat"
        or re.match(r"[DRI]-[A-Z]", tokens[0]) is not None
        or {t.casefold().rstrip(".") for t in tokens} <= DAYS_MONTHS
    )


# "Lathrop Group of Indianapolis", which the text calls "Lathrop" too: no "Bank of", no "University of".
_FIRM_OF = re.compile(
    rf"(?P<firm>(?P<first>{CAP})(?: {CAP})* (?:Holdings|Group|Ltd|Limited|Inc\.?|plc|PLC|Corp\.?|Industries|Motors"
    r"|Foods|Biologics|Pharmaceuticals|Airlines|Airways|Energy|Partners|Studios|Capital|Steel|Mills|Brothers|Sons"
    r"|Stores|Media|Mobility|Labs|Laboratories|Systems|Technologies|Robotics|Logistics|Electric|Petroleum|Mining"
    r"|Minerals|Resources|Packaging|Brewing|Software|Entertainment|Pictures|Records|Publishing|Financial|Bancorp"
    r"|Healthcare|Therapeutics|Chemicals|Plastics|Textiles|Shipping|Trucking|Construction|Homes|Properties"
    r"|Developments|Ventures|Enterprises|Solutions|Communications|Networks|Farms|Meats|Seafoods|Timber|Engineering"
    r"|Aerospace|Aviation|Marine|Products)) of .*"
)


_SEAT_BEFORE = re.compile(
    r"\b(?P<role>candidate|member|[Mm][Pp]|senator|spokes\w+|mayor|governor) (?:for|of) (?:the )?$"
)


def _owner(tokens: Sequence[str], alone: set[str]) -> list[str]:
    """Of "Green Party's Healthy Whare" and "Labor's Local Hands", a plan's name, whose it is."""
    at = next((i for i, t in enumerate(tokens[:-1]) if t.endswith(("'s", "’s"))), None)
    if at is not None and at + 2 == len(tokens) and tokens[-1].casefold() in ROLES | {"ceo"}:
        return [*tokens[:at], tokens[at][:-2]]  # "Harmony's CEO", who has a name of his own
    if (
        at is None
        or tokens[-1] in alone
        or _is_body(" ".join(tokens[at + 1 :]))
        or gender_of(" ".join(tokens[at + 1 :]))
    ):
        return list(tokens)
    own = [*tokens[:at], tokens[at][:-2]]
    is_body = len(own) > 1 and _is_body(" ".join(own))
    return own if is_body or (len(own) == 1 and own[0] in alone) else list(tokens)


_SOUGHT = ROLES | frozenset("congress senate parliament assembly council".split())


def _without_aim(tokens: Sequence[str]) -> list[str]:
    """Of "Ada Marsh for Mayor of Fenwick", the name on a poster, who it is."""
    aim = tokens.index("for") if "for" in tokens[2:-1] else 0
    is_poster = aim and tokens[aim + 1].casefold() in _SOUGHT
    name = " ".join(tokens[:aim])
    return list(tokens[:aim]) if is_poster and not _is_body(name) and _reads_as_person(name) else list(tokens)


def _told_name(
    tokens: Sequence[str], start: int, text: str, alone: set[str], tail: re.Match[str] | None
) -> Name | None:
    """Who the words of a name are: role, kind and span; `tail` is the kind of body behind them ("council")."""
    tokens = _without_aim(_owner(tokens, alone))
    firm = _FIRM_OF.fullmatch(" ".join(tokens))
    if firm is not None and firm["first"] in alone:
        tokens = firm["firm"].split()
    end = start + len(" ".join(tokens))
    seat = _SEAT_BEFORE.search(text, max(0, start - 30), start) if len(tokens) > 2 and tokens[-1] in alone else None
    if seat is not None and _reads_as_person(" ".join(tokens[-2:])) and not _is_body(" ".join(tokens)):
        start += len(" ".join(tokens[:-2])) + 1
        tokens = tokens[-2:]
    role, name, offset = _with_portfolio(tokens, alone) or _divided(tokens)
    if seat is not None and not role:
        role = seat["role"]
    if not name:
        return None
    speaks = _SPEAKS.match(text, end) is not None or _role_after(text, end) != ""
    if (own := _of_a_side(name, alone, speaks=speaks)) is not None:
        offset, name = offset + len(name) - len(own), own
    keeps_s = _IS_BODY.match(name) is not None or (_OWN_S.match(text, end) is not None and not name[:-2].isupper())
    stripped = name if keeps_s else re.sub(r"['’]s?$", "", name)
    placed, start = _OF_A_PLACE.fullmatch(stripped), start + offset
    # "Anneliese Wojtowicz of Hochmark", "Ruth Ancram of the Freight Forum": whom "Hochmark" alone does not mean
    if placed is not None and _is_person_of(placed, alone, is_somebody=bool(role) or speaks):
        person = placed["name"]
        return Name(Span(start=start, end=start + len(person)), person, "person", role.casefold())
    if tail and not name.endswith(("'s", "’s")):
        return Name(Span(start=start, end=tail.end()), stripped + tail[0], "body")
    theirs = _OF_A_COUNTRY.fullmatch(stripped)
    if theirs is not None:  # "Ghana's Adom Motors"
        return Name(Span(start=start + theirs.start("name"), end=start + len(stripped)), theirs["name"], "body")
    if _is_body(name):
        return Name(Span(start=start, end=start + len(stripped)), stripped, "body")
    has_title = any(t in TITLES for t in tokens[:-1])
    role = _lessened(role, text, start - offset) or _role_before(text, start - offset) or _role_after(text, end)
    is_person = (
        role or has_title or _reads_as_person(stripped) or (speaks and gender_of(stripped))
    )  # "Andy Street said"
    kind: Kind = "person" if is_person else "other"
    if kind == "person" and placed is not None:
        stripped = placed["name"]
    return Name(Span(start=start, end=start + len(stripped)), stripped, kind, role.casefold())


_LESSER_BEFORE = re.compile(rf"\b(?P<lesser>{'|'.join(sorted(LESSER))}) $", re.IGNORECASE)


def _lessened(role: str, text: str, start: int) -> str:
    """ "the former " | "Home Secretary" -> "former Home Secretary"."""
    before = _LESSER_BEFORE.search(text, max(0, start - 20), start) if role else None
    return f"{before['lesser']} {role}" if before is not None else role


def _is_person_of(placed: re.Match[str], alone: set[str], *, is_somebody: bool) -> bool:
    is_somebody = is_somebody or placed["surname"] in alone or gender_of(placed["name"]) is not None
    if placed["surname"] in _ORDERS or not is_somebody:
        return False
    return not _is_body(placed["name"]) and _reads_as_person(placed["name"])


_OF_A_COUNTRY = re.compile(
    rf"[A-Z][a-z]+['’]s (?P<name>{CAP} (?:{CAP} )?(?:{'|'.join(sorted(w.title() for w in FIRMS if len(w) > 4))}))"
)
# "Fraternal Order of Troopers"
_ORDERS = frozenset("Order Brotherhood Sisterhood Knights Daughters Sons Farmers Teachers Workers Veterans".split())
# "Minister for Water Gerard Nikolaidis"
MIN_PORTFOLIO = 5
_NO_ROLE = rf"(?!(?i:(?:{'|'.join(map(re.escape, sorted(ROLES)))})\b))"
_OF_A_PLACE = re.compile(
    rf"(?P<name>{_NO_ROLE}{CAP}(?: {_NO_ROLE}{CAP})? {_NO_ROLE}(?P<surname>{CAP})) of (?:the )?{CAP}.*"
)
_OF_A_SIDE = re.compile(
    r"(?:[\w.&-]+ ){0,2}[\w-]+['’]s? (?P<name>[A-Z][\w.'’-]+ (?:[A-Z][\w.]* )?(?P<surname>[A-Z][\w'’-]+))"
)
_SPEAKS = re.compile(rf" {SAYING}\b|, who\b")


def _of_a_side(name: str, alone: set[str], *, speaks: bool) -> str | None:
    """The person in "Labour's Tess Wainohu", who says something, whom the text calls by the surname alone as well, or
    whom a given name tells."""
    match = _OF_A_SIDE.fullmatch(name)
    if match is None or _is_body(match["name"]) or not _reads_as_person(match["name"]):
        return None
    return match["name"] if speaks or match["surname"] in alone or gender_of(match["name"]) is not None else None


_CAPITALS = re.compile(r"[A-Z][\w'’-]*(?: [A-Z][\w'’-]*)*")


def _alone(text: str) -> set[str]:
    """Words with a capital that stand somewhere without another beside them but a title or how a sentence opens."""
    runs = (match[0].split() for match in _CAPITALS.finditer(text))
    lone = (r for r in runs if len(r) == 1 or (len(r) == 2 and (r[0] in TITLES or r[0].casefold() in ORDINARY_STARTS)))
    return {re.sub(r"['’]s?$", "", run[-1]) for run in lone}


_PARTICLES = frozenset("ten di de del della da das dos du van von der den zu ter af bin ibn al ap ab".split())


_OPENS_A_PLACE = frozenset("St. Radio Channel Camp Fort Lake Mount Cape Hotel Operation Project".split())
# "Roberta “Bobbie” Teague"
NICKNAME = re.compile(r"(?<= )[“\"‘'].+[”\"’'] ")


def _reads_as_person(name: str) -> bool:
    """Two to four capitalised words but for particles, none of them a link, the last no street, act or river."""
    words = [w for i, w in enumerate(NICKNAME.sub("", name).split()) if i == 0 or w not in _PARTICLES]
    return (
        words[0] not in _OPENS_A_PLACE
        and 2 <= len(words) <= 4
        and all(w[:1].isupper() for w in words)
        and words[-1].casefold() not in THING_WORDS
    )


_KNOWN_OFFICE = re.compile(
    r"\b(?:Secretary of (?:State|Defen[cs]e)|Director of Public Prosecutions|Mayor of London|Minister of State"
    r"|(?:Speaker|Leader) of the House|Superintendent of Schools|Chief of Staff)$"
)


def _with_portfolio(tokens: Sequence[str], alone: set[str]) -> tuple[str, str, int] | None:
    """The same of "Minister for Water Gerard Nikolaidis", whom the text calls by the surname alone as well."""
    inner = tokens[1:-2]
    is_told = (
        tokens[-1] in alone
        or gender_of(" ".join(tokens[-2:]))
        or _KNOWN_OFFICE.search(" ".join(tokens[:-2])) is not None
    )
    if len(tokens) < MIN_PORTFOLIO or not is_told or not {"for", "of"}.intersection(inner):
        return None
    is_office = any(t.casefold() in ROLES | {"member"} for t in takewhile(lambda t: t not in {"for", "of"}, tokens))
    name = " ".join(tokens[-2:])
    if not is_office or tokens[-3] in {"for", "of", "the", "and"} or _is_body(name) or not _reads_as_person(name):
        return None
    return " ".join(tokens[:-2]), name, len(" ".join(tokens[:-2])) + 1


def _before_of(tokens: Sequence[str]) -> Sequence[str]:
    """Of "Hedda Brandt of the Baltic Federation" who it is; a body has its "of" earlier."""
    at = tokens.index("of") if "of" in tokens else 0
    return tokens[:at] if at > 1 and _reads_as_person(" ".join(tokens[:at])) else tokens


# Before a name only.
_HOLD = frozenset("leaders senators ministers councillors mps representatives presidents".split())
HOLDS = frozenset(
    "counsel pm pc mlc mla mha mep mpp mna td pastor controller comptroller rabbi imam sheikh corporal".split()
)


# "DCI Ann Rook", "Det Supt Ann Rook"
_RANKS_OF_POLICE = frozenset("DCI DSU DCS PCSO Det Supt Insp Sgt Const Ch Cpl Capt Lt Cmdr Maj".split())
# An office ends in one of these, and no name.
_ENDS_OFFICE = frozenset(
    "Officer Executive Secretary Minister Commissioner Inspector Adviser Director Scientist".split()
)
# "Speaker-designate"
_TO_BE = re.compile(r"-(?:designate|elect|select|in-waiting)\b.*")


def _divided(tokens: Sequence[str]) -> tuple[str, str, int]:
    """Role, name and the name's offset: "Home Secretary Yvette Cooper" -> "Home Secretary", "Yvette Cooper", 15."""
    last = -1
    for i, token in enumerate(tokens[:-1]):
        low = _TO_BE.sub("", token.casefold()).rpartition("-")[2]
        if token in TITLES or low in ROLES or low in HOLDS or (i == 0 and low in _HOLD) or token in _RANKS_OF_POLICE:
            last = i
    rest = tokens[last + 1 :]
    if len(rest) > 1 and rest[-1] in _ENDS_OFFICE:
        return "", " ".join(tokens), 0  # "Chief Medical Officer"
    is_surname = len(rest) == 1 and tokens[last] in TITLES  # "Mr CALLAGHAN-REID" is no body
    is_office = all(t.casefold() in ROLES for t in rest)  # "Office of Inspector General"
    if (
        last < 0
        or is_office
        or (not is_surname and _is_body(" ".join(_before_of(rest))))
        or tokens[last + 1] in {"of", "for"}
    ):
        return "", " ".join(tokens), 0
    role = " ".join(_OFFICES.get(t, t) for t in tokens[: last + 1] if t in _OFFICES or t not in TITLES)
    offset = len(" ".join(tokens[: last + 1])) + 1
    return role, " ".join(tokens[last + 1 :]), offset


# A union's branch, and what is called after a saint: "Local 388", "St. Brendan's".
_IS_BODY = re.compile(r"Local \d|St\.? [\w'’-]+['’]s$")


def _is_body(name: str) -> bool:
    words = [re.sub(r"['’]s?$", "", w).casefold() for w in name.split()]
    if any(w in BODY_WORDS for w in words) or _IS_BODY.match(name):
        return True
    return len(words) == 1 and name.isupper() and len(name) > 1 and not any(c.isdigit() for c in name)


# From so many words and longer words on, and this share of these with a capital, a sentence is set as a headline. A
# list of names ("Ada Marsh, Ben Cole, Rita Voss and Tom Crowther voted against.") has a verb and nouns between them.
LEAST_HEADLINE_WORDS, LEAST_HEADLINE_NAMES, HEADLINE_SHARE = 5, 3, 0.85


_OFFICES = {"Gov.": "governor", "Sen.": "senator", "Rep.": "representative", "Cllr": "councillor"}
_SHORT_OFFICE = re.compile(rf"\b(?P<office>{'|'.join(map(re.escape, _OFFICES))}) $")
# Between a role and its name stand no verbs and no such prepositions: "the mayor will resign by May".
_NO_TITLE = frozenset(
    "will would has have had is are was were said says told by to with from in on at that and who".split()
)
# A role that ends in one of these is of whoever is named behind it: "a spokeswoman for" | "Gore".
_LEADS_ON = frozenset("of for the a an and".split())


def _role_before(text: str, start: int) -> str:
    """The role in "the leader of the opposition Kemi Badenoch" or "the home secretary, Yvette Cooper"."""
    title = TITLE_BEFORE.search(text, max(0, start - 12), start)
    short = _SHORT_OFFICE.search(text, max(0, start - 12), start)
    if short is not None:
        return _OFFICES[short["office"]]
    match = _LEADING_ROLE.search(text[max(0, start - 80) : title.start() if title else start])
    if match is None:
        return ""
    words = match["role"].split()
    heads = [i for i, w in enumerate(words) if w.casefold() in ROLES]
    if not heads or len(words) - heads[-1] > 4 or _NO_TITLE.intersection(words[heads[-1] + 1 :]):
        return ""
    if words[-1].casefold() in _LEADS_ON:
        return ""
    first = max(0, heads[-1] - 1)
    while first and words[first - 1].casefold() in LESS:
        first -= 1
    return " ".join(words[first:])


# "St. Olaf Lutheran," | "a teenager asked the former governor"
_TOLD_SOMEBODY = re.compile(r"\b(?:asked|told|called|met|said)\b")


def _role_after(text: str, end: int) -> str:
    match = _APPOSITION.match(text[end : end + 130])
    if match is None:
        return ""
    words = re.split(r" (?:of|for|in|at|and) ", match["role"])[0]
    if words.split()[0] in _NO_TITLE or _TOLD_SOMEBODY.search(words):
        return ""
    return words if any(w in ROLES for w in words.casefold().split()) else ""


DETERMINER = re.compile(r"^(?:the|an?|its|his|her|their) ")


TITLE_BEFORE = re.compile(
    r"\b(?P<title>(?:Mr|Mrs|Ms|Miss|Dr|Prof|Professor|Sir|Dame|Lord|Lady|Baroness|Baron|Rev|Fr|Cllr|Coun)"
    r"\.?(?: Justice)?) $",
    re.IGNORECASE,
)
