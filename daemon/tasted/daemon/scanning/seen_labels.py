"""Which references count, as scans see them. Reads the list of unlike photos and model folders."""

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import Protocol

from tasted.config import Settings
from tasted.daemon.shared.config_digest import ConfigDigest
from tasted.daemon.shared.work_queue import PresentLabels
from tasted.home.layout import Home
from tasted.inbox.listing import Listing
from tasted.inbox.present_references import Presence, labels_digest, seen_references
from tasted.inbox.profiles import details_in_sidecars, label_folders_apart
from tasted.inbox.unlike_photos import UnlikePhotos
from tasted.records import FileStamp, InboxFile, LedgerEntry


class FollowsLabels(Protocol):
    """As `daemon.shared.catching_up.CatchingUp`."""

    def follow(
        self, present: Mapping[str, FileStamp], digest: str, *, missed: AbstractSet[str]
    ) -> None:
        """Take in which labels count."""

    def last_seq(self) -> int | None:
        """Return the number of the last event in the feedback log; None: unknown."""


class SeenLabels:
    """The labels of one home.

    Args:
        home: whose they are.
        answers: follows them; None: they are of no interest.
        version: of this tasted.
        patience_seconds: between two scans that agree on an absence.
    """

    def __init__(
        self,
        home: Home,
        answers: FollowsLabels | None = None,
        *,
        version: str,
        patience_seconds: float,
    ) -> None:
        self._answers = answers
        self._config_digest = ConfigDigest(home, version=version)
        self._unlike = UnlikePhotos(home.unlike_file)
        self._presence = Presence(patience_seconds=patience_seconds)
        self._last_seq: int | None = None
        """The last event before the scan looked: answers are logged before they are copied."""
        self._upto_seq: int | None = None

    @property
    def unlike(self) -> frozenset[frozenset[str]]:
        """The sets of photos that the engine found unlike, see `inbox.people`."""
        return self._unlike.current

    @property
    def missed(self) -> list[str]:
        """The references that the last scan missed, and that another one decides about."""
        return self._presence.missed

    @property
    def doubtful(self) -> bool:
        """As `Presence.doubtful`."""
        return self._presence.doubtful

    def begin(self) -> None:
        """Take in that a scan is about to look."""
        if self._answers is not None:
            self._last_seq = self._answers.last_seq()

    def look(
        self,
        listing: Listing,
        entries: Mapping[str, LedgerEntry],
        labelled: Iterable[str],
        *,
        settled: Mapping[str, InboxFile],
        settings: Settings,
        now: float,
    ) -> PresentLabels:
        """Say which references count, by what is settled or was learnt in this very state.

        Args:
            listing: what the scan saw.
            entries: what the sidecars prove.
            labelled: paths of the files in it that have a label.
            settled: the files that may be read.
            settings: that the engine is to use.
            now: monotonic seconds.
        """
        seen = seen_references(
            {path: listing.files[path] for path in labelled},
            entries,
            settled=settled.keys(),
            passed_over=listing.passed_over,
        )
        self._presence.look(seen, healthy=listing.healthy, now=now)
        present = self._presence.present
        texts = frozenset(listing.texts)
        unlike = self._unlike.current
        apart = label_folders_apart(
            present,
            details_of=details_in_sidecars(entries),
            texts=texts,
            marked=listing.marked,
            unlike=unlike,
        )
        digest = labels_digest(present, apart=apart)
        config_digest = self._config_digest.digest(settings)
        if None not in seen.values():
            # the copy of an answer that has not settled does not count yet
            self._upto_seq = self._last_seq
        return PresentLabels(
            tuple(present),
            digest,
            config_digest,
            texts,
            listing.marked,
            unlike,
            upto_seq=self._upto_seq,
        )

    def tell(self, labels: PresentLabels) -> None:
        """Tell which labels there are to whoever follows them."""
        if self._answers is not None:
            missed = frozenset(self._presence.missed)
            self._answers.follow(self._presence.present, labels.labels_digest, missed=missed)

    def again(self, labels: PresentLabels, settings: Settings) -> PresentLabels:
        """Return labels that have not changed, with the settings and the model as they are now."""
        config_digest = self._config_digest.digest(settings)
        if labels.config_digest == config_digest:
            return labels
        return replace(labels, config_digest=config_digest)
