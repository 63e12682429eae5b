"""Tells at the end how many inputs were tried."""

import pytest

from kit.fuzzing import tried


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print one line for each fuzzed test, and their sum."""
    if tried:
        terminalreporter.section("fuzz")
        for test, count in sorted(tried.items()):
            terminalreporter.line(f"{test:<24} {count:>9} inputs")
        terminalreporter.line(f"{'in all':<24} {tried.total():>9} inputs")
