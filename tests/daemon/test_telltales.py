"""What other files tell of a forgotten picture is erased, and nothing comes back by it."""

import threading
from collections import Counter

from kit.sidecars import scored, source_of
from kit.waiting import eventually
from tasted.config import Settings
from tasted.daemon.desk import Desk
from tasted.daemon.forget_order import Target
from tasted.daemon.forget_plan import look_at
from tasted.daemon.telltales import Job, Telltales
from tasted.home import Home
from tasted.outbox.ledger import Ledger
from tasted.outbox.writer import Writer
from tasted.traces import Traces

PATH = "liked/gone.png"


def test_a_sidecar_that_goes_while_others_are_edited_does_not_come_back(home: Home) -> None:
    """The scout removes them between the reading and the writing, as their pictures went."""
    ledger = Ledger(home.outbox)
    desk, writer = Desk(Settings(), ledger, None), Writer(home.outbox, ledger)
    for number, name in enumerate(("a.png", "b.png", "c.png"), start=1):
        writer.write(scored(source=source_of(name, number), notes=[f"near {PATH}"]))
    plan = look_at(home.inbox, ledger, None).plan(Target(paths=(PATH,)))
    job = Job(plan, Traces((), (PATH,)), Counter())
    telltales = Telltales(home, desk, writer, [job])
    editing = threading.Thread(target=telltales.edit_mentions)
    with desk.lock:
        editing.start()
        # it has read the first, and waits for the lock
        eventually(lambda: job.counts["mentions"] == 1, within_seconds=30)
        for name in ("a.png", "b.png", "c.png"):
            writer.remove(name)
        writer.write(scored(source=source_of("d.png", 4)))
    editing.join()
    assert [file.name for file in home.outbox.rglob("*.json")] == ["d.png.json"]
