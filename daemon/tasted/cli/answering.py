"""What `tasted like` and `reject` add to their answer: what it had said, and what follows."""

from pathlib import Path

from tasted.home import Home
from tasted.status import read_status


def consequences(said: str | None, others: int) -> str:
    """Return such as " It said match, 83 %; 7 others will be re-scored."; empty: nothing to say.

    Args:
        said: the verdict that stood.
        others: how many scored pictures are judged by what was learnt.
    """
    more = "one other" if others == 1 else f"{others} others"
    parts = [
        *([f"It said {said}"] if said is not None else []),
        *([f"{more} will be re-scored"] if others > 0 else []),
    ]
    text = "; ".join(parts)
    return f" {text[0].upper()}{text[1:]}." if text else ""


def others_of(home: Home, own: int) -> int:
    """Return how many pictures have a score, but for as many of those that were taught."""
    snapshot = read_status(home.status_file)
    return (snapshot.counts.get("scored", 0) if snapshot is not None else 0) - own


def said_of(home: Home, file: Path) -> tuple[str | None, int]:
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
