"""A summary, its article and references -> ROUGE, how much is copied, what the article does not have.

Nothing is downloaded and no model runs. What says how much is copied stands beside what says how much is supported,
because a copy is supported throughout. A measure that cannot run for a summary says why; it is never 0 then.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import Any, Literal, NamedTuple

from eval.aligning import Item
from eval.telling import TELLING_VERSION, cast_of, tellings
from pipeline.faithful import Checker
from pipeline.language import numbers, plain, words
from pipeline.records import Sentence, Span
from pipeline.sentences import split_sentences

# Raised whenever a measure changes its values.
SUMMARIES_VERSION = f"1.{TELLING_VERSION}"
ROUGE_SIGNATURE = "rouge_score==0.1.2|types=1,2,Lsum|stem=porter|split=ours|agg=mean|refs=max"
ROUGES = ("rouge1", "rouge2", "rougeLsum")
LEAD_SENTENCES = 3
# Sentences of the article around a quotation in which its speaker must be named.
SPEAKER_REACH = 2
# Articles whose words are kept: several runs over one gold set read each once.
KEPT_ARTICLES = 1024

Group = Literal["reference", "copying", "support", "commitments"]
Entailment = Callable[[Sequence[tuple[str, str]]], Sequence[float]]


class Measure(NamedTuple):
    """How a measure is named and read; `higher_is_better` is None for what is neither good nor bad."""

    title: str
    group: Group
    unit: str
    higher_is_better: bool | None


def _measures() -> Iterator[tuple[str, Measure]]:
    for kind, name in zip(ROUGES, ("ROUGE-1", "ROUGE-2", "ROUGE-Lsum"), strict=True):
        for part, word in (("precision", "precision"), ("recall", "recall"), ("f", "F")):
            yield f"{kind}_{part}", Measure(f"{name} {word}", "reference", "share", True)
    yield "words", Measure("length", "copying", "words", None)
    yield "compression", Measure("compression: words of the article for one", "copying", "ratio", None)
    yield "coverage", Measure("coverage: words in copied fragments", "copying", "share", None)
    yield "density", Measure("density: length of the copied fragment of a word", "copying", "words", None)
    yield "novel_2grams", Measure("novel 2-grams", "copying", "share", None)
    yield "repeated_3grams", Measure("repeated 3-grams", "copying", "share", False)
    yield "lead3_overlap", Measure("2-grams of the first three sentences", "copying", "share", None)
    for n in (1, 2, 3):
        yield f"support_{n}", Measure(f"{n}-grams that the article has", "support", "share", True)
    yield "new_numbers", Measure("numbers that the article does not have", "support", "count", False)
    yield "new_dates", Measure("months and weekdays that the article does not have", "support", "count", False)
    yield "new_names", Measure("names that the article does not have", "support", "count", False)
    yield "quotes", Measure("quotations", "support", "count", None)
    yield "quotes_not_verbatim", Measure("quotations that are not verbatim", "support", "count", False)
    yield "quotes_misattributed", Measure("quotations whose speaker is not near them", "support", "count", False)
    yield "entailment_mean", Measure("entailment, mean over sentences", "support", "score", True)
    yield "entailment_minimum", Measure("entailment, the worst sentence", "support", "score", True)
    yield "commitments", Measure("gold commitments", "commitments", "count", None)
    yield "commitments_covered", Measure("gold commitments that it tells", "commitments", "count", True)
    yield "commitments_distorted", Measure("gold commitments that it tells wrongly", "commitments", "count", False)


MEASURES: dict[str, Measure] = dict(_measures())


class SummaryScore(NamedTuple):
    """Each measure stands in `values` or, with the reason, in `not_scored`; `found` has the words that it flags."""

    values: dict[str, float]
    found: dict[str, tuple[str, ...]]
    not_scored: dict[str, str]


class Rouge(NamedTuple):
    f: float
    precision: float
    recall: float


class Entailed(NamedTuple):
    """Of each summary sentence, how far the article's best sentence entails it; their mean and the least."""

    mean: float
    minimum: float
    sentences: tuple[float, ...]


