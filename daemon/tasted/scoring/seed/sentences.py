"""A score of the fixed formula in plain sentences, strongest first, none without evidence. Pure.

Neighbours are counted when they are within 0.05 of the nearest, at most three, and as similar as
the formula calls close. Rejected ones are mentioned if they are at most that far behind the nearest
like, or if they lowered the score. Sentences are sorted by how much they move the confidence.
Personality has none: a raw cosine between a text and a picture says too little to be a reason.
"""

import math
import re
from collections.abc import Sequence

from tasted.amounts import decimal, percent
from tasted.records import Neighbour, Verdict
from tasted.scoring.interests.interests import distinct_interests
from tasted.scoring.seed.evidence import SeedEvidence
from tasted.scoring.seed.formula import CLOSE_SIMILARITY, Score

NEAR_THE_BEST = 0.05
NAMED_MAX = 3
_SUMMARY_REASONS_MAX = 3
_NO_LIKES = "No likes yet. Put pictures you like into inbox/liked"
_NO_INTEREST = "The bio mentions none of your interests"
_FIGURES = re.compile(r" \((?:mean )?[-0-9., ]+\)$")


def reasons(score: Score, evidence: SeedEvidence) -> tuple[str, ...]:
    """Return the sentences, without full stops, strongest first."""
    found = [
        *_no_likes(score),
        *_liked(score, evidence),
        *_rejected(score, evidence),
        *_feedback(score, evidence),
        *_interests(score, evidence),
    ]
    # sorting is stable: equally strong sentences keep the order above
    found.sort(key=lambda reason: -reason[0])
    return tuple(sentence for _strength, sentence in found)


def summary(score: Score, reasons: Sequence[str]) -> str:
    """Return one line: the verdict, the confidence rounded down, and the strongest reasons."""
    because = "; ".join(
        _inside(reason, score.interests_named) for reason in reasons[:_SUMMARY_REASONS_MAX]
    )
    if score.confidence is None:
        return f"Unsure: {because}." if because else "Unsure."
    # rounded down, so that a score just under the threshold does not show as the threshold
    head = f"{_VERDICTS[score.verdict, score.strong]}, {percent(score.confidence)}"
    return f"{head}: {because}." if because else f"{head}."


_VERDICTS = {
    (Verdict.MATCH, True): "Strong match",
    (Verdict.MATCH, False): "Match",
    (Verdict.NO_MATCH, False): "No match",
}

_Reason = tuple[float, str]


def _no_likes(score: Score) -> list[_Reason]:
    return [(math.inf, _NO_LIKES)] if score.physical is None else []


def _liked(score: Score, evidence: SeedEvidence) -> list[_Reason]:
    if not evidence.liked:
        return []
    best = evidence.liked[0].similarity
    strength = score.weights["physical"] * max(best, 0.0)
    near = _near(evidence.liked)
    if not near:
        return [(strength, f"Not close to any of your likes ({decimal(best, 2)})")]
    likes = "one" if len(near) == 1 else str(len(near))
    return [(strength, f"Close to {likes} of your likes ({_figures(near)})")]


def _rejected(score: Score, evidence: SeedEvidence) -> list[_Reason]:
    near = _near(evidence.rejected)
    if not near:
        return []
    best_liked = evidence.liked[0].similarity if evidence.liked else -1.0
    best = near[0].similarity
    if best < best_liked - NEAR_THE_BEST and not score.is_near_rejected:
        return []
    rejects = "one" if len(near) == 1 else str(len(near))
    strength = score.weights["physical"] * best
    return [(strength, f"Looks like {rejects} you rejected ({_figures(near)})")]


def _feedback(score: Score, evidence: SeedEvidence) -> list[_Reason]:
    mean = evidence.means.feedback
    if mean is None or score.physical is None or not score.is_near_feedback:
        return []
    similarity = mean.similarity(evidence.vector)
    strength = score.weights["physical"] * 0.4 * similarity
    return [
        (strength, f"Close to the screenshots you liked before (mean {decimal(similarity, 2)})")
    ]


def _interests(score: Score, evidence: SeedEvidence) -> list[_Reason]:
    if not (evidence.bio or "").strip() or not distinct_interests(evidence.interests):
        return []
    strength = score.weights["interests"] * (score.interests or 0.0)
    named = score.interests_named
    if not named:
        return [(strength, _NO_INTEREST)]
    if len(named) == 1:
        return [(strength, f"{_capital(named[0])} is in the bio")]
    listed = f"{', '.join(named[:-1])} and {named[-1]}"
    return [(strength, f"{_capital(listed)} are in the bio")]


def _near(neighbours: Sequence[Neighbour]) -> list[Neighbour]:
    if not neighbours:
        return []
    least = max(CLOSE_SIMILARITY, neighbours[0].similarity - NEAR_THE_BEST)
    return [near for near in neighbours if near.similarity >= least][:NAMED_MAX]


def _figures(neighbours: Sequence[Neighbour]) -> str:
    return ", ".join(decimal(near.similarity, 2) for near in neighbours)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _inside(reason: str, named: Sequence[str]) -> str:
    """Return a sentence as part of another: small first letter, no figures."""
    plain = _FIGURES.sub("", reason)
    if named and plain.startswith(_capital(named[0])) and plain.endswith("in the bio"):
        # the user's own spelling: NASA stays NASA
        return named[0] + plain[len(_capital(named[0])) :]
    return plain[:1].lower() + plain[1:]
