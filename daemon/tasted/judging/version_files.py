"""The files of taste versions: which there are, and what is in each. Touches `.tasted/tastes`.

    vN.taste   everything that version N scores by: written once as a whole, and never changed
    vN.fit     only what it was fitted to, of an older one, so that it can be fitted again
    vN.json    its row, which stays when the others go; see `home.taste_versions`

A file that is damaged or from another tasted counts as absent: a taste can always be fitted again
from its labels. No number is used twice, because sidecars name their taste by it: the file `last`
keeps the highest one when versions are erased.
"""

import errno
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import structlog

from tasted.errors import DiskFull, LibraryUnusable
from tasted.home.taste_versions import (
    TasteChoice,
    VersionRow,
    write_choice,
    write_version_row,
)
from tasted.judging.fit_record import FitRecord
from tasted.judging.keeping import StoredSizes
from tasted.judging.version import TasteVersion
from tasted.scoring.taste.array_file import TasteUnreadable
from tasted.system.files import private_folder, read_regular_file, write_atomically

_BYTES_MAX = 2_000_000_000
_NAME = re.compile(r"v([1-9][0-9]{0,8})\.(taste|fit|json)")
_KINDS = ("taste", "fit", "json")
_LAST = "last"
_LAST_BYTES_MAX = 9
# what an id takes in a record, and what it takes without any
_ID_BYTES = 70
_RECORD_BYTES = 2_000

log = structlog.get_logger("tasted.judging")


class VersionFiles:
    """The files of one folder, which is created with the first one.

    Args:
        folder: of the home.
        check: called before every write; raises when the home is not in its place.
    """

    def __init__(self, folder: Path, *, check: Callable[[], None] = lambda: None) -> None:
        self.folder = folder
        self._check = check

    def file(self, number: int, kind: str) -> Path:
        """Return the path of a file: `taste`, `fit` or `json`."""
        return self.folder / f"v{number}.{kind}"

    def there(self, *kinds: str) -> list[tuple[int, Path]]:
        """Return numbers and files of some kinds, or of all, newest first."""
        wanted = kinds or _KINDS
        found = ((number, file) for number, kind, file in self._found() if kind in wanted)
        return sorted(found, reverse=True)

    def whole(self, number: int) -> TasteVersion | None:
        """Return a version by its number; None when it is not kept whole."""
        return self.version_in(self.file(number, "taste"))

    @staticmethod
    def version_in(file: Path) -> TasteVersion | None:
        """Return the version in a file; None when it is gone, damaged or of another tasted."""
        try:
            data, _stamp = read_regular_file(file, max_bytes=_BYTES_MAX)
            return TasteVersion.from_bytes(data)
        except FileNotFoundError:
            return None
        except (OSError, TasteUnreadable) as error:
            log.warning("taste_unreadable", file=file.name, reason=str(error))
            return None

    def record(self, number: int) -> FitRecord | None:
        """Return what a version was fitted to; None when that is not kept."""
        try:
            data, _stamp = read_regular_file(self.file(number, "fit"), max_bytes=_BYTES_MAX)
            return FitRecord.from_bytes(data)
        except FileNotFoundError:
            return None
        except (OSError, TasteUnreadable) as error:
            log.warning("fit_record_unreadable", number=number, reason=str(error))
            return None

    def sizes(self, row: VersionRow) -> StoredSizes | None:
        """Return what a version takes on the disk; None: nothing but its row."""
        whole, fit = (_size(self.file(row.number, kind)) for kind in ("taste", "fit"))
        if whole is None:
            return StoredSizes(fit, fit) if fit is not None else None
        # an estimate, for which no version has to be read
        return StoredSizes(whole, min(whole, _RECORD_BYTES + row.contents * _ID_BYTES))

    def write(self, number: int, kind: str, data: bytes) -> None:
        """Write a file as a whole.

        Raises:
            DiskFull, LibraryUnusable: when it cannot be written.
        """
        self._write(lambda: write_atomically(self.file(number, kind), data))

    def write_row(self, row: VersionRow) -> None:
        """Write or replace a row; raises as `write`."""
        self._write(lambda: write_version_row(self.folder, row))

    def write_choice(self, choice: TasteChoice | None) -> None:
        """Keep what a person chose, or that it is nothing (None); raises as `write`."""
        self._write(lambda: write_choice(self.folder, choice))

    def remove(self, number: int, *kinds: str) -> None:
        """Remove files, if they are there."""
        for kind in kinds:
            self.file(number, kind).unlink(missing_ok=True)

    def next_number(self) -> int:
        """Return the number of the next version; none has ever had it."""
        return 1 + max(0, self._last(), *(number for number, _file in self.there()))

    def keep_last_number(self) -> None:
        """Keep the highest number before files are removed: until then their names show it.

        Raises:
            OSError: when it cannot be written.
        """
        write_atomically(self.folder / _LAST, str(self.next_number() - 1).encode("ascii"))

    def _write(self, write: Callable[[], None]) -> None:
        self._check()
        try:
            private_folder(self.folder, below=self.folder.parent)
            write()
        except OSError as error:
            kind = DiskFull if error.errno == errno.ENOSPC else LibraryUnusable
            raise kind(
                f"The taste cannot be kept in {self.folder}: {error.strerror}.",
                remedy="Move that file aside with: tasted rebuild"
                if isinstance(error, NotADirectoryError)
                else "Check the free space and who owns the folder; tasted goes on by itself.",
            ) from error

    def _last(self) -> int:
        try:
            data, _stamp = read_regular_file(self.folder / _LAST, max_bytes=_LAST_BYTES_MAX)
            return int(data)
        except FileNotFoundError:
            return 0
        except (OSError, ValueError) as error:
            log.warning("last_number_unreadable", reason=str(error))
            return 0

    def _found(self) -> Iterator[tuple[int, str, Path]]:
        if self.folder.is_dir():
            for file in self.folder.iterdir():
                match = _NAME.fullmatch(file.name)
                if match is not None:
                    yield int(match[1]), match[2], file


def _size(file: Path) -> int | None:
    try:
        return file.stat().st_size
    except FileNotFoundError:
        return None
