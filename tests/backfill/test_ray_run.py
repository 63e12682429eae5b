"""Which clusters are asked for what, and what is said where there is none. No cluster runs here."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasted.backfill.ray_run import check_address, cluster_shape, connected
from tasted.errors import EngineFailed, UsageError


@given(st.lists(st.integers(1, 64), min_size=1, max_size=8), st.integers(1, 64))
def test_every_worker_has_cores_of_its_own(cores: list[int], wanted: int) -> None:
    """As many as possible, on machines of any size; more workers than cores are refused."""
    if wanted > sum(cores):
        with pytest.raises(UsageError, match="cores"):
            cluster_shape(cores, wanted)
        return
    shape = cluster_shape(cores, wanted)
    assert shape.workers == wanted
    assert shape.machines == len(cores)
    assert sum(count // shape.cores for count in cores) >= wanted
    assert sum(count // (shape.cores + 1) for count in cores) < wanted


@given(st.lists(st.integers(1, 64), min_size=1, max_size=8))
def test_each_machine_has_one_worker_unless_somebody_says(cores: list[int]) -> None:
    """It has the cores of the smallest of them, or more where a large one has two."""
    shape = cluster_shape(cores, None)
    assert shape.workers == len(cores)
    assert shape.cores >= min(cores)


def test_a_machine_without_cores_does_not_count() -> None:
    """Ray says 0 of one that only begins the cluster."""
    assert cluster_shape([0, 4.0], None).workers == 1
    with pytest.raises(UsageError, match="has 0 cores"):
        cluster_shape([0.0], None)


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("10.0.0.5:6379", ("10.0.0.5", 6379)),
        ("head.example:6379", ("head.example", 6379)),
        ("[::1]:6379", ("::1", 6379)),
        ("auto", None),
    ],
)
def test_an_address_is_a_machine_and_its_port(address: str, place: tuple[str, int] | None) -> None:
    """Or the cluster of this machine."""
    assert check_address(address) == place


@pytest.mark.parametrize("address", ["", "local", "ray://head:10001", "head", "head:0", "h:70000"])
def test_what_would_start_a_cluster_is_refused(address: str) -> None:
    """Ray makes one of `local`, and of nothing at all."""
    with pytest.raises(UsageError, match="no address of a Ray cluster") as told:
        check_address(address)
    assert "starts none" in told.value.remedy


def test_where_nothing_answers_it_is_said_at_once() -> None:
    """Ray itself would try for a minute."""
    with (
        pytest.raises(EngineFailed, match=r"Nothing answers at 127\.0\.0\.1:1") as told,
        connected("127.0.0.1:1"),
    ):
        pass
    assert "ray start --head" in told.value.remedy


_WITHOUT_RAY = """
import sys
sys.modules["ray"] = None
from tasted.backfill.ray_run import connected
from tasted.errors import EngineFailed
try:
    with connected("127.0.0.1:1"):
        pass
except EngineFailed as error:
    print(error.message, error.remedy)
"""


def test_without_the_extra_it_says_what_to_install() -> None:
    """Here and on every machine."""
    command = [sys.executable, "-c", _WITHOUT_RAY]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert "Several machines need Ray" in done.stdout
    assert "In the folder of the project: " in done.stdout
    assert "install '.[ocr,ray,train]'" in done.stdout
    assert "'tasted[" not in done.stdout
