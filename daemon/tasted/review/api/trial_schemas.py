"""The bodies of the HTTP API about recipes on trial. Pure.

What holds for all bodies: see `schemas`.
"""

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from tasted.review.api.schemas import AnswerBody, Count, RequestBody


class RecipeOnTrial(AnswerBody):
    """One of the two recipes of a trial."""

    recipe: str
    name: str = Field(description="As people call it.")
    method: str
    model: str
    adapter: str | None = None


class TrialFiguresAnswer(AnswerBody):
    """What is known; `gain`, `low` and `high` are mean differences of an answer, in [-1, 1]."""

    answers: Count
    replayed: Count
    liked: Count
    rejected: Count
    nearer: Count
    farther: Count
    gain: float
    low: float
    high: float
    log_e: float
    max_log_e: float
    times_rarer: Count = Field(description="N of: less than once in N times among equals.")


class FoldsAnswer(AnswerBody):
    """What the labels said before the trial."""

    labels: Count
    gain: float
    t: float


class TrialNewsAnswer(AnswerBody):
    """What a person is to be told."""

    text: str
    is_question: bool
    can_go_back: bool


class TrialFact(AnswerBody):
    """One figure of a trial, in words."""

    name: str
    value: str


class TrialAnswer(AnswerBody):
    """One trial."""

    id: Annotated[int, Field(ge=1)]
    state: Literal["open", "promoted", "settled", "taken_back", "dismissed", "withdrawn"]
    in_force: RecipeOnTrial = Field(description="What decided when it began.")
    challenger: RecipeOnTrial
    opened_at: AwareDatetime
    decided_at: AwareDatetime | None
    decided_by: Literal["test", "person"] | None
    ended_at: AwareDatetime | None
    ended_by: Literal["test", "person"] | None
    figures: TrialFiguresAnswer
    reverse: TrialFiguresAnswer | None = Field(
        description="Of the former recipe, which predicts on after a promotion."
    )
    answers_needed: Count
    each_needed: Count
    folds: FoldsAnswer | None
    is_running: bool
    is_offered: bool
    former_version: str | None
    note: str | None
    news: TrialNewsAnswer | None = Field(description="Null when there is none, or it was seen.")
    sentence: str = Field(description="How it stands, or what became of it.")
    watch: str | None = Field(description="After a promotion: for how long it is checked.")
    how: list[TrialFact] = Field(description="How it is decided, with all figures.")


class TrialsAnswer(AnswerBody):
    """All trials, newest first."""

    trials: list[TrialAnswer]


class TrialRequest(RequestBody):
    """What is to be done about a trial.

    `promote`: let the challenger decide; after a promotion: keep it. `dismiss`: end the trial;
    after a promotion: let the former recipe decide again. `seen`: what was told is known.
    """

    action: Literal["promote", "dismiss", "seen"]
