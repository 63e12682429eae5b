"""Which engine reads the text in pictures on this machine, or why none does and what helps.

Looks for modules, programs and their data without loading them, so that the light process may ask,
too.
"""

import importlib.metadata
import importlib.util
import os
import shlex
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from tasted.plain_dataclass import dataclass
from tasted.reading.languages import (
    RAPIDOCR_READS,
    VISION_READS,
    not_in_data,
    not_written_in,
    tesseract_data,
)
from tasted.system.packages import installed_version

Wanted = Literal["auto", "companion", "rapidocr", "vision", "tesseract", "none"]
EngineName = Literal["rapidocr", "vision", "tesseract"]

_MAC = "darwin"
_UNKNOWN = "unknown"
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
    version_of: Callable[[str], str] = installed_version
    program: Callable[[str], str | None] = lambda name: (
        shutil.which(name) or shutil.which(name, path=_HOMEBREW)
    )
    tesseract_data: Callable[[Path], frozenset[str] | None] = lambda program: tesseract_data(
        program, os.environ.get
    )
    interpreter: str = sys.executable
    """That runs tasted: what is installed for another one is not found."""


@dataclass(frozen=True, slots=True)
class OcrChoice:
    """The engine that reads the text in pictures, or why there is none."""

    engine: EngineName | None
    reader: str
    """Names everything outside a picture that decides what is read: engine, version, languages.
    Empty without an engine."""
    missing: str | None
    """Without an engine: a sentence for sidecars, with the command that helps."""
    program: Path | None = None
    """Of Tesseract."""
    reads_companion: bool = True
    """Whether text files beside pictures count."""
    install: str | None = None
    """The command that installs what would read, where nothing is installed that does."""
    lacking: tuple[str, ...] = ()
    """The languages that were asked for and that the engine cannot read."""


def choose(wanted: Wanted, languages: tuple[str, ...], machine: Machine | None = None) -> OcrChoice:
    """Choose an engine by the setting `reading.engine`.

    `auto` takes Apple Vision on a Mac, else RapidOCR, else Tesseract: the first that is installed.

    Args:
        wanted: the setting.
        languages: the setting `reading.languages`.
        machine: where the engines are looked for; None is this one.
    """
    machine = machine if machine is not None else Machine()
    if wanted == "none":
        return OcrChoice(
            None,
            "",
            "Text is not read: set reading.engine in config/tasted.toml to change that.",
            reads_companion=False,
        )
    if wanted == "companion":
        return OcrChoice(None, "", f"{_NO_COMPANION}, and reading.engine allows only those.")
    names: tuple[EngineName, ...] = (
        ("vision", "rapidocr", "tesseract") if wanted == "auto" else (wanted,)
    )
    for name in names:
        found = _found(name, languages, machine)
        if found is not None:
            return found
    return _nothing_reads(wanted, machine)


def _found(name: EngineName, languages: tuple[str, ...], machine: Machine) -> OcrChoice | None:
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
    path = Path(program) if program is not None else None
    lacking = _lacking(name, languages, machine, path)
    return OcrChoice(name, " ".join((name, version, *languages)), None, path, lacking=lacking)


def _lacking(
    name: EngineName, languages: tuple[str, ...], machine: Machine, program: Path | None
) -> tuple[str, ...]:
    if program is not None:
        return not_in_data(languages, machine.tesseract_data(program))
    return not_written_in(languages, RAPIDOCR_READS if name == "rapidocr" else VISION_READS)


def _version(distribution: str, machine: Machine) -> str:
    try:
        return machine.version_of(distribution)
    except (importlib.metadata.PackageNotFoundError, OSError):
        # a module without its metadata, as a bundled application has it
        return _UNKNOWN


def _nothing_reads(wanted: EngineName | Literal["auto"], machine: Machine) -> OcrChoice:
    if wanted == "vision" and machine.system != _MAC:
        why = f"{_NO_COMPANION}, and Apple Vision needs a Mac: set reading.engine to auto."
        return OcrChoice(None, "", why)
    first: EngineName = "vision" if machine.system == _MAC else "rapidocr"
    install = _install(first if wanted == "auto" else wanted, machine)
    why = f"{_NO_COMPANION}, and no text recognition is installed: {install}"
    return OcrChoice(None, "", why, install=install)


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
