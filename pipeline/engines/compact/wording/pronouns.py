"""What a pronoun of an action stands for, where the words before it say so."""

import re

from pipeline.engines.compact.wording.acting import OWN_SIDE
from pipeline.engines.compact.wording.words import BASES, BEFORE, FUNCTION_WORDS, PREPOSITIONS, Marked, any_of
from pipeline.language import content_words

_LONE = re.compile(
    r"(?P<head>(?!do )[\w-]+(?: (?:up|out|off|down|back|away|on|over|to|for))?) (?P<pronoun>it|them)(?= |$|,)"
    r"(?! (?:is|was|clear|easier|harder|possible|impossible|to|that|their|the|an?|free|\d+)\b)"
)
_ENDS_NOUN = any_of(
    *FUNCTION_WORDS,
    "doesn't don't didn't isn't wasn't won't plans plan wants want gives makes takes goes comes gets does do did "
    "needs put "
    "made held built went came told took gave left set year years month months week weeks day days clock time",
)
_NOUN_WORD = rf"(?!(?:{_ENDS_NOUN}|\w+ing|\w+ed)\b)[\w'-]+"
_NOUN_PHRASE = re.compile(
    r"\b(?P<first>the|an?|its|his|her|their|our|my|all|every|\d[\d,.]*|two|three|four|five|six|seven|eight|nine|ten)"
    rf"(?: {_NOUN_WORD}){{1,5}}(?: of(?: (?:the|its|his|her|their|an?))?(?: {_NOUN_WORD}){{1,3}})?",
    re.IGNORECASE,
)
_OF_A_PHRASE = re.compile(
    rf"\b(?:{any_of(*PREPOSITIONS)}|after|before|under|than|like|as|told|asked|that|over|through|because|if|when|"
    rf"until|since|"
    r"inside|within|around|across|about|against) $",
    re.IGNORECASE,
)


# "two sons" | "attend" | "the school"
_VERB_OF_MANY = re.compile(
    rf"(?<=[a-z][a-rt-z]s )(?:{any_of(*sorted(BASES))}) (?=(?:the|an?|its|his|her|their|our|my|this|these)\b)"
)


def resolved(action: str, before: str, marked: Marked, actor: str) -> str:
    """With the noun that a lone object stands for: the only one that fits, of two at most in the words before it or,
    where those have none, in the sentence before. Of the nearest nouns, taken as they came, two in three were wrong.
    """
    lone = _LONE.match(action)
    if lone is None:
        return action
    at = marked.text.find(f" {lone['pronoun']}", marked.first)
    for text in (marked.text[: at if at > 0 else marked.first], before[-BEFORE:]):
        nouns = [
            n
            for n in _NOUN_PHRASE.finditer(_VERB_OF_MANY.sub(" ", text))
            if _is_plural(n) == (lone["pronoun"] == "them")
        ]
        if nouns:
            fitting = {_spoken_of(n[0]) for n in nouns if _may_be_meant(n, actor)}
            return _with_noun(action, lone, fitting.pop()) if len(fitting) == 1 and len(nouns) <= 2 else action
    return action


def _may_be_meant(noun: re.Match[str], actor: str) -> bool:
    if _OF_A_PHRASE.search(noun.string[max(0, noun.start() - 12) : noun.start()]) or OWN_SIDE.fullmatch(noun[0]):
        return False
    is_name = re.search(r" [A-Z]", noun[0]) is not None  # of a body, more often than of what is done to
    return not is_name and not set(content_words(noun[0])) & set(content_words(actor))


def _is_plural(noun: re.Match[str]) -> bool:
    head = noun[0].split(" of ")[0]
    return (head.endswith("s") and not head.endswith("ss")) or re.match(
        r"\d|(?:all|two|three|four|five|six|seven|eight|nine|ten)\b", noun["first"], re.IGNORECASE
    ) is not None


def _spoken_of(noun: str) -> str:
    """ "a bill" is "the bill" when it is spoken of again."""
    first, _, rest = noun.partition(" ")
    return f"the {rest}" if first.casefold() in {"a", "an"} else noun[0].lower() + noun[1:]


def _with_noun(action: str, lone: re.Match[str], noun: str) -> str:
    """ "take it up" -> "take up the seat"."""
    verb, rest = action[: lone.start("pronoun")], action[lone.end("pronoun") :]
    particle = re.match(r" ?(?P<word>(?:up|out|off|down|away) ?)(?=\W|$|\b)", rest)
    if particle is None:
        return verb + noun + rest
    return f"{verb}{particle['word'].strip()} {noun} {rest[particle.end() :]}".strip()
