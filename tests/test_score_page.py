"""The scores page: its numbers are the sheets'; in a browser: filters, keys, offsets, hostile text, no request."""

import hashlib
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import REPOSITORY

from eval.aligning import Deadline, Item
from eval.comparing import rank
from eval.gold import Gold, GoldArticle, parse_gold
from eval.metrics import HEADLINES, METRICS, Score, Sheet
from eval.page import chosen_examples, embedded, page_data, scores_page, verdict
from eval.plots import Line, Point, Series, forest, number, plane, score_in_words
from eval.predictions import Found, Prediction, Run
from eval.selecting import Selection, baselines, load_predictions, sheet_of
from eval.taxonomy import Mistake
from pipeline.records import Span

CHROMIUM = next((p for p in map(shutil.which, ("chromium", "chromium-browser", "google-chrome")) if p), None)
in_a_browser = pytest.mark.skipif(CHROMIUM is None, reason="needs chromium")

# Three astral characters stand before the evidence: a browser counts each twice.
TREES = (
    "🌳🌳🌳 News. Ruth Penn promised to plant 300 lime trees by the end of 2031. Residents have asked for benches.\r\n"
)
ROOF = "The roof leaks. Ian Root promised to mend the roof. Nothing else was said."
QUIET = "It rained in Alder all day. Nobody said a word about it."
HOSTILE = (
    'A <script>window.pwned = 1</script> man. "><img src=x onerror="window.pwned = 1"> Ian </script> Root will go. '
)
MARKUP = '"><img src=x onerror="window.pwned = 1"><script>window.pwned = 1</script>'


def _span(text: str, words: str) -> Span:
    start = text.index(words)
    return Span(start=start, end=start + len(words))


def _article(article_id: str, text: str, *evidence: str, **changed: Any) -> GoldArticle:
    """Each run of evidence is one commitment of the words before and after `promised to`."""
    commitments = [
        {
            "id": f"c{i}",
            "actor": words.split(" promised")[0],
            "action": words.split(" to ", 1)[-1].rstrip("."),
            "evidence": [_span(text, words)],
        }
        for i, words in enumerate(evidence)
    ]
    source = {"file": f"{article_id}.txt", "sha256": hashlib.sha256(text.encode()).hexdigest()}
    return parse_gold({"id": article_id, "source": source, "commitments": commitments, **changed})


PLANT, MEND = "Ruth Penn promised to plant 300 lime trees by the end of 2031.", "Ian Root promised to mend the roof."


def _found(text: str, evidence: str, actor: str, action: str, **changed: Any) -> Found:
    return Found(Item((actor,), (action,), "do", "firm", (_span(text, evidence),), **changed), (evidence,))


RIGHT = _found(TREES, PLANT, "Ruth Penn", "plant 300 lime trees by the end of 2031")
OTHER_ACTOR = _found(ROOF, MEND, "The council", "mend the roof")
MENDED = _found(ROOF, MEND, "Ian Root", "mend the roof")
MADE_UP = Found(Item(("Nobody",), ("fly to the moon",), "do", "firm", ()), ("We will fly to the moon.",), False)
SOMETHING = _found(QUIET, "Nobody said a word about it.", "Nobody", "say a word")


def _small() -> Selection:
    articles = [
        _article("trees", TREES, PLANT, title="Lime trees", published="2030-05-06"),
        _article("roof", ROOF, MEND),
        _article("quiet", QUIET),
    ]
    texts = {"trees": TREES, "roof": ROOF, "quiet": QUIET}
    return Selection(Gold(articles, texts, {"trees": "town", "roof": "town", "quiet": "weather"}), "all")


def _run(selection: Selection, name: str, found: dict[str, tuple[Found, ...]], **changed: Prediction) -> Run:
    said = [Prediction(a.id, None, "ok", found=found.get(a.id, ())) for a in selection.articles]
    return load_predictions(selection, name, [changed.get(p.id, p) for p in said])


