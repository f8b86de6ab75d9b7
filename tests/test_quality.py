"""What an engine reaches on gold has floors, as any behaviour has tests; `onrecord eval repin` moves them."""

from datetime import date
from pathlib import Path

from support import REPOSITORY

from eval.gate import check_gold, judge, read_floors
from eval.predictions import prediction_of
from eval.selecting import load_predictions, select, sheet_of
from pipeline.config import RunConfig
from pipeline.engines.cue.engine import CueEngine
from pipeline.records import Article
from pipeline.run import process

FLOORS = Path(__file__).parent / "floors_cue.json"


def test_cue_is_as_good_on_dev_as_when_its_floors_were_pinned() -> None:
    floors = read_floors(FLOORS)
    selection = select(REPOSITORY / "eval" / "gold", floors.split, parts=floors.parts)
    check_gold(floors, selection, FLOORS)
    config, engine = RunConfig(), CueEngine(summary_words=90)
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
    run = load_predictions(selection, "cue", [prediction_of(r) for r in records])
    assert [v for v in judge(floors, sheet_of(selection, run)) if not v.passed] == []
