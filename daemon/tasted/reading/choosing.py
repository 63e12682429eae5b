"""Which engine reads pictures on this machine, or why none does and what mends it.

Looks for modules and programs without loading them, so that the light process may ask, too.
"""

import importlib.metadata
import importlib.util
import shlex
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Wanted = Literal["auto", "companion", "rapidocr", "vision", "tesseract", "none"]
EngineName = Literal["rapidocr", "vision", "tesseract"]

_MAC = "darwin"
# launchd starts programs with a PATH that lacks these
_HOMEBREW = "/opt/homebrew/bin:/usr/local/bin"
_NO_COMPANION = "There is no text file of the same name beside it"
_TESSERACT = "brew install tesseract (macOS) or sudo apt install tesseract-ocr (Linux)"
PACKAGES: dict[EngineName, tuple[str, ...]] = {
    "rapidocr": ("rapidocr>=3.10", "onnxruntime>=1.23"),
    "vision": ("pyobjc-framework-Vision",),
}
"""What is installed for an engine; of RapidOCR the extra `ocr`."""
_MODULES: dict[EngineName, tuple[str, ...]] = {
    "rapidocr": ("rapidocr", "onnxruntime"),
    "vision": ("Vision",),
}
_DISTRIBUTIONS: dict[EngineName, str] = {
    "rapidocr": "rapidocr",
    "vision": "pyobjc-framework-Vision",
}


@dataclass(frozen=True, slots=True)
class Machine:
    """What is asked of this machine; forged in tests."""

    system: str = sys.platform
    has_module: Callable[[str], bool] = lambda name: importlib.util.find_spec(name) is not None
    version_of: Callable[[str], str] = importlib.metadata.version
    program: Callable[[str], str | None] = lambda name: (
        shutil.which(name) or shutil.which(name, path=_HOMEBREW)
    )
    interpreter: str = sys.executable
    """That runs tasted: what is installed for another one is not found."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The engine that reads pictures, or why none does."""

    engine: EngineName | None
    reader: str
    """Names everything outside a picture that decides what is read: engine, version, languages.
    Empty without an engine."""
    missing: str | None
    """A sentence for sidecars without an engine, with the command that mends it."""
    program: Path | None = None
    """Of Tesseract."""
    reads_companion: bool = True
    """Whether text files beside pictures count."""
    install: str | None = None
    """The command that installs what would read, where nothing is installed that does."""


def choose(wanted: Wanted, languages: tuple[str, ...], machine: Machine | None = None) -> Choice:
    """Choose an engine by the setting `reading.engine`.

    `auto` takes Apple Vision on a Mac, else RapidOCR, else Tesseract: the first that is installed.

    Args:
        wanted: the setting.
        languages: the setting `reading.languages`.
        machine: where the engines are looked for; None is this one.
    """
    machine = machine if machine is not None else Machine()
    if wanted == "none":
        return Choice(
            None,
            "",
            "Texts are not read: set reading.engine in config/tasted.toml to change that.",
            reads_companion=False,
        )
    if wanted == "companion":
        return Choice(None, "", f"{_NO_COMPANION}, and reading.engine lets only those be read.")
    names: tuple[EngineName, ...] = (
        ("vision", "rapidocr", "tesseract") if wanted == "auto" else (wanted,)
    )
    for name in names:
        found = _found(name, languages, machine)
        if found is not None:
            return found
    return _nothing_reads(wanted, machine)


def _found(name: EngineName, languages: tuple[str, ...], machine: Machine) -> Choice | None:
    program: str | None = None
    if name == "tesseract":
        program = machine.program("tesseract")
        if program is None:
            return None
        version = program
    elif name == "vision" and machine.system != _MAC:
        return None
    elif all(machine.has_module(module) for module in _MODULES[name]):
        version = _version(_DISTRIBUTIONS[name], machine)
    else:
        return None
    reader = " ".join((name, version, *languages))
    return Choice(name, reader, None, Path(program) if program is not None else None)


def _version(distribution: str, machine: Machine) -> str:
    try:
        return machine.version_of(distribution)
    except importlib.metadata.PackageNotFoundError:
        # a module without its metadata, as a bundled application has it
        return "unknown"


def _nothing_reads(wanted: EngineName | Literal["auto"], machine: Machine) -> Choice:
    if wanted == "vision" and machine.system != _MAC:
        why = f"{_NO_COMPANION}, and Apple Vision is on a Mac only: set reading.engine to auto."
        return Choice(None, "", why)
    first: EngineName = "vision" if machine.system == _MAC else "rapidocr"
    install = _install(first if wanted == "auto" else wanted, machine)
    why = f"{_NO_COMPANION}, and no text recognition is installed: {install}"
    return Choice(None, "", why, install=install)


def _install(name: EngineName, machine: Machine) -> str:
    if name == "tesseract":
        return _TESSERACT
    # what uv installs has no pip of its own
    pip = (
        (machine.interpreter, "-m", "pip", "install")
        if machine.has_module("pip")
        else ("uv", "pip", "install", "--python", machine.interpreter)
    )
    return shlex.join((*pip, *PACKAGES[name]))
