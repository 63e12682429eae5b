"""What the machine computes with is told from what its kernel shows."""

from pathlib import Path

import pytest

from tasted.native.openvino import has_native_bfloat16
from tasted.system.processor import has_bfloat16, is_x86, may_have_card, may_have_cuda


@pytest.mark.parametrize(
    ("flags", "is_there"),
    [
        ("fpu avx2 avx512f avx512_bf16", True),
        ("fpu amx_bf16 amx_tile", True),
        ("fpu avx2 avx512f avx512_vnni", False),
        ("", False),
    ],
)
def test_bfloat16_is_told_by_its_instructions(
    tmp_path: Path, flags: str, *, is_there: bool
) -> None:
    """AVX-512 alone is not enough: there it is emulated."""
    told = tmp_path / "cpuinfo"
    told.write_text(f"processor : 0\nflags\t\t: {flags}\nbugs : spectre_v1\n")
    assert has_bfloat16(system="linux", machine="x86_64", cpuinfo=told) is is_there
    assert not has_bfloat16(system="linux", machine="aarch64", cpuinfo=told)
    assert not has_bfloat16(system="darwin", machine="x86_64", cpuinfo=told)


def test_a_processor_that_tells_nothing_has_none(tmp_path: Path) -> None:
    """Then float32 is computed, which is right everywhere."""
    missing = tmp_path / "missing"
    assert not has_bfloat16(system="linux", machine="x86_64", cpuinfo=missing)


def test_openvino_agrees_about_this_machine() -> None:
    """Where the flags promise bfloat16, OpenVINO has it; it also counts what it emulates."""
    assert has_native_bfloat16() or not has_bfloat16()


def test_a_card_is_told_by_its_driver(tmp_path: Path) -> None:
    """Without a device file torch is not asked, which would mean to import it."""
    assert not may_have_cuda(system="linux", devices=tmp_path)
    assert not may_have_card(system="linux", devices=tmp_path)
    (tmp_path / "nvidiactl").touch()
    assert not may_have_cuda(system="darwin", devices=tmp_path)
    # a Mac has its graphics
    assert may_have_card(system="darwin", devices=tmp_path)


def test_machines_are_told_by_their_names() -> None:
    """As Linux, Windows and macOS call them."""
    assert is_x86(machine="x86_64")
    assert is_x86(machine="AMD64")
    assert not is_x86(machine="arm64")
