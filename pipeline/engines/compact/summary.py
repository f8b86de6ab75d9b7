"""A document and how much of its news each sentence carries -> a readable extractive summary within a budget of words.

Sentences are chosen by maximal marginal relevance (Carbonell and Goldstein 1998) and lightly trimmed. One whose "he" or
"this" stands for what the sentences before it name comes with them or not at all; nothing is reworded.
"""

import math
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from pipeline.engines.centrality import Vector, candidates_of, centralities, one_line, overlap, vectors_of
from pipeline.faithful import Checker
from pipeline.language import folded
from pipeline.records import Document, Sentence, SummaryDraft
from pipeline.voices import LEAST_TURNS

# Centrality and place beside salience, all three in [0, 1]; the place falls to 1/e in eight sentences. Round figures
# from a plateau: on the tuning half of `tests/bench_cnndm.py` 192 settings around them give -.2 to +.4 ROUGE points
# against the first three sentences, with a standard error of .5. The other half sees no difference (-.2 to -.1).
CENTRALITY_WEIGHT = 1.0
POSITION_WEIGHT, POSITION_SENTENCES = 0.8, 8.0
REDUNDANCY_WEIGHT = 1.0
# Log-odds of salience at which it counts for 0 and for 1: .93 of sentences have a probability below .5, and log-odds
# tell these apart (a correlation of .36 with a sentence's ROUGE, where probabilities have .32).
LEAST_ODDS, MOST_ODDS = -4.0, 4.0
# A further sentence worth less than this share of the first is a filler, and a shorter summary is the better one: with
# 90 words 0 to .3 give -.2 ROUGE points, .5 to .65 give 0 to +.2, and .8 gives -2.4 with 48 words.
STOP_SHARE = 0.55
# Three sentences, and for a budget beyond the default of 90 one for so many words at most.
LEAST_SENTENCES, WORDS_PER_SENTENCE = 3, 30
# A sentence alone may be longer than the budget, but a page without full stops is no summary.
MOST_ALONE_WORDS = 200
# Sentences that may come along for one that is wanted.
MOST_ALONG = 2
# Sentences back in which the person is looked for that "he" stands for.
REACH = 3
# The share of sentences with a capital inside from which on names are taken to have theirs.
CASED_SHARE = 0.4


def summarise(document: Document, salience: Mapping[int, float], *, max_words: int) -> tuple[SummaryDraft, ...]:
    """Sentences within `max_words`, in the order of the article; the single best one when none fits; none at all where
    every sentence is a page long.

    `salience`: the probability that a sentence carries the news, by its index.
    """
    candidates = _Reader(document).candidates()
    chosen = _Choosing(candidates, salience, max_words).run()
    return tuple(SummaryDraft(text=candidates[i].text, sentences=(candidates[i].sentence.index,)) for i in chosen)


class Candidate(NamedTuple):
    """A sentence as the summary would have it; `along`: places among the candidates of those that it needs before it.

    `along` is None where what it needs cannot be had.
    """

    sentence: Sentence
    text: str
    along: tuple[int, ...] | None = ()

    @property
    def words(self) -> int:
        return len(self.text.split())


# --- choosing