def _two(selection: Selection) -> list[Run]:
    alpha = _run(selection, "alpha", {"trees": (RIGHT,), "roof": (OTHER_ACTOR, MADE_UP)})
    beta = _run(selection, "beta", {"roof": (MENDED,), "quiet": (SOMETHING,)})
    summary = "Ruth Penn will plant 4711 trees in Atlantis."
    told = {i: p._replace(summary=summary) if i == "trees" else p for i, p in alpha.predictions.items()}
    return [alpha._replace(predictions=told), beta]


def _page(selection: Selection, runs: list[Run], *, is_ranked: bool = True) -> tuple[str, list[Sheet]]:
    sheets = [sheet_of(selection, r) for r in runs]
    return scores_page(selection, runs, sheets, rank(sheets) if is_ranked and len(sheets) > 1 else None), sheets


@pytest.fixture(scope="module")
def small() -> tuple[str, list[Sheet]]:
    selection = _small()
    return _page(selection, [*_two(selection), *baselines(selection)])


def _data(page: str) -> dict[str, Any]:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert found
    return dict(json.loads(found[1]))


# --- numbers and words


def test_every_score_on_the_page_is_the_sheets_number_with_its_interval(small: tuple[str, list[Sheet]]) -> None:
    page, sheets = small
    words = re.sub(r"<[^>]+>", "", page)
    rows = {
        s.name: r for s in sheets for r in re.findall(r"<tr.*?</tr>", page, re.DOTALL) if f'data-sort="{s.name}"' in r
    }
    assert len(rows) == len(sheets) == 4
    for sheet in sheets:
        told = re.sub(r"<[^>]+>|\s+", " ", rows[sheet.name])
        cells = re.findall(r'class="score" data-sort="([^"]*)"', rows[sheet.name])
        assert cells == [f"{v:.9f}" if (v := sheet.scores[k].value) is not None else "" for k in HEADLINES]
        assert all(number(v) in told for k in HEADLINES if (v := sheet.scores[k].value) is not None)
        assert told.count("not scored: ") == sum(sheet.scores[k].value is None for k in HEADLINES)
    assert all(METRICS[k].title in words for k in METRICS)


def test_the_same_input_gives_the_same_bytes_whatever_the_hash_seed() -> None:
    code = (
        "import sys; sys.path.insert(0, 'tests'); from test_score_page import _page, _small, _two;"
        "sys.stdout.reconfigure(encoding='utf-8'); g = _small(); print(_page(g, _two(g))[0])"
    )
    told = [
        subprocess.run(
            [sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, env={"PYTHONHASHSEED": seed}, check=True
        ).stdout
        for seed in ("0", "1")
    ]
    assert told[0] == told[1]
    assert len(told[0]) > 10_000


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(), lambda x: st.lists(x) | st.dictionaries(st.text(), x)
    )
)
def test_embedded_data_reads_back_and_can_end_no_element(value: Any) -> None:
    told = embedded({"value": value})
    assert json.loads(told) == {"value": value}
    assert not set(told) & set("<>&\u2028\u2029")


def test_the_policy_allows_the_pages_own_script_and_style_alone(small: tuple[str, list[Sheet]]) -> None:
    page, _ = small
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', page)
    assert policy
    assert "default-src &#39;none&#39;" in policy[1]
    assert not re.search(r"unsafe|https?:", policy[1])
    assert "://" not in re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL)


def test_a_text_stands_once_however_many_runs_there_are() -> None:
    selection = _small()
    page, _ = _page(selection, _two(selection))
    assert page.count("Residents have asked for benches") == 1


def test_a_score_without_a_value_says_why_and_one_without_an_interval_says_so() -> None:
    assert score_in_words(Score(None, None, None, 0, "nothing was found")) == "not scored: nothing was found"
    assert score_in_words(Score(0.5, None, None, 1)) == "0.500 (no interval)"
    assert score_in_words(Score(-0.0001, -0.2, 12.34, 5)) == "0.000 [−0.200, 12.3]"


