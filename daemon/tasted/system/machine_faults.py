"""What an exception says of the machine: no memory, no more files, no disk, a module that is gone.

Pure, except that it asks for memory. Whoever reads a picture reports its damage where it arises, as
an ItemError. So what arrives elsewhere as MemoryError, ImportError or OSError is the machine's.
"""

import errno

from tasted.errors import DiskFull, OutOfMemory, ProgramDamaged, ServiceFault, SystemFailed

_NO_FILES = frozenset({errno.EMFILE, errno.ENFILE})
_NO_SPACE = frozenset({errno.ENOSPC, errno.EDQUOT})
_NO_MEMORY_WORDS = (
    "allocate memory",
    "memory allocation",
    "out of memory",
    "bad_alloc",
    "bad allocation",
)
"""What torch, onnxruntime, OpenBLAS and Rust say; none of them raises MemoryError."""
_OF_A_FILE = "security limit"
"""What libheif adds where a file asks for more than it ever grants, whatever memory there is."""
_PROBE_BYTES = 64 << 20
_REASON_CHARACTERS_MAX = 200
_THEN = "tasted then continues"


def shortage_of(error: BaseException, *, then: str = _THEN) -> ServiceFault | None:
    """Return the fault of the machine behind an exception, whoever raised it; else None.

    Only what no file can cause by its content or its mode: memory, open files, room on the disk and
    modules. For places that read a picture, where any other exception is about that picture.

    Args:
        error: whatever was raised.
        then: what happens once it is over, as the end of a remedy.
    """
    number = error.errno if isinstance(error, OSError) else None
    if number == errno.ENOMEM or is_out_of_memory(error):
        return OutOfMemory(
            "There is not enough memory.",
            remedy=f"Close other programs or choose a smaller model; {then}.",
        )
    if isinstance(error, ImportError):
        return ProgramDamaged(
            f"A part of tasted cannot be loaded: {_reason(error)}",
            remedy=f"If an installation is running, wait for it; {then}. "
            "Otherwise reinstall tasted.",
        )
    if number in _NO_FILES:
        return SystemFailed(
            "Too many files are open on this machine.",
            remedy=f"Close other programs or raise the limit (ulimit -n); {then}.",
        )
    if number in _NO_SPACE:
        return DiskFull("The disk is full.", remedy=f"Free some space; {then}.")
    return None


def machine_fault(error: BaseException, *, then: str = _THEN) -> ServiceFault | None:
    """Return the fault of the machine that an exception stands for; None when it is not one.

    For places where nothing of a picture is read, so that every OSError is the machine's.

    Args:
        error: whatever was raised.
        then: as in `shortage_of`.
    """
    shortage = shortage_of(error, then=then)
    if shortage is not None or not isinstance(error, OSError):
        return shortage
    where = f" ({error.filename})" if error.filename else ""
    return SystemFailed(
        f"The system refuses what tasted needs{where}: {error.strerror or _reason(error)}.",
        remedy=f"Check who owns it, and whether its disk is connected and healthy; {then}.",
    )


def is_out_of_memory(error: BaseException) -> bool:
    """Return whether an exception says that memory was refused."""
    if isinstance(error, MemoryError):
        return True
    return not isinstance(error, OSError) and tells_of_memory(str(error))


def tells_of_memory(text: str) -> bool:
    """Return whether the words of a library say that memory was refused."""
    said = text.casefold()
    return _OF_A_FILE not in said and any(words in said for words in _NO_MEMORY_WORDS)


def has_memory(size_bytes: int = _PROBE_BYTES) -> bool:
    """Return whether the machine has the memory that a usual picture takes; it is freed again."""
    try:
        bytearray(size_bytes)
    except MemoryError:
        return False
    return True


def _reason(error: BaseException) -> str:
    text = " ".join(str(error).split()) or type(error).__name__
    return text[:_REASON_CHARACTERS_MAX]
