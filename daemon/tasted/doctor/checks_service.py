"""Checks of the login item: whether it runs, how, and with which Python. Pure."""

from tasted.doctor.facts import Facts, ServiceFacts
from tasted.doctor.finding import Finding, Level, fine, note, wrong
from tasted.service.managers.condition import Condition
from tasted.system.platform import DARWIN

_INSTALL = "tasted service install"
_FIX = "tasted doctor --fix"
_RUNS = "Without it, nothing is scored while you are logged in."
_WHY_PYTHON = (
    "A login item must find the same Python at every start, without your shell's settings."
)
# problems of the service that installing it again fixes
_FIXED_BY_REINSTALL = frozenset(
    {"deaf", "outdated", "not_loaded", "stopped", "not_startable", "crash_looping", "restarted"}
)
_BLOCKED = "blocked"
# in `blocked.json`
_NOT_PERMITTED = "not_permitted"
_MINOR = frozenset({"restarted"})
_INTERACTIVE = "interactive"


def check_login_item(facts: Facts) -> list[Finding]:
    """Check whether the login item runs and responds, if it belongs to this home."""
    service = facts.service
    if service is None:
        return []
    if service.report.state.condition is Condition.NOT_INSTALLED:
        what = "tasted does not start at login: no login item is installed."
        return [note("login item", what, "You have to start it yourself: tasted run", _INSTALL)]
    if service.report.home is None:
        what = f"{service.report.file} was not written by tasted."
        return [wrong("login item", what, _RUNS, f"{_INSTALL} --replace")]
    if facts.own_service is None:
        what = f"The login item serves another tasted folder: {service.report.home}."
        why = "There can be only one, so nothing watches this folder automatically."
        return [note("login item", what, why, f"{_INSTALL} --replace")]
    found = [
        Finding(
            "login item",
            Level.NOTE if problem.code in _MINOR else Level.WRONG,
            problem.message,
            _RUNS,
            problem.remedy,
            problem.code in _FIXED_BY_REINSTALL
            or (problem.code == _BLOCKED and _is_refused(service)),
        )
        for problem in service.report.findings
    ]
    found += _of_what_is_loaded(service)
    state = service.report.state
    return found or [fine("login item", f"Running ({service.report.manager}, pid {state.pid}).")]


def _is_refused(service: ServiceFacts) -> bool:
    """Tell whether the system denied access: a permission given since then needs a new process."""
    beat = service.report.beat
    return beat is not None and beat.fault is not None and beat.fault.code == _NOT_PERMITTED


def _of_what_is_loaded(service: ServiceFacts) -> list[Finding]:
    state, manager = service.report.state, service.report.manager
    found = []
    if state.needs_reload:
        what = f"{manager} still uses an older definition, or remembers another program."
        why = "It may run a program that is gone, or refuse to start it again."
        found.append(wrong("login item", what, why, _FIX, fix=True))
    if state.kind is not None and not state.kind.startswith(_INTERACTIVE):
        what = f"launchd runs it as {state.kind}, not as interactive."
        why = (
            "That throttles processor and disk, so the model runs at a tenth of its speed or less."
        )
        found.append(wrong("login item", what, why, _FIX, fix=True))
    return found


def check_definition(facts: Facts) -> list[Finding]:
    """Compare the installed file with what tasted would write today."""
    service = facts.own_service
    if service is None or service.written is None:
        return []
    name = service.report.file.name
    if service.written == service.rendered:
        return [fine("definition", f"{name} is up to date.")]
    what = f"{service.report.file} differs from what tasted would write today."
    why = "It was edited, or written by another installation or version, which it still starts."
    return [wrong("definition", what, why, _FIX, fix=True)]


def check_interpreter(facts: Facts) -> list[Finding]:
    """Check whether Python and package are found without a shell, in a permanent place."""
    service = facts.service
    if service is None:
        return []
    is_used = facts.own_service is not None
    found = [
        # harmless as long as no login item is wanted
        Finding(
            "interpreter",
            Level.WRONG if is_used else Level.NOTE,
            refusal.message,
            _WHY_PYTHON,
            refusal.remedy,
        )
        for refusal in service.refusals
    ]
    if service.bare_failure is not None:
        fault = service.bare_failure
        found.append(wrong("interpreter", fault.message, _WHY_PYTHON, fault.remedy, fix=True))
    found += _of_an_upgrade(facts, service)
    if found:
        return found
    return [fine("interpreter", "Python and package are found without your shell's settings.")]


def _of_an_upgrade(facts: Facts, service: ServiceFacts) -> list[Finding]:
    running = facts.running
    if facts.own_service is None or running is None or running.access is None:
        return []
    before, now = running.access.interpreter, service.interpreter
    if running.pid != service.report.state.pid or now is None or before == now:
        return []
    what = f"Python was replaced while tasted was running: {before} before, {now} now."
    why = "Modules that it still has to load may be missing" + (
        ", and macOS asks again for permissions that the old one had."
        if facts.system == DARWIN
        else "."
    )
    return [wrong("interpreter", what, why, _FIX, fix=True)]


def check_shell(facts: Facts) -> list[Finding]:
    """List settings that this shell changes but the login item does not see."""
    if facts.own_service is None:
        return []
    if not facts.shell_only:
        return [fine("variables", "No setting depends on a variable of this shell.")]
    named = ", ".join(f"{variable} ({key})" for variable, key in facts.shell_only)
    what = f"Set in this shell but not seen by the login item: {named}."
    why = "Your commands and the service use different settings."
    return [wrong("variables", what, why, "Put them into the settings file: tasted config edit")]
