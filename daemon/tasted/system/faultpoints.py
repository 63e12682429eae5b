"""Named places at which a test can kill or hang this very process. Reads one variable, once.

`TASTED_FAULT_POINT=write.renamed:3` kills the process, as SIGKILL does, when it reaches that place
for the third time; `write.renamed:3:hang` makes the thread stay there forever. Several are
separated by commas. Nobody sets the variable in use, and `reach` then costs one lookup in an empty
dict. `make chaos` walks through `LIGHT_POINTS`, `ENGINE_POINTS` and `LABEL_POINTS`; the tests of
crashes through `LIGHT_POINTS`, `FORGET_POINTS`, `LABEL_POINTS`, and those of the engine but for
compacting.
"""

import os
import signal
import threading

from tasted.plain_dataclass import dataclass

VARIABLE = "TASTED_FAULT_POINT"
_STDERR = 2

LIGHT_POINTS = (
    "write.opened",
    "write.written",
    "write.synced",
    "write.renamed",
    "write.done",
    "worker.answered",
    "worker.kept",
    "scanner.former_removed",
    "scanner.gone_marked",
    "scanner.scanned",
)
"""In the light process (and, those of `write`, in whatever writes a file)."""
ENGINE_POINTS = (
    "engine.asked",
    "engine.read",
    "engine.decoded",
    "engine.embedding",
    "engine.embedded",
    "engine.remembered",
    "engine.learnt",
    "engine.documented",
    "library.committing",
    "library.committed",
    "library.compacting",
    "library.compacted",
    "neighbours.written",
    "learning.keeping",
    "learning.kept",
    "learning.described",
    "learning.in_force",
    "learning.published",
)
"""In the engine."""
VERSION_POINTS = ("learning.demoting", "learning.chosen")
"""In the engine, when older versions make room, and when a person chooses one."""
FORGET_POINTS = (
    "forget.listed",
    "forget.logs_rewritten",
    "forget.mentions_edited",
    "forget.backfills_erased",
    "forget.answers_erased",
    "forget.rows_erased",
    "forget.picture_deleted",
    "forget.sidecar_deleted",
)
"""In the owner of the home, while it carries out `tasted forget`."""
LABEL_POINTS = (
    "label.locked",
    "label.copied",
    "label.set_aside",
    "label.moved",
    "label.removed",
    "label.done",
)
"""In whatever changes labels: a command, and `tasted forget` where it deletes pictures."""
FEEDBACK_POINTS = (
    "feedback.intended",
    "feedback.written",
    "feedback.logged",
    "feedback.copied",
    "feedback.taken",
    "feedback.erased",
)
"""In whatever records an answer: a command (`intended`), and the owner of the feedback log."""
REVIEW_POINTS = ("review.asked", "review.answered")
"""In the light process, around what the page asks of it."""
TRIAL_POINTS = ("trials.written", "trials.asked", "trials.logged")
"""In the owner of the home: a decision about a trial is on the disk, acts, and is in the log."""
WEB_POINTS = ("web.asked", "web.sent", "web.told")
"""In the web child: before a call, once it has gone out, and when its answer came."""
TRANSFER_POINTS = (
    "transfer.written",
    "transfer.remembered",
    "transfer.copied",
    "transfer.placed",
)
"""In `tasted export` (`written`) and `tasted import`; `remembered` in the engine."""
SWITCH_POINTS = (
    "switch.verifying",
    "switch.embedding",
    "switch.embedded",
    "switch.fitting",
    "switch.proving",
    "switch.switching",
    "switch.published",
)
"""In the engine, while the model is changed."""
LIGHT_SWITCH_POINTS = ("switch.checked", "switch.told")
"""In the light process, while the model is changed."""
DROP_POINTS = ("library.dropped",)
"""In the engine, while the tables of a former model go."""
BACKFILL_POINTS = ("backfill.shipped", "backfill.answered", "backfill.kept")
"""In `tasted backfill`, beside those of `write`."""
TRAINING_POINTS = (
    "training.checkpoint_written",
    "training.checkpoint_named",
    "training.merged",
    "training.compared",
)
"""In the process of `tasted train`."""
FORGET_TRAINED_POINTS = ("forget.run_erased", "forget.model_unnamed")
"""In the owner of the home, while it forgets pictures that a model was trained on."""
LOAD_POINTS = ("engine.loading",)
"""In the engine, while it loads the model: the tests of stopping hang there."""
POINTS = frozenset(
    LIGHT_POINTS
    + ENGINE_POINTS
    + VERSION_POINTS
    + FORGET_POINTS
    + LABEL_POINTS
    + FEEDBACK_POINTS
    + REVIEW_POINTS
    + TRIAL_POINTS
    + WEB_POINTS
    + TRANSFER_POINTS
    + SWITCH_POINTS
    + LIGHT_SWITCH_POINTS
    + DROP_POINTS
    + BACKFILL_POINTS
    + TRAINING_POINTS
    + FORGET_TRAINED_POINTS
    + LOAD_POINTS
)


@dataclass(slots=True)
class _Armed:
    left: int
    hangs: bool


def parse(text: str) -> dict[str, _Armed]:
    """Return what is armed by the text of the variable.

    Raises:
        ValueError: for an unknown place, count or action.
    """
    armed: dict[str, _Armed] = {}
    for point in filter(None, text.split(",")):
        name, _, rest = point.partition(":")
        count, _, action = rest.partition(":")
        if name not in POINTS or action not in {"", "kill", "hang"}:
            raise ValueError(f"{VARIABLE}: no such place or action: {point!r}")
        armed[name] = _Armed(int(count or 1), hangs=action == "hang")
    return armed


_armed = parse(os.environ.get(VARIABLE, ""))


def reach(name: str) -> None:
    """Pass a place; end or hang there when a test asked for it."""
    armed = _armed.get(name)
    if armed is None:
        return
    armed.left -= 1
    if armed.left == 0 and armed.hangs:
        os.write(_STDERR, f"hung at fault point {name}\n".encode("ascii"))
        threading.Event().wait()
    elif armed.left == 0:
        # the engine's last words reach the log of the light process
        os.write(_STDERR, f"killed at fault point {name}\n".encode("ascii"))
        os.kill(os.getpid(), signal.SIGKILL)
