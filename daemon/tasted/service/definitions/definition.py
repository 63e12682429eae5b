"""What a service manager starts, and which file defines it, in terms that both share. Pure."""

from collections.abc import Mapping
from pathlib import Path

from tasted.plain_dataclass import dataclass
from tasted.system.platform import DARWIN, LINUX

LABEL = "io.github.tasted"
"""What launchd calls the agent; also the stem of its file."""
UNIT = "tasted.service"
"""What systemd calls the unit; also the name of its file."""
STOP_SECONDS = 30
"""How long the daemon has between SIGTERM and SIGKILL."""
RESTART_SECONDS = 10
"""The least time between two starts."""
OPEN_FILES = 10_240
"""launchd allows an agent 256, and Lance opens more."""
_HOME_OPTION = "--home"
_ARGUMENTS = ("-I", "-m", "tasted", "run", "--service", _HOME_OPTION)


@dataclass(frozen=True, slots=True)
class Definition:
    """What is started, and for which home.

    Attributes:
        interpreter: absolute path of the Python to start. Links in it are kept: their target would
            start another Python, without the packages of its environment.
        home: absolute path of the home.
        outside: absolute paths of an inbox and outbox outside the home, behind links.
        cache: absolute path of what all homes of the user share: the folder locks. None if it need
            not be named.
    """

    interpreter: Path
    home: Path
    outside: tuple[Path, ...] = ()
    cache: Path | None = None

    @property
    def arguments(self) -> tuple[str, ...]:
        """The command line, program first."""
        return (str(self.interpreter), *_ARGUMENTS, str(self.home))

    @property
    def state(self) -> Path:
        """The home's `.tasted`: the working folder of the process."""
        return self.home / ".tasted"

    @property
    def logs(self) -> Path:
        """Where output goes until the log is open."""
        return self.state / "logs"


def home_in(arguments: tuple[str, ...]) -> Path | None:
    """Return the home that a command line of ours names; None if it is not one of ours."""
    if arguments[1:-1] != _ARGUMENTS or not arguments[-1].startswith("/"):
        return None
    return Path(arguments[-1])


def user_home(environment: Mapping[str, str]) -> Path:
    """Return the user's home folder, as a login sees it."""
    return Path(environment.get("HOME") or Path.home())


def definition_file(environment: Mapping[str, str], system: str) -> Path | None:
    """Return the file that defines the login item; None on a system that has none we know."""
    home = user_home(environment)
    if system == DARWIN:
        return home / "Library" / "LaunchAgents" / f"{LABEL}.plist"
    if system == LINUX:
        named = Path(environment.get("XDG_CONFIG_HOME", ""))
        # the specification says to ignore a relative one
        configuration = named if named.is_absolute() else home / ".config"
        return configuration / "systemd" / "user" / UNIT
    return None
