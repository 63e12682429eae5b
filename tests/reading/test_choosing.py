"""Which engine reads, on forged machines, and what is said where none does."""

import importlib.metadata
from collections.abc import Collection
from pathlib import Path

import pytest

from tasted.reading.choosing import Machine, Wanted, choose
from tasted.reading.opening import open_engine

MODULES = {"rapidocr", "onnxruntime", "Vision"}


def _version(distribution: str) -> str:
    if distribution == "rapidocr":
        return "3.10.0"
    raise importlib.metadata.PackageNotFoundError(distribution)


def _machine(system: str, modules: Collection[str], program: str | None = None) -> Machine:
    return Machine(system, modules.__contains__, _version, lambda _name: program)


@pytest.mark.parametrize(
    ("wanted", "machine", "reader"),
    [
        ("auto", _machine("darwin", MODULES, "/bin/t"), "vision unknown en"),
        ("auto", _machine("linux", MODULES, "/bin/t"), "rapidocr 3.10.0 en"),
        ("auto", _machine("darwin", MODULES - {"Vision"}), "rapidocr 3.10.0 en"),
        ("auto", _machine("linux", {"rapidocr"}, "/bin/t"), "tesseract /bin/t en"),
        ("auto", _machine("linux", ()), ""),
        ("rapidocr", _machine("darwin", MODULES), "rapidocr 3.10.0 en"),
        ("tesseract", _machine("darwin", MODULES, "/bin/t"), "tesseract /bin/t en"),
        ("vision", _machine("linux", MODULES), ""),
        ("companion", _machine("darwin", MODULES, "/bin/t"), ""),
        ("none", _machine("darwin", MODULES, "/bin/t"), ""),
    ],
)
def test_the_best_that_is_installed_reads(wanted: Wanted, machine: Machine, reader: str) -> None:
    """Apple Vision on a Mac, then RapidOCR, then Tesseract; a named one or none."""
    choice = choose(wanted, ("en",), machine)
    assert choice.reader == reader
    assert (choice.engine or "") == reader.partition(" ")[0]
    assert (choice.missing is None) == bool(reader)


@pytest.mark.parametrize(
    ("wanted", "remedy"),
    [
        ("auto", "pip install 'tasted[ocr]'"),
        ("rapidocr", "pip install 'tasted[ocr]'"),
        ("tesseract", "sudo apt install tesseract-ocr"),
        ("vision", "set reading.engine to auto"),
        ("companion", "reading.engine"),
        ("none", "reading.engine"),
    ],
)
def test_what_is_missing_is_said_with_its_remedy(wanted: Wanted, remedy: str) -> None:
    """One sentence, with the command that mends it."""
    assert remedy in (choose(wanted, (), _machine("linux", ())).missing or "")


def test_a_mac_without_pyobjc_is_told_its_command() -> None:
    """The package of pyobjc that is missing."""
    missing = choose("vision", (), _machine("darwin", ())).missing
    assert "pip install pyobjc-framework-Vision" in (missing or "")


def test_only_none_leaves_companions_alone() -> None:
    """Text files count wherever anything may be read."""
    machine = _machine("linux", ())
    assert not choose("none", (), machine).reads_companion
    assert choose("companion", (), machine).reads_companion


def test_what_was_chosen_opens() -> None:
    """A program by its path; without an engine there is nothing to open."""
    chosen = choose("tesseract", ("en",), _machine("linux", (), "/bin/t"))
    assert chosen.program == Path("/bin/t")
    assert open_engine(chosen, threads=1).name == "tesseract"
    with pytest.raises(ValueError, match="nothing was chosen"):
        open_engine(choose("none", (), _machine("linux", ())), threads=1)


def test_this_machine_is_asked_without_loading_anything() -> None:
    """The real probes answer for whatever is installed here."""
    assert choose("auto", ("en",)).reads_companion
