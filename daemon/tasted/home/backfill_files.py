"""What is kept of each backfill, in `.tasted/backfills`. Touches that folder; decides nothing.

    NAME.json      this: which folders, by which taste, how far
    NAME.lock      held by the one process that works on it
    NAME/taste     the taste that it began with, see `rpc.shipped_facts`
    NAME/index     of its sidecars, as `ledger.index` for the inbox
    NAME/logs      of the command and of each engine
    NAME/engine-N  what an engine needs while it runs

Its sidecars lie in `outbox/@NAME`. Which file is done is told by them alone.
"""

import contextlib
import dataclasses
import json
import os
import re
import stat
from collections.abc import Iterator, Sequence
from dataclasses import field
from pathlib import Path

from tasted.errors import CommandError, OutboxUnwritable
from tasted.home.json_files import read_json
from tasted.home.json_records import record_from
from tasted.home.layout import Home
from tasted.plain_dataclass import dataclass
from tasted.system.files import private_folder, write_atomically
from tasted.system.process_lock import held_if_free, is_held

STORE_SCHEME = "s3://"
"""How the path of a root begins that is a place in an object store."""
_BYTES_MAX = 1_000_000
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]{0,63}")


class BackfillRuns(CommandError):
    """Another process works on this backfill."""

    code = "backfill_runs"
    exit_code = 75


@dataclass(frozen=True, slots=True)
class TreeRoot:
    """One folder of a tree."""

    path: str
    """Absolute, links resolved, as the file system has it; or a place in an object store."""
    first: str
    """The first part of the paths in it; "" for the only folder of a tree."""


@dataclass(frozen=True, slots=True)
class BackfillState:
    """One backfill, as it was told last."""

    name: str
    roots: tuple[TreeRoot, ...]
    started_at: str
    """Of the first run, ISO 8601."""
    taste: str | None = None
    """By which it scores, as sidecars name it; None before it was shipped."""
    embedder: str | None = None
    found: int = 0
    """How many files the last look saw."""
    scored: int = 0
    failed: int = 0
    ended_at: str | None = None
    """When everything was done; None while something is left."""
    passed_over: dict[str, int] = field(default_factory=dict)
    """How many entries the last look passed over, by the reason; see `Listing.ignored`."""

    @property
    def left(self) -> int:
        """How many files were to be done when it was written."""
        return max(0, self.found - self.scored - self.failed)


@dataclass(frozen=True, slots=True)
class BackfillPlace:
    """Where one backfill keeps what.

    Args:
        home: whose it is.
        name: of it.
    """

    home: Home
    name: str

    @property
    def state_file(self) -> Path:
        """What is known of it."""
        return self.home.backfills / f"{self.name}.json"

    @property
    def lock_file(self) -> Path:
        """Held while a process works on it."""
        return self.home.backfills / f"{self.name}.lock"

    @property
    def folder(self) -> Path:
        """What it needs to go on."""
        return self.home.backfills / self.name

    @property
    def taste(self) -> Path:
        """The taste that it began with."""
        return self.folder / "taste"

    @property
    def index_file(self) -> Path:
        """What its sidecars prove, so that going on need not read them all."""
        return self.folder / "index"

    @property
    def logs(self) -> Path:
        """The logs of the command and of its engines."""
        return self.folder / "logs"

    def read(self) -> BackfillState | None:
        """Return what is known of it; None when there is nothing that this version understands."""
        value = read_json(self.state_file, max_bytes=_BYTES_MAX)
        state = record_from(BackfillState, value)
        if state is None or state.name != self.name or not _are_roots(state.roots):
            return None
        return state

    @property
    def is_kept(self) -> bool:
        """Whether anything is kept under its name, of whatever kind."""
        return any(map(os.path.lexists, (self.state_file, self.folder, self.lock_file)))

    def refuse_links(self) -> None:
        """Refuse to write through links: what they lead to would keep what is written.

        Raises:
            OutboxUnwritable: when a folder that it keeps something in is a link.
        """
        for folder in (
            self.folder,
            self.taste,
            self.taste / "model",
            self.logs,
            *self.logs.glob("engine-*"),
        ):
            if folder.is_symlink():
                raise OutboxUnwritable(
                    f"{folder} is a link.", remedy="Remove it; links are not used there."
                )

    def write(self, state: BackfillState) -> None:
        """Keep what is known of it.

        Raises:
            HomeGone: when the home is not at its place.
            OSError: when it cannot be written.
        """
        self.home.check()
        private_folder(self.home.backfills, below=self.home.root)
        text = json.dumps(dataclasses.asdict(state), indent=2)
        write_atomically(self.state_file, text.encode("ascii"))

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Be the one process that works on it while the block runs.

        Raises:
            BackfillRuns: when another one does.
            OutboxUnwritable: when there is something else in the place of its lock.
            OSError: when the lock cannot be made.
        """
        private_folder(self.home.backfills, below=self.home.root)
        if self.has_foreign_lock:
            raise OutboxUnwritable(
                f"{self.lock_file} is not a file.",
                remedy=f"Remove what is kept of this backfill: tasted backfill --forget "
                f"{self.name}",
            )
        with held_if_free(self.lock_file) as is_free:
            if not is_free:
                raise BackfillRuns(
                    f"The backfill {self.name} is running.",
                    remedy="End it with Ctrl-C where it runs, and try again.",
                )
            yield

    @property
    def has_foreign_lock(self) -> bool:
        """Whether something lies in the place of its lock that no process can hold."""
        try:
            return not stat.S_ISREG(self.lock_file.lstat().st_mode)
        except OSError:
            return False

    def is_held(self) -> bool:
        """Return whether a process works on it now."""
        return is_held(self.lock_file)


def _are_roots(roots: Sequence[TreeRoot]) -> bool:
    """Tell whether these can be the folders of a tree: what is edited becomes part of paths."""
    firsts = [root.first for root in roots]
    if len({first.casefold() for first in firsts}) != len(firsts):
        return False
    is_named = all(first not in {"", ".", ".."} and "/" not in first for first in firsts)
    is_tree = firsts == [""] or (is_named and bool(firsts))
    return is_tree and all(map(_is_root, roots))


def _is_root(root: TreeRoot) -> bool:
    try:
        named = os.fsencode(root.path + root.first)
    except UnicodeEncodeError:
        return False
    return b"\0" not in named and root.path.startswith(("/", STORE_SCHEME))


def is_backfill_name(name: str) -> bool:
    """Tell whether a backfill may have this name: it is part of paths and of options."""
    return _NAME.fullmatch(name) is not None


def backfill_places(home: Home) -> list[BackfillPlace]:
    """Return the backfills of a home that are known, in the order of their names."""
    names = sorted(file.stem for file in home.backfills.glob("*.json"))
    return [BackfillPlace(home, name) for name in names if is_backfill_name(name)]
