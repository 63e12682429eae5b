"""Which of the user's interests a bio names. Pure.

An interest counts when it stands in the bio as whole words, in any case and any Unicode form, with
any white space or hyphens between its words. Scripts that set no spaces between words (Chinese,
Japanese, Thai, ...) or join particles to them (Korean) are matched anywhere.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, Self

import numpy as np
from numpy.typing import NDArray

_WITHOUT_SPACES = frozenset(
    {"CJK", "HIRAGANA", "KATAKANA", "HANGUL", "THAI", "LAO", "KHMER", "MYANMAR"}
)
_BETWEEN_WORDS = r"[\s\-\u2010-\u2015]+"


def named_interests(bio: str, interests: Iterable[str]) -> tuple[str, ...]:
    """Return the interests that the bio names, as the user wrote them and in the user's order."""
    folded = _fold(bio)
    return tuple(
        interest
        for interest in distinct_interests(interests)
        if _is_named(_words(interest), folded)
    )


def distinct_interests(interests: Iterable[str]) -> tuple[str, ...]:
    """Return the interests without blank ones and repetitions, in their order."""
    by_form: dict[tuple[str, ...], str] = {}
    for interest in interests:
        words = _words(interest)
        if words:
            by_form.setdefault(words, interest.strip())
    return tuple(by_form.values())


def _fold(text: str) -> str:
    # folding case can undo a normal form, so it is made twice
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def _words(interest: str) -> tuple[str, ...]:
    return tuple(word for word in re.split(_BETWEEN_WORDS, _fold(interest)) if word)


def _is_named(words: tuple[str, ...], bio: str) -> bool:
    pattern = _BETWEEN_WORDS.join(re.escape(word) for word in words)
    # a lookahead finds overlapping places too: the first may be the middle of a word
    for place in re.finditer(f"(?=({pattern}))", bio):
        before, after = bio[: place.start()][-1:], bio[place.end(1) :][:1]
        if _may_meet(before, words[0][0]) and _may_meet(words[-1][-1], after):
            return True
    return False


def _may_meet(left: str, right: str) -> bool:
    """Tell whether two neighbouring characters can belong to different words."""
    return not (_is_word(left) and _is_word(right)) or any(
        unicodedata.name(each, "").split(" ")[0] in _WITHOUT_SPACES for each in (left, right)
    )


def _is_word(character: str) -> bool:
    # a combining mark belongs to the letter before it
    return character != "" and (
        character.isalnum() or character == "_" or unicodedata.category(character)[0] == "M"
    )


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
    """Of the bio; in folded case when they name the interest."""


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
    """Dealbreakers that the bio names and does not deny."""

    @property
    def mentions(self) -> tuple[Mention, ...]:
        """What the bio mentions of what is wanted, in the user's order."""
        return tuple(each.mention for each in self.shares if each.mention is not None)


NO_INTERESTS = InterestEvidence((), float("nan"), None, ())
"""Where there is no bio, or there are no interests."""


@dataclass(frozen=True, slots=True, eq=False)
class Likeness:
    """Cosines between text vectors, of one bio; a background tells what is usual among them."""

    phrases: tuple[str, ...]
    """What `phrases(bio)` gave."""
    interests: tuple[str, ...]
    """Names of wanted interests."""
    cosines: NDArray[np.floating]
    """Shape (i, p): interest and phrase."""
    interests_to_background: NDArray[np.floating]
    """Shape (i, b): interest and `BACKGROUND_PHRASES`."""
    phrases_to_background: NDArray[np.floating]
    """Shape (p, b)."""

    @classmethod
    def between(
        cls,
        phrases: Sequence[str],
        interests: Sequence[str],
        *,
        phrase_vectors: NDArray[np.floating],
        interest_vectors: NDArray[np.floating],
        background_vectors: NDArray[np.floating],
    ) -> Self:
        """Return the cosines of unit rows, shapes (p, d), (i, d) and (b, d)."""
        raise NotImplementedError


def weigh_interests(
    bio: str | None, interests: Sequence[Interest], likeness: Likeness | None = None
) -> InterestEvidence:
    """Return what the bio says of the interests.

    Args:
        bio: None, or blank: there is none.
        interests: what the user wants, and what rules out.
        likeness: None: only words count, as with an embedder that reads no text.
    """
    raise NotImplementedError
