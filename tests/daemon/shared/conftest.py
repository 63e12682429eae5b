"""A home whose pictures can be judged, for tests of what records answers."""

import pytest

from kit.answered_homes import AnsweredHome
from tasted.home.layout import Home


@pytest.fixture
def answered(home: Home) -> AnsweredHome:
    """A home with three scored pictures."""
    answered = AnsweredHome(home)
    answered.drop("a.png", "b.png", "c.png")
    return answered
