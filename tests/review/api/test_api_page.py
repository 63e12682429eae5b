"""The page about the API: every line that it shows is run, against a real daemon."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from kit.daemons import running
from kit.homes import quick_home
from kit.outboxes import documents, picture
from kit.waiting import eventually
from tasted.home.lock import lock_owner

PAGE = (Path(__file__).parents[3] / "docs" / "api.md").read_text("utf-8")


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is what the page shows")
def test_the_lines_of_the_page_work_as_they_stand(tmp_path: Path) -> None:
    """In their order, in one shell; none of them is refused."""
    home = quick_home(tmp_path / "home")
    for number in range(4):
        (home.inbox / f"p{number}.png").write_bytes(picture(number))
    folder, program = tmp_path / "here", tmp_path / "bin" / "tasted"
    folder.mkdir()
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m tasted "$@"\n')
    program.chmod(0o755)
    (folder / "shot.png").write_bytes(picture(70))
    blocks = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
    # the only change: a refusal ends the shell
    lines = "\n".join(blocks).replace("curl -s ", "curl -sS --fail-with-body ")
    assert lines.count("curl ") == PAGE.count("curl -s ")
    with running(home):
        eventually(lambda: lock_owner(home))
        eventually(lambda: len(documents(home)) == 4)
        done = subprocess.run(
            ["sh", "-eux", "-c", lines],
            cwd=folder,
            env={
                **os.environ,
                "TASTED_HOME": str(home.root),
                "PATH": f"{program.parent}:{os.environ['PATH']}",
            },
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
    assert done.returncode == 0, done.stdout[-2_000:] + done.stderr[-2_000:]
    assert (folder / "small.jpg").stat().st_size > 0
    assert not (folder / "small.jpg").read_bytes().startswith(b"{")


def test_the_page_names_every_request() -> None:
    """Or its beginning, as the lines have it."""
    for path in (
        "/classify/screenshot",
        "/results",
        "/queue",
        "/feedback",
        "/versions",
        "/changes",
    ):
        assert f"$API{path}" in PAGE
