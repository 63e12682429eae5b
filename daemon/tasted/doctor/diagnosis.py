"""All checks, in the order in which to fix what they find. Pure.

A new check is a function from facts to findings, and a line here.
"""

from collections.abc import Callable

from tasted.doctor.checks_access import check_access, check_places
from tasted.doctor.checks_home import (
    check_answers,
    check_capture,
    check_clock,
    check_crashes,
    check_daemon,
    check_decoding,
    check_disk,
    check_hook,
    check_library,
    check_logs,
    check_model,
    check_reading,
    check_settings,
)
from tasted.doctor.checks_page import check_page
from tasted.doctor.checks_service import (
    check_definition,
    check_interpreter,
    check_login_item,
    check_shell,
)
from tasted.doctor.facts import Facts
from tasted.doctor.finding import Finding

CHECKS: tuple[Callable[[Facts], list[Finding]], ...] = (
    check_settings,
    check_interpreter,
    check_definition,
    check_login_item,
    check_daemon,
    check_crashes,
    check_shell,
    check_access,
    check_places,
    check_capture,
    check_model,
    check_library,
    check_answers,
    check_page,
    check_reading,
    check_decoding,
    check_disk,
    check_clock,
    check_logs,
    check_hook,
)


def diagnose(facts: Facts) -> list[Finding]:
    """Return the findings of every check, including what is fine."""
    return [finding for check in CHECKS for finding in check(facts)]
