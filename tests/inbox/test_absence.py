"""A file is gone when two healthy looks missed it, in the folders that held it."""

from hypothesis import given
from hypothesis import strategies as st

from kit.inbox_files import inbox_file
from tasted.inbox.absence import Absences, KnownFolders
from tasted.inbox.profiles import folder_of
from tasted.records import FolderIdentity, InboxFile, LedgerEntry

PATIENCE_SECONDS = 2.0
ROOT, ANNA, OTHER = FolderIdentity(1, 10), FolderIdentity(1, 11), FolderIdentity(2, 2)


def entry(path: str, number: int = 1) -> LedgerEntry:
    """Return what a sidecar proves of the file of a number."""
    stamp = inbox_file(path, number).stamp
    return LedgerEntry(path, "scored", stamp, None, "c", None, "e", "t", 0, None, "1")


def ledger(*paths: str) -> dict[str, LedgerEntry]:
    """Return what the sidecars of these paths prove."""
    return {path: entry(path) for path in paths}


def files(*paths: str) -> dict[str, InboxFile]:
    """Return these files, as their sidecars tell of them."""
    return {path: inbox_file(path) for path in paths}


@given(
    st.lists(
        st.tuples(
            st.sets(st.sampled_from("abc")), st.booleans(), st.floats(0.1, 3, allow_nan=False)
        ),
        max_size=12,
    )
)
def test_gone_is_what_two_healthy_looks_missed_and_none_between_saw(
    looks: list[tuple[set[str], bool, float]],
) -> None:
    """Whatever the order of good and bad looks, and however long they lie apart."""
    absences, now = Absences(patience_seconds=PATIENCE_SECONDS), 0.0
    first_missed: dict[str, float] = {}
    for missing, healthy, pause in looks:
        now += pause
        found = absences.look(missing, healthy=healthy, now=now)
        first_missed = {path: at for path, at in first_missed.items() if path in missing}
        if healthy:
            first_missed |= {path: now for path in missing if path not in first_missed}
        expected = {path for path, at in first_missed.items() if now - at >= PATIENCE_SECONDS}
        assert set(found) == (expected if healthy else set())
        assert absences.doubtful == (healthy and bool(missing))


def test_a_folder_is_known_by_itself_or_by_what_is_in_it() -> None:
    """An empty folder in the place of another one proves nothing by itself."""
    folders = KnownFolders({})
    assert folders.look({"": ROOT}, files("a.png"), ledger("a.png", "b.png"))
    assert folders.prove_absence("b.png")
    # the same folder, empty
    assert not folders.look({"": ROOT}, {}, ledger("a.png", "b.png"))
    assert folders.prove_absence("a.png")
    # a mount point without its disk, and a disk that is connected under another number
    assert not folders.look({"": OTHER}, {}, ledger("a.png", "b.png"))
    assert not folders.prove_absence("a.png")
    assert folders.look({"": OTHER}, files("a.png"), ledger("a.png", "b.png"))
    assert folders.prove_absence("b.png")


def test_a_disk_below_the_inbox_is_missed_alone() -> None:
    """The rest of the inbox proves nothing about it; a folder that was removed is gone."""
    known = ledger("a.png", "anna/1.png", "anna/deep/2.png")
    seen = files("a.png", "anna/1.png")
    folders = KnownFolders({})
    folders.look({"": ROOT, "anna/": ANNA}, seen, known)
    assert folders.prove_absence("anna/deep/2.png")
    folders.look({"": ROOT, "anna/": OTHER}, files("a.png"), known)
    assert not folders.prove_absence("anna/1.png")
    assert not folders.prove_absence("anna/deep/2.png")
    assert folders.prove_absence("b.png")
    folders.look({"": ROOT}, files("a.png"), known)
    assert folders.prove_absence("anna/1.png")
    assert folders.prove_absence("anna/")


def test_an_inbox_that_was_never_known_proves_nothing() -> None:
    """Without a picture that is as its sidecar says, it may be the place of a missing disk."""
    folders = KnownFolders({})
    folders.look({"": ROOT}, {"a.png": inbox_file("a.png", 2)}, ledger("a.png", "b.png"))
    assert not folders.prove_absence("b.png")


@given(
    st.lists(st.sampled_from(["a.png", "x/1.png", "x/y/2.png", "z/3.png"]), unique=True),
    st.lists(st.sampled_from(["a.png", "x/1.png", "x/y/2.png", "z/3.png"]), unique=True),
)
def test_what_is_known_outlives_the_process_and_names_no_folder(
    present: list[str], left: list[str]
) -> None:
    """A later process proves the same by what was kept; what no sidecar is of is not kept."""
    known = ledger(*present)
    every = {"": ROOT} | {folder_of(path): ANNA for path in present}
    every |= {"x/": ANNA} if "x/y/" in every else {}
    first = KnownFolders({})
    first.look(every, files(*present), known)
    later = KnownFolders(first.known)
    remaining = files(*(path for path in left if path in known))
    for folders in (first, later):
        folders.look(every, remaining, known)
    assert all(first.prove_absence(path) for path in present)
    assert all(later.prove_absence(path) for path in present)
    assert not any("/" in name or "x" in name for name in later.known)
    later.look({"": ROOT}, {}, {})
    assert len(later.known) == 1
