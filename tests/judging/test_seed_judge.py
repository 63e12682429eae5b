"""The evidence for one screenshot, gathered from a real library."""

from pathlib import Path

import pytest

from kit.memories import DIMENSIONS, FINGERPRINT, content, learned, random_units, unit
from kit.pixel_engine import PixelSums
from tasted.embedding.lazy import EmbedderIdentity, LazyEmbedder
from tasted.judging.judged import NEIGHBOURS, Preferences
from tasted.judging.seed import SeedJudge, trait_prompt
from tasted.judging.stated_preferences import text_content_id
from tasted.library.library import Library
from tasted.reading.companion import CompanionText
from tasted.records import Label, Origin
from tasted.scoring.interests.interests import Interest
from tasted.scoring.traits.personality import Trait

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
    judge = SeedJudge(library, unopened(), WORDS_OF_NOBODY)
    origin = Origin.REFERENCE if brought else None
    for query in random_units(12, seed=4):
        gathered = judge._evidence(query, content("a screenshot"), None, is_kept=True)
        (best,) = library.nearest(
            query, Label.LIKED, limit=1, exclude=content("a screenshot"), origin=origin
        )
        assert gathered.best_liked_similarity == best.similarity
        assert len(gathered.liked) == NEIGHBOURS


def test_the_vector_of_a_bio_is_kept_under_its_picture(tmp_path: Path) -> None:
    """So that a new score needs no model, and forgetting finds it; a foreign one leaves nothing."""
    library = Library.open(tmp_path, fingerprint=FINGERPRINT, dimensions=DIMENSIONS)
    embedder = LazyEmbedder(
        EmbedderIdentity(FINGERPRINT, FINGERPRINT, DIMENSIONS, ()),
        reads_text=True,
        load=lambda: PixelSums(DIMENSIONS),
    )
    judge = SeedJudge(library, embedder, Preferences((Trait("kind"),), (), {}, 0.6, 0.8))
    said, shot = CompanionText(None, None, "Tea"), content("a screenshot")
    judge._evidence(unit(1), shot, said, is_kept=False)
    assert library.known_bio(shot) is None
    gathered = judge._evidence(unit(1), shot, said, is_kept=True)
    assert gathered.bio_vector is not None
    assert gathered.trait_text_vector is not None
    traits, bio = text_content_id(trait_prompt(("kind",))), text_content_id("Tea")
    assert set(library.cached([traits, bio])) == {traits}
    again = Library.open(tmp_path, fingerprint=FINGERPRINT, dimensions=DIMENSIONS)
    assert again.cached_bio(shot, bio) is not None
    assert again.cached_bio(shot, text_content_id("Coffee")) is None


def test_seed_knows_no_dealbreakers(tmp_path: Path) -> None:
    """What must not be in a bio is nothing that the formula could look for."""
    library = Library.open(tmp_path, fingerprint=FINGERPRINT, dimensions=DIMENSIONS)
    wanted = (Interest("tea"), Interest("smoking", dealbreaker=True))
    judge = SeedJudge(library, unopened(), Preferences((), wanted, {}, 0.6, 0.8))
    said = CompanionText(None, None, "tea and smoking")
    gathered = judge._evidence(unit(1), content("a screenshot"), said, is_kept=True)
    assert gathered.interests == ("tea",)
