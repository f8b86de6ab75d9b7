"""An actor's mention -> the fullest name in the article, and its aliases.

The names are those of names.py; a pronoun or a bare role ("the council", "the home secretary", "she") goes back to the
nearest earlier one that fits. "I" and "we" go to whoever speaks there (voices.py).
"""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import takewhile
from typing import NamedTuple

from pipeline.language import content_words
from pipeline.names import (
    CAP,
    FIRM_WORDS,
    FIRMS,
    KINDS,
    LESS,
    LESSER,
    LINK,
    PLURAL,
    TITLE_BEFORE,
    Kind,
    Name,
    is_role,
    names_in,
)
from pipeline.people import (
    AGED,
    FEMALE,
    HIS,
    PLACED,
    Person,
    distance,
    ends_in,
    grouped,
    settle_kind,
    settle_title,
    with_their_letters,
    with_their_offices,
    with_their_parts,
)
from pipeline.records import Actor, Document, Mention, Sentence, Span
from pipeline.voices import BODY_WORDS, DAYS_MONTHS, ORDINARY_STARTS, ROLES, SAYING, Voice, Voices, own_body

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
_KIN_BEFORE = re.compile(rf"(?:[Hh]is|[Hh]er|[Tt]heir) (?:[a-z-]+ ){{1,3}}(?P<name>{CAP}(?: {CAP})*)")
# "Cope's mother, Denise,"
_KIN_NAMED = re.compile(
    rf"(?P<kin>{CAP}(?:['’]s|(?<=s)['’]) (?:mother|father|mum|dad|wife|husband|sister|brother|son|daughter|widow|"
    rf"widower|partner|aunt|uncle|grandmother|grandfather)), (?P<name>{CAP}(?: {CAP})?)(?=,)"
)
_OF_A_QUOTATION = frozenset({"attribution", "carried", "nearby"})
_HEADS_OF_GOVERNMENT = frozenset({"prime minister", "first minister"})
_POSSESSED = re.compile(r"\w['’]s? [a-z]")


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
        self._names = list(names_in(self._text, _spoken(document), document.article.title or ""))
        self._people = grouped(self._names, self._text)
        for person in self._people:
            settle_kind(person, self._text)
            settle_title(person, self._text)
        self._people = with_their_letters(with_their_parts(with_their_offices(self._people)), self._text)
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
        is_several = PLURAL.search(words[-1]) is not None or " and " in said["who"] or words[-1] in _PLURAL_NAMES
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
        if not is_firm or person.name.casefold() in FIRMS | {"ltd", "inc", head}:
            return not is_firm and person.kind == "person"
        return person.kind != "person" or (not person.likely and not person.roles and self._acts(person))

    @cached_property
    def _firms(self) -> list[Person]:
        """Whose name, or what stands beside it, says that it is a firm: "Toyoda's shares"."""
        return [
            person
            for person in self._people
            if person.kind != "person"
            and person.name.casefold() not in FIRMS
            and not person.name.rpartition(" ")[2].islower()  # "the German-Indian group"
            and (_heads(person.name) & FIRMS or any(_OF_A_FIRM.match(self._text, m.span.end) for m in person.mentions))
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
        held = [p for p in self._people if any(ends_in(r, office) for r in p.roles)]
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
                or self._text[span.start : n.span.start - 1] in KINDS
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
            fits = [p for p in fits if p.name.split()[0].casefold() not in LESSER]
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
        if head[0] not in LESSER:
            candidates = [p for p in candidates if p.name.split()[0].casefold() not in LESSER]
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
        lesser = LESS.difference(role.split())
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
        return min(people, key=lambda person: distance(person, where), default=None)

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
        surname = TITLE_BEFORE.match(words[: words.rfind(" ") + 1])
        found = self._named_in(words, voice.span) or self._named_in(words, None)
        found = found or (self._named_in(words.split()[-1], None) if surname else None)
        if found is None and (kin := _KIN_BEFORE.fullmatch(words)) is not None:
            alone = Person(kin["name"], "person", mentions=alone.mentions)
        if found is not None and voice.ground == "turn" and found.name.casefold().endswith(f" {low}"):
            is_fuller = TITLE_BEFORE.fullmatch(found.name[: -len(words)]) is None
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
            is_he, is_she = (_stands_before(pattern, person, self._text) for pattern in (_MALE, FEMALE))
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
    return PLACED.search(text, max(0, name.span.start - 14), name.span.start) is not None


# What stands for a body whose name has another of such words.
_KINDS_OF_BODIES = {
    "company": FIRMS,
    "firm": FIRMS,
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
    return bool(before) and before[-1].islower() and (is_body_word(before[-1]) or before[-1] in FIRM_WORDS)


def is_body_word(word: str) -> bool:
    low = word.casefold().rstrip(".,")
    return low in BODY_WORDS or low in _KINDS_OF_FIRMS or low in FIRMS


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
_ONE_OF_THEM = rf"{CAP}\.?(?: (?:{LINK} ){{0,2}}{CAP}\.?)*"
_SEVERAL = re.compile(
    rf"(?:[a-z]+ )?{_ONE_OF_THEM}(?:, (?:the )?{_ONE_OF_THEM})*,?"
    rf" and (?:the |most of |some of |all )?(?:(?:our|its|their) |(?:his|her) [a-z]+,? )?{_ONE_OF_THEM}"
)
MOST_LISTED_CHARS = 300
_LISTED_BEFORE = re.compile(rf"(?:(?:[Tt]he )?{CAP}(?: (?:{LINK} ){{0,2}}{CAP})*, )+(?:[Tt]he )?")
# "dean of Pembury College", "Labour's candidate": whoever that is, not the body.
_HOLDER = re.compile(
    rf"(?:(?:[a-z-]+ ){{0,2}}(?P<role>[a-z-]+) (?:of|for) (?:the )?{CAP}.*|"
    rf"(?:{CAP} ){{0,3}}{CAP}['’]s? (?:[a-z-]+ ){{0,2}}(?P<last>[a-z-]+))"
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
_MALE = re.compile(rf"\b(?:{HIS}|spokesman|chairman|congressman|actor)\.?,? $", re.IGNORECASE)


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
    return any(m.text == surname or AGED.match(text, m.span.end) for m in person.mentions)


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
    rf"\b(?:[Aa]n?|[Tt]he next) (?P<party>{CAP}(?: (?:of )?{CAP}){{0,5}}) [Gg]overnment (?:will|shall)\b"
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


def _bare(words: str) -> str:
    """The mention without a leading article and trailing punctuation."""
    words = re.sub(r"(?<=\w)['’](?:ve|d|m|re|ll)$", "", words.strip(" ,;:\u00a0“”\"'‘"))
    return re.sub(r"^(?:the|a|an|my|our|this)\s+(?=\w)", "", words, flags=re.IGNORECASE)


def _spoken(document: Document) -> list[Sentence]:
    """The body, and the lines above it that say whose words these are: "Sen. Thea Ash, at the Local 88 hall"."""
    first = document.body[0].index if document.body else 0
    head = [s for s in document.sentences[:first] if not _NOT_THE_SPEAKER.match(s.text)]
    return [*head, *document.body]
