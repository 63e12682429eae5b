"""Which act comes next. The same seed gives the same acts; how far a run comes depends on time."""

import random
from collections.abc import Callable, Iterator

from chaos import command_acts, fault_acts, file_acts, label_acts
from chaos.stage import Stage

Act = Callable[[Stage], None]

_WEIGHTS: dict[Act, float] = {
    file_acts.drop: 12,
    file_acts.drop_slowly: 2,
    file_acts.drop_hidden: 4,
    file_acts.move_in: 5,
    file_acts.drop_bad: 2,
    file_acts.write_text: 5,
    file_acts.remove_text: 1,
    file_acts.rename: 5,
    file_acts.swap: 2,
    file_acts.replace_atomically: 4,
    file_acts.replace_in_place: 3,
    file_acts.replace_by_the_same: 3,
    file_acts.touch: 4,
    file_acts.copy: 4,
    file_acts.delete: 4,
    file_acts.drop_profile: 2,
    file_acts.change_profile: 2,
    file_acts.rename_profile: 0.5,
    file_acts.take_folder_out: 1,
    file_acts.bring_folder_in: 1.5,
    file_acts.rename_folder: 1,
    file_acts.add_label: 0.7,
    file_acts.move_to_label: 0.5,
    file_acts.remove_label: 0.3,
    file_acts.delete_sidecar: 3,
    file_acts.spoil_sidecar: 2,
    command_acts.like: 0.4,
    command_acts.undo: 0.2,
    label_acts.label_at_once: 0.7,
    label_acts.label_and_be_killed: 1.2,
    label_acts.label_while_dragging: 1,
    command_acts.score: 0.7,
    command_acts.teach_from_elsewhere: 0.6,
    command_acts.rescore: 0.3,
    command_acts.rebuild: 0.3,
    command_acts.second_daemon: 0.4,
    fault_acts.rest: 3,
    fault_acts.kill_daemon: 0.7,
    fault_acts.stop_daemon: 0.4,
    fault_acts.next_life: 1.5,
    fault_acts.kill_engine: 1.5,
    fault_acts.overflow: 0.8,
    fault_acts.outbox_read_only: 0.6,
    fault_acts.outbox_away: 0.6,
    fault_acts.inbox_away: 0.6,
    fault_acts.home_away: 0.6,
    fault_acts.disk_full: 0.6,
}


LAST_ACTS: tuple[Act, ...] = (
    file_acts.touch,
    file_acts.replace_by_the_same,
    file_acts.rename,
    file_acts.replace_atomically,
    file_acts.rename_folder,
    file_acts.drop_profile,
    fault_acts.rest,
    file_acts.change_profile,
    file_acts.rename_profile,
    file_acts.touch,
    file_acts.replace_in_place,
    file_acts.rename,
    file_acts.write_text,
    file_acts.drop_hidden,
    fault_acts.kill_daemon,
    file_acts.replace_by_the_same,
    file_acts.swap,
)
"""What befalls a home in which everything is done, at the end of every run."""


def acts(seed: int) -> Iterator[tuple[Act, random.Random]]:
    """Yield acts without end, each with a source of chance of its own.

    What an act draws depends on what the inbox holds, so each begins with a seed that no earlier
    act can have moved.
    """
    for number in range(1_000_000):
        rng = random.Random(f"act {number} of {seed}")
        (act,) = rng.choices(list(_WEIGHTS), list(_WEIGHTS.values()))
        yield act, rng
