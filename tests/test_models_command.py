"""`onrecord models`: the reviewed table is sound, memory decides what fits, and the cache is read without a network."""

import json
import os
import re
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from support import REPOSITORY

from pipeline.display import models_table
from pipeline.models import memory
from pipeline.models.catalogue import (
    ON_A_SERVER,
    WIDTHS,
    Candidate,
    Known,
    candidates,
    catalogue,
    is_in_cache,
    reviewed,
)
from pipeline.models.memory import Machine, needed_bytes, this_machine

GIB = 2**30
NAMES = [known.name for known in catalogue()]
# Names round down: Granite's 2b has 2.53 thousand million parameters, Llama's 1B 1.24.
ROUNDING = 0.3
SIZE_IN_NAME = re.compile(r"-(\d+(?:\.\d+)?)([mMbB])(?![a-zA-Z])")


def none_cached(name: str) -> bool:
    return False


def on(machine: Machine, cached: tuple[str, ...] = ()) -> dict[str, Candidate]:
    return {c.model.name: c for c in candidates(machine, is_cached=cached.__contains__)}


# The table


def test_the_table_is_sorted_and_every_name_stands_in_it_once() -> None:
    assert len(NAMES) == len({name.casefold() for name in NAMES}) >= 24
    keys = [(known.kind == "summariser", known.parameters) for known in catalogue()]
    assert all(one <= other for one, other in pairwise(keys))


@pytest.mark.parametrize("known", catalogue(), ids=lambda known: known.name)
def test_every_entry_is_a_hub_name_with_a_licence_and_parameters_that_match_its_name(known: Known) -> None:
    assert re.fullmatch(r"[\w.-]+/[\w.-]+", known.name)
    assert known.licence.strip() == known.licence != ""
    assert all(re.fullmatch(r"[a-z]{2}", language) for language in known.languages)
    assert len(set(known.languages)) == len(known.languages)
    found = SIZE_IN_NAME.search(known.name)
    if found is None:
        assert known.kind == "summariser" or "Phi-4-mini" in known.name
        return
    told = float(found[1]) * (10**6 if found[2] in "mM" else 10**9)
    assert abs(known.parameters - told) <= ROUNDING * told


def test_a_licence_of_its_own_comes_with_terms_to_accept() -> None:
    for known in catalogue():
        if any(words in known.licence for words in ("Community License", "Terms of Use", "Research License")):
            assert known.needs_acceptance, known.name


def test_the_sizes_go_from_a_hundred_million_to_thirty_thousand_million() -> None:
    sizes = [known.parameters for known in catalogue() if known.kind != "summariser"]
    assert min(sizes) < 2 * 10**8
    assert max(sizes) > 3 * 10**10
    assert reviewed().year >= 2026


# Memory


def test_memory_is_the_weights_the_keys_and_values_of_one_window_and_the_libraries() -> None:
    whole = needed_bytes(10**9, 10_000, 100_000, "float32")
    assert whole == 4 * 10**9 + 10_000 * 4_096 * 4 + memory.RUNTIME_BYTES
    assert needed_bytes(10**9, 10_000, 512, "bfloat16") == 2 * 10**9 + 10_000 * 512 * 2 + memory.RUNTIME_BYTES


@pytest.mark.parametrize("known", catalogue(), ids=lambda known: known.name)
def test_a_narrower_type_takes_less(known: Known) -> None:
    needed = [known.memory_bytes()[width] for width in WIDTHS]
    assert needed == sorted(needed, reverse=True)


