"""Words of commitment -> the cues that the engine looks for, with the strength, polarity and confidence each carries.

The patterns run over sentences with straight quotes and apostrophes of the same length. The classes follow the
annotation guide: what binds is in CUES, what the guide leaves out is in the patterns below them.
"""

import re
from typing import Literal, NamedTuple

from pipeline.records import Polarity, Strength

# What follows the cue: a verb phrase, a gerund, a noun phrase, or "NP to VP" (somebody else carries it out).
Form = Literal["verb", "gerund", "noun", "delegated"]

_ADVERBS = (
    r"(?:(?: ,)?,? ?\b(?:also|now|then|still|today|therefore|instead|soon|immediately|shortly|"
    r"personally|formally|finally"
    r"|again|always|continue to|both|all|each|in turn|as a result|however|never ?theless|nonetheless|,)\b ?,?)*"
)
_PLEDGED = (
    r"(?:pledged|pledges|pledging|vowed|vows|vowing|promised|promises|promising|undertaken|undertook|undertakes"
    r"|guaranteed|guarantees|sworn|swore|swears)"
)
_AGREED = r"(?:agreed|agrees|decided|resolved|voted|volunteered|offered|opted|chosen|elected)"
_PLANS = (
    r"(?:plans|plan|planned|intends?|intended|aims?|aimed|hopes?|hoped|hoping|planning|intending|"
    r"aiming|proposes?|proposed|propose|preparing|prepares|set)"
)


class Cue(NamedTuple):
    """A pattern that ends where the words of the action begin. `confidence`: the share of hits that gold confirms.

    The figures are precisions of Detection on the development half of the written articles, rounded to .05; a cue with
    fewer than ten hits there is drawn towards .5.
    """

    name: str
    pattern: re.Pattern[str]
    form: Form
    strength: Strength
    polarity: Polarity
    confidence: float

    @property
    def is_report(self) -> bool:
        """A verb that says that somebody undertook it: its subject may stand further back in the sentence."""
        return self.name in {
            "pledged_to",
            "pledged_not",
            "announced",
            "refused",
            "agreed_to",
            "ruled_out",
            "no_plans",
            "there_will_be",
        }


def _cue(name: str, pattern: str, form: Form, strength: Strength, polarity: Polarity, confidence: float) -> Cue:
    return Cue(name, re.compile(pattern, re.IGNORECASE), form, strength, polarity, confidence)


