"""A screenshot of a profile without a text file is read by a real daemon, and forgotten again."""

import importlib.util
import io
from pathlib import Path

import pytest
from PIL import Image

from kit.daemons import observing, tasted
from kit.homes import home_with
from kit.profiles import Spoken, draw_profile
from kit.readers import files_with
from kit.waiting import eventually

SAID = "Sourdough, jazz and old maps"
SETTINGS = (
    '[embedder]\nmodel = "pocket"\n[watch]\nsettle_seconds = 0.1\nrescan_seconds = 0.5\n'
    '[preferences]\ninterests = ["sourdough"]\n[reading]\nengine = "{}"\n'
)


@pytest.mark.skipif(
    importlib.util.find_spec("rapidocr") is None, reason="the extra `ocr` is not installed"
)
def test_a_profile_is_read_once_it_may_be_and_forgotten(tmp_path: Path) -> None:
    """No text until the setting allows it; then name, age and bio; then nothing anywhere."""
    home = home_with(tmp_path / "home", SETTINGS.format("companion"))
    drawn = io.BytesIO()
    page = draw_profile(Spoken("Maya", 29, (SAID, "Every day")), "list", "dark")
    Image.fromarray(page.pixels).save(drawn, "PNG")
    with observing(home, "real", "--engine", "pixel") as daemon:
        (home.inbox / "shot.png").write_bytes(drawn.getvalue())
        told = daemon.sidecar("shot.png", status="scored").extracted_data
        assert told is not None
        assert "reading.engine" in (told.text_missing or "")
        home.config_file.write_text(SETTINGS.format("rapidocr"), "utf-8")

        def is_read() -> bool:
            found = daemon.sidecar("shot.png").extracted_data
            return found is not None and found.text_missing is None

        eventually(is_read, within_seconds=90)
        sidecar = daemon.sidecar("shot.png")
        told = sidecar.extracted_data
        assert told is not None
        assert (told.name, told.age, told.bio) == ("Maya", 29, f"{SAID}\nEvery day")
        assert told.text_source == "ocr:rapidocr"
        assert sidecar.component_scores is not None
        assert sidecar.component_scores.interests == 1.0
        assert len(files_with(home.root, SAID)) > 1
        ended = tasted(home, "forget", "--delete-picture", str(home.inbox / "shot.png"))
        assert ended.returncode == 0, ended.stderr
        assert not files_with(home.root, SAID)
