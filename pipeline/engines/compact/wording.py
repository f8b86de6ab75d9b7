"""Tagged words of a sentence -> the action as a short infinitive clause, without its actor, time and condition.

The tagged words may begin or end a word off, hold their subject and modal, or be only the object of a verb that stands
before them, or the subject of one that follows. So the clause that they belong to is found first; what others do in
it, or what becomes of a thing, is then told as what the actor does: "the ward would reopen" is "reopen the ward". Of
times only those go that say when: "within two days" stays where the tagged words hold it whole.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from pipeline.engines.cue.clauses import (
    IRREGULAR,
    MAX_ACTION_WORDS,
    Phrase,
    base_of,
    named_act,
    negated_object,
    straight,
    subject_before,
    without,
)
from pipeline.engines.cue.grammar import DEFAULT_ACT, VERBS
from pipeline.language import content_words
from pipeline.records import Polarity, Span
from pipeline.timewords import find_time_expressions

# Characters that are read before and after the tagged words, and of them: 25 words are some 170, and nothing that
# decides stands further off. It bounds the cost, whatever a tagger marks.
BEFORE, AFTER, MOST = 300, 200, 700
# Words between a modal and the tagged words of its clause.
MOST_BETWEEN = 8


def _any(*words: str) -> str:
    return "|".join(" ".join(words).split())


# --- words

# Base verbs that actions begin with, beside the cue rule's.
_VERBS = VERBS | frozenset(
    (
        "axe hope log redevelop reline retile "
        "abide abstain accelerate accompany accuse acquire adapt adjust administer admit advance advise affect affirm "
        "agree aid aim alert align alleviate allocate allot alter amass amplify animate annex annotate answer "
        "apologise appeal appear applaud apprehend appropriate arbitrate arise arrest ascertain assemble assert "
        "assess assign assimilate assist attach attain attract auction augment authorise avoid await bail bake "
        "balance ballot bankroll baptise bar base bear beat befriend beg behave behead believe belong betray bid bill "
        "bind blockade blow book borrow bowl boycott break brief broadcast bulldoze burn bury bus calculate campaign "
        "capture care catch caucus cede celebrate censure certify chair charge charter chase check choose chop "
        "circulate clarify clean clear clinch co-operate co-ordinate coax collaborate collapse collect combine come "
        "comfort commandeer commemorate commence commit communicate commute compare compel compete compile complain "
        "comply compose comprise conceal concede concentrate conclude condemn confer confess confine confirm "
        "confiscate congratulate connect conquer consent conserve consider consist consolidate constitute construct "
        "consume contain contend contest contract control converge convert convey convict convince cook coordinate "
        "cope copy correct correspond count counter credit cremate criminalise cripple criticise cross cultivate curb "
        "customise decarbonise decentralise declare decline decommission decorate decriminalise dedicate deduct "
        "deepen default defeat defend defer define delay delegate delete delist demand demilitarise demote denounce "
        "deny depart depend deport deposit deprive derail deregulate derive describe deserve design designate desist "
        "destroy detail detain detect deter devalue devise devolve devote dig digitise diminish direct disarm disband "
        "discard discharge discipline disclose disconnect discontinue discount discourage discover disentangle "
        "dismiss disown dispatch dispel dispose disqualify disregard disrupt dissolve distance distinguish distribute "
        "disturb diversify divert divide dock drag drain draw dredge drill drive dump duplicate earmark earn ease eat "
        "educate elaborate elect elevate eliminate email embark embed embolden emerge emigrate emit emphasise empower "
        "empty enact enclose encourage endanger endorse endow endure engage enhance enlarge enlist enquire enrol "
        "enroll entail enter entertain entitle entrust enumerate envisage equalise equip eradicate erase erect escort "
        "evacuate evaluate evict exchange exclude excuse execute exercise exhume exit experiment expire explain "
        "exploit export expose express extinguish extradite face facilitate falsify favour feature feed fell fence "
        "field filibuster filter finalise find fine finish fire firm fit flatten flood flush focus fold follow foot "
        "forbid force forecast forget forgive forgo form formulate forward foster found free fulfil furnish galvanise "
        "gather generate get gift go govern grade grieve group grow guarantee guard guide halve handle hang harden "
        "harmonise harness haul have hear heed heighten hike hit hoist honor honour house hurry identify ignore "
        "illuminate illustrate immunise impart impeach implement impound imprison inaugurate incentivise include "
        "incorporate incur indemnify indict indulge industrialise infer inform inherit initiate inject injure "
        "innovate inoculate insert insist inspire instigate instruct insulate insure integrate intensify interpret "
        "interrupt intervene interview invent invoke involve irrigate isolate itemise jail jettison justify kick kill "
        "knock label land lead learn legalise lend lengthen let levy liberalise license light link liquidate listen "
        "litigate live livestream load loan localise locate lock lodge look loosen lose mail man manage mandate "
        "manipulate manufacture march mark marry maximise measure mechanise memorialise mend mention migrate mine "
        "minimise mobilise modify monetise motivate mount multiply narrow nationalise navigate neutralise normalise "
        "notify nurture oblige observe obstruct obtain occupy offend offset omit operate organise organize oust "
        "outlaw outline outsource overcome overlook override overrule overtake overthrow overturn own pack padlock "
        "paint pardon park part partner pass patch patrol pause pave pedestrianise penalise perform permit persuade "
        "photograph picket pile pilot pipe place play plead pledge plug police pool position possess post pour power "
        "practise praise pray preach predict prefer prescribe preserve preside pressure presume pretend price print "
        "proceed process procure profit program progress prolong promulgate protest prove publicise pump punish "
        "quadruple quarantine quash quell question quit quiz race rank rate raze re-elect re-enter re-establish re- "
        "examine re-issue re-lay re-let re-open re-run reach react reactivate realign reap reapply rearrange reassess "
        "reassign reassure rebook rebrand rebuke rebut recapture recast receive recite reckon reclaim recommend "
        "reconcile reconnect reconsider reconstruct reconvene record recoup recover rectify recuse recycle redeem "
        "redeploy redesign redirect redistribute redouble redraw refer refit reflect reforest refresh refuse refute "
        "regain regenerate register regrade regularise regulate rehabilitate rehearse rehire rehome reimburse "
        "reinstate reintroduce reissue reiterate rejoin relaunch relax relay relet relieve relight relinquish relive "
        "rely remain remarry remember remind remodel remove remunerate rename render renegotiate renounce renovate "
        "rent reorganise repaint repatriate repeat replant replenish replicate reply repossess represent reprint "
        "reprocess reproduce rescind resell reserve reshape resist resolve respect respond restart restrict "
        "restructure resubmit resurface resurrect retake retaliate retest rethink retire retract retrain retrench "
        "retrieve retune reunite reuse reveal revisit revive revoke reward rewire reword rewrite rezone ride ring "
        "ring-fence rise rob rule safeguard sail salute satisfy say scale scan schedule scour screen scrutinise seal "
        "seat secure see segregate seize select separate service settle shadow sharpen shave shed shelve shift ship "
        "shoot shorten show shrink sing sink sit skip sleep slow smash smooth soak soften solicit solve spare specify "
        "speed spill split sponsor stabilise staff standardise station steer stick stiffen stimulate stipulate store "
        "straighten stream stress stretch strike strip strive subject sublet substitute succeed suggest summarise "
        "summon supervise supplant supply support suppress surf surrender survey sustain swap swear sweep swim "
        "sympathise table talk tear telephone tempt terminate testify thank thicken thin think threaten thrive throw "
        "tie tolerate top touch tour trace track trade transcribe transform translate transmit transplant transport "
        "travel trim troubleshoot truncate trust try unblock unclog uncover undercut undergo understand undertake "
        "undo unearth unfold unify unite unload unlock unpack unravel unseal unveil uphold upload urge usher utilise "
        "utter vacate vaccinate validate value vanish vary vet violate void wage wait walk wander warm warn wash "
        "cling swing wring watch water weaken wear weave wed weigh welcome win wipe wire withhold withstand "
        "worry wrap wrestle "
        "acquit airdrop airlift analyse annihilate arraign backfill bolster bow cast claw crack demerge ditch divest "
        "edge exonerate furlough greenlight grill heal hinder invade liberate mothball mull narrate pare plow "
        "plunge pitch ramp reboot refile refinance reinvest relist remand reschedule retool retrofit scrub sever "
        "abdicate advertise arrive automate bless disburse downgrade drink expropriate instil obtain "
        "officiate owe participate re-examine re-tender reupholster revert rework uproot "
        "argue happen sideline sidestep slap spearhead spin streamline subpoena tow tweet unleash wind"
    ).split()
)
# The same verbs as they are spelt in America: "recognize", "honor". "Raise" and "advise" are spelt so everywhere.
_ISE_EVERYWHERE = frozenset(
    "advertise advise arise comprise devise exercise practise praise raise revise rise supervise televise".split()
)
_VERBS |= {f"{v[:-3]}{v[-3:].replace('s', 'z')}" for v in _VERBS - _ISE_EVERYWHERE if v.endswith(("ise", "yse"))}
_VERBS |= {f"{v[:-2]}r" for v in _VERBS if v.endswith("our") and v not in {"pour", "tour", "scour", "devour"}}
# Past tenses and participles, beside the cue rule's.
_PAST = IRREGULAR | dict(
    pair.split(":")
    for pair in (
        "gone:go come:come known:know grown:grow thrown:throw driven:drive flown:fly hung:hang heard:hear seen:see "
        "taught:teach caught:catch said:say stood:stand worn:wear stuck:stick borne:bear forgiven:forgive "
        "forgone:forgo "
        "forbidden:forbid withheld:withhold upheld:uphold undertaken:undertake overturned:overturn fed:feed "
        "fought:fight "
        "bound:bind wound:wind spread:spread rung:ring sunk:sink shot:shoot hidden:hide undone:undo redrawn:redraw "
        "rewritten:rewrite retaken:retake resold:resell repaid:repay swept:sweep slept:sleep lost:lose dealt:deal "
        "freed:free agreed:agree went:go came:come took:take gave:give began:begin wrote:write chose:choose had:have "
        "got:get owed:owe"
    ).split()
)
_GERUNDS = {"lying": "lie", "dying": "die", "tying": "tie", "vying": "vie"}
# End like a gerund or a participle and are none.
_NO_VERBS = frozenset(
    "nothing anything something everything during spring evening morning housing king string ceiling wedding sibling "
    "need speed seed breed feed indeed hundred shed red bed".split()
)
_DETERMINERS = frozenset(
    "a an the its his her their our my your this that these those any some every each all both no another further more "
    "new one two three four five six seven eight nine ten half".split()
)
_PREPOSITIONS = frozenset("of to for with in at from on into by".split())
# Nothing ends with these: what they open is missing.
_LOOSE_ENDS = frozenset(
    "and or to the a an of for with by at as from was were is are be been that which who where no its his her "
    "their our my "
    "before after until than into whether but if when while because so such including i we he she they every any these "
    "those this between within during will would has have had whatever".split()
)
# No noun goes on with these.
_FUNCTION_WORDS = _LOOSE_ENDS | frozenset(
    "it them us me him you not also only said says say saying in on today tomorrow yesterday tonight next last "
    "later early "
    "late now then there here once unless subject can could should shall must may might again too across against "
    "around "
    "near since without throughout towards toward upon along beyond per via up out off down back away together instead "
    "how why what even just more less cannot won't can't isn't aren't wasn't weren't don't doesn't didn't wouldn't "
    "shan't shouldn't couldn't hasn't haven't hadn't".split()
)  # fmt: skip

# Nor do the tagged words go on with these, which say under what or why: "close the pool" | "amid protests".
_ADJUNCTS = frozenset(
    "about above according ahead albeit alongside although amid amidst among amongst apart aside because behind below "
    "beneath beside besides concerning depending despite due during ever except excluding following like otherwise "
    "over owing pending plus provided rather regarding regardless thanks though under unlike using whereas whilst "
    "worth".split()
)

# Stands where a time stood: no noun is read across it.
_TIME = "\x1f"
_ADVERB = (
    rf"(?:(?:{_TIME}|also|now|then|soon|therefore|only|still|all|each|both|instead|again|shortly|later|always|"
    rf"once more|"
    r"(?!apply|supply|rely|reply|comply|multiply|family|assembly|rally|ally)[a-z]{3,}ly),? )"
)
# What stands before the verb of an undertaking, with its negation: "will also not ", "is to ", "to ".
_MODAL = re.compile(
    r"(?:(?<=\w)(?P<short>'ll|'d)|(?<![\w'])(?P<full>will|would|shall|should|can|could|must|won't|wouldn't|"
    r"shan't|can't|"
    r"cannot|(?:(?:is|are|am|was|were|be|'s|'re|'m|isn't|aren't)(?: (?:not|also|now))?(?: set| due| going)? )?to|"
    r"(?:is|are|isn't|aren't)(?= (?:\w+ )?being )|(?:isn't|aren't)(?= [a-z]+ing\b)|(?:do|does)(?= not )|"
    r"don't|doesn't)) "
    rf"{_ADVERB}{{0,2}}(?P<not>(?:not|never(?: ever)?|no longer) (?!only\b)(?:to )?)?{_ADVERB}{{0,2}}",
    re.IGNORECASE,
)
# Before "to" these make a verb of any word that follows; else it has to be a known one ("return to work").
_BEFORE_INFINITIVE = re.compile(
    rf"\b(?:{_any('not never due set going ready able required is are was were commitment promise undertook')}|"
    r"(?:agree|plan|pledge|promise|vow|decide|intend|refuse|hope|aim|want|propose|order)(?:n?ed|d|s)?) $",
    re.IGNORECASE,
)
_SAYING = _any(
    "said says saying told announced confirmed stated pledged promised undertook decided agreed notice assurance "
    "ensure guarantee means "
    "insisted signalled signaled indicated declared revealed vowed tweeted reiterated stressed"
)
_ASKING = _any("asked directed instructed told ordered commissioned directs instructs asks appointed tasked")


# "vote no", "voting No on Measure B", and in its place a word as long that no rule knows.
_VOTE_NO = re.compile(
    r"\b([Vv]ot(?:e|es|ing)) [Nn]o\b(?=[\"'”’.,;:!?]|$| (?:on|to|in|at|and|against|if|when|this|next)\b)"
)
_REFUSED = re.compile(r"\b(?:not|never)(?: \w+)? $|n['’]t(?: \w+)? $")
_NAY = "ny"


class Worded(NamedTuple):
    action: str
    polarity: Polarity


class Clause(NamedTuple):
    """Whoever or whatever is said to act ("" where nobody is), the words from the verb on, and the modal between."""

    subject: str
    predicate: str
    modal: str = ""
    is_negated: bool = False


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
    found = _worded(_marked(words, sentence, start), polarity, drop, straight(before), straight(actor))
    # What comes out is read again, until it stays as it is: the second reading finds what the first laid open.
    for _ in range(4):
        again = _worded(_marked(found.action, "", 0), found.polarity, (), "", "")
        if again == found:
            break
        found = again
    return found


def _worded(marked: "Marked", polarity: Polarity, drop: Sequence[str], before: str, actor: str) -> Worded:
    tagged = marked.words
    for other in drop:
        marked = _dropped(marked, straight(other).strip())
    marked = _snapped(_bare(_resolving(_unnumbered(marked))))
    clause = _clause_of(marked, actor)
    action, is_negated = _acted(clause, actor, polarity)
    if (
        is_negated
        or _AGAINST.search(marked.left)
        or _MEANS_NOT.search(marked.left[-30:])
        or (polarity == "do" and _OF_NONE.match(action))
    ):
        polarity = "not_do"
    elif polarity == "not_do" and (_AT_LEAST.search(action) or _stays(clause, action)):
        polarity = "do"
    if polarity == "not_do" and (sure := _NOT_HESITATING.match(action)) is not None:
        rest = action[sure.end() :]
        action, polarity = (_base_of_gerund(rest) or rest), "do"
    elif polarity == "not_do" and _NOT_HESITATING_BEFORE.search(marked.left[-40:]):
        polarity = "do"
    if polarity == "not_do":
        action = f"let it {action}" if action.startswith("happen") else action
        action = _attended(_unrefused(action), marked)
    action = _HIMSELF.sub("", action, count=1) if _HIMSELF.match(action) else action
    if marked.is_placed:
        action = _named_again(_resolved(action, before, marked, actor), marked.text, actor)
    options = (_finished(action), _finished(tagged), " ".join(re.findall(r"\w[\w'-]*", tagged)[:MAX_ACTION_WORDS]))
    return Worded(next((o for o in options if re.search(r"\w", o)), options[-1]), polarity)


# The first word of a sentence, where it is no little one.
_FIRST_WORD = re.compile(r"\W*(?P<first>[A-Z][a-z'-]{2,})\b")


def _named_again(action: str, text: str, actor: str) -> str:
    """With the capital of a name that begins the sentence: "Hartwell stores", where Hartwell is bound."""
    first = _FIRST_WORD.match(text)
    if first is None or first["first"].casefold() in _DETERMINERS | _PREPOSITIONS or text.casefold() == text:
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
# "That does not mean that" | "the day will go unmarked"
_MEANS_NOT = re.compile(r"\b(?:do|does|did)(?: not|n't) mean (?:that )?$")
# "pay for none": refused, though no "not" says so.
_OF_NONE = re.compile(r"[\w-]+(?: up)?(?: (?:for|to|with|on))? (?:none|nothing)(?: (?:of|that)\b|$)")
# "hire no fewer than 60" is to be done.
_AT_LEAST = re.compile(r"\b(?:no|not) (?:fewer|less|later) than\b")


def _stays(clause: Clause, action: str) -> bool:
    """ "Fuel tax stays where it is": to keep it is to be done, though a tagger takes it for a refusal."""
    return action.startswith("keep ") and re.match(r"(?:stay|remain|be kept)\b", clause.predicate) is not None


# --- the words that count


class Marked(NamedTuple):
    """A sentence with straight quotes, the half-open code points of the tagged words, and whether it has others."""

    text: str
    first: int
    last: int
    is_placed: bool

    @property
    def words(self) -> str:
        return self.text[self.first : self.last]

    @property
    def opens_line(self) -> bool:
        """True where no letter stands before the words: "(2) Surplus land"."""
        return re.search(r"[^\W\d_]", self.left) is None

    @property
    def left(self) -> str:
        return self.text[: self.first]


def _marked(words: str, sentence: str, start: int) -> Marked:
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
_HIMSELF = re.compile(r"(?:my|your|her|him|it|our|them)sel(?:f|ves) (?=[a-z])")


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


def _dropped(marked: Marked, other: str) -> Marked:
    at = marked.text.find(other) if other else -1
    return _without(marked, at, at + len(other)) if at >= 0 else marked


# What numbers a clause: "3. Nunn is to be taken back", "(iv) the Trust shall".
_NUMBER = re.compile(
    r"\s*(?:\(?(?:\d{1,2}(?:\.\d{1,2})*|[ivx]{1,5}|[IVX]{1,5}|[a-hA-H])\)|(?:\d{1,2}(?:\.\d{1,2})*|[ivx]{1,5}|[IVX]{2,5})\.)\s"
)


def _unnumbered(marked: Marked) -> Marked:
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


def _resolving(marked: Marked) -> Marked:
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
_QUOTES = re.compile(r"\"|''|``")


def _bare(marked: Marked) -> Marked:
    """Without quotation marks, asides and times."""
    for match in reversed(list(_QUOTES.finditer(marked.text))):
        at, end = match.span()
        first, last = (p - min(end - at, max(0, p - at)) for p in (marked.first, marked.last))
        marked = marked._replace(text=marked.text[:at] + marked.text[end:], first=first, last=last)
    for match in reversed(list(_DASHED.finditer(marked.text, marked.first, marked.last))):
        marked = _without(marked, match.start(), match.end())
    for pattern in (_ASIDE, _INSERTED):
        for match in reversed(list(pattern.finditer(marked.text))):
            marked = _without(marked, match.start(), match.end())
    for span in reversed(_times_in(marked.text)):
        if marked.first <= span.start and span.end <= marked.last and _NEEDED.match(marked.text, span.start):
            continue
        more = _APPOSED.match(marked.text, span.end)
        marked = _without(marked, span.start, more.end() if more else span.end, f" {_TIME} ")
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
def _times_in(text: str) -> tuple[Span, ...]:
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
_NEEDED = re.compile(r"(?:within|over(?! the)|to|for|through|after|between|until(?! at least)|before)\b", re.IGNORECASE)
_NO_NOUNS = _FUNCTION_WORDS | frozenset(
    "about except outside alongside through under after over either regardless all".split()
)


def _belongs_to_noun(text: str, time: Span) -> bool:
    """ "the summer" | "fair", "last year" | "'s accounts", "until the session" | "ends": part of something else."""
    found = _WORD_NEXT.match(text, time.end)
    if found is None or found["word"] is None:
        return found is not None
    has_article = re.search(r"\b(?:the|an?) \w+$", text[time.start : time.end]) is not None
    others = _NO_NOUNS if has_article else _NO_NOUNS | _VERBS
    return re.search(r"(?:ly|ing|ed)$", found["word"]) is None and found["word"] not in others


_WORD_NEXT = re.compile(r"'s? |s' | (?P<word>[a-z]{3,})\b")


_PERSONS = "i|we|he|she|they|it|who|you"
_UNDERTAKEN = _any(
    "agreed promised pledged vowed decided undertaken voted chosen opted resolved sworn determined prepared"
)
_UNDERTAKES = _any(
    "plans? intends? aims? hopes? wants? expects? proposes? pledges promises vows decides agrees offers "
    "planning intending aiming hoping proposing preparing set due going looking "
    "ready willing poised expected scheduled slated unable threatens? threatened threatening vowing pledging promising"
)
_TO_A_VERB = rf"(?=[a-z])(?!(?:{_any(*_DETERMINERS)})\b)"
_A_VERB = rf"(?:be|{_any(*sorted(_VERBS))})\b"
# "agreed a deal to" | "buy its rival", "has signed on to" | "star in the sequel", "made a pledge not to" | "raise
# fares": how it came to be undertaken.
_DEALT = (
    r"(?:(?:agree[ds]?|sign(?:s|ed|ing)?|str(?:ikes?|uck|iking)|reach(?:e[ds]|ing)?|seal(?:s|ed|ing)?|ink(?:s|ed)|"
    r"clinche[ds]|secure[ds]|ma(?:kes?|de|king)|t(?:akes?|ook|aken)|issue[ds]|repeat(?:s|ed)|renew(?:s|ed)|"
    r"reiterate[ds]|g(?:ave|ives?|iven)) (?:an?|the|its|his|her|their|our|my) (?:[\w-]+ ){0,3}?"
    r"(?:deal|agreement|contract|accord|pact|treaty|promise|pledge|vow|commitment|decision|undertaking|threat)|"
    rf"sign(?:s|ed|ing)? (?:on|up)(?= to (?:star\b|{_A_VERB})))"
)
# "his promise never to" | "raise fares", "the firm's refusal to" | "pay": what is promised, unless more is said of it.
_PROMISE_TO = (
    r"(?:(?:the|an?|its|his|her|their|our|my|[\w-]+'s?) )(?:[\w-]+ ){0,2}?"
    r"(?:promise|pledge|vow|commitment|decision|plan|refusal|undertaking|intention|threat)s? (?:not |never )?to "
    r"(?!.*\b(?:will|would|could|should|is|are|was|were|has|have|had|must|may|might)\b)"
)
# Words before the verb or the noun.
_LEAD = re.compile(
    rf"(?:of (?=[a-z]+ing\b)|(?:{_TIME}|and|or|but|that|also|then|so|either|"
    r"neither(?! (?:of|[a-z]+ (?:will|would|shall))\b)|"
    r"nor|both|to|which|who|now)[ ,]+|"
    rf"(?:(?:{_PERSONS})(?:'(?:s|re|m|ve|d))? )?"
    r"(?:(?:has|have|had|is|are|am|was|were|stands?|stood|remains?|remained|isn't|aren't|ain't|wasn't|weren't) )?"
    rf"(?:(?:also|now|already|still|not|never|(?!only )[a-z]{{3,}}ly|{_TIME}) ){{0,2}}(?:"
    rf"(?:{_UNDERTAKEN}|{_UNDERTAKES}|(?<=has |had )offered|(?<=have )offered|{_DEALT})(?: {_TIME})? "
    rf"(?:not |never (?:again )?)?to {_TO_A_VERB}|gonna {_TO_A_VERB}|"
    r"(?:plan(?:s|ned|ning)?|expect(?:s|ed|ing)?) (?=(?:an?|more|further|another|two|three|four|\d+) )|"
    r"(?:(?:plan(?:s|ned|ning)?|intent) on|interested in) (?=[a-z]+ing\b)|"
    r"(?:been )?(?:told|ordered|instructed|directed|forced) to (?=[a-z])|"
    r"committed (?:(?:it|him|her|them|our|my)sel(?:f|ves) )?to (?=[a-z]+ing\b)|"
    r"(?:decided|resolved|voted|ruled) against (?=[a-z]+ing\b))|"
    rf"{_PROMISE_TO}{_TO_A_VERB}|"
    r"(?:let (?:me|us) be (?:very |perfectly |absolutely )?clear|make no mistake|read my lips|be in no doubt)[,:.]? |"
    rf"(?:(?:has|have|had) )?made (?:it )?(?:very |perfectly |absolutely )?clear (?:that )?(?=(?:{_PERSONS})(?: |'))|"
    rf"(?:(?:{_PERSONS}) )?(?:(?:can|will|also|now|today|want to|would like to) )*"
    rf"(?:confirm|assure|promise|announce)(?: (?:you|them|everyone|people|voters|the [a-z]+))?(?: {_TIME})? that "
    rf"(?=[^,;:.]{{1,60}}?(?: (?:will|would|shall|won't)|'ll) )|"
    rf"it (?:is|was|remains) (?:our|my|his|her|its|their|the [\w-]+'s) (?:\w+ )?(?:intention|plan|aim|hope|ambition) "
    rf"(?:not )?to {_TO_A_VERB}|"
    rf"(?:has|had) (?:(?:also |now |already )?(?=(?!(?:been|had|got) )(?:[a-z]+ed|{_any(*_PAST)})\b)|to {_TO_A_VERB})|"
    rf"(?:(?:do|does) not|don't|doesn't) (?:(?:intend|plan|expect|mean|propose) to {_TO_A_VERB}|"
    r"(?:intend|plan) on (?=[a-z]+ing\b))|"
    rf"(?:(?:{_SAYING})(?: that)? )?"
    rf"(?:(?:(?:{_PERSONS}) (?:is|are|am|was|were)|(?:{_PERSONS})'(?:s|re|m)|is|are|was|were)(?: not)?|isn't|aren't) "
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
_WILL = re.compile(r"\b(?:his|her|its|their|our|my|your|people's|free|good|own|ill) will$", re.IGNORECASE)


_PARTICIPLE_NEXT = re.compile(r" (?:be )?([a-z]+)\b")
# "review how safe the bridges" | "are", "say what the club" | "is doing": the clause ends with its own verb.
_ASKED_OF = re.compile(r"\b(?:how|what|where|who)(?: (?!(?:is|are|was|were|will|would|has|have|to)\b)[\w'-]+){1,5}$")
_DOING_NEXT = re.compile(r" (?P<verb>[a-z]+)\b")
# "has promised" | "the hostel that there will be no singing"
_TOLD_BEFORE = re.compile(r"\b(?:told|promised|assured|reassured|informed|warned) $", re.IGNORECASE)
_WHOM_TOLD = re.compile(r"(?!that\b)(?:[\w'’-]+ ){1,5}?that (?=\w)")


def _snapped(marked: Marked) -> Marked:
    """Whole words and whole nouns, without the marks and joining words around them."""
    marked = _at_words(marked)
    if _TOLD_BEFORE.search(marked.left[-30:]) and (told := _WHOM_TOLD.match(marked.words)) is not None:
        marked = marked._replace(first=marked.first + told.end())
    left_over = _LEFT_OVER.search(marked.words) if not _WILL.search(marked.words) else None
    if left_over is not None and _ASKED_OF.search(marked.words[: left_over.start()]):
        doing = _DOING_NEXT.match(marked.text, marked.last)
        is_whole = doing is not None and (doing["verb"].endswith("ing") or _is_participle(doing["verb"]))
        marked = marked._replace(last=doing.end() if doing is not None and is_whole else marked.last)
    elif marked.is_placed and left_over is not None:
        participle = _PARTICIPLE_NEXT.match(marked.text, marked.last)
        is_split = participle is not None and _is_participle(participle[1])
        marked = marked._replace(last=participle.end() if participle and is_split else marked.last - len(left_over[0]))
    if _NEEDS.search(marked.words) and (to_be := _TO_BE_NEXT.match(marked.text, marked.last)) is not None:
        marked = marked._replace(last=to_be.end())
    if (
        marked.is_placed
        and _begins_with_base(marked)
        and _begins_with_verb(marked)
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
    is_clause = re.match(rf"(?:{_PERSONS})\b", marked.words, re.IGNORECASE) is not None
    if marked.is_placed and determiner is not None and not is_clause and not _begins_with_verb(marked):
        marked = marked._replace(first=marked.first - len(determiner[0]))
    if marked.is_placed and marked.words in _VERBS and (lone := _LONE_PRONOUN.match(marked.text, marked.last)):
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
    rf"[a-z]+ [^,;:.]{{2,80}}?,? (?:we|I|they) (?:will|shall) (?=[a-z]+ (?:{_any(*_DETERMINERS)})\b)"
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


_OPENING = _PREPOSITIONS | {"and"} | _DETERMINERS
_NEXT_WORD = re.compile(r" ([\w'£$€%,.-]*[\w%])")
_LAST_WORD = re.compile(r" ([\w'-]+)$")
# Longer runs of words than this are no noun that was cut short.
MOST_ADDED, MOST_OF_A_NOUN = 6, 3


def _end_of_noun(marked: Marked) -> int:
    """Past the words that the last one plainly wants: "issue a" | "subpoena", "in the city" | "centre"."""
    tail, last = _LAST_WORD.search(f" {marked.words[-40:]}"), marked.last
    is_open = tail is not None and tail[1].casefold() in _DETERMINERS
    for added in range(1, MOST_ADDED + 1):
        match = _NEXT_WORD.match(marked.text, last)
        word = match[1].casefold() if match else ""
        if (
            match is None
            or (word in _ADJUNCTS and not (word == "over" and " " not in marked.words))
            or (not is_open and _PAST_NEXT.match(marked.text, last))
            or (word in _FUNCTION_WORDS and not (is_open and word in _DETERMINERS))
        ):
            break
        last, is_open = match.end(), word in _DETERMINERS
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
    is_cut = word in _FUNCTION_WORDS | _DETERMINERS | _PREPOSITIONS or begun[0].startswith((",", ";", ":"))
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
        if (lone := _LONE_OBJECT.match(marked.text, marked.last)) and tail[1].casefold() in _PREPOSITIONS:
            marked = marked._replace(last=lone.end())
            break
        marked = marked._replace(last=marked.last - len(tail[0]))
    return marked


# --- the clause that they belong to

_BEFORE_VERB = frozenset(
    "will would shall should can could must to not never and or also then now only both either all each help let make "
    "have".split()
)
_FINITE_INSIDE = re.compile(
    r" (?:will|would|is|are|to be|has been|have been|do not|does not|(?:do|does|is|are|wo)n't)\b"
)


# "Strike benefits" | "are to be paid"
_IS_TO_BE = re.compile(r" (?:(?:is|are|was|were) to be|(?:will|would|shall) be) \w")


# "has agreed to" | "temporarily house the clinic"
_SPLIT_INFINITIVE = re.compile(r"[a-z]{3,}ly (?P<verb>[a-z-]+)\b")


def _begins_with_verb(marked: Marked) -> bool:
    """A known base verb, where the word before it does not make a noun of it ("no work")."""
    word = re.match(r"[\w-]+", marked.words)
    if re.match(r"be |do (?:everything|all|anything|nothing|whatever|what|so|it|this|that)\b", marked.words) and (
        not marked.is_placed or marked.words.startswith("do ")
    ):
        return True
    if _NOUN_FIRST.match(marked.words):
        return False
    if (split := _SPLIT_INFINITIVE.match(marked.words)) is not None and marked.left.endswith(" to "):
        return split["verb"] in _VERBS
    if word is None or word[0].casefold() not in _VERBS or marked.words.casefold().startswith("have been"):
        return False
    if marked.is_placed and word[0][0].isupper() and _IS_TO_BE.match(marked.text, marked.last):
        return False
    before = re.search(r"([\w'-]+|[^\w\s])\s*$", marked.left[-40:])
    if before is None:
        return not (_FINITE_INSIDE.search(marked.words) and word[0][0].isupper())
    previous = before[1].casefold()
    if previous in _OF_EACH and re.search(rf"(?:^|[\".!?:] ?){before[1]}\s*$", marked.left):
        return False  # "Each" | "store manager will decide"
    return not previous[0].isalnum() or previous in _BEFORE_VERB or previous.endswith("ly")


_OF_EACH = frozenset("all both each either".split())


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
    rf"(?P<subject>(?!{_A_VERB})(?:(?:{_PERSONS})|(?:(?:the|an?|its|our|this) )?[\w'-]+(?: [\w'-]+){{0,2}}?)) "
    rf"(?:(?:ever|still|now|also|then) )?(?={_A_VERB})",
    re.IGNORECASE,
)


def _inverted(marked: Marked) -> Clause | None:
    for found in _INVERTED.finditer(marked.text):
        is_whole = found.start() <= marked.first <= found.start("subject") and found.end() < marked.last
        if is_whole or marked.first in (found.end(), found.end() + 3 * marked.text.startswith("be ", found.end())):
            predicate = marked.text[found.end() : marked.last]
            is_asked = not is_whole or _PRONOUN.fullmatch(found["subject"]) is not None
            subject = "" if is_asked and not _is_passive(predicate) else found["subject"]
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
    rf"(?:(?:has|have|had) {_ADVERB}{{0,1}}(?P<not>not )?been|(?:is|are|was|were)) "
    rf"{_ADVERB}{{0,1}}(?P<verb>\w+)\b(?! to\b)",
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
    rf"(?:(?:in|from|on|by|at|so|for|{_TIME})[ ,](?:.*[ ,])?)?(?P<who>you|they|people|everyone|everybody)"
    r"(?: (?:too|all|both))?",
    re.IGNORECASE,
)
_OF_THE_SPEAKERS = re.compile(r"(?:.* )?(?:we|i|us|our|my)\b", re.IGNORECASE)


def _enabled(marked: Marked, actor: str) -> Clause | None:
    """What somebody else may do, or is helped to do, where the words begin with it."""
    if not marked.is_placed or not _begins_with_base(marked):
        return None
    may = _MAY.search(marked.left)
    subject = subject_before(marked.text, may.start()) if may is not None else None
    if may is not None and subject is not None and not _is_same(subject.text, actor):
        alone = _ALONE.fullmatch(subject.text)
        spoken = alone["who"].lower() if alone is not None else _spoken(marked, subject)
        spoken = "people" if spoken == "you" else _OBJECT_FORM.get(spoken, spoken)
        if may["free"]:
            return Clause("", f"require {spoken} to {marked.words}", is_negated=True)
        return Clause("", f"let {spoken} {marked.words}")
    makes = _MAKES.search(marked.left[-100:])
    if makes is None or _is_same(makes["who"].strip(), actor):
        return None
    return Clause("", f"{makes['verb'].lower()} {makes['who']}to {marked.words}")


def _is_same(who: str, actor: str) -> bool:
    """Whether somebody may be the actor: "they" are not "we", but may be any body."""
    if _OF_THE_SPEAKERS.match(who):
        return True
    if who.casefold() == "you":
        return False
    if _PRONOUN.fullmatch(who):
        return _OF_THE_SPEAKERS.match(actor) is None
    return _is_the_actor(who, actor)


def _begins_with_base(marked: Marked) -> bool:
    word = re.match(r"[a-z-]+", marked.words)
    return word is not None and (word[0] in _VERBS or word[0] == "be")


def _clause_of(marked: Marked, actor: str = "") -> Clause:
    if _WITHOUT_DOING.search(marked.left[-20:]) and (base := _base_of_gerund(marked.words)) is not None:
        return Clause("", base, is_negated=True)
    if _NOT_DOING.search(marked.left[-20:]) and (base := _base_of_gerund(marked.words)) is not None:
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
        if is_thing and _is_participle(has_been["verb"]):
            predicate = f"be {marked.words[has_been.start('verb') :]}"
            return Clause(_spoken(marked, subject), predicate, "before present", bool(has_been["not"]))
    modals = [m for m in _MODAL.finditer(marked.text) if _is_before_a_verb(m) and _may_refuse(m, marked)]
    if (enabled := _enabled(marked, actor)) is not None:
        return enabled
    if _EFFORTS_TO.search(marked.left[-20:]) and (stated := _stated(marked, modals)) is not None:
        return stated
    if _begins_with_verb(marked):
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
    yield _named_by_noun(marked)
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
    if word is None or word[0] in _DETERMINERS or word[0].endswith("ing"):
        return False
    left = modal.string[max(0, modal.start() - 20) : modal.start()]
    return word[0] in _VERBS or word[0] == "be" or _BEFORE_INFINITIVE.search(left) is not None


_WHO = rf"(?!(?:{_any('whether if and that to for what how not')})\b)[\w.'-]+"
# "told the Post" | "he planned to": nobody is told to do it.
_PLANNED_BY = re.compile(
    rf"\b(?:i|we|he|she|they|{_UNDERTAKEN}|{_UNDERTAKES}|planned|intended|hoped|aimed|refused)\b", re.IGNORECASE
)
_ASKED = re.compile(
    rf"(?<!be )(?<!been )(?<!was )(?<!were )(?<!are )\b(?:{_ASKING}) (?P<who>(?:{_WHO} ){{0,7}}?{_WHO}) to $"
)
_ASKS_OF = re.compile(rf"\b(?:asking|telling|ordering) (?P<who>(?:{_WHO} ){{0,7}}?{_WHO}) to $")
_ASKED_INSIDE = re.compile(rf"(?P<who>(?:{_WHO} ){{0,8}}?{_WHO})(?:, [^,;]{{2,60}},)? to (?P<verb>[a-z-]+)\b")


def _delegated_before(marked: Marked) -> Clause | None:
    """ "I have asked Mr Hsu to" | "examine why": "have Mr Hsu examine why"; "not asking her to" | "resign"."""
    if (asks := _ASKS_OF.search(marked.left[-120:])) is not None and marked.words[:1].islower():
        return Clause("", f"{_base(asks[0].split()[0])} {asks[0].split(' ', 1)[1]}{marked.words}")
    asked = _ASKED.search(marked.left[-120:])
    if asked is None or _PLANNED_BY.search(asked["who"]) or not marked.words[:1].islower():
        return None
    return Clause("", f"have {asked['who']} {marked.words}")


def _delegated_inside(marked: Marked) -> Clause | None:
    """ "directed" | "the department to close the breach": "have the department close the breach"."""
    inside = _ASKED_INSIDE.match(marked.words)
    is_asked = re.search(rf"\b(?:{_ASKING}) (?:(?!that\b)[^,;:.])*$", marked.left[-80:], re.IGNORECASE)
    if inside is None or inside["verb"] not in _VERBS or not is_asked or _FINITE_INSIDE.search(f" {inside['who']}"):
        return None
    return Clause("", f"have {inside['who']} {marked.words[inside.start('verb') :]}")


# "the owner of the works pledged " | "to restart it": what is promised stands after the verb of promising.
_PROMISED_INSIDE = re.compile(
    rf"(?:\b(?:{_UNDERTAKEN}|undertook|chose)(?: {_TIME})?(?P<not> not| never)? to |"
    r"\b(?:has|had|have) (?P<no>no) (?:intention of|plans? to|plans? for) )(?P<verb>[a-z-]+)",
)
# "no plans to" | "close the school", "There is no intention of" | "closing it".
_NO_PLANS = re.compile(
    rf"(?:(?:(?:there )?(?:is|are|was|were)|there's|(?:(?:{_PERSONS}) )?(?:has|have|had)|(?:{_PERSONS})'(?:ve|d)) )?"
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
    found = None if _begins_with_verb(marked) else _PROMISED_INSIDE.search(marked.text, marked.first, marked.last)
    if found is None or not (found["verb"] in _VERBS or found["verb"].endswith("ing")):
        return None
    if _RELATIVE.search(marked.text, marked.first, found.start()):
        return None
    return Clause("", marked.text[found.start("verb") : marked.last], is_negated=bool(found["not"] or found["no"]))


_SUBJECT_START = re.compile(
    rf"(?:(?<!, )\b(?:{_SAYING})\b|"
    rf"\b(?:word|clear|sure|certain|confident|assure|promise)(?: [\w']+){{0,2}}? that\b|"
    rf"\b(?:{_SAYING})\b(?: [\w']+){{0,3}}? that\b|\b(?:and|but) that\b|(?<!\w )\bthat\b)"
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
    rf"\b(?:{_any('who that which is are was were has have had do does did will would want need')}|\w+ed|\w+ing)\b"
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
            is_told = _is_passive(predicate) or (
                _MOVES.match(predicate) and (marked.opens_line or _EXPECTS.search(marked.left[-20:]))
            )
            if _name(modal) == "to" and (not raw or _FINITE_VERB.search(raw) or not is_told or _NEED_FOR.match(raw)):
                continue
            if _HOW.search(raw) or _has_another(marked, raw, modal):
                continue
            if _name(modal) == "to" and raw.startswith("for ") and _DOING_BEFORE.search(marked.left[-30:]):
                continue
            fronted, bare = _OBJECT_FIRST.fullmatch(raw), _WITHOUT_OBJECT.fullmatch(predicate)
            if fronted is not None and bare is not None and fronted["noun"].split()[-1] not in _PREPOSITIONS:
                predicate = f"{bare['verb']} {_lower_start(fronted['noun'])}{bare['rest']}"
                return Clause("", predicate, _name(modal), _is_negated(modal))
            if not _is_relative(raw):
                subject = _subject_in(marked, raw, modal, predicate)
                return Clause(subject, predicate, _name(modal), _is_negated(modal))
    return None


# "no" | "requirement for food" | "to be served", "no limit to how often you" | "can go out": no subject.
_NEED_FOR = re.compile(r"(?:(?:the|any|an?|no) )?(?:requirement|need|obligation) for ")
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
    after = _MODAL.search(marked.text, modal.end(), marked.last)
    is_own = after is not None and _name(after) in {"will", "would", "shall"}
    return is_own and after is not None and _NEW_CLAUSE.search(marked.text, modal.end(), after.start()) is None


def _subject_in(marked: Marked, raw: str, modal: re.Match[str], predicate: str) -> str:
    """The subject in the words before the modal."""
    if _JOINED.search(raw):
        finite = _FINITE_VERB.search(raw)
        raw = raw[: finite.start()] if finite is not None and _is_passive(predicate) else ""
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
        subject = _lower_start(subject)
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
    rf"\b(?:{_any('is are was were has have had do does did can will would cannot leave live work want need')}|\w+ed)"
    r"\b|'(?:s|re|ve) ",
    re.IGNORECASE,
)
_SAYING_AT_END = re.compile(
    rf"\b(?:{_SAYING}|word|clear|sure|certain|confident|assure|promise)(?: (?:him|her|them|us|me|[A-Z]\w+|the \w+))?$"
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
    has_subject = first.casefold() in _DETERMINERS or first[0].isupper() or _PRONOUN.fullmatch(first) is not None
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
    if alone is not None and _is_passive(predicate):
        said = "them" if alone["who"].casefold() in {"these", "those"} else "it"
        return Clause(said, predicate, f"before {_name(modal)}", _is_negated(modal))
    if subject is None and _is_passive(predicate) and _JOINED.search(marked.text[: modal.start()]):
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
    return _lower_start(words) if is_head else words


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
_NEXT = re.compile(rf",?(?: [-–—])? ?{_TIME}? ?")
_NEXT_BUT_ASIDE = re.compile(r", [^,;.]{3,140}, ")
_HEAD = re.compile(r"(?:^|[.;:,\"•*–—-] ?|\bthat )$")
_END = re.compile(
    rf"[,;:.!?\"]|\s[—–-]\s| (?:{_any('and but because after before if unless when while which who said says')})\b"
)


def _is_to_be_done(modal: re.Match[str]) -> bool:
    """ "Fuel duty to be frozen again": headlines leave out "is"."""
    return _is_passive(modal.string[modal.end() :])


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
            subject = subject if re.search(r"\w", marked.left) else _lower_start(subject)
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
    rf"{_ADVERB}{{0,2}}(?P<verb>[\w-]+(?:ing|ed|en)|put|set|cut|made)(?P<gap>(?: [^\s,;:.\"]+){{0,3}}) ?$",
    re.IGNORECASE,
)


def _governed_by_past(marked: Marked) -> Clause | None:
    """The verb stands before the words in another form: "has offered" | "the hulls", "by introducing" | "marshals"."""
    found = _GOVERNING.search(marked.left[-80:])
    first, _, rest = marked.words.partition(" ")
    is_verb = first.endswith("ing") or (_base_of_third_person(first) is not None and not _NO_OBJECT.match(rest))
    if found is None or is_verb or _CLAUSE_BREAK.search(found["gap"]):
        return None
    base = _base(found["verb"])
    if base is None or base in _ANNOUNCING:
        return None
    return Clause("", f"{base}{found['gap']} {marked.words}", is_negated=bool(found["not"]))


# "puts" | "up £410m", "the ministry pays" | "for the agency", "and putting" | "in corrals"
_VERB_JUST_BEFORE = re.compile(
    r"(?P<before>[\w'-]+,?) (?:also |now |then )?(?P<verb>[a-z]+(?:s|ing))"
    r"(?P<tail>(?: (?:over|back|out|up|down|off))?(?: (?:to|from|into))?) $"
)
_COMPLEMENT = re.compile(
    rf"(?:{_any(*_DETERMINERS)}|{_any(*_PREPOSITIONS)}|up|out|off|down|back|away|over|what|whatever|about|against)\b|[£$€\d]",
    re.IGNORECASE,
)
_NO_SUBJECT_BEFORE = _DETERMINERS | _PREPOSITIONS - {"by"} | {"new", "two", "other"}


# "Give" | "every worker a contract", "; lay" | "240 kilometres of sewer", "and publish" | "the names": at the head.
_COMMAND_BEFORE = re.compile(r"(?:^\W*|[;:,.)•–—-] |\b(?:and|or) )(?:to )?(?P<verb>[A-Za-z][\w-]*) $")


def _governed_by_present(marked: Marked) -> Clause | None:
    command = _COMMAND_BEFORE.search(marked.left[-60:])
    if command is not None and command["verb"].casefold() in _VERBS - _ANNOUNCING and _COMPLEMENT.match(marked.words):
        return Clause("", f"{command['verb'].lower()} {marked.words}")
    found = _VERB_JUST_BEFORE.search(marked.left[-60:])
    if found is None or not (found["tail"] or _COMPLEMENT.match(marked.words)):
        return None
    verb, before = found["verb"], found["before"].casefold()
    base = _base_of_third_person(verb)
    if verb.endswith("ing"):
        base = _base(verb) if before in {"and", "by", "or"} or before.endswith(",") else None
    elif before in _NO_SUBJECT_BEFORE:
        return None
    if base is None or base not in _VERBS or base in _ANNOUNCING | {"come"}:
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
    base = _base_of_third_person(verb)
    if base is None or not (_SUBJECT_JUST_BEFORE.search(marked.left[-40:]) or _is_own_subject(marked.left, rest)):
        return None
    return Clause("", f"{base} {rest}".strip())


# "The store" | "closes on Friday", "said the council" | "votes on the plan".
_THE_SUBJECT = re.compile(r"(?:^|[.;:] |\bthat )(?:The|the|Its|Our|His|Her|A|An) (?P<noun>(?:[a-z'-]+ ){1,3})$")


def _is_own_subject(left: str, rest: str) -> bool:
    found = _THE_SUBJECT.search(left[-80:])
    words = found["noun"].split() if found else []
    has_verb = any(_base_of_third_person(w) or w.endswith("ed") or w in _PAST or w in _FUNCTION_WORDS for w in words)
    return bool(words) and not has_verb and not rest.startswith(("of ", "and ", "or "))


_NOT_IN_SUBJECT = "that which who whoever what whatever where whether would could to i if when while and or but".split()
_PASSIVE_NOW = re.compile(
    rf"(?P<subject>.{{2,120}}?) (?:is|are) {_ADVERB}{{0,2}}(?P<not>not )?(?:being )?(?P<verb>\w+)\b", re.IGNORECASE
)
# "The march has" | "been cancelled", "The club has" | "appointed Ann Hale".
_HAS_DONE = re.compile(
    rf"(?P<subject>(?!(?:{_any(*_PREPOSITIONS)}|and|or) )(?:(?!(?:{_any(*_NOT_IN_SUBJECT)})\b)[^\s,;:]+ ){{1,8}}?)"
    rf"(?:has|have|had(?= (?:not |now )?been )) "
    rf"{_ADVERB}{{0,2}}(?P<not>not )?(?P<been>been {_ADVERB}{{0,2}})?(?P<verb>\w+)\b(?! that\b)",
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
    if found is not None and _base(found["verb"]) is not None and not _WHILE.search(found["subject"]):
        predicate, is_negated = f"be {words[found.start('verb') :]}", bool(found["not"])
    elif (found := _PRESENT.match(words)) is not None and not _WHILE.search(found["subject"]) and _agree(found):
        predicate = _BASE_OF.get(found["verb"], found["verb"].removesuffix("s")) + words[found.end("verb") :]
    elif (found := _HAS_DONE.match(words)) is not None and _is_done(found):
        predicate = f"{'be' if found['been'] else 'have'} {words[found.start('verb') :]}"
        is_negated = bool(found["not"])
    if found is None or not predicate or _is_relative(found["subject"] + " "):
        return None
    if marked.left and _base_of_third_person(found["subject"].split()[0]) is not None:
        return None
    subject = _after_saying(found["subject"])
    subject = subject if re.search(r"\w", marked.left) else _lower_start(subject)
    return Clause(_none_before(marked) + subject, predicate, "present", is_negated)


def _agree(found: re.Match[str]) -> bool:
    """ "a 5% pay" | "rise" is no clause: one thing "rises"."""
    is_one = re.match(r"(?:an?|every|each) (?!.* of )", found["subject"], re.IGNORECASE) is not None
    return found["verb"].endswith("s") or not is_one


def _is_done(found: re.Match[str]) -> bool:
    base = _base(found["verb"]) if _is_participle(found["verb"]) else None
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
    if found is None or not marked.opens_line or _base(found["verb"]) is None:
        return None
    is_doing = found["verb"].casefold() in _DOING or not _is_participle(found["verb"])
    if is_doing or _FINITE_VERB.search(marked.words[: found.start("verb")]):
        return None
    if re.search(r"(?:^| )(?:he|she|they|it|we|I)$", found["subject"]):
        return None  # "argue" | "he acted in self-defence"
    return Clause(_lower_start(found["subject"]), f"be {marked.words[found.start('verb') :]}", "present")


# --- verbs and nouns


# Verbs that keep their "of".
_NEED_OF = frozenset("dispose approve speak think consist".split())


# "withdrawing her name and" | "seeking the seat": the second is said as the first is.
_SECOND_GERUND = re.compile(
    r"(?P<before>(?:(?!\w+ing\b)[^\s,;:]+ ){1,9}and )(?P<verb>[a-z]+ing)(?= (?:the|an?|his|her|its|their|more|[£$€\d]))"
)


def _base_of_gerund(words: str) -> str | None:
    """ "raising a tax" as "raise a tax"; None where no gerund begins the words."""
    first, _, rest = words.partition(" ")
    base = _base(first) if first.casefold().endswith("ing") else None
    if base not in _NEED_OF:
        rest = rest.removeprefix("of ")  # "marking of scripts"
    if base is None or base == first.casefold():
        return None
    second = _SECOND_GERUND.match(rest)
    other = _base(second["verb"]) if second is not None else None
    if second is not None and other in _VERBS:
        rest = f"{second['before']}{other}{rest[second.end() :]}"
    return f"{base} {rest}".strip()


def _base(verb: str) -> str | None:
    """The base of a past tense, a participle or a gerund; None for another word."""
    low = verb.casefold()
    if low in _NO_VERBS:
        return None
    if low in _PAST or low in _GERUNDS:
        return _PAST.get(low) or _GERUNDS[low]
    if low in _VERBS:
        return low
    ending = next((e for e in ("ing", "ed") if low.endswith(e) and len(low) > len(e) + 1), None)
    return _base_of_stem(low.removesuffix(ending)) if ending else None


def _base_of_stem(stem: str) -> str:
    front, dash, stem = stem.rpartition("-")  # "re-examined"
    shortened = stem[:-1] if stem[-2:-1] == stem[-1:] else stem
    options = (stem, stem + "e", shortened, stem[:-1] + "y" if stem.endswith("i") else stem)
    known = next((o for o in options if o in _VERBS), None)
    # "rescheduled", "refiled": what is done once more ends as what is done once.
    known = known or next((o for o in options if o.startswith("re") and len(o) > 5 and o[2:] in _VERBS), None)
    return front + dash + (known or base_of(stem))


def _is_participle(verb: str) -> bool:
    return verb.casefold().endswith("ed") or verb.casefold() in _PAST


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
_OF = rf"(?P<noun>{_any(*_VERB_OF)}) (?:of|in|to) |(?P<other>{_any(*_WITH)}) with |(?P<on>{_any(*_ON)}) on "
_ACT_BEFORE = re.compile(
    rf"\b(?:the|any|an?|no|further|their|its) (?:\w+ )?(?:{_OF})(?:(?:the|an?|all|any|its|their) )?$", re.IGNORECASE
)
_ACT = re.compile(rf"(?:(?:the|any|an?|no|further) )?(?:{_OF})(?=\S)", re.IGNORECASE)


def _verb_in(act: re.Match[str]) -> str:
    if act["on"]:
        return _ON[act["on"].casefold()]
    if act["other"]:
        return _WITH[act["other"].casefold()]
    verb = _VERB_OF[act["noun"].casefold()]
    # "a return to Italy" is no return of Italy.
    return f"{verb} to" if verb == "return" and re.search(r" to (?:\w+ )?$", act[0], re.IGNORECASE) else verb


def _named_by_noun(marked: Marked) -> Clause | None:
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
_HEAD_END = re.compile(rf" (?:{_any('of for to in into on with that which under from by at while after')}) ")


# What a determiner of this kind names is there already.
_DEFINITE = re.compile(r"(?:[Tt]he|its|his|her|their|our|my|all)\b|[A-Z][\w']*'s\b")


_END_TO = re.compile(r"(?:an|the) (?:immediate |early )?end to ", re.IGNORECASE)


_DOING_OF = re.compile(r"[a-z]+ing of (?=[a-z])", re.IGNORECASE)


# "plans for" | "a rally", "a pledge of" | "£5m": the thing itself.
_PLANNED = re.compile(
    r"(?:(?:the|its|his|her|their) )?plans? for (?=(?:an?|new|further|more|another|its|two|three) \w)"
)
_SUM_PLEDGED = re.compile(r"(?:an?|its|his|her|their) (?:[\w-]+ )?(?:pledge|donation|gift) of (?=[£$€\d])")
_LIMIT = re.compile(r"(?:(?:the|any|an?) )?limits? (?:to|on) (?=(?:how|the|what)\b)", re.IGNORECASE)
_JOBS_LOST = re.compile(r"(?:the )?loss of (?=(?:[^\s;:]+ ){0,6}(?:jobs|posts|positions|roles)\b)", re.IGNORECASE)
_PAY_RISE = re.compile(r"(?P<rise>(?:[^\s,;:]+ ){0,4}pay (?:rises?|increases?)) (?:for|to) (?P<whom>[^,;:]+)")
# A noun, though its first word could be a verb: "free bus travel", "tax cuts", "pay rises".
_NOUN_FIRST = re.compile(
    r"(?:free (?:[\w-]+ ){0,2}(?:travel|transport|meals?|lunches|breakfasts?|parking|childcare|care|tuition|tickets?|"
    r"prescriptions?|places|admission|entry|wi-fi|broadband)|(?:tax|rate) (?:cuts?|breaks?|relief|credits?)|"
    r"pay (?:rises?|increases?)|(?:travel|contact) (?:restrictions?|bans?|rules|advice|guidance|sports?|tracing))\b",
    re.IGNORECASE,
)


def _with_verb(objects: str, otherwise: str = "provide") -> str:
    """A verb for a thing: "night flights" -> "run night flights". Where none is known, what is there is kept, and what
    is not is provided: of the labels of 200 such things no other verb fitted as many."""
    if (end := _END_TO.match(objects)) is not None:
        return f"end {objects[end.end() :]}"
    if (lost := _JOBS_LOST.match(objects)) is not None:
        return f"cut {objects[lost.end() :]}"
    if (rise := _PAY_RISE.fullmatch(objects)) is not None:
        return f"give {rise['whom']} {rise['rise']}"
    if (needed := _NEED_FOR.match(objects)) is not None:
        return f"require {objects[needed.end() :]}"
    if (limit := _LIMIT.match(objects)) is not None:
        return f"limit {objects[limit.end() :]}"
    if (planned := _PLANNED.match(objects)) is not None:
        return _with_verb(objects[planned.end() :], otherwise)
    if (sum_of := _SUM_PLEDGED.match(objects)) is not None:
        return f"give {objects[sum_of.end() :]}"
    act = _ACT.match(objects)
    if act is not None:
        return f"{_verb_in(act)} {objects[act.end() :]}"
    if _DOING_OF.match(objects) and (done := _base_of_gerund(objects)) is not None:
        return done
    head = _HEAD_END.split(objects, maxsplit=1)[0]
    verb = next((verb for pattern, verb in _DONE_WITH if pattern.search(head)), None)
    named = f"{verb} {objects}" if verb else named_act(objects)
    if not named.startswith(f"{DEFAULT_ACT} "):
        return named
    return f"{'keep' if _DEFINITE.match(objects) else otherwise} {objects}"


# --- who acts

_PRONOUN = re.compile(_any("i we he she it they you this these those there who which that both all one"), re.IGNORECASE)
_OBJECT_FORM = {"i": "me", "we": "us", "he": "him", "she": "her", "they": "them", "it": "it", "you": "you"}
_NO_ACTORS = frozenset("you this these those one all both".split())
_OWN_SIDE = re.compile(
    r"(?:the|his|her|its|my|our|their) (?:[\w-]+ ){0,3}?(?:"
    + _any(
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
    rf"^(?:{_TIME}|{_any('also now then soon shortly immediately personally formally finally therefore')}|from now on|"
    rf"{_any('instead still again today sooner simply indeed only not never neither nor')}|no longer|,)\s+(?=\S)",
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


def _acted(clause: Clause, actor: str, polarity: Polarity) -> tuple[str, bool]:
    """What the actor does where the words say what somebody or something else does; and whether it is refused."""
    subject, is_nobody = _somebody(_MEANWHILE.sub("", clause.subject))
    is_negated = clause.is_negated or is_nobody
    predicate = _ADVERB_FIRST.sub("", clause.predicate.strip(f" {_TIME}"))
    if clause.modal and _FURTHER.match(predicate):
        predicate = predicate.removeprefix("further ")
    if clause.modal in {"isn't", "aren't"} and not predicate.startswith("being "):
        predicate = f"be {predicate}"
    predicate = re.sub(r"^be (?:also|again|once again|now|then) (?=able to )", "be ", predicate)
    if polarity == "not_do":
        predicate = _REFUSING.sub("", predicate)
    thing = predicate.removeprefix("be ") if subject.casefold() == "there" else predicate
    if (none := _NONE.match(thing)) is not None:
        return _with_verb(thing[none.end() :], otherwise="have"), True
    if thing != predicate:
        otherwise = "have" if thing.startswith("any ") and (is_negated or polarity == "not_do") else "provide"
        return _with_verb(thing, otherwise), is_negated
    is_refused = is_negated or polarity == "not_do"
    return _done(subject, _simple(predicate), clause.modal, actor, is_refused=is_refused), is_negated


# "will" | "further expand the scheme": no further thing.
_FURTHER = re.compile(rf"further (?={_A_VERB} [a-z])")
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
        return thing if _HEAD_END.split(thing, maxsplit=1)[0].endswith("s") else f"any {thing}", True
    if subject.endswith(" not"):  # "residents' charges not | to be | touched"
        return subject.removesuffix(" not"), True
    return subject, False


_PROGRESSIVE = re.compile(rf"(?:be|been|being) {_ADVERB}{{0,2}}(?P<verb>[\w-]+ing)\b", re.IGNORECASE)
_PERFECT = re.compile(r"have (?P<verb>\w+)\b", re.IGNORECASE)
_PASSIVE = re.compile(rf"(?:being|been|be|get) {_ADVERB}{{0,2}}(?P<verb>[\w-]+)\b", re.IGNORECASE)


# "be setting out the plan" | "and taking questions"
_AND_DOING = re.compile(r"^(?P<first>(?:(?! and |[a-z]+ing\b).)*) and (?P<verb>[a-z]+ing)(?= )(?! of\b)")


def _and_do(match: re.Match[str]) -> str:
    base = _base(match["verb"])
    return f"{match['first']} and {base}" if base in _VERBS else match[0]


def _simple(predicate: str) -> str:
    """ "be sending" and "have sent" as "send"."""
    for pattern in (_PROGRESSIVE, _PERFECT):
        match = pattern.match(predicate)
        if match is not None and match["verb"].casefold() not in {*_VERBS, "been", "had", "to"}:
            base = _base(match["verb"])
            rest = predicate[match.end() :]
            rest = _AND_DOING.sub(_and_do, rest) if pattern is _PROGRESSIVE else rest
            predicate = base + rest if base is not None else predicate
    return "be " + predicate[10:] if predicate.startswith("have been ") else predicate


def _is_passive(predicate: str) -> bool:
    passive = _PASSIVE.match(predicate)
    return passive is not None and _is_participle(passive["verb"])


# "Our plan" | "is to" | "open fifty stores"
_IS_TO_DO = frozenset({"is to", "was to", "are to", "were to"})
_AIM = re.compile(
    r"\b(?:plan|aim|goal|intention|ambition|priority|objective|hope|mission|idea|(?:first|next|main|top) "
    r"(?:act|step|move|job|task|duty|thing))(?: (?:of|for|in|at|on|now) [^,;:]{1,60})?$",
    re.IGNORECASE,
)


# "My first act would" | "be to pardon them": what it is that is done.
_IS_TO = re.compile(rf"be to (?={_A_VERB})")
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
        verb = "give" if sees["verb"] is None else _base(sees["verb"])
        return f"{verb} {sees['who']}{predicate[sees.end() :]}" if verb else predicate
    if (glad := _GLAD_TO.match(predicate)) is not None and (
        not subject or (_is_the_actor(subject, actor) and (subject.casefold() != "they" or _is_same(subject, actor)))
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
    if passive is not None and subject and _is_participle(passive["verb"]):
        allowed = _ALLOWED.match(predicate, passive.end("verb")) if modal.endswith(("can", "could")) else None
        if allowed is not None and not _is_same(allowed["agent"], actor):
            return f"let {allowed['agent']} {_base(passive['verb'])} {_lowered(subject)}"
        rest = _without_own_agent(predicate[passive.end("verb") :], actor)
        return _turned(_lowered(subject), passive["verb"], rest, actor)
    if predicate.startswith("receive ") and _PRONOUN.fullmatch(subject):
        return f"give {_OBJECT_FORM.get(subject.casefold(), subject)} {predicate.removeprefix('receive ')}"
    if subject.casefold() == "they" and _OF_THE_SPEAKERS.fullmatch(actor) and not predicate.startswith("have "):
        return _caused("them", predicate, modal, is_refused)
    if not subject or _is_the_actor(subject, actor):
        return _from_its_verb(predicate)
    subject = _ASIDE_CLAUSE.sub("", subject)
    return _caused("people" if subject.casefold() == "you" else _lowered(subject), predicate, modal, is_refused)


_AGENT = re.compile(
    r"\bby (?!the end|the time)(?=(?:the|an?|its|his|her|their|our|my|someone|somebody) |[A-Z]|"
    rf"(?:(?!(?:{_any(*_FUNCTION_WORDS)})\b)[a-z][\w-]* ){{0,2}}(?!(?:{_any(*_FUNCTION_WORDS)})\b)[a-z][\w-]+s\b)"
    r"(?P<agent>[\w'-]+)"
)
_NAMED_AGENT = re.compile(
    r"\bby (?:the )?(?:[A-Z][\w'-]*(?: of\b| and\b|'s)? ?)+"
    rf"(?:(?<= )(?!(?:{_any(*_FUNCTION_WORDS)})\b)[a-z][\w-]+s\b)?"
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
    is_side = _OWN_SIDE.fullmatch(words.replace("this ", "the ")) is not None
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
    rf" (?!(?:up|down) to [£$€\d])(?:{_any(*_PARTICLES)})(?: (?!(?:of|guard|limits|balance)\b)|$)"
)


# "the road will be widened" | " and resurfaced", "searched" | ", emptied and locked up".
_PARTICIPLES = re.compile(
    rf"(?: (?:{_any(*_PARTICLES)}))?(?:, (?:{_any(*_PAST)}|\w{{2,}}ed)(?: (?:{_any(*_PARTICLES)}))?)*"
    rf" and (?:then )?(?:{_any(*_PAST)}|\w{{2,}}ed)(?: (?:{_any(*_PARTICLES)}))?(?=$|[ ,])(?! (?:the|an?|its|their)\b)"
)


# "will be looked" | "into", "done" | "away with" | "in May", "phased" | "in" | "over five years": no noun follows.
_STRANDED = re.compile(
    r" (?:(?:(?:up|out|off|down|away|back|in|on|over) )?(?:with|into|for|to|after|at|upon|about)|in|over|through)"
    rf"(?=$|[,;:]| {_TIME}| (?:by|out of|in(?! excess)|on|over(?! \d)|at(?! least| most)|from|before|after|through|"
    r"until|without|again|[a-z]{3,}ly)\b)"
)


# "They will be met" | "at the airport and driven", "called" | "weekly and offered help"
_SECOND_PASSIVE = re.compile(r"(?P<first>(?: (?!and\b)[^\s,;:]+){0,5}) and (?P<verb>[a-z]+)(?= [a-z]+\b)(?! by\b)")


def _bases(participles: str) -> str | None:
    """ "stripped, locked up and sold" as "strip, lock up and sell"."""
    words = [w if w in _PARTICLES | {"and", "then"} else _base(w) for w in re.findall(r"[\w-]+", participles)]
    return None if None in words else re.sub(r"[\w-]+", lambda _: str(words.pop(0)), participles)


# "switch the line on", but "keep on two guards whose posts had gone".
MOST_BEFORE_PARTICLE = 4


def _turned(subject: str, verb: str, rest: str, actor: str) -> str:
    """A passive turned round; somebody else's doing stays one: "have all schools examined by engineers"."""
    patient = _ITSELF.sub("", _ASIDE_CLAUSE.sub("", _OBJECT_FORM.get(subject.casefold(), subject)))
    agent = _AGENT.search(rest)
    joined = _PARTICIPLES.match(rest) if agent is None else None
    if joined is not None and (verbs := _bases(f"{verb}{joined[0]}")) is not None:
        rest = rest[joined.end() :]
        if re.match(r" (?:with|by) ", rest):
            first, last = verbs.rsplit(" and ", 1)
            return f"{first} {patient} and {last} {'them' if _HEAD_END.split(patient)[0].endswith('s') else 'it'}{rest}"
        return f"{verbs} {patient}{rest}"
    stranded = _STRANDED.match(rest) if agent is None else None
    if stranded is not None:
        return f"{_base(verb) or verb}{stranded[0]} {patient}{rest[stranded.end() :]}"
    particle = _PARTICLE_NEXT.match(rest)
    if rest == " on" and len(patient.split()) > MOST_BEFORE_PARTICLE:
        return f"{_base(verb) or verb} on {patient}"
    if particle is not None and " " in patient:
        verb, rest = f"{_base(verb) or verb}{particle[0].rstrip()}", rest[particle.end() :]
        return f"{verb} {patient} {rest}".strip()
    second = _SECOND_PASSIVE.match(rest) if agent is None and patient in {"them", "it"} else None
    if second is not None and _is_participle(second["verb"]) and (other := _base(second["verb"])) in _VERBS:
        return f"{_base(verb) or verb} {patient}{second['first']} and {other} {patient}{rest[second.end() :]}"
    if agent is not None and not agent["agent"][0].isupper():
        return f"have {patient} {verb}{rest}"
    named = _NAMED_AGENT.search(rest) if agent is not None else None
    if named is not None and verb == "replaced" and not named.start() - 1:
        return f"replace {patient} with {named[0].removeprefix('by ')}{rest[named.end() :]}"
    if named is None:
        return f"{_base(verb) or verb} {patient}{rest}"
    who, rest = named[0].removeprefix("by ").strip(), rest[: named.start()] + rest[named.end() :]
    done = f"{_base(verb) or verb} {patient}{rest}"
    return f"have {who} {done}" if actor and not _names(who, actor) else done


