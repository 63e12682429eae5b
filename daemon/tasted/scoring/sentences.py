"""A weighed score in sentences that a person would write, strongest first, both ways. Pure.

Every sentence stands for parts of the logit that really moved it, by 0.05 log-odds or more, and is
as strong as their sum. A summary gives what speaks for its verdict first, and what speaks against
it only behind "although". "Close to" a like, or "looks like" a reject, needs a part that points
that way and a centred cosine of 0.3 or more; while vectors are not centred, for want of pictures,
any two have a high cosine, and only the nearest reference is told. A trait "seems" to be there from
one standard deviation on. Where the labels speak against a wish, the sentence says so.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tasted.records import Verdict
from tasted.scoring.duplicates import group_means
from tasted.scoring.explaining import Doubt
from tasted.scoring.fitted import Taste
from tasted.scoring.weighed import InterestPart, TraitPart, Weighed

MOVED_MIN = 0.05
"""In log-odds: a little more than one percent."""
CLOSE_COSINE = 0.3
SEEMS_Z = 1.0
SUMMARY_REASONS_MAX = 3

_AGAINST = "which has spoken against a like so far"
_FOR = "which has spoken for a like so far"
_VERDICTS = {Verdict.MATCH: "Match", Verdict.NO_MATCH: "No match", Verdict.UNSURE: "Unsure"}

_NEARER_LIKES = "nearer to your likes than to what you rejected"
_NEARER_REJECTS = "nearer to what you rejected than to your likes"
_UNDECIDED = "your labels do not settle it"
_TOO_FEW = "too few labels for a verdict"
_NO_EVIDENCE = "nothing speaks for or against it"


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that moved a score."""

    part: float
    """In log-odds: above 0 it speaks for a like."""
    sentence: str
    """Without a full stop."""
    subject: str = ""
    """What the sentence lacks to stand inside of another: "it", or nothing."""

    @property
    def strength(self) -> float:
        """How far it moved the score, whichever way."""
        return abs(self.part)


def weighed_reasons(weighed: Weighed, taste: Taste) -> tuple[Reason, ...]:
    """Return what moved the score, strongest first; () when nothing did."""
    found = [
        *_dealbreakers(weighed),
        *_looks(weighed, taste),
        *(reason for each in weighed.traits for reason in _trait(each)),
        *_named(weighed.interests),
        *_similar(weighed.interests),
        *_none_named(weighed.interests),
    ]
    # sorting is stable: equally strong sentences keep the order above
    found.sort(key=lambda reason: -reason.strength)
    return tuple(reason for reason in found if reason.strength >= MOVED_MIN)


def weighed_summary(weighed: Weighed, reasons: Sequence[Reason]) -> str:
    """Return one line: verdict and probability, or the rank, and the strongest reasons.

    Args:
        weighed: the score.
        reasons: what `weighed_reasons` gave.
    """
    head = _head(weighed)
    if weighed.verdict is Verdict.UNSURE:
        because = "; ".join(_of_unsure(weighed, reasons))
        return f"{head}: {because}." if because else f"{head}."
    is_match = weighed.verdict is Verdict.MATCH
    against = [reason for reason in reasons if (reason.part > 0) != is_match]
    room = SUMMARY_REASONS_MAX - min(len(against), 1)
    support = [reason for reason in reasons if (reason.part > 0) == is_match][:room]
    because = "; ".join(_inside(reason, weighed) for reason in support)
    line = f"{head}: {because}" if because else head
    if not against:
        return f"{line}."
    strongest = against[0]
    contrary = " ".join(filter(None, [strongest.subject, _inside(strongest, weighed)]))
    return f"{line}, although {contrary}."


def _of_unsure(weighed: Weighed, reasons: Sequence[Reason]) -> list[str]:
    """Return why there is no verdict, and the strongest reasons, whichever way they point."""
    chosen = [_inside(reason, weighed) for reason in reasons[:SUMMARY_REASONS_MAX]]
    if _is_ranked(weighed) and chosen:
        return chosen
    chosen = chosen[: SUMMARY_REASONS_MAX - 1]
    if weighed.unsure_because != "needs_labels":
        why = _UNDECIDED if weighed.unsure_because == "between" else _NO_EVIDENCE
        return [why, *chosen]
    if chosen or weighed.next is None:
        return [_TOO_FEW, *chosen]
    return [weighed.next[:1].lower() + weighed.next[1:]]


def doubt_sentence(doubt: Doubt) -> str:
    """Return what is odd about a label, for the user to look at again."""
    count = "one" if doubt.lookalikes == 1 else str(doubt.lookalikes)
    said = "liked" if doubt.is_liked else "rejected"
    if doubt.lookalikes == 0:
        instead = "no match" if doubt.is_liked else "a match"
        return f"You {said} this, but by all your other labels it would be {instead}."
    others = f"{count} you rejected" if doubt.is_liked else f"{count} of your likes"
    return f"You {said} this, but it looks like {others}."


def _head(weighed: Weighed) -> str:
    if weighed.dealbreakers:
        # a rule, whatever would be probable without it
        return _VERDICTS[weighed.verdict]
    if weighed.probability is not None:
        # rounded down, so that nothing shows as more than it is
        return f"{_VERDICTS[weighed.verdict]}, {_percent(weighed.probability)} %"
    if _is_ranked(weighed) and weighed.percentile is not None:
        return f"Ranks above {_percent(weighed.percentile)} % of {weighed.history_count}"
    return _VERDICTS[weighed.verdict]


def _is_ranked(weighed: Weighed) -> bool:
    return (
        weighed.verdict is Verdict.UNSURE
        and weighed.probability is None
        and weighed.percentile is not None
    )


def _percent(share: float) -> int:
    return math.floor(100 * share + 1e-9)


