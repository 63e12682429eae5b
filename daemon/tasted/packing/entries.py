"""The entries of a ledger by path, unpacked when they are asked for, and walks over them. Pure."""

from collections.abc import Callable, Iterator, Mapping
from collections.abc import Set as AbstractSet

from tasted.packing.entry_rows import (
    HAS_FACTS,
    IS_CHANGED,
    IS_GONE,
    IS_RETRIED,
    IS_WIDE,
    SharedTexts,
    content_of,
    embedder_number,
    facts_of,
    flags_of,
    status_of,
    unpacked_entry,
)
from tasted.records import LedgerEntry, RankingFacts


class Entries(Mapping[str, LedgerEntry]):
    """Rows as entries by path; each is unpacked when it is asked for.

    Args:
        rows: by path; whoever hands them over changes them no more.
        shared: their texts.
    """

    def __init__(self, rows: Mapping[str, bytes], shared: SharedTexts) -> None:
        self.rows = rows
        self.shared = shared

    def __getitem__(self, path: str) -> LedgerEntry:
        """Return the entry of a path; KeyError without one."""
        return unpacked_entry(path, self.rows[path], self.shared)

    def __iter__(self) -> Iterator[str]:
        """Iterate over the paths."""
        return iter(self.rows)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.rows)

    def __contains__(self, path: object) -> bool:
        """Tell whether a path has an entry, without unpacking it."""
        return path in self.rows


def ranked_rows(
    entries: Entries, *, embedder: str | None = None, is_former: bool = False
) -> Iterator[tuple[str, int, RankingFacts]]:
    """Yield path, flags and facts of every result; quicker than to unpack the entries.

    Args:
        entries: of all sidecars.
        embedder: the fingerprint of the model in force: what another one scored is left out, for
            figures of two models are of no one order. None: everything.
        is_former: instead only what another one scored.
    """
    number = entries.shared.number_of(embedder) if embedder is not None else None
    for path, row in entries.rows.items():
        if number is not None and is_former is not _is_of_another(entries, path, row, number):
            continue
        flags = flags_of(row)
        if flags & HAS_FACTS:
            if flags & (IS_WIDE | IS_CHANGED):
                facts = entries[path].ranking_facts
            else:
                facts = facts_of(row, flags)
            if facts is not None:
                yield path, flags, facts


def count_of_another(entries: Entries, embedder: str) -> int:
    """Return how many results of pictures that are there another model has scored.

    Args:
        entries: of all sidecars.
        embedder: the fingerprint of the model in force.
    """
    number = entries.shared.number_of(embedder)
    return sum(
        _is_of_another(entries, path, row, number) and not flags_of(row) & IS_GONE
        for path, row in entries.rows.items()
    )


def _is_of_another(entries: Entries, path: str, row: bytes, number: int) -> bool:
    own = embedder_number(row)
    if own == number:
        # nearly all of them, and a wide row has no number there
        return False
    flags = flags_of(row)
    if flags & IS_WIDE:
        entry = entries[path]
        fingerprint = entry.embedder_fingerprint
        is_scored = entry.status == "scored" and fingerprint is not None
        return is_scored and entries.shared.number_of(fingerprint) != number
    return status_of(flags) == "scored" and own != 0


def having_contents(
    ledger: Mapping[str, LedgerEntry], contents: AbstractSet[str]
) -> Iterator[tuple[str, LedgerEntry]]:
    """Yield the entries of some contents, given as hex."""
    if not isinstance(ledger, Entries):
        yield from ((path, entry) for path, entry in ledger.items() if entry.content_id in contents)
        return
    sought = {bytes.fromhex(content) for content in contents}
    for path, row in ledger.rows.items():
        if content_of(row) in sought:
            yield path, ledger[path]


def gone_entries(ledger: Mapping[str, LedgerEntry]) -> Iterator[tuple[str, LedgerEntry]]:
    """Yield the entries whose file is known to be gone."""
    return _flagged(ledger, IS_GONE, lambda entry: entry.is_gone)


def retried_entries(ledger: Mapping[str, LedgerEntry]) -> Iterator[tuple[str, LedgerEntry]]:
    """Yield the entries of what failed and is tried again at some time."""
    return _flagged(ledger, IS_RETRIED, lambda entry: entry.retry_at is not None)


def _flagged(
    ledger: Mapping[str, LedgerEntry], flag: int, is_meant: Callable[[LedgerEntry], bool]
) -> Iterator[tuple[str, LedgerEntry]]:
    if not isinstance(ledger, Entries):
        yield from ((path, entry) for path, entry in ledger.items() if is_meant(entry))
        return
    for path, row in ledger.rows.items():
        if flags_of(row) & flag:
            yield path, ledger[path]


def contents_there(ledger: Mapping[str, LedgerEntry]) -> set[str]:
    """Return the contents, as hex, of what is not known to be gone."""
    if not isinstance(ledger, Entries):
        found = {entry.content_id for entry in ledger.values() if not entry.is_gone}
        return {content for content in found if content is not None}
    contents: set[str] = set()
    for path, row in ledger.rows.items():
        flags = flags_of(row)
        if not flags & IS_GONE:
            packed = content_of(row)
            content = packed.hex() if packed is not None else None
            if flags & IS_WIDE:
                content = ledger[path].content_id
            if content is not None:
                contents.add(content)
    return contents
