"""Sessions, single answers, and what a session changed, from the bodies of the API. Pure."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from tasted.amounts import counted
from tasted.plain_dataclass import dataclass
from tasted.review.api.schemas import HistoryAnswer, SessionSummary
from tasted.review.api.taste_schemas import TasteVersionAnswer
from tasted.review.page import words
from tasted.review.page.told_events import ToldEvent, told_event


class SessionLine(NamedTuple):
    """One session: `87 answers, 4 min 38 s   58 ✓ 29 ✕`."""

    id: str
    clock: str
    words: str
    guessed: str


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """What the template `history.html.j2` asks for."""

    answer: HistoryAnswer
    now: datetime
    is_first: bool = True

    @property
    def sessions(self) -> list[SessionLine]:
        """Sessions, newest first; on the first page alone."""
        if not self.is_first:
            return []
        return [
            SessionLine(
                session.session,
                words.day_and_time(session.began_at, self.now),
                f"{counted(answers_of(session), 'answer')}, "
                f"{words.span(session.ended_at - session.began_at)}, "
                f"{session.liked:,} ✓ {session.rejected:,} ✕",
                f"guessed {words.tally_words(session.guessed)}" if session.guessed else "",
            )
            for session in self.answer.sessions
        ]

    @property
    def events(self) -> list[ToldEvent]:
        """Events, newest first."""
        return [told_event(event, self.now) for event in self.answer.events]

    @property
    def older(self) -> str | None:
        """The address of the following page."""
        return f"/history?before={self.answer.next}" if self.answer.next else None


def answers_of(session: SessionSummary) -> int:
    """Return how many answers a session holds."""
    return session.liked + session.rejected


@dataclass(frozen=True, slots=True)
class SessionPage:
    """The end of a session, told honestly."""

    summary: SessionSummary | None
    """None when nothing was answered."""
    first: SessionSummary | None = None
    """The first session of all; None when that is this one."""
    before: TasteVersionAnswer | None = None
    """The version in force when it began."""
    now: TasteVersionAnswer | None = None
    changed: int | None = None
    """How many pictures have another verdict since; None when that is not known."""

    @property
    def title(self) -> str:
        """What this page is."""
        return "End of the session" if self.summary is not None else "No session yet"

    @property
    def session(self) -> str | None:
        """Its id, with which it is undone."""
        return self.summary.session if self.summary is not None else None

    @property
    def compare(self) -> str | None:
        """Where the changed pictures are shown."""
        if not self.changed or self.before is None or self.now is None:
            return None
        return f"/versions/compare?a={self.before.number}&b={self.now.number}"

    @property
    def sentences(self) -> str:
        """What was done and what came of it."""
        if self.summary is None:
            return "Nothing was judged in this window."
        told = [_done(self.summary), _guessed(self.summary, self.first)]
        told.append(_better(self.before, self.now))
        if self.changed is not None:
            verb = "its" if self.changed == 1 else "their"
            told.append(
                f"{counted(self.changed, 'picture')} changed {verb} verdict."
                if self.changed
                else "No picture changed its verdict."
            )
        return " ".join(filter(None, told))


def _done(session: SessionSummary) -> str:
    length = words.span(session.ended_at - session.began_at)
    return f"{counted(answers_of(session), 'picture')} in {length}."


def _guessed(session: SessionSummary, first: SessionSummary | None) -> str:
    tally = session.guessed
    if tally is None or not tally.of:
        return "It could not guess yet."
    right = f"{tally.right}" if tally.of == answers_of(session) else f"{tally.right} of {tally.of}"
    told = f"It guessed {right} of them"
    if tally.of != answers_of(session):
        told = f"It guessed {tally.right} of the {tally.of} that were answered blind"
    before = first.guessed if first is not None else None
    if before is not None and before.of:
        told += f"; in your first session {before.right} of {before.of}"
    return told + "."


def _better(before: TasteVersionAnswer | None, now: TasteVersionAnswer | None) -> str:
    if now is None or now.auc is None:
        return ""
    share = round(100 * now.auc.value)
    told = f"Likes above rejects: {share} in 100"
    if before is None or before.auc is None or before.number == now.number:
        return f"{told}."
    was = round(100 * before.auc.value)
    if share > was:
        return f"{told}, was {was}."
    if share == was:
        return f"{told}, as before: it got no better."
    return f"{told}, was {was}: it got no better."


def version_at(
    versions: Sequence[TasteVersionAnswer], moment: datetime
) -> TasteVersionAnswer | None:
    """Return the version that was in force at a time; None when there was none."""
    for version in versions:
        for force in version.in_force:
            if force.since <= moment and (force.until is None or moment < force.until):
                return version
    return None
