"""The English expressions that negate nearby words, and those that only look negative. Pure."""

import itertools
from collections.abc import Mapping, Sequence

Expression = tuple[str, ...]
ByFirstWord = Mapping[str, Sequence[Expression]]
"""Longest first."""


def _expressions(text: str) -> tuple[Expression, ...]:
    found = [tuple(words.split()) for words in text.split("|")]
    # bios often omit the apostrophe of don't
    plain = [tuple(word.replace("n't", "nt") for word in words) for words in found]
    return tuple(dict.fromkeys([*found, *plain]))


def _by_first_word(*groups: Sequence[Expression]) -> ByFirstWord:
    found: dict[str, list[Expression]] = {}
    for expression in sorted(itertools.chain(*groups), key=len, reverse=True):
        found.setdefault(expression[0], []).append(expression)
    return found


VERBS = frozenset(
    _expressions(
        "not | don't | doesn't | didn't | won't | wouldn't | can't | cannot | couldn't | isn't |"
        "ain't | aren't | wasn't | haven't | never | neither | nor | rarely | seldom | hardly |"
        "barely | quit | quitting | stopped | gave up | given up | allergic to | scared of |"
        "afraid of | rather than | instead of | anything but | left if"
    )
)
LIST_VERBS = frozenset(
    _expressions(
        "hate | hates | hated | hating | dislike | dislikes | disliking | despise | loathe |"
        "detest | avoid | avoiding | sick of | tired of | fed up with | can't stand |"
        "cannot stand"
    )
)
"""Those that negate a whole list, across commas."""
DETERMINERS = frozenset(_expressions("no | zero | without | lack of"))
PREFIXES = frozenset(_expressions("non | ex | anti | former"))
CUES = _by_first_word(tuple(VERBS), tuple(LIST_VERBS), tuple(DETERMINERS), tuple(PREFIXES))

LIST_HEADINGS = _by_first_word(
    _expressions(
        "no | not | dislikes | hates | avoid | dealbreaker | dealbreakers | deal breaker |"
        "deal breakers | turnoffs | turn offs | icks | red flags | pet peeves"
    )
)
"""Before a colon."""

_CANNOT = _expressions("can't | cannot | couldn't | don't | doesn't | won't | never")
_CHERISHING = _expressions(
    "stop | wait | resist | miss | mind | forget | help | say no | get enough | live without |"
    "go without | do without | be without | imagine"
)
IDIOMS = _by_first_word(
    _expressions(
        "not only | not just | not merely | not simply | not to mention | no better | no matter |"
        "no doubt | no problem | no stranger | no shortage | no end | no one | no wonder |"
        "no limit | never tire | never enough | never too | never get tired | never not |"
        "why not | not bad | not without | never without | nor only"
    ),
    tuple((*cannot, *dear) for cannot in _CANNOT for dear in _CHERISHING),
)

FOLLOWING_NEGATIONS = _by_first_word(
    _expressions(
        "free | isn't | aren't | ain't | wasn't | is not | are not | is never | are never |"
        "is really not | not for me | not my thing | not so much | not really my thing |"
        "no thanks | no thank you | no way | sucks | suck | bores me | scares me | dealbreaker |"
        "deal breaker | need not apply | swipe left | stay away | move on | not welcome"
    ),
    tuple(
        (verb, *expression)
        for verb in ("is", "are")
        for expression in _expressions(
            "a dealbreaker | a deal breaker | a turnoff | a turn off | a red flag | a no go |an ick"
        )
    ),
)
CONDITIONS = _by_first_word(_expressions("if you | if u | if you're | if ur | if your"))
"""They neither negate nor claim anything."""
ADVERBS = frozenset({"really", "ever", "even", "always", "actually", "exactly"})
"""Allowed between two negative words that cancel out."""
PRONOUNS = frozenset({"it", "that", "this", "them", "him", "her", "you", "me"})
ANSWERS = frozenset({"no", "never", "nope", "nah"})
CLAUSE_ENDS = frozenset(
    {"but", "though", "although", "however", "yet", "because", "just", "only", "prefer", "instead"}
)
LIKING_WORDS = frozenset({"love", "loves", "loving", "adore", "enjoy", "like", "obsessed", "into"})
"""After "and" or a comma they start a new thought."""
FIRST_PERSON = frozenset({"i", "i'm", "im", "i've", "we", "my"})
