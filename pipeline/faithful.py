"""A summary sentence and its support -> supported, or the reason why not.

The checks are those that a reader with the article beside the summary would make first (the families of error of
Pagnoni et al. 2021, FRANK): figures, names, quotations, negation, modality, who is meant, what stands with what, and
how much of the wording the support has. Each is a loss with a weight; a sentence is supported while the losses leave it
a score of one half (docs/faithfulness.md says how the weights were found, and what they reach).
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import NamedTuple

from pipeline.language import (
    STOP_WORDS,
    WORD,
    folded,
    number_word,
    numbers,
    plain,
    stem,
    stems,
    words,
)
from pipeline.records import Verdict


class Judgement(NamedTuple):
    """Whether the support carries a sentence; `reason` is a code and words, `score` in [0, 1] orders the doubtful."""

    verdict: Verdict
    reason: str | None
    score: float


class Loss(NamedTuple):
    """What a sentence says beyond its support: how much of it (0: nothing), and the words for it."""

    amount: float
    words: str = ""


# Weights of a logistic regression with all signs fixed, found on one half of the sets that people judged
# (`tests/bench_faithful.py --fit`); quotations, negation, modality and pronouns are raised from .56, .72, 0 and 0 (no
# set has errors of modality, and few have wrong pronouns), the first five so far that each alone makes a sentence
# unsupported. Opposites ("rise" for "fall") are not among them: .04 of wrong sentences have one, and .03 of right ones.
WEIGHTS: dict[str, float] = {
    "number_not_in_support": 1.05,
    "name_not_in_support": 2.0,
    "quotation_not_verbatim": 0.8,
    "negation_differs": 0.8,
    "modality_differs": 0.8,
    "pronoun_differs": 0.5,
    "misplaced": 0.95,
    "reworded": 0.5,
}
OFFSET = 0.7
# Less of a sentence's content words than this in its support is a claim of its own, whatever the score says: the mean
# balanced accuracy on that half is .648, .652, .655 and .655 for .2 to .5, and summaries in their own words like less.
CLAIM_SHARE = 0.4
# Sentences that an engine did not name carry its claim when they have nearly all of its words and leave little doubt.
# Of 43 of SmolLM2's sentences that pass as such, the 16 with this share and score are right, and most others wrong.
CARRIED_SHARE, CARRIED_SCORE = 0.9, 0.6
# The same run of words a third time is a model that turns in circles.
RUN_WORDS, MOST_RUNS = 4, 2
# Loose figures ("more than £14,000" for £14,250) may be off by this share.
HEDGED_SHARE = 0.1
# Sentences before a supporting one in which a name may stand that it takes up as "he" or "the minister".
ANTECEDENT_SENTENCES = 2
# Content words after a negation that it may be about: three find .81 of inserted and dropped ones and see one in .07 of
# good sentences, two .74 and .05.
NEGATION_REACH = 3
MODAL_REACH = 2
# Content words on each side of a name or a figure that should stand with it somewhere in the article.
NEIGHBOURS = 3
MOST_SUPPORT = 3

_NAME = re.compile(r"(?<!^)(?<![.!?:\"'] )\b[A-Z][\w'-]+")
_OPENING_NAME = re.compile(r"^\W*((?:[A-Z][\w'-]+ )+)(?=[A-Z])|^\W*([A-Z]{2,}\b)")
_QUOTED = re.compile(r'"([^"]+)"')
_CLAUSE = re.compile(r'[.,;:!?()"]| (?:but|although|because|which|who) ')
_MONTH_OF_MAY = re.compile(r"(?<!^)\bMay\b")
_HEDGED = re.compile(
    r"\b(?:more than|over|at least|nearly|almost|about|around|some|up to|roughly|approximately"
    r"|under|(?:less|fewer) than)\W{1,3}([\d.,]+(?: ?[a-z]+)?)"
)
_NEGATIONS = frozenset(
    "not no never neither nor none nobody nothing nowhere without cannot unable refuse refused refuses refusing"
    " deny denied denies".split()
)
# Countries and what is theirs, where the beginnings differ.
_KIN = tuple(
    frozenset(line.split())
    for line in (
        "us u.s usa america american americans", "uk u.k britain british briton britons", "eu european europe",
        "scotland scottish scots", "wales welsh", "ireland irish", "france french", "spain spanish", "poland polish",
        "denmark danish", "finland finnish", "netherlands dutch", "switzerland swiss", "england english",
    )
)  # fmt: skip
_HE, _SHE = frozenset(("he", "his", "him", "himself")), frozenset(("she", "her", "hers", "herself"))


class Checker:
    """One article's sentences, against which the sentences of its summary are checked."""

    def __init__(self, sentences: Sequence[str]) -> None:
        self._sentences = tuple(sentences)

    def check(self, sentence: str, cited: Sequence[int]) -> Judgement:
        """Whether the sentences of the article with these indexes carry `sentence`."""
        support = tuple(self._sentences[i] for i in cited)
        if not any(s.strip() for s in support):
            return Judgement("unsupported", "no_support", 0.0)
        if any(folded(sentence) in folded(s) for s in support):
            return Judgement("supported", None, 1.0)
        if (run := _repeated(sentence)) is not None:
            return Judgement("unsupported", f"repeats_itself: {run}", 0.0)
        return _judged(self.losses(sentence, cited), _claimed_share(sentence, support))

    def carried_by(self, sentence: str) -> tuple[int, ...]:
        """Indexes of sentences that carry `sentence` beyond doubt; () where there are none."""
        found = self.best_support(sentence)
        share = _claimed_share(sentence, [self._sentences[i] for i in found])
        return found if share >= CARRIED_SHARE and self.check(sentence, found).score >= CARRIED_SCORE else ()

    def losses(self, sentence: str, cited: Sequence[int]) -> dict[str, Loss]:
        """What the sentence says beyond these sentences, by code of the reason."""
        case = self._case(sentence, cited)
        return {code: measure(case) for code, measure in _LOSSES.items()}

    def loss(self, code: str, sentence: str, cited: Sequence[int]) -> Loss:
        """One of `losses`."""
        return _LOSSES[code](self._case(sentence, cited))

    def _case(self, sentence: str, cited: Sequence[int]) -> "_Case":
        support = tuple(self._sentences[i] for i in cited)
        around = tuple(self._sentences[j] for i in cited for j in range(max(0, i - ANTECEDENT_SENTENCES), i + 1))
        return _Case(sentence, support, around, self)

    def best_support(self, sentence: str) -> tuple[int, ...]:
        """Indexes of the sentences that together have most of its words, rare ones above all, in order."""
        wanted = set(stems(sentence))
        chosen: list[int] = []
        while len(chosen) < MOST_SUPPORT:
            gains = [sum(self._rarity[s] for s in wanted & bag) for bag in self.bags]
            best = max(range(len(gains)), key=lambda i: (gains[i], -i), default=None)
            if best is None or gains[best] <= 0:
                break
            chosen.append(best)
            wanted -= self.bags[best]
        return tuple(sorted(chosen))

    @cached_property
    def bags(self) -> tuple[frozenset[str], ...]:
        """The stems of each sentence."""
        return tuple(frozenset(stems(s)) for s in self._sentences)

    @cached_property
    def _rarity(self) -> dict[str, float]:
        spread = Counter(s for bag in self.bags for s in bag)
        return {s: math.log(1 + len(self.bags) / n) for s, n in spread.items()}


