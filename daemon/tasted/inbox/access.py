"""Tries what this very process may read of the inbox. Lists it, opens a file, reads no byte.

macOS decides for each program what it may read, and a terminal lends its own rights to what is
started from it. So only the service can tell what the service may read; it travels in status.json.
"""

import errno
import os
import stat
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from tasted.home.status import AccessReport
from tasted.system.platform import is_dataless

_FILES_TRIED_MAX = 8
_READ_ONLY = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


def try_access(
    inbox: Path,
    *,
    listed: Callable[[Path], Iterator[Path]] | None = None,
    opened: Callable[[Path], None] | None = None,
) -> AccessReport:
    """Try to list the inbox and to open one of its files.

    Args:
        inbox: the folder.
        listed: yields its regular files whose content is on this disk; raises OSError.
        opened: opens and closes a file; raises OSError.
    """
    listed, opened = listed or _files, opened or _open
    interpreter = os.path.realpath(sys.executable)
    refusal: OSError | None = None
    # never the name of a file: the status would go on telling of it when it is forgotten
    where = inbox
    try:
        for tried, file in enumerate(listed(inbox)):
            if tried >= _FILES_TRIED_MAX:
                break
            try:
                opened(file)
            except FileNotFoundError:
                continue
            except OSError as error:
                # one file with a mode of its own says nothing about the others
                refusal, where = error, file.parent
            else:
                return AccessReport(interpreter, opened_file=True)
    except OSError as error:
        refusal = error
    if refusal is None:
        return AccessReport(interpreter)
    code = errno.errorcode.get(refusal.errno or 0, "unknown")
    return AccessReport(interpreter, code, str(where))


def _files(inbox: Path) -> Iterator[Path]:
    for folder in (inbox, inbox / "liked", inbox / "rejected"):
        if folder != inbox and not folder.is_dir():
            continue
        with os.scandir(folder) as entries:
            for entry in entries:
                try:
                    status = entry.stat(follow_symlinks=False)
                except FileNotFoundError:
                    continue
                # opening what lies in the cloud may fetch it
                if stat.S_ISREG(status.st_mode) and not is_dataless(status):
                    yield Path(entry.path)


def _open(file: Path) -> None:
    os.close(os.open(file, _READ_ONLY))
