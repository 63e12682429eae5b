"""The OpenAPI document: the one that is checked in is the one that is served."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tasted.review.api.openapi import document, rendered
from tasted.review.api.problems import STATUSES
from tasted.review.application import described_entries

FILE = Path(__file__).parents[3] / "docs" / "openapi.json"


def test_the_document_of_the_checkout_is_that_of_the_code(
    golden: Callable[[Path, str], None],
) -> None:
    """Whoever changes the API sees it as a diff."""
    golden(FILE, rendered(described_entries()))


def _references(value: Any) -> set[str]:
    if isinstance(value, dict):
        own = {value["$ref"]} if isinstance(value.get("$ref"), str) else set()
        return own.union(*map(_references, value.values()))
    return set().union(*map(_references, value)) if isinstance(value, list) else set()


def test_every_reference_leads_somewhere() -> None:
    """And no schema is left over."""
    made = json.loads(rendered(described_entries()))
    defined = {f"#/components/schemas/{name}" for name in made["components"]["schemas"]}
    assert _references(made) == defined


def test_no_entry_hides_another() -> None:
    """A path with fixed words comes before one whose part would take them."""
    entries = described_entries()
    paths = [(entry.method, entry.path) for entry in entries]
    assert len(set(paths)) == len(paths)
    assert len({entry.name for entry in entries}) == len(entries)
    order = [entry.path for entry in entries if entry.method == "GET"]
    assert order.index("/api/versions/compare") < order.index("/api/versions/{version}")


def test_every_answer_and_every_problem_has_a_form() -> None:
    """Statuses are those of the codes, and each has a body that is described."""
    for path, operations in document(described_entries())["paths"].items():
        for operation in operations.values():
            assert {"200", "401", "403", "404", "421"} <= operation["responses"].keys(), path
            for status, response in operation["responses"].items():
                assert response["content"], (path, status)


def test_codes_have_statuses_of_problems() -> None:
    """None of them is a success."""
    assert all(400 <= status < 600 for status in STATUSES.values())
