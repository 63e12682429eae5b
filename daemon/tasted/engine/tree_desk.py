"""Scores files where they lie, by a taste that was shipped; and ships one. Serves one engine.

For an engine of its own, whose home is a folder of its own: it knows nothing of the inbox, keeps
nothing of what it sees, and makes a small library of the references that it was given. Reads trees
and the shipped folder; writes that library, and what `ShipTaste` asks for.
"""

import shutil
from collections.abc import Callable
from pathlib import Path

from tasted.config import Settings
from tasted.embedding.lazy import LazyEmbedder
from tasted.embedding.models.folder import ModelFolder, verify_folder
from tasted.embedding.pocket import FOLDER as POCKET_FOLDER
from tasted.engine.assembly import preferences_of, reader_of, reading_identity
from tasted.engine.model_opening import Load, embedder_identity
from tasted.engine.pipeline import Pipeline
from tasted.engine.reading_files import TreeReader
from tasted.engine.shipping import ShippedArrays, read_arrays, ship
from tasted.engine.stages import OnCrash
from tasted.errors import EngineFailed, TasteUnusable
from tasted.home.ignored import IgnoredList
from tasted.home.layout import Home
from tasted.judging.seed import SeedJudge
from tasted.judging.shipped import ShippedJudge
from tasted.judging.stated_preferences import StatedPreferences
from tasted.judging.taste import TasteJudge
from tasted.judging.versions import TasteVersions
from tasted.library.library import Library
from tasted.records import Origin
from tasted.rpc.backfill_messages import ScoreTree, ShipTaste, TasteShipped
from tasted.rpc.messages import BatchScored, EngineAnswer, FileResult, FileScored, RequestedFile
from tasted.rpc.shipped_facts import HASHES, IGNORED, MODEL, SCORE_BY_NOW, ShippedFacts, read_facts
from tasted.system.files import private_folder
from tasted.system.priority import Bulk, thread_count

_LIBRARY = "shipped-library"


class TreeDesk:
    """Answers the requests of a backfill.

    Args:
        home: of the engine; for `ShipTaste` the one whose taste is shipped.
        settings: of this machine: threads and limits of memory.
        version: of this tasted.
        load: loads the model.
        on_loading: called before that.
        on_loaded: called after it.
        on_crash: handed every exception that is a fault of tasted, and what it was about.
        bulk: runs what nobody waits for.
    """

    def __init__(
        self,
        home: Home,
        settings: Settings,
        *,
        version: str,
        load: Load,
        on_loading: Callable[[], None],
        on_loaded: Callable[[], None],
        on_crash: OnCrash,
        bulk: Bulk,
    ) -> None:
        self._home = home
        self._settings = settings
        self._version = version
        self._load = load
        self._on_loading = on_loading
        self._on_loaded = on_loaded
        self._on_crash = on_crash
        self._bulk = bulk
        self._opened: tuple[object, Pipeline] | None = None
        """Folder and roots of what is open, and what scores by them."""

    def answer(
        self,
        request: ShipTaste | ScoreTree,
        send: Callable[[EngineAnswer], None],
        *,
        is_to_end: Callable[[], bool],
    ) -> TasteShipped | BatchScored:
        """Ship the taste of the home, or score files of a tree.

        Args:
            request: which of the two.
            send: sends the answer of each file.
            is_to_end: tells whether the rest of the files is to be left.

        Raises:
            ServiceFault: when no file is at fault; see `shipping.ship`.
        """
        if isinstance(request, ScoreTree):
            # the model and its threads, too: nobody waits for any of it
            return self._bulk.run(lambda: self._score(request, send, is_to_end))
        facts = ship(
            self._home,
            self._settings,
            Path(request.folder),
            has_model=request.has_model,
            program=self._version,
        )
        return TasteShipped(facts.taste)

    def _score(
        self,
        request: ScoreTree,
        send: Callable[[EngineAnswer], None],
        is_to_end: Callable[[], bool],
    ) -> BatchScored:
        def tell(_file: RequestedFile, result: FileResult) -> None:
            send(FileScored(result))

        self._pipeline(request).process(request.files, tell, is_to_end=is_to_end)
        return BatchScored()

    def _pipeline(self, request: ScoreTree) -> Pipeline:
        wanted = request.shipped, dict(request.roots)
        if self._opened is None or self._opened[0] != wanted:
            self._opened = wanted, self._assembled(Path(request.shipped), request)
        return self._opened[1]

    def _assembled(self, folder: Path, request: ScoreTree) -> Pipeline:
        facts = read_facts(folder)
        if facts is None:
            raise EngineFailed(f"There is no whole taste in {folder}.")
        settings = facts.full_settings(self._settings)
        model = _model(folder, facts)
        embedder = LazyEmbedder(
            embedder_identity(model, settings),
            reads_text=model.family == "clip",
            load=lambda: self._load(model, settings),
            on_loading=self._on_loading,
            on_loaded=self._on_loaded,
        )
        reader = reader_of(settings, lambda work: work())
        with embedder.opening_beside():
            library = self._library_of(read := read_arrays(folder), embedder)
        judge = _judge(library, settings, facts, read, embedder)
        _check_alike(facts, embedder.fingerprint, judge.taste_fingerprint, settings)
        ignored = IgnoredList(folder / IGNORED)

        def is_ignored(content_id: str) -> bool:
            listed = ignored.current
            return listed is not None and listed.has_content(content_id)

        roots = {name: Path(root) for name, root in request.roots.items()}
        return Pipeline(
            TreeReader(roots, max_bytes=settings.limits.max_bytes),
            library,
            embedder,
            judge,
            reader,
            keep_text=settings.reading.keep_text,
            max_pixels=settings.limits.max_pixels,
            views=settings.views.mode,
            workers=thread_count(settings.engine.threads),
            origin_of=lambda _content: Origin.REFERENCE,
            is_ignored=is_ignored,
            on_crash=self._on_crash,
            version=self._version,
        )

    def _library_of(self, read: ShippedArrays, embedder: LazyEmbedder) -> Library:
        """Make a library of the references that were shipped, and nothing else."""
        folder = self._home.state / _LIBRARY
        shutil.rmtree(folder, ignore_errors=True)
        private_folder(folder.parent, below=self._home.root)
        identity = embedder.identity
        library = Library.open(
            folder, fingerprint=identity.fingerprint, dimensions=identity.dimensions
        )
        if read.references:
            library.learn(read.references)
        return library


