"""The part of the page of versions that is about training, and its two forms. Pure but for asking.

Nothing is trained by a page that is only looked at.
"""

from typing import Protocol

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from tasted.plain_dataclass import dataclass
from tasted.review.api.training_schemas import TrainingAnswer, TrainingGate
from tasted.rpc.review_messages import CallDone, ReviewCall
from tasted.rpc.training_messages import BeginTraining, EndTraining


class AskLight(Protocol):
    """Asks the light process."""

    async def ask(self, call: ReviewCall) -> CallDone:
        """Return what came of a call; raises what refuses it."""
        ...


@dataclass(frozen=True, slots=True)
class TrainingPart:
    """What is shown about training."""

    answer: TrainingAnswer

    @property
    def is_shown(self) -> bool:
        """Whether there is anything to say: a run, or the offer of one."""
        return self.answer.run is not None or self.answer.is_offered

    @property
    def sentence(self) -> str:
        """How far it is, or what it would be."""
        if self.answer.run is not None:
            return self.answer.run.summary
        return "The model itself can be trained on your answers. It takes from minutes to a night."

    @property
    def gates(self) -> list[TrainingGate]:
        """What the gates said."""
        return self.answer.run.gates if self.answer.run is not None else []

    @property
    def can_begin(self) -> bool:
        """Whether another run may begin without anybody insisting."""
        return self.answer.is_offered and not self.answer.is_running


class TrainingForms:
    """The routes of the forms.

    Args:
        light: begins and ends it.
    """

    def __init__(self, light: AskLight) -> None:
        self._light = light

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            Route("/training/begin", self.begin, methods=["POST"]),
            Route("/training/end", self.end, methods=["POST"]),
        ]

    async def begin(self, _request: Request) -> Response:
        """Begin a run."""
        await self._light.ask(BeginTraining("lora"))
        return RedirectResponse("/versions", status_code=303)

    async def end(self, _request: Request) -> Response:
        """End the run."""
        await self._light.ask(EndTraining())
        return RedirectResponse("/versions", status_code=303)
