"""When the page is written, and when not. On real folders, without a daemon."""

import stat
import threading
from pathlib import Path

import pytest

from kit.pages import status_of
from kit.sidecars import profile, scored
from tasted.home import Home
from tasted.outbox.ledger import Ledger
from tasted.outbox.page_writer import PageWriter
from tasted.outbox.writer import Writer


class Desk:
    """An outbox, its page, and what keeps them."""

    def __init__(self, home: Home, *, pause_seconds: float = 3600.0) -> None:
        self.home = home
        self.ledger = Ledger(home.outbox)
        self.writer = Writer(home.outbox, self.ledger)
        self.page = PageWriter(
            home.page_file,
            home.inbox,
            self.ledger,
            threading.RLock(),
            version="0.1.0",
            pause_seconds=pause_seconds,
        )

    def shown(self) -> str:
        """Return the page."""
        return self.home.page_file.read_text("utf-8")


@pytest.fixture
def desk(home: Home) -> Desk:
    """An outbox with one result."""
    desk = Desk(home)
    (home.inbox / "a.png").write_bytes(b"")
    desk.writer.write(scored("a.png"))
    return desk


def test_it_follows_at_once_when_idle_and_rests_while_busy(desk: Desk) -> None:
    """The first page is written whatever goes on; then a backlog waits, and its end does not."""
    desk.page.follow(status_of("working"))
    assert "a.png" in desk.shown()
    desk.writer.write(scored("b.png"))
    desk.page.follow(status_of("working"))
    assert "b.png" not in desk.shown()
    desk.page.follow(status_of("idle"))
    assert "b.png" in desk.shown()
    assert stat.S_IMODE(desk.home.page_file.stat().st_mode) == 0o600


def test_it_is_left_alone_while_it_shows_what_is(desk: Desk) -> None:
    """Another heartbeat is no news; a picture that goes, a deletion and its own absence are."""
    desk.page.follow(status_of())
    before = desk.home.page_file.stat().st_ino
    desk.page.follow(status_of(heartbeat_at="2026-11-24T00:00:00+00:00"))
    assert desk.home.page_file.stat().st_ino == before
    (desk.home.inbox / "a.png").unlink()
    desk.page.follow(status_of())
    assert "gone from the inbox" in desk.shown()
    desk.writer.remove("a.png")
    desk.page.follow(status_of())
    assert "a.png" not in desk.shown()
    desk.home.page_file.unlink()
    desk.page.follow(status_of())
    assert "No results yet" in desk.shown()


def test_a_start_shows_what_an_earlier_run_left(desk: Desk) -> None:
    """A writer that nobody told of any sidecar looks for itself, and says nothing too early."""
    later = Desk(desk.home)
    later.page.follow(status_of("starting"))
    assert not desk.home.page_file.exists()
    later.page.follow(status_of("blocked"))
    assert "a.png" in later.shown()


def test_an_outbox_that_takes_no_page_is_left_alone(home: Home) -> None:
    """A folder of its name or a missing outbox does no harm, and leaves nothing behind."""
    desk = Desk(home, pause_seconds=0.0)
    home.page_file.mkdir()
    desk.page.follow(status_of())
    assert [path.name for path in home.outbox.rglob("*")] == ["results.html"]
    with desk.page.withheld():
        assert home.page_file.is_dir()
    home.page_file.rmdir()
    desk.page.follow(status_of())
    assert "No results yet" in desk.shown()
    home.page_file.unlink()
    home.outbox.rmdir()
    desk.page.follow(status_of())
    assert not home.outbox.exists()


def test_a_link_in_its_place_is_replaced_and_not_followed(desk: Desk, tmp_path: Path) -> None:
    """What somebody else's file says stays."""
    other = tmp_path / "other"
    other.write_text("mine", "utf-8")
    desk.home.page_file.symlink_to(other)
    desk.page.follow(status_of())
    assert other.read_text("utf-8") == "mine"
    assert not desk.home.page_file.is_symlink()


def test_nobody_writes_it_while_it_is_withheld(desk: Desk) -> None:
    """Who forgets pictures takes it away; afterwards it is made anew at once, even while busy."""
    desk.page.follow(status_of())
    with desk.page.withheld():
        assert not desk.home.page_file.exists()
        desk.page.follow(status_of())
        assert not desk.home.page_file.exists()
        desk.writer.remove("a.png")
    desk.page.follow(status_of("working"))
    assert "a.png" not in desk.shown()


def test_only_the_chosen_sidecars_are_read(home: Home) -> None:
    """What has no card may be damaged meanwhile: nobody looks."""
    desk = Desk(home)
    for number in range(230):
        desk.writer.write(scored(f"{number}.png", number / 230), durable=False)
    for number in range(30):
        (home.outbox / f"{number}.png.json").write_bytes(b"damaged")
    (home.outbox / "229.png.json").write_bytes(b"damaged")
    desk.page.follow(status_of())
    page = desk.shown()
    assert "200 of 230 shown" not in page
    assert "199 of 230 shown" in page
    assert page.count('<li class="card') == 199


def test_a_profile_is_shown_by_the_photos_that_are_there(desk: Desk) -> None:
    """A photo that goes leaves the card, and so does the folder."""
    folder = desk.home.inbox / "anna"
    folder.mkdir()
    for number in (1, 2):
        (folder / f"{number}.png").write_bytes(b"")
        desk.writer.write(scored(f"anna/{number}.png", number=number))
    desk.writer.write(profile("anna/", "anna/1.png", "anna/2.png"))
    desk.page.follow(status_of("idle"))
    assert desk.shown().count("<img") == 3
    assert "2 photos" in desk.shown()
    (folder / "1.png").unlink()
    desk.page.follow(status_of("idle"))
    assert desk.shown().count("<img") == 2
    (folder / "2.png").unlink()
    folder.rmdir()
    desk.page.follow(status_of("idle"))
    assert "The pictures are gone from the inbox" in desk.shown()
