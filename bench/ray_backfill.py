"""A backlog on several machines: `python -m bench.ray_backfill [--kills] [--rate R ...]`.

Two nodes of a Ray cluster, of one core each, stand for two machines. Measured: what is left of an
engine's rate behind Ray, how long it takes to begin, and how many documents the one machine that
writes them can take. Then the arithmetic for a million pictures on 1, 10 and 100 machines, for
rates that were measured elsewhere (`--rate`, pictures a second of one machine).

`--kills` measures nothing: in one run a worker is killed, and in another a whole node, and every
document must be there, once, and be that of one engine on this machine.
"""

import argparse
import logging
import math
import os
import signal
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import psutil
import structlog

from bench.homes import drawing, taught_home
from bench.table import Row
from tasted.backfill.keeping import DocumentKeeper
from tasted.backfill.progress import ProgressMeter
from tasted.backfill.ray_run import GROUP_MAX, connected, take_all
from tasted.backfill.remote_scoring import packed_answers, packed_group
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
    """Documents that the machine of the command takes in and writes."""


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
            one, two = bench.by_ray(cluster, 1), bench.by_ray(cluster, 2)
        written = bench.written(home)
        rows = [
            Row("one engine of one core, no Ray", f"{alone.pictures_a_second:.1f}/s"),
            *_of_ray(alone, one, two),
            Row("answers taken in and written as sidecars", f"{written:.0f}/s", "by one process"),
            *bench.sizes(),
        ]
        paper = Paper(
            1.0,
            min(1.0, one.pictures_a_second / alone.pictures_a_second),
            one.first_seconds,
            written,
        )
    for rate in rates:
        rows += on_paper(replace(paper, pictures_a_second=rate), price)
    return rows


def _of_ray(alone: "_Run", one: "_Run", two: "_Run") -> list[Row]:
    return [
        Row(
            "Ray, one machine of one core",
            f"{one.pictures_a_second:.1f}/s",
            f"{one.pictures_a_second / alone.pictures_a_second:.2f} of it",
        ),
        Row(
            "Ray, two machines of one core",
            f"{two.pictures_a_second:.1f}/s",
            f"{two.pictures_a_second / one.pictures_a_second:.2f} times one",
        ),
        Row("from the command to the first document", f"{one.first_seconds:.1f} s"),
    ]


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
    """From the first document to the last."""
    first_seconds: float


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

    def alone(self) -> _Run:
        """Score everything with one engine."""
        tree = {"": self._work / "tree"}
        with TreeScoring(
            self._taste, tree, working=self._work / "engine", machine=self._settings
        ) as scoring:
            found = [scoring.find(path) for path in self._paths]
            self.tasks = [tree_task(file) for file in found if file is not None]
            counted = _Counted(self.documents)
            size = self._settings.engine.batch_size
            for start in range(0, len(self.tasks), size):
                scoring.score(self.tasks[start : start + size], counted.take)
        return counted.run()

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
        kill: Callable[[LocalCluster], None] | None = None,
    ) -> _Run:
        """Score everything by a cluster, and check every document."""
        documents: dict[str, Sidecar] = {}
        counted = _Counted(documents)

        def take(task: Task, result: FileResult) -> None:
            counted.take(task, result)
            if kill is not None and len(documents) == len(self.tasks) // 3:
                kill(cluster)

        with connected(cluster.address, workers=workers) as ray:
            ray.score(self._taste, {"": str(self._work / "tree")}, self.tasks, take)
        assert counted.times == len(self.tasks), "a document came twice, or not at all"
        for path, document in self.documents.items():
            one, other = (
                sidecar.model_dump(mode="json", exclude=set(MADE_ANEW))
                for sidecar in (document, documents[path])
            )
            assert is_alike(one, other), path
        return counted.run()

    def written(self, home: Home) -> float:
        """Return how many documents a second come out of answers and lie on the disk."""
        tree = Tree.of([TreeRoot(str(self._work / "tree"), WHOLE_TREE)])
        outbox = Path(tempfile.mkdtemp(prefix="outbox-", dir=self._work))
        ledger = Ledger(outbox)
        meter = ProgressMeter(len(self.tasks), done=0, failed=0)
        ignored = IgnoredList(home.ignored_file)
        keeper = DocumentKeeper(tree, Writer(outbox, ledger), ledger, ignored, meter)
        groups = [self.tasks[at : at + GROUP_MAX] for at in range(0, len(self.tasks), GROUP_MAX)]
        answers = [
            (
                packed_group(group),
                packed_answers(
                    FileScored(FileResult(task.file.path, self.documents[task.file.path]))
                    for task in group
                ),
            )
            for group in groups
        ]
        started = time.perf_counter()
        for group, answer in answers:
            take_all(group, answer, keeper.keep)
        assert sum(1 for _ in outbox.rglob("*.json")) == len(self.tasks)
        return len(self.tasks) / (time.perf_counter() - started)


class _Counted:
    """Keeps documents, and when the first and the last came."""

    def __init__(self, documents: dict[str, Sidecar]) -> None:
        self._documents = documents
        self.times = 0
        self._came: list[float] = []
        self._started = time.perf_counter()

    def take(self, task: Task, result: FileResult) -> None:
        self.times += 1
        self._came.append(time.perf_counter())
        assert result.document is not None
        self._documents[task.file.path] = result.document

    def run(self) -> _Run:
        first, last = self._came[0], self._came[-1]
        # what came with the first answer came before the clock ran
        together = sum(moment - first < 0.05 for moment in self._came)
        seconds = max(last - first, math.ulp(1.0))
        return _Run((len(self._came) - together) / seconds, first - self._started)


def _kill_worker(cluster: LocalCluster) -> None:
    workers = [
        child
        for raylet in cluster.raylets
        for child in psutil.Process(raylet).children()
        if child.name().startswith("ray::MapW")
    ]
    workers[0].send_signal(signal.SIGKILL)


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
