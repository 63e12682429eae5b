"""Parses the output of `launchctl print` and `print-disabled`. Pure; no text makes it raise.

launchctl(1) says that the format is not an interface: anything unexpected is `unknown`, and nothing
counts as running without a process id. Fields of the service are indented by exactly one tab;
deeper blocks repeat their names (`state`, `active count`).
"""

import re

from tasted.service.managers.condition import LOOP_STARTS, Condition, ServiceState

_PID_DIGITS_MAX = 10
_EXIT_CODE = re.compile(r"(-?\d{1,10})(?::\s*(\S+))?")
_STARTING = frozenset({"xpcproxy", "starting", "spawn scheduled"})
_STOPPED = frozenset({"not running", "waiting", "exited"})
# launchd's own status when it cannot set up the process: a folder or the program is missing
_CANNOT_START = 78


def parse_print(text: str) -> ServiceState:
    """Return the state of one service from the text of `launchctl print gui/<uid>/<label>`."""
    fields, blocks = _fields_and_blocks(text)
    pid, starts = _count(fields.get("pid")), _count(fields.get("runs"))
    code, last_exit = _last_exit(fields)
    is_refused = fields.get("job state") == "spawn failed" or code == _CANNOT_START
    is_failing = last_exit is not None and code != 0 and (starts is None or starts >= LOOP_STARTS)
    condition = _condition(fields, pid, is_refused=is_refused, is_failing=is_failing)
    return ServiceState(
        condition,
        pid=pid if condition is Condition.RUNNING else None,
        starts=starts,
        last_exit=last_exit,
        arguments=tuple(blocks.get("arguments", ())),
        kind=fields.get("spawn type"),
        needs_reload="needs LWCR update" in fields.get("properties", ""),
        is_refused=is_refused and condition is not Condition.RUNNING,
    )


def is_disabled(text: str, label: str) -> bool:
    """Tell whether a service is switched off, from `launchctl print-disabled gui/<uid>`.

    No line means that it never was; older versions say `true`.
    """
    found = re.search(rf'^\s*"{re.escape(label)}"\s*=>\s*(\w+)\s*$', text, re.MULTILINE)
    return found is not None and found[1] in {"disabled", "true"}


def _fields_and_blocks(text: str) -> tuple[dict[str, str], dict[str, list[str]]]:
    fields: dict[str, str] = {}
    blocks: dict[str, list[str]] = {}
    block: list[str] | None = None
    # not splitlines: a path may hold U+2028 or a vertical tab
    for raw in text.split("\n"):
        content = raw.lstrip("\t")
        depth = len(raw) - len(content)
        if depth == 1:
            block = None
            name, separator, value = content.partition(" = ")
            if separator and value == "{":
                block = blocks.setdefault(name, [])
            elif separator:
                fields.setdefault(name, value.strip())
        elif depth > 1 and block is not None:
            block.append(content)
    return fields, blocks


def _count(text: str | None) -> int | None:
    # more digits than any counter has, and Python refuses thousands of them
    if text is None or len(text) > _PID_DIGITS_MAX or not text.isascii() or not text.isdigit():
        return None
    return int(text)


def _last_exit(fields: dict[str, str]) -> tuple[int | None, str | None]:
    """Return exit code and words; a signal or a reason takes the place of a code."""
    for name, words in (
        ("last terminating signal", "killed by a signal"),
        ("last exit reason", "ended by macOS"),
    ):
        if name in fields:
            return None, f"{words} ({fields[name]})"
    said = fields.get("last exit code")
    if said is None or said == "(never exited)":
        return None, None
    found = _EXIT_CODE.fullmatch(said)
    if found is None:
        return None, said
    name = f" ({found[2]})" if found[2] else ""
    return int(found[1]), f"exit status {found[1]}{name}"


def _condition(
    fields: dict[str, str], pid: int | None, *, is_refused: bool, is_failing: bool
) -> Condition:
    state = fields.get("state")
    if state == "running":
        return Condition.RUNNING if pid else Condition.UNKNOWN
    if state == "spawn scheduled" and (is_refused or is_failing):
        return Condition.CRASH_LOOPING
    if state in _STARTING:
        return Condition.STARTING
    return Condition.STOPPED if state in _STOPPED else Condition.UNKNOWN
