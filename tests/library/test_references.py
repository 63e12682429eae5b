"""What the library says of references: learnt, moved, copied, in both folders, gone and back."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from kit.memories import (
    DIMENSIONS,
    FINGERPRINT,
    OTHER_FINGERPRINT,
    content,
    learned,
    random_units,
    unit,
)
from tasted.library.library import Embedded, LearnedReference, Library
from tasted.library.table import one_of
from tasted.records import Label, Origin, PictureFacts, Reference


def _open(folder: Path, fingerprint: str = FINGERPRINT) -> Library:
    return Library.open(folder, fingerprint=fingerprint, dimensions=DIMENSIONS)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return where the library of the test lies."""
    state = tmp_path / "state"
    state.mkdir()
    return state / "library"


@pytest.fixture
def library(folder: Path) -> Iterator[Library]:
    """Return an empty library."""
    opened = _open(folder)
    yield opened
    opened.close()


def _paths(library: Library) -> list[str]:
    return [reference.path for reference in library.references()]


def test_row_37_an_empty_library_answers_everything(library: Library) -> None:
    """A library without references has empty answers, no errors."""
    assert library.references() == []
    assert library.counts() == {Label.LIKED: 0, Label.REJECTED: 0}
    assert library.nearest(unit(1), Label.LIKED, limit=5, exclude=None) == []
    assert library.contradictions() == frozenset()
    assert library.damaged() == []
    assert library.cached([content("x")]) == {}
    assert library.sums().total(Label.LIKED)[1] == 0
    assert library.keep_only([]) == 0


def test_the_folder_is_private(folder: Path, library: Library) -> None:
    """Only the user may look into the library, also when the folder was there before."""
    assert folder.stat().st_mode & 0o777 == 0o700
    folder.chmod(0o755)
    _open(folder)
    assert folder.stat().st_mode & 0o777 == 0o700


def test_learnt_references_survive_a_restart(folder: Path, library: Library) -> None:
    """What was learnt is there when the folder is opened again, names that are no UTF-8 too."""
    strange = "liked/caf\udce9 'x'; DROP TABLE.png"
    library.learn([learned("liked/a.png", unit(1)), learned(strange, unit(0, 1))])
    again = _open(folder)
    assert again.references() == library.references()
    assert _paths(again) == ["liked/a.png", strange]
    assert again.state_digest() == library.state_digest()
    assert again.keep_only([strange]) == 1
    assert _paths(again) == [strange]


def test_another_content_at_a_path_replaces_the_row(folder: Path, library: Library) -> None:
    """A path has one reference: the one that was learnt last."""
    library.learn([learned("liked/a.png", unit(1), name="old")])
    library.learn([learned("liked/a.png", unit(0, 1), name="new")])
    for opened in (library, _open(folder)):
        (reference,) = opened.references()
        assert reference.content_id == content("new")
        (found,) = opened.nearest(unit(0, 1), Label.LIKED, limit=5, exclude=None)
        assert found.similarity == pytest.approx(1)


def test_the_last_of_two_contents_for_one_path_stands(library: Library) -> None:
    """One call may name a path twice."""
    library.learn(
        [learned("liked/a.png", unit(1), name="1"), learned("liked/a.png", unit(0, 1), name="2")]
    )
    (reference,) = library.references()
    assert reference.content_id == content("2")


def test_origin_is_decided_once(folder: Path, library: Library) -> None:
    """A reference that is learnt again keeps its origin, even after it was absent."""
    library.learn([learned("liked/a.png", unit(1), origin=Origin.REFERENCE)])
    library.learn([learned("liked/a.png", unit(1), origin=Origin.FEEDBACK)])
    library.keep_only([])
    library.learn([learned("liked/a.png", unit(1), origin=Origin.FEEDBACK)])
    for opened in (library, _open(folder)):
        assert [reference.origin for reference in opened.references()] == [Origin.REFERENCE]


def test_origin_of_another_content_is_its_own(library: Library) -> None:
    """A new content at a known path brings its own origin."""
    library.learn([learned("liked/a.png", unit(1), name="old")])
    library.learn([learned("liked/a.png", unit(1), name="new", origin=Origin.FEEDBACK)])
    assert library.references()[0].origin is Origin.FEEDBACK


