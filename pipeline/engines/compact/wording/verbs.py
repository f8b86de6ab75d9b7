"""Verbs by their forms, and nouns that tell an act: "closure" is closing."""

import re

from pipeline.engines.compact.wording.words import BASES, GERUNDS, NO_VERBS, PAST, Clause, Marked, any_of
from pipeline.engines.cue.clauses import base_of, named_act
from pipeline.engines.cue.grammar import DEFAULT_ACT

_BEFORE_VERB = frozenset(
    "will would shall should can could must to not never and or also then now only both either all each help let make "
    "have".split()
)
FINITE_INSIDE = re.compile(
    r" (?:will|would|is|are|to be|has been|have been|do not|does not|(?:do|does|is|are|wo)n't)\b"
)


# "Strike benefits" | "are to be paid"
_IS_TO_BE = re.compile(r" (?:(?:is|are|was|were) to be|(?:will|would|shall) be) \w")


# "has agreed to" | "temporarily house the clinic"
_SPLIT_INFINITIVE = re.compile(r"[a-z]{3,}ly (?P<verb>[a-z-]+)\b")


def begins_with_verb(marked: Marked) -> bool:
    """A known base verb, where the word before it does not make a noun of it ("no work")."""
    word = re.match(r"[\w-]+", marked.words)
    if re.match(r"be |do (?:everything|all|anything|nothing|whatever|what|so|it|this|that)\b", marked.words) and (
        not marked.is_placed or marked.words.startswith("do ")
    ):
        return True
    if NOUN_FIRST.match(marked.words):
        return False
    if (split := _SPLIT_INFINITIVE.match(marked.words)) is not None and marked.left.endswith(" to "):
        return split["verb"] in BASES
    if word is None or word[0].casefold() not in BASES or marked.words.casefold().startswith("have been"):
        return False
    if marked.is_placed and word[0][0].isupper() and _IS_TO_BE.match(marked.text, marked.last):
        return False
    before = re.search(r"([\w'-]+|[^\w\s])\s*$", marked.left[-40:])
    if before is None:
        return not (FINITE_INSIDE.search(marked.words) and word[0][0].isupper())
    previous = before[1].casefold()
    if previous in _OF_EACH and re.search(rf"(?:^|[\".!?:] ?){before[1]}\s*$", marked.left):
        return False  # "Each" | "store manager will decide"
    return not previous[0].isalnum() or previous in _BEFORE_VERB or previous.endswith("ly")


_OF_EACH = frozenset("all both each either".split())


def begins_with_base(marked: Marked) -> bool:
    word = re.match(r"[a-z-]+", marked.words)
    return word is not None and (word[0] in BASES or word[0] == "be")


# "no" | "requirement for food" | "to be served", "no limit to how often you" | "can go out": no subject.
NEED_FOR = re.compile(r"(?:(?:the|any|an?|no) )?(?:requirement|need|obligation) for ")


# Verbs that keep their "of".
_NEED_OF = frozenset("dispose approve speak think consist".split())


# "withdrawing her name and" | "seeking the seat": the second is said as the first is.
_SECOND_GERUND = re.compile(
    r"(?P<before>(?:(?!\w+ing\b)[^\s,;:]+ ){1,9}and )(?P<verb>[a-z]+ing)(?= (?:the|an?|his|her|its|their|more|[£$€\d]))"
)


def base_of_gerund(words: str) -> str | None:
    """ "raising a tax" as "raise a tax"; None where no gerund begins the words."""
    first, _, rest = words.partition(" ")
    base = base_form(first) if first.casefold().endswith("ing") else None
    if base not in _NEED_OF:
        rest = rest.removeprefix("of ")  # "marking of scripts"
    if base is None or base == first.casefold():
        return None
    second = _SECOND_GERUND.match(rest)
    other = base_form(second["verb"]) if second is not None else None
    if second is not None and other in BASES:
        rest = f"{second['before']}{other}{rest[second.end() :]}"
    return f"{base} {rest}".strip()


def base_form(verb: str) -> str | None:
    """The base of a past tense, a participle or a gerund; None for another word."""
    low = verb.casefold()
    if low in NO_VERBS:
        return None
    if low in PAST or low in GERUNDS:
        return PAST.get(low) or GERUNDS[low]
    if low in BASES:
        return low
    ending = next((e for e in ("ing", "ed") if low.endswith(e) and len(low) > len(e) + 1), None)
    return _base_of_stem(low.removesuffix(ending)) if ending else None


def _base_of_stem(stem: str) -> str:
    front, dash, stem = stem.rpartition("-")  # "re-examined"
    shortened = stem[:-1] if stem[-2:-1] == stem[-1:] else stem
    options = (stem, stem + "e", shortened, stem[:-1] + "y" if stem.endswith("i") else stem)
    known = next((o for o in options if o in BASES), None)
    # "rescheduled", "refiled": what is done once more ends as what is done once.
    known = known or next((o for o in options if o.startswith("re") and len(o) > 5 and o[2:] in BASES), None)
    return front + dash + (known or base_of(stem))


