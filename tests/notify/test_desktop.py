"""How osascript and notify-send are called, and what happens when they do not do it."""

import threading
from pathlib import Path

import pytest

from kit.desktops import FakeDesktop
from kit.waiting import eventually
from tasted.notify.desktop import TEST_TEXT, Desktop, NotShown, try_out

_HOSTILE = '" & (do shell script "touch /tmp/x") & "'


@pytest.fixture
def fake(tmp_path: Path) -> FakeDesktop:
    """Both programs, doing as they are told."""
    return FakeDesktop(tmp_path / "programs")


def test_on_a_mac_words_are_arguments_of_a_script_that_never_changes(fake: FakeDesktop) -> None:
    """Whatever is in the text, it is not part of what AppleScript runs."""
    desktop = Desktop(system="darwin", path=fake.path)
    desktop.show(_HOSTILE)
    desktop.show("-e")
    first, second = fake.calls()
    assert first[-3:] == ["--", _HOSTILE, "tasted"]
    assert second[-3:] == ["--", "-e", "tasted"]
    assert first[:-3] == second[:-3] == [
        "-e", "on run words",
        "-e", "display notification (item 1 of words) with title (item 2 of words)",
        "-e", "end run",
    ]  # fmt: skip


def test_elsewhere_words_follow_the_end_of_the_options(fake: FakeDesktop) -> None:
    """A text that looks like an option is none."""
    Desktop(system="linux", path=fake.path).show("--help")
    assert fake.calls() == [["--app-name=tasted", "--", "tasted", "--help"]]


@pytest.mark.parametrize("system", ["darwin", "linux"])
def test_a_program_that_is_not_there_is_told(tmp_path: Path, system: str) -> None:
    """Which one, and where it comes from."""
    with pytest.raises(NotShown, match="There is no program") as failure:
        Desktop(system=system, path=str(tmp_path)).show("1 new match.")
    assert failure.value.remedy


def test_what_a_failing_program_says_is_told(fake: FakeDesktop) -> None:
    """Its own words, on one line; without any, its exit status."""
    desktop = Desktop(system="linux", path=fake.path)
    fake.behave(says="no\n  session bus\n", status=1)
    with pytest.raises(NotShown, match="notify-send failed: no session bus"):
        desktop.show("1 new match.")
    fake.behave(status=3)
    with pytest.raises(NotShown, match="exit status 3"):
        desktop.show("1 new match.")


def test_a_program_that_cannot_be_started_is_told(fake: FakeDesktop) -> None:
    """What the system says of it is passed on."""
    (fake.folder / "notify-send").write_text("#!/nowhere/python\n", encoding="utf-8")
    with pytest.raises(NotShown, match="No such file"):
        Desktop(system="linux", path=fake.path).show("1 new match.")


def test_a_program_that_hangs_is_ended(fake: FakeDesktop) -> None:
    """After the deadline, or at once when the daemon ends."""
    fake.behave(sleeps=600)
    with pytest.raises(NotShown, match="no answer"):
        Desktop(system="linux", path=fake.path, deadline_seconds=0.5).show("1 new match.")
    ending = Desktop(system="linux", path=fake.path, deadline_seconds=600)
    failures: list[NotShown] = []

    def show() -> None:
        try:
            ending.show("1 new match.")
        except NotShown as failure:
            failures.append(failure)

    showing = threading.Thread(target=show)
    showing.start()
    eventually(lambda: len(fake.calls()) == 2 or ending._process is not None)
    ending.interrupt()
    showing.join(60)
    assert len(failures) == 1


def test_a_trial_says_what_came_of_it(fake: FakeDesktop, tmp_path: Path) -> None:
    """Whether it was taken, and where to look when nothing appeared; on a Mac that is a setting."""
    tried = try_out(Desktop(system="darwin", path=fake.path))
    assert tried.is_handed_over
    assert "Script Editor" in tried.remedy
    assert TEST_TEXT in fake.calls()[0]
    assert "desktop" in try_out(Desktop(system="linux", path=fake.path)).remedy
    failed = try_out(Desktop(system="linux", path=str(tmp_path)))
    assert not failed.is_handed_over
    assert "libnotify-bin" in failed.remedy