def test_absent_references_do_not_count_and_come_back(folder: Path, library: Library) -> None:
    """A file that leaves the folder stops to count; back again, it counts without a new vector."""
    both = ["liked/a.png", "liked/b.png"]
    library.learn([learned(both[0], unit(1)), learned(both[1], unit(0.9, 0.1))])
    before = library.state_digest()
    assert library.keep_only(["liked/b.png", "liked/unknown.png"]) == 1
    for opened in (library, _open(folder)):
        assert _paths(opened) == ["liked/b.png"]
        assert opened.counts()[Label.LIKED] == 1
        assert opened.sums().total(Label.LIKED)[1] == 1
        found = opened.nearest(unit(1), Label.LIKED, limit=5, exclude=None)
        assert [neighbour.reference.path for neighbour in found] == ["liked/b.png"]
        assert opened.state_digest() != before
    assert library.keep_only(both) == 1
    assert library.keep_only(both) == 0
    assert library.state_digest() == before
    assert len(library.nearest(unit(1), Label.LIKED, limit=5, exclude=None)) == 2


def test_hundreds_of_references_change_at_once(library: Library) -> None:
    """A whole folder that leaves is more than one filter holds."""
    vectors = random_units(1100, seed=1)
    library.learn([learned(f"liked/{number}.png", row) for number, row in enumerate(vectors)])
    assert library.keep_only(["liked/7.png"]) == 1099
    assert _paths(library) == ["liked/7.png"]


def test_a_content_in_both_folders_counts_for_neither(library: Library) -> None:
    """Liked and rejected at once says nothing, until one of the two files goes."""
    library.learn(
        [
            learned("liked/a.png", unit(1), name="both"),
            learned("rejected/a.png", unit(1), name="both"),
            learned("rejected/b.png", unit(0.9, 0.1)),
        ]
    )
    assert library.contradictions() == {content("both")}
    assert library.counts() == {Label.LIKED: 0, Label.REJECTED: 1}
    assert library.nearest(unit(1), Label.LIKED, limit=5, exclude=None) == []
    found = library.nearest(unit(1), Label.REJECTED, limit=5, exclude=None)
    assert [neighbour.reference.path for neighbour in found] == ["rejected/b.png"]
    assert library.sums().total(Label.LIKED)[1] == 0
    assert len(library.references()) == 3
    library.keep_only(["liked/a.png", "rejected/b.png"])
    assert library.contradictions() == frozenset()
    assert library.counts() == {Label.LIKED: 1, Label.REJECTED: 1}


def test_copies_of_a_content_count_once(library: Library) -> None:
    """A content in several files is one reference: the one that was learnt first."""
    library.learn([learned("liked/z.png", unit(1), name="same")])
    library.learn([learned(f"liked/{n}.png", unit(1), name="same") for n in range(40)])
    library.learn([learned("liked/other.png", unit(0.1, 1))])
    assert library.counts()[Label.LIKED] == 2
    found = library.nearest(unit(1), Label.LIKED, limit=2, exclude=None)
    assert [neighbour.reference.path for neighbour in found] == ["liked/z.png", "liked/other.png"]
    vector, count = library.sums().total(Label.LIKED)
    assert count == 2
    assert np.allclose(vector, unit(1) + unit(0.1, 1).astype(np.float64))


def test_the_copy_stands_in_when_the_first_file_goes(library: Library) -> None:
    """A content goes on counting while one of its files is there."""
    library.learn([learned(f"liked/{n}.png", unit(1), name="same") for n in range(2)])
    library.keep_only(["liked/1.png"])
    (found,) = library.nearest(unit(1), Label.LIKED, limit=2, exclude=None)
    assert found.reference.path == "liked/1.png"
    assert library.sums().total(Label.LIKED)[1] == 1


def test_a_picture_is_never_its_own_neighbour(library: Library) -> None:
    """The excluded content is out of the neighbours and of the sums."""
    library.learn([learned("liked/a.png", unit(1)), learned("liked/b.png", unit(0.5, 1))])
    found = library.nearest(unit(1), Label.LIKED, limit=5, exclude=content("liked/a.png"))
    assert [neighbour.reference.path for neighbour in found] == ["liked/b.png"]
    sums = library.sums().without(content("liked/a.png"))
    vector, count = sums.total(Label.LIKED)
    assert count == 1
    assert np.allclose(vector, unit(0.5, 1))
    assert sums.without(content("liked/a.png")).total(Label.LIKED)[1] == 1
    assert sums.without(content("liked/b.png")).total(Label.LIKED) == (
        pytest.approx(np.zeros(DIMENSIONS)),
        0,
    )
    assert library.sums().without(content("stranger")) is library.sums()


