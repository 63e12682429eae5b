"""A scan of what stirred decides what a scan of everything decides, whatever happened before."""

import os
import shutil
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from kit.homes import home_with
from kit.inbox_files import PNG
from kit.sidecars import failed, scored
from tasted.config import load_settings
from tasted.daemon.scanning.scan import Scan
from tasted.daemon.shared.reporting import Reporter
from tasted.daemon.shared.shared_state import SharedState
from tasted.daemon.shared.status_file import StatusFile
from tasted.daemon.shared.work_queue import Batch, PresentLabels
from tasted.home.layout import Home
from tasted.inbox.listing import find_file
from tasted.outbox.ledger import Ledger
from tasted.outbox.sidecar import Sidecar, source_part
from tasted.outbox.sidecar_writer import Writer
from tasted.records import Current

WATCH = "[watch]\nrescan_seconds = 3600\n"
PATHS = (
    "a.png",
    "b.png",
    "c",
    "liked/d.png",
    "rejected/e.png",
    "anna/1.png",
    "anna/2.png",
    "anna/deep/3.png",
)
FOLDERS = ("anna", "bert", "liked/anna")
TEXTS = ("a.txt", "c.md", "anna/bio.txt", "README.txt", "liked/d.txt")
OTHERS = (".hidden", "film.mp4", "a.png.part", "anna/.not-a-profile", "b.png.aria2")


class Side:
    """One scanner of a home, with a ledger of its own; what it does to the outbox is only noted."""

    def __init__(self, home: Home, ledger: Ledger, status: StatusFile) -> None:
        chosen = load_settings(home, environment={}).settings
        # no time passes between two scans
        watch = chosen.watch.model_copy(update={"settle_seconds": 0.0})
        self.shared = SharedState(chosen.model_copy(update={"watch": watch}), ledger, None)
        self.reporter = Reporter(status, self.shared, version="0.1.0")
        self.did: set[tuple[str, object]] = set()
        self.scan = Scan(
            home,
            self.shared,
            reporter=self.reporter,
            remove_sidecar=lambda path: self.did.add((path, "removed")),
            mark_sidecar=lambda path, since: self.did.add((path, since is not None)),
            version="0.1.0",
            patience_seconds=0.0,
        )

    def look(self, hints: set[str], places: set[str], *, is_whole: bool) -> object:
        """Scan until nothing settles, and return what there is to do."""
        self.did.clear()
        for _look in range(3):
            self.scan.run(hints, places=places, is_whole=is_whole)
            hints, places = set(), set()
        self.did.clear()
        self.scan.run(hints, is_whole=is_whole)
        last = self.shared.last_scan
        return (
            self._waiting(),
            sorted(self.did, key=repr),
            dict(last.settled),
            last.labels,
            last.profiles,
            self.scan.is_settled,
            self.scan._is_undecided,
            self.reporter._plain,
        )

    def _waiting(self) -> list[object]:
        """Return what waits, by turn and path."""
        found: list[object] = []
        while work := self.shared.queue.take(1000, timeout=0):
            if isinstance(work, Batch):
                found += [(work.turn, replace(task, file=task.file)) for task in work.tasks]
            elif isinstance(work, PresentLabels):
                found.append(work)
            if len(found) > 1000:
                break
        self.shared.queue.done()
        return sorted(found, key=repr)


