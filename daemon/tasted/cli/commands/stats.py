"""`tasted stats`: counts the outbox, and the labels as the engine counted them."""

from collections import Counter
from collections.abc import Iterable, Mapping

import click

from tasted.cli.context import Context, printable
from tasted.home.status import read_current
from tasted.outbox.sidecar import Sidecar
from tasted.outbox.sidecar_files import sidecars
from tasted.records import Current


@click.command()
@click.pass_obj
def stats(context: Context) -> None:
    """Count results, labels and errors."""
    home = context.home()
    every = [sidecar for _place, sidecar in sidecars(home.outbox)]
    found = [sidecar for sidecar in every if sidecar.gone_since is None]
    documents = [sidecar for sidecar in found if sidecar.kind != "profile"]
    counts = {
        "verdicts": _counted(
            sidecar.verdict for sidecar in documents if sidecar.status == "scored"
        ),
        "profiles": _counted(sidecar.verdict for sidecar in found if sidecar.kind == "profile"),
        "judged": _counted(
            sidecar.judgement for sidecar in documents if sidecar.kind == "screenshot"
        ),
        "references": _labels(read_current(home.current_file)),
        "errors": _counted(
            sidecar.error.code for sidecar in documents if sidecar.error is not None
        ),
        "tastes": _counted(_taste(sidecar) for sidecar in documents if sidecar.status == "scored"),
    }
    milliseconds = _median_milliseconds(documents)
    context.answer({**counts, "median_milliseconds": milliseconds})
    for name, counted in counts.items():
        context.show(f"{name.capitalize():<11}{printable(_words(counted))}")
    context.show(f"{'Median':<11}{milliseconds} ms per picture")


def _counted(values: Iterable[str | None]) -> dict[str, int]:
    return dict(Counter(value for value in values if value is not None).most_common())


def _labels(current: Current | None) -> dict[str, int]:
    # before the first taste is published, nothing counts
    counted = {"liked": current.liked, "rejected": current.rejected} if current is not None else {}
    return {label: count for label, count in counted.items() if count}


def _taste(document: Sidecar) -> str | None:
    model = document.model
    return f"{model.embedder} with {model.scorer}" if model is not None else None


def _median_milliseconds(documents: list[Sidecar]) -> int:
    # a re-score opens no picture and has no total
    totals = sorted(
        sidecar.timing_ms["total"]
        for sidecar in documents
        if sidecar.status == "scored" and sidecar.timing_ms.get("total")
    )
    return totals[len(totals) // 2] if totals else 0


def _words(counts: Mapping[str, int]) -> str:
    return (
        ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in counts.items()) or "none"
    )
