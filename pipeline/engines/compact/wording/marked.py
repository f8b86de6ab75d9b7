"""The tagged words of a sentence -> those of them that count: whole words, without times, conditions and loose ends."""

import re
from functools import lru_cache

from pipeline.engines.compact.wording.verbs import begins_with_base, begins_with_verb, is_participle
from pipeline.engines.compact.wording.words import (
    ADJUNCTS,
    AFTER,
    BASES,
    BEFORE,
    DETERMINERS,
    FUNCTION_WORDS,
    MOST,
    PAST,
    PREPOSITIONS,
    SAYING,
    TIME,
    Marked,
    any_of,
)
from pipeline.engines.cue.clauses import straight
from pipeline.records import Span
from pipeline.timewords import find_time_expressions


def mark(words: str, sentence: str, start: int) -> Marked:
    text, first = (straight(sentence), start) if sentence else (straight(words), 0)
    last = first + len(words)
    if not re.search(r"[a-z]", text[first:last]) and len(re.findall(r"\b[A-Z]{3,}\b", text[first:last])) > 1:
        text = text[:first] + text[first:last].lower() + text[last:]  # "CUT 1,200 JOBS"
    text = _SHOUTED_NOT.sub(lambda found: found[0].lower(), text)
    last = min(first + len(words), first + MOST)
    low = max(0, first - BEFORE)
    return Marked(text[low : last + AFTER] if sentence else text[:last], first - low, last - low, bool(sentence))


# "NOT to close" in minutes and notices.
_SHOUTED_NOT = re.compile(r"\bNOT(?= (?:to|be|BE|TO)\b)")
# "would himself supply the tents"
HIMSELF = re.compile(r"(?:my|your|her|him|it|our|them)sel(?:f|ves) (?=[a-z])")


def _without(marked: Marked, start: int, end: int, instead: str = " ") -> Marked:
    """With a piece of the sentence taken out; unchanged where all tagged words lie in it."""
    text, first, last, _ = marked
    if start <= first and last <= end:
        return marked
    start = len(text[:start].rstrip(" ,"))
    end += len(text[end:]) - len(text[end:].lstrip(" ,"))
    between = instead if start and end < len(text) else ""
    gained = len(between) - (end - start)
    first, last = (p if p <= start else max(p + gained, start + len(between)) for p in (first, last))
    return marked._replace(text=text[:start] + between + text[end:], first=first, last=last)


def dropped(marked: Marked, other: str) -> Marked:
    at = marked.text.find(other) if other else -1
    return _without(marked, at, at + len(other)) if at >= 0 else marked


# What numbers a clause: "3. Nunn is to be taken back", "(iv) the Trust shall".
_NUMBER = re.compile(
    r"\s*(?:\(?(?:\d{1,2}(?:\.\d{1,2})*|[ivx]{1,5}|[IVX]{1,5}|[a-hA-H])\)|(?:\d{1,2}(?:\.\d{1,2})*|[ivx]{1,5}|[IVX]{2,5})\.)\s"
)


def unnumbered(marked: Marked) -> Marked:
    """Spaces where a number stands before the words."""
    number = _NUMBER.match(marked.text)
    if number is None or number.end() > marked.first or not marked.is_placed:
        return marked
    return marked._replace(text=" " * number.end() + marked.text[number.end() :])


# "Resolved, that the pickets be withdrawn"
_RESOLVES = re.compile(
    r"\b(?:resolved|decided|agreed|directed|ordered|carried|passed|moved|resolution)\b[^.;]{0,60}?\bthat\b",
    re.IGNORECASE,
)
_SUBJUNCTIVE = re.compile(
    r"(?<![\w'])(?P<before>[\w'-]+) be (?=(?:not )?[a-z]+(?:ed|en|wn|id|ade|ept|eld|ent|ought|cut|put|set)\b)"
)
_HAS_MODAL = frozenset("will would shall should can could may might must to not never also now then".split())


