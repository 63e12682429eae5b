"""What the machine lacks, or the model, is no picture's fault."""

import errno

import pytest

from kit.faulty_pipelines import TINY, Counting, Process
from kit.outboxes import picture
from kit.pictures import noise
from tasted.errors import (
    DiskFull,
    ModelUnusable,
    OutOfMemory,
    ProgramDamaged,
    ServiceFault,
    SystemFailed,
)
from tasted.home.layout import Home


@pytest.mark.parametrize(
    ("raised", "fault"),
    [
        (ModuleNotFoundError("No module named 'torch'"), ProgramDamaged),
        (OSError(errno.EMFILE, "Too many open files"), SystemFailed),
        (OSError(errno.EIO, "Input/output error", "/home/.tasted/library"), SystemFailed),
        (OSError(errno.ENOSPC, "No space left on device"), DiskFull),
    ],
)
def test_row_48_what_the_machine_raises_is_no_pictures_fault(
    home: Home,
    process: Process,
    embedder: Counting,
    crashes: list[str],
    raised: Exception,
    fault: type[ServiceFault],
) -> None:
    """The batch waits: no file of it gets a document, and nothing has to be reported."""
    (home.inbox / "a.png").write_bytes(picture(1))
    (home.inbox / "tiny.png").write_bytes(noise(size=(TINY, TINY)))
    embedder.raises = raised
    with pytest.raises(fault) as caught:
        process("a.png", "tiny.png")
    assert caught.value.remedy
    assert crashes == []
    embedder.raises = None
    assert process("a.png", "tiny.png") == {"a.png": "scored", "tiny.png": "scored"}


def test_row_48_a_picture_without_memory_is_tried_alone(
    home: Home, process: Process, embedder: Counting
) -> None:
    """Once the others of its batch hold no memory there may be enough for it."""
    for name, data in (("a", picture(1)), ("tiny", noise(size=(TINY, TINY))), ("b", picture(2))):
        (home.inbox / f"{name}.png").write_bytes(data)
    embedder.raises = MemoryError()
    # with the others, then by itself while they are still held
    embedder.raises_times = 2
    everything = {"a.png": "scored", "tiny.png": "scored", "b.png": "scored"}
    assert process("a.png", "tiny.png", "b.png") == everything


def test_row_48_what_needs_all_memory_alone_holds_up_nobody(
    home: Home, process: Process, embedder: Counting
) -> None:
    """There is memory for usual pictures: that one is reported, not as damaged, and tried again."""
    for name, data in (("a", picture(1)), ("tiny", noise(size=(TINY, TINY)))):
        (home.inbox / f"{name}.png").write_bytes(data)
    embedder.raises = MemoryError()
    found = process.documents("a.png", "tiny.png")
    assert found["a.png"] is not None
    assert found["a.png"].status == "scored"
    document = found["tiny.png"]
    assert document is not None
    assert document.error is not None
    assert document.error.code == "not_enough_memory"
    assert document.error.retry_at is not None
    assert "PNG" not in document.error.remedy


def test_row_48_a_machine_without_memory_holds_the_queue(
    home: Home, process: Process, embedder: Counting, memory: list[bool]
) -> None:
    """When there is none even for a usual picture, no picture is at fault for that."""
    (home.inbox / "tiny.png").write_bytes(noise(size=(TINY, TINY)))
    embedder.raises = MemoryError()
    memory[0] = False
    with pytest.raises(OutOfMemory):
        process("tiny.png")


def test_row_48_a_model_that_does_not_open_is_no_pictures_fault(
    home: Home, process: Process, embedder: Counting
) -> None:
    """Whatever loading raises, for no picture is needed for that."""
    (home.inbox / "a.png").write_bytes(picture(1))
    for raised, fault in (
        (ModuleNotFoundError("No module named 'torch'"), ProgramDamaged),
        (MemoryError(), OutOfMemory),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory"), OutOfMemory),
        (KeyError("state_dict"), ModelUnusable),
    ):
        embedder.load_raises = raised
        with pytest.raises(fault):
            process("a.png")
    embedder.load_raises = None
    assert process("a.png") == {"a.png": "scored"}
