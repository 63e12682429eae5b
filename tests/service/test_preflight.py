"""What a login item must not stand on, told by forged places."""

import dataclasses
import sys
from pathlib import Path

import pytest

from tasted.errors import ServiceRefused
from tasted.service.definitions.definition import LABEL, Definition
from tasted.service.managers.programs import run_program
from tasted.service.preflight import (
    Installation,
    refuse_bare_failure,
    refuse_linked_folders,
    refuse_other_service,
    refuse_session,
    refuse_unreliable,
)
from tasted.system.platform import FileSystem, guarded_place, is_removable

_USER = Path("/Users/maya")
_GOOD = Installation(
    interpreter=_USER / ".local/share/uv/tools/tasted/bin/python",
    package=_USER / ".local/share/uv/tools/tasted/lib/python3.11/site-packages/tasted",
    home=_USER / "Tasted",
    user_home=_USER,
    temporary=(Path("/private/var/folders"),),
    system="darwin",
)
_LOCAL = FileSystem("apfs", is_remote=False)


def _refused(system: str = "darwin", remote: str = "/nowhere", **changed: str) -> ServiceRefused:
    installation = dataclasses.replace(
        _GOOD, system=system, **{name: Path(path) for name, path in changed.items()}
    )

    def file_system(folder: Path) -> FileSystem:
        return FileSystem("smbfs", is_remote=True) if str(folder).startswith(remote) else _LOCAL

    with pytest.raises(ServiceRefused) as refused:
        refuse_unreliable(installation, file_system)
    return refused.value


def test_a_tool_in_the_users_home_will_do() -> None:
    """What `uv tool install` and `tasted init` make is refused on neither system."""
    for system in ("darwin", "linux"):
        refuse_unreliable(dataclasses.replace(_GOOD, system=system), lambda _folder: _LOCAL)


@pytest.mark.parametrize(
    "interpreter",
    [
        "/Users/maya/.pyenv/shims/python3",
        "/Users/maya/.asdf/shims/python",
        "/Users/maya/.local/share/mise/shims/python",
        "/usr/bin/env",
        "/Users/maya/.local/bin/uv",
        "/usr/bin/python3",
    ],
)
def test_a_stand_in_is_refused(interpreter: str) -> None:
    """It may lead to another Python tomorrow."""
    refused = _refused(interpreter=interpreter)
    assert "picks a Python" in refused.message
    assert "uv tool install" in refused.remedy


@pytest.mark.parametrize(
    "interpreter",
    [
        "/Users/maya/.cache/uv/archive-v0/Xk2/bin/python",
        "/Users/maya/.local/share/pipx/.cache/5d1/bin/python",
        "/private/var/folders/ab/T/venv/bin/python",
        "/Users/maya/x/pip-build-env-7/overlay/bin/python",
        "/Users/maya/checkout/.tox/py311/bin/python",
    ],
)
def test_a_disposable_environment_is_refused(interpreter: str) -> None:
    """It is gone before the next login."""
    refused = _refused(interpreter=interpreter)
    assert "temporary environment" in refused.message
    assert "uv tool install" in refused.remedy


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("/Users/maya/Desktop/x", "the Desktop"),
        ("/Users/maya/documents/x", "Documents"),
        ("/Users/maya/Downloads/x", "Downloads"),
        ("/Users/maya/Library/Mobile Documents/com~apple~CloudDocs/x", "iCloud"),
        ("/Users/maya/Library/CloudStorage/Dropbox/x", "cloud drive"),
        ("/Volumes/Stick/x", "may not be connected"),
        ("/Users/maya/nas/x", "network drive"),
    ],
)
@pytest.mark.parametrize("what", ["interpreter", "package", "home"])
def test_a_place_out_of_an_agents_reach_is_refused(what: str, place: str, words: str) -> None:
    """Python, package and home alike, each with the command that helps."""
    refused = _refused(remote="/Users/maya/nas", **{what: place})
    assert words in refused.message
    assert place in refused.message
    wanted = "mv " if what == "home" else "uv tool install"
    assert wanted in refused.remedy
    assert "tasted service install" in refused.remedy


def test_a_checkout_is_installed_from_where_it_lies(tmp_path: Path) -> None:
    """The remedy names the folder, so that it can be pasted."""
    package = tmp_path / "Desktop" / "my checkout" / "daemon" / "tasted"
    package.mkdir(parents=True)
    (package.parents[1] / "pyproject.toml").touch()
    refused = _refused(package=str(package), user_home=str(tmp_path))
    assert f"uv tool install '{package.parents[1]}'" in refused.remedy


