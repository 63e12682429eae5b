"""What the daemon says of itself, and what the engine published as current. Touches `.tasted/`.

`status.json` is for people and service managers; nothing is decided by it. `current.json` decides
which sidecars are stale. `blocked.json` is written by a service that has no home to itself yet: the
status is the word of whoever has the lock.
"""

import dataclasses
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tasted.files import read_regular_file, write_atomically
from tasted.records import Current

_BYTES_MAX = 4_000_000
_PID_MAX = 2**31 - 1


@dataclass(frozen=True, slots=True)
class FaultReport:
    """Why nothing is scored just now, and what to do."""

    code: str
    message: str
    remedy: str


@dataclass(frozen=True, slots=True)
class LastError:
    """The last file that got an error sidecar."""

    path: str
    code: str
    message: str
    remedy: str

    def is_told_by(self, names: Callable[[str], bool]) -> bool:
        """Tell whether `names` finds what it looks for in the path or the message."""
        return names(self.path) or names(self.message)


@dataclass(frozen=True, slots=True)
class QueueReport:
    """What waits, by the order in which it is served."""

    references: int = 0
    new: int = 0
    backlog: int = 0
    retries: int = 0
    rescores: int = 0
    settling: int = 0
    asked_again: int = 0
    """How many of the re-scores a command asked for."""
    profiles: int = 0
    per_minute: float | None = None
    seconds_left: float | None = None

    @property
    def total(self) -> int:
        """How many files and profiles wait for the engine."""
        files = self.references + self.new + self.backlog + self.retries + self.rescores
        return files + self.profiles


@dataclass(frozen=True, slots=True)
class WatchReport:
    """How the inbox is followed, and how often that had to be started anew."""

    how: str = "events"
    """`events`, or `polling`: the inbox is looked through every few seconds."""
    why: str | None = None
    """Why it is polled, or what is wrong with the events."""
    losses: int = 0
    """How often the system admitted that events were lost; each time everything was looked at."""
    restarts: int = 0


@dataclass(frozen=True, slots=True)
class AccessReport:
    """What the daemon itself may read of the inbox: from elsewhere that cannot be told."""

    interpreter: str
    """Its Python with links resolved: macOS gives rights to that very file."""
    refused: str | None = None
    """How the system refuses, as `EPERM`; None when it does not."""
    refused_path: str | None = None
    """The folder that is refused, or whose files are."""
    opened_file: bool = False
    """Whether a file was there and could be opened, beyond the listing of the folder."""


@dataclass(frozen=True, slots=True)
class PlainFolder:
    """A folder of several pictures that is no profile."""

    folder: str
    """Relative to the inbox, with a slash at its end."""
    why: str
    """`too_large` or `nested`."""


@dataclass(frozen=True, slots=True)
class Status:
    """One snapshot of a running daemon."""

    pid: int
    state: str
    """`starting`, `idle`, `working`, `waiting` (for power), `blocked` or `stopping`."""
    started_at: str
    heartbeat_at: str
    version: str
    model: str
    engine_pid: int | None = None
    queue: QueueReport = field(default_factory=QueueReport)
    watch: WatchReport = field(default_factory=WatchReport)
    saving: str | None = None
    """Why the backlog waits for power, as part of a sentence; None when it does not."""
    access: AccessReport | None = None
    """None until the daemon has tried."""
    restless: tuple[str, ...] = ()
    """Files that have been changing for over a minute, so that they cannot be read."""
    fault: FaultReport | None = None
    settings_error: FaultReport | None = None
    last_error: LastError | None = None
    last_scored: str | None = None
    counts: dict[str, int] = field(default_factory=dict)
    ignored: dict[str, int] = field(default_factory=dict)
    contradictions: tuple[str, ...] = ()
    suspects: tuple[tuple[str, str], ...] = ()
    """Path of each reference that the others contradict, and a sentence about it."""
    next: str | None = None
    """What the user can do to get verdicts; None when there are verdicts."""
    liked: int = 0
    rejected: int = 0
    plain: tuple[PlainFolder, ...] = ()
    """Folders of several pictures that are no profiles; the first few."""
    plain_count: int = 0

    def without(self, names: Callable[[str], bool]) -> "Status":
        """Return the snapshot without what names a picture, as `names` tells by its texts."""
        error, scored, fault = self.last_error, self.last_scored, self.fault
        return dataclasses.replace(
            self,
            last_error=None if error is not None and error.is_told_by(names) else error,
            last_scored=None if scored is not None and names(scored) else scored,
            fault=None if fault is not None and names(fault.message) else fault,
            restless=tuple(path for path in self.restless if not names(path)),
            contradictions=tuple(path for path in self.contradictions if not names(path)),
            suspects=tuple(each for each in self.suspects if not names(each[0])),
            plain=tuple(each for each in self.plain if not names(each.folder)),
        )


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """What every version of tasted says of a process that lives."""

    pid: int
    state: str
    started_at: datetime
    heartbeat_at: datetime
    fault: FaultReport | None = None


