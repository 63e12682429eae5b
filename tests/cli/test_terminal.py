"""A removed working folder, a full or closed stream, a home that may not be read: one sentence."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from kit.children import SECONDS_MAX, bound_by_modes, python
from kit.sidecars import scored
from tasted.home.layout import Home
from tasted.outbox.ledger import Ledger
from tasted.outbox.sidecar_writer import Writer

FULL = Path("/dev/full")
ANSWERS = [
    ["status"], ["results"], ["results", "--json"], ["status", "--json"], ["config", "show"],
    ["stats"], ["models", "list"],
]  # fmt: skip
WITHOUT_HOME = [["--help"], ["--version"], [], ["results", "--help"], ["completion", "bash"]]


def _tasted(
    words: Sequence[str], *, stdout: int | None = None, stderr: int = subprocess.PIPE
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tasted", *words],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL if stdout is None else stdout,
        stderr=stderr,
        text=True,
        check=False,
        timeout=SECONDS_MAX,
    )


@pytest.fixture
def used(home: Home) -> Home:
    """A home with a result."""
    (home.inbox / "a.png").write_bytes(b"")
    Writer(home.outbox, Ledger(home.outbox)).write(scored("a.png"))
    return home


@pytest.mark.skipif(not FULL.exists(), reason="there is no /dev/full here")
@pytest.mark.parametrize("words", ANSWERS + WITHOUT_HOME, ids=" ".join)
def test_a_full_stdout_is_told_in_one_sentence(used: Home, words: list[str]) -> None:
    """Whatever is asked, in whatever form: no traceback, and not as if all were well."""
    named = ["--home", str(used.root), *words] if words in ANSWERS else words
    with FULL.open("w") as full:
        done = _tasted(named, stdout=full.fileno())
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    lines = done.stderr.splitlines()
    if "--json" in words:
        assert len(lines) == 1
        assert "Cannot write to stdout" in json.loads(lines[0])["error"]["message"]
    else:
        assert len(lines) == 2
        assert "Cannot write to stdout: No space left on device" in lines[0]


@pytest.mark.skipif(not FULL.exists(), reason="there is no /dev/full here")
def test_a_full_stderr_changes_no_exit_status(used: Home) -> None:
    """Nothing can be printed, but a script goes by the status."""
    with FULL.open("w") as full:
        missing = _tasted(["--home", "/nowhere/at/all", "status"], stderr=full.fileno())
        fine = _tasted(["--home", str(used.root), "status"], stderr=full.fileno())
    assert missing.returncode == 4
    assert fine.returncode == 0


@pytest.mark.parametrize("words", [["--help"], ["results"], ["results", "--json"]], ids=" ".join)
def test_a_reader_that_has_gone_is_no_error(used: Home, words: list[str]) -> None:
    """As behind `| head`: quiet, and well."""
    reading, writing = os.pipe()
    os.close(reading)
    done = _tasted(["--home", str(used.root), *words], stdout=writing)
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_removed_working_folder_keeps_nothing_from_working(used: Home, tmp_path: Path) -> None:
    """What is named from the root is found; what is not is reported as missing."""
    code = """
import os, subprocess, sys
os.makedirs(sys.argv[1])
os.chdir(sys.argv[1])
os.rmdir(sys.argv[1])
for words in (["--home", sys.argv[2], "status"], ["--home", sys.argv[2], "score", "a.png"],
              ["status"], ["--home", "here", "status"], ["init", "there"]):
    done = subprocess.run([sys.executable, "-m", "tasted", *words], capture_output=True, text=True)
    print(done.returncode, "Traceback" in done.stderr, repr(done.stderr))
"""
    child = python("-c", code, str(tmp_path / "removed"), str(used.root))
    assert child.returncode == 0, child.stderr
    lines = child.stdout.splitlines()
    assert [line.split()[1] for line in lines] == ["False"] * len(lines), child.stdout
    assert lines[0].startswith("0 ")
    assert all(not line.startswith("0 ") for line in lines[1:]), child.stdout


def test_a_home_that_may_not_be_read_is_said(used: Home) -> None:
    """Its folder, or only what is in it: the name, the reason, and what to do."""
    for folder in (used.root, used.root / "config", used.state):
        mode = folder.stat().st_mode & 0o777
        folder.chmod(0o000)
        done = subprocess.run(
            [*bound_by_modes(), sys.executable, "-m", "tasted", "--home", str(used.root), "status"],
            capture_output=True,
            text=True,
            check=False,
            timeout=SECONDS_MAX,
        )
        folder.chmod(mode)
        assert "Traceback" not in done.stderr
        assert done.returncode in {1, 4}, (folder, done.stdout)
        assert "Permission denied" in done.stderr
        assert str(used.root) in done.stderr
        assert "→" in done.stderr