def resolving(marked: Marked) -> Marked:
    """With the "shall" that a resolution leaves out before "be"."""
    if not marked.is_placed or _RESOLVES.search(marked.text) is None:
        return marked
    for match in reversed(list(_SUBJUNCTIVE.finditer(marked.text))):
        if match["before"].casefold() not in _HAS_MODAL:
            at = match.end("before")
            first, last = (p + 6 * (p > at) for p in (marked.first, marked.last))
            marked = marked._replace(text=f"{marked.text[:at]} shall{marked.text[at:]}", first=first, last=last)
    return marked


# ", she said,"
_ASIDE = re.compile(
    r", ?(?:(?!where|which|as|if|when|who|that|what|how)[\w'.]+ ){1,4}?(?:said|says|added|vowed|"
    r"told (?:\w+ ){0,2}\w+|insisted|promised|explained)"
    r"(?: (?:on|last|this) \w+)?(?:,|$)",
    re.IGNORECASE,
)
# "will, for the first time, open the games",
# "will not, after all, be asked", "the pay withheld, though, will not be kept", "would however be auctioned"
_INSERTED = re.compile(
    r"(?:^|(?<=\w), |(?<=\w) )(?:Presiding Officer|Mr Speaker|Madam (?:Deputy )?Speaker|[Mm]y Lords),? "
    r"(?!(?:has|will|is|said)\b)|"
    r", (?:after all|however|though|of course|in fact|indeed|instead|meanwhile|in the meantime|nonetheless|"
    r"nevertheless|in turn|at last|for (?:his|her|its|their|our) part|on the other hand|if need be|if necessary),|"
    r"(?<=ould|will|hall) (?:however|nonetheless|nevertheless|of course)(?= )|"
    r"(?<=\b(?:would|shall)| will), [^,.;:?!]{2,60},(?= [a-z])",
    re.IGNORECASE,
)
# A time after these is another act's: "the ferries it sold in 2004".
_PAST_ACT = re.compile(
    r"(?<!\bbe )(?<!\bbeen )(?<!\bbeing )(?<!ly )\b(?:sold|bought|built|held|begun|up|"
    r"(?!need|shed|speed|hundred|pledged|promised|vowed|announced)[a-z]{2,}ed(?: out| off)?) $"
)


# "invest $500m - its biggest outlay - in the mine": words between two dashes that say no act of their own.
_DASHED = re.compile(
    r"(?<=\w) (?P<dash>[-–—]) (?:(?!(?:and|or|but|plus|including|to)\b)[^\s\d.,;:–—-]+ ){1,8}(?P=dash)(?= [a-z])"
)


# Agencies write a double quotation mark as two strokes: "the ''gender gap''".
QUOTES = re.compile(r"\"|''|``")


def stripped(marked: Marked) -> Marked:
    """Without quotation marks, asides and times."""
    for match in reversed(list(QUOTES.finditer(marked.text))):
        at, end = match.span()
        first, last = (p - min(end - at, max(0, p - at)) for p in (marked.first, marked.last))
        marked = marked._replace(text=marked.text[:at] + marked.text[end:], first=first, last=last)
    for match in reversed(list(_DASHED.finditer(marked.text, marked.first, marked.last))):
        marked = _without(marked, match.start(), match.end())
    for pattern in (_ASIDE, _INSERTED):
        for match in reversed(list(pattern.finditer(marked.text))):
            marked = _without(marked, match.start(), match.end())
    for span in reversed(times_in(marked.text)):
        if marked.first <= span.start and span.end <= marked.last and NEEDED.match(marked.text, span.start):
            continue
        more = _APPOSED.match(marked.text, span.end)
        marked = _without(marked, span.start, more.end() if more else span.end, f" {TIME} ")
    for match in reversed(list(_MOREOVER.finditer(marked.text, marked.first, marked.last))):
        marked = _without(marked, match.start(), match.end())
    return marked


# "on Thursday, the first stoppage since 1979"
_APPOSED = re.compile(
    r", (?:the|an?) (?:first|second|third|fourth|latest|last|largest|biggest|highest|lowest|longest|only|most)\b"
    r"[^,.;:]*"
)
# "£465 million, in addition to the £1 billion", "62p a share, up from 54p,": that is another act, or how it was.
_MOREOVER = re.compile(
    r",? (?:in addition to|on top of|over and above) (?:[^,.;:]|[.,](?=\d))*|"
    r", (?:(?:up|down) from|(?:an? )?(?:increase|rise|fall|cut|reduction) of|above|below|compared with) "
    r"(?:[^,.;:]|[.,](?=\d))*(?:,(?= )|$)?"
)


