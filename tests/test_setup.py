"""The set-up script, as `make` calls it."""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parent.parent
_TOOLS = ("sh", "sed", "uname", "echo")


def set_up_with(tmp_path: Path, python: str) -> subprocess.CompletedProcess[str]:
    """Run the script where the only Python is this shell script."""
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in _TOOLS:
        found = subprocess.run(["sh", "-c", f"command -v {name}"], capture_output=True, check=True)
        target = Path(found.stdout.decode().strip())
        if target.is_absolute():
            (tools / name).symlink_to(target)
    program = tools / "python3"
    program.write_text(f"#!/bin/sh\n{python}")
    program.chmod(0o755)
    return subprocess.run(
        ["sh", str(ROOT / "scripts" / "setup.sh")],
        env={"PATH": str(tools), "VENV": str(tmp_path / "venv")},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_python_newer_than_tested_is_told_in_one_line(tmp_path: Path) -> None:
    """It is tried all the same; a user who meets an error knows what to try first."""
    newer = (
        'case "$*" in --version) echo "Python 3.14.1";; *"3, 14"*) exit 1;; *venv*) exit 9;; esac\n'
    )
    done = set_up_with(tmp_path, newer)
    assert done.returncode == 9
    (line,) = done.stderr.splitlines()
    assert "newer than 3.13" in line
    assert "PYTHON=python3.13" in line


def test_too_old_a_python_is_one_clear_line(tmp_path: Path) -> None:
    """Where no Python 3.11 is to be found, the set-up says so, and how to name one."""
    # a Python that is too old fails the check and tells its version
    done = set_up_with(tmp_path, '[ "$1" = --version ] && echo "Python 3.8.18" && exit 0\nexit 1\n')
    assert done.returncode == 1
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert "needs Python 3.11 or newer" in line
    assert "Python 3.8.18" in line
    assert "PYTHON=" in line
    assert not (tmp_path / "venv").exists()


def test_the_script_names_the_sizes_of_the_page() -> None:
    """Whoever is warned before a large download is told what `docs/install.md` tells."""
    said = re.compile(r"(about \d+ GB) to download,?(?: and)? ([\d.]+ GB)\s+on\s+disk")
    script, page = (
        said.search((ROOT / name).read_text(encoding="utf-8"))
        for name in ("scripts/setup.sh", "docs/install.md")
    )
    assert script is not None
    assert page is not None
    assert script.groups() == page.groups()
