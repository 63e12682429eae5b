"""`tasted evaluate`: how well the taste tells the user's own likes from rejects, and what helps.

Reads the inbox, the outbox and the library beside a running daemon; writes charts where it is told.
"""

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Self

import click

from tasted.cli.context import Context, printable
from tasted.cli.progress import bar

if TYPE_CHECKING:
    from collections.abc import Callable

    from tasted.evaluation.embedding import Progress
    from tasted.evaluation.evaluate import Evaluation, Row, ScorerName, Section

# as `tasted.scoring.evaluating` has them, which imports numpy; a test keeps both equal
SCORERS: tuple["ScorerName", ...] = ("taste", "seed", "knn", "centroid")
_NAMED_MAX = 5
_LEGEND = """\
AUC: pairs of a like and a reject in the right order; luck: what shuffled labels reach.
Brier and ECE: error of the probabilities, 0 at best; (none) only knows how many you like.
decided: pictures with a verdict; right: verdicts that agree with you.
"""


@click.command()
@click.option(
    "--scorer",
    "scorers",
    multiple=True,
    type=click.Choice(SCORERS),
    help="Only this scorer; may be given several times.",
)
@click.option(
    "--embedder",
    "embedders",
    multiple=True,
    metavar="MODEL",
    help="Judge with this model instead of the one in the settings; give several to compare them.",
)
@click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Write reliability.png and ranking.png into this folder. The second shows your pictures.",
)
@click.pass_obj
def evaluate(
    context: Context,
    *,
    scorers: tuple[str, ...],
    embedders: tuple[str, ...],
    output: Path | None,
) -> None:
    """Say how well your likes are told from your rejects, and what would help.

    Every picture of inbox/liked and inbox/rejected is judged by all the others, with each scorer.
    Texts are left out. Nothing is stored: pictures that the library does not know are embedded for
    this command alone.
    """
    home, settings = context.home(), context.settings()
    from tasted.evaluation.drawing import draw  # noqa: PLC0415 - numpy and more: 2 s to import
    from tasted.evaluation.evaluate import evaluate as judge  # noqa: PLC0415 - as above
    from tasted.evaluation.report import as_json  # noqa: PLC0415 - as above

    with _Embedding(context) as embedding:
        evaluation = judge(
            home,
            settings,
            scorers=[name for name in SCORERS if not scorers or name in scorers],
            embedders=tuple(dict.fromkeys(embedders)) or (settings.embedder.model,),
            on_progress=embedding.advance,
        )
    _say_what_is_left_out(context, evaluation)
    written: list[Path] = []
    if output is not None and evaluation.taught:
        written = draw(evaluation, context.working_folder / output, home, settings)
    if context.json:
        context.answer({**as_json(evaluation), "written": [str(file) for file in written]})
        return
    _show(context, evaluation)
    for file in written:
        context.show(f"Written: {printable(str(file))}")
    if output is None and evaluation.taught:
        context.say("For charts, name a folder: tasted evaluate --output DIR")


def _show(context: Context, evaluation: "Evaluation") -> None:
    from tasted.evaluation.report import advice  # noqa: PLC0415 - imported by now

    for section in evaluation.sections:
        _show_section(context, evaluation, section)
    for sentence in advice(evaluation):
        context.show(sentence)
    for doubt in evaluation.doubts[:_NAMED_MAX]:
        path = printable(evaluation.taught[doubt.reference].path)
        said, other = ("liked", "rejects") if doubt.is_liked else ("rejected", "likes")
        context.show(
            f"You {said} {path}; the others give it {doubt.probability:.0%}, and "
            f"{doubt.lookalikes} of your {other} look more like it. Still right?"
        )


def _show_section(context: Context, evaluation: "Evaluation", section: "Section") -> None:
    context.show(
        f"{_counted(evaluation.liked, 'like')} and {_counted(evaluation.rejected, 'reject')}, each "
        f"judged by all the others, without texts. Model {printable(section.embedder)}: "
        f"{_counted(section.cached, 'vector')} from the library, {section.embedded} made now; "
        f"history: {_counted(section.history, 'picture')}."
    )
    for note in section.notes:
        context.show(printable(note))
    context.show(
        f"\n{'scorer':<10}{'AUC':>6}{'luck':>7}{'Brier':>7}{'ECE':>7}{'decided':>10}{'right':>8}"
    )
    for row in section.rows:
        now = "   scores now" if row.scorer == evaluation.current else ""
        context.show(_line(row) + now)
    base = section.rows[0].figures.base_brier
    if base is not None:
        context.show(f"{'(none)':<10}{0.5:>6.2f}{'':>7}{base:>7.3f}")
    context.show(_LEGEND)


def _line(row: "Row") -> str:
    figures = row.figures
    return (
        f"{row.scorer:<10}{_number(figures.auc, 2):>6}{_number(figures.chance_auc, 2):>7}"
        f"{_number(figures.brier, 3):>7}{_number(figures.calibration_error, 3):>7}"
        f"{_percent(figures.decided):>10}{_percent(figures.right):>8}"
    )


def _counted(count: int, thing: str) -> str:
    return f"{count} {thing}{'' if count == 1 else 's'}"


def _number(value: float | None, digits: int) -> str:
    return "-" if value is None else f"{value:.{digits}f}"


def _percent(value: float | None) -> str:
    return "-" if value is None else f"{100 * value:.0f} %"


def _say_what_is_left_out(context: Context, evaluation: "Evaluation") -> None:
    found = evaluation.found
    if found.contradictions:
        count = len(found.contradictions)
        lies = "lies" if count == 1 else "lie"
        files = _counted(count, "file")
        context.say(f"{files} {lies} in both folders with the same content: not counted.")
    if found.repeated:
        verb = "repeats" if found.repeated == 1 else "repeat"
        context.say(f"{_counted(found.repeated, 'file')} {verb} what counts once already.")
    faults = (*found.unreadable, *evaluation.failed)
    for path, reason in faults[:_NAMED_MAX]:
        context.say(f"Left out: {printable(path)}: {printable(reason)}")
    if len(faults) > _NAMED_MAX:
        context.say(f"... and {len(faults) - _NAMED_MAX} more left out")


class _Embedding:
    """What a person sees while pictures are embedded: a line, and a bar on a terminal."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._stack = contextlib.ExitStack()
        self._advance: Callable[[int], None] = lambda _done: None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._stack.close()

    def advance(self, progress: "Progress") -> None:
        """Show that pictures were embedded; the first call of an embedder tells how many."""
        if progress.done == 0:
            self._stack.close()
            self._context.say(
                f"Embedding {_counted(progress.total, 'picture')} with "
                f"{printable(progress.embedder)}"
            )
            self._advance = self._stack.enter_context(bar("Embedding", progress.total))
        self._advance(progress.done)
