"""`make bench` and `python -m bench [SUBJECT ...]`: prints one table.

Every figure in the docs comes from here. Touches temporary homes; starts real daemons with the
embedded model.
"""

import os
import platform
import sys
from collections.abc import Callable, Mapping

from bench import (
    backfill,
    bounds,
    burst,
    cards,
    cold_start,
    command_line,
    decoding,
    idle,
    importing,
    near_copies,
    neighbours,
    one_score,
    reading,
    rescore,
    restart,
    review,
    scorers,
    soak,
    switching,
    training,
    trial_rules,
    tuned,
    views,
    warm,
)
from bench.table import Row

SUBJECTS: Mapping[str, Callable[[], list[Row]]] = {
    "command_line": command_line.measure,
    "importing": importing.measure,
    "bounds": bounds.measure,
    "warm": warm.measure,
    "cold_start": cold_start.measure,
    "idle": idle.measure,
    "restart": restart.measure,
    "neighbours": neighbours.measure,
    "one_score": one_score.measure,
    "reading": reading.measure,
    "rescore": rescore.measure,
    "cards": cards.measure,
    "review": review.measure,
    "burst": burst.measure,
    "backfill": backfill.measure,
    "soak": soak.measure,
    "switching": switching.measure,
    "taste": scorers.measure,
    "training": training.measure,
    "tuned": tuned.measure,
    "trials": trial_rules.measure,
    "near_copies": near_copies.measure,
    "views": views.measure,
    "decoding": decoding.measure,
}


def main(named: list[str]) -> None:
    """Print the table of the named subjects, or of all."""
    unknown = [name for name in named if name not in SUBJECTS]
    if unknown:
        sys.exit(f"no such subject: {', '.join(unknown)}; there are: {', '.join(SUBJECTS)}")
    print(
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, model pocket",
        flush=True,
    )
    for name in named or SUBJECTS:
        # each subject's rows at once: a long one must not take the others along when it fails
        for row in SUBJECTS[name]():
            print(row)
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
