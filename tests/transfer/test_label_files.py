"""Which files of the label folders travel, and where an import puts them."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.fuzzing import fuzzed
from kit.pictures import noise
from tasted.home.layout import Home
from tasted.records import Label
from tasted.system.files import content_id
from tasted.transfer.label_files import (
    LabelFile,
    Placement,
    contents_by_label,
    is_there,
    label_file_paths,
    place,
    plan_placements,
)


def _file(path: str, content: str = "1") -> LabelFile:
    return LabelFile(path, content * 64, 1)


def _never(_placement: Placement) -> bool:
    return False


def test_pictures_travel_with_what_belongs_to_them(home: Home) -> None:
    """Texts, the text of a profile, and the mark that a folder is none; nothing else."""
    liked = home.inbox / "liked"
    names = ("a.png", "a.txt", "anna/1.png", "anna/bio.txt", "anna/.not-a-profile", "x", "y")
    others = (".DS_Store", "half.png.part", "film.mov", ".hidden/a.png", "notes.pdf")
    for name in (*names, *others):
        (liked / name).parent.mkdir(parents=True, exist_ok=True)
        (liked / name).write_bytes(b"no picture")
    (liked / "x").write_bytes(noise())
    (liked / "link.png").symlink_to(liked / "a.png")
    (home.inbox / "loose.png").write_bytes(b"1")
    assert list(label_file_paths(home.inbox)) == [
        f"liked/{name}" for name in ("a.png", "a.txt", "x", "anna/.not-a-profile")
    ] + ["liked/anna/1.png", "liked/anna/bio.txt"]


@pytest.mark.parametrize(
    "path",
    [
        "liked", "liked/", "other/a.png", "/liked/a.png", "liked/../a.png", "liked//a.png",
        "liked/./a.png", "liked/a\0.png", "liked/.a.png", "liked/.git/a.png", "liked/a.sh",
        "liked/a.app/b.png", "liked/" + "a" * 300 + ".png", "liked/" + "a/" * 20 + "b.png",
        "liked/\ud800.png", "", "../liked/a.png",
    ],
)  # fmt: skip
def test_a_path_that_leads_elsewhere_is_refused(path: str) -> None:
    """Or to what a look would not take for a label."""
    with pytest.raises(ValueError, match=r"."):
        _file(path).check()


@given(st.text(max_size=40))
@fuzzed(500)
def test_no_path_climbs(text: str) -> None:
    """Whatever is accepted is below a label folder."""
    file = _file(f"liked/{text}")
    try:
        file.check()
    except ValueError:
        return
    joined = os.path.normpath(f"/inbox/{file.path}")
    assert joined.startswith("/inbox/liked/")


def test_plan_keeps_what_is_there() -> None:
    """The same label is known, the other one stands, and a taken name is left to its owner."""
    files = [
        _file("liked/new.png", "1"),
        _file("liked/known.png", "2"),
        _file("liked/other.png", "3"),
        _file("liked/anna/1.png", "4"),
        _file("liked/anna/2.png", "3"),
        _file("rejected/taken.png", "5"),
    ]
    here = {"2" * 64: Label.LIKED, "3" * 64: Label.REJECTED}
    plan = plan_placements(files, here, is_taken=lambda placement: placement.name == "taken.png")
    assert [file.path for file in plan.known] == ["liked/known.png"]
    # a profile with a picture that was judged otherwise here is left out as a whole
    assert [file.path for file in plan.other_answer] == ["liked/other.png", "liked/anna/2.png"]
    first, second = plan.placed
    assert first.name == "new.png"
    assert second.name.startswith("taken ")
    assert second.name.endswith(".png")


def test_a_text_goes_where_its_picture_goes() -> None:
    """Before it, under its name; without its picture it stays."""
    files = [
        _file("liked/a.txt", "0"),
        _file("liked/a.png", "1"),
        _file("liked/b.png", "2"),
        _file("liked/b.png.md", "3"),
        _file("liked/lonely.txt", "4"),
        _file("liked/known.png", "5"),
        _file("liked/known.txt", "6"),
    ]
    plan = plan_placements(
        files, {"5" * 64: Label.LIKED}, is_taken=lambda placement: placement.name == "a.png"
    )
    names = [placement.name for placement in plan.placed]
    assert names[1].startswith("a ")
    assert names == [f"{names[1]}.txt", names[1], "b.png.md", "b.png"]


def test_a_placement_is_one_step_and_replaces_nothing(home: Home) -> None:
    """A folder appears with all that is in it; what has its name by then stays."""
    files = (_file("liked/anna/1.png", "1"), _file("liked/anna/bio.txt", "2"))
    placement = Placement(Label.LIKED, "anna", files)
    seen: list[list[str]] = []

    def write(file: LabelFile, target: Path) -> None:
        seen.append(list(label_file_paths(home.inbox)))
        target.write_text(file.path, "utf-8")

    assert place(home.inbox, placement, write)
    assert seen == [[], []]
    assert is_there(home.inbox, replace(placement, name="ANNA"))
    assert not place(home.inbox, placement, lambda _file, target: target.write_text("other"))
    assert (home.inbox / "liked" / "anna" / "1.png").read_text("utf-8") == "liked/anna/1.png"
    assert [path.name for path in (home.inbox / "liked").iterdir()] == ["anna"]


def test_a_placement_that_fails_leaves_nothing(home: Home) -> None:
    """The disk may be full in the middle of a folder."""

    def write(_file: LabelFile, target: Path) -> None:
        target.write_bytes(b"1")
        if target.name == "2.png":
            raise OSError(28, "No space left on device")

    files = (_file("liked/anna/1.png"), _file("liked/anna/2.png"))
    with pytest.raises(OSError, match="No space"):
        place(home.inbox, Placement(Label.LIKED, "anna", files), write)
    assert not list((home.inbox / "liked").iterdir())


def test_what_is_here_is_known_by_content(home: Home) -> None:
    """Under any name; one with both labels has none."""
    pictures = {"liked/a.png": b"1", "liked/b/c.png": b"2", "rejected/a.png": b"3"}
    both = {"liked/both.png": b"4", "Rejected/both too.png": b"4"}
    for path, data in {**pictures, **both}.items():
        (home.inbox / path).parent.mkdir(parents=True, exist_ok=True)
        (home.inbox / path).write_bytes(data)
    assert contents_by_label(home.inbox, max_bytes=10) == {
        content_id(b"1"): Label.LIKED,
        content_id(b"2"): Label.LIKED,
        content_id(b"3"): Label.REJECTED,
    }


_names = st.sampled_from(["a.png", "b.png", "anna/1.png", "anna/2.png", "emil/1.png"])


@given(
    st.lists(st.tuples(st.sampled_from(list(Label)), _names, st.sampled_from("12345")), max_size=8),
    st.dictionaries(st.sampled_from("12345"), st.sampled_from(list(Label))),
)
def test_a_plan_accounts_for_every_picture(
    listed: list[tuple[Label, str, str]], known: dict[str, Label]
) -> None:
    """Placed, known, or disputed; none is placed whose content has the other label here."""
    unique = {f"{label.value}/{name}": content for label, name, content in listed}
    files = [_file(path, content) for path, content in unique.items()]
    here = {content * 64: label for content, label in known.items()}
    taken: Callable[[Placement], bool] = _never
    plan = plan_placements(files, here, is_taken=taken)
    placed = [file for item in plan.placed for file in item.files]
    assert all(here.get(file.content, file.label) is file.label for file in placed)
    whole = {item.files[0].path.rsplit("/", 1)[0] for item in plan.placed}
    for file in files:
        unit = file.path.rsplit("/", 1)[0]
        is_left_out = unit not in whole or file.path.count("/") == 1
        assert file in placed or file in plan.known or file in plan.other_answer or is_left_out
