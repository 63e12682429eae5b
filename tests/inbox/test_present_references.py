"""A reference stops teaching only when two healthy looks in a row missed it."""

import random
from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from tasted.inbox.present_references import Presence, labels_digest, seen_references
from tasted.records import FileStamp, InboxFile, Label, LedgerEntry

STAMP = FileStamp(10, 20, 30)
OTHER = FileStamp(11, 20, 30)
ONE = {"liked/a.png": STAMP}
BOTH = {**ONE, "liked/b.png": STAMP}


class Looks:
    """Looks at times that lie `seconds` apart."""

    def __init__(self, *, seconds: float = 2) -> None:
        self.presence = Presence(patience_seconds=2)
        self._seconds = seconds
        self._now = 0.0

    def look(self, seen: Mapping[str, FileStamp | None], *, healthy: bool) -> None:
        """Take the next look."""
        self._now += self._seconds
        self.presence.look(seen, healthy=healthy, now=self._now)


def test_gone_only_after_two_healthy_looks() -> None:
    """One look that misses a file raises a doubt, the second one decides."""
    looks = Looks()
    presence = looks.presence
    looks.look(BOTH, healthy=True)
    looks.look(ONE, healthy=True)
    assert presence.present == BOTH
    assert presence.doubtful
    looks.look(ONE, healthy=True)
    assert presence.present == ONE
    assert not presence.doubtful


def test_looks_in_quick_succession_prove_no_absence() -> None:
    """A file that is deleted and written again at once was never gone."""
    looks = Looks(seconds=0.5)
    looks.look(BOTH, healthy=True)
    for _ in range(4):
        looks.look(ONE, healthy=True)
    assert looks.presence.present == BOTH
    looks.look(ONE, healthy=True)
    assert looks.presence.present == ONE


def test_unhealthy_looks_prove_nothing() -> None:
    """However often a look that could not see everything misses a file, the file counts."""
    looks = Looks()
    presence = looks.presence
    looks.look(BOTH, healthy=True)
    for _ in range(5):
        looks.look({}, healthy=False)
    assert presence.present == BOTH
    assert not presence.doubtful


def test_nobody_waits_for_unhealthy_looks_to_decide() -> None:
    """A subfolder that stays unreadable keeps a file that was missed once from being decided on."""
    looks = Looks()
    looks.look(BOTH, healthy=True)
    looks.look(ONE, healthy=True)
    assert looks.presence.doubtful
    looks.look(ONE, healthy=False)
    assert not looks.presence.doubtful
    assert looks.presence.present == BOTH
    looks.look(ONE, healthy=True)
    assert looks.presence.present == ONE


def test_an_unhealthy_look_still_shows_what_it_saw() -> None:
    """New references count at once, and a doubt about one that is seen again is over."""
    looks = Looks()
    presence = looks.presence
    looks.look(ONE, healthy=True)
    looks.look({}, healthy=True)
    looks.look(BOTH, healthy=False)
    assert presence.present == BOTH
    assert not presence.doubtful


def test_a_file_that_returns_teaches_again() -> None:
    """Gone is not for ever, and a return starts the patience anew."""
    looks = Looks()
    presence = looks.presence
    for paths in (BOTH, {}, {}, BOTH, {}):
        looks.look(paths, healthy=True)
    assert presence.present == BOTH


def test_a_file_still_being_written_counts_as_what_it_was() -> None:
    """A new one does not count yet; a known one keeps its old stamp until it is settled."""
    looks = Looks()
    presence = looks.presence
    looks.look({**ONE, "liked/new.png": None}, healthy=True)
    assert presence.present == ONE
    for _ in range(5):
        looks.look({"liked/a.png": None}, healthy=True)
    assert presence.present == ONE
    looks.look({"liked/a.png": OTHER}, healthy=True)
    assert presence.present == {"liked/a.png": OTHER}


@given(st.lists(st.tuples(st.sets(st.sampled_from(sorted(BOTH))), st.booleans())))
def test_absence_needs_two_healthy_looks_in_any_history(
    history: list[tuple[set[str], bool]],
) -> None:
    """A path counts exactly when it was seen and fewer than two healthy looks missed it since."""
    looks = Looks()
    presence = looks.presence
    for paths, healthy in history:
        looks.look(dict.fromkeys(paths, STAMP), healthy=healthy)
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


def learnt(path: str) -> LedgerEntry:
    """Return what the sidecar of a learnt reference proves."""
    return LedgerEntry(
        path=path,
        status="learnt",
        stamp=STAMP,
        companion=None,
        content_id="0" * 64,
        text_id=None,
        embedder_fingerprint="e1",
        taste_fingerprint=None,
        attempts=0,
        retry_at=None,
        tasted_version="0.1.0",
    )


def test_row_26_row_27_a_reference_that_may_not_be_opened_teaches_on() -> None:
    """Evicted to the cloud or being overwritten, it counts as what was learnt, also at a start."""
    looks = Looks()
    ledger = {path: learnt(path) for path in (*BOTH, "c.png")}
    for _ in range(3):
        seen = seen_references(
            {"liked/a.png": InboxFile("liked/a.png", OTHER, None, Label.LIKED)},
            ledger,
            settled={"liked/a.png"},
            passed_over={"liked/b.png", "liked/unknown.png", "c.png"},
        )
        looks.look(seen, healthy=True)
    assert looks.presence.present == {"liked/a.png": OTHER, "liked/b.png": STAMP}
    assert not looks.presence.doubtful
