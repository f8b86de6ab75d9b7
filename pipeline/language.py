"""A string -> its comparable form: words, numbers, negations, modal verbs and names (English)."""

import math
import re
import unicodedata
from collections import Counter
from functools import lru_cache

WORD = re.compile(r"\w+(?:['’]\w+)*")

_QUOTES = str.maketrans({"‘": "'", "’": "'", "‚": "'", "‛": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"'})
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−", "-"))
_SOFT_HYPHEN = "\u00ad"

# Verbs whose change turns an undertaking into something else; contracted forms are expanded first.
MODALS = frozenset({"will", "shall", "would", "should", "could", "can", "may", "might", "must", "ought"})
NEGATIONS = frozenset(
    {
        "not",
        "no",
        "never",
        "neither",
        "nor",
        "none",
        "nobody",
        "nothing",
        "nowhere",
        "without",
        "cannot",
        "refuse",
        "refused",
        "refuses",
        "refusing",
    }
)

_CONTRACTIONS = (
    (re.compile(r"\bcan't\b"), "can not"),
    (re.compile(r"\bwon't\b"), "will not"),
    (re.compile(r"\bshan't\b"), "shall not"),
    (re.compile(r"\bcannot\b"), "can not"),
    (re.compile(r"n't\b"), " not"),
    (re.compile(r"'ll\b"), " will"),
)

_UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_NUMBER_WORDS: dict[str, int] = {w: i for i, w in enumerate(_UNITS)} | {w: 20 + 10 * i for i, w in enumerate(_TENS)}
_SCALES = {
    "hundred": 100,
    "thousand": 1_000,
    "k": 1_000,
    "m": 1_000_000,
    "mn": 1_000_000,
    "million": 1_000_000,
    "bn": 1_000_000_000,
    "b": 1_000_000_000,
    "billion": 1_000_000_000,
    "tn": 10**12,
    "trillion": 10**12,
}
_DIGITS = re.compile(
    r"(?<![\w.])(\d+(?:,\d{3})*(?:\.\d+)?)(?:\s?(k|mn?|bn?|tn|hundred|thousand|million|billion|trillion)\b)?(?!\d)",
    re.IGNORECASE,
)

_CLAUSE_BREAK = re.compile(r"[^\w\s'-]")

STOP_WORDS = frozenset(
    "a an the and or but if of to in on at by for from with as is are was were be been being am it "
    "its this that these those"
    " he she they we i you his her their our my your him them us me who whom which what when where "
    "there here has have had do does did"
    " will would shall should can could may might must not no so than then also into over under "
    "about after before between during"
    " up down out off more most some any all each other such only own same very just said says say".split()
)


def plain(text: str) -> str:
    """NFC, one kind of quotes and dashes, no soft hyphens, white space collapsed; case is kept."""
    text = unicodedata.normalize("NFC", text).replace(_SOFT_HYPHEN, "").translate(_QUOTES).translate(_DASHES)
    return " ".join(text.split())


@lru_cache(maxsize=4096)
def folded(text: str) -> str:
    """`plain`, casefolded, with contractions written out: "won't" is "will not"."""
    text = plain(text).casefold()
    for pattern, replacement in _CONTRACTIONS:
        text = pattern.sub(replacement, text)
    return text


def words(text: str) -> list[str]:
    """The folded words of `text`, possessive endings dropped."""
    return [w.removesuffix("'s").removesuffix("'") for w in WORD.findall(folded(text))]


def content_words(text: str) -> list[str]:
    return [w for w in words(text) if w not in STOP_WORDS]


def stem(word: str) -> str:
    """A crude English stem for overlap: plural, past and -ing endings off when four letters remain."""
    for ending in ("ations", "ation", "ments", "ment", "ings", "ing", "ies", "ied", "ed", "es", "s", "e", "y"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word[: -len(ending)]
    return word


def stems(text: str) -> list[str]:
    return [stem(w) for w in content_words(text)]


def negations(text: str) -> int:
    """How many words of negation or refusal stand in `text`."""
    return sum(w in NEGATIONS for w in words(text))


def modals(text: str) -> Counter[str]:
    return Counter(w for w in words(text) if w in MODALS)


def numbers(text: str) -> Counter[str]:
    """The numbers in `text` by value: "£5m", "5 million" and "five million" are all `5000000`."""
    found: Counter[str] = Counter()
    text = plain(text)
    for match in _DIGITS.finditer(text):
        value = float(match[1].replace(",", "")) * _SCALES.get((match[2] or "").casefold(), 1)
        found[_canonical(value)] += 1
    for clause in _CLAUSE_BREAK.split(_DIGITS.sub(" ; ", text)):
        found.update(_canonical(v) for v in _spelled_out(words(clause)))
    return found


def _canonical(value: float) -> str:
    if math.isinf(value):
        return "inf"
    return str(int(value)) if value == int(value) else repr(round(value, 6))


def _spelled_out(tokens: list[str]) -> list[float]:
    """Values of the number words in order; "one" alone is a pronoun more often than a number and is left out."""
    values: list[float] = []
    run: list[str] = []
    for word in [*tokens, ""]:
        if word in _NUMBER_WORDS or (run and word in _SCALES and len(word) > 2):
            run.append(word)
            continue
        if run and run != ["one"]:
            values.append(_value(run))
        run = []
    return values


def _value(run: list[str]) -> float:
    total = current = 0
    for word in run:
        if word in _NUMBER_WORDS:
            current += _NUMBER_WORDS[word]
        elif word == "hundred":
            current = max(current, 1) * 100
        else:
            total += max(current, 1) * _SCALES[word]
            current = 0
    return float(total + current)


def number_word(word: str) -> int | None:
    """The value of one number word or of digits: "three" -> 3, "12" -> 12."""
    word = word.casefold()
    return int(word) if word.isdecimal() else _NUMBER_WORDS.get(word)
