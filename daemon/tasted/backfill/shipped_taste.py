"""What decides in a home, taken along: shipped by an engine, read anywhere. Touches one folder.

`ship_taste` starts an engine on the home, which reads and does not write there, so that a daemon
may be running. What it leaves in the folder needs no home: see `rpc.shipped_facts`.
"""

import io
import os
import zipfile
from pathlib import Path

from tasted import __version__
from tasted.config import Settings
from tasted.errors import EngineFailed
from tasted.home.layout import Home
from tasted.plain_dataclass import dataclass
from tasted.rpc.backfill_messages import ShipTaste
from tasted.rpc.client import EngineDiedError, EngineProcess
from tasted.rpc.engine_start import COMMAND, EngineStart
from tasted.rpc.messages import Hello
from tasted.rpc.shipped_facts import (
    ARRAYS,
    FACTS,
    HASHES,
    IGNORED,
    MODEL,
    VERDICTS,
    ShippedFacts,
    read_facts,
)
from tasted.system.files import private_folder, write_atomically
from tasted.system.priority import thread_count

_MEGABYTE = 1_000_000
_FILES = (ARRAYS, IGNORED, HASHES, VERDICTS, FACTS)


@dataclass(frozen=True, slots=True)
class ShippedTaste:
    """A taste that lies in a folder."""

    folder: Path
    facts: ShippedFacts

    @classmethod
    def read(cls, folder: Path) -> "ShippedTaste | None":
        """Return the taste in a folder; None when there is no whole one.

        Raises:
            TasteUnusable: when it is of another version of tasted.
        """
        facts = read_facts(folder)
        return cls(folder, facts) if facts is not None else None

    @property
    def is_whole(self) -> bool:
        """Whether everything is in it, so that another machine can score by it."""
        return self.facts.model_folder is None

    def to_bytes(self) -> bytes:
        """Return all files of the folder as one archive, not compressed, for another machine."""
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
            for file in _files_in(self.folder):
                archive.write(file, file.relative_to(self.folder).as_posix())
        return buffer.getvalue()

    @classmethod
    def unpacked(cls, data: bytes, folder: Path) -> "ShippedTaste":
        """Write what `to_bytes` gave into a folder, which is made.

        Raises:
            EngineFailed: when it is something else.
            OSError: when it cannot be written.
        """
        private_folder(folder)
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for name in archive.namelist():
                place = folder / name
                # a name from elsewhere leads nowhere but into the folder
                if name not in _FILES and place.parent != folder / MODEL:
                    continue
                private_folder(place.parent, below=folder)
                write_atomically(place, archive.read(name), durable=False)
        taste = cls.read(folder)
        if taste is None:
            raise EngineFailed("What was sent is no taste.")
        return taste


def ship_taste(
    home: Home,
    settings: Settings,
    folder: Path,
    *,
    logs: Path,
    has_model: bool = False,
    command: tuple[str, ...] = COMMAND,
) -> ShippedTaste:
    """Have an engine write what decides in a home now into a folder.

    Args:
        home: whose taste it is; read, and not written. Whoever wants the labels of this moment to
            count has them published before.
        settings: of the home.
        folder: gets the taste; made with its mode, and emptied of another one.
        logs: folder for the log of the engine: that of the home is the daemon's.
        has_model: whether the files of the model come along, for another machine.
        command: starts the engine; tests pass one of their own.

    Raises:
        ServiceFault: when nothing was published yet, or the library or the model does not serve.
        OSError: when the folder cannot be written.
    """
    private_folder(folder)
    for file in _files_in(folder):
        file.unlink()
    with engine_of(home, settings, logs=logs, command=command) as engine:
        try:
            engine.ask(ShipTaste(str(folder), has_model=has_model))
        except EngineDiedError as error:
            raise EngineFailed(
                f"The engine ended while it read the taste: {error}.",
                remedy="Close other programs if memory is short, and try again.",
            ) from error
    taste = ShippedTaste.read(folder)
    if taste is None:
        raise EngineFailed(f"The taste in {folder} is gone again.")
    return taste


def engine_of(
    home: Home, settings: Settings, *, logs: Path, command: tuple[str, ...] = COMMAND
) -> EngineProcess:
    """Return an engine, not yet started, that shares no lock and no log with another one.

    Args:
        home: that it reads, or a folder of its own.
        settings: threads, memory and deadline.
        logs: folder for its log and its last words; its parent must be there.
        command: starts it.
    """
    return EngineProcess(
        Hello(
            str(home.root),
            home.identity,
            settings,
            version=__version__,
            parent=os.getpid(),
            log_folder=str(logs),
        ),
        EngineStart(logs / "engine.stderr", thread_count(settings.engine.threads), command),
        deadline_seconds=settings.engine.deadline_seconds,
        max_memory_bytes=settings.engine.max_memory_mb * _MEGABYTE,
    )


def _files_in(folder: Path) -> list[Path]:
    places = (*(folder / name for name in _FILES), *(folder / MODEL).glob("*"))
    return [place for place in places if place.is_file()]
