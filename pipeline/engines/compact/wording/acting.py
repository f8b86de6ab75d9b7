"""A clause -> what its actor does in it: "the ward would reopen" is "reopen the ward"."""

import re

from pipeline.engines.compact.wording.marked import A_VERB
from pipeline.engines.compact.wording.verbs import (
    ACT,
    HEAD_END,
    JOBS_LOST,
    NOUN_FIRST,
    PLANNED,
    base_form,
    base_of_gerund,
    base_of_third_person,
    is_participle,
    with_verb,
)
from pipeline.engines.compact.wording.words import (
    ADVERB,
    BASES,
    DETERMINERS,
    FUNCTION_WORDS,
    PAST,
    PREPOSITIONS,
    TIME,
    Clause,
    any_of,
)
from pipeline.language import content_words
from pipeline.records import Polarity

_OF_THE_SPEAKERS = re.compile(r"(?:.* )?(?:we|i|us|our|my)\b", re.IGNORECASE)


def is_same(who: str, actor: str) -> bool:
    """Whether somebody may be the actor: "they" are not "we", but may be any body."""
    if _OF_THE_SPEAKERS.match(who):
        return True
    if who.casefold() == "you":
        return False
    if PRONOUN.fullmatch(who):
        return _OF_THE_SPEAKERS.match(actor) is None
    return _is_the_actor(who, actor)


PRONOUN = re.compile(
    any_of("i we he she it they you this these those there who which that both all one"), re.IGNORECASE
)
OBJECT_FORM = {"i": "me", "we": "us", "he": "him", "she": "her", "they": "them", "it": "it", "you": "you"}
_NO_ACTORS = frozenset("you this these those one all both".split())
OWN_SIDE = re.compile(
    r"(?:the|his|her|its|my|our|their) (?:[\w-]+ ){0,3}?(?:"
    + any_of(
        "firm company officials team department government administration party union club council minister "
        "ministers ministry board trust group developer operator airline bank agency commission authority mayor "
        "president "
        "trustees university charity federation association society court senator secretary governor "
        "committee regulator state city county country"
    )
    + ")",
    re.IGNORECASE,
)
_ADVERB_FIRST = re.compile(
    rf"^(?:{TIME}|{any_of('also now then soon shortly immediately personally formally finally therefore')}|from now on|"
    rf"{any_of('instead still again today sooner simply indeed only not never neither nor')}|no longer|,)\s+(?=\S)",
    re.IGNORECASE,
)
_REFUSING = re.compile(
    r"^(?:refus(?:e|ed|es|ing) (?:to )?|declin(?:e|ed|es|ing) to |rul(?:e|ed|es|ing) out |avoid(?:ing)? |"
    r"refrain(?:s|ed|ing)? from |rather [^,;]{2,60}? than (?=[a-z])|"
    r"(?:scrap(?:s|ped|ping)?|drop(?:s|ped|ping)?|shelv(?:e[ds]?|ing)|abandon(?:s|ed|ing)?|ditch(?:e[ds]|ing)?) "
    r"(?:(?:the|its|his|her|their|all|any) )?(?:plans?|proposals?|efforts?|attempts?|bid) to (?=[a-z]))(?:ever )?",
    re.IGNORECASE,
)
_NOBODY = re.compile(r"(?:nobody|no one|none)\b(?P<of> of)?", re.IGNORECASE)
_NONE = re.compile(r"(?:no|not one|not a single|not a) ", re.IGNORECASE)


