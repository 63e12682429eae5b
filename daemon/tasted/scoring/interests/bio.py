"""A bio taken apart once: its words, which of them are negated, and where interests occur. Pure.

Every step is linear in the length of the bio.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

from tasted.scoring.interests.negation import Gap, Negations, Stance
from tasted.scoring.interests.word_forms import (
    BETWEEN_WORDS,
    are_same_word,
    compatible,
    fold,
    may_meet,
    stems,
    words_of,
)

_APOSTROPHES = str.maketrans("\u2019\u2018\u02bc\u00b4`", "'''''")


class Occurrence(NamedTuple):
    """A place where a bio names something."""

    words: str
    """As written in the bio."""
    stance: Stance


class Bio:
    """A bio, read once for all interests.

    Args:
        text: of any length and in any script.
    """

    def __init__(self, text: str) -> None:
        plain = compatible(text).translate(_APOSTROPHES)
        self._folded = fold(text).translate(_APOSTROPHES)
        self.words = words_of(self._folded)
        """Folded."""
        shown = words_of(plain)
        # folding joins or splits words in hardly any script; if it does, folded words are shown
        self._shown_text, self._shown = (
            (plain, shown) if len(shown) == len(self.words) else (self._folded, self.words)
        )
        self._starts = [word.start for word in self.words]
        self._ends = [word.end for word in self.words]

    @cached_property
    def negations(self) -> Negations:
        """Which words are negated."""
        return Negations(self._folded, self.words)

    @cached_property
    def _by_stem(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for index, word in enumerate(self.words):
            for stem in stems(word.text):
                found.setdefault(stem, []).append(index)
        return found

    def shown(self, first: int, last: int) -> str:
        """Return the words from first to last as the bio writes them."""
        return self._shown_text[self._shown[first].start : self._shown[last].end]

    def occurrences(self, interest: str) -> Iterator[Occurrence]:
        """Return where an interest occurs, literally or inflected; a place may come twice."""
        folded = fold(interest).translate(_APOSTROPHES)
        parts = tuple(part for part in re.split(BETWEEN_WORDS, folded) if part)
        if not parts:
            return
        for start, end in exact_occurrences(parts, self._folded):
            first = bisect_right(self._ends, start)
            last = bisect_left(self._starts, end) - 1
            if first <= last:
                whole = (self.words[first].start, self.words[last].end) == (start, end)
                words = self.shown(first, last) if whole else self._folded[start:end]
                yield Occurrence(words, self.negations.stance(first, last))
            else:
                yield Occurrence(self._folded[start:end], Stance.PLAIN)
        if [word.text for word in words_of(folded)] == list(parts):
            yield from self._inflected(parts)

    def _inflected(self, parts: tuple[str, ...]) -> Iterator[Occurrence]:
        starts = {index for stem in stems(parts[0]) for index in self._by_stem.get(stem, ())}
        for first in sorted(starts):
            last = first + len(parts) - 1
            if (
                last < len(self.words)
                and all(gap is Gap.SPACE for gap in self.negations.gaps[first:last])
                and all(
                    are_same_word(word.text, part)
                    for word, part in zip(self.words[first : last + 1], parts, strict=True)
                )
            ):
                yield Occurrence(self.shown(first, last), self.negations.stance(first, last))


def exact_occurrences(words: tuple[str, ...], folded: str) -> Iterator[tuple[int, int]]:
    """Return start and end wherever folded words occur in a folded text as whole words.

    White space or hyphens may separate them. In scripts without spaces between words, or with
    particles joined to them, a part of a longer run counts as a word.
    """
    pattern = BETWEEN_WORDS.join(re.escape(word) for word in words)
    # a lookahead also finds overlapping places: the first may be inside a word
    for match in re.finditer(f"(?=({pattern}))", folded):
        start, end = match.span(1)
        before, after = folded[max(0, start - 1) : start], folded[end : end + 1]
        if may_meet(before, words[0][0]) and may_meet(words[-1][-1], after):
            yield start, end
