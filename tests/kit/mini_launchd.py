"""A small launchd: runs what a plist says as a real process, with as little as launchd gives it.

Bare environment, umask, 256 open files, a throttle between starts, SIGTERM and after `ExitTimeOut`
SIGKILL, the rest of the process group killed with the job. Asked through `kit.launchctl`.
"""

import contextlib
import os
import plistlib
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_EX_CONFIG = 78
_OPEN_FILES = 256
# the shell sets the limit and becomes the program: one process id for both
_LIMITED = 'ulimit -Sn "$1" && shift && exec "$@"'


@dataclass
class Job:
    """One loaded agent."""

    plist: dict[str, Any]
    file: Path
    user_home: Path
    session: Mapping[str, str]
    """What `launchctl setenv` would have set."""
    runs: int = 0
    state: str = "spawn scheduled"
    process: subprocess.Popen[bytes] | None = None
    last_exit: str = "last exit code = (never exited)"
    exits: list[int] = field(default_factory=list)
    is_leaving: bool = False
    began: float = 0.0
    next_start: float = 0.0
    kill_at: float = float("inf")

    @property
    def is_over(self) -> bool:
        """Whether it was unloaded and its process has gone."""
        return self.is_leaving and self.process is None

    def leave(self) -> None:
        """Begin to unload: SIGTERM now, SIGKILL when the time is up."""
        self.is_leaving = True
        if self.process is not None:
            self.process.send_signal(signal.SIGTERM)
            self.kill_at = time.monotonic() + self.plist.get("ExitTimeOut", 5)

    def start_now(self) -> None:
        """Start without regard to the throttle, as `kickstart` does."""
        if self.process is None:
            self.next_start = 0.0
            self.state = "spawn scheduled"

    def turn(self) -> None:
        """Do what is due."""
        now = time.monotonic()
        if self.process is not None and self.process.poll() is not None:
            self._ended(self.process)
        if self.process is not None and now >= self.kill_at:
            self.process.kill()
        is_due = self.state == "spawn scheduled" and now >= self.next_start
        if self.process is None and is_due and not self.is_leaving:
            self._spawn(now)

    def _spawn(self, now: float) -> None:
        self.runs += 1
        self.began = now
        self.next_start = now + self._throttle
        arguments = self.plist["ProgramArguments"]
        folders = [Path(self.plist[key]).parent for key in ("StandardOutPath", "StandardErrorPath")]
        folders.append(Path(self.plist.get("WorkingDirectory", "/")))
        if not os.access(arguments[0], os.X_OK) or not all(map(Path.is_dir, folders)):
            # launchd opens them before it runs the program
            self.last_exit = f"last exit code = {_EX_CONFIG}: EX_CONFIG"
            self.state = "spawn scheduled"
            return
        limit = self.plist.get("SoftResourceLimits", {}).get("NumberOfFiles", _OPEN_FILES)
        with contextlib.ExitStack() as opened:
            out, errors = (
                opened.enter_context(Path(self.plist[key]).open("ab"))
                for key in ("StandardOutPath", "StandardErrorPath")
            )
            self.process = subprocess.Popen(
                ["/bin/sh", "-c", _LIMITED, "sh", str(limit), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=errors,
                cwd=self.plist.get("WorkingDirectory", "/"),
                env=self._environment(),
                umask=self.plist.get("Umask", 0o022),
                start_new_session=True,
            )
        self.state = "running"
        self.kill_at = float("inf")

    @property
    def _throttle(self) -> float:
        return float(self.plist.get("ThrottleInterval", 10))

    def _environment(self) -> dict[str, str]:
        return {
            "PATH": "/usr/bin:/bin:/usr/sbin:/sbin",
            "HOME": str(self.user_home),
            "USER": "maya",
            "LOGNAME": "maya",
            "SHELL": "/bin/zsh",
            "TMPDIR": tempfile.gettempdir(),
            "XPC_SERVICE_NAME": self.plist["Label"],
            "XPC_FLAGS": "0x0",
            **self.session,
            **self.plist.get("EnvironmentVariables", {}),
        }

    def _ended(self, process: subprocess.Popen[bytes]) -> None:
        self.process = None
        code = process.returncode
        self.exits.append(code)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        if code < 0:
            self.last_exit = f"last terminating signal = {signal.strsignal(-code)}: {-code}"
        else:
            self.last_exit = f"last exit code = {code}"
        keep = self.plist.get("KeepAlive", False)
        only_failures = isinstance(keep, dict) and keep.get("SuccessfulExit") is False
        again = keep is True or (only_failures and code != 0)
        self.state = "spawn scheduled" if again else "not running"

    def printed(self, target: str, domain: str) -> str:
        """Return what `launchctl print` says of it."""
        pid = self.process.pid if self.process is not None else None
        running = [f"\tpid = {pid}", "\timmediate reason = speculative"] if pid else []
        failed = self.last_exit.endswith("EX_CONFIG")
        job_state = "running" if pid else "spawn failed" if failed else "exited"
        lines = [
            f"{target} = {{",
            f"\tactive count = {1 if pid else 0}",
            f"\tpath = {self.file}",
            "\ttype = LaunchAgent",
            f"\tstate = {self.state}",
            "",
            f"\tprogram = {self.plist['ProgramArguments'][0]}",
            "\targuments = {",
            *(f"\t\t{word}" for word in self.plist["ProgramArguments"]),
            "\t}",
            "",
            f"\tdomain = {domain} [100003]",
            f"\tminimum runtime = {self._throttle:.0f}",
            f"\texit timeout = {self.plist.get('ExitTimeOut', 5)}",
            f"\truns = {self.runs}",
            *running,
            f"\t{self.last_exit}",
            "",
            "\tsemaphores = {",
            "\t\tsuccessful exit => 0",
            "\t}",
            "",
            "\tresource coalition = {",
            "\t\tID = 9275",
            "\t\tstate = active",
            "\t}",
            "",
            f"\tspawn type = {self.plist.get('ProcessType', 'daemon').lower()} (4)",
            f"\tjob state = {job_state}",
            "",
            "\tproperties = runatload | inferred program | managed LWCR | has LWCR",
            "}",
            "",
        ]
        return "\n".join(lines)


def loaded(file: Path, user_home: Path, session: Mapping[str, str]) -> Job | None:
    """Read a plist as launchd does; None when it refuses the file.

    It wants the owner to be the user, a mode that lets nobody else write and everybody read, the
    label of the file's name, and an absolute program.
    """
    status = file.stat()
    if status.st_uid != os.getuid() or status.st_mode & 0o022 or status.st_mode & 0o044 != 0o044:
        return None
    plist = plistlib.loads(file.read_bytes())
    program = plist["ProgramArguments"][0]
    if plist["Label"] != file.stem or not program.startswith("/"):
        return None
    if not all(isinstance(value, str) for value in plist.get("EnvironmentVariables", {}).values()):
        return None
    return Job(plist, file, user_home, session)
