"""The door of Ray: a tree scored by the machines of a cluster. Touches the network of the cluster.

    files, in groups ─► Ray Data ─► one `RemoteScoring` an actor ─► answers ─► whoever asked

The taste is put into the cluster's own store once, and each actor takes it from there. A group
whose actor was killed is done again by another, and its answers come once; whoever writes them
writes by path. Nothing here starts a cluster. Ray trusts everybody who can reach it: it unpickles
what its machines send, here as on every one of them. It is for a network of one's own.
"""

import contextlib
import logging
import os
import re
import socket
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from typing import Any

from tasted import __version__
from tasted.backfill.remote_scoring import (
    RemoteOrder,
    RemoteScoring,
    packed_group,
    unpacked_answers,
    unpacked_group,
)
from tasted.backfill.scoring import Take
from tasted.backfill.shipped_taste import ShippedTaste
from tasted.errors import EngineFailed, UsageError
from tasted.inbox.reconcile import Task
from tasted.plain_dataclass import dataclass
from tasted.rpc.messages import Fault, FileScored
from tasted.system.installation import how_to_add

AUTO = "auto"
"""The cluster that this machine is part of."""
GROUP_MAX = 32
"""How many files travel together at most: what is done twice when a machine goes."""
_GROUPS_A_WORKER = 8
_PROBES_MAX = 3
_CONNECT_SECONDS = 5.0
_ADDRESS = re.compile(r"(?P<host>[A-Za-z0-9._-]+|\[[0-9A-Fa-f:]+\]):(?P<port>[0-9]{1,5})\Z")
_QUIET = {
    # what Ray tells its makers; a cluster that runs already was told by whoever started it
    "RAY_USAGE_STATS_ENABLED": "0",
    # errors are told here in our words, and stay in Ray's own logs; it would print them on stdout
    "RAY_BACKEND_LOG_LEVEL": "fatal",
    "RAY_DEDUP_LOGS": "1",
    "RAY_DEDUP_LOGS_SKIP_REGEX": "(?s).*",
}


@dataclass(frozen=True, slots=True)
class ClusterShape:
    """How the machines of a cluster are used."""

    machines: int
    workers: int
    cores: int
    """For each worker, so that all of them have their own."""


