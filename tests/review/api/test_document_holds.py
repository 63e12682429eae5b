"""The OpenAPI document against a real daemon: what it allows is sent, and what it does not.

schemathesis makes the requests. No answer is a failure of ours, and every one has a status, a media
type and a body as the document describes.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import SkipTest

import hypothesis
import pytest
import schemathesis
from schemathesis import GenerationMode, checks
from schemathesis.specs.openapi import checks as openapi_checks

from kit.daemons import running
from kit.homes import quick_home
from kit.outboxes import documents, picture
from kit.waiting import eventually
from tasted.cli.commands.review import reachable_port
from tasted.home.lock import lock_owner
from tasted.home.web_files import WebFiles

DOCUMENT = json.loads((Path(__file__).parents[3] / "docs" / "openapi.json").read_text("utf-8"))
# a stream has no end that could be waited for
ENDLESS = "/api/events"
EXAMPLES = 8
REFUSALS = [400, 404, 408, 409, 410, 413, 415, 422, 429]
CHECKS = [
    checks.not_a_server_error,
    openapi_checks.status_code_conformance,
    openapi_checks.content_type_conformance,
    openapi_checks.response_schema_conformance,
    openapi_checks.response_headers_conformance,
    openapi_checks.negative_data_rejection,
    openapi_checks.ignored_auth,
]


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The document as the daemon of some pictures serves it, and the way to that daemon."""
    home = quick_home(tmp_path_factory.mktemp("document") / "home")
    for number in range(8):
        (home.inbox / f"p{number}.png").write_bytes(picture(number))
    with running(home):
        eventually(lambda: lock_owner(home))
        eventually(lambda: len(documents(home)) == 8)
        origin = f"http://127.0.0.1:{reachable_port(home)}"
        token = WebFiles(home.root, home.web).bearer()
        headers = {"Authorization": f"Bearer {token}"}
        config = schemathesis.Config.from_dict(
            {"checks": {"negative_data_rejection": {"expected-statuses": REFUSALS}}}
        )
        schema = schemathesis.openapi.from_url(
            f"{origin}/api/openapi.json", headers=headers, config=config
        )
        schema.config.update(base_url=origin, headers=headers)
        yield schema


OPERATIONS = [
    (method, path)
    for path, operations in DOCUMENT["paths"].items()
    for method in operations
    if path != ENDLESS
]


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=str)
@pytest.mark.parametrize(("method", "path"), OPERATIONS, ids=lambda value: value)
def test_answers_are_as_described(api: Any, method: str, path: str, mode: GenerationMode) -> None:
    """Whatever is sent: what the document allows, and what it does not."""
    operation = api[path][method]
    try:
        strategy = operation.as_strategy(generation_mode=mode)
    except hypothesis.errors.Unsatisfiable:
        # nothing in it could be wrong
        return

    @hypothesis.given(case=strategy)
    @hypothesis.settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    def holds(case: schemathesis.Case) -> None:
        case.call_and_validate(checks=CHECKS)

    try:
        holds()
    except (hypothesis.errors.Unsatisfiable, SkipTest):
        # as above, found when the first one was to be made
        assert mode is GenerationMode.NEGATIVE


def test_every_request_but_the_stream_is_tried(api: Any) -> None:
    """The document that is served is the one that is checked in."""
    assert api.raw_schema["paths"].keys() == DOCUMENT["paths"].keys()
    assert ENDLESS in DOCUMENT["paths"]
