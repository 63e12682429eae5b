"""From the settings to an embedder: which one it is, and opening it, at the start or when needed.

Imports no more than that takes, so that an engine can begin with its model before it imports
anything else: most of the time is compiled code, which runs beside Python.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from tasted.config import Settings
from tasted.decoding.pictures import PREPROCESSING
from tasted.decoding.views import VIEWS_VERSION
from tasted.embedding.embedder import Embedder
from tasted.embedding.lazy import EmbedderIdentity
from tasted.embedding.models.weights import (
    ModelFolder,
    choose_runtime,
    dimensions_of,
    find_model,
    fingerprint_of,
)
from tasted.embedding.opening import open_embedder
from tasted.home.layout import Home
from tasted.system.faultpoints import reach
from tasted.system.priority import thread_count

SOON_SECONDS = 0.5
"""A model of torch takes longer: it imports for seconds."""

POCKET_NOTE = (
    "Scored with pocket, the small model for demonstrations: it is no judge of real profiles."
)

Load = Callable[[ModelFolder, Settings], Embedder]
LoadEarly = Callable[[ModelFolder, Settings, Callable[[], None]], Embedder]
"""As `load_embedder`: what it is handed is called when the rest is compiled code."""


class EarlyModel:
    """Opens the model of a home in a thread from now on; a `Load` that hands it over once.

    Whoever asks for another model, or asks again after a failure, gets it opened then.

    Args:
        home: whose models these are.
        settings: that name the model.
        load: opens it.
    """

    def __init__(self, home: Home, settings: Settings, load: LoadEarly) -> None:
        self._load = load
        self._settings = settings
        self._home = home
        self._is_compiling = threading.Event()
        threads = ThreadPoolExecutor(1, "model")
        self._opened: Future[tuple[ModelFolder, Embedder]] | None = threads.submit(self._open)
        threads.shutdown(wait=False)

    def _open(self) -> tuple[ModelFolder, Embedder]:
        name, home = self._settings.embedder.model, self._home
        try:
            model = find_model(name, models_file=home.models_file, home_root=home.root)
            return model, self._load(model, self._settings, self._is_compiling.set)
        finally:
            self._is_compiling.set()

    def await_compiling(self, within_seconds: float = SOON_SECONDS) -> bool:
        """Wait until this no longer needs the interpreter, and tell whether that was in time.

        Of two threads that both run Python each waits for the other, and the rest of this one takes
        longest of all.
        """
        return self._is_compiling.wait(within_seconds)

    def load(self, model: ModelFolder, settings: Settings) -> Embedder:
        """Return the embedder of a model; waits for the one that is being opened.

        Raises:
            ModelMissing, ModelUnusable: when it cannot be loaded.
        """
        opened, self._opened = self._opened, None
        if opened is not None:
            found, embedder = opened.result()
            if (found, settings) == (model, self._settings):
                return embedder
        return self._load(model, settings, _nothing)


def views_identity(settings: Settings) -> str:
    """Return what decides which parts of a picture are embedded."""
    return f"{settings.views.mode}-{VIEWS_VERSION}"


def embedder_identity(model: ModelFolder, settings: Settings) -> EmbedderIdentity:
    """Return what a model is called and what its vectors are comparable with, without loading it.

    Raises:
        ModelUnusable: when its files cannot be read, or the settings want of it what it cannot do.
    """
    chosen = settings.embedder
    choice = choose_runtime(model, runtime=chosen.runtime, device=chosen.device, dtype=chosen.dtype)
    fingerprint = fingerprint_of(
        model,
        dtype_class=choice.computing,
        views=views_identity(settings),
        preprocessing=PREPROCESSING,
    )
    return EmbedderIdentity(
        name=model.name,
        fingerprint=fingerprint,
        dimensions=dimensions_of(model),
        notes=(POCKET_NOTE,) if model.name == "pocket" else (),
    )


def _nothing() -> None:
    """Say nothing to anybody."""


def load_embedder(
    model: ModelFolder, settings: Settings, at_compiling: Callable[[], None] = _nothing
) -> Embedder:
    """Load a model as the settings ask.

    Args:
        model: the checked folder.
        settings: that say how.
        at_compiling: called when most that is left is compiled code, which runs beside Python.

    Raises:
        ModelUnusable: when it cannot be loaded.
    """
    reach("engine.loading")
    return open_embedder(
        model,
        device=settings.embedder.device,
        dtype=settings.embedder.dtype,
        runtime=settings.embedder.runtime,
        views=views_identity(settings),
        preprocessing=PREPROCESSING,
        threads=thread_count(settings.engine.threads),
        at_compiling=at_compiling,
    )
