"""The writer keeps every sidecar whole, at its own place, and harms no other."""

import errno
import json
import os
import shutil
from pathlib import Path, PurePosixPath

import pytest

from kit.children import python
from kit.sidecars import failed, profile, scored
from tasted.errors import DiskFull, OutboxUnwritable
from tasted.home.layout import Home
from tasted.outbox import sidecar_writer as writing
from tasted.outbox.ledger import Ledger
from tasted.outbox.places import flat_place, sidecar_places
from tasted.outbox.sidecar import Sidecar
from tasted.outbox.sidecar_writer import Writer

_WRITE = """
import pathlib, resource, sys
from kit.sidecars import scored
from tasted.errors import ServiceFault
from tasted.outbox.ledger import Ledger
from tasted.outbox.sidecar_writer import Writer
outbox, path, limit = pathlib.Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
if limit:
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
ledger = Ledger(outbox)
ledger.refresh()
try:
    Writer(outbox, ledger).write(scored(path, number=2))
except ServiceFault as fault:
    print(fault.code, bool(fault.remedy), sorted(ledger.entries))
"""


@pytest.fixture
def ledger(home: Home) -> Ledger:
    """The ledger of the outbox."""
    return Ledger(home.outbox)


@pytest.fixture
def writer(home: Home, ledger: Ledger) -> Writer:
    """The writer of the outbox."""
    return Writer(home.outbox, ledger)


def read(home: Home, place: PurePosixPath) -> Sidecar:
    """Read a sidecar back."""
    return Sidecar.model_validate_json((home.outbox / place).read_bytes())


def write_in_a_child(home: Home, path: str = "a.png", *, file_bytes_max: int = 0) -> str:
    """Write a sidecar in a child that modes bind, and return the fault that it met."""
    child = python(
        "-c",
        _WRITE,
        str(home.outbox),
        path,
        str(file_bytes_max),
        modes_bind=True,
        environment={"PYTHONPATH": str(Path(__file__).parents[1])},
    )
    assert child.returncode == 0, child.stderr
    return child.stdout.strip()


def test_a_sidecar_lies_at_the_path_of_its_picture(home: Home, writer: Writer) -> None:
    """The same relative path and .json; file and folders are the owner's alone."""
    place = writer.write(scored("anna/deep/2.png"))
    assert place == PurePosixPath("anna/deep/2.png.json")
    assert read(home, place) == scored("anna/deep/2.png")
    assert (home.outbox / place).stat().st_mode & 0o777 == 0o600
    assert (home.outbox / "anna").stat().st_mode & 0o777 == 0o700


def test_a_new_sidecar_replaces_the_old_one(home: Home, writer: Writer, ledger: Ledger) -> None:
    """One path has one sidecar."""
    writer.write(failed("a.png"))
    writer.write(scored("a.png", number=2), durable=False)
    assert [path.name for path in home.outbox.iterdir()] == ["a.png.json"]
    assert ledger.entries["a.png"].stamp.inode == 2


def test_row_40_a_colliding_name_is_distinguished(home: Home, writer: Writer) -> None:
    """Where file names fold letter case, the second path gets ~ and 8 digits, and keeps them."""
    first = writer.write(scored("A.png"))
    # a second name of the same file is what a file system that folds letter case shows
    os.link(home.outbox / first, home.outbox / "a.png.json")
    second = writer.write(scored("a.png", number=2))
    assert second == sidecar_places("a.png")[1]
    assert writer.write(scored("a.png", number=3)) == second
    assert read(home, first).source.path == "A.png"
    assert read(home, second).source.inode == 3


def test_row_40_another_paths_sidecar_is_never_overwritten(home: Home, ledger: Ledger) -> None:
    """Names that imitate our own marks cannot make one path take the place of another."""
    mark = sidecar_places("x")[1].name.removesuffix(".json")
    writer = Writer(home.outbox, ledger)
    (home.outbox / "x.json").mkdir()
    places = {path: writer.write(scored(path)) for path in (mark, "x.json/a", f"{mark}.json/a")}
    places["x"] = writer.write(scored("x"))
    assert len(set(places.values())) == len(places)
    fresh = Ledger(home.outbox)
    fresh.refresh()
    assert {path: fresh.place_of(path) for path in places} == places


