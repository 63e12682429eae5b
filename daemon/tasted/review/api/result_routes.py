"""The part of the API that shows results: lists, one result, the classifier, pictures."""

from starlette.responses import Response

from tasted.review.api.judging_routes import RESULT
from tasted.review.api.queries import AmongQuery, PictureQuery, ResultsQuery
from tasted.review.api.result_schemas import ResultAnswer, ResultsAnswer
from tasted.review.api.route_table import ApiEntry, Asking, PathPart
from tasted.review.api.schemas import AnswerBody
from tasted.review.api.taste_schemas import ClassifierAnswer
from tasted.review.light_process import LightProcess
from tasted.review.previews import Preview, PreviewCache
from tasted.rpc.review_messages import GivePicture, ListResults, ShowClassifier, ShowResult

_WHOLE = "whole"


class ResultRoutes:
    """Handlers that show what was scored.

    Args:
        light: knows the results, and has pictures made.
        previews: keeps pictures.
    """

    def __init__(self, light: LightProcess, previews: PreviewCache) -> None:
        self._light = light
        self._previews = previews

    def entries(self) -> list[ApiEntry]:
        """Return the requests that these handlers answer."""
        return [
            ApiEntry(
                "GET",
                "/api/results",
                "list_results",
                "Results in an order, page by page.",
                self._results,
                ResultsAnswer,
                query=ResultsQuery,
                problems=("expired_cursor", "not_found", "no_answer"),
            ),
            # before the one below, whose path would take it
            ApiEntry(
                "GET",
                "/api/results/stats/classifier",
                "show_classifier",
                "What scores are made with: labels, weights, thresholds, model, version.",
                self._classifier,
                ClassifierAnswer,
                problems=("no_answer",),
            ),
            ApiEntry(
                "GET",
                "/api/results/{id}",
                "show_result",
                "One result with its sidecar, reasons, neighbours and answers.",
                self._result,
                ResultAnswer,
                query=AmongQuery,
                parts={"id": PathPart(r"^[0-9a-f]{8,64}$", "A content id, or how it begins.")},
                problems=("not_found", "ambiguous", "no_answer"),
            ),
            ApiEntry(
                "GET",
                "/api/pictures/{id}/{view}",
                "show_picture",
                "A picture, made anew: never the file itself.",
                self._picture,
                None,
                query=PictureQuery,
                parts={
                    "id": RESULT,
                    "view": PathPart(r"^(whole|\d{1,2})$", "`whole`, or the number of a view."),
                },
                problems=("not_found", "decode_failed", "busy", "no_answer"),
                media_types=("image/jpeg", "image/webp", "image/png"),
            ),
        ]

    async def _results(self, asking: Asking) -> AnswerBody:
        query: ResultsQuery = asking.query
        done = await self._light.ask(ListResults(**query.model_dump()))
        return ResultsAnswer.model_validate(done.body)

    async def _result(self, asking: Asking) -> AnswerBody:
        query: AmongQuery = asking.query
        done = await self._light.ask(ShowResult(asking.path["id"], query.in_))
        return ResultAnswer.model_validate(done.body)

    async def _classifier(self, _asking: Asking) -> AnswerBody:
        done = await self._light.ask(ShowClassifier())
        return ClassifierAnswer.model_validate(done.body)

    async def _picture(self, asking: Asking) -> Response:
        query: PictureQuery = asking.query
        content, view = asking.path["id"], asking.path["view"]
        key = (content, view, query.size)
        found = self._previews.get(key)
        if found is None:
            number = None if view == _WHOLE else int(view)
            given = await self._light.ask_picture(
                GivePicture(content, query.size, number, query.in_)
            )
            found = Preview(given.media_type, given.content())
            self._previews.put(key, found)
        return Response(found.data, media_type=found.media_type)