def is_participle(verb: str) -> bool:
    return verb.casefold().endswith("ed") or verb.casefold() in PAST


# Nouns that name an act, and the verb for it: "any sale of the library".
_VERB_OF = dict(
    pair.split(":")
    for pair in (
        "sale:sell closure:close closing:close creation:create establishment:establish introduction:introduce "
        "release:release publication:publish appointment:appoint construction:build building:build removal:remove "
        "abolition:abolish extension:extend expansion:expand replacement:replace reduction:reduce increase:increase "
        "cut:cut cuts:cut rise:raise reopening:reopen re-opening:re-open payment:pay purchase:buy transfer:transfer "
        "launch:launch delivery:deliver opening:open repeal:repeal withdrawal:withdraw recruitment:recruit "
        "suspension:suspend demolition:demolish privatisation:privatise renewal:renew return:return halving:halve "
        "doubling:double acquisition:acquire restoration:restore provision:provide registration:register "
        "protection:protect distribution:distribute reconstruction:reconstruct electrification:electrify "
        "relocation:relocate deployment:deploy cancellation:cancel evacuation:evacuate nationalisation:nationalise "
        "renationalisation:renationalise redevelopment:redevelop recall:recall refurbishment:refurbish "
        "renovation:renovate regeneration:regenerate modernisation:modernise installation:install adoption:adopt "
        "allocation:allocate imposition:impose dismissal:dismiss eviction:evict deportation:deport expulsion:expel "
        "termination:terminate elimination:eliminate decommissioning:decommission reinstatement:reinstate "
        "overhaul:overhaul postponement:postpone decriminalisation:decriminalise legalisation:legalise"
    ).split()
) | {"takeover": "take over", "rollout": "roll out", "roll-out": "roll out"}
_ON = {"freeze": "freeze", "crackdown": "crack down on", "clampdown": "clamp down on"}
_WITH = {"merger": "merge with", "negotiation": "negotiate with", "negotiations": "negotiate with"}
_OF = rf"(?P<noun>{any_of(*_VERB_OF)}) (?:of|in|to) |(?P<other>{any_of(*_WITH)}) with |(?P<on>{any_of(*_ON)}) on "
_ACT_BEFORE = re.compile(
    rf"\b(?:the|any|an?|no|further|their|its) (?:\w+ )?(?:{_OF})(?:(?:the|an?|all|any|its|their) )?$", re.IGNORECASE
)
ACT = re.compile(rf"(?:(?:the|any|an?|no|further) )?(?:{_OF})(?=\S)", re.IGNORECASE)


def _verb_in(act: re.Match[str]) -> str:
    if act["on"]:
        return _ON[act["on"].casefold()]
    if act["other"]:
        return _WITH[act["other"].casefold()]
    verb = _VERB_OF[act["noun"].casefold()]
    # "a return to Italy" is no return of Italy.
    return f"{verb} to" if verb == "return" and re.search(r" to (?:\w+ )?$", act[0], re.IGNORECASE) else verb


def named_by_noun(marked: Marked) -> Clause | None:
    """ "any sale of" | "the library": "sell the library"."""
    opening = re.match(r"(?:of|in|to|with|on) ", marked.words)
    left, first = marked.left[-80:], 0
    if opening is not None:
        left, first = left + opening[0], opening.end()
    act = _ACT_BEFORE.search(left)
    return Clause("", f"{_verb_in(act)} {marked.words[first:]}") if act else None


# What is done with a thing that is only named, beside the cue rule's table; by the labels of the training articles.
_DONE_WITH = tuple(
    (re.compile(rf"\b(?:{nouns})\b", re.IGNORECASE), verb)
    for nouns, verb in (
        ("flights?|trains?|bus(?:es)?|convoys?|services?|courses?|classes", "run"),
        (
            "redundanc(?:y|ies)|closures?|changes?|statements?|announcements?|appeals?|offers?|deals?|agreements?|pact|coalition",
            "make",
        ),
        ("action|steps", "take"),
        ("pay rise|contracts?|updates?|doses?", "give"),
        ("legislation", "introduce"),
        (
            "reports?|details|figures|guidance|findings|papers?|document|accounts|results|records|strateg(?:y|ies)",
            "publish",
        ),
        ("homes|houses|bridge|tunnel|road|plant|halls?|stations?|cent(?:re|er)s?|hospital|pool", "build"),
        (
            "ballots?|strikes?|elections?|session|contest|debate|parades?|concert|briefings?|silence|remembrance|talks",
            "hold",
        ),
        ("protests?|march(?:es)?|demonstrations?|vigils?|walkouts?|summits?|offering|IPO|referendums?", "hold"),
        ("job cuts", "make"),
        ("exercises|conference|lessons|hearings?|ceremony|rall(?:y|ies)", "hold"),
        ("recount", "seek"),
        ("depot|shops?|stores?|branch(?:es)?|offices?", "open"),
        ("bailout|subsid(?:y|ies)", "provide"),
        ("name|names|successor", "name"),
        ("jobs", "create"),
        ("nurses|teachers|workers|staff|apprentices", "hire"),
        ("dividends?|bonus(?:es)?|refunds?", "pay"),
    )
)
HEAD_END = re.compile(rf" (?:{any_of('of for to in into on with that which under from by at while after')}) ")


