"""What lies on the disk, by rules of its own: nothing of the daemon's reconciling is used.

Reads inbox, outbox, `.tasted` and the logs.
"""

import contextlib
import hashlib
import json
import os
import re
import stat
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import jsonschema

from chaos.journal import Key
from tasted.home.layout import Home
from tasted.home.status import read_current

_PAGE = "results.html"
SCHEMA_FILE = Path(__file__).parents[2] / "docs" / "sidecar.schema.json"
_SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".webp"})
_MAGIC = (b"\x89PNG", b"\xff\xd8\xff", b"RIFF")
_TEMPORARY = re.compile(r"\..*\.[0-9a-f]{8}\.tmp", re.DOTALL)
_EVENTS = ("judged", "kept", "removed", "events_lost")
_FAULT_POINT = re.compile(r"killed at fault point ([a-z_.]+)")


@dataclass(frozen=True, slots=True)
class Found:
    """A file of the inbox that must have a sidecar."""

    path: str
    content: str
    text: str | None
    """sha256 of the text beside it."""
    stamp: tuple[int, int, int]
    """Size, time and inode."""

    @property
    def teaches(self) -> bool:
        """Whether it lies in a label folder."""
        return self.path.startswith(("liked/", "rejected/"))


@dataclass(frozen=True, slots=True)
class Sidecar:
    """A document of the outbox that the published schema accepts."""

    place: str
    document: Mapping[str, Any]

    @property
    def path(self) -> str:
        """The file that it belongs to."""
        path: str = self.document["source"]["path"]
        return path

    @property
    def content(self) -> str | None:
        """The content that it tells of."""
        content: str | None = self.document["source"]["sha256"]
        return content

    @property
    def key(self) -> Key:
        """What it is a score of."""
        source, model = self.document["source"], self.document["model"] or {}
        return Key(
            source["sha256"],
            source["text_sha256"],
            model.get("taste_fingerprint"),
            model.get("embedder_fingerprint"),
        )


@dataclass(frozen=True, slots=True)
class Event:
    """A line of a log that the oracle needs."""

    at: float
    what: str
    path: str
    key: Key | None
    """None for an error, and for what was removed."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What lies on the disk when the last daemon has stopped."""

    files: Mapping[str, Found]
    sidecars: Sequence[Sidecar]
    """Those of files."""
    profiles: Sequence[Sidecar]
    """Those of folders."""
    bios: Mapping[str, str]
    """sha256 of the text of each folder that has one."""
    wrong: Mapping[str, str]
    """What else lies in the outbox, by place."""
    wrong_modes: Sequence[str]
    temporary: Sequence[str]
    current: Mapping[str, str]
    """The fingerprints that the engine published."""
    events: Sequence[Event]
    outbox_files: Mapping[str, bytes]
    """The bytes of what is wrong in the outbox."""


_LISTINGS_MAX = 50


