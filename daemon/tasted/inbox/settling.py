"""When a file has finished being written. Pure: the clock, the looks and a judge are handed in.

A file is settled when two looks, at least `quiet_seconds` apart, saw the same stamps of it and of
its companion text, no event touched it in between, and it ends like a whole picture.
One that does not end so is given `unfinished_seconds` of quiet instead: a stalled copy goes on, and
a damaged file gets its error. A file that keeps changing is waited for as long as it changes, and
reported as `restless` after `restless_seconds`.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Generic, TypeVar

from tasted.plain_dataclass import dataclass

Seen = TypeVar("Seen")
"""What a look sees at a path; equal while nothing has changed."""

UNFINISHED_SECONDS = 5.0
RESTLESS_SECONDS = 60.0
_TOLD_SECONDS = 0.01


def quiet_from(told_at: float, *, seen_at: float) -> float:
    """Return since when a file counts as quiet: it was told of, and is seen a little later. Pure.

    What is seen late may have been written late, so that little of the time between counts.

    Args:
        told_at: monotonic seconds.
        seen_at: the same.
    """
    return max(told_at, seen_at - _TOLD_SECONDS)


@dataclass(slots=True)
class _Watched(Generic[Seen]):
    file: Seen
    since: float
    """When the path was first seen on its way to being settled."""
    quiet_since: float
    looks_unfinished: bool = False


class Settling(Generic[Seen]):
    """The files, or the profiles, of one inbox on their way to being settled.

    Args:
        quiet_seconds: the least time between two equal looks.
        is_whole: tells whether a quiet file ends like a whole picture; asked once for each state of
            a file, with its path.
        is_done: tells whether a file that was not seen before was worked on in this very state: it
            had settled then.
        unfinished_seconds: the quiet time of a file that does not.
        restless_seconds: how long a path may keep changing before it is reported.
    """

    def __init__(
        self,
        *,
        quiet_seconds: float,
        is_whole: Callable[[str, Seen], bool] = lambda _path, _file: True,
        is_done: Callable[[str, Seen], bool] = lambda _path, _file: False,
        unfinished_seconds: float = UNFINISHED_SECONDS,
        restless_seconds: float = RESTLESS_SECONDS,
    ) -> None:
        self.quiet_seconds = quiet_seconds
        self._is_whole = is_whole
        self._is_done = is_done
        self._unfinished_seconds = unfinished_seconds
        self._restless_seconds = restless_seconds
        self._waiting: dict[str, _Watched[Seen]] = {}
        self._settled: dict[str, Seen] = {}

    def touched(self, paths: Iterable[str], *, now: float) -> None:
        """Start the quiet time of files anew: something happened to them, equal stamps or not."""
        for path in paths:
            watched = self._waiting.get(path)
            if watched is not None:
                watched.quiet_since = now
                watched.looks_unfinished = False

    def look(
        self, files: Mapping[str, Seen], *, now: float, stirred: Collection[str] | None = None
    ) -> None:
        """Take in one look at the inbox at the monotonic time `now`, in seconds.

        Files that the look does not show are forgotten: they will have to settle again.

        Args:
            files: all that are there.
            now: monotonic seconds.
            stirred: where something may be another than at the last look; None: everywhere.
        """
        if stirred is None:
            for path in [path for path in self._settled if path not in files]:
                del self._settled[path]
            stirred = files
        for path in (*stirred, *(path for path in self._waiting if path not in stirred)):
            file = files.get(path)
            if file is None:
                self._waiting.pop(path, None)
                self._settled.pop(path, None)
            elif self._settled.get(path) != file:
                self._settled.pop(path, None)
                self._wait_for(path, file, now)

    def _wait_for(self, path: str, file: Seen, now: float) -> None:
        watched = self._waiting.get(path)
        if watched is None and self._is_done(path, file):
            self._settled[path] = file
        elif watched is None or watched.file != file:
            since = watched.since if watched is not None else now
            self._waiting[path] = _Watched(file, since, quiet_since=now)
        elif self._has_settled(path, watched, now):
            del self._waiting[path]
            self._settled[path] = file

    def _has_settled(self, path: str, watched: _Watched[Seen], now: float) -> bool:
        if now < watched.quiet_since + self._quiet_of(watched):
            return False
        if watched.looks_unfinished or self._is_whole(path, watched.file):
            return True
        watched.looks_unfinished = True
        return now >= watched.quiet_since + self._quiet_of(watched)

    def _quiet_of(self, watched: _Watched[Seen]) -> float:
        if watched.looks_unfinished:
            return max(self.quiet_seconds, self._unfinished_seconds)
        return self.quiet_seconds

    @property
    def settled(self) -> dict[str, Seen]:
        """The files that are settled as of the last look, by path; the next one changes it."""
        return self._settled

    @property
    def waiting_for(self) -> list[str]:
        """The paths that are still being watched for quiet."""
        return list(self._waiting)

    @property
    def waiting(self) -> int:
        """How many files are still being watched for quiet."""
        return len(self._waiting)

    def restless(self, *, now: float) -> list[str]:
        """Return the paths that have been on their way for too long, sorted."""
        return sorted(
            path
            for path, watched in self._waiting.items()
            if now - watched.since >= self._restless_seconds
        )

    def next_look(self) -> float | None:
        """Return the monotonic time at which a waiting file may be settled; None without one."""
        return min(
            (watched.quiet_since + self._quiet_of(watched) for watched in self._waiting.values()),
            default=None,
        )
