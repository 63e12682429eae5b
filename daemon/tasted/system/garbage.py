"""When Python looks for garbage: not while modules are imported. Changes the collector's settings.

Importing makes hundreds of thousands of objects, all of which stay. Looking through them again and
again takes a tenth of the time that an engine needs for its imports.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def no_collections() -> Iterator[None]:
    """Collect nothing while the block runs, and never look at what there is after it."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was_enabled:
            gc.enable()
