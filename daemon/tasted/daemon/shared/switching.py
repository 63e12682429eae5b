"""Begins and ends changes of the model. Starts a download where a person asked for one.

`embedder.model` in the settings is the wish, and `current.json` says what decides. Where the two
differ a change begins, however the wish came: by a command, by the page, or by hand. What is done
for it is in `daemon.working.switch_steps`, and what people ask for in `switch_orders`.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import structlog

from tasted.daemon.shared.feedback import FeedbackRecorder
from tasted.daemon.shared.model_fetch import ModelFetch
from tasted.daemon.shared.shared_state import SharedState
from tasted.daemon.shared.switch_record import SwitchRecord, time_now
from tasted.embedding.models.in_force import (
    ModelInForce,
    find_folder,
    is_same_model,
    model_in_force,
)
from tasted.embedding.models.weights import is_model_name
from tasted.errors import (
    TastedError,
)
from tasted.feedback.events import EventKind, Via, new_event_id
from tasted.home.layout import Home
from tasted.home.switch_file import (
    KEPT_DAYS,
    KeptModel,
    ModelSwitch,
    SwitchReason,
    SwitchState,
)
from tasted.packing.entries import count_of_another
from tasted.records import Current
from tasted.system.clock import parse_time

_COUNTED_SECONDS = 2.0
_NAME_MAX = 64
_VIA = {"command": Via.CLI, "page": Via.PAGE, "api": Via.API}

log = structlog.get_logger("tasted.switching")


class ModelSwitching:
    """Decides about changes of the model in one home; the scanner's thread.

    Args:
        home: whose model it is.
        shared: settings, queue and what is published.
        record: how far a change is.
        recorder: logs that the model was changed.
        fetch: builds what downloads; tests pass one of their own.
    """

    def __init__(
        self,
        home: Home,
        shared: SharedState,
        record: SwitchRecord,
        recorder: FeedbackRecorder,
        *,
        fetch: Callable[..., ModelFetch] = ModelFetch,
    ) -> None:
        self._home = home
        self._shared = shared
        self._record = record
        self._recorder = recorder
        self._fetch = fetch(home.root, on_progress=self._fetching, on_end=self._fetched)
        self._key: object = None
        self._in_force: ModelInForce | None = None
        self._counted_at = float("-inf")
        self._others = 0
        self._is_stopped = False
        self.take_settings()

    # ---- what the scanner's thread does ---------------------------------------------------

    def follow(self) -> float | None:
        """Carry out orders, begin or end a change, and have steps taken.

        Returns:
            The seconds after which to follow again; None when nothing waits.
        """
        self.take_settings()
        self._settle()
        self._count_others()
        switch = self._record.switch
        if switch is not None and switch.state == SwitchState.FETCHING:
            self._follow_fetch(switch)
        self._shared.queue.want_model_step(is_wanted=self.has_step)
        switch, wait = self._record.switch, self._record.seconds_to_wait
        if switch is not None and switch.is_running and wait:
            return wait
        return _COUNTED_SECONDS if switch is not None and self._is_rescoring(switch) else None

    @property
    def has_step(self) -> bool:
        """Whether the worker has something to do for a change, or for what is left of one."""
        switch = self._record.switch
        is_running = switch is not None and switch.is_running
        is_fetching = switch is not None and switch.state == SwitchState.FETCHING
        is_waiting = bool(self._record.seconds_to_wait)
        return (is_running and not (is_fetching or is_waiting)) or self._is_drop_due()

    def stop(self) -> None:
        """End a download: the process ends."""
        self._is_stopped = True
        self._fetch.stop()

    def take_settings(self) -> None:
        """Let the engine have the model in force, whatever the settings wish."""
        shared = self._shared
        current = shared.taste.current
        key = (
            shared.wish,
            current.embedder if current is not None else None,
            current.model if current is not None else None,
            self._models_stamp(),
            self._is_folder_there(),
        )
        if key == self._key and self._in_force is not None:
            return
        self._key = key
        self._in_force = found = model_in_force(self._home, shared.wish, current)
        if found.lost != shared.lost_model:
            shared.lost_model = found.lost
            if found.lost is not None:
                log.warning("model_lost", model=found.lost, decides=found.wished)
        if found.settings != shared.settings:
            shared.settings = found.settings
            shared.wakeups.wake_worker()

    def _models_stamp(self) -> tuple[int, int] | None:
        try:
            status = self._home.models_file.stat()
        except OSError:
            return None
        return status.st_mtime_ns, status.st_size

    def _is_folder_there(self) -> bool:
        """Tell whether the model in force, where it is not the wish, still has its files."""
        found = self._in_force
        if found is None or found.is_wish:
            return True
        folder = find_folder(self._home, found.settings.embedder.model)
        return folder is not None

    def _settle(self) -> None:
        """Begin or end a change where the wish and the model in force say so."""
        found, current, switch = self._in_force, self._shared.taste.current, self._record.switch
        if found is None or current is None:
            return
        if found.is_wish:
            if switch is not None and switch.is_open:
                self._end_or_cancel(switch, found, current)
            return
        is_known = switch is not None and (switch.is_open or switch.is_stopped)
        if is_known and switch is not None and self.is_for(switch, found.wished):
            return
        self.begin(found.wished, current, asked_by="settings")

    def _end_or_cancel(self, switch: ModelSwitch, found: ModelInForce, current: Current) -> None:
        if not self.is_for(switch, found.wished):
            # the settings ask for the model in force again
            self.cancel(switch)
        elif found.lost is not None:
            reason = SwitchReason(
                "model_missing",
                f"The files of {found.lost} are gone, so {found.wished} decides at once.",
                "",
            )
            self._record.change(switch, state=SwitchState.RESCORING, reason=reason)
        else:
            # an engine had published it when this process, or the one before it, ended
            self.published(switch, current)

    def begin(
        self,
        model: str,
        current: Current,
        *,
        asked_by: str,
        is_forced: bool = False,
        may_fetch: bool = False,
    ) -> None:
        """Take up a change; one that is going on is called off.

        Args:
            model: the wanted one, as the settings name it.
            current: what is published.
            asked_by: as in `ModelSwitch`.
            is_forced: whatever the answers say.
            may_fetch: whether a person asked for a download.
        """
        self._fetch.stop()
        switch = ModelSwitch(
            id=new_event_id(time.time_ns() // 1_000_000),
            model=model,
            former=current.embedder,
            former_setting=current.model or current.embedder,
            former_fingerprint=current.embedder_fingerprint,
            state=SwitchState.CHECKING,
            began_at=time_now(),
            asked_by=asked_by,
            is_forced=is_forced,
            may_fetch=may_fetch,
        )
        self._record.begin(switch)

    def cancel(self, switch: ModelSwitch) -> None:
        """Call a change off; what it embedded is kept."""
        self._fetch.stop()
        self._record.change(switch, state=SwitchState.CANCELLED, reason=None)

    @property
    def in_force(self) -> ModelInForce | None:
        """What decides, as of the last look."""
        return self._in_force

    def is_for(self, switch: ModelSwitch, model: str) -> bool:
        """Tell whether a change is to a model, as the settings name it."""
        return is_same_model(self._home, switch.model, model)

    # ---- what the worker's thread says ----------------------------------------------------

    def published(self, switch: ModelSwitch, current: Current) -> None:
        """Take in that the new model decides: log it, and keep the way back."""
        until = datetime.now(UTC) + timedelta(days=KEPT_DAYS)
        kept = [
            known
            for known in self._record.kept
            if known.fingerprint not in {current.embedder_fingerprint, switch.former_fingerprint}
        ]
        if switch.former_fingerprint:
            kept.insert(
                0,
                KeptModel(
                    switch.former_setting,
                    switch.former,
                    switch.former_fingerprint,
                    until.isoformat(timespec="milliseconds"),
                ),
            )
        self._record.keep(tuple(kept))
        self._note_event(switch, current)
        self._record.change(switch, state=SwitchState.RESCORING, reason=None, done=0, total=0)
        self._counted_at = float("-inf")
        log.info("model_changed", model=current.embedder, former=switch.former)
        self.take_settings()

    def _note_event(self, switch: ModelSwitch, current: Current) -> None:
        name = current.embedder
        try:
            self._recorder.note(
                EventKind.MODEL_SWITCHED,
                via=_VIA.get(switch.asked_by, Via.DAEMON),
                event_id=switch.id,
                # the name of a folder may be any
                note=name if is_model_name(name) and len(name) <= _NAME_MAX else "folder",
            )
        except TastedError as error:
            log.warning("model_change_not_logged", error=error.message)

    # ---- a download -----------------------------------------------------------------------

    def _follow_fetch(self, switch: ModelSwitch) -> None:
        if find_folder(self._home, switch.model) is not None:
            self._record.change(switch, state=SwitchState.CHECKING, reason=None, done=0, total=0)
        elif switch.may_fetch and not self._fetch.is_running and not self._is_stopped:
            self._record.change(switch, reason=None)
            self._fetch.start(switch.id, switch.model)

    def _fetching(self, switch_id: str, done: int, total: int) -> None:
        switch = self._record.switch
        if switch is not None and switch.id == switch_id:
            self._record.change(switch, done=done, total=total)

    def _fetched(self, switch_id: str, reason: SwitchReason | None) -> None:
        switch = self._record.switch
        if switch is not None and switch.id == switch_id and switch.is_open:
            if reason is not None:
                self._record.change(switch, state=SwitchState.FAILED, reason=reason)
            else:
                self._record.change(switch, state=SwitchState.CHECKING, done=0, total=0)
        self._shared.wakeups.wake_scanner()

    # ---- afterwards -----------------------------------------------------------------------

    @staticmethod
    def _is_rescoring(switch: ModelSwitch) -> bool:
        return switch.state == SwitchState.RESCORING

    def _count_others(self) -> None:
        """Count what is still scored by the former model, now and then."""
        switch, current = self._record.switch, self._shared.taste.current
        if switch is None or current is None or not self._is_rescoring(switch):
            self._shared.former_results = 0
            return
        now = time.monotonic()
        if now - self._counted_at < _COUNTED_SECONDS:
            return
        self._counted_at = now
        others = count_of_another(self._shared.ledger.entries, current.embedder_fingerprint)
        self._shared.former_results = others
        if not others and self._shared.ledger.changes:
            self._record.change(switch, state=SwitchState.DONE)

    def _is_drop_due(self) -> bool:
        now = datetime.now(UTC)
        return any(parse_time(kept.until) <= now for kept in self._record.kept)
