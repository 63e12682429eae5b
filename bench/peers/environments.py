"""An environment of its own for each peer, with the versions of `requirements/`. Runs pip.

Made once in the cache folder. torch comes as the small CPU build where one is reachable, as in
`scripts/setup.sh`; elsewhere as the package index has it.
"""

import hashlib
import platform
import subprocess
import sys
from pathlib import Path

REQUIREMENTS = Path(__file__).parent / "requirements"
_CPU_INDEX = "https://download.pytorch.org/whl/cpu"
_LINES_SHOWN = 3


class NotInstalledError(Exception):
    """A peer cannot be installed; says why."""


def environment(name: str, cache: Path) -> Path:
    """Return the Python of a peer's environment, which is made when it is missing or outdated.

    Raises:
        NotInstalledError: with the last lines of pip.
    """
    wanted = REQUIREMENTS / f"{name}.txt"
    folder = cache / "environments" / name
    python = folder / "bin" / "python"
    stamp = folder / "installed.sha256"
    digest = hashlib.sha256(wanted.read_bytes() + sys.version.encode()).hexdigest()
    if stamp.is_file() and stamp.read_text(encoding="ascii") == digest:
        return python
    print(f"installing {name} into {folder} ...", flush=True)
    _run([sys.executable, "-m", "venv", "--clear", str(folder)])
    torch = [
        line
        for line in wanted.read_text(encoding="utf-8").splitlines()
        if line.startswith("torch==")
    ]
    if torch and (sys.platform, platform.machine()) == ("linux", "x86_64"):
        _install_cpu_torch(python, torch[0])
    _run([str(python), "-m", "pip", "install", "--quiet", "--requirement", str(wanted)])
    stamp.write_text(digest, encoding="ascii")
    return python


def _install_cpu_torch(python: Path, requirement: str) -> None:
    pip = [str(python), "-m", "pip", "install", "--quiet", f"{requirement}+cpu"]
    try:
        _run(pip)
    except NotInstalledError:
        _run([*pip, "--index-url", _CPU_INDEX, "--retries", "0", "--timeout", "10"])


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        said = (done.stderr or done.stdout).strip().splitlines()
        raise NotInstalledError(" ".join(line.strip() for line in said[-_LINES_SHOWN:]))
