"""A tree whose places lie in an object store, alone or beside folders."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from kit.inbox_files import PNG
from kit.object_stores import object_store
from tasted.backfill.tree import Tree, TreeUnavailable, roots_of
from tasted.errors import UsageError
from tasted.home.layout import Home


@pytest.fixture
def _reached(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Run a store with two albums."""
    objects = {"a/1.png": PNG, "a/1.txt": b"Anna, 29", "b/photos/2.png": PNG, "b/x//y.png": PNG}
    with object_store(objects) as variables:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        yield


@pytest.mark.usefixtures("_reached")
def test_places_and_folders_are_one_tree(home: Home, tmp_path: Path) -> None:
    """Each root is a first part of its paths, and a file in a store is what it was listed as."""
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "3.png").write_bytes(PNG)
    places = [Path("s3://pictures/a"), tmp_path / "photos", Path("s3://pictures/b/photos/")]
    roots = roots_of(places, home)
    tree = Tree.of(roots)
    assert {root.first: root.path for root in roots} == tree.places
    assert tree.places == {
        "photos": str(tmp_path / "photos"),
        "a": "s3://pictures/a",
        "photos-2": "s3://pictures/b/photos",
    }
    files = tree.list().files
    assert sorted(files) == ["a/1.png", "photos-2/2.png", "photos/3.png"]
    companion = files["a/1.png"].companion
    assert companion is not None
    assert companion.path == "a/1.txt"
    assert all(tree.is_still(path, file.stamp) for path, file in files.items())
    (tmp_path / "photos" / "3.png").write_bytes(PNG + b"another")
    assert not tree.is_still("photos/3.png", files["photos/3.png"].stamp)
    (tmp_path / "photos" / "3.png").unlink()
    assert not tree.is_still("photos/3.png", files["photos/3.png"].stamp)


@pytest.mark.usefixtures("_reached")
def test_one_place_alone_has_no_first_part(home: Home) -> None:
    """As one folder alone; what no folder could hold is counted."""
    listing = Tree.of(roots_of([Path("s3://pictures/b")], home)).list()
    assert list(listing.files) == ["photos/2.png"]
    assert listing.passed_over == {"odd_name": 1}
    with pytest.raises(TreeUnavailable, match="s3://nothing cannot be listed"):
        Tree.of(roots_of([Path("s3://nothing")], home)).list()


@pytest.mark.parametrize(("one", "other"), [("b", "b/a"), ("b/a", "b"), ("b", "b")])
def test_places_that_overlap_are_refused(home: Home, one: str, other: str) -> None:
    """Their pictures would be two of each."""
    with pytest.raises(UsageError, match="overlap"):
        roots_of([Path(f"s3://{one}"), Path(f"s3://{other}")], home)