def test_search_is_by_label_and_origin(library: Library) -> None:
    """A nearer reference of the other folder or origin never takes a place."""
    library.learn([learned(f"rejected/{n}.png", unit(1, n / 100)) for n in range(50)])
    library.learn([learned("liked/far.png", unit(0, 1))])
    library.learn([learned("liked/near.png", unit(1), origin=Origin.FEEDBACK)])
    liked = library.nearest(unit(1), Label.LIKED, limit=5, exclude=None)
    assert [neighbour.reference.path for neighbour in liked] == ["liked/near.png", "liked/far.png"]
    (brought,) = library.nearest(
        unit(1), Label.LIKED, limit=5, exclude=None, origin=Origin.REFERENCE
    )
    assert brought.reference.path == "liked/far.png"
    assert len(library.nearest(unit(1), Label.REJECTED, limit=7, exclude=None)) == 7
    assert library.nearest(unit(1), Label.REJECTED, limit=0, exclude=None) == []


def test_equally_near_references_have_one_order(library: Library, tmp_path: Path) -> None:
    """Ties are broken by content id, whatever the order of learning, and never cut at random."""
    other = _open(tmp_path / "other")
    rows = [learned(f"liked/{n}.png", unit(1)) for n in range(30)]
    library.learn(rows)
    for row in reversed(rows):
        other.learn([row])
    ids = sorted(learnt.reference.content_id for learnt in rows)[:3]
    for opened in (library, other):
        found = opened.nearest(unit(1), Label.LIKED, limit=3, exclude=None)
        assert [neighbour.reference.content_id for neighbour in found] == ids


def test_the_digest_follows_what_counts(library: Library) -> None:
    """Names and order do not matter to a taste; contents, labels and origins do."""
    empty = library.state_digest()
    library.learn([learned("liked/a.png", unit(1), name="a")])
    one = library.state_digest()
    library.learn([learned("liked/copy of a.png", unit(1), name="a")])
    assert library.state_digest() == one != empty
    library.learn([learned("rejected/b.png", unit(0, 1), name="b")])
    assert library.state_digest() == library.state_digest() != one


def test_another_embedder_sees_none_of_it(folder: Path, library: Library) -> None:
    """Vectors of two embedders cannot be compared: each has its own rows, and its own dimension."""
    library.learn([learned("liked/a.png", unit(1))])
    library.remember({content("a"): Embedded(unit(1)[None], PictureFacts(1, 1, "PNG"))})
    other = Library.open(folder, fingerprint=OTHER_FINGERPRINT, dimensions=3)
    assert other.references() == []
    assert other.cached([content("a")]) == {}
    other.learn([learned("liked/a.png", unit(1, dimensions=3))])
    assert len(_open(folder).references()) == 1


@pytest.mark.parametrize(
    "vector",
    [
        np.zeros(DIMENSIONS, np.float32),
        np.full(DIMENSIONS, np.nan, np.float32),
        2 * unit(1),
        np.array([np.inf] + [0.0] * (DIMENSIONS - 1), np.float32),
        unit(1, dimensions=DIMENSIONS + 1),
    ],
    ids=["zero", "nan", "long", "infinite", "wide"],
)
def test_what_is_no_unit_vector_is_refused(library: Library, vector: np.ndarray) -> None:
    """Such a vector is a bug of the caller, and nothing of it is stored."""
    with pytest.raises(ValueError, match="vector"):
        library.learn([learned("liked/a.png", vector)])
    with pytest.raises(ValueError, match="vector"):
        library.remember({content("a"): Embedded(vector[None], PictureFacts(1, 1, "PNG"))})
    with pytest.raises(ValueError, match="vector"):
        library.nearest(vector, Label.LIKED, limit=1, exclude=None)
    assert library.references() == []
    assert library.cached([content("a")]) == {}


def test_only_sha256_ids_are_taken(folder: Path, library: Library) -> None:
    """Ids enter filters: nothing but 64 hex digits is one."""
    facts = Embedded(unit(1)[None], PictureFacts(1, 1, "PNG"))
    with pytest.raises(ValueError, match="hex"):
        library.remember({"' OR 1=1 --": facts})
    with pytest.raises(ValueError, match="hex"):
        Library.open(folder, fingerprint="../escape", dimensions=DIMENSIONS)
    assert library.cached(["' OR 1=1 --"]) == {}
    foreign = Reference("' OR 1=1 --", "liked/a.png", Label.LIKED, Origin.REFERENCE)
    with pytest.raises(ValueError, match="hex"):
        library.learn([LearnedReference(foreign, unit(1)[None])])
    with pytest.raises(ValueError, match="hex"):
        list(one_of("content_id", [content("a"), content("a") + "\n"]))
