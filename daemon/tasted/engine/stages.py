"""Takes the items of a batch through a stage: the one place that decides whose fault a failure is.

A stage raises an ItemError for its file; a ServiceFault goes through as it is. Anything else is not
the picture's fault: the machine's becomes a ServiceFault, and the rest is `internal`, tasted's own.
When memory was refused nothing is said yet: the file is tried again alone. Touches nothing. Several
workers may run stages at a time.
"""

import threading
from collections.abc import Callable, Iterable
from datetime import UTC, datetime

import structlog

from tasted.engine.item import PipelineItem
from tasted.errors import InternalError, ItemError, NotEnoughMemory, OutOfMemory, ServiceFault
from tasted.outbox.failures import error_sidecar
from tasted.system.machine_faults import machine_fault

OnCrash = Callable[[Exception, str], None]
"""Handed every exception that is a fault of tasted, and what it was doing."""

log = structlog.get_logger("tasted.pipeline")


class StageRunner:
    """Runs stages, and ends the items that fail.

    Args:
        on_crash: handed every exception that is a fault of tasted, and the name of the stage.
        version: of this tasted.
    """

    def __init__(self, on_crash: OnCrash, *, version: str) -> None:
        self._on_crash = on_crash
        self._crashing = threading.Lock()
        self._version = version

    def run(
        self,
        stage: Callable[[PipelineItem], None],
        items: Iterable[PipelineItem],
        *,
        may_postpone: bool = True,
    ) -> None:
        """Take every item that goes on through a stage.

        Args:
            stage: does one step for one item.
            items: of the batch.
            may_postpone: whether a file for which there was no memory is left for later; else that
                is the machine's fault.

        Raises:
            ServiceFault: when no file is at fault.
        """
        for item in items:
            if not item.goes_on:
                continue
            try:
                stage(item)
            except ItemError as error:
                self.fail(item, error)
            except ServiceFault:
                raise
            except Exception as error:
                fault = machine_fault(error)
                if isinstance(fault, OutOfMemory) and may_postpone:
                    item.postpone()
                elif fault is not None:
                    raise fault from error
                else:
                    log.exception("stage_failed", stage=stage.__name__, path=item.file.path)
                    self.crash(item, error, stage.__name__.removeprefix("_"))

    def crash(self, item: PipelineItem, error: Exception, stage: str) -> None:
        """End an item over which tasted itself failed, and report that."""
        with self._crashing:
            self._on_crash(error, stage)
        self.fail(item, _internal(item, error))

    def fail(self, item: PipelineItem, error: ItemError) -> None:
        """End an item with an error document; without one when its file is gone."""
        item.is_over = True
        if item.opened is None:
            return
        item.document = error_sidecar(
            item.opened.source(item.file.path),
            error,
            label=item.file.label,
            attempts=item.file.attempts + 1,
            now=datetime.now(UTC),
            version=self._version,
        )

    def fail_for_memory(self, item: PipelineItem) -> None:
        """End an item that needs more memory than usual pictures, and than there is."""
        error = NotEnoughMemory(
            f"{item.file.shown} needs more memory than this machine has free just now.",
            remedy="Close other programs, or make the picture smaller; it is tried again by "
            "itself.",
        )
        self.fail(item, error)


def _internal(item: PipelineItem, error: Exception) -> InternalError:
    file = item.file
    return InternalError(
        f"tasted itself failed over {file.shown} ({type(error).__name__}); this is not the "
        "picture's fault.",
        remedy=InternalError.remedy_after(file.attempts + 1, is_stored=file.is_stored),
    )
