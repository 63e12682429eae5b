"""Vectors of references by one embedder: from the library if it has them, else computed here.

Reads the library beside a running daemon and never writes to it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from tasted.amounts import counted
from tasted.config import Settings
from tasted.decoding.pictures import PREPROCESSING, Picture, decode
from tasted.embedding.embedder import Embedder
from tasted.embedding.lazy import LazyEmbedder
from tasted.embedding.models.tuned import read_held_out
from tasted.embedding.models.weights import ModelFolder, find_model
from tasted.embedding.opening import open_embedder
from tasted.engine.embed_and_read import look_at_pictures, view_hashes
from tasted.engine.model_opening import embedder_identity, views_identity
from tasted.engine.reading_files import InboxReader
from tasted.errors import ItemError
from tasted.evaluation.references import FoundReferences
from tasted.home.layout import Home
from tasted.judging.fitting import HISTORY_MAX
from tasted.library.embedded import Embedded, ViewHashes
from tasted.library.glance import Glance
from tasted.plain_dataclass import dataclass
from tasted.records import Reference
from tasted.rpc.messages import RequestedFile


@dataclass(frozen=True, slots=True)
class Progress:
    """Reported before the first picture is embedded, and after each batch."""

    embedder: str
    done: int
    total: int


@dataclass(frozen=True, slots=True, eq=False)
class Embeddings:
    """The references as vectors of one embedder."""

    embedder: str
    vectors: dict[str, Embedded]
    """By content id."""
    hashes: dict[str, ViewHashes]
    """By content id, where there are any."""
    cached: int
    """How many of them were in the library."""
    history: tuple[Embedded, ...]
    failed: tuple[tuple[str, str], ...]
    """Path of each picture without a vector, and why."""
    notes: tuple[str, ...]
    held_out: dict[str, float]
    """Of a model that was trained on labels: what models say that have not seen them, by content
    id."""


def embed_references(
    found: FoundReferences,
    model: str,
    home: Home,
    settings: Settings,
    *,
    on_progress: Callable[[Progress], None],
) -> Embeddings:
    """Return the vectors of the references.

    Args:
        found: the references.
        model: as in the settings: `pocket`, the hub name of a pulled model, a folder, an alias.
        home: whose library and inbox these are.
        settings: device, limits, batch size.
        on_progress: called when pictures have to be embedded.

    Raises:
        ModelMissing, ModelUnusable: when there is no such model.
        LibraryUnusable: when there is a library and it cannot be read.
    """
    folder = find_model(model, models_file=home.models_file, home_root=home.root)
    identity = embedder_identity(folder, settings)
    embedder = LazyEmbedder(
        identity,
        reads_text=folder.family == "clip",
        load=lambda: _load(folder, settings),
    )
    glance = Glance(home.library, fingerprint=identity.fingerprint, dimensions=identity.dimensions)
    references = [photo for item in found.items for photo in item.photos]
    vectors = glance.cached([reference.content_id for reference in references])
    hashes = glance.hashes(list(vectors))
    cached = len(vectors)
    missing = [reference for reference in references if reference.content_id not in vectors]
    failed: list[tuple[str, str]] = []
    done = 0
    if missing:
        on_progress(Progress(identity.name, 0, len(missing)))
    for batch in _batches(missing, settings.engine.batch_size):
        pictures = dict(_decoded(batch, home.inbox, settings, failed))
        if pictures:
            made = look_at_pictures(pictures, embedder.open(), settings.views.mode)
            vectors |= made
            hashes |= {
                content: picture.hashes
                for content, picture in made.items()
                if picture.hashes is not None
            }
        done += len(batch)
        on_progress(Progress(identity.name, done, len(missing)))
    known = [one for one in references if one.content_id in vectors.keys() - hashes.keys()]
    # what was scored before it got its label; one that is gone since then stays without
    for content, picture in _decoded(known, home.inbox, settings, failed=[]):
        hashes[content] = view_hashes(picture, vectors[content].facts.views)
    held_out = read_held_out(folder.folder)
    history = glance.sample(HISTORY_MAX, exclude=found.curated, among=found.present)
    return Embeddings(
        embedder=identity.name,
        vectors=vectors,
        hashes=hashes,
        cached=cached,
        history=tuple(history.values()),
        failed=tuple(failed),
        notes=(*identity.notes, *_trained_notes(identity.name, held_out)),
        held_out=held_out,
    )


def _trained_notes(name: str, held_out: Mapping[str, float]) -> tuple[str, ...]:
    if not held_out:
        return ()
    count = counted(len(held_out), "label")
    note = f"{name} was trained on {count}. Only taste is judged by models that had not seen them."
    return (note,)


def decoded(reference: Reference, inbox: Path, settings: Settings) -> Picture | None:
    """Read and decode one reference; None when it is gone or has another content by now.

    Raises:
        ItemError: when it cannot be read or decoded.
        InboxUnavailable: when macOS denies access for privacy reasons.
    """
    reader = InboxReader(inbox, max_bytes=settings.limits.max_bytes)
    file = RequestedFile(reference.path)
    opened = reader.stat(file)
    if opened is None or not reader.read(file, opened):
        return None
    if opened.content_id != reference.content_id:
        return None
    return decode(
        opened.data, name=file.shown, max_pixels=settings.limits.max_pixels, is_last_try=True
    )


def _load(model: ModelFolder, settings: Settings) -> Embedder:
    # as the engine does, but without its log: a running daemon writes that
    return open_embedder(
        model,
        device=settings.embedder.device,
        dtype=settings.embedder.dtype,
        runtime=settings.embedder.runtime,
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
            failed.append((reference.path, "It has been removed or changed meanwhile."))
        else:
            yield reference.content_id, picture


def _batches(references: Sequence[Reference], size: int) -> Iterator[Sequence[Reference]]:
    for start in range(0, len(references), size):
        yield references[start : start + size]
