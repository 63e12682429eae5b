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


def test_what_reads_is_looked_for_now_and_then(home: Home) -> None:
    """Not with every look, for that takes longer than the look; and at once for other settings."""
    now, found = 0.0, "/bin/tesseract"
    asked: list[str] = []

    def program(name: str) -> str | None:
        asked.append(name)
        return found

    machine = Machine("linux", lambda _module: False, lambda _name: "", program)
    config_digest = ConfigDigest(home, version="0", machine=machine, clock=lambda: now)
    first = config_digest.digest(Settings())
    asked.clear()
    assert config_digest.digest(Settings()) == first
    assert not asked
    languages = Settings.model_validate({"reading": {"languages": ["en", "de"]}})
    assert config_digest.digest(languages) != first
    assert asked
    assert config_digest.digest(Settings()) == first
    found, now = "/usr/bin/tesseract", 5.0
    assert config_digest.digest(Settings()) == first
    now = 60.0
    assert config_digest.digest(Settings()) != first
