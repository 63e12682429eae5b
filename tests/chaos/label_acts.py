"""Likes, rejects and undos at once, killed in between, while the user drags and deletes.

Touches processes and the inbox. All commands have ended when an act returns.
"""

import ctypes
import hashlib
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from chaos.stage import Stage
from tasted.system.faultpoints import LABEL_POINTS, VARIABLE

_COMMANDS = ("like", "reject", "undo")
_OTHER_POINTS = (
    "write.opened",
    "write.written",
    "write.synced",
    "write.renamed",
    "write.done",
    "feedback.intended",
)
_PASSES = (1, 1, 1, 2, 3)
_PICTURES_MAX = 6
_SECONDS = 60.0
# <linux/fs.h>: two names change their files in one step
_RENAME_EXCHANGE = 2
_AT_FDCWD = -100


def label_at_once(stage: Stage) -> None:
    """Let two to four commands label the same pictures in the same moment."""
    _at_once(stage, chosen=_some_pictures(stage), are_killed=False)


def label_and_be_killed(stage: Stage) -> None:
    """Let two to four commands label the same pictures, and be killed midway."""
    _at_once(stage, chosen=_some_pictures(stage), are_killed=True)


def label_while_dragging(stage: Stage) -> None:
    """Drag other pictures over the names that commands were given, and delete some."""
    chosen = _some_pictures(stage)
    commands = _started(stage, chosen, are_killed=stage.rng.random() < 0.3)
    try:
        for path in stage.rng.sample(chosen, min(3, len(chosen))):
            stage.pause(0, 0.2)
            if stage.rng.random() < 0.7:
                _drag_over(stage, path)
            else:
                _delete(stage, path)
    finally:
        _await(stage, commands)


def _some_pictures(stage: Stage) -> list[str]:
    """Return some paths, most of them of labelled pictures."""
    files = stage.listing.found()
    labelled = sorted(path for path, file in files.items() if file.teaches)
    others = sorted(files.keys() - set(labelled))
    chosen = stage.rng.sample(labelled, min(len(labelled), _PICTURES_MAX))
    return [*chosen, *stage.rng.sample(others, min(len(others), _PICTURES_MAX - 2))]


def _at_once(stage: Stage, *, chosen: Sequence[str], are_killed: bool) -> None:
    _await(stage, _started(stage, chosen, are_killed=are_killed))


def _started(
    stage: Stage, chosen: Sequence[str], *, are_killed: bool
) -> list[subprocess.Popen[bytes]]:
    commands: list[subprocess.Popen[bytes]] = []
    if not chosen:
        return commands
    home = str(stage.world.home.root)
    files = [str(stage.inbox / path) for path in chosen]
    with stage.world.stderr_file.open("ab") as stderr:
        for _turn in range(stage.rng.randint(2, 4)):
            command = stage.rng.choice(_COMMANDS)
            point = stage.rng.choice((*LABEL_POINTS, *LABEL_POINTS, *_OTHER_POINTS))
            environment = {**os.environ}
            environment.pop(VARIABLE, None)
            if are_killed:
                environment[VARIABLE] = f"{point}:{stage.rng.choice(_PASSES)}"
            words = [sys.executable, "-m", "tasted", "--home", home, command, *files]
            stage.journal.note("label_change", command=command, armed=environment.get(VARIABLE))
            commands.append(
                subprocess.Popen(
                    words,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=stderr,
                    env=environment,
                )
            )
    return commands


def _await(stage: Stage, commands: Sequence[subprocess.Popen[bytes]]) -> None:
    for command in commands:
        try:
            command.wait(_SECONDS)
        except subprocess.TimeoutExpired:
            stage.journal.crashes.append(f"a label change (pid {command.pid}) did not end")
            command.kill()
            command.wait()
        stage.journal.counts["label_changes"] += 1


def _drag_over(stage: Stage, path: str) -> None:
    """Put a new picture at a path; what a command has not moved away by then is overwritten."""
    dragged = stage.world.outside / f"dragged {stage.number}"
    dragged.write_bytes(stage.new_picture(Path(path).suffix).data)
    file = stage.inbox / path
    if _exchanged(dragged, file):
        _overwritten(stage, dragged)
    elif file.parent.is_dir():
        try:
            os.link(dragged, file)
        except OSError:
            # it came back this instant, or its folder has gone
            stage.journal.note("not_dragged", path=path)
        dragged.unlink()


def _delete(stage: Stage, path: str) -> None:
    """Delete what lies at a path, if anything does."""
    taken = stage.world.outside / f"taken {stage.number}"
    stage.number += 1
    try:
        (stage.inbox / path).rename(taken)
    except FileNotFoundError:
        return
    _overwritten(stage, taken)


def _overwritten(stage: Stage, taken: Path) -> None:
    """Let go of exactly what was overwritten or deleted: a name says nothing about it."""
    stage.journal.let_go({hashlib.sha256(taken.read_bytes()).hexdigest()})
    taken.unlink()


def _exchanged(one: Path, other: Path) -> bool:
    """Let two files change their names in one step; False where one of them is missing."""
    libc = ctypes.CDLL(None, use_errno=True)
    names = os.fsencode(one), os.fsencode(other)
    try:
        return not libc.renameat2(_AT_FDCWD, names[0], _AT_FDCWD, names[1], _RENAME_EXCHANGE)
    except AttributeError:
        # no such call here: nothing is overwritten then
        return False
