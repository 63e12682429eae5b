"""`tasted rescore`: scores everything again, and tries again what failed."""

import time

import click

from tasted.amounts import counted
from tasted.cli.context import Context
from tasted.cli.owner import ask_owner
from tasted.cli.terminal import bar
from tasted.errors import ServiceFault, recreated_error
from tasted.home.layout import Home
from tasted.home.lock import lock_owner
from tasted.home.status import read_status

_POLL_SECONDS = 0.2


@click.command()
@click.pass_obj
def rescore(context: Context) -> None:
    """Score everything again from stored data.

    Pictures that failed are tried again too. You rarely need this: a change of labels or settings
    re-scores by itself.
    """
    home = context.home()
    answer = ask_owner(home, "rescore")
    if answer is not None:
        count = int(answer["rescoring"])
        left = _follow(context, home, count)
    else:
        count, left = _alone(context, home)
    if left:
        raise ServiceFault(
            f"tasted was stopped after {count - left} of {count} pictures.",
            remedy="To score all of them again: tasted rescore",
        )
    failed = min(count, _failures(home))
    context.show(_summary(count - failed, failed))
    context.answer({"rescored": count - failed, "failed": failed})


def _failures(home: Home) -> int:
    snapshot = read_status(home.status_file)
    return snapshot.counts.get("error", 0) if snapshot is not None else 0


def _summary(scored: int, failed: int) -> str:
    if not (scored or failed):
        return "Nothing has a score yet."
    if not failed:
        return f"Scored {counted(scored, 'picture')} again."
    return f"Scored {counted(scored, 'picture')} again; {failed} failed. To see why: tasted results"


def _follow(context: Context, home: Home, count: int) -> int:
    """Show the daemon's progress until it is done or gone; return how many are left."""
    left = count
    with bar("Scoring again", count, is_shown=not context.json) as advance:
        while left:
            # before the status is read: the last status of a daemon that ends still counts
            is_served = lock_owner(home) is not None
            snapshot = read_status(home.status_file)
            left = snapshot.queue.asked_again if snapshot is not None else left
            advance(count - left)
            if not is_served:
                break
            if snapshot is not None and snapshot.fault is not None:
                fault = snapshot.fault
                raise recreated_error(fault.code, fault.message, fault.remedy)
            time.sleep(_POLL_SECONDS)
    return left


def _alone(context: Context, home: Home) -> tuple[int, int]:
    """Run as the daemon until all is done or it is stopped; return how many, and how many left."""
    from tasted.config import load_settings  # noqa: PLC0415 - pydantic takes 0.2 s to import
    from tasted.daemon.starting import run_daemon  # noqa: PLC0415 - as above
    from tasted.inbox.reconcile import to_score_again  # noqa: PLC0415 - as above
    from tasted.outbox.ledger import Ledger  # noqa: PLC0415 - as above

    home.make_folders()
    context.start_logs()
    ledger = Ledger.of(home)
    ledger.refresh()
    count = len(to_score_again(ledger.entries))
    left = count
    with bar("Scoring again", count, is_shown=not context.json) as advance:

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
