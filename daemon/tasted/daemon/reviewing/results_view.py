"""Results for the page and the API: lists in an order that stays, and single ones.

Reads sidecars. A list is chosen once and kept under a short name, so that going through its pages
never shows a result twice or passes over one, whatever is scored or judged meanwhile.
"""

import secrets
from collections import OrderedDict
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from tasted.daemon.reviewing.bodies import (
    Body,
    neighbour_bodies,
    result_id,
    row_body,
    view_bodies,
)
from tasted.daemon.reviewing.result_counts import ResultCounts
from tasted.errors import CommandError, NotFound
from tasted.home.switch_words import former_sentence
from tasted.outbox.ledger import Ledger
from tasted.outbox.results import Selection, further_reasons, parse_since, select_paths
from tasted.outbox.sidecar import Sidecar
from tasted.packing.entries import Entries
from tasted.packing.entry_rows import IS_FAILED, content_of, flags_of
from tasted.records import LedgerEntry
from tasted.rpc.review_messages import ListResults

LISTS_KEPT = 8
_ID_LENGTH = 64
_EVEN = 0.5


class ListExpired(CommandError):
    """A cursor names a list that is not kept any more."""

    code = "expired_cursor"


class AmbiguousId(CommandError):
    """The beginning of an id fits several results."""

    code = "ambiguous"


