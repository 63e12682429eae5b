"""What a service set up now would run: this Python, this package, this home. Looks at paths."""

import sys
from collections.abc import Mapping
from pathlib import Path

import tasted
from tasted.home.folder_locks import CACHE
from tasted.home.layout import Home
from tasted.plain_dataclass import dataclass
from tasted.service.definitions.definition import Definition, user_home
from tasted.system.files import real_path

_TEMPORARY = (Path("/tmp"), Path("/var/tmp"), Path("/private/var/folders"))  # noqa: S108 - compared


@dataclass(frozen=True, slots=True)
class Installation:
    """The Python, the package and the home of a service.

    Attributes:
        interpreter: absolute path of the Python to start, links kept.
        package: folder of the installed package.
        home: of tasted.
        user_home: home folder of the user.
        temporary: folders that the system empties.
        system: `sys.platform`.
    """

    interpreter: Path
    package: Path
    home: Path
    user_home: Path
    temporary: tuple[Path, ...]
    system: str


def installation_of(
    home: Home,
    environment: Mapping[str, str],
    system: str,
    *,
    temporary: tuple[Path, ...] | None = None,
) -> Installation:
    """Return the installation of a service for this home, with the Python that runs now.

    Args:
        home: of the service.
        environment: of the command.
        system: `sys.platform`.
        temporary: folders that the system empties; None means the usual ones.
    """
    named = environment.get("TMPDIR")
    emptied = (*_TEMPORARY, *([Path(named)] if named else []))
    return Installation(
        # not resolved: Python finds its environment by the link
        interpreter=Path(sys.executable).absolute(),
        package=Path(tasted.__file__).parent,
        home=home.root,
        user_home=user_home(environment),
        temporary=emptied if temporary is None else temporary,
        system=system,
    )


def definition_of(home: Home, installation: Installation) -> Definition:
    """Return what a service manager would start for this installation."""
    folders = (real_path(home.inbox), real_path(home.outbox))
    outside = tuple(folder for folder in folders if not folder.is_relative_to(home.root))
    return Definition(installation.interpreter, home.root, outside, installation.user_home / CACHE)
