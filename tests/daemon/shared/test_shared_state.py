"""What the threads of the daemon share: the rate, and the paths that are scored again."""

from tasted.daemon.shared.shared_state import ForcedPaths, Throughput


def test_a_rate_needs_two_files() -> None:
    """One finished file says nothing about the next."""
    throughput = Throughput()
    assert throughput.per_minute() is None
    throughput.finished(1)
    assert throughput.per_minute() is None
    throughput.finished(4)
    rate = throughput.per_minute()
    assert rate is not None
    assert rate > 0


def test_a_forced_path_stays_until_it_is_scored_or_gone() -> None:
    """Adding counts all of them; what was handed out before stays as it was."""
    forced = ForcedPaths()
    assert forced.add(["a.png", "b.png"]) == {"a.png", "b.png"}
    before = forced.add(["c.png"])
    assert len(before) == 3
    forced.remove({"a.png", "unknown.png"})
    assert forced.keep_only({"b.png", "d.png"}) == {"b.png"}
    assert forced.paths == {"b.png"}
    assert len(before) == 3
