"""What other files say of a forgotten picture is erased, and nothing comes back by it."""

import threading
from collections import Counter

from kit.sidecars import scored, source_of
from kit.waiting import eventually
from tasted.config import Settings
from tasted.daemon.forgetting.plan import read_contents
from tasted.daemon.forgetting.residues import Job, Residues
from tasted.daemon.forgetting.traces import Traces
from tasted.daemon.shared.forget_order import Target
from tasted.daemon.shared.shared_state import SharedState
from tasted.daemon.shared.status_file import StatusFile
from tasted.home.layout import Home
from tasted.outbox.ledger import Ledger
from tasted.outbox.sidecar_writer import Writer

PATH = "liked/gone.png"


def test_a_sidecar_that_goes_while_others_are_edited_does_not_come_back(home: Home) -> None:
    """The scanner removes them between the reading and the writing, as their pictures went."""
    ledger = Ledger(home.outbox)
    shared, writer = SharedState(Settings(), ledger, None), Writer(home.outbox, ledger)
    for number, name in enumerate(("a.png", "b.png", "c.png"), start=1):
        writer.write(scored(source=source_of(name, number), notes=[f"near {PATH}"]))
    plan = read_contents(home.inbox, ledger, None).plan(Target(paths=(PATH,)))
    job = Job(plan, Traces((), (PATH,)), Counter())
    residues = Residues(home, shared, writer, StatusFile(home), [job])
    editing = threading.Thread(target=residues.edit_mentions)
    with writer._writing:
        editing.start()
        # it has read the first, and waits for the lock
        eventually(lambda: job.counts["mentions"] == 1)
        for name in ("a.png", "b.png", "c.png"):
            writer.remove(name)
        writer.write(scored(source=source_of("d.png", 4)))
    editing.join()
    assert [file.name for file in home.outbox.rglob("*.json")] == ["d.png.json"]
