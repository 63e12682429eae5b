"""Checks of what a home needs to score: settings, model, library, room, time. Pure."""

import shlex
from datetime import timedelta

from tasted.doctor.facts import Facts
from tasted.doctor.finding import Finding, fine, note, wrong
from tasted.platform import DARWIN

_CLOCK_TOLERANCE = timedelta(minutes=2)
_MEGABYTE = 1e6
# stdout and stderr of launchd, up to 5 MB each, and the last words of the engine
_BESIDE_THE_LOG_BYTES = 20_000_000
_DEFAULT_MIN_FREE_MB = 200


def check_settings(facts: Facts) -> list[Finding]:
    """Say whether the settings can be used."""
    fault = facts.settings_fault
    if fault is None:
        return [fine("settings", "They are valid.")]
    why = "A running daemon keeps the last good ones; a new one does not start."
    return [wrong("settings", fault.message, why, fault.remedy)]


def check_daemon(facts: Facts) -> list[Finding]:
    """Say whether something watches the inbox, and what holds it up."""
    running, service = facts.running, facts.own_service
    if running is None:
        if service is not None:
            # the login item is told of by itself
            return []
        what = "Nothing watches the inbox just now."
        return [note("daemon", what, "New screenshots wait until something does.", "tasted run")]
    if running.fault is not None and (service is None or service.report.state.pid != running.pid):
        why = "Nothing is scored until then; it goes on by itself."
        return [wrong("daemon", running.fault.message, why, running.fault.remedy)]
    return [fine("daemon", f"Process {running.pid} watches the inbox: {running.state}.")]


def check_model(facts: Facts) -> list[Finding]:
    """Say whether the model is there and is, byte by byte, what it was."""
    model = facts.model
    if model is None:
        return []
    if model.fault is not None:
        return [
            wrong("model", model.fault.message, "Without it nothing is scored.", model.fault.remedy)
        ]
    if model.expected is None:
        return [fine("model", f"{model.name} is there; nobody wrote down its sha256 to compare.")]
    if model.found == model.expected:
        return [fine("model", f"{model.name} is there, and its sha256 is right.")]
    file = model.weights
    what = f"{file} of {model.name} has changed: its sha256 is {model.found}, not {model.expected}."
    why = "Damaged weights give wrong scores that look like right ones."
    real = shlex.quote(str(file.resolve() if file is not None else ""))
    return [wrong("model", what, why, f"rm {real}, then: tasted models pull {model.name}")]


def check_library(facts: Facts) -> list[Finding]:
    """Say whether every row of the library could be read."""
    fault = facts.library.fault
    if fault is not None:
        why = "What was learnt and what was embedded stands in it."
        return [wrong("library", fault.message, why, fault.remedy)]
    rows = sum(facts.library.rows.values())
    tables = len(facts.library.rows)
    if not tables:
        return [fine("library", "There is none yet; it is made with the first picture.")]
    return [fine("library", f"All {rows} rows of its {tables} tables can be read.")]


def check_reading(facts: Facts) -> list[Finding]:
    """Say what reads the text of pictures."""
    choice, settings = facts.reading, facts.settings
    if choice is None or settings is None:
        return []
    wanted = settings.reading.engine
    if choice.engine is not None:
        return [fine("reading", f"The text of pictures is read by {choice.engine}.")]
    if wanted == "companion" or wanted == "none":  # noqa: PLR1714 - so that mypy knows the rest
        return [fine("reading", f"No text of pictures is read, as reading.engine = {wanted} says.")]
    why = "Names, ages and bios in screenshots stay unread, and interests do not count."
    if wanted == "auto":
        return [note("reading", "No text recognition is installed.", why, choice.install or "")]
    if choice.install is None:
        remedy = "Set reading.engine to auto with: tasted config edit"
        return [wrong("reading", "Apple Vision is on a Mac only.", why, remedy)]
    what = f"The settings want {wanted} to read, and it is not installed."
    return [wrong("reading", what, why, choice.install)]


def check_disk(facts: Facts) -> list[Finding]:
    """Say whether there is the room that scoring asks for."""
    settings = facts.settings
    least = settings.limits.min_free_mb if settings is not None else _DEFAULT_MIN_FREE_MB
    if facts.free_mb >= least:
        return [fine("disk", f"{facts.free_mb:.0f} MB are free.")]
    what = f"{facts.free_mb:.0f} MB are free, and limits.min_free_mb asks for {least}."
    why = "Scoring pauses, so that the disk is not filled to the last byte."
    return [wrong("disk", what, why, "Free some space, for instance by emptying the Trash")]


def check_clock(facts: Facts) -> list[Finding]:
    """Say whether the clock stands before something that was written already."""
    if facts.newest is None or facts.newest[1] <= facts.now + _CLOCK_TOLERANCE:
        return [fine("clock", "Nothing is dated in the future.")]
    file, at = facts.newest
    minutes = (at - facts.now).total_seconds() / 60
    what = f"{file} is dated {minutes:.0f} minutes from now: the clock is wrong, or it was."
    why = "Retries, heartbeats and `results --since` go by it."
    remedy = (
        "System Settings > General > Date & Time > Set time and date automatically"
        if facts.system == DARWIN
        else "timedatectl set-ntp true"
    )
    return [wrong("clock", what, why, remedy)]


def check_logs(facts: Facts) -> list[Finding]:
    """Say whether the logs keep within what the settings allow."""
    settings, files = facts.settings, facts.log_files
    if settings is None:
        return []
    allowed = settings.log.max_mb * _MEGABYTE * (settings.log.keep + 1) + _BESIDE_THE_LOG_BYTES
    total = sum(files.values())
    if total <= allowed:
        return [fine("logs", f"They take {total / _MEGABYTE:.1f} MB.")]
    largest = max(files, key=lambda name: files[name])
    what = f"The logs take {total / _MEGABYTE:.0f} MB; they should stay below {allowed / 1e6:.0f}."
    why = f"The largest is {largest}; something is told over and over, or fills it."
    file = shlex.quote(str(facts.home / ".tasted" / "logs" / largest))
    return [wrong("logs", what, why, f"Look at its end, then empty it: tail {file}; : > {file}")]


def check_capture(facts: Facts) -> list[Finding]:
    """Say whether screenshots still go into the inbox, if they were sent there."""
    capture = facts.capture
    if capture is None:
        return []
    why = "They were sent to the inbox with `tasted init --capture-here`."
    if capture.fault is not None:
        return [note("capture", capture.fault.message, why, capture.fault.remedy)]
    if capture.location == capture.wanted:
        return [fine("capture", f"Screenshots are saved in {capture.wanted}.")]
    what = f"Screenshots are saved in {capture.location or 'the Desktop'} now."
    return [note("capture", what, why, "tasted init --capture-here, or --capture-restore")]