class _Choosing:
    """Takes the candidate of the greatest worth, with those that it needs, while words and worth last."""

    def __init__(self, candidates: Sequence[Candidate], salience: Mapping[int, float], max_words: int) -> None:
        self._candidates, self._max_words = candidates, max_words
        self._most = max(LEAST_SENTENCES, math.ceil(max_words / WORDS_PER_SENTENCE))
        self._vectors = vectors_of([c.text for c in candidates])
        self._worth = _worth(candidates, salience, self._vectors)
        self._chosen: set[int] = set()

    def run(self) -> list[int]:
        least = -math.inf
        while (best := max(self._fitting(), key=lambda found: (found[0], -found[1][-1]), default=None)) is not None:
            value, unit = best
            if value < least:
                break
            if not self._chosen:
                least = STOP_SHARE * value
            self._chosen.update(unit)
        return sorted(self._chosen) or self._single()

    def _fitting(self) -> Iterator[tuple[float, list[int]]]:
        """What can be taken next, with its value."""
        left = self._max_words - self._length(self._chosen)
        for i in range(len(self._candidates)):
            unit = self._unit(i)
            if unit and len(unit) + len(self._chosen) <= self._most and self._length(unit) <= left:
                yield self._value(unit), unit

    def _unit(self, i: int) -> list[int]:
        """The sentence with those that it needs and that are not there yet."""
        along = self._candidates[i].along
        return [] if along is None or i in self._chosen else [j for j in (*along, i) if j not in self._chosen]

    def _length(self, places: Collection[int]) -> int:
        return sum(self._candidates[i].words for i in places)

    def _value(self, unit: Sequence[int]) -> float:
        """The mean worth of its words, what is told already taken off."""
        total, before = 0.0, list(self._chosen)
        for i in unit:
            new = self._worth[i] - REDUNDANCY_WEIGHT * overlap(self._vectors, i, before)
            total += self._candidates[i].words * new
            before.append(i)
        return total / self._length(unit)

    def _single(self) -> list[int]:
        """The best that stands alone, beyond the budget too."""
        places = [i for i, c in enumerate(self._candidates) if c.words <= max(MOST_ALONE_WORDS, self._max_words)]
        best = max(places, key=lambda i: (self._candidates[i].along == (), self._worth[i], -i), default=None)
        return [] if best is None else [best]


def _worth(candidates: Sequence[Candidate], salience: Mapping[int, float], vectors: Sequence[Vector]) -> list[float]:
    return [
        _scaled(salience.get(candidate.sentence.index, 0.0))
        + CENTRALITY_WEIGHT * central
        + POSITION_WEIGHT * math.exp(-place / POSITION_SENTENCES)
        - penalty(candidate.text)
        for place, (candidate, central) in enumerate(zip(candidates, centralities(vectors), strict=True))
    ]


_CAPTION = re.compile(
    r"\b(?:pictured|scroll down|click here|file photo|video:|(?:right|left|above|below) ?:)", re.IGNORECASE
)


def _scaled(probability: float) -> float:
    """The log-odds of a probability, in [0, 1]."""
    inside = min(max(probability, 1e-6), 1 - 1e-6)
    odds = math.log(inside / (1 - inside))
    return min(max((odds - LEAST_ODDS) / (MOST_ODDS - LEAST_ODDS), 0.0), 1.0)


# "Debut: Dina Nemtsova with her mother" was the caption of a picture.
_LABEL = re.compile(r"[^,.:;\"]{2,40}:")
_SAYS = re.compile(r"\b(?:said|says|say|told|added|wrote|asked|tweeted|read|reads|warned|replied)\b")
_FIRST_PERSON = re.compile(r"\b(?:I|[Ww]e|[Yy]ou|[Mm]y|us|[Oo]ur|[Yy]our)\b|\bi (?:am|have|was|do|think)\b")


def penalty(text: str) -> float:
    """How badly a sentence reads out of its place, in [0, 1]: a question, a label, the words of one speaker."""
    outside = unquoted(text)
    if text.rstrip("”\"' ").endswith("?"):
        return 1.0
    if _LABEL.match(outside) and not _SAYS.search(outside):
        return 0.5
    if _FIRST_PERSON.search(outside):
        return 0.3
    return 0.2 if text[:1] in _QUOTE_MARKS else 0.0


# --- reading


