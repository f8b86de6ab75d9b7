"""Tagged words of a sentence -> which of them are one act, and who is bound where its words say so themselves."""

import math
import re
from collections.abc import Sequence

from pipeline.actors import is_pronoun
from pipeline.engines.compact.decoding import Scores, Tagged
from pipeline.engines.compact.windows import Window
from pipeline.engines.cue.clauses import Phrase, straight, subject_before
from pipeline.engines.cue.grammar import DEFAULT_ACT
from pipeline.names import is_role
from pipeline.records import Document, Draft, Mention, Sentence, Span

_ONLY_A_MODAL = re.compile(
    r"\s*(?:(?:will|would|shall|can|to|is to|are to|was to|were to|is|are)(?: (?:also|now|then|soon|both|all))?)?\s*"
)


def joined(actions: Sequence[Tagged], window: Window, text: str) -> list[Tagged]:
    """The actions of a sentence, those that only a modal verb parts made one: "the survey" will "be published"."""
    found: list[Tagged] = []
    for action in actions:
        between = text[window.offsets[found[-1].last][1] : window.offsets[action.first][0]] if found else ""
        if found and _ONLY_A_MODAL.fullmatch(between):
            both = (found[-1].score + action.score) / 2
            found[-1] = Tagged(found[-1].first, action.last, both)
        else:
            found.append(action)
    return found


# "abolish fees" | "and not to raise income tax", "go ashore" | ", and suspects will be handed over".
_SECOND_ACT = re.compile(
    r",? (?:and|but) (?=(?:never |not )to [a-z])|"
    r",? and (?=(?:will|would) (?!be |also be |not |never |then be )[a-z])|"
    r",? but (?=(?:will|would) (?:not|never) [a-z])|"
    r"(?P<passive> and )(?=(?:(?!cannot\b|can\b|who\b|that\b|which\b|will\b|would\b)[a-z-]+ )"
    r"{1,3}(?:will|would) be [a-z]+(?:ed|en|ept|ade|aid|ilt|ent|ld)\b)|"
    r"(?:, (?:and|but) |; (?:and |but )?|,? (?:and|but) that )"
    r"(?=(?!(?:which|who|whose|where|that|if|when|as|because|unless)\b)"
    r"(?:[^\s,;:.]+ ){0,7}?(?:will|would|shall|won['’]t|(?:is|are) to) (?!not only)[a-z])"
    r"| and (?=(?:we|I) (?:will|shall) (?!not only)[a-z])"
)
# "run a bus" | "and tickets will be refunded", but not "wages of drivers and guards will be paid".
_HAS_A_VERB = re.compile(r"\b(?:will|would|shall|to|n't|['’]ll)(?: (?:also|not|now|then))? ")
# What begins with these, or comes after them, says when or where, and no act.
_WHEN = "for|when|whenever|if|once|while|as|in|after|before|with|at|on|by|until|unless"
_BEGINS_NO_ACT = re.compile(rf"(?:{_WHEN}) ", re.IGNORECASE)
_BEFORE_NO_ACT = re.compile(rf"\b(?:{_WHEN})(?: the| an?| every)? ?$", re.IGNORECASE)
LEAST_ACT_CHARS = 8


def parted(action: Tagged, window: Window, text: str) -> list[Tagged]:
    """An action, in parts where its words go on to say what somebody else will do, or what is refused."""
    start, end = window.offsets[action.first][0], window.offsets[action.last][1]
    if _BEFORE_NO_ACT.search(text, max(0, start - 16), start) or _BEGINS_NO_ACT.match(text, start):
        return [action]
    for match in _SECOND_ACT.finditer(text, start + LEAST_ACT_CHARS, end):
        if match["passive"] and _HAS_A_VERB.search(text, max(0, start - 10), match.start()) is None:
            continue
        inside = range(action.first, action.last + 1)
        first = [i for i in inside if window.offsets[i][1] <= match.start()]
        second = [i for i in inside if window.offsets[i][0] >= match.end()]
        if first and second:
            rest = Tagged(second[0], second[-1], action.score)
            return [Tagged(first[0], first[-1], action.score), *parted(rest, window, text)]
    return [action]


