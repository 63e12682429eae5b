"""The line to systemd: who holds it, how it is addressed, and that nobody need be there."""

import os
import socket

from kit.sd_listener import sd_listener
from kit.waiting import eventually
from tasted.daemon.sd_notify import SystemdNotifier


def test_the_line_is_taken_out_of_the_environment() -> None:
    """What a child inherits says nothing of it."""
    environment = {
        "NOTIFY_SOCKET": "/run/notify",
        "WATCHDOG_USEC": "120000000",
        "WATCHDOG_PID": str(os.getpid()),
        "HOME": "/home/me",
    }
    notifier = SystemdNotifier.taken_from(environment)
    assert environment == {"HOME": "/home/me"}
    assert (notifier.watchdog_seconds, notifier.ping_seconds) == (120.0, 60.0)


def test_a_watchdog_of_another_process_is_not_ours() -> None:
    """It waits for whom it names; and what is no number is no time."""
    for watchdog in ({"WATCHDOG_USEC": "1000000", "WATCHDOG_PID": "1"}, {"WATCHDOG_USEC": "soon"}):
        assert (
            SystemdNotifier.taken_from({"NOTIFY_SOCKET": "/run/notify", **watchdog}).ping_seconds
            is None
        )


def test_what_is_said_arrives() -> None:
    """One datagram for each word."""
    with sd_listener() as heard:
        notifier = SystemdNotifier(heard.address)
        notifier.ready()
        notifier.ping()
        notifier.stopping()
        eventually(lambda: heard.messages == ["READY=1", "WATCHDOG=1", "STOPPING=1"])


def test_an_abstract_address_is_understood() -> None:
    """The other end may listen where no file system is."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.bind(f"\0tasted-test-{os.getpid()}")
        line.settimeout(5)
        SystemdNotifier(f"@tasted-test-{os.getpid()}").ready()
        assert line.recv(100) == b"READY=1"


def test_nobody_need_listen() -> None:
    """A line that leads nowhere costs nothing."""
    SystemdNotifier("/nowhere/at/all").ping()
    SystemdNotifier().ready()
