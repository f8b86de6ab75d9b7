"""Every input item becomes one article or one stated reason; nothing is lost and nothing is decoded wrongly."""

import bz2
import gzip
import io
import json
import os
import shutil
import subprocess
import sys
import tracemalloc
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from pipeline.encodings import NotTextError, decode
from pipeline.errors import InputError
from pipeline.reading import Fields, Item, Unread, count_hint, parse_date, read_articles, safe_id
from pipeline.records import Article

STORY = "The council will build forty homes. Its leader said so."


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def _read(*inputs: str, **options: Any) -> list[Item]:
    return list(read_articles(inputs, **options))


def _one(*inputs: str, **options: Any) -> Article:
    (item,) = _read(*inputs, **options)
    assert isinstance(item, Article), item
    return item


def _unread(*inputs: str, **options: Any) -> Unread:
    (item,) = _read(*inputs, **options)
    assert isinstance(item, Unread), item
    return item


def _codes(article: Article) -> list[str]:
    return [p.code for p in article.problems]


# --- files and folders


def test_a_file_is_one_article_with_its_text_as_it_stands() -> None:
    Path("a.txt").write_bytes(b"One line\r\nAnother  line \r\n")
    article = _one("a.txt")
    assert (article.id, article.source, article.text) == ("a", "a.txt", "One line\r\nAnother  line \r\n")


def test_a_folder_is_read_by_path_without_hidden_files_sidecars_and_its_own_readme() -> None:
    for name in ("b.txt", "a/z.md", ".git/x.txt", ".hidden.txt", "b.meta.json", "README.md", "pic.jpg"):
        Path("in", name).parent.mkdir(parents=True, exist_ok=True)
        Path("in", name).write_text("{}" if name.endswith("json") else STORY)
    items = _read("in")
    assert [(i.source, i.id) for i in items if isinstance(i, Article)] == [
        ("in/a/z.md", safe_id("a/z")),
        ("in/b.txt", "b"),
    ]
    assert {(i.source, i.reason) for i in items if isinstance(i, Unread)} == {
        ("in/README.md", "about_the_folder"),
        ("in/pic.jpg", "unsupported_type"),
    }


def test_a_sidecar_gives_title_date_and_id_and_a_broken_one_costs_only_itself() -> None:
    Path("a.txt").write_text(STORY)
    Path("a.meta.json").write_text('{"title": "Homes", "published": "2025-01-16", "id": "x1"}')
    article = _one("a.txt", published=date(2001, 1, 1))
    assert (article.id, article.title, article.published) == ("x1", "Homes", date(2025, 1, 16))
    Path("a.meta.json").write_text("{broken")
    article = _one("a.txt", published=date(2001, 1, 1))
    assert (_codes(article), article.published) == (["bad_sidecar"], date(2001, 1, 1))


def test_links_pipes_and_loops_end_with_their_reason() -> None:
    Path("in").mkdir()
    Path("in/loop").symlink_to(".")
    Path("in/gone.txt").symlink_to("nowhere")
    os.mkfifo("in/pipe.txt")
    found = {i.source: (i.status, i.reason) for i in _read("in") if isinstance(i, Unread)}
    assert found == {
        "in/loop": ("skipped", "directory_loop"),
        "in/gone.txt": ("failed", "dangling_symlink"),
        "in/pipe.txt": ("skipped", "not_a_file"),
    }
    assert _unread("in/pipe.txt").status == "failed"


# Root may read everything, unless it gives that up.
AS_ANYBODY = "setpriv --inh-caps=-dac_override,-dac_read_search --bounding-set=-dac_override,-dac_read_search".split()


@pytest.mark.skipif(os.geteuid() == 0 and not shutil.which("setpriv"), reason="root may read everything")
def test_unreadable_files_and_folders_fail_with_their_reason() -> None:
    Path("in/closed").mkdir(parents=True)
    for name in ("in/a.txt", "in/b.txt", "in/closed/c.txt"):
        Path(name).write_text(STORY)
    Path("in/b.txt").chmod(0)
    Path("in/closed").chmod(0)
    command = [sys.executable, "-m", "pipeline", "run", "in", "-o", "out", "--exit-zero"]
    as_anybody = AS_ANYBODY if os.geteuid() == 0 else []
    subprocess.run([*as_anybody, *command], check=True, capture_output=True)
    found = {e["source"]: e["reason"] for e in map(json.loads, Path("out/ledger.jsonl").read_text().splitlines())}
    Path("in/closed").chmod(0o755)
    assert found == {"in/a.txt": "new", "in/b.txt": "permission_denied", "in/closed": "permission_denied"}


