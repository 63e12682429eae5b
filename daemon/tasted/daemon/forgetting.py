"""Carries out `tasted forget`: the one place that erases. Used by the owner of the home alone.

Touches everything that a home keeps: logs, status, sidecars, the library through the engine, and in
the inbox the pictures that shall go. The order is such that a process that is killed in the middle
leaves enough to find the rest by: the picture, and last of all its sidecar. Running the command
again completes it. Nothing that is logged here names a picture.
"""

import contextlib
import os
import shutil
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import Any

import structlog

from tasted import frames
from tasted.daemon.desk import Desk
from tasted.daemon.forget_order import Order
from tasted.daemon.forget_plan import Plan, hashed, look_at
from tasted.daemon.ignoring import Ignoring
from tasted.daemon.telltales import Job, Telltales
from tasted.engine_process import EngineDiedError, EngineProcess
from tasted.errors import EngineFailed, ServiceFault, TastedError, told
from tasted.faultpoints import reach
from tasted.files import remove_if_empty, stamp_of
from tasted.home import Home
from tasted.inbox.naming import label_of
from tasted.outbox.page_writer import PageWriter
from tasted.outbox.writer import Writer
from tasted.records import FileStamp
from tasted.status import read_current
from tasted.traces import Traces

# a table is written anew, and the deadline of a message is that of one picture
_PARTS = 20

log = structlog.get_logger("tasted.forgetting")


class Forgetting:
    """Forgets pictures of one home.

    Args:
        home: that this process owns.
        desk: what the threads share.
        writer: the outbox.
        engine: asked for the library; it is started anew in between.
        page: shows pictures, so that it is withheld meanwhile.
    """

    def __init__(
        self, home: Home, desk: Desk, writer: Writer, engine: EngineProcess, page: PageWriter
    ) -> None:
        self._home = home
        self._desk = desk
        self._writer = writer
        self._engine = engine
        self._page = page

    def carry_out(self, order: Order) -> dict[str, Any]:
        """Forget, or only count; return the answer: counts for each target, in their order.

        Raises:
            ServiceFault: when something cannot be erased. What was done stands, and the same order
                completes it.
        """
        try:
            return self._carry_out(order)
        except EngineDiedError as error:
            raise EngineFailed(
                f"The engine ended while it erased from the library: {error}.",
                remedy="Run the command again; it goes on where it was.",
            ) from error
        except OSError as error:
            raise ServiceFault(
                f"{error.filename or 'A file'} cannot be erased: {error.strerror}.",
                remedy="Check its mode and the free space, and run the command again.",
            ) from error
        except TastedError:
            raise
        except Exception as error:
            # whatever it is, it must not end the daemon, which would find the order again
            raise ServiceFault(
                f"Forgetting failed with {type(error).__name__}; what was erased stays erased.",
                remedy="Run the command again; if it fails again, please report it.",
            ) from error

    def _carry_out(self, order: Order) -> dict[str, Any]:
        with self._desk.lock:
            known = look_at(self._home.inbox, self._desk.ledger, self._desk.current)
        plans = [known.plan(target) for target in order.targets]
        kept = self._ask_engine(plans, [], is_dry=True)
        jobs = [_job(plan, kept["rows"], kept["tastes"]) for plan in plans]
        telltales = Telltales(self._home, self._desk, self._writer, jobs)
        if order.is_dry:
            telltales.drop_log_lines(is_dry=True)
            telltales.edit_mentions(is_dry=True)
        else:
            with self._page.withheld():
                self._erase(jobs, telltales, keeps_pictures=order.keeps_pictures)
        return {"targets": [dict(job.counts) for job in jobs]}

    def _erase(self, jobs: Sequence[Job], telltales: Telltales, *, keeps_pictures: bool) -> None:
        plans = [job.plan for job in jobs]
        kept = [pair for plan in plans for pair in plan.pictures] if keeps_pictures else []
        if kept:
            Ignoring(self._home.ignored_file).keep(kept)
        reach("forget.listed")
        # its log is open as long as it runs
        self._engine.stop()
        self._desk.engine_pid = None
        if self._home.former_library.exists():
            # what a killed rebuild set aside; the next start completes the rebuild without it
            shutil.rmtree(self._home.former_library)
        telltales.drop_log_lines()
        reach("forget.logs_rewritten")
        telltales.clear_status()
        telltales.edit_mentions()
        reach("forget.mentions_edited")
        self._ask_engine(plans, telltales.paths, is_dry=False)
        self._desk.current = read_current(self._home.current_file)
        reach("forget.rows_erased")
        telltales.sweep_temporary()
        for job in jobs:
            self._delete(job, keeps_pictures=keeps_pictures)
        telltales.remove_requests()
        # the scout may have told meanwhile of a sidecar that it removed; the engine tells nothing
        telltales.drop_log_lines()
        log.info("forgotten", targets=len(jobs), kept_pictures=len(kept))

    def _ask_engine(
        self, plans: Iterable[Plan], paths: Sequence[str], *, is_dry: bool
    ) -> frames.Message:
        plans = list(plans)
        message: frames.Message = {
            "type": "forget",
            "contents": sorted({content for plan in plans for content in plan.contents}),
            "paths": sorted({*paths, *(path for plan in plans for path in plan.traced)}),
            "is_dry": is_dry,
        }
        answer = self._engine.ask(message, parts=_PARTS)
        if answer["type"] == "fault":
            raise told(answer["code"], answer["message"], answer["remedy"])
        return answer

    def _delete(self, job: Job, *, keeps_pictures: bool) -> None:
        """Delete from inbox and outbox what was named last: the command finds the rest by it."""
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
                self._unlink(job, kind, [each for each in paths if (each in plan.own) is named])
            self._remove_sidecars(
                job, [each for each in plan.traced if (each in plan.own) is named]
            )
        if plan.folder is not None:
            # the label folders themselves say nothing, and must be there
            keep_top = "/" not in plan.folder and label_of(f"{plan.folder}/") is not None
            inbox_folder = self._home.inbox / plan.folder
            counts["folders"] += _remove_emptied(inbox_folder, keep_top=keep_top)
            _remove_emptied(self._home.outbox / plan.folder)

    def _unlink(self, job: Job, kind: str, paths: Iterable[str]) -> None:
        plan = job.plan
        for path in paths:
            file = self._home.inbox / path
            with contextlib.suppress(FileNotFoundError):
                if _is_as_planned(file, plan.stamps.get(path), plan.contents):
                    file.unlink()
                    job.counts[kind] += 1
                else:
                    job.counts["changed"] += 1
            reach("forget.picture_deleted")

    def _remove_sidecars(self, job: Job, paths: Iterable[str]) -> None:
        for path in paths:
            with self._desk.lock:
                job.counts["sidecars"] += self._writer.remove_every(path)
            reach("forget.sidecar_deleted")


