"""Makes launchd keep the service: what is asked of launchctl, in which order, and how often again.

Touches ~/Library/LaunchAgents; runs launchctl. Its exit status is like an errno, and 5 stands for a
dozen reasons; unloading goes on after `bootout` has returned.
"""

import shlex
from collections.abc import Callable, Sequence
from pathlib import Path

from tasted.errors import ServiceFailed
from tasted.files import private_folder, write_atomically
from tasted.service import launchd_plist
from tasted.service.condition import Condition, ServiceState
from tasted.service.definition import LABEL, STOP_SECONDS, Definition, home_in
from tasted.service.keeper import SAMPLE_SECONDS, Plan
from tasted.service.launchctl_print import is_disabled, parse_print
from tasted.service.programs import Outcome, Run
from tasted.service.reading import arguments_of
from tasted.service.settling import await_heartbeat

_AGENTS_FOLDER_MODE = 0o755
_NOT_PERMITTED = 1
_INPUT_OUTPUT = 5
_NOT_FOUND = 113
_NO_DOMAIN = 125
_UNLOAD_SECONDS = STOP_SECONDS + 5
_LOAD_PAUSES_SECONDS = (0.5, 1.0, 1.5, 2.0, 2.0)
_LAST_WORDS = "See what it said with: tasted service logs"


class Launchd:
    """Keeps the service on macOS.

    Args:
        file: where the agent's plist lies or shall lie.
        program: launchctl, as an absolute path.
        uid: of the user whose login it is.
        run: runs a program to its end.
        pause: waits for so many seconds.
        beating: tells by process ids whose heartbeats the files of a home hold.
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
        beating: Callable[[Path], frozenset[int]],
    ) -> None:
        self.file = file
        self._program = program
        self._domain = f"gui/{uid}"
        self._target = f"gui/{uid}/{LABEL}"
        self._run = run
        self._pause = pause
        self._beating = beating

    def installed(self) -> tuple[str, ...] | None:
        """Return the command line in the plist: None without one, empty when it is not ours."""
        return arguments_of(self.file)

    def plan(self, definition: Definition) -> Plan:
        """Say what `install` would do. Touches nothing."""
        asked = (
            ("enable", self._target),
            ("bootout", self._target),
            ("bootstrap", self._domain, str(self.file)),
        )
        return Plan(
            launchd_plist.render(definition).decode("utf-8"),
            tuple(shlex.join((self._program, *words)) for words in asked),
        )

    def install(self, definition: Definition) -> list[str]:
        """Write the plist, load it, and wait for a heartbeat; return what else is to be said."""
        notes = []
        if self._is_switched_off():
            notes.append("It had been switched off; it is switched on again.")
        self.file.parent.mkdir(mode=_AGENTS_FOLDER_MODE, parents=True, exist_ok=True)
        private_folder(definition.logs)
        write_atomically(self.file, launchd_plist.render(definition), mode=launchd_plist.FILE_MODE)
        # what is switched off cannot be loaded, and the answer would be a mere 5
        self._need(self._ask("enable", self._target), "switch the service on")
        self._unload()
        notes += self._load()
        self._await_heartbeat(definition.home)
        return notes

    def uninstall(self) -> list[str]:
        """Unload the service and remove its plist; the plist stays while it is still loaded."""
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
        # kickstart neither reads the plist anew nor renews what macOS remembers of the program
        is_current = state.arguments == self.installed() and not state.needs_reload
        if not (
            state.is_loaded and is_current and self._ask("kickstart", self._target).status == 0
        ):
            self._unload()
            self._load()
        self._await_heartbeat(home)

    def stop(self) -> None:
        """Unload the service: a mere signal would let launchd start it anew after a SIGKILL."""
        self._unload()

    def restart(self) -> None:
        """Unload the service and load it as its plist is now."""
        home = self._ready_home()
        self._unload()
        self._load()
        self._await_heartbeat(home)

    def state(self) -> ServiceState:
        """Ask launchd how the service is."""
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
            # launchd opens working folder and logs before the program runs, and fails without them
            private_folder(home / ".tasted" / "logs")
        return home

    def _load(self) -> list[str]:
        outcome = Outcome(None)
        for pause_seconds in _LOAD_PAUSES_SECONDS:
            outcome = self._ask("bootstrap", self._domain, str(self.file))
            if outcome.status == 0:
                return []
            if outcome.status == _NOT_PERMITTED or _has_no_domain(outcome):
                break
            if self._is_loaded():
                if outcome.status != _INPUT_OUTPUT:
                    # 37, 130, or no answer in time: it was loaded meanwhile
                    return []
                self._unload()
            self._pause(pause_seconds)
        else:
            # the older command, which some machines still obey when they refuse the newer one
            self._ask("load", "-w", str(self.file))
            if self._is_loaded():
                return ["launchd took it only by the older `launchctl load`."]
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
            f"launchd has not let go of the service after {_UNLOAD_SECONDS} seconds.",
            remedy="Log out and in again, then repeat this command.",
        )

    def _is_loaded(self) -> bool:
        outcome = self._ask("print", self._target)
        if outcome.status is None:
            raise _failed("say how the service is", outcome)
        return not _is_absent(outcome)

    def _is_switched_off(self) -> bool:
        return is_disabled(self._ask("print-disabled", self._domain).output, LABEL)

    def _await_heartbeat(self, home: Path) -> None:
        await_heartbeat(
            self.state,
            lambda: self._beating(home),
            pause=self._pause,
            remedy=_LAST_WORDS,
        )

    def _not_loaded(self, outcome: Outcome) -> ServiceFailed:
        session = self._ask("managername").output.strip()
        if _has_no_domain(outcome) or session not in {"", "Aqua"}:
            return ServiceFailed(
                "launchd runs the service only for somebody who is logged in at the screen, and "
                f"this is another kind of session ({session or 'unknown'}): {outcome.words}",
                remedy="Log in at the Mac itself, open Terminal there, and repeat this command.",
            )
        if self._is_switched_off():
            return ServiceFailed(
                f"launchd did not load the service, for it is switched off: {outcome.words}",
                remedy="Allow it in System Settings > General > Login Items & Extensions, then "
                "repeat this command.",
            )
        return _failed("load the service", outcome)

    def _ask(self, *words: str) -> Outcome:
        command: Sequence[str] = (self._program, *words)
        return self._run(command)

    @staticmethod
    def _need(outcome: Outcome, what: str) -> None:
        if outcome.status != 0 and not _has_no_domain(outcome):
            raise _failed(what, outcome)


def _is_absent(outcome: Outcome) -> bool:
    # without a login there is no domain, and so nothing in it
    return outcome.status == _NOT_FOUND or "Could not find" in outcome.errors


def _has_no_domain(outcome: Outcome) -> bool:
    return outcome.status == _NO_DOMAIN or "Could not find domain" in outcome.errors


def _failed(what: str, outcome: Outcome) -> ServiceFailed:
    status = "no answer" if outcome.status is None else f"exit status {outcome.status}"
    return ServiceFailed(
        f"launchd did not {what} ({status}): {outcome.words}",
        remedy="Log out and in again, then repeat this command. See also: tasted service status",
    )
