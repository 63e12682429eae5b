"""Refuses to install a login item that would break or see nothing, and says what mends it.

Pure decisions over paths; file systems and programs are asked through what is passed in.
"""

import re
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tasted.errors import ServiceRefused
from tasted.platform import DARWIN, FileSystem, guarded_place, is_removable
from tasted.service.definition import LABEL, home_in
from tasted.service.programs import Run

# they choose a Python anew at every start, by the folder and the shell they are called from
_SHIM = re.compile(r"/\.?(pyenv|asdf|mise|rtx)/shims/|/bin/(env|uv|uvx|pipx)$")
_SYSTEM_STUB = Path("/usr/bin/python3")
# uvx, pipx run, builds of pip and the environments of test runners
_DISPOSABLE = re.compile(
    r"/uv/(archive|environments|builds)-v\d+/|/pipx/\.cache/"
    r"|/pip-(build-env|ephem|install|req)[^/]*/|/\.(tox|nox)/"
)
_INSTALL = "uv tool install DIR (or: pipx install DIR), where DIR is the checkout of tasted"
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f]")
# systemd takes no program with these in its path
_UNSTARTABLE = re.compile(r"[\"'\\]")
_BARE_PATH = "PATH=/usr/bin:/bin:/usr/sbin:/sbin"
_IMPORT = "import tasted.cli.run, tasted.daemon.supervisor"


@dataclass(frozen=True, slots=True)
class Ground:
    """What the service would stand on.

    Attributes:
        interpreter: absolute path of the Python that would be started, links kept.
        package: folder of the installed package.
        home: of tasted.
        user_home: home folder of the user.
        temporary: folders that are emptied now and then.
        system: `sys.platform`.
    """

    interpreter: Path
    package: Path
    home: Path
    user_home: Path
    temporary: tuple[Path, ...]
    system: str


def refuse_ground(ground: Ground, file_system: Callable[[Path], FileSystem]) -> None:
    """Refuse an interpreter, a package or a home that the service cannot rely on.

    Args:
        ground: what it would stand on.
        file_system: tells on what a folder lies.

    Raises:
        ServiceRefused: the first of the reasons, with the command that mends it.
    """
    _refuse_spelling(ground)
    _refuse_interpreter(ground)
    for what, path in (("Python", ground.interpreter), ("package", ground.package)):
        why = _bad_place(path, ground, file_system)
        if why is not None:
            raise ServiceRefused(
                f"The {what} that would be started lies in {path}, {why}.",
                remedy=f"Install tasted into your home folder: {_installing(ground)}. Then: "
                "tasted service install",
            )
    why = _bad_place(ground.home, ground, file_system)
    if why is not None:
        raise ServiceRefused(
            f"The home is {ground.home}, {why}.",
            remedy=f"mv {shlex.quote(str(ground.home))} ~/Tasted, then: "
            "tasted service install --home ~/Tasted",
        )


def refuse_linked(ground: Ground, folders: Mapping[str, Path]) -> None:
    """Refuse an inbox or outbox that leads out of the home to where the service may not read.

    One on a network drive is not refused: it is looked through, and waited for.

    Args:
        ground: what the service would stand on.
        folders: inbox and outbox, links kept, by what they are called.

    Raises:
        ServiceRefused: for the first that does, with the commands that mend it.
    """
    home = ground.home.resolve()
    for what, folder in folders.items():
        end = folder.resolve()
        why = None if end.is_relative_to(home) else _out_of_reach(folder, ground)
        if why is not None:
            link = shlex.quote(str(folder))
            raise ServiceRefused(
                f"The {what} {folder} leads to {end}, {why}.",
                remedy=f"Use a folder of the home instead: unlink {link} && mkdir {link}, or link "
                "it to one that is always there. Then: tasted service install",
            )


