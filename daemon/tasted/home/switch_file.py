"""How far a change of the model is, and which former models can be gone back to. One small file.

Touches `.tasted/switch.json`, which the owner of the home writes, and nobody else. It names models
and counts, and no picture. What decides is in `current.json`: nothing here changes a score.

    checking → fetching → verifying → embedding → fitting → proving → switching → rescoring → done
       └ failed, cancelled: the former model stays in force        └ asking: a person has to say yes
"""

import dataclasses
import json
from enum import StrEnum
from pathlib import Path

from tasted.home.json_files import read_json
from tasted.home.json_records import record_from
from tasted.plain_dataclass import dataclass
from tasted.system.clock import parse_time
from tasted.system.files import write_atomically

_BYTES_MAX = 1_000_000
KEPT_DAYS = 14
"""For so long the vectors of a former model are kept, so that going back is quick."""


class SwitchState(StrEnum):
    """Where a change of the model is."""

    CHECKING = "checking"
    FETCHING = "fetching"
    VERIFYING = "verifying"
    EMBEDDING = "embedding"
    FITTING = "fitting"
    PROVING = "proving"
    ASKING = "asking"
    """Your answers speak against it: it goes on when a person says so."""
    SWITCHING = "switching"
    RESCORING = "rescoring"
    """It decides; older pictures are scored again."""
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


RUNNING = frozenset(
    {
        SwitchState.CHECKING,
        SwitchState.FETCHING,
        SwitchState.VERIFYING,
        SwitchState.EMBEDDING,
        SwitchState.FITTING,
        SwitchState.PROVING,
        SwitchState.SWITCHING,
    }
)
"""The states in which there is something to do before the new model decides."""
STOPPED = frozenset({SwitchState.FAILED, SwitchState.CANCELLED})
"""The states in which it is not tried again by itself."""


@dataclass(frozen=True, slots=True)
class SwitchReason:
    """Why it waits, or why it ended."""

    code: str
    message: str
    remedy: str


@dataclass(frozen=True, slots=True)
class SwitchProof:
    """What the answers of now say of both models, each answer judged without itself."""

    answers: int
    auc: float | None = None
    """Of 1, in how many pairs the wanted model puts a like above a reject."""
    former_auc: float | None = None
    gain: float | None = None
    """How much lower the mean squared error of the wanted model is, on the same folds."""
    t: float | None = None
    """The corrected resampled t of that; None where the labels are too few."""


@dataclass(frozen=True, slots=True)
class ModelSwitch:
    """One change of the model."""

    id: str
    """Of the event in the feedback log, when it is done."""
    model: str
    """The wanted one, as the settings name it."""
    former: str
    """The one in force when it began, as sidecars name it."""
    state: str
    """As `SwitchState`."""
    began_at: str
    """ISO 8601 in UTC."""
    asked_by: str = "settings"
    """`settings` (they were edited), `command`, `page` or `api`."""
    is_forced: bool = False
    """Whether a person wants it whatever the answers say."""
    may_fetch: bool = False
    """Whether a person asked for a download."""
    done: int = 0
    total: int = 0
    """Pictures to embed; bytes while it is fetched."""
    seconds_each: float | None = None
    """How long the wanted model takes for a picture, as measured."""
    tries: int = 0
    """How often the engine ended over this state."""
    reason: SwitchReason | None = None
    proof: SwitchProof | None = None
    former_setting: str = ""
    """The former model, as the settings named it."""
    former_fingerprint: str = ""
    """Of its vectors."""

    @property
    def is_running(self) -> bool:
        """Whether there is something to do before the new model decides."""
        return self.state in RUNNING

    @property
    def is_open(self) -> bool:
        """Whether it goes on, or waits for a person."""
        return self.is_running or self.state == SwitchState.ASKING

    @property
    def is_stopped(self) -> bool:
        """Whether it is not tried again by itself."""
        return self.state in STOPPED


@dataclass(frozen=True, slots=True)
class KeptModel:
    """A former model whose vectors are still there."""

    model: str
    """As the settings named it."""
    name: str
    """As sidecars name it."""
    fingerprint: str
    until: str
    """ISO 8601 in UTC; then its vectors are removed."""


@dataclass(frozen=True, slots=True)
class Switches:
    """What the file holds."""

    switch: ModelSwitch | None = None
    """The one that is going on, or went last."""
    kept: tuple[KeptModel, ...] = ()
    """The newest first."""


def read_switches(file: Path) -> Switches:
    """Return what the file holds; nothing where it cannot be understood."""
    found = record_from(Switches, read_json(file, max_bytes=_BYTES_MAX))
    return _from(found) if found is not None else Switches()


def write_switches(file: Path, switches: Switches) -> None:
    """Replace the file, durably.

    Raises:
        OSError: when it cannot be written.
    """
    text = json.dumps(dataclasses.asdict(switches), indent=2)
    write_atomically(file, text.encode("ascii"))


def _from(stored: Switches) -> Switches:
    """Leave out what no version of tasted writes."""
    kept = tuple(model for model in stored.kept if _is_time(model.until))
    switch = stored.switch
    if switch is None or switch.state not in set(SwitchState) or not _is_time(switch.began_at):
        return Switches(None, kept)
    return Switches(switch, kept)


def _is_time(text: str) -> bool:
    try:
        parse_time(text)
    except ValueError:
        return False
    return True
