"""Results for people, chosen and ordered from the outbox alone. Pure but for the reading."""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tasted.errors import UsageError
from tasted.outbox.ledger import sidecars
from tasted.outbox.sidecar import Sidecar, decoded_path
from tasted.records import FileStamp

_HEAD = re.compile(
    r"\A(?:Strong match|Match|No match|Unsure)"
    r"(?:(?:, \d+ %)?\.\Z|(?:, \d+ %)?: |(?:, \d+ %)?, (?!\d))"
)
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


@dataclass(frozen=True, slots=True)
class Selection:
    """Which results are wanted."""

    verdicts: frozenset[str] = frozenset()
    """`match`, `no_match`, `unsure`, `error`; empty means all."""
    since: datetime | None = None
    top: int | None = None
    leaves_out_rejected: bool = False
    """Whether a match that the user rejected is none for this list."""


def verdict_of(sidecar: Sidecar) -> str:
    """Return the verdict, or `error` for a file that has none."""
    return sidecar.verdict or "error"


def picture_path(sidecar: Sidecar) -> str:
    """Return the path of a sidecar's file, relative to the inbox, as the file system gives it."""
    return decoded_path(sidecar.source.path, sidecar.source.path_hex)


def told_of(sidecar: Sidecar) -> str:
    """Return the summary without verdict and figure, for where these stand already; may be ""."""
    rest = _HEAD.sub("", sidecar.summary, count=1)
    return rest[:1].upper() + rest[1:]


def photo_paths(sidecar: Sidecar) -> list[str]:
    """Return the paths of the photos of a profile that count; of anything else there are none."""
    return [
        decoded_path(part.path, part.path_hex) for part in sidecar.parts if part.sha256 is not None
    ]


def photo_count(sidecar: Sidecar) -> str:
    """Return how many photos of a profile count, and of how many: `3 photos`, `3 of 4 photos`."""
    counting, count = len(photo_paths(sidecar)), len(sidecar.parts)
    return f"{count} photos" if counting == count else f"{counting} of {count} photos"


def select(documents: Iterable[Sidecar], selection: Selection) -> list[Sidecar]:
    """Return the wanted results, best first: by confidence, else by rank, failures last.

    A profile is one result; its photos are told of in it, but for those that failed.
    """
    known = list(documents)
    # a profile that failed tells nothing of its photos
    scored = (document for document in known if document.error is None)
    told = {path for document in scored for path in photo_paths(document)}
    wanted = [
        document
        for document in known
        if document.kind != "reference"
        and picture_path(document) not in told
        and not (selection.leaves_out_rejected and _is_rejected_match(document))
        and (not selection.verdicts or verdict_of(document) in selection.verdicts)
        and (selection.since is None or document.scored_at >= selection.since)
    ]
    wanted.sort(key=_rank, reverse=True)
    return wanted[: selection.top]


def next_step(documents: Iterable[Sidecar]) -> str | None:
    """Return what the user can do for verdicts; None when there is one, or there is nothing to do.

    Args:
        documents: results; the last one that was scored knows what is missing now.
    """
    scored = [document for document in documents if document.error is None]
    if not scored or any(document.verdict in {"match", "no_match"} for document in scored):
        return None
    return max(scored, key=lambda document: document.scored_at).next


def _is_rejected_match(document: Sidecar) -> bool:
    return document.verdict == "match" and document.judgement == "rejected"


def percent(confidence: float | None) -> str:
    """Return a confidence for people: rounded down, as the summary has it."""
    return "-" if confidence is None else f"{math.floor(100 * confidence + 1e-9)}%"


def _rank(document: Sidecar) -> tuple[bool, float, float, float]:
    # a rank is told also where the labels do not identify a confidence, in the same order
    figures = (document.confidence_score, document.rank.percentile if document.rank else None)
    confidence = next((figure for figure in figures if figure is not None), None)
    physical = document.component_scores.physical if document.component_scores else None
    return (
        document.error is None,
        -1.0 if confidence is None else confidence,
        -1.0 if physical is None else physical,
        document.scored_at.timestamp(),
    )


def read_results(
    outbox: Path, selection: Selection, *, seen: dict[str, FileStamp] | None = None
) -> list[Sidecar]:
    """Read the outbox and return the wanted results, best first.

    Args:
        outbox: the folder.
        selection: which are wanted.
        seen: for following: what was read by an earlier call is passed over.

    Raises:
        OutboxUnwritable: when the outbox cannot be listed.
    """
    return select((sidecar for _place, sidecar in sidecars(outbox, seen=seen)), selection)


def parse_since(text: str, *, now: datetime) -> datetime:
    """Parse `30m`, `2h`, `3d`, `1w`, `2026-11-23` or `2026-11-23T17:00` into an aware time.

    Raises:
        UsageError: when the text is neither a span nor a time.
    """
    span = re.fullmatch(r"(\d{1,6})([mhdw])", text.strip())
    try:
        if span is not None:
            return now - timedelta(**{_UNITS[span[2]]: int(span[1])})
        moment = datetime.fromisoformat(text.strip())
        return moment if moment.tzinfo is not None else moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise UsageError(
            f"{text!r} is neither a span like 2h nor a time like 2026-11-23T17:00.",
            remedy="Give minutes, hours, days or weeks as 30m, 2h, 3d, 1w.",
        ) from error
