"""What killed downloads leave in the hub's cache is removed, what lives is left."""

from pathlib import Path

from huggingface_hub.utils import WeakFileLock

from tasted.embedding.hub_cache import discard, existing_parent, remove_broken_downloads


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
