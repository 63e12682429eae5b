"""`tasted rescore`: everything that has a score gets a new one, from cached vectors."""

import time

import click

from tasted.cli.asking import ask_owner
from tasted.cli.context import Context
from tasted.cli.progress import bar
from tasted.errors import ServiceFault, told
from tasted.home import Home
from tasted.lock import lock_owner
from tasted.status import read_status

_POLL_SECONDS = 0.2


@click.command()
@click.pass_obj
def rescore(context: Context) -> None:
    """Score everything again from what is kept.

    Needed only after you edited sidecars or doubt them: a change of labels or settings re-scores
    by itself.
    """
    home = context.home()
    answer = ask_owner(home, "rescore")
    if answer is not None:
        count = int(answer["rescoring"])
        left = _follow(home, count)
    else:
        count, left = _alone(context, home)
    if left:
        raise ServiceFault(
            f"{count - left} of {count} were scored again, then the daemon was stopped.",
            remedy="Score all of them again with: tasted rescore",
        )
    context.show(f"{count} scored again." if count else "Nothing has a score yet.")
    context.answer({"rescored": count})


def _follow(home: Home, count: int) -> int:
    """Show how the daemon gets on until it is done or gone; return how many are left."""
    left = count
    with bar("Scoring again", count) as advance:
        while left:
            # asked before the status is read: what a daemon wrote last, and then ended, counts
            is_served = lock_owner(home) is not None
            snapshot = read_status(home.status_file)
            left = snapshot.queue.asked_again if snapshot is not None else left
            advance(count - left)
            if not is_served:
                break
            if snapshot is not None and snapshot.fault is not None:
                fault = snapshot.fault
                raise told(fault.code, fault.message, fault.remedy)
            time.sleep(_POLL_SECONDS)
    return left


def _alone(context: Context, home: Home) -> tuple[int, int]:
    """Be the daemon until all is done or it is stopped; return how many, and how many are left."""
    from tasted.config import load_settings  # noqa: PLC0415 - pydantic takes 0.2 s to import
    from tasted.daemon.supervisor import run_daemon  # noqa: PLC0415 - as above
    from tasted.outbox.ledger import Ledger  # noqa: PLC0415 - as above

    home.make_folders()
    context.start_logs()
    ledger = Ledger(home.outbox)
    ledger.refresh()
    count = sum(entry.status == "scored" for entry in ledger.entries.values())
    left = count
    with bar("Scoring again", count) as advance:

        def follow(asked_again: int) -> None:
            nonlocal left
            left = asked_again
            advance(count - left)

        run_daemon(
            home,
            context.settings(),
            reload=lambda: load_settings(home, environment=context.environment).settings,
            until_idle=True,
            rescore=True,
            on_progress=follow,
        )
    return count, left
