"""One picture against a thousand and ten thousand references: what the judge takes.

Neighbours included. The vectors are drawn, as long as CLIP's; library, taste and judge are real, in
this process.
"""

import statistics
import tempfile
import time
from pathlib import Path
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray

from bench.forging import alike_rows
from bench.table import Row
from tasted.embedding.lazy import EmbedderIdentity, LazyEmbedder
from tasted.judging.judged import Preferences
from tasted.judging.stated_preferences import StatedPreferences
from tasted.judging.taste import TasteJudge
from tasted.judging.versions import TasteVersions
from tasted.library.library import Embedded, LearnedReference, Library
from tasted.records import Label, Origin, PictureFacts, Reference
from tasted.system.files import content_id

COUNTS = (1_000, 10_000)
DIMENSIONS = 512
HISTORY = 2_000
PICTURES = 200
VIEWS = (1, 3)
_FINGERPRINT = "0" * 64
_FACTS = PictureFacts(width=64, height=64, format="PNG")


def measure() -> list[Row]:
    """Fit a taste to all of them, then time one score after another."""
    return [row for count in COUNTS for row in _measured(count)]


def _measured(count: int) -> list[Row]:
    with tempfile.TemporaryDirectory(prefix="tasted-bench-") as folder:
        library = Library.open(
            Path(folder) / "library", fingerprint=_FINGERPRINT, dimensions=DIMENSIONS
        )
        rows = alike_rows(count + HISTORY + PICTURES, DIMENSIONS, seed=3)
        learn(library, rows[:count])
        remember(library, rows[count : count + HISTORY])
        judge = judge_of(library, Path(folder) / "tastes")
        started = time.perf_counter()
        assert judge.taste == "v1"
        took = time.perf_counter() - started
        pictures = rows[count + HISTORY :]
        return [
            Row(
                f"fit of {count} references and their history", f"{took:.1f} s",
                "once for each change of labels; the table of neighbours published",
            ),
            *(_timed(judge, pictures, count, views=views) for views in VIEWS),
            _timed(judge, pictures, count, views=1, in_a_row=PICTURES),
        ]  # fmt: skip


def _timed(
    judge: TasteJudge,
    pictures: NDArray[np.float32],
    count: int,
    *,
    views: int,
    in_a_row: int = 1,
) -> Row:
    judge.prepare(in_a_row)
    seconds = []
    for index in range(len(pictures)):
        # the views of a picture are as different as pictures are
        picture = Embedded(
            pictures[[(index + view) % len(pictures) for view in range(views)]], _FACTS
        )
        started = time.perf_counter()
        judged = judge.judge(picture, content_id(b"picture %d" % index), None, timing_ms={})
        seconds.append(time.perf_counter() - started)
        assert judged.liked
        assert judged.rejected
    how = "of many in a row" if in_a_row > 1 else f"{views} view{'s' * (views > 1)}"
    return Row(
        f"one score against {count} references, {how}",
        f"{1000 * statistics.median(seconds):.1f} ms",
        f"median of {len(seconds)}; slowest {1000 * max(seconds):.1f} ms",
    )


def learn(library: Library, rows: NDArray[np.float32]) -> None:
    """Learn references with labels that can be learnt, (n, d)."""
    # a taste that can be learnt, with some noise: one label for either side of a direction
    sides = rows @ np.random.default_rng(4).normal(size=DIMENSIONS) + 0.2 * rows[:, 1]
    liked = sides > np.median(sides)
    library.learn(
        [
            LearnedReference(_reference(index, Label.LIKED if likes else Label.REJECTED), row[None])
            for index, (row, likes) in enumerate(zip(rows, liked, strict=True))
        ]
    )


def _reference(index: int, label: Label) -> Reference:
    content = content_id(b"reference %d" % index)
    return Reference(content, f"{label.value}/{index}.png", label, Origin.REFERENCE)


def remember(library: Library, rows: NDArray[np.float32]) -> None:
    """Remember screenshots, (n, d)."""
    library.remember(
        {
            content_id(b"history %d" % index): Embedded(row[None], _FACTS)
            for index, row in enumerate(rows)
        }
    )


def judge_of(library: Library, tastes: Path) -> TasteJudge:
    """Return the judge of a library; it needs no model."""
    identity = EmbedderIdentity("drawn", _FINGERPRINT, DIMENSIONS, ())
    embedder = LazyEmbedder(identity, reads_text=False, load=_unneeded)
    weights = {"physical": 0.6, "personality": 0.3, "interests": 0.1}
    return TasteJudge(
        library,
        StatedPreferences(library, embedder, (), ()),
        TasteVersions(tastes),
        Preferences((), (), weights, 0.6, 0.85),
        embedder_fingerprint=_FINGERPRINT,
        bios_of=lambda _contents: {},
    )


def _unneeded() -> NoReturn:
    raise AssertionError("every vector is given")