# In order: a place that one cue has claimed is not read again by a later one.
CUES: tuple[Cue, ...] = (
    _cue(
        "no_plans",
        (
            r"(?:\b(?:has|have|had|with|there (?:are|is|were))|'ve) (?:absolutely )?no (?:current |"
            r"immediate )?(?:plans?|intention)s? (?:to|of|for) "
        ),
        "verb",
        "intention",
        "not_do",
        0.75,
    ),
    _cue(
        "ruled_out",
        r"\b(?:ruled|rules|ruling|rule) out (?:any |the idea of |the possibility of )?",
        "gerund",
        "firm",
        "not_do",
        0.65,
    ),
    _cue("refused", rf"\b(?:refused|refuses|refusing|refuse){_ADVERBS},? to ", "verb", "firm", "not_do", 0.5),
    _cue("pledged_not", rf"\b(?:{_PLEDGED}|{_AGREED}) (?:not|never) to ", "verb", "firm", "not_do", 0.8),
    _cue(
        "not_intend",
        (
            r"\b(?:does|do|did) not (?:intend|plan|propose) to |\b(?:doesn't|don't|didn't) (?:intend|plan|"
            r"propose) to "
        ),
        "verb",
        "intention",
        "not_do",
        0.75,
    ),
    _cue(
        "delegated",
        (
            rf"(?:\b(?:has|have)|'ve){_ADVERBS} ?\b(?:asked|ordered|instructed|directed|tasked|commissioned|"
            rf"appointed|invited) (?=(?:\S+ ){{1,12}}to )"
        ),
        "delegated",
        "firm",
        "do",
        0.35,
    ),
    _cue(
        "been_asked",
        (
            rf"\b(?:has|have) been{_ADVERBS} ?(?:asked|ordered|instructed|directed|tasked|commissioned|"
            rf"appointed) to "
        ),
        "verb",
        "firm",
        "do",
        0.5,
    ),
    _cue("pledged_to", rf"\b{_PLEDGED}{_ADVERBS} ?(?:\w+ (?:\w+ )?)?to ", "verb", "firm", "do", 0.6),
    _cue(
        "committed_to",
        (
            r"\b(?:committed|commits|commit)(?: (?:itself|himself|herself|themselves|ourselves|"
            r"myself))? to (?=\w+ing\b)"
        ),
        "gerund",
        "firm",
        "do",
        0.5,
    ),
    _cue(
        "agreed_to",
        rf"\b{_AGREED}{_ADVERBS} ?(?:unanimously |in principle |(?:by )?\d+[-–]\d+ )?to ",
        "verb",
        "firm",
        "do",
        0.55,
    ),
    _cue(
        "there_will_be",
        (
            r"\bthere (?:will|would) (?:also |now |then )?be (?!(?:any|some|many|more to|those|people|time|"
            r"times|room|no (?:doubt|change|need|time|way|point|end|question))\b)"
        ),
        "noun",
        "firm",
        "do",
        0.6,
    ),
    _cue(
        "named_promise",
        r"\b(?:his|her|its|their|[A-Z][\w-]+(?: [A-Z][\w-]+)*'s?) (?!broken|original|former|old|failed|earlier)"
        r"(?:[\w-]+ ){0,2}?(?:promise|pledge|vow|commitment) to (?!the |a |an |him|her|them|us|it\b)",
        "verb",
        "firm",
        "do",
        0.5,
    ),
    _cue(
        "named_plan",
        r"\b(?:his|her|its|their|[A-Z][\w-]+(?: [A-Z][\w-]+)*'s?) (?!broken|original|former|old|failed|earlier)"
        r"(?:[\w-]+ ){0,2}?plans? to (?!the |a |an |him|her|them|us|it\b)",
        "verb",
        "intention",
        "do",
        0.5,
    ),
    _cue(
        "will_not",
        (
            rf"\b(?:will|shall){_ADVERBS} ?(?:not|never)(?: be)?{_ADVERBS} |\b(?:won't|"
            rf"shan't)(?: be)?{_ADVERBS} "
        ),
        "verb",
        "firm",
        "not_do",
        0.45,
    ),
    _cue(
        "would_not",
        rf"\b(?:would){_ADVERBS} ?(?:not|never)(?: be)?{_ADVERBS} |\bwouldn't(?: be)?{_ADVERBS} ",
        "verb",
        "firm",
        "not_do",
        0.65,
    ),
    _cue(
        "not_going_to",
        r"\b(?:am|is|are|was|were|'m|'re|'s) (?:not|never) going to |\b(?:isn't|aren't|wasn't) going to ",
        "verb",
        "firm",
        "not_do",
        0.5,
    ),
    _cue("going_to", rf"\b(?:am|is|are|was|were|'m|'re|'s){_ADVERBS} ?going to ", "verb", "firm", "do", 0.3),
    _cue("will", rf"\b(?:will|shall)\b{_ADVERBS} |'ll\b{_ADVERBS} ", "verb", "firm", "do", 0.45),
    _cue("would", rf"\bwould\b{_ADVERBS} |\b(?:I|he|she|we|they|it)'d ", "verb", "firm", "do", 0.6),
    _cue("plans_to", rf"\b{_PLANS}{_ADVERBS} ?to ", "verb", "intention", "do", 0.85),
    _cue("is_to", rf"\b(?:am|is|are|'s|'re){_ADVERBS} ?to (?!blame\b|date\b)", "verb", "firm", "do", 0.85),
    _cue(
        "setting_up",
        (
            rf"\b(?:am|is|are|'m|'re){_ADVERBS} ?(?=(?:setting up|launching|introducing|bringing (?:in|"
            rf"forward)|investing|sending|creating|committing|publishing|opening|extending|allocating|"
            rf"providing (?:an?|£|\$|€|further|extra|additional)|making available|standing down|stepping down|"
            rf"scrapping|appointing|establishing|deploying|doubling|tripling|increasing)\b)"
        ),
        "gerund",
        "firm",
        "do",
        0.5,
    ),
    _cue(
        "announced",
        (
            r"\b(?:announced|announces|announcing|unveiled|unveils|pledged|pledges|promised|promises|"
            r"promising|ordered|orders|committed|commissioned) (?!(?:that|to|on|in|at|last|yesterday|earlier|"
            r"by|he|she|it|they|we|I|how|what|when|whether|as|his|her|plans|victory|nothing|from|"
            r"for)\b)(?=(?:an?|the|new|plans|up|\"|'|£|\$|€|\d|further|extra|additional|more|immediate|urgent|"
            r"another)\b ?|[£$€\"'\d])"
        ),
        "noun",
        "firm",
        "do",
        0.3,
    ),
)

