"""What an engine reaches on gold has floors, as any behaviour has tests; `onrecord eval repin` moves them."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from support import REPOSITORY

from eval.gate import check_gold, judge, read_floors
from eval.predictions import prediction_of
from eval.selecting import load_predictions, select, sheet_of
from pipeline.config import RunConfig
from pipeline.engines.base import Engine
from pipeline.engines.compact.engine import CompactEngine
from pipeline.engines.cue.engine import CueEngine
from pipeline.records import Article
from pipeline.run import process

HERE = Path(__file__).parent
ENGINES: dict[str, Callable[[], Engine]] = {
    "cue": lambda: CueEngine(summary_words=90),
    "compact": lambda: CompactEngine.open(device="cpu"),
}


@pytest.mark.parametrize("name", ENGINES)
def test_an_engine_is_as_good_on_dev_as_when_its_floors_were_pinned(name: str) -> None:
    path = HERE / f"floors_{name}.json"
    floors = read_floors(path)
    selection = select(REPOSITORY / "eval" / "gold", floors.split, parts=floors.parts)
    check_gold(floors, selection, path)
    config, engine = RunConfig(), ENGINES[name]()
    records = [
        process(
            Article(
                id=a.id,
                source=a.id,
                text=selection.texts[a.id],
                title=a.title,
                published=date.fromisoformat(a.published) if a.published else None,
            ),
            engine,
            config,
        )
        for a in selection.articles
    ]
    run = load_predictions(selection, name, [prediction_of(r) for r in records])
    assert [v for v in judge(floors, sheet_of(selection, run)) if not v.passed] == []
