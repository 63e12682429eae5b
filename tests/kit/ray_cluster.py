"""A Ray cluster on this machine, loopback only, of two nodes that stand for two machines.

`python -m kit.ray_cluster FOLDER` runs one until its input ends. It prints its address and the pids
of its raylets as one line of JSON.
"""

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

NODES = 2
_STORE_BYTES = 80_000_000
LOOPBACK = {
    # with it Ray takes 127.0.0.1 for the address of this machine, also where it has another one
    "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",
    "RAY_USAGE_STATS_ENABLED": "0",
}


@dataclass(frozen=True)
class LocalCluster:
    """A cluster that runs."""

    address: str
    raylets: tuple[int, ...]


@contextlib.contextmanager
def local_cluster(environment: dict[str, str]) -> Iterator[LocalCluster]:
    """Run a cluster of two nodes for the length of the block.

    Args:
        environment: of its machines, `LOOPBACK` in it.
    """
    # sockets have short paths
    folder = Path(tempfile.mkdtemp(prefix="ray-"))
    command = [sys.executable, "-m", "kit.ray_cluster", str(folder)]
    own = {
        "PYTHONPATH": str(Path(__file__).parent.parent),
        "RAY_TMPDIR": str(folder),
        # Ray puts its workers 15 steps behind, and their engines go further from there: beside
        # other tests they would get no time for minutes
        "RAY_worker_niceness": "0",
    }
    # where Ray writes which cluster is the newest one; it takes for granted that this is there
    (folder / "ray").mkdir()
    with (folder / "stderr").open("wb") as stderr:
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=stderr,
            env={**environment, **own},
            text=True,
            # Linux shares its cores between sessions first (sched(7), autogroup): in one of its
            # own, bulk work does not stand behind other tests
            start_new_session=True,
        )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, (folder / "stderr").read_text("utf-8")
        told = json.loads(line)
        yield LocalCluster(told["address"], tuple(told["raylets"]))
    finally:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.close()
        process.stdout.close()
        process.wait(60)
        shutil.rmtree(folder, ignore_errors=True)


def main(folder: str) -> None:
    """Run a cluster until the input ends."""
    from ray.cluster_utils import Cluster  # noqa: PLC0415 - takes a second

    # what Ray prints is for people
    told = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    node = {"num_cpus": 1, "object_store_memory": _STORE_BYTES, "include_dashboard": False}
    cluster = Cluster(
        initialize_head=True,
        head_node_args={**node, "node_ip_address": "127.0.0.1", "temp_dir": folder},
    )
    for _ in range(NODES - 1):
        cluster.add_node(**node, node_ip_address="127.0.0.1")
    raylets = [
        info.process.pid
        for kept in cluster.list_all_nodes()
        for info in kept.all_processes["raylet"]
    ]
    print(json.dumps({"address": cluster.address, "raylets": raylets}), file=told, flush=True)
    sys.stdin.read()
    cluster.shutdown()


if __name__ == "__main__":
    main(sys.argv[1])
