"""What `tasted like` and `reject` add to their answer: what it had said, and what follows."""

from pathlib import Path

from tasted.home import Home
from tasted.status import read_status


def consequences(home: Home, file: Path) -> str:
    """Return such as " It said match, 83 %; 7 others will be re-scored."; empty: nothing to say.

    Args:
        home: that learns.
        file: what was liked or rejected.
    """
    said = _said(home, file)
    snapshot = read_status(home.status_file)
    scored = snapshot.counts.get("scored", 0) if snapshot is not None else 0
    others = scored - (said is not None)
    parts = [
        *([f"It said {said}"] if said is not None else []),
        *(
            [f"{others} {'other' if others == 1 else 'others'} will be re-scored"]
            if others > 0
            else []
        ),
    ]
    return f" {'; '.join(parts)}.".replace(" 1 other", " one other") if parts else ""


def _said(home: Home, file: Path) -> str | None:
    """Return the verdict on a picture of the inbox, as words."""
    # a quarter of a second to import, and most pictures that are taught have no sidecar
    from tasted.outbox.ledger import read_sidecar  # noqa: PLC0415
    from tasted.outbox.places import sidecar_places  # noqa: PLC0415
    from tasted.outbox.results import percent  # noqa: PLC0415

    try:
        path = file.resolve().relative_to(home.inbox.resolve()).as_posix()
    except ValueError:
        return None
    for place in sidecar_places(path):
        sidecar = read_sidecar(home.outbox, str(place))
        if sidecar is not None and sidecar.status == "scored" and sidecar.verdict is not None:
            words = sidecar.verdict.replace("_", " ")
            figure = sidecar.confidence_score
            return words if figure is None else f"{words}, {percent(figure).replace('%', ' %')}"
    return None
