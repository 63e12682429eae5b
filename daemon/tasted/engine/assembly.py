"""Puts library, embedder, reader, judge and pipeline of one home together. Opens the library.

The model itself is loaded when the first vector is missing, or beside opening the library if it is
known by then that one will be.
"""

from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Protocol, TypeVar

import structlog

from tasted.config import Settings
from tasted.embedding.embedder import Embedder
from tasted.embedding.lazy import LazyEmbedder
from tasted.embedding.models.in_force import find_deciding
from tasted.embedding.models.tuned import read_held_out
from tasted.embedding.models.weights import ModelFolder
from tasted.engine.card_desk import CardDesk
from tasted.engine.known_pictures import Bios, LabelLooks
from tasted.engine.model_opening import Load, embedder_identity
from tasted.engine.pipeline import Pipeline
from tasted.engine.reading_files import InboxReader
from tasted.engine.stages import OnCrash
from tasted.home.layout import Home
from tasted.judging.chosen import VersionJudge
from tasted.judging.judged import Preferences
from tasted.judging.seed import SeedJudge
from tasted.judging.seed_pool import SeedPool
from tasted.judging.stated_preferences import StatedPreferences
from tasted.judging.taste import TasteJudge
from tasted.judging.versions import TasteVersions
from tasted.library.library import Library
from tasted.native import libvips
from tasted.plain_dataclass import dataclass
from tasted.reading.choosing import choose
from tasted.reading.opening import open_engine
from tasted.reading.reader import Reader
from tasted.records import Origin
from tasted.scoring.interests.interests import Interest
from tasted.scoring.traits.personality import Trait
from tasted.system.priority import thread_count

_MEGABYTE = 1_000_000

log = structlog.get_logger("tasted.engine")

Opened = TypeVar("Opened")


class StepOut(Protocol):
    """`Bulk.step_out`, for whoever is handed that alone."""

    def __call__(self, work: Callable[[], Opened], /) -> Opened:
        """Open something that has threads of its own, where they are as urgent as urgent work."""
        ...


@dataclass(frozen=True, slots=True)
class Assembly:
    """What an engine holds once model and library were found."""

    embedder: LazyEmbedder
    library: Library
    judge: VersionJudge
    pipeline: Pipeline
    label_looks: LabelLooks
    """Tells which label folders are not of one person, by looks."""
    desk: CardDesk
    """Chooses what to show somebody who is judging."""
    formula: SeedPool
    """Scores many pictures by the fixed formula, whatever decides."""
    preferences: Preferences
    """What the user asked for in the settings."""
    model: str
    """As the settings name it."""


