"""Scores and rankings -> tables for the terminal and for Markdown, JSON for programs, JUnit for build servers."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from xml.etree import ElementTree

from eval.baselines import BASELINES
from eval.comparing import SHOWN_ARTICLES, Pairing, Ranking, Standing
from eval.metrics import HEADLINE, HEADLINES, METRICS, POLARITIES, STRENGTHS, Score, Sheet, by_part
from eval.scoring import SWEEP, Row, rounded
from eval.selecting import Selection, missing_texts
from eval.summaries import ROUGE_SIGNATURE
from eval.taxonomy import KINDS
from pipeline.display import safe

# What a table shows when not everything is asked for, in groups.
SHOWN: dict[str, tuple[str, ...]] = {
    "commitments": (
        "core_f1", "core_precision", "core_recall", "detection_f1", "detection_precision", "detection_recall",
        "exact_f1", "soft_f1", "soft_of_documents",
    ),
    "articles": ("abstention", "false_on_empty", "failed"),
    "fields, F1 end to end and of assigned": tuple(
        f"{kind}_{name}_f1"
        for name in ("actor", "action", "deadline", "recipient", "condition", "implementer")
        for kind in ("field", "aligned")
    ),
    "of assigned commitments": ("polarity_accuracy", "strength_accuracy", "deadline_days"),
    "evidence": (
        "grounded", "spans_exact", "spans_partial", "chars_precision", "chars_recall", "chars_f1", "aligned_chars_f1",
        "sentences_f1", "length_ratio",
    ),
}  # fmt: skip
SHOWN_OF_SUMMARIES = (
    "rouge1_f", "rouge2_f", "rougeLsum_f", "words", "density", "lead3_overlap", "support_2", "new_numbers", "new_names",
    "quotes_not_verbatim", "commitments_covered", "commitments_distorted",
)  # fmt: skip
# Of each kind of mistake, and of scores that were not taken for one reason.
EXAMPLES = 3
# Of a mistake's words.
MOST_SHOWN = 150
EXPLAINED = (
    "Runs that share a letter cannot be told apart on Core F1 by these articles (95 %, Holm over pairs of runs)."
)
DIFFERENCES = ["", "difference", "95 %", "p", "Holm", "detectable", ""]
BARS = "▁▂▃▄▅▆▇█"


def shown_keys(sheets: Sequence[Sheet], *, everything: bool) -> dict[str, list[str]]:
    """Metrics by group: the chosen ones and the summaries that can be scored, or all."""
    if everything:
        groups: dict[str, list[str]] = {}
        for key, metric in METRICS.items():
            groups.setdefault(metric.group, []).append(key)
        return groups
    summaries = [f"summary_{name}" for name in SHOWN_OF_SUMMARIES]
    scored = [k for k in summaries if sheets[0].scores[k].value is not None]
    return {**{group: list(keys) for group, keys in SHOWN.items()}, "summaries": scored or summaries[:1]}


# --- one run with its baselines


def score_table(selection: Selection, sheets: Sequence[Sheet], *, everything: bool = False) -> str:
    """The first sheet is the run's, the others are baselines'."""
    return "".join(f"{line}\n" for line in _score_lines(selection, sheets, everything))


def _score_lines(selection: Selection, sheets: Sequence[Sheet], everything: bool) -> Iterator[str]:
    run = sheets[0]
    yield heading(selection, run)
    yield ""
    header = ["", safe(run.name), *(s.name for s in sheets[1:])]
    rows: list[list[str]] = []
    for group, keys in shown_keys(sheets, everything=everything).items():
        if keys:
            rows.append([group.upper()])
            rows += [[METRICS[k].title, *(cell(s.scores[k]) for s in sheets)] for k in keys]
    yield from aligned([header, *rows])
    yield from _parts(run)
    yield from reasons(sheets, [k for keys in shown_keys(sheets, everything=everything).values() for k in keys])
    yield from _mistakes(run)
    yield ""
    yield f"Core F1 for τ {SWEEP[0]} to {SWEEP[-1]}: {sparkline(run)}"
    yield from notes(selection, sheets)
    yield f"signature: {selection.signature}"


def heading(selection: Selection, sheet: Sheet) -> str:
    maker = sheet.made_by.get("model") or sheet.made_by.get("engine")
    made = f" ({safe(str(maker))})" if maker else ""
    return f"{safe(sheet.name)}{made} on {counted(selection)}"


def counted(selection: Selection) -> str:
    return (
        f"{selection.split}: {len(selection.articles)} articles, {selection.commitments} commitments,"
        f" {selection.empty} articles with none"
    )


def cell(score: Score) -> str:
    """Of a score that was not taken the reason stands below the table (`reasons`)."""
    if score.value is None:
        return "not scored"
    interval = f" [{score.low:.3f}, {score.high:.3f}]" if score.low is not None else ""
    return f"{score.value:.3f}{interval}"


def reasons(sheets: Iterable[Sheet], keys: Sequence[str]) -> Iterator[str]:
    """Why scores were not taken, for each run and reason."""
    for sheet in sheets:
        titles: defaultdict[str, list[str]] = defaultdict(list)
        for key in keys:
            if sheet.scores[key].value is None:
                titles[sheet.scores[key].why].append(METRICS[key].title)
        for why, own in titles.items():
            more = f"; and {len(own) - EXAMPLES} more" if len(own) > EXAMPLES else ""
            yield f"not scored, {safe(sheet.name)}: {safe(why)} ({'; '.join(own[:EXAMPLES])}{more})"


def aligned(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Columns by their widest cell; rows of one cell are headings."""
    columns = max(map(len, rows))
    widths = [max((len(r[k]) for r in rows if len(r) > 1 and k < len(r)), default=0) for k in range(columns)]
    for row in rows:
        yield "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=False)).rstrip()


