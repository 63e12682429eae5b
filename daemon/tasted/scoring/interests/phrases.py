"""A bio as a few short phrases, for an embedder that reads text. Pure."""

from tasted.scoring.interests.bio import Bio
from tasted.scoring.interests.negation import Gap, Stance

PHRASES_MAX = 32
"""Phrases after this many are ignored."""
PHRASE_LENGTH_MAX = 80
_WORDS_MAX = 7
_LETTERS_MIN = 3
_SEPARATORS = frozenset({"and", "or", "but", "nor", "while", "because", "though"})
_STOP_WORD_TEXT = """
    i i'm im i've ive me my mine myself you your we our it it's its is am are was be been a an the
    of to at in on for with by as so and or but if this that these those really very much also too
    just
    love loves like likes enjoy enjoys into do does have has had get got big huge fan always mostly
    sometimes usually currently
"""
_STOP_WORDS = frozenset(_STOP_WORD_TEXT.split())

BACKGROUND_PHRASES = (
    "just ask me",
    "looking for something serious",
    "not sure what I am looking for",
    "living my best life",
    "six feet tall if that matters",
    "new in town",
    "work hard and be kind",
    "good vibes only",
    "the way to my heart",
    "fluent in sarcasm",
    "my friends say I am funny",
    "here for a good time",
    "family comes first",
    "I will make you laugh",
    "tell me your favourite song",
    "born and raised here",
    "engineer by day",
    "nurse on night shifts",
    "studying law",
    "teacher at a primary school",
    "two truths and a lie",
    "message me first",
    "swipe right",
    "my birthday is in June",
    "I speak three languages",
    "mother of two",
    "single and happy",
    "ask me about my tattoo",
    "Sunday mornings in bed",
    "coffee before talking",
    "pizza on Fridays",
    "red wine by the fire",
    "baking bread at home",
    "dogs over cats",
    "long walks on the beach",
    "lifting weights at the gym",
    "playing football with friends",
    "watching films all night",
    "reading novels",
    "guitar in a small band",
    "dancing until dawn",
    "painting and museums",
    "video games",
    "travelling the world",
    "driving old cars",
    "plants everywhere",
    "shopping for shoes",
    "politics and podcasts",
)
"""What people write about themselves: the baseline of similarity between any two phrases."""


def phrases(bio: str) -> tuple[str, ...]:
    """Return the phrases of a bio, without what it negates.

    At most 32 different ones of at most 80 characters, as written and in the order of the bio; stop
    words at both ends are removed.
    """
    read = Bio(bio)
    found: dict[str, str] = {}
    for first, last in _runs(read):
        texts = [word.text for word in read.words[first : last + 1]]
        if sum(map(len, texts)) >= _LETTERS_MIN and not all(text.isdigit() for text in texts):
            found.setdefault(" ".join(texts), read.shown(first, last)[:PHRASE_LENGTH_MAX].strip())
        if len(found) == PHRASES_MAX:
            break
    return tuple(found.values())


def _runs(bio: Bio) -> list[tuple[int, int]]:
    """Return first and last word of each phrase."""
    runs: list[tuple[int, int]] = []
    first: int | None = None
    for index, word in enumerate(bio.words):
        is_out = word.text in _SEPARATORS or _is_negated(bio, index)
        if first is None and not is_out and word.text not in _STOP_WORDS:
            first = index
        if first is None:
            continue
        last = index - 1 if is_out else index
        if is_out or bio.negations.gaps[index] is not Gap.SPACE or last - first + 1 == _WORDS_MAX:
            while bio.words[last].text in _STOP_WORDS:
                last -= 1
            runs.append((first, last))
            first = None
    return runs


def _is_negated(bio: Bio, index: int) -> bool:
    return bio.negations.is_cue[index] or bio.negations.stance(index, index) is Stance.NEGATED
