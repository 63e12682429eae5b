"""What a service manager starts, before it is written in the language of one. Pure."""

from dataclasses import dataclass
from pathlib import Path

LABEL = "io.github.tasted"
"""What launchd calls the agent; also the stem of its file."""
UNIT = "tasted.service"
"""What systemd calls the unit; also the name of its file."""
STOP_SECONDS = 30
"""How long the daemon has between SIGTERM and SIGKILL."""
RESTART_SECONDS = 10
"""How far apart two starts are at least."""
OPEN_FILES = 10_240
"""launchd gives an agent 256, and Lance opens more."""
_HOME_OPTION = "--home"
_ARGUMENTS = ("-I", "-m", "tasted", "run", "--service", _HOME_OPTION)


@dataclass(frozen=True, slots=True)
class Definition:
    """What is started, and for which home.

    Attributes:
        interpreter: absolute path of the Python to start. Its links are kept: the target of one
            would start another Python, without the packages of its environment.
        home: absolute path of the home.
        outside: absolute paths of an inbox and outbox that lie elsewhere, behind links.
        cache: absolute path of what all homes of the user share: the locks of folders. None where
            it need not be named.
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
        """The home's `.tasted`, in which the process is started."""
        return self.home / ".tasted"

    @property
    def logs(self) -> Path:
        """Where what is said before the log is open goes."""
        return self.state / "logs"


def home_in(arguments: tuple[str, ...]) -> Path | None:
    """Return the home that a command line of ours names; None when it is not one of ours."""
    if arguments[1:-1] != _ARGUMENTS or not arguments[-1].startswith("/"):
        return None
    return Path(arguments[-1])