class _Case(NamedTuple):
    """A sentence, what it cites, the same with the sentences just before, and the article."""

    sentence: str
    support: tuple[str, ...]
    around: tuple[str, ...]
    article: Checker


def _judged(losses: dict[str, Loss], claimed: float) -> Judgement:
    total = sum(WEIGHTS[code] * loss.amount for code, loss in losses.items())
    score = 1 / (1 + math.exp(-(OFFSET - total)))
    worst = max(losses, key=lambda code: WEIGHTS[code] * losses[code].amount)
    if claimed < CLAIM_SHARE:
        return Judgement("unsupported", f"claim_not_in_support: {claimed:.0%} of the words", min(score, claimed))
    if score >= 0.5:
        return Judgement("supported", None, score)
    return Judgement("unsupported", f"{worst}: {losses[worst].words}", score)


def _repeated(sentence: str) -> str | None:
    """A run of words that stands in the sentence too often."""
    said = words(sentence)
    runs = Counter(tuple(said[i : i + RUN_WORDS]) for i in range(len(said) - RUN_WORDS + 1))
    run, times = max(runs.items(), key=lambda pair: pair[1], default=((), 0))
    return " ".join(run) if times > MOST_RUNS else None


def _claimed_share(sentence: str, support: Sequence[str]) -> float:
    """The share of its content words that the support has."""
    claimed, known = stems(sentence), {s for text in support for s in stems(text)}
    return sum(s in known for s in claimed) / len(claimed) if claimed else 1.0


