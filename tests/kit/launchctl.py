"""A `launchctl` on PATH that speaks to a small launchd in this process, and can be told to fail.

Texts and exit statuses of its answers are recorded ones; which of them follows on what is ours.
"""

import contextlib
import json
import os
import shutil
import socket
import sys
import tempfile
import threading
from collections import defaultdict, deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from kit.mini_launchd import Job, loaded

_CLIENT = """\
#!{python} -IS
import json, socket, sys, time
line = socket.socket(socket.AF_UNIX)
line.connect({address!r})
line.sendall(json.dumps(sys.argv[1:]).encode() + b"\\n")
said = line.makefile().read()
if not said:
    time.sleep(600)
status, output, errors = json.loads(said)
sys.stdout.write(output)
sys.stderr.write(errors)
raise SystemExit(status)
"""
_PAUSE_SECONDS = 0.02


@dataclass(frozen=True)
class Reply:
    """An answer of launchctl; one without a status never comes."""

    status: int | None
    output: str = ""
    errors: str = ""


DONE = Reply(0)
HANGS = Reply(None)
IO_ERROR = Reply(
    5,
    errors="Bootstrap failed: 5: Input/output error\n"
    "Try re-running the command as root for richer errors.\n",
)
GARBAGE = Reply(0, "\tstate = \x1b[31m{{{\n\tpid =\n\x00")


def no_service(label: str, uid: int) -> Reply:
    """Return what is said of an unknown service."""
    words = f'Could not find service "{label}" in domain for user gui: {uid}\n'
    return Reply(113, errors=f"Bad request.\n{words}")


@dataclass
class FakeLaunchctl:
    """The other end of the line: what was asked, what is loaded, and what shall go wrong."""

    bin: Path
    user_home: Path
    session: dict[str, str] = field(default_factory=dict)
    asked: list[list[str]] = field(default_factory=list)
    jobs: dict[str, Job] = field(default_factory=dict)
    past: list[Job] = field(default_factory=list)
    """Jobs that were unloaded."""
    disabled: dict[str, bool] = field(default_factory=dict)
    manager: str = "Aqua"
    faults: dict[str, deque[Reply]] = field(default_factory=lambda: defaultdict(deque))

    def fail(self, verb: str, *replies: Reply) -> None:
        """Answer the next calls of a verb so; 36 unloads all the same."""
        self.faults[verb].extend(replies)

    @property
    def program(self) -> str:
        """The executable."""
        return str(self.bin / "launchctl")

    @property
    def domain(self) -> str:
        """Of the user who is logged in."""
        return f"gui/{os.getuid()}"

    def verbs(self) -> list[str]:
        """Return the verbs that were asked for, in order, without those that only look."""
        return [words[0] for words in self.asked if not words[0].startswith(("print", "managern"))]

    def turn(self) -> None:
        """Let time pass for the jobs."""
        for label, job in list(self.jobs.items()):
            job.turn()
            if job.is_over:
                self.past.append(self.jobs.pop(label))

    def answer(self, words: list[str]) -> Reply:
        """Answer one call."""
        self.asked.append(words)
        verb, *rest = words
        fault = self.faults[verb].popleft() if self.faults[verb] else None
        if fault is not None and (verb, fault.status) != ("bootout", 36):
            return fault
        label = rest[-1].rpartition("/")[2] if rest else ""
        if verb == "bootstrap":
            return self._bootstrap(Path(rest[1]))
        if verb == "load":
            reply = self._bootstrap(Path(rest[-1]))
            return Reply(0) if reply.status == 0 else Reply(0, errors="Load failed: 5\n")
        if verb in {"enable", "disable"}:
            self.disabled[label] = verb == "disable"
            return DONE
        if verb == "print-disabled":
            lines = [
                f'\t\t"{name}" => {"disabled" if off else "enabled"}\n'
                for name, off in self.disabled.items()
            ]
            return Reply(0, f"disabled services = {{\n{''.join(lines)}\t}}\n")
        if verb == "managername":
            return Reply(0, f"{self.manager}\n")
        return self._of_job(verb, label, rest, fault)

    def _of_job(self, verb: str, label: str, rest: list[str], fault: Reply | None) -> Reply:
        job = self.jobs.get(label)
        if verb == "bootout":
            if job is None:
                return Reply(3, errors="Boot-out failed: 3: No such process\n")
            job.leave()
            return fault or DONE
        if job is None:
            return no_service(label, os.getuid())
        if verb == "print":
            return Reply(0, job.printed(rest[0], self.domain))
        if verb == "kickstart":
            job.start_now()
            return DONE
        return Reply(64, errors=f"Unrecognized subcommand: {verb}\n")

    def _bootstrap(self, file: Path) -> Reply:
        label = file.stem
        if label in self.jobs or self.disabled.get(label) or not file.exists():
            return IO_ERROR
        job = loaded(file, self.user_home, self.session)
        if job is None:
            return IO_ERROR
        self.jobs[label] = job
        return DONE


@contextlib.contextmanager
def launchctl_on_path(user_home: Path, session: Mapping[str, str]) -> Iterator[FakeLaunchctl]:
    """Answer calls of a `launchctl` while the block runs; afterwards no job is left.

    Args:
        user_home: home folder of the user who is logged in.
        session: variables that every job gets besides the bare ones.
    """
    # the path of a socket is short
    folder = Path(tempfile.mkdtemp(prefix="launchd-"))
    fake = FakeLaunchctl(folder, user_home, dict(session))
    script = _CLIENT.format(python=sys.executable, address=str(folder / "line"))
    Path(fake.program).write_text(script, "utf-8")
    Path(fake.program).chmod(0o755)
    stop = threading.Event()
    with socket.socket(socket.AF_UNIX) as line:
        line.bind(str(folder / "line"))
        line.listen()
        line.settimeout(_PAUSE_SECONDS)
        thread = threading.Thread(target=_serve, args=(line, fake, stop))
        thread.start()
        try:
            yield fake
        finally:
            stop.set()
            thread.join()
            for job in fake.jobs.values():
                if job.process is not None:
                    job.process.kill()
                    job.process.wait()
            shutil.rmtree(folder)


def _serve(line: socket.socket, fake: FakeLaunchctl, stop: threading.Event) -> None:
    kept: list[socket.socket] = []
    while not stop.is_set():
        fake.turn()
        with contextlib.suppress(TimeoutError):
            caller, _address = line.accept()
            caller.settimeout(10)
            reply = fake.answer(json.loads(caller.makefile().readline()))
            if reply.status is None:
                kept.append(caller)
                continue
            answer = json.dumps([reply.status, reply.output, reply.errors])
            caller.sendall(answer.encode())
            caller.close()
    for caller in kept:
        caller.close()
