"""What people are told of a trial, from its figures. Pure.

One line each; evidence is told as how seldom it comes up among equals, never as a certainty.
"""

from tasted.amounts import counted, decimal, percent
from tasted.home.taste_versions import SEED_METHOD, Recipe
from tasted.trials.evidence import PROVEN
from tasted.trials.rules import (
    ANSWERS_MAX,
    ANSWERS_MIN,
    EACH_MIN,
    LIKE_RATE_TOLERANCE,
    OFFERED_FROM,
    WATCHED_ANSWERS,
    TrialFigures,
    times_rarer,
)
from tasted.trials.trial_file import (
    BY_PERSON,
    DISMISSED,
    OPEN,
    PROMOTED,
    SETTLED,
    TAKEN_BACK,
    WITHDRAWN,
    TrialRow,
)

WAY_BACK = "Go back with: tasted trial dismiss"
_EVENTS = {
    OPEN: "A recipe is on trial",
    PROMOTED: "The recipe on trial decides from now on",
    SETTLED: "The recipe that was on trial stays",
    TAKEN_BACK: "The former recipe decides again",
    DISMISSED: "A trial is over, and nothing has changed",
    WITHDRAWN: "A trial ended early",
}
_FORMULA = "the fixed formula"
_TASTE = "the learnt taste"


def recipe_words(recipe: Recipe, beside: Recipe) -> str:
    """Return what a recipe is called next to another one: what is different about it."""
    method = _FORMULA if recipe.method == SEED_METHOD else _TASTE
    has_other_model = (recipe.embedder, recipe.adapter_sha256) != (
        beside.embedder,
        beside.adapter_sha256,
    )
    if not has_other_model:
        return method
    return recipe.embedder if recipe.method == beside.method else f"{method} with {recipe.embedder}"


def event_words(note: str | None) -> str:
    """Return what an event of the log says about a trial, by its note: `promoted:r1a2b3c4d`."""
    state, _, recipe = (note or "").partition(":")
    return (
        f"{_EVENTS.get(state, 'A trial')} ({recipe})" if recipe else _EVENTS.get(state, "A trial")
    )


def challenger_words(row: TrialRow) -> str:
    """Return what the challenger of a trial is called."""
    return recipe_words(row.challenger, row.in_force)


def in_force_words(row: TrialRow) -> str:
    """Return what is called that decided when a trial began."""
    return recipe_words(row.in_force, row.challenger)


def trial_sentence(
    row: TrialRow,
    figures: TrialFigures,
    *,
    when: str = "",
    has_all_references: bool = True,
    has_way_back: bool = True,
    is_awaited: bool = False,
) -> str:
    """Return the line about a trial, in whatever state it is.

    Args:
        row: the trial.
        figures: of now where it runs; else those that decided.
        when: the moment of what was decided, as it is to be read; empty: left out.
        has_all_references: whether the challenger knows every label.
        has_way_back: whether the command that leads back belongs to it; a page has a button.
        is_awaited: whether what was promoted does not decide yet.
    """
    name = challenger_words(row)
    if row.state == OPEN:
        waits = "" if has_all_references else " It is still learning your labels."
        return f"On trial: {name}. {_standing(figures)}{waits}"
    if row.state == PROMOTED:
        sentence = _promoted(row, figures, when, is_awaited=is_awaited)
        return f"{sentence} {WAY_BACK if has_way_back else ''}".strip()
    if row.state == SETTLED:
        return _promoted(row, figures, when)
    if row.state == TAKEN_BACK:
        return _taken_back(row, when)
    if row.state == DISMISSED:
        return f"{_sentence_start(name)} was not taken{_at(when)}: {_why_dismissed(row, figures)}"
    reason = row.note or "what it was compared with has changed."
    return f"The trial of {name} was withdrawn{_at(when)}: {reason}"


def offer_sentence(row: TrialRow, figures: TrialFigures) -> str:
    """Return the question whether to use a challenger that is probably better."""
    name = _sentence_start(challenger_words(row))
    return f"{name} is probably better than {in_force_words(row)}. {_evidence(figures)}"


def evidence_sentence(log_e: float) -> str:
    """Return how seldom such evidence comes up among equals."""
    times = times_rarer(log_e)
    if times < 2:  # noqa: PLR2004 - once in one time is no evidence
        return "So far nothing speaks for it."
    return (
        "Were it no better, evidence this strong would come up less than once in "
        f"{counted(times, 'time')}."
    )


def nearer_sentence(figures: TrialFigures) -> str:
    """Return to how many answers the challenger was nearer."""
    differing = figures.nearer + figures.farther
    if not differing:
        return "The two have not disagreed yet."
    return (
        f"Of {counted(differing, 'picture')} on which the two disagreed it was nearer to your "
        f"answer in {figures.nearer:,}."
    )


