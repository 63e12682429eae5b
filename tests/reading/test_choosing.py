"""Which engine reads, on forged machines, and what is said where none does."""

import importlib.metadata
import tomllib
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

import pytest

from tasted.reading.choosing import PACKAGES, Machine, Wanted, choose
from tasted.reading.opening import open_engine
from tasted.system.packages import installed_version

ROOT = Path(__file__).parents[2]
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
        ("auto", "'/opt/my apps/python' -m pip install 'rapidocr>=3.10' 'onnxruntime>=1.23'"),
        ("rapidocr", "'/opt/my apps/python' -m pip install 'rapidocr>=3.10' 'onnxruntime>=1.23'"),
        ("tesseract", "sudo apt install tesseract-ocr"),
        ("vision", "set reading.engine to auto"),
        ("companion", "reading.engine"),
        ("none", "reading.engine"),
    ],
)
def test_what_is_missing_is_said_with_its_remedy(wanted: Wanted, remedy: str) -> None:
    """One sentence, with the command that mends it."""
    machine = replace(_machine("linux", {"pip"}), interpreter="/opt/my apps/python")
    assert remedy in (choose(wanted, (), machine).missing or "")


def test_without_pip_uv_installs_for_the_interpreter_that_runs() -> None:
    """An environment that uv made has no pip, and what is installed elsewhere is not found."""
    machine = replace(_machine("linux", ()), interpreter="/opt/tasted/bin/python")
    install = choose("rapidocr", (), machine).install
    assert (install or "").startswith("uv pip install --python /opt/tasted/bin/python 'rapidocr>=")
    assert choose("rapidocr", (), _machine("linux", MODULES)).install is None


def test_the_command_installs_what_the_extra_names() -> None:
    """The extra `ocr` of the project's own metadata says the same."""
    extra = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert list(PACKAGES["rapidocr"]) == extra["optional-dependencies"]["ocr"]


def test_a_mac_without_pyobjc_is_told_its_command() -> None:
    """The package of pyobjc that is missing."""
    missing = choose("vision", (), _machine("darwin", ())).missing
    assert "pyobjc-framework-Vision" in (missing or "")
    assert choose("auto", (), _machine("darwin", ())).missing == missing


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


def test_a_reader_that_is_being_installed_ends_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its folder of metadata is there, and nothing in it yet: the package tells no version."""
    (tmp_path / "halfway-1.0.dist-info").mkdir()
    monkeypatch.syspath_prepend(tmp_path)
    machine = replace(
        _machine("linux", {"rapidocr", "onnxruntime"}),
        version_of=lambda _distribution: installed_version("halfway"),
    )
    assert choose("rapidocr", ("en",), machine).reader == "rapidocr unknown en"
