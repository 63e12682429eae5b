"""A backlog on several machines: `python -m bench.ray_backfill [--kills] [--rate R ...]`.

Nodes of a Ray cluster, of one core each, stand for machines. Measured: the processor time of a
picture by one engine, what a node does of what it could, and the processor time of a document on
the machine of the command, from Ray to the sidecar. Then the arithmetic for a million pictures on
1, 10 and 100 machines, for rates that were measured elsewhere (`--rate`, pictures a second of one
machine).

`--kills` measures nothing: in one run a worker is killed, and in another a whole node, and every
document must be there, once, and be that of one engine on this machine.
"""

import argparse
import contextlib
import logging
import os
import signal
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psutil
import structlog

from bench.homes import drawing, taught_home
from bench.processes import processor_seconds
from bench.table import Row
from tasted.backfill.keeping import DocumentKeeper
from tasted.backfill.progress import ProgressMeter
from tasted.backfill.ray_run import GROUP_MAX, connected, take_all
from tasted.backfill.remote_scoring import packed_answers, packed_group, unpacked_group
from tasted.backfill.scoring import TreeScoring, tree_task
from tasted.backfill.shipped_taste import ShippedTaste, ship_taste
from tasted.backfill.tree import Tree
from tasted.config import Settings, load_settings
from tasted.daemon.one_shot import publish_now
from tasted.home.backfill_files import TreeRoot
from tasted.home.ignored import IgnoredList
from tasted.home.layout import Home
from tasted.inbox.reconcile import Task
from tasted.outbox.ledger import Ledger
from tasted.outbox.sidecar import Sidecar
from tasted.outbox.sidecar_writer import Writer
from tasted.rpc.backfill_messages import WHOLE_TREE
from tasted.rpc.messages import FileResult, FileScored
from tests.kit.documents import MADE_ANEW, is_alike
from tests.kit.ray_cluster import LOOPBACK, LocalCluster, local_cluster

MILLION = 1_000_000
MACHINES = (1, 10, 100)
_DRAWN = 40
_REPEATS = 30
_TOGETHER_SECONDS = 0.1
_PLACES = ("mountain", "gym", "forest", "city")


@dataclass(frozen=True, slots=True)
class Paper:
    """What the arithmetic starts from."""

    pictures_a_second: float
    """Of one machine."""
    kept: float
    """Which part of that is left behind Ray."""
    start_seconds: float
    """From the command to the first document."""
    written_a_second: float
    """Documents that one core of the machine of the command takes in and writes."""


def hours(paper: Paper, machines: int, pictures: int = MILLION) -> float:
    """Return how long it takes: the slower of the machines and whoever writes, and both ends."""
    scored = machines * paper.pictures_a_second * paper.kept
    last_group = GROUP_MAX / (paper.pictures_a_second * paper.kept)
    seconds = paper.start_seconds + pictures / min(scored, paper.written_a_second) + last_group
    return seconds / 3600


def on_paper(paper: Paper, price: float) -> list[Row]:
    """Return the table for a million pictures.

    Args:
        paper: what was measured.
        price: of one machine for an hour.
    """
    rows = []
    for machines in MACHINES:
        took = hours(paper, machines)
        is_writing = machines * paper.pictures_a_second * paper.kept > paper.written_a_second
        rows.append(
            Row(
                f"a million pictures, {machines} machines of {paper.pictures_a_second:g}/s",
                f"{took:.1f} h",
                f"{took * machines:.0f} machine-hours, {took * machines * price:.0f} at "
                f"{price:g} an hour; the {'writer' if is_writing else 'machines'} set the pace",
            )
        )
    return rows


def measure(pictures: int, rates: Sequence[float], price: float, *, kills: bool) -> list[Row]:
    """Measure, and return the table."""
    os.environ.update(LOOPBACK)
    with (
        taught_home() as home,
        tempfile.TemporaryDirectory(prefix="tasted-bench-") as folder,
    ):
        settings = load_settings(home, environment={}).settings
        publish_now(home, settings)
        work = Path(folder)
        paths = _drawn_tree(work / "tree", pictures)
        taste = ship_taste(home, settings, work / "taste", logs=work / "logs", has_model=True)
        bench = _Bench(work, taste, settings, paths)
        alone = bench.alone()
        if kills:
            return [bench.killed("a worker", _kill_worker), bench.killed("a node", _kill_node)]
        with local_cluster({**os.environ, **LOOPBACK}) as cluster:
            node = bench.by_ray(cluster, 1)
            written = bench.written(cluster, home)
        kept = min(1.0, node.pictures_a_second * alone)
        paper = Paper(1.0, kept, node.first_seconds, 1 / written)
        rows = [
            Row("a picture, by one engine", f"{alone * 1e3:.1f} ms", "pocket, 512 x 512"),
            Row(
                "by a node of one core",
                f"{node.pictures_a_second:.1f}/s",
                f"by the clock; {kept:.2f} of what that core could do",
            ),
            Row(
                "a document, on the machine of the command",
                f"{written * 1e3:.2f} ms",
                f"{paper.written_a_second:.0f} a second by one core",
            ),
            Row(
                "from the command to the first document",
                f"{node.first_seconds:.1f} s",
                "of the clock",
            ),
            *bench.sizes(),
        ]
    for rate in rates:
        rows += on_paper(replace(paper, pictures_a_second=rate), price)
    return rows


