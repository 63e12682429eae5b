"""How near a model's vectors by OpenVINO come to those of torch, found out once and kept. Stdlib.

`tasted models pull` and `add` compare both on test pictures and texts. The verdict is about the
contents of the files, so a copied folder keeps it, and lies in `.tasted/runtimes.json`; that of
pocket comes with tasted. Another version of OpenVINO makes it void. A model without one, such as a
folder that the settings name, is trusted where this code was tested: the graph uses every tensor
of the file, each in its shape, or is not built at all.
"""

import contextlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tasted.amounts import decimal
from tasted.embedding.models.fingerprint import DtypeClass, fingerprint_of
from tasted.embedding.models.folder import ModelFolder
from tasted.embedding.pocket import FOLDER as POCKET_FOLDER
from tasted.plain_dataclass import dataclass
from tasted.system.files import private_folder, write_atomically
from tasted.system.packages import installed_version
from tasted.system.process_lock import folder_held

COSINE_MIN: Mapping[DtypeClass, float] = {"float32": 0.9999, "bfloat16": 0.9995}
"""How near the farthest of the test vectors must be, in each precision, to torch's in float32."""
SHIPPED = POCKET_FOLDER / "verdict.json"
_VERSION = 1
_KEPT = 16


@dataclass(frozen=True, slots=True)
class RuntimeVerdict:
    """What the comparison found: the smallest cosines, or why there are none."""

    float32: float | None = None
    bfloat16: float | None = None
    """None as well where the processor has no bfloat16."""
    lacks: str | None = None
    """What OpenVINO's runtime does not know of the model."""

    def fault(self, computing: DtypeClass) -> str | None:
        """Return why OpenVINO must not be used in this precision; None if it may."""
        if self.lacks is not None:
            return self.lacks
        cosine = self.float32 if computing == "float32" else self.bfloat16
        if cosine is None or cosine >= COSINE_MIN[computing]:
            return None
        return f"its vectors in {computing} differ from torch's (cosine {decimal(cosine, 4)})"


def read_verdict(model: ModelFolder) -> RuntimeVerdict | None:
    """Return what a comparison of this model said; None when there was none.

    Raises:
        ModelUnusable: when a file of the model cannot be read.
    """
    kept, shipped = _read(_file_of(model)), _read(SHIPPED) if _may_be_pocket(model) else {}
    if not kept and not shipped:
        return None
    digest = contents_digest(model)
    entry = kept.get(digest, {})
    if entry.get("openvino") != installed_version("openvino"):
        entry = shipped.get(digest, {})
    return _verdict(entry)


def keep_verdict(model: ModelFolder, verdict: RuntimeVerdict) -> None:
    """Keep a verdict beside models.json; a home that cannot be written does without it.

    Raises:
        ModelUnusable: when a file of the model cannot be read.
    """
    file = _file_of(model)
    if file is None:
        return
    entry = {"openvino": installed_version("openvino"), **asdict(verdict)}
    digest = contents_digest(model)
    with contextlib.suppress(OSError):
        private_folder(file.parent, below=file.parent.parent)
        with folder_held(file.parent):
            kept = [*{**_read(file), digest: entry}.items()][-_KEPT:]
            text = json.dumps({"version": _VERSION, "verdicts": dict(kept)}, indent=2)
            write_atomically(file, f"{text}\n".encode())


def contents_digest(model: ModelFolder) -> str:
    """Return a digest of all files that decide a model's vectors, in whatever precision.

    Raises:
        ModelUnusable: when one cannot be read.
    """
    return fingerprint_of(model, dtype_class="any", views="any", preprocessing="any")


def _may_be_pocket(model: ModelFolder) -> bool:
    # the digest of large weights takes a while where it is not remembered
    try:
        own = (POCKET_FOLDER / model.weights_file.name).stat().st_size
        return model.weights_file.stat().st_size == own
    except OSError:
        return False


def _file_of(model: ModelFolder) -> Path | None:
    return model.hashes_file and model.hashes_file.with_name("runtimes.json")


def _read(file: Path | None) -> dict[str, dict[str, Any]]:
    if file is None:
        return {}
    try:
        value = json.loads(file.read_text(encoding="utf-8"))
        entries = dict(value["verdicts"]) if value["version"] == _VERSION else {}
    except (OSError, ValueError, RecursionError, KeyError, TypeError):
        # what is lost is found out again by the next `tasted models pull`
        return {}
    return {key: entry for key, entry in entries.items() if isinstance(entry, dict)}


def _verdict(entry: Mapping[str, Any]) -> RuntimeVerdict | None:
    exact, coarse, lacks = (entry.get(name) for name in ("float32", "bfloat16", "lacks"))
    if not isinstance(exact, float | None) or not isinstance(coarse, float | None):
        return None
    if not isinstance(lacks, str | None) or (lacks is None and exact is None):
        return None
    return RuntimeVerdict(exact, coarse, lacks)


def describe(model: str, verdict: RuntimeVerdict) -> str:
    """Say what a comparison found, for people."""
    fault = verdict.fault("float32")
    if fault is not None:
        return f"{model} is run by torch: {fault}."
    if verdict.fault("bfloat16") is not None:
        return f"{model} is run by OpenVINO in float32: {verdict.fault('bfloat16')}."
    return f"{model} is run by OpenVINO: its vectors agree with torch's."
