"""While the model is changed, what two models scored is never in one order."""

from kit.sidecars import entries_of, scored
from tasted.outbox.page.choice import Group, choose
from tasted.outbox.results import Selection, select_paths
from tasted.outbox.sidecar import ModelPart
from tasted.packing.entries import count_of_another

NEW, OLD = "e" * 64, "f" * 64


def by(embedder: str) -> ModelPart:
    """Return what a sidecar says of its model."""
    return ModelPart(
        embedder=embedder[:3], embedder_fingerprint=embedder, dimensions=8, taste_fingerprint="t"
    )


ENTRIES = entries_of(
    [
        scored("a.png", 0.9, number=1, model=by(OLD)),
        scored("b.png", 0.6, number=2, model=by(NEW)),
        scored("c.png", 0.8, number=3, model=by(OLD)),
        scored("d.png", 0.7, number=4, model=by(NEW)),
    ]
)


def test_a_list_is_of_the_model_in_force() -> None:
    """The others are counted, and listed apart on request."""
    assert select_paths(ENTRIES, Selection(embedder=NEW)) == ["d.png", "b.png"]
    assert select_paths(ENTRIES, Selection(embedder=NEW, is_former=True)) == ["a.png", "c.png"]
    assert count_of_another(ENTRIES, NEW) == 2


def test_before_anything_was_published_there_is_one_order() -> None:
    """Nobody says which model is in force."""
    assert select_paths(ENTRIES, Selection()) == ["a.png", "c.png", "d.png", "b.png"]


def test_the_page_shows_the_model_in_force() -> None:
    """Its counts, too."""
    chosen = choose(ENTRIES, NEW)
    assert chosen.paths[Group.MATCH] == ("d.png", "b.png")
    assert chosen.counts[Group.MATCH] == 2
