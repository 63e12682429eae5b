"""Checks of what a home needs to score: settings, model, library, disk space, clock. Pure."""

import shlex
from datetime import timedelta

from tasted.amounts import counted, file_size
from tasted.doctor.facts import Facts, ModelFacts
from tasted.doctor.finding import Finding, fine, note, wrong
from tasted.home.crash_reports import crash_summary
from tasted.reading.choosing import OcrChoice
from tasted.reading.languages import tesseract_name
from tasted.system.files import real_path
from tasted.system.platform import DARWIN

_CLOCK_TOLERANCE = timedelta(minutes=2)
_MEGABYTE = 1e6
# stdout and stderr of launchd, up to 5 MB each, and engine.log
_BESIDE_THE_LOG_BYTES = 20_000_000
_DEFAULT_MIN_FREE_MB = 200


def check_settings(facts: Facts) -> list[Finding]:
    """Check whether the settings are valid."""
    fault = facts.settings_fault
    if fault is None:
        return [fine("settings", "Valid.")]
    why = "A running daemon keeps the last valid settings; a new one does not start."
    return [wrong("settings", fault.message, why, fault.remedy)]


def check_daemon(facts: Facts) -> list[Finding]:
    """Check whether a daemon watches the inbox, and whether it is blocked."""
    running, service = facts.running, facts.own_service
    if running is None:
        if service is not None:
            # the check of the login item covers it
            return []
        what = "No daemon is watching the inbox."
        return [note("daemon", what, "New screenshots wait until one does.", "tasted run")]
    if running.fault is not None and (service is None or service.report.state.pid != running.pid):
        why = "Nothing is scored until this is fixed; then scoring continues by itself."
        return [wrong("daemon", running.fault.message, why, running.fault.remedy)]
    return [fine("daemon", f"Process {running.pid} is watching the inbox: {running.state}.")]


def check_crashes(facts: Facts) -> list[Finding]:
    """Check whether tasted itself failed recently, and what to report."""
    crashes = facts.crashes
    if not crashes:
        return [fine("program", "No crash of tasted itself in the last day.")]
    lines = [line for crash in reversed(crashes) for line in crash.lines]
    what = "\n".join([crash_summary(crashes), *lines])
    why = "What failed is tried again automatically, and by the next version."
    logs = facts.home / ".tasted" / "logs"
    remedy = (
        "Report it with the lines above, which name none of your files. Details are in engine.log "
        f"and tasted.log in {logs}; these do name files, so read them before you send them."
    )
    return [wrong("program", what, why, remedy)]


def check_model(facts: Facts) -> list[Finding]:
    """Check whether the model is there and unchanged, byte by byte, and whether it is the wish."""
    model = facts.model
    return [*_check_files(model), *_change(model)] if model is not None else []


def _change(model: ModelFacts) -> list[Finding]:
    if model.change is None:
        return []
    why = "Until the model is changed, everything is scored by the one of now."
    if model.is_change_stopped:
        return [note("model", model.change, why, model.change_remedy or "")]
    return [fine("model", model.change)]


def _check_files(model: ModelFacts) -> list[Finding]:
    if model.fault is not None:
        return [
            wrong("model", model.fault.message, "Without it nothing is scored.", model.fault.remedy)
        ]
    slower = _slower(model)
    if model.expected is None:
        what = f"{model.name} is there; no sha256 is known to compare with."
        return [fine("model", what), *slower]
    if model.found == model.expected:
        return [fine("model", f"{model.name} is there, and its sha256 is correct."), *slower]
    file = model.weights
    what = f"{file} of {model.name} has changed: its sha256 is {model.found}, not {model.expected}."
    why = "Damaged weights give wrong scores that look correct."
    real = shlex.quote(str(real_path(file) if file is not None else ""))
    return [wrong("model", what, why, f"rm {real}, then: tasted models pull {model.name}")]


def _slower(model: ModelFacts) -> list[Finding]:
    if model.slower_because is None:
        return []
    what = f"torch runs {model.name}, not openvino: {model.slower_because}."
    why = "Starting takes ten seconds instead of one, and twice the memory; scores are the same."
    return [note("model", what, why, f"tasted models pull {model.name}")]


def check_library(facts: Facts) -> list[Finding]:
    """Check whether every row of the library can be read."""
    fault = facts.library.fault
    if fault is not None:
        why = "It holds what was learnt from your labels and all vectors."
        return [wrong("library", fault.message, why, fault.remedy)]
    rows = sum(facts.library.rows.values())
    tables = len(facts.library.rows)
    if not tables:
        return [fine("library", "Not there yet; it is created with the first picture.")]
    return [fine("library", f"All {rows} rows of its {tables} tables can be read.")]


def check_answers(facts: Facts) -> list[Finding]:
    """Check whether every line of the log of answers can be read."""
    fault, health = facts.feedback.fault, facts.feedback.health
    if fault is not None:
        why = "New answers on the page are refused; likes and rejects by hand still count."
        return [wrong("answers", fault.message, why, fault.remedy)]
    if not health.damaged:
        return [fine("answers", f"All {health.events} answers in the history can be read.")]
    first = health.damaged[0]
    lines = counted(len(health.damaged), "line")
    what = (
        f"{lines} of the history of your answers cannot be read, first line {first.number} of "
        f"{first.segment}: {first.why}."
    )
    why = "They are left out of history and figures. Your likes and rejects are not affected."
    folder = facts.home / ".tasted" / "feedback"
    remedy = f"Restore {folder} from a backup, or go on without these answers."
    return [note("answers", what, why, remedy)]