# --- losses


def _new_numbers(case: _Case) -> Loss:
    known = set(numbers(" ".join(case.support)))
    loose = {value for match in _HEDGED.finditer(folded(case.sentence)) for value in numbers(match[1])}
    new = sorted(n for n in set(numbers(case.sentence)) - known if n not in loose or not _is_near(n, known))
    return Loss(min(len(new), 2), ", ".join(new))


def _is_near(number: str, known: Sequence[str] | set[str]) -> bool:
    value = float(number)
    return any(abs(float(k) - value) <= HEDGED_SHARE * abs(value) for k in known)


def _new_names(case: _Case) -> Loss:
    known = folded(" ".join(case.around))
    initials = _initials(" ".join(case.around))
    new = [n for n in _names(case.sentence) if not _has_name(n, known) and n not in initials]
    return Loss(min(len(new), 2), ", ".join(new))


def _names(sentence: str) -> list[str]:
    """Capitalised words; the first word of a sentence only as part of a longer name, or in capitals."""
    text = plain(sentence)
    opening = _OPENING_NAME.match(text)
    first = (opening[1] or opening[2]).split() if opening else []
    return list(dict.fromkeys([*first, *_NAME.findall(text)]))


def _has_name(name: str, text: str) -> bool:
    """With what is made from it: "Greeks" where Greek is, "Scottish" where Scotland is, "UK" where Britain is."""
    word = folded(name).removesuffix("'s")
    beginning = word[: max(4, len(word) - 3)] if len(word) > 4 else word
    forms = (beginning, *next((kin for kin in _KIN if word in kin), ()))
    return re.search(rf"(?<!\w)(?:{'|'.join(map(re.escape, forms))})", text) is not None


def _initials(text: str) -> set[str]:
    """ "NHS" for "National Health Service"."""
    runs = re.findall(r"(?:[A-Z][\w'-]+ (?:(?:of|for|and|the) )*)+[A-Z][\w'-]+", plain(text))
    found = {"".join(w[0] for w in run.split() if w[0].isupper()) for run in runs}
    return found | {initials.removeprefix("T") for initials in found}


def _changed_quotations(case: _Case) -> Loss:
    known = folded(" ".join(case.support))
    changed = [q for q in _QUOTED.findall(plain(case.sentence)) if folded(q).rstrip(".,;") not in known]
    return Loss(float(bool(changed)), changed[0] if changed else "")


def _negation(case: _Case) -> Loss:
    return _differing(case, _negated)


def _modality(case: _Case) -> Loss:
    """What will be done where it could be, and the reverse."""
    return _differing(case, _moods)


Marks = dict[str, frozenset[str]]


def _differing(case: _Case, marked: Callable[[str], Marks]) -> Loss:
    """Words that the sentence has under one mark alone, and the support under another mark alone."""
    said = marked(case.sentence)
    known: defaultdict[str, set[str]] = defaultdict(set)
    for text in case.support:
        for word, marks in marked(text).items():
            known[word] |= marks
    shared = ((word, marks, known[word]) for word, marks in said.items() if word in known)
    differing = [word for word, here, there in shared if len(here) == len(there) == 1 and here != there]
    return Loss(min(len(differing), 2), ", ".join(differing))


