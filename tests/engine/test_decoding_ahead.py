"""One screenshot is decoded while its content is summed up and looked for."""

import gc
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest
from typing_extensions import override

from kit.faulty_pipelines import Counting
from kit.pictures import solid
from kit.pipelines import DIMENSIONS, FINGERPRINT, pixel_pipeline, results_of
from kit.waiting import eventually
from tasted.decoding.pictures import Picture
from tasted.engine.reading_files import InboxReader
from tasted.home.layout import Home
from tasted.library.library import Embedded, Library
from tasted.records import ScoredInputs
from tasted.rpc.messages import RequestedFile

SIZE = (61, 47)


def decoded_pictures() -> int:
    """Count the pictures of this size in memory, which no other test draws."""
    return sum(
        type(thing) is Picture and (thing.facts.width, thing.facts.height) == SIZE
        for thing in gc.get_objects()
    )


class SlowLibrary(Library):
    """Is asked for a content, and answers when a picture was decoded."""

    @override
    def cached(self, content_ids: Sequence[str]) -> dict[str, Embedded]:
        eventually(lambda: decoded_pictures() > 0)
        return super().cached(content_ids)


def test_it_is_decoded_before_anybody_knows_whether_it_is_needed(home: Home) -> None:
    """Else this would wait for ever."""
    (home.inbox / "a.png").write_bytes(solid(size=SIZE))
    library = SlowLibrary.open(home.library, fingerprint=FINGERPRINT, dimensions=DIMENSIONS)
    embedder = Counting()
    engine = pixel_pipeline(home, library, load=embedder.load)
    (result,) = results_of(engine, RequestedFile("a.png"))
    assert result.is_scored
    assert embedder.together == [1]
    assert result.document is not None
    assert "decode" in result.document.timing_ms
    assert decoded_pictures() == 0

    # of another name, and known: decoded in vain, let go, and not said to have been looked at
    (home.inbox / "b.png").write_bytes(solid(size=SIZE))
    (again,) = results_of(engine, RequestedFile("b.png"))
    assert again.is_scored
    assert embedder.together == [1]
    assert again.document is not None
    assert again.document.timing_ms == {}
    assert again.document.rescore_timing_ms
    eventually(lambda: decoded_pictures() == 0)


@pytest.mark.parametrize(
    ("names", "inputs", "is_ahead"),
    [
        (["a"], None, True),
        (["a"], ScoredInputs("0" * 64, None, FINGERPRINT, None), False),
        (["a", "b"], None, False),
    ],
)
def test_one_new_file_alone_is_decoded_ahead(
    home: Home, names: list[str], inputs: ScoredInputs | None, *, is_ahead: bool
) -> None:
    """One that was looked at before was only touched, most likely; others wait for no one."""
    before, begun = set(threading.enumerate()), list[set[threading.Thread]]()

    class Told(Library):
        @override
        def cached(self, content_ids: Sequence[str]) -> dict[str, Embedded]:
            begun.append(set(threading.enumerate()) - before)
            return super().cached(content_ids)

    for number, name in enumerate(names):
        (home.inbox / f"{name}.png").write_bytes(solid(size=(40 + number, 30)))
    engine = pixel_pipeline(
        home, Told.open(home.library, fingerprint=FINGERPRINT, dimensions=DIMENSIONS)
    )
    results_of(engine, *(RequestedFile(f"{name}.png", scored_inputs=inputs) for name in names))
    # when the library is asked first; later others look
    assert any(thread.name.startswith("looks") for thread in begun[0]) is is_ahead


def test_what_cannot_be_decoded_is_told_of_the_file(home: Home) -> None:
    """As of one among others."""
    (home.inbox / "a.png").write_bytes(solid()[:60])
    (home.inbox / "empty.png").write_bytes(b"")
    (home.inbox / "text.png").write_bytes(b"no picture")
    library = Library.open(home.library, fingerprint=FINGERPRINT, dimensions=DIMENSIONS)
    engine = pixel_pipeline(home, library)
    files = [RequestedFile(f"{name}.png") for name in ("a", "empty", "text")]
    alone = [result for file in files for result in results_of(engine, file)]
    errors = [result.document and result.document.error for result in alone]
    assert [error and error.code for error in errors] == ["truncated", "empty", "not_an_image"]


def test_the_bytes_are_there_before_they_are_summed_up(tmp_path: Path) -> None:
    """Of an empty file there is nothing to begin with."""
    (tmp_path / "a.png").write_bytes(b"content")
    reader, file = InboxReader(tmp_path, max_bytes=100), RequestedFile("a.png")
    opened = reader.stat(file)
    assert opened is not None
    seen: list[tuple[bytes, str | None]] = []
    assert reader.read(
        file, opened, meanwhile=lambda: seen.append((opened.data, opened.content_id))
    )
    assert seen == [(b"content", None)]
    assert opened.content_id is not None
