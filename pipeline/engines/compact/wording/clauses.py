"""Tagged words and their sentence -> the clause that they belong to: who does what, by which modal."""

import re
from collections.abc import Iterator, Sequence

from pipeline.engines.compact.wording.acting import NO_OBJECT, OBJECT_FORM, PRONOUN, is_passive, is_same, lower_start
from pipeline.engines.compact.wording.marked import A_VERB, PERSONS, UNDERTAKEN, UNDERTAKES
from pipeline.engines.compact.wording.verbs import (
    FINITE_INSIDE,
    NEED_FOR,
    base_form,
    base_of_gerund,
    base_of_third_person,
    begins_with_base,
    begins_with_verb,
    is_participle,
    named_by_noun,
)
from pipeline.engines.compact.wording.words import (
    ADVERB,
    ASKING,
    BASES,
    BEFORE_INFINITIVE,
    DETERMINERS,
    FUNCTION_WORDS,
    MODAL,
    MOST_BETWEEN,
    PAST,
    PREPOSITIONS,
    SAYING,
    TIME,
    Clause,
    Marked,
    any_of,
)
from pipeline.engines.cue.clauses import Phrase, subject_before

# "without" | "raising a penny in tax"
_WITHOUT_DOING = re.compile(r"\bwithout (?:ever )?$", re.IGNORECASE)


# "decided not to" | "close it", "doesn't intend to" | "close it"
_NOT_TO = re.compile(
    r"(?:\b(?:not|never(?: again)?|refusals?|unable)|"
    r"(?:\bnot|n't) (?:intend|plan|going|set|due|prepared|willing|ready)) to $",
    re.IGNORECASE,
)
# "We're not" | "closing the school"
_NOT_DOING = re.compile(
    r"(?:\b(?:is|are|am|was|were|'s|'re|'m) not|\b(?:isn't|aren't|ain't|wasn't|weren't)|n't (?:plan|intend) on|"
    r"(?:\bnot|n't) interested in) (?:[a-z]{3,}ly )?$",
    re.IGNORECASE,
)


# "Under no circumstances will we" | "sell the land", "Will the council" | "publish the report?"
_INVERTED = re.compile(
    r"(?:\b(?P<not>under no circumstances|at no (?:point|time|stage)|never(?: again)?|in no way|on no account|neither|"
    r"nor),? (?:will|would|shall)|(?:^|(?<=[.?!:] ))(?:will|would|shall)(?=[^.!]*\?)) "
    rf"(?P<subject>(?!{A_VERB})(?:(?:{PERSONS})|(?:(?:the|an?|its|our|this) )?[\w'-]+(?: [\w'-]+){{0,2}}?)) "
    rf"(?:(?:ever|still|now|also|then) )?(?={A_VERB})",
    re.IGNORECASE,
)


def _inverted(marked: Marked) -> Clause | None:
    for found in _INVERTED.finditer(marked.text):
        is_whole = found.start() <= marked.first <= found.start("subject") and found.end() < marked.last
        if is_whole or marked.first in (found.end(), found.end() + 3 * marked.text.startswith("be ", found.end())):
            predicate = marked.text[found.end() : marked.last]
            is_asked = not is_whole or PRONOUN.fullmatch(found["subject"]) is not None
            subject = "" if is_asked and not is_passive(predicate) else found["subject"]
            return Clause(subject, predicate, "will", bool(found["not"]))
    return None


# "Her offer to" | "hand over the hall" | "has been taken up": what became of it is not the act.
_NOUN_TO = re.compile(
    r"\b(?:offer|plan|promise|pledge|vow|proposal|decision|undertaking|agreement|deal|refusal|bid)s? to $"
)
_WENT_ON = re.compile(
    r"(?P<act>(?:(?!\b(?:that|which|who|what|where|whether|how|if|when|until|unless|whatever)\b)[^,;:])+?)"
    r" (?:(?:has|have|had)(?: now| since| already| also)? (?:been|won|drawn|met|come|gone|failed|caused)|was|were)\b"
)


# "All flights" | "have been cancelled", "The two men" | "were suspended"
_HAS_BEEN = re.compile(
    rf"(?:(?:has|have|had) {ADVERB}{{0,1}}(?P<not>not )?been|(?:is|are|was|were)) "
    rf"{ADVERB}{{0,1}}(?P<verb>\w+)\b(?! to\b)",
    re.IGNORECASE,
)
_ASKS_WHAT = re.compile(r"\b(?:what|whatever|that|which|who|whoever|where|there) ", re.IGNORECASE)


# "people will be able to" | "meet", "you can" | "travel", "nobody has to" | "wait": who may do it, or need not.
_MAY = re.compile(
    r"\b(?:(?P<able>(?:will|would|shall|should)(?: (?:now|also|again|all|then|soon))?(?: once)? be "
    r"(?:(?:also|again|once again|once more) )?able to)|(?P<can>can)(?: (?:now|also|again|then))?|"
    r"(?P<free>(?:no longer (?:has|have|needs?)|(?:will no longer|do not|don't|does not|doesn't|will not|won't) "
    r"(?:have|need)) to)) $",
    re.IGNORECASE,
)
# "This will help them to" | "meet their costs", "I will be asking you to" | "wait": whom the actor has do it.
_MAKES = re.compile(
    r"\b(?P<verb>(?:help|enable|allow|permit|require|encourage|invite)(?=(?:s|ed|ing)? )|"
    r"ask(?=ing (?:you|people|every)))(?:s|ed|ing)? "
    r"(?P<who>(?:(?!(?:to|and|or|that|us|me|it|him|her|by|for|whether|I|we)\b)[^\s,;:.]+ ){1,6})to $"
)
# "In short, you", "from 17 May people", "they too"
_ALONE = re.compile(
    rf"(?:(?:in|from|on|by|at|so|for|{TIME})[ ,](?:.*[ ,])?)?(?P<who>you|they|people|everyone|everybody)"
    r"(?: (?:too|all|both))?",
    re.IGNORECASE,
)


