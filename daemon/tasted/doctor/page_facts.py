"""Looks at the page for judging: its port, and whether its folder is private. Changes nothing.

The port is not connected to: that would start the page.
"""

import contextlib
import errno
import socket
import stat
from pathlib import Path

from tasted.doctor.facts import PageFacts
from tasted.home.layout import Home
from tasted.home.web_files import WebFiles

_OTHERS = 0o077


def gather_page(home: Home) -> PageFacts:
    """Return what is known of the page of a home."""
    port = WebFiles(home.root, home.web).port()
    return PageFacts(port, port is not None and _is_listened_on(port), _open_files(home))


def _is_listened_on(port: int) -> bool:
    """Tell whether something listens: a second listener is refused."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
            probe.listen(1)
        except OSError as error:
            return error.errno == errno.EADDRINUSE
    return False


def _open_files(home: Home) -> tuple[str, ...]:
    files: list[Path] = []
    with contextlib.suppress(OSError):
        # a folder that is not there is open to nobody
        files += [home.web, *sorted(home.web.iterdir())]
    return tuple(
        file.relative_to(home.root).as_posix()
        for file in files
        if stat.S_IMODE(file.lstat().st_mode) & _OTHERS
    )