# What a determiner of this kind names is there already.
_DEFINITE = re.compile(r"(?:[Tt]he|its|his|her|their|our|my|all)\b|[A-Z][\w']*'s\b")


_END_TO = re.compile(r"(?:an|the) (?:immediate |early )?end to ", re.IGNORECASE)


_DOING_OF = re.compile(r"[a-z]+ing of (?=[a-z])", re.IGNORECASE)


# "plans for" | "a rally", "a pledge of" | "£5m": the thing itself.
PLANNED = re.compile(r"(?:(?:the|its|his|her|their) )?plans? for (?=(?:an?|new|further|more|another|its|two|three) \w)")
_SUM_PLEDGED = re.compile(r"(?:an?|its|his|her|their) (?:[\w-]+ )?(?:pledge|donation|gift) of (?=[£$€\d])")
_LIMIT = re.compile(r"(?:(?:the|any|an?) )?limits? (?:to|on) (?=(?:how|the|what)\b)", re.IGNORECASE)
JOBS_LOST = re.compile(r"(?:the )?loss of (?=(?:[^\s;:]+ ){0,6}(?:jobs|posts|positions|roles)\b)", re.IGNORECASE)
_PAY_RISE = re.compile(r"(?P<rise>(?:[^\s,;:]+ ){0,4}pay (?:rises?|increases?)) (?:for|to) (?P<whom>[^,;:]+)")
# A noun, though its first word could be a verb: "free bus travel", "tax cuts", "pay rises".
NOUN_FIRST = re.compile(
    r"(?:free (?:[\w-]+ ){0,2}(?:travel|transport|meals?|lunches|breakfasts?|parking|childcare|care|tuition|tickets?|"
    r"prescriptions?|places|admission|entry|wi-fi|broadband)|(?:tax|rate) (?:cuts?|breaks?|relief|credits?)|"
    r"pay (?:rises?|increases?)|(?:travel|contact) (?:restrictions?|bans?|rules|advice|guidance|sports?|tracing))\b",
    re.IGNORECASE,
)


def with_verb(objects: str, otherwise: str = "provide") -> str:
    """A verb for a thing: "night flights" -> "run night flights". Where none is known, what is there is kept, and what
    is not is provided: of the labels of 200 such things no other verb fitted as many."""
    if (end := _END_TO.match(objects)) is not None:
        return f"end {objects[end.end() :]}"
    if (lost := JOBS_LOST.match(objects)) is not None:
        return f"cut {objects[lost.end() :]}"
    if (rise := _PAY_RISE.fullmatch(objects)) is not None:
        return f"give {rise['whom']} {rise['rise']}"
    if (needed := NEED_FOR.match(objects)) is not None:
        return f"require {objects[needed.end() :]}"
    if (limit := _LIMIT.match(objects)) is not None:
        return f"limit {objects[limit.end() :]}"
    if (planned := PLANNED.match(objects)) is not None:
        return with_verb(objects[planned.end() :], otherwise)
    if (sum_of := _SUM_PLEDGED.match(objects)) is not None:
        return f"give {objects[sum_of.end() :]}"
    act = ACT.match(objects)
    if act is not None:
        return f"{_verb_in(act)} {objects[act.end() :]}"
    if _DOING_OF.match(objects) and (done := base_of_gerund(objects)) is not None:
        return done
    head = HEAD_END.split(objects, maxsplit=1)[0]
    verb = next((verb for pattern, verb in _DONE_WITH if pattern.search(head)), None)
    named = f"{verb} {objects}" if verb else named_act(objects)
    if not named.startswith(f"{DEFAULT_ACT} "):
        return named
    return f"{'keep' if _DEFINITE.match(objects) else otherwise} {objects}"


def base_of_third_person(verb: str) -> str | None:
    options = (("ies", "y"), ("es", ""), ("s", ""))
    bases = (verb.removesuffix(end) + put for end, put in options if verb.endswith(end))
    return next((b for b in bases if b in BASES), None)
