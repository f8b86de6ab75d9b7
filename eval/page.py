"""Runs with their rows and scores -> one self-contained HTML page: tables, plots, mistakes, articles side by side.

The page asks for nothing outside itself. Words of articles and of systems stand in it as data or escaped, never as
markup; its policy allows the one script and the one style sheet by their hashes. The same input gives the same bytes.
"""

import base64
import hashlib
import json
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib import resources
from typing import Any, NamedTuple
from urllib.parse import urlencode

from eval.aligning import TAU, Item, Pair, token_f1
from eval.baselines import BASELINES
from eval.comparing import Pairing, Ranking, core_mistakes
from eval.confidence import COLUMNS as LEVEL_SCORES
from eval.confidence import COUNT_BINS, TIERS, WIDTH_BINS, Bin, Confidence, confidence_of
from eval.confidence import best_in_words as level_in_words
from eval.gold import GoldArticle
from eval.metrics import HEADLINE, HEADLINES, METRICS, POLARITIES, STRENGTHS, Metric, Score, Sheet, by_part
from eval.plots import (
    Bars,
    Count,
    Line,
    Point,
    Series,
    bars,
    curves,
    forest,
    mark,
    number,
    plane,
    reliability,
    score_in_words,
)
from eval.predictions import Found, Prediction, Run, item_of
from eval.scoring import SWEEP, Row
from eval.selecting import Selection, missing_texts
from eval.summaries import MEASURES
from eval.taxonomy import KINDS, MEANINGS, Kind, Mistake
from eval.uncertainty import Difference

