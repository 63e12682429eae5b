"""The request that tells the engine which references count. Pure."""

from collections.abc import Collection, Mapping

from tasted.daemon.shared.work_queue import PresentLabels
from tasted.inbox.profiles import details_in_sidecars, label_folders_apart
from tasted.packing.entries import contents_there
from tasted.records import LedgerEntry
from tasted.rpc.messages import PublishTaste


def labels_request(
    update: PresentLabels,
    ledger: Mapping[str, LedgerEntry],
    *,
    without: Collection[str],
    not_by_chance: Collection[str] = (),
) -> PublishTaste:
    """Return the request to publish a taste for the references that are present.

    Args:
        update: what the scanner saw.
        ledger: what the sidecars prove: they tell which pictures are in the inbox, and which label
            folders are not of one person.
        without: paths of references that need not be learnt first.
        not_by_chance: content ids of pictures that were judged for what they are.
    """
    contents = contents_there(ledger)
    apart = label_folders_apart(
        update.paths,
        details_of=details_in_sidecars(ledger),
        texts=update.texts,
        marked=update.marked,
        unlike=update.unlike,
    )
    return PublishTaste(
        paths=update.paths,
        without=frozenset(without),
        apart=tuple(sorted(apart)),
        present=tuple(sorted(contents)),
        config_digest=update.config_digest,
        labels_digest=update.labels_digest,
        not_by_chance=tuple(sorted(not_by_chance)),
        upto_seq=update.upto_seq,
    )
