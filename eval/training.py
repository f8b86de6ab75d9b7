"""Gold folders -> weights of the compact engine, trained on some articles, compared before and after on others."""

import hashlib
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from eval.comparing import rank
from eval.gold import SPLITS_FILE, Gold, GoldArticle, read_gold
from eval.lessons import lessons_of
from eval.metrics import Sheet
from eval.predictions import prediction_of
from eval.selecting import Selection, load_predictions, sheet_of
from eval.splitting import may_train, read_splits
from eval.tables import compare_json, compare_table, score_table
from pipeline.errors import InputError
from pipeline.records import Article

if TYPE_CHECKING:
    from pipeline.engines.compact.engine import CompactEngine
    from pipeline.engines.compact.fitting import Measured
    from pipeline.engines.compact.lessons import Lesson
    from pipeline.engines.compact.network import Network
    from pipeline.engines.compact.train import Options
    from pipeline.engines.compact.weights import Loaded

Role = Literal["train", "dev", "test"]
# Of a folder without splits: what is kept for the report, and, of the rest, for stopping early and for the threshold.
HELD_OUT, DEVELOPMENT = 0.3, 0.2
# Fewer articles than this teach nothing that a report could show.
LEAST_ARTICLES = 10
REPORT = "report.json"

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Material:
    """What there is to learn from: `lessons` by what they are for, the held-out articles for the report, and those that
    choose the epoch.
    """

    lessons: Mapping[Role, Sequence["Lesson"]]
    held_out: Selection | None
    development: Selection | None = None
    counts: Mapping[str, Mapping[Role, int]] = field(default_factory=dict)


class Trained(NamedTuple):
    """What `train` has made: the weights' hash, which epoch was kept (0: the mean of the last steps, -1: none, the
    weights it began from), and the scores on the held-out articles: after, and before where there was something before.
    """

    sha256: str
    epoch: int
    seconds: float
    settings: Mapping[str, Any]
    sheets: Sequence[Sheet] = ()


def gather(
    folders: Sequence[Path], also: Sequence[Path] = (), *, texts: Mapping[str, str] | None = None, report: bool = True
) -> Material:
    """The lessons of gold folders, each by its splits (or by the hash of the ids), and of folders to learn from alone.

    Raises InputError for too few articles, or a text that is not here or may not be trained on.
    """
    lessons: dict[Role, list[Lesson]] = {"train": [], "dev": [], "test": []}
    counts: dict[str, dict[Role, int]] = {}
    kept: dict[Role, list[tuple[Gold, list[GoldArticle]]]] = {"dev": [], "test": []}
    for folder in (*folders, *also):
        gold = read_gold(folder, dict(texts or {}))
        roles = _roles(folder, gold) if folder in folders else dict.fromkeys(gold.articles, "train")
        for role in lessons:
            ids = [i for i in sorted(gold.articles) if roles[i] == role and i in gold.texts]
            counts.setdefault(folder.resolve().name, {})[role] = len(ids)
            if role == "train":
                _check_licences(gold, ids, folder)
            lessons[role] += lessons_of(gold, ids) if role != "test" else []
        for role, selected in kept.items():
            selected.append((gold, [gold.articles[i] for i in roles if roles[i] == role and i in gold.texts]))
    _check(lessons)
    held_out, development = _selection(kept["test"], "held out"), _selection(kept["dev"], "development")
    _check_apart(lessons, held_out)
    return Material(lessons, held_out if report else None, development, counts)


def _roles(folder: Path, gold: Gold) -> dict[str, Role]:
    if (folder / SPLITS_FILE).is_file():
        return dict(read_splits(folder, gold))
    return {i: _role(i) for i in gold.articles}


def _role(article_id: str) -> Role:
    """By the hash of the id: an article stays where it is when others join it."""
    place = int(hashlib.sha256(article_id.encode()).hexdigest()[:8], 16) / 0x1_0000_0000
    if place < HELD_OUT:
        return "test"
    return "dev" if place < HELD_OUT + DEVELOPMENT * (1 - HELD_OUT) else "train"


def _check_licences(gold: Gold, ids: Sequence[str], folder: Path) -> None:
    for i in ids:
        if not may_train(gold.articles[i]):
            raise InputError(
                f"{folder}: the text of {i} is not beside its labels and its licence does not allow training on it",
                hint="put the article in dev or test, or its text beside the labels if you may train on it",
            )


def _check(lessons: Mapping[Role, Sequence["Lesson"]]) -> None:
    have = len(lessons["train"])
    if have + len(lessons["dev"]) < LEAST_ARTICLES or not have:
        raise InputError(
            f"{have} articles with a text are too few to learn from",
            hint=f"label {LEAST_ARTICLES} or more, and leave most of them in train",
        )
    if not any(lesson.stated for lesson in lessons["train"]):
        raise InputError("no article to learn from has a commitment", hint="label some that have")


def _check_apart(lessons: Mapping[Role, Sequence["Lesson"]], held_out: Selection | None) -> None:
    """Raises InputError for a text that is given twice, or that is learned from and held out."""
    seen: dict[str, str] = {}
    texts = [(x.document.article.id, x.document.article.sha256) for role in ("train", "dev") for x in lessons[role]]
    texts += [(a.id, a.source.sha256) for a in held_out.articles] if held_out else []
    for article_id, sha256 in texts:
        if sha256 in seen:
            raise InputError(
                f"{article_id} has the text of {seen[sha256]}", hint="give each text once, in one folder and one split"
            )
        seen[sha256] = article_id