class ScanMachine(RuleBasedStateMachine):
    """Pictures, texts, sidecars and tastes change; one scanner is told of it, the other looks."""

    def __init__(self) -> None:
        super().__init__()
        self.root = Path(tempfile.mkdtemp(prefix="tasted-scan-"))
        self.home = home_with(self.root / "home", f'[embedder]\nmodel = "pocket"\n{WATCH}')
        ledger = Ledger.of(self.home)
        self.writer = Writer(self.home.outbox, ledger)
        self.ledger = ledger
        self.status = StatusFile(self.home)
        self.told = Side(self.home, ledger, self.status)
        self.looking = Side(self.home, Ledger(self.home.outbox), self.status)
        self.count = 0
        self.compare(set())

    def teardown(self) -> None:
        """Remove the home."""
        self.status.close()
        shutil.rmtree(self.root)

    def compare(self, hints: set[str], places: set[str] = frozenset()) -> None:  # type: ignore[assignment]
        """Both come to the same."""
        one = self.told.look(hints, places, is_whole=False)
        other = self.looking.look(hints, set(), is_whole=True)
        assert one == other

    def path(self, path: str) -> Path:
        """Return where a path of the inbox lies, its folder made."""
        file = self.home.inbox / path
        file.parent.mkdir(parents=True, exist_ok=True)
        return file

    @rule(path=st.sampled_from(PATHS), content=st.integers(0, 3))
    def put(self, path: str, content: int) -> None:
        """A picture comes, or is replaced."""
        folder = path.rpartition("/")[0]
        is_new = bool(folder) and not (self.home.inbox / folder).is_dir()
        self.path(path).write_bytes(PNG + bytes([content]))
        self.compare({path, *([f"{folder}/"] if is_new else [])})

    @rule(path=st.sampled_from(PATHS))
    def remove(self, path: str) -> None:
        """A picture goes."""
        (self.home.inbox / path).unlink(missing_ok=True)
        self.compare({path})

    @rule(path=st.sampled_from(PATHS), other=st.sampled_from(PATHS))
    def move(self, path: str, other: str) -> None:
        """A picture gets another name, and takes what it had there."""
        if (self.home.inbox / path).exists() and (self.home.inbox / other).parent.is_dir():
            os.replace(self.home.inbox / path, self.home.inbox / other)  # noqa: PTH105 - as mv does
            self.compare({path, other})

    @rule(path=st.sampled_from(TEXTS + OTHERS))
    def put_beside(self, path: str) -> None:
        """A text, or something else, comes or goes."""
        if not (self.home.inbox / path).parent.is_dir():
            return
        file = self.home.inbox / path
        if file.exists():
            file.unlink()
        else:
            file.write_text("words")
        self.compare({path})

    @rule(folder=st.sampled_from(["anna", "anna/deep"]))
    def remove_folder(self, folder: str) -> None:
        """A folder goes with all that is in it."""
        shutil.rmtree(self.home.inbox / folder, ignore_errors=True)
        self.compare({f"{folder}/", *(path for path in PATHS if path.startswith(folder))})

    @rule(path=st.sampled_from(PATHS), is_error=st.booleans(), taste=st.sampled_from("tu"))
    def finish(self, path: str, is_error: bool, taste: str) -> None:
        """A picture gets its sidecar."""
        file = find_file(self.home.inbox, path)
        if file is None:
            return
        number = (self.home.inbox / path).read_bytes()[-1] + 1
        source = source_part(path, file.stamp, file.companion, content_id=f"{number:064x}")
        document: Sidecar = failed(path) if is_error else scored(path)
        if file.label is not None and not is_error:
            document = document.model_copy(
                update={"kind": "reference", "status": "learnt", "verdict": None}
            )
        if document.model is not None:
            model = document.model.model_copy(update={"taste_fingerprint": taste})
            document = document.model_copy(update={"model": model})
        self.writer.write(document.model_copy(update={"source": source}), durable=False)
        self.compare(set())

    @rule(path=st.sampled_from(PATHS))
    def remove_sidecar(self, path: str) -> None:
        """A user removes a sidecar; the system tells of it."""
        place = self.ledger.place_of(path)
        if place is not None:
            (self.home.outbox / place).unlink()
            self.compare(set(), {str(place)})

    @rule(path=st.sampled_from(PATHS), is_gone=st.booleans())
    def mark(self, path: str, is_gone: bool) -> None:
        """What the scanner wants marked is marked."""
        self.writer.mark(path, datetime.now(UTC) if is_gone else None)
        self.compare(set())

    @rule(folder=st.sampled_from(FOLDERS), other=st.sampled_from(FOLDERS))
    def move_folder(self, folder: str, other: str) -> None:
        """A folder gets another name, perhaps below a label."""
        former, new = self.home.inbox / folder, self.home.inbox / other
        if former.is_dir() and not new.exists() and new.parent.is_dir():
            former.rename(new)
            self.compare({f"{folder}/", f"{other}/"})

    @rule(path=st.sampled_from(PATHS))
    def touch(self, path: str) -> None:
        """A picture gets other times."""
        if (self.home.inbox / path).exists():
            os.utime(self.home.inbox / path)
            self.compare({path})

    @rule(path=st.sampled_from(PATHS))
    def make_sidecar_again(self, path: str) -> None:
        """A user removes a sidecar, and takes it out of the bin."""
        place = self.ledger.place_of(path)
        if place is not None:
            file = self.home.outbox / place
            data = file.read_bytes()
            file.unlink()
            file.write_bytes(data)
            self.compare(set(), {str(place)})

    @rule()
    def wipe_outbox(self) -> None:
        """A user empties the outbox; the system tells of all that went."""
        outbox = self.home.outbox
        places = {str(file.relative_to(outbox)) for file in outbox.rglob("*")}
        for file in list(outbox.iterdir()):
            shutil.rmtree(file) if file.is_dir() else file.unlink()
        self.compare(set(), places)

    @rule(path=st.sampled_from(PATHS))
    def forget(self, path: str) -> None:
        """A command has what is known of a picture erased."""
        self.writer.remove_every(path)
        self.compare(set())

    @rule(taste=st.sampled_from("tu"))
    def publish(self, taste: str) -> None:
        """Another taste is published for the labels that are there."""
        labels = self.looking.shared.last_scan.labels
        if labels is None:
            return
        current = Current(
            embedder="pocket",
            embedder_fingerprint="e1",
            scorer="taste",
            taste=taste,
            taste_fingerprint=taste,
            config_digest=labels.config_digest,
            labels_digest=labels.labels_digest,
            liked=0,
            rejected=0,
        )
        for side in (self.told, self.looking):
            side.shared.taste.replace(current)
        self.compare(set())

    @rule(path=st.sampled_from(PATHS))
    def ask_again(self, path: str) -> None:
        """A command asks for another score."""
        for side in (self.told, self.looking):
            side.shared.forced.add({path})
        self.compare(set())


