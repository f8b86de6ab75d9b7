"""Words that decide how an act is worded: verbs, modals, prepositions, times; and what is told of a clause."""

import re
from typing import NamedTuple

from pipeline.engines.cue.clauses import IRREGULAR
from pipeline.engines.cue.grammar import VERBS

# Characters that are read before and after the tagged words, and of them: 25 words are some 170, and nothing that
# decides stands further off. It bounds the cost, whatever a tagger marks.
BEFORE, AFTER, MOST = 300, 200, 700
# Words between a modal and the tagged words of its clause.
MOST_BETWEEN = 8


def any_of(*words: str) -> str:
    return "|".join(" ".join(words).split())


# Base verbs that actions begin with, beside the cue rule's.
BASES = VERBS | frozenset(
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
BASES |= {f"{v[:-3]}{v[-3:].replace('s', 'z')}" for v in BASES - _ISE_EVERYWHERE if v.endswith(("ise", "yse"))}
BASES |= {f"{v[:-2]}r" for v in BASES if v.endswith("our") and v not in {"pour", "tour", "scour", "devour"}}
# Past tenses and participles, beside the cue rule's.
PAST = IRREGULAR | dict(
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
GERUNDS = {"lying": "lie", "dying": "die", "tying": "tie", "vying": "vie"}
# End like a gerund or a participle and are none.
NO_VERBS = frozenset(
    "nothing anything something everything during spring evening morning housing king string ceiling wedding sibling "
    "need speed seed breed feed indeed hundred shed red bed".split()
)
DETERMINERS = frozenset(
    "a an the its his her their our my your this that these those any some every each all both no another further more "
    "new one two three four five six seven eight nine ten half".split()
)
PREPOSITIONS = frozenset("of to for with in at from on into by".split())
# Nothing ends with these: what they open is missing.
LOOSE_ENDS = frozenset(
    "and or to the a an of for with by at as from was were is are be been that which who where no its his her "
    "their our my "
    "before after until than into whether but if when while because so such including i we he she they every any these "
    "those this between within during will would has have had whatever".split()
)
# No noun goes on with these.
FUNCTION_WORDS = LOOSE_ENDS | frozenset(
    "it them us me him you not also only said says say saying in on today tomorrow yesterday tonight next last "
    "later early "
    "late now then there here once unless subject can could should shall must may might again too across against "
    "around "
    "near since without throughout towards toward upon along beyond per via up out off down back away together instead "
    "how why what even just more less cannot won't can't isn't aren't wasn't weren't don't doesn't didn't wouldn't "
    "shan't shouldn't couldn't hasn't haven't hadn't".split()
)  # fmt: skip

# Nor do the tagged words go on with these, which say under what or why: "close the pool" | "amid protests".
ADJUNCTS = frozenset(
    "about above according ahead albeit alongside although amid amidst among amongst apart aside because behind below "
    "beneath beside besides concerning depending despite due during ever except excluding following like otherwise "
    "over owing pending plus provided rather regarding regardless thanks though under unlike using whereas whilst "
    "worth".split()
)

# Stands where a time stood: no noun is read across it.
TIME = "\x1f"
ADVERB = (
    rf"(?:(?:{TIME}|also|now|then|soon|therefore|only|still|all|each|both|instead|again|shortly|later|always|"
    rf"once more|"
    r"(?!apply|supply|rely|reply|comply|multiply|family|assembly|rally|ally)[a-z]{3,}ly),? )"
)
# What stands before the verb of an undertaking, with its negation: "will also not ", "is to ", "to ".
MODAL = re.compile(
    r"(?:(?<=\w)(?P<short>'ll|'d)|(?<![\w'])(?P<full>will|would|shall|should|can|could|must|won't|wouldn't|"
    r"shan't|can't|"
    r"cannot|(?:(?:is|are|am|was|were|be|'s|'re|'m|isn't|aren't)(?: (?:not|also|now))?(?: set| due| going)? )?to|"
    r"(?:is|are|isn't|aren't)(?= (?:\w+ )?being )|(?:isn't|aren't)(?= [a-z]+ing\b)|(?:do|does)(?= not )|"
    r"don't|doesn't)) "
    rf"{ADVERB}{{0,2}}(?P<not>(?:not|never(?: ever)?|no longer) (?!only\b)(?:to )?)?{ADVERB}{{0,2}}",
    re.IGNORECASE,
)
# Before "to" these make a verb of any word that follows; else it has to be a known one ("return to work").
BEFORE_INFINITIVE = re.compile(
    rf"\b(?:{any_of('not never due set going ready able required is are was were commitment promise undertook')}|"
    r"(?:agree|plan|pledge|promise|vow|decide|intend|refuse|hope|aim|want|propose|order)(?:n?ed|d|s)?) $",
    re.IGNORECASE,
)
SAYING = any_of(
    "said says saying told announced confirmed stated pledged promised undertook decided agreed notice assurance "
    "ensure guarantee means "
    "insisted signalled signaled indicated declared revealed vowed tweeted reiterated stressed"
)
ASKING = any_of("asked directed instructed told ordered commissioned directs instructs asks appointed tasked")


class Clause(NamedTuple):
    """Whoever or whatever is said to act ("" where nobody is), the words from the verb on, and the modal between."""

    subject: str
    predicate: str
    modal: str = ""
    is_negated: bool = False


# "That does not mean that" | "the day will go unmarked"
MEANS_NOT = re.compile(r"\b(?:do|does|did)(?: not|n't) mean (?:that )?$")


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
