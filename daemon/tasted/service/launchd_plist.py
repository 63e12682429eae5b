"""The LaunchAgent as launchd.plist(5) wants it. Pure: a definition in, bytes out, and back.

Left out on purpose: `LowPriorityIO` and `Nice` slow the loading of the model; `Crashed`
adds nothing to `SuccessfulExit`; PYTHON* variables do not reach a Python that is started with -I.
"""

import plistlib
from typing import Any
from xml.parsers.expat import ExpatError

from tasted.service.definition import LABEL, OPEN_FILES, RESTART_SECONDS, STOP_SECONDS, Definition

FILE_MODE = 0o644
"""launchd refuses what others may write, and newer ones also what others may not read."""
OUTPUT_NAME = "launchd.out.log"
ERRORS_NAME = "launchd.err.log"
_PRIVATE_UMASK = 0o077
# what plistlib raises on other files, and on XML that is well-formed and no property list
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
    """Return the keys and values; no secret stands in them, for the file is readable by all."""
    return {
        "Label": LABEL,
        "ProgramArguments": list(definition.arguments),
        "EnvironmentVariables": {"PATH": _SEARCHED},
        "WorkingDirectory": str(definition.state),
        "StandardOutPath": str(definition.logs / OUTPUT_NAME),
        "StandardErrorPath": str(definition.logs / ERRORS_NAME),
        # anything else throttles processor and disk, of the engine as well
        "ProcessType": "Interactive",
        "RunAtLoad": True,
        # started anew after a crash or a kill, and left alone after it was asked to stop
        "KeepAlive": {"SuccessfulExit": False},
        "ThrottleInterval": RESTART_SECONDS,
        "ExitTimeOut": STOP_SECONDS,
        # property lists know no octal numbers
        "Umask": _PRIVATE_UMASK,
        "SoftResourceLimits": {"NumberOfFiles": OPEN_FILES},
    }


def render(definition: Definition) -> bytes:
    """Return the file.

    Raises:
        ValueError: when a path holds a character that XML cannot.
    """
    return plistlib.dumps(contents(definition), sort_keys=False)


def arguments_in(data: bytes) -> tuple[str, ...] | None:
    """Return the command line of a plist; None when it is not one of ours."""
    try:
        value = plistlib.loads(data)
    except _NO_PLIST:
        return None
    found = value.get("ProgramArguments") if isinstance(value, dict) else None
    if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
        return None
    return tuple(found) if found else None
