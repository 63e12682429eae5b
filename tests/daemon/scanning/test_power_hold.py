"""When the backlog waits for power, how seldom that is asked, and that nothing else waits."""

from kit.inbox_files import inbox_file
from tasted.config import Settings
from tasted.config.sections import EngineSettings
from tasted.daemon.scanning.power_hold import ASK_SECONDS, PowerHold
from tasted.daemon.shared.turns import Turn
from tasted.daemon.shared.work_queue import Batch, WorkQueue
from tasted.inbox.reconcile import Reason, Task

_LOW = "the battery is at 12 % and not charging"


class Machine:
    """A machine whose battery and clock are what the test says."""

    def __init__(self) -> None:
        self.now = 0.0
        self.saves: str | None = None
        self.asked = 0
        self.settings = Settings()
        self.queue = WorkQueue()
        self.power_hold = PowerHold(
            self.queue, lambda: self.settings, reason=self._reason, clock=lambda: self.now
        )

    def _reason(self) -> str | None:
        self.asked += 1
        return self.saves

    def fill(self, *new: str, backlog: int = 0) -> None:
        """Fill the queue as a scan does, and let the power hold decide."""
        files = [*new, *(f"{index}.png" for index in range(backlog))]
        self.queue.replace(
            [Task(inbox_file(path, number), Reason.UNSCORED) for number, path in enumerate(files)],
            labels=None,
            arrivals=dict.fromkeys(new, 1),
        )
        self.power_hold.decide()

    def turn(self) -> Turn | None:
        """Take one batch and say of what kind it is."""
        work = self.queue.take(1, timeout=0)
        self.queue.done()
        return work.turn if isinstance(work, Batch) else None


def test_only_the_backlog_waits_and_goes_on_by_itself() -> None:
    """New pictures are served at once; when there is power again, the others are."""
    machine = Machine()
    machine.saves = _LOW
    machine.fill("new.png", backlog=2)
    assert machine.power_hold.why == _LOW
    assert [machine.turn(), machine.turn()] == [Turn.NEW, None]
    assert not machine.queue.has_work
    machine.saves = None
    machine.now = ASK_SECONDS
    machine.fill(backlog=2)
    assert machine.power_hold.why is None
    assert machine.turn() is Turn.BACKLOG


def test_the_system_is_asked_once_a_minute_and_only_about_a_backlog() -> None:
    """However often it decides; and the pause until the next scan ends when it may be asked."""
    machine = Machine()
    machine.fill("new.png")
    assert (machine.asked, machine.power_hold.limit(3600)) == (0, 3600)
    for second in range(120):
        machine.now = second
        machine.fill(backlog=1)
    assert machine.asked == 2
    assert machine.power_hold.limit(3600) == ASK_SECONDS - 59
    assert machine.power_hold.limit(1) == 1


def test_no_batch_slips_through_before_it_is_known() -> None:
    """A backlog that comes after another one was done is held until the system was asked."""
    machine = Machine()
    machine.fill(backlog=1)
    assert machine.turn() is Turn.BACKLOG
    machine.fill()
    machine.queue.replace([Task(inbox_file("late.png"), Reason.UNSCORED)], labels=None, arrivals={})
    assert machine.turn() is None
    machine.power_hold.decide()
    assert machine.turn() is Turn.BACKLOG


def test_whoever_does_not_want_to_save_need_not() -> None:
    """`engine.save_power = false` takes effect at the next scan, and nobody is asked."""
    machine = Machine()
    machine.saves = _LOW
    machine.fill(backlog=1)
    assert machine.turn() is None
    machine.settings = Settings(engine=EngineSettings(save_power=False))
    machine.fill(backlog=1)
    assert (machine.turn(), machine.asked, machine.power_hold.why) == (Turn.BACKLOG, 1, None)
