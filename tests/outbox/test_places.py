"""Every path has its own place in the outbox, whatever its name."""

import hashlib
import os
from pathlib import PurePosixPath

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tasted.outbox.places import (
    backfill_folder,
    backfill_name,
    flat_place,
    of_backfill,
    sidecar_places,
)

# names as Linux allows them: any bytes but NUL and the slash, undecodable ones included
names = (
    st.binary(min_size=1, max_size=255)
    .filter(lambda raw: raw not in {b".", b".."} and not {0, 0x2F} & set(raw))
    .map(os.fsdecode)
)
# names that look like our own, to provoke collisions
tricky = st.sampled_from([
    "x", "X", "x.json", "x.JSON", "x.json.json", "x~0badcafe", "x~0badcafe.json", ".json",
    sidecar_places("x")[1].stem, sidecar_places("x.json/a")[0].parts[0],
    "@", "@x", "@@x", "@@@x", "@" * 255, "@x.json",
    "ß" * 127, "ß" * 127 + "x", "n" * 255, "n" * 250 + ".json", "n" * 246 + ".png",
])  # fmt: skip
paths = st.lists(names | tricky, min_size=1, max_size=4).map("/".join)


@given(paths)
def test_every_place_is_a_name_that_can_be_written(path: str) -> None:
    """At most 255 bytes a component, ending in .json, in a folder that can be no sidecar."""
    for place in sidecar_places(path):
        assert not place.is_absolute()
        assert len(place.parts) == len(path.split("/"))
        assert not {"", ".", ".."} & set(place.parts)
        assert all(len(os.fsencode(part)) <= 255 for part in place.parts)
        assert place.name.endswith(".json")
        assert not any(part.casefold().endswith(".json") for part in place.parts[:-1])


@given(paths, paths)
def test_row_40_two_paths_never_share_a_place(one: str, other: str) -> None:
    """Neither the plain nor the distinguished place of a path is one of another path."""
    assume(one != other)
    assert not set(sidecar_places(one)) & set(sidecar_places(other))


@given(paths)
def test_no_sidecar_of_the_inbox_lies_where_a_backfill_writes(path: str) -> None:
    """A folder of the inbox may begin with @, and then its sidecars have one more."""
    for place in (*sidecar_places(path), flat_place(path)):
        assert not of_backfill(str(place))
        top, *rest = place.parts
        assert backfill_name(top) is None or not rest


def test_folders_of_backfills_are_told_from_others() -> None:
    """One @ is a backfill's, two are those of a folder that begins with one."""
    assert backfill_name(backfill_folder("photos")) == "photos"
    assert [backfill_name(name) for name in ("@", "@@x", "x", "a@b")] == [None] * 4
    assert sidecar_places("@x/a.png")[0] == PurePosixPath("@@x/a.png.json")
    assert sidecar_places("@x.png")[0] == PurePosixPath("@x.png.json")
    assert sidecar_places("a/@x/b.png")[0] == PurePosixPath("a/@x/b.png.json")


@given(paths)
def test_the_distinguished_place_carries_the_hash_of_the_whole_path(path: str) -> None:
    """Its eight digits are those of the sha256 of the path's bytes."""
    digits = hashlib.sha256(os.fsencode(path)).hexdigest()[:8]
    assert sidecar_places(path)[1].name.endswith(f"~{digits}.json")


def test_a_name_that_imitates_a_mark_carries_another_one() -> None:
    """A picture or a folder that is called like our own marks takes nobody's place."""
    mark = sidecar_places("x")[1].name.removesuffix(".json")
    assert sidecar_places(mark)[0] == sidecar_places(mark)[1] != sidecar_places("x")[1]
    folder = sidecar_places("x.json/a")[0].parts[0]
    assert sidecar_places(f"{folder}/a")[0].parts[0] not in {folder, f"{folder}.json"}


@given(st.lists(names, min_size=1, max_size=4).map("/".join))
def test_an_ordinary_path_keeps_its_names(path: str) -> None:
    """The plain place is the path and .json, whenever that is a name."""
    # a folder that begins with it gets one more
    assume(not path.startswith("@"))
    parts = path.split("/")
    assume(len(os.fsencode(parts[-1])) <= 250)
    assume(not any(part.casefold().endswith(".json") for part in parts[:-1]))
    assume("~" not in path)
    assert sidecar_places(path)[0] == PurePosixPath(f"{path}.json")


def test_row_39_a_long_name_is_cut_between_characters() -> None:
    """What remains of a name that is too long is valid UTF-8, and carries the hash."""
    plain, distinguished = sidecar_places("ß" * 127)
    assert plain == distinguished
    assert plain.name.startswith("ß" * 120)
    assert plain.name.encode()


def test_a_folder_that_looks_like_a_sidecar_is_renamed() -> None:
    """The folder x.json may not take the place of the sidecar of the picture x."""
    picture, _ = sidecar_places("x")
    inside, _ = sidecar_places("x.json/a.png")
    assert picture == PurePosixPath("x.json")
    assert inside.parts[0] != "x.json"
    assert inside.parts[0].startswith("x.json~")
    assert sidecar_places("x.json/b.png")[0].parts[0] == inside.parts[0]


@pytest.mark.parametrize("path", ["", "/", "/a", "../a", "a/../b", "a//b", "./a", "a//"])
def test_row_39_paths_that_climb_are_refused(path: str) -> None:
    """No place outside the outbox is ever named."""
    with pytest.raises(ValueError, match="not a path below the inbox"):
        sidecar_places(path)


@given(paths)
def test_a_profile_lies_in_the_folder_of_its_photos(path: str) -> None:
    """Beside their sidecars, under a name that only a picture called `profile` would have too."""
    plain, distinguished = sidecar_places(f"{path}/")
    beside = sidecar_places(f"{path}/x.png")[0].parent
    assert plain == beside / "profile.json"
    assert distinguished.parent == beside
    assert distinguished not in sidecar_places(f"{path}/profile")