def check_reading(facts: Facts) -> list[Finding]:
    """Check what reads the text in pictures."""
    choice, settings = facts.reading, facts.settings
    if choice is None or settings is None:
        return []
    wanted = settings.reading.engine
    if choice.engine is not None and choice.lacking:
        return [_lacks_languages(choice)]
    if choice.engine is not None:
        return [fine("reading", f"Text in pictures is read by {choice.engine}.")]
    if wanted == "companion" or wanted == "none":  # noqa: PLR1714 - so that mypy knows the rest
        return [fine("reading", f"Text in pictures is not read: reading.engine = {wanted}.")]
    why = "Names, ages and bios in screenshots are not read, and interests do not count."
    if wanted == "auto":
        return [note("reading", "No text recognition is installed.", why, choice.install or "")]
    if choice.install is None:
        remedy = "Set reading.engine to auto with: tasted config edit"
        return [wrong("reading", "Apple Vision is only available on a Mac.", why, remedy)]
    what = f"reading.engine is {wanted}, which is not installed."
    return [wrong("reading", what, why, choice.install)]


def _lacks_languages(choice: OcrChoice) -> Finding:
    """Name the languages in the settings that are not read, and what would read them."""
    languages = ", ".join(choice.lacking)
    what = f"reading.languages asks for {languages}, which {choice.engine} cannot read."
    why = "Names and bios in these languages are not read, and interests in them do not count."
    packages = " ".join(
        f"tesseract-ocr-{tesseract_name(code).replace('_', '-')}" for code in choice.lacking
    )
    if choice.engine == "tesseract":
        install = f"sudo apt install {packages} (Linux) or brew install tesseract-lang (macOS)"
        return note("reading", what, why, install)
    remedy = (
        f"Use Tesseract: sudo apt install tesseract-ocr {packages} (Linux) or brew install "
        "tesseract tesseract-lang (macOS), then: tasted config set reading.engine tesseract"
    )
    return note("reading", what, why, remedy)


def check_decoding(facts: Facts) -> list[Finding]:
    """Check what decodes PNG files."""
    if facts.libvips_missing is None:
        return [fine("decoding", "PNG files are decoded by libvips.")]
    why = "PNG files are decoded by Pillow instead: the same pixels, in twice the time."
    remedy = "pip install --force-reinstall pyvips pyvips-binary, with the Python of tasted"
    return [note("decoding", facts.libvips_missing, why, remedy)]


def check_disk(facts: Facts) -> list[Finding]:
    """Check whether there is enough disk space for scoring."""
    settings = facts.settings
    least = settings.limits.min_free_mb if settings is not None else _DEFAULT_MIN_FREE_MB
    if facts.free_mb >= least:
        return [fine("disk", f"{file_size(facts.free_mb * _MEGABYTE)} free.")]
    what = f"{facts.free_mb:.0f} MB free; limits.min_free_mb requires {least} MB."
    why = "Scoring pauses so that the disk does not fill up completely."
    return [wrong("disk", what, why, "Free some space, for example by emptying the Trash")]


def check_clock(facts: Facts) -> list[Finding]:
    """Check whether the clock is earlier than the time of a file that was already written."""
    if facts.newest is None or facts.newest[1] <= facts.now + _CLOCK_TOLERANCE:
        return [fine("clock", "Nothing is dated in the future.")]
    file, at = facts.newest
    minutes = (at - facts.now).total_seconds() / 60
    what = f"{file} is dated {minutes:.0f} minutes in the future: the clock is wrong, or was."
    why = "Retries, heartbeats and `results --since` depend on it."
    remedy = (
        "System Settings > General > Date & Time > Set time and date automatically"
        if facts.system == DARWIN
        else "timedatectl set-ntp true"
    )
    return [wrong("clock", what, why, remedy)]


def check_logs(facts: Facts) -> list[Finding]:
    """Check whether the logs stay within the limit of the settings."""
    settings, files = facts.settings, facts.log_files
    if settings is None:
        return []
    allowed = settings.log.max_mb * _MEGABYTE * (settings.log.keep + 1) + _BESIDE_THE_LOG_BYTES
    total = sum(files.values())
    if total <= allowed:
        return [fine("logs", f"They take {file_size(total)}.")]
    largest = max(files, key=lambda name: files[name])
    what = f"The logs take {total / _MEGABYTE:.0f} MB; the limit is {allowed / 1e6:.0f} MB."
    why = f"The largest is {largest}; a message that repeats may be filling it."
    file = shlex.quote(str(facts.home / ".tasted" / "logs" / largest))
    return [wrong("logs", what, why, f"Look at its end, then empty it: tail {file}; : > {file}")]


def check_hook(facts: Facts) -> list[Finding]:
    """Check whether the user's own program for matches can be run, where one is set."""
    if facts.settings is None or not facts.settings.hooks.on_match:
        return []
    if facts.hook_missing is None:
        return [fine("hook", f"New matches are handed to {facts.settings.hooks.on_match[0]}.")]
    why = "hooks.on_match names it; new matches are not handed to it."
    remedy = "Correct it: tasted config edit; or make it executable: chmod +x"
    return [wrong("hook", facts.hook_missing, why, remedy)]


def check_capture(facts: Facts) -> list[Finding]:
    """Check whether screenshots still go to the inbox, if they were sent there."""
    capture = facts.capture
    if capture is None:
        return []
    why = "They were sent to the inbox with `tasted init --capture-here`."
    if capture.fault is not None:
        return [note("capture", capture.fault.message, why, capture.fault.remedy)]
    if capture.location == capture.wanted:
        return [fine("capture", f"Screenshots are saved in {capture.wanted}.")]
    what = f"Screenshots are now saved in {capture.location or 'the Desktop folder'}."
    return [note("capture", what, why, "tasted init --capture-here, or --capture-restore")]
