"""Two machines of a Ray cluster score a tree, one of them is killed, and nobody sees a difference.

The machines are two nodes on this one. The tree is a folder that both see, and then the same
pictures in an object store.
"""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from kit.commands import run
from kit.documents import MADE_ANEW, is_alike
from kit.drawings import drawing, label_scenes
from kit.object_stores import object_store
from kit.ray_cluster import LOOPBACK, LocalCluster, local_cluster
from kit.waiting import PATIENCE_SECONDS, eventually
from tasted.home.backfill_files import BackfillPlace
from tasted.home.layout import Home
from tasted.outbox.backfill_outbox import backfill_ledger
from tasted.outbox.sidecar import Sidecar

PLACES = ("mountain", "gym", "forest", "city")
PICTURES = 32

pytest.importorskip("ray", reason="several machines need the extra: pip install 'tasted[ray]'")


def tree(folder: Path) -> Path:
    """Make a tree with a text beside one picture, and one that is broken."""
    drawn = [drawing(place, seed=70 + number) for number, place in enumerate(PLACES)]
    for number in range(PICTURES):
        file = folder / f"year {number % 3}" / f"{number}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        # what stands after the end of a picture makes it another content
        file.write_bytes(drawn[number % len(drawn)] + str(number).encode())
    (folder / "year 0" / "0.txt").write_text("Anna, 29\nI love hiking.\n", "utf-8")
    (folder / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n and no more")
    return folder


def documents_of(home: Home, name: str) -> dict[str, Sidecar]:
    """Return the documents of a backfill by path."""
    ledger = backfill_ledger(BackfillPlace(home, name))
    ledger.refresh()
    found = {path: ledger.sidecar_of(path) for path in ledger.entries}
    return {path: sidecar for path, sidecar in found.items() if sidecar is not None}


@contextlib.contextmanager
def started(
    home: Home, folder: str, name: str, cluster: LocalCluster
) -> Iterator[subprocess.Popen[str]]:
    """Start the command of a user; it is gone afterwards, whatever happens, with its pipes."""
    words = ["backfill", folder, "--name", name, "--ray", cluster.address, "--home", str(home.root)]
    with subprocess.Popen(
        [sys.executable, "-m", "tasted", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **LOOPBACK},
        start_new_session=True,
    ) as child:
        try:
            yield child
        finally:
            child.kill()


def workers_of(cluster: LocalCluster) -> list[psutil.Process]:
    """Return the processes that hold an engine."""
    children = [child for raylet in cluster.raylets for child in psutil.Process(raylet).children()]
    return [child for child in children if child.name().startswith("ray::MapW")]


@pytest.mark.longest
@pytest.mark.timeout(900)
def test_two_machines_of_which_one_is_killed_do_what_one_does(home: Home, tmp_path: Path) -> None:
    """Every document is there once, equal to 1e-6; the same from an object store."""
    label_scenes(home)
    folder = tree(tmp_path / "photos")
    assert run(home, "backfill", str(folder), "--name", "near") == 0
    near = documents_of(home, "near")
    assert len(near) == PICTURES + 1
    files = [path for path in folder.rglob("*") if path.is_file()]
    objects = {str(path.relative_to(folder)): path.read_bytes() for path in files}
    with (
        object_store(objects) as store,
        local_cluster({**os.environ, **LOOPBACK, **store}) as cluster,
        pytest.MonkeyPatch.context() as patch,
    ):
        for name, value in store.items():
            patch.setenv(name, value)
        outbox = home.outbox / "@far"
        with started(home, str(folder), "far", cluster) as child:
            eventually(lambda: any(outbox.rglob("*.json")))
            (killed, *_others) = workers_of(cluster)
            engines = killed.children()
            killed.send_signal(signal.SIGKILL)
            told, errors = child.communicate(timeout=PATIENCE_SECONDS)
        assert child.returncode == 0, errors
        assert f"Done: {PICTURES} pictures scored, 1 could not be" in told
        assert "2 engines of 1 core each, on 2 machines of the cluster" in errors
        # what Ray has to say of a killed worker is not for the output of a command
        assert "ray" not in told.casefold().replace("photos", "")
        eventually(lambda: not any(engine.is_running() for engine in engines))
        with started(home, "s3://pictures", "stored", cluster) as stored:
            told, errors = stored.communicate(timeout=PATIENCE_SECONDS)
        assert stored.returncode == 0, errors
    for name, but in (("far", set[str]()), ("stored", {"source"})):
        documents = documents_of(home, name)
        assert documents.keys() == near.keys()
        assert len(list((home.outbox / f"@{name}").rglob("*.json"))) == len(near)
        for path, document in documents.items():
            one, other = (
                sidecar.model_dump(mode="json", exclude=set(MADE_ANEW) | but)
                for sidecar in (document, near[path])
            )
            assert is_alike(one, other), path
