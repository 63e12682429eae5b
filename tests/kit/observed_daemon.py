"""A real daemon with another observer or another engine: `python -m kit.observed_daemon`.

`real` hears what watchdog hears; `null` hears nothing, so that looks alone find everything; `lying`
drops, doubles, delays and reorders what it hears, and tells of paths that never were.
"""

import argparse
import os
import random
import threading
from collections.abc import Callable, Collection
from functools import partial
from pathlib import Path

from kit import armed_engine, faulty_engine, pixel_engine, quick_engine
from tasted.config import load_settings
from tasted.daemon.scanning.watch import WatcherFactory
from tasted.daemon.starting import run_daemon
from tasted.errors import TastedError
from tasted.home.layout import Home
from tasted.inbox.watcher import Watcher
from tasted.rpc.engine_start import COMMAND
from tasted.system.logs import set_up_logs

Hint = Callable[[str], None]
OBSERVERS = ("real", "null", "lying")
ENGINES = {
    "quick": quick_engine.COMMAND,
    "pixel": pixel_engine.COMMAND,
    "armed": armed_engine.COMMAND,
    "faulty": faulty_engine.COMMAND,
    "real": COMMAND,
}
_DELAY_SECONDS_MAX = 0.3


class NullWatcher(Watcher):
    """Says that all is well, and nothing else ever."""

    def start(self, trees: list[Path], **_folders: Collection[Path]) -> None:
        """Do as if."""

    @property
    def healthy(self) -> bool:
        """Whether anybody notices."""
        return True


class Liar:
    """Passes on what it hears as it pleases; calls come on watchdog's thread."""

    def __init__(self, hint: Hint, *, seed: int) -> None:
        self._hint = hint
        self._random = random.Random(seed)
        self._kept: list[str] = []

    def heard(self, path: str) -> None:
        """Drop, double, keep back or invent."""
        self._kept.append(path)
        lie = self._random.random()
        if lie < 0.3:
            self._kept.pop()
        elif lie < 0.5:
            self._kept.append(path)
        elif lie < 0.6:
            self._kept.append(f"{path}.never-was.png")
        if self._random.random() < 0.5:
            delayed, self._kept = self._kept, []
            self._random.shuffle(delayed)
            delay = self._random.uniform(0, _DELAY_SECONDS_MAX)
            timer = threading.Timer(delay, lambda: [self._hint(late) for late in delayed])
            timer.daemon = True
            timer.start()


def watcher_factory(observer: str, *, seed: int) -> WatcherFactory:
    """Return what builds the watcher of this name."""
    if observer == "null":
        return NullWatcher
    if observer == "lying":
        return lambda hint, doubt: Watcher(Liar(hint, seed=seed).heard, doubt)
    return Watcher


def main() -> int:
    """Run until asked to stop."""
    parser = argparse.ArgumentParser()
    parser.add_argument("observer", choices=OBSERVERS)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--engine", choices=sorted(ENGINES), default="quick")
    parser.add_argument("--engine-option", action="append", default=[])
    parser.add_argument("--once", action="store_true")
    parser.add_argument("--saves-power", help="why this machine is to save power")
    chosen = parser.parse_args()
    home = Home(chosen.home.resolve())
    load = partial(load_settings, home, environment=os.environ)
    settings = load().settings
    set_up_logs(home.logs / "tasted.log", level="info", max_bytes=50_000_000, keep=1)
    try:
        run_daemon(
            home,
            settings,
            reload=lambda: load().settings,
            make_watcher=watcher_factory(chosen.observer, seed=chosen.seed),
            engine_command=(*ENGINES[chosen.engine], *chosen.engine_option),
            power=lambda: chosen.saves_power,
            until_idle=chosen.once,
        )
    except TastedError as error:
        return error.exit_code
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
