"""Which results have a card."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.sidecars import NOW, entries_of, failed, profile, scored
from tasted.amounts import ordinal
from tasted.outbox.page.choice import CARDS_MAX, ChosenResults, Group, choose
from tasted.outbox.sidecar import Rank, Sidecar
from tasted.packing.entries import Entries
from tasted.packing.entry_rows import SharedTexts, packed_entry
from tasted.records import Label


def chosen(documents: list[Sidecar]) -> ChosenResults:
    """Choose from the entries of these."""
    return choose(entries_of(documents))


def test_each_group_is_in_order_and_references_have_none() -> None:
    """Matches by confidence, what has only a rank by rank, and what teaches not at all."""
    found = chosen(
        [
            scored("low.png", 0.7),
            scored("high.png", 0.9),
            scored("no.png", 0.1, verdict="no_match"),
            scored("unsure.png", 0.5, verdict="unsure", unsure_because="between"),
            *(
                scored(
                    f"{number}.png",
                    None,
                    verdict="unsure",
                    unsure_because="needs_labels",
                    rank=Rank(percentile=number / 10, of=9),
                )
                for number in (3, 8)
            ),
            scored("blank.png", None, verdict="unsure", unsure_because="needs_labels"),
            failed("failed.png"),
            scored("rejected.png", 0.96, judgement="rejected"),
            scored("loved.png", 0.1, verdict="no_match", judgement="liked"),
            scored("liked/a.png", kind="reference", status="learnt", verdict=None),
            failed("liked/b.png", label=Label.LIKED),
        ]
    )
    assert found.paths == {
        Group.MATCH: ("high.png", "low.png"),
        Group.RANKED: ("8.png", "3.png"),
        Group.UNSURE: ("unsure.png", "blank.png"),
        Group.ERROR: ("failed.png",),
        Group.JUDGED: ("loved.png", "rejected.png"),
        Group.NO_MATCH: ("no.png",),
    }


def test_a_profile_has_one_card_instead_of_its_photos() -> None:
    """Only a photo that failed keeps its own, for it asks for something."""
    bea = profile("bea/", "bea/1.png", "bea/2.png")
    found = chosen(
        [
            scored("anna/1.png", 0.9),
            scored("anna/2.png", 0.1, verdict="no_match"),
            failed("anna/3.png"),
            scored("bea/1.png", 0.6),
            profile(
                "anna/", "anna/1.png", "anna/2.png", broken=["anna/3.png"], confidence_score=0.7
            ),
            failed("bea/").model_copy(update={"kind": "profile", "parts": bea.parts}),
        ]
    )
    assert found.paths[Group.MATCH] == ("anna/", "bea/1.png")
    assert set(found.paths[Group.ERROR]) == {"anna/3.png", "bea/"}
    assert found.counts[Group.NO_MATCH] == 0
    assert found.photos["anna/"] == ("anna/1.png", "anna/2.png")
    assert {"anna/", "anna/1.png", "anna/3.png", "bea/1.png"} <= found.files()


@given(*[st.integers(0, 300)] * 4)
def test_no_page_has_more_than_two_hundred_cards(
    matches: int, unsure: int, failures: int, others: int
) -> None:
    """All places are used, and matches do not crowd out what asks for the reader."""
    entry, error = scored("a.png").ledger_entry(), failed("a.png").ledger_entry()
    doubtful = scored("a.png", verdict="unsure").ledger_entry()
    no_match = scored("a.png", verdict="no_match").ledger_entry()
    results = [entry] * matches + [doubtful] * unsure + [error] * failures + [no_match] * others
    shared = SharedTexts()
    rows = {
        f"{number}.png": packed_entry(result, bytes(32), shared)
        for number, result in enumerate(results)
    }
    found = choose(Entries(rows, shared))
    shown = {group: len(paths) for group, paths in found.paths.items()}
    assert sum(shown.values()) == min(CARDS_MAX, matches + unsure + failures + others)
    assert shown[Group.ERROR] >= min(failures, 30)
    assert shown[Group.UNSURE] >= min(unsure, 40)
    assert shown[Group.MATCH] >= min(matches, CARDS_MAX - 70)
    assert list(found.counts.values()) == [matches, 0, unsure, failures, 0, others]


def test_ranks_are_counted_among_what_is_in_the_inbox() -> None:
    """Not among what is gone, or judged; equal ranks share a place, photos have none."""
    found = chosen(
        [
            *(
                scored(f"{name}.png", 0.5, rank=Rank(percentile=percentile, of=90))
                for name, percentile in (("a", 0.9), ("b", 0.5), ("c", 0.5), ("d", 0.1))
            ),
            scored("gone.png", 0.9, rank=Rank(percentile=0.99, of=90)).marked(NOW),
            scored("anna/1.png", 0.9, rank=Rank(percentile=0.98, of=90)),
            profile("anna/", "anna/1.png", rank=Rank(percentile=0.7, of=90)),
            scored("unranked.png", 0.9),
            scored("rejected.png", judgement="rejected", rank=Rank(percentile=0.95, of=90)),
            failed("failed.png"),
        ]
    )
    assert {path: (rank.number, rank.of) for path, rank in found.ranks.items()} == {
        "a.png": (1, 5),
        "anna/": (2, 5),
        "b.png": (3, 5),
        "c.png": (3, 5),
        "d.png": (5, 5),
    }
    assert "gone.png" not in found.files()


@pytest.mark.parametrize(
    ("number", "words"),
    [(1, "1st"), (2, "2nd"), (3, "3rd"), (4, "4th"), (11, "11th"), (12, "12th"), (13, "13th"),
     (21, "21st"), (112, "112th"), (1023, "1,023rd")],
)  # fmt: skip
def test_places_are_written_as_people_say_them(number: int, words: str) -> None:
    """Eleven to thirteen end alike."""
    assert ordinal(number) == words
