"""What is imported is this repository, importing it is light, and errors form the tree that they draw."""

import subprocess
import sys
from importlib import import_module

import pytest
from support import REPOSITORY

import pipeline.errors as errors

HEAVY = ("torch", "transformers", "datasets", "pyarrow", "trafilatura", "numpy", "holidays", "httpx")


@pytest.mark.parametrize("name", ["pipeline", "eval", "prompts"])
def test_the_packages_are_those_of_this_repository(name: str) -> None:
    assert str(import_module(name).__file__).startswith(str(REPOSITORY))


@pytest.mark.parametrize(
    "name", ["pipeline.cli", "pipeline.run", "pipeline.reading", "pipeline.storing", "pipeline.verifying", "eval"]
)
def test_importing_a_module_loads_nothing_heavy(name: str) -> None:
    probe = f"import sys, {name}; print([m for m in {HEAVY!r} if m in sys.modules])"
    result = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True, cwd=REPOSITORY)
    assert result.stdout.strip() == "[]"


@pytest.mark.parametrize("name", ["comparing", "gate", "page", "boards", "calibrating", "selftest", "judged"])
def test_scoring_loads_no_model_library(name: str) -> None:
    probe = f"import sys, eval.{name}; print([m for m in ('torch', 'transformers', 'datasets') if m in sys.modules])"
    result = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True, cwd=REPOSITORY)
    assert result.stdout.strip() == "[]"


def test_every_error_stands_in_the_drawn_tree_with_an_exit_code_and_a_hint() -> None:
    kinds = [c for c in vars(errors).values() if isinstance(c, type) and issubclass(c, errors.OnrecordError)]
    for kind in kinds:
        assert kind.__name__ in (errors.__doc__ or "")
        error = kind("what")
        assert error.hint
        assert error.exit_code in errors.ExitCode