# Many of a thing, by the name of whose they are; and many who speak for whoever it is.
_THINGS = re.compile(r"(?<!\w)(?!\w+ss$)[a-z-]{3,}s$")
_SIDES = re.compile(
    r"(?:officials|bosses|chiefs|executives|ministers|directors|leaders|lawyers|prosecutors|managers|governors|"
    r"trustees|members|councillors|owners|authorities|police|forces|lawmakers|politicians|representatives)$"
)


def _is_the_actor(subject: str, actor: str) -> bool:
    """A pronoun, most words of the actor's name, or a body that speaks of itself ("its board")."""
    if _PRONOUN.fullmatch(subject):
        return subject.casefold() not in _NO_ACTORS
    head = re.split(r" (?:of|for|in|at|on|to|from|with|by|who|that|which) |, ", subject)[0].rsplit("'s ", 1)[-1]
    if " " in head and _THINGS.search(head) and not _SIDES.search(head) and not _names(head.split()[-1], actor):
        return False  # "Hartwell stores" are none of Hartwell's speakers
    own = set(content_words(head))
    if len(own & set(content_words(actor))) * 2 >= len(own) > 0:
        return True
    return _OWN_SIDE.fullmatch(head) is not None and not subject.startswith(f"{head} of ")


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
_GOES_ON = re.compile(rf"(?P<verb>begin|start|continue|cease) to {_ADVERB}{{0,1}}(?={_A_VERB})")
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
        is_done = passive is not None and _is_participle(passive["verb"])
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
    return rest.split(" ", 1)[0].casefold() in _FUNCTION_WORDS | {_TIME} and not rest.casefold().startswith(
        tuple(f"{d} " for d in _DETERMINERS)
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


def _lower_start(subject: str) -> str:
    """The head of a sentence in small letters, unless it reads as a name."""
    first, _, rest = subject.partition(" ")
    is_plural = not rest and re.search(r"[^sui]s$", first) is not None and first.casefold() not in NAMES_IN_S
    is_common = is_plural or (not rest and first.casefold() in _COMMON)
    is_name = not (rest[:1].islower() or is_common) or "'" in first or first == "I" or first != first.capitalize()
    return subject if is_name else subject[0].lower() + subject[1:]


def _lowered(subject: str) -> str:
    first, _, rest = subject.partition(" ")
    is_common = first.casefold() in _DETERMINERS or (first.endswith("s") and "'" not in first and rest[:1].islower())
    return subject[:1].lower() + subject[1:] if is_common and first == first.capitalize() else subject


def _from_its_verb(predicate: str) -> str:
    """Beginning with a base verb, where the words begin with a noun or an inflected verb."""
    predicate = predicate.removeprefix("be able to ")
    first, _, rest = predicate.partition(" ")
    low = first.casefold()
    if _NOUN_FIRST.match(predicate):
        predicate = f"{low} {rest}"
        return f"provide {predicate}" if low == "free" else _with_verb(predicate)
    if low in _VERBS or low == "be":
        return predicate
    if (
        _JOBS_LOST.match(predicate)
        or _PLANNED.match(predicate)
        or _ACT.match(predicate)
        or low in _DETERMINERS
        or re.match(r"[£$€#\d]|[\w-]+'s$", low)
    ):
        return _with_verb(predicate)
    if "-" not in low and (done := _base_of_gerund(predicate)) is not None:
        return done
    base = _base(low) if "-" not in low else None
    if low.endswith("ed") and base not in _VERBS:
        base = None
    if base is None and not _NO_OBJECT.match(rest):
        base = _base_of_third_person(low)
    return f"{base} {rest}".strip() if base is not None else predicate


# With one of these after it, it is a plural noun ("questions from the public").
_NO_OBJECT = re.compile(rf"(?:{_any(*_PREPOSITIONS)}|and|or|that|who|which|is|are|was|were|has|have|will)\b|\W|$")


def _base_of_third_person(verb: str) -> str | None:
    options = (("ies", "y"), ("es", ""), ("s", ""))
    bases = (verb.removesuffix(end) + put for end, put in options if verb.endswith(end))
    return next((b for b in bases if b in _VERBS), None)


# --- what a pronoun stands for

_LONE = re.compile(
    r"(?P<head>(?!do )[\w-]+(?: (?:up|out|off|down|back|away|on|over|to|for))?) (?P<pronoun>it|them)(?= |$|,)"
    r"(?! (?:is|was|clear|easier|harder|possible|impossible|to|that|their|the|an?|free|\d+)\b)"
)
_ENDS_NOUN = _any(
    *_FUNCTION_WORDS,
    "doesn't don't didn't isn't wasn't won't plans plan wants want gives makes takes goes comes gets does do did "
    "needs put "
    "made held built went came told took gave left set year years month months week weeks day days clock time",
)
_NOUN_WORD = rf"(?!(?:{_ENDS_NOUN}|\w+ing|\w+ed)\b)[\w'-]+"
_NOUN_PHRASE = re.compile(
    r"\b(?P<first>the|an?|its|his|her|their|our|my|all|every|\d[\d,.]*|two|three|four|five|six|seven|eight|nine|ten)"
    rf"(?: {_NOUN_WORD}){{1,5}}(?: of(?: (?:the|its|his|her|their|an?))?(?: {_NOUN_WORD}){{1,3}})?",
    re.IGNORECASE,
)
_OF_A_PHRASE = re.compile(
    rf"\b(?:{_any(*_PREPOSITIONS)}|after|before|under|than|like|as|told|asked|that|over|through|because|if|when|"
    rf"until|since|"
    r"inside|within|around|across|about|against) $",
    re.IGNORECASE,
)


# "two sons" | "attend" | "the school"
_VERB_OF_MANY = re.compile(
    rf"(?<=[a-z][a-rt-z]s )(?:{_any(*sorted(_VERBS))}) (?=(?:the|an?|its|his|her|their|our|my|this|these)\b)"
)


def _resolved(action: str, before: str, marked: Marked, actor: str) -> str:
    """With the noun that a lone object stands for: the only one that fits, of two at most in the words before it or,
    where those have none, in the sentence before. Of the nearest nouns, taken as they came, two in three were wrong.
    """
    lone = _LONE.match(action)
    if lone is None:
        return action
    at = marked.text.find(f" {lone['pronoun']}", marked.first)
    for text in (marked.text[: at if at > 0 else marked.first], before[-BEFORE:]):
        nouns = [
            n
            for n in _NOUN_PHRASE.finditer(_VERB_OF_MANY.sub(" ", text))
            if _is_plural(n) == (lone["pronoun"] == "them")
        ]
        if nouns:
            fitting = {_spoken_of(n[0]) for n in nouns if _may_be_meant(n, actor)}
            return _with_noun(action, lone, fitting.pop()) if len(fitting) == 1 and len(nouns) <= 2 else action
    return action


def _may_be_meant(noun: re.Match[str], actor: str) -> bool:
    if _OF_A_PHRASE.search(noun.string[max(0, noun.start() - 12) : noun.start()]) or _OWN_SIDE.fullmatch(noun[0]):
        return False
    is_name = re.search(r" [A-Z]", noun[0]) is not None  # of a body, more often than of what is done to
    return not is_name and not set(content_words(noun[0])) & set(content_words(actor))


def _is_plural(noun: re.Match[str]) -> bool:
    head = noun[0].split(" of ")[0]
    return (head.endswith("s") and not head.endswith("ss")) or re.match(
        r"\d|(?:all|two|three|four|five|six|seven|eight|nine|ten)\b", noun["first"], re.IGNORECASE
    ) is not None


def _spoken_of(noun: str) -> str:
    """ "a bill" is "the bill" when it is spoken of again."""
    first, _, rest = noun.partition(" ")
    return f"the {rest}" if first.casefold() in {"a", "an"} else noun[0].lower() + noun[1:]


def _with_noun(action: str, lone: re.Match[str], noun: str) -> str:
    """ "take it up" -> "take up the seat"."""
    verb, rest = action[: lone.start("pronoun")], action[lone.end("pronoun") :]
    particle = re.match(r" ?(?P<word>(?:up|out|off|down|away) ?)(?=\W|$|\b)", rest)
    if particle is None:
        return verb + noun + rest
    return f"{verb}{particle['word'].strip()} {noun} {rest[particle.end() :]}".strip()


# --- a clean clause


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


def _finished(action: str) -> str:
    """At most 25 words, without marks, times, conditions and loose ends."""
    action = re.sub(r"\b[Oo]ur (?=\w)", "the ", _plain(action))
    action = _CAPITAL_AFTER_VERB.sub(lambda match: match[0].lower(), action)
    action = _NUMERAL_AFTER_VERB.sub(lambda match: match[0].lower(), action)
    for pattern in (_CONDITION_AT_END, _AFTERTHOUGHT):
        bare = pattern.sub("", action)
        action = bare if len(bare.split()) >= 2 else action
    spans = [span for span in _times_in(action) if not _NEEDED.match(action, span.start)]
    timeless = without(action, spans) if spans else action
    timeless = _EMPTY_RELATIVE.sub("", timeless)
    words = (timeless if len(timeless.split()) >= 2 else action).split()
    if len(words) > MAX_ACTION_WORDS:
        words = _BETWEEN_DASHES.sub("", " ".join(words), count=1).split()[:MAX_ACTION_WORDS]
    while len(words) > 1 and words[-1].casefold().strip(",.;:-–—") in _LOOSE_ENDS | {""}:
        if len(words) == 2 and words[1] in {"this", "that", "these", "those"}:
            break
        if words[-1] == "this" and (words[-2] in _VERBS or (len(words) == 3 and words[1] in _PREPOSITIONS)):
            break  # "will not accept this", "deliver on this"
        if words[-1] == "her" and len(words) < MAX_ACTION_WORDS:
            break  # whose noun was cut off has been given it
        if _WILL.search(" ".join(words[-2:])):
            break
        if len(words) < MAX_ACTION_WORDS and words[-1] in _BE_FORMS and _ASKED_OF.search(" ".join(words[:-1])):
            break
        words.pop()
    return _plain(" ".join(words))


# "enter the U.S": its last point is its own.
_SHORTENED = re.compile(r"(?<![\w.])(?:[A-Z]\.)+[A-Z]$")


def _plain(action: str) -> str:
    action = " ".join(_QUOTES.sub(" ", action.replace(_TIME, " ")).split())
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
