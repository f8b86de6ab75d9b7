"""Scores -> plots as SVG text: no library, no script, every colour from the page's style sheet.

Runs differ by colour and by shape, baselines are grey; each plot tells its numbers in words as well (`desc`).
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import NamedTuple

from eval.metrics import Score

# The style sheet has so many colours and MARKS so many shapes; the next run begins anew.
COLOURS = 8
# A label longer than this is cut: the whole name stands in its title.
LONGEST_LABEL = 34
ROW, HEADING, WIDTH = 24, 30, 640
NOTE_WIDTH = 160
LETTER = 6.6

# Shapes about (0, 0), about as large to the eye as each other.
MARKS = (
    "M-4.5 0a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0-9 0",
    "M-4-4h8v8h-8z",
    "M0-5.5L5.5 0L0 5.5L-5.5 0z",
    "M0-5L5 4h-10z",
    "M0 5L5-4h-10z",
    "M-1.8-5h3.6v3.2h3.2v3.6h-3.2v3.2h-3.6v-3.2h-3.2v-3.6h3.2z",
    "M-5 0L-2.5-4.3h5L5 0L2.5 4.3h-5z",
    "M-5-3h10v6h-10z",
)


class Series(NamedTuple):
    """A run as plots show it; `place` chooses colour and shape."""

    name: str
    place: int
    is_baseline: bool = False

    @property
    def style(self) -> str:
        return "base" if self.is_baseline else f"s{self.place % COLOURS}"


class Line(NamedTuple):
    """A row of a forest plot."""

    label: str
    series: Series
    score: Score


class Bars(NamedTuple):
    """One panel of bars: so many of each kind."""

    series: Series
    counts: Mapping[str, int]


class Point(NamedTuple):
    series: Series
    x: Score
    y: Score


class Count(NamedTuple):
    """So many between two values."""

    low: float
    high: float
    found: int


class Scale(NamedTuple):
    """Values from `low` to `high` onto pixels from `start` to `end`."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)


# Of a plane: both axes from 0 to 1.
SIDE = 306.0
ACROSS, UP = Scale(0, 1, 44, SIDE), Scale(0, 1, SIDE - 44, 12)


def number(value: float) -> str:
    """Three places, one from ten on; a true minus sign, and none before nothing."""
    told = f"{value:.1f}" if abs(value) >= 10 else f"{value:.3f}"
    return told.removeprefix("-") if float(told) == 0 else told.replace("-", "−")


def score_in_words(score: Score) -> str:
    if score.value is None:
        return f"not scored: {score.why}"
    if score.low is None or score.high is None:
        return f"{number(score.value)} (no interval)"
    return f"{number(score.value)} [{number(score.low)}, {number(score.high)}]"


def mark(series: Series) -> str:
    """The run's shape on its own, for legends."""
    return f'<svg class="mark" viewBox="-7 -7 14 14" aria-hidden="true">{_mark(series, 0, 0)}</svg>'


# --- forest plots: a value and its interval a row


def forest(key: str, title: str, groups: Sequence[tuple[str, Sequence[Line]]], *, is_difference: bool = False) -> str:
    """Groups of rows under one axis; of differences, the axis is even on both sides of 0."""
    lines = [line for _, group in groups for line in group]
    label = _label_width([line.label for line in lines])
    scale = _forest_scale(lines, label, is_difference)
    body, y = [], 8.0
    for heading, group in groups:
        if heading:
            body.append(_text(0, y + 21, heading, "heading"))
            y += HEADING
        for line in group:
            body.append(_forest_row(line, y + ROW / 2, scale))
            y += ROW
    zero = _rule(scale.at(0), 4, y) if is_difference else ""
    told = "; ".join(f"{line.label}: {score_in_words(line.score)}" for line in lines)
    return _svg(key, title, told, WIDTH, y + 30, _axis(scale, y) + zero + "".join(body))


