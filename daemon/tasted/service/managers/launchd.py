"""The service under launchd: which launchctl commands, in which order, with which retries.

Touches ~/Library/LaunchAgents; runs launchctl. Its exit status is like an errno, and 5 stands for a
dozen reasons; unloading continues after `bootout` has returned.
"""

import shlex
from collections.abc import Callable, Sequence
from pathlib import Path

from tasted.errors import ServiceFailed
from tasted.service.definitions import plist
from tasted.service.definitions.definition import LABEL, STOP_SECONDS, Definition, home_in
from tasted.service.definitions.installed import arguments_of
from tasted.service.managers.condition import Condition, ServiceState
from tasted.service.managers.launchctl_print import is_disabled, parse_print
from tasted.service.managers.programs import ProgramResult, Run
from tasted.service.managers.service_manager import SAMPLE_SECONDS, InstallPlan
from tasted.service.managers.starting import await_heartbeat
from tasted.system.files import private_folder, write_atomically

_AGENTS_FOLDER_MODE = 0o755
_NOT_PERMITTED = 1
_INPUT_OUTPUT = 5
_NOT_FOUND = 113
_NO_DOMAIN = 125
_UNLOAD_SECONDS = STOP_SECONDS + 5
_LOAD_PAUSES_SECONDS = (0.5, 1.0, 1.5, 2.0, 2.0)
_SEE_LOGS = "See its last messages with: tasted service logs"