# ", and", "and to", "; then": what joins one act to the next.
_JOINT = re.compile(r"(?:[,;]|[,;]? (?:and|but|or))(?: then| also| not| never){0,2}(?: to| by)? $")
# "ask the councils to look again" | "and to" | "work with the police": both are what is asked of them.
_ASKS = re.compile(
    r"\b(?:ask(?:s|ed|ing)?|urg(?:es?|ed|ing)|invit(?:es?|ed|ing)|instruct(?:s|ed|ing)?|direct(?:s|ed|ing)|"
    r"order(?:s|ed|ing)|commission(?:s|ed|ing)|tasked|telling|told) (?:(?!to )[^\s.;:,]+,? ){1,10}?to \"?[a-z][^.;:]*$"
)
_AND_TO = re.compile(r",? and (?:also |then )?to $")


def is_asked_too(sentence: Sentence, action: Span) -> bool:
    """Whether the act is the second thing that somebody is asked to do: it is told with the first."""
    text = straight(sentence.text)
    joint = _AND_TO.search(text, 0, action.start - sentence.start)
    return joint is not None and _ASKS.search(text, max(0, joint.start() - 240), joint.start()) is not None


# "urged the board to cut fares and" | "reopen the hall"
_OF_ANOTHER_CLAUSE = r"\b(?:will|would|shall|is|are|was|were|has|had)\b"
# "pressing ahead with plans to" | "build", "the group urging a ban says it plans to" | "march": its own.
_UNDERTAKES = (
    r"(?:plan|effort|bid|decision|intention|promise|pledge|vow|intend|agree|decide|refuse|threaten|offer|volunteer|say|"
    r"said)\w* |(?:is|are|was|were|has|have|had|will|would|shall) "
)
_URGES = re.compile(
    r"\b(?:urg(?:e[ds]?|ing)|implor(?:e[ds]?|ing)|press(?:es|ed|ing)|lobb(?:y|ies|ied|ying)|appeal(?:s|ed|ing)? to|"
    r"advis(?:es?|ed|ing)|call(?:s|ed|ing)? (?:on|upon)) "
    rf"(?P<whom>(?!(?:him|her|them)sel|ahead |on |forward )(?:(?!to |and |{_UNDERTAKES})[^\s,.;:]+ ){{1,8}}?)to "
    rf"(?:(?:(?!{_OF_ANOTHER_CLAUSE})[^.;:])*?(?:, (?:and )?| and ))?(?:also |to |not ){{0,2}}"
    rf"(?:(?:refuse to |keep |stop |consider )?(?!{_OF_ANOTHER_CLAUSE})[a-z]+ )?$"
)
_IS_TO = re.compile(r"\b(?:will|would|to) $")
# "under pressure to pledge that her bill would" | "end the tax"
_UNDER_PRESSURE = re.compile(
    r"\bunder (?:[a-z]+ ){0,2}pressure (?:from [^,.;:]{2,40} )?(?:not )?to (?:[^,.;:]{2,80} )?$"
)


def is_demanded(sentence: Sentence, action: Span, actor: Mention) -> bool:
    """Whether the act is what somebody is urged or pressed to do, unless whoever is urged is bound."""
    text, start = straight(sentence.text), action.start - sentence.start
    if _UNDER_PRESSURE.search(text, max(0, start - 140), start) is not None:
        return True
    urges = _URGES.search(text, max(0, start - 300), start)
    if urges is None or _IS_TO.search(text[: urges.start()]) is not None:
        return False
    whom = Span(start=sentence.start + urges.start("whom"), end=sentence.start + urges.end("whom"))
    return actor.span is None or not actor.span.overlaps(whom)


