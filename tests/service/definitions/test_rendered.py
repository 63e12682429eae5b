"""What launchd and systemd are given, byte for byte, and that it can be read back."""

import os
import plistlib
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasted.service.definitions import plist, unit
from tasted.service.definitions.definition import LABEL, UNIT, Definition, home_in

SHOWN = Path(__file__).parents[3] / "launchd"
ON_MAC = Definition(
    Path("/Users/maya/.local/share/uv/tools/tasted/bin/python"), Path("/Users/maya/Tasted")
)
ON_LINUX = Definition(
    Path("/home/maya/.local/share/uv/tools/tasted/bin/python"),
    Path("/home/maya/Tasted"),
    cache=Path("/home/maya/.cache/tasted"),
)
# what launchd.plist(5) knows and agents may use
_KNOWN_KEYS = {
    "Label", "ProgramArguments", "EnvironmentVariables", "WorkingDirectory", "StandardOutPath",
    "StandardErrorPath", "ProcessType", "RunAtLoad", "KeepAlive", "ThrottleInterval", "ExitTimeOut",
    "Umask", "SoftResourceLimits",
}  # fmt: skip
_names = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0/"), min_size=1, max_size=20
)


def test_the_agent_looks_like_this(golden: Callable[[Path, str], None]) -> None:
    """`launchd/` shows the plist of an example user exactly as it is rendered."""
    golden(SHOWN / f"{LABEL}.plist", plist.render(ON_MAC).decode("utf-8"))


def test_the_unit_looks_like_this(golden: Callable[[Path, str], None]) -> None:
    """`launchd/` shows the unit of an example user exactly as it is rendered."""
    golden(SHOWN / UNIT, unit.render(ON_LINUX))


def test_every_value_has_the_type_that_launchd_wants() -> None:
    """A number is no boolean, variables are strings, and no key is one that launchd ignores."""
    found = plistlib.loads(plist.render(ON_MAC))
    assert found == plist.contents(ON_MAC)
    assert set(found) == _KNOWN_KEYS
    for name in ("ThrottleInterval", "ExitTimeOut", "Umask"):
        assert type(found[name]) is int
    assert found["Umask"] == 63
    assert found["KeepAlive"] == {"SuccessfulExit": False}
    assert found["RunAtLoad"] is True
    assert all(isinstance(value, str) for value in found["EnvironmentVariables"].values())
    assert not any(path.startswith("~") for path in _paths_of(found))


def _paths_of(found: dict[str, Any]) -> list[str]:
    named = ("WorkingDirectory", "StandardOutPath", "StandardErrorPath")
    return [found["ProgramArguments"][0], found["ProgramArguments"][-1], *map(found.get, named)]


@given(_names, _names)
def test_any_path_is_read_back_from_the_unit(home: str, interpreter: str) -> None:
    """Spaces, quotes, per cent signs, dollars and line breaks survive systemd's quoting."""
    definition = Definition(Path("/v") / interpreter, Path("/home/me") / home)
    found = unit.arguments_in(unit.render(definition))
    assert found == definition.arguments
    assert home_in(found) == definition.home


@given(st.text(st.characters(categories=["L", "N", "P", "S", "Zs"]), min_size=1, max_size=20))
def test_any_path_is_read_back_from_the_plist(name: str) -> None:
    """Ampersands, angle brackets and U+202F survive XML."""
    name = name.replace("/", "_")
    definition = Definition(Path("/v/python"), Path("/Users/me") / name)
    found = plist.arguments_in(plist.render(definition))
    assert found == definition.arguments
    assert home_in(found) == definition.home


def test_a_path_that_xml_cannot_hold_is_refused() -> None:
    """No plist is written that launchd could not read."""
    with pytest.raises(ValueError, match="control characters"):
        plist.render(Definition(Path("/v/python"), Path("/Users/me/a\x07b")))


@given(st.binary(max_size=400))
def test_what_is_no_plist_is_nobodys(data: bytes) -> None:
    """Whatever lies at the place of the agent, reading it does not raise."""
    assert plist.arguments_in(data) is None
    xml = b'<?xml version="1.0"?><plist version="1.0">' + data + b"</plist>"
    assert plist.arguments_in(xml) is None


@pytest.mark.parametrize(
    "inner",
    ["", "<date>soon</date>", "<key>a</key>", "<integer>x</integer>", "<data>?</data>", "<dict/>",
     "<dict><key>ProgramArguments</key><array><integer>1</integer></array></dict>",
     "<dict><key>ProgramArguments</key><array/></dict>", "<array><string>a</string></array>"],
)  # fmt: skip
def test_xml_that_is_no_agent_is_nobodys(inner: str) -> None:
    """Well-formed is not enough."""
    xml = f'<?xml version="1.0" encoding="UTF-8"?><plist version="1.0">{inner}</plist>'
    assert plist.arguments_in(xml.encode()) is None


@given(st.text(max_size=400))
def test_what_is_no_unit_is_nobodys(text: str) -> None:
    """Whatever lies at the place of the unit, reading it does not raise."""
    found = unit.arguments_in(f"ExecStart={text}")
    assert found is None or home_in(found) is None or "--service" in text


def test_another_programs_command_line_names_no_home() -> None:
    """Only a command line that we would write is taken for ours."""
    assert home_in(("/bin/sh", "-c", "true")) is None
    assert home_in(()) is None
    assert home_in((*ON_MAC.arguments[:-1], "relative")) is None


def test_folders_behind_links_may_be_written_and_a_home_in_tmp_is_seen() -> None:
    """The unit keeps everything else from being written, and gives it a /tmp of its own.

    The locks of folders can be written, or two homes would not see that they share one.
    """
    home = Path("/", "tmp", "h")
    bound = unit.render(Definition(Path("/v/python"), home, (Path("/disk/in"),)))
    assert 'ReadWritePaths="-/tmp/h" "-/disk/in"' in bound
    assert "PrivateTmp" not in bound
    shown = unit.render(ON_LINUX)
    assert "PrivateTmp=yes" in shown
    assert 'ReadWritePaths="-/home/maya/Tasted" "-/home/maya/.cache/tasted"' in shown


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="there is no systemd here")
@pytest.mark.parametrize("name", ["Tasted", 'a "b" %n $HOME \\ é'])
def test_systemd_has_nothing_to_say_about_the_unit(name: str, tmp_path: Path) -> None:
    """`systemd-analyze verify` knows every key and finds the program, with awkward names too."""
    interpreter = tmp_path / "a %n $HOME é" / "python"
    interpreter.parent.mkdir()
    interpreter.write_text("#!/bin/sh\n")
    interpreter.chmod(0o755)
    file = tmp_path / UNIT
    file.write_text(unit.render(Definition(interpreter, tmp_path / name)), "utf-8")
    runtime = tmp_path / "runtime"
    runtime.mkdir(mode=0o700)
    command = ["systemd-analyze", "verify", "--user", "--man=no", str(file)]
    done = subprocess.run(
        command,
        env={**os.environ, "XDG_RUNTIME_DIR": str(runtime)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
