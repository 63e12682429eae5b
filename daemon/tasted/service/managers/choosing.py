"""Chooses the service manager of this system. Looks for its program; starts nothing."""

import os
import time
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from tasted.errors import ServiceRefused
from tasted.home.layout import Home
from tasted.home.status import read_heartbeats
from tasted.service.definitions.definition import definition_file
from tasted.service.managers.launchd import Launchd
from tasted.service.managers.programs import find_program, run_program
from tasted.service.managers.service_manager import ServiceManager
from tasted.service.managers.systemd import Systemd
from tasted.system.platform import DARWIN

_LAUNCHCTL = "/bin/launchctl"
_SYSTEMCTL = "/usr/bin/systemctl"


def open_service_manager(environment: Mapping[str, str], system: str) -> ServiceManager:
    """Return the service manager of this user.

    Raises:
        ServiceRefused: on a system that has neither launchd nor systemd.
    """
    file = definition_file(environment, system)
    if file is None:
        raise ServiceRefused(
            f"tasted can start at login on macOS and Linux; this is {system}.",
            remedy="Start `tasted run` with the tools of your system.",
        )
    search = partial(find_program, environment.get("PATH", os.defpath))
    if system == DARWIN:
        return Launchd(
            file,
            program=search(_LAUNCHCTL),
            uid=os.getuid(),
            run=run_program,
            pause=time.sleep,
            heartbeat_pids=_heartbeat_pids,
        )
    return Systemd(
        file,
        program=search(_SYSTEMCTL),
        run=run_program,
        pause=time.sleep,
        heartbeat_pids=_heartbeat_pids,
    )


def _heartbeat_pids(root: Path) -> frozenset[int]:
    home = Home(root)
    beats = read_heartbeats(home.status_file, home.blocked_file)
    return frozenset(beat.pid for beat in beats)
