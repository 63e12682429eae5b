"""Checks before a login item is installed: refuses one that would not work, and says what to do.

Pure decisions over paths; file systems and programs are asked through arguments.
"""

import re
import shlex
from collections.abc import Callable, Mapping
from pathlib import Path

from tasted.errors import ServiceRefused
from tasted.service.definitions.definition import LABEL, home_in
from tasted.service.installation import Installation
from tasted.service.managers.programs import Run
from tasted.system.files import real_path
from tasted.system.platform import DARWIN, FileSystem, guarded_place, is_removable

# they choose a Python at every start, by the folder and the shell they are called from
_SHIM = re.compile(r"/\.?(pyenv|asdf|mise|rtx)/shims/|/bin/(env|uv|uvx|pipx)$")
_SYSTEM_STUB = Path("/usr/bin/python3")
# uvx, pipx run, builds of pip and the environments of test runners
_DISPOSABLE = re.compile(
    r"/uv/(archive|environments|builds)-v\d+/|/pipx/\.cache/"
    r"|/pip-(build-env|ephem|install|req)[^/]*/|/\.(tox|nox)/"
)
_INSTALL = "uv tool install DIR (or: pipx install DIR), where DIR is the checkout of tasted"
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f]")
# systemd accepts no program with these in its path
_UNSTARTABLE = re.compile(r"[\"'\\]")
_BARE_PATH = "PATH=/usr/bin:/bin:/usr/sbin:/sbin"
_IMPORT = "import tasted.cli.commands.run, tasted.daemon.supervisor"


def refuse_unreliable(
    installation: Installation, file_system: Callable[[Path], FileSystem]
) -> None:
    """Refuse an interpreter, a package or a home that the service cannot rely on.

    Args:
        installation: what the service would run.
        file_system: tells on which file system a folder is.

    Raises:
        ServiceRefused: for the first reason found, with the command that helps.
    """
    _refuse_spelling(installation)
    refuse_interpreter(installation, then="tasted service install")
    for what, path in (("Python", installation.interpreter), ("package", installation.package)):
        why = _bad_place(path, installation, file_system)
        if why is not None:
            raise ServiceRefused(
                f"The {what} to start is in {path}, {why}.",
                remedy=f"Install tasted into your home folder: {_installing(installation)}. Then: "
                "tasted service install",
            )
    why = _bad_place(installation.home, installation, file_system)
    if why is not None:
        raise ServiceRefused(
            f"Your tasted folder is {installation.home}, {why}.",
            remedy=f"mv {shlex.quote(str(installation.home))} ~/Tasted, then: "
            "tasted service install --home ~/Tasted",
        )


def refuse_linked_folders(installation: Installation, folders: Mapping[str, Path]) -> None:
    """Refuse an inbox or outbox that leads out of the home to where the service may not read.

    One on a network drive is allowed: it is polled, and waited for.

    Args:
        installation: what the service would run.
        folders: inbox and outbox by name, links kept.

    Raises:
        ServiceRefused: for the first that does, with the commands that help.
    """
    home = real_path(installation.home)
    for what, folder in folders.items():
        end = real_path(folder)
        why = None if end.is_relative_to(home) else _out_of_reach(folder, installation)
        if why is not None:
            link = shlex.quote(str(folder))
            raise ServiceRefused(
                f"The {what} {folder} leads to {end}, {why}.",
                remedy=f"Use a real folder instead: unlink {link} && mkdir {link}, or link to a "
                "folder that is always there. Then: tasted service install",
            )


def refuse_session(environment: Mapping[str, str]) -> None:
    """Refuse to be called with sudo, or by the service itself.

    Raises:
        ServiceRefused: in either case.
    """
    if environment.get("SUDO_USER"):
        raise ServiceRefused(
            "The service belongs to your login; with sudo it would belong to root.",
            remedy="Run it again without sudo.",
        )
    if environment.get("XPC_SERVICE_NAME") == LABEL:
        raise ServiceRefused(
            "The service cannot stop or replace itself.", remedy="Run this from a terminal."
        )


