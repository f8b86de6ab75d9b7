"""An actor's mention -> the fullest name in the article, and its aliases.

No model: capitalised runs are names, title and role words divide persons from bodies, and a pronoun or a bare role
("the council", "the home secretary", "she") goes back to the nearest earlier name that fits. "I" and "we" go to whoever
speaks there (voices.py).
"""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import takewhile
from typing import Literal, NamedTuple

from pipeline.language import content_words
from pipeline.records import Actor, Document, Mention, Sentence, Span
from pipeline.voices import (
    BODY_WORDS,
    DAYS_MONTHS,
    ORDINARY_STARTS,
    ROLES,
    SAYING,
    THING_WORDS,
    TITLES,
    Voice,
    Voices,
    own_body,
)

Kind = Literal["person", "body", "other"]
Gender = Literal["he", "she"]

# An accent may be a character of its own after its letter (U+0300 to U+036F), which is no \w.
_CAP = r"(?:[A-Z]\.(?:[A-Z]\.)*|St\.(?= [A-Z])|(?:Mc|Mac|O['’]|D['’])?[A-ZÀ-Þ][\w\u0300-\u036f'’&-]*)"
_LINK = (
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
    rf"\b(?:(?:The )?{_OFFICE} (?:of|for) (?:the )?{_CAP}(?: {_CAP}){{0,3}},? and {_CAP}(?: {_CAP}){{0,2}}"
    rf"|(?:The )?(?:{_CAP} (?=[\w'’]+s['’]? |Staff ))?{_CAP} and {_CAP}(?: {_CAP}){{0,2}} {_KIND_OF_BODY}\b"
    rf"|{_CAP}(?: [“\"‘']{_CAP}(?: {_CAP})?[”\"’'](?= [A-Z])|[ \u00a0](?:{_LINK}[ \u00a0]){{0,2}}{_CAP})*)"
)
_INNER_CAPITAL = re.compile(r"[a-z,;] ([A-Z][\w-]+)")
_BODY_TAIL = re.compile(
    r"[ \u00a0](?:(?:city|borough|county|district|town|parish|shire|regional|provincial) )?"
    r"(?:council|government|police|university|hospital|group|party|union|parliament|administration)\b"
)

# "the President" is somebody else than whose office begins so.
_LESSER = frozenset("vice deputy shadow acting assistant former under-secretary ex-president".split())
# Who is acting holds the office.
_LESS = _LESSER - {"acting"}
# A bare "the company" is a firm whatever its name says; the others must stand in the name.
_FIRM_WORDS = frozenset(
    "company firm group business retailer airline carmaker operator developer supplier manufacturer chain".split()
)
_HE = frozenset("he him his himself".split())
_SHE = frozenset("she her herself".split())
_PERSONAL = frozenset("i he she me him her his myself himself herself".split())
_PLURAL_OWN = frozenset("we us our ourselves".split())
_FIRST_PERSON = frozenset("i we us our me my".split())
_ONE_SPEAKER = frozenset("i me my".split())
# How many of them, before a mention.
_COUNT = re.compile(
    r"(?<![\w.,-])(?:\d+(?:,\d{3})*|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty)\s+$",
    re.IGNORECASE,
)
# What may follow a name that is the head of a mention: "Police Service of Northern Ireland", "Ada Marsh, who leads it".
_AFTER_A_NAME = frozenset("of for in at and who which that on from to the".split())
# "Ada Marsh herself", "Marsh also".
_NO_NOUN = frozenset(
    "himself herself itself themselves also then now too again still today yesterday tonight alone instead only".split()
)
_ADVERB = re.compile(r"(?!family|assembly|rally|ally|monopoly|supply|bully|jelly)\w+ly")
# "the head of the regional council that pays them" is a name; what is longer is a clause.
MAX_ROLE_WORDS = 9
_COLLECTIVE = frozenset("it they its their them".split())
_ASKING = frozenset("will would can could should does did do is are was were has have may must".split())
# "Local government", "National parliament": kinds of bodies, not names of them.
_NOT_A_PLACE = frozenset("local national regional central federal municipal rival new former elected whole".split())
_PLURAL_STARTS = frozenset("mps ministers officials councillors residents campaigners critics police".split())
_NOT_THE_SPEAKER = re.compile(
    r"\W*(?:by|words|photo\w*|pictures?|images?|interview|transcript|reporting|compiled)\b", re.IGNORECASE
)
_FIRST_WORD = re.compile(r"\w*")
# "the 26-year-old", "the widow": somebody named before.
_DESCRIBED = re.compile(
    r"(?![Tt]he (?:family|couple|pair|trio|duo|band|crowd|[a-z]+[^s]s)$)"
    r"[Tt]he (?:[a-z0-9-]+(?: [A-Za-z-]+)?|former (?:[\w’'-]+ ){1,3}(?:man|woman|player))$"
)
_DEFINITE = re.compile(r"[Tt]he ")
# "His mother Jane"
_KIN_BEFORE = re.compile(rf"(?:[Hh]is|[Hh]er|[Tt]heir) (?:[a-z-]+ ){{1,3}}(?P<name>{_CAP}(?: {_CAP})*)")
# "Cope's mother, Denise,"
_KIN_NAMED = re.compile(
    rf"(?P<kin>{_CAP}(?:['’]s|(?<=s)['’]) (?:mother|father|mum|dad|wife|husband|sister|brother|son|daughter|widow|"
    rf"widower|partner|aunt|uncle|grandmother|grandfather)), (?P<name>{_CAP}(?: {_CAP})?)(?=,)"
)
_OF_A_QUOTATION = frozenset({"attribution", "carried", "nearby"})
_HEADS_OF_GOVERNMENT = frozenset({"prime minister", "first minister"})
_POSSESSED = re.compile(r"\w['’]s? [a-z]")
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


@dataclass
class Person:
    """Everything that the article calls one person or body."""

    name: str
    kind: Kind
    roles: set[str] = field(default_factory=set)
    mentions: list[Name] = field(default_factory=list)
    genders: set[Gender] = field(default_factory=set)

    @property
    def likely(self) -> "set[Gender]":
        """What the article calls somebody, else what the given name says: "Moira Hale" is a she."""
        given = _given(self.name) if self.kind == "person" and not self.genders else None
        return self.genders or ({given} if given is not None else set())

    def is_also(self, other: "Person") -> None:
        """Takes over the other's mentions."""
        self.genders |= other.genders
        self.mentions = sorted([*self.mentions, *other.mentions], key=lambda m: m.span.start)


def _distance(person: Person, where: int) -> tuple[int, int]:
    """How far before `where` the nearest name is; whoever is named only later comes after."""
    before = [where - m.span.start for m in person.mentions if m.span.start < where]
    return (0, min(before)) if before else (1, person.mentions[0].span.start)


class Voiced(NamedTuple):
    """Who speaks somewhere; certain where a turn, a signature, a byline or an attribution says so."""

    actor: Actor
    is_certain: bool


