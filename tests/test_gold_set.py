"""The gold set in eval/gold: what its card promises, counted."""

import hashlib
import json
import re
from collections import Counter
from pathlib import Path

import pytest
from support import REPOSITORY

from eval.gold import Gold, read_gold
from eval.linting import lint
from eval.splitting import may_train, near_duplicates, read_splits, split_of
from eval.texts import known_texts

FOLDER = REPOSITORY / "eval" / "gold"


@pytest.fixture(scope="module")
def gold() -> Gold:
    return read_gold(FOLDER, known_texts([REPOSITORY / "seeds"]))


def test_the_parts_have_the_sizes_that_are_promised(gold: Gold) -> None:
    counts = Counter(gold.parts.values())
    assert counts["seed"] == 1
    assert counts["official"] >= 60
    assert counts["standoff"] >= 80
    assert sum(i.startswith("new-") for i in gold.articles) >= 120
    assert counts["written"] - sum(i.startswith("new-") for i in gold.articles) == 336


def test_no_file_has_an_error_and_every_suspicion_is_answered(gold: Gold) -> None:
    findings = [f for article in gold for f in lint(article, gold.texts.get(article.id))]
    # Without their texts, which may not lie here, answers of stand-off files are to suspicions that cannot be seen.
    assert [f for f in findings if f.level == "error"] == []
    assert [f for f in findings if not f.is_answered] == []


def test_texts_lie_here_only_where_their_licence_allows(gold: Gold) -> None:
    for article in gold:
        part = gold.parts[article.id]
        text = FOLDER / part / f"{article.id}.txt"
        assert text.is_file() == (part in ("written", "official"))
        if part == "official":
            assert article.source.licence == "OGL-UK-3.0"
            assert re.match(r"https://www\.gov\.(uk|scot)/", article.source.url or "")
        if part == "standoff":
            assert not may_train(article)


def test_every_text_was_read_twice(gold: Gold) -> None:
    assert all(len(article.annotators) == 3 for article in gold)


def test_the_split_is_whole_balanced_and_no_near_duplicate_crosses_it(gold: Gold) -> None:
    splits = read_splits(FOLDER, gold)
    assert set(splits) == set(gold.articles)
    assert all(splits[a.id] != "train" for a in gold if not may_train(a))
    pairs = list(near_duplicates(gold.texts))
    assert all(splits[a] == splits[b] for a, b in pairs)
    for part in ("written", "official"):
        counts = Counter(splits[i] for i, p in gold.parts.items() if p == part)
        assert 0.55 <= counts["train"] / counts.total() <= 0.65
        assert abs(counts["dev"] - counts["test"]) <= 0.05 * counts.total()
    # Texts that are not here have no near-duplicates that could be seen: what is left must come out the same.
    here = {i: s for i, s in split_of(gold).items() if i in gold.texts}
    assert here == {i: splits[i] for i in here}


def test_near_duplicates_are_found_and_stay_together(tmp_path: Path) -> None:
    article = json.loads((FOLDER / "official" / "official-uk-035.json").read_text("utf-8"))
    text = (FOLDER / "official" / "official-uk-035.txt").read_bytes().decode()
    other = (FOLDER / "official" / "official-uk-040.txt").read_bytes().decode()
    for name, words in (
        ("a", text),
        ("b", text[: len(text) // 2] + other),
        ("c", other[:900]),
        ("d", "Other words. " * 40),
    ):
        source = {"file": f"{name}.txt", "sha256": hashlib.sha256(words.encode()).hexdigest()}
        bare = {**article, "id": name, "source": source, "commitments": [], "lookalikes": [], "summary": None}
        (tmp_path / f"{name}.json").write_text(json.dumps(bare), "utf-8")
        (tmp_path / f"{name}.txt").write_bytes(words.encode())
    found = read_gold(tmp_path)
    assert list(near_duplicates(found.texts)) == [("a", "b"), ("b", "c")]
    assert len({split_of(found)[i] for i in "abc"}) == 1


def test_the_card_gives_the_counts_of_the_files(gold: Gold) -> None:
    card = (FOLDER / "CARD.md").read_text("utf-8")
    commitments = sum(len(a.commitments) for a in gold)
    empty = sum(not a.commitments for a in gold)
    assert f"{len(gold)} English texts" in card
    assert f"{commitments:,} commitments" in card
    assert f"{empty} texts with none" in card
    rows = re.findall(r"^\| `(\w+)`[^|]*\|[^|]*\| (\d+) \| ([\d,]+) \|", card, re.MULTILINE)
    told = Counter[str]()
    for part, texts, labels in rows:
        told[f"{part} texts"] += int(texts)
        told[f"{part} commitments"] += int(labels.replace(",", ""))
    counted = Counter[str]()
    for a in gold:
        counted[f"{gold.parts[a.id]} texts"] += 1
        counted[f"{gold.parts[a.id]} commitments"] += len(a.commitments)
    assert told == counted
