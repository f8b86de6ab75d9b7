"""A folder of weights -> their hash, checked against what was written; needs neither torch nor a model."""

import hashlib
from pathlib import Path

from pipeline.errors import EnvironmentFault

SHIPPED = Path(__file__).parent / "weights"
WEIGHTS, CONFIG, TOKENIZER, SUM = "model.safetensors", "config.json", "tokenizer.json", "model.sha256"


def checked(folder: Path) -> str:
    """The sha256 of the weights. Raises EnvironmentFault where it is not the one that was written beside them."""
    try:
        digest = sha256_of(folder / WEIGHTS)
        wanted = (folder / SUM).read_text("utf-8").split()[0]
    except (OSError, ValueError, IndexError) as exc:
        raise unusable(folder, str(exc) or f"{SUM} is empty") from exc
    if digest != wanted:
        raise unusable(folder, f"{WEIGHTS} has sha256 {digest[:12]}…, {SUM} says {wanted[:12]}…")
    return digest


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def unusable(folder: Path, why: str) -> EnvironmentFault:
    hint = "install onrecord again" if folder == SHIPPED else "train again, or name another folder"
    return EnvironmentFault(f"the weights in {folder} cannot be used: {why}", hint=hint)
