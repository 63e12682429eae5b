"""What a service manager says of the service, in words that both managers share. Pure."""

from dataclasses import dataclass
from enum import StrEnum

LOOP_STARTS = 3
"""From so many starts on, one that ends by itself is said to be crash-looping."""


class Condition(StrEnum):
    """How the service is, as far as its manager knows."""

    NOT_INSTALLED = "not installed"
    DISABLED = "disabled"
    """Installed, and switched off by the user: it does not start at login."""
    NOT_LOADED = "not loaded"
    """Installed, and unknown to the manager until the next login, or stopped."""
    STOPPED = "stopped"
    """Known to the manager; it does not run."""
    STARTING = "starting"
    RUNNING = "running"
    """Only ever with a process id."""
    CRASH_LOOPING = "crash-looping"
    """It ends by itself, or cannot be started, and is tried again and again."""
    UNKNOWN = "unknown"
    """The manager answered in a form that this version does not know."""


@dataclass(frozen=True, slots=True)
class ServiceState:
    """One answer of a service manager.

    Attributes:
        condition: how the service is.
        pid: of the running process.
        starts: how often it was started since it was loaded; None when that is not told.
        last_exit: how the process before this one ended, in words; None when none has.
        arguments: the command line that the manager holds, which may be older than the file's.
        kind: of scheduling, as the manager calls it.
        needs_reload: whether only loading anew lets it start.
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
