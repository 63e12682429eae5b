"""What belongs to a picture is found by content and path, and nothing more."""

import os
import shutil
from pathlib import Path

import pytest

from kit.children import python
from kit.sidecars import profile, scored
from tasted.daemon.forgetting.plan import ErasurePlan, HomeContents, hashed, read_contents
from tasted.daemon.shared.forget_order import Target
from tasted.errors import InboxUnavailable
from tasted.home.layout import Home
from tasted.outbox.ledger import Ledger
from tasted.outbox.sidecar import photo_parts, source_part
from tasted.outbox.sidecar_writer import Writer
from tasted.records import Companion, Current, FileStamp, Part
from tasted.system.files import content_id, stamp_of

_LOOK = """
import sys
from pathlib import Path
from tasted.daemon.forgetting.plan import read_contents
from tasted.errors import InboxUnavailable
from tasted.outbox.ledger import Ledger
try:
    read_contents(Path(sys.argv[1]), Ledger(Path(sys.argv[2])), None)
except InboxUnavailable as fault:
    print(fault.message)
"""
PICTURE, OTHER = b"\x89PNG one", b"\x89PNG two"


def _put(home: Home, path: str, data: bytes = PICTURE) -> None:
    (home.inbox / path).parent.mkdir(parents=True, exist_ok=True)
    (home.inbox / path).write_bytes(data)


def _score(home: Home, path: str, data: bytes = PICTURE, *, companion: str | None = None) -> None:
    """Write the sidecar of a path, whether its file is there or not."""
    file = home.inbox / path
    stamp = stamp_of(file.lstat()) if file.exists() else FileStamp(len(data), 1, 1)
    text = Companion(companion, FileStamp(1, 1, 1)) if companion is not None else None
    source = source_part(path, stamp, text, content_id=content_id(data))
    Writer(home.outbox, Ledger(home.outbox)).write(scored(source=source))


def _known(home: Home) -> HomeContents:
    return read_contents(home.inbox, Ledger(home.outbox), None)


def _plan(home: Home, **target: object) -> ErasurePlan:
    return _known(home).plan(Target(**target))  # type: ignore[arg-type]  # fields by name


def _paths(plan: ErasurePlan) -> tuple[list[str], list[str], list[str]]:
    return (
        [file.path for file in plan.copies],
        [file.path for file, _content in plan.pictures],
        list(plan.sidecars),
    )


@pytest.mark.parametrize(
    "target",
    [
        {"paths": ("anna/1.png",)},
        {"folder": "anna"},
        {"contents": (content_id(PICTURE),)},
        {"contents": (content_id(PICTURE),), "sizes": (len(PICTURE),)},
        {"paths": ("liked/copy.png",)},
    ],
)
def test_every_name_of_a_content_is_meant(home: Home, target: dict[str, object]) -> None:
    """Copies, duplicates that were never scored, and sidecars of names that are gone."""
    for path in ("anna/1.png", "liked/copy.png", "duplicate.png"):
        _put(home, path)
    for path in ("anna/1.png", "liked/copy.png", "gone.png"):
        _score(home, path)
    _put(home, "other.png", OTHER)
    _score(home, "other.png", OTHER)
    assert _paths(_plan(home, **target)) == (
        ["liked/copy.png"],
        ["anna/1.png", "duplicate.png"],
        ["anna/1.png", "gone.png", "liked/copy.png"],
    )


def test_a_text_goes_with_its_last_picture(home: Home) -> None:
    """One that another picture uses stays; one whose picture is gone is the user's to decide on."""
    _put(home, "a.png")
    _put(home, "a.jpg", OTHER)
    _put(home, "a.txt", b"shared")
    _put(home, "liked/b.png")
    _put(home, "liked/b.txt", b"of the copy")
    _put(home, "c.txt", b"left behind")
    _score(home, "c.png", companion="c.txt")
    plan = _plan(home, paths=("a.png",))
    assert plan.copy_texts == ("liked/b.txt",)
    assert plan.picture_texts == ("c.txt",)
    assert plan.stays_in_inbox == ("a.png", "c.txt")
    assert {"a.txt", "c.txt", "liked/b.txt"} - set(plan.traced) == {"a.txt"}


def _profile(home: Home, folder: str, *paths: str) -> None:
    """Write the document of a profile of these photos, all of one content."""
    parts = [Part(path, content_id(PICTURE), None) for path in paths]
    document = profile(folder, parts=photo_parts(parts, {}))
    Writer(home.outbox, Ledger(home.outbox)).write(document)


@pytest.mark.parametrize(
    "target",
    [{"paths": ("anna/1.png",)}, {"contents": (content_id(PICTURE),)}, {"folder": "anna"}],
)
def test_a_profile_goes_with_any_of_its_photos(home: Home, target: dict[str, object]) -> None:
    """Its document names all of them; that of another profile stays."""
    _put(home, "anna/1.png")
    _put(home, "anna/2.png", OTHER)
    _score(home, "anna/1.png")
    _score(home, "anna/2.png", OTHER)
    _profile(home, "anna/", "anna/1.png")
    Writer(home.outbox, Ledger(home.outbox)).write(profile("bea/", "bea/1.png"))
    plan = _plan(home, **target)
    assert "anna/" in plan.sidecars
    assert "bea/" not in plan.sidecars
    assert {"anna/", "anna/1.png"} <= set(plan.traced)