class ResultsView:
    """Shows what the ledger proves.

    Args:
        ledger: of the inbox, or of a backfill.
        version: returns the name of the version that decides there.
        judgement_of: returns the answer that stands for a content, as `liked` or `rejected`.
        etag_of: returns what names the answer that stands for a content.
        counts: of all results.
        embedder: returns the fingerprint of the model that decides there; None: any is shown.
        former: returns how many results are still those of a former model.
        among: the backfill, as `@photos`; "": the inbox.
    """

    def __init__(
        self,
        ledger: Ledger,
        *,
        version: Callable[[], str | None],
        judgement_of: Callable[[str], str | None],
        etag_of: Callable[[str], str],
        counts: ResultCounts,
        embedder: Callable[[], str | None] = lambda: None,
        former: Callable[[], int] = lambda: 0,
        among: str = "",
    ) -> None:
        self._ledger = ledger
        self._version = version
        self._embedder = embedder
        self._former = former
        self._among = among
        self._judgement_of = judgement_of
        self._etag_of = etag_of
        self._counts = counts
        self._lists: OrderedDict[str, list[str]] = OrderedDict()

    # ---- lists ------------------------------------------------------------------------

    def page(self, call: ListResults) -> Body:
        """Return a `ResultsAnswer`.

        Raises:
            ListExpired: when the cursor names no list that is kept.
            UsageError: when `since` is no time.
        """
        if call.cursor:
            name, start = self._found(call.cursor)
            paths = self._lists[name]
        else:
            name, start, paths = "", 0, self._chosen(call, self._ledger.entries)
        items: list[Body] = []
        at = start
        while at < len(paths) and len(items) < call.limit:
            # one whose sidecar is gone by now is passed over
            row = self._row(paths[at])
            items += [row] if row is not None else []
            at += 1
        if at < len(paths) and not name:
            # whoever sees everything at once has no use for it later
            name = self._kept(paths)
        others = self._former()
        return {
            "items": items,
            "next": f"{name}_{at}" if at < len(paths) else None,
            "version": self._version(),
            "counts": self._counts.now(),
            "former": others,
            "former_note": former_sentence(others),
        }

    def _found(self, cursor: str) -> tuple[str, int]:
        name, _, at = cursor.partition("_")
        if name not in self._lists or not at.isdecimal():
            raise ListExpired(
                "This list is not kept any more.", remedy="Ask again without a cursor."
            )
        self._lists.move_to_end(name)
        return name, int(at)

    def _chosen(self, call: ListResults, entries: Entries) -> list[str]:
        now = datetime.now(UTC)
        selection = Selection(
            verdicts=frozenset({call.verdict}) if call.verdict else frozenset(),
            since=parse_since(call.since, now=now) if call.since else None,
            embedder=self._embedder(),
            is_former=call.former,
        )
        paths = select_paths(entries, selection)
        if call.q or call.judged:
            paths = [path for path in paths if self._fits(call, path, entries)]
        if call.sort != "rank":
            paths.sort(key=_ORDERS[call.sort](entries))
        return paths

    def _kept(self, paths: list[str]) -> str:
        name = secrets.token_hex(8)
        self._lists[name] = paths
        while len(self._lists) > LISTS_KEPT:
            self._lists.popitem(last=False)
        return name

    def _fits(self, call: ListResults, path: str, entries: Entries) -> bool:
        if call.q:
            text = path if entries[path].name is None else f"{path} {entries[path].name}"
            if call.q.casefold() not in text.casefold():
                return False
        if not call.judged:
            return True
        judgement = self._judgement_of(result_id(path, entries[path].content_id))
        return call.judged in {judgement, "no" if judgement is None else "yes"}

    def _row(self, path: str) -> Body | None:
        sidecar = self._ledger.sidecar_of(path)
        return self.row_of(path, sidecar) if sidecar is not None else None

    def row_of(self, path: str, sidecar: Sidecar) -> Body:
        """Return the `ResultRow` of a document."""
        content = result_id(path, sidecar.source.sha256)
        return row_body(
            path,
            sidecar,
            judgement=self._judgement_of(content),
            etag=self._etag_of(content),
            among=self._among,
        )

    # ---- single ones ------------------------------------------------------------------

    def one(self, content: str, events: list[Body]) -> Body:
        """Return a `ResultAnswer`.

        Args:
            content: its whole id.
            events: about it, newest first.

        Raises:
            NotFound: when there is no such result.
        """
        path, sidecar = self.document(content)
        return {
            "result": self.row_of(path, sidecar),
            "reasons": further_reasons(sidecar) or list(sidecar.reasons),
            "neighbours": neighbour_bodies(sidecar),
            "views": view_bodies(sidecar),
            "events": events,
            "sidecar": sidecar.model_dump(mode="json"),
        }

    def document(self, content: str) -> tuple[str, Sidecar]:
        """Return path and document of a content.

        Raises:
            NotFound: when there is none.
        """
        for path in self.paths(content):
            sidecar = self._ledger.sidecar_of(path)
            if sidecar is not None:
                return path, sidecar
        raise _missing(content)

    def paths(self, content: str) -> list[str]:
        """Return the paths of a result, those that are there before those that are gone.

        Of a content that is a screenshot and a reference, the screenshot comes first.
        """
        ledger = self._ledger
        found = [
            entry for path in ledger.paths_of_content(content) if (entry := ledger.entry_of(path))
        ]
        found.sort(key=lambda entry: (entry.is_gone, entry.ranking_facts is None, entry.path))
        return [entry.path for entry in found] or self._failed(content)

    def _failed(self, content: str) -> list[str]:
        entries = self._ledger.entries
        return [
            path
            for path, row in entries.rows.items()
            if flags_of(row) & IS_FAILED
            and content_of(row) is None
            and result_id(path, None) == content
        ]

    def whole_id(self, beginning: str) -> str:
        """Return the id that begins like this.

        Raises:
            NotFound: when none does.
            AmbiguousId: when several do.
        """
        if len(beginning) == _ID_LENGTH:
            return beginning
        found = {content for content in self._ids() if content.startswith(beginning)}
        if not found:
            raise _missing(beginning)
        if len(found) > 1:
            raise AmbiguousId(
                f"{len(found)} results begin with {beginning}.", remedy="Give more digits."
            )
        return found.pop()

    def _ids(self) -> Iterator[str]:
        for path, row in self._ledger.entries.rows.items():
            content = content_of(row)
            if content is not None:
                yield content.hex()
            elif flags_of(row) & IS_FAILED:
                yield result_id(path, None)


def _missing(content: str) -> NotFound:
    return NotFound(f"There is no result {content[:8]}.", remedy="List them: GET /api/results")


def _by_date(entries: Entries) -> Callable[[str], tuple[float, str]]:
    def key(path: str) -> tuple[float, str]:
        facts = entries[path].ranking_facts
        if facts is None:
            return 0.0, path
        first = facts.first_scored_at
        return -(first if first is not None else facts.scored_at), path

    return key


def _by_doubt(entries: Entries) -> Callable[[str], tuple[bool, float, str]]:
    """Order by how unsure a score is; what has none comes last."""

    def key(path: str) -> tuple[bool, float, str]:
        figure = _figure(entries[path])
        return figure is None, abs((figure or 0.0) - _EVEN), path

    return key


def _figure(entry: LedgerEntry) -> float | None:
    facts = entry.ranking_facts
    if facts is None:
        return None
    return facts.confidence if facts.confidence is not None else facts.percentile


_ORDERS: dict[str, Callable[[Entries], Callable[[str], tuple[float | bool | str, ...]]]] = {
    "date": _by_date,
    "ask": _by_doubt,
}
