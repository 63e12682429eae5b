"""Searching a whole home, byte by byte, for what gives a picture away."""

import json
import os
from collections.abc import Iterable, Mapping
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote

from tasted.home.layout import Home
from tasted.judging.version import TasteVersion
from tasted.library.library import Library
from tasted.outbox.places import flat_place
from tasted.outbox.sidecar_files import sidecars


def needles(home: Home, content: str, paths: Iterable[str], *texts: str) -> dict[str, bytes]:
    """Return what must not be found: id, vectors, paths in every form that is written, texts."""
    models = (sidecar.model for _place, sidecar in sidecars(home.outbox))
    model = next(model for model in models if model is not None)
    library = Library.open(
        home.library, fingerprint=model.embedder_fingerprint, dimensions=model.dimensions
    )
    found = {"id": content.encode(), "vector": library.cached([content])[content].vector.tobytes()}
    for file in home.tastes.glob("*.taste"):
        version = TasteVersion.from_bytes(file.read_bytes())
        # the neighbour table holds the same bytes
        for row, contents in enumerate(version.items):
            if content in contents:
                found[f"centred vector in {file.name}"] = version.taste.references[row].tobytes()
    for path in paths:
        name = path.rsplit("/", 1)[-1]
        found[f"name {name}"] = os.fsencode(name)
        found[f"name {name} in JSON"] = json.dumps(name)[1:-1].encode()
        found[f"name {name} in a link"] = quote(os.fsencode(name)).encode()
        found[f"hash of {path}"] = sha256(os.fsencode(path)).hexdigest().encode()
        found[f"mark of {path}"] = flat_place(path).name.encode()
    return found | {text: text.encode() for text in texts}


def found_in(folder: Path, wanted: Mapping[str, bytes], *, but: Path | None = None) -> set[str]:
    """Return what is found below a folder: in contents and in names of files and folders."""
    found: set[str] = set()
    for path in folder.rglob("*"):
        if but is not None and but in {path, *path.parents}:
            continue
        data = os.fsencode(path.name)
        if path.is_file():
            data += b"\n" + path.read_bytes()
        found |= {name for name, needle in wanted.items() if needle in data}
    return found