def _forest_scale(lines: Sequence[Line], label: float, is_difference: bool) -> Scale:
    ends = [x for line in lines for x in line.score[:3] if x is not None]
    reach = _round_up(max((abs(x) for x in ends), default=1.0))
    return Scale(-reach if is_difference else 0.0, reach, label + 12, WIDTH - NOTE_WIDTH)


def _forest_row(line: Line, y: float, scale: Scale) -> str:
    value, low, high = line.score[:3]
    parts = [_label(0, y + 4, line.label)]
    if value is None:
        return parts[0] + _text(scale.start, y + 4, f"not scored: {line.score.why}", "note")
    if low is not None and high is not None:
        parts.append(_stroke(scale.at(low), y, scale.at(high), y, f"whisker {line.series.style}"))
    parts.append(_mark(line.series, scale.at(value), y))
    parts.append(_text(WIDTH, y + 4, score_in_words(line.score), "note end"))
    return "".join(parts)


# --- curves over τ, or over the least confidence


def curves(
    key: str, title: str, lines: Sequence[tuple[Series, Sequence[tuple[float, float]]]], at: float, axis: str = "τ"
) -> str:
    """A line a run, named at its end; a rule at the τ that scores are of, or at another place of the axis."""
    label = _label_width([series.name for series, _ in lines])
    xs = sorted({x for _, points in lines for x, _ in points})
    highest = max((y for _, points in lines for _, y in points), default=1.0)
    across = Scale(xs[0], xs[-1], 44, WIDTH - label - 16) if len(xs) > 1 else Scale(0, 1, 44, WIDTH - label - 16)
    up = Scale(0, _round_up(highest), 250, 14)
    body = _grid(up, across.start, across.end) + _rule(across.at(at), 8, 250)
    body += "".join(_text(across.at(x), 270, f"{x:.2f}", "tick middle") for x in xs[::2])
    body += _text((across.start + across.end) / 2, 288, axis, "note middle")
    body += "".join(_curve(series, points, across, up) for series, points in lines)
    body += "".join(_end_labels([(s, up.at(points[-1][1])) for s, points in lines if points], across.end + 10))
    told = "; ".join(f"{s.name}: {', '.join(f'{number(y)} at {x:.2f}' for x, y in points)}" for s, points in lines)
    return _svg(key, title, told, WIDTH, 296, body)


def _curve(series: Series, points: Sequence[tuple[float, float]], across: Scale, up: Scale) -> str:
    places = [(across.at(x), up.at(y)) for x, y in points]
    path = "M" + "L".join(f"{_n(x)} {_n(y)}" for x, y in places) if places else ""
    return f'<path class="curve {series.style}" d="{path}"/>' + "".join(_mark(series, x, y) for x, y in places)


def _end_labels(ends: Sequence[tuple[Series, float]], x: float) -> Iterator[str]:
    """Names beside the ends of the curves, moved down where they would lie upon each other."""
    free = -math.inf
    for series, y in sorted(ends, key=lambda end: (end[1], end[0].place)):
        free = max(free + 15, y)
        yield _label(x, free + 4, series.name, series.style)


# --- precision and recall, confidence and hits


def plane(key: str, title: str, points: Sequence[Point], axes: tuple[str, str]) -> str:
    """Crosses of both intervals, over lines of equal F1."""
    lines = "".join(_equal_f1(f / 10, ACROSS, UP) for f in (2, 4, 6, 8))
    told = "; ".join(
        f"{p.series.name}: {axes[0]} {score_in_words(p.x)}, {axes[1]} {score_in_words(p.y)}" for p in points
    )
    return _square(key, title, points, axes, lines, told)


def reliability(key: str, title: str, points: Sequence[Point], counts: Sequence[Count], axes: tuple[str, str]) -> str:
    """Crosses by a diagonal on which confidence is the share of hits, over bars of how many there are; a point's name
    is its bin's.
    """
    most = max((c.found for c in counts), default=0) or 1
    bars = "".join(_count_bar(c, most, points[0].series.style if points else "") for c in counts)
    diagonal = _stroke(ACROSS.at(0), UP.at(0), ACROSS.at(1), UP.at(1), "rule")
    told = "; ".join(f"{p.series.name}: {axes[1]} {score_in_words(p.y)}" for p in points)
    return _square(key, title, points, axes, bars + diagonal, told)


