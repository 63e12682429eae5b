"""The wheel: what a user installs holds everything it needs and nothing else."""

import subprocess
import sys
import zipfile
from pathlib import Path

from training.demo_pictures import drawings

ROOT = Path(__file__).parent.parent


def test_the_wheel_holds_the_package_alone(tmp_path: Path) -> None:
    """Model, types, templates and the demo's drawings; no photographs, tests or user files."""
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    assert {
        "tasted/py.typed",
        "tasted/cli/main.py",
        "tasted/embedding/pocket/model.safetensors",
        "tasted/embedding/pocket/tokenizer.json",
        "tasted/outbox/page/base.html.j2",
        "tasted/outbox/page/page.css",
        "tasted/outbox/page/tokens.css",
    } <= names
    foreign = {name for name in names if not name.startswith(("tasted/", "tasted-"))}
    assert not foreign
    pictures = {name for name in names if name.endswith((".jpg", ".png"))}
    assert pictures == {f"tasted/demo/drawings/{path}" for path, _picture in drawings()}
    assert wheel.stat().st_size < 6_000_000
