"""What a label changes: the verdict of the picture itself, and those of other pictures.

Reads the outbox, the home's status and what was published; waits a few seconds for a running
daemon. Without one, or if scoring takes longer, `tasted results --changes` shows it later.
"""

import shlex
import time
from collections.abc import Callable
from pathlib import Path

from tasted.amounts import counted
from tasted.home.layout import Home
from tasted.home.lock import lock_owner
from tasted.home.status import Status, read_current, read_status
from tasted.plain_dataclass import dataclass
from tasted.records import Current
from tasted.system.files import real_path

_PATIENCE_SECONDS = 15.0
_POLL_SECONDS = 0.1
_MANY = 3
"""If so many verdicts change, the label may be a mistake."""
_AT_REST = frozenset({"idle", "waiting"})


@dataclass(frozen=True, slots=True)
class TasteBefore:
    """What was published when a label was given."""

    current: Current | None

    @classmethod
    def of(cls, home: Home) -> "TasteBefore":
        """Read it from a home, before the label changes."""
        return cls(read_current(home.current_file))


def changes_after(
    home: Home,
    before: TasteBefore,
    *,
    patience_seconds: float = _PATIENCE_SECONDS,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> int | None:
    """Wait until a running daemon has scored by the new labels; return how many verdicts changed.

    Args:
        home: with the new label.
        before: what was published before.
        patience_seconds: how long to wait.
        clock: monotonic seconds.
        sleep: waits.

    Returns:
        None when it cannot be known: no daemon runs, or a fault stops it.

    Raises:
        TimeoutError: when it takes longer.
    """
    end = clock() + patience_seconds
    while clock() < end:
        owner, status = lock_owner(home), read_status(home.status_file)
        if owner is None or status is None or status.pid != owner or status.fault is not None:
            return None
        if status.queue.new or status.queue.backlog:
            # re-scores come after these, and a backlog may take hours
            break
        current = read_current(home.current_file)
        if current is not None and current.labels_digest != _labels(before):
            if before.current is not None and _taste(before.current) == _taste(current):
                # a picture that was a label already: nothing is re-scored
                return 0
            if _is_done(status, current):
                return status.verdict_changes.count
        sleep(_POLL_SECONDS)
    raise TimeoutError


def words_after(home: Home, before: TasteBefore, *, undo: str | None) -> str:
    """Wait for the changed verdicts and return a sentence about them; empty if there are none."""
    try:
        return words_for(changes_after(home, before) or 0, undo=undo)
    except TimeoutError:
        return "Other verdicts may change. To list them later: tasted results --changes"


def words_for(count: int, *, undo: str | None) -> str:
    """Return a sentence such as "7 verdicts changed. …"; empty when the count is 0.

    Args:
        count: from `changes_after`.
        undo: the file to name to `tasted undo`; None after an undo.
    """
    if not count:
        return ""
    way_back = undo is not None and count >= _MANY
    undoing = f"; to undo: tasted undo {shlex.quote(undo)}" if undo and way_back else ""
    return f"{counted(count, 'verdict')} changed. To list: tasted results --changes{undoing}"


def _labels(before: TasteBefore) -> str | None:
    return before.current.labels_digest if before.current is not None else None


def _taste(current: Current) -> tuple[str, str]:
    return current.embedder_fingerprint, current.taste_fingerprint


def _is_done(status: Status, current: Current) -> bool:
    return (
        status.verdict_changes.taste_fingerprint == current.taste_fingerprint
        and not status.queue.rescores
        and not status.queue.profiles
        and status.state in _AT_REST
    )


def consequences(home: Home, verdict: str | None, others: int) -> str:
    """Return such as " Its verdict was: match, 83 %. Re-scoring 7 pictures."; may be empty.

    Args:
        home: with the label.
        verdict: of the picture before it got the label; None if it had none.
        others: how many other pictures have a score that depends on the labels.
    """
    text = "" if verdict is None else f" Its verdict was: {verdict}."
    if others <= 0:
        return text
    pictures = counted(others, "picture")
    if lock_owner(home) is None:
        return f"{text} {pictures} will be re-scored."
    return f"{text} Re-scoring {pictures}."


def scored_others(home: Home, own: int) -> int:
    """Return how many pictures have a score, without `own` pictures that got a label."""
    snapshot = read_status(home.status_file)
    return (snapshot.counts.get("scored", 0) if snapshot is not None else 0) - own


def verdict_before(home: Home, file: Path) -> tuple[str | None, int]:
    """Return the verdict of a picture or profile in the inbox, and how many pictures it has."""
    real = real_path(file)
    if not real.is_relative_to(real_path(home.inbox)):
        return None, 0
    path = real.relative_to(real_path(home.inbox)).as_posix()
    # a quarter of a second to import, and most pictures that get a label have no sidecar
    from tasted.outbox.places import sidecar_places  # noqa: PLC0415
    from tasted.outbox.results import opinion_of, photo_paths  # noqa: PLC0415
    from tasted.outbox.sidecar_files import read_sidecar  # noqa: PLC0415

    for place in sidecar_places(f"{path}/" if real.is_dir() else path):
        sidecar = read_sidecar(home.outbox, str(place))
        if sidecar is not None and sidecar.status == "scored" and sidecar.verdict is not None:
            return opinion_of(sidecar), len(photo_paths(sidecar)) or 1
    return None, 0
