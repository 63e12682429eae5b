"""Which results have a card."""

from hypothesis import given
from hypothesis import strategies as st

from kit.sidecars import failed, profile, scored
from tasted.outbox.page_choice import CARDS_MAX, Choice, Group, choose
from tasted.outbox.sidecar import Rank, Sidecar
from tasted.records import Label


def chosen(documents: list[Sidecar]) -> Choice:
    """Choose from the entries of these."""
    return choose(each.ledger_entry() for each in documents)


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
            scored("liked/a.png", kind="reference", status="learnt", verdict=None),
            failed("liked/b.png", label=Label.LIKED),
        ]
    )
    assert found.paths == {
        Group.MATCH: ("high.png", "low.png"),
        Group.RANKED: ("8.png", "3.png"),
        Group.UNSURE: ("unsure.png", "blank.png"),
        Group.ERROR: ("failed.png",),
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
    found = choose(
        [entry] * matches + [doubtful] * unsure + [error] * failures + [no_match] * others
    )
    shown = {group: len(paths) for group, paths in found.paths.items()}
    assert sum(shown.values()) == min(CARDS_MAX, matches + unsure + failures + others)
    assert shown[Group.ERROR] >= min(failures, 30)
    assert shown[Group.UNSURE] >= min(unsure, 40)
    assert shown[Group.MATCH] >= min(matches, CARDS_MAX - 70)
    assert list(found.counts.values()) == [matches, 0, unsure, failures, others]
