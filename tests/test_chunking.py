"""Windows hold every sentence once, in order and under the limit; quotations stay whole where that is cheap."""

from collections.abc import Sequence
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from pipeline.chunking import CONTEXT_SENTENCES, FIRST_TRIED, GIVEN_UP, Chunks, Window, chunk, halves
from pipeline.records import Sentence

# What a mark beside a shown sentence takes, in the toy's characters.
MARK = 1


def _sentences(texts: Sequence[str], *, paragraph: int = 0) -> list[Sentence]:
    return [
        Sentence(index=i, start=0, end=len(text), paragraph=paragraph, text=text) for i, text in enumerate(texts)
    ]  # fmt: skip


class Reader:
    """Reads windows of up to `limit` characters, context included, and keeps what it was asked about."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.asked: list[int] = []

    def __call__(self, window: Window) -> bool:
        size = sum(len(s.text) for s in window.sentences) + sum(len(s.text) + MARK for s in window.context)
        self.asked.append(size)
        return size <= self.limit


TEXTS = st.lists(st.integers(1, 60).map(lambda n: "x" * n), max_size=120)


@given(TEXTS, st.integers(1, 200))
def test_every_sentence_is_in_one_window_or_too_long_and_the_order_stays(texts: list[str], limit: int) -> None:
    sentences = _sentences(texts)
    chunks = chunk(sentences, Reader(limit))
    read = [s.index for w in chunks.windows for s in w.sentences]
    assert read == sorted(read)
    assert sorted(read + [s.index for s in chunks.too_long]) == list(range(len(texts)))
    assert [s.index for s in chunks.too_long] == [i for i, text in enumerate(texts) if len(text) > limit]


@given(TEXTS, st.integers(1, 200))
def test_every_window_fits_and_its_context_ends_the_window_before(texts: list[str], limit: int) -> None:
    fits = Reader(limit)
    chunks = chunk(_sentences(texts), fits)
    assert all(w.sentences and fits(w) for w in chunks.windows)
    assert all(w.context == () for w in chunks.windows[:1])
    for before, window in pairwise(chunks.windows):
        assert len(window.context) <= CONTEXT_SENTENCES
        assert window.context == before.sentences[len(before.sentences) - len(window.context) :]


@given(TEXTS, st.integers(1, 200))
def test_no_window_ends_while_the_next_sentence_would_fit(texts: list[str], limit: int) -> None:
    sentences = _sentences(texts)
    for window in chunk(sentences, Reader(limit)).windows:
        end = window.sentences[-1].index + 1
        if end < len(sentences):
            assert not Reader(limit)(window._replace(sentences=(*window.sentences, sentences[end])))


def test_nothing_gives_no_window_and_what_fits_whole_is_asked_about_once() -> None:
    fits = Reader(10_000)
    assert chunk([], fits) == Chunks((), ())
    assert len(chunk(_sentences(["x" * 50] * FIRST_TRIED), fits).windows) == 1
    assert len(fits.asked) == 1


def test_context_gives_way_to_a_sentence_that_needs_the_room() -> None:
    sentences = _sentences(["a" * 4, "b" * 4, "c" * 8, "d" * 6])
    windows = chunk(sentences, Reader(12)).windows
    assert [[s.text[0] for s in w.sentences] for w in windows] == [["a", "b"], ["c"], ["d"]]
    assert [[s.text[0] for s in w.context] for w in windows] == [[], [], []]
    assert [len(w.context) for w in chunk(sentences, Reader(13)).windows] == [0, 1, 0]


def test_a_text_of_any_length_is_counted_a_few_times_over_and_no_more() -> None:
    """Counting the whole rest for each window takes a time quadratic in the text."""
    for limit in (50, 500, 5_000):
        few, many = Reader(limit), Reader(limit)
        chunk(_sentences(["x" * 20] * 2_000), few)
        chunk(_sentences(["x" * 20] * 20_000), many)
        assert sum(many.asked) < 12 * sum(few.asked)
        assert sum(many.asked) < 30 * 20 * 20_000


def test_sentences_that_fit_nowhere_are_each_asked_about_a_few_times() -> None:
    fits = Reader(10)
    chunks = chunk(_sentences(["short", *["x" * 20] * 5_000, "short"]), fits)
    assert len(chunks.too_long) == 5_000
    assert len(fits.asked) < 4 * 5_000


# --- quotations


def _ends(texts: Sequence[str], limit: int) -> list[str]:
    return [w.sentences[-1].text for w in chunk(_sentences(texts), Reader(limit)).windows]


def test_a_window_ends_before_a_quotation_rather_than_inside_it() -> None:
    texts = ["One two.", "Six ten.", "Nobody.", "Zero it.", "“We act.", "We pay.”", "The end."]
    straight = [text.translate({ord("“"): '"', ord("”"): '"'}) for text in texts]
    assert [_ends(t, 40)[0] for t in (texts, straight)] == ["Zero it.", "Zero it."]


def test_a_quotation_longer_than_what_a_window_gives_up_is_cut_all_the_same() -> None:
    texts = ["“One two.", *["Six ten."] * 20, "At last.”"]
    windows = chunk(_sentences(texts), Reader(80)).windows
    fitting = (80 - CONTEXT_SENTENCES * (8 + MARK)) // 8
    assert all(len(w.sentences) >= int(fitting * (1 - GIVEN_UP)) for w in windows[:-1])
    assert sum(len(w.sentences) for w in windows) == len(texts)


# --- halves


@given(TEXTS.filter(bool))
def test_halves_hold_what_the_window_held_down_to_one_sentence_alone(texts: list[str]) -> None:
    window = Window(tuple(_sentences(texts)))
    parts = [window]
    while any(halves(p) for p in parts):
        parts = [half for p in parts for half in (halves(p) or (p,))]
    assert [p.sentences for p in parts] == [(s,) for s in window.sentences]
    assert all(p.context == () for p in parts)


def test_the_second_half_shows_the_end_of_the_first() -> None:
    sentences = tuple(_sentences(["a", "b", "c", "d", "e", "f"]))
    first, second = halves(Window(sentences[2:], sentences[:2]))
    assert (first.context, second.context) == (sentences[:2], first.sentences[-CONTEXT_SENTENCES:])
    assert first.sentences + second.sentences == sentences[2:]


def test_a_half_does_not_end_inside_a_quotation_where_that_is_cheap() -> None:
    texts = ["a", "b", "c", "“d", "e”", "f", "g", "h"]
    assert [p.sentences[-1].text for p in halves(Window(tuple(_sentences(texts))))] == ["c", "h"]
