"""Somebody judges: what choosing cards takes the engine, and following an answer.

A pool of 2,000 pictures beside 300 labels. The vectors are drawn, as long as CLIP's; library, taste
and the engine's desk are real, in this process. The daemon, pipes and the page come on top.
"""

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from bench.forging import alike_rows
from bench.one_score import DIMENSIONS, judge_of, learn, remember
from bench.table import Row
from tasted.engine.card_desk import CardDesk
from tasted.library.library import Library
from tasted.rpc.asking_messages import AnsweredPicture, ChooseCards, PoolPicture, TakeAnswers
from tasted.system.files import content_id

POOL = 2_000
LABELS = 300
ANSWERS = 60
_FINGERPRINT = "0" * 64


def measure() -> list[Row]:
    """Choose twelve cards, answer, choose again; then as a new engine."""
    with tempfile.TemporaryDirectory(prefix="tasted-bench-") as folder:
        library = Library.open(
            Path(folder) / "library", fingerprint=_FINGERPRINT, dimensions=DIMENSIONS
        )
        rows = alike_rows(LABELS + POOL, DIMENSIONS, seed=3)
        learn(library, rows[:LABELS])
        remember(library, rows[LABELS:])
        judge = judge_of(library, Path(folder) / "tastes")
        assert judge.taste == "v1"
        desk = CardDesk(library, judge, is_ignored=lambda _content: False)
        pool = tuple(
            PoolPicture(content, (content,), f"{index}.png")
            for index in range(POOL)
            for content in (content_id(b"history %d" % index),)
        )
        first = _timed(lambda: desk.choose(_cards(pool, 0)), 1)
        liked = np.random.default_rng(5).random(ANSWERS) < 0.3
        answers = tuple(
            AnsweredPicture(picture, bool(is_liked))
            for picture, is_liked in zip(pool, liked, strict=False)
        )
        asked = tuple(picture.id for picture in pool[ANSWERS : ANSWERS + 20])
        follow = []
        for count in range(1, ANSWERS + 1):
            request = TakeAnswers(answers[:count], asked)
            follow += _timed(lambda request=request: desk.take(request), 1)
        again = _timed(lambda: desk.choose(_cards(pool[ANSWERS:], ANSWERS, answers)), 5)
        return [
            Row(
                f"first twelve cards of {POOL} pictures, {LABELS} labels", f"{first[0]:.0f} ms",
                "vectors read, all compared with all; once for each start of the engine",
            ),
            Row(
                "scores after one answer", f"{statistics.median(follow):.1f} ms",
                f"median of {ANSWERS} answers in a row; slowest {max(follow):.0f} ms",
            ),
            Row(
                "twelve cards more", f"{statistics.median(again):.0f} ms",
                f"median of {len(again)}; slowest {max(again):.0f} ms",
            ),
        ]  # fmt: skip


def _cards(
    pool: tuple[PoolPicture, ...], first: int, answers: tuple[AnsweredPicture, ...] = ()
) -> ChooseCards:
    return ChooseCards(pool, queued=(), count=12, first=first, seed=1, answers=answers)


def _timed(work: Callable[[], object], times: int) -> list[float]:
    taken = []
    for _time in range(times):
        started = time.perf_counter()
        work()
        taken.append(1000 * (time.perf_counter() - started))
    return taken