def test_a_file_name_that_is_no_utf8_is_read() -> None:
    Path("in").mkdir()
    Path(os.fsdecode(b"in/caf\xe9.txt")).write_text(STORY)
    article = _one("in")
    assert article.source == "in/caf\ufffd.txt"
    assert article.id == safe_id(os.fsdecode(b"caf\xe9"))
    article.model_dump_json()


def test_a_glob_and_a_path_that_name_nothing_are_errors_at_once_with_the_nearest_name() -> None:
    Path("story.txt").write_text(STORY)
    assert _one("st*.txt").id == "story"
    with pytest.raises(InputError, match=r"nothing matches \*\.pdf"):
        read_articles(["*.pdf"])
    with pytest.raises(InputError) as caught:
        read_articles(["stroy.txt"])
    assert caught.value.hint == "did you mean story.txt?"


def test_a_file_without_a_known_suffix_is_read_when_it_is_named_itself() -> None:
    Path("notes").write_text(STORY)
    assert _one("notes").text == STORY


@pytest.mark.parametrize("content", [b"", b" \n\t\n", b"\xef\xbb\xbf", b"\xff\xfe"])
def test_nothing_to_read_is_skipped(content: bytes) -> None:
    Path("a.txt").write_bytes(content)
    item = _unread("a.txt")
    assert (item.status, item.reason in {"empty_file", "no_text"}) == ("skipped", True)


def test_a_huge_line_fails_as_too_long_without_being_held() -> None:
    with Path("a.txt").open("wb") as stream:
        stream.truncate(2**31)
    tracemalloc.start()
    assert _unread("a.txt", max_chars=1000).reason == "too_long"
    assert tracemalloc.get_traced_memory()[1] < 2**20
    tracemalloc.stop()


# --- encodings


@given(
    st.text(st.characters(codec="utf-8", exclude_characters="\0\ufffe\uffff", exclude_categories=("Cc",)), min_size=1)
)
def test_utf8_is_never_taken_for_anything_else(text: str) -> None:
    assert decode(text.encode())[0] == text.removeprefix("\ufeff")


WESTERN = "The café’s owner said “£5m — or €6m — will be spent”. " * 3


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"])
def test_western_text_comes_out_of_every_encoding_as_it_went_in(encoding: str) -> None:
    assert decode(WESTERN.encode(encoding))[0] == WESTERN


def test_a_short_cp1252_file_keeps_its_pound_and_quotes_and_says_that_it_was_guessed() -> None:
    text, problems = decode("“£5m” for Leeds".encode("cp1252"))
    assert text == "“£5m” for Leeds"
    assert [p.code for p in problems] == ["encoding_guessed"]


def test_a_pound_sign_far_behind_plain_ascii_is_read_as_cp1252() -> None:
    data = b"plain words " * 10_000 + b"\xa35m"
    assert decode(data)[0].endswith("£5m")


def test_cyrillic_in_its_own_code_page_is_detected() -> None:
    text = "Совет построит сорок домов к концу года, сказал председатель во вторник. " * 5
    assert decode(text.encode("cp1251"))[0] == text


def test_a_few_bad_bytes_are_replaced_and_told_and_a_binary_is_refused() -> None:
    text, problems = decode(("naïve café plan, déjà vu. " * 40).encode() + b"\xff end")
    assert text.endswith("\ufffd end")
    assert [p.code for p in problems] == ["bad_bytes"]
    with pytest.raises(NotTextError):
        decode(bytes(range(256)) * 20)
    with pytest.raises(NotTextError):
        decode(bz2.compress(STORY.encode() * 50))


def test_a_few_nul_bytes_are_kept_and_told() -> None:
    text, problems = decode(STORY.encode() * 5 + b"\0" + STORY.encode())
    assert text == STORY * 5 + "\0" + STORY
    assert [p.code for p in problems] == ["nul_bytes"]


# --- tables


def _rows(*rows: Any) -> None:
    Path("a.jsonl").write_text("".join(json.dumps(r) + "\n" if not isinstance(r, str) else r for r in rows))


def test_jsonl_rows_have_their_own_ids_titles_and_dates() -> None:
    _rows({"id": "n1", "text": STORY, "headline": "Homes", "date": "16 January 2025"}, {"body": STORY})
    first, second = _read("a.jsonl")
    assert isinstance(first, Article)
    assert (first.id, first.title, first.published, first.source) == ("n1", "Homes", date(2025, 1, 16), "a.jsonl#1")
    assert second.id == "a-000002"


