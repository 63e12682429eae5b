"""The LanceDB library of a home: references, their vectors, and the cache of vectors.

Touches the library folder of a home and nothing else. The engine is the only writer; only modules
of this package import pyarrow, and `importing` alone LanceDB. Start at `library.Library`.
"""

import os

# LanceDB reads this once, on import; it must not write to the engine's streams
os.environ.setdefault("LANCEDB_LOG", "off")