def acted(clause: Clause, actor: str, polarity: Polarity) -> tuple[str, bool]:
    """What the actor does where the words say what somebody or something else does; and whether it is refused."""
    subject, is_nobody = _somebody(_MEANWHILE.sub("", clause.subject))
    is_negated = clause.is_negated or is_nobody
    predicate = _ADVERB_FIRST.sub("", clause.predicate.strip(f" {TIME}"))
    if clause.modal and _FURTHER.match(predicate):
        predicate = predicate.removeprefix("further ")
    if clause.modal in {"isn't", "aren't"} and not predicate.startswith("being "):
        predicate = f"be {predicate}"
    predicate = re.sub(r"^be (?:also|again|once again|now|then) (?=able to )", "be ", predicate)
    if polarity == "not_do":
        predicate = _REFUSING.sub("", predicate)
    thing = predicate.removeprefix("be ") if subject.casefold() == "there" else predicate
    if (none := _NONE.match(thing)) is not None:
        return with_verb(thing[none.end() :], otherwise="have"), True
    if thing != predicate:
        otherwise = "have" if thing.startswith("any ") and (is_negated or polarity == "not_do") else "provide"
        return with_verb(thing, otherwise), is_negated
    is_refused = is_negated or polarity == "not_do"
    return _done(subject, _simple(predicate), clause.modal, actor, is_refused=is_refused), is_negated


# "will" | "further expand the scheme": no further thing.
_FURTHER = re.compile(rf"further (?={A_VERB} [a-z])")
# "Till then" | "nobody"
_MEANWHILE = re.compile(
    r"(?:(?:till|until|by|from) then(?: on)?|from now on|in the meantime|meanwhile),? (?=\w)", re.IGNORECASE
)


def _somebody(subject: str) -> tuple[str, bool]:
    """ "nobody" as "anyone", "no bonuses" as "bonuses", and whether it was so."""
    if (nobody := _NOBODY.match(subject)) is not None:
        return ("any of" if nobody["of"] else "anyone") + subject[nobody.end() :], True
    if re.match(r"neither \w", subject, re.IGNORECASE):
        return subject[1:], True
    if (none := _NONE.match(subject)) is not None:
        thing = subject[none.end() :]
        return thing if HEAD_END.split(thing, maxsplit=1)[0].endswith("s") else f"any {thing}", True
    if subject.endswith(" not"):  # "residents' charges not | to be | touched"
        return subject.removesuffix(" not"), True
    return subject, False


_PROGRESSIVE = re.compile(rf"(?:be|been|being) {ADVERB}{{0,2}}(?P<verb>[\w-]+ing)\b", re.IGNORECASE)
_PERFECT = re.compile(r"have (?P<verb>\w+)\b", re.IGNORECASE)
_PASSIVE = re.compile(rf"(?:being|been|be|get) {ADVERB}{{0,2}}(?P<verb>[\w-]+)\b", re.IGNORECASE)


# "be setting out the plan" | "and taking questions"
_AND_DOING = re.compile(r"^(?P<first>(?:(?! and |[a-z]+ing\b).)*) and (?P<verb>[a-z]+ing)(?= )(?! of\b)")


def _and_do(match: re.Match[str]) -> str:
    base = base_form(match["verb"])
    return f"{match['first']} and {base}" if base in BASES else match[0]


def _simple(predicate: str) -> str:
    """ "be sending" and "have sent" as "send"."""
    for pattern in (_PROGRESSIVE, _PERFECT):
        match = pattern.match(predicate)
        if match is not None and match["verb"].casefold() not in {*BASES, "been", "had", "to"}:
            base = base_form(match["verb"])
            rest = predicate[match.end() :]
            rest = _AND_DOING.sub(_and_do, rest) if pattern is _PROGRESSIVE else rest
            predicate = base + rest if base is not None else predicate
    return "be " + predicate[10:] if predicate.startswith("have been ") else predicate


def is_passive(predicate: str) -> bool:
    passive = _PASSIVE.match(predicate)
    return passive is not None and is_participle(passive["verb"])


# "Our plan" | "is to" | "open fifty stores"
_IS_TO_DO = frozenset({"is to", "was to", "are to", "were to"})
_AIM = re.compile(
    r"\b(?:plan|aim|goal|intention|ambition|priority|objective|hope|mission|idea|(?:first|next|main|top) "
    r"(?:act|step|move|job|task|duty|thing))(?: (?:of|for|in|at|on|now) [^,;:]{1,60})?$",
    re.IGNORECASE,
)