def _parts(run: Sheet) -> Iterator[str]:
    parts = by_part(run.rows)
    if not parts:
        return
    yield ""
    rows = [["BY PART OF THE GOLD", "articles", "gold", "found", "Core F1", "Detection F1"]]
    for part, scores in parts.items():
        own = [r for r in run.rows if r.part == part]
        counts = [len(own), sum(r.gold for r in own), sum(r.found for r in own)]
        rows.append([safe(part), *map(str, counts), cell(scores["core_f1"]), cell(scores["detection_f1"])])
    yield from aligned(rows)


def _mistakes(run: Sheet) -> Iterator[str]:
    """Each kind with its count and examples, and what was taken for what."""
    counts, examples = mistakes_of(run), examples_of(run)
    yield ""
    yield "MISTAKES, one a commitment" + ("" if counts else ": none")
    for kind in (k for k in KINDS if counts[k]):
        yield f"{kind}: {counts[kind]}"
        yield from (f"    {safe(article)}  {_short(words)}" for article, words in examples[kind])
    for label, values in (("polarity", POLARITIES), ("strength", STRENGTHS)):
        yield ""
        yield from aligned(confusion_rows(run, label, values))


def _short(words: str) -> str:
    words = safe(words)
    return words if len(words) <= MOST_SHOWN else f"{words[:MOST_SHOWN]}…"


def examples_of(run: Sheet) -> dict[str, list[tuple[str, str]]]:
    """Article and words of the first mistakes of each kind, from articles that differ where there are enough."""
    found: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    for row in run.rows:
        for m in row.mistakes:
            found[m.kind].append((row.id, m.words))
    return {kind: _spread(own) for kind, own in found.items()}


