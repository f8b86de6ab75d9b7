"""A run's scores and a file of floors -> what fell: below its floor, significantly, by much; and floors pinned anew.

The file has the gold's hash, and each article's sums from when it was pinned: a drop is tested pair by pair, and floors
are never held against other gold.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, NonNegativeFloat, ValidationError, model_validator

from eval.metrics import METRICS, Sheet, columns
from eval.scoring import SCORER
from eval.selecting import Selection
from eval.uncertainty import Numbers, differences, holm
from pipeline.errors import InputError

# What is held when nothing is said.
KEYS = ("core_f1", "detection_f1", "soft_f1", "chars_f1", "abstention", "false_on_empty")
# A floor lies this far below what was pinned; a drop by more than the second fails however few the articles are.
SLACK, LARGEST_DROP = 0.01, 0.05
LEVEL = 0.05
# Numbers in a file have nine places.
CLOSE = 1e-6


class Floor(BaseModel):
    """What was pinned, and what is still let through: above `pinned` for a score of which less is better.

    `articles` has each one's numerator and denominator from when it was pinned; their sums are `pinned`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    pinned: float
    floor: float
    largest_drop: float = Field(ge=0)
    articles: dict[str, tuple[NonNegativeFloat, NonNegativeFloat]] = Field(min_length=1)

    @model_validator(mode="after")
    def _is_of_its_articles(self) -> "Floor":
        above, below = (sum(sums[k] for sums in self.articles.values()) for k in (0, 1))
        if not below or abs(above / below - self.pinned) > CLOSE:
            raise ValueError("`pinned` is not what its articles add up to")
        return self


