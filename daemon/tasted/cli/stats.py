"""`tasted stats`: counts over the whole outbox. Reads the outbox alone."""

from collections import Counter
from collections.abc import Iterable, Mapping

import click

from tasted.cli.context import Context, printable
from tasted.outbox.ledger import sidecars
from tasted.outbox.sidecar import Sidecar


@click.command()
@click.pass_obj
def stats(context: Context) -> None:
    """Count what was scored, learnt and failed."""
    home = context.home()
    found = [sidecar for _place, sidecar in sidecars(home.outbox)]
    documents = [each for each in found if each.kind != "profile"]
    counts = {
        "verdicts": _counted(each.verdict for each in documents if each.status == "scored"),
        "profiles": _counted(each.verdict for each in found if each.kind == "profile"),
        "judged": _counted(each.judgement for each in documents if each.kind == "screenshot"),
        "references": _counted(each.judgement for each in documents if each.status == "learnt"),
        "errors": _counted(each.error.code for each in documents if each.error is not None),
        "tastes": _counted(_taste(each) for each in documents if each.status == "scored"),
    }
    milliseconds = _median_milliseconds(documents)
    context.answer({**counts, "median_milliseconds": milliseconds})
    for name, counted in counts.items():
        context.show(f"{name.capitalize():<11}{printable(_words(counted))}")
    context.show(f"{'Median':<11}{milliseconds} ms a picture")


def _counted(values: Iterable[str | None]) -> dict[str, int]:
    return dict(Counter(value for value in values if value is not None).most_common())


def _taste(document: Sidecar) -> str | None:
    model = document.model
    return f"{model.embedder} with {model.scorer}" if model is not None else None


def _median_milliseconds(documents: list[Sidecar]) -> int:
    totals = sorted(each.timing_ms.get("total", 0) for each in documents if each.status == "scored")
    return totals[len(totals) // 2] if totals else 0


def _words(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.items()) or "none"
