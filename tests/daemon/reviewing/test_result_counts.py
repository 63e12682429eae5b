"""Results are counted when something changed, and more seldom where that takes long."""

from pathlib import Path

from kit.sidecars import failed, scored
from tasted.config import Settings
from tasted.daemon.reviewing.result_counts import ResultCounts
from tasted.daemon.shared.shared_state import SharedState
from tasted.outbox.ledger import Ledger
from tasted.outbox.sidecar_writer import Writer


class Clock:
    """A clock that goes on by itself while something is counted."""

    def __init__(self) -> None:
        self.now = 100.0
        self.step = 0.0

    def __call__(self) -> float:
        """Return the time."""
        self.now += self.step
        return self.now


def test_results_are_counted_by_verdict_and_answer(tmp_path: Path) -> None:
    """A content under two names is two results; an answer to what is gone counts for none."""
    shared = SharedState(Settings(), Ledger(tmp_path), None)
    writer = Writer(tmp_path, shared.ledger)
    first = scored("a.png", 0.9, number=2)
    writer.write(first)
    writer.write(scored("again.png", 0.9, number=2))
    writer.write(scored("no.png", 0.1, number=3, verdict="no_match", is_match=False))
    writer.write(failed("broken.png"))
    judged: set[str] = set()
    counts = ResultCounts(shared.ledger, judged=lambda: judged)
    assert counts.now() == {"match": 2, "no_match": 1, "error": 1}
    judged |= {str(first.source.sha256), "f" * 64}
    assert counts.now()["judged"] == 2


def test_a_large_outbox_is_not_counted_for_every_request(tmp_path: Path) -> None:
    """Counting takes a twentieth of the time at most, and nothing is missed in the end."""
    clock = Clock()
    shared = SharedState(Settings(), Ledger(tmp_path), None)
    writer = Writer(tmp_path, shared.ledger)
    counts = ResultCounts(shared.ledger, judged=tuple, clock=clock)
    clock.step = 1.0
    writer.write(scored("a.png", 0.9, number=1))
    assert counts.now() == {"match": 1}
    clock.step = 0.0
    writer.write(scored("b.png", 0.9, number=2))
    assert counts.now() == {"match": 1}
    clock.now += 30
    assert counts.now() == {"match": 2}
    counts.forget()
    assert counts.now() == {"match": 2}
