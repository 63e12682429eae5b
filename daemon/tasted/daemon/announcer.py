"""Shows desktop notifications, when the settings ask for them. One thread, asleep without news.

Its news comes from the other threads, which it never delays; a notification that cannot be shown is
logged once, and does no other harm. `status.json` and the page show everything anyway.
"""

import threading
import time
from collections.abc import Callable

import structlog

from tasted.config import Settings
from tasted.home.status import Status
from tasted.notify.desktop import DEADLINE_SECONDS, Desktop, NotShown
from tasted.notify.gathering import Gathering
from tasted.notify.news import Kind, News
from tasted.outbox.sidecar import Sidecar

log = structlog.get_logger("tasted.announcer")


class Announcer:
    """One thread of the daemon.

    Args:
        settings: returns those in force.
        desktop: shows notifications.
        gathering: decides when.
        clock: monotonic, seconds.
    """

    def __init__(
        self,
        settings: Callable[[], Settings],
        *,
        desktop: Desktop | None = None,
        gathering: Gathering | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings = settings
        self._desktop = desktop or Desktop()
        self._gathering = gathering or Gathering()
        self._clock = clock
        self._changed = threading.Condition()
        self._is_closed = False
        self._is_failing = False
        self._thread = threading.Thread(target=self._run, name="announcer")

    def scored(self, sidecar: Sidecar) -> None:
        """Take in a new score. Called by the thread that wrote it; quick, never raises."""
        if sidecar.verdict != "match":
            return
        wanted = self._settings().notify.on
        if Kind.MATCH in wanted or (sidecar.strong and Kind.STRONG_MATCH in wanted):
            with self._changed:
                self._gathering.matched(is_strong=sidecar.strong, now=self._clock())
                self._changed.notify()

    def follow(self, status: Status) -> None:
        """Take in a status that was written. Quick, never raises."""
        is_shown = status.fault is not None and Kind.BLOCKED in self._settings().notify.on
        with self._changed:
            before = self._gathering.due_at()
            if is_shown:
                self._gathering.blocked(now=self._clock())
            else:
                self._gathering.unblocked()
            if self._gathering.due_at() != before:
                self._changed.notify()

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def close(self, *, shows_rest: bool) -> None:
        """End the thread; nothing may be taken in afterwards.

        Args:
            shows_rest: show what waited for the end of its burst, and wait for that. Otherwise a
                program that is showing something is ended.
        """
        with self._changed:
            if not shows_rest:
                self._gathering.take_matches()
            self._is_closed = True
            self._changed.notify()
        if shows_rest:
            # twice: one may be on its way
            self._thread.join(2 * DEADLINE_SECONDS)
        self._desktop.interrupt()
        self._thread.join()

    def _run(self) -> None:
        try:
            while not self._is_closed:
                self._show(self._next())
            self._show(self._gathering.take_matches())
        except Exception:
            # the last catch of a thread that must not end the daemon
            log.exception("announcer_failed")

    def _next(self) -> News:
        """Wait until something is to be shown, or until the end."""
        with self._changed:
            while not self._is_closed:
                now, due_at = self._clock(), self._gathering.due_at()
                if due_at is not None and due_at <= now:
                    return self._gathering.take(now=now)
                self._changed.wait(None if due_at is None else due_at - now)
        return News()

    def _show(self, news: News) -> None:
        if not news:
            return
        try:
            self._desktop.show(news.sentence())
        except NotShown as error:
            if not self._is_failing and not self._is_closed:
                log.warning("not_notified", why=str(error), remedy=error.remedy)
            self._is_failing = True
        else:
            self._is_failing = False
            log.info("notified", matches=news.matches, blocked=news.is_blocked)
