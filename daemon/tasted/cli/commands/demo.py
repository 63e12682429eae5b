"""`tasted demo`: the whole program at work, on drawn pictures."""

import shutil
import tempfile
from pathlib import Path

import click

from tasted.amounts import percent
from tasted.cli.context import Context
from tasted.cli.named_files import NamedPath, is_folder
from tasted.errors import NotFound


@click.command()
@click.option(
    "--photos",
    type=NamedPath(),
    metavar="DIR",
    help="Also show it the .jpg files in DIR/shoes (liked) and DIR/t-shirts (rejected).",
)
@click.option("--keep", is_flag=True, help="Keep the temporary folder, to look around in it.")
@click.pass_obj
def demo(context: Context, *, photos: Path | None, keep: bool) -> None:
    """Watch tasted work on drawn pictures.

    Starts a real daemon in a temporary folder, gives it likes and rejects, then new pictures, and
    prints what it makes of them. Uses the small model pocket, so nothing is downloaded.
    """
    from tasted.demo.pictures import labelled_pictures, new_pictures  # noqa: PLC0415 - of no other
    from tasted.demo.show import show  # noqa: PLC0415 - imports pydantic
    from tasted.outbox.results import explanation_of, verdict_words  # noqa: PLC0415 - as above

    if photos is not None and not is_folder(photos):
        raise NotFound(
            f"There is no folder {photos}.", remedy="Name a folder with shoes/ and t-shirts/ in it."
        )
    root = Path(tempfile.mkdtemp(prefix="tasted-demo-"))
    try:
        report = show(root, labelled_pictures(photos), new_pictures(photos), say=context.say)
    finally:
        if not keep:
            shutil.rmtree(root)
    expected = {"liked": "match", "rejected": "no match", "broken": "not scored"}
    context.show(f"\n{'score':>5}  {'verdict':<12} {'should be':<11} file")
    for result in report.results:
        sidecar, picture = result.sidecar, result.picture
        context.show(
            f"{percent(sidecar.confidence_score):>5}  {verdict_words(sidecar):<12} "
            f"{expected[picture.kind]:<11} {picture.name}: {explanation_of(sidecar)}".rstrip(": ")
        )
    context.show(
        f"\nScored {len(report.results)} pictures in {report.seconds:.1f} s. "
        f"{percent(report.auc)} of pairs are ranked right."
    )
    if keep:
        context.show(f"Kept the folder: {root}")
    context.answer(
        {
            "auc": report.auc,
            "seconds": round(report.seconds, 2),
            "results": [result.sidecar.model_dump(mode="json") for result in report.results],
        }
    )
