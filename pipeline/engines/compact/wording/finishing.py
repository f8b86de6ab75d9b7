"""An action's words -> a clean clause."""

import re

from pipeline.engines.compact.wording.marked import ASKED_OF, NEEDED, QUOTES, WILL, times_in
from pipeline.engines.compact.wording.words import BASES, LOOSE_ENDS, PREPOSITIONS, TIME
from pipeline.engines.cue.clauses import MAX_ACTION_WORDS, without

# "reopen the ward once midwives are found": the condition has a field of its own.
_CONDITION_AT_END = re.compile(
    r"(?<=\w)(?<!at),? (?:once|unless|provided(?: that)?|on condition that) (?!and for all|more)[\w'].*$"
)


# "open the pool" | "but not the bar", "and not to close the ward": other acts. What an act is not belongs to it: "meet
# monthly, not quarterly".
_AFTERTHOUGHT = re.compile(
    r"(?:,(?: and)?| and) not to [a-z].*$"
    r"|,? but not (?!only\b)(?:(?!, (?:and|but) )[^;])*$"
    r"|, not for the first time.*$"
    r"|,? and (?:to|for|of|by) no other\b.*$"
)


_BE_FORMS = frozenset("is are was were".split())
# "provide" | "A new floor": the head of a sentence stands after its verb now. "The Hague" has another capital.
_CAPITAL_AFTER_VERB = re.compile(
    r"(?<=[a-z] )(?:The|An?|Its|His|Her|Their|All|Both|Every|Each|No|Any|This|That|These|Those|More|Further|Other|"
    r"Such|Some|Many|Most|Several|Additional|Details)(?= [a-z\d])"
)


# "everybody" | "– in hospitals, surgeries or the wider community –" | "will be tested": too long to be told whole.
_BETWEEN_DASHES = re.compile(r" (?P<dash>[-–—]) [^-–—]+(?: [^-–—]+)* (?P=dash)(?= \w)")
# "raise £4m through a share issue" | ", which it will launch": whose time has gone says nothing any more.
_EMPTY_RELATIVE = re.compile(
    r", (?:which|who)(?: (?:it|he|she|they|we|I))?(?: (?:will|would|is to|are to|is|are|was|were))?"
    r"(?: be)?(?: (?:also|then))? [a-z]+[ ,.]*$"
)

# "hold" | "Two marches"; not "Radio Two".
_NUMERAL_AFTER_VERB = re.compile(r"^[a-z]+ (?:Two|Three|Four|Five|Six|Seven|Eight|Nine|Ten) (?=[a-z])")


def finished(action: str) -> str:
    """At most 25 words, without marks, times, conditions and loose ends."""
    action = re.sub(r"\b[Oo]ur (?=\w)", "the ", _plain(action))
    action = _CAPITAL_AFTER_VERB.sub(lambda match: match[0].lower(), action)
    action = _NUMERAL_AFTER_VERB.sub(lambda match: match[0].lower(), action)
    for pattern in (_CONDITION_AT_END, _AFTERTHOUGHT):
        bare = pattern.sub("", action)
        action = bare if len(bare.split()) >= 2 else action
    spans = [span for span in times_in(action) if not NEEDED.match(action, span.start)]
    timeless = without(action, spans) if spans else action
    timeless = _EMPTY_RELATIVE.sub("", timeless)
    words = (timeless if len(timeless.split()) >= 2 else action).split()
    if len(words) > MAX_ACTION_WORDS:
        words = _BETWEEN_DASHES.sub("", " ".join(words), count=1).split()[:MAX_ACTION_WORDS]
    while len(words) > 1 and words[-1].casefold().strip(",.;:-–—") in LOOSE_ENDS | {""}:
        if len(words) == 2 and words[1] in {"this", "that", "these", "those"}:
            break
        if words[-1] == "this" and (words[-2] in BASES or (len(words) == 3 and words[1] in PREPOSITIONS)):
            break  # "will not accept this", "deliver on this"
        if words[-1] == "her" and len(words) < MAX_ACTION_WORDS:
            break  # whose noun was cut off has been given it
        if WILL.search(" ".join(words[-2:])):
            break
        if len(words) < MAX_ACTION_WORDS and words[-1] in _BE_FORMS and ASKED_OF.search(" ".join(words[:-1])):
            break
        words.pop()
    return _plain(" ".join(words))


# "enter the U.S": its last point is its own.
_SHORTENED = re.compile(r"(?<![\w.])(?:[A-Z]\.)+[A-Z]$")


def _plain(action: str) -> str:
    action = " ".join(QUOTES.sub(" ", action.replace(TIME, " ")).split())
    action = re.sub(r"\s+([,;:.])", r"\1", action).strip(" ,.;:-–—'")
    if _SHORTENED.search(action):
        action += "."
    if action.count("(") == action.count(")"):
        return action
    # A bracket that is opened last is closed: "officials (and their friends"; any other goes.
    opened, is_open = action.rpartition("("), action.count("(") == action.count(")") + 1
    if is_open and ")" not in opened[2] and re.search(r"\w", opened[2]):
        return f"{action})"
    return " ".join(re.sub(r"[()]", " ", action).split()).strip(" ,.;:-–—'")