def score_summary(
    summary: str | None,
    article: str | None,
    references: Sequence[str] = (),
    commitments: Sequence[Item] = (),
    *,
    boilerplate: Sequence[Span] = (),
    entails: Entailment | None = None,
) -> SummaryScore:
    """Every measure of MEASURES; None for a summary or an article that there is none of.

    A missing summary is an empty one: it stays in every denominator.
    """
    text = summary or ""
    known = _known(article, tuple(boilerplate)) if article and article.strip() else None
    parts = (
        _against_references(text, references),
        _against_article(text, known),
        _by_model(text, known, entails),
        _of_commitments(text, article, commitments),
    )
    return _joined(*parts)


def lead(text: str, sentences: int = LEAD_SENTENCES, boilerplate: Sequence[Span] = ()) -> str:
    """The first sentences that are the article's own: the baseline of every table."""
    own = [s.text for s in split_sentences(text, boilerplate) if not s.is_boilerplate]
    return " ".join(own[:sentences])


def _not_scored(why: str, *names: str) -> SummaryScore:
    return SummaryScore({}, {}, dict.fromkeys(names, why))


def _of_group(group: Group) -> list[str]:
    return [name for name, measure in MEASURES.items() if measure.group == group]


# --- against references


def _against_references(summary: str, references: Sequence[str]) -> SummaryScore:
    names = _of_group("reference")
    given = [r for r in references if r.strip()]
    if not given:
        return _not_scored("no reference", *names)
    if not all(map(is_latin, (summary, *given))):
        return _not_scored("rouge_score reads Latin letters only", *names)
    best = rouge(summary, given)
    return SummaryScore({f"{kind}_{part}": getattr(r, part) for kind, r in best.items() for part in r._fields}, {}, {})


def rouge(summary: str, references: Sequence[str]) -> dict[str, Rouge]:
    """Of each kind, the reference with the greatest F; kinds may choose different ones."""
    scored = [_rouge(lines(reference), lines(summary)) for reference in references]
    return {kind: max(s[kind] for s in scored) for kind in ROUGES}


@lru_cache(maxsize=65_536)
def lines(text: str) -> str:
    """One sentence a line, as ROUGE-Lsum takes sentences; a line break inside of one would make two of it."""
    return "\n".join(" ".join(s.text.split()) for s in split_sentences(text))


def _rouge(reference: str, summary: str) -> dict[str, Rouge]:
    scores = _scorer().score(reference, summary)
    return {kind: Rouge(float(s.fmeasure), float(s.precision), float(s.recall)) for kind, s in scores.items()}


@lru_cache(maxsize=1)
def _scorer() -> Any:
    from rouge_score.rouge_scorer import RougeScorer

    return RougeScorer(list(ROUGES), tokenizer=_Stems())


class _Stems:
    """rouge_score's own tokens with stems kept: stemming is four fifths of its time, and words come again."""

    def __init__(self) -> None:
        from nltk.stem.porter import PorterStemmer

        self.stem = lru_cache(maxsize=65_536)(PorterStemmer().stem)

    def tokenize(self, text: str) -> list[str]:
        from rouge_score.tokenize import tokenize

        return list(tokenize(text, self))


def is_latin(text: str) -> bool:
    """True unless most letters are of another script, of which rouge_score would see nothing."""
    if text.isascii():
        return True
    letters = [c for c in text if c.isalpha()]
    return 2 * sum(map(_is_latin_letter, letters)) >= len(letters)


@lru_cache(maxsize=4096)
def _is_latin_letter(letter: str) -> bool:
    return unicodedata.name(letter, "").startswith("LATIN")


# --- against the article


