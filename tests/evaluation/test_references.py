"""Which pictures count for an evaluation, and what is said of the others."""

from pathlib import Path

from kit.pictures import noise
from kit.sidecars import scored
from tasted.evaluation.references import FoundReferences, find_references
from tasted.home.layout import Home
from tasted.outbox.ledger import Ledger
from tasted.outbox.sidecar import source_part
from tasted.outbox.sidecar_writer import Writer
from tasted.records import InboxFile
from tasted.system.files import content_id, stamp_of


def _put(home: Home, path: str, number: int) -> str:
    data = noise(seed=number)
    (home.inbox / path).write_bytes(data)
    return content_id(data)


def _found(home: Home) -> FoundReferences:
    return find_references(home.inbox, home.outbox, max_bytes=1_000_000)


def test_the_folders_are_the_labels(home: Home) -> None:
    """Each content counts once, in both folders for neither; screenshots are none."""
    liked = _put(home, "liked/a.png", 1)
    _put(home, "liked/again.png", 1)
    rejected = _put(home, "rejected/b.png", 2)
    twofold = _put(home, "liked/c.png", 3)
    _put(home, "rejected/d.png", 3)
    _put(home, "shot.png", 4)
    (home.inbox / "liked" / "empty.png").write_bytes(b"")
    found = _found(home)
    assert [(item.photos[0].content_id, item.path, item.is_liked) for item in found.items] == [
        (liked, "liked/a.png", True),
        (rejected, "rejected/b.png", False),
    ]
    assert found.contradictions == (("liked/c.png", "rejected/d.png"),)
    assert found.repeated == (("liked/again.png", "liked/a.png"),)
    assert found.unreadable == (("liked/empty.png", "liked/empty.png is empty."),)
    assert found.curated == {liked, rejected, twofold}


def test_a_profile_is_one_label(home: Home) -> None:
    """Its photos are judged together; one that lies elsewhere too is left out of one of both."""
    for folder in ("liked/anna", "rejected/many"):
        (home.inbox / folder).mkdir()
    for number in range(3):
        _put(home, f"liked/anna/{number}.png", number)
    _put(home, "rejected/0.png", 0)
    for number in range(20, 33):
        _put(home, f"rejected/many/{number}.png", number)
    found = _found(home)
    anna = found.items[0]
    assert (anna.path, anna.is_liked) == ("liked/anna/", True)
    assert [photo.path for photo in anna.photos] == ["liked/anna/1.png", "liked/anna/2.png"]
    assert len(found.items) == 14
    assert found.contradictions == (("liked/anna/0.png", "rejected/0.png"),)


def test_what_was_scored_before_is_feedback(home: Home) -> None:
    """The outbox tells, as it tells the engine; a file with its sidecar's stamp is not read."""
    shot = _put(home, "shot.png", 1)
    _put(home, "liked/shot.png", 1)
    writer = Writer(home.outbox, Ledger(home.outbox))
    file = home.inbox / "shot.png"
    source = source_part("shot.png", stamp_of(file.stat()), None, content_id=shot, text_id=None)
    writer.write(scored("shot.png", source=source))
    known = home.inbox / "rejected" / "known.png"
    known.write_bytes(b"not read: the sidecar knows its content")
    stamped = InboxFile("rejected/known.png", stamp_of(known.stat()))
    source = source_part(stamped.path, stamped.stamp, None, content_id="f" * 64, text_id=None)
    writer.write(scored(stamped.path, source=source))
    found = {item.path: item for item in _found(home).items}
    assert not found["liked/shot.png"].is_curated
    assert found["rejected/known.png"].photos[0].content_id == "f" * 64
    assert _found(home).curated == frozenset()


def test_a_profile_that_was_partly_scored_is_feedback(home: Home) -> None:
    """One photo of it came by the stream: the taste of the daemon counts it the same way."""
    for folder in ("liked/anna", "liked/berta"):
        (home.inbox / folder).mkdir()
    scored_id = _put(home, "shot.png", 1)
    _put(home, "liked/anna/0.png", 1)
    _put(home, "liked/anna/1.png", 2)
    _put(home, "liked/berta/0.png", 3)
    _put(home, "liked/berta/1.png", 4)
    stamp = stamp_of((home.inbox / "shot.png").stat())
    source = source_part("shot.png", stamp, None, content_id=scored_id, text_id=None)
    Writer(home.outbox, Ledger(home.outbox)).write(scored("shot.png", source=source))
    curated = {item.path: item.is_curated for item in _found(home).items}
    assert curated == {"liked/anna/": False, "liked/berta/": True}


def test_a_home_without_an_outbox(home: Home) -> None:
    """Nothing was scored yet: everything was brought."""
    _put(home, "liked/a.png", 1)
    home.outbox.rmdir()
    (only,) = _found(home).items
    assert only.is_curated
    assert not Path(home.outbox).exists()
