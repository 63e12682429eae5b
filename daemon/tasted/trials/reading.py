"""How the trials of a home stand, for whoever does not own it. Reads trials and the log."""

from pathlib import Path

from tasted.feedback.reading import read_events
from tasted.trials.standing import TrialStanding, counted_answers, counted_figures, standing_of
from tasted.trials.trial_file import read_trials


def read_standings(
    trials: Path, feedback: Path, *, decides: str | None
) -> tuple[TrialStanding, ...]:
    """Return all trials as they stand, newest first; what cannot be read is left out.

    The log is read only while a trial runs.

    Args:
        trials: the folder of trials.
        feedback: the folder of the log.
        decides: see `standing_of`.

    Raises:
        OSError: when the log cannot be read.
    """
    found = []
    for row in reversed(read_trials(trials)):
        counted = None
        if row.is_running:
            counted = counted_figures(row, counted_answers(row, read_events(feedback)))
        found.append(standing_of(row, counted, decides=decides))
    return tuple(found)
