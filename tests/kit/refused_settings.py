"""Settings that are refused, and what is said of them line by line."""

import pytest

from tasted.config import load_settings
from tasted.errors import ConfigError
from tasted.home.layout import Home


def problems(home: Home, environment: dict[str, str] | None = None) -> list[str]:
    """Load, and return the lines of the refusal."""
    with pytest.raises(ConfigError) as refused:
        load_settings(home, environment=environment or {})
    return refused.value.message.split("\n")