# "My first act would" | "be to pardon them": what it is that is done.
_IS_TO = re.compile(rf"be to (?={A_VERB})")
# "would be delighted to" | "host the talks", "had no choice but to" | "close the plant"
_GLAD_TO = re.compile(
    r"(?:be (?:happy|glad|delighted|pleased|proud|honou?red|keen|ready|willing|prepared|unable|able|forced|obliged) to|"
    r"ha(?:ve|s|d) no (?:choice|option|alternative) but to|have to) (?=[a-z])"
)


# "That will" | "see 300 carers receive £20", "see ten bridges being built"
_SEES = re.compile(
    r"see (?P<who>[^,;:]{2,60}?) (?:receive|being (?P<verb>\w+ed|built|made|given|paid|sent|cut))(?= |$|,)"
)
# "The form can be downloaded" | "by any pupil"
_ALLOWED = re.compile(r" by (?P<agent>[^,;:]{2,60})$")
# "It will be" | "illegal to drink outdoors"
_IS_SO_TO = re.compile(
    r"(?:be|become) (?:possible|impossible|legal|illegal|unlawful|compulsory|mandatory|necessary|easier|harder|cheaper|"
    r"simpler|an? (?:criminal )?offence|a crime|against the law)\b[^,;:]{0,80}? to [a-z]"
)


def _done(subject: str, predicate: str, modal: str, actor: str, *, is_refused: bool) -> str:
    if (is_to := _IS_TO.match(predicate)) is not None:
        return predicate[is_to.end() :]
    if (sees := _SEES.match(predicate)) is not None:
        verb = "give" if sees["verb"] is None else base_form(sees["verb"])
        return f"{verb} {sees['who']}{predicate[sees.end() :]}" if verb else predicate
    if (glad := _GLAD_TO.match(predicate)) is not None and (
        not subject or (_is_the_actor(subject, actor) and (subject.casefold() != "they" or is_same(subject, actor)))
    ):
        return predicate[glad.end() :]
    if is_refused and predicate.split(" ", 1)[0] == "happen" and subject:
        return f"let {_lowered(subject) if ' ' in subject else subject.casefold()} {predicate}"
    if subject.casefold() == "it" and _IS_SO_TO.match(predicate):
        return f"make it {predicate.partition(' ')[2]}"
    passive = _PASSIVE.match(predicate)
    if passive is None and modal.removeprefix("before ") in _IS_TO_DO and _AIM.search(subject):
        return predicate
    if passive is not None and subject.casefold() in {"i", "we"} and "by" not in predicate.split():
        return predicate  # "We will not be bullied": nobody says that of what is done to others
    if passive is not None and subject and is_participle(passive["verb"]):
        allowed = _ALLOWED.match(predicate, passive.end("verb")) if modal.endswith(("can", "could")) else None
        if allowed is not None and not is_same(allowed["agent"], actor):
            return f"let {allowed['agent']} {base_form(passive['verb'])} {_lowered(subject)}"
        rest = _without_own_agent(predicate[passive.end("verb") :], actor)
        return _turned(_lowered(subject), passive["verb"], rest, actor)
    if predicate.startswith("receive ") and PRONOUN.fullmatch(subject):
        return f"give {OBJECT_FORM.get(subject.casefold(), subject)} {predicate.removeprefix('receive ')}"
    if subject.casefold() == "they" and _OF_THE_SPEAKERS.fullmatch(actor) and not predicate.startswith("have "):
        return _caused("them", predicate, modal, is_refused)
    if not subject or _is_the_actor(subject, actor):
        return _from_its_verb(predicate)
    subject = _ASIDE_CLAUSE.sub("", subject)
    return _caused("people" if subject.casefold() == "you" else _lowered(subject), predicate, modal, is_refused)


