"""The docs say what is true: commands, settings, fields, links."""

import re
from pathlib import Path

import pytest

from tasted.cli.completion import script_file
from tasted.cli.main import COMMANDS
from tasted.config.names import SETTINGS
from tasted.errors import ITEM_ERRORS, SERVICE_FAULTS
from tasted.home import Home
from tasted.service.definition import LABEL, UNIT
from tasted.service.places import definition_file

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("**/*.md"))]


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_links_lead_somewhere(page: Path) -> None:
    """Every relative link of a page names a file that is there."""
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_is_documented(command: str) -> None:
    """`docs/commands.md` has a section for each command."""
    page = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    assert f"`tasted {command}" in page


def test_the_readme_names_no_command_that_does_not_exist() -> None:
    """What a reader may type works."""
    named = set(re.findall(r"(?:^|[`/ ])tasted ([a-z]+)", README))
    assert named <= set(COMMANDS), named - set(COMMANDS)


def test_the_readme_leads_out_by_hand() -> None:
    """Whoever removed the program first finds the label, the unit and every place that is ours."""
    by_hand = README.partition("Whoever removed the program first")[2]
    home, user = Home(Path("/u/Tasted")), {"HOME": "/u"}
    files = [definition_file(user, system) for system in ("darwin", "linux")]
    files += [script_file(shell, user) for shell in ("bash", "zsh", "fish")]
    files += [home.capture_file, home.state, home.outbox, home.inbox]
    for file in files:
        assert file is not None
        assert f"~/{file.relative_to('/u')}" in by_hand
    assert f"gui/$(id -u)/{LABEL}" in by_hand
    assert UNIT in by_hand


@pytest.mark.parametrize("code", sorted({*ITEM_ERRORS, *SERVICE_FAULTS}))
def test_every_code_is_documented(code: str) -> None:
    """`docs/sidecar.md` lists each code that a user may read."""
    assert f"`{code}`" in (ROOT / "docs" / "sidecar.md").read_text(encoding="utf-8")


def test_the_settings_file_is_at_hand() -> None:
    """The file of the checkout names every section and every key."""
    text = (ROOT / "config" / "tasted.toml").read_text(encoding="utf-8")
    for section, key, *_rest in SETTINGS:
        assert f"[{section}]" in text
        assert f"#{key} = " in text


RELIABILITY = (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")


def test_every_row_of_reliability_names_the_tests_that_show_it() -> None:
    """Rows 1 to 46 are there, every test that is named exists, and no test of a row is left out."""
    listed: dict[int, set[str]] = {}
    for line in RELIABILITY.splitlines():
        row = re.match(r"\| (\d+) \| P[012] \|", line)
        if row is not None:
            assert int(row[1]) not in listed
            listed[int(row[1])] = set(re.findall(r"`([\w/]+\.py::\w+)`", line))
    assert list(listed) == list(range(1, 47))
    assert all(listed.values())
    written: dict[int, set[str]] = {row: set() for row in listed}
    tests = ROOT / "tests"
    for file in tests.rglob("test_*.py"):
        for name in re.findall(
            r"^ *def (test_\w+)\(", file.read_text(encoding="utf-8"), re.MULTILINE
        ):
            for row in re.findall(r"(?<=_)row_(\d\d)_", name):
                written[int(row)].add(f"{file.relative_to(tests).as_posix()}::{name}")
    differing = {row: sorted(listed[row] ^ written[row]) for row in listed}
    assert not {row: tests for row, tests in differing.items() if tests}
