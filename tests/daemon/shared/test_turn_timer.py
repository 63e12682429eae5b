"""Between turns a thread may sleep as it likes; within one it is watched."""

from dataclasses import dataclass

from tasted.daemon.shared.turn_timer import FIRST_TURN_SECONDS, TurnTimer


@dataclass
class Clock:
    """Shows what it is set to."""

    now: float = 0.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now


def test_only_a_turn_takes_time() -> None:
    """It is busy from the beginning of a turn to its end, and stuck when that is long."""
    clock = Clock()
    turn_timer = TurnTimer(clock)
    with turn_timer.turn():
        pass
    clock.now = 1000.0
    assert not turn_timer.is_stuck(60)
    with turn_timer.turn():
        assert not turn_timer.is_stuck(60)
        clock.now += 60
        assert turn_timer.is_stuck(60)
    assert not turn_timer.is_stuck(60)


def test_the_first_turn_has_the_time_to_read_a_large_outbox() -> None:
    """READY is said before it, so that systemd waits for signs of life by then."""
    clock = Clock()
    turn_timer = TurnTimer(clock)
    with turn_timer.turn():
        clock.now = FIRST_TURN_SECONDS - 1
        assert not turn_timer.is_stuck(60)
        clock.now = FIRST_TURN_SECONDS
        assert turn_timer.is_stuck(60)
