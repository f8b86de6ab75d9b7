"""What the user wants of a device -> the device of this machine that a model runs on."""

from typing import Literal

import torch

from pipeline.errors import EnvironmentFault

Device = Literal["auto", "cpu", "cuda", "mps"]


def device_of(wanted: Device) -> Literal["cpu", "cuda", "mps"]:
    """The first of cuda, mps, cpu for `auto`. Raises EnvironmentFault for a device that is not there."""
    there = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    if wanted == "auto":
        return next(name for name in ("cuda", "mps", "cpu") if there[name])
    if not there[wanted]:
        raise EnvironmentFault(
            f"there is no {wanted} device on this machine", hint="leave --device out, or say --device cpu"
        )
    return wanted