def _drawn_tree(folder: Path, pictures: int) -> list[str]:
    """Write pictures, each with a content of its own: bytes after the end of a PNG say nothing."""
    drawn = [drawing(_PLACES[at % len(_PLACES)], at) for at in range(min(_DRAWN, pictures))]
    paths = []
    for number in range(pictures):
        path = folder / f"{number % 10}" / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(drawn[number % len(drawn)] + str(number).encode())
        paths.append(str(path.relative_to(folder)))
    return paths


@dataclass(frozen=True, slots=True)
class _Run:
    pictures_a_second: float
    """From the first answer to the last."""
    first_seconds: float
    """Of the clock, to the first document."""


class _Bench:
    def __init__(
        self, work: Path, taste: ShippedTaste, settings: Settings, paths: Sequence[str]
    ) -> None:
        self._work = work
        self._taste = taste
        engine = settings.engine.model_copy(update={"threads": 1})
        self._settings = settings.model_copy(update={"engine": engine})
        self._paths = paths
        self.documents: dict[str, Sidecar] = {}
        self.tasks: list[Task] = []

    def alone(self) -> float:
        """Score everything with one engine; return its processor time of a picture, in seconds."""
        tree = {"": self._work / "tree"}
        size = self._settings.engine.batch_size
        with TreeScoring(
            self._taste, tree, working=self._work / "engine", machine=self._settings
        ) as scoring:
            found = [scoring.find(path) for path in self._paths]
            self.tasks = [tree_task(file) for file in found if file is not None]
            counted = _Counted(self.documents)
            # the first batch pays for the model
            scoring.score(self.tasks[:size], counted.take)
            used = _used([scoring.engine.pid])
            for start in range(size, len(self.tasks), size):
                scoring.score(self.tasks[start : start + size], counted.take)
            return (_used([scoring.engine.pid]) - used) / (len(self.tasks) - size)

    def sizes(self) -> list[Row]:
        """Return what goes over the network."""
        count = len(self.tasks)
        asked = len(packed_group(self.tasks)) / count
        said = sum(len(document.to_json()) for document in self.documents.values()) / count
        return [
            Row("the taste, sent once a machine", f"{len(self._taste.to_bytes()) / 1e3:.0f} kB"),
            Row("a file as it is asked for, and its document", f"{asked:.0f} + {said:.0f} bytes"),
        ]

    def killed(self, what: str, kill: Callable[[LocalCluster], None]) -> Row:
        """Score everything by a cluster of which something is killed."""
        with local_cluster({**os.environ, **LOOPBACK}) as cluster:
            self.by_ray(cluster, 2, kill=kill)
        return Row(f"{what} killed", f"{len(self.tasks)} there", "once each, equal to 1e-6")

    def by_ray(
        self,
        cluster: LocalCluster,
        workers: int,
        *,
        kill: Callable[[LocalCluster], None] | None = None,
    ) -> _Run:
        """Score pictures by a cluster, and check every document."""
        tasks = self.tasks
        documents: dict[str, Sidecar] = {}
        counted = _Counted(documents)

        def take(task: Task, result: FileResult) -> None:
            counted.take(task, result)
            if kill is not None and len(documents) == len(tasks) // 3:
                kill(cluster)

        with connected(cluster.address, workers=workers) as machines:
            machines.score(self._taste, {"": str(self._work / "tree")}, tasks, take)
        assert counted.times == len(tasks), "a document came twice, or not at all"
        for path, document in documents.items():
            one, other = (
                sidecar.model_dump(mode="json", exclude=set(MADE_ANEW))
                for sidecar in (document, self.documents[path])
            )
            assert is_alike(one, other), path
        return _Run(counted.pictures_a_second, counted.first_seconds)

    def written(self, cluster: LocalCluster, home: Home) -> float:
        """Return the processor time of a document here, in seconds, where nothing is waited for.

        The machines answer at once what was answered before: with little to do, Ray's own threads
        here would be counted for waiting.
        """
        # it reads its variables when it is imported
        import ray.data  # noqa: PLC0415

        groups = [self.tasks[at : at + GROUP_MAX] for at in range(0, len(self.tasks), GROUP_MAX)]
        rows = [
            {
                "group": packed_group(group),
                "answers": packed_answers(
                    FileScored(FileResult(task.file.path, self.documents[task.file.path]))
                    for task in group
                ),
            }
            for group in groups
        ] * _REPEATS
        with connected(cluster.address, workers=2):
            answered = ray.data.from_items(rows, override_num_blocks=len(rows)).map_batches(
                _Echo,
                batch_size=1,
                batch_format="numpy",
                compute=ray.data.ActorPoolStrategy(size=2, max_tasks_in_flight_per_actor=2),
                num_cpus=1,
            )
            keeper, count, started = self._keeper(home), 0, 0.0
            for batch in answered.iter_batches(batch_size=None, prefetch_batches=0):
                if not started:
                    # it has begun to work
                    started = time.process_time()
                    continue
                if count % len(self.tasks) < GROUP_MAX:
                    keeper = self._keeper(home)
                for group, answers in zip(batch["group"], batch["answers"], strict=True):
                    take_all(str(group), str(answers), keeper.keep)
                    count += len(unpacked_group(str(group)))
            return (time.process_time() - started) / count

    def _keeper(self, home: Home) -> DocumentKeeper:
        outbox = Path(tempfile.mkdtemp(prefix="outbox-", dir=self._work))
        ledger = Ledger(outbox)
        return DocumentKeeper(
            Tree.of([TreeRoot(str(self._work / "tree"), WHOLE_TREE)]),
            Writer(outbox, ledger),
            ledger,
            IgnoredList(home.ignored_file),
            ProgressMeter(len(self.tasks), done=0, failed=0),
        )


