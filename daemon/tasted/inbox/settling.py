"""When a file has finished being written. Pure: the clock and the looks are handed in.

A file is settled when two looks, at least `quiet_seconds` apart, saw the same size, time and inode
of it and of its companion text, and no event touched it in between. A file that keeps changing is
waited for as long as it changes.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tasted.records import InboxFile


@dataclass(slots=True)
class _Watched:
    file: InboxFile
    quiet_since: float


class Settling:
    """The files of one inbox on their way to being settled."""

    def __init__(self, *, quiet_seconds: float) -> None:
        self.quiet_seconds = quiet_seconds
        self._waiting: dict[str, _Watched] = {}
        self._settled: dict[str, InboxFile] = {}

    def touched(self, paths: Iterable[str], *, now: float) -> None:
        """Start the quiet time of files anew: something happened to them, equal stamps or not."""
        for path in paths:
            watched = self._waiting.get(path)
            if watched is not None:
                watched.quiet_since = now

    def look(self, files: Mapping[str, InboxFile], *, now: float) -> None:
        """Take in one complete look at the inbox at the monotonic time `now`, in seconds.

        Files that the look does not show are forgotten: they will have to settle again.
        """
        waiting: dict[str, _Watched] = {}
        settled: dict[str, InboxFile] = {}
        for path, file in files.items():
            if self._settled.get(path) == file:
                settled[path] = file
                continue
            watched = self._waiting.get(path)
            if watched is None or watched.file != file:
                waiting[path] = _Watched(file, quiet_since=now)
            elif now - watched.quiet_since >= self.quiet_seconds:
                settled[path] = file
            else:
                waiting[path] = watched
        self._waiting = waiting
        self._settled = settled

    @property
    def settled(self) -> Mapping[str, InboxFile]:
        """The files that are settled as of the last look, by path."""
        return self._settled

    @property
    def waiting(self) -> int:
        """How many files are still being watched for quiet."""
        return len(self._waiting)

    def next_look(self) -> float | None:
        """Return the monotonic time at which a waiting file may be settled; None without one."""
        if not self._waiting:
            return None
        return min(watched.quiet_since for watched in self._waiting.values()) + self.quiet_seconds
