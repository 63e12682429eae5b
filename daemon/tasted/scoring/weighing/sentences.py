"""A weighed score in plain sentences, strongest first, for and against. Pure.

Every sentence stands for parts of the logit that really moved it, by 0.05 log-odds or more, and is
as strong as their sum. A summary first gives what supports its verdict, and only after "although"
what speaks against it. "Close to" a like, or "looks like" a reject, needs a part in that direction
and a centred cosine of 0.3 or more. While there are too few pictures to centre vectors, any two
have a high cosine, and only the closest reference is named. A trait "looks" or "sounds" present
from one standard deviation on. If the labels contradict a wish, the sentence says so.
"""

import math
from collections.abc import Iterable, Sequence
from typing import TypeGuard

import numpy as np

from tasted.amounts import ordinal, percent
from tasted.plain_dataclass import dataclass
from tasted.records import Verdict
from tasted.scoring.taste.doubts import Doubt
from tasted.scoring.weighing.looks import CLOSE_COSINE, Looks, NearPictures
from tasted.scoring.weighing.weighed import InterestPart, TraitPart, Weighed

MOVED_MIN = 0.05
"""In log-odds: a little more than one percent."""
SEEMS_Z = 1.0
SUMMARY_REASONS_MAX = 3

_AGAINST = "but your labels count that against it"
_FOR = "but your labels count that in its favour"
_VERDICTS = {Verdict.MATCH: "Match", Verdict.NO_MATCH: "No match", Verdict.UNSURE: "Unsure"}

_CLOSER_TO_LIKES = "closer to your likes than to your rejects"
_CLOSER_TO_REJECTS = "closer to your rejects than to your likes"
_TOO_FEW = "too few labels for a verdict"
_NO_EVIDENCE = "nothing to judge it by"
_EVEN = 0.5
_TOO_CLOSE = 0.1
"""A probability this near to even favours neither side."""


@dataclass(frozen=True, slots=True)
class ScoreReason:
    """One thing that moved a score."""

    part: float
    """In log-odds: above 0 it speaks for a like."""
    sentence: str
    """Without a full stop."""
    subject: str = ""
    """What the sentence needs to stand inside another: "it is", "it" or nothing."""

    @property
    def strength(self) -> float:
        """How far it moved the score, in either direction."""
        return abs(self.part)


def weighed_reasons(weighed: Weighed) -> tuple[ScoreReason, ...]:
    """Return what moved the score, strongest first; () when nothing did."""
    found = [
        *_dealbreakers(weighed),
        *_looks(weighed.looks),
        *(reason for trait in weighed.traits for reason in _trait(trait)),
        *_named(weighed.interests),
        *_similar(weighed.interests),
        *_none_named(weighed.interests),
    ]
    # sorting is stable: equally strong sentences keep the order above
    found.sort(key=lambda reason: -reason.strength)
    return tuple(reason for reason in found if reason.strength >= MOVED_MIN)


def weighed_summary(weighed: Weighed, reasons: Sequence[ScoreReason]) -> str:
    """Return one line: verdict and probability, or the rank, and the strongest reasons.

    Args:
        weighed: the score.
        reasons: from `weighed_reasons`.
    """
    if weighed.verdict is Verdict.UNSURE:
        return _unsure_summary(weighed, reasons)
    head = _head(weighed)
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


