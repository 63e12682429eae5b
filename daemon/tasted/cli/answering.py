"""What `tasted like` and `reject` add to their answer: what it had said, and what follows."""

from pathlib import Path

from tasted.home import Home
from tasted.status import read_status


def consequences(home: Home, file: Path) -> str:
    """Return such as " It said match, 83 %; 7 others will be re-scored."; empty: nothing to say.

    Args:
        home: that learns.
        file: what was liked or rejected: a picture, or the folder of a profile.
    """
    said, own = _said(home, file)
    snapshot = read_status(home.status_file)
    scored = snapshot.counts.get("scored", 0) if snapshot is not None else 0
    others = scored - own
    parts = [
        *([f"It said {said}"] if said is not None else []),
        *(
            [f"{others} {'other' if others == 1 else 'others'} will be re-scored"]
            if others > 0
            else []
        ),
    ]
    return f" {'; '.join(parts)}.".replace(" 1 other", " one other") if parts else ""


def _said(home: Home, file: Path) -> tuple[str | None, int]:
    """Return the verdict on a picture or profile of the inbox, and of how many pictures it is."""
    real = file.resolve()
    if not real.is_relative_to(home.inbox.resolve()):
        return None, 0
    path = real.relative_to(home.inbox.resolve()).as_posix()
    # a quarter of a second to import, and most pictures that are taught have no sidecar
    from tasted.outbox.ledger import read_sidecar  # noqa: PLC0415
    from tasted.outbox.places import sidecar_places  # noqa: PLC0415
    from tasted.outbox.results import percent, photo_paths  # noqa: PLC0415

    for place in sidecar_places(f"{path}/" if real.is_dir() else path):
        sidecar = read_sidecar(home.outbox, str(place))
        if sidecar is not None and sidecar.status == "scored" and sidecar.verdict is not None:
            words = sidecar.verdict.replace("_", " ")
            figure = sidecar.confidence_score
            shown = words if figure is None else f"{words}, {percent(figure).replace('%', ' %')}"
            return shown, len(photo_paths(sidecar)) or 1
    return None, 0
