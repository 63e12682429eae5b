"""The part of the API about training."""

from tasted.review.api.route_table import ApiEntry, Asking
from tasted.review.api.schemas import AnswerBody
from tasted.review.api.training_schemas import TrainingAnswer, TrainingRequest
from tasted.review.light_process import LightProcess
from tasted.rpc.training_messages import BeginTraining, EndTraining, ShowTraining

_PATH = "/api/training"


class TrainingRoutes:
    """Handlers about training.

    Args:
        light: begins and ends it.
    """

    def __init__(self, light: LightProcess) -> None:
        self._light = light

    def entries(self) -> list[ApiEntry]:
        """Return the requests that these handlers answer."""
        return [
            ApiEntry(
                "GET",
                _PATH,
                "show_training",
                "What is trained now, or was trained last.",
                self._show,
                TrainingAnswer,
                problems=("no_answer",),
            ),
            ApiEntry(
                "POST",
                _PATH,
                "begin_training",
                "Train the model on your likes and rejects, in a process of its own.",
                self._begin,
                TrainingAnswer,
                body=TrainingRequest,
                problems=("running", "not_enough_labels", "extra_missing", "no_answer"),
            ),
            ApiEntry(
                "DELETE",
                _PATH,
                "end_training",
                "End the training that runs; what was trained so far is kept.",
                self._end,
                TrainingAnswer,
                problems=("not_found", "no_answer"),
            ),
        ]

    async def _show(self, _asking: Asking) -> AnswerBody:
        return TrainingAnswer.model_validate((await self._light.ask(ShowTraining())).body)

    async def _begin(self, asking: Asking) -> AnswerBody:
        body: TrainingRequest = asking.body
        call = BeginTraining(body.method, force=body.force, resume=body.resume)
        return TrainingAnswer.model_validate((await self._light.ask(call)).body)

    async def _end(self, _asking: Asking) -> AnswerBody:
        return TrainingAnswer.model_validate((await self._light.ask(EndTraining())).body)
