"""What launchd and systemd have in common for the commands: a keeper of the service."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from tasted.service.condition import ServiceState
from tasted.service.definition import Definition

SETTLED_SAMPLES = 3
"""How often in a row the same process must be seen before a start has succeeded."""
SAMPLE_SECONDS = 0.5
START_SECONDS = 90.0
"""How long a first start may take, on a cold disk, until the first heartbeat."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What an installation would do: for `--dry-run`.

    Attributes:
        text: of the file, as it would be written.
        commands: that would be run, as they would be typed.
    """

    text: str
    commands: tuple[str, ...]


class Keeper(Protocol):
    """Starts the service at login, and again when it crashes.

    Every method that acts raises ServiceFailed when the manager does not do what it is asked for.
    """

    name: str
    """`launchd` or `systemd`."""
    file: Path
    """The file that defines the service."""

    def installed(self) -> tuple[str, ...] | None:
        """Return the command line in the file: None without one, empty when it is not ours."""
        ...

    def plan(self, definition: Definition) -> Plan:
        """Say what `install` would do. Touches nothing."""
        ...

    def install(self, definition: Definition) -> list[str]:
        """Write the file, load it, and wait for a heartbeat; return what else is to be said."""
        ...

    def uninstall(self) -> list[str]:
        """End the service and remove its file; return what was removed."""
        ...

    def start(self) -> None:
        """Start it, and wait for a heartbeat."""
        ...

    def stop(self) -> None:
        """End it until the next login."""
        ...

    def restart(self) -> None:
        """End it and start it, as its file has it now."""
        ...

    def state(self) -> ServiceState:
        """Ask how it is."""
        ...
