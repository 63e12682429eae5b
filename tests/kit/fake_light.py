"""A light process that is not one: answers the calls of the web child from memory.

For tests of the pages. It keeps answers, undoes them, and says what the real one would say; what it
was asked is in `calls`.
"""

import threading
from dataclasses import dataclass, field
from typing import Any

from kit.fake_results import FakeResults
from tasted.review.api.problems import RefusedRequest
from tasted.rpc import review_messages as messages
from tasted.rpc.review_messages import CallRefused, PictureGiven, ReviewCall


@dataclass
class FakeLight(FakeResults):
    """Answers calls, and refuses those that a test names."""

    fault: dict[str, str] | None = None
    saving: str | None = None
    refuses: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    """Code, message and remedy by the name of a call."""
    calls: list[ReviewCall] = field(default_factory=list)
    lock: threading.RLock = field(default_factory=threading.RLock)

    def __call__(self, call: ReviewCall) -> dict[str, Any] | PictureGiven | CallRefused:
        """Carry out a call."""
        with self.lock:
            self.calls.append(call)
            name = type(call).__name__
            refused = self.refuses.get(name)
            if refused is not None:
                return CallRefused(0, *refused)
            if isinstance(call, messages.GivePicture):
                return self._photograph(call)
            try:
                answer: dict[str, Any] = getattr(self, f"_{_snake(name)}")(call)
            except RefusedRequest as error:
                problem = error.problem
                code = problem.type.removeprefix("urn:tasted:")
                return CallRefused(0, code, problem.detail, problem.remedy)
            return answer

    def _show_status(self, _call: messages.ShowStatus) -> dict[str, Any]:
        return {
            "trial": self.trials[0] if self.trials and self.trials[0]["news"] else None,
            "state": "idle",
            "version": "1",
            "model": "pocket",
            "engine_running": True,
            "waiting": 0,
            "settling": 0,
            "fault": self.fault,
            "settings_error": None,
            "saving": self.saving,
            "counts": {},
            "next": None,
            "progress": self.progress(),
        }


def _snake(name: str) -> str:
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name).removeprefix("_")
