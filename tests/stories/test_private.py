"""A folder full of other people's faces: modes, network, links, names."""

import json
import signal
import stat
import sys
from pathlib import Path

import pytest

from kit import no_network
from kit.children import python
from kit.daemons import observing, running, tasted
from kit.drawings import drawing, label_scenes
from kit.homes import quick_home
from kit.outboxes import documents, is_done, picture
from kit.waiting import eventually
from tasted.errors import HomeInvalid
from tasted.home.layout import Home
from tasted.outbox.sidecar import Sidecar

UNMASKED = ("sh", "-c", 'umask 0; exec "$@"', "sh")
OFFLINE = (sys.executable, no_network.__file__)
STEERING = "a\n\x1b[31m\u202egnp.\x07{0}%s.png"
linux_only = pytest.mark.skipif(sys.platform != "linux", reason="seccomp and /proc are of Linux")


@linux_only
def test_the_filter_of_these_tests_leaves_no_network() -> None:
    """Processes of this machine may talk; IPv6 is not there, and IPv4 and DNS end the process."""
    code = "import socket; socket.socketpair(); print('here', flush=True); socket."
    for act in ("socket(socket.AF_INET)", "create_connection(('example.org', 80))"):
        child = python(no_network.__file__, sys.executable, "-c", code + act)
        assert (child.stdout, child.returncode) == ("here\n", -signal.SIGSYS), act
    child = python(no_network.__file__, sys.executable, "-c", f"{code}socket(socket.AF_INET6)")
    assert (child.stdout, child.returncode) == ("here\n", 1)
    assert "Address family not supported" in child.stderr


@linux_only
def test_nobody_else_may_read_and_nothing_goes_out(home: Home) -> None:
    """Learnt, scored and failed without a socket, under umask 0: the home is its owner's alone.

    The light process maps no library that decodes or computes; the engine alone does.
    """
    label_scenes(home)
    (home.inbox / "anna").mkdir()
    (home.inbox / "anna" / "a.png").write_bytes(drawing("mountain", seed=7))
    (home.inbox / "anna" / "a.txt").write_text("Name: Maya\n", "utf-8")
    (home.inbox / "broken.png").write_bytes(b"words")
    users = {path for path in (home.root, *home.root.rglob("*")) if path.exists()}
    with running(home, prefix=(*OFFLINE, *UNMASKED)) as daemon:
        daemon.sidecar("anna/a.png", status="scored")
        daemon.sidecar("broken.png", status="error")
        mapped = Path(f"/proc/{daemon.process.pid}/maps").read_text("utf-8")
        asked = tasted(home, "rescore", "--json", environment={})
        assert asked.returncode == 0, asked.stderr
        daemon.await_state("idle")
        engine = Path(f"/proc/{daemon.engine_pid()}/maps").read_text("utf-8")
        assert "libopenvino" in engine
        assert "libtorch" not in engine
        assert daemon.stop() == 0
    made = [path for path in home.root.rglob("*") if path not in users]
    modes = {path: stat.S_IMODE(path.lstat().st_mode) for path in made}
    assert len(made) > 40
    assert {modes[path] for path in made if path.is_dir()} == {0o700}
    assert {modes[path] for path in made if not path.is_dir()} == {0o600}
    for library in ("torch", "openvino", "vips", "lancedb", "/PIL/", "numpy", "pyarrow", "heif"):
        assert library not in mapped, library


def test_row_10_row_17_row_41_links_are_never_followed(tmp_path: Path) -> None:
    """Linked pictures, texts, folders and label folders are passed over, and never read."""
    home, outside = quick_home(tmp_path / "home"), tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.png").write_bytes(picture(1))
    (outside / "secret.txt").write_text("Name: Secret\n", "utf-8")
    (home.inbox / "a.png").write_bytes(picture(2))
    (home.inbox / "a.txt").symlink_to(outside / "secret.txt")
    (home.inbox / "b.png").symlink_to(outside / "secret.png")
    (home.inbox / "Liked").symlink_to(outside)
    with observing(home) as daemon:
        eventually(lambda: is_done(home))
        daemon.await_state("idle")
    assert documents(home).keys() == {"a.png"}
    assert documents(home)["a.png"].source.text_sha256 is None
    for label in ("liked", "rejected"):
        (home.inbox / label).rmdir()
        (home.inbox / label).symlink_to(outside)
        with pytest.raises(HomeInvalid, match="is a link"):
            home.check_folders()
        (home.inbox / label).unlink()
        (home.inbox / label).mkdir()


def test_row_39_names_cannot_steer_terminals_logs_or_the_outbox(tmp_path: Path) -> None:
    """Control characters, a line break and a turned direction come out escaped everywhere."""
    home = quick_home(tmp_path / "home")
    for name in (STEERING, f"{'x' * 251}.png", "..png", "...png.png", "..\\..\\c.png"):
        (home.inbox / name).write_bytes(picture(len(name)))
    (home.inbox / f"bad {STEERING}").write_bytes(b"")
    with observing(home) as daemon:
        eventually(lambda: f"bad {STEERING}" in documents(home))
        eventually(lambda: STEERING in documents(home))
        daemon.await_state("idle")
        said = [tasted(home, command) for command in ("results", "status", "references")]
    for answer in said:
        assert answer.returncode == 0, answer.stderr
        lines = (answer.stdout + answer.stderr).splitlines()
        assert all(line.isprintable() for line in lines), lines
    assert "\\x1b[31m" in said[0].stdout
    for line in (home.logs / "tasted.log").read_text("ascii").splitlines():
        json.loads(line)
        assert line.isprintable()
    for path in home.outbox.rglob("*"):
        assert path.parent == home.outbox
        if path != home.page_file:
            Sidecar.model_validate_json(path.read_bytes())
    page = home.page_file.read_text("utf-8")
    assert "a\\n\\x1b[31m\\u202egnp" in page
    assert not set("\x1b\x07\u202e") & set(page)
