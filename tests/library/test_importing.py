"""LanceDB is imported without its REST client, works so, and is imported whole when in doubt."""

import importlib.metadata
import json
import subprocess
import sys
from pathlib import Path

from tasted.library.importing import TESTED

# everything that the library asks of LanceDB, and what was imported for it
_WORK = """
import json, sys
from datetime import timedelta
import numpy as np
import pyarrow as pa

def work(lancedb, folder):
    vectors = np.random.default_rng(1).standard_normal((300, 8), np.float32)
    rows = pa.table({
        "id": pa.array([f"{number:03}" for number in range(300)]),
        "vector": pa.FixedSizeListArray.from_arrays(pa.array(vectors.ravel()), 8),
    })
    database = lancedb.connect(folder)
    table = database.create_table("rows", schema=rows.schema)
    table.add(rows.slice(0, 200))
    merge = table.merge_insert("id").when_matched_update_all().when_not_matched_insert_all()
    merge.execute(rows.slice(100))
    table.update(where="id = '000'", values={"id": "zero"})
    table.delete("id IN ('001', '002')")
    table.create_index("vector", config=lancedb.index.IvfSq(distance_type="cosine",
                                                            num_partitions=1))
    table.optimize(cleanup_older_than=timedelta(0), delete_unverified=True)
    table = database.open_table("rows")
    query = table.search(vectors[7], vector_column_name="vector", query_type="vector")
    query = query.distance_type("cosine").where("id <> '009'", prefilter=True).limit(3)
    nearest = query.refine_factor(4).select(["id", "_distance"]).to_arrow()["id"].to_pylist()
    ids = [name for batch in table.search().select(["id"]).with_row_id(True).to_batches(64)
           for name in batch.column("id").to_pylist()]
    database.create_table("others", data=rows, mode="overwrite")
    database.drop_table("others")
    return {"rows": len(ids), "zero": "zero" in ids, "nearest": nearest[0],
            "tables": list(database.table_names()), "indices": len(table.list_indices()),
            "fragments": table.stats()["fragment_stats"]["num_fragments"]}

def told(lancedb, folder):
    heavy = {"urllib3", "lance_namespace_urllib3_client", "overrides", "pandas"}
    print(json.dumps({**work(lancedb, folder), "heavy": sorted(heavy & sys.modules.keys())}))
"""
_WORKS = {
    "rows": 298,
    "zero": True,
    "nearest": "007",
    "tables": ["rows"],
    "indices": 1,
    "fragments": 1,
}
_BREAKS_ONCE = """
class Breaks:
    has_broken = False

    def find_spec(self, name, path=None, target=None):
        if name == "lancedb.query" and not self.has_broken:
            self.has_broken = True
            raise RuntimeError("a release that is not what it was")

sys.meta_path.insert(0, Breaks())
"""


def done_in_a_process(script: str, folder: Path) -> dict[str, object]:
    """Run a script after the definitions above, and return what it printed."""
    command = [sys.executable, "-I", "-c", f"{_WORK}\n{script}", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_the_pinned_release_works_without_its_client(tmp_path: Path) -> None:
    """Everything that the library does works, and nothing of the client was imported."""
    script = "from tasted.library.importing import import_lancedb\n"
    script += "told(import_lancedb(), sys.argv[1])"
    assert done_in_a_process(script, tmp_path) == {**_WORKS, "heavy": []}


def test_another_release_is_imported_whole(tmp_path: Path) -> None:
    """Nothing is left out of a release that was not tried."""
    script = "from tasted.library.importing import import_lancedb\n"
    script += "told(import_lancedb({'0.39.9'}), sys.argv[1])"
    found = done_in_a_process(script, tmp_path)
    assert {"urllib3", "lance_namespace_urllib3_client"} <= set(found.pop("heavy"))
    assert found == _WORKS


def test_an_import_that_fails_is_done_again_whole(tmp_path: Path) -> None:
    """A half-imported LanceDB is thrown away, and the plain import follows."""
    script = f"{_BREAKS_ONCE}\nfrom tasted.library.importing import import_lancedb\n"
    script += "told(import_lancedb(), sys.argv[1])"
    found = done_in_a_process(script, tmp_path)
    assert {"urllib3", "lance_namespace_urllib3_client"} <= set(found.pop("heavy"))
    assert found == _WORKS


def test_what_was_left_out_can_still_be_imported(tmp_path: Path) -> None:
    """Nothing stays in the way of others, and LanceDB's own use of it says what is wrong."""
    script = """
from tasted.library.importing import import_lancedb
lancedb = import_lancedb()
try:
    lancedb.db.ListTablesResponse(tables=[])
except NotImplementedError as error:
    said = str(error)
import lance_namespace_urllib3_client.models as models
print(json.dumps({"said": said, "real": models.ListTablesResponse(tables=[]).tables == []}))
"""
    said = "tasted imports LanceDB without ListTablesResponse"
    assert done_in_a_process(script, tmp_path) == {"said": said, "real": True}


def test_the_pinned_release_is_the_one_that_is_tested() -> None:
    """The release named in the code is that of constraints.txt, and installed here."""
    constraints = (Path(__file__).parents[2] / "constraints.txt").read_text(encoding="ascii")
    release = importlib.metadata.version("lancedb")
    assert release in TESTED
    assert f"lancedb=={release}" in constraints.splitlines()
