"""A sentence -> the signs that it speaks to a machine: marks of prompts, orders, machines named, hidden letters.

The signs are a table, machinewords.toml: English, and some thirty languages more for the order to drop one's
instructions. A sign by itself says little, and injections.json says how much; a few stand in no prose at all.
"""

import base64
import binascii
import re
import tomllib
import unicodedata
from functools import lru_cache
from importlib import resources
from typing import Any, NamedTuple

# Each of these signs is enough alone.
_CERTAIN = frozenset(
    f"sign {name}"
    for name in (
        "mark of a chat template",
        "heading of a chat template",
        "tag of a prompt",
        "hidden text",
        "answer in JSON",
        "words of our own prompts",
        "order to drop instructions",
        "order to drop all instructions",
        "told that it is a machine",
        "words in base64",
        "machine told in another language",
    )
)
# Three invisible letters (soft hyphens, joiners) in one sentence hide words.
MOST_INVISIBLE = 2
# "Share this article" is a button.
LEAST_TOKENS = 4
# Letters without a space between them that may be base64.
LEAST_BLOB = 24
# Of ten words of a sentence three with digits for letters are leet, not product names.
LEAST_LEET, LEET_SHARE = 3, 0.3

# Between an order's first word and its beginning: quotation marks, list marks, a courtesy.
_AFTER_LEAD = r"[\s\"'“”‘’*_()>#-]*(?:please |kindly |also |only |therefore |instead |simply |just |always )?"
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]"
    "|[\U000e0000-\U000e007f]"
)
# Letters of ASCII as invisible tags; the flags of England and of states are six of them.
_TAGGED = re.compile("[\U000e0020-\U000e007e]{8,}")
_LOOK_ALIKES = str.maketrans(
    "аеорсухіјѕԁһԛԝьАВЕКМНОРСТУХІЈЅοαινρτυκΑΒΕΖΗΙΚΜΝΟΡΤΥΧɡı",
    "aeopcyxijsdhqwbABEKMHOPCTYXIJSoaivptukABEZHIKMNOPTYXgi",
)
_LATIN = re.compile(r"[a-zA-Z]")
_DIGITS = str.maketrans("0134578@$", "oieastbas")
_LEET = re.compile(r"(?<![\w@$])(?=[\w@$]*[a-zA-Z])(?=[\w@$]*[0134578@$])[a-zA-Z0134578@$]{3,}(?![\w@$])")
_SPACED = re.compile(r"(?<!\w)\w(?:[ .·_*-]\w){2,}(?!\w)")
_BLOB = re.compile(rf"(?<![\w/+=.-])[A-Za-z0-9+/]{{{LEAST_BLOB},}}={{0,2}}(?![\w/+=])")
_UNUSUAL = re.compile(r"[^\x00-\x7f\u00a0-\u00ac\u00ae-\u017f“”‘’–—…€•−]")
_TOKEN = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?|[\[\]{}<>|#:=\"/]")
_SPEAKS = frozenset({"kind machine", "opens say", "opens drop", "opens answer"})
_WEAK_SIGNS = frozenset({"sign order", "sign the text as a thing", "sign turn of a person"})
_UNDERTAKES = re.compile("commit|pledg|promis|vow|undert|swor|guarant|will$|would$|shall$")
_BRACKETS = frozenset("[]{}<>|")
_OPENING = frozenset("please kindly also then now so and instead next".split())
# A sentence that opens with one of these may be an order.
_ORDERS = frozenset({"say", "drop", "must"})
# A sentence with no word of these kinds is not looked at further: two in three.
_WORTH_LOOKING = ("machine", "perhaps a machine", "text", "answer", "item", "rule", "drop", "mark")


class Table(NamedTuple):
    """machinewords.toml, ready to use: `kinds` of each word, `triggers` that make a sentence worth looking at."""

    signs: dict[str, re.Pattern[str]]
    abroad: dict[str, re.Pattern[str]]
    kinds: dict[str, tuple[str, ...]]
    triggers: frozenset[str]


@lru_cache
def table() -> Table:
    read: dict[str, Any] = tomllib.loads((resources.files("pipeline") / "machinewords.toml").read_text("utf-8"))
    names = {name: f"(?:{'|'.join(words)})" for name, words in read["vocabulary"].items()}
    names["lead"] += _AFTER_LEAD
    kinds: dict[str, tuple[str, ...]] = {}
    for kind, words in read["kinds"].items():
        for word in words.split():
            kinds[word] = (*kinds.get(word, ()), kind)
    return Table(
        signs={sign: _compiled("|".join(patterns), names) for sign, patterns in read["signs"].items()},
        abroad={what: _abroad("|".join(words), is_whole=what != "rules") for what, words in read["abroad"].items()},
        kinds=kinds,
        triggers=frozenset(word for kind in _WORTH_LOOKING for word in read["kinds"][kind].split()),
    )


def _compiled(pattern: str, names: dict[str, str]) -> re.Pattern[str]:
    return re.compile(re.sub("@([a-z_]+)@", lambda m: names[m[1]], pattern), re.IGNORECASE | re.MULTILINE)


def _abroad(words: str, *, is_whole: bool) -> re.Pattern[str]:
    return re.compile(rf"(?<![^\W\d_])(?:{words})(?![a-zà-žа-я])" if is_whole else words, re.IGNORECASE)


# --- letters


@lru_cache(maxsize=256)
def as_read(text: str) -> str:
    """The words as a reader would see them: no invisible letters, no look-alikes, no letters set apart or as digits."""
    if not text.isascii():
        text = _TAGGED.sub(lambda m: "".join(chr(ord(c) - 0xE0000) for c in m[0]), text)
    text = _INVISIBLE.sub("", text if text.isascii() else unicodedata.normalize("NFKC", text))
    if not text.isascii():
        text = " ".join(w.translate(_LOOK_ALIKES) if _LATIN.search(w) else w for w in text.split(" "))
    text = " ".join(_SPACED.sub(lambda m: re.sub(r"[^\w]", "", m[0]), part) for part in re.split(r" {2,}", text))
    leet = [m for m in _LEET.finditer(text) if sum(c.isalpha() for c in m[0]) >= 2]
    if len(leet) >= max(LEAST_LEET, LEET_SHARE * len(text.split())):
        text = _LEET.sub(lambda m: m[0].translate(_DIGITS), text)
    return text


def _has_hidden_words(text: str) -> bool:
    """True for base64 that says something."""
    for match in _BLOB.finditer(text):
        blob = match[0].rstrip("=")
        try:
            plain = base64.b64decode(blob + "=" * (-len(blob) % 4), validate=True).decode("ascii")
        except (binascii.Error, UnicodeDecodeError):
            continue
        if plain.isprintable() and " " in plain:
            return True
    return False


# --- sentences


def features(text: str, *, is_foreign: bool = False) -> frozenset[str]:
    """What weights may count: `word_features`, and the signs where there are such."""
    words = word_features(text, is_foreign=is_foreign)
    return words | sign_features(text, is_foreign=is_foreign) if words else words


def sign_features(text: str, *, is_foreign: bool = False) -> frozenset[str]:
    return frozenset(f"sign {sign}" for sign in signs_of(text, is_foreign=is_foreign))


def word_features(text: str, *, is_foreign: bool = False) -> frozenset[str]:
    """Words, pairs of words, kinds of words and their pairs.

    Empty for a sentence without a word that makes it worth looking. `is_foreign`: in another language than its article.
    """
    known = table()
    tokens = [t.casefold().replace("’", "'") for t in _TOKEN.findall(as_read(text))]
    if is_plain(text) and len(tokens) < LEAST_TOKENS and _BRACKETS.isdisjoint(tokens):
        return frozenset()
    opening = next((t for t in tokens if t.isalpha() and t not in _OPENING), "")
    opens = known.kinds.get(opening, ())
    if _ORDERS.isdisjoint(opens) and known.triggers.isdisjoint(tokens) and is_plain(text) and not is_foreign:
        return frozenset()
    # Marks are left to the signs, and no weight may fall on what commitments are made with: real ones would be hidden.
    words = [t for t in tokens if t[0].isalpha() and not _UNDERTAKES.match(t)]
    kinds = sorted({kind for t in words for kind in known.kinds.get(t, ())})
    found = {f"word {t}" for t in words} | {f"words {a} {b}" for a, b in zip(["^", *words], words, strict=False)}
    found |= {f"kind {kind}" for kind in kinds} | {f"opens {kind}" for kind in opens if opening in words}
    return frozenset(found | {f"kinds {a} + {b}" for i, a in enumerate(kinds) for b in kinds[i + 1 :]})


def is_plain(text: str) -> bool:
    """False for what its words alone cannot judge: letters of other scripts, invisible ones, what may be base64."""
    return not _UNUSUAL.search(text) and max(map(len, text.split()), default=0) < LEAST_BLOB


def signs_of(text: str, *, is_foreign: bool = False) -> list[str]:
    """The names of the signs that a sentence has."""
    read = as_read(text)
    found = [name for name, pattern in table().signs.items() if pattern.search(read)]
    if _has_hidden_words(text):
        found.append("words in base64")
    if len(_INVISIBLE.findall(text)) > MOST_INVISIBLE:
        found.append("invisible letters")
    return found if read.isascii() and not is_foreign else [*found, *_signs_abroad(read, is_foreign=is_foreign)]


def _signs_abroad(read: str, *, is_foreign: bool) -> list[str]:
    has = {name for name, pattern in table().abroad.items() if pattern.search(read)}
    found: list[str] = []
    if {"drop", "rules"} <= has and (is_foreign or not has.isdisjoint({"tell", "machine", "perhaps_machine"})):
        found.append(
            "order to drop all instructions" if is_foreign or "all" in has else "talk of dropping instructions"
        )
    is_order = not has.isdisjoint({"tell", "drop"})
    if "machine" in has or ("perhaps_machine" in has and is_order):
        found.append("machine told in another language" if is_foreign else "machine in another language")
    is_telling = not has.isdisjoint({"tell", "drop", "machine"})
    return [*found, "another language"] if is_foreign and is_telling else found


def is_certain(found: frozenset[str]) -> bool:
    """True when one of the features is enough alone."""
    return not _CERTAIN.isdisjoint(found)


def speaks_to_somebody(found: frozenset[str]) -> bool:
    """True for a sentence that gives an order, names a machine or has a sign of more than place: others only report."""
    return not _SPEAKS.isdisjoint(found) or any(f.startswith("sign ") and f not in _WEAK_SIGNS for f in found)