def _selection(held: Sequence[tuple[Gold, Sequence[GoldArticle]]], name: str) -> Selection | None:
    articles = [a for _, kept in held for a in kept]
    if not articles:
        return None
    texts = {a.id: gold.texts[a.id] for gold, kept in held for a in kept}
    parts = {a.id: gold.parts.get(a.id, "") for gold, kept in held for a in kept}
    return Selection(Gold(articles, texts, parts), name)


def train_weights(
    material: Material, start: "Loaded", options: "Options", folder: Path, *, tell: Tell,
    before: "CompactEngine | None" = None,
) -> Trained:  # fmt: skip
    """Learns, keeps the best epoch by the development articles, writes the folder and compares on the held-out ones."""
    from pipeline.engines.compact.choosing import settled
    from pipeline.engines.compact.engine import CompactEngine
    from pipeline.engines.compact.fitting import BEFORE, fit
    from pipeline.engines.compact.weights import save

    began = time.monotonic()
    network, epoch = fit(start, material.lessons["train"], options, tell=tell, measure=_measure(start, material, tell))
    if epoch == BEFORE:
        tell("no epoch is better on the development articles: the weights stay as they were")
    chosen_by: Role = "dev" if _has_commitments(material.lessons["dev"]) else "train"
    settings, f1, _ = settled(network, start, material.lessons[chosen_by])
    tell(f"threshold {settings.threshold:.3f}: F1 of sentences {f1:.3f} on the {_CALLED[chosen_by]} articles")
    described = {"trained_on": {k: dict(v) for k, v in material.counts.items()}, "epoch": epoch, "seed": options.seed}
    sha256 = save(folder, network, start.tokenizer, settings, **described)
    trained = Trained(sha256, epoch, time.monotonic() - began, settings._asdict())
    if material.held_out is None:
        return trained
    sheets = [sheet_of_engine("after", CompactEngine.open(folder, device="cpu"), material.held_out)]
    if before is not None:
        sheets.append(sheet_of_engine("before", before, material.held_out))
    return trained._replace(sheets=sheets)


_CALLED: Mapping[Role, str] = {"dev": "development", "train": "training", "test": "held-out"}


def _has_commitments(lessons: Sequence["Lesson"]) -> bool:
    return any(lesson.stated for lesson in lessons)


def _measure(start: "Loaded", material: Material, tell: Tell) -> "Callable[[Network], Measured] | None":
    """What the development articles say of a network; None where they have no commitment."""
    from pipeline.engines.compact.choosing import engine_of, settled
    from pipeline.engines.compact.fitting import Measured

    selection, lessons = material.development, material.lessons["dev"]
    if selection is None or not _has_commitments(lessons):
        tell("no commitment in the development articles: nothing stops the learning early, the training ones choose")
        return None

    def measure(network: "Network") -> Measured:
        chosen = settled(network, start, lessons)
        engine = engine_of(network, start._replace(settings=chosen.settings))
        scores = sheet_of_engine("development", engine, selection).scores
        return Measured(scores["soft_f1"].value or 0.0, scores["core_f1"].value or 0.0, chosen.precision)

    return measure


def sheet_of_engine(name: str, engine: "CompactEngine", selection: Selection) -> Sheet:
    """The scores of an engine over the selection's articles, read here and now."""
    from pipeline.config import RunConfig
    from pipeline.run import process_group

    # What the environment or a project file says of runs is no part of the comparison.
    config = RunConfig(engine="compact", model=None, locale="en-GB", min_confidence=None)
    articles = [_article(a, selection.texts[a.id]) for a in selection.articles]
    size = engine.group_size
    records = [
        record
        for i in range(0, len(articles), size)
        for record in process_group(articles[i : i + size], engine, config)
    ]
    run = load_predictions(selection, name, [prediction_of(r) for r in records])
    return sheet_of(selection, run)


def _article(labels: GoldArticle, text: str) -> Article:
    published = date.fromisoformat(labels.published) if labels.published else None
    return Article(id=labels.id, source=labels.id, text=text, title=labels.title, published=published)


def trained_json(material: Material, trained: Trained) -> dict[str, Any]:
    told: dict[str, Any] = {
        "weights_sha256": trained.sha256,
        "epoch": trained.epoch,
        "minutes": round(trained.seconds / 60, 2),
        "settings": dict(trained.settings),
        "articles": {folder: dict(counts) for folder, counts in material.counts.items()},
    }
    if material.held_out is not None and trained.sheets:
        told["held_out"] = compare_json(material.held_out, trained.sheets, rank(trained.sheets))
    return told


def trained_table(material: Material, trained: Trained) -> str:
    """Before and after on the held-out articles, with the difference and its interval."""
    took = f"{trained.seconds / 60:.1f} minutes\n"
    if material.held_out is None or not trained.sheets:
        return took
    if len(trained.sheets) == 1:
        return score_table(material.held_out, trained.sheets) + took
    return compare_table(material.held_out, trained.sheets, rank(trained.sheets)) + took
