"""Writes an export: what the engine staged, the log, the taste versions, and the labelled pictures.

Reads the home; writes one file. The caller holds the label lock, so that the pictures stay.
"""

import contextlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tasted.errors import CommandError
from tasted.feedback.reading import read_events
from tasted.home.layout import Home
from tasted.plain_dataclass import dataclass
from tasted.records import Label
from tasted.system.files import content_id, read_regular_file
from tasted.transfer.answers import answer_lines, travelling_answers
from tasted.transfer.archive import ArchiveWriter, written_archive
from tasted.transfer.label_files import LabelFile, label_file_paths
from tasted.transfer.staging import EVENTS, LIBRARY_MEMBERS, VERSIONS

LABEL_FILES = "label_files.jsonl"
"""Every file of the label folders, with its sha256."""
CONTENTS = "files"
"""Folder of the contents of those files, by sha256."""
_VERSION_BYTES_MAX = 2_000_000_000
_ROW_BYTES_MAX = 4_000_000
_VERSION_FILES = "v*.taste"


@dataclass(frozen=True, slots=True)
class ExportSummary:
    """What went into an export."""

    liked: int
    rejected: int
    answers: int
    versions: int
    left_out: tuple[str, ...]
    """Paths of files that are larger than the settings allow, and would be refused here, too."""


def write_export(
    target: Path,
    home: Home,
    staging: Path,
    *,
    facts: Mapping[str, Any],
    max_bytes: int,
    now_ms: int,
) -> ExportSummary:
    """Write an export, as a whole or not at all.

    Args:
        target: the file; it must not exist.
        home: that is exported.
        staging: holds what the engine wrote.
        facts: JSON values for the manifest.
        max_bytes: of one file of the label folders.
        now_ms: UTC, in milliseconds since the epoch.

    Raises:
        CommandError: when something cannot be read, or the file cannot be written.
    """
    with written_archive(target) as archive:
        try:
            return _write(archive, home, staging, facts=facts, max_bytes=max_bytes, now_ms=now_ms)
        except OSError as error:
            if error.filename is None:
                # the file that is being written has no name of its own
                raise
            raise CommandError(
                f"{error.filename} cannot be read: {error.strerror}. Nothing was exported.",
                remedy="Allow your user to read it, or move it out of the label folders.",
            ) from error


def _write(
    archive: ArchiveWriter,
    home: Home,
    staging: Path,
    *,
    facts: Mapping[str, Any],
    max_bytes: int,
    now_ms: int,
) -> ExportSummary:
    for name in LIBRARY_MEMBERS:
        with (staging / name).open("rb") as stream:
            archive.add_stream(name, stream)
    files, left_out = _add_label_files(archive, home.inbox, max_bytes=max_bytes)
    labels = _labels(files)
    answers = travelling_answers(read_events(home.feedback), labels, now_ms=now_ms)
    archive.add(EVENTS, answer_lines(answers))
    versions = _add_versions(archive, home.tastes)
    counts = {label: list(labels.values()).count(label) for label in Label}
    archive.finish({**facts, "liked": counts[Label.LIKED], "rejected": counts[Label.REJECTED]})
    return ExportSummary(
        liked=counts[Label.LIKED],
        rejected=counts[Label.REJECTED],
        answers=len(answers),
        versions=versions,
        left_out=tuple(left_out),
    )


def _add_label_files(
    archive: ArchiveWriter, inbox: Path, *, max_bytes: int
) -> tuple[list[LabelFile], list[str]]:
    files: list[LabelFile] = []
    contents: set[str] = set()
    left_out: list[str] = []
    for path in label_file_paths(inbox):
        if (inbox / path).lstat().st_size > max_bytes:
            left_out.append(path)
            continue
        data, _stamp = read_regular_file(inbox / path, max_bytes=max_bytes)
        file = LabelFile(path, content_id(data), len(data))
        if file.content not in contents:
            contents.add(file.content)
            archive.add(f"{CONTENTS}/{file.content}", data)
        files.append(file)
    lines = (
        json.dumps({"path": file.path, "content": file.content, "bytes": file.size_bytes})
        for file in files
    )
    archive.add(LABEL_FILES, "".join(f"{line}\n" for line in lines).encode("ascii"))
    return files, left_out


def _labels(files: list[LabelFile]) -> dict[str, Label]:
    """Return the label of each picture; one in both folders has none."""
    found: dict[str, set[Label]] = {}
    for file in files:
        if file.is_picture:
            found.setdefault(file.content, set()).add(file.label)
    return {content: min(labels) for content, labels in found.items() if len(labels) == 1}


def _add_versions(archive: ArchiveWriter, folder: Path) -> int:
    count = 0
    for file in sorted(folder.glob(_VERSION_FILES)):
        # one may be dropped by the rules of keeping meanwhile
        with contextlib.suppress(FileNotFoundError):
            data, _stamp = read_regular_file(file, max_bytes=_VERSION_BYTES_MAX)
            archive.add(f"{VERSIONS}/{file.name}", data)
            count += 1
            row, _stamp = read_regular_file(file.with_suffix(".json"), max_bytes=_ROW_BYTES_MAX)
            archive.add(f"{VERSIONS}/{file.stem}.json", row)
    return count
