"""Installs the login item again, and waits until it has reported what it may read.

Asks launchd or systemd.
"""

from collections.abc import Callable, Sequence

from tasted.doctor.facts import Facts
from tasted.doctor.finding import Finding, Level
from tasted.home.layout import Home
from tasted.home.status import read_heartbeats, read_status
from tasted.service.definitions.definition import Definition
from tasted.service.managers.condition import Condition
from tasted.service.managers.service_manager import SAMPLE_SECONDS, START_SECONDS, ServiceManager

_WRONG = Level.WRONG


def why_no_repair(facts: Facts, findings: Sequence[Finding]) -> str | None:
    """Say why installing the login item again would not help; None if it may."""
    service = facts.own_service
    if not any(finding.is_fixable and finding.level is _WRONG for finding in findings):
        return "There is nothing that installing the login item again would fix."
    if service is None:
        return "No login item serves this tasted folder, so there is nothing to install again."
    if service.report.state.condition is Condition.DISABLED:
        return "You switched the login item off; switch it on with: tasted service install"
    if service.refusals:
        return "The login item cannot be installed as things are; see above."
    return None


def reinstall(
    manager: ServiceManager, definition: Definition, home: Home, *, pause: Callable[[float], None]
) -> list[str]:
    """Write the definition again, load it, and wait until the service has tried the inbox.

    Args:
        manager: of the service.
        definition: what it should start.
        home: that it serves.
        pause: waits for a number of seconds.

    Returns:
        Notes for the user.

    Raises:
        ServiceFailed: when launchd or systemd fails.
    """
    notes = manager.install(definition)
    for _ in range(round(START_SECONDS / SAMPLE_SECONDS)):
        pid = manager.state().pid
        status = read_status(home.status_file)
        has_tried = status is not None and status.pid == pid and status.access is not None
        is_blocked = any(beat.pid == pid for beat in read_heartbeats(home.blocked_file))
        if has_tried or is_blocked:
            return notes
        pause(SAMPLE_SECONDS)
    return [*notes, "It has not reported yet what it may read; check again with: tasted doctor"]
