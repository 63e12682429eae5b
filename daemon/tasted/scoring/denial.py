"""Which words of a bio are said in the negative: "not into hiking", "no smokers". Pure, English.

A negative expression denies the few words behind it, up to the end of the clause; over commas only
where the list goes on with or ("not hiking, camping or running"), or where it means a list ("hate",
"Dislikes: ..."). Two of them in a row, one in a condition ("swipe left if you don't hike"), and
what stands behind another comma, leave doubt. Idioms that only look negative ("not only", "can't
live without") deny nothing. What this does not know: irony, other languages, and clauses of more
than eight words.
"""

from enum import Enum, IntEnum
from itertools import pairwise
from typing import NamedTuple

from tasted.scoring.denying_words import (
    ANSWERS,
    BEHIND,
    CONDITIONS,
    CUES,
    ENDS,
    GLAD,
    HEADS,
    IDIOMS,
    LISTS,
    MANNERS,
    NOUNS,
    PREFIXES,
    PRONOUNS,
    SPEAKERS,
    ByFirstWord,
    Expression,
)
from tasted.scoring.wording import Word


class Stance(IntEnum):
    """How a bio says a word."""

    PLAIN = 0
    DOUBTFUL = 1
    DENIED = 2


class Gap(Enum):
    """What stands between two words."""

    SPACE = "space"
    COMMA = "comma"
    BREAK = "break"


class _Cue(NamedTuple):
    """A negative expression at some place."""

    length: int
    """In words."""
    reach: int
    """How many words it denies."""
    denies_lists: bool = False
    stance: Stance = Stance.DENIED


_LIST = 24
_CLAUSE = 8
_PHRASE = 4
_PAIR = 2
_ONLY = frozenset({"only", "just"})
_OR = frozenset({"or", "nor"})
_AND = frozenset({"and", "but", "&"})
_SPACES = frozenset(" \t\u00a0-\u2010\u2011'_*#\"")
_COMMAS = frozenset(" ,/&+")
_QUESTIONS = frozenset(":?-\u2013\u2014")


class Denials:
    """The stance of every word of one bio.

    Args:
        folded: the bio, with straight apostrophes.
        words: of it.
    """

    def __init__(self, folded: str, words: list[Word]) -> None:
        self._texts = [word.text for word in words]
        self._between = [folded[one.end : other.start] for one, other in pairwise(words)]
        # what follows the last word is a break
        self._between.append("\n")
        self.gaps = [_gap(between) for between in self._between]
        """What stands behind each word."""
        self._stances = [Stance.PLAIN] * len(words)
        self.is_cue = [False] * len(words)
        """Whether each word is part of a negative expression."""
        self._read()

    def stance(self, first: int, last: int) -> Stance:
        """Return how the words from first to last are said: as the most negative of them."""
        if self._is_denied_behind(last):
            return Stance.DENIED
        return max(self._stances[first : last + 1], default=Stance.PLAIN)

    def _read(self) -> None:
        index, last_end = 0, -1
        while index < len(self._texts):
            idiom = self._at(IDIOMS, index)
            cue = self._cue(index)
            if idiom is not None or cue is None:
                index += len(idiom or ("",))
                continue
            end = index + cue.length
            is_turned = last_end >= 0 and self._is_turned(last_end, index)
            self.is_cue[index:end] = [True] * cue.length
            self._mark(end, cue, Stance.DOUBTFUL if is_turned else cue.stance)
            index = last_end = end

    def _is_turned(self, last_end: int, index: int) -> bool:
        """Tell whether a negative expression only turns round the one before it, or a condition."""
        if self.gaps[index - 1] is not Gap.SPACE or self._texts[index] == "nor":
            return False
        if "if" in self._texts[max(0, index - _PAIR) : index]:
            return True
        between = self._texts[last_end:index]
        return len(between) < _PAIR and all(text in MANNERS for text in between)

    def _at(self, table: ByFirstWord, index: int) -> Expression | None:
        """Return the longest expression that stands at a place, without a break inside."""
        for expression in table.get(self._texts[index], ()):
            end = index + len(expression)
            if tuple(self._texts[index:end]) == expression and all(
                gap is Gap.SPACE for gap in self.gaps[index : end - 1]
            ):
                return expression
        return None

    def _cue(self, index: int) -> _Cue | None:
        head = self._at(HEADS, index)
        if head is not None and ":" in self._between[index + len(head) - 1]:
            return _Cue(len(head), _LIST, denies_lists=True)
        condition = self._at(CONDITIONS, index)
        if condition is not None:
            return _Cue(len(condition), _PHRASE, stance=Stance.DOUBTFUL)
        found = self._at(CUES, index)
        if found is None or self.gaps[index + len(found) - 1] is not Gap.SPACE:
            return None
        if found in PREFIXES:
            # who speaks of an ex means a person
            is_prefix = found != ("ex",) or self._between[index] == "-"
            return _Cue(1, _PAIR) if is_prefix else None
        if self._cannot_do_without(found, index):
            return None
        is_list = found in LISTS and self._texts[index + len(found)] not in PRONOUNS
        return _Cue(len(found), _PHRASE if found in NOUNS else _CLAUSE, is_list)

    def _cannot_do_without(self, found: Expression, index: int) -> bool:
        """Tell whether this is one half of "no day without"."""
        if found == ("without",):
            before = self._texts[max(0, index - _PHRASE) : index]
            return any((text,) in CUES.get(text, ()) for text in before)
        return "without" in self._texts[index + 1 : index + 1 + _PHRASE]

    def _mark(self, first: int, cue: _Cue, stance: Stance) -> None:
        for index in range(first, min(first + cue.reach, len(self._texts))):
            before = self.gaps[index - 1]
            is_behind_head = index == first and cue.reach == _LIST
            if before is Gap.BREAK and not is_behind_head:
                return
            if index > first and self._begins_anew(index, first, before):
                return
            if before is Gap.COMMA and not cue.denies_lists and not self._goes_on_with_or(index):
                stance = Stance.DOUBTFUL
            self._stances[index] = stance

    def _begins_anew(self, index: int, first: int, before: Gap) -> bool:
        """Tell whether another thought begins at this word."""
        text, previous = self._texts[index], self._texts[index - 1]
        if text in ENDS or self._cue(index) is not None:
            return True
        if before is Gap.COMMA or previous in _AND:
            return text in GLAD or text in SPEAKERS
        # not in "don't think I", "hate it when I"
        return text in SPEAKERS and index > first + _PAIR

    def _goes_on_with_or(self, index: int) -> bool:
        for ahead in range(index, min(index + _CLAUSE, len(self._texts))):
            if self._texts[ahead] in _OR:
                return True
            if self.gaps[ahead] is Gap.BREAK:
                return False
        return False

    def _is_denied_behind(self, last: int) -> bool:
        """Tell whether what follows a word denies it: "is not my thing", "? No"."""
        after = last + 1
        if after >= len(self._texts):
            return False
        asked = self._between[last]
        is_asked = bool(_QUESTIONS & set(asked)) and "\n" not in asked
        if is_asked and self._texts[after] in ANSWERS and self.gaps[after] is not Gap.SPACE:
            return True
        found = self._at(BEHIND, after)
        if found is None or not (is_asked or self.gaps[last] is Gap.SPACE):
            return False
        end = after + len(found)
        return not _ONLY & set(self._texts[end : end + _PAIR])


def _gap(between: str) -> Gap:
    rest = set(between)
    if rest <= _SPACES:
        return Gap.SPACE
    return Gap.COMMA if rest <= _SPACES | _COMMAS else Gap.BREAK