def _unsure_summary(weighed: Weighed, reasons: Sequence[ScoreReason]) -> str:
    """Say why there is no verdict, and the strongest reasons in either direction."""
    chosen = [_inside(reason, weighed) for reason in reasons[:SUMMARY_REASONS_MAX]]
    head, rank = _head(weighed), _rank(weighed)
    if rank is not None and chosen:
        return f"{rank}: {'; '.join(chosen)}."
    needs_labels = weighed.unsure_because == "needs_labels"
    if needs_labels and not chosen and weighed.next is not None:
        return f"{rank or head}. {weighed.next}."
    chosen = chosen[: SUMMARY_REASONS_MAX - 1]
    if weighed.unsure_because == "no_evidence" or not _leans(weighed.probability):
        why = _TOO_FEW if needs_labels else _NO_EVIDENCE
        why = "too close to call" if weighed.unsure_because == "between" else why
        return f"{head}: {'; '.join([why, *chosen])}."
    side = "a match" if weighed.probability >= _EVEN else "not"
    doubt = _TOO_FEW if needs_labels else "not certain"
    line = f"Probably {side} ({percent(weighed.probability)}), but {doubt}"
    return f"{line}: {'; '.join(chosen)}." if chosen else f"{line}."


def _leans(probability: float | None) -> TypeGuard[float]:
    """Tell whether a probability clearly favours one side."""
    return probability is not None and abs(probability - _EVEN) > _TOO_CLOSE


def doubt_sentence(doubt: Doubt) -> str:
    """Say why a label is worth a second look."""
    count = "one" if doubt.lookalikes == 1 else str(doubt.lookalikes)
    said = "liked" if doubt.is_liked else "rejected"
    if doubt.lookalikes == 0:
        instead = "no match" if doubt.is_liked else "a match"
        return f"You {said} this, but going by your other labels it would be {instead}."
    others = f"{count} you rejected" if doubt.is_liked else f"{count} of your likes"
    return f"You {said} this, but it looks like {others}."


def _head(weighed: Weighed) -> str:
    if weighed.dealbreakers:
        # a rule, whatever the probability would be without it
        return _VERDICTS[weighed.verdict]
    if weighed.probability is not None:
        # rounded down, so that nothing shows as more than it is
        return f"{_VERDICTS[weighed.verdict]}, {percent(weighed.probability)}"
    return _VERDICTS[weighed.verdict]


def _rank(weighed: Weighed) -> str | None:
    """Return the rank in the history, where there is no probability; None without history."""
    if weighed.probability is not None or weighed.percentile is None:
        return None
    lower = round(weighed.percentile * weighed.history_count)
    rank = max(1, weighed.history_count - lower)
    return f"Ranked {ordinal(rank)} of {weighed.history_count:,}"


def _dealbreakers(weighed: Weighed) -> list[ScoreReason]:
    names = [mention.interest for mention in weighed.dealbreakers]
    if not names:
        return []
    are = "is a dealbreaker" if len(names) == 1 else "are dealbreakers"
    return [ScoreReason(-math.inf, f"{_listed(names)} in the bio {are}")]


def _looks(looks: Looks) -> list[ScoreReason]:
    near = looks.pictures
    if not looks.is_centred:
        return _nearest(near) if looks.has_both_labels else []
    likes = (near.labels == 1) & (near.parts > 0) & (near.cosines >= CLOSE_COSINE)
    rejects = (near.labels == 0) & (near.parts < 0) & (near.cosines >= CLOSE_COSINE)
    found = []
    if likes.any():
        count = _count(int(likes.sum()))
        found.append(
            ScoreReason(float(near.parts[likes].sum()), f"Close to {count} of your likes", "it is")
        )
    if rejects.any():
        count = _count(int(rejects.sum()))
        found.append(
            ScoreReason(float(near.parts[rejects].sum()), f"Looks like {count} you rejected", "it")
        )
    whole = _on_the_whole(looks)
    if not found:
        return whole
    if len(found) == 1 and any(reason.part * found[0].part < 0 for reason in whole):
        # what is near points one way, and all that is far the other, and weighs more
        others = _CLOSER_TO_LIKES if looks.part > 0 else _CLOSER_TO_REJECTS
        return [*found, ScoreReason(looks.part, f"Overall {others}", "it is")]
    return found


