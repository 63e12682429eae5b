"""What to report of an unexpected exception. Touches `.tasted/crashes.json`.

A report names the exception and the places in the program, and holds no message, no path and no
text of the user, so that it can be sent to others as it is. The logs have the details. Reports are
written by the process that failed, and shown for a day.
"""

import dataclasses
import json
import platform
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType

from tasted.errors import ServiceFault
from tasted.home.json_files import read_json
from tasted.home.json_records import record_from
from tasted.plain_dataclass import dataclass
from tasted.system.clock import parse_time
from tasted.system.files import write_atomically
from tasted.system.plain_structlog import structlog

RECENT = timedelta(days=1)
_BYTES_MAX = 1_000_000
_KEPT = 10
_PLACES_MAX = 12
_COUNT_MAX = 1_000_000_000

log = structlog.get_logger("tasted.crash_reports")


@dataclass(frozen=True, slots=True)
class CrashReport:
    """One failure of the program itself, counted when it happens again."""

    at: str
    """When it happened last, ISO 8601 with a zone."""
    doing: str
    """What the program was doing, in its own words."""
    error: str
    """The kind of the exception, and of what caused it."""
    places: tuple[str, ...]
    """Module, line and function, the innermost last."""
    version: str
    """Of tasted."""
    count: int = 1

    @property
    def lines(self) -> tuple[str, ...]:
        """What to send to the developers."""
        times = "once" if self.count == 1 else f"{self.count} times"
        python = f"Python {platform.python_version()} on {sys.platform}"
        return (
            f"tasted {self.version}, {python}: {self.error} in {self.doing}, {times}",
            *(f"  {place}" for place in self.places),
        )


def crash_report(error: BaseException, doing: str, *, version: str, now: datetime) -> CrashReport:
    """Describe an exception.

    Args:
        error: as it was caught.
        doing: what the program was doing; no text or path of the user.
        version: of this tasted.
        now: aware.
    """
    kinds = [type(error).__name__]
    if error.__cause__ is not None:
        kinds.append(f"from {type(error.__cause__).__name__}")
    places = _places(error.__traceback__)[-_PLACES_MAX:]
    return CrashReport(now.isoformat(), doing, " ".join(kinds), tuple(places), version)


def _places(traceback: TracebackType | None) -> list[str]:
    places: list[str] = []
    while traceback is not None:
        code = traceback.tb_frame.f_code
        module = traceback.tb_frame.f_globals.get("__name__", "?")
        places.append(f"{module}:{traceback.tb_lineno} {code.co_name}")
        traceback = traceback.tb_next
    return places


class CrashLog:
    """The reports of one home.

    Args:
        file: `.tasted/crashes.json`.
        version: of this tasted.
        check: raises a fault when the home is not the one that it was; nothing is written then.
    """

    def __init__(
        self, file: Path, *, version: str, check: Callable[[], None] = lambda: None
    ) -> None:
        self._file = file
        self._version = version
        self._check = check

    def note(self, error: BaseException, doing: str) -> None:
        """Keep a report of an exception; one that cannot be written is logged and does no harm."""
        report = crash_report(error, doing, version=self._version, now=datetime.now(UTC))
        kept = with_report(read_crash_reports(self._file), report)
        text = json.dumps([dataclasses.asdict(former) for former in kept], indent=2)
        try:
            self._check()
            write_atomically(self._file, text.encode("ascii"), durable=False)
        except (OSError, ServiceFault) as failure:
            log.warning("crash_not_kept", error=str(failure))


def with_report(kept: Sequence[CrashReport], report: CrashReport) -> list[CrashReport]:
    """Return the reports with a new one, the newest last; the same failure is counted. Pure."""
    same = [former for former in kept if _is_same(former, report)]
    others = [former for former in kept if not _is_same(former, report)]
    count = report.count + sum(former.count for former in same)
    counted = dataclasses.replace(report, count=min(count, _COUNT_MAX - 1))
    return [*others, counted][-_KEPT:]


def _is_same(one: CrashReport, other: CrashReport) -> bool:
    return (one.error, one.places, one.version) == (other.error, other.places, other.version)


def read_crash_reports(file: Path) -> list[CrashReport]:
    """Return the reports, the newest last; what is not a report is left out."""
    values = read_json(file, max_bytes=_BYTES_MAX)
    reports = map(_report_from, values if isinstance(values, list) else [])
    return [report for report in reports if report is not None]


def recent_crashes(file: Path, *, now: datetime) -> tuple[CrashReport, ...]:
    """Return the reports of the last day, the newest last."""
    return tuple(
        report for report in read_crash_reports(file) if abs(now - parse_time(report.at)) < RECENT
    )


def crash_summary(crashes: Sequence[CrashReport]) -> str:
    """Return a sentence that says how often tasted failed, from at least one report."""
    count = sum(crash.count for crash in crashes)
    times = "once" if count == 1 else f"{count} times"
    at = parse_time(crashes[-1].at)
    last = f"at {at:%H:%M} UTC" if count == 1 else f"last at {at:%H:%M} UTC"
    return f"tasted itself failed {times} in the last day, {last}; your pictures are fine."


def _report_from(value: object) -> CrashReport | None:
    report = record_from(CrashReport, value)
    try:
        if report is None or not 1 <= report.count < _COUNT_MAX:
            return None
        return dataclasses.replace(report, at=parse_time(report.at).isoformat())
    except ValueError:
        return None
