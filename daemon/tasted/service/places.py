"""Where the login item is defined, on each system. Pure: paths only."""

from collections.abc import Mapping
from pathlib import Path

from tasted.platform import DARWIN, LINUX
from tasted.service.definition import LABEL, UNIT


def user_home(environment: Mapping[str, str]) -> Path:
    """Return the home folder of the user, as a login has it."""
    return Path(environment.get("HOME") or Path.home())


def definition_file(environment: Mapping[str, str], system: str) -> Path | None:
    """Return the file that defines the login item; None on a system without one that is known."""
    home = user_home(environment)
    if system == DARWIN:
        return home / "Library" / "LaunchAgents" / f"{LABEL}.plist"
    if system == LINUX:
        named = Path(environment.get("XDG_CONFIG_HOME", ""))
        # a relative one is to be ignored, says the specification
        configuration = named if named.is_absolute() else home / ".config"
        return configuration / "systemd" / "user" / UNIT
    return None
