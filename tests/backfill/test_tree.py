"""Which folders may be a tree, what lies in it, and when it is not believed."""

import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tasted.backfill.starting import find_backfill
from tasted.backfill.tree import Tree, TreeUnavailable, roots_of
from tasted.errors import NotFound, UsageError
from tasted.home.backfill_files import TreeRoot, backfill_places, is_backfill_name
from tasted.home.layout import Home
from tasted.system.files import folder_identity


def folder_at(path: Path) -> Path:
    """Make a folder with a picture by its name."""
    path.mkdir(parents=True)
    (path / "a.png").write_bytes(b"a")
    return path


def test_folders_that_overlap_are_refused(home: Home, tmp_path: Path) -> None:
    """With the home, with each other, by whatever name; and what is no folder."""
    photos = folder_at(tmp_path / "photos")
    (tmp_path / "link").symlink_to(photos)
    (tmp_path / "into").symlink_to(home.inbox)
    refused: list[tuple[Path, ...]] = [
        (home.root,),
        (tmp_path,),
        (home.inbox / "liked",),
        (tmp_path / "into",),
        (photos, tmp_path / "link"),
        (photos, folder_at(photos / "inner")),
        (photos / "a.png",),
        (tmp_path / "gone",),
    ]
    for folders in refused:
        with pytest.raises(UsageError):
            roots_of(folders, home)
    assert roots_of((tmp_path / "link",), home) == (TreeRoot(str(photos), ""),)


@pytest.mark.parametrize("inner", ["", "inbox", "inbox/liked"])
def test_the_home_by_another_path_is_refused(home: Home, tmp_path: Path, inner: str) -> None:
    """A bind mount, or another spelling on a disk without letter case, leads to the same folder."""
    photos, elsewhere = folder_at(tmp_path / "photos"), folder_at(tmp_path / "elsewhere")
    (elsewhere / inner).mkdir(parents=True, exist_ok=True)

    def identity_of(path: Path) -> tuple[int, int] | None:
        is_bound = path.is_relative_to(elsewhere)
        return folder_identity(home.root / path.relative_to(elsewhere) if is_bound else path)

    with pytest.raises(UsageError, match="overlap"):
        roots_of((elsewhere / inner,), home, identity_of=identity_of)
    with pytest.raises(UsageError, match="overlap"):
        roots_of((elsewhere,), home, identity_of=identity_of)
    assert roots_of((photos,), home, identity_of=identity_of) == (TreeRoot(str(photos), ""),)


def test_one_folder_by_two_paths_is_refused(home: Home, tmp_path: Path) -> None:
    """Its pictures would be scored twice."""
    photos, twin = folder_at(tmp_path / "photos" / "inner"), folder_at(tmp_path / "twin")

    def identity_of(path: Path) -> tuple[int, int] | None:
        return folder_identity(photos.parent if path == twin else path)

    with pytest.raises(UsageError, match="overlap"):
        roots_of((photos, twin), home, identity_of=identity_of)


def test_a_bind_mount_of_the_inbox_is_refused(home: Home, tmp_path: Path) -> None:
    """The system tells device and inode of what is mounted there."""
    bound = folder_at(tmp_path / "bound")
    code = (
        "import sys; from pathlib import Path; from tasted.backfill.tree import roots_of;"
        "from tasted.home.layout import Home;"
        "roots_of((Path(sys.argv[2]),), Home(Path(sys.argv[1])))"
    )
    mounted = ("unshare", "--map-root-user", "--mount", "sh", "-c")
    tries = [*mounted, f"mount --bind {bound} {bound}"]
    if not shutil.which("unshare") or subprocess.run(tries, check=False).returncode:
        pytest.skip("mounting is not permitted")
    words = [sys.executable, "-c", code, str(home.root), str(bound)]
    script = f"mount --bind {home.inbox} {bound} && {shlex.join(words)}"
    done = subprocess.run([*mounted, script], capture_output=True, text=True, check=False)
    assert "overlap" in done.stderr


def test_each_of_several_folders_has_a_name_of_its_own(home: Home, tmp_path: Path) -> None:
    """Also where two differ in nothing but letter case."""
    names = ("a/photos", "b/Photos", "c/photos", "d/other")
    folders = [folder_at(tmp_path / name) for name in names]
    roots = roots_of(folders, home)
    assert [root.first for root in roots] == ["photos", "Photos-2", "photos-3", "other"]
    listing = Tree.of(roots).list()
    assert sorted(listing.files) == sorted(f"{root.first}/a.png" for root in roots)


def test_row_71_a_folder_that_is_another_one_by_now_is_not_believed(
    home: Home, tmp_path: Path
) -> None:
    """A disk that went away leaves an empty folder, or none."""
    photos = folder_at(tmp_path / "photos")
    tree = Tree.of(roots_of((photos,), home))
    tree.check()
    photos.rename(tmp_path / "away")
    with pytest.raises(TreeUnavailable):
        tree.list()
    photos.mkdir()
    with pytest.raises(TreeUnavailable):
        tree.check()


def test_a_name_is_found_again_by_its_folders(home: Home, tmp_path: Path) -> None:
    """Another backfill of that name is not taken for it."""
    photos, other = folder_at(tmp_path / "Fotos März"), folder_at(tmp_path / "x" / "Fotos-M-rz")
    place = find_backfill(home, (photos,), None)
    assert place.name == "Fotos-M-rz"
    assert find_backfill(home, (photos,), None).name == place.name
    assert find_backfill(home, (), place.name).read() == place.read()
    with pytest.raises(UsageError, match="is a backfill of"):
        find_backfill(home, (other,), None)
    named = find_backfill(home, (other,), "other")
    assert find_backfill(home, (other,), None).name == named.name
    assert [known.name for known in backfill_places(home)] == ["Fotos-M-rz", "other"]
    with pytest.raises(NotFound):
        find_backfill(home, (), "nothing")
    for name in ("", "../x", "a b", "@x", "x.json", "-x", "x" * 65):
        assert not is_backfill_name(name)
        with pytest.raises((UsageError, NotFound)):
            find_backfill(home, (photos,), name or "..")
