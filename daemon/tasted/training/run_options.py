"""What whoever starts a run wants, and what a step tells. Pure."""

from tasted.plain_dataclass import dataclass


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What whoever started the run wants."""

    is_forced: bool = False
    resumes: bool = False
    keeps: bool = False
    """Whether the adapter of a run that is refused stays."""


@dataclass(frozen=True, slots=True)
class StepTold:
    """How far a run is."""

    step: int
    steps_max: int
    loss: float
    """On the labels that stop it, as of the last look."""
    first_loss: float
    """The same before the first step: that of the frozen model."""
