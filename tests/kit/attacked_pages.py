"""What requests that are to be refused are sent to, and what came of them."""

from typing import Any

from kit.web_visits import WebVisit
from tasted.rpc.review_messages import GiveAnswer, ReviewCall, TakeBack

CONTENT = "0" * 64
_PROGRESS = {"judged": 0, "pool": 1}


def answers(call: ReviewCall) -> dict[str, Any]:
    """Answer a call as a light process without pictures."""
    if isinstance(call, TakeBack):
        return {"undone": [], "progress": _PROGRESS}
    if isinstance(call, GiveAnswer):
        return {
            "event": None,
            "judgement": None,
            "etag": '"1"',
            "copied": False,
            "guess": None,
            "reasons": [],
            "progress": _PROGRESS,
        }
    return {"events": [], "sessions": [], "next": None}


def orders(visit: WebVisit) -> int:
    """Return how many calls that change something came through."""
    return sum(isinstance(call, GiveAnswer | TakeBack) for call in visit.light.calls)


def code_of(response: Any) -> str:
    """Return the code of a problem."""
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert problem["status"] == response.status_code
    return str(problem["type"].removeprefix("urn:tasted:"))
