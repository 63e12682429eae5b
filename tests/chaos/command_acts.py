"""What users do on the command line while the daemon runs. Touches processes."""

import subprocess
import sys

from chaos.stage import Stage

_COMMAND_SECONDS = 20.0
_LOCKED = 75


def _tasted(stage: Stage, *words: str) -> int | None:
    """Run a command; return its exit status, or None when it waited for too long."""
    home = str(stage.world.home.root)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "tasted", "--home", home, *words],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            timeout=_COMMAND_SECONDS,
        )
    except subprocess.TimeoutExpired:
        stage.journal.note("command_hangs", words=words)
        return None
    stage.journal.note("command", words=words, status=done.returncode, said=done.stderr[-300:])
    return done.returncode


def like(stage: Stage) -> None:
    """Like or reject a picture."""
    path = stage.some_screenshot()
    if path is not None:
        _tasted(stage, stage.rng.choice(("like", "reject")), str(stage.inbox / path))


def undo(stage: Stage) -> None:
    """Take back what a picture of a label folder taught."""
    paths = [path for path, file in stage.listing.found().items() if file.teaches]
    if paths:
        _tasted(stage, "undo", str(stage.inbox / stage.rng.choice(paths)))


def score(stage: Stage) -> None:
    """Ask for the score of a picture of the inbox."""
    path = stage.some_screenshot()
    if path is not None:
        with stage.journal.asking(path):
            _tasted(stage, "score", str(stage.inbox / path))


def teach_from_elsewhere(stage: Stage) -> None:
    """Score a picture where it lies, outside the inbox, and teach it from there; then drop one.

    What the score of the first left behind may not be taken for the inbox's when labels are synced,
    and the new screenshot shows whether they are.
    """
    elsewhere = stage.world.outside / f"elsewhere {stage.number}.png"
    elsewhere.write_bytes(stage.new_picture().data)
    _tasted(stage, "score", str(elsewhere))
    _tasted(stage, stage.rng.choice(("like", "reject")), str(elsewhere))
    elsewhere.unlink()
    name = stage.new_name(".png")
    (stage.inbox / name).write_bytes(stage.new_picture().data)


def rescore(stage: Stage) -> None:
    """Ask for all scores anew."""
    with stage.journal.asking(None):
        _tasted(stage, "rescore")


def rebuild(stage: Stage) -> None:
    """Have the library made anew: what is scored stands."""
    _tasted(stage, "rebuild")


def second_daemon(stage: Stage) -> None:
    """Start another daemon on the same home: it must leave with 75."""
    stage.lives.ensure()
    status = _tasted(stage, "run")
    if not stage.lives.alive:
        # the first died meanwhile, and the second rightly took the home
        return
    if status != _LOCKED:
        stage.journal.crashes.append(f"a second daemon ended with {status} instead of {_LOCKED}")
