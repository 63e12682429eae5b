"""Carries out `tasted forget`: the one place that erases. Used by the owner of the home alone.

Touches everything that a home keeps: logs, status, sidecars, the library through the engine, and in
the inbox the pictures that are to go. The order is such that a process that is killed in the middle
leaves enough to find the rest by: the picture, and last of all its sidecar. Running the command
again completes it. Nothing that is logged here names a picture.
"""

import contextlib
import os
import shutil
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from pathlib import Path
from typing import Any

import structlog

from tasted import __version__
from tasted.daemon.forgetting.backfills import BackfillResidues
from tasted.daemon.forgetting.plan import ErasurePlan, hashed, read_contents
from tasted.daemon.forgetting.residues import Job, Residues
from tasted.daemon.forgetting.traces import Traces
from tasted.daemon.forgetting.trained import TrainedOn
from tasted.daemon.shared.feedback import FeedbackRecorder
from tasted.daemon.shared.folders_file import forget_folders
from tasted.daemon.shared.forget_order import Order
from tasted.daemon.shared.ignored_files import IgnoredFiles
from tasted.daemon.shared.shared_state import SharedState
from tasted.daemon.shared.status_file import StatusFile
from tasted.daemon.shared.trial_board import TrialBoard
from tasted.errors import (
    CommandError,
    EngineFailed,
    InternalFault,
    ServiceFault,
    TastedError,
)
from tasted.home.crash_reports import CrashLog
from tasted.home.label_lock import hold_labels
from tasted.home.layout import Home
from tasted.home.status import read_current
from tasted.inbox.find_copies import sweep_half_written
from tasted.inbox.moving import Mover, recover
from tasted.inbox.naming import label_of
from tasted.inbox.unlike_photos import UnlikePhotos
from tasted.outbox.page.writer import PageWriter
from tasted.outbox.sidecar_writer import Writer
from tasted.records import FileStamp
from tasted.rpc.client import EngineDiedError, EngineProcess
from tasted.rpc.messages import EraseTraces, TracesErased
from tasted.system.faultpoints import reach
from tasted.system.files import remove_if_empty, stamp_of
from tasted.system.scratch import sweep_scratch

# a table is rewritten, and the deadline of one message is meant for one picture
_DEADLINES = 20

log = structlog.get_logger("tasted.forgetting")


