"""Files and folders of texts that are kept elsewhere -> texts by the sha256 of their bytes, for stand-off gold."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from pipeline.errors import InputError

SUFFIXES = (".txt", ".jsonl")
# Fields of a row that may hold its text, in the order in which they are tried.
FIELDS = ("text", "article", "document", "body")


def known_texts(paths: Sequence[Path]) -> dict[str, str]:
    """Raises InputError for a path that is not there."""
    found: dict[str, str] = {}
    for path in paths:
        if not path.exists():
            raise InputError(f"there is no {path}", hint="--texts names files or folders of .txt and .jsonl")
        if not path.is_dir() and path.suffix not in SUFFIXES:
            raise InputError(f"{path} is no file of texts", hint=f"--texts reads {' and '.join(SUFFIXES)}")
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            for text in _readable(file):
                found[hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()] = text
    return found


def _readable(file: Path) -> list[str]:
    try:
        return list(_texts_of(file))
    except OSError as exc:
        raise InputError(
            f"{file} cannot be read: {exc.strerror}", hint="--texts names files that you may read"
        ) from exc


def _texts_of(file: Path) -> Iterator[str]:
    if file.suffix == ".txt" and file.is_file():
        yield file.read_bytes().decode("utf-8", "replace")
    elif file.suffix == ".jsonl" and file.is_file():
        with file.open(encoding="utf-8", errors="replace") as lines:
            for number, line in enumerate(lines, 1):
                if not line.strip():
                    continue
                try:
                    row = json.loads(line)
                except (ValueError, RecursionError) as exc:
                    raise InputError(f"{file}, line {number}: no JSON", hint="each line is one object") from exc
                yield from (row[name] for name in FIELDS if isinstance(row, dict) and isinstance(row.get(name), str))
