"""How the training of an adapter gets on, for whoever asks. Touches `.tasted/training`.

    training/state.json     what is going on, or how the last run ended
    training/lock           held by the process that trains, and by nobody else; as long as that
                            runs, it has the room on the disk that the last word takes
    training/cancel         there: it is to end
    training/plan.json      which pictures the run is about
    training/run/           checkpoints, and what the frozen blocks made of pictures
    training/ended/NNNN.json    how a run ended, for good
    training/kept/NNNN/     the adapter of one that was refused, if that was asked for

Stdlib only. The training process writes; the light process and commands read, and leave `cancel`.
"""

import contextlib
import dataclasses
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path

from tasted.errors import HomeGone
from tasted.home.json_files import read_json
from tasted.home.json_records import record_from
from tasted.home.layout import Home
from tasted.plain_dataclass import dataclass
from tasted.system.files import (
    private_folder,
    write_atomically,
)
from tasted.system.process_lock import held_if_free, is_held

_BYTES_MAX = 64_000_000
_ROOM_BYTES = 128 * 1024
_ENDED = re.compile(r"([0-9]{4,6})\.json")
UNDER_WAY = frozenset({"starting", "looking", "training", "paused", "proving", "merging"})
"""The states of a run that has not ended."""
INTERRUPTED = "interrupted"
_LEAVE_SOMETHING = frozenset({INTERRUPTED, "cancelled", "failed", "not_offered"})
"""States after which checkpoints may be left: of this run, or of one before that was refused."""


@dataclass(frozen=True, slots=True)
class GateTold:
    """What one of the gates said."""

    name: str
    """`gain`, `forward`, `drift`, `traits` or `spread`."""
    is_passed: bool
    figure: float | None
    """None where there was nothing to measure."""
    limit: float
    sentence: str


@dataclass(frozen=True, slots=True)
class TrainingState:
    """A run, as it is or as it ended."""

    run: int
    """Numbered from 1 on; what becomes of it has the same number."""
    state: str
    """One of `UNDER_WAY`; or `ready`, `refused`, `not_offered`, `cancelled`, `failed`, and
    `interrupted` for one whose process is gone."""
    base: str
    """The model that it begins from."""
    started_at: str
    """ISO 8601 in UTC."""
    changed_at: str
    method: str = "lora"
    pid: int = 0
    adapter: int = 0
    """Which of the adapters is being trained, from 1 on."""
    adapters: int = 0
    step: int = 0
    steps_max: int = 0
    """Of one adapter; most end earlier."""
    loss: float | None = None
    """On labels that it is not trained on."""
    frozen_loss: float | None = None
    """The same of the model without an adapter."""
    seconds_left: float | None = None
    """At most; None: not known yet."""
    waiting: str | None = None
    """Why it is paused, as part of a sentence."""
    missing: tuple[str, ...] = ()
    """What speaks against training, as sentences: it goes on only when it was told to."""
    liked: int = 0
    rejected: int = 0
    gates: tuple[GateTold, ...] = ()
    model: str | None = None
    """What became of it: the name of the tuned model."""
    agreement: dict[str, float] = dataclasses.field(default_factory=dict)
    """The smallest cosine between both runtimes on the tuned model, by precision."""
    message: str | None = None
    """Why it failed or ended, as a sentence."""
    remedy: str | None = None
    can_go_on: bool = False
    """Whether something is kept that a run can go on from. Only what is read says so."""
    starts_over: str | None = None
    """Why it begins from the start although it was to go on, as a sentence."""

    @property
    def is_under_way(self) -> bool:
        """Whether it has not ended, as far as it says."""
        return self.state in UNDER_WAY


@dataclass(frozen=True, slots=True)
class TrainingPlan:
    """Which pictures a run is about, so that `tasted forget` knows."""

    run: int
    digest: str
    """Of everything that decides what becomes of it."""
    trained: tuple[str, ...]
    """Content ids."""
    judged: tuple[str, ...]
    facts: dict[str, str] = dataclasses.field(default_factory=dict)
    """What has to be the same for another run to go on: `labels`, `model`, `recipe`, as digests."""
    history: tuple[str, ...] = ()
    """The pictures without a label that it looks at. Whoever goes on looks at no others."""
    mean: tuple[float, ...] = ()
    """What was subtracted from vectors to divide the labels; empty: not known yet."""
    is_forced: bool = False
    """Whether somebody insisted on it."""


