"""The user unit, in the words of systemd.service(5) and systemd.exec(5). Pure: text out, and back.

`MemoryMax` is left out: `engine.max_memory_mb` limits the engine, and a kill by the kernel would
not say why. `MemoryHigh` is left out as well: above it the kernel slows down the whole unit without
a message, including the light process that answers the watchdog. `MemoryDenyWriteExecute` is left
out: torch generates code while it runs.
"""

import re
from pathlib import Path

from tasted.service.definitions.definition import (
    OPEN_FILES,
    RESTART_SECONDS,
    STOP_SECONDS,
    Definition,
)

# 4: a setting or the home is invalid. 75: another process holds the home
_ENDS_FOR_GOOD = "4 75"
WATCHDOG_SECONDS = 120
_START_SECONDS = 120
_SHARED_TEMPORARY = (Path("/tmp"), Path("/var/tmp"))  # noqa: S108 - compared with, never used
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
_ESCAPED = re.compile(r"\\x([0-9a-f]{2})|\\(.)")


def render(definition: Definition) -> str:
    """Return the file."""
    program, *others = definition.arguments
    start = " ".join([_quoted(program), *map(_command_word, others)])
    folders = (definition.home, *definition.outside)
    # without the cache, two homes that share a folder would not notice each other
    caches = (definition.cache,) if definition.cache is not None else ()
    writable = " ".join(_path_word(folder) for folder in (*folders, *caches))
    lines = [
        "[Unit]",
        "Description=tasted: scores new screenshots",
        "StartLimitIntervalSec=300",
        "StartLimitBurst=5",
        "",
        "[Service]",
        "Type=notify",
        "NotifyAccess=main",
        f"ExecStart={start}",
        "Restart=on-failure",
        f"RestartSec={RESTART_SECONDS}",
        f"RestartPreventExitStatus={_ENDS_FOR_GOOD}",
        f"WatchdogSec={WATCHDOG_SECONDS}",
        f"TimeoutStartSec={_START_SECONDS}",
        f"TimeoutStopSec={STOP_SECONDS}",
        "KillMode=mixed",
        "Nice=10",
        "IOSchedulingClass=idle",
        "CPUWeight=20",
        f"LimitNOFILE={OPEN_FILES}",
        "UMask=0077",
        "NoNewPrivileges=yes",
        "ProtectSystem=strict",
        "ProtectHome=read-only",
        f"ReadWritePaths={writable}",
        # with it, a home in there would be invisible
        *(["PrivateTmp=yes"] if not any(map(_is_shared_temporary, folders)) else []),
        "LockPersonality=yes",
        "RestrictSUIDSGID=yes",
        "SystemCallArchitectures=native",
        # the page of `tasted review`, on the loopback address; nothing beyond this computer, where
        # the kernel lets a user's manager see to that
        "RestrictAddressFamilies=AF_UNIX AF_INET",
        "IPAddressDeny=any",
        "IPAddressAllow=localhost",
        "",
        "[Install]",
        "WantedBy=default.target",
        "",
    ]
    return "\n".join(lines)


def arguments_in(text: str) -> tuple[str, ...] | None:
    """Return the command line of a unit; None if it is not one of ours."""
    for line in text.split("\n"):
        key, _, value = line.partition("=")
        if key == "ExecStart":
            program, *others = _QUOTED.findall(value) or [""]
            words = (_plain(program), *(_plain(word.replace("$$", "$")) for word in others))
            return words if program else None
    return None


def _is_shared_temporary(folder: Path) -> bool:
    return any(folder.is_relative_to(shared) for shared in _SHARED_TEMPORARY)


def _command_word(word: str) -> str:
    # systemd expands variables in arguments, not in the program
    return _quoted(word).replace("$", "$$")


def _path_word(folder: Path) -> str:
    # "-": a folder that is missing, say on a disk that is not connected, prevents no start
    return _quoted(f"-{folder}")


def _quoted(word: str) -> str:
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return '"' + re.sub(r"[\x01-\x1f\x7f]", lambda found: f"\\x{ord(found[0]):02x}", escaped) + '"'


def _plain(quoted: str) -> str:
    text = quoted.replace("%%", "%")
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)) if found[1] else found[2], text)