def test_on_a_tiny_machine_nothing_fits_and_on_a_huge_one_everything_does() -> None:
    assert {c.width for c in on(Machine("cpu", GIB // 2)).values()} == {None}
    assert {c.width for c in on(Machine("cpu", 1024 * GIB)).values()} == {"float32"}
    assert {c.width for c in on(Machine("cuda", 1024 * GIB)).values()} == {"bfloat16"}


def test_what_does_not_fit_whole_is_offered_in_a_narrower_type_with_its_option() -> None:
    name = "Qwen/Qwen3-8B"
    offers = {size: on(Machine("cpu", size * GIB))[name] for size in (64, 24, 14, 8, 4)}
    assert [c.width for c in offers.values()] == ["float32", "bfloat16", "int8", "int4", None]
    assert [c.option for c in offers.values()] == ["", "--dtype bfloat16", ON_A_SERVER, ON_A_SERVER, ""]
    assert on(Machine("cuda", 12 * GIB))[name].option == "--quantize int8"
    assert on(Machine("cuda", 8 * GIB))[name].option == "--quantize int4"


def test_a_summariser_is_never_sent_to_a_server() -> None:
    for size in range(1, 8):
        for candidate in on(Machine("cpu", size * GIB // 2)).values():
            assert candidate.model.kind != "summariser" or candidate.option != ON_A_SERVER


def test_this_machine_has_memory_and_without_a_gpus_file_torch_is_not_loaded() -> None:
    machine = this_machine()
    assert machine.memory_bytes > GIB
    probe = "import sys; from pipeline.models.memory import this_machine; this_machine(); print('torch' in sys.modules)"
    result = subprocess.run([sys.executable, "-c", probe], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    has_gpu_file = any(os.path.exists(file) for file in memory._CUDA_FILES)
    assert result.stdout.strip() == str(has_gpu_file)


# The cache


def snapshot(cache: Path, name: str, *files: str, index: dict[str, Any] | None = None) -> Path:
    """A model in a hub cache as the hub lays it out, with empty files."""
    repository = cache / f"models--{name.replace('/', '--')}"
    folder = repository / "snapshots" / "abc"
    folder.mkdir(parents=True)
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text("abc")
    for file in files:
        (folder / file).write_text("{}")
    if index is not None:
        (folder / "model.safetensors.index.json").write_text(json.dumps(index))
    return folder


def test_a_model_is_cached_when_its_configuration_and_all_its_weights_are(tmp_path: Path) -> None:
    parts = {"weight_map": {"a": "model-1.safetensors", "b": "model-2.safetensors"}}
    snapshot(tmp_path, "o/whole", "config.json", "model.safetensors")
    snapshot(tmp_path, "o/old", "config.json", "pytorch_model.bin")
    snapshot(tmp_path, "o/parts", "config.json", "model-1.safetensors", "model-2.safetensors", index=parts)
    snapshot(tmp_path, "o/half", "config.json", "model-1.safetensors", index=parts)
    snapshot(tmp_path, "o/tokenizer", "tokenizer.json", "config.json")
    snapshot(tmp_path, "o/weights", "model.safetensors")
    cached = {name: is_in_cache(f"o/{name}", tmp_path) for name in ("whole", "old", "parts")}
    missing = {name: is_in_cache(f"o/{name}", tmp_path) for name in ("half", "tokenizer", "weights", "absent")}
    assert (set(cached.values()), set(missing.values())) == ({True}, {False})


def test_a_damaged_cache_is_no_error(tmp_path: Path) -> None:
    folder = snapshot(tmp_path, "o/cut", "config.json")
    (folder / "model.safetensors.index.json").write_text("{")
    dangling = snapshot(tmp_path, "o/dangling", "config.json")
    (dangling / "model.safetensors").symlink_to("nowhere")
    assert not is_in_cache("o/cut", tmp_path)
    assert not is_in_cache("o/dangling", tmp_path)
    assert not is_in_cache("o/cut", tmp_path / "no such folder")


# The command


def test_the_table_groups_by_size_and_each_row_says_how_to_get_the_model() -> None:
    machine = Machine("cpu", 16 * GIB)
    listed = [c for c in on(machine, ("Qwen/Qwen3-0.6B",)).values() if c.width]
    text = models_table(listed, machine)
    groups = [text.index(group) for group in ("below 1 billion", "1 to 4", "4 to 9", "more than 9", "summarisers")]
    assert groups == sorted(groups)
    assert "hf download HuggingFaceTB/SmolLM2-135M-Instruct " in text
    assert re.search(r"^  cached +Qwen/Qwen3-0\.6B ", text, re.MULTILINE)
    assert "meta-llama/Llama-3.2-1B-Instruct*" in text
    assert "log in and to accept terms" in text
    last = text.strip().splitlines()[-1]
    assert all(word in last for word in ("folder", ".gguf", "LoRA", "hub", "URL"))


def test_what_does_not_fit_is_marked_and_an_empty_list_says_what_else_there_is() -> None:
    machine = Machine("cpu", 2 * GIB)
    everything = list(on(machine).values())
    assert models_table(everything, machine).count("too big") == sum(c.width is None for c in everything) > 10
    empty = models_table([], machine)
    assert "No model of the list fits" in empty
    assert "None is needed" in empty


FIELDS = {
    "name", "kind", "parameters", "context_tokens", "licence", "needs_acceptance", "languages", "origin",
    "memory_bytes", "fits", "dtype", "option", "cached", "command",
}  # fmt: skip


def test_the_command_lists_what_fits_and_all_on_demand_for_people_and_programs(onrecord: Any, tmp_path: Path) -> None:
    snapshot(tmp_path / "hub", "google/flan-t5-base", "config.json", "model.safetensors")
    environment = {"HF_HOME": str(tmp_path)}
    found = json.loads(onrecord("models", "--all", "--json", env=environment).stdout)
    assert set(found) == {"reviewed", "machine", "models"}
    assert set(found["machine"]) == {"device", "memory_bytes"}
    assert [m["name"] for m in found["models"]] == NAMES
    assert all(set(m) == FIELDS and set(m["memory_bytes"]) == set(WIDTHS) for m in found["models"])
    assert [m["name"] for m in found["models"] if m["cached"]] == ["google/flan-t5-base"]
    fitting = json.loads(onrecord("models", "--json", env=environment).stdout)["models"]
    assert fitting == [m for m in found["models"] if m["fits"]]
    shown = onrecord("models", env=environment)
    assert (shown.returncode, shown.stderr) == (0, "")
    assert "cached      google/flan-t5-base" in shown.stdout


def test_one_kind_can_be_listed_and_an_unknown_one_is_one_error_and_one_hint(onrecord: Any) -> None:
    only = json.loads(onrecord("models", "--all", "--json", "--kind", "summariser").stdout)["models"]
    assert {m["kind"] for m in only} == {"summariser"}
    wrong = onrecord("models", "--kind", "poet")
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert re.fullmatch(r"error: .*poet.*\nhint: .*\n", wrong.stderr)


def test_the_command_answers_within_a_second_and_loads_nothing_heavy(tmp_path: Path) -> None:
    probe = (
        "import sys; sys.argv = ['onrecord', 'models', '--all']\n"
        "from pipeline.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "finally: print('LOADED', [m for m in ('transformers', 'httpx', 'datasets', 'numpy') if m in sys.modules])"
    )
    began = time.monotonic()
    result = subprocess.run([sys.executable, "-c", probe], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    has_gpu_file = any(os.path.exists(file) for file in memory._CUDA_FILES)
    assert has_gpu_file or result.stdout.strip().splitlines()[-1] == "LOADED []"
    # A second on a quiet machine (0.4 s measured); three bear a busy one.
    assert has_gpu_file or time.monotonic() - began < 3


# The doctor


def findings(onrecord: Any, **env: str) -> dict[str, dict[str, str]]:
    result = onrecord("doctor", "--json", env=env)
    return {finding["what"]: finding for finding in json.loads(result.stdout)}


def test_the_doctor_tells_of_optional_parts_memory_cache_and_network(onrecord: Any, tmp_path: Path) -> None:
    snapshot(tmp_path / "hub", "google/flan-t5-base", "config.json", "model.safetensors")
    found = findings(onrecord, HF_HOME=str(tmp_path))
    assert {"llguidance", "gguf", "peft", "sentencepiece", "bitsandbytes", "models", "model cache", "offline"} <= set(
        found
    )
    assert re.search(r"GiB; of \d+ listed \d+ fit, 1 are here", found["models"]["detail"])
    assert found["model cache"]["detail"] == f"{tmp_path / 'hub'}, 1 models"
    assert found["offline"]["detail"].startswith("no")
    assert findings(onrecord, HF_HUB_OFFLINE="1")["offline"]["detail"].startswith("yes")
    assert "the first download makes it" in findings(onrecord, HF_HOME=str(tmp_path / "none"))["model cache"]["detail"]


def test_a_cache_that_cannot_be_read_is_a_finding_with_a_hint(onrecord: Any, tmp_path: Path) -> None:
    (tmp_path / "hub").write_text("no folder")
    found = findings(onrecord, HF_HOME=str(tmp_path))["model cache"]
    assert found["state"] == "warn"
    assert "HF_HOME" in found["hint"]
