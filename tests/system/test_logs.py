"""Logs are JSON lines in a private file that does not grow without end."""

import json
from pathlib import Path
from typing import Any

from kit.children import python

_LOG = """
import io, logging, pathlib, sys
import structlog
from tasted.system.logs import set_up_logs, terminal_or_none
file, level, max_bytes = pathlib.Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
terminal = io.StringIO()
set_up_logs(file, level="debug", max_bytes=10**6, keep=1, terminal=None)
set_up_logs(file, level=level, max_bytes=max_bytes, keep=2, terminal=terminal)
log = structlog.get_logger("tasted.test")
"""


def lines(file: Path) -> list[dict[str, Any]]:
    """Parse the lines of a log."""
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


def log(file: Path, code: str, *, level: str = "info", max_bytes: int = 10**6) -> str:
    """Run code that logs in a child, and return what it printed."""
    child = python("-c", _LOG + code, str(file), level, str(max_bytes))
    assert child.returncode == 0, child.stderr
    assert not child.stderr
    return child.stdout


def test_events_are_json_lines_with_level_and_time(tmp_path: Path) -> None:
    """Events of structlog and of the standard library look the same."""
    file = tmp_path / "logs" / "tasted.log"
    log(
        file,
        "log.info('scored', path='anna/\\udcff.png')\n"
        "logging.getLogger('watchdog').warning('overflow of %d', 3)\n",
    )
    ours, theirs = lines(file)
    assert ours["event"] == "scored"
    assert ours["path"] == "anna/\udcff.png"
    assert ours["level"] == "info"
    assert ours["timestamp"].endswith("Z")
    assert theirs["event"] == "overflow of 3"
    assert theirs["level"] == "warning"


def test_debug_is_about_tasted_alone(tmp_path: Path) -> None:
    """A library's own debug lines stay out of the log."""
    file = tmp_path / "tasted.log"
    log(
        file,
        "log.debug('kept')\nlogging.getLogger('watchdog').debug('in-event')\n",
        level="debug",
    )
    assert [line["event"] for line in lines(file)] == ["kept"]


def test_the_log_is_private(tmp_path: Path) -> None:
    """Folder and every generation are readable by their owner alone."""
    file = tmp_path / "logs" / "tasted.log"
    log(file, "for number in range(100): log.info('event', number=number)\n", max_bytes=2000)
    assert file.parent.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in file.parent.iterdir()} == {0o600}


def test_old_generations_are_dropped(tmp_path: Path) -> None:
    """The newest two closed generations stay, none of them much over the limit."""
    file = tmp_path / "tasted.log"
    log(file, "for number in range(300): log.info('event', number=number)\n", max_bytes=2000)
    assert {path.name for path in tmp_path.iterdir()} == {
        f"tasted.log{end}" for end in ("", ".1", ".2")
    }
    assert all(path.stat().st_size <= 2000 for path in tmp_path.iterdir())
    assert lines(file)[-1]["number"] == 299


def test_the_level_is_kept_and_setting_up_again_doubles_nothing(tmp_path: Path) -> None:
    """What lies under the level is dropped, what lies above is written once."""
    file = tmp_path / "tasted.log"
    log(file, "log.info('quiet')\nlog.warning('loud')\n", level="warning")
    assert [line["event"] for line in lines(file)] == ["loud"]


def test_a_traceback_fits_into_its_line(tmp_path: Path) -> None:
    """An exception is a field of its event."""
    file = tmp_path / "tasted.log"
    log(file, "try:\n    1 / 0\nexcept ZeroDivisionError:\n    log.exception('failed')\n")
    (line,) = lines(file)
    assert "ZeroDivisionError" in line["exception"]


def test_a_terminal_gets_a_readable_form(tmp_path: Path) -> None:
    """A stream that is not a terminal gets no colours, and a process without one gets nothing."""
    file = tmp_path / "tasted.log"
    said = log(
        file, "log.info('scored', path='a.png')\nprint(terminal.getvalue(), terminal_or_none())\n"
    )
    assert "scored" in said
    assert "path=a.png" in said
    assert "\x1b" not in said
    assert said.endswith("None\n")


def test_a_terminal_gets_words_and_nothing_twice(tmp_path: Path) -> None:
    """What `tasted run` says by itself is in the file alone."""
    file = tmp_path / "tasted.log"
    said = log(
        file,
        "log.warning('held', code='disk_full')\nlog.info('not_scored', path='a_b.png')\n"
        "log.info('no_match', path='c.png', confidence=0.029)\n"
        "logging.getLogger('watchdog').warning('held')\nprint(terminal.getvalue())\n",
    )
    assert "disk_full" not in said
    assert "not scored" in said
    assert "a_b.png" in said
    assert "no match, 2 %" in said
    assert "confidence" not in said
    events = [line["event"] for line in lines(file)]
    assert events == ["held", "not_scored", "no_match", "held"]
    assert lines(file)[2]["confidence"] == 0.029


def test_a_linked_log_is_refused(tmp_path: Path) -> None:
    """A planted link does not make us write elsewhere."""
    (tmp_path / "precious").touch()
    (tmp_path / "tasted.log").symlink_to(tmp_path / "precious")
    child = python("-c", _LOG, str(tmp_path / "tasted.log"), "info", "1000")
    assert "OSError" in child.stderr


def test_dropped_lines_are_gone_and_the_log_goes_on(tmp_path: Path) -> None:
    """In every generation and in what is not JSON, while other threads are writing."""
    file = tmp_path / "tasted.log"
    (tmp_path / "engine.stderr").write_bytes(b"a warning\nsecret.png is bad\n")
    said = log(
        file,
        "import threading\n"
        "from tasted.system.logs import drop_lines\n"
        "def write(name):\n"
        "    for number in range(200): log.info('event', number=number, writer=name)\n"
        "for number in range(20): log.info('learnt', path='secret.png', number=number)\n"
        "threads = [threading.Thread(target=write, args=(name,)) for name in 'ab']\n"
        "for thread in threads: thread.start()\n"
        "def is_dropped(event):\n"
        "    return 'secret' in str(event)\n"
        "dry = drop_lines(file.parent, is_dropped, is_dry=True)\n"
        "print(dry, drop_lines(file.parent, is_dropped), drop_lines(file.parent, is_dropped))\n"
        "for thread in threads: thread.join()\n"
        "log.info('after')\n",
        max_bytes=200_000,
    )
    assert said.split() == ["21", "21", "0"]
    assert (tmp_path / "engine.stderr").read_bytes() == b"a warning\n"
    found = lines(file)
    assert [line["number"] for line in found if line.get("writer") == "a"] == list(range(200))
    assert [line["number"] for line in found if line.get("writer") == "b"] == list(range(200))
    assert found[-1]["event"] == "after"
    assert file.stat().st_mode & 0o077 == 0
    assert not any(b"secret" in path.read_bytes() for path in tmp_path.iterdir())


def test_a_closed_generation_loses_its_lines_too(tmp_path: Path) -> None:
    """Half a line of a process that was killed is looked at as text."""
    (tmp_path / "tasted.log.1").write_bytes(
        b'{"path": "secret.png"}\n{"event": "ok"}\n{"path": "secr'
    )
    log(
        tmp_path / "tasted.log",
        "from tasted.system.logs import drop_lines\n"
        "drop_lines(file.parent, lambda event: 'secr' in str(event))\n"
        "log.info('after')\n",
    )
    assert (tmp_path / "tasted.log.1").read_bytes() == b'{"event": "ok"}\n'
