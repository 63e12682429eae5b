"""What a service of this very program would stand on and be told. Looks at paths only."""

import sys
from collections.abc import Mapping
from pathlib import Path

import tasted
from tasted.folder_locks import CACHE
from tasted.home import Home
from tasted.service.checks import Ground
from tasted.service.definition import Definition
from tasted.service.places import user_home

_TEMPORARY = (Path("/tmp"), Path("/var/tmp"), Path("/private/var/folders"))  # noqa: S108 - compared


def ground_of(
    home: Home,
    environment: Mapping[str, str],
    system: str,
    *,
    temporary: tuple[Path, ...] | None = None,
) -> Ground:
    """Return what a service of this home would stand on, with the Python that runs now.

    Args:
        home: of the service.
        environment: of the command.
        system: `sys.platform`.
        temporary: folders that are emptied now and then; None: those of the system.
    """
    named = environment.get("TMPDIR")
    emptied = (*_TEMPORARY, *([Path(named)] if named else []))
    return Ground(
        # not resolved: the environment is found by the link
        interpreter=Path(sys.executable).absolute(),
        package=Path(tasted.__file__).parent,
        home=home.root,
        user_home=user_home(environment),
        temporary=emptied if temporary is None else temporary,
        system=system,
    )


def definition_of(home: Home, ground: Ground) -> Definition:
    """Return what would be started on this ground."""
    folders = (home.inbox.resolve(), home.outbox.resolve())
    outside = tuple(folder for folder in folders if not folder.is_relative_to(home.root))
    return Definition(ground.interpreter, home.root, outside, ground.user_home / CACHE)
