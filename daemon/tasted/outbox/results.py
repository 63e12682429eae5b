"""Results for people, chosen and ordered: sidecars in, sidecars and words out. Pure."""

import heapq
import re
from collections.abc import Collection, Iterable, Mapping
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime, timedelta
from typing import Any

from tasted.amounts import percent
from tasted.errors import UsageError
from tasted.outbox.sidecar import Sidecar, decoded_path
from tasted.packing.entries import Entries, ranked_rows
from tasted.packing.entry_rows import IS_FAILED, IS_GONE
from tasted.plain_dataclass import dataclass
from tasted.records import RankingFacts

_HEAD = re.compile(
    r"\A(?:Strong match|Match|No match|Unsure)"
    r"(?:(?:, \d+ %)?\.(?: |\Z)|(?:, \d+ %)?: |(?:, \d+ %)?, (?!\d))"
    r"|\AProbably (?:a match|not) \(\d+ %\), but "
)
_FIGURES = re.compile(r" \([-0-9., mean]+\)\Z")
_PENDING = "The text is still being read."
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


@dataclass(frozen=True, slots=True)
class Selection:
    """Which results are wanted."""

    verdicts: frozenset[str] = frozenset()
    """`match`, `no_match`, `unsure`, `error`; empty means all."""
    since: datetime | None = None
    """By when a picture was scored first, or with `changes` by when its verdict changed."""
    top: int | None = None
    leaves_out_rejected: bool = False
    """Whether a match that the user rejected is none for this list."""
    is_gone: bool = False
    """Whether results of pictures that are gone from the inbox are wanted, and no others."""
    changes: bool = False
    """Whether results are wanted whose verdict has changed and is none that the user gave."""
    embedder: str | None = None
    """The fingerprint of the model in force: figures of two models are of no one order, so what
    another one scored is left out. None: everything is wanted."""
    is_former: bool = False
    """Whether only what another model scored is wanted, with `embedder`."""


def verdict_of(sidecar: Sidecar) -> str:
    """Return the verdict, or `error` for a file that has none."""
    return sidecar.verdict or "error"


def verdict_words(sidecar: Sidecar) -> str:
    """Return the verdict as people say it: `strong match`, `match`, `no match`, `unsure`."""
    if sidecar.verdict is None:
        return "not scored"
    return "strong match" if sidecar.strong else sidecar.verdict.replace("_", " ")


def opinion_of(sidecar: Sidecar) -> str:
    """Return verdict and figure, as in `match, 96 %`."""
    figure = sidecar.confidence_score
    words = verdict_words(sidecar)
    return words if figure is None else f"{words}, {percent(figure)}"


def heading_of(sidecar: Sidecar) -> str:
    """Return who it is, `Anna, 29`, if the text says so; else the path of the file."""
    text = sidecar.extracted_data
    if text is None or not text.name:
        return sidecar.source.path
    return text.name if text.age is None else f"{text.name}, {text.age}"


def picture_path(sidecar: Sidecar) -> str:
    """Return the path of a sidecar's file, relative to the inbox, as the file system gives it."""
    return decoded_path(sidecar.source.path, sidecar.source.path_hex)


def explanation_of(sidecar: Sidecar) -> str:
    """Return what the summary adds to what stands beside it already; may be "".

    That is verdict and figure, and what to do for verdicts, which is said once for all results.
    """
    if sidecar.error is not None:
        return sidecar.error.message
    rest = _HEAD.sub("", sidecar.summary, count=1)
    if sidecar.next is not None and rest.rstrip(".").casefold() == sidecar.next.casefold():
        rest = ""
    rest = rest[:1].upper() + rest[1:]
    return " ".join(filter(None, (rest, _PENDING if sidecar.text_pending else "")))


