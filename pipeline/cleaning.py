"""An article -> the same article with what is not its own text marked, and the title and date that its lines state.

The text never changes. A rule claims whole lines; a missed line costs little and a hidden sentence much, so a rule asks
for words that prose does not have, and most rules look only at the first or the last lines.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Literal, NamedTuple

from pipeline.records import Article, Span, overlaps_any

Zone = Literal["head", "tail", "anywhere"]

# Head and tail end after this many lines that no rule claims: a title, a standfirst, a first paragraph.
HEAD_GAP, TAIL_GAP = 2, 2
# No boilerplate line of 173 labelled articles is longer; a longer line is a paragraph.
MAX_LINE = 320
# "Ends" closes the article when no more than this share of the text comes after it; before that it is a word.
CLOSING_SHARE = 0.4
# A headline has at least three words, a date line at most this many.
MIN_TITLE_WORDS, MAX_TITLE_WORDS, MAX_DATE_WORDS = 3, 20, 14
# Fewer capitalised words are a name: "Ministry of Defence", "Castellan Media plc".
MIN_TITLE_CASE_WORDS = 5
# A first line that no blank line sets apart is a title when the paragraph after it is this many times as long.
TITLE_CONTRAST = 2
# Lines in which a title, and a date, are looked for: three lines of letterhead are the most in 173 labelled articles.
TITLE_LINES, DATE_LINES = 6, 8

_MONTH = (
    r"(?:Jan(?:uary|\.)?|Feb(?:ruary|\.)?|Mar(?:ch|\.)?|Apr(?:il|\.)?|May|June?|July?|Aug(?:ust|\.)?"
    r"|Sept?(?:ember|\.)?|Oct(?:ober|\.)?|Nov(?:ember|\.)?|Dec(?:ember|\.)?)"
)
_WEEKDAY = r"(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|(?:Mon|Tues?|Wed|Thu(?:rs)?|Fri|Sat|Sun)\.?)"
_DAY = (
    rf"(?:(?:{_WEEKDAY},? )?\d{{1,2}}(?:st|nd|rd|th)? {_MONTH},? \d{{4}}"
    rf"|(?:{_WEEKDAY},? )?{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?,? \d{{4}}|\d{{4}}-\d\d-\d\d)"
)
_TIME = r"(?:\d{1,2}[:.]\d\d ?(?:[ap]\.?m\.?)?|\d{1,2} ?[ap]\.?m\.?)(?: \(?[A-Z]{2,4}\)?)?"
_NAME = (
    rf"(?!{_WEEKDAY}\b|{_MONTH}\b|(?:The|This|Then|Next|Last|Now|Law|Contrast|Comparison)\b)"
    r"[A-Z][\w.'’-]*(?: (?:de |van |von |der |al-)?[A-Z][\w.'’-]*){1,3}"
)
_NAMES = rf"{_NAME}(?:(?:,| and|, and) {_NAME}){{0,3}}"
_DESK = (
    r"(?:[Cc]orrespondents?|[Rr]eporters?|[Ee]ditors?|[Ww]riters?|[Bb]ureau|[Nn]ewsdesk|[Dd]esk|[Cc]olumnist|[Ss]taff)"
)
_ROLE = rf"(?:[\w&-]+ ){{0,4}}{_DESK}"
_OUTLET = r"(?:The )?[A-Z][\w&'’.-]*(?: (?:of |and |& |the )?[A-Z][\w&'’.-]*){0,4}"
_PAPER = r"(?:(?:to )?us|(?:to )?(?:our|the) (?:newsdesk|editor|newsroom|reporters?|letters page))"
_PLATFORM = r"(?:twitter|x|facebook|instagram|threads|bluesky|tiktok|youtube|linkedin|whatsapp|mastodon|social media)"
_LINKS = r"(?:facebook|twitter|instagram|linkedin|whatsapp|reddit|pinterest|e-?mail|print|copy link|save|share)"
# "Reporting by victims has risen" is a sentence: after "by" come names and the small words between them, nothing else.
_PROPER = (
    r"(?:the )?(?-i:[A-Z][\w.'’-]*(?:,?(?: (?:and|in|for|at|de|van|of|the|on))*,? [A-Z][\w.'’-]*){0,12})"
    r"(?: (?:bureau|newsroom|staff|desk))?"
)
_CREDITED = (
    r"(?:(?:additional |live )*reporting|editing|writing|compiled|edited|words(?: and pictures)?|pictures?|photographs?"
    r"|interview|graphics)"
)
_DATED = (
    r"(?:[Ll]ast |[Ff]irst )?"
    r"(?:[Pp]ublished|[Pp]osted|[Uu]pdated|[Mm]odified|[Ii]ssued|[Dd]ate|[Dd]elivered)"
)
# A caption or a link that says what will be done is kept: it may be all that tells it.
_NOT_PROMISED = r"(?!.*\b(?:will|shall|won['’]t|pledge[sd]?|promise[sd]?|vow(?:s|ed)?)\b)"
_OPTIONAL_DAY = rf"(?:\W+(?:{_DAY}|{_TIME}))*"


class Rule(NamedTuple):
    """A line that is no part of the article: what it is, where it may stand, and how the whole line reads."""

    kind: str
    zone: Zone
    pattern: re.Pattern[str]


def _rule(kind: str, zone: Zone, *alternatives: str, ignore_case: bool = True) -> Rule:
    flags = re.IGNORECASE if ignore_case else re.RegexFlag(0)
    return Rule(kind, zone, re.compile(rf"\W*(?:{'|'.join(alternatives)})\W*", flags))


RULES: tuple[Rule, ...] = (
    _rule(
        "reading time",
        "anywhere",
        r"(?:(?:estimated )?reading time:? )?\d{1,3}[ -]?min(?:ute)?s?(?: read)?|.{0,80} \d{1,3} min(?:ute)? read",
        r"\d{1,3} minutes? to read",
    ),
    _rule(
        "comments",
        "anywhere",
        r"(?:there (?:are|is) )?(?:\d[\d,]* comments?|no comments)(?: yet)?(?: ?[|·] ?(?:share|print|e-?mail))*",
        r"(?:share(?: on \w+)?|print|e-?mail)(?: ?[|·] ?(?:share|print|e-?mail|\d[\d,]* comments?))+",
        r"comments? ?\(\d[\d,]*\)(?: print this story)?",
        r"add yours|(?:add|leave|post|write) (?:a|your) comments?",
        r"(?:view|show|see|read) (?:all )?(?:the )?comments?",
        r"be the first to comment|join the (?:conversation|discussion)|have your say",
    ),
    _rule(
        "share links",
        "anywhere",
        r"(?:share|print|e-?mail|save|tweet|bookmark|copy)(?: (?:full|this|the)){0,2} (?:article|story|page|link|post)",
        rf"share(?: (?:this|on|via|with|by|e-?mail|{_PLATFORM}|friends)){{0,8}}",
        rf"{_LINKS}(?:[ |·•,]+{_LINKS})*",
        r"show more updates|back to top|skip to (?:main )?content|order reprints.{0,40}|obituaries \|.{0,60}",
        r"is this page useful|get e-?mails about this page|print this page|subscribe to continue reading",
        r"already a subscriber\b.{0,40}|listen to this (?:article|story)|(?:tap|click) here (?:to|for)\b.{0,60}",
        r"\d[\d,.]*k? shares?|(?:scroll|skip) (?:down|to|past)\b(?=.{0,40}\b(?:video|content|newsletter"
        r"|promotion|ad)\b).{0,50}",
        r"(?:have your say|tell us|let us know)(?: what you think)? in the comments\b.{0,40}"
        r"|share your (?:thoughts|views)\b.{0,60}",
        r"(?:show|hide|view|open|close) (?:captions?|gallery|slideshow|transcript)|\d{1,3} (?:of"
        r"|/) \d{1,3}(?: images| photos)?",
        r"(?:most (?:popular|viewed|shared|commented|watched)|trending(?: now)?|top stories|editors['’] picks?"
        r"|around the web|from the web|you (?:might|may) (?:also )?(?:like|be interested in))(?: (?:in|on"
        r"|from) .{0,40})?:?",
        r"comments (?:are|have been) (?:now )?(?:closed|disabled)\b.{0,60}|comments|leave a (?:comment|reply)",
        r"explore more on (?:these|this) topics?|more (?:stories|about):?.{0,40}",
    ),
    _rule(
        "player",
        "anywhere",
        r"media playback is (?:not |un)supported on (?:this|your) device",
        r"(?:this|the) (?:video|content|media|clip) (?:is (?:no longer|not|currently un) ?available|can ?not be played"
        r"|has been removed)(?: (?:in|on|for|due|because)\b[^,]{0,60})?",
        r"(?:to (?:view|see|play|watch) this (?:video|content|page) )?(?:please )?(?:enable"
        r"|turn on) javascript\b.{0,120}",
        r"loading (?:the )?(?:video|player|comments|more)?|play video|(?:view|see) (?:image|picture"
        r"|photo)s? in fullscreen",
        r"(?:video|audio|live) (?:player|stream) (?:is )?loading|skip ad|replay|autoplay (?:on|off)|unmute",
        r"scroll to continue(?: with content)?|continue reading(?: (?:below|the main story))?|story highlights",
        r"(?:please )?enter (?:a valid|your) e-?mail(?: address)?|something went wrong\b.{0,60}",
        r"(?:thank you for|you (?:have|are) (?:successfully|already)) (?:signing up|subscrib(?:ed|ing))\b.{0,60}",
        r"newsletter sign[ -]?up|invalid e-?mail",
    ),
    _rule(
        "advertisement",
        "anywhere",
        r"advertisements?|sponsored(?: content)?",
        r"(?:story|article|content)? ?continues? (?:below|after)(?: (?:this )?advert\w*)?|(?:story|article) continues",
        r"skip advert\w*|(?:this )?advertisement has not loaded\b.{0,80}",
    ),
    _rule(
        "cookies",
        "anywhere",
        r"(?:we|this (?:web)?site) uses? cookies"
        r"(?: (?:and|on|so|to (?:improve|give|make|help|provide|enhance|personali[sz]e|ensure))\b.{0,250})?",
        r"(?:accept|reject|manage) (?:all )?cookies|(?:cookie|privacy) (?:policy|settings|notice|preferences)",
        r"by (?:using|continuing to use) this (?:web)?site\b.{0,200}",
    ),
    _rule(
        "newsletter",
        "anywhere",
        r"(?:sign up|subscribe)(?: now| today| here)? (?:to|for) (?:our|the|my)\b.{0,60}"
        r"(?:newsletters?|e-?mails?|inbox|alerts|updates|briefings?)\b.{0,60}",
        r"(?:sign up|subscribe)(?: now| today| here)? (?:to|for) (?:our|the|my)\b.{0,60}newsletters?"
        r"(?: today| now| here| below)?(?: and|[.,:;–—-]+) ?we(?: wi|['’])ll (?:send|e-?mail|deliver|bring)\b.{0,120}",
        r"sign up to get\b.{0,60}\b(?:inbox|e-?mail)\b.{0,60}",
        r"get .{0,90}(?:in|to) your inbox(?: (?:with|every|each|at)\b.{0,60})?",
    ),
    _rule(
        "newsletter",
        "tail",
        r"(?:[\w'’&-]+ ){1,4}newsletters?",
        r"(?:.{0,240}[:.!?] ?)?(?:subscribe|sign up)(?: (?:here|now|below|today))?(?: to get .{0,40})?",
        r"to get this (?:briefing|e-?mail|newsletter)\b.{0,120}|(?:print and )?digital subscriptions?\b.{0,60}",
        r"(?:sign up|subscribe)(?: now| today| here)? (?:to|for|from)\b.{0,120}",
        r"(?:want more stories like this\? )?support (?:local|our|independent) journalism\b.{0,80}",
        r"someone forwarded you this\b.{0,60}|follow .{2,60} with our\b.{0,40}newsletter",
    ),
    _rule(
        "more",
        "anywhere",
        r"(?:read|see|watch|hear|listen) (?:more|also|next)(?: (?:on|about) .{0,40})?:.{0,140}",
        r"(?:more|latest) from (?:our|the) .{0,40}:.{0,120}",
        r"(?:related|recommended|most read|you (?:may|might) also like)(?::.{0,120})?",
        r"(?-i:WATCH|VIDEO|MORE|ALSO READ|ALSO|RELATED|PHOTOS|LISTEN|MORE FROM [A-Z ]{2,30}|Also [Rr]ead"
        rf"|Also on [A-Z][\w ]{{2,30}}|Watch|Video)(?: (?:more|below|above))?: ?{_NOT_PROMISED}.{{0,140}}",
        r"(?-i:Also on [A-Z])[\w ]{2,30}:?",
        r"(?:for )?more (?:on this story|stories like this)\b,? ?(?:go to|visit|see|click)?.{0,60}"
        r"|related (?:articles|stories|content|topics|links)(?::.{0,120})?",
    ),
    _rule(
        "more",
        "tail",
        r"(?:read|see|watch|hear) (?:more|also|next)(?: (?:on|about|from|of|here|in|at)\b[^.,]{0,80})?",
        r"(?:read|see|watch|hear|listen to) the full "
        r"(?:interview|address|speech|story|statement|video|transcript|letter)\b[^.]{0,80}",
        r"more (?:election results|from|on)\b[^.]{0,80}(?:map|page|live|here|website)|(?:topics?|tags):.{0,80}",
        r"(?:[\w ]{3,30}, pages? \d{1,3}(?:; )?)+",
    ),
    _rule("follow", "anywhere", r"follow our live coverage\b.{0,40}"),
    _rule(
        "follow",
        "tail",
        rf"(?:follow|like|find|join) (?:us|him|her|them|(?-i:{_NAME})) (?:on|at) (?:{_PLATFORM}|@\w)\b.{{0,80}}",
        r"follow (?:@\w+.{0,60}|the (?:writer|author|reporter)\b.{0,40}|more\b.{0,60})",
        rf"follow (?:him|her|them|us|(?-i:{_NAME})) (?:on|at) (?:https?://|www\.|@).{{2,80}}",
        r"subscribe to (?:our|the) .{0,60}\b(?:podcast|channel|youtube)\b.{0,60}|listen to (?:the"
        r"|our) [^.]{0,40}podcast\b.{0,60}",
        r"get the latest (?:news|updates|scores)\b[^.]{0,80}",
        r"(?:get\b[^.]{0,60}:? )?download (?:the|our) (?:[\w ]{1,40} )?app\b.{0,40}",
    ),
    _rule("follow", "head", r"follow @\w+.{0,40}"),
    _rule(
        "letters",
        "tail",
        r"(?:got|have you got|do you have) (?:an? |any )?(?:story|tip|gripe|question|view|news|memories)\b.{0,120}",
        r"(?:what do you think|were you [^?]{0,40}|have you been affected|are you [^?]{0,60}|seen [^?]{0,40})\? "
        r".{0,40}(?:e-?mail|send|tell|write|contact|join)\b.{0,120}",
        r"(?:send|e-?mail|tell) us your (?:story|stories|pictures|photos|memories|views|news|thoughts)\b[^.,]{0,60}"
        r"(?:, but\b.{0,80})?(?:\. .{0,60})?",
        rf"(?:send|e-?mail|write|contact|text|call) {_PAPER} (?:at|on|about|via)\b.{{0,100}}|e-?mail \S+@\S+.{{0,60}}",
        r"(?:e-?mail|write to|contact|ring) (?:the|our) (?:newsdesk|editor|newsroom|letters page)\b.{0,80}",
        r"send notices to\b.{0,80}|we welcome letters\b.{0,100}|reach the reporter\b.{0,60}",
        rf"(?:contact|reach|write to|e-?mail) (?-i:{_NAME}) (?:at|on|via) \S{{1,60}}@\S{{1,60}}.{{0,60}}",
        r"have something to (?:say|add)\?.{0,100}",
    ),
    _rule(
        "standing note",
        "tail",
        r"for (?:more|the latest)\b[^.]{0,60}\b(?:visit|go to|click|log on to|head to|follow) .{0,80}"
        r"|all times (?:local|gmt|et|bst)",
        r"sent from my (?:iphone|ipad|phone)\b.{0,20}|online:|on the (?:web|net):|(?:https?://|www\.)\S{3,120}",
        r"to contact the (?:reporter|editor|author|writer)s?\b.{0,60}: ?.{0,160}",
        r"(?:this|an earlier version of this) (?:article|story|page|post|piece) (?:was|has been) "
        r"(?:first |originally )?"
        r"(?:updated|amended|corrected|edited|changed|published|produced|supported|clarified|removed)\b.{0,200}",
        r"this (?:article|story|piece) originally appeared\b.{0,80}",
        r"a version of this (?:article|story) appear.{0,120}",
        r"this (?:interview|conversation|transcript|extract) has been (?:edited|condensed)\b.{0,60}",
        r"interview has been edited\b.{0,60}|interview (?:condensed|edited)\b.{0,60}|these are edited extracts",
        r"forward-looking statements:.{0,280}|about (?:us|the \w+|(?-i:[A-Z])[^.:]{2,50}(?=:))(?::.{0,280})?",
        r"this announcement contains (?:inside information|forward-looking statements)\b.{0,160}",
        r"this information is (?:published|disclosed|provided) (?:in accordance with|pursuant to)\b.{0,160}",
        r"published under the open government\b.{0,40}|by order of the \w+",
        r"interpretation was provided by\b.{0,60}",
        r"(?=.*(?:\d{3}|@|www))for (?:confidential )?(?:support|help|advice)\b.{0,60}\b(?:call|visit)\b.{0,100}",
        r"(?:\d\. )?(?:fieldwork was carried out|figures have been weighted)\b.{0,160}",
        r"[^.]{2,80} is (?:a registered|registered with the|a 501)\b.{0,160}",
        r"the (?:views|opinions) expressed\b.{0,120}",
        r"the (?:writer|author) is (?:an?|the) (?:former |senior )?"
        r"(?:partner|professor|fellow|columnist|journalist|director|editor|member|researcher)\b.{0,160}",
        rf"{_PROPER} was (?:talking|speaking) to {_PROPER}(?:\. .{{0,60}})?",
        r"to (?:donate|subscribe|unsubscribe),? .{0,20}\b(?:visit|go to|click|call|see)\b.{0,80}",
        r"next (?:release|update|publication): .{0,60}|your (?:daily|weekly) (?:digest|briefing)\b.{0,60}",
        r"[^.]{0,50}\b(?:tables|data|transcript|recording|video|full (?:text|report|results|judgment))\b[^.]{0,40}"
        r" (?:is|are) available (?:on|from|at) [^.]{0,60}website",
    ),
    _rule("editor's note", "tail", r"(?:correction|clarification|editor['’]s note)s?:.{0,300}"),
    _rule(
        "standing note",
        "head",
        r"this (?:interview|conversation|transcript) has been (?:edited|condensed)\b.{0,60}|these are edited extracts",
        r"(?:.{0,120}\b)?(?:as prepared for delivery|check against delivery)\b.{0,100}",
        r".{0,120}\btranscript by\b.{0,60}",
        r"(?:this|the following) is an? (?:edited )?(?:extract|transcript)\b.{0,200}",
        r"(?:edited )?extracts? from (?:an? |the )?(?:[\w ]{1,40} )?(?:remarks|speech|address|lecture) "
        r"(?:by|of|to)\b.{0,140}",
        r"your (?:daily|weekly) (?:digest|briefing)\b.{0,60}",
    ),
    _rule(
        "copyright",
        "tail",
        r"(?:©|\(c\) |copyright (?:©|\(c\)|\d{4})).{0,140}|all rights reserved\b.{0,80}|.{0,40}©.{0,60}",
    ),
    _rule(
        "credit",
        "anywhere",
        r"(?:[Pp]hotograph|[Pp]hoto|PHOTO|[Pp]icture|PICTURE|[Ii]mage|[Gg]raphic|[Vv]ideo)s?"
        rf"(?::| (?:by|[Cc]redit:?|[Cc]ourtesy(?: of)?)) ?"
        rf"(?:{_NAME}|{_OUTLET})(?:(?:[/,]| for| via) ?{_OUTLET}){{0,2}}",
        r"(?:[Ii]mage|[Mm]edia|[Vv]ideo) (?:source|caption), .{2,200}",
        rf"[Ii]mage copyright (?:{_NAME}|{_OUTLET})(?:(?:[/,]| for| via) ?{_OUTLET}){{0,2}}",
        r"(?:[Ii]mage|[Mm]edia) caption (?!contests?|competitions?)[A-Z‘“'\"].{2,200}",
        rf"(?:[Cc]redit|[Cc]opyright|[Ss]ource)s?: ?(?:{_NAME}|{_OUTLET})(?:(?:[/,]| for| via) ?{_OUTLET}){{0,2}}",
        rf"(?:AP|PA|EPA|AFP|Reuters|REUTERS|Getty)(?: (?:Photo|Images?))?/(?:{_NAME}|{_OUTLET})(?:/(?:{_NAME}"
        rf"|{_OUTLET}))?",
        r"(?:FILE|File)(?: PHOTO)?(?: ?[-–—:])+ ?(?:In |A |An |The |This )?.{4,300}(?:\(AP (?:P|ph)[^)]{0,80}\)"
        r"|REUTERS/.{2,60}"
        r"|[Ff]ile [Pp]hoto\.?.{0,60})|[Ff]ile (?:photo|picture|image)",
        rf"(?=[A-Z]){_NOT_PROMISED}(?=.*[a-z]{{3}}).{{8,260}}"
        r"(?:\((?:AP|PA) [Pp]hoto/[^)]{2,60}\)|\bREUTERS/[A-Z][\w.'’ -]{2,40}(?:/[\w ]{2,30})?"
        r"|\. (?:Photograph|Photo|Picture|Credit): [A-Z][^.:]{2,60}|\. [A-Z][\w.'’ -]{2,40}/(?:Getty Images|AFP"
        r"|AP|Reuters|PA)"
        r"(?: via .{2,30})?)",
        r"\(?(?:AP|PA|Reuters|AFP|Getty) (?:[Pp]hoto|[Mm]edia|[Ii]mages?)\)?|Getty|AFP|Reuters|Press Association",
        ignore_case=False,
    ),
    _rule("credit", "tail", r"(?:(?:file )?(?:photo|picture|image)s?|table|chart|graphic|map): .{0,120}"),
    _rule(
        "agency",
        "tail",
        rf"{_CREDITED} ?(?:by|:) {_PROPER}(?:[;.,] ?{_CREDITED} ?(?:by|:) {_PROPER})*",
        rf"(?:staff writers? )?{_PROPER} contributed (?:to this (?:report|story|article)|reporting|from {_PROPER})",
        rf"(?:the )?(?-i:[A-Z][\w.'’-]*) ?(?-i:[A-Z][\w.'’-]*)? (?:(?:staff|business|sports?|entertainment"
        rf"|political|medical) )?"
        rf"(?:writer|reporter|correspondent|producer|researcher)s? {_PROPER} contributed(?: to this (?:report"
        rf"|story|article))?",
        rf"(?:with )?(?:assistance|contributions?|reporting|files) (?:from|by) {_PROPER}",
        rf"reporting was contributed by {_PROPER}|our standards: .{{0,100}}|court reporter: {_PROPER}",
    ),
    _rule(
        "agency",
        "head",
        rf"(?:{_CREDITED}|analysis|live reporting: edited) ?(?:by|:) {_PROPER}(?:, {_ROLE})?",
        r"compiled by (?:our|the) (?:[\w-]+ ){0,3}(?:staff|desk|team|newsdesk|reporters)\b.{0,100}",
    ),
    _rule(
        "byline",
        "head",
        rf"(?:By|BY|by) {_NAMES}"
        rf"(?:(?:,| \|| [–—-]) ?(?:{_ROLE}|{_OUTLET})(?:,? (?:at |for |in )?{_OUTLET})?| {_ROLE})?",
        rf"(?:By|BY|by) {_NAMES},? in {_OUTLET}",
        rf"(?:By|BY|by) {_NAMES} (?:[Ff]or|[Ff]or [Tt]he) {_OUTLET}|(?:By|BY|by) {_NAMES},? {_ROLE}, {_OUTLET}",
        rf"(?:By|BY|by) (?:(?:[Oo]ur|[Tt]he|[Aa]) )?{_ROLE}(?: {_NAME})?",
        rf"{_NAME}, {_ROLE}|[Oo]ur {_ROLE}|(?:[A-Z][\w-]+ )?{_DESK}",
        ignore_case=False,
    ),
    _rule(
        "letterhead",
        "head",
        r"(?:news|press|media) (?:release|statement|notice)(?: (?:no\.? ?)?[\d/.-]+)?"
        rf"(?: ?[:|–—/-].{{0,80}}|{_OPTIONAL_DAY})",
        rf"(?:(?:news|press|media) release, )?for (?:immediate )?(?:release|use)(?: ?[:|–—-].{{0,60}}|{_OPTIONAL_DAY})",
        r"(?=.*\d)for release (?:at|on|from|until)\b.{0,40}|(?-i:[A-Z])[\w&'’ ]{2,50} press office|as it happened",
        r"embargoed (?:until|to)\b.{0,60}|under embargo|not for publication\b.{0,40}",
        rf"(?:stock exchange release|statement to parliament|official report|guest essay){_OPTIONAL_DAY}",
        r"from: (?-i:(?:Department|Ministry|Office|Home|Cabinet|HM|Prime|The|Foreign)\b).{0,100}",
        r"analysis|opinion|comment|exclusive|live|live feed|breaking(?: news)?|leader|editorial|obituary|the long read",
        r"docket no\..{0,40}|decided \w{3,9} \d{1,2}, \d{4}|testimony of (?-i:[A-Z]).{0,100}",
        r"hearing before the (?:\w+ )?(?:senate|house|committee|sub-?committee)\b.{0,110}",
        rf"(?:statement|remarks|speech|address) (?:by|of|from|to)\b.{{2,120}}, {_DAY}",
    ),
    _rule(
        "letterhead",
        "head",
        rf"(?:[A-Z][\w'’.-]*(?:,? [A-Z][\w'’.-]*){{0,3}}, )?{_DAY}(?:,? (?:at )?{_TIME})?",
        rf"{_DATED}(?: on| at)?:? ?(?:{_DAY}|{_TIME}|\d{{1,2}}[/.]\d{{1,2}}[/.]\d{{4}})(?:,? (?:at )?{_TIME})?"
        r"(?:[^a-z]{0,20}|\W+see all updates)",
        r"[A-Z][A-Z .,'’-]{2,40} \([A-Z][\w ]{1,30}\)|(?:OFFICE|DEPARTMENT|MINISTRY) OF [A-Z ,&'’]{3,60}",
        r"(?:[A-Z][\w'’&-]*|&)(?: (?:[A-Z][\w'’&-]*|&|and|of)){0,4} "
        r"(?:plc|PLC|Ltd|Gazette|Advertiser|Courier|Herald|Tribune|Sentinel|Echo|Chronicle|Mercury|BUREAU|Bureau)",
        ignore_case=False,
    ),
    _rule(
        "clock",
        "anywhere",
        rf"(?:(?:last |first )?(?:published|updated|posted|modified):? ?(?:(?:at|on) )?{_TIME}"
        rf"(?:,? {_DAY})?[ |·,;-]{{0,4}}){{1,2}}|{_DAY} / {_TIME} / .{{2,30}}",
    ),
    _rule("clock", "anywhere", rf"(?:updated )?{_TIME}|[*·•–—_=-]{{1,3}}(?: ?[*·•–—_=-]){{2,40}}"),
    _rule(
        "contact",
        "tail",
        r"(?:(?:media|press|investor|statistical|further|general)(?: (?:and|or) (?:media|press|investor|public))? )?"
        r"(?:contacts?|enquir(?:y|ies)|inquir(?:y|ies)|press office)(?: details)?:.{0,300}",
        r"(?:further|press|media|investor) (?:information|relations):.{0,300}",
        r"for (?:further|more|media|press) (?:information|details|enquiries|queries)\b[^.?!]{0,60}"
        r"(?::| contact| call| ring| e-?mail| please| visit| see).{0,200}",
        r"for (?:interviews|photographs|pictures)\b[^.?!]{0,80}(?::| contact| call| ring| e-?mail).{0,200}",
        r"(?=.*(?:\d{3}|@))(?:(?:media|press) (?:contact|enquir(?:y|ies)|inquir(?:y|ies))|out[ -]of[ -]hours) .{0,120}",
        r"enquiries (?:about|concerning) .{0,60} should be (?:sent|addressed|made) to .{0,160}",
        r"notes? (?:to|for) (?:the )?editors?:.{0,200}\b(?:press office|press desk)\b.{0,60}",
        r"tel(?:ephone)?:? [\d +()-]{6,30}|(?:e-?mail:? )?\S{1,60}@\S{1,60}",
    ),
    _rule("contact", "anywhere", r"notes? (?:to|for) (?:the )?editors?"),
    _rule(
        "trailer",
        "tail",
        r"(?:more )?(?:pictures|photos|photographs|full results|full story|full report|market report)\b"
        r".{0,60}\b(?:in (?:this|next) week['’]s (?-i:[A-Z])|pages? \d+|on sale)\b.{0,60}",
        r"pictures?: more photographs\b.{0,80}|(?:in )?next week['’]s .{0,40} on sale\b.{0,60}",
        r"next week['’]s (?-i:[A-Z])\w+ will appear\b.{0,60}|tomorrow['’]s paper (?:has|will have)\b.{0,80}",
        r"(?:tomorrow|next week) in (?:the|this) (?:magazine|paper|week)\b.{0,120}",
        r"coming (?:\w+day|tomorrow|soon): .{0,120}",
        r".{2,80} is published by .{2,60}[£$€]\d+(?:\.\d\d)?|.{2,80}, born .{0,20}\d{4}, died .{0,20}\d{4}",
    ),
    _rule(
        "standing note",
        "anywhere",
        r"(?:newest posts first\. )?this page (?:(?:updates|refreshes) automatically|is no longer being updated)",
    ),
    _rule(
        "closing words",
        "tail",
        r"(?:breaking news:? )?(?:this is a (?:breaking|developing)(?: news)? story(?: and (?:will"
        r"|may) be updated\b.{0,60})?"
        r"|more (?:to follow|follows))"
        r"(?:[.!;] (?:(?:please )?(?:check|refresh|stay|come) .{0,60}|more (?:to follow|details)\b.{0,40}"
        r"|it will be updated\b.{0,40}))?",
        r"(?:please )?(?:check back|refresh(?: this page)?|stay tuned) (?:for|soon|later)\b.{0,60}",
    ),
    _rule("closing words", "tail", r"(?:thanks|thank you) for (?:reading|following)(?: us)?[.!] .{0,120}"),
    _rule(
        "closing words",
        "anywhere",
        r"(?:thanks|thank you) for (?:reading|following|joining)(?: us| along)?(?:,? and good ?night)?",
        r"(?:.{0,12}[:–—-] )?(?:we(?:['’]re| are) closing|we have closed) (?:the|this) "
        r"(?:live )?(?:blog|page|feed)\b.{0,160}",
    ),
)

# Whatever a rule for head or tail says, a line with these words is kept: it may be what the reader is looking for. The
# publisher's own plans and notes ("tomorrow in the magazine") are not.
_PUBLISHERS_OWN = frozenset({"trailer", "closing words", "editor's note"})
_UNDERTAKING = re.compile(r"\b(?:will|shall|won['’]t|pledge[sd]?|promise[sd]?|vow(?:s|ed)?)\b|['’]ll\b", re.IGNORECASE)

# These close the article: they and the lines after them are boilerplate, but for the notes to editors. A note may say
# what will be done; half of those in the labelled articles belong to the text, so only contact lines among them go.
_CLOSING = re.compile(r"\W{0,6}ends?\W{0,6}|#{3,}|[-–—]{1,3} ?30 ?[-–—]{1,3}", re.IGNORECASE)
_LAST_WORD = re.compile(r"[.!?”\"’)]\s*(?P<word>[-–—#\s]*(?:ENDS?|Ends)[-–—#.\s]*)$")
_CLOSING_START = re.compile(r"[-–— ]*(?:ENDS?|Ends)[-–—.: ]+(?:Media|Press|Notes|Contact|For)\b.{0,250}")
_NOTES = re.compile(r"\W*(?:notes?(?: (?:to|for) (?:the )?editors?)?|background)\W*", re.IGNORECASE)
_AUTHOR_NOTE = re.compile(
    r"(?:Mr|Ms|Mrs|Dr|Professor|Sir|Dame)?\.? ?(?P<name>[A-Z].{1,60}?) (?:is|was) (?:an?|the)\b.{2,160}"
)

_HEADLINE = re.compile(r"#{1,3} +(?P<title>\S.*?) *#*|(?:title|headline): *(?P<named>\S.*)", re.IGNORECASE)
_STATED_DAY = re.compile(rf"(?P<day>{_DAY})")
_DATELINE = re.compile(rf"[A-Z][A-Z .,'’-]{{2,40}},? (?:\([A-Za-z/ ]+\) )?(?P<day>{_DAY}) ?(?:\([A-Za-z/ ]+\) ?)?[-–—]")
_REVISED = re.compile(r"(?:last )?(?:updated|modified)", re.IGNORECASE)
_NUMERIC_DAY = re.compile(r"(?P<a>\d{1,2})[/.](?P<b>\d{1,2})[/.](?P<year>\d{4})(?!\d)")
_LINE = re.compile(r"[^\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]+")
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()


def clean(article: Article, *, locale: str = "en-GB") -> Article:
    """The article with `boilerplate`, and with `title` and `published` where it had none and its head states them.

    What is marked already stays so, and its lines state nothing. `locale` decides what 03/04/2021 means: 4 March in
    `en-US`, 3 April elsewhere.
    """
    lines = [_Line.of(m) for m in _LINE.finditer(article.text) if not m[0].isspace()]
    lines = [s for s in lines if not overlaps_any(Span(start=s.start, end=s.end), article.boilerplate)]
    kinds = kinds_of(lines, len(article.text))
    marked = [line for line, kind in zip(lines, kinds, strict=True) if kind]
    if lines and not kinds[-1]:
        marked.extend(_last_word(lines[-1]))
    marked += [_Line(s.start, s.end, "") for s in article.boilerplate]
    spans = tuple(_merged(article.text, sorted(marked)))
    return article.model_copy(
        update={
            "boilerplate": spans,
            "title": article.title or _title(lines, kinds, article.text),
            "published": article.published or _day(lines, kinds, locale),
        }
    )


class _Line(NamedTuple):
    """A line without its outer white space, and where it stands."""

    start: int
    end: int
    words: str

    @classmethod
    def of(cls, match: re.Match[str]) -> "_Line":
        words = match[0].strip()
        start = match.start() + len(match[0]) - len(match[0].lstrip())
        return cls(start, start + len(words), words)


def kinds_of(lines: Sequence[_Line], chars: int) -> list[str]:
    """For each line the kind of boilerplate that it is, or ''."""
    kinds = [_kind(line.words, "anywhere") for line in lines]
    _mark_edge(lines, kinds, range(len(lines)), "head", HEAD_GAP)
    _mark_closing(lines, kinds, chars)
    _mark_edge(lines, kinds, range(len(lines) - 1, 0, -1), "tail", TAIL_GAP)
    _mark_author_note(lines, kinds)
    return kinds


def _kind(words: str, zone: Zone) -> str:
    if len(words) > MAX_LINE:
        return ""
    kind = next((rule.kind for rule in RULES if rule.zone == zone and rule.pattern.fullmatch(words)), "")
    is_kept = zone != "anywhere" and kind not in _PUBLISHERS_OWN and _UNDERTAKING.search(words)
    return "" if is_kept else kind


def _mark_edge(lines: Sequence[_Line], kinds: list[str], order: range, zone: Zone, gap: int) -> None:
    """Mark lines from one end of the text inwards, until more than `gap` of them are the article's."""
    for place in order:
        kinds[place] = kinds[place] or _kind(lines[place].words, zone)
        gap -= not kinds[place]
        if gap < 0:
            return


