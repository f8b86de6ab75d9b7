"""The texts that the weights learn from: labelled without an error, licensed, none of them near one that is scored."""

import json
from pathlib import Path

import pytest
import teach_compact
from support import REPOSITORY

from eval.gold import read_gold
from eval.linting import lint
from eval.splitting import may_train, near_duplicates

GOLD, SILVER, BEATS = (REPOSITORY / "eval" / name for name in ("gold", "silver", "beats"))
FOLDERS = sorted(p for parent in (SILVER, BEATS) for p in parent.iterdir() if p.is_dir())


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda p: p.name)
def test_no_file_has_an_error_and_every_text_may_be_trained_on(folder: Path) -> None:
    silver = read_gold(folder)

    assert len(silver.texts) == len(silver)
    assert all(may_train(article) for article in silver)
    assert [f for a in silver for f in lint(a, silver.texts[a.id]) if f.level == "error"] == []


def test_what_is_quoted_from_others_names_its_licence_and_its_address() -> None:
    for article in read_gold(SILVER / "statements"):
        assert article.source.licence == "OGL-UK-3.0"
        assert (article.source.url or "").startswith(("https://www.gov.uk/", "https://www.gov.scot/"))


def test_no_text_to_learn_from_is_near_one_that_is_scored() -> None:
    gold = read_gold(GOLD)
    texts = dict(gold.texts)
    for folder in FOLDERS:
        texts |= read_gold(folder).texts

    assert [pair for pair in near_duplicates(texts) if set(pair) & set(gold.articles)] == []


def test_no_statement_of_the_gold_set_lends_another_passage_to_learn_from() -> None:
    scored = {a.source.key for a in read_gold(GOLD) if a.source.set == "uk_statements"}

    assert not scored & {a.source.key for a in read_gold(SILVER / "statements")}


def test_highlights_are_of_texts_to_learn_from() -> None:
    rows = [json.loads(line) for line in (SILVER / "highlights.jsonl").read_text("utf-8").splitlines()]

    assert len({row["id"] for row in rows}) == len(rows)
    assert all((SILVER / row["id"].rpartition("-")[0] / f"{row['id']}.txt").is_file() for row in rows)
    assert all(2 <= len(row["highlights"]) <= 5 for row in rows)


def test_the_sentences_that_cover_the_highlights_are_those_that_carry_the_news() -> None:
    told = [
        "It rained for a while on Tuesday morning.",
        "The mayor, Ada Marsh, will resign in May over the sale of the pier.",
        "“I have had enough of piers,” said a woman outside.",
        "The council sold it for £1 to a firm of her brother's in 2019.",
    ]

    assert teach_compact.covering(told, "Mayor Ada Marsh will resign in May. Council sold pier for £1 in 2019.") == {
        1,
        3,
    }
    assert teach_compact.covering(told, "Nobody knows.") == set()
    assert teach_compact.covering([], "Mayor resigns.") == set()
