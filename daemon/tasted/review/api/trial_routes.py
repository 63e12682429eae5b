"""The part of the API about recipes on trial."""

from tasted.review.api.route_table import ApiEntry, Asking, PathPart
from tasted.review.api.schemas import AnswerBody
from tasted.review.api.trial_schemas import TrialAnswer, TrialRequest, TrialsAnswer
from tasted.review.light_process import LightProcess
from tasted.rpc.review_messages import ChangeTrial, ListTrials

_NUMBER = PathPart(r"^[1-9]\d{0,8}$", "The number of a trial.")


class TrialRoutes:
    """Handlers about trials.

    Args:
        light: knows them, and changes them.
    """

    def __init__(self, light: LightProcess) -> None:
        self._light = light

    def entries(self) -> list[ApiEntry]:
        """Return the requests that these handlers answer."""
        return [
            ApiEntry(
                "GET",
                "/api/trials",
                "list_trials",
                "What is on trial, and what was, newest first.",
                self._trials,
                TrialsAnswer,
                problems=("no_answer",),
            ),
            ApiEntry(
                "POST",
                "/api/trials/{trial}",
                "change_trial",
                "Let the challenger decide, end the trial, or take note of what was told.",
                self._change,
                TrialAnswer,
                body=TrialRequest,
                parts={"trial": _NUMBER},
                problems=("not_found", "conflict", "disk_full", "no_answer"),
            ),
        ]

    async def _trials(self, _asking: Asking) -> AnswerBody:
        return TrialsAnswer.model_validate((await self._light.ask(ListTrials())).body)

    async def _change(self, asking: Asking) -> AnswerBody:
        body: TrialRequest = asking.body
        done = await self._light.ask(ChangeTrial(int(asking.path["trial"]), body.action))
        return TrialAnswer.model_validate(done.body)
