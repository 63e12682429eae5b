"""Starts `kit.pixel_engine` with a fault point from a list: `python armed_engine.py FILE`.

Each engine takes the first line of FILE, so that the engines of one daemon end at different places;
when the file is empty they end no more.
"""

import os
import sys
from pathlib import Path

from tasted.system.faultpoints import VARIABLE

COMMAND = (sys.executable, __file__)

if __name__ == "__main__":
    places = Path(sys.argv[1])
    first, *others = places.read_text("ascii").splitlines() or [""]
    places.write_text("\n".join(others), "ascii")
    engine = [sys.executable, str(Path(__file__).with_name("pixel_engine.py"))]
    os.execve(engine[0], engine, {**os.environ, VARIABLE: first})  # noqa: S606 - one pid for both
