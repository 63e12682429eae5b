"""One label is one wherever labels are counted: a profile, and a picture with its copies."""

import io
import json
import shutil

from PIL import Image

from kit.daemons import RunningDaemon, json_lines, read_sidecar, running, tasted
from kit.drawings import PER_LABEL, drawing, label_scenes
from kit.waiting import eventually
from tasted.amounts import counted
from tasted.home.layout import Home
from tasted.home.status import Status


def _messenger(data: bytes) -> bytes:
    """Return a picture as a messenger sends it: smaller and compressed."""
    image = Image.open(io.BytesIO(data)).convert("RGB")
    buffer = io.BytesIO()
    image.resize((200, 200)).save(buffer, "JPEG", quality=70)
    return buffer.getvalue()


def _settled(daemon: RunningDaemon, *, copies: int, contradictions: tuple[str, ...] = ()) -> Status:
    def seen() -> Status | None:
        status = daemon.status()
        if status is None or status.state != "idle":
            return None
        is_told = (status.copies, status.contradictions) == (copies, contradictions)
        return status if is_told else None

    return eventually(seen)


def _counted(home: Home, status: Status) -> list[dict[str, int]]:
    """Return how many labels each surface counts."""
    (evaluation,) = json_lines(tasted(home, "evaluate", "--json").stdout)
    (snapshot,) = json_lines(tasted(home, "status", "--json").stdout)
    (stats,) = json_lines(tasted(home, "stats", "--json").stdout)
    sidecar = read_sidecar(home, "shot.png")
    assert sidecar is not None
    assert sidecar.references is not None
    page = (home.outbox / "results.html").read_text("utf-8")
    assert (
        f"Based on {counted(status.liked, 'like')} and {counted(status.rejected, 'reject')}."
        in page
    )
    return [
        evaluation["references"],
        {name: snapshot["status"][name] for name in ("liked", "rejected")},
        stats["references"],
        sidecar.references.model_dump(),
    ]


def test_all_surfaces_count_labels_alike(home: Home) -> None:
    """Of an older library too, whose pictures are looked at again to tell which are copies."""
    label_scenes(home)
    (home.inbox / "shot.png").write_bytes(drawing("forest", seed=7))
    (home.inbox / "liked" / "anna").mkdir()
    for number, place in enumerate(("beach", "city", "kitchen")):
        photo = home.inbox / "liked" / "anna" / f"{number}.png"
        photo.write_bytes(drawing(place, seed=50 + number))
    (home.inbox / "liked" / "sent.jpg").write_bytes(_messenger(drawing("mountain", seed=1)))
    (home.inbox / "rejected" / "sent.jpg").write_bytes(_messenger(drawing("gym", seed=2)))
    expected = {"liked": PER_LABEL + 1, "rejected": PER_LABEL}
    with running(home) as daemon:
        daemon.sidecar("shot.png", status="scored")
        status = _settled(daemon, copies=2)
        assert (status.liked, status.rejected) == (PER_LABEL + 1, PER_LABEL)
        assert _counted(home, status) == [expected] * 4
        daemon.stop()
    said = tasted(home, "status").stdout
    assert f"Taste    {PER_LABEL + 1} liked, {PER_LABEL} rejected" in said
    assert "Copies   2 labels are copies of others, and count together with them." in said
    assert "To see which: tasted evaluate" in said
    named = tasted(home, "evaluate").stderr
    for folder in ("liked", "rejected"):
        assert f"{folder}/sent.jpg is a copy of {folder}/" in named

    # as it was before there were hashes
    (hashes,) = home.library.glob("hashes_*.lance")
    shutil.rmtree(hashes)
    (home.inbox / "liked" / "more.png").write_bytes(drawing("mountain", seed=77))
    expected["liked"] += 1
    with running(home) as daemon:
        eventually(lambda: read_sidecar(home, "liked/more.png") is not None)
        status = _settled(daemon, copies=2)
        assert _counted(home, status) == [expected] * 4
        # one picture that is liked and, as it was sent, rejected
        (home.inbox / "rejected" / "both.jpg").write_bytes(_messenger(drawing("mountain", seed=77)))
        both = ("liked/more.png", "rejected/both.jpg")
        status = _settled(daemon, copies=2, contradictions=both)
        assert (status.liked, status.rejected) == (PER_LABEL + 1, PER_LABEL)
    assert json.loads(home.current_file.read_text("ascii"))["copies"] == 2