class Cast:
    """Who is who in one article; built once, in time linear in its length."""

    def __init__(self, document: Document) -> None:
        self._text = document.article.text
        self._sentences = document.sentences
        self._starts = [s.start for s in document.sentences]
        self._names = list(_names(self._text, _spoken(document), document.article.title or ""))
        self._people = _grouped(self._names, self._text)
        for person in self._people:
            _settle_kind(person, self._text)
            _settle_title(person, self._text)
        self._people = _with_their_letters(_with_their_parts(_with_their_offices(self._people)), self._text)
        self._by_mention = {id(m): p for p in self._people for m in p.mentions}
        self._name_starts = [n.span.start for n in self._names]
        self._voices = Voices(document)
        self._told: dict[int, tuple[bool, bool, bool]] = {}
        self._acting: dict[int, bool] = {}
        self._called: dict[str, list[Person]] = {}
        self._speakers: dict[Voice, tuple[Person | None, bool]] = {}
        self._speaks_for_itself = self._voices.is_own_voice
        office = _AS_YOUR.search(self._text) if self._speaks_for_itself else None
        self._own_office = office["office"] if office else None
        self._own_side = _own_side(document) if self._speaks_for_itself else None

    def names(self) -> list[str]:
        """The fullest name of each person and body, in the order of their first mention."""
        return list(dict.fromkeys(p.name for p in self._people))

    def resolve(self, mention: Mention) -> Actor | None:
        """The actor that `mention` stands for; None when a pronoun has nobody to go back to."""
        words = _bare(mention.text)
        if not words:
            return None
        if _SEVERAL.fullmatch(words) and self._are_several(mention):
            return self._all_of_them(words, mention)
        if (kin := self._kin(mention)) is not None:
            return kin
        subject = self._own_subject(words.casefold(), mention.span) if mention.span is not None else None
        if subject is not None:
            return self.resolve(subject)
        person = self._find(words, mention.span)
        if person is None and words.endswith(("'s", "’s")):
            person = self._find(words[:-2], mention.span)  # "Marsh's plans to": hers
        if person is not None and _OWN_GOVERNMENT.fullmatch(mention.text.strip()) and " of " in person.name:
            person = None  # "my Government", in a letter to the Government of Kenya
        if person is None and (head := _head(mention)) is not None:
            return self.resolve(head)
        if person is not None:
            whose = _OWN_BODY.fullmatch(mention.text.strip())
            if whose is not None and whose["body"].casefold() == person.name.casefold():
                return Actor(name=f"{whose['whose'].lower()} {whose['body']}", span=mention.span)  # "my Ministers"
            return self._as_actor(person, mention)
        low = words.casefold()
        if low in _FIRST_PERSON and words != "US":
            own = self._own_office or (None if low in _ONE_SPEAKER else self._own_side)
            # A statement that names nobody: its own word for the one who speaks is all that there is.
            return Actor(name=own or ("I" if low == "i" else low), span=mention.span)
        # "only", "who will", "that": nobody. Capitals are kept out of it for "US".
        is_nobody = is_pronoun(words) or low in {"the", "an"} or (words.islower() and not content_words(words))
        if is_nobody or len(words.split()) > MAX_ROLE_WORDS:
            return None
        return Actor(name=self._determined(words, mention), span=mention.span)

    def _kin(self, mention: Mention) -> Actor | None:
        """ "Cope's mother" with the name that follows: "Cope's mother, Denise", or "Denise Cope" where it is whole."""
        told = _KIN_NAMED.match(self._text, mention.span.start) if mention.span is not None else None
        if told is None or mention.span is None or mention.span.end not in (told.end("kin"), told.end()):
            return None
        whole = Span(start=told.start(), end=told.end())
        if " " in told["name"]:
            person = self._named_in(told["name"], Span(start=told.start("name"), end=told.end("name")))
            return self._as_actor(person, mention) if person is not None else None
        return Actor(name=whole.of(self._text), aliases=(told["name"],), span=whole)

    def _own_subject(self, low: str, span: Span) -> Mention | None:
        """Who says it, for the "it" and "they" of "The nurses said they would strike"; for a "they" else the people
        with whom one of the two sentences before begins."""
        if low not in {"it", "they"} or not self._sentences:
            return None
        here = self._sentence_at(span.start)
        start = max(self._sentences[here].start, span.start - MOST_SAID_CHARS)
        said = _SAYS_OF_ITSELF.search(self._text, start, span.start)
        subject = self._as_subject(said, low) if said is not None else None
        if subject is not None or low == "it":
            return subject
        for sentence in reversed(self._sentences[max(0, here - 2) : here]):
            people = _PEOPLE_LEAD.match(self._text, sentence.start, sentence.end)
            if people is not None and people["who"].split()[-1] not in _NO_PEOPLE:
                return Mention(text=people["who"], span=Span(start=people.start("who"), end=people.end("who")))
        return None

    def _as_subject(self, said: re.Match[str], low: str) -> Mention | None:
        """The subject of a verb of saying, where it may be "it" or "they"."""
        words = said["who"].split()
        first = words[0].casefold()
        if (first in ORDINARY_STARTS and first not in _LEADS_A_SUBJECT) or _NO_SUBJECT.intersection(words):
            return None
        mention = Mention(text=said["who"], span=Span(start=said.start("who"), end=said.end("who")))
        is_several = _PLURAL.search(words[-1]) is not None or " and " in said["who"] or words[-1] in _PLURAL_NAMES
        if low == "they":
            person = self._find(_bare(mention.text), mention.span)
            return mention if is_several or (person is not None and person.kind == "body") else None
        inside = self._names_between(said.start("who"), said.end("who"))
        somebody = [p for n in inside if (p := self._by_mention[id(n)]).kind == "person"]
        is_somebody = any(p.likely or self._told_of(p)[2] for p in somebody) and not is_body_word(words[-1])
        is_named = bool(inside) or is_body_word(words[-1]) or said["who"].istitle()
        if not is_named or is_several or is_somebody:
            return None
        ends_named = bool(inside) and inside[-1].span.end == said.end("who")  # "the Swedish carmaker" | "Volvo"
        return Mention(text=inside[-1].text, span=inside[-1].span) if ends_named else mention

    def _determined(self, words: str, mention: Mention) -> str:
        """ "129 jurisdictions" and "my government", where "jurisdictions" and "government" would be anybody's."""
        own = _OWN_BODY.fullmatch(mention.text.strip())
        if own is not None or mention.span is None or not words.islower() or mention.text.strip() != words:
            return f"{own['whose'].lower()} {words}" if own else words
        count = _COUNT.search(self._text, max(0, mention.span.start - 40), mention.span.start)
        return f"{' '.join(count[0].split())} {words}" if count is not None else words

    def _find(self, words: str, span: Span | None) -> Person | None:
        low = words.casefold()
        where = span.start if span else len(self._text)
        if (apposed := self._apposed(words, span)) is not None:
            return apposed
        if words.isdecimal() and span is not None:  # "Ginny Alderson, " | "66"
            return next(
                (self._by_mention[id(n)] for n in self._names if 0 <= span.start - n.span.end <= len(", ")), None
            )
        if low in _FIRST_PERSON and words != "US":
            return self._first_person(low, where)
        if low in _PERSONAL:
            return self._nearest(where, low, "person")
        if low in _COLLECTIVE:
            return self._nearest(where, low, "body")
        if (body := self._whose_office(words, span)) is not None:
            return self._in_office(low, body.span, where)
        owned = _OWN_OF_ONE.fullmatch(words)
        is_owned = owned is not None and owned["noun"] in BODY_WORDS - ROLES  # "President Lavea's government"
        if (
            words.split()[-1].casefold() in _COMES_FROM | _OF_A_PARTY
            and (told := self._described(words, span)) is not None
        ):
            return told
        found = self._named_in(words, span) or (None if is_owned else self._in_role(low, where))
        found = found or (self._only(low, where) if words.islower() else None)
        return found or self._described(words, span)

    def _only(self, noun: str, where: int) -> Person | None:
        """The only body named before "the airline" or "the force" whose name says that it is one."""
        kinds = _KINDS_OF_BODIES.get(noun, frozenset())
        named = takewhile(lambda p: p.mentions[0].span.start < where, self._people) if kinds else ()
        found = [p for p in named if p.kind == "body" and kinds & _heads(p.name) and " " in p.name and p.name.istitle()]
        return found[0] if len(found) == 1 else None

    def _described(self, words: str, span: Span | None) -> Person | None:
        """Whom "the Leeds striker", "the 24-year-old", "the Ohio Democrat" or "the Seattle-based carmaker" stands for:
        whom the article tells to be one, else the last person named, and the only firm."""
        told = _DESCRIPTION.fullmatch(words)
        if span is None or told is None or not _THE.search(self._text[max(0, span.start - 4) : span.start + 4]):
            return None
        head, where = (told["age"] or told["head"]).casefold(), span.start
        is_firm = head in _KINDS_OF_FIRMS | _NO_FIRMS
        if _FORMER.match(words) and head not in _TRADES_AT_ONCE:
            return self._in_role(words.casefold(), where) or self._only_one(where, "")
        if not is_firm and told["head"] and head not in _TRADES | _TRADES_AT_ONCE | _COMES_FROM:
            return None
        fits = [p for p in self._told_to_be(head) if p.mentions[0].span.start < where]
        if head in _ANY_FIRM:
            firms = {id(p): p for p in (*fits, *self._firms) if p.mentions[0].span.start < where}
            return next(iter(firms.values())) if len(firms) == 1 else None
        if head in _OF_A_PARTY and len(fits) > 1:
            return None
        if fits or is_firm or head in _TRADES:
            return self._nearest_of(fits, where)
        return self._only_one(where, "she" if head.endswith(("ess", "woman")) else "he" if head.endswith("man") else "")

    def _only_one(self, where: int, low: str) -> Person | None:
        """The only person named outside quotation marks in this sentence and the three before it."""
        first = self._sentences[max(0, self._sentence_at(where) - 3)].start
        named = [n for n in self._names_between(first, where) if not self._voices.is_quoted(n.span.start)]
        people = {id(p): p for n in named if (p := self._by_mention[id(n)]).kind == "person" and self._may_be(p, low)}
        return next(iter(people.values())) if len(people) == 1 else None

    def _told_to_be(self, head: str) -> list[Person]:
        """Everybody who is called so beside a name: "carmaker Toyoda", "Ole Lund, the Leeds striker,"."""
        if head not in self._called:
            kinds = _KINDS_OF_FIRMS if head in _ANY_FIRM else {head} | _ALIKE.get(head, frozenset())
            either = "|".join(map(re.escape, sorted(kinds)))
            before = re.compile(rf"\b(?:{either})(?: chain| giant| group)? (?:Sen\. |Rep\. |Gov\. )?$", re.IGNORECASE)
            after = re.compile(
                rf"(?: \([^)]{{1,20}}\))?, (?:(?:the|an?|its|which is an?) )?(?:[\w’'-]+ ){{0,5}}?(?:{either})"
                r"(?=[,.;]| (?:who|which|that|of|for|from|in|with|based)\b)",
                re.IGNORECASE,
            )
            party = re.compile(rf"(?: \(|, ){head[:1]}(?:-[A-Z]|\))", re.IGNORECASE) if head in _OF_A_PARTY else None
            self._called[head] = [
                person
                for person in self._people
                if self._may_be_called(person, head, is_firm=head in _KINDS_OF_FIRMS | _NO_FIRMS)
                and (
                    _is_named_so(person.name.casefold(), head)
                    or any(
                        before.search(self._text, max(0, m.span.start - 40), m.span.start)
                        or (after.match(self._text, m.span.end) and not _is_placed(m, self._text))
                        or (party is not None and party.match(self._text, m.span.end))
                        for m in person.mentions
                    )
                )
            ]
        return self._called[head]

    def _may_be_called(self, person: Person, head: str, *, is_firm: bool) -> bool:
        """True for a person; of a firm for all else that has a name of its own."""
        if not is_firm or person.name.casefold() in _FIRMS | {"ltd", "inc", head}:
            return not is_firm and person.kind == "person"
        return person.kind != "person" or (not person.likely and not person.roles and self._acts(person))

    @cached_property
    def _firms(self) -> list[Person]:
        """Whose name, or what stands beside it, says that it is a firm: "Toyoda's shares"."""
        return [
            person
            for person in self._people
            if person.kind != "person"
            and person.name.casefold() not in _FIRMS
            and not person.name.rpartition(" ")[2].islower()  # "the German-Indian group"
            and (_heads(person.name) & _FIRMS or any(_OF_A_FIRM.match(self._text, m.span.end) for m in person.mentions))
        ]

    def _whose_office(self, words: str, span: Span | None) -> Name | None:
        """The body in "the SNP leader" and "the BBC's chairman"."""
        if span is None or words.split()[-1].casefold() not in ROLES:
            return None
        inside = self._names_between(span.start, span.end)
        body = inside[0] if len(inside) == 1 and self._by_mention[id(inside[0])].kind == "body" else None
        office = _OFFICE_OF_A_BODY.fullmatch(self._text, body.span.end, span.end) if body is not None else None
        return body if office is not None else None

    def _in_office(self, low: str, body: Span, where: int) -> Person | None:
        """Who is "snp leader", or "leader" and of no other body that the article names."""
        whose = self._text[body.start : body.end].casefold()
        office = re.sub(r"^['’]s? ", "", low[len(whose) :].strip())
        exact = [
            p for p in self._people if p.roles & {f"{whose} {office}", f"{whose}'s {office}", f"{whose}’s {office}"}
        ]
        others = {w for n in self._names if n.kind != "person" for w in n.text.casefold().split()} - {*whose.split()}
        held = [p for p in self._people if any(_ends_in(r, office) for r in p.roles)]
        free = [p for p in held if not any(others & {*re.sub(r"['’]s?\b", "", r).split()} for r in p.roles)]
        return self._nearest_of(exact or (free if len(free) == 1 else []), where)

    def _apposed(self, words: str, span: Span | None) -> Person | None:
        """Whose name follows the role: "the Senate majority leader" | ", Clint McAuliffe,"."""
        if span is None or words.split()[-1].casefold() not in ROLES:
            return None
        opened = _OPENS_NAME.match(self._text, span.end)
        name = next(iter(self._names_between(span.end, opened.end() + 1)), None) if opened is not None else None
        person = self._by_mention[id(name)] if name is not None else None
        is_closed = name is not None and _CLOSES_NAME.match(self._text, name.span.end) is not None
        return person if person is not None and person.kind == "person" and is_closed else None

    def _all_of_them(self, words: str, mention: Mention) -> Actor:
        """With the names of the same list before them, where the sentence begins with it: "Unite, " | "Unison and
        the GMB"."""
        if mention.span is None or not self._sentences:
            return Actor(name=words, span=mention.span)
        start = self._sentences[self._sentence_at(mention.span.start)].start
        is_near = mention.span.start - start <= MOST_LISTED_CHARS
        before = _LISTED_BEFORE.fullmatch(self._text, start, mention.span.start) if is_near else None
        first = before[0].split()[0].strip(",").casefold() if before is not None else "the"
        if before is None or (first in ORDINARY_STARTS | DAYS_MONTHS and first != "the"):
            return Actor(name=words, span=mention.span)
        start += len("The ") if self._text.startswith("The ", start) else 0
        end = mention.span.start + len(mention.text.rstrip(" ,;:\u00a0“”\"'‘"))
        return Actor(name=self._text[start:end], span=Span(start=start, end=end))

    def _are_several(self, mention: Mention) -> bool:
        """True for "Gus and Teddy Malone": names that "and" joins, and no name of one body with an "and" in it."""
        if mention.span is None:
            return False
        inside = self._names_between(mention.span.start, mention.span.end)
        return not any(" and " in n.text and n.span.covers(mention.span) for n in inside) and bool(inside)

    def _named_in(self, words: str, span: Span | None) -> Person | None:
        """The person or body whose name stands in the mention: the last person, else the first body."""
        if span is not None:
            inside = [(n, self._by_mention[id(n)]) for n in self._names_between(span.start, span.end)]
            people = [p for _, p in inside if p.kind == "person"]
            bodies = [p for _, p in inside if p.kind == "body"]
            heads = [
                p
                for n, p in inside
                if n.span.start - span.start <= len("the ")
                or self._text[span.start : n.span.start - 1] in _KINDS
                or (n.span.end >= span.end and _tells_its_kind(self._text[span.start : n.span.start]))
            ]
            if inside and self._is_modifier(inside[-1][0], span):
                return None
            if inside and (_is_holder(words) or _PEOPLE_IN.match(words)):
                return None
            if people or bodies:
                return people[-1] if people else bodies[0]
            if inside and words.split()[-1].casefold() in ROLES:
                return self._in_role(words.casefold(), span.start)  # "the Tory leader" is no "Tory"
            if inside:
                return heads[0] if heads else None
        target = {w.casefold() for w in words.split()}
        fits = [p for p in self._people if target & {w.casefold() for w in p.name.split()} == target]
        if len(target) == 1 and target <= ROLES:  # "the President" is no "Vice President"
            fits = [p for p in fits if p.name.split()[0].casefold() not in _LESSER]
        if words.islower():  # "the city" is no "City Hall"
            where = span.start if span is not None else len(self._text)
            fits = [p for p in fits if words.rsplit(" ", 1)[-1] in _heads(p.name) and _is_known(p, where)]
        called = [p for p in self._people if any(m.text == words for m in p.mentions)] if words.isupper() else []
        return next(iter([*called, *fits]), None)

    def _is_modifier(self, name: Name, mention: Span) -> bool:
        """True for a name that only says of what kind somebody is: "Danish sailors", "our NHS laboratories"."""
        rest = re.sub(r"^['’]s?(?= )", "", self._text[name.span.end : mention.end]).split()
        if not rest or not rest[0][:1].islower() or rest[0] in _AFTER_A_NAME or rest[-1].casefold() in ROLES:
            return False
        if rest[-1] in _NO_NOUN or _ADVERB.fullmatch(rest[-1]):
            return False
        is_owner = self._text.startswith(("'", "’"), name.span.end) and name.kind == "person"  # "Park's office"
        return name.kind == "other" or is_owner or not is_role(rest[-1])

    def _in_role(self, low: str, where: int) -> Person | None:
        """Whoever holds the role that "the home secretary" or "the council" names, the nearest before `where` first."""
        head = re.split(r" (?:of|for|in|at|under|led|chaired|with|on|from) ", low)[0].split()
        if not head:
            return None
        noun = head[-1].removesuffix("'s").removesuffix("’s")
        candidates = [p for p in self._people if self._fits(p, " ".join(head), noun)]
        if head[0] not in _LESSER:
            candidates = [p for p in candidates if p.name.split()[0].casefold() not in _LESSER]
        if head == ["president"] and self._has_capitol:
            candidates = [p for p in candidates if not self._presides(p)]
        candidates = [p for p in candidates if _is_known(p, where)]
        exact = [p for p in candidates if low in p.roles] or [p for p in candidates if " ".join(head) in p.roles]
        return self._nearest_of(exact or candidates, where)

    @cached_property
    def _has_capitol(self) -> bool:
        return _CAPITOL.search(self._text) is not None

    def _presides(self, person: Person) -> bool:
        """True for the president of a union, a firm or a college."""
        return any(
            _PRESIDENT_OF.match(self._text, m.span.end)
            or _OWN_PRESIDENT.search(self._text, max(0, m.span.start - 24), m.span.start)
            for m in person.mentions
        )

    @staticmethod
    def _fits(person: Person, role: str, noun: str) -> bool:
        is_body = noun in BODY_WORDS and noun not in ROLES  # "the board" is no "board chair"
        if noun == "attorney":  # nor "his attorney" the county's
            own = {r.removesuffix("attorney").strip() for r in person.roles if r.endswith("attorney")}
            return re.sub(r"\b(?:his|her|their|own) ", "", role).removesuffix("attorney").strip() in own
        if noun in {"congressman", "congresswoman"}:
            role, noun = re.sub(r"congress(?:wo)?man", "representative", role), "representative"
        if noun == "boss" or (noun in _BOSSES and any(r.endswith("boss") for r in person.roles)):
            return any(r.split()[-1] in _BOSSES for r in person.roles if r)
        lesser = _LESS.difference(role.split())
        if any(role == r or (noun in r.split() and not is_body and not lesser & {*r.split()}) for r in person.roles):
            return True
        return person.kind == "body" and noun in BODY_WORDS and noun in _heads(person.name)

    def _nearest(self, where: int, low: str, kind: Kind) -> Person | None:
        """The first name of this kind in this sentence or one of the three before it that "he" or "she" may mean, but
        for one in "After meeting Ann Cole, Tom Hale"; else the nearest."""
        here = self._sentence_at(where)
        for index in range(here, max(-1, here - 4), -1):
            sentence = self._sentences[index]
            before = self._names_between(sentence.start, min(sentence.end, where) if index == here else sentence.end)
            named = [(n, p) for n in before if self._is_of_kind(p := self._by_mention[id(n)], n, kind, low)]
            free = [p for n, p in named if not _AFTER_DOING.search(self._text, sentence.start, n.span.start)]
            free = [p for p in free if p.kind == kind] or free  # "the Amateur League in Sikasso"
            first = named[0][0].span.start if named else where
            opens = self._opening(sentence, min(first, where)) if kind == "person" else None
            if opens is not None and self._may_be(opens, low):
                return opens
            if named:
                return free[0] if free else named[0][1]
        return self._nearest_of([p for p in self._people if p.kind == kind and self._may_be(p, low)], where)

    def _opening(self, sentence: Sentence, end: int) -> Person | None:
        """Whom a sentence begins with by what they are: "The Ohio senator met Tom Hale. He will"."""
        opens = _OPENS_WITH.match(self._text, sentence.start, end)
        if opens is None or opens["head"] not in ROLES | _TRADES | _TRADES_AT_ONCE | _COMES_FROM:
            return None
        found = self._find(opens["who"], Span(start=opens.start("who"), end=opens.end("who")))
        return found if found is not None and found.kind == "person" else None

    def _is_of_kind(self, person: Person, name: Name, kind: Kind, low: str) -> bool:
        """True for whom "he" or "it" may mean; "it" for a "Toyoda" that says something or has something, too."""
        if person.kind == kind:
            return self._may_be(person, low)
        may_act = kind == "body" and person.kind == "other" and low in {"it", "its", "itself"}
        return may_act and not _is_placed(name, self._text) and self._acts(person)

    def _acts(self, person: Person) -> bool:
        if id(person) not in self._acting:
            self._acting[id(person)] = any(_ACTS.match(self._text, m.span.end) for m in person.mentions)
        return self._acting[id(person)]

    def _may_be(self, person: Person, low: str) -> bool:
        """False for a "she" whom the article calls "Mr" or "Tom", and for a "he" whom it calls "Mrs" or "Ann"."""
        meant = "he" if low in _HE else "she" if low in _SHE else None
        return meant is None or not person.likely or meant in person.likely

    def _nearest_of(self, people: Sequence[Person], where: int) -> Person | None:
        return min(people, key=lambda person: _distance(person, where), default=None)

    def person_in(self, mention: Mention) -> str | None:
        """The full name when the mention names a person outright, by no role and no pronoun."""
        found = self._named_in(_bare(mention.text), mention.span) if not is_pronoun(mention.text) else None
        return found.name if found and found.kind == "person" else None

    # --- quotations

    def voice(self, where: int) -> Voiced | None:
        """Whom the "I" or the "we" at offset `where` stands for, and whether the text's structure says so.

        None where it does not say who speaks.
        """
        voice, word = self._voices.at(where), _FIRST_WORD.match(self._text, where)
        assert word is not None
        low = word[0].casefold()
        person = self._first_person(low, where) if voice is not None else None
        if voice is None or person is None:
            return None
        # An office may have more of a name; who signs a letter or is interviewed says "we" for a body too.
        is_vague = voice.is_role and voice.ground == "title"
        is_vague = is_vague or (low in _PLURAL_OWN and voice.ground in {"signature", "interview"})
        mention = Mention(text=word[0], span=Span(start=where, end=word.end()))
        return Voiced(self._as_actor(person, mention), self._known_speaker(voice)[1] and not is_vague)

    def speaker(self, where: int) -> Person | None:
        """Who speaks at offset `where`; at the start of a sentence that quotes somebody, who is quoted in it."""
        voice = self._voices.at(where)
        if not self._voices.is_quoted(where) and (voice is None or voice is self._voices.author):
            sentence = self._sentences[self._sentence_at(where)] if self._sentences else None
            quoted = self._voices.quoted_in(sentence) if sentence is not None and sentence.start == where else None
            voice = quoted or voice
        return self._speaking(voice) if voice is not None else self._author()

    def _first_person(self, low: str, where: int) -> Person | None:
        """The speaker; for the "we" of an office in its own statement nobody: that is a government, or a body."""
        voice = self._voices.at(where)
        if voice is None or voice.ground in _OF_A_QUOTATION or voice.ground == "turn":
            return self.speaker(where)
        # Such a statement calls its speaker by no more than the office: 35 of 44 labels keep "I", 24 have the office.
        stays = voice.is_role and (low in _PLURAL_OWN or voice.words.casefold() in _HEADS_OF_GOVERNMENT)
        return None if stays else self._speaking(voice)

    def _speaking(self, voice: Voice) -> Person | None:
        """The person or body that the words of a voice stand for."""
        return self._known_speaker(voice)[0]

    def _known_speaker(self, voice: Voice) -> tuple[Person | None, bool]:
        """The speaker, and whether the words say it for certain: a "he" does where its paragraph names him."""
        if voice not in self._speakers:
            self._speakers[voice] = None, False  # an attribution that leads back here has nobody to give
            low = _bare(voice.words).casefold()
            is_described = voice.is_role and not is_role(low) and _DESCRIBED.match(voice.words) is not None
            told = self._described(_bare(voice.words), voice.span) if _DEFINITE.match(voice.words) else None
            if told is not None:
                self._speakers[voice] = told, voice.is_certain
            elif voice.span is not None and (is_pronoun(low) or is_described):
                person, is_near = self._who_says(low, voice.span)
                person = person or (self._whose(voice) if is_described else None)
                self._speakers[voice] = person, voice.is_certain and is_near
            else:
                self._speakers[voice] = self._whose(voice), voice.is_certain
        return self._speakers[voice]

    def _whose(self, voice: Voice) -> Person | None:
        words = _bare(voice.words)
        low, where = words.casefold(), voice.span.start if voice.span else 0
        if low in _FIRST_PERSON or not low:
            return None
        alone = Person(words, "person", mentions=[Name(voice.span or Span(start=0, end=0), words, "person")])
        if not voice.is_role and low in ROLES:  # "King said", of Steve King
            namesakes = [p for p in self._people if p.kind == "person" and p.name.endswith(f" {words}")]
            if namesakes:
                return self._nearest_of(namesakes, where)
        if voice.is_role or low.split()[-1] in ROLES:
            held = [p for p in self._people if low in p.roles]
            if held:
                return self._nearest_of(held, where)
            is_vague = voice.ground in _OF_A_QUOTATION and voice.is_role and not _POSSESSED.search(voice.words)
            return (self._in_role(low, where) if is_vague else None) or alone
        if voice.span is not None and " and " in words and _SEVERAL.fullmatch(words):
            inside = self._names_between(voice.span.start, voice.span.end)
            if len(inside) > 1 and not any(" and " in n.text for n in inside):
                return alone  # "Unison and the GMB"
        surname = _TITLE_BEFORE.match(words[: words.rfind(" ") + 1])
        found = self._named_in(words, voice.span) or self._named_in(words, None)
        found = found or (self._named_in(words.split()[-1], None) if surname else None)
        if found is None and (kin := _KIN_BEFORE.fullmatch(words)) is not None:
            alone = Person(kin["name"], "person", mentions=alone.mentions)
        if found is not None and voice.ground == "turn" and found.name.casefold().endswith(f" {low}"):
            is_fuller = _TITLE_BEFORE.fullmatch(found.name[: -len(words)]) is None
            return found if is_fuller else alone  # the label "MARSH" for "Mr Marsh"
        return found or alone

    def _who_says(self, low: str, span: Span) -> tuple[Person | None, bool]:
        """Whom the "he" or the "they" of an attribution stands for, and whether its own paragraph says so: the subject
        nearest before it, of those that are surely persons if there is one."""
        here = self._sentence_at(span.start)
        paragraph = self._sentences[here].paragraph
        likely: Person | None = None
        for index in range(here, max(-1, here - FAR_BACK), -1):
            sentence = self._sentences[index]
            end = min(sentence.end, span.start) if index == here else sentence.end
            told = self._names_between(sentence.start, end)
            for name in [n for n in told if self._is_subject(n, sentence)]:
                person = self._by_mention[id(name)]
                if not self._may_say(person, low):
                    continue
                if low in _COLLECTIVE or self._told_of(person)[2]:
                    return person, sentence.paragraph == paragraph
                likely = likely or person
            role = _ROLE_LEADS.match(sentence.text) if low not in _COLLECTIVE and index != here else None
            if role is not None and (held := self._in_role(role["role"].casefold(), sentence.start)) is not None:
                return held, sentence.paragraph == paragraph
            if index and self._sentences[index - 1].paragraph == sentence.paragraph:
                continue
            if likely is not None:
                return likely, sentence.paragraph == paragraph
            owners = self._owners(index, span.start) if sentence.paragraph == paragraph else ()
            owner = next((p for p in owners if self._may_say(p, low)), None)
            if owner is not None:
                return owner, False
        return likely or self._find(low, span), False

    def _owners(self, index: int, end: int) -> Iterator[Person]:
        """From sentence `index` to `end` everybody named outside quotation marks: "Ash's contract is up"."""
        for name in self._names_between(self._sentences[index].start, end):
            if not self._voices.is_quoted(name.span.start):
                yield self._by_mention[id(name)]

    def _may_say(self, person: Person, low: str) -> bool:
        """False for a thing, and for a "she" whom the article calls "Mr"."""
        if low in _COLLECTIVE:
            return person.kind != "other"
        is_he, is_she, _ = self._told_of(person)
        if is_he != is_she:
            return is_he == (low == "he")
        return person.kind == "person" and self._may_be(person, low)

    def _told_of(self, person: Person) -> tuple[bool, bool, bool]:
        """Whether the article calls somebody "Mr" or a son, "Mrs" or a daughter, and surely tells of a person."""
        if id(person) not in self._told:
            is_he, is_she = (_stands_before(pattern, person, self._text) for pattern in (_MALE, _FEMALE))
            is_person = is_he or is_she or _is_surely_person(person, self._text)
            self._told[id(person)] = is_he, is_she, is_person
        return self._told[id(person)]

    def _is_subject(self, name: Name, sentence: Sentence) -> bool:
        """True for a name outside quotation marks that is no owner ("Ash's mother") and no object ("of Ash")."""
        before, after = self._text[max(sentence.start, name.span.start - 24) : name.span.start], name.span.end
        return (
            not self._text.startswith(("'s ", "’s ", "' ", "’ "), after)
            and not _GOVERNED.search(before)
            and not before.endswith("(")
            and not self._voices.is_quoted(name.span.start)
        )

    def _author(self) -> Person | None:
        """Who may speak where nothing says who does: the body that the text begins with, in its own voice."""
        if not self._speaks_for_itself or not self._names:
            return None
        first = self._names[0]
        body = self._by_mention[id(first)]
        begins = self._text[: first.span.start].strip().casefold() in ("", "the")
        return body if begins and (body.kind == "body") else None

    # --- small things

    def _as_actor(self, person: Person, mention: Mention) -> Actor:
        others = Counter(m.text for m in person.mentions if m.text != person.name)
        roles = sorted(person.roles, key=lambda role: (len(role), role))[:2]
        aliases = dict.fromkeys([*(n for n, _ in others.most_common(3)), *roles])
        aliases.pop(person.name, None)
        return Actor(name=person.name, aliases=tuple(aliases), span=mention.span)

    def _names_between(self, start: int, end: int) -> list[Name]:
        low, high = bisect_left(self._name_starts, start), bisect_left(self._name_starts, end)
        return self._names[low:high]

    def _sentence_at(self, offset: int) -> int:
        return max(0, min(bisect_left(self._starts, offset + 1) - 1, len(self._starts) - 1))

    def is_named(self, span: Span) -> bool:
        """True when a name of the article lies in `span`."""
        return bool(self._names_between(span.start, span.end))


