"""An evaluation as JSON values and as sentences. Pure."""

from dataclasses import asdict
from typing import Any

from tasted.amounts import percent
from tasted.evaluation.agreement import Agreement, agreement
from tasted.evaluation.evaluate import EmbedderResult, Evaluation, ScorerResult
from tasted.evaluation.learning_curve import LearningCurve

_NOTICEABLE = 0.01
"""Gain in AUC; a smaller one is not worth labelling for."""
_UNEVEN = 0.02
"""Difference in AUC; only a larger one is reported for likes or rejects."""


def as_json(evaluation: Evaluation) -> dict[str, Any]:
    """Return everything as one object."""
    found = evaluation.found
    return {
        "references": {"liked": evaluation.liked, "rejected": evaluation.rejected},
        "contradictions": [path for paths in found.contradictions for path in paths],
        "repeated": len(found.repeated),
        "copies": evaluation.counts.copies,
        "copied": [{"path": path, "with": first} for path, first in evaluation.repeated],
        "twofold": [list(paths) for paths in evaluation.twofold],
        "lookalikes": evaluation.counts.lookalikes,
        "left_out": [
            {"path": path, "reason": reason}
            for path, reason in (*found.unreadable, *evaluation.failed)
        ],
        "texts": "left out",
        "scorer": evaluation.current,
        "stage": evaluation.stage.value,
        "next": evaluation.next,
        "embedders": [_embedder(evaluation, embedder) for embedder in evaluation.embedders],
        "agreement": _agreement(agreement(evaluation)) if evaluation.items else None,
        "learning_curve": asdict(evaluation.curve) if evaluation.curve is not None else None,
        "doubts": [
            {
                "path": evaluation.items[doubt.reference].path,
                "liked": doubt.is_liked,
                "probability": doubt.probability,
                "lookalikes": doubt.lookalikes,
            }
            for doubt in evaluation.doubts
        ],
        "advice": advice(evaluation),
    }


def _agreement(found: Agreement) -> dict[str, Any]:
    return {**asdict(found), "agreed": found.agreed}


def _embedder(evaluation: Evaluation, result: EmbedderResult) -> dict[str, Any]:
    return {
        "embedder": result.embedder,
        "from_library": result.cached,
        "embedded": result.embedded,
        "history": result.history,
        "notes": list(result.notes),
        "scorers": [_scorer(evaluation, scorer) for scorer in result.scorers],
    }


def _scorer(evaluation: Evaluation, result: ScorerResult) -> dict[str, Any]:
    judged, probabilities = result.judgements, result.judgements.probabilities
    pictures = [
        {
            "path": evaluation.items[int(reference)].path,
            "liked": bool(judged.liked[place]),
            "score": float(judged.scores[place]),
            "probability": float(probabilities[place]) if probabilities is not None else None,
            "verdict": judged.verdicts[place].value,
        }
        for place, reference in enumerate(judged.references)
    ]
    return {
        "scorer": result.scorer,
        **asdict(result.figures),
        "has_signal": result.figures.has_signal,
        "pictures": pictures,
    }


def advice(evaluation: Evaluation) -> list[str]:
    """Return the figures in sentences, the most important first."""
    if not evaluation.items:
        return ["No likes or rejects yet. Start with: tasted like FILE"]
    sentences = [_signal(evaluation), *evaluation.counts.remarks]
    if evaluation.next is not None:
        sentences.append(f"{evaluation.next}.")
    if evaluation.curve is not None:
        sentences += _worth(evaluation.curve)
    return sentences


def _signal(evaluation: Evaluation) -> str:
    figures = evaluation.main.figures
    if figures.auc is None or figures.chance_auc is None:
        missing = "rejected" if figures.rejected == 0 else "liked"
        return f"Nothing is {missing} yet, so there is nothing to compare."
    ranking = (
        f"it ranks a like above a reject {percent(figures.auc)} of the time (guessing could reach "
        f"{percent(figures.chance_auc)})."
    )
    if figures.has_signal:
        return f"{ranking[:1].upper()}{ranking[1:]}"
    is_luck = figures.auc <= figures.chance_auc
    why = ranking if is_luck else "its probabilities say no more than your share of likes."
    return f"It cannot tell your likes from your rejects yet: {why}"


def _worth(curve: LearningCurve) -> list[str]:
    gain = curve.half_auc - curve.quarter_auc
    measured = (
        f"With {curve.quarter_labels} labels it ranked {percent(curve.quarter_auc)} of unseen "
        f"pairs correctly, with {curve.half_labels} labels {percent(curve.half_auc)}"
    )
    if gain > max(_NOTICEABLE, 2 * curve.half_se):
        sentences = [f"{measured}: more labels helped, and are likely to help again."]
    elif gain + 2 * curve.half_se < 2 * _NOTICEABLE:
        sentences = [f"{measured}: more labels of the same kind hardly help."]
    else:
        sentences = [f"{measured}. That is too close to say whether more labels help."]
    fewer = curve.cost_of_fewer_rejects - curve.cost_of_fewer_likes
    largest = max(curve.cost_of_fewer_likes, curve.cost_of_fewer_rejects)
    if largest > _UNEVEN and abs(fewer) > max(_UNEVEN, 2 * curve.cost_se):
        more, less = ("rejects", "likes") if fewer > 0 else ("likes", "rejects")
        costs = (curve.cost_of_fewer_rejects, curve.cost_of_fewer_likes)
        sentences.append(
            f"Leaving out half of the {more} lost {percent(max(costs))} of pairs, half of the "
            f"{less} {percent(max(min(costs), 0.0))}: more {more} help most now."
        )
    return sentences