def test_a_link_out_of_a_guarded_folder_and_into_one(tmp_path: Path) -> None:
    """Desktop may lie in iCloud by a link; both ends are looked at."""
    (tmp_path / "Documents" / "Tasted").mkdir(parents=True)
    (tmp_path / "Tasted").symlink_to(tmp_path / "Documents" / "Tasted")
    refused = _refused(home=str(tmp_path / "Tasted"), user_home=str(tmp_path))
    assert "Documents" in refused.message


@pytest.mark.parametrize("what", ["inbox", "outbox"])
@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("Downloads/shots", "Downloads"),
        ("Library/Mobile Documents/com~apple~CloudDocs/shots", "iCloud"),
        ("/Volumes/Stick/shots", "may not be connected"),
    ],
)
def test_a_folder_of_the_home_that_leads_out_of_reach_is_refused(
    what: str, place: str, words: str, tmp_path: Path
) -> None:
    """The service would see nothing there, wherever the home itself lies."""
    installation = dataclasses.replace(_GOOD, home=tmp_path / "Tasted", user_home=tmp_path)
    installation.home.mkdir()
    (tmp_path / "Shots").mkdir()
    folders = {name: installation.home / name for name in ("inbox", "outbox")}
    folders["inbox"].mkdir()
    folders["outbox"].symlink_to(tmp_path / "Shots")
    refuse_linked_folders(installation, folders)
    folders[what] = installation.home / "elsewhere"
    folders[what].symlink_to(tmp_path / place)
    with pytest.raises(ServiceRefused) as refused:
        refuse_linked_folders(installation, folders)
    assert f"The {what} {folders[what]} leads to {tmp_path / place}" in refused.value.message
    assert words in refused.value.message
    assert f"unlink {folders[what]} && mkdir {folders[what]}" in refused.value.remedy


def test_linux_guards_no_folders_but_knows_sticks_and_networks() -> None:
    """Documents is a folder like any other there."""
    fine = dataclasses.replace(_GOOD, system="linux", home=_USER / "Documents" / "Tasted")
    refuse_unreliable(fine, lambda _folder: _LOCAL)
    assert "may not be connected" in _refused(system="linux", home="/run/media/maya/x").message
    assert "network" in _refused(system="linux", home="/net/x", remote="/net").message
    assert guarded_place(_USER / "Desktop", _USER, system="linux") is None
    assert not is_removable(Path("/Volumes/x"), system="linux")


def test_names_that_cannot_be_written_down_are_refused() -> None:
    """Control characters break property lists, and systemd takes no quotes in a program's path."""
    assert "control character" in _refused(home="/Users/maya/a\nb").message
    assert "quote" in _refused(system="linux", interpreter='/opt/a"b/python').message


def test_the_home_of_another_is_replaced_only_when_asked_for() -> None:
    """So is a file that tasted did not write."""
    file = Path("/Users/maya/Library/LaunchAgents/x.plist")
    own = Definition(_GOOD.interpreter, _GOOD.home).arguments
    refuse_other_service(None, _GOOD.home, file)
    refuse_other_service(own, _GOOD.home, file)
    for installed, words in ((own, str(_GOOD.home)), ((), "not written by tasted")):
        with pytest.raises(ServiceRefused, match="there can be only one") as refused:
            refuse_other_service(installed, _USER / "Other", file)
        assert words in refused.value.message
        assert "--replace" in refused.value.remedy


def test_sudo_and_the_service_itself_are_refused() -> None:
    """One would install it for root; the other would saw at its own branch."""
    refuse_session({"XPC_SERVICE_NAME": "application.com.apple.Terminal"})
    with pytest.raises(ServiceRefused, match="sudo"):
        refuse_session({"SUDO_USER": "maya"})
    with pytest.raises(ServiceRefused, match="itself"):
        refuse_session({"XPC_SERVICE_NAME": LABEL})


def test_the_interpreter_is_tried_in_a_bare_environment(tmp_path: Path) -> None:
    """This one finds the package without help; one that needs a variable does not."""
    refuse_bare_failure(dataclasses.replace(_GOOD, interpreter=Path(sys.executable)), run_program)
    needy = tmp_path / "python"
    needy.write_text('#!/bin/sh\n[ -n "$PYTHONPATH" ] || { echo "No module" >&2; exit 1; }\n')
    needy.chmod(0o755)
    with pytest.raises(ServiceRefused, match="No module"):
        refuse_bare_failure(dataclasses.replace(_GOOD, interpreter=needy), run_program)
