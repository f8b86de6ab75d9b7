"""Sentences -> windows that a model can read at once; no sentence is cut, and no quotation where it can be helped."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from pipeline.records import Sentence

# Sentences of the window before that are shown for reference: enough for a name that a pronoun goes back to.
CONTEXT_SENTENCES = 2
# A quotation that runs on is kept whole by giving up at most this part of a window.
GIVEN_UP = 0.25
# Sentences that are tried first: more than nearly every article has, so that one question settles it.
FIRST_TRIED = 128


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

    Asks `fits` about log2(n) times a window of n sentences, and about none of more than 2 n: a text of any length is
    counted some ten times. A sentence that fits into no window on its own is left out and named.
    """
    windows: list[Window] = []
    too_long: list[Sentence] = []
    place, tried = 0, FIRST_TRIED
    while place < len(sentences):
        known = windows[-1].sentences[-CONTEXT_SENTENCES:] if windows else ()
        window = _largest(sentences, place, known, fits, tried)
        if window is None:
            too_long.append(sentences[place])
        else:
            windows.append(window)
        tried = len(window.sentences) if window else 1
        place += tried
    return Chunks(tuple(windows), tuple(too_long))


def halves(window: Window) -> tuple[Window, ...]:
    """The window in two, the second with the end of the first as its context; a single sentence without its context.

    () for a single sentence that has none.
    """
    if len(window.sentences) < 2:
        return (Window(window.sentences),) if window.context else ()
    first = _ended(window.sentences[: len(window.sentences) // 2])
    second = window.sentences[len(first) :]
    return Window(first, window.context), Window(second, first[-CONTEXT_SENTENCES:])


def _largest(
    sentences: Sequence[Sentence], place: int, known: tuple[Sentence, ...], fits: Fits, tried: int
) -> Window | None:  # fmt: skip
    """The longest window that begins at `place`; with less context when even one sentence needs the room."""
    for shown in range(len(known), -1, -1):
        context = known[len(known) - shown :]
        longest = _longest(sentences, place, context, fits, tried)
        if not longest:
            continue
        window = Window(tuple(sentences[place : place + longest]), context)
        is_end = place + longest == len(sentences)
        return window if is_end else window._replace(sentences=_ended(window.sentences))
    return None


def _longest(
    sentences: Sequence[Sentence], place: int, context: tuple[Sentence, ...], fits: Fits, tried: int
) -> int:  # fmt: skip
    """How many sentences from `place` on fit; doubles from `tried`, then halves the steps."""

    def fit(length: int) -> bool:
        return fits(Window(tuple(sentences[place : place + length]), context))

    most = len(sentences) - place
    low, high = 0, min(tried, most)
    while fit(high):
        if high == most:
            return most
        low, high = high, min(2 * high, most)
    while high - low > 1:  # `low` sentences fit, `high` do not
        middle = (low + high) // 2
        low, high = (middle, high) if fit(middle) else (low, middle)
    return low


def _ended(sentences: tuple[Sentence, ...]) -> tuple[Sentence, ...]:
    """The sentences, or some less so that they do not end inside a quotation that began in them."""
    least = max(1, int(len(sentences) * (1 - GIVEN_UP)))
    for length in range(len(sentences), least - 1, -1):
        if not _is_inside_quotation(sentences[:length]):
            return sentences[:length]
    return sentences


def _is_inside_quotation(sentences: Sequence[Sentence]) -> bool:
    """True when the last paragraph's text opens a quotation that it has not closed."""
    last = sentences[-1].paragraph
    text = " ".join(s.text for s in sentences if s.paragraph == last)
    return text.count("“") > text.count("”") or text.count('"') % 2 == 1