_AGENT = re.compile(
    r"\bby (?!the end|the time)(?=(?:the|an?|its|his|her|their|our|my|someone|somebody) |[A-Z]|"
    rf"(?:(?!(?:{any_of(*FUNCTION_WORDS)})\b)[a-z][\w-]* ){{0,2}}(?!(?:{any_of(*FUNCTION_WORDS)})\b)[a-z][\w-]+s\b)"
    r"(?P<agent>[\w'-]+)"
)
_NAMED_AGENT = re.compile(
    r"\bby (?:the )?(?:[A-Z][\w'-]*(?: of\b| and\b|'s)? ?)+"
    rf"(?:(?<= )(?!(?:{any_of(*FUNCTION_WORDS)})\b)[a-z][\w-]+s\b)?"
)


_OWN_AGENT = re.compile(
    r",? by (?P<agent>(?:the |this |our )?[\w'-]+(?: [A-Z][\w'-]+)*(?: of [A-Z][\w'-]+)?)(?=$|[ ,])"
)


def _without_own_agent(rest: str, actor: str) -> str:
    """ "turned out by this firm" where the firm is the actor: said already."""
    for match in _OWN_AGENT.finditer(rest):
        agent = match["agent"]
        if agent.casefold() in {"us", "me"} or (
            actor and re.match(r"(?:the|this|our) |[A-Z]", agent) and _names(agent, actor)
        ):
            return rest[: match.start()] + rest[match.end() :]
    return rest


def _names(words: str, actor: str) -> bool:
    own = set(content_words(words))
    is_side = OWN_SIDE.fullmatch(words.replace("this ", "the ")) is not None
    return bool(own) and (own <= set(content_words(actor)) or is_side)


# "the school itself, where pupils are taught in cabins,", "ticket prices, frozen since 1999,"
_ASIDE_CLAUSE = re.compile(
    r", (?:(?:where|which|who|whose)|(?:now |already |first |once |last |long |recently )?"
    r"(?:(?!need|shed|speed|seed|hundred)[a-z]{2,}ed|frozen|built|held|bought|sold|made|born|known|written|drawn|"
    r"shut|lost|begun|given|taken|run|home)) (?:[^,]|,(?=\d))*(?:,(?= )|,?$)"
)
_ITSELF = re.compile(r" (?:itself|themselves)$")
_PARTICLES = frozenset("up out off down back away".split())
# "will be shut" | "down", but "fined" | "up to €5,000".
_PARTICLE_NEXT = re.compile(
    rf" (?!(?:up|down) to [£$€\d])(?:{any_of(*_PARTICLES)})(?: (?!(?:of|guard|limits|balance)\b)|$)"
)


# "the road will be widened" | " and resurfaced", "searched" | ", emptied and locked up".
_PARTICIPLES = re.compile(
    rf"(?: (?:{any_of(*_PARTICLES)}))?(?:, (?:{any_of(*PAST)}|\w{{2,}}ed)(?: (?:{any_of(*_PARTICLES)}))?)*"
    rf" and (?:then )?(?:{any_of(*PAST)}|\w{{2,}}ed)(?: (?:{any_of(*_PARTICLES)}))?"
    r"(?=$|[ ,])(?! (?:the|an?|its|their)\b)"
)


# "will be looked" | "into", "done" | "away with" | "in May", "phased" | "in" | "over five years": no noun follows.
_STRANDED = re.compile(
    r" (?:(?:(?:up|out|off|down|away|back|in|on|over) )?(?:with|into|for|to|after|at|upon|about)|in|over|through)"
    rf"(?=$|[,;:]| {TIME}| (?:by|out of|in(?! excess)|on|over(?! \d)|at(?! least| most)|from|before|after|through|"
    r"until|without|again|[a-z]{3,}ly)\b)"
)


# "They will be met" | "at the airport and driven", "called" | "weekly and offered help"
_SECOND_PASSIVE = re.compile(r"(?P<first>(?: (?!and\b)[^\s,;:]+){0,5}) and (?P<verb>[a-z]+)(?= [a-z]+\b)(?! by\b)")


