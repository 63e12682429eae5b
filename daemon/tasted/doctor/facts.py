"""Everything that the checks look at, collected before the first of them runs. Pure."""

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from pathlib import Path

from tasted.config import Settings
from tasted.feedback.reading import LogHealth
from tasted.home.crash_reports import CrashReport
from tasted.home.status import AccessReport, FaultReport, Status
from tasted.plain_dataclass import dataclass
from tasted.reading.choosing import OcrChoice
from tasted.service.report import ServiceReport


@dataclass(frozen=True, slots=True)
class ServiceFacts:
    """The login item of this user.

    Attributes:
        report: what its manager and its heartbeat say.
        written: the text of its file; None without one.
        rendered: the text that would be written for this home today.
        refusals: why it could not be installed today.
        bare_failure: why the Python in its file does not start without a shell's variables.
        interpreter: the Python in its file, links resolved.
    """

    report: ServiceReport
    written: str | None
    rendered: str
    refusals: tuple[FaultReport, ...] = ()
    bare_failure: FaultReport | None = None
    interpreter: str | None = None


@dataclass(frozen=True, slots=True)
class FolderLocation:
    """Where a folder is.

    Attributes:
        what: `inbox`, `outbox` or `home`.
        path: links resolved.
        guarded: the place that macOS protects from background programs; None elsewhere.
        is_removable: whether it is on a disk that may not be connected at login.
        remote_kind: its file system if it is on a network; None if it is local.
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
        name: of the model.
        weights: its large file; None if it is missing.
        found: sha256 of that file, computed now.
        expected: the sha256 that it should have; None if unknown.
        fault: why it cannot be used.
        slower_because: why torch runs it, where openvino was to be expected.
        change: what is to be said of a change of the model; None when there is nothing.
        change_remedy: what to do about that.
        is_change_stopped: whether it failed or was cancelled, and the settings still ask for it.
    """

    name: str
    weights: Path | None = None
    found: str | None = None
    expected: str | None = None
    fault: FaultReport | None = None
    slower_because: str | None = None
    change: str | None = None
    change_remedy: str | None = None
    is_change_stopped: bool = False


@dataclass(frozen=True, slots=True)
class LibraryFacts:
    """Result of reading the whole library in another process: rows by table, or a fault."""

    rows: Mapping[str, int]
    fault: FaultReport | None = None


@dataclass(frozen=True, slots=True)
class FeedbackFacts:
    """Result of reading every line of the log of answers: what it holds, or a fault."""

    health: LogHealth = field(default_factory=LogHealth)
    fault: FaultReport | None = None


@dataclass(frozen=True, slots=True)
class PageFacts:
    """The page for judging, once it was asked for.

    Attributes:
        port: that it is at; None before it was asked for.
        is_listened_on: whether something listens there, on this computer's own address.
        open_files: what of its private folder, or the folder itself, others may read.
    """

    port: int | None = None
    is_listened_on: bool = False
    open_files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CaptureFacts:
    """Where macOS saves screenshots, if they were sent to the inbox.

    Attributes:
        wanted: the inbox, as it was set.
        location: where they are saved now; None means the Desktop.
        fault: why that is unknown.
    """

    wanted: str
    location: str | None
    fault: FaultReport | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of one home and of what runs in it.

    Attributes:
        home: its root.
        system: `sys.platform`.
        now: with a time zone.
        settings: None if they are invalid.
        settings_fault: why they are invalid.
        shell_only: settings that a variable of this shell changes: (variable, key).
        service: None on a system whose login items tasted does not know.
        owner: pid of the process that holds the home's lock.
        status: the last status that a daemon wrote.
        here: what this command itself may read in the inbox.
        places: where the folders are.
        model: None without settings.
        library: the result of reading it.
        reading: what reads the text in pictures; None without settings.
        free_mb: free space on the home's disk.
        newest: the file of the home with the latest time, and that time.
        crashes: of tasted itself in the last day, the newest last.
        libvips_missing: why libvips cannot be loaded; None where it can.
        log_files: sizes in bytes of the files in the log folder, by name.
        capture: None if screenshots were never sent to the inbox.
        feedback: what reading the log of answers found.
        page: where the page for judging is.
        hook_missing: why the program of `hooks.on_match` cannot be run; None where it can.
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
    places: tuple[FolderLocation, ...]
    model: ModelFacts | None
    library: LibraryFacts
    reading: OcrChoice | None
    free_mb: float
    newest: tuple[Path, datetime] | None
    log_files: Mapping[str, int]
    capture: CaptureFacts | None
    crashes: tuple[CrashReport, ...] = ()
    libvips_missing: str | None = None
    feedback: FeedbackFacts = field(default_factory=FeedbackFacts)

    @property
    def own_service(self) -> ServiceFacts | None:
        """The login item, if it exists and serves this home."""
        service = self.service
        return service if service is not None and service.report.home == self.home else None

    @property
    def running(self) -> Status | None:
        """The status of the daemon that runs in this home now; None without one."""
        status = self.status
        return status if status is not None and status.pid == self.owner else None

    page: PageFacts = field(default_factory=PageFacts)
    hook_missing: str | None = None