# "the Democratic leader" | ", Senator " | "Abe Reidel" | " of Nevada,"
_OPENS_NAME = re.compile(r", (?:[A-Z]\w+\.? )?")
_CLOSES_NAME = re.compile(r"(?: \([^)]{1,12}\)| of [A-Z]\w+(?: [A-Z]\w+)?)?(?:,|\.|;|$)")
_CAPITOL = re.compile(r"\b(?:White House|Oval Office|Congress|Senate)\b")
_PRESIDENT_OF = re.compile(r", (?:(?:the|a|its|and|vice|then) )*president of (?!the United States)")
_OWN_PRESIDENT = re.compile(
    r"(?:['’]s?|\b(?:its|union|company|college|university|association)) (?:vice )?president, ?$"
)
_FIRMS = frozenset(
    "ltd limited inc plc llc corp holdings motors airways airlines energy foods group stores media pharmaceuticals "
    "industries technologies systems homes mining petroleum steel brewery hotels shipping railways".split()
)
_OF_A_FIRM = re.compile(
    r"(?:['’]s)? (?:(?:chief executive|CEO|boss|shares|stock|sales|profits?|customers|stores|shareholders)\b"
    r"|posted an? |(?:Inc|Corp|Co|Ltd)\b)"
)
# "the Seattle-based" | "company", "the former Leeds" | "striker", "the 24-year-old"
# "The Ohio senator" | " will"
_OPENS_WITH = re.compile(
    r"\W*The (?P<who>(?:[\w’'-]+ ){0,3}?(?P<head>[a-z-]+))"
    r"(?= (?:(?:will|would|has|had|is|was|does|did|said|says|told|also|later|then|now)\b|[a-z]{3,}(?:ed|ly)\b))"
)
_DESCRIPTION = re.compile(
    r"(?:(?!(?:of|for|in|at|and|to|central) )[\w.’'-]+ ){0,4}?"
    r"(?:(?P<age>\d{1,2}-year-old)(?: [a-z-]+){0,2}|(?P<head>[A-Za-z-]+))"
)
# "the former Hale boss", and no "former president", who may be anybody.
_FORMER = re.compile(r"former [\w’'-]+ [\w’'-]+")
_THE = re.compile(r"\bthe $|(?<![\w-])the (?=\S*$)", re.IGNORECASE)
_BOSSES = frozenset("boss manager coach chief executive ceo".split())
_ANY_FIRM = frozenset("company firm business giant conglomerate".split())
_KINDS_OF_FIRMS = _ANY_FIRM.union(
    (
        "airline automaker bank brewer brewery broadcaster carmaker chipmaker club drugmaker grocer housebuilder "
        "insurer lender manufacturer miner newspaper planemaker publisher retailer start-up startup studio "
        "supermarket tabloid utility "
    ).split()
)
# Bodies that are called so beside their names, and are no firms.
_NO_FIRMS = frozenset("charity orchestra quango thinktank think-tank watchdog".split())
_ALIKE = {
    "carmaker": frozenset({"automaker"}),
    "automaker": frozenset({"carmaker"}),
    "retailer": frozenset({"supermarket", "grocer"}),
    "supermarket": frozenset({"retailer", "grocer"}),
    "grocer": frozenset({"retailer", "supermarket"}),
    "lender": frozenset({"bank"}),
    "bank": frozenset({"lender"}),
    "democrat": frozenset({"democratic"}),
}
_OF_A_PARTY = frozenset({"democrat", "republican"})
# Whom the article must tell to be one; the others may be whoever was named last.
_TRADES = frozenset(
    "tory frontrunner front-runner nominee hopeful contender challenger backbencher lawmaker captain skipper".split()
)
_TRADES_AT_ONCE = _OF_A_PARTY.union(
    (
        "actor actress author batsman billionaire bowler boxer businessman businesswoman centre-back comedian "
        "cyclist defender entrepreneur filmmaker footballer forward full-back goalkeeper golfer international "
        "jockey left-back linebacker midfielder millionaire mogul neurosurgeon novelist outfielder pitcher "
        "playmaker playwright presenter quarterback rapper receiver right-back shortstop singer slugger "
        "songwriter sprinter star starlet striker supermodel superstar surgeon swimmer tycoon winger "
    ).split()
)
_COMES_FROM = frozenset(
    (
        "algerian american argentine argentinian australian austrian belgian brazilian briton bulgarian "
        "cameroonian canadian chilean colombian croat croatian czech dane dutchman egyptian englishman estonian "
        "ethiopian fijian finn frenchman german ghanaian greek hungarian icelander indian irishman italian "
        "ivorian jamaican kenyan malian mexican moroccan nigerian norwegian pole romanian russian scot scotsman "
        "senegalese serb serbian slovak slovenian spaniard swede swiss texan tunisian turk ukrainian uruguayan "
        "welshman "
    ).split()
)
_PAPERS_NAMES = frozenset(
    "times post guardian telegraph mail mirror express herald tribune journal sentinel gazette chronicle globe".split()
)


