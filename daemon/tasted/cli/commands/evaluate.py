"""`tasted evaluate`: how well tasted knows the user's taste, and what would help.

Reads the inbox, the outbox and the library beside a running daemon; writes charts if asked.
"""

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Self

import click

from tasted.amounts import counted, decimal, percent
from tasted.cli.context import Context, printable
from tasted.cli.terminal import bar
from tasted.embedding.models.in_force import settings_in_force

if TYPE_CHECKING:
    from collections.abc import Callable

    from tasted.evaluation.agreement import Disagreement
    from tasted.evaluation.embedding import Progress
    from tasted.evaluation.evaluate import EmbedderResult, Evaluation, ScorerName, ScorerResult

# as `tasted.evaluation.judgements` has them, which imports numpy; a test keeps both equal
SCORERS: tuple["ScorerName", ...] = ("taste", "seed", "knn", "centroid")
_NAMED_MAX = 5
_SAID = {True: ("liked", "rejects"), False: ("rejected", "likes")}
"""What the user did with a picture, and what pictures of the other label are called."""
_LEGEND = """\
AUC: share of pairs with the like above the reject. luck: what guessing could reach.
Brier, ECE: errors of the probabilities, 0 is best. (none): always predicts your share of likes.
decided: pictures with a verdict. right: verdicts that agree with you."""


@click.command()
@click.option(
    "--scorer",
    "scorers",
    multiple=True,
    type=click.Choice(SCORERS),
    help="Only this scorer; repeat it for several.",
)
@click.option(
    "--embedder",
    "embedders",
    multiple=True,
    metavar="MODEL",
    help="Use this model instead of the one in the settings; repeat it to compare several.",
)
@click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Save charts in this folder: reliability.svg, and ranking.svg with your pictures.",
)
@click.option(
    "--details", "has_details", is_flag=True, help="Also show the figures of every scorer."
)
@click.pass_obj
def evaluate(
    context: Context,
    *,
    scorers: tuple[str, ...],
    embedders: tuple[str, ...],
    output: Path | None,
    has_details: bool,
) -> None:
    """Show how well tasted knows your taste, and what would help.

    Predicts each of your likes and rejects from all the others, with every scorer. Texts are left
    out. Nothing is stored.
    """
    home = context.home()
    settings = settings_in_force(home, context.settings())
    from tasted.evaluation.drawing import draw, has_reliability  # noqa: PLC0415 - numpy and more: 2 s to import
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
    if output is not None and evaluation.items:
        written = draw(evaluation, context.output_path(Path(output)), home, settings)
    if context.json:
        context.answer({**as_json(evaluation), "written": [str(file) for file in written]})
        return
    _show(context, evaluation, has_details=has_details)
    for file in written:
        context.show(f"Saved {printable(str(file))}")
    if written and not has_reliability(evaluation):
        context.say("No reliability chart: it needs 30 labels.")
    if output is None and evaluation.items:
        context.say("For charts: tasted evaluate --output DIR")


def _show(context: Context, evaluation: "Evaluation", *, has_details: bool) -> None:
    for line in _in_plain_words(evaluation):
        context.show(line)
    if has_details:
        for section in evaluation.embedders:
            for line in _details(evaluation, section):
                context.show(line)
    elif evaluation.items:
        context.say("For figures: tasted evaluate --details")


def _say_what_is_left_out(context: Context, evaluation: "Evaluation") -> None:
    doubled = [", ".join(map(printable, paths)) for paths in evaluation.twofold]
    _say_some(context, [f"Liked and rejected, so not counted: {paths}" for paths in doubled])
    copied = [(printable(path), printable(first)) for path, first in evaluation.repeated]
    _say_some(context, [f"{path} is a copy of {first}: they count once" for path, first in copied])
    faults = (*evaluation.found.unreadable, *evaluation.failed)
    _say_some(
        context, [f"Left out: {printable(path)}: {printable(reason)}" for path, reason in faults]
    )


def _say_some(context: Context, lines: Sequence[str]) -> None:
    """Say some lines of one kind, and how many there are beside them."""
    for line in lines[:_NAMED_MAX]:
        context.say(line)
    if len(lines) > _NAMED_MAX:
        context.say(f"and {len(lines) - _NAMED_MAX} more")


