"""Vectors of references by one embedder: from the library where they are, else made here.

Reads the library beside a running daemon and writes nothing to it.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tasted.assembly import embedder_identity, views_identity
from tasted.config import Settings
from tasted.decoding.pictures import PREPROCESSING, Picture, decode
from tasted.embedding.embedder import Embedder
from tasted.embedding.lazy import LazyEmbedder
from tasted.embedding.opening import open_embedder
from tasted.embedding.weights import ModelFolder, find_model
from tasted.errors import ItemError
from tasted.evaluation.references import Found
from tasted.home import Home
from tasted.intake import Intake, Item
from tasted.judging.fitting import HISTORY_MAX
from tasted.library.embedded import Embedded
from tasted.library.glance import Glance
from tasted.looking import look_at_pictures
from tasted.records import Reference


@dataclass(frozen=True, slots=True)
class Progress:
    """Told before the first picture is embedded, and after each batch."""

    embedder: str
    done: int
    total: int


@dataclass(frozen=True, slots=True, eq=False)
class Embeddings:
    """What one embedder made of the references."""

    embedder: str
    vectors: dict[str, Embedded]
    """By content id."""
    cached: int
    """How many of them were in the library."""
    history: tuple[Embedded, ...]
    failed: tuple[tuple[str, str], ...]
    """Path of a picture that has no vector, and why."""
    notes: tuple[str, ...]


def embed_references(
    found: Found,
    model: str,
    home: Home,
    settings: Settings,
    *,
    on_progress: Callable[[Progress], None],
) -> Embeddings:
    """Return the vectors of the references.

    Args:
        found: the references.
        model: as a setting names it: `pocket`, a hub name that was pulled, a folder, an alias.
        home: whose library and inbox these are.
        settings: device, limits, batch size.
        on_progress: called when pictures have to be embedded.

    Raises:
        ModelMissing, ModelUnusable: when there is no such model.
        LibraryUnusable: when the library is there and cannot be read.
    """
    folder = find_model(model, models_file=home.models_file, home_root=home.root)
    identity = embedder_identity(folder, settings)
    embedder = LazyEmbedder(
        identity,
        reads_text=folder.family == "clip",
        load=lambda: _load(folder, settings),
    )
    glance = Glance(home.library, fingerprint=identity.fingerprint, dimensions=identity.dimensions)
    references = [photo for each in found.taught for photo in each.photos]
    vectors = glance.cached([each.content_id for each in references])
    cached = len(vectors)
    missing = [each for each in references if each.content_id not in vectors]
    failed: list[tuple[str, str]] = []
    done = 0
    if missing:
        on_progress(Progress(identity.name, 0, len(missing)))
    for batch in _batches(missing, settings.engine.batch_size):
        pictures = dict(_decoded(batch, home.inbox, settings, failed))
        if pictures:
            vectors |= look_at_pictures(pictures, embedder.open(), settings.views.mode)
        done += len(batch)
        on_progress(Progress(identity.name, done, len(missing)))
    history = glance.sample(HISTORY_MAX, exclude=found.brought)
    return Embeddings(
        identity.name, vectors, cached, tuple(history.values()), tuple(failed), identity.notes
    )


def decoded(reference: Reference, inbox: Path, settings: Settings) -> Picture | None:
    """Read and decode one reference; None when it is gone, or another content by now.

    Raises:
        ItemError: when it cannot be read or decoded.
        InboxUnavailable: when macOS refuses for privacy's sake.
    """
    intake = Intake(inbox, max_bytes=settings.limits.max_bytes)
    item = Item(reference.path, label=reference.label)
    read = intake.look(item)
    if read is None or not intake.read(item, read) or read.content != reference.content_id:
        return None
    return decode(read.data, name=item.shown, max_pixels=settings.limits.max_pixels)


def _load(model: ModelFolder, settings: Settings) -> Embedder:
    # as the engine does, but without its log, which a running daemon writes
    return open_embedder(
        model,
        device=settings.embedder.device,
        dtype=settings.embedder.dtype,
        views=views_identity(settings),
        preprocessing=PREPROCESSING,
    )


def _decoded(
    references: Sequence[Reference],
    inbox: Path,
    settings: Settings,
    failed: list[tuple[str, str]],
) -> Iterator[tuple[str, Picture]]:
    for reference in references:
        try:
            picture = decoded(reference, inbox, settings)
        except ItemError as error:
            failed.append((reference.path, error.message))
            continue
        if picture is None:
            failed.append((reference.path, "It is gone or was changed meanwhile."))
        else:
            yield reference.content_id, picture


def _batches(references: Sequence[Reference], size: int) -> Iterator[Sequence[Reference]]:
    for start in range(0, len(references), size):
        yield references[start : start + size]
