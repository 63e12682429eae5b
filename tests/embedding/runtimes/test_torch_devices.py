"""An accelerator is used only after it agreed with the CPU."""

import numpy as np
import pytest
from numpy.typing import NDArray

from tasted.embedding.runtimes.torch_devices import DeviceChoice, choose_device
from tasted.errors import ModelUnusable

RIGHT = np.eye(4, dtype=np.float32)[:2]


def choose(wanted: str, answers: dict[str, NDArray[np.float32] | Exception]) -> DeviceChoice:
    """Choose on a machine whose devices give these answers to the test pictures."""

    def probe(device: str) -> NDArray[np.float32]:
        answer = answers[device]
        if isinstance(answer, Exception):
            raise answer
        return answer

    return choose_device(wanted, available=answers.__contains__, probe=probe, cosine_min=0.999)


def test_cuda_comes_before_mps_and_mps_before_the_cpu() -> None:
    """With honest devices the quickest is taken, and nothing is noted."""
    assert choose("auto", {"cpu": RIGHT, "cuda": RIGHT, "mps": RIGHT}) == DeviceChoice("cuda")
    assert choose("auto", {"cpu": RIGHT, "mps": RIGHT}) == DeviceChoice("mps")
    assert choose("auto", {"cpu": RIGHT}) == DeviceChoice("cpu")


@pytest.mark.parametrize(
    "lie",
    [
        RIGHT[::-1],
        RIGHT * np.float32(np.nan),
        np.zeros_like(RIGHT),
        RuntimeError("no kernel image is available"),
        ModelUnusable("numbers that are no vectors"),
    ],
)
def test_a_lying_device_is_passed_over_and_noted(lie: NDArray[np.float32] | Exception) -> None:
    """Wrong rows, NaN, zeros or a failure: `auto` goes on to the CPU and says why."""
    choice = choose("auto", {"cpu": RIGHT, "mps": lie})
    assert choice.device == "cpu"
    assert choice.note is not None
    assert "mps" in choice.note


def test_a_named_device_that_lies_is_an_error() -> None:
    """Who asked for it must not get something else in silence."""
    with pytest.raises(ModelUnusable, match="differ") as caught:
        choose("mps", {"cpu": RIGHT, "mps": RIGHT[::-1]})
    assert "config set device cpu" in caught.value.remedy


def test_the_cpu_is_taken_when_it_is_named() -> None:
    """No accelerator is even asked."""
    assert choose("cpu", {"cpu": RIGHT, "cuda": RuntimeError()}) == DeviceChoice("cpu")


def test_an_unknown_device_is_refused() -> None:
    """The error lists those that there are."""
    with pytest.raises(ModelUnusable, match="tpu") as caught:
        choose("tpu", {"cpu": RIGHT})
    assert "mps" in caught.value.remedy
