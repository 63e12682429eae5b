"""Erases what other files of a home say about forgotten pictures: logs, status, other sidecars.

Touches those, requests that were left behind, and temporary files of interrupted writes.
"""

import contextlib
import json
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import PurePosixPath

from tasted.daemon.forgetting.mentions import without_mentions
from tasted.daemon.forgetting.plan import ErasurePlan
from tasted.daemon.forgetting.traces import Traces
from tasted.daemon.shared.shared_state import SharedState
from tasted.daemon.shared.status_file import StatusFile
from tasted.home.layout import Home
from tasted.outbox.sidecar_files import sidecars
from tasted.outbox.sidecar_writer import Writer
from tasted.plain_dataclass import dataclass
from tasted.system.files import is_temporary_of
from tasted.system.logs import drop_lines
from tasted.system.sweeping import sweep_temporary
from tasted.transfer.staging import sweep_transfers

_LEFT_SECONDS = 60.0


@dataclass(slots=True)
class Job:
    """One target: what it is, its traces, and what was erased of it."""

    plan: ErasurePlan
    traces: Traces
    counts: Counter[str]


class Residues:
    """What names the pictures of some jobs in files that are not theirs.

    Args:
        home: that this process owns.
        shared: what the threads share.
        writer: the outbox.
        status_file: status.json.
        jobs: get their counts.
    """

    def __init__(
        self,
        home: Home,
        shared: SharedState,
        writer: Writer,
        status_file: StatusFile,
        jobs: Sequence[Job],
    ) -> None:
        self._home = home
        self._shared = shared
        self._writer = writer
        self._status_file = status_file
        self._jobs = jobs
        self._all = Traces(
            {content for job in jobs for content in job.traces.contents},
            {path for job in jobs for path in job.traces.paths},
        )

    @property
    def paths(self) -> list[str]:
        """Every path that is a trace."""
        return sorted(self._all.paths)

    def drop_log_lines(self, *, is_dry: bool = False) -> None:
        """Rewrite the logs without the lines that name one of them; the engine must not run."""
        drop_lines(self._home.logs, self._is_dropped, is_dry=is_dry)

    def _is_dropped(self, event: object) -> bool:
        if not self._all.logged_in(event):
            return False
        for job in self._jobs:
            job.counts["log_lines"] += job.traces.logged_in(event)
        return True

    def clear_status(self) -> None:
        """Remove from the shared state and status.json what names one of them."""
        shared = self._shared
        if shared.last_error is not None and shared.last_error.is_named_by(self._all.named_in):
            shared.last_error = None
        if shared.last_scored is not None and self._all.named_in(shared.last_scored):
            shared.last_scored = None
        shared.forced.remove(self._all.paths)
        self._status_file.edit(lambda status: status.without(self._all.named_in))

    def edit_mentions(self, *, is_dry: bool = False) -> None:
        """Take the pictures out of the sidecars of others: they may be scored again much later."""
        own = {path for job in self._jobs for path in job.plan.sidecars}
        for _place, sidecar in sidecars(self._home.outbox):
            path = sidecar.ledger_entry().path
            edited = without_mentions(sidecar, self._all) if path not in own else None
            if edited is None:
                continue
            for job in self._jobs:
                job.counts["mentions"] += without_mentions(sidecar, job.traces) is not None
            if not is_dry:
                self._edit(path)

    def _edit(self, path: str) -> None:
        self._writer.edit(path, lambda sidecar: without_mentions(sidecar, self._all))

    def sweep_temporary(self) -> None:
        """Remove what interrupted writes left: names and contents give these files away."""
        self._writer.sweep()
        # commands write there too, and are done with it within a moment
        sweep_temporary(self._home.state, older_than_seconds=_LEFT_SECONDS)
        sweep_transfers(self._home, older_than_seconds=0)
        names = {PurePosixPath(path).name for path in self._all.paths}
        for file in self._home.inbox.rglob(".*.tmp"):
            if any(is_temporary_of(name, file.name) for name in names):
                file.unlink(missing_ok=True)

    def remove_requests(self) -> None:
        """Remove requests and answers of commands that died; a living one is answered at once."""
        for file in self._home.requests.glob("*.json"):
            # the scanner removes what is not JSON
            with contextlib.suppress(FileNotFoundError, ValueError):
                is_left = time.time() - file.lstat().st_mtime > _LEFT_SECONDS
                if is_left and self._all.named_within(json.loads(file.read_bytes())):
                    file.unlink()
