"""Opening the folder of a library."""

from pathlib import Path
from typing import Any

import pytest

from tasted.errors import LibraryUnusable
from tasted.library.importing import import_lancedb
from tasted.library.table import connect


def test_nothing_is_made_where_a_home_was_that_moved_while_lancedb_was_imported(
    tmp_path: Path,
) -> None:
    """The import takes long; LanceDB would make every missing folder, below an empty mount too."""
    home = tmp_path / "home"
    home.mkdir()

    def moving() -> Any:
        lancedb = import_lancedb()
        home.rename(tmp_path / "elsewhere")
        return lancedb

    with pytest.raises(LibraryUnusable):
        connect(home / "library", importing=moving)
    assert not home.exists()


def test_a_folder_that_moves_while_it_is_opened_is_not_written(tmp_path: Path) -> None:
    """LanceDB makes the folder anew: it is another one than was looked at."""
    folder = tmp_path / "library"

    class Moving:
        @staticmethod
        def connect(path: str) -> Any:
            folder.rename(tmp_path / "elsewhere")
            return import_lancedb().connect(path)

    database = connect(folder, importing=lambda: Moving)
    with pytest.raises(LibraryUnusable):
        database.check()