def _dealbreakers(weighed: Weighed) -> list[Reason]:
    names = [each.interest for each in weighed.dealbreakers]
    return [Reason(-math.inf, f"{_are_in_the_bio(names)}, which rules it out")] if names else []


def _looks(weighed: Weighed, taste: Taste) -> list[Reason]:
    if not len(taste.liked):
        return []
    groups = taste.pictures
    labels = group_means(taste.liked.astype(np.float64), groups)
    parts = np.asarray(np.bincount(groups, weights=weighed.references), dtype=np.float64)
    cosines = group_means(weighed.cosines, groups)
    if not taste.mean.any():
        return _nearest(labels, parts, cosines)
    likes = (labels == 1) & (parts > 0) & (cosines >= CLOSE_COSINE)
    rejects = (labels == 0) & (parts < 0) & (cosines >= CLOSE_COSINE)
    found = []
    if likes.any():
        count = _count(int(likes.sum()))
        found.append(Reason(float(parts[likes].sum()), f"Close to {count} of your likes", "it is"))
    if rejects.any():
        count = _count(int(rejects.sum()))
        found.append(Reason(float(parts[rejects].sum()), f"Looks like {count} you rejected", "it"))
    whole = _on_the_whole(labels, parts, cosines)
    if not found:
        return whole
    if len(found) == 1 and any(each.part * found[0].part < 0 for each in whole):
        # what is near points one way, and all that is far the other, and weighs more
        total = float(parts.sum())
        others = _NEARER_LIKES if total > 0 else _NEARER_REJECTS
        return [*found, Reason(total, f"On the whole {others}", "it is")]
    return found


def _nearest(
    labels: NDArray[np.float64], parts: NDArray[np.float64], cosines: NDArray[np.float64]
) -> list[Reason]:
    """Return which label the nearest reference has, when there are both and it counted so."""
    others = np.where(parts == 0, -np.inf, cosines)
    nearest = int(others.argmax())
    if not (labels == 1).any() or not (labels == 0).any() or parts[nearest] == 0:
        return []
    if labels[nearest] == 1 and parts[nearest] > 0:
        return [Reason(float(parts[nearest]), "Nearest to one of your likes", "it is")]
    if labels[nearest] == 0 and parts[nearest] < 0:
        return [Reason(float(parts[nearest]), "Nearest to one you rejected", "it is")]
    return []


def _on_the_whole(
    labels: NDArray[np.float64], parts: NDArray[np.float64], cosines: NDArray[np.float64]
) -> list[Reason]:
    """Return what many distant references come to."""
    total = float(parts.sum())
    likes, rejects = cosines[(labels == 1) & (parts != 0)], cosines[(labels == 0) & (parts != 0)]
    if len(likes) and len(rejects):
        lead = float(likes.mean() - rejects.mean())
        if total > 0 and lead > 0:
            return [Reason(total, _capital(_NEARER_LIKES), "it is")]
        if total < 0 and lead < 0:
            return [Reason(total, _capital(_NEARER_REJECTS), "it is")]
    if total < 0 and len(likes) and likes.max() < CLOSE_COSINE:
        return [Reason(total, "Not close to any of your likes", "it is")]
    return []


def _trait(each: TraitPart) -> list[Reason]:
    by_bio = abs(each.bio) > abs(each.picture)
    z = each.bio_z if by_bio else each.picture_z
    if z is None or abs(z) < SEEMS_Z:
        return []
    name, opposite = each.trait.name, each.trait.opposite
    verb, where = ("sound", " in the bio") if by_bio else ("seem", "")
    if z > 0:
        wish = "as you wish" if each.part > 0 else _AGAINST
        return [Reason(each.part, f"{_capital(verb)}s {name}{where}, {wish}", "it")]
    told = f"{_capital(verb)}s {opposite} rather than {name}{where}"
    if opposite is None:
        told = f"Does not {verb} {name}{where}"
    return [Reason(each.part, told if each.part < 0 else f"{told}, {_FOR}", "it")]


def _named(interests: Iterable[InterestPart]) -> list[Reason]:
    named = [each for each in interests if each.mention and each.mention.how == "named"]
    if not named:
        return []
    part = math.fsum(each.part for each in named)
    told = _are_in_the_bio([each.interest for each in named])
    return [Reason(part, told if part > 0 else f"{told}, {_AGAINST}")]


def _similar(interests: Iterable[InterestPart]) -> list[Reason]:
    found = []
    for each in interests:
        if each.mention and each.mention.how == "similar":
            told = f"{_capital(each.mention.words)} is close to {each.interest}"
            found.append(Reason(each.part, told if each.part > 0 else f"{told}, {_AGAINST}"))
    return found


def _none_named(interests: Sequence[InterestPart]) -> list[Reason]:
    if not interests or any(each.mention for each in interests):
        return []
    part = math.fsum(each.part for each in interests)
    told = "The bio shares none of your interests"
    return [Reason(part, told if part < 0 else f"{told}, {_FOR}")]


def _are_in_the_bio(names: Sequence[str]) -> str:
    if len(names) == 1:
        return f"{_capital(names[0])} is in the bio"
    return f"{_capital(', '.join(names[:-1]))} and {names[-1]} are in the bio"


def _count(number: int) -> str:
    return "one" if number == 1 else str(number)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _inside(reason: Reason, weighed: Weighed) -> str:
    """Return a sentence as part of another; what begins with others' words keeps their spelling."""
    sentence = reason.sentence
    mentions = [*weighed.dealbreakers, *(each.mention for each in weighed.interests)]
    for mention in mentions:
        for words in (mention.interest, mention.words) if mention else ():
            if words and sentence.startswith(_capital(words)):
                return words + sentence[len(_capital(words)) :]
    return sentence[:1].lower() + sentence[1:]
