"""Everything that the checks judge, gathered before the first of them is made. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from tasted.config import Settings
from tasted.reading.choosing import Choice
from tasted.service.report import Report
from tasted.status import AccessReport, FaultReport, Status


@dataclass(frozen=True, slots=True)
class ServiceFacts:
    """The login item of this user.

    Attributes:
        report: what its manager and its heartbeat say.
        written: what stands in its file; None without one.
        rendered: what would be written for this home today.
        refusals: why it would not be installed today.
        bare_failure: why the Python that its file names does not start with nothing set.
        interpreter: what the Python that its file names is, links resolved.
    """

    report: Report
    written: str | None
    rendered: str
    refusals: tuple[FaultReport, ...] = ()
    bare_failure: FaultReport | None = None
    interpreter: str | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a folder lies.

    Attributes:
        what: `inbox`, `outbox` or `home`.
        path: links resolved.
        guarded: the place that macOS keeps background programs from reading; None elsewhere.
        is_removable: whether it lies on a disk that may not be there at login.
        remote_kind: its file system if that is a network's; None on a local one.
    """

    what: str
    path: Path
    guarded: str | None = None
    is_removable: bool = False
    remote_kind: str | None = None


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """The model that the settings name.

    Attributes:
        name: of it.
        weights: its large file; None when it is not there.
        found: sha256 of that file, computed now.
        expected: the sha256 that it should have; None when nobody wrote one down.
        fault: why it cannot be used.
    """

    name: str
    weights: Path | None = None
    found: str | None = None
    expected: str | None = None
    fault: FaultReport | None = None


@dataclass(frozen=True, slots=True)
class LibraryFacts:
    """What a process that read the whole library said: rows by table, or why it could not."""

    rows: Mapping[str, int]
    fault: FaultReport | None = None


@dataclass(frozen=True, slots=True)
class CaptureFacts:
    """Where macOS saves screenshots, once they were sent to the inbox.

    Attributes:
        wanted: the inbox, as it was set.
        location: where they are saved now; None: on the Desktop.
        fault: why that is not known.
    """

    wanted: str
    location: str | None
    fault: FaultReport | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of one home and what runs on it.

    Attributes:
        home: its root.
        system: `sys.platform`.
        now: with a time zone.
        settings: None when they are invalid.
        settings_fault: why they are.
        shell_only: settings that differ by a variable of this shell: (variable, key).
        service: None on a system without login items that are known.
        owner: pid of the process that has the home.
        status: what the daemon said last.
        here: what this command itself may read of the inbox.
        places: where the folders lie.
        model: None without settings.
        library: what was read of it.
        reading: what reads the text of pictures; None without settings.
        free_mb: room on the disk of the home.
        newest: the file of the home with the latest time, and that time.
        log_files: size of each file in the folder of logs, in bytes.
        capture: None when screenshots were never sent to the inbox from here.
    """

    home: Path
    system: str
    now: datetime
    settings: Settings | None
    settings_fault: FaultReport | None
    shell_only: tuple[tuple[str, str], ...]
    service: ServiceFacts | None
    owner: int | None
    status: Status | None
    here: AccessReport
    places: tuple[Place, ...]
    model: ModelFacts | None
    library: LibraryFacts
    reading: Choice | None
    free_mb: float
    newest: tuple[Path, datetime] | None
    log_files: Mapping[str, int]
    capture: CaptureFacts | None

    @property
    def own_service(self) -> ServiceFacts | None:
        """The login item, if there is one and it serves this home."""
        service = self.service
        return service if service is not None and service.report.home == self.home else None

    @property
    def running(self) -> Status | None:
        """What the daemon says that has this home now; None when there is none."""
        status = self.status
        return status if status is not None and status.pid == self.owner else None
