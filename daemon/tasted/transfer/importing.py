"""Takes an export into a home: checks all of it, stages it for the owner, places the pictures.

Reads the export; writes a folder of `.tasted/transfer`, and the label folders. Nothing is written
before everything was checked, nothing that is there is overwritten, and a second run completes one
that was killed.
"""

import json
import re
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tasted.errors import CommandError
from tasted.feedback.events import FeedbackEvent
from tasted.feedback.intents import leave_intent, mark_carried_out, waiting_intents
from tasted.feedback.reading import read_events
from tasted.home.layout import Home
from tasted.plain_dataclass import dataclass
from tasted.records import Label
from tasted.system.faultpoints import reach
from tasted.system.files import private_folder, write_atomically
from tasted.transfer.answers import answers_in, imported_answers
from tasted.transfer.archive import ArchiveReader, damaged
from tasted.transfer.exporting import CONTENTS, LABEL_FILES
from tasted.transfer.label_files import (
    LabelFile,
    PlacementPlan,
    contents_by_label,
    is_there,
    label_folder_name,
    place,
    plan_placements,
)
from tasted.transfer.staging import (
    EVENTS,
    REFERENCES,
    TEXTS,
    VECTORS,
    VERSIONS,
    half_placed,
)

_LINES_BYTES_MAX = 500_000_000
_MEGABYTE = 1_000_000
_VERSION = re.compile(rf"{VERSIONS}/v[1-9][0-9]{{0,8}}\.(taste|json)")


@dataclass(frozen=True, slots=True)
class CheckedExport:
    """An export of which every byte was compared with its checksum."""

    archive: ArchiveReader
    file: Path
    files: tuple[LabelFile, ...]
    answers: tuple[FeedbackEvent, ...]

    @property
    def placed_bytes(self) -> int:
        """How much room its pictures take."""
        return sum(file.size_bytes for file in self.files)


def check_export(file: Path, archive: ArchiveReader, *, max_bytes: int) -> CheckedExport:
    """Read everything in an export, and refuse what this home could not take.

    Args:
        file: for what is said.
        archive: as opened.
        max_bytes: the largest picture, as the settings of this home allow.

    Raises:
        CommandError: when it is damaged, or holds something else.
    """
    archive.check()
    try:
        files = tuple(
            _label_file(line)
            for line in _lines(archive.read(LABEL_FILES, max_bytes=_LINES_BYTES_MAX))
        )
        answers = tuple(answers_in(archive.read(EVENTS, max_bytes=_LINES_BYTES_MAX)))
    except ValueError as error:
        raise damaged(file, str(error)) from error
    for found in files:
        member = archive.members.get(f"{CONTENTS}/{found.content}")
        if member is None or member.sha256 != found.content:
            raise damaged(file, f"the file {found.path!r} is missing")
        if member.size_bytes > max_bytes:
            raise CommandError(
                f"{file} holds a picture of {member.size_bytes / _MEGABYTE:.0f} MB, and "
                "limits.max_bytes allows less.",
                remedy=f"Raise it: tasted config set limits.max_bytes {member.size_bytes}",
            )
    return CheckedExport(archive, file, files, answers)


def _lines(data: bytes) -> list[dict[str, Any]]:
    values = []
    for line in data.splitlines():
        try:
            value = json.loads(line)
        except RecursionError as error:
            raise ValueError("nested too deeply") from error
        if not isinstance(value, dict):
            raise ValueError("a line is no object")  # noqa: TRY004 - one kind of error for any bytes
        values.append(value)
    return values


def _label_file(line: Mapping[str, Any]) -> LabelFile:
    path, content, size = line.get("path"), line.get("content"), line.get("bytes")
    if not (isinstance(path, str) and isinstance(content, str) and type(size) is int):
        raise ValueError("a file without path, content or size")
    file = LabelFile(path, content, size)
    file.check()
    return file


