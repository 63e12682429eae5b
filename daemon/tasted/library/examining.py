"""Reads every row of a library that another process may be writing, and changes nothing.

Runs as a separate process, because the caller must not import LanceDB: `python -m
tasted.library.examining FOLDER` prints the row count of each table as JSON, or what is wrong.
"""

import json
import sys
from pathlib import Path

from tasted.errors import ServiceFault
from tasted.library.failures import faults_of
from tasted.library.importing import import_lancedb
from tasted.library.schema import NEIGHBOURS_PREFIX
from tasted.library.table import holds_something

_SUFFIX = ".lance"
_ROWS_IN_BATCH = 4096


def examine(folder: Path) -> dict[str, int]:
    """Count the rows of each table, by reading them.

    Args:
        folder: of the library; a missing one has no tables.

    Raises:
        LibraryUnusable: when a table cannot be read.
        DiskFull: when LanceDB needs room to read.
    """
    rows: dict[str, int] = {}
    with faults_of(folder, "read"):
        tables = sorted(
            place
            for place in folder.glob(f"*{_SUFFIX}")
            # neighbour tables are derived, and rebuilt when they are damaged
            if holds_something(place) and not place.name.startswith(NEIGHBOURS_PREFIX)
        )
        if not tables:
            return {}
        database = import_lancedb().connect(str(folder))
        for place in tables:
            name = place.name.removesuffix(_SUFFIX)
            query = database.open_table(name).search()
            rows[name] = sum(batch.num_rows for batch in query.to_batches(_ROWS_IN_BATCH))
    return rows


def main(folder: Path) -> int:
    """Print what was found as one line of JSON; return 0 when everything could be read."""
    try:
        found: dict[str, object] = {"rows": examine(folder)}
    except ServiceFault as fault:
        found = {"code": fault.code, "message": fault.message, "remedy": fault.remedy}
    sys.stdout.write(f"{json.dumps(found)}\n")
    return 0 if "rows" in found else 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
