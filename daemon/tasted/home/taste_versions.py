"""The taste versions of a home as rows: taught by what, how good, and when each decided.

Touches `vN.json` and `chosen.json` in `.tasted/tastes`. The engine writes them; whoever wants to
list versions reads them, and needs no numpy for that. What a version scores by is beside its row,
in `vN.taste`, or `vN.fit` where it is to be fitted again; see `judging.versions`.
"""

import dataclasses
import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tasted.home.json_files import read_json
from tasted.home.json_records import record_from
from tasted.plain_dataclass import dataclass
from tasted.records import Current
from tasted.system.clock import parse_time
from tasted.system.files import write_atomically

SEED_METHOD = "seed"
TASTE_METHOD = "taste"
WHOLE, REFITTABLE, ERASED = "whole", "refittable", "erased"

_BYTES_MAX = 4_000_000
_ROW_NAME = re.compile(r"v([1-9][0-9]{0,8})\.json")
_CHOICE_NAME = "chosen.json"


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a version is made with, its labels apart: two with the same recipe can be compared."""

    method: str
    """`taste`, or `seed` for the fixed formula."""
    embedder: str
    embedder_fingerprint: str
    features: str
    """A digest of traits, interests and how texts are read."""
    code_version: str
    adapter_sha256: str | None = None
    """Of what was trained on top of the embedder; None: nothing was."""

    @property
    def id(self) -> str:
        """A short name, the same for the same recipe in every home."""
        facts = json.dumps(dataclasses.asdict(self), sort_keys=True)
        return f"r{hashlib.sha256(facts.encode('ascii')).hexdigest()[:8]}"


@dataclass(frozen=True, slots=True)
class VersionLabels:
    """The labels that a version was fitted to, as they count."""

    digest: str
    liked: int
    rejected: int
    upto_seq: int | None = None
    """The last event of the feedback log that it knows; None where that is not known."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure, and the interval in which the true one lies nine times in ten."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class VersionFigures:
    """How well a version tells likes from rejects; None where its labels do not determine it."""

    answers: int
    """How many labelled pictures were judged, each by all others."""
    auc: Estimate | None = None
    """The share of pairs of a like and a reject in which the like scores higher."""
    brier: Estimate | None = None
    """The mean squared difference of probability and label: lower is better."""
    base_brier: float | None = None
    """Of the constant predictor, which says the share of likes among the others."""