def _is_named_so(name: str, head: str) -> bool:
    """True for the bank "Norbank", the club "Hale United" and the newspaper "Hale Gazette"."""
    last = name.rpartition(" ")[2]
    if head in {"newspaper", "tabloid"}:
        return last in _PAPERS_NAMES
    return last in _KINDS_OF_BODIES["club"] if head == "club" else head == "bank" and last.endswith("bank")


def _is_placed(name: Name, text: str) -> bool:
    """True for the "Ghent" of "in Ghent, the company"."""
    return _PLACED.search(text, max(0, name.span.start - 14), name.span.start) is not None


# What stands for a body whose name has another of such words.
_KINDS_OF_BODIES = {
    "company": _FIRMS,
    "firm": _FIRMS,
    "airline": frozenset({"airways", "airlines"}),
    "club": frozenset({"fc", "afc", "united", "rovers", "athletic", "wanderers", "albion"}),
    "charity": frozenset({"trust", "foundation", "society"}),
    "force": frozenset({"police", "constabulary"}),
}
# "The nurses said on Monday that" | " they"
MOST_SAID_CHARS = 240
_SAYS_OF_ITSELF = re.compile(
    r"(?:(?<=[.!?”\"] )|(?<=\n)|(?<![^\n])|(?<=, )|(?<=\band )|(?<=\bbut ))"
    r"(?P<who>(?:[\w.’'&-]+ ){0,6}?[\w.’'&-]+)(?: \([^)\n]{1,30}\))? "
    rf"(?:also |has |have |had |later |have also |has also )?{SAYING}(?: [\w’'-]+){{0,6}}? (?:that )?$"
)
_LEADS_A_SUBJECT = frozenset("the a an some many most all both several two three four five six".split())
_NO_SUBJECT = frozenset(
    "will would has have had is was are were who which that as when he she it they we said says told by if".split()
)
_PLURAL_NAMES = frozenset({"MPs", "Taliban", "Republicans", "Democrats", "Conservatives", "Tories", "police", "staff"})
# "The drivers" | " had voted": they.
_PEOPLE_LEAD = re.compile(
    r"(?P<who>(?:(?:The|Some|Many|Most|All|Both|Several|Two|Three|Four|Five|\d+) )?(?:[A-Z]?[a-z][\w’'-]* ){0,3}?"
    r"(?:[A-Z]?[a-z]+(?:ers|ors|ists|ants|ents|ians|men|ees|ials|ives)|MPs|[Pp]olice|Republicans|Democrats|nurses)) "
    r"(?:have|are|were|do|will|would|had|who|say|voted|want|plan|also|[a-z]+ed|said|told)\b"
)
_NO_PEOPLE = frozenset(
    "letters numbers papers computers matters orders powers members' events agreements documents payments statements "
    "investments appointments rulers figures comments tickets motors trials materials factors doors errors talents "
    "accidents incidents patents elements moments presents contents cents containers trailers rivers towers".split()
)