def _count_bar(bar: Count, most: int, style: str) -> str:
    """The longest reaches a fifth of the height; its number stands above it."""
    left, right = ACROSS.at(bar.low) + 1, ACROSS.at(bar.high) - 1
    height = (UP.start - UP.end) / 5 * bar.found / most
    shape = f'x="{_n(left)}" y="{_n(UP.start - height)}" width="{_n(right - left)}" height="{_n(height)}"'
    number_above = _text((left + right) / 2, UP.start - height - 4, str(bar.found), "tick middle")
    return f'<rect class="bar faint {style}" {shape}/>{number_above}'


def _square(key: str, title: str, points: Sequence[Point], axes: tuple[str, str], behind: str, told: str) -> str:
    """Both axes from 0 to 1; `behind` lies under the crosses."""
    body = _grid(UP, ACROSS.start, ACROSS.end) + behind
    body += "".join(_text(ACROSS.at(t / 4), SIDE - 26, _tick(t / 4), "tick middle") for t in range(5))
    body += _text((ACROSS.start + ACROSS.end) / 2, SIDE - 6, axes[0], "note middle")
    middle = (UP.start + UP.end) / 2
    body += f'<text class="note middle" transform="translate(12 {_n(middle)}) rotate(-90)">{escape(axes[1])}</text>'
    body += "".join(_cross(p, ACROSS, UP) for p in points if p.x.value is not None and p.y.value is not None)
    body += _text(ACROSS.start + 6, 28, title.partition(":")[0], "heading")
    return _svg(key, title, told, SIDE + 10, SIDE, body)


def _equal_f1(f1: float, across: Scale, up: Scale) -> str:
    """The places where 2pr ÷ (p + r) is this; each is named at its upper end."""
    first = f1 / (2 - f1)
    rs = [first + (1 - first) * k / 40 for k in range(41)]
    path = "L".join(f"{_n(across.at(r))} {_n(up.at(f1 * r / (2 * r - f1)))}" for r in rs)
    return f'<path class="equal" d="M{path}"/>' + _text(across.at(1) - 3, up.at(first) - 4, f"F1 {f1:.1f}", "tick end")


def _cross(point: Point, across: Scale, up: Scale) -> str:
    x, y = across.at(point.x.value or 0.0), up.at(point.y.value or 0.0)
    parts, style = [], f"whisker thin {point.series.style}"
    if point.x.low is not None and point.x.high is not None:
        parts.append(_stroke(across.at(point.x.low), y, across.at(point.x.high), y, style))
    if point.y.low is not None and point.y.high is not None:
        parts.append(_stroke(x, up.at(point.y.low), x, up.at(point.y.high), style))
    return "".join(parts) + _mark(point.series, x, y, titled=True)


# --- mistakes


def bars(key: str, title: str, kinds: Sequence[str], panels: Sequence[Bars]) -> str:
    """Small multiples: a panel a run, a row a kind, all on one scale."""
    label = _label_width(kinds)
    most = max((n for panel in panels for n in panel.counts.values()), default=0) or 1
    panel_width = max(90.0, (WIDTH - label - 12) / max(1, len(panels)))
    width = label + 12 + panel_width * len(panels)
    body = "".join(_label(0, 40 + ROW * i, kind) for i, kind in enumerate(kinds))
    for k, panel in enumerate(panels):
        scale = Scale(0, most, label + 12 + panel_width * k, label + panel_width * (k + 1) - 26)
        body += _panel(panel, kinds, scale)
    told = "; ".join(
        f"{p.series.name}: {', '.join(f'{kind} {p.counts.get(kind, 0)}' for kind in kinds)}" for p in panels
    )
    return _svg(key, title, told, width, 36 + ROW * len(kinds), body)


