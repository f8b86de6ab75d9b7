"""A sentence and the place of a cue in it -> the subject before it, the words of the action after it, the condition."""

import re
from typing import NamedTuple

from pipeline.engines.cue.grammar import ACT_OF, ACTION_END, CONDITION, DEFAULT_ACT, PLAN, SAYING, VERBS
from pipeline.records import Span

_STRAIGHT = str.maketrans(
    {"‘": "'", "’": "'", "“": '"', "”": '"', "\u00a0": " ", "\u202f": " ", "\t": " ", "\n": " ", "\r": " "}
)

# Where a clause begins, seen from the cue backwards.
_CLAUSE_START = re.compile(
    (
        r"[;:\"(]|[—–]|\s-\s|,(?!\d)|\b(?:that|and|but|or|because|when|while|as|if|where|until|unless|so|"
        r"before|after|than|saying|which|whether|though|although)\b"
    ),
    re.IGNORECASE,
)
_TRAILING_ADVERB = re.compile(
    r" (?:also|now|then|still|today|yesterday|instead|soon|later|however|therefore|never|only|just|"
    r"each|all|both|already"
    r"|(?:on|last|this) \w+day|tonight|has|have|had|is|are|was|were|be|been|(?!family|assembly|supply|"
    r"rally|ally)[a-z]{4,}ly)$"
)
_LEADING_ADVERB = re.compile(
    (
        r"^(?:also|now|then|soon|shortly|immediately|personally|formally|finally|therefore|instead|still|"
        r"again|,|all|both|each|today|simply|indeed|certainly|definitely|absolutely|however|of course|"
        r"in turn)\b[ ,]*"
    ),
    re.IGNORECASE,
)
_ENDS_IN_PRONOUN = re.compile(r" (?P<who>he|she|it|they|we|I)$")
_OPENING_PHRASE = re.compile(
    (
        r"(?:in|under|until|at|on|by|from|with|for|during|within|after|before|since|following|yesterday|"
        r"today|tomorrow|now|then|next|last) "
    ),
    re.IGNORECASE,
)
_DETERMINED = re.compile(r"(?<= )(?:the|an?|its|his|her|their|our|my) (?!same\b)", re.IGNORECASE)
_NOTHING = re.compile(r"^(?P<verb>\w+(?: (?:out|up|in|on|back|off))?) (?P<no>no|nothing|nobody)\b", re.IGNORECASE)
_NO_SUBJECT = re.compile(r"^(?:no|not one|not a single|none of|nobody|no one)\b ?", re.IGNORECASE)
_RELATIVE = re.compile(r"[, ]+(?:who|which|that)(?: (?:has|have|is|are|was|were|had))?$", re.IGNORECASE)
_PARTICIPLE = re.compile(r"^(?:not |never )?be (?:\w+ly )?(?P<verb>\w+)\b(?P<rest>.*)$", re.IGNORECASE | re.DOTALL)
_AGENT = re.compile(
    r"\bby (?P<agent>(?:the |a )?[A-Z][\w'-]*(?: [\w'-]+){0,5}?)(?=$|[,.;]| to | in | from | on | at |"
    r" and | who | before | after | by )"
)
# Participle and base of verbs that do not end in -ed.
IRREGULAR = dict(
    pair.split(":")
    for pair in (
        "put:put set:set built:build made:make held:hold given:give paid:pay sent:send spent:spend cut:cut kept:keep "
        "brought:bring shut:shut run:run taken:take drawn:draw told:tell laid:lay sold:sell found:find left:leave "
        "torn:tear done:do won:win written:write chosen:choose frozen:freeze withdrawn:withdraw rebuilt:rebuild "
        "met:meet led:lead begun:begin broken:break bought:buy sought:seek lent:lend struck:strike split:split "
        "read:read overseen:oversee shown:show let:let cast:cast hit:hit dropped:drop stopped:stop"
    ).split()
)

# After these an "and" joins what somebody else does, or details: it begins no undertaking of its own.
_SUBORDINATE = re.compile(
    r"\b(?:(?:ask|urge|require|allow|help|enable|invite|tell|order|instruct|encourage|push|"
    r"press) .+ to|where|who|which|that|so as to)\b"
)
_LOOSE_ENDS = frozenset(
    "and or to the a an of in on for with by at as from was were is are be been that which who where no".split()
)

# The guide's length of an action, in words.
MAX_ACTION_WORDS = 25


