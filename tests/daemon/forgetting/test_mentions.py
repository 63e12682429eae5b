"""The sidecar of another picture forgets its neighbour and nothing else."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.memories import content
from kit.sidecars import failed, scored
from tasted.daemon.forgetting.mentions import without_mentions
from tasted.daemon.forgetting.traces import Traces
from tasted.outbox.sidecar import NeighbourPart, Neighbours, Sidecar

TRACES = Traces([content("gone")], ["liked/gone.png", "gone.png"])


def _neighbour(path: str, name: str) -> NeighbourPart:
    return NeighbourPart(id=content(name), path=path, similarity=0.5)


def _near(*liked: NeighbourPart, **fields: Any) -> Sidecar:
    return scored("other.png", neighbours=Neighbours(liked=list(liked)), **fields)


def test_a_neighbour_is_left_out_by_id_and_by_path() -> None:
    """The others keep their order, and everything else stays as it was."""
    stays = [_neighbour("liked/one.png", "one"), _neighbour("liked/two.png", "two")]
    sidecar = _near(
        stays[0],
        _neighbour("liked/renamed.png", "gone"),
        _neighbour("liked/gone.png", "learnt anew"),
        stays[1],
    )
    edited = without_mentions(sidecar, TRACES)
    assert edited == sidecar.model_copy(update={"neighbours": Neighbours(liked=stays)})


def test_sentences_that_name_it_go() -> None:
    """A reason is left out, a summary is replaced, and so is a field of a newer version."""
    sidecar = _near(
        summary="Match: close to liked/gone.png.",
        reasons=["Close to liked/gone.png (0.9)", "Near none of your rejects"],
        drivers=[{"id": content("gone"), "weight": 1.0}, {"id": content("one"), "weight": 2.0}],
    )
    edited = without_mentions(sidecar, TRACES)
    assert edited is not None
    assert edited.reasons == ["Near none of your rejects"]
    assert "gone.png" not in edited.summary
    assert edited.model_dump()["drivers"] == [{"id": content("one"), "weight": 2.0}]


def test_a_sidecar_without_mention_is_left_alone() -> None:
    """Also one whose own name contains the forgotten one, and whose text speaks of it."""
    assert without_mentions(_near(_neighbour("liked/one.png", "one")), TRACES) is None
    assert without_mentions(failed("my gone.png"), TRACES) is None
    assert without_mentions(_near(extracted_data={"bio": "gone.png"}), TRACES) is None


@pytest.mark.parametrize(
    "name",
    ["screenshot", "scored", "match", "summary", "kind", "pocket", "liked", "a.png", "source"],
)
def test_a_picture_named_like_a_word_of_the_format_is_no_mention(name: str) -> None:
    """Kinds, verdicts, models and the names of fields stay what they are."""
    sidecar = _near(_neighbour("liked/one.png", "one"), summary="Like many.", references=None)
    assert without_mentions(sidecar, Traces([content("gone")], [name])) is None
    error = failed("b.png")
    assert without_mentions(error, Traces([], ["error", "empty", "screenshot"])) is not None
    assert without_mentions(error, Traces([], ["code", "screenshot"])) is None


@given(
    st.lists(st.tuples(st.sampled_from(["gone", "one", "two"]), st.booleans()), max_size=6),
    st.lists(st.sampled_from(["see liked/gone.png", "Good", f"id {content('gone')}"]), max_size=4),
)
def test_nothing_is_left_and_what_decides_is_kept(
    neighbours: list[tuple[str, bool]], reasons: list[str]
) -> None:
    """However often it is mentioned; the sidecar stays as current as it was."""
    parts = [_neighbour(f"liked/{name}.png" if own else "x.png", name) for name, own in neighbours]
    sidecar = _near(*parts, reasons=reasons)
    edited = without_mentions(sidecar, TRACES) or sidecar
    assert not TRACES.named_within(edited.model_dump(mode="json"))
    assert edited.ledger_entry() == sidecar.ledger_entry()
    assert without_mentions(edited, TRACES) is None
