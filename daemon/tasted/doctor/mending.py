"""Installs the login item anew, and waits until it has told what it may read.

Asks launchd or systemd through its keeper.
"""

from collections.abc import Callable, Sequence

from tasted.doctor.facts import Facts
from tasted.doctor.finding import Finding, Level
from tasted.home import Home
from tasted.service.condition import Condition
from tasted.service.definition import Definition
from tasted.service.keeper import SAMPLE_SECONDS, START_SECONDS, Keeper
from tasted.status import read_heartbeats, read_status

_WRONG = Level.WRONG


def why_not(facts: Facts, findings: Sequence[Finding]) -> str | None:
    """Say why there is nothing that installing the login item anew would mend; None: there is."""
    service = facts.own_service
    if not any(each.is_mended_by_fix and each.level is _WRONG for each in findings):
        return "Nothing is wrong that installing the login item anew would mend."
    if service is None:
        return "No login item serves this home, so there is nothing to install anew."
    if service.report.state.condition is Condition.DISABLED:
        return "You switched the login item off; only you switch it on: tasted service install"
    if service.refusals:
        return "The login item would be refused where things lie now; see above."
    return None


def mend(
    keeper: Keeper, definition: Definition, home: Home, *, pause: Callable[[float], None]
) -> list[str]:
    """Write the definition anew, load it, and wait until the service has tried the inbox.

    Args:
        keeper: of the service.
        definition: what it shall start.
        home: that it serves.
        pause: waits for so many seconds.

    Returns:
        What else is to be said.

    Raises:
        ServiceFailed: when launchd or systemd does not do it.
    """
    notes = keeper.install(definition)
    for _ in range(round(START_SECONDS / SAMPLE_SECONDS)):
        pid = keeper.state().pid
        status = read_status(home.status_file)
        has_tried = status is not None and status.pid == pid and status.access is not None
        is_blocked = any(beat.pid == pid for beat in read_heartbeats(home.blocked_file))
        if has_tried or is_blocked:
            return notes
        pause(SAMPLE_SECONDS)
    return [*notes, "It has not said yet what it may read; look again with: tasted doctor"]
