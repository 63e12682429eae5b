"""LanceDB is the memory: references, their vectors, and the cache of vectors.

Touches the library folder of a home and nothing else. The engine is the one writer; LanceDB and
pyarrow are imported by the modules of this package alone. Start at `library.Library`.
"""

import os

# LanceDB reads this once, while it is imported; the engine's streams belong to the engine
os.environ.setdefault("LANCEDB_LOG", "off")
