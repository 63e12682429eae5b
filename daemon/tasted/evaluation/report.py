"""An evaluation as JSON values and as sentences. Pure."""

from dataclasses import asdict
from typing import Any

from tasted.evaluation.evaluate import Evaluation, Row, Section
from tasted.scoring.learning_curve import Curve

_NOTICEABLE = 0.01
"""Of an AUC: less is not worth labelling for."""
_UNEVEN = 0.02
"""Of an AUC: by so much one kind of label has to cost more than the other to be told."""


def as_json(evaluation: Evaluation) -> dict[str, Any]:
    """Return everything as one object."""
    found = evaluation.found
    return {
        "references": {"liked": evaluation.liked, "rejected": evaluation.rejected},
        "contradictions": list(found.contradictions),
        "repeated": found.repeated,
        "left_out": [
            {"path": path, "reason": reason}
            for path, reason in (*found.unreadable, *evaluation.failed)
        ],
        "texts": "left out",
        "scorer": evaluation.current,
        "stage": evaluation.stage.value,
        "next": evaluation.next,
        "embedders": [_section(evaluation, each) for each in evaluation.sections],
        "learning_curve": asdict(evaluation.curve) if evaluation.curve is not None else None,
        "doubts": [
            {
                "path": evaluation.taught[each.reference].path,
                "liked": each.is_liked,
                "probability": each.probability,
                "lookalikes": each.lookalikes,
            }
            for each in evaluation.doubts
        ],
        "advice": advice(evaluation),
    }


def _section(evaluation: Evaluation, section: Section) -> dict[str, Any]:
    return {
        "embedder": section.embedder,
        "from_library": section.cached,
        "embedded": section.embedded,
        "history": section.history,
        "notes": list(section.notes),
        "scorers": [_row(evaluation, each) for each in section.rows],
    }


def _row(evaluation: Evaluation, row: Row) -> dict[str, Any]:
    judged, probabilities = row.judged, row.judged.probabilities
    pictures = [
        {
            "path": evaluation.taught[int(reference)].path,
            "liked": bool(judged.liked[place]),
            "score": float(judged.scores[place]),
            "probability": float(probabilities[place]) if probabilities is not None else None,
            "verdict": judged.verdicts[place].value,
        }
        for place, reference in enumerate(judged.references)
    ]
    return {
        "scorer": row.scorer,
        **asdict(row.figures),
        "has_signal": row.figures.has_signal,
        "pictures": pictures,
    }


def advice(evaluation: Evaluation) -> list[str]:
    """Return what the figures say in sentences, the most important first."""
    if not evaluation.taught:
        return ["No references yet. Teach with: tasted like FILE and tasted reject FILE"]
    sentences = [_signal(evaluation)]
    if evaluation.next is not None:
        sentences.append(f"{evaluation.next}.")
    if evaluation.curve is not None:
        sentences += _worth(evaluation.curve)
    return sentences


def main_row(evaluation: Evaluation) -> Row:
    """Return the row of the current scorer and the first embedder, or the first there is."""
    rows = evaluation.sections[0].rows
    return next((row for row in rows if row.scorer == evaluation.current), rows[0])


def _signal(evaluation: Evaluation) -> str:
    row = main_row(evaluation)
    figures = row.figures
    if figures.auc is None or figures.chance_auc is None:
        missing = "rejected" if figures.rejected == 0 else "liked"
        return f"Nothing is {missing} yet: there is nothing to tell apart."
    if not figures.has_signal:
        why = (
            f"{row.scorer} puts a like above a reject in {_percent(figures.auc)} of pairs, and "
            f"shuffled labels reach {_percent(figures.chance_auc)}."
            if figures.auc <= figures.chance_auc
            else f"the probabilities of {row.scorer} say no more than the share of likes does."
        )
        return f"No learnable signal yet: {why}"
    return (
        f"{row.scorer} tells your likes from your rejects: it puts a like above a reject in "
        f"{_percent(figures.auc)} of pairs; shuffled labels reach {_percent(figures.chance_auc)}."
    )


def _worth(curve: Curve) -> list[str]:
    gain = curve.half_auc - curve.quarter_auc
    measured = (
        f"Learnt from {curve.quarter_labels} labels, pictures that it had not seen were ranked "
        f"with an AUC of {curve.quarter_auc:.2f}; from {curve.half_labels}, of {curve.half_auc:.2f}"
    )
    if gain > max(_NOTICEABLE, 2 * curve.half_se):
        sentences = [f"{measured}: more labels helped, and more are likely to help again."]
    elif gain < _NOTICEABLE and 2 * curve.half_se < _NOTICEABLE:
        sentences = [f"{measured}: more labels of the same kind hardly help any more."]
    else:
        sentences = [f"{measured}. That is too close to say whether more labels help."]
    fewer = curve.cost_of_fewer_rejects - curve.cost_of_fewer_likes
    largest = max(curve.cost_of_fewer_likes, curve.cost_of_fewer_rejects)
    if largest > _UNEVEN and abs(fewer) > max(_UNEVEN, 2 * curve.cost_se):
        more, less = ("rejects", "likes") if fewer > 0 else ("likes", "rejects")
        costs = (curve.cost_of_fewer_rejects, curve.cost_of_fewer_likes)
        sentences.append(
            f"Half of the {more} cost {max(costs):.2f} of that, half of the {less} "
            f"{min(costs):.2f}: {more} teach the most now."
        )
    return sentences


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
