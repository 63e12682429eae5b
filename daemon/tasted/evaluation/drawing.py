"""An evaluation as two charts. Reads references for their thumbnails, writes SVG files."""

from pathlib import Path

import numpy as np

from tasted.amounts import decimal
from tasted.charts.ranking import THUMBNAIL, Ranked, draw_ranking, shown_places
from tasted.charts.reliability import Panel, Share, draw_reliability
from tasted.config import Settings
from tasted.decoding.thumbnails import square_jpeg
from tasted.errors import CommandError, ItemError
from tasted.evaluation.embedding import decoded
from tasted.evaluation.evaluate import Evaluation, ScorerResult
from tasted.home.layout import Home
from tasted.records import Reference
from tasted.scoring.taste.label_stages import CALIBRATED_MIN
from tasted.system.files import private_folder, write_atomically

RELIABILITY = "reliability.svg"
RANKING = "ranking.svg"
# sharp on screens with two pixels for one
_THUMBNAIL_PIXELS = 2 * THUMBNAIL


def draw(evaluation: Evaluation, folder: Path, home: Home, settings: Settings) -> list[Path]:
    """Write the charts of the first embedder, readable only by the user.

    The reliability diagram needs 30 labels: with fewer it would show chance.

    Args:
        evaluation: with at least one reference.
        folder: created if missing; earlier charts are replaced.
        home: where the pictures are.
        settings: limits of decoding.

    Returns:
        The files that were written.

    Raises:
        CommandError: when they cannot be written.
    """
    charts = {RANKING: _ranking(evaluation, home, settings)}
    if has_reliability(evaluation):
        charts = {RELIABILITY: _reliability(evaluation), **charts}
    try:
        private_folder(folder)
        for name, data in charts.items():
            write_atomically(folder / name, data)
    except OSError as error:
        raise CommandError(
            f"Cannot write the charts to {folder}: {error.strerror}.",
            remedy="Choose another folder with --output.",
        ) from error
    return [folder / name for name in charts]


def has_reliability(evaluation: Evaluation) -> bool:
    """Tell whether there are enough labels for a diagram that shows more than chance."""
    return evaluation.liked + evaluation.rejected >= CALIBRATED_MIN


def _subtitle(evaluation: Evaluation) -> str:
    return (
        f"{evaluation.liked} likes and {evaluation.rejected} rejects, each judged by all the "
        f"others · {evaluation.embedders[0].embedder}"
    )


def _reliability(evaluation: Evaluation) -> bytes:
    scorers = evaluation.embedders[0].scorers
    return draw_reliability([_panel(result) for result in scorers], subtitle=_subtitle(evaluation))


def _panel(result: ScorerResult) -> Panel:
    figures = result.figures
    said = [
        f"{name} {decimal(value, 2)}"
        for name, value in (
            ("AUC", figures.auc),
            ("Brier", figures.brier),
            ("ECE", figures.calibration_error),
        )
        if value is not None
    ]
    if result.scorer == "seed":
        said.append("not a probability")
    judged, probabilities = result.judgements, result.judgements.probabilities
    given = list(zip(probabilities, judged.liked, strict=True)) if probabilities is not None else []
    return Panel(
        title=result.scorer,
        caption=" · ".join(said),
        shares=tuple(
            Share(group.probability, group.like_share, group.count) for group in figures.bins
        ),
        liked=tuple(float(probability) for probability, liked in given if liked),
        rejected=tuple(float(probability) for probability, liked in given if not liked),
    )


def _ranking(evaluation: Evaluation, home: Home, settings: Settings) -> bytes:
    result = evaluation.main
    judged = result.judgements
    order = np.argsort(-judged.scores, kind="stable")
    shown = set(shown_places(len(order)))
    photos = [evaluation.items[int(reference)].photos[0] for reference in judged.references]
    ranked = [
        Ranked(
            liked=bool(judged.liked[place]),
            probability=(
                float(judged.probabilities[place]) if judged.probabilities is not None else None
            ),
            thumbnail=_thumbnail(photos[place], home, settings) if rank in shown else None,
        )
        for rank, place in enumerate(order)
    ]
    area = f" · AUC {decimal(result.figures.auc, 2)}" if result.figures.auc is not None else ""
    return draw_ranking(ranked, subtitle=f"{result.scorer} · {_subtitle(evaluation)}{area}")


def _thumbnail(reference: Reference, home: Home, settings: Settings) -> bytes | None:
    try:
        picture = decoded(reference, home.inbox, settings)
    except ItemError:
        # it was there when it was embedded: a grey square stands for it
        return None
    return None if picture is None else square_jpeg(picture.pixels, _THUMBNAIL_PIXELS)