def _mark_closing(lines: Sequence[_Line], kinds: list[str], chars: int) -> None:
    """Mark "Ends" and what follows; of notes to editors and undertakings only what the rules for the tail know."""
    late = range(1, len(lines))
    closing = (n for n in late if chars - lines[n].end <= CLOSING_SHARE * chars and _closes(lines[n].words))
    is_note = False
    for place in range(next(closing, len(lines)), len(lines)):
        is_note = is_note or _NOTES.fullmatch(lines[place].words) is not None
        is_kept = is_note or _UNDERTAKING.search(lines[place].words)
        kinds[place] = kinds[place] or (_kind(lines[place].words, "tail") if is_kept else "closing")


def _closes(words: str) -> bool:
    return _CLOSING.fullmatch(words) is not None or _CLOSING_START.fullmatch(words) is not None


def _last_word(line: _Line) -> Iterator[_Line]:
    """An "Ends" that stands on the last line of the article's text."""
    head = max(0, len(line.words) - 40)
    match = _LAST_WORD.search(line.words[head:])
    if match is not None:
        word = match["word"].strip()
        end = line.start + len(line.words[: head + match.end("word")].rstrip())
        yield _Line(end - len(word), end, word)


def _mark_author_note(lines: Sequence[_Line], kinds: list[str]) -> None:
    """Mark a line at the end that says who the person of the byline is: "Ms. Trammell is the mayor of Corliss."."""
    bylines = " ".join(line.words for line, kind in zip(lines, kinds, strict=True) if kind == "byline").casefold()
    for place in range(max(1, len(lines) - 1 - TAIL_GAP), len(lines)):
        match = _AUTHOR_NOTE.fullmatch(lines[place].words)
        if match is not None and match["name"].casefold() in bylines:
            kinds[place] = kinds[place] or "author"


