"""What people are told of a trial."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.trials import recipe, trial_row
from tasted.trials.bodies import trial_body
from tasted.trials.rules import TrialFigures
from tasted.trials.standing import standing_of
from tasted.trials.telling import (
    event_words,
    evidence_sentence,
    how_decided,
    missing_sentence,
    offer_sentence,
    recipe_words,
    trial_sentence,
    watch_sentence,
)
from tasted.trials.trial_file import DISMISSED, PROMOTED, SETTLED, TAKEN_BACK, WITHDRAWN

FIGURES = TrialFigures(
    count=104,
    replayed=0,
    liked=40,
    rejected=64,
    nearer=61,
    farther=35,
    mean=0.081,
    low=0.002,
    high=0.161,
    log_e=math.log(23.4),
    drawn=30,
    drawn_liked=9,
    drawn_guessed=0.34,
)
ROW = trial_row(in_force=recipe("clip-vit-base"), challenger=recipe("clip-vit-large"))


def test_a_promotion_is_told_with_its_evidence_and_the_way_back() -> None:
    """In one line."""
    row = replace(ROW, state=PROMOTED, decided_by="test")
    assert trial_sentence(row, FIGURES, when="14:02") == (
        "Since 14:02 clip-vit-large decides instead of clip-vit-base. Of 96 pictures on which the "
        "two disagreed it was nearer to your answer in 61. Were it no better, evidence this strong "
        "would come up less than once in 23 times. Go back with: tasted trial dismiss"
    )
    chosen = replace(row, state=SETTLED, decided_by="person")
    assert "decides instead of clip-vit-base, because you chose it. Of 96" in trial_sentence(
        chosen, FIGURES
    )


def test_what_was_promoted_and_does_not_decide_yet_is_told_so() -> None:
    """Another model learns all labels first: until then the former one scores."""
    row = replace(ROW, state=PROMOTED, decided_by="test", figures=FIGURES)
    awaited = standing_of(row, None, decides=row.in_force.id)
    assert trial_body(awaited)["sentence"].startswith(
        "clip-vit-large is to decide instead of clip-vit-base, and does as soon as it has learnt "
        "your labels. Of 96 pictures"
    )
    for decides in (row.challenger.id, None):
        assert not standing_of(row, None, decides=decides).is_awaited
    assert not standing_of(ROW, FIGURES, decides=ROW.in_force.id).is_awaited


def test_an_open_trial_says_what_is_not_known() -> None:
    """Never that it is sure."""
    assert trial_sentence(ROW, TrialFigures()) == (
        "On trial: clip-vit-large. No answer counted yet: blind ones to cards of tasted review do."
    )
    weak = replace(FIGURES, log_e=math.log(3.9))
    assert trial_sentence(ROW, weak).endswith("once in 3 times. Not known yet.")
    few = replace(weak, count=39, liked=7)
    assert trial_sentence(ROW, few).endswith("At least 1 more answer and 1 more like are needed.")
    learning = trial_sentence(ROW, FIGURES, has_all_references=False)
    assert learning.endswith("It is still learning your labels.")
    against = replace(FIGURES, log_e=-1.0)
    assert "So far nothing speaks for it." in trial_sentence(ROW, against)


def test_an_offer_says_probably() -> None:
    """And how seldom such evidence misleads."""
    assert offer_sentence(ROW, replace(FIGURES, log_e=math.log(6.5))) == (
        "clip-vit-large is probably better than clip-vit-base. Of 96 pictures on which the two "
        "disagreed it was nearer to your answer in 61. Were it no better, evidence this strong "
        "would come up less than once in 6 times."
    )


@pytest.mark.parametrize(
    ("fields", "figures", "end"),
    [
        ({"decided_by": "person"}, FIGURES, "you stopped its trial."),
        (
            {"decided_by": "test"},
            replace(FIGURES, count=640),
            "after 640 counted answers it was not proven better. A smaller gain cannot be known.",
        ),
        (
            {"decided_by": "test"},
            replace(FIGURES, count=60),
            "after 60 counted answers it is clear that it gains too little to matter, or nothing.",
        ),
    ],
)
def test_a_dismissal_says_why(fields: dict[str, str], figures: TrialFigures, end: str) -> None:
    """By a person, by the end of the trial, or by the interval."""
    row = replace(ROW, state=DISMISSED, decided_by=fields["decided_by"])
    assert trial_sentence(row, figures) == f"clip-vit-large was not taken: {end}"


def test_what_is_taken_back_says_why() -> None:
    """With the figures of the answers since the promotion."""
    row = replace(ROW, state=TAKEN_BACK, reverse_figures=replace(FIGURES, nearer=50, farther=20))
    assert trial_sentence(row, FIGURES, when="Monday") == (
        "Since Monday clip-vit-base decides again, instead of clip-vit-large. Of 70 pictures since "
        "the change on which the two disagreed it was nearer to your answer in 50. Were it no "
        "better, evidence this strong would come up less than once in 23 times."
    )
    withdrawn = replace(ROW, state=WITHDRAWN, note="the traits have changed.")
    assert trial_sentence(withdrawn, FIGURES) == (
        "The trial of clip-vit-large was withdrawn: the traits have changed."
    )


def test_a_recipe_is_called_after_what_is_different() -> None:
    """The method, the model, or both."""
    formula = recipe("small", "seed")
    assert recipe_words(formula, recipe("small")) == "the fixed formula"
    assert recipe_words(recipe("small"), formula) == "the learnt taste"
    assert recipe_words(recipe("large"), recipe("small")) == "large"
    assert recipe_words(recipe("large"), formula) == "the learnt taste with large"
    row = trial_row(in_force=formula, challenger=recipe("small"), state=DISMISSED)
    assert trial_sentence(row, FIGURES).startswith("The learnt taste was not taken")


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({}, ""),
        ({"count": 10}, "At least 30 more answers are needed."),
        ({"count": 39}, "At least 1 more answer is needed."),
        (
            {"count": 3, "liked": 1, "rejected": 2},
            "At least 37 more answers, 7 more likes and 6 more rejects are needed.",
        ),
        ({"drawn": 0}, "Pictures drawn by chance are needed."),
        (
            {"drawn_guessed": 0.5},
            "How often it expects a like does not fit yet how often you like.",
        ),
    ],
)
def test_what_a_decision_lacks_is_told(fields: dict[str, float], sentence: str) -> None:
    """Beside evidence."""
    assert missing_sentence(replace(FIGURES, **fields)) == sentence  # type: ignore[arg-type]


def test_how_it_was_decided_is_told_in_figures() -> None:
    """For who asks."""
    assert dict(how_decided(replace(FIGURES, replayed=20))) == {
        "Counted answers": "104 of at most 640, 20 of them replayed",
        "Likes and rejects among them": "40 and 64",
        "Challenger nearer, farther": "61, 35",
        "Mean difference": "+0.081 (+0.002 to +0.161)",
        "Evidence (E)": "23, 20 are needed",
        "Likes among pictures drawn by chance": "34 % guessed, 30 % liked, of 30",
    }
    assert dict(how_decided(TrialFigures(log_e=-0.1)))["Evidence (E)"].startswith("below 1")


def test_the_watch_counts_down() -> None:
    """To nothing, and no further."""
    assert watch_sentence(ROW, TrialFigures(count=100)) == (
        "For 60 more counted answers clip-vit-base predicts silently, and decides again if it "
        "proves better."
    )
    assert "0 more" in watch_sentence(ROW, TrialFigures(count=200))


@given(st.floats(-700, 700))
def test_evidence_is_never_told_stronger_than_it_is(log_e: float) -> None:
    """Rounded down."""
    sentence = evidence_sentence(log_e)
    if log_e < math.log(2):
        assert sentence == "So far nothing speaks for it."
    else:
        times = int(sentence.split(" in ")[1].split(" ")[0].replace(",", ""))
        assert times <= math.exp(log_e) * (1 + 1e-6)


def test_the_history_tells_what_became_of_a_trial() -> None:
    """By the note of its event; one of a later version is a trial all the same."""
    assert event_words("promoted:r1a2b3c4d") == (
        "The recipe on trial decides from now on (r1a2b3c4d)"
    )
    assert event_words("open") == "A recipe is on trial"
    assert event_words("later:r1") == "A trial (r1)"
    assert event_words(None) == "A trial"
