"""One run: acts for some seconds, then healing, waiting, stopping, and the oracle's findings."""

import random
import signal
import time
from dataclasses import dataclass

from chaos import file_acts, oracle
from chaos.answers import wrong_answers
from chaos.evidence import Inbox, fault_points, gather, read_outbox
from chaos.journal import Journal
from chaos.lives import Lives, remaining_processes
from chaos.plan import LAST_ACTS, acts
from chaos.profiles import BLAMED, wrong_profiles
from chaos.stage import Stage
from chaos.world import World
from kit.waiting import eventually
from tasted.home.crash_reports import read_crash_reports

_IDLE_SECONDS = 180.0
_LASTING_SECONDS = 5.0
_POLL_SECONDS = 0.05
_STOCK = 40
_GONE_SECONDS = 30.0
KINDS = ("lost", "doubled", "invalid", "orphans", "vanished", "crashed")


@dataclass(frozen=True, slots=True)
class Findings:
    """What a run found out."""

    lost: list[str]
    doubled: list[str]
    invalid: list[str]
    orphans: list[str]
    vanished: list[str]
    crashed: list[str]
    journal: Journal
    files: int
    acts: int
    blamed: int
    overflows: int
    """How often the kernel's queue of events really overflowed."""
    points: list[str]
    light_mb: tuple[int, int]

    @property
    def violations(self) -> list[str]:
        """Every sentence, with its kind before it."""
        return [f"{kind}: {sentence}" for kind in KINDS for sentence in getattr(self, kind)]


def run(world: World, *, seconds: float, seed: int) -> Findings:
    """Let everything befall the daemon of a world for some seconds, and judge what is left."""
    journal = Journal(world.base / "journal.jsonl")
    listing = Inbox(world.home.inbox)
    with Lives(world, journal, random.Random(f"lives of {seed}")) as lives:
        stage = Stage(world, journal, lives, listing, random.Random(f"stock of {seed}"))
        _stock(stage)
        lives.begin(armed=False)
        _await_idle(lives, journal, lasting_seconds=1.0)
        first_mb = lives.light_mb()
        _act(stage, seconds, seed)
        lives.end(signal.SIGTERM)
        lives.begin(armed=False)
        _await_idle(lives, journal, lasting_seconds=1.0)
        blamed = _save_blamed_again(world, journal, listing)
        _end_with_calm(stage, seed)
        _await_idle(lives, journal)
        last_mb = lives.light_mb()
        lives.end(signal.SIGTERM)
    _await_nobody(world, journal)
    return _judged(world, journal, listing, blamed=blamed, light_mb=(first_mb, last_mb))


def _contents(listing: Inbox) -> dict[str, str]:
    return {path: file.content for path, file in listing.found().items()}


def _stock(stage: Stage) -> None:
    """Fill the inbox, so that from the first act on there are finished files to befall."""
    while len(stage.screenshots()) < _STOCK:
        file_acts.drop(stage)
    stage.journal.saw(_contents(stage.listing))


def _act(stage: Stage, seconds: float, seed: int) -> None:
    end = time.monotonic() + seconds
    for act, rng in acts(seed):
        if time.monotonic() >= end:
            return
        stage.journal.act += 1
        stage.rng = rng
        stage.lives.ensure()
        stage.journal.note("act", name=act.__name__)
        act(stage)
        stage.journal.saw(_contents(stage.listing))
        stage.pause(0, 0.15)


def _end_with_calm(stage: Stage, seed: int) -> None:
    """Let changes befall finished work, of which no change of labels makes everything anew."""
    for number, act in enumerate(LAST_ACTS):
        stage.journal.act += 1
        stage.rng = random.Random(f"last act {number} of {seed}")
        stage.journal.note("act", name=act.__name__)
        act(stage)
        stage.journal.saw(_contents(stage.listing))
        if not stage.lives.alive:
            stage.lives.begin(armed=False)


def _await_idle(
    lives: Lives, journal: Journal, *, lasting_seconds: float = _LASTING_SECONDS
) -> None:
    """Wait until the daemon has said for some seconds that nothing is left to do."""
    end = time.monotonic() + _IDLE_SECONDS
    since = time.monotonic()
    while time.monotonic() < end:
        time.sleep(_POLL_SECONDS)
        idle = lives.idle
        if not idle:
            since = time.monotonic()
        if not lives.alive:
            journal.crashes.append("the daemon died while nothing befell it")
            return
        if idle and time.monotonic() - since >= lasting_seconds:
            return
    journal.crashes.append(f"the daemon did not become idle in {_IDLE_SECONDS} s: {lives.status()}")


def _save_blamed_again(world: World, journal: Journal, listing: Inbox) -> int:
    """Do what the remedy says for good pictures that were blamed for the deaths of engines."""
    valid, _wrong = read_outbox(world.home.outbox)
    files = listing.found()
    blamed = [
        sidecar.path
        for sidecar in valid
        if sidecar.path in files
        and (sidecar.document["error"] or {}).get("code") in BLAMED
        and files[sidecar.path].content not in journal.codes
    ]
    for path in blamed:
        (world.home.inbox / path).touch()
    journal.note("blamed", paths=blamed)
    return len(blamed)


def _await_nobody(world: World, journal: Journal) -> None:
    try:
        eventually(lambda: not remaining_processes(world.home.root), within_seconds=_GONE_SECONDS)
    except AssertionError:
        pids = remaining_processes(world.home.root)
        journal.crashes.append(f"processes {pids} outlived the last daemon")


def _own_failures(world: World) -> list[str]:
    """Return a sentence for each failure of tasted itself: nothing that befalls it excuses one."""
    reports = read_crash_reports(world.home.crashes_file)
    return [" ".join(report.lines) for report in reports]


def _judged(
    world: World,
    journal: Journal,
    listing: Inbox,
    *,
    blamed: int,
    light_mb: tuple[int, int],
) -> Findings:
    evidence = gather(world.home, world.logs, listing.found())
    return Findings(
        lost=[*oracle.lost(evidence, journal), *wrong_profiles(evidence, journal)],
        doubled=oracle.doubled(evidence.events, journal.asks, journal.proofs),
        invalid=[
            *oracle.invalid(evidence, journal),
            *wrong_answers(world.home.feedback, evidence),
        ],
        orphans=oracle.orphans(evidence, journal),
        vanished=oracle.vanished(evidence, journal),
        crashed=[*journal.crashes, *_own_failures(world)],
        journal=journal,
        files=len(evidence.files),
        acts=journal.act,
        blamed=blamed,
        overflows=sum(event.what == "events_lost" for event in evidence.events),
        points=fault_points(world.logs, world.stderr_file),
        light_mb=light_mb,
    )
