"""What a document keeps from the one before it, when both are of the same contents. Pure."""

from typing import Any

from tasted.outbox.sidecar import Sidecar

_BECAUSE_OF_TEXT = (
    "By its looks alone the verdict was: {}. Then the text in the picture was read, which counts "
    "here as well."
)
_WORDS = {"match": "match", "no_match": "no match", "unsure": "unsure", None: "none"}


def succeeding(sidecar: Sidecar, former: Sidecar | None) -> Sidecar:
    """Return a document with what it keeps from the one before it under the same path.

    That is when it was first scored, how long it took to look at the picture, and the verdict that
    it had before. Nothing is kept of other contents, or when one of the two is a failure.

    Args:
        sidecar: as the engine made it.
        former: what the outbox holds; None: nothing.
    """
    if sidecar.kind == "reference":
        return sidecar
    if former is None or not _are_of_the_same(sidecar, former):
        first = sidecar.first_scored_at or sidecar.scored_at
        return sidecar.model_copy(update={"first_scored_at": first})
    kept: dict[str, Any] = {"first_scored_at": former.first_scored_at or former.scored_at}
    if sidecar.kind == "profile" and sidecar.status == "scored":
        # the photos were looked at for their own documents
        kept |= {"timing_ms": former.timing_ms, "rescore_timing_ms": sidecar.timing_ms}
    elif sidecar.rescore_timing_ms:
        kept["timing_ms"] = former.timing_ms
    elif completes(sidecar, former):
        stages = former.timing_ms.keys() | sidecar.timing_ms.keys()
        kept["timing_ms"] = {
            stage: former.timing_ms.get(stage, 0) + sidecar.timing_ms.get(stage, 0)
            for stage in sorted(stages)
        }
    if None not in {former.verdict, sidecar.verdict} and former.verdict != sidecar.verdict:
        kept |= {"former_verdict": former.verdict, "verdict_changed_at": sidecar.scored_at}
        if completes(sidecar, former):
            kept["notes"] = [*sidecar.notes, _BECAUSE_OF_TEXT.format(_WORDS[former.verdict])]
    else:
        names = ("former_verdict", "verdict_changed_at")
        kept |= {name: getattr(former, name) for name in names}
    return sidecar.model_copy(update=kept)


def completes(sidecar: Sidecar, former: Sidecar | None) -> bool:
    """Return whether a document is the first one of its contents that counts their text."""
    return (
        former is not None
        and former.text_pending
        and not sidecar.text_pending
        and _are_of_the_same(sidecar, former)
    )


def has_new_verdict(sidecar: Sidecar) -> bool:
    """Return whether this score changed the verdict."""
    return sidecar.verdict_changed_at is not None and (
        sidecar.verdict_changed_at == sidecar.scored_at
    )


def _are_of_the_same(sidecar: Sidecar, former: Sidecar) -> bool:
    """Return whether both are of the same contents, and both scored or both failed."""
    if sidecar.status != former.status:
        return False
    if sidecar.source.sha256 is not None:
        return sidecar.source.sha256 == former.source.sha256
    return sidecar.ledger_entry().stamp.agrees(former.ledger_entry().stamp)