def test_one_broken_line_of_ten_costs_one_article() -> None:
    _rows(
        *({"id": str(i), "text": STORY} for i in range(4)),
        "{broken\n",
        *({"id": str(i), "text": STORY} for i in range(5, 10)),
    )
    items = _read("a.jsonl")
    assert [type(i) for i in items].count(Article) == 9
    assert [(i.source, i.status, i.reason) for i in items if isinstance(i, Unread)] == [
        ("a.jsonl#5", "failed", "broken_json")
    ]


@pytest.mark.parametrize(
    ("row", "status", "reason"),
    [
        ('"a string"\n', "failed", "not_an_object"),
        ({"text": 5}, "failed", "text_not_string"),
        ({"text": None}, "skipped", "no_text"),
        ({"text": "  "}, "skipped", "no_text"),
        ({"other": "x"}, "failed", "no_text_field"),
        ("\xff\xfe{\n", "failed", "broken_json"),
        ("[" * 5000 + "\n", "failed", "broken_json"),
    ],
)
def test_a_row_that_is_no_article_says_why(row: Any, status: str, reason: str) -> None:
    _rows({"text": STORY}, row)
    item = _read("a.jsonl")[1]
    assert isinstance(item, Unread)
    assert (item.status, item.reason) == (status, reason)


def test_lone_surrogates_become_one_replacement_each() -> None:
    Path("a.jsonl").write_text('{"text": "a \\ud800 b and more words"}\n')
    article = _one("a.jsonl")
    assert article.text == "a \ufffd b and more words"
    assert _codes(article) == ["bad_unicode"]


def test_a_wrong_field_lists_the_fields_there_are_and_the_nearest() -> None:
    Path("a.csv").write_text("headline,story_text\nx,y\n")
    with pytest.raises(InputError, match="there are headline, story_text") as caught:
        _read("a.csv", fields=Fields(text="storytext"))
    assert caught.value.hint == "try --text-field story_text"
    with pytest.raises(InputError, match="no field looks like the text"):
        _read("a.csv")
    Path("in").mkdir()
    Path("a.csv").rename("in/a.csv")
    assert _unread("in").reason == "no_text_field"


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_csv_separators_quotes_newlines_and_the_bom_are_right(separator: str) -> None:
    Path("a.csv").write_bytes(f'\ufefftext{separator}title\r\n"One ""two""\nthree"{separator}T\r\n'.encode())
    article = _one("a.csv")
    assert (article.text, article.title) == ('One "two"\nthree', "T")


def test_parquet_streams_and_a_torn_footer_fails() -> None:
    table = pa.table({"text": [STORY, None], "published": [date(2025, 1, 16), None]})
    pq.write_table(table, "a.parquet")
    first, second = _read("a.parquet")
    assert isinstance(first, Article)
    assert first.published == date(2025, 1, 16)
    assert isinstance(second, Unread)
    Path("a.parquet").write_bytes(Path("a.parquet").read_bytes()[:-20])
    assert _unread("a.parquet").reason == "broken_parquet"


def test_json_files_hold_one_object_a_list_or_a_list_under_a_name() -> None:
    for content in ({"text": STORY}, [{"text": STORY}], {"articles": [{"text": STORY}]}):
        Path("a.json").write_text(json.dumps(content))
        assert _one("a.json").text == STORY
    Path("a.json").write_text("{")
    assert _unread("a.json").reason == "broken_json"


PACKERS = {".gz": gzip.compress, ".zst": lambda data: zstandard.ZstdCompressor().compress(data)}


@pytest.mark.parametrize("suffix", PACKERS)
def test_packed_files_are_read_and_a_torn_one_keeps_what_came_before(suffix: str) -> None:
    path = Path(f"a.txt{suffix}")
    path.write_bytes(PACKERS[suffix](STORY.encode()))
    assert _one(path.name).id == "a"
    lines = "".join(json.dumps({"id": str(i), "text": os.urandom(300).hex()}) + "\n" for i in range(2000))
    rows = Path(f"b.jsonl{suffix}")
    rows.write_bytes(PACKERS[suffix](lines.encode())[:-5000])
    *kept, last = _read(rows.name)
    assert len([i for i in kept if isinstance(i, Article)]) > 100
    assert isinstance(last, Unread)
    assert last.reason in {"truncated_archive", "broken_json"}


def test_a_saved_dataset_is_read_split_by_split() -> None:
    from datasets import Dataset, DatasetDict

    rows = Dataset.from_dict({"text": [STORY, STORY + "!"]})
    DatasetDict({"test": rows, "train": rows}).save_to_disk("set")
    assert [i.source for i in _read("set")] == ["set:test#1", "set:test#2", "set:train#1", "set:train#2"]


