"""What the house promises about itself, checked on the source."""

import ast
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

import tasted

PACKAGE = Path(tasted.__file__).parent
MODULES = sorted(PACKAGE.rglob("*.py"))
# a guide: far beyond it a file has more than one idea
LINES_MAX = 400


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_every_module_says_what_it_is(module: Path) -> None:
    """Each opens with a docstring, and none grew past its idea."""
    text = module.read_text(encoding="utf-8")
    assert ast.get_docstring(ast.parse(text)), module
    assert len(text.splitlines()) <= LINES_MAX, module


def test_no_room_is_a_cupboard() -> None:
    """There is no utils, helpers, common or manager."""
    cupboards = {"utils", "util", "helpers", "helper", "common", "misc", "manager"}
    assert not {path.stem for path in MODULES} & cupboards
    assert not {path.parent.name for path in MODULES} & cupboards


def test_a_class_name_has_one_meaning() -> None:
    """No two classes of the package have the same name, public or private."""
    names = Counter(
        node.name
        for module in MODULES
        for node in ast.parse(module.read_text(encoding="utf-8")).body
        if isinstance(node, ast.ClassDef)
    )
    assert sorted(name for name, count in names.items() if count > 1) == []


def test_the_light_process_imports_nothing_heavy() -> None:
    """What `tasted run` imports leaves out every library that makes the engine large."""
    code = (
        "import sys, tasted.cli.commands.run, tasted.daemon.supervisor, tasted.daemon.one_shot\n"
        "heavy = {'torch', 'transformers', 'openvino', 'lancedb', 'pyarrow', 'PIL', 'pyvips'}\n"
        "heavy |= {'numpy', 'jinja2', 'rich', 'greenlet', 'dotenv', 'asyncio', 'ssl', '_hashlib'}\n"
        "heavy |= {'starlette', 'uvicorn', 'python_multipart', 'anyio', 'h11'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_nothing_is_ever_unpickled() -> None:
    """No module of the package imports a library that runs code while it reads data."""
    dangerous = {"pickle", "marshal", "shelve", "dill", "joblib", "cloudpickle"}
    for module in MODULES:
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not {name.partition(".")[0] for name in names} & dangerous, module


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_nothing_that_is_read_is_run(module: Path) -> None:
    """No eval, no exec, no shell, and no loader that would unpickle what it is given."""
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        called = ast.unparse(node.func)
        given = {keyword.arg: ast.unparse(keyword.value) for keyword in node.keywords}
        assert called not in {"eval", "exec", "compile", "__import__"}, called
        assert called not in {"os.system", "os.popen", "subprocess.getoutput"}, called
        assert given.get("shell", "False") == "False", called
        if called == "torch.load":
            assert given["weights_only"] == "True"
        if called in {"np.load", "numpy.load"}:
            assert given["allow_pickle"] == "False"


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_links_are_resolved_in_one_place(module: Path) -> None:
    """By `system.files.real_path`: `Path.resolve` raises RuntimeError for a link to itself."""
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        assert not isinstance(node, ast.Attribute) or node.attr != "resolve", ast.unparse(node)
