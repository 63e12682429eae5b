"""The labels as they are now, from the label folders. Reads inbox and outbox.

The folders are the labels, so this needs neither library nor daemon. A folder of several photos in
a label folder is one label: see `inbox.profiles`.
"""

from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

from tasted.engine.reading_files import InboxReader
from tasted.errors import ItemError
from tasted.inbox.listing import list_inbox
from tasted.inbox.people import Unlike
from tasted.inbox.profiles import details_in_sidecars, label_folders_apart, label_groups
from tasted.outbox.ledger import Ledger
from tasted.plain_dataclass import dataclass
from tasted.records import InboxFile, Label, LedgerEntry, Origin, Reference
from tasted.rpc.messages import RequestedFile


@dataclass(frozen=True, slots=True)
class LabelledItem:
    """One label: a picture, or a profile of several."""

    path: str
    """Relative to the inbox; for a profile the path of its folder, with the slash."""
    photos: tuple[Reference, ...]
    """At least one, all of one label."""

    @property
    def is_liked(self) -> bool:
        """Whether the label is `liked`."""
        return self.photos[0].label is Label.LIKED

    @property
    def is_curated(self) -> bool:
        """Whether the user chose it by hand, rather than judging a picture that had been scored."""
        return all(photo.origin is Origin.REFERENCE for photo in self.photos)


@dataclass(frozen=True, slots=True)
class FoundReferences:
    """The labels, and what does not count among them."""

    items: tuple[LabelledItem, ...]
    """In the order of their paths; each content is in one of them."""
    contradictions: tuple[tuple[str, ...], ...]
    """Paths of each content that lies in both folders: it counts for neither."""
    repeated: tuple[tuple[str, str], ...]
    """Paths of further files with a content that counts once, each with that which counts."""
    unreadable: tuple[tuple[str, str], ...]
    """Path, and why."""
    curated: frozenset[str]
    """Contents that the user chose by hand, contradictions included: they are not a sample of the
    stream."""
    present: frozenset[str]
    """Contents of everything that has a sidecar and is still in the inbox."""


def find_references(
    inbox: Path, outbox: Path, *, max_bytes: int, unlike: Unlike = ()
) -> FoundReferences:
    """Read both label folders.

    A file whose sidecar carries its stamp is not opened: the sidecar has its content id.

    Args:
        inbox: of the home.
        outbox: of the home; it may be missing.
        max_bytes: the largest file that is read.
        unlike: photos that the engine found unlike.

    Raises:
        InboxUnavailable: when the inbox cannot be listed or read.
        OutboxUnwritable: when the outbox is there and cannot be listed.
    """
    entries = _entries(outbox)
    origins = _origins(entries)
    reader = InboxReader(inbox, max_bytes=max_bytes)
    by_content: dict[str, list[Reference]] = defaultdict(list)
    unreadable: list[tuple[str, str]] = []
    listing = list_inbox(inbox)
    files = listing.files
    labelled = sorted(path for path, file in files.items() if file.label is not None)
    for path in labelled:
        file = files[path]
        entry = entries.get(path)
        known = entry if entry is not None and entry.stamp.agrees(file.stamp) else None
        try:
            content = (known.content_id if known is not None else None) or _read(reader, file)
        except ItemError as error:
            unreadable.append((path, error.message))
            continue
        if content is not None:
            origin = origins.get(content, Origin.REFERENCE)
            label = file.label or Label.LIKED
            by_content[content].append(Reference(content, path, label, origin))
    present = frozenset(
        entry.content_id
        for entry in entries.values()
        if entry.content_id is not None and not entry.is_gone
    )
    apart = label_folders_apart(
        labelled,
        details_of=details_in_sidecars(entries),
        texts=listing.texts,
        marked=listing.marked,
        unlike=unlike,
    )
    contents: dict[str, str | None] = dict.fromkeys(labelled)
    contents |= {
        reference.path: reference.content_id
        for references in by_content.values()
        for reference in references
    }
    return _counted(by_content, tuple(unreadable), label_groups(contents, apart=apart), present)


def _entries(outbox: Path) -> dict[str, LedgerEntry]:
    ledger = Ledger(outbox)
    if outbox.is_dir():
        ledger.refresh()
    return dict(ledger.entries)


def _origins(entries: dict[str, LedgerEntry]) -> dict[str | None, Origin]:
    scored = {entry.content_id for entry in entries.values() if entry.status == "scored"}
    learnt = {
        entry.content_id: entry.origin for entry in entries.values() if entry.origin is not None
    }
    return {**dict.fromkeys(scored, Origin.FEEDBACK), **learnt}


def _read(reader: InboxReader, file: InboxFile) -> str | None:
    requested = RequestedFile(file.path)
    opened = reader.stat(requested)
    # gone, or changing at this moment
    if opened is None or not reader.read(requested, opened):
        return None
    return opened.content_id


def _counted(
    by_content: dict[str, list[Reference]],
    unreadable: tuple[tuple[str, str], ...],
    groups: Mapping[str, str | None],
    present: frozenset[str],
) -> FoundReferences:
    photos: dict[str, list[Reference]] = defaultdict(list)
    contradictions: list[tuple[str, ...]] = []
    repeated: list[tuple[str, str]] = []
    for references in by_content.values():
        if len({reference.label for reference in references}) > 1:
            contradictions.append(tuple(reference.path for reference in references))
            continue
        first = references[0]
        photos[groups[first.path] or first.path].append(first)
        repeated += [(reference.path, first.path) for reference in references[1:]]
    return FoundReferences(
        items=tuple(LabelledItem(path, tuple(own)) for path, own in sorted(photos.items())),
        contradictions=tuple(sorted(contradictions)),
        repeated=tuple(sorted(repeated)),
        unreadable=unreadable,
        curated=frozenset(
            content
            for content, references in by_content.items()
            if any(reference.origin is Origin.REFERENCE for reference in references)
        ),
        present=present,
    )
