"""What may be named, and what is refused before anything is erased."""

from pathlib import Path

import pytest

from kit.commands import imported_by, run
from kit.homes import pocket_home
from kit.sidecars import scored, source_of
from tasted.cli.commands.forget_targets import NotFound, target_of
from tasted.daemon.forgetting.plan import read_contents
from tasted.daemon.shared.forget_order import Target
from tasted.errors import UsageError
from tasted.home.layout import Home
from tasted.outbox.ledger import Ledger
from tasted.outbox.sidecar_writer import Writer
from tasted.system.files import content_id

PICTURE = b"\x89PNG one"


def _score(home: Home, path: str, number: int = 1) -> None:
    sidecar = scored(path, source=source_of(path, number))
    Writer(home.outbox, Ledger(home.outbox)).write(sidecar)


def _target(home: Home, word: object, working_folder: Path | None = None) -> Target:
    known = read_contents(home.inbox, Ledger(home.outbox), None)
    return target_of(str(word), home, known, working_folder or home.root)


def test_a_file_of_the_inbox_is_named_by_its_path(home: Home) -> None:
    """Relative, absolute, behind a linked folder, and when only its sidecar is left."""
    (home.inbox / "a.png").write_bytes(PICTURE)
    _score(home, "gone.png")
    (home.root / "way").symlink_to(home.inbox)
    for word in ("inbox/a.png", home.inbox / "a.png", "way/a.png", "inbox/../inbox/a.png"):
        assert _target(home, word) == Target(paths=("a.png",))
    assert _target(home, "a.png", home.inbox) == Target(paths=("a.png",))
    assert _target(home, "inbox/gone.png") == Target(paths=("gone.png",))


def test_a_name_relative_to_the_inbox_is_understood_anywhere(home: Home, tmp_path: Path) -> None:
    """Tasted prints such names; a file of the working folder comes first."""
    (home.inbox / "liked" / "a.png").write_bytes(PICTURE)
    _score(home, "liked/gone.png")
    for word in ("liked/a.png", "liked/gone.png", "inbox/liked/a.png"):
        wanted = Target(paths=(word.removeprefix("inbox/"),))
        assert _target(home, word, home.root) == wanted
    assert _target(home, "liked/a.png", tmp_path) == Target(paths=("liked/a.png",))
    (tmp_path / "liked").mkdir()
    (tmp_path / "liked" / "a.png").write_bytes(b"another")
    assert _target(home, "liked/a.png", tmp_path).contents == (content_id(b"another"),)
    with pytest.raises(NotFound):
        _target(home, "../outbox/liked/a.png", tmp_path)


def test_a_folder_of_the_inbox_is_named_by_its_path(home: Home) -> None:
    """Also one of which only sidecars are left."""
    (home.inbox / "anna").mkdir()
    _score(home, "berta/1.png")
    assert _target(home, "inbox/anna/") == Target(folder="anna")
    assert _target(home, "inbox/berta") == Target(folder="berta")
    assert _target(home, "inbox/liked") == Target(folder="liked")


def test_a_file_elsewhere_is_known_by_its_content(home: Home, tmp_path: Path) -> None:
    """A link to it is followed, for the user named it; a hidden file of the inbox is one too."""
    (tmp_path / "x.png").write_bytes(PICTURE)
    (tmp_path / "link.png").symlink_to(tmp_path / "x.png")
    (home.inbox / ".hidden.png").write_bytes(PICTURE)
    wanted = Target(contents=(content_id(PICTURE),), sizes=(len(PICTURE),))
    for word in (tmp_path / "x.png", tmp_path / "link.png", "inbox/.hidden.png"):
        assert _target(home, word) == wanted


