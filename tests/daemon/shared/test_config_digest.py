"""What makes sidecars stale besides labels."""

from tasted.config import Settings
from tasted.daemon.shared.config_digest import ConfigDigest
from tasted.home.layout import Home
from tasted.reading.choosing import Machine


def _with_program(path: str | None) -> Machine:
    return Machine("linux", lambda _module: False, lambda _name: "", lambda _name: path)


def test_text_recognition_that_was_installed_makes_sidecars_stale(home: Home) -> None:
    """What had no text is read then; where no picture may be read, nothing changes."""
    without = ConfigDigest(home, version="0", machine=_with_program(None))
    with_it = ConfigDigest(home, version="0", machine=_with_program("/bin/tesseract"))
    assert without.digest(Settings()) != with_it.digest(Settings())
    alone = Settings.model_validate({"reading": {"engine": "companion"}})
    assert without.digest(alone) == with_it.digest(alone)
