"""A sentence and the place of a cue in it -> the subject before it, the words of the action after it, the condition."""

import re
from typing import NamedTuple

from pipeline.engines.cue.grammar import ACT_OF, ACTION_END, CONDITION, DEFAULT_ACT, SAYING, VERBS
from pipeline.records import Span

_STRAIGHT = str.maketrans(
    {"‘": "'", "’": "'", "“": '"', "”": '"', "\u00a0": " ", "\u202f": " ", "\t": " ", "\n": " ", "\r": " "}
)

# Where a clause begins, seen from the cue backwards.
_CLAUSE_START = re.compile(
    r"[;:\"(]|[—–]|\s-\s|,|\b(?:that|and|but|or|because|when|while|as|if|where|until|unless|so|before|after|than|saying|which|whether|though|although)\b",
    re.IGNORECASE,
)
_TRAILING_ADVERB = re.compile(
    r"[ ,]+(?:also|now|then|still|today|yesterday|instead|soon|later|however|therefore|never|only|just|each|all|both|already|formally|finally|unanimously|(?:on|last|this) \w+day|tonight|has|have|had|is|are|was|were|be|been|who|which|that)$",
    re.IGNORECASE,
)
_LEADING_ADVERB = re.compile(
    r"^(?:also|now|then|soon|shortly|immediately|personally|formally|finally|therefore|instead|still|again|,|all|both|each|today|simply|indeed|certainly|definitely|absolutely|however|of course|in turn)\b[ ,]*",
    re.IGNORECASE,
)
_RELATIVE = re.compile(r"[, ]+(?:who|which|that)(?: (?:has|have|is|are|was|were|had))?$", re.IGNORECASE)
_PARTICIPLE = re.compile(r"^(?:not |never )?be (?:\w+ly )?(?P<verb>\w+)\b(?P<rest>.*)$", re.IGNORECASE | re.DOTALL)
_AGENT = re.compile(
    r"\bby (?P<agent>(?:the |a )?[A-Z][\w'-]*(?: [\w'-]+){0,5}?)(?=$|[,.;]| to | in | from | on | at | and | who | before | after | by )"
)
_IRREGULAR = {
    "put": "put", "set": "set", "built": "build", "made": "make", "held": "hold", "given": "give", "paid": "pay", "sent": "send",
    "spent": "spend", "cut": "cut", "kept": "keep", "brought": "bring", "shut": "shut", "run": "run", "taken": "take", "drawn": "draw",
    "told": "tell", "laid": "lay", "sold": "sell", "found": "find", "left": "leave", "torn": "tear", "done": "do", "won": "win",
    "written": "write", "chosen": "choose", "frozen": "freeze", "withdrawn": "withdraw", "rebuilt": "rebuild", "met": "meet", "led": "lead",
    "begun": "begin", "broken": "break", "bought": "buy", "sought": "seek", "lent": "lend", "struck": "strike", "split": "split",
    "read": "read", "overseen": "oversee", "shown": "show", "let": "let", "cast": "cast", "hit": "hit", "dropped": "drop", "stopped": "stop",
}  # fmt: skip

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
    """The noun phrase that ends before `place`; an apposition between commas and a relative pronoun are stepped over."""
    end = _stepped_back(text, place)
    start = 0
    for match in _CLAUSE_START.finditer(text, 0, end):
        start = match.end()
    for match in SAYING.finditer(text, start, end):
        start = match.end()
    while start < end and text[start] in " ,'\"":
        start += 1
    words = text[start:end]
    return Phrase(words, Span(start=start, end=end)) if re.search(r"\w", words) else None


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
    """The words from `place` to where the clause ends."""
    match = ACTION_END.search(text, place + 1)
    return text[place : match.start() if match else len(text)].strip(" ,.")


def parts_of(action: str) -> list[str]:
    """Separately checkable acts: "hire 500 officers and open two courts" is two."""
    pieces: list[str] = []
    start = 0
    for match in re.finditer(r",? and (?:also |then |to )?(?=(\w[\w-]*))", action):
        if match[1].casefold() in VERBS and match.start() > start:
            pieces.append(action[start : match.start()])
            start = match.end()
    return [*pieces, action[start:]]


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
    action = _LEADING_ADVERB.sub("", action.strip(" ,'\""))
    action = re.sub(r"^(?:to|be able to|seek to|be) (?=\w+ing\b)", "", action)
    first, _, rest = action.partition(" ")
    if first.casefold().endswith("ing") and len(first) > 5 and first.casefold() not in VERBS:
        action = f"{base_of(first[:-3])} {rest}"
    words = action.split()[:MAX_ACTION_WORDS]
    while words and words[-1].casefold() in {
        "and",
        "or",
        "to",
        "the",
        "a",
        "an",
        "of",
        "in",
        "on",
        "for",
        "with",
        "by",
        "at",
        "as",
        "from",
    }:
        words.pop()
    return " ".join(words).strip(" ,.")


def as_active(subject: str, action: str) -> tuple[str, Phrase | None] | None:
    """ "the survey" + "be released by Cooper" -> "release the survey" and its agent; None when it is no passive."""
    match = _PARTICIPLE.match(action)
    if match is None or not match["verb"].casefold().endswith(("ed", *_IRREGULAR)):
        return None
    rest = match["rest"]
    agent = _AGENT.search(rest)
    named = (
        Phrase(
            agent["agent"],
            Span(start=match.start("rest") + agent.start("agent"), end=match.start("rest") + agent.end("agent")),
        )
        if agent
        else None
    )
    if agent:
        rest = rest[: agent.start()] + rest[agent.end() :]
    verb = match["verb"].casefold()
    base = _IRREGULAR.get(verb) or base_of(verb.removesuffix("ed"))
    return (
        f"{base} {subject[:1].lower() + subject[1:] if subject.startswith(('The ', 'A ', 'An ')) else subject}{rest}",
        named,
    )


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
        return low[:-1] + "y"
    if len(low) > 3 and low[-1] == low[-2] and low[-1] not in "lsz":
        return low[:-1]
    # A stem that ends in these letters has lost its "e": "provid", "releas", "introduc", "remov", "chang".
    return low + "e" if re.search(r"(?:[aiou](?:t|d|v|s|z|c|g|k|m|r)|[rlnd](?:c|g|v|s)|eas|iev|eiv|u)$", low) else low


def named_act(objects: str) -> str:
    """A verb for an announced thing: "a rapid audit of …" -> "hold a rapid audit of …"."""
    head = re.split(r" (?:of|for|to|in|into|on|with|that|which|under|from) ", objects, maxsplit=1)[0]
    verb = next((act for pattern, act in ACT_OF if pattern.search(head)), DEFAULT_ACT)
    return f"{verb} {objects}"
