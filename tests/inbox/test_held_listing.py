"""A look at what stirred asks for a look at everything where only that can tell."""

from pathlib import Path

from kit.inbox_files import PNG
from tasted.home.layout import Home
from tasted.inbox.first_bytes import FirstBytes
from tasted.inbox.held_listing import HeldListing
from tasted.inbox.listing import list_inbox


def held(home: Home) -> HeldListing:
    """Return a whole look at the inbox of a home."""
    return HeldListing(home.inbox, list_inbox(home.inbox), FirstBytes())


def test_row_41_a_folder_that_became_a_link_to_itself_is_no_folder(
    home: Home, tmp_path: Path
) -> None:
    """Behind the link lies the same folder, and a look at everything follows no link."""
    anna = home.inbox / "anna"
    anna.mkdir()
    (anna / "1.png").write_bytes(PNG)
    listing = held(home)
    assert listing.look_at(["anna/1.png"]) == set()
    anna.rename(tmp_path / "anna")
    anna.symlink_to(tmp_path / "anna")
    assert listing.look_at(["anna/1.png"]) is None


def test_row_40_a_name_of_other_letters_is_not_another_picture(home: Home) -> None:
    """Where letter case does not matter a renamed picture answers to both names; links act it."""
    picture = home.inbox / "shot.png"
    picture.write_bytes(PNG)
    listing = held(home)
    (home.inbox / "Shot.png").hardlink_to(picture)
    assert listing.look_at(["Shot.png"]) == {"Shot.png"}
    listing = held(home)
    (home.inbox / "ShOT.png").hardlink_to(picture)
    (home.inbox / "sHot.PNG").hardlink_to(picture)
    assert listing.look_at(["ShOT.png"]) is None