def _judge(
    library: Library,
    settings: Settings,
    facts: ShippedFacts,
    read: ShippedArrays,
    embedder: LazyEmbedder,
) -> ShippedJudge:
    preferences, reading = preferences_of(settings), reading_identity(settings)
    if read.version is None:
        seed = SeedJudge(library, embedder, preferences, reading=reading)
        return ShippedJudge(seed, taste=facts.taste, counts=facts.counts)
    taste = TasteJudge(
        library,
        StatedPreferences(library, embedder, preferences.traits, preferences.interests),
        # nothing is kept: what is pinned is never fitted
        TasteVersions(Path("/nonexistent")),
        preferences,
        embedder_fingerprint=embedder.fingerprint,
        bios_of=lambda _pictures: {},
        reading=reading,
        embedder=embedder.identity.name,
    )
    taste.current.pin(read.version, is_held=facts.is_held)
    return ShippedJudge(taste, taste=facts.taste, counts=read.version.counts)


def _model(folder: Path, facts: ShippedFacts) -> ModelFolder:
    if facts.model_folder is not None:
        place = Path(facts.model_folder)
    else:
        place = folder / MODEL if (folder / MODEL).is_dir() else POCKET_FOLDER
    return verify_folder(place, name=facts.embedder, hashes_file=folder / HASHES)


def _check_alike(
    facts: ShippedFacts, embedder_fingerprint: str, taste_fingerprint: str, settings: Settings
) -> None:
    """Refuse to score where the same picture would get another score.

    Raises:
        TasteUnusable: and says what differs.
    """
    if embedder_fingerprint != facts.embedder_fingerprint:
        why = f"the model {facts.embedder} gives other vectors here"
    elif reading_identity(settings) != facts.reading:
        why = f"texts are read by {reading_identity(settings)} here, and by {facts.reading} there"
    elif taste_fingerprint != facts.taste_fingerprint:
        why = "it was made by another version of tasted, or with other settings"
    else:
        return
    raise TasteUnusable(
        f"The taste {facts.taste} would score otherwise than where it comes from: {why}.",
        remedy=SCORE_BY_NOW.format(name="NAME"),
    )
