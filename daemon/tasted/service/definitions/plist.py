"""The LaunchAgent as launchd.plist(5) wants it. Pure: a definition in, bytes out, and back.

Left out on purpose: `LowPriorityIO` and `Nice` slow down the loading of the model; `Crashed` adds
nothing to `SuccessfulExit`; a Python that is started with -I ignores PYTHON* variables.
"""

import plistlib
from typing import Any
from xml.parsers.expat import ExpatError

from tasted.service.definitions.definition import (
    LABEL,
    OPEN_FILES,
    RESTART_SECONDS,
    STOP_SECONDS,
    Definition,
)

FILE_MODE = 0o644
"""launchd refuses a file that others may write; newer ones also one that others may not read."""
OUTPUT_NAME = "launchd.out.log"
ERRORS_NAME = "launchd.err.log"
_PRIVATE_UMASK = 0o077
# what plistlib raises on other files, and on well-formed XML that is not a property list
_NO_PLIST = (
    plistlib.InvalidFileException,
    ExpatError,
    ValueError,
    TypeError,
    AttributeError,
    LookupError,
    ArithmeticError,
    RecursionError,
)
# launchd's own, after the two places where Homebrew puts tesseract
_SEARCHED = "/opt/homebrew/bin:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"


def contents(definition: Definition) -> dict[str, Any]:
    """Return the keys and values; none of them is secret, because everybody may read the file."""
    return {
        "Label": LABEL,
        "ProgramArguments": list(definition.arguments),
        "EnvironmentVariables": {"PATH": _SEARCHED},
        "WorkingDirectory": str(definition.state),
        "StandardOutPath": str(definition.logs / OUTPUT_NAME),
        "StandardErrorPath": str(definition.logs / ERRORS_NAME),
        # anything else throttles processor and disk, for the engine too
        "ProcessType": "Interactive",
        "RunAtLoad": True,
        # restart after a crash or a kill, but not after it was asked to stop
        "KeepAlive": {"SuccessfulExit": False},
        "ThrottleInterval": RESTART_SECONDS,
        "ExitTimeOut": STOP_SECONDS,
        # property lists have no octal numbers
        "Umask": _PRIVATE_UMASK,
        "SoftResourceLimits": {"NumberOfFiles": OPEN_FILES},
    }


def render(definition: Definition) -> bytes:
    """Return the file.

    Raises:
        ValueError: when a path holds a character that XML cannot hold.
    """
    return plistlib.dumps(contents(definition), sort_keys=False)


def arguments_in(data: bytes) -> tuple[str, ...] | None:
    """Return the command line of a plist; None if it is not one of ours."""
    try:
        value = plistlib.loads(data)
    except _NO_PLIST:
        return None
    found = value.get("ProgramArguments") if isinstance(value, dict) else None
    if not isinstance(found, list) or not all(isinstance(word, str) for word in found):
        return None
    return tuple(found) if found else None
