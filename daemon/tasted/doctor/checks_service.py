"""Checks of the login item: does it run, as what, and on what ground. Pure."""

from tasted.doctor.facts import Facts, ServiceFacts
from tasted.doctor.finding import Finding, Level, fine, note, wrong
from tasted.platform import DARWIN
from tasted.service.condition import Condition

_INSTALL = "tasted service install"
_FIX = "tasted doctor --fix"
_RUNS = "Without it nothing is scored from login to logout."
_GROUND = "A login item must find the same Python at every start, with nothing of your shell set."
# what installing it anew mends, of what `service status` finds
_MENDED = frozenset(
    {"deaf", "outdated", "not_loaded", "stopped", "not_startable", "crash_looping", "restarted"}
)
_BLOCKED = "blocked"
# in `blocked.json`
_NOT_PERMITTED = "not_permitted"
_TRIFLES = frozenset({"restarted"})
_INTERACTIVE = "interactive"


def check_login_item(facts: Facts) -> list[Finding]:
    """Say whether the login item runs and is heard of, if it is this home's."""
    service = facts.service
    if service is None:
        return []
    if service.report.state.condition is Condition.NOT_INSTALLED:
        what = "tasted does not start at login: no login item is installed."
        return [note("login item", what, "You start it yourself, with `tasted run`.", _INSTALL)]
    if service.report.home is None:
        what = f"{service.report.file} is not as tasted writes it."
        return [wrong("login item", what, _RUNS, f"{_INSTALL} --replace")]
    if facts.own_service is None:
        what = f"The login item serves another home: {service.report.home}."
        why = "There is one for each login, so nothing watches this home by itself."
        return [note("login item", what, why, f"{_INSTALL} --replace")]
    found = [
        Finding(
            "login item",
            Level.NOTE if each.code in _TRIFLES else Level.WRONG,
            each.message,
            _RUNS,
            each.remedy,
            each.code in _MENDED or (each.code == _BLOCKED and _is_refused(service)),
        )
        for each in service.report.findings
    ]
    found += _of_what_is_loaded(service)
    state = service.report.state
    return found or [fine("login item", f"It runs ({service.report.manager}, pid {state.pid}).")]


def _is_refused(service: ServiceFacts) -> bool:
    """Tell whether the system refused: what is allowed meanwhile counts for a new process only."""
    beat = service.report.beat
    return beat is not None and beat.fault is not None and beat.fault.code == _NOT_PERMITTED


def _of_what_is_loaded(service: ServiceFacts) -> list[Finding]:
    state, manager = service.report.state, service.report.manager
    found = []
    if state.needs_reload:
        what = f"{manager} still holds an older definition, or remembers another program."
        why = "It may run something that is gone, or refuse to start it again."
        found.append(wrong("login item", what, why, _FIX, fix=True))
    if state.kind is not None and not state.kind.startswith(_INTERACTIVE):
        what = f"launchd runs it as {state.kind}, not as interactive."
        why = "It throttles processor and disk of the model then, to a tenth and less."
        found.append(wrong("login item", what, why, _FIX, fix=True))
    return found


def check_definition(facts: Facts) -> list[Finding]:
    """Compare the file of the login item with what would be written today."""
    service = facts.own_service
    if service is None or service.written is None:
        return []
    name = service.report.file.name
    if service.written == service.rendered:
        return [fine("definition", f"{name} is as it would be written today.")]
    what = f"{service.report.file} differs from what would be written today."
    why = "It was edited, or another tasted, Python or version wrote it; that one is started."
    return [wrong("definition", what, why, _FIX, fix=True)]


def check_interpreter(facts: Facts) -> list[Finding]:
    """Say whether Python and package are found with nothing set, and lie where they stay."""
    service = facts.service
    if service is None:
        return []
    is_used = facts.own_service is not None
    found = [
        # nobody is harmed by what only stands in the way of a login item that is not wanted
        Finding(
            "interpreter",
            Level.WRONG if is_used else Level.NOTE,
            each.message,
            _GROUND,
            each.remedy,
        )
        for each in service.refusals
    ]
    if service.bare_failure is not None:
        fault = service.bare_failure
        found.append(wrong("interpreter", fault.message, _GROUND, fault.remedy, fix=True))
    found += _of_an_upgrade(facts, service)
    if found:
        return found
    return [fine("interpreter", "Python and package are found with nothing of this shell set.")]


def _of_an_upgrade(facts: Facts, service: ServiceFacts) -> list[Finding]:
    running = facts.running
    if facts.own_service is None or running is None or running.access is None:
        return []
    before, now = running.access.interpreter, service.interpreter
    if running.pid != service.report.state.pid or now is None or before == now:
        return []
    what = f"Python was replaced while it ran: {before} then, {now} now."
    why = "Modules that it loads from now on may be missing" + (
        ", and what macOS allowed the old file the new one has to ask for."
        if facts.system == DARWIN
        else "."
    )
    return [wrong("interpreter", what, why, _FIX, fix=True)]


def check_shell(facts: Facts) -> list[Finding]:
    """List settings that this shell changes and the login item does not see."""
    if facts.own_service is None:
        return []
    if not facts.shell_only:
        return [fine("variables", "No setting hangs on a variable of this shell.")]
    named = ", ".join(f"{variable} ({key})" for variable, key in facts.shell_only)
    what = f"Set in this shell, and not seen by the login item: {named}."
    why = "Commands that you type and the service work with different settings."
    return [wrong("variables", what, why, "Put them into the settings: tasted config edit")]
