"""What an evaluation knows of labels whose vectors the library has."""

from dataclasses import replace

import numpy as np

from kit.pictures import noise
from tasted.config import Settings
from tasted.decoding.pictures import decode
from tasted.embedding.models.weights import find_model
from tasted.engine.embed_and_read import look_at_pictures
from tasted.engine.model_opening import embedder_identity, load_embedder
from tasted.evaluation.embedding import Embeddings, embed_references
from tasted.evaluation.references import FoundReferences, find_references
from tasted.home.layout import Home
from tasted.library.embedded import Embedded
from tasted.library.library import Library
from tasted.system.files import content_id

SETTINGS = Settings()
DATA = noise(size=(64, 48))
CONTENT = content_id(DATA)


def scored_before(home: Home) -> Embedded:
    """Put a liked picture into a home whose library knows it without hashes; return all of it."""
    (home.inbox / "liked" / "a.png").write_bytes(DATA)
    model = find_model("pocket", models_file=home.models_file, home_root=home.root)
    identity = embedder_identity(model, SETTINGS)
    pictures = {CONTENT: decode(DATA, name="a.png", max_pixels=10**6)}
    made = look_at_pictures(pictures, load_embedder(model, SETTINGS), SETTINGS.views.mode)[CONTENT]
    library = Library.open(
        home.library, fingerprint=identity.fingerprint, dimensions=identity.dimensions
    )
    library.remember({CONTENT: replace(made, hashes=None)})
    return made


def embeddings_of(home: Home, found: FoundReferences) -> Embeddings:
    """Return what an evaluation knows of references, by `pocket`."""
    return embed_references(found, "pocket", home, SETTINGS, on_progress=lambda _done: None)


def found_in(home: Home) -> FoundReferences:
    """Return the references of a home."""
    return find_references(home.inbox, home.outbox, max_bytes=1_000_000)


def test_labels_that_were_scored_before_get_their_hashes(home: Home) -> None:
    """Their vectors are known from then; without hashes no copy among them would be found."""
    wanted = scored_before(home).hashes
    embeddings = embeddings_of(home, found_in(home))
    assert embeddings.cached == 1
    assert wanted is not None
    assert np.array_equal(embeddings.hashes[CONTENT].cells, wanted.cells)
    assert np.array_equal(embeddings.hashes[CONTENT].wholes, wanted.wholes)


def test_a_label_that_is_gone_by_then_keeps_its_vectors(home: Home) -> None:
    """It is judged without hashes, and is no failure."""
    scored_before(home)
    found = found_in(home)
    (home.inbox / "liked" / "a.png").unlink()
    embeddings = embeddings_of(home, found)
    assert embeddings.vectors.keys() == {CONTENT}
    assert embeddings.hashes == {}
    assert embeddings.failed == ()