def _bases(participles: str) -> str | None:
    """ "stripped, locked up and sold" as "strip, lock up and sell"."""
    words = [w if w in _PARTICLES | {"and", "then"} else base_form(w) for w in re.findall(r"[\w-]+", participles)]
    return None if None in words else re.sub(r"[\w-]+", lambda _: str(words.pop(0)), participles)


# "switch the line on", but "keep on two guards whose posts had gone".
MOST_BEFORE_PARTICLE = 4


def _turned(subject: str, verb: str, rest: str, actor: str) -> str:
    """A passive turned round; somebody else's doing stays one: "have all schools examined by engineers"."""
    patient = _ITSELF.sub("", _ASIDE_CLAUSE.sub("", OBJECT_FORM.get(subject.casefold(), subject)))
    agent = _AGENT.search(rest)
    joined = _PARTICIPLES.match(rest) if agent is None else None
    if joined is not None and (verbs := _bases(f"{verb}{joined[0]}")) is not None:
        rest = rest[joined.end() :]
        if re.match(r" (?:with|by) ", rest):
            first, last = verbs.rsplit(" and ", 1)
            return f"{first} {patient} and {last} {'them' if HEAD_END.split(patient)[0].endswith('s') else 'it'}{rest}"
        return f"{verbs} {patient}{rest}"
    stranded = _STRANDED.match(rest) if agent is None else None
    if stranded is not None:
        return f"{base_form(verb) or verb}{stranded[0]} {patient}{rest[stranded.end() :]}"
    particle = _PARTICLE_NEXT.match(rest)
    if rest == " on" and len(patient.split()) > MOST_BEFORE_PARTICLE:
        return f"{base_form(verb) or verb} on {patient}"
    if particle is not None and " " in patient:
        verb, rest = f"{base_form(verb) or verb}{particle[0].rstrip()}", rest[particle.end() :]
        return f"{verb} {patient} {rest}".strip()
    second = _SECOND_PASSIVE.match(rest) if agent is None and patient in {"them", "it"} else None
    if second is not None and is_participle(second["verb"]) and (other := base_form(second["verb"])) in BASES:
        return f"{base_form(verb) or verb} {patient}{second['first']} and {other} {patient}{rest[second.end() :]}"
    if agent is not None and not agent["agent"][0].isupper():
        return f"have {patient} {verb}{rest}"
    named = _NAMED_AGENT.search(rest) if agent is not None else None
    if named is not None and verb == "replaced" and not named.start() - 1:
        return f"replace {patient} with {named[0].removeprefix('by ')}{rest[named.end() :]}"
    if named is None:
        return f"{base_form(verb) or verb} {patient}{rest}"
    who, rest = named[0].removeprefix("by ").strip(), rest[: named.start()] + rest[named.end() :]
    done = f"{base_form(verb) or verb} {patient}{rest}"
    return f"have {who} {done}" if actor and not _names(who, actor) else done


# Many of a thing, by the name of whose they are; and many who speak for whoever it is.
_THINGS = re.compile(r"(?<!\w)(?!\w+ss$)[a-z-]{3,}s$")
_SIDES = re.compile(
    r"(?:officials|bosses|chiefs|executives|ministers|directors|leaders|lawyers|prosecutors|managers|governors|"
    r"trustees|members|councillors|owners|authorities|police|forces|lawmakers|politicians|representatives)$"
)


def _is_the_actor(subject: str, actor: str) -> bool:
    """A pronoun, most words of the actor's name, or a body that speaks of itself ("its board")."""
    if PRONOUN.fullmatch(subject):
        return subject.casefold() not in _NO_ACTORS
    head = re.split(r" (?:of|for|in|at|on|to|from|with|by|who|that|which) |, ", subject)[0].rsplit("'s ", 1)[-1]
    if " " in head and _THINGS.search(head) and not _SIDES.search(head) and not _names(head.split()[-1], actor):
        return False  # "Hartwell stores" are none of Hartwell's speakers
    own = set(content_words(head))
    if len(own & set(content_words(actor))) * 2 >= len(own) > 0:
        return True
    return OWN_SIDE.fullmatch(head) is not None and not subject.startswith(f"{head} of ")


