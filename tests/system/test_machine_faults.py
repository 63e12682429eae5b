"""Which exceptions are the machine's, and which may be about a picture."""

import contextlib
import errno
import os
import resource
from collections.abc import Iterator

import pytest

from kit.children import python
from kit.pictures import noise
from kit.sidecars import scored
from tasted.engine.reading_files import InboxReader
from tasted.errors import DiskFull, OutOfMemory, ProgramDamaged, ServiceFault, SystemFailed
from tasted.home.layout import Home
from tasted.inbox.listing import list_inbox
from tasted.outbox.ledger import Ledger
from tasted.outbox.sidecar_files import read_sidecar
from tasted.outbox.sidecar_writer import Writer
from tasted.rpc.messages import RequestedFile
from tasted.system.machine_faults import has_memory, machine_fault, shortage_of

_MACHINES: list[tuple[Exception, type[ServiceFault]]] = [
    (MemoryError(), OutOfMemory),
    (OSError(errno.ENOMEM, "Cannot allocate memory"), OutOfMemory),
    (RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to"), OutOfMemory),
    (RuntimeError("CUDA out of memory. Tried to allocate 2 GiB"), OutOfMemory),
    (ModuleNotFoundError("No module named 'torch'"), ProgramDamaged),
    (ImportError("libtorch_cpu.so: failed to map segment from shared object"), ProgramDamaged),
    (OSError(errno.EMFILE, "Too many open files"), SystemFailed),
    (OSError(errno.ENFILE, "Too many open files in system"), SystemFailed),
    (OSError(errno.ENOSPC, "No space left on device"), DiskFull),
    (OSError(errno.EDQUOT, "Disk quota exceeded"), DiskFull),
]


@pytest.mark.parametrize(("error", "fault"), _MACHINES)
def test_a_shortage_is_the_machines_wherever_it_shows(
    error: Exception, fault: type[ServiceFault]
) -> None:
    """No content and no mode of a file can cause it."""
    found = shortage_of(error)
    assert type(found) is fault
    assert found.remedy
    assert type(machine_fault(error)) is fault


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.EIO, "Input/output error", "x.png"),
        OSError(errno.EACCES, "Permission denied", "x.png"),
        OSError("image file is truncated"),
    ],
)
def test_an_error_of_reading_is_the_files_where_a_file_is_read(error: OSError) -> None:
    """And the machine's everywhere else."""
    assert shortage_of(error) is None
    assert isinstance(machine_fault(error), SystemFailed)


@pytest.mark.parametrize("error", [KeyError("x"), ValueError("zTXt"), RuntimeError("broken")])
def test_anything_else_is_not_the_machines(error: Exception) -> None:
    """It is damage of a picture where one is decoded, and our own fault elsewhere."""
    assert shortage_of(error) is None
    assert machine_fault(error) is None


def test_memory_is_asked_for() -> None:
    """Before a picture is said to need too much."""
    assert has_memory(1 << 20)
    assert not has_memory(1 << 62)


_DECODES = """
import io, resource, sys
from PIL import Image
from tasted.decoding.pictures import decode
from tasted.rpc.messages import RequestedFile
stream = io.BytesIO()
Image.new(sys.argv[1], (8000, 8000)).save(stream, "PNG")
pages = int(open("/proc/self/statm").read().split()[0])
limit = pages * resource.getpagesize() + 40_000_000
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
decode(stream.getvalue(), name="x.png", max_pixels=100_000_000)
"""


@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_row_48_memory_that_is_refused_is_no_damage_of_a_picture(mode: str) -> None:
    """A sound picture of 64 megapixels where 40 MB are left: nothing is said of the picture.

    Whichever decodes it: a grey one is left to Pillow.
    """
    done = python("-c", _DECODES, mode)
    assert done.returncode == 1
    assert "MemoryError" in done.stderr.splitlines()[-1], done.stderr


@contextlib.contextmanager
def _no_more_files() -> Iterator[None]:
    """Let this process open no file while the block runs."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    free = os.open(os.devnull, os.O_RDONLY)
    os.close(free)
    resource.setrlimit(resource.RLIMIT_NOFILE, (free, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_row_48_too_many_open_files_say_nothing_about_any_file(home: Home) -> None:
    """No picture is unreadable or none, no sidecar missing, no outbox of others, for that."""
    (home.inbox / "a.png").write_bytes(noise())
    (home.inbox / "b").write_bytes(noise())
    ledger = Ledger(home.outbox)
    writer = Writer(home.outbox, ledger)
    place = writer.write(scored("a.png"))
    reader, file = InboxReader(home.inbox, max_bytes=10**6), RequestedFile("a.png")
    opened = reader.stat(file)
    assert opened is not None
    with _no_more_files():
        with pytest.raises(SystemFailed):
            read_sidecar(home.outbox, str(place))
        with pytest.raises(SystemFailed):
            ledger.refresh()
        with pytest.raises(SystemFailed):
            writer.write(scored("b.png"))
        with pytest.raises(SystemFailed):
            list_inbox(home.inbox)
        with pytest.raises(OSError, match="Too many open files"):
            reader.read(file, opened)
    assert ledger.entries.keys() == {"a.png"}
    assert list_inbox(home.inbox).files.keys() == {"a.png", "b"}
