"""The taste versions of one home. Touches the folder `.tasted/tastes`.

Every version is one file, written once as a whole and never changed. A file that is damaged or from
another tasted counts as absent: a taste can always be fitted again from its labels. No number is
used twice, because sidecars name their taste by it: the file `last` keeps the highest one when
versions are erased.
"""

import errno
import re
from collections.abc import Callable, Collection, Iterator
from pathlib import Path

import structlog

from tasted.errors import DiskFull, LibraryUnusable
from tasted.judging.version import TasteVersion
from tasted.scoring.taste.array_file import TasteUnreadable
from tasted.system.faultpoints import reach
from tasted.system.files import private_folder, read_regular_file, sweep_temporary, write_atomically

KEPT = 5
"""Older versions are removed: each holds the vectors of all references."""
_BYTES_MAX = 2_000_000_000
_NAME = re.compile(r"v([1-9][0-9]{0,8})\.taste")
_LAST = "last"
_LAST_BYTES_MAX = 9

log = structlog.get_logger("tasted.judging")


class TasteVersions:
    """The versions in one folder, which is created with the first one.

    Args:
        folder: of the home.
        check: called before every write; raises when the home is not in its place.
    """

    def __init__(self, folder: Path, *, check: Callable[[], None] = lambda: None) -> None:
        self._folder = folder
        self._check = check

    def newest(self, fitted_to: str) -> TasteVersion | None:
        """Return the newest version that was fitted to this; None: there is none."""
        for _number, file in self._files():
            version = _read(file)
            if version is not None and version.fitted_to == fitted_to:
                return version
        return None

    def next_number(self) -> int:
        """Return the number of the next version; none has ever had it."""
        return 1 + max(0, self._last(), *(number for number, _file in self._files()))

    def keep(self, version: TasteVersion) -> None:
        """Write a version, and remove old ones beyond `KEPT`.

        Raises:
            DiskFull, LibraryUnusable: when it cannot be written.
        """
        reach("learning.keeping")
        self._check()
        try:
            private_folder(self._folder, below=self._folder.parent)
            write_atomically(self._folder / f"{version.name}.taste", version.to_bytes())
        except OSError as error:
            kind = DiskFull if error.errno == errno.ENOSPC else LibraryUnusable
            raise kind(
                f"The taste cannot be kept in {self._folder}: {error.strerror}.",
                remedy="Move that file aside with: tasted rebuild"
                if isinstance(error, NotADirectoryError)
                else "Check the free space and who owns the folder; tasted goes on by itself.",
            ) from error
        reach("learning.kept")
        for _number, file in self._files()[KEPT:]:
            file.unlink(missing_ok=True)

    def erase(
        self, contents: Collection[str], *, is_dry: bool = False
    ) -> list[frozenset[str] | None]:
        """Remove every version that one of these pictures went into; return which for each.

        A version that cannot be read is removed too, because it may hold anything; it counts as
        None. Temporary files of interrupted writes are removed uncounted. Nobody else may be
        writing a version.

        Args:
            contents: content ids.
            is_dry: only count.

        Raises:
            OSError: when a file cannot be removed, or the highest number cannot be kept.
        """
        if not is_dry and self._folder.is_dir():
            sweep_temporary(self._folder, older_than_seconds=0)
        found: list[frozenset[str] | None] = []
        for _number, file in self._files():
            version = _read(file)
            held = version.held_of(contents) if version is not None else None
            if held is not None and not held:
                continue
            if not is_dry:
                if not found:
                    self._keep_last()
                file.unlink(missing_ok=True)
            found.append(held)
        return found

    def _keep_last(self) -> None:
        # before the files are removed: until then their names show it
        write_atomically(self._folder / _LAST, str(self.next_number() - 1).encode("ascii"))

    def _last(self) -> int:
        try:
            data, _stamp = read_regular_file(self._folder / _LAST, max_bytes=_LAST_BYTES_MAX)
            return int(data)
        except FileNotFoundError:
            return 0
        except (OSError, ValueError) as error:
            log.warning("last_number_unreadable", reason=str(error))
            return 0

    def _files(self) -> list[tuple[int, Path]]:
        """Return numbers and files, newest first."""
        return sorted(self._found(), reverse=True)

    def _found(self) -> Iterator[tuple[int, Path]]:
        if self._folder.is_dir():
            for file in self._folder.iterdir():
                match = _NAME.fullmatch(file.name)
                if match is not None:
                    yield int(match[1]), file


def _read(file: Path) -> TasteVersion | None:
    try:
        data, _stamp = read_regular_file(file, max_bytes=_BYTES_MAX)
        return TasteVersion.from_bytes(data)
    except FileNotFoundError:
        return None
    except (OSError, TasteUnreadable) as error:
        log.warning("taste_unreadable", file=file.name, reason=str(error))
        return None