@pytest.mark.parametrize("comes_first", ["anna/", "anna/profile"])
def test_row_40_a_profile_and_a_picture_of_that_name_both_have_their_document(
    home: Home, writer: Writer, ledger: Ledger, comes_first: str
) -> None:
    """Whichever is first has the plain name, and keeps it."""
    both = {"anna/": profile("anna/", "anna/1.png"), "anna/profile": scored("anna/profile")}
    plain = writer.write(both.pop(comes_first))
    other = writer.write(*both.values())
    assert str(plain) == "anna/profile.json"
    assert other.name.startswith("profile~")
    assert writer.write(profile("anna/", "anna/2.png")) in {plain, other}
    again = Ledger(home.outbox)
    again.refresh()
    assert again.entries == ledger.entries
    assert set(ledger.entries) == {"anna/", "anna/profile"}


def test_a_folder_in_the_way_is_stepped_around(home: Home, writer: Writer) -> None:
    """A folder that somebody made at the plain place stays."""
    (home.outbox / "a.png.json").mkdir()
    assert writer.write(scored("a.png")) == sidecar_places("a.png")[1]


def test_a_link_in_the_way_is_replaced(home: Home, writer: Writer, tmp_path: Path) -> None:
    """Nothing outside the outbox is written through a planted link."""
    (tmp_path / "precious").write_bytes(b"precious")
    (home.outbox / "a.png.json").symlink_to(tmp_path / "precious")
    writer.write(scored("a.png"))
    assert (tmp_path / "precious").read_bytes() == b"precious"


def test_row_39_any_name_can_be_written(home: Home, writer: Writer, ledger: Ledger) -> None:
    """Long, undecodable and odd names come back under the path of their picture."""
    paths = ["ß" * 127, "n" * 255, "\udcff\udcfe.png", "two\nlines.png", "x.json/a.png", "-rf"]
    for path in paths:
        writer.write(scored(path))
    fresh = Ledger(home.outbox)
    fresh.refresh()
    assert set(fresh.entries) == set(ledger.entries) == set(paths)


def test_a_removed_sidecar_is_gone(home: Home, writer: Writer, ledger: Ledger) -> None:
    """Removing twice, or what never was, does nothing."""
    writer.write(scored("a.png"))
    writer.remove("a.png")
    writer.remove("a.png")
    writer.remove("never.png")
    assert not list(home.outbox.iterdir())
    assert not ledger.entries


def test_row_02_left_temporary_files_are_swept(home: Home, writer: Writer) -> None:
    """What an interrupted run left goes, at every depth; nothing else does."""
    writer.write(scored("anna/a.png"))
    for name in (".b.png.json.0badcafe.tmp", "anna/.c.png.json.0badcafe.tmp"):
        (home.outbox / name).touch()
    (home.outbox / "notes.tmp").touch()
    assert writer.sweep() == 2
    left = {path.relative_to(home.outbox).as_posix() for path in home.outbox.rglob("*")}
    assert left == {"anna", "anna/a.png.json", "notes.tmp"}


def test_row_12_a_write_that_fails_midway_leaves_the_old_sidecar(
    home: Home, writer: Writer
) -> None:
    """When the disk takes no more the old document stands, whole, and nothing lies beside it."""
    writer.write(scored("a.png"))
    before = (home.outbox / "a.png.json").read_bytes()
    assert write_in_a_child(home, file_bytes_max=100) == "outbox_unwritable True ['a.png']"
    assert (home.outbox / "a.png.json").read_bytes() == before
    assert [path.name for path in home.outbox.iterdir()] == ["a.png.json"]


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_row_12_a_full_disk_is_called_so(home: Home, number: int) -> None:
    """No space and no quota are one fault, with a remedy that helps."""
    fault = writing._fault(home.outbox, OSError(number, os.strerror(number)), "then wait")
    assert isinstance(fault, DiskFull)
    assert fault.remedy == "Free some space; then wait."


def test_row_11_a_read_only_outbox_is_a_fault_of_the_service(home: Home, writer: Writer) -> None:
    """No file is blamed; the sidecars that are there stay."""
    writer.write(scored("a.png"))
    home.outbox.chmod(0o500)
    said = [write_in_a_child(home), write_in_a_child(home, "anna/new.png")]
    home.outbox.chmod(0o700)
    assert said == ["outbox_unwritable True ['a.png']"] * 2
    assert json.loads((home.outbox / "a.png.json").read_bytes())["source"]["inode"] == 1