class Floors(BaseModel):
    """A file of floors."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    gold_sha256: str
    split: str
    parts: tuple[str, ...] = ()
    texts: str
    signature: str
    scorer: str
    run: str
    made_by: dict[str, Any] = {}
    floors: dict[str, Floor] = Field(min_length=1)


class Verdict(NamedTuple):
    """A held score; `why` says what is wrong with it, empty when it passes."""

    key: str
    value: float | None
    pinned: float
    floor: float
    p: float | None
    why: str

    @property
    def passed(self) -> bool:
        return not self.why


def read_floors(path: Path) -> Floors:
    """Raises InputError for a file that is none."""
    hint = f"`onrecord eval repin RUN --gold DIR --floors {path}` makes one"
    try:
        floors = Floors.model_validate_json(path.read_text("utf-8-sig"))
    except FileNotFoundError as exc:
        raise InputError(f"there is no file of floors {path}", hint=hint) from exc
    except (OSError, UnicodeDecodeError) as exc:
        raise InputError(f"{path} cannot be read as a file of floors: {exc}", hint=hint) from exc
    except ValidationError as exc:
        place = ".".join(map(str, exc.errors()[0]["loc"])) or "the whole"
        message = f"{path} is no file of floors: {place}: {exc.errors()[0]['msg']}"
        raise InputError(
            message, hint="mend or remove it; `onrecord eval repin` writes one where there is none"
        ) from exc
    if unknown := sorted(set(floors.floors) - set(METRICS)):
        raise InputError(f"{path} holds {unknown[0]!r}, which is no score", hint=f"scores are {', '.join(KEYS)}, …")
    return floors


def check_gold(floors: Floors, selection: Selection, path: Path) -> None:
    """Raises InputError when the floors are of other gold, another split or another scorer."""
    hint = f"`onrecord eval repin RUN --gold DIR --floors {path} --lower` pins them on this one"
    old_split = (floors.split, *floors.parts)
    for what, old, new in (
        ("split", " ".join(old_split), " ".join((selection.name, *selection.parts))),
        ("gold", floors.gold_sha256[:12], selection.gold.sha256[:12]),
        ("scorer", floors.scorer, SCORER),
        ("number of texts", floors.texts, selection.texts_here),
    ):
        if old != new:
            raise InputError(f"{path} was pinned on another {what} ({old}, this is {new})", hint=hint)
    ids = {a.id for a in selection.articles}
    if torn := [key for key, floor in floors.floors.items() if set(floor.articles) != ids]:
        raise InputError(f"{path}: {torn[0]} does not have the articles of this gold", hint=hint)


def judge(floors: Floors, sheet: Sheet) -> list[Verdict]:
    """Each held score: below its floor, lower than by chance (paired, Holm over the held), or much lower."""
    keys = list(floors.floors)
    now = columns(sheet.rows, keys)
    before = _pinned(floors, [row.id for row in sheet.rows])
    found = differences(now, before)
    adjusted = dict(zip(keys, holm([d.p if d.p is not None else 1.0 for d in found]), strict=True))
    return [_verdict(k, floors.floors[k], sheet.scores[k].value, adjusted[k]) for k in keys]


def _pinned(floors: Floors, ids: Sequence[str]) -> tuple[Numbers, Numbers]:
    sums = np.array([[floor.articles[i] for floor in floors.floors.values()] for i in ids])
    return sums[:, :, 0], sums[:, :, 1]


def _verdict(key: str, floor: Floor, value: float | None, p: float) -> Verdict:
    return Verdict(key, value, floor.pinned, floor.floor, p, _why(key, floor, value, p))


def _why(key: str, floor: Floor, value: float | None, p: float) -> str:
    if value is None:
        return "not scored: " + METRICS[key].lacking
    drop = _worse_by(key, floor.pinned, value)
    if _worse_by(key, floor.floor, value) > 1e-9:
        return "above its limit" if METRICS[key].better is False else "below its floor"
    if drop > 0 and p < LEVEL:
        return f"significantly worse than what was pinned (p = {p:.4f})"
    return f"worse than what was pinned by {drop:.3f}" if drop > floor.largest_drop else ""


def _worse_by(key: str, before: float, now: float) -> float:
    return now - before if METRICS[key].better is False else before - now


def verdict_lines(verdicts: Sequence[Verdict]) -> Iterator[str]:
    """For the terminal."""
    for v in verdicts:
        value = "not scored" if v.value is None else f"{v.value:.4f}"
        why = f"  {v.why}" if v.why else ""
        yield f"{'ok' if v.passed else 'FELL':4}  {v.key:24} {value}  floor {v.floor:.4f}  pinned {v.pinned:.4f}{why}"


# --- pinning


def pin(
    selection: Selection, sheet: Sheet, keys: Sequence[str], *, slack: float = SLACK, largest_drop: float = LARGEST_DROP
) -> Floors:
    """Floors at the scores of this run less `slack`. Raises InputError for what is no score, or was not scored."""
    if unknown := sorted(set(keys) - set(METRICS)):
        raise InputError(f"there is no score {unknown[0]!r}", hint="`onrecord eval score --all --json` names them")
    if unscored := [k for k in keys if sheet.scores[k].value is None]:
        raise InputError(
            f"{unscored[0]} was not scored: {sheet.scores[unscored[0]].why}", hint="leave it out of --hold"
        )
    if neutral := [k for k in keys if METRICS[k].better is None]:
        raise InputError(f"{neutral[0]} is neither better nor worse when it falls", hint="hold another score")
    above, below = columns(sheet.rows, keys)
    floors = {key: _floor(key, sheet, above[:, k], below[:, k], slack, largest_drop) for k, key in enumerate(keys)}
    return Floors(
        gold_sha256=selection.gold.sha256,
        split=selection.name,
        parts=selection.parts,
        texts=selection.texts_here,
        signature=selection.signature,
        scorer=SCORER,
        run=sheet.name,
        made_by=dict(sheet.made_by),
        floors=floors,
    )


def _floor(key: str, sheet: Sheet, above: Numbers, below: Numbers, slack: float, largest_drop: float) -> Floor:
    value = sheet.scores[key].value
    assert value is not None
    sums = {r.id: (float(a), float(b)) for r, a, b in zip(sheet.rows, above, below, strict=True)}
    floor = value + slack if METRICS[key].better is False else max(0.0, value - slack)
    return Floor(pinned=value, floor=floor, largest_drop=largest_drop, articles=sums)


def lowered(before: Floors, after: Floors) -> list[str]:
    """What would be let through that was not before, in words; floors that are gone, too."""
    if any(
        getattr(before, name) != getattr(after, name) for name in ("gold_sha256", "split", "parts", "texts", "scorer")
    ):
        return ["the floors were pinned on other gold or by another scorer"]
    gone = [f"{key} would not be held any more" for key in before.floors if key not in after.floors]
    wider = [
        f"{key} may drop by {after.floors[key].largest_drop:g}, not {floor.largest_drop:g}"
        for key, floor in before.floors.items()
        if key in after.floors and after.floors[key].largest_drop > floor.largest_drop
    ]
    return (
        gone
        + wider
        + [
            f"{key} from {floor.floor:.4f} to {after.floors[key].floor:.4f}"
            for key, floor in before.floors.items()
            if key in after.floors and _worse_by(key, floor.floor, after.floors[key].floor) > 1e-9
        ]
    )


def floors_json(floors: Floors) -> str:
    """One article's sums on a line, so that a change reads well in a diff."""
    told: Mapping[str, Any] = floors.model_dump(mode="json")
    head = {k: v for k, v in told.items() if k != "floors"}
    parts = [f" {json.dumps(k)}: {json.dumps(v, sort_keys=True, ensure_ascii=False)}" for k, v in head.items()]
    entries = [f"  {json.dumps(key)}: {_floor_json(floor)}" for key, floor in told["floors"].items()]
    return "{\n" + ",\n".join([*parts, ' "floors": {\n' + ",\n".join(entries) + "\n }"]) + "\n}\n"


def _floor_json(floor: Mapping[str, Any]) -> str:
    head = ", ".join(f'"{name}": {round(floor[name], 9)}' for name in ("pinned", "floor", "largest_drop"))
    articles = ",\n    ".join(
        f"{json.dumps(i)}: {[round(x, 9) for x in sums]}" for i, sums in floor["articles"].items()
    )
    return f'{{{head}, "articles": {{\n    {articles}}}}}'
