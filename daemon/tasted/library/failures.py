"""The one ring in which what LanceDB and pyarrow raise becomes a fault of tasted. Pure."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa

from tasted.errors import DiskFull, LibraryUnusable, ServiceFault

_NO_SPACE = "No space left"
_PANICS = frozenset({"PanicException", "RustPanic"})
_REASON_CHARACTERS_MAX = 300
REMEDY = (
    "Make it again from inbox/liked and inbox/rejected with: tasted rebuild (nothing that you put "
    "into the inbox is lost)."
)


@contextmanager
def faults_of(folder: Path, doing: str) -> Iterator[None]:
    """Turn every error of LanceDB inside the block into a fault that names the folder.

    LanceDB has no errors of its own: it raises ValueError and RuntimeError, and tells their kinds
    apart by text only. A panic of its Rust code (damaged manifests cause some) arrives as a class
    that cannot be imported, and is known by its name.

    Args:
        folder: of the library, for the message.
        doing: what was tried, to follow "cannot be": `opened`, `read`, `written`.

    Raises:
        DiskFull: when the disk has no space left.
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
    if _NO_SPACE in text or getattr(error, "errno", None) == errno.ENOSPC:
        return DiskFull(
            f"The disk is full: the library {folder} cannot be {doing}.",
            remedy="Free some space; tasted goes on by itself.",
        )
    reason = text[:_REASON_CHARACTERS_MAX] or type(error).__name__
    return LibraryUnusable(f"The library {folder} cannot be {doing}: {reason}", remedy=REMEDY)
