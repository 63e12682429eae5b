"""Between turns a thread may sleep as it likes; within one it is watched."""

from kit.waiting import eventually
from tasted.daemon.pulse import Pulse


def test_only_a_turn_takes_time() -> None:
    """It is busy from the beginning of a turn to its end."""
    pulse = Pulse()
    assert pulse.busy_seconds == 0
    with pulse.turn():
        eventually(lambda: pulse.busy_seconds > 0)
    assert pulse.busy_seconds == 0


def test_the_first_end_of_a_turn_is_told_once() -> None:
    """Not the beginning, and not the second one."""
    told: list[str] = []
    pulse = Pulse(on_first=lambda: told.append("first"))
    with pulse.turn():
        assert told == []
    assert told == ["first"]
    with pulse.turn():
        pass
    assert told == ["first"]
