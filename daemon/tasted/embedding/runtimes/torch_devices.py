"""Which device computes, and whether its results are right. Pure: the devices are passed in.

A faulty accelerator gives wrong vectors without an error, and every score would be wrong; so it is
used only after it has given the same vectors as the CPU for the same pictures.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from tasted.amounts import decimal
from tasted.errors import ModelUnusable
from tasted.plain_dataclass import dataclass

DEVICES = ("auto", "cpu", "cuda", "mps")
COSINE_MIN = {"float32": 0.999, "bfloat16": 0.99}
"""How close an accelerator's vectors must be to the CPU's."""


@dataclass(frozen=True, slots=True)
class DeviceChoice:
    """The device to use, and why another one is not used."""

    device: str
    note: str | None = None


def choose_device(
    wanted: str,
    *,
    available: Callable[[str], bool],
    probe: Callable[[str], NDArray[np.float32]],
    cosine_min: float,
) -> DeviceChoice:
    """Choose the device: CUDA, else MPS, else the CPU; an accelerator must agree with the CPU.

    Args:
        wanted: `auto`, `cpu`, `cuda` or `mps`.
        available: whether this machine and this torch have the device.
        probe: embeds the same few pictures on the named device; shape (n, d), unit rows.
        cosine_min: the least cosine between each row and the CPU's.

    Raises:
        ModelUnusable: when the named device is unknown, missing, or computes wrongly. With
            `auto` a device that fails is skipped, and the choice notes it.
    """
    if wanted not in DEVICES:
        raise ModelUnusable(
            f"There is no device {wanted!r}.", remedy=f"Choose one of: {', '.join(DEVICES)}."
        )
    note = None
    for device in ("cuda", "mps") if wanted == "auto" else (wanted,):
        if device == "cpu":
            break
        fault = _fault(device, available=available, probe=probe, cosine_min=cosine_min)
        if fault is None:
            return DeviceChoice(device)
        if wanted != "auto":
            raise ModelUnusable(
                f"The device {device} cannot be used: {fault}.",
                remedy="Use the CPU: tasted config set device cpu; or let tasted choose: auto",
            )
        if available(device):
            note = f"The device {device} is not used: {fault}."
    return DeviceChoice("cpu", note)


def _fault(
    device: str,
    *,
    available: Callable[[str], bool],
    probe: Callable[[str], NDArray[np.float32]],
    cosine_min: float,
) -> str | None:
    if not available(device):
        return "this machine, or its torch, has none"
    expected = probe("cpu")
    try:
        cosines = np.sum(expected * probe(device), axis=1)
    except (RuntimeError, ModelUnusable) as error:
        # torch reports missing kernels, drivers and memory of a device as RuntimeError
        return f"it failed on a test picture ({str(error).splitlines()[0][:120]})"
    worst = float(np.min(cosines))
    # written so that NaN counts as disagreement
    return (
        None
        if worst >= cosine_min
        else f"its vectors differ from the CPU's (cosine {decimal(worst, 4)})"
    )
