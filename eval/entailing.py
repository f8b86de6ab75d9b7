"""A run's summaries and an entailment model -> scores beside the run, which `eval score` reads without any model.

Each sentence of a summary is held against every sentence of its article; the best one counts (SummaC-ZS, Laban et al.
2022). A score is of one wording: a summary that has changed since has none.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from eval.predictions import Prediction
from eval.summaries import Entailment, entailment_scores
from pipeline.errors import InputError
from pipeline.sentences import split_sentences
from pipeline.storing import write_lines

FILE = "entailment.jsonl"


class Entailed(BaseModel):
    """One summary's scores by a model: mean and least over its sentences, and the sentence with the least."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    summary_sha256: str
    model: str
    mean: float = Field(ge=0, le=1, allow_inf_nan=False)
    minimum: float = Field(ge=0, le=1, allow_inf_nan=False)
    worst: str


def entail(read: Iterable[tuple[str, str, str]], name: str, model: Entailment) -> Iterator[Entailed]:
    """`read` has ids, summaries and articles' texts; what has no sentence is passed over."""
    for article_id, summary, text in read:
        said, known = ([s.text for s in split_sentences(t)] for t in (summary, text))
        scores = entailment_scores(said, known, model)
        if scores is not None:
            yield Entailed(
                id=article_id,
                summary_sha256=_sha256(summary),
                model=name,
                mean=scores.mean,
                minimum=scores.minimum,
                worst=said[scores.sentences.index(scores.minimum)],
            )


def write_entailed(run: Path, found: Iterable[Entailed]) -> Path:
    """Beside what the same model said before; of another model nothing is kept."""
    path = run / "scores" / FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    new = {(e.id, e.summary_sha256): e for e in found}
    models = {e.model for e in new.values()}
    before = {(e.id, e.summary_sha256): e for e in (_read(path) if path.is_file() else ()) if e.model in models}
    write_lines(path, (e.model_dump_json() for e in {**before, **new}.values()))
    return path


def with_entailment(run: Path, predictions: Sequence[Prediction]) -> tuple[list[Prediction], str]:
    """The predictions with the scores of their summaries, where `eval entail` has stored any for these words; by whom.

    Raises InputError for a file of two models: their mean would be nobody's.
    """
    path = run / "scores" / FILE
    if not path.is_file():
        return list(predictions), ""
    read = list(_read(path))
    models = sorted({e.model for e in read})
    if len(models) > 1:
        raise InputError(
            f"{path} mixes scores of {' and '.join(models)}", hint="remove it, and run `onrecord eval entail`"
        )
    found = {(e.id, e.summary_sha256): e for e in read}
    scored = ((p, found.get((p.id, _sha256(p.summary or "")))) for p in predictions)
    return [p._replace(entailment=(e.mean, e.minimum, e.worst)) if e else p for p, e in scored], "".join(models)


def _read(path: Path) -> Iterator[Entailed]:
    for number, line in enumerate(path.read_text("utf-8", "replace").split("\n"), 1):
        if line.strip():
            try:
                yield Entailed.model_validate(json.loads(line))
            except (ValueError, ValidationError) as exc:
                hint = "`onrecord eval entail` writes it anew; or remove it"
                raise InputError(f"{path}, line {number}: is no score of a summary", hint=hint) from exc


def _sha256(summary: str) -> str:
    return hashlib.sha256(summary.encode()).hexdigest()
