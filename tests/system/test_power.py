"""When a machine saves power, by forged batteries and forged answers of pmset."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasted.system.power import LOW_POWER_MODE, parse_pmset, saving_reason

_LOW = "the battery is at 29 % and not charging"
_SETTINGS = """\
System-wide power settings:
Currently in use:
 standby              1
 Sleep On Power Button 1
 {key:<20} {value}
 womp                 1
"""
_MAINS = """\
Now drawing from 'AC Power'
 -InternalBattery-0 (id=21561443)\t12%; charging; 1:05 remaining present: true
"""


def _draining(percent: int) -> str:
    return (
        "Now drawing from 'Battery Power'\n"
        f" -InternalBattery-0 (id=21561443)\t{percent}%; discharging; 1:05 remaining\n"
    )


@pytest.mark.parametrize(
    ("key", "value", "batteries", "reason"),
    [
        ("lowpowermode", 1, _MAINS, LOW_POWER_MODE),
        ("powermode", 1, "", LOW_POWER_MODE),
        ("powermode", 2, _MAINS, None),
        ("lowpowermode", 0, _MAINS, None),
        ("lowpowermode", 0, _draining(30), None),
        ("lowpowermode", 0, _draining(29), _LOW),
        ("lowpowermode", 0, _draining(100), None),
        # a desktop without a battery, and one behind a battery of its own
        ("powermode", 0, "Now drawing from 'AC Power'\n", None),
        ("powermode", 0, "Now drawing from 'UPS Power'\n -UPS 900 (id=1)\t9%; discharging\n", None),
    ],
)
def test_a_mac_is_understood(key: str, value: int, batteries: str, reason: str | None) -> None:
    """Both names of low-power mode, and the charge where the battery drains."""
    settings = _SETTINGS.format(key=key, value=value)
    answers = {("-g",): settings, ("-g", "batt"): batteries}
    asked = saving_reason(system="darwin", pmset=lambda *words: answers[words])
    assert asked == parse_pmset(settings, batteries) == reason


@given(st.text(), st.text())
def test_no_answer_of_pmset_makes_it_fail(settings: str, batteries: str) -> None:
    """What is not understood is no reason to wait."""
    assert parse_pmset(settings, batteries) is None


def test_a_mac_without_pmset_does_not_save() -> None:
    """The program is not there, as it is not here."""
    assert saving_reason(system="darwin") is None


def _supply(folder: Path, name: str, **facts: str) -> None:
    (folder / name).mkdir(parents=True)
    for key, value in facts.items():
        (folder / name / key).write_text(f"{value}\n", encoding="ascii")


def _reason(supplies: Path, profile: str = "balanced") -> str | None:
    supplies.mkdir(exist_ok=True)
    file = supplies.parent / "platform_profile"
    file.write_text(f"{profile}\n", encoding="ascii")
    return saving_reason(system="linux", supplies=supplies, profile=file)


def test_a_draining_battery_below_thirty_percent_saves(tmp_path: Path) -> None:
    """At 30 it does not; on a charger it does not, however empty."""
    supplies = tmp_path / "supplies"
    _supply(supplies, "BAT0", type="Battery", status="Discharging", capacity="29", present="1")
    _supply(supplies, "AC", type="Mains", online="0")
    assert _reason(supplies) == _LOW
    (supplies / "BAT0" / "capacity").write_text("30\n", encoding="ascii")
    assert _reason(supplies) is None
    (supplies / "BAT0" / "capacity").write_text("3\n", encoding="ascii")
    (supplies / "BAT0" / "status").write_text("Charging\n", encoding="ascii")
    assert _reason(supplies) is None
    (supplies / "BAT0" / "status").write_text("Discharging\n", encoding="ascii")
    (supplies / "AC" / "online").write_text("1\n", encoding="ascii")
    assert _reason(supplies) is None


def test_two_batteries_count_together_and_that_of_a_mouse_does_not(tmp_path: Path) -> None:
    """An empty one beside a full one is no reason to wait; an empty slot is no battery."""
    supplies = tmp_path / "supplies"
    _supply(supplies, "BAT0", type="Battery", status="Discharging", capacity="10")
    _supply(supplies, "BAT1", type="Battery", status="Unknown", capacity="80")
    _supply(supplies, "BAT2", type="Battery", status="Unknown", capacity="0", present="0")
    _supply(supplies, "mouse", type="Battery", scope="Device", status="Discharging", capacity="5")
    assert _reason(supplies) is None
    (supplies / "BAT1" / "capacity").write_text("40\n", encoding="ascii")
    assert _reason(supplies) == "the battery is at 25 % and not charging"


def test_a_battery_that_tells_nothing_is_no_reason(tmp_path: Path) -> None:
    """A kernel that does not know the charge, and a machine without any."""
    supplies = tmp_path / "supplies"
    assert _reason(supplies) is None
    _supply(supplies, "BAT0", type="Battery", status="Discharging")
    _supply(supplies, "BAT1", type="Battery", status="Discharging", capacity="full")
    assert _reason(supplies) is None
    absent = tmp_path / "absent"
    assert saving_reason(system="linux", supplies=absent, profile=absent) is None
    assert saving_reason(system="freebsd") is None


def test_the_power_profile_of_linux_counts(tmp_path: Path) -> None:
    """Whoever chose to save power is taken at their word, plugged in or not."""
    assert _reason(tmp_path / "supplies", profile="low-power") == LOW_POWER_MODE
    assert _reason(tmp_path / "supplies", profile="performance") is None