@lru_cache(maxsize=256)
def times_in(text: str) -> tuple[Span, ...]:
    return tuple(
        span
        for span in (_without_particle(text, found) for found in find_time_expressions(text))
        if not _is_past_act(text, span)
        and not _belongs_to_noun(text, span)
        and not text.endswith(" of ", 0, span.start)
        and not _is_object(text, span)
    )


# "spend" | "Sunday at home", "join" | "in Black Friday": what is done with it, not when.
_DOES_WITH_TIME = re.compile(
    r"\b(?:spend(?:ing)?|mark(?:ing)?|celebrat(?:e|ing)|observ(?:e|ing)|skip(?:ping)?|sit(?:ting)? out|see(?:ing)? out|"
    r"dedicat(?:e|ing)|devot(?:e|ing)|boycott(?:ing)?) (?:[A-Z]\w+ and )?$"
)
_NAMED_DAY = re.compile(r"in [A-Z]\w+ [A-Z]")
_BEFORE_TIME = re.compile(r"(?:in|on|at|by|before|after|from|until|for|during|over|within|throughout|through)\b")


def _is_object(text: str, time: Span) -> bool:
    if text.endswith(("join ", "joining "), 0, time.start):
        return _NAMED_DAY.match(text, time.start) is not None
    is_bare = _BEFORE_TIME.match(text, time.start) is None
    return is_bare and _DOES_WITH_TIME.search(text, max(0, time.start - 30), time.start) is not None


# "sworn in" | "on Friday", "move in" | "next month", "will start" | "on Saturday": the verb, or its particle.
_PARTICLE_OF_TIME = re.compile(
    r"(?:(?:in|over|up|off) (?=(?:on|by|at|from|before|next|last) )|(?<=(?:will|ould|hall) )start (?=on |in |at ))"
)


def _without_particle(text: str, time: Span) -> Span:
    particle = _PARTICLE_OF_TIME.match(text, time.start)
    return time if particle is None else Span(start=particle.end(), end=time.end)


_UNDERTOOK = re.compile(r"\b(?:agreed|decided|refused|declined|voted|opted|offered|threatened) $")


def _is_past_act(text: str, time: Span) -> bool:
    before = text[max(0, time.start - 20) : time.start]
    if _UNDERTOOK.search(before) and re.compile(r" (?:not |never )?to [a-z]").match(text, time.end):
        return False  # "agreed on Tuesday to sell"
    return _PAST_ACT.search(before) is not None and text[time.start : time.start + 3].casefold() != "by "


# Times of these kinds say how, not when, where the tagged words hold them whole: of their labels nine in ten keep
# "within", two in three "until" and "before", one in nine "by". "Until at least May" sets no end.
NEEDED = re.compile(r"(?:within|over(?! the)|to|for|through|after|between|until(?! at least)|before)\b", re.IGNORECASE)
_NO_NOUNS = FUNCTION_WORDS | frozenset(
    "about except outside alongside through under after over either regardless all".split()
)


def _belongs_to_noun(text: str, time: Span) -> bool:
    """ "the summer" | "fair", "last year" | "'s accounts", "until the session" | "ends": part of something else."""
    found = _WORD_NEXT.match(text, time.end)
    if found is None or found["word"] is None:
        return found is not None
    has_article = re.search(r"\b(?:the|an?) \w+$", text[time.start : time.end]) is not None
    others = _NO_NOUNS if has_article else _NO_NOUNS | BASES
    return re.search(r"(?:ly|ing|ed)$", found["word"]) is None and found["word"] not in others


_WORD_NEXT = re.compile(r"'s? |s' | (?P<word>[a-z]{3,})\b")


