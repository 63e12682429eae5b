"""What the harness did and when, for the oracle and for whoever reads the remains. Touches a file.

Times are seconds since the epoch, as in the logs of the daemon.
"""

import contextlib
import json
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Key:
    """What one score is a score of, and what it was made with."""

    content: str
    text: str | None
    taste: str | None
    embedder: str | None


@dataclass(frozen=True, slots=True)
class Ask:
    """An act of ours that asks for another score."""

    path: str | None
    """None asks for everything."""
    began: float
    ended: float


@dataclass(frozen=True, slots=True)
class Proof:
    """What the outbox proved at a time at which no daemon ran."""

    at: float
    keys: Mapping[str, Key]


@dataclass(frozen=True, slots=True)
class Held:
    """A path held a content from one act to another."""

    path: str
    content: str
    since: int
    until: int | None = None
    """The act after which it held it no longer; None until the end."""


@dataclass
class Journal:
    """Grows as the run goes on."""

    file: Path | None = None
    asks: list[Ask] = field(default_factory=list)
    proofs: list[Proof] = field(default_factory=list)
    past: list[Held] = field(default_factory=list)
    junk: dict[str, bytes] = field(default_factory=dict)
    """What we wrote over sidecars, by their place in the outbox."""
    codes: dict[str, frozenset[str]] = field(default_factory=dict)
    """Which errors a bad content may get, by content."""
    counts: Counter[str] = field(default_factory=Counter)
    skipped: set[str] = field(default_factory=set)
    crashes: list[str] = field(default_factory=list)
    act: int = 0
    released: set[str] = field(default_factory=set)
    """Contents whose last copy the user deleted or overwrote."""
    _holds: dict[str, Held] = field(default_factory=dict)

    def note(self, what: str, **details: object) -> None:
        """Write a line for whoever reads the remains."""
        if self.file is not None:
            line = {"at": time.time(), "act": self.act, "what": what, **details}
            with self.file.open("a", encoding="utf-8") as stream:
                stream.write(json.dumps(line, default=str) + "\n")

    @contextlib.contextmanager
    def asking(self, path: str | None) -> Iterator[None]:
        """Note that what the block does asks for another score."""
        began = time.time()
        try:
            yield
        finally:
            self.asks.append(Ask(path, began, time.time()))

    def saw(self, contents: Mapping[str, str]) -> None:
        """Take in which path holds which content after an act."""
        # what was taken out may be brought again
        self.released -= set(contents.values())
        for path, held in list(self._holds.items()):
            if contents.get(path) != held.content:
                self.past.append(Held(path, held.content, held.since, self.act))
                del self._holds[path]
        for path, content in contents.items():
            if path not in self._holds:
                self._holds[path] = Held(path, content, self.act)

    def let_go(self, contents: Iterable[str]) -> None:
        """Note that the user deletes or overwrites the last copies of contents."""
        self.released |= set(contents)

    @property
    def holds(self) -> list[Held]:
        """Every path that held a content, past and present."""
        return [*self.past, *self._holds.values()]