# "details, among them how she will" | "pay for it": how it is to be done is another's act, or not yet said.
_HOW_BEFORE = re.compile(r"\bhow (?:[\w'-]+ ){1,4}?(?:will|would|intends? to|plans? to) $")
_HOW_INSIDE = re.compile(r"how (?:[\w'-]+ ){1,4}?(?:will|would|intends? to|plans? to) ")


def is_manner(sentence: Sentence, action: Span) -> bool:
    """Whether the act stands in a question how somebody will do it."""
    text, start = straight(sentence.text), action.start - sentence.start
    return _HOW_INSIDE.match(text, start) is not None or _HOW_BEFORE.search(text, max(0, start - 80), start) is not None


# "refused to rule out" | "a tax rise", "would not rule out" | "raising fuel duty": nothing is undertaken.
_LEFT_OPEN = re.compile(
    r"(?:\b(?:(?:refus|declin|fail|hesitat)\w*|unable|unwilling|reluctant) to|"
    r"\b(?:not|never|without|nor|neither|nobody|no one|cannot|yet to|short of|avoid\w*)(?: \w+){0,2}|"
    r"n't(?: \w+){0,2}) rul(?:e|es|ed|ing) out\b",
    re.IGNORECASE,
)
_ELSEWHERE = re.compile(r"[;:.]|\b(?:but|while|though|although)\b")
MOST_LEFT_OPEN = 60
# "has yet to decide whether to" | "appeal", "is considering" | "selling its arm", "left open the possibility of" |
# "a fourth run": of 27,000 labelled acts one comes after such words.
_UNDECIDED = re.compile(
    r"(?:\bwhether (?:or not )?to|"
    r"(?:\b(?:is|are|was|been)|['’](?:s|re))(?: (?:also|now|still|already|[a-z]{3,}ly))? "
    r"(?:considering|mulling|weighing|pondering|toying with)|"
    r"\b(?:left|leav(?:es?|ing)|ke(?:pt|eps?|eping)|held|hold(?:s|ing)?) (?:open )?the (?:door|possibility|option|"
    r"prospect)(?: open)?(?: (?:to|of|for|that))?) $",
    re.IGNORECASE,
)
# "declined to say whether" | "fees would be waived": nor do they say it.
_UNSAID = re.compile(
    r"\b(?:(?:declin|refus)\w* to|(?:would|will|did|does|could|has|have) not(?: yet)?|"
    r"(?:would|did|does|has|have|wo)n't|(?:has|have) yet to) (?:be drawn on|comment on|sa(?:y|id)|confirm(?:ed)?|"
    r"reveal(?:ed)?|disclosed?|specif(?:y|ied)|decided?) (?:whether|if)\b"
    r"(?:(?!\b(?:but|while|though|although|instead|and (?:that )?(?:he|she|it|they|\w+ said))\b|"
    r", (?:he|she|it|they|the \w+) (?:said|says|will|would)\b)[^.;:\"])*$",
    re.IGNORECASE,
)
_HOLDS = re.compile(r"(?:left|leav|ke|h[eo]ld)", re.IGNORECASE)
_OPENS = re.compile(r"\bopen\b", re.IGNORECASE)


def is_left_open(sentence: Sentence, action: Span) -> bool:
    """Whether the act is what somebody has not ruled out."""
    text, start, end = straight(sentence.text), action.start - sentence.start, action.end - sentence.start
    undecided = _UNDECIDED.search(text, max(0, start - 80), start)
    if undecided is not None and (_HOLDS.match(undecided[0]) is None or _OPENS.search(undecided[0])):
        return True
    if _UNSAID.search(text[max(0, start - 200) : start]) is not None:
        return True
    for match in _LEFT_OPEN.finditer(text, 0, end):
        between = text[match.end() : max(match.end(), start)]
        if len(between) <= MOST_LEFT_OPEN and _ELSEWHERE.search(between) is None:
            return True
    return False


