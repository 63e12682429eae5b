"""What was answered in a home, and where the pictures lie. Reads log, intents and outbox."""

from collections.abc import Sequence

from tasted.errors import CommandError, NotFound
from tasted.feedback.events import FeedbackEvent
from tasted.feedback.intents import waiting_intents
from tasted.feedback.reading import read_events
from tasted.home.layout import Home
from tasted.outbox.ledger import Ledger
from tasted.plain_dataclass import dataclass

SHORT_ID_LENGTH = 8
"""So many last digits of an id are shown, and are enough to name an event."""


@dataclass(frozen=True, slots=True)
class AnswerHistory:
    """All events of a home, in their order."""

    events: tuple[FeedbackEvent, ...]
    """Those that wait for the owner of the log come last, as it will take them in."""

    @classmethod
    def of(cls, home: Home) -> "AnswerHistory":
        """Read it.

        Raises:
            CommandError: when it cannot be read.
        """
        try:
            # in this order: an intent that is taken in meanwhile is then seen twice, and not never
            waiting = [intent.event for intent in waiting_intents(home.feedback)]
            logged = list(read_events(home.feedback))
        except OSError as error:
            raise CommandError(
                f"The history {home.feedback} cannot be read: {error.strerror}.",
                remedy="Check who owns it, then run: tasted doctor",
            ) from error
        known = {event.id for event in logged}
        last = logged[-1].seq if logged else 0
        new = [event for event in waiting if event.id not in known]
        return cls((*logged, *(event.numbered(last + n) for n, event in enumerate(new, 1))))

    def named(self, word: str) -> FeedbackEvent:
        """Return the event of an id, or of its last digits.

        Raises:
            NotFound: when there is none, or several.
        """
        found = [
            event
            for event in self.events
            if event.id == word or (len(word) >= SHORT_ID_LENGTH and event.id.endswith(word))
        ]
        if len(found) != 1:
            what = "No answer has" if not found else f"{len(found)} answers have"
            raise NotFound(f"{what} the id {word}.", remedy="List them: tasted history")
        return found[0]


def names_of(home: Home, events: Sequence[FeedbackEvent]) -> dict[str, str]:
    """Return where the contents of some events lie, relative to the inbox, as sidecars say.

    Raises:
        OutboxUnwritable: when the outbox cannot be read.
    """
    if not home.outbox.is_dir():
        return {}
    wanted = {event.content for event in events if event.content is not None}
    ledger = Ledger.of(home)
    ledger.refresh()
    names: dict[str, str] = {}
    for content in wanted:
        paths = ledger.paths_of_content(content)
        if paths:
            # the picture itself rather than the copy that is its label
            names[content] = min(paths, key=lambda path: (path.count("/"), path))
    return names


def short_id(event_id: str) -> str:
    """Return the digits of an id that are shown."""
    return event_id[-SHORT_ID_LENGTH:]
