"""What the web child asks about the training of an adapter. Pure."""

from tasted.plain_dataclass import dataclass
from tasted.rpc.review_messages import ReviewCall


@dataclass(frozen=True, slots=True)
class ShowTraining(ReviewCall):
    """How far it is, or how it ended; a body of `TrainingAnswer`."""


@dataclass(frozen=True, slots=True)
class BeginTraining(ReviewCall):
    """A run is to begin; a body of `TrainingAnswer`."""

    method: str
    """`lora`."""
    force: bool = False
    resume: bool = False


@dataclass(frozen=True, slots=True)
class EndTraining(ReviewCall):
    """The run is to end; a body of `TrainingAnswer`."""