def _job(plan: Plan, rows: Iterable[dict[str, Any]], tastes: Iterable[Sequence[str] | None]) -> Job:
    # a reference that is long gone is known to the library alone
    learnt = {row["path"] for row in rows if row["content_id"] in plan.contents} - {None}
    traces = Traces(plan.contents, learnt.union(plan.traced))
    own = [
        row for row in rows if row["content_id"] in traces.contents or row["path"] in traces.paths
    ]
    kinds = ("references" if row["path"] is not None else "vectors" for row in own)
    counts = Counter(kinds)
    # what a damaged one holds nobody can say: it goes with any picture
    counts["tastes"] = sum(held is None or not plan.contents.isdisjoint(held) for held in tastes)
    return Job(plan, traces, counts)


def _is_as_planned(file: Path, stamp: FileStamp | None, contents: Collection[str]) -> bool:
    """Tell whether a file is still the one that was looked at, minutes ago perhaps."""
    # a picture that was only touched or moved is meant as much; another one of its name is not
    return stamp_of(os.lstat(file)) == stamp or hashed(file) in contents


def _remove_emptied(folder: Path, *, keep_top: bool = False) -> int:
    """Remove the empty folders of a tree from below, and return how many those were."""
    tree = [Path(parent) for parent, _folders, _names in os.walk(folder, topdown=False)]
    return sum(remove_if_empty(each) for each in tree if not (keep_top and each == folder))