class _Echo:
    """A machine that knows the answers."""

    def __call__(self, batch: dict[str, Any]) -> dict[str, Any]:
        return batch


class _Counted:
    """Keeps documents, and when the first of them came."""

    def __init__(self, documents: dict[str, Sidecar]) -> None:
        self._documents = documents
        self._started = time.perf_counter()
        self._came: list[float] = []
        self.times = 0
        self.first_seconds = 0.0

    def take(self, task: Task, result: FileResult) -> None:
        self.times += 1
        if self.times == 1:
            self.first_seconds = time.perf_counter() - self._started
        assert result.document is not None
        self._documents[task.file.path] = result.document
        self._came.append(time.perf_counter())

    @property
    def pictures_a_second(self) -> float:
        """From the first group of answers to the last; the first was done before it came."""
        first = self._came[0]
        later = [moment for moment in self._came if moment > first + _TOGETHER_SECONDS]
        return len(later) / (later[-1] - first)


def _used(pids: Sequence[int | None]) -> float:
    """Return the processor time of processes and all below them, in seconds."""
    used = 0.0
    for pid in pids:
        top = psutil.Process(pid)
        for process in (top, *top.children(recursive=True)):
            with contextlib.suppress(psutil.NoSuchProcess):
                used += processor_seconds(process)
    return used


def _workers(cluster: LocalCluster) -> list[int]:
    """Return the processes that hold an engine."""
    children = [child for pid in cluster.raylets for child in psutil.Process(pid).children()]
    return [child.pid for child in children if child.name().startswith("ray::MapW")]


def _kill_worker(cluster: LocalCluster) -> None:
    psutil.Process(_workers(cluster)[0]).send_signal(signal.SIGKILL)


def _kill_node(cluster: LocalCluster) -> None:
    # the head is the first; what it loses, nobody has
    psutil.Process(cluster.raylets[-1]).send_signal(signal.SIGKILL)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=int, default=400)
    parser.add_argument("--kills", action="store_true", help="kill a worker, and a node")
    parser.add_argument(
        "--rate", type=float, action="append", help="pictures a second of one machine"
    )
    parser.add_argument("--price", type=float, default=0.1, help="of a machine for an hour")
    asked = parser.parse_args()
    errors = structlog.make_filtering_bound_logger(logging.ERROR)
    structlog.configure(wrapper_class=errors)
    for row in measure(asked.pictures, asked.rate or [], asked.price, kills=asked.kills):
        print(row)


if __name__ == "__main__":
    main()
