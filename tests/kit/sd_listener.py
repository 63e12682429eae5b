"""Stands for systemd at the other end of sd_notify: hears what a service says of itself."""

import contextlib
import shutil
import socket
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Heard:
    """What was said, in order.

    Attributes:
        address: for NOTIFY_SOCKET.
        messages: as they came.
        last_at: when the last one came, on the monotonic clock.
    """

    address: str
    messages: list[str] = field(default_factory=list)
    last_at: float = field(default_factory=time.monotonic)

    @property
    def pings(self) -> int:
        """How many signs of life came."""
        return self.messages.count("WATCHDOG=1")

    @property
    def silent_seconds(self) -> float:
        """How long nothing has come."""
        return time.monotonic() - self.last_at


@contextlib.contextmanager
def sd_listener() -> Iterator[Heard]:
    """Listen while the block runs."""
    # the path of a socket is short
    folder = Path(tempfile.mkdtemp(prefix="sd-"))
    heard = Heard(str(folder / "notify"))
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.bind(heard.address)
        line.settimeout(0.05)
        stop = threading.Event()

        def listen() -> None:
            while not stop.is_set():
                with contextlib.suppress(TimeoutError):
                    said = line.recv(4096).decode("ascii")
                    heard.last_at = time.monotonic()
                    heard.messages.append(said)

        thread = threading.Thread(target=listen)
        thread.start()
        try:
            yield heard
        finally:
            stop.set()
            thread.join()
            shutil.rmtree(folder)