class Phrase(NamedTuple):
    """Words at a place of the sentence."""

    text: str
    span: Span


def straight(text: str) -> str:
    """The same number of characters with plain quotes and spaces, so that places stay the same."""
    return text.translate(_STRAIGHT)


def subject_before(text: str, place: int) -> Phrase | None:
    """The noun phrase that ends before `place`; appositions and relative pronouns are stepped over."""
    end = _stepped_back(text, place)
    start = 0
    for match in _CLAUSE_START.finditer(text, 0, end):
        start = match.end()
    for match in SAYING.finditer(text, start, end):
        start = match.end()
    while start < end and text[start] in " ,'\"":
        start += 1
    start = _noun_phrase_start(text, start, end)
    words = text[start:end]
    return Phrase(words, Span(start=start, end=end)) if re.search(r"\w", words) else None


def _noun_phrase_start(text: str, start: int, end: int) -> int:
    """Past an opening phrase of time or place ("Under the deal the company"), or to a pronoun that ends the words."""
    words = text[start:end]
    if (pronoun := _ENDS_IN_PRONOUN.search(words)) is not None:
        return start + pronoun.start("who")
    if _OPENING_PHRASE.match(words):
        heads = list(_DETERMINED.finditer(words))
        if heads:
            return start + heads[-1].start()
    return start


def _stepped_back(text: str, place: int) -> int:
    end = len(text[:place].rstrip())
    while True:
        left = text[:end]
        if (match := _RELATIVE.search(left)) or (match := _TRAILING_ADVERB.search(left)):
            end = match.start()
        elif left.endswith(",") and "," in left[:-1] and len(left) - left.rindex(",", 0, -1) < 120:
            end = left.rindex(",", 0, end - 1)
        elif left.endswith((",", " ")):
            end -= 1
        else:
            return end


def reporter_before(text: str, place: int) -> Phrase | None:
    """The subject of the nearest verb of saying before `place` in the sentence: "Cooper said the audit would …"."""
    verbs = list(SAYING.finditer(text, 0, place))
    for verb in reversed(verbs):
        subject = subject_before(text, verb.start())
        if subject is not None:
            return subject
    return None


def reporter_after(text: str, place: int) -> Phrase | None:
    """The subject of an attribution that ends the sentence: "…, she added", "…, the council said"."""
    match = re.search(rf",\"? (?P<who>[^,\"]{{1,80}}?) {SAYING.pattern}[^,]*$", text[place:], re.IGNORECASE)
    if match is None:
        return None
    start = place + match.start("who")
    return Phrase(match["who"], Span(start=start, end=start + len(match["who"])))


def action_after(text: str, place: int) -> str:
    """The words from `place` to where the clause ends; quotation marks opened and closed on the way do not end it."""
    open_marks = 0
    for match in ACTION_END.finditer(text, place + 1):
        if match[0] != '"':
            return text[place : match.start()].strip(" ,.")
        is_opening = text[match.start() - 1] in " (" and text[match.end() : match.end() + 1].strip() != ""
        if not is_opening and open_marks == 0:
            return text[place : match.start()].strip(" ,.")
        open_marks += 1 if is_opening else -1
    return text[place:].strip(" ,.")


def parts_of(action: str) -> list[str]:
    """Separately checkable acts: "hire 500 officers and open two courts" is two."""
    pieces: list[str] = []
    start = 0
    for match in re.finditer(r",? and (?:also |then |to )?(?=(\w[\w-]*))", action):
        if _SUBORDINATE.search(action, start, match.start()):
            break
        if match[1].casefold() in VERBS and match.start() > start:
            pieces.append(action[start : match.start()])
            start = match.end()
    return [*pieces, action[start:]]


def things_in(objects: str) -> list[str]:
    """ "an audit of X as well as backing for Y" is two things announced."""
    return [
        piece.strip(' ,"')
        for piece in re.split(r",? as well as |, and (?=an? |new |[£$€])", objects)
        if piece.strip(' ,"')
    ]


def plan_in(subject: str) -> str | None:
    """The plan that the subject names ("this audit" -> "the audit"), or None: a plan binds whoever owns it."""
    match = PLAN.fullmatch(subject.strip())
    return f"the {match['plan']}" if match else None


def without(text: str, spans: list[Span]) -> str:
    """`text` with the spans taken out and the gaps closed."""
    for span in sorted(spans, key=lambda s: -s.start):
        text = text[: span.start].rstrip(" ,") + " " + text[span.end :].lstrip(" ,")
    return " ".join(text.split())


