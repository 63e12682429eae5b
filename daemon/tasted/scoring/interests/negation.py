"""Which words of a bio are negated: "not into hiking", "no smokers". Pure, English only.

A negative expression negates the next few words, up to the end of the clause. It reaches across
commas only where the list continues with or ("not hiking, camping or running"), or where it
introduces a list ("hate", "Dislikes: ..."). Two negations in a row, a negation in a condition
("swipe left if you don't hike"), and words after another comma are doubtful. Idioms that only look
negative ("not only", "can't live without") negate nothing. Not handled: irony, other languages, and
clauses of more than eight words.
"""

from enum import Enum, IntEnum
from itertools import pairwise
from typing import NamedTuple

from tasted.scoring.interests.negation_words import (
    ADVERBS,
    ANSWERS,
    CLAUSE_ENDS,
    CONDITIONS,
    CUES,
    DETERMINERS,
    FIRST_PERSON,
    FOLLOWING_NEGATIONS,
    IDIOMS,
    LIKING_WORDS,
    LIST_HEADINGS,
    LIST_VERBS,
    PREFIXES,
    PRONOUNS,
    ByFirstWord,
    Expression,
)
from tasted.scoring.interests.word_forms import Word


class Stance(IntEnum):
    """Whether a bio negates a word."""

    PLAIN = 0
    DOUBTFUL = 1
    NEGATED = 2


class Gap(Enum):
    """What separates two words."""

    SPACE = "space"
    COMMA = "comma"
    BREAK = "break"


class _Cue(NamedTuple):
    """A negative expression in a bio."""

    length: int
    """In words."""
    reach: int
    """How many words it negates."""
    negates_lists: bool = False
    stance: Stance = Stance.NEGATED


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


class Negations:
    """The stance of every word of one bio.

    Args:
        folded: the bio, with straight apostrophes.
        words: of it.
    """

    def __init__(self, folded: str, words: list[Word]) -> None:
        self._texts = [word.text for word in words]
        self._between = [folded[one.end : other.start] for one, other in pairwise(words)]
        # the end of the text is a break
        self._between.append("\n")
        self.gaps = [_gap(between) for between in self._between]
        """What follows every word."""
        self._stances = [Stance.PLAIN] * len(words)
        self.is_cue = [False] * len(words)
        """Whether a word is part of a negative expression."""
        self._read()

    def stance(self, first: int, last: int) -> Stance:
        """Return the stance of the words from first to last: the most negative of them."""
        if self._is_negated_afterwards(last):
            return Stance.NEGATED
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
        """Tell whether a negative expression only reverses the one before it, or a condition."""
        if self.gaps[index - 1] is not Gap.SPACE or self._texts[index] == "nor":
            return False
        if "if" in self._texts[max(0, index - _PAIR) : index]:
            return True
        between = self._texts[last_end:index]
        return len(between) < _PAIR and all(text in ADVERBS for text in between)

    def _at(self, table: ByFirstWord, index: int) -> Expression | None:
        """Return the longest expression that starts at a word, without a break inside."""
        for expression in table.get(self._texts[index], ()):
            end = index + len(expression)
            if tuple(self._texts[index:end]) == expression and all(
                gap is Gap.SPACE for gap in self.gaps[index : end - 1]
            ):
                return expression
        return None

    def _cue(self, index: int) -> _Cue | None:
        head = self._at(LIST_HEADINGS, index)
        if head is not None and ":" in self._between[index + len(head) - 1]:
            return _Cue(len(head), _LIST, negates_lists=True)
        condition = self._at(CONDITIONS, index)
        if condition is not None:
            return _Cue(len(condition), _PHRASE, stance=Stance.DOUBTFUL)
        found = self._at(CUES, index)
        if found is None or self.gaps[index + len(found) - 1] is not Gap.SPACE:
            return None
        if found in PREFIXES:
            # an "ex" on its own is a person
            is_prefix = found != ("ex",) or self._between[index] == "-"
            return _Cue(1, _PAIR) if is_prefix else None
        if self._cannot_do_without(found, index):
            return None
        is_list = found in LIST_VERBS and self._texts[index + len(found)] not in PRONOUNS
        return _Cue(len(found), _PHRASE if found in DETERMINERS else _CLAUSE, is_list)

    def _cannot_do_without(self, found: Expression, index: int) -> bool:
        """Tell whether this is one half of "no day without"."""
        if found == ("without",):
            before = self._texts[max(0, index - _PHRASE) : index]
            return any((text,) in CUES.get(text, ()) for text in before)
        return "without" in self._texts[index + 1 : index + 1 + _PHRASE]

    def _mark(self, first: int, cue: _Cue, stance: Stance) -> None:
        for index in range(first, min(first + cue.reach, len(self._texts))):
            before = self.gaps[index - 1]
            follows_heading = index == first and cue.reach == _LIST
            if before is Gap.BREAK and not follows_heading:
                return
            if index > first and self._starts_new_thought(index, first, before):
                return
            if before is Gap.COMMA and not cue.negates_lists and not self._continues_with_or(index):
                stance = Stance.DOUBTFUL
            self._stances[index] = stance

    def _starts_new_thought(self, index: int, first: int, before: Gap) -> bool:
        """Tell whether a new thought starts at this word."""
        text, previous = self._texts[index], self._texts[index - 1]
        if text in CLAUSE_ENDS or self._cue(index) is not None:
            return True
        if before is Gap.COMMA or previous in _AND:
            return text in LIKING_WORDS or text in FIRST_PERSON
        # not in "don't think I", "hate it when I"
        return text in FIRST_PERSON and index > first + _PAIR

    def _continues_with_or(self, index: int) -> bool:
        for ahead in range(index, min(index + _CLAUSE, len(self._texts))):
            if self._texts[ahead] in _OR:
                return True
            if self.gaps[ahead] is Gap.BREAK:
                return False
        return False

    def _is_negated_afterwards(self, last: int) -> bool:
        """Tell whether what follows a word negates it: "is not my thing", "? No"."""
        after = last + 1
        if after >= len(self._texts):
            return False
        asked = self._between[last]
        is_asked = bool(_QUESTIONS & set(asked)) and "\n" not in asked
        if is_asked and self._texts[after] in ANSWERS and self.gaps[after] is not Gap.SPACE:
            return True
        found = self._at(FOLLOWING_NEGATIONS, after)
        if found is None or not (is_asked or self.gaps[last] is Gap.SPACE):
            return False
        end = after + len(found)
        return not _ONLY & set(self._texts[end : end + _PAIR])


def _gap(between: str) -> Gap:
    rest = set(between)
    if rest <= _SPACES:
        return Gap.SPACE
    return Gap.COMMA if rest <= _SPACES | _COMMAS else Gap.BREAK
