"""Goes on with a change of the model, a small step at a time. Asks the engine; one thread.

Each step finds out what is missing from what there is, so that it goes on where a killed process
was. Until the last one everything is scored by the model in force.
"""

import shutil
import time
from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import UTC, datetime

import structlog

from tasted.config import Settings
from tasted.daemon.shared.config_digest import ConfigDigest
from tasted.daemon.shared.labels_request import labels_request
from tasted.daemon.shared.shared_state import SharedState
from tasted.daemon.shared.switch_record import SwitchRecord
from tasted.daemon.working.switch_pictures import SwitchPictures, switch_pictures
from tasted.embedding.models.in_force import is_same_model
from tasted.embedding.models.weights import find_model
from tasted.errors import (
    EngineFailed,
    InternalFault,
    MemoryCeilingTooLow,
    ModelMissing,
    ModelUnusable,
    ServiceFault,
    TastedError,
)
from tasted.home.layout import Home
from tasted.home.status import read_current
from tasted.home.switch_file import ModelSwitch, SwitchProof, SwitchReason, SwitchState
from tasted.records import Current
from tasted.rpc.client import Ask, EngineDiedError
from tasted.rpc.messages import KnownContent, PublishTaste, ReferencesMissing, RequestedFile
from tasted.rpc.model_messages import (
    CandidateFitted,
    CheckModel,
    DropVectors,
    EmbedForModel,
    FitCandidate,
    PlanEmbedding,
    ProveCandidate,
    PublishModel,
)
from tasted.system.clock import parse_time
from tasted.system.faultpoints import reach

AGAINST_T = -1.76
"""With a t of the folds as low as this the answers speak against a model."""
_STEP_SECONDS = 1.5
"""So long a step may take: arrivals wait for it."""
_GROUP_MAX = 16
_TRIES_MAX = 2
_DEADLINES = 10
_SMOOTHING = 0.3
_SPARE_BYTES = 50_000_000
_BYTES_EACH = 20_000
"""Of the vectors of a picture with its views, generously."""

log = structlog.get_logger("tasted.switching")


