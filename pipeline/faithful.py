"""A summary sentence and its support -> supported, or the reason why not.

The checks are those that a reader with the article beside the summary would make first: figures, names, negation and
new claims, each against the supporting sentences alone (the families of error of Pagnoni et al. 2021, FRANK).
"""

import re
from collections.abc import Sequence

from pipeline.language import folded, negations, numbers, plain, stems
from pipeline.records import Verdict

# A summary in its own words shares at least this part of its content stems with what supports it; a lower share means
# a claim that the support does not make. Extractive summaries sit at 1.
CLAIM_SHARE = 0.5

_NAME = re.compile(r"(?<![.!?:\"'] )(?<!^)\b(?:[A-Z][\w'-]+)(?: (?:[A-Z][\w'-]+))*")
_QUOTED = re.compile(r'"([^"]+)"')


def check(sentence: str, support: str) -> tuple[Verdict, str | None]:
    """Whether `support` (the words of the supporting sentences) carries `sentence`; the reason is a code and words."""
    reason = next(filter(None, (rule(sentence, support) for rule in _RULES)), None)
    return ("supported", None) if reason is None else ("unsupported", reason)


def _support_is_empty(_: str, support: str) -> str | None:
    return None if support.strip() else "no_support"


def _number_is_new(sentence: str, support: str) -> str | None:
    new = sorted(set(numbers(sentence)) - set(numbers(support)))
    return f"number_not_in_support: {', '.join(new)}" if new else None


def _name_is_new(sentence: str, support: str) -> str | None:
    known = folded(support)
    new = [n for n in _NAME.findall(plain(sentence)) if not all(_is_in(part, known) for part in folded(n).split())]
    return f"name_not_in_support: {', '.join(new)}" if new else None


def _is_in(word: str, text: str) -> bool:
    bare = re.escape(word.removesuffix("'s"))
    return re.search(rf"(?<!\w){bare}(?!\w)", text) is not None


def _quotation_is_changed(sentence: str, support: str) -> str | None:
    known = folded(support)
    changed = [q for q in _QUOTED.findall(plain(sentence)) if folded(q).rstrip(".,;") not in known]
    return f"quotation_not_verbatim: {changed[0]}" if changed else None


def _negation_differs(sentence: str, support: str) -> str | None:
    if folded(sentence) in folded(support):
        return None
    return "negation_differs" if (negations(sentence) > 0) != (negations(support) > 0) else None


def _claim_is_new(sentence: str, support: str) -> str | None:
    claimed, known = stems(sentence), set(stems(support))
    share = sum(s in known for s in claimed) / len(claimed) if claimed else 1.0
    return None if share >= CLAIM_SHARE else f"claim_not_in_support: {share:.0%} of the words"


def best_support(sentence: str, sentences: Sequence[str], most: int = 3) -> tuple[int, ...]:
    """Indexes of the sentences that share most words with `sentence`, in order."""
    wanted = set(stems(sentence))
    shares = [(len(wanted.intersection(stems(s))), -i) for i, s in enumerate(sentences)]
    return tuple(sorted(-i for n, i in sorted(shares, reverse=True)[:most] if n))


_RULES = (_support_is_empty, _number_is_new, _name_is_new, _quotation_is_changed, _negation_differs, _claim_is_new)
