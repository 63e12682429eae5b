"""A systemd of one's own for one user: `python -m kit.private_systemd HOME USER_HOME`.

In namespaces of its own, so that the systemd of whoever runs the tests is never asked. Lets the
real unit live there and prints what was seen, as JSON. Needs root, systemd and dbus-daemon.
"""

import contextlib
import io
import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from kit.daemons import read_sidecar
from kit.drawings import drawing
from kit.waiting import eventually
from tasted.cli.context import Context
from tasted.cli.main import main
from tasted.home.layout import Home

_SYSTEMD = Path("/usr/lib/systemd/systemd")
_NAMESPACES = ("unshare", "--mount", "--pid", "--fork", "--mount-proc", "--kill-child")
_RUNTIME = Path("/run/user/0")


def why_not() -> str | None:
    """Say why no systemd can be started here; None when one can."""
    if sys.platform != "linux" or os.geteuid() != 0:
        return "namespaces and a systemd in them need root on Linux"
    missing = [name for name in ("unshare", "dbus-daemon", "systemctl") if not shutil.which(name)]
    if missing or not _SYSTEMD.exists():
        return f"not installed: {', '.join(missing) or _SYSTEMD}"
    tried = subprocess.run(
        [*_NAMESPACES, "mount", "-t", "tmpfs", "tmpfs", "/run"], capture_output=True, check=False
    )
    is_writable = os.access("/sys/fs/cgroup", os.W_OK)
    return None if tried.returncode == 0 and is_writable else "this machine allows no namespaces"


def live(home: Home, user_home: Path) -> dict[str, Any]:
    """Let the unit live on a systemd of its own, and return what was seen of it."""
    command = [*_NAMESPACES, sys.executable, "-m", "kit.private_systemd"]
    tests = str(Path(__file__).parents[1])
    # with sudo the service is refused, and tests may be called with it
    inherited = {name: value for name, value in os.environ.items() if name != "SUDO_USER"}
    done = subprocess.run(
        [*command, str(home.root), str(user_home)],
        # a home in /tmp lets the unit have no /tmp of its own, and torch wants one to be imported
        env={
            **inherited,
            "HOME": str(user_home),
            "PYTHONPATH": tests,
            "TMPDIR": str(home.state),
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=350,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    seen: dict[str, Any] = json.loads(done.stdout)
    return seen


def _begin() -> None:
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", "/run"], check=True)
    # systemd asks whether it is the system's
    Path("/run/systemd/system").mkdir(parents=True)
    _RUNTIME.mkdir(parents=True, mode=0o700)
    bus = f"unix:path={_RUNTIME / 'bus'}"
    os.environ.update(XDG_RUNTIME_DIR=str(_RUNTIME), DBUS_SESSION_BUS_ADDRESS=bus)
    subprocess.run(["dbus-daemon", "--session", f"--address={bus}", "--fork"], check=True)
    log = (_RUNTIME / "log").open("wb")
    subprocess.Popen([str(_SYSTEMD), "--user"], stdout=log, stderr=log)
    eventually(lambda: _ask("is-system-running") == "running")


def _ask(*words: str) -> str:
    done = subprocess.run(
        ["systemctl", "--user", *words], capture_output=True, text=True, check=False
    )
    return done.stdout.strip()


def _command(*words: str) -> Any:
    return _answer("service", *words)


def _answer(*words: str) -> Any:
    # in this process, where it can be told that no folder is temporary: the checkout may lie in one
    context = Context(environment=os.environ, working_folder=Path("/"), temporary=())
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        status = main([*words, "--json"], context)
    assert status == 0, said.getvalue()
    return json.loads(said.getvalue())


def _main(home: Home, user_home: Path) -> dict[str, Any]:
    _begin()
    seen: dict[str, Any] = {"installed": _command("install", "--home", str(home.root))}
    pid = seen["installed"]["pid"]
    mounts = Path(f"/proc/{pid}/mountinfo").read_text("utf-8").splitlines()
    seen["root_is_read_only"] = any(
        fields[4] == "/" and fields[5].startswith("ro") for fields in map(str.split, mounts)
    )
    (home.inbox / "a.png").write_bytes(drawing("forest", seed=5))
    eventually(lambda: read_sidecar(home, "a.png"))
    os.kill(pid, signal.SIGKILL)
    (home.inbox / "b.png").write_bytes(drawing("forest", seed=6))
    eventually(lambda: read_sidecar(home, "b.png"))
    seen["after_kill"] = _command("status")
    found = _answer("doctor", "--home", str(home.root))["findings"]
    seen["doctor"] = {finding["check"]: finding["what"] for finding in found}
    seen["stopped"] = _command("stop")
    seen["exit"] = _ask("show", "tasted", "--property=ExecMainStatus", "--value")
    seen["started"] = _command("start")
    seen["removed"] = _command("uninstall")["removed"]
    seen["gone"] = _command("status")["condition"]
    seen["left"] = [str(path) for path in user_home.rglob("*") if not path.is_dir()]
    seen["units"] = _ask("list-units", "--all", "--plain", "--no-legend", "tasted.service")
    return seen


if __name__ == "__main__":
    print(json.dumps(_main(Home(Path(sys.argv[1])), Path(sys.argv[2]))))  # noqa: T201 - the answer
