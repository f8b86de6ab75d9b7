"""Scores and rankings -> tables for the terminal and for Markdown, JSON for programs, JUnit for build servers."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from xml.etree import ElementTree

from eval.comparing import SHOWN_ARTICLES, Pairing, Ranking
from eval.metrics import HEADLINE, HEADLINES, METRICS, Score, Sheet, by_part
from eval.scoring import SWEEP, Row, rounded
from eval.selecting import Selection, missing_texts
from eval.taxonomy import KINDS
from pipeline.display import safe

# What a table shows when not everything is asked for, in groups.
SHOWN: dict[str, tuple[str, ...]] = {
    "commitments": (
        "core_f1", "core_precision", "core_recall", "detection_f1", "detection_precision", "detection_recall",
        "exact_f1", "soft_f1", "soft_of_documents",
    ),
    "articles": ("abstention", "false_on_empty", "failed"),
    "fields, end to end": tuple(
        f"field_{name}_f1" for name in ("actor", "action", "deadline", "recipient", "condition", "implementer")
    ),
    "of assigned commitments": ("polarity_accuracy", "strength_accuracy", "deadline_days"),
    "evidence": ("grounded", "spans_exact", "chars_f1", "aligned_chars_f1", "sentences_f1", "length_ratio"),
}  # fmt: skip
SHOWN_OF_SUMMARIES = (
    "rouge1_f", "rouge2_f", "rougeLsum_f", "words", "density", "lead3_overlap", "support_2", "new_numbers", "new_names",
    "quotes_not_verbatim", "commitments_covered", "commitments_distorted",
)  # fmt: skip
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
    yield from _mistakes(run)
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
    if score.value is None:
        return f"not scored: {score.why}"
    interval = f" [{score.low:.3f}, {score.high:.3f}]" if score.low is not None else ""
    return f"{score.value:.3f}{interval}"


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
    counts = mistakes_of(run)
    yield ""
    yield "MISTAKES, one a commitment"
    yield ", ".join(f"{kind} {counts[kind]}" for kind in KINDS if counts[kind]) or "none"
    confused = Counter(_confusions(run, "strength"))
    wrong = {
        k: n
        for k, n in sorted(confused.items(), key=lambda x: (-x[1], x[0]))
        if k.split(" for ")[0] != k.split(" for ")[1]
    }
    if wrong:
        yield "strength: " + ", ".join(f"{k} {n}" for k, n in wrong.items())


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
    values = [run.scores[f"core_f1@{tau:.2f}"].value or 0.0 for tau in SWEEP]
    bars = "".join(BARS[min(int(v * len(BARS)), len(BARS) - 1)] for v in values)
    return f"{bars} {values[0]:.3f} to {values[-1]:.3f}"


def notes(selection: Selection, sheets: Iterable[Sheet]) -> Iterator[str]:
    """What else must be known to read the numbers."""
    if lacking := missing_texts(selection):
        yield f"not scored: what needs the article's text: {lacking}"
    for sheet in sheets:
        reasons = Counter(row.reason for row in sheet.rows if row.status == "failed")
        for reason, count in sorted(reasons.items()):
            yield f"{safe(sheet.name)}: {count} articles count as empty: {safe(reason)}"
        ignored = sum(len(row.ignored) for row in sheet.rows)
        if ignored:
            yield f"{safe(sheet.name)}: {ignored} found commitments count neither way: adjudication left them open"


def score_markdown(selection: Selection, sheets: Sequence[Sheet], *, everything: bool = False) -> str:
    lines = [heading(selection, sheets[0]), "", "| | " + " | ".join(safe(s.name) for s in sheets) + " |"]
    lines.append("|---" * (len(sheets) + 1) + "|")
    for keys in shown_keys(sheets, everything=everything).values():
        lines += [f"| {METRICS[k].title} | " + " | ".join(cell(s.scores[k]) for s in sheets) + " |" for k in keys]
    lines += ["", *notes(selection, sheets), f"`{selection.signature}`"]
    return "".join(f"{line}\n" for line in lines)


# --- for programs


def score_json(selection: Selection, sheets: Sequence[Sheet]) -> dict[str, Any]:
    told = {
        "signature": selection.signature,
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
        "confusions": {label: _confusions(sheet, label) for label in ("polarity", "strength")},
        "failed": dict(sorted(Counter(r.reason for r in sheet.rows if r.status == "failed").items())),
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
    return row.gold + row.found > 2 * len(row.core)


def _xml(text: str) -> str:
    """Without the characters that XML 1.0 has no place for."""
    return "".join(
        c for c in text if c in "\t\n\r" or " " <= c <= "\ud7ff" or "\ue000" <= c <= "\ufffd" or c > "\uffff"
    )


# --- runs compared


def compare_table(selection: Selection, sheets: Sequence[Sheet], ranking: Ranking) -> str:
    return "".join(f"{line}\n" for line in _compare_lines(selection, sheets, ranking))


def _compare_lines(selection: Selection, sheets: Sequence[Sheet], ranking: Ranking) -> Iterator[str]:
    yield counted(selection)
    yield ""
    yield from aligned(_ranked(sheets, ranking))
    yield "runs that share a letter cannot be told apart on Core F1 by these articles (95 %, Holm)"
    for pairing in ranking.pairings:
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
        rows.append([str(place.rank), place.letters, safe(place.name), *cells])
    return rows


def _pairing_lines(pairing: Pairing, keys: Sequence[str]) -> Iterator[str]:
    yield f"{safe(pairing.a)} against {safe(pairing.b)}"
    rows = [["", "difference", "95 %", "p", "Holm", "detectable", ""]]
    rows += [_difference_row(pairing, key) for key in keys]
    yield from aligned(rows)
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
        return [title, f"{d.value:+.3f}", "", "", "", "", "one article says nothing of others"]
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
    def table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
        yield "| " + " | ".join(rows[0]) + " |"
        yield "|---" * len(rows[0]) + "|"
        yield from ("| " + " | ".join([*r, *[""] * (len(rows[0]) - len(r))]) + " |" for r in rows[1:])

    lines = [counted(selection), "", *table(_ranked(sheets, ranking))]
    for p in ranking.pairings:
        rows = [
            ["", "difference", "95 %", "p", "Holm", "detectable", ""],
            *(_difference_row(p, k) for k in ranking.keys),
        ]
        lines += ["", f"{safe(p.a)} against {safe(p.b)}", "", *table(rows)]
    lines += ["", *notes(selection, sheets), f"`{selection.signature}`"]
    return "".join(f"{line}\n" for line in lines)
