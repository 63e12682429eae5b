"""What this machine computes with, found out without loading a library. Reads /proc and /dev."""

import platform
import re
import sys
from importlib import metadata
from pathlib import Path

from tasted.system.packages import installed_version
from tasted.system.platform import DARWIN, LINUX

_CPUINFO = Path("/proc/cpuinfo")
_DEVICES = Path("/dev")
_X86 = ("x86_64", "amd64")
_BFLOAT16_FLAGS = frozenset({"avx512_bf16", "amx_bf16"})
# NVIDIA's driver, its driver under WSL, AMD's
_CUDA_DEVICES = ("nvidiactl", "nvidia0", "dxg", "kfd")


def is_x86(*, machine: str | None = None) -> bool:
    """Return whether this is an x86 processor of 64 bits."""
    return (machine or platform.machine()).lower() in _X86


def has_bfloat16(
    *,
    system: str = sys.platform,
    machine: str | None = None,
    cpuinfo: Path = _CPUINFO,
) -> bool:
    """Return whether the processor has instructions that multiply bfloat16 matrices.

    Intel from Sapphire Rapids, AMD from Zen 4, on Linux. Others may have them and compute float32.

    Args:
        system: `sys.platform`.
        machine: `platform.machine()`.
        cpuinfo: what Linux tells of the processor.
    """
    if system != LINUX or not is_x86(machine=machine):
        return False
    try:
        text = cpuinfo.read_text(encoding="ascii", errors="replace")
    except OSError:
        return False
    found = re.search(r"^flags\s*:(.*)$", text, re.MULTILINE)
    return found is not None and not _BFLOAT16_FLAGS.isdisjoint(found[1].split())


def may_have_cuda(*, system: str = sys.platform, devices: Path = _DEVICES) -> bool:
    """Return whether it is worth asking torch for a CUDA device: asking means to import it.

    Args:
        system: `sys.platform`.
        devices: where drivers show what they have.
    """
    if system != LINUX or not any((devices / name).exists() for name in _CUDA_DEVICES):
        return False
    try:
        return not installed_version("torch").endswith("+cpu")
    except metadata.PackageNotFoundError:
        return False


def may_have_card(*, system: str = sys.platform, devices: Path = _DEVICES) -> bool:
    """Return whether torch may find something else than the processor: only it can tell for sure.

    Args:
        system: `sys.platform`.
        devices: as in `may_have_cuda`.
    """
    return system == DARWIN or may_have_cuda(system=system, devices=devices)
