"""Which answers count in a trial, and what each says."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kit.feedback_events import any_event, content, event_id, judged, taken_back
from kit.trials import CHALLENGER, IN_FORCE, tried
from tasted.feedback.events import (
    Answer,
    ChosenBy,
    EventKind,
    FeedbackEvent,
    GuessBefore,
    TrialGuess,
)
from tasted.trials.differences import COUNTED_CARDS, CountedAnswers, difference

shares = st.floats(0, 1)
_MINUTE_MS = 60_000


def values(*events: FeedbackEvent, after_seq: int = 0) -> list[float]:
    """Return the differences that count."""
    answers = CountedAnswers(CHALLENGER, IN_FORCE, after_seq=after_seq, events=events)
    return [round(counted.value, 6) for counted in answers.counted]


@given(shares, shares, st.booleans(), st.booleans())
def test_a_difference_is_for_whom_was_nearer(
    in_force: float, challenger: float, liked: bool, is_duel: bool
) -> None:
    """It lies in [-1, 1], has the sign of the gain, and changes it when the sides do."""
    found = difference(in_force, challenger, liked=liked, is_duel=is_duel)
    assert -1 <= found <= 1
    outcome = float(liked)
    gain = abs(in_force - outcome) - abs(challenger - outcome)
    assert found * gain >= 0
    mirrored = difference(challenger, in_force, liked=liked, is_duel=is_duel)
    assert mirrored == pytest.approx(-found)


@given(st.lists(st.tuples(shares, shares), min_size=1, max_size=8), shares)
def test_a_duel_card_tells_the_sign_of_the_gain_over_the_pool(
    pool: list[tuple[float, float]], like_rate: float
) -> None:
    """Drawn in proportion to the distance, its mean is the gain over twice the distance."""
    distances = [abs(one - other) for one, other in pool]
    total = sum(distances)
    if not total:
        return

    def expected(one: float, other: float, *, is_duel: bool) -> float:
        of_like, of_reject = (
            difference(one, other, liked=liked, is_duel=is_duel) for liked in (True, False)
        )
        return like_rate * of_like + (1 - like_rate) * of_reject

    gain = sum(expected(one, other, is_duel=False) for one, other in pool) / len(pool)
    of_duels = sum(
        distance / total * expected(one, other, is_duel=True)
        for distance, (one, other) in zip(distances, pool, strict=True)
    )
    assert of_duels * 2 * total / len(pool) == pytest.approx(gain, abs=1e-9)


def test_blind_answers_to_drawn_and_duel_cards_count() -> None:
    """In the order of the log."""
    drawn = tried(1, 1, 0.5, 0.9, chosen_by=ChosenBy.EXPLORE)
    duel = tried(2, 2, 0.5, 0.9, Answer.REJECT)
    assert values(drawn, duel) == [0.24, -0.7]


@pytest.mark.parametrize(
    "fields",
    [{"chosen_by": chosen_by} for chosen_by in [*ChosenBy, None] if chosen_by not in COUNTED_CARDS]
    + [
        {"blind": False},
        {"blind": None},
        {"shown_ms": 199},
        {"shown_ms": None},
        {"kind": EventKind.IMPORTED},
        {"kind": EventKind.SKIP},
        {"trial": None},
        {"trial": TrialGuess("r9", 0.5)},
        {"before": None},
        {"before": GuessBefore("v3", "r9", 0.5)},
        {"before": GuessBefore("v3", IN_FORCE, None)},
    ],
    ids=str,
)
def test_other_answers_do_not_count(fields: dict[str, Any]) -> None:
    """How those cards were chosen, or what was seen, could depend on the guess of one side."""
    assert values(tried(1, 1, 0.5, 0.9, **fields)) == []


def test_only_the_first_answer_to_a_picture_counts() -> None:
    """After it the score was shown, even when it was taken back."""
    first = tried(1, 1, 0.5, 0.9)
    again = tried(2, 1, 0.5, 0.9, Answer.REJECT)
    assert values(first, again) == [0.3]
    assert values(first, taken_back(3, first), tried(4, 1, 0.5, 0.9)) == []
    assert values(judged(1, 1, chosen_by=ChosenBy.ASK), tried(2, 1, 0.5, 0.9)) == []


def test_a_photo_that_was_judged_before_spoils_its_profile() -> None:
    """Its score was shown after the answer."""
    photo = judged(1, 5)
    profile = tried(2, 9, 0.5, 0.9, photos=(content(4), content(5)))
    assert values(photo, profile) == []
    assert values(profile) == [0.3]


def test_answers_of_before_the_trial_do_not_count() -> None:
    """They are replayed, or not counted at all; but their pictures were seen."""
    assert values(tried(1, 1, 0.5, 0.9), tried(2, 2, 0.5, 0.9), after_seq=1) == [0.3]
    assert values(tried(1, 1, 0.5, 0.9), tried(2, 1, 0.5, 0.9), after_seq=1) == []


ANSWER = tried(1, 1, 0.5, 0.9)


@pytest.mark.parametrize(
    ("undo", "is_counted"),
    [
        (taken_back(2, ANSWER), False),
        (taken_back(2, ANSWER, undoes=None), False),
        (taken_back(2, ANSWER, session=None), False),
        (taken_back(2, ANSWER, session=None, at_ms=ANSWER.at_ms + 11 * _MINUTE_MS), True),
        (taken_back(2, ANSWER, session="s2"), True),
        (taken_back(2, ANSWER, undoes=event_id(77)), True),
        (taken_back(2, ANSWER, undoes=None, content=content(8)), True),
    ],
)
def test_what_is_taken_back_within_its_session_does_not_count(
    undo: FeedbackEvent, is_counted: bool
) -> None:
    """Later, when the result may be known, it stays evidence."""
    assert values(ANSWER, undo) == ([0.3] if is_counted else [])


def _answer_of(
    number: int, picture: int, guesses: tuple[float, float], how: tuple[ChosenBy | None, bool, int]
) -> FeedbackEvent:
    chosen_by, blind, shown_ms = how
    return tried(number, picture, *guesses, chosen_by=chosen_by, blind=blind, shown_ms=shown_ms)


_answers = st.builds(
    _answer_of,
    st.integers(1, 99),
    st.integers(1, 20),
    st.tuples(shares, shares),
    st.tuples(st.sampled_from([*ChosenBy, None]), st.booleans(), st.sampled_from([100, 900])),
)
_events = st.lists(
    _answers | _answers.map(lambda answer: taken_back(100, answer)) | any_event(), max_size=10
)


@settings(max_examples=60)
@given(_events)
def test_what_was_asked_for_or_browsed_never_moves_the_evidence(
    events: list[FeedbackEvent],
) -> None:
    """Only blind answers to explore and duel cards count, whatever else is in the log."""
    found = CountedAnswers(CHALLENGER, IN_FORCE, events=events).counted
    by_seq = {
        (event.seq, event.content): event
        for event in events
        if event.kind is EventKind.JUDGE and event.chosen_by in COUNTED_CARDS and event.blind
    }
    assert all((counted.seq, counted.content) in by_seq for counted in found)


@settings(max_examples=60)
@given(
    _events,
    st.lists(
        st.tuples(
            st.integers(0, 25),
            st.sampled_from([kind for kind in ChosenBy if kind not in COUNTED_CARDS]),
            shares,
            shares,
            st.sampled_from(Answer),
        ),
        max_size=6,
    ),
)
def test_more_asked_or_browsed_answers_change_nothing(
    events: list[FeedbackEvent], others: list[tuple[int, ChosenBy, float, float, Answer]]
) -> None:
    """Wherever they come in the log, to pictures that no card shows."""
    mixed = list(events)
    for number, (place, chosen_by, in_force, challenger, answer) in enumerate(others, 5_000):
        other = tried(
            number, number, in_force, challenger, answer, chosen_by=chosen_by, session="other"
        )
        mixed.insert(min(place, len(mixed)), other)
    without = CountedAnswers(CHALLENGER, IN_FORCE, events=events).counted
    assert CountedAnswers(CHALLENGER, IN_FORCE, events=mixed).counted == without


@given(
    st.lists(st.tuples(st.integers(1, 12), shares, shares, st.booleans()), min_size=1, max_size=12),
    st.integers(0, 11),
)
def test_taking_back_at_once_is_as_if_it_had_never_counted(
    answered: list[tuple[int, float, float, bool]], place: int
) -> None:
    """The other answers count as before."""
    answers = [tried(2 * number, *given_answer[:3]) for number, given_answer in enumerate(answered)]
    slip = tried(500, 99, 0.1, 0.9)
    with_slip = list(answers)
    at = min(place, len(with_slip))
    with_slip[at:at] = [slip, taken_back(501, slip)]
    assert values(*with_slip) == values(*answers)
