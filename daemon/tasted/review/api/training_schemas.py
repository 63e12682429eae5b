"""The bodies of the HTTP API about training. Pure."""

from typing import Literal

from pydantic import AwareDatetime, Field

from tasted.review.api.schemas import AnswerBody, Count, RequestBody


class TrainingGate(AnswerBody):
    """What one of the gates said of an adapter."""

    name: str
    is_passed: bool
    figure: float | None
    limit: float
    sentence: str


class TrainingRun(AnswerBody):
    """A run, as it is or as it ended."""

    run: Count
    state: str = Field(
        description="starting, looking, training, paused, proving, merging; or how it ended: "
        "ready, refused, not_offered, cancelled, interrupted, failed."
    )
    summary: str
    next: str | None
    base: str
    method: str
    started_at: AwareDatetime
    changed_at: AwareDatetime
    adapter: Count
    adapters: Count
    step: Count
    steps_max: Count
    loss: float | None
    frozen_loss: float | None
    seconds_left: float | None
    waiting: str | None
    missing: list[str]
    liked: Count
    rejected: Count
    gates: list[TrainingGate]
    model: str | None = Field(description="The model that was made, which decides nothing yet.")
    agreement: dict[str, float]
    message: str | None
    remedy: str | None
    can_go_on: bool = Field(description="Whether something is kept that `resume` goes on from.")
    starts_over: str | None = Field(
        description="Why it began from the start, although it was to go on."
    )


class TrainingAnswer(AnswerBody):
    """What is trained now, or was trained last."""

    is_running: bool
    is_installed: bool = Field(description="Whether the extra `train` is.")
    is_offered: bool
    needs: list[str] = Field(description="Which labels are missing.")
    run: TrainingRun | None


class TrainingRequest(RequestBody):
    """How to train."""

    method: Literal["lora"] = "lora"
    force: bool = Field(default=False, description="Train although something speaks against it.")
    resume: bool = Field(default=False, description="Go on where the last run was broken off.")
