"""Which of the user's interests a bio speaks of, and what that is worth as evidence. Pure.

Seed's rule (`named_interests`): an interest counts when it stands in the bio as whole words, in any
case and any Unicode form, with any white space or hyphens between its words. Scripts that set no
spaces between words (Chinese, Japanese, Thai, ...) or join particles to them (Korean) are matched
anywhere.

`weigh_interests` adds to that: English inflections (`wording`), no counting of what is denied
(`denial`), dealbreakers, and phrases that mean about the same (`likeness`).

    hits_i   1 named, 0.5 similar, 0 not mentioned
    column   Σ (hits_i - 0.2) / sqrt(k · 0.2 · 0.8 · (1 + 0.1 (k - 1))), within 3, over k interests

That is the standard score of a bio of which each interest is expected with probability 0.2, and the
interests correlate by 0.1 among each other. Both are assumptions: what the column is really worth,
the fitted taste learns from the labels.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from tasted.scoring.bio import Bio, exact_places
from tasted.scoring.denial import Stance
from tasted.scoring.likeness import Likeness
from tasted.scoring.wording import fold, folded_words

EXPECTED_RATE = 0.2
CORRELATION = 0.1
COLUMN_MAX = 3.0
SIMILAR_HIT = 0.5

HowMentioned = Literal["named", "similar"]


@dataclass(frozen=True, slots=True)
class Interest:
    """What a person should care for, or, as a dealbreaker, must not."""

    name: str
    dealbreaker: bool = False


@dataclass(frozen=True, slots=True)
class Mention:
    """An interest, and the words of a bio that speak for it."""

    interest: str
    """As the user wrote it."""
    how: HowMentioned
    """`named`: the words themselves, perhaps inflected; `similar`: words that mean about it."""
    words: str
    """Of the bio."""


@dataclass(frozen=True, slots=True)
class InterestShare:
    """What one wanted interest adds to the column; below 0 when the bio does not mention it."""

    interest: str
    mention: Mention | None
    share: float


@dataclass(frozen=True, slots=True)
class InterestEvidence:
    """What one bio says of all interests."""

    shares: tuple[InterestShare, ...]
    """One for each wanted interest, in the user's order; they sum to `column`. Empty: no bio."""
    column: float
    """About N(0, 1); NaN: no bio, or nothing is wanted. For `columns` of `fit_taste`."""
    score: float | None
    """Share of the wanted interests that the bio mentions, similar ones by half; None: no bio, or
    nothing is wanted."""
    dealbreakers: tuple[Mention, ...]
    """Dealbreakers that the bio names plainly, in the user's order."""

    @property
    def mentions(self) -> tuple[Mention, ...]:
        """What the bio mentions of what is wanted, in the user's order."""
        return tuple(each.mention for each in self.shares if each.mention is not None)


NO_INTERESTS = InterestEvidence((), math.nan, None, ())
"""Where there is no bio, or there are no interests."""


def weigh_interests(
    bio: str | None, interests: Sequence[Interest], likeness: Likeness | None = None
) -> InterestEvidence:
    """Return what the bio says of the interests.

    A dealbreaker counts only when the bio names it without any doubt: it decides alone.

    Args:
        bio: None, or blank: there is none.
        interests: what the user wants, and what rules out.
        likeness: of this bio's phrases to the wanted interests; None: only words count, as with an
            embedder that reads no text.
    """
    if bio is None or not bio.strip():
        return NO_INTERESTS
    read = Bio(bio)
    similar = {} if likeness is None else likeness.similar()
    ruled_out = distinct_interests(each.name for each in interests if each.dealbreaker)
    wanted = distinct_interests(each.name for each in interests if not each.dealbreaker)
    met = [_named(read, name, Stance.PLAIN) for name in ruled_out]
    mentions = [_named(read, name, Stance.DOUBTFUL) or _similar(name, similar) for name in wanted]
    hits = [0.0 if each is None else _HITS[each.how] for each in mentions]
    shares = _shares(hits)
    return InterestEvidence(
        shares=tuple(map(InterestShare, wanted, mentions, shares)),
        column=math.fsum(shares) if wanted else math.nan,
        score=math.fsum(hits) / len(wanted) if wanted else None,
        dealbreakers=tuple(mention for mention in met if mention is not None),
    )


_HITS: Mapping[HowMentioned, float] = {"named": 1.0, "similar": SIMILAR_HIT}


def _named(bio: Bio, interest: str, worst: Stance) -> Mention | None:
    for place in bio.places(interest):
        if place.stance <= worst:
            return Mention(interest, "named", place.words)
    return None


def _similar(interest: str, phrases: Mapping[str, str]) -> Mention | None:
    phrase = phrases.get(interest)
    return None if phrase is None else Mention(interest, "similar", phrase)


def _shares(hits: Sequence[float]) -> list[float]:
    """Return what each interest adds to the column, by the formula above."""
    count = len(hits)
    if not count:
        return []
    variance = count * EXPECTED_RATE * (1 - EXPECTED_RATE) * (1 + CORRELATION * (count - 1))
    shares = [(hit - EXPECTED_RATE) / math.sqrt(variance) for hit in hits]
    total = math.fsum(shares)
    return [share * COLUMN_MAX / total for share in shares] if total > COLUMN_MAX else shares


def named_interests(bio: str, interests: Iterable[str]) -> tuple[str, ...]:
    """Return the interests that the bio names, as the user wrote them and in the user's order."""
    folded = fold(bio)
    return tuple(
        interest
        for interest in distinct_interests(interests)
        if next(exact_places(folded_words(interest), folded), None) is not None
    )


def distinct_interests(interests: Iterable[str]) -> tuple[str, ...]:
    """Return the interests without blank ones and repetitions, in their order."""
    by_form: dict[tuple[str, ...], str] = {}
    for interest in interests:
        words = folded_words(interest)
        if words:
            by_form.setdefault(words, interest.strip())
    return tuple(by_form.values())