def how_decided(figures: TrialFigures) -> tuple[tuple[str, str], ...]:
    """Return the figures of a trial as names and values, for "How this was decided"."""
    replayed = f", {figures.replayed:,} of them replayed" if figures.replayed else ""
    drawn = (
        f"{percent(figures.drawn_guessed)} guessed, "
        f"{percent(figures.drawn_liked / figures.drawn)} liked, of {figures.drawn:,}"
        if figures.drawn
        else "-"
    )
    return (
        ("Counted answers", f"{figures.count:,} of at most {ANSWERS_MAX}{replayed}"),
        ("Likes and rejects among them", f"{figures.liked:,} and {figures.rejected:,}"),
        ("Challenger nearer, farther", f"{figures.nearer:,}, {figures.farther:,}"),
        (
            "Mean difference",
            f"{_signed(figures.mean)} ({_signed(figures.low)} to {_signed(figures.high)})",
        ),
        ("Evidence (E)", f"{_e_value(figures)}, {decimal(PROVEN, 0)} are needed"),
        ("Likes among pictures drawn by chance", drawn),
    )


def missing_sentence(figures: TrialFigures) -> str:
    """Return what a decision still lacks beside evidence; empty when nothing."""
    lacking = []
    if figures.count < ANSWERS_MIN:
        lacking.append(f"{counted(ANSWERS_MIN - figures.count, 'more answer')}")
    for count, thing in ((figures.liked, "like"), (figures.rejected, "reject")):
        if count < EACH_MIN:
            lacking.append(counted(EACH_MIN - count, f"more {thing}"))
    if lacking:
        return f"At least {_listed(lacking)} needed."
    error = figures.like_rate_error
    if error is None:
        return "Pictures drawn by chance are needed."
    if error >= LIKE_RATE_TOLERANCE:
        return "How often it expects a like does not fit yet how often you like."
    return ""


def _standing(figures: TrialFigures) -> str:
    if not figures.count:
        return "No answer counted yet: blind ones to cards of tasted review do."
    answers = counted(figures.count, "answer")
    begin = f"{answers} counted. {_evidence(figures)}"
    missing = missing_sentence(figures)
    if missing:
        return f"{begin} {missing}"
    return begin if times_rarer(figures.log_e) >= OFFERED_FROM else f"{begin} Not known yet."


def _evidence(figures: TrialFigures) -> str:
    return f"{nearer_sentence(figures)} {evidence_sentence(figures.log_e)}"


def _promoted(row: TrialRow, figures: TrialFigures, when: str, *, is_awaited: bool = False) -> str:
    name, former = challenger_words(row), in_force_words(row)
    if is_awaited:
        what = f"{_sentence_start(name)} is to decide instead of {former}"
        return f"{what}, and does as soon as it has learnt your labels. {_evidence(figures)}"
    since = f"Since {when} {name} decides" if when else f"{_sentence_start(name)} decides"
    by = ", because you chose it" if row.decided_by == BY_PERSON else ""
    return f"{since} instead of {former}{by}. {_evidence(figures)}"


def _taken_back(row: TrialRow, when: str) -> str:
    name, former = challenger_words(row), in_force_words(row)
    since = f"Since {when} {former} decides" if when else f"{_sentence_start(former)} decides"
    reverse = row.reverse_figures
    why = f" {_former_was_nearer(reverse)}" if reverse is not None and reverse.count else ""
    return f"{since} again, instead of {name}.{why}"


def _former_was_nearer(reverse: TrialFigures) -> str:
    differing = reverse.nearer + reverse.farther
    return (
        f"Of {counted(differing, 'picture')} since the change on which the two disagreed it was "
        f"nearer to your answer in {reverse.nearer:,}. {evidence_sentence(reverse.log_e)}"
    )


def _why_dismissed(row: TrialRow, figures: TrialFigures) -> str:
    if row.decided_by == BY_PERSON:
        return "you stopped its trial."
    answers = counted(figures.count, "counted answer")
    if figures.count >= ANSWERS_MAX:
        return f"after {answers} it was not proven better. A smaller gain cannot be known."
    return f"after {answers} it is clear that it gains too little to matter, or nothing."


def watch_sentence(row: TrialRow, reverse: TrialFigures) -> str:
    """Return how long the former recipe predicts on after a promotion."""
    left = max(0, WATCHED_ANSWERS - reverse.count)
    return (
        f"For {counted(left, 'more counted answer')} {in_force_words(row)} predicts silently, and "
        "decides again if it proves better."
    )


def _at(when: str) -> str:
    return f" on {when}" if when else ""


def _sentence_start(words: str) -> str:
    # names of models are written as they are
    return words[0].upper() + words[1:] if words.startswith("the ") else words


def _signed(value: float) -> str:
    written = decimal(value, 3)
    return written if written.startswith("-") else f"+{written}"


def _e_value(figures: TrialFigures) -> str:
    return f"{times_rarer(figures.log_e):,}" if figures.log_e >= 0 else "below 1"


def _listed(parts: list[str]) -> str:
    listed = " and ".join(parts) if len(parts) <= 2 else f"{', '.join(parts[:-1])} and {parts[-1]}"  # noqa: PLR2004 - two need no comma
    is_one = len(parts) == 1 and parts[0].startswith("1 ")
    return f"{listed} {'is' if is_one else 'are'}"
