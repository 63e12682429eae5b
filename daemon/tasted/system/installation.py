"""How tasted was installed, and how to install it again with an extra. Looks at the interpreter.

No package index has tasted: it is installed from the folder of the project.
"""

import importlib.util
import shlex
import sys
from collections.abc import Callable
from pathlib import Path

EXTRAS = {"ocr": "rapidocr", "ray": "ray", "train": "peft"}
"""By name: the module that tells whether it is installed."""
_SEE = "See docs/install.md there."


def has_module(name: str) -> bool:
    """Return whether a module is installed, without importing it."""
    return importlib.util.find_spec(name) is not None


def with_extra(
    extra: str,
    *,
    prefix: str = sys.prefix,
    interpreter: str = sys.executable,
    is_there: Callable[[str], bool] = has_module,
) -> str:
    """Return the command that installs an extra, to be typed in the folder of the project.

    Args:
        extra: a key of `EXTRAS`.
        prefix: of the environment.
        interpreter: of it.
        is_there: whether a module is installed: what is there stays.
    """
    names = [name for name, module in EXTRAS.items() if name == extra or is_there(module)]
    wanted = shlex.quote(f".[{','.join(names)}]")
    place = Path(prefix).as_posix()
    if "uv/tools/" in place:
        return f"uv tool install --reinstall {wanted}"
    if "pipx/venvs/" in place:
        return f"pipx install --force {wanted}"
    if is_there("pip"):
        return f"{shlex.quote(interpreter)} -m pip install {wanted}"
    # what uv makes has no pip of its own
    return f"uv pip install --python {shlex.quote(interpreter)} {wanted}"


def how_to_add(extra: str) -> str:
    """Return what to type, and where, as a remedy."""
    return f"In the folder of the project: {with_extra(extra)}. {_SEE}"
