"""The English expressions that deny what stands near them, and those that only look so. Pure."""

from collections.abc import Mapping, Sequence

Expression = tuple[str, ...]
ByFirstWord = Mapping[str, Sequence[Expression]]
"""Longest first."""


def _expressions(text: str) -> tuple[Expression, ...]:
    found = [tuple(each.split()) for each in text.split("|")]
    # a bio often leaves out the apostrophe of don't
    plain = [tuple(word.replace("n't", "nt") for word in each) for each in found]
    return tuple(dict.fromkeys([*found, *plain]))


def _by_first_word(*groups: Sequence[Expression]) -> ByFirstWord:
    found: dict[str, list[Expression]] = {}
    for expression in sorted((each for group in groups for each in group), key=len, reverse=True):
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
LISTS = frozenset(
    _expressions(
        "hate | hates | hated | hating | dislike | dislikes | disliking | despise | loathe |"
        "detest | avoid | avoiding | sick of | tired of | fed up with | can't stand |"
        "cannot stand"
    )
)
"""Those whose list goes on over commas."""
NOUNS = frozenset(_expressions("no | zero | without | lack of"))
PREFIXES = frozenset(_expressions("non | ex | anti | former"))
CUES = _by_first_word(tuple(VERBS), tuple(LISTS), tuple(NOUNS), tuple(PREFIXES))

HEADS = _by_first_word(
    _expressions(
        "no | not | dislikes | hates | avoid | dealbreaker | dealbreakers | deal breaker |"
        "deal breakers | turnoffs | turn offs | icks | red flags | pet peeves"
    )
)
"""Before a colon."""

_CANNOT = _expressions("can't | cannot | couldn't | don't | doesn't | won't | never")
_HELD_DEAR = _expressions(
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
    tuple((*cannot, *dear) for cannot in _CANNOT for dear in _HELD_DEAR),
)

BEHIND = _by_first_word(
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
"""They deny nothing, and claim nothing either."""
MANNERS = frozenset({"really", "ever", "even", "always", "actually", "exactly"})
"""What may stand between two negative words that cancel each other."""
PRONOUNS = frozenset({"it", "that", "this", "them", "him", "her", "you", "me"})
ANSWERS = frozenset({"no", "never", "nope", "nah"})
ENDS = frozenset(
    {"but", "though", "although", "however", "yet", "because", "just", "only", "prefer", "instead"}
)
GLAD = frozenset({"love", "loves", "loving", "adore", "enjoy", "like", "obsessed", "into"})
"""With "and" or a comma before them: a new thought."""
SPEAKERS = frozenset({"i", "i'm", "im", "i've", "we", "my"})