PERSONS = "i|we|he|she|they|it|who|you"
UNDERTAKEN = any_of(
    "agreed promised pledged vowed decided undertaken voted chosen opted resolved sworn determined prepared"
)
UNDERTAKES = any_of(
    "plans? intends? aims? hopes? wants? expects? proposes? pledges promises vows decides agrees offers "
    "planning intending aiming hoping proposing preparing set due going looking "
    "ready willing poised expected scheduled slated unable threatens? threatened threatening vowing pledging promising"
)
_TO_A_VERB = rf"(?=[a-z])(?!(?:{any_of(*DETERMINERS)})\b)"
A_VERB = rf"(?:be|{any_of(*sorted(BASES))})\b"
# "agreed a deal to" | "buy its rival", "has signed on to" | "star in the sequel", "made a pledge not to" | "raise
# fares": how it came to be undertaken.
_DEALT = (
    r"(?:(?:agree[ds]?|sign(?:s|ed|ing)?|str(?:ikes?|uck|iking)|reach(?:e[ds]|ing)?|seal(?:s|ed|ing)?|ink(?:s|ed)|"
    r"clinche[ds]|secure[ds]|ma(?:kes?|de|king)|t(?:akes?|ook|aken)|issue[ds]|repeat(?:s|ed)|renew(?:s|ed)|"
    r"reiterate[ds]|g(?:ave|ives?|iven)) (?:an?|the|its|his|her|their|our|my) (?:[\w-]+ ){0,3}?"
    r"(?:deal|agreement|contract|accord|pact|treaty|promise|pledge|vow|commitment|decision|undertaking|threat)|"
    rf"sign(?:s|ed|ing)? (?:on|up)(?= to (?:star\b|{A_VERB})))"
)
# "his promise never to" | "raise fares", "the firm's refusal to" | "pay": what is promised, unless more is said of it.
_PROMISE_TO = (
    r"(?:(?:the|an?|its|his|her|their|our|my|[\w-]+'s?) )(?:[\w-]+ ){0,2}?"
    r"(?:promise|pledge|vow|commitment|decision|plan|refusal|undertaking|intention|threat)s? (?:not |never )?to "
    r"(?!.*\b(?:will|would|could|should|is|are|was|were|has|have|had|must|may|might)\b)"
)
# Words before the verb or the noun.
_LEAD = re.compile(
    rf"(?:of (?=[a-z]+ing\b)|(?:{TIME}|and|or|but|that|also|then|so|either|"
    r"neither(?! (?:of|[a-z]+ (?:will|would|shall))\b)|"
    r"nor|both|to|which|who|now)[ ,]+|"
    rf"(?:(?:{PERSONS})(?:'(?:s|re|m|ve|d))? )?"
    r"(?:(?:has|have|had|is|are|am|was|were|stands?|stood|remains?|remained|isn't|aren't|ain't|wasn't|weren't) )?"
    rf"(?:(?:also|now|already|still|not|never|(?!only )[a-z]{{3,}}ly|{TIME}) ){{0,2}}(?:"
    rf"(?:{UNDERTAKEN}|{UNDERTAKES}|(?<=has |had )offered|(?<=have )offered|{_DEALT})(?: {TIME})? "
    rf"(?:not |never (?:again )?)?to {_TO_A_VERB}|gonna {_TO_A_VERB}|"
    r"(?:plan(?:s|ned|ning)?|expect(?:s|ed|ing)?) (?=(?:an?|more|further|another|two|three|four|\d+) )|"
    r"(?:(?:plan(?:s|ned|ning)?|intent) on|interested in) (?=[a-z]+ing\b)|"
    r"(?:been )?(?:told|ordered|instructed|directed|forced) to (?=[a-z])|"
    r"committed (?:(?:it|him|her|them|our|my)sel(?:f|ves) )?to (?=[a-z]+ing\b)|"
    r"(?:decided|resolved|voted|ruled) against (?=[a-z]+ing\b))|"
    rf"{_PROMISE_TO}{_TO_A_VERB}|"
    r"(?:let (?:me|us) be (?:very |perfectly |absolutely )?clear|make no mistake|read my lips|be in no doubt)[,:.]? |"
    rf"(?:(?:has|have|had) )?made (?:it )?(?:very |perfectly |absolutely )?clear (?:that )?(?=(?:{PERSONS})(?: |'))|"
    rf"(?:(?:{PERSONS}) )?(?:(?:can|will|also|now|today|want to|would like to) )*"
    rf"(?:confirm|assure|promise|announce)(?: (?:you|them|everyone|people|voters|the [a-z]+))?(?: {TIME})? that "
    rf"(?=[^,;:.]{{1,60}}?(?: (?:will|would|shall|won't)|'ll) )|"
    rf"it (?:is|was|remains) (?:our|my|his|her|its|their|the [\w-]+'s) (?:\w+ )?(?:intention|plan|aim|hope|ambition) "
    rf"(?:not )?to {_TO_A_VERB}|"
    rf"(?:has|had) (?:(?:also |now |already )?(?=(?!(?:been|had|got) )(?:[a-z]+ed|{any_of(*PAST)})\b)|to {_TO_A_VERB})|"
    rf"(?:(?:do|does) not|don't|doesn't) (?:(?:intend|plan|expect|mean|propose) to {_TO_A_VERB}|"
    r"(?:intend|plan) on (?=[a-z]+ing\b))|"
    rf"(?:(?:{SAYING})(?: that)? )?"
    rf"(?:(?:(?:{PERSONS}) (?:is|are|am|was|were)|(?:{PERSONS})'(?:s|re|m)|is|are|was|were)(?: not)?|isn't|aren't) "
    r"(?:also |now |all |each |both |[a-z]{3,}ly )?(?=[a-z]+ing\b)(?!being ))(?=\S)",
    re.IGNORECASE,
)
# What belongs to the noun that the words begin with: "the next ", "Wearmouth's ".
_DETERMINED = re.compile(
    r"(?<![\w'])(?:(?:the|an?|its|his|her|their|our|my|all|both|every|each|up to|more than|at least)"
    r"(?: [\w-]+(?:al|ic|ed|ive|ous|est|ary|first|next|last|new|full|two|three|four|five|six|seven|ten))?|"
    r"(?!(?:he|she|it|that|there|who|what|let|here)')(?:(?:the|an?|its|his|her|their|our|my) )?[\w-]+'s) $",
    re.IGNORECASE,
)