class _Reader:
    """A document's sentences as candidates: trimmed, whole, and with what they lean on."""

    def __init__(self, document: Document) -> None:
        self._document = document

    def candidates(self) -> list[Candidate]:
        sentences = candidates_of(self._document)
        left_out = torn_quotations(self._document.body) | labelled_turns(self._document.body)
        whole = [Candidate(s, self._text(s)) for s in sentences if s.index not in left_out]
        usable = [c for c in whole if is_usable(c.text)]
        if not usable:
            return [Candidate(s, one_line(s.text)) for s in sentences]
        kinds = [self._reference(c) for c in usable]
        return [c._replace(along=self._along(usable, kinds, i)) for i, c in enumerate(usable)]

    def _text(self, sentence: Sentence) -> str:
        """Trimmed, where the guard has nothing against it."""
        whole, text = one_line(sentence.text), trimmed(sentence.text)
        is_carried = folded(text) in folded(whole)
        return text if is_carried or self._checker.check(text, [sentence.index]).verdict == "supported" else whole

    @cached_property
    def _checker(self) -> Checker:
        return Checker([s.text for s in self._document.sentences])

    @cached_property
    def _names(self) -> frozenset[str]:
        """Words with a capital inside of sentences; none where names are written small."""
        found = [_INNER_NAME.findall(s.text) for s in self._document.body]
        is_cased = sum(map(bool, found)) >= CASED_SHARE * len(found)
        return frozenset(w for some in found for w in some) if is_cased else frozenset()

    @cached_property
    def _tells(self) -> list[bool]:
        """By index: whether a sentence is the article's own and no "Scroll down for video"."""
        return [not s.is_boilerplate and not _CAPTION.search(s.text) for s in self._document.sentences]

    def _reference(self, candidate: Candidate) -> str:
        """What the sentence takes up; the first of the article has nothing before it."""
        is_first = candidate.sentence.index == self._document.body[0].index
        return "" if is_first else reference(candidate.text, self._names)

    def _along(self, candidates: Sequence[Candidate], kinds: Sequence[str], i: int) -> tuple[int, ...] | None:
        """Places of the sentences that say what this one takes up, the first of them first."""
        found: list[int] = []
        while kinds[i]:
            before = self._before(candidates, kinds, i)
            if before is None or len(found) == MOST_ALONG:
                return None
            found.insert(0, i := before)
        return tuple(found)

    def _before(self, candidates: Sequence[Candidate], kinds: Sequence[str], i: int) -> int | None:
        """The nearest sentence before that can name what is meant; those that take up the same person are passed.

        None where a sentence that cannot be chosen stands between: it may name somebody else.
        """
        for j in range(i - 1, max(-1, i - 1 - REACH), -1):
            if any(self._tells[candidates[j].sentence.index + 1 : candidates[j + 1].sentence.index]):
                return None
            if kinds[i] == "thing" or (kinds[j] != kinds[i] and self._names_somebody(candidates[j].text)):
                return j
        return None

    def _names_somebody(self, text: str) -> bool:
        """Taken for granted where names are written small."""
        outside = unquoted(text)
        return not self._names or _PERSON.search(outside) is not None or has_name(outside, self._names)


# --- what a sentence takes up from those before it

