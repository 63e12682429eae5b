"""What another run goes on with: labels, model and recipe decide, what came meanwhile does not."""

from dataclasses import replace
from pathlib import Path

import pytest

from kit.labelled_homes import arrive, labelled_home
from kit.outboxes import picture
from kit.trainings import trained
from tasted.config import load_settings
from tasted.daemon.shared.training_words import training_lines
from tasted.home.training_file import INTERRUPTED, TrainingFolder, TrainingPlan, TrainingState
from tasted.system.files import content_id
from tasted.training.going_on import facts_of, why_not
from tasted.training.labels import read_labels
from tasted.training.process import frozen_base, train
from tasted.training.progress import RunProgress
from tasted.training.recipe import TrainingRecipe
from tasted.training.run_options import RunOptions
from tasted.training.session import TrainingSession

STEPS = "[training]\nmax_steps = 60\n"
NOW = "2026-11-30T14:10:00.000+00:00"
STATE = TrainingState(5, "starting", "pocket", NOW, NOW)
FACTS = {"labels": "l", "model": "m", "recipe": "r"}
PLAN = TrainingPlan(1, "d", (), (), facts=FACTS, history=(), mean=(0.5,))


def test_without_pictures_of_its_history_it_goes_on_as_it_was_divided(tmp_path: Path) -> None:
    """Finished adapters stay; what is gone is not looked at, and `tasted forget` still finds it."""
    home = labelled_home(tmp_path, 24, STEPS)
    arrive(home, range(31))
    assert trained(home, "training.checkpoint_named:2").state == INTERRUPTED
    folder = TrainingFolder(home)
    before = folder.read_plan()
    first = next((folder.run / "adapter-1").rglob("state.json")).stat().st_mtime_ns
    for number in range(5):
        (home.inbox / f"new-{number:03}.png").unlink()
    assert (
        trained(home, "training.checkpoint_named:1", forces=False, resumes=True).starts_over is None
    )

    after = folder.read_plan()
    assert before is not None
    assert after is not None
    assert next((folder.run / "adapter-1").rglob("state.json")).stat().st_mtime_ns == first
    assert replace(after, run=before.run) == before
    assert content_id(picture(0)) in after.judged


def test_with_another_label_it_starts_over_and_says_so(tmp_path: Path) -> None:
    """In one sentence, and nothing of the former checkpoints is used."""
    home = labelled_home(tmp_path, 24, STEPS)
    assert trained(home, "training.checkpoint_named:1").can_go_on
    (home.inbox / "liked" / "another.png").write_bytes(picture(99))
    (home.inbox / "liked" / "001.png").unlink()
    state = trained(home, "training.checkpoint_written:1", resumes=True)
    assert state.starts_over == "Training starts over: your labels have changed."
    assert not state.can_go_on


def test_a_plan_still_names_what_is_kept_of_the_run_before(tmp_path: Path) -> None:
    """Until that is removed `tasted forget` has to find it, also where it is a label no more."""

    class StopError(Exception):
        """The first look at a picture ends it."""

    def stop() -> None:
        raise StopError

    home = labelled_home(tmp_path, 24, STEPS).taken()
    folder = TrainingFolder(home)
    folder.write_plan(replace(PLAN, trained=("a" * 64,), judged=("b" * 64,)))
    settings = load_settings(home, environment={}).settings
    progress = RunProgress(home, folder, STATE, reason_to_wait=stop, max_memory_mb=100_000)
    session = TrainingSession(
        home,
        settings,
        frozen_base(home, settings),
        TrainingRecipe(max_steps=60),
        RunOptions(is_forced=True),
        folder=folder,
        progress=progress,
    )
    with folder.held(), pytest.raises(StopError):
        session.run()

    plan = folder.read_plan()
    assert plan is not None
    assert len(plan.trained) == 24 + 1
    assert {"a" * 64, "b" * 64} <= {*plan.trained, *plan.judged}
    assert (plan.run, plan.digest, plan.facts, plan.is_forced) == (5, "d", FACTS, True)


def test_a_refused_try_leaves_what_can_be_gone_on_with(tmp_path: Path) -> None:
    """`--status` says so, and the remedy of a refused `--resume` keeps it."""
    home = labelled_home(tmp_path, 24, STEPS)
    folder = TrainingFolder(home)
    folder.write_plan(PLAN)
    (folder.run / "adapter-1" / "step-000050").mkdir(parents=True)
    settings = load_settings(home, environment={}).settings
    assert train(home.taken(), settings, RunOptions(resumes=True)) == 0

    state = folder.read()
    assert state is not None
    assert state.state == "not_offered"
    assert training_lines(state)[-2:] == [
        "  → To go on all the same: tasted train --resume --force",
        "To go on with what was trained before: tasted train --resume",
    ]
    assert (folder.run / "adapter-1" / "step-000050").is_dir()


@pytest.mark.parametrize(
    ("plan", "is_kept", "why"),
    [
        (PLAN, True, None),
        (None, True, "nothing of an earlier training is kept"),
        (PLAN, False, "nothing of an earlier training is kept"),
        (replace(PLAN, facts={}), True, "what is kept comes from another version of tasted"),
        (
            replace(PLAN, facts={**FACTS, "recipe": "x"}),
            True,
            "a setting of the training has changed",
        ),
        (
            replace(PLAN, facts={**FACTS, "model": "x"}),
            True,
            "the model, or how it looks at pictures, has changed",
        ),
        (replace(PLAN, facts={**FACTS, "labels": "x"}), True, "your labels have changed"),
    ],
)
def test_the_reason_is_said(plan: TrainingPlan | None, is_kept: bool, why: str | None) -> None:
    """One sentence for each; None where it goes on."""
    wanted = f"Training starts over: {why}." if why is not None else None
    assert why_not(plan, FACTS, is_kept=is_kept) == wanted


def test_only_labels_model_and_recipe_decide(tmp_path: Path) -> None:
    """A picture that was scored since is no fact; a setting is."""
    home = labelled_home(tmp_path, 4)
    settings = load_settings(home, environment={}).settings
    recipe = TrainingRecipe()
    before = facts_of(read_labels(home, settings), "f", recipe)
    arrive(home, [7])
    labels = read_labels(home, settings)
    assert facts_of(labels, "f", recipe) == before
    assert [reference.path for reference in labels.history] == ["new-007.png"]
    assert read_labels(home, settings, history=()).history == ()
    assert facts_of(labels, "f", replace(recipe, max_steps=9))["recipe"] != before["recipe"]
    assert facts_of(labels, "g", recipe)["model"] != before["model"]
