"""A gold article's text -> what two simple systems would say of it: nothing, and a rule with the first three sentences.

A score means little without them. They are part of the scorer and change with its version only.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

from eval.aligning import Item
from eval.gold import GoldArticle
from eval.predictions import Found, Prediction, Run
from eval.summaries import lead
from pipeline.language import STOP_WORDS
from pipeline.records import Sentence
from pipeline.sentences import split_sentences

BASELINES = EMPTY, CUE_RULE = "empty", "cue rule, lead-3"
NO_TEXT = "its text is not here"
MOST_WORDS = 25

_CUE = re.compile(
    r"\b(?P<cue>will|pledg(?:e[ds]?|ing)|promis(?:e[ds]?|ing)|vow(?:s|ed|ing)?|commit(?:s|ted|ting)?)\b"
    r"(?P<not>\s+(?:not|never)\b)?(?:\s+(?:to|that)\b)?(?P<action>[^.;!?\n]*)"
)
_DAYS = frozenset(
    "Monday Tuesday Wednesday Thursday Friday Saturday Sunday January February March April May June July August"
    " September October November December".split()
)
# Capitalised words in a row, with the small words that stand inside names.
_NAME = re.compile(r"[A-Z][\w'’&-]*(?:\s+(?:(?:of|the|for|and)\s+)?[A-Z][\w'’&-]*)*")


def empty(articles: Sequence[GoldArticle]) -> Run:
    """Never finds anything: what precision costs nothing for."""
    return Run(EMPTY, {a.id: Prediction(a.id, None, "ok") for a in articles})


def cue_rule(articles: Sequence[GoldArticle], texts: Mapping[str, str]) -> Run:
    """Each sentence with will, pledge, promise, vow or commit; who: the nearest capitalised words before it.

    The summary is lead-3, the article's first three sentences. Articles without their text fail, by that name.
    """
    return Run(CUE_RULE, {a.id: _by_rule(a, texts.get(a.id)) for a in articles})


def _by_rule(article: GoldArticle, text: str | None) -> Prediction:
    if text is None:
        return Prediction(article.id, None, "failed", NO_TEXT)
    sentences = split_sentences(text, article.boilerplate)
    found = tuple(f for s in sentences if not s.is_boilerplate and (f := _commitment(s)) is not None)
    return Prediction(article.id, None, "ok", found=found, summary=lead(text, boilerplate=article.boilerplate))


def _names(text: str, cue: int) -> Iterator[str]:
    """Capitalised words, the nearest before the cue first, then those after it; no day, no word that only opens."""
    found = [m[0] for m in _NAME.finditer(text) if not _is_no_name(m[0])]
    before = [m[0] for m in _NAME.finditer(text, 0, cue) if not _is_no_name(m[0])]
    yield from (*reversed(before), *found[len(before) :])


def _is_no_name(words: str) -> bool:
    return all(w.casefold() in STOP_WORDS or w in _DAYS for w in words.split())


def _commitment(sentence: Sentence) -> Found | None:
    match = _CUE.search(sentence.text)
    action = " ".join(match["action"].split()[:MOST_WORDS]).rstrip(",:'\"”’ ") if match else ""
    if match is None or not action:
        return None
    actor = next(_names(sentence.text, match.start()), "")
    polarity = "not_do" if match["not"] else "do"
    item = Item((actor,), (action,), polarity, "firm", (sentence.span,))
    return Found(item, (sentence.text,))
