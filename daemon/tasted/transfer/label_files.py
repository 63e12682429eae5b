"""The files of the label folders: which of them travel, and where they are put. Touches the inbox.

A picture and the texts and marks that belong to it travel together. What lies at the top of a label
folder, a file or a whole folder, is put there in one step: half a profile would be another one.
"""

import contextlib
import hashlib
import os
import secrets
import shutil
import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath

from tasted.inbox.companions import companions_of
from tasted.inbox.find_copies import label_folder, label_folders
from tasted.inbox.first_bytes import begins_like_a_picture
from tasted.inbox.naming import (
    NOT_A_PROFILE_NAME,
    NameKind,
    is_walked_folder,
    kind_of_name,
    label_of,
)
from tasted.plain_dataclass import dataclass
from tasted.records import FileStamp, Label
from tasted.system.faultpoints import reach
from tasted.system.files import (
    content_id,
    private_folder,
    read_regular_file,
    rename_to_free_name,
    sync_folder,
)
from tasted.transfer.staging import PLACING_MARK

_DEPTHS = range(2, 17)
_PATH_BYTES_MAX = 4_000
_NAME_BYTES_MAX = 255
_DIGITS = 8
_NO_STAMP = FileStamp(0, 0, 0)


@dataclass(frozen=True, slots=True)
class LabelFile:
    """One file of a label folder."""

    path: str
    """Relative to the inbox, such as `liked/anna/1.png`."""
    content: str
    """sha256 of its bytes."""
    size_bytes: int

    @property
    def label(self) -> Label:
        """The folder at the top of its path.

        Raises:
            ValueError: when that is no label.
        """
        label = label_of(self.path)
        if label is None:
            raise ValueError(f"not in a label folder: {self.path!r}")
        return label

    @property
    def unit(self) -> str:
        """What is put in one step: the name below the label folder."""
        return self.path.split("/")[1]

    @property
    def is_picture(self) -> bool:
        """Whether it is a label by itself, and no text or mark."""
        return kind_of_name(PurePosixPath(self.path).name) in _PICTURES

    def check(self) -> None:
        """Refuse a path that may lead elsewhere, or that a look would not take for a label.

        Raises:
            ValueError: with what is wrong with it.
        """
        parts = self.path.split("/")
        if len(parts) not in _DEPTHS or label_of(self.path) is None:
            raise ValueError(f"not in a label folder: {self.path!r}")
        try:
            encoded = [os.fsencode(part) for part in parts]
        except UnicodeEncodeError as error:
            raise ValueError(f"not a path: {self.path!r}") from error
        is_long = sum(map(len, encoded)) > _PATH_BYTES_MAX or max(map(len, encoded)) > (
            _NAME_BYTES_MAX
        )
        if is_long or "\0" in self.path or not {"", ".", ".."}.isdisjoint(parts):
            raise ValueError(f"not a path: {self.path!r}")
        folders, name = parts[1:-1], parts[-1]
        if not all(map(is_walked_folder, folders)) or not _travels(name):
            raise ValueError(f"neither a picture nor a text of one: {self.path!r}")


_PICTURES = frozenset({NameKind.PICTURE, NameKind.UNKNOWN})


def _travels(name: str) -> bool:
    return name == NOT_A_PROFILE_NAME or kind_of_name(name) in {*_PICTURES, NameKind.COMPANION}


def label_file_paths(inbox: Path) -> Iterator[str]:
    """Yield the paths of what travels, relative to the inbox, in their order.

    Raises:
        OSError: when a folder cannot be listed: an export must not lack what is there.
    """
    for label in Label:
        for top in label_folders(inbox, label):
            for parent, folders, names in os.walk(top, onerror=_raise):
                folders[:] = sorted(filter(is_walked_folder, folders))
                for name in sorted(names):
                    file = Path(parent, name)
                    is_regular = stat.S_ISREG(file.lstat().st_mode)
                    is_known = is_regular and _travels(name)
                    is_unclear = is_known and kind_of_name(name) is NameKind.UNKNOWN
                    if is_known and (not is_unclear or begins_like_a_picture(file)):
                        yield file.relative_to(inbox).as_posix()


def _raise(error: OSError) -> None:
    raise error


def contents_by_label(inbox: Path, *, max_bytes: int) -> dict[str, Label]:
    """Return the label that each content has here, by reading the label folders.

    A content with both labels is left out: nobody can say which answer stands.

    Raises:
        OSError: when a file cannot be read.
    """
    found: dict[str, Label | None] = {}
    for path in label_file_paths(inbox):
        with contextlib.suppress(FileNotFoundError):
            data, _stamp = read_regular_file(inbox / path, max_bytes=max_bytes)
            file = LabelFile(path, content_id(data), len(data))
            if file.is_picture:
                is_other = found.setdefault(file.content, file.label) is not file.label
                found[file.content] = None if is_other else file.label
    return {content: label for content, label in found.items() if label is not None}