# --- what the guide leaves out

# Verbs after will / would that state, predict or concede rather than undertake.
_STATIVE = (
    r"(?:be (?!(?:\w+ed|\w+ing|put|set|built|made|held|given|paid|sent|spent|cut|kept|brought|shut|"
    r"run|taken|drawn|told|laid|met|sold|found|left|torn|read|done|won|written|chosen|frozen|"
    r"withdrawn|rebuilt)\b)"
    r"|be (?:able|willing|prepared|ready|going|used|expected|seen|needed|required|forced|remembered|tempted|affected|"
    r"disappointed|felt|hit|known|pleased|delighted|interested|excited|concerned|annoyed|asked|judged|"
    r"considered|reminded|allowed|entitled|caused|lost)\b"
    r"|have (?!(?:a |an |the )?(?:talks|discussions|\w+ (?:carry|look|make)))|mean\b|cost\b|"
    r"take (?:time|years|months|weeks|a (?:while|long)|more than|longer|place)|need\b|become\b|know\b|"
    r"feel\b|think\b|believe\b|happen\b|depend\b|seem\b|appear\b"
    r"|result\b|rise\b|fall\b|grow\b|suffer\b|struggle\b|lose\b|miss\b|face\b|lead to|prove\b|"
    r"come (?:as|down|true|under|into|at)|go (?:down|up|well|wrong|a long)|get (?!rid|on with)|"
    r"find (?:it|that|out that)|see\b|notice\b|like\b|love\b|prefer\b|want\b|hope\b|expect\b|"
    r"remain (?!open)"
    r"|surely\b|most likely\b|almost certainly\b|probably\b|likely\b|inevitably\b|presumably\b|"
    r"undoubtedly\b|only (?:make|lead|add|get|mean|delay|serve)|say\b|agree that|"
    r"understand\b|remember\b|recogni[sz]e\b|recall\b|argue\b|"
    r"learn\b|look (?:like|back|good|bad|at you)|wonder\b|enjoy\b|wait\b|help\b(?! \w+ (?:pay|fund|"
    r"build))|cause\b|include\b|contain\b|affect\b|benefit\b|matter\b|never (?:know|forget|be)|"
    r"rather\b|sooner\b|always be\b|even\b|mark\b|begin to|end up|last\b|exist\b|hurt\b|die\b|"
    r"survive\b|succeed\b|fail\b|win\b|beat\b|never again)"
)
STATIVE = re.compile(_STATIVE, re.IGNORECASE)

# Rhetoric with no act that could be checked, and answers refused to a reporter.
RHETORIC = re.compile(
    r"(?:do (?:all|everything|whatever|what|our|my|his|her|their (?:best|utmost|part)|the right)|"
    r"work (?:tirelessly|together|closely|hard|with (?:all|everyone|you)|constructively)|"
    r"make them pay|"
    r"fight (?:for|on|back|tooth|every)|stand (?:by|with|up|shoulder|firm)|never (?:give|stop|"
    r"surrender|forget|rest)|leave no|get through|be (?:vigilant|ready|there|here)|keep (?:fighting|"
    r"going|trying|an eye|you)|"
    r"(?:not )?(?:comment|be drawn|discuss|say|answer|confirm|elaborate|speculate|give (?:details|"
    r"a running)|go into|pretend|hide|lie|apologi[sz]e for|tolerate|accept (?:that|this|the)|"
    r"allow (?:this|that|ourselves|anyone|anybody)|let (?:you|this|that|anyone|them)|"
    r"be (?:intimidated|bullied|deterred|silenced|fooled|distracted|complacent))\b|"
    r"put (?:\w+ ){1,3}first|deliver (?:change|for)|make sure (?:this|that never)|"
    r"learn (?:the )?lessons|remain committed|strive|try (?:to|our|my|hard)|have to|need to|reflect|"
    r"respect|consider|look (?:forward|carefully|closely|again at what))",
    re.IGNORECASE,
)

