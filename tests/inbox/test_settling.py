"""A file is settled when it has been quiet for long enough, whatever happened before."""

from dataclasses import replace

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from kit.inbox_files import inbox_file, stamp
from tasted.inbox.settling import Settling, quiet_from
from tasted.records import Companion, FileStamp, InboxFile

QUIET = 2.0
PATHS = ("a.png", "anna/b.png", "c.png")


class SettlingMachine(RuleBasedStateMachine):
    """Files are written, replaced and removed between looks, under a clock of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.settling = Settling(quiet_seconds=QUIET)
        self.now = 1000.0
        self.disk: dict[str, InboxFile] = {}
        self.changed_at: dict[str, float] = {}
        self.stamps = 0
        self.unseen_texts: set[str] = set()

    def fresh_stamp(self) -> FileStamp:
        """Return a stamp that no file had before."""
        self.stamps += 1
        return stamp(self.stamps)

    def change(self, path: str, file: InboxFile) -> None:
        """Put a file on the disk, now."""
        self.disk[path] = file
        self.changed_at[path] = self.now

    @rule(quarters=st.integers(1, 12))
    def time_passes(self, quarters: int) -> None:
        """The clock moves on by a multiple of a quarter of a second."""
        self.now += quarters / 4

    @rule(path=st.sampled_from(PATHS))
    def write(self, path: str) -> None:
        """A file appears, grows or is replaced."""
        old = self.disk.get(path, InboxFile(path, stamp(0)))
        self.change(path, replace(old, stamp=self.fresh_stamp()))

    @rule(path=st.sampled_from(PATHS))
    def write_text(self, path: str) -> None:
        """The companion text appears or changes."""
        if path in self.disk:
            companion = Companion(f"{path}.txt", self.fresh_stamp())
            self.change(path, replace(self.disk[path], companion=companion))
            self.unseen_texts.add(path)

    @rule(path=st.sampled_from(PATHS))
    def remove_text(self, path: str) -> None:
        """The companion text disappears, after a look that saw it."""
        if path in self.disk and self.disk[path].companion and path not in self.unseen_texts:
            self.change(path, replace(self.disk[path], companion=None))

    @rule(path=st.sampled_from(PATHS))
    def remove(self, path: str) -> None:
        """A file disappears."""
        self.disk.pop(path, None)
        self.changed_at.pop(path, None)

    @rule(path=st.sampled_from(PATHS))
    def touch(self, path: str) -> None:
        """An event tells of a file that may still be written under an equal stamp."""
        self.settling.touched([path], now=self.now)
        if path in self.changed_at and path not in self.settling.settled:
            self.changed_at[path] = self.now

    @rule()
    def look(self) -> None:
        """The whole inbox is looked at."""
        self.settling.look(dict(self.disk), now=self.now)
        self.unseen_texts.clear()
        for path, file in self.settling.settled.items():
            assert file == self.disk[path]
            assert self.now - self.changed_at[path] >= QUIET
        assert len(self.settling.settled) + self.settling.waiting == len(self.disk)

    @rule()
    def wait_for_quiet(self) -> None:
        """Two looks with quiet between them settle everything."""
        self.look()
        self.now += QUIET
        self.look()
        assert self.settling.settled == self.disk

    @precondition(lambda self: self.settling.waiting)
    @rule()
    def wait_as_told(self) -> None:
        """A look at the time that is asked for settles a file that stayed as it was."""
        seen_before = dict(self.disk)
        self.look()
        due = self.settling.next_look()
        if due is None or seen_before != self.disk:
            return
        before = len(self.settling.settled)
        self.now = max(self.now, due)
        self.look()
        assert len(self.settling.settled) > before

    @invariant()
    def asks_to_be_called_again_while_anything_waits(self) -> None:
        """A next look is due exactly while a file waits, and never later than the quiet time."""
        due = self.settling.next_look()
        assert (due is None) == (self.settling.waiting == 0)
        assert due is None or due <= self.now + QUIET


TestSettling = SettlingMachine.TestCase
TestSettling.settings = settings(max_examples=150, stateful_step_count=30, deadline=None)


def test_one_look_settles_nothing() -> None:
    """A file that is seen for the first time may be half written, however old it says it is."""
    settling = Settling(quiet_seconds=0.5)
    settling.look({"a.png": inbox_file()}, now=0)
    assert not settling.settled
    assert settling.waiting == 1
    assert settling.next_look() == 0.5


def test_a_touch_starts_the_quiet_time_anew() -> None:
    """An event between two looks postpones a file even when its stamp is the same."""
    settling = Settling(quiet_seconds=1)
    files = {"a.png": inbox_file()}
    settling.look(files, now=0)
    settling.touched(["a.png", "unknown.png"], now=0.75)
    settling.look(files, now=1)
    assert not settling.settled
    settling.look(files, now=1.75)
    assert settling.settled == files


def test_a_removed_file_is_forgotten() -> None:
    """The same file, back again, has to settle again."""
    settling = Settling(quiet_seconds=1)
    files = {"a.png": inbox_file()}
    settling.look(files, now=0)
    settling.look(files, now=1)
    settling.look({}, now=2)
    assert not settling.settled
    assert settling.next_look() is None
    settling.look(files, now=3)
    assert not settling.settled


def test_a_late_companion_unsettles_its_picture() -> None:
    """A text that arrives after its picture was settled makes the pair settle again."""
    settling = Settling(quiet_seconds=1)
    settling.look({"a.png": inbox_file()}, now=0)
    settling.look({"a.png": inbox_file()}, now=1)
    with_text = {"a.png": inbox_file(text=7)}
    settling.look(with_text, now=2)
    assert not settling.settled
    settling.look(with_text, now=3)
    assert settling.settled == with_text


def test_a_growing_file_waits_as_long_as_it_grows() -> None:
    """No age settles a file that changes at every look."""
    settling = Settling(quiet_seconds=1)
    for second in range(100):
        settling.look({"a.png": inbox_file(number=second)}, now=second)
        assert not settling.settled


def test_row_04_a_file_without_its_end_is_given_more_time() -> None:
    """A stalled copy goes on within seconds; what stays as it is gets its error in the end."""
    ends: set[str] = set()
    asked: list[str] = []

    def is_whole(path: str, _file: InboxFile) -> bool:
        asked.append(path)
        return path in ends

    settling = Settling(quiet_seconds=1, is_whole=is_whole, unfinished_seconds=5)
    files = {"a.png": inbox_file("a.png"), "b.png": inbox_file("b.png")}
    ends.add("b.png")
    settling.look(files, now=0)
    settling.look(files, now=1)
    assert list(settling.settled) == ["b.png"]
    assert settling.next_look() == 5
    settling.look(files, now=4)
    assert asked == ["a.png", "b.png"]
    settling.look(files, now=5)
    assert settling.settled == files


def test_row_04_a_copy_that_goes_on_after_a_stall_is_whole_in_the_end() -> None:
    """A new state of a file is asked about anew."""
    answers = iter([False, True])
    settling = Settling(quiet_seconds=1, is_whole=lambda _path, _file: next(answers))
    settling.look({"a.png": inbox_file(number=1)}, now=0)
    settling.look({"a.png": inbox_file(number=1)}, now=1)
    settling.look({"a.png": inbox_file(number=2)}, now=2)
    settling.look({"a.png": inbox_file(number=2)}, now=3)
    assert list(settling.settled) == ["a.png"]


def test_row_04_a_file_that_never_rests_is_told_of() -> None:
    """After a minute of changes, until it rests or goes."""
    settling = Settling(quiet_seconds=1)
    for second in range(61):
        settling.look({"a.png": inbox_file(number=second)}, now=second)
        assert settling.restless(now=second) == (["a.png"] if second >= 60 else [])
    settling.look({"a.png": inbox_file(number=60)}, now=62)
    assert settling.restless(now=62) == []


def test_what_is_seen_late_has_not_been_quiet_since_it_was_told_of() -> None:
    """A turn that takes long before it looks would find a file settled at once."""
    assert quiet_from(100.0, seen_at=100.002) == 100.0
    assert quiet_from(100.0, seen_at=103.0) > 102.9
