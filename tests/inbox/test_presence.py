"""A reference stops teaching only when two healthy looks in a row missed it."""

import random

from hypothesis import given
from hypothesis import strategies as st

from tasted.inbox.presence import Presence, labels_digest
from tasted.records import FileStamp

STAMP = FileStamp(10, 20, 30)
OTHER = FileStamp(11, 20, 30)
ONE = {"liked/a.png": STAMP}
BOTH = {**ONE, "liked/b.png": STAMP}


def test_gone_only_after_two_healthy_looks() -> None:
    """One look that misses a file raises a doubt, the second one decides."""
    presence = Presence()
    presence.look(BOTH, healthy=True)
    presence.look(ONE, healthy=True)
    assert presence.present == BOTH
    assert presence.doubtful
    presence.look(ONE, healthy=True)
    assert presence.present == ONE
    assert not presence.doubtful


def test_unhealthy_looks_prove_nothing() -> None:
    """However often a look that could not see everything misses a file, the file counts."""
    presence = Presence()
    presence.look(BOTH, healthy=True)
    for _ in range(5):
        presence.look({}, healthy=False)
    assert presence.present == BOTH
    assert not presence.doubtful


def test_an_unhealthy_look_still_shows_what_it_saw() -> None:
    """New references count at once, and a doubt about one that is seen again is over."""
    presence = Presence()
    presence.look(ONE, healthy=True)
    presence.look({}, healthy=True)
    presence.look(BOTH, healthy=False)
    assert presence.present == BOTH
    assert not presence.doubtful


def test_a_file_that_returns_teaches_again() -> None:
    """Gone is not for ever, and a return starts the patience anew."""
    presence = Presence()
    for paths in (BOTH, {}, {}, BOTH, {}):
        presence.look(paths, healthy=True)
    assert presence.present == BOTH


def test_a_file_still_being_written_counts_as_what_it_was() -> None:
    """A new one does not count yet; a known one keeps its old stamp until it is settled."""
    presence = Presence()
    presence.look({**ONE, "liked/new.png": None}, healthy=True)
    assert presence.present == ONE
    for _ in range(5):
        presence.look({"liked/a.png": None}, healthy=True)
    assert presence.present == ONE
    presence.look({"liked/a.png": OTHER}, healthy=True)
    assert presence.present == {"liked/a.png": OTHER}


@given(st.lists(st.tuples(st.sets(st.sampled_from(sorted(BOTH))), st.booleans())))
def test_absence_needs_two_healthy_looks_in_any_history(
    history: list[tuple[set[str], bool]],
) -> None:
    """A path counts exactly when it was seen and fewer than two healthy looks missed it since."""
    presence = Presence()
    for paths, healthy in history:
        presence.look(dict.fromkeys(paths, STAMP), healthy=healthy)
    for path in BOTH:
        sightings = [index for index, (paths, _healthy) in enumerate(history) if path in paths]
        missed = (
            sum(healthy for _paths, healthy in history[sightings[-1] + 1 :]) if sightings else 2
        )
        assert (path in presence.present) == (missed < 2)


@given(st.lists(st.text(st.characters(codec="utf-8", min_codepoint=1)), unique=True), st.randoms())
def test_the_digest_knows_no_order(paths: list[str], shuffler: random.Random) -> None:
    """The same set of files has one digest, another set or another stamp another one."""
    shuffled = paths.copy()
    shuffler.shuffle(shuffled)
    digest = labels_digest(dict.fromkeys(paths, STAMP))
    assert digest == labels_digest(dict.fromkeys(shuffled, STAMP))
    assert digest != labels_digest(dict.fromkeys([*paths, "\0"], STAMP))
    if paths:
        assert digest != labels_digest(dict.fromkeys(paths, OTHER))


def test_the_digest_takes_names_that_are_no_text() -> None:
    """Undecodable names are digested as the bytes that they are."""
    one, other = (
        labels_digest({"liked/\udcff.png": STAMP}),
        labels_digest({"liked/\udcfe.png": STAMP}),
    )
    assert one != other
    joined = labels_digest(dict.fromkeys(["ab", "c"], STAMP))
    assert joined != labels_digest(dict.fromkeys(["a", "bc"], STAMP))
