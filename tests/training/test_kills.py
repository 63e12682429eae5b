"""Killed at every place of a training, and gone on with: the same adapter, nothing left behind."""

import signal
from pathlib import Path

import pytest
import torch

from kit.children import python
from kit.labelled_homes import arrive, labelled_home
from kit.trainings import kept_by, trained
from tasted.embedding.models.tuned import LearnedFrom
from tasted.embedding.models.weights import find_model, list_recorded
from tasted.home.layout import Home
from tasted.home.training_file import INTERRUPTED, TrainingFolder
from tasted.system.faultpoints import VARIABLE
from tasted.training.merging import merge

STEPS = "[training]\nmax_steps = 60\n"
LEARNED = LearnedFrom("pocket", "0" * 64, "lora", "2026-11-30", "1" * 64, ("a" * 64,))
LAYER = "vision_model.encoder.layers.4.self_attn.v_proj.weight"
_MERGES = f"""
import sys
from pathlib import Path
import torch
from tasted.embedding.models.tuned import LearnedFrom
from tasted.embedding.models.weights import find_model
from tasted.home.layout import Home
from tasted.training.merging import merge
home = Home(Path(sys.argv[1]))
pocket = find_model("pocket", models_file=home.models_file, home_root=home.root)
torch.set_num_threads(1)
merge(home, pocket, {{{LAYER!r}: 0.05 * torch.ones(160, 160)}}, number=1, learned={LEARNED!r},
      held_out={{}})
"""


@pytest.mark.longest
def test_row_73_a_run_that_was_killed_comes_to_the_same_adapter(tmp_path: Path) -> None:
    """In the middle of a checkpoint, and between two: to the last bit, and with the same losses.

    It goes on as it was insisted on, and with the history that it began with.
    """
    killed = labelled_home(tmp_path / "killed", 24, STEPS)
    whole = labelled_home(tmp_path / "whole", 24, STEPS)
    for home in (killed, whole):
        arrive(home, range(31))
    assert trained(killed, "training.checkpoint_named:1").state == INTERRUPTED
    arrive(killed, range(31, 35))
    again = {"forces": False, "resumes": True}
    assert trained(killed, "training.checkpoint_written:2", **again).state == INTERRUPTED
    state, wanted = trained(killed, **again), trained(whole)

    assert (state.state, wanted.state, state.run) == ("refused", "refused", 3)
    assert state.starts_over is None
    mine, other = kept_by(killed, state), kept_by(whole, wanted)
    assert (mine.adapter_sha256, mine.judged) == (other.adapter_sha256, other.judged)
    assert (state.gates, state.loss, state.frozen_loss) == (
        wanted.gates,
        wanted.loss,
        wanted.frozen_loss,
    )
    assert not TrainingFolder(killed).run.exists()


@pytest.mark.parametrize("point", ["training.merged", "training.compared"])
def test_row_73_a_model_that_was_killed_before_it_had_a_name_goes_with_the_next(
    home: Home, point: str
) -> None:
    """Nothing loads it, it takes no room for good, and the next one is whole."""
    child = python("-c", _MERGES, str(home.root), environment={VARIABLE: point})
    assert child.returncode == -signal.SIGKILL, child.stderr
    assert list_recorded(home.models_file, home.root) == {}
    assert [*home.tuned_models.iterdir()] != []

    pocket = find_model("pocket", models_file=home.models_file, home_root=home.root)
    changes = {LAYER: 0.05 * torch.ones(160, 160)}
    for number in (2, 3):
        merge(home, pocket, changes, number=number, learned=LEARNED, held_out={})
    assert {place.name for place in home.tuned_models.iterdir()} == {"tuned-2", "tuned-3"}
    assert set(list_recorded(home.models_file, home.root)) == {"tuned-2", "tuned-3"}
