"""How the pauses of the scanner and the worker end."""

import sys
import threading

from tasted.daemon.shared.wakeups import ThreadWakeups


def test_a_hint_wakes_the_scanner_and_is_handed_over_once() -> None:
    """Hints from another thread arrive together; then nothing stirs until the next one."""
    wakeups = ThreadWakeups()
    waker = threading.Thread(target=lambda: [wakeups.hint(path) for path in ("a", "b", "a")])
    wakeups.pause_scanner(0)
    waker.start()
    waker.join()
    assert wakeups.pause_scanner(30) == (True, {"a", "b"})
    assert wakeups.pause_scanner(0) == (False, frozenset())
    wakeups.wake_scanner()
    assert wakeups.pause_scanner(30) == (True, frozenset())


def test_a_storm_of_hints_is_bounded() -> None:
    """Hints beyond a number are dropped: the scan sees everything anyway."""
    wakeups = ThreadWakeups()
    for number in range(11_000):
        wakeups.hint(str(number))
    assert len(wakeups.pause_scanner(0)[1]) == 10_000


def test_a_long_pause_gives_signs_of_life() -> None:
    """They come in between; a hint ends the pause, and the time does."""
    wakeups = ThreadWakeups()
    signs: list[str] = []

    def sign() -> None:
        signs.append("alive")
        if len(signs) == 3:
            wakeups.hint("a.png")

    woken = wakeups.pause_scanner(3600, every_seconds=0.01, meanwhile=sign)
    assert woken == (True, frozenset({"a.png"}))
    assert wakeups.pause_scanner(0.05, every_seconds=0.02, meanwhile=sign) == (False, frozenset())
    assert len(signs) == 5


def test_a_wakeup_ends_the_pause_of_the_worker() -> None:
    """A pause of an hour is over at once."""
    wakeups = ThreadWakeups()
    pause = threading.Thread(target=wakeups.pause_worker, args=(3600,))
    pause.start()
    wakeups.wake_worker()
    pause.join(20)
    assert not pause.is_alive()


def test_row_01_no_hint_is_lost_while_the_scanner_takes_what_there_is() -> None:
    """Several threads hint, and a look at what stirred sees nothing that it was not told of."""
    wakeups = ThreadWakeups()
    paths = {f"{number}.png" for number in range(3_000)}
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        hinting = threading.Thread(target=lambda: [wakeups.hint(path) for path in paths])
        placing = threading.Thread(target=lambda: [wakeups.hint_place(path) for path in paths])
        hinting.start()
        placing.start()
        hinted: set[str] = set()
        placed: set[str] = set()
        while hinting.is_alive() or placing.is_alive():
            hinted |= wakeups.pause_scanner(0)[1]
            placed |= wakeups.take_places()
    finally:
        sys.setswitchinterval(interval)
    assert hinted | wakeups.pause_scanner(0)[1] == paths
    assert placed | wakeups.take_places() == paths
