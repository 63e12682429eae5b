"""structlog set-up: JSON lines in a rotating private file, and a readable form on a terminal.

Touches the log folder and stderr. Paths of screenshots may be logged, for the log is as private as
the inbox; text of screenshots never is.
"""

import io
import logging
import logging.handlers
import os
import sys
from pathlib import Path
from typing import TextIO

import structlog

from tasted.files import PRIVATE_FILE, private_folder

_SHARED: list[structlog.typing.Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
]


class _PrivateRotatingFile(logging.handlers.RotatingFileHandler):
    """A rotating file whose every generation is readable by its owner alone."""

    def _open(self) -> io.TextIOWrapper:
        descriptor = os.open(
            self.baseFilename,
            os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW,
            PRIVATE_FILE,
        )
        return open(descriptor, "a", encoding="utf-8")  # noqa: PTH123 - a descriptor has no path


def set_up_logs(
    file: Path, *, level: str, max_bytes: int, keep: int, terminal: TextIO | None = None
) -> None:
    """Send structlog and the standard library's loggers to a file, and to a terminal.

    Args:
        file: the newest generation; older ones carry `.1`, `.2`, ...
        level: `debug`, `info`, `warning` or `error`.
        max_bytes: the size at which a generation is closed.
        keep: how many closed generations stay.
        terminal: a stream for the readable form; colours only if it is a terminal.

    Raises:
        OSError: when the folder cannot be made or the file cannot be opened.
    """
    private_folder(file.parent)
    to_file = _PrivateRotatingFile(file, maxBytes=max_bytes, backupCount=keep, encoding="utf-8")
    to_file.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=_SHARED,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(ensure_ascii=True),
            ],
        )
    )
    handlers: list[logging.Handler] = [to_file]
    if terminal is not None:
        to_terminal = logging.StreamHandler(terminal)
        to_terminal.setFormatter(
            structlog.stdlib.ProcessorFormatter(
                foreign_pre_chain=_SHARED,
                processors=[
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    _time_of_day,
                    structlog.dev.ConsoleRenderer(colors=terminal.isatty(), pad_event_to=12),
                ],
            )
        )
        handlers.append(to_terminal)
    root = logging.getLogger()
    for old in list(root.handlers):
        root.removeHandler(old)
        old.close()
    for handler in handlers:
        root.addHandler(handler)
    # libraries tell of every event of the file system at debug: lines without end that help nobody
    root.setLevel(max(logging.INFO, logging.getLevelNamesMapping()[level.upper()]))
    logging.getLogger("tasted").setLevel(level.upper())
    structlog.configure(
        processors=[*_SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )


def _time_of_day(
    _logger: object, _name: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    """Shorten the time for a person who is watching: hours, minutes and seconds, in UTC."""
    event["timestamp"] = str(event.get("timestamp", ""))[11:19]
    return event


def terminal_or_none() -> TextIO | None:
    """Return stderr when a person is looking at it."""
    return sys.stderr if sys.stderr is not None and sys.stderr.isatty() else None