# "was due to" | "close the plant in May but has agreed to keep it open": what was meant before is no undertaking.
_MEANT_BEFORE = re.compile(
    r"\b(?:was|were|had been) (?:once |originally |previously |initially |first |already )?"
    r"(?:due|supposed|meant|scheduled|expected|set|slated) to $",
    re.IGNORECASE,
)
_TURNED = re.compile(
    r"\b(?:but|yet|instead)(?:,? \w+){0,2} (?:has|have|had|will|would|is|are|was|were|agreed|decided|chose|promised)\b",
    re.IGNORECASE,
)


def is_given_up(sentence: Sentence, action: Span) -> bool:
    """Whether the act is what somebody had meant to do before the sentence turns to what is done instead."""
    text, start, end = straight(sentence.text), action.start - sentence.start, action.end - sentence.start
    return _MEANT_BEFORE.search(text, max(0, start - 60), start) is not None and _TURNED.search(text, end) is not None


# "Rothwell will endorse her," | "predicted Ada Marsh": what somebody else thinks will come.
_FORETELLS = r"(?:predict(?:ed|s|ing)|forecasts?|forecasting|speculat(?:ed|es|ing)|guess(?:ed|es))"
_FORETOLD_AFTER = re.compile(rf"[^.;:]{{0,160}}?,[\"']? {_FORETELLS} (?!that\b)")
_FORETOLD_BEFORE = re.compile(rf"\b{_FORETELLS} (?:that )?[^,.;:]{{0,80}}$")
_AND_ELSE = re.compile(r"\b(?:and|but|as|while)\b")


def is_foretold(sentence: Sentence, action: Span) -> bool:
    """Whether the act is what somebody predicts."""
    text, start, end = straight(sentence.text), action.start - sentence.start, action.end - sentence.start
    if (after := _FORETOLD_AFTER.match(text, end)) is not None and _AND_ELSE.search(after[0]) is None:
        return True
    before = _FORETOLD_BEFORE.search(text, max(0, start - 120), start)
    return before is not None and _AND_ELSE.search(before[0]) is None


# "it is illegal to" | "leave home", "was an offence to" | "sell them": the law as it stands.
_FORBIDDEN = re.compile(
    r"\b(?:is|are|was|were|remains?)(?: now| already| still)? (?:illegal|unlawful|a crime|an? (?:criminal )?offence|"
    r"against the law)(?: for [^,;.]{2,40})? to $"
)


def is_forbidden(sentence: Sentence, action: Span) -> bool:
    """Whether the act is what the law forbids already."""
    start = action.start - sentence.start
    return _FORBIDDEN.search(straight(sentence.text), max(0, start - 90), start) is not None


# "will" | "lend its subsidiary two pumps, but there will be no money": nothing near it refuses.
_PLAINLY = re.compile(
    r"\b(?:will|shall|plans? to|planned to|vow(?:ed|s) to|pledge[ds]? to|promise[ds]? to|decided to|going to|"
    r"agree[ds] (?:(?:an?|the) [\w-]+ )?to|(?:is|are) to|intend(?:s|ed)? to) $"
)
_REFUSES = re.compile(
    r"\b(?:no|not|never|none|nor|neither|nobody|nothing|without|cannot|against|away|rather|instead|alone|off|out|free|"
    r"less|only|last|down|rid|quit|forbids?|den(?:y|ies|ied)|un\w+|(?:refus|declin|reject|oppos|block|avoid|skip|"
    r"boycott|stop|end|abandon|scrap|drop|shelv|cancel|veto|resist|abstain|forgo|waiv|spar|exempt|halt|freez|ban|keep|"
    r"remain|stay|leav|withdr|retir|ceas|suspend|prevent|exclud|delay|postpon|defer|hold|spurn|shun|rul)\w*)\b|n't\b",
    re.IGNORECASE,
)
_ASKED_ABOUT = re.compile(
    r"\?|\b(?:ask\w*|whether|if|question\w*|speculation|rumou?r\w*|put about|how|why)\b", re.IGNORECASE
)
MOST_BEFORE, MOST_AFTER = 60, 30


