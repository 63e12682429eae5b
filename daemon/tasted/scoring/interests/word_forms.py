"""Words in the form in which they are compared: folded, whole, and English inflections. Pure.

Two words are the same when they are equal, or when removing English endings (-s, -es, -ies, -ing,
-ed, -er, -ers) from both leaves the same word, by English spelling: hiking, hikes and hiker are
hike, running is run, and winning is not wine. Not handled: irregular forms (ran), other endings
(cyclist, swimmable), other languages, and words that only look inflected beyond a short list (a
porter would be one who ports).
"""

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

BETWEEN_WORDS = r"[\s\-\u2010-\u2015]+"
_WITHOUT_SPACES = frozenset(
    {"CJK", "HIRAGANA", "KATAKANA", "HANGUL", "THAI", "LAO", "KHMER", "MYANMAR"}
)
_ENGLISH = re.compile(r"[a-z]+")
_STEM_MIN = 3
_SHORT_PLURAL = 4
_WORD_MAX = 40
_LOOK_INFLECTED = """
    better butter corner cover dinner evening finger flower former later letter liver matter meter
    morning number order other over pepper poker power river shower silver sober summer super
    tender thing tower under water wedding winter wonder news series species does goes was his has
    its this us yes bus gas always perhaps less
"""
_NOT_INFLECTED = frozenset(_LOOK_INFLECTED.split())


class Word(NamedTuple):
    """A word of a folded text, and its position there."""

    text: str
    start: int
    end: int


def fold(text: str) -> str:
    """Return the text without differences of case and of Unicode form."""
    # case folding can undo a normal form, hence twice
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def compatible(text: str) -> str:
    """Return the text in the Unicode form of `fold`, with its case."""
    return unicodedata.normalize("NFKC", text)


def folded_words(phrase: str) -> tuple[str, ...]:
    """Return the parts of a phrase between white space and hyphens, folded."""
    return tuple(word for word in re.split(BETWEEN_WORDS, fold(phrase)) if word)


def words_of(folded: str) -> list[Word]:
    """Return the words of a folded text: runs of letters, digits, marks and apostrophes inside."""
    words: list[Word] = []
    start: int | None = None
    for index, character in enumerate(folded):
        if is_word_character(character) or (
            character == "'"
            and start is not None
            and is_word_character(folded[index + 1 : index + 2])
        ):
            start = index if start is None else start
        elif start is not None:
            words.append(Word(folded[start:index], start, index))
            start = None
    if start is not None:
        words.append(Word(folded[start:], start, len(folded)))
    return words


def may_meet(left: str, right: str) -> bool:
    """Tell whether two neighbouring characters can belong to different words."""
    return not (is_word_character(left) and is_word_character(right)) or any(
        unicodedata.name(character, "").split(" ")[0] in _WITHOUT_SPACES
        for character in (left, right)
    )


def is_word_character(character: str) -> bool:
    """Tell whether a character, or nothing, is part of a word."""
    # a combining mark belongs to the letter before it
    return character != "" and (
        character.isalnum() or character == "_" or unicodedata.category(character)[0] == "M"
    )


@lru_cache(maxsize=4096)
def stems(word: str) -> frozenset[str]:
    """Return the words that a folded word may be a form of, including itself."""
    own = word.removesuffix("'s")
    found = {own}
    if len(own) <= _WORD_MAX and _ENGLISH.fullmatch(own) and own not in _NOT_INFLECTED:
        for single in _singular(own):
            found |= {single, *_without_ending(single)}
    return frozenset(found)


def _singular(word: str) -> tuple[str, ...]:
    if not word.endswith("s") or word.endswith(("ss", "us")) or len(word) <= _STEM_MIN:
        return (word,)
    if word.endswith("is") and len(word) > _SHORT_PLURAL:
        # tennis is one; skis are many
        return (word,)
    if word.endswith("ies"):
        return (f"{word[:-3]}y", word[:-1])
    if word.endswith(("ches", "shes", "sses", "xes", "zes", "oes")):
        return (word[:-2], word[:-1])
    return (word[:-1],)


def _without_ending(word: str) -> set[str]:
    for ending in ("ing", "ed", "er"):
        stem = word.removesuffix(ending)
        if stem != word and len(stem) >= _STEM_MIN and re.search("[aeiouy]", stem):
            return _base_forms(stem) - _NOT_INFLECTED
    return set()


def _base_forms(stem: str) -> set[str]:
    """Return the words that English spells with this stem before -ing, -ed or -er."""
    if stem[-1] == stem[-2] and stem[-1] not in "aeiou":
        # running is run, travelling travel; passing is pass and chilling chill
        return {stem, stem[:-1]}
    if stem.endswith("graph"):
        return {stem, f"{stem}y"}
    if stem.endswith("i"):
        # skiing; and partied is party
        return {stem, f"{stem[:-1]}y"}
    if re.fullmatch(r"[^aeiou]*[aeiouy][^aeiouwxy]", stem):
        # a short word would have doubled its last letter: hiking cannot be hik
        return {f"{stem}e"}
    return {stem, f"{stem}e"}


def are_same_word(one: str, other: str) -> bool:
    """Tell whether two folded words are equal, or forms of the same word."""
    return one == other or not stems(one).isdisjoint(stems(other))
