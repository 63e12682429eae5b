"""A screenshot of a profile without a text file is read by a real daemon, and forgotten again."""

import importlib.util
import io
import signal
from pathlib import Path

import pytest
from PIL import Image

from kit.daemons import observing, tasted
from kit.homes import home_with
from kit.profiles import Spoken, draw_profile
from kit.readers import files_with
from kit.waiting import PATIENCE_SECONDS, eventually
from tasted.system.faultpoints import VARIABLE

SAID = "Sourdough, jazz and old maps"
SETTINGS = (
    '[embedder]\nmodel = "pocket"\n[watch]\nsettle_seconds = 0.1\nrescan_seconds = 0.5\n'
    '[preferences]\ninterests = ["sourdough"]\n[reading]\nengine = "{}"\n'
)


pytestmark = pytest.mark.skipif(
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
        extracted = daemon.sidecar("shot.png", status="scored").extracted_data
        assert extracted is not None
        assert "reading.engine" in (extracted.text_missing or "")
        home.config_file.write_text(SETTINGS.format("rapidocr"), "utf-8")

        def is_read() -> bool:
            found = daemon.sidecar("shot.png").extracted_data
            return found is not None and found.text_missing is None

        eventually(is_read)
        sidecar = daemon.sidecar("shot.png")
        extracted = sidecar.extracted_data
        assert extracted is not None
        assert (extracted.name, extracted.age, extracted.bio) == ("Maya", 29, f"{SAID}\nEvery day")
        assert extracted.text_source == "ocr:rapidocr"
        assert sidecar.component_scores is not None
        assert sidecar.component_scores.interests == 1.0
        # the library gets it after the answer
        eventually(lambda: len(files_with(home.root, SAID)) > 1)
        ended = tasted(home, "forget", "--delete-picture", str(home.inbox / "shot.png"))
        assert ended.returncode == 0, ended.stderr
        assert not files_with(home.root, SAID)


def test_looks_come_first_and_a_death_in_between_is_healed(tmp_path: Path) -> None:
    """The score of the looks lies there when the daemon dies; the next one reads the text."""
    home = home_with(tmp_path / "home", SETTINGS.format("rapidocr"))
    drawn = io.BytesIO()
    page = draw_profile(Spoken("Maya", 29, (SAID, "Every day")), "list", "light")
    Image.fromarray(page.pixels).save(drawn, "PNG")
    (home.inbox / "shot.png").write_bytes(drawn.getvalue())
    killed = {VARIABLE: "worker.kept:1"}
    with observing(home, "real", "--engine", "pixel", environment=killed) as daemon:
        assert daemon.process.wait(PATIENCE_SECONDS) == -signal.SIGKILL
        looked = daemon.sidecar("shot.png", status="scored")
    assert looked.text_pending
    assert looked.extracted_data is not None
    assert looked.extracted_data.name is None
    with observing(home, "real", "--engine", "pixel") as daemon:
        read = daemon.sidecar("shot.png", text_pending=False)
        daemon.await_state("idle")
    assert read.extracted_data is not None
    assert (read.extracted_data.name, read.extracted_data.bio) == ("Maya", f"{SAID}\nEvery day")
    assert read.first_scored_at == looked.first_scored_at
    assert read.timing_ms["read"] > 0
