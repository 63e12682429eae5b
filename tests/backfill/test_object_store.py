"""Object stores, by a real server: what is listed and fetched, and what is refused."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from kit.object_stores import object_store
from tasted.backfill.fetching import ObjectFetcher
from tasted.backfill.object_store import ObjectStore, is_object_store, store_url
from tasted.backfill.scoring import tree_task
from tasted.errors import InboxUnavailable, UnreadableFile, UsageError
from tasted.inbox.reconcile import Task
from tasted.records import FileStamp, InboxFile

PICTURES = {
    "album/anna/1.png": b"one",
    "album/anna/1.txt": b"Anna, 29",
    "album/anna/1.jpg": b"the same, as JPEG",
    "album/Käthe & co/2 %20.png": b"two",
    "album/.thumbnails/1.png": b"hidden",
    "album/notes.pdf": b"other",
    "album/x//y.png": b"no folder can have it",
    "elsewhere/3.png": b"three",
}


@pytest.fixture(scope="module")
def reached() -> Iterator[dict[str, str]]:
    """Run a store with pictures, and give the variables that lead to it."""
    with object_store(PICTURES) as variables:
        yield variables


@pytest.fixture
def store(reached: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> ObjectStore:
    """Return a place in that store."""
    for name, value in reached.items():
        monkeypatch.setenv(name, value)
    return ObjectStore("s3://pictures/album/")


def test_a_look_finds_pictures_and_the_texts_beside_them(store: ObjectStore) -> None:
    """As in a folder: what is hidden or something else does not count."""
    seen = store.look()
    assert [file.path for file in seen.files] == [
        "Käthe & co/2 %20.png",
        "anna/1.jpg",
        "anna/1.png",
    ]
    assert seen.odd_names == 1
    first = seen.files[2]
    assert first.stamp.size_bytes == 3
    assert first.stamp.modified_ns > 1_600_000_000 * 10**9
    assert first.stamp.inode == 0
    assert first.companion is not None
    assert first.companion.path == "anna/1.txt"


def tasks_of(store: ObjectStore) -> list[Task]:
    """Return the tasks of everything that a look finds."""
    return [tree_task(file) for file in store.look().files]


def test_files_are_fetched_privately_and_go_again(store: ObjectStore, tmp_path: Path) -> None:
    """A text that serves two pictures comes once; what is too large is as large, and empty."""
    fetcher = ObjectFetcher({"": store}, tmp_path / "objects", max_bytes=10)
    fetched = list(fetcher.fetched(tasks_of(store)))
    assert [error for _task, error in fetched] == [None] * 3
    folder = tmp_path / "objects"
    assert fetcher.roots == {"": folder}
    assert (folder / "anna/1.png").read_bytes() == b"one"
    assert (folder / "Käthe & co/2 %20.png").read_bytes() == b"two"
    assert (folder / "anna/1.txt").read_bytes() == b"Anna, 29"
    assert (folder / "anna/1.jpg").read_bytes() == bytes(len(PICTURES["album/anna/1.jpg"]))
    assert all(path.stat().st_mode & 0o077 == 0 for path in (folder, *folder.rglob("*")))
    fetcher.close()
    assert not folder.exists()


def test_an_object_that_is_gone_is_a_file_that_is_gone(store: ObjectStore, tmp_path: Path) -> None:
    """It is for the engine to find nothing; a file that lies in no store is left where it is."""
    fetcher = ObjectFetcher({"s": store}, tmp_path / "objects", max_bytes=10)
    gone = tree_task(InboxFile("s/anna/gone.png", FileStamp(1, 1, 0), None))
    local = tree_task(InboxFile("folder/a.png", FileStamp(1, 1, 0), None))
    assert list(fetcher.fetched([gone, local])) == [(gone, None), (local, None)]
    assert not (tmp_path / "objects/s/anna/gone.png").exists()
    assert fetcher.is_of_store("s/anna/gone.png")
    assert not fetcher.is_of_store("folder/a.png")
    fetcher.close()


class _Refusing:
    """A store that lets nobody read some objects."""

    def __init__(self, *refused: str) -> None:
        self._refused = refused

    def open_input_stream(self, place: str) -> None:
        if place.endswith(self._refused):
            raise OSError("AWS Error ACCESS_DENIED during HeadObject operation")
        raise FileNotFoundError(place)


def test_one_object_that_is_refused_is_its_own_fault(tmp_path: Path) -> None:
    """Its error says why; a store that refuses five is at fault itself."""
    tasks = [tree_task(InboxFile(f"{n}.png", FileStamp(1, 1, 0), None)) for n in range(9)]
    one = ObjectFetcher(
        {"": ObjectStore("s3://b", _Refusing("3.png"))}, tmp_path / "one", max_bytes=9
    )
    errors = {task.file.path: error for task, error in one.fetched(tasks) if error is not None}
    assert list(errors) == ["3.png"]
    assert isinstance(errors["3.png"], UnreadableFile)
    assert "ACCESS_DENIED" in errors["3.png"].message
    every = ObjectFetcher(
        {"": ObjectStore("s3://b", _Refusing(".png"))}, tmp_path / "every", max_bytes=9
    )
    with pytest.raises(InboxUnavailable, match="ACCESS_DENIED"):
        list(every.fetched(tasks))
    one.close()
    every.close()


def test_a_bucket_that_is_not_there_is_told_in_words(store: ObjectStore) -> None:
    """With what to look at."""
    assert store.url == "s3://pictures/album"
    with pytest.raises(InboxUnavailable, match="s3://nothing cannot be listed") as told:
        ObjectStore("s3://nothing").look()
    assert "AWS_REGION" in told.value.remedy


@pytest.mark.parametrize(
    "url", ["s3://", "s3:///x", "s3://key:secret@bucket/x", "s3://b/x?region=eu", "s3://b//x", "/x"]
)
def test_an_address_with_more_than_bucket_and_folder_is_refused(url: str) -> None:
    """Keys do not belong into a command, where everybody on the machine can read them."""
    with pytest.raises(UsageError, match="no place in an object store"):
        ObjectStore(url)


def test_a_folder_is_no_object_store() -> None:
    """Only the scheme decides; a path loses one of its slashes, and the URL has them again."""
    assert is_object_store("s3://bucket")
    assert not is_object_store("/s3/bucket")
    assert store_url(Path("s3://bucket/album/")) == "s3://bucket/album"
    assert store_url(Path("s3/bucket")) is None
    assert store_url(Path()) is None
