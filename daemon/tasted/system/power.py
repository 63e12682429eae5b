"""Whether this machine saves power, so that work which nobody waits for should wait, too.

macOS: asks pmset, a door of `subprocess`. Linux: reads what the kernel reports about batteries and
the platform's profile. What is unknown is no reason to wait. Not run on a Mac.
"""

import re
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from tasted.system.platform import DARWIN, LINUX

BATTERY_PERCENT_MIN = 30
_SUPPLIES = Path("/sys/class/power_supply")
_PROFILE = Path("/sys/firmware/acpi/platform_profile")
_PMSET = "/usr/bin/pmset"
_ANSWER_SECONDS = 5.0
_TEXT_BYTES_MAX = 64
# some Macs name the one, some the other; of `powermode` 2 is high power
_LOW_POWER = re.compile(r"^\s*(?:lowpowermode|powermode)\s+1\s*$", re.MULTILINE)
_ON_BATTERY = re.compile(r"drawing from 'Battery Power'")
_INTERNAL_CHARGE = re.compile(r"^\s*-InternalBattery\S*.*?\b(\d{1,3})%", re.MULTILINE)

LOW_POWER_MODE = "the machine is in low-power mode"


def saving_reason(
    *,
    system: str = sys.platform,
    supplies: Path = _SUPPLIES,
    profile: Path = _PROFILE,
    pmset: Callable[..., str] | None = None,
) -> str | None:
    """Return why this machine saves power, as part of a sentence; None when it does not.

    Args:
        system: `sys.platform`; tests name another.
        supplies: the folder in which Linux lists batteries and chargers.
        profile: the file with the power profile of Linux.
        pmset: asks the program of macOS with these arguments; tests forge its answers.
    """
    if system == DARWIN:
        ask = pmset or _ask_pmset
        return parse_pmset(ask("-g"), ask("-g", "batt"))
    if system == LINUX:
        if _text(profile) == "low-power":
            return LOW_POWER_MODE
        return _low_battery(_charge(_supplies(supplies)))
    return None


def battery_reason(
    *,
    system: str = sys.platform,
    supplies: Path = _SUPPLIES,
    profile: Path = _PROFILE,
    pmset: Callable[..., str] | None = None,
) -> str | None:
    """Return why work that takes hours should wait, as `saving_reason`: on any battery, too.

    Args:
        system: as of `saving_reason`, like the others.
        supplies: the folder in which Linux lists batteries and chargers.
        profile: the file with the power profile of Linux.
        pmset: asks the program of macOS.
    """
    if system == DARWIN:
        runs_on_it = _ON_BATTERY.search((pmset or _ask_pmset)("-g", "batt")) is not None
    else:
        runs_on_it = system == LINUX and _charge(_supplies(supplies)) is not None
    if runs_on_it:
        return "the computer runs on its battery"
    return saving_reason(system=system, supplies=supplies, profile=profile, pmset=pmset)


def parse_pmset(settings: str, batteries: str) -> str | None:
    """Say by the answers of `pmset -g` and `pmset -g batt` why a Mac saves power. Pure."""
    if _LOW_POWER.search(settings):
        return LOW_POWER_MODE
    charge = _INTERNAL_CHARGE.search(batteries)
    if charge is None or not _ON_BATTERY.search(batteries):
        return None
    return _low_battery(int(charge[1]))


def _low_battery(percent: int | None) -> str | None:
    if percent is None or percent >= BATTERY_PERCENT_MIN:
        return None
    return f"the battery is at {percent} % and not charging"


def _charge(supplies: Iterable[Mapping[str, str]]) -> int | None:
    """Return the mean charge of the machine's own batteries in percent; None on a charger. Pure."""
    # a mouse or a pen has a battery, too: it is one of a device
    own = [supply for supply in supplies if supply["scope"] != "Device"]
    batteries = [
        supply for supply in own if supply["type"] == "Battery" and supply["present"] != "0"
    ]
    is_plugged = any(supply["type"] != "Battery" and supply["online"] == "1" for supply in own)
    charges = [
        int(battery["capacity"])
        for battery in batteries
        if battery["capacity"].isascii() and battery["capacity"].isdigit()
    ]
    drains = any(battery["status"] == "Discharging" for battery in batteries)
    if is_plugged or not drains or not charges:
        return None
    return sum(charges) // len(charges)


def _supplies(folder: Path) -> list[dict[str, str]]:
    names = ("type", "scope", "status", "capacity", "online", "present")
    try:
        return [
            {name: _text(supply / name) for name in names} for supply in sorted(folder.iterdir())
        ]
    except OSError:
        # no battery, or a kernel that reports none
        return []


def _text(file: Path) -> str:
    try:
        with file.open("rb") as stream:
            return stream.read(_TEXT_BYTES_MAX).decode("ascii", "replace").strip()
    except OSError:
        return ""


def _ask_pmset(*arguments: str) -> str:
    try:
        done = subprocess.run(
            [_PMSET, *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            timeout=_ANSWER_SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.decode("utf-8", "replace")
