"""`tasted rebuild`: the library is made again from the label folders and the sidecars."""

import click

from tasted.cli.asking import ask_owner
from tasted.cli.context import Context
from tasted.home import Home


@click.command()
@click.pass_obj
def rebuild(context: Context) -> None:
    """Make a damaged library again from your likes and rejects.

    Needed only when `tasted status` says that the library cannot be read. Pictures, sidecars and
    scores stay as they are.
    """
    home = context.home()
    answer = ask_owner(home, "rebuild")
    count = int(answer["learnt"]) if answer is not None else _alone(context, home)
    references = "1 reference" if count == 1 else f"{count} references"
    context.show(f"The library is made anew: {references} learnt.")
    context.answer({"learnt": count})


def _alone(context: Context, home: Home) -> int:
    from tasted.daemon.one_shot import rebuild_now  # noqa: PLC0415 - pydantic takes 0.2 s to import

    home.make_folders()
    context.start_logs()
    return rebuild_now(home, context.settings())
