"""One look at the service: its manager, its file, and the heartbeats in its home.

Reads those files; on removal deletes the files that only the service wrote.
"""

from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from tasted.home.layout import Home
from tasted.home.status import Heartbeat, read_heartbeats
from tasted.plain_dataclass import dataclass
from tasted.service.definitions.definition import home_in
from tasted.service.definitions.plist import ERRORS_NAME, OUTPUT_NAME
from tasted.service.managers.condition import ServiceState
from tasted.service.managers.service_manager import ServiceManager
from tasted.service.problems import ServiceProblem, find_problems, heartbeat_of


@dataclass(frozen=True, slots=True)
class ServiceReport:
    """What one look saw.

    Attributes:
        manager: `launchd` or `systemd`.
        file: of the definition.
        home: named in the file; None without a file of ours.
        state: what the manager says.
        beat: heartbeat of the service's process, else the newest of any process in its home.
        findings: what is wrong.
        seen_at: when, with a time zone.
    """

    manager: str
    file: Path
    home: Path | None
    state: ServiceState
    beat: Heartbeat | None
    findings: list[ServiceProblem]
    seen_at: datetime

    @property
    def up_seconds(self) -> float | None:
        """How long the service's process has been running; None if unknown."""
        if self.beat is None or self.beat.pid != self.state.pid:
            return None
        return max(0.0, (self.seen_at - self.beat.started_at).total_seconds())

    @property
    def silent_seconds(self) -> float | None:
        """How long ago the last heartbeat was."""
        if self.beat is None:
            return None
        return max(0.0, (self.seen_at - self.beat.heartbeat_at).total_seconds())

    def to_json(self) -> dict[str, Any]:
        """Return the report as a JSON value."""
        beat = self.beat
        return {
            "manager": self.manager,
            "file": str(self.file),
            "home": None if self.home is None else str(self.home),
            "condition": self.state.condition.value,
            "pid": self.state.pid,
            "starts": self.state.starts,
            "last_exit": self.state.last_exit,
            "scheduling": self.state.kind,
            "up_seconds": self.up_seconds,
            "heartbeat": None
            if beat is None
            else {"pid": beat.pid, "state": beat.state, "age_seconds": self.silent_seconds},
            "findings": [asdict(finding) for finding in self.findings],
        }


def look(manager: ServiceManager, now: datetime) -> ServiceReport:
    """Ask the manager and read the files.

    Args:
        manager: of the service.
        now: with a time zone.
    """
    arguments = manager.installed()
    root = home_in(arguments or ())
    state = manager.state()
    beats: list[Heartbeat] = []
    if root is not None:
        home = Home(root)
        beats = read_heartbeats(home.status_file, home.blocked_file)
    beat = heartbeat_of(state, beats)
    findings = find_problems(state, beat, now=now, arguments=arguments)
    return ServiceReport(manager.name, manager.file, root, state, beat, findings, now)


def remove_service_files(root: Path) -> list[str]:
    """Remove the files in the home that only the service wrote; return their paths.

    Raises:
        OSError: when a file cannot be removed.
    """
    home = Home(root)
    removed = []
    for file in (home.logs / OUTPUT_NAME, home.logs / ERRORS_NAME, home.blocked_file):
        if file.exists():
            file.unlink()
            removed.append(str(file))
    return removed