def test_every_plot_is_well_formed_titled_and_tells_its_numbers(small: tuple[str, list[Sheet]]) -> None:
    page, _ = small
    drawn = re.findall(r'<svg class="plot".*?</svg>', page, re.DOTALL)
    assert len(drawn) == 7
    for svg in drawn:
        root = ElementTree.fromstring(svg)
        title, told = root.find("title"), root.find("desc")
        assert title is not None
        assert told is not None
        assert "alpha" in (told.text or "")
        assert not re.search(r"nan|inf\b|None", svg)


def test_a_name_with_markup_is_escaped_in_a_plot() -> None:
    score = Score(0.5, 0.4, 0.6, 9)
    name = Series("<b>&", 0)
    for svg in (
        forest("f", "t", [("<i>", [Line("<b>&", name, score)])]),
        plane("p", "t", [Point(name, score, score)], ("x", "y")),
    ):
        assert "<b>" not in svg
        assert "<i>" not in svg
        ElementTree.fromstring(svg)


def test_the_verdict_names_who_leads_whom_it_cannot_be_told_from_and_what_hangs_on_tau() -> None:
    selection = _small()
    page, _ = _page(selection, [*_two(selection), *baselines(selection)])
    assert "has the highest Core F1" in page
    assert re.search(r"The data cannot tell (alpha from [^.]*beta|beta from [^.]*alpha)", page)
    assert verdict([], None) == ["There is no run."]


def test_examples_are_of_distinct_articles_and_of_each_run_while_there_are_such() -> None:
    selection = _small()
    rows = {r.id: r for r in sheet_of(selection, _two(selection)[0]).rows}
    mistake = Mistake("missed", 0, None, 0.0)
    places = [
        [("a", rows["trees"], mistake), ("a", rows["roof"], mistake)],
        [("b", rows["trees"], mistake), ("b", rows["quiet"], mistake)],
    ]
    assert [(run, row.id) for run, row, _ in chosen_examples(places)] == [("a", "trees"), ("a", "roof"), ("b", "quiet")]
    assert [(run, row.id) for run, row, _ in chosen_examples([places[0][:1], places[1][:1]])] == [
        ("a", "trees"),
        ("b", "trees"),
    ]
    assert chosen_examples([[], []]) == []


def test_quotes_are_told_only_where_the_text_does_not_have_them() -> None:
    selection = _small()
    runs = _two(selection)
    sheets = [sheet_of(selection, r) for r in runs]
    articles = {a["id"]: a for a in page_data(selection, runs, sheets, ["alpha", "beta"])["articles"]}
    right, made_up = articles["roof"]["runs"][0]["found"]
    assert "quotes" not in right
    assert (made_up["quotes"], made_up["lost"]) == (["We will fly to the moon."], True)


def test_numbers_that_are_none_and_half_characters_do_no_harm() -> None:
    selection = _small()
    odd = RIGHT._replace(confidence=float("nan"), item=RIGHT.item._replace(recipient="half \ud83d"))
    page, _ = _page(selection, [_run(selection, "odd", {"trees": (odd,)})])
    page.encode("utf-8")
    assert _data(page)["articles"][2]["runs"][0]["found"][0]["recipient"] == "half ?"


@pytest.mark.parametrize("case", ["one run", "nothing found", "no texts", "no mistakes", "one article", "all failed"])
def test_a_page_of_little_is_still_a_page(case: str) -> None:
    selection = _small()
    runs = {
        "nothing found": lambda: [_run(selection, "none", {}), _run(selection, "nil", {})],
        "no mistakes": lambda: [_run(selection, "all", {"trees": (RIGHT,), "roof": (MENDED,)})],
        "all failed": lambda: [_run(selection, "failed", {}, **{
            a.id: Prediction(a.id, None, "failed", "timeout") for a in selection.articles})],
    }  # fmt: skip
    if case == "no texts":
        selection.texts.clear()
    if case == "one article":
        selection.articles = selection.articles[:1]
    page, _ = _page(selection, runs.get(case, lambda: _two(selection)[:1])())
    expected = {
        "no texts": "3 texts are not here",
        "all failed": "failed on 3 articles",
        "nothing found": "not scored: nothing was found",
        "one article": "no interval",
        "no mistakes": "none",
        "one run": "alpha: Core F1",
    }
    assert expected[case] in page
    assert ("Run against run" in page) == (case == "nothing found")


