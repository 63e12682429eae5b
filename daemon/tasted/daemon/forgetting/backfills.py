"""Erases what backfills keep about forgotten pictures. Touches their outboxes and folders.

The pictures of a backfill are the user's own, in folders of their own, and stay there. Their
contents are ignored from then on, or the next run would score them again.
"""

import contextlib
import shutil
from collections.abc import Collection, Iterator, Sequence

from tasted.daemon.forgetting.mentions import without_mentions
from tasted.daemon.forgetting.residues import Job
from tasted.daemon.forgetting.traces import Traces
from tasted.home.backfill_files import BackfillPlace, backfill_places
from tasted.home.ignored import IgnoredList, new_list
from tasted.home.layout import Home
from tasted.outbox.backfill_outbox import backfill_ledger, backfill_outbox
from tasted.outbox.ledger import Ledger
from tasted.outbox.sidecar import Sidecar
from tasted.outbox.sidecar_files import sidecars
from tasted.outbox.sidecar_writer import Writer
from tasted.rpc.shipped_facts import holds_any
from tasted.system.sweeping import sweep_temporary


class BackfillResidues:
    """What the backfills of a home know of the pictures of some jobs.

    Args:
        home: that this process owns.
        jobs: get their counts.
    """

    def __init__(self, home: Home, jobs: Sequence[Job]) -> None:
        self._home = home
        self._jobs = jobs
        self._all = Traces(
            {content for job in jobs for content in job.plan.contents},
            {path for job in jobs for path in job.traces.paths},
        )

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Let no backfill run while the block does.

        Raises:
            BackfillRuns: when one runs: what it writes now would be left behind.
        """
        with contextlib.ExitStack() as held:
            for place in backfill_places(self._home):
                held.enter_context(place.held())
            yield

    def erase(self, *, is_dry: bool) -> None:
        """Remove results of their contents, and what others say of them; or only count.

        Raises:
            ServiceFault: when an outbox cannot be read or written.
            OSError: when something cannot be removed.
        """
        for place in backfill_places(self._home):
            if backfill_outbox(place).is_dir():
                self._erase_from(place, is_dry=is_dry)
            if not is_dry:
                self._drop_copies(place)

    def _erase_from(self, place: BackfillPlace, *, is_dry: bool) -> None:
        outbox, ledger = backfill_outbox(place), backfill_ledger(place)
        writer = Writer(outbox, ledger, check=self._home.check_outbox)
        if not is_dry:
            # it names them
            ledger.forget_index()
            sweep_temporary(outbox, older_than_seconds=0)
            ledger.refresh()
        own: list[str] = []
        for _place, sidecar in sidecars(outbox):
            content = sidecar.source.sha256
            path = sidecar.ledger_entry().path
            if content is not None and content in self._all.contents:
                self._count(content, "sidecars", "kept_in_backfills")
                own.append(path)
            else:
                self._take_out(sidecar, path, writer, is_dry=is_dry)
        if not is_dry and own:
            self._ignore(ledger, own)
            for path in own:
                writer.remove_every(path)

    def _take_out(self, sidecar: Sidecar, path: str, writer: Writer, *, is_dry: bool) -> None:
        if without_mentions(sidecar, self._all) is None:
            return
        for job in self._jobs:
            job.counts["mentions"] += without_mentions(sidecar, job.traces) is not None
        if not is_dry:
            writer.edit(path, lambda there: without_mentions(there, self._all))

    def _count(self, content: str, *kinds: str) -> None:
        for job in self._jobs:
            if content in job.plan.contents:
                for kind in kinds:
                    job.counts[kind] += 1

    def _ignore(self, ledger: Ledger, paths: Collection[str]) -> None:
        """Ignore the contents of files that stay, before their results go."""
        listed = IgnoredList(self._home.ignored_file, check=self._home.check)
        ignored = listed.current or new_list()
        for path in paths:
            entry = ledger.entry_of(path)
            if entry is not None and entry.content_id is not None:
                ignored = ignored.with_content(entry.content_id)
        listed.replace(ignored)

    def _drop_copies(self, place: BackfillPlace) -> None:
        """Remove the taste that a backfill goes on with, if one is in it, and all that names files.

        The next run takes the taste of then.
        """
        self._home.check()
        if holds_any(place.taste, self._all.contents) and place.taste.is_dir():
            shutil.rmtree(place.taste)
        for left in (place.logs, *place.folder.glob("engine-*")):
            if left.is_dir():
                shutil.rmtree(left)
        place.index_file.unlink(missing_ok=True)
