"""Homes that look as if thousands of pictures had been scored one by one. Touches temporary homes.

One picture is scored by the real daemon; the sidecars of the others are that document with their
own path, stamp and content, so that they are as current as if each had been scored.
"""

import subprocess
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.homes import mosaic
from tasted.home.layout import Home
from tasted.library.library import Embedded, Library
from tasted.outbox.ledger import Ledger
from tasted.outbox.sidecar import Sidecar, source_part
from tasted.outbox.sidecar_files import sidecars
from tasted.outbox.sidecar_writer import Writer
from tasted.records import PictureFacts, View
from tasted.system.files import content_id, stamp_of

_SIDE = 64
_FACTS = PictureFacts(
    width=_SIDE, height=_SIDE, format="PNG", views=(View("whole", (0, 0, _SIDE, _SIDE)),)
)
_ALIKE = 0.75
"""How long the common part of any two vectors is; that of photographs in CLIP is about as long."""


def fill_inbox(home: Home, count: int) -> list[Path]:
    """Write so many distinct pictures into the inbox, and return them."""
    files = [home.inbox / f"{index:05}.png" for index in range(count)]
    for index, file in enumerate(files):
        file.write_bytes(mosaic(index, _SIDE))
    return files


def finish_once(home: Home) -> None:
    """Let the daemon do what there is to do."""
    command = [sys.executable, "-m", "tasted", "--home", str(home.root), "run", "--once"]
    subprocess.run(command, check=True, capture_output=True)


def score_first(home: Home, files: list[Path]) -> Sidecar:
    """Have the first of these files scored with the others out of sight; return its sidecar."""
    first, *others = files
    aside = home.root / "aside"
    aside.mkdir()
    for file in others:
        file.rename(aside / file.name)
    finish_once(home)
    for file in others:
        (aside / file.name).rename(file)
    aside.rmdir()
    (scored,) = (
        sidecar for _place, sidecar in sidecars(home.outbox) if sidecar.source.path == first.name
    )
    return scored


def forge_sidecars(home: Home, scored: Sidecar, files: list[Path]) -> None:
    """Write the same sidecar for all of these files."""
    ledger = Ledger(home.outbox)
    ledger.refresh()
    writer = Writer(home.outbox, ledger)
    for file in files:
        source = source_part(
            file.name, stamp_of(file.lstat()), None, content_id=content_id(file.read_bytes())
        )
        writer.write(scored.model_copy(update={"source": source}), durable=False)


def seed_vectors(home: Home, files: list[Path], *, fingerprint: str, dimensions: int) -> None:
    """Put a drawn vector into the library for each of these files, as if each were embedded."""
    library = Library.open(home.library, fingerprint=fingerprint, dimensions=dimensions)
    rows = alike_rows(len(files), dimensions, seed=1)
    contents = [content_id(file.read_bytes()) for file in files]
    library.remember(
        {content: Embedded(row[None], _FACTS) for content, row in zip(contents, rows, strict=True)}
    )


def alike_rows(count: int, dimensions: int, *, seed: int) -> NDArray[np.float32]:
    """Return unit rows, (count, dimensions), that have as much in common as pictures have."""
    random = np.random.default_rng(seed)
    own = random.normal(size=(count, dimensions))
    own /= np.linalg.norm(own, axis=1, keepdims=True)
    own *= np.sqrt(1 - _ALIKE**2)
    own[:, 0] += _ALIKE
    return (own / np.linalg.norm(own, axis=1, keepdims=True)).astype(np.float32)
