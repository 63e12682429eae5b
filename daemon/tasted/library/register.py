"""Which references there are and which of them count. Pure: the rows of a table, without vectors.

A content counts once, however many files it has, and not at all when it is in both folders. Of
several files of one content the one that was learnt first represents it.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import replace
from hashlib import sha256

from tasted.plain_dataclass import dataclass
from tasted.records import Label, Origin, Reference


@dataclass(frozen=True, slots=True)
class Entry:
    """A reference as stored in the table."""

    reference: Reference
    added: int
    """Position in the order of learning."""
    present: bool
    """Whether the file was in the inbox at the last comparison."""


class Register:
    """The entries by path; values derived from them are cached until a change."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._entries = {entry.reference.path: entry for entry in entries}
        self.changes = 0
        """Grows with every entry added or dropped."""
        self._counted: dict[str, Reference] | None = None
        self._twofold: frozenset[str] = frozenset()
        self._counts: dict[Label, int] | None = None
        self._labels: dict[str, set[Label]] | None = None
        self._origins: dict[str, Origin] | None = None
        self._digest: str | None = None

    def entry(self, path: str) -> Entry | None:
        """Return the entry of a path, present or not; None: not known."""
        return self._entries.get(path)

    def contents(self) -> dict[str, str]:
        """Return the content id of every entry, present or not, by path."""
        return {path: entry.reference.content_id for path, entry in self._entries.items()}

    def next_added(self) -> int:
        """Return the position of the next reference in the order of learning."""
        return 1 + max((entry.added for entry in self._entries.values()), default=-1)

    def present(self) -> list[Reference]:
        """Return the references whose files are in the inbox, in the order of learning."""
        entries = (entry for entry in self._entries.values() if entry.present)
        return [entry.reference for entry in sorted(entries, key=_learning_order)]

    def counted(self) -> dict[str, Reference]:
        """Return the references that count, by content id."""
        if self._counted is None:
            self._counted, self._twofold = _count(self.present())
        return self._counted

    def counts(self) -> dict[Label, int]:
        """Return how many contents count for each label; both labels are there."""
        if self._counts is None:
            found = Counter(reference.label for reference in self.counted().values())
            self._counts = {label: found[label] for label in Label}
        return dict(self._counts)

    def contradictions(self) -> frozenset[str]:
        """Return the content ids that are in both folders."""
        self.counted()
        return self._twofold

    def labels_of(self, content_id: str) -> frozenset[Label]:
        """Return which label folders hold a content."""
        if self._labels is None:
            self._labels = labels_by_content(self.present())
        return frozenset(self._labels.get(content_id, ()))

    def origin_of(self, content_id: str) -> Origin | None:
        """Return the origin of a content by the path that was learnt first; None: never learnt."""
        if self._origins is None:
            self._origins = {}
            for entry in sorted(self._entries.values(), key=_learning_order):
                self._origins.setdefault(entry.reference.content_id, entry.reference.origin)
        return self._origins.get(content_id)

    def digest(self) -> str:
        """Return the sha256 over content id, label and origin of all that count."""
        if self._digest is None:
            lines = sorted(
                f"{reference.content_id} {reference.label.value} {reference.origin.value}\n"
                for reference in self.counted().values()
            )
            self._digest = sha256("".join(lines).encode("ascii")).hexdigest()
        return self._digest

    def put(self, entries: Iterable[Entry]) -> None:
        """Enter or replace entries by path."""
        self._entries.update((entry.reference.path, entry) for entry in entries)
        self._forget_derived()

    def drop(self, path: str) -> None:
        """Drop a path."""
        self._entries.pop(path, None)
        self._forget_derived()

    def moved(self, paths: Collection[str]) -> list[Entry]:
        """Return the entries whose presence differs from `paths`, with the new presence."""
        here = set(paths)
        return [
            replace(entry, present=path in here)
            for path, entry in self._entries.items()
            if entry.present != (path in here)
        ]

    def _forget_derived(self) -> None:
        self.changes += 1
        self._counted = None
        self._counts = None
        self._labels = None
        self._origins = None
        self._digest = None


def _learning_order(entry: Entry) -> tuple[int, str]:
    return entry.added, entry.reference.path


def labels_by_content(present: Iterable[Reference]) -> dict[str, set[Label]]:
    """Return the labels of each content."""
    labels: dict[str, set[Label]] = {}
    for reference in present:
        labels.setdefault(reference.content_id, set()).add(reference.label)
    return labels


def _count(present: list[Reference]) -> tuple[dict[str, Reference], frozenset[str]]:
    labels = labels_by_content(present)
    twofold = frozenset(content for content, found in labels.items() if len(found) > 1)
    counted: dict[str, Reference] = {}
    for reference in present:
        if reference.content_id not in twofold:
            counted.setdefault(reference.content_id, reference)
    return counted, twofold
