"""Environments of child processes that start with next to nothing."""

import os


def bare(**variables: str) -> dict[str, str]:
    """Return PATH, what coverage needs to measure the child, and these variables."""
    measured = {name: value for name, value in os.environ.items() if name.startswith("COVERAGE_")}
    return {"PATH": os.environ["PATH"], **measured, **variables}