def refuse_other_service(installed: tuple[str, ...] | None, home: Path, file: Path) -> None:
    """Refuse to replace the service of another home, or a file that is not ours.

    Args:
        installed: the command line in the file; None if there is no file.
        home: that the service should serve.
        file: that defines it.

    Raises:
        ServiceRefused: unless the service is this home's, or there is none.
    """
    if installed is None:
        return
    other = home_in(installed)
    if other == home:
        return
    whose = f"serves {other}" if other is not None else "was not written by tasted"
    raise ServiceRefused(
        f"The installed service {whose}, and there can be only one: {file}",
        remedy="Replace it with: tasted service install --replace",
    )


def refuse_bare_failure(installation: Installation, run: Run) -> None:
    """Refuse an interpreter that finds tasted only with the environment of this shell.

    Raises:
        ServiceRefused: when it does not start, or does not find the package.
    """
    bare = ["/usr/bin/env", "-i", f"HOME={installation.user_home}", _BARE_PATH]
    outcome = run([*bare, str(installation.interpreter), "-I", "-c", _IMPORT])
    if outcome.status != 0:
        raise ServiceRefused(
            f"{installation.interpreter} does not find tasted without the variables of your shell, "
            f"as at login: {outcome.words}",
            remedy=f"Install it: {_INSTALL}. Then: tasted service install",
        )


def refuse_interpreter(installation: Installation, *, then: str) -> None:
    """Refuse a Python that may be another one, or gone, when it is started later.

    Args:
        installation: what would be started.
        then: the command to run again.

    Raises:
        ServiceRefused: with the command that installs tasted for good.
    """
    interpreter = installation.interpreter
    text = str(interpreter)
    why = None
    if _SHIM.search(text) or (installation.system == DARWIN and interpreter == _SYSTEM_STUB):
        why = "is a stand-in that picks a Python at every start"
    elif _DISPOSABLE.search(text) or _is_below(interpreter, installation.temporary):
        why = "is in a temporary environment that will be deleted"
    if why is not None:
        raise ServiceRefused(
            f"The Python to start, {interpreter}, {why}.",
            remedy=f"Install tasted permanently: {_INSTALL}. Then: {then}",
        )


def _refuse_spelling(installation: Installation) -> None:
    for path in (installation.interpreter, installation.home):
        if _UNPRINTABLE.search(str(path)):
            raise ServiceRefused(
                f"A login item cannot be written for {str(path)!r}: the path has a control "
                "character.",
                remedy="Rename the folder.",
            )
    if installation.system != DARWIN and _UNSTARTABLE.search(str(installation.interpreter)):
        raise ServiceRefused(
            "systemd cannot start a program with a quote or a backslash in its path: "
            f"{installation.interpreter}",
            remedy=f"Install tasted elsewhere: {_INSTALL}",
        )


def _bad_place(
    path: Path, installation: Installation, file_system: Callable[[Path], FileSystem]
) -> str | None:
    why = _out_of_reach(path, installation)
    if why is None and file_system(path).is_remote:
        return "on a network drive, which may not be connected at login"
    return why


def _out_of_reach(path: Path, installation: Installation) -> str | None:
    user = real_path(installation.user_home)
    # a link may lead out of a protected folder or into one; macOS decides by where it ends
    for place in dict.fromkeys((path, real_path(path))):
        name = guarded_place(place, user, system=installation.system)
        if name is not None:
            return f"in {name}, which macOS does not let background programs read"
        if is_removable(place, system=installation.system):
            return "on a disk that may not be connected at login"
    return None


def _is_below(path: Path, folders: tuple[Path, ...]) -> bool:
    return any(path.is_relative_to(folder) for folder in folders)


def _installing(installation: Installation) -> str:
    checkout = installation.package.parent.parent
    is_checkout = (checkout / "pyproject.toml").is_file()
    return f"uv tool install {shlex.quote(str(checkout))}" if is_checkout else _INSTALL
