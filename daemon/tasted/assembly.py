"""Puts library, embedder, reader, judge and pipeline of one home together. Opens the library.

The model itself is loaded when the first vector is missing.
"""

from collections.abc import Callable
from dataclasses import dataclass

import structlog

from tasted.bios import Bios
from tasted.config import Settings
from tasted.decoding.pictures import PREPROCESSING
from tasted.decoding.views import VIEWS_VERSION
from tasted.embedding.embedder import Embedder
from tasted.embedding.lazy import EmbedderIdentity, LazyEmbedder
from tasted.embedding.opening import open_embedder
from tasted.embedding.weights import ModelFolder, dimensions_of, find_model, fingerprint_of
from tasted.faultpoints import reach
from tasted.home import Home
from tasted.intake import Intake
from tasted.judging.judged import Judge, Preferences
from tasted.judging.seed import SeedJudge
from tasted.judging.taste import TasteJudge
from tasted.judging.wishes import Wishes
from tasted.learning.versions import TasteVersions
from tasted.library.library import Library
from tasted.pipeline import Pipeline
from tasted.priority import thread_count
from tasted.reading.choosing import choose
from tasted.reading.ocr import OcrEngine
from tasted.reading.opening import open_engine
from tasted.reading.reader import Reader
from tasted.records import Origin
from tasted.scoring.interests import Interest
from tasted.scoring.personality import Trait

POCKET_NOTE = (
    "Scored with pocket, the small model for demonstrations: it is no judge of real profiles."
)

log = structlog.get_logger("tasted.engine")

Load = Callable[[ModelFolder, Settings], Embedder]
StepOut = Callable[[Callable[[], OcrEngine]], OcrEngine]


@dataclass(frozen=True, slots=True)
class Parts:
    """What an engine holds once model and library were found."""

    embedder: LazyEmbedder
    library: Library
    judge: Judge
    pipeline: Pipeline


def assemble(
    home: Home,
    settings: Settings,
    *,
    version: str,
    load: Load,
    on_loading: Callable[[], None],
    on_loaded: Callable[[], None],
    origin_of: Callable[[str], Origin],
    path_of: Callable[[str], str | None],
    is_ignored: Callable[[str], bool],
    step_out: StepOut = lambda opens: opens(),
) -> Parts:
    """Open the library of a home and build what works with it.

    Args:
        home: whose library and inbox these are.
        settings: as the light process loaded them.
        version: of this tasted.
        load: loads the model when it is needed.
        on_loading: called before that.
        on_loaded: called after it.
        origin_of: tells by content id whether a reference of it is feedback.
        path_of: tells by content id where a picture that was scored lies in the inbox.
        is_ignored: tells by content id whether a picture is to be left alone.
        step_out: opens what has threads of its own, where they are as urgent as what is urgent.

    Raises:
        ModelMissing, ModelUnusable: when there is no such model.
        LibraryUnusable, DiskFull: when the library cannot be opened or made.
    """
    model = find_model(settings.embedder.model, models_file=home.models_file, home_root=home.root)
    embedder = LazyEmbedder(
        embedder_identity(model, settings),
        reads_text=model.family == "clip",
        load=lambda: load(model, settings),
        on_loading=on_loading,
        on_loaded=on_loaded,
    )
    library = Library.open(
        home.library,
        fingerprint=embedder.fingerprint,
        dimensions=embedder.identity.dimensions,
    )
    reading = settings.reading
    if reading.keep_text != "all":
        library.drop_texts()
    reader = _reader(settings, step_out)
    intake = Intake(home.inbox, max_bytes=settings.limits.max_bytes)
    judge = _judge(
        home,
        settings,
        library,
        embedder,
        reading=f"{reading.engine}/{reader.choice.reader}/{reading.keep_text}",
        bios=Bios(intake, library, reader, path_of=path_of),
    )
    pipeline = Pipeline(
        intake,
        library,
        embedder,
        judge,
        reader,
        keep_text=reading.keep_text,
        max_pixels=settings.limits.max_pixels,
        views=settings.views.mode,
        origin_of=origin_of,
        is_ignored=is_ignored,
        version=version,
    )
    return Parts(embedder, library, judge, pipeline)


def _judge(
    home: Home,
    settings: Settings,
    library: Library,
    embedder: LazyEmbedder,
    *,
    reading: str,
    bios: Bios,
) -> Judge:
    preferences = _preferences(settings)
    if settings.scoring.scorer == "seed":
        return SeedJudge(library, embedder, preferences, reading=reading)
    return TasteJudge(
        library,
        Wishes(library, embedder, preferences.traits, preferences.interests),
        TasteVersions(home.tastes),
        preferences,
        embedder_fingerprint=embedder.fingerprint,
        bios_of=bios.of,
        reading=reading,
    )


def views_identity(settings: Settings) -> str:
    """Return what decides which parts of a picture are embedded."""
    return f"{settings.views.mode}-{VIEWS_VERSION}"


def embedder_identity(model: ModelFolder, settings: Settings) -> EmbedderIdentity:
    """Return what a model is called and what its vectors are comparable with, without loading it.

    Raises:
        ModelUnusable: when its files cannot be read.
    """
    fingerprint = fingerprint_of(
        model,
        dtype_class=settings.embedder.dtype,
        views=views_identity(settings),
        preprocessing=PREPROCESSING,
    )
    return EmbedderIdentity(
        name=model.name,
        fingerprint=fingerprint,
        dimensions=dimensions_of(model),
        notes=(POCKET_NOTE,) if model.name == "pocket" else (),
    )


def load_embedder(model: ModelFolder, settings: Settings) -> Embedder:
    """Load a model as the settings ask.

    Raises:
        ModelUnusable: when it cannot be loaded.
    """
    reach("engine.loading")
    embedder = open_embedder(
        model,
        device=settings.embedder.device,
        dtype=settings.embedder.dtype,
        views=views_identity(settings),
        preprocessing=PREPROCESSING,
        threads=thread_count(settings.engine.threads),
    )
    log.info("model_loaded", model=model.name, device_note=embedder.device_note)
    return embedder


def _reader(settings: Settings, step_out: StepOut) -> Reader:
    languages = settings.reading.languages
    threads = thread_count(settings.engine.threads)
    return Reader(
        choose(settings.reading.engine, languages),
        languages,
        lambda choice: step_out(lambda: open_engine(choice, threads=threads)),
    )


def _preferences(settings: Settings) -> Preferences:
    chosen, scoring = settings.preferences, settings.scoring
    return Preferences(
        traits=tuple(
            Trait(each) if isinstance(each, str) else Trait(each.name, each.opposite)
            for each in chosen.traits
        ),
        interests=tuple(
            Interest(each) if isinstance(each, str) else Interest(each.name, each.dealbreaker)
            for each in chosen.interests
        ),
        weights=chosen.weights.model_dump(),
        match_threshold=scoring.match_threshold,
        strong_match_threshold=scoring.strong_match_threshold,
        max_error_rate=scoring.max_error_rate,
    )