def _nearest(near: NearPictures) -> list[ScoreReason]:
    """Return which label the nearest reference has, when it counted so."""
    if not len(near.parts):
        return []
    nearest = int(np.where(near.parts == 0, -np.inf, near.cosines).argmax())
    label, part = near.labels[nearest], float(near.parts[nearest])
    if label == 1 and part > 0:
        return [ScoreReason(part, "Closest to one of your likes", "it is")]
    if label == 0 and part < 0:
        return [ScoreReason(part, "Closest to one you rejected", "it is")]
    return []


def _on_the_whole(looks: Looks) -> list[ScoreReason]:
    """Return what many distant references come to."""
    lead = looks.lead or 0.0
    if looks.part > 0 and lead > 0:
        return [ScoreReason(looks.part, _capital(_CLOSER_TO_LIKES), "it is")]
    if looks.part < 0 and lead < 0:
        return [ScoreReason(looks.part, _capital(_CLOSER_TO_REJECTS), "it is")]
    near = looks.pictures
    is_close = (near.labels == 1) & (near.parts != 0) & (near.cosines >= CLOSE_COSINE)
    if looks.part < 0 and looks.has_likes and not is_close.any():
        return [ScoreReason(looks.part, "Not close to any of your likes", "it is")]
    return []


def _trait(trait: TraitPart) -> list[ScoreReason]:
    by_bio = abs(trait.bio) > abs(trait.picture)
    z = trait.bio_z if by_bio else trait.picture_z
    if z is None or abs(z) < SEEMS_Z:
        return []
    name, opposite = trait.trait.name, trait.trait.opposite
    verb, where = ("sound", " in the bio") if by_bio else ("look", "")
    if z > 0:
        sentence = f'{_capital(verb)}s "{name}"{where}'
        contradicts = trait.part <= 0
    else:
        sentence = f'Does not {verb} "{name}"{where}'
        if opposite is not None:
            sentence = f'{_capital(verb)}s more "{opposite}" than "{name}"{where}'
        contradicts = trait.part >= 0
    if contradicts:
        sentence += f", {_AGAINST if z > 0 else _FOR}"
    return [ScoreReason(trait.part, sentence, "it")]


def _named(interests: Iterable[InterestPart]) -> list[ScoreReason]:
    named = [one for one in interests if one.mention and one.mention.how == "named"]
    if not named:
        return []
    part = math.fsum(one.part for one in named)
    names = [one.interest for one in named]
    sentence = f"{_listed(names)} {'is' if len(names) == 1 else 'are'} in the bio"
    return [ScoreReason(part, sentence if part > 0 else f"{sentence}, {_AGAINST}")]


def _similar(interests: Iterable[InterestPart]) -> list[ScoreReason]:
    found = []
    for one in interests:
        if one.mention and one.mention.how == "similar":
            sentence = f'"{one.mention.words}" may relate to {one.interest}'
            found.append(
                ScoreReason(one.part, sentence if one.part > 0 else f"{sentence}, {_AGAINST}")
            )
    return found


def _none_named(interests: Sequence[InterestPart]) -> list[ScoreReason]:
    if not interests or any(one.mention for one in interests):
        return []
    part = math.fsum(one.part for one in interests)
    sentence = "The bio mentions none of your interests"
    return [ScoreReason(part, sentence if part < 0 else f"{sentence}, {_FOR}")]


def _listed(names: Sequence[str]) -> str:
    """Return names as the start of a sentence: `Hiking`, `Hiking, NASA and jazz`."""
    if len(names) == 1:
        return _capital(names[0])
    return f"{_capital(', '.join(names[:-1]))} and {names[-1]}"


def _count(number: int) -> str:
    return "one" if number == 1 else str(number)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _inside(reason: ScoreReason, weighed: Weighed) -> str:
    """Return a sentence as part of another; a name at its start keeps the user's spelling."""
    sentence = reason.sentence
    mentions = [*weighed.dealbreakers, *(one.mention for one in weighed.interests)]
    for name in (mention.interest for mention in mentions if mention):
        if name and sentence.startswith(_capital(name)):
            return name + sentence[len(_capital(name)) :]
    return sentence[:1].lower() + sentence[1:]
