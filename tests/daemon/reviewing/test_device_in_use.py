"""What computes is told where it is known: openvino means the CPU."""

import pytest

from tasted.config import Settings
from tasted.daemon.reviewing.device_in_use import device_in_use
from tasted.home.layout import Home


@pytest.mark.parametrize(
    ("embedder", "device"),
    [
        ({"model": "pocket"}, "cpu"),
        ({"model": "pocket", "device": "cuda"}, "cuda"),
        ({"model": "pocket", "runtime": "torch"}, "auto"),
        ({"model": "not/here"}, "auto"),
    ],
)
def test_the_device_is_that_in_use_where_it_is_known(
    home: Home, embedder: dict[str, str], device: str
) -> None:
    """Else it is what the settings say."""
    assert device_in_use(home, Settings.model_validate({"embedder": embedder})) == device
