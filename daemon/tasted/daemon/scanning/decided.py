"""What a scan decided, for the next one to keep, and what may be kept of it. Pure."""

from collections.abc import Collection
from collections.abc import Set as AbstractSet
from dataclasses import field

from tasted.config import Settings
from tasted.daemon.scanning.file_decisions import FileTasks
from tasted.daemon.shared.work_queue import PresentLabels
from tasted.inbox.due_profiles import DueProfiles
from tasted.inbox.listing import Listing
from tasted.inbox.naming import label_of
from tasted.inbox.profiles import Folders
from tasted.packing.entries import Entries, having_contents
from tasted.packing.entry_rows import content_of
from tasted.plain_dataclass import dataclass
from tasted.records import Current


@dataclass(slots=True)
class Decided:
    """What a scan decided, for the next one to keep."""

    current: Current | None
    settings: Settings
    unlike: frozenset[frozenset[str]]
    folders: Folders
    retry_at: float
    """When the next failure is tried again, in seconds since the epoch."""
    files: FileTasks = field(default_factory=FileTasks)
    profiles: DueProfiles = field(default_factory=lambda: DueProfiles((), 0, (), ()))
    labelled: set[str] = field(default_factory=set)
    """Paths of the files that have a label."""
    labels: PresentLabels | None = None
    forced: frozenset[str] = frozenset()


def may_be_of_a_folder(path: str) -> bool:
    """Tell whether a path is in a folder that is looked at as a whole, or is such a folder."""
    return path.count("/") > (label_of(path) is not None)


def moved_among(
    changed: Collection[str], absent: AbstractSet[str], listing: Listing, entries: Entries
) -> list[str]:
    """Return which paths are gone and have their content under another name, as of now.

    Args:
        changed: where something is another than at the last scan.
        absent: paths of sidecars whose file was not seen before.
        listing: what is there.
        entries: what the sidecars prove.
    """
    files = listing.files
    contents = {
        path: content
        for path in {*changed, *absent}
        if path not in files
        and path not in listing.passed_over
        and not path.endswith("/")
        and (row := entries.rows.get(path)) is not None
        and (content := content_of(row)) is not None
    }
    if not contents:
        return []
    # a move is complete when the second of both is seen: the old name gone, the new one done
    sought = {content.hex() for path, content in contents.items() if path in changed}
    done = [*having_contents(entries, sought)] if sought else []
    done += [(path, entry) for path in changed if (entry := entries.get(path)) is not None]
    there = {
        entry.content_id
        for path, entry in done
        if path in files and entry.stamp.agrees(files[path].stamp)
    }
    return [path for path, content in contents.items() if content.hex() in there]


def is_there(path: str, listing: Listing, folders: Folders) -> bool:
    """Tell whether there is a file, or a profile, at a path."""
    return path in listing.files or path in listing.passed_over or path in folders.profiles