def _enabled(marked: Marked, actor: str) -> Clause | None:
    """What somebody else may do, or is helped to do, where the words begin with it."""
    if not marked.is_placed or not begins_with_base(marked):
        return None
    may = _MAY.search(marked.left)
    subject = subject_before(marked.text, may.start()) if may is not None else None
    if may is not None and subject is not None and not is_same(subject.text, actor):
        alone = _ALONE.fullmatch(subject.text)
        spoken = alone["who"].lower() if alone is not None else _spoken(marked, subject)
        spoken = "people" if spoken == "you" else OBJECT_FORM.get(spoken, spoken)
        if may["free"]:
            return Clause("", f"require {spoken} to {marked.words}", is_negated=True)
        return Clause("", f"let {spoken} {marked.words}")
    makes = _MAKES.search(marked.left[-100:])
    if makes is None or is_same(makes["who"].strip(), actor):
        return None
    return Clause("", f"{makes['verb'].lower()} {makes['who']}to {marked.words}")


def clause_of(marked: Marked, actor: str = "") -> Clause:
    if _WITHOUT_DOING.search(marked.left[-20:]) and (base := base_of_gerund(marked.words)) is not None:
        return Clause("", base, is_negated=True)
    if _NOT_DOING.search(marked.left[-20:]) and (base := base_of_gerund(marked.words)) is not None:
        return Clause("", base, is_negated=True)
    if (inverted := _inverted(marked)) is not None:
        return inverted
    if (delegated := _delegated_before(marked)) is not None:
        return delegated
    if (promised := _promised_inside(marked)) is not None:
        return promised
    if (has_been := _HAS_BEEN.match(marked.words)) is not None and marked.is_placed:
        subject = subject_before(marked.text, marked.first)
        is_thing = subject is not None and not _ASKS_WHAT.search(f"{subject.text} ")
        if is_thing and is_participle(has_been["verb"]):
            predicate = f"be {marked.words[has_been.start('verb') :]}"
            return Clause(_spoken(marked, subject), predicate, "before present", bool(has_been["not"]))
    modals = [m for m in MODAL.finditer(marked.text) if _is_before_a_verb(m) and _may_refuse(m, marked)]
    if (enabled := _enabled(marked, actor)) is not None:
        return enabled
    if _EFFORTS_TO.search(marked.left[-20:]) and (stated := _stated(marked, modals)) is not None:
        return stated
    if begins_with_verb(marked):
        is_negated = any(m.end() == marked.first and _is_negated(m) for m in modals)
        is_negated = is_negated or _NOT_TO.search(marked.left) is not None
        if _NOUN_TO.search(marked.left[-40:]) and (went_on := _WENT_ON.match(marked.words)) is not None:
            marked = marked._replace(last=marked.first + went_on.end("act"))
        at_head = marked.is_placed and not re.search(r"[a-z]", marked.left)
        words = marked.words[0].lower() + marked.words[1:] if at_head else marked.words
        return Clause("", words, is_negated=is_negated)
    own = next((m for m in modals if m.start() == marked.first and m.end() <= marked.last), None)
    marked = marked._replace(first=own.end()) if own is not None else marked
    return next(clause for clause in _clauses(marked, modals) if clause is not None)


# "do not change", "isn't closing": these refuse only where they are the tagged clause's own.
_REFUSES_NOW = frozenset({"do", "does", "don't", "doesn't", "isn't", "aren't"})
_OTHER_CLAUSE = re.compile(
    r"[,;:]|\b(?:if|who|that|which|what|when|where|and|but|or|as|i|you|they|he|she)\b", re.IGNORECASE
)


def _may_refuse(modal: re.Match[str], marked: Marked) -> bool:
    if _name(modal) not in _REFUSES_NOW or modal.string.startswith("being ", modal.end()):
        return True
    if modal.start() >= marked.last:
        return modal.start() - marked.last <= 1 and _OTHER_CLAUSE.search(marked.words) is None
    return modal.start() > marked.first and _OTHER_CLAUSE.search(marked.text, marked.first, modal.start()) is None


def _clauses(marked: Marked, modals: Sequence[re.Match[str]]) -> Iterator[Clause | None]:
    """As it may be, the likeliest first; the last is one in any case."""
    yield _delegated_inside(marked)
    if _is_close(marked, modals):
        yield _governed(marked, modals)
    yield _stated(marked, modals)
    yield _governed(marked, modals)
    yield _followed(marked, modals)
    yield named_by_noun(marked)
    yield _governed_by_past(marked)
    yield _governed_by_present(marked)
    yield _present_verb(marked)
    yield _finite(marked)
    yield _done_with(marked)
    yield Clause("", f"{_none_before(marked)}{marked.words}", "no" if _none_before(marked) else "")


