"""The guard of tests/conftest.py keeps tests away from the real home and its settings."""

import os
import pwd
import tempfile
from pathlib import Path

from kit.children import python
from kit.guard import guarded
from tasted.home.layout import HOME_VARIABLE


def test_no_test_sees_the_real_home() -> None:
    """HOME and TASTED_HOME point into a temporary folder, for pathlib and for children too."""
    real = Path(pwd.getpwuid(os.getuid()).pw_dir).resolve()
    temporary = Path(tempfile.gettempdir()).resolve()
    child = python("-c", "import pathlib; print(pathlib.Path.home())")
    for folder in (Path.home(), Path(os.environ[HOME_VARIABLE]), Path(child.stdout.strip())):
        assert folder.is_relative_to(temporary)
        assert not folder.is_relative_to(real) or temporary.is_relative_to(real)


def test_no_test_sees_foreign_settings() -> None:
    """Of the variables that steer tasted only TASTED_HOME is set while tests run."""
    ours = [name for name in os.environ if name.startswith(("TASTED", "CLASSIFIER", "CLIP_"))]
    assert ours == [HOME_VARIABLE]


def test_the_guard_drops_every_setting_and_keeps_the_rest(tmp_path: Path) -> None:
    """TASTED_*, HF_* and the older names go; PATH and the like stay."""
    hostile = {
        "PATH": "/bin",
        "HOME": "/home/somebody",
        "TASTED_HOME": "/home/somebody/Tasted",
        "TASTED_EMBEDDER__MODEL": "resnet50",
        "HF_TOKEN": "secret",
        "HF_HOME": "/cache",
        "CLASSIFIER_MODEL": "old",
        "CLIP_MODEL_NAME": "older",
    }
    assert guarded(hostile, tmp_path) == {
        "PATH": "/bin",
        "HOME": str(tmp_path),
        "TASTED_HOME": str(tmp_path / "no-home"),
    }
