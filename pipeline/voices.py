"""A document -> who speaks at each place of it: the words that say so, and whether they say it for certain.

No model. Turns of a transcript, signatures, bylines, titles and introductions give the voice of what stands outside
quotation marks; attributions give that of a quotation, over the paragraphs that it runs on. The words are those of the
text ("Cole", "the union's treasurer", "he"); whose they are is for actors.py to say.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby, pairwise
from typing import Literal, NamedTuple

from pipeline.records import Document, Sentence, Span

TITLES = frozenset(
    (
        "Mr Mr. Mrs Mrs. Ms Ms. Miss Dr Dr. Prof Prof. Professor Sir Dame Lord Lady Baroness Baron Rev "
        "Rev. Reverend Hon Hon. Cllr Coun Coun. Fr"
    ).split()
)
ROLES = frozenset(
    "president minister secretary chancellor mayor leader chair chairman chairwoman chairperson "
    "director governor gov. senator sen."
    " rep. representative congressman congresswoman judge justice commissioner constable "
    "superintendent inspector sergeant sgt"
    " captain general colonel col. king queen prince princess pope archbishop bishop speaker "
    "ambassador attorney councillor"
    " executive chief head spokesman spokeswoman spokesperson treasurer premier taoiseach tánaiste "
    "whip mec manager coach founder owner"
    " admiral commander commodore brigadier lieutenant"
    " mp msp senedd lawyer solicitor officer boss envoy negotiator convener deputy lecturer "
    "principal headteacher vice-chancellor"
    " provost sheriff auditor ombudsman coroner regulator adviser partner trustee candidate ceo cfo coo".split()
)  # fmt: skip
BODY_WORDS = frozenset(
    "council department ministry party university agency authority commission committee bank group "
    "trust union board court office"
    " association company inc ltd plc corp corporation service services nhs airport airlines airways "
    "club foundation institute federation"
    " school hospital police parliament senate house congress assembly government cabinet treasury "
    "friends campaign network centre"
    " center society energy water rail railway systems motors partners holdings industries team "
    "league church college academy alliance"
    " coalition fund forum tribunal regulator ombudsman watchdog administration guard army navy "
    "force forces corps command directorate bureau"
    " organisation organization charity museum theatre laboratory labs studios media news times post "
    "group's compact initiative"
    " democrats republicans conservatives labour greens tories liberals".split()
)  # fmt: skip
# What ends the names of places, laws and things, which nobody can be held to.
THING_WORDS = frozenset(
    "street road avenue lane square park hill hills bridge river bay beach valley island islands "
    "isles coast city town village county"
    " north south east west territory ocean sea lake mountain mountains forest act bill treaty "
    "accord agreement protocol report"
    " plan deal day week weekend year cup prize award open tournament festival war budget speech "
    "manifesto constitution charter"
    " building tower palace castle station stadium arena gate yard hotel line route project star "
    "chronicle gazette no".split()
)  # fmt: skip
ORDINARY_STARTS = frozenset(
    "the a an and but or so yet in on at by for from to of with as if when while after before since "
    "until once although though because"
    " he she it they we i you this that these those there here his her its their our my your who "
    "what which where why how not no"
    " now then however meanwhile today yesterday tomorrow last next speaking asked under over more "
    "most many some all both each"
    " one two three four five six seven eight nine ten first second third another other such instead "
    "also only even just nearly"
    " about around between during within without against among across despite unless whether "
    "according earlier later still"
    " under-fire let well yes nor neither either every very"
    " wherever whenever whatever whoever whichever unlike like following besides beyond amid given except regarding"
    " plus thus hence indeed moreover furthermore nonetheless nevertheless otherwise perhaps maybe inside outside"
    " behind throughout upon along alongside therefore accordingly consequently additionally similarly likewise".split()
)  # fmt: skip
DAYS_MONTHS = frozenset(
    "may mondays tuesdays wednesdays thursdays fridays saturdays sundays monday tuesday wednesday "
    "thursday friday saturday sunday january february march april june july august september"
    " october november december easter christmas jan feb mar apr jun jul aug sept sep oct nov dec".split()
)  # fmt: skip

# A speech or statement says "I" or "we" outside quotation marks more than once; a report may slip once.
OWN_VOICE_SENTENCES = 2
# A label of a turn is shorter; "Mr CALLAGHAN-REID (Minister for Public Works) (3.14 pm)" has 51 characters.
MOST_LABEL_CHARS, MOST_LABEL_WORDS = 120, 8
# Fewer labelled lines are headings of a notice ("Contact:", "Date:"), no transcript.
LEAST_TURNS = 3
# Lines at the head and at the end in which a name stands for whoever speaks.
HEAD_LINES, TAIL_LINES, MOST_MAKER_CHARS = 5, 9, 100
MOST_SIGNATURE_CHARS, LEAST_SIGNED_LINES = 110, 2
# Questions in lines of their own make an interview.
LEAST_QUESTIONS, MOST_QUESTION_CHARS = 3, 300
# Attributions are looked for so far around a quotation.
REACH = 220

FIRST_PERSON = re.compile(r"\b(?:I|[Ww]e|[Mm]y|[Oo]ur)\b")

SAYING = (
    r"(?:said|says|told|added|adds|announced|insisted|insists|promised|promises|pledged|vowed|warned|argued|argues|"
    r"explained|explains|confirmed|stated|tweeted|posted|wrote|writes|replied|continued|declared|concluded|admitted|"
    r"claimed|noted|asked|revealed|agreed|tells|answered|went on|recalled|joked|quipped|growled|shouted|laughed|"
    r"shrugged|undertook|swore|repeated|responded|remarked|observed|acknowledged|commented|thundered|boasted|complained|"
    r"reckons|reckoned|thinks|hit back|piled on|say|blasted|stressed|stresses|countered|recounted|cautioned|cautions|"
    r"smiled|fumed|urged|predicted|emphasi[sz]ed|testified|reiterated|maintained|contended|lamented|exclaimed|gushed|"
    r"raged|ranted|slammed|confessed|conceded|assured|reassured|mused|shot back|fired back|chimed in|proclaimed|"
    r"captioned|clarified|elaborated|sighed|teased|hinted|tweets|vows|warns|explains)"
)
_CAP = r"(?:[A-Z]\.(?:[A-Z]\.)*|(?:Mc|Mac|O['’]|D['’])?[A-ZÀ-Þ][\w\u0300-\u036f'’&-]*)"
_PARTICLE = r"(?:de|del|della|da|di|du|van|von|der|den|al|bin|ibn|la|le|y|ap|ten)"
_NAME = rf"{_CAP}(?: (?:{_PARTICLE} ){{0,2}}{_CAP}){{0,4}}"
_ABBREVIATED = re.compile(
    r"(?:\b(?:Sen|Rep|Gov|Mr|Mrs|Ms|Dr|Prof|Rev|Gen|Col|Sgt|Lt|Adm|Capt|St|Cllr|Coun|Cpl|Hon|Pres|Jr|Sr|[A-Z]))\.$",
    re.IGNORECASE,
)

# "Lt. Gov. " before a name.
_ABBREVIATIONS = r"(?:(?:Sen|Rep|Gov|Mr|Mrs|Ms|Dr|Prof|Rev|Gen|Adm|Col|Capt|Lt|Sgt|Cllr|Coun)\.[ \u00a0])*"

Ground = Literal["turn", "signature", "introduction", "title", "head", "interview", "attribution", "carried", "nearby"]


@dataclass(frozen=True)
class Voice:
    """Who speaks: `words` as they stand at `span` of the text, or in its title where there is no span.

    `is_role`: they name an office and no person. `is_certain`: the structure of the text says so; else it is likely.
    """

    words: str
    span: Span | None
    ground: Ground
    is_certain: bool
    is_role: bool = False


class Stretch(NamedTuple):
    """Half-open offsets into the text: a paragraph, or a line."""

    start: int
    end: int


class Quotation(NamedTuple):
    """Half-open offsets, with the marks; `is_open` where no mark ends it in its paragraph."""

    start: int
    end: int
    is_open: bool


class Turn(NamedTuple):
    """From `start` on, to the next turn, `voice` speaks; None for a question that nobody signs."""

    start: int
    voice: Voice | None


class Voices:
    """Who speaks where in one document; built once, in time linear in its length."""

    def __init__(self, document: Document) -> None:
        self._text = document.article.text
        self._title = " ".join((document.article.title or "").split())
        self._sentences = document.sentences
        self._paragraphs = list(_paragraphs(document.sentences))
        self._paragraph_starts = [p.start for p in self._paragraphs]
        self._lines = [Stretch(m.start(), m.start() + len(m[0].rstrip())) for m in re.finditer(r"\S[^\n]*", self._text)]
        self._quotations = [list(_quotations(self._text, p)) for p in self._paragraphs]
        self._runs_on = self._carried_over()
        self._attributed: dict[int, list[Voice | None]] = {}
        self._turns = _turns(self._text, self._lines, self._title)
        self._turn_starts = [t.start for t in self._turns]

    def at(self, where: int) -> Voice | None:
        """Who says what stands at offset `where`; None where the text does not say."""
        place = bisect_right(self._turn_starts, where) - 1
        if place >= 0:
            return self._turns[place].voice or self.author  # who answers questions
        number = self._paragraph_at(where)
        quotation = self._quotation_at(number, where)
        if quotation is None:
            return self.author if self.is_own_voice else None
        found = self._voices_in(number)[quotation]
        if found is None and self.author is not None and (self.is_own_voice or self._is_one_quotation):
            return replace(self.author, is_certain=False)
        return found

    def is_quoted(self, where: int) -> bool:
        """True inside of quotation marks."""
        return self._quotation_at(self._paragraph_at(where), where) is not None

    def quoted_in(self, sentence: Sentence) -> Voice | None:
        """Who is quoted in a sentence: of several quotations the first that has a speaker."""
        number = self._paragraph_at(sentence.start)
        quotations = self._quotations[number] if self._quotations else []
        first = bisect_right(quotations, sentence.start, key=lambda q: q.end)
        last = bisect_right(quotations, sentence.end - 1, key=lambda q: q.start)
        voices = self._voices_in(number)[first:last] if first < last else []
        return next((v for v in voices if v is not None), None)

    @cached_property
    def is_own_voice(self) -> bool:
        """True for a speech, a statement, a letter: it says "I" or "we" outside of quotation marks more than once."""
        own = 0
        for sentence in self._sentences:
            if not sentence.is_boilerplate:
                spoken = FIRST_PERSON.finditer(sentence.text)
                own += any(not self.is_quoted(sentence.start + m.start()) for m in spoken)
            if own >= OWN_VOICE_SENTENCES:
                return True
        return False

    @cached_property
    def author(self) -> Voice | None:
        """Whose words those are that stand in no quotation marks; a name before an office."""
        grounds = (
            _signed(self._text, self._lines),
            _introduced(self._text, self.is_quoted),
            _titled(self._title),
            _headed(self._text, self._lines[:HEAD_LINES]),
            _interviewed(self._text, self._lines),
            _presented(self._text, self._lines),
        )
        found = [v for v in grounds if v is not None]
        return next((v for is_role in (False, True) for v in found if v.is_role == is_role), None)

    @cached_property
    def _told(self) -> str:
        """The text, with spaces for the brackets behind names: those who speak are told by the names alone."""
        return _PARTY.sub(lambda match: " " * len(match[0]), self._text)

    @cached_property
    def _is_one_quotation(self) -> bool:
        """True where the article is one speech, every paragraph with an opening mark."""
        opened = sum(
            bool(q) and q[0].start <= p.start + 1 for p, q in zip(self._paragraphs, self._quotations, strict=True)
        )
        return bool(self._paragraphs) and 3 * opened >= 2 * len(self._paragraphs)

    # --- quotations

    def _paragraph_at(self, where: int) -> int:
        return max(0, bisect_right(self._paragraph_starts, where) - 1)

    def _quotation_at(self, number: int, where: int) -> int | None:
        quotations = self._quotations[number] if self._quotations else []
        place = bisect_right(quotations, where, key=lambda q: q.start) - 1
        return place if place >= 0 and where < quotations[place].end else None

    def _carried_over(self) -> list[bool]:
        """For each paragraph whether its first quotation goes on from the paragraph before."""
        carried = [False] * len(self._paragraphs)
        for number in range(1, len(self._paragraphs)):
            before, here = self._quotations[number - 1], self._quotations[number]
            starts = bool(here) and here[0].start <= self._paragraphs[number].start + 1
            carried[number] = starts and bool(before) and before[-1].is_open
        return carried

    def _voices_in(self, number: int) -> list[Voice | None]:
        """The speaker of each quotation of a paragraph; one that runs on is followed back to its start, once."""
        first = number
        while first not in self._attributed and self._runs_on[first]:
            first -= 1
        for here in range(first, number + 1):
            if here not in self._attributed:
                self._attributed[here] = self._attribute(here)
        return self._attributed[number]

    def _attribute(self, number: int) -> list[Voice | None]:
        voices = self._attributed_alone(number)
        if voices and voices[0] is None and self._runs_on[number]:
            before = self._attributed[number - 1][-1]
            voices[0] = before and replace(before, ground="carried")
        for i in range(1, len(voices)):  # what goes on after "he said" is his
            voices[i] = voices[i] or _carried(voices[i - 1])
        for i in range(len(voices) - 2, -1, -1):
            voices[i] = voices[i] or _carried(voices[i + 1])
        if voices and voices[0] is None:
            return [self._around(number)] * len(voices)
        return voices

    def _attributed_alone(self, number: int) -> list[Voice | None]:
        paragraph, quotations = self._paragraphs[number], self._quotations[number]
        return [_attribution(self._told, paragraph, quotations, i) for i in range(len(quotations))]

    def _around(self, number: int) -> Voice | None:
        """For a paragraph that attributes nothing: whom it tells of, who was about to speak, or spoke, before it."""
        paragraph, first = self._paragraphs[number], self._quotations[number][0]
        if (subject := _subject(self._told, paragraph.start, first.start)) is not None:
            return subject
        if number == 0:
            return None
        before = self._paragraphs[number - 1]
        if self._text[before.start : before.end].rstrip().endswith(":"):
            introduced = _introducing(self._told, before)
            if number == 1 or introduced is None or not _TEXT_ITSELF.fullmatch(introduced.words):
                return introduced
            number -= 1
            before = self._paragraphs[number - 1]
        quoted = self._attributed.get(number - 1) or self._attributed_alone(number - 1)
        if quoted:
            last = next((v for v in reversed(quoted) if v is not None), None)
            return last and replace(last, ground="nearby", is_certain=False)
        return _subject(self._told, before.start, before.end)


def _carried(voice: Voice | None) -> Voice | None:
    return voice and replace(voice, ground="carried")


def _paragraphs(sentences: Sequence[Sentence]) -> Iterator[Stretch]:
    for _, group in groupby(sentences, key=lambda s: s.paragraph):
        inside = list(group)
        yield Stretch(inside[0].start, inside[-1].end)


# --- quotations

_DOUBLE = re.compile(r"[\"“”]")
# 'em, '80s and the like open nothing.
_SINGLE_OPENS = re.compile(r"(?<![\w'’])['‘](?=[\w£$€¥])(?!(?:em|til|tis|twas|cause)\b|\d0s)")
_SINGLE_CLOSES = re.compile(r"['’](?!\w)")


def _quotations(text: str, paragraph: Stretch) -> Iterator[Quotation]:
    """The quotations of a paragraph, in order and disjoint; single marks count where there are no double ones."""
    start, end = paragraph
    marks = [m.start() for m in _DOUBLE.finditer(text, start, end)]
    if not marks:
        yield from _single_quotations(text, paragraph)
        return
    opened: int | None = None
    for place in marks:
        if opened is None and text[place] != "”":
            opened = place
        elif opened is not None and text[place] != "“":
            yield Quotation(opened, place + 1, is_open=False)
            opened = None
    if opened is not None:
        yield Quotation(opened, end, is_open=True)


def _single_quotations(text: str, paragraph: Stretch) -> Iterator[Quotation]:
    place = paragraph.start
    while (opens := _SINGLE_OPENS.search(text, place, paragraph.end)) is not None:
        after = _SINGLE_OPENS.search(text, opens.end(), paragraph.end)
        until = after.start() if after else paragraph.end
        closes = [m.end() for m in _SINGLE_CLOSES.finditer(text, opens.end(), until)]
        # "the workers' pay" ends nothing where a stop or comma before a mark does.
        ended = [c for c in closes if text[c - 2] in ".,?!…—-"]
        if closes:
            end = (ended or closes)[0]
            yield Quotation(opens.start(), end, is_open=False)
        elif after is None:
            end = paragraph.end
            yield Quotation(opens.start(), end, is_open=True)
        else:
            end = until
        place = max(end, opens.end())


# --- attributions

_SAYS = re.compile(
    rf"(?<!was )(?<!were )(?<!been )(?<!be )(?<!is )(?<!are )\b{SAYING}\b(?! by\b)|"
    r"\b(?:was|were|is|has been) quoted (?:by [^,.“”\"\n]{1,40} )?as saying\b"
)
# "the paper quoted" | "Tom Hale" | "as saying".
_QUOTED = re.compile(r"\bquot(?:ed|es|ing) (?P<who>(?!by\b)[^“”\"\n]{2,80}?) as saying\b")
# What has the shape of a participle and is a name, alone or before another: "Boeing said", "Downing Street said".
_NO_PARTICIPLE = re.compile(
    r"[A-Z]\w*ing$|(?:Downing|Beijing|Boeing|King|Browning|Fleming|Sterling|Stirling|Harding|Keating|Darling|Manning|"
    r"Golding|Pickering|Channing|Spalding|Reading|Nanjing|Chongqing|Ming|Ling|Jing|Ding|Ping|Xing|Qing)\b"
)
# "A statement" | " from Norbank", "a tweet" | " posted by Tom Hale".
_STATEMENT = re.compile(
    r"(?:(?:[Aa]n?|[Tt]he|[Oo]ne|[Aa]nother|[Hh]is|[Hh]er|[Ii]ts|[Tt]heir) )?(?:[a-z-]+ ){0,2}"
    r"(?:statement|tweet|post|message|memo|letter|e-?mail|note|(?:press|news) release)(?![\w-])"
    r"(?: (?:[a-z]+ )?(?:from|by) (?P<who>.+))?"
)
_READ = re.compile(r" (?:reads?|continued|began|went on)$")
# "said passenger Ada Marsh", but not "said in Paris".
_OF_A_NAME = (
    r"(?!(?:in|on|at|to|by|that|of|for|from|as|after|before|when|with|during)\b)(?:[a-z][\w'’-]+ ){1,4}[A-ZÀ-Þ]"
)
_INVERTED = re.compile(
    rf"[\s,]*{SAYING}\s+(?P<who>(?:[A-ZÀ-Þ]|[Tt]he |[Aa]n? |[Hh]is |[Hh]er |[Ii]ts |[Tt]heir |one |{_OF_A_NAME})"
    r"[^“”\"\n]{1,120})"
)
_STOP = re.compile(r"[.!?;:](?=\s|$)")
_SENTENCE_END = re.compile(r"[.!?]['’”\"]? +(?=[A-Z“\"‘'])")
_PRONOUN = re.compile(r"(?:he|she|they|it|I|we)\b", re.IGNORECASE)
_JOINED = re.compile(r"(?:and|but|when|as|that|while|so|then|because|if|yet|or|whether)\s+", re.IGNORECASE)
_ASIDE = re.compile(
    r"(?:who|which|whose|where|aged|now|then|\d+|(?!(?:managing|acting|outgoing|incoming|presiding)\b)\w+ing\b|asked|pressed|in|on|at|after|before|by|for|with|from|under|despite|"
    r"until|during|of|to|last|this|yesterday|today|when|if|once|as|because|since|while|although|however|meanwhile|too)\b",
    re.IGNORECASE,
)
# "Sen. Ada Marsh, R-Ohio, said", "Ada Marsh, MP for Hale, said".
_FROM = re.compile(
    r"(?:[RDI]-[A-Z]|(?:R|D|Lab|Con|Lib Dem|SNP)$|(?:MP|MSP|MS|TD|MLA|MEP|QC|KC)(?: (?:for|from)\b|$)|"
    r"(?:Republican|Democrat|Independent|Conservative) of [A-Z])"
)
_TRAILING = re.compile(
    r"(?:\s*(?:,|\b(?:has|had|have|also|later|then|and|but|now|once|once again|"
    r"(?!(?:family|assembly|ally|rally|monopoly)\b)[a-z]+ly))(?=\s|$))+\s*$"
)
_DETERMINED = re.compile(r"(?:the|an?|his|her|its|their|one|another|some|our|my)\s", re.IGNORECASE)
_LEADING_NAME = re.compile(
    r"(?:(?:[Tt]he|[Aa]n?|[Hh]is|[Hh]er|[Ii]ts|[Tt]heir) )?"
    rf"(?:(?!(?:in|of|on|at|to|by|from|for|with|and|as|than|that|which)\b)[a-z][\w'’-]* ){{0,5}}{_ABBREVIATIONS}{_NAME}"
)
_NOBODY = frozenset(
    "everyone everybody nobody someone somebody anyone nothing something none few several others inside outside above "
    "below beneath beside".split()
)
_CUT = re.compile(
    r" (?:in|at|on|after|before|who|whom|as|to|during|when|while|from|outside|inside|for|with|about|told|over|ahead|by"
    r"|and(?! (?:the )?[A-Z][\w.’'-]*(?: [A-Z][\w.’'-]*){0,3}(?:$|[,.]| (?:in|on|after)\b)))\b"
)
MOST_WHO_WORDS = 9
_ASKING_VERBS = frozenset("will would can could should does did do is are was were has have had may must".split())
# They say what somebody wrote in them.
_PAPERS = re.compile(
    r"\b(?:paper|report|letter|statement|document|email|e-mail|note|notice|poll|survey|study|sign|message|leaflet|card|page|"
    r"book|review|bill|article|entry|text|sentence|post|minutes|figures|words|headline|plan|story|clause|banner|placard)$",
    re.IGNORECASE,
)


# "Sen. Ada Marsh (R-Ohio)", "Tess Cole (Lab, Hale North)".
_PARTY = re.compile(r" \([A-Z][\w.,'’ –-]{0,40}\)")


def _attribution(text: str, paragraph: Stretch, quotations: Sequence[Quotation], i: int) -> Voice | None:
    """Who is said to say the quotation, right after it or in the sentence before it."""
    here = quotations[i]
    until = min(here.end + REACH, quotations[i + 1].start if i + 1 < len(quotations) else paragraph.end)
    since = max(here.start - REACH, quotations[i - 1].end if i else paragraph.start)
    return (None if here.is_open else _after(text, here, until)) or _before(text, since, here.start)


def _after(text: str, here: Quotation, until: int) -> Voice | None:
    after = text[here.end : until]
    # After a full stop inside the marks a new sentence begins, which says something else.
    if text[here.end - 2] == "." and not re.match(r"\s*[a-z]", after):
        return None
    quoted = _QUOTED.search(after, 0, _sentence_end(after))
    if quoted is not None:
        return _after_the_verb(text, here.end + quoted.start("who"), here.end + quoted.end("who"))
    inverted = _ACCORDING.match(after) or _READS.match(after) or _INVERTED.match(after)
    if inverted is not None:
        return _after_the_verb(text, here.end + inverted.start("who"), here.end + inverted.end("who"))
    ends = _sentence_end(after)
    says = _SAYS.search(after, 0, ends)
    if says is None or re.match(r"\s*[.;:!?]", after):
        return None
    return _before_the_verb(text, here.end, here.end + says.start())


def _sentence_end(words: str) -> int:
    """Where the first sentence of `words` ends; "Sen. Ash" does not end one."""
    return next((m.start() for m in _STOP.finditer(words) if not _ABBREVIATED.search(words, 0, m.end())), len(words))


def _sentence_start(words: str) -> int:
    """Where the last sentence of `words` starts."""
    ends = [m for m in _SENTENCE_END.finditer(words) if not _ABBREVIATED.search(words[: m.start() + 1])]
    return ends[-1].end() if ends else 0


# "read a statement from Norbank".
_READS = re.compile(
    r"[\s,]*(?:reads?|said|says) an? (?:[a-z-]+ )?(?:statement|tweet|post|message|memo|letter|e-?mail) "
    r"(?:[a-z]+ )?(?:from|by) (?P<who>[^,.“”\"\n]{2,80})"
)
_ACCORDING = re.compile(r"[\s,]*[Aa]ccording to (?P<who>[^,.“”\"\n]{2,80})")


def _before(text: str, since: int, here: int) -> Voice | None:
    start = since + _sentence_start(text[since:here])
    according = _ACCORDING.match(text, start, here)
    if according is not None:
        return _after_the_verb(text, according.start("who"), according.end("who"))
    quoted = _QUOTED.search(text, start, here)
    if quoted is not None:
        return _after_the_verb(text, quoted.start("who"), quoted.end("who"))
    says = list(_SAYS.finditer(text, start, here))
    if says and (found := _before_the_verb(text, start, says[-1].start())) is not None:
        return found
    words = text[start:here].rstrip()
    if not words.endswith(":") or re.match(r"(?:It|This|That|They)\b", words):
        return None
    if len(words.split()) <= MOST_WHO_WORDS and (found := _before_the_verb(text, start, start + len(words) - 1)):
        return found
    return _leading(text, start, here, is_certain=True)


def _after_the_verb(text: str, start: int, end: int) -> Voice | None:
    """ "said the trust's director, Rosalind Tyrer." -> "Rosalind Tyrer"."""
    end = start + _sentence_end(text[start:end])
    parts = list(_parts(text, start, end))
    first = _cut(text, parts[0])
    words = text[first.start : first.end]
    if len(parts) > 1 and words.split()[-1:] and not words.split()[-1][:1].isupper():
        named = re.compile(_NAME).match(text, *parts[1])
        if named is not None and _person(named[0]):
            return _voice(text, Stretch(named.start(), named.end()))
    return _voice(text, first) if words else None


def _cut(text: str, part: Stretch) -> Stretch:
    found = _CUT.search(text, part.start + 1, part.end)
    return Stretch(part.start, found.start() if found else part.end)


def _parts(text: str, start: int, end: int) -> Iterator[Stretch]:
    """What stands between commas, without white space at its ends."""
    for match in re.compile(r"[^,]+").finditer(text, start, end):
        words = match[0]
        lead = len(words) - len(words.lstrip())
        if words.strip():
            yield Stretch(match.start() + lead, match.start() + len(words.rstrip()))


# "On Tuesday" | "Ada Marsh said".
_DAY_BEFORE = re.compile(
    r"(?:(?:[Ll]ate|[Ee]arly|[Ee]arlier|[Oo]n|[Ll]ast) ){0,2}"
    r"(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|[Yy]esterday|[Tt]oday|[Tt]onight)"
    rf"(?: (?:morning|afternoon|evening|night))? (?={_CAP}\.? {_CAP}|[Hh]e\b|[Ss]he\b)"
)


def _before_the_verb(text: str, start: int, end: int) -> Voice | None:
    """The subject of a verb of saying: from the verb back, past what only says more of somebody."""
    end = start + len(_TRAILING.sub("", text[start:end]))
    parts = list(_parts(text, start, end))
    role: Stretch | None = None
    if len(parts) > 2 and text[parts[-1].start : parts[-1].end] == "who":
        return _antecedent(text, parts[:-1])
    for part in reversed(parts):
        while (joined := _JOINED.match(text, part.start, part.end)) is not None:
            part = Stretch(joined.end(), part.end)
        if (day := _DAY_BEFORE.match(text, part.start, part.end)) is not None:
            part = Stretch(day.end(), part.end)
        words = text[part.start : part.end]
        if not words or _is_aside(words) or _FROM.match(words):
            continue
        if (pronoun := _PRONOUN.match(words)) is not None:
            return _voice(text, Stretch(part.start, part.start + pronoun.end()))
        if (stated := _STATEMENT.match(words)) is not None and words[:1] != "“":
            return _stating(text, part, stated)
        is_short = len(words.split()) <= MOST_WHO_WORDS
        if words.split()[-1][:1].isupper() or words.split()[-1][:1].isdigit():
            if is_short and words[:1].islower() and role is None:
                role = part  # "Ann Lee, head of the Bakers' Union, said": if nobody stands before it
                continue
            if is_short and not _is_date(words):
                return _voice(text, _with_the_others(text, parts, part))
            break
        if _PAPERS.search(words):
            return None
        if _DETERMINED.match(words) and is_short:
            role = role or part
            continue
        if is_short and _is_role(words) and role is None:
            role = part
            continue
        break
    if role is not None:
        return _voice(text, role)
    return _leading(text, start, end, is_certain=True)


def _stating(text: str, part: Stretch, stated: re.Match[str]) -> Voice | None:
    """Of "a statement from Norbank read" the bank; nobody of "the statement continued"."""
    if stated["who"] is None:
        return None
    who = _READ.sub("", stated["who"])
    return _voice(text, Stretch(part.start + stated.start("who"), part.start + stated.start("who") + len(who)))


# "Unite" of "Unite, Unison and the GMB".
_OTHER_ONE = re.compile(rf"(?:[Tt]he )?{_NAME}")


def _with_the_others(text: str, parts: Sequence[Stretch], last: Stretch) -> Stretch:
    """Of "Unison and the GMB" the whole list that it ends: "Unite, Unison and the GMB"."""
    words = text[last.start : last.end]
    before, _, after = words.partition(" and ")
    if not after or not (_OTHER_ONE.fullmatch(before) and _OTHER_ONE.fullmatch(after)):
        return last
    start = last.start
    for part in reversed([p for p in parts if p.end < start]):
        if not _OTHER_ONE.fullmatch(text, part.start, part.end) or text[part.end : start].strip() != ",":
            break
        start = part.start
    return Stretch(start, last.end)


def _antecedent(text: str, parts: Sequence[Stretch]) -> Voice | None:
    """Of "It was backed by Tom Hale, the mayor," before "who said" the name that stands last."""
    for part in reversed(parts):
        words = text[part.start : part.end].split()
        named = len(words)
        while named and words[named - 1][:1].isupper() and words[named - 1].casefold() not in ORDINARY_STARTS:
            named -= 1
        name = " ".join(words[named:])
        if name and not _FROM.match(name):
            return _voice(text, Stretch(part.end - len(name), part.end))
    return None


def _is_aside(words: str) -> bool:
    return _ASIDE.match(words) is not None and _NO_PARTICIPLE.match(words) is None


# "Theresa May", "Mrs May" and "May" alone; "In May" is none.
_MAY = re.compile(r"(?:(?!(?:In|On|By|Since|Last|Next|This|Late|Early|Until|From|Before|After) )[A-Z][\w.'’-]* |^)May$")


def _is_date(words: str) -> bool:
    return words.split()[-1].casefold() in DAYS_MONTHS and _MAY.search(words) is None


def _leading(text: str, start: int, end: int, *, is_certain: bool) -> Voice | None:
    """The pronoun or the name that a clause begins with, past "Asked whether …,"."""
    for part in _parts(text, start, end):
        words = text[part.start : part.end]
        while (joined := _JOINED.match(text, part.start, part.end)) is not None:
            part = Stretch(joined.end(), part.end)
        if _is_aside(text[part.start : part.end]):
            continue
        pronoun = _PRONOUN.match(text, part.start, part.end)
        if pronoun is not None:
            return replace(_voice(text, Stretch(*pronoun.span())), is_certain=is_certain)
        named = _LEADING_NAME.match(text, part.start, part.end)
        if named is not None:
            words = re.sub(r"['’]s?$", "", named[0])
            last = [w for w in words.split() if w[:1].isupper()][-1]
            if (
                last.casefold() not in ORDINARY_STARTS
                and last.casefold() not in _ASKING_VERBS | _NOBODY
                and len(last) > 1
            ):
                place = Stretch(named.start(), named.start() + len(words))
                return replace(_voice(text, place), is_certain=is_certain)
        if part.end - part.start > 60:
            return None
    return None


def _subject(text: str, start: int, end: int) -> Voice | None:
    """Whom the last sentences before a quotation tell of, the nearest first; likely, and no more."""
    start = max(start, end - 3 * REACH)
    while end > start:
        begin = start + _sentence_start(text[start:end].rstrip())
        says = list(_SAYS.finditer(text, begin, end))
        found = _before_the_verb(text, begin, says[-1].start()) if says else None
        found = found or _leading(text, begin, end, is_certain=False)
        if found is not None and found.words.casefold() not in {"it", "i", "we"}:
            return replace(found, ground="nearby", is_certain=False)
        end = begin - 1
    return None


def _introducing(text: str, line: Stretch) -> Voice | None:
    """ "Ada Marsh made the following statement:" before what she said."""
    words = text[max(line.start, line.end - 3 * REACH) : line.end]
    for phrase in _makers(words):
        stated = _who(_DATELINE.sub("", phrase))
        if stated is not None:
            return Voice(stated[0], _find(text, line, stated[0]), "attribution", True, stated[1])
    found = _subject(text, line.start, line.end)
    return found and replace(found, ground="attribution", is_certain=not _PRONOUN.fullmatch(found.words))


# "Transcript as follows:": whose, the paragraph before says.
_TEXT_ITSELF = re.compile(
    r"(?:(?:an?|the|his|her|its|their) )?(?:(?:full|partial|rush|complete|entire) )?"
    r"(?:transcript|text|statement|remarks|letter|e-?mail|tweet|post|speech|excerpts?|extracts?)",
    re.IGNORECASE,
)
# "COLUMBUS, Ohio — Ada Marsh".
_DATELINE = re.compile(r"^[^–—]{2,60}? (?:[–—]|--|-) ")


def _voice(text: str, place: Stretch) -> Voice:
    """The voice of the words at `place`; of "Sen. Ada Marsh of Iowa" the name alone."""
    words = text[place.start : place.end]
    of = words.find(" of ")
    name = _person(words[:of]) if of > 0 else None
    if name is not None:
        start = place.start + words.index(name)
        return Voice(name, Span(start=start, end=start + len(name)), "attribution", True)
    is_role = not words.split()[-1][:1].isupper() and not _PRONOUN.fullmatch(words)
    return Voice(words, Span(start=place.start, end=place.end), "attribution", True, is_role)


# --- names and offices

_ROLE_TOKEN = re.compile(r"[\w'’-]+\.?")


def _is_role(words: str) -> bool:
    return any(t.casefold().rstrip(".") in ROLES for t in _ROLE_TOKEN.findall(words))


_SHORT_OFFICES = frozenset("amb. pres. gen. lt. capt. adm. cpl. supt. insp. dep. asst. min. maj. cmdr.".split())
_AFTER_NAMES = re.compile(r"(?:,? (?:MP|MSP|MS|TD|KC|QC|OBE|CBE|MBE|AM|MLA|MEP|PhD|Jr\.?|Sr\.?))+$")


def _heads(token: str) -> bool:
    """True for what stands before a name: "Mr", "Sen.", "minister"."""
    low = token.casefold().rstrip(",")
    return (
        low in _SHORT_OFFICES
        or token in TITLES
        or (token.isupper() and token.title() in TITLES)
        or low in ROLES
        or low.rstrip(".") in ROLES
    )


_GIVEN_MONTHS = frozenset({"april", "may", "june", "august"})


def _person(words: str) -> str | None:
    """The name in "Prime Minister Kirsten Aalborg", without titles and offices; None where there is none."""
    tokens = _AFTER_NAMES.sub("", words).split()
    heads = [i for i, t in enumerate(tokens) if _heads(t)]
    first = heads[-1] + 1 if heads else 0
    name = [re.sub(r"['’]s?$", "", t) if i == len(tokens) - first - 1 else t for i, t in enumerate(tokens[first:])]
    if not name or not re.fullmatch(_NAME, " ".join(name)) or len(name) > 5:
        return None
    low = [t.casefold().strip(".") for t in name]
    if (
        (len(name) == 1 and (not heads or not name[0][1:2].isalpha()))
        or low[-1] in THING_WORDS
        or low[0] in ORDINARY_STARTS
    ):
        return None
    if (
        any(t in BODY_WORDS for t in low)
        or (set(low[low[0] in _GIVEN_MONTHS and len(low) > 1 :]) & DAYS_MONTHS and (low[-1] != "may" or len(low) > 2))
        or (all(t.isupper() for t in name if len(t) > 2) and not heads)
    ):
        return None
    return " ".join(name)


_TELLS_OF = re.compile(r", |\(|\)|; ")


def _who(phrase: str) -> tuple[str, bool] | None:
    """The person whom a phrase names, else the office: `(words, is_role)`."""
    parts = [p.strip(" .,") for p in _TELLS_OF.split(phrase) if p.strip(" .,")]
    for part in parts[:4]:
        bare = re.sub(r"^(?:the|our|your|an?) ", "", part, flags=re.IGNORECASE)
        if (name := _person(bare)) is not None:
            is_surname = len(name.split()) == 1 and bare.split()[-2] in TITLES
            return (" ".join(bare.split()[-2:]) if is_surname else name), False
    if not parts:
        return None
    role = re.sub(r"^(?:the|our|your|an?) ", "", parts[0], flags=re.IGNORECASE)
    if _is_role(re.split(r" (?:of|for) ", role)[0]) and len(role.split()) <= MOST_WHO_WORDS:
        return role, True
    return None


# --- who speaks a whole text

_KIND_OF_SPEECH = (
    r"(?:statement|speech|remarks|address|letter|message|testimony|evidence|briefing|press conference|interview|reply|"
    r"lecture|sermon|excerpts?|extracts?|doorstop|answers?|questions|maiden speech|keynote|column|pledges?|promises?|"
    r"profile|town hall|conversation|inaugural|acceptance|concession|eulogy|tribute)"
)
_WHO_ENDS = re.compile(
    r" (?:on|at|to|in|after|before|about|during|following|ahead|regarding|upon|as|delivered|made|given|accepts?"
    r"|announc\w+)\b|"
    r": |; | [–—-] |\n|(?<!Sen)(?<!Rep)(?<!Gov)(?<!Amb)(?<!Mr)(?<!Mrs)(?<!Ms)(?<!Dr)(?<!Hon)(?<!Rev)(?<!Prof)\. "
)
_SPEECH = re.compile(rf"\b{_KIND_OF_SPEECH}\b", re.IGNORECASE)
_BY = re.compile(
    r"(?:[^.:;\n]{0,60}?,? (?:delivered |given |made )?(?:by|from)|,? (?:of|with)) (?P<who>.{3,120})", re.IGNORECASE
)
_ONES_SPEECH = re.compile(
    rf"(?:^|(?::|[ ][–—-]) )(?P<who>[^:–—\n]{{3,80}}?)['’]s? (?:[\w“”‘’-]+ ){{0,3}}?{_KIND_OF_SPEECH}\b", re.IGNORECASE
)
_SPEECH_COLON = re.compile(rf"\b{_KIND_OF_SPEECH}s?(?:,? \w+)?: (?P<who>.{{3,120}})", re.IGNORECASE)
_OF_ONE = re.compile(r"\b(?:candidate|interview|profile|conversation|candidates)\b", re.IGNORECASE)
_FOR_OFFICE = re.compile(
    rf"\b(?:[Vv]ote(?: for)?|[Rr]e-?elect|[Ee]lect) (?P<vote>{_NAME})|"
    rf"^(?P<stands>{_NAME}) for (?:[A-Z][\w’'.]*|the) ?(?:[A-Z][\w’'.]*)?|"
    rf"\b[Cc]andidates?[^:]{{0,30}}: (?P<runs>{_NAME})"
)
_PARTED = re.compile(rf"(?: [–—-] |: |, )(?P<who>(?:[\w'’.-]+ ){{0,4}}?{_NAME})(?:, (?P<office>[^,]{{3,60}}))?$")
_ON = re.compile(rf"(?:^|[:’'”\"] )(?P<who>(?:[\w'’.-]+ ){{0,3}}?{_NAME}) on \w")
_AT = re.compile(rf"^(?P<who>{_CAP} {_NAME}) (?:at|to|addresses) the\b")
_OWN_WORDS = re.compile(
    rf"^(?:(?:[\w'’-]+ ){{0,3}}?candidate )?(?P<who>{_NAME}): (?:[wW]hat|[wW]hy|[hH]ow|[wW]here|[mM]y|[oO]ur|"
    r"[pP]lan|[pP]olicy|I\b|[wW]e\b)"
)
_KINDS_OF_TEXT = frozenset(
    "column opinion comment analysis letter letters editorial exclusive blog diary essay podcast interview review "
    "sketch feature video watch revealed explained factbox timeline poll update leader viewpoint".split()
)
_ACCEPTS = re.compile(
    rf"^(?:(?:Dr|Prof|Professor|Sir|Dame|Mr|Ms|Mrs)\.? )?(?P<who>{_NAME}) accepts (?:the|an?|her|his)\b"
)
_TELLS = re.compile(
    rf"(?:^|[:’'”\"] )(?P<who>{_NAME}) (?:answers (?:your|our|readers['’]?)|"
    r"(?:confirms|announces|says|explains) (?:why )?s?he)\b"
)
_TITLE_BYLINE = re.compile(rf"(?:^|[,–—-] )[Bb]y (?P<who>(?:[\w'’.]+ ){{0,3}}?{_NAME})$")
_FOLLOWING = re.compile(
    rf"\bfollowing (?:is )?(?:\w+ ){{0,3}}?{_KIND_OF_SPEECH}\b[^.:\n]{{0,60}}?(?:by|from) (?P<who>.{{3,100}}?)"
    r"(?= (?:on|in|at|after|to|about)\b|:|$|\n)",
    re.IGNORECASE,
)
# Looked for from its verb on, and who did it before that: the other way round costs the square of a line.
_MADE = re.compile(
    r",? (?:today |yesterday |has |have )?(?:made|released|issued|gave|delivered) (?:the|this|a)"
    rf" (?:following )?(?:\w+ )?{_KIND_OF_SPEECH}\b",
    re.IGNORECASE,
)
_EXTRACT_FROM = re.compile(
    rf"(?:from|of) (?:the )?(?P<who>[^.:;\n]{{3,60}}?)['’]s? (?:\w+ ){{0,2}}?{_KIND_OF_SPEECH}\b", re.IGNORECASE
)


def _titled(title: str) -> Voice | None:
    """Whose words a title says that they are."""
    if not title:
        return None
    if (found := _speech_by(title)) is not None:
        return Voice(found[0], None, "title", True, found[1])
    for match in (_FOR_OFFICE.search(title), _AT.search(title)):
        if match is not None:
            words = next(g for g in match.groups() if g)
            words = _person(words) or (words if len(words.split()) == 1 and not words.isupper() else "")
            if words and not re.search(_KIND_OF_SPEECH, words, re.IGNORECASE):
                return Voice(words, None, "title", True)
    ones = _ONES_SPEECH.search(title)
    if ones is not None and (found := _who(ones["who"])) is not None:
        return Voice(found[0], None, "title", True, found[1])
    colon = _SPEECH_COLON.search(title)
    if colon is not None:
        words = _until(colon["who"])
        if _OF_ONE.search(title[: colon.start("who")]) or _is_titled(words) or ", " in colon["who"]:
            found = _who(words)
            if found is not None:
                return Voice(found[0], None, "title", True, found[1])
    for match in (_TITLE_BYLINE.search(title), _ON.search(title), _ACCEPTS.search(title)):
        if match is not None and (name := _person(match["who"])) is not None:
            return Voice(name, None, "title", True)
    # "Emergency statement: Cyclone Merida" has the shape of a name.
    match = _PARTED.search(title)
    is_titled = match is not None and (_is_titled(match["who"]) or _is_role(match["office"] or ""))
    if match is not None and is_titled and (name := _person(match["who"])):
        return Voice(name, None, "title", True)
    match = _OWN_WORDS.search(title)
    if match is not None and match["who"].casefold() not in _KINDS_OF_TEXT:
        words = _person(match["who"]) or match["who"]
        return Voice(words, None, "title", True, _is_role(words))
    if (match := _TELLS.search(title)) is not None:
        words = _person(match["who"]) or match["who"]
        if not _is_role(words):
            return Voice(words, None, "title", "answers" in match[0])
    return None


def _speech_by(words: str) -> tuple[str, bool] | None:
    """Of "Statement to the House by the Minister for Health on the recall" the minister."""
    for speech in _SPEECH.finditer(words):
        by = _BY.match(words, speech.end())
        found = _who(_until(by["who"])) if by is not None else None
        if found is not None:
            return found
    return None


def _until(words: str) -> str:
    """ "the Minister for Health on the recall" -> "the Minister for Health"."""
    found = _WHO_ENDS.search(words)
    return words[: found.start()] if found else words


def _is_titled(words: str) -> bool:
    return any(_heads(t) for t in words.split()[:-1])


_VERB = re.compile(r"\b(?:said|says|has|have|had|is|was|are|were|will|would|announced|told|today)\b")
_BYLINE = re.compile(
    r"^(?:By|From|BY|(?:Made|Delivered|Given|Written|Issued|Presented|Posted|Started|Statement) by):? "
    rf"(?P<who>(?:[\w'’.]+ ){{0,3}}?{_NAME})(?:,[^.\n]{{3,80}})?$"
)
_LETTERHEAD_OF_ONE = re.compile(
    rf"(?:THE |The )?(?:RT |Rt )?(?:HON|Hon)\.? (?P<who>{_NAME}?)(?:,? (?:MP|MLA|MLC|MHA|TD|MSP|AM))?$"
)
_FIRST_LABEL = re.compile(
    r"^(?P<who>(?:(?:Hon|Mr|Mrs|Ms|Dr|Sen|Rep|Gov|Rt Hon)\. )?[A-ZÀ-Þ][^:.\n]{3,60}?)"
    r"(?: ?\([^)\n]{1,60}\)){0,3}: +(?=[A-Z“\"])"
)


_EXTRACTED = re.compile(
    r"(?:This|The following|Below|What follows|Here) is (?:the|an?)\b|(?:Edited )?(?:[Ee]xtracts?|[Ee]xcerpts?) "
)


def _headed(text: str, lines: Sequence[Stretch]) -> Voice | None:
    """Whose words the first lines say that they are."""
    for number, line in enumerate(lines):
        words = text[line.start : line.end][:400]
        is_ended = words.endswith((".", "!", "?", ":")) and len(words) > 60
        head, _, rest = words.partition(", ")
        if (
            len(words) <= 140
            and rest
            and not is_ended
            and not _VERB.search(words)
            and _is_role(" ".join(rest.split()[:5]))
        ):
            name = _person(head)
            if name is not None:
                return Voice(name, _find(text, line, name), "head", True)
        lead = _LETTERHEAD_OF_ONE.match(words) if number == 0 else None
        if lead is not None:
            name = _person(lead["who"]) or lead["who"]
            return Voice(name, _find(text, line, lead["who"]), "head", True)
        if len(words) <= 140 and (byline := _BYLINE.match(words)) is not None and (name := _person(byline["who"])):
            return Voice(name, _find(text, line, name), "head", True)
        extracted = _EXTRACT_FROM.search(words)
        for phrase in (*_makers(words), *([extracted["who"]] if extracted is not None else [])):
            if (found := _who(phrase)) is not None:
                return Voice(found[0], _find(text, line, found[0]), "head", True, found[1])
        if (_EXTRACTED.match(words) or (len(words) <= 200 and not is_ended)) and (
            found := _speech_by(words)
        ) is not None:
            return Voice(found[0], _find(text, line, found[0]), "head", True, found[1])
        if number == 0 and (label := _FIRST_LABEL.match(words)) is not None:
            name = _person(label["who"]) or (_in_brackets(words) if _is_role(label["who"]) else None)
            if name is not None:
                return Voice(name, _find(text, line, name), "head", True)
    return None


def _makers(words: str) -> Iterator[str]:
    """Whom a line names as the one who made the statement that follows."""
    if (following := _FOLLOWING.search(words)) is not None:
        yield following["who"]
    if (made := _MADE.search(words)) is not None:
        yield words[max(0, made.start() - MOST_MAKER_CHARS) : made.start()]


def _find(text: str, line: Stretch, words: str) -> Span | None:
    place = text.find(words, line.start, line.end)
    return Span(start=place, end=place + len(words)) if place >= 0 else None


_PRESENTS = re.compile(rf"(?P<who>(?:[\w'’.-]+ ){{0,5}}?{_NAME})(?=,| [a-z])")


def _presented(text: str, lines: Sequence[Stretch]) -> Voice | None:
    """Of whom a first line without "I" or "we" tells, above a text in its own voice: "Ada Marsh, envoy, spoke here"."""
    for line in lines[:2]:
        match = _PRESENTS.match(text, line.start, line.end)
        words = text[line.start : min(line.end, line.start + 2 * REACH)]
        name = _person(match["who"]) if match is not None and not FIRST_PERSON.search(words) else None
        if name is not None:
            return Voice(name, _find(text, line, name), "head", False)
    return None


_NAMES_ITSELF = re.compile(
    rf"\b(?:(?:I am|I['’]m|[Mm]y name is|[Mm]y name['’]s) (?P<is>{_NAME})(?=[,.;:!—–\n]| and\b| –)|I, (?P<am>{_NAME}),"
    rf"|[Tt]his is (?P<here>{_NAME})(?=,? speaking|[.!,]))"
)


MOST_GREETING_CHARS = 120


def _introduced(text: str, is_quoted: Callable[[int], bool]) -> Voice | None:
    """ "My name is Ada Marsh", "I'm Ada Marsh, and"."""
    for match in _NAMES_ITSELF.finditer(text):
        group = next(g for g in ("is", "am", "here") if match[g])
        if group == "here" and match.start() > MOST_GREETING_CHARS:
            continue
        name = _person(match[group])
        if name is not None and not is_quoted(match.start()):
            start = match.start(group) + match[group].index(name)
            return Voice(name, Span(start=start, end=start + len(name)), "introduction", True)
    return None


_VALEDICTION = re.compile(
    r"(?:[–—-] ?)?(?:yours|kind|best|warm|warmest|sincerely|regards|respectfully|faithfully|"
    r"with (?:thanks|kind|best|warm|love|every)|"
    r"in solidarity|thank you|cheers|love|many thanks|signed|god bless)\b[^.!?]{0,40},?$"
    # "I have the honour to be, Sir, your obedient servant,"
    r"|(?:i|we) (?:am|are|remain|have)\b[^.!?]{0,60}\b(?:servants?|etc|&c)\b\.?,?$",
    re.IGNORECASE,
)
_NO_SIGNATURE = re.compile(
    r"\W*(?:print|promot|publish|paid for|authori[sz]|contact|media|press|note|end|tel|phone|email|www|http|p\.?s|"
    r"copyright|photo|picture|image|edit|report|additional|tomorrow|next|comment|follow|share|read|about)"
    r"(?:ed|s|ing|er|more|graph)?\b|\W*©",
    re.IGNORECASE,
)
_SIGNATURE = re.compile(rf"(?:[–—+✠-] ?)?(?P<who>(?:(?:[A-Z][\w'’.-]*) ){{0,3}}?{_NAME})(?P<rest>$|,| \()")
_STOPPED = re.compile(r"(?<![A-Z])\. ")


def _signed(text: str, lines: Sequence[Stretch]) -> Voice | None:
    """The name that ends a letter or a statement: after a valediction, or alone in one of the last lines."""
    if len(lines) < LEAST_SIGNED_LINES:
        return None
    tail = [line for line in lines[-TAIL_LINES:] if not _NO_SIGNATURE.match(text, line.start, line.end)]
    for before, line in pairwise(tail):
        if _VALEDICTION.fullmatch(text[before.start : before.end]):
            below = text[line.start : line.end].removeprefix("+ ").removeprefix("✠ ")
            signed = re.match(_NAME, below)
            if signed is not None and len(below) <= MOST_SIGNATURE_CHARS and not FIRST_PERSON.search(below):
                signer = _person(signed[0]) or _longer(signed[0], text)
                return Voice(signer, _find(text, line, signer), "signature", True)
    note = _NOTE_ON_THE_AUTHOR.match(text[tail[-1].start : tail[-1].end]) if tail else None
    if note is not None and (name := _person(note["who"])) is not None and text.count(name.split()[-1]) == 1:
        return Voice(name, _find(text, tail[-1], name), "signature", True)
    for line in reversed(tail[-3:]):
        words = text[line.start : line.end]
        about = _ABOUT_THE_AUTHOR.match(words)
        if about is not None and not FIRST_PERSON.search(words) and (name := _person(about["who"])) is not None:
            return Voice(name, _find(text, line, name), "signature", False)
        first, *rest = _STOPPED.split(words, maxsplit=1)
        match = _SIGNATURE.match(words)
        if match is None or len(words) > MOST_SIGNATURE_CHARS or _VERB.search(first) or FIRST_PERSON.search(first):
            continue
        # A sentence follows only an office: "Jo Marsh, Chair of Trustees. The trust is a company."
        is_ended = words.endswith((".", "!", "?", ":", ";", ","))
        if (rest or is_ended) and not (rest and match["rest"] == "," and _is_role(first.partition(", ")[2])):
            continue
        if (name := _person(match["who"])) is not None:
            return Voice(name, _find(text, line, name), "signature", True)
    return None


# "Kofi Asante is mayor of Port Merrow." below a column.
_ABOUT_THE_AUTHOR = re.compile(
    rf"(?P<who>{_NAME}) (?:is|was|has been) (?:the |an? )?(?:[\w'’-]+ ){{0,3}}?"
    r"(?:mayor|leader|chair|director|professor|lecturer|writer|author|columnist|editor|journalist|historian|minister|"
    r"secretary|president|MP|councillor|member|fellow|doctor|farmer|teacher|head|founder|governor|senator|executive)\b"
    r"[^.!?\n]{0,120}\.?$"
)
# "Edmund Garsdale lives in Skerrow.", the last line, of whom nothing stands above it.
_NOTE_ON_THE_AUTHOR = re.compile(
    rf"(?:(?:Sir|Dame|Dr|Lord|Lady|Professor|The Rev) )?(?P<who>{_NAME}) (?:is|was|lives|sat|served|"
    r"teaches|taught|runs|chairs|writes|"
    r"works|worked|leads|represents|farms|edits|owns|has been|has written)\b[^.!?\n“\"]{3,120}\.?$"
)


def _longer(name: str, text: str) -> str:
    """The first name of a signature with its surname, where the text has it."""
    if len(name.split()) > 1:
        return name
    full = re.search(rf"\b{re.escape(name)} {_CAP}(?: {_CAP})?", text)
    return (_person(full[0]) if full else None) or name


# "Read more: our interview with Bo Anselm will be published next Sunday."
_OF_ANOTHER = re.compile(r"\b(?:read more|next (?:\w+day|week|month)|tomorrow|will be published)\b", re.IGNORECASE)
_TALKED = re.compile(
    rf"(?P<who>{_NAME}) (?:was|is|were) (?:speaking|talking|interviewed|in conversation)\b|"
    rf"[Ii]nterview(?:ed)? (?:with|of) (?P<of>{_NAME})"
)


def _interviewed(text: str, lines: Sequence[Stretch]) -> Voice | None:
    """Who answers in an interview: whom its last lines name, else its introduction."""
    asked = [i for i, line in enumerate(lines) if _is_question(text, line)]
    if len(asked) < LEAST_QUESTIONS:
        return None
    for line in lines[-3:]:
        match = None if _OF_ANOTHER.search(text, line.start, line.end) else _TALKED.search(text, line.start, line.end)
        if match is not None and (name := _person(match["who"] or match["of"])) is not None:
            return Voice(name, _find(text, line, name), "interview", True)
    for line in lines[: asked[0]]:
        for match in re.compile(_NAME).finditer(text, line.start, line.end):
            name = _person(match[0])
            if name is not None:
                return Voice(name, _find(text, line, name), "interview", True)
    return None


def _is_question(text: str, line: Stretch) -> bool:
    return line.end - line.start <= MOST_QUESTION_CHARS and text[line.end - 1] == "?"


# --- whose "we" it is where no person speaks

_BODY = rf"{_CAP}(?: (?:(?:of|for|and|&|the) ){{0,2}}{_CAP}){{0,6}}"
_BODY_IN_TITLE = re.compile(
    rf"\b(?:{_KIND_OF_SPEECH}|policy|programme|manifesto|plan|notice|circular|newsletter|vote|contract)\b"
    r"[^.:;\n]{0,50}? "
    rf"(?:of|by|from|for) (?:the )?(?:(?:board|trustees|committee|members) of (?:the )?)?(?-i:(?P<body>{_BODY}))",
    re.IGNORECASE,
)
_WE_ARE = re.compile(
    rf"\bWe(?:, (?:the )?(?P<we>{_BODY}),| are (?:the )?(?P<are>{_BODY})[,.])"
    rf"|\b(?:I|[Ww]e) (?:\w+ )?(?:confirm|write|writing|speak|undertake|agree|can|am|are|hereby),? (?:\w+ ){{0,2}}?"
    rf"on behalf of (?:the )?(?P<side>{_BODY})"
)
_LETTERHEAD = re.compile(rf"^(?:[Tt]he )?(?P<body>{_BODY})(?: \([A-Z]{{2,6}}\))?(?: [–—-] .*)?$")
_AUTHORISED = re.compile(
    rf"(?:[Aa]uthori[sz]ed|[Pp]romoted|[Pp]rinted|[Pp]ublished)\b[^\n]{{0,40}}? (?:by|for|on behalf of) "
    rf"[^,\n]{{3,40}}, (?:the )?(?P<body>{_BODY})(?:,|\.|$)"
)


_PROGRAMME = r"(?:[Mm]anifesto|[Pp]rogramme|[Pp]latform|[Pp]lank|[Cc]harter|[Pp]ledges|[Pp]olicy handbook)"
# Whose programme it is, whatever parties are called there: "the Cascadia Forward transport plank".
_PROGRAMME_OF = re.compile(
    rf"^(?P<dashed>{_BODY})(?: [–—-] |, )(?:[A-Z][\w-]* ){{0,3}}{_PROGRAMME}\b"
    rf"|\b[Tt]he (?P<the>{_BODY}) (?:[a-z-]+ ){{0,2}}{_PROGRAMME}\b"
    rf"|{_PROGRAMME}(?: \d{{4}})?: (?P<colon>{_BODY})(?:,|$)"
    rf"|\((?P<inside>{_BODY}), [^)]{{0,40}}{_PROGRAMME}\)"
    rf"|^[Ff]rom the {_PROGRAMME} of (?:the )?(?P<of>{_BODY})$"
    rf"|^(?:[^:]{{3,60}}: )?[Ww]hat (?:the )?(?P<what>{_BODY}) will do\b"
    rf"|\b[Ee]lections?: (?:the )?(?P<chapter>{_BODY}), [Cc]hapter\b"
)
_ADDRESSED = re.compile(
    rf"^(?:[Bb]y the (?P<by>{_BODY})|(?:The )?(?P<to>{_BODY}) to the (?:voters|people|electors)\b.*)$"
)


def _programme_of(lines: Sequence[str], title: str) -> str | None:
    found = [_PROGRAMME_OF.search(title), *(_PROGRAMME_OF.match(line) for line in lines), *map(_ADDRESSED.match, lines)]
    for match in found:
        words = next((g for g in match.groups() if g), None) if match is not None else None
        if (
            words is not None
            and " " in words
            and not _is_role(words)
            and _CHAMBERS.isdisjoint(words.casefold().split())
        ):
            return words
    return None


def own_body(text: str, title: str) -> str | None:
    """The body that says "we" in its own statement or leaflet: by title, letterhead, its own word or the imprint."""
    lines = [line.strip() for line in text[:HEAD_CHARS].split("\n") if line.strip()][:2]
    found = [
        _BODY_IN_TITLE.search(title),
        *(_LETTERHEAD.match(line) for line in lines if len(line) <= MOST_SIGNATURE_CHARS),
        _WE_ARE.search(text),
        _AUTHORISED.search(text, max(0, len(text) - HEAD_CHARS)),
    ]
    for match in found:
        words = next((g for g in match.groups() if g), None) if match is not None else None
        if words is not None and _is_body(words):
            return words
    return _programme_of(lines, title)


def _is_body(words: str) -> bool:
    tokens = [t.casefold().strip(".,") for t in words.split()]
    if len(tokens) < 2 or _is_role(words) or not _CHAMBERS.isdisjoint(tokens):
        return False
    return any(t in BODY_WORDS or t in _PARTIES for t in tokens)


# Where a speech is made, not who makes it.
_CHAMBERS = frozenset("house assembly parliament senate hansard chamber commons lords".split())
_PARTIES = frozenset("front movement brothers sons greens independents independent".split())
HEAD_CHARS = 600


# --- turns

_QUESTION_NUMBER = re.compile(r"Q\.? ?\d{1,4}[.:]?\s+")
_ASKS_ANSWERS = re.compile(r"(?P<who>Q|A|QUESTION|ANSWER|Question|Answer)\d{0,3}[.:)]\s")
_BRACKETS = re.compile(r"\s*\([^)\n]{0,80}\)")
_ASKING = frozenset("q question journalist reporter interviewer moderator host presenter".split())
_LINKS = frozenset("of for the and de la van von der du al bin & y to in".split())


class Label(NamedTuple):
    """The words before the colon of a turn, their place, and what stands in brackets after them."""

    words: str
    start: int
    brackets: str | None


def _labelled(text: str, line: Stretch) -> Label | None:
    answers = _ASKS_ANSWERS.match(text, line.start, line.end)
    if answers is not None:
        return Label(answers["who"][0].upper(), line.start, None)
    number = _QUESTION_NUMBER.match(text, line.start, line.end)
    start = number.end() if number else line.start
    head = text[start : min(line.end, start + MOST_LABEL_CHARS)]
    bare = _BRACKETS.sub(lambda m: " " * len(m[0]), head)
    colon = bare.find(":")
    if colon <= 0 or (colon + 1 < len(bare) and not bare[colon + 1].isspace()):
        return None
    words = " ".join(bare[:colon].split())
    tokens = words.split()
    if not tokens or len(tokens) > MOST_LABEL_WORDS or words.endswith((".", "?", "!")):
        return None
    if (
        not all(t[:1].isupper() or t.casefold() in _LINKS or t.casefold() in ROLES for t in tokens)
        or not tokens[0][:1].isupper()
    ):
        return None
    if any(t.endswith((".", ",")) and not _ABBREVIATED.search(t) and t not in TITLES for t in tokens[:-1]):
        return None
    return Label(words, start, _in_brackets(head[: colon + 1]))


def _in_brackets(words: str) -> str | None:
    """The person named in brackets: "The Minister (Mr Tobias Lyne)"."""
    for match in re.finditer(r"\(([^)\n]{3,60})\)", words):
        name = _person(match[1])
        if name is not None:
            return name
    return None


def _turns(text: str, lines: Sequence[Stretch], title: str) -> list[Turn]:
    """The turns of a transcript in order; none for a text that has only headings before colons."""
    labels = [(line, label) for line in lines if (label := _labelled(text, line)) is not None]
    keys = [label.words.casefold().split()[-1] for _, label in labels]
    if len(labels) < LEAST_TURNS or len(set(keys)) == len(keys) or len(set(keys)) < 2:
        return []
    full = _full_names(text, title)
    named: dict[str, tuple[str, Span | None]] = {}
    turns = []
    for line, label in labels:
        turns.append(Turn(line.start, _turn_voice(label, named, full)))
    return turns


def _turn_voice(label: Label, named: dict[str, tuple[str, Span | None]], full: dict[str, str]) -> Voice | None:
    low = re.sub(r"^the ", "", label.words.casefold())
    if low == "a" or low in _ASKING:
        return None
    span = Span(start=label.start, end=label.start + len(label.words))
    if label.brackets is not None and _is_role(label.words):
        named[low] = label.brackets, None
    if low in named:
        return Voice(named[low][0], named[low][1], "turn", True)
    name = _person(label.words) or (
        label.words if len(label.words.split()) == 1 and not _is_role(label.words) else None
    )
    if name is None:
        return Voice(re.sub(r"^[Tt]he ", "", label.words), span, "turn", True, is_role=True)
    longer = full.get(name.casefold().split()[-1]) if len(name.split()) == 1 else None
    if longer is None and len(name.split()) == 1 and _is_titled(label.words):
        name = label.words
    return Voice(longer or name, None if longer else span, "turn", True)


def _full_names(text: str, title: str) -> dict[str, str]:
    """Surname -> the first name of several words that ends in it, in the title or the text."""
    found: dict[str, str] = {}
    for words in (title, text):
        for match in re.finditer(_NAME, words):
            name = _person(match[0])
            if name is not None and len(name.split()) > 1 and not name.isupper():
                found.setdefault(name.casefold().split()[-1], name)
    return found
