"""What is known of the inbox's folders is kept in the home that it was seen in, and in no other."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from kit.homes import pocket_home
from kit.inbox_files import PNG
from kit.sidecars import scored, source_of
from tasted.daemon.scanning.gone_files import GoneFiles
from tasted.errors import HomeGone, OutboxUnwritable
from tasted.home.layout import Home
from tasted.inbox.listing import list_inbox
from tasted.inbox.profiles import Folders


def test_row_50_a_look_that_outlasts_its_home_writes_nothing_into_the_next(
    home: Home, tmp_path: Path
) -> None:
    """The home was moved while its inbox was listed, and another one was made in its place."""
    taken = home.taken()
    listing = list_inbox(taken.inbox)
    home.root.rename(tmp_path / "elsewhere")
    pocket_home(home.root)
    gone = GoneFiles(
        taken.folders_file,
        mark=lambda _path, _since: None,
        remove=lambda _path: None,
        patience_seconds=0.0,
        check=taken.check,
    )
    with pytest.raises(HomeGone):
        gone.update(listing, Folders({}, {}), {}, keep_days=30, now=0.0)
    assert not taken.folders_file.exists()


def test_what_cannot_be_marked_keeps_nobody_waiting(home: Home) -> None:
    """The outbox refuses, perhaps for ever; whoever waits for the end of all work need not."""
    picture = home.inbox / "a.png"
    picture.write_bytes(PNG)
    listing = list_inbox(home.inbox)
    entry = scored("a.png", source=source_of("a.png")).ledger_entry()
    ledger = {"a.png": replace(entry, stamp=listing.files["a.png"].stamp)}
    is_refused = True
    marked: list[str] = []

    def mark(path: str, _since: datetime | None) -> None:
        if is_refused:
            raise OutboxUnwritable("The outbox cannot be written.")
        marked.append(path)

    gone = GoneFiles(home.folders_file, mark=mark, remove=lambda _path: None, patience_seconds=2.0)
    gone.update(listing, Folders({}, {}), ledger, keep_days=30, now=0.0)
    picture.unlink()
    listing = list_inbox(home.inbox)
    gone.update(listing, Folders({}, {}), ledger, keep_days=30, now=1.0)
    assert gone.doubtful
    gone.update(listing, Folders({}, {}), ledger, keep_days=30, now=4.0)
    assert (gone.doubtful, gone.has_more, marked) == (False, False, [])
    is_refused = False
    gone.update(listing, Folders({}, {}), ledger, keep_days=30, now=9.0)
    assert marked == ["a.png"]


def test_row_47_what_is_forgotten_in_the_middle_of_a_scan_is_no_surprise(home: Home) -> None:
    """The worker removed the sidecar after the scan was told what stirred: the next one is told."""
    listing = list_inbox(home.inbox)
    entry = scored("a.png", source=source_of("a.png")).ledger_entry()
    gone = GoneFiles(
        home.folders_file,
        mark=lambda _path, _since: None,
        remove=lambda _path: None,
        patience_seconds=0.0,
    )
    gone.update(listing, Folders({}, {}), {"a.png": entry}, keep_days=30, now=0.0)
    gone.update(listing, Folders({}, {}), {}, keep_days=30, now=1.0, stirred=())
    assert (gone.doubtful, gone.has_more) == (False, False)
    marked = {"a.png": replace(entry, gone_since=1.0)}
    gone.update(listing, Folders({}, {}), marked, keep_days=30, now=2.0)
    (home.inbox / "a.png").write_bytes(PNG)
    gone.update(list_inbox(home.inbox), Folders({}, {}), {}, keep_days=30, now=3.0, stirred=())
    assert not gone.has_more
