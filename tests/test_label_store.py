"""The label store: what is kept when files change under it, and when two write at once."""

import json
import threading
from pathlib import Path
from typing import Any

import pytest

from eval.gold import read_gold, read_gold_file
from eval.labelling.store import BadGold, BadState, Stale, Store, UnknownArticle
from pipeline.reading import Unread, read_articles

TEXT = "Ruth Penn promised to plant trees by May. Nobody objected.\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "a.txt").write_text(TEXT, "utf-8")
    return tmp_path


def _state(**changed: Any) -> dict[str, Any]:
    commitment = {"actor": "Ruth Penn", "action": "plant trees", "evidence": [{"start": 0, "end": 41}]}
    return {"commitments": [commitment], "is_done": True, "base": 0, **changed}


def _file(folder: Path) -> Path:
    return folder / "labels" / "me" / "a.json"


def test_what_the_page_does_not_show_is_kept(folder: Path) -> None:
    Store(folder, "me").save("a", _state())
    gold = json.loads(_file(folder).read_text("utf-8"))
    gold["answers"] = [{"about": "c1 x", "why": "y"}]
    gold["form"], gold["beat"], gold["annotators"] = "wire", "local", ["anna"]
    gold["summary"] = {"references": ["One.", "Two."], "key_sentences": []}
    gold["commitments"][0]["action_also"] = ["put in trees"]
    _file(folder).write_text(json.dumps(gold), "utf-8")
    store = Store(folder, "me")
    shown = store.state("a")
    store.save("a", {**shown, "base": shown["revision"], "summary": "Three.", "is_done": True})
    read = read_gold_file(_file(folder))
    assert [x.about for x in read.answers] == ["c1 x"]
    assert (read.form, read.beat, read.annotators) == ("wire", "local", ("anna", "me"))
    assert read.summary is not None
    assert read.summary.references == ("Three.", "Two.")
    assert read.commitments[0].action_also == ("put in trees",)


def test_a_gold_file_that_was_changed_by_hand_is_what_counts(folder: Path) -> None:
    Store(folder, "me").save("a", _state())
    written = _file(folder).read_text("utf-8")
    _file(folder).write_text(written.replace("plant trees", "plant limes"), "utf-8")
    assert Store(folder, "me").state("a")["commitments"][0]["action"] == "plant limes"


def test_a_page_that_was_open_before_a_change_by_hand_does_not_overwrite_it(folder: Path) -> None:
    store = Store(folder, "me")
    store.save("a", _state(window="w"))
    shown = store.state("a")
    _file(folder).write_text(_file(folder).read_text("utf-8").replace("plant trees", "plant limes"), "utf-8")
    with pytest.raises(Stale):
        store.save("a", {**shown, "base": shown["revision"], "window": "w"})
    assert "plant limes" in _file(folder).read_text("utf-8")


def test_what_is_changed_after_it_was_done_is_what_is_shown_again(folder: Path) -> None:
    store = Store(folder, "me")
    store.save("a", _state(window="w"))
    store.save("a", _state(window="w", base=1, is_done=False, notes="on second thoughts"))
    shown = Store(folder, "me").state("a")
    assert (shown["notes"], shown["is_done"]) == ("on second thoughts", False)


def test_a_gold_file_that_was_broken_by_hand_is_named_and_not_overwritten(folder: Path) -> None:
    store = Store(folder, "me")
    store.save("a", _state())
    broken = _file(folder).read_text("utf-8").replace('"firm"', '"sure"')
    _file(folder).write_text(broken, "utf-8")
    assert store.listing()[0]["status"] == "unreadable"
    for ask in (lambda: store.article("a"), lambda: store.save("a", _state(base=1))):
        with pytest.raises(BadGold, match=r"a\.json: commitments\.0\.strength"):
            ask()
    assert _file(folder).read_text("utf-8") == broken


def test_what_is_no_state_changes_nothing(folder: Path) -> None:
    store = Store(folder, "me")
    for bad in (
        {"base": "x"},
        {"base": 0, "decided": 5},
        {"base": 0, "commitments": ["a"]},
    ):
        with pytest.raises(BadState):
            store.save("a", {"is_done": True, **bad})
    with pytest.raises(UnknownArticle):
        store.save("../a", _state())
    assert not list(folder.rglob("*.json"))


def test_labels_of_a_text_that_has_changed_are_not_finished(folder: Path) -> None:
    Store(folder, "me").save("a", _state(is_done=False))
    (folder / "a.txt").write_text("CORRECTED. " + TEXT, "utf-8")
    store = Store(folder, "me")
    shown = store.state("a")
    answer = store.save("a", {**shown, "base": shown["revision"], "is_done": True})
    assert not answer["is_done"]
    assert "has changed since it was labelled" in answer["missing"][0]
    assert not _file(folder).exists()


def test_of_windows_that_save_at_once_one_goes_on(folder: Path) -> None:
    store = Store(folder, "me")
    outcomes: list[str] = []

    def save(window: str) -> None:
        try:
            store.save("a", _state(window=window))
            outcomes.append("saved")
        except Stale:
            outcomes.append("stale")

    threads = [threading.Thread(target=save, args=(str(n),)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["saved"] + ["stale"] * 7


def test_a_window_whose_answer_was_lost_goes_on_from_its_own_state(folder: Path) -> None:
    store = Store(folder, "me")
    store.save("a", _state(window="w", is_done=False))
    store.save("a", _state(window="w", is_done=False, notes="two hours of work"))
    assert store.state("a")["notes"] == "two hours of work"
    with pytest.raises(Stale):
        store.save("a", _state(window="v"))


def test_a_state_that_cannot_be_read_is_set_aside_and_the_gold_is_shown(folder: Path) -> None:
    Store(folder, "me").save("a", _state())
    work = folder / "labels" / "me" / ".work"
    (work / "a.json").write_text("{", "utf-8")
    assert Store(folder, "me").listing()[0]["status"] == "done"
    assert [p.name for p in work.iterdir()] == ["a.unreadable"]


def test_a_run_passes_the_labels_by_and_the_gold_is_read(folder: Path) -> None:
    Store(folder, "me").save("a", _state())
    items = list(read_articles([str(folder)]))
    assert [i.id for i in items if not isinstance(i, Unread)] == ["a"]
    assert [i.reason for i in items if isinstance(i, Unread)] == ["labels"]
    assert read_gold(folder / "labels" / "me").texts == {"a": TEXT}


def test_ids_are_those_of_a_run_and_what_is_not_shown_is_named(folder: Path) -> None:
    (folder / "b").mkdir()
    (folder / "b" / "a.txt").write_text(TEXT + "More.", "utf-8")
    (folder / "rows.jsonl").write_text('{"text": "One."}\n{', "utf-8")
    store = Store(folder, "me")
    known = {i.id for i in read_articles([str(folder)]) if not isinstance(i, Unread)}
    assert set(store.articles) == known
    assert len(store.unread) == 1
    assert "broken_json" in store.unread[0]


def test_days_that_are_none_are_said_and_not_stored_as_done(folder: Path) -> None:
    state = _state()
    state["commitments"][0]["deadline"] = {"text": "by May", "latest": "end of May"}
    answer = Store(folder, "me").save("a", state)
    assert (answer["is_done"], _file(folder).exists()) == (False, False)
    assert "deadline.latest" in answer["missing"][0]