# "the boilers are" | "going to be kept warm"
_LEFT_OVER = re.compile(r"(?<=\w) (?:is|are|was|were|will|would|shall)(?: not)?$", re.IGNORECASE)
# "appointments will need" | "to be offered"
_NEEDS = re.compile(r"\b(?:will|would) (?:need|have)$")
_TO_BE_NEXT = re.compile(r" to be [a-z]+\b")
# "against his will", "of their own free will": a noun.
WILL = re.compile(r"\b(?:his|her|its|their|our|my|your|people's|free|good|own|ill) will$", re.IGNORECASE)


_PARTICIPLE_NEXT = re.compile(r" (?:be )?([a-z]+)\b")
# "review how safe the bridges" | "are", "say what the club" | "is doing": the clause ends with its own verb.
ASKED_OF = re.compile(r"\b(?:how|what|where|who)(?: (?!(?:is|are|was|were|will|would|has|have|to)\b)[\w'-]+){1,5}$")
_DOING_NEXT = re.compile(r" (?P<verb>[a-z]+)\b")
# "has promised" | "the hostel that there will be no singing"
_TOLD_BEFORE = re.compile(r"\b(?:told|promised|assured|reassured|informed|warned) $", re.IGNORECASE)
_WHOM_TOLD = re.compile(r"(?!that\b)(?:[\w'’-]+ ){1,5}?that (?=\w)")


