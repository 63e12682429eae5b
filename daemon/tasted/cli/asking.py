"""Asks whoever owns a home. Touches its lock and `.tasted/requests`."""

from typing import Any

from tasted.errors import ServiceFault, told
from tasted.home import Home
from tasted.lock import lock_owner


def ask_owner(home: Home, kind: str, **fields: Any) -> dict[str, Any] | None:
    """Return the answer of the home's owner; None when nobody is left to give one.

    The owner may be a daemon, or another command, which answers nobody and is waited for. The
    caller does by itself what nobody did.

    Raises:
        CommandError: when the request cannot be written.
        TastedError: what the daemon answered, when it failed.
        ServiceFault: when it does not answer.
    """
    if lock_owner(home) is None:
        return None
    from tasted.daemon.requests import await_answer, leave_request  # noqa: PLC0415 - 0.1 s

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
        raise told(**answer["error"])
    return answer
