"""Runs the user's program for new matches, when the settings name one. A thread, once there is one.

Off by default. It is bounded: one run at a time, each ended after ten seconds, at most a hundred
matches waiting; those beyond are left out and counted in the log. A run that fails is not tried
again: the sidecar is there anyway, and the outbox stays the only ledger.
"""

import json
import threading
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

import structlog

from tasted.config import Settings
from tasted.notify.hook_program import DEADLINE_SECONDS, HookFailed, HookProgram
from tasted.outbox.sidecar import Sidecar, encoded_path

WAITING_MAX = 100

log = structlog.get_logger("tasted.hooks")


class MatchHook:
    """Hands each new match to the program of `hooks.on_match`.

    Args:
        settings: returns those in force.
        inbox: the folder of the pictures, absolute.
        program: runs it.
        waiting_max: how many matches may wait for their run.
    """

    def __init__(
        self,
        settings: Callable[[], Settings],
        inbox: Path,
        *,
        program: HookProgram | None = None,
        waiting_max: int = WAITING_MAX,
    ) -> None:
        self._settings = settings
        self._inbox = inbox
        self._program = program or HookProgram()
        self._waiting_max = waiting_max
        self._waiting: deque[Sidecar] = deque()
        self._left_out = 0
        self._changed = threading.Condition()
        self._is_closed = False
        self._failures_told: set[str] = set()
        self._thread: threading.Thread | None = None

    def scored(self, sidecar: Sidecar) -> None:
        """Take in a new score. Called by the thread that wrote it; quick, never raises."""
        if sidecar.verdict != "match" or not self._settings().hooks.on_match:
            return
        with self._changed:
            if self._is_closed:
                return
            if len(self._waiting) >= self._waiting_max:
                self._left_out += 1
                return
            self._waiting.append(sidecar)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="match hook")
                self._thread.start()
            self._changed.notify()

    def close(self, *, runs_rest: bool) -> None:
        """End the thread; nothing is taken in afterwards.

        Args:
            runs_rest: run the program for what waits first. Otherwise a run that goes on is ended.
        """
        with self._changed:
            self._is_closed = True
            if not runs_rest:
                self._waiting.clear()
            self._changed.notify()
        if self._thread is None:
            return
        if runs_rest:
            self._thread.join((self._waiting_max + 1) * DEADLINE_SECONDS)
        self._program.interrupt()
        self._thread.join()

    def _run(self) -> None:
        try:
            while (sidecar := self._next()) is not None:
                self._hand_over(sidecar)
        except Exception:
            # the last catch of a thread that must not end the daemon
            log.exception("match_hook_failed")

    def _next(self) -> Sidecar | None:
        """Wait for a match; None at the end."""
        with self._changed:
            while not self._waiting and not self._is_closed:
                self._changed.wait()
            if self._left_out:
                log.warning("matches_not_handed_over", count=self._left_out)
                self._left_out = 0
            return self._waiting.popleft() if self._waiting else None

    def _hand_over(self, sidecar: Sidecar) -> None:
        arguments = self._settings().hooks.on_match
        if not arguments:
            # switched off since
            return
        try:
            took = self._program.run(arguments, match_message(sidecar, self._inbox))
        except HookFailed as failure:
            # once for each kind of failure: a backlog has thousands of matches
            if str(failure) not in self._failures_told and not self._is_closed:
                self._failures_told.add(str(failure))
                log.warning("hook_failed", why=str(failure), remedy=failure.remedy)
        else:
            log.info("match_handed_over", took_ms=round(took * 1000))


def match_message(sidecar: Sidecar, inbox: Path) -> bytes:
    """Return what the program reads: one line of JSON in ASCII. Pure.

    Args:
        sidecar: of the match.
        inbox: absolute; the picture's path is below it.
    """
    message: dict[str, Any] = {
        "event": "match",
        "strong": sidecar.strong,
        "picture": encoded_path(str(inbox / sidecar.ledger_entry().path)).path,
        "result": sidecar.model_dump(mode="json"),
    }
    return json.dumps(message).encode("ascii") + b"\n"