def test_an_id_is_named_by_enough_of_its_digits(home: Home) -> None:
    """All 64, or fewer if only one result begins with them; a file of that name comes first."""
    _score(home, "a.png", 0xABC)
    _score(home, "b.png", 0xDEF)
    full = f"{0xABC:064x}"
    assert _target(home, full.upper()) == Target(contents=(full,))
    assert _target(home, "f" * 64) == Target(contents=("f" * 64,))
    assert _target(home, full[:-1]) == Target(contents=(full,))
    with pytest.raises(NotFound, match="2 results"):
        _target(home, "0" * 8)
    with pytest.raises(NotFound, match="No results"):
        _target(home, "1" * 8)
    with pytest.raises(NotFound, match="was not found"):
        _target(home, "0" * 7)
    (home.root / ("f" * 64)).write_bytes(PICTURE)
    assert _target(home, "f" * 64).contents == (content_id(PICTURE),)


def test_what_names_nothing_is_told_of(home: Home, tmp_path: Path) -> None:
    """A missing file, a text, a folder elsewhere, an empty file."""
    (home.inbox / "a.txt").write_text("words", "utf-8")
    (tmp_path / "empty.png").touch()
    for word in ("inbox/missing.png", "inbox/a.txt", tmp_path, tmp_path / "empty.png"):
        if word == tmp_path:
            # the folder that holds the home holds the inbox
            with pytest.raises(UsageError, match="whole inbox"):
                _target(home, word)
        else:
            with pytest.raises(NotFound):
                _target(home, word)
    (tmp_path / "elsewhere").mkdir()
    with pytest.raises(NotFound, match="outside the inbox"):
        _target(home, tmp_path / "elsewhere")


@pytest.mark.parametrize("word", ["inbox", ".", "inbox/anna/.."])
def test_the_whole_inbox_is_refused(home: Home, word: str) -> None:
    """A slip of the finger must not delete everything."""
    (home.inbox / "anna").mkdir()
    with pytest.raises(UsageError, match="whole inbox"):
        _target(home, word)


def test_nothing_happens_without_a_decision(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    """Without a terminal the two options are named; both at once are refused."""
    (home.inbox / "a.png").write_bytes(PICTURE)
    (home.inbox / "a.txt").write_text("words", "utf-8")
    _score(home, "a.png")
    assert run(home, "forget", "inbox/a.png") == 2
    said = capsys.readouterr().err
    assert "inbox/a.png, inbox/a.txt" in said
    assert "--delete-picture" in said
    assert "--keep-picture" in said
    assert run(home, "forget", "--keep-picture", "--delete-picture", "inbox/a.png") == 2
    assert (home.inbox / "a.png").exists()
    assert (home.outbox / "a.png.json").exists()


def test_a_dry_run_shows_what_you_will_be_asked(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    """A picture outside the label folders is the user's to decide about, unless an option does."""
    home = pocket_home(home.root)
    for path in ("a.png", "liked/a.png"):
        (home.inbox / path).write_bytes(PICTURE)
    asked = "  you will be asked: picture: inbox/a.png\n"
    for option, is_asked, is_listed in (
        ("--dry-run", True, True),
        ("--delete-picture", False, True),
        ("--keep-picture", False, False),
    ):
        assert run(home, "forget", "--dry-run", option, "inbox/a.png") == 0
        said = capsys.readouterr().out
        assert (asked in said) is is_asked, option
        assert ("picture: inbox/a.png" in said) is is_listed, option
        assert "  label copy: inbox/liked/a.png\n" in said
    assert (home.inbox / "a.png").exists()


def test_what_is_not_found_exits_with_3(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    """It is reported by name; without a target nothing is started."""
    assert run(home, "--json", "forget", "inbox/missing.png") == 3
    said = capsys.readouterr()
    assert '"code": "not_found"' in said.err
    assert "missing.png" in said.err
    assert not (home.logs / "engine.log").exists()


def test_help_loads_nothing_heavy() -> None:
    """The command's module is light, as every command's is."""
    assert {"pydantic", "lancedb", "torch"}.isdisjoint(imported_by("forget", "--help"))
