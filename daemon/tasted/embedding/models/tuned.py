"""A model that was trained on labels here: what it learnt from, beside its weights. Stdlib only.

    learned_from.json       the pictures whose labels it has seen, and the model that it was made of
    held_out_logits.json    what those pictures look like to models that have not seen them

Such a model lies in `.tasted/models/tuned-N/` in the form of any other, so that every runtime loads
it. What it learnt from goes with it: `tasted forget` of one of those pictures removes the model.
"""

import dataclasses
import json
import math
import re
from collections.abc import Collection, Mapping
from pathlib import Path

from tasted.home.json_files import read_json
from tasted.home.json_records import record_from
from tasted.plain_dataclass import dataclass
from tasted.system.files import write_atomically

LEARNED_FROM = "learned_from.json"
HELD_OUT = "held_out_logits.json"
PART = ".part"
"""Behind the name of a folder that is still being written."""
_NAME = re.compile(r"tuned-([1-9][0-9]{0,5})")
_BYTES_MAX = 64_000_000


@dataclass(frozen=True, slots=True)
class LearnedFrom:
    """Where a tuned model comes from."""

    base: str
    """The name of the model that it was made of."""
    base_fingerprint: str
    method: str
    trained_at: str
    """ISO 8601 in UTC."""
    adapter_sha256: str
    """Of the adapter that was merged into it."""
    trained: tuple[str, ...]
    """The content ids that it, or one of those that judged it, was trained on."""
    judged: tuple[str, ...] = ()
    """The content ids that only showed how good it is: newer labels, and the history."""
    recipe: dict[str, float] = dataclasses.field(default_factory=dict)

    @property
    def contents(self) -> frozenset[str]:
        """Every picture that it owes something to."""
        return frozenset((*self.trained, *self.judged))


def tuned_name(number: int) -> str:
    """Return what the tuned model of this number is called."""
    return f"tuned-{number}"


def tuned_number(name: str) -> int | None:
    """Return the number in such a name; None when it is no name of a tuned model."""
    match = _NAME.fullmatch(name)
    return int(match[1]) if match is not None else None


@dataclass(frozen=True, slots=True)
class TunedModel:
    """A model that was trained here, whole or half written."""

    name: str
    folder: Path
    learned: LearnedFrom | None
    """None when that is damaged, so that it may owe something to any picture."""

    def owes_something_to(self, contents: Collection[str]) -> bool:
        """Return whether one of these pictures went into it, as far as is known."""
        return self.learned is None or not self.learned.contents.isdisjoint(contents)


def tuned_models(folder: Path) -> tuple[TunedModel, ...]:
    """Return the models in `.tasted/models` that were trained here, half written ones included."""
    if not folder.is_dir():
        return ()
    found = ((place.name.removesuffix(PART), place) for place in sorted(folder.iterdir()))
    return tuple(
        TunedModel(name, place, read_learned_from(place))
        for name, place in found
        if tuned_number(name) is not None and place.is_dir() and not place.is_symlink()
    )


def write_tuned(folder: Path, learned: LearnedFrom, held_out: Mapping[str, float]) -> None:
    """Write both files into the folder of a model.

    Args:
        folder: of the model.
        learned: where it comes from.
        held_out: by content id, see `scoring.taste.held_out`.

    Raises:
        OSError: when they cannot be written.
    """
    write_atomically(folder / HELD_OUT, json.dumps(dict(held_out)).encode("ascii"))
    facts = json.dumps(dataclasses.asdict(learned), indent=2)
    write_atomically(folder / LEARNED_FROM, facts.encode("ascii"))


def read_learned_from(folder: Path) -> LearnedFrom | None:
    """Return where a model comes from; None where nobody trained it here, or that is damaged."""
    return record_from(LearnedFrom, read_json(folder / LEARNED_FROM, max_bytes=_BYTES_MAX))


def read_held_out(folder: Path) -> dict[str, float]:
    """Return the logits that knew neither picture nor label, by content id; empty without any."""
    value = read_json(folder / HELD_OUT, max_bytes=_BYTES_MAX)
    if not isinstance(value, dict):
        return {}
    return {
        content: float(logit)
        for content, logit in value.items()
        if isinstance(logit, int | float) and math.isfinite(logit)
    }
