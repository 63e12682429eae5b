"""Taste versions on the disk: kept bit by bit, few, and gone with the pictures in them."""

import signal
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kit.children import python
from kit.giveaways import found_in
from kit.memories import content
from kit.tastes import DIMENSIONS, drawn
from tasted.errors import LibraryUnusable
from tasted.home.taste_versions import ERASED, REFITTABLE, WHOLE
from tasted.judging.fit_record import FitRecord
from tasted.judging.version import TasteVersion
from tasted.judging.versions import TasteVersions
from tasted.scoring.taste.fit import TasteUnreadable, fit_taste
from tasted.scoring.taste.mixture import WarmStart
from tasted.scoring.traits.personality import Trait, TraitScales
from tasted.scoring.weighing.weigher import COLUMNS, PARTS
from tasted.system.faultpoints import VARIABLE

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
    assert len(list(tmp_path.iterdir())) == 4
    assert versions.erase(wanted) == [None, {content(named)}]
    assert {file.name for file in tmp_path.iterdir()} == {"last", "v1.json"}
    row = versions.row(1)
    assert row is not None
    assert (row.kept, row.note) == (ERASED, "A picture in it was forgotten.")
    assert versions.erase(wanted) == []


def test_what_only_compared_with_a_forgotten_picture_is_fitted_again_without_it(
    tmp_path: Path,
) -> None:
    """And so is what was only a record already, whatever the picture was in it."""
    versions = TasteVersions(tmp_path)
    versions.keep(replace(version(1), brought=(False,) * 12))
    assert versions.erase([content("seen 7")]) == [{content("seen 7")}]
    record, row = versions.record(1), versions.row(1)
    assert record is not None
    assert row is not None
    assert len(record.history) == 39
    assert (row.kept, row.fitted_to, versions.whole(1)) == (REFITTABLE, "", None)
    gone = [content("anna 1"), content("reference 3")]
    assert versions.erase(gone, is_dry=True) == [set(gone)]
    assert versions.erase(gone) == [set(gone)]
    record = versions.record(1)
    assert record is not None
    assert len(record.items) == len(record.liked) == len(record.brought) == 11
    assert record.items[0] == (content("anna 2"),), "a profile stays as long as it has a photo"
    assert found_in(tmp_path, {name: name.encode() for name in gone}) == set()


def test_versions_beyond_the_budget_keep_what_they_were_fitted_to(tmp_path: Path) -> None:
    """Those of an older tasted do not know it, and go; rows stay, and so do files of others."""
    whole = len(version().to_bytes())
    versions = TasteVersions(tmp_path, budget_bytes=5 * whole)
    (tmp_path / "notes.txt").touch()
    versions.keep(version(1))
    for number in range(2, 9):
        versions.keep(replace(version(number), brought=(False,) * 12))
    kept = {row.number: row.kept for row in versions.rows()}
    assert set(kept) == set(range(1, 9))
    assert kept[8] == WHOLE
    assert kept[1] == ERASED
    assert REFITTABLE in kept.values()
    files = {file.name for file in tmp_path.iterdir()}
    assert {"notes.txt", "v8.taste", "v1.json"} < files
    assert files.isdisjoint({"v1.taste", "v1.fit", "v8.fit"})
    for number, how in kept.items():
        assert (versions.whole(number) is not None) is (how == WHOLE)
        assert (versions.record(number) is not None) is (how == REFITTABLE)
    assert sum(file.stat().st_size for file in tmp_path.glob("*.[tf]*")) < 6 * whole


def test_only_one_version_decides_and_when_is_kept(tmp_path: Path) -> None:
    """Which one decided on a day can be told afterwards."""
    now = datetime(2026, 11, 30, 12, tzinfo=UTC)
    versions = TasteVersions(tmp_path, clock=lambda: now)
    for number in (1, 2):
        versions.keep(version(number))
        versions.put_in_force(number)
        versions.put_in_force(number)
    now += timedelta(days=3)
    versions.put_in_force(1)
    newest, first = versions.rows()
    assert newest.parent == 1
    assert [(span.since[:10], span.until and span.until[:10]) for span in first.in_force] == [
        ("2026-11-30", "2026-11-30"),
        ("2026-12-03", None),
    ]
    assert [span.until and span.until[:10] for span in newest.in_force] == ["2026-12-03"]
    versions.put_in_force(None)
    assert versions.in_force() is None


