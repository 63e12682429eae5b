"""The only import of OpenVINO: graphs and ONNX files become compiled models for the CPU.

Its package tells Google Analytics of every import: it forks a process, writes an id into the user's
home folder and opens a connection (openvinotoolkit/openvino#23832). All of that is in its tools for
the conversion of models, which it does without when they cannot be imported. So they are blocked
before it is; whoever needs OpenVINO takes it from here.
"""

import functools
import os
import sys
import threading
from pathlib import Path
from typing import Any, Literal

import numpy as np

from tasted.system.platform import LINUX
from tasted.system.priority import stand_back

# a name without a module: importing it raises ImportError
sys.modules["openvino.tools.ovc"] = None  # type: ignore[assignment]

import openvino  # noqa: E402 - after the block
from openvino import CompiledModel, InferRequest, Model, Node, Type  # noqa: E402 - as above
from openvino import opset13 as operations  # noqa: E402 - as above

__all__ = [
    "CompiledModel",
    "InferRequest",
    "Model",
    "Node",
    "Precision",
    "Type",
    "compile_graph",
    "has_native_bfloat16",
    "operations",
    "read_onnx",
]

Precision = Literal["float32", "bfloat16"]
_PRECISIONS: dict[Precision, str] = {"float32": "f32", "bfloat16": "bf16"}
_DEVICE = "CPU"
_HELPED = 256
"""Rows and columns of a product that is worth help."""
_starting = threading.Lock()
_helpers = 0


def compile_graph(
    graph: Model,
    *,
    precision: Precision,
    threads: int,
    streams: int = 1,
    kernels_kept: int | None = None,
) -> CompiledModel:
    """Compile a graph for the CPU; nothing is written to disk.

    Args:
        graph: built of `operations`, or from `read_onnx`.
        precision: what it computes in. It has to be said: left alone, OpenVINO takes the fastest
            that the processor has, and vectors would differ from one machine to another.
        threads: how many compute at a time, over all streams.
        streams: how many requests run at a time, each with its share of the threads. A single
            stream computes in the thread that calls `infer`, one call at a time, helped by threads
            of a pool; several have threads of their own, as urgent as the one that compiles.
        kernels_kept: how many prepared kernels are kept for inputs of a shape that came before;
            None leaves OpenVINO's own number, and 0 bounds memory where each has another shape.
    """
    _put_helpers_back(threads)
    options: dict[str, Any] = {
        "INFERENCE_PRECISION_HINT": _PRECISIONS[precision],
        "PERFORMANCE_HINT": "LATENCY",
        "NUM_STREAMS": streams,
        "INFERENCE_NUM_THREADS": threads,
        # threads that are bound to a core wait there when something more urgent takes it
        "ENABLE_CPU_PINNING": False,
    }
    if kernels_kept is not None:
        options["CPU_RUNTIME_CACHE_CAPACITY"] = kernels_kept
    return _core().compile_model(graph, _DEVICE, options)


def read_onnx(file: Path) -> Model:
    """Read a model from an ONNX file.

    Raises:
        RuntimeError: when it is missing, damaged, or has operations that OpenVINO lacks.
    """
    return _core().read_model(os.fspath(file))


def has_native_bfloat16() -> bool:
    """Return whether OpenVINO computes bfloat16 on this processor with instructions for it."""
    return "BF16" in _core().get_property(_DEVICE, "OPTIMIZATION_CAPABILITIES")


def _put_helpers_back(threads: int) -> None:
    """Start the helpers of the pool behind everything urgent, before anything else starts them.

    A helper keeps for good the urgency of the thread that started it, whoever it helps later. So
    either bulk work has urgent helpers, and disturbs, or urgent work has helpers that stand back:
    what they do not come to, the caller does. Linux; on a Mac the process as a whole stands back.
    """
    global _helpers  # noqa: PLW0603 - the pool belongs to the process
    if sys.platform != LINUX or threads == 1:
        return
    with _starting:
        wanted = threads or os.cpu_count() or 1
        if wanted <= _helpers:
            return
        starter = threading.Thread(target=_start_helpers, args=(threads,), name="helpers")
        starter.start()
        starter.join()
        _helpers = wanted


def _start_helpers(threads: int) -> None:
    stand_back()
    numbers = np.ones((_HELPED, _HELPED), np.float32)
    rows = operations.parameter([-1, _HELPED], Type.f32)
    product = operations.matmul(
        rows, operations.constant(numbers), transpose_a=False, transpose_b=False
    )
    options = {"INFERENCE_NUM_THREADS": threads, "NUM_STREAMS": 1, "ENABLE_CPU_PINNING": False}
    compiled = _core().compile_model(Model([product], [rows]), _DEVICE, options)
    compiled.create_infer_request().infer([numbers])


@functools.cache
def _core() -> openvino.Core:
    return openvino.Core()