def plan_import(checked: CheckedExport, home: Home, *, max_bytes: int) -> PlacementPlan:
    """Decide what is put where, by what the label folders hold. The caller holds the label lock.

    Raises:
        CommandError: when the inbox cannot be read, or the disk has too little room.
    """
    try:
        for folder in half_placed(home.inbox):
            shutil.rmtree(folder)
        here = contents_by_label(home.inbox, max_bytes=max_bytes)
        plan = plan_placements(
            checked.files, here, is_taken=lambda placement: is_there(home.inbox, placement)
        )
        needed = sum(file.size_bytes for item in plan.placed for file in item.files)
        free = shutil.disk_usage(home.inbox).free
    except OSError as error:
        raise _failed(home.inbox, error) from error
    if needed > free:
        raise CommandError(
            f"The pictures need {needed / _MEGABYTE:.0f} MB, and the disk of {home.inbox} has "
            f"{free / _MEGABYTE:.0f} MB left.",
            remedy="Free some space, then import again. Nothing was changed.",
        )
    return plan


def stage_import(checked: CheckedExport, plan: PlacementPlan, staging: Path, inbox: Path) -> None:
    """Write what the owner of the home takes in.

    Raises:
        CommandError: when the export is damaged, or the folder cannot be written.
    """
    archive = checked.archive
    try:
        archive.copy(VECTORS, staging / VECTORS)
        archive.copy(TEXTS, staging / TEXTS)
        references = archive.read(REFERENCES, max_bytes=_LINES_BYTES_MAX)
        try:
            moved = _moved_references(_lines(references), plan, inbox)
        except ValueError as error:
            raise damaged(checked.file, str(error)) from error
        write_atomically(staging / REFERENCES, moved)
        for name in filter(_VERSION.fullmatch, archive.members):
            private_folder(staging / VERSIONS)
            archive.copy(name, staging / name)
    except OSError as error:
        raise _failed(staging, error) from error


def _moved_references(
    references: Sequence[Mapping[str, Any]], plan: PlacementPlan, inbox: Path
) -> bytes:
    """Return the references that come with a picture, at the places where those will be."""
    places = {
        file.path: f"{label_folder_name(inbox, item.label)}/{item.path_of(file)}"
        for item in plan.placed
        for file in item.files
    }
    contents = {file.path: file.content for item in plan.placed for file in item.files}
    kept = [
        {**reference, "path": places[reference["path"]]}
        for reference in references
        if contents.get(reference.get("path", "")) == reference.get("content") is not None
    ]
    return "".join(f"{json.dumps(line)}\n" for line in kept).encode("ascii")


@dataclass(frozen=True, slots=True)
class Placed:
    """What an import added to a home."""

    liked: int
    rejected: int
    answers: int


def place_all(checked: CheckedExport, plan: PlacementPlan, home: Home) -> Placed:
    """Put the pictures into the label folders, and leave the answers for the owner of the log.

    The caller holds the label lock, so that nobody takes the pictures for answers given by hand.

    Raises:
        CommandError: when something cannot be written; what was is there, and a second run puts
            the rest.
    """
    try:
        answers = _new_answers(checked, plan, home)
        intents = [leave_intent(home.feedback, answer) for answer in answers]
        reach("feedback.intended")
        placed = _place(checked, plan, home)
        for intent in intents:
            mark_carried_out(intent)
    except OSError as error:
        raise _failed(home.feedback, error) from error
    return Placed(placed[Label.LIKED], placed[Label.REJECTED], len(intents))


def _new_answers(checked: CheckedExport, plan: PlacementPlan, home: Home) -> list[FeedbackEvent]:
    disputed = {file.content for file in plan.other_answer}
    known = {event.id for event in read_events(home.feedback)}
    known |= {intent.event.id for intent in waiting_intents(home.feedback) if intent.is_carried_out}
    events = imported_answers(checked.answers, without=disputed)
    return [event for event in events if event.id not in known]


def _place(checked: CheckedExport, plan: PlacementPlan, home: Home) -> dict[Label, int]:
    placed = dict.fromkeys(Label, 0)

    def write(file: LabelFile, target: Path) -> None:
        checked.archive.copy(f"{CONTENTS}/{file.content}", target)

    for item in plan.placed:
        home.check()
        try:
            if place(home.inbox, item, write):
                placed[item.label] += sum(file.is_picture for file in item.files)
        except OSError as error:
            raise _failed(home.inbox / item.label.value, error) from error
    return placed


def _failed(folder: Path, error: OSError) -> CommandError:
    return CommandError(
        f"{error.filename or folder} cannot be read or written: {error.strerror}.",
        remedy="Check who owns it and the free space, then import again: it goes on where it "
        "stopped.",
    )