_INNER_NAME = re.compile(r"(?<=[a-z,;’'] )[A-Z][\w’'-]+")
_CAPITALISED = re.compile(r"\b[A-Z][\w’'-]+")
# Before a name that is where something is, or whose.
_PLACED = re.compile(r"\b(?:in|at|near|from|of|to|on|for|by) (?:the )?$")
_PERSON = re.compile(
    r"\b(?:man|woman|boy|girl|mother|father|son|daughter|wife|husband|brother|sister|driver|officer|teenager|student"
    r"|teacher|pupil|player|actor|actress|singer|star|minister|secretary|president|leader|mayor|judge|victim|suspect"
    r"|striker|midfielder|defender|goalkeeper|manager|coach|boss|captain|spokesman|spokeswoman|chief|director|doctor"
    r"|\w+-year-old|king|queen|prince|princess|duke|duchess|pope|author|founder|owner|worker|patient|resident)s?\b",
    re.IGNORECASE,
)
_LEADING = (
    r"(?:when|after|before|as|while|since|although|though|because|if|in|at|on|for|with|during|despite|by|of|from|until"
    r"|once|both|one of|some of|most of|many of|all of|none of|two of|among|but|and|so)"
)
_NOW = r"(?:year|month|week|morning|afternoon|evening|summer|winter|spring|autumn|season)"
_OPENING = re.compile(
    rf"[^\w]*(?:{_LEADING} )*(?:(?P<he>he|him|his)|(?P<she>she|her)"
    rf"|(?P<thing>it|its|they|them|their|these|those(?! who)|this(?! {_NOW}\b)|that|such|both|others|another|neither"
    r"|but|and|yet|nor|here|then|well|which|also|instead|so|still|too|not|or"
    r"|the (?:pair|duo|couple|trio|same|others|rest"
    r"|(?:two|three|former|latter)(?= (?:is|are|was|were|has|have|had|will|would|said)\b))))\b",
    re.IGNORECASE,
)
# "This week , she": where names are written small, nobody is looked for before the comma.
_AFTER_COMMA = re.compile(r"[^,]{1,30} ?, (?:(?P<he>he|his)|(?P<she>she|her))\b", re.IGNORECASE)
# "It contradicts this theory."
_POINTED_AT = re.compile(
    r"\b(?P<thing>(?:this|these) (?:theory|claims?|findings?|decision|move|plans?|proposals?|idea|case|issue|incident"
    r"|accusations?|allegations?|figures?|problems?|images?|pictures?|changes?|measures?|rules?|results?|comments?))\b",
    re.IGNORECASE,
)
# Openings that only look as if they took something up.
_EXPLETIVE = re.compile(
    r"it (?:is|was|has been|'s|’s|had been|remains) (?:also |now |not |still |been |n't )*(?:\w+ )?"
    r"(?:understood|believed|thought|argued|reported|expected|claimed|alleged|hoped|likely|unlikely|unclear|clear|possible"
    r"|estimated|announced|revealed|feared|known|said|unknown)\b"
    r"|it (?:took|takes|has been|had been) (?:\S+ ){1,6}(?:for|since|to)\b"
    r"|(?:so far|such as|not only|both [\w ]+ and)\b",
    re.IGNORECASE,
)
# "With his beard, Aubrey de Grey looks": who is meant comes at once.
_NAMED_AFTER = re.compile(r"\w+ (?:his|her|he|she|its|their)\b[^,]{1,80}, (?!(?:The|An?|It|He|She|They|We|I)\b)[A-Z]")
_SOMEBODY_FIRST = re.compile(r"(?:An?|One)\b|[A-Z][\w’'-]+ [A-Z]")
_PRONOUNS = {
    "he": re.compile(r"\b(?:he|him|his|himself)\b", re.IGNORECASE),
    "she": re.compile(r"\b(?:she|her|hers|herself)\b", re.IGNORECASE),
}


def reference(text: str, names: Collection[str]) -> str:
    """What the sentence takes up from those before it: "he", "she", "thing", or "" for nothing.

    `names`: the article's capitalised words; without them only the sentence's opening words are looked at.
    """
    outside = unquoted(text).strip(" ,.:;")
    if _EXPLETIVE.match(outside) or (names and _NAMED_AFTER.match(outside)):
        return ""
    match = _OPENING.match(outside) or (None if names else _AFTER_COMMA.match(outside)) or _POINTED_AT.search(outside)
    if match:
        return match.lastgroup or ""
    return next((k for k, p in _PRONOUNS.items() if names and _is_left_open(outside, p, names)), "")


def _is_left_open(text: str, pronoun: re.Pattern[str], names: Collection[str]) -> bool:
    """True when the pronoun comes before anybody whom it could mean."""
    found = pronoun.search(text)
    before = text[: found.start()] if found else ""
    return found is not None and not (
        _SOMEBODY_FIRST.match(before) or _PERSON.search(before) or has_name(before, names)
    )


def has_name(text: str, names: Collection[str]) -> bool:
    """True when one of the names stands there, and not only as the place of something."""
    return any(
        match[0] in names and not _PLACED.search(text[max(0, match.start() - 12) : match.start()])
        for match in _CAPITALISED.finditer(text)
    )


# --- quotations

