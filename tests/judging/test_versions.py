"""Taste versions on the disk: kept bit by bit, few, and gone with the pictures in them."""

from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kit.memories import content
from kit.tastes import DIMENSIONS, drawn
from tasted.errors import LibraryUnusable
from tasted.judging.version import TasteVersion
from tasted.judging.versions import KEPT, TasteVersions
from tasted.scoring.taste.fit import TasteUnreadable, fit_taste
from tasted.scoring.traits.personality import Trait, TraitScales
from tasted.scoring.weighing.weigher import COLUMNS, PARTS

HISTORY = tuple(content(f"seen {index}") for index in range(40))


@cache
def version(number: int = 1, fitted_to: str = "labels") -> TasteVersion:
    """Return a version with 12 references, one of them a profile of two photos."""
    known, history = drawn(12, seed=1), drawn(40, seed=2).vectors
    random = np.random.default_rng(3)
    columns = random.normal(size=(12, len(COLUMNS)))
    directions = random.normal(size=(1, DIMENSIONS))
    return TasteVersion(
        number=number,
        fitted_to=fitted_to,
        taste=fit_taste(known.vectors, known.liked, history=history, columns=columns),
        items=(
            (content("anna 1"), content("anna 2")),
            *((content(f"reference {index}"),) for index in range(11)),
        ),
        history=HISTORY,
        columns=columns,
        history_parts=random.normal(size=(40, PARTS)),
        scales=TraitScales.fit(
            (Trait("kind"),), directions, pictures=[row[None] for row in history], bios=None
        ),
    )


def test_bytes_keep_every_bit() -> None:
    """What is read writes the same bytes, and names the same pictures."""
    data = version().to_bytes()
    read = TasteVersion.from_bytes(data)
    assert read.to_bytes() == data
    assert read.digest() == version().digest()
    assert (read.items, read.history, read.name) == (version().items, HISTORY, "v1")


@settings(max_examples=200, deadline=None)
@given(place=st.integers(min_value=0), value=st.integers(1, 255))
def test_a_changed_byte_is_noticed(place: int, value: int) -> None:
    """Either the bytes are refused, or the byte said nothing of the version."""
    data = version().to_bytes()
    changed = bytearray(data)
    changed[place % len(data)] ^= value
    try:
        read = TasteVersion.from_bytes(bytes(changed))
    except TasteUnreadable:
        return
    assert read.to_bytes() == data


def test_the_newest_that_was_fitted_to_the_same_is_found(tmp_path: Path) -> None:
    """A damaged one is as good as absent, and its number is not given again."""
    versions = TasteVersions(tmp_path / "tastes")
    assert versions.newest("labels") is None
    assert versions.next_number() == 1
    for number, fitted_to in enumerate(("labels", "others", "labels"), start=1):
        versions.keep(version(number, fitted_to))
    found = versions.newest("labels")
    assert found is not None
    assert found.name == "v3"
    (tmp_path / "tastes" / "v3.taste").write_bytes(b"")
    found = versions.newest("labels")
    assert found is not None
    assert found.name == "v1"
    assert versions.next_number() == 4


def test_older_versions_are_removed(tmp_path: Path) -> None:
    """Each holds the vectors of all references; what is none of ours stays."""
    versions = TasteVersions(tmp_path)
    (tmp_path / "notes.txt").touch()
    for number in range(8, 12 + KEPT):
        versions.keep(version(number))
    names = {f"v{number}.taste" for number in range(12, 12 + KEPT)}
    assert {file.name for file in tmp_path.iterdir()} == names | {"notes.txt"}


@pytest.mark.parametrize("named", ["anna 2", "reference 3", "seen 7"])
def test_a_forgotten_picture_takes_along_what_was_fitted_with_it(
    tmp_path: Path, named: str
) -> None:
    """As a reference, as one photo of a profile, or as history; nobody can say what is in noise."""
    versions = TasteVersions(tmp_path)
    versions.keep(version(1))
    (tmp_path / "v2.taste").write_bytes(b"noise")
    # of a write that was killed this instant
    (tmp_path / ".v3.taste.01234567.tmp").write_bytes(version(3).to_bytes())
    wanted = [content(named), content("nobody")]
    assert versions.erase([content("nobody")], is_dry=True) == [None]
    assert versions.erase(wanted, is_dry=True) == [None, {content(named)}]
    assert len(list(tmp_path.iterdir())) == 3
    assert versions.erase(wanted) == [None, {content(named)}]
    assert [file.name for file in tmp_path.iterdir()] == ["last"]


def test_no_number_is_given_again_when_all_versions_were_erased(tmp_path: Path) -> None:
    """Sidecars name their taste by it; a damaged memory of the highest is as good as none."""
    versions = TasteVersions(tmp_path)
    assert versions.erase([content("anna 1")]) == []
    versions.keep(version(6))
    versions.keep(version(7))
    assert len(versions.erase([content("anna 1")])) == 2
    assert TasteVersions(tmp_path).next_number() == 8
    versions.keep(version(8))
    assert len(versions.erase([content("anna 1")])) == 1
    assert TasteVersions(tmp_path).next_number() == 9
    for damage in (b"", b"-5", b"many", b"1" * 100):
        (tmp_path / "last").write_bytes(damage)
        assert versions.next_number() == 1


def test_a_folder_that_cannot_be_made_is_a_fault_of_the_service(tmp_path: Path) -> None:
    """Scores without a kept taste would differ from start to start."""
    (tmp_path / "tastes").touch()
    with pytest.raises(LibraryUnusable, match="cannot be kept"):
        TasteVersions(tmp_path / "tastes").keep(version())
