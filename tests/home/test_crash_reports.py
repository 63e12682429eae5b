"""What to report of a failure of tasted itself, and for how long it is shown."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tasted.errors import HomeGone
from tasted.home.crash_reports import (
    CrashLog,
    CrashReport,
    crash_report,
    crash_summary,
    read_crash_reports,
    recent_crashes,
)

NOW = datetime(2026, 11, 29, 14, 3, tzinfo=UTC)
PICTURE = "/home/maya/Tasted/inbox/anna.png"


def _fail(path: str) -> None:
    try:
        {}[path]
    except KeyError as error:
        raise ValueError(f"no such picture: {path}") from error


def _failure() -> ValueError:
    with pytest.raises(ValueError, match="anna") as caught:
        _fail(PICTURE)
    return caught.value


def test_a_report_says_where_and_holds_no_word_of_the_user() -> None:
    """Kinds and places of the program; the message may name a picture, and stays out."""
    report = crash_report(_failure(), "document", version="0.1.0", now=NOW)
    assert report.error == "ValueError from KeyError"
    assert report.places[-1].startswith(f"{__name__}:")
    assert report.places[-1].endswith(" _fail")
    text = "\n".join(report.lines)
    assert "anna" not in text
    assert str(Path(__file__).parent) not in text
    assert text.startswith("tasted 0.1.0, Python 3.")
    assert "ValueError from KeyError in document, once" in text


def test_the_same_failure_is_counted(tmp_path: Path) -> None:
    """Twice the same is one report; another stands beside it, the newest last."""
    file = tmp_path / "crashes.json"
    crashes = CrashLog(file, version="0.1.0")
    same = _failure()
    crashes.note(same, "document")
    crashes.note(KeyError("x"), "labels")
    crashes.note(same, "document")
    assert [(crash.error, crash.count) for crash in read_crash_reports(file)] == [
        ("KeyError", 1),
        ("ValueError from KeyError", 2),
    ]
    assert file.stat().st_mode & 0o077 == 0
    for number in range(30):
        crashes.note(type(f"Error{number}", (Exception,), {})(), "labels")
    assert len(read_crash_reports(file)) == 10


def test_row_48_a_failure_is_shown_for_a_day(tmp_path: Path) -> None:
    """Not longer, and not when it is dated days from now, as by another clock."""
    file = tmp_path / "crashes.json"
    CrashLog(file, version="0.1.0").note(KeyError("x"), "labels")
    (kept,) = read_crash_reports(file)
    at = datetime.fromisoformat(kept.at)
    assert recent_crashes(file, now=at + timedelta(hours=23)) == (kept,)
    assert recent_crashes(file, now=at + timedelta(hours=25)) == ()
    assert recent_crashes(file, now=at - timedelta(hours=25)) == ()


def test_nothing_is_written_into_the_place_of_a_home_that_is_gone(tmp_path: Path) -> None:
    """Another home may lie there by now."""

    def refuse() -> None:
        raise HomeGone("It is gone.")

    file = tmp_path / "crashes.json"
    CrashLog(file, version="0.1.0", check=refuse).note(KeyError("x"), "labels")
    assert not file.exists()


def test_what_is_no_report_is_left_out(tmp_path: Path) -> None:
    """Edited, of another version, or gone."""
    file = tmp_path / "crashes.json"
    assert read_crash_reports(file) == []
    CrashLog(file, version="0.1.0").note(KeyError("x"), "labels")
    (good,) = json.loads(file.read_text())
    bad = [{**good, "at": "yesterday"}, {**good, "count": 0}, {**good, "places": 3}, [], None, {}]
    file.write_text(json.dumps([*bad, good]))
    assert len(read_crash_reports(file)) == 1
    file.write_text("{")
    assert read_crash_reports(file) == []
    CrashLog(tmp_path / "gone" / "x.json", version="0.1.0").note(KeyError("x"), "labels")


@pytest.mark.parametrize("count", [0.5, 1e30, True, "2", None, [], 0, 10**9])
def test_a_count_that_is_no_count_is_left_out_at_once(tmp_path: Path, count: object) -> None:
    """A float `in range(1, 10**9)` is compared with every number of it, for a minute."""
    file = tmp_path / "crashes.json"
    CrashLog(file, version="0.1.0").note(_failure(), "document")
    (report,) = json.loads(file.read_bytes())
    file.write_text(json.dumps([report, {**report, "count": count}]), "utf-8")
    assert len(read_crash_reports(file)) == 1


def test_how_often_it_failed_is_said() -> None:
    """In a sentence that blames no picture."""
    report = CrashReport(NOW.isoformat(), "labels", "KeyError", ("a:1 b",), "0.1.0")
    assert crash_summary([report]) == (
        "tasted itself failed once in the last day, at 14:03 UTC; your pictures are fine."
    )
    assert "failed twice" not in crash_summary([report, report])
    assert crash_summary([report, report]).startswith("tasted itself failed 2 times")
