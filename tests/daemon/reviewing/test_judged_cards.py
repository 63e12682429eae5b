"""What can be judged: scored results, listed anew as seldom as a large outbox needs."""

from pathlib import Path

from kit.sidecars import failed, profile, scored
from tasted.config import Settings
from tasted.daemon.reviewing.judged_cards import JudgedCards
from tasted.daemon.shared.shared_state import SharedState
from tasted.outbox.ledger import Ledger
from tasted.outbox.sidecar import Sidecar


class Clock:
    """A clock that is set by hand, and goes on by itself while something is listed."""

    def __init__(self) -> None:
        self.now = 100.0
        self.step = 0.0

    def __call__(self) -> float:
        """Return the time."""
        self.now += self.step
        return self.now


def write(outbox: Path, document: Sidecar) -> None:
    """Put a document into the outbox."""
    place = outbox / f"{document.source.path}.json"
    if document.source.path.endswith("/"):
        place = outbox / document.source.path / "profile.json"
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(document.to_json())


def test_scored_pictures_and_profiles_can_be_judged(tmp_path: Path) -> None:
    """A profile stands for its photos, and what failed has no score to be compared with."""
    for document in (
        scored("a.png", number=1),
        failed("b.png"),
        profile("anna/", "1.png", "2.png"),
    ):
        write(tmp_path, document)
    shared = SharedState(Settings(), Ledger(tmp_path), None)
    shared.ledger.refresh()
    found = JudgedCards(shared).results().values()
    assert sorted(one.path for one in found) == ["a.png", "anna/"]
    assert {one.path: len(one.contents) for one in found} == {"a.png": 1, "anna/": 2}
    assert {one.path for one in found if one.is_profile} == {"anna/"}


def test_a_list_that_takes_long_is_made_seldom(tmp_path: Path) -> None:
    """It takes a twentieth of the time at most; nothing that changed is missed in the end."""
    clock = Clock()
    shared = SharedState(Settings(), Ledger(tmp_path), None)
    cards = JudgedCards(shared, clock=clock)
    write(tmp_path, scored("a.png", number=1))
    shared.ledger.refresh()
    clock.step = 1.0
    assert len(cards.results()) == 1
    clock.step = 0.0
    write(tmp_path, scored("b.png", number=2))
    shared.ledger.refresh()
    clock.now += 10
    assert len(cards.results()) == 1
    clock.now += 11
    assert len(cards.results()) == 2
    cards.forget()
    assert len(cards.results()) == 2
