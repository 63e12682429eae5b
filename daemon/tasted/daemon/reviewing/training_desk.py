"""Training for the page and the API: shown, begun, ended. Reads `.tasted/training`.

The process that trains belongs to nobody: it goes on when the daemon ends.
"""

from collections.abc import Callable, Mapping

from tasted.daemon.reviewing.bodies import Body
from tasted.daemon.shared.shared_state import SharedState
from tasted.daemon.shared.training_words import training_body
from tasted.errors import NotFound
from tasted.home.layout import Home
from tasted.home.training_file import TrainingFolder
from tasted.home.training_needs import NotOffered, missing_labels, refuse_too_few
from tasted.rpc.training_messages import BeginTraining
from tasted.rpc.training_process import (
    TrainingRuns,
    cancel_training,
    has_extra,
    start_training,
)

_NOTHING_CHANGED: Mapping[str, str] = {}


class TrainingDesk:
    """Shows and changes what is trained.

    Args:
        home: of the daemon.
        shared: knows how many labels count.
        start: begins a run; tests forge it.
        is_installed: tells whether what training needs is installed.
    """

    def __init__(
        self,
        home: Home,
        shared: SharedState,
        *,
        start: Callable[..., None] = start_training,
        is_installed: Callable[[], bool] = has_extra,
    ) -> None:
        self._home = home
        self._folder = TrainingFolder(home)
        self._shared = shared
        self._start = start
        self._is_installed = is_installed

    def show(self) -> Body:
        """Return a `TrainingAnswer`."""
        liked, rejected = self._labels()
        return training_body(
            self._folder.read(), has_extra=self._is_installed(), liked=liked, rejected=rejected
        )

    def begin(self, call: BeginTraining) -> Body:
        """Begin a run, and return a `TrainingAnswer`.

        Raises:
            ExtraMissing, TrainingRuns, NotOffered: when it cannot begin.
            ServiceFault: when the process does not start.
        """
        if self._folder.is_running():
            raise TrainingRuns(
                "An adapter is being trained already.", remedy="To end it: tasted train --cancel"
            )
        if self._is_installed():
            labels = self._labels()
            missing = missing_labels(*labels)
            if missing and not self._folder.is_forced(forces=call.force, resumes=call.resume):
                raise NotOffered(" ".join(missing), remedy="To train all the same: force")
            refuse_too_few(*labels)
        self._start(
            self._home,
            environment=_NOTHING_CHANGED,
            is_forced=call.force,
            resumes=call.resume,
            is_installed=self._is_installed,
        )
        return self.show()

    def end(self) -> Body:
        """End the run, and return a `TrainingAnswer`.

        Raises:
            NotFound: when there is none.
        """
        if not cancel_training(self._home):
            raise NotFound("Nothing is being trained.", remedy="To train: tasted train")
        return self.show()

    def _labels(self) -> tuple[int, int]:
        current = self._shared.taste.current
        return (current.liked, current.rejected) if current is not None else (0, 0)