def assemble(
    home: Home,
    settings: Settings,
    *,
    version: str,
    load: Load,
    on_loading: Callable[[], None],
    on_loaded: Callable[[], None],
    origin_of: Callable[[str], Origin | None],
    path_of: Callable[[str], str | None],
    is_ignored: Callable[[str], bool],
    on_crash: OnCrash,
    step_out: StepOut,
    needs_model: bool = False,
    beside: Library | None = None,
) -> Assembly:
    """Open the library of a home and build what works with it.

    Args:
        home: whose library and inbox these are.
        settings: as the light process loaded them.
        version: of this tasted.
        load: loads the model when it is needed.
        on_loading: called before that.
        on_loaded: called after it.
        origin_of: tells by content id whether a reference of it is feedback; None: not known.
        path_of: tells by content id where a picture that was scored lies in the inbox.
        is_ignored: tells by content id whether a picture is to be left alone.
        on_crash: handed every exception that is a fault of tasted, and what it was about.
        step_out: opens what has threads of its own, where they are as urgent as what is urgent.
        needs_model: load the model now, beside opening the library.
        beside: the library of the model in force, where this is for another one.

    Raises:
        ModelMissing, ModelUnusable: when there is no such model, or when it cannot be loaded.
        LibraryUnusable, DiskFull: when the library cannot be opened or created.
    """
    model = find_deciding(home, settings.embedder.model)
    embedder = LazyEmbedder(
        embedder_identity(model, settings),
        reads_text=model.family == "clip",
        load=lambda: _told(model, step_out(lambda: load(model, settings))),
        on_loading=on_loading,
        on_loaded=on_loaded,
    )
    # LanceDB is imported meanwhile; pictures have to wait, or one of them could seem to have ended
    # an engine that ended over its model
    with embedder.opening_beside() if needs_model else nullcontext():
        library = Library.open(
            home.library,
            fingerprint=embedder.fingerprint,
            dimensions=embedder.identity.dimensions,
            beside=beside,
        )
        if needs_model:
            # it decodes the first picture, and the model takes longer than both
            libvips.missing()

    def known_origin_of(content_id: str) -> Origin:
        # the library alone knows what was imported
        return origin_of(content_id) or library.origin_of(content_id) or Origin.REFERENCE

    reading = settings.reading
    if reading.keep_text != "all":
        library.drop_texts()
    reader = reader_of(settings, step_out)
    inbox = InboxReader(home.inbox, max_bytes=settings.limits.max_bytes)
    bios = Bios(inbox, library, reader, path_of=path_of)
    judge = _judge(
        home,
        settings,
        library,
        embedder,
        reading=reading_identity(settings),
        bios=bios,
        folder=model.folder,
    )
    preferences = preferences_of(settings)
    formula = SeedPool(library, preferences, reads_text=embedder.reads_text, bios_of=bios.of)
    pipeline = Pipeline(
        inbox,
        library,
        embedder,
        judge,
        reader,
        keep_text=reading.keep_text,
        max_pixels=settings.limits.max_pixels,
        views=settings.views.mode,
        workers=thread_count(settings.engine.threads),
        origin_of=known_origin_of,
        path_of=path_of,
        is_ignored=is_ignored,
        on_crash=on_crash,
        version=version,
    )
    looks = LabelLooks(inbox, library, reader, path_of=path_of)
    desk = CardDesk(library, judge, is_ignored=is_ignored)
    return Assembly(
        embedder,
        library,
        judge,
        pipeline,
        looks,
        desk,
        formula,
        preferences,
        model=settings.embedder.model,
    )


def _judge(
    home: Home,
    settings: Settings,
    library: Library,
    embedder: LazyEmbedder,
    *,
    reading: str,
    bios: Bios,
    folder: Path,
) -> VersionJudge:
    preferences = preferences_of(settings)
    versions = TasteVersions(
        home.tastes, check=home.check, budget_bytes=settings.learning.keep_mb * _MEGABYTE
    )
    taste = TasteJudge(
        library,
        StatedPreferences(library, embedder, preferences.traits, preferences.interests),
        versions,
        preferences,
        embedder_fingerprint=embedder.fingerprint,
        bios_of=bios.of,
        reading=reading,
        embedder=embedder.identity.name,
        held_out=read_held_out(folder),
    )
    seed = SeedJudge(library, embedder, preferences, reading=reading)
    return VersionJudge(taste, seed, versions, follows=settings.scoring.scorer)


def _told(model: ModelFolder, embedder: Embedder) -> Embedder:
    log.info("model_loaded", model=model.name, device_note=embedder.device_note)
    return embedder


def reading_identity(settings: Settings) -> str:
    """Return what reads the text in pictures on this machine, and what is kept of it."""
    reading = settings.reading
    reader = choose(reading.engine, reading.languages).reader
    return f"{reading.engine}/{reader}/{reading.keep_text}"


def reader_of(settings: Settings, step_out: StepOut) -> Reader:
    """Return what reads the text in pictures; it is opened for the first one."""
    languages = settings.reading.languages
    threads = thread_count(settings.engine.threads)
    return Reader(
        choose(settings.reading.engine, languages),
        languages,
        lambda choice: step_out(lambda: open_engine(choice, threads=threads)),
    )


def preferences_of(settings: Settings) -> Preferences:
    """Return what the user asked for."""
    chosen, scoring = settings.preferences, settings.scoring
    return Preferences(
        traits=tuple(
            Trait(trait) if isinstance(trait, str) else Trait(trait.name, trait.opposite)
            for trait in chosen.traits
        ),
        interests=tuple(
            Interest(interest)
            if isinstance(interest, str)
            else Interest(interest.name, interest.dealbreaker)
            for interest in chosen.interests
        ),
        weights=chosen.weights.model_dump(),
        match_threshold=scoring.match_threshold,
        strong_match_threshold=scoring.strong_match_threshold,
        max_error_rate=scoring.max_error_rate,
    )
