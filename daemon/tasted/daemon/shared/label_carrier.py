"""Makes the label folders say what an answer said. Touches the inbox; the label lock is held.

The ledger tells where a content lies, so that neither the inbox is walked nor every label read.
What it says is only where to look first: the file itself must have the content.
"""

import contextlib
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from tasted.errors import DiskFull, NotFound, UnreadableFile
from tasted.feedback.events import Answer
from tasted.home.layout import Home
from tasted.inbox.change_label import remove_label_locked, set_label_locked
from tasted.inbox.change_profile_label import (
    remove_folder_label_locked,
    set_folder_label_locked,
)
from tasted.inbox.find_copies import list_labels
from tasted.inbox.moving import Mover, read_copy
from tasted.inbox.named_pictures import PICTURE_BYTES_MAX
from tasted.inbox.naming import label_of
from tasted.outbox.ledger import Ledger
from tasted.plain_dataclass import dataclass
from tasted.records import Label
from tasted.system.faultpoints import reach

LABEL_OF: Mapping[Answer, Label] = {Answer.LIKE: Label.LIKED, Answer.REJECT: Label.REJECTED}
_FREE_BYTES_MIN = 20_000_000


@dataclass(frozen=True, slots=True)
class JudgedThing:
    """A picture, or a profile, as an event names it."""

    content: str
    photos: tuple[str, ...] = ()


class LabelCarrier:
    """Copies pictures into the label folders of one home, and takes them out.

    Args:
        home: whose inbox it is.
        ledger: of its outbox.
        mover: moves and removes files.
    """

    def __init__(self, home: Home, ledger: Ledger, *, mover: Mover | None = None) -> None:
        self._home = home
        self._ledger = ledger
        self._mover = mover or Mover()
        self._copied: dict[str, str] = {}
        """Where this process put contents that the ledger may not know yet."""

    # ---- where things are -----------------------------------------------------------------

    def place_of(self, thing: JudgedThing, path: str | None = None) -> str | None:
        """Return where it lies, relative to the inbox; a profile with its slash. None: nowhere.

        Args:
            thing: to be found.
            path: where it was shown.
        """
        return next(self._places(thing, path), None)

    def _places(self, thing: JudgedThing, path: str | None) -> Iterator[str]:
        is_folder = bool(thing.photos)
        if path is not None and self._is_there(path, is_folder=is_folder):
            yield path
        known = self._ledger.paths_of_content(thing.content)
        known += [self._copied[thing.content]] if thing.content in self._copied else []
        # copies in the label folders may be about to go
        for place in sorted(known, key=lambda place: label_of(place) is not None):
            if self._is_there(place, is_folder=is_folder):
                yield place

    def _is_there(self, place: str, *, is_folder: bool) -> bool:
        file = self._home.inbox / place
        if place.endswith("/") is not is_folder or file.is_symlink():
            return False
        return file.is_dir() if is_folder else file.is_file()

    def _in_label_folders(self, content: str) -> Path | None:
        """Return a copy that the ledger knows nothing of yet.

        Files of its size are read, and those that were not looked at since they came.
        """
        sizes = {
            entry.stamp.size_bytes
            for path in self._ledger.paths_of_content(content)
            if (entry := self._ledger.entry_of(path)) is not None
        }
        for path, file in list_labels(self._home.inbox).items():
            entry = self._ledger.entry_of(path)
            is_known = entry is not None and entry.stamp.agrees(file.stamp)
            if is_known and file.stamp.size_bytes not in sizes:
                continue
            # gone or changed meanwhile: not a copy of it
            with contextlib.suppress(OSError):
                _data, copy = read_copy(self._home.inbox / path, max_bytes=PICTURE_BYTES_MAX)
                if copy.content == content:
                    return copy.path
        return None

    # ---- changing the folders -------------------------------------------------------------

    def check_room(self, place: str) -> None:
        """Refuse to copy what would fill the disk.

        Args:
            place: of the picture or profile, relative to the inbox.

        Raises:
            DiskFull: when too little is free.
            NotFound: when it is gone.
        """
        source = self._home.inbox / place
        try:
            files = source.iterdir() if source.is_dir() else [source]
            needed = sum(file.lstat().st_size for file in files)
            free = shutil.disk_usage(self._home.inbox).free
        except OSError as error:
            raise gone(place) from error
        if free < needed + _FREE_BYTES_MIN:
            raise DiskFull(
                f"Not saved: the disk is full ({free // 1_000_000} MB free).",
                remedy="Free some space, then answer again.",
            )

    def label(self, thing: JudgedThing, answer: Answer, place: str) -> str:
        """Give a picture or profile a label, and return where its copy lies now.

        Args:
            thing: that was judged.
            answer: that was given.
            place: from `place_of`.

        Raises:
            ItemError, CommandError, ServiceFault: when it cannot be copied.
        """
        inbox, label = self._home.inbox, LABEL_OF[answer]
        if thing.photos:
            change = set_folder_label_locked(
                inbox, inbox / place, label, self._mover, meant=frozenset(thing.photos)
            )
            there = f"{change.path}/"
        else:
            there = str(
                set_label_locked(inbox, inbox / place, label, self._mover, meant=thing.content).path
            )
        self._copied[thing.content] = there
        reach("feedback.copied")
        return there

    def unlabel(self, thing: JudgedThing, place: str | None) -> str | None:
        """Take the label of a picture or profile away; return where a copy lay, or lies now.

        Args:
            thing: that was judged.
            place: from `place_of`; None: nowhere that is known.

        Raises:
            ItemError, CommandError, ServiceFault: when it cannot be removed.
        """
        inbox = self._home.inbox
        if thing.photos and place is not None:
            found = remove_folder_label_locked(inbox, inbox / place, self._mover).path
        elif thing.photos:
            found = self._unlabel_each(thing.photos)
        else:
            found = self._unlabel_picture(thing.content, place)
        for content in (thing.content, *thing.photos):
            self._copied.pop(content, None)
        reach("feedback.copied")
        return found

    def _unlabel_each(self, photos: Sequence[str]) -> str | None:
        found = None
        for photo in photos:
            found = self._unlabel_picture(photo, self.place_of(JudgedThing(photo))) or found
        return found

    def _unlabel_picture(self, content: str, place: str | None) -> str | None:
        inbox = self._home.inbox
        file = inbox / place if place is not None else self._in_label_folders(content)
        if file is None:
            return None
        likely = [inbox / path for path in self._ledger.paths_of_content(content)]
        try:
            change = remove_label_locked(inbox, file, self._mover, meant=content, likely=likely)
        except UnreadableFile:
            if os.path.lexists(file):
                raise
            # it went meanwhile, and with it the label
            return None
        return change.path

    def forget(self) -> None:
        """Keep nothing in memory of where copies were put."""
        self._copied.clear()


def gone(place: str) -> NotFound:
    """Return the error of a picture that is not there any more."""
    return NotFound(
        f"{place} is gone, or another picture is there now.",
        remedy="It is left out; go on with the next one.",
    )