def condition_in(text: str) -> Phrase | None:
    """The words of the first condition in the sentence, up to the comma that closes it."""
    match = CONDITION.search(text)
    if match is None:
        return None
    words = match[0]
    comma = words.find(",")
    if comma > 0:
        words = words[:comma]
    words = words.rstrip(" ,.")
    if len(words.split()) < 3:
        return None
    return Phrase(words, Span(start=match.start(), end=match.start() + len(words)))


def as_infinitive(action: str) -> str:
    """A clean clause: no leading adverb or "to", a gerund made a base verb, at most 25 words."""
    action = " ".join(_LEADING_ADVERB.sub("", action.replace('"', "").strip(" ,'")).split())
    action = re.sub(r"^(?:to|be able to|seek to|be) (?=\w+ing\b)", "", action)
    first, _, rest = action.partition(" ")
    if first.casefold().endswith("ing") and len(first) > 5 and first.casefold() not in VERBS:
        action = f"{base_of(first[:-3])} {rest}"
    words = action.split()[:MAX_ACTION_WORDS]
    while words and words[-1].casefold() in _LOOSE_ENDS:
        words.pop()
    return " ".join(words).strip(" ,.")


class Passive(NamedTuple):
    """A passive clause turned round; `is_negated` when its subject was "no bonuses"."""

    action: str
    agent: str | None
    is_negated: bool


def as_active(subject: str, action: str) -> Passive | None:
    """ "the survey" + "be released by Cooper" -> "release the survey" and its agent; None when it is no passive."""
    match = _PARTICIPLE.match(action)
    if match is None or not match["verb"].casefold().endswith(("ed", *IRREGULAR)):
        return None
    agent = _AGENT.search(match["rest"])
    rest = match["rest"] if agent is None else match["rest"][: agent.start()] + match["rest"][agent.end() :]
    verb = match["verb"].casefold()
    base = IRREGULAR.get(verb) or base_of(verb.removesuffix("ed"))
    denied = negated_subject(subject)
    patient = subject if denied is None else denied
    if patient.startswith(("The ", "A ", "An ", "Each ", "Every ", "All ")):
        patient = patient[0].lower() + patient[1:]
    return Passive(f"{base} {patient}{rest}", agent["agent"] if agent else None, denied is not None)


def base_of(stem: str) -> str:
    """The base verb of a stem that lost its ending: "releas" -> "release", "stopp" -> "stop", "carri" -> "carry"."""
    low = stem.casefold()
    candidates = [
        low,
        low + "e",
        low[:-1] if low[-2:-1] == low[-1:] else low,
        low[:-1] + "y" if low.endswith("i") else low,
    ]
    known = next((c for c in candidates if c in VERBS), None)
    if known:
        return known
    if low.endswith("i"):
        return f"{low}e" if len(low) == 2 else low[:-1] + "y"
    if re.search(r"(?:ea|oa|oo|ee|ai|ou|oi)[^aeiouscvz]$", low):
        return low
    if len(low) > 3 and low[-1] == low[-2] and low[-1] not in "lsz":
        return low[:-1]
    # A stem that ends in these letters has lost its "e": "provid", "releas", "introduc", "remov", "chang".
    return low + "e" if re.search(r"(?:[aiou](?:t|d|v|s|z|c|g|k|m|r)|[rlnd](?:c|g|v|s)|eas|iev|eiv|u)$", low) else low


def negated_object(action: str) -> str | None:
    """ "pay no bonuses" -> "pay bonuses", an undertaking not to; None when the object is not negated."""
    match = _NOTHING.match(action)
    if match is None:
        return None
    instead = {"no": "", "nothing": " anything", "nobody": " anybody"}[match["no"].casefold()]
    return f"{match['verb']}{instead}{action[match.end() :]}"


def negated_subject(subject: str) -> str | None:
    """ "No bonuses" -> "bonuses"; None when the subject is not negated."""
    match = _NO_SUBJECT.match(subject)
    return subject[match.end() :] if match else None


def named_act(objects: str) -> str:
    """A verb for an announced thing: "a rapid audit of …" -> "hold a rapid audit of …"."""
    head = re.split(r" (?:of|for|to|in|into|on|with|that|which|under|from) ", objects, maxsplit=1)[0]
    verb = next((act for pattern, act in ACT_OF if pattern.search(head)), DEFAULT_ACT)
    return f"{verb} {objects}"
