"""Every line that the review shows in a terminal. Pure; what comes from pictures is made printable.

The words are those of the page.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tasted import amounts

KEYS_LINE = "l like · x reject · space later · u undo · w why · o open · ? keys · q end"
KEYS = (
    "→ l        like",
    "← x        reject",
    "↓ space    later",
    "n          not for judging",
    "⌫ u        undo, as far back as there is history",
    "Z          give the last undone answer again",
    "↑ w        why: shows the guess first, so that your answer is no evidence",
    "1 to 9     another photo of a profile",
    "o          open the picture on the desktop",
    "? esc q    these keys · end",
)
NOTHING_YET = (
    "Nothing to judge yet. Drop screenshots into {inbox}; each is here once it was scored."
)
ALL_JUDGED = "You have judged all {count}. New ones come by themselves."
GONE = "tasted is not answering. Your last {count} kept here and sent when it is back."
GONE_BEFORE = "tasted is not answering. It is asked again every few seconds."
LOST_PICTURE = "The picture is gone."
NO_DRAWING = "(this terminal shows no pictures: o opens it)"
_SIGNS = {"like": "✓", "reject": "✕", "later": "·", "exclude": "·"}
_ANSWERED = {
    "like": "liked",
    "reject": "rejected",
    "later": "later",
    "exclude": "not for judging",
}

Printable = Callable[[str], str]


def heading(card: Mapping[str, Any], photo: int, printable: Printable) -> str:
    """Return the line above a picture: its name, and which photo of how many."""
    count = len(card["pictures"])
    photos = f"   photo {photo + 1} of {count}" if count > 1 else ""
    return f"{printable(str(card['name']))}{photos}"


def progress_line(progress: Mapping[str, Any]) -> str:
    """Return how far judging has come."""
    judged, pool = int(progress["judged"]), int(progress["pool"])
    return f"{judged} of {judged + pool} judged"


def guessed_line(progress: Mapping[str, Any]) -> str | None:
    """Return how well the taste guesses, beside always giving the usual answer; None: unknown."""
    guessed = progress.get("guessed")
    if not guessed or not guessed["of"]:
        return None
    return (
        f"Of your last {guessed['of']} it guessed {guessed['right']}; always the usual answer "
        f"would have been right {amounts.counted(guessed['constant_right'], 'time')}."
    )


def answered_line(
    answer: str, name: str, guess: Mapping[str, Any] | None, printable: Printable
) -> str:
    """Return what became of the last card."""
    probability = (guess or {}).get("probability")
    told = f"; it had guessed {percent(probability)}" if probability is not None else ""
    return f"{_SIGNS[answer]} {_ANSWERED[answer]}{told}   {printable(name)}"


def percent(probability: float) -> str:
    """Return a probability in percent; 0 and 1 are never reached."""
    return amounts.percent(min(max(probability, 0.01), 0.99))


def why_lines(result: Mapping[str, Any], printable: Printable) -> list[str]:
    """Return what the taste says of a picture, and why."""
    summary = str(result["result"]["summary"])
    probability = result["result"].get("probability")
    guess = f"Its guess: {percent(probability)}. " if probability is not None else ""
    # the summary has the first reason in it
    others = [
        str(why) for why in result["reasons"] if str(why).casefold() not in summary.casefold()
    ]
    return [guess + printable(summary), *(f"· {printable(reason)}" for reason in others)]


def session_lines(counts: Mapping[str, int], guesses: Sequence[bool], seconds: float) -> list[str]:
    """Return what a session came to.

    Args:
        counts: how many answers of each kind stand.
        guesses: whether each answer was guessed, where there was a guess before it.
        seconds: how long it took.
    """
    judged = counts.get("like", 0) + counts.get("reject", 0)
    if not judged:
        return ["Nothing was judged."]
    minutes, rest = divmod(round(seconds), 60)
    span = f"{minutes} min {rest} s" if minutes else f"{rest} s"
    pictures = "1 picture" if judged == 1 else f"{judged} pictures"
    likes, rejects = counts.get("like", 0), counts.get("reject", 0)
    lines = [f"{pictures} in {span}: {likes} liked, {rejects} rejected."]
    if guesses:
        lines.append(f"It had guessed {sum(guesses)} of {len(guesses)}.")
    return lines


def unsent_line(count: int) -> str:
    """Return what is told of answers that could not be sent until the end."""
    answers = "1 answer was" if count == 1 else f"{count} answers were"
    return f"{answers} not saved, because tasted did not answer:"
