"""Removes the tables of one embedder that is not used any more. Touches the library folder.

Texts are of no embedder and stay.
"""

import shutil
from pathlib import Path

from tasted.library.failures import faults_of
from tasted.library.schema import (
    bios_name,
    hashes_name,
    neighbours_name,
    references_name,
    vectors_name,
)
from tasted.system.faultpoints import reach


def drop_tables(folder: Path, fingerprint: str) -> tuple[str, ...]:
    """Remove the tables of an embedder; nobody may have one of them open.

    Args:
        folder: of the library.
        fingerprint: of the embedder, 64 hex digits.

    Returns:
        The names of the tables that were there.

    Raises:
        LibraryUnusable: when one cannot be removed; the others may be gone by then.
        ValueError: when the fingerprint is not 64 lower-case hex digits.
    """
    dropped: list[str] = []
    # those that a search needs first: what is left after a kill is dropped the next time
    for name_of in (neighbours_name, hashes_name, bios_name, vectors_name, references_name):
        name = name_of(fingerprint)
        place = folder / f"{name}.lance"
        if place.is_dir():
            with faults_of(folder, "written"):
                shutil.rmtree(place)
            dropped.append(name)
        reach("library.dropped")
    return tuple(dropped)
