"""This machine -> the device that a language model runs on and the bytes it may take there; and what a model takes."""

import importlib
import os
import platform
from pathlib import Path
from typing import Literal, NamedTuple

Device = Literal["cpu", "cuda", "mps"]
Width = Literal["float32", "bfloat16", "int8", "int4"]

# Two forms of eight and four bits keep one 16-bit scale for 32 weights (GGUF's Q8_0 and Q4_0); NF4 takes the same.
WEIGHT_BYTES: dict[Width, float] = {"float32": 4.0, "bfloat16": 2.0, "int8": 1.0625, "int4": 0.5625}
# Keys and values are kept in the type that is computed in, which is 16 bits wide for quantised weights.
CACHE_BYTES: dict[Width, int] = {"float32": 4, "bfloat16": 2, "int8": 2, "int4": 2}
# The window that `onrecord run` reads at once (`--window-tokens`).
WINDOW_TOKENS = 4_096
# torch and transformers hold 0.37 GiB on Linux before a model is loaded, a CUDA context about 0.5 GiB.
RUNTIME_BYTES = 2**29
# The rest is for the system, other programs and the activations of a batch.
USABLE_SHARE = 0.85
_CUDA_FILES = ("/dev/nvidiactl", "/dev/nvidia0", "/dev/dxg")
_CGROUP_LIMIT = Path("/sys/fs/cgroup/memory.max")


class Machine(NamedTuple):
    """Where a model would run, and the bytes of memory there: of one GPU, or of the machine."""

    device: Device
    memory_bytes: int


def this_machine() -> Machine:
    """torch is asked, and imported, only where there is the device file of an NVIDIA GPU."""
    if any(os.path.exists(file) for file in _CUDA_FILES):
        found = _cuda_bytes()
        if found is not None:
            return Machine("cuda", found)
    is_apple = platform.system() == "Darwin" and platform.machine() == "arm64"
    return Machine("mps" if is_apple else "cpu", _main_bytes())


def _cuda_bytes() -> int | None:
    """The memory of the GPU that torch sees first; None when it sees none."""
    try:
        cuda = importlib.import_module("torch").cuda
        return int(cuda.get_device_properties(0).total_memory) if cuda.is_available() else None
    except (ImportError, RuntimeError, AssertionError):
        return None


def _main_bytes() -> int:
    """What the machine has, or what a container may use of it."""
    try:
        whole = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError, AttributeError):  # a system without sysconf: say nothing fits rather than guess
        return 0
    try:
        limit = _CGROUP_LIMIT.read_text("ascii").strip()
    except (OSError, ValueError):
        return whole
    return min(whole, int(limit)) if limit.isdecimal() else whole


def needed_bytes(parameters: int, cache_values_per_token: int, context_tokens: int, width: Width) -> int:
    """Weights, keys and values of one window, and the libraries."""
    cache = cache_values_per_token * min(WINDOW_TOKENS, context_tokens) * CACHE_BYTES[width]
    return int(parameters * WEIGHT_BYTES[width]) + cache + RUNTIME_BYTES


def fits(needed: int, machine: Machine) -> bool:
    return needed <= USABLE_SHARE * machine.memory_bytes
