"""The feedback log of a running owner, with the answers that stand. Touches `.tasted/feedback`.

Several threads use it. What was appended is taken into the answers in the order of the log.
"""

import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

from tasted.feedback.drawn import ChosenPictures
from tasted.feedback.events import EventKind, FeedbackEvent, GuessBefore, is_token, new_event_id
from tasted.feedback.log import FeedbackLog
from tasted.feedback.standing import Judgement, StandingAnswers
from tasted.outbox.ledger import Ledger
from tasted.plain_dataclass import dataclass


@dataclass(frozen=True, slots=True)
class AnswersNow:
    """The answers that stood at one moment."""

    judgements: dict[str, Judgement]
    """Of pictures, photos of profiles, and profiles, by content."""
    excluded: frozenset[str]
    """The contents that are not for judging."""
    last_seq: int


class StandingLog:
    """A log, and what follows from it.

    Args:
        log: the one of the home that this process owns.
        ledger: of its outbox: it tells what the taste had said.
        recipe_of: returns the id of the recipe that a version of this name was made with.
        clock: UTC, in seconds since the epoch.
    """

    def __init__(
        self,
        log: FeedbackLog,
        ledger: Ledger,
        *,
        recipe_of: Callable[[str], str | None] = lambda _version: None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.log = log
        self._recipe_of = recipe_of
        self._ledger = ledger
        self._clock = clock
        self._guard = threading.RLock()
        self._standing: StandingAnswers | None = None
        self._chosen = ChosenPictures()
        """Of the same events."""

    def append(self, events: Sequence[FeedbackEvent]) -> list[FeedbackEvent]:
        """Log events durably and let them count; known ids are returned as they were logged.

        Raises:
            CommandError: when they cannot be written; nothing counts then.
        """
        with self._guard:
            standing = self._loaded()
            done = self.log.append_all(events)
            for event in done:
                if event.seq > standing.last_seq:
                    standing.take(event)
                    self._chosen.take(event)
            return done

    def of(self, content: str) -> Judgement | None:
        """Return the answer that stands for a content; None without one."""
        with self._guard:
            return self._loaded().of(content)

    def is_undone(self, event_id: str) -> bool:
        """Return whether an event was taken back."""
        with self._guard:
            return self._loaded().is_undone(event_id)

    def now(self) -> AnswersNow:
        """Return everything that stands at this moment."""
        with self._guard:
            standing = self._loaded()
            return AnswersNow(dict(standing.all()), standing.excluded, standing.last_seq)

    def not_by_chance(self) -> frozenset[str]:
        """Return the pictures that were judged for what they are; see `ChosenPictures`."""
        with self._guard:
            self._loaded()
            return self._chosen.not_by_chance

    def read(self, ask: "Callable[[StandingAnswers], Any]") -> Any:
        """Return what a function of the answers returns, while none of them changes."""
        with self._guard:
            return ask(self._loaded())

    def reload(self) -> None:
        """Read the log anew when it is next needed: it was rewritten."""
        with self._guard:
            self._standing = None

    def _loaded(self) -> StandingAnswers:
        if self._standing is None:
            events = list(self.log.events())
            self._standing, self._chosen = StandingAnswers(events), ChosenPictures(events)
            # numbers of events that were erased are not given again
            self._standing.last_seq = max(self._standing.last_seq, self.log.last_seq)
        return self._standing

    # ---- making events --------------------------------------------------------------------

    def event(self, kind: EventKind, *, id: str | None = None, **fields: Any) -> FeedbackEvent:  # noqa: A002 - the field is called so
        """Return an event of this moment.

        Args:
            kind: what happens.
            id: as the client made it; else one is made.
            fields: the others of the event.
        """
        now_ms = int(self._clock() * 1_000)
        fields.setdefault("at_ms", now_ms)
        return FeedbackEvent(id=id or new_event_id(now_ms), kind=kind, **fields)

    def guess_before(self, path: str | None) -> GuessBefore | None:
        """Return what the taste in force says of a result, for an answer that is about to be given.

        Args:
            path: of its sidecar, relative to the inbox.

        Returns:
            None without a score, or when the score knows an answer already: it is no guess then.
        """
        sidecar = self._ledger.sidecar_of(path) if path is not None else None
        if sidecar is None or sidecar.status != "scored" or sidecar.judgement is not None:
            return None
        taste = sidecar.model.taste if sidecar.model is not None else None
        version = taste if is_token(taste) else None
        return GuessBefore(
            version=version,
            recipe=self._recipe_of(version) if version is not None else None,
            probability=sidecar.confidence_score,
            verdict=sidecar.verdict,
            percentile=sidecar.rank.percentile if sidecar.rank is not None else None,
        )