def _panel(panel: Bars, kinds: Sequence[str], scale: Scale) -> str:
    fits = max(6, int((scale.end - scale.start + 20) / LETTER))
    parts = [_label(scale.start, 16, panel.series.name, f"heading {panel.series.style}", fits)]
    parts.append(_stroke(scale.start, 24, scale.start, 28 + ROW * len(kinds), "grid"))
    for i, kind in enumerate(kinds):
        count, y = panel.counts.get(kind, 0), 36 + ROW * i
        width = scale.at(count) - scale.start
        shape = f'x="{_n(scale.start)}" y="{y - 7}" width="{_n(width)}" height="14"'
        parts.append(f'<rect class="bar {panel.series.style}" {shape}/>' if count else "")
        parts.append(_text(scale.at(count) + 5, y + 4, str(count), "note" if count else "tick"))
    return "".join(parts)


# --- pieces


def _svg(key: str, title: str, told: str, width: float, height: float, body: str) -> str:
    wide, high = _n(width), _n(height)
    return (
        f'<svg class="plot" role="img" viewBox="0 0 {wide} {high}" width="{wide}" height="{high}" '
        f'aria-labelledby="{key}-title {key}-desc"><title id="{key}-title">{escape(title)}</title>'
        f'<desc id="{key}-desc">{escape(told)}</desc>{body}</svg>'
    )


def _axis(scale: Scale, y: float) -> str:
    """Ticks below, and faint lines up from them."""
    ticks = [scale.low + (scale.high - scale.low) * k / 4 for k in range(5)]
    lines = "".join(_stroke(scale.at(t), 4, scale.at(t), y + 4, "grid") for t in ticks)
    return lines + "".join(_text(scale.at(t), y + 20, _tick(t), "tick middle") for t in ticks)


def _grid(up: Scale, left: float, right: float) -> str:
    ticks = [up.low + (up.high - up.low) * k / 4 for k in range(5)]
    lines = "".join(_stroke(left, up.at(t), right, up.at(t), "grid") for t in ticks)
    return lines + "".join(_text(left - 6, up.at(t) + 4, _tick(t), "tick end") for t in ticks)


def _tick(value: float) -> str:
    return number(value) if abs(value) >= 10 else f"{value:.3f}".rstrip("0").rstrip(".").replace("-", "−") or "0"


def _round_up(value: float) -> float:
    """The next of .1, .2, .4, .6, .8, 1, 2, 4 … that is not below."""
    if value <= 0:
        return 1.0
    unit = 10.0 ** math.floor(math.log10(value))
    return next(unit * step for step in (1, 2, 4, 6, 8, 10, 20) if unit * step >= value - 1e-9)


def _rule(x: float, top: float, bottom: float) -> str:
    return _stroke(x, top, x, bottom, "rule")


def _stroke(x1: float, y1: float, x2: float, y2: float, style: str) -> str:
    return f'<line class="{style}" x1="{_n(x1)}" y1="{_n(y1)}" x2="{_n(x2)}" y2="{_n(y2)}"/>'


def _mark(series: Series, x: float, y: float, *, titled: bool = False) -> str:
    shape = MARKS[series.place % len(MARKS)]
    name = f"<title>{escape(series.name)}</title>" if titled else ""
    return f'<path class="point {series.style}" transform="translate({_n(x)} {_n(y)})" d="{shape}">{name}</path>'


def _label(x: float, y: float, words: str, style: str = "", longest: int = LONGEST_LABEL) -> str:
    if len(words) <= longest:
        return _text(x, y, words, style)
    cut = escape(words[: longest - 1].rstrip() + "…")
    return f'<text class="{style}" x="{_n(x)}" y="{_n(y)}"><title>{escape(words)}</title>{cut}</text>'


def _label_width(labels: Sequence[str]) -> float:
    return LETTER * min(LONGEST_LABEL, max((len(label) for label in labels), default=0))


def _text(x: float, y: float, words: str, style: str = "") -> str:
    return f'<text class="{style}" x="{_n(x)}" y="{_n(y)}">{escape(words)}</text>'


def _n(value: float) -> str:
    """Tenths of a pixel."""
    return f"{value:.1f}".removesuffix(".0")