def _name(modal: re.Match[str]) -> str:
    found: str = modal["full"] or modal["short"]
    return found.casefold()


def _is_negated(modal: re.Match[str]) -> bool:
    if re.match("can|could|should|must", _name(modal)):
        return False  # "anyone who cannot pay" refuses nothing
    return bool(modal["not"]) or re.search(r"n't|cannot| not ", modal[0], re.IGNORECASE) is not None


def _is_before_a_verb(modal: re.Match[str]) -> bool:
    if _name(modal) != "to":
        # "is going to Bern", "are going to the museum": no verb follows.
        return not (_name(modal).endswith(" to") and re.compile(r"[A-Z]|the |an? ").match(modal.string, modal.end()))
    word = re.compile(r"[a-z-]+").match(modal.string, modal.end())
    if word is None or word[0] in DETERMINERS or word[0].endswith("ing"):
        return False
    left = modal.string[max(0, modal.start() - 20) : modal.start()]
    return word[0] in BASES or word[0] == "be" or BEFORE_INFINITIVE.search(left) is not None


_WHO = rf"(?!(?:{any_of('whether if and that to for what how not')})\b)[\w.'-]+"
# "told the Post" | "he planned to": nobody is told to do it.
_PLANNED_BY = re.compile(
    rf"\b(?:i|we|he|she|they|{UNDERTAKEN}|{UNDERTAKES}|planned|intended|hoped|aimed|refused)\b", re.IGNORECASE
)
_ASKED = re.compile(
    rf"(?<!be )(?<!been )(?<!was )(?<!were )(?<!are )\b(?:{ASKING}) (?P<who>(?:{_WHO} ){{0,7}}?{_WHO}) to $"
)
_ASKS_OF = re.compile(rf"\b(?:asking|telling|ordering) (?P<who>(?:{_WHO} ){{0,7}}?{_WHO}) to $")
_ASKED_INSIDE = re.compile(rf"(?P<who>(?:{_WHO} ){{0,8}}?{_WHO})(?:, [^,;]{{2,60}},)? to (?P<verb>[a-z-]+)\b")


def _delegated_before(marked: Marked) -> Clause | None:
    """ "I have asked Mr Hsu to" | "examine why": "have Mr Hsu examine why"; "not asking her to" | "resign"."""
    if (asks := _ASKS_OF.search(marked.left[-120:])) is not None and marked.words[:1].islower():
        return Clause("", f"{base_form(asks[0].split()[0])} {asks[0].split(' ', 1)[1]}{marked.words}")
    asked = _ASKED.search(marked.left[-120:])
    if asked is None or _PLANNED_BY.search(asked["who"]) or not marked.words[:1].islower():
        return None
    return Clause("", f"have {asked['who']} {marked.words}")


def _delegated_inside(marked: Marked) -> Clause | None:
    """ "directed" | "the department to close the breach": "have the department close the breach"."""
    inside = _ASKED_INSIDE.match(marked.words)
    is_asked = re.search(rf"\b(?:{ASKING}) (?:(?!that\b)[^,;:.])*$", marked.left[-80:], re.IGNORECASE)
    if inside is None or inside["verb"] not in BASES or not is_asked or FINITE_INSIDE.search(f" {inside['who']}"):
        return None
    return Clause("", f"have {inside['who']} {marked.words[inside.start('verb') :]}")


# "the owner of the works pledged " | "to restart it": what is promised stands after the verb of promising.
_PROMISED_INSIDE = re.compile(
    rf"(?:\b(?:{UNDERTAKEN}|undertook|chose)(?: {TIME})?(?P<not> not| never)? to |"
    r"\b(?:has|had|have) (?P<no>no) (?:intention of|plans? to|plans? for) )(?P<verb>[a-z-]+)",
)
# "no plans to" | "close the school", "There is no intention of" | "closing it".
_NO_PLANS = re.compile(
    rf"(?:(?:(?:there )?(?:is|are|was|were)|there's|(?:(?:{PERSONS}) )?(?:has|have|had)|(?:{PERSONS})'(?:ve|d)) )?"
    r"(?:[a-z]{3,}ly )?(?P<no>no )?(?:(?:current|immediate|present|further|firm|concrete) )?"
    r"(?:(?:plans?|intentions?|wish|desire|question|prospect|chance|"
    r"appetite) (?:to|of|for)|interest in) (?:(?:us|me|him|her|them|our|my|his|its|their) (?=[a-z]+ing\b))?"
    r"(?P<verb>[a-z-]+)",
    re.IGNORECASE,
)


def _promised_inside(marked: Marked) -> Clause | None:
    none = _NO_PLANS.match(marked.words)
    if none is not None and (none["no"] or re.search(r"\bno $", marked.left, re.IGNORECASE)):
        return Clause("", marked.words[none.start("verb") :], is_negated=True)
    found = None if begins_with_verb(marked) else _PROMISED_INSIDE.search(marked.text, marked.first, marked.last)
    if found is None or not (found["verb"] in BASES or found["verb"].endswith("ing")):
        return None
    if _RELATIVE.search(marked.text, marked.first, found.start()):
        return None
    return Clause("", marked.text[found.start("verb") : marked.last], is_negated=bool(found["not"] or found["no"]))


