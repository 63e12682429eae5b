"""What was trained on a forgotten picture goes with it, and what it was made of decides again."""

import signal
from dataclasses import replace
from pathlib import Path

import pytest

from kit.children import python
from kit.homes import home_with
from tasted.config import load_settings
from tasted.daemon.forgetting.trained import TrainedOn
from tasted.daemon.shared.training_words import training_lines
from tasted.embedding.models.tuned import LEARNED_FROM, LearnedFrom, write_tuned
from tasted.embedding.models.weights import list_recorded, record
from tasted.home.layout import Home
from tasted.home.status import read_current, write_current
from tasted.home.training_file import TrainingFolder, TrainingPlan, TrainingState
from tasted.records import Current
from tasted.system.faultpoints import FORGET_TRAINED_POINTS, VARIABLE

MINE, OTHER = "a" * 64, "b" * 64
LEARNED = LearnedFrom(
    base="pocket",
    base_fingerprint="0" * 64,
    method="lora",
    trained_at="2026-11-30T08:00:00.000+00:00",
    adapter_sha256="1" * 64,
    trained=(MINE,),
    judged=(OTHER,),
)
_FORGETS = """
import sys
from pathlib import Path
from tasted.daemon.forgetting.trained import TrainedOn
from tasted.home.layout import Home
found = TrainedOn(Home(Path(sys.argv[1])))
found.end_run({sys.argv[2]})
found.erase({sys.argv[2]})
"""
CURRENT = Current("tuned-1", "0" * 64, "taste", "v2", "1" * 64, "c", "l", 400, 300)


@pytest.fixture
def trained(tmp_path: Path) -> Home:
    """A home that a tuned model decides in, with a run that was broken off, and a kept adapter."""
    home = home_with(tmp_path, '# mine\n[embedder]\nmodel = "tuned-1"\n')
    for place in (home.tuned_models / "tuned-1", home.training / "kept" / "0002"):
        place.mkdir(parents=True)
        (place / "model.safetensors").write_bytes(b"weights")
        write_tuned(place, LEARNED, {MINE: -0.5})
    record(
        "tuned-1",
        home.tuned_models / "tuned-1",
        None,
        models_file=home.models_file,
        home_root=home.root,
    )
    write_current(home.current_file, CURRENT)
    folder = TrainingFolder(home)
    folder.write_plan(TrainingPlan(3, "0" * 64, (MINE,), (OTHER,)))
    (folder.run / "adapter-1" / "step-000050").mkdir(parents=True)
    return home


def left_of(home: Home) -> list[Path]:
    """Return every file that holds the picture's id."""
    return [
        file
        for file in home.root.rglob("*")
        if file.is_file() and MINE.encode() in file.read_bytes()
    ]


def test_everything_that_was_trained_on_it_goes(trained: Home) -> None:
    """The model, the adapter, the run; no file holds its id, and the settings name the base."""
    found = TrainedOn(trained)
    assert found.count({MINE}) == 3
    found.end_run({MINE})
    assert found.erase({MINE})

    assert left_of(trained) == []
    assert not (trained.tuned_models / "tuned-1").exists()
    assert list_recorded(trained.models_file, trained.root) == {}
    assert load_settings(trained, environment={}).settings.embedder.model == "pocket"
    assert "# mine" in trained.config_file.read_text()
    assert read_current(trained.current_file) is None
    assert found.count({MINE}) == 0


def test_a_link_to_the_settings_stays_a_link(trained: Home, tmp_path: Path) -> None:
    """Whoever may read the file may read it afterwards."""
    dotfile = tmp_path / "dotfile.toml"
    dotfile.write_text("embedder.model = 'tuned-1'\n")
    dotfile.chmod(0o640)
    trained.config_file.unlink()
    trained.config_file.symlink_to(dotfile)
    assert TrainedOn(trained).erase({MINE})
    assert trained.config_file.is_symlink()
    assert dotfile.stat().st_mode & 0o777 == 0o640
    assert load_settings(trained, environment={}).settings.embedder.model == "pocket"


_LONG = "languages = [\n" + '"en",\n' * 300 + "]\n"


