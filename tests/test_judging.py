"""The evidence for one screenshot, gathered from a real library."""

from pathlib import Path

import pytest

from kit.memories import DIMENSIONS, FINGERPRINT, content, learned, random_units
from tasted.embedding.lazy import EmbedderIdentity, LazyEmbedder
from tasted.judging import NEIGHBOURS, Judge, Preferences
from tasted.library.library import Library
from tasted.records import Label, Origin

WORDS_OF_NOBODY = Preferences((), (), {}, 0.6, 0.8)


def unopened() -> LazyEmbedder:
    """Return an embedder that nobody needs: every vector is given."""
    return LazyEmbedder(
        EmbedderIdentity(FINGERPRINT, FINGERPRINT, DIMENSIONS, ()),
        reads_text=False,
        load=lambda: pytest.fail("nothing has to be embedded"),
        on_loading=lambda: None,
        on_loaded=lambda: None,
    )


@pytest.mark.parametrize("brought", [0, 1, 3, 20])
def test_the_best_liked_is_the_nearest_of_its_origin_however_much_feedback_is_nearer(
    tmp_path: Path, brought: int
) -> None:
    """It is what a search among the pictures brought to teach finds, or among all without any."""
    library = Library.open(tmp_path, fingerprint=FINGERPRINT, dimensions=DIMENSIONS)
    vectors = random_units(20, seed=3)
    library.learn(
        [
            learned(
                f"liked/{index}.png",
                vector,
                origin=Origin.REFERENCE if index < brought else Origin.FEEDBACK,
            )
            for index, vector in enumerate(vectors)
        ]
    )
    judge = Judge(library, unopened(), WORDS_OF_NOBODY, scorer="seed")
    origin = Origin.REFERENCE if brought else None
    for query in random_units(12, seed=4):
        gathered = judge._evidence(query, content("a screenshot"), None)
        (best,) = library.nearest(
            query, Label.LIKED, limit=1, exclude=content("a screenshot"), origin=origin
        )
        assert gathered.best_liked_similarity == best.similarity
        assert len(gathered.liked) == NEIGHBOURS