class SwitchSteps:
    """Steps of one daemon.

    Args:
        home: whose model changes.
        shared: what is shared with the scanner.
        record: how far it is.
        version: of this tasted.
        on_published: called with what the engine published, and the fingerprint of the former
            vectors, as soon as the new model decides.
        not_by_chance: as for `TasteUpdater`.
    """

    def __init__(
        self,
        home: Home,
        shared: SharedState,
        record: SwitchRecord,
        *,
        version: str,
        on_published: Callable[[ModelSwitch, Current], None],
        not_by_chance: Callable[[], Collection[str]] = tuple,
    ) -> None:
        self._home = home
        self._shared = shared
        self._record = record
        self._on_published = on_published
        self._not_by_chance = not_by_chance
        self._config_digest = ConfigDigest(home, version=version)
        self._plan: _Plan | None = None
        self._failed: set[str] = set()
        """Paths that could not be embedded, and content ids of those; not tried again."""

    def step(self, ask: Ask, *, engine_pid: Callable[[], int | None]) -> None:
        """Take one step; whatever goes wrong is told, and the model in force goes on.

        Args:
            ask: the engine.
            engine_pid: returns the pid of the engine; None when it does not run.
        """
        switch = self._record.switch
        if switch is None or not switch.is_running:
            self._drop_due(ask)
            return
        if self._plan is not None and self._plan.switch_id != switch.id:
            self._plan, self._failed = None, set()
        try:
            self._go_on(switch, ask, engine_pid)
        except (ServiceFault, EngineDiedError) as error:
            if not self._has_taken_over(switch):
                self._stumbled(switch, error)

    def _stumbled(self, switch: ModelSwitch, error: ServiceFault | EngineDiedError) -> None:
        """Tell what went wrong: it is tried again, waits, or has failed."""
        if isinstance(error, EngineDiedError):
            self._died(switch, EngineFailed(f"The engine ended: {error}.", remedy=_TELL))
        elif isinstance(error, ModelMissing | ModelUnusable | MemoryCeilingTooLow):
            self._fail(switch, error)
        elif isinstance(error, EngineFailed | InternalFault):
            self._died(switch, error)
        else:
            # a full disk, no memory: it goes on when that has passed
            self._record.wait(switch, _reason(error))

    def _go_on(self, switch: ModelSwitch, ask: Ask, engine_pid: Callable[[], int | None]) -> None:
        match switch.state:
            case SwitchState.CHECKING:
                self._check(switch)
            case SwitchState.VERIFYING:
                self._verify(switch, ask)
            case SwitchState.EMBEDDING:
                self._embed(switch, ask)
            case SwitchState.FITTING:
                self._fit(switch, ask)
            case SwitchState.PROVING:
                self._prove(switch, ask)
            case SwitchState.SWITCHING:
                self._publish(switch, ask, engine_pid)

    # ---- its files ------------------------------------------------------------------------

    def _check(self, switch: ModelSwitch) -> None:
        try:
            find_model(switch.model, models_file=self._home.models_file, home_root=self._home.root)
        except ModelMissing as missing:
            # it is fetched, or waits for `tasted models pull`
            self._record.change(switch, state=SwitchState.FETCHING, reason=_reason(missing))
            return
        pictures = self._pictures()
        count = pictures.count if pictures is not None else 0
        needed = self._shared.settings.limits.min_free_mb * 1_000_000 + count * _BYTES_EACH
        free = shutil.disk_usage(self._home.root).free
        if free < needed + _SPARE_BYTES:
            self._record.wait(
                switch,
                SwitchReason(
                    "disk_full",
                    f"The vectors of {count:,} pictures need room on the disk of the tasted "
                    "folder, where there is too little.",
                    "Free some space; it goes on by itself.",
                ),
            )
            return
        reach("switch.checked")
        self._record.change(switch, state=SwitchState.VERIFYING, total=count, done=0, reason=None)

    def _verify(self, switch: ModelSwitch, ask: Ask) -> None:
        checked = ask(CheckModel(switch.model), deadlines=_DEADLINES)
        self._record.change(
            switch,
            state=SwitchState.EMBEDDING,
            seconds_each=checked.seconds_each,
            tries=0,
            reason=None,
        )

    # ---- its vectors ----------------------------------------------------------------------

    def _embed(self, switch: ModelSwitch, ask: Ask) -> None:
        plan = self._plan
        if plan is None:
            self._make_plan(switch, ask)
            return
        if not plan.left:
            # arrivals and answers since then count, too
            self._plan = None
            self._record.change(switch, state=SwitchState.FITTING, tries=0, reason=None)
            return
        group, plan.left = plan.left[: group_size(switch)], plan.left[group_size(switch) :]
        files = [file for path in group if (file := self._file(path)) is not None]
        if files:
            started = time.monotonic()
            answer = ask(EmbedForModel(switch.model, tuple(files)))
            seconds = (time.monotonic() - started) / len(files)
            self._failed.update(answer.failed)
            known = switch.seconds_each
            each = seconds if known is None else known + _SMOOTHING * (seconds - known)
        else:
            each = switch.seconds_each or 0.0
        self._record.change(
            switch,
            done=min(plan.pictures.count, switch.done + len(group)),
            seconds_each=each,
            tries=0,
            **({"reason": None} if switch.reason is not None else {}),
        )

    def _make_plan(self, switch: ModelSwitch, ask: Ask) -> None:
        pictures = self._pictures()
        if pictures is None:
            return
        missing = ask(PlanEmbedding(switch.model, pictures.references, pictures.contents))
        paths = [
            *missing.references,
            *(pictures.paths[content] for content in missing.contents),
        ]
        left = [path for path in paths if path not in self._failed]
        self._plan = _Plan(switch.id, pictures, left)
        self._record.change(switch, total=pictures.count, done=pictures.count - len(left))

    def _pictures(self) -> SwitchPictures | None:
        labels = self._shared.last_scan.labels
        if labels is None:
            return None
        return switch_pictures(self._shared.ledger.entries, labels.paths)

    def _file(self, path: str) -> RequestedFile | None:
        settled = self._shared.last_scan.settled.get(path)
        entry = self._shared.ledger.entry_of(path)
        if settled is None or entry is None or entry.content_id is None:
            return None
        known = KnownContent(entry.content_id, settled.stamp)
        return RequestedFile(path, known=known if entry.stamp.agrees(settled.stamp) else None)

    # ---- its taste ------------------------------------------------------------------------

    def _fit(self, switch: ModelSwitch, ask: Ask) -> None:
        labels = self._labels(switch)
        if labels is None:
            return
        answer = ask(FitCandidate(switch.model, labels), deadlines=_DEADLINES)
        if isinstance(answer, ReferencesMissing):
            self._learn_first(switch, answer)
            return
        self._record.change(
            switch, state=SwitchState.PROVING, proof=_proof(answer), tries=0, reason=None
        )

    def _has_taken_over(self, switch: ModelSwitch) -> bool:
        """Tell whether the new model was published by an engine that ended before it said so."""
        if switch.state != SwitchState.SWITCHING:
            return False
        current, known = read_current(self._home.current_file), self._shared.taste.current
        if (
            current is None
            or known is None
            or not is_same_model(self._home, switch.model, current.model or current.embedder)
        ):
            return False
        self._took_over(switch, current, None)
        return True

    def _learn_first(self, switch: ModelSwitch, answer: ReferencesMissing) -> None:
        """Go back to embedding: labels have come since; what cannot be learnt is done without."""
        pictures = self._pictures()
        known = {path for path, _content in pictures.references} if pictures is not None else set()
        self._failed.update(path for path in answer.paths if path not in known)
        self._plan = None
        self._record.change(switch, state=SwitchState.EMBEDDING)

    def _prove(self, switch: ModelSwitch, ask: Ask) -> None:
        answer = ask(ProveCandidate(switch.model))
        if answer.done < answer.of:
            return
        proof = switch.proof
        if proof is not None and answer.t is not None:
            proof = replace(proof, gain=answer.gain, t=answer.t)
        is_against = answer.t is not None and answer.t <= AGAINST_T
        asks = is_against and not switch.is_forced
        state = SwitchState.ASKING if asks else SwitchState.SWITCHING
        self._record.change(switch, state=state, proof=proof, tries=0, reason=None)

    # ---- the one step ---------------------------------------------------------------------

    def _publish(self, switch: ModelSwitch, ask: Ask, engine_pid: Callable[[], int | None]) -> None:
        labels = self._labels(switch)
        if labels is None:
            return
        answer = ask(PublishModel(switch.model, labels), deadlines=_DEADLINES)
        if isinstance(answer, ReferencesMissing):
            self._learn_first(switch, answer)
            return
        self._took_over(switch, answer.current, engine_pid())

    def _took_over(self, switch: ModelSwitch, current: Current, engine_pid: int | None) -> None:
        reach("switch.told")
        self._plan, self._failed = None, set()
        self._shared.taste.published(current, engine_pid=engine_pid)
        self._on_published(switch, current)
        self._shared.wakeups.wake_scanner()

    def _labels(self, switch: ModelSwitch) -> PublishTaste | None:
        labels = self._shared.last_scan.labels
        if labels is None:
            return None
        digest = self._config_digest.digest(self._wish_of(switch))
        return labels_request(
            replace(labels, config_digest=digest),
            self._shared.ledger.entries,
            without={path for path in labels.paths if path in self._failed}
            | set(_unlearnable(labels.paths, self._shared)),
            not_by_chance=self._not_by_chance(),
        )

    def _wish_of(self, switch: ModelSwitch) -> Settings:
        return self._shared.wish.with_model(switch.model)

    # ---- what goes wrong ------------------------------------------------------------------

    def _fail(self, switch: ModelSwitch, fault: TastedError) -> None:
        log.warning("model_change_failed", code=fault.code, message=fault.message)
        self._plan = None
        self._record.change(switch, state=SwitchState.FAILED, reason=_reason(fault))

    def _died(self, switch: ModelSwitch, fault: TastedError) -> None:
        """Try once more: the second engine that ends over it is the fault of the wanted model."""
        self._plan = None
        tries = switch.tries + 1
        if tries >= _TRIES_MAX:
            self._fail(switch, fault)
        else:
            self._record.change(switch, tries=tries, reason=_reason(fault))

    # ---- former models --------------------------------------------------------------------

    def _drop_due(self, ask: Ask) -> None:
        """Drop the vectors of a model that was kept long enough."""
        now = datetime.now(UTC)
        due = next((kept for kept in self._record.kept if parse_time(kept.until) <= now), None)
        if due is None:
            return
        try:
            dropped = ask(DropVectors(due.fingerprint))
        except (ServiceFault, EngineDiedError) as fault:
            log.warning("former_model_not_dropped", model=due.name, error=str(fault))
            return
        self._record.keep(tuple(kept for kept in self._record.kept if kept != due))
        log.info("former_model_dropped", model=due.name, tables=len(dropped.tables))


