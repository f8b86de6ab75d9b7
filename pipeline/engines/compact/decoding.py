"""The network's scores -> sentences that state a commitment, the spans of its words, and how sure each is."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from pipeline.engines.compact.windows import Place, Window

Scores = npt.NDArray[np.float32]

# An argument is no longer than this many tokens, and its ends are sought among so many of the likeliest tokens.
MOST_TOKENS, MOST_ENDS = 48, 12
# Nobody's name is longer: "the Under Secretary of State for Work and Pensions", in pieces of words.
MOST_NAME_TOKENS = 16
_O, _B, _I = range(3)
_IMPOSSIBLE = -1e9


class Tagged(NamedTuple):
    """Tokens (inclusive) of an action, and the mean log-probability of its tags."""

    first: int
    last: int
    score: float


class Pointed(NamedTuple):
    """Tokens (inclusive) of an argument and how much likelier they are than "none", in log-probability."""

    first: int
    last: int
    margin: float


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


def argument(starts: Scores, ends: Scores, window: Window, *, may_be_none: bool = True) -> Pointed | None:
    """The likeliest span inside one sentence or the title; None where "none" is likelier.

    `starts`, `ends`: log-probabilities over the window's tokens; token 0 stands for "none".
    """
    none = float(starts[0] + ends[0])
    best: Pointed | None = None
    for low, high in _fields(window):
        least = none if best is None else max(none, best.margin)
        if high <= low or (may_be_none and starts[low:high].max() + ends[low:high].max() <= least):
            continue
        found = _best_in(starts, ends, low, high)
        if found is not None and (best is None or found.margin > best.margin):
            best = found
    if best is None or (may_be_none and best.margin <= none):
        return None
    return best._replace(margin=best.margin - none)


def likeliest(
    starts: Scores,
    ends: Scores,
    window: Window,
    named: Sequence[tuple[int, int, str]],
    most_tokens: int = MOST_NAME_TOKENS,
) -> Pointed | None:
    """The span that names whom most of the probability falls on, summed over all mentions of one name.

    `named`: mentions as first and last token with whom they name; other spans stand for their own words alone.
    """
    sums: dict[object, float] = {}
    best: dict[object, Pointed] = {}
    free = [(t.first, t.last, (t.first, t.last)) for t in _tops(starts, ends, window, most_tokens)]
    known = {(first, last) for first, last, _ in named}
    for first, last, name in (*named, *(t for t in free if t[2] not in known)):
        score = float(starts[first] + ends[last])
        sums[name] = sums.get(name, 0.0) + float(np.exp(score))
        if name not in best or score > best[name].margin:
            best[name] = Pointed(first, last, score)
    if not sums:
        return None
    chosen = max(sums, key=lambda name: (sums[name], -best[name].first))
    none = float(starts[0] + ends[0])
    return best[chosen]._replace(margin=float(np.log(sums[chosen] + 1e-30)) - none)


def _tops(starts: Scores, ends: Scores, window: Window, most_tokens: int) -> Iterator[Pointed]:
    for low, high in _fields(window):
        for start in (np.argsort(-starts[low:high], kind="stable")[:MOST_ENDS] + low).tolist():
            end = start + int(ends[start : min(high, start + most_tokens)].argmax())
            yield Pointed(start, end, float(starts[start] + ends[end]))


def _fields(window: Window) -> Sequence[tuple[int, int]]:
    """Token ranges (half-open) that an argument may lie in: the title and each sentence."""
    title = (1, 1 + len(window.title_offsets))
    return [title, *((p.first + 1, p.last) for p in window.places)]


def _best_in(starts: Scores, ends: Scores, low: int, high: int) -> Pointed | None:
    if high <= low:
        return None
    best: Pointed | None = None
    tops = np.argsort(-starts[low:high], kind="stable")[:MOST_ENDS] + low
    for start in tops.tolist():
        stop = min(high, start + MOST_TOKENS)
        end = start + int(ends[start:stop].argmax())
        score = float(starts[start] + ends[end])
        if best is None or score > best.margin:
            best = Pointed(start, end, score)
    return best
