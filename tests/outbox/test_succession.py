"""What a document has from the one before it."""

from datetime import datetime, timedelta

from kit.sidecars import NOW, failed, profile, scored
from tasted.outbox.succession import completes, has_new_verdict, succeeding

LOOK = {"decode": 40, "embed": 60, "search": 2, "read": 0, "score": 1, "total": 103}
AGAIN = {"decode": 0, "embed": 0, "search": 2, "read": 0, "score": 1, "total": 3}


def _at(minutes: int) -> datetime:
    return NOW + timedelta(minutes=minutes)


def test_a_new_score_keeps_the_look_and_the_first_time() -> None:
    """And tells the verdict that was there before, until the next change."""
    first = succeeding(scored(timing_ms=LOOK), None)
    assert (first.first_scored_at, first.verdict_changed_at) == (NOW, None)
    changed = succeeding(
        scored(verdict="no_match", is_match=False, rescore_timing_ms=AGAIN, scored_at=_at(1)), first
    )
    assert (changed.timing_ms, changed.rescore_timing_ms) == (LOOK, AGAIN)
    assert (changed.former_verdict, changed.verdict_changed_at) == ("match", _at(1))
    assert has_new_verdict(changed)
    same = succeeding(
        scored(verdict="no_match", is_match=False, rescore_timing_ms=AGAIN, scored_at=_at(2)),
        changed,
    )
    assert (same.first_scored_at, same.former_verdict) == (NOW, "match")
    assert (same.verdict_changed_at, has_new_verdict(same)) == (_at(1), False)
    looked = succeeding(scored(timing_ms=LOOK | {"total": 104}, scored_at=_at(3)), same)
    assert (looked.timing_ms["total"], looked.rescore_timing_ms) == (104, {})
    assert (looked.former_verdict, looked.first_scored_at) == ("no_match", NOW)


def test_a_text_that_is_read_completes_the_score_and_says_what_it_changed() -> None:
    """The time of both is told as one; another verdict has its reason, the same one none."""
    first = succeeding(scored(timing_ms=LOOK, text_pending=True), None)
    read = {"decode": 40, "embed": 0, "read": 900, "total": 940}
    other = scored(verdict="no_match", is_match=False, timing_ms=read, scored_at=_at(1))
    assert completes(other, first)
    changed = succeeding(other, first)
    assert changed.timing_ms == LOOK | {"decode": 80, "read": 900, "total": 1043}
    assert (changed.first_scored_at, changed.former_verdict) == (NOW, "match")
    (note,) = changed.notes
    assert note.startswith("By its looks alone the verdict was: match. Then the text")
    same = succeeding(scored(timing_ms=read, scored_at=_at(1)), first)
    assert (same.notes, same.verdict_changed_at) == ([], None)
    assert not completes(scored(text_pending=True, rescore_timing_ms=AGAIN), first)
    assert not completes(scored(number=2), first)


def test_other_contents_and_a_failure_are_news() -> None:
    """A replaced picture, one that can be read at last, and one that fails for the first time."""
    first = succeeding(scored(timing_ms=LOOK), None)
    replaced = succeeding(scored(number=2, timing_ms=AGAIN, scored_at=_at(1)), first)
    assert (replaced.first_scored_at, replaced.timing_ms) == (_at(1), AGAIN)
    broken = succeeding(failed(), None)
    mended = succeeding(scored(scored_at=_at(2)), broken)
    assert mended.first_scored_at == _at(2)
    again = succeeding(failed(attempts=2).model_copy(update={"scored_at": _at(3)}), broken)
    assert again.first_scored_at == NOW
    reference = scored("liked/a.png", kind="reference", status="learnt", verdict=None)
    assert succeeding(reference, None).first_scored_at is None


def test_a_sidecar_of_before_knows_its_last_score_alone() -> None:
    """Its time stands for the first one, for nothing better is known."""
    former = scored(timing_ms=LOOK)
    again = succeeding(scored(rescore_timing_ms=AGAIN, scored_at=_at(9)), former)
    assert (again.first_scored_at, again.timing_ms) == (NOW, LOOK)


def test_a_profile_keeps_the_time_of_its_first_score() -> None:
    """Its photos tell how long it took to look at them."""
    first = succeeding(profile("anna/", "anna/1.png", timing_ms=LOOK), None)
    again = succeeding(profile("anna/", "anna/1.png", timing_ms=AGAIN, scored_at=_at(1)), first)
    assert (again.timing_ms, again.rescore_timing_ms) == (LOOK, AGAIN)