def test_row_60_rows_agree_with_the_files_after_a_kill(tmp_path: Path) -> None:
    """Between a version and its row, and between what it was fitted to and the whole."""
    versions = TasteVersions(tmp_path)
    for number in (1, 2, 3, 4):
        versions.keep(replace(version(number), brought=(False,) * 12))
    (tmp_path / "v1.json").unlink()
    record = FitRecord.of(replace(version(2), brought=(False,) * 12))
    assert record is not None
    for number in (2, 3):
        (tmp_path / f"v{number}.fit").write_bytes(record.to_bytes())
    (tmp_path / "v3.taste").unlink()
    (tmp_path / "v4.taste").unlink()
    versions.settle()
    assert [(row.number, row.kept) for row in versions.rows()] == [
        (4, ERASED),
        (3, REFITTABLE),
        (2, WHOLE),
        (1, WHOLE),
    ]
    assert not (tmp_path / "v2.fit").exists()
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    versions.settle()
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before


_PRUNE = """
import sys
from pathlib import Path
from tasted.judging.versions import TasteVersions
TasteVersions(Path(sys.argv[1]), budget_bytes=int(sys.argv[2])).prune()
"""


@pytest.mark.parametrize("demotions", [1, 2])
def test_row_60_older_versions_make_room_after_a_kill_as_without_one(
    tmp_path: Path, demotions: int
) -> None:
    """Killed between the record of a version and the removal of the whole: nothing is lost."""
    budget = str(5 * len(version().to_bytes()))
    kept = []
    for folder, place in ((tmp_path / "whole", ""), (tmp_path / "killed", "learning.demoting")):
        versions = TasteVersions(folder)
        for number in range(1, 9):
            versions.keep(replace(version(number), brought=(False,) * 12))
        fault = f"{place}:{demotions}" if place else ""
        done = python("-c", _PRUNE, str(folder), budget, environment={VARIABLE: fault})
        assert done.returncode == (-signal.SIGKILL if place else 0), done.stderr
        versions = TasteVersions(folder, budget_bytes=int(budget))
        versions.settle()
        for row in versions.rows():
            assert (versions.whole(row.number) is not None) is (row.kept == WHOLE)
            assert (versions.record(row.number) is not None) is (row.kept == REFITTABLE)
        versions.prune()
        kept.append({row.number: row.kept for row in versions.rows()})
    assert kept[0] == kept[1]
    assert list(kept[0].values()).count(REFITTABLE) >= demotions


def test_a_record_keeps_every_bit_and_refuses_damage() -> None:
    """Of a version with so many pictures that its fit depends on where it began, that as well."""
    known = replace(version(), brought=(True,) + (False,) * 11)
    record = FitRecord.of(known)
    assert record is not None
    start = WarmStart(np.arange(8.0), np.zeros(3), 0.25, 6.0)
    for written in (record, replace(record, start=start)):
        read = FitRecord.from_bytes(written.to_bytes())
        assert read.to_bytes() == written.to_bytes()
        assert (read.items, read.history) == (known.items, known.history)
        assert read.brought.tolist() == list(known.brought or ())
    data = record.to_bytes()
    for broken in (b"", data[:-9], known.to_bytes()):
        with pytest.raises(TasteUnreadable):
            FitRecord.from_bytes(broken)
    assert FitRecord.of(version()) is None, "one that does not say which labels were brought"


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
    for file in tmp_path.glob("*.json"):
        file.unlink()
    assert TasteVersions(tmp_path).next_number() == 9
    for damage in (b"", b"-5", b"many", b"1" * 100):
        (tmp_path / "last").write_bytes(damage)
        assert versions.next_number() == 1


def test_a_folder_that_cannot_be_made_is_a_fault_of_the_service(tmp_path: Path) -> None:
    """Scores without a kept taste would differ from start to start."""
    (tmp_path / "tastes").touch()
    with pytest.raises(LibraryUnusable, match="cannot be kept"):
        TasteVersions(tmp_path / "tastes").keep(version())