def write_status(file: Path, status: Status) -> None:
    """Replace status.json; it is no loss if the power fails.

    Raises:
        OSError: when it cannot be written.
    """
    text = json.dumps(dataclasses.asdict(status), indent=2)
    write_atomically(file, text.encode("ascii"), durable=False)


def read_status(file: Path) -> Status | None:
    """Return the last snapshot, or None when there is none that this version understands."""
    value = _read_object(file)
    if value is None:
        return None
    try:
        value["queue"] = QueueReport(**value["queue"])
        value["watch"] = WatchReport(**value["watch"])
        value["access"] = AccessReport(**value["access"]) if value["access"] else None
        value["restless"] = tuple(map(str, value["restless"]))
        for name in ("fault", "settings_error"):
            value[name] = FaultReport(**value[name]) if value[name] else None
        value["last_error"] = LastError(**value["last_error"]) if value["last_error"] else None
        value["contradictions"] = tuple(map(str, value["contradictions"]))
        value["suspects"] = _suspects(value["suspects"])
        value["next"] = str(value["next"]) if value["next"] is not None else None
        value["plain"] = tuple(PlainFolder(**each) for each in value["plain"])
        for name in ("counts", "ignored"):
            value[name] = {str(key): int(count) for key, count in value[name].items()}
        datetime.fromisoformat(value["heartbeat_at"])
        return Status(**value)
    except (KeyError, TypeError, ValueError, AttributeError):
        # edited by hand, or of another version
        return None


def write_blocked(file: Path, beat: Heartbeat) -> None:
    """Say why a service waits, in the words of status.json.

    Raises:
        OSError: when it cannot be written.
    """
    value = dataclasses.asdict(beat)
    for name in ("started_at", "heartbeat_at"):
        value[name] = value[name].isoformat(timespec="milliseconds")
    write_atomically(file, json.dumps(value, indent=2).encode("ascii"), durable=False)


def read_heartbeats(*files: Path) -> list[Heartbeat]:
    """Return the heartbeats that these files tell of, whichever version wrote them."""
    return [beat for beat in map(_heartbeat, files) if beat is not None]


def _heartbeat(file: Path) -> Heartbeat | None:
    value = _read_object(file)
    if value is None:
        return None
    try:
        pid, fault = value["pid"], value.get("fault")
        beat = Heartbeat(
            pid=pid,
            state=str(value["state"]),
            # naive times would not compare
            started_at=datetime.fromisoformat(value["started_at"]).astimezone(UTC),
            heartbeat_at=datetime.fromisoformat(value["heartbeat_at"]).astimezone(UTC),
            fault=FaultReport(**{name: str(text) for name, text in fault.items()})
            if fault
            else None,
        )
    except (AttributeError, KeyError, TypeError, ValueError, OverflowError):
        return None
    # no system has another; kill(2) gives some of them a meaning of its own
    return beat if isinstance(pid, int) and 0 < pid <= _PID_MAX else None


def write_current(file: Path, current: Current) -> None:
    """Publish what is current.

    Raises:
        OSError: when it cannot be written.
    """
    text = json.dumps(dataclasses.asdict(current), indent=2)
    write_atomically(file, text.encode("ascii"))


def read_current(file: Path) -> Current | None:
    """Return what is current, or None when nothing was published that this version understands."""
    value = _read_object(file)
    return current_from(value) if value is not None else None


def current_from(value: dict[str, Any]) -> Current | None:
    """Build a Current from its JSON form; None when it is of another version."""
    try:
        current = Current(
            **{
                **value,
                "contradictions": tuple(value["contradictions"]),
                "suspects": _suspects(value["suspects"]),
                "next": value["next"],
            }
        )
    except (KeyError, TypeError, ValueError):
        return None
    return current if _is_sound(current) else None


def _suspects(value: Iterable[Iterable[str]]) -> tuple[tuple[str, str], ...]:
    return tuple((path, sentence) for path, sentence in value)


def _is_sound(current: Current) -> bool:
    texts = (
        current.embedder,
        current.embedder_fingerprint,
        current.scorer,
        current.taste or "",
        current.taste_fingerprint,
        current.acting_digest,
        current.labels_digest,
        *current.contradictions,
        *(text for pair in current.suspects for text in pair),
        current.next or "",
    )
    counts = (current.liked, current.rejected)
    # with another type in it everything would look stale, or nothing would
    return all(isinstance(text, str) for text in texts) and all(
        isinstance(count, int) for count in counts
    )


def _read_object(file: Path) -> dict[str, Any] | None:
    try:
        data, _stamp = read_regular_file(file, max_bytes=_BYTES_MAX)
        value = json.loads(data)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, RecursionError):
        # half of nothing is never written; what is no JSON was not written by us
        return None
    return value if isinstance(value, dict) else None