_SUBJECT_START = re.compile(
    rf"(?:(?<!, )\b(?:{SAYING})\b|"
    rf"\b(?:word|clear|sure|certain|confident|assure|promise)(?: [\w']+){{0,2}}? that\b|"
    rf"\b(?:{SAYING})\b(?: [\w']+){{0,3}}? that\b|\b(?:and|but) that\b|(?<!\w )\bthat\b)"
    r"(?:(?<!that)(?: [\w']+){0,3}? that\b)?[ ,]*|[;:]\s|"
    r", (?=(?:he|she|it|they|we|i)\b)|, (?:and|but) ",
    re.IGNORECASE,
)
# Begins inside a subject: "of the Inquiry will".
_FRAGMENT = re.compile(r"(?:of|at|for|from|with|on|by|who|which) ", re.IGNORECASE)
# "When you book a test, you" | "will be sent", "in that group you" | "will be invited"
_PRONOUN_LAST = re.compile(
    r"(?:(?P<whom>[^,]+(?:,[^,]+)?), (?P<who>you|they|there|we|I)|"
    r"(?:in|for|from|if|when|at|on|with) [^,]+ (?P<you>you|there))",
    re.IGNORECASE,
)
# "the rules on" | "gatherings will", "our plan for" | "leaving the lockdown will"
_IN_A_PHRASE = re.compile(r"\w (?:of|for|on) $")
_IS_CLAUSE = re.compile(
    rf"\b(?:{any_of('who that which is are was were has have had do does did will would want need')}|\w+ed|\w+ing)\b"
)
# "Further efforts to" | "thin the herd will be made"
_EFFORTS_TO = re.compile(r"\b(?:efforts?|attempts?|work|measures|steps|moves) to $")
_JOINED = re.compile(r"\b(?:and|but|or)(?: also| then)? $")
# "the swings" | "we" will "leave": the object stands before.
_OBJECT_FIRST = re.compile(
    r"(?P<noun>(?:the|an?|all|every|its|our|\d+) [^,;:]{2,90}?)(?: that| which)? (?:i|we|he|she|it|they) ?",
    re.IGNORECASE,
)
_WITHOUT_OBJECT = re.compile(
    r"(?P<verb>(?:be )?[\w-]+(?: (?:up|out|off|down|back))?)"
    r"(?P<rest>(?: (?:in|at|for|on|to|from|as|with|after|before|behind|under|by)\b.*)?)",
    re.IGNORECASE | re.DOTALL,
)


# "Charges" | "to" | "go up": as a headline says it.
_MOVES = re.compile(
    r"(?:go|rise|fall|increase|double|close|shut|open|re-?open|move|stay|end|begin|start|run|cease|return|resume|ease)\b"
)
# "we expect" | "the shops to reopen"
_EXPECTS = re.compile(r"\b(?:expect|intend|want)(?:s|ed|ing)? $", re.IGNORECASE)


# "asking" | "for every penny to be paid back": what is asked for.
_DOING_BEFORE = re.compile(r"\b[a-z]+ing (?:again )?$")


def _stated(marked: Marked, modals: Sequence[re.Match[str]]) -> Clause | None:
    """Subject, modal and verb all stand in the tagged words."""
    for modal in modals:
        if marked.first <= modal.start() and modal.end() <= marked.last:
            raw, predicate = marked.text[marked.first : modal.start()], marked.text[modal.end() : marked.last]
            is_told = is_passive(predicate) or (
                _MOVES.match(predicate) and (marked.opens_line or _EXPECTS.search(marked.left[-20:]))
            )
            if _name(modal) == "to" and (not raw or _FINITE_VERB.search(raw) or not is_told or NEED_FOR.match(raw)):
                continue
            if _HOW.search(raw) or _has_another(marked, raw, modal):
                continue
            if _name(modal) == "to" and raw.startswith("for ") and _DOING_BEFORE.search(marked.left[-30:]):
                continue
            fronted, bare = _OBJECT_FIRST.fullmatch(raw), _WITHOUT_OBJECT.fullmatch(predicate)
            if fronted is not None and bare is not None and fronted["noun"].split()[-1] not in PREPOSITIONS:
                predicate = f"{bare['verb']} {lower_start(fronted['noun'])}{bare['rest']}"
                return Clause("", predicate, _name(modal), _is_negated(modal))
            if not _is_relative(raw):
                subject = _subject_in(marked, raw, modal, predicate)
                return Clause(subject, predicate, _name(modal), _is_negated(modal))
    return None


_HOW = re.compile(r"\bhow (?:long|often|many|much|far)\b")
# "that" | "ministers": what a relative clause is about, before its modal.
_OF_RELATIVE = re.compile(r"\w (?:that|which)(?P<who>(?: [\w'-]+){1,3} )$")
# "The plans we" | "will publish this week will set out"
_OF_CONTACT = re.compile(r"^(?:the|an?|all|every) [a-z]+(?P<who> (?:we|I|they|he|she) )$", re.IGNORECASE)
_NEW_CLAUSE = re.compile(r"[,;:]|\b(?:and|but|or|if|when|because|as|so|that|which|who|to)\b")


