"""The page follows a real daemon, whose engine is quick."""

from pathlib import Path

import pytest

from kit.daemons import observing, tasted
from kit.homes import quick_home
from kit.outboxes import documents, picture
from kit.pages import parsed
from kit.waiting import eventually
from tasted.home.layout import Home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home that settles soon."""
    return quick_home(tmp_path / "home")


def says(home: Home, *texts: str, but: str = "\0") -> None:
    """Wait until the page says all of these, and not the other."""

    def right() -> bool:
        page = parsed(home.page_file.read_text("utf-8")) if home.page_file.exists() else None
        if page is None:
            return False
        said = page.text + "\n".join(page.values("img", "alt"))
        return all(text in said for text in texts) and but not in said

    eventually(right)


def test_the_page_follows_results_faults_and_deletions(home: Home) -> None:
    """It says what is there, why nothing happens, what is gone, and that nobody is at work."""
    with observing(home) as daemon:
        says(home, "Nothing liked yet", "No results yet")
        (home.inbox / "liked" / "1.png").write_bytes(picture(1))
        (home.inbox / 'a "<b>.png').write_bytes(picture(2))
        (home.inbox / "b.png").write_bytes(picture(3))
        (home.inbox / "empty.png").write_bytes(b"")
        says(home, 'a "<b>.png', "b.png", "What to do: Save or copy the picture again.")
        says(home, "watching the inbox", "Based on 1 like", but="Nothing liked yet")
        assert len(documents(home)) == 4
        assert str(home.page_file) in tasted(home, "status").stdout
        (home.inbox / "b.png").unlink()
        says(home, "Not shown: 1 result of pictures that are gone", but="b.png")
        aside = home.root / "aside"
        home.inbox.rename(aside)
        says(home, "On hold", "Scoring is on hold", 'a "<b>.png')
        aside.rename(home.inbox)
        says(home, "watching the inbox", but="On hold")
        daemon.await_state("idle")
        home.page_file.unlink()
        says(home, "watching the inbox")
        daemon.stop()
    says(home, "Not running", "Start it with: tasted run", 'a "<b>.png')
    assert home.page_file.stat().st_mode & 0o777 == 0o600
