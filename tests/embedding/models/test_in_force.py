"""Which model decides, and what to do when its files are gone."""

import shutil
from pathlib import Path

import pytest

from tasted.embedding import pocket
from tasted.embedding.models.in_force import find_deciding
from tasted.embedding.models.weights import record
from tasted.errors import ModelMissing
from tasted.home.layout import Home
from tasted.home.switch_file import KeptModel, Switches, write_switches


def test_a_model_whose_folder_is_gone_names_the_way_back(home: Home, tmp_path: Path) -> None:
    """Where a former model is kept that can be gone back to, that helps at once."""
    folder = shutil.copytree(pocket.FOLDER, tmp_path / "mine")
    home.state.mkdir(exist_ok=True)
    record("mine", folder, None, models_file=home.models_file, home_root=home.root)
    assert find_deciding(home, "mine").folder == folder
    shutil.rmtree(folder)
    with pytest.raises(ModelMissing) as caught:
        find_deciding(home, "mine")
    assert "models back" not in caught.value.remedy
    for former, helps in (("pocket", True), ("openai/clip-vit-base-patch32", False)):
        kept = KeptModel(former, former, "0" * 64, "2026-01-01T00:00:00+00:00")
        write_switches(home.switch_file, Switches(None, (kept,)))
        with pytest.raises(ModelMissing) as caught:
            find_deciding(home, "mine")
        assert "tasted models add" in caught.value.remedy
        assert ("decide again at once: tasted models back" in caught.value.remedy) is helps