def further_reasons(sidecar: Sidecar) -> list[str]:
    """Return the reasons that the summary does not give; figures are shown with the neighbours."""
    summary = sidecar.summary.casefold()
    return [
        reason for reason in sidecar.reasons if _FIGURES.sub("", reason).casefold() not in summary
    ]


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

    What the user has judged comes after what is still to be judged, likes before rejects.

    A profile is one result, and stands for its photos, except for those that failed.
    """
    known = [
        document for document in documents if (document.gone_since is not None) == selection.is_gone
    ]
    # a profile that failed does not stand for its photos
    scored = [document for document in known if document.error is None]
    in_profiles = {path for document in scored for path in photo_paths(document)}
    contents = {
        picture_path(document): {part.sha256 for part in document.parts if part.sha256 is not None}
        for document in scored
        if document.kind == "profile"
    }
    wanted = [
        document
        for document in known
        if document.kind != "reference"
        and picture_path(document) not in in_profiles
        and not is_copy_in(contents, picture_path(document), _scored_content(document))
        and not (selection.leaves_out_rejected and _is_rejected_match(document))
        and (not selection.verdicts or verdict_of(document) in selection.verdicts)
        and (not selection.changes or has_changed(document))
        and (selection.since is None or news_at(document, selection) >= selection.since)
    ]
    wanted.sort(key=_changed_last if selection.changes else _rank, reverse=True)
    return wanted[: selection.top]


def select_paths(
    entries: Entries, selection: Selection, *, among: Collection[str] | None = None
) -> list[str]:
    """Return the paths of what `select` chooses, by what the ledger holds of the sidecars.

    Args:
        entries: of all sidecars, or of those that are to be chosen from.
        selection: what is wanted.
        among: paths to choose from; None: all.
    """
    profiles = [entries[path] for path in entries if path.endswith("/")]
    known = [entry for entry in profiles if entry.is_gone == selection.is_gone]
    # a profile that failed does not stand for its photos
    scored = [entry for entry in known if entry.error_code is None]
    contents = {
        entry.path: {part.content_id for part in entry.parts if part.content_id is not None}
        for entry in scored
    }
    in_profiles = {
        part.path for entry in scored for part in entry.parts if part.content_id is not None
    }
    since = selection.since.timestamp() if selection.since is not None else None
    wanted: list[tuple[Any, ...]] = []
    for path, flags, facts in ranked_rows(
        entries, embedder=selection.embedder, is_former=selection.is_former
    ):
        if (flags & IS_GONE != 0) is not selection.is_gone or path in in_profiles:
            continue
        if (among is not None and path not in among) or not _is_wanted(facts, selection, since):
            continue
        is_scored = not flags & IS_FAILED
        if contents and path[: path.rfind("/") + 1] in contents:
            content = entries[path].content_id if is_scored else None
            if is_copy_in(contents, path, content):
                continue
        changed = (facts.verdict_changed_at or 0.0,) if selection.changes else ()
        wanted.append((*changed, *_rank_of(facts, is_scored=is_scored), -len(wanted), path))
    if selection.top is not None:
        wanted = heapq.nlargest(selection.top, wanted)
    else:
        wanted.sort(reverse=True)
    return [path for *_rank, path in wanted]


def _is_wanted(facts: RankingFacts, selection: Selection, since: float | None) -> bool:
    if (
        selection.leaves_out_rejected
        and facts.verdict == "match"
        and (facts.judgement == "rejected")
    ):
        return False
    if selection.verdicts and (facts.verdict or "error") not in selection.verdicts:
        return False
    if selection.changes and (facts.verdict_changed_at is None or facts.judgement is not None):
        return False
    return since is None or _news_at(facts, selection) >= since


def _news_at(facts: RankingFacts, selection: Selection) -> float:
    if selection.changes and facts.verdict_changed_at is not None:
        return facts.verdict_changed_at
    return facts.first_scored_at if facts.first_scored_at is not None else facts.scored_at


def _rank_of(facts: RankingFacts, *, is_scored: bool) -> tuple[bool, int, float, float, float]:
    confidence = facts.confidence if facts.confidence is not None else facts.percentile
    return (
        is_scored,
        _JUDGED[facts.judgement],
        -1.0 if confidence is None else confidence,
        -1.0 if facts.physical is None else facts.physical,
        facts.scored_at,
    )


def is_copy_in(contents: Mapping[str, AbstractSet[str]], path: str, content_id: str | None) -> bool:
    """Return whether a file in the folder of a profile is a copy of one of its photos.

    Args:
        contents: of the photos that count, by the folder of each profile.
        path: of the file, relative to the inbox.
        content_id: of the file; None for one that failed, which is shown on its own.
    """
    folder = path[: path.rfind("/") + 1]
    return folder in contents and content_id in contents[folder]


def _scored_content(document: Sidecar) -> str | None:
    return document.source.sha256 if document.error is None else None


def has_changed(document: Sidecar) -> bool:
    """Return whether a new score changed the verdict of a picture that the user has not judged."""
    return document.verdict_changed_at is not None and document.judgement is None


def news_at(document: Sidecar, selection: Selection) -> datetime:
    """Return when a result became news for a selection: when it was first scored, or changed."""
    if selection.changes and document.verdict_changed_at is not None:
        return document.verdict_changed_at
    # a sidecar of an older version knows its last score alone
    return document.first_scored_at or document.scored_at


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


def _changed_last(document: Sidecar) -> tuple[float, tuple[bool, int, float, float, float]]:
    changed = document.verdict_changed_at
    return changed.timestamp() if changed is not None else 0.0, _rank(document)


_JUDGED = {None: 2, "liked": 1, "rejected": 0}


def _rank(document: Sidecar) -> tuple[bool, int, float, float, float]:
    # there is a rank even where the labels do not identify a confidence, in the same order
    figures = (document.confidence_score, document.rank.percentile if document.rank else None)
    confidence = next((figure for figure in figures if figure is not None), None)
    physical = document.component_scores.physical if document.component_scores else None
    return (
        document.error is None,
        _JUDGED[document.judgement],
        -1.0 if confidence is None else confidence,
        -1.0 if physical is None else physical,
        document.scored_at.timestamp(),
    )


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
