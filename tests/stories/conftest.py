"""A home of its own for each story, with the embedded model."""

from pathlib import Path

import pytest

from kit.homes import home_with
from tasted.home import Home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A fresh home in a temporary folder."""
    return home_with(tmp_path / "home", '[embedder]\nmodel = "pocket"\n')