def is_plainly_done(sentence: Sentence, action: Span) -> bool:
    """Whether a verb of undertaking stands before the act and nothing near it refuses or asks."""
    text, start, end = straight(sentence.text), action.start - sentence.start, action.end - sentence.start
    before = max(0, start - MOST_BEFORE)
    clause = re.split(r"[,;]", text[end : end + MOST_AFTER])[0]
    return (
        _PLAINLY.search(text, before, start) is not None
        and _REFUSES.search(text[before:end] + clause) is None
        and _ASKED_ABOUT.search(text) is None
    )


# "would not only" | "reopen the hall but also build a library": both are done.
_NOT_ONLY = re.compile(r"(?:\bnot|n't) (?:only|just|merely|simply)(?: \w+)? $")


def is_not_only(sentence: Sentence, action: Span) -> bool:
    """Whether the "not" before the act refuses nothing, as there is more to come."""
    start = action.start - sentence.start
    text = straight(sentence.text)
    return (
        _NOT_ONLY.search(text, max(0, start - 30), start) is not None
        and re.search(r"\bbut\b", text[start:]) is not None
    )


# The log-probability from which on a word after a joint begins an act of its own. On texts kept out of training .3
# takes Core F1 from .521 to .533 and .15 to .530; on dev .591 becomes .590 and .584.
LEAST_BEGIN = math.log(0.3)


def begun(action: Tagged, tags: Scores, window: Window, text: str) -> list[Tagged]:
    """An action, in parts where a word after a comma or a conjunction may well begin another: "sell the ferry" | "run a
    smaller one". `tags`: T x 3 log-probabilities, as they were decoded.
    """
    found, first = [], action.first
    for i in (i for i in range(action.first + 2, action.last + 1) if tags[i, 1] >= LEAST_BEGIN):
        joint = _JOINT.search(text, window.offsets[first][1], window.offsets[i][0])
        before = [j for j in range(first, i) if joint is not None and window.offsets[j][1] <= joint.start()]
        if before:
            found.append(Tagged(first, before[-1], action.score))
            first = i
    return [*found, Tagged(first, action.last, action.score)]


# Verbs that wording puts before a thing that stands alone, and the words of a sentence that may have meant them.
_SUPPLIED = (
    (f"{DEFAULT_ACT} ", re.compile(r"\bcarr(?:y|ied|ying) out\b")),
    ("keep ", re.compile(r"\b(?:ke(?:ep\w*|pt)|stay\w*|remain\w*|surviv\w*|continu\w*)\b", re.IGNORECASE)),
    ("provide ", re.compile(r"\bprovi(?:d\w+|sions?)\b", re.IGNORECASE)),
    ("hold ", re.compile(r"\b(?:h[eo]ld\w*|tak\w+ place|took place|go\w* ahead|there will be)\b", re.IGNORECASE)),
)
# "full confidence in" | "Ms Whitcombe": nobody's act.
_ONLY_A_NAME = re.compile(
    r"(?:Mr|Mrs|Ms|Miss|Dr|Sir|Dame|Lord|Lady|Cllr|Sen|Rep|Gov)\.? [A-Z][a-z'-]+(?: [A-Z][a-z'-]+){0,3}"
)


def is_only_a_name(action: str) -> bool:
    """Whether no verb is left of the act."""
    return _ONLY_A_NAME.fullmatch(action) is not None


# "for ten days", "on a computer system": the end of an act that was told before.
_NO_VERB = re.compile(r"(?:on|in|for|at|until|from|by|with|under|about|of) ")


def is_bare_thing(document: Document, draft: Draft) -> bool:
    """Nothing in the sentence says what is done with the thing: of such beside another finding, one in six is right."""
    text = document.sentences[draft.sentences[0]].text
    return _NO_VERB.match(draft.action) is not None or any(
        draft.action.startswith(verb) and not said.search(text) for verb, said in _SUPPLIED
    )


