"""What the daemon reports about itself, and what the engine published. Touches `.tasted/`.

`status.json` is for people and service managers; nothing is decided by it. `current.json` decides
which sidecars are stale. `blocked.json` is written by a service that has no home to itself yet: the
status is the word of whoever has the lock.
"""

import dataclasses
import json
from collections.abc import Callable
from dataclasses import field
from datetime import datetime
from pathlib import Path
from typing import Any

from tasted.home.json_files import read_json
from tasted.home.json_records import record_from
from tasted.plain_dataclass import dataclass
from tasted.records import Current, LabelCounts
from tasted.system.clock import parse_time
from tasted.system.files import write_atomically

_BYTES_MAX = 4_000_000
_PID_MAX = 2**31 - 1


@dataclass(frozen=True, slots=True)
class FaultReport:
    """Why nothing is scored now, and what to do."""

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

    def is_named_by(self, names: Callable[[str], bool]) -> bool:
        """Return whether `names` finds what it looks for in the path or the message."""
        return names(self.path) or names(self.message)


@dataclass(frozen=True, slots=True)
class VerdictChanges:
    """How many verdicts the scores of a taste have changed so far."""

    taste_fingerprint: str | None = None
    """None before anything was scored."""
    count: int = 0


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
    texts: int = 0
    """How many pictures were scored by their looks, and are still to be read."""
    per_minute: float | None = None
    seconds_left: float | None = None

    @property
    def total(self) -> int:
        """How many files and profiles wait for the engine."""
        files = self.references + self.new + self.backlog + self.retries + self.rescores
        return files + self.profiles + self.texts


@dataclass(frozen=True, slots=True)
class WatchReport:
    """How the inbox is watched, and how often watching had to be restarted."""

    how: str = "events"
    """`events`, or `polling`: the inbox is looked through every few seconds."""
    why: str | None = None
    """Why it is polled, or what is wrong with the events."""
    losses: int = 0
    """How often the system admitted that events were lost; each time everything was scanned."""
    restarts: int = 0


@dataclass(frozen=True, slots=True)
class AccessReport:
    """What the daemon itself may read of the inbox; another process cannot find that out."""

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
    """A folder of several pictures that is not a profile."""

    folder: str
    """Relative to the inbox, with a slash at its end."""
    why: str
    """`too_large`, `nested`, `marked`, `names` or `ages`."""


@dataclass(frozen=True, slots=True)
class IgnoredPath:
    """An entry of the inbox that was passed over, though it may have been meant."""

    path: str
    """Relative to the inbox."""
    why: str
    """A key of `Status.ignored`."""


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
    copies: int = 0
    """Further labels that are copies of those, and count with them."""
    lookalikes: int = 0
    """Labels among those that may be copies of others."""
    plain: tuple[PlainFolder, ...] = ()
    """Folders of several pictures that are not profiles; the first few."""
    plain_count: int = 0
    ignored_newest: tuple[IgnoredPath, ...] = ()
    """What was passed over; the newest few."""

    verdict_changes: VerdictChanges = field(default_factory=VerdictChanges)
    held: str | None = None
    """That a taste version is held and how many answers wait: a sentence."""
    set_aside: str | None = None
    """Why the version that was chosen does not decide: a sentence."""
    model_change: str | None = None
    """What is to be said of a change of the model, or of a model that is lost: sentences."""
    model_remedy: str | None = None
    """What to do about that."""
    former_results: int = 0
    """How many results are still scored by the former model."""
    training: str | None = None
    """How far the training of an adapter is: a sentence; None when nothing is trained."""

    @property
    def labels(self) -> LabelCounts:
        """How many labels count."""
        return LabelCounts(self.liked, self.rejected, self.copies, self.lookalikes)

    def without(self, names: Callable[[str], bool]) -> "Status":
        """Return the snapshot without the parts in which `names` finds a picture."""
        error, scored, fault = self.last_error, self.last_scored, self.fault
        return dataclasses.replace(
            self,
            last_error=None if error is not None and error.is_named_by(names) else error,
            last_scored=None if scored is not None and names(scored) else scored,
            fault=None if fault is not None and names(fault.message) else fault,
            restless=tuple(path for path in self.restless if not names(path)),
            contradictions=tuple(path for path in self.contradictions if not names(path)),
            suspects=tuple(suspect for suspect in self.suspects if not names(suspect[0])),
            plain=tuple(plain for plain in self.plain if not names(plain.folder)),
            ignored_newest=tuple(entry for entry in self.ignored_newest if not names(entry.path)),
        )


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """What every version of tasted writes about a running process."""

    pid: int
    state: str
    started_at: datetime
    heartbeat_at: datetime
    fault: FaultReport | None = None


def write_status(file: Path, status: Status, *, folder: int | None = None) -> None:
    """Replace status.json; losing it in a power failure does no harm.

    Args:
        file: where it lies.
        status: the snapshot.
        folder: the open folder of the file, wherever that is now.

    Raises:
        OSError: when it cannot be written.
    """
    text = json.dumps(dataclasses.asdict(status), indent=2)
    write_atomically(file, text.encode("ascii"), durable=False, folder=folder)


def read_status(file: Path) -> Status | None:
    """Return the last snapshot, or None when there is none that this version understands."""
    status = record_from(Status, _read_object(file))
    try:
        if status is not None:
            parse_time(status.heartbeat_at)
    except ValueError:
        # edited by hand
        return None
    return status


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
    """Return the heartbeats in these files, whichever version wrote them."""
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
            started_at=parse_time(value["started_at"]),
            heartbeat_at=parse_time(value["heartbeat_at"]),
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
    return current_from(_read_object(file))


def deciding_recipe(file: Path) -> str | None:
    """Return the id of the recipe that is current; None when that is not known."""
    current = read_current(file)
    return current.recipe if current is not None else None


def current_from(value: object) -> Current | None:
    """Build a Current from its JSON form; None when it is of another version."""
    return record_from(Current, value)


def _read_object(file: Path) -> dict[str, Any] | None:
    value = read_json(file, max_bytes=_BYTES_MAX)
    return value if isinstance(value, dict) else None
