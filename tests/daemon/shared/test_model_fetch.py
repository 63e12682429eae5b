"""A download by a process of its own; here one that downloads nothing and says that it did."""

import sys
import threading
from pathlib import Path

import pytest

from kit.waiting import eventually
from tasted.daemon.shared.model_fetch import ModelFetch
from tasted.home.switch_file import SwitchReason

_GOOD = """
import json, sys
assert sys.argv[1:4] == ["--home", "/home/of", "--json"]
assert sys.argv[4:] == ["models", "pull", "owner/model", "--progress"]
print("no progress")
for done in (1, 2, 3):
    print(json.dumps({"done_bytes": done, "total_bytes": 3}), flush=True)
"""
_BAD = "import sys; print('The hub cannot be reached.', file=sys.stderr); sys.exit(6)"
_LONG = "import time; time.sleep(60)"


class Heard:
    """What a download told."""

    def __init__(self, script: str) -> None:
        self.progress: list[tuple[str, int, int]] = []
        self.ended = threading.Event()
        self.reason: SwitchReason | None = None
        self.fetch = ModelFetch(
            Path("/home/of"),
            on_progress=lambda *told: self.progress.append(told),
            on_end=self._end,
            command=(sys.executable, "-c", script),
        )
        self.fetch.start("id", "owner/model")

    def _end(self, _switch_id: str, reason: SwitchReason | None) -> None:
        self.reason = reason
        self.ended.set()


def test_it_tells_how_far_it_is_and_that_it_is_done() -> None:
    """What is no progress is passed over."""
    heard = Heard(_GOOD)
    assert heard.ended.wait(60)
    assert heard.reason is None
    assert heard.progress == [("id", done, 3) for done in (1, 2, 3)]


def test_it_tells_why_it_failed() -> None:
    """In the words of the command."""
    heard = Heard(_BAD)
    assert heard.ended.wait(60)
    assert heard.reason is not None
    assert "The hub cannot be reached." in heard.reason.message


def test_one_that_is_stopped_tells_nothing() -> None:
    """Nobody waits for it any more."""
    heard = Heard(_LONG)
    assert heard.fetch.is_running
    heard.fetch.stop()
    eventually(lambda: not heard.fetch.is_running)
    assert not heard.ended.wait(0.2)


def test_one_that_cannot_be_started_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """As any other failure."""
    heard = Heard(_LONG)
    heard.fetch.stop()
    broken = ModelFetch(
        Path("/home/of"),
        on_progress=lambda *_told: None,
        on_end=heard._end,
        command=("/nowhere/python",),
    )
    broken.start("id", "owner/model")
    assert heard.reason is not None