# What a thing does or is, and what somebody who makes it so does; {} is the thing.
_CAUSED = tuple(
    (re.compile(rf"(?:{words})(?![\w'])", re.IGNORECASE), form)
    for words, form in (
        ("receive|get|have(?! to)", "give {}"),
        ("stay|remain|be kept|survive", "keep {}"),
        ("pass(?= (?:to|into)\\b)", "pass {}"),
        ("come down", "take down {}"),
        ("be able to|be allowed to|be free to", "let {}"),
        ("have to|need to|be (?:\\w+ly )?required to", "require {} to"),
        ("(?:go|come) up", "raise {}"),
        ("go down|come down(?= (?:to|by|from)\\b)", "cut {}"),
        ("come into force|come into effect|take effect|be in force", "bring {} into force"),
        ("be in place", "put in place {}"),
        ("take place|go ahead", "hold {}"),
        ("go out", "send out {}"),
        ("go off", "switch off {}"),
        ("carry on|go on(?! (?:the|an?|its|show|sale|display|strike|leave)\\b)", "go on with {}"),
        ("be back|come back", "bring back {}"),
        ("be with|go to", "send {} to"),
        ("go towards?", "put {} towards"),
        (
            "be(?= (?:free|available|eligible|compulsory|mandatory|optional|permanent|public|legal|illegal)\\b)",
            "make {}",
        ),
        ("go into", "put {} into"),
        ("be exempt(?:ed)?", "exempt {}"),
        ("go back", "send {} back"),
        ("come out of", "take {} out of"),
        ("come from", "take {} from"),
        ("cost(?= [£$€\\d])", "charge for {}"),
        ("pay(?= (?:[£$€\\d]|any|more|no)\\b)", "charge {}"),
        ("be open", "open {}"),
        ("be exempt", "exempt {}"),
        ("become(?= (?:law|free|available|compulsory|mandatory|permanent|public|legal|illegal)\\b)", "make {}"),
    )
)
# Of a thing, and what somebody does who makes it do so: "the ward would reopen".
_BY_ITSELF = dict.fromkeys(
    "begin start open reopen re-open close shut end resume continue change move cease stop run return launch "
    "double halve "
    "finish commence increase ease".split()
) | {"rise": "raise", "fall": "cut", "expire": "end", "finish": "end"}
# "The shops will begin to" | "reopen", "all levels continue to" | "be reviewed".
_GOES_ON = re.compile(rf"(?P<verb>begin|start|continue|cease) to {ADVERB}{{0,1}}(?={A_VERB})")
# Nobody asks leave to do these: "have no screener lose a paycheck", not "let".
_SUFFERED = frozenset("lose suffer face need miss wait".split())
_JOBS = re.compile(r"\b(?:jobs|posts|positions|staff|roles|workers)\b", re.IGNORECASE)


