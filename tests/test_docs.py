"""The documentation says what the code does: generated parts are current, commands exist, links lead somewhere."""

import re
import tomllib
from pathlib import Path

import pytest
import write_docs
from support import REPOSITORY

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
