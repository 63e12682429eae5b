"""`tasted rebuild`: makes the library again from the label folders and the sidecars."""

import click

from tasted.amounts import counted
from tasted.cli.context import Context
from tasted.cli.owner import ask_owner
from tasted.home.layout import Home


@click.command()
@click.pass_obj
def rebuild(context: Context) -> None:
    """Rebuild a damaged library from your likes and rejects.

    You need this only if `tasted status` says that the library cannot be read. Pictures and results
    stay as they are.
    """
    home = context.home()
    for aside in home.set_files_aside():
        context.say(f"A file was where tasted keeps a folder. It is now {aside}.")
    answer = ask_owner(home, "rebuild")
    count = int(answer["learnt"]) if answer is not None else _alone(context, home)
    context.show(
        f"Rebuilt the library from {counted(count, 'like or reject', 'likes and rejects')}."
    )
    context.answer({"learnt": count})


def _alone(context: Context, home: Home) -> int:
    from tasted.daemon.one_shot import rebuild_now  # noqa: PLC0415 - pydantic takes 0.2 s to import

    home.make_folders()
    context.start_logs()
    return rebuild_now(home, context.settings())
