"""A daemon begins an engine with itself when something has come while none ran."""

import os
from pathlib import Path

from kit.homes import pocket_home
from kit.pictures import noise
from tasted.daemon.starting import has_stirred
from tasted.home.layout import Home


def _taken_stock(tmp_path: Path) -> Home:
    home = pocket_home(tmp_path / "home")
    home.status_file.touch()
    later = home.inbox.stat().st_mtime_ns + 1
    os.utime(home.status_file, ns=(later, later))
    return home


def test_nothing_has_stirred_since_a_daemon_took_stock(tmp_path: Path) -> None:
    """What is there was there."""
    assert not has_stirred(_taken_stock(tmp_path))


def test_what_came_has_stirred_the_inbox(tmp_path: Path) -> None:
    """A picture, or a folder."""
    home = _taken_stock(tmp_path)
    later = home.status_file.stat().st_mtime_ns
    (home.inbox / "a.png").write_bytes(noise("PNG"))
    os.utime(home.inbox, ns=(later + 1, later + 1))
    assert has_stirred(home)


def test_where_nobody_took_stock_nothing_is_known(tmp_path: Path) -> None:
    """As in a new home: all that is there may be done, or nothing."""
    home = pocket_home(tmp_path / "home")
    home.status_file.unlink(missing_ok=True)
    assert not has_stirred(home)
    _taken_stock(tmp_path)
    home.inbox.rename(tmp_path / "elsewhere")
    assert not has_stirred(home)
