"""A Python in which `tasted` is that of another checkout.

It is that of the checkout's own environment, after `make setup` there. Without one it has the
libraries of this checkout, which suit it if it is not much older.

A variable would not do: the engine is started with `-I`, which ignores `PYTHONPATH`. Makes an
environment in the cache folder.
"""

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

_ASK = "import tasted; print(tasted.__file__)"


def interpreter(checkout: Path, cache: Path) -> Path:
    """Return the Python for a checkout, its own or one that is made in the cache.

    Raises:
        FileNotFoundError: when there is no such checkout.
    """
    package = checkout / "daemon"
    if not (package / "tasted").is_dir():
        raise FileNotFoundError(f"{checkout} is no checkout of tasted")
    own = checkout / ".venv" / "bin" / "python"
    if own.exists():
        return _checked(own, package)
    name = hashlib.sha256(str(checkout).encode()).hexdigest()[:8]
    folder = cache / "checkouts" / name
    shutil.rmtree(folder, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    (packages,) = folder.glob("lib/python*/site-packages")
    # the lines of a .pth are paths; .pth files in those paths are not read, so that the editable
    # install of this checkout stays out
    paths = [str(package), *(path for path in sys.path if path.endswith("site-packages"))]
    (packages / "checkout.pth").write_text("".join(f"{path}\n" for path in paths), "utf-8")
    return _checked(folder / "bin" / "python", package)


def _checked(python: Path, package: Path) -> Path:
    asked = subprocess.run(
        [str(python), "-I", "-c", _ASK], check=True, capture_output=True, text=True
    )
    assert Path(asked.stdout.strip()).is_relative_to(package), asked.stdout
    return python
