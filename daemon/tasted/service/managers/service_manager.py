"""The interface that launchd and systemd share: what the commands do with the login item."""

from pathlib import Path
from typing import Protocol

from tasted.plain_dataclass import dataclass
from tasted.service.definitions.definition import Definition
from tasted.service.managers.condition import ServiceState

SETTLED_SAMPLES = 3
"""How often in a row the same process must be seen before a start counts as successful."""
SAMPLE_SECONDS = 0.5
START_SECONDS = 90.0
"""How long a first start, on a cold disk, may take until the first heartbeat."""


@dataclass(frozen=True, slots=True)
class InstallPlan:
    """What an installation would do: for `--dry-run`.

    Attributes:
        text: of the file that would be written.
        commands: that would be run, as typed in a shell.
    """

    text: str
    commands: tuple[str, ...]


class ServiceManager(Protocol):
    """Starts the service at login, and again when it crashes.

    Every method that changes something raises ServiceFailed when the manager does not do it.
    """

    name: str
    """`launchd` or `systemd`."""
    file: Path
    """The file that defines the service."""

    def installed(self) -> tuple[str, ...] | None:
        """Return the command line in the file: None without one, empty if it is not ours."""
        ...

    def plan(self, definition: Definition) -> InstallPlan:
        """Say what `install` would do. Touches nothing."""
        ...

    def install(self, definition: Definition) -> list[str]:
        """Write the file, load it, and wait for a heartbeat; return notes for the user."""
        ...

    def uninstall(self) -> list[str]:
        """Stop the service and remove its file; return what was removed."""
        ...

    def start(self) -> None:
        """Start it, and wait for a heartbeat."""
        ...

    def stop(self) -> None:
        """Stop it until the next login."""
        ...

    def restart(self) -> None:
        """Stop it and start it from its current file."""
        ...

    def state(self) -> ServiceState:
        """Ask for its state."""
        ...
