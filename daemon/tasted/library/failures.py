"""Turns the errors of LanceDB and pyarrow into faults of tasted, in one place. Pure."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa

from tasted.errors import DiskFull, LibraryUnusable, ServiceFault
from tasted.system.machine_faults import shortage_of

_NO_SPACE = "No space left"
_SYSTEM_ERROR = re.compile(r"\(os error (\d+)\)")
"""How Rust reports errno."""
_PANICS = frozenset({"PanicException", "RustPanic"})
_REASON_CHARACTERS_MAX = 300
REMEDY = (
    "Make it again from inbox/liked and inbox/rejected with: tasted rebuild (nothing that you put "
    "into the inbox is lost)."
)


@contextmanager
def faults_of(folder: Path, doing: str) -> Iterator[None]:
    """Turn every error of LanceDB inside the block into a fault that names the folder.

    LanceDB has no error classes: it raises ValueError and RuntimeError, which differ only in their
    text. A panic in its Rust code (damaged manifests cause some) arrives as a class that cannot be
    imported, so it is recognised by name.

    Args:
        folder: of the library, for the message.
        doing: what was tried, in words that follow "cannot be": `opened`, `read`, `written`.

    Raises:
        DiskFull: when the disk has no space left.
        OutOfMemory, SystemFailed: when the machine has no memory or no more open files.
        LibraryUnusable: for everything else.
    """
    try:
        yield
    except (RuntimeError, ValueError, OSError, LookupError, pa.ArrowException) as error:
        raise fault_of(error, folder, doing) from error
    except BaseException as error:
        if type(error).__name__ not in _PANICS:
            raise
        raise fault_of(error, folder, doing) from error


def fault_of(error: BaseException, folder: Path, doing: str) -> ServiceFault:
    """Return the fault that stands for an error of LanceDB."""
    text = " ".join(str(error).split())
    shortage = shortage_of(_system_error_in(text) or error)
    if _NO_SPACE in text or isinstance(shortage, DiskFull):
        return DiskFull(
            f"The disk is full: the library {folder} cannot be {doing}.",
            remedy="Free some space; tasted goes on by itself.",
        )
    if shortage is not None:
        # a rebuilt library would fail in the same way
        return shortage
    reason = text[:_REASON_CHARACTERS_MAX] or type(error).__name__
    return LibraryUnusable(f"The library {folder} cannot be {doing}: {reason}", remedy=REMEDY)


def _system_error_in(text: str) -> OSError | None:
    found = _SYSTEM_ERROR.search(text)
    return None if found is None else OSError(int(found[1]), os.strerror(int(found[1])))
