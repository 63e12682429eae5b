"""A Finder quick action as Automator keeps it: a bundle of two property lists. Pure: bytes out.

Finder offers it for pictures and folders, and runs one line of shell with their paths as arguments.
The line holds nothing but the program, the home and `"$@"`. Never run on a Mac yet.
"""

import plistlib
import shlex
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from xml.parsers.expat import ExpatError

from tasted.plain_dataclass import dataclass

INFO = "Contents/Info.plist"
DOCUMENT = "Contents/document.wflow"
"""The two files of a bundle."""
FILE_TYPES = ("public.image", "public.folder")
"""What Finder offers it for: screenshots, and the folder of a profile."""
_SHELL_ACTION = "/System/Library/Automator/Run Shell Script.action"
_FILES = "com.apple.cocoa.path"
_ANY_FILE = "com.apple.Automator.fileSystemObject"
_NOTHING = "com.apple.Automator.nothing"
_FINDER = "com.apple.finder"
# as Automator counts: 0 hands the paths over on standard input, 1 as arguments
_AS_ARGUMENTS = 1
_NO_PLIST = (plistlib.InvalidFileException, ExpatError, ValueError, TypeError, RecursionError)


@dataclass(frozen=True, slots=True)
class QuickAction:
    """One entry of Finder's menu.

    Attributes:
        command: the command of tasted that it runs.
        title: how Finder calls it; also the stem of the bundle.
    """

    command: str
    title: str

    @property
    def identifier(self) -> str:
        """The bundle's identifier, which tells our bundle from another one of its name."""
        return f"io.github.tasted.{self.command}"

    @property
    def bundle(self) -> str:
        """The name of the bundle."""
        return f"{self.title}.workflow"


QUICK_ACTIONS = (
    QuickAction("like", "Like with tasted"),
    QuickAction("reject", "Reject with tasted"),
)


def shell_line(action: QuickAction, interpreter: Path, home: Path) -> str:
    """Return what the shell runs; Automator shows what it says on stderr if it fails."""
    program = [str(interpreter), "-I", "-m", "tasted", action.command, "--home", str(home)]
    return f'exec {shlex.join(program)} -- "$@"'


def files_of(action: QuickAction, interpreter: Path, home: Path) -> Mapping[str, bytes]:
    """Return the files of a bundle, by their place in it; the information is the last.

    Args:
        action: what it does.
        interpreter: absolute path of the Python to start, links kept.
        home: absolute path of the home.

    Raises:
        ValueError: when a path holds a character that XML cannot hold.
    """
    document = _document(action, shell_line(action, interpreter, home))
    return {
        DOCUMENT: plistlib.dumps(document, sort_keys=False),
        # without it there is no menu entry: the bundle counts once it is whole
        INFO: plistlib.dumps(_information(action), sort_keys=False),
    }


def identifier_in(information: bytes) -> str | None:
    """Return the identifier that the information of a bundle names; None if it names none."""
    value = _loaded(information).get("CFBundleIdentifier")
    return value if isinstance(value, str) else None


def home_in(document: bytes) -> Path | None:
    """Return the home that the line of a bundle of ours names; None if it names none."""
    try:
        actions = _loaded(document)["actions"]
        words = shlex.split(actions[0]["action"]["ActionParameters"]["COMMAND_STRING"])
        named = words[words.index("--home") + 1]
    except (LookupError, TypeError, ValueError, AttributeError):
        return None
    return Path(named) if named.startswith("/") else None


def _loaded(data: bytes) -> dict[str, Any]:
    try:
        value = plistlib.loads(data)
    except _NO_PLIST:
        return {}
    return value if isinstance(value, dict) else {}


def _information(action: QuickAction) -> dict[str, Any]:
    return {
        "CFBundleIdentifier": action.identifier,
        "CFBundleName": action.title,
        "CFBundlePackageType": "BNDL",
        "CFBundleShortVersionString": "1.0",
        "NSServices": [
            {
                "NSMenuItem": {"default": action.title},
                "NSMessage": "runWorkflowAsService",
                "NSRequiredContext": {"NSApplicationIdentifier": _FINDER},
                "NSSendFileTypes": list(FILE_TYPES),
            }
        ],
    }


def _document(action: QuickAction, line: str) -> dict[str, Any]:
    return {
        "AMApplicationVersion": "2.10",
        "AMDocumentVersion": "2",
        "actions": [{"action": _shell_action(action, line), "isViewVisible": True}],
        "connectors": {},
        "workflowMetaData": {
            "serviceApplicationBundleID": _FINDER,
            "serviceInputTypeIdentifier": _ANY_FILE,
            "serviceOutputTypeIdentifier": _NOTHING,
            "serviceProcessesInput": 0,
            "workflowTypeIdentifier": "com.apple.Automator.servicesMenu",
        },
    }


def _shell_action(action: QuickAction, line: str) -> dict[str, Any]:
    return {
        "AMAccepts": {"Container": "List", "Optional": True, "Types": [_FILES]},
        "AMActionVersion": "2.0.3",
        "AMApplication": ["Automator"],
        "AMProvides": {"Container": "List", "Types": [_FILES]},
        "ActionBundlePath": _SHELL_ACTION,
        "ActionName": "Run Shell Script",
        "ActionParameters": {
            "COMMAND_STRING": line,
            "CheckedForUserDefaultShell": True,
            "inputMethod": _AS_ARGUMENTS,
            "shell": "/bin/sh",
            "source": "",
        },
        "BundleIdentifier": "com.apple.RunShellScript",
        "CFBundleVersion": "2.0.3",
        "CanShowSelectedItemsWhenRun": False,
        "CanShowWhenRun": False,
        "Class Name": "RunShellScriptAction",
        # Automator wires actions by these; equal bytes each time make the bundle comparable
        "InputUUID": _uuid(action, "input"),
        "OutputUUID": _uuid(action, "output"),
        "UUID": _uuid(action, "action"),
        "arguments": {},
    }


def _uuid(action: QuickAction, part: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{action.identifier}/{part}")).upper()