TestScan = ScanMachine.TestCase
TestScan.settings = settings(
    max_examples=8,
    stateful_step_count=12,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


def test_a_profile_that_rests_lets_the_scanner_rest(tmp_path: Path) -> None:
    """Its folder settles by a look at what stirred as well, and is not looked for ever after."""
    home = home_with(tmp_path / "home", f'[embedder]\nmodel = "pocket"\n{WATCH}')
    (home.inbox / "anna").mkdir()
    writer = Writer(home.outbox, Ledger(home.outbox))
    for path in ("anna/1.png", "anna/2.png"):
        (home.inbox / path).write_bytes(PNG + path.encode())
        file = find_file(home.inbox, path)
        assert file is not None
        source = source_part(path, file.stamp, None, content_id=None)
        writer.write(failed(path).model_copy(update={"source": source}))
    with StatusFile(home) as status:
        side = Side(home, Ledger(home.outbox), status)
        side.scan.run(set(), is_whole=True)
        assert side.shared.last_scan.profiles == {"anna/"}
        side.scan.run(set(), is_whole=False)
        side.scan.run(set(), is_whole=False)
        assert side.scan.seconds_to_next() > 1


def test_a_file_is_quiet_since_the_moment_that_a_scan_is_told(tmp_path: Path) -> None:
    """What a scan does before it looks does not make a picture wait longer."""
    home = home_with(tmp_path / "home", f'[embedder]\nmodel = "pocket"\n{WATCH}')
    (home.inbox / "a.png").write_bytes(PNG)
    with StatusFile(home) as status:
        side = Side(home, Ledger(home.outbox), status)
        watch = side.shared.settings.watch.model_copy(update={"settle_seconds": 100.0})
        side.shared.settings = side.shared.settings.model_copy(update={"watch": watch})
        told = time.monotonic() - 50.0
        side.scan.run({"a.png"}, now=told)
        assert 40 < side.scan.seconds_to_next() <= 50
        side.scan.run((), is_whole=False, now=told + 99.0)
        assert not side.shared.last_scan.settled
        side.scan.run((), is_whole=False, now=told + 100.0)
        assert dict(side.shared.last_scan.settled).keys() == {"a.png"}