# --- in a browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as p:
        opened = p.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def opened(browser: Any, tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """Opens a page from a file; nothing may be asked for, no policy broken, no error thrown, no dialog shown."""
    contexts, complaints = [], []

    def open_page(html: str, place: str = "", **options: Any) -> Any:
        path = tmp_path / "scores.html"
        path.write_text(html, "utf-8")
        contexts.append(browser.new_context(viewport={"width": 1440, "height": 900}, **options))
        page = contexts[-1].new_page()
        page.on("pageerror", lambda e: complaints.append(str(e)))
        page.on("console", lambda m: complaints.append(m.text) if m.type in ("error", "warning") else None)
        page.on("dialog", lambda d: complaints.append(d.message))
        page.on("request", lambda r: complaints.append(r.url) if not r.url.startswith("file:") else None)
        page.goto(path.as_uri() + place)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


def _ids(page: Any) -> list[str]:
    return [t.split(" · ")[0] for t in page.evaluate("shown.map((article) => article.id)")]


@in_a_browser
def test_offsets_are_right_behind_astral_characters(small: tuple[str, list[Sheet]], opened: Any) -> None:
    page = opened(small[0], "#article=trees&runs=1")
    gold, found = page.locator(".text").all()
    assert gold.locator("mark.gold").all_inner_texts() == [PLANT]
    assert found.locator("mark.good").all_inner_texts() == [PLANT]
    assert page.evaluate("document.querySelectorAll('.text')[0].textContent.replace('G1', '')") == TREES


@in_a_browser
@pytest.mark.parametrize(
    ("filters", "left"),
    [
        ({"kind": "missed"}, ["roof", "quiet", "trees"]),
        ({"kind": "fabricated"}, ["roof"]),
        ({"kind": "any"}, ["roof", "quiet", "trees"]),
        ({"versus": "a"}, ["quiet", "trees"]),
        ({"versus": "b"}, ["roof"]),
        ({"part": "=weather"}, ["quiet"]),
        ({"has": "none"}, ["quiet"]),
        ({"has": "some", "sort": "id"}, ["roof", "trees"]),
        ({"q": "LIME tr"}, ["trees"]),
        ({"q": "nowhere"}, []),
    ],
)
def test_filters_leave_the_articles_that_fit(
    filters: dict[str, str], left: list[str], small: tuple[str, list[Sheet]], opened: Any
) -> None:
    page = opened(small[0], "#view=articles&runs=1.2")
    for name, value in filters.items():
        page.fill("#q", value) if name == "q" else page.select_option(f"#{name}", value)
    wanted = [i for i in left if "kind" not in filters or i in _with_kind(page, filters["kind"])]
    assert sorted(_ids(page)) == sorted(wanted)
    said = "3 articles" if len(wanted) == 3 else f"{len(wanted)} of 3 articles"
    assert page.locator("#count").inner_text() == said
    if wanted:
        assert page.evaluate("state.article") in wanted


def _with_kind(page: Any, kind: str) -> list[str]:
    """From the data alone: who has a mistake of this kind, or of any."""
    data = json.loads(page.locator("#data").text_content())
    place = [k for k, _ in data["kinds"]].index(kind) if kind != "any" else None
    return [a["id"] for a in data["articles"] if any(
        place in (None, m[0]) for run in a["runs"][:2] for m in run.get("mistakes", ()))]  # fmt: skip


@in_a_browser
def test_everything_is_reached_by_keys_and_the_address_leads_back(small: tuple[str, list[Sheet]], opened: Any) -> None:
    page = opened(small[0])
    assert page.locator("#report").is_visible()
    page.keyboard.press("j")
    first = page.evaluate("state.article")
    page.keyboard.press("j")
    second = page.evaluate("state.article")
    assert first != second
    page.keyboard.press("k")
    assert page.evaluate("state.article") == first
    page.keyboard.press("2")
    assert page.locator("#runs [aria-pressed=true]").all_inner_texts() == ["1\nalpha"]
    page.keyboard.press("/")
    page.keyboard.type("rain")
    page.keyboard.press("Escape")
    assert page.locator("#article h2").inner_text() == "quiet"
    address = page.url
    page.keyboard.press("f")
    assert page.evaluate("document.activeElement.id") == "kind"
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    assert page.locator("#keys").is_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("s")
    page.wait_for_selector("#report:not([hidden])")
    page.goto(address)
    page.wait_for_selector("#reader:not([hidden])")
    assert (page.locator("#article h2").inner_text(), page.input_value("#q")) == ("quiet", "rain")


@in_a_browser
def test_a_card_lights_its_evidence_and_that_of_what_it_is_paired_with(
    small: tuple[str, list[Sheet]], opened: Any
) -> None:
    page = opened(small[0], "#article=roof&runs=1.2")
    page.locator(".card.gold").focus()
    assert page.locator("mark.lit").all_inner_texts() == [MEND, MEND]
    assert page.locator(".card.lit").count() == 3
    page.locator(".card.bad").hover()
    assert page.locator("mark.lit").count() == 0
    page.locator(".text .tag").first.click()
    assert page.evaluate("document.activeElement.className").startswith("card")


@in_a_browser
def test_cards_say_what_is_wrong_in_words_and_field_by_field(small: tuple[str, list[Sheet]], opened: Any) -> None:
    page = opened(small[0], "#article=roof&runs=1.2")
    wrong, right = page.locator(".card.fair"), page.locator(".card.good")
    assert "wrong actor" in wrong.inner_text()
    assert wrong.locator("dd.like.wrong").first.inner_text() == "0.00"
    assert "exact" in right.inner_text()
    made_up = page.locator(".card.bad")
    assert "fabricated" in made_up.inner_text()
    assert "We will fly to the moon." in made_up.inner_text()
    page = opened(small[0], "#article=trees&runs=1.2")
    assert "missed" in page.locator(".card.absent").inner_text()
    assert "4711" in page.locator(".summary mark").all_inner_texts()


@in_a_browser
def test_an_article_that_failed_is_not_ticked_as_right(opened: Any) -> None:
    selection = _small()
    failed = Prediction("quiet", None, "failed", "timeout")
    page = opened(_page(selection, [_run(selection, "one", {"trees": (RIGHT,)}, quiet=failed)])[0], "#q=&sort=id")
    assert page.locator(".option .tally").all_inner_texts() == ["failed", "1", "✓"]
    assert "one failed: timeout" in page.locator("#article").inner_text()


@in_a_browser
def test_markup_anywhere_is_shown_and_not_run(opened: Any) -> None:
    article = _article("evil", HOSTILE, "Ian </script> Root will go.", title=MARKUP, form=MARKUP)
    selection = Selection(Gold([article], {"evil": HOSTILE}, {"evil": "</script>"}), MARKUP)
    item = Item((MARKUP,), ("go " + MARKUP,), "do", "firm", (), Deadline(MARKUP, None, None), MARKUP, MARKUP, MARKUP)
    said = Prediction("evil", None, "partial", MARKUP, (Found(item, (MARKUP,), False),), MARKUP)
    run = load_predictions(selection, MARKUP, [said])._replace(made_by={MARKUP: MARKUP})
    page = opened(_page(selection, [run, *baselines(selection)])[0])
    assert MARKUP in page.locator("h1").inner_text()
    page.keyboard.press("j")
    assert page.locator("#article h2").inner_text() == MARKUP
    assert HOSTILE.strip() in page.locator(".text").nth(1).inner_text()
    assert page.locator(".card.bad", has_text="onerror").inner_text().count(MARKUP) >= 6
    assert page.evaluate("window.pwned") is None
    assert page.locator("img, #article script, #report script").count() == 0


@in_a_browser
def test_the_policy_stops_what_a_mistake_of_ours_would_let_in(
    small: tuple[str, list[Sheet]], browser: Any, tmp_path: Path
) -> None:
    (tmp_path / "p.html").write_text(
        small[0].replace("<main id=", "<script>window.pwned = 1</script><main id=", 1), "utf-8"
    )
    context = browser.new_context()
    page = context.new_page()
    page.goto((tmp_path / "p.html").as_uri())
    refused = page.evaluate("() => { try { document.body.innerHTML = '<b>'; return false } catch { return true } }")
    assert (page.evaluate("window.pwned"), refused) == (None, True)
    context.close()


@in_a_browser
def test_it_is_dark_where_that_is_wished_and_by_a_button(small: tuple[str, list[Sheet]], opened: Any) -> None:
    shade = "Number(getComputedStyle(document.body).backgroundColor.match(/\\d+/)[0])"
    page = opened(small[0], color_scheme="dark")
    assert page.evaluate(shade) < 60
    page.click("#theme")
    assert page.evaluate(shade) > 200
    page.click("#theme")
    assert page.evaluate(shade) < 60
    assert opened(small[0], color_scheme="light").evaluate(shade) > 200


@in_a_browser
def test_tables_are_sorted_by_a_column_with_what_is_not_scored_last(
    small: tuple[str, list[Sheet]], opened: Any
) -> None:
    page = opened(small[0])
    names = page.locator(".headline tbody th .name")
    values = "[...document.querySelectorAll('.headline tbody tr')].map((r) => r.cells[8].dataset.sort)"
    for _ in range(2):
        page.locator(".headline thead .sort").nth(8).click()
        told = page.evaluate(values)
        assert told[-1] == ""
        assert "" not in told[: len([t for t in told if t])]
    page.locator(".headline thead .sort", has_text="run").click()
    assert names.all_inner_texts() == sorted(names.all_inner_texts())


@in_a_browser
def test_on_paper_there_are_tables_plots_and_the_chosen_article(small: tuple[str, list[Sheet]], opened: Any) -> None:
    page = opened(small[0], "#article=trees&runs=1.2")
    page.emulate_media(media="print")
    assert all(page.locator(s).first.is_visible() for s in (".headline", ".plot", ".kinds", ".text", ".card"))
    assert not any(page.locator(s).first.is_visible() for s in ("#list", "#filters", "#top"))
    page = opened(small[0])
    page.emulate_media(media="print")
    assert not page.locator("#reader").is_visible()


@in_a_browser
def test_a_thousand_articles_open_and_filter_at_once_with_few_rows_in_the_page(opened: Any) -> None:
    ids = [f"a{i:04}" for i in range(1000)]
    gold = Gold([_article(i, TREES, PLANT) for i in ids], dict.fromkeys(ids, TREES * 40), {})
    selection = Selection(gold, "all")
    selection.__dict__["sentences"] = {}  # what they are is of no matter here, and takes seconds
    runs = [_run(selection, "most", dict.fromkeys(ids[:900], (RIGHT,)))]
    page = opened(_page(selection, runs)[0], "#view=articles")
    assert page.locator(".option").count() < 60
    took = page.evaluate(
        "() => { const t = performance.now(); go({ q: 'benches', kind: 'missed' }); return performance.now() - t }"
    )
    assert page.locator("#count").inner_text() == "100 of 1000 articles"
    assert took < 1_000
    page.evaluate("$('list').scrollTop = 40 * ROW")
    page.wait_for_selector("text=a0945")
