"""Any sequence of label changes, drags, deletions and kills: no picture is lost, none is doubled.

A state machine of hypothesis. What the user did is remembered in a plain model: how many files held
each content before a label change, and which contents the user let go of.
"""

import contextlib
import shutil
import tempfile
from collections import Counter
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from kit.inbox_files import PNG
from kit.label_changes import COMMANDS, AtStep, counted, killed_label_change, label_change, listed
from tasted.errors import UnreadableFile
from tasted.home.layout import Home
from tasted.inbox.find_copies import sweep_copies
from tasted.inbox.moving import Mover

FOLDERS = ("", "liked", "rejected", "anna", "liked/deep", "rejected/deep")
UNLISTED = ("liked/.{}.0123abcd.tmp", "rejected/.hidden/{}", ".hidden/{}", "liked/{}.part")
NAMES = ("a.png", "b.png")


class LabelChanges(RuleBasedStateMachine):
    """One home, and everything that may happen to its pictures."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="tasted-labels-"))
        self.home = Home(self.folder.resolve())
        self.home.make_folders()
        self.inbox = self.home.inbox
        self.number = 0
        self.owed: set[bytes] = set()

    def teardown(self) -> None:
        """Leave nothing behind."""
        shutil.rmtree(self.folder)

    # ---- what users do --------------------------------------------------------------------

    def new_content(self) -> bytes:
        """Return a content that no file has yet."""
        self.number += 1
        return PNG + str(self.number).encode("ascii")

    def put(self, path: str, content: bytes) -> None:
        """Put a picture at a path, as a drag does, whatever lay there before."""
        self.let_go(path)
        file = self.inbox / path
        file.parent.mkdir(parents=True, exist_ok=True)
        dragged = self.folder / "dragged"
        dragged.write_bytes(content)
        dragged.replace(file)
        if path in listed(self.inbox):
            self.owed.add(content)

    def let_go(self, path: str) -> None:
        """Note that the user overwrites or deletes what lies at a path: it may be the last copy."""
        there = listed(self.inbox)
        content = there.pop(path, None)
        if content is not None and content not in there.values():
            self.owed.discard(content)

    @initialize()
    def begin(self) -> None:
        """Begin with a picture."""
        for path in ("liked/a.png", "rejected/b.png", "anna/a.png"):
            self.put(path, self.new_content())

    @rule(folder=st.sampled_from(FOLDERS), name=st.sampled_from(NAMES))
    def drag(self, folder: str, name: str) -> None:
        """Drag a new picture in, perhaps over another one."""
        self.put(f"{folder}/{name}".lstrip("/"), self.new_content())

    @rule(draw=st.integers(0, 99), folder=st.sampled_from(FOLDERS), name=st.sampled_from(NAMES))
    def copy(self, draw: int, folder: str, name: str) -> None:
        """Copy a picture to another place, perhaps over another one."""
        content = self.some_content(draw)
        if content is not None:
            self.put(f"{folder}/{name}".lstrip("/"), content)

    @rule(draw=st.integers(0, 99), place=st.sampled_from(UNLISTED), name=st.sampled_from(NAMES))
    def hide_twin(self, draw: int, place: str, name: str) -> None:
        """Have a twin lie where no look finds it."""
        content = self.some_content(draw)
        if content is not None:
            self.put(place.format(name), content)

    @rule(draw=st.integers(0, 99))
    def delete(self, draw: int) -> None:
        """Delete a picture."""
        path = self.some_path(draw)
        if path is not None:
            self.let_go(path)
            (self.inbox / path).unlink()

    def some_path(self, draw: int) -> str | None:
        """Return the path of any listed file."""
        paths = sorted(listed(self.inbox))
        return paths[draw % len(paths)] if paths else None

    def some_content(self, draw: int) -> bytes | None:
        """Return the content of any listed file."""
        path = self.some_path(draw)
        return (self.inbox / path).read_bytes() if path is not None else None

    # ---- label changes, and what disturbs them --------------------------------------------

    @rule(draw=st.integers(0, 99), command=st.sampled_from(COMMANDS))
    def set_label(self, draw: int, command: str) -> None:
        """Change a label without a disturbance."""
        path = self.some_path(draw)
        if path is not None:
            before = counted(self.inbox)
            content = (self.inbox / path).read_bytes()
            most = before[content] + (not self.labels_of(content))
            label_change(self.home, command, self.inbox / path)
            self.assert_not_doubled(before, content, most=most)
            assert self.labels_of(content) == {"like": {"liked"}, "reject": {"rejected"}}.get(
                command, set()
            )

    @rule(draw=st.integers(0, 99), command=st.sampled_from(COMMANDS), step=st.integers(0, 7))
    def label_and_be_killed(self, draw: int, command: str, step: int) -> None:
        """Change a label in a process that is killed; the next one tidies up what it left."""
        path = self.some_path(draw)
        if path is not None:
            before = counted(self.inbox)
            content = (self.inbox / path).read_bytes()
            killed_label_change(self.home, command, self.inbox / path, step=step)
            self.assert_not_doubled(before, content, most=before[content] + 1)
            self.nothing_is_lost()
            assert sweep_copies(self.home)

    @rule(
        draws=st.tuples(st.integers(0, 99), st.integers(0, 99)),
        command=st.sampled_from(COMMANDS),
        step=st.integers(0, 5),
        is_deleted=st.booleans(),
    )
    def label_and_be_disturbed(
        self, draws: tuple[int, int], command: str, step: int, *, is_deleted: bool
    ) -> None:
        """Change a label while a picture is dragged over one of the names, or one is deleted."""
        path, other = (self.some_path(draw) for draw in draws)
        if path is None or other is None:
            return
        before = counted(self.inbox)
        content = (self.inbox / path).read_bytes()

        # dragged over the name before that was read, it is the picture that gets the label
        dragged = self.new_content()

        def disturb() -> None:
            if not is_deleted:
                self.put(other, dragged)
            elif (self.inbox / other).exists():
                self.let_go(other)
                (self.inbox / other).unlink()

        with contextlib.suppress(UnreadableFile):
            label_change(self.home, command, self.inbox / path, Mover(AtStep(disturb, step)))
        self.assert_not_doubled(before, content, dragged, most=before[content] + 1)

    def assert_not_doubled(self, before: Counter[bytes], *labelled: bytes, most: int) -> None:
        """Check that no content has more listed files than before, but for what was labelled."""
        after = counted(self.inbox)
        more = {data: count for data, count in after.items() if count > max(before[data], 1)}
        assert set(more) <= set(labelled)
        assert all(after[content] <= max(most, 2) for content in labelled[1:])
        assert after[labelled[0]] <= most

    def labels_of(self, content: bytes) -> set[str]:
        """Return the label folders that hold a content."""
        tops = {
            path.partition("/")[0] for path, data in listed(self.inbox).items() if data == content
        }
        return tops & {"liked", "rejected"}

    @invariant()
    def nothing_is_lost(self) -> None:
        """Every picture that the user brought and did not let go of is listed."""
        assert self.owed <= set(counted(self.inbox))


class TestLabelChanges(LabelChanges.TestCase):
    """Runs the machine."""

    settings = settings(
        max_examples=20,
        stateful_step_count=15,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
