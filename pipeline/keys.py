"""An article and what reads it -> the content key of its record, and in words what changed since another."""

import hashlib
import importlib.metadata
import json
from functools import lru_cache
from pathlib import Path

from pipeline.config import RunConfig
from pipeline.records import SCHEMA_VERSION, Article, Provenance

# Libraries that shape a record; another version of one makes a stored record stale.
LIBRARIES = ("holidays", "pydantic", "python-dateutil", "trafilatura")
# These write, print and plan; what they say does not change a record.
_CODE_APART = frozenset(
    "__main__.py cli.py display.py doctor.py options.py planning.py rundir.py storing.py streams.py"
    " verifying.py".split()
)
# A hash or a whole prompt in the list of what changed helps nobody; shorter values are shown.
_SHOWN_VALUE_CHARS = 24

# What a record depends on, by name.
Parts = dict[str, str]


def full_provenance(engine: Provenance, config: RunConfig) -> Provenance:
    """The engine's own provenance with this package's version, the options and the libraries that matter."""
    own = {
        "onrecord": _version("onrecord"),
        "options": config.record_options,
        "seed": config.seed,
        "libraries": {**engine.libraries, **library_versions()},
    }
    return engine.model_copy(update=own)


@lru_cache
def library_versions() -> dict[str, str]:
    return {name: _version(name) for name in LIBRARIES}


@lru_cache
def _version(package: str) -> str:
    """Read from the disk once, and not for every article."""
    return importlib.metadata.version(package)


@lru_cache
def code_sha256() -> str:
    """Of the source files that shape a record, so that a changed grammar never passes for a finished article."""
    root = Path(__file__).parent
    digest = hashlib.sha256()
    for path in sorted(root.rglob("*.py")):
        if path.name not in _CODE_APART:
            digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def content_parts(article: Article, made_by: Provenance) -> Parts:
    """Everything that an article's record depends on, by name; the content key is the hash of it."""
    shared = {
        name: value if isinstance(value, str) else json.dumps(value, sort_keys=True)
        for name, value in made_by.model_dump(mode="json", exclude={"options", "libraries"}).items()
        if value not in (None, {}, "")
    }
    options = {f"option {name}": str(value) for name, value in made_by.options.items()}
    libraries = {f"library {name}": version for name, version in made_by.libraries.items()}
    own = {
        "id": article.id,
        "source": article.source,
        "text": article.sha256,
        "title": article.title or "",
        "published": str(article.published or ""),
        "read": json.dumps([p.model_dump() for p in article.problems]),
    }
    return {**own, **shared, **options, **libraries, "schema": str(SCHEMA_VERSION), "code": code_sha256()}


def content_key(parts: Parts) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def what_changed(before: Parts, now: Parts) -> str:
    """The parts that differ, in words: "option locale: en-GB -> en-US; text"."""
    names = [name for name in sorted({*before, *now}) if before.get(name) != now.get(name)]
    return "; ".join(_change(name, before.get(name, "none"), now.get(name, "none")) for name in names)


def _change(name: str, before: str, now: str) -> str:
    short = max(len(before), len(now)) <= _SHOWN_VALUE_CHARS
    return f"{name}: {before or 'none'} -> {now or 'none'}" if short else name