# Words before the cue that make the rest a demand, a prediction, a wish or a possibility of somebody else's act.
LEFT_OUT_BEFORE = re.compile(
    r"\b(?:urg(?:e|ed|es|ing)|call(?:s|ed|ing)? (?:on|for)|demand(?:s|ed|ing)?|want(?:s|"
    r"ed)? (?:\w+ ){1,6}to|recommend(?:s|ed)?|suggest(?:s|ed)?|advis(?:es|ed)|warn(?:s|ed|ing)?|"
    r"fear(?:s|ed)?|expect(?:s|ed|ing)?|predict(?:s|ed)?|forecast(?:s)?|"
    r"believe(?:s|d)?|think(?:s)?|thought|doubt(?:s|ed)?|hope(?:s|d)? (?:that|the|it|they|he|she|we|"
    r"this)|wonder(?:s|ed)?|whether|likely|estimate(?:s|d)?|could|might|may|should|must|ought|imagine|"
    r"suppose|speculation|rumou?rs?|questions?|"
    r"ask(?:ed|s)? (?:if|whether|how|what|why|when)|how|why|what|reckons?|joked|accus(?:e|es|ed|ing)|"
    r"claim(?:s|ed)? (?:the |that the |his |her )?(?:government|opponent|rival)s?|feel(?:s)?|"
    r"convinced|confident|no doubt|would like|wish(?:es)?|assume(?:s|d)?|no one|nobody|nothing|"
    r"if only|pray(?:s)?)\b[^,;\"]*$",
    re.IGNORECASE,
)

# The sentence tells of a promise made, kept or broken in the past.
PAST = re.compile(
    (
        r"\b(?:years? ago|months? ago|weeks? ago|last (?:year|month|week|spring|summer|autumn|winter|fall|"
        r"time)|at the time|had (?:previously|once|earlier|already)? ?(?:promised|pledged|vowed|said|"
        r"agreed|planned|hoped|intended)|once (?:promised|said)|previously|was (?:supposed|meant|due) to|"
        r"broke|breaking|kept|keeping|made good|making good|broken (?:promise|pledge)s?|in the (?:19|"
        r"20)\d\ds|would have|will have been)\b"
    ),
    re.IGNORECASE,
)
YEAR = re.compile(r"\b(?:in|since|of|from|during) (?P<year>(?:19|20)\d\d)\b(?![-–]\d)")

# Verbs of saying: a report makes "would" an undertaking, and its subject the one who gives it.
SAYING = re.compile(
    (
        r"\b(?P<verb>said|says|say|saying|tells|told|telling|adds|added|adding|announced|announces|"
        r"announcing|insisted|insists|promised|promises|promising|pledged|vowed|confirmed|confirms|"
        r"confirming|stated|declared|agreed|indicated|explained|revealed|made clear|assured|assures|wrote|"
        r"tweeted|replied|decided|ruled|undertook|answered|informed)\b"
    ),
    re.IGNORECASE,
)

CONDITION = re.compile(
    (
        r"(?<!even )(?<!as )(?<!ask )(?<!asked )(?<!wonder )(?<!see )\b(?:if and when|if|unless|"
        r"provided(?: that)?|providing(?: that)?|on (?:the )?condition that|subject to|so long as|"
        r"as long as|only when|once(?! (?:again|more|said|and for|a )))\b (?!possible|necessary|"
        r"appropriate|needed|only)[^;.\"—–]*"
    ),
    re.IGNORECASE,
)

# Where the words of an action end.
ACTION_END = re.compile(
    r"[;:!?\"]|\.(?=\W*$)|\s[—–-]\s|—|,? (?:because|although|though|whereas|despite|amid|arguing|"
    r"saying|adding|insisting|warning|meaning|according to|following|in a bid|in what)\b"
    r"|, (?:which|who|whose|where|said|says|he|she|they|it|we|I|but|while|with|after|as(?! well as)|"
    r"including|a|an|the|its|his|her|their|in|on|under|at|not|so|even|despite|to be|having|"
    r"making|one of|if|unless|once|"
    r"where|when|starting|beginning|subject|provided)\b|,? (?:but|and) (?:he|she|they|it|we|I|the|"
    r"this|that|said|says|added|there|will|would|has|have|is|are|was|were|not|nor|in|on|if)\b"
    r"|,? [A-Z][\w'-]*(?: [A-Z][\w'-]*)* (?:said|says|told|added|announced)\b|"
    r", ?(?:[A-Z][\w'.-]+ ?){1,4}(?:,|said|told|added)|\(",
)

