"""Scores -> spans, against every possible path and every possible span."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.engines.compact.decoding import Scores, _viterbi, actions_in, argument, log_softmax, referent
from pipeline.engines.compact.windows import Features, Place, Window

O, B, I = range(3)  # noqa: E741 the field's names of the tags


def _scores(rows: list[list[float]]) -> Scores:
    return log_softmax(np.array(rows, dtype=np.float32))


def _random(seed: int, rows: int) -> Scores:
    return log_softmax(np.random.default_rng(seed).normal(size=(rows, 3)).astype(np.float32))


def _window(tokens: int, title: int, places: list[tuple[int, int]]) -> Window:
    return Window(
        ids=(0,) * tokens, features=(Features(),) * tokens, offsets=((0, 1),) * tokens,
        places=tuple(Place(i, a, b, True) for i, (a, b) in enumerate(places)), title_offsets=((0, 1),) * title,
    )  # fmt: skip


@given(st.integers(0, 10_000), st.integers(1, 7))
def test_the_path_is_the_best_of_all_in_which_an_inside_follows_something(seed: int, length: int) -> None:
    scores = _random(seed, length)

    def worth(path: tuple[int, ...]) -> float:
        return float(sum(scores[i, tag] for i, tag in enumerate(path)))

    def is_allowed(path: tuple[int, ...]) -> bool:
        return all(tag != I or (i > 0 and path[i - 1] != O) for i, tag in enumerate(path))

    allowed = filter(is_allowed, product((O, B, I), repeat=length))
    assert worth(tuple(_viterbi(scores))) == pytest.approx(max(map(worth, allowed)), abs=1e-5)


def test_two_actions_that_touch_are_two() -> None:
    tags = _scores([[9, 0, 0], [0, 9, 0], [0, 0, 9], [0, 9, 0], [0, 0, 9], [9, 0, 0]])

    found = actions_in(tags, Place(0, 0, 6, True))

    assert [(t.first, t.last) for t in found] == [(1, 2), (3, 4)]


def test_a_sentence_that_states_something_has_an_action_even_if_no_tag_says_so() -> None:
    tags = _scores([[9, 0, 0], [9, 0, 0], [3, 2, 0], [0, 0, 1], [9, 0, 0]])

    assert [(t.first, t.last) for t in actions_in(tags, Place(0, 0, 5, True))] == [(2, 3)]


def test_a_marker_alone_has_none() -> None:
    assert actions_in(_scores([[0, 9, 0]]), Place(0, 0, 1, True)) == []


@given(st.integers(0, 10_000))
def test_an_argument_is_the_best_span_within_one_sentence(seed: int) -> None:
    chance = np.random.default_rng(seed)
    starts, ends = (log_softmax(chance.normal(size=14).astype(np.float32)) for _ in range(2))
    window = _window(14, 2, [(4, 9), (9, 14)])
    fields = [(1, 3), (5, 9), (10, 14)]

    found = argument(starts, ends, window, may_be_none=False)

    best = max(starts[i] + ends[j] for low, high in fields for i in range(low, high) for j in range(i, high))
    assert found is not None
    assert starts[found.first] + ends[found.last] == pytest.approx(best, abs=1e-5)


def test_there_is_no_argument_where_none_is_likelier() -> None:
    starts, ends = log_softmax(np.array([5.0, 0, 1, 0], np.float32)), log_softmax(np.array([5.0, 0, 0, 1], np.float32))
    window = _window(4, 0, [(1, 4)])

    assert argument(starts, ends, window) is None
    sure = argument(starts, ends, window, may_be_none=False)
    assert sure is not None
    assert (sure.first, sure.last) == (2, 3)
    assert sure.score < 0


def _logs(probabilities: list[float]) -> Scores:
    return np.log(np.array(probabilities, np.float32))


def test_mentions_of_one_thing_add_up() -> None:
    window = replace(_window(8, 0, [(1, 8)]), ids=(0, 0, 5, 9, 5, 7, 5, 0))
    starts, ends = (_logs([0.3, 0.01, 0.2, 0.24, 0.02, 0.01, 0.2, 0.02]) for _ in range(2))

    found = referent(starts, ends, window)

    # Token 3 is the likeliest end of a span (.24), the word of tokens 2, 4 and 6 the likeliest thing.
    assert found is not None
    assert window.ids[found.last] == 5


def test_nothing_is_leant_on_where_nothing_is_likely() -> None:
    starts, ends = (_logs([0.9, 0.025, 0.025, 0.025, 0.025]) for _ in range(2))

    assert referent(starts, ends, _window(5, 0, [(1, 5)])) is None


@given(st.integers(0, 10_000))
def test_a_referent_lies_within_one_sentence_or_the_title(seed: int) -> None:
    chance = np.random.default_rng(seed)
    starts, ends = (log_softmax(4 * chance.normal(size=14).astype(np.float32)) for _ in range(2))

    found = referent(starts, ends, _window(14, 2, [(4, 9), (9, 14)]))

    fields = [(1, 3), (5, 9), (10, 14)]
    assert found is None or any(low <= found.first <= found.last < high for low, high in fields)


def test_a_window_without_words_has_no_referent() -> None:
    assert referent(_logs([1.0]), _logs([1.0]), _window(1, 0, [])) is None
