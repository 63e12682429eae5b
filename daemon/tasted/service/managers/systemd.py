"""The service under systemd: a user unit, and the commands of `systemctl --user`.

Touches the folder of user units; runs systemctl.
"""

import contextlib
import shlex
from collections.abc import Callable
from pathlib import Path

from tasted.errors import ServiceFailed
from tasted.service.definitions import unit
from tasted.service.definitions.definition import UNIT, Definition, home_in
from tasted.service.definitions.installed import arguments_of
from tasted.service.managers.condition import Condition, ServiceState
from tasted.service.managers.programs import ProgramResult, Run
from tasted.service.managers.service_manager import InstallPlan
from tasted.service.managers.starting import await_heartbeat
from tasted.service.managers.systemctl_show import PROPERTIES, parse_show
from tasted.system.files import private_folder, write_atomically

_FILE_MODE = 0o644
_WANTED_BY = "default.target.wants"
_NOT_THERE = 127
_INSTALLING = (
    ("daemon-reload",),
    ("reset-failed", UNIT),
    ("enable", UNIT),
    ("restart", "--no-block", UNIT),
)
_SEE_LOGS = "See its last messages with: tasted service logs"


class Systemd:
    """The service manager of Linux.

    Args:
        file: the unit; it need not exist yet.
        program: systemctl, as an absolute path.
        run: runs a program to its end.
        pause: waits for a number of seconds.
        heartbeat_pids: returns the process ids whose heartbeats are in a home's files.
    """

    name = "systemd"

    def __init__(
        self,
        file: Path,
        *,
        program: str,
        run: Run,
        pause: Callable[[float], None],
        heartbeat_pids: Callable[[Path], frozenset[int]],
    ) -> None:
        self.file = file
        self._program = program
        self._run = run
        self._pause = pause
        self._heartbeat_pids = heartbeat_pids

    def installed(self) -> tuple[str, ...] | None:
        """Return the command line in the unit: None without one, empty if it is not ours."""
        return arguments_of(self.file)

    def plan(self, definition: Definition) -> InstallPlan:
        """Say what `install` would do. Touches nothing."""
        commands = (shlex.join((self._program, "--user", *words)) for words in _INSTALLING)
        return InstallPlan(unit.render(definition), tuple(commands))

    def install(self, definition: Definition) -> list[str]:
        """Write the unit, enable and start it, and wait for a heartbeat."""
        # checked before anything is written
        self._need(self._ask("show-environment"), "be reached")
        self.file.parent.mkdir(parents=True, exist_ok=True)
        private_folder(definition.logs)
        if definition.cache is not None:
            # the service cannot write to a folder that does not exist when it starts
            with contextlib.suppress(OSError):
                private_folder(definition.cache)
        write_atomically(self.file, unit.render(definition).encode("utf-8"), mode=_FILE_MODE)
        for words in _INSTALLING:
            outcome = self._ask(*words)
            if words[0] != "reset-failed":
                self._need(outcome, f"carry out `{' '.join(words)}`")
        self._await_heartbeat(definition.home)
        return ["It runs while you are logged in. To keep it running: loginctl enable-linger"]

    def uninstall(self) -> list[str]:
        """Stop and disable the service and remove its unit, even if systemd cannot be reached."""
        if self.file.exists():
            outcome = self._ask("disable", "--now", UNIT)
            if outcome.status != 0 and not _is_out_of_reach(outcome):
                raise _failed("stop and disable the service", outcome)
        removed = []
        for file in (self.file, self.file.parent / _WANTED_BY / UNIT):
            if file.is_symlink() or file.exists():
                file.unlink()
                removed.append(str(file))
        with contextlib.suppress(OSError):
            # made by enabling; it may hold units of other programs
            (self.file.parent / _WANTED_BY).rmdir()
        self._ask("daemon-reload")
        self._ask("reset-failed", UNIT)
        return removed

    def start(self) -> None:
        """Start the service, and wait for a heartbeat."""
        self._begin("start")

    def stop(self) -> None:
        """Stop the service until the next login."""
        self._need(self._ask("stop", UNIT), "stop the service")

    def restart(self) -> None:
        """Stop the service and start it from its current unit."""
        self._begin("restart")

    def state(self) -> ServiceState:
        """Ask systemd for the state of the service."""
        if not self.file.exists():
            return ServiceState(Condition.NOT_INSTALLED)
        outcome = self._ask("show", UNIT, f"--property={','.join(PROPERTIES)}")
        if outcome.status != 0:
            return ServiceState(Condition.UNKNOWN, last_exit=outcome.words or None)
        return parse_show(outcome.output)

    def _begin(self, verb: str) -> None:
        home = home_in(self.installed() or ())
        if home is None:
            raise ServiceFailed(
                "The service is not installed.", remedy="Install it with: tasted service install"
            )
        self._need(self._ask("daemon-reload"), "read the unit")
        # without this a service that failed too often is not started again
        self._ask("reset-failed", UNIT)
        self._need(self._ask(verb, "--no-block", UNIT), f"{verb} the service")
        self._await_heartbeat(home)

    def _await_heartbeat(self, home: Path) -> None:
        await_heartbeat(
            self.state,
            lambda: self._heartbeat_pids(home),
            pause=self._pause,
            remedy=_SEE_LOGS,
        )

    def _ask(self, *words: str) -> ProgramResult:
        return self._run((self._program, "--user", *words))

    @staticmethod
    def _need(outcome: ProgramResult, what: str) -> None:
        if outcome.status != 0:
            raise _failed(what, outcome)


def _is_out_of_reach(outcome: ProgramResult) -> bool:
    return outcome.status in {None, _NOT_THERE} or "connect to bus" in outcome.errors


def _failed(what: str, outcome: ProgramResult) -> ServiceFailed:
    if _is_out_of_reach(outcome):
        return ServiceFailed(
            f"systemd for this user cannot be reached: {outcome.words}",
            remedy="Log in as this user, not with su or sudo, and repeat this command. Without "
            "systemd, start `tasted run` with the tools of your system.",
        )
    return ServiceFailed(
        f"systemd did not {what} (exit status {outcome.status}): {outcome.words}",
        remedy="See also: tasted service status",
    )
