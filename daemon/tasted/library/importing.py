"""The door of LanceDB: imports it without the parts that tasted never calls. Changes `sys.modules`.

LanceDB imports a client for remote catalogues (three hundred pydantic models, and urllib3), though
a database in a folder never uses it: more than half of the time that the import takes. Before
Python 3.12 it also has a library compare the signatures of its own methods at every import. While
LanceDB is imported, stand-ins take the place of both; later nothing of them is left but empty
classes inside LanceDB, and calling one of those raises.

pyarrow asks once whether there is pandas, and loads it (25 MB) where some other package brought it.
Asked meanwhile, it hears that there is none: nothing here makes a data frame.

Only for the releases in `TESTED`, which `tests/library/test_importing.py` goes through; any other
is imported as it is, and so is one that cannot be imported in this way.
"""

import sys
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.metadata import PackageNotFoundError, version
from threading import Lock
from types import ModuleType
from typing import Any, Never

import structlog
from typing_extensions import override

from tasted.system.garbage import no_collections

TESTED = frozenset({"0.40.0"})
"""The releases whose unused parts may be left out; raise them together with the tests."""
_CLIENT = "lance_namespace_urllib3_client"
_OVERRIDES = "overrides"
_PANDAS = "pandas"
_NATIVE = "lancedb._lancedb"
"""Stays when an import failed half way: it cannot be loaded twice."""

log = structlog.get_logger("tasted.library")
_lock = Lock()


def import_lancedb(tested: Collection[str] = TESTED) -> Any:
    """Return LanceDB, imported at the first call.

    Args:
        tested: the releases with which its unused parts are left out.

    Raises:
        ImportError: when it is not installed or damaged.
    """
    with _lock, no_collections() if "lancedb" not in sys.modules else nullcontext():
        if "lancedb" not in sys.modules and _release() in tested:
            _import_without_client()
        import lancedb  # noqa: PLC0415 - here, and nowhere else

        return lancedb


def _import_without_client() -> None:
    try:
        with _stand_ins():
            import lancedb  # noqa: F401, PLC0415 - see above
    except Exception as error:  # noqa: BLE001 - whatever it is, LanceDB as it is does not have it
        log.warning("lancedb_imported_whole", reason=f"{type(error).__name__}: {error}")
        _forget_modules("lancedb", "lance_namespace")


def _release() -> str | None:
    try:
        return version("lancedb")
    except PackageNotFoundError:
        return None


@contextmanager
def _stand_ins() -> Iterator[None]:
    finder = _StandInFinder()
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)
        for name in finder.served:
            # whoever wants the real one from now on gets it
            sys.modules.pop(name, None)


def _forget_modules(*packages: str) -> None:
    for name in list(sys.modules):
        if name.partition(".")[0] in packages and name != _NATIVE:
            del sys.modules[name]


class _LeftOut:
    """Stands for a class of the client, in annotations and in `isinstance`."""

    def __init__(self, *_arguments: object, **_named: object) -> Never:
        raise NotImplementedError(f"tasted imports LanceDB without {type(self).__name__}")


class _StandIn(ModuleType):
    """A module that has a class of every name."""

    def __getattr__(self, name: str) -> type[_LeftOut]:
        if name.startswith("_"):
            raise AttributeError(name)
        made = type(name, (_LeftOut,), {"__module__": self.__name__})
        setattr(self, name, made)
        return made


class _EnforceOverrides:
    """What LanceDB itself has in its place from Python 3.12 on."""


class _StandInFinder(MetaPathFinder, Loader):
    """Serves stand-ins for the client, and for `overrides` if that was not imported yet."""

    def __init__(self) -> None:
        self.served: list[str] = []

    @override
    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname == _PANDAS:
            raise ModuleNotFoundError(f"tasted imports LanceDB without {_PANDAS}", name=_PANDAS)
        if fullname.partition(".")[0] not in {_CLIENT, _OVERRIDES}:
            return None
        self.served.append(fullname)
        return ModuleSpec(fullname, self, is_package=True)

    @override
    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return _StandIn(spec.name)

    @override
    def exec_module(self, module: ModuleType) -> None:
        if module.__name__ == _OVERRIDES:
            vars(module).update(override=override, EnforceOverrides=_EnforceOverrides)