def snapped(marked: Marked) -> Marked:
    """Whole words and whole nouns, without the marks and joining words around them."""
    marked = _at_words(marked)
    if _TOLD_BEFORE.search(marked.left[-30:]) and (told := _WHOM_TOLD.match(marked.words)) is not None:
        marked = marked._replace(first=marked.first + told.end())
    left_over = _LEFT_OVER.search(marked.words) if not WILL.search(marked.words) else None
    if left_over is not None and ASKED_OF.search(marked.words[: left_over.start()]):
        doing = _DOING_NEXT.match(marked.text, marked.last)
        is_whole = doing is not None and (doing["verb"].endswith("ing") or is_participle(doing["verb"]))
        marked = marked._replace(last=doing.end() if doing is not None and is_whole else marked.last)
    elif marked.is_placed and left_over is not None:
        participle = _PARTICIPLE_NEXT.match(marked.text, marked.last)
        is_split = participle is not None and is_participle(participle[1])
        marked = marked._replace(last=participle.end() if participle and is_split else marked.last - len(left_over[0]))
    if _NEEDS.search(marked.words) and (to_be := _TO_BE_NEXT.match(marked.text, marked.last)) is not None:
        marked = marked._replace(last=to_be.end())
    if (
        marked.is_placed
        and begins_with_base(marked)
        and begins_with_verb(marked)
        and _GOES_ON_NEXT.match(marked.text, marked.last)
    ):
        other = _OTHER_SUBJECT.match(marked.words)
        marked = marked._replace(last=marked.first + other.end("act")) if other is not None else marked
    if marked.is_placed:
        marked = _undangling(marked._replace(last=_end_of_noun(_closed(marked))))
    while (lead := _LEAD.match(marked.words)) is not None:
        marked = marked._replace(first=marked.first + lead.end())
    if re.search(r"\bto $", marked.left, re.IGNORECASE) and (purpose := _PURPOSE_FIRST.match(marked.words)):
        marked = marked._replace(first=marked.first + purpose.end())
    determiner = _DETERMINED.search(marked.left[-60:])
    is_clause = re.match(rf"(?:{PERSONS})\b", marked.words, re.IGNORECASE) is not None
    if marked.is_placed and determiner is not None and not is_clause and not begins_with_verb(marked):
        marked = marked._replace(first=marked.first - len(determiner[0]))
    if marked.is_placed and marked.words in BASES and (lone := _LONE_PRONOUN.match(marked.text, marked.last)):
        marked = marked._replace(last=lone.end())
    particle = _LAST_PARTICLE.match(marked.text, marked.last)
    if marked.is_placed and particle is not None:
        marked = marked._replace(last=particle.end())
    return marked


# "review the data" | "and our final decisions" | "will be made": the next clause's subject.
_GOES_ON_NEXT = re.compile(r" (?:will|would|is|are|has|have|can|shall|should|must)\b")
_OTHER_SUBJECT = re.compile(
    r"(?P<act>(?:(?!\b(?:that|which|who|whom|what|how|where|when|whether|why|if)\b).)+?),? and "
    r"(?:the|our|its|their|his|her|all|an?|these|those|this)(?: (?!and\b)[^\s,;:.]+){1,8}$"
)
# "To" | "enforce the rules we will" | "raise the fines": what for.
_PURPOSE_FIRST = re.compile(
    rf"[a-z]+ [^,;:.]{{2,80}}?,? (?:we|I|they) (?:will|shall) (?=[a-z]+ (?:{any_of(*DETERMINERS)})\b)"
)
# "would veto" | "it".
_LONE_PRONOUN = re.compile(r" (?:it|them)(?=\s*(?:[.,;:!?\"]|$))")
# "no plans to step" | "in": the verb's own, where nothing follows.
_LAST_PARTICLE = re.compile(r" (?:in|out|up|off|on|down|back|away|over|through|aside)(?=\s*(?:[.,;:!?\"]|$))| again\b")


def _at_words(marked: Marked) -> Marked:
    text, first, last, _ = marked
    while first < last and not (text[first].isalnum() or text[first] in "£$€#"):
        first += 1
    while last > first and not (text[last - 1].isalnum() or text[last - 1] == "%"):
        last -= 1
    while 0 < first < last and (text[first - 1].isalnum() or text[first - 1] in "£$€" or _is_decimal(text, first - 1)):
        first -= 1
    while last < len(text) and text[last].isalnum():
        last += 1
    return marked._replace(first=first, last=last)


def _is_decimal(text: str, place: int) -> bool:
    """The point in "0.5%", the comma in "1,100"."""
    return text[place] in ".," and text[place - 1 : place].isdigit() and text[place + 1 : place + 2].isdigit()


_OPENING = PREPOSITIONS | {"and"} | DETERMINERS
_NEXT_WORD = re.compile(r" ([\w'£$€%,.-]*[\w%])")
_LAST_WORD = re.compile(r" ([\w'-]+)$")
# Longer runs of words than this are no noun that was cut short.
MOST_ADDED, MOST_OF_A_NOUN = 6, 3


