"""Which profiles are due: those whose photos are done, and whose document tells of others. Pure.

A profile has a document of its own once all its pictures have theirs. Like everything, that is
derived: the document names the photos that it was made of.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet

from tasted.inbox.profiles import Folders, Profile, folder_of, profile_content_id
from tasted.inbox.reconcile import Reason, Task, is_to_be_tried_again
from tasted.plain_dataclass import dataclass
from tasted.records import Current, InboxFile, LedgerEntry, Part


@dataclass(frozen=True, slots=True)
class DueProfiles:
    """What one look means for profiles."""

    tasks: tuple[Task, ...]
    """Those that are due."""
    waiting: int
    """How many wait for their photos."""
    outdated: tuple[str, ...]
    """Folders whose document tells of what is no profile any more, though they are there."""
    moved: tuple[str, ...]
    """Folders that are gone, and whose photos have their document under another name."""
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
) -> DueProfiles:
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
    doubtful |= folders.undecided
    tasks: list[Task] = []
    present: list[tuple[Part, ...]] = []
    outdated: list[str] = []
    waiting = len(folders.undecided)
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
            same = entry is not None and entry.parts == parts and entry.has_text(profile.bio)
            attempts = entry.attempts if entry is not None and same else 0
            reason = Reason.PROFILE_AGAIN if same else Reason.PROFILE
            tasks.append(Task(profile.file, reason, attempts, photos=profile.photos, parts=parts))
    entries = [
        ledger[path]
        for path in ledger
        if path.endswith("/") and path not in folders.profiles and path not in doubtful
    ]
    lived_in = {folder_of(path) for path in files}
    outdated += [entry.path for entry in entries if entry.path in lived_in]
    gone = [entry for entry in entries if entry.path not in lived_in]
    # digests of all profiles, for the rare look that sees one gone
    there = {profile_content_id(_contents_of(parts)) for parts in present} if gone else set()
    moved = tuple(entry.path for entry in gone if entry.content_id in there)
    served = folders.profiles.keys() - doubtful - set(outdated)
    given_up = frozenset(path for path in forced if path.endswith("/")) - served
    return DueProfiles(tuple(tasks), waiting, tuple(outdated), moved, given_up)


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
        if entry.parts != parts or not entry.has_text(profile.bio):
            return True
        if entry.status == "error":
            return is_to_be_tried_again(entry, now=self.now, version=self.version)
        current = self.current
        return current is not None and (entry.embedder_fingerprint, entry.taste_fingerprint) != (
            current.embedder_fingerprint,
            current.taste_fingerprint,
        )
