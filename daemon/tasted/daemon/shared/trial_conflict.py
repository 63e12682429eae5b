"""Why something cannot be done about a trial as it stands. Pure."""

from tasted.errors import CommandError
from tasted.trials.trial_file import PROMOTED, TrialRow


class TrialConflict(CommandError):
    """What is asked of a trial cannot be done as it stands."""

    code = "conflict"


def already_running(row: TrialRow) -> TrialConflict:
    """Return why no other trial can begin."""
    if row.state == PROMOTED:
        return TrialConflict(
            f"The recipe of trial {row.number} decides, and is still checked against the former.",
            remedy="Keep it: tasted trial promote; or go back: tasted trial dismiss",
        )
    return TrialConflict(
        f"Trial {row.number} is under way, and there is one at a time.",
        remedy="End it first: tasted trial dismiss",
    )
