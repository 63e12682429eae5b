"""Which pictures teach right now, from the label folders. Reads inbox and outbox.

The folders are the labels, so this needs neither library nor daemon. A folder of several photos in
a label folder is one label: see `inbox.profiles`.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tasted.errors import ItemError
from tasted.inbox.listing import list_inbox
from tasted.inbox.profiles import label_groups
from tasted.intake import Intake, Item
from tasted.outbox.ledger import Ledger
from tasted.records import InboxFile, Label, LedgerEntry, Origin, Reference


@dataclass(frozen=True, slots=True)
class Taught:
    """One label: a picture, or a profile of several."""

    path: str
    """Relative to the inbox; of a profile that of its folder, with the slash."""
    photos: tuple[Reference, ...]
    """At least one, all of one label."""

    @property
    def is_liked(self) -> bool:
        """Whether the label is `liked`."""
        return self.photos[0].label is Label.LIKED

    @property
    def is_brought(self) -> bool:
        """Whether the user brought it to teach, rather than judging what had been scored."""
        return all(each.origin is Origin.REFERENCE for each in self.photos)


@dataclass(frozen=True, slots=True)
class Found:
    """The labels, and what does not count among them."""

    taught: tuple[Taught, ...]
    """In the order of their paths; each content is in one of them."""
    contradictions: tuple[str, ...]
    """Paths of contents that lie in both folders: they count for neither."""
    repeated: int
    """Further files of a content that counts already."""
    unreadable: tuple[tuple[str, str], ...]
    """Path, and why."""
    brought: frozenset[str]
    """Contents that the user brought to teach, contradictions included: chosen by hand, they are no
    sample of the stream."""


def find_references(inbox: Path, outbox: Path, *, max_bytes: int) -> Found:
    """Look at both label folders.

    A file whose sidecar carries its stamp is not read: its content id stands there.

    Args:
        inbox: of the home.
        outbox: of the home; it may be missing.
        max_bytes: the largest file that is read.

    Raises:
        InboxUnavailable: when the inbox cannot be listed or read.
        OutboxUnwritable: when the outbox is there and cannot be listed.
    """
    entries = _entries(outbox)
    origins = _origins(entries)
    intake = Intake(inbox, max_bytes=max_bytes)
    by_content: dict[str, list[Reference]] = defaultdict(list)
    unreadable: list[tuple[str, str]] = []
    files = list_inbox(inbox).files
    labelled = sorted(path for path, file in files.items() if file.label is not None)
    for path in labelled:
        file = files[path]
        entry = entries.get(path)
        known = entry if entry is not None and entry.stamp == file.stamp else None
        try:
            content = (known.content_id if known is not None else None) or _read(intake, file)
        except ItemError as error:
            unreadable.append((path, error.message))
            continue
        if content is not None:
            origin = origins.get(content, Origin.REFERENCE)
            label = file.label or Label.LIKED
            by_content[content].append(Reference(content, path, label, origin))
    return _counted(by_content, tuple(unreadable), label_groups(labelled))


def _entries(outbox: Path) -> dict[str, LedgerEntry]:
    ledger = Ledger(outbox)
    if outbox.is_dir():
        ledger.refresh()
    return dict(ledger.entries)


def _origins(entries: dict[str, LedgerEntry]) -> dict[str | None, Origin]:
    scored = {each.content_id for each in entries.values() if each.status == "scored"}
    learnt = {each.content_id: each.origin for each in entries.values() if each.origin is not None}
    return {**dict.fromkeys(scored, Origin.FEEDBACK), **learnt}


def _read(intake: Intake, file: InboxFile) -> str | None:
    item = Item(file.path, label=file.label)
    read = intake.look(item)
    # gone, or changing just now
    if read is None or not intake.read(item, read):
        return None
    return read.content


def _counted(
    by_content: dict[str, list[Reference]],
    unreadable: tuple[tuple[str, str], ...],
    groups: Mapping[str, str | None],
) -> Found:
    taught: dict[str, list[Reference]] = defaultdict(list)
    contradictions: list[str] = []
    repeated = 0
    for references in by_content.values():
        if len({each.label for each in references}) > 1:
            contradictions += [each.path for each in references]
            continue
        first = references[0]
        taught[groups[first.path] or first.path].append(first)
        repeated += len(references) - 1
    return Found(
        taught=tuple(Taught(path, tuple(photos)) for path, photos in sorted(taught.items())),
        contradictions=tuple(sorted(contradictions)),
        repeated=repeated,
        unreadable=unreadable,
        brought=frozenset(
            content
            for content, references in by_content.items()
            if any(each.origin is Origin.REFERENCE for each in references)
        ),
    )
