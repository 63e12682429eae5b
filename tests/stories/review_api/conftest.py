"""A home with some pictures, and a real daemon of it, for stories of its API."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from kit.daemons import RunningDaemon, observing
from kit.homes import quick_home
from kit.outboxes import picture
from kit.waiting import eventually
from tasted.home.layout import Home
from tasted.home.lock import lock_owner


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home with some pictures."""
    made = quick_home(tmp_path / "home")
    for number in range(6):
        (made.inbox / f"p{number}.png").write_bytes(picture(number))
    return made


@pytest.fixture
def daemon(home: Home) -> Iterator[RunningDaemon]:
    """A daemon of that home."""
    with observing(home) as started:
        eventually(lambda: lock_owner(home))
        yield started
