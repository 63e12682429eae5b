"""`tasted rebuild`: the library is made again from the label folders and the sidecars."""

import click

from tasted.cli.context import Context
from tasted.errors import told
from tasted.home import Home
from tasted.lock import lock_owner


@click.command()
@click.pass_obj
def rebuild(context: Context) -> None:
    """Make a damaged library again from your likes and rejects.

    Needed only when `tasted status` says that the library cannot be read. Pictures, sidecars and
    scores stay as they are.
    """
    home = context.home()
    count = _with_daemon(home) if lock_owner(home) is not None else _alone(context, home)
    context.show(f"The library is made anew: {count} references learnt.")
    context.answer({"learnt": count})


def _with_daemon(home: Home) -> int:
    from tasted.daemon.requests import await_answer, leave_request  # noqa: PLC0415 - 0.1 s

    request_id = leave_request(home.requests, "rebuild")
    answer = await_answer(
        home.requests, request_id, still_served=lambda: lock_owner(home) is not None
    )
    if "error" in answer:
        raise told(**answer["error"])
    return int(answer["learnt"])


def _alone(context: Context, home: Home) -> int:
    from tasted.daemon.one_shot import rebuild_now  # noqa: PLC0415 - pydantic takes 0.2 s to import

    home.make_folders()
    context.start_logs()
    return rebuild_now(home, context.settings())