EXAMPLES = 3
# Words of an example, so that a row of the table of mistakes stays a row.
LONGEST_EXAMPLE = 90
FIELDS = ("actor", "action", "evidence", "deadline", "recipient", "condition", "implementer")
# What most commitments have is left out of the data.
USUAL = {"polarity": "do", "strength": "firm"}
GROUPS = {
    "detection": "Detection: an assigned pair",
    "core": "Core: the right actor and the right action",
    "exact": "Exact: every field as in the gold",
    "soft": "Soft: the sum of similarities, for ranking prompts",
    "empty": "Articles without commitments, and failures",
    "labels": "Polarity, strength and days, of assigned pairs",
    "evidence": "Evidence",
    "fields": "Fields, end to end: what was missed or made up counts",
    "fields of assigned": "Fields, over assigned pairs alone",
    "sweep": "Core with another τ",
    "summaries": "Summaries",
}
POLICY = (
    "default-src 'none'; script-src '{script}'; style-src '{style}'; img-src data:; base-uri 'none'; "
    "form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)
# In a script element, these end it or begin a comment; in a string of JSON, they may stand as escapes.
ESCAPES = str.maketrans({c: f"\\u{ord(c):04x}" for c in "<>&\u2028\u2029"})


# Of the curves over the least confidence.
LEVEL_CURVES = {k: LEVEL_SCORES[k] for k in ("detection_precision", "detection_recall", "detection_f1", "core_f1")}


class Shown(NamedTuple):
    """A run on the page: its colour and shape, its scores, its place in the ranking if there is one."""

    series: Series
    sheet: Sheet
    rank: int | None = None
    letters: str = ""

    @property
    def name(self) -> str:
        return self.sheet.name


class Example(NamedTuple):
    link: str
    article: str
    run: str
    words: str


class KindRow(NamedTuple):
    """A kind of mistake: what it means, how often each run makes it, and where."""

    kind: Kind
    meaning: str
    counts: tuple[int, ...]
    examples: tuple[Example, ...]


class Compared(NamedTuple):
    """A pairing with what it says in words; `links` lead to the articles on which the two differ most."""

    pairing: Pairing
    told: str
    links: tuple[tuple[str, str, int, int], ...]


class Sure(NamedTuple):
    """A run's confidences: plots by what they show, and what they say in words."""

    series: Series
    found: Confidence
    plots: Mapping[str, Any]
    told: tuple[str, ...]

    @property
    def name(self) -> str:
        return self.series.name


def scores_page(selection: Selection, runs: Sequence[Run], sheets: Sequence[Sheet], ranking: Ranking | None) -> str:
    """`sheets` are of `runs`, baselines among both, all of the selection's articles; no ranking for one run."""
    import jinja2

    assert {s.name for s in sheets} == {r.name for r in runs}, "every sheet is of a run"

    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.globals.update(
        number=number,
        interval=interval_in_words,
        difference=difference_in_words,
        p=p_in_words,
        better=better_in_words,
        total=lambda shown, name: int(shown.sheet.total(name)),
        articles=articles_in_words,
        reasons=reasons_in_words,
        maker=_maker,
        mark=lambda series: _markup(mark(series)),
    )
    page = environment.from_string(_asset("scores.html.jinja")).render(**_values(selection, runs, sheets, ranking))
    # A system may say half a character (a lone surrogate), which no file can hold.
    return page.encode("utf-8", "replace").decode("utf-8")


def _values(
    selection: Selection, runs: Sequence[Run], sheets: Sequence[Sheet], ranking: Ranking | None
) -> dict[str, Any]:
    shown = shown_runs(sheets, ranking)
    order = [s.name for s in sorted(shown, key=lambda s: (s.series.is_baseline, s.series.place))]
    style, script = _asset("scores.css"), _asset("scores.js")
    return {
        "policy": POLICY.format(script=_source(script), style=_source(style)),
        "style": _markup(style),
        "script": _markup(script),
        "selection": selection,
        "missing": missing_texts(selection),
        "shown": shown,
        "systems": [s for s in shown if not s.series.is_baseline],
        "is_ranked": ranking is not None,
        "headline": METRICS[HEADLINE],
        "headlines": [METRICS[k] for k in HEADLINES],
        "groups": _groups(),
        "confusions": (("polarity", POLARITIES), ("strength", STRENGTHS)),
        "verdict": verdict(shown, ranking),
        "plots": {name: _markup(svg) for name, svg in plots(shown, ranking).items()},
        "sure": sure_runs(selection, runs, shown),
        "level_scores": LEVEL_SCORES,
        "tiers": TIERS,
        "bins": {"count": COUNT_BINS, "width": WIDTH_BINS},
        "compared": compared(ranking, order),
        "kinds": kind_rows(selection, runs, shown, order),
        "outside": [(r.name, len(r.outside)) for r in runs if r.outside],
        "tau": TAU,
        "data": _markup(embedded(page_data(selection, runs, sheets, order))),
    }


def _asset(name: str) -> str:
    return (resources.files("eval") / "templates" / name).read_text("utf-8")


def _source(content: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()


def _markup(safe: str) -> Any:
    from markupsafe import Markup

    return Markup(safe)  # noqa: S704 made here, of escaped parts


def shown_runs(sheets: Sequence[Sheet], ranking: Ranking | None) -> list[Shown]:
    """In the order of the ranking, or as they came with the baselines last."""
    standings = {s.name: s for s in ranking.standings} if ranking else {}
    order = {name: i for i, name in enumerate(standings)}
    series = _series(sheets)
    ordered = sorted(sheets, key=lambda s: order.get(s.name, len(order) + (s.name in BASELINES)))
    return [
        Shown(series[s.name], s, standings[s.name].rank, standings[s.name].letters)
        if s.name in standings
        else Shown(series[s.name], s)
        for s in ordered
    ]


def _series(sheets: Sequence[Sheet]) -> dict[str, Series]:
    """Colours go by the order in which runs were named, whatever their rank."""
    systems = [s.name for s in sheets if s.name not in BASELINES]
    others = [s.name for s in sheets if s.name in BASELINES]
    return {
        **{name: Series(name, i) for i, name in enumerate(systems)},
        **{name: Series(name, i, True) for i, name in enumerate(others)},
    }


def _groups() -> list[tuple[str, list[Metric]]]:
    found: dict[str, list[Metric]] = {}
    for metric in METRICS.values():
        found.setdefault(metric.group, []).append(metric)
    return [(GROUPS.get(name, name), metrics) for name, metrics in found.items()]


# --- in words


def interval_in_words(score: Score | Difference) -> str:
    if score.low is None or score.high is None:
        return "no interval: one article, or all alike"
    return f"[{number(score.low)}, {number(score.high)}]"


def difference_in_words(value: float) -> str:
    return f"+{number(value)}" if value > 0 and float(f"{value:.3f}") else number(value)


def p_in_words(p: float) -> str:
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


def better_in_words(metric: Metric) -> str:
    return {True: "higher is better", False: "lower is better", None: ""}[metric.better]


def articles_in_words(shown: Sequence[Shown], key: str) -> str:
    """Of how many articles the scores are: one number, or from the least to the most."""
    counts = sorted({s.sheet.scores[key].documents for s in shown})
    return str(counts[0]) if counts[0] == counts[-1] else f"{counts[0]} to {counts[-1]}"


def reasons_in_words(shown: Shown) -> str:
    """Why articles failed: `timeout 2, unparsed 1`; nothing when none did."""
    reasons = Counter(row.reason or "no reason given" for row in shown.sheet.rows if row.status == "failed")
    return ", ".join(f"{reason} {count}" for reason, count in sorted(reasons.items()))


def _maker(shown: Shown) -> list[tuple[str, str]]:
    """What made the run, a line a thing: nested values as JSON."""
    return [(k, v if isinstance(v, str) else json.dumps(v, sort_keys=True, ensure_ascii=False))
            for k, v in sorted(shown.sheet.made_by.items()) if v not in (None, {}, [], ())]  # fmt: skip


def verdict(shown: Sequence[Shown], ranking: Ranking | None) -> list[str]:
    """What the numbers say, a sentence each, the most important first."""
    systems = [s for s in shown if not s.series.is_baseline] or list(shown)
    if not systems:
        return ["There is no run."]
    best = max(systems, key=_headline)
    return [_leads(best, systems), *_against_others(best, shown, ranking), *_not_robust(ranking)]


def _leads(best: Shown, systems: Sequence[Shown]) -> str:
    title, score = METRICS[HEADLINE].title, score_in_words(best.sheet.scores[HEADLINE])
    alike = [s.name for s in systems if _headline(s) == _headline(best)]
    if len(systems) < 2 or _headline(best) < 0:
        return f"{_listed(alike)}: {title} {score}."
    verb = "share" if len(alike) > 1 else "has"
    return f"{_listed(alike)} {verb} the highest {title}: {score}."


def _headline(shown: Shown) -> float:
    value = shown.sheet.scores[HEADLINE].value
    return -1.0 if value is None else value


def _against_others(best: Shown, shown: Sequence[Shown], ranking: Ranking | None) -> Iterator[str]:
    if ranking is None:
        return
    others = [s for s in shown if s.name != best.name and s.sheet.scores[HEADLINE].value is not None]
    if best.sheet.scores[HEADLINE].value is None:
        return
    apart = {n for p in ranking.pairings if p.is_shown(HEADLINE) for n in (p.a, p.b) if best.name in (p.a, p.b)}
    alike = [s.name for s in others if s.name not in apart]
    behind = [s.name for s in others if s.name in apart and _headline(s) < _headline(best)]
    ahead = [s.name for s in others if s.name in apart and _headline(s) > _headline(best)]
    if ahead:
        yield f"The data shows {best.name} to be worse than {_listed(ahead)}."
    if behind:
        yield f"The data shows {best.name} to be better than {_listed(behind)}."
    if alike:
        yield f"The data cannot tell {best.name} from {_listed(alike)}."


def _not_robust(ranking: Ranking | None) -> Iterator[str]:
    for pairing in ranking.pairings if ranking else ():
        if not pairing.is_robust:
            yield f"{pairing.a} and {pairing.b} change places as τ moves: not robust to τ."


def _listed(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]


# --- plots


def plots(shown: Sequence[Shown], ranking: Ranking | None) -> dict[str, str]:
    """SVG by what it shows; without what there is nothing of."""
    tiers = [(METRICS[k].title, _lines(shown, k)) for k in ("core_f1", "detection_f1")]
    found = {
        "tiers": forest("tiers", "Core and Detection F1 with 95 % intervals", tiers),
        "sweep": curves("sweep", "Core F1 over τ", [(s.series, _sweep(s)) for s in shown], TAU),
        "core": _plane("core", "Core", shown),
        "detection": _plane("detection", "Detection", shown),
        "mistakes": _mistake_bars([s for s in shown if not s.series.is_baseline] or shown),
    }
    parts = _part_groups(shown)
    if parts:
        found["parts"] = forest("parts", "Core F1 by part of the gold, with 95 % intervals", parts)
    if ranking and ranking.pairings:
        found["gaps"] = forest("gaps", "Differences in Core F1 with 95 % intervals", _gaps(shown, ranking),
                               is_difference=True)  # fmt: skip
    return found


def _lines(shown: Sequence[Shown], key: str) -> list[Line]:
    return [Line(s.name, s.series, s.sheet.scores[key]) for s in shown]


def _sweep(shown: Shown) -> list[tuple[float, float]]:
    scores = [(tau, shown.sheet.scores[f"core_f1@{tau:.2f}"].value) for tau in SWEEP]
    return [(tau, value) for tau, value in scores if value is not None]


def _plane(key: str, title: str, shown: Sequence[Shown]) -> str:
    names = [f"{key}_recall", f"{key}_precision"]
    points = [Point(s.series, *(s.sheet.scores[n] for n in names)) for s in shown]
    return plane(f"plane-{key}", f"{title}: precision against recall", points, ("recall", "precision"))


def _mistake_bars(shown: Sequence[Shown]) -> str:
    panels = [Bars(s.series, Counter(m.kind for row in s.sheet.rows for m in row.mistakes)) for s in shown]
    return bars("mistakes-plot", "Mistakes by kind and run", KINDS, panels)


def _part_groups(shown: Sequence[Shown]) -> list[tuple[str, list[Line]]]:
    scores = {s.name: by_part(s.sheet.rows, ("core_f1",)) for s in shown}
    counts = Counter(row.part for row in shown[0].sheet.rows) if shown else Counter()
    parts = sorted({part for found in scores.values() for part in found})
    return [(f"{part or 'the folder itself'} ({counts[part]})", _part_lines(shown, scores, part)) for part in parts]


def _part_lines(
    shown: Sequence[Shown], scores: Mapping[str, Mapping[str, Mapping[str, Score]]], part: str
) -> list[Line]:
    return [Line(s.name, s.series, scores[s.name][part]["core_f1"]) for s in shown]


def _gaps(shown: Sequence[Shown], ranking: Ranking) -> list[tuple[str, list[Line]]]:
    series = {s.name: s.series for s in shown}
    lines = []
    for pairing in _in_order(ranking.pairings):
        found = pairing.differences[HEADLINE]
        score = Score(found.value, found.low, found.high, 0, "one of the two has no score")
        lines.append(Line(f"{pairing.a} − {pairing.b}", series[pairing.a], score))
    return [("", lines)]


# --- confidence


def sure_runs(selection: Selection, runs: Sequence[Run], shown: Sequence[Shown]) -> list[Sure]:
    """Systems as they are shown; baselines tell no confidence."""
    by_name = {r.name: r for r in runs}
    systems = [(s.series, confidence_of(selection, by_name[s.name])) for s in shown if not s.series.is_baseline]
    return [
        Sure(series, found, {}, ())
        if found.why
        else Sure(series, found, _sure_plots(series, found), tuple(level_in_words(found, selection.split)))
        for series, found in systems
    ]


def _sure_plots(series: Series, found: Confidence) -> dict[str, Any]:
    plots = {tier: _reliability(tier, series, found) for tier in TIERS}
    lines = {
        key: [(level.least, level.scores[key].value) for level in found.levels if level.found] for key in LEVEL_CURVES
    }
    drawn = [
        (Series(name, place), [(x, y) for x, y in lines[key] if y is not None])
        for place, (key, name) in enumerate(LEVEL_CURVES.items())
    ]
    title = f"{found.name} by the least confidence that is kept"
    plots["levels"] = curves(f"levels-{series.place}", title, drawn, found.best or 0.0, "least confidence")
    return {name: _markup(svg) for name, svg in plots.items()}


def _reliability(tier: str, series: Series, found: Confidence) -> str:
    own = found.reliability[tier]
    points = [_bin_point(b, series) for b in own.count_bins]
    counts = [Count(_tenth(b), _tenth(b) + 1 / WIDTH_BINS, b.found) for b in own.width_bins]
    title = f"{tier.capitalize()}: confidence and hits of {found.name}"
    return reliability(f"sure-{tier}-{series.place}", title, points, counts, ("confidence", "share of hits"))


def _bin_point(own: Bin, series: Series) -> Point:
    name = f"{own.found} found with confidence {own.low:.3f} to {own.high:.3f}, mean {own.confidence:.3f}"
    sure, hits = Score(own.confidence, None, None, 0), Score(*own.hits, 0)
    return Point(series._replace(name=name), sure, hits)


def _tenth(own: Bin) -> float:
    """Where a bin of equal width begins."""
    return max(0, math.ceil(round(own.high * WIDTH_BINS, 6)) - 1) / WIDTH_BINS


# --- two runs


def compared(ranking: Ranking | None, order: Sequence[str]) -> list[Compared]:
    return [
        Compared(p, _pairing_in_words(p), tuple(_apart_links(p, order)))
        for p in _in_order(ranking.pairings if ranking else ())
    ]


def _in_order(pairings: Iterable[Pairing]) -> list[Pairing]:
    """Systems against each other before systems against baselines."""
    return sorted(pairings, key=lambda p: len({p.a, p.b} & set(BASELINES)))


def _pairing_in_words(pairing: Pairing) -> str:
    found, title = pairing.differences[HEADLINE], METRICS[HEADLINE].title
    if found.value is None:
        return f"{title}: not compared, one of the two has no score."
    gap = f"{pairing.a} − {pairing.b} = {difference_in_words(found.value)} {interval_in_words(found)}"
    if pairing.is_shown(HEADLINE):
        return f"{title}: {gap}. The data shows that they differ."
    unseen = f"; {number(found.detectable)} is the least that it would show" if found.detectable else ""
    return f"{title}: {gap}. The data does not show that they differ{unseen}."


def _apart_links(pairing: Pairing, order: Sequence[str]) -> Iterator[tuple[str, str, int, int]]:
    runs = [order.index(name) for name in (pairing.a, pairing.b)]
    for apart in pairing.apart[:10]:
        yield link(apart.article, runs), apart.article, apart.mistakes_a, apart.mistakes_b


def link(article: str, runs: Sequence[int], **filters: str) -> str:
    """To the view of an article with these runs, by their places among the page's runs."""
    return "#" + urlencode({"article": article, "runs": ".".join(str(r + 1) for r in runs), **filters})


# --- mistakes


def kind_rows(selection: Selection, runs: Sequence[Run], shown: Sequence[Shown], order: Sequence[str]) -> list[KindRow]:
    systems = [s for s in shown if not s.series.is_baseline] or list(shown)
    by_name = {r.name: r for r in runs}
    articles = {a.id: a for a in selection.articles}
    rows = []
    for kind in KINDS:
        places = [[(s.name, row, m) for row in s.sheet.rows for m in row.mistakes if m.kind == kind] for s in systems]
        examples = tuple(
            Example(
                link(row.id, [order.index(name)], kind=kind),
                row.id,
                name,
                _mistake_in_words(m, articles[row.id], by_name[name].predictions[row.id]),
            )
            for name, row, m in chosen_examples(places)
        )
        rows.append(KindRow(kind, MEANINGS[kind], tuple(len(p) for p in places), examples))
    return rows


def chosen_examples(places: Sequence[Sequence[tuple[str, Row, Mistake]]]) -> list[tuple[str, Row, Mistake]]:
    """A few of each run in turn, from articles that are not yet there while there are such."""
    turns = [p[i] for i in range(max(map(len, places), default=0)) for p in places if i < len(p)]
    fresh: dict[str, tuple[str, Row, Mistake]] = {}
    for turn in turns:
        fresh.setdefault(turn[1].id, turn)
    first = list(fresh.values())[:EXAMPLES]
    return first + [t for t in turns if t not in first][: EXAMPLES - len(first)]


def _mistake_in_words(mistake: Mistake, article: GoldArticle, prediction: Prediction) -> str:
    said = []
    if mistake.gold is not None:
        commitment = article.commitments[mistake.gold]
        said.append(f"gold: {commitment.actor} – {commitment.action}")
    if mistake.found is not None:
        item = prediction.found[mistake.found].item
        said.append(f"found: {item.actors[0]} – {item.actions[0]}")
    return " / ".join(_short(words) for words in said)


def _short(words: str) -> str:
    words = " ".join(words.split())
    return words if len(words) <= LONGEST_EXAMPLE else words[: LONGEST_EXAMPLE - 1].rstrip() + "…"


# --- the data of the article view


def embedded(data: Mapping[str, Any]) -> str:
    """JSON that may stand in a script element."""
    told = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return told.translate(ESCAPES)


def page_data(
    selection: Selection, runs: Sequence[Run], sheets: Sequence[Sheet], order: Sequence[str]
) -> dict[str, Any]:
    """Every text once; offsets are of code points, half-open. What is null, empty or usual is left out."""
    by_name = {r.name: r for r in runs}
    kept = sorted(sheets, key=lambda s: order.index(s.name))
    reasons = sorted({why for s in kept for row in s.rows for why in row.summary.not_scored.values()})
    parts = sorted({selection.gold.parts.get(a.id, "") for a in selection.articles})
    return {
        "kinds": [[k, MEANINGS[k]] for k in KINDS],
        "fields": FIELDS,
        "parts": parts,
        "measures": [[key, m.title, m.higher_is_better is False] for key, m in MEASURES.items()],
        "reasons": reasons,
        "runs": [{"name": s.name, "base": s.name in BASELINES, "style": _series(sheets)[s.name].style} for s in kept],
        "articles": [
            _article(selection, a, parts)
            | {"runs": [_row(s.rows[i], by_name[s.name].predictions[a.id], a, selection, reasons) for s in kept]}
            for i, a in enumerate(selection.articles)
        ],
    }


def _article(selection: Selection, article: GoldArticle, parts: Sequence[str]) -> dict[str, Any]:
    source = [article.published, article.form, article.beat, article.source.licence, article.source.url]
    notes = [[x.start, x.end, f"look-alike: {x.kind}"] for x in article.lookalikes]
    notes += [[s.start, s.end, "disputed: counts neither way"] for d in article.disputed for s in d.evidence]
    return _without_empty(
        {
            "id": article.id,
            "title": article.title,
            "part": parts.index(selection.gold.parts.get(article.id, "")),
            "about": " · ".join(x for x in source if x),
            "text": selection.texts.get(article.id),
            "gold": [_item(item_of(c)) for c in article.commitments],
            "notes": notes,
            "boilerplate": [[s.start, s.end] for s in article.boilerplate],
            "references": list(article.summary.references) if article.summary else [],
        }
    )


def _row(
    row: Row, prediction: Prediction, article: GoldArticle, selection: Selection, reasons: Sequence[str]
) -> dict[str, Any]:
    gold = [item_of(c) for c in article.commitments]
    text = selection.texts.get(article.id)
    return _without_empty(
        {
            "status": prediction.status,
            "reason": prediction.reason,
            "wrong": core_mistakes(row),
            "found": [_found(f, text) for f in prediction.found],
            "pairs": [_pair(p, gold[p.left], prediction.found[p.right].item) for p in row.pairs],
            "mistakes": [[KINDS.index(m.kind), m.gold, m.found, _rounded(m.similarity)] for m in row.mistakes],
            "ignored": list(row.ignored),
            "summary": prediction.summary,
            "flags": {k: list(words) for k, words in row.summary.found.items() if words},
            "values": _measured(row, reasons) if prediction.summary is not None else [],
        }
    )


def _item(item: Item) -> dict[str, Any]:
    told = item._asdict() | {
        "evidence": [[s.start, s.end] for s in item.evidence],
        "deadline": list(item.deadline) if item.deadline else None,
    }
    return {k: v for k, v in _without_empty(told).items() if USUAL.get(k) != v}


def _found(found: Found, text: str | None) -> dict[str, Any]:
    """Quotes stand in the text, where they do; else they are told."""
    stands = (
        found.is_grounded is not False
        and text is not None
        and [s.of(text) for s in found.item.evidence] == list(found.quotes)
    )
    own = {"quotes": [] if stands else list(found.quotes), "lost": found.is_grounded is False}
    return _item(found.item) | _without_empty(own | {"confidence": _rounded(found.confidence)})


def _pair(pair: Pair, gold: Item, found: Item) -> list[Any]:
    """Places, similarity, 0 for a mere pair, 1 for Core, 2 for Exact, and each field's similarity or null."""
    level = 2 if pair.is_exact else int(pair.is_core)
    fields = [_rounded(pair.fields[f]) if f in pair.fields else _likeness(gold, found, f) for f in FIELDS]
    return [pair.left, pair.right, _rounded(pair.similarity), level, fields]


def _likeness(gold: Item, found: Item, field: str) -> float | None:
    """Of fields that are no part of a pair's similarity, as they are scored."""
    sides = [getattr(item, field) for item in (gold, found)] if field in ("condition", "implementer") else [None, None]
    return None if sides == [None, None] else _rounded(token_f1(sides[0] or "", sides[1] or ""))


def _measured(row: Row, reasons: Sequence[str]) -> list[Any]:
    """A number each measure, or the place of the reason why there is none."""
    values, lacking = row.summary.values, row.summary.not_scored
    return [_rounded(values[k]) if k in values else [reasons.index(lacking[k])] if k in lacking else None
            for k in MEASURES]  # fmt: skip


def _rounded(value: float | None) -> float | None:
    """To three places, enough to be read; what is no number is none."""
    return None if value is None or not math.isfinite(value) else round(value, 3)


def _without_empty(values: Mapping[str, Any]) -> dict[str, Any]:
    """Without None, False, and what is empty; 0 stays."""
    return {k: v for k, v in values.items() if v is not None and v is not False and v not in ("", [], {}, ())}
