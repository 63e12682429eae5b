"""Requests of `tasted export` and `tasted import` to the engine; part of `messages`. Pure.

ExportLibrary  → LibraryExported                    what was learnt of labels, for a file
ImportLibrary  → LibraryImported                    the same, in another home
"""

from tasted.plain_dataclass import dataclass
from tasted.rpc.messages import EngineAnswer, EngineRequest


@dataclass(frozen=True, slots=True)
class LibraryExported(EngineAnswer):
    """What was written into the folder."""

    embedder: str
    embedder_fingerprint: str
    liked: int
    rejected: int


@dataclass(frozen=True, slots=True)
class ExportLibrary(EngineRequest[LibraryExported]):
    """What the library knows of the references is to be written into a folder."""

    answer_types = (LibraryExported,)

    staging_id: str
    """Of a folder in `.tasted/transfer`."""


@dataclass(frozen=True, slots=True)
class LibraryImported(EngineAnswer):
    """What was taken from the folder."""

    vectors: int = 0
    versions: int = 0
    is_other_model: bool = False
    """Whether the vectors and versions are of another model, and so of no use here."""


@dataclass(frozen=True, slots=True)
class ImportLibrary(EngineRequest[LibraryImported]):
    """What such a folder holds is to be taken into the library, before its pictures come."""

    answer_types = (LibraryImported,)

    staging_id: str
    """As in `ExportLibrary`."""
