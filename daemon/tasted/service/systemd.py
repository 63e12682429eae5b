"""Makes systemd keep the service: a user unit, and what is asked of `systemctl --user`.

Touches the folder of user units; runs systemctl.
"""

import contextlib
import shlex
from collections.abc import Callable
from pathlib import Path

from tasted.errors import ServiceFailed
from tasted.files import private_folder, write_atomically
from tasted.service import systemd_unit
from tasted.service.condition import Condition, ServiceState
from tasted.service.definition import UNIT, Definition, home_in
from tasted.service.keeper import Plan
from tasted.service.programs import Outcome, Run
from tasted.service.reading import arguments_of
from tasted.service.settling import await_heartbeat
from tasted.service.systemctl_show import PROPERTIES, parse_show

_FILE_MODE = 0o644
_WANTED_BY = "default.target.wants"
_NOT_THERE = 127
_INSTALLING = (
    ("daemon-reload",),
    ("reset-failed", UNIT),
    ("enable", UNIT),
    ("restart", "--no-block", UNIT),
)
_LAST_WORDS = "See what it said with: tasted service logs"


class Systemd:
    """Keeps the service on Linux.

    Args:
        file: where the unit lies or shall lie.
        program: systemctl, as an absolute path.
        run: runs a program to its end.
        pause: waits for so many seconds.
        beating: tells by process ids whose heartbeats the files of a home hold.
    """

    name = "systemd"

    def __init__(
        self,
        file: Path,
        *,
        program: str,
        run: Run,
        pause: Callable[[float], None],
        beating: Callable[[Path], frozenset[int]],
    ) -> None:
        self.file = file
        self._program = program
        self._run = run
        self._pause = pause
        self._beating = beating

    def installed(self) -> tuple[str, ...] | None:
        """Return the command line in the unit: None without one, empty when it is not ours."""
        return arguments_of(self.file)

    def plan(self, definition: Definition) -> Plan:
        """Say what `install` would do. Touches nothing."""
        commands = (shlex.join((self._program, "--user", *words)) for words in _INSTALLING)
        return Plan(systemd_unit.render(definition), tuple(commands))

    def install(self, definition: Definition) -> list[str]:
        """Write the unit, enable and start it, and wait for a heartbeat."""
        # before anything is written that nobody would read
        self._need(self._ask("show-environment"), "be reached")
        self.file.parent.mkdir(parents=True, exist_ok=True)
        private_folder(definition.logs)
        if definition.cache is not None:
            # what is not there when the service starts stays closed to it
            with contextlib.suppress(OSError):
                private_folder(definition.cache)
        write_atomically(
            self.file, systemd_unit.render(definition).encode("utf-8"), mode=_FILE_MODE
        )
        for words in _INSTALLING:
            outcome = self._ask(*words)
            if words[0] != "reset-failed":
                self._need(outcome, f"carry out `{' '.join(words)}`")
        self._await_heartbeat(definition.home)
        return ["It runs while you are logged in. For longer: loginctl enable-linger"]

    def uninstall(self) -> list[str]:
        """Stop and disable the service and remove its unit, also where systemd is out of reach."""
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
            # made by enabling; others may have units in it
            (self.file.parent / _WANTED_BY).rmdir()
        self._ask("daemon-reload")
        self._ask("reset-failed", UNIT)
        return removed

    def start(self) -> None:
        """Start the service, and wait for a heartbeat."""
        self._begin("start")

    def stop(self) -> None:
        """End the service until the next login."""
        self._need(self._ask("stop", UNIT), "stop the service")

    def restart(self) -> None:
        """End the service and start it as its unit is now."""
        self._begin("restart")

    def state(self) -> ServiceState:
        """Ask systemd how the service is."""
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
        # what failed too often is not started again without this
        self._ask("reset-failed", UNIT)
        self._need(self._ask(verb, "--no-block", UNIT), f"{verb} the service")
        self._await_heartbeat(home)

    def _await_heartbeat(self, home: Path) -> None:
        await_heartbeat(
            self.state,
            lambda: self._beating(home),
            pause=self._pause,
            remedy=_LAST_WORDS,
        )

    def _ask(self, *words: str) -> Outcome:
        return self._run((self._program, "--user", *words))

    @staticmethod
    def _need(outcome: Outcome, what: str) -> None:
        if outcome.status != 0:
            raise _failed(what, outcome)


def _is_out_of_reach(outcome: Outcome) -> bool:
    return outcome.status in {None, _NOT_THERE} or "connect to bus" in outcome.errors


def _failed(what: str, outcome: Outcome) -> ServiceFailed:
    if _is_out_of_reach(outcome):
        return ServiceFailed(
            f"The systemd of this user cannot be reached: {outcome.words}",
            remedy="Log in as this user, not with su or sudo, and repeat this command. Without "
            "systemd, start `tasted run` from what your system has instead.",
        )
    return ServiceFailed(
        f"systemd did not {what} (exit status {outcome.status}): {outcome.words}",
        remedy="See also: tasted service status",
    )
