"""From a real library to a taste version: what counts once, what is history, whose text is read."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from kit.memories import DIMENSIONS, FINGERPRINT, content, learned, random_units
from kit.pixel_engine import PixelSums
from tasted.copies.finding import CopyFinder
from tasted.embedding.lazy import EmbedderIdentity, LazyEmbedder
from tasted.judging.fit_record import FitRecord
from tasted.judging.fitting import counted_labels, fit_version
from tasted.judging.stated_preferences import StatedPreferences
from tasted.judging.version import TasteVersion
from tasted.library.library import Embedded, Library
from tasted.records import Origin, PictureFacts
from tasted.scoring.interests.interests import Interest
from tasted.scoring.traits.personality import Trait

FACTS = PictureFacts(10, 10, "PNG")


@pytest.fixture
def library(tmp_path: Path) -> Library:
    """A library with a history of 40 pictures and nothing learnt."""
    opened = Library.open(tmp_path, fingerprint=FINGERPRINT, dimensions=DIMENSIONS)
    rows = random_units(40, seed=1)
    opened.remember(
        {content(f"seen {n}"): Embedded(row[None], FACTS) for n, row in enumerate(rows)}
    )
    return opened


class Counting(PixelSums):
    """Counts the texts of each call."""

    def __init__(self) -> None:
        super().__init__(DIMENSIONS)
        self.calls: list[int] = []

    def embed_texts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Count."""
        self.calls.append(len(texts))
        return super().embed_texts(texts)


def stated_preferences(
    library: Library,
    *,
    traits: tuple[Trait, ...] = (),
    words: str = "",
    model: PixelSums | None = None,
) -> StatedPreferences:
    """Return stated preferences whose texts a fake model embeds."""
    embedder = LazyEmbedder(
        EmbedderIdentity(FINGERPRINT, FINGERPRINT, DIMENSIONS),
        reads_text=True,
        load=lambda: model or PixelSums(DIMENSIONS),
    )
    return StatedPreferences(library, embedder, traits, [Interest(word) for word in words.split()])


def fit(
    library: Library,
    wanted: StatedPreferences,
    bios: Mapping[str, str] | None = None,
    *,
    held_out: Mapping[str, float] | None = None,
) -> TasteVersion:
    """Fit a version to all of a library."""
    known = bios or {}
    return fit_version(
        library,
        wanted,
        number=1,
        fitted_to="labels",
        bios_of=lambda pictures: {key: known[key] for key in pictures if key in known},
        copies=CopyFinder(),
        held_out=held_out,
    )


def test_the_photos_of_a_profile_are_one_reference(library: Library) -> None:
    """A folder of 2 to 12 below liked/ counts once, with the views of all its photos."""
    rows = random_units(5, seed=2)
    paths = ("liked/anna/1.png", "liked/b.png", "liked/anna/2.png", "rejected/c.png")
    library.learn([learned(path, row) for path, row in zip(paths, rows, strict=False)])
    first, second, third = counted_labels(library)
    assert first.contents == (content("liked/anna/1.png"), content("liked/anna/2.png"))
    assert np.array_equal(first.views, rows[[0, 2]])
    assert (second.contents, third.contents) == (
        (content("liked/b.png"),),
        (content("rejected/c.png"),),
    )
    version = fit(library, stated_preferences(library))
    assert version.items == (first.contents, second.contents, third.contents)
    assert (version.taste.liked_count, version.taste.rejected_count) == (2, 1)


def test_photos_of_several_people_are_as_many_references(library: Library) -> None:
    """The light process says of which folders; that alone makes another taste."""
    rows = random_units(3, seed=2)
    paths = ("liked/shots/1.png", "liked/shots/2.png", "liked/anna/3.png")
    library.learn([learned(path, row) for path, row in zip(paths, rows, strict=True)])
    before = library.changes
    assert len(counted_labels(library)) == 2
    library.take_apart(["liked/shots/"])
    assert library.changes > before
    assert len(counted_labels(library)) == 3
    before = library.changes
    library.take_apart(["liked/shots/"])
    assert library.changes == before


def test_what_was_brought_to_teach_is_no_history(library: Library) -> None:
    """Feedback came with the stream and stays in it; a picture chosen by hand is no sample."""
    rows = random_units(2, seed=3)
    brought = learned("liked/brought.png", rows[0])
    fed = learned("liked/fed.png", rows[1], origin=Origin.FEEDBACK)
    library.learn([brought, fed])
    for learnt in (brought, fed):
        library.remember({learnt.reference.content_id: Embedded(learnt.views, FACTS)})
    version = fit(library, stated_preferences(library))
    assert len(version.history) == 41
    assert fed.reference.content_id in version.history
    assert brought.reference.content_id not in version.history
    assert list(version.history) == sorted(version.history)
    assert len(version.history_parts) == 41


def test_row_51_what_is_gone_from_the_inbox_is_no_history(library: Library) -> None:
    """Nothing is ranked among pictures that were deleted; their vectors stay known."""
    library.present = {content(f"seen {n}") for n in range(35)} | {content("never embedded")}
    version = fit(library, stated_preferences(library))
    assert set(version.history) == {content(f"seen {n}") for n in range(35)}
    assert content("seen 39") in library.cached([content("seen 39")])


def test_texts_of_references_are_evidence_where_they_are_known(library: Library) -> None:
    """A column is missing for a reference without a bio, and told for the other."""
    rows = random_units(2, seed=4)
    library.learn([learned("liked/a.png", rows[0]), learned("rejected/b.png", rows[1])])
    version = fit(
        library, stated_preferences(library, words="hiking"), {content("liked/a.png"): "I hike."}
    )
    interests = version.columns[:, 2]
    assert interests[0] > 0
    assert np.isnan(interests[1])


