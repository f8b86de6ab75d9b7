"""A gold folder, a split and runs -> the articles that are scored, with their texts, and each run's rows and scores."""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path

from eval.baselines import cue_rule, empty
from eval.entailing import with_entailment
from eval.gold import SPLITS_FILE, Gold, GoldArticle, read_gold
from eval.metrics import Sheet, sheet, signature
from eval.predictions import Found, Prediction, Run, made_by, matched, named, prediction_of, read_records
from eval.scoring import Row, score_article
from eval.splitting import read_splits
from eval.texts import known_texts
from pipeline.errors import InputError
from pipeline.records import Span
from pipeline.rundir import STORE, RunDirectory
from pipeline.sentences import split_sentences

ALL = "all"
SPLITS = ("train", "dev", "test", ALL)


class Selection:
    """The gold articles of one split, in order, and what is known of their texts.

    `split` names it and the parts of the gold folder, if not all are in it: "dev", "dev of official, written".
    """

    def __init__(self, gold: Gold, split: str, parts: Sequence[str] = ()) -> None:
        self.gold, self.parts, self.name = gold, tuple(parts), split
        self.split = f"{split} of {', '.join(parts)}" if parts else split
        self.articles = tuple(gold)
        self.texts = dict(gold.texts)

    @cached_property
    def sentences(self) -> Mapping[str, Sequence[Span]]:
        return {i: [s.span for s in split_sentences(text)] for i, text in sorted(self.texts.items())}

    @property
    def signature(self) -> str:
        return signature(self.gold.sha256, self.split, self.texts_here)

    @property
    def texts_here(self) -> str:
        """How many of how many texts: what needs them is scored on these."""
        return f"{len(self.articles) - len(self.without_text)}/{len(self.articles)}"

    @property
    def folder(self) -> str:
        """A name for files of this selection."""
        return "+".join(re.sub(r"[^\w.-]", "_", name) for name in (self.name, *self.parts))

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
    _check_gold(gold)
    chosen = split or ("dev" if (folder / SPLITS_FILE).is_file() else ALL)
    splits = read_splits(folder, gold) if chosen != ALL else {}
    wanted, known = sorted(set(parts)), sorted(set(gold.parts.values()))
    if unknown := [part for part in wanted if part not in known]:
        raise InputError(f"{folder} has no part {unknown[0]!r}", hint=f"there are {', '.join(known)}")
    kept = [a for a in gold if (chosen == ALL or splits[a.id] == chosen) and (not wanted or gold.parts[a.id] in wanted)]
    if not kept:
        where = f" of {', '.join(wanted)}" if wanted else ""
        raise InputError(f"{folder} has no article in {chosen}{where}", hint="choose another --split")
    ids = {a.id for a in kept}
    return Selection(Gold(kept, _of(gold.texts, ids), _of(gold.parts, ids)), chosen, wanted)


def _check_gold(gold: Gold) -> None:
    """Raises InputError for labels that no score can be of."""
    for article in gold:
        ids = [c.id for c in article.commitments]
        if len(set(ids)) < len(ids):
            hint = "`onrecord eval lint` lists what is wrong in gold files"
            raise InputError(f"gold article {article.id} has two commitments of one id", hint=hint)


def _of(values: Mapping[str, str], ids: Iterable[str]) -> dict[str, str]:
    return {i: values[i] for i in sorted(ids) if i in values}


# --- runs


def load_runs(
    selection: Selection, named_paths: Iterable[tuple[str, Path]], *, counts_missing: bool = False
) -> list[Run]:
    """Run directories' predictions of the selection, in order.

    Texts that only a store has become the selection's too, and only then is any evidence looked up.
    """
    loaded = [_load_run(selection, name, path, counts_missing) for name, path in named_paths]
    return [run._replace(predictions=_looked_up(selection, run)) for run in loaded]


def _load_run(selection: Selection, name: str, path: Path, counts_missing: bool) -> Run:
    records = read_records(path)
    predictions, entailer = with_entailment(path, [prediction_of(r) for r in records])
    run = load_predictions(selection, name, predictions, counts_missing=counts_missing)
    if (path / STORE).is_file() and selection.without_text:
        selection.texts |= _stored_texts(path, selection, run)
        selection.__dict__.pop("sentences", None)
    told = {"entailment_model": entailer} if entailer else {}
    return run._replace(made_by={**made_by(records), **told})


def load_predictions(
    selection: Selection, name: str, predictions: Sequence[Prediction], *, counts_missing: bool = False
) -> Run:
    return matched(name, predictions, selection.articles, counts_missing=counts_missing)


def _looked_up(selection: Selection, run: Run) -> dict[str, Prediction]:
    """The predictions with their evidence looked up where the article's text is here.

    Raises InputError for words that are not what stands there: a score of them would be of something else.
    """
    found: dict[str, Prediction] = {}
    for article_id, prediction in run.predictions.items():
        text = selection.texts.get(article_id)
        if text is not None and any(_quotes_in(text, f) != f.quotes for f in prediction.found):
            hint = "`onrecord verify` says more; run the article again"
            message = f"{run.name}: evidence of {prediction.id} is not what stands there in the article"
            raise InputError(message, hint=hint)
        is_grounded = None if text is None else True
        looked_up = tuple(f._replace(is_grounded=is_grounded) for f in prediction.found)
        found[article_id] = prediction._replace(found=looked_up)
    return found


def _quotes_in(text: str, found: Found) -> tuple[str, ...]:
    return tuple(span.of(text) for span in found.item.evidence)


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
    """Without all texts the rule would be a weaker opponent than it is: it is left out, and `notes` say so."""
    both = [empty(selection.articles), cue_rule(selection.articles, selection.texts)]
    return both[:1] if selection.without_text else both


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
