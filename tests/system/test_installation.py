"""Which command installs an extra: that of the way by which tasted was installed."""

import tomllib
from pathlib import Path

import pytest

from tasted.system.installation import EXTRAS, how_to_add, with_extra

PROJECT = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text("utf-8"))


@pytest.mark.parametrize(
    ("prefix", "modules", "command"),
    [
        (
            "/home/maya/.local/share/uv/tools/tasted",
            {"rapidocr"},
            "uv tool install --reinstall '.[ocr,train]'",
        ),
        (
            "/home/maya/.local/share/uv/tools/tasted",
            set(),
            "uv tool install --reinstall '.[train]'",
        ),
        (
            "/home/maya/.local/share/pipx/venvs/tasted",
            {"rapidocr", "ray", "pip"},
            "pipx install --force '.[ocr,ray,train]'",
        ),
        ("/opt/mine", {"pip"}, "'/opt/my apps/python' -m pip install '.[train]'"),
        ("/opt/mine", set(), "uv pip install --python '/opt/my apps/python' '.[train]'"),
    ],
)
def test_it_is_installed_as_before_and_keeps_what_it_has(
    prefix: str, modules: set[str], command: str
) -> None:
    """By uv, pipx, pip, or uv for an environment without pip."""
    interpreter = "/opt/my apps/python"
    found = with_extra(
        "train", prefix=prefix, interpreter=interpreter, is_there=modules.__contains__
    )
    assert found == command


def test_extras_are_those_of_the_project() -> None:
    """Each has the module by which it is known, and the remedy says where the command works."""
    extras = PROJECT["project"]["optional-dependencies"]
    assert EXTRAS.keys() == extras.keys() - {"dev"}
    for name, module in EXTRAS.items():
        assert any(wanted.startswith(module) for wanted in extras[name])
        assert how_to_add(name).startswith("In the folder of the project: ")
