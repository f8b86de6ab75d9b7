"""The code -> the generated parts of the documentation: the tree, the commands, the record's JSON Schema, the example.

python tests/write_docs.py            rewrites them
python tests/write_docs.py --check    exit code 1 and the names of those that are out of date
"""

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from pipeline.records import record_json_schema

ROOT = Path(__file__).parent.parent
COMMANDS = [
    *((name,) for name in ("run", "plan", "verify", "explain", "models", "doctor", "label", "train", "eval")),
    *(("eval", name) for name in ("score", "compare", "page", "gate", "repin", "run", "self-test")),
    *(("eval", name) for name in ("confidence", "entail", "pairs", "calibrate", "datasets", "articles", "benchmark")),
    *(("eval", name) for name in ("agreement", "lint", "next", "split")),
]
PACKAGES = ("pipeline", "eval")
FOLDERS = {
    "prompts": "versioned prompt templates",
    "eval/gold": "736 labelled texts, and the card that says where they come from",
    "eval/silver": "8,790 texts labelled once, to learn from",
    "eval/beats": "638 texts of five beats that no shipped weights have seen",
    "seeds": "the example article and where it comes from",
    "tests": "what holds, by sentence; cases/ are tables that anybody can extend",
    "docs": "how it works, the commands, the record, what was tried",
}


def first_sentence(path: Path) -> str:
    """The first line of a module's docstring, without its full stop."""
    docstring = ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""
    return docstring.split("\n\n")[0].replace("\n", " ").split(". ")[0].rstrip(".:")


def tree() -> str:
    """The packages' files in reading order, each with what it turns into what."""
    lines: list[str] = []
    for package in PACKAGES:
        lines.append(f"{package}/")
        for path in _in_order(ROOT / package):
            depth = len(path.relative_to(ROOT / package).parts)
            name = f"{path.parent.name}/" if path.name == "__init__.py" else path.name
            indent = "  " * (depth if path.name != "__init__.py" else depth - 1)
            lines.append(f"{indent}{name:<{22 - len(indent)}}{first_sentence(path)}")
    return "\n".join(lines + [f"{name + '/':<22}{words}" for name, words in FOLDERS.items()])


def _in_order(folder: Path) -> Iterator[Path]:
    """Bottom-up, as the layers of the import contract stand in pyproject.toml; a folder's own files after its line."""
    contract = rf'containers = \["{folder.name}"\].*?layers = \[(.*?)\]'
    layers = re.search(contract, (ROOT / "pyproject.toml").read_text("utf-8"), re.DOTALL)
    assert layers is not None
    names = [n.strip() for layer in re.findall(r'"([^"]+)"', layers[1])[::-1] for n in layer.split("|")]
    for name in names:
        if (folder / f"{name}.py").is_file():
            yield folder / f"{name}.py"
        elif (folder / name).is_dir():
            yield from _folder(folder / name)


def _folder(folder: Path) -> Iterator[Path]:
    yield folder / "__init__.py"
    yield from sorted(p for p in folder.glob("*.py") if p.name != "__init__.py")
    for inner in sorted(p for p in folder.iterdir() if (p / "__init__.py").is_file()):
        yield from _folder(inner)


def commands() -> str:
    """Every command's help, as it prints itself."""
    parts = ["# The commands\n\nGenerated from `--help`.\n"]
    for name in ((), *COMMANDS):
        title = " ".join(("onrecord", *name))
        parts.append(f"## {title}\n\n```text\n{_help(*name)}\n```\n")
    return "\n".join(parts)


def _help(*command: str) -> str:
    environment = {"COLUMNS": "110", "PATH": "/usr/bin:/bin", "NO_COLOR": "1", "TERM": "dumb"}
    arguments = [sys.executable, "-m", "pipeline", *command, "--help"]
    result = subprocess.run(arguments, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    return "\n".join(line.rstrip() for line in result.stdout.strip().splitlines())


def example() -> str:
    """What `onrecord run seeds --print text` prints in float32, which all CPUs round alike (docs/compact.md)."""
    arguments = [sys.executable, "-m", "pipeline", "run", "seeds", "--print", "text", "--progress", "none"]
    arguments += ["--dtype", "float32"]
    return subprocess.run(arguments, cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()


def block(text: str, name: str, content: str) -> str:
    """`text` with what stands between its two `name` markers replaced."""
    pattern = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
    assert pattern.search(text), f"no {name} markers"
    return pattern.sub(lambda m: f"{m[1]}```text\n{content}\n```\n{m[2]}", text)


def wanted() -> dict[Path, str]:
    """Each generated file with its right content."""
    readme, works = ROOT / "README.md", ROOT / "docs" / "how-it-works.md"
    told = readme.read_text("utf-8")
    return {
        readme: block(block(told, "tree", tree()), "example", example()),
        works: block(works.read_text("utf-8"), "tree", tree()),
        ROOT / "docs" / "cli.md": commands(),
        ROOT / "docs" / "record.schema.json": json.dumps(record_json_schema(), indent=1, ensure_ascii=False) + "\n",
    }


def stale() -> list[str]:
    """The names of the files that are out of date."""
    return [
        str(path.relative_to(ROOT))
        for path, content in wanted().items()
        if not path.is_file() or path.read_text("utf-8") != content
    ]


if __name__ == "__main__":
    if "--check" in sys.argv:
        out_of_date = stale()
        if out_of_date:
            sys.exit(f"out of date: {', '.join(out_of_date)}; run `make docs`")
    else:
        for path, content in wanted().items():
            path.write_text(content, "utf-8")
