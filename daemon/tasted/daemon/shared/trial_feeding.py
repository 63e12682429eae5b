"""Has pictures embedded for a model on trial, in small groups, while nobody waits for anything.

A model can guess only what it has vectors of. Before its trial, and as long as that runs, what it
lacks is found out from what there is, so that it goes on where a killed process was. Asks the
engine; a thread of its own while something is missing.
"""

import threading
import time
from collections.abc import Callable, Sequence

import structlog

from tasted.daemon.shared.engine_lane import AskEngine
from tasted.daemon.shared.shared_state import SharedState
from tasted.daemon.shared.turns import Turn
from tasted.daemon.shared.version_order import newest_scored
from tasted.errors import EngineFailed, ModelMissing, ModelUnusable, TastedError
from tasted.home.taste_versions import Recipe
from tasted.plain_dataclass import dataclass
from tasted.rpc.messages import KnownContent, RequestedFile
from tasted.rpc.model_messages import EmbedForModel, PlanEmbedding
from tasted.trials.standing import predicting
from tasted.trials.trial_file import TrialRow

HISTORY_MAX = 2_000
"""As many as a taste compares with."""
NEWEST_MAX = 2_500
"""As many as may be asked about."""
_GROUP = 8
_GROUP_SECONDS = 1.5
"""So long one group may take: arrivals wait for it."""
_ANSWER_SECONDS = 600.0
_AGAIN_SECONDS = 10.0
_URGENT = (Turn.REFERENCE, Turn.NEW, Turn.NEW_TEXT)
_POLL_SECONDS = 0.2
_FAILURES_MAX = 2

log = structlog.get_logger("tasted.trials")


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What a model is to know."""

    references: tuple[tuple[str, str], ...]
    contents: tuple[str, ...]
    paths: dict[str, str]


class TrialFeeding:
    """Feeds the model on trial in one home.

    Args:
        shared: what there is.
        ask: hands a request to the engine.
        running: returns the trial that runs; None without one.
        on_failed: told that a model cannot be fed: the number of the trial, and why.
        pause: waits between two looks at the queue.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        shared: SharedState,
        *,
        ask: AskEngine,
        running: Callable[[], TrialRow | None],
        on_failed: Callable[[int, str], object],
        pause: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._shared = shared
        self._ask = ask
        self._running = running
        self._on_failed = on_failed
        self._pause = pause
        self._clock = clock
        self._feeding = threading.Lock()
        """Held by whoever feeds a model."""
        self._fed: tuple[str, object] | None = None
        """The model that knows everything, and the state of the outbox at which it did."""
        self._knows_labels: dict[str, bool] = {}
        self._failed: set[str] = set()
        """Paths that could not be embedded."""
        self._failures = 0
        self._next_at = 0.0

    def knows_all(self, recipe: Recipe) -> bool:
        """Tell whether a recipe knows every label; one of the model in force always does."""
        current = self._shared.taste.current
        is_in_force = (
            current is not None and current.embedder_fingerprint == recipe.embedder_fingerprint
        )
        return is_in_force or self._knows_labels.get(recipe.embedder, False)

    def follow(self) -> None:
        """Begin to feed the model on trial where it lacks something. Quick; raises nothing."""
        row = self._running()
        model = _model_of(row) if row is not None else None
        if row is None or model is None or self._clock() < self._next_at:
            return
        if self._fed == (model, self._state()) or self._feeding.locked():
            return
        self._next_at = self._clock() + _AGAIN_SECONDS
        work = threading.Thread(
            target=self._feed_quietly, args=(row.number, model), name="trial", daemon=True
        )
        work.start()

    def feed(self, model: str) -> int:
        """Have everything embedded that a model lacks; return how many pictures that were.

        Args:
            model: its name.

        Raises:
            ServiceFault: when the model, the library or the engine is at fault.
        """
        with self._feeding:
            return self._feed(model)

    def _feed_quietly(self, number: int, model: str) -> None:
        try:
            self.feed(model)
            self._failures = 0
        except (ModelMissing, ModelUnusable) as fault:
            self._on_failed(number, fault.message)
        except EngineFailed as fault:
            self._failures += 1
            log.warning("trial_not_fed", error=str(fault))
            if self._failures >= _FAILURES_MAX and not self._shared.queue.calls.is_closed:
                self._on_failed(number, fault.message)
        except TastedError as fault:
            # a full disk, forgetting: it goes on when that has passed
            log.info("trial_not_fed", error=str(fault))

    def _feed(self, model: str) -> int:
        state, wanted = self._state(), self._wanted()
        ask = self._ask
        plan = ask(PlanEmbedding(model, wanted.references, wanted.contents)).result(_ANSWER_SECONDS)
        left = [
            *plan.references,
            *(wanted.paths[content] for content in plan.contents),
        ]
        left = [path for path in left if path not in self._failed]
        done, size = 0, 1
        while left:
            self._let_others_pass()
            group, left = left[:size], left[size:]
            files = self._files(group)
            if files:
                began = self._clock()
                answer = ask(EmbedForModel(model, files)).result(_ANSWER_SECONDS)
                each = max(1e-3, (self._clock() - began) / len(files))
                size = max(1, min(_GROUP, int(_GROUP_SECONDS / each)))
                self._failed.update(answer.failed)
                done += answer.embedded
        lacking = [path for path in plan.references if path in self._failed]
        self._knows_labels[model] = not lacking
        self._fed = model, state
        return done

    def _state(self) -> object:
        labels = self._shared.last_scan.labels
        return self._shared.ledger.changes, labels.labels_digest if labels is not None else None

    def _wanted(self) -> _Wanted:
        entries, labels = self._shared.ledger.entries, self._shared.last_scan.labels
        references = []
        for path in labels.paths if labels is not None else ():
            entry = entries.get(path)
            if entry is not None and entry.status == "learnt" and entry.content_id is not None:
                references.append((path, entry.content_id))
        paths: dict[str, str] = {}
        for entry in entries.values():
            is_picture = entry.status == "scored" and not (entry.is_profile or entry.is_gone)
            if is_picture and entry.content_id is not None:
                paths.setdefault(entry.content_id, entry.path)
        history = sorted(paths)[:HISTORY_MAX]
        newest = [content for content in newest_scored(entries, NEWEST_MAX) if content in paths]
        return _Wanted(tuple(references), tuple(dict.fromkeys([*newest, *history])), paths)

    def _files(self, group: Sequence[str]) -> tuple[RequestedFile, ...]:
        files = []
        for path in group:
            settled = self._shared.last_scan.settled.get(path)
            entry = self._shared.ledger.entry_of(path)
            if settled is None or entry is None or entry.content_id is None:
                self._failed.add(path)
                continue
            known = KnownContent(entry.content_id, settled.stamp)
            is_same = entry.stamp.agrees(settled.stamp)
            files.append(RequestedFile(path, known=known if is_same else None))
        return tuple(files)

    def _let_others_pass(self) -> None:
        queue = self._shared.queue
        while not queue.calls.is_closed and any(queue.counts()[turn] for turn in _URGENT):
            self._pause(_POLL_SECONDS)


def _model_of(row: TrialRow) -> str | None:
    """Return the model that predicts beside the one that decides; None where both are of one."""
    in_force, beside = predicting(row)
    is_same = in_force.embedder_fingerprint == beside.embedder_fingerprint
    return None if is_same else beside.embedder
