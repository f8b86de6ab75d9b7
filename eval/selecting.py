"""A gold folder, a split and runs -> the articles that are scored, with their texts, and each run's rows and scores."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path

from eval.baselines import cue_rule, empty
from eval.entailing import with_entailment
from eval.gold import SPLITS_FILE, Gold, GoldArticle, read_gold
from eval.metrics import Sheet, sheet, signature
from eval.predictions import Prediction, Run, made_by, matched, named, prediction_of, read_records
from eval.scoring import Row, score_article
from eval.splitting import read_splits
from eval.texts import known_texts
from pipeline.errors import InputError
from pipeline.records import Record, Span
from pipeline.rundir import STORE, RunDirectory
from pipeline.sentences import split_sentences

ALL = "all"
SPLITS = ("train", "dev", "test", ALL)


class Selection:
    """The gold articles of one split, in order, and what is known of their texts."""

    def __init__(self, gold: Gold, split: str) -> None:
        self.gold, self.split = gold, split
        self.articles = tuple(gold)
        self.texts = dict(gold.texts)

    @cached_property
    def sentences(self) -> Mapping[str, Sequence[Span]]:
        return {i: [s.span for s in split_sentences(text)] for i, text in sorted(self.texts.items())}

    @property
    def signature(self) -> str:
        return signature(self.gold.sha256, self.split)

    @property
    def commitments(self) -> int:
        return sum(len(a.commitments) for a in self.articles)

    @property
    def empty(self) -> int:
        return sum(not a.commitments for a in self.articles)

    @property
    def without_text(self) -> list[str]:
        return [a.id for a in self.articles if a.id not in self.texts]


def select(
    folder: Path, split: str | None = None, *, parts: Sequence[str] = (), texts: Sequence[Path] = ()
) -> Selection:
    """The articles of a split (dev where the folder has splits, else all of them) and of these parts, if any are named.

    Raises InputError for a split or a part that is not there, or that has no article.
    """
    if split is not None and split not in SPLITS:
        raise InputError(f"there is no split {split!r}", hint=f"--split is one of {', '.join(SPLITS)}")
    gold = read_gold(folder, known_texts(texts))
    chosen = split or ("dev" if (folder / SPLITS_FILE).is_file() else ALL)
    splits = read_splits(folder, gold) if chosen != ALL else {}
    known = sorted(set(gold.parts.values()))
    if unknown := sorted(set(parts) - set(known)):
        raise InputError(f"{folder} has no part {unknown[0]!r}", hint=f"there are {', '.join(known)}")
    kept = [
        a for a in gold if (chosen == ALL or splits[a.id] == chosen) and (not parts or gold.parts[a.id] in set(parts))
    ]
    if not kept:
        of = f" of {', '.join(parts)}" if parts else ""
        raise InputError(f"{folder} has no article in {chosen}{of}", hint="choose another --split")
    ids = {a.id for a in kept}
    own = Gold(kept, _of(gold.texts, ids), _of(gold.parts, ids))
    return Selection(own, " ".join([chosen, *sorted(parts)]))


def _of(values: Mapping[str, str], ids: Iterable[str]) -> dict[str, str]:
    return {i: values[i] for i in sorted(ids) if i in values}


# --- runs


def load_run(selection: Selection, name: str, path: Path, *, counts_missing: bool = False) -> Run:
    """A run directory's predictions of the selection; texts that only its store has become the selection's too."""
    records = read_records(path)
    predictions = with_entailment(path, [prediction_of(r) for r in records])
    run = load_predictions(selection, name, predictions, counts_missing=counts_missing)
    _check_offsets(selection, records, run)
    if (path / STORE).is_file() and selection.without_text:
        selection.texts |= _stored_texts(path, selection, run)
        selection.__dict__.pop("sentences", None)
    return run._replace(made_by=made_by(records))


def load_predictions(
    selection: Selection, name: str, predictions: Sequence[Prediction], *, counts_missing: bool = False
) -> Run:
    return matched(name, predictions, selection.articles, counts_missing=counts_missing)


def _check_offsets(selection: Selection, records: Sequence[Record], run: Run) -> None:
    """Raises InputError for evidence that reads otherwise in the article: a score of it would be of something else."""
    by_id = {r.id: r for r in records}
    for article_id, prediction in run.predictions.items():
        text = selection.texts.get(article_id)
        record = by_id.get(prediction.id)
        if text is None or record is None:
            continue
        if any(e.of(text) != e.quote for c in record.commitments for e in c.evidence):
            hint = "`onrecord verify` says more; run the article again"
            raise InputError(f"{run.name}: evidence of {record.id} is not what stands there in the article", hint=hint)


def _stored_texts(path: Path, selection: Selection, run: Run) -> dict[str, str]:
    found: dict[str, str] = {}
    wanted = {a.id: a.source.sha256 for a in selection.articles}
    with RunDirectory.read(path) as store:
        for article_id in selection.without_text:
            stored = store.find(run.predictions[article_id].id)
            if stored is not None and hashlib.sha256(stored.text.encode()).hexdigest() == wanted[article_id]:
                found[article_id] = stored.text
    return found


def baselines(selection: Selection) -> list[Run]:
    return [empty(selection.articles), cue_rule(selection.articles, selection.texts)]


# --- rows


def rows_of(selection: Selection, run: Run) -> list[Row]:
    """One row an article, in the order of the gold."""
    has_summaries = any(p.summary for p in run.predictions.values())
    return [_row(selection, a, run.predictions[a.id], has_summaries) for a in selection.articles]


def _row(selection: Selection, article: GoldArticle, prediction: Prediction, has_summaries: bool) -> Row:
    return score_article(
        article,
        prediction,
        selection.texts.get(article.id),
        part=selection.gold.parts.get(article.id, ""),
        sentences=selection.sentences.get(article.id, ()),
        has_summary=has_summaries,
    )


def sheet_of(selection: Selection, run: Run) -> Sheet:
    return sheet(run.name, rows_of(selection, run), run.made_by)


def missing_texts(selection: Selection) -> str:
    """What is not scored for want of texts, in words; empty when all are here."""
    lacking = selection.without_text
    return f"{len(lacking)} texts are not here ({named(lacking)}): --texts names where they are" if lacking else ""
