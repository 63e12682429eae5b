"""Which folders are profiles, and which of them are due. Pure.

An immediate subfolder of the inbox with 2 to 12 pictures is one profile, and is named by its path
with the slash, `anna/`, which no file can have. It has a document of its own once all its pictures
have theirs. Like everything, that is derived: the document names the photos that it was made of.
"""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum

from tasted.inbox.naming import label_of
from tasted.inbox.reconcile import Reason, Task, is_to_be_tried_again
from tasted.records import Companion, Current, FileStamp, InboxFile, LedgerEntry, Part

PHOTOS_MIN = 2
PHOTOS_MAX = 12
_BIO = "bio.txt"


@dataclass(frozen=True, slots=True)
class Profile:
    """The pictures of one folder, told together."""

    folder: str
    """Relative to the inbox, with a slash at its end."""
    photos: tuple[InboxFile, ...]
    """2 to 12, sorted by path."""
    bio: Companion | None
    """The text of the folder."""

    @property
    def file(self) -> InboxFile:
        """The folder told like a file: its photos' bytes together, and the youngest time."""
        stamps = [photo.stamp for photo in self.photos]
        size = sum(stamp.size_bytes for stamp in stamps)
        stamp = FileStamp(size, max(stamp.modified_ns for stamp in stamps), 0)
        return InboxFile(self.folder, stamp, self.bio)


class Plain(StrEnum):
    """Why a folder with several pictures is no profile."""

    TOO_LARGE = "too_large"
    NESTED = "nested"


@dataclass(frozen=True, slots=True)
class Folders:
    """What the folders of the inbox are."""

    profiles: Mapping[str, Profile]
    """By folder."""
    plain: Mapping[str, Plain]
    """Folders of several pictures that are scored, or teach, each on its own."""


def folders_of(
    files: Mapping[str, InboxFile], texts: Mapping[str, Companion] | None = None
) -> Folders:
    """Sort the folders of the inbox, or those below the label folders, by what they are.

    Args:
        files: what a look saw, by path.
        texts: of folders, by folder.
    """
    known = texts or {}
    profiles: dict[str, Profile] = {}
    plain: dict[str, Plain] = {}
    for folder, paths in _several(files):
        why = _why_plain(folder, len(paths))
        if why is not None:
            plain[folder] = why
        elif label_of(folder) is None:
            photos = tuple(files[path] for path in paths)
            profiles[folder] = Profile(folder, photos, known.get(folder))
    return Folders(profiles, plain)


def label_groups(paths: Iterable[str]) -> dict[str, str | None]:
    """Return for each path of a reference the profile that it is a photo of: `liked/anna/`.

    A subfolder of a label folder with 2 to 12 pictures is one label. None is for a reference that
    teaches on its own: in the label folder itself, deeper, or in a folder of more pictures.

    Args:
        paths: of all references that are there, relative to the inbox: with some left out a large
            folder may look like a profile.
    """
    groups: dict[str, str | None] = dict.fromkeys(paths)
    for folder, members in _several(groups):
        if label_of(folder) is not None and _why_plain(folder, len(members)) is None:
            groups |= dict.fromkeys(members, folder)
    return groups


def profile_content_id(contents: Iterable[str]) -> str:
    """Return what stands for the content of a profile: a sha256 over those of its photos, as hex.

    The same photos in another order, or in another folder, are the same profile.
    """
    told = "\0".join(sorted(contents))
    return hashlib.sha256(b"tasted profile\0" + told.encode("ascii")).hexdigest()


def is_text_of_folder(path: str) -> bool:
    """Tell whether a text belongs to the folder that it lies in: `bio.txt`, in any letter case."""
    folder, slash, name = path.rpartition("/")
    return bool(slash) and name.casefold() == _BIO and _depth(f"{folder}/") == 1


def folder_of(path: str) -> str:
    """Return the folder of a path with its slash; empty at the top of the inbox."""
    return path[: path.rfind("/") + 1]


def _several(paths: Iterable[str]) -> Iterator[tuple[str, list[str]]]:
    """Yield the folders that directly hold several pictures, but for the label folders."""
    members: dict[str, list[str]] = defaultdict(list)
    for path in paths:
        members[folder_of(path)].append(path)
    for folder in sorted(members):
        if _depth(folder) > 0 and len(members[folder]) >= PHOTOS_MIN:
            yield folder, sorted(members[folder])


def _depth(folder: str) -> int:
    """Return how deep a folder lies below the inbox or below a label folder, where that is 0."""
    return folder.count("/") - (label_of(folder) is not None)


def _why_plain(folder: str, count: int) -> Plain | None:
    if _depth(folder) > 1:
        return Plain.NESTED
    return Plain.TOO_LARGE if count > PHOTOS_MAX else None