class _Plan:
    """What is left to embed, as of one moment."""

    def __init__(self, switch_id: str, pictures: SwitchPictures, left: list[str]) -> None:
        self.switch_id = switch_id
        self.pictures = pictures
        self.left = left


_TELL = "If it ends each time, choose another model; see what is wrong with: tasted doctor"


def _reason(fault: TastedError) -> SwitchReason:
    return SwitchReason(fault.code, fault.message, fault.remedy)


def group_size(switch: ModelSwitch) -> int:
    """Return how many pictures one step embeds, by the rate that was measured."""
    each = switch.seconds_each or _STEP_SECONDS
    return max(1, min(_GROUP_MAX, int(_STEP_SECONDS / max(each, 1e-3))))


def _proof(answer: CandidateFitted) -> SwitchProof | None:
    figures, former = answer.figures, answer.former
    if figures is None:
        return None
    return SwitchProof(
        answers=figures.answers,
        auc=figures.auc.value if figures.auc is not None else None,
        former_auc=former.auc.value if former is not None and former.auc is not None else None,
    )


def _unlearnable(paths: Collection[str], shared: SharedState) -> list[str]:
    """Return references that the model in force cannot learn either: damaged files."""
    return [
        path
        for path in paths
        if (entry := shared.ledger.entry_of(path)) is not None and entry.status == "error"
    ]
