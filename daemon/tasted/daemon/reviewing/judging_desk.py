"""Answers of the page and the API: recorded, taken back, and told with what the taste had guessed.

Everything that changes something goes through `daemon.shared.feedback.FeedbackRecorder`.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from tasted.amounts import counted
from tasted.daemon.reviewing.answers_view import AnswersView
from tasted.daemon.reviewing.bodies import (
    JUDGED,
    Body,
    event_body,
    guess_body,
    picture_link,
    pictures_of,
    tally_body,
)
from tasted.daemon.reviewing.card_queue import CardQueue, QueueWish
from tasted.daemon.reviewing.card_tokens import ShownCard, card_of, signed_card
from tasted.daemon.reviewing.event_history import EventHistory
from tasted.daemon.reviewing.judged_cards import JudgeableResult
from tasted.daemon.reviewing.results_view import ResultsView
from tasted.daemon.shared.feedback import FeedbackRecorder, RecordedAnswer
from tasted.daemon.shared.shared_state import SharedState
from tasted.errors import CommandError, NotFound
from tasted.feedback.events import Answer, ChosenBy, EventKind, Via, is_token
from tasted.rpc.review_messages import (
    ActivateTaste,
    ExcludePicture,
    GiveAnswer,
    GiveQueue,
    SkipCard,
    TakeBack,
)

_ALL = 1_000_000
_REASONS_SHOWN = 3
_WHY = {
    "ask": "It is unsure here.",
    "typical": "Many of your pictures are like this one.",
    "explore": "Drawn by chance, so that the figures stay honest.",
    "duel": "Two ways of scoring disagree here. Your answer tells which is nearer.",
    "best": "One of its best guesses, to see whether it is right.",
    "recheck": "You judged this one before. Do you still think so?",
}


class AlreadyJudged(CommandError):
    """The answer that stands is another one than the client saw."""

    code = "already_judged"


class AlreadyUndone(CommandError):
    """The event was taken back before."""

    code = "already_undone"


class OtherCard(CommandError):
    """A card is of another picture than the answer, or was not made by us."""

    code = "conflict"


class JudgingDesk:
    """Carries out what a person says.

    Args:
        recorder: records it.
        shared: the taste in force, and the ledger.
        answers: what stands.
        results: finds pictures by content.
        queue: the cards of all windows.
        history: the events so far.
        judgeable: returns what can be judged, by content.
        secret: returns the key that signs cards.
        held: returns the sentence about a held version.
        unknown_from: returns the last event that the taste in force knows; None: it counts none.
        on_answers: handed the contents whose answers changed, for scores to follow.
    """

    def __init__(
        self,
        recorder: FeedbackRecorder,
        shared: SharedState,
        *,
        answers: AnswersView,
        results: ResultsView,
        queue: CardQueue,
        history: EventHistory,
        judgeable: Callable[[], dict[str, JudgeableResult]],
        secret: Callable[[], bytes],
        held: Callable[[], str | None],
        unknown_from: Callable[[], int | None],
        on_answers: Callable[[], None] = lambda: None,
    ) -> None:
        self._recorder = recorder
        self._shared = shared
        self._answers = answers
        self._results = results
        self._queue = queue
        self._history = history
        self._judgeable = judgeable
        self._secret = secret
        self._held = held
        self._unknown_from = unknown_from
        self._on_answers = on_answers

    # ---- cards ------------------------------------------------------------------------

    def cards(self, call: GiveQueue) -> Body:
        """Return a `QueueAnswer`."""
        chosen = self._queue.cards(call.window, QueueWish(call.count, call.kinds))
        results = self._judgeable()
        bodies = [self._card(card, results.get(card.content)) for card in chosen]
        return {"cards": bodies, "progress": self.progress()}

    def _card(self, card: ShownCard, result: JudgeableResult | None) -> Body:
        sidecar = self._shared.ledger.sidecar_of(result.path) if result is not None else None
        added = datetime.fromtimestamp(result.added_at, UTC) if result is not None else None
        pictures = pictures_of(sidecar) if sidecar is not None else [picture_link(card.content)]
        return {
            "card": signed_card(card, self._secret()),
            "id": card.content,
            "kind": "profile" if result is not None and result.is_profile else "picture",
            "name": sidecar.source.path if sidecar is not None else card.content[:8],
            "pictures": pictures,
            "chosen_by": card.chosen_by,
            "why": _WHY.get(card.chosen_by, ""),
            "added_at": added.isoformat() if added is not None else None,
        }

    # ---- answers ----------------------------------------------------------------------

    def answer(self, call: GiveAnswer) -> Body:
        """Record an answer and return a `FeedbackAnswer`.

        Raises:
            AlreadyJudged: when another answer stands than the client saw.
            OtherCard: when the card is not of this picture.
            TastedError: as the recorder refuses it.
        """
        recorder, content = self._recorder, call.content
        is_again = call.event_id is not None and recorder.log.find(call.event_id) is not None
        if (
            call.if_match not in {None, "*"}
            and not is_again
            and call.if_match != self._answers.etag(content)
        ):
            raise AlreadyJudged(
                "It was judged in another window meanwhile.", remedy="Look at it, and answer again."
            )
        card = self._shown(call.card)
        if card is not None and card.content != content:
            raise OtherCard("The card is of another picture.", remedy="Ask for the queue again.")
        path = self._path(content)
        how = self._how(call, card)
        recorded: RecordedAnswer | None
        if call.answer == "none":
            recorded = recorder.withdraw(content, path, event_id=call.event_id, **how)
            self._queue.open_again(content)
        else:
            # what the card was chosen by is what was said before the answer
            before = card.guess if card is not None else None
            answer = Answer(call.answer)
            recorded = recorder.judge(
                content, path, answer, event_id=call.event_id, before=before, **how
            )
            self._queue.answered(content)
        self._on_answers()
        return self._told(content, recorded)

    def _how(self, call: GiveAnswer, card: ShownCard | None) -> dict[str, Any]:
        via = Via(call.via)
        by_itself = ChosenBy.BROWSE if via is not Via.API else ChosenBy.NAMED
        how: dict[str, Any] = {"via": via, "session": call.session, "window": call.window}
        if call.answer == "none":
            return how
        return how | {
            "chosen_by": ChosenBy(card.chosen_by) if card is not None else by_itself,
            "propensity": card.propensity if card is not None else None,
            "blind": call.blind,
            "shown_ms": call.shown_ms,
            "trial": card.trial if card is not None else None,
        }

    def _path(self, content: str) -> str | None:
        paths = self._results.paths(content)
        if not paths:
            raise NotFound(
                f"There is no picture {content[:8]}.", remedy="List them: GET /api/results"
            )
        return paths[0]

    def _told(self, content: str, recorded: RecordedAnswer | None) -> Body:
        event = recorded.event if recorded is not None else None
        path, reasons = self._path(content), []
        sidecar = self._shared.ledger.sidecar_of(path) if path is not None else None
        if sidecar is not None:
            reasons = sidecar.reasons[:_REASONS_SHOWN]
        name = sidecar.source.path if sidecar is not None else None
        judgement = recorded.judgement if recorded is not None else None
        before = event.before if event is not None else None
        return {
            "event": event_body(event, name=name, undone=False) if event is not None else None,
            "judgement": JUDGED[judgement] if judgement is not None else None,
            "etag": self._answers.etag(content),
            "copied": recorded is not None and recorded.copied_to is not None,
            "guess": guess_body(before) if before is not None else None,
            "reasons": reasons,
            "progress": self.progress(),
        }

    def skip(self, call: SkipCard) -> Body:
        """Record that a card gets no answer, and return a `SkipAnswer`.

        Raises:
            OtherCard: when the card was not made by us.
            TastedError: as the recorder refuses it.
        """
        card = self._shown(call.card)
        if card is None:
            raise OtherCard("There is no such card.", remedy="Ask for the queue again.")
        how: dict[str, Any] = {
            "via": Via(call.via),
            "event_id": call.event_id,
            "session": call.session,
            "window": call.window,
            "chosen_by": ChosenBy(card.chosen_by),
            "propensity": card.propensity,
        }
        if call.how == "exclude":
            recorded = self._recorder.exclude(card.content, **how)
        else:
            recorded = self._recorder.skip(card.content, **how)
            self._queue.put_off(card.content)
        return self._noted(recorded)

    def exclude(self, call: ExcludePicture) -> Body:
        """Record that a picture is not for judging, and return a `SkipAnswer`.

        Raises:
            NotFound: when there is no such picture.
            TastedError: as the recorder refuses it.
        """
        # what is no result cannot be taken out
        self._path(call.content)
        recorded = self._recorder.exclude(
            call.content,
            via=Via(call.via),
            event_id=call.event_id,
            session=call.session,
            window=call.window,
            chosen_by=ChosenBy.BROWSE if call.via != Via.API else ChosenBy.NAMED,
        )
        return self._noted(recorded)

    def _noted(self, recorded: RecordedAnswer) -> Body:
        body = self._history.body(recorded.event)
        return {"event": body, "progress": self.progress()}

    def take_back(self, call: TakeBack) -> Body:
        """Take answers back, and return an `UndoAnswer`.

        Raises:
            NotFound: when there is no such event, or nothing to take back.
            AlreadyUndone: when it was taken back before.
            TastedError: as the recorder refuses it.
        """
        recorder = self._recorder
        how: dict[str, Any] = {"via": Via(call.via), "window": call.window}
        known = recorder.log.find(call.event_id) if call.event_id is not None else None
        if call.event is not None:
            if known is None and recorder.standing.is_undone(call.event):
                raise AlreadyUndone("It was taken back already.")
            done = [recorder.undo(call.event, event_id=call.event_id, **how)]
        elif known is not None:
            # the same request again: what it did stands
            return {"undone": [self._history.body(known)], "progress": self.progress()}
        else:
            count = call.last if call.last is not None else _ALL
            named = {"session": call.session, **how}
            # the id of the client is that of the first, so that the request is known again
            done = recorder.undo_last(1, event_id=call.event_id, **named)
            done += recorder.undo_last(count - 1, **named) if done and count > 1 else []
            if not done:
                raise NotFound("There is nothing to take back.")
        for answer in done:
            if answer.event.content is not None:
                self._queue.open_again(answer.event.content)
        self._on_answers()
        undone = [self._history.body(answer.event) for answer in done]
        return {"undone": undone, "progress": self.progress()}

    def note_choice(self, call: ActivateTaste, chosen: Body) -> None:
        """Keep in the log which version was put in force, and by what.

        Raises:
            CommandError: when it cannot be written; the version is in force all the same.
        """
        kind = EventKind.HOLD if call.mode == "hold" else EventKind.FOLLOW
        name = chosen["in_force"]
        if is_token(name):
            self._recorder.note(kind, via=Via(call.via), note=name)

    def _shown(self, token: str | None) -> ShownCard | None:
        if token is None:
            return None
        card = card_of(token, self._secret())
        if card is None:
            raise OtherCard("There is no such card.", remedy="Ask for the queue again.")
        return card

    # ---- what stands ------------------------------------------------------------------

    def progress(self) -> Body:
        """Return a `ReviewProgress`."""
        results, answers = self._judgeable(), self._recorder.standing.now()
        judged = sum(content in answers.judgements for content in results)
        away = sum(
            content in answers.judgements or content in answers.excluded for content in results
        )
        given = [found.answer for found in answers.judgements.values()]
        current = self._shared.taste.current
        guessed = self._history.guessed()
        return {
            "judged": judged,
            "pool": len(results) - away,
            "liked": sum(answer is Answer.LIKE for answer in given),
            "rejected": sum(answer is Answer.REJECT for answer in given),
            "needs": current.next if current is not None else None,
            "version": self._version(),
            "guessed": tally_body(guessed),
            "held": self._held(),
            "skipped": sum(event.kind is EventKind.SKIP for event in self._history.events()),
        }

    def _version(self) -> str | None:
        current = self._shared.taste.current
        if current is None or current.taste is None:
            return None
        upto = self._unknown_from()
        count = self._history.answers_since(upto) if upto is not None else 0
        return f"{current.taste} + {counted(count, 'answer')}" if count else current.taste
