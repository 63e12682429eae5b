"""Imports hashlib and hmac without OpenSSL. Changes `sys.modules`, for that alone.

Python has the same functions in code of its own, at a sixth of the speed: milliseconds for a
picture. OpenSSL would stay in the memory of the light process, with 3.5 MB of its pages, for good.
The engine, which hashes every picture and whole weights, does not import this.
"""

import importlib
import sys

_OPENSSL = "_hashlib"
_MODULES = ("hashlib", "hmac")


def _import_without_openssl() -> None:
    # a name without a module: importing it raises ImportError, which both are ready for
    sys.modules[_OPENSSL] = None  # type: ignore[assignment]
    try:
        for name in _MODULES:
            importlib.import_module(name)
    finally:
        del sys.modules[_OPENSSL]


if sys.modules.keys().isdisjoint({_OPENSSL, *_MODULES}):
    _import_without_openssl()
