"""When a taste is due to be published, and whether the engine knows the labels."""

from dataclasses import replace

import pytest

from tasted.daemon.shared.published_taste import PublishedTaste
from tasted.daemon.shared.publishing_pace import BURST_QUIET_SECONDS, LABELS_QUIET_SECONDS
from tasted.daemon.shared.work_queue import PresentLabels
from tasted.records import Current

LABELS = PresentLabels(("liked/a.png",), "labels", "settings")
OTHER = replace(LABELS, paths=("liked/a.png", "liked/b.png"), labels_digest="other labels")
PUBLISHED = Current(
    embedder="pocket",
    embedder_fingerprint="e1",
    scorer="taste",
    taste="v1",
    taste_fingerprint="t1",
    config_digest="settings",
    labels_digest="labels",
    liked=1,
    rejected=0,
)


def is_due(
    taste: PublishedTaste, labels: PresentLabels, *, now: float, is_learning: bool = False
) -> bool:
    """Tell whether labels are due, as a scan that sees what is published finds."""
    seen = taste.current
    return taste.due(labels, seen=seen, is_learning=is_learning, now=now) == labels


@pytest.mark.parametrize("current", [None, replace(PUBLISHED, config_digest="other settings")])
def test_the_first_taste_and_other_settings_are_due_at_once(current: Current | None) -> None:
    """Nobody changes labels meanwhile: what is scored would be stale at once."""
    taste = PublishedTaste(current)
    assert is_due(taste, LABELS, now=0)
    assert not taste.is_waiting


def test_labels_are_due_when_they_have_been_quiet() -> None:
    """Twenty likes in a row are one change of taste; each begins the quiet time again."""
    taste = PublishedTaste(PUBLISHED)
    assert not is_due(taste, LABELS, now=0)
    assert (taste.is_waiting, taste.seconds_to_due(0)) == (False, None)
    assert not is_due(taste, OTHER, now=10)
    assert (taste.is_waiting, taste.seconds_to_due(10)) == (True, LABELS_QUIET_SECONDS)
    third = replace(OTHER, paths=(), labels_digest="no labels")
    late = 10 + LABELS_QUIET_SECONDS
    assert not is_due(taste, third, now=late)
    assert not is_due(taste, third, now=late + LABELS_QUIET_SECONDS, is_learning=True)
    assert is_due(taste, third, now=late + 2 * LABELS_QUIET_SECONDS)
    assert taste.is_waiting, "until it is published, or a scan would drop it"


def test_labels_are_not_due_while_they_are_published() -> None:
    """A look in between must not ask for the same again, and sees what changed meanwhile."""
    taste = PublishedTaste(PUBLISHED, clock=lambda: 11.0)
    assert not is_due(taste, OTHER, now=10)
    published = replace(PUBLISHED, labels_digest=OTHER.labels_digest)
    third = replace(OTHER, paths=(), labels_digest="no labels")
    with taste.publishing(OTHER):
        assert (taste.is_waiting, taste.seconds_to_due(11)) == (True, None)
        assert not is_due(taste, OTHER, now=99)
        assert not is_due(taste, third, now=100)
        assert not is_due(taste, third, now=100.5)
        taste.published(published, engine_pid=7)
    assert not is_due(taste, third, now=100.9)
    assert is_due(taste, third, now=100 + BURST_QUIET_SECONDS)


def test_a_scan_that_began_before_a_publication_finds_nothing_due() -> None:
    """It still holds what was published then."""
    taste = PublishedTaste(PUBLISHED)
    taste.published(replace(PUBLISHED, labels_digest=OTHER.labels_digest), engine_pid=7)
    assert taste.due(OTHER, seen=PUBLISHED, is_learning=False, now=0) is None
    assert not taste.is_waiting


def test_labels_that_were_taken_back_wait_for_nothing() -> None:
    """What is published stands again."""
    taste = PublishedTaste(PUBLISHED)
    assert not is_due(taste, OTHER, now=0)
    assert not is_due(taste, LABELS, now=0.1)
    assert not taste.is_waiting


def test_what_was_learnt_since_is_published_too() -> None:
    """The labels are the same, and the taste would be another one."""
    taste = PublishedTaste(PUBLISHED)
    taste.outgrown()
    assert not is_due(taste, LABELS, now=0)
    assert is_due(taste, LABELS, now=LABELS_QUIET_SECONDS)
    taste.published(PUBLISHED, engine_pid=7)
    assert not is_due(taste, LABELS, now=9)
    assert not taste.is_waiting


def test_only_the_engine_that_published_knows_the_labels() -> None:
    """One that was started since has to be told; one that has left knows nothing."""
    taste = PublishedTaste(PUBLISHED)
    assert not taste.is_known_to(7)
    assert not taste.is_known_to(None)
    taste.published(PUBLISHED, engine_pid=7)
    assert [taste.is_known_to(pid) for pid in (7, 8, None)] == [True, False, False]
    taste.published(PUBLISHED, engine_pid=None)
    assert not taste.is_known_to(None)


def test_a_withdrawn_taste_is_due_at_once() -> None:
    """As a rebuild does; nothing is known to be stale until then."""
    taste = PublishedTaste(PUBLISHED)
    taste.replace(None)
    assert taste.current is None
    assert is_due(taste, LABELS, now=0)