def refuse_session(environment: Mapping[str, str]) -> None:
    """Refuse to be called with sudo, or by the service itself.

    Raises:
        ServiceRefused: in either case.
    """
    if environment.get("SUDO_USER"):
        raise ServiceRefused(
            "The service belongs to the login of a user, and sudo would make it root's.",
            remedy="Call it again without sudo.",
        )
    if environment.get("XPC_SERVICE_NAME") == LABEL:
        raise ServiceRefused(
            "The service cannot end or replace itself.", remedy="Call it from a terminal."
        )


def refuse_other(installed: tuple[str, ...] | None, home: Path, file: Path) -> None:
    """Refuse to replace the service of another home, or a file that is not ours.

    Args:
        installed: the command line in the file; None when there is none.
        home: that the service is to serve.
        file: that defines it.

    Raises:
        ServiceRefused: unless the service is this home's, or there is none.
    """
    if installed is None:
        return
    other = home_in(installed)
    if other == home:
        return
    whose = f"serves the home {other}" if other is not None else "is not as tasted writes it"
    raise ServiceRefused(
        f"The service that is installed {whose}, and there is one service for each login: {file}",
        remedy="Put this home in its place with: tasted service install --replace",
    )


def refuse_bare_failure(ground: Ground, run: Run) -> None:
    """Refuse an interpreter that finds tasted only with what this shell has set.

    Raises:
        ServiceRefused: when it does not start, or does not find the package.
    """
    bare = ["/usr/bin/env", "-i", f"HOME={ground.user_home}", _BARE_PATH]
    outcome = run([*bare, str(ground.interpreter), "-I", "-c", _IMPORT])
    if outcome.status != 0:
        raise ServiceRefused(
            f"{ground.interpreter} does not find tasted in the bare environment of a login item: "
            f"{outcome.words}",
            remedy=f"Install it: {_INSTALL}. Then: tasted service install",
        )


def _refuse_spelling(ground: Ground) -> None:
    for path in (ground.interpreter, ground.home):
        if _UNPRINTABLE.search(str(path)):
            raise ServiceRefused(
                f"A login item cannot be written for {str(path)!r}: its name has a control "
                "character.",
                remedy="Rename the folder.",
            )
    if ground.system != DARWIN and _UNSTARTABLE.search(str(ground.interpreter)):
        raise ServiceRefused(
            f"systemd starts no program with a quote or a backslash in its path: "
            f"{ground.interpreter}",
            remedy=f"Install tasted elsewhere: {_INSTALL}",
        )


def _refuse_interpreter(ground: Ground) -> None:
    interpreter = ground.interpreter
    text = str(interpreter)
    why = None
    if _SHIM.search(text) or (ground.system == DARWIN and interpreter == _SYSTEM_STUB):
        why = "is a stand-in that chooses another Python at every start"
    elif _DISPOSABLE.search(text) or _is_below(interpreter, ground.temporary):
        why = "lies in an environment that is thrown away sooner or later"
    if why is not None:
        raise ServiceRefused(
            f"The Python that would be started, {interpreter}, {why}.",
            remedy=f"Install tasted for good: {_INSTALL}. Then: tasted service install",
        )


def _bad_place(path: Path, ground: Ground, file_system: Callable[[Path], FileSystem]) -> str | None:
    why = _out_of_reach(path, ground)
    if why is None and file_system(path).is_remote:
        return "on a network drive, which may not be there at login"
    return why


def _out_of_reach(path: Path, ground: Ground) -> str | None:
    user = ground.user_home.resolve()
    # a link may lead out of a guarded folder or into one; macOS judges by where it ends
    for place in dict.fromkeys((path, path.resolve())):
        name = guarded_place(place, user, system=ground.system)
        if name is not None:
            return f"in {name}, and macOS keeps background programs from reading there"
        if is_removable(place, system=ground.system):
            return "on a disk that may not be there at login"
    return None


def _is_below(path: Path, folders: tuple[Path, ...]) -> bool:
    return any(path.is_relative_to(folder) for folder in folders)


def _installing(ground: Ground) -> str:
    checkout = ground.package.parent.parent
    is_checkout = (checkout / "pyproject.toml").is_file()
    return f"uv tool install {shlex.quote(str(checkout))}" if is_checkout else _INSTALL
