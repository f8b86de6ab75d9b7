"""The documentation says what the code does: generated parts are current, commands exist, links lead somewhere."""

import ast
import inspect
import re
import tomllib
from pathlib import Path

import pytest
import write_docs
from support import REPOSITORY

from pipeline.models import server
from pipeline.models.catalogue import candidates
from pipeline.models.dialects import DIALECTS, OLLAMA_CONTEXT_TOKENS
from pipeline.models.memory import RUNTIME_BYTES, USABLE_SHARE, WEIGHT_BYTES, WINDOW_TOKENS, Machine

PAGES = [REPOSITORY / "README.md", *sorted((REPOSITORY / "docs").glob("*.md"))]
MODULES = sorted((REPOSITORY / "pipeline").rglob("*.py"))


def test_the_generated_parts_are_what_the_code_gives_now() -> None:
    assert write_docs.stale() == []


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(REPOSITORY)))
def test_every_file_opens_with_a_sentence_and_stands_in_the_tree(path: Path) -> None:
    assert len(write_docs.first_sentence(path)) > 10
    name = f"{path.parent.name}/" if path.name == "__init__.py" else path.name
    assert (
        re.search(rf"^ *{re.escape(name)} ", (REPOSITORY / "README.md").read_text("utf-8"), re.MULTILINE)
        or path.parent.name == "pipeline"
    )


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_links_between_pages_lead_to_files(page: Path) -> None:
    for target in re.findall(r"\]\((?!http)([^)#]+)\)", page.read_text("utf-8")):
        assert (page.parent / target).exists(), target


def test_the_readme_names_only_options_and_commands_that_exist() -> None:
    helps = (REPOSITORY / "docs" / "cli.md").read_text("utf-8")
    readme = (REPOSITORY / "README.md").read_text("utf-8")
    commands = "".join(re.findall(r"```sh\n(.*?)```", readme, re.DOTALL))
    for option in set(re.findall(r"(?<!\S)--[a-z-]+", readme)):
        assert option in helps, option
    for command in set(re.findall(r"onrecord ([a-z]+)", commands)):
        assert f"## onrecord {command}" in helps, command


def test_nothing_in_the_project_names_this_machine_or_an_index() -> None:
    constraints = (REPOSITORY / "constraints.txt").read_text("utf-8")
    assert not re.search(r"index-url|find-links|https?://|file:|\+cpu", constraints)
    pins = [line for line in constraints.splitlines() if line and not line.startswith("#")]
    assert all(re.fullmatch(r"[\w.-]+==[\w.]+", pin) for pin in pins)
    assert "torch==2.13.0" in pins


def test_every_dependency_is_pinned() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    extras = project["optional-dependencies"]
    wanted += [w for name in ("gguf", "lora", "sentencepiece") for w in extras[name]]
    names = {re.split(r"[<>=,\[ ]", w)[0].casefold().replace("_", "-") for w in wanted} - {"onrecord"}
    pinned = {
        line.split("==")[0].casefold().replace("_", "-")
        for line in (REPOSITORY / "constraints.txt").read_text().splitlines()
    }
    assert names <= pinned


def _written_codes() -> set[str]:
    """Every code that the server model can put into a reply: first arguments of _Failure, and `code=` of a Reply."""
    calls = [n for n in ast.walk(ast.parse(Path(server.__file__).read_text("utf-8"))) if isinstance(n, ast.Call)]
    first = [c.args[0] for c in calls if getattr(c.func, "id", "") == "_Failure" and c.args]
    named = [k.value for c in calls if getattr(c.func, "id", "") == "Reply" for k in c.keywords if k.arg == "code"]
    return {str(n.value) for n in (*first, *named) if isinstance(n, ast.Constant)}


def test_the_page_on_servers_has_every_failure_code_and_no_other() -> None:
    page = (REPOSITORY / "docs" / "servers.md").read_text("utf-8")
    _, _, failures = page.partition("## When something fails")
    rows = re.findall(r"^\| (`[^|]+?) \|", failures, re.MULTILINE)
    told = {code for row in rows for code in re.findall(r"`([a-z_0-9]+)`", row)}
    known = _written_codes() | server.RETRIED | server._FAILURES_OF_A_PROMPT | {"http_404"}
    assert told == known
    again = {code for row in rows if _is_yes(failures, row) for code in re.findall(r"`([a-z_0-9]+)`", row)}
    assert again == server.RETRIED
    spared = re.search(r"\(all but (.*?)\)", failures, re.DOTALL)
    assert spared is not None
    assert set(re.findall(r"`([a-z_0-9]+)`", spared[1])) == server._FAILURES_OF_A_PROMPT


def _is_yes(table: str, first: str) -> bool:
    line = next(line for line in table.splitlines() if line.startswith(f"| {first} |"))
    return line.split("|")[3].strip() == "yes"


def test_the_page_on_servers_has_every_dialect_with_its_start_command_and_no_other() -> None:
    page = (REPOSITORY / "docs" / "servers.md").read_text("utf-8")
    table = page.partition("## Options")[0]
    rows = {row[0]: row[1] for row in re.findall(r"^\| `([a-z.]+)` \| (.+?) \|", table, re.MULTILINE)}
    assert set(rows) == {dialect.name for dialect in DIALECTS}
    for dialect in DIALECTS:
        assert dialect.name == "openai" or rows[dialect.name] == f"`{dialect.start_with}`"
    assert server.KEY_VARIABLE in page


def test_the_page_on_servers_has_the_numbers_of_the_code() -> None:
    page = (REPOSITORY / "docs" / "servers.md").read_text("utf-8")
    defaults = inspect.signature(server.ServerModel.open).parameters
    for number in (
        server.ASSUMED_CONTEXT_TOKENS, OLLAMA_CONTEXT_TOKENS, server.CANARY_TOKENS,
        defaults["timeout_seconds"].default, defaults["prompt_seconds"].default, defaults["concurrency"].default,
    ):  # fmt: skip
        assert re.search(rf"(?<![\d,]){number:,}(?![\d,])", page), number
    assert server.TRIES == 5
    assert "five times" in page
    assert f"wait {server.PAUSE_BEFORE_PROBE_SECONDS:.0f} seconds" in page
    assert server.FAILURES_THAT_MEAN_DOWN == 8
    assert "Eight failures in a row" in page
    assert f"{server.MOST_BODY_BYTES // 2**20} MiB" in page


def test_every_option_that_the_pages_on_models_give_to_onrecord_exists() -> None:
    helps = (REPOSITORY / "docs" / "cli.md").read_text("utf-8")
    of_others = {"--port", "--enable-lora", "--lora-modules", "--model-id"}
    for name in ("servers.md", "models.md"):
        page = (REPOSITORY / "docs" / name).read_text("utf-8")
        for option in set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", page)) - of_others:
            assert option in helps, option


def test_the_page_on_models_has_the_fields_and_the_bytes_of_the_code() -> None:
    page = (REPOSITORY / "docs" / "models.md").read_text("utf-8")
    known = next(candidates(Machine("cpu", 0), is_cached=lambda name: False))
    rows = re.findall(r"^\| (`.+?) \|", page.partition("## For programs")[2], re.MULTILINE)
    assert {field for row in rows for field in re.findall(r"`(\w+)`", row)} == set(known.as_json())
    assert all(f"{WEIGHT_BYTES[width]:g}" in page for width in WEIGHT_BYTES)
    assert f"{USABLE_SHARE:.0%}".replace("%", " %") in page
    assert f"{RUNTIME_BYTES / 2**30:g} GiB" in page
    assert f"{WINDOW_TOKENS:,} tokens" in page
