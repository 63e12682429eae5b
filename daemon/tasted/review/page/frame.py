"""What every page has: its links, its keys, the version in force, and what is told at the top."""

from dataclasses import field
from typing import NamedTuple

from tasted.plain_dataclass import dataclass
from tasted.review.api.taste_schemas import StatusAnswer
from tasted.review.api.trial_schemas import TrialAnswer

LINKS = (
    ("/review", "Review"),
    ("/results", "Results"),
    ("/versions", "Versions"),
    ("/history", "History"),
)


class ReviewKey(NamedTuple):
    """One action: what it does, the keys that it always has, the letter that can be changed."""

    action: str
    review: str
    fixed: tuple[str, ...] = ()
    letter: str = ""
    gallery: str = ""
    """What the same keys do in Results, where that is something else."""


KEYS = (
    ReviewKey("like", "like", ("→",), "l", "→ is the next tile"),
    ReviewKey("reject", "reject", ("←",), "x", "← is the tile before"),
    ReviewKey("later", "later", ("↓", "space"), gallery="one row down"),
    ReviewKey("exclude", "not for judging", letter="n"),
    ReviewKey("undo", "undo", ("backspace", "ctrl+z", "⌘z"), "u"),
    ReviewKey("redo", "redo", ("shift+z",)),
    ReviewKey("why", "show score and why", ("↑",), "w", "open details"),
    ReviewKey("zoom", "zoom to 100 %", letter="z"),
    ReviewKey("photo", "photo of a profile", ("1", "…", "9")),
    ReviewKey("review", "go to Review", letter="a"),
    ReviewKey("gallery", "go to Results", letter="g"),
    ReviewKey("versions", "go to Versions", letter="v"),
    ReviewKey("history", "go to History", letter="h"),
    ReviewKey("keys", "this list", ("?",)),
    ReviewKey("back", "close, back", ("esc",)),
)


class FrameNotice(NamedTuple):
    """One line at the top of a page."""

    kind: str
    text: str
    remedy: str = ""
    is_grave: bool = False
    trial: TrialAnswer | None = None
    """What can be done about a trial that is told of."""


@dataclass(frozen=True, slots=True)
class PageFrame:
    """What the template `shell.html.j2` asks for."""

    here: str
    """Which of `LINKS` this page belongs to."""
    csrf: str
    version: str | None = None
    held: str | None = None
    notices: tuple[FrameNotice, ...] = ()
    last_event: int | None = None
    """The last event that the page may know: its stream begins after that one."""
    links: tuple[tuple[str, str], ...] = field(default=LINKS)
    keys: tuple[ReviewKey, ...] = field(default=KEYS)


def frame_of(here: str, csrf: str, status: StatusAnswer) -> PageFrame:
    """Return the frame of a page.

    Args:
        here: which of `LINKS` it belongs to.
        csrf: the token that its forms carry.
        status: what the daemon is doing.
    """
    progress = status.progress
    return PageFrame(here, csrf, progress.version, progress.held, notices_of(status))


def notices_of(status: StatusAnswer) -> tuple[FrameNotice, ...]:
    """Return what has to be told on every page, the worst first."""
    told: list[FrameNotice] = []
    if status.fault is not None:
        told.append(FrameNotice("fault", status.fault.message, status.fault.remedy, is_grave=True))
    if status.settings_error is not None:
        error = status.settings_error
        told.append(FrameNotice("settings", error.message, error.remedy, is_grave=True))
    if status.progress.held is not None:
        told.append(FrameNotice("held", status.progress.held))
    if status.trial is not None and status.trial.news is not None:
        told.append(FrameNotice("trial", status.trial.news.text, trial=status.trial))
    if status.saving is not None:
        told.append(
            FrameNotice(
                "saving",
                f"Older pictures wait because {status.saving}.",
                "Plug in a charger, or run: tasted config set save_power false",
            )
        )
    return tuple(told)