def test_a_hundred_thousand_rows_stream_in_bounded_memory() -> None:
    def lines() -> Iterator[str]:
        for number in range(100_000):
            yield json.dumps({"id": f"n{number}", "text": STORY}) + "\n"

    with Path("a.jsonl").open("w") as stream:
        stream.writelines(lines())
    items = read_articles(["a.jsonl"])
    for _ in range(1000):
        next(items)
    tracemalloc.start()
    assert sum(1 for _ in items) == 99_000
    assert tracemalloc.get_traced_memory()[1] < 2**20
    tracemalloc.stop()


# --- standard input, the web, names


def test_standard_input_is_one_text_or_rows() -> None:
    assert _one("-", stdin=io.BytesIO(STORY.encode())).id == "stdin"
    rows = _read("-", stdin=io.BytesIO(b'{"id": "a", "text": "x y"}\n{"text": "z"}\n'))
    assert [(i.id, i.source) for i in rows] == [("a", "-#1"), ("stdin-000002", "-#2")]
    assert _unread("-", stdin=io.BytesIO(b"")).reason == "empty_file"


PAGE = f"""<html><head><title>Homes</title><meta property="article:published_time" content="2025-01-16"></head>
<body><nav>Home News</nav><article><h1>Homes</h1><p>{STORY * 6}</p><p>{STORY * 6}</p></article></body></html>"""


def _answer(request: httpx.Request) -> httpx.Response:
    match request.url.path:
        case "/story":
            return httpx.Response(200, html=PAGE)
        case "/moved":
            return httpx.Response(302, headers={"location": "/story"})
        case "/empty":
            return httpx.Response(200, html="<html><body></body></html>")
        case "/down":
            raise httpx.ConnectError("refused")
    return httpx.Response(404)


@pytest.mark.parametrize("path", ["story", "moved"])
def test_a_page_on_the_web_gives_its_article_title_and_date(path: str) -> None:
    article = _one(f"https://news.example/{path}", transport=httpx.MockTransport(_answer))
    assert STORY in article.text
    assert "Home News" not in article.text
    assert (article.title, article.published) == ("Homes", date(2025, 1, 16))


@pytest.mark.parametrize(
    ("path", "reason"), [("gone", "http_404"), ("down", "unreachable"), ("empty", "no_article_in_page")]
)
def test_a_page_that_cannot_be_had_says_why(path: str, reason: str) -> None:
    assert _unread(f"https://news.example/{path}", transport=httpx.MockTransport(_answer)).reason == reason


def test_an_html_file_gives_its_article() -> None:
    Path("a.html").write_text(PAGE)
    assert _one("a.html").title == "Homes"


NAMES = [
    "../../x",
    "a/b.txt",
    "con",
    "NUL.txt",
    ".hidden",
    "-rf",
    "a b",
    "x" * 500,
    "日本語",
    "a\0b",
    "é",
    "",
    "a:b?",
    "..",
    "COM1",
]


@pytest.mark.parametrize("name", NAMES)
def test_an_id_is_a_safe_file_name(name: str) -> None:
    made = safe_id(name)
    assert made == safe_id(name)
    assert not set(made) & set('/\\:*?"<>|\0 ')
    assert made[0] not in ".-"
    assert len(made.encode()) <= 120
    assert made.split(".")[0].casefold() not in {"con", "nul", "com1"}


@given(st.text(max_size=80), st.text(max_size=80))
def test_two_names_share_an_id_only_when_they_are_one(a: str, b: str) -> None:
    assert (safe_id(a) == safe_id(b)) == (a == b)


def test_dates_follow_the_locale_and_halves_of_dates_are_refused() -> None:
    assert parse_date("03/04/2021", "en-GB")[0] == date(2021, 4, 3)
    assert parse_date("03/04/2021", "en-US")[0] == date(2021, 3, 4)
    assert parse_date("2021-04-03T12:00:00Z", "en-GB")[0] == date(2021, 4, 3)
    for half in ("May 2021", "Tuesday", "soon"):
        found, problems = parse_date(half, "en-GB")
        assert (found, [p.code for p in problems]) == (None, ["bad_date"])


def test_counting_is_exact_for_folders_of_texts_and_silent_for_tables() -> None:
    Path("in").mkdir()
    for name in ("a.txt", "b.md"):
        Path("in", name).write_text(STORY)
    assert count_hint(["in"]) == 2
    Path("in/c.jsonl").write_text("{}\n{}\n{}\n")
    assert count_hint(["in"]) == 5
    Path("in/d.csv").write_text("text\nx\n")
    assert count_hint(["in"]) is None
