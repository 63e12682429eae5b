"""The oracle tells a file that moved or went from one that was copied or let go."""

import shutil
from collections.abc import Iterator
from pathlib import Path

from chaos import oracle
from chaos.contents import picture
from chaos.evidence import Inbox
from kit.chaos_scenes import Scene
from tasted.system.files import content_id


def test_a_sidecar_under_an_old_name_is_found(scene: Scene) -> None:
    """After a rename the old sidecar must go; after a plain deletion it may stay."""
    (scene.home.inbox / "a.png").rename(scene.home.inbox / "new.png")
    (scene.home.inbox / "anna" / "b.png").unlink()
    scene.saw()
    (sentence,) = oracle.orphans(scene.evidence(), scene.journal)
    assert "a.png is now new.png" in sentence


def test_a_sidecar_under_an_old_name_is_found_when_the_content_was_away(scene: Scene) -> None:
    """What was moved out and comes back under another name has moved as well."""
    data = (scene.home.inbox / "a.png").read_bytes()
    (scene.home.inbox / "a.png").unlink()
    scene.saw()
    (scene.home.inbox / "back.png").write_bytes(data)
    scene.saw()
    assert len(oracle.orphans(scene.evidence(), scene.journal)) == 1


def test_a_content_that_no_listed_file_holds_is_found(scene: Scene) -> None:
    """Unless the user let go of it; a hidden or temporary twin does not count as there."""
    file = scene.home.inbox / "liked" / "c.png"
    content = content_id(file.read_bytes())
    scene.saw()
    assert oracle.vanished(scene.evidence(), scene.journal) == []
    file.rename(file.with_name(".c.png.0123abcd.tmp"))
    scene.saw()
    (sentence,) = oracle.vanished(scene.evidence(), scene.journal)
    assert sentence.startswith(f"liked/c.png held {content} until act 3")
    scene.journal.let_go({content})
    assert oracle.vanished(scene.evidence(), scene.journal) == []
    (scene.home.inbox / "back.png").write_bytes(picture(2, ".png").data)
    scene.saw()
    (scene.home.inbox / "back.png").unlink()
    scene.saw()
    assert len(oracle.vanished(scene.evidence(), scene.journal)) == 1


def test_a_copy_that_outlives_its_original_is_no_move(scene: Scene) -> None:
    """The copy was there before the original was deleted."""
    shutil.copy(scene.home.inbox / "a.png", scene.home.inbox / "copy.png")
    scene.saw()
    (scene.home.inbox / "a.png").unlink()
    scene.saw()
    assert oracle.orphans(scene.evidence(), scene.journal) == []


class _Moving(Inbox):
    """An inbox in which a file is renamed after the first listing began."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._is_moved = False

    def _files(self) -> Iterator[Path]:
        paths = list(super()._files())
        if not self._is_moved:
            self._is_moved = True
            paths[0].rename(paths[0].with_name("renamed.png"))
        yield from paths


def test_an_inbox_in_which_a_file_is_moved_is_listed_again(tmp_path: Path) -> None:
    """A listing of a moment that never was would call a moved file vanished."""
    (tmp_path / "a.png").write_bytes(b"a")
    assert set(_Moving(tmp_path).found()) == {"renamed.png"}
