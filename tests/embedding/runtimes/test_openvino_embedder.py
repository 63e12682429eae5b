"""A tower of OpenVINO, by a graph of one product."""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from tasted.embedding.runtimes.openvino_embedder import Tower
from tasted.native.openvino import CompiledModel, Model, Type, compile_graph, operations


def doubling() -> CompiledModel:
    """Compile what doubles rows of two numbers."""
    rows = operations.parameter([-1, 2], Type.f32)
    matrix = operations.constant(2 * np.eye(2, dtype=np.float32))
    product = operations.matmul(rows, matrix, transpose_a=False, transpose_b=False)
    return compile_graph(Model([product], [rows], "double"), precision="float32", threads=1)


def test_weights_are_put_in_order_once_for_each_number_of_inputs() -> None:
    """OpenVINO may read them from the file then, whose pages are given back again."""
    ordered: list[int] = []
    is_ordering = False

    @contextmanager
    def ordering() -> Iterator[None]:
        nonlocal is_ordering
        is_ordering = True
        yield
        is_ordering = False
        ordered.append(count)

    tower = Tower(doubling(), ordering)
    for count in (1, 1, 2, 3, 2, 1):
        inputs = np.arange(2 * count, dtype=np.float32).reshape(count, 2)
        assert np.array_equal(tower.run(inputs), 2 * inputs)
        assert not is_ordering
    assert ordered == [1, 2, 3]
