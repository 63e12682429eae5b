"""Requests of a backfill to engines of its own; part of `messages`. Pure.

ShipTaste  → TasteShipped                    what decides now, as a folder that scores anywhere
ScoreTree  → FileScored …, BatchScored       files of other folders, scored by such a folder

Neither touches the library of a home but by reading, and such an engine holds no lock.
"""

from collections.abc import Mapping

from tasted.inbox.naming import refuse_climbing
from tasted.plain_dataclass import dataclass
from tasted.records import Label
from tasted.rpc.messages import (
    BatchScored,
    EngineAnswer,
    EngineRequest,
    RequestedFile,
)

WHOLE_TREE = ""
"""The name of the root of a tree that has one."""


@dataclass(frozen=True, slots=True)
class TreeFile(RequestedFile):
    """One file of a tree that is scored in place; its path is relative to the tree.

    Nothing about it is kept but its document, whatever its folder is called.
    """

    is_outside: bool = True

    def __post_init__(self) -> None:
        refuse_climbing(self.path, self.companion)

    @property
    def label(self) -> Label | None:
        """None: a folder called `liked` somewhere else says nothing."""
        return None

    @property
    def may_be_ignored(self) -> bool:
        """What was forgotten is passed over wherever it lies."""
        return True

    @property
    def is_stored(self) -> bool:
        """It has a document, by which it is found again."""
        return True


@dataclass(frozen=True, slots=True)
class TasteShipped(EngineAnswer):
    """The folder is written."""

    taste: str
    """As sidecars name it, `v12`."""


@dataclass(frozen=True, slots=True)
class ShipTaste(EngineRequest[TasteShipped]):
    """What decides in the home now is to be written into a folder; see `shipped_facts`."""

    answer_types = (TasteShipped,)

    folder: str
    """Absolute path of an empty one."""
    has_model: bool = False
    """Whether the files of the model are to be copied into it, for another machine."""


@dataclass(frozen=True, slots=True)
class ScoreTree(EngineRequest[BatchScored]):
    """Files to be scored where they lie, by a taste that was shipped."""

    answer_types = (BatchScored,)

    shipped: str
    """Absolute path of the folder."""
    roots: Mapping[str, str]
    """Absolute paths of the folders of the tree, by the first part of the paths in it; a tree of
    one folder has it under `WHOLE_TREE`, and no such part."""
    files: tuple[TreeFile, ...]
