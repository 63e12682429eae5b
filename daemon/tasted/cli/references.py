"""`tasted references`: the pictures that teach, from the label folders and their sidecars."""

import click

from tasted.cli.context import Context, printable
from tasted.inbox.listing import list_inbox
from tasted.outbox.ledger import Ledger
from tasted.records import InboxFile, Label, LedgerEntry
from tasted.status import read_current


@click.command()
@click.option(
    "--label", type=click.Choice([label.value for label in Label]), help="Only this label."
)
@click.pass_obj
def references(context: Context, *, label: str | None) -> None:
    """List the pictures that teach.

    A picture is `learnt`, still `waiting`, `failed` (see its sidecar), or a `contradiction`: it
    lies in both folders and counts for neither.
    """
    home = context.home()
    listing = list_inbox(home.inbox)
    ledger = Ledger(home.outbox)
    if home.outbox.is_dir():
        ledger.refresh()
    current = read_current(home.current_file)
    twofold = set(current.contradictions) if current is not None else set()
    shown = 0
    for path, file in sorted(listing.files.items()):
        if file.label is None or (label is not None and file.label.value != label):
            continue
        shown += 1
        state = _state(file, ledger.entries.get(path), twofold)
        context.show(f"{file.label.value:<9} {state:<13} {printable(path)}")
        context.answer({"path": path, "label": file.label.value, "state": state})
    if not shown:
        context.say("No references yet. Teach with: tasted like FILE")


def _state(file: InboxFile, entry: LedgerEntry | None, twofold: set[str]) -> str:
    if file.path in twofold:
        return "contradiction"
    if entry is None or entry.stamp != file.stamp:
        return "waiting"
    return "learnt" if entry.status == "learnt" else "failed"
