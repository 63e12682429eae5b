"""A model that is opened before it is asked for."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from kit.homes import pocket_home
from kit.pixel_engine import PixelSums
from kit.waiting import PATIENCE_SECONDS
from tasted.config import Settings, load_settings
from tasted.embedding.models.weights import ModelFolder, find_model
from tasted.engine.model_opening import EarlyModel
from tasted.errors import ModelUnusable
from tasted.home.layout import Home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home whose model is `pocket`."""
    return pocket_home(tmp_path / "home")


@pytest.fixture
def settings(home: Home) -> Settings:
    """Its settings."""
    return load_settings(home, environment={}).settings


@pytest.fixture
def model(home: Home) -> ModelFolder:
    """The folder of its model."""
    return find_model("pocket", models_file=home.models_file, home_root=home.root)


class Loads:
    """Counts what is loaded, and where; compiles until it is let go on."""

    def __init__(self, *failures: Exception) -> None:
        self.failures = list(failures)
        self.threads: list[str] = []
        self.has_loaded = False
        self.goes_on = threading.Event()
        self.goes_on.set()

    def __call__(
        self, _model: ModelFolder, _settings: Settings, at_compiling: Callable[[], None]
    ) -> PixelSums:
        """Load, or fail."""
        self.threads.append(threading.current_thread().name)
        at_compiling()
        assert self.goes_on.wait(PATIENCE_SECONDS)
        if self.failures:
            raise self.failures.pop()
        self.has_loaded = True
        return PixelSums(4)


def test_a_model_is_opened_before_it_is_asked_for(
    home: Home, settings: Settings, model: ModelFolder
) -> None:
    """In a thread of its own, once."""
    loads = Loads()
    assert EarlyModel(home, settings, loads).load(model, settings).dimensions == 4
    assert [name.startswith("model") for name in loads.threads] == [True]


def test_everything_else_waits_until_the_model_is_being_compiled(
    home: Home, settings: Settings, model: ModelFolder
) -> None:
    """Not until it is open."""
    loads = Loads()
    loads.goes_on.clear()
    early = EarlyModel(home, settings, loads)
    assert early.await_compiling(PATIENCE_SECONDS)
    assert not loads.has_loaded
    loads.goes_on.set()
    assert early.load(model, settings).dimensions == 4


def test_a_model_that_is_missing_keeps_nobody_waiting(home: Home, settings: Settings) -> None:
    """Whoever asks for it is told."""
    wanted = settings.embedder.model_copy(update={"model": "nowhere"})
    early = EarlyModel(home, settings.model_copy(update={"embedder": wanted}), Loads())
    assert early.await_compiling(PATIENCE_SECONDS)


def test_a_model_that_could_not_be_opened_is_tried_again(
    home: Home, settings: Settings, model: ModelFolder
) -> None:
    """The failure is told once; whoever asks again gets a new try."""
    early = EarlyModel(home, settings, loads := Loads(ModelUnusable("Damaged.", remedy="Fetch.")))
    with pytest.raises(ModelUnusable):
        early.load(model, settings)
    early.load(model, settings)
    assert len(loads.threads) == 2


def test_another_model_than_the_early_one_is_opened(
    home: Home, settings: Settings, model: ModelFolder
) -> None:
    """What was opened for other settings is not handed over."""
    loads = Loads()
    early = EarlyModel(home, settings, loads)
    wanted = settings.embedder.model_copy(update={"dtype": "float32"})
    early.load(model, settings.model_copy(update={"embedder": wanted}))
    assert len(loads.threads) == 2
