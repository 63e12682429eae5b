"""Imports structlog without rich, greenlet and asyncio. Changes `sys.modules`, for that alone.

Until a process sets up its logs, what is logged is dropped: by itself structlog prints it on
stdout, in the middle of what a command answers.

structlog imports rich, where that is installed, for a form of tracebacks that tasted never shows,
greenlet for threads that tasted does not have, and asyncio for its methods that are awaited: 10 MB
in the light process, and time at every start of an engine and of a command. The first two are kept
away from it, and asyncio follows when it is asked for something. Modules that a command imports
first take structlog from here.
"""

import importlib
import sys
from types import ModuleType
from typing import Any

_ABSENT = ("rich", "greenlet")
_UNWANTED = (*_ABSENT, "asyncio")


class _Later(ModuleType):
    """A module that is imported when something of it is used."""

    def __getattr__(self, name: str) -> Any:
        return getattr(importlib.import_module(self.__name__), name)


def _import_structlog() -> None:
    # a name without a module: importing it raises ImportError, which structlog is ready for
    for name in _ABSENT:
        sys.modules[name] = None  # type: ignore[assignment]
    sys.modules["asyncio"] = _Later("asyncio")
    try:
        importlib.import_module("structlog")
    finally:
        for name in _UNWANTED:
            del sys.modules[name]


if sys.modules.keys().isdisjoint({"structlog", *_UNWANTED}):
    _import_structlog()

import structlog  # noqa: E402 - not before the above

__all__ = ["drop_until_set_up", "structlog"]


def drop_until_set_up() -> None:
    """Let nothing be printed that is logged, unless this process has set up its logs."""
    if not structlog.is_configured():
        structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
