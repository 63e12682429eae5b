"""What the engine answers somebody who waits: at the page, in the terminal, or with a command."""

from collections.abc import Callable

import structlog

from tasted.daemon.shared.shared_state import SharedState
from tasted.errors import EngineFailed
from tasted.rpc.client import AnswerT, Ask, EngineDiedError
from tasted.rpc.messages import EngineRequest
from tasted.rpc.trial_messages import DecideByRecipe
from tasted.rpc.version_messages import GoBack, UseVersion, VersionChosen

log = structlog.get_logger("tasted.worker")


class PageAnswers:
    """Asks the engine of a worker, and takes in what it published meanwhile.

    Args:
        shared: what is shared with the scanner.
        ask: sends the engine a request.
        engine_pid: returns the pid of the engine; None when it does not run.
        is_stopping: tells whether the process is ending.
    """

    def __init__(
        self,
        shared: SharedState,
        *,
        ask: Ask,
        engine_pid: Callable[[], int | None],
        is_stopping: Callable[[], bool],
    ) -> None:
        self._shared = shared
        self._ask = ask
        self._engine_pid = engine_pid
        self._is_stopping = is_stopping

    def answer(self, request: EngineRequest[AnswerT], *, prepare: Callable[[], object]) -> AnswerT:
        """Ask the engine; once more when it ended over that.

        Args:
            request: what is asked.
            prepare: called before each try, for the second engine knows nothing of the first.

        Raises:
            ServiceFault: why there is no answer.
        """
        answer = self._asked(request, prepare)
        if isinstance(answer, VersionChosen) and answer.current is not None:
            self._shared.taste.published(answer.current, engine_pid=self._engine_pid())
            self._shared.wakeups.wake_scanner()
        return answer

    def _asked(self, request: EngineRequest[AnswerT], prepare: Callable[[], object]) -> AnswerT:
        prepare()
        try:
            return self._ask(request)
        except EngineDiedError as error:
            log.warning("engine_died", request=type(request).__name__, error=str(error))
            died = error
        if isinstance(request, UseVersion | GoBack | DecideByRecipe):
            # what was chosen may be kept, and not be published
            self._shared.taste.outgrown()
        if not self._is_stopping():
            prepare()
            try:
                return self._ask(request)
            except EngineDiedError as error:
                died = error
        raise EngineFailed(
            f"The engine ended twice while it answered the page: {died}.",
            remedy="Try again. If it ends each time, see what is wrong with: tasted doctor",
        ) from died
