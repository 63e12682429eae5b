"""The listening socket of the page, on the loopback address alone. Opens a socket; writes nothing.

It belongs to the light process, so that port and open tabs survive the web child.
"""

import errno
import socket

from tasted.errors import CommandError

ADDRESS = "127.0.0.1"
_BACKLOG = 64


class PortTaken(CommandError):
    """The port of the page is in use by another program."""

    code = "port_taken"


def listen(chosen: int, remembered: int | None) -> socket.socket:
    """Return a socket that listens, inheritable by nobody yet.

    Args:
        chosen: the port of the settings; 0 takes a free one.
        remembered: the port that a free one was last, which is taken again if it is free.

    Raises:
        PortTaken: when the chosen port is not to be had.
        OSError: when the system gives no socket at all.
    """
    if chosen:
        try:
            return _bound(chosen)
        except OSError as error:
            if error.errno not in {errno.EADDRINUSE, errno.EACCES}:
                raise
            raise PortTaken(
                f"The port {chosen} cannot be used: {error.strerror}.",
                remedy="Choose another: tasted config set web.port NUMBER (0 takes a free one)",
            ) from error
    if remembered is not None:
        try:
            return _bound(remembered)
        except OSError:
            # somebody else has it now: open tabs are lost, and the next link leads to the new one
            return _bound(0)
    return _bound(0)


def port_of(listener: socket.socket) -> int:
    """Return the port that a socket listens on."""
    port: int = listener.getsockname()[1]
    return port


def _bound(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        # a port that was just given up is waiting for late packets; two listeners it never allows
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((ADDRESS, port))
        listener.listen(_BACKLOG)
        # the child and this process both accept from it, and neither may wait in there
        listener.settimeout(0)
    except OSError:
        listener.close()
        raise
    return listener