class Eraser:
    """Forgets pictures of one home.

    Args:
        home: that this process owns.
        shared: what the threads share.
        writer: the outbox.
        engine: erases from the library; it is restarted in between.
        page: withheld meanwhile, because it shows pictures.
        status_file: may name some of them.
        feedback: the log of answers.
        trials: keep what was replayed.
    """

    def __init__(
        self,
        home: Home,
        shared: SharedState,
        writer: Writer,
        engine: EngineProcess,
        page: PageWriter,
        status_file: StatusFile,
        feedback: FeedbackRecorder,
        trials: TrialBoard,
    ) -> None:
        self._home = home
        self._shared = shared
        self._writer = writer
        self._engine = engine
        self._page = page
        self._mover = Mover()
        self._status_file = status_file
        self._feedback = feedback
        self._trials = trials
        self._trained = TrainedOn(home)

    def carry_out(self, order: Order) -> dict[str, Any]:
        """Forget, or only count; return the answer: counts for each target, in their order.

        Raises:
            ServiceFault: when something cannot be erased. What was done stands, and the same order
                completes it.
        """
        try:
            with self._undisturbed(order):
                return self._carry_out(order)
        except CommandError as error:
            raise ServiceFault(error.message, remedy=error.remedy) from error
        except EngineDiedError as error:
            raise EngineFailed(
                f"The engine stopped while erasing from the library: {error}.",
                remedy="Run the command again; it continues where it stopped.",
            ) from error
        except OSError as error:
            raise ServiceFault(
                f"Cannot erase {error.filename or 'a file'}: {error.strerror}.",
                remedy="Check its permissions and the free space, and run the command again.",
            ) from error
        except TastedError:
            raise
        except Exception as error:
            # it must not end the daemon, which would find the order again
            crashes = CrashLog(self._home.crashes_file, version=__version__, check=self._home.check)
            crashes.note(error, "forget")
            raise InternalFault(
                f"tasted itself failed ({type(error).__name__}); whatever was erased stays erased.",
                remedy="Run the command again. If it fails again, what to report: tasted doctor",
            ) from error

    def _carry_out(self, order: Order) -> dict[str, Any]:
        self._home.check_inbox()
        self._home.check_outbox()
        if not order.is_dry:
            # a text is found by its name, which it does not have while it is set aside
            recover(self._home.inbox)
        known = read_contents(self._home.inbox, self._shared.ledger, self._shared.taste.current)
        plans = [known.plan(target) for target in order.targets]
        kept = self._ask_engine(plans, [], is_dry=True)
        jobs = [_job(plan, kept) for plan in plans]
        for job in jobs:
            job.counts["events"] = self._feedback.count(job.plan.contents)
            job.counts["trials"] = self._trials.count(job.plan.contents)
            job.counts["trained"] = self._trained.count(job.plan.contents)
        residues = Residues(self._home, self._shared, self._writer, self._status_file, jobs)
        backfills = BackfillResidues(self._home, jobs)
        if order.is_dry:
            residues.drop_log_lines(is_dry=True)
            residues.edit_mentions(is_dry=True)
            backfills.erase(is_dry=True)
        else:
            with self._page.withheld(), backfills.held():
                self._erase(jobs, residues, backfills, keeps_pictures=order.keeps_pictures)
        return {"targets": [dict(job.counts) for job in jobs]}

    def _undisturbed(self, order: Order) -> contextlib.AbstractContextManager[None]:
        # nobody would find what a command copied or moved meanwhile
        return contextlib.nullcontext() if order.is_dry else hold_labels(self._home)

    def _erase(
        self,
        jobs: Sequence[Job],
        residues: Residues,
        backfills: BackfillResidues,
        *,
        keeps_pictures: bool,
    ) -> None:
        plans = [job.plan for job in jobs]
        contents = {content for plan in plans for content in plan.contents}
        # it reads pictures, and would write a model of them when they are gone
        self._trained.end_run(contents)
        kept = [pair for plan in plans for pair in plan.pictures] if keeps_pictures else []
        if kept:
            IgnoredFiles(self._home.ignored_file, check=self._home.check).keep(kept)
        # it names them, and their people; another is written of what is left
        self._shared.ledger.forget_index()
        reach("forget.listed")
        # its log is open while it runs
        self._engine.stop()
        self._shared.engine_pid = None
        if self._home.former_library.exists():
            # a killed rebuild set it aside; the next start completes the rebuild without it
            shutil.rmtree(self._home.former_library)
        residues.drop_log_lines()
        reach("forget.logs_rewritten")
        residues.clear_status()
        residues.edit_mentions()
        reach("forget.mentions_edited")
        backfills.erase(is_dry=False)
        reach("forget.backfills_erased")
        self._feedback.erase(contents)
        # their figures stay; what is counted is read anew from the log
        self._trials.erase(contents)
        reach("forget.answers_erased")
        self._ask_engine(plans, residues.paths, is_dry=False)
        self._trained.erase(contents)
        self._shared.taste.replace(read_current(self._home.current_file))
        reach("forget.rows_erased")
        residues.sweep_temporary()
        # of a backfill that was killed on this machine
        sweep_scratch()
        sweep_half_written(self._home.inbox)
        self._forget_digests({path for plan in plans for path in plan.sidecars})
        for job in jobs:
            self._delete(job, keeps_pictures=keeps_pictures)
        # one may have begun meanwhile
        self._trained.end_run(contents)
        # the scanner may have written it meanwhile
        self._shared.ledger.forget_index()
        residues.remove_requests()
        # the scanner may have logged a removed sidecar meanwhile; the engine logs no names
        residues.drop_log_lines()
        log.info("forgotten", targets=len(jobs), kept_pictures=len(kept))

    def _forget_digests(self, going: Collection[str]) -> None:
        """Drop the digests that are kept about pictures whose sidecars go.

        Before they go: the digests are found by what the other sidecars hold, and by nothing else.
        """
        entries = self._shared.ledger.entries
        left = {path: entry for path, entry in entries.items() if path not in going}
        forget_folders(self._home.folders_file, left)
        UnlikePhotos(self._home.unlike_file, check=self._home.check).drop_unknown(left)

    def _ask_engine(
        self, plans: Sequence[ErasurePlan], paths: Sequence[str], *, is_dry: bool
    ) -> TracesErased:
        request = EraseTraces(
            contents=frozenset(content for plan in plans for content in plan.contents),
            paths=frozenset((*paths, *(path for plan in plans for path in plan.traced))),
            is_dry=is_dry,
        )
        return self._engine.ask(request, deadlines=_DEADLINES)

    def _delete(self, job: Job, *, keeps_pictures: bool) -> None:
        """Delete from inbox and outbox; named pictures last, for the rest is found by them."""
        # what is there now may not be what was planned
        self._home.check_inbox()
        plan, counts = job.plan, job.counts
        copies = [file.path for file in plan.copies]
        pictures = [file.path for file, _content in plan.pictures]
        texts = [*plan.copy_texts, *plan.picture_texts]
        if keeps_pictures:
            counts["kept_pictures"] += len(pictures)
            pictures, texts = [], [*plan.copy_texts]
        # a text is found by its picture
        self._unlink(job, "texts", texts)
        for named in (False, True):
            for kind, paths in (("label_copies", copies), ("pictures", pictures)):
                self._unlink(job, kind, [path for path in paths if (path in plan.own) is named])
            self._remove_sidecars(
                job, [path for path in plan.traced if (path in plan.own) is named]
            )
        if plan.folder is not None:
            # the label folders themselves give nothing away, and must stay
            keep_top = "/" not in plan.folder and label_of(f"{plan.folder}/") is not None
            inbox_folder = self._home.inbox / plan.folder
            counts["folders"] += _remove_emptied(inbox_folder, keep_top=keep_top)
            _remove_emptied(self._home.outbox / plan.folder)

    def _unlink(self, job: Job, kind: str, paths: Iterable[str]) -> None:
        plan = job.plan
        for path in paths:
            file = self._home.inbox / path
            with contextlib.suppress(FileNotFoundError):
                if self._mover.take_out(file, _as_planned(file, plan.stamps.get(path), plan)):
                    job.counts[kind] += 1
                else:
                    job.counts["changed"] += 1
            reach("forget.picture_deleted")

    def _remove_sidecars(self, job: Job, paths: Iterable[str]) -> None:
        for path in paths:
            job.counts["sidecars"] += self._writer.remove_every(path)
            reach("forget.sidecar_deleted")


