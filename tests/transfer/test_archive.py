"""The file of an export: whole or refused, private, and never larger in memory than on the disk."""

import hashlib
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.fuzzing import fuzzed
from tasted.errors import CommandError
from tasted.transfer.archive import FORMAT, MANIFEST, opened_archive, written_archive

MEMBERS = {"references.jsonl": b'{"a":1}\n', "files/0a": bytes(range(256)) * 9, "empty": b""}


def _written(target: Path, members: Mapping[str, bytes] = MEMBERS, **facts: Any) -> bytes:
    with written_archive(target) as archive:
        for name, data in members.items():
            archive.add(name, data)
        archive.finish(facts)
    return target.read_bytes()


def _read(file: Path) -> dict[str, bytes]:
    with opened_archive(file) as archive:
        archive.check()
        return {name: archive.read(name, max_bytes=10_000) for name in archive.members}


def test_what_was_written_is_read(tmp_path: Path) -> None:
    """Members and facts, for its owner alone; equal members give equal bytes."""
    first, second = tmp_path / "a.tasted", tmp_path / "b.tasted"
    assert _written(first, made_by="me") == _written(second, made_by="me")
    assert first.stat().st_mode & 0o777 == 0o600
    assert _read(first) == MEMBERS
    with opened_archive(first) as archive:
        assert archive.facts == {"made_by": "me"}
        archive.copy("files/0a", tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == MEMBERS["files/0a"]
    assert (tmp_path / "copy").stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.tasted", "b.tasted", "copy"]


def test_what_is_there_is_never_replaced(tmp_path: Path) -> None:
    """Not even when it came while the export was written; nothing is left beside it."""
    target = tmp_path / "a.tasted"

    def write() -> None:
        with written_archive(target) as archive:
            archive.finish({})
            target.write_bytes(b"mine")

    with pytest.raises(CommandError, match="exists already"):
        write()
    assert [path.name for path in tmp_path.iterdir()] == ["a.tasted"]
    assert target.read_bytes() == b"mine"
    with (
        pytest.raises(CommandError, match="cannot be written"),
        written_archive(tmp_path / "none" / "a.tasted"),
    ):
        pass


def test_an_export_that_fails_leaves_nothing(tmp_path: Path) -> None:
    """Whatever ends it in the middle."""

    def write() -> None:
        with written_archive(tmp_path / "a.tasted") as archive:
            archive.add("half", b"1")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write()
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("data", [b"", b"\x89PNG\r\n", b"PK", b"{}"])
def test_another_file_is_not_an_export(tmp_path: Path, data: bytes) -> None:
    """It is refused in words, with the command that writes one, or as damaged."""
    file = tmp_path / "x"
    file.write_bytes(data)
    with pytest.raises(CommandError, match=r"not an export|damaged") as refused:
        _read(file)
    assert refused.value.remedy


def test_another_zip_is_not_an_export(tmp_path: Path) -> None:
    """Of somebody's holidays."""
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as packed:
        packed.writestr("beach.jpg", b"1")
    with pytest.raises(CommandError, match="not an export"):
        _read(tmp_path / "x.zip")


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """It may be misspelt."""
    with pytest.raises(CommandError, match="No such file"):
        _read(tmp_path / "none.tasted")
    with pytest.raises(CommandError):
        _read(tmp_path)


@given(data=st.data())
@fuzzed(400)
def test_row_65_a_damaged_file_is_refused(data: st.DataObject, tmp_path_factory: Any) -> None:
    """Flipped, cut off, or with something in it: nothing but the very members comes out."""
    folder = tmp_path_factory.mktemp("archive")
    whole = _written(folder / "a")
    at = data.draw(st.integers(0, len(whole) - 1))
    how = data.draw(st.sampled_from(["flip", "cut", "insert"]))
    damaged = bytearray(whole)
    if how == "flip":
        damaged[at] ^= 1 << data.draw(st.integers(0, 7))
    elif how == "cut":
        del damaged[at:]
    else:
        damaged[at:at] = data.draw(st.binary(min_size=1, max_size=8))
    (folder / "b").write_bytes(damaged)
    try:
        found = _read(folder / "b")
    except CommandError:
        return
    # the zip has bytes that say nothing, such as the times of its members
    assert found == MEMBERS


@given(data=st.binary(max_size=300))
@fuzzed(300)
def test_any_bytes_are_refused_in_words(data: bytes, tmp_path_factory: Any) -> None:
    """As the beginning, and as the list of members of a zip."""
    folder = tmp_path_factory.mktemp("archive")
    (folder / "raw").write_bytes(b"PK" + data)
    with zipfile.ZipFile(folder / "list", "w") as packed:
        packed.writestr(MANIFEST, data)
    for name in ("raw", "list"):
        with pytest.raises(CommandError):
            _read(folder / name)


def _forged(file: Path, manifest: object, **members: bytes) -> None:
    with zipfile.ZipFile(file, "w") as packed:
        for name, data in members.items():
            packed.writestr(name, data)
        packed.writestr(MANIFEST, json.dumps(manifest))


def _listed(**members: bytes) -> list[dict[str, object]]:
    return [
        {"name": name, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        for name, data in members.items()
    ]


def test_a_forged_list_is_refused(tmp_path: Path) -> None:
    """Members that are not listed, listed ones that are not there, wrong sizes, wrong sums."""
    file = tmp_path / "x"
    head = {"format": FORMAT, "version": 1}
    cases: list[tuple[dict[str, Any], dict[str, bytes]]] = [
        ({**head, "members": []}, {"more": b"1"}),
        ({**head, "members": _listed(gone=b"1")}, {}),
        ({**head, "members": [{**_listed(a=b"1")[0], "bytes": 2}]}, {"a": b"1"}),
        ({**head, "members": _listed(a=b"2")}, {"a": b"1"}),
        ({**head, "members": [7]}, {}),
        ({**head, "members": [{"name": "../a", "bytes": 1, "sha256": "0"}]}, {"../a": b"1"}),
    ]
    for manifest, members in cases:
        _forged(file, manifest, **members)
        with pytest.raises(CommandError, match="damaged"):
            _read(file)
    _forged(file, {"format": FORMAT, "version": 2, "members": []})
    with pytest.raises(CommandError, match="another version"):
        _read(file)


def test_row_65_nothing_is_decompressed(tmp_path: Path) -> None:
    """A small file that would become a large one is refused before its first byte is."""
    file, data = tmp_path / "x", bytes(1_000_000)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("bomb", data)
        manifest = {"format": FORMAT, "version": 1, "members": _listed(bomb=data)}
        packed.writestr(MANIFEST, json.dumps(manifest))
    with pytest.raises(CommandError, match="compressed"):
        _read(file)


def test_a_member_that_is_too_large_is_refused(tmp_path: Path) -> None:
    """What is read into memory has a bound of its own."""
    _written(tmp_path / "a")
    with opened_archive(tmp_path / "a") as archive:
        with pytest.raises(CommandError, match="too large"):
            archive.read("files/0a", max_bytes=10)
        with pytest.raises(CommandError, match="missing"):
            archive.copy("other", tmp_path / "b")
