"""The docs say what is true: commands, settings, fields, links."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from tasted.cli.commands.completion import script_file
from tasted.cli.main import COMMANDS, tasted
from tasted.config.names import SETTINGS
from tasted.errors import ITEM_ERRORS, SERVICE_FAULTS
from tasted.home.layout import Home
from tasted.service.definitions.definition import LABEL, UNIT, definition_file

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = [
    *(ROOT / page for page in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")),
    *(ROOT / folder / "README.md" for folder in ("training", "launchd")),
    *sorted((ROOT / "docs").glob("**/*.md")),
]


_FOR_USERS = frozenset(
    f"{name}.md"
    for name in (
        "README",
        "api",
        "commands",
        "guide",
        "install",
        "review",
        "scoring",
        "security",
        "sidecar",
        "uninstall",
    )
)


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


def _typed(page: str) -> Iterator[list[str]]:
    """Yield the words of each `tasted ...` in a page's code, in blocks and within lines."""
    blocks = re.findall(r"```sh\n(.*?)```", page, re.DOTALL)
    lines = [line.partition(" #")[0] for block in blocks for line in block.splitlines()]
    prose = re.sub(r"```.*?```", "", page, flags=re.DOTALL)
    for code in [*lines, *re.findall(r"`([^`]+)`", prose)]:
        if code.startswith("tasted "):
            yield re.findall(r"[\w./~-]+", code)[1:]


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_a_page_names_no_command_or_option_that_does_not_exist(page: Path) -> None:
    """What a reader may type works."""
    for words in _typed(page.read_text(encoding="utf-8")):
        command: click.Command = tasted
        context = click.Context(command)
        options = [word for word in words if word.startswith("--")]
        for word in words:
            if not isinstance(command, click.Group) or word.startswith("-"):
                break
            found = command.get_command(context, word)
            assert found is not None, words
            command = found
        known = {option for parameter in command.params for option in parameter.opts}
        assert set(options) <= known | {"--help", "--version"}, words


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_a_page_names_no_file_recipe_or_setting_that_does_not_exist(page: Path) -> None:
    """What stands in code on a page is there: files of the project, `make ...`, settings."""
    recipes = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    keys = {f"{section}.{key}" for section, key, *_rest in SETTINGS}
    for code in re.findall(r"`([^`\n]+)`", page.read_text(encoding="utf-8")):
        if re.fullmatch(r"(tests|bench|training|scripts|daemon)/[\w./-]+", code):
            assert (ROOT / code).exists(), code
        if (made := re.match(r"(?:[A-Z_]+=\S+ )*make ([a-z]+)", code)) is not None:
            assert made[1] in recipes, code
        if page.name in _FOR_USERS and re.fullmatch(r"[a-z]+\.[a-z]+_[a-z_]+", code):
            assert code in keys, code


def test_the_docs_lead_out_by_hand() -> None:
    """Who removed the program first finds the label, the unit and every place that is ours."""
    page = (ROOT / "docs" / "uninstall.md").read_text(encoding="utf-8")
    by_hand = page.partition("## By hand")[2]
    assert "](docs/uninstall.md)" in README
    home, user = Home(Path("/u/Tasted")), {"HOME": "/u"}
    files = [definition_file(user, system) for system in ("darwin", "linux")]
    files += [script_file(shell, user) for shell in ("bash", "zsh", "fish")]
    files += [home.capture_file, home.state, home.outbox, home.inbox]
    for file in files:
        assert file is not None
        assert f"~/{file.relative_to('/u')}" in by_hand
    assert f"gui/$(id -u)/{LABEL}" in by_hand
    assert UNIT in by_hand


def test_the_readme_is_short() -> None:
    """A user reads it in five minutes, and is done with the first half."""
    assert len(README.splitlines()) <= 90
    assert README.partition("\n---\n")[0].count("\n") <= 45


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


ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
_SETTING_NAMES = {f"{section}.{key}" for section, key, *_rest in SETTINGS}
_PACKAGE = ROOT / "daemon" / "tasted"
_ROOMS = {path.stem for path in _PACKAGE.iterdir() if not path.name.startswith("_")}


def _is_real(name: str) -> bool:
    """Tell whether `room.file.Class.method` is a room, a file, or stands in one."""
    place, parts = _PACKAGE, name.split(".")
    while parts and (place / parts[0]).is_dir():
        place /= parts.pop(0)
    if parts and (place / f"{parts[0]}.py").is_file():
        place /= f"{parts.pop(0)}.py"
    if not parts:
        return True
    if place.is_dir():
        return False
    body: list[ast.stmt] = ast.parse(place.read_text(encoding="utf-8")).body
    for part in parts:
        found = [
            node
            for node in body
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name == part
        ]
        if not found:
            return False
        body = found[0].body
    return True


@pytest.mark.parametrize(
    "name",
    sorted(
        name
        for name in set(re.findall(r"`([a-z_]+(?:\.\w+)*)`", ARCHITECTURE))
        if name.partition(".")[0] in _ROOMS
        and not name.endswith(".py")
        and name not in _SETTING_NAMES
    ),
)
def test_the_architecture_names_what_is_there(name: str) -> None:
    """A room, a file, a class or a function; who renames one renames it there."""
    assert _is_real(name)


RELIABILITY = (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")


def test_every_row_of_reliability_names_the_tests_that_show_it() -> None:
    """No row is missing or there twice, every test named exists, no test of a row is left out."""
    listed: dict[int, set[str]] = {}
    for line in RELIABILITY.splitlines():
        row = re.match(r"\| (\d+) \| P[012] \|", line)
        if row is not None:
            assert int(row[1]) not in listed
            listed[int(row[1])] = set(re.findall(r"`([\w/]+\.py::\w+)`", line))
    assert list(listed) == sorted(listed)
    assert set(range(1, 47)) <= listed.keys()
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