# "I have asked" | "General Teresa Wolcott" | "to"
_ASKED = re.compile(
    r"(?:(?:\b(?:has|have|had|is|are|am|will)|['’](?:ve|s))(?: (?:also|now|already|today))?)? "
    r"(?:asked|tasked|directed|instructed|ordered|commissioned|appointed|invited) "
    r"(?:the |an? |my |our |its |[A-Z][\w.]* ){0,4}$"
)
_TO_DO = re.compile(r"(?: (?:of|from|for|at|in) [^,.;:]{2,60}?)?,?(?: (?:both|also))? to $")


def asking(sentence: Sentence, action: Span, actor: Mention) -> Mention | None:
    """Whoever asks the one that was pointed at to act: the asker is bound, the other carries it out."""
    span = actor.span
    if span is None or not sentence.span.covers(span) or span.end > action.start:
        return None
    text = straight(sentence.text)
    asked = _ASKED.search(text[: span.start - sentence.start])
    if asked is None or not _TO_DO.match(text[span.end - sentence.start : action.start - sentence.start]):
        return None
    who = subject_before(text, asked.start())
    if who is None:
        return None
    return _mention_of(sentence, who)


def _mention_of(sentence: Sentence, subject: Phrase) -> Mention:
    """A subject whose span is its sentence's, as one of the article."""
    start = sentence.start + subject.span.start
    return Mention(text=subject.text, span=Span(start=start, end=start + len(subject.text)))


# "Oldham" | "has decided not to" | act, or "has decided not to hold one and" | act.
_HAS_UNDERTAKEN = re.compile(
    r"\b(?:has|have) (?:(?:also|now|already|since|yesterday|today) )?(?:agreed|chosen|committed|decided|declined|"
    r"offered|pledged|promised|refused|resolved|threatened|undertaken|voted|vowed)(?: not)? to "
    r"(?:[a-z]+ly |now |also )?(?:[^,;:.\"]{2,80} (?:and|or) (?:to )?)?$"
)
_HAS_NO_PLANS = re.compile(
    r"\b(?:has|have) no (?:(?:current|immediate|present|further) )?(?:plans?|intention|desire) (?:to|of) (?:either )?$"
)
_NAME = re.compile(r"[A-Z][\w.'-]+(?: (?:of |the |and )?[A-Z][\w.'-]+){0,5}")
# "bowed to its rival Hartwell, who" | "has threatened to": the name beside it, whatever stands before.
_NAME_WHO = re.compile(rf"(?P<who>{_NAME.pattern}),? who $")


# "the party's" | "plan to" | act, or "plan to bar Muslims and to" | act. In labelled texts whoever owns the plan is
# bound in 20 of 23.
_OWN_PLAN = re.compile(
    r"(?P<who>(?:[A-Z][\w.-]*(?:'[A-Z][\w.-]*)?(?: (?:of |the |and )?[A-Z][\w.-]*(?:'[A-Z][\w.-]*)?){0,4}"
    r"|\b[Tt]he [a-z]+(?: [a-z]+)?))(?:'s|(?<=s)') (?:[\w-]+ ){0,3}?"
    r"(?:commitment|decision|intention|offer|plan|pledge|promise|refusal|undertaking|vow)s?"
    r"(?: never| not)? (?:to|of) (?:[a-z]+ly )?(?:[^,;:.\"]{2,80} (?:and|or) (?:to )?)?$"
)


def undertaking(sentence: Sentence, action: Span, actor: Mention) -> Mention | None:
    """Whoever is named as having undertaken the act, where somebody else was pointed at: the one who tells of it."""
    text, end = straight(sentence.text), action.start - sentence.start
    who: Phrase | None = None
    if (undertaken := _HAS_UNDERTAKEN.search(text, 0, end) or _HAS_NO_PLANS.search(text, 0, end)) is not None:
        beside = _NAME_WHO.search(text, 0, undertaken.start())
        who = (
            Phrase(beside["who"], Span(start=beside.start("who"), end=beside.end("who")))
            if beside is not None
            else subject_before(text, undertaken.start())
        )
        if who is not None and (is_pronoun(who.text) or _NAME.fullmatch(who.text) is None):
            who = None
    elif (owned := _OWN_PLAN.search(text, 0, end)) is not None:
        who = Phrase(owned["who"], Span(start=owned.start("who"), end=owned.end("who")))
    if who is None:
        return None
    named = _mention_of(sentence, who)
    return None if actor.span is not None and named.span is not None and actor.span.overlaps(named.span) else named


