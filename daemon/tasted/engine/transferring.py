"""What the library knows of the references, as the files of an export, and back.

Reads and writes the library and a folder of `.tasted/transfer`. Nothing in it is unpickled; bytes
that are not ours are refused as a whole, before anything is written.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import structlog
from numpy.typing import NDArray

from tasted.engine.assembly import Assembly
from tasted.errors import ServiceFault
from tasted.home.taste_versions import VersionRow, read_version_row
from tasted.inbox.naming import label_of
from tasted.judging.version import TasteVersion
from tasted.judging.versions import TasteVersions
from tasted.library.embedded import (
    Embedded,
    LearnedReference,
    ViewHashes,
    unit_views,
    weighted_views,
)
from tasted.library.library import Library
from tasted.library.schema import is_sha256
from tasted.plain_dataclass import dataclass
from tasted.records import Label, Origin, PictureFacts, Reference, View
from tasted.rpc.transfer_messages import LibraryExported, LibraryImported
from tasted.scoring.taste.array_file import TasteUnreadable, pack, unpack
from tasted.system.faultpoints import reach
from tasted.system.files import read_regular_file, write_atomically
from tasted.transfer.staging import REFERENCES, TEXTS, VECTORS, VERSIONS

_KIND = "exported pictures"
_BYTES_MAX = 2_000_000_000
_ROWS_TOGETHER = 500
_DTYPES: dict[str, np.dtype[Any]] = {
    "views": np.dtype(np.float32),
    "cells": np.dtype(np.int8),
    "wholes": np.dtype(np.int8),
    "are_photos": np.dtype(np.bool_),
    "bios": np.dtype(np.float32),
}

log = structlog.get_logger("tasted.engine")


class NotTransferable(ValueError):
    """The bytes are not what an export holds."""


@dataclass(frozen=True, slots=True)
class PictureRows:
    """What is known of some contents."""

    fingerprint: str
    """Of the embedder."""
    embedded: Mapping[str, Embedded]
    """By content id, with hashes where there are any."""
    bios: Mapping[str, tuple[str, NDArray[np.float32]]]
    """The sha256 of the text of each content, and its vectors."""

    def to_bytes(self) -> bytes:
        """Return them as an .npz, equal bytes for equal rows."""
        hashed = [picture.hashes for picture in self.embedded.values() if picture.hashes]
        facts = {
            "kind": _KIND,
            "fingerprint": self.fingerprint,
            "pictures": [
                {
                    "content": content,
                    "views": len(picture.views),
                    "is_hashed": picture.hashes is not None,
                    "facts": asdict(picture.facts),
                }
                for content, picture in self.embedded.items()
            ],
            "bios": [
                {"content": content, "text": text, "rows": len(views)}
                for content, (text, views) in self.bios.items()
            ],
        }
        arrays = {
            "views": _stacked([picture.views for picture in self.embedded.values()], np.float32),
            "cells": _stacked([hashes.cells for hashes in hashed], np.int8),
            "wholes": _stacked([hashes.wholes for hashes in hashed], np.int8),
            "are_photos": np.concatenate(
                [np.zeros(0, np.bool_), *(hashes.are_photos for hashes in hashed)]
            ),
            "bios": _stacked([views for _text, views in self.bios.values()], np.float32),
        }
        return pack(facts, arrays)

    @classmethod
    def from_bytes(cls, data: bytes) -> "PictureRows":
        """Return the rows in these bytes.

        Raises:
            NotTransferable: when they are anything else.
        """
        try:
            facts, arrays = unpack(data, _DTYPES)
            if facts.get("kind") != _KIND:
                raise NotTransferable("not rows of pictures")
            embedded = dict(_pictures(facts["pictures"], arrays))
            rows = _Rows(arrays["bios"])
            bios = {
                _content_id(bio["content"]): (_content_id(bio["text"]), rows.take(bio["rows"]))
                for bio in facts["bios"]
            }
            return cls(str(facts["fingerprint"]), embedded, bios)
        except (TasteUnreadable, KeyError, TypeError, IndexError, ValueError) as error:
            raise NotTransferable(f"the vectors cannot be read: {error}") from error

    def check(self, dimensions: int) -> None:
        """Refuse rows that the library would not take, before the first is written.

        Raises:
            ValueError: with what is wrong.
        """
        for picture in self.embedded.values():
            weighted_views(picture.views, dimensions)
            if len(picture.facts.views) != len(picture.views):
                raise NotTransferable("a picture with other views than vectors")
        for _text, views in self.bios.values():
            unit_views(views, dimensions)


def _stacked(parts: Sequence[NDArray[Any]], dtype: Any) -> NDArray[Any]:
    return np.concatenate(parts).astype(dtype) if parts else np.zeros((0, 0), dtype)


class _Rows:
    """The rows of an array, taken from its beginning on."""

    def __init__(self, array: NDArray[Any]) -> None:
        self._array = array
        self._taken = 0

    def take(self, count: object) -> NDArray[Any]:
        """Return the next rows.

        Raises:
            NotTransferable: when there are not so many.
        """
        if type(count) is not int or not 0 < count <= len(self._array) - self._taken:
            raise NotTransferable("arrays and list do not fit together")
        self._taken += count
        return self._array[self._taken - count : self._taken]


def _pictures(
    listed: Sequence[Mapping[str, Any]], arrays: Mapping[str, NDArray[Any]]
) -> Iterator[tuple[str, Embedded]]:
    views, cells, wholes, are_photos = (
        _Rows(arrays[name]) for name in ("views", "cells", "wholes", "are_photos")
    )
    for picture in listed:
        count = picture["views"]
        hashes = None
        if picture["is_hashed"]:
            hashes = ViewHashes(cells.take(count), are_photos.take(count), wholes.take(1))
        embedded = Embedded(views.take(count), _facts(picture["facts"]), hashes)
        yield _content_id(picture["content"]), embedded


def _content_id(value: object) -> str:
    if not isinstance(value, str) or not is_sha256(value):
        raise NotTransferable("not a content id")
    return value


def _facts(value: Mapping[str, Any]) -> PictureFacts:
    views = tuple(
        View(str(view["kind"]), _box(view["box"]), float(view["weight"])) for view in value["views"]
    )
    return PictureFacts(
        width=int(value["width"]),
        height=int(value["height"]),
        format=str(value["format"]),
        frames=int(value["frames"]),
        notes=tuple(map(str, value["notes"])),
        views=views,
        blank=bool(value["blank"]),
    )


def _box(value: Sequence[Any]) -> tuple[int, int, int, int]:
    left, top, width, height = map(int, value)
    return left, top, width, height


def export_library(assembly: Assembly, folder: Path) -> LibraryExported:
    """Write what the library knows of the references into a folder.

    Raises:
        ServiceFault: when the library cannot be read.
        OSError: when a file cannot be written.
    """
    library = assembly.library
    references = library.references()
    contents = list(dict.fromkeys(reference.content_id for reference in references))
    cached = library.cached(contents)
    hashes = library.hashes(contents)
    rows = PictureRows(
        assembly.embedder.fingerprint,
        {
            content: replace(cached[content], hashes=hashes.get(content))
            for content in contents
            if content in cached
        },
        library.bios_with_ids(contents),
    )
    write_atomically(folder / VECTORS, rows.to_bytes())
    write_atomically(folder / REFERENCES, b"".join(map(_reference_line, references)))
    texts = library.texts_with_readers(contents)
    lines = [
        _line({"content": content, "reader": reader, "text": text})
        for content, (reader, text) in texts.items()
    ]
    write_atomically(folder / TEXTS, b"".join(lines))
    counts = library.counts()
    return LibraryExported(
        embedder=assembly.embedder.identity.name,
        embedder_fingerprint=assembly.embedder.fingerprint,
        liked=counts[Label.LIKED],
        rejected=counts[Label.REJECTED],
    )


def _line(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode("ascii") + b"\n"


def _reference_line(reference: Reference) -> bytes:
    return _line(
        {
            "path": reference.path,
            "content": reference.content_id,
            "label": reference.label.value,
            "origin": reference.origin.value,
        }
    )


def import_library(
    assembly: Assembly, versions: TasteVersions, folder: Path, *, keeps_texts: bool
) -> LibraryImported:
    """Take what a folder holds into the library; a second time changes nothing.

    References do not count before their pictures are in the label folders.

    Args:
        assembly: of the home.
        versions: of the home.
        folder: of the transfer.
        keeps_texts: whether the settings let texts be kept.

    Raises:
        ServiceFault: when the folder holds something else, or the library cannot be written.
    """
    library = assembly.library
    try:
        rows = PictureRows.from_bytes(_bytes_of(folder / VECTORS))
        references = [_reference(line) for line in _lines(folder / REFERENCES)]
        texts = [_text(line) for line in _lines(folder / TEXTS)]
        tastes = list(_versions_in(folder / VERSIONS))
        is_other_model = rows.fingerprint != assembly.embedder.fingerprint
        if not is_other_model:
            if not keeps_texts:
                rows = replace(rows, bios={})
            rows.check(library.dimensions)
            _take_in(library, rows, references)
    except (NotTransferable, OSError, ValueError) as error:
        raise ServiceFault(
            f"What was to be imported cannot be used: {error}.",
            remedy="Export it again, and run the same import again.",
        ) from error
    if keeps_texts and not is_other_model:
        for reader in dict.fromkeys(reader for _content, reader, _text in texts):
            found = {content: text for content, by, text in texts if by == reader}
            library.remember_texts(found, reader)
    reach("transfer.remembered")
    taken = 0 if is_other_model else _keep(versions, tastes)
    return LibraryImported(
        vectors=0 if is_other_model else len(rows.embedded),
        versions=taken,
        is_other_model=is_other_model,
    )


def _take_in(library: Library, rows: PictureRows, references: Sequence[Reference]) -> None:
    contents = list(rows.embedded)
    for start in range(0, len(contents), _ROWS_TOGETHER):
        some = contents[start : start + _ROWS_TOGETHER]
        library.remember({content: rows.embedded[content] for content in some})
    library.remember_bios(dict(rows.bios))
    known = {reference.path for reference in library.references()}
    new = [
        LearnedReference(reference, rows.embedded[reference.content_id].views)
        for reference in references
        # one that is there has its own origin
        if reference.path not in known and reference.content_id in rows.embedded
    ]
    for start in range(0, len(new), _ROWS_TOGETHER):
        library.learn(new[start : start + _ROWS_TOGETHER])
    # they count from the moment when a look finds their pictures
    library.keep_only(known)


@dataclass(frozen=True, slots=True)
class _Exported:
    """A version, and its row in the home that it comes from."""

    version: TasteVersion
    row: VersionRow | None


def _keep(versions: TasteVersions, tastes: Sequence[_Exported]) -> int:
    """Keep the versions that are not here yet, under their numbers where those are free."""
    new = [taste for taste in tastes if versions.newest(taste.version.fitted_to) is None]
    for taste in sorted(new, key=lambda taste: taste.version.number):
        number = max(taste.version.number, versions.next_number())
        versions.take_in(replace(taste.version, number=number), taste.row)
    return len(new)


def _versions_in(folder: Path) -> Iterator[_Exported]:
    if not folder.is_dir():
        return
    for file in sorted(folder.glob("*.taste")):
        try:
            version = TasteVersion.from_bytes(_bytes_of(file))
            yield _Exported(version, read_version_row(folder, version.number))
        except TasteUnreadable as error:
            # of another tasted: a taste can always be fitted again
            log.warning("taste_not_imported", file=file.name, reason=str(error))


def _bytes_of(file: Path) -> bytes:
    data, _stamp = read_regular_file(file, max_bytes=_BYTES_MAX)
    return data


def _lines(file: Path) -> Iterator[dict[str, Any]]:
    for line in _bytes_of(file).splitlines():
        try:
            value = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise NotTransferable(f"{file.name} has a line that is not JSON") from error
        if not isinstance(value, dict):
            raise NotTransferable(f"{file.name} has a line that is no object")
        yield value


def _reference(line: Mapping[str, Any]) -> Reference:
    try:
        path, label = line["path"], Label(line["label"])
        content, origin = _content_id(line["content"]), Origin(line["origin"])
    except KeyError as error:
        raise NotTransferable(f"a reference without {error}") from error
    if not isinstance(path, str) or label_of(path) is not label:
        raise NotTransferable("a reference outside the folder of its label")
    return Reference(content, path, label, origin)


def _text(line: Mapping[str, Any]) -> tuple[str, str, str]:
    try:
        return _content_id(line["content"]), str(line["reader"]), str(line["text"])
    except KeyError as error:
        raise NotTransferable(f"a text without {error}") from error
