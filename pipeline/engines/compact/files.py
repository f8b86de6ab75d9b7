"""A folder of weights -> their hash, checked against what was written; needs neither torch nor a model."""

import hashlib
from pathlib import Path

from pipeline.errors import EnvironmentFault

SHIPPED = Path(__file__).parent / "weights"
WEIGHTS, CONFIG, TOKENIZER, SUM = "model.safetensors", "config.json", "tokenizer.json", "model.sha256"
SUMMED = (WEIGHTS, CONFIG, TOKENIZER)


def checked(folder: Path) -> str:
    """The sha256 of the weights. Raises EnvironmentFault where a file is not the one that was written with them."""
    try:
        wanted = dict(_summed(line) for line in (folder / SUM).read_text("utf-8").splitlines())
        found = {name: sha256_of(folder / name) for name in SUMMED}
    except (OSError, ValueError, TypeError) as exc:
        raise unusable(folder, str(exc)) from exc
    for name, digest in found.items():
        if wanted.get(name) != digest:
            told = wanted.get(name, "nothing")
            raise unusable(folder, f"{name} has sha256 {digest[:12]}…, {SUM} says {told[:12]}…")
    return found[WEIGHTS]


def _summed(line: str) -> tuple[str, str]:
    digest, name = line.split()
    return name, digest


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def unusable(folder: Path, why: str) -> EnvironmentFault:
    hint = "install onrecord again" if folder == SHIPPED else "train again, or name another folder"
    return EnvironmentFault(f"the weights in {folder} cannot be used: {why}", hint=hint)