def _merged(text: str, lines: Sequence[_Line]) -> Iterator[Span]:
    """The lines' spans; those with nothing but white space between them are one."""
    start = end = -1
    for line in lines:
        if start >= 0 and not text[end : line.start].isspace():
            yield Span(start=start, end=end)
            start = -1
        start = line.start if start < 0 else start
        end = line.end
    if start >= 0:
        yield Span(start=start, end=end)


def _title(lines: Sequence[_Line], kinds: Sequence[str], text: str) -> str | None:
    """A marked heading among the first lines, else a short unpunctuated first line before a longer paragraph."""
    for line in lines[:3]:
        if (match := _HEADLINE.fullmatch(line.words)) is not None:
            return match["title"] or match["named"]
    body = [line for line, kind in zip(lines[:TITLE_LINES], kinds[:TITLE_LINES], strict=True) if not kind]
    if len(body) < 2 or "clock" in kinds[:TITLE_LINES] or not _reads_as_title(body[0].words):
        return None
    is_apart = text.count("\n", body[0].end, body[1].start) > 1
    contrast = 1 if is_apart else TITLE_CONTRAST
    return body[0].words if len(body[1].words) > contrast * len(body[0].words) else None


def _reads_as_title(words: str) -> bool:
    """Short, no stop at its end, and words between its names: a letterhead has names only."""
    parts = words.split()
    is_short = MIN_TITLE_WORDS <= len(parts) <= MAX_TITLE_WORDS and words[-1] not in '.!:;,”"…'
    opens = words.lstrip("‘“'\"£$€")[:1]
    is_stated = _STATED_DAY.search(words) is not None or re.match(_TIME, words) is not None
    has_words = sum(part.islower() and len(part) > 3 for part in parts) >= 2
    is_title_case = len(parts) >= MIN_TITLE_CASE_WORDS and "," not in words
    return is_short and not is_stated and (has_words or is_title_case) and (opens.isupper() or opens.isdecimal())