def _has_another(marked: Marked, raw: str, modal: re.Match[str]) -> bool:
    """ "the bill that the House | will | discuss" goes on with a modal of its own: "will give us powers"."""
    relative = _OF_RELATIVE.search(raw)
    if relative is None and _FINITE_VERB.search(raw):
        return False
    relative = relative or _OF_CONTACT.search(raw)
    if relative is None or _FINITE_VERB.search(relative["who"]) or _SAYING_AT_END.search(raw[: relative.start() + 1]):
        return False
    after = MODAL.search(marked.text, modal.end(), marked.last)
    is_own = after is not None and _name(after) in {"will", "would", "shall"}
    return is_own and after is not None and _NEW_CLAUSE.search(marked.text, modal.end(), after.start()) is None


def _subject_in(marked: Marked, raw: str, modal: re.Match[str], predicate: str) -> str:
    """The subject in the words before the modal."""
    if _JOINED.search(raw):
        finite = _FINITE_VERB.search(raw)
        raw = raw[: finite.start()] if finite is not None and is_passive(predicate) else ""
    if _FRAGMENT.match(raw) or _EFFORTS_TO.search(marked.left[-20:]):
        whole = subject_before(marked.text, modal.start())
        if whole is not None and whole.text not in raw:
            return _spoken(marked, whole)
    elif _IN_A_PHRASE.search(marked.left[-8:]) and _name(modal) in {"will", "would", "shall"}:
        whole = subject_before(marked.text, modal.start())
        front = whole.text.removesuffix(raw.strip()) if whole is not None else ""
        if whole is not None and front not in {"", whole.text} and not _IS_CLAUSE.search(front):
            return _spoken(marked, whole)
    if (own := _PRONOUN_LAST.fullmatch(raw.rstrip(" ,"))) is not None:
        is_whose = re.search(r"\b[Ff]or $", marked.left) is not None or (own["whom"] or "").istitle()
        is_you = (own["who"] or "").casefold() == "you"
        return own["whom"] if is_you and is_whose else own["who"] or own["you"]
    subject = _after_saying(raw)
    if not re.search(r"\w", marked.left):
        subject = lower_start(subject)
    return _none_before(marked) + subject


_PERSON_FIRST = re.compile(r"(?:I|we|you|he|she|they) ", re.IGNORECASE)
_WHOEVER = re.compile(r"\b(?:who|which|that|what|where|when|if|while|because|\w+ever)\b", re.IGNORECASE)
_OWN_CLAUSE = re.compile(r"\w,? (?P<who>I|we|he|she|they),?$")


def _after_saying(words: str) -> str:
    """What follows the last verb of saying or "that"; all where nothing does."""
    start = max((m.end() for m in _SUBJECT_START.finditer(words)), default=0)
    own = _OWN_CLAUSE.search(words.rstrip())
    if own is not None and (start or _PERSON_FIRST.match(words)) and not _WHOEVER.search(words):
        return own["who"]  # "I promise you I", "told the board he"
    return (words[start:].strip(" ,'") or words).strip(" ,'")


_RELATIVE = re.compile(r"(?<=\w)[ ,]+(?:that|which|who|whom|whose|where)\b", re.IGNORECASE)
_FINITE_VERB = re.compile(
    rf"\b(?:{any_of('is are was were has have had do does did can will would cannot leave live work want need')}|\w+ed)"
    r"\b|'(?:s|re|ve) ",
    re.IGNORECASE,
)
_SAYING_AT_END = re.compile(
    rf"\b(?:{SAYING}|word|clear|sure|certain|confident|assure|promise)(?: (?:him|her|them|us|me|[A-Z]\w+|the \w+))?$"
)


# "The cost, which he puts at £600,000," | "will".
_ASIDE_BEFORE = re.compile(r"\w, (?:which|who|whose|where) (?:[^,]|,(?=\d))+, ?$")


def _is_relative(raw: str) -> bool:
    """The modal after these words belongs to a relative clause: "a service that" | "will link", "that we" | "will"."""
    relative = _RELATIVE.search(raw)
    if relative is None or _SAYING_AT_END.search(raw[: relative.start()]) or _ASIDE_BEFORE.search(raw):
        return False
    words = raw[relative.end() :].split()
    if not words or words[0].endswith("ly"):
        return True
    first = words[0]
    has_subject = first.casefold() in DETERMINERS or first[0].isupper() or PRONOUN.fullmatch(first) is not None
    return has_subject and _FINITE_VERB.search(raw, relative.end()) is None


_CLAUSE_BREAK = re.compile(
    r"[,;:.!?\"()]|[—–]|\b(?:that|which|who|and|but|or|if|when|while|because|so)\b", re.IGNORECASE
)
_PARTICLE = re.compile(r"(?:out|up|back|off|down|away|aside|forward) ")


def _last_before(marked: Marked, modals: Sequence[re.Match[str]]) -> re.Match[str] | None:
    return next((m for m in reversed(modals) if m.end() <= marked.first), None)


def _is_close(marked: Marked, modals: Sequence[re.Match[str]]) -> bool:
    """The words follow a modal at once, or a form of "be", or begin with what belongs to a verb."""
    modal = _last_before(marked, modals)
    gap = "far" if modal is None else marked.text[modal.end() : marked.first]
    return gap in {"", "be ", "been ", "being "} or _PARTICLE.match(marked.words) is not None