class Launchd:
    """The service manager of macOS.

    Args:
        file: the agent's plist; it need not exist yet.
        program: launchctl, as an absolute path.
        uid: of the user whose login it is.
        run: runs a program to its end.
        pause: waits for a number of seconds.
        heartbeat_pids: returns the process ids whose heartbeats are in a home's files.
    """

    name = "launchd"

    def __init__(
        self,
        file: Path,
        *,
        program: str,
        uid: int,
        run: Run,
        pause: Callable[[float], None],
        heartbeat_pids: Callable[[Path], frozenset[int]],
    ) -> None:
        self.file = file
        self._program = program
        self._domain = f"gui/{uid}"
        self._target = f"gui/{uid}/{LABEL}"
        self._run = run
        self._pause = pause
        self._heartbeat_pids = heartbeat_pids

    def installed(self) -> tuple[str, ...] | None:
        """Return the command line in the plist: None without one, empty if it is not ours."""
        return arguments_of(self.file)

    def plan(self, definition: Definition) -> InstallPlan:
        """Say what `install` would do. Touches nothing."""
        asked = (
            ("enable", self._target),
            ("bootout", self._target),
            ("bootstrap", self._domain, str(self.file)),
        )
        return InstallPlan(
            plist.render(definition).decode("utf-8"),
            tuple(shlex.join((self._program, *words)) for words in asked),
        )

    def install(self, definition: Definition) -> list[str]:
        """Write the plist, load it, and wait for a heartbeat; return notes for the user."""
        notes = []
        if self._is_switched_off():
            notes.append("The service was switched off; it is on again.")
        self.file.parent.mkdir(mode=_AGENTS_FOLDER_MODE, parents=True, exist_ok=True)
        private_folder(definition.logs)
        write_atomically(self.file, plist.render(definition), mode=plist.FILE_MODE)
        # launchd cannot load a service that is switched off, and would only answer 5
        self._need(self._ask("enable", self._target), "switch the service on")
        self._unload()
        notes += self._load()
        self._await_heartbeat(definition.home)
        return notes

    def uninstall(self) -> list[str]:
        """Unload the service and remove its plist; it stays if the service cannot be unloaded."""
        self._unload()
        if not self.file.exists():
            return []
        self.file.unlink()
        return [str(self.file)]

    def start(self) -> None:
        """Start the service, and wait for a heartbeat."""
        home = self._ready_home()
        state = self.state()
        if state.condition is Condition.RUNNING:
            return
        # kickstart neither reads the plist again nor updates what macOS remembers of the program
        is_current = state.arguments == self.installed() and not state.needs_reload
        if not (
            state.is_loaded and is_current and self._ask("kickstart", self._target).status == 0
        ):
            self._unload()
            self._load()
        self._await_heartbeat(home)

    def stop(self) -> None:
        """Unload the service: after a mere signal and a SIGKILL launchd would restart it."""
        self._unload()

    def restart(self) -> None:
        """Unload the service and load it from its current plist."""
        home = self._ready_home()
        self._unload()
        self._load()
        self._await_heartbeat(home)

    def state(self) -> ServiceState:
        """Ask launchd for the state of the service."""
        is_there = self.file.exists()
        outcome = self._ask("print", self._target)
        if outcome.status == 0:
            return parse_print(outcome.output)
        if not _is_absent(outcome):
            return ServiceState(Condition.UNKNOWN, last_exit=outcome.words or None)
        if not is_there:
            return ServiceState(Condition.NOT_INSTALLED)
        is_off = self._is_switched_off()
        return ServiceState(Condition.DISABLED if is_off else Condition.NOT_LOADED)

    def _ready_home(self) -> Path:
        home = home_in(self.installed() or ())
        if home is None:
            raise ServiceFailed(
                "The service is not installed.", remedy="Install it with: tasted service install"
            )
        if self._is_switched_off():
            raise ServiceFailed(
                "The service was switched off in System Settings or with launchctl.",
                remedy="Switch it on again with: tasted service install",
            )
        if home.is_dir():
            # launchd opens working folder and logs before it starts the program, or fails
            private_folder(home / ".tasted" / "logs")
        return home

    def _load(self) -> list[str]:
        outcome = ProgramResult(None)
        for pause_seconds in _LOAD_PAUSES_SECONDS:
            outcome = self._ask("bootstrap", self._domain, str(self.file))
            if outcome.status == 0:
                return []
            if outcome.status == _NOT_PERMITTED or _has_no_domain(outcome):
                break
            if self._is_loaded():
                if outcome.status != _INPUT_OUTPUT:
                    # 37, 130, or no answer in time: it has been loaded in the meantime
                    return []
                self._unload()
            self._pause(pause_seconds)
        else:
            # some machines that refuse the newer command still accept the older one
            self._ask("load", "-w", str(self.file))
            if self._is_loaded():
                return ["launchd accepted only the older `launchctl load`."]
        raise self._not_loaded(outcome)

    def _unload(self) -> None:
        outcome = self._ask("bootout", self._target)
        if outcome.status == _NOT_PERMITTED:
            raise _failed("unload the service", outcome)
        for _ in range(round(_UNLOAD_SECONDS / SAMPLE_SECONDS)):
            if not self._is_loaded():
                return
            self._pause(SAMPLE_SECONDS)
        raise ServiceFailed(
            f"launchd has not unloaded the service after {_UNLOAD_SECONDS} seconds.",
            remedy="Log out and in again, then repeat this command.",
        )

    def _is_loaded(self) -> bool:
        outcome = self._ask("print", self._target)
        if outcome.status is None:
            raise _failed("report the state of the service", outcome)
        return not _is_absent(outcome)

    def _is_switched_off(self) -> bool:
        return is_disabled(self._ask("print-disabled", self._domain).output, LABEL)

    def _await_heartbeat(self, home: Path) -> None:
        await_heartbeat(
            self.state,
            lambda: self._heartbeat_pids(home),
            pause=self._pause,
            remedy=_SEE_LOGS,
        )

    def _not_loaded(self, outcome: ProgramResult) -> ServiceFailed:
        session = self._ask("managername").output.strip()
        if _has_no_domain(outcome) or session not in {"", "Aqua"}:
            return ServiceFailed(
                "launchd runs the service only for a user who is logged in at the screen, and this "
                f"is another kind of session ({session or 'unknown'}): {outcome.words}",
                remedy="Log in at the Mac itself, open Terminal there, and repeat this command.",
            )
        if self._is_switched_off():
            return ServiceFailed(
                f"launchd did not load the service because it is switched off: {outcome.words}",
                remedy="Allow it in System Settings > General > Login Items & Extensions, then "
                "repeat this command.",
            )
        return _failed("load the service", outcome)

    def _ask(self, *words: str) -> ProgramResult:
        command: Sequence[str] = (self._program, *words)
        return self._run(command)

    @staticmethod
    def _need(outcome: ProgramResult, what: str) -> None:
        if outcome.status != 0 and not _has_no_domain(outcome):
            raise _failed(what, outcome)


def _is_absent(outcome: ProgramResult) -> bool:
    # without a login there is no domain, so nothing is in it
    return outcome.status == _NOT_FOUND or "Could not find" in outcome.errors


def _has_no_domain(outcome: ProgramResult) -> bool:
    return outcome.status == _NO_DOMAIN or "Could not find domain" in outcome.errors


def _failed(what: str, outcome: ProgramResult) -> ServiceFailed:
    status = "no answer" if outcome.status is None else f"exit status {outcome.status}"
    return ServiceFailed(
        f"launchd did not {what} ({status}): {outcome.words}",
        remedy="Log out and in again, then repeat this command. See also: tasted service status",
    )
