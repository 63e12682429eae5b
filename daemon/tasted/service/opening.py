"""Chooses the keeper of this system. Looks for launchctl or systemctl; starts nothing."""

import os
import time
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from tasted.errors import ServiceRefused
from tasted.home import Home
from tasted.platform import DARWIN
from tasted.service.keeper import Keeper
from tasted.service.launchd import Launchd
from tasted.service.places import definition_file
from tasted.service.programs import find_program, run_program
from tasted.service.systemd import Systemd
from tasted.status import read_heartbeats

_LAUNCHCTL = "/bin/launchctl"
_SYSTEMCTL = "/usr/bin/systemctl"


def open_keeper(environment: Mapping[str, str], system: str) -> Keeper:
    """Return what keeps the service of this user.

    Raises:
        ServiceRefused: on a system that has neither launchd nor systemd.
    """
    file = definition_file(environment, system)
    if file is None:
        raise ServiceRefused(
            f"Login items are known for macOS and Linux, and this is {system}.",
            remedy="Let your system start `tasted run` in its own way.",
        )
    search = partial(find_program, environment.get("PATH", os.defpath))
    if system == DARWIN:
        return Launchd(
            file,
            program=search(_LAUNCHCTL),
            uid=os.getuid(),
            run=run_program,
            pause=time.sleep,
            beating=_beating,
        )
    return Systemd(
        file,
        program=search(_SYSTEMCTL),
        run=run_program,
        pause=time.sleep,
        beating=_beating,
    )


def _beating(root: Path) -> frozenset[int]:
    home = Home(root)
    beats = read_heartbeats(home.status_file, home.blocked_file)
    return frozenset(beat.pid for beat in beats)