def _spread(found: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    first = list({article: (article, words) for article, words in reversed(found)}.values())[::-1]
    return [*first, *(f for f in found if f not in first)][:EXAMPLES]


def confusion_rows(run: Sheet, label: str, values: Sequence[str]) -> list[list[str]]:
    """A line for each value of the gold, a column for each that was found; over assigned commitments."""
    counts = _confusions(run, label)
    head = [f"{label.upper()}, gold below, found right", *values]
    return [head, *([gold, *(str(counts.get(f"{given} for {gold}", 0)) for given in values)] for gold in values)]


def _confusions(run: Sheet, label: str) -> dict[str, int]:
    """ "found for gold" -> how often."""
    found: dict[str, int] = {}
    for row in run.rows:
        for key, count in row.sums.items():
            if key.startswith(f"{label}."):
                _, gold, given = key.split(".")
                found[f"{given} for {gold}"] = found.get(f"{given} for {gold}", 0) + int(count)
    return found


def mistakes_of(run: Sheet) -> Counter[str]:
    return Counter(m.kind for row in run.rows for m in row.mistakes)


def sparkline(run: Sheet) -> str:
    values = [run.scores[f"core_f1@{tau:.2f}"].value for tau in SWEEP]
    known = [v for v in values if v is not None]
    if len(known) < len(values):
        return "not scored"
    bars = "".join(BARS[min(int(v * len(BARS)), len(BARS) - 1)] for v in known)
    return f"{bars} {known[0]:.3f} to {known[-1]:.3f}"


def notes(selection: Selection, sheets: Sequence[Sheet]) -> Iterator[str]:
    """What else must be known to read the numbers."""
    if any(sheet.scores["summary_rouge1_f"].value is not None for sheet in sheets):
        yield f"ROUGE: {ROUGE_SIGNATURE}"
    if lacking := missing_texts(selection):
        yield f"not scored: what needs the article's text, and the cue rule: {lacking}"
    for sheet in sheets:
        lost = Counter((row.status == "failed", row.reason) for row in sheet.rows if row.reason)
        for (has_failed, reason), count in sorted(lost.items()):
            what = "count as empty" if has_failed else "were read in part"
            yield f"{safe(sheet.name)}: {count} articles {what}: {safe(reason)}"
        ignored = sum(len(row.ignored) for row in sheet.rows)
        if ignored:
            yield f"{safe(sheet.name)}: {ignored} found commitments count neither way: adjudication left them open"


def score_markdown(selection: Selection, sheets: Sequence[Sheet], *, everything: bool = False) -> str:
    keys = [k for own in shown_keys(sheets, everything=everything).values() for k in own]
    rows = [["", *(s.name for s in sheets)], *([METRICS[k].title, *(cell(s.scores[k]) for s in sheets)] for k in keys)]
    told = [*reasons(sheets, keys), *notes(selection, sheets)]
    lines = [heading(selection, sheets[0]), "", *markdown(rows), "", *in_lines(told), f"`{selection.signature}`"]
    return "".join(f"{line}\n" for line in lines)


def markdown(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """A table; its first row is the head, and rows that are shorter are filled up."""
    width = len(rows[0])
    for number, row in enumerate(rows):
        cells = [safe(text).replace("|", "\\|") for text in (*row, *[""] * (width - len(row)))]
        yield "| " + " | ".join(cells) + " |"
        if number == 0:
            yield "|---" * width + "|"


def in_lines(told: Iterable[str]) -> Iterator[str]:
    """As a list, which Markdown does not run together."""
    yield from (f"- {line}" for line in told)


# --- for programs


def score_json(selection: Selection, sheets: Sequence[Sheet]) -> dict[str, Any]:
    told = {
        "signature": selection.signature,
        "rouge": ROUGE_SIGNATURE,
        "gold": {
            "split": selection.split,
            "sha256": selection.gold.sha256,
            "articles": len(selection.articles),
            "commitments": selection.commitments,
            "empty": selection.empty,
            "without_text": len(selection.without_text),
        },
        "runs": [_sheet_json(s) for s in sheets],
    }
    return dict(rounded(told))


def _sheet_json(sheet: Sheet) -> dict[str, Any]:
    return {
        "name": sheet.name,
        "made_by": dict(sheet.made_by),
        "scores": {k: s._asdict() for k, s in sheet.scores.items()},
        "parts": {part: {k: s._asdict() for k, s in found.items()} for part, found in by_part(sheet.rows).items()},
        "mistakes": {kind: mistakes_of(sheet)[kind] for kind in KINDS},
        "examples": {kind: [list(e) for e in found] for kind, found in sorted(examples_of(sheet).items())},
        "confusions": {label: _confusions(sheet, label) for label in ("polarity", "strength")},
        "failed": dict(sorted(Counter(r.reason for r in sheet.rows if r.status == "failed").items())),
        "partial": dict(sorted(Counter(r.reason for r in sheet.rows if r.status != "failed" and r.reason).items())),
        "ignored": sum(len(r.ignored) for r in sheet.rows),
    }


def row_lines(rows: Iterable[Row]) -> Iterator[str]:
    for row in rows:
        yield json.dumps(row.to_json(), ensure_ascii=False, sort_keys=True)


def junit(selection: Selection, sheet: Sheet) -> str:
    """A suite with a case for every article: a failure for mistakes in Core, an error where the system failed."""
    failed = sum(row.status == "failed" for row in sheet.rows)
    wrong = sum(row.status != "failed" and _is_wrong(row) for row in sheet.rows)
    counts = {"tests": str(len(sheet.rows)), "failures": str(wrong), "errors": str(failed)}
    suite = ElementTree.Element("testsuite", {"name": _xml(sheet.name), **counts})
    properties = ElementTree.SubElement(suite, "properties")
    told = {"signature": selection.signature, **{k: cell(sheet.scores[k]) for k in HEADLINES}}
    for name, value in told.items():
        ElementTree.SubElement(properties, "property", {"name": name, "value": value})
    for row in sheet.rows:
        _case(suite, row)
    ElementTree.indent(suite)
    return ElementTree.tostring(suite, encoding="unicode") + "\n"


def _case(suite: ElementTree.Element, row: Row) -> None:
    case = ElementTree.SubElement(suite, "testcase", {"classname": _xml(row.part or "gold"), "name": _xml(row.id)})
    if row.status == "failed":
        ElementTree.SubElement(case, "error", {"message": _xml(row.reason)})
    elif _is_wrong(row):
        kinds = Counter(m.kind for m in row.mistakes)
        message = ", ".join(f"{kind} {count}" for kind, count in kinds.items())
        words = f"{len(row.core)} Core hits of {row.gold} gold and {row.found} found: {message}"
        ElementTree.SubElement(case, "failure", {"message": words})


def _is_wrong(row: Row) -> bool:
    return row.finds and row.gold + row.found > 2 * len(row.core)


def _xml(text: str) -> str:
    """Without the characters that XML 1.0 has no place for."""
    return "".join(
        c for c in text if c in "\t\n\r" or " " <= c <= "\ud7ff" or "\ue000" <= c <= "\ufffd" or c > "\uffff"
    )


# --- runs compared


def compare_table(selection: Selection, sheets: Sequence[Sheet], ranking: Ranking) -> str:
    """Baselines stand in the ranking; pairs of runs are told in full."""
    return "".join(f"{line}\n" for line in _compare_lines(selection, sheets, ranking))


def told_pairings(ranking: Ranking) -> list[Pairing]:
    return [p for p in ranking.pairings if not {p.a, p.b} & set(BASELINES)]


def _compare_lines(selection: Selection, sheets: Sequence[Sheet], ranking: Ranking) -> Iterator[str]:
    yield counted(selection)
    yield ""
    yield from aligned(_ranked(sheets, ranking))
    yield EXPLAINED
    for pairing in told_pairings(ranking):
        yield ""
        yield from _pairing_lines(pairing, ranking.keys)
    yield ""
    yield from notes(selection, sheets)
    yield f"signature: {selection.signature}"


def _ranked(sheets: Sequence[Sheet], ranking: Ranking) -> list[list[str]]:
    by_name = {s.name: s for s in sheets}
    keys = [k for k in ("core_f1", "detection_f1", "abstention", "false_on_empty") if k in ranking.keys]
    rows = [["rank", "", "run", *(METRICS[k].title for k in keys)]]
    for place in ranking.standings:
        cells = [cell(by_name[place.name].scores[k]) for k in keys]
        rows.append([rank_of(place), place.letters, safe(place.name), *cells])
    return rows


def rank_of(place: Standing) -> str:
    return "–" if place.rank is None else str(place.rank)


def _pairing_lines(pairing: Pairing, keys: Sequence[str]) -> Iterator[str]:
    yield f"{safe(pairing.a)} against {safe(pairing.b)}"
    yield from aligned([DIFFERENCES, *(_difference_row(pairing, key) for key in keys)])
    yield from _beside(pairing)


def _beside(pairing: Pairing) -> Iterator[str]:
    """What stands below a pair's table."""
    for title, found in (("Core", pairing.core), ("Detection", pairing.detection)):
        yield (
            f"{title}: found by the first only {found.only_a}, by the second only {found.only_b}, by both {found.both},"
            f" by neither {found.neither}; McNemar p {_p(found.p)}"
        )
    yield f"τ {SWEEP[0]} to {SWEEP[-1]}: " + (
        "whoever leads in Core leads at each" if pairing.is_robust else "not robust to τ: they change places"
    )
    apart = [f"{safe(x.article)} ({x.mistakes_a} against {x.mistakes_b})" for x in pairing.apart[:SHOWN_ARTICLES]]
    yield f"mistakes differ most on: {', '.join(apart) or 'no article'}"


def _p(value: float) -> str:
    return "< 0.0001" if value < 0.0001 else f"{value:.4f}"


def _difference_row(pairing: Pairing, key: str) -> list[str]:
    d = pairing.differences[key]
    title = METRICS[key].title
    if d.value is None:
        return [title, "not scored: one of the two has no score"]
    if d.p is None or d.low is None:
        return [title, f"{d.value:+.3f}", "", "" if d.p is None else _p(d.p), "", "", "one article, or all alike"]
    shown = "shown" if pairing.is_shown(key) else ""
    return [
        title, f"{d.value:+.3f}", f"[{d.low:+.3f}, {d.high:+.3f}]", _p(d.p), _p(pairing.adjusted[key]),
        f"{d.detectable:.3f}", shown,
    ]  # fmt: skip


def compare_json(selection: Selection, sheets: Sequence[Sheet], ranking: Ranking) -> dict[str, Any]:
    pairings = [
        {
            **{name: getattr(p, name) for name in ("a", "b", "adjusted")},
            "differences": {k: d._asdict() for k, d in p.differences.items()},
            "core": p.core._asdict(),
            "detection": p.detection._asdict(),
            "sweep": [s._asdict() for s in p.sweep],
            "is_robust": p.is_robust,
            "apart": [x._asdict() for x in p.apart],
        }
        for p in ranking.pairings
    ]
    told: Mapping[str, Any] = {
        **score_json(selection, sheets),
        "headline": HEADLINE,
        "standings": [s._asdict() for s in ranking.standings],
        "pairings": pairings,
    }
    return dict(rounded(told))


def compare_markdown(selection: Selection, sheets: Sequence[Sheet], ranking: Ranking) -> str:
    lines = [counted(selection), "", *markdown(_ranked(sheets, ranking)), "", EXPLAINED]
    for p in told_pairings(ranking):
        rows = [DIFFERENCES, *(_difference_row(p, k) for k in ranking.keys)]
        told = in_lines(_beside(p))
        lines += ["", f"{safe(p.a)} against {safe(p.b)}", "", *markdown(rows), "", *told]
    lines += ["", *in_lines(notes(selection, sheets)), f"`{selection.signature}`"]
    return "".join(f"{line}\n" for line in lines)
