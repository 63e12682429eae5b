"""What every runner of a peer is told and reports. Standard library only.

The clock is the system's monotonic one, the same for all processes, so that the time from the start
of a process can be told by whoever started it.
"""

import argparse
import importlib.metadata
import json
import time
from pathlib import Path


class Run:
    """One run of a peer: the first file alone, then all others.

    The options say which files, which model and how many threads.
    """

    def __init__(self) -> None:
        parser = argparse.ArgumentParser()
        parser.add_argument("--model", type=Path, required=True)
        parser.add_argument("--files", type=Path, required=True, help="a JSON list of paths")
        parser.add_argument("--work", type=Path, required=True, help="an empty folder")
        parser.add_argument("--threads", type=int, required=True)
        given = parser.parse_args()
        self.model: Path = given.model
        self.work: Path = given.work
        self.threads: int = given.threads
        self.files: list[str] = json.loads(given.files.read_text(encoding="utf-8"))
        self._marks: dict[str, float] = {}

    @property
    def vectors_file(self) -> Path:
        """Where the vectors go, as NumPy's rows in the order of the files."""
        return self.work / "vectors.npy"

    def mark(self, name: str) -> None:
        """Note that something is done: `ready`, `first` or `last`."""
        self._marks[name] = time.monotonic()

    def report(self, *packages: str) -> None:
        """Write the marks, and the versions of some packages, for whoever started this."""
        versions = {package: importlib.metadata.version(package) for package in packages}
        text = json.dumps({"marks": self._marks, "versions": versions})
        (self.work / "report.json").write_text(text, encoding="utf-8")
