"""A pipeline over the home's library, with an embedder whose calls are counted."""

import pytest

from kit.faulty_pipelines import Counting, Process, SurprisingLibrary
from kit.pipelines import DIMENSIONS, pixel_pipeline
from tasted.home.layout import Home


@pytest.fixture
def library(home: Home) -> SurprisingLibrary:
    """The library of the home, without a surprise until a test asks for one."""
    return SurprisingLibrary.open(home.library, fingerprint="0" * 64, dimensions=DIMENSIONS)


@pytest.fixture
def embedder() -> Counting:
    """An embedder whose calls are counted."""
    return Counting()


@pytest.fixture
def crashes() -> list[str]:
    """What was reported as a fault of tasted itself."""
    return []


@pytest.fixture
def memory() -> list[bool]:
    """Whether the machine has memory for a usual picture; tests take it away."""
    return [True]


@pytest.fixture
def process(
    home: Home,
    embedder: Counting,
    library: SurprisingLibrary,
    crashes: list[str],
    memory: list[bool],
) -> Process:
    """Takes paths of the inbox through a pipeline."""
    pipeline = pixel_pipeline(
        home,
        library,
        load=embedder.load,
        on_crash=lambda error, _stage: crashes.append(type(error).__name__),
        has_memory=lambda: memory[0],
    )
    return Process(pipeline)
