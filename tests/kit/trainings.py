"""Trainings in a process of their own, to their end or to where they are killed."""

from kit.waiting import eventually
from tasted.embedding.models.tuned import LearnedFrom, read_learned_from
from tasted.home.layout import Home
from tasted.home.training_file import TrainingFolder, TrainingState
from tasted.rpc.training_process import start_training
from tasted.system.faultpoints import VARIABLE


def trained(
    home: Home, point: str = "", *, forces: bool = True, resumes: bool = False
) -> TrainingState:
    """Train in a process until it ends, or is killed at a fault point; return how it stands."""
    folder = TrainingFolder(home)
    start_training(
        home, environment={VARIABLE: point}, is_forced=forces, resumes=resumes, keeps=True
    )
    eventually(lambda: not folder.is_running())
    state = folder.read()
    assert state is not None
    return state


def kept_by(home: Home, state: TrainingState) -> LearnedFrom:
    """Return what is said beside the adapter that a run kept."""
    learned = read_learned_from(TrainingFolder(home).kept / f"{state.run:04}")
    assert learned is not None
    return learned
