"""What people and programs do to a folder, told to a daemon that hears well, nothing, or lies.

The engine is a quick one. The observer must make no difference but in promptness: a look at the
whole inbox is the truth.
"""

import contextlib
import json
import os
import shutil
import socket
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from kit.daemons import RunningDaemon, observing, read_sidecar
from kit.homes import quick_home
from kit.observed_daemon import OBSERVERS
from kit.outboxes import documents, is_done, picture, temporary_files
from kit.quick_engine import scores_begun
from kit.waiting import eventually
from tasted.home.layout import Home
from tasted.system.files import content_id

MAC_NAME = "Screenshot 2026-05-09 at 10.45.42\u202fAM.png"
YEAR_2001, YEAR_2100 = 10**9, 41 * 10**8
NAMES = (
    MAC_NAME,
    "no\u00a0break.png",
    "caf\u00e9.png",
    "cafe\u0301.png",
    "\U0001f60d.png",
    "n" * 251 + ".png",
    "\U0001f60d" * 62 + ".jpeg",
    "two\nlines.png",
    " leading.png",
    "\u202egnp.exe.png",
    "Shot.PNG",
    "shot.png",
    "%s{0}$(x)`y`.png",
    os.fsdecode(b"caf\xe9\xff.png"),
    "image.jpg_large",
    "pic.png?width=640",
    "shot.png.1",
    "WhatsApp Image 2026-08-31 at 15.41.14",
)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home for the quick engine, with one file that was there before the daemon."""
    home = quick_home(tmp_path / "home")
    (home.inbox / "before.png").write_bytes(picture(0))
    return home


@pytest.fixture(params=OBSERVERS)
def daemon(home: Home, request: pytest.FixtureRequest) -> Iterator[RunningDaemon]:
    """A running daemon that has nothing left to do."""
    with observing(home, request.param, "--seed", "7") as running:
        running.sidecar("before.png", status="scored")
        running.await_state("idle")
        yield running


def done(home: Home, *paths: str) -> None:
    """Wait until every file has its sidecar, these among them."""

    def all_done() -> bool:
        return is_done(home) and set(paths) <= documents(home).keys()

    eventually(all_done)


def test_row_01_row_03_row_04_row_07_row_25_row_36_files_arrive(
    home: Home, daemon: RunningDaemon
) -> None:
    """From a hidden name, written slowly, dated 2001 or 2100: each is scored once, whole."""
    inbox, slow = home.inbox, picture(2)
    (inbox / f".{MAC_NAME}").write_bytes(picture(1))
    (inbox / f".{MAC_NAME}").rename(inbox / MAC_NAME)
    for name, seconds in (("old.png", YEAR_2001), ("future.png", YEAR_2100)):
        (inbox / f".{name}").write_bytes(picture(seconds))
        os.utime(inbox / f".{name}", (seconds, seconds))
        (inbox / f".{name}").rename(inbox / name)
    with (inbox / "slow.png").open("wb") as stream:
        for start in range(0, len(slow), len(slow) // 5):
            assert not (home.outbox / "slow.png.json").exists()
            stream.write(slow[start : start + len(slow) // 5])
            stream.flush()
            # a slow writer is what is tested: each pause is longer than the settle time
            time.sleep(0.2)
    done(home, "before.png", MAC_NAME, "old.png", "future.png", "slow.png")
    begun = Counter(path for path, _content in scores_begun(home))
    assert begun == dict.fromkeys(documents(home), 1)


def test_row_08_row_19_row_20_row_24_row_45_files_change(home: Home, daemon: RunningDaemon) -> None:
    """Replaced, storms of events, renamed, deleted, without sidecar: one score for each content."""
    inbox, outbox = home.inbox, home.outbox
    for number, name in enumerate(("swap", "rewrite", "storm", "move", "gone", "wiped", "spoilt")):
        (inbox / f"{name}.png").write_bytes(picture(number))
    done(home, "spoilt.png")
    (inbox / ".swap").write_bytes(picture(11))
    (inbox / ".swap").rename(inbox / "swap.png")
    (inbox / "rewrite.png").write_bytes(picture(12))
    for _ in range(200):
        (inbox / "storm.png").read_bytes()
        (inbox / "storm.png").chmod(0o640)
        os.utime(inbox / "storm.png", ns=(1, (inbox / "storm.png").stat().st_mtime_ns))
    (inbox / "move.png").rename(inbox / "moved.png")
    (inbox / "gone.png").unlink()
    (inbox / "short-lived.png").write_bytes(picture(13))
    (inbox / "short-lived.png").unlink()
    (outbox / "wiped.png.json").unlink()
    (outbox / "spoilt.png.json").write_bytes(b'{"half": ')
    eventually(
        lambda: (
            (outbox / "spoilt.png.json").read_bytes().endswith(b"}\n")
            and not (outbox / "move.png.json").exists()
        )
    )
    done(home, "moved.png", "wiped.png", "spoilt.png", "gone.png")
    daemon.await_state("idle")
    assert daemon.stop() == 0
    assert "short-lived.png" not in documents(home)
    asked = {"wiped.png": 2, "spoilt.png": 2}
    begun = Counter(scores_begun(home))
    assert begun == {(path, content): asked.get(path, 1) for path, content in begun}
    assert {path for path, _content in begun} == {*documents(home), "move.png"}


def test_row_17_row_18_row_39_row_40_row_41_row_42_row_52_folders_and_names(
    home: Home, daemon: RunningDaemon, tmp_path: Path
) -> None:
    """Folders made and moved in, a burst, every kind of name: all scored; links and FIFOs never."""
    inbox, outside = home.inbox, tmp_path / "outside"
    (inbox / "anna" / "may").mkdir(parents=True)
    (inbox / "anna" / "may" / "1.png").write_bytes(picture(1))
    (outside / "bea" / "june").mkdir(parents=True)
    (outside / "bea" / "2.png").write_bytes(picture(2))
    (outside / "bea" / "june" / "3.png").write_bytes(picture(3))
    (outside / "secret.png").write_bytes(picture(4))
    (outside / "bea").rename(inbox / "bea")
    for number, name in enumerate(NAMES):
        (inbox / name).write_bytes(picture(100 + number))
    for number in range(150):
        (inbox / f"burst-{number}.png").write_bytes(picture(1000 + number))
    for name in (".DS_Store", "._a.png", "Icon\r", "b.png.part", "c.crdownload", "d.json"):
        (inbox / name).write_bytes(picture(5))
    (inbox / "link.png").symlink_to(outside / "secret.png")
    (inbox / "folder").symlink_to(outside)
    (inbox / "round").symlink_to(inbox)
    os.mkfifo(inbox / "pipe.png")
    with socket.socket(socket.AF_UNIX) as bound:
        # the path of a socket is short, and a test's folder may be deep
        with contextlib.chdir(inbox):
            bound.bind("socket.png")
        done(home, "anna/may/1.png", "bea/2.png", "bea/june/3.png", *NAMES)
        daemon.await_state("idle")
        status = daemon.status()
    found = documents(home)
    assert len(found) == 1 + 3 + len(NAMES) + 150
    assert Counter(path for path, _content in scores_begun(home)) == dict.fromkeys(found, 1)
    assert content_id(picture(4)) not in {sidecar.source.sha256 for sidecar in found.values()}
    assert status is not None
    assert status.ignored["link"] == 3
    assert status.ignored["special"] == 2
    assert {ignored.path for ignored in status.ignored_newest} <= {
        "b.png.part", "c.crdownload", "d.json", "link.png", "folder", "round", "pipe.png",
        "socket.png",
    }  # fmt: skip
    assert len(status.ignored_newest) == 5
    assert not temporary_files(home)
    places = [path for path in home.outbox.rglob("*") if path.is_file()]
    assert all(path.resolve().is_relative_to(home.outbox) for path in places)


def test_row_14_row_15_the_inbox_goes_and_comes(home: Home, daemon: RunningDaemon) -> None:
    """Another folder in its place, an empty mount point, and back: nothing is lost or twice."""
    aside = home.root / "aside"
    home.inbox.rename(aside)
    home.inbox.mkdir()
    (home.inbox / "another.png").write_bytes(picture(4))
    done(home, "another.png")
    shutil.rmtree(home.inbox)
    aside.rename(home.inbox)
    (home.inbox / "liked" / "1.png").write_bytes(picture(1))
    done(home, "liked/1.png")
    daemon.await_state("idle")
    eventually(lambda: _is_redone(home))
    before, begun = documents(home), scores_begun(home)
    assert Counter(path for path, _content in begun) == {
        "another.png": 1,
        "liked/1.png": 1,
        "before.png": 2,
    }
    home.inbox.rename(aside)
    (aside / "meanwhile.png").write_bytes(picture(2))
    home.inbox.mkdir()
    eventually(lambda: _blocked_by(daemon, "neither a folder liked"))
    home.inbox.rmdir()
    aside.rename(home.inbox)
    done(home, "meanwhile.png")
    (home.inbox / "later.png").write_bytes(picture(3))
    done(home, "later.png")
    daemon.await_state("idle")
    after = documents(home)
    assert {path: after[path] for path in before} == before
    assert [path for path, _content in scores_begun(home)[len(begun) :]] == [
        "meanwhile.png",
        "later.png",
    ]


def _is_redone(home: Home) -> bool:
    redone = read_sidecar(home, "before.png")
    return redone is not None and scores_begun(home)[-1][0] == "before.png"


def _blocked_by(daemon: RunningDaemon, words: str) -> bool:
    status = daemon.status()
    return status is not None and status.fault is not None and words in status.fault.message


def test_row_46_labels_and_texts_change_what_is_current(home: Home, daemon: RunningDaemon) -> None:
    """Each new lesson, and each one taken back, redoes what is stale once; so does a late text."""
    (home.inbox / "other.png").write_bytes(picture(9))
    done(home, "other.png")

    def tastes() -> set[str | None]:
        scored = [sidecar for sidecar in documents(home).values() if sidecar.status == "scored"]
        return {sidecar.model.taste_fingerprint for sidecar in scored if sidecar.model is not None}

    def one_new(former: set[str | None]) -> set[str | None]:
        now = tastes()
        return now if len(now) == 1 and not now & former else set()

    untaught = tastes()
    (home.inbox / "liked" / "1.png").write_bytes(picture(1))
    taught = eventually(lambda: one_new(untaught))
    (home.inbox / "liked" / "1.png").unlink()
    assert eventually(lambda: one_new(taught)) == untaught
    (home.inbox / "other.txt").write_text("Name: Maya\n", "utf-8")

    def has_text() -> bool:
        sidecar = read_sidecar(home, "other.png")
        return sidecar is not None and sidecar.source.text_sha256 is not None

    eventually(has_text)
    daemon.await_state("idle")
    begun = Counter(path for path, _content in scores_begun(home))
    assert begun == {"before.png": 3, "other.png": 4, "liked/1.png": 1}


def _turned(file: Path, data: bytes) -> None:
    """Write other bytes of the same number in place, and put the modification time back."""
    before = file.stat()
    assert before.st_size == len(data)
    with file.open("r+b") as stream:
        stream.write(data)
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    after = file.stat()
    assert (after.st_mtime_ns, after.st_ino) == (before.st_mtime_ns, before.st_ino)


def _without_change_times(home: Home) -> dict[Path, bytes]:
    """Make every sidecar one of a version that did not know change times; return what it wrote."""
    written: dict[Path, bytes] = {}
    for file in home.outbox.rglob("*.json"):
        value = json.loads(file.read_bytes())
        for part in (value["source"], value["source"]["companion"] or {}):
            part.pop("changed_ns", None)
        written[file] = json.dumps(value).encode()
        file.write_bytes(written[file])
    return written


@pytest.mark.parametrize("observer", ["real", "null"])
def test_row_20_what_is_edited_in_place_with_its_old_time_is_seen(
    home: Home, observer: str
) -> None:
    """The change time tells; where no byte has changed, only the stamps are written anew."""
    inbox = home.inbox
    (inbox / "liked" / "1.png").write_bytes(picture(1))
    for name in ("turned", "moded"):
        (inbox / f"{name}.png").write_bytes(picture(2))
        (inbox / f"{name}.txt").write_text("Name: Maya\n", "utf-8")
    with observing(home, observer) as daemon:
        done(home, "turned.png", "moded.png", "liked/1.png")
        daemon.await_state("idle")
        first, begun = documents(home), scores_begun(home)
        other = next(
            data for number in range(3, 10_000) if len(data := picture(number)) == len(picture(2))
        )
        _turned(inbox / "turned.png", other)
        (inbox / "moded.png").chmod(0o640)
        (inbox / "moded.txt").chmod(0o640)
        (inbox / "liked" / "1.png").chmod(0o640)
        done(home, "turned.png", "moded.png", "liked/1.png")
        eventually(lambda: documents(home)["moded.png"].source != first["moded.png"].source)
        daemon.await_state("idle")
        second = documents(home)
        assert daemon.stop() == 0
    assert second["turned.png"].source.sha256 == content_id(other)
    for path in ("moded.png", "liked/1.png"):
        assert second[path].source != first[path].source
        assert second[path].model_copy(update={"source": first[path].source}) == first[path]
    assert [path for path, _content in scores_begun(home)[len(begun) :]] == ["turned.png"]


def test_row_07_sidecars_of_a_version_without_change_times_stay_as_they_are(home: Home) -> None:
    """A start after an upgrade scores nothing, hashes nothing and writes nothing."""
    (home.inbox / "liked" / "1.png").write_bytes(picture(1))
    (home.inbox / "a.png").write_bytes(picture(2))
    (home.inbox / "a.txt").write_text("Name: Maya\n", "utf-8")
    with observing(home) as daemon:
        done(home, "before.png", "a.png", "liked/1.png")
        daemon.await_state("idle")
        assert daemon.stop() == 0
    written, begun = _without_change_times(home), scores_begun(home)
    with observing(home) as daemon:
        assert daemon.await_state("idle").engine_pid is None
        assert daemon.stop() == 0
    assert {file: file.read_bytes() for file in written} == written
    assert scores_begun(home) == begun
