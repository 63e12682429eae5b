"""Which pictures another model has to know before it may decide."""

from dataclasses import replace

from kit.sidecars import scored
from tasted.daemon.working.switch_pictures import switch_pictures
from tasted.records import LedgerEntry


def entry(path: str, number: int, *, status: str = "scored", at: float = 0.0) -> LedgerEntry:
    """Return the entry of a picture that was scored at that time."""
    known = scored(path, number=number).ledger_entry()
    facts = known.ranking_facts
    assert facts is not None
    is_scored = status == "scored"
    timed = replace(facts, scored_at=at, first_scored_at=None) if is_scored else None
    return replace(known, status=status, ranking_facts=timed)


def of(*entries: LedgerEntry) -> dict[str, LedgerEntry]:
    """Return entries by path."""
    return {found.path: found for found in entries}


def test_references_then_the_history_then_the_newest() -> None:
    """The history are those with the smallest ids; nothing is named twice."""
    ledger = of(
        entry("liked/a.png", 50, status="learnt"),
        entry("one.png", 3, at=1.0),
        entry("two.png", 1, at=2.0),
        entry("three.png", 2, at=3.0),
        entry("four.png", 9, at=4.0),
        # the picture that was liked
        entry("a.png", 50, at=5.0),
    )
    found = switch_pictures(ledger, ("liked/a.png",), history_max=2, newest_max=3)
    assert found.references == (("liked/a.png", f"{50:064x}"),)
    named = [found.paths[content] for content in found.contents]
    assert named == ["two.png", "three.png", "a.png", "four.png"]
    assert found.count == 5


def test_what_has_no_vectors_of_its_own_is_left_out() -> None:
    """Failures, pictures that are gone, and labels that were never learnt."""
    ledger = of(
        entry("bad.png", 1, status="error"),
        replace(entry("gone.png", 2), gone_since=1.0),
        entry("liked/bad.png", 3, status="error"),
    )
    found = switch_pictures(ledger, ("liked/bad.png", "liked/new.png"))
    assert (found.references, found.contents) == ((), ())
