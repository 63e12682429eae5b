"""Simulated pairs: how often equals are promoted, and what can be proven. Prints its figures."""

from collections.abc import Iterator, Sequence

import numpy as np

from bench.trials.courses import Course, course_of, differences_of, ended_by, share_by
from bench.trials.forecasters import OVERCONFIDENCE, Cards, Forecaster, draw_cards, worse_by
from bench.trials.gates import Gates
from bench.trials.usual import is_better_by_likelihood, is_better_by_mean
from tasted.trials.evidence import gain_interval
from tasted.trials.rules import ANSWERS_MAX, WATCHED_ANSWERS

DUELS_OF_COUNTED = 2 / 3
"""Of ten cards in a trial two are drawn and four are duels."""
EQUAL = Forecaster(0.70)
BETTER = Forecaster(0.765)
BEST = Forecaster(0.85)
MOMENTS = (80, 160, 320, 640)
LOOKS = (20, 40, 80, 160)
_INTERVAL_ANSWERS = 400
_INTERVAL_EVERY = 20


def show(gates: Gates, pairs: int) -> None:
    """Print everything that is simulated.

    Args:
        gates: take the figures that must hold.
        pairs: how many of each kind.
    """
    print(f"{pairs:,} pairs of each kind; promoted, or proven (E of 20), by so many answers")
    head = "".join(f"{moment:>8}" for moment in MOMENTS)
    print(f"{'Brier gain, cards':<44}{head}")
    promoted = [
        share_by([course.promoted for course in _shown(name, equal, equal, pairs)], ANSWERS_MAX)
        for name, equal in (
            ("none, calibrated, mixed", EQUAL),
            ("none, overconfident, mixed", Forecaster(EQUAL.auc, OVERCONFIDENCE)),
        )
    ]
    proven = {}
    for better, gain in ((BETTER, 0.02), (BETTER, 0.03), (BEST, 0.064)):
        worse = worse_by(better, gain)
        for words, duels in (("duel", 1.0), ("mixed", DUELS_OF_COUNTED), ("drawn", 0.0)):
            courses = _shown(f"{gain}, {words}", worse, better, pairs, duels=duels)
            proven[gain, words] = [course.proven for course in courses]
    for worse in (BETTER, BEST):
        _shown(f"-.02 from AUC {worse.auc}, mixed", worse, worse_by(worse, 0.02), pairs)
    print()
    for words, share in zip(("calibrated", "overconfident"), promoted, strict=True):
        gates.most(f"equal and {words}: promoted by {ANSWERS_MAX} answers", share, 0.05)
    gates.least("gain of .03: proven by 160 duel answers", share_by(proven[0.03, "duel"], 160), 0.5)
    gates.least(
        "gain of .064: proven by 160 duel answers", share_by(proven[0.064, "duel"], 160), 0.9
    )
    _show_usual_tests(pairs)
    _show_taking_back(gates, pairs)
    _show_intervals(gates, max(20, pairs // 5))
    _show_ends(max(10, pairs // 10))


def _shown(
    name: str,
    in_force: Forecaster,
    challenger: Forecaster,
    pairs: int,
    *,
    duels: float = DUELS_OF_COUNTED,
) -> list[Course]:
    """Run trials of a pair, and print what became of them."""
    courses = [course_of(cards) for cards in _cards(in_force, challenger, pairs, duels)]
    for words in ("promoted", "proven"):
        counts = [getattr(course, words) for course in courses]
        if any(count is not None for count in counts) or duels != 1:
            row = "".join(f"{share_by(counts, moment):>8.1%}" for moment in MOMENTS)
            print(f"{f'{name}: {words}':<44}{row}", flush=True)
    return courses


def _cards(
    in_force: Forecaster,
    challenger: Forecaster,
    pairs: int,
    duels: float,
    count: int = ANSWERS_MAX,
) -> Iterator[Cards]:
    for seed in range(pairs):
        random = np.random.default_rng([14, seed])
        yield draw_cards(in_force, challenger, count, duels=duels, random=random)


def _show_usual_tests(pairs: int) -> None:
    """What is promoted by tests that are made for one look, looked at four times."""
    print(f"\nequal pairs that other tests promote at one of {LOOKS} answers, drawn cards")
    for name, equal in (
        ("calibrated", EQUAL),
        ("overconfident", Forecaster(EQUAL.auc, OVERCONFIDENCE)),
    ):
        drawn = list(_cards(equal, equal, pairs, 0.0, LOOKS[-1]))
        by_mean = np.array([is_better_by_mean(cards, LOOKS) for cards in drawn])
        by_ratio = np.array([is_better_by_likelihood(cards, LOOKS) for cards in drawn])
        print(
            f"{name:<16}one-sided p < .05 of the mean gain {by_mean.mean():.1%}, "
            f"likelihood ratio of 20 {by_ratio.mean():.1%}",
            flush=True,
        )


def _show_taking_back(gates: Gates, pairs: int) -> None:
    """A promoted recipe turns bad, or is as good as the former one, which predicts on."""
    for gain, better in ((0.03, BETTER), (0.064, BEST)):
        courses = [
            course_of(cards)
            for cards in _cards(
                worse_by(better, gain), better, pairs, DUELS_OF_COUNTED, WATCHED_ANSWERS
            )
        ]
        share = share_by([course.proven for course in courses], WATCHED_ANSWERS)
        what = f"worse by {gain:.3f} after its promotion: taken back within 160"
        gates.least(what, share, 0.9 if gain > 0.05 else 0.5)
    equals = [
        course_of(cards) for cards in _cards(EQUAL, EQUAL, pairs, DUELS_OF_COUNTED, WATCHED_ANSWERS)
    ]
    share = share_by([course.proven for course in equals], WATCHED_ANSWERS)
    gates.most("as good as before after its promotion: taken back", share, 0.05)


def _show_intervals(gates: Gates, pairs: int) -> None:
    """Whether the true gain was ever outside of the interval."""
    worse = worse_by(BETTER, 0.03)
    for name, in_force in (("no gain", BETTER), ("a gain of .03", worse)):
        gain = in_force.brier - BETTER.brier
        missed = [
            _misses([counted.value for counted in differences_of(cards)], gain)
            for cards in _cards(in_force, BETTER, pairs, 0.0, _INTERVAL_ANSWERS)
        ]
        what = f"{name}: ever outside of the interval, to {_INTERVAL_ANSWERS} drawn cards"
        gates.most(what, float(np.mean(missed)), 0.05)


def _misses(values: Sequence[float], gain: float) -> bool:
    moments = range(_INTERVAL_EVERY, len(values) + 1, _INTERVAL_EVERY)
    intervals = (gain_interval(values[:moment]) for moment in moments)
    return any(not interval.low <= gain <= interval.high for interval in intervals)


def _show_ends(pairs: int) -> None:
    """How trials end when the interval is looked at as well."""
    print(f"\nhow {pairs} trials with mixed cards end, and after how many answers (median)")
    for name, in_force, challenger in (
        ("equal", EQUAL, EQUAL),
        ("worse by .02", BETTER, worse_by(BETTER, 0.02)),
        ("worse by .064", BEST, worse_by(BEST, 0.064)),
        ("better by .02", worse_by(BETTER, 0.02), BETTER),
        ("better by .03", worse_by(BETTER, 0.03), BETTER),
    ):
        ends = [ended_by(cards) for cards in _cards(in_force, challenger, pairs, DUELS_OF_COUNTED)]
        kinds = {end.step for end in ends}
        listed = ", ".join(
            f"{step.value} {np.mean([end.step is step for end in ends]):.0%} "
            f"({np.median([end.count for end in ends if end.step is step]):.0f})"
            for step in sorted(kinds)
        )
        offered = np.mean([end.is_offered for end in ends])
        print(f"{name:<16}{listed}; offered in {offered:.0%}", flush=True)
