"""Quotes of one long text -> how often each way of grounding is right, how often false, and its time against the first.

    python tests/bench_grounding.py [--chars 1000000]

The baseline is a search in the lower-cased text, `text.lower().find(quote.lower())`. Two more are approximations,
written for this comparison, of ideas that other extractors use: "nearest span within five edits" (difflib over windows
of the quote's length) and "first words occur". Every way reads the same text and the same quotes: slices of the text,
the same with white space and case changed, and slices with one figure, "not" or modal verb changed, which must not
ground.
"""

import argparse
import random
import re
import time
from collections.abc import Callable
from difflib import SequenceMatcher

from pipeline.grounding import Grounder, Rejection

Place = tuple[int, int] | None
SUBJECTS = "The council|The ministry|Ada Marsh|Fellside Motors|The union|The regulator".split("|")
VERBS = "build|close|publish|review|fund|open|sell|repair".split("|")
OBJECTS = "homes|schools|clinics|bridges|reports|libraries|stations|parks".split("|")


def article(chars: int, chance: random.Random) -> str:
    """Sentences of our own, enough for `chars` characters."""
    parts: list[str] = []
    size = 0
    while size < chars:
        modal, figure, year = (
            chance.choice(("will", "will not", "may", "must")),
            chance.randrange(2, 9999),
            chance.randrange(2026, 2040),
        )
        words = (chance.choice(SUBJECTS), modal, chance.choice(VERBS), str(figure), chance.choice(OBJECTS))
        parts.append(f"{' '.join(words)} in district {chance.randrange(10**6)} by {year}, it said.")
        size += len(parts[-1]) + 1
    return " ".join(parts)


def quotes(text: str, count: int, chance: random.Random) -> list[tuple[str, bool]]:
    """Quotes and whether they stand in the text."""
    sentences = re.findall(r"[^.]+\.", text)
    made: list[tuple[str, bool]] = []
    for _ in range(count):
        quote = chance.choice(sentences).strip()
        figure = re.search(r"\d+", quote)
        assert figure is not None
        made += [
            (quote, True),
            (quote.replace(" ", "\u00a0").upper(), True),
            (quote.replace(figure[0], str(int(figure[0]) + 1), 1), False),
            (with_other_modal(quote), False),
        ]
    return made


def with_other_modal(quote: str) -> str:
    """The quote with its "not" taken out or put in, or its modal verb changed."""
    for modal in (" will not ", " may ", " must "):
        if modal in quote:
            return quote.replace(modal, " will ")
    return quote.replace(" will ", " will not ")


def by_lower_case(text: str) -> Callable[[str], Place]:
    low = text.lower()

    def ground(quote: str) -> Place:
        start = low.find(quote.lower())
        return (start, start + len(quote)) if start >= 0 else None

    return ground


def by_first_words(text: str) -> Callable[[str], Place]:
    low = text.lower()

    def ground(quote: str) -> Place:
        start = low.find(" ".join(quote.lower().split()[:2]))
        return (start, start + len(quote)) if start >= 0 else None

    return ground


def by_five_edits(text: str) -> Callable[[str], Place]:
    def ground(quote: str) -> Place:
        start = text.find(quote)
        if start >= 0:
            return start, start + len(quote)
        for match in re.finditer(re.escape(quote.split()[0]), text):
            window = text[match.start() : match.start() + len(quote)]
            if SequenceMatcher(None, quote, window, autojunk=False).ratio() >= 1 - 5 / len(quote):
                return match.start(), match.start() + len(quote)
        return None

    return ground


def by_grounder(text: str) -> Callable[[str], Place]:
    grounder = Grounder(text)

    def ground(quote: str) -> Place:
        found = grounder.ground(quote)
        return None if isinstance(found, Rejection) else (found.start, found.end)

    return ground


WAYS = {
    "lower-case find": by_lower_case,
    "first words": by_first_words,
    "five edits": by_five_edits,
    "onrecord": by_grounder,
}


def main(chars: int) -> None:
    """Print a row for each way; the slow one gets a tenth of the text."""
    chance = random.Random(3)
    text = article(chars, chance)
    short = text[: chars // 10]
    base: dict[int, float] = {}
    print(f"{'way':<16} {'chars':>9} {'found':>9} {'false':>9} {'seconds':>8} {'ratio':>7}")
    for name, way in WAYS.items():
        for body in (short,) if name == "five edits" else (short, text):
            asked = quotes(body, 20, random.Random(4))
            began = time.perf_counter()
            ground = way(body)
            found = [(ground(q) is not None, stands) for q, stands in asked]
            seconds = time.perf_counter() - began
            base.setdefault(len(body), seconds)
            right, false = sum(f and s for f, s in found), sum(f and not s for f, s in found)
            total = sum(s for _, s in asked)
            counts = f"{right:>4}/{total:<4} {false:>4}/{len(asked) - total:<4}"
            print(f"{name:<16} {len(body):>9,} {counts} {seconds:>8.3f} {seconds / base[len(body)]:>7.1f}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--chars", type=int, default=1_000_000)
    main(parser.parse_args().chars)