def _end_of_noun(marked: Marked) -> int:
    """Past the words that the last one plainly wants: "issue a" | "subpoena", "in the city" | "centre"."""
    tail, last = _LAST_WORD.search(f" {marked.words[-40:]}"), marked.last
    is_open = tail is not None and tail[1].casefold() in DETERMINERS
    for added in range(1, MOST_ADDED + 1):
        match = _NEXT_WORD.match(marked.text, last)
        word = match[1].casefold() if match else ""
        if (
            match is None
            or (word in ADJUNCTS and not (word == "over" and " " not in marked.words))
            or (not is_open and _PAST_NEXT.match(marked.text, last))
            or (word in FUNCTION_WORDS and not (is_open and word in DETERMINERS))
        ):
            break
        last, is_open = match.end(), word in DETERMINERS
        if added >= MOST_OF_A_NOUN and not is_open:
            break
    return last


# "would ban the practice" | "passed on Monday": another verb.
_PAST_NEXT = re.compile(
    r" (?:passed|said|says|failed|caused|sparked|prompted)"
    r"(?= (?:on|in|by|at|after|to|from|the|a|an|his|her|their|its)\b|[.,;:]|$)"
)


# ", and" | "a launch", ", then" | "or afterwards", "but stopped" | "short": the next clause has begun.
_BEGUN = re.compile(r"(?:[,;:](?: (?:and|but|or|as))?|(?: and| but| or))(?P<word> [\w'-]+)?$")


def _closed(marked: Marked) -> Marked:
    """Without a last word that stands alone after a comma or a joining word and goes on after the tagged words."""
    begun = _BEGUN.search(marked.words)
    if begun is None or not begun.start() or re.match(r" \w", marked.text[marked.last :]) is None:
        return marked
    word = (begun["word"] or " and").strip().casefold()
    is_cut = word in FUNCTION_WORDS | DETERMINERS | PREPOSITIONS or begun[0].startswith((",", ";", ":"))
    return marked._replace(last=marked.first + begun.start()) if is_cut else marked


_NUMERALS = frozenset("one two three four five six seven eight nine ten half".split())
# "ask for" | "one": nothing goes on after it.
_LONE_OBJECT = re.compile(r" (?:one|it|them|him|her|us|me|that|this|those|everyone|everybody)(?=\s*(?:[.,;:!?]|$))")


# "move anyone against" | "his will".
_AWAITS = re.compile(
    r"\w (?:against|about|without|between|into|onto|behind|beyond|towards?|under|of|to|from|with|for)$"
)
_SHORT_NOUN = re.compile(
    r" (?:his|her|its|their|our|my|your|the|an?|all|any) [\w'-]+(?: [\w'-]+)?(?=\s*(?:[.;:!?\"]|$))"
)


_AS_PRONOUNS = frozenset("her this that these those all both each".split())
_PASSIVE_AT_END = re.compile(r"\b(?:be|been|being) (?:[a-z]+ly )?[a-z]+(?: (?:away|up|down))? [a-z]+$")


def _undangling(marked: Marked) -> Marked:
    """Without a preposition whose noun comes after the words; at the end of a clause it belongs to the verb."""
    if _AWAITS.search(marked.words) and (noun := _SHORT_NOUN.match(marked.text, marked.last)) is not None:
        return marked._replace(last=noun.end())
    while (tail := _LAST_WORD.search(marked.words[-40:])) is not None:
        if tail[1].casefold() not in _OPENING or not re.match(r"[ ,]*\w", marked.text[marked.last :]):
            break
        if marked.text.startswith(",", marked.last) and _PASSIVE_AT_END.search(marked.words):
            break  # "will be looked into, police said"
        if tail[1] in _AS_PRONOUNS and not marked.text.startswith(" ", marked.last):
            break  # "everything we can to find her,"
        if tail[1].casefold() in _NUMERALS and marked.text.startswith(",", marked.last):
            break  # "from kindergarten to grade three, and", "three days in five,"
        if (lone := _LONE_OBJECT.match(marked.text, marked.last)) and tail[1].casefold() in PREPOSITIONS:
            marked = marked._replace(last=lone.end())
            break
        marked = marked._replace(last=marked.last - len(tail[0]))
    return marked
