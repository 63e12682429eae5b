"""The top of the page: what tasted is doing, and what keeps it from working. Pure.

A notice names a picture only where the reader has to look at that one: a label that all others
contradict. The other notices count, and say which command names them.
"""

from tasted.home.status import FaultReport, QueueReport, Status
from tasted.plain_dataclass import dataclass

_SUSPECTS_MAX = 5
_MINUTE_SECONDS = 60
_HOUR_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that the reader should know, and what to do about it."""

    title: str
    text: str
    remedy: str = ""
    is_grave: bool = False


@dataclass(frozen=True, slots=True)
class Top:
    """The status as the page shows it; equal ones look the same."""

    tone: str
    """`calm`, `busy`, `held` or `off`."""
    headline: str
    notices: tuple[Notice, ...] = ()
    liked: int = 0
    rejected: int = 0
    gone: int = 0
    """How many results of pictures that are gone are kept."""
    invalid: int = 0

    @property
    def is_running(self) -> bool:
        """Whether somebody takes pictures and answers."""
        return self.tone != "off"


def top_of(status: Status | None) -> Top:
    """Return what the page says of a status; None when no daemon runs."""
    if status is None:
        return Top("off", "Not running", (_NOT_RUNNING,))
    return Top(
        *_headline(status),
        _notices(status),
        liked=status.liked,
        rejected=status.rejected,
        gone=status.counts.get("gone", 0),
        invalid=status.counts.get("invalid", 0),
    )


_NOT_RUNNING = Notice(
    "tasted is not running", "New pictures wait in the inbox.", "Start it with: tasted run"
)


def _headline(status: Status) -> tuple[str, str]:
    if status.fault is not None:
        return "held", "On hold"
    if status.state in {"stopping", "stopped"}:
        return "off", "Not running"
    if status.state == "working":
        return "busy", _work(status.queue)
    if status.state == "waiting":
        return "calm", f"Saving power: {status.queue.backlog:,} waiting"
    return "calm", "Up to date, watching the inbox"


def _work(queue: QueueReport) -> str:
    if not queue.total:
        return "Working"
    left = f"Working: {queue.total:,} left"
    if queue.seconds_left is None:
        return left
    return f"{left}, {_span(queue.seconds_left)}"


def _span(seconds: float) -> str:
    if seconds < _MINUTE_SECONDS:
        return "less than a minute"
    if seconds < 2 * _HOUR_SECONDS:
        return f"about {seconds / _MINUTE_SECONDS:.0f} min"
    return f"about {seconds / _HOUR_SECONDS:.0f} hours"


def _notices(status: Status) -> tuple[Notice, ...]:
    notices: list[Notice] = []
    if status.fault is not None:
        notices.append(_fault("Scoring is on hold", status.fault))
    elif status.state in {"stopping", "stopped"}:
        notices.append(_NOT_RUNNING)
    if status.settings_error is not None:
        title = "The settings are invalid, so the last valid ones are in use"
        notices.append(_fault(title, status.settings_error))
    if status.saving is not None:
        notices.append(
            Notice(
                "Older pictures wait to save power",
                f"New pictures are scored as usual. Older ones wait because {status.saving}.",
                "Plug in a charger, or run: tasted config set save_power false",
            )
        )
    if not status.liked and not status.queue.references:
        notices.append(
            Notice(
                "Nothing liked yet",
                "tasted learns from pictures you like, and there are none yet.",
                "Put pictures you like into inbox/liked, or run: tasted like FILE",
            )
        )
    if status.held is not None:
        title, _, rest = status.held.partition(". ")
        notices.append(Notice(title, rest, "To use them: tasted versions follow"))
    notices += _model_notices(status)
    notices += _label_notices(status)
    if status.restless:
        notices.append(
            Notice(
                "Still being written",
                f"{_files(len(status.restless))} been changing for over a minute, "
                "and will be read once that stops.",
                "See which: tasted status",
            )
        )
    return tuple(notices)


def _model_notices(status: Status) -> list[Notice]:
    if status.model_change is None:
        return []
    return [Notice("The model", status.model_change, status.model_remedy or "")]


def _label_notices(status: Status) -> list[Notice]:
    notices: list[Notice] = []
    remarks = status.labels.remarks
    if remarks:
        notices.append(Notice("Pictures labelled more than once", " ".join(remarks), ""))
    if status.contradictions:
        notices.append(
            Notice(
                "Both liked and rejected",
                _contradicting(len(status.contradictions)),
                "See which: tasted status",
            )
        )
    notices += [
        Notice(
            "Is this label right?",
            f"{path}: {sentence}",
            "If it is, leave it. If not, undo it: tasted undo FILE",
        )
        for path, sentence in status.suspects[:_SUSPECTS_MAX]
    ]
    return notices


def _fault(title: str, fault: FaultReport) -> Notice:
    return Notice(title, " ".join(fault.message.split()), fault.remedy, is_grave=True)


def _contradicting(count: int) -> str:
    if count == 1:
        return "One picture is in both folders, so it counts for neither."
    return f"{count} pictures are in both folders, so they count for neither."


def _files(count: int) -> str:
    return "A file has" if count == 1 else f"{count} files have"
