"""Which of the user's interests a bio names. Pure.

An interest counts when it stands in the bio as whole words, in any case and any Unicode form, with
any white space or hyphens between its words. Scripts that set no spaces between words (Chinese,
Japanese, Thai, ...) or join particles to them (Korean) are matched anywhere.
"""

import re
import unicodedata
from collections.abc import Iterable

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