# "He said" | "she will" | act, "Her spokesman, Tom Hale, said" | "the senator would" | act: who tells is not bound.
_OTHER_ONE = re.compile(
    r"\b(?P<says>[Hh]e|[Ss]he) (?:also |later |then )?(?:said|says|added|told (?:\w+ ){1,4}?|confirmed)(?: that)? "
    r"(?P<who>he|she) (?:also )?(?:will|would|plans to|intends to|is to|was to|is going to) (?:not |never |also )?$"
)
_SPOKEN_FOR = re.compile(
    r"\b(?:spokes(?:man|woman|person)|press secretary|aide|agent|lawyer|solicitor|barrister|counsel)\b[^.;:]{0,60}? "
    r"(?:said|says|added|confirmed)(?: only)?(?: (?:on|last|this) \w+| \w+day)?(?: that)? "
    r"(?P<who>(?:the|his|her|its) [a-z][\w-]*(?: [a-z][\w-]*)?|"
    r"(?:Mr|Mrs|Ms|Dr|Sir|Sen\.|President|Gov\.) [A-Z][\w-]+) "
    r"\"?(?:also )?(?:will|would|plans to|intends to|is to|was to) (?:not |never |also )?$"
)


def spoken_for(sentence: Sentence, action: Span) -> Mention | None:
    """Whoever is said to act, where the one who says so speaks for somebody else."""
    text, end = straight(sentence.text), action.start - sentence.start
    other = _OTHER_ONE.search(text, max(0, end - 160), end)
    if other is not None and other["says"].casefold() == other["who"]:
        other = None
    found = other or _SPOKEN_FOR.search(text, max(0, end - 200), end)
    if found is None or (other is None and not is_role(found["who"]) and not found["who"][0].isupper()):
        return None
    return _mention_of(sentence, Phrase(found["who"], Span(start=found.start("who"), end=found.end("who"))))


# Between "I" and the act that it undertakes nobody else is named: "I" | "'ll now", "have today decided that I shall".
_UNDERTAKING = "|".join(
    (
        "am announce announcing aim agree agreed can commit committed decided determined did do don['’]t "
        "expect glad going guarantee had happy have hope hoping intend intending instead mean myself never "
        "no not now plan planning plans pledge pledged prepared promise promised promising propose proposing ready "
        "resolved shall shan['’]t still that then therefore to today also undertake undertaking undertook vow "
        "vowed want will wish won['’]t would"
    ).split()
)
# "I have asked" | "Dame Ada Marsh to" | act: who asks is bound.
_OF_THE_SPEAKER = re.compile(
    rf"\bI(?:['’](?:ll|m|ve|d))?(?: (?:{_UNDERTAKING}|[a-z]{{2,}}ly)){{0,7}}"
    r"(?: (?:asked|tasked|directed|instructed|ordered|commissioned|appointed|invited)(?: [^\s,.;:“”\"]+){1,7}? to)? ?$"
)
_BEGINS_WITH_THE_SPEAKER = re.compile(r"\W{0,2}I\b")


def own_subject(sentence: Sentence, action: Span) -> Mention | None:
    """The "I" whose act the tagged words are, by the words before them or their first one."""
    text, place = sentence.text, action.start - sentence.start
    match = _OF_THE_SPEAKER.search(text, 0, place) or _BEGINS_WITH_THE_SPEAKER.match(text, place)
    if match is None:
        return None
    start = sentence.start + text.index("I", match.start())
    return Mention(text="I", span=Span(start=start, end=start + 1))
