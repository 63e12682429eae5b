"""What killed downloads leave in the hub's cache is removed, what lives is left."""

from pathlib import Path

from huggingface_hub.utils import WeakFileLock

from tasted.embedding.hub.cache import (
    discard,
    downloaded_files,
    existing_parent,
    remove_broken_downloads,
    remove_downloads,
    snapshot_folder,
)


def cache_with_broken_download(folder: Path) -> tuple[Path, Path]:
    """Lay out what a killed download leaves; return its growing file and its lock."""
    blobs = folder / "models--someone--model" / "blobs"
    blobs.mkdir(parents=True)
    (blobs / "abc").write_bytes(b"finished")
    growing = blobs / "def.1a2b3c4d.incomplete"
    growing.write_bytes(b"half")
    lock = folder / ".locks" / "models--someone--model" / "def.lock"
    lock.parent.mkdir(parents=True)
    lock.touch()
    return growing, lock


def test_a_leftover_is_removed_and_a_finished_file_kept(tmp_path: Path) -> None:
    """Huggingface_hub never takes a leftover up again: it would lie there for ever."""
    growing, _lock = cache_with_broken_download(tmp_path)
    remove_broken_downloads(tmp_path, "someone/other")
    assert growing.exists()
    remove_broken_downloads(tmp_path, "someone/model")
    assert not growing.exists()
    assert growing.with_name("abc").exists()


def test_a_download_that_still_runs_is_left_alone(tmp_path: Path) -> None:
    """Its process holds the lock of the hub's own library."""
    growing, lock = cache_with_broken_download(tmp_path)
    with WeakFileLock(lock):
        remove_broken_downloads(tmp_path, "someone/model")
        assert growing.exists()
    remove_broken_downloads(tmp_path, "someone/model")
    assert not growing.exists()


def test_a_discarded_file_goes_with_its_blob(tmp_path: Path) -> None:
    """A link without its blob would be a file that cannot be read, a blob alone lost space."""
    blob = tmp_path / "blob"
    blob.write_bytes(b"damaged")
    link = tmp_path / "link"
    link.symlink_to(blob)
    discard(link)
    assert not link.is_symlink()
    assert not blob.exists()


def test_the_disk_of_a_folder_to_come_is_that_of_its_parent(tmp_path: Path) -> None:
    """Free space can be asked before the cache is made."""
    assert existing_parent(tmp_path / "a" / "b") == tmp_path
    assert existing_parent(tmp_path) == tmp_path


def cache_with_snapshots(cache: Path, **snapshots: str) -> Path:
    """Lay out a model: each letter of a commit is a file that links to the blob of its name."""
    repository = snapshot_folder(cache, "someone/model", "x").parents[1]
    for folder in ("blobs", "refs", ".no_exist"):
        (repository / folder).mkdir(parents=True)
    (repository / "refs" / "main").write_text("one")
    for commit, names in snapshots.items():
        folder = snapshot_folder(cache, "someone/model", commit)
        folder.mkdir(parents=True)
        for name in names:
            (repository / "blobs" / name).write_bytes(b"12")
            (folder / name).symlink_to(Path("../../blobs") / name)
    return repository


def test_downloads_go_with_their_blobs_and_shared_blobs_stay(tmp_path: Path) -> None:
    """Another commit needs `b`; `c` was there before; `d` never came."""
    repository = cache_with_snapshots(tmp_path, one="abc", two="b")
    one = repository / "snapshots" / "one"
    assert downloaded_files(one, "abd") == [one / "a", one / "b"]
    remove_downloads(one, "abd")
    left = {path.name for path in repository.rglob("*") if path.is_file()}
    assert left == {"b", "c", "main"}
    assert (repository / "snapshots" / "two" / "b").read_bytes() == b"12"
    remove_downloads(one, "abd")


def test_a_model_of_which_nothing_is_left_goes_with_its_folder(tmp_path: Path) -> None:
    """Branch names and locks too; the cache itself stays, for it is not ours."""
    repository = cache_with_snapshots(tmp_path, one="ab")
    lock = tmp_path / ".locks" / repository.name / "a.lock"
    lock.parent.mkdir(parents=True)
    lock.touch()
    remove_downloads(repository / "snapshots" / "one", "ab")
    assert list(tmp_path.iterdir()) == [tmp_path / ".locks"]
    assert list((tmp_path / ".locks").iterdir()) == []


def test_what_was_put_there_by_hand_is_no_download(tmp_path: Path) -> None:
    """A file that is no link, and a link that leads elsewhere."""
    repository = cache_with_snapshots(tmp_path, one="a")
    one = repository / "snapshots" / "one"
    (one / "mine").write_text("mine")
    (tmp_path / "far").write_text("far")
    (one / "far").symlink_to(tmp_path / "far")
    assert downloaded_files(one, ("mine", "far", "a")) == [one / "a"]
    remove_downloads(one, ("mine", "far"))
    assert (tmp_path / "far").exists()
    assert (one / "mine").exists()