def cluster_shape(cores: Sequence[float], workers: int | None) -> ClusterShape:
    """Return how many cores each worker gets, so that all of them run at a time.

    Args:
        cores: of each machine.
        workers: how many are wanted; None: one on each machine.

    Raises:
        UsageError: when there are more workers than cores, or no machine at all.
    """
    usable = [int(count) for count in cores if count >= 1]
    wanted = len(usable) if workers is None else workers
    if not usable or wanted > sum(usable):
        raise UsageError(
            f"The cluster has {sum(usable)} cores, and {wanted} workers need one each.",
            remedy="Ask for fewer (--workers), or add machines: ray start --address=ADDRESS",
        )
    share = next(
        share
        for share in range(max(usable), 0, -1)
        if sum(count // share for count in usable) >= wanted
    )
    return ClusterShape(len(usable), wanted, share)


def check_address(address: str) -> tuple[str, int] | None:
    """Return host and port of an address; None for `auto`.

    Raises:
        UsageError: for anything else, above all for what makes Ray start a cluster by itself.
    """
    if address == AUTO:
        return None
    found = _ADDRESS.match(address)
    if found is None or not 0 < int(found["port"]) <= 65535:  # noqa: PLR2004 - of TCP
        raise UsageError(
            f"{address!r} is no address of a Ray cluster.",
            remedy="Name one as HOST:PORT, as `ray start --head` prints it; or `auto` for the one "
            "that this machine is part of. tasted starts none by itself.",
        )
    return found["host"].strip("[]"), int(found["port"])


class RayCluster:
    """A cluster that this process is connected to. See `connected`."""

    def __init__(self, ray: Any, shape: ClusterShape) -> None:
        self._ray = ray
        self._is_over = False
        self.shape = shape

    def score(
        self,
        taste: ShippedTaste,
        roots: Mapping[str, str],
        tasks: Sequence[Task],
        take: Take,
        *,
        is_overtaken: Callable[[], bool] = lambda: False,
    ) -> None:
        """Score files of a tree; they are answered in groups, in any order.

        Args:
            taste: by which they are scored; with its model, unless that is on every machine.
            roots: the places of the tree, folders that every machine sees or `s3://`, by the first
                part of the paths in it.
            tasks: from `tree_task`.
            take: called with each file that was scored, failed, is gone or was forgotten.
            is_overtaken: asked after each group: whether the rest is to be left.

        Raises:
            ServiceFault: when no file is at fault; it names the machine. What was taken is done.
        """
        if not tasks:
            return
        order = RemoteOrder(
            __version__,
            dict(roots),
            probes=tuple(tasks[at].file.path for at in _spread(len(tasks), _PROBES_MAX)),
            threads=self.shape.cores,
        )
        rows = [{"group": packed_group(group)} for group in self._groups(tasks)]
        store = self._ray.put(taste.to_bytes())
        scored = self._ray.data.from_items(rows, override_num_blocks=len(rows)).map_batches(
            _Actor,
            fn_constructor_args=(order.to_json(), store),
            batch_size=1,
            batch_format="numpy",
            compute=self._ray.data.ActorPoolStrategy(
                size=min(self.shape.workers, len(rows)), max_tasks_in_flight_per_actor=2
            ),
            num_cpus=self.shape.cores,
        )
        with contextlib.closing(_rows(scored)) as answered:
            try:
                for group, answers in answered:
                    take_all(group, answers, take)
                    if is_overtaken():
                        return
            except EngineFailed:
                if not self._is_over:
                    raise

    def interrupt(self) -> None:
        """Leave the cluster at once, from another thread, for good."""
        self._is_over = True
        self._ray.shutdown()

    def _groups(self, tasks: Sequence[Task]) -> Iterator[Sequence[Task]]:
        # small enough for every worker to have some, and for little to be done twice
        wanted = len(tasks) // (self.shape.workers * _GROUPS_A_WORKER)
        size = max(1, min(GROUP_MAX, wanted))
        for start in range(0, len(tasks), size):
            yield tasks[start : start + size]


@contextlib.contextmanager
def connected(address: str, *, workers: int | None = None) -> Iterator[RayCluster]:
    """Connect to a cluster that runs, for the length of the block.

    Args:
        address: HOST:PORT or `auto`; this machine must be part of the cluster.
        workers: how many engines are wanted; None: one on each machine.

    Raises:
        UsageError: when the address is none, or the cluster has not so many cores.
        EngineFailed: when Ray is not installed, or there is no such cluster.
    """
    place = check_address(address)
    os.environ.update(_QUIET)
    ray = _ray()
    if place is not None:
        _check_reachable(address, place)
    try:
        with _silence():
            ray.init(address=address, log_to_driver=False, logging_level=logging.CRITICAL)
    except Exception as error:  # whatever Ray raises, it means that there is no cluster for us
        raise EngineFailed(
            f"Ray does not connect to {address}: {_first_line(error)}",
            remedy=f"Make this machine part of the cluster, with the same versions of Python and "
            f"Ray: ray start --address={address if place else 'HOST:PORT'}",
        ) from error
    try:
        logging.getLogger("ray.data").setLevel(logging.CRITICAL)
        ray.data.DataContext.get_current().enable_progress_bars = False
        machines = [node["Resources"] for node in ray.nodes() if node["Alive"]]
        cores = [machine.get("CPU", 0.0) for machine in machines]
        yield RayCluster(ray, cluster_shape(cores, workers))
    finally:
        ray.shutdown()


class _Actor:
    """What Ray makes on a machine, and hands its groups to."""

    def __init__(self, order: str, taste: Any) -> None:
        self._scoring = RemoteScoring(order, _ray().get(taste))

    def __call__(self, batch: Mapping[str, Any]) -> dict[str, list[str]]:
        groups = [str(group) for group in batch["group"]]
        return {"group": groups, "answers": [self._scoring.score(group) for group in groups]}

    def __del__(self) -> None:
        scoring = getattr(self, "_scoring", None)
        if scoring is not None:
            scoring.close()


def _ray() -> Any:
    try:
        import ray  # noqa: PLC0415 - an extra, which takes half a second
        import ray.data  # noqa: PLC0415
    except ImportError as error:
        raise EngineFailed(
            f"Several machines need Ray, which cannot be loaded: {error}.",
            remedy=f"Install the extra `ray` here and on every machine. {how_to_add('ray')}",
        ) from error
    return ray


def _check_reachable(address: str, place: tuple[str, int]) -> None:
    # Ray itself would try for a minute
    try:
        socket.create_connection(place, timeout=_CONNECT_SECONDS).close()
    except OSError as error:
        raise EngineFailed(
            f"Nothing answers at {address}: {error.strerror or error}.",
            remedy="Start the cluster on its first machine: ray start --head; it prints the "
            "address.",
        ) from error


@contextlib.contextmanager
def _silence() -> Iterator[None]:
    """Drop what the native part of Ray says on descriptor 2 while it starts."""
    kept = os.dup(2)
    with open(os.devnull, "wb") as nowhere:  # noqa: PTH123 - of which the number is wanted
        os.dup2(nowhere.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


def _rows(scored: Any) -> Generator[tuple[str, str]]:
    """Yield groups and their answers as they come.

    Raises:
        EngineFailed: when Ray gives up.
    """
    batches = iter(scored.iter_batches(batch_size=None, batch_format="numpy", prefetch_batches=0))
    while True:
        try:
            batch = next(batches, None)
        except Exception as error:  # whatever Ray raises, the groups that came are done
            raise _failure(error) from error
        if batch is None:
            return
        yield from zip(map(str, batch["group"]), map(str, batch["answers"]), strict=True)


def take_all(group: str, answers: str, take: Take) -> None:
    """Hand on the answers for a group, each with its task.

    Args:
        group: as it was sent.
        answers: as a machine gave them.
        take: as of `RayCluster.score`.

    Raises:
        ServiceFault: what the machine could not do.
        EngineFailed: when it answered something else.
    """
    tasks = {task.file.path: task for task in unpacked_group(group)}
    for answer in unpacked_answers(answers):
        if isinstance(answer, Fault):
            raise answer.error()
        task = tasks.pop(answer.result.path, None) if isinstance(answer, FileScored) else None
        if task is None or not isinstance(answer, FileScored):
            raise EngineFailed("A machine of the cluster answered what was not asked.")
        take(task, answer.result)


def _failure(error: Exception) -> EngineFailed:
    text = str(error)
    if "No module named 'tasted" in text:
        return EngineFailed(
            "A machine of the cluster has no tasted.",
            remedy=f"Install tasted {__version__} with the extra `ray` on every machine, from the "
            "folder of the project. See docs/install.md there.",
        )
    return EngineFailed(
        f"Ray gave up: {_first_line(error)}",
        remedy="What was scored is kept: run the same command again. Ray's logs are in /tmp/ray.",
    )


def _first_line(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return (lines[0] if lines else type(error).__name__).rstrip(".") + "."


def _spread(count: int, wanted: int) -> list[int]:
    """Return a few indices over a range, the first and the last among them."""
    last = count - 1
    return sorted({last * step // max(1, wanted - 1) for step in range(wanted)})