def _caused(subject: str, predicate: str, modal: str, is_refused: bool) -> str:
    for pattern, form in _CAUSED:
        if (match := pattern.match(predicate)) is not None:
            return form.format(subject) + predicate[match.end() :]
    if (goes_on := _GOES_ON.match(predicate)) is not None:
        rest = predicate[goes_on.end() :]
        passive = _PASSIVE.match(rest)
        is_done = passive is not None and is_participle(passive["verb"])
        done = _turned(subject, passive["verb"], rest[passive.end("verb") :], "") if passive and is_done else ""
        done = done or _caused(subject, rest, modal, is_refused)
        is_told = done.startswith("have ") and not rest.startswith("be ")
        return f"have {subject} {predicate}" if is_told else f"{goes_on['verb']} to {done}"
    verb, _, rest = predicate.partition(" ")
    low = verb.casefold().strip(",")
    if low in _BY_ITSELF and (not rest or verb.endswith(",") or _has_no_object(rest)):
        return f"{_BY_ITSELF[low] or low} {subject} {rest}".strip()
    if low == "go" and (_JOBS.search(subject) or not rest or verb.endswith(",")):
        return f"{'cut' if _JOBS.search(subject) else 'abolish'} {subject} {rest}".strip()
    if modal.startswith("before"):
        return predicate  # the tagged words left their subject out: it is the actor
    otherwise = "let {}" if is_refused and low not in _SUFFERED else "have {}"
    makes = {"can": "let {}", "could": "let {}", "must": "require {} to"}.get(modal, otherwise)
    return f"{makes.format(subject)} {predicate.removeprefix('be ')}"


def _has_no_object(rest: str) -> bool:
    return rest.split(" ", 1)[0].casefold() in FUNCTION_WORDS | {TIME} and not rest.casefold().startswith(
        tuple(f"{d} " for d in DETERMINERS)
    )


# Subjects of one word that are no names.
_COMMON = frozenset(
    "staff people police pupils parents children women men work food fuel water parking smoking entry admission "
    "traffic alcohol everyone everybody construction production building recruitment voting boxing hunting "
    "fishing fracking drilling dredging sentencing polling testing filming shooting trading".split()
)
# Names that end like a plural.
NAMES_IN_S = frozenset(
    "leeds wales barclays brussels athens naples honduras flanders rangers hibs reuters siemens "
    "mercedes lloyds morrisons sainsburys thales ladbrokes wickes currys greggs halfords hermes "
    "netherlands philippines maldives bahamas seychelles hastings marseilles conservatives tories "
    "democrats republicans mps".split()
)


def lower_start(subject: str) -> str:
    """The head of a sentence in small letters, unless it reads as a name."""
    first, _, rest = subject.partition(" ")
    is_plural = not rest and re.search(r"[^sui]s$", first) is not None and first.casefold() not in NAMES_IN_S
    is_common = is_plural or (not rest and first.casefold() in _COMMON)
    is_name = not (rest[:1].islower() or is_common) or "'" in first or first == "I" or first != first.capitalize()
    return subject if is_name else subject[0].lower() + subject[1:]


def _lowered(subject: str) -> str:
    first, _, rest = subject.partition(" ")
    is_common = first.casefold() in DETERMINERS or (first.endswith("s") and "'" not in first and rest[:1].islower())
    return subject[:1].lower() + subject[1:] if is_common and first == first.capitalize() else subject


def _from_its_verb(predicate: str) -> str:
    """Beginning with a base verb, where the words begin with a noun or an inflected verb."""
    predicate = predicate.removeprefix("be able to ")
    first, _, rest = predicate.partition(" ")
    low = first.casefold()
    if NOUN_FIRST.match(predicate):
        predicate = f"{low} {rest}"
        return f"provide {predicate}" if low == "free" else with_verb(predicate)
    if low in BASES or low == "be":
        return predicate
    if (
        JOBS_LOST.match(predicate)
        or PLANNED.match(predicate)
        or ACT.match(predicate)
        or low in DETERMINERS
        or re.match(r"[£$€#\d]|[\w-]+'s$", low)
    ):
        return with_verb(predicate)
    if "-" not in low and (done := base_of_gerund(predicate)) is not None:
        return done
    base = base_form(low) if "-" not in low else None
    if low.endswith("ed") and base not in BASES:
        base = None
    if base is None and not NO_OBJECT.match(rest):
        base = base_of_third_person(low)
    return f"{base} {rest}".strip() if base is not None else predicate


# With one of these after it, it is a plural noun ("questions from the public").
NO_OBJECT = re.compile(rf"(?:{any_of(*PREPOSITIONS)}|and|or|that|who|which|is|are|was|were|has|have|will)\b|\W|$")