def _governed(marked: Marked, modals: Sequence[re.Match[str]]) -> Clause | None:
    """The modal stands before the tagged words, its verb there or between."""
    modal = _last_before(marked, modals)
    if modal is None:
        return None
    gap = marked.text[modal.end() : marked.first]
    is_gerund = re.match(r"\w+ing\b", marked.words) and re.search(r"(?:by|of|to|on|from|for) $", gap)
    if _CLAUSE_BREAK.search(gap) or len(gap.split()) > MOST_BETWEEN or is_gerund:
        return None
    predicate = re.sub(r"^do is (?:to )?", "", marked.text[modal.end() : marked.last])
    if re.search(r"\bthere $", marked.text[: modal.start()], re.IGNORECASE):
        return Clause("there", predicate, _name(modal), _is_negated(modal))
    subject = subject_before(marked.text, modal.start()) if _name(modal) != "to" else None
    alone = _POINTED_AT.search(marked.text, max(0, modal.start() - 12), modal.start()) if subject is None else None
    if alone is not None and is_passive(predicate):
        said = "them" if alone["who"].casefold() in {"these", "those"} else "it"
        return Clause(said, predicate, f"before {_name(modal)}", _is_negated(modal))
    if subject is None and is_passive(predicate) and _JOINED.search(marked.text[: modal.start()]):
        subject = _subject_of_both(marked.text, modal.start())
    return Clause(_spoken(marked, subject), predicate, f"before {_name(modal)}", _is_negated(modal))


# "That" | "will be kept at £500"
_POINTED_AT = re.compile(r"(?:^|[.;] |\x1f )(?P<who>That|This|These|Those|that|this) $")


def _spoken(marked: Marked, subject: Phrase | None) -> str:
    """The subject as it reads inside a sentence: "Drivers" at the head of one are "drivers", and "cars" may be "petrol
    and diesel cars"."""
    if subject is None:
        return ""
    first = _FIRST_OF_TWO.search(marked.text, max(0, subject.span.start - 40), subject.span.start)
    words = f"{first['noun']}{subject.text}" if first is not None else subject.text
    start = subject.span.start if first is None else first.start("noun")
    is_head = re.search(r"(?:^|[.!?:;\"] ?)\W*$", marked.text[max(0, start - 5) : start])
    return lower_start(words) if is_head else words


# "The claims" | "were false and" | "will be defended"
_FIRST_CLAUSE = re.compile(r"(?:^|[.;:\"] )(?P<clause>[^.;:]{3,160}) (?:and|but)(?: also| then)? $")


def _subject_of_both(text: str, place: int) -> Phrase | None:
    """The subject of the clause that the one at the place is joined to."""
    found = _FIRST_CLAUSE.search(text, max(0, place - 170), place)
    verbs = list(_BE_OR_HAVE.finditer(text, found.start("clause"), place)) if found is not None else []
    return subject_before(text, verbs[-1].start()) if verbs else None


_BE_OR_HAVE = re.compile(r" (?:is|are|was|were|has|have|had|will|would)\b")

# "Petrol and" | "diesel cars", "The king and" | "queen": at the head of the text, before the noun that is found.
_FIRST_OF_TWO = re.compile(
    r"(?:^\W*|[.!?] )(?P<noun>(?:(?:The|All|Both|His|Her|Its|Their) [a-z-]+|[A-Z][a-z-]+) and )$"
)


# Between a subject and its modal: nothing, a time, or, after the head of a clause, what commas enclose.
_NEXT = re.compile(rf",?(?: [-–—])? ?{TIME}? ?")
_NEXT_BUT_ASIDE = re.compile(r", [^,;.]{3,140}, ")
_HEAD = re.compile(r"(?:^|[.;:,\"•*–—-] ?|\bthat )$")
_END = re.compile(
    rf"[,;:.!?\"]|\s[—–-]\s| (?:{any_of('and but because after before if unless when while which who said says')})\b"
)


def _is_to_be_done(modal: re.Match[str]) -> bool:
    """ "Fuel duty to be frozen again": headlines leave out "is"."""
    return is_passive(modal.string[modal.end() :])


def _followed(marked: Marked, modals: Sequence[re.Match[str]]) -> Clause | None:
    """The tagged words are the subject of what comes after them: "a sponsor" | "will be named"."""
    may_stand_off = _HEAD.search(marked.left) is not None and not re.match(r"\w+ing\b", marked.words)
    is_headline = not re.search(r"[a-z]", marked.left)
    for modal in modals:
        if modal.start() < marked.last or (_name(modal) == "to" and not (is_headline and _is_to_be_done(modal))):
            continue
        gap = marked.text[marked.last : modal.start()]
        if _NEXT.fullmatch(gap) or (may_stand_off and _NEXT_BUT_ASIDE.fullmatch(gap)):
            end = _END.search(marked.text, modal.end() + 1)
            predicate = marked.text[modal.end() : end.start() if end else len(marked.text)]
            subject = _after_saying(marked.words)
            subject = subject if re.search(r"\w", marked.left) else lower_start(subject)
            return Clause(_none_before(marked) + subject, predicate, _name(modal), _is_negated(modal))
    return None


