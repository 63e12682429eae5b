"""Which of the user's interests a bio mentions, and how much evidence that is. Pure.

The rule of `seed` (`named_interests`): an interest counts when it is in the bio as whole words, in
any case and Unicode form, with any white space or hyphens between its words. Scripts without spaces
between words (Chinese, Japanese, Thai, ...) or with particles joined to them (Korean) match
anywhere.

`weigh_interests` adds English inflections (`word_forms`), skips what is negated (`negation`), and
knows dealbreakers and phrases of similar meaning (`phrase_similarity`).

    hits_i   1 named, 0.5 similar, 0 not mentioned
    column   Σ (hits_i - 0.2) / sqrt(k · 0.2 · 0.8 · (1 + 0.1 (k - 1))), within 3, over k interests

That is a standard score: it assumes that a bio mentions each interest with probability 0.2, and
that interests correlate by 0.1. The fitted taste learns from the labels what the column is really
worth.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from tasted.plain_dataclass import dataclass
from tasted.scoring.interests.bio import Bio, exact_occurrences
from tasted.scoring.interests.negation import Stance
from tasted.scoring.interests.phrase_similarity import PhraseSimilarity
from tasted.scoring.interests.word_forms import fold, folded_words

EXPECTED_RATE = 0.2
CORRELATION = 0.1
COLUMN_MAX = 3.0
SIMILAR_HIT = 0.5

HowMentioned = Literal["named", "similar"]


@dataclass(frozen=True, slots=True)
class Interest:
    """What a person should be interested in, or must not, as a dealbreaker."""

    name: str
    dealbreaker: bool = False


@dataclass(frozen=True, slots=True)
class Mention:
    """An interest, and the words of a bio that mention it."""

    interest: str
    """As the user wrote it."""
    how: HowMentioned
    """`named`: the same words, perhaps inflected; `similar`: words of similar meaning."""
    words: str
    """As written in the bio."""


@dataclass(frozen=True, slots=True)
class InterestShare:
    """What one wanted interest adds to the column; below 0 if the bio does not mention it."""

    interest: str
    mention: Mention | None
    share: float


@dataclass(frozen=True, slots=True)
class InterestEvidence:
    """What one bio says about all interests."""

    shares: tuple[InterestShare, ...]
    """One for each wanted interest, in the user's order; they sum to `column`. Empty: no bio."""
    column: float | None
    """About N(0, 1); None: no bio, or nothing is wanted. For `columns` of `fit_taste`."""
    score: float | None
    """Share of the wanted interests that the bio mentions, similar ones count half; None: no bio,
    or nothing is wanted."""
    dealbreakers: tuple[Mention, ...]
    """Dealbreakers that the bio names without any doubt, in the user's order."""

    @property
    def mentions(self) -> tuple[Mention, ...]:
        """Mentions of wanted interests, in the user's order."""
        return tuple(share.mention for share in self.shares if share.mention is not None)


NO_INTERESTS = InterestEvidence((), None, None, ())
"""Without a bio, or without interests."""


def weigh_interests(
    bio: str | None, interests: Sequence[Interest], similarity: PhraseSimilarity | None = None
) -> InterestEvidence:
    """Return what the bio says about the interests.

    A dealbreaker decides alone, so it counts only when the bio names it without any doubt.

    Args:
        bio: None, or blank: there is none.
        interests: wanted ones and dealbreakers.
        similarity: of this bio's phrases to the wanted interests; None: only words count, as with
            an embedder that reads no text.
    """
    if bio is None or not bio.strip():
        return NO_INTERESTS
    read = Bio(bio)
    similar = {} if similarity is None else similarity.similar()
    ruled_out = distinct_interests(one.name for one in interests if one.dealbreaker)
    wanted = distinct_interests(one.name for one in interests if not one.dealbreaker)
    met = [_named(read, name, Stance.PLAIN) for name in ruled_out]
    mentions = [_named(read, name, Stance.DOUBTFUL) or _similar(name, similar) for name in wanted]
    hits = [0.0 if mention is None else _HITS[mention.how] for mention in mentions]
    shares = _shares(hits)
    return InterestEvidence(
        shares=tuple(map(InterestShare, wanted, mentions, shares)),
        column=math.fsum(shares) if wanted else None,
        score=math.fsum(hits) / len(wanted) if wanted else None,
        dealbreakers=tuple(mention for mention in met if mention is not None),
    )


_HITS: Mapping[HowMentioned, float] = {"named": 1.0, "similar": SIMILAR_HIT}


def _named(bio: Bio, interest: str, worst: Stance) -> Mention | None:
    for occurrence in bio.occurrences(interest):
        if occurrence.stance <= worst:
            return Mention(interest, "named", occurrence.words)
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
        if next(exact_occurrences(folded_words(interest), folded), None) is not None
    )


def distinct_interests(interests: Iterable[str]) -> tuple[str, ...]:
    """Return the interests without blank ones and repetitions, in their order."""
    by_form: dict[tuple[str, ...], str] = {}
    for interest in interests:
        words = folded_words(interest)
        if words:
            by_form.setdefault(words, interest.strip())
    return tuple(by_form.values())