def _tells_its_kind(words: str) -> bool:
    """True for the "children's charity" of "children's charity Lantern"."""
    before = words.split()
    return bool(before) and before[-1].islower() and (is_body_word(before[-1]) or before[-1] in _FIRM_WORDS)


def is_body_word(word: str) -> bool:
    low = word.casefold().rstrip(".,")
    return low in BODY_WORDS or low in _KINDS_OF_FIRMS or low in _FIRMS


# "Toyoda" | " said", "Toyoda" | ", which makes cars"
_ACTS = re.compile(
    rf"(?: \([^)\n]{{1,30}}\))?(?:, which)? "
    rf"(?:{SAYING}|will|would|has|had|plans|owns|makes|operates|employs|runs|reported|is (?:to|set))\b"
)
# "the SNP" | " leader"
_OFFICE_OF_A_BODY = re.compile(r"(?:['’]s?)? (?:[a-z]+(?:-[a-z]+)? ){0,2}[a-z]+")
_OWN_OF_ONE = re.compile(r"(?:[\w.]+ )*[A-Z][\w-]*['’]s? (?:[a-z-]+ )*(?P<noun>[a-z]+)")
# "my Ministers", "this Institute"
_OWN_BODY = re.compile(r"(?P<whose>my|our|this) (?P<body>\w+)", re.IGNORECASE)
# "Gus and Teddy Malone", "Leyland, Airedale and the University of the Borders"
_ONE_OF_THEM = rf"{_CAP}\.?(?: (?:{_LINK} ){{0,2}}{_CAP}\.?)*"
_SEVERAL = re.compile(
    rf"(?:[a-z]+ )?{_ONE_OF_THEM}(?:, (?:the )?{_ONE_OF_THEM})*,?"
    rf" and (?:the |most of |some of |all )?(?:(?:our|its|their) |(?:his|her) [a-z]+,? )?{_ONE_OF_THEM}"
)
MOST_LISTED_CHARS = 300
_LISTED_BEFORE = re.compile(rf"(?:(?:[Tt]he )?{_CAP}(?: (?:{_LINK} ){{0,2}}{_CAP})*, )+(?:[Tt]he )?")
# "dean of Pembury College", "Labour's candidate": whoever that is, not the body.
_HOLDER = re.compile(
    rf"(?:(?:[a-z-]+ ){{0,2}}(?P<role>[a-z-]+) (?:of|for) (?:the )?{_CAP}.*|"
    rf"(?:{_CAP} ){{0,3}}{_CAP}['’]s? (?:[a-z-]+ ){{0,2}}(?P<last>[a-z-]+))"
)


_OF_A_KIND = re.compile(
    r"(?:Arts|Sports|Research|Medical|Nursing|Security|Privy|Design|British|European|Press|Health)\b.* Council"
)


def _is_known(person: Person, where: int) -> bool:
    """False for "The Arts Council" where it is named later: "the council" is the town's."""
    return person.mentions[0].span.start < where or _OF_A_KIND.match(person.name) is None


# "Progressives in the House"
_PEOPLE_IN = re.compile(r"[A-Z][a-z]+s (?:in|on) the [A-Z]")
_HOLDERS = (ROLES - BODY_WORDS).union("abbot bursar curator dean editor heir member rector vicar warden".split())


def _is_holder(words: str) -> bool:
    holder = _HOLDER.fullmatch(words)
    return holder is not None and (holder["role"] or holder["last"]) in _HOLDERS


def _heads(name: str) -> set[str]:
    """The words that may stand for a name alone: "bank" for "Bank of Hochmark" and for "Marle Savings Bank plc"."""
    low = name.casefold()
    own = low.split()
    front = re.split(r" (?:of|for|on|in|to) ", low)[0].split()
    before_form = own[-2:-1] if own[-1].rstrip(".") in {"plc", "ltd", "inc", "llc", "corp", "co", "gmbh"} else []
    return {own[-1], front[-1], *before_form} | ({"police", "service", "services", "council", "union"} & set(own))