def _none_before(marked: Marked) -> str:
    found = re.search(r"\b(no|not one|not a single|nobody|no one|none) $", marked.left, re.IGNORECASE)
    return f"{found[1]} " if found else ""


_ANNOUNCING = frozenset(
    "announce unveil pledge promise confirm order say propose plan outline commission include".split()
)
_GOVERNING = re.compile(
    r".*(?:\b(?:has|have|had|is|are|am|was|were|by|of|to|for|out)|(?<=\w)'(?:s|re|m|ve)) (?P<not>not |never )?"
    rf"{ADVERB}{{0,2}}(?P<verb>[\w-]+(?:ing|ed|en)|put|set|cut|made)(?P<gap>(?: [^\s,;:.\"]+){{0,3}}) ?$",
    re.IGNORECASE,
)


def _governed_by_past(marked: Marked) -> Clause | None:
    """The verb stands before the words in another form: "has offered" | "the hulls", "by introducing" | "marshals"."""
    found = _GOVERNING.search(marked.left[-80:])
    first, _, rest = marked.words.partition(" ")
    is_verb = first.endswith("ing") or (base_of_third_person(first) is not None and not NO_OBJECT.match(rest))
    if found is None or is_verb or _CLAUSE_BREAK.search(found["gap"]):
        return None
    base = base_form(found["verb"])
    if base is None or base in _ANNOUNCING:
        return None
    return Clause("", f"{base}{found['gap']} {marked.words}", is_negated=bool(found["not"]))


# "puts" | "up £410m", "the ministry pays" | "for the agency", "and putting" | "in corrals"
_VERB_JUST_BEFORE = re.compile(
    r"(?P<before>[\w'-]+,?) (?:also |now |then )?(?P<verb>[a-z]+(?:s|ing))"
    r"(?P<tail>(?: (?:over|back|out|up|down|off))?(?: (?:to|from|into))?) $"
)
_COMPLEMENT = re.compile(
    rf"(?:{any_of(*DETERMINERS)}|{any_of(*PREPOSITIONS)}|up|out|off|down|back|away|over|what|whatever|about|against)\b|[£$€\d]",
    re.IGNORECASE,
)
_NO_SUBJECT_BEFORE = DETERMINERS | PREPOSITIONS - {"by"} | {"new", "two", "other"}


# "Give" | "every worker a contract", "; lay" | "240 kilometres of sewer", "and publish" | "the names": at the head.
_COMMAND_BEFORE = re.compile(r"(?:^\W*|[;:,.)•–—-] |\b(?:and|or) )(?:to )?(?P<verb>[A-Za-z][\w-]*) $")


def _governed_by_present(marked: Marked) -> Clause | None:
    command = _COMMAND_BEFORE.search(marked.left[-60:])
    if command is not None and command["verb"].casefold() in BASES - _ANNOUNCING and _COMPLEMENT.match(marked.words):
        return Clause("", f"{command['verb'].lower()} {marked.words}")
    found = _VERB_JUST_BEFORE.search(marked.left[-60:])
    if found is None or not (found["tail"] or _COMPLEMENT.match(marked.words)):
        return None
    verb, before = found["verb"], found["before"].casefold()
    base = base_of_third_person(verb)
    if verb.endswith("ing"):
        base = base_form(verb) if before in {"and", "by", "or"} or before.endswith(",") else None
    elif before in _NO_SUBJECT_BEFORE:
        return None
    if base is None or base not in BASES or base in _ANNOUNCING | {"come"}:
        return None
    return Clause("", f"{base}{found['tail']} {marked.words}")


# "Everyone" | "comes back with figures", "Mr Amelink," | "leaves to run the ferries"
_SUBJECT_JUST_BEFORE = re.compile(r"(?:[A-Z][\w'-]+,?|\b(?:he|she|it|who|everyone|everybody|also|[\w'-]+,)) $")


# "Closes" | "for repainting": a line without its subject.
_SUBJECTLESS = re.compile(
    r"(?P<verb>Close|Shut|Open|Re-?open|End|Begin|Start|Return|Move|Run)s(?= (?:for|to|in|with|at|on)\b)"
)


def _present_verb(marked: Marked) -> Clause | None:
    verb, _, rest = marked.words.partition(" ")
    if marked.opens_line and (line := _SUBJECTLESS.match(marked.words)) is not None:
        return Clause("", f"{line['verb'].casefold()}{marked.words[line.end() :]}")
    base = base_of_third_person(verb)
    if base is None or not (_SUBJECT_JUST_BEFORE.search(marked.left[-40:]) or _is_own_subject(marked.left, rest)):
        return None
    return Clause("", f"{base} {rest}".strip())


# "The store" | "closes on Friday", "said the council" | "votes on the plan".
_THE_SUBJECT = re.compile(r"(?:^|[.;:] |\bthat )(?:The|the|Its|Our|His|Her|A|An) (?P<noun>(?:[a-z'-]+ ){1,3})$")


def _is_own_subject(left: str, rest: str) -> bool:
    found = _THE_SUBJECT.search(left[-80:])
    words = found["noun"].split() if found else []
    has_verb = any(base_of_third_person(w) or w.endswith("ed") or w in PAST or w in FUNCTION_WORDS for w in words)
    return bool(words) and not has_verb and not rest.startswith(("of ", "and ", "or "))


