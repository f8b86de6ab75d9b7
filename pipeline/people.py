"""Names -> whom they mean: one person or body for all that name it, with its kind, gender and offices."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from pipeline.givennames import Gender, gender_of
from pipeline.names import DETERMINER, FIRMS, HOLDS, LESS, NICKNAME, TITLE_BEFORE, Kind, Name, is_role
from pipeline.voices import ROLES, TITLES


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
        given = gender_of(self.name) if self.kind == "person" and not self.genders else None
        return self.genders or ({given} if given is not None else set())

    def is_also(self, other: "Person") -> None:
        """Takes over the other's mentions."""
        self.genders |= other.genders
        self.mentions = sorted([*self.mentions, *other.mentions], key=lambda m: m.span.start)


def distance(person: Person, where: int) -> tuple[int, int]:
    """How far before `where` the nearest name is; whoever is named only later comes after."""
    before = [where - m.span.start for m in person.mentions if m.span.start < where]
    return (0, min(before)) if before else (1, person.mentions[0].span.start)


FEMALE = re.compile(
    r"\b(?:Mrs|Ms|Miss|Dame|Lady|Baroness|Queen|Princess|mother|mum|wife|daughter|sister|widow|aunt|niece|girlfriend|"
    r"granddaughter|grandmother|schoolgirl|girl|woman|spokeswoman|chairwoman|congresswoman|actress)\.?,? $",
    re.IGNORECASE,
)
HIS = (
    r"Mr|Sir|Lord|Baron|Fr|King|Prince|Pope|father|dad|husband|son|brother|widower|uncle|nephew|boyfriend|grandson|"
    r"grandfather|schoolboy|boy|man"
)
# A woman may be a chairman.
_SURELY_MALE = re.compile(rf"\b(?:{HIS})\.?,? $", re.IGNORECASE)


AGED = re.compile(r", (?:aged )?\d{1,2}\b")
# People of one surname who are told apart: an article has a family, and no register.
MOST_ALIKE = 24


def ends_in(role: str, office: str) -> bool:
    """True for "labour leader" and "leader", not for "deputy leader" and "leader"."""
    before = role.removesuffix(office)
    return role == office or (before.endswith(" ") and before != role and not LESS.intersection(before.split()))


def grouped(names: Sequence[Name], text: str) -> list[Person]:
    """One person for all their names: a tail of the longest ("Cooper"), for bodies its head ("Fellside")."""
    people: list[Person] = []
    by_key: dict[str, list[Person]] = {}
    for name in sorted(names, key=lambda n: (-len(NICKNAME.sub("", n.text).split()), n.span.start)):
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
            person.roles.add(DETERMINER.sub("", name.role))
    for person in people:
        person.mentions.sort(key=lambda m: m.span.start)
    return sorted(people, key=lambda p: p.mentions[0].span.start)


def with_their_parts(people: Sequence[Person]) -> list[Person]:
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


def with_their_offices(people: Sequence[Person]) -> list[Person]:
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
    return office in person.roles or (office != "president" and any(ends_in(role, office) for role in person.roles))


_LETTERS = re.compile(r" \((?:the )?[“\"'‘]?(?P<letters>[A-Z]{2,8})[”\"'’]?\)")


# Fewer letters than this stand for too much to be told without brackets: "the PM", "the US".
LEAST_LETTERS = 3


def with_their_letters(people: Sequence[Person], text: str) -> list[Person]:
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


PLACED = re.compile(r"\b(?:in|at|near|from|outside|across|around|into|through|off|to) (?:the )?$")


def settle_kind(person: Person, text: str) -> None:
    """A name without a role that stands mostly after "in" or "near" is a place, however much it looks like a person."""
    if person.kind == "other" and any(m.kind == "person" for m in person.mentions):
        person.kind = "person"
    is_aged = any(AGED.match(text, m.span.end) for m in person.mentions)
    if person.kind == "person" and not person.roles and not person.likely and not is_aged:
        theirs = sum(_is_of_a_body(m, text) for m in person.mentions)
        is_firm = person.name.split()[-1].casefold() in FIRMS.union({"co"}) - _SURNAMES
        if is_firm or (
            2 * theirs > len(person.mentions) and not is_role(person.name) and not _REVEREND.match(person.name)
        ):
            person.kind = "body"
    if person.kind == "person" and not person.roles and not is_aged and not person.likely:
        placed = sum(bool(PLACED.search(text[max(0, m.span.start - 14) : m.span.start])) for m in person.mentions)
        if placed and 2 * placed >= len(person.mentions):
            person.kind = "other"


_OF_A_BODY = re.compile(r", which |(?:['’]s)? (?:shares|chief executive|sales|customers)\b")
_REVEREND = re.compile(r"(?:Revd?|Hon|Rt|Ven|Very|Most|Late)\b|Shri |[A-Z. -]+$")
_SURNAMES = frozenset({"steel", "holdings", "stores", "media"})


def _is_of_a_body(name: Name, text: str) -> bool:
    """True for "the Creek Brigade" and for "Lakes Steel, which"."""
    start = name.span.start
    return text[max(0, start - 4) : start].casefold() == "the " or _OF_A_BODY.match(text, name.span.end) is not None


_OFFICE_BEFORE = re.compile(r"(?<![\w-])(?P<office>[A-Z][a-z]+\.?|PC) $")


def settle_title(person: Person, text: str) -> None:
    """Whom the article names by a surname alone has the title for a name, "Mr Vance", or the office."""
    if len(person.name.split()) > 1:
        return
    first = person.mentions[0].span.start
    title = TITLE_BEFORE.search(text, max(0, first - len("Baroness Justice ")), first)
    office = _OFFICE_BEFORE.search(text, max(0, first - 24), first) if person.kind == "person" else None
    if title is not None:
        person.name, person.kind = f"{title['title']} {person.name}", "person"
    elif office is not None and office["office"].casefold() in ROLES | HOLDS:
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
    return min(fits, key=lambda p: distance(p, name.span.start))


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


def _genders(name: Name, text: str) -> set[Gender]:
    before = (max(0, name.span.start - 18), name.span.start)
    patterns: dict[Gender, re.Pattern[str]] = {"he": _SURELY_MALE, "she": FEMALE}
    return {gender for gender, pattern in patterns.items() if pattern.search(text, *before)}


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