class _Embedding:
    """Shows the progress of embedding: a line, and a bar on a terminal."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._stack = contextlib.ExitStack()
        self._advance: Callable[[int], None] = lambda _done: None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._stack.close()

    def advance(self, progress: "Progress") -> None:
        """Show that pictures were embedded; the first call for an embedder has their number."""
        if progress.done == 0:
            self._stack.close()
            self._context.say(
                f"Embedding {counted(progress.total, 'picture')} with "
                f"{printable(progress.embedder)}"
            )
            self._advance = self._stack.enter_context(
                bar("Embedding", progress.total, is_shown=not self._context.json)
            )
        self._advance(progress.done)


def _in_plain_words(evaluation: "Evaluation") -> Iterator[str]:
    """Yield how many pictures it got right, which it got wrong, and what would help."""
    from tasted.evaluation.report import advice  # noqa: PLC0415 - imports numpy

    if evaluation.items:
        yield from _agreement(evaluation)
        yield from _labels_to_look_at(evaluation)
    if len(evaluation.embedders) > 1:
        yield from (_of_embedder(section, evaluation) for section in evaluation.embedders)
    yield from advice(evaluation)


def _agreement(evaluation: "Evaluation") -> Iterator[str]:
    from tasted.evaluation.agreement import agreement  # noqa: PLC0415 - imports numpy

    found = agreement(evaluation)
    left_open = counted(found.undecided, "picture")
    if not found.decided:
        yield f"No verdict yet on any of {left_open}."
        return
    rest = f" It is unsure about {left_open}." if found.undecided else ""
    right = f"It gets {found.agreed} of {found.decided} right"
    yield f"{right}. Wrong are:" if found.wrong else f"{right}.{rest}"
    for wrong in found.wrong[:_NAMED_MAX]:
        yield f"  {_of_wrong(wrong)}"
    if len(found.wrong) > _NAMED_MAX:
        yield f"  and {len(found.wrong) - _NAMED_MAX} more"
    if found.wrong and rest:
        yield rest.strip()


def _of_wrong(wrong: "Disagreement") -> str:
    said, other = _SAID[wrong.is_liked]
    instead = "no match" if wrong.is_liked else "a match"
    chance = "" if wrong.probability is None else f", {percent(wrong.probability)}"
    alike = ""
    if wrong.lookalikes:
        alike = f"; {wrong.lookalikes} of your {other} look more like it. Is your label right?"
    return f"{printable(wrong.path)}: you {said} it, tasted predicts {instead}{chance}{alike}"


def _labels_to_look_at(evaluation: "Evaluation") -> Iterator[str]:
    """Yield the doubtful labels that are not listed as wrong."""
    from tasted.evaluation.agreement import agreement  # noqa: PLC0415 - imports numpy

    named = {wrong.path for wrong in agreement(evaluation).wrong}
    for doubt in evaluation.doubts[:_NAMED_MAX]:
        path = evaluation.items[doubt.reference].path
        if path not in named:
            said, other = _SAID[doubt.is_liked]
            yield (
                f"You {said} {printable(path)}. tasted gives it {percent(doubt.probability)}, and "
                f"{doubt.lookalikes} of your {other} look more like it. Is your label right?"
            )


def _of_embedder(section: "EmbedderResult", evaluation: "Evaluation") -> str:
    rows = section.scorers
    row = next((row for row in rows if row.scorer == evaluation.current), rows[0])
    figures = row.figures
    return (
        f"  {printable(section.embedder):<32} {percent(figures.auc):>5} of pairs in order, "
        f"{percent(figures.right):>5} of verdicts right"
    )


def _details(evaluation: "Evaluation", section: "EmbedderResult") -> Iterator[str]:
    """Yield the figures of all scorers for one embedder, and what they mean."""
    yield (
        f"\n{counted(evaluation.liked, 'like')} and {counted(evaluation.rejected, 'reject')}, each "
        f"predicted from the others, without texts. Model {printable(section.embedder)}: "
        f"{counted(section.cached, 'vector')} from the library, {section.embedded} computed now. "
        f"History: {counted(section.history, 'picture')}."
    )
    yield from map(printable, section.notes)
    yield f"\n{'scorer':<10}{'AUC':>6}{'luck':>7}{'Brier':>7}{'ECE':>7}{'decided':>10}{'right':>8}"
    for row in section.scorers:
        now = "   in use" if row.scorer == evaluation.current else ""
        yield _line(row) + now
    base = section.scorers[0].figures.base_brier
    if base is not None:
        yield f"{'(none)':<10}{decimal(0.5, 2):>6}{'':>7}{decimal(base, 3):>7}"
    yield _LEGEND


def _line(row: "ScorerResult") -> str:
    figures = row.figures
    return (
        f"{row.scorer:<10}{decimal(figures.auc, 2):>6}{decimal(figures.chance_auc, 2):>7}"
        f"{decimal(figures.brier, 3):>7}{decimal(figures.calibration_error, 3):>7}"
        f"{percent(figures.decided):>10}{percent(figures.right):>8}"
    )