@pytest.mark.parametrize(
    "data",
    [
        None,
        b"[embedder\n",
        b"\xff\xfe",
        f'[reading]\n{_LONG}[embedder]\nmodel = "tuned-1"\n'.encode(),
    ],
    ids=["gone", "no-toml", "no-text", "not-to-be-edited"],
)
def test_a_home_without_readable_settings_forgets(trained: Home, data: bytes | None) -> None:
    """What they ask for is not known then, or cannot be changed; nothing of them is broken."""
    trained.config_file.unlink()
    if data is not None:
        trained.config_file.write_bytes(data)
    found = TrainedOn(trained)
    found.end_run({MINE})
    found.erase({MINE})
    assert (trained.config_file.read_bytes() if data is not None else None) == data
    assert left_of(trained) == []
    assert not (trained.tuned_models / "tuned-1").exists()


def test_a_run_that_is_gone_is_not_offered_to_go_on(trained: Home) -> None:
    """Before, `--status` offers to go on with what is kept; afterwards it says that nothing is."""
    folder = TrainingFolder(trained)
    folder.write(TrainingState(3, "cancelled", "pocket", LEARNED.trained_at, LEARNED.trained_at))
    before = folder.read()
    assert before is not None
    assert training_lines(before) == [
        "Training was ended by you, and can go on.",
        "To go on: tasted train --resume",
    ]
    TrainedOn(trained).end_run({MINE})
    after = folder.read()
    assert after is not None
    assert training_lines(after) == [
        "Training was ended by you, and nothing of it is kept.",
        "To train: tasted train",
    ]


def test_what_another_picture_taught_stays(trained: Home) -> None:
    """Nothing is removed for one that nothing was trained on."""
    found = TrainedOn(trained)
    found.end_run({"c" * 64})
    assert not found.erase({"c" * 64})
    assert found.count({MINE}) == 3
    assert read_current(trained.current_file) == CURRENT


def test_it_goes_as_well_for_what_only_judged_it(trained: Home) -> None:
    """A newer label that was not trained on still shaped what is kept beside the model."""
    assert TrainedOn(trained).count({OTHER}) == 3


def test_what_cannot_say_what_it_learnt_from_goes_with_any_picture(trained: Home) -> None:
    """A half written model, and a run that nobody knows the pictures of."""
    half = trained.tuned_models / "tuned-4.part"
    half.mkdir()
    (trained.tuned_models / "mine").mkdir()
    (trained.tuned_models / "tuned-1" / LEARNED_FROM).write_text("{")
    TrainingFolder(trained).forget_plan()
    found = TrainedOn(trained)
    found.end_run({"c" * 64})
    found.erase({"c" * 64})

    assert not half.exists()
    assert not (trained.tuned_models / "tuned-1").exists()
    assert (trained.tuned_models / "mine").exists()
    assert not TrainingFolder(trained).run.exists()
    # kept ones still say that it is not about them
    assert found.count({MINE}) == 1


def test_a_model_that_does_not_decide_changes_no_setting(trained: Home) -> None:
    """Only what names it is changed."""
    trained.config_file.write_text('[embedder]\nmodel = "pocket"\n')
    write_current(trained.current_file, replace(CURRENT, embedder="pocket"))
    assert not TrainedOn(trained).erase({MINE})
    assert read_current(trained.current_file) is not None


@pytest.mark.parametrize("point", FORGET_TRAINED_POINTS)
def test_row_73_killed_in_the_middle_the_rest_goes_later(trained: Home, point: str) -> None:
    """Whatever is left still says what it owes to whom, so that it is found again."""
    child = python("-c", _FORGETS, str(trained.root), MINE, environment={VARIABLE: point})
    assert child.returncode == -signal.SIGKILL, child.stderr
    found = TrainedOn(trained)
    assert found.count({MINE}) > 0
    found.end_run({MINE})
    found.erase({MINE})

    assert left_of(trained) == []
    assert not (trained.tuned_models / "tuned-1").exists()
    assert load_settings(trained, environment={}).settings.embedder.model == "pocket"
    assert read_current(trained.current_file) is None
    assert found.count({MINE}) == 0
