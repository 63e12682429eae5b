"""What forms and addresses of the pages carry, checked. Pure."""

from urllib.parse import urlsplit
from uuid import UUID

from starlette.requests import Request


def window_of(request: Request) -> str | None:
    """Return what stands for the window of a form: pages without script have no other name."""
    csrf = request.scope["visitor"].csrf
    return f"form-{csrf[:16]}" if csrf else None


def event_id_of(value: object) -> str | None:
    """Return the id of an event in its usual form; None for anything that is none."""
    try:
        return str(UUID(str(value))) if value else None
    except ValueError:
        return None


def number_in(value: str | None) -> int:
    """Return a number in decimal digits; 0 for anything else."""
    return int(value) if value is not None and value.isascii() and value.isdecimal() else 0


def way_back(value: object, otherwise: str) -> str:
    """Return where a form leads: a path of this server, and never anything else."""
    parts = urlsplit(str(value or ""))
    is_own = parts.path.startswith("/") and not parts.path.startswith("//")
    if parts.scheme or parts.netloc or not is_own or "\\" in str(value):
        return otherwise
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