_NOT_IN_SUBJECT = "that which who whoever what whatever where whether would could to i if when while and or but".split()
_PASSIVE_NOW = re.compile(
    rf"(?P<subject>.{{2,120}}?) (?:is|are) {ADVERB}{{0,2}}(?P<not>not )?(?:being )?(?P<verb>\w+)\b", re.IGNORECASE
)
# "The march has" | "been cancelled", "The club has" | "appointed Ann Hale".
_HAS_DONE = re.compile(
    rf"(?P<subject>(?!(?:{any_of(*PREPOSITIONS)}|and|or) )(?:(?!(?:{any_of(*_NOT_IN_SUBJECT)})\b)[^\s,;:]+ ){{1,8}}?)"
    rf"(?:has|have|had(?= (?:not |now )?been )) "
    rf"{ADVERB}{{0,2}}(?P<not>not )?(?P<been>been {ADVERB}{{0,2}})?(?P<verb>\w+)\b(?! that\b)",
    re.IGNORECASE,
)
_WHILE = re.compile(r"\b(?:whose|until|unless|if|when|while|because|so|as|once|before (?!that |the ))\b", re.IGNORECASE)
# A subject with its article or number, or one that is plural or a gerund ("fines", "blasting").
_PRESENT = re.compile(
    r"(?P<subject>(?:the|an?|its|his|her|their|our|my|all|every|each|[£$€]?\d[\d,.]*%?|[A-Z][\w'-]*|[a-z]+s|"
    r"[a-z]+ing(?= \w+s )) (?:[^\s;:]+ ){0,14}?(?<!to )(?<!\b[Tt]he )(?<!\b[Aa] )(?<!\b[Aa]n ))(?:therefore |also )?"
    r"(?P<verb>closes?|shuts?|opens?|re-?opens?|ends?|begins?|starts?|stays?|"
    r"stops?|finishe?s?|runs|survives?|gets?|passe?s?|remains?|resumes?|continues?|ceases?|receives?|rises?|falls?|"
    r"goe?s?|comes?|moves?)(?= |$|,)(?! of)"
)


_BASE_OF = {"goes": "go", "passes": "pass", "pass": "pass", "finishes": "finish"}


def _finite(marked: Marked) -> Clause | None:
    """ "the duty is removed", "the line shuts for two years"."""
    words, predicate, is_negated = marked.words, "", False
    found = _PASSIVE_NOW.match(words)
    if found is not None and base_form(found["verb"]) is not None and not _WHILE.search(found["subject"]):
        predicate, is_negated = f"be {words[found.start('verb') :]}", bool(found["not"])
    elif (found := _PRESENT.match(words)) is not None and not _WHILE.search(found["subject"]) and _agree(found):
        predicate = _BASE_OF.get(found["verb"], found["verb"].removesuffix("s")) + words[found.end("verb") :]
    elif (found := _HAS_DONE.match(words)) is not None and _is_done(found):
        predicate = f"{'be' if found['been'] else 'have'} {words[found.start('verb') :]}"
        is_negated = bool(found["not"])
    if found is None or not predicate or _is_relative(found["subject"] + " "):
        return None
    if marked.left and base_of_third_person(found["subject"].split()[0]) is not None:
        return None
    subject = _after_saying(found["subject"])
    subject = subject if re.search(r"\w", marked.left) else lower_start(subject)
    return Clause(_none_before(marked) + subject, predicate, "present", is_negated)


def _agree(found: re.Match[str]) -> bool:
    """ "a 5% pay" | "rise" is no clause: one thing "rises"."""
    is_one = re.match(r"(?:an?|every|each) (?!.* of )", found["subject"], re.IGNORECASE) is not None
    return found["verb"].endswith("s") or not is_one


def _is_done(found: re.Match[str]) -> bool:
    base = base_form(found["verb"]) if is_participle(found["verb"]) else None
    return base is not None and base not in _ANNOUNCING and not _WHILE.search(found["subject"])


# A line that has no other verb: "Surplus land" | "distributed" | "among the landless". With an object it would be past.
_DONE_BULLET = re.compile(
    r"(?P<subject>[^\s,;:]+(?: [^\s,;:]+){0,7}?) (?P<verb>\w+ed|\w+en|built|made|paid|cut|set|brought|kept|sold)"
    r"(?= (?:in|at|for|by|to|from|among|with|into|on|over|under|within|across|between|every|each|as)\b|[,;.]|$)"
)
# With a body for a subject these are what it did.
_DOING = frozenset(
    "agreed asked called closed decided met moved opened opted planned pledged promised refused resolved returned "
    "said stayed voted vowed walked worked".split()
)


def _done_with(marked: Marked) -> Clause | None:
    found = _DONE_BULLET.match(marked.words)
    if found is None or not marked.opens_line or base_form(found["verb"]) is None:
        return None
    is_doing = found["verb"].casefold() in _DOING or not is_participle(found["verb"])
    if is_doing or _FINITE_VERB.search(marked.words[: found.start("verb")]):
        return None
    if re.search(r"(?:^| )(?:he|she|they|it|we|I)$", found["subject"]):
        return None  # "argue" | "he acted in self-defence"
    return Clause(lower_start(found["subject"]), f"be {marked.words[found.start('verb') :]}", "present")