# "told Cole", "of the leader Ada Cole": somebody else says it.
_GOVERNED = re.compile(
    r"\b(?:of|for|to|with|than|against|about|between|at|in|on|told|asked) (?:(?:[Tt]he|[a-z]+|[A-Z][a-z]+\.?) ){0,2}$"
)
# "After meeting " | "Ann Cole, Tom Hale said he".
_AFTER_DOING = re.compile(r"\b(?:[Aa]fter|[Bb]efore|[Ss]ince|[Ww]hile|[Bb]y|[Ww]hen|[Oo]n) [a-z]+ing (?:with )?$")
FAR_BACK = 12
_FEMALE = re.compile(
    r"\b(?:Mrs|Ms|Miss|Dame|Lady|Baroness|Queen|Princess|mother|mum|wife|daughter|sister|widow|aunt|niece|girlfriend|"
    r"granddaughter|grandmother|schoolgirl|girl|woman|spokeswoman|chairwoman|congresswoman|actress)\.?,? $",
    re.IGNORECASE,
)
_HIS = (
    r"Mr|Sir|Lord|Baron|Fr|King|Prince|Pope|father|dad|husband|son|brother|widower|uncle|nephew|boyfriend|grandson|"
    r"grandfather|schoolboy|boy|man"
)
_MALE = re.compile(rf"\b(?:{_HIS}|spokesman|chairman|congressman|actor)\.?,? $", re.IGNORECASE)
# A woman may be a chairman.
_SURELY_MALE = re.compile(rf"\b(?:{_HIS})\.?,? $", re.IGNORECASE)


# "Pressed on it, the minister gave short shrift".
_ROLE_LEADS = re.compile(
    r"(?:[A-Z][^,.]{0,60}, )?[Tt]he (?P<role>(?:[a-z][\w-]+ ){0,2}?"
    rf"(?:{'|'.join(sorted(re.escape(r) for r in ROLES))})) [a-z]"
)


def _stands_before(pattern: re.Pattern[str], person: Person, text: str) -> bool:
    return any(pattern.search(text, max(0, m.span.start - 18), m.span.start) for m in person.mentions)


def _is_surely_person(person: Person, text: str) -> bool:
    """True for whom the article gives an office or an age, or calls by a surname."""
    if person.roles:
        return True
    if person.kind != "person":
        return False
    surname = person.name.split()[-1]
    return any(m.text == surname or _AGED.match(text, m.span.end) for m in person.mentions)


_AGED = re.compile(r", (?:aged )?\d{1,2}\b")


_AFTER_THE_HEAD = re.compile(rf"(?:the )?(?P<office>[\w’'-]+)(?: (?:of|for|to)\b|$)|{SAYING} ", re.IGNORECASE)


def _head(mention: Mention) -> Mention | None:
    """The name before an office or a verb of saying: "Ada Marsh, Minister for Housing"; None where there is neither."""
    words, _, rest = _bare(mention.text).partition(", ")
    match = _AFTER_THE_HEAD.match(rest)
    if not words or match is None or (match["office"] and not is_role(match["office"])):
        return None
    if mention.span is None:
        return Mention(text=words)
    start = mention.span.start + mention.text.index(words)
    return Mention(text=words, span=Span(start=start, end=start + len(words)))


# "But, as your Prime Minister, I must"
_AS_YOUR = re.compile(r"\b[Aa]s your (?P<office>[A-Z][\w’'-]+(?: [A-Z][\w’'-]+){0,3})")
_OWN_GOVERNMENT = re.compile(r"(?:[Mm]y|[Oo]ur) [Gg]overnment")
_GOVERNMENT = re.compile(
    r"\b(?:(?P<near>(?:[Tt]his|[Oo]ur|[Mm]y) [Gg]overnment)|"
    r"[Tt]he (?P<far>(?:(?!UK|U\.K|British)[A-Z][\w-]+ ){0,2}Government))\b"
)


# "A Common Ground government will": the promise of a party; "our party": it is not the government that speaks.
_PARTY = re.compile(
    rf"\b(?:[Aa]n?|[Tt]he next) (?P<party>{_CAP}(?: (?:of )?{_CAP}){{0,5}}) [Gg]overnment (?:will|shall)\b"
)
_OWN_PARTY = re.compile(
    r"\b(?:[Mm]y|[Oo]ur|[Tt]his) (?:party|manifesto|candidates?|conference)\b|"
    r"\b(?:[Ii]f|[Ww]hen) (?:we are|I am) elected\b"
)


def _own_side(document: Document) -> str | None:
    """The party whose programme it is, or the government that a statement in its own voice calls its own, or else names
    most often. "The UK Government" is what the other governments of the kingdom call it; it calls itself "the
    Government".
    """
    text = document.article.text
    party = _PARTY.search(document.article.title or "") or _PARTY.search(text)
    if party is not None:
        return party["party"]
    if (body := own_body(text, document.article.title or "")) is not None:
        return body
    if _OWN_PARTY.search(text):
        return None
    found = list(_GOVERNMENT.finditer(text))
    near = [m["near"] for m in found if m["near"]]
    named = Counter(near or [m["far"] for m in found])
    return named.most_common(1)[0][0] if named else None


def is_pronoun(words: str) -> bool:
    first = re.split(r"['’]", words)[0]
    return first != "US" and first.casefold() in _PERSONAL | _PLURAL_OWN | _COLLECTIVE


def is_role(words: str) -> bool:
    """True when a word of `words` is a role or a kind of body: somebody who can be held to something."""
    tokens = [w.casefold().removesuffix("'s").removesuffix("’s") for w in words.split()]
    return any(w in known or w.removesuffix("s") in known for w in tokens for known in (ROLES, BODY_WORDS, _FIRM_WORDS))


def _bare(words: str) -> str:
    """The mention without a leading article and trailing punctuation."""
    words = re.sub(r"(?<=\w)['’](?:ve|d|m|re|ll)$", "", words.strip(" ,;:\u00a0“”\"'‘"))
    return re.sub(r"^(?:the|a|an|my|our|this)\s+(?=\w)", "", words, flags=re.IGNORECASE)


def _spoken(document: Document) -> list[Sentence]:
    """The body, and the lines above it that say whose words these are: "Sen. Thea Ash, at the Local 88 hall"."""
    first = document.body[0].index if document.body else 0
    head = [s for s in document.sentences[:first] if not _NOT_THE_SPEAKER.match(s.text)]
    return [*head, *document.body]


# After these a name in "'s" has it as its own: "Tolley's said it would close the bakery".
_OWN_S = re.compile(r" (?:said|says|will|would|has|had|is|was|told|announced|confirmed)\b")


