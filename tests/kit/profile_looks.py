"""Looks at folders of photos without a disk: what lies there, and what the sidecars prove of it."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from kit.inbox_files import inbox_file, stamp
from tasted.inbox.due_profiles import DueProfiles, look_at_profiles
from tasted.inbox.profiles import details_in_sidecars, folder_of, folders_of, profile_content_id
from tasted.inbox.reconcile import reconcile
from tasted.records import Companion, Current, InboxFile, LedgerEntry, Part

NOW = 1_000_000.0
VERSION = "0.1.0"
CURRENT = Current(
    embedder="pocket",
    embedder_fingerprint="e1",
    scorer="taste",
    taste="v1",
    taste_fingerprint="t1",
    config_digest="",
    labels_digest="",
    liked=1,
    rejected=1,
)
BIO = Companion("anna/bio.txt", stamp(50))


def many(folder: str, count: int) -> list[str]:
    """Return the paths of so many pictures."""
    return [f"{folder}{number:02}.png" for number in range(count)]


def listed(paths: Iterable[str]) -> dict[str, InboxFile]:
    """Return what a look saw; each file has a stamp of its own."""
    return {path: inbox_file(path, number) for number, path in enumerate(paths, 1)}


def entry_of(path: str, number: int, status: str = "scored", **fields: Any) -> LedgerEntry:
    """Return what a current sidecar proves; the content follows from the number."""
    is_error = status == "error"
    entry = LedgerEntry(
        path=path,
        status=status,
        stamp=stamp(number),
        companion=None,
        content_id=f"{number:064x}",
        text_id=None,
        embedder_fingerprint=None if is_error else "e1",
        taste_fingerprint=None if is_error else "t1",
        attempts=int(is_error),
        retry_at=None,
        tasted_version=VERSION,
    )
    return replace(entry, **fields)


class Look:
    """One look at two folders, all of whose photos are done, as a test wants it otherwise."""

    def __init__(self, *paths: str) -> None:
        self.files = listed(paths or [*many("anna/", 3), *many("bea/", 2), "alone.png"])
        self.ledger = {path: entry_of(path, file.stamp.inode) for path, file in self.files.items()}
        self.given: dict[str, Any] = {}

    def documented(self, folder: str, **fields: Any) -> LedgerEntry:
        """Let a profile have the document that its photos ask for."""
        paths = sorted(path for path in self.files if folder_of(path) == folder)
        entries = [self.ledger[path] for path in paths]
        parts = tuple(
            Part(entry.path, entry.content_id if entry.status == "scored" else None, entry.text_id)
            for entry in entries
        )
        contents = [part.content_id for part in parts if part.content_id is not None]
        given = {"parts": parts, "content_id": profile_content_id(contents), **fields}
        self.ledger[folder] = entry_of(folder, 1, **given)
        return self.ledger[folder]

    def content_of(self, file: InboxFile) -> str | None:
        """Return what the ledger proves of a file."""
        entry = self.ledger.get(file.path)
        return entry.content_id if entry is not None and entry.stamp == file.stamp else None

    def __call__(self, **given: Any) -> DueProfiles:
        """Look; what is not said is quiet, settled and current."""
        texts = given.pop("texts", {})
        folders = folders_of(
            self.files,
            texts,
            content_of=self.content_of,
            details_of=details_in_sidecars(self.ledger),
            marked=given.pop("marked", ()),
        )
        settled, current = given.get("settled", self.files), given.pop("current", CURRENT)
        tasks = reconcile(settled, self.ledger, current, now=NOW, version=VERSION)
        arguments = {
            "files": self.files,
            "settled": settled,
            "undone": {task.file.path for task in tasks} | given.pop("again", set()),
            "quiet": folders.profiles.keys(),
            "doubtful": frozenset(),
            "forced": frozenset(),
            "now": NOW,
            "version": VERSION,
            **given,
        }
        return look_at_profiles(folders, self.ledger, current, **arguments)


def due(looked: DueProfiles) -> list[str]:
    """Return the folders of the tasks."""
    return [task.file.path for task in looked.tasks]
