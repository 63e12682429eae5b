"""What computes is told where it is known: openvino, or no card, means the CPU."""

import pytest

from tasted.config import Settings
from tasted.daemon.reviewing.device_in_use import device_in_use
from tasted.home.layout import Home


@pytest.mark.parametrize(
    ("embedder", "has_card", "device"),
    [
        ({"model": "pocket"}, False, "cpu"),
        ({"model": "pocket", "device": "cuda"}, True, "cuda"),
        ({"model": "pocket", "runtime": "torch"}, True, "auto"),
        ({"model": "pocket", "runtime": "torch"}, False, "cpu"),
        ({"model": "not/here"}, False, "auto"),
    ],
)
def test_the_device_is_that_in_use_where_it_is_known(
    home: Home, embedder: dict[str, str], has_card: bool, device: str
) -> None:
    """Else it is what the settings say."""
    settings = Settings.model_validate({"embedder": embedder})
    assert device_in_use(home, settings, has_card=lambda: has_card) == device
