"""The unit on a real systemd: it starts, is ready, comes back after a kill, stops, and goes."""

from pathlib import Path

import pytest

from kit.homes import quick_home
from kit.private_systemd import live, why_not

_REASON = why_not()


@pytest.mark.skipif(_REASON is not None, reason=str(_REASON))
def test_the_unit_lives_and_leaves_nothing(tmp_path: Path) -> None:
    """Everything but the home and the locks may only be read by it; its end leaves those alone.

    A lock file of inbox and outbox each: it could write them, so that another home sees them.
    """
    home = quick_home(tmp_path / "home")
    user_home = tmp_path / "maya"
    user_home.mkdir()
    seen = live(home, user_home)
    assert seen["installed"]["condition"] == "running"
    assert seen["installed"]["heartbeat"]["pid"] == seen["installed"]["pid"]
    assert seen["root_is_read_only"]
    again = seen["after_kill"]
    assert (again["condition"], again["starts"]) == ("running", 2)
    assert again["pid"] != seen["installed"]["pid"]
    assert seen["doctor"]["definition"] == "tasted.service is up to date."
    assert seen["doctor"]["login item"] == f"Running (systemd, pid {again['pid']})."
    assert seen["doctor"]["inbox"] == f"The service may read {home.inbox}, and its files."
    assert (seen["stopped"]["condition"], seen["exit"]) == ("stopped", "0")
    assert seen["started"]["condition"] == "running"
    assert seen["removed"][0] == str(user_home / ".config" / "systemd" / "user" / "tasted.service")
    assert (seen["gone"], seen["units"]) == ("not installed", "")
    locks = user_home / ".cache" / "tasted" / "folders"
    assert {Path(path).parent for path in seen["left"]} == {locks}
    numbers = {f"{folder.stat().st_ino:x}" for folder in (home.inbox, home.outbox)}
    assert {path.rpartition(".")[2] for path in seen["left"]} == numbers