@dataclass(frozen=True, slots=True)
class Placement:
    """A file or folder that is to be put below a label folder."""

    label: Label
    name: str
    """Below the label folder."""
    files: tuple[LabelFile, ...]
    """As they are in the export."""

    def path_of(self, file: LabelFile) -> str:
        """Return where a file of it goes, relative to the folder of its label."""
        rest = file.path.split("/")[2:]
        return "/".join([self.name, *rest])


@dataclass(frozen=True, slots=True)
class PlacementPlan:
    """What an import does to the label folders."""

    placed: tuple[Placement, ...]
    known: tuple[LabelFile, ...]
    """Pictures that have the same label here already."""
    other_answer: tuple[LabelFile, ...]
    """Pictures that have the other label here, which stands."""


def plan_placements(
    files: Sequence[LabelFile],
    here: Mapping[str, Label],
    *,
    is_taken: Callable[[Placement], bool],
) -> PlacementPlan:
    """Decide what is put where. Pure but for `is_taken`.

    Args:
        files: of an export.
        here: the label of each content in this home.
        is_taken: tells whether something else has that name.
    """
    units: dict[tuple[Label, str], list[LabelFile]] = {}
    for file in files:
        units.setdefault((file.label, file.unit), []).append(file)
    texts = _texts_at_the_top(files)
    placed: list[Placement] = []
    known: list[LabelFile] = []
    other: list[LabelFile] = []
    for (label, name), members in units.items():
        pictures = [file for file in members if file.is_picture]
        disputed = [file for file in pictures if here.get(file.content, label) is not label]
        present = [file for file in pictures if here.get(file.content) is label]
        other += disputed
        known += [file for file in present if not disputed]
        # a profile of which one picture is disputed would be another profile without it
        if not disputed and len(present) < len(pictures):
            placement = _free(Placement(label, name, tuple(members)), is_taken)
            text = _text_of(placement, texts.get(members[0].path))
            # a text without its picture is nothing; a picture without its text is another score
            placed += [item for item in (text,) if item is not None and not is_taken(item)]
            placed.append(placement)
    return PlacementPlan(tuple(placed), tuple(known), tuple(other))


def _texts_at_the_top(files: Sequence[LabelFile]) -> dict[str, LabelFile]:
    """Return the text of each picture that lies directly in a label folder, by its path."""
    top = {file.path: file for file in files if file.path.count("/") == 1}
    texts = {path: _NO_STAMP for path, file in top.items() if not file.is_picture}
    pictures = [path for path, file in top.items() if file.is_picture]
    return {
        picture: top[companion.path]
        for picture, companion in companions_of(pictures, texts).items()
    }


def _text_of(placement: Placement, text: LabelFile | None) -> Placement | None:
    if text is None:
        return None
    is_renamed = placement.name != placement.files[0].unit
    # a text that repeats the whole name of a picture belongs to that one
    name = placement.name + PurePosixPath(text.unit).suffix if is_renamed else text.unit
    return Placement(placement.label, name, (text,))


def _free(placement: Placement, is_taken: Callable[[Placement], bool]) -> Placement:
    if not is_taken(placement):
        return placement
    digest = hashlib.sha256("".join(file.content for file in placement.files).encode("ascii"))
    name = PurePosixPath(placement.name)
    return replace(placement, name=f"{name.stem} {digest.hexdigest()[:_DIGITS]}{name.suffix}")


def place(inbox: Path, placement: Placement, write: Callable[[LabelFile, Path], None]) -> bool:
    """Put one file or folder where it belongs, in one step; tell whether it was put.

    Nothing is overwritten: something that has its name by now stays, and this is left out. The
    caller holds the label lock.

    Args:
        inbox: of the home.
        placement: what goes where.
        write: writes a file of the export as a new file.

    Raises:
        CommandError: when the label folder is a link.
        OSError: when it cannot be written.
    """
    top = label_folder(inbox, placement.label)
    aside = top / f".{secrets.token_hex(4)}{PLACING_MARK}{secrets.token_hex(4)}"
    private_folder(aside, below=inbox)
    try:
        for file in placement.files:
            target = aside / placement.path_of(file)
            private_folder(target.parent, below=inbox)
            write(file, target)
            reach("transfer.copied")
        with contextlib.suppress(FileExistsError):
            rename_to_free_name(aside / placement.name, top / placement.name)
            sync_folder(top)
            reach("transfer.placed")
            return True
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return False


def label_folder_name(inbox: Path, label: Label) -> str:
    """Return how the folder of a label is written here; it is made if it is missing.

    Raises:
        CommandError: when it is a link.
        OSError: when it cannot be made.
    """
    return label_folder(inbox, label).name


def is_there(inbox: Path, placement: Placement) -> bool:
    """Tell whether something has the name of a placement, in any letter case."""
    folded = placement.name.casefold()
    return any(
        name.casefold() == folded
        for top in label_folders(inbox, placement.label)
        for name in os.listdir(top)  # noqa: PTH208 - names, and no paths of what is not ours
    )
