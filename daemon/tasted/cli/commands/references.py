"""`tasted references`: lists likes and rejects. Reads the label folders and their sidecars."""

import click

from tasted.cli.context import Context, printable
from tasted.home.status import read_current
from tasted.inbox.listing import list_inbox
from tasted.outbox.ledger import Ledger
from tasted.records import InboxFile, Label, LedgerEntry


@click.command()
@click.option(
    "--label", type=click.Choice([label.value for label in Label]), help="Only this label."
)
@click.pass_obj
def references(context: Context, *, label: str | None) -> None:
    """List your likes and rejects.

    A picture is `learnt`, `waiting` to be learnt, `failed` (see its result), or a `contradiction`:
    both liked and rejected, so it does not count.
    """
    home = context.home()
    listing = list_inbox(home.inbox)
    ledger = Ledger.of(home)
    if home.outbox.is_dir():
        ledger.refresh()
    current = read_current(home.current_file)
    contradictions = set(current.contradictions) if current is not None else set()
    shown = 0
    for path, file in sorted(listing.files.items()):
        if file.label is None or (label is not None and file.label.value != label):
            continue
        shown += 1
        state = _state(file, ledger.entries.get(path), contradictions)
        context.show(f"{file.label.value:<9} {state:<13} {printable(path)}")
        context.answer({"path": path, "label": file.label.value, "state": state})
    if not shown:
        context.say("No likes or rejects yet. Start with: tasted like FILE")


def _state(file: InboxFile, entry: LedgerEntry | None, contradictions: set[str]) -> str:
    if file.path in contradictions:
        return "contradiction"
    if entry is None or not entry.stamp.agrees(file.stamp):
        return "waiting"
    return "learnt" if entry.status == "learnt" else "failed"