class TrainingFolder:
    """The files of one home.

    Args:
        home: whose `.tasted/training` it is.
    """

    def __init__(self, home: Home) -> None:
        self._home = home
        self.folder = home.training
        self.run = self.folder / "run"
        self.kept = self.folder / "kept"
        self._ended = self.folder / "ended"
        self._state = self.folder / "state.json"
        self._plan = self.folder / "plan.json"
        self._cancel = self.folder / "cancel"
        self._lock = self.folder / "lock"

    def read(self) -> TrainingState | None:
        """Return the run of now, or the last one; None: there was none.

        One that says it is under way, and whose process is gone, is `interrupted`.
        """
        state = record_from(TrainingState, _read(self._state))
        if state is None:
            return None
        if state.is_under_way and not self.is_running():
            state = dataclasses.replace(state, state=INTERRUPTED)
        can_go_on = state.state in _LEAVE_SOMETHING and self.has_checkpoints
        return dataclasses.replace(state, can_go_on=can_go_on)

    @property
    def has_checkpoints(self) -> bool:
        """Whether anything is kept that a run can go on from."""
        return self._plan.is_file() and any(self.run.glob("adapter-*/step-??????"))

    def write(self, state: TrainingState) -> None:
        """Write what a run does now.

        Raises:
            OSError, HomeGone: when it cannot be written.
        """
        self._write(self._state, state)

    def read_plan(self) -> TrainingPlan | None:
        """Return which pictures the last run was about; None where nothing is left of it."""
        return record_from(TrainingPlan, _read(self._plan))

    def is_forced(self, *, forces: bool, resumes: bool) -> bool:
        """Return whether a run goes on whatever is missing: one that goes on keeps that.

        Args:
            forces: whether somebody insists on it now.
            resumes: whether it goes on with the last one.
        """
        plan = self.read_plan() if resumes and not forces else None
        return forces or (plan is not None and plan.is_forced)

    def write_plan(self, plan: TrainingPlan) -> None:
        """Write which pictures a run is about, before anything of them is kept.

        Raises:
            OSError, HomeGone: when it cannot be written.
        """
        self._write(self._plan, plan)

    def archive(self, state: TrainingState) -> None:
        """Keep for good how a run ended.

        Raises:
            OSError, HomeGone: when it cannot be written.
        """
        self._write(self._ended / f"{state.run:04}.json", state)

    def ended(self) -> tuple[TrainingState, ...]:
        """Return how earlier runs ended, the newest first."""
        found = (
            record_from(TrainingState, _read(self._ended / f"{number:04}.json"))
            for number in sorted(self._ended_numbers(), reverse=True)
        )
        return tuple(state for state in found if state is not None)

    def next_run(self) -> int:
        """Return the number of the next run; none has had it."""
        state = record_from(TrainingState, _read(self._state))
        return max([0, *self._ended_numbers(), state.run if state is not None else 0]) + 1

    def _ended_numbers(self) -> list[int]:
        if not self._ended.is_dir():
            return []
        names = (_ENDED.fullmatch(file.name) for file in self._ended.iterdir())
        return [int(name[1]) for name in names if name is not None]

    def is_running(self) -> bool:
        """Return whether a process trains now."""
        return is_held(self._lock)

    @contextlib.contextmanager
    def held(self) -> Iterator[bool]:
        """Hold the lock of the one process that trains; gives whether it was free."""
        private_folder(self.folder, below=self._home.root)
        with held_if_free(self._lock) as is_free:
            if is_free:
                self._keep_room()
            try:
                yield is_free
            finally:
                if is_free:
                    self.give_room()

    def _keep_room(self) -> None:
        try:
            # no zeros: a file system may take no room for those
            self._lock.write_bytes(os.urandom(_ROOM_BYTES))
        except OSError:
            # what room there is may be enough for a run that says how it ends
            self.give_room()

    def give_room(self) -> None:
        """Free what the last word of a run needs, which a full disk must not keep back."""
        with contextlib.suppress(OSError, HomeGone):
            self._home.check()
            os.truncate(self._lock, 0)

    def ask_to_cancel(self) -> bool:
        """Ask the process that trains to end; return whether there is one.

        Raises:
            OSError: when that cannot be written.
        """
        if not self.is_running():
            return False
        write_atomically(self._cancel, b"", durable=False)
        return True

    @property
    def is_to_end(self) -> bool:
        """Whether the run is to end."""
        return self._cancel.exists()

    def forget_cancel(self) -> None:
        """Begin without an earlier wish to end."""
        self._cancel.unlink(missing_ok=True)

    def forget_plan(self) -> None:
        """Remove what says which pictures a run was about, when nothing of them is left."""
        self._plan.unlink(missing_ok=True)

    def _write(self, file: Path, record: TrainingState | TrainingPlan) -> None:
        self._home.check()
        private_folder(file.parent, below=self._home.root)
        write_atomically(file, json.dumps(dataclasses.asdict(record), indent=1).encode("ascii"))


def _read(file: Path) -> object:
    return read_json(file, max_bytes=_BYTES_MAX)