class _Known:
    """An article as its summaries are compared with it."""

    def __init__(self, text: str, boilerplate: Sequence[Span]) -> None:
        self.text = text
        self._boilerplate = boilerplate
        self.words = _words(text)

    @cached_property
    def places(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for place, word in enumerate(self.words):
            found.setdefault(word, []).append(place)
        return found

    @cached_property
    def grams(self) -> dict[int, frozenset[tuple[str, ...]]]:
        return {n: frozenset(_grams(self.words, n)) for n in (1, 2, 3)}

    @cached_property
    def lead_pairs(self) -> frozenset[tuple[str, ...]]:
        return frozenset(_grams(_words(lead(self.text, boilerplate=self._boilerplate)), 2))

    @cached_property
    def numbers(self) -> frozenset[str]:
        return frozenset(numbers(self.text))

    @cached_property
    def dates(self) -> frozenset[str]:
        return frozenset(_date_words(self.text))

    @cached_property
    def names(self) -> frozenset[str]:
        """Words that have a capital inside of sentences and never go without."""
        inside = {w.casefold() for w in _NAME.findall(plain(self.text))}
        return frozenset(inside - set(_SMALL.findall(plain(self.text))))

    @cached_property
    def checker(self) -> Checker:
        """The guard with the whole article as one support: what it calls a new name stands nowhere."""
        return Checker([self.text])

    @cached_property
    def running(self) -> str:
        return f" {' '.join(self.words)} "

    @cached_property
    def sentences(self) -> tuple[Sentence, ...]:
        return split_sentences(self.text)


@lru_cache(maxsize=KEPT_ARTICLES)
def _known(text: str, boilerplate: tuple[Span, ...]) -> _Known:
    return _Known(text, boilerplate)


def _words(text: str) -> list[str]:
    """Folded words; a lone "s" is the end of "Tottenham 's" in tokenised text."""
    return [w for w in words(text) if w != "s"]


def _grams(said: Sequence[str], n: int) -> Iterator[tuple[str, ...]]:
    return zip(*(said[i:] for i in range(n)), strict=False)


def _against_article(summary: str, known: _Known | None) -> SummaryScore:
    names = [n for g in ("copying", "support") for n in _of_group(g) if not n.startswith("entailment")]
    said = _words(summary)
    length = SummaryScore({"words": float(len(said))}, {}, {})
    if known is None or not said:
        why = "no article" if known is None else "the summary is empty"
        return _joined(length, _not_scored(why, *names[1:]))
    return _joined(length, _copying(summary, said, known), _support(summary, known))


def _joined(*parts: SummaryScore) -> SummaryScore:
    return SummaryScore(
        {k: v for p in parts for k, v in p.values.items()},
        {k: v for p in parts for k, v in p.found.items()},
        {k: v for p in parts for k, v in p.not_scored.items()},
    )


def _copying(summary: str, said: Sequence[str], known: _Known) -> SummaryScore:
    fragments = fragment_lengths(said, known.words, known.places)
    pairs = _in_sentences(summary, 2)
    triples = _in_sentences(summary, 3)
    shares: dict[str, float | str] = {
        "compression": len(known.words) / len(said),
        "coverage": sum(fragments) / len(said),
        "density": sum(f * f for f in fragments) / len(said),
        "novel_2grams": _share(p not in known.grams[2] for p in pairs) if pairs else _TOO_SHORT.format(2),
        "repeated_3grams": 1 - len(set(triples)) / len(triples) if triples else _TOO_SHORT.format(3),
        "lead3_overlap": _share(p in known.lead_pairs for p in pairs) if pairs else _TOO_SHORT.format(2),
    }
    return _sorted_out(shares)


_TOO_SHORT = "no sentence of {} words"


def _sorted_out(shares: Mapping[str, float | str]) -> SummaryScore:
    """A number is a value, words are a reason."""
    values = {k: float(v) for k, v in shares.items() if not isinstance(v, str)}
    return SummaryScore(values, {}, {k: v for k, v in shares.items() if isinstance(v, str)})


def _share(claims: Iterable[bool]) -> float:
    held = list(claims)
    return sum(held) / len(held)


def fragment_lengths(said: Sequence[str], known: Sequence[str], places: Mapping[str, Sequence[int]]) -> list[int]:
    """Greedy fragments (Grusky et al. 2018, section 4.1): from each word the longest run that the article has anywhere.

    Starts that overlap count: to go on behind a match in the article loses the longer one in `a b a b a b c`.
    """
    found: list[int] = []
    at = 0
    while at < len(said):
        longest = max((_run(said, at, known, p) for p in places.get(said[at], ())), default=0)
        if longest:
            found.append(longest)
        at += max(longest, 1)
    return found


def _run(said: Sequence[str], at: int, known: Sequence[str], place: int) -> int:
    most = min(len(said) - at, len(known) - place)
    return next((k for k in range(most) if said[at + k] != known[place + k]), most)


def _in_sentences(summary: str, n: int) -> list[tuple[str, ...]]:
    """n-grams that do not run over the end of a sentence."""
    return [g for said in _sentence_words(summary) for g in _grams(said, n)]


@lru_cache(maxsize=16)
def _sentence_words(summary: str) -> list[list[str]]:
    return [_words(s.text) for s in split_sentences(summary)]


def _support(summary: str, known: _Known) -> SummaryScore:
    shares: dict[str, float | str] = {}
    for n in (1, 2, 3):
        grams = _in_sentences(summary, n)
        shares[f"support_{n}"] = _share(g in known.grams[n] for g in grams) if grams else _TOO_SHORT.format(n)
    flagged = {
        "new_numbers": tuple(sorted(set(numbers(summary)) - known.numbers, key=float)),
        "new_dates": tuple(sorted(set(_date_words(summary)) - known.dates)),
        **_quotes(summary, known),
    }
    why = _why_no_names(summary, known)
    if why is None:
        flagged["new_names"] = _new_names(summary, known)
    counts = {name: float(len(found)) for name, found in flagged.items()}
    return _joined(
        _sorted_out(shares),
        SummaryScore(counts, {k: v for k, v in flagged.items() if v and k != "quotes"}, {}),
        _not_scored(why, "new_names") if why else SummaryScore({}, {}, {}),
    )


# --- dates and names

_DATE_WORD = re.compile(
    r"\b(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|(?:mon|tues|wednes|thurs|fri|satur|sun)day"
    r"|[Jj]anuary|[Ff]ebruary|[Aa]pril|[Jj]une|[Jj]uly|[Ss]eptember|[Oo]ctober|[Nn]ovember|[Dd]ecember|August"
    r"|(?:Jan|Feb|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)(?=\.|\s\d)"
    r"|(?:(?<=\d )|(?<=[a-z,] ))(?:March|May)|(?:March|May)(?= \d))\b"
)
_NAME = re.compile(r"(?<=[a-z,;] )[A-Z][\w'-]+")
_SMALL = re.compile(r"\b[a-z][\w'-]+")


def _date_words(text: str) -> Iterator[str]:
    """Months and weekdays by their first three letters; "may" and "march" only where they can be no verbs."""
    return (m[0][:3].capitalize() for m in _DATE_WORD.finditer(plain(text)))


def _why_no_names(summary: str, known: _Known) -> str | None:
    if not (is_latin(summary) and is_latin(known.text)):
        return "names are known by Latin capitals"
    if not known.names:
        return "the article has no capitals inside of sentences"
    small = sum(w in known.names for w in _SMALL.findall(plain(summary)))
    large = sum(w.casefold() in known.names for w in _NAME.findall(plain(summary)))
    return "the summary writes names with small letters" if small > large else None


def _new_names(summary: str, known: _Known) -> tuple[str, ...]:
    """The guard's rule (pipeline/faithful.py), with all of the article for support."""
    found: dict[str, None] = {}
    for sentence in split_sentences(summary):
        if all(w.casefold() in known.names for w in _CAPITALISED.findall(plain(sentence.text))):
            continue
        new = known.checker.loss("name_not_in_support", sentence.text, [0])
        found.update(dict.fromkeys(new.words.split(", ") if new.amount else ()))
    return tuple(name for name in found if not any(_date_words(f"on {name} 1")))


_CAPITALISED = re.compile(r"\b[A-Z][\w'-]*")

# --- quotations

_QUOTED = re.compile(
    r"“([^“”]+)”|\"([^\"]+)\"|``(.+?)''|„([^„“”]+)[“”]|«([^«»]+)»"
    # Single marks open before a word and close behind one; an apostrophe stands inside of a word, or behind "workers".
    r"|(?<![\w’'])[‘'](?!(?:s|t|tis|twas|em|til|cause|n|\d\ds?)\b)(?=\w)((?:[^‘’']|(?<=\w)[’'](?=\w))+)[’'](?!\w)"
)
# What an editor leaves out or puts in: the parts between must be verbatim.
_EDITED = re.compile(r"\[[^\]]*\]|\.\.\.|…")


class _Quote(NamedTuple):
    text: str
    start: int


def quotations(text: str) -> list[_Quote]:
    """What stands inside quotation marks, and where; apostrophes are none."""
    found = ((m, next(i for i, g in enumerate(m.groups(), 1) if g)) for m in _QUOTED.finditer(text))
    return [_Quote(m[i], m.start(i)) for m, i in found if _words(m[i])]


def _quotes(summary: str, known: _Known) -> dict[str, tuple[str, ...]]:
    quotes = quotations(summary)
    changed = tuple(q.text for q in quotes if not _is_verbatim(q.text, known))
    wrong = (f"{speaker}: {q.text}" for q in quotes if (speaker := _wrong_speaker(summary, q, known)))
    return {
        "quotes": tuple(q.text for q in quotes),
        "quotes_not_verbatim": changed,
        "quotes_misattributed": tuple(wrong),
    }


def _is_verbatim(quote: str, known: _Known) -> bool:
    """Word for word; marks and capitals may differ."""
    return all(f" {' '.join(part)} " in known.running for p in _EDITED.split(quote) if (part := _words(p)))


def _wrong_speaker(summary: str, quote: _Quote, known: _Known) -> str | None:
    """Whom the summary gives the quotation to, where the article names nobody so near it and gives it to another."""
    speaker = _speaker(summary, quote)
    homes = [s.index for s in known.sentences if _holds(s.text, quote.text)]
    if speaker is None or not homes:
        return None
    around = (known.sentences[max(0, i - SPEAKER_REACH) : i + SPEAKER_REACH + 1] for i in homes)
    names = set(words(speaker))
    if any(names & set(words(s.text)) for some in around for s in some):
        return None
    spoken = {_speaker_at(known.text, known.sentences[i].start) for i in homes}
    return None if any(names & set(words(s or "")) for s in spoken) else speaker


def _holds(sentence: str, quote: str) -> bool:
    """True where the sentence has the quotation's first words."""
    first = " ".join(_words(_EDITED.split(quote)[0])[:6])
    return bool(first) and f" {first} " in f" {' '.join(_words(sentence))} "


def _speaker(summary: str, quote: _Quote) -> str | None:
    """The name that the sentence of the quotation gives it to; a pronoun names nobody."""
    end = quote.start + len(quote.text)
    own = [s for s in split_sentences(summary) if s.start < end and s.end > quote.start]
    text = summary[own[0].start : own[-1].end]
    return _speaker_at(text, max(0, quote.start - own[0].start))


@lru_cache(maxsize=4096)
def _speaker_at(text: str, place: int) -> str | None:
    person = cast_of(text).speaker(place)
    return person.name if person else None


# --- a model of entailment


def entailment_scores(summary: Sequence[str], article: Sequence[str], model: Entailment) -> Entailed | None:
    """Every summary sentence against every sentence of the article (SummaC-ZS, Laban et al. 2022), in one call.

    The minimum stands beside the mean: one invented promise is what readers remember. None where there is no sentence.
    """
    if not summary or not article:
        return None
    scores = list(model([(premise, hypothesis) for hypothesis in summary for premise in article]))
    if len(scores) != len(summary) * len(article):
        raise ValueError(f"the model gave {len(scores)} scores for {len(summary) * len(article)} pairs")
    best = tuple(max(scores[i : i + len(article)]) for i in range(0, len(scores), len(article)))
    return Entailed(sum(best) / len(best), min(best), best)


def _by_model(summary: str, known: _Known | None, entails: Entailment | None) -> SummaryScore:
    names = ("entailment_mean", "entailment_minimum")
    if entails is None:
        return _not_scored("no entailment model", *names)
    if known is None:
        return _not_scored("no article", *names)
    said = [s.text for s in split_sentences(summary)]
    found = entailment_scores(said, [s.text for s in known.sentences], entails)
    if found is None:
        return _not_scored("the summary is empty", *names)
    worst = said[found.sentences.index(found.minimum)]
    return SummaryScore(dict(zip(names, found[:2], strict=True)), {"entailment_minimum": (worst,)}, {})


# --- commitments


def _of_commitments(summary: str, article: str | None, commitments: Sequence[Item]) -> SummaryScore:
    """Counts, to be summed over documents; each distorted one with what is wrong and the sentence."""
    names = _of_group("commitments")
    if not commitments:
        return _not_scored("the gold has no commitment", *names)
    told = tellings(summary, commitments, article)
    covered = tuple(c.actions[0] for c, t in zip(commitments, told, strict=True) if t.verdict == "covered")
    distorted = tuple(f"{', '.join(t.contradicts)}: {t.sentence}" for t in told if t.verdict == "distorted")
    values = dict(zip(names, map(float, (len(commitments), len(covered), len(distorted))), strict=True))
    found = {"commitments_covered": covered, "commitments_distorted": distorted}
    return SummaryScore(values, {k: v for k, v in found.items() if v}, {})
