"""Asks the process that owns a home. Touches its lock and `.tasted/requests`."""

from typing import Any

from tasted.errors import ServiceFault, recreated_error
from tasted.home.layout import Home
from tasted.home.lock import lock_owner


def ask_owner(home: Home, kind: str, **fields: Any) -> dict[str, Any] | None:
    """Return the answer of the home's owner; None when the home has no owner, or no longer.

    The owner is a daemon, or another command, which answers nothing and is waited for. On None the
    caller does the work itself.

    Raises:
        CommandError: when the request cannot be written.
        TastedError: the error that the daemon answered.
        ServiceFault: when it does not answer.
    """
    if lock_owner(home) is None:
        return None
    from tasted.daemon.shared.requests import await_answer, leave_request  # noqa: PLC0415 - 0.1 s

    request_id = leave_request(home.requests, kind, **fields)
    try:
        answer = await_answer(
            home.requests, request_id, still_served=lambda: lock_owner(home) is not None
        )
    except ServiceFault:
        if lock_owner(home) is not None:
            raise
        return None
    if "error" in answer:
        raise recreated_error(**answer["error"])
    return answer
