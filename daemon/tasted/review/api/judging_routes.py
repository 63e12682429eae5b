"""The part of the API with which pictures are judged: queue, answers, undo, history."""

import re

from tasted.review.api.problems import RefusedRequest
from tasted.review.api.queries import ChangesQuery, FeedbackQuery, QueueQuery
from tasted.review.api.route_table import ApiEntry, Asking, PathPart
from tasted.review.api.schemas import (
    EVENT_ID,
    AnswerBody,
    ExcludeRequest,
    FeedbackAnswer,
    FeedbackRequest,
    HistoryAnswer,
    ProblemField,
    QueueAnswer,
    SkipAnswer,
    SkipRequest,
    UndoAnswer,
    UndoRequest,
)
from tasted.review.api.taste_schemas import ChangesAnswer
from tasted.review.light_process import LightProcess
from tasted.rpc.review_messages import (
    ExcludePicture,
    GiveAnswer,
    GiveQueue,
    ListFeedback,
    SkipCard,
    TakeBack,
)

CARD = r"^[A-Za-z0-9_-]{8,3000}\.[A-Za-z0-9_-]{16,64}$"
RESULT = PathPart(r"^[0-9a-f]{64}$", "A content id: sha256 in hex.")
_KEY = re.compile(EVENT_ID)
_ETAG_BYTES_MAX = 200
_CHANGES_MAX = 200