def _names(text: str, sentences: Iterable[Sentence], title: str) -> Iterator[Name]:
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
_PLURAL = re.compile(r"(?:ers|ors|ists|als|ants|ents|ives|ians|men|tics|ies|ees|ates|Police|People|Nobody|Everyone)$")


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
    is_known = is_known or (_SAYS_IT.match(text, end) is not None and _PLURAL.search(tokens[0]) is None)
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
_KINDS = frozenset(
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
    is_person = _given(name) is not None or (_reads_as_person(name) and not _is_body(name))
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
        or (is_first and (tokens[0] in _KINDS or _is_trade(tokens)))
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
    return tokens[0] in _MEMBERS or (tokens[0] in _ALSO_MEMBERS and _given(name) is not None)


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
    rf"(?P<firm>(?P<first>{_CAP})(?: {_CAP})* (?:Holdings|Group|Ltd|Limited|Inc\.?|plc|PLC|Corp\.?|Industries|Motors"
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
    if at is None or tokens[-1] in alone or _is_body(" ".join(tokens[at + 1 :])) or _given(" ".join(tokens[at + 1 :])):
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
    is_person = role or has_title or _reads_as_person(stripped) or (speaks and _given(stripped))  # "Andy Street said"
    kind: Kind = "person" if is_person else "other"
    if kind == "person" and placed is not None:
        stripped = placed["name"]
    return Name(Span(start=start, end=start + len(stripped)), stripped, kind, role.casefold())


_LESSER_BEFORE = re.compile(rf"\b(?P<lesser>{'|'.join(sorted(_LESSER))}) $", re.IGNORECASE)


def _lessened(role: str, text: str, start: int) -> str:
    """ "the former " | "Home Secretary" -> "former Home Secretary"."""
    before = _LESSER_BEFORE.search(text, max(0, start - 20), start) if role else None
    return f"{before['lesser']} {role}" if before is not None else role


def _is_person_of(placed: re.Match[str], alone: set[str], *, is_somebody: bool) -> bool:
    is_somebody = is_somebody or placed["surname"] in alone or _given(placed["name"]) is not None
    if placed["surname"] in _ORDERS or not is_somebody:
        return False
    return not _is_body(placed["name"]) and _reads_as_person(placed["name"])


_OF_A_COUNTRY = re.compile(
    rf"[A-Z][a-z]+['’]s (?P<name>{_CAP} (?:{_CAP} )?(?:{'|'.join(sorted(w.title() for w in _FIRMS if len(w) > 4))}))"
)
# "Fraternal Order of Troopers"
_ORDERS = frozenset("Order Brotherhood Sisterhood Knights Daughters Sons Farmers Teachers Workers Veterans".split())
# "Minister for Water Gerard Nikolaidis"
MIN_PORTFOLIO = 5
_NO_ROLE = rf"(?!(?i:(?:{'|'.join(map(re.escape, sorted(ROLES)))})\b))"
_OF_A_PLACE = re.compile(
    rf"(?P<name>{_NO_ROLE}{_CAP}(?: {_NO_ROLE}{_CAP})? {_NO_ROLE}(?P<surname>{_CAP})) of (?:the )?{_CAP}.*"
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
    return match["name"] if speaks or match["surname"] in alone or _given(match["name"]) is not None else None


_CAPITALS = re.compile(r"[A-Z][\w'’-]*(?: [A-Z][\w'’-]*)*")


def _alone(text: str) -> set[str]:
    """Words with a capital that stand somewhere without another beside them but a title or how a sentence opens."""
    runs = (match[0].split() for match in _CAPITALS.finditer(text))
    lone = (r for r in runs if len(r) == 1 or (len(r) == 2 and (r[0] in TITLES or r[0].casefold() in ORDINARY_STARTS)))
    return {re.sub(r"['’]s?$", "", run[-1]) for run in lone}


_PARTICLES = frozenset("ten di de del della da das dos du van von der den zu ter af bin ibn al ap ab".split())


_OPENS_A_PLACE = frozenset("St. Radio Channel Camp Fort Lake Mount Cape Hotel Operation Project".split())
# "Roberta “Bobbie” Teague"
_NICKNAME = re.compile(r"(?<= )[“\"‘'].+[”\"’'] ")


def _reads_as_person(name: str) -> bool:
    """Two to four capitalised words but for particles, none of them a link, the last no street, act or river."""
    words = [w for i, w in enumerate(_NICKNAME.sub("", name).split()) if i == 0 or w not in _PARTICLES]
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
        tokens[-1] in alone or _given(" ".join(tokens[-2:])) or _KNOWN_OFFICE.search(" ".join(tokens[:-2])) is not None
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
_HOLDS = frozenset(
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
        if token in TITLES or low in ROLES or low in _HOLDS or (i == 0 and low in _HOLD) or token in _RANKS_OF_POLICE:
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
    title = _TITLE_BEFORE.search(text, max(0, start - 12), start)
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
    while first and words[first - 1].casefold() in _LESS:
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


_DETERMINER = re.compile(r"^(?:the|an?|its|his|her|their) ")
# People of one surname who are told apart: an article has a family, and no register.
MOST_ALIKE = 24


def _ends_in(role: str, office: str) -> bool:
    """True for "labour leader" and "leader", not for "deputy leader" and "leader"."""
    before = role.removesuffix(office)
    return role == office or (before.endswith(" ") and before != role and not _LESS.intersection(before.split()))


def _grouped(names: Sequence[Name], text: str) -> list[Person]:
    """One person for all their names: a tail of the longest ("Cooper"), for bodies its head ("Fellside")."""
    people: list[Person] = []
    by_key: dict[str, list[Person]] = {}
    for name in sorted(names, key=lambda n: (-len(_NICKNAME.sub("", n.text).split()), n.span.start)):
        person = _home(name, by_key, text)
        if person is None:
            person = Person(name.text, name.kind)
            people.append(person)
        for key in _keys(name):
            alike = by_key.setdefault(key, [])
            if len(alike) < MOST_ALIKE and all(p is not person for p in alike):
                alike.append(person)
        person.mentions.append(name)
        person.genders |= _genders(name, text)
        if name.role:
            person.roles.add(_DETERMINER.sub("", name.role))
    for person in people:
        person.mentions.sort(key=lambda m: m.span.start)
    return sorted(people, key=lambda p: p.mentions[0].span.start)


def _with_their_parts(people: Sequence[Person]) -> list[Person]:
    """The same with "Ms Xu" put to "Xu Meilin", and "Sigrún" to the guide of that name, where only one is called so:
    whom a title or an office tells to be somebody."""
    whole: dict[str, list[Person]] = {}
    for person in people:
        words = person.name.split()
        if person.kind == "person" and len(words) > 1 and words[0].rstrip(".") not in TITLES:
            for word in dict.fromkeys(words[:-1]):
                whole.setdefault(word, []).append(person)
    kept = []
    for person in people:
        title, _, word = person.name.rpartition(" ")
        owners = whole.get(word, []) if person.kind != "body" and (not title or title in TITLES) else []
        is_one = len(owners) == 1 and (title or owners[0].roles) and word.casefold() not in ROLES
        if is_one and owners[0].mentions[0].span.start < person.mentions[0].span.start:
            owners[0].is_also(person)
        else:
            kept.append(person)
    return kept


def _with_their_offices(people: Sequence[Person]) -> list[Person]:
    """The same with "Home Secretary" put to the only one who is said to hold that office."""
    kept = []
    for person in people:
        office = person.name.casefold()
        is_office = any(w in ROLES for w in office.split()) and not person.roles
        holders = [p for p in people if p is not person and _holds(p, office)] if is_office else []
        if len(holders) == 1:
            holders[0].is_also(person)
        else:
            kept.append(person)
    return kept


def _holds(person: Person, office: str) -> bool:
    """True for "bbc chairman" and "Chairman"; "the President" is no union's."""
    return office in person.roles or (office != "president" and any(_ends_in(role, office) for role in person.roles))


_LETTERS = re.compile(r" \((?:the )?[“\"'‘]?(?P<letters>[A-Z]{2,8})[”\"'’]?\)")


# Fewer letters than this stand for too much to be told without brackets: "the PM", "the US".
LEAST_LETTERS = 3


def _with_their_letters(people: Sequence[Person], text: str) -> list[Person]:
    """The same with "SVWA" put to the Sett Valley Water Authority, behind whose name it stands in brackets, or which is
    the only body before it with these letters."""
    owners: dict[str, Person] = {}
    bodies: dict[str, list[Person]] = {}
    for person in people:
        for name in person.mentions:
            found = _LETTERS.match(text, name.span.end)
            initials = "".join(word[0] for word in re.findall(r"\w[\w'’]*", name.text) if word[0].isupper())
            if found is not None and found["letters"] == initials:
                owners.setdefault(initials, person)
            is_told = person.kind == "body" and len(initials) >= LEAST_LETTERS
            if is_told and person not in bodies.setdefault(initials, [])[-1:]:
                bodies[initials].append(person)
    kept = []
    for person in people:
        owner = owners.get(person.name)
        alone = [p for p in bodies.get(person.name, []) if p is not person and p.name != person.name]
        if owner is None and len(alone) == 1 and alone[0].mentions[0].span.start < person.mentions[0].span.start:
            owner = alone[0]
        if owner is None or owner is person:
            kept.append(person)
        else:
            owner.is_also(person)
    return kept


_PLACED = re.compile(r"\b(?:in|at|near|from|outside|across|around|into|through|off|to) (?:the )?$")


def _settle_kind(person: Person, text: str) -> None:
    """A name without a role that stands mostly after "in" or "near" is a place, however much it looks like a person."""
    if person.kind == "other" and any(m.kind == "person" for m in person.mentions):
        person.kind = "person"
    is_aged = any(_AGED.match(text, m.span.end) for m in person.mentions)
    if person.kind == "person" and not person.roles and not person.likely and not is_aged:
        theirs = sum(_is_of_a_body(m, text) for m in person.mentions)
        is_firm = person.name.split()[-1].casefold() in _FIRMS.union({"co"}) - _SURNAMES
        if is_firm or (
            2 * theirs > len(person.mentions) and not is_role(person.name) and not _REVEREND.match(person.name)
        ):
            person.kind = "body"
    if person.kind == "person" and not person.roles and not is_aged and not person.likely:
        placed = sum(bool(_PLACED.search(text[max(0, m.span.start - 14) : m.span.start])) for m in person.mentions)
        if placed and 2 * placed >= len(person.mentions):
            person.kind = "other"


_OF_A_BODY = re.compile(r", which |(?:['’]s)? (?:shares|chief executive|sales|customers)\b")
_REVEREND = re.compile(r"(?:Revd?|Hon|Rt|Ven|Very|Most|Late)\b|Shri |[A-Z. -]+$")
_SURNAMES = frozenset({"steel", "holdings", "stores", "media"})


def _is_of_a_body(name: Name, text: str) -> bool:
    """True for "the Creek Brigade" and for "Lakes Steel, which"."""
    start = name.span.start
    return text[max(0, start - 4) : start].casefold() == "the " or _OF_A_BODY.match(text, name.span.end) is not None


_TITLE_BEFORE = re.compile(
    r"\b(?P<title>(?:Mr|Mrs|Ms|Miss|Dr|Prof|Professor|Sir|Dame|Lord|Lady|Baroness|Baron|Rev|Fr|Cllr|Coun)"
    r"\.?(?: Justice)?) $",
    re.IGNORECASE,
)


_OFFICE_BEFORE = re.compile(r"(?<![\w-])(?P<office>[A-Z][a-z]+\.?|PC) $")


def _settle_title(person: Person, text: str) -> None:
    """Whom the article names by a surname alone has the title for a name, "Mr Vance", or the office."""
    if len(person.name.split()) > 1:
        return
    first = person.mentions[0].span.start
    title = _TITLE_BEFORE.search(text, max(0, first - len("Baroness Justice ")), first)
    office = _OFFICE_BEFORE.search(text, max(0, first - 24), first) if person.kind == "person" else None
    if title is not None:
        person.name, person.kind = f"{title['title']} {person.name}", "person"
    elif office is not None and office["office"].casefold() in ROLES | _HOLDS:
        person.name = f"{office['office']} {person.name}"


_GENERATION = re.compile(r",? (?:jr|sr|i{2,3}|iv)\.?$")


def _key(text: str) -> str:
    return _GENERATION.sub("", text.casefold().removesuffix(" kc").removesuffix(" mp"))


def _home(name: Name, by_key: dict[str, list[Person]], text: str) -> Person | None:
    """Whose name it is: of two, that of "Mrs Clinton" is hers, or the nearest before it."""
    key, genders = _key(name.text), _genders(name, text)
    parts = [p for p in by_key.get(f"~{key}", []) if not _is_a_part(p, name, text)]
    people = [p for p in [*by_key.get(key, []), *parts] if _is_of_age(p, name)]
    if len(genders) != 1:
        return next(iter(people), None)
    people = [p for p in people if p.kind != "body"]  # "Mrs Clinton" is no Clinton Foundation
    fits = [p for p in people if p.genders == genders] or [p for p in people if p.likely == genders]
    fits = fits or [p for p in people if len(p.likely) != 1]
    if len(fits) < 2:
        return next(iter(fits), None)
    return min(fits, key=lambda p: _distance(p, name.span.start))


def _is_a_part(person: Person, name: Name, text: str) -> bool:
    """ "NHS Northvale" is a part of "the NHS", and not what it is called."""
    if not name.text.isupper() or len(name.text) < 2 or not person.name.startswith(f"{name.text} "):
        return False
    first = person.mentions[0].span.start
    has_article = text[max(0, first - 4) : first].casefold() == "the "
    return not has_article and re.search(rf"\b[Tt]he {re.escape(name.text)}\b(?! [A-Z])", text) is not None


def _is_of_age(person: Person, name: Name) -> bool:
    """False for "Bo Cole Jr." and "Bo Cole Sr."."""
    generations = [m[0] for words in (person.name, name.text) if (m := _GENERATION.search(words.casefold()))]
    return len(set(generations)) < 2


def _given(name: str) -> Gender | None:
    """What the first word of a name of several tells of whose it is."""
    first, _, rest = name.partition(" ")
    low = first.casefold()
    return None if not rest else "he" if low in _GIVEN_HE else "she" if low in _GIVEN_SHE else None


def _genders(name: Name, text: str) -> set[Gender]:
    before = (max(0, name.span.start - 18), name.span.start)
    patterns: dict[Gender, re.Pattern[str]] = {"he": _SURELY_MALE, "she": _FEMALE}
    return {gender for gender, pattern in patterns.items() if pattern.search(text, *before)}


# Given names that nearly all who bear them share with one sex: none that both have ("Alex", "Dana", "Jean").
_GIVEN_HE = frozenset(
    (
        "aaron abdul abdulla abdullah abe abraham adam adrian ahmad ahmed aidan alan alasdair alastair albert "
        "alberto aldo alejandro alexander alexandre alfonso alfred alfredo alistair allan allen alonso alvin amir "
        "anders andre andreas andrei andrew andrzej andrés andy angus anthony anton antonio antony archie arjun "
        "armando arnold arsene arsène arthur arturo asif aung austin ayman barack barney barry bart bartosz basil "
        "ben benedict benjamin benny bernard bernardo bernie bert bill billy bob bogdan boris brad bradley "
        "brandon brendan brent brett brian bruce bruno bryan bryce byron callum calvin carl carlos carlton cecil "
        "cedric cesar chad charles chester christian christoph christophe christopher chuck clarence clark "
        "claudio clement clifford clive clyde colin connor conor conrad cormac craig cristiano curtis cyril cyrus "
        "damian damien dan daniel danny dariusz darren darryl dave david davis dean declan denis dennis derek "
        "dermot derrick desmond dick diego dieter dietrich dimitri dirk dmitri dmitry domenico dominic don donald "
        "donovan doug douglas duncan dustin dwayne dwight eamon eamonn earl ed eddie edgar edmund eduardo edward "
        "edwin elijah elliot elliott elmer elon emil emilio emmanuel enda enoch enrico enrique eric erik ernest "
        "ernesto erwin esteban ethan eugene evan everett fabian fabio felipe felix ferdinand fergus fernando "
        "fidel filip finn floyd francesco francis francisco franco francois frank franklin franz françois fred "
        "freddie frederic frederick frederik fyodor gareth garry garth gary gavin geoff geoffrey george georges "
        "gerald gerard gerhard gerry giancarlo gianni gil gilbert giles giorgio giovanni giuseppe glen glenn "
        "godfrey gordon graeme graham grant greg gregor gregory grigory guido guillaume guillermo gus gustav "
        "gustavo guy hal hamid hamish hank hannes hans harold harry harvey hassan hector heinrich heinz helmut "
        "henri henrik henry herbert herman hermann hiroshi horace horst howard hubert hugh hugo humphrey husain "
        "hussein iain ian ibrahim igor imran ioannis isaac isaiah ismail ivan ivor jack jacob jacques jaime jair "
        "jake jakob jakub james jarvis jason javier jay jeb jed jeff jefferson jeffrey jens jeremiah jeremy "
        "jerome jerry jesus jim jimmy jiří joachim joe joel joey johan johann johannes john johnny jon jonas "
        "jonathan jonny jorge jorgen jose josef joseph josh joshua josé joão juan juha julian julio julius jurgen "
        "justin jürgen kamal kanye karim karl kaspar keir keith kelvin ken kenji kenneth kenny kevin khalid "
        "kieran klaus konrad konstantin kurt kwabena kwame kwasi kyle lachlan lamar lance larry lars laurent "
        "lawrence lebron len lennart leo leon leonard leonardo leonid leopold leroy lester lewis liam lionel "
        "lloyd lorenzo louis luca lucas luciano ludwig luigi luis luiz luka lukas luke luther maciej magnus "
        "mahmoud malcolm malik manuel marc marcel marcelo marco marcos marcus marek mario marius mark marko "
        "markus marlon marshall martin martyn marvin massimo mateusz mathias mathieu matt matteo matthew matthias "
        "matthieu maurice mauricio mauro maxime melvin michael michal michel mick mickey miguel mihai mike mikel "
        "mikhail milan miles milos milton miroslav mitch mitchell mitt mohamed mohammad mohammed mostafa muhammad "
        "murray mustafa narendra nathan nathaniel neal ned neil nelson neville newt niall nicholas nick nicolas "
        "nigel nils noah noel norbert norman novak ole oleg oleksandr oliver olivier omar orlando orrin osama "
        "oscar oskar otto owen pablo paddy paolo pascal patrice patrick paul paulo pavel paweł pedro pep percy "
        "pete peter petr petros phil philip philippe phillip pierre pieter piotr rafa rafael raheem rahul raj "
        "rajesh ralph ramon rand randall randy raphael rashid raul ray raymond recep reginald reinhard rene rené "
        "rex ricardo richard rick ricky rishi rob robbie robert roberto rod roderick rodney rodrigo roger roland "
        "rolf roman ron ronald rory ross roy ruben rudolf rudy rufus rupert russell ryan sajid salvatore samuel "
        "sanjay santiago saul scott seamus sean sebastian serge sergei sergey sergio seth shane shaun shawn "
        "shinzo sid silvio simon solomon spencer stan stanley stefan stefano sten stephen steve steven stewart "
        "stuart sunil sven syed séamus tariq ted teddy terence terrence thabo theo theodore thierry thomas tiger "
        "tim timothy tobias toby todd tom tomas tomasz tommy tomás tony travis trevor troy tyler tyrone ulrich "
        "umberto unai valentin vernon victor vijay vikram viktor vince vincent vincenzo vitaly vittorio vladimir "
        "volodymyr waleed wallace walter warren wayne wendell werner wesley wilbur wilfred wilhelm will willem "
        "william willie winston wolfgang xavier yannis yevgeny yitzhak yuri yusuf zac zach zachary zlatan zoltan "
        "étienne "
    ).split()
)
_GIVEN_SHE = frozenset(
    (
        "abigail ada adele adriana agatha agnes agnieszka aileen aisha aisling alana alexandra alexandria alice "
        "alicia alison allison alma amanda amber amelia amelie amina amy ana anastasia andrea angela angelina "
        "angie anita anja ann anna annabel annabelle anne annegret annette annie annika antonia april ariana "
        "arlene astrid audrey aurelia aurora ayanna ayesha barbara beatrice beatriz becky belinda bella "
        "bernadette bertha bess beth bethany betsy betty beverley bianca birgit blanca bonnie brenda briana "
        "bridget brigid brigitte brittany bronwen bronwyn camilla candace carla carly carmen carol carole "
        "carolina caroline carolyn carrie cassandra catalina catherine cathy catriona cecilia celeste celia "
        "charlene charlotte chelsea cherie cheryl chiara chloe christina christine cindy claire clara clare "
        "claudia colette colleen condoleezza connie constance cora cordelia corinne cristina cynthia daisy "
        "daniela danielle daphne dawn deb debbie deborah debra deirdre delia delphine denise diana diane dianne "
        "dina dolores donna dora doreen doris dorothea dorothy edith edna eileen elaine eleanor elena elisabeth "
        "elise elissa eliza elizabeth ella ellen eloise elsa elsie emily emma emmeline erica erika erin esmeralda "
        "estelle esther ethel eugenie eunice eva eve faith farah fatima fatou felicia felicity fern fiona flora "
        "florence frances francesca freda freya frieda gabriela gabrielle gail gemma genevieve georgia georgina "
        "geraldine gertrude gillian gina ginny giorgia gisela giulia gladys gloria grace greta gretchen grete "
        "guadalupe gwen gwendolyn hanan hannah harriet hazel heather hedda heidi heike helen helena helga "
        "henrietta hermione hilda hillary holly hortense ida ilaria ilhan imelda imogen ines ingeborg ingrid inés "
        "irena irene irina iris irma isabel isabella isabelle isla isobel ivanka jacinda jacqueline jana jane "
        "janelle janet janice janine jasmine jayne jeanette jeanne jenna jennie jennifer jenny jessica jill jo- "
        "ann joan joanna joanne jocelyn johanna josephine josie joy joyce juanita judith judy julia juliana julie "
        "juliet juliette june justine kamala karen karin karla katarina kate katharina katharine katherine "
        "kathleen kathryn kathy katie katrin katrina katy kay kayleigh keira kellyanne kelsey kimberly kirsten "
        "kirstie kirsty kristen kristin kristina krystal kyra lana larissa laura lauren lavinia leah leanne leila "
        "lena leticia lidia lilian lillian lily linda lisa liv liz liza lizzie loretta lorna lorraine louisa "
        "louise lucia lucinda lucy luisa lydia lynda lynette lynne mabel maddie madeleine madeline madison maeve "
        "magdalena maggie maisie malala malia mandy manuela marcia margaret margarita margot marguerite maria "
        "mariam marianne marie marilyn marina marjorie marlene marsha marta martha martina mary matilda maud "
        "maura maureen mavis maxine mazie meera meg megan meghan melania melanie melinda melissa mercedes "
        "meredith mia michaela michele michelle mildred minnie miranda miriam moira molly mona monica monika "
        "monique muriel myra myrtle nadia nadine nan nancy naomi natalia natalie natasha nathalie nell nellie "
        "nicola nicole nikki nina nora norma octavia odette odile oksana olga olive olivia ophelia paige pam "
        "pamela patricia patsy patty paula pauline pearl peggy penelope penny petra phoebe phyllis pippa polly "
        "portia priscilla priti priya prudence rachael rachel ramona rania rashida rebecca regina renata renee "
        "rhoda rhona rhonda rita roberta roisin rosa rosalie rosalind rosalyn rosamund rosanna rose rosemary "
        "rosie roxanne ruby ruth róisín sabine sabrina sadie sally salma samantha sandra sara sarah saskia selena "
        "selina serena shabana sharon sheila shelley sherry shirley sian sigrid silvia sinead sinéad siobhan "
        "siobhán siân sofia sonia sonja sophia sophie stella stephanie sue suella susan susana susanna susanne "
        "sushma suzanne svetlana sylvia sylvie tabitha tamara tammy tania tanya tara tatiana teresa tess tessa "
        "thelma theresa therese thérèse tiffany tina tricia trudy tulsi tzipi ulrike una ursula valentina valerie "
        "vanessa venus vera verity veronica veronique vicky victoria viola violet virginia vivien wanda wendy "
        "wilhelmina wilma winifred yasmin yolanda yulia yvette yvonne zara zelda zoe "
    ).split()
)


# "Sauti" is more than "Sauti MPs", "Sundara" is no "Sundara City".
_OF_THEIRS = frozenset(
    "mps msps tds mlas senators ministers republicans democrats tories city secretary treasury hall government "
    "administration".split()
)


def _keys(name: Name) -> list[str]:
    """The whole name, and with a `~` what may stand for it later: the surname, the first word of a body."""
    words = _key(name.text).split()
    keys = [_key(name.text)]
    if len(words) > 1 and words[-1] not in _OF_THEIRS:
        keys += [f"~{' '.join(words[i:])}" for i in range(1, len(words))] if name.kind == "person" else [f"~{words[0]}"]
    return keys
