"""An evaluation as two charts. Reads references for their thumbnails, writes PNG files."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tasted.charts.ranking import THUMBNAIL, Ranked, draw_ranking, shown_places
from tasted.charts.reliability import Panel, Share, draw_reliability
from tasted.config import Settings
from tasted.errors import CommandError, ItemError
from tasted.evaluation.embedding import decoded
from tasted.evaluation.evaluate import Evaluation, Row
from tasted.evaluation.report import main_row
from tasted.files import private_folder, write_atomically
from tasted.home import Home
from tasted.records import Reference

RELIABILITY = "reliability.png"
RANKING = "ranking.png"
# PIL makes the thumbnail; what it is made of needs no more than a few pixels for each of its
_PIXELS_PER_SIDE = 6 * THUMBNAIL


def draw(evaluation: Evaluation, folder: Path, home: Home, settings: Settings) -> list[Path]:
    """Write both charts of the first embedder, readable by the user alone.

    Args:
        evaluation: with at least one reference.
        folder: made when it is missing; charts of an earlier time are replaced.
        home: where the pictures lie.
        settings: limits of decoding.

    Returns:
        The files that were written.

    Raises:
        CommandError: when they cannot be written.
    """
    charts = {
        RELIABILITY: _reliability(evaluation),
        RANKING: _ranking(evaluation, home, settings),
    }
    try:
        private_folder(folder)
        for name, data in charts.items():
            write_atomically(folder / name, data)
    except OSError as error:
        raise CommandError(
            f"The charts cannot be written to {folder}: {error.strerror}.",
            remedy="Name another folder with --output.",
        ) from error
    return [folder / name for name in charts]


def _subtitle(evaluation: Evaluation) -> str:
    return (
        f"{evaluation.liked} likes and {evaluation.rejected} rejects, each judged by all the "
        f"others · {evaluation.sections[0].embedder}"
    )


def _reliability(evaluation: Evaluation) -> bytes:
    rows = evaluation.sections[0].rows
    return draw_reliability([_panel(row) for row in rows], subtitle=_subtitle(evaluation))


def _panel(row: Row) -> Panel:
    figures = row.figures
    said = [
        f"{name} {value:.2f}"
        for name, value in (
            ("AUC", figures.auc),
            ("Brier", figures.brier),
            ("ECE", figures.calibration_error),
        )
        if value is not None
    ]
    if row.scorer == "seed":
        said.append("its number is no probability")
    judged, probabilities = row.judged, row.judged.probabilities
    given = list(zip(probabilities, judged.liked, strict=True)) if probabilities is not None else []
    return Panel(
        title=row.scorer,
        caption=" · ".join(said),
        shares=tuple(Share(each.probability, each.like_share, each.count) for each in figures.bins),
        liked=tuple(float(probability) for probability, liked in given if liked),
        rejected=tuple(float(probability) for probability, liked in given if not liked),
    )


def _ranking(evaluation: Evaluation, home: Home, settings: Settings) -> bytes:
    row = main_row(evaluation)
    judged = row.judged
    order = np.argsort(-judged.scores, kind="stable")
    shown = set(shown_places(len(order)))
    photos = [evaluation.taught[int(reference)].photos[0] for reference in judged.references]
    ranked = [
        Ranked(
            liked=bool(judged.liked[place]),
            probability=(
                float(judged.probabilities[place]) if judged.probabilities is not None else None
            ),
            pixels=_thumbnail(photos[place], home, settings) if rank in shown else None,
        )
        for rank, place in enumerate(order)
    ]
    area = f" · AUC {row.figures.auc:.2f}" if row.figures.auc is not None else ""
    return draw_ranking(ranked, subtitle=f"{row.scorer} · {_subtitle(evaluation)}{area}")


def _thumbnail(reference: Reference, home: Home, settings: Settings) -> NDArray[np.uint8] | None:
    try:
        picture = decoded(reference, home.inbox, settings)
    except ItemError:
        # it was there when it was embedded: a grey square stands for it
        return None
    if picture is None:
        return None
    step = max(1, min(picture.pixels.shape[:2]) // _PIXELS_PER_SIDE)
    return picture.pixels[::step, ::step]