@lru_cache(maxsize=1024)
def _negated(text: str) -> Marks:
    return _under(text, lambda word: "not" if word in _NEGATIONS else None, NEGATION_REACH)


@lru_cache(maxsize=1024)
def _moods(text: str) -> Marks:
    """Words without a modal verb carry no mark: tenses change freely in a summary."""
    moods = {"will": "will", "shall": "will", "could": "could", "may": "could", "might": "could"}
    marked = _under(_MONTH_OF_MAY.sub("", text), moods.get, MODAL_REACH)
    return {word: marks - {""} for word, marks in marked.items()}


def _under(text: str, mark_of: Callable[[str], str | None], reach: int) -> Marks:
    """Each stem with the marks under which it stands: those of the last marking word before it in its clause, or ""."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for clause in _CLAUSE.split(folded(text)):
        mark, left = "", 0
        tokens = [w.removesuffix("'s") for w in WORD.findall(clause)]
        for word, following in zip(tokens, [*tokens[1:], ""], strict=False):
            new = "not" if (word, following) == ("yet", "to") and mark_of("not") else mark_of(word)
            if new is not None:
                mark, left = new, reach
            elif word not in STOP_WORDS and number_word(word) is None:
                found[stem(word)].add(mark if left else "")
                left = max(0, left - 1)
    return {word: frozenset(marks) for word, marks in found.items()}


def _other_pronouns(case: _Case) -> Loss:
    """She where the text says he."""
    said, known = set(words(case.sentence)), {w for text in case.around for w in words(text)}
    for mine, others in ((_HE, _SHE), (_SHE, _HE)):
        if said & mine and not known & mine and known & others:
            return Loss(1.0, ", ".join(sorted(said & mine)))
    return Loss(0.0)


def _misplaced(case: _Case) -> Loss:
    """A name or a figure that stands in the article, but never near what the sentence puts beside it."""
    tokens = [
        (w, stem(f))
        for w in WORD.findall(plain(case.sentence))
        if (f := folded(w).removesuffix("'s")) not in STOP_WORDS
    ]
    bags = case.article.bags
    worst = Loss(0.0)
    for place, (word, own) in enumerate(tokens):
        if not (word[0].isdigit() or (word[0].isupper() and place)):
            continue
        beside = {s for _, s in tokens[max(0, place - NEIGHBOURS) : place + NEIGHBOURS + 1]} - {own}
        homes = [i for i, bag in enumerate(bags) if own in bag]
        if len(beside) < 2 or not homes:
            continue
        anywhere = max(len(beside & bag) for bag in bags)
        here = max(len(beside & frozenset().union(*bags[max(0, i - 2) : i + 3])) for i in homes)
        worst = max(worst, Loss(max(0, anywhere - here) / len(beside), word))
    return worst


def _reworded(case: _Case) -> Loss:
    """The share of its pairs of words that no one supporting sentence has."""
    said = _pairs(case.sentence)
    shares = (
        [sum(p in known for p in said) / len(said) for known in map(set, map(_pairs, case.support))] if said else [1.0]
    )
    missing = 1 - max(shares, default=0.0)
    return Loss(missing, f"{missing:.0%} of the wording is new")


@lru_cache(maxsize=1024)
def _pairs(text: str) -> tuple[tuple[str, str], ...]:
    said = words(text)
    return tuple(pairwise(said))


_LOSSES: dict[str, Callable[[_Case], Loss]] = {
    "number_not_in_support": _new_numbers,
    "name_not_in_support": _new_names,
    "quotation_not_verbatim": _changed_quotations,
    "negation_differs": _negation,
    "modality_differs": _modality,
    "pronoun_differs": _other_pronouns,
    "misplaced": _misplaced,
    "reworded": _reworded,
}
