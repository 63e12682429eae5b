"""The trials of a home: `.tasted/trials/NNNN.json`, one file each. Touches that folder.

Evidence is computed from the log of answers; a row keeps who is on trial, what became of it, and
the differences of replayed answers, which name pictures by content id: `forget` takes them out.
"""

import dataclasses
import json
import re
from collections.abc import Collection
from pathlib import Path

from tasted.home.json_files import read_json
from tasted.home.json_records import record_from
from tasted.home.taste_versions import Recipe
from tasted.plain_dataclass import dataclass
from tasted.system.clock import parse_time
from tasted.system.files import private_folder, write_atomically
from tasted.trials.differences import CountedDifference
from tasted.trials.rules import TrialFigures

OPEN = "open"
"""The challenger predicts silently."""
PROMOTED = "promoted"
"""The challenger decides, and the former recipe predicts on for a while."""
SETTLED = "settled"
"""It was promoted, and stayed."""
TAKEN_BACK = "taken_back"
"""It was promoted, and the former recipe decides again."""
DISMISSED = "dismissed"
WITHDRAWN = "withdrawn"
"""One of the two recipes is no more: settings, labels or models have changed."""
STATES = frozenset({OPEN, PROMOTED, SETTLED, TAKEN_BACK, DISMISSED, WITHDRAWN})
RUNNING = frozenset({OPEN, PROMOTED})
"""Those in which two recipes predict."""
BY_TEST, BY_PERSON = "test", "person"
DECIDERS = frozenset({None, BY_TEST, BY_PERSON})

_BYTES_MAX = 4_000_000
_ROW_NAME = re.compile(r"([0-9]{4,9})\.json")


@dataclass(frozen=True, slots=True)
class FoldFigures:
    """What the labels said of both recipes before a trial; see `judging.fold_comparison`."""

    labels: int
    gain: float
    """Mean Brier score of the recipe in force less that of the challenger."""
    t: float
    """Of the gain, corrected for folds that share their labels."""


@dataclass(frozen=True, slots=True)
class TrialRow:
    """One trial."""

    number: int
    in_force: Recipe
    """What decided when it began."""
    challenger: Recipe
    opened_at: str
    """ISO 8601 in UTC."""
    after_seq: int
    """Answers with a higher number in the log are its own."""
    reason: str = BY_PERSON
    """Who asked for it: `person`, `switch`, `training`, or `settings`."""
    labels_digest: str = ""
    """Of the labels at its begin: the same challenger is not tried twice on the same ones."""
    folds: FoldFigures | None = None
    replayed: tuple[CountedDifference, ...] = ()
    """Of answers before it began; empty for a challenger that learnt from them."""
    state: str = OPEN
    decided_by: str | None = None
    """`test` or `person`; None as long as nothing is decided."""
    decided_at: str | None = None
    decided_seq: int | None = None
    """The last event of the log when it was decided; after a promotion the watch begins there."""
    figures: TrialFigures | None = None
    """Those that decided: numbers, which stay when a picture is forgotten."""
    reverse_figures: TrialFigures | None = None
    """Of the watch after a promotion, when that ended."""
    former_version: str | None = None
    """The version that decided before the promotion: the way back."""
    ended_by: str | None = None
    """As `decided_by`: who let a promotion stay, or took it back."""
    ended_at: str | None = None
    """When a promotion was settled or taken back."""
    is_told: bool = False
    """Whether what was decided was told to a person."""
    offer_is_declined: bool = False
    """A person was asked and let it go on."""
    note: str | None = None
    """Why it was withdrawn."""

    @property
    def is_running(self) -> bool:
        """Whether two recipes predict."""
        return self.state in RUNNING

    def without(self, contents: Collection[str]) -> "TrialRow":
        """Return the row without what names these contents."""
        left = tuple(kept for kept in self.replayed if kept.content not in contents)
        return self if len(left) == len(self.replayed) else dataclasses.replace(self, replayed=left)


def read_trials(folder: Path) -> tuple[TrialRow, ...]:
    """Return the trials of a home, oldest first; what cannot be read is left out."""
    rows = (read_trial(folder, number) for number in trial_numbers(folder))
    return tuple(row for row in rows if row is not None)


def running_trial(folder: Path) -> TrialRow | None:
    """Return the one trial in which two recipes predict; None: there is none."""
    running = [row for row in read_trials(folder) if row.is_running]
    return running[-1] if running else None


def read_trial(folder: Path, number: int) -> TrialRow | None:
    """Return one trial; None when there is none that this version understands."""
    row = record_from(TrialRow, read_json(folder / _name(number), max_bytes=_BYTES_MAX))
    return row if row is not None and row.number == number and _is_sound(row) else None


def write_trial(folder: Path, row: TrialRow) -> None:
    """Write a trial, or replace it. Whoever calls has checked the home.

    Args:
        folder: of the trials; made with mode 0700 if it is missing, its parent is not.
        row: the trial.

    Raises:
        OSError: when it cannot be written; the file is as it was.
    """
    private_folder(folder, below=folder.parent)
    text = json.dumps(dataclasses.asdict(row), indent=1, allow_nan=False)
    write_atomically(folder / _name(row.number), text.encode("ascii"))


def next_number(folder: Path) -> int:
    """Return the number of a new trial; those of removed ones are not used while later ones are."""
    return max(trial_numbers(folder), default=0) + 1


def trial_numbers(folder: Path) -> tuple[int, ...]:
    """Return the numbers of the files in a folder of trials, the lowest first."""
    if not folder.is_dir():
        return ()
    matches = (_ROW_NAME.fullmatch(file.name) for file in folder.iterdir())
    return tuple(sorted(int(match[1]) for match in matches if match is not None))


def was_tried(rows: Collection[TrialRow], challenger: Recipe, labels_digest: str) -> bool:
    """Tell whether a challenger was tried on exactly these labels: it is not tried twice.

    A trial that was withdrawn before an answer of its own counted has tried nothing.
    """
    return any(
        row.challenger.id == challenger.id and row.labels_digest == labels_digest
        for row in rows
        if row.state != WITHDRAWN
        or (row.figures is not None and row.figures.count > row.figures.replayed)
    )


def _name(number: int) -> str:
    return f"{number:04d}.json"


def _is_sound(row: TrialRow) -> bool:
    """Tell whether values are such as tasted writes: anybody may have edited the file."""
    times = (row.opened_at, row.decided_at, row.ended_at)
    try:
        for time in times:
            if time is not None:
                parse_time(time)
    except ValueError:
        return False
    shares = (
        share for replayed in row.replayed for share in (replayed.in_force, replayed.challenger)
    )
    return (
        row.state in STATES
        and {row.decided_by, row.ended_by} <= DECIDERS
        and row.after_seq >= 0
        and all(0 <= share <= 1 for share in shares)
    )
