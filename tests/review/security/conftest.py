"""A page that is attacked, for each module of tests."""

from collections.abc import Iterator

import pytest

from kit.attacked_pages import answers
from kit.homes import pocket_home
from kit.web_visits import WebVisit, visited


@pytest.fixture(scope="module")
def visit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebVisit]:
    """A page that can be reached."""
    home = pocket_home(tmp_path_factory.mktemp("attacks") / "home")
    with visited(home, answers, settings={"limits": {"max_bytes": 400_000}}) as page:
        yield page
