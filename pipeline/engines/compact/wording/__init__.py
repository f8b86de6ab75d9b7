"""Tagged words of a sentence -> the action as a short infinitive clause, without its actor, time and condition.

The tagged words may begin or end a word off, hold their subject and modal, or be only the object of a verb that stands
before them, or the subject of one that follows. So the clause that they belong to is found first (clauses.py); what
others do in it, or what becomes of a thing, is then told as what the actor does (acting.py): "the ward would reopen" is
"reopen the ward". Of times only those go that say when: "within two days" stays where the tagged words hold it whole.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from pipeline.engines.compact.wording.acting import acted
from pipeline.engines.compact.wording.clauses import clause_of
from pipeline.engines.compact.wording.finishing import finished
from pipeline.engines.compact.wording.marked import HIMSELF, dropped, mark, resolving, snapped, stripped, unnumbered
from pipeline.engines.compact.wording.pronouns import resolved
from pipeline.engines.compact.wording.verbs import base_of_gerund
from pipeline.engines.compact.wording.words import DETERMINERS, MEANS_NOT, PREPOSITIONS, Clause, Marked
from pipeline.engines.cue.clauses import MAX_ACTION_WORDS, negated_object, straight
from pipeline.records import Polarity

# "vote no", "voting No on Measure B", and in its place a word as long that no rule knows.
_VOTE_NO = re.compile(
    r"\b([Vv]ot(?:e|es|ing)) [Nn]o\b(?=[\"'”’.,;:!?]|$| (?:on|to|in|at|and|against|if|when|this|next)\b)"
)
_REFUSED = re.compile(r"\b(?:not|never)(?: \w+)? $|n['’]t(?: \w+)? $")
_NAY = "ny"


class Worded(NamedTuple):
    action: str
    polarity: Polarity


def worded(
    words: str,
    polarity: Polarity,
    drop: Sequence[str] = (),
    *,
    sentence: str = "",
    start: int = 0,
    before: str = "",
    actor: str = "",
) -> Worded:
    """The clause and its polarity, which a "no" can turn: "no bonuses will be paid".

    `drop` are other words of the sentence that have a field of their own: the condition. `sentence` has the words from
    `start` on; `before` is the sentence before it, where a pronoun's noun may stand; `actor` is whoever is bound.
    """
    if (vote := _VOTE_NO.search(words)) is not None:
        # A "no" that is the vote refuses nothing: whoever votes it does so.
        is_refused = not sentence or _REFUSED.search(sentence[:start] + words[: vote.start()]) is not None
        polarity = polarity if is_refused else "do"
        words, sentence = (_VOTE_NO.sub(rf"\1 {_NAY}", text) for text in (words, sentence))
        told = worded(words, polarity, drop, sentence=sentence, start=start, before=before, actor=actor)
        return told._replace(action=re.sub(rf"\b{_NAY}\b", "no", told.action))
    found = _worded(mark(words, sentence, start), polarity, drop, straight(before), straight(actor))
    # What comes out is read again, until it stays as it is: the second reading finds what the first laid open.
    for _ in range(4):
        again = _worded(mark(found.action, "", 0), found.polarity, (), "", "")
        if again == found:
            break
        found = again
    return found


def _worded(marked: "Marked", polarity: Polarity, drop: Sequence[str], before: str, actor: str) -> Worded:
    tagged = marked.words
    for other in drop:
        marked = dropped(marked, straight(other).strip())
    marked = snapped(stripped(resolving(unnumbered(marked))))
    clause = clause_of(marked, actor)
    action, is_negated = acted(clause, actor, polarity)
    if (
        is_negated
        or _AGAINST.search(marked.left)
        or MEANS_NOT.search(marked.left[-30:])
        or (polarity == "do" and _OF_NONE.match(action))
    ):
        polarity = "not_do"
    elif polarity == "not_do" and (_AT_LEAST.search(action) or _stays(clause, action)):
        polarity = "do"
    if polarity == "not_do" and (sure := _NOT_HESITATING.match(action)) is not None:
        rest = action[sure.end() :]
        action, polarity = (base_of_gerund(rest) or rest), "do"
    elif polarity == "not_do" and _NOT_HESITATING_BEFORE.search(marked.left[-40:]):
        polarity = "do"
    if polarity == "not_do":
        action = f"let it {action}" if action.startswith("happen") else action
        action = _attended(_unrefused(action), marked)
    action = HIMSELF.sub("", action, count=1) if HIMSELF.match(action) else action
    if marked.is_placed:
        action = _named_again(resolved(action, before, marked, actor), marked.text, actor)
    options = (finished(action), finished(tagged), " ".join(re.findall(r"\w[\w'-]*", tagged)[:MAX_ACTION_WORDS]))
    return Worded(next((o for o in options if re.search(r"\w", o)), options[-1]), polarity)


# The first word of a sentence, where it is no little one.
_FIRST_WORD = re.compile(r"\W*(?P<first>[A-Z][a-z'-]{2,})\b")


def _named_again(action: str, text: str, actor: str) -> str:
    """With the capital of a name that begins the sentence: "Hartwell stores", where Hartwell is bound."""
    first = _FIRST_WORD.match(text)
    if first is None or first["first"].casefold() in DETERMINERS | PREPOSITIONS or text.casefold() == text:
        return action
    word = re.escape(first["first"])
    if not re.search(rf"\w {word}\b", text) and not re.search(rf"\b{word}\b", actor[1:] if " " in actor else actor):
        return action
    return re.sub(rf"(?<=[a-z] ){word.lower()}\b", first["first"], action, count=1)


# "will not hesitate to" | "act", "won't shy away from" | "raising rates": that is to be done.
_HESITATES = r"(?:(?:hesitate|fail|be (?:afraid|shy|slow)) to |(?:shrink|shy away|back away|flinch|be deterred) from )"
_NOT_HESITATING = re.compile(_HESITATES)
_NOT_HESITATING_BEFORE = re.compile(rf"(?:\b(?:not|never)|n't)(?: [a-z]+ly)? {_HESITATES}$")


# Verbs that refuse by themselves, and what is refused: "skipping the debate".
_REFUSES_BY_ITSELF = {
    "skip": "attend", "boycott": "attend", "opt out of": "take part in", "sit out": "take part in",
    "stay away from": "attend", "withhold": "give",
}  # fmt: skip
_BY_ITSELF_AT_START = re.compile(rf"(?P<verb>{'|'.join(_REFUSES_BY_ITSELF)}) (?=\w)")
_NEGATION = re.compile(
    r"n['’]t\b|\b(?:not|never|no|nor|none|nobody|refus\w+|declin\w+|reject\w+|rul\w+ out)\b", re.IGNORECASE
)


def _attended(action: str, marked: "Marked") -> str:
    """ "attend the debate", not to be done, of "skip the debate", where nothing but the verb refuses."""
    verb = _BY_ITSELF_AT_START.match(action)
    if verb is None or not marked.is_placed or _NEGATION.search(marked.text):
        return action
    return f"{_REFUSES_BY_ITSELF[verb['verb']]} {action[verb.end() :]}"


def _unrefused(action: str) -> str:
    """ "give the mission no role" as "give the mission any role": that is not to be done."""
    bare = negated_object(action)
    if bare is None:
        none = _NO_OR_NONE.search(action)
        is_own = none is not None and _IN_RELATIVE.search(action[: none.start()]) is None
        bare = _NO_OR_NONE.sub(" any", action, count=1) if is_own else action
        bare = re.sub(r" none$", " anything", bare)
        bare = re.sub(r"^((?:[\w-]+ ){1,7})nothing\b", r"\1anything", bare)
        bare = _TO_NOBODY.sub("anybody", bare, count=1)
    bare = _NOR_SHALL.sub("", _NOT_EITHER.sub("", bare))
    return re.sub(r"(?<=\w),? nor(?: (?:for|with|to))? (?=\w)", " or ", bare.replace(" neither ", " "))


# "talk to nobody below the rank of minister"; "contest the seat" | ", nor shall it share a stage".
_TO_NOBODY = re.compile(r"(?<=(?: to| of|for|ith|ack|ire) )(?:nobody|no one)\b(?!'s)")
# "take money," | "not from hospitals, not from anybody": said again.
_NOT_EITHER = re.compile(r"(?:, (?:and )?not (?:from|by|ever)\b[^,]*)+$")
_NOR_SHALL = re.compile(r",? nor (?:shall|will|would|should|may|do|does) .*$")
# "hire no officers", "spend none of it"; not "no confidence", "strike or no strike".
_NO_OR_NONE = re.compile(
    r"(?<=\w)(?<!\bor) (?:no(?! (?:confidence|man's|matter|doubt|longer|later|less|fewer)\b)|"
    r"none(?= (?:of|from|for|in|to|at|with|on|that|who)\b))(?= )"
)
# "vote for a bill that has" | "no money in it": no refusal of the money.
_IN_RELATIVE = re.compile(r"\b(?:that|which|who|where)(?: [\w'-]+){0,2}$")
# "decided against" | "standing again"
_AGAINST = re.compile(r"\b(?:decid|resolv|vot|rul)\w+ against $", re.IGNORECASE)
# "pay for none": refused, though no "not" says so.
_OF_NONE = re.compile(r"[\w-]+(?: up)?(?: (?:for|to|with|on))? (?:none|nothing)(?: (?:of|that)\b|$)")
# "hire no fewer than 60" is to be done.
_AT_LEAST = re.compile(r"\b(?:no|not) (?:fewer|less|later) than\b")


def _stays(clause: Clause, action: str) -> bool:
    """ "Fuel tax stays where it is": to keep it is to be done, though a tagger takes it for a refusal."""
    return action.startswith("keep ") and re.match(r"(?:stay|remain|be kept)\b", clause.predicate) is not None