_QUOTE_MARKS = "“\"'‘`"
_OPENED, _CLOSED = frozenset(("“", "``", "` `")), frozenset(("”", "''", "' '"))
_DOUBLE = re.compile(r"“|”|\"|``|` `|''|' '")
# What an apostrophe begins that is no quotation: "'s" of tokenised text, "'em", "'90s".
_NO_QUOTE = r"(?!(?:s|ll|re|ve|d|m|t|em|til|n|cause|tis|twas)\b|\d\ds?\b)"
_QUOTED = re.compile(
    r"“[^”]*”|\"[^\"]*\"|`` .*? ''|` ` .*? ' '"
    rf"|(?<!\w)(?:[‘`] ?|'(?! ){_NO_QUOTE})(?=\w)(?:[^‘’'`]|[’'](?=\w))*[’'](?!\w)"
)
_HALF = re.compile(rf"[“”‘\"`]|''|(?<!\w)'{_NO_QUOTE}(?=\w)|(?<=[.,!?])['’]|(?<=[.,!?] )'{_NO_QUOTE}|^' ")
# One stop, with three it breaks off; "five U." was cut in two.
_ENDS = re.compile(r"(?<!\.)(?<!\. )(?<!\bu)(?<!\bU)[.!?][”’\"' )\]]*$")


def unquoted(text: str) -> str:
    """The text without what stands in quotation marks."""
    return _QUOTED.sub(" ", text)


def torn_quotations(sentences: Sequence[Sentence]) -> frozenset[int]:
    """Indexes of sentences that a quotation runs through without beginning and ending there."""
    torn: set[int] = set()
    is_open, paragraph = False, -1
    for sentence in sentences:
        was_open = is_open and sentence.paragraph == paragraph
        is_open, paragraph = _is_open_after(sentence.text, is_open=was_open), sentence.paragraph
        if was_open or is_open:
            torn.add(sentence.index)
    return frozenset(torn)


def _is_open_after(text: str, *, is_open: bool) -> bool:
    """A straight mark opens what is closed and closes what is open."""
    for mark in _DOUBLE.findall(text):
        is_open = mark in _OPENED or (mark not in _CLOSED and not is_open)
    return is_open


def is_usable(text: str) -> bool:
    """No caption, whole with its quotations, and more than a quotation whose speaker is left out."""
    outside = unquoted(text)
    if _CAPTION.search(outside):
        return False
    is_whole = _ENDS.search(text) is not None and text.count("(") == text.count(")") and not _HALF.search(outside)
    return is_whole and len(re.findall(r"\w+", outside)) > 1


# --- transcripts

_TURN = re.compile(r"(?P<who>[A-Z][\w’'-]*\.?(?: [A-Z\d][\w’'-]*\.?){0,4}) ?: ")
_FULL_NAME = re.compile(r"[A-Z][\w’'-]*\.? .*[a-z]")


def labelled_turns(sentences: Sequence[Sentence]) -> frozenset[int]:
    """Indexes of sentences of a transcript that open with who speaks ("OP: We froze fares"), but for a full name."""
    # Fewer labels, or labels of which none comes back, are headings: "Where: the town hall".
    who = {s.index: match["who"] for s in sentences if (match := _TURN.match(one_line(s.text))) is not None}
    if len(who) < LEAST_TURNS or not 1 < len(set(who.values())) < len(who):
        return frozenset()
    return frozenset(index for index, label in who.items() if not _FULL_NAME.match(label))


# --- trimming