class Inbox:
    """Lists the inbox; a file is hashed again only when its stamp has changed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._hashes: dict[tuple[str, tuple[int, int, int]], str] = {}

    def found(self) -> dict[str, Found]:
        """Return every file that must have a sidecar, by path.

        Raises:
            FileNotFoundError: when files were moved during each of many listings.
        """
        for _attempt in range(_LISTINGS_MAX):
            with contextlib.suppress(FileNotFoundError):
                # a command of the act before may still be moving files
                return self._found()
        return self._found()

    def _found(self) -> dict[str, Found]:
        files = {path.relative_to(self._folder).as_posix(): path for path in self._files()}
        texts = {name: path for name, path in files.items() if name.endswith(".txt")}
        pictures = {
            name: path
            for name, path in sorted(files.items())
            if name not in texts and _is_picture(path)
        }
        counts = Counter(path.parent for path in pictures.values())
        alone = {name for name, path in pictures.items() if counts[path.parent] == 1}
        return {
            name: self._look(name, path, texts, is_alone=name in alone)
            for name, path in pictures.items()
        }

    def _files(self) -> Iterator[Path]:
        for parent, folders, names in os.walk(self._folder):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            for name in names:
                path = Path(parent, name)
                if not name.startswith(".") and stat.S_ISREG(path.lstat().st_mode):
                    yield path

    def _look(self, name: str, path: Path, texts: Mapping[str, Path], *, is_alone: bool) -> Found:
        text = texts.get(Path(name).with_suffix(".txt").as_posix())
        if text is None and is_alone and "/" in name:
            # of several photos it is the text of them all
            text = texts.get(Path(name).with_name("bio.txt").as_posix())
        stamp = _stamp(path)
        return Found(
            name, self._hash(path, stamp), self._hash(text, _stamp(text)) if text else None, stamp
        )

    def _hash(self, path: Path, stamp: tuple[int, int, int]) -> str:
        known = (str(path), stamp)
        if known not in self._hashes:
            self._hashes[known] = hashlib.sha256(path.read_bytes()).hexdigest()
        return self._hashes[known]


def _stamp(path: Path) -> tuple[int, int, int]:
    status = path.lstat()
    return status.st_size, status.st_mtime_ns, status.st_ino


def _is_picture(path: Path) -> bool:
    if path.suffix:
        return path.suffix.casefold() in _SUFFIXES
    with path.open("rb") as stream:
        return stream.read(4).startswith(_MAGIC)


def read_outbox(outbox: Path) -> tuple[list[Sidecar], dict[str, str]]:
    """Return the valid sidecars, and what is wrong with everything else but a whole page."""
    schema = jsonschema.Draft202012Validator(json.loads(SCHEMA_FILE.read_bytes()))
    valid: list[Sidecar] = []
    wrong: dict[str, str] = {}
    for path in sorted(outbox.rglob("*")):
        place = path.relative_to(outbox).as_posix()
        if path.is_dir() and not path.is_symlink():
            continue
        if place == _PAGE and path.is_file() and not path.is_symlink():
            if not path.read_bytes().endswith(b"</html>\n"):
                wrong[place] = "is half a page"
            continue
        if path.is_symlink() or not path.is_file() or not path.name.endswith(".json"):
            wrong[place] = "is no sidecar"
            continue
        try:
            document = json.loads(path.read_bytes())
        except ValueError:
            wrong[place] = "is no JSON"
            continue
        error = jsonschema.exceptions.best_match(schema.iter_errors(document))
        if error is None:
            valid.append(Sidecar(place, document))
        else:
            wrong[place] = f"does not fit the schema: {error.message}"
    return valid, wrong


def wrong_modes(folder: Path) -> list[str]:
    """Return what below a folder others may read, or is not a plain private file."""
    found: list[str] = []
    for path in [folder, *sorted(folder.rglob("*"))]:
        status = path.lstat()
        wanted = 0o700 if stat.S_ISDIR(status.st_mode) else 0o600
        if not stat.S_ISLNK(status.st_mode) and stat.S_IMODE(status.st_mode) != wanted:
            found.append(f"{path} has mode {stat.S_IMODE(status.st_mode):o}")
    return found


def temporary_files(root: Path) -> list[str]:
    """Return what interrupted writes left anywhere below a folder."""
    return [str(path) for path in sorted(root.rglob(".*")) if _TEMPORARY.fullmatch(path.name)]


def read_events(logs: Path) -> list[Event]:
    """Return what the logs of both processes tell of files, in the order of time."""
    events = [
        Event(_seconds(line["timestamp"]), line["event"], line.get("path", ""), _key(line))
        for file in logs.glob("*.log*")
        for line in _lines(file)
        if line.get("event") in _EVENTS and not line.get("path", "").endswith("/")
    ]
    return sorted(events, key=lambda event: event.at)


def fault_points(logs: Path, stderr_file: Path) -> list[str]:
    """Return the names of the fault points that killed a process, once for each kill."""
    files = [file for file in (*logs.glob("tasted.log*"), stderr_file) if file.exists()]
    texts = [file.read_text("utf-8") for file in files]
    return [name for text in texts for name in _FAULT_POINT.findall(text)]


def _lines(file: Path) -> Iterator[dict[str, Any]]:
    for line in file.read_text("utf-8").splitlines():
        try:
            yield json.loads(line)
        except ValueError:
            # a process that is killed while it writes leaves half a line
            continue


def _seconds(timestamp: str) -> float:
    return datetime.fromisoformat(timestamp).timestamp()


def _key(line: Mapping[str, Any]) -> Key | None:
    if line["event"] not in {"judged", "kept"} or line.get("status", "scored") != "scored":
        return None
    return Key(line["content"], line["text"], line["taste"], line["embedder"])


def gather(home: Home, logs: Path, files: Mapping[str, Found]) -> Evidence:
    """Return what lies in a home and its logs, with the files of its inbox as they were found."""
    sidecars, wrong = read_outbox(home.outbox)
    current = read_current(home.current_file)
    return Evidence(
        files=files,
        sidecars=[sidecar for sidecar in sidecars if sidecar.document["kind"] != "profile"],
        bios={
            f"{file.parent.name}/": hashlib.sha256(file.read_bytes()).hexdigest()
            for file in home.inbox.glob("*/bio.txt")
        },
        profiles=[sidecar for sidecar in sidecars if sidecar.document["kind"] == "profile"],
        wrong=wrong,
        wrong_modes=sorted(
            {flaw for folder in (home.outbox, home.state, logs) for flaw in wrong_modes(folder)}
        ),
        temporary=temporary_files(home.root),
        current={}
        if current is None
        else {
            "embedder_fingerprint": current.embedder_fingerprint,
            "taste_fingerprint": current.taste_fingerprint,
        },
        events=read_events(logs),
        outbox_files={place: (home.outbox / place).read_bytes() for place in wrong},
    )
