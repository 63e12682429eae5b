"""What lets a browser or a script in: port, secrets and start links. Touches `.tasted/web`.

The folder is 0700 and its files are 0600: who can read them may judge in the user's name. A start
link works once, within a minute: it is a file named after the digest of its token, and to remove
that file is to spend the link, so that two who try at once cannot both get in.
"""

import contextlib
import hashlib
import re
import secrets
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from tasted.system.files import (
    create_atomically,
    private_folder,
    read_regular_file,
    write_atomically,
)

START_SECONDS = 60.0
"""How long a start link works."""
_SECRET_BYTES = 32
_BYTES_MAX = 4_096
_PORT_MAX = 65_535
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
_REDIRECT = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>tasted</title>
<meta name="referrer" content="no-referrer">
<meta http-equiv="refresh" content="0; url={link}">
<p><a href="{link}">Go on to tasted</a></p>
</html>
"""


class StartLink(NamedTuple):
    """A link that lets one browser in, and the private page that leads to it."""

    link: str
    page: Path
    """To be opened as a file, so that the token is in no list of processes."""


class WebFiles:
    """The files of one home.

    Args:
        home_root: the home's own folder, which is never made.
        folder: `.tasted/web`.
        check: called before every write; raises when the home is not at its place.
        now: seconds since the epoch, as files are stamped.
    """

    def __init__(
        self,
        home_root: Path,
        folder: Path,
        *,
        check: Callable[[], None] = lambda: None,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._home_root = home_root
        self._folder = folder
        self._check = check
        self._now = now

    def port(self) -> int | None:
        """Return the port that was used last; None when the page was never asked for."""
        text = self._read("port")
        if text is None or not text.isdecimal():
            return None
        port = int(text)
        return port if 0 < port <= _PORT_MAX else None

    def remember_port(self, port: int) -> None:
        """Keep the port for the next start.

        Raises:
            OSError: when it cannot be written.
        """
        self._write("port", f"{port}\n")

    def secret(self) -> bytes:
        """Return the key that signs cookies and cards; made when there is none.

        Raises:
            OSError: when it can be neither read nor written.
        """
        return bytes.fromhex(self._made("secret", lambda: secrets.token_hex(_SECRET_BYTES)))

    def bearer(self) -> str:
        """Return the token of scripts; made when there is none.

        Raises:
            OSError: when it can be neither read nor written.
        """
        return self._made("token", lambda: secrets.token_urlsafe(_SECRET_BYTES))

    def renew(self) -> str:
        """Replace both secrets, so that nobody is in any longer, and return the new token.

        Raises:
            OSError: when they cannot be written.
        """
        token = secrets.token_urlsafe(_SECRET_BYTES)
        self._write("token", f"{token}\n")
        self._write("secret", f"{secrets.token_hex(_SECRET_BYTES)}\n")
        self.sweep(everything=True)
        return token

    def leave_start_link(self, port: int) -> StartLink:
        """Make a link that works once.

        Raises:
            OSError: when it cannot be written.
        """
        self.sweep()
        token = secrets.token_urlsafe(_SECRET_BYTES)
        link = f"http://127.0.0.1:{port}/start?token={token}"
        self._write(_start_name(token), "")
        page = f"open-{secrets.token_hex(8)}.html"
        self._write(page, _REDIRECT.format(link=link))
        return StartLink(link, self._folder / page)

    def spend(self, token: str) -> bool:
        """Use up a start link; return whether it was good. Never true twice for one token."""
        if _TOKEN.fullmatch(token) is None:
            return False
        file = self._folder / _start_name(token)
        try:
            age = self._now() - file.lstat().st_mtime
            file.unlink()
        except OSError:
            # spent, swept or never made
            return False
        self.sweep(pages=True)
        # a clock that was set back makes no link last longer
        return -1.0 <= age <= START_SECONDS

    def sweep(self, *, pages: bool = False, everything: bool = False) -> None:
        """Remove start links that work no longer, and the pages that lead to them.

        Args:
            pages: every page that leads to a link, whether it works or not.
            everything: links that work, too.
        """
        with contextlib.suppress(OSError):
            for file in list(self._folder.iterdir()):
                is_page = file.name.startswith("open-")
                if not is_page and not file.name.startswith("start-"):
                    continue
                with contextlib.suppress(OSError):
                    is_old = abs(self._now() - file.lstat().st_mtime) > START_SECONDS
                    if is_old or everything or (pages and is_page):
                        file.unlink()

    def _made(self, name: str, make: Callable[[], str]) -> str:
        found = self._read(name)
        if found:
            return found
        self._check()
        private_folder(self._folder, below=self._home_root)
        made = make()
        try:
            create_atomically(self._folder / name, f"{made}\n".encode("ascii"))
        except FileExistsError:
            # another process made it this instant, or an empty file lies there
            found = self._read(name)
            if found:
                return found
            self._write(name, f"{made}\n")
        return made

    def _write(self, name: str, text: str) -> None:
        self._check()
        private_folder(self._folder, below=self._home_root)
        write_atomically(self._folder / name, text.encode("ascii"))

    def _read(self, name: str) -> str | None:
        try:
            data, _stamp = read_regular_file(self._folder / name, max_bytes=_BYTES_MAX)
        except OSError:
            return None
        return data.decode("ascii", "replace").strip()


def _start_name(token: str) -> str:
    return f"start-{hashlib.sha256(token.encode('ascii')).hexdigest()}"
