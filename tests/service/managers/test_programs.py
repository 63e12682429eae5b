"""Programs that hang, are not there, or say what is no text."""

import sys

from tasted.service.managers.programs import run_program


def test_what_hangs_is_killed() -> None:
    """There is an end, and no exit status."""
    outcome = run_program([sys.executable, "-c", "input()\nwhile True: pass"], timeout_seconds=30)
    assert outcome.status == 1
    outcome = run_program(["sleep", "600"], timeout_seconds=0.2)
    assert outcome.status is None
    assert "no answer" in outcome.words


def test_what_is_not_there_has_a_status() -> None:
    """As a shell has it."""
    outcome = run_program(["/nowhere/launchctl", "print"])
    assert outcome.status == 127
    assert "/nowhere/launchctl" in outcome.words


def test_what_is_no_text_is_read_all_the_same() -> None:
    """Bytes that are no UTF-8 are replaced; words stand on one line."""
    code = "import sys; sys.stdout.buffer.write(b'a\\xff\\n b'); sys.exit(5)"
    outcome = run_program([sys.executable, "-c", code])
    assert (outcome.status, outcome.words) == (5, "a\ufffd b")