def _job(plan: ErasurePlan, kept: TracesErased) -> Job:
    # only the library knows a reference that is long gone
    learnt = (row.path for row in kept.rows if row.content_id in plan.contents)
    traces = Traces(plan.contents, {*filter(None, learnt), *plan.traced})
    own = [
        row for row in kept.rows if row.content_id in traces.contents or row.path in traces.paths
    ]
    # hashes belong to the views of vectors, and go with them
    counted = (row for row in own if not row.table.startswith("hashes"))
    counts = Counter("references" if row.path is not None else "vectors" for row in counted)
    # nobody can say what a damaged taste holds: it goes with any picture
    counts["tastes"] = sum(
        held is None or not plan.contents.isdisjoint(held) for held in kept.tastes
    )
    return Job(plan, traces, counts)


def _as_planned(file: Path, stamp: FileStamp | None, plan: ErasurePlan) -> Callable[[Path], bool]:
    """Return a check that a file is still the one that the plan saw, perhaps minutes ago.

    Raises:
        FileNotFoundError: when it is gone.
    """
    before = os.lstat(file)
    is_planned = stamp_of(before) == stamp

    def is_meant(aside: Path) -> bool:
        after = os.lstat(aside)
        is_same = os.path.samestat(before, after) and (
            (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns)
        )
        # a picture that was only touched or moved is still meant; another one of its name is not
        return (is_planned and is_same) or hashed(aside) in plan.contents

    return is_meant


def _remove_emptied(folder: Path, *, keep_top: bool = False) -> int:
    """Remove the empty folders of a tree from below, and return how many those were."""
    tree = [Path(parent) for parent, _folders, _names in os.walk(folder, topdown=False)]
    return sum(remove_if_empty(path) for path in tree if not (keep_top and path == folder))
