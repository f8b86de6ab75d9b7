"""Sentences -> windows that a model can read at once; no sentence is cut, and no quotation where it can be helped."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from pipeline.records import Sentence

# Sentences of the window before that are shown for reference: enough for a name that a pronoun goes back to.
CONTEXT_SENTENCES = 2
# A quotation that runs on is kept whole by giving up at most this part of a window.
GIVEN_UP = 0.25


class Window(NamedTuple):
    """Sentences to read, and those before them that are only shown (`context`), never to be cited."""

    sentences: tuple[Sentence, ...]
    context: tuple[Sentence, ...] = ()


class Chunks(NamedTuple):
    """The windows in order, and the sentences that fit into none."""

    windows: tuple[Window, ...]
    too_long: tuple[Sentence, ...]


Fits = Callable[[Window], bool]


def chunk(sentences: Sequence[Sentence], fits: Fits) -> Chunks:
    """As few windows as a greedy reading gives; `fits` says whether a model can read one.

    Asks `fits` about log2(n) times a window. A sentence that fits into no window on its own is left out and named.
    """
    windows: list[Window] = []
    too_long: list[Sentence] = []
    rest = list(sentences)
    while rest:
        window = _largest(rest, windows[-1].sentences if windows else (), fits)
        if window is None:
            too_long.append(rest.pop(0))
            continue
        windows.append(window)
        rest = rest[len(window.sentences) :]
    return Chunks(tuple(windows), tuple(too_long))


def halves(window: Window) -> tuple[Window, ...]:
    """The window as two, the second with the end of the first as its context; () for a single sentence."""
    if len(window.sentences) < 2:
        return ()
    middle = len(window.sentences) // 2
    first, second = window.sentences[:middle], window.sentences[middle:]
    return Window(first, window.context), Window(second, first[-CONTEXT_SENTENCES:])


def _largest(rest: Sequence[Sentence], before: Sequence[Sentence], fits: Fits) -> Window | None:
    """The longest window from the beginning of `rest`; with less context when even one sentence needs the room."""
    for shown in range(min(CONTEXT_SENTENCES, len(before)), -1, -1):
        context = tuple(before[len(before) - shown :])
        if fits(Window(tuple(rest), context)):
            return Window(tuple(rest), context)
        low, high = 0, len(rest)  # `low` sentences fit, `high` do not
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if fits(Window(tuple(rest[:middle]), context)) else (low, middle)
        if low:
            return Window(tuple(rest[: _whole_quotation(rest, low)]), context)
    return None


def _whole_quotation(sentences: Sequence[Sentence], length: int) -> int:
    """`length`, or less so that the window does not end inside a quotation that began in it."""
    for shorter in range(length, max(1, int(length * (1 - GIVEN_UP))) - 1, -1):
        if not _is_inside_quotation(sentences[:shorter]):
            return shorter
    return length


def _is_inside_quotation(sentences: Sequence[Sentence]) -> bool:
    """True when the last paragraph's text opens a quotation that it has not closed."""
    last = sentences[-1].paragraph
    text = " ".join(s.text for s in sentences if s.paragraph == last)
    return text.count("“") > text.count("”") or text.count('"') % 2 == 1
