"""The command line in an empty folder, as a user has it."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def onrecord(tmp_path: Path) -> Run:
    """Runs the command in an empty folder, as a user would; returns what it printed and its exit code."""

    def run(*arguments: str, stdin: str | None = None, env: dict[str, str] | None = None, seconds: float = 120) -> Any:
        command = [sys.executable, "-m", "pipeline", *_by_grammar(arguments)]
        environment = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "PYTHONWARNINGS": "error", **(env or {})}
        return subprocess.run(
            command,
            cwd=tmp_path,
            input=stdin,
            env=environment,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )

    return run


def _by_grammar(arguments: tuple[str, ...]) -> tuple[str, ...]:
    """Articles are read by the grammar where a test names no engine: a second for each command instead of four."""
    names_engine = any(a.split("=")[0] in ("--engine", "--model", "--help") for a in arguments)
    reads = bool({"run", "plan"} & set(arguments[:1])) and not names_engine
    return (*arguments, "--engine", "cue") if reads else arguments
