"""OpenVINO is imported in one place, silently, and computes in the precision that it is told."""

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import tasted
from kit import no_network
from tasted.native.openvino import Model, Type, compile_graph, operations

PACKAGE = Path(tasted.__file__).parent
# audit events: https://docs.python.org/3/library/audit_events.html
SILENT = """
import json, os, sys
told = []
def hear(event, arguments):
    if event.startswith(("socket.", "subprocess.", "os.fork", "os.posix_spawn", "urllib.")):
        told.append(event)
sys.addaudithook(hear)
from tasted.native.openvino import Model, Type, compile_graph, operations
import numpy as np
numbers = operations.parameter([-1, 4], Type.f32)
weights = operations.constant(np.eye(4, dtype=np.float32))
graph = Model([operations.matmul(numbers, weights, False, False)], [numbers])
for precision in ("float32", "bfloat16"):
    compiled = compile_graph(graph, precision=precision, threads=2, streams=1)
    compiled.create_infer_request().infer([np.ones((3, 4), np.float32)])
print(json.dumps({"told": told, "modules": sorted(sys.modules)}))
"""


def matrix(size: int, *, seed: int = 1) -> np.ndarray:
    """Return a square of random numbers."""
    return np.random.default_rng(seed).normal(size=(size, size)).astype(np.float32)


def product_of(weights: np.ndarray) -> Model:
    """Return a graph that multiplies its input with the weights."""
    numbers = operations.parameter([-1, len(weights)], Type.f32)
    product = operations.matmul(numbers, operations.constant(weights), False, False)  # noqa: FBT003
    return Model([product], [numbers])


@pytest.mark.skipif(sys.platform != "linux", reason="the filter of system calls is Linux's")
def test_nobody_is_told_and_nothing_is_written(tmp_path: Path) -> None:
    """In an empty HOME, without CI's variables, it opens no socket and leaves no file behind.

    A process that opens a socket, forked ones included, would be killed by the kernel.
    """
    home, work = tmp_path / "home", tmp_path / "work"
    home.mkdir()
    work.mkdir()
    environment = {
        name: value for name, value in os.environ.items() if name in {"PATH", "LANG", "PYTHONPATH"}
    } | {"HOME": str(home), "TMPDIR": str(work), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, no_network.__file__, sys.executable, "-c", SILENT],
        env=environment,
        cwd=work,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["told"] == []
    assert not {"openvino_telemetry", "multiprocessing"} & set(found["modules"])
    assert not [name for name in found["modules"] if name.startswith("openvino.tools.ovc.")]
    assert list(home.rglob("*")) == []
    assert list(work.rglob("*")) == []


def test_one_module_imports_it() -> None:
    """Whoever imported it elsewhere first would tell of it before the block stands."""
    importing = set()
    for module in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            if any(name.partition(".")[0] in {"openvino", "openvino_telemetry"} for name in names):
                importing.add(module.relative_to(PACKAGE).as_posix())
    assert importing == {"native/openvino.py"}


def test_the_precision_is_the_one_that_was_asked_for() -> None:
    """Float32 means float32, on a processor with bfloat16 too."""
    weights, numbers = matrix(256), matrix(256, seed=2)
    exact = numbers @ weights

    def error(precision: str) -> float:
        compiled = compile_graph(product_of(weights), precision=precision, threads=1)
        found = compiled.create_infer_request().infer([numbers])[0]
        return float(np.abs(found - exact).max() / np.abs(exact).max())

    assert error("float32") < 1e-5
    assert error("bfloat16") < 2e-2


def test_inputs_of_any_number_have_a_request_each() -> None:
    """The first dimension is free, and two requests of one model answer for themselves."""
    compiled = compile_graph(
        product_of(matrix(8)), precision="float32", threads=2, streams=2, kernels_kept=0
    )
    one, other = compiled.create_infer_request(), compiled.create_infer_request()
    few, many = matrix(8)[:1], np.repeat(matrix(8), 5, axis=0)
    assert np.allclose(one.infer([few])[0], few @ matrix(8), atol=1e-4)
    assert np.allclose(other.infer([many])[0], many @ matrix(8), atol=1e-4)


HELPED = """
import os, pathlib, threading
import numpy as np
def nicenesses():
    found = {}
    for file in pathlib.Path("/proc/self/task").glob("*/stat"):
        found[file.parent.name] = int(file.read_text().rsplit(")", 1)[1].split()[16])
    return found
others = set(nicenesses())
from tasted.native.openvino import Model, Type, compile_graph, operations
numbers = operations.parameter([-1, 512], Type.f32)
weights = operations.constant(np.ones((512, 512), np.float32))
graph = Model([operations.matmul(numbers, weights, False, False)], [numbers])
compiled = compile_graph(graph, precision="float32", threads=3)
compiled.create_infer_request().infer([np.ones((900, 512), np.float32)])
here = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
print(sorted({value - here for thread, value in nicenesses().items() if thread not in others}))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="niceness belongs to threads on Linux alone")
def test_helpers_stand_behind_what_is_urgent() -> None:
    """A pool keeps the urgency that it was started with: bulk work must not have urgent helpers."""
    done = subprocess.run(
        [sys.executable, "-c", HELPED], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[10]"