_MARKDOWN = (
    (re.compile(r"^(?:> ?)+(?=\S)"), ""),
    (re.compile(r"(?<!!)\[([^\[\]]+)\]\(https?://[^()\s]+\)"), r"\1"),
    (re.compile(r"(?<![\w*])(\*{1,3})(?=[^\s*])([^*]+)(?<=\S)\1(?![\w*])"), r"\2"),
)
_AGENCY = (
    r"(?:cnn(?: student news)?|reuters|ap|a\.p\.|afp|pa|upi|dpa|efe|xinhua|bloomberg(?: news)?|the hollywood reporter"
    r"|(?:the )?associated press|agence france-presse|press association|entertainment weekly|ew\.com|people\.com"
    r"|mashable|time|fortune|cnnmoney|hln)"
)
_OPEN, _CLOSE, _DASH = r"(?:\(|-lrb-) ?", r" ?(?:\)|-rrb-)", r" ?(?:--|[-–—])+ "
_DAY = r"(?:, [A-Z][a-z]{2,8}\.? \d{1,2}(?:, \d{4})?)?"
_DATELINE = re.compile(
    rf"^(?:[A-Za-z][\w.,'’/ -]{{1,60}} )?{_OPEN}(?i:{_AGENCY}){_CLOSE}(?:{_DASH}| )"
    rf"|^(?:[A-Z][\w.,'’/ -]{{1,60}} )?{_OPEN}[^()]{{1,40}}{_CLOSE}{_DASH}"
    # A capital, and no second dash: "NASA — the agency — said" has none of them.
    rf"|^[A-Z][A-Z.’' -]{{2,40}}(?:, [A-Z][\w.]+(?: [A-Z][\w.]+)?)?{_DAY}{_DASH}(?=[A-Z])(?!.* [-–—]+ )"
)
_POINTER = re.compile(
    r" ?,? as (?:(?:we|it was|the \w+) )?(?:previously )?(?:reported|mentioned|noted|described|stated|explained)"
    r" (?:above|earlier|previously|before|here)(?: ?,)?(?= ?[.;,]|(?<=,) )"
    r"|^as (?:previously )?(?:reported|mentioned|noted) (?:above|earlier|previously) ?, ",
    re.IGNORECASE,
)
# With one of these a bracket takes something back, holds it back, or says whose claim it is.
_HEDGE = (
    r"(?:\b(?:some|least|most|many|nearly|almost|about|up to|not|no|never|without|except|if|unless|only|may|might"
    r"|alleged\w*|reported\w*|according|says?|said|claim\w*)\b|n['’]t\b)"
)
_ABBREVIATION = r"(?-i:\s?[A-Z]{2,6}s?\s?[)])"
_ASIDE = re.compile(rf" [(](?!{_ABBREVIATION})(?:(?!{_HEDGE})[^()\[\]]){{1,60}}[)](?= ?[\w,.;:!?])", re.IGNORECASE)
_PICTURED = re.compile(
    r" ?, (?:also )?pictured(?: (?:above|below|here|together|inset|cent(?:re|er)|(?:far )?(?:left|right)))*"
    r"(?: ?,(?= )|(?= ?\.))"
)
_MIDDLE = re.compile(r" ?, (?:however|meanwhile|moreover|nevertheless|nonetheless) ?,(?= )")
_CONNECTIVE = re.compile(
    r"(?:but|and|yet)(?: ?,)? (?!for |to |another |then |not )"
    r"|(?:meanwhile|however|moreover|furthermore|additionally|in addition|nevertheless|nonetheless|on the other hand"
    r"|of course|after all|besides|in turn|separately|what is more) ?, ",
    re.IGNORECASE,
)
# Only so does a sentence name its source twice; without "he said" any other claim would be a fact.
_SOURCED = re.compile(r"according to [^,]{1,60},", re.IGNORECASE)
_LAST_WORDS = re.compile(r" ?, (?:he|she|it|they) (?:said|added|says|adds)(?= ?\.$)")


def trimmed(text: str) -> str:
    """The sentence on one line without dateline, leading connective, asides, words that point elsewhere, and marks."""
    whole = text = one_line(text)
    for mark, kept in _MARKDOWN:
        text = mark.sub(kept, text)
    for pattern in (_DATELINE, _POINTER, _ASIDE, _PICTURED, _MIDDLE):
        text = _cut(text, pattern)
    while (match := _CONNECTIVE.match(text)) is not None:
        text = text[match.end() :]
    if _SOURCED.match(text):
        text = _LAST_WORDS.sub("", text)
    return text if text == whole or whole.islower() else _with_capital(text)


def _cut(text: str, pattern: re.Pattern[str]) -> str:
    """Without what matches outside of quotations."""
    quoted = [m.span() for m in _QUOTED.finditer(text)]

    def kept(match: re.Match[str]) -> str:
        return match[0] if any(a < match.end() and match.start() < b for a, b in quoted) else ""

    return pattern.sub(kept, text)


def _with_capital(text: str) -> str:
    """A capital first; names like "iPhone" keep theirs."""
    return text[:1].upper() + text[1:] if text.split(" ", 1)[0].islower() else text