class JudgingRoutes:
    """Handlers that pass on to the light process what a person said.

    Args:
        light: carries it out.
    """

    def __init__(self, light: LightProcess) -> None:
        self._light = light

    def entries(self) -> list[ApiEntry]:
        """Return the requests that these handlers answer."""
        return [
            ApiEntry(
                "GET",
                "/api/queue",
                "give_queue",
                "The next cards to judge. They tell no score.",
                self._queue,
                QueueAnswer,
                query=QueueQuery,
                problems=("no_answer",),
            ),
            ApiEntry(
                "POST",
                "/api/queue/{card}/skip",
                "skip_card",
                "Leave a card without an answer: for later, or for good.",
                self._skip,
                SkipAnswer,
                body=SkipRequest,
                parts={"card": PathPart(CARD, "The token of the card.")},
                problems=("not_found", "conflict", "disk_full", "no_answer"),
                takes_key=True,
            ),
            ApiEntry(
                "POST",
                "/api/results/{id}/feedback",
                "give_feedback",
                "Like or reject a picture or a profile, or take the answer back.",
                self._feedback,
                FeedbackAnswer,
                body=FeedbackRequest,
                parts={"id": RESULT},
                problems=("not_found", "already_judged", "disk_full", "no_answer"),
                takes_key=True,
                takes_etag=True,
            ),
            ApiEntry(
                "POST",
                "/api/results/{id}/exclude",
                "exclude_result",
                "Leave a picture or a profile out of judging, until that is undone.",
                self._exclude,
                SkipAnswer,
                body=ExcludeRequest,
                parts={"id": RESULT},
                problems=("not_found", "disk_full", "no_answer"),
                takes_key=True,
            ),
            ApiEntry(
                "POST",
                "/api/feedback/undo",
                "undo_feedback",
                "Take back one answer, the last ones, or a whole session.",
                self._undo,
                UndoAnswer,
                body=UndoRequest,
                problems=("not_found", "already_undone", "disk_full", "no_answer"),
                takes_key=True,
            ),
            ApiEntry(
                "GET",
                "/api/feedback",
                "list_feedback",
                "Events of the feedback log, newest first; no paths.",
                self._history,
                HistoryAnswer,
                query=FeedbackQuery,
                problems=("no_answer",),
            ),
            ApiEntry(
                "GET",
                "/api/changes",
                "list_changes",
                "Events since a number, oldest first, for whoever keeps no event stream open.",
                self._changes,
                ChangesAnswer,
                query=ChangesQuery,
                problems=("no_answer",),
            ),
        ]

    async def _queue(self, asking: Asking) -> AnswerBody:
        query: QueueQuery = asking.query
        kinds = tuple(query.kinds.split(",")) if query.kinds else ()
        done = await self._light.ask(GiveQueue(query.count, kinds, query.window))
        return QueueAnswer.model_validate(done.body)

    async def _feedback(self, asking: Asking) -> AnswerBody:
        body: FeedbackRequest = asking.body
        call = GiveAnswer(
            asking.path["id"],
            body.answer,
            event_id=key_of(asking),
            card=body.card,
            blind=body.blind,
            shown_ms=body.shown_ms,
            window=body.window,
            session=body.session,
            if_match=_etag_of(asking),
            via=via_of(asking),
        )
        done = await self._light.ask(call)
        return FeedbackAnswer.model_validate(done.body)

    async def _skip(self, asking: Asking) -> AnswerBody:
        body: SkipRequest = asking.body
        call = SkipCard(
            asking.path["card"],
            body.how,
            event_id=key_of(asking),
            window=body.window,
            session=body.session,
            via=via_of(asking),
        )
        done = await self._light.ask(call)
        return SkipAnswer.model_validate(done.body)

    async def _exclude(self, asking: Asking) -> AnswerBody:
        body: ExcludeRequest = asking.body
        call = ExcludePicture(
            asking.path["id"],
            event_id=key_of(asking),
            window=body.window,
            session=body.session,
            via=via_of(asking),
        )
        done = await self._light.ask(call)
        return SkipAnswer.model_validate(done.body)

    async def _undo(self, asking: Asking) -> AnswerBody:
        body: UndoRequest = asking.body
        if sum(named is not None for named in (body.event, body.session, body.last)) != 1:
            what = "exactly one of event, session and last is needed"
            raise RefusedRequest(
                "invalid",
                f"The body cannot be used: {what}.",
                errors=(ProblemField(field="body", message=what),),
            )
        call = TakeBack(
            event=body.event,
            session=body.session,
            last=body.last,
            event_id=key_of(asking),
            via=via_of(asking),
        )
        done = await self._light.ask(call)
        return UndoAnswer.model_validate(done.body)

    async def _history(self, asking: Asking) -> AnswerBody:
        query: FeedbackQuery = asking.query
        call = ListFeedback(
            before=query.before,
            after=query.after,
            content=query.content,
            session=query.session,
            limit=query.limit,
        )
        done = await self._light.ask(call)
        return HistoryAnswer.model_validate(done.body)

    async def _changes(self, asking: Asking) -> AnswerBody:
        query: ChangesQuery = asking.query
        after = int(query.after or 0)
        call = ListFeedback(after=after, limit=_CHANGES_MAX, oldest_first=True)
        history = HistoryAnswer.model_validate((await self._light.ask(call)).body)
        last = max((event.seq for event in history.events), default=after)
        return ChangesAnswer(changes=history.events, next=str(last))


def via_of(asking: Asking) -> str:
    """Return through what a request came: the page names itself, everything else is the API."""
    named = asking.request.headers.get("x-tasted-via", "")
    return named if named in {"page", "terminal"} else "api"


def key_of(asking: Asking) -> str | None:
    """Return the id that the client gave to what it wants done; None when it gave none.

    Raises:
        RefusedRequest: when it is no UUID.
    """
    given = asking.request.headers.getlist("idempotency-key")
    if not given:
        return None
    key = given[0].strip().removeprefix('"').removesuffix('"')
    if len(given) != 1 or _KEY.fullmatch(key) is None:
        what = "a UUID in lower case is needed"
        raise RefusedRequest(
            "invalid",
            f"The header Idempotency-Key cannot be used: {what}.",
            errors=(ProblemField(field="header.idempotency-key", message=what),),
        )
    return key


def _etag_of(asking: Asking) -> str | None:
    given = asking.request.headers.get("if-match")
    return given.strip()[:_ETAG_BYTES_MAX] if given is not None else None
