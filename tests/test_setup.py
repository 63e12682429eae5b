"""The set-up script, as `make` calls it."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).parent.parent
_TOOLS = ("sh", "sed", "uname", "echo")


def test_too_old_a_python_is_one_clear_line(tmp_path: Path) -> None:
    """Where no Python 3.11 is to be found, the set-up says so, and how to name one."""
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in _TOOLS:
        found = subprocess.run(["sh", "-c", f"command -v {name}"], capture_output=True, check=True)
        target = Path(found.stdout.decode().strip())
        if target.is_absolute():
            (tools / name).symlink_to(target)
    old = tools / "python3"
    # a Python that is too old fails the check and tells its version
    old.write_text('#!/bin/sh\n[ "$1" = --version ] && echo "Python 3.8.18" && exit 0\nexit 1\n')
    old.chmod(0o755)
    done = subprocess.run(
        ["sh", str(ROOT / "scripts" / "setup.sh")],
        env={"PATH": str(tools), "VENV": str(tmp_path / "venv")},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert "needs Python 3.11 or newer" in line
    assert "Python 3.8.18" in line
    assert "PYTHON=" in line
    assert not (tmp_path / "venv").exists()