def test_traits_are_measured_beside_the_history(library: Library) -> None:
    """With 40 pictures seen there is a figure for each reference; without traits there is none."""
    library.learn([learned("liked/a.png", random_units(1, seed=5)[0])])
    assert np.isnan(fit(library, stated_preferences(library)).columns[:, 0]).all()
    # the fake model has one direction for all words, so that no trait has a direction of its own
    scales = fit(library, stated_preferences(library, traits=(Trait("kind"),))).scales
    assert [trait.name for trait in scales.traits] == ["kind"]
    assert scales.directions.shape == (1, DIMENSIONS)


def test_without_references_there_is_a_taste_of_texts_alone(library: Library) -> None:
    """Nothing is liked, nothing rejected, and fitting is no error."""
    version = fit(library, stated_preferences(library, words="hiking"))
    assert (version.items, len(version.taste.liked)) == ((), 0)
    assert TasteVersion.from_bytes(version.to_bytes()).digest() == version.digest()


def test_a_fit_embeds_so_many_bios_and_no_more(library: Library) -> None:
    """Two hundred bios under a first trait: a hundred now, in one go; none is embedded twice."""
    rows = random_units(200, seed=6)
    seen = {content(f"told {n}"): Embedded(row[None], FACTS) for n, row in enumerate(rows)}
    library.remember(seen)
    bios = {content_id: f"I am number {index}." for index, content_id in enumerate(seen)}
    model = Counting()
    wanted = stated_preferences(library, traits=(Trait("kind"),), model=model)
    fit(library, wanted, bios)
    # the sentences of the trait, and the bios
    assert sorted(model.calls) == [12, 100]
    fit(library, wanted, bios)
    fit(library, wanted, bios)
    assert sorted(model.calls) == [12, 100, 100]
    # another stated preference needs the phrases, too; the rest counts by what is known
    both = stated_preferences(library, traits=(Trait("kind"),), words="hiking", model=model)
    fit(library, both, bios)
    assert len(both.unknown(bios)) == 100


def test_the_text_of_a_folder_speaks_for_its_photos(library: Library) -> None:
    """`liked/anna/bio.txt` is what the profile says; without it, its photos' texts together."""
    rows = random_units(3, seed=8)
    paths = ("liked/anna/1.png", "liked/anna/2.png", "rejected/c.png")
    library.learn([learned(path, row) for path, row in zip(paths, rows, strict=True)])
    wanted = stated_preferences(library, words="hiking")
    bios = {content("liked/anna/1.png"): "Tea.", content("liked/anna/2.png"): "I hike."}
    assert fit(library, wanted, bios).columns[0, 2] > 0
    assert fit(library, wanted, {**bios, "liked/anna/": "Tea and books."}).columns[0, 2] < 0


def test_labels_that_were_asked_say_nothing_of_the_stream(library: Library) -> None:
    """It is part of what a version was fitted to, and a fit by its record is the same fit."""
    paths = [f"liked/{n}.png" for n in range(6)] + [f"rejected/{n}.png" for n in range(6)]
    rows = random_units(len(paths), seed=4)
    library.learn(
        [learned(path, row, origin=Origin.FEEDBACK) for path, row in zip(paths, rows, strict=True)]
    )
    wanted = stated_preferences(library)
    before = library.changes
    plain = fit(library, wanted)
    assert plain.drawn is None
    # none of these is a label
    library.take_chosen([content("seen 1")])
    assert fit(library, wanted).digest() == plain.digest()
    library.take_chosen([content(path) for path in paths[:4]])
    assert library.changes > before
    version = fit(library, wanted)
    assert version.drawn == tuple(path not in paths[:4] for path in paths)
    assert version.taste.bias != plain.taste.bias
    assert TasteVersion.from_bytes(version.to_bytes()).drawn == version.drawn
    record = FitRecord.of(version)
    assert record is not None
    library.take_chosen([])
    again = fit_version(
        library,
        wanted,
        number=1,
        fitted_to="labels",
        bios_of=lambda _pictures: {},
        copies=CopyFinder(),
        record=FitRecord.from_bytes(record.to_bytes()),
    )
    assert again.digest() == version.digest()
    fewer = record.without([content(paths[0])])
    assert fewer.drawn is not None
    assert fewer.drawn.tolist() == [False] * 3 + [True] * 8


def test_a_model_that_was_trained_on_labels_is_judged_by_what_was_held_out(
    library: Library,
) -> None:
    """Given by content, it replaces what other labels say; of a profile the mean of its photos."""
    rows = random_units(24, seed=2)
    paths = [f"liked/anna/{n}.png" for n in range(2)]
    paths += [f"{'liked' if n % 2 else 'rejected'}/{n}.png" for n in range(22)]
    library.learn([learned(path, row) for path, row in zip(paths, rows, strict=True)])
    held_out = {content(path): -2.0 for path in paths[:12]} | {content(paths[0]): -4.0}
    plain = fit(library, stated_preferences(library))
    honest = fit(library, stated_preferences(library), held_out=held_out)

    assert honest.items == plain.items
    seen = np.array([item[0] in held_out for item in honest.items])
    shown = honest.taste.leave_one_out[seen]
    # the profile is the lowest, the others differ only by the label that each is without
    assert shown.argmin() == 0
    assert len(np.unique(shown[1:].round(9))) == 2
