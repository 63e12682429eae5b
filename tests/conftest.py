"""For every test: a home of its own, and no way to the home of whoever runs the tests."""

import itertools
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import hypothesis
import pytest

from kit.guard import guarded, is_foreign
from kit.homes import pocket_home
from tasted.home.layout import Home

_FOLDER = pytest.StashKey[Path]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Offer to rewrite what golden files hold."""
    parser.addoption(
        "--update-golden",
        action="store_true",
        help="rewrite the golden files and docs/sidecar.schema.json; review them as a diff",
    )


def pytest_xdist_auto_num_workers() -> int:
    """Run three workers a core: most of the suite waits for processes that it started."""
    return 3 * (os.cpu_count() or 1)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Let each worker begin with some of the longest tests: one that began last would run alone.

    xdist gives each worker a piece of the list, in its order, and lets it take from others later.
    """
    workers = getattr(config, "workerinput", {}).get("workercount", 1)
    longest = [item for item in items if item.get_closest_marker("longest")]
    others = iter([item for item in items if not item.get_closest_marker("longest")])
    size = -(-len(items) // workers)
    ordered: list[pytest.Item] = []
    for worker in range(workers):
        first = longest[worker::workers]
        ordered += [*first, *itertools.islice(others, max(0, size - len(first)))]
    items[:] = [*ordered, *others]


def pytest_configure(config: pytest.Config) -> None:
    """Leave the user's home before anything is imported that remembers where it is.

    No property hangs on how busy the machine is: timings belong to the bench.
    """
    folder = Path(tempfile.mkdtemp(prefix="tasted-tests-")).resolve()
    config.stash[_FOLDER] = folder
    for name in filter(is_foreign, list(os.environ)):
        del os.environ[name]
    os.environ.update(guarded(os.environ, folder))
    hypothesis.settings.register_profile(
        "tasted",
        deadline=None,
        # others every time: what fifty do not find, another run does
        max_examples=50,
        suppress_health_check=[hypothesis.HealthCheck.too_slow],
    )
    hypothesis.settings.load_profile("tasted")


def pytest_unconfigure(config: pytest.Config) -> None:
    """Remove what stood for the user's home."""
    shutil.rmtree(config.stash[_FOLDER], ignore_errors=True)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home with the embedded model."""
    return pocket_home(tmp_path / "home")


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[Path, str], None]:
    """Compare a text with a golden file, or rewrite the file with --update-golden."""

    def check(file: Path, text: str) -> None:
        if request.config.getoption("--update-golden"):
            file.parent.mkdir(exist_ok=True)
            file.write_text(text, encoding="utf-8")
        assert text == file.read_text(encoding="utf-8")

    return check
