"""When the page is written, and when not. On real folders, without a daemon."""

import stat
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from kit.pages import status_of
from kit.sidecars import profile, scored
from tasted.home.layout import Home
from tasted.outbox.ledger import Ledger
from tasted.outbox.page.writer import PageWriter
from tasted.outbox.sidecar_writer import Writer


class SharedState:
    """An outbox, its page, and what keeps them."""

    def __init__(self, home: Home, *, pause_seconds: float = 3600.0) -> None:
        self.home = home
        self.review: str | None = None
        self.ledger = Ledger(home.outbox)
        self.writer = Writer(home.outbox, self.ledger)
        self.page = PageWriter(
            home.page_file,
            home.inbox,
            self.ledger,
            version="0.1.0",
            pause_seconds=pause_seconds,
            review=lambda: self.review,
        )

    def shown(self) -> str:
        """Return the page."""
        return self.home.page_file.read_text("utf-8")


@pytest.fixture
def shared(home: Home) -> SharedState:
    """An outbox with one result."""
    shared = SharedState(home)
    (home.inbox / "a.png").write_bytes(b"")
    shared.writer.write(scored("a.png"))
    return shared


def test_it_follows_at_once_when_idle_and_rests_while_busy(shared: SharedState) -> None:
    """The first page is written whatever goes on; then a backlog waits, and its end does not."""
    shared.page.follow(status_of("working"))
    assert "a.png" in shared.shown()
    shared.writer.write(scored("b.png"))
    shared.page.follow(status_of("working"))
    assert "b.png" not in shared.shown()
    shared.page.follow(status_of("idle"))
    assert "b.png" in shared.shown()
    assert stat.S_IMODE(shared.home.page_file.stat().st_mode) == 0o600


def test_it_is_left_alone_while_it_shows_what_is(shared: SharedState) -> None:
    """Another heartbeat is no news; a picture that goes, a deletion and its own absence are."""
    shared.page.follow(status_of())
    before = shared.home.page_file.stat().st_ino
    shared.page.follow(status_of(heartbeat_at="2026-11-24T00:00:00+00:00"))
    assert shared.home.page_file.stat().st_ino == before
    (shared.home.inbox / "a.png").unlink()
    shared.page.follow(status_of())
    assert "gone from the inbox" in shared.shown()
    shared.writer.remove("a.png")
    shared.page.follow(status_of())
    assert "a.png" not in shared.shown()
    shared.home.page_file.unlink()
    shared.page.follow(status_of())
    assert "No results yet" in shared.shown()


def test_a_start_shows_what_an_earlier_run_left(shared: SharedState) -> None:
    """A writer that nobody told of any sidecar looks for itself, and says nothing too early."""
    later = SharedState(shared.home)
    later.page.follow(status_of("starting"))
    assert not shared.home.page_file.exists()
    later.page.follow(status_of("blocked"))
    assert "a.png" in later.shown()


def test_an_outbox_that_takes_no_page_is_left_alone(home: Home) -> None:
    """A folder of its name or a missing outbox does no harm, and leaves nothing behind."""
    shared = SharedState(home, pause_seconds=0.0)
    home.page_file.mkdir()
    shared.page.follow(status_of())
    assert [path.name for path in home.outbox.rglob("*")] == ["results.html"]
    with shared.page.withheld():
        assert home.page_file.is_dir()
    home.page_file.rmdir()
    shared.page.follow(status_of())
    assert "No results yet" in shared.shown()
    home.page_file.unlink()
    home.outbox.rmdir()
    shared.page.follow(status_of())
    assert not home.outbox.exists()


def test_a_link_in_its_place_is_replaced_and_not_followed(
    shared: SharedState, tmp_path: Path
) -> None:
    """What somebody else's file says stays."""
    other = tmp_path / "other"
    other.write_text("mine", "utf-8")
    shared.home.page_file.symlink_to(other)
    shared.page.follow(status_of())
    assert other.read_text("utf-8") == "mine"
    assert not shared.home.page_file.is_symlink()


def test_nobody_writes_it_while_it_is_withheld(shared: SharedState) -> None:
    """Who forgets pictures takes it away; afterwards it is made anew at once, even while busy."""
    shared.page.follow(status_of())
    with shared.page.withheld():
        assert not shared.home.page_file.exists()
        shared.page.follow(status_of())
        assert not shared.home.page_file.exists()
        shared.writer.remove("a.png")
    shared.page.follow(status_of("working"))
    assert "a.png" not in shared.shown()


def test_only_the_chosen_sidecars_are_read(home: Home) -> None:
    """What has no card may be damaged meanwhile: nobody looks."""
    shared = SharedState(home)
    for number in range(230):
        shared.writer.write(scored(f"{number}.png", number / 230), durable=False)
    for number in range(30):
        (home.outbox / f"{number}.png.json").write_bytes(b"damaged")
    (home.outbox / "229.png.json").write_bytes(b"damaged")
    shared.page.follow(status_of())
    page = shared.shown()
    assert "200 of 230 shown" not in page
    assert "199 of 230 shown" in page
    assert page.count('<li class="card') == 199


def test_a_profile_is_shown_by_the_photos_that_are_there(shared: SharedState) -> None:
    """A photo that goes leaves the card, and so does the folder."""
    folder = shared.home.inbox / "anna"
    folder.mkdir()
    for number in (1, 2):
        (folder / f"{number}.png").write_bytes(b"")
        shared.writer.write(scored(f"anna/{number}.png", number=number))
    shared.writer.write(profile("anna/", "anna/1.png", "anna/2.png"))
    shared.page.follow(status_of("idle"))
    assert shared.shown().count("<img") == 3
    assert "2 photos" in shared.shown()
    (folder / "1.png").unlink()
    shared.page.follow(status_of("idle"))
    assert shared.shown().count("<img") == 2
    (folder / "2.png").unlink()
    folder.rmdir()
    shared.page.follow(status_of("idle"))
    assert "The pictures are gone from the inbox" in shared.shown()


def test_row_49_a_page_that_cannot_be_made_is_no_fault(shared: SharedState) -> None:
    """Whatever the reason is: it is logged once, and the page is tried again."""
    home, broken = shared.home, [OverflowError("date value out of range")]

    def check() -> None:
        if broken:
            raise broken[0]

    page = PageWriter(
        home.page_file, home.inbox, shared.ledger, version="0.1.0", pause_seconds=0.0, check=check
    )
    with capture_logs() as logged:
        for _ in range(3):
            page.follow(status_of())
    assert not home.page_file.exists()
    assert [event["event"] for event in logged] == ["page_not_written"]
    assert isinstance(logged[0]["exc_info"], OverflowError)
    broken.clear()
    page.follow(status_of())
    assert "a.png" in shared.shown()


def test_it_leads_to_where_pictures_are_judged_while_somebody_answers(shared: SharedState) -> None:
    """The address alone: whoever follows it has to have been let in before."""
    shared.page.follow(status_of())
    assert "Judge these" not in shared.shown()
    shared.review = "http://127.0.0.1:4321/"
    shared.page.follow(status_of())
    assert '<a href="http://127.0.0.1:4321/">Judge these</a>' in shared.shown()
    shared.page.follow(None)
    assert "Judge these" not in shared.shown()