def test_the_text_of_a_folder_goes_with_its_last_picture(home: Home) -> None:
    """It stays while a picture does; that of a liked folder goes without a question."""
    for path in ("anna/1.png", "liked/anna/1.png"):
        _put(home, path)
        _put(home, path.replace("1.png", "bio.txt"), b"hiking")
    _put(home, "anna/2.png", OTHER)
    plan = _plan(home, paths=("anna/1.png",))
    assert (plan.copy_texts, plan.picture_texts) == (("liked/anna/bio.txt",), ())
    plan = _plan(home, folder="anna")
    assert (plan.copy_texts, plan.picture_texts) == (("liked/anna/bio.txt",), ("anna/bio.txt",))
    assert "anna/bio.txt" in plan.stamps
    _put(home, "bea/bio.txt", b"her pictures are gone")
    assert _plan(home, folder="bea").picture_texts == ("bea/bio.txt",)
    _put(home, "bea/bio.png", b"\x89PNG three")
    _put(home, "bea/2.png", b"\x89PNG four")
    assert _plan(home, paths=("bea/2.png",)).picture_texts == ()


def test_the_text_of_a_folder_goes_with_its_only_picture_that_is_gone(home: Home) -> None:
    """It served that picture alone; where another took its place it stays."""
    _put(home, "anna/bio.txt", b"hiking")
    _score(home, "anna/1.png", companion="anna/bio.txt")
    assert _plan(home, contents=(content_id(PICTURE),)).picture_texts == ("anna/bio.txt",)
    _put(home, "anna/2.png", OTHER)
    assert _plan(home, contents=(content_id(PICTURE),)).picture_texts == ()
    _put(home, "berta/1.png", b"\x89PNG three")
    _put(home, "berta/bio.txt", b"jazz")
    assert _plan(home, paths=("berta/1.png",)).picture_texts == ("berta/bio.txt",)


def test_a_sidecar_edited_by_hand_leads_nowhere_else(home: Home, tmp_path: Path) -> None:
    """Only the text beside the picture is deleted, and none behind a link."""
    (tmp_path / "precious.txt").write_text("precious", "utf-8")
    (home.inbox / "notes.txt").write_text("mine", "utf-8")
    climbing = os.path.relpath(tmp_path / "precious.txt", home.inbox)
    for path, companion in (("a.png", climbing), ("b.png", "notes.txt")):
        _score(home, path, companion=companion)
    (home.inbox / "linked").symlink_to(tmp_path)
    _score(home, "linked/precious.png", companion="linked/precious.txt")
    assert _plan(home, contents=(content_id(PICTURE),)).picture_texts == ()


def test_a_replaced_picture_keeps_what_is_of_the_new_one(home: Home) -> None:
    """The old content is forgotten; the file of the new one stays, and is scored again."""
    _put(home, "a.png")
    _score(home, "a.png")
    (home.inbox / "a.png").write_bytes(OTHER + b" and longer")
    assert _paths(_plan(home, contents=(content_id(PICTURE),))) == ([], [], ["a.png"])
    plan = _plan(home, paths=("a.png",))
    assert plan.contents == {content_id(OTHER + b" and longer")}
    assert _paths(plan) == ([], ["a.png"], ["a.png"])


def test_empty_files_are_not_one_picture(home: Home) -> None:
    """Forgetting one of them leaves the others alone."""
    _put(home, "a.png", b"")
    _put(home, "b.png", b"")
    _score(home, "a.png", b"")
    _score(home, "b.png", b"")
    plan = _plan(home, paths=("a.png",))
    assert plan.contents == set()
    assert _paths(plan) == ([], ["a.png"], ["a.png"])
    assert hashed(home.inbox / "a.png") is None


def test_a_file_with_a_current_sidecar_is_not_read(home: Home) -> None:
    """Ten thousand scored pictures are not hashed to forget one: its own sidecar is believed."""
    _put(home, "a.png")
    _score(home, "a.png", OTHER)
    known = _known(home)
    assert known.content_of(known.files["a.png"]) == content_id(OTHER)


def test_a_folder_that_is_gone_is_known_from_the_outbox(home: Home) -> None:
    """Its pictures were deleted; their sidecars are still there."""
    _score(home, "anna/1.png")
    known = _known(home)
    assert known.is_folder("anna")
    assert not known.is_folder("berta")
    assert _paths(known.plan(Target(folder="anna"))) == ([], [], ["anna/1.png"])


def test_nothing_is_planned_from_the_place_of_a_disk_that_is_away(home: Home) -> None:
    """Sidecar and library would be erased, and the picture come back with its disk."""
    texts = ("embedder", "embedder_fingerprint", "scorer", "taste_fingerprint", "labels_digest")
    current = Current(
        **dict.fromkeys(texts, "x"), taste=None, config_digest="", liked=1, rejected=0
    )
    ledger = Ledger(home.outbox)
    assert read_contents(home.inbox, ledger, current).files == {}
    for folder in ("liked", "rejected"):
        shutil.rmtree(home.inbox / folder)
    with pytest.raises(InboxUnavailable, match="neither"):
        read_contents(home.inbox, ledger, current)


def test_nothing_is_planned_where_a_folder_cannot_be_read(home: Home) -> None:
    """A copy may lie there, which would be left behind with nothing that leads to it."""
    locked = home.inbox / "anna"
    locked.mkdir(mode=0)
    child = python("-c", _LOOK, str(home.inbox), str(home.outbox), modes_bind=True)
    locked.chmod(0o700)
    assert child.returncode == 0, child.stderr
    assert str(locked) in child.stdout
