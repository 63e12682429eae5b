"""`tasted demo`: the whole program at work, on pictures that it draws itself."""

import shutil
import tempfile
from pathlib import Path

import click

from tasted.cli.context import Context


@click.command()
@click.option(
    "--photos",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Also judge phone screenshots around the .jpg files in DIR/shoes and DIR/t-shirts.",
)
@click.option("--keep", is_flag=True, help="Keep the temporary home, to look around in it.")
@click.pass_obj
def demo(context: Context, *, photos: Path | None, keep: bool) -> None:
    """Watch the whole program work on drawn pictures.

    Starts a real daemon on a temporary home, teaches it by dropping files, drops unseen ones, and
    prints what their sidecars say. Uses the small model pocket, so nothing is downloaded.
    """
    from tasted.demo.exhibits import candidates, lessons  # noqa: PLC0415 - imports PIL
    from tasted.demo.show import show  # noqa: PLC0415 - imports pydantic
    from tasted.outbox.results import percent  # noqa: PLC0415 - as above

    root = Path(tempfile.mkdtemp(prefix="tasted-demo-"))
    try:
        report = show(root, lessons(photos), candidates(photos), say=context.say)
    finally:
        if not keep:
            shutil.rmtree(root)
    kinds = {"liked": "like those liked", "rejected": "like those rejected", "broken": "broken"}
    context.show(f"\n{'score':>5}  {'verdict':<9} {'drawn or photographed':<20} file")
    for outcome in report.outcomes:
        sidecar, exhibit = outcome.sidecar, outcome.exhibit
        verdict = sidecar.verdict or sidecar.status
        context.show(
            f"{percent(sidecar.confidence_score):>5}  {verdict:<9} {kinds[exhibit.kind]:<20} "
            f"{exhibit.name}: {sidecar.summary}"
        )
    context.show(
        f"\n{len(report.outcomes)} sidecars, all valid, in {report.seconds:.1f} s. "
        f"Ranking: {report.auc:.1%} of pairs in the right order (AUC {report.auc:.3f})."
    )
    if keep:
        context.show(f"The home is still there: {root}")
    context.answer(
        {
            "auc": report.auc,
            "seconds": round(report.seconds, 2),
            "results": [each.sidecar.model_dump(mode="json") for each in report.outcomes],
        }
    )
