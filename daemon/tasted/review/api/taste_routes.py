"""The part of the API about taste versions, the model and the daemon."""

from collections.abc import Callable

from tasted.review.api.judging_routes import via_of
from tasted.review.api.queries import CompareQuery
from tasted.review.api.route_table import ApiEntry, Asking, PathPart
from tasted.review.api.schemas import AnswerBody
from tasted.review.api.taste_schemas import (
    ActivateAnswer,
    ActivateRequest,
    ComparisonAnswer,
    ModelAnswer,
    ModelRequest,
    StatusAnswer,
    TasteVersionAnswer,
    VersionsAnswer,
)
from tasted.review.light_process import LightProcess
from tasted.rpc.review_messages import (
    ActivateTaste,
    ChangeModel,
    CompareTastes,
    ListTasteVersions,
    ShowModel,
    ShowStatus,
    ShowTasteVersion,
)

_VERSION = PathPart(r"^v?\d{1,6}$", "A version, as v12.")


class TasteRoutes:
    """Handlers about what scores are made with.

    Args:
        light: knows it, and changes it.
        streams: returns how many event streams are open.
    """

    def __init__(self, light: LightProcess, *, streams: Callable[[], int]) -> None:
        self._light = light
        self._streams = streams

    def entries(self) -> list[ApiEntry]:
        """Return the requests that these handlers answer."""
        return [
            ApiEntry(
                "GET",
                "/api/versions",
                "list_versions",
                "All taste versions, newest first.",
                self._versions,
                VersionsAnswer,
                problems=("no_answer",),
            ),
            ApiEntry(
                "GET",
                "/api/versions/compare",
                "compare_versions",
                "Two versions side by side, and the pictures on which they differ.",
                self._compare,
                ComparisonAnswer,
                query=CompareQuery,
                problems=("not_found", "erased", "no_answer"),
            ),
            ApiEntry(
                "GET",
                "/api/versions/{version}",
                "show_version",
                "One taste version.",
                self._version,
                TasteVersionAnswer,
                parts={"version": _VERSION},
                problems=("not_found", "no_answer"),
            ),
            ApiEntry(
                "POST",
                "/api/versions/{version}/activate",
                "activate_version",
                "Hold this version, or follow the newest again.",
                self._activate,
                ActivateAnswer,
                body=ActivateRequest,
                parts={"version": _VERSION},
                problems=("not_found", "conflict", "erased", "no_answer"),
            ),
            ApiEntry(
                "GET",
                "/api/model",
                "show_model",
                "The model that looks at pictures.",
                self._model,
                ModelAnswer,
                problems=("no_answer",),
            ),
            ApiEntry(
                "PUT",
                "/api/model",
                "change_model",
                "Let another model decide, once it is ready; the one of now decides until then.",
                self._change_model,
                ModelAnswer,
                body=ModelRequest,
                problems=("unknown_model", "conflict", "no_answer"),
            ),
            ApiEntry(
                "DELETE",
                "/api/model",
                "keep_model",
                "Stop a change of the model.",
                self._keep_model,
                ModelAnswer,
                problems=("conflict", "no_answer"),
            ),
            ApiEntry(
                "GET",
                "/api/status",
                "show_status",
                "What tasted is doing, or what it is waiting for.",
                self._status,
                StatusAnswer,
                problems=("no_answer",),
            ),
        ]

    async def _versions(self, _asking: Asking) -> AnswerBody:
        done = await self._light.ask(ListTasteVersions())
        return VersionsAnswer.model_validate(done.body)

    async def _version(self, asking: Asking) -> AnswerBody:
        done = await self._light.ask(ShowTasteVersion(_number(asking.path["version"])))
        return TasteVersionAnswer.model_validate(done.body)

    async def _compare(self, asking: Asking) -> AnswerBody:
        query: CompareQuery = asking.query
        done = await self._light.ask(CompareTastes(_number(query.a), _number(query.b)))
        return ComparisonAnswer.model_validate(done.body)

    async def _activate(self, asking: Asking) -> AnswerBody:
        body: ActivateRequest = asking.body
        number = _number(asking.path["version"])
        done = await self._light.ask(ActivateTaste(number, body.mode, via_of(asking)))
        return ActivateAnswer.model_validate(done.body)

    async def _model(self, _asking: Asking) -> AnswerBody:
        return ModelAnswer.model_validate((await self._light.ask(ShowModel())).body)

    async def _change_model(self, asking: Asking) -> AnswerBody:
        body: ModelRequest = asking.body
        call = ChangeModel("use", body.name, body.force, via_of(asking))
        return ModelAnswer.model_validate((await self._light.ask(call)).body)

    async def _keep_model(self, asking: Asking) -> AnswerBody:
        call = ChangeModel("cancel", via=via_of(asking))
        return ModelAnswer.model_validate((await self._light.ask(call)).body)

    async def _status(self, _asking: Asking) -> AnswerBody:
        done = await self._light.ask(ShowStatus())
        return StatusAnswer.model_validate({**done.body, "streams": self._streams()})


def _number(version: str) -> int:
    return int(version.removeprefix("v"))