def _day(lines: Sequence[_Line], kinds: Sequence[str], locale: str) -> date | None:
    """A whole date that the head states as the article's own, in a date line or a dateline; a revision comes last."""
    found: list[tuple[bool, date]] = []
    for line, kind in zip(lines[:DATE_LINES], kinds[:DATE_LINES], strict=True):
        if kind == "letterhead" and len(line.words.split()) <= MAX_DATE_WORDS:
            day = _day_in(line.words, _STATED_DAY.search(line.words), locale)
        else:
            day = _day_in("", _DATELINE.match(line.words), locale)
        if day is not None:
            found.append((_REVISED.match(line.words) is not None, day))
    return min(found, key=lambda item: item[0])[1] if found else None


def _day_in(words: str, written: re.Match[str] | None, locale: str) -> date | None:
    if written is not None:
        return _written_day(written["day"])
    numeric = _NUMERIC_DAY.search(words)
    if numeric is None:
        return None
    day, month = (numeric["b"], numeric["a"]) if locale == "en-US" else (numeric["a"], numeric["b"])
    return _date(int(numeric["year"]), int(month), int(day))


def _written_day(words: str) -> date | None:
    if re.fullmatch(r"\d{4}-\d\d-\d\d", words):
        year, month, day = map(int, words.split("-"))
        return _date(year, month, day)
    numbers = [int(n) for n in re.findall(r"\d+", words)]
    name = re.search(_MONTH, words)
    return _date(numbers[1], _MONTHS.index(name[0][:3].casefold()) + 1, numbers[0]) if name else None


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
