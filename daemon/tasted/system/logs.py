"""structlog set-up: JSON lines in a rotating private file, and a readable form on a terminal.

Touches the log folder and stderr. Paths of screenshots may be logged, for the log is as private as
the inbox; text of screenshots never is.
"""

import contextlib
import io
import json
import logging
import logging.handlers
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TextIO

import structlog
from typing_extensions import override

from tasted.amounts import percent
from tasted.system.files import (
    PRIVATE_FILE,
    folder_identity,
    private_folder,
    read_regular_file,
    write_atomically,
)

_SHOWN_BY_THE_COMMAND = frozenset({"held"})
"""Events that `tasted run` prints by itself, with what to do."""
_SHARED: list[structlog.typing.Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
]


class _PrivateRotatingFile(logging.handlers.RotatingFileHandler):
    """A rotating file whose every generation is readable by its owner alone.

    While its folder is not at its path, because a home was moved, it grows in place: the other
    generations, and another home that is there now, are left alone.
    """

    def __init__(self, file: Path, *, max_bytes: int, keep: int) -> None:
        super().__init__(file, maxBytes=max_bytes, backupCount=keep, encoding="utf-8")
        self._folder = folder_identity(file.parent)

    @override
    def shouldRollover(self, record: logging.LogRecord) -> bool:
        is_moved = folder_identity(Path(self.baseFilename).parent) != self._folder
        return not is_moved and bool(super().shouldRollover(record))

    @override
    def _open(self) -> io.TextIOWrapper:
        descriptor = os.open(
            self.baseFilename,
            os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW,
            PRIVATE_FILE,
        )
        return open(descriptor, "a", encoding="utf-8")  # noqa: PTH123 - a descriptor has no path

    @contextlib.contextmanager
    def closed(self) -> Iterator[None]:
        """Make writers wait while the files are rewritten; the next event opens them again."""
        with self.lock or contextlib.nullcontext():
            if self.stream is not None:
                self.stream.close()
            # as the handler itself marks a closed file
            self.stream = None
            yield


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
    # `.tasted` and the logs in it, and nothing where a home was
    private_folder(file.parent, below=file.parent.parent.parent)
    to_file = _PrivateRotatingFile(file, max_bytes=max_bytes, keep=keep)
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
                    structlog.dev.ConsoleRenderer(colors=terminal.isatty(), pad_event_to=14),
                ],
            )
        )
        to_terminal.addFilter(_is_new_to_terminal)
        handlers.append(to_terminal)
    root = logging.getLogger()
    for old in list(root.handlers):
        root.removeHandler(old)
        old.close()
    for handler in handlers:
        root.addHandler(handler)
    # at debug level libraries log every event of the file system: endless lines that help nobody
    root.setLevel(max(logging.INFO, logging.getLevelNamesMapping()[level.upper()]))
    logging.getLogger("tasted").setLevel(level.upper())
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_SHARED,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )


def _is_new_to_terminal(record: logging.LogRecord) -> bool:
    event = record.msg.get("event") if isinstance(record.msg, dict) else None
    return event not in _SHOWN_BY_THE_COMMAND


def _time_of_day(
    _logger: object, _name: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    """Shorten the time for a person who is watching: hours, minutes and seconds, in UTC.

    Names of events are words then, with the confidence as everywhere else: `no match, 2 %`.
    """
    event["timestamp"] = str(event.get("timestamp", ""))[11:19]
    event["event"] = str(event.get("event", "")).replace("_", " ")
    confidence = event.pop("confidence", None)
    if isinstance(confidence, float):
        event["event"] += f", {percent(confidence)}"
    return event


def terminal_or_none() -> TextIO | None:
    """Return stderr when a person is looking at it."""
    return sys.stderr if sys.stderr is not None and sys.stderr.isatty() else None


def drop_lines(folder: Path, is_dropped: Callable[[object], bool], *, is_dry: bool = False) -> int:
    """Rewrite the files of a log folder without some of their lines; return how many those were.

    Handlers of this process wait meanwhile and go on in the new files. No other process may be
    writing into the folder: it would go on in the old ones.

    Args:
        folder: of a home's logs.
        is_dropped: gets the event of a line, or its text when it is not JSON.
        is_dry: only count.

    Raises:
        OSError: when a file cannot be read or replaced.
    """
    with contextlib.ExitStack() as quiet:
        for handler in logging.getLogger().handlers:
            if isinstance(handler, _PrivateRotatingFile):
                quiet.enter_context(handler.closed())
        files = sorted(folder.iterdir()) if folder.is_dir() else []
        return sum(_drop_lines_of(file, is_dropped, is_dry) for file in files if _is_log(file))


def _is_log(file: Path) -> bool:
    return file.is_file() and not file.is_symlink()


def _drop_lines_of(file: Path, is_dropped: Callable[[object], bool], is_dry: bool) -> int:
    data, _stamp = read_regular_file(file, max_bytes=sys.maxsize)
    lines = data.splitlines(keepends=True)
    kept = [line for line in lines if not is_dropped(_event_of(line))]
    if len(kept) < len(lines) and not is_dry:
        write_atomically(file, b"".join(kept))
    return len(lines) - len(kept)


def _event_of(line: bytes) -> object:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        # the last words of an engine, or half a line of a process that was killed
        return os.fsdecode(line)