def test_row_11_a_missing_outbox_is_not_made_anew(home: Home, writer: Writer) -> None:
    """A volume that was unplugged must not be replaced by a folder in its place."""
    home.outbox.rmdir()
    with pytest.raises(OutboxUnwritable) as caught:
        writer.write(scored("a.png"))
    assert caught.value.remedy
    assert not home.outbox.exists()


def test_a_linked_folder_is_not_written_through(
    home: Home, writer: Writer, ledger: Ledger, tmp_path: Path
) -> None:
    """What lies behind a link is lost to the ledger, so the sidecar lies at the top instead."""
    (tmp_path / "else").mkdir()
    (home.outbox / "sub").symlink_to(tmp_path / "else")
    place = writer.write(scored("sub/a.png"))
    assert place == flat_place("sub/a.png")
    assert not list((tmp_path / "else").iterdir())
    ledger.refresh()
    assert ledger.place_of("sub/a.png") == place


def test_something_in_the_way_of_one_folder_stops_nobody(
    home: Home, writer: Writer, ledger: Ledger
) -> None:
    """A file where a folder should be, and a path too long for the system: both have a sidecar."""
    (home.outbox / "fold").write_text("mine", encoding="utf-8")
    long = "/".join(["x" * 250] * 16) + "/a.png"
    for path in ("fold/a.png", long):
        assert writer.write(scored(path)) == flat_place(path)
    ledger.refresh()
    assert set(ledger.entries) == {"fold/a.png", long}
    assert (home.outbox / "fold").read_text(encoding="utf-8") == "mine"


def test_a_sweep_leaves_what_is_not_ours(home: Home, writer: Writer) -> None:
    """A folder, and a hidden file of the user, may be named like something temporary."""
    (home.outbox / ".x.0123abcd.tmp").mkdir()
    (home.outbox / ".mine.tmp").write_text("mine", encoding="utf-8")
    (home.outbox / ".a.json.0123abcd.tmp").touch()
    assert writer.sweep() == 1
    assert len(list(home.outbox.iterdir())) == 2


def test_every_place_of_a_path_is_cleared(home: Home, writer: Writer, ledger: Ledger) -> None:
    """What stands there invalid goes as well, and emptied folders; other sidecars stay."""
    writer.write(scored("anna/deep/a.png"))
    writer.write(scored("anna/b.png"))
    plain, distinguished = sidecar_places("anna/deep/a.png")
    flat = flat_place("anna/deep/a.png")
    for place in (distinguished, flat):
        (home.outbox / place).write_text("edited by hand", encoding="utf-8")
    ledger.refresh()
    assert ledger.is_invalid(flat)
    assert not ledger.is_invalid(plain)
    assert writer.remove_every("anna/deep/a.png") == 3
    assert writer.remove_every("anna/deep/a.png") == 0
    assert ledger.place_of("anna/deep/a.png") is None
    assert sorted(path.name for path in home.outbox.rglob("*")) == ["anna", "b.png.json"]


def test_a_second_sidecar_of_a_path_goes_with_the_first(
    home: Home, writer: Writer, ledger: Ledger
) -> None:
    """A user copied it to where it might lie as well; it tells as much of the picture."""
    plain, distinguished = sidecar_places("a.png")
    writer.write(scored("a.png"))
    shutil.copy(home.outbox / plain, home.outbox / distinguished)
    ledger.refresh()
    assert writer.remove_every("a.png") == 2
    assert ledger.place_of("a.png") is None
    assert list(home.outbox.iterdir()) == []


def test_a_folder_goes_with_its_last_sidecar(home: Home, writer: Writer) -> None:
    """It bears a name out of the inbox; what somebody else put there keeps it."""
    for path in ("liked/emil/1.png", "liked/emil/2.png", "anna/1.png"):
        writer.write(scored(path))
    (home.outbox / "anna" / "notes.txt").write_text("mine", "utf-8")
    writer.remove("liked/emil/1.png")
    assert (home.outbox / "liked" / "emil").is_dir()
    writer.remove("liked/emil/2.png")
    writer.remove("anna/1.png")
    assert not (home.outbox / "liked").exists()
    assert (home.outbox / "anna" / "notes.txt").is_file()
    assert writer.write(scored("liked/emil/1.png")) == PurePosixPath("liked/emil/1.png.json")
