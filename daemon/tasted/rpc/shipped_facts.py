"""What a taste that was shipped says of itself: two small files of a folder. Stdlib and settings.

    facts.json     this: what it is called, with which settings and which model it scores
    taste.arrays   the version and its references, for the engine alone; `engine.shipping`
    ignored.json   which contents were forgotten, as digests
    weights.json   sha256 sums of weights, so that no engine computes them again
    runtimes.json  which runtimes were compared for the model
    model/         the files of the model, where they were shipped with it

Such a folder needs no home: an engine with a folder of its own scores by it on any machine.
"""

import dataclasses
import json
from collections.abc import Set as AbstractSet
from pathlib import Path

from pydantic import ValidationError

from tasted.config import Settings
from tasted.errors import TasteUnusable
from tasted.home.json_files import read_json
from tasted.home.json_records import record_from
from tasted.plain_dataclass import dataclass
from tasted.records import Current, LabelCounts
from tasted.system.files import write_atomically

FACTS = "facts.json"
ARRAYS = "taste.arrays"
IGNORED = "ignored.json"
MODEL = "model"
HASHES = "weights.json"
VERDICTS = "runtimes.json"
SHIPPED_FORMAT = 1
SCORE_BY_NOW = "Score with the taste of now: tasted backfill --name {name} --again"
"""What to do about a taste that does not serve; an engine does not know the name of a backfill."""
_BYTES_MAX = 64_000_000


@dataclass(frozen=True, slots=True)
class ShippedFacts:
    """What a shipped taste is."""

    format: int
    tasted_version: str
    scorer: str
    """`taste` or `seed`."""
    taste: str
    """As sidecars name it."""
    taste_fingerprint: str
    is_held: bool
    embedder: str
    """The name of the model."""
    embedder_fingerprint: str
    reading: str
    """What reads texts, and what is kept of them."""
    model_folder: str | None
    """Absolute, on the machine that shipped it; None: it comes with tasted, or lies in `model`."""
    settings: str
    """As JSON; of the model that decides, whatever they ask for."""
    contents: tuple[str, ...] = ()
    """The ids of all pictures that it was fitted to, so that forgetting one finds it."""
    liked: int = 0
    rejected: int = 0
    copies: int = 0
    lookalikes: int = 0

    @property
    def counts(self) -> LabelCounts:
        """How many labels count."""
        return LabelCounts(self.liked, self.rejected, self.copies, self.lookalikes)

    @property
    def current(self) -> Current:
        """What it would be if a home had published it: decides which documents are stale."""
        return Current(
            embedder=self.embedder,
            embedder_fingerprint=self.embedder_fingerprint,
            scorer=self.scorer,
            taste=self.taste,
            taste_fingerprint=self.taste_fingerprint,
            config_digest="",
            labels_digest="",
            liked=self.liked,
            rejected=self.rejected,
        )

    def full_settings(self, machine: Settings | None = None) -> Settings:
        """Return its settings, with those of this machine for threads, memory and logs.

        Args:
            machine: the settings of a home on this machine; None: as it was shipped.

        Raises:
            TasteUnusable: when they are of another version of tasted.
        """
        try:
            shipped = Settings.model_validate_json(self.settings)
        except ValidationError as error:
            raise _other_version() from error
        if machine is None:
            return shipped
        return shipped.model_copy(update={"engine": machine.engine, "log": machine.log})


def write_facts(folder: Path, facts: ShippedFacts) -> None:
    """Write what a shipped taste is; the last of its files, so that it is whole with it.

    Raises:
        OSError: when it cannot be written.
    """
    text = json.dumps(dataclasses.asdict(facts), indent=2)
    write_atomically(folder / FACTS, text.encode("ascii"))


def read_facts(folder: Path) -> ShippedFacts | None:
    """Return what the shipped taste in a folder is; None when there is no whole one.

    Raises:
        TasteUnusable: when it is of another version of tasted.
    """
    value = read_json(folder / FACTS, max_bytes=_BYTES_MAX)
    if value is None:
        return None
    facts = record_from(ShippedFacts, value)
    if facts is None or facts.format != SHIPPED_FORMAT:
        raise _other_version()
    return facts


def holds_any(folder: Path, contents: AbstractSet[str]) -> bool:
    """Return whether a picture went into the taste in a folder; in doubt, it did."""
    try:
        facts = read_facts(folder)
    except TasteUnusable:
        return True
    return facts is None or not contents.isdisjoint(facts.contents)


def _other_version() -> TasteUnusable:
    return TasteUnusable(
        "The taste that this backfill began with was kept by another version of tasted.",
        remedy=SCORE_BY_NOW.format(name="NAME"),
    )