# Base verbs that begin an undertaking of their own after "and": "hire 500 officers and open two courts".
VERBS = frozenset(
    "abandon abolish accept achieve act add address adopt allow amend announce apply appoint approve "
    "arrange ask attend audit award back ban"
    " begin block boost bring build buy call cancel cap carry cease challenge change close "
    "commission complete compensate conduct consult"
    " contact continue contribute convene cooperate cover create cut debate decide deliver demolish "
    "deploy develop discuss donate double draft"
    " drop employ enable end enforce ensure establish examine exempt expand expel explore extend "
    "fast-track fight file fill finance fix fly freeze fund"
    " give grant halt hand help hire hold host hunt impose improve increase inspect install "
    "introduce invest investigate invite issue join"
    " keep launch lay lease leave legislate lift limit list lobby lower maintain make match meet "
    "merge modernise monitor move name negotiate"
    " nominate offer open oppose order overhaul oversee pay phase pick plant postpone prepare "
    "present press prevent prioritise privatise"
    " produce prohibit promote propose prosecute protect provide publish pull purchase pursue push "
    "put raise ratify read rebuild recall"
    " recognise recruit reduce reform refund refurbish reject release relocate renew reopen repair "
    "repay repeal replace report require resettle"
    " resign restore resume retain return reverse review revise roll run sack save scrap seek sell "
    "send serve set share shut sign"
    " simplify slash speak spend stage stand start stay step stop strengthen submit subsidise sue "
    "suspend switch take tackle target tax"
    " teach tell test tighten toughen train transfer treat triple turn update upgrade use veto visit "
    "vote waive widen withdraw work write".split()
)

# What a plan does is done by whoever owns it: "the audit will examine …", "the bill gives …".
PLAN_NOUNS = (
    "audit|inquiry|enquiry|review|investigation|bill|plan|strategy|fund|scheme|programme|program|"
    "package|legislation|policy|framework"
    "|project|pilot|trial|consultation|study|budget|charter|initiative|taskforce|task force|"
    "commission|service|reforms?|measures|funding|money"
)
PLAN = re.compile(
    (
        rf"(?:the|this|that|our|its|his|her|their|a|an|"
        rf"such an?) (?P<plan>(?:[\w'-]+ ){{0,4}}(?:{PLAN_NOUNS}))(?: (?:of|for|into|on|to|in) .{{2,60}})?"
    ),
    re.IGNORECASE,
)
# What a plan only is, costs or brings about binds nobody; what it examines, includes or gives does.
PLAN_STATIVE = re.compile(
    (
        r"(?:be\b|mean|cost|take|help|lead to|result|make (?:a difference|it|sure)|seek|come|go|run|have|"
        r"need|see|become|bring (?:hope|jobs|growth)|benefit|save|create (?:jobs|growth)|ensure|enable|"
        r"allow|end up|show|depend|remain|continue)\b"
    ),
    re.IGNORECASE,
)

# What stands for the act when only its object is named ("announced a three-month audit").
ACT_OF = (
    (
        re.compile(
            (
                r"\b(?:audit|inquiry|enquiry|review|investigation|consultation|study|trial|pilot|referendum|"
                r"ballot|survey|vote|summit|meeting|inspection)s?\b"
            ),
            re.IGNORECASE,
        ),
        "hold",
    ),
    (
        re.compile(
            (
                r"\b(?:fund|funding|money|grants?|backing|support|aid|package|loans?|investment|compensation|help|"
                r"[£$€]\S+)\b|[£$€]"
            ),
            re.IGNORECASE,
        ),
        "provide",
    ),
    (
        re.compile(
            (
                r"\b(?:law|laws|bill|legislation|rules?|ban|tax|levy|scheme|measures?|plans?|policy|programme|"
                r"program|cuts?|limits?|cap|reforms?|changes?|targets?)\b"
            ),
            re.IGNORECASE,
        ),
        "introduce",
    ),
)
DEFAULT_ACT = "carry out"

# Plural subjects that can be held to something though no name stands there.
AGENTS = frozenset(
    "ministers officials councillors members leaders mps senators lawmakers unions union workers "
    "staff doctors nurses teachers organisers organizers trustees bosses directors"
    " campaigners aides advisers advisors developers owners partners engineers police officers "
    "prosecutors investigators "
    "lawyers researchers scientists allies"
    " republicans democrats conservatives labour tories greens administration authorities regulators "
    "parents strikers drivers managers".split()
)
GENERIC_SUBJECTS = frozenset(
    (
        "you people everyone everybody anyone anybody those others some many most customers consumers "
        "visitors passengers viewers readers fans voters there this that these which what who nothing "
        "none"
    ).split()
)
