"""The network's scores -> sentences that state a commitment, the spans of its words, and how sure each is."""

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from pipeline.engines.compact.windows import Place, Window

Scores = npt.NDArray[np.float32]

# An argument is no longer than this many tokens, and its ends are sought among so many of the likeliest tokens.
MOST_TOKENS, MOST_ENDS = 48, 12
# Nobody's name is longer: "the Under Secretary of State for Work and Pensions", in pieces of words.
MOST_NAME_TOKENS = 16
# Of the spans that a referent may be these many are weighed; each has one of so many of the likeliest first tokens.
MOST_WEIGHED, MOST_STARTS = 80, 40
# Below this probability nothing is said to be the referent.
LEAST_REFERENT = 0.12
_O, _B, _I = range(3)
_IMPOSSIBLE = -1e9


class Tagged(NamedTuple):
    """Tokens (inclusive) of an action, and the mean log-probability of its tags."""

    first: int
    last: int
    score: float


class Pointed(NamedTuple):
    """Tokens (inclusive) of an argument, and the log-probability of its first and last together."""

    first: int
    last: int
    score: float


def log_softmax(logits: Scores) -> Scores:
    shifted = logits - logits.max(-1, keepdims=True)
    found: Scores = shifted - np.log(np.exp(shifted).sum(-1, keepdims=True))
    return found


def actions_in(tags: Scores, place: Place) -> list[Tagged]:
    """The likeliest spans of a sentence that is known to state something; at least one.

    `tags`: T x 3 log-probabilities of O, B, I. Viterbi over "I follows B or I".
    """
    first = place.first + 1
    own = tags[first : place.last]
    if not len(own):
        return []
    path = _viterbi(own)
    begins = [i for i, tag in enumerate(path) if tag == _B]
    if not begins:
        begins = [int(own[:, _B].argmax())]
        path = [_O] * len(path)
        path[begins[0]] = _B
        for i in range(begins[0] + 1, len(path)):
            if own[i, _I] <= own[i, _O]:
                break
            path[i] = _I
    found = []
    for begin in begins:
        end = begin
        while end + 1 < len(path) and path[end + 1] == _I:
            end += 1
        score = float(np.mean([own[i, path[i]] for i in range(begin, end + 1)]))
        found.append(Tagged(first + begin, first + end, score))
    return found


def _viterbi(scores: Scores) -> list[int]:
    best = scores[0].copy()
    best[_I] = _IMPOSSIBLE
    back: list[list[int]] = []
    for row in scores[1:]:
        previous = int(best.argmax())
        inside = _B if best[_B] >= best[_I] else _I
        back.append([previous, previous, inside])
        best = np.array([best[previous] + row[_O], best[previous] + row[_B], best[inside] + row[_I]])
    path = [int(best.argmax())]
    for step in reversed(back):
        path.append(step[path[-1]])
    return path[::-1]


def argument(
    starts: Scores, ends: Scores, window: Window, *, may_be_none: bool = True, most_tokens: int = MOST_TOKENS
) -> Pointed | None:
    """The likeliest span inside one sentence or the title; None where "none" is likelier.

    `starts`, `ends`: log-probabilities over the window's tokens; token 0 stands for "none".
    """
    none = float(starts[0] + ends[0]) if may_be_none else -np.inf
    low, high = _fields(window)
    most = _greatest(starts, low, high) + _greatest(ends, low, high)
    best: Pointed | None = None
    # From the field where most is possible on: after the first few, none can be better.
    for field in np.argsort(-most, kind="stable"):
        least = none if best is None else max(none, best.score)
        if most[field] <= least:
            break
        found = _best_in(starts, ends, int(low[field]), int(high[field]), most_tokens)
        if found.score > least:
            best = found
    return best


def referent(starts: Scores, ends: Scores, window: Window) -> Pointed | None:
    """What an action leans on: spans that end in one word are mentions of one thing, and their probabilities add up.

    `starts`, `ends`: log-probabilities over the window's tokens. None where the likeliest thing has less than
    `LEAST_REFERENT`; its likeliest mention is the span.
    """
    last = np.zeros(len(starts), dtype=np.int64)
    for low, high in _fields(window).T:
        last[low:high] = high
    weighed = [
        (float(starts[first] + ends[end]), int(first), end)
        for first in np.argsort(-starts, kind="stable")[:MOST_STARTS]
        for end in range(int(first), min(int(last[first]), int(first) + MOST_NAME_TOKENS))
    ]
    things: dict[int, list[tuple[float, int, int]]] = {}
    for span in sorted(weighed, reverse=True)[:MOST_WEIGHED]:
        things.setdefault(window.ids[span[2]], []).append(span)
    sums = {word: sum(math.exp(score) for score, _, _ in spans) for word, spans in things.items()}
    best = max(sums, key=lambda word: sums[word], default=None)
    if best is None or sums[best] < LEAST_REFERENT:
        return None
    _, first, end = things[best][0]
    return Pointed(first, end, math.log(sums[best]))


def _fields(window: Window) -> npt.NDArray[np.int64]:
    """2 x N: token ranges (half-open) that an argument may lie in, the title and each sentence that has tokens."""
    fields = [(1, 1 + len(window.title_offsets)), *((p.first + 1, p.last) for p in window.places)]
    return np.array([f for f in fields if f[0] < f[1]], dtype=np.int64).reshape(-1, 2).T


def _greatest(scores: Scores, low: npt.NDArray[np.int64], high: npt.NDArray[np.int64]) -> Scores:
    """The greatest score of each range."""
    if not len(low):
        return np.empty(0, dtype=np.float32)
    bounded = np.append(scores, np.float32(_IMPOSSIBLE))
    found: Scores = np.maximum.reduceat(bounded, np.stack([low, high], axis=1).ravel())[::2]
    return found


def _best_in(starts: Scores, ends: Scores, low: int, high: int, most_tokens: int) -> Pointed:
    def ending(start: int) -> Pointed:
        end = start + int(ends[start : min(high, start + most_tokens)].argmax())
        return Pointed(start, end, float(starts[start] + ends[end]))

    tops = np.argsort(-starts[low:high], kind="stable")[:MOST_ENDS] + low
    return max(map(ending, tops.tolist()), key=lambda pointed: pointed.score)
