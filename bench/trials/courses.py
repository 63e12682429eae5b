"""Trials of simulated pairs by the rules of `tasted.trials`. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from bench.trials.forecasters import Cards
from tasted.trials.differences import CountedDifference
from tasted.trials.evidence import LOG_PROVEN, Evidence, gain_interval
from tasted.trials.rules import TrialFigures, TrialStep, next_step

_INTERVAL_EVERY = 20


@dataclass(frozen=True, slots=True)
class Course:
    """What became of one trial, by the number of counted answers; None: never."""

    proven: int | None
    """When E first reached 20, whatever else is asked for."""
    offered: int | None
    promoted: int | None


def course_of(cards: Cards) -> Course:
    """Return the course of a trial that is looked at after every answer and never dismissed."""
    proven = offered = promoted = None
    for figures in figures_after_each(cards):
        if proven is None and figures.log_e >= LOG_PROVEN:
            proven = figures.count
        step = next_step(figures, has_all_references=True)
        if offered is None and step is TrialStep.OFFER:
            offered = figures.count
        if step is TrialStep.PROMOTE:
            promoted = figures.count
            break
    return Course(proven, offered, promoted)


@dataclass(frozen=True, slots=True)
class TrialEnd:
    """How a trial ended."""

    step: TrialStep
    count: int
    is_offered: bool
    """Whether a person was asked before."""


def ended_by(cards: Cards) -> TrialEnd:
    """Return how a trial ends whose interval is looked at after every twenty answers."""
    counted = differences_of(cards)
    is_offered = False
    for figures in figures_after_each(cards):
        seen = figures
        if figures.count % _INTERVAL_EVERY == 0:
            high = gain_interval([each.value for each in counted[: figures.count]]).high
            seen = replace(figures, high=high)
        step = next_step(seen, has_all_references=True)
        is_offered |= step is TrialStep.OFFER
        if step in {TrialStep.PROMOTE, TrialStep.DISMISS}:
            return TrialEnd(step, figures.count, is_offered)
    return TrialEnd(TrialStep.WAIT, len(counted), is_offered)


def figures_after_each(cards: Cards) -> Iterator[TrialFigures]:
    """Yield the figures after each card, but for the interval, which takes long."""
    evidence = Evidence()
    liked = drawn = drawn_liked = 0
    guessed = 0.0
    for counted in differences_of(cards):
        evidence.take(counted.value)
        liked += counted.liked
        if counted.is_drawn:
            drawn += 1
            drawn_liked += counted.liked
            guessed += counted.challenger
        yield TrialFigures(
            count=evidence.count,
            liked=liked,
            rejected=evidence.count - liked,
            log_e=evidence.log_e,
            max_log_e=evidence.max_log_e,
            drawn=drawn,
            drawn_liked=drawn_liked,
            drawn_guessed=guessed / drawn if drawn else 0.0,
        )


def differences_of(cards: Cards) -> list[CountedDifference]:
    """Return what each card says."""
    rows = zip(
        cards.liked.tolist(),
        cards.is_drawn.tolist(),
        cards.in_force.tolist(),
        cards.challenger.tolist(),
        strict=True,
    )
    return [
        CountedDifference(number, "", liked, is_drawn, in_force, challenger)
        for number, (liked, is_drawn, in_force, challenger) in enumerate(rows, 1)
    ]


def share_by(counts: list[int | None], limit: int) -> float:
    """Return the share of trials in which something had happened after so many answers."""
    return float(np.mean([count is not None and count <= limit for count in counts]))
