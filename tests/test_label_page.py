"""The labelling page in a real browser: keys alone, suggestions, a killed server, hostile text, foreign requests."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from eval.gold import read_gold_file
from eval.linting import lint
from pipeline.sentences import split_sentences

CHROMIUM = next((p for p in map(shutil.which, ("chromium", "chromium-browser", "google-chrome")) if p), None)

# The page and its server are on this machine; elsewhere the suite reaches nothing.
pytestmark = [
    pytest.mark.enable_socket,
    pytest.mark.skipif(CHROMIUM is None, reason="needs chromium"),
]

TREES = """The mayor of Alder, Ruth Penn, promised on Monday to plant 300 lime trees by the end of 2031. “We will not \
cut down a single oak,” she said.

Residents have asked for benches. The council could decide on them in the spring.
"""
LIBRARY = """Library <script>window.pwned = 1</script> stays open

The library of Stell will stay open on Sundays until 31 March 2032, the county said. <img src=x \
onerror="window.pwned = 1"> Its roof leaks.

Chairman Ian Root promised to mend the roof before Christmas.
"""


def _free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


class Served:
    """`onrecord label` in a process of its own."""

    def __init__(self, folder: Path, *options: str, port: int | None = None) -> None:
        self.port = port or _free_port()
        command = [sys.executable, "-m", "pipeline", "label", str(folder), "--no-browser", "--port", str(self.port)]
        self.process = subprocess.Popen([*command, *options], stderr=subprocess.PIPE, text=True)
        assert self.process.stderr is not None
        said = self.process.stderr.readline()
        match = re.search(r"http://\S+", said)
        assert match, said
        self.url = match[0]
        self._wait()

    def _wait(self) -> None:
        for _ in range(100):
            try:
                httpx.get(f"http://127.0.0.1:{self.port}/", timeout=1)
                return
            except httpx.TransportError:
                time.sleep(0.1)
        raise AssertionError("the server does not answer")

    def stop(self, number: int = signal.SIGTERM) -> None:
        self.process.send_signal(number)
        self.process.wait(10)
        assert self.process.stderr is not None
        self.process.stderr.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "one.txt").write_text(TREES, "utf-8")
    (tmp_path / "two.txt").write_text(LIBRARY, "utf-8")
    return tmp_path


@pytest.fixture
def served(folder: Path) -> Iterator[Served]:
    server = Served(folder, "--as", "anna")
    yield server
    server.stop()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as p:
        opened = p.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    opened = context.new_page()
    complaints: list[str] = []
    opened.on("pageerror", lambda e: complaints.append(str(e)))
    yield opened
    context.close()
    assert not complaints


def _open(page: Any, server: Served) -> None:
    page.goto(server.url)
    page.wait_for_selector(".sentence")


def _keys(page: Any, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def _saved(folder: Path, article: str, holds: Any, annotator: str = "anna") -> dict[str, Any]:
    """The stored state, as soon as it is what the test waits for."""
    path = folder / "labels" / annotator / ".work" / f"{article}.json"
    for _ in range(100):
        state = json.loads(path.read_text("utf-8")) if path.is_file() else {}
        if state and holds(state):
            return dict(state)
        time.sleep(0.1)
    raise AssertionError(f"never stored: {path.read_text('utf-8') if path.is_file() else 'nothing'}")


def _shot(page: Any, name: str) -> None:
    """A picture for who looks at the page, where ONRECORD_SHOTS names a folder."""
    if where := os.environ.get("ONRECORD_SHOTS"):
        page.screenshot(path=f"{where}/{name}.png")


def test_an_article_is_labelled_from_nothing_by_keys_alone(served: Served, folder: Path, page: Any) -> None:
    _open(page, served)
    _keys(page, "n", "Enter")
    page.keyboard.type("Ruth Penn")
    _keys(page, "Tab")
    page.keyboard.type("The mayor; she")
    _keys(page, "Tab")
    page.keyboard.type("plant 300 lime trees")
    _keys(page, "Tab")
    page.keyboard.type("by the end of 2031")
    _keys(page, "Tab", "Escape", "j", "n", "p", "Enter")
    _keys(page, "Tab", "Tab")
    page.keyboard.type("cut down oaks")
    _keys(page, "Tab", "Escape", "j", "l", "d", "j", "l", "o", "k", "k", "k", "y")
    _shot(page, "by-keys")
    _keys(page, "Control+Enter")
    _saved(folder, "one", lambda s: s["is_done"])
    gold = read_gold_file(folder / "labels" / "anna" / "one.json")
    assert [(c.actor, c.action, c.polarity) for c in gold.commitments] == [
        ("Ruth Penn", "plant 300 lime trees", "do"),
        ("Ruth Penn", "cut down oaks", "not_do"),
    ]
    assert gold.commitments[0].deadline is not None
    assert gold.commitments[0].deadline.latest == "2031-12-31"
    assert [c.evidence[0].of(TREES.strip() + "\n") for c in gold.commitments] == [
        TREES.partition(" “")[0],
        "“We will not cut down a single oak,” she said.",
    ]
    assert [x.kind for x in gold.lookalikes] == ["demand", "possible"]
    assert gold.commitments[0].actor_aliases == ("The mayor", "she")
    assert not [
        f for f in lint(gold, (folder / "labels" / "anna" / "one.txt").read_text("utf-8")) if f.level == "error"
    ]
    assert gold.seconds is not None
    # The next article stands there by itself.
    page.wait_for_selector("text=two · no date")


def test_suggestions_are_accepted_changed_or_refused_one_by_one(folder: Path, page: Any) -> None:
    run = folder.parent / f"{folder.name}-run"
    done = subprocess.run([sys.executable, "-m", "pipeline", "run", str(folder), "-o", str(run)], capture_output=True)
    assert done.returncode == 0
    server = Served(folder, "--as", "ben", "--from", str(run))
    try:
        _open(page, server)
        _keys(page, "<")
        page.wait_for_selector("text=Suggestions: 2 to decide")
        _shot(page, "suggestions")
        _keys(page, "Control+Enter")
        page.wait_for_selector("text=suggestion 1 is not decided")
        assert not (folder / "labels" / "ben" / "one.json").exists()
        _keys(page, "a", "c")
        page.wait_for_function("document.activeElement?.dataset?.field === 'actor'")
        page.keyboard.type("Mayor Ruth Penn")
        _keys(page, "Tab", "Escape", "Control+Enter")
        _saved(folder, "one", lambda s: s["is_done"], "ben")
        gold = read_gold_file(folder / "labels" / "ben" / "one.json")
        assert [c.actor for c in gold.commitments][1] == "Mayor Ruth Penn"
        assert len(gold.commitments) == 2
        page.wait_for_selector("text=two · no date")
        count = page.locator(".card.suggestion").count()
        _keys(page, *["r"] * count, "Control+Enter")
        state = _saved(folder, "two", lambda s: s["is_done"], "ben")
        assert state["decided"] == ["refused"] * count
        assert read_gold_file(folder / "labels" / "ben" / "two.json").commitments == ()
    finally:
        server.stop()


def test_undo_and_redo_go_through_every_change(served: Served, folder: Path, page: Any) -> None:
    _open(page, served)
    _keys(page, "n", "p", "2", "j", "l", "p", "u", "u", "u")
    _saved(folder, "one", lambda s: [c["polarity"] for c in s["commitments"]] == ["do"])
    _keys(page, "u")
    _saved(folder, "one", lambda s: s["commitments"] == [])
    _keys(page, *["U"] * 4)
    state = _saved(folder, "one", lambda s: bool(s["lookalikes"]))
    assert [(c["polarity"], c["strength"]) for c in state["commitments"]] == [("not_do", "intention")]


def test_a_killed_server_and_a_closed_browser_lose_nothing(folder: Path, browser: Any) -> None:
    server = Served(folder, "--as", "anna")
    context = browser.new_context()
    page = context.new_page()
    _open(page, server)
    _keys(page, "n", "Enter")
    page.keyboard.type("Ruth Penn")
    _keys(page, "Tab", "Escape")
    _saved(folder, "one", lambda s: s["commitments"][0]["actor"] == "Ruth Penn")
    server.stop(signal.SIGKILL)
    # Nobody answers; the browser keeps what is done now, even when it is closed.
    _keys(page, "p", "j", "l", "v")
    page.wait_for_selector("#saved.bad")
    page.close()
    server = Served(folder, "--as", "anna", port=server.port)
    try:
        again = context.new_page()
        again.goto(f"http://127.0.0.1:{server.port}/")
        assert "printed when it was started last" in again.content()
        _open(again, server)
        state = _saved(folder, "one", lambda s: bool(s["lookalikes"]))
        assert [(c["actor"], c["polarity"]) for c in state["commitments"]] == [("Ruth Penn", "not_do")]
        assert not list((folder / "labels").rglob(".new-*"))
    finally:
        context.close()
        server.stop()


def test_keys_that_come_while_an_article_is_left_change_neither(served: Served, folder: Path, page: Any) -> None:
    _open(page, served)
    _keys(page, "n", ">", "n", "b", "<", "<", "n", ">", "l", "v")
    page.wait_for_timeout(1_500)
    first = _saved(folder, "one", bool)
    path = folder / "labels" / "anna" / ".work" / "two.json"
    states = [first, *([json.loads(path.read_text("utf-8"))] if path.is_file() else [])]
    for state, text in zip(states, (TREES, LIBRARY), strict=False):
        edges = {(s.start, s.end) for s in split_sentences(text.strip())}
        for commitment in state["commitments"]:
            assert {(e["start"], e["end"]) for e in commitment["evidence"]} <= edges


def test_an_article_without_a_date_gets_one_from_which_deadlines_count(served: Served, folder: Path, page: Any) -> None:
    _open(page, served)
    page.fill("[data-field=published]", "2030-05-06")
    _keys(page, "Tab", "Escape")
    _saved(folder, "one", lambda s: s.get("published") == "2030-05-06")
    _keys(page, "n", "Enter", "Tab", "Tab", "Tab")
    page.wait_for_function("document.activeElement?.dataset?.field === 'deadline'")
    page.keyboard.type("next month")
    page.wait_for_selector("text=2030-06-01 to 2030-06-30")
    _keys(page, "Tab", "Escape")
    state = _saved(
        folder, "one", lambda s: s["commitments"] and (s["commitments"][0]["deadline"] or {}).get("latest")
    )  # fmt: skip
    assert state["commitments"][0]["deadline"]["latest"] == "2030-06-30"
    assert state["published"] == "2030-05-06"


def test_markup_in_a_text_and_its_title_is_shown_and_not_run(served: Served, folder: Path, page: Any) -> None:
    _open(page, served)
    _keys(page, ">")
    page.wait_for_selector("text=two · no date")
    assert "<script>window.pwned = 1</script>" in page.locator("#article h1").inner_text()
    assert '<img src=x onerror="window.pwned = 1">' in page.locator("#article").inner_text()
    assert page.evaluate("window.pwned") is None
    assert page.locator("#article img, #article script, #list script").count() == 0
    _shot(page, "markup")


def test_two_annotators_do_not_see_each_other_and_are_adjudicated_side_by_side(folder: Path, page: Any) -> None:
    for name, actor in (("anna", "Ruth Penn"), ("ben", "The mayor")):
        server = Served(folder, "--as", name)
        _open(page, server)
        assert page.locator(".card").count() == 0
        _keys(page, "n", "Enter")
        page.keyboard.type(actor)
        _keys(page, "Tab", "Tab")
        page.keyboard.type("plant 300 lime trees")
        _keys(page, "Tab", "Escape", "Control+Enter")
        _saved(folder, "one", lambda s: s["is_done"], name)
        server.stop()
        page.goto("about:blank")
    server = Served(folder, "--as", "agreed", "--adjudicate", "anna,ben")
    try:
        _open(page, server)
        page.wait_for_selector(".pair")
        assert page.locator(".pair").count() == 1
        assert page.locator(".pair .differs").all_inner_texts() == ["Ruth Penn", "The mayor"]
        _shot(page, "adjudication")
        _keys(page, "a", "Control+Enter")
        state = _saved(folder, "one", lambda s: s["is_done"], "agreed")
        assert state["decided"] == ["accepted", "refused"]
        assert [c.actor for c in read_gold_file(folder / "labels" / "agreed" / "one.json").commitments] == ["Ruth Penn"]
    finally:
        server.stop()


def test_a_second_window_does_not_overwrite_the_first(served: Served, folder: Path, browser: Any) -> None:
    context = browser.new_context()
    first, second = context.new_page(), context.new_page()
    _open(first, served)
    second.goto(f"http://127.0.0.1:{served.port}/")
    second.wait_for_selector(".sentence")
    _keys(first, "n")
    _saved(folder, "one", lambda s: len(s["commitments"]) == 1)
    _keys(second, "l", "p")
    second.wait_for_selector("text=has gone on with this article")
    assert _saved(folder, "one", bool)["lookalikes"] == []
    context.close()


def test_requests_without_the_token_or_from_elsewhere_are_refused(served: Served, folder: Path) -> None:
    base = f"http://127.0.0.1:{served.port}"
    token = served.url.partition("token=")[2]
    with (
        httpx.Client(base_url=base, cookies={f"onrecord_token_{served.port}": token}) as mine,
        httpx.Client(base_url=base) as other,
    ):
        for path in ("/", "/static/app.js", "/api/articles", "/api/articles/one", "/api/deadline?id=one&text=x"):
            assert mine.get(path).status_code == 200
            assert other.get(path).status_code == 401
            assert mine.get(path, headers={"Origin": "http://evil.example"}).status_code == 403
            assert mine.get(path, headers={"Host": "evil.example"}).status_code == 421
        state = {"commitments": [], "base": 0}
        own = {"Origin": base, "Content-Type": "application/json"}
        path = "/api/articles/one"
        assert other.put(path, json=state, headers=own).status_code == 401
        assert mine.put(path, json=state).status_code == 403
        assert mine.put(path, json=state, headers={**own, "Origin": "http://evil.example"}).status_code == 403
        assert mine.put(path, content="{}", headers={**own, "Content-Type": "text/plain"}).status_code == 403
        for bad in ("[", "[" * 100_000, '{"base": "x"}', '{"base": 0, "decided": 5}', '{"base": 0, "seconds": NaN}'):
            assert mine.put(path, content=bad, headers=own).status_code == 400
        assert mine.put("/api/articles/..%2F..%2Fevil", json=state, headers=own).status_code == 404
        assert mine.put(path, json={**state, "base": 7}, headers=own).status_code == 409
        assert mine.put(path, json=state, headers=own).status_code == 200
        response = mine.get("/")
        assert "default-src 'none'" in response.headers["content-security-policy"]
    assert sorted(p.name for p in folder.iterdir()) == ["labels", "one.txt", "two.txt"]


@pytest.mark.parametrize(
    ("options", "error"),
    [
        (["nowhere"], "there is no folder nowhere"),
        (["{folder}", "--as", "../x"], "'../x' is no annotator's name"),
        (["{folder}", "--adjudicate", "anna"], "--adjudicate takes two annotators"),
        (["{folder}", "--adjudicate", "anna,ben"], "anna has no labels in {folder}"),
        (["{folder}", "--as", "anna", "--adjudicate", "anna,ben"], "who adjudicates is neither of the two"),
        (["{folder}/empty"], "{folder}/empty holds no article"),
        (["{folder}", "--from", "{folder}"], "{folder} holds no records.jsonl"),
        (["{folder}", "--locale", "zz"], "setting 'locale': unknown locale 'zz'; there are en-GB, en-US"),
    ],
)
def test_what_is_wrong_is_said_in_one_line_with_a_hint(options: list[str], error: str, folder: Path) -> None:
    (folder / "empty").mkdir()
    command = [sys.executable, "-m", "pipeline", "label", *(o.format(folder=folder) for o in options)]
    done = subprocess.run([*command, "--no-browser"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert done.stderr.splitlines()[0].startswith(f"error: {error.format(folder=folder)}")
    assert done.stderr.splitlines()[1].startswith("hint: ")
