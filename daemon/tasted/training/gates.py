"""Whether a trained adapter may be tried: five gates, each with its figure. Pure.

gain      cross-fitted log-loss, against the frozen model's on the same folds
forward   Brier score on the newest labels, which no adapter was trained on
drift     how far vectors moved, on pictures that no adapter was trained on
traits    whether the order of pictures by traits is still the same
spread    whether it is surer of new pictures than it has a right to be
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from tasted.amounts import counted, decimal, percent
from tasted.home.training_file import GateTold
from tasted.plain_dataclass import dataclass
from tasted.scoring.taste.logistic import log_loss, sigmoid
from tasted.trials.evidence import Evidence

GAIN_NATS = 0.02
DRIFT_COSINE = 0.85
TRAIT_CORRELATION = 0.9
SPREAD_RATIO = 1.5
_NATS_TOLD_MAX = 50.0
_RESAMPLED = 2_000
_LOWER_END = 0.05
"""Of a 90 % interval."""

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class PairedLogits:
    """Logits of the same labels by both models; neither knew the labels."""

    frozen: Array
    tuned: Array
    targets: Array
    """1 liked, 0 rejected."""


def gain_gate(
    opinions: PairedLogits, groups: NDArray[np.intp], *, steps: int, seed: int = 0
) -> GateTold:
    """Tell whether labels are predicted better by at least 0.02 nats, and not by luck.

    Args:
        opinions: cross-fitted, of the older labels.
        groups: (n,), what must be drawn together.
        steps: for how long most adapters got better; 0: most did not at all.
        seed: of the bootstrap over groups.
    """
    gains = log_loss(opinions.frozen, opinions.targets) - log_loss(opinions.tuned, opinions.targets)
    mean, low = float(gains.mean()), _lower_end(gains, groups, seed)
    if not steps:
        worse = "Most adapters only got worse on labels that they were not trained on."
        return GateTold(
            "gain", is_passed=False, figure=_figure(mean), limit=GAIN_NATS, sentence=worse
        )
    return GateTold(
        "gain",
        mean >= GAIN_NATS and low > 0,
        _figure(mean),
        GAIN_NATS,
        f"It gives the answers that it was not trained on {_more(mean)} probability than the model "
        f"as it was (in 19 of 20 draws of them: {_more(low)}, or better); {_more(GAIN_NATS)} is "
        "needed, and no less in 19 of 20 draws.",
    )


def _more(nats: float) -> str:
    """Return a mean gain of log-likelihood as a factor, in words."""
    if not np.isfinite(nats):
        return "no number for the"
    change = float(np.expm1(min(nats, _NATS_TOLD_MAX)))
    return f"{percent(abs(change))} {'less' if change < 0 else 'more'}"


def _figure(value: float) -> float | None:
    """Return a figure as JSON takes it; None where vectors have left all bounds."""
    return round(value, 4) if np.isfinite(value) else None


def _lower_end(gains: Array, groups: NDArray[np.intp], seed: int) -> float:
    _numbers, places = np.unique(groups, return_inverse=True)
    sums, sizes = np.bincount(places, weights=gains), np.bincount(places)
    drawn = np.random.default_rng(seed).integers(len(sums), size=(_RESAMPLED, len(sums)))
    means = sums[drawn].sum(axis=1) / sizes[drawn].sum(axis=1)
    return float(np.quantile(means, _LOWER_END))


def forward_gate(opinions: PairedLogits) -> GateTold:
    """Tell whether the newest labels, in their order, speak for it.

    Args:
        opinions: of the newest labels, oldest first.
    """
    if not len(opinions.targets):
        nothing = "There are no newer labels to try it on."
        return GateTold("forward", is_passed=False, figure=None, limit=0.0, sentence=nothing)
    differences = (sigmoid(opinions.frozen) - opinions.targets) ** 2 - (
        sigmoid(opinions.tuned) - opinions.targets
    ) ** 2
    mean = float(differences.mean())
    evidence = Evidence(differences.tolist())
    return GateTold(
        "forward",
        mean > 0 and evidence.log_e >= 0,
        _figure(mean),
        0.0,
        f"On your {counted(len(differences), 'newest answer')} its squared error is "
        f"{decimal(abs(mean), 4)} {'larger' if mean < 0 else 'smaller'} than that of the model as "
        f"it was, with evidence of {decimal(float(np.exp(min(evidence.log_e, 50.0))), 2)}; a "
        "smaller one is needed, and evidence of at least 1.",
    )


def drift_gate(cosines: Array) -> GateTold:
    """Tell whether pictures are still where they were.

    Args:
        cosines: (v,), between both vectors of each view that no adapter was trained on.
    """
    mean = float(cosines.mean())
    return GateTold(
        "drift",
        mean >= DRIFT_COSINE,
        _figure(mean),
        DRIFT_COSINE,
        f"Pictures that it was not trained on are {decimal(mean, 3)} similar (cosine) to what they "
        f"were; at least {decimal(DRIFT_COSINE, 2)} is needed.",
    )


def traits_gate(correlations: Mapping[str, float]) -> GateTold:
    """Tell whether pictures are in the same order by every trait.

    Args:
        correlations: of the z-scores before and after, by trait.
    """
    if not correlations:
        nothing = "There are no traits that could be blurred."
        limit = TRAIT_CORRELATION
        return GateTold("traits", is_passed=True, figure=None, limit=limit, sentence=nothing)
    worst = min(correlations, key=lambda trait: correlations[trait])
    value = correlations[worst]
    return GateTold(
        "traits",
        value >= TRAIT_CORRELATION,
        _figure(value),
        TRAIT_CORRELATION,
        f"The trait that changed most is {worst}: its order of pictures agrees with before by "
        f"{decimal(value, 3)} (correlation); at least {decimal(TRAIT_CORRELATION, 1)} is needed.",
    )


def spread_gate(tuned: Array, *, frozen: Array, held_out: Array) -> GateTold:
    """Tell whether its logits of new pictures are spread no more than its evidence allows.

    A model that knows more is surer, so it is held against what it shows of labels that it did not
    know, or against the frozen model, whichever is spread more.

    Args:
        tuned: (m,), of pictures that it was not trained on.
        frozen: (m,), of the same by the frozen model.
        held_out: (n,), cross-fitted and calibrated.
    """
    before = max(float(frozen.std()), float(held_out.std()), 1e-6)
    ratio = float(tuned.std()) / before
    return GateTold(
        "spread",
        ratio <= SPREAD_RATIO,
        _figure(ratio),
        SPREAD_RATIO,
        f"It is {decimal(ratio, 2)} times as sure of new pictures as its answers allow; at most "
        f"{decimal(SPREAD_RATIO, 1)} times is allowed. It is "
        f"{decimal(float(tuned.std() / max(frozen.std(), 1e-6)), 2)} times as sure as the model "
        "as it was.",
    )