@dataclass(frozen=True, slots=True)
class TimeInForce:
    """A time in which a version decided, as ISO 8601 in UTC."""

    since: str
    until: str | None = None
    """None: it still decides."""


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One taste version, without what it scores by."""

    number: int
    recipe: Recipe
    labels: VersionLabels
    fitted_to: str
    """A digest over everything that decided the fit."""
    reason: str
    """Why it was made: `seed`, `answers`, `pictures` (there are 30 to compare with), `settings`,
    `switch` (of the model), `training`, `forget`, `import`, or `unknown`."""
    figures: VersionFigures
    minted_at: str
    """ISO 8601 in UTC."""
    parent: int | None = None
    """The version that decided before."""
    contents: int = 0
    """How many pictures it knows, labels and those that it compares with together."""
    in_force: tuple[TimeInForce, ...] = ()
    """When it decided, oldest first."""
    kept: str = WHOLE
    """`whole`; `refittable`: it is fitted again when it is used; `erased`: it is gone."""
    note: str | None = None

    @property
    def name(self) -> str:
        """The name in sidecars, such as `v3`."""
        return f"v{self.number}"

    @property
    def is_in_force(self) -> bool:
        """Whether it decides now."""
        return bool(self.in_force) and self.in_force[-1].until is None

    @property
    def is_seed(self) -> bool:
        """Whether it is the fixed formula, which has no fit."""
        return self.recipe.method == SEED_METHOD


@dataclass(frozen=True, slots=True)
class TasteChoice:
    """What a person chose to decide; without one the newest fit does."""

    mode: str
    """`hold`: exactly this version. `follow`: the recipe of this version, with every answer."""
    version: int

    @property
    def words(self) -> str:
        """How what is published names it."""
        return f"{self.mode} v{self.version}"


def version_number(name: str) -> int | None:
    """Return the number in a name such as `v3`; None when it is no name of a version."""
    match = _ROW_NAME.fullmatch(f"{name}.json")
    return int(match[1]) if match is not None else None


def read_version_rows(folder: Path) -> tuple[VersionRow, ...]:
    """Return the rows in the folder of versions, newest first; what cannot be read is left out."""
    rows = (read_version_row(folder, number) for number in _numbers(folder))
    return tuple(
        sorted((row for row in rows if row is not None), key=lambda row: row.number, reverse=True)
    )


def read_version_row(folder: Path, number: int) -> VersionRow | None:
    """Return one row; None when there is none that this version understands."""
    row = record_from(VersionRow, _read_object(folder / f"v{number}.json"))
    return row if row is not None and row.number == number and _has_times(row) else None


class RecipeNames:
    """Which recipe each version was made with; a version never changes it.

    Args:
        folder: of the versions.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: dict[str, str] = {}

    def recipe_of(self, version: str) -> str | None:
        """Return the id of the recipe of a version by its name; None where that is not known."""
        if version not in self._known:
            number = version_number(version)
            row = read_version_row(self._folder, number) if number is not None else None
            if row is None:
                return None
            self._known[version] = row.recipe.id
        return self._known[version]


def write_version_row(folder: Path, row: VersionRow) -> None:
    """Write a row, or replace it.

    Raises:
        OSError: when it cannot be written.
    """
    _write_record(folder / f"{row.name}.json", row)


def read_choice(folder: Path) -> TasteChoice | None:
    """Return what a person chose; None: nothing, so that the newest fit decides."""
    choice = record_from(TasteChoice, _read_object(folder / _CHOICE_NAME))
    return choice if choice is not None and choice.mode in {"hold", "follow"} else None


def write_choice(folder: Path, choice: TasteChoice | None) -> None:
    """Keep what a person chose, or that it is nothing (None).

    Raises:
        OSError: when it cannot be written.
    """
    if choice is None:
        (folder / _CHOICE_NAME).unlink(missing_ok=True)
    else:
        _write_record(folder / _CHOICE_NAME, choice)


def is_published(folder: Path, current: Current) -> bool:
    """Return whether what was chosen is what was published: a kill may have come between."""
    choice = read_choice(folder)
    return current.chosen == (choice.words if choice is not None else None)


def held_sentence(current: Current | None) -> str | None:
    """Return that a version is held and how many answers wait; None when none is held."""
    if current is None or not current.is_held:
        return None
    count = current.waiting_answers
    if not count:
        return f"{current.taste} is held. Newer answers will be kept and not used."
    are = "answer is" if count == 1 else "answers are"
    return f"{current.taste} is held. {count} newer {are} kept and not used."


def _has_times(row: VersionRow) -> bool:
    spans = [time for span in row.in_force for time in (span.since, span.until) if time is not None]
    try:
        for time in (row.minted_at, *spans):
            parse_time(time)
    except ValueError:
        # edited by hand
        return False
    return True


def _numbers(folder: Path) -> Iterator[int]:
    if folder.is_dir():
        for file in folder.iterdir():
            match = _ROW_NAME.fullmatch(file.name)
            if match is not None:
                yield int(match[1])


def _write_record(file: Path, record: VersionRow | TasteChoice) -> None:
    write_atomically(file, json.dumps(dataclasses.asdict(record), indent=2).encode("ascii"))


def _read_object(file: Path) -> dict[str, Any] | None:
    value = read_json(file, max_bytes=_BYTES_MAX)
    return value if isinstance(value, dict) else None
