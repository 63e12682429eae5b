"""The state of the service, in terms that launchd and systemd share. Pure."""

from enum import StrEnum

from tasted.plain_dataclass import dataclass

LOOP_STARTS = 3
"""A service that ends by itself counts as crash-looping from this many starts on."""


class Condition(StrEnum):
    """The state of the service, as far as its manager knows."""

    NOT_INSTALLED = "not installed"
    DISABLED = "disabled"
    """Installed but switched off by the user: it does not start at login."""
    NOT_LOADED = "not loaded"
    """Installed but unknown to the manager: until the next login, or because it was stopped."""
    STOPPED = "stopped"
    """Known to the manager but not running."""
    STARTING = "starting"
    RUNNING = "running"
    """Only ever with a process id."""
    CRASH_LOOPING = "crash-looping"
    """It keeps ending by itself or cannot be started, and is started again and again."""
    UNKNOWN = "unknown"
    """The manager's answer has a form that this version does not know."""


@dataclass(frozen=True, slots=True)
class ServiceState:
    """One answer of a service manager.

    Attributes:
        condition: of the service.
        pid: of the running process.
        starts: how often it was started since it was loaded; None if unknown.
        last_exit: how the previous process ended, in words; None if there was none.
        arguments: the command line that the manager holds, which may be older than the file's.
        kind: of scheduling, as the manager calls it.
        needs_reload: whether it must be loaded again before it can start.
        is_refused: whether the manager could not start the program at all.
    """

    condition: Condition
    pid: int | None = None
    starts: int | None = None
    last_exit: str | None = None
    arguments: tuple[str, ...] = ()
    kind: str | None = None
    needs_reload: bool = False
    is_refused: bool = False

    @property
    def is_loaded(self) -> bool:
        """Whether the manager knows the service."""
        return self.condition not in {
            Condition.NOT_INSTALLED,
            Condition.DISABLED,
            Condition.NOT_LOADED,
        }
