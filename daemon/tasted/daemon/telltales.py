"""Erases what other files of a home tell about forgotten pictures: logs, status, other sidecars.

Touches those, requests that were left behind, and temporary files of interrupted writes.
"""

import contextlib
import json
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from tasted.daemon.desk import Desk
from tasted.daemon.forget_plan import Plan
from tasted.files import is_temporary_of, sweep_temporary
from tasted.home import Home
from tasted.logs import drop_lines
from tasted.outbox.ledger import sidecars
from tasted.outbox.mentions import without_mentions
from tasted.outbox.writer import Writer
from tasted.status import read_status, write_status
from tasted.traces import Traces

_LEFT_SECONDS = 60.0


@dataclass(slots=True)
class Job:
    """One target: what it is, its traces, and what was erased of it."""

    plan: Plan
    traces: Traces
    counts: Counter[str]


class Telltales:
    """What tells of the pictures of some jobs, and is not theirs.

    Args:
        home: that this process owns.
        desk: what the threads share.
        writer: the outbox.
        jobs: get their counts.
    """

    def __init__(self, home: Home, desk: Desk, writer: Writer, jobs: Sequence[Job]) -> None:
        self._home = home
        self._desk = desk
        self._writer = writer
        self._jobs = jobs
        self._every = Traces(
            {content for job in jobs for content in job.traces.contents},
            {path for job in jobs for path in job.traces.paths},
        )

    @property
    def paths(self) -> list[str]:
        """Every path that is a trace."""
        return sorted(self._every.paths)

    def drop_log_lines(self, *, is_dry: bool = False) -> None:
        """Rewrite the logs without the lines that name one of them; the engine must not run."""
        drop_lines(self._home.logs, self._is_told, is_dry=is_dry)

    def _is_told(self, event: object) -> bool:
        if not self._every.told_by(event):
            return False
        for job in self._jobs:
            job.counts["log_lines"] += job.traces.told_by(event)
        return True

    def clear_status(self) -> None:
        """Clear what the threads share and status.json of what names one of them."""
        desk = self._desk
        if desk.last_error is not None and desk.last_error.is_told_by(self._every.named_in):
            desk.last_error = None
        if desk.last_scored is not None and self._every.named_in(desk.last_scored):
            desk.last_scored = None
        desk.forced -= self._every.paths
        status = read_status(self._home.status_file)
        if status is not None and (cleared := status.without(self._every.named_in)) != status:
            write_status(self._home.status_file, cleared)

    def edit_mentions(self, *, is_dry: bool = False) -> None:
        """Take the pictures out of the sidecars of others: they may be scored again much later."""
        own = {path for job in self._jobs for path in job.plan.sidecars}
        for _place, sidecar in sidecars(self._home.outbox):
            path = sidecar.ledger_entry().path
            edited = without_mentions(sidecar, self._every) if path not in own else None
            if edited is None:
                continue
            for job in self._jobs:
                job.counts["mentions"] += without_mentions(sidecar, job.traces) is not None
            if not is_dry:
                self._edit(path)

    def _edit(self, path: str) -> None:
        with self._desk.lock:
            # the scout may have removed it since it was read: it must not come back
            there = self._desk.ledger.sidecar_of(path)
            edited = without_mentions(there, self._every) if there is not None else None
            if edited is not None:
                self._writer.write(edited)

    def sweep_temporary(self) -> None:
        """Remove what interrupted writes left: names and contents give these files away."""
        self._writer.sweep()
        # commands write there too, and are done with it within a moment
        sweep_temporary(self._home.state, older_than_seconds=_LEFT_SECONDS)
        names = {PurePosixPath(path).name for path in self._every.paths}
        for file in self._home.inbox.rglob(".*.tmp"):
            if any(is_temporary_of(name, file.name) for name in names):
                file.unlink(missing_ok=True)

    def remove_requests(self) -> None:
        """Remove requests and answers of commands that died; a living one is answered at once."""
        for file in self._home.requests.glob("*.json"):
            # what is no JSON is removed by whoever takes requests
            with contextlib.suppress(FileNotFoundError, ValueError):
                is_left = time.time() - file.lstat().st_mtime > _LEFT_SECONDS
                if is_left and self._every.named_within(json.loads(file.read_bytes())):
                    file.unlink()
