"""What has to be done follows from the settled files and the sidecars alone."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.inbox_files import inbox_file, stamp
from tasted.inbox.reconcile import (
    Reason,
    Task,
    gone,
    moved_away,
    next_retry,
    reason_for,
    reconcile,
)
from tasted.records import Companion, Current, InboxFile, Label, LedgerEntry, ScoredInputs

NOW = 1_000_000.0
VERSION = "0.1.0"
CURRENT = Current(
    embedder="pocket",
    embedder_fingerprint="e1",
    scorer="taste",
    taste="v1",
    taste_fingerprint="t1",
    config_digest="",
    labels_digest="",
    liked=1,
    rejected=1,
)


def entry_of(file: InboxFile, status: str = "scored") -> LedgerEntry:
    """Return what the current sidecar of a file proves."""
    return LedgerEntry(
        path=file.path,
        status=status,
        stamp=file.stamp,
        companion=file.companion,
        content_id="0" * 64,
        text_id=None,
        embedder_fingerprint="e1",
        taste_fingerprint=None if status == "learnt" else "t1",
        attempts=1 if status == "error" else 0,
        retry_at=None,
        tasted_version=VERSION,
    )


def reason(
    file: InboxFile, entry: LedgerEntry | None, current: Current | None = CURRENT
) -> Reason | None:
    """Ask for the reason at the time and in the version of these tests."""
    return reason_for(file, entry, current, now=NOW, version=VERSION)


def test_nothing_to_do_when_current() -> None:
    """A sidecar of the same stamp, companion, embedder and taste is done."""
    for file in (inbox_file(), inbox_file(text=5)):
        assert reason(file, entry_of(file)) is None
    reference = inbox_file("liked/a.png", label=Label.LIKED)
    assert reason(reference, entry_of(reference, "learnt")) is None


@pytest.mark.parametrize(
    ("label", "fresh"), [(None, Reason.UNSCORED), (Label.LIKED, Reason.REFERENCE)]
)
def test_a_file_without_its_own_sidecar_is_fresh(label: Label | None, fresh: Reason) -> None:
    """No sidecar, another stamp, or another companion: the content has not been seen."""
    file = inbox_file(text=5, label=label)
    entry = entry_of(file, "scored" if label is None else "learnt")
    assert reason(file, None) is fresh
    assert reason(file, replace(entry, stamp=stamp(9))) is fresh
    assert reason(file, replace(entry, companion=None)) is fresh
    assert reason(file, replace(entry, companion=Companion("a.png.txt", stamp(9)))) is fresh
    assert reason(replace(file, companion=None), entry) is fresh


@pytest.mark.parametrize("field", ["size_bytes", "modified_ns", "inode", "changed_ns"])
def test_row_20_each_part_of_the_stamp_counts(field: str) -> None:
    """A change of size, time, inode or change time alone is another content until it is hashed."""
    file = inbox_file()
    other = replace(file.stamp, **{field: 77})
    assert reason(file, replace(entry_of(file), stamp=other)) is Reason.UNSCORED


def test_a_sidecar_of_an_older_version_has_no_change_time_and_is_current() -> None:
    """Nothing is scored, learnt or hashed again because a version began to look at it."""
    for file in (inbox_file(text=5), inbox_file("liked/a.png", text=5, label=Label.LIKED)):
        entry = entry_of(file, "scored" if file.label is None else "learnt")
        text = replace(entry.companion, stamp=replace(stamp(5), changed_ns=None))
        old = replace(entry, stamp=replace(entry.stamp, changed_ns=None), companion=text)
        assert reason(file, old) is None
        assert reason(replace(file, stamp=replace(file.stamp, inode=9)), old) is not None


def test_row_46_another_taste_or_embedder_makes_a_score_stale() -> None:
    """Either fingerprint is enough."""
    file = inbox_file()
    assert reason(file, replace(entry_of(file), taste_fingerprint="t0")) is Reason.STALE
    assert reason(file, replace(entry_of(file), embedder_fingerprint="e0")) is Reason.STALE


def test_references_are_stale_by_embedder_alone() -> None:
    """A new taste is made of references; only another embedder makes them be learnt again."""
    file = inbox_file("liked/a.png", label=Label.LIKED)
    learnt = entry_of(file, "learnt")
    assert reason(file, replace(learnt, taste_fingerprint="t0")) is None
    assert reason(file, replace(learnt, embedder_fingerprint="e0")) is Reason.REFERENCE


def test_nothing_is_stale_before_anything_was_published() -> None:
    """Without a current taste old scores stand."""
    file = inbox_file()
    old = replace(entry_of(file), taste_fingerprint="t0", embedder_fingerprint="e0")
    assert reason(file, old, None) is None


@pytest.mark.parametrize(
    ("retry_at", "expected"),
    [(None, None), (NOW + 1, None), (NOW, Reason.RETRY), (NOW - 1, Reason.RETRY)],
)
def test_row_36_a_failure_is_tried_again_when_its_pause_is_over(
    retry_at: float | None, expected: Reason | None
) -> None:
    """Without a time the failure stands; with one it stands until then."""
    file = inbox_file()
    assert reason(file, replace(entry_of(file, "error"), retry_at=retry_at)) is expected


def test_a_failure_of_another_version_is_tried_again() -> None:
    """A new tasted may decode what the old one could not."""
    file = inbox_file()
    assert reason(file, replace(entry_of(file, "error"), tasted_version="0.0.9")) is Reason.RETRY
    scored = replace(entry_of(file), tasted_version="0.0.9")
    assert reason(file, scored) is None


def test_a_failure_is_not_stale() -> None:
    """A new taste does not mend a file."""
    file = inbox_file()
    failed = replace(entry_of(file, "error"), taste_fingerprint=None, embedder_fingerprint=None)
    assert reason(file, failed) is None


def test_attempts_are_kept_for_the_same_content_only() -> None:
    """A replaced file begins with a clean record."""
    file = inbox_file()
    failed = replace(entry_of(file, "error"), attempts=3, retry_at=NOW)
    again = reconcile({file.path: file}, {file.path: failed}, CURRENT, now=NOW, version=VERSION)
    assert again == [Task(file, Reason.RETRY, attempts=3)]
    changed = inbox_file(number=8)
    fresh = reconcile({file.path: changed}, {file.path: failed}, CURRENT, now=NOW, version=VERSION)
    assert fresh == [Task(changed, Reason.UNSCORED, attempts=0, looks_first=True)]


def test_what_failed_is_not_scored_by_its_looks_to_fail_over_its_text_again() -> None:
    """Its attempts would begin anew with each score, and never come to an end."""
    file = inbox_file()
    failed = replace(entry_of(file, "error"), attempts=1, retry_at=NOW)
    (again,) = reconcile({file.path: file}, {file.path: failed}, CURRENT, now=NOW, version=VERSION)
    assert (again.reason, again.attempts, again.looks_first) == (Reason.RETRY, 1, False)


def test_a_text_that_is_still_to_be_read_is_work() -> None:
    """Whatever ended the daemon between the two; a new taste scores the looks again before that."""
    file = inbox_file()
    pending = replace(entry_of(file), text_pending=True)
    (text,) = reconcile({file.path: file}, {file.path: pending}, None, now=NOW, version=VERSION)
    assert text == Task(file, Reason.TEXT, content_id=pending.content_id)
    stale = replace(pending, taste_fingerprint="t0")
    (again,) = reconcile({file.path: file}, {file.path: stale}, CURRENT, now=NOW, version=VERSION)
    assert (again.reason, again.looks_first) == (Reason.STALE, True)
    done = replace(entry_of(file), taste_fingerprint="t0")
    (again,) = reconcile({file.path: file}, {file.path: done}, CURRENT, now=NOW, version=VERSION)
    assert (again.reason, again.looks_first) == (Reason.STALE, False)


def test_a_file_whose_stamp_alone_changed_says_what_is_proven() -> None:
    """The engine hashes it, and a current score of the same contents is not made again."""
    file = inbox_file(number=8)
    old = replace(entry_of(inbox_file()), text_id="1" * 64)

    def scored_inputs(entry: LedgerEntry) -> ScoredInputs | None:
        (task,) = reconcile({file.path: file}, {file.path: entry}, CURRENT, now=NOW, version="")
        return task.scored_inputs

    assert scored_inputs(old) == ScoredInputs("0" * 64, "1" * 64, "e1", "t1")
    assert scored_inputs(replace(old, status="error")) is None
    assert scored_inputs(replace(old, stamp=file.stamp, taste_fingerprint="t0")) is None


def test_row_24_a_sidecar_has_served_when_its_content_is_done_under_another_name() -> None:
    """Only the sidecar of a file that is gone, and only once the new one is written."""
    old, new = inbox_file("old.png", 1), inbox_file("new.png", 2)
    ledger = {"old.png": entry_of(old), "new.png": entry_of(new)}
    assert moved_away({"new.png": new}, ledger) == ["old.png"]
    assert moved_away({"new.png": new, "old.png": old}, ledger) == []
    assert moved_away({"new.png": new}, {"old.png": entry_of(old)}) == []
    assert moved_away({"new.png": inbox_file("new.png", 3)}, ledger) == []
    other = replace(entry_of(new), content_id="2" * 64)
    assert moved_away({"new.png": new}, {"old.png": entry_of(old), "new.png": other}) == []
    unread = replace(entry_of(old), content_id=None)
    assert moved_away({"new.png": new}, {"old.png": unread, "new.png": entry_of(new)}) == []


def test_row_27_the_sidecar_of_a_file_in_the_cloud_stays() -> None:
    """A file that is there and may not be opened is not gone, though its content has a new name."""
    ledger = {path: entry_of(inbox_file(path)) for path in ("cloud.png", "here.png", "gone.png")}
    files = {"here.png": inbox_file("here.png")}
    assert gone(files, ledger, passed_over={"cloud.png"}) == ["gone.png"]
    assert moved_away(files, ledger, passed_over={"cloud.png"}) == ["gone.png"]


@given(st.dictionaries(st.text(min_size=1), st.booleans()))
def test_exactly_what_lacks_a_current_sidecar_is_a_task(done: dict[str, bool]) -> None:
    """Every settled file is either done or a task; sidecars of other files do not matter."""
    files = {path: inbox_file(path) for path in done}
    ledger = {path: entry_of(files[path]) for path, is_done in done.items() if is_done}
    ledger["somebody else"] = entry_of(inbox_file("somebody else"))
    tasks = reconcile(files, ledger, CURRENT, now=NOW, version=VERSION)
    assert {task.file.path for task in tasks} == {path for path in done if path not in ledger}


def test_the_next_retry_is_the_earliest_ahead() -> None:
    """Times that have passed are no reason to wake up: a look has seen them."""
    file = inbox_file()
    ledger = {
        str(number): replace(entry_of(file, "error"), retry_at=at)
        for number, at in enumerate([None, NOW - 5, NOW, NOW + 7, NOW + 3])
    }
    assert next_retry(ledger, now=NOW) == NOW + 3
    assert next_retry({}, now=NOW) is None