@dataclass(frozen=True, slots=True)
class Looked:
    """What one look means for profiles."""

    tasks: tuple[Task, ...]
    """Those that are due."""
    waiting: int
    """How many wait for their photos."""
    outdated: tuple[str, ...]
    """Folders whose document tells of what is no profile any more, though they are there."""
    moved: tuple[str, ...]
    """Folders that are gone, and whose photos have their document under another name."""
    orphans: int
    """How many documents are of folders that are gone, those that moved not counted."""
    given_up: frozenset[str] = frozenset()
    """Folders that a command wants done again, and that get no document."""


def look_at_profiles(
    folders: Folders,
    ledger: Mapping[str, LedgerEntry],
    current: Current | None,
    *,
    files: Mapping[str, InboxFile],
    settled: Mapping[str, InboxFile],
    undone: AbstractSet[str],
    quiet: Collection[str],
    doubtful: AbstractSet[str],
    forced: AbstractSet[str],
    now: float,
    version: str,
) -> Looked:
    """Compare the profiles of a look with what the outbox proves.

    Args:
        folders: what the folders are.
        ledger: what the sidecars prove, by path.
        current: what the engine published.
        files: what the look saw, by path.
        settled: those of them that are settled, by path.
        undone: paths of settled files that have no current sidecar.
        quiet: folders in which nothing stirs, their texts included.
        doubtful: folders of which the look may not have seen everything; nothing is done to them.
        forced: folders that a command wants done again.
        now: seconds since the epoch.
        version: of this tasted.
    """
    wish = _Wish(current, forced, now, version)
    tasks: list[Task] = []
    present: list[tuple[Part, ...]] = []
    outdated: list[str] = []
    waiting = 0
    for folder, profile in folders.profiles.items():
        if folder in doubtful:
            continue
        parts = _parts(profile.photos, ledger, settled, undone)
        entry = ledger.get(folder)
        if parts is None:
            waiting += 1
        elif all(part.content_id is None for part in parts):
            # each photo says itself why it cannot be scored
            outdated += [folder] * (entry is not None)
        elif not wish.is_due(profile, parts, entry):
            present.append(parts)
        elif folder not in quiet:
            waiting += 1
        else:
            same = entry is not None and entry.parts == parts and entry.companion == profile.bio
            attempts = entry.attempts if entry is not None and same else 0
            reason = Reason.PROFILE_AGAIN if same else Reason.PROFILE
            tasks.append(Task(profile.file, reason, attempts, photos=profile.photos, parts=parts))
    entries = [
        entry
        for path, entry in ledger.items()
        if entry.is_profile and path not in folders.profiles and path not in doubtful
    ]
    lived_in = {folder_of(path) for path in files}
    outdated += [entry.path for entry in entries if entry.path in lived_in]
    gone = [entry for entry in entries if entry.path not in lived_in]
    # digests of all profiles, for the rare look that sees one gone
    there = {profile_content_id(_contents_of(parts)) for parts in present} if gone else set()
    moved = tuple(entry.path for entry in gone if entry.content_id in there)
    served = folders.profiles.keys() - doubtful - set(outdated)
    given_up = frozenset(path for path in forced if path.endswith("/")) - served
    return Looked(tuple(tasks), waiting, tuple(outdated), moved, len(gone) - len(moved), given_up)


def _contents_of(parts: Sequence[Part]) -> list[str]:
    return [part.content_id for part in parts if part.content_id is not None]


def _parts(
    photos: Iterable[InboxFile],
    ledger: Mapping[str, LedgerEntry],
    settled: Mapping[str, InboxFile],
    undone: AbstractSet[str],
) -> tuple[Part, ...] | None:
    """Return what the photos' sidecars prove; None while one of them is not done."""
    parts: list[Part] = []
    for photo in photos:
        path = photo.path
        entry = ledger.get(path)
        if entry is None or path in undone or path not in settled:
            return None
        is_scored = entry.status == "scored"
        parts.append(
            Part(path, entry.content_id, entry.text_id) if is_scored else Part(path, None, None)
        )
    return tuple(parts)


@dataclass(frozen=True, slots=True)
class _Wish:
    """Decides whether a profile whose photos are done needs a new document."""

    current: Current | None
    forced: AbstractSet[str]
    now: float
    version: str

    def is_due(self, profile: Profile, parts: tuple[Part, ...], entry: LedgerEntry | None) -> bool:
        if entry is None or profile.folder in self.forced:
            return True
        if entry.parts != parts or entry.companion != profile.bio:
            return True
        if entry.status == "error":
            return is_to_be_tried_again(entry, now=self.now, version=self.version)
        current = self.current
        return current is not None and (entry.embedder_fingerprint, entry.taste_fingerprint) != (
            current.embedder_fingerprint,
            current.taste_fingerprint,
        )
